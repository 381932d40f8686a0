//! Numbers and small types that every file of the folder shares: block size, format version, positions, hashes,
//! sealed blocks. No reading or writing of files.

use std::fmt;

/// Version of the folder's format that this code writes. See `docs/journal-format.md` for what may change in one.
pub const FORMAT_VERSION: u16 = 1;
/// Everything starts at multiples of this, so that one write never touches the sectors of another.
pub(super) const BLOCK_BYTES: usize = 4096;
/// The same, for offsets in files.
pub(super) const BLOCK: u64 = BLOCK_BYTES as u64;

/// A place in the stream of records: bytes since the beginning of the folder, frame headers not counted.
/// It only grows and is never used twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(pub u64);

impl Position {
    /// Before the first record.
    pub const ZERO: Self = Self(0);

    /// This position, `bytes` further on.
    #[must_use]
    pub const fn plus(self, bytes: u64) -> Self {
        Self(self.0 + bytes)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "position {}", self.0)
    }
}

/// Name of one engine: 16 random bytes, made with its folder.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct EngineId(pub [u8; 16]);

impl fmt::Display for EngineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for EngineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EngineId({self})")
    }
}

/// The first 128 bits of BLAKE3.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hash(pub(super) [u8; 16]);

impl Hash {
    /// The hash of `bytes`.
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self::cut(blake3::hash(bytes))
    }

    /// The first half of a full hash.
    pub(super) fn cut(full: blake3::Hash) -> Self {
        let mut half = [0; 16];
        half.copy_from_slice(&full.as_bytes()[..16]);
        Self(half)
    }

    /// The hash that is written at `at`.
    pub(super) fn at(bytes: &[u8], at: usize) -> Self {
        let mut half = [0; 16];
        half.copy_from_slice(&bytes[at..at + 16]);
        Self(half)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Why a block or header is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BlockFault {
    /// Only zeros: never written.
    Zero,
    /// Not ours, or damaged.
    Bad,
    /// Undamaged, but of a later format.
    Newer(u16),
}

/// Finishes a block: magic at 0, version at 8, hash of everything before it in the last 16 bytes. These three stay
/// where they are in every future format, so that an old program can tell "newer" from "damaged".
pub(super) fn seal_block(block: &mut [u8], magic: [u8; 8], version: u16) {
    let body = block.len() - 16;
    block[0..8].copy_from_slice(&magic);
    block[8..10].copy_from_slice(&version.to_le_bytes());
    let hash = Hash::of(&block[..body]);
    block[body..].copy_from_slice(&hash.0);
}

/// Checks what [`seal_block`] wrote.
pub(super) fn open_block(block: &[u8], magic: [u8; 8]) -> Result<(), BlockFault> {
    open_block_up_to(block, magic, FORMAT_VERSION)
}

/// As [`open_block`], for a kind of block with formats of its own, all of which from 1 to `newest` are read.
pub(super) fn open_block_up_to(block: &[u8], magic: [u8; 8], newest: u16) -> Result<(), BlockFault> {
    let body = block.len() - 16;
    if block[..8] != magic {
        return Err(if is_zero(block) { BlockFault::Zero } else { BlockFault::Bad });
    }
    if Hash::of(&block[..body]) != Hash::at(block, body) {
        return Err(BlockFault::Bad);
    }
    match format_of(block) {
        0 => Err(BlockFault::Bad),
        version if version > newest => Err(BlockFault::Newer(version)),
        _ => Ok(()),
    }
}

/// The format that a block says it has.
pub(super) fn format_of(block: &[u8]) -> u16 {
    u16::from_le_bytes([block[8], block[9]])
}

/// Whether a block (or less) is all zeros; one comparison of memory.
pub(super) fn is_zero(block: &[u8]) -> bool {
    static ZEROS: [u8; BLOCK_BYTES] = [0; BLOCK_BYTES];
    block == &ZEROS[..block.len()]
}

/// A little-endian number at `at`.
pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(word)
}

/// Rounds up to whole blocks.
pub(super) const fn whole_blocks(bytes: u64) -> u64 {
    bytes.next_multiple_of(BLOCK)
}
