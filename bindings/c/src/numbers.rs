// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.

//! The enums of the engine as numbers of the ABI, and back. The header's enums are for reading only: what comes in is
//! a plain number and is checked here. Numbers are only ever added.

use tacos::views::{QueueState, SeatState};
use tacos::{
    Bound, PaymentEffect, PaymentMethod, PaymentOutcome, PaymentState, ReservationState, SaleState, Scenario,
};

use crate::number::{Number, numbers};

numbers! {
    SaleState as tacos_sale {
        Draft, Open, Paused, Closed
    }
    ReservationState as tacos_reservation_state {
        Pending, Confirmed, Cancelled, Expired, Failed, Refunded
    }
    PaymentState as tacos_payment_state {
        Pending, Processing, Completed, Failed, Cancelled, Expired, Refunded
    }
    PaymentMethod as tacos_payment_method {
        CreditCard, DebitCard, BankTransfer, MobilePay, DigitalWallet
    }
    Scenario as tacos_scenario {
        Approve, Fail, Delay, Random, Timeout, Outside
    }
    PaymentOutcome as tacos_payment_outcome {
        Completed, Failed
    }
    PaymentEffect as tacos_payment_effect {
        None, Confirmed, Retaken, PaidBack, Released
    }
    SeatState as tacos_seat_state {
        Available, Reserved, Sold, Blocked
    }
    QueueState as tacos_queue_state {
        InRoom, Waiting, Ready, Admitted, Used, Left, Expired
    }
    Bound as tacos_bound {
        Events, Reservations, Payments, Webhooks, IdempotencyKeys, WaitingLine, Notes, LogBuffer, DiskSpace
    }
}

/// Where a sale stands.
#[repr(u32)]
pub enum tacos_sale {
    /// Created; customers cannot buy yet.
    Draft = 0,
    /// Being sold.
    Open = 1,
    /// Stopped for a while; holds that exist go on.
    Paused = 2,
    /// Over.
    Closed = 3,
}

/// Where a reservation stands. Every move is one of: Pending to Confirmed, Cancelled, Expired or Failed; Confirmed
/// to Refunded; Expired to Confirmed (a late payment whose seats were still free). 0 in a field of this kind means
/// "none" or "any".
#[repr(u32)]
pub enum tacos_reservation_state {
    /// Seats are held until the deadline.
    Pending = 1,
    /// Paid: the seats are sold.
    Confirmed = 2,
    /// Given back by the customer or the service.
    Cancelled = 3,
    /// The hold's time ran out.
    Expired = 4,
    /// The payment failed.
    Failed = 5,
    /// Paid back in full; the seats are on sale again.
    Refunded = 6,
}

/// Where a payment intent stands. 0 in a field of this kind means "none" or "any".
#[repr(u32)]
pub enum tacos_payment_state {
    /// Created, processing has not begun.
    Pending = 1,
    /// Outcome and moment are decided and durable; the moment has not come.
    Processing = 2,
    /// Money taken.
    Completed = 3,
    /// Refused by the simulated processor.
    Failed = 4,
    /// Called off before it completed.
    Cancelled = 5,
    /// No outcome within the intent's life.
    Expired = 6,
    /// Paid back in full.
    Refunded = 7,
}

/// How the customer pays; recorded, not interpreted.
#[repr(u32)]
pub enum tacos_payment_method {
    /// Credit card.
    CreditCard = 0,
    /// Debit card.
    DebitCard = 1,
    /// Bank transfer.
    BankTransfer = 2,
    /// Mobile pay.
    MobilePay = 3,
    /// Digital wallet.
    DigitalWallet = 4,
}

/// What the simulated processor does. Times are those of real time; see `Config::payment_time_permille`.
#[repr(u32)]
pub enum tacos_scenario {
    /// Succeeds after 2 to 5 s.
    Approve = 0,
    /// Fails after 1 to 3 s.
    Fail = 1,
    /// Succeeds after 10 to 30 s.
    Delay = 2,
    /// Seven of ten succeed, after 2 to 7 s.
    Random = 3,
    /// Never answers: the intent expires.
    Timeout = 4,
    /// Nothing happens by itself: an outside processor reports by `ReportPayment`.
    Outside = 5,
}

/// How a payment ended, as an outside processor reports it.
#[repr(u32)]
pub enum tacos_payment_outcome {
    /// Money taken.
    Completed = 1,
    /// Refused.
    Failed = 2,
}

/// What a payment did to its reservation.
#[repr(u32)]
pub enum tacos_payment_effect {
    /// Nothing: there is none, or the outcome says nothing about it.
    None = 0,
    /// It confirmed the reservation.
    Confirmed = 1,
    /// It came after the hold expired, the same seats were still free, and they are sold.
    Retaken = 2,
    /// It came too late: the money was paid back.
    PaidBack = 3,
    /// It gave the seats back.
    Released = 4,
}

/// How one seat stands.
#[repr(u32)]
pub enum tacos_seat_state {
    /// Can be had.
    Available = 0,
    /// Held by a customer.
    Reserved = 1,
    /// Sold.
    Sold = 2,
    /// Off sale.
    Blocked = 3,
}

/// How a place in the line stands.
#[repr(u32)]
pub enum tacos_queue_state {
    /// In the pre-sale room: the order is not drawn yet.
    InRoom = 0,
    /// Waiting.
    Waiting = 1,
    /// It is this person's turn, until the claim window closes.
    Ready = 2,
    /// Let in, with a token that is still good.
    Admitted = 3,
    /// Let in, and the token was used for an order.
    Used = 4,
    /// Given up.
    Left = 5,
    /// Its time ran out.
    Expired = 6,
}

/// Which bound was reached.
#[repr(u32)]
pub enum tacos_bound {
    /// Events of this engine.
    Events = 1,
    /// Live and remembered reservations.
    Reservations = 2,
    /// Live and remembered payment intents.
    Payments = 3,
    /// Webhooks in the outbox.
    Webhooks = 4,
    /// Remembered idempotency keys.
    IdempotencyKeys = 5,
    /// People in this waiting line.
    WaitingLine = 6,
    /// Durable notes of the embedding service.
    Notes = 7,
    /// Bytes between the callers and the disk: the disk cannot keep up. Try again shortly.
    LogBuffer = 8,
    /// Room on the disk. Reads go on; writes resume when space returns.
    DiskSpace = 9,
}

/// Why a payment does not confirm a reservation.
#[repr(u32)]
pub enum tacos_payment_doubt {
    /// There is no such intent.
    Unknown = 1,
    /// It belongs to another reservation or user.
    Foreign = 2,
    /// It is not completed.
    Unfinished = 3,
    /// Amount or currency differ from the reservation's.
    AmountDiffers = 4,
}

/// Why a hold is not extended.
#[repr(u32)]
pub enum tacos_extension_doubt {
    /// It was extended as often as the event allows.
    AlreadyExtended = 1,
    /// One extension may add at most so many milliseconds.
    TooLong = 2,
    /// The hold would last longer than the event allows.
    PastMaximum = 3,
}
