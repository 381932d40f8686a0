//! The header of a frame: what one flush says about itself and about the frame before it. Bytes only, no files.

use super::layout::{
    BlockFault, EngineId, FORMAT_VERSION, Hash, Position, open_block, seal_block, u64_at, whole_blocks,
};

/// Bytes of a frame header; the records follow at once.
pub(super) const FRAME_HEADER_BYTES: usize = 160;
const MAGIC: [u8; 8] = *b"TACOFRAM";

const _: () = assert!(FRAME_HEADER_BYTES.is_multiple_of(8), "records in a frame are 8-aligned");

/// A frame header. Its own hash stands for the whole frame, because it covers the hash of the payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrameHeader {
    /// Whose frame it is.
    pub(super) engine: EngineId,
    /// Sequence number of the segment file that it was written to.
    pub(super) segment: u64,
    /// Offset in that file.
    pub(super) offset: u64,
    /// Counts frames from the beginning of the folder.
    pub(super) number: u64,
    /// Where its records begin.
    pub(super) first: Position,
    /// Where its records end; the next frame begins there.
    pub(super) end: Position,
    /// What was durable when this frame was written: everything before here has survived a sync.
    pub(super) durable: Position,
    /// Records in it.
    pub(super) records: u32,
    /// Hash of the frame before.
    pub(super) previous: Hash,
    /// Hash of the records.
    pub(super) payload: Hash,
}

impl FrameHeader {
    /// Bytes of records.
    pub(super) const fn payload_bytes(&self) -> u64 {
        self.end.0 - self.first.0
    }

    /// Bytes that the frame takes in the file.
    pub(super) const fn file_bytes(&self) -> u64 {
        frame_bytes(self.payload_bytes())
    }

    /// The header's bytes and the frame's hash.
    pub(super) fn encode(&self) -> ([u8; FRAME_HEADER_BYTES], Hash) {
        let mut bytes = [0; FRAME_HEADER_BYTES];
        bytes[12..16].copy_from_slice(&self.records.to_le_bytes());
        bytes[16..32].copy_from_slice(&self.engine.0);
        let words = [self.segment, self.offset, self.number, self.first.0, self.end.0, self.durable.0];
        for (index, word) in words.into_iter().enumerate() {
            bytes[32 + 8 * index..40 + 8 * index].copy_from_slice(&word.to_le_bytes());
        }
        bytes[80..88].copy_from_slice(&self.payload_bytes().to_le_bytes());
        bytes[96..112].copy_from_slice(&self.previous.0);
        bytes[112..128].copy_from_slice(&self.payload.0);
        seal_block(&mut bytes, MAGIC, FORMAT_VERSION);
        (bytes, Hash::at(&bytes, FRAME_HEADER_BYTES - 16))
    }

    /// Reads a header; also returns the frame's hash. `bytes` has [`FRAME_HEADER_BYTES`].
    pub(super) fn decode(bytes: &[u8]) -> Result<(Self, Hash), BlockFault> {
        let bytes = &bytes[..FRAME_HEADER_BYTES];
        open_block(bytes, MAGIC)?;
        let mut engine = EngineId([0; 16]);
        engine.0.copy_from_slice(&bytes[16..32]);
        let header = Self {
            engine,
            segment: u64_at(bytes, 32),
            offset: u64_at(bytes, 40),
            number: u64_at(bytes, 48),
            first: Position(u64_at(bytes, 56)),
            end: Position(u64_at(bytes, 64)),
            durable: Position(u64_at(bytes, 72)),
            records: u32::from_le_bytes([bytes[12], bytes[13], bytes[14], bytes[15]]),
            previous: Hash::at(bytes, 96),
            payload: Hash::at(bytes, 112),
        };
        // An undamaged header cannot fail these; a broken writer could.
        let sane = header.first < header.end
            && header.durable <= header.first
            && u64_at(bytes, 80) == header.payload_bytes();
        if sane { Ok((header, Hash::at(bytes, FRAME_HEADER_BYTES - 16))) } else { Err(BlockFault::Bad) }
    }
}

/// Bytes that a frame with `payload_bytes` of records takes in the file.
pub(super) const fn frame_bytes(payload_bytes: u64) -> u64 {
    whole_blocks(FRAME_HEADER_BYTES as u64 + payload_bytes)
}
