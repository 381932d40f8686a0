//! What can be submitted: one struct a command. Each begins with its head; a field of zeros means "not given", and a text
//! whose `data` is null is "none". Yes-or-no fields are 0 or 1. Moments are milliseconds since the Unix epoch.

pub mod events;
pub mod money;
pub mod sales;

pub use events::{
    tacos_block_seats, tacos_create_event, tacos_draw_room, tacos_note, tacos_pause_queue, tacos_row,
    tacos_seat_exception, tacos_section, tacos_set_queue_policy, tacos_set_sale, tacos_update_event,
};
pub use money::{
    tacos_cancel_payment, tacos_create_payment, tacos_list_payments, tacos_process_payment,
    tacos_read_payment, tacos_replay_webhook, tacos_report_payment, tacos_report_webhook,
};
pub use sales::{
    tacos_confirm, tacos_expire, tacos_extend, tacos_join_queue, tacos_leave_queue, tacos_list_reservations,
    tacos_read_reservation, tacos_release, tacos_request_admission, tacos_reserve,
};

use crate::memory::Plain;

/// The kinds of commands. Below 64 they write; from there on they read what must be durable before it is shown.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum tacos_command {
    /// `tacos_create_event` → `tacos_event_changed`.
    CreateEvent = 1,
    /// `tacos_update_event` → `tacos_event_changed`.
    UpdateEvent = 2,
    /// `tacos_set_sale` → `tacos_event_changed`.
    SetSale = 3,
    /// `tacos_block_seats` → `tacos_done`.
    BlockSeats = 4,
    /// `tacos_set_queue_policy` → `tacos_event_changed`.
    SetQueuePolicy = 5,
    /// `tacos_pause_queue` → `tacos_event_changed`.
    PauseQueue = 6,
    /// `tacos_draw_room` → `tacos_event_changed`.
    DrawRoom = 7,
    /// `tacos_join_queue` → `tacos_joined`.
    JoinQueue = 8,
    /// `tacos_leave_queue` → `tacos_done`.
    LeaveQueue = 9,
    /// `tacos_request_admission` → `tacos_admitted`.
    RequestAdmission = 10,
    /// `tacos_reserve` → `tacos_reserved`.
    Reserve = 11,
    /// `tacos_confirm` → `tacos_confirmed`.
    Confirm = 12,
    /// `tacos_release` → `tacos_released`.
    Release = 13,
    /// `tacos_extend` → `tacos_extended`.
    Extend = 14,
    /// `tacos_expire` → `tacos_released`.
    Expire = 15,
    /// `tacos_create_payment` → `tacos_payment_changed`.
    CreatePayment = 16,
    /// `tacos_process_payment` → `tacos_payment_changed`.
    ProcessPayment = 17,
    /// `tacos_cancel_payment` → `tacos_payment_changed`.
    CancelPayment = 18,
    /// `tacos_report_payment` → `tacos_payment_changed`.
    ReportPayment = 19,
    /// `tacos_report_webhook` → `tacos_done`.
    ReportWebhook = 20,
    /// `tacos_replay_webhook` → `tacos_done`.
    ReplayWebhook = 21,
    /// `tacos_note` → `tacos_done`.
    Note = 22,
    /// `tacos_read_reservation` → `tacos_reservation_view`.
    ReadReservation = 64,
    /// `tacos_list_reservations` → `tacos_reservation_page`.
    ListReservations = 65,
    /// `tacos_read_payment` → `tacos_payment_view`.
    ReadPayment = 66,
    /// `tacos_list_payments` → `tacos_payment_page`.
    ListPayments = 67,
}

macro_rules! plain {
    ($($name:ident),* $(,)?) => {$(
        // SAFETY: numbers, and pointers that are checked before they are followed: any bits are a value, zeros are "none".
        unsafe impl Plain for $name {
            // Version 1 is the first: there is nothing shorter yet. Once a field is appended, this stays as it was.
            const SIZE_MIN: usize = size_of::<Self>();
        }
    )*};
}

plain!(
    tacos_create_event,
    tacos_update_event,
    tacos_set_sale,
    tacos_block_seats,
    tacos_set_queue_policy,
    tacos_pause_queue,
    tacos_draw_room,
    tacos_join_queue,
    tacos_leave_queue,
    tacos_request_admission,
    tacos_reserve,
    tacos_confirm,
    tacos_release,
    tacos_extend,
    tacos_expire,
    tacos_create_payment,
    tacos_process_payment,
    tacos_cancel_payment,
    tacos_report_payment,
    tacos_report_webhook,
    tacos_replay_webhook,
    tacos_note,
    tacos_read_reservation,
    tacos_list_reservations,
    tacos_read_payment,
    tacos_list_payments,
);

impl tacos_command {
    const ALL: &[Self] = &[
        Self::CreateEvent,
        Self::UpdateEvent,
        Self::SetSale,
        Self::BlockSeats,
        Self::SetQueuePolicy,
        Self::PauseQueue,
        Self::DrawRoom,
        Self::JoinQueue,
        Self::LeaveQueue,
        Self::RequestAdmission,
        Self::Reserve,
        Self::Confirm,
        Self::Release,
        Self::Extend,
        Self::Expire,
        Self::CreatePayment,
        Self::ProcessPayment,
        Self::CancelPayment,
        Self::ReportPayment,
        Self::ReportWebhook,
        Self::ReplayWebhook,
        Self::Note,
        Self::ReadReservation,
        Self::ListReservations,
        Self::ReadPayment,
        Self::ListPayments,
    ];

    /// The command with this number.
    #[must_use]
    pub fn from_number(number: u32) -> Option<Self> {
        Self::ALL.iter().copied().find(|command| *command as u32 == number)
    }
}
