//! Reads: what the engine shows, in the words of the wire.

use tacos_engine::views::{Cursor, Page, PaymentView, ReservationView};
use tacos_engine::{
    Caller, Engine, EventId, ExternalId, Failure, PackedPlace, PaymentState, Pending, Place, Refusal,
    ReservationRef, ReservationState, SeatId, UserId, WaitingToken,
};
use tacos_proto::command::v1 as wire;
use tacos_proto::command::v1::answer::Outcome;
use tacos_proto::command::v1::call::Operation;

use super::asked::failed;
use super::rules::{NOTES, own_note};
use super::show::{Show, Shown};
use super::take::{Taken, said, take};
use crate::app::App;

/// What a read found, or waits for.
pub(super) enum Found {
    Now(Outcome),
    Reservation(Pending<ReservationView>),
    Reservations(Pending<Page<ReservationView>>),
    Payment(Pending<PaymentView>),
    Payments(Pending<Page<PaymentView>>),
}

pub(super) fn reservation(app: &App, trace: &str, found: &Result<ReservationView, Failure>) -> Outcome {
    in_words(app, trace, found, |view, out| Outcome::Reservation(out.put(view)))
}

pub(super) fn payment(app: &App, trace: &str, found: &Result<PaymentView, Failure>) -> Outcome {
    in_words(app, trace, found, |view, out| Outcome::Payment(out.put(view)))
}

pub(super) fn reservations(
    app: &App,
    trace: &str,
    found: &Result<Page<ReservationView>, Failure>,
) -> Outcome {
    in_words(app, trace, found, |page, out| {
        Outcome::Reservations(wire::ReservationViewPage {
            items: out.list(&page.items),
            next: out.put(&page.next),
        })
    })
}

pub(super) fn payments(app: &App, trace: &str, found: &Result<Page<PaymentView>, Failure>) -> Outcome {
    in_words(app, trace, found, |page, out| {
        Outcome::Payments(wire::PaymentViewPage { items: out.list(&page.items), next: out.put(&page.next) })
    })
}

fn in_words<T>(
    app: &App,
    trace: &str,
    found: &Result<T, Failure>,
    words: impl FnOnce(&T, &mut Shown<'_>) -> Outcome,
) -> Outcome {
    match found {
        Ok(found) => words(found, &mut Shown::new(&app.engine)),
        Err(failure) => failed(app, trace, failure),
    }
}

fn event(event: String) -> Taken<EventId> {
    take(event, "event")
}

/// As many as a page has, if it is not said.
fn most(most: Option<u32>) -> usize {
    most.map_or(100, |most| most as usize)
}

/// Looks, or asks what must be durable before it is shown.
pub(super) fn look(app: &App, operation: Operation) -> Taken<Found> {
    let engine = &app.engine;
    Ok(match operation {
        Operation::ReadReservation(read) => {
            let which = take::<_, ReservationRef>(said(read.which, "which")?, "which")?;
            let caller = take::<_, Caller>(read.user, "user")?;
            Found::Reservation(engine.reservation(&which, &caller))
        }
        Operation::ReadReservations(read) => {
            let user: UserId = take(read.user, "user")?;
            let state: Option<ReservationState> = take(read.state, "state")?;
            let event: Option<EventId> = take(read.event, "event")?;
            let after: Option<Cursor> = take(read.after, "after")?;
            Found::Reservations(engine.reservations(&user, state, event.as_ref(), after, most(read.most)))
        }
        Operation::ReadPayment(read) => {
            let caller = take::<_, Caller>(read.user, "user")?;
            Found::Payment(engine.payment(take(read.payment, "payment")?, &caller))
        }
        Operation::ReadPayments(read) => {
            let user: UserId = take(read.user, "user")?;
            let state: Option<PaymentState> = take(read.state, "state")?;
            let reservation = take(read.reservation, "reservation")?;
            let after: Option<Cursor> = take(read.after, "after")?;
            Found::Payments(engine.payments(&user, state, reservation, after, most(read.most)))
        }
        other => Found::Now(now(app, other)?),
    })
}

/// What waits for nothing.
fn now(app: &App, operation: Operation) -> Taken<Outcome> {
    let (engine, out) = (&app.engine, &mut Shown::new(&app.engine));
    Ok(match operation {
        Operation::ReadEvent(read) => Outcome::Event(out.put(&engine.event(&event(read.event)?)?)),
        Operation::ReadEvents(_) => {
            Outcome::Events(wire::EventViewList { items: out.list(&engine.events()) })
        }
        Operation::ReadSections(read) => Outcome::Sections(wire::SectionViewList {
            items: out.list(&engine.sections(&event(read.event)?)?),
        }),
        Operation::ReadCounts(read) => Outcome::Counts(out.put(&engine.counts(&event(read.event)?)?)),
        Operation::ReadSeats(read) => {
            let from = read.from.unwrap_or(0);
            let most: Option<usize> = take(read.most, "most")?;
            let seats = engine.seats(&event(read.event)?, from, most.unwrap_or(usize::MAX))?;
            Outcome::Seats(wire::SeatViewList { items: out.list(&seats) })
        }
        Operation::ReadSeatsNamed(read) => {
            let seats: Vec<SeatId> = take(read.seats, "seats")?;
            let seats = engine.seats_named(&event(read.event)?, &seats)?;
            Outcome::SeatsNamed(wire::SeatViewList { items: out.list(&seats) })
        }
        Operation::ReadFreeSeats(read) => {
            let mut words = Vec::new();
            engine.copy_free_seats(&event(read.event)?, &mut words)?;
            Outcome::FreeSeats(words.into_iter().flat_map(u64::to_le_bytes).collect())
        }
        Operation::ReadQueuePlace(read) => {
            Outcome::QueuePlace(out.put(&engine.queue_place(&take(read.token, "token")?)?))
        }
        Operation::ReadTokenEvent(read) => {
            let token: WaitingToken = take(read.token, "token")?;
            Outcome::TokenEvent(out.put(&engine.token_event(&token)?))
        }
        Operation::ReadQueue(read) => Outcome::Queue(out.put(&engine.queue(&event(read.event)?)?)),
        Operation::ReadQueuePolicy(read) => {
            Outcome::QueuePolicy(out.put(&engine.queue_policy(&event(read.event)?)?))
        }
        Operation::ReadDraw(read) => Outcome::Draw(out.put(&engine.draw(&event(read.event)?)?)),
        Operation::ReadPosition(_) => Outcome::Position(out.put(&engine.position())),
        Operation::ReadStatus(_) => Outcome::Status(out.put(&engine.status())),
        Operation::PrepareEvent(read) => {
            Outcome::Prepared(engine.prepare_event(&event(read.event)?)?.to_prepared_text())
        }
        Operation::PrepareSeat(read) => {
            let (event, seat) = (event(read.event)?, take(read.seat, "seat")?);
            Outcome::Prepared(engine.prepare_seat(&event, &seat)?.to_prepared_text())
        }
        Operation::PrepareUser(read) => {
            Outcome::Prepared(engine.prepare_user(&take(read.user, "user")?).to_prepared_text())
        }
        Operation::ReadPlaces(read) => {
            Outcome::Places(wire::PlaceViewList { items: places(engine, &read, out)? })
        }
        Operation::ReadEventId(read) => {
            Outcome::EventId(out.put(&engine.event_id(read.number).ok_or(Refusal::UnknownEvent)?))
        }
        other => operators(app, other, out)?,
    })
}

/// Places in words, by the engine's own numbers of them.
fn places(engine: &Engine, read: &wire::ReadPlaces, out: &mut Shown<'_>) -> Taken<Vec<wire::PlaceView>> {
    let event = engine.event_id(read.event_number).ok_or(Refusal::UnknownEvent)?;
    let sections = engine.sections(&event)?.len();
    let described = |&number: &u32| {
        let bad = || Refusal::invalid("places", "is not a place of this event", number);
        let place = PackedPlace::from_bits(number).ok_or_else(bad)?;
        let is_known = match place.unpack() {
            Place::Seat(seat) => !engine.seats(&event, seat.0, 1)?.is_empty(),
            Place::General { section, .. } => usize::from(section) < sections,
        };
        let view = if is_known { engine.describe(read.event_number, place) } else { None };
        view.map(|view| out.put(&view)).ok_or_else(bad)
    };
    read.place_numbers.iter().map(described).collect()
}

/// What operators look at.
fn operators(app: &App, operation: Operation, out: &mut Shown<'_>) -> Taken<Outcome> {
    let engine = &app.engine;
    let note = |name: String| {
        let name: ExternalId = take(name, "name")?;
        own_note(&name).map_err(|_| Refusal::invalid("name", "is too long", &name))
    };
    Ok(match operation {
        Operation::ReadDueWebhooks(read) => {
            let most: Option<usize> = take(read.most, "most")?;
            let (webhooks, next_at) = engine.due_webhooks(most.unwrap_or(100));
            let next_at_unix_ms = next_at.as_ref().map(|at| at.show(out));
            Outcome::DueWebhooks(wire::DueWebhooks { webhooks: out.list(&webhooks), next_at_unix_ms })
        }
        Operation::ReadDeadWebhooks(read) => {
            let after: Option<u64> = take(read.after, "after")?;
            let webhooks = engine.dead_webhooks(after.unwrap_or(0));
            Outcome::DeadWebhooks(wire::WebhookViewList { items: out.list(&webhooks) })
        }
        Operation::ReadNote(read) => {
            Outcome::Note(wire::NoteValue { value: engine.read_note(&note(read.name)?) })
        }
        Operation::ReadNotes(read) => {
            let entries = engine.notes(&format!("{NOTES}{}", read.prefix)).into_iter();
            let notes = entries.map(|(name, value)| wire::NoteEntry {
                name: name.as_str().strip_prefix(NOTES).unwrap_or_default().to_owned(),
                value: value.to_vec(),
            });
            Outcome::Notes(wire::NoteEntries { notes: notes.collect() })
        }
        _ => return Err(Refusal::invalid("operation", "is no read", "")),
    })
}
