//! Drives contestants: each thread serves its customers in turn, and the sums are checked. One loop for all
//! contestants.

use std::sync::Barrier;
use std::time::Instant;

use crate::rival::{Client, Counts, End, Ended, Fault, Order, Rival, Verdict};
use crate::work::Hall;

/// How a run is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Threads that call.
    pub threads: usize,
    /// Customers that each thread serves in turn: the most that it can have in flight.
    pub customers: usize,
    /// How a granted hold ends.
    pub end: End,
}

/// What came of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Holds granted.
    pub held: u64,
    /// Holds refused.
    pub refused: u64,
    /// Holds ended as wanted.
    pub ended: u64,
    /// Wall time, in nanoseconds.
    pub ns: u64,
}

impl Tally {
    /// Nanoseconds for an order: hold and confirm.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "figures are far below 2^52")]
    pub fn ns_an_order(&self) -> f64 {
        self.ns as f64 / (self.held + self.refused).max(1) as f64
    }

    /// Nanoseconds for a command: a hold, a refusal or an end.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "figures are far below 2^52")]
    pub fn ns_a_command(&self) -> f64 {
        self.ns as f64 / (self.held + self.refused + self.ended).max(1) as f64
    }

    fn plus(self, other: Self) -> Self {
        Self {
            held: self.held + other.held,
            refused: self.refused + other.refused,
            ended: self.ended + other.ended,
            ns: self.ns.max(other.ns),
        }
    }
}

enum Customer<C: Client> {
    Idle,
    Holding(C::Holding),
    Ending(C::Ending),
}

/// Carries all orders out on one thread.
///
/// # Errors
/// The contestant is broken, or a hold of 60 seconds ran out.
pub fn serve<C: Client>(
    client: &mut C,
    orders: impl IntoIterator<Item = C::Prepared>,
    customers: usize,
    end: End,
) -> Result<Tally, Fault> {
    let mut orders = orders.into_iter();
    let mut customers: Vec<Customer<C>> = (0..customers).map(|_| Customer::Idle).collect();
    let mut tally = Tally::default();
    loop {
        let mut busy = false;
        for customer in &mut customers {
            let next = match std::mem::replace(customer, Customer::Idle) {
                Customer::Holding(holding) => match client.held(holding)? {
                    Verdict::Held(hold) => {
                        tally.held += 1;
                        Some(Customer::Ending(client.end(hold, end)?))
                    }
                    Verdict::Taken(_) => {
                        tally.refused += 1;
                        None
                    }
                },
                Customer::Ending(ending) => match client.ended(ending)? {
                    Ended::Done => {
                        tally.ended += 1;
                        None
                    }
                    Ended::Expired => return Err("a hold ran out while it was used".into()),
                },
                Customer::Idle => None,
            };
            let next = match next {
                Some(next) => next,
                None => match orders.next() {
                    Some(order) => Customer::Holding(client.hold(order)?),
                    None => continue,
                },
            };
            *customer = next;
            busy = true;
        }
        if !busy {
            return Ok(tally);
        }
    }
}

/// Carries the orders out on as many threads as the cut says, each its own share, and checks the sums.
///
/// # Errors
/// The contestant is broken, or answered what cannot be.
pub fn run<R: Rival>(rival: &R, hall: Hall, orders: &[Order], cut: Cut) -> Result<Tally, Fault> {
    let share = orders.len().div_ceil(cut.threads).max(1);
    let barrier = Barrier::new(cut.threads);
    let before = rival.counts()?;
    let work = |orders: &[Order]| {
        let ready = rival.client(cut.customers).map(|client| {
            let prepared: Vec<_> = orders.iter().map(|order| client.prepare(order)).collect();
            (client, prepared)
        });
        // Every thread comes here, also one that has failed, or the others would wait without end.
        barrier.wait();
        let (mut client, prepared) = ready?;
        let begun = Instant::now();
        let tally = serve(&mut client, prepared, cut.customers, cut.end)?;
        Ok((tally, begun, Instant::now()))
    };
    let work = &work;
    let worked: Vec<Result<(Tally, Instant, Instant), Fault>> = std::thread::scope(|scope| {
        let mut shares = orders.chunks(share);
        let threads: Vec<_> = (0..cut.threads)
            .map(|_| {
                let mine = shares.next().unwrap_or_default();
                scope.spawn(move || work(mine))
            })
            .collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, _>| {
            thread.join().unwrap_or_else(|_| Err("a calling thread panicked".into()))
        };
        threads.into_iter().map(join).collect()
    });
    let worked = worked.into_iter().collect::<Result<Vec<_>, Fault>>()?;
    let begun = worked.iter().map(|(_, begun, _)| *begun).min().ok_or("no thread")?;
    let ended = worked.iter().map(|(_, _, ended)| *ended).max().ok_or("no thread")?;
    let mut tally = worked.iter().fold(Tally::default(), |sum, (tally, _, _)| sum.plus(*tally));
    tally.ns = u64::try_from(ended.duration_since(begun).as_nanos())?;
    check(hall, orders.len() as u64, cut, tally, before, rival.counts()?)?;
    Ok(tally)
}

/// Every order was answered, and the house shows it.
fn check(
    hall: Hall,
    orders: u64,
    cut: Cut,
    tally: Tally,
    before: Counts,
    after: Counts,
) -> Result<(), Fault> {
    let sold = if cut.end == End::Confirm { 2 * tally.held } else { 0 };
    let expected =
        Counts { free: u64::from(hall.seats) - before.sold - sold, held: 0, sold: before.sold + sold };
    if tally.held + tally.refused != orders || tally.ended != tally.held || after != expected {
        return Err(format!(
            "{orders} orders came to {tally:?}; {before:?} became {after:?}, not {expected:?}"
        )
        .into());
    }
    Ok(())
}
