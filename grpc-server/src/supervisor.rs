//! Notifies the process that started this one, systemd with `Type=notify`, of its stage. Without a `NOTIFY_SOCKET` in
//! the environment nothing is sent.

use sd_notify::NotifyState;

/// The stages of a process.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stage<'a> {
    /// The folder is being read.
    Recovering(&'a str),
    /// All ports are open.
    Ready,
    /// Calls under way end; no new ones are taken.
    Draining,
}

/// Sends the stage. A supervisor that cannot be notified is no reason to stop serving: it is logged.
pub(crate) fn notify(stage: Stage<'_>) {
    let sent = match stage {
        Stage::Recovering(text) => sd_notify::notify(&[NotifyState::Status(text)]),
        Stage::Ready => sd_notify::notify(&[NotifyState::Ready, NotifyState::Status("serving")]),
        Stage::Draining => sd_notify::notify(&[NotifyState::Stopping, NotifyState::Status("draining")]),
    };
    if let Err(error) = sent {
        tracing::warn!(%error, ?stage, "the supervisor could not be notified");
    }
}
