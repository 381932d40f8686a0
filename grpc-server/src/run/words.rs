// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.

//! Words as the numbers of their enums, both ways.

use tacos_engine as tacos;
use tacos_proto::command::v1 as wire;

use super::show::{Show, Shown};
use super::take::{Take, Taken, unknown};

words! {
    tacos::SaleState, wire::SaleState { Draft, Open, Paused, Closed }
    tacos::PaymentMethod, wire::PaymentMethod { CreditCard, DebitCard, BankTransfer, MobilePay, DigitalWallet }
    tacos::Scenario, wire::Scenario { Approve, Fail, Delay, Random, Timeout, Outside }
    tacos::views::SeatState, wire::SeatState { Available, Reserved, Sold, Blocked }
    tacos::ReservationState, wire::ReservationState { Pending, Confirmed, Cancelled, Expired, Failed, Refunded }
    tacos::PaymentState, wire::PaymentState { Pending, Processing, Completed, Failed, Cancelled, Expired, Refunded }
    tacos::PaymentEffect, wire::PaymentEffect { None, Confirmed, Retaken, PaidBack, Released }
    tacos::views::QueueState, wire::QueueState { InRoom, Waiting, Ready, Admitted, Used, Left, Expired }
    tacos::Bound, wire::Bound { Events, Reservations, Payments, Webhooks, IdempotencyKeys, WaitingLine, Notes, LogBuffer, DiskSpace }
    tacos::PaymentOutcome, wire::PaymentOutcome { Completed, Failed }
}
