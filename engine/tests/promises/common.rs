//! What the claim tests share: small engines, houses with rows, short names for commands, seeds, and waiting for a
//! condition. Nothing here sleeps to let something happen; whoever waits, waits for a condition and gives up loudly.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tacos_engine::{
    Best, Caller, Clock, Config, Confirm, CreateEvent, CreatePayment, Currency, Driver, Engine, EventId,
    EventSettings, Extend, Extended, Failure, IdempotencyKey, JoinQueue, Joined, ManualClock, Money, Payee,
    PaymentChanged, PaymentId, PaymentMethod, PaymentOutcome, Position, Proof, QueuePolicy, Refusal, Release,
    Released, ReportPayment, RequestAdmission, ReservationId, Reserve, Reserved, Row, RowSeats, SaleState,
    Scenario, SeatId, SeatMap, SeatRequest, Section, SectionId, SessionId, SetSale, UnixMs, Update, UserId,
};
pub(crate) use tacos_testing::watched_scope;

/// Where manual clocks begin.
pub(crate) const T0: UnixMs = UnixMs::new(1_800_000_000_000);
/// Threads of the races: more than this machine has cores, so that they are cut off in the middle of things.
pub(crate) const THREADS: usize = 8;
/// The longest that a test waits for something that must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) type Answered<T> = Result<T, Failure>;

/// A configuration with small buffers: thousands of engines fit a test run.
pub(crate) fn config() -> Config {
    Config::default()
        .with_log_buffer_bytes(1 << 20)
        .with_update_history_bytes(1 << 20)
        .with_segment_bytes(8 << 20)
        .with_reservations_max(1 << 16)
        .with_payments_max(1 << 16)
        .with_idempotency_keys_max(1 << 16)
}

/// The same on a clock that stands still until it is told to go on. Threads of the engine write and turn.
pub(crate) fn with_clock(clock: &Arc<ManualClock>) -> Config {
    config().with_clock(Arc::clone(clock) as Arc<dyn Clock>)
}

/// The same with no threads at all: nothing happens but what the test does.
pub(crate) fn by_hand(clock: &Arc<ManualClock>) -> Config {
    with_clock(clock).with_driver(Driver::Manual)
}

pub(crate) fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new(T0))
}

/// An engine in memory, turned by hand, with one open event of the standard house.
pub(crate) fn small_sale() -> (Engine, Arc<ManualClock>) {
    let clock = clock();
    let engine = Engine::in_memory(by_hand(&clock)).expect("an engine");
    open_sale(&engine, house(2, 10));
    (engine, clock)
}

/// An engine in memory with its own threads, on a manual clock, and one open event.
pub(crate) fn threaded_sale(seats: SeatMap, settings: EventSettings) -> (Engine, Arc<ManualClock>) {
    let clock = clock();
    let engine = Engine::in_memory(with_clock(&clock)).expect("an engine");
    create(&engine, event(), seats, settings, None);
    open(&engine, event());
    (engine, clock)
}

pub(crate) fn open_folder(path: &Path, config: Config) -> Engine {
    Engine::open(path, config).expect("the folder opens")
}

pub(crate) fn event() -> EventId {
    EventId::new("show").expect("valid")
}

pub(crate) fn user(name: impl AsRef<str>) -> UserId {
    UserId::new(name.as_ref()).expect("valid")
}

pub(crate) fn key(name: impl AsRef<str>) -> IdempotencyKey {
    IdempotencyKey::new(name.as_ref()).expect("valid")
}

pub(crate) fn session(name: impl AsRef<str>) -> SessionId {
    SessionId::new(name.as_ref()).expect("valid")
}

pub(crate) fn krw() -> Currency {
    Currency::new("KRW").expect("three letters")
}

pub(crate) fn settings() -> EventSettings {
    EventSettings::new("a concert", krw())
}

pub(crate) fn row(label: &str, count: u32) -> Row {
    Row {
        label: label.into(),
        price_minor: 5_000,
        seats: RowSeats::Numbered {
            prefix: format!("{label}-"),
            first_number: 1,
            step: 1,
            digits_min: 0,
            count,
        },
        ..Row::default()
    }
}

/// One seated section of rows `R1`, `R2`, … with seats `R1-1`, `R1-2`, …
pub(crate) fn house(rows: u32, seats: u32) -> SeatMap {
    let rows = (1..=rows).map(|number| row(&format!("R{number}"), seats)).collect();
    SeatMap { sections: vec![Section::Seated { name: "stalls".into(), rows }] }
}

pub(crate) fn floor(capacity: u32) -> Section {
    Section::General { name: "floor".into(), capacity, price_minor: 3_000 }
}

pub(crate) fn create(
    engine: &Engine,
    id: EventId,
    seats: SeatMap,
    settings: EventSettings,
    queue: Option<QueuePolicy>,
) {
    let created = engine.create_event(CreateEvent::new(id, settings, seats).with_queue(queue));
    created.wait().expect("the event is created");
}

pub(crate) fn open(engine: &Engine, id: EventId) {
    engine.set_sale(SetSale::new(id, SaleState::Open)).wait().expect("the sale opens");
}

/// The standard event, open, without a waiting line.
pub(crate) fn open_sale(engine: &Engine, seats: SeatMap) {
    create(engine, event(), seats, settings(), None);
    open(engine, event());
}

/// The standard event, open, with a waiting line.
pub(crate) fn open_line(engine: &Engine, policy: QueuePolicy) {
    create(engine, event(), house(10, 100), settings(), Some(policy));
    open(engine, event());
}

pub(crate) fn seats(labels: &[&str]) -> SeatRequest {
    SeatRequest::Seats(labels.iter().map(|label| SeatId::new(label).expect("valid")).collect())
}

pub(crate) fn best(quantity: u32) -> SeatRequest {
    SeatRequest::Best(Best::of(quantity))
}

pub(crate) fn standing(quantity: u32) -> SeatRequest {
    SeatRequest::Best(Best::of(quantity).with_section(Some(SectionId::new("floor").expect("valid"))))
}

pub(crate) fn reserve(engine: &Engine, who: &str, want: SeatRequest) -> Answered<Reserved> {
    engine.reserve(Reserve::new(event(), user(who), want)).wait()
}

pub(crate) fn confirm_command(id: ReservationId) -> Confirm {
    Confirm::new(id, Caller::Operator, Proof::Outside)
}

pub(crate) fn confirm(engine: &Engine, id: ReservationId) -> Answered<tacos_engine::Confirmed> {
    engine.confirm(confirm_command(id)).wait()
}

pub(crate) fn release_command(id: ReservationId) -> Release {
    Release::new(id, Caller::Operator)
}

pub(crate) fn release(engine: &Engine, id: ReservationId) -> Answered<Released> {
    engine.release(release_command(id)).wait()
}

pub(crate) fn extend(engine: &Engine, id: ReservationId, by: Duration) -> Answered<Extended> {
    engine.extend(Extend::new(id, Caller::Operator, by)).wait()
}

pub(crate) fn payment_command(held: &Reserved, who: &str, scenario: Scenario) -> CreatePayment {
    CreatePayment::new(
        Payee::Reservation(held.id.into()),
        user(who),
        Money { minor: held.total_minor, currency: krw() },
        PaymentMethod::CreditCard,
        scenario,
    )
}

/// An intent whose outcome the test reports.
pub(crate) fn intent(engine: &Engine, held: &Reserved, who: &str) -> PaymentChanged {
    engine.create_payment(payment_command(held, who, Scenario::Outside)).wait().expect("an intent")
}

pub(crate) fn report(
    engine: &Engine,
    payment: PaymentId,
    outcome: PaymentOutcome,
) -> Answered<PaymentChanged> {
    engine.report_payment(ReportPayment::new(payment, outcome)).wait()
}

pub(crate) fn join(engine: &Engine, who: &str) -> Answered<Joined> {
    engine.join_queue(JoinQueue::new(event()).with_session(session(who)).with_user(user(who))).wait()
}

pub(crate) fn ask(engine: &Engine, joined: &Joined) -> Answered<tacos_engine::Admitted> {
    engine.request_admission(RequestAdmission::new(joined.token)).wait()
}

pub(crate) fn refused<T: std::fmt::Debug>(answer: Answered<T>) -> Refusal {
    match answer {
        Err(Failure::Refused(refusal)) => refusal,
        other => panic!("a refusal was expected, not {other:?}"),
    }
}

/// All updates behind `from`.
pub(crate) fn updates_from(engine: &Engine, from: Position) -> Vec<Update> {
    let (mut reader, mut updates) = (engine.updates(from).expect("kept"), Vec::new());
    while reader.read(&mut updates).expect("readable") > 0 {}
    updates
}

/// Small numbers from one seed (xorshift64*, Vigna 2016): enough to mix a workload.
#[derive(Clone, Debug)]
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        (self.next() >> 16) % bound
    }

    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// The seed of a randomised test: `TACOS_SEED` if it is set, else a new one.
pub(crate) fn seed() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    match std::env::var("TACOS_SEED") {
        Ok(text) => text.parse().expect("TACOS_SEED is a number"),
        Err(_) => RandomState::new().hash_one("seed") >> 16,
    }
}

/// Waits until `done`, and fails after [`PATIENCE`] with what was waited for.
pub(crate) fn until(what: &str, mut done: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < PATIENCE, "waited {PATIENCE:?} in vain: {what}");
        std::thread::yield_now();
    }
}

/// Runs `work(number)` in `count` threads that begin together, and returns what they return, in order.
pub(crate) fn together<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let gate = std::sync::Barrier::new(count);
    watched_scope(|scope| {
        let handles: Vec<_> = (0..count)
            .map(|number| {
                let (gate, work) = (&gate, &work);
                scope.spawn(move || {
                    gate.wait();
                    work(number)
                })
            })
            .collect();
        handles.into_iter().map(|handle| handle.join().expect("a thread of the test")).collect()
    })
}

/// Says that it is over when it goes, also when its test fails: or the threads that look until then would look for ever.
pub(crate) struct Ending<'a>(pub &'a AtomicBool);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}
