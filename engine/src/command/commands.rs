//! What is made of the table: one struct a command, the enum over them, and their canonical bytes. The bytes are: the
//! command's number; the head, with the fields that are no part of what is asked for and the forms that must be known
//! ahead; the body, which is what the fingerprint is made of. Field by field, in the order of the table.

use std::fmt;
use std::time::Duration;

use super::bytes::{Argument, Formed, Sink, read_later, write_later};
use super::table::{for_each_command, target};
use super::{
    Caller, EventSettings, Money, Payee, PaymentMethod, PaymentOutcome, Proof, ReservationRef, Scenario,
    SeatRequest,
};
use crate::admission::QueuePolicy;
use crate::clock::UnixMs;
use crate::error::SaleState;
use crate::ids::{
    EventId, ExternalId, IdempotencyKey, PaymentId, ReservationToken, SeatId, SessionId, UserId,
    WaitingToken, WebhookId,
};
use crate::inventory::SeatMap;
use crate::list::Seats;
use crate::record::{Malformed, Reader, Wire};

/// What idempotency and canonical bytes ask of every command.
pub(crate) trait Request: Sized {
    /// Scopes the key, together with the user.
    const NUMBER: u8;

    /// The key that makes it safe to send twice, if the command has one and it was given.
    fn key(&self) -> Option<&IdempotencyKey>;

    /// The user whose keys these are.
    fn scope(&self) -> Option<&UserId>;

    /// Appends what is no part of what is asked for, and forms that must be known ahead.
    fn put_head(&self, out: &mut Vec<u8>);

    /// Puts everything that the command asks for.
    fn put_body(&self, out: &mut impl Sink);

    /// Reads a head, and a body behind it.
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed>;
}

/// A field that says whose keys these are.
pub(crate) trait Scope {
    fn scope(&self) -> Option<&UserId>;
}

impl Scope for UserId {
    #[inline]
    fn scope(&self) -> Option<&UserId> {
        Some(self)
    }
}

impl Scope for Caller {
    #[inline]
    fn scope(&self) -> Option<&UserId> {
        self.user()
    }
}

/// How a command is made: `new` with what it must have, and a method for each field beside. Walks the fields one by one
/// and sorts them: `[what new asks for] [what is set afterwards] fields to go`. Where a value of another type says the
/// same (an id for a reservation, a user for a caller, a value for an optional one), that is taken too; elsewhere the
/// type itself, so that an argument's type is inferred.
macro_rules! constructors {
    (bare $($rest:tt)*) => {};
    (
        $form:ident $name:ident [$($required:tt)*] [$($optional:tt)*]
        $(#[$doc:meta])+ $([$mark:ident])? $field:ident: Option<$kind:ty> = $with:ident, $($rest:tt)*
    ) => {
        constructors! {
            $form $name [$($required)*]
            [$($optional)* { $(#[$doc])+ $with $field (impl Into<Option<$kind>>) }] $($rest)*
        }
    };
    (
        $form:ident $name:ident [$($required:tt)*] [$($optional:tt)*]
        $(#[$doc:meta])+ $([$mark:ident])? $field:ident: $kind:ty = $with:ident, $($rest:tt)*
    ) => {
        constructors! {
            $form $name [$($required)*] [$($optional)* { $(#[$doc])+ $with $field ($kind) }] $($rest)*
        }
    };
    (
        $form:ident $name:ident [$($required:tt)*] [$($optional:tt)*]
        $(#[$doc:meta])+ $([$mark:ident])? $field:ident: ReservationRef, $($rest:tt)*
    ) => {
        constructors! { $form $name [$($required)* { $field (impl Into<ReservationRef>) }] [$($optional)*] $($rest)* }
    };
    (
        $form:ident $name:ident [$($required:tt)*] [$($optional:tt)*]
        $(#[$doc:meta])+ $([$mark:ident])? $field:ident: Caller, $($rest:tt)*
    ) => {
        constructors! { $form $name [$($required)* { $field (impl Into<Caller>) }] [$($optional)*] $($rest)* }
    };
    (
        $form:ident $name:ident [$($required:tt)*] [$($optional:tt)*]
        $(#[$doc:meta])+ $([$mark:ident])? $field:ident: $kind:ty, $($rest:tt)*
    ) => {
        constructors! { $form $name [$($required)* { $field ($kind) }] [$($optional)*] $($rest)* }
    };
    (
        $form:ident $name:ident [$({ $field:ident ($($kind:tt)+) })*]
        [$({ $(#[$doc:meta])+ $with:ident $option:ident ($($option_kind:tt)+) })*]
    ) => {
        impl $name {
            /// The command with what it must have; the methods called `with_…` set the rest.
            #[must_use]
            #[allow(clippy::useless_conversion, reason = "of those fields that take one type only")]
            pub fn new($($field: $($kind)+),*) -> Self {
                Self { $($field: $field.into(),)* $($option: Default::default(),)* }
            }

            $(
                $(#[$doc])+
                #[must_use]
                #[allow(clippy::useless_conversion, reason = "of those fields that take one type only")]
                pub fn $with(mut self, $option: $($option_kind)+) -> Self {
                    self.$option = $option.into();
                    self
                }
            )*
        }
    };
}

/// One field's part in each of the methods of [`Request`]: by its mark.
macro_rules! field {
    (key_of [key] $value:expr) => {
        if let Some(key) = &$value {
            return Some(key);
        }
    };
    (key_of [$mark:ident] $value:expr) => {};
    (key_of $value:expr) => {};
    (scope_of [scope] $value:expr) => {
        return Scope::scope(&$value)
    };
    (scope_of [$mark:ident] $value:expr) => {};
    (scope_of $value:expr) => {};
    (head [form] $value:expr, $out:ident) => {
        $out.push(Formed::form(&$value))
    };
    (head [later] $value:expr, $out:ident) => {
        $out.push(Formed::form(&$value))
    };
    (head [$mark:ident] $value:expr, $out:ident) => {
        Argument::write(&$value, $out)
    };
    (head $value:expr, $out:ident) => {};
    (body [form] $name:ident $value:expr, $out:ident) => {
        Formed::write_formed(&$value, $out)
    };
    (body [later] $name:ident $value:expr, $out:ident) => {
        write_later(stringify!($name), &$value, $out)
    };
    (body [$mark:ident] $name:ident $value:expr, $out:ident) => {};
    (body $name:ident $value:expr, $out:ident) => {
        Argument::write(&$value, $out)
    };
    (get_head [form] $kind:ty, $from:ident) => {
        u8::get($from)?
    };
    (get_head [later] $kind:ty, $from:ident) => {
        u8::get($from)?
    };
    (get_head [$mark:ident] $kind:ty, $from:ident) => {
        <$kind as Argument>::read($from)?
    };
    (get_head $kind:ty, $from:ident) => {
        ()
    };
    (get_body [form] $field:ident $kind:ty, $from:ident) => {
        <$kind as Formed>::read_formed($field, $from)?
    };
    (get_body [later] $field:ident $kind:ty, $from:ident) => {
        read_later(stringify!($field), $field, $from)?
    };
    (get_body [$mark:ident] $field:ident $kind:ty, $from:ident) => {
        $field
    };
    (get_body $field:ident $kind:ty, $from:ident) => {
        <$kind as Argument>::read($from)?
    };
}

/// One row of the table: the struct and its bytes.
macro_rules! define_command {
    ([$($docs:tt)*] $number:literal bare $name:ident { $(#[$doc:meta])* $field:ident: $kind:ty, }) => {
        impl Request for $kind {
            const NUMBER: u8 = $number;
            fn key(&self) -> Option<&IdempotencyKey> {
                None
            }
            fn scope(&self) -> Option<&UserId> {
                None
            }
            fn put_head(&self, _: &mut Vec<u8>) {}
            fn put_body(&self, out: &mut impl Sink) {
                Argument::write(self, out);
            }
            fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
                Argument::read(from)
            }
        }
    };
    (
        [$($docs:tt)*] $number:literal $form:ident $name:ident {
            $($(#[$doc:meta])+ $([$mark:ident])? $field:ident: $kind:ty $(= $with:ident)?,)*
        }
    ) => {
        $($docs)*
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$doc])+ pub $field: $kind,)*
        }

        impl Request for $name {
            const NUMBER: u8 = $number;
            #[inline]
            fn key(&self) -> Option<&IdempotencyKey> {
                $(field!(key_of $([$mark])? self.$field);)*
                None
            }
            #[inline]
            #[allow(unreachable_code, reason = "most commands have no user")]
            fn scope(&self) -> Option<&UserId> {
                $(field!(scope_of $([$mark])? self.$field);)*
                None
            }
            #[allow(unused_variables, reason = "some have no head")]
            fn put_head(&self, out: &mut Vec<u8>) {
                $(field!(head $([$mark])? self.$field, out);)*
            }
            fn put_body(&self, out: &mut impl Sink) {
                $(field!(body $([$mark])? $field self.$field, out);)*
            }
            #[allow(clippy::let_unit_value, unused_variables, reason = "most fields have nothing in the head")]
            fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
                $(let $field = field!(get_head $([$mark])? $kind, from);)*
                $(let $field = field!(get_body $([$mark])? $field $kind, from);)*
                Ok(Self { $($field),* })
            }
        }

        impl From<$name> for Command {
            fn from(command: $name) -> Self {
                Self::$name(command.into())
            }
        }
    };
}

/// How the enum holds a command.
macro_rules! payload {
    (boxed $name:ident { $($fields:tt)* }) => { Box<$name> };
    ($form:ident $name:ident { $($fields:tt)* }) => { target!($form $name { $($fields)* }) };
}

/// All rows: the structs, and the enum.
macro_rules! define_commands {
    ($(
        $(#[doc = $doc:literal])+
        $number:literal $method:ident $form:ident $name:ident -> $reply:ident refuses [$($refusal:ident)*] { $($fields:tt)* }
    )*) => {
        $(define_command! { [$(#[doc = $doc])+] $number $form $name { $($fields)* } })*
        $(constructors! { $form $name [] [] $($fields)* })*

        /// Any write, as data: for batches, completion queues and foreign languages.
        #[derive(Clone, Debug)]
        pub enum Command {
            $($(#[doc = $doc])+ $name(payload!($form $name { $($fields)* })),)*
        }

        impl Command {
            /// The name of the engine's method that takes it; never changed and never given to another.
            #[must_use]
            pub const fn method(&self) -> &'static str {
                match self { $(Self::$name(_) => stringify!($method)),* }
            }

            /// The key that makes it safe to send twice, if the command has one and it was given.
            #[must_use]
            pub fn key(&self) -> Option<&IdempotencyKey> {
                match self { $(Self::$name(command) => command.key()),* }
            }

            /// The command's canonical bytes, which [`Command::from_bytes`] reads: for carrying it over a border. They
            /// are read by the version of the library that wrote them; nothing keeps them.
            ///
            /// # Panics
            /// If its seat map is one that no event can have, with a text of more than 65,535 bytes.
            #[must_use]
            pub fn to_bytes(&self) -> Vec<u8> {
                let mut out = Vec::new();
                match self {
                    $(Self::$name(command) => {
                        out.push($number);
                        command.put_head(&mut out);
                        command.put_body(&mut out);
                    })*
                }
                out
            }

            /// Reads what [`Command::to_bytes`] wrote. Any bytes are safe.
            ///
            /// # Errors
            /// If they are not the bytes of a command.
            pub fn from_bytes(bytes: &[u8]) -> Result<Self, CommandDecodeError> {
                Reader::whole(bytes).map_err(|Malformed(what)| CommandDecodeError { what })
            }

            /// The name of the user whose keys these are, and the bytes of everything that it asks for: two commands
            /// of one method under one key are the same request if these are equal.
            #[cfg(any(test, feature = "testing"))]
            pub(crate) fn asked(&self) -> (&[u8], Vec<u8>) {
                let mut body = Vec::new();
                match self {
                    $(Self::$name(command) => {
                        command.put_body(&mut body);
                        (command.scope().map_or(&[], UserId::as_bytes), body)
                    })*
                }
            }
        }

        impl Wire for Command {
            fn put(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_bytes());
            }
            fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
                Ok(match u8::get(from)? {
                    $($number => {
                        Self::$name(<target!($form $name { $($fields)* }) as Request>::get(from)?.into())
                    })*
                    _ => return Err(Malformed("a command that this version does not know")),
                })
            }
        }
    };
}

for_each_command!(define_commands);

/// Why bytes are not those of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandDecodeError {
    what: &'static str,
}

impl fmt::Display for CommandDecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not the bytes of a command: {}", self.what)
    }
}

impl std::error::Error for CommandDecodeError {}
