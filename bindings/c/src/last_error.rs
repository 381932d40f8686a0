//! Each thread's last failure: its text, for people, and what a refusal tells. Programs look at the status first.

use std::cell::RefCell;
use std::ffi::c_char;

use tacos::Failure;

use crate::abi::tacos_buffer;
use crate::arena::Arena;
use crate::failure::{self, Fault};
use crate::guard;
use crate::memory::Out;
use crate::replies::tacos_failure;
use crate::status::tacos_status;

/// Longest text kept, in bytes.
const TEXT_BYTES_MAX: usize = 1_024;

/// What is kept of a failure.
struct Kept {
    status: tacos_status,
    text: String,
    /// The refusal that it was, if it was one.
    refused: Option<Failure>,
}

thread_local! {
    static LAST: RefCell<Kept> =
        const { RefCell::new(Kept { status: tacos_status::Ok, text: String::new(), refused: None }) };
}

/// Keeps this thread's failure, and gives its status.
pub(crate) fn keep(fault: Fault) -> tacos_status {
    let (status, text) = (fault.status(), fault.text());
    let refused = match fault {
        Fault::Refused(refusal) => Some(Failure::Refused(refusal)),
        _ => None,
    };
    set(status, &text, refused);
    status
}

/// Keeps a bug that this thread met.
pub(crate) fn keep_bug(text: &str) -> tacos_status {
    set(tacos_status::Panicked, text, None);
    tacos_status::Panicked
}

fn set(status: tacos_status, text: &str, refused: Option<Failure>) {
    LAST.with_borrow_mut(|last| {
        last.status = status;
        last.text.clear();
        last.text.push_str(clip(text, TEXT_BYTES_MAX));
        last.refused = refused;
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
            let text = clip(&last.text, capacity - 1);
            // SAFETY: the crate's contract: `capacity` bytes at `out` can be written, and text and end fit them.
            unsafe {
                std::ptr::copy_nonoverlapping(text.as_ptr(), out.cast(), text.len());
                out.add(text.len()).write(0);
            }
        }
        // SAFETY: the crate's contract.
        if let Ok(slot) = unsafe { Out::new(needed) } {
            slot.put(last.text.len() + 1);
        }
        tacos_status::Ok
    })
}

/// All that is known of this thread's last failed call, as a failed command tells it: the seats, problems and numbers of a
/// refusal, or just status and text. Status 0: no call has failed. For reads, which answer only a status.
///
/// Answers `NULL_POINTER`, `MISALIGNED` or `BUFFER_TOO_SMALL`; `TACOS_REPLY_BYTES_MAX` is enough. Does not change what it tells.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_last_failure(
    buffer: *mut tacos_buffer,
    out: *mut *const tacos_failure,
) -> tacos_status {
    guard::quietly(|| {
        // SAFETY: the crate's contract.
        let (out, mut arena) = unsafe { (Out::new(out)?, Arena::new(buffer)?) };
        let told = LAST.with_borrow(|last| match &last.refused {
            Some(refused) => failure::put(refused, &mut arena).1,
            None => {
                let text = arena.text(&last.text);
                arena.put(tacos_failure::new(last.status, text))
            }
        });
        arena.finish_with(out, told)
    })
}
