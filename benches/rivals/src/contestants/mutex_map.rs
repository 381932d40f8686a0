//! A `Mutex<HashMap>` engine, as a good programmer would write it first: all state behind one lock, seats and users
//! found by their texts, what was found kept as small numbers, and (if wanted) a binary heap of deadlines, cancelled
//! lazily. No journal and no idempotency keys.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::hash::BuildHasher;
use std::sync::Arc;

use tacos_engine::{Clock, SeatId, UnixMs, UserId};

use crate::rival::{Client, Counts, End, Ended, Fault, HOLD_MS, Order, Rival, Verdict};
use crate::work::Hall;

/// A lock, by whomever.
pub trait Lock<T>: Sync {
    /// Wraps a value.
    fn new(value: T) -> Self;
    /// Works on the value while no other thread does.
    fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> R;
}

impl<T: Send> Lock<T> for std::sync::Mutex<T> {
    fn new(value: T) -> Self {
        Self::new(value)
    }

    fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        work(&mut self.lock().expect("no thread panics inside"))
    }
}

impl<T: Send> Lock<T> for parking_lot::Mutex<T> {
    fn new(value: T) -> Self {
        Self::new(value)
    }

    fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        work(&mut self.lock())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Seat {
    Free,
    Held,
    Sold,
}

/// A reservation; a sold one stays, as proof of the sale.
struct Reservation {
    user: UserId,
    seats: [usize; 2],
    sold: bool,
}

/// A moment and the hold that ends then.
type Deadline = Reverse<(UnixMs, u64)>;

/// Everything that the lock guards.
pub struct State<S> {
    index: HashMap<SeatId, usize, S>,
    seats: Vec<Seat>,
    reservations: HashMap<u64, Reservation, S>,
    /// Seats that each customer holds or owns.
    users: HashMap<UserId, u32, S>,
    deadlines: BinaryHeap<Deadline>,
    next: u64,
}

impl<S: BuildHasher + Default> State<S> {
    pub(super) fn new(hall: Hall) -> Result<Self, Fault> {
        let labels = hall.labels()?;
        Ok(Self {
            seats: vec![Seat::Free; labels.len()],
            index: labels.into_iter().enumerate().map(|(at, label)| (label, at)).collect(),
            reservations: HashMap::default(),
            users: HashMap::default(),
            deadlines: BinaryHeap::new(),
            next: 0,
        })
    }

    pub(super) fn hold(&mut self, order: Wish, now: Option<UnixMs>) -> Verdict<u64, Vec<SeatId>> {
        self.expire(now);
        let Wish { user, seats } = order;
        let found =
            [&seats[0], &seats[1]].map(|seat| self.index.get(seat).copied().expect("a seat of the hall"));
        if found.iter().any(|&seat| self.seats[seat] != Seat::Free) {
            let taken = seats.into_iter().zip(found).filter(|(_, seat)| self.seats[*seat] != Seat::Free);
            return Verdict::Taken(taken.map(|(label, _)| label).collect());
        }
        found.iter().for_each(|&seat| self.seats[seat] = Seat::Held);
        let id = self.next;
        self.next += 1;
        *self.users.entry(user.clone()).or_default() += 2;
        self.reservations.insert(id, Reservation { user, seats: found, sold: false });
        if let Some(now) = now {
            self.deadlines.push(Reverse((now.plus_ms(HOLD_MS), id)));
        }
        Verdict::Held(id)
    }

    pub(super) fn confirm(&mut self, id: u64, user: &UserId, now: Option<UnixMs>) -> Ended {
        self.expire(now);
        match self.reservations.get_mut(&id) {
            Some(found) if found.user == *user && !found.sold => {
                found.sold = true;
                found.seats.iter().for_each(|&seat| self.seats[seat] = Seat::Sold);
                Ended::Done
            }
            _ => Ended::Expired,
        }
    }

    pub(super) fn release(&mut self, id: u64, user: &UserId, now: Option<UnixMs>) -> Ended {
        self.expire(now);
        match self.reservations.get(&id) {
            Some(found) if found.user == *user && !found.sold => {
                self.give_back(id);
                Ended::Done
            }
            _ => Ended::Expired,
        }
    }

    /// Expires what is due. Deadlines of holds that ended before are still in the heap and mean nothing.
    fn expire(&mut self, now: Option<UnixMs>) {
        let Some(now) = now else { return };
        while let Some(&Reverse((at, id))) = self.deadlines.peek()
            && at <= now
        {
            self.deadlines.pop();
            if self.reservations.get(&id).is_some_and(|found| !found.sold) {
                self.give_back(id);
            }
        }
    }

    fn give_back(&mut self, id: u64) {
        let Some(gone) = self.reservations.remove(&id) else { return };
        gone.seats.iter().for_each(|&seat| self.seats[seat] = Seat::Free);
        if let Some(seats) = self.users.get_mut(&gone.user) {
            *seats -= 2;
            if *seats == 0 {
                self.users.remove(&gone.user);
            }
        }
    }

    pub(super) fn counts(&mut self, now: Option<UnixMs>) -> Counts {
        self.expire(now);
        let count = |wanted| self.seats.iter().filter(|&&seat| seat == wanted).count() as u64;
        Counts { free: count(Seat::Free), held: count(Seat::Held), sold: count(Seat::Sold) }
    }
}

/// The engine: `S` hashes, `L` locks.
pub struct MutexMap<L> {
    state: L,
    /// None: no deadlines at all.
    clock: Option<Arc<dyn Clock>>,
}

/// A customer's wish, owned.
pub struct Wish {
    pub(super) user: UserId,
    pub(super) seats: [SeatId; 2],
}

impl<L> MutexMap<L> {
    /// An empty hall; with a clock its holds have deadlines.
    ///
    /// # Errors
    /// As [`Hall::label`].
    pub fn new<S>(hall: Hall, clock: Option<Arc<dyn Clock>>) -> Result<Self, Fault>
    where
        L: Lock<State<S>>,
        S: BuildHasher + Default,
    {
        Ok(Self { state: L::new(State::new(hall)?), clock })
    }
}

/// One lock with the standard library's hasher.
pub type StdLock = std::sync::Mutex<State<std::hash::RandomState>>;
/// The same with `parking_lot`'s lock.
pub type ParkingLot = parking_lot::Mutex<State<std::hash::RandomState>>;
/// The same with a faster hasher, which withstands hostile names less well.
pub type FastHash = parking_lot::Mutex<State<foldhash::fast::RandomState>>;

macro_rules! rival {
    ($lock:ty) => {
        impl Rival for MutexMap<$lock> {
            type Client<'a> = &'a Self;

            fn client(&self, _customers: usize) -> Result<&Self, Fault> {
                Ok(self)
            }

            fn counts(&self) -> Result<Counts, Fault> {
                let now = self.clock.as_ref().map(|clock| clock.now());
                Ok(self.state.with(|state| state.counts(now)))
            }
        }

        impl Client for &MutexMap<$lock> {
            type Prepared = Box<Wish>;
            type Holding = (UserId, Verdict<u64, Vec<SeatId>>);
            type Hold = (UserId, u64);
            type Refusal = Vec<SeatId>;
            type Ending = Ended;

            fn prepare(&self, order: &Order) -> Box<Wish> {
                Box::new(Wish { user: order.user.clone(), seats: order.seats.clone() })
            }

            fn hold(&mut self, order: Box<Wish>) -> Result<Self::Holding, Fault> {
                let now = self.clock.as_ref().map(|clock| clock.now());
                let user = order.user.clone();
                Ok((user, self.state.with(|state| state.hold(*order, now))))
            }

            fn held(
                &mut self,
                (user, verdict): Self::Holding,
            ) -> Result<Verdict<Self::Hold, Self::Refusal>, Fault> {
                Ok(match verdict {
                    Verdict::Held(id) => Verdict::Held((user, id)),
                    Verdict::Taken(seats) => Verdict::Taken(seats),
                })
            }

            fn end(&mut self, (user, id): Self::Hold, end: End) -> Result<Ended, Fault> {
                let now = self.clock.as_ref().map(|clock| clock.now());
                Ok(self.state.with(|state| match end {
                    End::Confirm => state.confirm(id, &user, now),
                    End::Release => state.release(id, &user, now),
                }))
            }

            fn ended(&mut self, ending: Ended) -> Result<Ended, Fault> {
                Ok(ending)
            }

            fn taken(refusal: &Vec<SeatId>, order: &Order) -> [bool; 2] {
                [0, 1].map(|at| refusal.contains(&order.seats[at]))
            }
        }
    };
}

rival!(StdLock);
rival!(ParkingLot);
rival!(FastHash);
