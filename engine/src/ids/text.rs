//! Ids that callers bring: short texts, checked once when they are made.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use smallvec::SmallVec;

use crate::limits::{ID_BYTES_MAX, KEY_BYTES_MAX};

/// Bytes kept without an allocation: a UUID in its usual form fits.
const INLINE_BYTES: usize = 40;

/// Why a text is not an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextIdError {
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

impl fmt::Display for TextIdError {
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

impl std::error::Error for TextIdError {}

fn check(text: &str, bytes_max: usize, allowed: impl Fn(u8) -> bool) -> Result<(), TextIdError> {
    if text.is_empty() {
        return Err(TextIdError::Empty);
    }
    if text.len() > bytes_max {
        return Err(TextIdError::TooLong { bytes: text.len(), bytes_max });
    }
    text.bytes().position(|byte| !allowed(byte)).map_or(Ok(()), |at| Err(TextIdError::BadByte { at }))
}

fn id_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'-')
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $bytes_max:expr, $allowed:expr) => {
        $(#[$doc])*
        #[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(SmallVec<[u8; INLINE_BYTES]>);

        impl $name {
            /// Checks `text` and makes an id of it.
            ///
            /// # Errors
            /// [`TextIdError`] if it is empty, too long, or has a character that its kind does not allow.
            pub fn new(text: &str) -> Result<Self, TextIdError> {
                check(text, $bytes_max, $allowed)?;
                Ok(Self(SmallVec::from_slice(text.as_bytes())))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                std::str::from_utf8(&self.0).expect("checked to be ASCII when it was made")
            }

            /// The text's bytes, all of them ASCII.
            #[must_use]
            #[inline]
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }
        }

        // By hand, because a derived clone of a small vector goes byte by byte.
        impl Clone for $name {
            #[inline]
            fn clone(&self) -> Self {
                Self(SmallVec::from_slice(&self.0))
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
                &self.0
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

text_id!(
    /// The event (the show) being sold: 1 to 128 bytes of `[A-Za-z0-9._:-]`.
    EventId, ID_BYTES_MAX, id_byte
);
text_id!(
    /// A customer: 1 to 128 bytes of `[A-Za-z0-9._:-]`.
    UserId, ID_BYTES_MAX, id_byte
);
text_id!(
    /// A customer's browser session: 1 to 128 bytes of `[A-Za-z0-9._:-]`.
    SessionId, ID_BYTES_MAX, id_byte
);
text_id!(
    /// A seat of one event, as its seat map calls it (`A-12`): 1 to 128 bytes of `[A-Za-z0-9._:-]`.
    SeatId, ID_BYTES_MAX, id_byte
);
text_id!(
    /// A section of one event, as its seat map calls it: 1 to 128 bytes of `[A-Za-z0-9._:-]`.
    SectionId, ID_BYTES_MAX, id_byte
);
text_id!(
    /// A reservation that another service keeps under its own id: 1 to 128 bytes of `[A-Za-z0-9._:-]`.
    ExternalId, ID_BYTES_MAX, id_byte
);
/// Makes a write safe to send twice: 1 to 128 visible ASCII characters. A UUID is customary.
///
/// The engine scopes a key by method and user, and compares requests by what the command asks for. A caller whose own
/// requests say more than the command (a server whose request has fields that the engine does not need) scopes the key
/// itself and brings the digest of its whole request: [`IdempotencyKey::for_request`].
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdempotencyKey {
    text: SmallVec<[u8; INLINE_BYTES]>,
    request: Option<[u8; 32]>,
}

impl IdempotencyKey {
    /// Checks `text` and makes a key of it.
    ///
    /// # Errors
    /// [`TextIdError`] if it is empty, too long, or has a character that is not visible ASCII.
    pub fn new(text: &str) -> Result<Self, TextIdError> {
        check(text, KEY_BYTES_MAX, |byte| byte.is_ascii_graphic())?;
        Ok(Self { text: SmallVec::from_slice(text.as_bytes()), request: None })
    }

    /// A key that its caller scopes, for a request with this digest. The same text is the same key whatever the command
    /// and its user are, and another digest under it is another request. The digest must depend on every field of the
    /// request and on nothing else.
    ///
    /// # Errors
    /// As [`IdempotencyKey::new`].
    pub fn for_request(text: &str, digest: [u8; 32]) -> Result<Self, TextIdError> {
        Ok(Self { request: Some(digest), ..Self::new(text)? })
    }

    /// The key of one step of the request that this key stands for, with the same digest.
    ///
    /// # Errors
    /// As [`IdempotencyKey::new`], if the name is too long or has a character that is not visible ASCII.
    pub fn part(&self, name: &str) -> Result<Self, TextIdError> {
        Ok(Self { request: self.request, ..Self::new(&format!("{self}/{name}"))? })
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text).expect("checked to be ASCII when it was made")
    }

    /// The text's bytes, all of them ASCII.
    #[must_use]
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        &self.text
    }

    /// The digest of the request that the key came with, if its caller brought one.
    #[inline]
    pub(crate) fn request(&self) -> Option<&[u8; 32]> {
        self.request.as_ref()
    }
}

// By hand, because a derived clone of a small vector goes byte by byte.
impl Clone for IdempotencyKey {
    #[inline]
    fn clone(&self) -> Self {
        Self { text: SmallVec::from_slice(&self.text), request: self.request }
    }
}

impl FromStr for IdempotencyKey {
    type Err = TextIdError;
    fn from_str(text: &str) -> Result<Self, TextIdError> {
        Self::new(text)
    }
}

impl TryFrom<&str> for IdempotencyKey {
    type Error = TextIdError;
    fn try_from(text: &str) -> Result<Self, TextIdError> {
        Self::new(text)
    }
}

impl AsRef<str> for IdempotencyKey {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdempotencyKey({:?})", self.as_str())
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn ids_are_checked_when_made() {
        assert_eq!(EventId::new("evt_2025_1001").expect("good").as_str(), "evt_2025_1001");
        assert_eq!(EventId::new(""), Err(TextIdError::Empty));
        assert_eq!(UserId::new("a b"), Err(TextIdError::BadByte { at: 1 }));
        assert_eq!(UserId::new(&"u".repeat(129)), Err(TextIdError::TooLong { bytes: 129, bytes_max: 128 }));
        assert!(IdempotencyKey::new("any/visible~sign").is_ok());
        assert_eq!(IdempotencyKey::new("tab\t"), Err(TextIdError::BadByte { at: 3 }));
    }
}
