//! What can be submitted: one struct a command. Each begins with its head; a field of zeros means "not given", and a text
//! whose `data` is null is "none". Yes-or-no fields are 0 or 1. Moments are milliseconds since the Unix epoch.

#[cfg(test)]
mod grown_tests;
pub mod kinds;
// Written by the generator, which knows nothing of line breaks.
#[rustfmt::skip]
pub mod reads;
pub mod seat_map;
// Written by the generator, which knows nothing of line breaks.
#[rustfmt::skip]
pub mod writes;

pub use kinds::tacos_command;
pub use reads::{tacos_list_payments, tacos_list_reservations, tacos_read_payment, tacos_read_reservation};
pub use seat_map::{tacos_row, tacos_seat_exception, tacos_section};
pub use writes::{
    tacos_block_seats, tacos_cancel_payment, tacos_confirm, tacos_create_event, tacos_create_payment,
    tacos_draw_room, tacos_expire, tacos_extend, tacos_join_queue, tacos_leave_queue, tacos_note,
    tacos_pause_queue, tacos_process_payment, tacos_release, tacos_replay_webhook, tacos_report_payment,
    tacos_report_webhook, tacos_request_admission, tacos_reserve, tacos_set_queue_policy, tacos_set_sale,
    tacos_update_event,
};
