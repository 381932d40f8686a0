//! What the commands of the command line do. The only place that writes to standard output.

mod client;
mod compare;
mod demo;
mod event;
mod journal;
mod load;
mod overload;

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tacos_engine::QueuePolicy;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cli::Serve;
use crate::settings::Settings;
use crate::supervisor::{self, Stage};
use crate::walk::{self, Tool};
use crate::{LogRing, Ports, Server, open_with_consent};

pub use client::{call, try_it};
pub use demo::demo;
pub use event::event;
pub use journal::{backup, journal, restore};
pub(crate) use load::import_catalogue;
pub use load::load;

/// Journal, listeners and what the runtime keeps open.
const OPEN_FILES_OF_OURS: u64 = 256;

/// Writes a line to standard output.
///
/// # Errors
/// When standard output is closed.
pub fn say(text: &str) -> Result<(), String> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", text.trim_end()).and_then(|()| out.flush()).map_err(|error| error.to_string())
}

/// Prints the description of REST and Connect.
///
/// # Errors
/// When standard output is closed.
pub fn openapi() -> Result<(), String> {
    say(&String::from_utf8_lossy(&crate::web::REFERENCE.document))
}

/// Writes what went wrong to standard error.
pub fn complain(reason: &str) {
    // There is no other place to report it if this fails.
    let _ = writeln!(std::io::stderr().lock(), "tacos-server: {reason}");
}

/// The runtime of servers.
fn runtime() -> Result<Runtime, String> {
    threads("tacos-rpc")
}

/// A runtime with as many threads as there are processors.
fn threads(name: &str) -> Result<Runtime, String> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.enable_all().thread_name(name).build().map_err(|error| error.to_string())
}

/// Serves until SIGTERM, SIGINT or an operator ends it.
///
/// # Errors
/// What kept it from serving, or from ending cleanly, in words.
pub fn serve(
    settings: Settings,
    serve: &Serve,
    file: Option<PathBuf>,
    logs: Arc<LogRing>,
) -> Result<(), String> {
    // Before the folder: a start that cannot serve leaves nothing behind.
    let ports = Ports::take(&settings)?;
    let engine = open_with_consent(&settings, serve.consent, |progress| {
        if progress.bytes_total > 64 << 20 && progress.records.is_multiple_of(1 << 20) {
            tracing::info!(done = progress.bytes_done, total = progress.bytes_total, "recovery");
            let percent = progress.bytes_done.saturating_mul(100) / progress.bytes_total;
            supervisor::notify(Stage::Recovering(&format!("recovery: {percent} %")));
        }
    })?;
    raise_open_files(settings.limits.connections);
    if serve.demo_sale && engine.events().is_empty() {
        import_catalogue(&engine, &demo_line())?;
    }
    runtime()?.block_on(async move {
        // Before anything says that the server is ready: a signal that comes right after must not kill it.
        let mut signals = Signals::listen()?;
        let plain = settings.tls.cert_file.is_none() && !settings.has_keys();
        let server = Server::start_on(ports, engine, settings, file, logs).await?;
        supervisor::notify(Stage::Ready);
        if serve.demo_sale && plain {
            say(&what_to_try(&server))?;
        }
        tokio::select! {
            signal = signals.wait() => tracing::info!(signal, "asked to end"),
            () = server.wait_for_drain() => tracing::info!("an operator asked to end"),
        }
        supervisor::notify(Stage::Draining);
        server.drain().await
    })
}

/// Files and connections that the process may have open: as many as the system allows, since each connection is one.
fn raise_open_files(connections: usize) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(%error, "the limit of open files cannot be raised");
    }
    let now = getrlimit(Resource::Nofile).current;
    if now.is_some_and(|now| now < connections as u64 + OPEN_FILES_OF_OURS) {
        tracing::warn!(
            open_files = now,
            connections,
            "fewer files may be open than limits.connections asks for"
        );
    }
}

/// The waiting line of events that are only for trying: two are let in at once, then two a second.
fn demo_line() -> QueuePolicy {
    QueuePolicy::default().with_admissions_per_minute(120).with_burst(2)
}

/// Lines for another terminal: with grpcurl if this machine has it, else with this program; and for curl.
fn what_to_try(server: &Server) -> String {
    let address = server.addresses[0].to_string();
    let on_path = |name: &str| {
        std::env::var_os("PATH")
            .is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(name).is_file()))
    };
    let program = std::env::current_exe().map_or("tacos-server".into(), |path| path.display().to_string());
    let tool = if on_path("grpcurl") { Tool::Grpcurl } else { Tool::OurOwn(program.clone()) };
    let user = format!("kim-{}", &crate::wire::trace_id()[..6]);
    format!(
        "\nServing on {address}: five events in a hall of 50,000 places, with a waiting line. In another terminal, one \
         customer's way, step by step:\n\n{}{}\nOr all of it at once: {program} try --target {address}\n",
        walk::lines(&tool, &address, "evt_2025_1002", &user),
        server.web_addresses.first().map(with_curl).unwrap_or_default(),
    )
}

/// Three lines of REST: a read, a place in a line, and the feed of all changes.
fn with_curl(web: &SocketAddr) -> String {
    let rest = format!("http://{web}/v1");
    let join = r#"{"user_id":"lee","session_id":"web"}"#;
    format!(
        "\nREST and Connect on {web}:\n\
         curl -s {rest}/events/evt_2025_1002/availability\n\
         curl -si {rest}/events/evt_2025_1002/queue -H 'content-type: application/json' -d '{join}'\n\
         curl -sN {rest}/admin/feed\n"
    )
}

/// SIGTERM and SIGINT, heard from the moment this exists, also while nothing waits.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> Result<Self, String> {
        let listen = |kind| signal(kind).map_err(|error| error.to_string());
        Ok(Self { terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
    }

    async fn wait(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
