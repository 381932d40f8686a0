//! Commands about money: payment intents, their outcome, and the webhooks that tell of it.

use crate::abi::{tacos_bytes, tacos_head, tacos_id, tacos_str, tacos_which};

/// Creates a payment intent. Paid for is `which`, or, if `unlinked` is given, something that the engine does not know.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_create_payment {
    /// `TACOS_COMMAND_CREATE_PAYMENT`.
    pub head: tacos_head,
    /// The reservation.
    pub which: tacos_which,
    /// What is paid for, if not a reservation; or none.
    pub unlinked: tacos_str,
    /// Who pays.
    pub user: tacos_str,
    /// Makes the command safe to send twice, or none.
    pub key: tacos_str,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// Three letters.
    pub currency: tacos_str,
    /// Where results are delivered, or none.
    pub webhook_url: tacos_str,
    /// Carried along unread, at most 4,096 bytes. Never put card data here.
    pub attachment: tacos_bytes,
    /// A `tacos_payment_method`.
    pub method: u32,
    /// A `tacos_scenario`.
    pub scenario: u32,
}

/// Starts processing a payment at once.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_process_payment {
    /// `TACOS_COMMAND_PROCESS_PAYMENT`.
    pub head: tacos_head,
    /// The payment intent.
    pub payment: tacos_id,
    /// Whose it must be; none for a trusted caller.
    pub user: tacos_str,
    /// Makes the command safe to send twice, or none.
    pub key: tacos_str,
}

/// Calls a payment off before it completes, or pays back after.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_cancel_payment {
    /// `TACOS_COMMAND_CANCEL_PAYMENT`.
    pub head: tacos_head,
    /// The payment intent.
    pub payment: tacos_id,
    /// Whose it must be; none for a trusted caller.
    pub user: tacos_str,
    /// Makes the command safe to send twice, or none.
    pub key: tacos_str,
    /// How much to pay back, if `has_refund`.
    pub refund_minor: i64,
    /// 1 if `refund_minor` is given; else all that is left.
    pub has_refund: u32,
    /// Zero.
    pub reserved: u32,
}

/// Reports how a payment ended outside.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_report_payment {
    /// `TACOS_COMMAND_REPORT_PAYMENT`.
    pub head: tacos_head,
    /// The payment intent.
    pub payment: tacos_id,
    /// Makes the command safe to send twice, or none.
    pub key: tacos_str,
    /// A `tacos_outcome`.
    pub outcome: u32,
    /// Zero.
    pub reserved: u32,
}

/// Reports what became of one delivery of a webhook.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_report_webhook {
    /// `TACOS_COMMAND_REPORT_WEBHOOK`.
    pub head: tacos_head,
    /// The webhook.
    pub webhook: tacos_id,
    /// 1 if the receiver took it.
    pub delivered: u32,
    /// Zero.
    pub reserved: u32,
}

/// Puts a dead letter back into the outbox.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_replay_webhook {
    /// `TACOS_COMMAND_REPLAY_WEBHOOK`.
    pub head: tacos_head,
    /// The webhook.
    pub webhook: tacos_id,
}

/// Reads a payment intent.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_read_payment {
    /// `TACOS_COMMAND_READ_PAYMENT`.
    pub head: tacos_head,
    /// The payment intent.
    pub payment: tacos_id,
    /// Whose it must be; none for a trusted caller.
    pub user: tacos_str,
}

/// Lists a user's payments, newest first.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_list_payments {
    /// `TACOS_COMMAND_LIST_PAYMENTS`.
    pub head: tacos_head,
    /// Whose.
    pub user: tacos_str,
    /// Only of this reservation, if `has_reservation`.
    pub reservation: tacos_id,
    /// The cursor that the page before gave, if `has_after`.
    pub after: tacos_id,
    /// 1 if `after` is given; else the first page.
    pub has_after: u32,
    /// Entries of the page: at most 100, 0 for 100.
    pub most: u32,
    /// Only in this `tacos_payment_state`; 0 for any.
    pub state: u32,
    /// 1 if `reservation` is given.
    pub has_reservation: u32,
}
