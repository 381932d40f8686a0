//! Updates as data, for one follower. A follower that is slow costs nobody anything: it reads where it is, from memory or
//! from the journal's files, and if what it wants is gone it is told so.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use parking_lot::Mutex;
use tacos_engine::{
    Engine, EventId, PaymentUpdate, PlaceChanged, Position, ReservationUpdate, Update, UpdateReader,
    UpdatesLost, What,
};

use crate::refusal::{RawPaymentState, RawReservationState, RawSaleState};
use crate::relay::OnBorder;
use crate::text::{signed, unix_ms};
use crate::views::{RawEffect, RawPlace, RawSeatState};

/// Why a follower cannot go on.
#[derive(Debug, PartialEq, Eq, uniffi::Error)]
pub(crate) enum RawUpdatesLost {
    /// What comes next is no longer kept.
    Gone {
        /// The oldest position from which can be read.
        oldest: i64,
    },
    /// No update ends here, or it is not durable yet.
    NotAPosition {
        /// The position asked for.
        position: i64,
    },
    /// The journal could not be read.
    Journal {
        /// For a person.
        text: String,
    },
    /// The engine is closed, and everything was read.
    Closed,
    /// Somebody else waits with this follower.
    Busy,
}

impl std::fmt::Display for RawUpdatesLost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Gone { oldest } => write!(f, "these updates are gone, the oldest kept begin at {oldest}"),
            Self::NotAPosition { position } => write!(f, "no update ends at {position}"),
            Self::Journal { text } => write!(f, "the journal cannot be read: {text}"),
            Self::Closed => f.write_str("the engine is closed"),
            Self::Busy => f.write_str("this follower is waited for already"),
        }
    }
}

impl std::error::Error for RawUpdatesLost {}

impl From<UpdatesLost> for RawUpdatesLost {
    fn from(lost: UpdatesLost) -> Self {
        match lost {
            UpdatesLost::Gone { oldest } => Self::Gone { oldest: signed(oldest.0) },
            UpdatesLost::NotAPosition { position } => Self::NotAPosition { position: signed(position.0) },
            UpdatesLost::Closed => Self::Closed,
            other => Self::Journal { text: other.to_string() },
        }
    }
}

/// A fact that happened.
#[derive(Clone, Debug, uniffi::Record)]
pub(crate) struct RawUpdate {
    pub position: i64,
    pub at_ms: i64,
    pub event: Option<String>,
    pub what: RawWhat,
}

/// How one place stands after an update.
#[derive(Clone, Debug, uniffi::Record)]
pub(crate) struct RawPlaceChanged {
    pub place: RawPlace,
    pub state: RawSeatState,
    pub version: i64,
}

/// A reservation that was made or changed.
#[derive(Clone, Debug, uniffi::Record)]
pub(crate) struct RawReservationUpdate {
    pub id: String,
    pub user: Option<String>,
    pub from: Option<RawReservationState>,
    pub state: RawReservationState,
    pub expires_at_ms: Option<i64>,
    pub places: Vec<RawPlaceChanged>,
}

/// What happened.
#[derive(Clone, Debug, uniffi::Enum)]
pub(crate) enum RawWhat {
    EventCreated,
    EventChanged,
    Sale {
        state: RawSaleState,
    },
    QueuePaused {
        paused: bool,
    },
    RoomDrawn {
        seed: Vec<u8>,
    },
    Seats {
        places: Vec<RawPlaceChanged>,
    },
    Reservation {
        update: RawReservationUpdate,
    },
    HoldExpiring {
        id: String,
        user: Option<String>,
        expires_at_ms: i64,
    },
    Payment {
        id: String,
        user: Option<String>,
        state: RawPaymentState,
        effect: RawEffect,
        refunded_minor: i64,
        reservation: Option<RawReservationUpdate>,
    },
    Webhook {
        id: String,
    },
    Joined {
        token: String,
    },
    Left {
        token: String,
    },
    Ready {
        tokens: Vec<String>,
        until_ms: i64,
    },
    Admitted {
        token: String,
        reservation_token: String,
    },
    TicketsExpired {
        tokens: Vec<String>,
    },
    Note {
        name: String,
    },
    /// A fact that this border does not know yet.
    Newer,
}

/// A follower of updates, for one reader at a time.
#[derive(uniffi::Object)]
pub(crate) struct RawUpdates {
    engine: Engine,
    reading: Mutex<Reading>,
    waited_for: AtomicBool,
}

struct Reading {
    reader: UpdateReader,
    updates: Vec<Update>,
    /// Numbers of events, by which their tickets and places are described.
    events: HashMap<EventId, u32>,
}

impl Reading {
    fn read(&mut self, engine: &Engine) -> Result<Vec<RawUpdate>, RawUpdatesLost> {
        let Self { reader, updates, events } = self;
        reader.read(updates)?;
        let mut describe = Describe { engine, events };
        Ok(updates.drain(..).map(|update| describe.update(update)).collect())
    }
}

#[uniffi::export]
impl RawUpdates {
    /// The next updates, one at least; some hundreds at most.
    pub(crate) async fn next(&self) -> Result<Vec<RawUpdate>, RawUpdatesLost> {
        // AcqRel: pairs with itself and with the Release in Alone::drop; the one before has left the reader alone.
        if self.waited_for.swap(true, Ordering::AcqRel) {
            return Err(RawUpdatesLost::Busy);
        }
        let _alone = Alone(&self.waited_for);
        OnBorder(poll_fn(|context| self.poll(context))).await
    }

    /// The updates that are there now, some hundreds at most; none if there are none.
    pub(crate) fn ready(&self) -> Result<Vec<RawUpdate>, RawUpdatesLost> {
        self.reading.lock().read(&self.engine)
    }

    /// Where the last update that was read ends.
    pub(crate) fn position(&self) -> i64 {
        signed(self.reading.lock().reader.position().0)
    }
}

/// Says that nobody waits any more, also when the waiting was given up.
struct Alone<'a>(&'a AtomicBool);

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl RawUpdates {
    pub(crate) fn new(engine: Engine, from: Position) -> Result<Self, RawUpdatesLost> {
        let reader = engine.updates(from)?;
        let reading = Reading { reader, updates: Vec::new(), events: HashMap::new() };
        Ok(Self { engine, reading: Mutex::new(reading), waited_for: AtomicBool::new(false) })
    }

    fn poll(&self, context: &mut Context<'_>) -> Poll<Result<Vec<RawUpdate>, RawUpdatesLost>> {
        let mut reading = self.reading.lock();
        loop {
            let updates = reading.read(&self.engine)?;
            if !updates.is_empty() {
                return Poll::Ready(Ok(updates));
            }
            match reading.reader.poll_ready(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(ready) => ready?,
            }
        }
    }
}

/// Puts updates into words.
struct Describe<'a> {
    engine: &'a Engine,
    events: &'a mut HashMap<EventId, u32>,
}

impl Describe<'_> {
    fn update(&mut self, update: Update) -> RawUpdate {
        let event = update.event.as_ref().map(|id| self.number(id));
        RawUpdate {
            position: signed(update.position.0),
            at_ms: unix_ms(update.at),
            what: self.what(event.unwrap_or(u32::MAX), update.what),
            event: update.event.map(|id| id.to_string()),
        }
    }

    fn number(&mut self, id: &EventId) -> u32 {
        if let Some(number) = self.events.get(id) {
            return *number;
        }
        let number = self.engine.event(id).map_or(u32::MAX, |event| event.number);
        self.events.insert(id.clone(), number);
        number
    }

    fn what(&self, event: u32, what: What) -> RawWhat {
        match what {
            What::EventCreated => RawWhat::EventCreated,
            What::EventChanged => RawWhat::EventChanged,
            What::Sale(state) => RawWhat::Sale { state: state.into() },
            What::QueuePaused(paused) => RawWhat::QueuePaused { paused },
            What::RoomDrawn(seed) => RawWhat::RoomDrawn { seed: seed.to_vec() },
            What::Seats(places) => RawWhat::Seats { places: self.places(event, &places) },
            What::Reservation(update) => RawWhat::Reservation { update: self.reservation(event, &update) },
            What::HoldExpiring { id, user, expires_at } => RawWhat::HoldExpiring {
                id: id.to_string(),
                user: user.map(|user| user.to_string()),
                expires_at_ms: unix_ms(expires_at),
            },
            What::Payment(update) => self.payment(event, update),
            What::Webhook(id) => RawWhat::Webhook { id: id.to_string() },
            What::Joined(ticket) => RawWhat::Joined { token: self.waiting(event, ticket) },
            What::Left(ticket) => RawWhat::Left { token: self.waiting(event, ticket) },
            What::Ready(tickets, until) => {
                RawWhat::Ready { tokens: self.all_waiting(event, &tickets), until_ms: unix_ms(until) }
            }
            What::Admitted(ticket) => {
                let tokens = self.engine.tokens_of(event, ticket);
                let (token, reservation_token) = tokens
                    .map(|(waiting, reservation)| (waiting.to_string(), reservation.to_string()))
                    .unwrap_or_default();
                RawWhat::Admitted { token, reservation_token }
            }
            What::TicketsExpired(tickets) => {
                RawWhat::TicketsExpired { tokens: self.all_waiting(event, &tickets) }
            }
            What::Note(name) => RawWhat::Note { name: name.to_string() },
            _ => RawWhat::Newer,
        }
    }

    fn payment(&self, event: u32, update: PaymentUpdate) -> RawWhat {
        RawWhat::Payment {
            id: update.id.to_string(),
            user: update.user.map(|user| user.to_string()),
            state: update.state.into(),
            effect: update.effect.into(),
            refunded_minor: update.refunded_minor,
            reservation: update.reservation.map(|update| self.reservation(event, &update)),
        }
    }

    fn reservation(&self, event: u32, update: &ReservationUpdate) -> RawReservationUpdate {
        RawReservationUpdate {
            id: update.id.to_string(),
            user: update.user.as_ref().map(ToString::to_string),
            from: update.from.map(Into::into),
            state: update.state.into(),
            expires_at_ms: update.expires_at.map(unix_ms),
            places: self.places(event, &update.places),
        }
    }

    fn places(&self, event: u32, changed: &[PlaceChanged]) -> Vec<RawPlaceChanged> {
        let described = |change: &PlaceChanged| {
            let place = self.engine.describe(event, change.place)?.into();
            Some(RawPlaceChanged { place, state: change.state.into(), version: change.version.into() })
        };
        let mut sorted: Vec<&PlaceChanged> = changed.iter().collect();
        sorted.sort_unstable_by_key(|change| change.place);
        sorted.into_iter().filter_map(described).collect()
    }

    fn waiting(&self, event: u32, ticket: u32) -> String {
        self.engine.tokens_of(event, ticket).map(|(waiting, _)| waiting.to_string()).unwrap_or_default()
    }

    fn all_waiting(&self, event: u32, tickets: &[u32]) -> Vec<String> {
        tickets.iter().map(|ticket| self.waiting(event, *ticket)).collect()
    }
}
