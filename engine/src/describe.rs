//! What a description is, and how a type gets one: it is defined and described by the same lines of source. What the
//! engine describes is listed in `schema`.

use std::time::Duration;

use crate::clock::UnixMs;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// True or false.
    Bool,
    /// A whole number that is not negative, of so many bits.
    Unsigned(u32),
    /// A whole number, of so many bits.
    Signed(u32),
    /// A moment: milliseconds since the Unix epoch, 64 bits, not negative.
    Moment,
    /// A length of time, in whole milliseconds.
    Duration,
    /// A text in UTF-8.
    Text,
    /// Bytes that the engine does not read.
    Bytes,
    /// Exactly so many bytes.
    Array(usize),
    /// A text that callers bring as an id: 1 to `bytes_max` bytes of `[A-Za-z0-9._:-]`, or of visible ASCII for keys.
    Name {
        /// The name of its type.
        name: &'static str,
        /// The longest that it may be, in bytes.
        bytes_max: usize,
    },
    /// An id that the engine issues: sixteen bytes, or a text with this prefix.
    Id {
        /// The name of its type.
        name: &'static str,
        /// What its text begins with.
        prefix: &'static str,
    },
    /// A credential that the engine issues: twenty-four bytes, or a text with this prefix.
    Token {
        /// The name of its type.
        name: &'static str,
        /// What its text begins with.
        prefix: &'static str,
    },
    /// A currency: three upper-case letters, as in ISO 4217.
    Currency,
    /// A seat, or a number of standing places, in the engine's own four bytes.
    Place,
    /// Every place of an event: a `SeatMap`, whose bytes have a format of their own.
    SeatMap,
    /// A position in the journal: 64 bits.
    Position,
    /// May be absent.
    Optional(&'static Kind),
    /// Any number of them.
    List(&'static Kind),
    /// Two values.
    Pair(&'static Kind, &'static Kind),
    /// A record with named fields.
    Struct(&'static Struct),
    /// One of several forms.
    Enum(&'static Enum),
}

/// A record with named fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Struct {
    /// The name of its type.
    pub name: &'static str,
    /// What it is: lines of the documentation of its type.
    pub doc: &'static [&'static str],
    /// Its fields, in order.
    pub fields: &'static [Field],
}

/// A part of a command or record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name; empty for the value of a form that has one value only.
    pub name: &'static str,
    /// What it means: lines of its documentation.
    pub doc: &'static [&'static str],
    /// What it may be.
    pub kind: Kind,
    /// The least and the most that it may be, where a number has such bounds or a text has them in bytes.
    pub bounds: Option<(u64, u64)>,
    /// What it is to idempotency, in commands.
    pub mark: Mark,
    /// The method that sets it in Rust, where a command need not have it and `new` does not ask for it.
    pub setter: Option<&'static str>,
}

/// What a field of a command is to idempotency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Part of what is asked for: a retry must have the same.
    Asked,
    /// The idempotency key.
    Key,
    /// The user whose keys these are.
    Scope,
    /// Proves a right: a retry may have another.
    Right,
}

/// One of several forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enum {
    /// The name of its type.
    pub name: &'static str,
    /// What it is: lines of the documentation of its type.
    pub doc: &'static [&'static str],
    /// Its forms, in order.
    pub variants: &'static [Variant],
}

/// A form of an [`Enum`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Its name.
    pub name: &'static str,
    /// What it means: lines of its documentation.
    pub doc: &'static [&'static str],
    /// What it carries.
    pub fields: &'static [Field],
}

impl Field {
    /// The unit of a number, from the name, which ends with it: `ms`, or `minor` for minor units of a currency.
    #[must_use]
    pub fn unit(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Moment | Kind::Duration => return Some("ms"),
            Kind::Optional(Kind::Moment | Kind::Duration) => return Some("ms"),
            _ => {}
        }
        self.name.split('_').find_map(|part| ["ms", "minor"].into_iter().find(|unit| *unit == part))
    }
}

impl Variant {
    /// Its name in snake case: as scenarios, metrics and other languages write it.
    #[must_use]
    pub fn code(&self) -> String {
        snake(self.name)
    }
}

/// A name in snake case.
#[must_use]
pub fn snake(name: &str) -> String {
    let mut out = String::new();
    for sign in name.chars() {
        if sign.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(sign.to_ascii_lowercase());
    }
    out
}

/// The description of a type.
pub(crate) trait Described {
    const KIND: Kind;
    const KIND_REF: &'static Kind = &Self::KIND;
    /// What a list of such values is.
    const LIST: Kind = Kind::List(Self::KIND_REF);
}

/// The bounds of a field, which its description has.
pub(crate) fn bounds<T: Described>(field: &str) -> (u64, u64) {
    let Kind::Struct(Struct { fields, .. }) = T::KIND else { panic!("{field}: not a record") };
    let found = fields.iter().find(|described| described.name == field);
    found.and_then(|described| described.bounds).expect("a field with bounds")
}

/// Types that are what they are.
macro_rules! plain_kinds {
    ($($name:ty => $kind:expr),* $(,)?) => {$(
        impl $crate::describe::Described for $name {
            const KIND: $crate::describe::Kind = $kind;
        }
    )*};
}
plain_kinds!(
    bool => Kind::Bool,
    u32 => Kind::Unsigned(32),
    u64 => Kind::Unsigned(64),
    usize => Kind::Unsigned(64),
    i64 => Kind::Signed(64),
    UnixMs => Kind::Moment,
    Duration => Kind::Duration,
    String => Kind::Text,
    &'static str => Kind::Text,
    Box<str> => Kind::Text,
);

impl Described for u8 {
    const KIND: Kind = Kind::Unsigned(8);
    const LIST: Kind = Kind::Bytes;
}

impl<T: Described> Described for Option<T> {
    const KIND: Kind = Kind::Optional(T::KIND_REF);
}

impl<const N: usize> Described for [u8; N] {
    const KIND: Kind = Kind::Array(N);
}

impl<T: Described> Described for Vec<T> {
    const KIND: Kind = T::LIST;
}

impl<T: Described> Described for Box<[T]> {
    const KIND: Kind = T::LIST;
}

impl<A: Described, B: Described> Described for (A, B) {
    const KIND: Kind = Kind::Pair(A::KIND_REF, B::KIND_REF);
}

/// The method of a struct that sets a field, with the field's docs; nothing without a name for it. For structs that
/// callers make: they get more fields with time, so outside of this crate none is written out with all of them.
macro_rules! setter {
    ($name:ident [$($docs:tt)*] $field:ident: $kind:ty) => {};
    ($name:ident [$($docs:tt)*] $field:ident: $kind:ty = $with:ident) => {
        impl $name {
            $($docs)*
            #[must_use]
            pub fn $with(mut self, $field: $kind) -> Self {
                self.$field = $field;
                self
            }
        }
    };
}

/// Structs and enums as they are written anywhere else, with three additions: every field and every form has docs, and
/// a field may be followed by its bounds, `[least, most]`, and by the method that sets it, `= with_…`.
macro_rules! described {
    () => {};
    (
        $(#[doc = $doc:literal])+
        #[derive($($derive:tt)*)]
        $(#[$attribute:meta])*
        pub struct $name:ident {
            $($(#[doc = $field_doc:literal])+ pub $field:ident: $kind:ty $([$least:expr, $most:expr])? $(= $with:ident)?,)*
        }
        $($rest:tt)*
    ) => {
        $(#[doc = $doc])+
        #[derive($($derive)*)]
        $(#[$attribute])*
        pub struct $name {
            $($(#[doc = $field_doc])+ pub $field: $kind,)*
        }

        $($crate::describe::setter! { $name [$(#[doc = $field_doc])+] $field: $kind $(= $with)? })*

        impl $crate::describe::Described for $name {
            const KIND: $crate::describe::Kind = $crate::describe::Kind::Struct(&$crate::describe::Struct {
                name: stringify!($name),
                doc: &[$($doc),+],
                fields: &[$($crate::describe::Field {
                    name: stringify!($field),
                    doc: &[$($field_doc),+],
                    kind: <$kind as $crate::describe::Described>::KIND,
                    bounds: $crate::describe::described!(@bounds $([$least, $most])?),
                    mark: $crate::describe::Mark::Asked,
                    setter: $crate::describe::described!(@setter $($with)?),
                }),*],
            });
        }

        $crate::describe::described! { $($rest)* }
    };
    (
        $(#[doc = $doc:literal])+
        #[derive($($derive:tt)*)]
        $(#[$attribute:meta])*
        pub enum $name:ident {
            $(
                $(#[doc = $variant_doc:literal])+
                $variant:ident
                $(($($value:ty),+))?
                $({ $($(#[doc = $field_doc:literal])+ $field:ident: $kind:ty,)+ })?
                $(= $number:literal)?,
            )*
        }
        $($rest:tt)*
    ) => {
        $(#[doc = $doc])+
        #[derive($($derive)*)]
        $(#[$attribute])*
        pub enum $name {
            $(
                $(#[doc = $variant_doc])+
                $variant $(($($value),+))? $({ $($(#[doc = $field_doc])+ $field: $kind,)+ })? $(= $number)?,
            )*
        }

        impl $crate::describe::Described for $name {
            const KIND: $crate::describe::Kind = $crate::describe::Kind::Enum(&$crate::describe::Enum {
                name: stringify!($name),
                doc: &[$($doc),+],
                variants: &[$($crate::describe::Variant {
                    name: stringify!($variant),
                    doc: &[$($variant_doc),+],
                    fields: &[
                        $($($crate::describe::Field {
                            name: "",
                            doc: &[],
                            kind: <$value as $crate::describe::Described>::KIND,
                            bounds: None,
                            mark: $crate::describe::Mark::Asked,
                            setter: None,
                        }),+)?
                        $($($crate::describe::Field {
                            name: stringify!($field),
                            doc: &[$($field_doc),+],
                            kind: <$kind as $crate::describe::Described>::KIND,
                            bounds: None,
                            mark: $crate::describe::Mark::Asked,
                            setter: None,
                        }),+)?
                    ],
                }),*],
            });
        }

        $crate::describe::described! { $($rest)* }
    };
    (@setter) => { None };
    (@setter $with:ident) => { Some(stringify!($with)) };
    (@bounds) => { None };
    (@bounds [$least:expr, $most:expr]) => { Some(($least as u64, $most as u64)) };
}

pub(crate) use {described, plain_kinds, setter};
