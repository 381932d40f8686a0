//! A segment file: its name, its head (one header block and the witness ring), and where frames may lie in it.
//! Reads heads; writes nothing.
//!
//! Files are numbered, not named by position, so that the next file can be made and its name made durable before it is
//! known at which position it will begin: a switch then needs no extra sync.

use super::frame::FrameHeader;
use super::layout::{
    BLOCK, BLOCK_BYTES, BlockFault, EngineId, FORMAT_VERSION, Hash, Position, open_block, seal_block, u64_at,
};
use super::storage::{StorageFile, read_full};
use std::io;
use std::sync::Arc;

/// Witnesses that one segment remembers.
const RING_SLOTS: u64 = 7;
/// Bytes before the first frame: the header block and the ring.
pub(super) const SEGMENT_HEAD_BYTES: u64 = (1 + RING_SLOTS) * BLOCK;
const HEAD_BYTES: usize = 8 * BLOCK_BYTES;

const _: () = assert!(HEAD_BYTES as u64 == SEGMENT_HEAD_BYTES, "the same in memory and on disk");
const MAGIC: [u8; 8] = *b"TACOSEGM";
const SUFFIX: &str = ".seg";
/// Digits of a name: enough for every 64-bit number.
const DIGITS: usize = 20;

/// Name of the segment with this sequence number.
pub(super) fn segment_name(sequence: u64) -> String {
    format!("{sequence:020}{SUFFIX}")
}

/// The number before `suffix` in a name of ours.
pub(super) fn number_of(name: &str, suffix: &str) -> Option<u64> {
    let digits = name.strip_suffix(suffix)?;
    let ours = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    if ours { digits.parse().ok() } else { None }
}

/// The sequence number in a segment's name.
pub(super) fn segment_of(name: &str) -> Option<u64> {
    number_of(name, SUFFIX)
}

/// First block of a segment in use; a segment that waits for its use has zeros there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SegmentHeader {
    pub(super) engine: EngineId,
    pub(super) sequence: u64,
    /// Position, number and predecessor's hash of its first frame.
    pub(super) first: Position,
    pub(super) number: u64,
    pub(super) chain: Hash,
}

impl SegmentHeader {
    pub(super) fn encode(&self) -> [u8; BLOCK_BYTES] {
        let mut block = [0; BLOCK_BYTES];
        block[16..32].copy_from_slice(&self.engine.0);
        block[32..40].copy_from_slice(&self.sequence.to_le_bytes());
        block[40..48].copy_from_slice(&self.first.0.to_le_bytes());
        block[48..56].copy_from_slice(&self.number.to_le_bytes());
        block[64..80].copy_from_slice(&self.chain.0);
        seal_block(&mut block, MAGIC, FORMAT_VERSION);
        block
    }

    pub(super) fn decode(block: &[u8]) -> Result<Self, BlockFault> {
        open_block(block, MAGIC)?;
        let mut engine = EngineId([0; 16]);
        engine.0.copy_from_slice(&block[16..32]);
        Ok(Self {
            engine,
            sequence: u64_at(block, 32),
            first: Position(u64_at(block, 40)),
            number: u64_at(block, 48),
            chain: Hash::at(block, 64),
        })
    }
}

/// Where the witness of frame `number` lies in a segment.
pub(super) const fn slot_offset(number: u64) -> u64 {
    (1 + number % RING_SLOTS) * BLOCK
}

/// A witness: a copy of the header of a frame that is known to be durable.
pub(super) fn witness_block(frame: &FrameHeader) -> [u8; BLOCK_BYTES] {
    let mut block = [0; BLOCK_BYTES];
    let (bytes, _) = frame.encode();
    block[..bytes.len()].copy_from_slice(&bytes);
    block
}

/// A segment file with what its head says.
pub(super) struct FoundSegment {
    pub(super) sequence: u64,
    pub(super) file: Arc<dyn StorageFile>,
    /// Length of the file.
    pub(super) bytes: u64,
    pub(super) header: Result<SegmentHeader, BlockFault>,
    /// Readable witnesses, with the hashes of their frames, in no order.
    pub(super) witnesses: Vec<(FrameHeader, Hash)>,
}

impl FoundSegment {
    /// Reads the head of a file.
    pub(super) fn read(sequence: u64, file: Arc<dyn StorageFile>) -> io::Result<Self> {
        let bytes = file.len()?;
        let mut head = vec![0; HEAD_BYTES];
        read_full(&*file, 0, &mut head)?;
        let header = SegmentHeader::decode(&head[..BLOCK_BYTES]);
        let slots = head[BLOCK_BYTES..].chunks_exact(BLOCK_BYTES);
        let witnesses = slots.filter_map(|slot| FrameHeader::decode(slot).ok()).collect();
        Ok(Self { sequence, file, bytes, header, witnesses })
    }

    pub(super) fn name(&self) -> String {
        segment_name(self.sequence)
    }
}
