//! `[engine]`: the engine under the server.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tacos_engine::{Config, Durability};

use super::Settings;

/// The engine.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EngineSettings {
    /// Folder with the journal and its snapshots.
    pub data_dir: PathBuf,
    /// `synced`, `relaxed` or `memory`.
    pub durability: DurabilityName,
    /// With `relaxed`: synced at least this often, in milliseconds.
    pub sync_every_ms: u64,
    /// Simulated payments take this share of their usual time, in thousandths.
    pub payment_time_permille: u32,
    /// Payments are simulated. When false only the scenarios that a request names are; an intent that names none is
    /// settled from outside.
    pub simulate_payments: bool,
    /// Admissions a second over all waiting lines.
    pub admissions_per_second_max: u32,
    /// Reservations kept at once.
    pub reservations_max: u32,
    /// Payment intents kept at once.
    pub payments_max: u32,
    /// Idempotency keys remembered at once.
    pub idempotency_keys_max: u32,
    /// A snapshot is taken after this many bytes of journal; 0: only when asked for.
    pub snapshot_every_bytes: u64,
    /// Size of one journal file, in bytes.
    pub segment_bytes: u64,
}

impl Default for EngineSettings {
    fn default() -> Self {
        let config = Config::default();
        Self {
            data_dir: PathBuf::from("data"),
            durability: DurabilityName::Synced,
            sync_every_ms: 50,
            payment_time_permille: config.payment_time_permille,
            simulate_payments: true,
            admissions_per_second_max: config.admissions_per_second_max,
            reservations_max: config.reservations_max,
            payments_max: config.payments_max,
            idempotency_keys_max: config.idempotency_keys_max,
            snapshot_every_bytes: config.snapshot_every_bytes,
            segment_bytes: config.segment_bytes,
        }
    }
}

/// When a write is acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DurabilityName {
    /// When it is on disk.
    Synced,
    /// Before the sync, which follows within `sync_every_ms`.
    Relaxed,
    /// At once; nothing survives the process.
    Memory,
}

impl Settings {
    /// The engine's configuration.
    #[must_use]
    pub fn engine_config(&self) -> Config {
        let engine = &self.engine;
        Config::default()
            .with_durability(match engine.durability {
                DurabilityName::Relaxed => {
                    Durability::Relaxed { sync_every: Duration::from_millis(engine.sync_every_ms) }
                }
                DurabilityName::Synced | DurabilityName::Memory => Durability::Synced,
            })
            .with_payment_amount_must_match(self.rules().amount_must_match)
            .with_payment_time_permille(engine.payment_time_permille)
            .with_admissions_per_second_max(engine.admissions_per_second_max)
            .with_reservations_max(engine.reservations_max)
            .with_payments_max(engine.payments_max)
            .with_idempotency_keys_max(engine.idempotency_keys_max)
            .with_snapshot_every_bytes(engine.snapshot_every_bytes)
            .with_segment_bytes(engine.segment_bytes)
    }
}
