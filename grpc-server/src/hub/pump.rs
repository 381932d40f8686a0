//! The task that reads the engine's updates and hands them out. Positions in line have no updates of their own: they
//! are asked for, a few times a second, for lines that moved and have a subscriber.

use std::collections::{HashMap, HashSet};
use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use tacos_engine::views::{QueuePlace, QueueState};
use tacos_engine::{
    EventId, PaymentState, PaymentUpdate, Refusal, ReservationUpdate, SaleState, UnixMs, Update, UpdateKind,
    UpdateReader, UpdatesLost, UserId,
};
use tacos_proto::gateway::v1::{QueueEventType, SystemEventType, SystemUpdate};

use super::{Item, PaymentStates, Subject, Subscriber, Topic, is_refund};
use crate::app::{App, drained};
use crate::wire::time::count;

/// Positions are asked for this often.
const POSITIONS_EVERY: Duration = Duration::from_millis(250);

/// Ends the streams when the pump ends, also when it ends by a panic: a stream without updates must not stay open.
struct Ends<'a>(&'a App);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        end(self.0, "the part of the server that feeds streams has failed");
    }
}

/// Ends all streams that updates are for, and lets no other begin. The first reason stays.
fn end(app: &App, reason: &str) {
    app.hub.close(reason);
    app.boards.close(reason);
}

/// Pumps until the server drains.
pub(crate) async fn run(app: Arc<App>) {
    let mut draining = app.draining.subscribe();
    let _ends = Ends(&app);
    tokio::select! {
        lost = pump(&app) => {
            tracing::error!(%lost, "streams end");
            end(&app, &format!("streams have ended: {lost}"));
        }
        () = drained(&mut draining) => end(&app, "the server is shutting down"),
    }
}

/// Reads updates and hands them out; returns why it cannot go on.
async fn pump(app: &App) -> UpdatesLost {
    let mut known = Known::of(app);
    let mut reader = match app.engine.updates(app.engine.position()) {
        Ok(reader) => reader,
        Err(lost) => return lost,
    };
    loop {
        let lost = follow(app, &mut reader, &mut known).await;
        if !matches!(lost, UpdatesLost::Gone { .. }) {
            return lost;
        }
        // The new position first: a stream that begins from here on misses nothing, and all earlier ones are ended.
        reader = match app.engine.updates(app.engine.position()) {
            Ok(reader) => reader,
            Err(lost) => return lost,
        };
        if !app.hub.is_idle() {
            tracing::warn!(%lost, "updates were lost before they were handed out: open streams end");
        }
        app.boards.read_anew();
        app.hub.end_all("updates were lost on the way to this stream: open it again");
        known = Known::of(app);
    }
}

async fn follow(app: &App, reader: &mut UpdateReader, known: &mut Known) -> UpdatesLost {
    let mut tick = tokio::time::interval(POSITIONS_EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        // As long as no stream is open, updates are looked at with the tick: to be woken by every write would make the
        // write dearer, and no one would hear of it.
        let is_idle = app.hub.is_idle() && app.boards.is_idle();
        let read = tokio::select! {
            ready = poll_fn(|context| reader.poll_ready(context)), if !is_idle => {
                ready.and_then(|()| read_on(app, reader, known).map(drop))
            }
            () = app.hub.began.notified(), if is_idle => Ok(()),
            _ = tick.tick() => {
                let read = if is_idle { catch_up(app, reader, known).await } else { Ok(()) };
                for event in known.moved.drain() {
                    publish_positions(app, &event);
                }
                read
            }
        };
        if let Err(lost) = read {
            return lost;
        }
    }
}

/// Hands out the next updates, if there are any; false if there were none.
fn read_on(app: &App, reader: &mut UpdateReader, known: &mut Known) -> Result<bool, UpdatesLost> {
    let mut updates = Vec::new();
    let read = reader.read(&mut updates);
    for update in &updates {
        hand_out(app, update, known);
    }
    read.map(|count| count > 0)
}

/// Hands out all that has come meanwhile. Other tasks get their turn between two reads.
async fn catch_up(app: &App, reader: &mut UpdateReader, known: &mut Known) -> Result<(), UpdatesLost> {
    while read_on(app, reader, known)? {
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// What the pump remembers between two updates: at most one entry for each event, and for each payment under way.
#[derive(Default)]
struct Known {
    /// Lines in which a ticket came, went, or moved up.
    moved: HashSet<EventId>,
    /// Events published as sold out.
    sold_out: HashSet<EventId>,
    /// Admissions a minute and people inside, as the rules had them when they were last looked at.
    rules: HashMap<EventId, (u32, u32)>,
    payments: PaymentStates,
}

impl Known {
    fn of(app: &App) -> Self {
        let mut known = Self::default();
        for event in app.engine.events() {
            known.rules_changed(app, &event.id);
        }
        known
    }

    /// True for rate and people inside, where the rules in force have another one than when last looked at.
    fn rules_changed(&mut self, app: &App, event: &EventId) -> (bool, bool) {
        let Ok(policy) = app.engine.queue_policy(event) else { return (false, false) };
        let now = (policy.admissions_per_minute, policy.inside_max);
        let old = self.rules.insert(event.clone(), now).unwrap_or(now);
        (old.0 != now.0, old.1 != now.1)
    }
}

fn hand_out(app: &App, update: &Update, known: &mut Known) {
    let at = update.at;
    app.boards.apply(update);
    match &update.what {
        UpdateKind::Reservation(changed) => reservation(app, update, changed),
        UpdateKind::Payment(changed) => payment(app, update, changed, known.payments.before(changed)),
        UpdateKind::HoldExpiring { id, user, expires_at } => {
            let item = Item::Reservation {
                id: id.to_string(),
                from: Some(tacos_engine::ReservationState::Pending),
                to: tacos_engine::ReservationState::Pending,
                expires_at: Some(*expires_at),
                soon: true,
                first: false,
                at,
            };
            to_reservation(app, update, id.to_bytes(), user.as_ref(), &item);
        }
        UpdateKind::Joined(_)
        | UpdateKind::Left(_)
        | UpdateKind::Ready(..)
        | UpdateKind::Admitted(_)
        | UpdateKind::TicketsExpired(_) => {
            known.moved.extend(update.event.clone());
        }
        UpdateKind::QueuePaused(paused) => {
            let kind = if *paused { QueueEventType::QueuePaused } else { QueueEventType::QueueResumed };
            for subscriber in line_of(app, update) {
                publish_place(app, &subscriber, Some(kind), at);
            }
        }
        UpdateKind::RoomDrawn(_) => known.moved.extend(update.event.clone()),
        UpdateKind::EventCreated | UpdateKind::EventChanged => {
            let Some(event) = &update.event else { return };
            let (rate, inside) = known.rules_changed(app, event);
            if rate {
                system(app, update, SystemEventType::AdmissionRateChanged, "the admission rate has changed");
            }
            if inside {
                let message = "the number of people who may be inside has changed";
                system(app, update, SystemEventType::CapacityChanged, message);
            }
        }
        UpdateKind::Seats(_) => {
            system(app, update, SystemEventType::CapacityChanged, "seats were blocked or unblocked");
        }
        UpdateKind::Sale(SaleState::Closed) => {
            system(app, update, SystemEventType::EventCancelled, "the sale is closed");
        }
        _ => {}
    }
    let seats_moved = match &update.what {
        UpdateKind::Reservation(changed) => !changed.places.is_empty(),
        UpdateKind::Payment(changed) => changed.reservation.is_some(),
        _ => false,
    };
    if let Some(event) = update.event.as_ref().filter(|_| seats_moved) {
        let sold_out = app.engine.counts(event).is_ok_and(|counts| counts.available == 0);
        if !sold_out {
            known.sold_out.remove(event);
        } else if known.sold_out.insert(event.clone()) {
            system(app, update, SystemEventType::EventSoldOut, "no free seat is left");
        }
    }
}

/// Those in the line of an update's event whom the update is for.
fn line_of(app: &App, update: &Update) -> Vec<Arc<Subscriber>> {
    let of = |event| app.hub.listeners(|index| &index.lines, event, update.position);
    update.event.as_ref().map(of).unwrap_or_default()
}

fn reservation(app: &App, update: &Update, changed: &ReservationUpdate) {
    let item = Item::Reservation {
        id: changed.id.to_string(),
        from: changed.from,
        to: changed.state,
        expires_at: changed.expires_at,
        soon: false,
        first: false,
        at: update.at,
    };
    to_reservation(app, update, changed.id.to_bytes(), changed.user.as_ref(), &item);
}

fn to_reservation(app: &App, update: &Update, id: [u8; 16], user: Option<&UserId>, item: &Item) {
    let (hub, at) = (&app.hub, update.position);
    let mut listeners = hub.listeners(|index| &index.reservations, &id, at);
    let of_user = user.map(|user| hub.listeners(|index| &index.reservations_of, user, at));
    listeners.extend(of_user.unwrap_or_default());
    for listener in listeners {
        listener.put(Subject::Reservation(id), item.clone());
    }
}

fn payment(app: &App, update: &Update, changed: &PaymentUpdate, from: Option<PaymentState>) {
    let item = Item::Payment {
        id: changed.id.to_string(),
        from,
        to: changed.state,
        first: false,
        refund: is_refund(changed),
        at: update.at,
    };
    let id = changed.id.to_bytes();
    let (hub, at) = (&app.hub, update.position);
    let mut listeners = hub.listeners(|index| &index.payments, &id, at);
    let of_user = changed.user.as_ref().map(|user| hub.listeners(|index| &index.payments_of, user, at));
    listeners.extend(of_user.unwrap_or_default());
    for listener in listeners {
        listener.put(Subject::Payment(id), item.clone());
    }
    if let Some(settled) = &changed.reservation {
        reservation(app, update, settled);
    }
}

fn system(app: &App, update: &Update, kind: SystemEventType, message: &str) {
    let Some(event) = &update.event else { return };
    let listeners = line_of(app, update);
    if listeners.is_empty() {
        return;
    }
    let queue = app.engine.queue(event).unwrap_or_default();
    let rate = app.engine.queue_policy(event).map_or(0, |policy| policy.admissions_per_minute);
    let published = SystemUpdate {
        event_id: event.to_string(),
        total_waiting: count(queue.waiting),
        admission_rate: count(rate),
        event_type: kind as i32,
        message: message.to_owned(),
    };
    for listener in listeners {
        listener.put(Subject::System(kind as i32), Item::System { update: published.clone(), at: update.at });
    }
}

/// The maintenance update for streams of places: it is of the whole system.
pub(crate) fn maintenance(app: &App, message: &str) -> (Subject, Item) {
    let kind = SystemEventType::MaintenanceMode;
    let lines = app.engine.events();
    let waiting =
        lines.iter().filter_map(|event| app.engine.queue(&event.id).ok()).map(|queue| queue.waiting);
    let update = SystemUpdate {
        event_id: String::new(),
        total_waiting: count(waiting.map(u64::from).sum::<u64>()),
        admission_rate: count(u64::from(app.settings.engine.admissions_per_second_max) * 60),
        event_type: kind as i32,
        message: message.to_owned(),
    };
    (Subject::System(kind as i32), Item::System { update, at: app.engine.now() })
}

/// Publishes to every stream of a place that maintenance began or ended.
pub(crate) fn publish_maintenance(app: &App, message: &str) {
    let listeners = app.hub.in_lines();
    if listeners.is_empty() {
        return;
    }
    let (subject, item) = maintenance(app, message);
    for listener in listeners {
        listener.put(subject.clone(), item.clone());
    }
}

fn publish_positions(app: &App, event: &EventId) {
    let now = app.engine.now();
    for subscriber in app.hub.in_line(event) {
        publish_place(app, &subscriber, None, now);
    }
}

/// Asks the engine for a watched place, and publishes it if it changed or if `cause` says that something happened.
pub(crate) fn publish_place(app: &App, subscriber: &Subscriber, cause: Option<QueueEventType>, at: UnixMs) {
    let Topic::Place(_, token) = &subscriber.topic else { return };
    let place = match app.engine.queue_place(token) {
        Ok(place) => Some(place),
        // Forgotten long after it ended.
        Err(Refusal::UnknownToken) => None,
        Err(_) => return,
    };
    let mut last = subscriber.last_published.lock();
    let state = place.map_or(QueueState::Expired, |place| place.state);
    let same =
        |old: &QueuePlace| place.is_some_and(|new| new.position == old.position && new.state == old.state);
    if cause.is_none() && last.as_ref().is_some_and(same) {
        return;
    }
    let (event, over) = match state {
        QueueState::Expired => (QueueEventType::TokenExpired, true),
        QueueState::Left | QueueState::Admitted | QueueState::Used => (QueueEventType::Left, true),
        QueueState::Ready => (cause.unwrap_or(QueueEventType::AdmissionReady), false),
        QueueState::Waiting | QueueState::InRoom => (cause.unwrap_or(QueueEventType::PositionChanged), false),
    };
    *last = place;
    drop(last);
    subscriber.put(Subject::Place, Item::Place { place, event, at });
    if over {
        subscriber.finish();
    }
}
