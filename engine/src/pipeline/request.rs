//! The request's fingerprint: which bytes of a command must match for a retry to count as the same request. The key is
//! scoped by method and user; the key itself and tokens that merely prove a right are left out. Which fields are which
//! stands in the table of commands.

use std::cell::Cell;

use crate::command::Request;
use crate::ids::{IdempotencyKey, Secrets};

/// Purposes of keyed hashes of names and requests.
const KEY: u8 = 1;
const FINGERPRINT: u8 = 2;
pub(crate) const SESSION: u8 = 3;
pub(crate) const USER: u8 = 4;
const DIGEST: u8 = 5;

/// Stands for the method in keys that their caller scopes.
const SCOPED_BY_CALLER: u8 = 255;

/// Longest buffer that a thread keeps.
const SPARE_BYTES_MAX: usize = 4096;

thread_local! {
    /// The last request's bytes, for the next.
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// The key as it is kept, and what a key that comes with another request differs in.
pub(crate) fn key_of<C: Request>(command: &C, key: &IdempotencyKey, secrets: &Secrets) -> (u128, u64) {
    if let Some(scoped) = scoped(key, secrets) {
        return scoped;
    }
    let hash = secrets.hash(KEY, &[&[C::NUMBER], command.scope(), key.as_bytes()]);
    let mut bytes = SPARE.take();
    bytes.clear();
    bytes.push(FINGERPRINT);
    command.put_body(&mut bytes);
    let fingerprint = secrets.hash_short(&bytes);
    // A seat map's bytes are not worth keeping.
    if bytes.capacity() <= SPARE_BYTES_MAX {
        SPARE.set(bytes);
    }
    (hash, fingerprint)
}

/// As [`key_of`], for a key whose caller scopes it and says which request it came with.
pub(crate) fn scoped(key: &IdempotencyKey, secrets: &Secrets) -> Option<(u128, u64)> {
    let digest = key.request()?;
    let hash = secrets.hash(KEY, &[&[SCOPED_BY_CALLER], &[], key.as_bytes()]);
    let mut bytes = [DIGEST; 33];
    bytes[1..].copy_from_slice(digest);
    Some((hash, secrets.hash_short(&bytes)))
}
