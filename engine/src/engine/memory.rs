//! What the engine's tables take, in bytes, table by table.

use super::Engine;
use crate::admission::Line;
use crate::reservations::Reservations;

/// Bytes of memory by table, as the tables count themselves; what the allocator adds is not in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Seats of all events: words, bitmaps, counts and labels.
    pub seats: usize,
    /// Look-up tables of the waiting lines; tickets are 32 bytes each beside them.
    pub lines: usize,
    /// Slots of reservations, used or not, with their links and timers.
    pub reservations: usize,
    /// Remembered idempotency answers.
    pub answers: usize,
    /// The log buffer and the history of updates.
    pub buffers: usize,
}

impl Engine {
    /// What the engine's tables take.
    #[must_use]
    pub fn memory(&self) -> Memory {
        let core = self.core();
        Memory {
            seats: core.state.catalog.each().map(|event| event.seats.bytes()).sum(),
            lines: core
                .state
                .catalog
                .each()
                .filter_map(|event| event.line.get())
                .map(Line::lookup_bytes)
                .sum(),
            reservations: core.state.reservations.slots().high_water() as usize * Reservations::SLOT_BYTES,
            answers: core.state.answers.memory_bytes(),
            buffers: core.state.config.log_buffer_bytes + core.state.config.update_history_bytes,
        }
    }
}
