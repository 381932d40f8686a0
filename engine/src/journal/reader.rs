//! Reading records back while the writer runs, from any retained position up to the durable one.
//! Never sees what is not durable, and never slows the writer.

use super::error::{At, JournalError, Operation};
use super::frame::{FRAME_HEADER_BYTES, FrameHeader};
use super::layout::{Hash, Position};
use super::record::Records;
use super::segment::{SEGMENT_HEAD_BYTES, segment_name};
use super::shared::Segment;
use super::storage::read_full;
use super::view::JournalView;

/// A run of whole records.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Group<'a> {
    /// Where it starts.
    pub(crate) start: Position,
    /// Sealed, padded records.
    pub(crate) bytes: &'a [u8],
}

/// A place in the journal that moves forward.
pub(crate) struct JournalReader {
    view: JournalView,
    segment: Segment,
    /// Where the next frame lies, or the frame that holds `position`.
    offset: u64,
    position: Position,
    payload: Vec<u8>,
}

impl JournalReader {
    pub(super) fn open(view: JournalView, from: Position) -> Result<Self, JournalError> {
        if from > view.durable() {
            return Err(JournalError::NotABoundary { wanted: from });
        }
        let segment = view.shared.catalog.lock().holding(from)?;
        let mut reader =
            Self { view, position: segment.first, segment, offset: SEGMENT_HEAD_BYTES, payload: Vec::new() };
        while reader.position < from {
            let header = reader.locate()?;
            if header.end > from {
                // The frame stays the next one; its first records will be skipped.
                reader.position = from;
                reader.load(&header)?;
                reader.skip(&header)?;
                return Ok(reader);
            }
            reader.step(&header);
        }
        Ok(reader)
    }

    /// Where the next record starts.
    #[cfg(test)]
    pub(crate) const fn position(&self) -> Position {
        self.position
    }

    /// The next group of durable records, or `None` when there is nothing more yet.
    ///
    /// # Errors
    /// `NotRetained` when the reader was overtaken by retention, `Rot` and `Io` when the disk fails.
    pub(crate) fn next_group(&mut self) -> Result<Option<Group<'_>>, JournalError> {
        if self.position >= self.view.durable() {
            return Ok(None);
        }
        let header = self.locate()?;
        self.load(&header)?;
        let skip = if header.first < self.position { self.skip(&header)? } else { 0 };
        let start = self.position;
        self.step(&header);
        Ok(Some(Group { start, bytes: &self.payload[skip..] }))
    }

    /// The header of the frame that holds `position`, which is durable, so that it must be there.
    fn locate(&mut self) -> Result<FrameHeader, JournalError> {
        if let Some(header) = self.header()? {
            return Ok(header);
        }
        // The frame did not fit this segment any more: it is in the next one.
        let holding = self.view.shared.catalog.lock().holding(self.position)?;
        if holding.sequence == self.segment.sequence {
            return Err(self.rot("no intact frame where one was written"));
        }
        self.segment = holding;
        self.offset = SEGMENT_HEAD_BYTES;
        match self.header()? {
            Some(header) => Ok(header),
            None => Err(self.rot("no intact frame where one was written")),
        }
    }

    fn header(&self) -> Result<Option<FrameHeader>, JournalError> {
        if self.offset + FRAME_HEADER_BYTES as u64 > self.segment.bytes {
            return Ok(None);
        }
        let mut head = [0; FRAME_HEADER_BYTES];
        self.read(self.offset, &mut head)?;
        let header = FrameHeader::decode(&head).ok().map(|(header, _)| header);
        Ok(header.filter(|header| {
            (header.segment, header.offset) == (self.segment.sequence, self.offset)
                && (header.first..header.end).contains(&self.position)
        }))
    }

    fn load(&mut self, header: &FrameHeader) -> Result<(), JournalError> {
        let bytes = usize::try_from(header.payload_bytes()).expect("a frame fits memory");
        let mut payload = std::mem::take(&mut self.payload);
        payload.resize(bytes, 0);
        self.read(self.offset + FRAME_HEADER_BYTES as u64, &mut payload)?;
        self.payload = payload;
        if Hash::of(&self.payload) == header.payload {
            Ok(())
        } else {
            Err(self.rot("records do not match their hash"))
        }
    }

    /// Bytes of the loaded frame before `position`.
    fn skip(&self, header: &FrameHeader) -> Result<usize, JournalError> {
        let wanted =
            usize::try_from(self.position.0 - header.first.0).expect("inside a frame, so it fits memory");
        let boundary = Records::new(&self.payload).any(|record| record.is_ok_and(|(at, ..)| at == wanted));
        if boundary { Ok(wanted) } else { Err(JournalError::NotABoundary { wanted: self.position }) }
    }

    const fn step(&mut self, header: &FrameHeader) {
        self.offset += header.file_bytes();
        self.position = header.end;
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), JournalError> {
        let read = read_full(&*self.segment.file, offset, buffer);
        read.at(&*self.view.shared.storage, &segment_name(self.segment.sequence), Operation::Read)?;
        Ok(())
    }

    fn rot(&self, found: &str) -> JournalError {
        JournalError::Rot {
            folder: self.view.shared.storage.folder(),
            file: segment_name(self.segment.sequence),
            offset: self.offset,
            intact: self.position,
            durable: self.view.durable(),
            found: found.to_owned(),
        }
    }
}
