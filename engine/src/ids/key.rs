//! The idempotency key: a text or sixteen bytes, and perhaps the digest of the request that it came with.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use super::digits::{digits_of, word_of};
use super::short::{SHORT_BYTES, Text};
use super::text::{KEY_BYTES, TextIdError, check};
use crate::limits::KEY_BYTES_MAX;

/// What the text form of sixteen bytes begins with. It has a space, which no key of text has, and has it in the middle,
/// so that nothing on the way takes it for padding.
const BINARY: &str = "bytes ";
const BINARY_BYTES: usize = 16;
/// What an error calls a key.
const KIND: &str = "IdempotencyKey";
const _: () = assert!(
    BINARY.len() + 2 * BINARY_BYTES <= SHORT_BYTES && SHORT_BYTES <= KEY_BYTES_MAX,
    "sixteen bytes are a key without an allocation"
);

/// Makes a write safe to send twice: 1 to 128 visible ASCII characters, or sixteen bytes. A UUID is customary.
///
/// The engine scopes a key by method and user, and compares requests by what the command asks for. A caller whose own
/// requests say more than the command (a server whose request has fields that the engine does not need) scopes the key
/// itself and brings the digest of its whole request: [`IdempotencyKey::for_request`].
#[derive(Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    text: Text,
    kind: KeyKind,
}

/// What a key is beside its text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum KeyKind {
    Text,
    /// The text is the form of these bytes.
    Binary([u8; BINARY_BYTES]),
    /// The digest of the request that it came with.
    Request([u8; 32]),
}

impl IdempotencyKey {
    /// Checks `text` and makes a key of it. The text of a key that was made [of bytes](Self::from_bytes) is that key.
    ///
    /// # Errors
    /// [`TextIdError`] if it is empty, too long, or has a character that is not visible ASCII.
    pub fn new(text: &str) -> Result<Self, TextIdError> {
        Self::of_bytes(text.as_bytes())
    }

    /// As [`new`](Self::new), of a text's bytes.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn of_bytes(text: &[u8]) -> Result<Self, TextIdError> {
        if let Some(bytes) = bytes_of(text) {
            return Ok(Self { text: Text::new(text), kind: KeyKind::Binary(bytes) });
        }
        check(KIND, text, KEY_BYTES_MAX, &KEY_BYTES)?;
        Ok(Self { text: Text::new(text), kind: KeyKind::Text })
    }

    /// A key of sixteen bytes, a UUID for example. It is compared and remembered by its bytes, which is faster than by
    /// a text, and is another key than every text. Its own text, for where keys are texts, is `bytes ` and 32
    /// hexadecimal digits in lower case; [`IdempotencyKey::new`] reads it.
    #[must_use]
    pub fn from_bytes(bytes: [u8; BINARY_BYTES]) -> Self {
        let mut text = [0; BINARY.len() + 2 * BINARY_BYTES];
        let (head, digits) = text.split_at_mut(BINARY.len());
        head.copy_from_slice(BINARY.as_bytes());
        for (digits, word) in digits.as_chunks_mut().0.iter_mut().zip(bytes.as_chunks().0) {
            *digits = digits_of(u64::from_be_bytes(*word));
        }
        Self { text: Text::new(&text), kind: KeyKind::Binary(bytes) }
    }

    /// A key that its caller scopes, for a request with this digest. The same text is the same key whatever the command
    /// and its user are, and another digest under it is another request. The digest must depend on every field of the
    /// request and on nothing else.
    ///
    /// # Errors
    /// As [`IdempotencyKey::new`].
    pub fn for_request(text: &str, digest: [u8; 32]) -> Result<Self, TextIdError> {
        Ok(Self { kind: KeyKind::Request(digest), ..Self::new(text)? })
    }

    /// The key of one step of the request that this key stands for, with the same digest. A step of a key of bytes has
    /// a key of bytes, made of the key and the name by a hash.
    ///
    /// # Errors
    /// As [`IdempotencyKey::new`], if the name is too long or has a character that is not visible ASCII.
    pub fn part(&self, name: &str) -> Result<Self, TextIdError> {
        let part = match bytes_of(self.as_bytes()) {
            None => Self::new(&format!("{self}/{name}"))?,
            Some(bytes) => {
                check(KIND, name.as_bytes(), KEY_BYTES_MAX, &KEY_BYTES)?;
                let mut hasher = blake3::Hasher::new();
                hasher.update(&bytes).update(name.as_bytes());
                let mut part = [0; BINARY_BYTES];
                part.copy_from_slice(&hasher.finalize().as_bytes()[..BINARY_BYTES]);
                Self::from_bytes(part)
            }
        };
        Ok(match self.kind {
            KeyKind::Request(_) => Self { kind: self.kind, ..part },
            KeyKind::Text | KeyKind::Binary(_) => part,
        })
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
    pub(super) fn text(&self) -> &Text {
        &self.text
    }

    /// Appends the text's bytes to `out`.
    #[inline]
    pub(crate) fn append_to(&self, out: &mut Vec<u8>) {
        self.text.append_to(out);
    }

    /// What it is beside its text.
    #[inline]
    pub(crate) fn kind(&self) -> &KeyKind {
        &self.kind
    }

    /// The digest of the request that the key came with, if its caller brought one.
    #[inline]
    pub(crate) fn request(&self) -> Option<&[u8; 32]> {
        match &self.kind {
            KeyKind::Request(digest) => Some(digest),
            KeyKind::Text | KeyKind::Binary(_) => None,
        }
    }
}

/// The bytes whose form a text is.
fn bytes_of(text: &[u8]) -> Option<[u8; BINARY_BYTES]> {
    let digits = text.strip_prefix(BINARY.as_bytes())?;
    let digits: &[u8; 2 * BINARY_BYTES] = digits.try_into().ok()?;
    let mut bytes = [0; BINARY_BYTES];
    for (word, digits) in bytes.as_chunks_mut().0.iter_mut().zip(digits.as_chunks().0) {
        *word = word_of(*digits)?.to_be_bytes();
    }
    Some(bytes)
}

impl PartialOrd for IdempotencyKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for IdempotencyKey {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.as_bytes(), self.kind).cmp(&(other.as_bytes(), other.kind))
    }
}

impl Hash for IdempotencyKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
        self.kind.hash(state);
    }
}

impl From<[u8; BINARY_BYTES]> for IdempotencyKey {
    fn from(bytes: [u8; BINARY_BYTES]) -> Self {
        Self::from_bytes(bytes)
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

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use proptest::prelude::*;

    use super::super::text::TextIdFault;
    use super::*;

    fn fault(text: &str) -> Option<TextIdFault> {
        IdempotencyKey::new(text).err().map(|error| error.fault)
    }

    #[test]
    fn keys_are_checked_when_made() {
        assert!(IdempotencyKey::new("any/visible~sign").is_ok());
        assert_eq!(fault("tab\t"), Some(TextIdFault::BadByte { at: 3 }));
    }

    proptest! {
        #[test]
        fn a_key_of_bytes_comes_back_from_its_text(bytes in any::<[u8; 16]>()) {
            let key = IdempotencyKey::from_bytes(bytes);
            prop_assert_eq!(IdempotencyKey::new(key.as_str()), Ok(key.clone()));
            prop_assert!(matches!(key.text, Text::Short { .. }), "no allocation");
            let text = key.as_str().replace(' ', "");
            prop_assert_ne!(IdempotencyKey::new(&text).expect("visible"), key.clone());
            prop_assert!(matches!(key.part("two").expect("visible").kind, KeyKind::Binary(other) if other != bytes));
            let request = IdempotencyKey::for_request(key.as_str(), [7; 32]).expect("a key's text");
            let part = request.part("two").expect("visible");
            prop_assert_eq!(part.request(), Some(&[7; 32]));
        }
    }

    #[test]
    fn there_is_one_text_for_a_key_of_bytes() {
        let text = "bytes 00112233445566778899aabbccddeeff";
        assert_eq!(IdempotencyKey::new(text).expect("its form").as_str(), text);
        for other in [
            &text[..37],
            &text.to_uppercase(),
            &text.replace('a', "A"),
            &format!("{text}0"),
            &text.replace('0', "g"),
        ] {
            assert_eq!(fault(other), Some(TextIdFault::BadByte { at: 5 }), "{other}");
        }
    }
}
