// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.

//! Commands out of bytes.

use tacos::Command;
use tacos_engine as tacos;

use super::{Input, Take, Taken, Unfit};

/// Reads the command that has this number; none if no command has it.
pub(crate) fn command(number: u8, from: &mut Input<'_>) -> Taken<Option<Command>> {
    Ok(Some(match number {
        1 => Command::from({
            let mut made = tacos::CreateEvent::new(from.take("event")?, from.take("settings")?, from.take("seats")?);
            made.queue = from.take::<Option<tacos::QueuePolicy>>("queue")?;
            made.key = from.take::<Option<tacos::IdempotencyKey>>("key")?;
            made
        }),
        2 => Command::from({
            let mut made = tacos::UpdateEvent::new(from.take("event")?, from.take("settings")?);
            made.key = from.take::<Option<tacos::IdempotencyKey>>("key")?;
            made
        }),
        3 => Command::from({
            let mut made = tacos::SetSale::new(from.take("event")?, from.take("state")?);
            made.key = from.take::<Option<tacos::IdempotencyKey>>("key")?;
            made
        }),
        4 => Command::from({
            let mut made = tacos::BlockSeats::new(from.take("event")?, from.take("seats")?, from.take("block")?);
            made.key = from.take::<Option<tacos::IdempotencyKey>>("key")?;
            made
        }),
        5 => Command::from({
            let mut made = tacos::SetQueuePolicy::new(from.take("event")?, from.take("policy")?);
            made.key = from.take::<Option<tacos::IdempotencyKey>>("key")?;
            made
        }),
        6 => Command::from({
            let mut made = tacos::PauseQueue::new(from.take("event")?, from.take("paused")?);
            made.key = from.take::<Option<tacos::IdempotencyKey>>("key")?;
            made
        }),
        7 => Command::from({
            let mut made = tacos::DrawRoom::new(from.take("event")?);
            made.key = from.take::<Option<tacos::IdempotencyKey>>("key")?;
            made
        }),
        8 => Command::from({
            let mut made = tacos::JoinQueue::new(from.take("event")?);
            made.session = from.take::<Option<tacos::SessionId>>("session")?;
            made.user = from.take::<Option<tacos::UserId>>("user")?;
            made
        }),
        9 => Command::LeaveQueue(from.take("token")?),
        14 => Command::from({
            let mut made = tacos::RequestAdmission::new(from.take("token")?);
            made.event = from.take::<Option<tacos::EventId>>("event")?;
            made.user = from.take::<Option<tacos::UserId>>("user")?;
            made
        }),
        10 => Command::from({
            let mut made = tacos::Reserve::new(from.take("event")?, from.take("user")?, from.take("want")?);
            made.token = from.take::<Option<tacos::ReservationToken>>("token")?;
            made.trusted = from.take("trusted")?;
            made.external = from.take::<Option<tacos::ExternalId>>("external")?;
            made.hold_until = from.take::<Option<tacos::UnixMs>>("hold_until")?;
            made.key = from.take::<Option<tacos::IdempotencyKey>>("key")?;
            made
        }),
        11 => Command::from({
            let mut made = tacos::Confirm::new(from.take::<tacos::ReservationRef>("which")?, from.take::<tacos::Caller>("user")?, from.take("payment")?);
            made.exactly = from.take::<Option<tacos::Seats>>("exactly")?;
            made.total_minor = from.take::<Option<i64>>("total_minor")?;
            made.key = from.take::<Option<tacos::IdempotencyKey>>("key")?;
            made
        }),
        12 => Command::from({
            let mut made = tacos::Release::new(from.take::<tacos::ReservationRef>("which")?, from.take::<tacos::Caller>("user")?);
            made.seats = from.take("seats")?;
            made.key = from.take::<Option<tacos::IdempotencyKey>>("key")?;
            made
        }),
        13 => Command::from({
            let mut made = tacos::Extend::new(from.take::<tacos::ReservationRef>("which")?, from.take::<tacos::Caller>("user")?, from.take("by")?);
            made.expires_at = from.take::<Option<tacos::UnixMs>>("expires_at")?;
            made.key = from.take::<Option<tacos::IdempotencyKey>>("key")?;
            made
        }),
        15 => Command::from(tacos::Expire::new(from.take::<tacos::ReservationRef>("which")?)),
        20 => Command::from({
            let mut made = tacos::CreatePayment::new(from.take("payee")?, from.take("user")?, tacos::Money { minor: from.take("amount")?, currency: from.take("currency")? }, from.take("method")?, from.take("scenario")?);
            made.webhook_url = from.take::<Option<String>>("webhook_url")?;
            made.attachment = from.take("attachment")?;
            made.key = from.take::<Option<tacos::IdempotencyKey>>("key")?;
            made
        }),
        21 => Command::from({
            let mut made = tacos::ProcessPayment::new(from.take("payment")?, from.take::<tacos::Caller>("user")?);
            made.key = from.take::<Option<tacos::IdempotencyKey>>("key")?;
            made
        }),
        22 => Command::from({
            let mut made = tacos::CancelPayment::new(from.take("payment")?, from.take::<tacos::Caller>("user")?);
            made.refund_minor = from.take::<Option<i64>>("refund_minor")?;
            made.key = from.take::<Option<tacos::IdempotencyKey>>("key")?;
            made
        }),
        23 => Command::from({
            let mut made = tacos::ReportPayment::new(from.take("payment")?, from.take("outcome")?);
            made.key = from.take::<Option<tacos::IdempotencyKey>>("key")?;
            made
        }),
        24 => Command::from(tacos::ReportWebhook::new(from.take("webhook")?, from.take("delivered")?)),
        25 => Command::ReplayWebhook(from.take("webhook")?),
        30 => Command::from({
            let mut made = tacos::Note::new(from.take("name")?, from.take("value")?);
            made.key = from.take::<Option<tacos::IdempotencyKey>>("key")?;
            made
        }),
        _ => return Ok(None),
    }))
}

impl Take for tacos::EventSettings {
    fn take(from: &mut Input<'_>, _field: &'static str) -> Taken<Self> {
        Ok({
            let mut made = tacos::EventSettings::new(from.take::<String>("settings.name")?, from.take("settings.currency")?);
            made.seats_per_reservation_max = from.take("settings.seats_per_reservation_max")?;
            made.seats_per_user_max = from.take::<Option<u32>>("settings.seats_per_user_max")?;
            made.hold_ms = from.take("settings.hold_ms")?;
            made.hold_ms_max = from.take("settings.hold_ms_max")?;
            made.extension_ms_max = from.take("settings.extension_ms_max")?;
            made.extensions_max = from.take("settings.extensions_max")?;
            made.sale_starts = from.take::<Option<tacos::UnixMs>>("settings.sale_starts")?;
            made.sale_ends = from.take::<Option<tacos::UnixMs>>("settings.sale_ends")?;
            made
        })
    }
}

impl Take for tacos::QueuePolicy {
    fn take(from: &mut Input<'_>, _field: &'static str) -> Taken<Self> {
        Ok({
            let mut made = tacos::QueuePolicy::default();
            made.enabled = from.take("enabled")?;
            made.admissions_per_minute = from.take("admissions_per_minute")?;
            made.burst = from.take("burst")?;
            made.inside_max = from.take("inside_max")?;
            made.waiting_max = from.take("waiting_max")?;
            made.claim_window_ms = from.take("claim_window_ms")?;
            made.token_ttl_ms = from.take("token_ttl_ms")?;
            made.inactivity_ms = from.take("inactivity_ms")?;
            made.one_place_per_user = from.take("one_place_per_user")?;
            made.room = from.take::<Option<tacos::PresaleRoom>>("room")?;
            made
        })
    }
}

impl Take for tacos::PresaleRoom {
    fn take(from: &mut Input<'_>, _field: &'static str) -> Taken<Self> {
        Ok(Self {
            opens_at: from.take("room.opens_at")?,
            draws_at: from.take("room.draws_at")?,
        })
    }
}

impl Take for tacos::Best {
    fn take(from: &mut Input<'_>, _field: &'static str) -> Taken<Self> {
        Ok({
            let mut made = tacos::Best::of(from.take("quantity")?);
            made.section = from.take::<Option<tacos::SectionId>>("section")?;
            made.allow_split = from.take("allow_split")?;
            made.accessible = from.take("accessible")?;
            made
        })
    }
}

impl Take for tacos::SeatRequest {
    fn take(from: &mut Input<'_>, _field: &'static str) -> Taken<Self> {
        Ok(match from.tag()? {
            0 => Self::Seats(from.take("seats")?),
            1 => Self::Best(from.take("Best")?),
            other => return Err(Unfit::malformed(format_args!("{other} is no form of SeatRequest"))),
        })
    }
}

impl Take for tacos::ReservationRef {
    fn take(from: &mut Input<'_>, _field: &'static str) -> Taken<Self> {
        Ok(match from.tag()? {
            0 => Self::Id(from.take("reservation")?),
            1 => Self::External(from.take("external")?),
            other => return Err(Unfit::malformed(format_args!("{other} is no form of ReservationRef"))),
        })
    }
}

impl Take for tacos::Payee {
    fn take(from: &mut Input<'_>, _field: &'static str) -> Taken<Self> {
        Ok(match from.tag()? {
            0 => Self::Reservation(from.take("Reservation")?),
            1 => Self::Unlinked(from.take("unlinked")?),
            other => return Err(Unfit::malformed(format_args!("{other} is no form of Payee"))),
        })
    }
}
