// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.

//! Commands out of messages.

use tacos_engine as tacos;
use tacos_proto::command::v1 as wire;

use super::take::{Take, Taken, said, take};

/// What is asked for.
pub(crate) enum Asked {
    Command(tacos::Command),
    Read(wire::call::Operation),
}

/// The command that a call has; any other operation is a read.
pub(crate) fn command(operation: wire::call::Operation) -> Taken<Asked> {
    use wire::call::Operation;
    Ok(Asked::Command(match operation {
        Operation::CreateEvent(message) => take::<_, tacos::CreateEvent>(message, "")?.into(),
        Operation::UpdateEvent(message) => take::<_, tacos::UpdateEvent>(message, "")?.into(),
        Operation::SetSale(message) => take::<_, tacos::SetSale>(message, "")?.into(),
        Operation::BlockSeats(message) => take::<_, tacos::BlockSeats>(message, "")?.into(),
        Operation::SetQueuePolicy(message) => take::<_, tacos::SetQueuePolicy>(message, "")?.into(),
        Operation::PauseQueue(message) => take::<_, tacos::PauseQueue>(message, "")?.into(),
        Operation::DrawRoom(message) => take::<_, tacos::DrawRoom>(message, "")?.into(),
        Operation::JoinQueue(message) => take::<_, tacos::JoinQueue>(message, "")?.into(),
        Operation::LeaveQueue(message) => tacos::Command::LeaveQueue(take(message.token, "token")?),
        Operation::RequestAdmission(message) => take::<_, tacos::RequestAdmission>(message, "")?.into(),
        Operation::Reserve(message) => take::<_, tacos::Reserve>(message, "")?.into(),
        Operation::Confirm(message) => take::<_, tacos::Confirm>(message, "")?.into(),
        Operation::Release(message) => take::<_, tacos::Release>(message, "")?.into(),
        Operation::Extend(message) => take::<_, tacos::Extend>(message, "")?.into(),
        Operation::Expire(message) => take::<_, tacos::Expire>(message, "")?.into(),
        Operation::CreatePayment(message) => take::<_, tacos::CreatePayment>(message, "")?.into(),
        Operation::ProcessPayment(message) => take::<_, tacos::ProcessPayment>(message, "")?.into(),
        Operation::CancelPayment(message) => take::<_, tacos::CancelPayment>(message, "")?.into(),
        Operation::ReportPayment(message) => take::<_, tacos::ReportPayment>(message, "")?.into(),
        Operation::ReportWebhook(message) => take::<_, tacos::ReportWebhook>(message, "")?.into(),
        Operation::ReplayWebhook(message) => tacos::Command::ReplayWebhook(take(message.webhook, "webhook")?),
        Operation::Note(message) => take::<_, tacos::Note>(message, "")?.into(),
        other => return Ok(Asked::Read(other)),
    }))
}

impl Take<wire::CreateEvent> for tacos::CreateEvent {
    fn take(message: wire::CreateEvent, _field: &'static str) -> Taken<Self> {
        let mut made = tacos::CreateEvent::new(take(message.event, "event")?, take::<_, tacos::EventSettings>(said(message.settings, "settings")?, "settings")?, take::<_, tacos::SeatMap>(said(message.seats, "seats")?, "seats")?);
        made.queue = take(message.queue, "queue")?;
        made.key = take(message.key, "key")?;
        Ok(made)
    }
}

impl Take<wire::UpdateEvent> for tacos::UpdateEvent {
    fn take(message: wire::UpdateEvent, _field: &'static str) -> Taken<Self> {
        let mut made = tacos::UpdateEvent::new(take(message.event, "event")?, take::<_, tacos::EventSettings>(said(message.settings, "settings")?, "settings")?);
        made.key = take(message.key, "key")?;
        Ok(made)
    }
}

impl Take<wire::SetSale> for tacos::SetSale {
    fn take(message: wire::SetSale, _field: &'static str) -> Taken<Self> {
        let mut made = tacos::SetSale::new(take(message.event, "event")?, take(message.state, "state")?);
        made.key = take(message.key, "key")?;
        Ok(made)
    }
}

impl Take<wire::BlockSeats> for tacos::BlockSeats {
    fn take(message: wire::BlockSeats, _field: &'static str) -> Taken<Self> {
        let mut made = tacos::BlockSeats::new(take(message.event, "event")?, take(message.seats, "seats")?, take(message.block, "block")?);
        made.key = take(message.key, "key")?;
        Ok(made)
    }
}

impl Take<wire::SetQueuePolicy> for tacos::SetQueuePolicy {
    fn take(message: wire::SetQueuePolicy, _field: &'static str) -> Taken<Self> {
        let mut made = tacos::SetQueuePolicy::new(take(message.event, "event")?, take::<_, tacos::QueuePolicy>(said(message.policy, "policy")?, "policy")?);
        made.key = take(message.key, "key")?;
        Ok(made)
    }
}

impl Take<wire::PauseQueue> for tacos::PauseQueue {
    fn take(message: wire::PauseQueue, _field: &'static str) -> Taken<Self> {
        let mut made = tacos::PauseQueue::new(take(message.event, "event")?, take(message.paused, "paused")?);
        made.key = take(message.key, "key")?;
        Ok(made)
    }
}

impl Take<wire::DrawRoom> for tacos::DrawRoom {
    fn take(message: wire::DrawRoom, _field: &'static str) -> Taken<Self> {
        let mut made = tacos::DrawRoom::new(take(message.event, "event")?);
        made.key = take(message.key, "key")?;
        Ok(made)
    }
}

impl Take<wire::JoinQueue> for tacos::JoinQueue {
    fn take(message: wire::JoinQueue, _field: &'static str) -> Taken<Self> {
        let mut made = tacos::JoinQueue::new(take(message.event, "event")?);
        made.session = take(message.session, "session")?;
        made.user = take(message.user, "user")?;
        Ok(made)
    }
}

impl Take<wire::RequestAdmission> for tacos::RequestAdmission {
    fn take(message: wire::RequestAdmission, _field: &'static str) -> Taken<Self> {
        let mut made = tacos::RequestAdmission::new(take(message.token, "token")?);
        made.event = take(message.event, "event")?;
        made.user = take(message.user, "user")?;
        Ok(made)
    }
}

impl Take<wire::Reserve> for tacos::Reserve {
    fn take(message: wire::Reserve, _field: &'static str) -> Taken<Self> {
        let mut made = tacos::Reserve::new(take(message.event, "event")?, take(message.user, "user")?, take::<_, tacos::SeatRequest>(said(message.want, "want")?, "want")?);
        made.token = take(message.token, "token")?;
        made.trusted = take(message.trusted, "trusted")?;
        made.external = take(message.external, "external")?;
        made.hold_until = take(message.hold_until_unix_ms, "hold_until")?;
        made.key = take(message.key, "key")?;
        Ok(made)
    }
}

impl Take<wire::Confirm> for tacos::Confirm {
    fn take(message: wire::Confirm, _field: &'static str) -> Taken<Self> {
        let mut made = tacos::Confirm::new(take::<_, tacos::ReservationRef>(said(message.which, "which")?, "which")?, take::<_, tacos::Caller>(message.user, "user")?, take(message.payment, "payment")?);
        made.exactly = take(message.exactly, "exactly")?;
        made.total_minor = take(message.total_minor, "total_minor")?;
        made.key = take(message.key, "key")?;
        Ok(made)
    }
}

impl Take<wire::Release> for tacos::Release {
    fn take(message: wire::Release, _field: &'static str) -> Taken<Self> {
        let mut made = tacos::Release::new(take::<_, tacos::ReservationRef>(said(message.which, "which")?, "which")?, take::<_, tacos::Caller>(message.user, "user")?);
        made.seats = take(message.seats, "seats")?;
        made.key = take(message.key, "key")?;
        Ok(made)
    }
}

impl Take<wire::Extend> for tacos::Extend {
    fn take(message: wire::Extend, _field: &'static str) -> Taken<Self> {
        let mut made = tacos::Extend::new(take::<_, tacos::ReservationRef>(said(message.which, "which")?, "which")?, take::<_, tacos::Caller>(message.user, "user")?, take(message.by_ms, "by")?);
        made.expires_at = take(message.expires_at_unix_ms, "expires_at")?;
        made.key = take(message.key, "key")?;
        Ok(made)
    }
}

impl Take<wire::Expire> for tacos::Expire {
    fn take(message: wire::Expire, _field: &'static str) -> Taken<Self> {
        Ok(tacos::Expire::new(take::<_, tacos::ReservationRef>(said(message.which, "which")?, "which")?))
    }
}

impl Take<wire::CreatePayment> for tacos::CreatePayment {
    fn take(message: wire::CreatePayment, _field: &'static str) -> Taken<Self> {
        let mut made = tacos::CreatePayment::new(take::<_, tacos::Payee>(said(message.payee, "payee")?, "payee")?, take(message.user, "user")?, tacos::Money { minor: message.amount_minor, currency: take(message.currency, "currency")? }, take(message.method, "method")?, take(message.scenario, "scenario")?);
        made.webhook_url = take(message.webhook_url, "webhook_url")?;
        made.attachment = take(message.attachment, "attachment")?;
        made.key = take(message.key, "key")?;
        Ok(made)
    }
}

impl Take<wire::ProcessPayment> for tacos::ProcessPayment {
    fn take(message: wire::ProcessPayment, _field: &'static str) -> Taken<Self> {
        let mut made = tacos::ProcessPayment::new(take(message.payment, "payment")?, take::<_, tacos::Caller>(message.user, "user")?);
        made.key = take(message.key, "key")?;
        Ok(made)
    }
}

impl Take<wire::CancelPayment> for tacos::CancelPayment {
    fn take(message: wire::CancelPayment, _field: &'static str) -> Taken<Self> {
        let mut made = tacos::CancelPayment::new(take(message.payment, "payment")?, take::<_, tacos::Caller>(message.user, "user")?);
        made.refund_minor = take(message.refund_minor, "refund_minor")?;
        made.key = take(message.key, "key")?;
        Ok(made)
    }
}

impl Take<wire::ReportPayment> for tacos::ReportPayment {
    fn take(message: wire::ReportPayment, _field: &'static str) -> Taken<Self> {
        let mut made = tacos::ReportPayment::new(take(message.payment, "payment")?, take(message.outcome, "outcome")?);
        made.key = take(message.key, "key")?;
        Ok(made)
    }
}

impl Take<wire::ReportWebhook> for tacos::ReportWebhook {
    fn take(message: wire::ReportWebhook, _field: &'static str) -> Taken<Self> {
        Ok(tacos::ReportWebhook::new(take(message.webhook, "webhook")?, take(message.delivered, "delivered")?))
    }
}

impl Take<wire::Note> for tacos::Note {
    fn take(message: wire::Note, _field: &'static str) -> Taken<Self> {
        let mut made = tacos::Note::new(take(message.name, "name")?, take(message.value, "value")?);
        made.key = take(message.key, "key")?;
        Ok(made)
    }
}

impl Take<wire::EventSettings> for tacos::EventSettings {
    fn take(message: wire::EventSettings, _field: &'static str) -> Taken<Self> {
        let mut made = tacos::EventSettings::new(message.name, take(message.currency, "settings.currency")?);
        if let Some(given) = message.seats_per_reservation_max {
            made.seats_per_reservation_max = take(given, "settings.seats_per_reservation_max")?;
        }
        made.seats_per_user_max = take(message.seats_per_user_max, "settings.seats_per_user_max")?;
        if let Some(given) = message.hold_ms {
            made.hold_ms = take(given, "settings.hold_ms")?;
        }
        if let Some(given) = message.hold_max_ms {
            made.hold_ms_max = take(given, "settings.hold_ms_max")?;
        }
        if let Some(given) = message.extension_max_ms {
            made.extension_ms_max = take(given, "settings.extension_ms_max")?;
        }
        if let Some(given) = message.extensions_max {
            made.extensions_max = take(given, "settings.extensions_max")?;
        }
        made.sale_starts = take(message.sale_starts_unix_ms, "settings.sale_starts")?;
        made.sale_ends = take(message.sale_ends_unix_ms, "settings.sale_ends")?;
        Ok(made)
    }
}

impl Take<wire::QueuePolicy> for tacos::QueuePolicy {
    fn take(message: wire::QueuePolicy, _field: &'static str) -> Taken<Self> {
        let mut made = tacos::QueuePolicy::default();
        if let Some(given) = message.enabled {
            made.enabled = take(given, "enabled")?;
        }
        if let Some(given) = message.admissions_per_minute {
            made.admissions_per_minute = take(given, "admissions_per_minute")?;
        }
        if let Some(given) = message.burst {
            made.burst = take(given, "burst")?;
        }
        if let Some(given) = message.inside_max {
            made.inside_max = take(given, "inside_max")?;
        }
        if let Some(given) = message.waiting_max {
            made.waiting_max = take(given, "waiting_max")?;
        }
        if let Some(given) = message.claim_window_ms {
            made.claim_window_ms = take(given, "claim_window_ms")?;
        }
        if let Some(given) = message.token_ttl_ms {
            made.token_ttl_ms = take(given, "token_ttl_ms")?;
        }
        if let Some(given) = message.inactivity_ms {
            made.inactivity_ms = take(given, "inactivity_ms")?;
        }
        if let Some(given) = message.one_place_per_user {
            made.one_place_per_user = take(given, "one_place_per_user")?;
        }
        made.room = take(message.room, "room")?;
        Ok(made)
    }
}

impl Take<wire::PresaleRoom> for tacos::PresaleRoom {
    fn take(message: wire::PresaleRoom, _field: &'static str) -> Taken<Self> {
        Ok(Self {
            opens_at: take(message.opens_at_unix_ms, "room.opens_at")?,
            draws_at: take(message.draws_at_unix_ms, "room.draws_at")?,
        })
    }
}

impl Take<wire::Best> for tacos::Best {
    fn take(message: wire::Best, _field: &'static str) -> Taken<Self> {
        let mut made = tacos::Best::of(take(message.quantity, "quantity")?);
        made.section = take(message.section, "section")?;
        made.allow_split = take(message.allow_split, "allow_split")?;
        made.accessible = take(message.accessible, "accessible")?;
        Ok(made)
    }
}

impl Take<wire::SeatRequest> for tacos::SeatRequest {
    fn take(message: wire::SeatRequest, field: &'static str) -> Taken<Self> {
        Ok(match said(message.form, field)? {
            wire::seat_request::Form::Seats(value) => Self::Seats(take(value, "seats")?),
            wire::seat_request::Form::Best(value) => Self::Best(take(value, "Best")?),
        })
    }
}

impl Take<wire::ReservationRef> for tacos::ReservationRef {
    fn take(message: wire::ReservationRef, field: &'static str) -> Taken<Self> {
        Ok(match said(message.form, field)? {
            wire::reservation_ref::Form::Id(value) => Self::Id(take(value, "reservation")?),
            wire::reservation_ref::Form::External(value) => Self::External(take(value, "external")?),
        })
    }
}

impl Take<wire::Payee> for tacos::Payee {
    fn take(message: wire::Payee, field: &'static str) -> Taken<Self> {
        Ok(match said(message.form, field)? {
            wire::payee::Form::Reservation(value) => Self::Reservation(take(value, "Reservation")?),
            wire::payee::Form::Unlinked(value) => Self::Unlinked(take(value, "unlinked")?),
        })
    }
}
