//! The bytes of one shard's answers, one behind the other in the order of completion. They go in the same order, so whole
//! chunks are let go and nothing is ever moved, searched or allocated for one answer alone.

use std::collections::VecDeque;

/// Bytes of a chunk; a longer answer gets a chunk to itself.
const CHUNK_BYTES: usize = 4096;

const _: () = assert!(CHUNK_BYTES <= u16::MAX as usize, "a place in a chunk has 16 bits");

/// Where an answer's bytes begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ReplyAt {
    /// Number of the chunk, counted for ever; wraps round.
    pub(super) chunk: u32,
    pub(super) at: u16,
}

#[derive(Default)]
pub(super) struct Replies {
    chunks: VecDeque<Vec<u8>>,
    /// Number of the first chunk that is still kept.
    first: u32,
    /// One chunk that was let go, for the next: at a steady pace nothing is allocated.
    spare: Option<Vec<u8>>,
}

impl Replies {
    /// Keeps an answer behind all others.
    pub(super) fn push(&mut self, reply: &[u8]) -> ReplyAt {
        // A longer answer's chunk is its own, also when nothing comes behind it.
        let fits = |last: &Vec<u8>| last.len() + reply.len() <= CHUNK_BYTES;
        let has_room = self.chunks.back().is_some_and(fits);
        if !has_room {
            let usual = reply.len() <= CHUNK_BYTES;
            let spare = if usual { self.spare.take() } else { None };
            self.chunks.push_back(spare.unwrap_or_else(|| Vec::with_capacity(reply.len().max(CHUNK_BYTES))));
        }
        let count = u32::try_from(self.chunks.len()).expect("no more chunks than answers");
        let last = self.chunks.back_mut().expect("one has room");
        let at = u16::try_from(last.len()).expect("a shared chunk is short");
        last.extend_from_slice(reply);
        ReplyAt { chunk: self.first.wrapping_add(count - 1), at }
    }

    /// The answer of `len` bytes that was kept there.
    pub(super) fn get(&self, from: ReplyAt, len: usize) -> &[u8] {
        let chunk = &self.chunks[from.chunk.wrapping_sub(self.first) as usize];
        &chunk[usize::from(from.at)..usize::from(from.at) + len]
    }

    /// Every answer before the one that begins here has gone.
    pub(super) fn gone_before(&mut self, from: ReplyAt) {
        while self.first != from.chunk {
            self.drop_first();
        }
    }

    /// Every answer has gone.
    pub(super) fn all_gone(&mut self) {
        while !self.chunks.is_empty() {
            self.drop_first();
        }
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let chunks = self.chunks.iter().chain(&self.spare).map(Vec::capacity).sum::<usize>();
        chunks + self.chunks.capacity() * size_of::<Vec<u8>>()
    }

    fn drop_first(&mut self) {
        let mut chunk = self.chunks.pop_front().expect("an answer's chunk is kept");
        self.first = self.first.wrapping_add(1);
        if chunk.capacity() == CHUNK_BYTES {
            chunk.clear();
            self.spare = Some(chunk);
        }
    }
}
