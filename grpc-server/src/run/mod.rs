//! `engine.v1.CommandService/Run`: commands and reads over one stream, and their answers in any order. What is asked
//! comes from the engine's description of itself; the rules of identity, roles, limits, maintenance and emergencies
//! hold for each command as for a unary call.

#[rustfmt::skip]
mod answers;
mod asked;
#[rustfmt::skip]
mod commands;
mod reads;
#[rustfmt::skip]
mod refusals;
mod rules;
mod show;
mod stream;
mod take;

/// Words as the numbers of their enums, both ways.
macro_rules! words {
    ($($kind:ty, $wire:ty { $($variant:ident),* })*) => {$(
        impl Take<i32> for $kind {
            fn take(number: i32, field: &'static str) -> Taken<Self> {
                match <$wire>::try_from(number) {
                    $(Ok(<$wire>::$variant) => Ok(<$kind>::$variant),)*
                    _ => Err(unknown(field, number)),
                }
            }
        }

        impl Show for $kind {
            type Wire = i32;

            fn show(&self, _: &mut Shown<'_>) -> i32 {
                match self {
                    $(<$kind>::$variant => <$wire>::$variant,)*
                }
                .into()
            }
        }
    )*};
}

#[rustfmt::skip]
mod words;

pub(crate) use asked::CommandStreams;
pub(crate) use stream::{answers, serve};
