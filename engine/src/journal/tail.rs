//! The verdict on what lies behind the last good frame: nothing, a torn write that may be cut, or damage to what was
//! durable. Reads only.
//!
//! The argument. A frame says what was durable when it was written, a witness is written only for a frame that has been
//! synced, a segment is begun only after everything before it has been synced, and a snapshot is taken only of durable
//! positions. So the largest of these marks, D, is a lower bound of what was ever promised. If the good frames reach D,
//! whatever follows was promised to no caller and may be cut. If they do not, promised bytes are damaged or gone, and
//! the folder is not touched.

use super::chunks::Chunks;
use super::error::{At, JournalError, Operation};
use super::frame::{FRAME_HEADER_BYTES, FrameHeader};
use super::layout::{BLOCK, BLOCK_BYTES, Position, is_zero};
use super::segment::{FoundSegment, SEGMENT_HEAD_BYTES, segment_name};
use super::storage::Storage;
use super::survey::{Survey, foreign};
use super::walk::{End, Known, Verdict};

/// What a cut takes away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The file in which it begins.
    pub file: String,
    /// Offset in that file.
    pub offset: u64,
    /// Bytes from there to the last one that is not zero, over all files.
    pub bytes: u64,
    /// The position that is the new end.
    pub from: Position,
    /// Where the records of the lost frames ended, as far as their headers can still be read.
    pub to: Option<Position>,
    /// Whether it took bytes that had been durable, with the operator's consent.
    pub durable_lost: bool,
}

/// What was found behind the end.
#[derive(Default)]
pub(super) struct Tail {
    /// Bytes up to the last one that is not zero.
    pub(super) bytes: u64,
    /// The furthest readable end of a frame.
    pub(super) to: Option<Position>,
    /// The furthest durable mark of a readable frame.
    durable: Position,
    refusal: Option<JournalError>,
}

/// The verdict on everything behind `end`.
pub(super) fn assess(
    storage: &dyn Storage,
    survey: &Survey,
    end: &End,
    known: &Known,
) -> Result<Verdict, JournalError> {
    let tail = examine(storage, survey, end)?;
    let durable = known.durable.max(tail.durable);
    let position = end.cursor.position;
    let current = &survey.segments[end.segment];
    if durable <= position {
        // An intact frame in the wrong place may be a misdirected write of something promised: not ours to cut.
        return Ok(match tail.refusal {
            Some(refusal) => Verdict::Refuse(refusal),
            None if tail.bytes == 0 => Verdict::Clean,
            None => Verdict::Torn(cut_of(survey, end, &tail)),
        });
    }
    let named = known.witnesses.iter().map(|(frame, _)| frame);
    let missing = named
        .filter(|frame| frame.end > position)
        .find(|frame| survey.segments.iter().all(|found| found.sequence != frame.segment));
    Ok(Verdict::Refuse(match missing {
        Some(frame) => JournalError::Hole {
            folder: storage.folder(),
            missing: segment_name(frame.segment),
            intact: position,
            durable,
        },
        None => JournalError::Rot {
            folder: storage.folder(),
            file: current.name(),
            offset: end.offset,
            intact: position,
            durable,
            found: what_is_there(storage, current, end.offset)?,
        },
    }))
}

/// What a cut at `end` would take away.
pub(super) fn cut_of(survey: &Survey, end: &End, tail: &Tail) -> Cut {
    Cut {
        file: survey.segments[end.segment].name(),
        offset: end.offset,
        bytes: tail.bytes,
        from: end.cursor.position,
        to: tail.to,
        durable_lost: false,
    }
}

/// Looks at every block behind `end`, in this segment and in later ones.
pub(super) fn examine(storage: &dyn Storage, survey: &Survey, end: &End) -> Result<Tail, JournalError> {
    let mut tail = Tail::default();
    let mut before = 0;
    let mut window = Vec::new();
    for (index, found) in survey.segments.iter().enumerate().skip(end.segment) {
        let from = if index == end.segment { end.offset } else { SEGMENT_HEAD_BYTES };
        let mut chunks = Chunks::new(&*found.file, found.bytes, window);
        let mut offset = from;
        while offset < found.bytes {
            let block = chunks.get(offset, BLOCK_BYTES).at(storage, &found.name(), Operation::Read)?;
            offset += BLOCK;
            if is_zero(block) {
                let zeros_until =
                    found.file.zeros_until(offset).at(storage, &found.name(), Operation::Read)?;
                offset = offset.max(zeros_until / BLOCK * BLOCK);
                continue;
            }
            let last = block.iter().rposition(|byte| *byte != 0).expect("a byte that is not zero");
            let at = offset - BLOCK;
            tail.bytes = before + (at - from) + last as u64 + 1;
            tail.see(storage, survey, found, at, block);
        }
        before += found.bytes.saturating_sub(from);
        window = chunks.into_window();
    }
    Ok(tail)
}

impl Tail {
    /// Takes notice of a block that is not zero.
    fn see(
        &mut self,
        storage: &dyn Storage,
        survey: &Survey,
        found: &FoundSegment,
        offset: u64,
        block: &[u8],
    ) {
        if block.len() < FRAME_HEADER_BYTES {
            return;
        }
        let Ok((frame, _)) = FrameHeader::decode(block) else { return };
        let ours = survey.identity.engine;
        if frame.engine != ours {
            self.refusal.get_or_insert_with(|| foreign(storage, &found.name(), ours, frame.engine));
            return;
        }
        self.to = self.to.max(Some(frame.end));
        self.durable = self.durable.max(frame.durable);
        if (frame.segment, frame.offset) != (found.sequence, offset) {
            self.refusal.get_or_insert_with(|| JournalError::Misplaced {
                folder: storage.folder(),
                file: found.name(),
                offset,
                intact: frame.first,
                found: format!(
                    "a frame that belongs to {} at offset {}",
                    segment_name(frame.segment),
                    frame.offset
                ),
            });
        }
    }
}

/// In words, what stands where a frame should.
fn what_is_there(storage: &dyn Storage, found: &FoundSegment, offset: u64) -> Result<String, JournalError> {
    let mut head = [0; FRAME_HEADER_BYTES];
    let count = super::storage::read_full(&*found.file, offset, &mut head).at(
        storage,
        &found.name(),
        Operation::Read,
    )?;
    Ok(if count < FRAME_HEADER_BYTES {
        "the file ends here".to_owned()
    } else if is_zero(&head) {
        "zeros where a frame should be".to_owned()
    } else {
        match FrameHeader::decode(&head) {
            Ok((frame, _)) => format!("the records of frame {} do not match its hash", frame.number),
            Err(_) => "a damaged frame header".to_owned(),
        }
    })
}
