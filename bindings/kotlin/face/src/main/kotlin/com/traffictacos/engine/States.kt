// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
// Words that say how things stand, and of which kind they are.
package com.traffictacos.engine

/** Where a sale stands. */
enum class SaleState {
    /** Created; customers cannot buy yet. */
    DRAFT,

    /** Being sold. */
    OPEN,

    /** Stopped for a while; holds that exist go on. */
    PAUSED,

    /** Over. */
    CLOSED,
}

/** How the customer pays; recorded, not interpreted. */
enum class PaymentMethod {
    /** Credit card. */
    CREDIT_CARD,

    /** Debit card. */
    DEBIT_CARD,

    /** Bank transfer. */
    BANK_TRANSFER,

    /** Mobile pay. */
    MOBILE_PAY,

    /** Digital wallet. */
    DIGITAL_WALLET,
}

/** What the simulated processor does. Times are those of real time; see `Options.paymentTimePermille`. */
enum class Scenario {
    /** Succeeds after 2 to 5 s. */
    APPROVE,

    /** Fails after 1 to 3 s. */
    FAIL,

    /** Succeeds after 10 to 30 s. */
    DELAY,

    /** Seven of ten succeed, after 2 to 7 s. */
    RANDOM,

    /** Never answers: the intent expires. */
    TIMEOUT,

    /** Nothing happens by itself: an outside processor reports by [ReportPayment]. */
    OUTSIDE,
}

/** How one seat stands. */
enum class SeatState {
    /** Can be had. */
    AVAILABLE,

    /** Held by a customer. */
    RESERVED,

    /** Sold. */
    SOLD,

    /** Off sale. */
    BLOCKED,
}

/**
 * Where a reservation stands. Every move is one of: Pending to Confirmed, Cancelled, Expired or Failed; Confirmed to
 * Refunded; Expired to Confirmed (a late payment whose seats were still free).
 */
enum class ReservationState {
    /** Seats are held until the deadline. */
    PENDING,

    /** Paid: the seats are sold. */
    CONFIRMED,

    /** Given back by the customer or the service. */
    CANCELLED,

    /** The hold's time ran out. */
    EXPIRED,

    /** The payment failed. */
    FAILED,

    /** Paid back in full; the seats are on sale again. */
    REFUNDED,
}

/** Where a payment intent stands. */
enum class PaymentState {
    /** Created, processing has not begun. */
    PENDING,

    /** Outcome and moment are decided and durable; the moment has not come. */
    PROCESSING,

    /** Money taken. */
    COMPLETED,

    /** Refused by the simulated processor. */
    FAILED,

    /** Called off before it completed. */
    CANCELLED,

    /** No outcome within the intent's life. */
    EXPIRED,

    /** Paid back in full. */
    REFUNDED,
}

/** What a payment did to its reservation. */
enum class PaymentEffect {
    /** Nothing: there is none, or the outcome says nothing about it. */
    NONE,

    /** It confirmed the reservation. */
    CONFIRMED,

    /** It came after the hold expired, the same seats were still free, and they are sold. */
    RETAKEN,

    /** It came too late: the money was paid back. */
    PAID_BACK,

    /** It gave the seats back. */
    RELEASED,
}

/** How a place in the line stands. */
enum class QueueState {
    /** In the pre-sale room: the order is not drawn yet. */
    IN_ROOM,

    /** Waiting. */
    WAITING,

    /** It is this person's turn, until the claim window closes. */
    READY,

    /** Let in, with a token that is still good. */
    ADMITTED,

    /** Let in, and the token was used for an order. */
    USED,

    /** Given up. */
    LEFT,

    /** Its time ran out. */
    EXPIRED,
}

/** Which bound was reached. */
enum class Bound {
    /** Events of this engine. */
    EVENTS,

    /** Live and remembered reservations. */
    RESERVATIONS,

    /** Live and remembered payment intents. */
    PAYMENTS,

    /** Webhooks in the outbox. */
    WEBHOOKS,

    /** Remembered idempotency keys. */
    IDEMPOTENCY_KEYS,

    /** People in this waiting line. */
    WAITING_LINE,

    /** Durable notes of the embedding service. */
    NOTES,

    /** Bytes between the callers and the disk: the disk cannot keep up. Try again shortly. */
    LOG_BUFFER,

    /** Room on the disk. Reads go on; writes resume when space returns. */
    DISK_SPACE,
}

/** Why a payment does not confirm a reservation. */
enum class PaymentDoubt {
    /** There is no such intent. */
    UNKNOWN,

    /** It belongs to another reservation or user. */
    FOREIGN,

    /** It is not completed. */
    UNFINISHED,

    /** Amount or currency differ from the reservation's. */
    AMOUNT_DIFFERS,
}

/** Why a hold is not extended. */
enum class ExtensionDoubt {
    /** It was extended as often as the event allows. */
    ALREADY_EXTENDED,

    /** One extension may add at most so many milliseconds. */
    TOO_LONG,

    /** The hold would last longer than the event allows. */
    PAST_MAXIMUM,
}
