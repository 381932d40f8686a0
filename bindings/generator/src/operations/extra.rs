//! What scenarios have that is no field of the engine's description: rows of a seat map, settings of the engine, updates
//! as flat entries, reads whose answer is no record, and what is done to an engine as a whole.

use tacos_engine::schema::{Enum, Kind as Engine, Read, ReadForm, Struct, UPDATE, VIEWS};

use super::flat::{answer, may, must, words};
use super::{Field, Kind, Operation};

/// A row of numbered seats, or a standing section: an entry of `places`. Rows of one section follow each other.
#[must_use]
pub fn place() -> Vec<Field> {
    vec![
        must("section", Kind::Text, "The section's name."),
        must("price_minor", Kind::Int, "Price of one place in minor units."),
        may(
            "capacity",
            Kind::Int,
            "Standing section: how many places. Then nothing of what follows is given.",
        ),
        may("row", Kind::Text, "The row's label."),
        may("prefix", Kind::Text, "In front of each seat's number."),
        may("first", Kind::Int, "Number of the leftmost seat; 1 if absent."),
        may("step", Kind::Int, "From one number to the next; 1 if absent."),
        may("digits_min", Kind::Int, "Numbers are filled with zeros to so many digits."),
        may("count", Kind::Int, "How many seats."),
        may(
            "labels",
            Kind::Texts,
            "The seats' ids one by one, in place of prefix, first, step, digits_min and count.",
        ),
        may("accessible", Kind::Bool, "The whole row is kept for people who need it."),
        may("accessible_at", Kind::Ints, "These seats of the row are, counted from 0."),
        may("aisles_before", Kind::Ints, "These seats, counted from 0, have an aisle on their left."),
    ]
}

/// Settings of the engine that a scenario may ask for; absent ones are at their defaults.
#[must_use]
pub fn settings() -> Vec<Field> {
    let late = Kind::Word(vec!["retake_or_refund".into(), "refund".into()]);
    vec![
        may("idempotency_required", Kind::Bool, "Refuse writes without a key."),
        may("idempotency_ttl_ms", Kind::Int, "How long an answer is remembered."),
        may("idempotency_keys_max", Kind::Int, "Keys remembered at once."),
        may("reservations_max", Kind::Int, "Reservations kept at once."),
        may("payments_max", Kind::Int, "Payment intents kept at once."),
        may("webhooks_max", Kind::Int, "Webhooks in the outbox."),
        may("notes_max", Kind::Int, "Durable notes."),
        may("retention_ms", Kind::Int, "How long what has ended can be looked up."),
        may("expiry_warning_ms", Kind::Int, "How long before its end a hold is warned of; 0 for never."),
        may("admissions_per_second_max", Kind::Int, "Ceiling over all lines."),
        may("late_payment", late, "What becomes of money that comes too late."),
        may("payment_amount_must_match", Kind::Bool, "A payment must be for the reservation's total."),
        may("payment_ttl_ms", Kind::Int, "Life of a payment intent."),
        may("payment_time_permille", Kind::Int, "Share of real time that simulated payments take."),
        may("webhook_retries_max", Kind::Int, "Attempts after the first."),
    ]
}

/// The name of a read in scenarios.
pub(crate) fn read_name(method: &'static str) -> &'static str {
    if method == "copy_free_seats" { "free_seats" } else { method }
}

/// The fields of a read's answer.
pub(super) fn results(read: &Read) -> Vec<Field> {
    let items = |fields| must("items", Kind::Records(fields), "The entries.");
    match (read.method, read.gives) {
        ("copy_free_seats", _) => vec![must("free", Kind::Int, "Bits that are set.")],
        ("token_event", _) => vec![must("event", Kind::Text, "The event's id.")],
        ("due_webhooks", Engine::Pair(Engine::List(Engine::Struct(webhook)), _)) => {
            vec![items(answer(webhook)), may("next_at_ms", Kind::Int, "The time of the next one.")]
        }
        ("read_note", _) => vec![may("value", Kind::Text, "Its value; absent if there is none.")],
        ("notes", _) => {
            let note = vec![must("name", Kind::Text, "Its name."), must("value", Kind::Text, "Its value.")];
            vec![items(note)]
        }
        ("position", _) => vec![must("position", Kind::Int, "To read updates from.")],
        ("updates", _) => {
            vec![items(updates()), must("position", Kind::Int, "Where the last of them ends.")]
        }
        ("status", _) => vec![
            must("events", Kind::Int, "Events."),
            must("webhooks_waiting", Kind::Int, "Webhooks to deliver."),
            must("webhooks_dead", Kind::Int, "Dead letters."),
            must("idempotency_keys", Kind::Int, "Keys remembered."),
            must("poisoned", Kind::Bool, "The journal takes no more writes."),
        ],
        (_, Engine::Struct(record)) if read.form == ReadForm::Page => {
            let next = may("next", Kind::Text, "Where the next page begins; absent on the last page.");
            vec![items(answer(record)), next]
        }
        (_, Engine::Struct(record)) => answer(record),
        (_, Engine::List(Engine::Struct(record))) => vec![items(answer(record))],
        (method, other) => unreachable!("{method}: {other:?} has no form in scenarios yet"),
    }
}

/// What is done to an engine as a whole.
pub(super) fn whole() -> impl Iterator<Item = Operation> {
    let of = |name, about: &str| Operation {
        name,
        writes: false,
        about: about.into(),
        args: Vec::new(),
        results: Vec::new(),
    };
    [
        of("clear_idempotency", "Forgets all remembered answers."),
        of("snapshot", "Takes a snapshot of everything durable by now."),
        of("close", "Closes the engine; writes after it fail with `closed`, reads go on."),
    ]
    .into_iter()
}

/// An update as a flat entry.
fn updates() -> Vec<Field> {
    let record = |name: &str| *VIEWS.iter().find(|view| view.name == name).expect("a view");
    let words_of = |record: &Struct, name: &str| {
        let field = record.fields.iter().find(|field| field.name == name).expect("its field");
        let Engine::Enum(of) = field.kind else { unreachable!("{name} is one of several words") };
        words(of)
    };
    let reservation = || words_of(record("ReservationView"), "state");
    vec![
        must("kind", words(what()), "What happened."),
        must("at_ms", Kind::Int, "When."),
        may("event", Kind::Text, "The event that it is about."),
        may("id", Kind::Text, "The reservation, payment, webhook or note; the seed of a draw."),
        may("user", Kind::Text, "Whose it is."),
        may("from", reservation(), "Reservation: where it stood before; absent if it is new."),
        may("state", Kind::Text, "Where the sale, reservation or payment stands."),
        may("paused", Kind::Bool, "`queue_paused`: paused or resumed."),
        may("expires_at_ms", Kind::Int, "When the hold ends."),
        may("seats", Kind::Texts, "Places that changed hands."),
        may("seats_state", words_of(record("SeatView"), "state"), "How they stand now."),
        may("effect", words_of(record("PaymentView"), "effect"), "Payment: what became of the reservation."),
        may("refunded_minor", Kind::Int, "Payment: what went back."),
        may("reservation", Kind::Text, "Payment: the reservation that changed with it."),
        may("reservation_state", reservation(), "Payment: where that stands now."),
        may("tickets", Kind::Int, "`ready`, `tickets_expired`: how many people."),
        may("until_ms", Kind::Int, "`ready`: until when it is their turn."),
    ]
}

fn what() -> &'static Enum {
    let Some(Engine::Enum(what)) =
        UPDATE.fields.iter().find(|field| field.name == "what").map(|field| field.kind)
    else {
        unreachable!("what happened is one of several forms")
    };
    what
}
