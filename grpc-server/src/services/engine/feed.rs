//! The change feed: every durable change in journal order. A task reads the engine's updates and hands them over as
//! fast as the reader takes them; a reader that falls behind what is kept is told so.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::time::Duration;

use tacos_engine::views::{PlaceView, SeatState};
use tacos_engine::{
    Effect, EventId, PaymentUpdate, PlaceChanged, Position, ReservationUpdate, Update, UpdatesLost, What,
};
use tacos_proto::common::v1::ErrorCode;
use tacos_proto::engine::v1::watch_feed_response::Change;
use tacos_proto::engine::v1::{
    FeedStart, FeedTopic, PaymentChange, PlaceState, PlacesChange, QueueChange, ReservationChange,
    SeatsChange, SnapshotEnd, WatchFeedRequest, WatchFeedResponse,
};
use tacos_proto::reservation::v1::Reservation;
use tokio::sync::mpsc::{self, Sender};
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::events::{counts, record};
use crate::app::drained;
use crate::call::Call;
use crate::wire::time::count;
use crate::wire::{Checks, Fault, Spell, outbound, timestamp};

/// Messages that wait for a slow reader.
const WAITING_MAX: usize = 256;
/// Seats in one message of a snapshot.
const SEATS_MAX: usize = 1_000;
/// When nothing happens, the reader hears how far it is this often.
const QUIET: Duration = Duration::from_secs(1);

pub(super) type Out = Pin<Box<dyn Stream<Item = Result<WatchFeedResponse, Status>> + Send>>;

/// What a reader wants to hear.
struct Wanted {
    events: Vec<EventId>,
    topics: Vec<FeedTopic>,
}

impl Wanted {
    fn topic(&self, topic: FeedTopic) -> bool {
        self.topics.is_empty() || self.topics.contains(&topic)
    }

    fn event(&self, event: Option<&EventId>) -> bool {
        self.events.is_empty() || event.is_some_and(|event| self.events.contains(event))
    }
}

/// The reader has gone.
struct Gone;

struct Feed {
    call: Call,
    wanted: Wanted,
    to: Sender<Result<WatchFeedResponse, Status>>,
}

pub(super) fn watch(call: Call, request: &WatchFeedRequest) -> Result<Out, Fault> {
    let mut checks = Checks::new();
    if request.event_ids.len() > 100 {
        checks.bad("event_ids", "at most 100", request.event_ids.len());
    }
    let mut events = Vec::new();
    for (at, text) in request.event_ids.iter().enumerate().take(100) {
        events.extend(checks.id::<EventId>(&format!("event_ids[{at}]"), text));
    }
    let mut topics = Vec::new();
    for (at, topic) in request.topics.iter().enumerate() {
        match FeedTopic::try_from(*topic) {
            Ok(known) if known != FeedTopic::Unspecified && !topics.contains(&known) => topics.push(known),
            _ => checks.bad(&format!("topics[{at}]"), "is no topic, or a duplicate", topic),
        }
    }
    let start = FeedStart::try_from(request.start).ok();
    if start.is_none() {
        checks.bad("start", "is no start", request.start);
    }
    let (start,) = checks.take((start,))?;
    let from = match start {
        FeedStart::Position => Position(request.after_position),
        _ => call.engine.position(),
    };
    let (to, stream) = mpsc::channel(WAITING_MAX);
    let feed = Feed { call, wanted: Wanted { events, topics }, to };
    tokio::spawn(async move {
        // A reader that is gone needs no telling.
        let _ = feed.run(from, start == FeedStart::Snapshot).await;
    });
    Ok(Box::pin(ReceiverStream::new(stream)))
}

impl Feed {
    async fn run(self, from: Position, snapshot: bool) -> Result<(), Gone> {
        if snapshot {
            self.snapshot(from).await?;
        }
        let mut reader = match self.call.engine.updates(from) {
            Ok(reader) => reader,
            Err(lost) => return self.end(&lost).await,
        };
        let mut draining = self.call.draining.subscribe();
        let mut updates = Vec::new();
        loop {
            updates.clear();
            let ready = tokio::select! {
                ready = std::future::poll_fn(|context| reader.poll_ready(context)) => Some(ready),
                () = tokio::time::sleep(QUIET) => None,
                () = self.to.closed() => return Err(Gone),
                () = drained(&mut draining) => return self.end(&UpdatesLost::Closed).await,
            };
            let Some(ready) = ready else {
                self.send(reader.position().0, None, Vec::new(), false).await?;
                continue;
            };
            if let Err(lost) = ready.and_then(|()| reader.read(&mut updates)) {
                return self.end(&lost).await;
            }
            for update in &updates {
                if self.wanted.event(update.event.as_ref()) {
                    let changes = self.changes(update).await;
                    if !changes.is_empty() {
                        self.send(update.position.0, Some(update), changes, false).await?;
                    }
                }
            }
        }
    }

    async fn end(&self, lost: &UpdatesLost) -> Result<(), Gone> {
        let code = match lost {
            UpdatesLost::Closed => ErrorCode::Unavailable,
            UpdatesLost::Journal(_) => ErrorCode::Internal,
            _ => ErrorCode::FailedPrecondition,
        };
        let error = Fault::new(code, lost.to_string()).to_error(&self.call.trace);
        let last = WatchFeedResponse { error: Some(error), ..WatchFeedResponse::default() };
        self.to.send(Ok(last)).await.map_err(|_| Gone)
    }

    async fn send(
        &self,
        position: u64,
        update: Option<&Update>,
        changes: Vec<Change>,
        snapshot: bool,
    ) -> Result<(), Gone> {
        let at = timestamp(update.map_or_else(|| self.call.engine.now(), |update| update.at));
        let last = changes.len().saturating_sub(1);
        if changes.is_empty() {
            let quiet =
                WatchFeedResponse { position, at, position_done: true, ..WatchFeedResponse::default() };
            return self.to.send(Ok(quiet)).await.map_err(|_| Gone);
        }
        for (number, change) in changes.into_iter().enumerate() {
            let position_done = !snapshot && number == last;
            let message = WatchFeedResponse {
                position,
                at,
                snapshot,
                position_done,
                error: None,
                change: Some(change),
            };
            self.to.send(Ok(message)).await.map_err(|_| Gone)?;
        }
        Ok(())
    }

    /// Events, seats and lines as they are. Reservations and payments come with their next change.
    async fn snapshot(&self, position: Position) -> Result<(), Gone> {
        let mut messages = 0;
        for view in self.call.engine.events() {
            if !self.wanted.event(Some(&view.id)) {
                continue;
            }
            let mut changes = Vec::new();
            if self.wanted.topic(FeedTopic::Events) {
                changes.extend(record(&self.call, &view.id).ok().map(Change::Event));
            }
            if self.wanted.topic(FeedTopic::Seats) {
                changes.extend(self.all_seats(&view.id));
            }
            if self.wanted.topic(FeedTopic::Queue)
                && let Ok(queue) = self.call.engine.queue(&view.id)
            {
                changes.push(Change::Queue(QueueChange {
                    event_id: view.id.to_string(),
                    waiting: count(queue.waiting),
                    inside: count(queue.inside),
                    ..QueueChange::default()
                }));
            }
            messages += changes.len();
            if !changes.is_empty() {
                self.send(position.0, None, changes, true).await?;
            }
        }
        let end = Change::SnapshotEnd(SnapshotEnd { messages: i64::try_from(messages).unwrap_or(i64::MAX) });
        self.send(position.0, None, vec![end], true).await
    }

    fn all_seats(&self, event: &EventId) -> Vec<Change> {
        let mut by_state: BTreeMap<i32, Vec<String>> = BTreeMap::new();
        for seat in self.call.engine.seats(event, 0, usize::MAX).unwrap_or_default() {
            by_state.entry(seat.state.spell()).or_default().push(seat.place.id);
        }
        let mut changes = Vec::new();
        for (status, ids) in by_state {
            for piece in ids.chunks(SEATS_MAX) {
                let (event_id, seat_ids) = (event.to_string(), piece.to_vec());
                changes.push(Change::Seats(SeatsChange {
                    event_id,
                    seat_ids,
                    status,
                    reservation_id: String::new(),
                }));
            }
        }
        changes.extend(self.standing(event, None, ""));
        changes
    }

    /// Counts of the standing areas of an event: all, or one.
    fn standing(&self, event: &EventId, only: Option<&str>, reservation: &str) -> Vec<Change> {
        let sections = self.call.engine.sections(event).unwrap_or_default();
        let standing =
            sections.iter().filter(|view| view.standing && only.is_none_or(|only| only == view.name));
        standing
            .map(|view| {
                Change::Places(PlacesChange {
                    event_id: event.to_string(),
                    section_id: view.name.clone(),
                    counts: Some(counts(view.counts)),
                    reservation_id: reservation.to_owned(),
                })
            })
            .collect()
    }

    async fn changes(&self, update: &Update) -> Vec<Change> {
        let mut out = Vec::new();
        match &update.what {
            What::EventCreated
            | What::EventChanged
            | What::Sale(_)
            | What::QueuePaused(_)
            | What::RoomDrawn(_) => {
                if let Some(event) = update.event.as_ref().filter(|_| self.wanted.topic(FeedTopic::Events)) {
                    out.extend(record(&self.call, event).ok().map(Change::Event));
                }
            }
            What::Seats(places) => self.seats(update, places, "", &mut out),
            What::Reservation(changed) => self.reservation(update, changed, &mut out).await,
            What::Payment(changed) => self.payment(update, changed, &mut out).await,
            What::Joined(place) => self.queue(update, &[*place], PlaceState::Joined, &mut out),
            What::Left(place) => self.queue(update, &[*place], PlaceState::Left, &mut out),
            What::Admitted(place) => self.queue(update, &[*place], PlaceState::Admitted, &mut out),
            What::Ready(places, _) => self.queue(update, places, PlaceState::Ready, &mut out),
            What::TicketsExpired(places) => self.queue(update, places, PlaceState::Expired, &mut out),
            _ => {}
        }
        out
    }

    fn seats(&self, update: &Update, places: &[PlaceChanged], reservation: &str, out: &mut Vec<Change>) {
        let Some(event) = update.event.as_ref().filter(|_| self.wanted.topic(FeedTopic::Seats)) else {
            return;
        };
        let Ok(view) = self.call.engine.event(event) else { return };
        let mut by_state: BTreeMap<i32, (SeatState, Vec<String>)> = BTreeMap::new();
        for changed in places {
            let Some(place) = self.call.engine.describe(view.number, changed.place) else { continue };
            let PlaceView { id, section, number, .. } = place;
            if number.is_empty() && id == section {
                out.extend(self.standing(event, Some(&section), reservation));
            } else {
                let state = changed.state;
                by_state.entry(state.spell()).or_insert_with(|| (state, Vec::new())).1.push(id);
            }
        }
        for (status, (state, seat_ids)) in by_state {
            let owned = matches!(state, SeatState::Reserved | SeatState::Sold);
            let reservation_id = if owned { reservation.to_owned() } else { String::new() };
            out.push(Change::Seats(SeatsChange {
                event_id: event.to_string(),
                seat_ids,
                status,
                reservation_id,
            }));
        }
    }

    async fn reservation(&self, update: &Update, changed: &ReservationUpdate, out: &mut Vec<Change>) {
        self.seats(update, &changed.places, &changed.id.to_string(), out);
        if !self.wanted.topic(FeedTopic::Reservations) {
            return;
        }
        let mut reservation = match self.call.engine.reservation(&changed.id.into(), None).await {
            Ok(view) => outbound::reservation(&self.call.engine, &view),
            // Forgotten meanwhile: what the update itself says.
            Err(_) => Reservation {
                reservation_id: changed.id.to_string(),
                event_id: update.event.as_ref().map(ToString::to_string).unwrap_or_default(),
                user_id: changed.user.as_ref().map(ToString::to_string).unwrap_or_default(),
                ..Reservation::default()
            },
        };
        reservation.status = changed.state.spell();
        let old_status = changed.from.map_or(0, Spell::spell);
        out.push(Change::Reservation(ReservationChange { reservation: Some(reservation), old_status }));
    }

    async fn payment(&self, update: &Update, changed: &PaymentUpdate, out: &mut Vec<Change>) {
        if let Some(settled) = &changed.reservation {
            self.reservation(update, settled, out).await;
        }
        if !self.wanted.topic(FeedTopic::Payments) {
            return;
        }
        let view = self.call.engine.payment(changed.id, None).await.ok();
        let refund_id = match &view {
            Some(view) if changed.refunded_minor > 0 => crate::services::refund_id(changed.id, view.refunds),
            _ => String::new(),
        };
        let mut payment = view.as_ref().map(outbound::payment).unwrap_or_default();
        payment.payment_intent_id = changed.id.to_string();
        payment.status = changed.state.spell();
        out.push(Change::Payment(PaymentChange {
            payment: Some(payment),
            old_status: 0,
            refund_id,
            late_money_refunded: changed.effect == Effect::PaidBack,
        }));
    }

    fn queue(&self, update: &Update, places: &[u32], state: PlaceState, out: &mut Vec<Change>) {
        let Some(event) = update.event.as_ref().filter(|_| self.wanted.topic(FeedTopic::Queue)) else {
            return;
        };
        let queue = self.call.engine.queue(event).unwrap_or_default();
        out.extend(places.iter().map(|place| {
            Change::Queue(QueueChange {
                event_id: event.to_string(),
                place_number: i64::from(*place),
                state: state as i32,
                user_id: String::new(),
                waiting: count(queue.waiting),
                inside: count(queue.inside),
            })
        }));
    }
}
