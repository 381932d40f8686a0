//! Storage without a disk: plain memory, and a simulated disk that fails when told to.
//! Neither knows what the files mean.

mod image;
mod mem;
mod sim;
mod trace;

pub use image::CrashKeeps;
pub use mem::MemStorage;
pub use sim::{Calls, FailedCall, Fault, SimStorage};
pub(crate) use trace::{Change, Trace};
