//! What can be submitted: one struct a command. Each begins with its head; a field of zeros means "not given", and a text
//! whose `data` is null is "none". Yes-or-no fields are 0 or 1. Moments are milliseconds since the Unix epoch.

pub mod events;
pub mod kinds;
pub mod money;
pub mod sales;

pub use events::{
    tacos_block_seats, tacos_create_event, tacos_draw_room, tacos_note, tacos_pause_queue, tacos_row,
    tacos_seat_exception, tacos_section, tacos_set_queue_policy, tacos_set_sale, tacos_update_event,
};
pub use kinds::tacos_command;
pub use money::{
    tacos_cancel_payment, tacos_create_payment, tacos_list_payments, tacos_process_payment,
    tacos_read_payment, tacos_replay_webhook, tacos_report_payment, tacos_report_webhook,
};
pub use sales::{
    tacos_confirm, tacos_expire, tacos_extend, tacos_join_queue, tacos_leave_queue, tacos_list_reservations,
    tacos_read_reservation, tacos_release, tacos_request_admission, tacos_reserve,
};

use crate::memory::Plain;

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
