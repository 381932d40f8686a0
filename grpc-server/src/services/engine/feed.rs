//! The change feed: every durable change in journal order. A task reads the engine's updates and hands them over as
//! fast as the reader takes them; a reader that falls behind what is retained gets an error. What an entry shows is in
//! `entries`.

use std::collections::BTreeMap;
use std::time::Duration;

use tacos_engine::{
    Caller, EventId, PaymentUpdate, PlaceChanged, Position, ReservationUpdate, Update, UpdateKind,
    UpdatesLost,
};
use tacos_proto::common::v1::ErrorCode;
use tacos_proto::engine::v1::watch_feed_response::Change;
use tacos_proto::engine::v1::{
    FeedStart, FeedTopic, PlaceState, PlacesChange, QueueChange, SeatsChange, SnapshotEnd, WatchFeedRequest,
    WatchFeedResponse,
};
use tokio::sync::mpsc::{self, Sender};
use tokio_stream::wrappers::ReceiverStream;

use super::entries;
use super::events::record;
use crate::app::drained;
use crate::call::Call;
use crate::hub::{PaymentStates, Watching};
use crate::rpc::Rpc;
use crate::task::Responses;
use crate::wire::time::count;
use crate::wire::{ApiError, Checks, Spell, outbound, timestamp};

/// Messages that wait for a slow reader.
const WAITING_MAX: usize = 256;
/// Seats in one message of a snapshot.
const SEATS_MAX: usize = 1_000;
/// How often a reader gets its position while nothing happens.
const QUIET: Duration = Duration::from_secs(1);

/// The kinds of entries that a reader asked for.
struct FeedFilter {
    events: Vec<EventId>,
    topics: Vec<FeedTopic>,
}

impl FeedFilter {
    fn topic(&self, topic: FeedTopic) -> bool {
        self.topics.is_empty() || self.topics.contains(&topic)
    }

    fn event(&self, event: Option<&EventId>) -> bool {
        self.events.is_empty() || event.is_some_and(|event| self.events.contains(event))
    }
}

/// The reader has gone.
struct Gone;

struct FeedWriter {
    call: Call,
    wanted: FeedFilter,
    to: Sender<Result<WatchFeedResponse, tonic::Status>>,
    payments: PaymentStates,
    /// Counts the feed as open.
    _open: Watching,
}

pub(crate) async fn watch_feed(
    call: Call,
    request: WatchFeedRequest,
) -> Result<Responses<WatchFeedResponse>, ApiError> {
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
        _ => call.app.engine.position(),
    };
    let full = || ApiError::new(ErrorCode::RateLimited, "as many streams are open as may be");
    let open = call.app.hub.watch().ok_or_else(full)?;
    let (to, stream) = mpsc::channel(WAITING_MAX);
    let wanted = FeedFilter { events, topics };
    let feed = FeedWriter { call, wanted, to, payments: PaymentStates::default(), _open: open };
    tokio::spawn(async move {
        // A reader that is gone gets no error.
        let _ = feed.run(from, start == FeedStart::Snapshot).await;
    });
    Ok(Responses(Box::pin(ReceiverStream::new(stream))))
}

impl FeedWriter {
    async fn run(mut self, from: Position, snapshot: bool) -> Result<(), Gone> {
        if snapshot {
            self.snapshot(from).await?;
        }
        let mut reader = match self.call.app.engine.updates(from) {
            Ok(reader) => reader,
            Err(lost) => return self.end(&lost).await,
        };
        let mut draining = self.call.app.draining.subscribe();
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
                // An event that this feed does not want may still be the one in which a payment moves on.
                let before = match &update.what {
                    UpdateKind::Payment(changed) => self.payments.before(changed),
                    _ => None,
                };
                if self.wanted.event(update.event.as_ref()) {
                    let changes = self.changes(update, before).await;
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
        self.call.app.metrics.refused(Rpc::WatchFeed, code);
        let error = ApiError::new(code, lost.to_string()).to_error(&self.call.trace);
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
        let at = timestamp(update.map_or_else(|| self.call.app.engine.now(), |update| update.at));
        let event_change = update.and_then(|update| entries::event_change(&update.what));
        let last = changes.len().saturating_sub(1);
        if changes.is_empty() {
            let quiet =
                WatchFeedResponse { position, at, position_done: true, ..WatchFeedResponse::default() };
            return self.to.send(Ok(quiet)).await.map_err(|_| Gone);
        }
        for (number, change) in changes.into_iter().enumerate() {
            let position_done = !snapshot && number == last;
            let of_event = event_change.filter(|_| matches!(change, Change::Event(_)));
            let message = WatchFeedResponse {
                position,
                at,
                snapshot,
                position_done,
                error: None,
                event_change: of_event.map_or(0, Into::into),
                change: Some(change),
            };
            self.to.send(Ok(message)).await.map_err(|_| Gone)?;
        }
        Ok(())
    }

    /// Events, seats and lines as they are. Reservations and payments come with their next change.
    async fn snapshot(&self, position: Position) -> Result<(), Gone> {
        let mut messages = 0;
        for view in self.call.app.engine.events() {
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
                && let Ok(queue) = self.call.app.engine.queue(&view.id)
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
        for seat in self.call.app.engine.seats(event, 0, usize::MAX).unwrap_or_default() {
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
        changes.extend(self.standing(event));
        changes
    }

    /// Counts of the standing areas of an event.
    fn standing(&self, event: &EventId) -> Vec<Change> {
        let sections = self.call.app.engine.sections(event).unwrap_or_default();
        let standing = sections.iter().filter(|view| view.standing);
        standing
            .map(|view| {
                Change::Places(PlacesChange {
                    event_id: event.to_string(),
                    section_id: view.name.clone(),
                    counts: Some(outbound::seat_counts(view.counts)),
                    ..PlacesChange::default()
                })
            })
            .collect()
    }

    async fn changes(&self, update: &Update, before: Option<tacos_engine::PaymentState>) -> Vec<Change> {
        let mut out = Vec::new();
        match &update.what {
            UpdateKind::Seats(places) => self.seats(update, places, "", &mut out),
            UpdateKind::Reservation(changed) => self.reservation(update, changed, &mut out).await,
            UpdateKind::Payment(changed) => self.payment(update, changed, before, &mut out).await,
            UpdateKind::Joined(place) => self.queue(update, &[*place], PlaceState::Joined, &mut out),
            UpdateKind::Left(place) => self.queue(update, &[*place], PlaceState::Left, &mut out),
            UpdateKind::Admitted(place) => self.queue(update, &[*place], PlaceState::Admitted, &mut out),
            UpdateKind::Ready(places, _) => self.queue(update, places, PlaceState::Ready, &mut out),
            UpdateKind::TicketsExpired(places) => self.queue(update, places, PlaceState::Expired, &mut out),
            what if entries::event_change(what).is_some() && self.wanted.topic(FeedTopic::Events) => {
                out.extend(entries::event(update));
            }
            _ => {}
        }
        out
    }

    fn seats(&self, update: &Update, places: &[PlaceChanged], reservation: &str, out: &mut Vec<Change>) {
        if let Some(event) = update.event.as_ref().filter(|_| self.wanted.topic(FeedTopic::Seats)) {
            out.extend(entries::seats(&self.call.app.engine, event, places, reservation));
        }
    }

    async fn reservation(&self, update: &Update, changed: &ReservationUpdate, out: &mut Vec<Change>) {
        self.seats(update, &changed.places, &changed.id.to_string(), out);
        if self.wanted.topic(FeedTopic::Reservations) {
            let known = self.call.app.engine.reservation(&changed.id.into(), &Caller::Operator).await.ok();
            out.push(entries::reservation(&self.call.app.engine, update, changed, known.as_ref()));
        }
    }

    async fn payment(
        &self,
        update: &Update,
        changed: &PaymentUpdate,
        before: Option<tacos_engine::PaymentState>,
        out: &mut Vec<Change>,
    ) {
        if let Some(settled) = &changed.reservation {
            self.reservation(update, settled, out).await;
        }
        if self.wanted.topic(FeedTopic::Payments) {
            let known = self.call.app.engine.payment(changed.id, &Caller::Operator).await.ok();
            out.push(entries::payment(update, changed, known, before));
        }
    }

    fn queue(&self, update: &Update, places: &[u32], state: PlaceState, out: &mut Vec<Change>) {
        if let Some(event) = update.event.as_ref().filter(|_| self.wanted.topic(FeedTopic::Queue)) {
            out.extend(entries::queue(event, places, state));
        }
    }
}
