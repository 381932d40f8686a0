//! What the model and the simulator found: each was a bug once, and each test failed before its fix.

use std::sync::Arc;
use std::time::Duration;

use tacos_engine::{
    Best, Caller, CancelPayment, Clock, Config, Confirm, CreateEvent, CreatePayment, Currency, DrawRoom,
    Driver, Engine, EventId, EventSettings, Failure, IdempotencyKey, JoinQueue, ManualClock, Money,
    PauseQueue, Payee, PaymentId, PaymentMethod, PaymentState, Position, PresaleRoom, Proof, QueuePolicy,
    RecoveryConsent, Refusal, Release, RequestAdmission, Reserve, Reserved, Row, RowSeats, SaleState,
    Scenario, SeatMap, SeatRequest, Section, SessionId, SetQueuePolicy, SetSale, UnixMs, UpdateKind, UserId,
    WaitingToken, views::QueueState,
};
use tacos_testing::storage::MemStorage;

const START: UnixMs = UnixMs::new(1_800_000_000_000);

struct House {
    disk: MemStorage,
    clock: Arc<ManualClock>,
    engine: Engine,
}

impl House {
    /// One row of ten seats, on sale, with these bounds and this line; with a room, on sale from the draw on.
    fn new(seats_per_user_max: Option<u32>, queue: Option<QueuePolicy>) -> Self {
        let (disk, clock) = (MemStorage::new(), Arc::new(ManualClock::new(START)));
        let engine = open(&disk, &clock);
        let currency = Currency::new("EUR").expect("three letters");
        let sale_starts = queue.as_ref().and_then(|policy| policy.room).map(|room| room.draws_at);
        let settings = EventSettings::new("show", currency)
            .with_seats_per_user_max(seats_per_user_max)
            .with_sale_starts(sale_starts);
        let seats =
            RowSeats::Numbered { prefix: "A-".into(), first_number: 1, step: 1, digits_min: 0, count: 10 };
        let row = Row { label: "A".into(), price_minor: 100, seats, ..Row::default() };
        let seats = SeatMap { sections: vec![Section::Seated { name: "hall".into(), rows: vec![row] }] };
        let event = event();
        engine
            .create_event(CreateEvent::new(event, settings, seats).with_queue(queue))
            .wait()
            .expect("created");
        engine.set_sale(SetSale::new(self::event(), SaleState::Open)).wait().expect("open");
        Self { disk, clock, engine }
    }

    fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Closes and opens; with a snapshot, everything comes from it.
    fn reopen(self, snapshot: bool) -> Self {
        let Self { disk, clock, engine } = self;
        if snapshot {
            engine.snapshot().expect("taken");
        }
        let digest = engine.digest();
        engine.close().expect("closed");
        drop(engine);
        let engine = open(&disk, &clock);
        assert_eq!(engine.digest(), digest, "the state is the same after opening");
        Self { disk, clock, engine }
    }

    fn hold(&self, who: &str, seats: u32) -> Result<Reserved, Failure> {
        let mut command = Reserve::new(event(), user(who), SeatRequest::Best(Best::of(seats)));
        command.trusted = true;
        self.engine.reserve(command).wait()
    }

    fn pay(&self, held: &Reserved, who: &str, scenario: Scenario) -> PaymentId {
        let amount =
            Money { minor: held.total_minor, currency: Currency::new("EUR").expect("three letters") };
        let command = CreatePayment::new(
            Payee::Reservation(held.id.into()),
            user(who),
            amount,
            PaymentMethod::CreditCard,
            scenario,
        );
        self.engine.create_payment(command).wait().expect("an intent").id
    }

    fn join(&self, session: &str) -> WaitingToken {
        let session = Some(SessionId::new(session).expect("valid"));
        self.engine.join_queue(JoinQueue::new(event()).with_session(session)).wait().expect("joined").token
    }

    fn place(&self, token: &WaitingToken) -> QueueState {
        self.engine.queue_place(token).expect("known").state
    }
}

fn open(disk: &MemStorage, clock: &Arc<ManualClock>) -> Engine {
    let config = Config::default()
        .with_driver(Driver::Manual)
        .with_clock(Arc::clone(clock) as Arc<dyn Clock>)
        .with_fixed_entropy(Some(11))
        .with_log_buffer_bytes(64 << 10);
    Engine::open_storage(Arc::new(disk.clone()), config, RecoveryConsent::LoseNothing, |_| ())
        .expect("opens")
        .0
}

fn event() -> EventId {
    EventId::new("show").expect("valid")
}

fn user(name: &str) -> UserId {
    UserId::new(name).expect("valid")
}

fn key(name: &str) -> Option<IdempotencyKey> {
    Some(IdempotencyKey::new(name).expect("valid"))
}

fn confirm(held: &Reserved, proof: Proof, key: Option<IdempotencyKey>) -> Confirm {
    Confirm::new(held.id, Caller::Operator, proof).with_key(key)
}

#[test]
fn a_folder_with_a_release_of_any_hold_opens_again() {
    let house = House::new(None, None);
    house.hold("kim", 1).expect("held");
    let second = house.hold("lee", 2).expect("held");
    let release = Release::new(second.id, Caller::Operator);
    house.engine.release(release).wait().expect("released");
    let house = house.reopen(false);
    assert_eq!(house.engine.counts(&event()).expect("known").available, 9);
}

#[test]
fn a_payment_that_never_began_by_its_end_never_begins() {
    let house = House::new(None, None);
    let held = house.hold("kim", 1).expect("held");
    let payment = house.pay(&held, "kim", Scenario::Timeout);
    house.pass(901);
    let shown = house.engine.payment(payment, &Caller::Operator).wait().expect("known").state;
    assert_eq!(shown, PaymentState::Expired, "as the clock says, before any timer");
    house.engine.turn();
    let mut facts = Vec::new();
    let mut reader = house.engine.updates(Position::ZERO).expect("kept");
    while reader.read(&mut facts).expect("read") > 0 {}
    let began = facts.iter().any(
        |fact| matches!(&fact.what, UpdateKind::Payment(changed) if changed.state == PaymentState::Processing),
    );
    assert!(!began, "it expired: {facts:?}");
}

#[test]
fn a_decided_outcome_counts_although_its_timer_has_not_fired() {
    let house = House::new(None, None);
    let held = house.hold("kim", 1).expect("held");
    let payment = house.pay(&held, "kim", Scenario::Approve);
    house.pass(1);
    house.engine.turn();
    // The outcome's moment and the end of the intent pass while nobody turns time.
    house.pass(1_000);
    let cancel = CancelPayment::new(payment, Caller::Operator).with_refund_minor(1);
    let refunded = house.engine.cancel_payment(cancel).wait();
    assert_eq!(refunded.map(|changed| changed.state), Ok(PaymentState::Completed), "a part was paid back");
}

#[test]
fn a_lapsed_hold_does_not_count_against_its_users_bound() {
    let house = House::new(Some(2), None);
    house.hold("kim", 2).expect("held");
    assert!(matches!(house.hold("kim", 1), Err(Failure::Refused(Refusal::QuotaExceeded { .. }))));
    house.pass(60);
    house.hold("kim", 2).expect("the first hold is over");
}

#[test]
fn an_answer_that_found_everything_done_outlives_a_restart() {
    let house = House::new(None, None);
    let held = house.hold("kim", 1).expect("held");
    let payment = house.pay(&held, "kim", Scenario::Outside);
    let report = tacos_engine::ReportPayment::new(payment, tacos_engine::PaymentOutcome::Completed);
    house.engine.report_payment(report).wait().expect("paid");
    let again = confirm(&held, Proof::Intent(payment), key("confirm-1"));
    let first = house.engine.confirm(again.clone()).wait().expect("confirmed");
    let back = CancelPayment::new(payment, Caller::Operator);
    house.engine.cancel_payment(back).wait().expect("refunded");
    let house = house.reopen(false);
    assert_eq!(house.engine.confirm(again).wait(), Ok(first), "the same key has the same answer");
}

#[test]
fn a_list_is_newest_first_after_a_snapshot() {
    let house = House::new(None, None);
    let old = house.hold("kim", 1).expect("held");
    house.hold("lee", 1).expect("held");
    // Long forgotten, so that the next hold gets the first slot.
    house.pass(60);
    house.engine.turn();
    house.pass(1_000);
    let middle = house.hold("kim", 1).expect("held");
    house.engine.confirm(confirm(&middle, Proof::Outside, None)).wait().expect("sold");
    house.pass(3_000);
    house.engine.turn();
    let newest = house.hold("kim", 1).expect("held");
    assert_ne!(old.id, newest.id);
    let listed = |house: &House| {
        let page = house.engine.reservations(&user("kim"), None, None, None, 10).wait().expect("a page");
        page.items.iter().map(|view| view.id).collect::<Vec<_>>()
    };
    let before = listed(&house);
    assert_eq!(before, [newest.id, middle.id]);
    let house = house.reopen(true);
    assert_eq!(listed(&house), before);
}

fn room() -> QueuePolicy {
    let room = PresaleRoom { opens_at: START, draws_at: START.plus_ms(20_000) };
    QueuePolicy::default().with_room(Some(room))
}

#[test]
fn an_empty_room_that_cannot_be_drawn_stays_open() {
    let house = House::new(None, Some(room()));
    let drawn = house.engine.draw_room(DrawRoom::new(event())).wait();
    assert!(matches!(drawn, Err(Failure::Refused(Refusal::Invalid(_)))), "{drawn:?}");
    let token = house.join("tab-1");
    assert_eq!(house.place(&token), QueueState::InRoom);
}

#[test]
fn a_restart_before_the_draw_does_not_lose_the_draw() {
    let house = House::new(None, Some(room()));
    let token = house.join("tab-1");
    let house = house.reopen(false);
    house.engine.turn();
    house.pass(20);
    house.engine.turn();
    assert_eq!(house.place(&token), QueueState::Ready);
}

#[test]
fn a_window_shortened_during_a_pause_ends_on_time() {
    let policy =
        |claim_window_ms| QueuePolicy::default().with_claim_window_ms(claim_window_ms).with_inside_max(1);
    let pause = |house: &House, paused| {
        house.engine.pause_queue(PauseQueue::new(event(), paused)).wait().expect("done");
    };
    let house = House::new(None, Some(policy(60_000)));
    let (first, second) = (house.join("tab-1"), house.join("tab-2"));
    assert_eq!(house.place(&first), QueueState::Ready);
    pause(&house, true);
    house.pass(60);
    house.engine.turn();
    let command = SetQueuePolicy::new(event(), policy(5_000));
    house.engine.set_queue_policy(command).wait().expect("set");
    pause(&house, false);
    house.pass(5);
    house.engine.turn();
    assert_eq!(house.place(&second), QueueState::Ready, "the place has passed on");
    let ask = RequestAdmission::new(first);
    assert_eq!(house.engine.request_admission(ask).wait(), Err(Failure::Refused(Refusal::TokenExpired)));
}

#[test]
fn a_window_shortened_by_a_second_pause_ends_on_time() {
    let policy =
        |claim_window_ms| QueuePolicy::default().with_claim_window_ms(claim_window_ms).with_inside_max(1);
    let house = House::new(None, Some(policy(60_000)));
    let pause = |paused| {
        house.engine.pause_queue(PauseQueue::new(event(), paused)).wait().expect("done");
    };
    let pass = |seconds| {
        house.pass(seconds);
        house.engine.turn();
    };
    let (first, second) = (house.join("tab-1"), house.join("tab-2"));
    assert_eq!(house.place(&first), QueueState::Ready);
    // The first window ends during a pause, and begins again after it: until 130 s.
    pause(true);
    pass(70);
    pause(false);
    pass(2);
    // A second pause between two looks, and a shorter window after it: until 78 s.
    pause(true);
    let command = SetQueuePolicy::new(event(), policy(5_000));
    house.engine.set_queue_policy(command).wait().expect("set");
    house.pass(1);
    pause(false);
    pass(5);
    let mut updates = Vec::new();
    house.engine.updates(Position::ZERO).expect("kept").read(&mut updates).expect("read");
    let ready = updates.iter().filter(|update| matches!(update.what, UpdateKind::Ready(..))).count();
    assert_eq!(ready, 2, "the place has passed on without anybody asking: {updates:?}");
    assert_eq!(house.place(&second), QueueState::Ready);
}

#[test]
fn a_warning_is_not_repeated_by_a_restart() {
    let house = House::new(None, None);
    house.hold("kim", 1).expect("held");
    house.pass(52);
    house.engine.turn();
    let house = house.reopen(false);
    house.engine.turn();
    let mut facts = Vec::new();
    let mut reader = house.engine.updates(Position::ZERO).expect("kept");
    while reader.read(&mut facts).expect("read") > 0 {}
    let warnings = facts.iter().filter(|fact| matches!(fact.what, UpdateKind::HoldExpiring { .. })).count();
    assert_eq!(warnings, 1, "{facts:?}");
}

#[test]
fn a_reader_goes_on_over_records_that_tell_nothing() {
    let house = House::new(None, None);
    house.hold("kim", 1).expect("held");
    for seconds in [60, 3_600] {
        house.pass(seconds);
        house.engine.turn();
    }
    // Forgetting told nothing; this comes after it.
    house.hold("lee", 1).expect("held");
    let house = house.reopen(false);
    let (mut facts, mut reader) = (Vec::new(), house.engine.updates(Position::ZERO).expect("kept"));
    while reader.read(&mut facts).expect("read") > 0 {}
    let last = facts.last().map(|fact| &fact.what);
    assert!(matches!(last, Some(UpdateKind::Reservation(changed)) if changed.from.is_none()), "{last:?}");
}

#[test]
fn whoever_finds_a_lapsed_turn_while_joining_lets_the_line_move_up() {
    let house = House::new(None, Some(QueuePolicy::default().with_inside_max(1)));
    let join = |session: &str, who: &str| {
        let session = Some(SessionId::new(session).expect("valid"));
        house.engine.join_queue(JoinQueue::new(event()).with_session(session).with_user(user(who))).wait()
    };
    join("tab-1", "kim").expect("ready");
    let second = join("tab-2", "lee").expect("waiting").token;
    // The line's own timer, set when it last moved, is out of the way.
    house.pass(1);
    house.engine.turn();
    house.pass(59);
    // Kim's window is over, which this join notices; but Lee waits already, so it is refused.
    assert_eq!(
        join("tab-1", "lee").expect_err("one place a user"),
        Failure::Refused(Refusal::AlreadyWaiting)
    );
    house.engine.turn();
    let ask = RequestAdmission::new(second);
    let mut updates = Vec::new();
    house.engine.updates(Position::ZERO).expect("kept").read(&mut updates).expect("read");
    let ready = updates.iter().filter(|update| matches!(update.what, UpdateKind::Ready(..))).count();
    assert_eq!(ready, 2, "without anybody asking: {updates:?}");
    house.engine.request_admission(ask).wait().expect("let in");
}

#[test]
fn one_turn_does_all_that_is_due_also_when_the_log_buffer_fills_on_the_way() {
    let (disk, clock) = (MemStorage::new(), Arc::new(ManualClock::new(START)));
    let engine = open(&disk, &clock);
    let floor = Section::General { name: "floor".into(), capacity: 2_000, price_minor: 100 };
    let settings = EventSettings::new("show", Currency::new("EUR").expect("three letters"));
    let seats = SeatMap { sections: vec![floor] };
    engine.create_event(CreateEvent::new(event(), settings, seats)).wait().expect("made");
    engine.set_sale(SetSale::new(event(), SaleState::Open)).wait().expect("open");
    for at in 0..1_000 {
        let hold = Reserve::new(event(), user(&format!("user-{at}")), SeatRequest::Best(Best::of(1)));
        engine.reserve(hold).wait().expect("held");
    }
    clock.advance(Duration::from_secs(3_600));
    engine.turn();
    let left = engine.counts(&event()).expect("known").reserved;
    assert_eq!(left, 0, "still held an hour later");
}

#[test]
fn a_hold_that_changed_within_its_last_seconds_is_warned_of_also_from_a_snapshot() {
    let house = House::new(None, None);
    let held = house.hold("kim", 1).expect("held");
    // Within the last ten seconds, before anybody has turned and warned.
    house.pass(51);
    house.pay(&held, "kim", Scenario::Outside);
    let house = house.reopen(true);
    house.engine.turn();
    let (mut facts, mut reader) = (Vec::new(), house.engine.updates(Position::ZERO).expect("kept"));
    while reader.read(&mut facts).expect("read") > 0 {}
    let warned =
        facts.iter().any(|fact| matches!(&fact.what, UpdateKind::HoldExpiring { id, .. } if *id == held.id));
    assert!(warned, "{facts:?}");
}
