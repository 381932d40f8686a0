//! Memory as a C program has it: pieces of exact length that live as long as the call.

use std::alloc::{Layout, alloc, dealloc};
use std::ffi::c_void;
use std::ptr;

use tacos_c::abi::{tacos_buffer, tacos_bytes, tacos_head, tacos_str};

use crate::source::Source;

/// What stands in memory that the library has not written.
pub const UNTOUCHED: u8 = 0xa5;
/// Everything of the ABI is aligned to at most this.
const ALIGN: usize = 8;

/// A piece of memory of exactly so many bytes: one byte beyond is the sanitizer's.
pub struct Piece {
    at: *mut u8,
    layout: Layout,
}

impl Piece {
    pub fn new(bytes: usize) -> Self {
        // Never of no bytes, which no allocator likes; then its one byte is not used.
        let layout = Layout::from_size_align(bytes.max(1), ALIGN).expect("far below the bound");
        // SAFETY: of at least one byte.
        let at = unsafe { alloc(layout) };
        assert!(!at.is_null(), "out of memory");
        // SAFETY: just allocated.
        unsafe { ptr::write_bytes(at, UNTOUCHED, layout.size()) };
        Self { at, layout }
    }

    pub fn at(&self) -> *mut u8 {
        self.at
    }

    fn copy_of(bytes: &[u8]) -> Self {
        let piece = Self::new(bytes.len());
        // SAFETY: the piece has as many.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), piece.at, bytes.len()) };
        piece
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        // SAFETY: allocated with this layout.
        unsafe { dealloc(self.at, self.layout) };
    }
}

/// What one call was given.
#[derive(Default)]
pub struct Memory(Vec<Piece>);

/// Texts that mean something.
const WORDS: [&str; 24] = [
    "evt_1",
    "kim",
    "lee",
    "A-1",
    "A-2",
    "A-3",
    "B-1",
    "B-10",
    "stalls",
    "floor",
    "KRW",
    "key-1",
    "key-2",
    "ext-1",
    "tab-1",
    "tab-2",
    "evt_2",
    "note-1",
    "http://127.0.0.1/hook",
    "A",
    "B-",
    "a name for people",
    "x y",
    "",
];

impl Memory {
    /// Keeps bytes; gives where they are.
    fn keep(&mut self, bytes: &[u8]) -> *const u8 {
        let piece = Piece::copy_of(bytes);
        let at = piece.at;
        self.0.push(piece);
        at
    }

    pub fn word(&mut self, word: &str) -> tacos_str {
        tacos_str { data: self.keep(word.as_bytes()).cast(), len: word.len() }
    }

    /// A text of any kind.
    pub fn text(&mut self, source: &mut Source<'_>) -> tacos_str {
        match source.byte() {
            at if usize::from(at) < WORDS.len() => self.word(WORDS[usize::from(at)]),
            0xff => tacos_str { data: ptr::null(), len: 5 },
            0xfe => self.word(&"long".repeat(60)),
            0xfd => {
                let given = b"\xff\xfe";
                tacos_str { data: self.keep(given).cast(), len: given.len() }
            }
            0xf0..=0xfc => {
                let given = source.bytes();
                tacos_str { data: self.keep(&given).cast(), len: given.len() }
            }
            _ => tacos_str { data: ptr::null(), len: 0 },
        }
    }

    /// Usually this text, sometimes another.
    pub fn usual(&mut self, source: &mut Source<'_>, word: &str) -> tacos_str {
        if source.seldom() { self.text(source) } else { self.word(word) }
    }

    pub fn bytes(&mut self, source: &mut Source<'_>) -> tacos_bytes {
        if source.byte() & 1 == 0 {
            return tacos_bytes { data: ptr::null(), len: 0 };
        }
        let given = source.bytes();
        tacos_bytes { data: self.keep(&given), len: given.len() }
    }

    /// A list: where it is and how many are said to be there. Null may be said to have some, and what has none to be.
    pub fn list<T: Copy>(&mut self, source: &mut Source<'_>, items: &[T]) -> (*const T, usize) {
        match source.byte() {
            0xff => (ptr::null(), items.len().max(1)),
            0xfe => (self.plain(items), usize::MAX),
            0xfd => (ptr::null(), 0),
            _ => (self.plain(items), items.len()),
        }
    }

    /// Values one behind the other, exactly as long as they are.
    pub fn plain<T: Copy>(&mut self, items: &[T]) -> *const T {
        // SAFETY: structs of the ABI have no padding that matters: their bytes are read to be copied.
        let bytes = unsafe { std::slice::from_raw_parts(items.as_ptr().cast::<u8>(), size_of_val(items)) };
        self.keep(bytes).cast()
    }

    pub fn texts(&mut self, source: &mut Source<'_>, of: &[&str]) -> (*const tacos_str, usize) {
        let mut texts = Vec::new();
        for _ in 0..source.below(4) {
            let word = of[source.below(of.len())];
            texts.push(self.usual(source, word));
        }
        self.list(source, &texts)
    }

    /// A struct that begins with its size. It may be too short (though never shorter than a
    /// head, which must always be there) or longer, with or without something behind.
    pub fn sized<T: Copy>(&mut self, source: &mut Source<'_>, value: T) -> *const T {
        let own = size_of::<T>();
        // SAFETY: as in `plain`.
        let bytes = unsafe { std::slice::from_raw_parts(ptr::from_ref(&value).cast::<u8>(), own) };
        let mut bytes = bytes.to_vec();
        match source.byte() {
            0xff => bytes.truncate(source.below(own).max(size_of::<tacos_head>())),
            0xfe => bytes.resize(own + source.below(64), 0),
            0xfd => bytes.resize(own + source.below(64), 1),
            0xfc => return ptr::null(),
            _ => {}
        }
        let told = u32::try_from(bytes.len()).expect("small");
        bytes[..4].copy_from_slice(&told.to_le_bytes());
        self.keep(&bytes).cast()
    }

    /// A command: as [`Memory::sized`], its head whole.
    pub fn command<T: Copy>(&mut self, source: &mut Source<'_>, value: T, kind: u32) -> *const tacos_head {
        let at = self.sized(source, value).cast::<tacos_head>();
        if at.is_null() || source.seldom() && source.seldom() {
            return at;
        }
        // SAFETY: a head is there, however short the rest.
        unsafe { (&raw mut (*at.cast_mut()).kind).write(kind) };
        at
    }
}

/// A buffer for answers, and where it is.
pub struct Room {
    piece: Piece,
    pub buffer: Box<tacos_buffer>,
}

impl Room {
    pub fn new(capacity: usize) -> Self {
        let piece = Piece::new(capacity);
        let buffer =
            Box::new(tacos_buffer { data: piece.at().cast::<c_void>(), capacity, needed: usize::MAX });
        Self { piece, buffer }
    }

    /// Of any size: enough for a write most of the time.
    pub fn of(source: &mut Source<'_>) -> Self {
        match source.byte() {
            0xff => Self::new(0),
            0xfe => {
                let mut none = Self::new(0);
                none.buffer.data = ptr::null_mut();
                none
            }
            0xfd => {
                let mut lie = Self::new(64);
                lie.buffer.data = ptr::null_mut();
                lie
            }
            0xe0..=0xfc => Self::new(source.byte().into()),
            _ => Self::new(tacos_c::abi::TACOS_REPLY_BYTES_MAX),
        }
    }

    /// Fails unless these bytes lie in what was said to be used.
    pub fn holds(&self, at: *const u8, bytes: usize) {
        if bytes == 0 {
            return;
        }
        let (from, used) = (self.piece.at().addr(), self.buffer.needed);
        assert!(used <= self.buffer.capacity, "{used} bytes used of {}", self.buffer.capacity);
        let start = at.addr().wrapping_sub(from);
        assert!(start <= used && bytes <= used - start, "{bytes} bytes at {start} in {used}");
    }

    pub fn holds_text(&self, text: tacos_str) {
        if text.data.is_null() {
            return;
        }
        self.holds(text.data.cast(), text.len);
        // SAFETY: just seen to lie in the piece, which lives.
        let bytes = unsafe { std::slice::from_raw_parts(text.data.cast::<u8>(), text.len) };
        std::str::from_utf8(bytes).expect("texts are UTF-8");
    }
}

/// One output of the library's: untouched unless the call went well.
pub struct Output<T>(Piece, std::marker::PhantomData<T>);

impl<T: Copy> Output<T> {
    pub fn new() -> Self {
        Self(Piece::new(size_of::<T>()), std::marker::PhantomData)
    }

    pub fn at(&mut self) -> *mut T {
        self.0.at.cast()
    }

    /// What was written.
    pub fn get(&self) -> T {
        // SAFETY: the library said that it wrote it.
        unsafe { self.0.at.cast::<T>().read() }
    }

    pub fn is_untouched(&self) -> bool {
        // SAFETY: the piece's own bytes.
        let bytes = unsafe { std::slice::from_raw_parts(self.0.at, size_of::<T>()) };
        bytes.iter().all(|byte| *byte == UNTOUCHED)
    }
}
