//! What was read together and is put into the state together. Reading looks at no state: any thread may do it.

use crate::clock::UnixMs;
use crate::idempotency::Staged;
use crate::journal::record::Record as Sealed;
use crate::journal::{ApplyError, NotTaken, Piece, Position, sealed_records};
use crate::pipeline::fact::{Corrupt, Stamp};
use crate::pipeline::log::BODY_VERSION;
use crate::pipeline::once::RememberedAnswers;
use crate::pipeline::records::Record;
use crate::pipeline::restore::read_image;
use crate::pipeline::state::State;
use crate::record::AnyImage;

/// Bytes that the records of a running sale have on average, about: to make room for as many as there may be.
const RECORD_BYTES: usize = 96;

/// Read, and not put into the state yet.
pub(super) struct Batch {
    changes: Changes,
    /// By the parts of their table.
    answers: Vec<Staged>,
    /// Records or images, answers included.
    count: u64,
    /// The time of its newest record; of images zero.
    time: UnixMs,
    /// Why what stands behind these could not be read.
    failed: Option<NotTaken>,
}

enum Changes {
    /// Of the snapshot that stands there.
    Images(Position, Vec<AnyImage>),
    Records(Vec<(Stamp, Record)>),
}

impl Batch {
    /// Reads a piece of a snapshot; `plain` is room for it. Answers are laid ready for so many parts of their table.
    pub(super) fn of_piece(piece: &Piece, plain: &mut Vec<u8>, parts: usize) -> Self {
        let (mut images, mut answers, mut count) = (Vec::new(), RememberedAnswers::in_parts(parts), 0);
        let read = piece.each(plain, |Sealed { kind, payload, .. }| {
            let image = read_image(kind, payload, &mut answers);
            images.extend(image.map_err(|why| refused(piece.at, why))?);
            count += 1;
            Ok(())
        });
        Self {
            changes: Changes::Images(piece.at, images),
            answers: answers.into_parts(),
            count,
            time: UnixMs::ZERO,
            failed: read.err(),
        }
    }

    /// Reads sealed records, the first of which begins at `start`.
    pub(super) fn of_run(start: Position, bytes: &[u8], parts: usize) -> Self {
        let mut records = Vec::with_capacity(bytes.len() / RECORD_BYTES + 1);
        let (mut answers, mut time) = (RememberedAnswers::in_parts(parts), UnixMs::ZERO);
        let read = sealed_records(start, bytes).try_for_each(|item| {
            let (end, sealed) = item?;
            let stamp = Stamp { end: end.0, at: sealed.time };
            let record = read_record(end, &sealed)?;
            record.remember(&mut answers, stamp);
            time = time.max(sealed.time);
            records.push((stamp, record));
            Ok(())
        });
        Self {
            count: records.len() as u64,
            changes: Changes::Records(records),
            answers: answers.into_parts(),
            time,
            failed: read.err(),
        }
    }

    /// The answers, by the parts of their table.
    pub(super) fn take_answers(&mut self) -> Vec<Staged> {
        std::mem::take(&mut self.answers)
    }

    /// The time of its newest record.
    pub(super) fn time(&self) -> UnixMs {
        self.time
    }

    /// Puts everything into the state but the answers. Returns how many records or images the batch has.
    ///
    /// # Errors
    /// The first that does not follow, or else why reading ended early. The state must not be used then.
    pub(super) fn put(self, state: &State) -> Result<u64, NotTaken> {
        match self.changes {
            Changes::Images(at, images) => {
                images
                    .into_iter()
                    .try_for_each(|image| state.restore(image).map_err(|why| refused(at, why)))?;
            }
            Changes::Records(records) => {
                records.iter().try_for_each(|(stamp, record)| {
                    record.replay(state, *stamp).map_err(|why| refused(Position(stamp.end), why))
                })?;
            }
        }
        self.failed.map_or(Ok(self.count), Err)
    }
}

fn refused(at: Position, why: Corrupt) -> NotTaken {
    NotTaken::Refused { at, error: ApplyError::from(why) }
}

fn read_record(end: Position, sealed: &Sealed<'_>) -> Result<Record, NotTaken> {
    let Sealed { kind, version, payload, .. } = *sealed;
    let refused = |message| NotTaken::Refused { at: end, error: ApplyError::new(message) };
    if version != BODY_VERSION {
        return Err(refused(format!("kind {kind} has version {version}, this engine reads {BODY_VERSION}")));
    }
    Record::get_body(kind, payload).map_err(|why| refused(format!("record of kind {kind}: {}", why.0)))
}

impl State {
    /// All images of a snapshot are in: whether they are as many as its header says, and belong together.
    ///
    /// # Errors
    /// If not. The state must not be used then.
    pub(super) fn check_restored(&self, at: Position, found: u64, records: u64) -> Result<(), NotTaken> {
        if found != records {
            return Err(NotTaken::Damaged(format!("{found} records of {records}")));
        }
        self.restored().map_err(|why| refused(at, why))
    }
}
