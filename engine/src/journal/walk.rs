//! Walks the chain of frames through the segments, gives every good frame to a sink, and says where and why it ended.
//! Reads only. What lies behind the end is judged in `tail`.

use super::chunks::Chunks;
use super::error::{At, JournalError, Operation};
use super::frame::{FRAME_HEADER_BYTES, FrameHeader};
use super::layout::{BlockFault, Hash, Position};
use super::segment::{FoundSegment, SEGMENT_HEAD_BYTES, SegmentHeader, segment_name};
use super::storage::Storage;
use super::survey::{Survey, foreign};
use super::tail::{self, Cut};
use std::ops::ControlFlow;

/// What the next frame must say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor {
    pub(super) position: Position,
    pub(super) number: u64,
    pub(super) chain: Hash,
}

/// Where the good frames end.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    /// Index of the segment in the survey.
    pub(super) segment: usize,
    /// Where the next frame would lie in it.
    pub(super) offset: u64,
    pub(super) cursor: Cursor,
    /// The last good frame.
    pub(super) last: Option<FrameHeader>,
}

/// What to do with the folder.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Nothing but zeros follows.
    Clean,
    /// Bytes follow that were never durable.
    Torn(Cut),
    /// Something durable is damaged, missing or in the wrong place.
    Refuse(JournalError),
    /// The sink had enough; nothing is known about the rest.
    Stopped,
}

/// The result of a walk.
pub(super) struct Walk {
    pub(super) end: End,
    pub(super) verdict: Verdict,
    pub(super) frames: u64,
    /// Segments whose header is not what it should be, with the right one.
    pub(super) header_repairs: Vec<(usize, SegmentHeader)>,
    /// Everything before here is known to have been durable.
    pub(super) durable: Position,
}

/// What is known to have been durable, from sources other than the frames themselves.
pub(super) struct Known {
    pub(super) durable: Position,
    /// Witnesses by frame number.
    pub(super) witnesses: Vec<(FrameHeader, Hash)>,
}

impl Known {
    fn of(survey: &Survey, snapshot: Position) -> Self {
        let ours = survey.identity.engine;
        let mut witnesses: Vec<_> =
            survey.segments.iter().flat_map(|found| found.witnesses.iter().copied()).collect();
        witnesses.retain(|(frame, _)| frame.engine == ours);
        witnesses.sort_unstable_by_key(|(frame, _)| frame.number);
        let witnessed = witnesses.iter().map(|(frame, _)| frame.end);
        // A segment's header is written only after everything before it has been synced.
        let begun = survey.segments.iter().filter_map(|found| found.header.ok()).map(|header| header.first);
        let durable = witnessed.chain(begun).fold(snapshot, Position::max);
        Self { durable, witnesses }
    }

    /// Whether a witness of the same frame says something else.
    fn contradicts(&self, number: u64, hash: Hash) -> bool {
        let from = self.witnesses.partition_point(|(frame, _)| frame.number < number);
        self.witnesses[from..]
            .iter()
            .take_while(|(frame, _)| frame.number == number)
            .any(|(_, other)| *other != hash)
    }
}

/// Takes a good frame: its header and its records. It may end the walk.
pub(super) type Sink<'a> = dyn FnMut(&FrameHeader, &[u8]) -> Result<ControlFlow<()>, JournalError> + 'a;

/// Where to begin so that everything after `needed` is read: an index into the survey's segments.
pub(super) fn start_for(
    storage: &dyn Storage,
    survey: &Survey,
    needed: Position,
) -> Result<usize, JournalError> {
    let segments = &survey.segments;
    let hole = |sequence: u64| JournalError::Hole {
        folder: storage.folder(),
        missing: segment_name(sequence),
        intact: needed,
        durable: needed,
    };
    let Some(mut oldest) = segments.len().checked_sub(1) else { return Err(hole(0)) };
    while oldest > 0 && segments[oldest - 1].sequence + 1 == segments[oldest].sequence {
        oldest -= 1;
    }
    let reaches = |found: &FoundSegment| found.header.is_ok_and(|header| header.first <= needed);
    if let Some(start) = (oldest..segments.len()).rev().find(|index| reaches(&segments[*index])) {
        return Ok(start);
    }
    match (segments[oldest].sequence, segments[oldest].header) {
        (0, _) => Ok(oldest),
        (_, Err(BlockFault::Bad)) => Err(JournalError::Rot {
            folder: storage.folder(),
            file: segments[oldest].name(),
            offset: 0,
            intact: needed,
            durable: needed,
            found: "the segment's header is damaged".to_owned(),
        }),
        (sequence, _) => Err(hole(sequence - 1)),
    }
}

/// Walks from segment `start`. `snapshot` is the newest position that a snapshot proves to have been durable.
pub(super) fn walk(
    storage: &dyn Storage,
    survey: &Survey,
    start: usize,
    snapshot: Position,
    sink: &mut Sink<'_>,
) -> Result<Walk, JournalError> {
    let found = &survey.segments[start];
    let genesis = Cursor { position: Position::ZERO, number: 0, chain: survey.identity.chain_start() };
    let cursor = match found.header {
        Ok(header) if found.sequence > 0 => {
            Cursor { position: header.first, number: header.number, chain: header.chain }
        }
        _ => genesis,
    };
    let known = Known::of(survey, snapshot);
    let durable = known.durable;
    let end = End { segment: start, offset: SEGMENT_HEAD_BYTES, cursor, last: None };
    let mut walker =
        Walker { storage, survey, known, end, frames: 0, header_repairs: Vec::new(), window: Vec::new() };
    let stopped = walker.run(sink)?;
    let Walker { known, end, frames, header_repairs, .. } = walker;
    let verdict = match stopped {
        Some(verdict) => verdict,
        // A segment is whole on disk before its header is written, and the first one before the folder counts as a
        // journal. If it is shorter than its head, what it had is gone, and its own witnesses with it.
        None if found.bytes < SEGMENT_HEAD_BYTES => Verdict::Refuse(JournalError::Rot {
            folder: storage.folder(),
            file: found.name(),
            offset: found.bytes,
            intact: cursor.position,
            durable,
            found: "the file ends within its own head".to_owned(),
        }),
        None => tail::assess(storage, survey, &end, &known)?,
    };
    Ok(Walk { end, verdict, frames, header_repairs, durable })
}

struct Walker<'a> {
    storage: &'a dyn Storage,
    survey: &'a Survey,
    known: Known,
    end: End,
    frames: u64,
    header_repairs: Vec<(usize, SegmentHeader)>,
    window: Vec<u8>,
}

/// What stands where the next frame is expected.
enum Next {
    Frame,
    Nothing,
    Refuse(JournalError),
    Stop,
}

impl Walker<'_> {
    /// Walks as far as the chain goes; `None` leaves the verdict to the tail.
    fn run(&mut self, sink: &mut Sink<'_>) -> Result<Option<Verdict>, JournalError> {
        loop {
            if let Some(refusal) = self.enter() {
                return Ok(Some(Verdict::Refuse(refusal)));
            }
            let found = &self.survey.segments[self.end.segment];
            let mut chunks = Chunks::new(&*found.file, found.bytes, std::mem::take(&mut self.window));
            let next = loop {
                match self.frame(found, &mut chunks, sink)? {
                    Next::Frame => {}
                    other => break other,
                }
            };
            self.window = chunks.into_window();
            match next {
                Next::Refuse(error) => return Ok(Some(Verdict::Refuse(error))),
                Next::Stop => return Ok(Some(Verdict::Stopped)),
                _ if self.continues()? => {
                    self.end.segment += 1;
                    self.end.offset = SEGMENT_HEAD_BYTES;
                }
                _ => return Ok(self.gap().map(Verdict::Refuse)),
            }
        }
    }

    /// Checks the header of the segment that the walk now enters.
    fn enter(&mut self) -> Option<JournalError> {
        let found = &self.survey.segments[self.end.segment];
        let Cursor { position, number, chain } = self.end.cursor;
        let should = SegmentHeader {
            engine: self.survey.identity.engine,
            sequence: found.sequence,
            first: position,
            number,
            chain,
        };
        match found.header {
            Ok(header) if header == should => None,
            Ok(header) => {
                // Used only if the operator agrees to cut here.
                self.header_repairs.push((self.end.segment, should));
                Some(self.misplaced(found, 0, format!("its header says {header:?}")))
            }
            Err(_) => {
                self.header_repairs.push((self.end.segment, should));
                None
            }
        }
    }

    /// Reads the next frame of a segment and, if it is good and fits, gives it to the sink.
    fn frame(
        &mut self,
        found: &FoundSegment,
        chunks: &mut Chunks<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<Next, JournalError> {
        let offset = self.end.offset;
        let name = segment_name(found.sequence);
        let head = chunks.get(offset, FRAME_HEADER_BYTES).at(self.storage, &name, Operation::Read)?;
        if head.len() < FRAME_HEADER_BYTES {
            return Ok(Next::Nothing);
        }
        let Ok((header, hash)) = FrameHeader::decode(head) else { return Ok(Next::Nothing) };
        if header.payload_bytes() > found.bytes {
            return Ok(Next::Nothing);
        }
        let payload_bytes =
            usize::try_from(header.payload_bytes()).expect("less than a file, so it fits memory");
        let whole = chunks.get(offset, FRAME_HEADER_BYTES + payload_bytes);
        let whole = whole.at(self.storage, &name, Operation::Read)?;
        let payload = whole.get(FRAME_HEADER_BYTES..FRAME_HEADER_BYTES + payload_bytes);
        let Some(payload) = payload.filter(|payload| Hash::of(payload) == header.payload) else {
            return Ok(Next::Nothing);
        };
        if let Some(refusal) = self.misfit(found, &header, hash) {
            return Ok(Next::Refuse(refusal));
        }
        let flow = sink(&header, payload)?;
        self.frames += 1;
        self.end.offset += header.file_bytes();
        self.end.cursor = Cursor { position: header.end, number: header.number + 1, chain: hash };
        self.end.last = Some(header);
        Ok(if flow.is_break() { Next::Stop } else { Next::Frame })
    }

    /// Why an intact frame may not stand here.
    fn misfit(&self, found: &FoundSegment, header: &FrameHeader, hash: Hash) -> Option<JournalError> {
        let ours = self.survey.identity.engine;
        if header.engine != ours {
            return Some(foreign(self.storage, &found.name(), ours, header.engine));
        }
        let Cursor { position, number, chain } = self.end.cursor;
        let found_here = if (header.segment, header.offset) != (found.sequence, self.end.offset) {
            format!("a frame that belongs to {} at offset {}", segment_name(header.segment), header.offset)
        } else if header.previous != chain {
            format!("frame {} does not follow the frame before it", header.number)
        } else if header.number != number || header.first != position {
            format!("frame {} at {}, expected frame {number} at {position}", header.number, header.first)
        } else if self.known.contradicts(number, hash) {
            format!("frame {number} is not the one that its witness names")
        } else {
            return None;
        };
        Some(self.misplaced(found, self.end.offset, found_here))
    }

    /// Whether the next segment goes on at exactly this position.
    fn continues(&self) -> Result<bool, JournalError> {
        let current = &self.survey.segments[self.end.segment];
        let Some(next) = self.survey.segments.get(self.end.segment + 1) else { return Ok(false) };
        if next.sequence != current.sequence + 1 {
            return Ok(false);
        }
        if let Ok(header) = next.header {
            return Ok(header.first <= self.end.cursor.position);
        }
        // The header is missing or damaged: the first frame may still say that it belongs here.
        let mut head = [0; FRAME_HEADER_BYTES];
        let count = super::storage::read_full(&*next.file, SEGMENT_HEAD_BYTES, &mut head).at(
            self.storage,
            &next.name(),
            Operation::Read,
        )?;
        let frame = FrameHeader::decode(&head[..]).ok().filter(|_| count == FRAME_HEADER_BYTES);
        Ok(frame.is_some_and(|(frame, _)| {
            frame.first == self.end.cursor.position && frame.previous == self.end.cursor.chain
        }))
    }

    /// A hole in the sequence of files behind the end.
    fn gap(&self) -> Option<JournalError> {
        let current = &self.survey.segments[self.end.segment];
        let next = self.survey.segments.get(self.end.segment + 1)?;
        (next.sequence != current.sequence + 1).then(|| JournalError::Hole {
            folder: self.storage.folder(),
            missing: segment_name(current.sequence + 1),
            intact: self.end.cursor.position,
            durable: self.known.durable.max(self.end.cursor.position),
        })
    }

    fn misplaced(&self, found: &FoundSegment, offset: u64, what: String) -> JournalError {
        JournalError::Misplaced {
            folder: self.storage.folder(),
            file: found.name(),
            offset,
            intact: self.end.cursor.position,
            found: what,
        }
    }
}
