//! Suite `hold-confirm`, in memory: unique seats (figures are for an order: hold and confirm) and hot seats (figures
//! are for a command: hold, refusal or release). A figure is wall time over all that was done, so on two threads half
//! is twice as fast. Every round begins with a new engine; rounds of all contestants take turns.

use std::sync::Arc;

use tacos_engine::{Clock, SystemClock};

use super::rivals::{IN_FLIGHT, Rivals};
use super::turns::{Entrant, add_best, push_all, take_turns};
use super::{Options, floors};
use crate::contestants::dutiful_map::DutifulMap;
use crate::contestants::mutex_map::{FastHash, MutexMap, ParkingLot, StdLock};
use crate::contestants::one_owner::OneOwner;
use crate::contestants::ours::Ours;
use crate::drive::{Cut, run};
use crate::report::{Report, progress};
use crate::rival::{End, Fault, Order, Rival};
use crate::work::Hall;

const SUITE: &str = "hold-confirm";

/// A setting with its work.
pub struct Plan {
    /// As in the result lines.
    pub setting: &'static str,
    /// Threads, customers, end.
    pub cut: Cut,
    /// The hall.
    pub hall: Hall,
    /// What is ordered.
    pub orders: Vec<Order>,
}

type Contest = fn(&Plan) -> Result<f64, Fault>;

const CONTESTANTS: [(&str, Contest); 12] = [
    ("tacos", |plan| go(plan, &Ours::in_memory(plan.hall, clock())?, 1)),
    ("tacos, prepared", |plan| go(plan, &Ours::prepared_in_memory(plan.hall, clock())?, 1)),
    (STD, |plan| go(plan, &MutexMap::<StdLock>::new(plan.hall, Some(clock()))?, 1)),
    (PARKING, |plan| go(plan, &MutexMap::<ParkingLot>::new(plan.hall, Some(clock()))?, 1)),
    (BARE_STD, |plan| go(plan, &MutexMap::<StdLock>::new(plan.hall, None)?, 1)),
    (BARE_PARKING, |plan| go(plan, &MutexMap::<ParkingLot>::new(plan.hall, None)?, 1)),
    ("mutex-hashmap bare, fast hash", |plan| go(plan, &MutexMap::<FastHash>::new(plan.hall, None)?, 1)),
    ("mutex-hashmap with records and keys", |plan| go(plan, &DutifulMap::new(plan.hall, clock())?, 1)),
    ("one-owner inflight=1", |plan| go(plan, &OneOwner::in_memory(plan.hall, clock())?, 1)),
    ("one-owner inflight=256", |plan| go(plan, &OneOwner::in_memory(plan.hall, clock())?, 256)),
    ("floor: compare-and-swap", floors::swaps),
    ("floor: map look-up and copy", floors::look_up_and_copy),
];

const STD: &str = "mutex-hashmap, std lock";
const PARKING: &str = "mutex-hashmap, parking_lot";
const BARE_STD: &str = "mutex-hashmap bare, std lock";
const BARE_PARKING: &str = "mutex-hashmap bare, parking_lot";
/// The better one of each group counts, under one name.
const GROUPS: [(&str, &[&str]); 3] = [
    ("mutex-hashmap", &[STD, PARKING]),
    ("mutex-hashmap-bare", &[BARE_STD, BARE_PARKING]),
    ("one-owner", &["one-owner inflight=", "one-owner, "]),
];

fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock::new())
}

/// `in_flight` counts where customers are no part of the work: on unique seats.
fn go<R: Rival>(plan: &Plan, rival: &R, in_flight: usize) -> Result<f64, Fault> {
    let confirms = plan.cut.end == End::Confirm;
    let customers = if confirms { in_flight } else { plan.cut.customers };
    let tally = run(rival, plan.hall, &plan.orders, Cut { customers, ..plan.cut })?;
    Ok(if confirms { tally.ns_an_order() } else { tally.ns_a_command() })
}

fn plans(options: &Options) -> Result<Vec<Plan>, Fault> {
    let hall = Hall { seats: if options.quick { 80_000 } else { 200_000 } };
    let attempts = u64::from(hall.seats);
    let unique = |setting, threads| -> Result<Plan, Fault> {
        let cut = Cut { threads, customers: 1, end: End::Confirm };
        Ok(Plan { setting, cut, hall, orders: hall.unique_orders(options.seed)? })
    };
    let hot = |setting, threads, customers| -> Result<Plan, Fault> {
        let cut = Cut { threads, customers, end: End::Release };
        Ok(Plan { setting, cut, hall, orders: hall.hot_orders(attempts, options.seed)? })
    };
    Ok(vec![
        unique("memory unique threads=1", 1)?,
        unique("memory unique threads=2", 2)?,
        hot("memory hot threads=1", 1, 8)?,
        hot("memory hot threads=2", 2, 8)?,
        hot("memory hot threads=2 customers=64", 2, 64)?,
    ])
}

/// Redis without a file: a server, so it has a core of its own and stands beside two threads.
fn redis<'a>(plan: &'a Plan, rivals: &'a Rivals, report: &mut Report) -> Result<Option<Entrant<'a>>, Fault> {
    if !plan.setting.ends_with("threads=2") {
        return Ok(None);
    }
    for (name, why) in rivals.missing().iter().filter(|(name, _)| *name == "redis") {
        report.skip(SUITE, name, plan.setting, why)?;
    }
    let (Some(server), Some((connections, note))) = (rivals.redis_in_memory(), rivals.redis_tuned()?) else {
        return Ok(None);
    };
    let hot = plan.cut.end == End::Release;
    let count = plan.orders.len() / if hot { 4 } else { 1 };
    let turn = move || {
        let mut redis = server.borrow_mut();
        redis.clear()?;
        redis.use_hall(plan.hall);
        // On hot seats the customers are the in-flight, and each connection has its share.
        redis.use_connections(if hot { 1 } else { connections });
        let customers = if hot { plan.cut.customers } else { IN_FLIGHT };
        let cut = Cut { threads: if hot { plan.cut.threads } else { 1 }, customers, ..plan.cut };
        let tally = run(&*redis, plan.hall, &plan.orders[..count], cut)?;
        redis.clear()?;
        Ok(if hot { tally.ns_a_command() } else { tally.ns_an_order() })
    };
    let note =
        if hot { "no file; a connection for each thread".to_owned() } else { format!("no file; {note}") };
    Ok(Some(Entrant::new("redis", turn).noting(note)))
}

/// Measures.
///
/// # Errors
/// A contestant is broken, or sums are wrong.
pub fn measure(options: &Options, rivals: &Rivals, report: &mut Report) -> Result<(), Fault> {
    for plan in plans(options)? {
        progress(&format!("{SUITE}, {}: {} orders, seed {}", plan.setting, plan.orders.len(), options.seed));
        let (plan, hot) = (&plan, plan.cut.end == End::Release);
        // On hot seats the customers are the in-flight: one line of one-owner says it all.
        let takes_part = |name: &str| !(hot && (name.ends_with("=256") || name.contains("look-up")));
        let mut entrants = Vec::new();
        for (name, contest) in CONTESTANTS.iter().filter(|(name, _)| takes_part(name)) {
            let name =
                if hot && name.starts_with("one-owner") { "one-owner, customers in flight" } else { name };
            entrants.push(Entrant::new(name, move || contest(plan)));
        }
        entrants.extend(redis(plan, rivals, report)?);
        let mut lines = take_turns((SUITE, plan.setting, "ns/op"), options.rounds(), entrants);
        for (group, members) in GROUPS {
            add_best(&mut lines, group, members);
        }
        push_all(report, lines)?;
    }
    Ok(())
}
