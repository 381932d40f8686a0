//! Where the rooms meet. Each family of commands is one short file that hands what one room produced to the next:
//! `queue` (the line), `reserve` (seats taken), `give_back` (holds that change and end), `settle` (holds become sales), `pay` (intents), `manage` (events).
//! `effects` is what a record does to the state: the live path and replay run the same functions. `turn` feeds due
//! deadlines in at the front, as commands. `images` writes the whole state down,
//! `restore` puts it back.

mod answers;
mod apply;
mod checks;
mod core;
mod effects;
mod event;
mod give_back;
mod hold;
mod images;
mod log;
#[cfg(all(test, not(any(loom, shuttle))))]
mod long_order_tests;
mod manage;
mod money;
mod names;
mod notes;
mod once;
mod opened;
mod pay;
mod presale;
mod queue;
mod read;
mod replay;
mod request;
mod reserve;
mod restore;
mod settle;
mod shown;
mod state;
mod told;
mod turn;
mod versions;
mod wanted;

pub(crate) use self::core::Core;
#[cfg(any(test, feature = "testing"))]
pub(crate) use checks::Corrupt;
pub(crate) use event::{Event, EventShown};
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
