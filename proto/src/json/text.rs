//! Values that are texts in JSON: numbers and bytes in quotes, moments, spans, lists of fields.

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use prost_types::{Duration, FieldMask, Timestamp};

/// First and last second of the years 1 to 9999, which have four digits.
const SECONDS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;
/// Ten thousand years, in seconds.
const SPAN_MAX: i64 = 315_576_000_000;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const PLAIN: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const FOR_URLS: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

/// Adds the bytes that a base64 text of either alphabet stands for, padded or not; none if it is none.
pub(super) fn put_base64(text: &str, out: &mut Vec<u8>) -> Option<()> {
    let engine = if text.contains(['-', '_']) { FOR_URLS } else { PLAIN };
    engine.decode_vec(text, out).ok()
}

/// Adds bytes as base64 of the standard alphabet, padded.
pub(super) fn write_base64(bytes: &[u8], out: &mut Vec<u8>) {
    let from = out.len();
    out.resize(from + bytes.len().div_ceil(3) * 4, 0);
    let written = PLAIN.encode_slice(bytes, &mut out[from..]);
    debug_assert!(
        written.is_ok_and(|written| from + written == out.len()),
        "four characters for three bytes"
    );
}

/// A moment as RFC 3339 with upper-case letters, of the years 1 to 9999; none for every other text. Digits after the
/// ninth are cut.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    // The library also takes shorter and other spellings, leap seconds too.
    let shape = text.as_bytes();
    let (date, zone) = shape.split_at_checked(19)?;
    let fits = |shape: &[u8], of: &[u8]| {
        let alike = |(byte, of): (&u8, &u8)| if *of == b'0' { byte.is_ascii_digit() } else { byte == of };
        shape.len() == of.len() && shape.iter().zip(of).all(alike)
    };
    let zone = match zone.split_first() {
        Some((b'.', rest)) => {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            &rest[if digits == 0 { return None } else { digits }..]
        }
        _ => zone,
    };
    let zoned = zone == b"Z" || fits(zone, b"+00:00") || fits(zone, b"-00:00");
    if !fits(date, b"0000-00-00T00:00:00") || !zoned || &date[17..] == b"60" {
        return None;
    }
    text.parse().ok().filter(is_moment)
}

/// True if a moment can be written.
pub(super) fn is_moment(stamp: &Timestamp) -> bool {
    SECONDS.contains(&stamp.seconds) && (0..1_000_000_000).contains(&stamp.nanos)
}

/// A span such as `1.5s`, within ten thousand years.
pub(super) fn span(text: &str) -> Option<Duration> {
    text.parse().ok().filter(is_span)
}

/// True if a span can be written.
pub(super) fn is_span(span: &Duration) -> bool {
    let nanos = i64::from(span.nanos);
    (-SPAN_MAX..=SPAN_MAX).contains(&span.seconds)
        && nanos.abs() < 1_000_000_000
        && (span.seconds == 0 || nanos == 0 || span.seconds.signum() == nanos.signum())
}

/// Paths with commas between them, each in the names of the contract or in camelCase; none if one is no path.
pub(super) fn mask(text: &str) -> Option<FieldMask> {
    let paths = text.split(',').filter(|_| !text.is_empty()).map(path);
    Some(FieldMask { paths: paths.collect::<Option<_>>()? })
}

fn path(text: &str) -> Option<String> {
    let is_name = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.chars().all(|of| of.is_ascii_alphanumeric() || of == '_')
    };
    if !text.split('.').all(is_name) {
        return None;
    }
    let snake = |of: char| {
        let under = if of.is_ascii_uppercase() { "_" } else { "" };
        under.chars().chain([of.to_ascii_lowercase()])
    };
    Some(text.chars().flat_map(snake).collect())
}
