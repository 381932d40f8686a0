//! The bytes in which requests and answers cross the border. Numbers are big-endian; a text is its length in bytes (32
//! bits) and its UTF-8; a list is its count and its items; a byte says whether an optional value is there, and which
//! form follows where there are several. Field follows field in the order of the engine's description of itself.
//!
//! What is said field by field is generated from that description, here and in Kotlin. Values are checked while they
//! are read, so that a refusal names the argument. Any bytes are safe: what no request can be is an error.

/// Words by their numbers.
macro_rules! words_by_number {
    ($($kind:ty { $($variant:ident = $number:literal,)* })*) => {$(
        impl Take for $kind {
            fn take(from: &mut Input<'_>, field: &'static str) -> Taken<Self> {
                match from.tag()? {
                    $($number => Ok(<$kind>::$variant),)*
                    other => Err(Unfit::malformed(format_args!("{other} is no word for {field}"))),
                }
            }
        }

        impl Put for $kind {
            fn put(&self, out: &mut Output<'_>) {
                out.tag(match self {
                    $(<$kind>::$variant => $number,)*
                });
            }
        }
    )*};
}
/// An enum of what can be asked for, by its numbers.
macro_rules! enum_by_number {
    ($(#[$doc:meta])* $what:literal $name:ident { $($variant:ident = $number:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(crate) enum $name {
            $($variant,)*
        }

        impl $name {
            pub(crate) fn numbered(number: u8) -> Taken<Self> {
                match number {
                    $($number => Ok(Self::$variant),)*
                    other => Err(Unfit::malformed(format_args!(concat!("no ", $what, " has number {}"), other))),
                }
            }
        }
    };
}

#[rustfmt::skip]
mod commands;
mod input;
mod output;
#[rustfmt::skip]
mod records;
#[rustfmt::skip]
mod refusals;
#[rustfmt::skip]
mod settings;
#[rustfmt::skip]
mod updates;
mod values;
#[rustfmt::skip]
mod words;

pub(crate) use commands::command;
pub(crate) use input::{Input, Take, Taken, Unfit};
pub(crate) use output::{Output, Put};
pub(crate) use records::{PAYMENT, PAYMENTS, RESERVATION, RESERVATIONS};
pub(crate) use settings::opening;
pub(crate) use words::{ENCODING, Lookup, Read};
