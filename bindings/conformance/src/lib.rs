//! One suite of scenarios for every face of the engine. The scenarios are data (`scenarios/*.json`); this crate knows
//! their format, checks them, runs them against anything that implements [`Target`], and has the target for Rust. Other
//! languages read the same files with a runner of their own; see `README.md` and `operations.md`.

mod drive;
mod prepared;
mod report;
mod run;
mod rust;
mod scenario;
mod selftest;
mod target;

pub use drive::{Block, Driven, Drivers, copy_folder};
pub use prepared::prepared;
pub use report::{Report, load, table};
pub use run::{PASS_SLICE_MS, run};
pub use rust::{RustEngine, Way, config_of, read_of, refusal_record, write_of};
pub use scenario::{Call, Check, Expectations, Malformed, Scenario, Step, Work};
pub use selftest::selftest;
pub use tacos_generator::operations;
pub use target::{Answer, Open, Outcome, Record, Restart, START_UNIX_MS, Target};

/// The folder with the scenarios.
#[must_use]
pub fn scenarios_folder() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

/// The folder with scenarios that must fail: a runner that passes one of them is broken.
#[must_use]
pub fn selftest_folder() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("selftest")
}
