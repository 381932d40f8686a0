//! The work of the engine done by what users would pick instead, and by the bare machine: the same holds and sales, the same
//! lines, the same timers, measured in one run. `README.md` says what each contestant is and how it was tuned.

pub mod contestants;
pub mod drive;
pub mod report;
pub mod rival;
pub mod servers;
pub mod suites;
pub mod verdicts;
pub mod work;
