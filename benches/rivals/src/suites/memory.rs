//! Suite `hold-confirm`, in memory: unique seats (figures are for an order: hold and confirm) and hot seats (figures are
//! for a command: hold, refusal or release). A figure is wall time over all that was done, so on two threads half is twice
//! as fast. Every round begins with a new engine; rounds of all contestants take turns.

use std::sync::Arc;

use tacos_engine::{Clock, SystemClock};

use super::{Options, floors};
use crate::contestants::mutex_map::{FastHash, MutexMap, ParkingLot, StdLock};
use crate::contestants::one_owner::OneOwner;
use crate::contestants::ours::Ours;
use crate::drive::{Cut, run};
use crate::report::{Line, Report, progress};
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

const CONTESTANTS: [(&str, Contest); 10] = [
    ("tacos", |plan| go(plan, &Ours::in_memory(plan.hall, clock())?, 1)),
    (STD, |plan| go(plan, &MutexMap::<StdLock>::new(plan.hall, Some(clock()))?, 1)),
    (PARKING, |plan| go(plan, &MutexMap::<ParkingLot>::new(plan.hall, Some(clock()))?, 1)),
    (BARE_STD, |plan| go(plan, &MutexMap::<StdLock>::new(plan.hall, None)?, 1)),
    (BARE_PARKING, |plan| go(plan, &MutexMap::<ParkingLot>::new(plan.hall, None)?, 1)),
    ("mutex-hashmap bare, fast hash", |plan| go(plan, &MutexMap::<FastHash>::new(plan.hall, None)?, 1)),
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
const GROUPS: [(&str, [&str; 2]); 3] = [
    ("mutex-hashmap", [STD, PARKING]),
    ("mutex-hashmap-bare", [BARE_STD, BARE_PARKING]),
    ("one-owner", ["one-owner inflight=1", "one-owner inflight=256"]),
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

/// Measures.
///
/// # Errors
/// A contestant is broken, or sums are wrong.
pub fn measure(options: &Options, report: &mut Report) -> Result<(), Fault> {
    for plan in plans(options)? {
        progress(&format!("{SUITE}, {}: {} orders, seed {}", plan.setting, plan.orders.len(), options.seed));
        let hot = plan.cut.end == End::Release;
        // On hot seats the customers are the in-flight: one line of one-owner says it all.
        let takes_part = |name: &str| !(hot && (name.ends_with("=256") || name.contains("look-up")));
        let contestants: Vec<_> = CONTESTANTS.iter().filter(|(name, _)| takes_part(name)).collect();
        let mut samples = vec![Vec::new(); contestants.len()];
        for _ in 0..options.rounds() {
            for ((name, contest), samples) in contestants.iter().zip(&mut samples) {
                samples.push(contest(&plan).map_err(|fault| format!("{name}: {fault}"))?);
            }
        }
        let mut lines = Vec::new();
        for ((name, _), samples) in contestants.iter().zip(&samples) {
            let name = if hot { name.trim_end_matches(" inflight=1") } else { name };
            lines.push(Line::of(SUITE, name, plan.setting, "ns/op", samples));
        }
        for (group, members) in GROUPS {
            let of_group = lines.iter().filter(|line| members.contains(&line.name.as_str()));
            if let Some(best) = of_group.min_by(|a, b| a.median.total_cmp(&b.median)) {
                let best = best.also(group, plan.setting).noting(format!("the better: {}", best.name));
                lines.push(best);
            }
        }
        lines.into_iter().try_for_each(|line| report.push(line))?;
    }
    Ok(())
}
