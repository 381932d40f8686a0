//! Puts all tickets out of a waiting line: in batches that share a sync, each written down before the people in it are
//! put out. A crash or a call that was cut off loses neither the rest nor the count: asking again goes on where it
//! stopped.

use serde::{Deserialize, Serialize};
use tacos_engine::views::QueueState;
use tacos_engine::{EventId, ExternalId, Failure, Note, Refusal};

use crate::call::Call;
use crate::wire::error::hex;
use crate::wire::{ApiError, trace_id};

/// People of one batch: their numbers fit a note.
const BATCH: usize = 300;
/// Tickets looked at before other work has its turn.
const LOOKS: u32 = 4_096;
/// A drain that finds no ticket, so soon after another one ended, is a repeat of that drain.
const AGAIN_MS: u64 = 300_000;

/// How far a drain has come.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct DrainProgress {
    id: String,
    /// Tickets below were looked at.
    next: u32,
    /// Tickets that there were when it began.
    end: u32,
    /// Put out by the batches before this one.
    out: u64,
    /// Tickets in the line that are being put out.
    batch: Vec<u32>,
    /// When it ended.
    ended_ms: Option<u64>,
}

/// The result of an operation: its id, and a text.
pub(super) struct Operated {
    pub(super) id: String,
    pub(super) result: String,
}

fn name(event: &EventId) -> Result<ExternalId, ApiError> {
    let digest = blake3::hash(event.as_str().as_bytes());
    ExternalId::new(&format!("drain.{}", hex(&digest.as_bytes()[..16])))
        .map_err(|error| ApiError::internal(error.to_string()))
}

fn note(event: &EventId, progress: &DrainProgress) -> Result<Note, ApiError> {
    let value = serde_json::to_vec(progress).map_err(|error| ApiError::internal(error.to_string()))?;
    Ok(Note::new(name(event)?, Some(value)))
}

pub(super) async fn drain_queue(call: &Call, event: &EventId, dry_run: bool) -> Result<Operated, ApiError> {
    let number = call.app.engine.event(event)?.number;
    let queue = call.app.engine.queue(event)?;
    if dry_run {
        let result = format!("{} people would be put out of the line", queue.waiting + queue.ready);
        return Ok(Operated { id: format!("op_{}", trace_id()), result });
    }
    let _alone = call.app.catalog.draining.lock().await;
    let kept: Option<DrainProgress> =
        call.app.engine.read_note(&name(event)?).and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let (before, mut progress, mut resumed) = match kept {
        Some(unfinished) if unfinished.ended_ms.is_none() => (None, unfinished, true),
        ended => {
            // Tickets are numbered from 0 without gaps; this many were given out, or fewer.
            let ever = queue.admitted_total + queue.expired_total + queue.left_total;
            let tickets = ever + u64::from(queue.waiting) + u64::from(queue.ready) + u64::from(queue.inside);
            let end = u32::try_from(tickets).unwrap_or(u32::MAX);
            (
                ended,
                DrainProgress { id: format!("op_{}", trace_id()), end, ..DrainProgress::default() },
                false,
            )
        }
    };
    loop {
        if !resumed {
            progress.batch = in_line(call, number, &mut progress).await;
            if progress.batch.is_empty() {
                break;
            }
        }
        progress.out += put_out(call, event, number, &progress, resumed).await?;
        resumed = false;
    }
    let now = call.app.engine.now().get();
    if let Some(before) = before.filter(|before| {
        progress.out == 0 && before.ended_ms.is_some_and(|ended| now.saturating_sub(ended) < AGAIN_MS)
    }) {
        return Ok(said(&before));
    }
    progress.ended_ms = Some(now);
    call.app.engine.note(note(event, &progress)?).await?;
    Ok(said(&progress))
}

fn said(progress: &DrainProgress) -> Operated {
    Operated { id: progress.id.clone(), result: format!("{} people were put out of the line", progress.out) }
}

/// The next people in the line.
async fn in_line(call: &Call, number: u32, progress: &mut DrainProgress) -> Vec<u32> {
    let mut batch = Vec::new();
    while progress.next < progress.end && batch.len() < BATCH {
        let ticket = progress.next;
        progress.next += 1;
        let Some((token, _)) = call.app.engine.tokens_of(number, ticket) else { break };
        let place = call.app.engine.queue_place(&token).map(|place| place.state);
        if matches!(place, Ok(QueueState::InRoom | QueueState::Waiting | QueueState::Ready)) {
            batch.push(ticket);
        }
        if ticket.is_multiple_of(LOOKS) {
            tokio::task::yield_now().await;
        }
    }
    batch
}

/// Puts one batch out. The note comes first in the journal and the people behind it: one sync makes them all durable.
async fn put_out(
    call: &Call,
    event: &EventId,
    number: u32,
    progress: &DrainProgress,
    resumed: bool,
) -> Result<u64, ApiError> {
    let noted = call.app.engine.note(note(event, progress)?);
    let tokens = progress.batch.iter().filter_map(|ticket| call.app.engine.tokens_of(number, *ticket));
    let leaving: Vec<_> = tokens.map(|(token, _)| call.app.engine.leave_queue(token)).collect();
    noted.await?;
    let mut out = 0;
    for one in leaving {
        match one.await {
            Ok(_) => out += 1,
            // They were in the line when the batch was noted and are out now: an earlier try put them out.
            Err(Failure::Refused(Refusal::LeftLine)) if resumed => out += 1,
            // Left or expired by themselves meanwhile.
            Err(Failure::Refused(Refusal::LeftLine | Refusal::TokenExpired | Refusal::UnknownToken)) => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok(out)
}
