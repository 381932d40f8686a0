//! Commands about money.

use tacos::{
    CancelPayment, Command, CreatePayment, Currency, Money, Payee, PaymentId, ProcessPayment, Refusal,
    ReportPayment, ReportWebhook, ReservationId, WebhookId,
};

use super::fields::{body, cursor, flag, id, key, number, opt_id, opt_number, page_size, user, which};
use super::{ListPayments, Work};
use crate::abi::{tacos_head, tacos_id};
use crate::commands::{
    tacos_cancel_payment, tacos_command, tacos_create_payment, tacos_list_payments, tacos_process_payment,
    tacos_read_payment, tacos_replay_webhook, tacos_report_payment, tacos_report_webhook,
};
use crate::failure::Fault;
use crate::memory::{bytes, text};

/// The work of one of this room's kinds.
///
/// # Safety
/// As the crate's contract: `head` begins a struct of `size` bytes of this kind.
pub(super) unsafe fn work(
    command: tacos_command,
    head: *const tacos_head,
    size: usize,
) -> Result<Work, Fault> {
    // SAFETY: handed on; each kind is read as the struct that it names.
    unsafe {
        match command {
            tacos_command::CreatePayment => body(head, size).and_then(|given| create(&given)),
            tacos_command::ProcessPayment => body(head, size).and_then(|given| process(&given)),
            tacos_command::CancelPayment => body(head, size).and_then(|given| cancel(&given)),
            tacos_command::ReportPayment => body(head, size).and_then(|given| report(&given)),
            tacos_command::ReportWebhook => body(head, size).and_then(|given: tacos_report_webhook| {
                let delivered = flag(given.delivered, "delivered")?;
                let webhook = WebhookId::from_bytes(given.webhook.bytes);
                Ok(Work::Write(Command::ReportWebhook(ReportWebhook { webhook, delivered })))
            }),
            tacos_command::ReplayWebhook => body(head, size).map(|given: tacos_replay_webhook| {
                Work::Write(Command::ReplayWebhook(WebhookId::from_bytes(given.webhook.bytes)))
            }),
            tacos_command::ReadPayment => body(head, size).and_then(|given: tacos_read_payment| {
                Ok(Work::ReadPayment { payment: payment(given.payment), user: user(given.user)? })
            }),
            tacos_command::ListPayments => body(head, size).and_then(|given| list(&given)),
            other => Err(Fault::BadKind { kind: other as u32 }),
        }
    }
}

fn payment(given: tacos_id) -> PaymentId {
    PaymentId::from_bytes(given.bytes)
}

unsafe fn create(given: &tacos_create_payment) -> Result<Work, Fault> {
    // SAFETY: the crate's contract, for each text and the attachment.
    let command = unsafe {
        let code = text(given.currency)?.unwrap_or_default();
        let currency =
            Currency::new(code).ok_or_else(|| Refusal::invalid("currency", "must be three letters", code))?;
        let unlinked = opt_id(given.unlinked, "unlinked")?;
        CreatePayment {
            payee: match unlinked {
                Some(unlinked) => Payee::Unlinked(unlinked),
                None => Payee::Reservation(which(given.which)?),
            },
            user: id(given.user, "user_id")?,
            amount: Money { minor: given.amount_minor, currency },
            method: number(given.method, "method")?,
            scenario: number(given.scenario, "scenario")?,
            webhook_url: text(given.webhook_url)?.map(str::to_owned),
            attachment: bytes(given.attachment)?.unwrap_or_default().to_vec(),
            key: key(given.key)?,
        }
    };
    Ok(Work::Write(Command::CreatePayment(Box::new(command))))
}

unsafe fn process(given: &tacos_process_payment) -> Result<Work, Fault> {
    // SAFETY: the crate's contract, for each text.
    let command = unsafe {
        ProcessPayment { payment: payment(given.payment), user: user(given.user)?, key: key(given.key)? }
    };
    Ok(Work::Write(Command::ProcessPayment(command)))
}

unsafe fn cancel(given: &tacos_cancel_payment) -> Result<Work, Fault> {
    let has_refund = flag(given.has_refund, "has_refund")?;
    // SAFETY: the crate's contract, for each text.
    let command = unsafe {
        CancelPayment {
            payment: payment(given.payment),
            user: user(given.user)?,
            refund_minor: has_refund.then_some(given.refund_minor),
            key: key(given.key)?,
        }
    };
    Ok(Work::Write(Command::CancelPayment(command)))
}

unsafe fn report(given: &tacos_report_payment) -> Result<Work, Fault> {
    let outcome = number(given.outcome, "outcome")?;
    // SAFETY: the crate's contract.
    let key = unsafe { key(given.key)? };
    let command = ReportPayment { payment: payment(given.payment), outcome, key };
    Ok(Work::Write(Command::ReportPayment(command)))
}

unsafe fn list(given: &tacos_list_payments) -> Result<Work, Fault> {
    let only = flag(given.has_reservation, "has_reservation")?;
    // SAFETY: the crate's contract.
    let user = unsafe { id(given.user, "user_id")? };
    Ok(Work::ListPayments(Box::new(ListPayments {
        user,
        state: opt_number(given.state, "state")?,
        reservation: only.then(|| ReservationId::from_bytes(given.reservation.bytes)),
        after: cursor(given.after, given.has_after)?,
        most: page_size(given.most),
    })))
}
