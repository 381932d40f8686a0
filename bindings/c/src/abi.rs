//! The small types that all others are made of: texts, lists, buffers, ids. Nothing here calls the engine.

use std::ffi::{c_char, c_void};

/// An engine: a number, not a pointer. 0 is never an engine.
pub type tacos_engine = u64;
/// A reader of updates: a number, not a pointer. 0 is never a reader.
pub type tacos_reader = u64;

/// A text: UTF-8, not ended by a zero byte. `data` null stands for "none". Belongs to the side that made it; a text that the
/// library gives lies in the caller's buffer.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_str {
    /// First byte, or null.
    pub data: *const c_char,
    /// Length in bytes.
    pub len: usize,
}

/// Bytes. `data` null stands for "none".
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_bytes {
    /// First byte, or null.
    pub data: *const u8,
    /// How many.
    pub len: usize,
}

/// Begins every struct that can be submitted: it says what it is and how long the caller believes it to be.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_head {
    /// `sizeof` the struct, as the caller was compiled.
    pub size: u32,
    /// One of `tacos_command`.
    pub kind: u32,
}

/// A list that the library gives, in the caller's buffer. Step by `stride`, not by `sizeof`: later versions of the
/// library may append fields to the items.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_list {
    /// First item; null if there is none.
    pub items: *const c_void,
    /// How many items.
    pub count: usize,
    /// Bytes from one item to the next.
    pub stride: usize,
}

/// Memory of the caller's, into which the library copies what it gives. Everything that a call gives lies in the buffer
/// of that call, and stays good until the caller uses the buffer for something else.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_buffer {
    /// First byte; may be null if `capacity` is 0.
    pub data: *mut c_void,
    /// How many bytes the library may write.
    pub capacity: usize,
    /// Out: on success the bytes used; with `TACOS_STATUS_BUFFER_TOO_SMALL` a capacity that is enough.
    pub needed: usize,
}

/// An id that the engine issued, in its sixteen bytes; `tacos_id_format` gives the text form.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct tacos_id {
    /// The bytes.
    pub bytes: [u8; 16],
}

/// A bearer credential in its twenty-four bytes; `tacos_token_format` gives the text form.
#[repr(C)]
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct tacos_token {
    /// The bytes.
    pub bytes: [u8; 24],
}

/// A reservation: by the caller's own id if `external` is given, else by ours.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_reservation_ref {
    /// The id that the engine issued; not looked at if `external` is given.
    pub id: tacos_id,
    /// The id that the caller brought, or none.
    pub external: tacos_str,
}

/// A buffer of this size holds any answer to a write. Reads may need more, and say how much.
pub const TACOS_REPLY_BYTES_MAX: usize = 24 * 1024;
/// Engines that can be open in one process.
pub const TACOS_ENGINES_MAX: usize = 256;
/// Readers of updates that can be open in one process.
pub const TACOS_READERS_MAX: usize = 4_096;
/// Items in one list that comes in (seats, rows, commands of a batch).
pub const TACOS_LIST_MAX: usize = 1 << 22;

impl tacos_str {
    /// No text.
    pub const NONE: Self = Self { data: std::ptr::null(), len: 0 };
}

impl tacos_list {
    /// No items.
    pub const EMPTY: Self = Self { items: std::ptr::null(), count: 0, stride: 0 };
}
