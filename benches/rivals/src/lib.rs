//! The work of the engine done by what users would pick instead, and by the bare machine: the same holds and sales, the
//! same lines, the same timers, measured in one run. `README.md` says what each contestant is and how it was tuned.

pub mod contestants;
pub mod drive;
pub mod page;
pub mod report;
pub mod rival;
pub mod servers;
pub mod socket;
pub mod suites;
pub mod verdicts;
pub mod work;

// The engine's timers, whose room is private: its files as they are, and what they need. They name each other from the
// root.
#[allow(dead_code, unused_imports, unreachable_pub, reason = "whole modules are compiled, part is used")]
#[path = "../../../engine/src/clock.rs"]
mod clock;
#[allow(dead_code, unused_imports, unreachable_pub, reason = "whole modules are compiled, part is used")]
#[path = "../../../engine/src/deadlines/mod.rs"]
mod deadlines;
#[allow(dead_code, unused_imports, unreachable_pub, reason = "whole modules are compiled, part is used")]
#[path = "../../../engine/src/limits.rs"]
mod limits;
#[allow(dead_code, unused_imports, unreachable_pub, reason = "whole modules are compiled, part is used")]
#[path = "../../../engine/src/sync/mod.rs"]
mod sync;
