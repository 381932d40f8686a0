//! Where the rooms meet. Each family of commands is a folder that hands what one room produced to the next: `events`, `line`,
//! `reservations`, `payments`; the durable notes are one file. A family has its images as well.
//! `effects` is what a record does to the state: the live path and replay run the same functions. `turn` feeds due
//! deadlines in at the front, as commands. `images` writes the whole state down, `restore` puts it back.

mod answers;
mod apply;
mod checks;
mod core;
mod effects;
mod events;
mod images;
mod line;
mod log;
#[cfg(all(test, not(any(loom, shuttle))))]
mod long_order_tests;
mod money;
mod names;
mod notes;
mod once;
mod opened;
mod payments;
mod read;
mod replay;
mod request;
#[cfg(all(test, not(any(loom, shuttle))))]
mod request_tests;
mod reservations;
mod restore;
mod shown;
mod state;
mod told;
mod turn;
mod versions;

pub(crate) use self::core::Core;
#[cfg(any(test, feature = "testing"))]
pub(crate) use checks::Corrupt;
pub(crate) use events::{Event, EventShown};
pub use images::Digest;
pub(crate) use log::{BODY_VERSION, Log};
pub(crate) use read::describe;
pub(crate) use replay::{Replayer, on_two_threads};
pub(crate) use state::State;

use crate::error::Refusal;
use crate::reply::Reply;

/// Why a command was not carried out.
pub(crate) type Failure = crate::acks::Failure<Refusal>;

/// What a command did: its answer, and the end of the record that must be durable before the answer leaves.
pub(crate) struct Did {
    pub(crate) reply: Reply,
    pub(crate) end: u64,
}

pub(crate) type Outcome = Result<Did, Failure>;
