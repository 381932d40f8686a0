//! Claim: no seat is ever held or sold twice, and none is lost, whatever many threads do to one seat, one row or one
//! section at once.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use crate::common::*;
use tacos_engine::views::SeatState;
use tacos_engine::{
    Failure, PackedPlace, Place, Position, Refusal, ReservationId, SeatMap, Section, Update, UpdateKind,
};

/// Numbered seats of a reservation.
fn numbers(places: &[PackedPlace]) -> Vec<u32> {
    let seat = |place: &PackedPlace| match place.unpack() {
        Place::Seat(seat) => seat.0,
        Place::General { .. } => panic!("{place:?} is no seat"),
    };
    places.iter().map(seat).collect()
}

#[test]
fn one_seat_has_one_winner_among_eight_threads() {
    const SEATS: u32 = 400;
    let (engine, _) = threaded_sale(house(1, SEATS), settings());
    let won: Vec<AtomicU32> = (0..SEATS).map(|_| AtomicU32::new(0)).collect();
    together(THREADS, |thread| {
        for seat in 0..SEATS {
            let label = format!("R1-{}", seat + 1);
            match reserve(&engine, &format!("user-{thread}"), seats(&[&label])) {
                Ok(held) => {
                    assert_eq!(numbers(&held.places), [seat]);
                    won[seat as usize].fetch_add(1, Ordering::Relaxed);
                    confirm(&engine, held.id).expect("nobody else can end it");
                }
                Err(Failure::Refused(Refusal::SeatsTaken(taken))) => assert_eq!(*taken, [label]),
                other => panic!("{other:?}"),
            }
        }
    });
    for (seat, winners) in won.iter().enumerate() {
        assert_eq!(winners.load(Ordering::Relaxed), 1, "winners of seat {seat}");
    }
    let counts = engine.counts(&event()).expect("known");
    assert_eq!((counts.sold, counts.available, counts.reserved), (SEATS, 0, 0));
}

#[test]
fn one_row_is_sold_out_exactly() {
    for round in 0..20 {
        let seed = seed();
        let (engine, _) = threaded_sale(house(1, 200), settings());
        let sold = together(THREADS, |thread| {
            let (mut rng, mut mine) = (Rng::new(seed.wrapping_add(thread as u64)), Vec::new());
            loop {
                let quantity = 1 + u32::try_from(rng.below(4)).expect("small");
                match reserve(&engine, &format!("user-{thread}"), best(quantity)) {
                    Ok(held) => {
                        assert_eq!(held.places.len(), quantity as usize, "all or none; seed {seed}");
                        mine.extend(numbers(&held.places));
                        confirm(&engine, held.id).expect("nobody else can end it");
                    }
                    Err(Failure::Refused(Refusal::Insufficient { wanted, available })) => {
                        assert!(available < wanted, "seed {seed}: {available} for {wanted}");
                        if quantity == 1 {
                            return mine;
                        }
                    }
                    other => panic!("seed {seed}: {other:?}"),
                }
            }
        });
        let mut all: Vec<u32> = sold.into_iter().flatten().collect();
        all.sort_unstable();
        assert!(all.iter().copied().eq(0..200), "round {round}, seed {seed}: {all:?}");
    }
}

#[test]
fn one_standing_section_is_sold_out_exactly() {
    for round in 0..20 {
        let seed = seed();
        let (engine, _) = threaded_sale(SeatMap { sections: vec![floor(1_000)] }, settings());
        let sold: u32 = together(THREADS, |thread| {
            let (mut rng, mut mine) = (Rng::new(seed.wrapping_add(thread as u64)), 0);
            loop {
                let quantity = 1 + u32::try_from(rng.below(5)).expect("small");
                match reserve(&engine, &format!("user-{thread}"), standing(quantity)) {
                    Ok(held) => {
                        let had: u32 = held.places.iter().map(|place| place.quantity()).sum();
                        assert_eq!(had, quantity, "all or none; seed {seed}");
                        if rng.chance(30) {
                            release(&engine, held.id).expect("nobody else can end it");
                        } else {
                            confirm(&engine, held.id).expect("nobody else can end it");
                            mine += had;
                        }
                    }
                    Err(Failure::Refused(Refusal::Insufficient { .. })) if quantity == 1 => return mine,
                    Err(Failure::Refused(Refusal::Insufficient { .. })) => {}
                    other => panic!("seed {seed}: {other:?}"),
                }
            }
        })
        .into_iter()
        .sum();
        // Somebody may hold the last place while the others give up, and then give it back.
        let counts = engine.counts(&event()).expect("known");
        assert_eq!((counts.sold, counts.reserved), (sold, 0), "round {round}, seed {seed}");
        assert_eq!(counts.available + sold, 1_000, "round {round}, seed {seed}");
    }
}

/// What the update stream says of one seat.
#[derive(Default)]
struct Seat {
    state: Option<SeatState>,
    version: u32,
    owner: Option<ReservationId>,
}

/// Follows every seat through all updates: legal moves, one owner at a time, no version twice.
#[derive(Default)]
struct Auditor {
    seats: BTreeMap<u32, Seat>,
    standing: i64,
    sold: HashSet<u32>,
}

impl Auditor {
    fn hear(&mut self, update: &Update, seed: u64) {
        let UpdateKind::Reservation(change) = &update.what else { return };
        for place in &change.places {
            let Place::Seat(number) = place.place.unpack() else {
                let count = i64::from(place.place.quantity());
                self.standing += match (change.from.is_none(), place.state) {
                    (true, SeatState::Reserved) => count,
                    (false, SeatState::Available) => -count,
                    _ => 0,
                };
                continue;
            };
            let seat = self.seats.entry(number.0).or_default();
            let before = seat.state.unwrap_or(SeatState::Available);
            let legal = matches!(
                (before, place.state),
                (SeatState::Available, SeatState::Reserved)
                    | (SeatState::Reserved, SeatState::Sold | SeatState::Available)
            );
            assert!(
                legal,
                "seed {seed}: seat {number:?} goes from {before:?} to {:?}: {update:?}",
                place.state
            );
            assert!(place.version > seat.version, "seed {seed}: {update:?} after version {}", seat.version);
            if before == SeatState::Available {
                assert_eq!(change.from, None, "seed {seed}: only a new hold takes a free seat");
            } else {
                assert_eq!(seat.owner, Some(change.id), "seed {seed}: {update:?} by somebody else");
            }
            seat.owner = (place.state != SeatState::Available).then_some(change.id);
            (seat.state, seat.version) = (Some(place.state), place.version);
            if place.state == SeatState::Sold {
                assert!(self.sold.insert(number.0), "seed {seed}: {number:?} sold twice");
            }
        }
    }
}

/// Everything at once: named seats, best available and standing places are reserved, extended, released in whole and
/// in part, confirmed and expired by eight threads, while time passes. Then the journal is followed from the beginning.
#[test]
fn every_seat_has_one_owner_at_a_time_in_the_journal() {
    let seed = seed();
    let clock = clock();
    let folder = tempfile::tempdir().expect("a folder");
    let engine = open_folder(folder.path(), with_clock(&clock));
    let sections = vec![house(4, 25).sections.remove(0), floor(60)];
    create(&engine, event(), SeatMap { sections }, settings(), None);
    open(&engine, event());
    let over = AtomicBool::new(false);
    let (over, ticking) = (&over, &engine);
    watched_scope(|scope| {
        scope.spawn(move || {
            // Time runs fast: a hold of sixty seconds ends some thousand turns after it was made.
            while !over.load(Ordering::Relaxed) {
                clock.advance(Duration::from_millis(40));
                ticking.turn();
                std::thread::yield_now();
            }
        });
        let _ending = Ending(over);
        together(THREADS, |thread| customer(&engine, seed, thread));
    });
    let (mut auditor, mut updates) = (Auditor::default(), Vec::new());
    let mut reader = engine.updates(Position::ZERO).expect("nothing is gone");
    while reader.read(&mut updates).expect("readable") > 0 {
        updates.drain(..).for_each(|update| auditor.hear(&update, seed));
    }
    let counts = engine.counts(&event()).expect("known");
    let taken = |state| auditor.seats.values().filter(|seat| seat.state == Some(state)).count();
    let seated = engine.sections(&event()).expect("known")[0].counts;
    assert_eq!(taken(SeatState::Sold), seated.sold as usize, "seed {seed}");
    assert_eq!(taken(SeatState::Reserved), seated.reserved as usize, "seed {seed}");
    let floor = engine.sections(&event()).expect("known")[1].counts;
    assert_eq!(auditor.standing, i64::from(floor.reserved + floor.sold), "seed {seed}");
    assert_eq!(counts.available + counts.reserved + counts.sold, 160, "seed {seed}");
}

fn customer(engine: &tacos_engine::Engine, seed: u64, thread: usize) {
    let mut rng = Rng::new(seed.wrapping_add(thread as u64 * 77));
    let mut mine: Vec<ReservationId> = Vec::new();
    for step in 0..600 {
        let label = |rng: &mut Rng| format!("R{}-{}", 1 + rng.below(4), 1 + rng.below(25));
        if mine.is_empty() || rng.chance(40) {
            let want = match rng.below(4) {
                0 => standing(1 + u32::try_from(rng.below(3)).expect("small")),
                1 => best(1 + u32::try_from(rng.below(4)).expect("small")),
                _ => {
                    let (one, other) = (label(&mut rng), label(&mut rng));
                    if one == other { seats(&[&one]) } else { seats(&[&one, &other]) }
                }
            };
            match reserve(engine, &format!("user-{thread}"), want) {
                Ok(held) => mine.push(held.id),
                Err(Failure::Refused(
                    Refusal::SeatsTaken(_) | Refusal::Insufficient { .. } | Refusal::NotAdjacent { .. },
                )) => {}
                Err(other) => panic!("seed {seed}, thread {thread}, step {step}: {other:?}"),
            }
            continue;
        }
        let at = usize::try_from(rng.below(mine.len() as u64)).expect("small");
        let id = mine[at];
        let done = match rng.below(10) {
            0 if rng.chance(20) => confirm(engine, id).map(drop),
            1..=3 => extend(engine, id, Duration::from_secs(1 + rng.below(30))).map(drop),
            4 | 5 => {
                let part = vec![tacos_engine::SeatId::new(&label(&mut rng)).expect("valid")];
                let command = release_command(id).with_seats(part.into());
                engine.release(command).wait().map(drop)
            }
            6..=8 => {
                mine.swap_remove(at);
                release(engine, id).map(drop)
            }
            // Forgotten: it expires by itself.
            _ => {
                mine.swap_remove(at);
                Ok(())
            }
        };
        if let Err(failure) = done {
            let expected = matches!(
                failure,
                Failure::Refused(
                    Refusal::ReservationExpired
                        | Refusal::UnknownReservation
                        | Refusal::ReservationIs(_)
                        | Refusal::ExtensionRefused(_)
                        | Refusal::SeatsDiffer
                )
            );
            assert!(expected, "seed {seed}, thread {thread}, step {step}: {failure:?}");
        }
    }
}

/// A house may hold everything that an event can be: sections of both kinds, each counted for itself.
#[test]
fn sections_are_counted_apart() {
    let (engine, _) =
        threaded_sale(SeatMap { sections: vec![house(1, 10).sections.remove(0), floor(10)] }, settings());
    reserve(&engine, "kim", standing(3)).expect("held");
    reserve(&engine, "kim", seats(&["R1-1"])).expect("held");
    let found = engine.sections(&event()).expect("known");
    assert_eq!((found[0].counts.reserved, found[1].counts.reserved), (1, 3));
    assert!(matches!(floor(1), Section::General { .. }) && found[1].standing && !found[0].standing);
}
