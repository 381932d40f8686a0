//! Reads what the other side wrote. Whatever the bytes are, nothing here panics, reads past their end, or makes room
//! for more than there is.

use std::fmt;

use tacos_engine::Refusal;

/// Why a value cannot be read.
#[derive(Debug)]
pub(crate) enum Unfit {
    /// The other side writes no such bytes: the two sides do not fit, which is a bug.
    Malformed(String),
    /// The engine takes no such value; the refusal names it.
    Refused(Refusal),
}

impl Unfit {
    pub(crate) fn malformed(what: impl fmt::Display) -> Self {
        Self::Malformed(what.to_string())
    }
}

impl From<Refusal> for Unfit {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

pub(crate) type Taken<T> = Result<T, Unfit>;

/// A value that a request can have.
pub(crate) trait Take: Sized {
    /// Reads it and checks it; `field` is its name in a refusal.
    fn take(from: &mut Input<'_>, field: &'static str) -> Taken<Self>;
}

/// Bytes that are being read.
pub(crate) struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    /// Reads all of `bytes`; those that are left over are an error.
    pub(crate) fn whole<T>(bytes: &'a [u8], read: impl FnOnce(&mut Self) -> Taken<T>) -> Taken<T> {
        let mut from = Self { rest: bytes };
        let value = read(&mut from)?;
        match from.rest.len() {
            0 => Ok(value),
            left => Err(Unfit::malformed(format_args!("{left} bytes too many"))),
        }
    }

    pub(crate) fn take<T: Take>(&mut self, field: &'static str) -> Taken<T> {
        T::take(self, field)
    }

    /// The next `count` bytes.
    pub(crate) fn bytes(&mut self, count: usize) -> Taken<&'a [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(count).ok_or_else(|| {
            Unfit::malformed(format_args!("{} bytes where {count} should be", self.rest.len()))
        })?;
        self.rest = rest;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Taken<[u8; N]> {
        let (bytes, rest) = self
            .rest
            .split_first_chunk()
            .ok_or_else(|| Unfit::malformed(format_args!("{} bytes where {N} should be", self.rest.len())))?;
        self.rest = rest;
        Ok(*bytes)
    }

    /// The number of a form, a word or a command.
    pub(crate) fn tag(&mut self) -> Taken<u8> {
        self.array().map(u8::from_be_bytes)
    }

    pub(crate) fn flag(&mut self) -> Taken<bool> {
        match self.tag()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(Unfit::malformed(format_args!("{other} is neither yes nor no"))),
        }
    }

    pub(crate) fn int(&mut self) -> Taken<i32> {
        self.array().map(i32::from_be_bytes)
    }

    pub(crate) fn long(&mut self) -> Taken<i64> {
        self.array().map(i64::from_be_bytes)
    }

    /// How many items or bytes follow. Each takes a byte at least, so that no more are promised than are there.
    pub(crate) fn count(&mut self) -> Taken<usize> {
        let count = self.int()?;
        usize::try_from(count).ok().filter(|count| *count <= self.rest.len()).ok_or_else(|| {
            Unfit::malformed(format_args!(
                "{count} items or bytes are promised, {} bytes are left",
                self.rest.len()
            ))
        })
    }

    /// Bytes behind their number.
    pub(crate) fn octets(&mut self) -> Taken<&'a [u8]> {
        let count = self.count()?;
        self.bytes(count)
    }

    pub(crate) fn text(&mut self) -> Taken<&'a str> {
        std::str::from_utf8(self.octets()?).map_err(Unfit::malformed)
    }

    /// A list, which grows as it is read.
    pub(crate) fn list<T, C: FromIterator<T>>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Taken<T>,
    ) -> Taken<C> {
        (0..self.count()?).map(|_| read(self)).collect()
    }
}
