//! Fills a caller's buffer: texts, lists and structs one behind the other. When it is full it goes on counting, so that
//! one failed call tells how much is needed.

use std::ffi::c_void;
use std::mem::{align_of, size_of};

use crate::abi::{tacos_buffer, tacos_bytes, tacos_list, tacos_str};
use crate::failure::Fault;
use crate::memory::{Out, check_pointer};

/// Every struct of the ABI is aligned to at most this.
const ALIGN: usize = 8;

/// The part of a buffer that is filled.
pub(crate) struct Arena {
    base: *mut u8,
    capacity: usize,
    used: usize,
    buffer: *mut tacos_buffer,
}

/// How far an arena had come.
#[derive(Clone, Copy)]
pub(crate) struct Mark(usize);

impl Arena {
    /// # Safety
    /// `buffer` is null, or a buffer can be read and written there while this lives, and its memory can be written for its
    /// capacity.
    pub(crate) unsafe fn new(buffer: *mut tacos_buffer) -> Result<Self, Fault> {
        check_pointer(buffer)?;
        // SAFETY: not null, aligned, readable by the promise above.
        let tacos_buffer { data, capacity, .. } = unsafe { buffer.read() };
        if data.is_null() && capacity > 0 {
            return Err(Fault::Null);
        }
        let base = data.cast::<u8>();
        // Counted as used, so that what is told to be needed includes it.
        let used = base.addr().next_multiple_of(ALIGN) - base.addr();
        Ok(Self { base, capacity, used, buffer })
    }

    /// Bytes that can still be filled.
    pub(crate) fn room(&self) -> usize {
        self.capacity.saturating_sub(self.used)
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark(self.used)
    }

    /// Forgets everything since `mark`.
    pub(crate) fn back_to(&mut self, mark: Mark) {
        self.used = mark.0;
    }

    /// True if everything so far fits.
    pub(crate) fn fits(&self) -> bool {
        self.used <= self.capacity
    }

    /// True if everything so far fits, and a list of these items behind it.
    pub(crate) fn fits_with<T>(&self, items: &[T]) -> bool {
        self.used.saturating_add(size_of_val(items) + align_of::<T>()) <= self.capacity
    }

    /// Says that `capacity` is needed, before anything is done.
    pub(crate) fn demand(&self, capacity: usize) {
        // SAFETY: as in `finish`.
        unsafe { (&raw mut (*self.buffer).needed).write(capacity.saturating_add(ALIGN)) };
    }

    /// A text. One that is empty still has an address: it is not "none".
    pub(crate) fn text(&mut self, text: &str) -> tacos_str {
        tacos_str { data: self.copy(text.as_bytes(), 1).cast(), len: text.len() }
    }

    /// A text, or none.
    pub(crate) fn maybe_text(&mut self, text: Option<&str>) -> tacos_str {
        text.map_or(tacos_str::NONE, |text| self.text(text))
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> tacos_bytes {
        tacos_bytes { data: self.copy(bytes, 1), len: bytes.len() }
    }

    /// A list.
    pub(crate) fn list<T: Copy>(&mut self, items: &[T]) -> tacos_list {
        let data = self.copy(items, align_of::<T>());
        let items_at = if items.is_empty() { std::ptr::null() } else { data.cast::<c_void>() };
        tacos_list { items: items_at, count: items.len(), stride: size_of::<T>() }
    }

    /// One struct.
    #[inline]
    pub(crate) fn put<T: Copy>(&mut self, value: T) -> *const T {
        let (at, fits) = self.place(size_of::<T>(), align_of::<T>());
        let at = at.cast::<T>();
        if fits {
            // SAFETY: as many bytes can be written there, and it is aligned for a `T`.
            unsafe { at.write(value) };
        }
        at
    }

    /// Says how much was used, or, if it was not enough, how much is needed.
    pub(crate) fn finish(&self) -> Result<(), Fault> {
        let needed = if self.fits() { self.used } else { self.used.saturating_add(ALIGN) };
        // SAFETY: `new` promised that the buffer can be written; its field `needed` is aligned as the buffer is.
        unsafe { (&raw mut (*self.buffer).needed).write(needed) };
        if self.fits() { Ok(()) } else { Err(Fault::BufferTooSmall { needed }) }
    }

    /// As [`Arena::finish`], and writes `value` to `out` if everything fits.
    pub(crate) fn finish_with<T>(&self, out: Out<T>, value: T) -> Result<(), Fault> {
        self.finish().map(|()| out.put(value))
    }

    /// Copies `items` to the next aligned place; an address that no caller gets to see if they do not fit.
    fn copy<T: Copy>(&mut self, items: &[T], align: usize) -> *const u8 {
        let bytes = size_of_val(items);
        let (to, fits) = self.place(bytes, align);
        if fits {
            // SAFETY: so many bytes can be written there; `items` is ours and does not overlap the caller's buffer.
            unsafe { std::ptr::copy_nonoverlapping(items.as_ptr().cast::<u8>(), to, bytes) };
        }
        to
    }

    /// The next aligned place for so many bytes, and whether they can be written there: by the promise of `new` they
    /// can as long as they fit.
    #[inline]
    fn place(&mut self, bytes: usize, align: usize) -> (*mut u8, bool) {
        debug_assert!(align <= ALIGN, "alignment {align} over {ALIGN}");
        let start = (self.base.addr() + self.used).next_multiple_of(align) - self.base.addr();
        self.used = start.saturating_add(bytes);
        if !self.fits() {
            return (self.base.wrapping_add(start.min(self.capacity)), false);
        }
        if self.base.is_null() {
            // No bytes in no buffer: still not "none".
            return (std::ptr::NonNull::<u64>::dangling().as_ptr().cast(), true);
        }
        (self.base.wrapping_add(start), true)
    }
}
