//! Names that are looked up once. A prepared id is a text of its own that stands wherever the id's text may stand,
//! so nothing has to be closed, and no struct knows of it.

use tacos::{EventId, IdempotencyKey, SeatId, UserId};

use crate::abi::{tacos_buffer, tacos_engine, tacos_str};
use crate::arena::Arena;
use crate::convert::id;
use crate::engine::with;
use crate::failure::Fault;
use crate::guard;
use crate::memory::{Out, slice};
use crate::status::tacos_status;

/// Looks an event up ahead: `*out` is a text that stands for its id in every command and read, and saves looking
/// the id up each time. It is the caller's, like any text, and costs the engine no memory.
///
/// It is good as long as the process lives. Another engine, and the same folder opened again, take it for the id
/// that it was made of, which is at its end. It is not to be kept or sent: in another process, or if a byte is
/// changed, it is no id (`INVALID`). `UNKNOWN_EVENT`, also of an event whose creation is not durable yet. Needs at
/// most 176 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_prepare_event(
    engine: tacos_engine,
    event: tacos_str,
    buffer: *mut tacos_buffer,
    out: *mut tacos_str,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let event: EventId = id(event, "event_id")?;
        with(engine, |opening| give(&opening.engine.prepare_event(&event)?.to_prepared_text(), buffer, out))
    })
}

/// Looks a seat of an event up ahead, or a standing section whose name stands for one place; see
/// `tacos_prepare_event`. In commands about another event the text stands for the seat's name. `UNKNOWN_EVENT`,
/// `UNKNOWN_SEATS`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_prepare_seat(
    engine: tacos_engine,
    event: tacos_str,
    seat: tacos_str,
    buffer: *mut tacos_buffer,
    out: *mut tacos_str,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let (event, seat): (EventId, SeatId) = (id(event, "event_id")?, id(seat, "seat_ids")?);
        with(engine, |opening| {
            give(&opening.engine.prepare_seat(&event, &seat)?.to_prepared_text(), buffer, out)
        })
    })
}

/// Prepares a customer's id, whether or not the engine has met them; see `tacos_prepare_event`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_prepare_user(
    engine: tacos_engine,
    user: tacos_str,
    buffer: *mut tacos_buffer,
    out: *mut tacos_str,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let user: UserId = id(user, "user_id")?;
        with(engine, |opening| give(&opening.engine.prepare_user(&user).to_prepared_text(), buffer, out))
    })
}

/// The text of an idempotency key of sixteen bytes (a UUID, say), which commands take like any key. It is compared
/// and remembered by its bytes, which is faster than by a text, and is another key than every text. It means the
/// same in every process. Needs at most 48 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_key_of_bytes(
    bytes: *const u8,
    buffer: *mut tacos_buffer,
    out: *mut tacos_str,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let bytes: [u8; 16] = slice(bytes, 16)?.try_into().expect("a slice of sixteen bytes");
        give(IdempotencyKey::from_bytes(bytes).as_str(), buffer, out)
    })
}

/// # Safety
/// As the crate's contract.
unsafe fn give(text: &str, buffer: *mut tacos_buffer, out: *mut tacos_str) -> Result<(), Fault> {
    // SAFETY: handed on.
    let (out, mut arena) = unsafe { (Out::new(out)?, Arena::new(buffer)?) };
    let text = arena.text(text);
    arena.finish_with(out, text)
}
