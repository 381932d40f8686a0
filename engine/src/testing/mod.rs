//! What tests of the engine and of its users need: storage in memory, storage that fails on purpose, a naive model of
//! the whole engine, a seeded workload of customers, an auditor that compares, a simulator that puts them together,
//! every disk image that a crash may leave, a clock that holds a thread back, a watchdog for tests with threads, and
//! entries to single modules for programs that measure.

mod auditor;
mod crash_points;
pub mod fuzz;
mod holding_clock;
mod impossible;
mod model;
pub mod modules;
mod planted;
mod random;
mod simulator;
pub mod storage;
mod watchdog;
mod workload;

pub use auditor::Auditor;
pub use crash_points::{CrashPoints, CrashStates, Omitted};
pub use holding_clock::{HoldingClock, Overtaken};
pub use impossible::Impossible;
pub use model::{Expect, Model, Violation};
pub(crate) use planted::PlantedPanic;
pub use planted::{Moment, plant_panic};
pub use random::Random;
pub use simulator::{Faults, Planted, Report, Simulation};
pub use watchdog::{SCOPE_SECONDS, watched, watched_scope};
pub use workload::{Step, Workload};
