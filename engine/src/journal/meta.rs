//! The `meta` file: who this folder belongs to. Two equal copies of one block, written once at creation.
//! Holds the engine's id and secret key; says nothing about positions.

use super::file_storage::random_bytes;
use super::layout::{BLOCK_BYTES, BlockFault, EngineId, FORMAT_VERSION, Hash, open_block, seal_block};
use crate::clock::UnixMs;
use std::fmt;
use std::io;

/// Name of the file.
pub(super) const META_NAME: &str = "meta";
/// Name while it is being written.
pub(super) const META_TEMPORARY: &str = "meta.tmp";
/// Bytes of the file: two copies.
pub(super) const META_BYTES: usize = 2 * BLOCK_BYTES;
const MAGIC: [u8; 8] = *b"TACOMETA";

/// What makes one engine's folder different from every other's.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// Name of the engine, in every file of the folder.
    pub engine: EngineId,
    /// Secret from which the engine derives what must not be guessed. Never shown.
    pub secret_key: [u8; 32],
    /// When the folder was made.
    pub created: UnixMs,
}

impl Identity {
    /// A new identity from the operating system's randomness.
    ///
    /// # Errors
    /// When the system has no source of randomness.
    pub fn random(created: UnixMs) -> io::Result<Self> {
        let mut engine = [0; 16];
        let mut secret_key = [0; 32];
        random_bytes(&mut engine)?;
        random_bytes(&mut secret_key)?;
        Ok(Self { engine: EngineId(engine), secret_key, created })
    }

    /// The block that says this.
    pub(super) fn encode(&self) -> [u8; BLOCK_BYTES] {
        let mut block = [0; BLOCK_BYTES];
        block[16..32].copy_from_slice(&self.engine.0);
        block[32..40].copy_from_slice(&self.created.get().to_le_bytes());
        block[64..96].copy_from_slice(&self.secret_key);
        seal_block(&mut block, MAGIC, FORMAT_VERSION);
        block
    }

    /// Reads a block.
    pub(super) fn decode(block: &[u8; BLOCK_BYTES]) -> Result<Self, BlockFault> {
        open_block(block, MAGIC)?;
        let mut identity = Self { engine: EngineId([0; 16]), secret_key: [0; 32], created: UnixMs::ZERO };
        identity.engine.0.copy_from_slice(&block[16..32]);
        identity.secret_key.copy_from_slice(&block[64..96]);
        identity.created = UnixMs::new(super::layout::u64_at(block, 32));
        Ok(identity)
    }

    /// Where the chain of frames starts: so the first frame of one folder never fits another.
    pub(super) fn chain_start(&self) -> Hash {
        Hash::of(&self.encode())
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The key stays out of logs.
        f.debug_struct("Identity")
            .field("engine", &self.engine)
            .field("created", &self.created)
            .finish_non_exhaustive()
    }
}
