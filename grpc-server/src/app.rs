//! The state that all calls share: the engine, the rules, and the server's own parts.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tacos_engine::{Engine, ExternalId, Note, UnixMs};
use tokio::sync::watch;

use crate::audit::Audit;
use crate::auth::{Identity, KeyRing};
use crate::board::Boards;
use crate::catalog::Catalog;
use crate::emergency::Emergencies;
use crate::hub::Hub;
use crate::limiter::Limiter;
use crate::listen::{Places, TlsFiles};
use crate::live::Live;
use crate::log::LogRing;
use crate::metadata::Metadata;
use crate::metrics::Metrics;
use crate::once::Running;
use crate::overload::Overload;
use crate::run::CommandStreams;
use crate::settings::{DurabilityName, Rules, Settings};
use crate::web::HttpFigures;
use crate::webhooks::Webhooks;
use crate::wire::error::hex;

/// The note that holds the server's own secret.
const SECRET_NOTE: &str = "server.secret";

/// The state that all calls share.
pub(crate) struct App {
    pub(crate) engine: Engine,
    pub(crate) settings: Settings,
    pub(crate) settings_file: Option<PathBuf>,
    pub(crate) rules: Rules,
    pub(crate) ring: Option<KeyRing>,
    pub(crate) limiter: Limiter,
    pub(crate) overload: Overload,
    pub(crate) live: Live,
    pub(crate) audit: Audit,
    pub(crate) catalog: Catalog,
    pub(crate) metadata: Metadata,
    pub(crate) metrics: Metrics,
    pub(crate) http: HttpFigures,
    pub(crate) emergencies: Emergencies,
    pub(crate) hub: Arc<Hub>,
    pub(crate) boards: Boards,
    pub(crate) command_streams: CommandStreams,
    pub(crate) places: Arc<Places>,
    pub(crate) tls: Option<TlsFiles>,
    pub(crate) webhooks: Webhooks,
    pub(crate) logs: Arc<LogRing>,
    pub(crate) under_way: AtomicUsize,
    pub(crate) started_at: UnixMs,
    /// True once the server drains: streams end, background work stops.
    pub(crate) draining: watch::Sender<bool>,
    /// Requests with a key whose answers are being made.
    pub(crate) running: Running,
    /// Held while a backup is taken.
    pub(crate) backing_up: tokio::sync::Mutex<()>,
    secret: [u8; 32],
}

impl App {
    pub(crate) fn new(
        engine: Engine,
        settings: Settings,
        settings_file: Option<PathBuf>,
        logs: Arc<LogRing>,
    ) -> Result<Arc<Self>, String> {
        let ring = if settings.has_keys() { Some(KeyRing::read(&settings.auth)?) } else { None };
        let tls = TlsFiles::read(&settings.tls)?;
        let secret = own_secret(&engine)?;
        let audit = Audit::load(&engine);
        let catalog = Catalog::load(&engine);
        let metadata = Metadata::load(&engine);
        let emergencies = Emergencies::load(&engine);
        let webhooks = Webhooks::new(&engine, &settings)?;
        let app = Arc::new(Self {
            rules: settings.rules(),
            limiter: Limiter::new(&settings.limits),
            overload: Overload::new(&settings.limits, std::time::Instant::now()),
            live: Live::new(&settings),
            metrics: Metrics::new(),
            http: HttpFigures::default(),
            hub: Hub::new(settings.limits.streams),
            boards: Boards::new(false),
            command_streams: CommandStreams::default(),
            places: Places::new(settings.limits.connections, settings.limits.connections_per_address),
            started_at: engine.now(),
            draining: watch::Sender::new(false),
            running: Running::default(),
            backing_up: tokio::sync::Mutex::new(()),
            under_way: AtomicUsize::new(0),
            engine,
            settings,
            settings_file,
            ring,
            tls,
            audit,
            catalog,
            metadata,
            emergencies,
            webhooks,
            logs,
            secret,
        });
        app.live.restore(&app);
        Ok(app)
    }

    /// How callers are identified.
    pub(crate) fn identity(&self) -> Identity<'_> {
        Identity {
            ring: self.ring.as_ref(),
            certificates: self.settings.tls.client_ca_file.as_ref().map(|_| &self.settings.tls.client_roles),
        }
    }

    /// A name made unguessable by the server's secret: the same after a restart.
    pub(crate) fn keyed(&self, purpose: &str, name: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).expect("HMAC takes keys of any length");
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(name.as_bytes());
        hex(&mac.finalize().into_bytes()[..16])
    }

    /// Where a browser would pay for `id`; empty where no page is configured.
    pub(crate) fn payment_url(&self, id: &str) -> String {
        let base = self.settings.server.payment_base_url.as_deref();
        base.map(|base| format!("{}/{id}", base.trim_end_matches('/'))).unwrap_or_default()
    }

    /// The durability in force, as the contract names it.
    pub(crate) fn durability(&self) -> tacos_proto::engine::v1::Durability {
        use tacos_proto::engine::v1::Durability;
        match self.settings.engine.durability {
            DurabilityName::Synced => Durability::Disk,
            DurabilityName::Relaxed => Durability::Delayed,
            DurabilityName::Memory => Durability::Memory,
        }
    }
}

/// Waits until the server drains.
pub(crate) async fn drained(draining: &mut watch::Receiver<bool>) {
    // The sender lives as long as the server, so an error also means that the server drains.
    let _ = draining.wait_for(|drains| *drains).await;
}

/// Finds the server's secret among the durable notes, or makes it.
fn own_secret(engine: &Engine) -> Result<[u8; 32], String> {
    let name = ExternalId::new(SECRET_NOTE).map_err(|error| error.to_string())?;
    if let Some(kept) = engine.read_note(&name).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()) {
        return Ok(kept);
    }
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|error| format!("no randomness: {error}"))?;
    let note = Note::new(name, Some(secret.to_vec()));
    engine.note(note).wait().map_err(|failure| failure.to_string())?;
    Ok(secret)
}
