// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.

//! From the structs of commands that write to commands of the engine.

use std::time::Duration;

use super::fields::{
    caller, currency, flag, id, key, number, opt_id, opt_moment, payee, seats, user, want, which,
};
use super::seat_map::seat_map;
use super::{Asked, Taker};
use crate::commands::{self, tacos_command};
use crate::config::{event_settings, queue_policy};
use crate::failure::Fault;
use crate::memory::{bytes, text};

/// Carries out a command that writes.
///
/// # Safety
/// As the crate's contract: the head begins a struct of the kind and size that it names.
pub(super) unsafe fn write(kind: tacos_command, asked: &Asked<'_>, taker: &mut impl Taker) -> Result<(), Fault> {
    // SAFETY: handed on; each kind is read as the struct that it names.
    unsafe {
        match kind {
            tacos_command::CreateEvent => create_event(asked, taker),
            tacos_command::UpdateEvent => update_event(asked, taker),
            tacos_command::SetSale => set_sale(asked, taker),
            tacos_command::BlockSeats => block_seats(asked, taker),
            tacos_command::SetQueuePolicy => set_queue_policy(asked, taker),
            tacos_command::PauseQueue => pause_queue(asked, taker),
            tacos_command::DrawRoom => draw_room(asked, taker),
            tacos_command::JoinQueue => join_queue(asked, taker),
            tacos_command::LeaveQueue => leave_queue(asked, taker),
            tacos_command::RequestAdmission => request_admission(asked, taker),
            tacos_command::Reserve => reserve(asked, taker),
            tacos_command::Confirm => confirm(asked, taker),
            tacos_command::Release => release(asked, taker),
            tacos_command::Extend => extend(asked, taker),
            tacos_command::Expire => expire(asked, taker),
            tacos_command::CreatePayment => create_payment(asked, taker),
            tacos_command::ProcessPayment => process_payment(asked, taker),
            tacos_command::CancelPayment => cancel_payment(asked, taker),
            tacos_command::ReportPayment => report_payment(asked, taker),
            tacos_command::ReportWebhook => report_webhook(asked, taker),
            tacos_command::ReplayWebhook => replay_webhook(asked, taker),
            tacos_command::Note => note(asked, taker),
            other => Err(Fault::BadKind { kind: other as u32 }),
        }
    }
}

unsafe fn create_event(asked: &Asked<'_>, taker: &mut impl Taker) -> Result<(), Fault> {
    let mut short = None;
    // SAFETY: the crate's contract, for each text, list and struct.
    let command = unsafe {
        let given: &commands::tacos_create_event = asked.given(&mut short)?;
        let mut command = tacos::CreateEvent::new(
            id(given.event, "event_id")?,
            event_settings(given.settings)?,
            seat_map(given.sections, given.section_count)?,
        );
        command.queue = if given.queue.is_null() { None } else { Some(queue_policy(given.queue)?) };
        command.key = key(given.key)?;
        command
    };
    taker.take(asked.engine.create_event(command))
}

unsafe fn update_event(asked: &Asked<'_>, taker: &mut impl Taker) -> Result<(), Fault> {
    let mut short = None;
    // SAFETY: the crate's contract, for each text, list and struct.
    let command = unsafe {
        let given: &commands::tacos_update_event = asked.given(&mut short)?;
        let mut command = tacos::UpdateEvent::new(
            id(given.event, "event_id")?,
            event_settings(given.settings)?,
        );
        command.key = key(given.key)?;
        command
    };
    taker.take(asked.engine.update_event(command))
}

unsafe fn set_sale(asked: &Asked<'_>, taker: &mut impl Taker) -> Result<(), Fault> {
    let mut short = None;
    // SAFETY: the crate's contract, for each text, list and struct.
    let command = unsafe {
        let given: &commands::tacos_set_sale = asked.given(&mut short)?;
        let mut command = tacos::SetSale::new(
            id(given.event, "event_id")?,
            number(given.state, "state")?,
        );
        command.key = key(given.key)?;
        command
    };
    taker.take(asked.engine.set_sale(command))
}

unsafe fn block_seats(asked: &Asked<'_>, taker: &mut impl Taker) -> Result<(), Fault> {
    let mut short = None;
    // SAFETY: the crate's contract, for each text, list and struct.
    let command = unsafe {
        let given: &commands::tacos_block_seats = asked.given(&mut short)?;
        let mut command = tacos::BlockSeats::new(
            id(given.event, "event_id")?,
            seats(given.seats, given.seat_count)?,
            flag(given.block, "block")?,
        );
        command.key = key(given.key)?;
        command
    };
    taker.take(asked.engine.block_seats(command))
}

unsafe fn set_queue_policy(asked: &Asked<'_>, taker: &mut impl Taker) -> Result<(), Fault> {
    let mut short = None;
    // SAFETY: the crate's contract, for each text, list and struct.
    let command = unsafe {
        let given: &commands::tacos_set_queue_policy = asked.given(&mut short)?;
        let mut command = tacos::SetQueuePolicy::new(
            id(given.event, "event_id")?,
            queue_policy(given.policy)?,
        );
        command.key = key(given.key)?;
        command
    };
    taker.take(asked.engine.set_queue_policy(command))
}

unsafe fn pause_queue(asked: &Asked<'_>, taker: &mut impl Taker) -> Result<(), Fault> {
    let mut short = None;
    // SAFETY: the crate's contract, for each text, list and struct.
    let command = unsafe {
        let given: &commands::tacos_pause_queue = asked.given(&mut short)?;
        let mut command = tacos::PauseQueue::new(
            id(given.event, "event_id")?,
            flag(given.paused, "paused")?,
        );
        command.key = key(given.key)?;
        command
    };
    taker.take(asked.engine.pause_queue(command))
}

unsafe fn draw_room(asked: &Asked<'_>, taker: &mut impl Taker) -> Result<(), Fault> {
    let mut short = None;
    // SAFETY: the crate's contract, for each text, list and struct.
    let command = unsafe {
        let given: &commands::tacos_draw_room = asked.given(&mut short)?;
        let mut command = tacos::DrawRoom::new(
            id(given.event, "event_id")?,
        );
        command.key = key(given.key)?;
        command
    };
    taker.take(asked.engine.draw_room(command))
}

unsafe fn join_queue(asked: &Asked<'_>, taker: &mut impl Taker) -> Result<(), Fault> {
    let mut short = None;
    // SAFETY: the crate's contract, for each text, list and struct.
    let command = unsafe {
        let given: &commands::tacos_join_queue = asked.given(&mut short)?;
        let mut command = tacos::JoinQueue::new(
            id(given.event, "event_id")?,
        );
        command.session = opt_id(given.session, "session_id")?;
        command.user = user(given.user)?;
        command
    };
    taker.take(asked.engine.join_queue(command))
}

unsafe fn leave_queue(asked: &Asked<'_>, taker: &mut impl Taker) -> Result<(), Fault> {
    let mut short = None;
    // SAFETY: the crate's contract, for each text, list and struct.
    let command = unsafe {
        let given: &commands::tacos_leave_queue = asked.given(&mut short)?;
        tacos::WaitingToken::from_bytes(given.token.bytes)
    };
    taker.take(asked.engine.leave_queue(command))
}

unsafe fn request_admission(asked: &Asked<'_>, taker: &mut impl Taker) -> Result<(), Fault> {
    let mut short = None;
    // SAFETY: the crate's contract, for each text, list and struct.
    let command = unsafe {
        let given: &commands::tacos_request_admission = asked.given(&mut short)?;
        let mut command = tacos::RequestAdmission::new(
            tacos::WaitingToken::from_bytes(given.token.bytes),
        );
        command.event = opt_id(given.event, "event_id")?;
        command.user = user(given.user)?;
        command
    };
    taker.take(asked.engine.request_admission(command))
}

unsafe fn reserve(asked: &Asked<'_>, taker: &mut impl Taker) -> Result<(), Fault> {
    let mut short = None;
    // SAFETY: the crate's contract, for each text, list and struct.
    let command = unsafe {
        let given: &commands::tacos_reserve = asked.given(&mut short)?;
        let mut command = tacos::Reserve::new(
            id(given.event, "event_id")?,
            id(given.user, "user_id")?,
            want(given)?,
        );
        command.token = flag(given.has_token, "has_token")?.then(|| tacos::ReservationToken::from_bytes(given.token.bytes));
        command.trusted = flag(given.trusted, "trusted")?;
        command.external = opt_id(given.external, "external")?;
        command.hold_until = opt_moment(given.hold_until_ms);
        command.key = key(given.key)?;
        command
    };
    taker.take(asked.engine.reserve(command))
}

unsafe fn confirm(asked: &Asked<'_>, taker: &mut impl Taker) -> Result<(), Fault> {
    let mut short = None;
    // SAFETY: the crate's contract, for each text, list and struct.
    let command = unsafe {
        let given: &commands::tacos_confirm = asked.given(&mut short)?;
        let mut command = tacos::Confirm::new(
            which(given.which)?,
            caller(given.user)?,
            match flag(given.outside, "outside")? {
                true => tacos::Proof::Outside,
                false => tacos::Proof::Intent(tacos::PaymentId::from_bytes(given.payment.bytes)),
            },
        );
        command.exactly = if given.exactly.is_null() { None } else { Some(seats(given.exactly, given.exactly_count)?) };
        command.total_minor = flag(given.has_total, "has_total")?.then_some(given.total_minor);
        command.key = key(given.key)?;
        command
    };
    taker.take(asked.engine.confirm(command))
}

unsafe fn release(asked: &Asked<'_>, taker: &mut impl Taker) -> Result<(), Fault> {
    let mut short = None;
    // SAFETY: the crate's contract, for each text, list and struct.
    let command = unsafe {
        let given: &commands::tacos_release = asked.given(&mut short)?;
        let mut command = tacos::Release::new(
            which(given.which)?,
            caller(given.user)?,
        );
        command.seats = seats(given.seats, given.seat_count)?;
        command.key = key(given.key)?;
        command
    };
    taker.take(asked.engine.release(command))
}

unsafe fn extend(asked: &Asked<'_>, taker: &mut impl Taker) -> Result<(), Fault> {
    let mut short = None;
    // SAFETY: the crate's contract, for each text, list and struct.
    let command = unsafe {
        let given: &commands::tacos_extend = asked.given(&mut short)?;
        let mut command = tacos::Extend::new(
            which(given.which)?,
            caller(given.user)?,
            Duration::from_millis(given.by_ms),
        );
        command.expires_at = opt_moment(given.expires_at_ms);
        command.key = key(given.key)?;
        command
    };
    taker.take(asked.engine.extend(command))
}

unsafe fn expire(asked: &Asked<'_>, taker: &mut impl Taker) -> Result<(), Fault> {
    let mut short = None;
    // SAFETY: the crate's contract, for each text, list and struct.
    let command = unsafe {
        let given: &commands::tacos_expire = asked.given(&mut short)?;
        tacos::Expire::new(
            which(given.which)?,
        )
    };
    taker.take(asked.engine.expire(command))
}

unsafe fn create_payment(asked: &Asked<'_>, taker: &mut impl Taker) -> Result<(), Fault> {
    let mut short = None;
    // SAFETY: the crate's contract, for each text, list and struct.
    let command = unsafe {
        let given: &commands::tacos_create_payment = asked.given(&mut short)?;
        let mut command = tacos::CreatePayment::new(
            payee(given.which, given.unlinked)?,
            id(given.user, "user_id")?,
            tacos::Money { minor: given.amount_minor, currency: currency(given.currency)? },
            number(given.method, "method")?,
            number(given.scenario, "scenario")?,
        );
        command.webhook_url = text(given.webhook_url)?.map(str::to_owned);
        command.attachment = bytes(given.attachment)?.unwrap_or_default().to_vec();
        command.key = key(given.key)?;
        command
    };
    taker.take(asked.engine.create_payment(command))
}

unsafe fn process_payment(asked: &Asked<'_>, taker: &mut impl Taker) -> Result<(), Fault> {
    let mut short = None;
    // SAFETY: the crate's contract, for each text, list and struct.
    let command = unsafe {
        let given: &commands::tacos_process_payment = asked.given(&mut short)?;
        let mut command = tacos::ProcessPayment::new(
            tacos::PaymentId::from_bytes(given.payment.bytes),
            caller(given.user)?,
        );
        command.key = key(given.key)?;
        command
    };
    taker.take(asked.engine.process_payment(command))
}

unsafe fn cancel_payment(asked: &Asked<'_>, taker: &mut impl Taker) -> Result<(), Fault> {
    let mut short = None;
    // SAFETY: the crate's contract, for each text, list and struct.
    let command = unsafe {
        let given: &commands::tacos_cancel_payment = asked.given(&mut short)?;
        let mut command = tacos::CancelPayment::new(
            tacos::PaymentId::from_bytes(given.payment.bytes),
            caller(given.user)?,
        );
        command.refund_minor = flag(given.has_refund, "has_refund")?.then_some(given.refund_minor);
        command.key = key(given.key)?;
        command
    };
    taker.take(asked.engine.cancel_payment(command))
}

unsafe fn report_payment(asked: &Asked<'_>, taker: &mut impl Taker) -> Result<(), Fault> {
    let mut short = None;
    // SAFETY: the crate's contract, for each text, list and struct.
    let command = unsafe {
        let given: &commands::tacos_report_payment = asked.given(&mut short)?;
        let mut command = tacos::ReportPayment::new(
            tacos::PaymentId::from_bytes(given.payment.bytes),
            number(given.outcome, "outcome")?,
        );
        command.key = key(given.key)?;
        command
    };
    taker.take(asked.engine.report_payment(command))
}

unsafe fn report_webhook(asked: &Asked<'_>, taker: &mut impl Taker) -> Result<(), Fault> {
    let mut short = None;
    // SAFETY: the crate's contract, for each text, list and struct.
    let command = unsafe {
        let given: &commands::tacos_report_webhook = asked.given(&mut short)?;
        tacos::ReportWebhook::new(
            tacos::WebhookId::from_bytes(given.webhook.bytes),
            flag(given.delivered, "delivered")?,
        )
    };
    taker.take(asked.engine.report_webhook(command))
}

unsafe fn replay_webhook(asked: &Asked<'_>, taker: &mut impl Taker) -> Result<(), Fault> {
    let mut short = None;
    // SAFETY: the crate's contract, for each text, list and struct.
    let command = unsafe {
        let given: &commands::tacos_replay_webhook = asked.given(&mut short)?;
        tacos::WebhookId::from_bytes(given.webhook.bytes)
    };
    taker.take(asked.engine.replay_webhook(command))
}

unsafe fn note(asked: &Asked<'_>, taker: &mut impl Taker) -> Result<(), Fault> {
    let mut short = None;
    // SAFETY: the crate's contract, for each text, list and struct.
    let command = unsafe {
        let given: &commands::tacos_note = asked.given(&mut short)?;
        let mut command = tacos::Note::new(
            id(given.name, "name")?,
            match flag(given.remove, "remove")? {
                true => None,
                false => Some(bytes(given.value)?.unwrap_or_default().to_vec()),
            },
        );
        command.key = key(given.key)?;
        command
    };
    taker.take(asked.engine.note(command))
}
