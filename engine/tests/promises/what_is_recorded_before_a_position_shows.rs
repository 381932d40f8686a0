//! Claim: whoever takes a position and reads afterwards misses nothing that was recorded before it, counts of standing places
//! included. Threads sell and give back while another reads; the orders of all their steps are tried by
//! `shuttle_operations.rs`.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::common::*;
use tacos_engine::{Engine, Position, ReservationState, SeatMap, Update, UpdateKind};

/// Standing places: each thread sells some and gives some back.
const PLACES: u32 = 60_000;
const ROUNDS: u32 = 300;

fn sale() -> Engine {
    let seats = SeatMap { sections: vec![floor(PLACES)] };
    let settings = settings().with_seats_per_user_max(None);
    threaded_sale(seats, settings).0
}

fn sold_by(update: &Update) -> u32 {
    match &update.what {
        UpdateKind::Reservation(told) if told.state == ReservationState::Confirmed => {
            told.places.iter().map(|changed| changed.place.quantity()).sum()
        }
        _ => 0,
    }
}

#[test]
fn counts_have_everything_that_was_recorded_before_the_position() {
    let (engine, over) = (sale(), AtomicBool::new(false));
    let sell = |number: usize| {
        for round in 0..ROUNDS {
            let held =
                reserve(&engine, &format!("u{number}-{round}"), standing(2)).expect("there are enough");
            if round % 3 == 0 {
                release(&engine, held.id).expect("held");
            } else {
                confirm(&engine, held.id).expect("held");
            }
        }
    };
    let looks = std::thread::scope(|scope| {
        let looker = scope.spawn(|| {
            let (mut reader, mut looks) = (engine.updates(Position::ZERO).expect("kept"), 0_u32);
            let (mut updates, mut sold) = (Vec::new(), 0);
            while !over.load(Ordering::Acquire) {
                let position = engine.position();
                let counts = engine.counts(&event()).expect("known");
                // All updates up to the position, and perhaps some behind it, which do not count.
                while reader.position() < position {
                    reader.read(&mut updates).expect("readable");
                }
                let before = updates.partition_point(|update| update.position <= position);
                for update in updates.drain(..before) {
                    sold += sold_by(&update);
                }
                assert!(counts.sold >= sold, "{sold} sold before {position:?}, the counts are {counts:?}");
                looks += 1;
            }
            looks
        });
        {
            let _ending = Ending(&over);
            together(THREADS, sell);
        }
        looker.join().expect("the reader")
    });
    println!("{looks} looks beside {THREADS} threads");
    assert!(looks > 0);
}
