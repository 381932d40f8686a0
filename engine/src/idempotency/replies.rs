//! The bytes of one shard's answers, one behind the other in the order of completion. They go in the same order, so whole
//! chunks are let go and nothing is ever moved, searched or allocated for one answer alone.

use std::collections::VecDeque;

/// Bytes of a chunk; a longer answer gets a chunk to itself.
const CHUNK_BYTES: usize = 4096;
/// An answer is begun where so many bytes are left, because most are shorter: a longer one may have to be moved.
const ROOM: usize = 256;

const _: () = assert!(CHUNK_BYTES <= u16::MAX as usize, "a place in a chunk has 16 bits");

/// Where an answer's bytes begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ReplyAt {
    /// Number of the chunk, counted from the first on; wraps round.
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
    /// Keeps an answer behind all others: what `write` appends. Returns where it is, and how long.
    #[inline]
    pub(super) fn push(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> (ReplyAt, usize) {
        // A longer answer's chunk is its own, also when nothing comes behind it.
        let has_room = self.chunks.back().is_some_and(|last| last.len() <= CHUNK_BYTES - ROOM);
        if !has_room {
            self.begin_chunk();
        }
        let last = self.chunks.back_mut().expect("one has room");
        let mut at = last.len();
        write(last);
        let len = last.len() - at;
        if last.len() > CHUNK_BYTES && at > 0 {
            self.move_on(at);
            at = 0;
        }
        let count = u32::try_from(self.chunks.len()).expect("no more chunks than answers");
        let at = u16::try_from(at).expect("a shared chunk is short");
        (ReplyAt { chunk: self.first.wrapping_add(count - 1), at }, len)
    }

    fn begin_chunk(&mut self) {
        let spare = self.spare.take();
        self.chunks.push_back(spare.unwrap_or_else(|| Vec::with_capacity(CHUNK_BYTES)));
    }

    /// Moves the last answer, which begins at `at` and is too long for its chunk, to a chunk of its own.
    #[cold]
    fn move_on(&mut self, at: usize) {
        let last = self.chunks.back_mut().expect("it was just written");
        let answer = last.split_off(at);
        last.shrink_to(CHUNK_BYTES);
        self.begin_chunk();
        self.chunks.back_mut().expect("just begun").extend_from_slice(&answer);
    }

    /// The answer of `len` bytes that was kept there.
    pub(super) fn get(&self, from: ReplyAt, len: usize) -> &[u8] {
        let chunk = &self.chunks[from.chunk.wrapping_sub(self.first) as usize];
        &chunk[usize::from(from.at)..usize::from(from.at) + len]
    }

    /// Every answer before the answer that begins at `from` has gone.
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
