//! What the commands of the command line do. The only place that writes to standard output.

mod demo;
mod event;
mod journal;
mod load;

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};

use crate::settings::Settings;
use crate::{LogRing, Server, open_engine};

pub use demo::demo;
pub use event::event;
pub use journal::{backup, journal, restore};
pub use load::load;

/// Writes a line to standard output.
///
/// # Errors
/// When nobody reads it.
pub fn say(text: &str) -> Result<(), String> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", text.trim_end()).and_then(|()| out.flush()).map_err(|error| error.to_string())
}

/// Writes what went wrong to standard error.
pub fn complain(reason: &str) {
    // Nobody is left to be told if this fails.
    let _ = writeln!(std::io::stderr().lock(), "tacos-server: {reason}");
}

/// A runtime with as many threads as there are processors.
fn runtime() -> Result<tokio::runtime::Runtime, String> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("tacos-rpc")
        .build()
        .map_err(|error| error.to_string())
}

/// Serves until SIGTERM, SIGINT or an operator ends it.
///
/// # Errors
/// What kept it from serving, or from ending cleanly, in words.
pub fn serve(settings: Settings, file: Option<PathBuf>, logs: Arc<LogRing>) -> Result<(), String> {
    let engine = open_engine(&settings, |progress| {
        if progress.bytes_total > 64 << 20 && progress.records.is_multiple_of(1 << 20) {
            tracing::info!(done = progress.bytes_done, total = progress.bytes_total, "recovery");
        }
    })?;
    runtime()?.block_on(async move {
        let server = Server::start(engine, settings, file, logs).await?;
        tokio::select! {
            signal = interrupted() => tracing::info!(signal = signal?, "asked to end"),
            () = server.wait_for_drain() => tracing::info!("an operator asked to end"),
        }
        server.drain().await
    })
}

/// Waits for SIGTERM or SIGINT.
async fn interrupted() -> Result<&'static str, String> {
    let listen = |kind| signal(kind).map_err(|error| error.to_string());
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    Ok(tokio::select! {
        _ = terminate.recv() => "SIGTERM",
        _ = interrupt.recv() => "SIGINT",
    })
}
