//! The `Mutex<HashMap>` engine of [`super::mutex_map`] with a sale's duties: every hold and every end leaves a record
//! with a checksum in a buffer, as for a journal, and its answer is kept with an idempotency key until the key is a day
//! old. What the plain one saves by not doing this is the difference between the two. Expiries leave no record here.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use parking_lot::Mutex;
use tacos_engine::{Clock, IdempotencyKey, SeatId, UnixMs, UserId};

use super::mutex_map::{State, Wish};
use crate::rival::{Client, Counts, End, Ended, Fault, Order, Rival, Verdict};
use crate::work::Hall;

/// The buffer of records, as large as our engine's.
const BUFFER_BYTES: usize = 16 << 20;
/// How long an answer is kept, as our engine does.
const KEPT_MS: u64 = 24 * 60 * 60 * 1_000;

/// A key means something for one user and one kind of command.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    kind: Kind,
    user: UserId,
    text: IdempotencyKey,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Hold,
    Confirm,
    Release,
}

/// What was answered, and to what.
struct Kept {
    request: u64,
    answer: Answer,
}

#[derive(Clone, Copy)]
enum Answer {
    Held(u64),
    Ended,
}

/// Everything that the lock guards.
struct Duties {
    map: State<RandomState>,
    answers: HashMap<Key, Kept>,
    /// Keys by the time at which they are forgotten.
    forget: VecDeque<(UnixMs, Key)>,
    records: Vec<u8>,
}

impl Duties {
    /// What the key was answered with; a key that came with another request is a fault of the caller.
    fn again(&mut self, key: &Key, request: u64, now: UnixMs) -> Option<Answer> {
        while let Some((at, _)) = self.forget.front()
            && *at <= now
        {
            let (_, key) = self.forget.pop_front()?;
            self.answers.remove(&key);
        }
        let kept = self.answers.get(key)?;
        assert_eq!(kept.request, request, "a key was used for two requests");
        Some(kept.answer)
    }

    fn keep(&mut self, key: Key, request: u64, answer: Answer, seats: &[SeatId], now: UnixMs) {
        self.record(&key, request, answer, seats, now);
        self.forget.push_back((now.plus_ms(KEPT_MS), key.clone()));
        self.answers.insert(key, Kept { request, answer });
    }

    /// Length, checksum, time, what was asked by whom with which key, and what was answered.
    fn record(&mut self, key: &Key, request: u64, answer: Answer, seats: &[SeatId], now: UnixMs) {
        if self.records.len() + 1_024 > BUFFER_BYTES {
            self.records.clear();
        }
        let (start, out) = (self.records.len(), &mut self.records);
        out.extend_from_slice(&[0; 8]);
        out.extend_from_slice(&now.get().to_le_bytes());
        out.push(key.kind as u8);
        let texts = [key.user.as_str(), key.text.as_str()].into_iter();
        for text in texts.chain(seats.iter().map(SeatId::as_str)) {
            out.extend_from_slice(&text.len().to_le_bytes());
            out.extend_from_slice(text.as_bytes());
        }
        out.extend_from_slice(&request.to_le_bytes());
        match answer {
            Answer::Held(id) => out.extend_from_slice(&id.to_le_bytes()),
            Answer::Ended => out.push(0),
        }
        let length = u32::try_from(out.len() - start).expect("short texts");
        let checksum = crc32c::crc32c(&out[start + 8..]);
        out[start..start + 4].copy_from_slice(&length.to_le_bytes());
        out[start + 4..start + 8].copy_from_slice(&checksum.to_le_bytes());
    }
}

/// The engine.
pub struct DutifulMap {
    duties: Mutex<Duties>,
    hasher: RandomState,
    clock: Arc<dyn Clock>,
}

impl DutifulMap {
    /// An empty hall.
    ///
    /// # Errors
    /// As [`Hall::label`].
    pub fn new(hall: Hall, clock: Arc<dyn Clock>) -> Result<Self, Fault> {
        let duties = Duties {
            map: State::new(hall)?,
            answers: HashMap::new(),
            forget: VecDeque::new(),
            records: Vec::with_capacity(BUFFER_BYTES),
        };
        Ok(Self { duties: Mutex::new(duties), hasher: RandomState::new(), clock })
    }

    fn hold(&self, wish: Wish, key: IdempotencyKey) -> Verdict<u64, Vec<SeatId>> {
        let now = self.clock.now();
        let request = self.hasher.hash_one(&wish.seats);
        let key = Key { kind: Kind::Hold, user: wish.user.clone(), text: key };
        let mut duties = self.duties.lock();
        if let Some(Answer::Held(id)) = duties.again(&key, request, now) {
            return Verdict::Held(id);
        }
        let seats = wish.seats.clone();
        let verdict = duties.map.hold(wish, Some(now));
        if let Verdict::Held(id) = verdict {
            duties.keep(key, request, Answer::Held(id), &seats, now);
        }
        verdict
    }

    fn end(&self, ending: Ending, end: End) -> Ended {
        let now = self.clock.now();
        let Ending { id, user, key } = ending;
        let (kind, request) = match end {
            End::Confirm => (Kind::Confirm, self.hasher.hash_one(id)),
            End::Release => (Kind::Release, self.hasher.hash_one(id)),
        };
        let key = Key { kind, user, text: key };
        let mut duties = self.duties.lock();
        if duties.again(&key, request, now).is_some() {
            return Ended::Done;
        }
        let ended = match end {
            End::Confirm => duties.map.confirm(id, &key.user, Some(now)),
            End::Release => duties.map.release(id, &key.user, Some(now)),
        };
        if ended == Ended::Done {
            duties.keep(key, request, Answer::Ended, &[], now);
        }
        ended
    }
}

/// What the end of a hold needs.
pub struct Ending {
    id: u64,
    user: UserId,
    key: IdempotencyKey,
}

/// An order with its two keys.
pub struct Keyed {
    wish: Wish,
    hold: IdempotencyKey,
    end: IdempotencyKey,
}

impl Rival for DutifulMap {
    type Client<'a> = &'a Self;

    fn client(&self, _customers: usize) -> Result<&Self, Fault> {
        Ok(self)
    }

    fn counts(&self) -> Result<Counts, Fault> {
        Ok(self.duties.lock().map.counts(Some(self.clock.now())))
    }
}

impl Client for &DutifulMap {
    type Prepared = Box<Keyed>;
    type Holding = Verdict<Ending, Vec<SeatId>>;
    type Hold = Ending;
    type Refusal = Vec<SeatId>;
    type Ending = Ended;

    fn prepare(&self, order: &Order) -> Box<Keyed> {
        let key = |what: &str| IdempotencyKey::new(&format!("{what}-{}", order.number)).expect("a plain key");
        let wish = Wish { user: order.user.clone(), seats: order.seats.clone() };
        Box::new(Keyed { wish, hold: key("hold"), end: key("end") })
    }

    fn hold(&mut self, order: Box<Keyed>) -> Result<Self::Holding, Fault> {
        let Keyed { wish, hold, end } = *order;
        let user = wish.user.clone();
        Ok(match DutifulMap::hold(self, wish, hold) {
            Verdict::Held(id) => Verdict::Held(Ending { id, user, key: end }),
            Verdict::Taken(seats) => Verdict::Taken(seats),
        })
    }

    fn held(&mut self, verdict: Self::Holding) -> Result<Self::Holding, Fault> {
        Ok(verdict)
    }

    fn end(&mut self, hold: Ending, end: End) -> Result<Ended, Fault> {
        Ok(DutifulMap::end(self, hold, end))
    }

    fn ended(&mut self, ending: Ended) -> Result<Ended, Fault> {
        Ok(ending)
    }

    fn taken(refusal: &Vec<SeatId>, order: &Order) -> [bool; 2] {
        [0, 1].map(|at| refusal.contains(&order.seats[at]))
    }
}
