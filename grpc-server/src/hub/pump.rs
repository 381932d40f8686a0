//! The task that reads the engine's updates and hands them out. Positions in line have no updates of their own: they
//! are asked for, a few times a second, for lines that moved and have somebody watching.

use std::collections::HashSet;
use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use tacos_engine::views::{QueuePlace, QueueState};
use tacos_engine::{
    EventId, PaymentUpdate, Refusal, ReservationUpdate, SaleState, UnixMs, Update, UserId, What,
};
use tacos_proto::gateway::v1::{QueueEventType, SystemEventType, SystemUpdate};

use super::{Item, Subject, Subscriber, Topic};
use crate::app::{App, drained};
use crate::wire::time::count;

/// Positions are asked for this often.
const POSITIONS_EVERY: Duration = Duration::from_millis(250);

/// Pumps until the server drains.
pub(crate) async fn run(app: Arc<App>) {
    let mut draining = app.draining.subscribe();
    let pump = async {
        loop {
            pump(&app).await;
            // The reader lost its place, or the engine closed: go on with what is new.
            tokio::time::sleep(POSITIONS_EVERY).await;
        }
    };
    tokio::select! {
        () = pump => {}
        () = drained(&mut draining) => app.hub.end_all("the server is shutting down"),
    }
}

async fn pump(app: &App) {
    let Ok(mut reader) = app.engine.updates(app.engine.position()) else { return };
    let mut tick = tokio::time::interval(POSITIONS_EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let (mut updates, mut lines) = (Vec::new(), Lines::default());
    loop {
        tokio::select! {
            ready = poll_fn(|context| reader.poll_ready(context)) => {
                updates.clear();
                if ready.is_err() || reader.read(&mut updates).is_err() {
                    return;
                }
                for update in &updates {
                    hand_out(app, update, &mut lines);
                }
            }
            _ = tick.tick() => {
                for event in lines.moved.drain() {
                    tell_positions(app, &event);
                }
            }
        }
    }
}

/// What the pump remembers of lines between two looks.
#[derive(Default)]
struct Lines {
    /// Somebody came, went, or moved up.
    moved: HashSet<EventId>,
    /// Told to be sold out.
    sold_out: HashSet<EventId>,
}

fn hand_out(app: &App, update: &Update, lines: &mut Lines) {
    let at = update.at;
    match &update.what {
        What::Reservation(changed) => reservation(app, changed, at),
        What::Payment(changed) => payment(app, changed, at),
        What::HoldExpiring { id, user, expires_at } => {
            let item = Item::Reservation {
                id: id.to_string(),
                from: Some(tacos_engine::ReservationState::Pending),
                to: tacos_engine::ReservationState::Pending,
                expires_at: Some(*expires_at),
                soon: true,
                at,
            };
            to_reservation(app, id.to_bytes(), user.as_ref(), &item);
        }
        What::Joined(_) | What::Left(_) | What::Ready(..) | What::Admitted(_) | What::TicketsExpired(_) => {
            lines.moved.extend(update.event.clone());
        }
        What::QueuePaused(paused) => {
            let kind = if *paused { QueueEventType::QueuePaused } else { QueueEventType::QueueResumed };
            for subscriber in line_of(app, update.event.as_ref()) {
                tell_place(app, &subscriber, Some(kind), at);
            }
        }
        What::RoomDrawn(_) => lines.moved.extend(update.event.clone()),
        What::EventChanged => {
            system(app, update, SystemEventType::AdmissionRateChanged, "the rules have changed");
        }
        What::Seats(_) => {
            system(app, update, SystemEventType::CapacityChanged, "seats were blocked or unblocked");
        }
        What::Sale(SaleState::Closed) => {
            system(app, update, SystemEventType::EventCancelled, "the sale is closed");
        }
        _ => {}
    }
    let seats_moved = match &update.what {
        What::Reservation(changed) => !changed.places.is_empty(),
        What::Payment(changed) => changed.reservation.is_some(),
        _ => false,
    };
    if let Some(event) = update.event.as_ref().filter(|_| seats_moved) {
        let sold_out = app.engine.counts(event).is_ok_and(|counts| counts.available == 0);
        if !sold_out {
            lines.sold_out.remove(event);
        } else if lines.sold_out.insert(event.clone()) {
            system(app, update, SystemEventType::EventSoldOut, "no free seat is left");
        }
    }
}

fn line_of(app: &App, event: Option<&EventId>) -> Vec<Arc<Subscriber>> {
    event.map(|event| app.hub.listeners(|index| &index.lines, event)).unwrap_or_default()
}

fn reservation(app: &App, changed: &ReservationUpdate, at: UnixMs) {
    let item = Item::Reservation {
        id: changed.id.to_string(),
        from: changed.from,
        to: changed.state,
        expires_at: changed.expires_at,
        soon: false,
        at,
    };
    to_reservation(app, changed.id.to_bytes(), changed.user.as_ref(), &item);
}

fn to_reservation(app: &App, id: [u8; 16], user: Option<&UserId>, item: &Item) {
    let mut listeners = app.hub.listeners(|index| &index.reservations, &id);
    listeners
        .extend(user.map(|user| app.hub.listeners(|index| &index.reservations_of, user)).unwrap_or_default());
    for listener in listeners {
        listener.put(Subject::Reservation(id), item.clone());
    }
}

fn payment(app: &App, changed: &PaymentUpdate, at: UnixMs) {
    use tacos_engine::PaymentState::{Completed, Pending, Processing};
    let from = match changed.state {
        Pending => None,
        Processing => Some(Pending),
        tacos_engine::PaymentState::Refunded => Some(Completed),
        _ => Some(Processing),
    };
    let item = Item::Payment { id: changed.id.to_string(), from, to: changed.state, first: false, at };
    let id = changed.id.to_bytes();
    let mut listeners = app.hub.listeners(|index| &index.payments, &id);
    let user = changed.user.as_ref();
    listeners
        .extend(user.map(|user| app.hub.listeners(|index| &index.payments_of, user)).unwrap_or_default());
    for listener in listeners {
        listener.put(Subject::Payment(id), item.clone());
    }
    if let Some(settled) = &changed.reservation {
        reservation(app, settled, at);
    }
}

fn system(app: &App, update: &Update, kind: SystemEventType, message: &str) {
    let Some(event) = &update.event else { return };
    let listeners = line_of(app, Some(event));
    if listeners.is_empty() {
        return;
    }
    let queue = app.engine.queue(event).unwrap_or_default();
    let rate = app.engine.queue_policy(event).map_or(0, |policy| policy.admissions_per_minute);
    let told = SystemUpdate {
        event_id: event.to_string(),
        total_waiting: count(queue.waiting),
        admission_rate: count(rate),
        event_type: kind as i32,
        message: message.to_owned(),
    };
    for listener in listeners {
        listener.put(Subject::System(kind as i32), Item::System { update: told.clone(), at: update.at });
    }
}

fn tell_positions(app: &App, event: &EventId) {
    let now = app.engine.now();
    for subscriber in line_of(app, Some(event)) {
        tell_place(app, &subscriber, None, now);
    }
}

/// Asks for a watched place, and tells of it if it changed or if `cause` says that something happened.
pub(crate) fn tell_place(app: &App, subscriber: &Subscriber, cause: Option<QueueEventType>, at: UnixMs) {
    let Topic::Place(_, token) = &subscriber.topic else { return };
    let place = match app.engine.queue_place(token) {
        Ok(place) => Some(place),
        // Forgotten long after it ended.
        Err(Refusal::UnknownToken) => None,
        Err(_) => return,
    };
    let mut told = subscriber.told.lock();
    let state = place.map_or(QueueState::Expired, |place| place.state);
    let same =
        |old: &QueuePlace| place.is_some_and(|new| new.position == old.position && new.state == old.state);
    if cause.is_none() && told.as_ref().is_some_and(same) {
        return;
    }
    let (event, over) = match state {
        QueueState::Expired => (QueueEventType::TokenExpired, true),
        QueueState::Left | QueueState::Admitted | QueueState::Used => (QueueEventType::Left, true),
        QueueState::Ready => (cause.unwrap_or(QueueEventType::AdmissionReady), false),
        QueueState::Waiting | QueueState::InRoom => (cause.unwrap_or(QueueEventType::PositionChanged), false),
    };
    *told = place;
    drop(told);
    subscriber.put(Subject::Place, Item::Place { place, event, at });
    if over {
        subscriber.finish();
    }
}
