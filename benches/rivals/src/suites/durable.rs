//! Suite `hold-confirm`, durable: an order is a hold that is on disk before it is answered, and then a sale that is. So
//! many customers are in flight at once; figures are wall time over orders. And relaxed: answered before the sync,
//! which comes within about a second, or when the system likes.

use tacos_engine::Driver;
use tacos_engine::journal::Position;

use super::disk::{group_sizes, write_groups};
use super::turns::{Entrant, Figures, add_best, push_all, take_turns};
use super::{Options, rivals::Rivals};
use crate::contestants::one_owner::OneOwner;
use crate::contestants::ours::Ours;
use crate::drive::{Cut, run};
use crate::report::{Report, progress};
use crate::rival::{End, Fault};
use crate::servers::{Folder, file_system};
use crate::work::Hall;

const SUITE: &str = "hold-confirm";
/// In flight, and orders of a round.
const SIZES: [(usize, u32); 4] = [(1, 400), (16, 4_000), (256, 30_000), (4_096, 60_000)];

#[expect(clippy::cast_precision_loss, reason = "figures are far below 2^52")]
fn per(ns: u64, orders: u32) -> f64 {
    ns as f64 / f64::from(orders)
}

fn threads_for(in_flight: usize) -> &'static [usize] {
    if in_flight == 1 { &[1] } else { &[1, 2] }
}

fn cut(threads: usize, in_flight: usize) -> Cut {
    Cut { threads, customers: in_flight / threads, end: End::Confirm }
}

/// Ours, and right behind it the floor: the same groups without an engine.
fn ours<'a>(options: &'a Options, in_flight: usize, orders: u32, threads: usize) -> Entrant<'a> {
    let name = format!("tacos threads={threads}");
    let turn = move || -> Result<Figures, Fault> {
        let folder = Folder::new(&options.folder, "tacos-")?;
        let hall = Hall { seats: 2 * orders };
        let wanted = hall.unique_orders(options.seed)?;
        let tacos = Ours::durable(hall, folder.path(), Driver::Threads)?;
        let before = Position(tacos.engine().status().written);
        let tally = run(&tacos, hall, &wanted, cut(threads, in_flight))?;
        tacos.engine().close()?;
        drop(tacos);
        let sizes = group_sizes(folder.path(), before)?;
        let floor = write_groups(folder.path(), &sizes)?;
        Ok(vec![
            (format!("tacos threads={threads}"), tally.ns_an_order()),
            (format!("floor: write + fdatasync, groups of threads={threads}"), per(floor, orders)),
        ])
    };
    Entrant { name, turn: Box::new(turn), note: String::new() }
}

fn one_owner<'a>(options: &'a Options, in_flight: usize, orders: u32, threads: usize) -> Entrant<'a> {
    Entrant::new(format!("one-owner threads={threads}"), move || {
        let folder = Folder::new(&options.folder, "one-owner-")?;
        let hall = Hall { seats: 2 * orders };
        let wanted = hall.unique_orders(options.seed)?;
        let owner = OneOwner::durable(hall, folder.path())?;
        Ok(run(&owner, hall, &wanted, cut(threads, in_flight))?.ns_an_order())
    })
}

/// Measures what waits for the disk.
///
/// # Errors
/// The file of results cannot be written.
pub fn measure(options: &Options, rivals: &Rivals, report: &mut Report) -> Result<(), Fault> {
    let kind = file_system(&options.folder);
    progress(&format!("{SUITE}, durable: in {} on {kind}", options.folder.display()));
    for (in_flight, orders) in SIZES {
        let orders = if options.quick { orders / 4 } else { orders };
        let setting = format!("durable unique inflight={in_flight}");
        progress(&format!("{SUITE}, {setting}: {orders} orders, seed {}", options.seed));
        let mut entrants = Vec::new();
        for &threads in threads_for(in_flight) {
            entrants.push(ours(options, in_flight, orders, threads));
            entrants.push(one_owner(options, in_flight, orders, threads));
        }
        entrants.extend(rivals.durable(in_flight, report, &setting)?);
        let mut lines = take_turns((SUITE, &setting, "ns/op"), options.rounds(), entrants);
        add_best(&mut lines, "tacos", &["tacos "]);
        add_best(&mut lines, "one-owner", &["one-owner "]);
        add_best(&mut lines, "redis", &["redis "]);
        add_best(&mut lines, "postgres", &["postgres "]);
        add_best(&mut lines, "sqlite", &["sqlite "]);
        let fastest = lines.iter().find(|line| line.name == "tacos").map(|line| line.note.clone());
        let threads = fastest.and_then(|note| note.chars().last()).unwrap_or('1');
        add_best(&mut lines, "floor", &[&format!("floor: write + fdatasync, groups of threads={threads}")]);
        for line in &mut lines {
            line.note = [line.note.as_str(), &kind].join("; ").trim_start_matches("; ").to_owned();
        }
        push_all(report, lines)?;
    }
    Ok(())
}

/// Measures what does not.
///
/// # Errors
/// The file of results cannot be written.
pub fn measure_relaxed(options: &Options, rivals: &Rivals, report: &mut Report) -> Result<(), Fault> {
    let (in_flight, orders) = (256, if options.quick { 10_000 } else { 40_000 });
    let setting = format!("relaxed unique inflight={in_flight}");
    let hall = Hall { seats: 2 * orders };
    let ours = |threads| {
        Entrant::new(format!("tacos threads={threads}"), move || {
            let folder = Folder::new(&options.folder, "tacos-")?;
            let tacos = Ours::relaxed(hall, folder.path())?;
            let wanted = hall.unique_orders(options.seed)?;
            Ok(run(&tacos, hall, &wanted, cut(threads, in_flight))?.ns_an_order())
        })
    };
    let mut entrants = vec![ours(1), ours(2)];
    entrants.extend(rivals.relaxed(in_flight, report, &setting)?);
    let mut lines = take_turns((SUITE, &setting, "ns/op"), options.rounds(), entrants);
    for group in ["tacos", "redis", "postgres", "sqlite"] {
        add_best(&mut lines, group, &[&format!("{group} ")]);
    }
    push_all(report, lines)
}
