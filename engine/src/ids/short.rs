//! Text of ids: short ones stand in the id itself.

/// Bytes kept without an allocation: a UUID in its usual form fits, and the text of a key of sixteen bytes.
pub(super) const SHORT_BYTES: usize = 38;

/// The bytes of a text. Copying a short one, and comparing two, is work of a fixed size.
#[derive(Clone)]
pub(super) enum Text {
    /// What stands behind the length is zero.
    Short {
        len: u8,
        bytes: [u8; SHORT_BYTES],
    },
    Long(Box<[u8]>),
}

const _: () = assert!(size_of::<Text>() == 40, "a text takes five words");

impl Text {
    pub(super) fn new(text: &[u8]) -> Self {
        let mut bytes = [0; SHORT_BYTES];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(room), Ok(len)) => {
                room.copy_from_slice(text);
                Self::Short { len, bytes }
            }
            _ => Self::Long(text.into()),
        }
    }

    #[inline]
    pub(super) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Short { len, bytes } => &bytes[..usize::from(*len)],
            Self::Long(bytes) => bytes,
        }
    }

    /// A short text's bytes with zeros behind them, and how many they are.
    #[inline]
    pub(super) fn as_short(&self) -> Option<(&[u8; SHORT_BYTES], usize)> {
        match self {
            Self::Short { len, bytes } => Some((bytes, usize::from(*len))),
            Self::Long(_) => None,
        }
    }

    /// Appends the bytes to `out`.
    #[inline]
    pub(super) fn append_to(&self, out: &mut Vec<u8>) {
        match self {
            // As many bytes as it could have, because a copy of a fixed size needs no call.
            Self::Short { len, bytes } => {
                let end = out.len() + usize::from(*len);
                out.extend_from_slice(bytes);
                out.truncate(end);
            }
            Self::Long(bytes) => out.extend_from_slice(bytes),
        }
    }
}

impl PartialEq for Text {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Short { len, bytes }, Self::Short { len: other_len, bytes: others }) => {
                len == other_len && same(bytes, others)
            }
            _ => self.as_bytes() == other.as_bytes(),
        }
    }
}

impl Eq for Text {}

/// Whole words are compared in place, where a comparison of slices would be a call.
#[inline]
fn same(one: &[u8; SHORT_BYTES], other: &[u8; SHORT_BYTES]) -> bool {
    let differ = |a: &[u8; 8], b: &[u8; 8]| u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
    let words = one.as_chunks().0.iter().zip(other.as_chunks().0);
    // The last word overlaps the one before it.
    let last = one.last_chunk().zip(other.last_chunk()).map_or(0, |(a, b)| differ(a, b));
    words.fold(last, |seen, (a, b)| seen | differ(a, b)) == 0
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn texts_of_every_length_are_what_they_were_made_of() {
        let all: Vec<u8> = (0..128).map(|at| b'a' + at % 26).collect();
        let mut before = Text::new(b"");
        for len in 1..=all.len() {
            let text = Text::new(&all[..len]);
            assert_eq!(text.as_bytes(), &all[..len]);
            assert_eq!(matches!(text, Text::Short { .. }), len <= SHORT_BYTES);
            let mut out = b"before ".to_vec();
            text.append_to(&mut out);
            assert_eq!(out, [b"before ", &all[..len]].concat());
            assert!(text == text.clone() && text != before, "{len}");
            before = text;
        }
    }
}
