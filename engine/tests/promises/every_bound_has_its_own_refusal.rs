//! Claim: every table, buffer and message has a bound; at the bound the answer is a refusal with its own name, nothing
//! has half happened, and the next one succeeds once there is room.

use std::sync::Arc;
use std::time::Duration;

use crate::common::*;
use tacos_engine::{
    Bound, Command, Config, CreateEvent, Driver, Engine, EventId, ExternalId, Failure, IdempotencyKey,
    JoinQueue, Note, OpenError, Payee, PaymentOutcome, QueuePolicy, RecoveryConsent, Refusal, Reserve,
    Scenario, SeatId, SeatMap, UserId, limits,
};
use tacos_testing::storage::MemStorage;

fn engine_with(change: impl FnOnce(&mut Config)) -> Engine {
    let clock = clock();
    let mut config = by_hand(&clock);
    change(&mut config);
    let engine = Engine::in_memory(config).expect("an engine");
    open_sale(&engine, house(10, 100));
    engine
}

/// The refusal is the bound's own, and the whole state is what it was.
fn at_capacity(engine: &Engine, command: &Command, bound: Bound) {
    let (digest, written) = (engine.digest(), engine.status().written);
    assert_eq!(refused(engine.submit(command).wait()), Refusal::AtCapacity(bound));
    assert_eq!(engine.digest(), digest, "{bound:?}: nothing half happened");
    assert_eq!(engine.status().written, written, "{bound:?}: nothing was written");
}

fn reserve_command(who: &str) -> Command {
    Command::Reserve(Box::new(Reserve::new(event(), user(who), best(1))))
}

#[test]
fn reservations() {
    let engine = engine_with(|config| config.reservations_max = 3);
    for _ in 0..3 {
        reserve(&engine, "kim", best(1)).expect("room");
    }
    at_capacity(&engine, &reserve_command("lee"), Bound::Reservations);
    assert_eq!(engine.status().users, 1, "the refused user is not kept");
    assert_eq!(engine.counts(&event()).expect("known").reserved, 3);
}

#[test]
fn payments() {
    let engine = engine_with(|config| config.payments_max = 2);
    let hold = || reserve(&engine, "kim", best(1)).expect("held");
    let [first, second, third] = [hold(), hold(), hold()];
    intent(&engine, &first, "kim");
    intent(&engine, &second, "kim");
    let command = Command::CreatePayment(Box::new(payment_command(&third, "kim", Scenario::Outside)));
    at_capacity(&engine, &command, Bound::Payments);
    confirm(&engine, third.id).expect("the hold is still whole");
}

#[test]
fn idempotency_keys() {
    let engine = engine_with(|config| config.idempotency_keys_max = 4);
    let with = |name: &str| {
        Command::Reserve(Box::new(Reserve::new(event(), user("kim"), best(1)).with_key(key(name))))
    };
    for name in ["a", "b", "c", "d"] {
        engine.submit(&with(name)).wait().expect("room");
    }
    at_capacity(&engine, &with("e"), Bound::IdempotencyKeys);
    engine.submit(&with("a")).wait().expect("a retry needs no room");
    engine.submit(&reserve_command("kim")).wait().expect("and a write without a key neither");
    engine.operator().clear_idempotency();
    engine.submit(&with("e")).wait().expect("room again");
}

#[test]
fn notes() {
    let engine = engine_with(|config| config.notes_max = 2);
    let note = |name: &str, value: Option<&[u8]>| {
        let (name, value) = (ExternalId::new(name).expect("valid"), value.map(<[u8]>::to_vec));
        Command::Note(Note::new(name, value))
    };
    engine.submit(&note("a", Some(b"1"))).wait().expect("room");
    engine.submit(&note("b", Some(b"1"))).wait().expect("room");
    at_capacity(&engine, &note("c", Some(b"1")), Bound::Notes);
    engine.submit(&note("a", Some(b"2"))).wait().expect("a new value needs no room");
    engine.submit(&note("b", None)).wait().expect("removed");
    engine.submit(&note("c", Some(b"1"))).wait().expect("room again");
    let too_long = note("a", Some(&vec![0; limits::ATTACHMENT_BYTES_MAX + 1]));
    assert!(matches!(refused(engine.submit(&too_long).wait()), Refusal::Invalid(_)));
}

/// The bound is kept when many threads come at once.
#[test]
fn notes_from_many_threads() {
    let clock = clock();
    let engine = Engine::in_memory(with_clock(&clock).with_notes_max(20)).expect("an engine");
    let set = together(THREADS, |thread| {
        let note =
            |number| Note::new(ExternalId::new(&format!("{thread}-{number}")).expect("valid"), Some(vec![1]));
        (0..20).filter(|number| engine.note(note(*number)).wait().is_ok()).count()
    });
    assert_eq!((set.iter().sum::<usize>(), engine.notes("").len()), (20, 20));
}

#[test]
fn people_in_line() {
    let engine = engine_with(|_| ());
    let line = EventId::new("line").expect("valid");
    create(
        &engine,
        line.clone(),
        house(1, 1),
        settings(),
        Some(QueuePolicy::default().with_waiting_max(2).with_inside_max(1)),
    );
    open(&engine, line.clone());
    let join = |who: &str| Command::JoinQueue(JoinQueue::new(line.clone()).with_session(session(who)));
    for who in ["a", "b", "c"] {
        engine.submit(&join(who)).wait().expect("one is ready, two wait");
    }
    at_capacity(&engine, &join("d"), Bound::WaitingLine);
}

#[test]
fn webhooks() {
    let engine = engine_with(|config| config.webhooks_max = 8);
    let paid = |number: u32| {
        let held = reserve(&engine, &format!("u{number}"), best(1)).expect("held");
        let mut command = payment_command(&held, &format!("u{number}"), Scenario::Outside);
        command.webhook_url = Some("https://shop.example/hook".to_owned());
        command
    };
    let mut filled = 0;
    let refused_at = loop {
        let command = Command::CreatePayment(Box::new(paid(filled)));
        match engine.submit(&command).wait() {
            Ok(tacos_engine::Reply::Payment(payment)) => {
                report(&engine, payment.id, PaymentOutcome::Completed).expect("settled");
                filled += 1;
            }
            Err(_) => break command,
            other => panic!("{other:?}"),
        }
        assert!(filled <= 8, "the outbox takes more than its bound");
    };
    assert_eq!(filled, 8);
    at_capacity(&engine, &refused_at, Bound::Webhooks);
    let webhook = engine.due_webhooks(1).0.remove(0).id;
    engine.report_webhook(tacos_engine::ReportWebhook::new(webhook, true)).wait().expect("delivered");
    engine.submit(&refused_at).wait().expect("room again");
}

#[test]
fn events() {
    let clock = clock();
    let engine = Engine::in_memory(by_hand(&clock)).expect("an engine");
    let create = |number: u32| {
        Command::CreateEvent(Box::new(CreateEvent::new(
            EventId::new(&format!("event-{number}")).expect("valid"),
            settings(),
            house(1, 1),
        )))
    };
    for number in 0..limits::EVENTS_MAX {
        engine.submit(&create(number)).wait().expect("room");
    }
    at_capacity(&engine, &create(limits::EVENTS_MAX), Bound::Events);
    assert_eq!(refused(engine.submit(&create(0)).wait()), Refusal::EventExists);
}

#[test]
fn seats_of_one_reservation() {
    let engine = engine_with(|_| ());
    let invalid = |want| assert!(matches!(refused(reserve(&engine, "kim", want)), Refusal::Invalid(_)));
    invalid(best(0));
    invalid(best(11));
    invalid(seats(&[]));
    let eleven: Vec<String> = (1..=11).map(|number| format!("R1-{number}")).collect();
    invalid(seats(&eleven.iter().map(String::as_str).collect::<Vec<_>>()));
    invalid(seats(&["R1-1", "R1-1"]));
    reserve(&engine, "kim", best(10)).expect("just allowed");
    let unknown = refused(reserve(&engine, "kim", seats(&["R1-50", "Z-1", "Z-2"])));
    assert_eq!(unknown, Refusal::UnknownSeats(Box::new(["Z-1".to_owned(), "Z-2".to_owned()])));
    assert_eq!(engine.counts(&event()).expect("known").reserved, 10);
}

/// The bound of one user's seats holds when the same user comes from many threads at once, over everything that is
/// held and sold, and what is given back can be taken again.
#[test]
fn seats_of_one_user() {
    for round in 0..20 {
        let limited = settings().with_seats_per_user_max(Some(7));
        let (engine, _) = threaded_sale(house(4, 50), limited);
        let got = together(THREADS, |thread| {
            let mut got = 0;
            for step in 0..20_u32 {
                match reserve(&engine, "kim", best(1 + step % 3)) {
                    Ok(held) if (u32::try_from(thread).expect("few") + step).is_multiple_of(3) => {
                        release(&engine, held.id).expect("ours");
                    }
                    Ok(held) => {
                        confirm(&engine, held.id).expect("ours");
                        got += held.places.len();
                    }
                    Err(Failure::Refused(Refusal::QuotaExceeded { seats_max: 7, seats })) => {
                        assert!(
                            seats <= 7 && seats + 1 + step % 3 > 7,
                            "round {round}: {seats} for {}",
                            1 + step % 3
                        );
                    }
                    other => panic!("round {round}: {other:?}"),
                }
            }
            got
        });
        let sold = engine.counts(&event()).expect("known").sold;
        assert_eq!(got.iter().sum::<usize>(), sold as usize);
        assert!(sold <= 7, "round {round}: {sold}");
        assert!(matches!(refused(reserve(&engine, "kim", best(8))), Refusal::QuotaExceeded { .. }));
        if sold < 7 {
            reserve(&engine, "kim", best(7 - sold)).expect("exactly what is left");
        }
        reserve(&engine, "lee", best(7)).expect("another user has their own");
    }
}

#[test]
fn ids_and_texts() {
    let long = "x".repeat(128);
    assert!(UserId::new(&long).is_ok() && IdempotencyKey::new(&long).is_ok());
    let longer = "x".repeat(129);
    assert!(UserId::new(&longer).is_err() && IdempotencyKey::new(&longer).is_err());
    for bad in ["", "a b", "a/b", "ü", "a\n"] {
        assert!(SeatId::new(bad).is_err() && EventId::new(bad).is_err(), "{bad:?}");
    }
    assert!(IdempotencyKey::new("any/visible!ASCII~").is_ok() && IdempotencyKey::new("not this").is_err());
    let engine = engine_with(|_| ());
    let named = |name: String| {
        let currency = settings().currency;
        tacos_engine::UpdateEvent::new(event(), tacos_engine::EventSettings::new(name, currency))
    };
    engine.update_event(named("x".repeat(512))).wait().expect("just allowed");
    assert!(matches!(refused(engine.update_event(named("x".repeat(513))).wait()), Refusal::Invalid(_)));
    let with = |change: fn(&mut tacos_engine::CreatePayment)| {
        let held = reserve(&engine, "kim", best(1)).expect("held");
        let mut command = payment_command(&held, "kim", Scenario::Outside);
        change(&mut command);
        engine.create_payment(command).wait()
    };
    assert!(matches!(refused(with(|command| command.attachment = vec![0; 4_097])), Refusal::Invalid(_)));
    assert!(matches!(
        refused(with(|command| command.webhook_url = Some("h".repeat(2_049)))),
        Refusal::Invalid(_)
    ));
    assert!(matches!(
        refused(with(|command| command.webhook_url = Some(String::new()))),
        Refusal::Invalid(_)
    ));
}

#[test]
fn settings_of_an_engine() {
    let check = |change: fn(&mut Config)| {
        let mut config = config();
        change(&mut config);
        match Engine::in_memory(config) {
            Err(OpenError::Config(problems)) => {
                problems.iter().map(|problem| problem.field).collect::<Vec<_>>()
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(check(|config| config.reservations_max = 0), ["reservations_max"]);
    assert_eq!(check(|config| config.log_buffer_bytes = 1), ["log_buffer_bytes"]);
    let both = check(|config| {
        config.payments_max = 0;
        config.retention = Duration::ZERO;
    });
    assert_eq!(both, ["payments_max", "retention (ms)"], "all problems at once");
}

/// What was taken and not yet written is bounded too. Turned by hand, so that nobody writes behind our back.
#[test]
fn bytes_between_callers_and_disk() {
    let (disk, clock) = (MemStorage::new(), clock());
    let config = by_hand(&clock).with_log_buffer_bytes(limits::LOG_BUFFER_BYTES_MIN);
    let opened = Engine::open_storage(Arc::new(disk), config, RecoveryConsent::LoseNothing, |_| ());
    let (engine, _) = opened.expect("a new folder");
    create(&engine, event(), SeatMap { sections: vec![floor(1 << 20)] }, settings(), None);
    open(&engine, event());
    let command = reserve_command("kim");
    let in_flight: Vec<_> = std::iter::from_fn(|| {
        let pending = engine.submit(&command);
        // A refusal is there at once; a success waits for the disk.
        (!pending.is_ready()).then_some(pending)
    })
    .take(1 << 16)
    .collect();
    assert!(in_flight.len() < 1 << 16, "the buffer never filled");
    at_capacity(&engine, &command, Bound::LogBuffer);
    engine.turn();
    assert!(in_flight.into_iter().all(|pending| pending.wait().is_ok()), "what was taken is not lost");
    engine.submit(&command).wait().expect("room again");
}

/// In memory there is no disk to wait for: whoever finds the buffer full makes room.
#[test]
fn an_engine_in_memory_has_room_for_ever() {
    let engine = engine_with(|config| config.log_buffer_bytes = limits::LOG_BUFFER_BYTES_MIN);
    let written = engine.status().written;
    while engine.status().written < written + 4 * limits::LOG_BUFFER_BYTES_MIN as u64 {
        let held = reserve(&engine, "kim", best(1)).expect("held");
        release(&engine, held.id).expect("given back");
    }
}

/// A folder is opened with a smaller bound than it has use for: the error says which setting to raise.
#[test]
fn a_folder_that_needs_more_than_the_settings_give() {
    let (disk, clock) = (MemStorage::new(), clock());
    let open_with = |change: fn(&mut Config)| {
        let mut config = with_clock(&clock).with_driver(Driver::Manual);
        change(&mut config);
        let storage = Arc::new(disk.clone());
        Engine::open_storage(storage, config, RecoveryConsent::LoseNothing, |_| ()).map(|(engine, _)| engine)
    };
    let engine = open_with(|_| ()).expect("a new folder");
    open_sale(&engine, house(1, 10));
    let held = reserve(&engine, "kim", best(1)).expect("held");
    reserve(&engine, "kim", best(1)).expect("held");
    intent(&engine, &held, "kim");
    let second = reserve(&engine, "lee", best(1)).expect("held");
    intent(&engine, &second, "lee");
    for name in ["a", "b"] {
        let name = ExternalId::new(name).expect("valid");
        engine.note(Note::new(name, Some(vec![1]))).wait().expect("set");
    }
    engine.close().expect("closed");
    drop(engine);
    let says = |change| open_with(change).expect_err("too small").to_string();
    for (change, setting) in [
        ((|config| config.reservations_max = 2) as fn(&mut Config), "reservations_max"),
        (|config| config.payments_max = 1, "payments_max"),
        (|config| config.notes_max = 1, "notes_max"),
    ] {
        let text = says(change);
        assert!(text.contains(setting), "{setting}: {text}");
    }
    open_with(|_| ()).expect("the folder is as it was");
    let unlinked = Payee::Unlinked(ExternalId::new("x").expect("valid"));
    assert!(matches!(unlinked, Payee::Unlinked(_)));
}
