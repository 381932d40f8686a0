//! Claim: updates come in the order of the journal, once durable; a reader can stop anywhere and go on from there, also
//! after a restart; a snapshot and the updates behind its position leave no gap; a slow reader slows nobody and is told
//! when what it wants is gone.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use crate::common::*;
use tacos_engine::views::SeatState;
use tacos_engine::{Engine, PackedPlace, Place, Position, SeatIx, Update, UpdateKind, UpdatesLost};

/// A folder in which much happened, and its engine.
fn busy() -> (tempfile::TempDir, Arc<tacos_engine::ManualClock>, Engine) {
    let (folder, clock) = (tempfile::tempdir().expect("a folder"), clock());
    let engine = open_folder(folder.path(), by_hand(&clock));
    open_sale(&engine, house(4, 25));
    let mut rng = Rng::new(42);
    for step in 0..300 {
        if let Ok(held) =
            reserve(&engine, &format!("u{}", step % 7), best(1 + u32::try_from(rng.below(3)).expect("small")))
        {
            match rng.below(4) {
                0 => drop(confirm(&engine, held.id)),
                1 => drop(release(&engine, held.id)),
                2 => drop(extend(&engine, held.id, Duration::from_secs(5))),
                _ => {}
            }
        }
        clock.advance(Duration::from_millis(rng.below(2_000)));
        engine.turn();
    }
    (folder, clock, engine)
}

#[test]
fn a_reader_goes_on_from_any_position_also_after_a_restart() {
    let (folder, clock, engine) = busy();
    let all = updates_from(&engine, Position::ZERO);
    assert!(all.len() > 300 && all.is_sorted_by_key(|update| update.position));
    let newest = engine.position();
    engine.close().expect("closed");
    drop(engine);
    let engine = open_folder(folder.path(), by_hand(&clock));
    assert_eq!(engine.position(), newest);
    // Users of what is forgotten cannot be looked up any more; nothing is forgotten here.
    for at in (0..all.len()).step_by(41) {
        let rest = updates_from(&engine, all[at].position);
        let behind: Vec<&Update> =
            all[at..].iter().filter(|update| update.position > all[at].position).collect();
        assert_eq!(rest.iter().collect::<Vec<_>>(), behind, "from {:?}", all[at].position);
    }
    // And new ones follow without a gap.
    let mut reader = engine.updates(newest).expect("now");
    reserve(&engine, "kim", best(1)).map(drop).unwrap_or(());
    join_nothing(&engine);
    let mut fresh = Vec::new();
    while reader.read(&mut fresh).expect("readable") > 0 {}
    assert!(fresh.iter().all(|update| update.position > newest) && !fresh.is_empty());
}

fn join_nothing(engine: &Engine) {
    let name = tacos_engine::ExternalId::new("note").expect("valid");
    engine.note(tacos_engine::Note::new(name, Some(vec![1]))).wait().expect("set");
}

#[test]
fn a_position_that_is_none_is_refused() {
    let (_folder, _, engine) = busy();
    let newest = engine.position();
    let ahead = Position(newest.0 + 8);
    assert_eq!(engine.updates(ahead).map(drop), Err(UpdatesLost::NotAPosition { position: ahead }));
    assert!(UpdatesLost::NotAPosition { position: ahead }.to_string().contains("no update ends"));
}

/// Applies updates to a copy of the house, by version.
#[derive(Default)]
struct Copy {
    seats: HashMap<u32, (SeatState, u32)>,
}

impl Copy {
    fn apply(&mut self, update: &Update) {
        let places = match &update.what {
            UpdateKind::Reservation(change) => &change.places,
            UpdateKind::Seats(places) => places,
            UpdateKind::Payment(payment) => match &payment.reservation {
                Some(change) => &change.places,
                None => return,
            },
            _ => return,
        };
        for place in places {
            let Place::Seat(SeatIx(seat)) = place.place.unpack() else { continue };
            let entry = self.seats.entry(seat).or_insert((place.state, 0));
            if place.version > entry.1 {
                *entry = (place.state, place.version);
            }
        }
    }
}

/// Threads sell and release as fast as they can; meanwhile copies of the house are begun at random moments from a
/// snapshot, and followed. At the end every copy equals the house.
#[test]
fn a_snapshot_and_what_follows_leave_no_gap() {
    let seed = seed();
    let clock = clock();
    let engine =
        Engine::in_memory(with_clock(&clock).with_update_history_bytes(16 << 20)).expect("an engine");
    open_sale(&engine, house(4, 25));
    let over = AtomicBool::new(false);
    let copies = watched_scope(|scope| {
        let followers: Vec<_> = (0..4_u64)
            .map(|number| {
                let (engine, over) = (&engine, &over);
                scope.spawn(move || {
                    until("writers have begun", || engine.position().0 > 2_000 * (1 + number));
                    let (_, seats, position) = engine.event_snapshot(&event()).expect("known");
                    let mut copy = Copy::default();
                    for (index, seat) in (0..).zip(&seats) {
                        copy.seats.insert(index, (seat.state, 0));
                    }
                    let (mut reader, mut updates) = (engine.updates(position).expect("kept"), Vec::new());
                    loop {
                        let last = over.load(Ordering::Acquire);
                        while reader.read(&mut updates).expect("readable") > 0 {
                            updates.drain(..).for_each(|update| copy.apply(&update));
                        }
                        if last {
                            return copy;
                        }
                    }
                })
            })
            .collect();
        let ending = Ending(&over);
        together(4, |thread| {
            let mut rng = Rng::new(seed.wrapping_add(thread as u64));
            for _ in 0..1_500 {
                if let Ok(held) = reserve(
                    &engine,
                    &format!("u{thread}"),
                    best(1 + u32::try_from(rng.below(3)).expect("small")),
                ) {
                    let _ = if rng.chance(2) {
                        confirm(&engine, held.id).map(drop)
                    } else {
                        release(&engine, held.id).map(drop)
                    };
                }
            }
        });
        drop(ending);
        followers.into_iter().map(|follower| follower.join().expect("a follower")).collect::<Vec<_>>()
    });
    let house = engine.seats(&event(), 0, usize::MAX).expect("known");
    for copy in copies {
        for (index, seat) in (0..).zip(&house) {
            assert_eq!(copy.seats[&index].0, seat.state, "seed {seed}: seat {index}");
        }
    }
}

#[test]
fn a_slow_reader_in_memory_is_told_what_is_left() {
    let clock = clock();
    let engine = Engine::in_memory(by_hand(&clock).with_update_history_bytes(64 << 10)).expect("an engine");
    open_sale(&engine, house(1, 10));
    let mut reader = engine.updates(Position::ZERO).expect("all there");
    for _ in 0..2_000 {
        let held = reserve(&engine, "kim", best(1)).expect("held");
        release(&engine, held.id).expect("released");
        clock.advance(Duration::from_secs(2));
        engine.turn();
    }
    let lost = reader.read(&mut Vec::new()).expect_err("overwritten");
    let UpdatesLost::Gone { oldest } = lost else { panic!("{lost:?}") };
    assert!(oldest > Position::ZERO && oldest < engine.position());
    let (mut rest, mut updates) = (engine.updates(oldest).expect("kept"), Vec::new());
    while rest.read(&mut updates).expect("readable") > 0 {}
    assert_eq!(rest.position(), engine.position());
    assert!(updates.len() > 100, "{} updates fit 64 KiB", updates.len());
    assert!(matches!(engine.updates(Position::ZERO).map(drop), Err(UpdatesLost::Gone { .. })));
}

#[test]
fn a_slow_reader_of_a_folder_reads_its_files() {
    let (folder, clock) = (tempfile::tempdir().expect("a folder"), clock());
    let engine = open_folder(folder.path(), by_hand(&clock).with_update_history_bytes(64 << 10));
    open_sale(&engine, house(1, 10));
    let mut reader = engine.updates(Position::ZERO).expect("all there");
    let mut expected = 2;
    for _ in 0..100 {
        for _ in 0..10 {
            // Many records in one group.
            let pending = engine.reserve(tacos_engine::Reserve::new(event(), user("kim"), best(1)));
            let held = pending.wait().expect("held");
            drop(engine.release(release_command(held.id)));
            expected += 2;
        }
    }
    engine.turn();
    let mut all = Vec::new();
    while reader.read(&mut all).expect("kept in files") > 0 {}
    assert_eq!(all.len(), expected);
    assert!(all.is_sorted_by(|one, next| one.position < next.position));
}

#[test]
fn waiting_ends_with_news_with_time_or_with_the_engine() {
    let clock = clock();
    let engine = Engine::in_memory(with_clock(&clock)).expect("an engine");
    open_sale(&engine, house(1, 10));
    let mut updates = Vec::new();
    let mut reader = engine.updates(engine.position()).expect("now");
    assert_eq!(reader.wait(Duration::from_millis(1), &mut updates), Ok(0), "nothing came");
    watched_scope(|scope| {
        let waiter = scope.spawn(move || {
            let (mut updates, mut seen) = (Vec::new(), 0);
            loop {
                match reader.wait(PATIENCE, &mut updates) {
                    Ok(count) => seen += count,
                    Err(UpdatesLost::Closed) => return seen,
                    Err(other) => panic!("{other:?}"),
                }
            }
        });
        for _ in 0..5 {
            reserve(&engine, "kim", best(1)).expect("held");
        }
        engine.close().expect("closed");
        assert_eq!(waiter.join().expect("the waiter"), 5);
    });
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn a_future_is_woken_by_news() {
    let (engine, _) = small_sale();
    let flag = Arc::new(Flag(AtomicBool::new(false)));
    let waker = Waker::from(Arc::clone(&flag));
    let mut context = Context::from_waker(&waker);
    let mut reader = engine.updates(engine.position()).expect("now");
    assert!(reader.poll_ready(&mut context).is_pending());
    reserve(&engine, "kim", best(1)).expect("held");
    // In memory callers wait for nothing and wake nobody: whoever turns the engine tells its readers.
    engine.turn();
    assert!(flag.0.load(Ordering::SeqCst), "woken");
    assert_eq!(reader.poll_ready(&mut context), Poll::Ready(Ok(())));
    let mut updates = Vec::new();
    assert_eq!(reader.read(&mut updates), Ok(1));
    let UpdateKind::Reservation(change) = &updates[0].what else { panic!("{updates:?}") };
    assert_eq!(change.places[0].place, PackedPlace::seat(SeatIx(0)));
}
