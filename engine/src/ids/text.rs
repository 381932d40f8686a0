//! Ids that callers bring: short texts, checked once when they are made.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use super::prepared::{Prepared, TableNumber};
use super::short::Text;
use crate::limits::ID_BYTES_MAX;

/// Why a text is not an id, and of which kind it should have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TextIdError {
    /// The type that the text was to become, by its name: `UserId`.
    pub kind: &'static str,
    /// What is wrong with the text.
    pub fault: TextIdFault,
}

/// What is wrong with a text that should be an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextIdFault {
    /// The text has no characters.
    Empty,
    /// The text is longer than the bound of its kind, in bytes.
    TooLong {
        /// Its length in bytes.
        bytes: usize,
        /// The most that its kind may have.
        bytes_max: usize,
    },
    /// The byte at this offset is not allowed: ids take `[A-Za-z0-9._:-]`, idempotency keys any visible ASCII.
    BadByte {
        /// Offset of the first such byte.
        at: usize,
    },
}

impl fmt::Display for TextIdFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "must not be empty"),
            Self::TooLong { bytes, bytes_max } => {
                write!(f, "has {bytes} bytes, at most {bytes_max} are allowed")
            }
            Self::BadByte { at } => write!(f, "has a character that is not allowed at byte {at}"),
        }
    }
}

impl fmt::Display for TextIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.fault)
    }
}

impl std::error::Error for TextIdError {}

/// Which bytes a kind of text may have.
pub(super) type Alphabet = [bool; 256];

/// `[A-Za-z0-9._:-]`.
pub(super) static ID_BYTES: Alphabet = {
    let mut allowed = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        allowed[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'-');
        byte += 1;
    }
    allowed
};

/// Visible ASCII.
pub(super) static KEY_BYTES: Alphabet = {
    let mut allowed = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        allowed[byte as usize] = byte.is_ascii_graphic();
        byte += 1;
    }
    allowed
};

/// Checks a text of this kind.
pub(super) fn check(
    kind: &'static str,
    text: &[u8],
    bytes_max: usize,
    allowed: &Alphabet,
) -> Result<(), TextIdError> {
    let fault = |fault| Err(TextIdError { kind, fault });
    if text.is_empty() {
        return fault(TextIdFault::Empty);
    }
    if text.len() > bytes_max {
        return fault(TextIdFault::TooLong { bytes: text.len(), bytes_max });
    }
    let bad = text.iter().position(|byte| !allowed[usize::from(*byte)]);
    bad.map_or(Ok(()), |at| fault(TextIdFault::BadByte { at }))
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident $(, $prepared:ident)?) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name {
            text: Text,
            $(
                /// No part of the id: two ids with the same text are the same.
                $prepared: Prepared,
            )?
        }

        impl $name {
            /// Checks `text` and makes an id of it.
            ///
            /// # Errors
            /// [`TextIdError`] if it is empty, too long, or has a character that its kind does not allow.
            pub fn new(text: &str) -> Result<Self, TextIdError> {
                Self::of_bytes(text.as_bytes())
            }

            /// As [`new`](Self::new), of a text's bytes.
            ///
            /// # Errors
            /// As [`new`](Self::new).
            pub fn of_bytes(text: &[u8]) -> Result<Self, TextIdError> {
                check(stringify!($name), text, ID_BYTES_MAX, &ID_BYTES)?;
                Ok(Self { text: Text::new(text) $(, $prepared: Prepared::default())? })
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                std::str::from_utf8(self.as_bytes()).expect("checked to be ASCII when it was made")
            }

            /// The text's bytes, all of them ASCII.
            #[must_use]
            #[inline]
            pub fn as_bytes(&self) -> &[u8] {
                self.text.as_bytes()
            }

            /// The text.
            #[inline]
            #[allow(dead_code, reason = "few kinds are hashed")]
            pub(super) fn text(&self) -> &Text {
                &self.text
            }

            /// Appends the text's bytes to `out`.
            #[inline]
            pub(crate) fn append_to(&self, out: &mut Vec<u8>) {
                self.text.append_to(out);
            }
        }

        impl PartialEq for $name {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                self.text == other.text
            }
        }

        impl Eq for $name {}

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> Ordering {
                self.as_bytes().cmp(other.as_bytes())
            }
        }

        impl Hash for $name {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.as_bytes().hash(state);
            }
        }

        impl FromStr for $name {
            type Err = TextIdError;
            fn from_str(text: &str) -> Result<Self, TextIdError> {
                Self::new(text)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = TextIdError;
            fn try_from(text: &str) -> Result<Self, TextIdError> {
                Self::new(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        // Lets a map with such keys be asked with a plain byte slice; equality and hash are those of the bytes.
        impl Borrow<[u8]> for $name {
            fn borrow(&self) -> &[u8] {
                self.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({:?})", stringify!($name), self.as_str())
            }
        }
    };
}

/// What a table may keep in an id of this kind: 32 bits.
macro_rules! preparable {
    ($($name:ident),*) => {$(
        impl $name {
            /// The id as a text that keeps what was prepared, for where ids go as texts inside one process: the
            /// bindings of other languages. [`of_prepared_text`](Self::of_prepared_text) reads it. It means nothing in
            /// another process and is not to be kept or sent. Of an id that was not prepared it is the text.
            #[must_use]
            pub fn to_prepared_text(&self) -> String {
                self.prepared.to_text(self.as_str()).unwrap_or_else(|| self.as_str().to_owned())
            }

            /// The id of a text, or of what [`to_prepared_text`](Self::to_prepared_text) has given in this process. A
            /// prepared text that was made up or changed is a text like any other, and not the text of an id.
            ///
            /// # Errors
            /// As [`new`](Self::new).
            #[inline]
            pub fn of_prepared_text(given: impl AsRef<[u8]>) -> Result<Self, TextIdError> {
                let given = given.as_ref();
                match Prepared::of_text(given) {
                    // The text was that of an id when it was prepared, of whatever kind: all have the same alphabet.
                    Some((prepared, text)) => Ok(Self { text: Text::new(text), prepared }),
                    None => Self::of_bytes(given),
                }
            }

            /// The same id with what `table` found out about it.
            pub(crate) fn prepared_by(&self, table: TableNumber, found: u32) -> Self {
                Self { prepared: Prepared::by(table, found), ..self.clone() }
            }

            /// What `table` has found out about it, if it has.
            #[inline]
            pub(crate) fn found_by(&self, table: TableNumber) -> Option<u32> {
                self.prepared.of(table)
            }
        }
    )*};
}

text_id!(
    /// The event (the show) being sold: 1 to 128 bytes of `[A-Za-z0-9._:-]`. It may be
    /// [prepared](crate::Engine::prepare_event).
    EventId, prepared
);
text_id!(
    /// A customer: 1 to 128 bytes of `[A-Za-z0-9._:-]`. It may be [prepared](crate::Engine::prepare_user).
    UserId, prepared
);
text_id!(
    /// A customer's browser session: 1 to 128 bytes of `[A-Za-z0-9._:-]`.
    SessionId
);
text_id!(
    /// A seat of one event, as its seat map calls it (`A-12`): 1 to 128 bytes of `[A-Za-z0-9._:-]`. It may be
    /// [prepared](crate::Engine::prepare_seat).
    SeatId, prepared
);
text_id!(
    /// A section of one event, as its seat map calls it: 1 to 128 bytes of `[A-Za-z0-9._:-]`.
    SectionId
);
text_id!(
    /// A reservation that another service keeps under its own id: 1 to 128 bytes of `[A-Za-z0-9._:-]`.
    ExternalId
);
preparable!(EventId, UserId, SeatId);

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn ids_are_checked_when_made() {
        assert_eq!(EventId::new("evt_2025_1001").expect("good").as_str(), "evt_2025_1001");
        let refused = |kind, fault| TextIdError { kind, fault };
        assert_eq!(EventId::new(""), Err(refused("EventId", TextIdFault::Empty)));
        assert_eq!(UserId::new("a b"), Err(refused("UserId", TextIdFault::BadByte { at: 1 })));
        let long = UserId::new(&"u".repeat(129)).expect_err("too long");
        assert_eq!(long.fault, TextIdFault::TooLong { bytes: 129, bytes_max: 128 });
        assert_eq!(long.to_string(), "UserId has 129 bytes, at most 128 are allowed");
    }

    #[test]
    fn what_was_found_out_is_no_part_of_an_id() {
        let seat = SeatId::new("A-1").expect("good");
        let prepared = seat.prepared_by(TableNumber::next(), 7);
        assert_eq!((&prepared, format!("{prepared:?}")), (&seat, format!("{seat:?}")));
        let both = std::collections::HashSet::from([seat.clone(), prepared.clone()]);
        assert_eq!(both.len(), 1);
        assert_eq!(seat.cmp(&prepared), Ordering::Equal);
    }
}
