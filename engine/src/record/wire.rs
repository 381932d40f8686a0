//! Little-endian bytes of plain values: how record bodies and remembered answers are written and read. Reading checks
//! every length and tag and never panics, whatever the bytes.

use smallvec::SmallVec;

use crate::clock::UnixMs;
use crate::ids::{EventId, ExternalId, IdempotencyKey, SlotId, UserId};

/// Bytes that are not what the reader expects. The checksum was good, so this is another version or a bug, not rot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) &'static str);

/// The unread rest of a body.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn bytes(&mut self, len: usize) -> Result<&'a [u8], Malformed> {
        let (head, tail) = self.0.split_at_checked(len).ok_or(Malformed("body ends early"))?;
        self.0 = tail;
        Ok(head)
    }

    /// A value, and nothing behind it.
    pub(crate) fn whole<T: Wire>(bytes: &'a [u8]) -> Result<T, Malformed> {
        let mut reader = Self(bytes);
        let value = T::get(&mut reader)?;
        if reader.0.is_empty() { Ok(value) } else { Err(Malformed("bytes behind the body")) }
    }
}

/// A value that can be written to and read from a body.
pub(crate) trait Wire: Sized {
    fn put(&self, out: &mut Vec<u8>);
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed>;

    /// Says of each field of a struct, up to the first that cannot be read, how many bytes are left behind it. For
    /// tests that change fields.
    #[cfg(any(test, feature = "testing"))]
    fn fields(_: &mut Reader<'_>, _: &mut dyn FnMut(&'static str, usize)) -> Result<(), Malformed> {
        Ok(())
    }
}

/// A fieldless enum that is written as one number, which is also the number of a state in a status word.
pub(crate) trait WireEnum: Sized {
    /// The form with this number; `None` if none has it, as 0 in the status word of a free slot.
    fn of_number(number: u8) -> Option<Self>;
}

macro_rules! wire_numbers {
    ($($number:ty),*) => {$(
        impl Wire for $number {
            #[inline]
            fn put(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }
            #[inline]
            fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
                let bytes = from.bytes(size_of::<$number>())?;
                Ok(<$number>::from_le_bytes(bytes.try_into().map_err(|_| Malformed("number"))?))
            }
        }
    )*};
}
wire_numbers!(u8, u16, u32, u64, u128, i64);

impl Wire for bool {
    #[inline]
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        match u8::get(from)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Malformed("bool")),
        }
    }
}

impl Wire for UnixMs {
    #[inline]
    fn put(&self, out: &mut Vec<u8>) {
        Self::get(*self).put(out);
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        u64::get(from).map(Self::new)
    }
}

impl<const N: usize> Wire for [u8; N] {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        from.bytes(N)?.try_into().map_err(|_| Malformed("array"))
    }
}

impl Wire for [u64; 5] {
    fn put(&self, out: &mut Vec<u8>) {
        self.iter().for_each(|number| number.put(out));
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut numbers = [0; 5];
        for number in &mut numbers {
            *number = u64::get(from)?;
        }
        Ok(numbers)
    }
}

impl Wire for SlotId {
    #[inline]
    fn put(&self, out: &mut Vec<u8>) {
        // In one piece: this stands in every record and answer.
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&self.slot.to_le_bytes());
        bytes[4..8].copy_from_slice(&self.generation.to_le_bytes());
        bytes[8..].copy_from_slice(&self.tag.to_le_bytes());
        out.extend_from_slice(&bytes);
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self { slot: u32::get(from)?, generation: u32::get(from)?, tag: u64::get(from)? })
    }
}

impl<T: Wire> Wire for Option<T> {
    #[inline]
    fn put(&self, out: &mut Vec<u8>) {
        self.is_some().put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(if bool::get(from)? { Some(T::get(from)?) } else { None })
    }
}

#[inline]
fn put_len(len: usize, out: &mut Vec<u8>) {
    u32::try_from(len).expect("bodies are far below 4 GiB").put(out);
}

impl Wire for Vec<u8> {
    fn put(&self, out: &mut Vec<u8>) {
        put_len(self.len(), out);
        out.extend_from_slice(self);
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let len = u32::get(from)? as usize;
        Ok(from.bytes(len)?.to_vec())
    }
}

impl<T: Wire, const N: usize> Wire for SmallVec<[T; N]> {
    #[inline]
    fn put(&self, out: &mut Vec<u8>) {
        put_len(self.len(), out);
        for item in self {
            item.put(out);
        }
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let len = u32::get(from)? as usize;
        // A length is believed only as far as there are bytes for it.
        if len > from.0.len() {
            return Err(Malformed("list longer than the body"));
        }
        let mut items = Self::new();
        for _ in 0..len {
            items.push(T::get(from)?);
        }
        Ok(items)
    }
}

impl Wire for String {
    fn put(&self, out: &mut Vec<u8>) {
        put_len(self.len(), out);
        out.extend_from_slice(self.as_bytes());
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let len = u32::get(from)? as usize;
        std::str::from_utf8(from.bytes(len)?).map(ToOwned::to_owned).map_err(|_| Malformed("text"))
    }
}

macro_rules! wire_text_ids {
    ($($id:ty),*) => {$(
        impl Wire for $id {
            #[inline]
            fn put(&self, out: &mut Vec<u8>) {
                out.push(u8::try_from(self.as_bytes().len()).expect("ids have at most 128 bytes"));
                self.append_to(out);
            }
            fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
                let len = u8::get(from)? as usize;
                Self::of_bytes(from.bytes(len)?).map_err(|_| Malformed("id"))
            }
        }
    )*};
}
wire_text_ids!(EventId, UserId, ExternalId, IdempotencyKey);

/// Writes and reads a struct field by field, in the order given. `as` names the type that a field is written as; fields
/// `beside` the others are not written, and read as their default.
macro_rules! wire_struct {
    (@put $value:expr, $out:ident) => { $crate::record::Wire::put(&$value, $out) };
    (@put $value:expr, $out:ident, $wire:ty) => { $crate::record::Wire::put(&<$wire>::from(&$value), $out) };
    (@get $from:ident) => { $crate::record::Wire::get($from)? };
    (@get $from:ident, $wire:ty) => { <$wire as $crate::record::Wire>::get($from)?.into() };
    ($name:ty { $($field:ident $(as $wire:ty)?),* $(,)? } $(beside { $($beside:ident),* })?) => {
        impl $crate::record::Wire for $name {
            fn put(&self, out: &mut Vec<u8>) {
                $($crate::record::wire_struct!(@put self.$field, out $(, $wire)?);)*
            }
            fn get(from: &mut $crate::record::Reader<'_>) -> Result<Self, $crate::record::Malformed> {
                $(let $field = $crate::record::wire_struct!(@get from $(, $wire)?);)*
                Ok(Self { $($field,)* $($($beside: Default::default(),)*)? })
            }
            #[cfg(any(test, feature = "testing"))]
            fn fields(
                from: &mut $crate::record::Reader<'_>,
                note: &mut dyn FnMut(&'static str, usize),
            ) -> Result<(), $crate::record::Malformed> {
                $(
                    let $field = $crate::record::wire_struct!(@get from $(, $wire)?);
                    note(concat!(stringify!($name), ".", stringify!($field)), from.0.len());
                )*
                let _ = Self { $($field,)* $($($beside: Default::default(),)*)? };
                Ok(())
            }
        }
    };
}

/// Defines the stored form of a thing: in memory, where its user is a number, and as the image of a snapshot, whose
/// bytes are the same fields in the order given, with `$named` in the number's place.
macro_rules! stored {
    (
        $(#[$doc:meta])*
        $name:ident of $named:ty {
            $($(#[$head_doc:meta])* $head:ident: $head_kind:ty,)*
            [user]
            $($(#[$tail_doc:meta])* $tail:ident: $tail_kind:ty $(as $wire:ty)?,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub(crate) struct $name<U = $crate::users::UserIx> {
            $($(#[$head_doc])* pub(crate) $head: $head_kind,)*
            pub(crate) user: U,
            $($(#[$tail_doc])* pub(crate) $tail: $tail_kind,)*
            /// Where its last record ends. No part of a snapshot, in which everything is durable.
            pub(crate) position: u64,
        }

        impl<U> $name<U> {
            /// The same, with its user said in another way.
            pub(crate) fn of<V>(self, user: V) -> $name<V> {
                $name { $($head: self.$head,)* user, $($tail: self.$tail,)* position: self.position }
            }
        }

        $crate::record::wire_struct!($name<$named> { $($head,)* user, $($tail $(as $wire)?,)* } beside { position });
    };
}

/// Defines bodies: structs that are written and read field by field, in the order given.
macro_rules! body {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $kind:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub(crate) struct $name { $(pub(crate) $field: $kind),* }
        $crate::record::wire_struct!($name { $($field),* });
    )*};
}

/// Writes and reads a fieldless enum as one byte.
macro_rules! wire_enum {
    ($name:ty { $($variant:ident = $number:literal),* $(,)? }) => {
        impl $crate::record::Wire for $name {
            fn put(&self, out: &mut Vec<u8>) {
                out.push(match self { $(Self::$variant => $number),* });
            }
            fn get(from: &mut $crate::record::Reader<'_>) -> Result<Self, $crate::record::Malformed> {
                let number = <u8 as $crate::record::Wire>::get(from)?;
                $crate::record::WireEnum::of_number(number).ok_or($crate::record::Malformed(stringify!($name)))
            }
        }
        impl $crate::record::WireEnum for $name {
            #[inline]
            fn of_number(number: u8) -> Option<Self> {
                match number {
                    $($number => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

pub(crate) use {body, stored, wire_enum, wire_struct};
