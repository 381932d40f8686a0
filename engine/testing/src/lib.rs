//! What tests of the engine need, and tests of services that embed it.
#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod auditor;
mod crash_points;
pub mod fuzz;
mod holding_clock;
mod impossible;
mod model;
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
pub use random::Random;
pub use simulator::{Faults, Planted, Report, Simulation};
pub use tacos_engine::hooks::{Moment, modules, plant_panic};
pub use watchdog::{SCOPE_SECONDS, watched, watched_scope};
pub use workload::{Step, Workload};
