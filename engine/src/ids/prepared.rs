//! What a table of an engine found out about a name ahead, kept in the id itself. The name stays what the id means:
//! what was found out is believed by the table that found it out and by no other.
//!
//! For borders that carry ids as texts a prepared id has a text of its own, the *prepared text*: `prepared `, 32
//! letters from `a` to `p`, a space, and the id's text. The letters, four bits each, are what was found out and a code
//! over that and the text, under a secret of the process: such a text comes from a caller, and a table would believe a
//! number that was made up.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use super::digits::joined;
use super::fold::Fold;

/// What a prepared text begins with, before a space. No id's text has one.
const BEGINNING: &[u8; 8] = b"prepared";
/// The letters of a word: of table and finding, and of the code. A space stands behind both.
const LETTERS: usize = 16;
const HEAD: usize = BEGINNING.len() + 1 + 2 * LETTERS + 1;

/// What codes begin with and what they multiply by, new in every process.
static SECRET: LazyLock<(u64, u64)> = LazyLock::new(|| {
    // The standard library's keys of hash maps are random bits of the system.
    let word = || RandomState::new().hash_one(0_u64);
    (word(), word() | 1)
});

/// The number of one table of one engine of this process. No other table has it, also not the table of the same
/// folder when it is opened again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TableNumber(u32);

impl TableNumber {
    /// No table's. Names that no table has prepared have it, so a table with this number would believe them.
    const NONE: u32 = 0;

    /// The next number. After four thousand million tables there is none left: later tables prepare nothing.
    pub(crate) fn next() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        // Relaxed: that no two are equal needs no order. After the last comes NONE, and stays.
        let up = |next: u32| (next != Self::NONE).then(|| next.wrapping_add(1));
        Self(NEXT.fetch_update(Ordering::Relaxed, Ordering::Relaxed, up).unwrap_or(Self::NONE))
    }
}

/// What the table with this number found out; by default nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Prepared {
    table: u32,
    found: u32,
}

impl Prepared {
    pub(crate) fn by(table: TableNumber, found: u32) -> Self {
        Self { table: table.0, found }
    }

    /// The prepared text of the id with this text; none if nothing was found out.
    pub(super) fn to_text(self, text: &str) -> Option<String> {
        if self.table == TableNumber::NONE {
            return None;
        }
        let mut out = String::with_capacity(HEAD + text.len());
        out.push_str("prepared ");
        for word in [self.word(), self.code(text.as_bytes())] {
            out.extend(letters_of(word));
        }
        out.push(' ');
        out.push_str(text);
        Some(out)
    }

    /// What a prepared text says was found out, and the id's own text behind it; none of any other text, and none of
    /// one that no table of this process has made.
    #[inline]
    pub(super) fn of_text(given: &[u8]) -> Option<(Self, &[u8])> {
        let (head, text) = given.split_first_chunk::<HEAD>()?;
        let (beginning, rest) = head.split_first_chunk()?;
        if beginning != BEGINNING || rest[0] != b' ' || rest[1 + 2 * LETTERS] != b' ' {
            return None;
        }
        let (words, _) = rest[1..].as_chunks::<LETTERS>();
        let (word, code) = (word_of(&words[0])?, word_of(&words[1])?);
        #[expect(clippy::cast_possible_truncation, reason = "the two halves of the word")]
        let prepared = Self { table: (word >> 32) as u32, found: word as u32 };
        (code == prepared.code(text)).then_some((prepared, text))
    }

    fn word(self) -> u64 {
        u64::from(self.table) << 32 | u64::from(self.found)
    }

    /// What cannot be computed without the process's secret.
    fn code(self, text: &[u8]) -> u64 {
        let mut fold = Fold::new(*SECRET);
        fold.word(self.word());
        fold.word(text.len() as u64);
        fold.piece(text);
        fold.end()
    }

    /// What `table` found out, if it was this one.
    #[inline]
    pub(crate) fn of(self, table: TableNumber) -> Option<u32> {
        (self.table == table.0 && self.table != TableNumber::NONE).then_some(self.found)
    }
}

/// The letters of a word, the highest four bits first.
fn letters_of(word: u64) -> impl Iterator<Item = char> {
    let fours = word.to_be_bytes().into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
    fours.map(|four| char::from(b'a' + four))
}

/// The word with these letters; none if one of them is none.
#[inline]
fn word_of(letters: &[u8; LETTERS]) -> Option<u64> {
    let (halves, _) = letters.as_chunks::<8>();
    Some(u64::from(half_of(halves[0])?) << 32 | u64::from(half_of(halves[1])?))
}

/// The value of eight letters, all at once; none if one of them is none.
#[inline]
fn half_of(letters: [u8; 8]) -> Option<u32> {
    // A byte that is less than `a` has bits of the upper four set after this, and so has one that is more than `p`. It
    // takes from the next one, which is then wrong too: but one that is wrong is enough.
    let values = u64::from_be_bytes(letters).wrapping_sub(u64::from_ne_bytes([b'a'; 8]));
    let wrong = values & u64::from_ne_bytes([0xf0; 8]);
    (wrong == 0).then(|| joined(values))
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn letters_are_those_of_one_word() {
        for word in [0, 1, u64::MAX, 0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210, 1 << 63] {
            let letters: Vec<u8> =
                letters_of(word).map(|letter| u8::try_from(letter).expect("ASCII")).collect();
            let letters: [u8; LETTERS] = letters.try_into().expect("as many");
            assert_eq!(word_of(&letters), Some(word));
            for at in 0..LETTERS {
                for byte in 0..=u8::MAX {
                    let mut other = letters;
                    other[at] = byte;
                    let value = (b'a'..=b'p').contains(&byte).then(|| {
                        let shift = 4 * (LETTERS - 1 - at);
                        word & !(15 << shift) | u64::from(byte - b'a') << shift
                    });
                    assert_eq!(word_of(&other), value, "{byte} at {at}");
                }
            }
        }
    }

    #[test]
    fn only_the_table_that_prepared_believes() {
        let (one, other) = (TableNumber::next(), TableNumber::next());
        let prepared = Prepared::by(one, 7);
        assert_eq!((prepared.of(one), prepared.of(other)), (Some(7), None));
    }

    #[test]
    fn a_prepared_text_is_that_of_its_making_and_no_other() {
        let prepared = Prepared::by(TableNumber::next(), 0x1234_5678);
        let text = prepared.to_text("A-7").expect("something was found out");
        let (read, id) = Prepared::of_text(text.as_bytes()).expect("of this process");
        assert_eq!((read.table, read.found, id), (prepared.table, prepared.found, &b"A-7"[..]));
        // Any other byte anywhere makes it a text like any other, and so does a byte less or more.
        let mut bytes = text.clone().into_bytes();
        for at in 0..bytes.len() {
            for other in (0..=u8::MAX).filter(|other| *other != text.as_bytes()[at]) {
                bytes[at] = other;
                assert!(Prepared::of_text(&bytes).is_none(), "{other} at {at} of {text}");
            }
            bytes[at] = text.as_bytes()[at];
            assert!(Prepared::of_text(&bytes[..at]).is_none(), "{at} bytes of {text}");
        }
        assert!(Prepared::of_text(format!("{text}x").as_bytes()).is_none());
        assert_eq!(Prepared::default().to_text("A-7"), None);
    }

    #[test]
    fn a_table_without_a_number_believes_nothing() {
        let none = TableNumber(TableNumber::NONE);
        assert_eq!(Prepared::default().of(none), None);
        assert_eq!(Prepared::by(none, 7).of(none), None);
    }
}
