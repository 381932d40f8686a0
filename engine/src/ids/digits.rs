//! Eight bytes as sixteen hexadecimal digits in lower case, and back, eight digits at once: a key of sixteen bytes is
//! read from its text on every call over a border.

/// A byte of this value in each place.
const fn each(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The digits of a word, the highest first.
pub(super) fn digits_of(word: u64) -> [u8; 16] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut digits = [0; 16];
    for (pair, byte) in digits.as_chunks_mut().0.iter_mut().zip(word.to_be_bytes()) {
        *pair = [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
    }
    digits
}

/// The word with these digits; none if one of them is no digit in lower case.
#[inline]
pub(super) fn word_of(digits: [u8; 16]) -> Option<u64> {
    let (halves, _) = digits.as_chunks::<8>();
    Some(u64::from(half_of(halves[0])?) << 32 | u64::from(half_of(halves[1])?))
}

/// Eight digits. Byte by byte in one word, where no byte comes to 256: additions do not carry from one to the next.
#[inline]
fn half_of(digits: [u8; 8]) -> Option<u32> {
    let given = u64::from_be_bytes(digits);
    if given & each(0x80) != 0 {
        return None;
    }
    // The high bit of a byte says: at least the character; it is set by what is missing to 128.
    let at_least = |from: u8| (given + each(0x80 - from)) & each(0x80);
    let number = at_least(b'0') & !at_least(b'9' + 1);
    let letter = at_least(b'a') & !at_least(b'f' + 1);
    if number | letter != each(0x80) {
        return None;
    }
    // The lower half of a number's character is its value, that of a letter's one less than ten below it.
    Some(joined((given & each(0x0f)) + (letter >> 7) * 9))
}

/// The four bits of each of eight bytes, the highest byte's first, in one number. Bits above these four must be 0.
#[inline]
pub(super) fn joined(values: u64) -> u32 {
    // Neighbours move together: eight values of four bits, four of eight, two of sixteen, one of thirty-two.
    let pairs = (values | values >> 4) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs | pairs >> 8) & 0x0000_ffff_0000_ffff;
    #[expect(clippy::cast_possible_truncation, reason = "the lower half is the number")]
    let number = (fours | fours >> 16) as u32;
    number
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_as_the_standard_library_reads_them() {
        for word in [0, 1, u64::MAX, 0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210, 1 << 63] {
            let digits = digits_of(word);
            assert_eq!(digits, *format!("{word:016x}").as_bytes());
            assert_eq!(word_of(digits), Some(word));
            for at in 0..16 {
                for byte in 0..=u8::MAX {
                    let mut other = digits;
                    other[at] = byte;
                    let is_digit = matches!(byte, b'0'..=b'9' | b'a'..=b'f');
                    let text = std::str::from_utf8(&other).ok().filter(|_| is_digit);
                    let value = text.and_then(|text| u64::from_str_radix(text, 16).ok());
                    assert_eq!(word_of(other), value, "{byte} at {at}");
                }
            }
        }
    }
}
