//! Claim: the thread that turns the wheel waits for no caller, and no caller that turns it itself waits for a handler
//! that needs what the caller has. Deadlines go on whatever an operator is doing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::common::*;
use tacos_engine::{
    BlockSeats, Engine, ManualClock, PresaleRoom, QueuePolicy, Refusal, Reserve, SaleState, SeatId, SeatMap,
    SetQueuePolicy, SetSale,
};
use tacos_testing::watched;

const HOLDS: u32 = 3_000;
const SECONDS: u64 = 60;

/// A sale that pauses, and a pre-sale room with one person in it that is drawn after a minute.
fn pause_with_a_room(engine: &Engine) {
    engine.set_sale(SetSale::new(event(), SaleState::Paused)).wait().expect("paused");
    let policy =
        QueuePolicy::default().with_room(Some(PresaleRoom { opens_at: T0, draws_at: T0.plus_ms(60_000) }));
    engine.set_queue_policy(SetQueuePolicy::new(event(), policy)).wait().expect("a room");
    join(engine, "early").expect("the room is open");
}

/// A standing section that is all held, and a room whose draw is due when the holds have lapsed.
fn full_floor(clock: &Arc<ManualClock>) -> Engine {
    let engine = Engine::in_memory(by_hand(clock)).expect("an engine");
    let settings = settings().with_hold_ms(60_000);
    create(&engine, event(), SeatMap { sections: vec![floor(10 * HOLDS)] }, settings, None);
    open(&engine, event());
    for number in 0..HOLDS {
        let mut command = Reserve::new(event(), user(format!("u{number}")), standing(10));
        command.trusted = true;
        engine.reserve(command).wait().expect("room for all");
    }
    pause_with_a_room(&engine);
    engine
}

fn block(engine: &Engine) -> Result<(), tacos_engine::Failure> {
    let seats = vec![SeatId::new("floor").expect("valid")];
    let command = BlockSeats::new(event(), seats, true);
    engine.block_seats(command).wait().map(drop)
}

/// An operator who finds too little turns the wheel, while he holds the event; the other thread that turns it meets the
/// draw of the same event's room.
#[test]
fn an_operator_who_reaps_and_a_room_that_is_drawn_pass_each_other() {
    watched("operator and turn", SECONDS, || {
        for round in 0..10 {
            let clock = clock();
            let engine = full_floor(&clock);
            clock.advance(Duration::from_secs(60));
            let done = together(2, |thread| match thread {
                0 => block(&engine).is_ok(),
                _ => {
                    engine.turn();
                    true
                }
            });
            assert_eq!(done, [true, true], "round {round}: the operator gets what had lapsed");
            // A draw that met the operator comes back a millisecond later.
            clock.advance(Duration::from_millis(1));
            engine.turn();
            assert!(engine.draw(&event()).expect("a room").seed.is_some(), "round {round}: drawn");
        }
    });
}

/// With threads of its own the engine goes on expiring while operators come and go.
#[test]
fn time_goes_on_while_operators_come_and_go() {
    watched("operators and the time thread", SECONDS, || {
        let clock = clock();
        let engine = Engine::in_memory(with_clock(&clock)).expect("an engine");
        create(&engine, event(), SeatMap { sections: vec![floor(8)] }, settings(), None);
        open(&engine, event());
        let over = AtomicBool::new(false);
        watched_scope(|scope| {
            let operator = scope.spawn(|| {
                while !over.load(Ordering::Acquire) {
                    match block(&engine) {
                        Ok(()) => {
                            let seats = vec![SeatId::new("floor").expect("valid")];
                            let back = BlockSeats::new(event(), seats, false);
                            engine.block_seats(back).wait().expect("it is blocked");
                        }
                        Err(failure) => {
                            assert!(matches!(refused::<()>(Err(failure)), Refusal::Insufficient { .. }));
                        }
                    }
                }
            });
            let ending = Ending(&over);
            let mut command = Reserve::new(event(), user("kim"), standing(8));
            command.trusted = true;
            until("a hold of everything", || engine.reserve(command.clone()).wait().is_ok());
            pause_with_a_room(&engine);
            clock.advance(Duration::from_secs(120));
            until("the hold is over", || engine.counts(&event()).expect("known").reserved == 0);
            until("the room is drawn", || {
                clock.advance(Duration::from_millis(1));
                engine.draw(&event()).expect("a room").seed.is_some()
            });
            drop(ending);
            operator.join().expect("the operator");
        });
    });
}
