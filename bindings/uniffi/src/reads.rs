//! Reads that wait for nothing: counts, seats, places in line, figures. They may run ahead of the disk.

use tacos_engine::{Engine, EventId, ExternalId, SeatId, WaitingToken};

use crate::answers::{refused, value};
use crate::codec::{Input, Put, Read, Taken, Unfit};

/// Looks. The answer is a value of the kind that the read has, or a refusal.
///
/// # Errors
/// Why the bytes are those of no read.
pub(crate) fn read(engine: &Engine, bytes: &[u8]) -> Result<Vec<u8>, String> {
    // Reads change nothing, so one may be done before it is known that no bytes are left over.
    match Input::whole(bytes, |from| look(engine, from)) {
        Ok(answer) => Ok(answer),
        Err(Unfit::Refused(refusal)) => Ok(refused(engine, &refusal)),
        Err(Unfit::Malformed(why)) => Err(format!("not the bytes of a read: {why}")),
    }
}

fn look(engine: &Engine, from: &mut Input<'_>) -> Taken<Vec<u8>> {
    let one = |found: &dyn Put| value(engine, |out| found.put(out));
    Ok(match Read::numbered(from.tag()?)? {
        Read::Event => one(&engine.event(&event(from)?)?),
        Read::Events => list(engine, &engine.events()),
        Read::EventSnapshot => {
            let (view, seats, position) = engine.event_snapshot(&event(from)?)?;
            value(engine, |out| {
                out.put(&view);
                out.list(&seats);
                out.put(&position);
            })
        }
        Read::Counts => one(&engine.counts(&event(from)?)?),
        Read::Sections => list(engine, &engine.sections(&event(from)?)?),
        Read::Seats => {
            let (event, first, most) = (event(from)?, from.take("from")?, count(from)?);
            list(engine, &engine.seats(&event, first, most)?)
        }
        Read::SeatsNamed => {
            let (event, seats) = (event(from)?, from.take::<Vec<SeatId>>("seats")?);
            list(engine, &engine.seats_named(&event, &seats)?)
        }
        Read::FreeSeats => {
            let mut words = Vec::new();
            engine.copy_free_seats(&event(from)?, &mut words)?;
            let bytes: Vec<u8> = words.into_iter().flat_map(u64::to_le_bytes).collect();
            value(engine, |out| out.bytes(&bytes))
        }
        Read::FreeSeatBit => {
            let (event, seat) = (event(from)?, from.take("seat")?);
            let (word, bit) = engine.free_seat_bit(&event, &seat)?;
            one(&(word as u64 * u64::from(u64::BITS) + u64::from(bit)))
        }
        Read::QueuePlace => one(&engine.queue_place(&from.take("token")?)?),
        Read::TokenEvent => one(&engine.token_event(&from.take::<WaitingToken>("token")?)?),
        Read::Queue => one(&engine.queue(&event(from)?)?),
        Read::QueuePolicy => one(&engine.queue_policy(&event(from)?)?),
        Read::Draw => one(&engine.draw(&event(from)?)?),
        Read::DueWebhooks => {
            let (webhooks, next_at) = engine.due_webhooks(count(from)?);
            value(engine, |out| {
                out.list(&webhooks);
                out.put(&next_at);
            })
        }
        Read::DeadWebhooks => list(engine, &engine.dead_webhooks(from.take("after_order")?)),
        Read::Note => {
            let note = engine.read_note(&from.take::<ExternalId>("name")?);
            value(engine, |out| out.bytes_maybe(note.as_deref()))
        }
        Read::Notes => notes(engine, &from.take::<String>("prefix")?),
        Read::Status => one(&engine.status()),
        Read::Position => one(&engine.position()),
        Read::PrepareEvent => one(&engine.prepare_event(&event(from)?)?.to_prepared_text()),
        Read::PrepareSeat => {
            let (event, seat) = (event(from)?, from.take("seat")?);
            one(&engine.prepare_seat(&event, &seat)?.to_prepared_text())
        }
        Read::PrepareUser => one(&engine.prepare_user(&from.take("user")?).to_prepared_text()),
        Read::Now => one(&engine.now()),
        Read::Digest => value(engine, |out| out.bytes(&engine.digest().0)),
    })
}

fn event(from: &mut Input<'_>) -> Taken<EventId> {
    from.take("event")
}

fn count(from: &mut Input<'_>) -> Taken<usize> {
    from.take::<u32>("most").map(|most| most as usize)
}

fn list<T: Put>(engine: &Engine, found: &[T]) -> Vec<u8> {
    value(engine, |out| out.list(found))
}

fn notes(engine: &Engine, prefix: &str) -> Vec<u8> {
    let notes = engine.notes(prefix);
    value(engine, |out| {
        out.count(notes.len());
        for (name, note) in &notes {
            out.put(name);
            out.bytes(note);
        }
    })
}
