//! Claim: a note, an event's settings, the state of its sale and the rules of its line are shown only when they are durable;
//! until then readers see what was before. No read waits.

use std::sync::Arc;

use crate::common::*;
use tacos_engine::{
    CreateEvent, Engine, EventSettings, ExternalId, Note, PauseQueue, Pending, QueuePolicy, RecoveryConsent,
    Refusal, SaleState, SetQueuePolicy, SetSale, UpdateEvent,
};
use tacos_testing::storage::SimStorage;

/// Writes nothing unless somebody waits: what is asked for stays undurable as long as the test likes.
fn engine() -> Engine {
    let disk = Arc::new(SimStorage::new(1));
    let config = by_hand(&clock());
    Engine::open_storage(disk, config, RecoveryConsent::LoseNothing, |_| ()).expect("it opens").0
}

fn name(text: &str) -> ExternalId {
    ExternalId::new(text).expect("valid")
}

fn note(engine: &Engine, value: Option<&str>) -> Pending<tacos_engine::Done> {
    let value = value.map(|value| value.as_bytes().to_vec());
    engine.note(Note::new(name("a.note"), value))
}

fn shown(engine: &Engine) -> Option<String> {
    let one = engine.read_note(&name("a.note"));
    let all = engine.notes("a.");
    assert_eq!(all.first().map(|(_, value)| value), one.as_ref(), "both reads show the same");
    one.map(|value| String::from_utf8(value).expect("text"))
}

#[test]
fn a_note_is_shown_when_it_is_durable() {
    let engine = engine();
    let first = note(&engine, Some("first"));
    assert_eq!(shown(&engine), None);
    first.wait().expect("written");
    assert_eq!(shown(&engine).as_deref(), Some("first"));
    let (second, third) = (note(&engine, Some("second")), note(&engine, Some("third")));
    assert_eq!(shown(&engine).as_deref(), Some("first"));
    drop(second);
    third.wait().expect("written");
    assert_eq!(shown(&engine).as_deref(), Some("third"));
    let removed = note(&engine, None);
    assert_eq!(shown(&engine).as_deref(), Some("third"));
    let again = note(&engine, Some("fourth"));
    drop(removed);
    assert_eq!(shown(&engine).as_deref(), Some("third"));
    again.wait().expect("written");
    assert_eq!(shown(&engine).as_deref(), Some("fourth"));
    note(&engine, None).wait().expect("written");
    assert_eq!(shown(&engine), None);
}

#[test]
fn a_removed_note_leaves_its_room_to_another() {
    let disk = Arc::new(SimStorage::new(1));
    let config = by_hand(&clock()).with_notes_max(1);
    let (engine, _) =
        Engine::open_storage(disk, config, RecoveryConsent::LoseNothing, |_| ()).expect("it opens");
    let set = |text: &str, value: Option<Vec<u8>>| engine.note(Note::new(name(text), value)).wait();
    for round in 0..3 {
        set("one", Some(vec![round])).expect("there is room");
        assert!(matches!(refused(set("two", Some(vec![round]))), Refusal::AtCapacity(_)));
        set("one", None).expect("removed");
        set("two", Some(vec![round])).expect("there is room");
        set("two", None).expect("removed");
    }
    assert_eq!(engine.notes("").len(), 0);
}

#[test]
fn an_event_and_its_settings_are_shown_when_they_are_durable() {
    let engine = engine();
    let seats = house(1, 10);
    let created = engine.create_event(CreateEvent::new(event(), settings(), seats));
    assert!(matches!(engine.event(&event()), Err(Refusal::UnknownEvent)));
    assert!(engine.events().is_empty());
    created.wait().expect("created");
    assert_eq!(engine.event(&event()).expect("known").sale, SaleState::Draft);

    let opened = engine.set_sale(SetSale::new(event(), SaleState::Open));
    let renamed = EventSettings::new("another name", settings().currency);
    let renamed = engine.update_event(UpdateEvent::new(event(), renamed));
    let view = engine.event(&event()).expect("known");
    assert_eq!((view.sale, view.settings), (SaleState::Draft, settings()));
    drop(opened);
    renamed.wait().expect("written");
    let view = engine.events().remove(0);
    assert_eq!((view.sale, view.settings.name.as_str()), (SaleState::Open, "another name"));
}

#[test]
fn the_rules_of_a_line_are_shown_when_they_are_durable() {
    let engine = engine();
    open_sale(&engine, house(1, 10));
    let policy = QueuePolicy::default().with_inside_max(7);
    let set = engine.set_queue_policy(SetQueuePolicy::new(event(), policy.clone()));
    assert!(matches!(engine.queue_policy(&event()), Err(Refusal::NoWaitingLine)));
    assert!(matches!(engine.queue(&event()), Err(Refusal::NoWaitingLine)));
    assert!(!engine.event(&event()).expect("known").has_queue);
    set.wait().expect("written");
    assert_eq!(engine.queue_policy(&event()), Ok(policy));
    assert!(engine.event(&event()).expect("known").has_queue);
    let paused = engine.pause_queue(PauseQueue::new(event(), true));
    assert!(!engine.queue(&event()).expect("a line").paused);
    paused.wait().expect("written");
    assert!(engine.queue(&event()).expect("a line").paused);
}

#[test]
fn a_position_shows_all_that_was_recorded_before_it() {
    let engine = engine();
    open_sale(&engine, house(1, 10));
    drop(note(&engine, Some("value")));
    drop(engine.set_sale(SetSale::new(event(), SaleState::Paused)));
    // Taking a position writes what there is to write, where nobody else does.
    let _ = engine.position();
    assert_eq!(shown(&engine).as_deref(), Some("value"));
    assert_eq!(engine.event(&event()).expect("known").sale, SaleState::Paused);
}
