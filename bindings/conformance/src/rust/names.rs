//! The words of scenarios for the engine's enums: lower snake case of their names.

use tacos_engine::views::{QueueState, SeatState};
use tacos_engine::{Bound, Effect, PaymentMethod, PaymentState, ReservationState, SaleState, Scenario};

/// Both directions of one table.
macro_rules! words {
    ($($name:ident, $back:ident: $type:ident { $($variant:ident = $word:literal),* $(,)? })*) => {$(
        pub(super) fn $name(value: $type) -> &'static str {
            match value {
                $($type::$variant => $word,)*
            }
        }

        #[allow(dead_code, reason = "not every word comes in")]
        pub(super) fn $back(word: &str) -> Option<$type> {
            match word {
                $($word => Some($type::$variant),)*
                _ => None,
            }
        }
    )*};
}

words! {
    sale, sale_of: SaleState { Draft = "draft", Open = "open", Paused = "paused", Closed = "closed" }
    reservation, reservation_of: ReservationState {
        Pending = "pending", Confirmed = "confirmed", Cancelled = "cancelled", Expired = "expired",
        Failed = "failed", Refunded = "refunded",
    }
    payment, payment_of: PaymentState {
        Pending = "pending", Processing = "processing", Completed = "completed", Failed = "failed",
        Cancelled = "cancelled", Expired = "expired", Refunded = "refunded",
    }
    effect, effect_of: Effect {
        None = "none", Confirmed = "confirmed", Retaken = "retaken", PaidBack = "paid_back", Released = "released",
    }
    method, method_of: PaymentMethod {
        CreditCard = "credit_card", DebitCard = "debit_card", BankTransfer = "bank_transfer",
        MobilePay = "mobile_pay", DigitalWallet = "digital_wallet",
    }
    scenario, scenario_of: Scenario {
        Approve = "approve", Fail = "fail", Delay = "delay", Random = "random", Timeout = "timeout",
        Outside = "outside",
    }
    queue, queue_of: QueueState {
        InRoom = "in_room", Waiting = "waiting", Ready = "ready", Admitted = "admitted", Used = "used",
        Left = "left", Expired = "expired",
    }
    seat, seat_of: SeatState {
        Available = "available", Reserved = "reserved", Sold = "sold", Blocked = "blocked",
    }
    bound, bound_of: Bound {
        Events = "events", Reservations = "reservations", Payments = "payments", Webhooks = "webhooks",
        IdempotencyKeys = "idempotency_keys", WaitingLine = "waiting_line", Notes = "notes",
        LogBuffer = "log_buffer", DiskSpace = "disk_space",
    }
}
