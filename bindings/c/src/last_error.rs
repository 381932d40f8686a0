//! The text of each thread's last failure, for people. Programs look at the status.

use std::cell::RefCell;
use std::ffi::c_char;

use crate::memory::Out;
use crate::status::tacos_status;

/// Longest text kept, in bytes.
const TEXT_BYTES_MAX: usize = 1_024;

thread_local! {
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keeps the text of this thread's failure.
pub(crate) fn set(text: &str) {
    LAST.with_borrow_mut(|last| {
        last.clear();
        last.push_str(clip(text, TEXT_BYTES_MAX));
    });
}

/// The longest beginning of `text` that has at most `bytes_max` bytes and ends between characters.
pub(crate) fn clip(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}

/// Copies the text of this thread's last failure, with a zero byte at its end, into `out`. A success does not clear it.
/// `needed` (which may be null) gets the length with the zero byte; a text that does not fit is cut and still ended.
///
/// Never fails but for `TACOS_STATUS_NULL_POINTER`; does not change the text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_last_error(
    out: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> tacos_status {
    LAST.with_borrow(|last| {
        if out.is_null() && capacity > 0 {
            return tacos_status::NullPointer;
        }
        if capacity > 0 {
            let text = clip(last, capacity - 1);
            // SAFETY: the crate's contract: `capacity` bytes at `out` can be written, and text and end fit them.
            unsafe {
                std::ptr::copy_nonoverlapping(text.as_ptr(), out.cast(), text.len());
                out.add(text.len()).write(0);
            }
        }
        // SAFETY: the crate's contract.
        if let Ok(slot) = unsafe { Out::new(needed) } {
            slot.put(last.len() + 1);
        }
        tacos_status::Ok
    })
}
