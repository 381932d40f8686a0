//! What the change feed shows of an update: the content of its record, and values that never change. A value that may
//! have changed since is left out, so that a reader of the past sees the past.

use std::collections::BTreeMap;

use tacos_engine::views::{PaymentView, PlaceView, ReservationView, SeatState};
use tacos_engine::{
    Engine, EventId, PaymentState, PaymentUpdate, PlaceChanged, ReservationState, ReservationUpdate, Update,
    UpdateKind,
};
use tacos_proto::common::v1::Seat;
use tacos_proto::engine::v1::watch_feed_response::Change;
use tacos_proto::engine::v1::{
    EventChange, EventRecord, EventSettings, PaymentChange, PlaceState, PlacesChange, QueueChange,
    ReservationChange, SeatsChange,
};
use tacos_proto::payment::v1::Payment;
use tacos_proto::reservation::v1::Reservation;

use super::events::wire_sale;
use crate::hub::is_refund;
use crate::wire::time::count;
use crate::wire::{Spell, outbound, timestamp};

/// What happened to an event; `None` for updates that are of none.
pub(super) fn event_change(what: &UpdateKind) -> Option<EventChange> {
    Some(match what {
        UpdateKind::EventCreated => EventChange::Created,
        UpdateKind::EventChanged => EventChange::Changed,
        UpdateKind::Sale(_) => EventChange::Sale,
        UpdateKind::QueuePaused(true) => EventChange::QueuePaused,
        UpdateKind::QueuePaused(false) => EventChange::QueueResumed,
        UpdateKind::RoomDrawn(_) => EventChange::PresaleDrawn,
        _ => return None,
    })
}

/// An event, as far as the update's record has it.
pub(super) fn event(update: &Update) -> Option<Change> {
    let id = update.event.as_ref()?;
    let mut record = EventRecord {
        settings: Some(EventSettings { event_id: id.to_string(), ..EventSettings::default() }),
        updated_at: timestamp(update.at),
        ..EventRecord::default()
    };
    match &update.what {
        UpdateKind::EventCreated => record.created_at = timestamp(update.at),
        UpdateKind::Sale(state) => record.set_state(wire_sale(*state)),
        UpdateKind::QueuePaused(paused) => record.queue_paused = *paused,
        _ => {}
    }
    Some(Change::Event(record))
}

/// Seats and standing places that changed hands, by what they became.
pub(super) fn seats(
    engine: &Engine,
    event: &EventId,
    places: &[PlaceChanged],
    reservation: &str,
) -> Vec<Change> {
    let Ok(view) = engine.event(event) else { return Vec::new() };
    let owner = |state: SeatState| match state {
        SeatState::Reserved | SeatState::Sold => reservation.to_owned(),
        SeatState::Available | SeatState::Blocked => String::new(),
    };
    let mut by_state: BTreeMap<i32, (SeatState, Vec<String>)> = BTreeMap::new();
    let mut changes = Vec::new();
    for changed in places {
        let Some(place) = engine.describe(view.number, changed.place) else { continue };
        let PlaceView { id, section, number, .. } = place;
        let state = changed.state;
        if number.is_empty() && id == section {
            changes.push(Change::Places(PlacesChange {
                event_id: event.to_string(),
                section_id: section,
                counts: None,
                reservation_id: reservation.to_owned(),
                changed: count(place.count),
                status: state.spell(),
            }));
        } else {
            by_state.entry(state.spell()).or_insert_with(|| (state, Vec::new())).1.push(id);
        }
    }
    for (status, (state, seat_ids)) in by_state {
        let (event_id, reservation_id) = (event.to_string(), owner(state));
        changes.push(Change::Seats(SeatsChange { event_id, seat_ids, status, reservation_id }));
    }
    changes
}

/// A reservation. `known` is as it is now; only what never changes is taken from it.
pub(super) fn reservation(
    engine: &Engine,
    update: &Update,
    changed: &ReservationUpdate,
    known: Option<&ReservationView>,
) -> Change {
    let external = known.and_then(|view| view.external.as_ref());
    let user = changed.user.as_ref().or(known.map(|view| &view.user));
    let is_new = changed.from.is_none();
    let created_at = if is_new { Some(update.at) } else { known.map(|view| view.created_at) };
    let sold = matches!(changed.state, ReservationState::Confirmed | ReservationState::Refunded);
    let seats = seats_of(engine, update.event.as_ref(), &changed.places);
    // Only a part was given back: the record does not have the sum of what is left.
    let whole = is_new || changed.state != ReservationState::Pending;
    let currency = seats.first().and_then(|seat| seat.price.as_ref()).map(|price| price.currency.clone());
    let sum = seats.iter().filter_map(|seat| seat.price.as_ref()).map(|price| price.amount).sum();
    let total_amount =
        currency.filter(|_| whole).map(|currency| tacos_proto::common::v1::Money { amount: sum, currency });
    let reservation = Reservation {
        reservation_id: external.map_or_else(|| changed.id.to_string(), ToString::to_string),
        event_id: update.event.as_ref().map(ToString::to_string).unwrap_or_default(),
        user_id: user.map(ToString::to_string).unwrap_or_default(),
        status: changed.state.spell(),
        quantity: count(seats.len()),
        seats,
        total_amount,
        created_at: created_at.and_then(timestamp),
        updated_at: timestamp(update.at),
        hold_expires_at: changed.expires_at.and_then(timestamp),
        payment_intent_id: String::new(),
        order_id: if sold { changed.id.order().to_string() } else { String::new() },
        metadata: None,
    };
    let old_status = changed.from.map_or(0, Spell::spell);
    Change::Reservation(ReservationChange { reservation: Some(reservation), old_status })
}

/// The places of an update with what they became.
fn seats_of(engine: &Engine, event: Option<&EventId>, places: &[PlaceChanged]) -> Vec<Seat> {
    let Some(view) = event.and_then(|event| engine.event(event).ok()) else { return Vec::new() };
    let currency = view.settings.currency;
    let spelled =
        places.iter().map(|one| outbound::seats(engine, view.number, &[one.place], one.state, currency));
    spelled.flatten().collect()
}

/// A payment. `known` is as it is now; only what never changes is taken from it.
pub(super) fn payment(
    update: &Update,
    changed: &PaymentUpdate,
    known: Option<PaymentView>,
    from: Option<PaymentState>,
) -> Change {
    let paid_back = changed.refunded_minor > 0;
    let (payment, refunded) = match known {
        Some(view) => {
            let back = paid_back.then(|| outbound::money(changed.refunded_minor, view.amount.currency));
            (outbound::payment(&as_it_was(update, changed, view)), back.flatten())
        }
        None => (bare_payment(update, changed), None),
    };
    let refund_id = match changed.refund_number {
        0 => String::new(),
        number => crate::services::refund_id(changed.id, number),
    };
    Change::Payment(PaymentChange {
        payment: Some(payment),
        old_status: from.map_or(0, Spell::spell),
        refund_id,
        late_money_refunded: paid_back && !is_refund(changed),
        refunded,
    })
}

fn as_it_was(update: &Update, changed: &PaymentUpdate, mut known: PaymentView) -> PaymentView {
    let processed_at = match changed.state {
        PaymentState::Pending | PaymentState::Processing => None,
        // The outcome lies before the refund, and does not change any more.
        _ if is_refund(changed) => known.processed_at,
        _ => Some(update.at),
    };
    // After a refund in part the sum of all is not in the record; after the last one it is the whole amount.
    let whole = changed.state == PaymentState::Refunded;
    known.state = changed.state;
    known.changed_at = update.at;
    known.processed_at = processed_at;
    known.refunds = u32::from(whole);
    known.refunded_minor = if whole { known.amount.minor } else { 0 };
    known
}

/// What is left of a payment that is long forgotten.
fn bare_payment(update: &Update, changed: &PaymentUpdate) -> Payment {
    Payment {
        payment_intent_id: changed.id.to_string(),
        payment_id: changed.id.to_string(),
        user_id: changed.user.as_ref().map(ToString::to_string).unwrap_or_default(),
        status: changed.state.spell(),
        updated_at: timestamp(update.at),
        ..Payment::default()
    }
}

/// Changes of tickets in a line.
pub(super) fn queue(event: &EventId, places: &[u32], state: PlaceState) -> Vec<Change> {
    let one = |place: &u32| {
        Change::Queue(QueueChange {
            event_id: event.to_string(),
            place_number: i64::from(*place),
            state: state as i32,
            ..QueueChange::default()
        })
    };
    places.iter().map(one).collect()
}
