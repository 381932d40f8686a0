//! Claim: a stream of commands does what unary calls do, under the same rules: every call has one answer, by its tag; a
//! refusal says what it is about; roles, limits, maintenance and the audit record hold for each command; and a server
//! that drains leaves no call without an answer.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::access::{house as guarded, token, with};
use crate::json_calls::Caller;
use crate::support::{EVENT, House, channel};
use serde_json::{Value, json};
use tacos_proto::command::v1::answer::Outcome;
use tacos_proto::command::v1::call::Operation;
use tacos_proto::command::v1::{self as wire, Call, ReservationState, reservation_ref, seat_request};
use tacos_proto::common::v1::ErrorCode;
use tacos_proto::engine::v1::command_service_client::CommandServiceClient;
use tacos_proto::engine::v1::{RunRequest, RunResponse};
use tacos_server::Server;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status, Streaming};

/// A unary call that must be done.
async fn unary(server: &Server, token: Option<&str>, rpc: &str, asked: Value) -> Value {
    let channel = channel(server).await;
    let caller = Caller { channel, token: token.map(str::to_owned) };
    caller.done(rpc, asked).await
}

/// A client with one stream.
struct Client {
    calls: mpsc::Sender<RunRequest>,
    answers: Streaming<RunResponse>,
    found: BTreeMap<u64, Outcome>,
    last: u64,
}

impl Client {
    async fn open(server: &Server, token: Option<&str>) -> Result<Self, Status> {
        let (calls, messages) = mpsc::channel(4_096);
        let mut client = CommandServiceClient::new(channel(server).await);
        let answers = client.run(with(ReceiverStream::new(messages), token)).await?.into_inner();
        Ok(Self { calls, answers, found: BTreeMap::new(), last: 0 })
    }

    fn call(&mut self, operation: Operation) -> Call {
        self.last += 1;
        Call { tag: self.last, deadline_ms: None, operation: Some(operation) }
    }

    async fn send(&self, calls: Vec<Call>) {
        self.calls.send(RunRequest { calls }).await.expect("the stream takes messages");
    }

    /// The answer to this call; others that come meanwhile are kept.
    async fn answer(&mut self, tag: u64) -> Outcome {
        loop {
            if let Some(outcome) = self.found.remove(&tag) {
                return outcome;
            }
            let message = self.answers.message().await.expect("the stream goes on").expect("no end yet");
            for answer in message.answers {
                let known = self.found.insert(answer.tag, answer.outcome.expect("an outcome"));
                assert_eq!(known, None, "call {} has two answers", answer.tag);
            }
        }
    }

    async fn ask(&mut self, operation: Operation) -> Outcome {
        let call = self.call(operation);
        let tag = call.tag;
        self.send(vec![call]).await;
        self.answer(tag).await
    }
}

fn seats(names: &[&str]) -> Option<wire::SeatRequest> {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    Some(wire::SeatRequest { form: Some(seat_request::Form::Seats(wire::SeatNames { names })) })
}

fn reserve(user: &str, names: &[&str], key: Option<&str>) -> Operation {
    Operation::Reserve(wire::Reserve {
        event: EVENT.into(),
        user: user.into(),
        want: seats(names),
        trusted: true,
        key: key.map(str::to_owned),
        ..wire::Reserve::default()
    })
}

fn which(id: &str) -> Option<wire::ReservationRef> {
    Some(wire::ReservationRef { form: Some(reservation_ref::Form::Id(id.into())) })
}

fn reserved(outcome: Outcome) -> wire::Reserved {
    match outcome {
        Outcome::Reserved(reserved) => reserved,
        other => panic!("seats are wanted, not {other:?}"),
    }
}

fn refused(outcome: Outcome) -> wire::Refused {
    match outcome {
        Outcome::Refused(refused) => refused,
        other => panic!("a refusal is wanted, not {other:?}"),
    }
}

fn error(outcome: &Outcome) -> ErrorCode {
    match outcome {
        Outcome::Error(error) => error.code(),
        other => panic!("an error is wanted, not {other:?}"),
    }
}

#[tokio::test]
async fn a_sale_from_its_event_to_its_order() {
    let server = House::new().open().await;
    let mut client = Client::open(&server, None).await.expect("opens");
    let row = wire::Row {
        label: "A".into(),
        price_minor: 700,
        numbered: Some(wire::NumberedSeats {
            prefix: "A-".into(),
            first_number: 1,
            step: 1,
            digits_min: 0,
            count: 4,
        }),
        ..wire::Row::default()
    };
    let section = wire::Section { name: "stalls".into(), rows: vec![row], ..wire::Section::default() };
    let create = Operation::CreateEvent(wire::CreateEvent {
        event: "made".into(),
        settings: Some(wire::EventSettings {
            name: "Made".into(),
            currency: "EUR".into(),
            hold_ms: Some(30_000),
            ..wire::EventSettings::default()
        }),
        seats: Some(wire::SeatMap { sections: vec![section] }),
        queue: None,
        key: Some("create".into()),
    });
    let open = Operation::SetSale(wire::SetSale {
        event: "made".into(),
        state: wire::SaleState::Open.into(),
        key: None,
    });
    let hold = Operation::Reserve(wire::Reserve {
        event: "made".into(),
        user: "kim".into(),
        want: seats(&["A-1", "A-2"]),
        key: Some("hold".into()),
        ..wire::Reserve::default()
    });
    // In one message: each is done behind the one before.
    let calls: Vec<Call> = [create, open, hold.clone(), hold].map(|operation| client.call(operation)).into();
    client.send(calls).await;
    assert!(matches!(client.answer(1).await, Outcome::EventChanged(_)));
    assert!(matches!(client.answer(2).await, Outcome::EventChanged(_)));
    let held = reserved(client.answer(3).await);
    assert_eq!((held.event.as_str(), held.total_minor), ("made", 1_400));
    let names: Vec<&str> = held.places.iter().map(|place| place.id.as_str()).collect();
    assert_eq!(names, ["A-1", "A-2"]);
    assert_eq!(reserved(client.answer(4).await), held, "a retry gets the first answer");

    let pay = Operation::CreatePayment(wire::CreatePayment {
        payee: Some(wire::Payee {
            form: Some(wire::payee::Form::Reservation(which(&held.id).expect("an id"))),
        }),
        user: "kim".into(),
        amount_minor: 1_400,
        currency: "EUR".into(),
        method: wire::PaymentMethod::CreditCard.into(),
        scenario: wire::Scenario::Outside.into(),
        ..wire::CreatePayment::default()
    });
    let Outcome::PaymentChanged(payment) = client.ask(pay).await else { panic!("a payment is wanted") };
    let report = Operation::ReportPayment(wire::ReportPayment {
        payment: payment.id.clone(),
        outcome: wire::PaymentOutcome::Completed.into(),
        key: None,
    });
    let Outcome::PaymentChanged(paid) = client.ask(report).await else { panic!("a payment is wanted") };
    assert_eq!(
        (paid.state(), paid.effect()),
        (wire::PaymentState::Completed, wire::PaymentEffect::Confirmed)
    );
    let read = Operation::ReadReservation(wire::ReadReservation {
        which: which(&held.id),
        user: Some("kim".into()),
    });
    let Outcome::Reservation(view) = client.ask(read).await else { panic!("a reservation is wanted") };
    assert_eq!(
        (view.state(), view.payment.as_deref()),
        (ReservationState::Confirmed, Some(payment.id.as_str()))
    );
    assert!(view.order.is_some_and(|order| order.starts_with("ord_")));

    // The same through a unary call.
    let asked = json!({ "reservation_id": held.id, "user_id": "kim" });
    let seen = unary(&server, None, "reservation.v1.ReservationService/GetReservation", asked).await;
    assert_eq!(seen["reservation"]["status"], "RESERVATION_STATUS_CONFIRMED", "{seen}");

    // The client says that it is done: the stream ends behind the last answer.
    let Client { calls, mut answers, .. } = client;
    drop(calls);
    assert_eq!(answers.message().await.expect("ends well"), None);
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn a_refusal_says_what_it_is_about() {
    let server = House::new().open().await;
    let mut client = Client::open(&server, None).await.expect("opens");
    reserved(client.ask(reserve("kim", &["A-1"], None)).await);
    let taken = refused(client.ask(reserve("lee", &["A-1", "A-2"], None)).await);
    assert_eq!((taken.code.as_str(), taken.seats), ("seats_taken", vec!["A-1".to_owned()]));
    let bad = refused(client.ask(reserve("no user", &["A-3"], None)).await);
    assert_eq!((bad.code.as_str(), bad.problems[0].field.as_str()), ("invalid", "user"));
    let none = Operation::Reserve(wire::Reserve {
        event: EVENT.into(),
        user: "lee".into(),
        ..wire::Reserve::default()
    });
    assert_eq!(refused(client.ask(none).await).problems[0].field, "want");
    let word = Operation::SetSale(wire::SetSale { event: EVENT.into(), state: 77, key: None });
    assert_eq!(refused(client.ask(word).await).problems[0].field, "state");
    let far = Operation::Extend(wire::Extend {
        which: which("res_nonsense"),
        by_ms: -1,
        ..wire::Extend::default()
    });
    assert_eq!(refused(client.ask(far).await).problems[0].field, "reservation");
    let unknown = Operation::ReadEvent(wire::ReadEvent { event: "nowhere".into() });
    assert_eq!(refused(client.ask(unknown).await).code, "unknown_event");
    client.send(vec![Call { tag: 900, deadline_ms: None, operation: None }]).await;
    assert_eq!(error(&client.answer(900).await), ErrorCode::InvalidArgument);
    // A write whose time is over before it is begun is not begun.
    client
        .send(vec![Call { tag: 901, deadline_ms: Some(0), operation: Some(reserve("lee", &["A-4"], None)) }])
        .await;
    assert_eq!(error(&client.answer(901).await), ErrorCode::Timeout);
    reserved(client.ask(reserve("kim", &["A-4"], None)).await);
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn prepared_ids_go_where_ids_go() {
    let server = House::new().open().await;
    let mut client = Client::open(&server, None).await.expect("opens");
    let mut prepared = Vec::new();
    for prepare in [
        Operation::PrepareEvent(wire::PrepareEvent { event: EVENT.into() }),
        Operation::PrepareSeat(wire::PrepareSeat { event: EVENT.into(), seat: "B-7".into() }),
        Operation::PrepareUser(wire::PrepareUser { user: "kim".into() }),
    ] {
        let Outcome::Prepared(text) = client.ask(prepare).await else { panic!("a prepared id is wanted") };
        prepared.push(text);
    }
    let hold = Operation::Reserve(wire::Reserve {
        event: prepared[0].clone(),
        user: prepared[2].clone(),
        want: seats(&[&prepared[1]]),
        trusted: true,
        ..wire::Reserve::default()
    });
    let held = reserved(client.ask(hold).await);
    assert_eq!((held.event.as_str(), held.places[0].id.as_str()), (EVENT, "B-7"));
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn more_calls_than_there_is_room_for_wait_and_none_is_lost() {
    let mut house = House::new();
    house.settings.limits.stream_commands = 8;
    let server = house.open().await;
    let mut client = Client::open(&server, None).await.expect("opens");
    let calls: Vec<Call> = (0..600)
        .map(|number| {
            // A standing place each, fifty of them; then the refusals.
            let user = format!("user-{number}");
            client.call(reserve(&user, &["pit"], Some(&user)))
        })
        .collect();
    for few in calls.chunks(50) {
        client.send(few.to_vec()).await;
    }
    let mut held = BTreeSet::new();
    for tag in 1..=600 {
        match client.answer(tag).await {
            Outcome::Reserved(reserved) => assert!(held.insert(reserved.id)),
            other => assert_eq!(refused(other).code, "insufficient"),
        }
    }
    assert_eq!(held.len(), 50);
    let too_many = (0..1_025).map(|_| client.call(Operation::ReadPosition(wire::ReadPosition {}))).collect();
    client.send(too_many).await;
    let status = loop {
        match client.answers.message().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the stream ends with a status"),
            Err(status) => break status,
        }
    };
    assert_eq!(status.code(), Code::InvalidArgument);
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn roles_and_limits_hold_for_each_command() {
    let mut house = guarded();
    house.settings.limits.user_per_second = 1;
    house.settings.limits.user_burst = 2;
    house.settings.limits.command_streams = 1;
    let server = house.open().await;
    let customer = Client::open(&server, Some(&token("kim", &[], 60))).await.map(|_| ()).expect_err("a role");
    assert_eq!(customer.code(), Code::PermissionDenied);
    let anonymous = Client::open(&server, None).await.map(|_| ()).expect_err("credentials");
    assert_eq!(anonymous.code(), Code::Unauthenticated);

    let service = token("shop", &["service"], 60);
    let mut client = Client::open(&server, Some(&service)).await.expect("opens");
    let second = Client::open(&server, Some(&service)).await.map(|_| ()).expect_err("a bound");
    assert_eq!(second.code(), Code::ResourceExhausted);
    let pause = Operation::PauseQueue(wire::PauseQueue { event: EVENT.into(), paused: true, key: None });
    assert_eq!(error(&client.ask(pause.clone()).await), ErrorCode::Forbidden);
    let notes = Operation::ReadNotes(wire::ReadNotes { prefix: String::new() });
    assert_eq!(error(&client.ask(notes.clone()).await), ErrorCode::Forbidden);
    // A customer's rate holds for the service that acts for them.
    let outcomes = [
        client.ask(reserve("kim", &["A-1"], None)).await,
        client.ask(reserve("kim", &["A-2"], None)).await,
        client.ask(reserve("kim", &["A-3"], None)).await,
    ];
    assert!(matches!(outcomes[0], Outcome::Reserved(_)), "{:?}", outcomes[0]);
    assert_eq!(error(&outcomes[2]), ErrorCode::RateLimited);
    reserved(client.ask(reserve("lee", &["B-1"], None)).await);
    drop(client);

    let admin = token("boss", &["admin"], 60);
    let mut client = loop {
        // The first stream's place is free once the server has heard of its end.
        match Client::open(&server, Some(&admin)).await {
            Ok(client) => break client,
            Err(status) => assert_eq!(status.code(), Code::ResourceExhausted),
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    assert!(matches!(client.ask(pause).await, Outcome::EventChanged(_)));
    // The server's own notes are not shown, whatever they are called.
    let keep = Operation::Note(wire::Note { name: "mine".into(), value: Some(b"value".to_vec()), key: None });
    assert!(matches!(client.ask(keep).await, Outcome::Done(_)));
    let Outcome::Notes(shown) = client.ask(notes).await else { panic!("notes are wanted") };
    let names: Vec<&str> = shown.notes.iter().map(|note| note.name.as_str()).collect();
    assert_eq!(names, ["mine"]);
    let logs = json!({ "service": "audit", "search_query": "CommandService", "limit": 10 });
    let entries = unary(&server, Some(&admin), "common.v1.AdminService/GetLogs", logs).await;
    let entries = entries["logs"].as_array().cloned().unwrap_or_default();
    assert_eq!(entries.len(), 2, "{entries:?}");
    assert!(entries.iter().all(|entry| entry["fields"]["outcome"] == "done"), "{entries:?}");
    assert!(entries[1]["fields"]["request"].as_str().is_some_and(|request| request.contains("pauseQueue")));
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn maintenance_stops_writes_and_a_drain_leaves_no_call_unanswered() {
    let server = House::new().open().await;
    let mut client = Client::open(&server, None).await.expect("opens");
    let stop =
        json!({ "action": "EMERGENCY_ACTION_TYPE_MAINTENANCE_MODE", "reason": "a test", "confirm": true });
    unary(&server, None, "common.v1.AdminService/EmergencyAction", stop).await;
    assert_eq!(error(&client.ask(reserve("kim", &["A-1"], None)).await), ErrorCode::Unavailable);
    let counts = Operation::ReadCounts(wire::ReadCounts { event: EVENT.into() });
    let Outcome::Counts(counts) = client.ask(counts).await else { panic!("counts are wanted") };
    assert_eq!(counts.available, 70);
    let reads = (0..100).map(|_| client.call(Operation::ReadPosition(wire::ReadPosition {}))).collect();
    client.send(reads).await;
    let drained = tokio::spawn(server.drain());
    let status = loop {
        match client.answers.message().await {
            Ok(Some(message)) => {
                client.found.extend(
                    message
                        .answers
                        .into_iter()
                        .map(|answer| (answer.tag, answer.outcome.expect("an outcome"))),
                );
            }
            Ok(None) => panic!("a stream that the server ends has a status"),
            Err(status) => break status,
        }
    };
    assert_eq!(status.code(), Code::Unavailable, "{status}");
    // Those that the server took are answered; what it did not read any more it did not do.
    assert!(client.found.len() == 100 || client.found.is_empty(), "{}", client.found.len());
    drained.await.expect("no panic").expect("ends cleanly");
}

#[tokio::test]
async fn connections_with_threads_of_their_own_are_served_alike() {
    let mut house = House::new();
    house.settings.server.shards = 2;
    let server = house.open().await;
    let mut clients = Vec::new();
    for _ in 0..6 {
        clients.push(Client::open(&server, None).await.expect("opens"));
    }
    for (client, row) in clients.iter_mut().zip(["A-1", "A-2", "A-3", "A-4", "A-5", "A-6"]) {
        reserved(client.ask(reserve("kim", &[row], None)).await);
        let counts = json!({ "event_id": EVENT });
        unary(&server, None, "reservation.v1.InventoryService/GetInventoryStatus", counts).await;
    }
    // Streams that are open do not keep it from ending.
    server.drain().await.expect("ends cleanly");
    for client in &mut clients {
        let ended = client.answers.message().await.map(|_| ()).expect_err("a status");
        assert_eq!(ended.code(), Code::Unavailable);
    }
    // The folder is let go: it opens again.
    house.open().await.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn the_engines_own_numbers_are_said_in_words() {
    let server = House::new().open().await;
    let mut client = Client::open(&server, None).await.expect("opens");
    let hold = Operation::Reserve(wire::Reserve {
        event: EVENT.into(),
        user: "kim".into(),
        want: seats(&["A-7", "A-8"]),
        trusted: true,
        ..wire::Reserve::default()
    });
    let held = reserved(client.ask(hold).await);
    assert_eq!(held.place_numbers.len(), 2);
    let read =
        |event_number, place_numbers| Operation::ReadPlaces(wire::ReadPlaces { event_number, place_numbers });
    let words = client.ask(read(held.event_number, held.place_numbers.clone())).await;
    let Outcome::Places(words) = words else { panic!("places are wanted: {words:?}") };
    assert_eq!(words.items, held.places, "the numbers are those of the words beside them");
    let id = client.ask(Operation::ReadEventId(wire::ReadEventId { number: held.event_number })).await;
    assert_eq!(id, Outcome::EventId(EVENT.into()));
    // A seat behind the last one, a section that is none, a number that is no place at all; and an event that is none.
    for (event, place, code) in [
        (held.event_number, 999_999, "invalid"),
        (held.event_number, 0x8000_0000 | (9 << 16) | 1, "invalid"),
        (held.event_number, 0x8000_0000, "invalid"),
        (77, held.place_numbers[0], "unknown_event"),
    ] {
        let Outcome::Refused(refused) = client.ask(read(event, vec![place])).await else {
            panic!("{place:#x} of event {event} is a place")
        };
        assert_eq!(refused.code, code, "{place:#x} of event {event}");
    }
}
