// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.

//! Commands made of bytes: every struct that can be submitted.

use tacos_c::abi::tacos_head;
use tacos_c::commands::*;
use tacos_c::config::{
    tacos_event_settings, tacos_event_settings_init, tacos_queue_policy, tacos_queue_policy_init,
};

use crate::members::Making;

impl Making<'_, '_> {
    /// All kinds of commands.
    pub const KINDS: &'static [tacos_command] = &[
        tacos_command::CreateEvent,
        tacos_command::UpdateEvent,
        tacos_command::SetSale,
        tacos_command::BlockSeats,
        tacos_command::SetQueuePolicy,
        tacos_command::PauseQueue,
        tacos_command::DrawRoom,
        tacos_command::JoinQueue,
        tacos_command::LeaveQueue,
        tacos_command::RequestAdmission,
        tacos_command::Reserve,
        tacos_command::Confirm,
        tacos_command::Release,
        tacos_command::Extend,
        tacos_command::Expire,
        tacos_command::CreatePayment,
        tacos_command::ProcessPayment,
        tacos_command::CancelPayment,
        tacos_command::ReportPayment,
        tacos_command::ReportWebhook,
        tacos_command::ReplayWebhook,
        tacos_command::Note,
        tacos_command::ReadReservation,
        tacos_command::ListReservations,
        tacos_command::ReadPayment,
        tacos_command::ListPayments,
    ];

    /// A command of this kind.
    pub fn command(&mut self, kind: tacos_command) -> *const tacos_head {
        match kind {
            tacos_command::CreateEvent => self.filled(kind, |make, body: &mut tacos_create_event| {
                body.event = make.str("event");
                body.key = make.str("key");
                body.settings = make.event_settings();
                body.queue = make.queue_policy();
                (body.sections, body.section_count) = make.sections();
            }),
            tacos_command::UpdateEvent => self.filled(kind, |make, body: &mut tacos_update_event| {
                body.event = make.str("event");
                body.key = make.str("key");
                body.settings = make.event_settings();
            }),
            tacos_command::SetSale => self.filled(kind, |make, body: &mut tacos_set_sale| {
                body.event = make.str("event");
                body.key = make.str("key");
                body.state = make.word(4);
            }),
            tacos_command::BlockSeats => self.filled(kind, |make, body: &mut tacos_block_seats| {
                body.event = make.str("event");
                body.key = make.str("key");
                (body.seats, body.seat_count) = make.seats();
                body.block = make.flag();
            }),
            tacos_command::SetQueuePolicy => self.filled(kind, |make, body: &mut tacos_set_queue_policy| {
                body.event = make.str("event");
                body.key = make.str("key");
                body.policy = make.queue_policy();
            }),
            tacos_command::PauseQueue => self.filled(kind, |make, body: &mut tacos_pause_queue| {
                body.event = make.str("event");
                body.key = make.str("key");
                body.paused = make.flag();
            }),
            tacos_command::DrawRoom => self.filled(kind, |make, body: &mut tacos_draw_room| {
                body.event = make.str("event");
                body.key = make.str("key");
            }),
            tacos_command::JoinQueue => self.filled(kind, |make, body: &mut tacos_join_queue| {
                body.event = make.str("event");
                body.session = make.str("session");
                body.user = make.str("user");
            }),
            tacos_command::LeaveQueue => self.filled(kind, |make, body: &mut tacos_leave_queue| {
                body.token = make.token("token");
            }),
            tacos_command::RequestAdmission => self.filled(kind, |make, body: &mut tacos_request_admission| {
                body.token = make.token("token");
                body.event = make.str("event");
                body.user = make.str("user");
            }),
            tacos_command::Reserve => self.filled(kind, |make, body: &mut tacos_reserve| {
                body.event = make.str("event");
                body.user = make.str("user");
                body.key = make.str("key");
                (body.seats, body.seat_count) = make.seats();
                body.section = make.str("section");
                body.external = make.str("external");
                body.hold_until_ms = make.moment();
                body.token = make.token("token");
                body.has_token = make.flag();
                body.trusted = make.flag();
                body.quantity = make.small();
                body.whole_only = make.flag();
                body.accessible = make.flag();
            }),
            tacos_command::Confirm => self.filled(kind, |make, body: &mut tacos_confirm| {
                body.which = make.reservation_ref("which");
                body.user = make.str("user");
                body.key = make.str("key");
                (body.exactly, body.exactly_count) = make.seats();
                body.payment = make.id("payment");
                body.outside = make.flag();
                body.total_minor = make.minor("total_minor");
                body.has_total = make.flag();
            }),
            tacos_command::Release => self.filled(kind, |make, body: &mut tacos_release| {
                body.which = make.reservation_ref("which");
                body.user = make.str("user");
                body.key = make.str("key");
                (body.seats, body.seat_count) = make.seats();
            }),
            tacos_command::Extend => self.filled(kind, |make, body: &mut tacos_extend| {
                body.which = make.reservation_ref("which");
                body.user = make.str("user");
                body.key = make.str("key");
                body.by_ms = make.number();
                body.expires_at_ms = make.moment();
            }),
            tacos_command::Expire => self.filled(kind, |make, body: &mut tacos_expire| {
                body.which = make.reservation_ref("which");
            }),
            tacos_command::CreatePayment => self.filled(kind, |make, body: &mut tacos_create_payment| {
                body.which = make.reservation_ref("which");
                body.unlinked = make.str("unlinked");
                body.user = make.str("user");
                body.key = make.str("key");
                body.amount_minor = make.minor("amount_minor");
                body.currency = make.str("currency");
                body.webhook_url = make.str("webhook_url");
                body.attachment = make.bytes("attachment");
                body.method = make.word(5);
                body.scenario = make.word(6);
            }),
            tacos_command::ProcessPayment => self.filled(kind, |make, body: &mut tacos_process_payment| {
                body.payment = make.id("payment");
                body.user = make.str("user");
                body.key = make.str("key");
            }),
            tacos_command::CancelPayment => self.filled(kind, |make, body: &mut tacos_cancel_payment| {
                body.payment = make.id("payment");
                body.user = make.str("user");
                body.key = make.str("key");
                body.refund_minor = make.minor("refund_minor");
                body.has_refund = make.flag();
            }),
            tacos_command::ReportPayment => self.filled(kind, |make, body: &mut tacos_report_payment| {
                body.payment = make.id("payment");
                body.key = make.str("key");
                body.outcome = make.word(2);
            }),
            tacos_command::ReportWebhook => self.filled(kind, |make, body: &mut tacos_report_webhook| {
                body.webhook = make.id("webhook");
                body.delivered = make.flag();
            }),
            tacos_command::ReplayWebhook => self.filled(kind, |make, body: &mut tacos_replay_webhook| {
                body.webhook = make.id("webhook");
            }),
            tacos_command::Note => self.filled(kind, |make, body: &mut tacos_note| {
                body.name = make.str("name");
                body.key = make.str("key");
                body.value = make.bytes("value");
                body.remove = make.flag();
            }),
            tacos_command::ReadReservation => self.filled(kind, |make, body: &mut tacos_read_reservation| {
                body.which = make.reservation_ref("which");
                body.user = make.str("user");
            }),
            tacos_command::ListReservations => self.filled(kind, |make, body: &mut tacos_list_reservations| {
                body.user = make.str("user");
                body.event = make.str("event");
                body.after = make.id("after");
                body.has_after = make.flag();
                body.most = make.small();
                body.state = make.word(6);
            }),
            tacos_command::ReadPayment => self.filled(kind, |make, body: &mut tacos_read_payment| {
                body.payment = make.id("payment");
                body.user = make.str("user");
            }),
            tacos_command::ListPayments => self.filled(kind, |make, body: &mut tacos_list_payments| {
                body.user = make.str("user");
                body.reservation = make.id("reservation");
                body.after = make.id("after");
                body.has_after = make.flag();
                body.most = make.small();
                body.state = make.word(7);
                body.has_reservation = make.flag();
            }),
        }
    }

    pub fn event_settings(&mut self) -> *const tacos_event_settings {
        self.changed(tacos_event_settings_init, |make, body: &mut tacos_event_settings| {
            body.name = make.str("name");
            body.currency = make.str("currency");
            if make.is_unusual() {
                body.seats_per_reservation_max = make.small();
                body.hold_ms = make.number();
                body.hold_ms_max = make.number();
                body.extension_ms_max = make.number();
                body.extensions_max = make.small();
                body.seats_per_user_max = make.small();
                body.sale_starts_ms = make.moment();
                body.sale_ends_ms = make.moment();
            }
        })
    }

    pub fn queue_policy(&mut self) -> *const tacos_queue_policy {
        self.changed(tacos_queue_policy_init, |make, body: &mut tacos_queue_policy| {
            if make.is_unusual() {
                body.enabled = make.flag();
                body.admissions_per_minute = make.small();
                body.burst = make.small();
                body.inside_max = make.small();
                body.waiting_max = make.small();
                body.claim_window_ms = make.number();
                body.token_ttl_ms = make.number();
                body.inactivity_ms = make.number();
                body.one_place_per_user = make.flag();
                body.has_room = make.flag();
                body.room_opens_at_ms = make.number();
                body.room_draws_at_ms = make.number();
            }
        })
    }
}
