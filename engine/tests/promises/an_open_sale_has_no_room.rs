//! Claim: once its sale is open nobody is left in an event's pre-sale room. Opening the sale draws the room, by hand or at
//! the sale's own moment; opening an open sale again draws it too; and after that the line is first come, first served,
//! also when nobody had come into the room, and after a restart.

use std::sync::Arc;
use std::time::Duration;

use crate::common::*;
use tacos_engine::views::QueueState;
use tacos_engine::{
    Engine, EventSettings, JoinQueue, Joined, ManualClock, PresaleRoom, QueuePolicy, SaleState, SetSale,
    UpdateEvent, commitment,
};

/// A room whose own moment is a year away.
fn policy() -> QueuePolicy {
    QueuePolicy::default()
        .with_inside_max(1)
        .with_room(Some(PresaleRoom { opens_at: T0, draws_at: T0.plus_ms(31_536_000_000) }))
}

fn draft(settings: EventSettings) -> (Engine, Arc<ManualClock>) {
    let clock = clock();
    let engine = Engine::in_memory(by_hand(&clock)).expect("an engine");
    create(&engine, event(), house(2, 10), settings, Some(policy()));
    (engine, clock)
}

fn come(engine: &Engine, who: &str) -> Joined {
    let join = JoinQueue::new(event()).with_session(session(who));
    engine.join_queue(join).wait().expect("a place")
}

fn states(engine: &Engine, people: &[Joined]) -> Vec<QueueState> {
    people.iter().map(|one| engine.queue_place(&one.token).expect("a place").state).collect()
}

/// One is ready, the others wait behind in an order that the seed gives.
fn assert_drawn(engine: &Engine, people: &[Joined]) {
    let draw = engine.draw(&event()).expect("a room");
    let seed = draw.seed.expect("the room is drawn");
    assert_eq!(commitment(&seed), draw.commitment);
    let states = states(engine, people);
    assert!(!states.contains(&QueueState::InRoom), "nobody is left in the room: {states:?}");
    assert_eq!(states.iter().filter(|state| **state == QueueState::Ready).count(), 1, "{states:?}");
}

#[test]
fn opening_the_sale_draws_the_room() {
    let (engine, _) = draft(settings());
    let people: Vec<Joined> = ["a", "b", "c"].iter().map(|who| come(&engine, who)).collect();
    assert_eq!(states(&engine, &people), [QueueState::InRoom; 3]);
    open(&engine, event());
    assert_drawn(&engine, &people);
    assert_eq!(come(&engine, "late").place.position, 3, "behind the two who wait");
}

#[test]
fn an_open_sale_draws_at_its_own_moment() {
    let (engine, clock) = draft(settings().with_sale_starts(Some(T0.plus_ms(60_000))));
    open(&engine, event());
    let people: Vec<Joined> = ["a", "b"].iter().map(|who| come(&engine, who)).collect();
    assert_eq!(states(&engine, &people), [QueueState::InRoom; 2], "the sale opens later");
    clock.advance(Duration::from_millis(60_000));
    engine.turn();
    assert_drawn(&engine, &people);
}

#[test]
fn a_sale_that_is_brought_forward_draws() {
    let (engine, clock) = draft(settings().with_sale_starts(Some(T0.plus_ms(60_000))));
    open(&engine, event());
    let people: Vec<Joined> = ["a", "b"].iter().map(|who| come(&engine, who)).collect();
    clock.advance(Duration::from_millis(1_000));
    let sooner = settings().with_sale_starts(Some(T0.plus_ms(1_000)));
    engine.update_event(UpdateEvent::new(event(), sooner)).wait().expect("changed");
    // Before a look at any ticket, which would move the line up as well.
    assert_eq!(engine.queue(&event()).expect("a line").ready, 1, "the line moves up at once");
    assert_drawn(&engine, &people);
}

#[test]
fn a_room_into_which_nobody_came_takes_nobody_once_the_sale_is_open() {
    let (engine, _) = draft(settings());
    open(&engine, event());
    assert_eq!(come(&engine, "first").place.state, QueueState::Ready, "first come, first served");
    assert_eq!(come(&engine, "second").place.state, QueueState::Waiting);
    let again = SetSale::new(event(), SaleState::Open);
    engine.set_sale(again).wait().expect("open already");
}

#[test]
fn a_restart_finds_the_same_order_and_no_room() {
    let (folder, clock) = (tempfile::tempdir().expect("a folder"), clock());
    let engine = open_folder(folder.path(), by_hand(&clock));
    create(&engine, event(), house(2, 10), settings(), Some(policy()));
    let people: Vec<Joined> = ["a", "b", "c"].iter().map(|who| come(&engine, who)).collect();
    open(&engine, event());
    let before = (states(&engine, &people), engine.digest());
    engine.close().expect("closes");
    let engine = open_folder(folder.path(), by_hand(&clock));
    assert_eq!((states(&engine, &people), engine.digest()), before);
    assert_drawn(&engine, &people);
}

/// People come in while the sale opens: whoever is in the room at that moment is drawn.
#[test]
fn whoever_comes_while_the_sale_opens_is_not_left_behind() {
    for round in 0..50 {
        let clock = clock();
        let engine = Engine::in_memory(with_clock(&clock)).expect("an engine");
        create(&engine, event(), house(2, 10), settings(), Some(policy()));
        let joined = together(4, |thread| {
            if thread == 0 {
                open(&engine, event());
                None
            } else {
                Some(come(&engine, &format!("session-{thread}")))
            }
        });
        let people: Vec<Joined> = joined.into_iter().flatten().collect();
        let states = states(&engine, &people);
        assert!(!states.contains(&QueueState::InRoom), "round {round}: {states:?}");
        assert_eq!(states.iter().filter(|state| **state == QueueState::Ready).count(), 1, "round {round}");
    }
}
