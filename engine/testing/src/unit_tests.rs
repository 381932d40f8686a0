//! What the engine's own unit tests share with this crate. They compile these files themselves, because a unit test's
//! engine is another crate than the engine on which this crate stands.

mod random;
pub(crate) mod storage;
mod watchdog;

pub(crate) use random::Random;
pub(crate) use watchdog::{watched, watched_scope};
