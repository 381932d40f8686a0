//! What was to be reached, each as a ratio within one run, and a plain word whether it was.

use std::fmt::Write;

use super::Figures;
use super::sources::{ACCEPTED, BEST, CPU, OVERLOAD};
use super::tables::figure;

/// A target and what was measured of it.
pub(super) struct Target {
    /// Short; a section of the notes may have it as its heading.
    pub(super) name: &'static str,
    what: String,
    /// What was measured, and whether it is enough; none if something was not measured.
    measured: Option<(String, bool)>,
}

const SALES: &str = "hold-confirm";
/// Names of rivals' figures.
const BARE_MAP: &str = "mutex-hashmap-bare";
const DUTIFUL_MAP: &str = "mutex-hashmap with records and keys";
const ONE_OWNER: &str = "one-owner";

pub(super) fn table(targets: &[Target]) -> String {
    let mut table = String::from("| | target | measured | |\n|---|---|---|---|\n");
    for target in targets {
        let (measured, verdict) = match &target.measured {
            None => ("not measured in this run", "**not measured**"),
            Some((measured, true)) => (measured.as_str(), "met"),
            Some((measured, false)) => (measured.as_str(), "**not met**"),
        };
        // Writing to a String does not fail.
        let _ = writeln!(table, "| {} | {} | {measured} | {verdict} |", target.name, target.what);
    }
    table
}

fn target(name: &'static str, what: impl Into<String>, measured: Option<(String, bool)>) -> Target {
    Target { name, what: what.into(), measured }
}

/// Their cost over ours must be `least` at least.
fn ahead(figures: &Figures, suite: &str, setting: &str, other: &str, least: f64) -> Option<(String, bool)> {
    let times = figures.median(suite, other, setting)? / figures.ours(suite, setting)?;
    Some((format!("{times:.2} times"), times >= least))
}

/// Our cost over theirs must be `most` at most.
fn within(ours: Option<f64>, other: Option<f64>, most: f64) -> Option<(String, bool)> {
    let times = ours? / other?;
    Some((format!("{times:.2} times"), times <= most))
}

/// Our figure in nanoseconds must be below `most`.
fn below_ns(figures: &Figures, suite: &str, setting: &str, most: f64) -> Option<(String, bool)> {
    let ns = figures.ours(suite, setting)?;
    Some((figure(ns, "ns/op"), ns < most))
}

/// All targets of the benchmarks, in order.
pub(super) fn all(figures: &Figures) -> Vec<Target> {
    let mut targets = memory(figures);
    targets.extend(durable(figures));
    targets.extend(rooms(figures));
    targets.extend(around(figures));
    targets.extend(overload(figures));
    targets.extend(sockets(figures));
    targets
}

/// As [`ahead`], of the map that keeps nothing; and beside it, of the same map once it keeps what we keep.
fn ahead_of_map(figures: &Figures, setting: &str, least: f64) -> Option<(String, bool)> {
    let (bare, met) = ahead(figures, SALES, setting, BARE_MAP, least)?;
    let beside = ahead(figures, SALES, setting, DUTIFUL_MAP, 1.0);
    let beside =
        beside.map_or(String::new(), |(times, _)| format!(" ({times} once it keeps records and keys)"));
    Some((bare + &beside, met))
}

fn memory(figures: &Figures) -> Vec<Target> {
    let mut targets = vec![
        target(
            "one thread",
            "hold + confirm of two seats in memory, everything on: as fast as a `Mutex<HashMap>` that keeps no journal, no keys and no deadlines",
            ahead_of_map(figures, "memory unique threads=1", 1.0),
        ),
        target(
            "two threads",
            "3 times that map with two threads, unique seats",
            ahead_of_map(figures, "memory unique threads=2", 3.0),
        ),
        target(
            "hot seats",
            "2 times that map with two threads on 100 hot seats",
            ahead_of_map(figures, "memory hot threads=2", 2.0),
        ),
    ];
    let settings: Vec<&str> = figures
        .suite(SALES)
        .filter(|line| line.name == ONE_OWNER && line.median.is_some())
        .map(|line| line.setting.as_str())
        .collect();
    let times: Option<Vec<(f64, &str)>> = settings
        .iter()
        .map(|setting| {
            Some((figures.median(SALES, ONE_OWNER, setting)? / figures.ours(SALES, setting)?, *setting))
        })
        .collect();
    let worst = times.and_then(|times| times.into_iter().min_by(|a, b| a.0.total_cmp(&b.0)));
    targets.push(target(
        "one owner",
        "never slower than one thread that owns everything behind a ring: unique and hot, in memory and durable",
        worst.map(|(times, setting)| {
            (format!("{} settings, the closest {times:.2} times ({setting})", settings.len()), times >= 1.0)
        }),
    ));
    targets
}

fn durable(figures: &Figures) -> Vec<Target> {
    let setting = |in_flight: u32| format!("durable unique inflight={in_flight}");
    let mut targets = Vec::new();
    for (name, in_flight) in [("disk floor, 256", 256), ("disk floor, 4,096", 4_096)] {
        let setting = setting(in_flight);
        targets.push(target(
            name,
            format!("durable, {in_flight} in flight: within 1.5 times the same bytes by write + fdatasync in the same groups"),
            within(figures.ours(SALES, &setting), figures.median(SALES, "floor", &setting), 1.5),
        ));
    }
    targets.push(one_in_flight(figures, &setting(1)));
    for (name, in_flight, other, least) in
        [("PostgreSQL, 256", 256, "postgres", 8.0), ("Redis, 256", 256, "redis", 4.0)]
    {
        targets.push(target(
            name,
            format!(
                "durable, {in_flight} in flight, in process against a socket: {least} times {other} at its best number of clients"
            ),
            ahead(figures, SALES, &setting(in_flight), other, least),
        ));
    }
    let best =
        figures.suite(SALES).filter(|line| line.name == "postgres" && line.setting.starts_with("durable"));
    let best = best.filter_map(|line| line.median).min_by(f64::total_cmp);
    targets.push(target(
        "PostgreSQL, 4,096",
        "durable, 4,096 in flight, in process against a socket: 50 times PostgreSQL's best",
        best.zip(figures.ours(SALES, &setting(4_096)))
            .map(|(best, ours)| (format!("{:.1} times", best / ours), best / ours >= 50.0)),
    ));
    targets
}

/// Two writes, each a sync and at most two hand-overs. Beside the floor's sync (of the records alone, mostly in the
/// block of the one before) and a hand-over between threads that just ran stands what a journal with a witness has to
/// sync, and a hand-over to a thread whose processor has gone idle meanwhile.
fn one_in_flight(figures: &Figures, setting: &str) -> Target {
    const HAND_OVER: &str = "one hand-over between threads";
    let ours = figures.ours(SALES, setting);
    let allowed = |syncs: Option<f64>, hand_over: &str| {
        Some(syncs? + 4.0 * figures.median("floors", hand_over, HAND_OVER)?)
    };
    let two_blocks = figures
        .median("floors", "write 4 KiB behind the last and 4 KiB in a ring + fdatasync", "one sync")
        .map(|sync| 2.0 * sync);
    let beside = within(ours, allowed(two_blocks, "park and unpark, asleep for a sync"), 1.0)
        .map_or(String::new(), |(times, _)| {
            format!(" ({times} with two blocks to sync and threads that slept)")
        });
    let floor = figures.median(SALES, "floor", setting);
    let measured = within(ours, allowed(floor, "park and unpark"), 1.0)
        .map(|(times, met)| (format!("{times} what that takes{beside}"), met));
    let what = "durable, one in flight: one sync and at most two hand-overs between threads a write";
    target("one in flight", what, measured)
}

fn rooms(figures: &Figures) -> Vec<Target> {
    const BEST: &str = "seats best available, hold + release";
    const WHEEL: &str = "wheel, one million live";
    const LINE: &str = "line, one million waiting";
    let mut targets = vec![
        target(
            "best available",
            "the best 4 at 95 % sold, held and given back: under 3 µs",
            below_ns(figures, BEST, "95 % sold, 4", 3_000.0),
        ),
        target(
            "best against named",
            "never slower than 2 times four named seats in an empty hall",
            within(
                figures.ours(BEST, "95 % sold, 4"),
                figures.ours("seats", "hold + release, named seats, 4"),
                2.0,
            ),
        ),
    ];
    let mut share = |name, (suite, setting): (&str, &str), what: &str, most, (whole, of): (&str, &str)| {
        let whole = figures.ours(suite, whole).map_or("?".to_owned(), |ns| figure(ns, "ns/op"));
        let measured = below_ns(figures, suite, setting, most)
            .map(|(text, met)| (format!("{text} ({whole} {of})"), met));
        targets.push(target(name, what, measured));
    };
    for (name, what) in [("wheel, insert", "insert"), ("wheel, cancel", "cancel")] {
        let (mine, whole) =
            (format!("{what}, the caller's share"), format!("{what}, with the driver's share"));
        let with = "with the driver's share";
        share(name, (WHEEL, &mine), "under 50 ns at one million live", 50.0, (&whole, with));
    }
    for (name, what) in [("line, join", "join"), ("line, position", "position"), ("line, leave", "leave")] {
        let mine = format!("{what}, the line's share");
        let of = "as a whole command, with token and record";
        share(name, (LINE, &mine), "under 300 ns at one million waiting, in memory", 300.0, (what, of));
    }
    targets
}

fn around(figures: &Figures) -> Vec<Target> {
    const STORM: &str = "storm of 50,000 expiries";
    const SNAPSHOT: &str = "snapshot";
    let storm = figures
        .ours(STORM, "caller's p99.9, during the storm")
        .zip(figures.ours(STORM, "caller's p99.9, quiet"));
    let recovery = figures.suite("journal/recovery, records").find_map(|line| line.median);
    let snapshot = figures
        .ours(SNAPSHOT, "writers' p99.9, one snapshot meanwhile")
        .zip(figures.ours(SNAPSHOT, "writers' p99.9, no snapshot"));
    let cpu = |call: &str, most: f64| {
        within(figures.ours(CPU, call), figures.median(CPU, "tonic echo", call), most)
    };
    vec![
        target(
            "storm",
            "50,000 expiries add less than 1 ms to a caller's p99.9",
            storm.map(|(during, quiet)| {
                (
                    format!("{} instead of {}", figure(during, "us"), figure(quiet, "us")),
                    during - quiet < 1_000.0,
                )
            }),
        ),
        target(
            "recovery",
            "2 million records a second",
            recovery.map(|ns| (figure(1e9 / ns, "op/s"), 1e9 / ns >= 2e6)),
        ),
        target(
            "snapshot",
            "adds less than 10 % to the writers' p99.9",
            snapshot.map(|(with, without)| {
                let percent = 100.0 * (with / without - 1.0);
                (
                    format!("{percent:+.0} % ({} instead of {})", figure(with, "us"), figure(without, "us")),
                    percent < 10.0,
                )
            }),
        ),
        target(
            "gRPC, in memory",
            "processor time of the server at most 1.5 times bare echo: GetQueueStatus",
            cpu("GetQueueStatus", 1.5),
        ),
        target("gRPC, durable join", "at most 2 times bare echo: JoinQueue", cpu("JoinQueue", 2.0)),
        target("gRPC, durable hold", "at most 2 times bare echo: ReserveSeat", cpu("ReserveSeat", 2.0)),
    ]
}

fn overload(figures: &Figures) -> Vec<Target> {
    let share = figures.ours(OVERLOAD, ACCEPTED).zip(figures.ours(OVERLOAD, BEST));
    let p99 = figures.suite(OVERLOAD).filter(|line| line.unit == "us").filter_map(|line| line.median);
    let slowest = p99.reduce(f64::max);
    vec![
        target(
            "overload, goodput",
            "of twice as many calls as can be answered 0.9 times the best are",
            share.map(|(accepted, best)| (format!("{:.2} times", accepted / best), accepted >= 0.9 * best)),
        ),
        target(
            "overload, latency",
            "p99 of those, from when they were due: at most 250 ms",
            slowest.map(|us| (figure(us, "us"), us <= 250_000.0)),
        ),
    ]
}

/// All contestants are servers.
fn sockets(figures: &Figures) -> Vec<Target> {
    const SERVER: &str = "through the server";
    let settings = [
        ("Redis, 1 client", "1 client"),
        ("Redis, 16 clients", "16 clients, a connection each"),
        ("Redis, 64 clients", "64 clients, a connection each"),
        ("Redis, 256 clients", "256 clients, a connection each"),
    ];
    let what = "an order through gRPC, both steps synced: as fast as through Redis, append-only always";
    let orders =
        settings.map(|(name, setting)| target(name, what, ahead(figures, SERVER, setting, "redis", 1.0)));
    let of = |suite: &'static str, other: &str| {
        let line = figures.suite(suite).find(|line| line.name == other && line.unit == "ns/op")?;
        Some((figures.ours(suite, &line.setting)?, line.median?))
    };
    let reads = of("status calls", "tonic echo, 2 shards");
    let durable = of("one durable call", "floor: sync + tonic echo");
    let mut targets = Vec::from(orders);
    targets.push(target(
        "status calls",
        "8 connections × 16: 0.72 times the calls a second of a bare echo on two threads with runtimes of their own",
        reads.map(|(ours, echo)| (format!("{:.2} times", echo / ours), echo / ours >= 0.72)),
    ));
    targets.push(target(
        "one durable call",
        "one client: at most 1.3 times one sync and one call of a bare echo",
        durable.map(|(ours, floor)| (format!("{:.2} times", ours / floor), ours / floor <= 1.3)),
    ));
    targets
}

#[cfg(test)]
mod tests {
    use super::*;
    use tacos_benches::results::{Line, OURS};

    #[test]
    fn a_target_is_met_or_not_or_not_measured() {
        let line = |name: &str, setting: &str, ns| Line::of(SALES, setting, "ns/op", &[ns]).named(name);
        let figures = Figures(vec![
            line(OURS, "memory unique threads=1", 100.0),
            line(BARE_MAP, "memory unique threads=1", 110.0),
            line(OURS, "memory unique threads=2", 100.0),
            line(BARE_MAP, "memory unique threads=2", 290.0),
            line(ONE_OWNER, "memory unique threads=2", 99.0),
        ]);
        let all = all(&figures);
        let verdict = |name: &str| {
            let target = all.iter().find(|target| target.name == name).expect("a target");
            target.measured.as_ref().map(|(_, met)| *met)
        };
        assert_eq!(verdict("one thread"), Some(true));
        assert_eq!(verdict("two threads"), Some(false));
        assert_eq!(verdict("one owner"), Some(false));
        assert_eq!(verdict("hot seats"), None);
        let table = table(&all);
        assert!(table.contains("**not met**") && table.contains("**not measured**"), "{table}");
    }
}
