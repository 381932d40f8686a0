//! Deadlines: lists for the driver the objects whose time is up. Fires nothing itself, touches no seat, reads no clock.
//!
//! # Ground rules
//!
//! 1. **Owners never touch the wheel.** Each timer has an [`entry`]: one atomic word with the deadline that its owner
//!    wants and a mark QUEUED. [`Timers::set`] and [`Timers::clear`] change the word; an owner that sets the mark on a
//!    word without it pushes the entry to the inbox. So an entry is in the inbox at most once, the inbox needs no
//!    memory of its own and cannot overflow, and a set followed by a clear costs the driver one look.
//! 2. **The driver reconciles, it does not obey.** [`Timers::turn`] empties the inbox and brings each entry's place on
//!    the wheel in line with what its word says *now* (level-triggered). The order of the inbox does not matter.
//! 3. **The invariant.** A word without QUEUED has the entry on the wheel in the slot of exactly that deadline, or off
//!    the wheel if it wants none. A word with QUEUED will be looked at; until then its place may be anything.
//! 4. **Firing consumes.** A due entry fires by a compare-and-swap of its word from a deadline that has passed to none:
//!    never early, at most once a set, and never lost: if the word has changed, the change is in the inbox. A handler
//!    that receives an index still compares its object's deadline with the clock; after the firing is decided the owner
//!    may have set another.
//! 5. **The wheel is pure.** [`wheel`], [`level`] and [`lists`] are single-threaded, behind the driver's lock, which
//!    owners never take. An entry's deadline is kept once, in its word; the wheel asks for it when an entry sinks to a
//!    lower level. Levels cover all 64 bits of time, so there is no horizon.
//! 6. **Work has bounds.** A turn hands out at most its budget, and takes in and moves down at most
//!    `MOVES_PER_TURN_MAX` each; it says if there is more. An entry sinks at most seven times. A jump of the clock
//!    costs nothing for empty slots.
//! 7. **Sleep is announced.** Before the driver sleeps it asks [`Alarm::rest`], which says until when; owners call the
//!    alarm's hook for what cannot wait. While entries keep coming the driver naps `NAP_MS` at most.
//!
//! ```text
//! owners  ── set / clear ──► entry word ──► inbox ──┐                      ┌──► due indices
//!                               ▲                   ▼                      │
//! driver  ───────────────── turn: reconcile ──► wheel: link, unlink, step ─┴──► rest, until when
//! ```

mod alarm;
mod entry;
mod level;
mod lists;
mod table;
mod timers;
mod wheel;

pub(crate) use alarm::{Alarm, Rest};
pub(crate) use timers::{Timers, WheelTurn};

#[cfg(all(test, loom))]
mod loom_tests;
