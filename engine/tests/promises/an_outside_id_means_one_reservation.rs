//! Claim: the id that a service brings means the hold that was made under it, and nothing else. A hold that was refused
//! has left no id behind, not even for somebody who asks in the same moment.
//! Found by the linearizability checks: a slot that a refused claim gave back was taken by the next hold, and who had
//! looked the refused id up in between acted on that one.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::common::*;
use tacos_engine::{
    Caller, Engine, ExternalId, Failure, Refusal, ReservationRef, Reserve, SeatId, SeatRequest,
};

const REFUSALS: u64 = 60_000;

fn external(number: u64) -> ExternalId {
    ExternalId::new(&format!("x-{number}")).expect("valid")
}

fn one_seat(label: &str) -> SeatRequest {
    SeatRequest::Seats([SeatId::new(label).expect("valid")].into_iter().collect())
}

#[test]
fn a_refused_holds_id_never_means_somebody_elses_hold() {
    let engine = Engine::in_memory(config().with_reservations_max(1 << 22)).expect("an engine");
    open_sale(&engine, house(2, 10));
    engine.reserve(Reserve::new(event(), user("kim"), one_seat("R1-1"))).wait().expect("free");
    let (number, over) = (AtomicU64::new(0), AtomicBool::new(false));
    let (engine, number, over) = (&engine, &number, &over);
    let going_on = || !over.load(Ordering::Relaxed);
    watched_scope(|scope| {
        // Slots change hands: this one takes those that the refused claims give back.
        scope.spawn(move || {
            while going_on() {
                let held = engine.reserve(Reserve::new(event(), user("lee"), one_seat("R1-2"))).wait();
                release(engine, held.expect("nobody else wants it").id).expect("held");
            }
        });
        let asking: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(move || {
                    while going_on() {
                        let which = ReservationRef::External(external(number.load(Ordering::Relaxed)));
                        match engine.reservation(&which, &Caller::Operator).wait() {
                            Err(Failure::Refused(Refusal::UnknownReservation)) => {}
                            other => return Some(other),
                        }
                    }
                    None
                })
            })
            .collect();
        for at in 0..REFUSALS {
            number.store(at, Ordering::Relaxed);
            let mut command = Reserve::new(event(), user("ann"), one_seat("R1-1"));
            command.external = Some(external(at));
            engine.reserve(command).wait().expect_err("the seat is taken");
        }
        over.store(true, Ordering::Relaxed);
        for thread in asking {
            let found = thread.join().expect("no panic");
            assert!(found.is_none(), "the id of a refused hold means {found:?}");
        }
    });
}
