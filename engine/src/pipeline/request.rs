//! The request's fingerprint: which bytes of a command must match for a retry to count as the same request. The key is
//! scoped by method and user; the key itself and tokens that merely prove a right are left out. Which fields are which
//! stands in the table of commands.
//!
//! A text's fingerprint is a keyed hash (SipHash) of the body, and always was: journals have it. Of a key of bytes the
//! fingerprint is a cheaper fold: all that it does is to tell a caller who uses a key twice, and a caller who made two
//! requests with one fingerprint would harm no other. The key itself is hashed by SipHash in both cases: customers
//! choose keys, and a customer must not choose where a key stands in the table, or meet another's.

use std::cell::Cell;

use crate::command::{Request, Sink};
use crate::ids::{Fold, IdempotencyKey, KeyKind, Secrets};

/// Purposes of keyed hashes of names and requests.
const KEY: u8 = 1;
const FINGERPRINT: u8 = 2;
pub(crate) const SESSION: u8 = 3;
pub(crate) const USER: u8 = 4;
const DIGEST: u8 = 5;
const BINARY_KEY: u8 = 6;

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
    match key.kind() {
        KeyKind::Request(digest) => by_caller(key, digest, secrets),
        KeyKind::Binary(bytes) => {
            let mut fold = secrets.fold();
            command.put_body(&mut fold);
            (secrets.hash_bytes_key(BINARY_KEY, C::NUMBER, command.scope(), bytes), fold.end())
        }
        KeyKind::Text => (
            secrets.hash_key(KEY, C::NUMBER, command.scope(), key),
            with_spare(|body| {
                body.push(FINGERPRINT);
                command.put_body(body);
                secrets.hash_short(body)
            }),
        ),
    }
}

/// What a fingerprint is folded of. The pieces are part of what it is: journals have fingerprints.
impl Sink for Fold {
    #[inline]
    fn put(&mut self, piece: &[u8]) {
        self.piece(piece);
    }
    #[inline]
    fn put_name(&mut self, name: &[u8], _: impl FnOnce(&mut Vec<u8>)) {
        self.piece(name);
    }
    fn put_written(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        with_spare(|bytes| {
            write(bytes);
            self.word(bytes.len() as u64);
            self.piece(bytes);
        });
    }
}

/// Lends out an empty buffer that the thread keeps.
fn with_spare<R>(work: impl FnOnce(&mut Vec<u8>) -> R) -> R {
    let mut bytes = SPARE.take();
    bytes.clear();
    let result = work(&mut bytes);
    // A seat map's bytes are not worth keeping.
    if bytes.capacity() <= SPARE_BYTES_MAX {
        SPARE.set(bytes);
    }
    result
}

/// As [`key_of`], for a key whose caller scopes it and says which request it came with.
pub(crate) fn scoped(key: &IdempotencyKey, secrets: &Secrets) -> Option<(u128, u64)> {
    key.request().map(|digest| by_caller(key, digest, secrets))
}

fn by_caller(key: &IdempotencyKey, digest: &[u8; 32], secrets: &Secrets) -> (u128, u64) {
    let hash = secrets.hash_key(KEY, SCOPED_BY_CALLER, None, key);
    let mut bytes = [DIGEST; 33];
    bytes[1..].copy_from_slice(digest);
    (hash, secrets.hash_short(&bytes))
}
