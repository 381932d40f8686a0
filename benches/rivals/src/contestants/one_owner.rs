//! The other way to build the same engine: one thread owns the state and carries commands out, callers hand them over
//! through a bounded ring and find the answer in a slot. The owner runs our engine's own path, keys, deadlines and
//! records included, so that the work is equal and only the way differs. Durable, it takes what is in the ring, then
//! writes and syncs that as one group itself.
//!
//! An answer is an id in two words and a state: less than what our engine tells its callers, to the advantage of this
//! one.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::{JoinHandle, Thread};

use crossbeam::queue::ArrayQueue;
use crossbeam::utils::{Backoff, CachePadded};
use tacos_engine::{
    Clock, Command, Driver, Failure, Pending, Refusal, Reply, ReservationId, Reserve, Reserved, SeatId,
    SeatRequest,
};

use super::ours::{Ending, Ours};
use crate::rival::{Client, Counts, End, Ended, Fault, Order, Rival, Verdict};
use crate::work::Hall;

/// Commands that the ring takes.
const RING: usize = 4_096;
/// Answers that can be outstanding, over all callers.
const SLOTS: usize = 16_384;
/// Commands that the owner makes durable with one sync, at most.
const BATCH: usize = 4_096;

const WAITING: u32 = 0;
const HELD: u32 = 1;
const TAKEN: u32 = 2;
const DONE: u32 = 3;
const EXPIRED: u32 = 4;
const BROKEN: u32 = 5;

/// Where an answer comes.
#[derive(Default)]
struct Slot {
    state: AtomicU32,
    /// The reservation's id, or which seats were taken.
    words: [AtomicU64; 2],
    caller: OnceLock<Arc<Caller>>,
}

/// A thread that may sleep until its answer comes.
struct Caller {
    thread: Thread,
    asleep: AtomicBool,
}

struct Job {
    slot: u32,
    command: Command,
}

struct Shared {
    ring: ArrayQueue<Job>,
    slots: Box<[CachePadded<Slot>]>,
    /// Slots below belong to a caller.
    used: AtomicU32,
    asleep: CachePadded<AtomicBool>,
    stopping: AtomicBool,
}

/// The owner's thread with its engine, and the ring in front.
pub struct OneOwner {
    ours: Arc<Ours>,
    shared: Arc<Shared>,
    owner: Option<JoinHandle<()>>,
}

impl OneOwner {
    /// A hall in memory.
    ///
    /// # Errors
    /// No engine, or no thread.
    pub fn in_memory(hall: Hall, clock: Arc<dyn Clock>) -> Result<Self, Fault> {
        Self::start(Ours::in_memory(hall, clock)?, false)
    }

    /// A hall whose journal is in `folder`, written by the owner.
    ///
    /// # Errors
    /// The folder cannot be opened, or no thread.
    pub fn durable(hall: Hall, folder: &Path) -> Result<Self, Fault> {
        Self::start(Ours::durable(hall, folder, Driver::Manual)?, true)
    }

    fn start(ours: Ours, durable: bool) -> Result<Self, Fault> {
        let shared = Arc::new(Shared {
            ring: ArrayQueue::new(RING),
            slots: (0..SLOTS).map(|_| CachePadded::default()).collect(),
            used: AtomicU32::new(0),
            asleep: CachePadded::new(AtomicBool::new(false)),
            stopping: AtomicBool::new(false),
        });
        let (ours, theirs) = (Arc::new(ours), Arc::clone(&shared));
        let owned = Arc::clone(&ours);
        let owner = std::thread::Builder::new().name("owner".into()).spawn(move || {
            if durable {
                own_durable(&owned, &theirs);
            } else {
                own_in_memory(&owned, &theirs);
            }
        })?;
        Ok(Self { ours, shared, owner: Some(owner) })
    }
}

impl Drop for OneOwner {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        if let Some(owner) = self.owner.take() {
            owner.thread().unpark();
            // A panic of the owner has shown itself as an answer that never came.
            let _ = owner.join();
        }
    }
}

/// Hands an answer over.
fn answer(shared: &Shared, slot: u32, command: &Command, pending: Pending<Reply>) {
    let slot = &shared.slots[slot as usize];
    let state = match pending.wait() {
        Ok(Reply::Reserved(reserved)) => {
            slot.put_id(&reserved);
            HELD
        }
        Ok(_) => DONE,
        Err(Failure::Refused(Refusal::SeatsTaken(taken))) => {
            slot.words[0].store(mask(&taken, command), Ordering::Relaxed);
            TAKEN
        }
        Err(Failure::Refused(Refusal::ReservationExpired)) => EXPIRED,
        Err(_) => BROKEN,
    };
    // SeqCst, as in `Handle::wait`: either the caller sees the state before it sleeps, or we see that it sleeps.
    slot.state.swap(state, Ordering::SeqCst);
    if let Some(caller) = slot.caller.get()
        && caller.asleep.load(Ordering::SeqCst)
        && caller.asleep.swap(false, Ordering::SeqCst)
    {
        caller.thread.unpark();
    }
}

/// One bit for each wanted seat that is taken.
fn mask(taken: &[String], command: &Command) -> u64 {
    let Command::Reserve(reserve) = command else { return 0 };
    let SeatRequest::Seats(wanted) = &reserve.want else { return 0 };
    let bit = |(at, seat): (usize, &SeatId)| u64::from(taken.iter().any(|name| name == seat.as_str())) << at;
    wanted.iter().enumerate().map(bit).sum()
}

impl Slot {
    fn put_id(&self, reserved: &Reserved) {
        let bytes = u128::from_be_bytes(reserved.id.to_bytes());
        for (word, shift) in self.words.iter().zip([64, 0]) {
            let half = u64::try_from((bytes >> shift) & u128::from(u64::MAX)).expect("64 bits");
            word.store(half, Ordering::Relaxed);
        }
    }

    fn id(&self) -> ReservationId {
        let [high, low] = [0, 1].map(|at| u128::from(self.words[at].load(Ordering::Relaxed)));
        ReservationId::from_bytes((high << 64 | low).to_be_bytes())
    }
}

/// The next job; sleeps when there is none for a while. None when it is over.
fn next(shared: &Shared) -> Option<Job> {
    let backoff = Backoff::new();
    loop {
        if let Some(job) = shared.ring.pop() {
            return Some(job);
        }
        if !backoff.is_completed() {
            backoff.snooze();
            continue;
        }
        // SeqCst: the ring's own fence comes after this in `pop`, the caller's look at it after its push.
        shared.asleep.store(true, Ordering::SeqCst);
        let job = shared.ring.pop();
        if job.is_none() && !shared.stopping.load(Ordering::SeqCst) {
            std::thread::park();
        }
        shared.asleep.store(false, Ordering::SeqCst);
        match job {
            Some(job) => return Some(job),
            None if shared.stopping.load(Ordering::SeqCst) && shared.ring.is_empty() => return None,
            None => backoff.reset(),
        }
    }
}

fn own_in_memory(ours: &Ours, shared: &Shared) {
    while let Some(Job { slot, command }) = next(shared) {
        answer(shared, slot, &command, ours.engine().submit(&command));
    }
}

fn own_durable(ours: &Ours, shared: &Shared) {
    let mut batch = Vec::with_capacity(BATCH);
    while let Some(job) = next(shared) {
        let pending = ours.engine().submit(&job.command);
        batch.push((job, pending));
        while batch.len() < BATCH
            && let Some(job) = shared.ring.pop()
        {
            let pending = ours.engine().submit(&job.command);
            batch.push((job, pending));
        }
        // Writes and syncs everything that was begun.
        ours.engine().turn();
        for (Job { slot, command }, pending) in batch.drain(..) {
            answer(shared, slot, &command, pending);
        }
    }
}

/// One caller's end of the ring.
pub struct Handle<'a> {
    ours: &'a Ours,
    shared: &'a Shared,
    owner: Thread,
    caller: Arc<Caller>,
    free: Vec<u32>,
}

impl Handle<'_> {
    fn push(&mut self, command: Command) -> Result<u32, Fault> {
        let slot = self.free.pop().ok_or("more in flight than customers")?;
        self.shared.slots[slot as usize].state.store(WAITING, Ordering::Relaxed);
        let mut job = Job { slot, command };
        let backoff = Backoff::new();
        while let Err(back) = self.shared.ring.push(job) {
            job = back;
            backoff.snooze();
        }
        // Read before it is swapped: the owner is mostly awake, and its line stays shared.
        if self.shared.asleep.load(Ordering::SeqCst) && self.shared.asleep.swap(false, Ordering::SeqCst) {
            self.owner.unpark();
        }
        Ok(slot)
    }

    fn wait(&mut self, at: u32) -> Result<u32, Fault> {
        let slot = &self.shared.slots[at as usize];
        let backoff = Backoff::new();
        let state = loop {
            match slot.state.load(Ordering::Acquire) {
                WAITING if !backoff.is_completed() => backoff.snooze(),
                WAITING => {
                    self.caller.asleep.store(true, Ordering::SeqCst);
                    if slot.state.load(Ordering::SeqCst) == WAITING {
                        std::thread::park();
                    }
                    self.caller.asleep.store(false, Ordering::SeqCst);
                }
                state => break state,
            }
        };
        self.free.push(at);
        if state == BROKEN { Err("the owner's engine is broken".into()) } else { Ok(state) }
    }
}

impl Rival for OneOwner {
    type Client<'a> = Handle<'a>;

    fn client(&self, customers: usize) -> Result<Handle<'_>, Fault> {
        let count = u32::try_from(customers)?;
        let base = self.shared.used.fetch_add(count, Ordering::Relaxed);
        let caller = Arc::new(Caller { thread: std::thread::current(), asleep: AtomicBool::new(false) });
        let free: Vec<u32> = (base..base + count).collect();
        for &slot in &free {
            let slot = self.shared.slots.get(slot as usize).ok_or("more callers than slots")?;
            slot.caller.set(Arc::clone(&caller)).map_err(|_| "a slot of two callers")?;
        }
        let owner = self.owner.as_ref().ok_or("the owner is gone")?.thread().clone();
        Ok(Handle { ours: &self.ours, shared: &self.shared, owner, caller, free })
    }

    fn counts(&self) -> Result<Counts, Fault> {
        self.ours.seat_counts()
    }
}

impl Client for Handle<'_> {
    type Prepared = (Box<Reserve>, Box<Ending>);
    type Holding = (u32, Box<Ending>);
    type Hold = (ReservationId, Box<Ending>);
    /// A bit for each taken seat.
    type Refusal = u64;
    type Ending = u32;

    fn prepare(&self, order: &Order) -> Self::Prepared {
        self.ours.command(order)
    }

    fn hold(&mut self, (reserve, ending): Self::Prepared) -> Result<Self::Holding, Fault> {
        Ok((self.push(Command::Reserve(reserve))?, ending))
    }

    fn held(&mut self, (at, ending): Self::Holding) -> Result<Verdict<Self::Hold, u64>, Fault> {
        let state = self.wait(at)?;
        let slot = &self.shared.slots[at as usize];
        Ok(match state {
            TAKEN => Verdict::Taken(slot.words[0].load(Ordering::Relaxed)),
            _ => Verdict::Held((slot.id(), ending)),
        })
    }

    fn end(&mut self, (id, ending): Self::Hold, end: End) -> Result<u32, Fault> {
        self.push(match end {
            End::Confirm => Command::Confirm(Box::new(ending.confirm(id))),
            End::Release => Command::Release(Box::new(ending.release(id))),
        })
    }

    fn ended(&mut self, at: u32) -> Result<Ended, Fault> {
        Ok(if self.wait(at)? == DONE { Ended::Done } else { Ended::Expired })
    }

    fn taken(refusal: &u64, _order: &Order) -> [bool; 2] {
        [refusal & 1 != 0, refusal & 2 != 0]
    }
}
