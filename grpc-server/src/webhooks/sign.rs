//! Signatures of webhooks: the contract's, HMAC-SHA256 over the timestamp in whole seconds, a full stop, and the body;
//! and those of Standard Webhooks 1.0, <https://www.standardwebhooks.com>.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
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

/// In front of a key that is written as Standard Webhooks has it.
const STANDARD_KEY: &str = "whsec_";

/// The bytes of a key in Standard Webhooks: what is written in base64 behind `whsec_`. Any other text is its own bytes;
/// a receiver's library is given those in base64.
///
/// # Errors
/// What stands behind `whsec_` is not base64 of 24 to 64 bytes.
pub(crate) fn standard_key(secret: &[u8]) -> Result<Vec<u8>, &'static str> {
    let Some(text) = secret.strip_prefix(STANDARD_KEY.as_bytes()) else { return Ok(secret.to_vec()) };
    let key = BASE64_STANDARD.decode(text).ok().filter(|key| (24..=64).contains(&key.len()));
    key.ok_or("must have base64 of 24 to 64 bytes behind whsec_")
}

/// The signature of Standard Webhooks under each of the keys: `v1,` and base64, parted by spaces. Its text is the
/// webhook's id, the timestamp and the body, joined by full stops.
pub(crate) fn standard(secrets: &[Vec<u8>], id: &str, timestamp_seconds: u64, body: &str) -> String {
    // A key that was stored before such keys were looked at may be none: it signs as the text that it is.
    let keys = secrets.iter().map(|secret| standard_key(secret).unwrap_or_else(|_| secret.clone()));
    let signatures = keys.map(|key| {
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes keys of any length");
        mac.update(format!("{id}.{timestamp_seconds}.").as_bytes());
        mac.update(body.as_bytes());
        format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
    });
    signatures.collect::<Vec<_>>().join(" ")
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
    fn keys_of_standard_webhooks_are_written_in_base64() {
        let known = b"whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
        assert_eq!(standard_key(known).as_deref(), Ok(b"0123456789abcdef0123456789abcdef".as_slice()));
        assert_eq!(standard_key(b"0123456789abcdef").as_deref(), Ok(b"0123456789abcdef".as_slice()));
        for bad in ["whsec_", "whsec_c2hvcnQ=", "whsec_no base64 at all, but long enough for one"] {
            assert!(standard_key(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn while_a_key_is_replaced_both_sign() {
        let (old, new) = (b"0123456789abcdef".to_vec(), b"fedcba9876543210".to_vec());
        let both = standard(&[new.clone(), old.clone()], "wh_1", 1_800_000_000, "{}");
        let (first, second) = both.split_once(' ').expect("two");
        assert_eq!(first, standard(&[new], "wh_1", 1_800_000_000, "{}"));
        assert_eq!(second, standard(&[old], "wh_1", 1_800_000_000, "{}"));
        assert!(first.starts_with("v1,") && first != second, "{both}");
    }

    #[test]
    fn known_answer() {
        // HMAC-SHA256 with key "key" over "1.x", computed with another implementation.
        let by_hand = sign(b"key", 1, "x");
        assert_eq!(by_hand.len(), "sha256=".len() + 64);
        assert!(verify_whole(b"key", "1.x", &by_hand));
    }
}
