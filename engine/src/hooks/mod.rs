//! Entries for tests and for programs that measure: single modules, the bytes of records and images, a state of
//! images, panics planted in the middle of a change. Only with the feature `testing`; what stands on them is the crate
//! `tacos-engine-testing`. Nothing here is promised between versions.

mod bytes;
pub mod modules;
mod planted;
mod restored;
mod tokens;

pub use bytes::{
    image_again, image_fields, layout_again, person_of_image, record_again, reply_again, rewritten_snapshot,
    stored_seat_map,
};
pub(crate) use planted::PlantedPanic;
pub use planted::{Moment, plant_panic};
pub use restored::RestoredState;
pub use tokens::Token;

use std::sync::Arc;

use crate::command::Command;
use crate::config::Config;
use crate::engine::{Engine, OpenError};
use crate::journal::{Opened, RecoveryConsent, Storage};
use crate::pipeline::Helpers;

/// The locks of the engine that each thread holds and waits for, a line each; known in debug builds only.
#[must_use]
pub fn locks() -> Vec<String> {
    crate::sync::rank::report()
}

/// The images of which an engine's digest is a hash: their kinds and bodies.
#[must_use]
pub fn images(engine: &Engine) -> Vec<(u16, Vec<u8>)> {
    let (core, mut images) = (engine.core(), Vec::new());
    core.state.images(core.state.now(), &mut |kind, body| images.push((kind, body.to_vec())));
    images
}

/// Opens a folder with so many threads that read and so many that keep answers, beside the calling thread and one that
/// applies; with `None` everything is done on the calling thread.
///
/// # Errors
/// As [`Engine::open_storage`].
pub fn open_on_threads(
    storage: Arc<dyn Storage>,
    config: Config,
    threads: Option<(usize, usize)>,
) -> Result<(Engine, Opened), OpenError> {
    let helpers = threads.map(|(reading, keeping)| Helpers { reading, keeping });
    Engine::open_helped(storage, config, RecoveryConsent::LoseNothing, helpers, |_| ())
}

/// A function that returns the position up to which an engine's writes were acknowledged as durable. Does not keep the
/// folder locked.
pub fn acknowledged(engine: &Engine) -> impl Fn() -> u64 + Send + use<> {
    engine.acknowledged()
}

/// The bytes of everything that a command asks for, and the name of the user whose keys these are: two commands of one
/// method under one key are the same request if these are equal.
#[must_use]
pub fn asked(command: &Command) -> (&[u8], Vec<u8>) {
    command.asked()
}
