//! Where the modules meet. Each family of commands is a folder: `events`, `line`, `reservations`, `payments`; the
//! durable notes are one file. A family has what is decided, the records of it (`fact` says what a record is,
//! `records` is the table of all), what a record does to the state, its answer, its update, and the family's images.
//! The live path and replay run the same functions. `turn` feeds due deadlines in at the front, as commands. `images`
//! writes the whole state down, `restore` puts it back.

mod core;
mod events;
mod fact;
mod forget;
mod images;
mod line;
mod log;
#[cfg(all(test, not(any(loom, shuttle))))]
mod long_order_tests;
mod names;
mod notes;
mod once;
mod payments;
mod read;
mod records;
mod replay;
mod request;
#[cfg(all(test, not(any(loom, shuttle))))]
mod request_tests;
mod reservations;
mod restore;
mod shown;
mod state;
mod turn;
mod versions;

pub(crate) use self::core::Core;
pub(crate) use events::{Event, EventShown};
pub(crate) use fact::Stamp;
pub use images::Digest;
#[cfg(any(test, feature = "testing"))]
pub(crate) use log::seal_into;
pub(crate) use log::{BODY_VERSION, Log};
pub(crate) use read::describe;
pub(crate) use records::Record;
pub(crate) use replay::{Helpers, Replayer, on_threads};
#[cfg(any(test, feature = "testing"))]
pub(crate) use reservations::Held;
pub(crate) use state::State;

use crate::error::Refusal;
use crate::reply::{Answer, Reply};

/// Why a command was not carried out.
pub(crate) type Failure = crate::acks::Failure<Refusal>;

/// What a command did: its answer, and the end of the record that must be durable before the answer leaves.
pub(crate) struct Committed<R> {
    pub(crate) reply: R,
    pub(crate) end: u64,
}

impl<R: Answer> Committed<R> {
    /// As what any command did.
    pub(crate) fn into_any(self) -> Committed<Reply> {
        Committed { reply: self.reply.into_reply(), end: self.end }
    }
}

pub(crate) type CommandResult<R> = Result<Committed<R>, Failure>;
