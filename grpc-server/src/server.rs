//! The server: listeners, the services on them, background work, and a graceful end.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tacos_engine::Engine;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tonic::service::Routes;
use tonic_health::ServingStatus;
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::HealthReporter;

use crate::admission::Front;
use crate::app::{App, drained};
use crate::health::{Health, LIVE, READY};
use crate::listen::{Door, Listeners, Ports, Shards};
use crate::log::LogRing;
use crate::rpc::{Rpc, SECOND_NAME};
use crate::settings::{DurabilityName, Settings};
use crate::web::Web;
use crate::{board, hub, listen, metrics, webhooks};

/// How long connections may take to close after they have ended.
const LET_GO_MAX: Duration = Duration::from_secs(5);
/// How often the periodic tasks run.
const PERIOD: Duration = Duration::from_secs(1);

/// A server that runs.
pub struct Server {
    app: Arc<App>,
    /// Addresses that serve gRPC, in the order of the settings, with the ports that they got.
    pub addresses: Vec<SocketAddr>,
    /// Addresses that serve REST and Connect, in the order of the settings, with the ports that they got.
    pub web_addresses: Vec<SocketAddr>,
    /// Address of the metrics page.
    pub metrics_address: Option<SocketAddr>,
    tasks: JoinSet<()>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("addresses", &self.addresses).finish_non_exhaustive()
    }
}

impl Server {
    /// Listens and serves. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// Settings that cannot work, keys that cannot be read, addresses that are in use; in words.
    pub async fn start(
        engine: Engine,
        settings: Settings,
        settings_file: Option<PathBuf>,
        logs: Arc<LogRing>,
    ) -> Result<Self, String> {
        let ports = Ports::take(&settings)?;
        Self::start_on(ports, engine, settings, settings_file, logs).await
    }

    /// As [`Server::start`], on ports that were taken before the engine was opened.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub async fn start_on(
        ports: Ports,
        engine: Engine,
        settings: Settings,
        settings_file: Option<PathBuf>,
        logs: Arc<LogRing>,
    ) -> Result<Self, String> {
        crate::auth::install_cryptography();
        let app = App::new(engine, settings, settings_file, logs)?;
        announce(&app);
        let mut tasks = JoinSet::new();
        let (reporter, health) = tonic_health::server::health_reporter();
        set_health(&reporter, ServingStatus::Serving).await;
        for probe in [LIVE, READY] {
            reporter.set_service_status(probe, ServingStatus::Serving).await;
        }
        let Listeners { grpc, web, metrics } = ports.listen()?;
        let front = Front::new(&app, others(&app, health)?);
        let shards = Shards::start(app.settings.server.shards).map_err(|error| error.to_string())?;
        let shards = Arc::new(shards);
        let mut accept = |listeners: Vec<TcpListener>, door: &Door| {
            let bound = listeners.into_iter().map(|listener| {
                let address = listener.local_addr().map_err(|error| error.to_string())?;
                tasks.spawn(listen::accept(Arc::clone(&app), listener, door.clone(), Arc::clone(&shards)));
                Ok(address)
            });
            bound.collect::<Result<Vec<_>, String>>()
        };
        let web_addresses = accept(web, &Door::Web(Web::new(&app, &front)))?;
        let addresses = accept(grpc, &Door::Grpc(front))?;
        let metrics_address = metrics.map(|listener| metrics_page(&app, listener, &mut tasks)).transpose()?;
        tasks.spawn(hub::run(Arc::clone(&app)));
        tasks.spawn(board::run(Arc::clone(&app)));
        tasks.spawn(webhooks::run(Arc::clone(&app)));
        tasks.spawn(run_periodic_tasks(Arc::clone(&app), reporter));
        let resumed = Arc::clone(&app);
        tasks.spawn(async move { crate::cancelling::resume(&resumed).await });
        tracing::info!(?addresses, ?web_addresses, ?metrics_address, "serving");
        Ok(Self { app, addresses, web_addresses, metrics_address, tasks })
    }

    /// Waits until an operator asked the process to end.
    pub async fn wait_for_drain(&self) {
        let mut draining = self.app.draining.subscribe();
        drained(&mut draining).await;
    }

    /// Takes no new calls, lets those under way end (up to the configured time), and closes the engine.
    ///
    /// # Errors
    /// When the journal had failed, or fails now.
    pub async fn drain(mut self) -> Result<(), String> {
        tracing::info!("draining");
        self.app.draining.send_replace(true);
        let patience = Duration::from_secs(self.app.settings.server.drain_seconds);
        let all_ended = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(patience, all_ended).await.is_err() {
            tracing::warn!("some calls did not end in time and are cut off");
            self.tasks.shutdown().await;
        }
        // Connections drop their share of the engine a moment after they have ended; then the folder may be opened
        // again.
        let let_go = async {
            while Arc::strong_count(&self.app) > 1 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        if tokio::time::timeout(LET_GO_MAX, let_go).await.is_err() {
            tracing::warn!("some connections have not let go of the engine");
        }
        crate::traces::end();
        let engine = self.app.engine.clone();
        let closed = tokio::task::spawn_blocking(move || engine.close()).await;
        tracing::info!("closed");
        closed.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
    }
}

/// Logs what an operator should know before trusting this server.
fn announce(app: &App) {
    let settings = &app.settings;
    tracing::info!(profile = ?settings.profile, rules = %app.rules, durability = ?settings.engine.durability, "rules in force");
    warn_about_exposure(settings);
    if settings.engine.durability != DurabilityName::Synced {
        tracing::warn!(durability = ?settings.engine.durability, "acknowledged writes may be lost in a crash");
    }
    for issue in app.emergencies.in_words() {
        tracing::warn!(issue, "an emergency action is in force");
    }
}

/// Warns of callers that are let in without an operator having meant it.
fn warn_about_exposure(settings: &Settings) {
    let by_certificate = settings.tls.client_ca_file.is_some();
    if !settings.has_keys() && !by_certificate {
        tracing::warn!("NO KEYS ARE CONFIGURED: every caller is trusted and may do everything");
    }
    if !settings.has_keys() && by_certificate && settings.tls.client_roles.is_empty() {
        tracing::warn!(
            "tls.client_roles is empty and there are no keys: no caller has a role, only open calls are served"
        );
    }
    if settings.has_keys() && settings.auth.issuer.is_empty() {
        tracing::warn!("auth.issuer is empty: tokens of any issuer that has these keys are taken");
    }
    if settings.has_keys() && settings.auth.audience.is_empty() {
        tracing::warn!("auth.audience is empty: tokens that were made for other servers are taken");
    }
}

/// The services that are not the contract's: health, and reflection where it is on.
fn others<H>(app: &Arc<App>, health: HealthServer<H>) -> Result<Routes, String>
where
    H: tonic_health::pb::health_server::Health,
{
    let bytes = app.settings.limits.message_bytes;
    let mut routes = Routes::new(health.max_decoding_message_size(bytes));
    if app.settings.server.reflection {
        let described = || {
            tonic_reflection::server::Builder::configure()
                .register_encoded_file_descriptor_set(tacos_proto::FILE_DESCRIPTOR_SET)
                .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        };
        let (v1, older) = (described().build_v1(), described().build_v1alpha());
        let say = |error: tonic_reflection::server::Error| error.to_string();
        routes = routes
            .add_service(v1.map_err(say)?.max_decoding_message_size(bytes))
            .add_service(older.map_err(say)?.max_decoding_message_size(bytes));
    }
    Ok(routes)
}

fn metrics_page(
    app: &Arc<App>,
    listener: TcpListener,
    tasks: &mut JoinSet<()>,
) -> Result<SocketAddr, String> {
    let bound = listener.local_addr().map_err(|error| error.to_string())?;
    let (shown, healthy, ready) = (Arc::clone(app), Arc::clone(app), Arc::clone(app));
    let page = move || {
        let text = metrics::page(&shown.samples());
        async move { ([("content-type", "text/plain; version=0.0.4")], text) }
    };
    let health = move || {
        let verdict = healthy.health();
        async move {
            let status = if verdict.state == Health::Unhealthy { 503_u16 } else { 200 };
            (http::StatusCode::from_u16(status).unwrap_or_default(), verdict.issues.join("\n"))
        }
    };
    // Readiness says whether calls are served. With a full disk or a failed journal reads still are, so it stays true.
    let readiness = move || {
        let draining = *ready.draining.borrow();
        async move {
            if draining {
                (http::StatusCode::SERVICE_UNAVAILABLE, "draining\n")
            } else {
                (http::StatusCode::OK, "ready\n")
            }
        }
    };
    let mut router = axum::Router::new()
        .route("/healthz", axum::routing::get(health))
        .route("/readyz", axum::routing::get(readiness))
        .route("/livez", axum::routing::get(|| async { "live\n" }));
    if app.settings.server.metrics_page {
        router = router.route("/metrics", axum::routing::get(page));
    }
    let mut draining = app.draining.subscribe();
    let end = async move {
        drained(&mut draining).await;
    };
    tasks.spawn(async move {
        if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(end).await {
            tracing::error!(%error, "the metrics page has failed");
        }
    });
    Ok(bound)
}

async fn set_health(reporter: &HealthReporter, status: ServingStatus) {
    reporter.set_service_status("", status).await;
    for service in Rpc::services() {
        reporter.set_service_status(service, status).await;
    }
    reporter.set_service_status(SECOND_NAME, status).await;
}

/// Does what no call does, once a second: reloads keys that changed, opens and closes sales, reports health.
async fn run_periodic_tasks(app: Arc<App>, reporter: HealthReporter) {
    let mut draining = app.draining.subscribe();
    let (mut serving, mut seconds) = (true, 0_u64);
    loop {
        tokio::select! {
            () = drained(&mut draining) => break,
            () = tokio::time::sleep(PERIOD) => {}
        }
        seconds += 1;
        if let Err(error) = app.hold_to_stops().await {
            tracing::error!(error = error.message, "an emergency action cannot be held to");
        }
        if seconds.is_multiple_of(app.settings.auth.reload_seconds.max(1)) {
            if let Some(ring) = &app.ring {
                log_reload("keys", ring.reload());
            }
            if let Some(tls) = &app.tls {
                log_reload("certificates", tls.reload());
            }
        }
        if app.settings.server.keep_sale_hours {
            app.catalog.open_and_close_sales(&app.engine).await;
        }
        let healthy = app.health().state != Health::Unhealthy;
        if healthy != serving {
            serving = healthy;
            set_health(&reporter, if healthy { ServingStatus::Serving } else { ServingStatus::NotServing })
                .await;
        }
    }
    set_health(&reporter, ServingStatus::NotServing).await;
    reporter.set_service_status(READY, ServingStatus::NotServing).await;
}

fn log_reload(what: &'static str, reloaded: Result<bool, String>) {
    match reloaded {
        Ok(true) => tracing::info!(what, "new ones are in force"),
        Ok(false) => {}
        Err(error) => tracing::error!(what, error, "could not be read again: the old ones stay in force"),
    }
}
