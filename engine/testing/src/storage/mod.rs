//! Storage without a disk: plain memory, a simulated disk that fails when told to, and a storage before either that
//! misbehaves at chosen calls. None knows what the files mean.

mod faulty;
mod image;
mod mem;
mod sim;
mod trace;

pub use faulty::{CallFault, CallKind, FaultyStorage, Misbehaviour};
pub use image::CrashKeeps;
pub use mem::MemStorage;
pub use sim::{Calls, FailedCall, Fault, SimStorage};
pub(crate) use trace::{Change, Trace};
