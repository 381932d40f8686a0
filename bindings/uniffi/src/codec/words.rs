// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.

//! Words by their numbers: states, kinds of reads.

use tacos_engine as tacos;

use super::{Input, Output, Put, Take, Taken, Unfit};

/// Which description both ends of the border were written from.
pub(crate) const ENCODING: i64 = 6026662233030190066;

words_by_number! {
    tacos::SaleState {
        Draft = 0,
        Open = 1,
        Paused = 2,
        Closed = 3,
    }
    tacos::PaymentMethod {
        CreditCard = 0,
        DebitCard = 1,
        BankTransfer = 2,
        MobilePay = 3,
        DigitalWallet = 4,
    }
    tacos::Scenario {
        Approve = 0,
        Fail = 1,
        Delay = 2,
        Random = 3,
        Timeout = 4,
        Outside = 5,
    }
    tacos::views::SeatState {
        Available = 0,
        Reserved = 1,
        Sold = 2,
        Blocked = 3,
    }
    tacos::ReservationState {
        Pending = 0,
        Confirmed = 1,
        Cancelled = 2,
        Expired = 3,
        Failed = 4,
        Refunded = 5,
    }
    tacos::PaymentState {
        Pending = 0,
        Processing = 1,
        Completed = 2,
        Failed = 3,
        Cancelled = 4,
        Expired = 5,
        Refunded = 6,
    }
    tacos::PaymentEffect {
        None = 0,
        Confirmed = 1,
        Retaken = 2,
        PaidBack = 3,
        Released = 4,
    }
    tacos::views::QueueState {
        InRoom = 0,
        Waiting = 1,
        Ready = 2,
        Admitted = 3,
        Used = 4,
        Left = 5,
        Expired = 6,
    }
    tacos::Bound {
        Events = 0,
        Reservations = 1,
        Payments = 2,
        Webhooks = 3,
        IdempotencyKeys = 4,
        WaitingLine = 5,
        Notes = 6,
        LogBuffer = 7,
        DiskSpace = 8,
    }
}

enum_by_number! {
    /// Reads of what must be durable before it is shown; they are asked for like commands.
    "request" Lookup {
        Reservation = 200,
        Reservations = 201,
        Payment = 202,
        Payments = 203,
    }
}

enum_by_number! {
    /// Reads that wait for nothing.
    "read" Read {
        Event = 0,
        Events = 1,
        Sections = 2,
        Counts = 3,
        Seats = 4,
        SeatsNamed = 5,
        FreeSeats = 6,
        QueuePlace = 7,
        TokenEvent = 8,
        Queue = 9,
        QueuePolicy = 10,
        Draw = 11,
        DueWebhooks = 12,
        DeadWebhooks = 13,
        Note = 14,
        Notes = 15,
        Position = 16,
        Status = 17,
        EventSnapshot = 18,
        FreeSeatBit = 19,
        Now = 20,
        Digest = 21,
        PrepareEvent = 22,
        PrepareSeat = 23,
        PrepareUser = 24,
    }
}
