//! What one person in a waiting line costs: bytes, and nanoseconds to join, look up a position, leave and be admitted.
//!
//! `cargo run --release --example line_cost [people]` (default 1,000,000). The module is not public, so its sources are
//! compiled into this program. Journal and tokens are not in these figures.
#![allow(dead_code, unused_imports, unreachable_pub, clippy::print_stdout)]

#[path = "../src/admission/mod.rs"]
mod admission;
#[path = "../src/clock.rs"]
mod clock;
#[path = "../src/describe.rs"]
mod describe;
#[allow(dead_code)]
#[path = "../src/limits.rs"]
mod limits;
#[path = "../src/sync/mod.rs"]
mod sync;

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use admission::{Gate, GroupTimer, Join, Line, PresaleRoom, QueuePolicy};
use clock::UnixMs;
use hashbrown::HashTable;

const T0: UnixMs = UnixMs::new(1_700_000_000_000);

struct NoTimer;

impl GroupTimer for NoTimer {
    fn arm(&self, _: u32, _: UnixMs) {}
}

/// Resident memory of this process in bytes, from the kernel.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: usize = statm.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0);
    pages * 4_096
}

/// Time that this thread has run, in nanoseconds: what others do with the machine is not in it.
fn ran_ns() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0)
}

fn hash(person: u64, kind: u64) -> u128 {
    let mix = |x: u64| {
        let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    };
    let seed = person.wrapping_mul(2).wrapping_add(kind).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    u128::from(mix(seed)) << 64 | u128::from(mix(seed ^ 0x5555_5555))
}

fn line(room: Option<PresaleRoom>) -> Line {
    let policy = QueuePolicy::default()
        .with_admissions_per_minute(6_000_000)
        .with_burst(1_000_000)
        .with_inside_max(1 << 26)
        .with_waiting_max(1 << 26)
        .with_room(room);
    Line::new(policy, Arc::new(Gate::full(6_000_000, 1_000_000)), Arc::new(NoTimer))
}

fn join(line: &Line, person: u64, user: bool, now: UnixMs) {
    match line.begin_join(hash(person, 0), user.then(|| hash(person, 1)), now) {
        Join::New(joining) => joining.commit(),
        _ => panic!("person {person} is new"),
    }
}

/// Runs `f` `n` times, prints the mean of the thread's own time and of the wall clock.
fn measure(name: &str, n: u64, mut f: impl FnMut(u64)) {
    let (start, ran) = (Instant::now(), ran_ns());
    for i in 0..n {
        f(i);
    }
    let each = |ns: u64| ns / n.max(1);
    let (ran, wall) = (each(ran_ns() - ran), start.elapsed().as_nanos() / u128::from(n.max(1)));
    println!("{name:<36}{ran:>6} ns each   wall clock {wall:>6} ns");
}

fn bytes(people: u64, user: bool) {
    let before = resident();
    let line = line(None);
    for person in 0..people {
        join(&line, person, user, T0);
    }
    let used = resident().saturating_sub(before);
    let with = if user { "session and user" } else { "session only" };
    let per = |bytes: usize| bytes as f64 / people as f64;
    println!(
        "bytes a waiting person, {with:<17}{:>7.1}   of them look-up tables {:.1}",
        per(used),
        per(line.lookup_bytes())
    );
    std::mem::forget(line);
}

/// The longest join while a line grows to so many people: of each join the fastest of three rounds, so that what grows
/// counts, which grows at the same join each time, and what others do with the machine does not.
fn longest_joins(people: u64) {
    let mut fastest: Vec<u32> = Vec::new();
    fastest.resize(usize::try_from(people).expect("an index"), u32::MAX);
    for _ in 0..3 {
        let line = line(None);
        for (person, fastest) in (0..).zip(&mut fastest) {
            let start = Instant::now();
            join(&line, person, true, T0);
            let ns = u32::try_from(start.elapsed().as_nanos()).unwrap_or(u32::MAX);
            *fastest = ns.min(*fastest);
        }
    }
    fastest.sort_unstable();
    let at = |permille: usize| fastest[(fastest.len() - 1) * permille / 1_000];
    println!("joins, clock included: p50 {} ns, p99.9 {} ns, longest {} ns", at(500), at(999), at(1_000));
}

/// One read after another of 64 MiB in no order: what each miss of the cache costs on this machine at this moment.
fn floor() {
    let size: u64 = 1 << 24;
    // A full-period step (multiplier 1 mod 4, odd increment) makes one cycle of all entries.
    let next: Vec<u32> =
        (0..size).map(|i| u32::try_from((i * 1_664_525 + 1_013_904_223) % size).expect("an index")).collect();
    let mut at = 0;
    measure("floor: one scattered read", 2_000_000, |_| at = next[at as usize]);
    black_box(at);
}

/// What a join cannot do without, with nothing around it: a session and a user looked up and entered in two tables of
/// numbers that grow, their keys beside them.
fn floor_of_a_join(people: u64) {
    let mut keys: [Vec<u128>; 2] = Default::default();
    let mut tables: [HashTable<u32>; 2] = Default::default();
    let low = |key: u128| u64::try_from(key & u128::from(u64::MAX)).expect("half of it");
    measure("floor: two tables entered", people, |person| {
        for (kind, (table, keys)) in (0..).zip(tables.iter_mut().zip(&mut keys)) {
            let (key, number) = (hash(person, kind), u32::try_from(person).expect("a ticket number"));
            assert!(table.find(low(key), |other| keys[*other as usize] == key).is_none(), "{person} is new");
            keys.push(key);
            table.insert_unique(low(key), number, |other| low(keys[*other as usize]));
        }
    });
    black_box(tables.iter().map(HashTable::len).sum::<usize>());
}

fn main() {
    let people: u64 = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    println!("{people} people in one line, one thread");
    floor();
    floor_of_a_join(people);
    longest_joins(people);
    bytes(people, true);
    bytes(people, false);
    for percent in [125, 150, 175] {
        bytes(people * percent / 100, true);
    }

    let line = line(None);
    let count = u32::try_from(people).expect("a ticket number");
    // An odd multiplier visits every number below a power of two once, in no useful order for a cache.
    let scattered = |i: u64| u32::try_from(i * 2_654_435_761 % people).expect("a ticket number");
    measure("join (session and user)", people, |i| join(&line, i, true, T0));
    measure("join again (same session)", people, |i| {
        let person = u64::from(scattered(i));
        assert!(matches!(line.begin_join(hash(person, 0), None, T0), Join::Again { .. }));
    });
    measure("position, none left", people, |i| {
        black_box(line.position(scattered(i)));
    });
    measure("view with position", people, |i| {
        black_box(line.view(scattered(i), T0)).expect("known");
    });
    measure("touch", people, |i| {
        assert!(line.touch(scattered(i), T0.plus_ms(5_000)));
    });
    measure("leave (every fourth, in the middle)", people / 4, |i| {
        let number = u32::try_from(i * 4 + 1).expect("a ticket number");
        line.begin_leave(number, T0).expect("waits").commit();
    });
    measure("position, a quarter left", people, |i| {
        black_box(line.position(scattered(i)));
    });
    let mut ready = Vec::new();
    let ran = ran_ns();
    let mut now = T0;
    loop {
        now = now.plus_ms(20);
        match line.begin_advance(now) {
            Ok(advance) => {
                ready.extend(advance.ready());
                advance.commit();
            }
            Err(_) => break,
        }
    }
    let each = (ran_ns() - ran) / ready.len().max(1) as u64;
    println!("{:<36}{each:>6} ns each   {} people in batches of at most 1,024", "advance", ready.len());
    assert_eq!(ready.len(), (count - count / 4) as usize);
    let mut refused = 0;
    let admit_at = now;
    measure("admit", ready.len() as u64, |i| {
        match line.begin_admit(ready[usize::try_from(i).expect("an index")], admit_at) {
            Ok(admitting) => admitting.commit(),
            _ => refused += 1,
        }
    });
    measure("use up", ready.len() as u64, |i| {
        let number = ready[usize::try_from(i).expect("an index")];
        line.begin_use(number, admit_at).expect("admitted").commit();
    });
    assert_eq!(refused, 0);
    draw(people);
}

fn draw(people: u64) {
    let line = line(Some(PresaleRoom { opens_at: T0, draws_at: T0.plus_ms(1_000) }));
    for person in 0..people {
        join(&line, person, true, T0);
    }
    let start = Instant::now();
    let draw = line.begin_draw([7; 32], T0.plus_ms(1_000)).expect("not drawn");
    let drawn = start.elapsed();
    draw.commit();
    println!("draw of {people}: order {drawn:?}, in force after {:?}", start.elapsed());
    measure("position after the draw", people, |i| {
        let number = u32::try_from(i).expect("a ticket number");
        black_box(line.position(number));
    });
}
