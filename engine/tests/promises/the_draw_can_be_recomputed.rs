//! Claim: the order of the pre-sale room is drawn from a seed whose hash is shown before and which is shown after, and
//! anybody can compute it again. Coming early brings no advantage; who comes after the draw stands behind.

use std::time::Duration;

use crate::common::*;
use tacos_engine::views::QueueState;
use tacos_engine::{
    DrawRoom, Engine, ExternalId, IdempotencyKey, Joined, Note, Position, PresaleRoom, QueuePolicy, Refusal,
    SaleState, SetQueuePolicy, UpdateKind, commitment, draw_order,
};

fn policy() -> QueuePolicy {
    QueuePolicy::default()
        .with_room(Some(PresaleRoom { opens_at: T0.plus_ms(1_000), draws_at: T0.plus_ms(60_000) }))
        .with_inside_max(1)
}

fn people(engine: &Engine, names: std::ops::Range<u32>) -> Vec<Joined> {
    names.map(|number| join(engine, &format!("p{number}")).expect("joined")).collect()
}

/// Tickets in the order of their places, as the customers see them.
fn order_seen(engine: &Engine, people: &[Joined]) -> Vec<u32> {
    let place = |joined: &Joined| {
        let place = engine.queue_place(&joined.token).expect("ours");
        if place.state == QueueState::Ready { 0 } else { place.position }
    };
    let mut numbers: Vec<u32> = (0..).zip(people).map(|(number, _)| number).collect();
    numbers.sort_by_key(|number| place(&people[*number as usize]));
    numbers
}

#[test]
fn anybody_can_check_the_draw_also_after_a_restart() {
    let (folder, clock) = (tempfile::tempdir().expect("a folder"), clock());
    let engine = open_folder(folder.path(), by_hand(&clock));
    create(&engine, event(), house(1, 10), settings(), Some(policy()));
    assert_eq!(
        refused(join(&engine, "early")),
        Refusal::SaleNotOpen(SaleState::Draft),
        "the room is not open"
    );
    clock.advance(Duration::from_secs(1));
    let waiting = people(&engine, 0..100);
    let place = engine.queue_place(&waiting[0].token).expect("ours");
    assert_eq!((place.state, place.position, place.eta_ms), (QueueState::InRoom, 0, None), "no order yet");
    let before = engine.draw(&event()).expect("a room");
    assert_eq!(before.seed, None, "the seed is a secret until the draw");
    engine.leave_queue(waiting[7].token).wait().expect("left before the draw");

    engine.close().expect("closed");
    drop(engine);
    let engine = open_folder(folder.path(), by_hand(&clock));
    assert_eq!(engine.draw(&event()).expect("a room"), before, "bound to the seed over a restart");
    clock.advance(Duration::from_millis(58_999));
    engine.turn();
    assert_eq!(engine.draw(&event()).expect("a room").seed, None);
    clock.advance(Duration::from_millis(1));
    engine.turn();
    let after = engine.draw(&event()).expect("a room");
    let seed = after.seed.expect("drawn at its moment");
    assert_eq!((after.commitment, commitment(&seed)), (before.commitment, before.commitment));
    let tickets: Vec<u32> = (0..100).filter(|ticket| *ticket != 7).collect();
    let order = draw_order(&seed, &tickets);
    let mut seen = order_seen(&engine, &waiting);
    seen.retain(|ticket| *ticket != 7);
    assert_eq!(seen, order);
    assert_ne!(order, tickets, "not first come, first served");
    assert!(
        updates_from(&engine, Position::ZERO).iter().any(|update| update.what == UpdateKind::RoomDrawn(seed))
    );

    open(&engine, event());
    // Who comes now stands behind everybody of the room, in the order of coming.
    let late = people(&engine, 200..203);
    let places: Vec<u32> =
        late.iter().map(|joined| engine.queue_place(&joined.token).expect("ours").position).collect();
    assert_eq!(places, [99, 100, 101]);
}

#[test]
fn an_operator_can_draw_early_and_once() {
    let clock = clock();
    let engine = Engine::in_memory(by_hand(&clock)).expect("an engine");
    create(&engine, event(), house(1, 10), settings(), Some(policy()));
    clock.advance(Duration::from_secs(1));
    let waiting = people(&engine, 0..10);
    let draw = || engine.draw_room(DrawRoom::new(event())).wait();
    draw().expect("drawn");
    let seed = engine.draw(&event()).expect("a room").seed.expect("drawn");
    let tickets: Vec<u32> = (0..10).collect();
    assert_eq!(order_seen(&engine, &waiting), draw_order(&seed, &tickets));
    assert!(matches!(refused(draw()), Refusal::Invalid(_)));
    clock.advance(Duration::from_secs(60));
    engine.turn();
    assert_eq!(engine.draw(&event()).expect("a room").seed, Some(seed), "its moment draws nothing new");
}

#[test]
fn every_event_has_its_own_draw() {
    let clock = clock();
    let engine = Engine::in_memory(by_hand(&clock)).expect("an engine");
    let ids = ["one", "two"].map(|id| tacos_engine::EventId::new(id).expect("valid"));
    let drawn = ids.map(|id| {
        create(&engine, id.clone(), house(1, 10), settings(), Some(policy()));
        engine.draw(&id).expect("a room").commitment
    });
    assert_ne!(drawn[0], drawn[1]);
}

/// The operator's seed counts as long as nothing was committed to, over a restart, and no note of the embedding
/// service can set it.
#[test]
fn the_seed_may_be_the_operators_until_the_room_is_there() {
    let (folder, clock) = (tempfile::tempdir().expect("a folder"), clock());
    let engine = open_folder(folder.path(), by_hand(&clock));
    let key = IdempotencyKey::new("seed").expect("a key");
    let unknown = engine.operator().set_draw_seed(&event(), &[1; 32], None).wait();
    assert_eq!(refused(unknown), Refusal::UnknownEvent);
    create(&engine, event(), house(1, 10), settings(), None);
    engine.operator().set_draw_seed(&event(), &[1; 32], None).wait().expect("nothing is committed to yet");
    let first =
        engine.operator().set_draw_seed(&event(), &[2; 32], Some(&key)).wait().expect("and may be replaced");
    let other = engine.operator().set_draw_seed(&event(), &[3; 32], Some(&key)).wait();
    assert_eq!(refused(other), Refusal::IdempotencyConflict);
    engine.close().expect("closed");
    drop(engine);

    let engine = open_folder(folder.path(), by_hand(&clock));
    let set = SetQueuePolicy::new(event(), policy());
    engine.set_queue_policy(set).wait().expect("a room");
    assert_eq!(engine.draw(&event()).expect("a room").commitment, commitment(&[2; 32]));
    let again = engine.operator().set_draw_seed(&event(), &[2; 32], Some(&key)).wait();
    assert_eq!(again.expect("the first answer"), first);
    let late = engine.operator().set_draw_seed(&event(), &[4; 32], None).wait();
    assert!(matches!(refused(late), Refusal::Invalid(_)), "the commitment is public");
    let name = ExternalId::new("tacos.draw-seed.0").expect("a name");
    let forged = engine.note(Note::new(name, Some(vec![5; 32]))).wait();
    assert!(matches!(refused(forged), Refusal::Invalid(_)), "the engine's own notes are its own");

    clock.advance(Duration::from_secs(1));
    let waiting = people(&engine, 0..50);
    clock.advance(Duration::from_secs(59));
    engine.turn();
    assert_eq!(engine.draw(&event()).expect("a room").seed, Some([2; 32]));
    let tickets: Vec<u32> = (0..50).collect();
    assert_eq!(order_seen(&engine, &waiting), draw_order(&[2; 32], &tickets));
}
