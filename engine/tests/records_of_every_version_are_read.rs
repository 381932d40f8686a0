//! Claim: a folder whose records an earlier version of the engine wrote opens as the state that it was, and a retry
//! gets the answer that was given then. `tests/golden/records-…` has one folder for each version of the records, with
//! every kind of record that the version wrote. To make one after a body has changed, run this test with the
//! environment variable `WRITE_GOLDEN` set to the name of the new folder.

mod common;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use common::*;
use tacos_engine::journal::{FileStorage, dump};
use tacos_engine::{
    BlockSeats, CancelPayment, Config, CreateEvent, CreatePayment, Driver, Engine, EventId, Expire, Extend,
    ExternalId, IdempotencyKey, JoinQueue, ManualClock, Money, Note, Outcome, PauseQueue, Payee,
    PaymentMethod, Position, PresaleRoom, ProcessPayment, QueuePolicy, Release, ReportPayment, ReportWebhook,
    RequestAdmission, Reserve, Reserved, SaleState, Scenario, SeatId, SetQueuePolicy, SetSale, UpdateEvent,
};

/// Every folder, with the kinds of records that its version wrote and the present one does not, and the other way
/// round.
const VERSIONS: [(&str, &[u16], &[u16]); 2] = [("records-1", &[21], &[24]), ("records-2", &[], &[])];
/// The kinds that the present version writes.
const KINDS: [u16; 27] =
    [1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 20, 22, 23, 24, 30, 31, 40, 41, 42, 43, 44, 50, 51];
const SEGMENT_BYTES: u64 = 256 << 10;

fn config(clock: &Arc<ManualClock>, driver: Driver) -> Config {
    Config {
        driver,
        segment_bytes: SEGMENT_BYTES,
        log_buffer_bytes: 64 << 10,
        update_history_bytes: 64 << 10,
        reservations_max: 64,
        payments_max: 64,
        webhooks_max: 16,
        idempotency_keys_max: 1 << 10,
        idempotency_ttl: Duration::from_secs(86_400),
        payment_ttl: Duration::from_secs(600),
        retention: Duration::from_secs(600),
        webhook_retries_max: 1,
        fixed_entropy: Some(11),
        ..by_hand(clock)
    }
}

fn golden(version: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "golden", version].iter().collect()
}

fn seat(label: &str) -> SeatId {
    SeatId::new(label).expect("valid")
}

fn show(name: &str) -> EventId {
    EventId::new(name).expect("valid")
}

fn digest(engine: &Engine) -> String {
    engine.digest().0.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes everything");
        text
    })
}

/// A sale in which everything happens that is recorded.
struct Sale {
    engine: Engine,
    clock: Arc<ManualClock>,
}

impl Sale {
    fn hold(&self, who: &str, labels: &[&str]) -> Reserved {
        let command = Reserve::new(event(), user(who), seats(labels)).with_key(key(format!("hold-{who}")));
        self.engine.reserve(command).wait().expect("held")
    }

    fn pay(&self, held: &Reserved, who: &str, scenario: Scenario) -> tacos_engine::PaymentChanged {
        let command = CreatePayment {
            webhook_url: Some("https://example.org/paid".into()),
            attachment: b"order".to_vec(),
            key: Some(key(format!("pay-{who}"))),
            ..payment_command(held, who, scenario)
        };
        self.engine.create_payment(command).wait().expect("an intent")
    }

    fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
        self.engine.turn();
    }

    fn manage(&self) {
        let (engine, event) = (&self.engine, event());
        let policy = QueuePolicy { inside_max: 1, inactivity_ms: 60_000, ..QueuePolicy::default() };
        engine
            .create_event(CreateEvent {
                event: event.clone(),
                settings: settings(),
                seats: house(2, 20),
                queue: None,
                key: Some(key("create")),
            })
            .wait()
            .expect("created");
        let settings = tacos_engine::EventSettings { extensions_max: 3, ..settings() };
        let update = UpdateEvent { event: event.clone(), settings, key: Some(key("update")) };
        engine.update_event(update).wait().expect("updated");
        let open = SetSale { event: event.clone(), state: SaleState::Open, key: Some(key("open")) };
        engine.set_sale(open).wait().expect("open");
        let policy = SetQueuePolicy { event: event.clone(), policy, key: Some(key("policy")) };
        engine.set_queue_policy(policy).wait().expect("a line");
        for paused in [true, false] {
            let pause =
                PauseQueue { event: event.clone(), paused, key: Some(key(format!("pause-{paused}"))) };
            engine.pause_queue(pause).wait().expect("paused or not");
        }
        // Twice: what is found done is answered by a record of its own.
        let again = PauseQueue { event: event.clone(), paused: false, key: Some(key("pause-again")) };
        engine.pause_queue(again).wait().expect("done already");
        for (block, labels) in [(true, ["R2-1", "R2-2"]), (false, ["R2-2", "R2-2"])] {
            let seats = labels.into_iter().collect::<BTreeSet<_>>().into_iter().map(seat).collect();
            let command =
                BlockSeats { event: event.clone(), seats, block, key: Some(key(format!("block-{block}"))) };
            engine.block_seats(command).wait().expect("blocked or not");
        }
    }

    fn wait_in_line(&self) -> tacos_engine::ReservationToken {
        let room = PresaleRoom { opens_at: self.engine.now(), draws_at: self.engine.now().plus_ms(1_000) };
        let policy = QueuePolicy { room: Some(room), ..QueuePolicy::default() };
        create(&self.engine, show("drawn"), house(1, 5), settings(), Some(policy));
        let early = JoinQueue { event: show("drawn"), session: Some(session("early")), user: None };
        self.engine.join_queue(early).wait().expect("in the room");
        self.pass(2);
        let [first, second, _] = ["ann", "bob", "cas"].map(|who| join(&self.engine, who).expect("joined"));
        self.engine.leave_queue(second.token).wait().expect("left");
        let admission = RequestAdmission { token: first.token, event: None, user: None };
        self.engine.request_admission(admission).wait().expect("let in").token
    }

    fn hold_and_pay(&self, token: tacos_engine::ReservationToken) {
        let engine = &self.engine;
        let mut command = Reserve::new(event(), user("ann"), seats(&["R1-1", "R1-2"])).with_token(token);
        command.external = Some(ExternalId::new("order-ann").expect("valid"));
        let sold = engine.reserve(command).wait().expect("held");
        engine.confirm(confirm_command(sold.id)).wait().expect("sold");
        let off = QueuePolicy { enabled: false, ..QueuePolicy::default() };
        engine
            .set_queue_policy(SetQueuePolicy { event: event(), policy: off, key: None })
            .wait()
            .expect("off");
        let part = self.hold("bob", &["R1-3", "R1-4", "R1-5"]);
        let by = Duration::from_secs(30);
        engine
            .extend(Extend { which: part.id.into(), user: None, by, key: Some(key("extend")) })
            .wait()
            .expect("longer");
        let release = Release {
            which: part.id.into(),
            user: None,
            seats: std::iter::once(seat("R1-4")).collect(),
            key: Some(key("part")),
        };
        engine.release(release).wait().expect("a part");
        let paid = self.hold("cas", &["R1-6"]);
        let intent = self.pay(&paid, "cas", Scenario::Outside);
        let outcome = Outcome::Completed;
        let report = ReportPayment { payment: intent.id, outcome, key: Some(key("report")) };
        engine.report_payment(report).wait().expect("paid");
        for (minor, name) in [(Some(1_000), "refund"), (None, "refund-all")] {
            let refund =
                CancelPayment { payment: intent.id, user: None, refund_minor: minor, key: Some(key(name)) };
            engine.cancel_payment(refund).wait().expect("paid back");
        }
        let failed = self.hold("dan", &["R1-7"]);
        let intent = self.pay(&failed, "dan", Scenario::Fail);
        engine
            .process_payment(ProcessPayment { payment: intent.id, user: None, key: None })
            .wait()
            .expect("begun");
        self.pass(10);
    }

    fn deliver(&self) {
        let (due, _) = self.engine.due_webhooks(8);
        let (first, last) = (due.first().expect("due"), due.last().expect("due"));
        assert_ne!(first.id, last.id);
        let report = |webhook, delivered| {
            self.engine.report_webhook(ReportWebhook { webhook, delivered }).wait().expect("noted");
        };
        report(first.id, true);
        report(last.id, false);
        self.pass(2);
        report(last.id, false);
        self.engine.replay_webhook(last.id).wait().expect("back in the outbox");
    }

    fn expire_and_forget(&self) {
        let held = self.hold("eve", &["R1-9"]);
        // Past the warning, then past the end; then long enough for what ended to be forgotten.
        self.pass(settings().hold_ms / 1_000 - 5);
        self.pass(10);
        let expire = self.engine.expire(Expire { which: held.id.into() }).wait();
        assert!(expire.is_err(), "it has expired by itself: {expire:?}");
        self.pass(700);
        self.pass(700);
    }

    fn note(&self) {
        for (name, value) in [("kept", Some(b"value".to_vec())), ("gone", Some(Vec::new())), ("gone", None)] {
            let name = ExternalId::new(name).expect("valid");
            self.engine.note(Note { name, value, key: None }).wait().expect("noted");
        }
        self.engine.keep_answer(&own_key(), b"the service's own answer").wait().expect("kept");
    }
}

fn own_key() -> IdempotencyKey {
    IdempotencyKey::for_request("own", [7; 32]).expect("valid")
}

/// A payment that is under way when the engine ends, so that its answer must come from its record.
fn processing(engine: &Engine, held: &Reserved) -> ProcessPayment {
    let command =
        CreatePayment { key: Some(key("last-intent")), ..payment_command(held, "fay", Scenario::Approve) };
    let payment = engine.create_payment(command).wait().expect("an intent").id;
    ProcessPayment { payment, user: None, key: Some(key("process")) }
}

fn last_hold(engine: &Engine) -> Reserved {
    let command = Reserve::new(event(), user("fay"), seats(&["R1-10", "R1-11"])).with_key(key("last-hold"));
    engine.reserve(command).wait().expect("held")
}

fn unlinked() -> CreatePayment {
    CreatePayment {
        payee: Payee::Unlinked(ExternalId::new("elsewhere").expect("valid")),
        user: user("gus"),
        amount: Money { minor: 10, currency: krw() },
        method: PaymentMethod::CreditCard,
        scenario: Scenario::Outside,
        webhook_url: None,
        attachment: Vec::new(),
        key: Some(key("unlinked")),
    }
}

/// What a retry of the last commands is answered: whichever engine is asked, the first answers.
fn answers(engine: &Engine) -> String {
    let held = last_hold(engine);
    let process = processing(engine, &held);
    let process = engine.process_payment(process).wait().expect("begun");
    let unlinked = engine.create_payment(unlinked()).wait().expect("an intent");
    let own = engine.first_answer(&own_key()).wait().expect("readable");
    format!("{held:?}\n{process:?}\n{unlinked:?}\n{own:?}\n")
}

/// Makes a folder of today's version, with what must come of it in `expected`.
fn write(path: &Path) {
    let clock = clock();
    let engine = Engine::open(path, config(&clock, Driver::Manual)).expect("a new folder");
    let sale = Sale { engine, clock };
    sale.manage();
    let token = sale.wait_in_line();
    sale.hold_and_pay(token);
    sale.deliver();
    sale.expire_and_forget();
    sale.note();
    let answers = answers(&sale.engine);
    let expected = format!("{}\n{}\n{answers}", sale.engine.now().get(), digest(&sale.engine));
    sale.engine.close().expect("closed");
    std::fs::write(path.join("expected"), expected).expect("written");
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("the golden folder") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("a name of ours");
        let mut bytes = std::fs::read(entry.path()).expect("readable");
        if name.ends_with(".seg") {
            bytes.resize(usize::try_from(SEGMENT_BYTES).expect("small"), 0);
        }
        if name != "expected" {
            std::fs::write(to.join(name), bytes).expect("written");
        }
    }
}

fn kinds(path: &Path) -> BTreeSet<u16> {
    let storage = FileStorage::open(path).expect("a folder");
    let mut kinds = BTreeSet::new();
    dump(&storage, Position::ZERO, &mut |listed| {
        kinds.insert(listed.record.kind);
        ControlFlow::Continue(())
    })
    .expect("readable");
    kinds
}

#[test]
fn every_folder_opens_as_the_state_that_it_was() {
    if let Ok(version) = std::env::var("WRITE_GOLDEN") {
        let (made, kept) = (tempfile::tempdir().expect("a folder"), golden(&version));
        write(made.path());
        std::fs::create_dir_all(&kept).expect("a folder");
        for entry in std::fs::read_dir(made.path()).expect("the folder made") {
            let entry = entry.expect("an entry");
            let mut bytes = std::fs::read(entry.path()).expect("readable");
            // Zeros at the end of segments are not kept in the repository, nor are segments made ahead.
            let is_segment = entry.path().extension().is_some_and(|extension| extension == "seg");
            if is_segment {
                bytes.truncate(bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1));
            }
            if entry.file_name() != "lock" {
                std::fs::write(kept.join(entry.file_name()), bytes).expect("written");
            }
        }
    }
    for (version, older, newer) in VERSIONS {
        let expected = std::fs::read_to_string(golden(version).join("expected")).expect("its expectations");
        let (now, expected) = expected.split_once('\n').expect("a line each");
        let now = now.parse().expect("milliseconds");
        for driver in [Driver::Manual, Driver::Threads] {
            let folder = tempfile::tempdir().expect("a folder");
            copy(&golden(version), folder.path());
            let present = KINDS.into_iter().filter(|kind| !newer.contains(kind));
            let written: BTreeSet<u16> = present.chain(older.iter().copied()).collect();
            assert_eq!(kinds(folder.path()), written, "{version} has every kind of record");
            let clock = Arc::new(ManualClock::new(tacos_engine::UnixMs::new(now)));
            let engine = Engine::open(folder.path(), config(&clock, driver)).expect(version);
            let found = format!("{}\n{}", digest(&engine), answers(&engine));
            assert_eq!(found, expected, "{version}, {driver:?}");
            engine.close().expect("closed");
        }
    }
}
