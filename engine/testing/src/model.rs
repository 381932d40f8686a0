//! A naive model of the whole engine: plain maps, no cleverness, one thread. It says beforehand what a command may be
//! answered ([`Model::expect`]), follows the facts that the engine tells its readers ([`Model::observe`]) and refuses
//! those that cannot be, and compares the answer ([`Model::answered`]). It shares no code with the engine but plain
//! types.

mod compare;
mod expect;
mod facts;
pub(super) mod house;
mod keys;
pub(super) mod line;
mod money;
mod outbox;
mod payments;

use std::collections::BTreeMap;
use std::fmt;

use tacos_engine::PackedPlace;
use tacos_engine::clock::UnixMs;
use tacos_engine::views::SeatState;
use tacos_engine::{Command, EventSettings, Money, ReservationRef, Scenario};
use tacos_engine::{Config, LatePayment};
use tacos_engine::{EventId, ExternalId, PaymentId, ReservationId, UserId};
use tacos_engine::{PaymentEffect, Reply};
use tacos_engine::{PaymentState, Refusal, ReservationState, SaleState};

use house::House;
use keys::Remembered;
use line::{Bucket, LineModel};

/// Something that cannot be, if the engine keeps its promises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation(pub String);

impl Violation {
    pub(super) fn of<T>(what: impl Into<String>) -> Result<T, Self> {
        Err(Self(what.into()))
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Violation {}

pub(super) type Checked<T = ()> = Result<T, Violation>;

/// What a command may be answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Expect {
    /// A success; which one is checked against the facts.
    Success,
    /// Exactly this reply: it was given before.
    Same(Reply),
    /// One of these refusals. Bad arguments are compared by kind only.
    Refused(Vec<Refusal>),
    /// A success, or one of these refusals.
    Either(Vec<Refusal>),
    /// Seats chosen by the engine.
    Best(BestRule),
    /// Unknown: the first attempt's fate was lost in a crash.
    Anything,
}

/// What the best seats must be like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BestRule {
    /// How many.
    pub quantity: u32,
    /// The first row with that many free neighbours; `None` if there is none, or lapsed holds blur the picture.
    pub row: Option<usize>,
    /// The fewest rows that hold that many; `None` where lapsed holds blur the picture.
    pub rows_min: Option<usize>,
}

/// One event.
#[derive(Clone, Debug)]
pub(super) struct Show {
    pub(super) id: EventId,
    pub(super) settings: EventSettings,
    pub(super) sale: SaleState,
    pub(super) house: House,
    pub(super) line: Option<LineModel>,
}

/// One reservation.
#[derive(Clone, Debug)]
pub(super) struct Booking {
    pub(super) event: u32,
    pub(super) user: UserId,
    pub(super) external: Option<ExternalId>,
    pub(super) ticket: Option<u32>,
    pub(super) state: ReservationState,
    pub(super) places: Vec<PackedPlace>,
    pub(super) created_at: UnixMs,
    pub(super) changed_at: UnixMs,
    pub(super) expires_at: UnixMs,
    pub(super) extensions: u32,
    pub(super) payment: Option<PaymentId>,
    /// The deadline of which readers were warned.
    pub(super) warned: Option<UnixMs>,
    /// After a restart readers may be warned once more.
    pub(super) warn_again: bool,
    /// When the present deadline was set.
    pub(super) armed_at: UnixMs,
    /// The reply of its confirmation.
    pub(super) confirmed_at: UnixMs,
}

/// One payment intent.
#[derive(Clone, Debug)]
pub(super) struct Intent {
    pub(super) user: UserId,
    pub(super) reservation: Option<ReservationId>,
    pub(super) amount: Money,
    pub(super) scenario: Scenario,
    pub(super) has_url: bool,
    pub(super) state: PaymentState,
    pub(super) effect: PaymentEffect,
    pub(super) refunded_minor: i64,
    pub(super) refunds: u32,
    pub(super) created_at: UnixMs,
    pub(super) changed_at: UnixMs,
    pub(super) processing_at: UnixMs,
    pub(super) expires_at: UnixMs,
}

/// A command on its way. What it brings into being, it brings once.
#[derive(Clone, Debug)]
struct Sent {
    command: Command,
    used: bool,
    /// Known before the facts are: of what it names, this command is the cause.
    reply: Option<Reply>,
    at: UnixMs,
}

/// The settings that the model needs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    pub(super) key_ttl_ms: u64,
    pub(super) retention_ms: u64,
    pub(super) payment_ttl_ms: u64,
    pub(super) warning_ms: u64,
    pub(super) late: LatePayment,
    pub(super) amount_must_match: bool,
    pub(super) time_permille: u32,
    pub(super) webhook_retries_max: u32,
}

/// The model. Its state is what durable facts say; what only the clock says is worked out when asked.
#[derive(Clone, Debug)]
pub struct Model {
    pub(super) rules: Rules,
    pub(super) shows: BTreeMap<u32, Show>,
    pub(super) bookings: BTreeMap<ReservationId, Booking>,
    pub(super) payments: BTreeMap<PaymentId, Intent>,
    pub(super) notes: BTreeMap<ExternalId, Vec<u8>>,
    /// Webhooks that are not delivered, in order of creation.
    letters: Vec<outbox::Letter>,
    keys: BTreeMap<(&'static str, Vec<u8>, String), Remembered>,
    ceiling: Bucket,
    /// Sent, and not answered yet: where facts come from.
    in_flight: Vec<Sent>,
    /// Facts followed so far.
    pub(super) facts: u64,
}

impl Model {
    /// A model of an empty engine with these settings.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let ms = |duration: std::time::Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let per_second = config.admissions_per_second_max;
        Self {
            rules: Rules {
                key_ttl_ms: ms(config.idempotency_ttl),
                retention_ms: ms(config.retention),
                payment_ttl_ms: ms(config.payment_ttl),
                warning_ms: ms(config.expiry_warning),
                late: config.late_payment,
                amount_must_match: config.payment_amount_must_match,
                time_permille: config.payment_time_permille,
                webhook_retries_max: config.webhook_retries_max,
            },
            shows: BTreeMap::new(),
            bookings: BTreeMap::new(),
            payments: BTreeMap::new(),
            notes: BTreeMap::new(),
            letters: Vec::new(),
            keys: BTreeMap::new(),
            ceiling: Bucket::new(per_second * 60, (per_second / 50).max(1)),
            in_flight: Vec::new(),
            facts: 0,
        }
    }

    /// A command is on its way: facts may come of it before its answer is known, unless it cannot succeed anew.
    pub fn sent(&mut self, command: &Command, expect: &Expect, now: UnixMs) {
        let used = matches!(expect, Expect::Same(_) | Expect::Refused(_));
        self.in_flight.push(Sent { command: command.clone(), used, reply: None, at: now });
    }

    /// Commands that may have brought something into being of which their reply, if it is known, says `names`.
    fn makers(&self, names: impl Fn(&Reply) -> bool) -> impl Iterator<Item = (usize, &Command)> {
        self.asking().filter(move |(at, _)| self.in_flight[*at].reply.as_ref().is_none_or(&names))
    }

    /// Commands that may still explain a fact.
    fn asking(&self) -> impl Iterator<Item = (usize, &Command)> {
        self.in_flight.iter().enumerate().filter(|(_, sent)| !sent.used).map(|(at, sent)| (at, &sent.command))
    }

    /// The engine was opened again at `now`. What was in flight and left no fact never happened; whether its key is
    /// remembered is unknown.
    pub fn reopened(&mut self, now: UnixMs) {
        for sent in std::mem::take(&mut self.in_flight) {
            self.lost(&sent.command, sent.at, now);
        }
        for line in self.shows.values_mut().filter_map(|show| show.line.as_mut()) {
            line.reopened(now);
        }
        for booking in self.bookings.values_mut() {
            booking.warn_again = true;
        }
        self.ceiling.drain(now);
    }

    pub(super) fn show(&self, id: &EventId) -> Option<(u32, &Show)> {
        self.shows.iter().find(|(_, show)| show.id == *id).map(|(number, show)| (*number, show))
    }

    /// The booking that a name means.
    pub(super) fn which(&self, which: &ReservationRef) -> Option<(ReservationId, &Booking)> {
        let id = match which {
            ReservationRef::Id(id) => *id,
            ReservationRef::External(external) => {
                *self.bookings.iter().find(|(_, booking)| booking.external.as_ref() == Some(external))?.0
            }
        };
        Some((id, self.bookings.get(&id)?))
    }

    /// Where a booking stands at `now`, whether or not a timer has fired.
    pub(super) fn state_of(&self, booking: &Booking, now: UnixMs) -> ReservationState {
        match booking.state {
            ReservationState::Pending if booking.expires_at <= now => ReservationState::Expired,
            state => state,
        }
    }

    pub(super) fn is_lapsed(&self, id: ReservationId, now: UnixMs) -> bool {
        self.bookings
            .get(&id)
            .is_some_and(|booking| booking.state == ReservationState::Pending && booking.expires_at <= now)
    }

    /// A seat as a customer sees it at `now`.
    pub(super) fn seat_state(&self, seat: &house::Seat, now: UnixMs) -> SeatState {
        match seat.owner {
            Some(owner) if seat.state == SeatState::Reserved && self.is_lapsed(owner, now) => {
                SeatState::Available
            }
            _ => seat.state,
        }
    }

    /// Seats that a user holds or owns at `now`.
    pub(super) fn seats_of(&self, user: &UserId, event: u32, now: UnixMs) -> u32 {
        let owns = |booking: &&Booking| {
            let state = self.state_of(booking, now);
            let live = matches!(state, ReservationState::Pending | ReservationState::Confirmed);
            booking.user == *user && booking.event == event && live
        };
        self.bookings
            .values()
            .filter(owns)
            .flat_map(|booking| &booking.places)
            .map(|place| place.quantity())
            .sum()
    }

    /// True if an ended booking may be forgotten by `now`: its time is over and no live payment names it.
    pub(super) fn may_be_forgotten(&self, booking: &Booking, now: UnixMs) -> bool {
        let ended = !matches!(booking.state, ReservationState::Pending | ReservationState::Confirmed);
        ended && booking.changed_at.plus_ms(self.rules.retention_ms) <= now
    }

    /// True if an ended payment may be forgotten by `now`.
    pub(super) fn payment_may_be_forgotten(&self, intent: &Intent, now: UnixMs) -> bool {
        use PaymentState::{Completed, Pending, Processing};
        let ended = !matches!(intent.state, Pending | Processing | Completed);
        ended && intent.changed_at.plus_ms(self.rules.retention_ms) <= now
    }
}

/// What the simulator asks.
impl Model {
    /// What a reservation costs, if there is one.
    pub(super) fn owed(&self, which: &ReservationRef) -> Option<Money> {
        let (_, booking) = self.which(which)?;
        let show = &self.shows[&booking.event];
        Some(Money { minor: show.house.price(&booking.places), currency: show.settings.currency })
    }

    /// Something that should have ended by itself, after all deadlines have passed.
    pub(super) fn unfinished(&self) -> Option<String> {
        use PaymentState::{Pending, Processing};
        let booking = self.bookings.values().find(|booking| booking.state != ReservationState::Confirmed);
        let intent = self.payments.values().find(|intent| {
            matches!(intent.state, Pending | Processing)
                || intent.state != PaymentState::Completed && !intent.has_url
        });
        booking.map(|booking| format!("{booking:?}")).or_else(|| intent.map(|intent| format!("{intent:?}")))
    }
}
