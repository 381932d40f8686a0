//! One sale with one hold whose deadline, payment, ticket and keys all end at the same moment, and the questions at the end.

use std::sync::Arc;
use std::time::Duration;

use tacos_engine::views::SeatState;
use tacos_engine::{
    Best, Caller, CancelPayment, Clock, Config, Confirm, CreateEvent, Driver, Engine, PaymentEffect,
    PaymentId, PaymentOutcome, PaymentState, Proof, QueuePolicy, RecoveryConsent, ReservationState,
    ReservationToken, Reserve, Reserved, SeatMap, SeatRequest, Section, SectionId, UnixMs, WaitingToken,
};
use tacos_testing::HoldingClock;
use tacos_testing::storage::MemStorage;

use super::commands::place;
use super::judge::{Judge, Told};
use crate::common::*;

const LIFE_MS: u64 = 10_000;
/// When the hold, its payment, both tickets and the key end.
pub(crate) const END: UnixMs = T0.plus_ms(LIFE_MS);
/// A later look that is still in time.
pub(crate) const IN_TIME: UnixMs = T0.plus_ms(LIFE_MS - 1);
/// Everything that anything could be extended to is over.
const LONG_AFTER: UnixMs = T0.plus_ms(200_000);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Setup {
    /// A hold without a payment.
    Held,
    /// A hold with a payment that waits for its report.
    Paying,
    /// As before, and the payment lives on when the hold is over: late money takes the seats again.
    PayingLonger,
    /// A hold that its payment has confirmed.
    Paid,
}

pub(crate) struct World {
    pub(crate) engine: Engine,
    pub(crate) clock: Arc<HoldingClock>,
    setup: Setup,
    disk: Arc<MemStorage>,
    pub(crate) held: Reserved,
    /// The payment, if there is one yet.
    pub(crate) payment: Option<PaymentId>,
    /// The ticket with which the hold was made, and the one whose turn it is.
    pub(crate) inside: WaitingToken,
    pub(crate) ready: WaitingToken,
    pub(crate) token: ReservationToken,
}

fn config_on(setup: Setup, clock: &Arc<HoldingClock>) -> Config {
    let life = Duration::from_millis(LIFE_MS);
    config()
        .with_clock(Arc::clone(clock) as Arc<dyn Clock>)
        .with_driver(Driver::Manual)
        .with_expiry_warning(Duration::ZERO)
        .with_payment_ttl(if setup == Setup::PayingLonger { 2 * life } else { life })
        .with_idempotency_ttl(life)
        .with_reservations_max(32)
        .with_payments_max(32)
        .with_webhooks_max(8)
        .with_idempotency_keys_max(32)
        .with_notes_max(8)
        .with_log_buffer_bytes(64 << 10)
        .with_update_history_bytes(64 << 10)
        .with_segment_bytes(256 << 10)
        .with_fixed_entropy(Some(7))
}

fn open_disk(disk: &Arc<MemStorage>, config: Config) -> Engine {
    let disk = Arc::clone(disk);
    Engine::open_storage(disk, config, RecoveryConsent::LoseNothing, |_| ()).expect("it opens").0
}

impl World {
    pub(crate) fn new(setup: Setup) -> Self {
        let clock = Arc::new(HoldingClock::new(T0));
        let disk = Arc::new(MemStorage::new());
        let engine = open_disk(&disk, config_on(setup, &clock));
        let policy = QueuePolicy::default()
            .with_inside_max(2)
            .with_claim_window_ms(LIFE_MS)
            .with_token_ttl_ms(LIFE_MS)
            .with_inactivity_ms(LIFE_MS);
        let stalls = Section::Seated { name: "stalls".into(), rows: vec![row("R1", 4)] };
        let command = CreateEvent::new(
            event(),
            settings().with_hold_ms(LIFE_MS),
            SeatMap { sections: vec![stalls, floor(5)] },
        )
        .with_queue(policy);
        engine.create_event(command).wait().expect("created");
        open(&engine, event());
        let [inside, ready, _] = ["kim", "lee", "mo"].map(|name| join(&engine, name).expect("there is room"));
        let token = ask(&engine, &inside).expect("it is kim's turn").token;
        let want = ["R1-1", "R1-2"].map(|seat| seat.parse().expect("valid"));
        let mut command = Reserve::new(event(), user("kim"), SeatRequest::Seats(want.into_iter().collect()));
        command.token = Some(token);
        let held = engine.reserve(command).wait().expect("free");
        engine.reserve(keyed_reserve()).wait().expect("free");
        let payment = (setup != Setup::Held).then(|| intent(&engine, &held, "kim").id);
        if let (Setup::Paid, Some(payment)) = (setup, payment) {
            report(&engine, payment, PaymentOutcome::Completed).expect("in time");
        }
        Self { engine, clock, setup, disk, held, payment, inside: inside.token, ready: ready.token, token }
    }

    pub(crate) fn confirm_by(&self, payment: PaymentId) -> Confirm {
        Confirm::new(self.held.id, Caller::Operator, Proof::Intent(payment))
    }

    /// Long after everything: what is left, by every way to ask, and after a restart if `reopens`.
    pub(crate) fn judge_the_end(self, judge: &mut Judge, reopens: bool) {
        let engine = &self.engine;
        self.clock.advance_to(LONG_AFTER);
        engine.turn();
        let view = engine.reservation(&self.held.id.into(), &Caller::Operator).wait().expect("remembered");
        judge.told(Told::Hold(view.state));
        assert!(view.state != ReservationState::Pending, "{}: its time is over", judge.what());
        place(engine, &self.inside).map(Told::Inside).into_iter().for_each(|told| judge.told(told));
        place(engine, &self.ready).map(Told::Ready).into_iter().for_each(|told| judge.told(told));
        self.check_money(judge);
        self.check_counts(judge);
        if !reopens {
            return;
        }
        let digest = engine.digest();
        engine.close().expect("closed");
        let Self { engine, clock, setup, disk, .. } = self;
        drop(engine);
        let reopened = open_disk(&disk, config_on(setup, &clock));
        assert_eq!(reopened.digest(), digest, "{}: reopened", judge.what());
    }

    /// Money is kept only for seats, and the refund of what is kept frees them.
    fn check_money(&self, judge: &mut Judge) {
        let engine = &self.engine;
        let payments = engine.payments(&user("kim"), None, None, None, 100).wait().expect("known").items;
        for payment in &payments {
            judge.told(Told::Payment(payment.id, payment.state, payment.effect));
            let is_over = !matches!(payment.state, PaymentState::Pending | PaymentState::Processing);
            assert!(is_over, "{}: {payment:?}", judge.what());
        }
        let kept: Vec<_> = payments.iter().filter(|paid| paid.state == PaymentState::Completed).collect();
        assert!(kept.len() <= 1, "{}: paid twice: {kept:?}", judge.what());
        let Some(kept) = kept.first() else { return };
        let view = engine.reservation(&self.held.id.into(), &Caller::Operator).wait().expect("remembered");
        let sold = (view.state, view.payment) == (ReservationState::Confirmed, Some(kept.id));
        assert!(sold, "{}: {kept:?} is kept for {view:?}", judge.what());
        let all = CancelPayment::new(kept.id, Caller::Operator);
        let back = engine.cancel_payment(all).wait().expect("paid");
        assert_eq!(
            (back.state, back.effect),
            (PaymentState::Refunded, PaymentEffect::Released),
            "{}",
            judge.what()
        );
        judge.told(Told::Hold(
            engine.reservation(&self.held.id.into(), &Caller::Operator).wait().expect("remembered").state,
        ));
    }

    /// Nothing is held any more; what is sold or blocked is so seat by seat.
    fn check_counts(&self, judge: &Judge) {
        let engine = &self.engine;
        let sections = engine.sections(&event()).expect("known");
        let seats = engine.seats(&event(), 0, usize::MAX).expect("known");
        let are =
            |state| u32::try_from(seats.iter().filter(|seat| seat.state == state).count()).expect("four");
        let stalls = sections[0].counts;
        let by_seat =
            [SeatState::Available, SeatState::Reserved, SeatState::Sold, SeatState::Blocked].map(are);
        let by_count = [stalls.available, stalls.reserved, stalls.sold, stalls.blocked];
        assert_eq!(by_seat, by_count, "{}", judge.what());
        assert_eq!(stalls.reserved + sections[1].counts.reserved, 0, "{}: {sections:?}", judge.what());
        let state =
            engine.reservation(&self.held.id.into(), &Caller::Operator).wait().expect("remembered").state;
        let sold = seats[0].state == SeatState::Sold;
        assert!(
            sold == (state == ReservationState::Confirmed),
            "{}: {state:?}, {:?}",
            judge.what(),
            seats[0]
        );
    }
}

/// The write that is sent with the one key.
pub(crate) fn keyed_reserve() -> Reserve {
    let mut command = Reserve::new(event(), user("ann"), seats(&["R1-4"])).with_key(key("one"));
    command.trusted = true;
    command
}

pub(crate) fn on_the_floor(quantity: u32) -> SeatRequest {
    let section = Some(SectionId::new("floor").expect("valid"));
    SeatRequest::Best(Best::of(quantity).with_section(section))
}
