// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.

//! Commands that write: one struct for each.

use super::tacos_section;
use crate::abi::{tacos_bytes, tacos_head, tacos_id, tacos_str, tacos_token, tacos_reservation_ref};
use crate::config::{tacos_event_settings, tacos_queue_policy};
use crate::memory::plain;

/// Creates an event with its seats; its sale is a draft until it is opened.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_create_event {
    /// `TACOS_COMMAND_CREATE_EVENT`.
    pub head: tacos_head,
    /// The new event's id.
    pub event: tacos_str,
    /// Makes the command safe to send twice. None if `data` is null.
    pub key: tacos_str,
    /// Its settings.
    pub settings: *const tacos_event_settings,
    /// Its waiting line; without one, customers reserve without a token. Null for none.
    pub queue: *const tacos_queue_policy,
    /// Its sections, rows and seats, in order of preference.
    pub sections: *const tacos_section,
    /// How many sections.
    pub section_count: usize,
}

/// Changes an event's settings. The currency must stay.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_update_event {
    /// `TACOS_COMMAND_UPDATE_EVENT`.
    pub head: tacos_head,
    /// The event.
    pub event: tacos_str,
    /// Makes the command safe to send twice. None if `data` is null.
    pub key: tacos_str,
    /// All settings, as they shall be.
    pub settings: *const tacos_event_settings,
}

/// Opens, pauses or closes a sale. Any state may follow any other, but nothing returns to draft.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_set_sale {
    /// `TACOS_COMMAND_SET_SALE`.
    pub head: tacos_head,
    /// The event.
    pub event: tacos_str,
    /// Makes the command safe to send twice. None if `data` is null.
    pub key: tacos_str,
    /// A `tacos_sale`: the state to be in.
    pub state: u32,
    /// Zero.
    pub reserved: u32,
}

/// Takes free seats off sale, or puts blocked ones back: all of them or none. The name of a standing section stands
/// for one place there, and may be said several times.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_block_seats {
    /// `TACOS_COMMAND_BLOCK_SEATS`.
    pub head: tacos_head,
    /// The event.
    pub event: tacos_str,
    /// Makes the command safe to send twice. None if `data` is null.
    pub key: tacos_str,
    /// The seats, without doubles; at most 64 in one command.
    pub seats: *const tacos_str,
    /// How many.
    pub seat_count: usize,
    /// True to block, false to unblock. 1 for yes, 0 for no.
    pub block: u32,
    /// Zero.
    pub reserved: u32,
}

/// Gives an event a waiting line, or changes the rules of the one it has, while the sale runs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_set_queue_policy {
    /// `TACOS_COMMAND_SET_QUEUE_POLICY`.
    pub head: tacos_head,
    /// The event.
    pub event: tacos_str,
    /// Makes the command safe to send twice. None if `data` is null.
    pub key: tacos_str,
    /// All rules, as they shall be.
    pub policy: *const tacos_queue_policy,
}

/// Stops or restarts admissions of one event's line. People keep their places.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_pause_queue {
    /// `TACOS_COMMAND_PAUSE_QUEUE`.
    pub head: tacos_head,
    /// The event.
    pub event: tacos_str,
    /// Makes the command safe to send twice. None if `data` is null.
    pub key: tacos_str,
    /// True to pause, false to resume. 1 for yes, 0 for no.
    pub paused: u32,
    /// Zero.
    pub reserved: u32,
}

/// Draws the order of the pre-sale room now; it is drawn by itself when its time comes. From then on the line is
/// first come, first served.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_draw_room {
    /// `TACOS_COMMAND_DRAW_ROOM`.
    pub head: tacos_head,
    /// The event.
    pub event: tacos_str,
    /// Makes the command safe to send twice. None if `data` is null.
    pub key: tacos_str,
}

/// Takes a place in an event's waiting line. At least one of session and user is needed; the same session joining
/// again has the same place.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_join_queue {
    /// `TACOS_COMMAND_JOIN_QUEUE`.
    pub head: tacos_head,
    /// The event.
    pub event: tacos_str,
    /// The customer's session. None if `data` is null.
    pub session: tacos_str,
    /// The customer. None if `data` is null.
    pub user: tacos_str,
}

/// Gives a place in the line up.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_leave_queue {
    /// `TACOS_COMMAND_LEAVE_QUEUE`.
    pub head: tacos_head,
    /// The place in the line.
    pub token: tacos_token,
}

/// Asks to be let in; asked again, the answer is the same.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_request_admission {
    /// `TACOS_COMMAND_REQUEST_ADMISSION`.
    pub head: tacos_head,
    /// The place in the line.
    pub token: tacos_token,
    /// Must be the token's event, if given. None if `data` is null.
    pub event: tacos_str,
    /// Must be who joined, if both are given. Who joined without a name is named here. None if `data` is null.
    pub user: tacos_str,
}

/// Holds seats for a customer until the deadline: all that are wanted or none.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_reserve {
    /// `TACOS_COMMAND_RESERVE`.
    pub head: tacos_head,
    /// The event.
    pub event: tacos_str,
    /// Who will own the seats.
    pub user: tacos_str,
    /// Makes the command safe to send twice. None if `data` is null.
    pub key: tacos_str,
    /// Exactly these seats, or null for the best `quantity`.
    pub seats: *const tacos_str,
    /// How many.
    pub seat_count: usize,
    /// With `quantity`: only in this section, or none.
    pub section: tacos_str,
    /// The caller's own id for this reservation, for services that keep their own. None if `data` is null.
    pub external: tacos_str,
    /// When the hold shall end, within the event's maximum; 0 for the event's usual time.
    pub hold_until_ms: u64,
    /// The right to reserve; needed where the event has a waiting line, unless the caller is `trusted`.
    pub token: tacos_token,
    /// 1 if `token` is given.
    pub has_token: u32,
    /// A caller that is let past the line (an inventory client with its own admission). 1 for yes, 0 for no.
    pub trusted: u32,
    /// How many of the best, if `seats` is null.
    pub quantity: u32,
    /// With `quantity`: 1 to refuse a split when there is no run of that many.
    pub whole_only: u32,
    /// With `quantity`: 1 to offer accessible seats too.
    pub accessible: u32,
    /// Zero.
    pub reserved: u32,
}

/// Turns a hold into a sale.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_confirm {
    /// `TACOS_COMMAND_CONFIRM`.
    pub head: tacos_head,
    /// The reservation.
    pub which: tacos_reservation_ref,
    /// Whose it must be, unless an operator asks. None if `data` is null.
    pub user: tacos_str,
    /// Makes the command safe to send twice. None if `data` is null.
    pub key: tacos_str,
    /// If given, the hold must have exactly these seats. Null if not given.
    pub exactly: *const tacos_str,
    /// How many.
    pub exactly_count: usize,
    /// The payment intent that paid, unless `outside`.
    pub payment: tacos_id,
    /// 1 if it is paid outside, for which the caller vouches.
    pub outside: u32,
    /// Zero.
    pub reserved: u32,
    /// If given, what the hold costs must be exactly this, in minor units: what the customer was charged where money is
    /// handled elsewhere.
    pub total_minor: i64,
    /// 1 if `total_minor` is given.
    pub has_total: u32,
    /// Zero.
    pub reserved2: u32,
}

/// Gives a hold back, whole or in part; a part only while no payment is under way for the whole.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_release {
    /// `TACOS_COMMAND_RELEASE`.
    pub head: tacos_head,
    /// The reservation.
    pub which: tacos_reservation_ref,
    /// Whose it must be, unless an operator asks. None if `data` is null.
    pub user: tacos_str,
    /// Makes the command safe to send twice. None if `data` is null.
    pub key: tacos_str,
    /// Only these seats; empty for all. Naming all of them is the same as naming none. The name of a standing section
    /// stands for one place there.
    pub seats: *const tacos_str,
    /// How many.
    pub seat_count: usize,
}

/// Lets a hold last longer.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_extend {
    /// `TACOS_COMMAND_EXTEND`.
    pub head: tacos_head,
    /// The reservation.
    pub which: tacos_reservation_ref,
    /// Whose it must be, unless an operator asks. None if `data` is null.
    pub user: tacos_str,
    /// Makes the command safe to send twice. None if `data` is null.
    pub key: tacos_str,
    /// By how much, in whole milliseconds.
    pub by_ms: u64,
    /// If given, the hold must end at this moment before it is extended: what was extended meanwhile is not extended
    /// again.
    pub expires_at_ms: u64,
}

/// Expires a hold whose time has run out, as the engine does by itself: for an outside orchestrator.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_expire {
    /// `TACOS_COMMAND_EXPIRE`.
    pub head: tacos_head,
    /// The reservation.
    pub which: tacos_reservation_ref,
}

/// Creates a payment intent.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_create_payment {
    /// `TACOS_COMMAND_CREATE_PAYMENT`.
    pub head: tacos_head,
    /// The reservation that is paid for, unless `unlinked` is given.
    pub which: tacos_reservation_ref,
    /// What is paid for, if the engine does not know it, or none.
    pub unlinked: tacos_str,
    /// Who pays.
    pub user: tacos_str,
    /// Makes the command safe to send twice. None if `data` is null.
    pub key: tacos_str,
    /// How much; see `Config::payment_amount_must_match`. In minor units of the currency.
    pub amount_minor: i64,
    /// Three letters, as in ISO 4217.
    pub currency: tacos_str,
    /// Where results are delivered, at most 2,048 bytes; the embedding service delivers from the outbox. None if `data`
    /// is null.
    pub webhook_url: tacos_str,
    /// Carried along unread, at most 4,096 bytes. Never put card data here.
    pub attachment: tacos_bytes,
    /// A `tacos_payment_method`: how.
    pub method: u32,
    /// A `tacos_scenario`: what the simulated processor does.
    pub scenario: u32,
}

/// Starts processing a payment at once instead of shortly.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_process_payment {
    /// `TACOS_COMMAND_PROCESS_PAYMENT`.
    pub head: tacos_head,
    /// The payment intent.
    pub payment: tacos_id,
    /// Whose it must be, unless an operator asks. None if `data` is null.
    pub user: tacos_str,
    /// Makes the command safe to send twice. None if `data` is null.
    pub key: tacos_str,
}

/// Calls a payment off before it completes, or pays back (all that is left, or a part) after.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_cancel_payment {
    /// `TACOS_COMMAND_CANCEL_PAYMENT`.
    pub head: tacos_head,
    /// The payment intent.
    pub payment: tacos_id,
    /// Whose it must be, unless an operator asks. None if `data` is null.
    pub user: tacos_str,
    /// Makes the command safe to send twice. None if `data` is null.
    pub key: tacos_str,
    /// How much to pay back, in minor units; without `has_refund` for all that is left.
    pub refund_minor: i64,
    /// 1 if `refund_minor` is given.
    pub has_refund: u32,
    /// Zero.
    pub reserved: u32,
}

/// Reports the outcome of a payment at once, whatever its scenario.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_report_payment {
    /// `TACOS_COMMAND_REPORT_PAYMENT`.
    pub head: tacos_head,
    /// The payment intent.
    pub payment: tacos_id,
    /// Makes the command safe to send twice. None if `data` is null.
    pub key: tacos_str,
    /// A `tacos_payment_outcome`: how it ended.
    pub outcome: u32,
    /// Zero.
    pub reserved: u32,
}

/// Reports what became of one delivery attempt of a webhook.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_report_webhook {
    /// `TACOS_COMMAND_REPORT_WEBHOOK`.
    pub head: tacos_head,
    /// The webhook.
    pub webhook: tacos_id,
    /// True if the receiver took it. 1 for yes, 0 for no.
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

/// Sets or removes a small durable fact of the embedding service: a setting that outlives a restart, a registered
/// address.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_note {
    /// `TACOS_COMMAND_NOTE`.
    pub head: tacos_head,
    /// Its name. Names that begin with `tacos.` are the engine's own and are refused.
    pub name: tacos_str,
    /// Makes the command safe to send twice. None if `data` is null.
    pub key: tacos_str,
    /// Its value, at most 4,096 bytes.
    pub value: tacos_bytes,
    /// 1 to remove it.
    pub remove: u32,
    /// Zero.
    pub reserved: u32,
}

plain! {
    tacos_create_event
    tacos_update_event
    tacos_set_sale
    tacos_block_seats
    tacos_set_queue_policy
    tacos_pause_queue
    tacos_draw_room
    tacos_join_queue
    tacos_leave_queue
    tacos_request_admission
    tacos_reserve
    tacos_confirm [until total_minor]
    tacos_release
    tacos_extend [until expires_at_ms]
    tacos_expire
    tacos_create_payment
    tacos_process_payment
    tacos_cancel_payment
    tacos_report_payment
    tacos_report_webhook
    tacos_replay_webhook
    tacos_note
}
