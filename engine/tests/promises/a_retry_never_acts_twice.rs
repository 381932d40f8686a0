//! Claim: the same key with the same request acts once and has one answer, byte for byte: at the same moment from many
//! threads, later, and after a restart. The same key with another request is a conflict. A refusal is not remembered.

use std::time::Duration;

use crate::common::*;
use tacos_engine::{
    BlockSeats, CancelPayment, Command, Confirm, CreateEvent, DrawRoom, Engine, EventId, Extend, ExternalId,
    Failure, IdempotencyKey, JoinQueue, Note, PauseQueue, PaymentOutcome, PresaleRoom, ProcessPayment,
    QueuePolicy, Refusal, Release, Reply, ReportPayment, Reserve, SaleState, Scenario, SeatId,
    SetQueuePolicy, SetSale, UpdateEvent,
};

fn named(engine: &Engine, who: &str, seat: &str, name: &str) -> Result<tacos_engine::Reserved, Failure> {
    engine.reserve(Reserve::new(event(), user(who), seats(&[seat])).with_key(key(name))).wait()
}

#[test]
fn duplicates_in_flight_coalesce() {
    let folder = tempfile::tempdir().expect("a folder");
    let engine = open_folder(folder.path(), config());
    open_sale(&engine, house(4, 50));
    for round in 0..50 {
        let command = || Reserve::new(event(), user("kim"), best(2)).with_key(key(format!("round-{round}")));
        let answers = together(THREADS, |_| engine.reserve(command()).wait().expect("held"));
        assert!(answers.iter().all(|answer| *answer == answers[0]), "round {round}: {answers:?}");
        let counts = engine.counts(&event()).expect("known");
        assert_eq!(counts.reserved, 2 * (round + 1), "round {round}: one effect");
    }
}

/// One of every command that takes a key, on an event with a line, made after what it needs was made.
fn commands(engine: &Engine, clock: &tacos_engine::ManualClock) -> Vec<(&'static str, Command)> {
    let other = || EventId::new("other").expect("valid");
    let keyed = |name: &str| -> Option<IdempotencyKey> { Some(key(name)) };
    let hold = |seat: &str| reserve(engine, "kim", seats(&[seat])).expect("held");
    let [confirmed, released, extended, paid] = ["R1-2", "R1-3", "R1-4", "R1-5"].map(hold);
    let [started, called_off, reported] = ["R1-6", "R1-7", "R1-8"].map(hold);
    let outside = |held, scenario| {
        engine.create_payment(payment_command(held, "kim", scenario)).wait().expect("an intent").id
    };
    let room = PresaleRoom { opens_at: clock_now(clock), draws_at: clock_now(clock).plus_ms(60_000) };
    create(engine, other(), house(1, 5), settings(), Some(QueuePolicy::default().with_room(Some(room))));
    let early = JoinQueue::new(other()).with_session(session("early"));
    engine.join_queue(early).wait().expect("in the room");
    let who = user("kim");
    let third = EventId::new("third").expect("valid");
    vec![
        (
            "create_event",
            Command::CreateEvent(Box::new(
                CreateEvent::new(third, settings(), house(1, 3)).with_key(keyed("k")),
            )),
        ),
        (
            "update_event",
            Command::UpdateEvent(Box::new(UpdateEvent::new(event(), settings()).with_key(keyed("k")))),
        ),
        ("set_sale", Command::SetSale(SetSale::new(event(), SaleState::Open).with_key(keyed("k")))),
        (
            "block_seats",
            Command::BlockSeats(
                BlockSeats::new(event(), vec![SeatId::new("R2-9").expect("valid")], true)
                    .with_key(keyed("k")),
            ),
        ),
        (
            "set_queue_policy",
            Command::SetQueuePolicy(Box::new(
                SetQueuePolicy::new(other(), QueuePolicy::default().with_room(Some(room)).with_inside_max(7))
                    .with_key(keyed("k")),
            )),
        ),
        ("pause_queue", Command::PauseQueue(PauseQueue::new(other(), true).with_key(keyed("k")))),
        ("draw_room", Command::DrawRoom(DrawRoom::new(other()).with_key(keyed("k")))),
        (
            "reserve",
            Command::Reserve(Box::new(
                Reserve::new(event(), user("kim"), seats(&["R1-1"])).with_key(key("k")),
            )),
        ),
        (
            "confirm",
            Confirm::new(confirmed.id, who.clone(), tacos_engine::Proof::Outside).with_key(keyed("k")).into(),
        ),
        ("release", Release::new(released.id, who.clone()).with_key(keyed("k")).into()),
        (
            "extend",
            Command::Extend(
                Extend::new(extended.id, who.clone(), Duration::from_secs(9)).with_key(keyed("k")),
            ),
        ),
        (
            "create_payment",
            Command::CreatePayment(Box::new(
                payment_command(&paid, "kim", Scenario::Approve).with_key(keyed("k")),
            )),
        ),
        (
            "process_payment",
            Command::ProcessPayment(
                ProcessPayment::new(outside(&started, Scenario::Delay), who.clone()).with_key(keyed("k")),
            ),
        ),
        (
            "cancel_payment",
            Command::CancelPayment(
                CancelPayment::new(outside(&called_off, Scenario::Outside), who).with_key(keyed("k")),
            ),
        ),
        (
            "report_payment",
            Command::ReportPayment(
                ReportPayment::new(outside(&reported, Scenario::Outside), PaymentOutcome::Completed)
                    .with_key(keyed("k")),
            ),
        ),
        (
            "note",
            Command::Note(
                Note::new(ExternalId::new("setting").expect("valid"), Some(b"one".to_vec()))
                    .with_key(keyed("k")),
            ),
        ),
    ]
}

fn clock_now(clock: &tacos_engine::ManualClock) -> tacos_engine::UnixMs {
    tacos_engine::Clock::now(clock)
}

/// The same key, "k", for every method: keys are scoped by method, so none is in another's way. Asked again at once,
/// after a restart from the journal, and after one from a snapshot, each answers as it did.
#[test]
fn every_write_answers_again_what_it_answered_also_after_a_restart() {
    let (folder, clock) = (tempfile::tempdir().expect("a folder"), clock());
    let engine = open_folder(folder.path(), by_hand(&clock));
    open_sale(&engine, house(4, 50));
    let commands = commands(&engine, &clock);
    let first: Vec<Reply> = commands
        .iter()
        .map(|(name, command)| engine.submit(command).wait().unwrap_or_else(|no| panic!("{name}: {no}")))
        .collect();
    let digest = engine.digest();
    let again = |engine: &Engine, when: &str| {
        for ((name, command), first) in commands.iter().zip(&first) {
            assert_eq!(engine.submit(command).wait().as_ref(), Ok(first), "{name} {when}");
        }
        assert_eq!(engine.digest(), digest, "{when}: nothing was done");
    };
    // Moments are part of some answers: they are those of the first time.
    clock.advance(Duration::from_millis(50));
    again(&engine, "at once");
    engine.close().expect("closed");
    let engine = open_folder(folder.path(), by_hand(&clock));
    again(&engine, "after a restart");
    engine.snapshot().expect("a snapshot");
    engine.close().expect("closed");
    let engine = open_folder(folder.path(), by_hand(&clock));
    again(&engine, "after a restart from a snapshot");
}

#[test]
fn the_same_key_for_something_else_is_a_conflict() {
    let (engine, _) = small_sale();
    let held = named(&engine, "kim", "R1-1", "k").expect("held");
    assert_eq!(named(&engine, "kim", "R1-2", "k"), Err(Failure::Refused(Refusal::IdempotencyConflict)));
    assert_eq!(named(&engine, "kim", "R1-1", "k"), Ok(held.clone()));
    // Another user's key is another key, and so is another method's.
    let lee = named(&engine, "lee", "R1-2", "k").expect("held");
    assert_ne!(lee.id, held.id);
    let extend = Extend::new(held.id, user("kim"), Duration::from_secs(5)).with_key(key("k"));
    engine.extend(extend).wait().expect("extended");
    let longer = Extend::new(held.id, user("kim"), Duration::from_secs(6)).with_key(key("k"));
    assert_eq!(refused(engine.extend(longer).wait()), Refusal::IdempotencyConflict);
}

/// What is different though the words are the same: each field of a request makes it another request.
#[test]
fn every_part_of_a_request_counts() {
    let (engine, _) = small_sale();
    let command = Reserve::new(event(), user("kim"), best(2)).with_key(key("k"));
    engine.reserve(command.clone()).wait().expect("held");
    let mut others =
        vec![command.clone(), command.clone(), command.clone(), command.clone(), command.clone()];
    others[0].want = best(1);
    others[1].want = tacos_engine::SeatRequest::Best(tacos_engine::Best::of(2).with_allow_split(false));
    others[2].external = Some(ExternalId::new("theirs").expect("valid"));
    others[3].hold_until = Some(T0.plus_ms(30_000));
    others[4].want = seats(&["R1-1", "R1-2"]);
    for (number, other) in others.into_iter().enumerate() {
        assert_eq!(refused(engine.reserve(other).wait()), Refusal::IdempotencyConflict, "change {number}");
    }
    let pay = |amount, method| {
        tacos_engine::CreatePayment::new(
            tacos_engine::Payee::Unlinked(ExternalId::new("basket").expect("valid")),
            user("kim"),
            tacos_engine::Money { minor: amount, currency: krw() },
            method,
            Scenario::Outside,
        )
        .with_key(key("p"))
    };
    let card = tacos_engine::PaymentMethod::CreditCard;
    engine.create_payment(pay(5, card)).wait().expect("an intent");
    for other in [pay(6, card), pay(5, tacos_engine::PaymentMethod::MobilePay)] {
        assert_eq!(refused(engine.create_payment(other).wait()), Refusal::IdempotencyConflict);
    }
}

#[test]
fn a_refusal_is_not_remembered() {
    let (engine, _) = small_sale();
    let held = reserve(&engine, "lee", seats(&["R1-1"])).expect("held");
    assert!(matches!(refused(named(&engine, "kim", "R1-1", "k")), Refusal::SeatsTaken(_)));
    release(&engine, held.id).expect("released");
    named(&engine, "kim", "R1-1", "k").expect("the same key, and now there is a seat");
}

#[test]
fn an_answer_is_forgotten_after_its_time() {
    let (engine, clock) = small_sale();
    let first = named(&engine, "kim", "R1-1", "k").expect("held");
    clock.advance(Duration::from_millis(299_999));
    assert_eq!(
        named(&engine, "kim", "R1-1", "k"),
        Ok(first.clone()),
        "within five minutes, though the hold is over"
    );
    clock.advance(Duration::from_millis(1));
    let second = named(&engine, "kim", "R1-1", "k").expect("acts again");
    assert_ne!(second.id, first.id);
    clock.advance(Duration::from_millis(300_000));
    engine.turn();
    assert_eq!(engine.status().idempotency_keys, 0, "memory is given back by the wheel");
}

#[test]
fn a_key_can_be_demanded() {
    let clock = clock();
    let strict = by_hand(&clock).with_idempotency_required(true);
    let engine = Engine::in_memory(strict).expect("an engine");
    let command = CreateEvent::new(event(), settings(), house(1, 2));
    assert_eq!(refused(engine.create_event(command.clone()).wait()), Refusal::IdempotencyRequired);
    engine.create_event(command.with_key(key("k"))).wait().expect("created");
}

/// A key that is answered by one thread while another asks for something else with it: one of the two acts.
#[test]
fn racing_requests_with_one_key_have_one_winner() {
    let (engine, _) = threaded_sale(house(8, 50), settings());
    for round in 0..100 {
        let name = format!("round-{round}");
        let answers = together(4, |thread| {
            let seat = format!("R{}-{}", 1 + thread, 1 + round % 50);
            named(&engine, if round < 50 { "kim" } else { "lee" }, &seat, &name)
        });
        let won = answers.iter().filter(|answer| answer.is_ok()).count();
        for failure in answers.iter().filter_map(|answer| answer.as_ref().err()) {
            let expected =
                matches!(failure, Failure::Refused(Refusal::IdempotencyConflict | Refusal::SeatsTaken(_)));
            assert!(expected, "round {round}: {failure:?}");
        }
        assert!(won <= 1, "round {round}: {answers:?}");
        assert!(won == 1 || round >= 50, "round {round}: {answers:?}");
    }
}
