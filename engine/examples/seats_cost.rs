//! What the inventory costs: nanoseconds per claim and search, bytes per seat, in a hall of 50,000 seats. One thread,
//! nothing else measured. Run with `cargo run --release --example seats_cost`. Uses the engine's own source files,
//! because the module has no public entry.
#![allow(dead_code, unused_imports, unreachable_pub, clippy::print_stdout)]

#[path = "../src/inventory/mod.rs"]
mod inventory;
#[path = "../src/limits.rs"]
mod limits;
#[path = "../src/sync/mod.rs"]
mod sync;

use std::hint::black_box;
use std::time::Instant;

use inventory::{
    BestRequest, Changes, FREED, HolderState, Inventory, Layout, PackedPlace, Row, RowSeats, SOLD, SeatIx,
    SeatMap, Section,
};

const SECTIONS: u32 = 20;
const ROWS: u32 = 85;
const OWNER_OF_SOLD: u32 = 9;
const NOBODY_CLAIMS: fn(u32) -> HolderState = |_| HolderState::Held;

/// 20 sections of 85 rows of 29 or 30 seats: 1,700 rows, 50,000 seats.
fn hall() -> Inventory {
    let mut left = 50_000;
    let row = |section: u32, row: u32, left: &mut u32| {
        let count = (*left).div_ceil((SECTIONS - section) * ROWS - row);
        *left -= count;
        let prefix = format!("S{section}-R{row}-");
        let seats = RowSeats::Numbered { prefix, first_number: 1, step: 1, digits_min: 1, count };
        Row { label: row.to_string(), price_minor: 9_900, seats, ..Row::default() }
    };
    let sections = (0..SECTIONS).map(|section| Section::Seated {
        name: format!("S{section}"),
        rows: (0..ROWS).map(|r| row(section, r, &mut left)).collect(),
    });
    let map = SeatMap { sections: sections.collect() };
    Inventory::new(Layout::build(&map).expect("a valid hall"))
}

fn sell(hall: &Inventory, seats: impl Iterator<Item = u32>) {
    for seat in seats {
        let place = [PackedPlace::seat(SeatIx(seat))];
        hall.claim(OWNER_OF_SOLD, &place, &NOBODY_CLAIMS).expect("free");
        hall.change(OWNER_OF_SOLD, SOLD, &hall.next_changes(OWNER_OF_SOLD, &place));
    }
}

/// Of the changes that a claim made, those that come next.
fn next_of(claimed: &mut Changes) {
    claimed.iter_mut().for_each(|change| change.version += 1);
}

/// The first `count` of the seats in an order that only the seed decides.
fn random(seats: u32, count: u32, seed: u64) -> impl Iterator<Item = u32> {
    let mut order: Vec<u32> = (0..seats).collect();
    let mut state = seed;
    for at in (1..order.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        order.swap(at, usize::try_from(state % (at as u64 + 1)).expect("small"));
    }
    order.truncate(count as usize);
    order.into_iter()
}

/// The median of 31 rounds of `times` calls, in nanoseconds a call.
fn measure(name: &str, times: u32, mut call: impl FnMut()) -> f64 {
    let mut rounds: Vec<f64> = (0..31)
        .map(|_| {
            let start = Instant::now();
            (0..times).for_each(|_| call());
            start.elapsed().as_secs_f64() * 1e9 / f64::from(times)
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    println!("{name:58} {:10.1} ns (best {:.1})", rounds[15], rounds[0]);
    rounds[15]
}

fn best(name: &str, hall: &Inventory, quantity: u32, allow_split: bool) -> f64 {
    let request =
        BestRequest { quantity, section: None, allow_split, include_accessible: false, scan_lapsed: false };
    let outcome = hall.claim_best(7, &request, &NOBODY_CLAIMS);
    let what = match &outcome {
        Ok(claimed) => {
            let places: Vec<PackedPlace> = claimed.iter().map(|change| change.place).collect();
            hall.change(7, FREED, &hall.next_changes(7, &places));
            let rows = places.iter().map(|place| hall.layout().seat(SeatIx(place.bits())).row);
            format!("{} seats", rows.count())
        }
        Err(refused) => format!("{refused:?}").split_whitespace().next().unwrap_or_default().to_owned(),
    };
    measure(&format!("best {quantity} {name} ({what})"), 2_000, || {
        if let Ok(mut claimed) = hall.claim_best(7, &request, &NOBODY_CLAIMS) {
            next_of(&mut claimed);
            hall.change(7, FREED, black_box(&claimed));
        }
    })
}

fn named(hall: &Inventory, count: u32) -> f64 {
    let places: Vec<PackedPlace> = (0..count).map(|at| PackedPlace::seat(SeatIx(25_000 + at))).collect();
    measure(&format!("claim + free of {count} named seats"), 20_000, || {
        let mut claimed = hall.claim(7, black_box(&places), &NOBODY_CLAIMS).expect("free");
        next_of(&mut claimed);
        hall.change(7, FREED, &claimed);
    })
}

fn main() {
    let empty = hall();
    let seats = empty.layout().seats();
    println!("{seats} seats, {:.2} bytes a seat all in", empty.bytes() as f64 / f64::from(seats));
    named(&empty, 2);
    let four_named = named(&empty, 4);
    let four_best = best("empty", &empty, 4, true);
    println!("{:58} {:10.2}", "best 4 against 4 named seats, empty hall", four_best / four_named);

    let labels: Vec<String> =
        random(seats, 1_000, 3).map(|seat| empty.layout().label(SeatIx(seat))).collect();
    let mut at = 0;
    measure("label to seat, random seats", 20_000, || {
        at = (at + 1) % labels.len();
        black_box(empty.layout().resolve(labels[at].as_bytes()).expect("known"));
    });
    let mut bits = Vec::new();
    measure("copy of the bitmap", 2_000, || {
        empty.copy_free(&mut bits);
        black_box(&bits);
    });
    measure("event totals", 2_000, || {
        black_box(empty.totals());
    });

    for (percent, name) in [(50, "half sold, random"), (95, "95 % sold, random")] {
        let hall = hall();
        sell(&hall, random(seats, seats / 100 * percent, 5));
        for (quantity, split) in [(2, false), (4, true), (4, false), (10, true)] {
            best(name, &hall, quantity, split);
        }
    }
    for (percent, name) in [(50, "half sold, from the front"), (95, "95 % sold, from the front")] {
        let hall = hall();
        sell(&hall, 0..seats / 100 * percent);
        best(name, &hall, 4, true);
    }
    let full = hall();
    sell(&full, 0..seats);
    best("sold out", &full, 4, true);
}
