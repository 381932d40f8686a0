//! Contestants behind sockets, and clients that are alike for all of them: one thread, so many connections, so many
//! customers, each with one order under way. What a client does beyond sending bytes and reading the answer is as
//! little as the protocol allows, so that what is measured is the server.

pub mod grpc;
pub mod http2;
mod link;
pub mod postgres;
pub mod redis;

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::time::Instant;

use tokio::runtime::{Builder, Runtime};
use tokio::task::LocalSet;

use crate::rival::Fault;
use crate::suites::disk::ran_ns;

/// A connection that customers share.
pub trait Till: 'static {
    /// What a customer wants.
    type Wish: 'static;

    /// Grants it, in one call or several, one after the other.
    ///
    /// # Errors
    /// The connection is broken, or the wish was refused: each can be granted once.
    fn grant(&self, wish: &Self::Wish) -> impl Future<Output = Result<(), Fault>>;
}

/// What came of a round.
#[derive(Debug)]
pub struct Served {
    /// Wall time, in nanoseconds.
    pub ns: u64,
    /// Processor time of the clients' thread, in nanoseconds.
    pub client_ns: u64,
    /// What each wish took, in microseconds, in ascending order.
    pub took_us: Vec<u32>,
}

impl Served {
    /// Nanoseconds for a wish, of wall time or another.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "figures are far below 2^52")]
    pub fn each(&self, ns: u64) -> f64 {
        ns as f64 / self.took_us.len().max(1) as f64
    }

    /// What so many of a hundred wishes did not take longer than, in microseconds.
    #[must_use]
    pub fn percentile(&self, percent: usize) -> f64 {
        let last = self.took_us.len().saturating_sub(1);
        self.took_us.get(last * percent / 100).copied().map_or(f64::NAN, f64::from)
    }
}

/// Connections that stay open from round to round.
pub struct Crew<T> {
    // In this order: the connections' tasks end before their runtime.
    tills: Vec<Rc<T>>,
    tasks: LocalSet,
    runtime: Runtime,
}

impl<T: Till> Crew<T> {
    /// Opens so many connections, one after the other.
    ///
    /// # Errors
    /// One cannot be opened.
    pub fn open(connections: usize, open: impl AsyncFn() -> Result<T, Fault>) -> Result<Self, Fault> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let tasks = LocalSet::new();
        let tills = tasks.block_on(&runtime, async {
            let mut tills = Vec::with_capacity(connections);
            for _ in 0..connections {
                tills.push(Rc::new(open().await?));
            }
            Ok::<_, Fault>(tills)
        })?;
        Ok(Self { tills, tasks, runtime })
    }

    /// The connections.
    pub fn tills(&self) -> impl Iterator<Item = &T> {
        self.tills.iter().map(Rc::as_ref)
    }

    /// Does something with the first connection.
    pub fn ask<R>(&self, work: impl AsyncFnOnce(&T) -> R) -> R {
        self.tasks.block_on(&self.runtime, work(&self.tills[0]))
    }

    /// Does something with each connection, one after the other.
    ///
    /// # Errors
    /// The first that fails.
    pub fn each(&self, work: &impl AsyncFn(&T) -> Result<(), Fault>) -> Result<(), Fault> {
        self.tasks.block_on(&self.runtime, async {
            for till in &self.tills {
                work(till).await?;
            }
            Ok(())
        })
    }

    /// So many customers have the wishes granted; each takes the next one when its last is done.
    ///
    /// # Errors
    /// A wish was not granted.
    pub fn serve(&self, customers: usize, wishes: Vec<T::Wish>) -> Result<Served, Fault> {
        let (wishes, next) = (Rc::new(wishes), Rc::new(Cell::new(0)));
        let took = Rc::new(RefCell::new(Vec::with_capacity(wishes.len())));
        let (begun, ran) = (Instant::now(), ran_ns()?);
        self.tasks.block_on(&self.runtime, async {
            let customer = |number: usize| {
                let till = Rc::clone(&self.tills[number % self.tills.len()]);
                let (wishes, next, took) = (Rc::clone(&wishes), Rc::clone(&next), Rc::clone(&took));
                tokio::task::spawn_local(async move {
                    while let Some(wish) = wishes.get(next.replace(next.get() + 1)) {
                        let begun = Instant::now();
                        till.grant(wish).await?;
                        took.borrow_mut().push(u32::try_from(begun.elapsed().as_micros())?);
                    }
                    Ok::<_, Fault>(())
                })
            };
            let customers: Vec<_> = (0..customers).map(customer).collect();
            for customer in customers {
                customer.await??;
            }
            Ok::<_, Fault>(())
        })?;
        let ns = u64::try_from(begun.elapsed().as_nanos())?;
        let client_ns = ran_ns()? - ran;
        let mut took_us = took.take();
        took_us.sort_unstable();
        if took_us.len() != wishes.len() {
            return Err(format!("{} of {} wishes were granted", took_us.len(), wishes.len()).into());
        }
        Ok(Served { ns, client_ns, took_us })
    }
}
