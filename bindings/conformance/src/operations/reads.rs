//! The reads, and what is done to an engine as a whole.

use super::Kind::{Bool, Int, Text, Texts};
use super::fields::{
    COUNTS, EVENT, NEXT, NOTE, PAGE, PAYMENT, PAYMENT_STATES, QUEUE, QUEUE_PLACE, RESERVATION,
    RESERVATION_STATES, SALE_STATES, SEAT, SECTION, TOKEN, UPDATE, USER, WEBHOOK, WHICH, items,
};
use super::{EVENT_SETTINGS, Field, Operation, may, must};

const EVENT_VIEW: &[&[Field]] = &[
    EVENT,
    EVENT_SETTINGS,
    &[must("sale", SALE_STATES, "Where its sale stands."), must("has_queue", Bool, "It has a waiting line.")],
    COUNTS,
];
const EVENT_LISTED: &[Field] = &[
    must("event", Text, "Its id."),
    must("name", Text, "Its name."),
    must("sale", SALE_STATES, "Where its sale stands."),
    must("available", Int, "Places that can be had."),
];

const fn read(
    name: &'static str,
    about: &'static str,
    grpc: &'static str,
    args: &'static [&'static [Field]],
    results: &'static [&'static [Field]],
) -> Operation {
    Operation { name, writes: false, about, grpc, args, results }
}

pub(super) const READS: &[Operation] = &[
    read(
        "reservation",
        "A reservation.",
        "ReservationService GetReservation",
        &[WHICH, USER],
        &[RESERVATION],
    ),
    read(
        "reservations",
        "A user's reservations, newest first.",
        "ReservationService ListReservations",
        &[
            &[
                must("user", Text, "Whose."),
                may("state", RESERVATION_STATES, "Only in this state."),
                may("event", Text, "Only of this event."),
            ],
            PAGE,
        ],
        &[&[items(RESERVATION), NEXT]],
    ),
    read(
        "payment",
        "A payment intent.",
        "PaymentService GetPaymentStatus",
        &[&[must("payment", Text, "The intent.")], USER],
        &[PAYMENT],
    ),
    read(
        "payments",
        "A user's payments, newest first.",
        "PaymentService ListPayments",
        &[
            &[
                must("user", Text, "Whose."),
                may("state", PAYMENT_STATES, "Only in this state."),
                may("reservation", Text, "Only of this reservation."),
            ],
            PAGE,
        ],
        &[&[items(PAYMENT), NEXT]],
    ),
    read("event", "An event.", "engine.v1 GetEvent", &[EVENT], EVENT_VIEW),
    read(
        "events",
        "All events, in the order of their creation.",
        "engine.v1 ListEvents",
        &[],
        &[&[items(EVENT_LISTED)]],
    ),
    read(
        "sections",
        "An event's sections with counts and prices.",
        "InventoryService GetInventoryStatus",
        &[EVENT],
        &[&[items(SECTION)]],
    ),
    read("counts", "An event's counts.", "InventoryService GetInventoryStatus", &[EVENT], &[COUNTS]),
    read(
        "seats",
        "Numbered seats with their states, in the seat map's order. A seat whose hold has lapsed shows as available.",
        "engine.v1 GetSeatMap",
        &[
            EVENT,
            &[
                may("from", Int, "Index of the first; 0 if absent."),
                may("most", Int, "How many; all if absent."),
            ],
        ],
        &[&[items(SEAT)]],
    ),
    read(
        "seats_named",
        "These seats, in the order asked for.",
        "InventoryService CheckAvailability",
        &[EVENT, &[must("seats", Texts, "The seats.")]],
        &[&[items(SEAT)]],
    ),
    read(
        "free_seats",
        "How many numbered seats the bitmap shows as free: a hint, exact when nobody writes and no hold has lapsed.",
        "",
        &[EVENT],
        &[&[must("free", Int, "Bits that are set.")]],
    ),
    read(
        "queue_place",
        "A place in the line. Asking counts as activity.",
        "QueueService GetQueueStatus",
        &[TOKEN],
        &[QUEUE_PLACE],
    ),
    read("token_event", "The event of a waiting token.", "", &[TOKEN], &[EVENT]),
    read(
        "queue",
        "Figures of a waiting line.",
        "QueueService GetQueueStats",
        &[EVENT],
        &[&[
            must("waiting", Int, "People waiting, those in the room included."),
            must("ready", Int, "People whose turn it is."),
            must("inside", Int, "Ready, or with a token that is good and unused."),
            must("admitted_total", Int, "Ever let in."),
            must("expired_total", Int, "Their time ran out."),
            must("left_total", Int, "Gave up."),
            must("paused", Bool, "Admissions are paused."),
        ]],
    ),
    read("queue_policy", "The rules of a waiting line.", "engine.v1 GetQueuePolicy", &[EVENT], &[QUEUE]),
    read(
        "draw",
        "The draw of the pre-sale room.",
        "engine.v1 GetPresale",
        &[EVENT],
        &[&[
            must("commitment", Text, "BLAKE3 of the seed, in hexadecimal."),
            may("seed", Text, "The seed, in hexadecimal; absent before the draw."),
        ]],
    ),
    read(
        "due_webhooks",
        "Webhooks whose time has come.",
        "",
        &[&[may("most", Int, "How many; 100 if absent.")]],
        &[&[items(WEBHOOK), may("next_at_ms", Int, "The time of the next one.")]],
    ),
    read(
        "dead_webhooks",
        "Dead letters, oldest first.",
        "engine.v1 ListDeadLetters",
        &[&[may("after", Int, "Only behind this order; 0 if absent.")]],
        &[&[items(WEBHOOK)]],
    ),
    read(
        "read_note",
        "A durable note.",
        "",
        &[&[must("name", Text, "Its name.")]],
        &[&[may("value", Text, "Its value; absent if there is none.")]],
    ),
    read(
        "notes",
        "Notes whose names begin with `prefix`, in order.",
        "",
        &[&[must("prefix", Text, "May be empty.")]],
        &[&[items(NOTE)]],
    ),
    read(
        "position",
        "Where the newest durable update ends.",
        "engine.v1 GetEngineStatus",
        &[],
        &[&[must("position", Int, "To read updates from.")]],
    ),
    read(
        "updates",
        "All updates behind a position, and the position behind them.",
        "engine.v1 WatchFeed",
        &[&[must("after", Int, "A position that an earlier answer gave, or 0 for all.")]],
        &[&[items(UPDATE), must("position", Int, "Where the last of them ends.")]],
    ),
    read(
        "status",
        "Figures of the engine as a whole.",
        "engine.v1 GetEngineStatus",
        &[],
        &[&[
            must("events", Int, "Events."),
            must("webhooks_waiting", Int, "Webhooks to deliver."),
            must("webhooks_dead", Int, "Dead letters."),
            must("idempotency_keys", Int, "Keys remembered."),
            must("poisoned", Bool, "The journal takes no more writes."),
        ]],
    ),
    read("clear_idempotency", "Forgets all remembered answers.", "AdminService TriggerOperation", &[], &[]),
    read("snapshot", "Takes a snapshot of everything durable by now.", "", &[], &[]),
    read("close", "Closes the engine; writes after it fail with `closed`, reads go on.", "", &[], &[]),
];
