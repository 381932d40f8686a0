//! Reads of the engine as a whole: the outbox, notes, figures, memory, the digest. As `reads`, they wait for nothing.

use tacos::{ExternalId, UnixMs};

use crate::abi::{TACOS_LIST_MAX, tacos_buffer, tacos_bytes, tacos_engine, tacos_list, tacos_str};
use crate::arena::Arena;
use crate::convert::id;
use crate::engine::with;
use crate::guard;
use crate::memory::{Out, text};
use crate::status::tacos_status;
use crate::views::{self, tacos_figures, tacos_memory, tacos_webhook_view};

/// Webhooks whose time has come (`tacos_webhook_view`), at most `most`. `out_next_ms`, which may be null, gets the time of
/// the next one, 0 if there is none. Deliver them, then report by `TACOS_COMMAND_REPORT_WEBHOOK`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_due_webhooks(
    engine: tacos_engine,
    most: usize,
    buffer: *mut tacos_buffer,
    out: *mut tacos_list,
    out_next_ms: *mut u64,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let (out, mut arena) = (Out::new(out)?, Arena::new(buffer)?);
        // Looked at before anything is written: outputs are written all together or not at all.
        let out_next = if out_next_ms.is_null() { None } else { Some(Out::new(out_next_ms)?) };
        with(engine, |opening| {
            let (due, next) = opening.engine.due_webhooks(most.min(TACOS_LIST_MAX));
            let due: Vec<_> = due.iter().map(tacos_webhook_view::of).collect();
            let list = arena.list(&due);
            arena.finish_with(out, list)?;
            if let Some(out_next) = out_next {
                out_next.put(next.map_or(0, UnixMs::get));
            }
            Ok(())
        })
    })
}

/// Durable notes (`tacos_note_view`) whose names begin with `prefix` (none: all), in order.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_notes(
    engine: tacos_engine,
    prefix: tacos_str,
    buffer: *mut tacos_buffer,
    out: *mut tacos_list,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let (out, mut arena) = (Out::new(out)?, Arena::new(buffer)?);
        let prefix = text(prefix)?.unwrap_or_default();
        with(engine, |opening| {
            let notes: Vec<(ExternalId, Vec<u8>)> = opening.engine.notes(prefix);
            let notes: Vec<_> =
                notes.iter().map(|(name, value)| views::note(name.as_str(), value, &mut arena)).collect();
            let list = arena.list(&notes);
            arena.finish_with(out, list)
        })
    })
}

/// One durable note. `data` is null if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_note_of(
    engine: tacos_engine,
    name: tacos_str,
    buffer: *mut tacos_buffer,
    out: *mut tacos_bytes,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let (out, mut arena) = (Out::new(out)?, Arena::new(buffer)?);
        let name: ExternalId = id(name, "name")?;
        with(engine, |opening| {
            let value = opening.engine.read_note(&name);
            let none = tacos_bytes { data: std::ptr::null(), len: 0 };
            let value = value.map_or(none, |value| arena.bytes(&value));
            arena.finish_with(out, value)
        })
    })
}

/// Figures of the engine as a whole.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_figures_of(
    engine: tacos_engine,
    buffer: *mut tacos_buffer,
    out: *mut *const tacos_figures,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let (out, mut arena) = (Out::new(out)?, Arena::new(buffer)?);
        with(engine, |opening| {
            let figures = views::figures(&opening.engine.status(), &mut arena);
            let figures = arena.put(figures);
            arena.finish_with(out, figures)
        })
    })
}

/// What the engine's tables take, in bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_memory_of(engine: tacos_engine, out: *mut tacos_memory) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let out = Out::new(out)?;
        with(engine, |opening| {
            let memory = opening.engine.memory();
            out.put(tacos_memory {
                seats: memory.seats as u64,
                lines: memory.lines as u64,
                reservations: memory.reservations as u64,
                answers: memory.answers as u64,
                buffers: memory.buffers as u64,
            });
            Ok(())
        })
    })
}

/// A hash (32 bytes at `out`) of the whole state: equal before a crash and after recovery. Of one moment only if no thread
/// writes meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_digest(engine: tacos_engine, out: *mut u8) -> tacos_status {
    // SAFETY: the crate's contract; bytes have no alignment.
    guard::run(|| unsafe {
        let out = Out::new(out.cast::<[u8; 32]>())?;
        with(engine, |opening| {
            out.put(opening.engine.digest().0);
            Ok(())
        })
    })
}

/// Forgets all remembered idempotency answers. For operators only: a retry may act twice.
#[unsafe(no_mangle)]
pub extern "C" fn tacos_clear_idempotency(engine: tacos_engine) -> tacos_status {
    guard::run(|| {
        with(engine, |opening| {
            let _doubt = opening.writing()?;
            opening.engine.operator().clear_idempotency();
            Ok(())
        })
    })
}
