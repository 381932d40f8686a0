//! A state put back of images, without an engine around it.

use crate::clock::UnixMs;
use crate::config::Config;
use crate::pipeline::{Digest, State};

/// A state of images.
pub struct RestoredState(State);

impl std::fmt::Debug for RestoredState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RestoredState").finish_non_exhaustive()
    }
}

impl RestoredState {
    /// Puts images back, as opening a folder does, at this moment.
    ///
    /// # Errors
    /// Why the images are no state.
    pub fn new(config: Config, images: &[(u16, Vec<u8>)], at: UnixMs) -> Result<Self, String> {
        let state = State::new(config, || ());
        images
            .iter()
            .try_for_each(|(kind, body)| state.restore_body(*kind, body))
            .and_then(|()| state.restored())
            .map_err(|why| why.to_string())?;
        state.finish_replay(at);
        Ok(Self(state))
    }

    /// The images of it.
    #[must_use]
    pub fn images(&self, at: UnixMs) -> Vec<(u16, Vec<u8>)> {
        let mut images = Vec::new();
        self.0.images(at, &mut |kind, body| images.push((kind, body.to_vec())));
        images
    }

    /// The hash of its images.
    #[must_use]
    pub fn digest(&self, at: UnixMs) -> Digest {
        self.0.digest(at)
    }
}
