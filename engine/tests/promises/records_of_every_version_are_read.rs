//! Claim: a folder whose records an earlier version of the engine wrote opens as the state that it was, and a retry
//! gets the answer that was given then. `tests/golden/records-…` has one folder for each version of the records, with
//! every kind of record that the version wrote. To make one after a body has changed, run this test with the
//! environment variable `WRITE_GOLDEN` set to the name of the new folder.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::common::*;
use tacos_engine::journal::{FileStorage, dump};
use tacos_engine::{
    BlockSeats, Caller, CancelPayment, Config, CreateEvent, CreatePayment, Driver, Engine, EventId, Expire,
    Extend, ExternalId, IdempotencyKey, JoinQueue, ManualClock, Money, Note, PauseQueue, Payee,
    PaymentMethod, PaymentOutcome, Position, PresaleRoom, ProcessPayment, QueuePolicy, Release,
    ReportPayment, ReportWebhook, RequestAdmission, Reserve, Reserved, SaleState, Scenario, SeatId,
    SetQueuePolicy, SetSale, UpdateEvent,
};

/// Every folder, with the kinds of records that its version wrote and the present one does not, and the other way
/// round.
const VERSIONS: [(&str, &[u16], &[u16]); 2] = [("records-1", &[21], &[24]), ("records-2", &[], &[])];
/// The kinds that the present version writes.
const KINDS: [u16; 27] =
    [1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 20, 22, 23, 24, 30, 31, 40, 41, 42, 43, 44, 50, 51];
const SEGMENT_BYTES: u64 = 256 << 10;

fn config(clock: &Arc<ManualClock>, driver: Driver) -> Config {
    by_hand(clock)
        .with_driver(driver)
        .with_segment_bytes(SEGMENT_BYTES)
        .with_log_buffer_bytes(64 << 10)
        .with_update_history_bytes(64 << 10)
        .with_reservations_max(64)
        .with_payments_max(64)
        .with_webhooks_max(16)
        .with_idempotency_keys_max(1 << 10)
        .with_idempotency_ttl(Duration::from_secs(86_400))
        .with_payment_ttl(Duration::from_secs(600))
        .with_retention(Duration::from_secs(600))
        .with_webhook_retries_max(1)
        .with_fixed_entropy(Some(11))
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
        let command = payment_command(held, who, scenario)
            .with_webhook_url("https://example.org/paid".to_owned())
            .with_attachment(b"order".to_vec())
            .with_key(key(format!("pay-{who}")));
        self.engine.create_payment(command).wait().expect("an intent")
    }

    fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
        self.engine.turn();
    }

    fn manage(&self) {
        let (engine, event) = (&self.engine, event());
        let policy = QueuePolicy::default().with_inside_max(1).with_inactivity_ms(60_000);
        engine
            .create_event(CreateEvent::new(event.clone(), settings(), house(2, 20)).with_key(key("create")))
            .wait()
            .expect("created");
        let settings = settings().with_extensions_max(3);
        let update = UpdateEvent::new(event.clone(), settings).with_key(key("update"));
        engine.update_event(update).wait().expect("updated");
        let open = SetSale::new(event.clone(), SaleState::Open).with_key(key("open"));
        engine.set_sale(open).wait().expect("open");
        let policy = SetQueuePolicy::new(event.clone(), policy).with_key(key("policy"));
        engine.set_queue_policy(policy).wait().expect("a line");
        for paused in [true, false] {
            let pause = PauseQueue::new(event.clone(), paused).with_key(key(format!("pause-{paused}")));
            engine.pause_queue(pause).wait().expect("paused or not");
        }
        // Twice: what is found done is answered by a record of its own.
        let again = PauseQueue::new(event.clone(), false).with_key(key("pause-again"));
        engine.pause_queue(again).wait().expect("done already");
        for (block, labels) in [(true, ["R2-1", "R2-2"]), (false, ["R2-2", "R2-2"])] {
            let seats = labels.into_iter().collect::<BTreeSet<_>>().into_iter().map(seat).collect::<Vec<_>>();
            let command =
                BlockSeats::new(event.clone(), seats, block).with_key(key(format!("block-{block}")));
            engine.block_seats(command).wait().expect("blocked or not");
        }
    }

    fn wait_in_line(&self) -> tacos_engine::ReservationToken {
        let room = PresaleRoom { opens_at: self.engine.now(), draws_at: self.engine.now().plus_ms(1_000) };
        let policy = QueuePolicy::default().with_room(Some(room));
        create(&self.engine, show("drawn"), house(1, 5), settings(), Some(policy));
        let early = JoinQueue::new(show("drawn")).with_session(session("early"));
        self.engine.join_queue(early).wait().expect("in the room");
        self.pass(2);
        let [first, second, _] = ["ann", "bob", "cas"].map(|who| join(&self.engine, who).expect("joined"));
        self.engine.leave_queue(second.token).wait().expect("left");
        let admission = RequestAdmission::new(first.token);
        self.engine.request_admission(admission).wait().expect("let in").token
    }

    fn hold_and_pay(&self, token: tacos_engine::ReservationToken) {
        let engine = &self.engine;
        let mut command = Reserve::new(event(), user("ann"), seats(&["R1-1", "R1-2"])).with_token(token);
        command.external = Some(ExternalId::new("order-ann").expect("valid"));
        let sold = engine.reserve(command).wait().expect("held");
        engine.confirm(confirm_command(sold.id)).wait().expect("sold");
        let off = QueuePolicy::default().with_enabled(false);
        engine.set_queue_policy(SetQueuePolicy::new(event(), off)).wait().expect("off");
        let part = self.hold("bob", &["R1-3", "R1-4", "R1-5"]);
        let by = Duration::from_secs(30);
        engine
            .extend(Extend::new(part.id, Caller::Operator, by).with_key(key("extend")))
            .wait()
            .expect("longer");
        let release =
            Release::new(part.id, Caller::Operator).with_seats([seat("R1-4")].into()).with_key(key("part"));
        engine.release(release).wait().expect("a part");
        let paid = self.hold("cas", &["R1-6"]);
        let intent = self.pay(&paid, "cas", Scenario::Outside);
        let outcome = PaymentOutcome::Completed;
        let report = ReportPayment::new(intent.id, outcome).with_key(key("report"));
        engine.report_payment(report).wait().expect("paid");
        for (minor, name) in [(Some(1_000), "refund"), (None, "refund-all")] {
            let refund =
                CancelPayment::new(intent.id, Caller::Operator).with_refund_minor(minor).with_key(key(name));
            engine.cancel_payment(refund).wait().expect("paid back");
        }
        let failed = self.hold("dan", &["R1-7"]);
        let intent = self.pay(&failed, "dan", Scenario::Fail);
        engine.process_payment(ProcessPayment::new(intent.id, Caller::Operator)).wait().expect("begun");
        self.pass(10);
    }

    fn deliver(&self) {
        let (due, _) = self.engine.due_webhooks(8);
        let (first, last) = (due.first().expect("due"), due.last().expect("due"));
        assert_ne!(first.id, last.id);
        let report = |webhook, delivered| {
            self.engine.report_webhook(ReportWebhook::new(webhook, delivered)).wait().expect("noted");
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
        let expire = self.engine.expire(Expire::new(held.id)).wait();
        assert!(expire.is_err(), "it has expired by itself: {expire:?}");
        self.pass(700);
        self.pass(700);
    }

    fn note(&self) {
        for (name, value) in [("kept", Some(b"value".to_vec())), ("gone", Some(Vec::new())), ("gone", None)] {
            let name = ExternalId::new(name).expect("valid");
            self.engine.note(Note::new(name, value)).wait().expect("noted");
        }
        self.engine.keep_answer(&own_key(), b"the service's own answer").wait().expect("kept");
    }
}

fn own_key() -> IdempotencyKey {
    IdempotencyKey::for_request("own", [7; 32]).expect("valid")
}

/// A payment that is under way when the engine ends, so that its answer must come from its record.
fn processing(engine: &Engine, held: &Reserved) -> ProcessPayment {
    let command = payment_command(held, "fay", Scenario::Approve).with_key(key("last-intent"));
    let payment = engine.create_payment(command).wait().expect("an intent").id;
    ProcessPayment::new(payment, Caller::Operator).with_key(key("process"))
}

fn last_hold(engine: &Engine) -> Reserved {
    let command = Reserve::new(event(), user("fay"), seats(&["R1-10", "R1-11"])).with_key(key("last-hold"));
    engine.reserve(command).wait().expect("held")
}

fn unlinked() -> CreatePayment {
    CreatePayment::new(
        Payee::Unlinked(ExternalId::new("elsewhere").expect("valid")),
        user("gus"),
        Money { minor: 10, currency: krw() },
        PaymentMethod::CreditCard,
        Scenario::Outside,
    )
    .with_key(key("unlinked"))
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
