//! Claim: who has been told that a reservation is expired is never contradicted, not even by a write that had looked at the
//! clock before the deadline and went on after it. The clock makes that happen every time: what a test hangs into it
//! runs between a command's look at the time and everything else that it does.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::common::*;
use tacos_engine::views::SeatState;
use tacos_engine::{Caller, Clock, Driver, Engine, Refusal, ReservationState, Reserved, SeatId, UnixMs};

type Hook = Box<dyn FnOnce() + Send>;
/// A way to ask how the hold stands.
type Look = fn(&Engine, &Reserved) -> ReservationState;

/// Stands still; whoever looks at it next is held up by the hook, and then believes the time from before.
struct HeldUp {
    now: AtomicU64,
    hook: Mutex<Option<Hook>>,
}

impl HeldUp {
    fn hold_up(&self, hook: impl FnOnce() + Send + 'static) {
        *self.hook.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(hook));
    }
}

impl Clock for HeldUp {
    fn now(&self) -> UnixMs {
        let now = UnixMs::new(self.now.load(Ordering::SeqCst));
        let hook = self.hook.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(hook) = hook {
            hook();
        }
        now
    }
}

fn sale() -> (Engine, Arc<HeldUp>, Reserved) {
    let clock = Arc::new(HeldUp { now: AtomicU64::new(T0.get()), hook: Mutex::new(None) });
    let shown = Arc::clone(&clock) as Arc<dyn Clock>;
    let config = config().with_clock(shown).with_driver(Driver::Manual);
    let engine = Engine::in_memory(config).expect("an engine");
    open_sale(&engine, house(1, 10));
    let held = reserve(&engine, "kim", seats(&["R1-1"])).expect("free");
    (engine, clock, held)
}

/// While `act` is held up, the deadline passes and somebody is told that the reservation is expired.
fn told_meanwhile<T>(
    look: Look,
    act: fn(&Engine, &Reserved) -> Answered<T>,
) -> (Answered<T>, ReservationState) {
    let (engine, clock, held) = sale();
    let (reader, watch, of) = (engine.clone(), Arc::clone(&clock), held.clone());
    clock.hold_up(move || {
        watch.now.store(of.expires_at.get(), Ordering::SeqCst);
        assert_eq!(look(&reader, &of), ReservationState::Expired);
    });
    let answer = act(&engine, &held);
    (answer, look(&engine, &held))
}

fn by_id(engine: &Engine, held: &Reserved) -> ReservationState {
    engine.reservation(&held.id.into(), &Caller::Operator).wait().expect("known").state
}

fn is_free(state: SeatState) -> ReservationState {
    match state {
        SeatState::Available => ReservationState::Expired,
        SeatState::Sold => ReservationState::Confirmed,
        _ => ReservationState::Pending,
    }
}

fn by_its_seat(engine: &Engine, _: &Reserved) -> ReservationState {
    is_free(engine.seats(&event(), 0, 1).expect("known")[0].state)
}

fn by_its_seats_name(engine: &Engine, _: &Reserved) -> ReservationState {
    let seat = SeatId::new("R1-1").expect("valid");
    is_free(engine.seats_named(&event(), &[seat]).expect("known")[0].state)
}

fn in_a_copy(engine: &Engine, _: &Reserved) -> ReservationState {
    is_free(engine.event_snapshot(&event()).expect("known").1[0].state)
}

fn among_the_held(engine: &Engine, held: &Reserved) -> ReservationState {
    let all = engine.operator().held_reservations(&event()).expect("known");
    if all.contains(&held.id) { ReservationState::Pending } else { ReservationState::Expired }
}

fn in_a_list(engine: &Engine, _: &Reserved) -> ReservationState {
    engine.reservations(&user("kim"), None, None, None, 10).wait().expect("known").items[0].state
}

#[test]
fn no_write_overtakes_what_was_told() {
    let looks: [(&str, Look); 6] = [
        ("by id", by_id),
        ("in a list", in_a_list),
        ("by its seat", by_its_seat),
        ("by its seat's name", by_its_seats_name),
        ("in a copy of the event", in_a_copy),
        ("among those that hold seats", among_the_held),
    ];
    for (how, look) in looks {
        let (answer, after) = told_meanwhile(look, |engine, held| confirm(engine, held.id));
        assert_eq!(
            (refused(answer), after),
            (Refusal::ReservationExpired, ReservationState::Expired),
            "{how}"
        );
        let (answer, after) =
            told_meanwhile(look, |engine, held| extend(engine, held.id, Duration::from_secs(9)));
        assert_eq!(
            (refused(answer), after),
            (Refusal::ReservationExpired, ReservationState::Expired),
            "{how}"
        );
        let (answer, after) = told_meanwhile(look, |engine, held| release(engine, held.id));
        assert_eq!(
            (refused(answer), after),
            (Refusal::ReservationExpired, ReservationState::Expired),
            "{how}"
        );
    }
}

#[test]
fn a_write_that_was_held_up_is_good_if_nobody_was_told() {
    let (engine, clock, held) = sale();
    let (watch, until) = (Arc::clone(&clock), held.expires_at);
    clock.hold_up(move || watch.now.store(until.get(), Ordering::SeqCst));
    confirm(&engine, held.id).expect("in time by its own look at the clock");
    assert_eq!(by_id(&engine, &held), ReservationState::Confirmed);
}
