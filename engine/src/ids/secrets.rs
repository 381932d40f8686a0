//! Keyed hashes and random bits. One 32-byte key per data folder, made when the folder is made: tokens are message
//! authentication codes under it (so a token costs no memory), look-up hashes of names are keyed by it (so
//! customers cannot make names collide).

use crate::sync::{Mutex, rank};
use siphasher::{sip, sip128};

use super::fold::Fold;
use super::key::IdempotencyKey;
use super::short::{SHORT_BYTES, Text};
use super::text::UserId;
use crate::limits::{ID_BYTES_MAX, KEY_BYTES_MAX};
use crate::sync::{CachePadded, thread_number};

/// What may be hashed as names: purpose, a byte, and two of the longest names, with their lengths.
const HASHED_BYTES_MAX: usize = 1 + 3 * 8 + 1 + 2 * ID_BYTES_MAX;
const _: () = assert!(KEY_BYTES_MAX <= ID_BYTES_MAX, "a key is as long as a name");

const POOLS: usize = 16;
const POOL_WORDS: usize = 64;

/// What a keyed hash or a code is for, so that one kind never passes for another.
#[derive(Clone, Copy)]
enum Purpose {
    Waiting = 1,
    Reservation = 2,
    DrawSeed = 3,
    Outcome = 4,
    Random = 5,
}

/// The engine's key and what is derived from it.
pub(crate) struct Secrets {
    key: [u8; 32],
    /// Differs from one opening of the folder to the next, so that random bits do not repeat after a restart.
    nonce: u64,
    sip: (u64, u64),
    /// What folds begin with and what they multiply by.
    fold: (u64, u64),
    pools: Box<[CachePadded<Mutex<Pool, { rank::SECRETS }>>]>,
}

struct Pool {
    words: [u64; POOL_WORDS],
    left: usize,
    refills: u64,
}

impl Secrets {
    pub(crate) fn new(key: [u8; 32], nonce: u64) -> Self {
        let sip = blake3::keyed_hash(&key, b"name hashes");
        let word =
            |at: usize| u64::from_le_bytes(sip.as_bytes()[at..at + 8].try_into().expect("eight bytes"));
        let pool = || CachePadded::new(Mutex::new(Pool { words: [0; POOL_WORDS], left: 0, refills: 0 }));
        Self {
            key,
            nonce,
            sip: (word(0), word(8)),
            fold: (word(16), word(24) | 1),
            pools: (0..POOLS).map(|_| pool()).collect(),
        }
    }

    /// 128-bit keyed hash of names, never zero. `purpose` separates kinds of names.
    ///
    /// # Panics
    /// If the parts are longer than the longest names of three parts.
    pub(crate) fn hash(&self, purpose: u8, parts: &[&[u8]]) -> u128 {
        // In one piece: the hasher is several times faster that way than fed piecemeal.
        let mut bytes = [0; HASHED_BYTES_MAX];
        bytes[0] = purpose;
        let mut at = 1;
        for part in parts {
            // The length first, so that ("ab", "c") and ("a", "bc") differ.
            bytes[at..at + 8].copy_from_slice(&(part.len() as u64).to_le_bytes());
            at += 8;
            bytes[at..at + part.len()].copy_from_slice(part);
            at += part.len();
        }
        self.sip128(&bytes[..at])
    }

    /// As [`hash`](Self::hash) of three parts: the method, the name of the user, if there is one, and the key. Short
    /// ones are put together by copies of a fixed size.
    pub(crate) fn hash_key(
        &self,
        purpose: u8,
        method: u8,
        user: Option<&UserId>,
        key: &IdempotencyKey,
    ) -> u128 {
        let short = |text: &Text| text.as_short().map(|(bytes, len)| (*bytes, len));
        let nobody = Some(([0; SHORT_BYTES], 0));
        let (Some((user_bytes, user_len)), Some((key_bytes, key_len))) =
            (user.map_or(nobody, |user| short(user.text())), short(key.text()))
        else {
            let user = user.map_or(&[][..], UserId::as_bytes);
            return self.hash(purpose, &[&[method], user, key.as_bytes()]);
        };
        const USER: usize = 18;
        let mut bytes = [0; USER + SHORT_BYTES + 8 + SHORT_BYTES];
        bytes[0] = purpose;
        bytes[1..9].copy_from_slice(&1_u64.to_le_bytes());
        bytes[9] = method;
        bytes[10..USER].copy_from_slice(&(user_len as u64).to_le_bytes());
        bytes[USER..USER + SHORT_BYTES].copy_from_slice(&user_bytes);
        // What is copied behind a text's end is overwritten or cut off.
        let at = USER + user_len;
        bytes[at..at + 8].copy_from_slice(&(key_len as u64).to_le_bytes());
        bytes[at + 8..at + 8 + SHORT_BYTES].copy_from_slice(&key_bytes);
        self.sip128(&bytes[..at + 8 + key_len])
    }

    /// 128-bit keyed hash of a key of sixteen bytes, scoped by method and user; never zero. Whatever stands in front of
    /// the user has one length, so nothing need say where it ends.
    pub(crate) fn hash_bytes_key(
        &self,
        purpose: u8,
        method: u8,
        user: Option<&UserId>,
        key: &[u8; 16],
    ) -> u128 {
        const USER: usize = 18;
        let mut bytes = [0; USER + ID_BYTES_MAX];
        bytes[0] = purpose;
        bytes[1] = method;
        bytes[2..USER].copy_from_slice(key);
        let end = match user.map(|user| user.text().as_short().ok_or(user.as_bytes())) {
            None => USER,
            Some(Ok((user, len))) => {
                bytes[USER..USER + SHORT_BYTES].copy_from_slice(user);
                USER + len
            }
            Some(Err(user)) => {
                bytes[USER..USER + user.len()].copy_from_slice(user);
                USER + user.len()
            }
        };
        self.sip128(&bytes[..end])
    }

    fn sip128(&self, bytes: &[u8]) -> u128 {
        sip128::SipHasher13::new_with_keys(self.sip.0, self.sip.1).hash(bytes).as_u128().max(1)
    }

    /// Begins a fold under the folder's secret. Other pieces with the same result can be found by a caller who tries for
    /// long, so it is for what callers compare with their own only.
    pub(crate) fn fold(&self) -> Fold {
        Fold::new(self.fold)
    }

    /// 64-bit keyed hash of bytes that begin with their purpose.
    pub(crate) fn hash_short(&self, bytes: &[u8]) -> u64 {
        sip::SipHasher13::new_with_keys(self.sip.0, self.sip.1).hash(bytes)
    }

    pub(crate) fn waiting_mac(&self, event: u32, ticket: u32) -> [u8; 16] {
        self.mac(Purpose::Waiting, event, ticket)
    }

    pub(crate) fn reservation_mac(&self, event: u32, ticket: u32) -> [u8; 16] {
        self.mac(Purpose::Reservation, event, ticket)
    }

    /// The secret seed of an event's pre-sale draw; the same whenever it is asked for.
    pub(crate) fn draw_seed(&self, event: u32) -> [u8; 32] {
        *self.derive(Purpose::DrawSeed, event, 0).as_bytes()
    }

    /// Random bits that decide the outcome of a payment: fixed by the payment, so that no retry draws again.
    pub(crate) fn outcome_bits(&self, slot: u32, generation: u32) -> u64 {
        let hash = self.derive(Purpose::Outcome, slot, generation);
        u64::from_le_bytes(hash.as_bytes()[..8].try_into().expect("eight bytes"))
    }

    /// 64 bits that cannot be guessed.
    pub(crate) fn random(&self) -> u64 {
        let at = thread_number() % POOLS;
        let mut pool = self.pools[at].lock();
        if pool.left == 0 {
            self.refill(&mut pool, at);
        }
        pool.left -= 1;
        pool.words[pool.left]
    }

    fn refill(&self, pool: &mut Pool, at: usize) {
        pool.refills += 1;
        let mut input = [0u8; 17];
        input[..8].copy_from_slice(&self.nonce.to_le_bytes());
        input[8..16].copy_from_slice(&pool.refills.to_le_bytes());
        input[16] = u8::try_from(at).expect("few pools");
        let mut bytes = [0u8; POOL_WORDS * 8];
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(&[Purpose::Random as u8]).update(&input);
        hasher.finalize_xof().fill(&mut bytes);
        for (word, chunk) in pool.words.iter_mut().zip(bytes.chunks_exact(8)) {
            *word = u64::from_le_bytes(chunk.try_into().expect("eight bytes"));
        }
        pool.left = POOL_WORDS;
    }

    fn mac(&self, purpose: Purpose, a: u32, b: u32) -> [u8; 16] {
        let hash = self.derive(purpose, a, b);
        hash.as_bytes()[..16].try_into().expect("sixteen of thirty-two bytes")
    }

    fn derive(&self, purpose: Purpose, a: u32, b: u32) -> blake3::Hash {
        let mut input = [0u8; 9];
        input[0] = purpose as u8;
        input[1..5].copy_from_slice(&a.to_le_bytes());
        input[5..].copy_from_slice(&b.to_le_bytes());
        blake3::keyed_hash(&self.key, &input)
    }
}

/// Compares secrets in time that does not depend on where they differ.
pub(crate) fn same_secret(a: &[u8; 16], b: &[u8; 16]) -> bool {
    let difference = a.iter().zip(b).fold(0u8, |seen, (x, y)| seen | (x ^ y));
    std::hint::black_box(difference) == 0
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn hash_separates_parts_and_purposes() {
        let secrets = Secrets::new([7; 32], 1);
        assert_ne!(secrets.hash(0, &[b"ab", b"c"]), secrets.hash(0, &[b"a", b"bc"]));
        assert_ne!(secrets.hash(0, &[b"ab"]), secrets.hash(1, &[b"ab"]));
        assert_eq!(secrets.hash(0, &[b"ab"]), Secrets::new([7; 32], 2).hash(0, &[b"ab"]));
    }

    #[test]
    fn a_key_of_bytes_is_scoped_by_all_that_scopes_it() {
        let secrets = Secrets::new([7; 32], 1);
        let user = |name: &str| UserId::new(name).expect("valid");
        let hash = |purpose, method, user: Option<&UserId>, byte| {
            secrets.hash_bytes_key(purpose, method, user, &[byte; 16])
        };
        let kim = hash(6, 10, Some(&user("kim")), 1);
        for other in [
            hash(5, 10, Some(&user("kim")), 1),
            hash(6, 11, Some(&user("kim")), 1),
            hash(6, 10, Some(&user("kim")), 2),
            hash(6, 10, Some(&user("kin")), 1),
            hash(6, 10, None, 1),
        ] {
            assert_ne!(kim, other);
        }
    }

    #[test]
    fn keys_of_every_length_are_hashed_as_their_parts() {
        let secrets = Secrets::new([7; 32], 1);
        let texts: Vec<String> = (1..=128).step_by(9).chain([38, 39]).map(|len| "x".repeat(len)).collect();
        for key in &texts {
            let key = IdempotencyKey::new(key).expect("valid");
            assert_eq!(secrets.hash_key(1, 9, None, &key), secrets.hash(1, &[&[9], &[], key.as_bytes()]));
            for user in &texts {
                let user = UserId::new(user).expect("valid");
                let parts: [&[u8]; 3] = [&[9], user.as_bytes(), key.as_bytes()];
                assert_eq!(secrets.hash_key(1, 9, Some(&user), &key), secrets.hash(1, &parts));
            }
        }
    }

    #[test]
    fn random_bits_differ_between_openings() {
        let (first, second) = (Secrets::new([7; 32], 1), Secrets::new([7; 32], 2));
        let drawn: std::collections::HashSet<u64> =
            (0..200).flat_map(|_| [first.random(), second.random()]).collect();
        assert_eq!(drawn.len(), 400);
    }

    #[test]
    fn codes_differ_by_event_ticket_and_purpose() {
        let secrets = Secrets::new([7; 32], 1);
        let codes = [
            secrets.waiting_mac(1, 2),
            secrets.waiting_mac(2, 1),
            secrets.waiting_mac(1, 3),
            secrets.reservation_mac(1, 2),
        ];
        for (at, code) in codes.iter().enumerate() {
            assert!(codes[at + 1..].iter().all(|other| !same_secret(code, other)), "code {at}");
        }
    }
}
