//! Webhooks out: deliveries of the engine's outbox and to registered endpoints; signatures, retries, a circuit breaker.
//! What is to be delivered is durable elsewhere; this module only delivers.

mod attempts;
mod bodies;
mod breaker;
mod deliver;
mod deliveries;
mod facts;
pub(crate) mod sign;
mod target;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize};

use tacos_engine::Engine;

use crate::settings::Settings;
use attempts::AttemptLog;
pub(crate) use attempts::Attempts;
pub(crate) use bodies::BodyFormat;
use breaker::Breakers;
pub(crate) use deliver::run;
pub(crate) use deliveries::{Registration, WebhookDeliveries, WebhookDelivery};
pub(crate) use facts::{Announced, Fact, announce};
use target::Targets;
pub(crate) use target::is_reserved;

/// Keys, allowed hosts, registrations and deliveries.
pub(crate) struct Webhooks {
    targets: Arc<Targets>,
    /// The key that signs webhooks to a payment's own address.
    pub(crate) secret: Option<Vec<u8>>,
    sources: BTreeMap<String, Vec<u8>>,
    pub(crate) deliveries: WebhookDeliveries,
    breakers: Breakers,
    /// Attempts of deliveries in the engine's outbox.
    pub(crate) attempts: AttemptLog,
    /// Deliveries that arrived, attempts that failed, and deliveries under way, of this process.
    pub(crate) delivered: AtomicU64,
    pub(crate) failed: AtomicU64,
    pub(crate) under_way: AtomicUsize,
    /// How often registered endpoints missed updates that were not kept long enough.
    pub(crate) facts_lost: AtomicU64,
    /// Wakes the deliverer.
    pub(crate) wake: tokio::sync::Notify,
}

impl Webhooks {
    pub(crate) fn new(engine: &Engine, settings: &Settings) -> Result<Self, String> {
        let webhooks = &settings.webhooks;
        let secret = webhooks.secret_file.as_deref().map(read_secret).transpose()?;
        let mut sources = BTreeMap::new();
        for (source, file) in &webhooks.sources {
            sources.insert(source.clone(), read_secret(file)?);
        }
        Ok(Self {
            targets: Targets::new(webhooks.allow_hosts.clone(), webhooks.allow_networks.clone()),
            secret,
            sources,
            deliveries: WebhookDeliveries::load(engine),
            breakers: Breakers::default(),
            attempts: AttemptLog::default(),
            delivered: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            under_way: AtomicUsize::new(0),
            facts_lost: AtomicU64::new(0),
            wake: tokio::sync::Notify::new(),
        })
    }

    /// The key of incoming webhooks from a source.
    pub(crate) fn source_secret(&self, source: &str) -> Option<&[u8]> {
        self.sources.get(source).or_else(|| self.sources.get("")).map(Vec::as_slice)
    }

    /// Puts another list of hosts in force.
    pub(crate) fn set_hosts(&self, hosts: Vec<String>) {
        self.targets.set_hosts(hosts);
    }

    pub(crate) fn hosts(&self) -> Vec<String> {
        self.targets.hosts()
    }

    /// Says why an address may not be delivered to.
    pub(crate) fn check_url(&self, url: &str) -> Result<(), &'static str> {
        self.targets.check_url(url)
    }
}

fn read_secret(file: &Path) -> Result<Vec<u8>, String> {
    let bytes = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let secret = bytes.trim_ascii().to_vec();
    if secret.len() < 16 {
        return Err(format!("{}: a secret needs at least 16 bytes", file.display()));
    }
    Ok(secret)
}
