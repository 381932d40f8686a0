// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.

//! Commands out of bytes.

use tacos::Command;
use tacos_engine as tacos;

use super::{Input, Take, Taken, Unfit};

/// Reads the command that has this number; none if no command has it.
pub(crate) fn command(number: u8, from: &mut Input<'_>) -> Taken<Option<Command>> {
    Ok(Some(match number {
        1 => tacos::CreateEvent::new(from.take("event")?, from.take("settings")?, from.take("seats")?)
            .with_queue(from.take::<Option<tacos::QueuePolicy>>("queue")?)
            .with_key(from.take::<Option<tacos::IdempotencyKey>>("key")?).into(),
        2 => tacos::UpdateEvent::new(from.take("event")?, from.take("settings")?)
            .with_key(from.take::<Option<tacos::IdempotencyKey>>("key")?).into(),
        3 => tacos::SetSale::new(from.take("event")?, from.take("state")?)
            .with_key(from.take::<Option<tacos::IdempotencyKey>>("key")?).into(),
        4 => tacos::BlockSeats::new(from.take("event")?, from.take("seats")?, from.take("block")?)
            .with_key(from.take::<Option<tacos::IdempotencyKey>>("key")?).into(),
        5 => tacos::SetQueuePolicy::new(from.take("event")?, from.take("policy")?)
            .with_key(from.take::<Option<tacos::IdempotencyKey>>("key")?).into(),
        6 => tacos::PauseQueue::new(from.take("event")?, from.take("paused")?)
            .with_key(from.take::<Option<tacos::IdempotencyKey>>("key")?).into(),
        7 => tacos::DrawRoom::new(from.take("event")?)
            .with_key(from.take::<Option<tacos::IdempotencyKey>>("key")?).into(),
        8 => tacos::JoinQueue::new(from.take("event")?)
            .with_session(from.take::<Option<tacos::SessionId>>("session")?)
            .with_user(from.take::<Option<tacos::UserId>>("user")?).into(),
        9 => Command::LeaveQueue(from.take("token")?),
        14 => tacos::RequestAdmission::new(from.take("token")?)
            .with_event(from.take::<Option<tacos::EventId>>("event")?)
            .with_user(from.take::<Option<tacos::UserId>>("user")?).into(),
        10 => tacos::Reserve::new(from.take("event")?, from.take("user")?, from.take("want")?)
            .with_token(from.take::<Option<tacos::ReservationToken>>("token")?)
            .with_trusted(from.take("trusted")?)
            .with_external(from.take::<Option<tacos::ExternalId>>("external")?)
            .with_hold_until(from.take::<Option<tacos::UnixMs>>("hold_until")?)
            .with_key(from.take::<Option<tacos::IdempotencyKey>>("key")?).into(),
        11 => tacos::Confirm::new(from.take::<tacos::Which>("which")?, from.take::<tacos::Caller>("user")?, from.take("payment")?)
            .with_exactly(from.take::<Option<tacos::Seats>>("exactly")?)
            .with_total_minor(from.take::<Option<i64>>("total_minor")?)
            .with_key(from.take::<Option<tacos::IdempotencyKey>>("key")?).into(),
        12 => tacos::Release::new(from.take::<tacos::Which>("which")?, from.take::<tacos::Caller>("user")?)
            .with_seats(from.take("seats")?)
            .with_key(from.take::<Option<tacos::IdempotencyKey>>("key")?).into(),
        13 => tacos::Extend::new(from.take::<tacos::Which>("which")?, from.take::<tacos::Caller>("user")?, from.take("by")?)
            .with_expires_at(from.take::<Option<tacos::UnixMs>>("expires_at")?)
            .with_key(from.take::<Option<tacos::IdempotencyKey>>("key")?).into(),
        15 => tacos::Expire::new(from.take::<tacos::Which>("which")?).into(),
        20 => tacos::CreatePayment::new(from.take("payee")?, from.take("user")?, tacos::Money { minor: from.take("amount")?, currency: from.take("currency")? }, from.take("method")?, from.take("scenario")?)
            .with_webhook_url(from.take::<Option<String>>("webhook_url")?)
            .with_attachment(from.take("attachment")?)
            .with_key(from.take::<Option<tacos::IdempotencyKey>>("key")?).into(),
        21 => tacos::ProcessPayment::new(from.take("payment")?, from.take::<tacos::Caller>("user")?)
            .with_key(from.take::<Option<tacos::IdempotencyKey>>("key")?).into(),
        22 => tacos::CancelPayment::new(from.take("payment")?, from.take::<tacos::Caller>("user")?)
            .with_refund_minor(from.take::<Option<i64>>("refund_minor")?)
            .with_key(from.take::<Option<tacos::IdempotencyKey>>("key")?).into(),
        23 => tacos::ReportPayment::new(from.take("payment")?, from.take("outcome")?)
            .with_key(from.take::<Option<tacos::IdempotencyKey>>("key")?).into(),
        24 => tacos::ReportWebhook::new(from.take("webhook")?, from.take("delivered")?).into(),
        25 => Command::ReplayWebhook(from.take("webhook")?),
        30 => tacos::Note::new(from.take("name")?, from.take("value")?)
            .with_key(from.take::<Option<tacos::IdempotencyKey>>("key")?).into(),
        _ => return Ok(None),
    }))
}

impl Take for tacos::EventSettings {
    fn take(from: &mut Input<'_>, _field: &'static str) -> Taken<Self> {
        Ok(tacos::EventSettings::new(from.take::<String>("settings.name")?, from.take("settings.currency")?)
            .with_seats_per_reservation_max(from.take("settings.seats_per_reservation_max")?)
            .with_seats_per_user_max(from.take::<Option<u32>>("settings.seats_per_user_max")?)
            .with_hold_ms(from.take("settings.hold_ms")?)
            .with_hold_ms_max(from.take("settings.hold_ms_max")?)
            .with_extension_ms_max(from.take("settings.extension_ms_max")?)
            .with_extensions_max(from.take("settings.extensions_max")?)
            .with_sale_starts(from.take::<Option<tacos::UnixMs>>("settings.sale_starts")?)
            .with_sale_ends(from.take::<Option<tacos::UnixMs>>("settings.sale_ends")?))
    }
}

impl Take for tacos::QueuePolicy {
    fn take(from: &mut Input<'_>, _field: &'static str) -> Taken<Self> {
        Ok(tacos::QueuePolicy::default()
            .with_enabled(from.take("enabled")?)
            .with_admissions_per_minute(from.take("admissions_per_minute")?)
            .with_burst(from.take("burst")?)
            .with_inside_max(from.take("inside_max")?)
            .with_waiting_max(from.take("waiting_max")?)
            .with_claim_window_ms(from.take("claim_window_ms")?)
            .with_token_ttl_ms(from.take("token_ttl_ms")?)
            .with_inactivity_ms(from.take("inactivity_ms")?)
            .with_one_place_per_user(from.take("one_place_per_user")?)
            .with_room(from.take::<Option<tacos::PresaleRoom>>("room")?))
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
        Ok(tacos::Best::of(from.take("quantity")?)
            .with_section(from.take::<Option<tacos::SectionId>>("section")?)
            .with_allow_split(from.take("allow_split")?)
            .with_accessible(from.take("accessible")?))
    }
}

impl Take for tacos::Want {
    fn take(from: &mut Input<'_>, _field: &'static str) -> Taken<Self> {
        Ok(match from.tag()? {
            0 => Self::Seats(from.take("seats")?),
            1 => Self::Best(from.take("Best")?),
            other => return Err(Unfit::malformed(format_args!("{other} is no form of Want"))),
        })
    }
}

impl Take for tacos::Which {
    fn take(from: &mut Input<'_>, _field: &'static str) -> Taken<Self> {
        Ok(match from.tag()? {
            0 => Self::Id(from.take("reservation")?),
            1 => Self::External(from.take("external")?),
            other => return Err(Unfit::malformed(format_args!("{other} is no form of Which"))),
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
