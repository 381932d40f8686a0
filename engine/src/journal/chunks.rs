//! Reading a file front to back in big pieces, while asking for small ones.

use super::storage::{StorageFile, read_full};
use std::io;

/// Bytes per read: enough that the disk and not the call decides the speed.
const CHUNK_BYTES: usize = 4 << 20;

/// A window on a file that moves forward.
pub(super) struct Chunks<'f> {
    file: &'f dyn StorageFile,
    file_bytes: u64,
    window: Vec<u8>,
    start: u64,
    filled: usize,
}

impl<'f> Chunks<'f> {
    pub(super) fn new(file: &'f dyn StorageFile, file_bytes: u64, window: Vec<u8>) -> Self {
        Self { file, file_bytes, window, start: 0, filled: 0 }
    }

    /// Gives the memory back, for the next file.
    pub(super) fn into_window(self) -> Vec<u8> {
        self.window
    }

    /// `bytes` bytes at `offset`; fewer where the file ends.
    pub(super) fn get(&mut self, offset: u64, bytes: usize) -> io::Result<&[u8]> {
        let left = usize::try_from(self.file_bytes.saturating_sub(offset)).unwrap_or(usize::MAX);
        let bytes = bytes.min(left);
        let inside = offset >= self.start && offset + bytes as u64 <= self.start + self.filled as u64;
        if !inside {
            self.fill(offset, bytes.max(CHUNK_BYTES.min(left)))?;
        }
        let from = usize::try_from(offset - self.start).expect("an offset in the window fits memory");
        let to = (from + bytes).min(self.filled);
        Ok(&self.window[from..to])
    }

    fn fill(&mut self, offset: u64, bytes: usize) -> io::Result<()> {
        if self.window.len() < bytes {
            self.window.resize(bytes, 0);
        }
        self.start = offset;
        self.filled = 0;
        self.filled = read_full(self.file, offset, &mut self.window[..bytes])?;
        Ok(())
    }
}
