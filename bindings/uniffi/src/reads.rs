//! Reads that wait for nothing: counts, seats, places in line, figures. They may run ahead of the disk.

use tacos_engine::{Engine, Refusal};

use crate::answers::{RawAnswer, RawNote};
use crate::text::{Checked, id, ids, number, signed, token, unix_ms};
use crate::views::{RawSeat, RawSectionView, RawStatus, RawWebhook};

/// Anything that can be looked at without waiting.
#[derive(Clone, Debug, uniffi::Enum)]
pub(crate) enum RawRead {
    Event { event: String },
    Events,
    EventSnapshot { event: String },
    Counts { event: String },
    Sections { event: String },
    Seats { event: String, from: i32, most: i32 },
    SeatsNamed { event: String, seats: Vec<String> },
    FreeSeats { event: String },
    FreeSeatBit { event: String, seat: String },
    QueuePlace { token: String },
    TokenEvent { token: String },
    Queue { event: String },
    QueuePolicy { event: String },
    Draw { event: String },
    DueWebhooks { most: i32 },
    DeadWebhooks { after_order: i64 },
    Note { name: String },
    Notes { prefix: String },
    Status,
    Position,
    Now,
    Digest,
}

/// Looks.
pub(crate) fn read(engine: &Engine, read: RawRead) -> RawAnswer {
    look(engine, read).unwrap_or_else(|refusal| tacos_engine::Failure::Refused(refusal).into())
}

fn look(engine: &Engine, read: RawRead) -> Result<RawAnswer, Refusal> {
    Ok(match read {
        RawRead::Event { event } => RawAnswer::Event { view: engine.event(&id("event", &event)?)?.into() },
        RawRead::Events => RawAnswer::Events { views: engine.events().into_iter().map(Into::into).collect() },
        RawRead::EventSnapshot { event } => {
            let (view, seats, position) = engine.event_snapshot(&id("event", &event)?)?;
            let seats = seats.into_iter().map(RawSeat::from).collect();
            RawAnswer::EventSnapshot { view: view.into(), seats, position: signed(position.0) }
        }
        RawRead::Counts { event } => {
            RawAnswer::Counts { counts: engine.counts(&id("event", &event)?)?.into() }
        }
        RawRead::Sections { event } => {
            let sections = engine.sections(&id("event", &event)?)?;
            RawAnswer::Sections { sections: sections.into_iter().map(RawSectionView::from).collect() }
        }
        RawRead::Seats { event, from, most } => {
            let (from, most) = (number("from", from)?, number("most", most)?);
            let seats = engine.seats(&id("event", &event)?, from, most)?;
            RawAnswer::Seats { seats: seats.into_iter().map(RawSeat::from).collect() }
        }
        RawRead::SeatsNamed { event, seats } => {
            let named: Vec<_> = ids("seats", &seats)?;
            let seats = engine.seats_named(&id("event", &event)?, &named)?;
            RawAnswer::Seats { seats: seats.into_iter().map(RawSeat::from).collect() }
        }
        RawRead::FreeSeats { event } => {
            let mut words = Vec::new();
            engine.copy_free_seats(&id("event", &event)?, &mut words)?;
            RawAnswer::Bytes { bytes: words.into_iter().flat_map(u64::to_le_bytes).collect() }
        }
        RawRead::FreeSeatBit { event, seat } => {
            let (word, bit) = engine.free_seat_bit(&id("event", &event)?, &id("seat", &seat)?)?;
            RawAnswer::Number { number: signed(word as u64 * u64::from(u64::BITS) + u64::from(bit)) }
        }
        line => return look_at_line(engine, line),
    })
}

fn look_at_line(engine: &Engine, read: RawRead) -> Checked<RawAnswer> {
    Ok(match read {
        RawRead::QueuePlace { token: text } => {
            RawAnswer::QueuePlace { place: engine.queue_place(&token(&text)?)?.into() }
        }
        RawRead::TokenEvent { token: text } => {
            RawAnswer::Text { text: engine.token_event(&token(&text)?)?.to_string() }
        }
        RawRead::Queue { event } => RawAnswer::Queue { queue: engine.queue(&id("event", &event)?)?.into() },
        RawRead::QueuePolicy { event } => {
            RawAnswer::QueuePolicy { policy: engine.queue_policy(&id("event", &event)?)?.into() }
        }
        RawRead::Draw { event } => {
            let draw = engine.draw(&id("event", &event)?)?;
            let seed = draw.seed.map(|seed| seed.to_vec());
            RawAnswer::Draw { commitment: draw.commitment.to_vec(), seed }
        }
        whole => return look_at_whole(engine, whole),
    })
}

fn look_at_whole(engine: &Engine, read: RawRead) -> Checked<RawAnswer> {
    Ok(match read {
        RawRead::DueWebhooks { most } => {
            let (webhooks, next_at) = engine.due_webhooks(number("most", most)?);
            let webhooks = webhooks.into_iter().map(RawWebhook::from).collect();
            RawAnswer::Webhooks { webhooks, next_at_ms: next_at.map(unix_ms) }
        }
        RawRead::DeadWebhooks { after_order } => {
            let webhooks = engine.dead_webhooks(number("after_order", after_order)?);
            let webhooks = webhooks.into_iter().map(RawWebhook::from).collect();
            RawAnswer::Webhooks { webhooks, next_at_ms: None }
        }
        RawRead::Note { name } => RawAnswer::Note { value: engine.read_note(&id("name", &name)?) },
        RawRead::Notes { prefix } => {
            let note =
                |(name, value): (tacos_engine::ExternalId, _)| RawNote { name: name.to_string(), value };
            RawAnswer::Notes { notes: engine.notes(&prefix).into_iter().map(note).collect() }
        }
        RawRead::Status => RawAnswer::Status { status: RawStatus::new(engine) },
        RawRead::Position => RawAnswer::Number { number: signed(engine.position().0) },
        RawRead::Now => RawAnswer::Number { number: unix_ms(engine.now()) },
        RawRead::Digest => RawAnswer::Bytes { bytes: engine.digest().0.to_vec() },
        other => unreachable!("looked at before: {other:?}"),
    })
}
