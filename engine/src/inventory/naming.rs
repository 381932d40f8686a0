//! How a row names its seats, and how a label is found again: rows whose labels follow a rule (prefix, number, equal
//! steps) cost nothing per seat; the others keep their labels one by one. Knows text and numbers, nothing of venues.

use std::fmt;

/// Most digits of a seat number.
pub(super) const DIGITS_MAX: usize = 9;
/// Largest seat number.
pub(super) const NUMBER_MAX: u32 = 999_999_999;

/// Number blocks of this size share one entry of the index: most rows then need one or two.
const BLOCK_BITS: u32 = 6;

/// A rule for the labels of a row: `prefix` ends in no digit, so each label splits in one way only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rule<'a> {
    pub(super) prefix: &'a str,
    pub(super) first: u32,
    pub(super) step: i32,
    pub(super) digits_min: u8,
}

/// A label cut before its trailing digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Split<'a> {
    pub(super) prefix: &'a [u8],
    pub(super) digits: &'a [u8],
    pub(super) number: u32,
}

impl<'a> Split<'a> {
    /// `None` if the label does not end in 1 to 9 digits, or could be cut in several ways.
    #[inline]
    pub(super) fn of(label: &'a [u8]) -> Option<Self> {
        let bytes = label;
        let mut at = bytes.len();
        let (mut number, mut scale) = (0u32, 1u32);
        while at > 0 && bytes[at - 1].is_ascii_digit() {
            if bytes.len() - at == DIGITS_MAX {
                return None;
            }
            at -= 1;
            number += u32::from(bytes[at] - b'0') * scale;
            scale = scale.wrapping_mul(10);
        }
        let (prefix, digits) = label.split_at(at);
        (!digits.is_empty()).then_some(Self { prefix, digits, number })
    }

    /// Where the index keeps the rows that may have this number.
    #[inline]
    pub(super) fn key(self) -> u64 {
        block_key(hash(self.prefix), self.number >> BLOCK_BITS)
    }

    /// Index among `count` seats of one prefix whose numbers begin with `first` and go on by `step`, written with at
    /// least `digits_min` digits; `None` if the label's number is none of them, or is not written so.
    #[inline]
    pub(super) fn index_in(self, (first, step, digits_min): (u32, i32, u8), count: u32) -> Option<u32> {
        let ahead = i64::from(self.number) - i64::from(first);
        let step = i64::from(step);
        let index = if step == 1 { ahead } else { ahead / step };
        if index < 0 || index >= i64::from(count) || index * step != ahead {
            return None;
        }
        let (digits, least) = (self.digits.len(), usize::from(digits_min).max(1));
        let written_so = digits == least || (digits > least && !self.digits.starts_with(b"0"));
        written_so.then_some(u32::try_from(index).expect("below count"))
    }
}

fn block_key(prefix_hash: u64, block: u32) -> u64 {
    fold(prefix_hash ^ u64::from(block).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// Where the index keeps a label that follows no rule.
#[inline]
pub(super) fn listed_key(label: &[u8]) -> u64 {
    fold(!hash(label))
}

/// A short multiply-and-fold hash. Seat maps come from the operator, so it need not resist an attacker.
#[inline]
fn hash(bytes: &[u8]) -> u64 {
    let mut state = bytes.len() as u64 ^ 0x243f_6a88_85a3_08d3;
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        state = fold(state ^ u64::from_le_bytes(*word));
    }
    // The rest in pieces that may overlap: together with the length they say every byte of it.
    match (rest.first_chunk::<4>(), rest.last_chunk::<4>(), rest) {
        (Some(first), Some(last), _) => {
            let both = u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32;
            fold(state ^ both)
        }
        (.., [first, .., last]) => {
            let middle = rest[rest.len() / 2];
            fold(state ^ (u64::from(*first) | u64::from(middle) << 8 | u64::from(*last) << 16))
        }
        (.., [one]) => fold(state ^ u64::from(*one)),
        (.., []) => state,
    }
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the two halves of the product are what is folded")]
fn fold(word: u64) -> u64 {
    let product = u128::from(word) * 0xd6e8_feb8_6659_fd93;
    (product >> 64) as u64 ^ product as u64
}

impl<'a> Rule<'a> {
    /// The rule that a list of labels follows, if it follows one.
    pub(super) fn find(labels: &'a [String]) -> Option<Self> {
        let split = |label: &'a String| Split::of(label.as_bytes());
        let first = split(labels.first()?)?;
        let second = labels.get(1).map_or(Some(first), split)?;
        let step = i64::from(second.number) - i64::from(first.number);
        let step = if labels.len() == 1 { 1 } else { i32::try_from(step).ok().filter(|&step| step != 0)? };
        let digits_min =
            labels.iter().map(|label| split(label).map_or(0, |split| split.digits.len())).min()?;
        let digits_min = u8::try_from(digits_min).ok()?;
        let prefix = &labels[0][..first.prefix.len()];
        let rule = Self { prefix, first: first.number, step, digits_min };
        let follows = |(index, label): (u32, &'a String)| {
            split(label).is_some_and(|split| rule.index_of(split, u32::MAX) == Some(index))
        };
        (0..).zip(labels).all(follows).then_some(rule)
    }

    /// Number of the seat at `index`; the caller has checked that it exists.
    #[inline]
    pub(super) fn number(self, index: u32) -> u32 {
        let number = i64::from(self.first) + i64::from(self.step) * i64::from(index);
        u32::try_from(number).expect("checked when the row was built")
    }

    /// Index of the seat with this label among the row's `count`, if the label follows this rule.
    #[inline]
    pub(super) fn index_of(self, split: Split<'_>, count: u32) -> Option<u32> {
        let index = split.index_in((self.first, self.step, self.digits_min), count)?;
        (split.prefix == self.prefix.as_bytes()).then_some(index)
    }

    /// Calls `key` for every entry that the index needs, so that each of the row's labels is found.
    pub(super) fn keys(self, count: u32, mut key: impl FnMut(u64)) {
        let prefix_hash = hash(self.prefix.as_bytes());
        let mut last = None;
        for index in 0..count {
            let block = self.number(index) >> BLOCK_BITS;
            if last != Some(block) {
                key(block_key(prefix_hash, block));
                last = Some(block);
            }
        }
    }

    /// Writes the label of the seat at `index`.
    pub(super) fn write(self, index: u32, to: &mut impl fmt::Write) -> fmt::Result {
        // By hand: refusals name seats, and in a rush most answers are refusals.
        let mut digits = [b'0'; DIGITS_MAX];
        let (mut number, mut at) = (self.number(index), DIGITS_MAX);
        while number > 0 {
            at -= 1;
            digits[at] = b'0' + u8::try_from(number % 10).expect("a digit");
            number /= 10;
        }
        let at = at.min(DIGITS_MAX - usize::from(self.digits_min).clamp(1, DIGITS_MAX));
        to.write_str(self.prefix)?;
        to.write_str(std::str::from_utf8(&digits[at..]).expect("digits are ASCII"))
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn rule(labels: &[&str]) -> Option<(String, u32, i32, u8)> {
        let labels: Vec<String> = labels.iter().map(ToString::to_string).collect();
        let found = Rule::find(&labels)?;
        for (index, label) in (0..).zip(&labels) {
            let mut written = String::new();
            found.write(index, &mut written).expect("string");
            assert_eq!(&written, label);
        }
        Some((found.prefix.to_owned(), found.first, found.step, found.digits_min))
    }

    #[test]
    fn lists_that_follow_a_rule_are_recognised() {
        assert_eq!(rule(&["A-8", "A-9", "A-10"]), Some(("A-".into(), 8, 1, 1)));
        assert_eq!(rule(&["A-098", "A-099", "A-100"]), Some(("A-".into(), 98, 1, 3)));
        assert_eq!(rule(&["7", "5", "3"]), Some((String::new(), 7, -2, 1)));
        assert_eq!(rule(&["R1-S07"]), Some(("R1-S".into(), 7, 1, 2)));
    }

    #[test]
    fn lists_that_follow_none_are_not() {
        for labels in [
            &["A-1", "A-2", "A-4"][..],
            &["A-1", "B-2"],
            &["A-1", "A-1"],
            &["A-9", "A-010"],
            &["left", "right"],
            &["1234567890"],
        ] {
            assert_eq!(rule(labels), None, "{labels:?}");
        }
    }
}
