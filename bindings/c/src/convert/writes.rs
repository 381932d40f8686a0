// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.

//! From the structs of commands that write to commands of the engine.

use std::time::Duration;

use tacos::Command;

use super::fields::{
    body, caller, currency, flag, id, key, number, opt_id, opt_moment, payee, seats, user, want, which,
};
use super::seat_map::seat_map;
use crate::abi::tacos_head;
use crate::commands::{self, tacos_command};
use crate::config::{event_settings, queue_policy};
use crate::failure::Fault;
use crate::memory::{bytes, text};

/// The command that begins at `head`; `None` if it is one that reads.
///
/// # Safety
/// As the crate's contract: `head` begins a struct of `size` bytes of this kind.
pub(super) unsafe fn write(
    kind: tacos_command,
    head: *const tacos_head,
    size: usize,
) -> Result<Option<Command>, Fault> {
    // SAFETY: handed on; each kind is read as the struct that it names.
    let command = unsafe {
        match kind {
            tacos_command::CreateEvent => body(head, size).and_then(|given| create_event(&given))?,
            tacos_command::UpdateEvent => body(head, size).and_then(|given| update_event(&given))?,
            tacos_command::SetSale => body(head, size).and_then(|given| set_sale(&given))?,
            tacos_command::BlockSeats => body(head, size).and_then(|given| block_seats(&given))?,
            tacos_command::SetQueuePolicy => body(head, size).and_then(|given| set_queue_policy(&given))?,
            tacos_command::PauseQueue => body(head, size).and_then(|given| pause_queue(&given))?,
            tacos_command::DrawRoom => body(head, size).and_then(|given| draw_room(&given))?,
            tacos_command::JoinQueue => body(head, size).and_then(|given| join_queue(&given))?,
            tacos_command::LeaveQueue => body(head, size).and_then(|given| leave_queue(&given))?,
            tacos_command::RequestAdmission => body(head, size).and_then(|given| request_admission(&given))?,
            tacos_command::Reserve => body(head, size).and_then(|given| reserve(&given))?,
            tacos_command::Confirm => body(head, size).and_then(|given| confirm(&given))?,
            tacos_command::Release => body(head, size).and_then(|given| release(&given))?,
            tacos_command::Extend => body(head, size).and_then(|given| extend(&given))?,
            tacos_command::Expire => body(head, size).and_then(|given| expire(&given))?,
            tacos_command::CreatePayment => body(head, size).and_then(|given| create_payment(&given))?,
            tacos_command::ProcessPayment => body(head, size).and_then(|given| process_payment(&given))?,
            tacos_command::CancelPayment => body(head, size).and_then(|given| cancel_payment(&given))?,
            tacos_command::ReportPayment => body(head, size).and_then(|given| report_payment(&given))?,
            tacos_command::ReportWebhook => body(head, size).and_then(|given| report_webhook(&given))?,
            tacos_command::ReplayWebhook => body(head, size).and_then(|given| replay_webhook(&given))?,
            tacos_command::Note => body(head, size).and_then(|given| note(&given))?,
            _ => return Ok(None),
        }
    };
    Ok(Some(command))
}

unsafe fn create_event(given: &commands::tacos_create_event) -> Result<Command, Fault> {
    // SAFETY: the crate's contract, for each text, list and struct.
    unsafe {
        let mut command = tacos::CreateEvent::new(
            id(given.event, "event_id")?,
            event_settings(given.settings)?,
            seat_map(given.sections, given.section_count)?,
        );
        command.queue = if given.queue.is_null() { None } else { Some(queue_policy(given.queue)?) };
        command.key = key(given.key)?;
        Ok(command.into())
    }
}

unsafe fn update_event(given: &commands::tacos_update_event) -> Result<Command, Fault> {
    // SAFETY: the crate's contract, for each text, list and struct.
    unsafe {
        let mut command = tacos::UpdateEvent::new(
            id(given.event, "event_id")?,
            event_settings(given.settings)?,
        );
        command.key = key(given.key)?;
        Ok(command.into())
    }
}

unsafe fn set_sale(given: &commands::tacos_set_sale) -> Result<Command, Fault> {
    // SAFETY: the crate's contract, for each text, list and struct.
    unsafe {
        let mut command = tacos::SetSale::new(
            id(given.event, "event_id")?,
            number(given.state, "state")?,
        );
        command.key = key(given.key)?;
        Ok(command.into())
    }
}

unsafe fn block_seats(given: &commands::tacos_block_seats) -> Result<Command, Fault> {
    // SAFETY: the crate's contract, for each text, list and struct.
    unsafe {
        let mut command = tacos::BlockSeats::new(
            id(given.event, "event_id")?,
            seats(given.seats, given.seat_count)?,
            flag(given.block, "block")?,
        );
        command.key = key(given.key)?;
        Ok(command.into())
    }
}

unsafe fn set_queue_policy(given: &commands::tacos_set_queue_policy) -> Result<Command, Fault> {
    // SAFETY: the crate's contract, for each text, list and struct.
    unsafe {
        let mut command = tacos::SetQueuePolicy::new(
            id(given.event, "event_id")?,
            queue_policy(given.policy)?,
        );
        command.key = key(given.key)?;
        Ok(command.into())
    }
}

unsafe fn pause_queue(given: &commands::tacos_pause_queue) -> Result<Command, Fault> {
    // SAFETY: the crate's contract, for each text, list and struct.
    unsafe {
        let mut command = tacos::PauseQueue::new(
            id(given.event, "event_id")?,
            flag(given.paused, "paused")?,
        );
        command.key = key(given.key)?;
        Ok(command.into())
    }
}

unsafe fn draw_room(given: &commands::tacos_draw_room) -> Result<Command, Fault> {
    // SAFETY: the crate's contract, for each text, list and struct.
    unsafe {
        let mut command = tacos::DrawRoom::new(
            id(given.event, "event_id")?,
        );
        command.key = key(given.key)?;
        Ok(command.into())
    }
}

unsafe fn join_queue(given: &commands::tacos_join_queue) -> Result<Command, Fault> {
    // SAFETY: the crate's contract, for each text, list and struct.
    unsafe {
        let mut command = tacos::JoinQueue::new(
            id(given.event, "event_id")?,
        );
        command.session = opt_id(given.session, "session_id")?;
        command.user = user(given.user)?;
        Ok(command.into())
    }
}

unsafe fn leave_queue(given: &commands::tacos_leave_queue) -> Result<Command, Fault> {
    Ok(Command::LeaveQueue(tacos::WaitingToken::from_bytes(given.token.bytes)))
}

unsafe fn request_admission(given: &commands::tacos_request_admission) -> Result<Command, Fault> {
    // SAFETY: the crate's contract, for each text, list and struct.
    unsafe {
        let mut command = tacos::RequestAdmission::new(
            tacos::WaitingToken::from_bytes(given.token.bytes),
        );
        command.event = opt_id(given.event, "event_id")?;
        command.user = user(given.user)?;
        Ok(command.into())
    }
}

unsafe fn reserve(given: &commands::tacos_reserve) -> Result<Command, Fault> {
    // SAFETY: the crate's contract, for each text, list and struct.
    unsafe {
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
        Ok(command.into())
    }
}

unsafe fn confirm(given: &commands::tacos_confirm) -> Result<Command, Fault> {
    // SAFETY: the crate's contract, for each text, list and struct.
    unsafe {
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
        Ok(command.into())
    }
}

unsafe fn release(given: &commands::tacos_release) -> Result<Command, Fault> {
    // SAFETY: the crate's contract, for each text, list and struct.
    unsafe {
        let mut command = tacos::Release::new(
            which(given.which)?,
            caller(given.user)?,
        );
        command.seats = seats(given.seats, given.seat_count)?;
        command.key = key(given.key)?;
        Ok(command.into())
    }
}

unsafe fn extend(given: &commands::tacos_extend) -> Result<Command, Fault> {
    // SAFETY: the crate's contract, for each text, list and struct.
    unsafe {
        let mut command = tacos::Extend::new(
            which(given.which)?,
            caller(given.user)?,
            Duration::from_millis(given.by_ms),
        );
        command.expires_at = opt_moment(given.expires_at_ms);
        command.key = key(given.key)?;
        Ok(command.into())
    }
}

unsafe fn expire(given: &commands::tacos_expire) -> Result<Command, Fault> {
    // SAFETY: the crate's contract, for each text, list and struct.
    unsafe {
        let command = tacos::Expire::new(
            which(given.which)?,
        );
        Ok(command.into())
    }
}

unsafe fn create_payment(given: &commands::tacos_create_payment) -> Result<Command, Fault> {
    // SAFETY: the crate's contract, for each text, list and struct.
    unsafe {
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
        Ok(command.into())
    }
}

unsafe fn process_payment(given: &commands::tacos_process_payment) -> Result<Command, Fault> {
    // SAFETY: the crate's contract, for each text, list and struct.
    unsafe {
        let mut command = tacos::ProcessPayment::new(
            tacos::PaymentId::from_bytes(given.payment.bytes),
            caller(given.user)?,
        );
        command.key = key(given.key)?;
        Ok(command.into())
    }
}

unsafe fn cancel_payment(given: &commands::tacos_cancel_payment) -> Result<Command, Fault> {
    // SAFETY: the crate's contract, for each text, list and struct.
    unsafe {
        let mut command = tacos::CancelPayment::new(
            tacos::PaymentId::from_bytes(given.payment.bytes),
            caller(given.user)?,
        );
        command.refund_minor = flag(given.has_refund, "has_refund")?.then_some(given.refund_minor);
        command.key = key(given.key)?;
        Ok(command.into())
    }
}

unsafe fn report_payment(given: &commands::tacos_report_payment) -> Result<Command, Fault> {
    // SAFETY: the crate's contract, for each text, list and struct.
    unsafe {
        let mut command = tacos::ReportPayment::new(
            tacos::PaymentId::from_bytes(given.payment.bytes),
            number(given.outcome, "outcome")?,
        );
        command.key = key(given.key)?;
        Ok(command.into())
    }
}

unsafe fn report_webhook(given: &commands::tacos_report_webhook) -> Result<Command, Fault> {
    let command = tacos::ReportWebhook::new(
        tacos::WebhookId::from_bytes(given.webhook.bytes),
        flag(given.delivered, "delivered")?,
    );
    Ok(command.into())
}

unsafe fn replay_webhook(given: &commands::tacos_replay_webhook) -> Result<Command, Fault> {
    Ok(Command::ReplayWebhook(tacos::WebhookId::from_bytes(given.webhook.bytes)))
}

unsafe fn note(given: &commands::tacos_note) -> Result<Command, Fault> {
    // SAFETY: the crate's contract, for each text, list and struct.
    unsafe {
        let mut command = tacos::Note::new(
            id(given.name, "name")?,
            match flag(given.remove, "remove")? {
                true => None,
                false => Some(bytes(given.value)?.unwrap_or_default().to_vec()),
            },
        );
        command.key = key(given.key)?;
        Ok(command.into())
    }
}
