//! The notes that callers give with a reservation: where it was made, by which browser, tags. The engine keeps no such
//! thing, so each is one durable note of the engine. So many are kept; then the oldest make room.

use std::collections::VecDeque;

use parking_lot::Mutex;
use prost::Message;
use tacos_engine::limits::ATTACHMENT_BYTES_MAX;
use tacos_engine::{Engine, ExternalId, Failure, Note, ReservationId, UnixMs};
use tacos_proto::reservation::v1::ReservationMetadata;

use crate::wire::{ApiError, Checks};

/// Names of the notes begin with this.
const PREFIX: &str = "metadata.";
/// Reservations whose notes are kept at once: a quarter of the notes that an engine keeps by default.
pub(crate) const KEPT_MAX: usize = 16_384;
/// The moment of the note stands before it: after a restart the oldest go first too.
const MOMENT_BYTES: usize = 8;

/// Which reservations have notes, the oldest first.
pub(crate) struct Metadata {
    kept: Mutex<VecDeque<ReservationId>>,
    kept_max: usize,
}

fn name(id: ReservationId) -> Result<ExternalId, ApiError> {
    ExternalId::new(&format!("{PREFIX}{id}")).map_err(|error| ApiError::internal(error.to_string()))
}

/// Checks what comes with a request: bounds of each field, and of all together.
pub(crate) fn check(checks: &mut Checks, metadata: &ReservationMetadata) {
    checks.text("metadata.source", &metadata.source, 64);
    checks.text("metadata.user_agent", &metadata.user_agent, 512);
    checks.text("metadata.ip_address", &metadata.ip_address, 64);
    checks.text("metadata.session_id", &metadata.session_id, 128);
    let bytes = metadata.encoded_len();
    if bytes > ATTACHMENT_BYTES_MAX - MOMENT_BYTES {
        checks.bad("metadata", "is too large to be kept", bytes);
    }
}

/// The notes given with a reservation, if they are still kept.
pub(crate) fn of(engine: &Engine, id: ReservationId) -> Option<ReservationMetadata> {
    let bytes = engine.read_note(&name(id).ok()?)?;
    ReservationMetadata::decode(bytes.get(MOMENT_BYTES..)?).ok()
}

impl Metadata {
    /// Finds out what the folder has.
    pub(crate) fn load(engine: &Engine) -> Self {
        let mut found: Vec<(u64, ReservationId)> = engine
            .notes(PREFIX)
            .into_iter()
            .filter_map(|(name, bytes)| {
                let at = u64::from_be_bytes(bytes.get(..MOMENT_BYTES)?.try_into().ok()?);
                Some((at, name.as_str().strip_prefix(PREFIX)?.parse().ok()?))
            })
            .collect();
        found.sort_unstable();
        Self::with(found.into_iter().map(|(_, id)| id).collect(), KEPT_MAX)
    }

    fn with(kept: VecDeque<ReservationId>, kept_max: usize) -> Self {
        Self { kept: Mutex::new(kept), kept_max }
    }

    /// Keeps the notes of a new reservation, durably. A repeat of the request that made it changes nothing.
    pub(crate) async fn store(
        &self,
        engine: &Engine,
        id: ReservationId,
        metadata: &ReservationMetadata,
        at: UnixMs,
    ) -> Result<(), ApiError> {
        let note = name(id)?;
        if *metadata == ReservationMetadata::default() || engine.read_note(&note).is_some() {
            return Ok(());
        }
        let mut value = at.get().to_be_bytes().to_vec();
        metadata.encode(&mut value).map_err(|error| ApiError::internal(error.to_string()))?;
        let oldest: Vec<ReservationId> = {
            let mut kept = self.kept.lock();
            kept.push_back(id);
            let beyond = kept.len().saturating_sub(self.kept_max);
            kept.drain(..beyond).collect()
        };
        for old in oldest {
            // The answer to a note that goes is not waited for: the next one's sync takes it along.
            drop(engine.note(Note::new(name(old)?, None)));
        }
        match engine.note(Note::new(note, Some(value))).await {
            Ok(_) => Ok(()),
            // The seats are held all the same, and notes decide nothing.
            Err(Failure::Refused(refusal)) => {
                tracing::warn!(reservation = %id, %refusal, "the notes of a reservation are not kept");
                Ok(())
            }
            Err(failure) => Err(failure.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tacos_engine::Config;

    fn id(number: u8) -> ReservationId {
        ReservationId::from_bytes([number; 16])
    }

    #[tokio::test]
    async fn the_oldest_make_room_also_after_a_restart() {
        let engine = Engine::in_memory(Config::default()).expect("an engine");
        let source = |source: &str| ReservationMetadata { source: source.into(), ..Default::default() };
        let few = Metadata::with(VecDeque::new(), 2);
        for number in [9, 4] {
            let at = UnixMs::new(100 - u64::from(number));
            few.store(&engine, id(number), &source("web"), at).await.expect("kept");
        }
        // A repeat changes nothing, and takes no place.
        few.store(&engine, id(9), &source("other"), UnixMs::new(99)).await.expect("kept");
        assert_eq!(of(&engine, id(9)), Some(source("web")));
        let again = Metadata::with(Metadata::load(&engine).kept.into_inner(), 2);
        again.store(&engine, id(1), &source("app"), UnixMs::new(99)).await.expect("kept");
        assert_eq!(of(&engine, id(9)), None, "the oldest");
        assert_eq!(of(&engine, id(4)), Some(source("web")));
        assert_eq!(of(&engine, id(1)), Some(source("app")));
    }
}
