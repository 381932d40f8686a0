//! Fields that several operations share, and the fields of the objects inside arguments and answers.

use super::Kind::{Bool, Int, Ints, Records, Text, Texts, Word};
use super::{Field, Kind, may, must};

pub(super) const SALE_STATES: Kind = Word(&["draft", "open", "paused", "closed"]);
pub(super) const RESERVATION_STATES: Kind =
    Word(&["pending", "confirmed", "cancelled", "expired", "failed", "refunded"]);
pub(super) const PAYMENT_STATES: Kind =
    Word(&["pending", "processing", "completed", "failed", "cancelled", "expired", "refunded"]);
pub(super) const QUEUE_STATES: Kind =
    Word(&["in_room", "waiting", "ready", "admitted", "used", "left", "expired"]);
pub(super) const SEAT_STATES: Kind = Word(&["available", "reserved", "sold", "blocked"]);
pub(super) const EFFECTS: Kind = Word(&["none", "confirmed", "retaken", "paid_back", "released"]);
pub(super) const METHODS: Kind =
    Word(&["credit_card", "debit_card", "bank_transfer", "mobile_pay", "digital_wallet"]);
pub(super) const SCENARIOS: Kind = Word(&["approve", "fail", "delay", "random", "timeout", "outside"]);

pub(super) const EVENT: &[Field] = &[must("event", Text, "The event's id.")];
pub(super) const KEY: &[Field] = &[may("key", Text, "Idempotency key.")];
pub(super) const USER: &[Field] = &[may("user", Text, "Whose it must be.")];
pub(super) const WHICH: &[Field] = &[
    may("id", Text, "The reservation; this or `external`."),
    may("external", Text, "The id that its service brought; this or `id`."),
];
pub(super) const AT: &[Field] = &[must("at_ms", Int, "When.")];
pub(super) const TOKEN: &[Field] = &[must("token", Text, "The waiting token.")];
pub(super) const PAGE: &[Field] = &[
    may("after", Text, "`next` of the page before; absent for the first page."),
    may("most", Int, "Entries on the page, 1 to 100; 100 if absent."),
];
pub(super) const NEXT: Field = may("next", Text, "Where the next page begins; absent on the last page.");

/// Settings of the engine that a scenario may ask for; absent ones are at their defaults.
pub const SETTINGS: &[Field] = &[
    may("idempotency_required", Bool, "Refuse writes without a key."),
    may("idempotency_ttl_ms", Int, "How long an answer is remembered."),
    may("idempotency_keys_max", Int, "Keys remembered at once."),
    may("reservations_max", Int, "Reservations kept at once."),
    may("payments_max", Int, "Payment intents kept at once."),
    may("webhooks_max", Int, "Webhooks in the outbox."),
    may("notes_max", Int, "Durable notes."),
    may("retention_ms", Int, "How long what has ended can be looked up."),
    may("expiry_warning_ms", Int, "How long before its end a hold is warned of; 0 for never."),
    may("admissions_per_second_max", Int, "Ceiling over all lines."),
    may("late_payment", Word(&["retake_or_refund", "refund"]), "What becomes of money that comes too late."),
    may("payment_amount_must_match", Bool, "A payment must be for the reservation's total."),
    may("payment_ttl_ms", Int, "Life of a payment intent."),
    may("payment_time_permille", Int, "Share of real time that simulated payments take."),
    may("webhook_retries_max", Int, "Attempts after the first."),
];

/// An event's settings, in `create_event` and `update_event`; absent ones are at their defaults.
pub const EVENT_SETTINGS: &[Field] = &[
    may("name", Text, "Name for people; empty if absent."),
    must("currency", Text, "Three letters."),
    may("seats_per_reservation_max", Int, "Seats of one reservation."),
    may("seats_per_user_max", Int, "Seats of one user; absent for no bound."),
    may("hold_ms", Int, "How long a hold lasts."),
    may("hold_ms_max", Int, "The longest that a hold may last, extensions included."),
    may("extension_ms_max", Int, "The most that one extension adds."),
    may("extensions_max", Int, "How often a hold may be extended."),
    may("sale_starts_ms", Int, "Nobody can reserve before."),
    may("sale_ends_ms", Int, "Nobody can reserve from then on."),
];

/// A row of numbered seats, or a standing section: an entry of `places`. Rows of one section follow each other.
pub const PLACE: &[Field] = &[
    must("section", Text, "The section's name."),
    must("price_minor", Int, "Price of one place in minor units."),
    may("capacity", Int, "Standing section: how many places. Then nothing of what follows is given."),
    may("row", Text, "The row's label."),
    may("prefix", Text, "In front of each seat's number."),
    may("first", Int, "Number of the leftmost seat; 1 if absent."),
    may("step", Int, "From one number to the next; 1 if absent."),
    may("digits_min", Int, "Numbers are filled with zeros to so many digits."),
    may("count", Int, "How many seats."),
    may("labels", Texts, "The seats' ids one by one, in place of prefix, first, step, digits_min and count."),
    may("accessible", Bool, "The whole row is kept for people who need it."),
    may("accessible_at", Ints, "These seats of the row are, counted from 0."),
    may("aisles_before", Ints, "These seats, counted from 0, have an aisle on their left."),
];

/// The rules of a waiting line; absent ones are at their defaults.
pub const QUEUE: &[Field] = &[
    may("enabled", Bool, "False: nobody has to wait."),
    may("admissions_per_minute", Int, "People made ready per minute."),
    may("burst", Int, "Permits that a quiet line saves up."),
    may("inside_max", Int, "People inside at once."),
    may("waiting_max", Int, "People waiting at once."),
    may("claim_window_ms", Int, "How long a turn is kept."),
    may("token_ttl_ms", Int, "How long an admission is valid."),
    may("inactivity_ms", Int, "Who shows no activity for so long loses the place."),
    may("one_place_per_user", Bool, "One place per user, whatever the number of sessions."),
    may("room_opens_ms", Int, "Pre-sale room: nobody can join before. With `room_draws_ms`, or neither."),
    may("room_draws_ms", Int, "Pre-sale room: the order is drawn then."),
];

pub(super) const COUNTS: &[Field] = &[
    must("available", Int, "Can be had."),
    must("reserved", Int, "Held."),
    must("sold", Int, "Sold."),
    must("blocked", Int, "Off sale."),
    must("total", Int, "All; always the sum of the others."),
];

pub(super) const HELD: &[Field] = &[
    must("seats", Texts, "Ids in the seat map's order; standing places as `floor*3`."),
    must("count", Int, "How many places."),
];

pub(super) const RESERVATION: &[Field] = &[
    must("id", Text, "`rsv_…`"),
    may("external", Text, "The id that its service brought."),
    must("event", Text, "Its event."),
    must("user", Text, "Whose it is."),
    must("state", RESERVATION_STATES, "Where it stands."),
    must("seats", Texts, "Ids in the seat map's order; standing places as `floor*3`."),
    must("count", Int, "How many places."),
    must("total_minor", Int, "Their price together."),
    must("currency", Text, "Of the price."),
    must("created_at_ms", Int, "When it was made."),
    must("changed_at_ms", Int, "When it last changed."),
    must("expires_at_ms", Int, "The hold ends, or ended."),
    must("extensions", Int, "How often it was extended."),
    may("payment", Text, "The newest intent for it."),
];

pub(super) const PAYMENT: &[Field] = &[
    must("id", Text, "`pay_…`"),
    must("state", PAYMENT_STATES, "Where it stands."),
    may("reservation", Text, "The reservation paid for."),
    may("unlinked", Text, "What is paid for, if the engine does not know it."),
    must("user", Text, "Who pays."),
    must("amount_minor", Int, "How much."),
    must("currency", Text, "Of the amount."),
    must("refunded_minor", Int, "How much went back."),
    must("refunds", Int, "In how many refunds."),
    must("method", METHODS, "How."),
    must("scenario", SCENARIOS, "What the simulated processor does."),
    must("effect", EFFECTS, "What became of the reservation."),
    must("created_at_ms", Int, "When it was made."),
    must("changed_at_ms", Int, "When it last changed."),
    may("processed_at_ms", Int, "When its outcome came."),
    must("expires_at_ms", Int, "Its life ends."),
    may("webhook_url", Text, "Where results are delivered."),
    must("attachment", Text, "What was carried along."),
];

pub(super) const PAYMENT_CHANGED: &[Field] = &[
    must("id", Text, "`pay_…`"),
    must("state", PAYMENT_STATES, "Where it stands."),
    must("at_ms", Int, "When it came to stand there."),
    must("expires_at_ms", Int, "The intent's life ends."),
    must("refunded_minor", Int, "What this write paid back."),
    must("refund_number", Int, "How many refunds there were."),
    must("effect", EFFECTS, "What became of the reservation."),
];

pub(super) const WEBHOOK: &[Field] = &[
    must("id", Text, "`wh_…`"),
    must("payment", Text, "The payment that it tells of."),
    must("tells", PAYMENT_STATES, "The state that it tells of."),
    must("created_at_ms", Int, "When it was put into the outbox."),
    must("attempts", Int, "Attempts so far."),
    may("next_at_ms", Int, "When to try next; absent for a dead letter."),
    must("order", Int, "Order of creation, to page by."),
];

pub(super) const SECTION: &[Field] = &[
    must("section", Text, "Its name."),
    must("standing", Bool, "It has places but no numbered seats."),
    must("available", Int, "Can be had."),
    must("reserved", Int, "Held."),
    must("sold", Int, "Sold."),
    must("blocked", Int, "Off sale."),
    must("total", Int, "All."),
    must("price_min_minor", Int, "Cheapest place."),
    must("price_max_minor", Int, "Dearest place."),
];

pub(super) const SEAT: &[Field] = &[
    must("id", Text, "The seat."),
    must("section", Text, "Its section."),
    must("row", Text, "Its row."),
    must("number", Text, "Its number within the row."),
    must("price_minor", Int, "Its price."),
    must("state", SEAT_STATES, "How it stands."),
];

pub(super) const NOTE: &[Field] = &[must("name", Text, "Its name."), must("value", Text, "Its value.")];

pub(super) const QUEUE_PLACE: &[Field] = &[
    must("state", QUEUE_STATES, "How the place stands."),
    must("position", Int, "1 is next; 0 where there is no position."),
    may("eta_ms", Int, "Expected wait; absent when nothing is known."),
    may(
        "expires_at_ms",
        Int,
        "The place is lost then; absent while nothing can end it (a turn while the line is paused).",
    ),
];

/// Kinds of updates.
pub(super) const UPDATE_KINDS: Kind = Word(&[
    "event_created",
    "event_changed",
    "sale",
    "queue_paused",
    "room_drawn",
    "seats",
    "reservation",
    "hold_expiring",
    "payment",
    "webhook",
    "joined",
    "left",
    "ready",
    "admitted",
    "tickets_expired",
    "note",
]);

pub(super) const UPDATE: &[Field] = &[
    must("kind", UPDATE_KINDS, "What happened."),
    must("at_ms", Int, "When."),
    may("event", Text, "The event that it is about."),
    may("id", Text, "The reservation, payment, webhook or note; the seed of a draw."),
    may("user", Text, "Whose it is."),
    may("from", RESERVATION_STATES, "Reservation: where it stood before; absent if it is new."),
    may("state", Text, "Where the sale, reservation or payment stands."),
    may("paused", Bool, "`queue_paused`: paused or resumed."),
    may("expires_at_ms", Int, "When the hold ends."),
    may("seats", Texts, "Places that changed hands."),
    may("seats_state", SEAT_STATES, "How they stand now."),
    may("effect", EFFECTS, "Payment: what became of the reservation."),
    may("refunded_minor", Int, "Payment: what went back."),
    may("reservation", Text, "Payment: the reservation that changed with it."),
    may("reservation_state", RESERVATION_STATES, "Payment: where that stands now."),
    may("tickets", Int, "`ready`, `tickets_expired`: how many people."),
    may("until_ms", Int, "`ready`: until when it is their turn."),
];

/// The list of an answer that lists.
pub(super) const fn items(fields: &'static [Field]) -> Field {
    must("items", Records(fields), "The entries.")
}
