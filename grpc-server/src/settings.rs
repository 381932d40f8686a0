//! Every setting of the server, once, with its default: read from a file, then the environment, then flags, the later
//! winning. `--print-config` prints what came of it. Secrets are never settings, only the files that hold them.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use figment::value::UncasedStr;
use serde::{Deserialize, Serialize};
use tacos_engine::{Config, Durability};

/// Prefix of environment variables: `TACOS_SERVER__LISTEN`, two underscores between section and key.
pub const ENV_PREFIX: &str = "TACOS_";

/// All settings.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// `strict` or `compat`: a bundle of the settings under `[rules]`.
    pub profile: Profile,
    /// Where and how the server listens.
    pub server: Server,
    /// TLS on all gRPC listeners.
    pub tls: Tls,
    /// Who callers are.
    pub auth: Auth,
    /// What one caller, and all together, may ask.
    pub limits: Limits,
    /// The engine.
    pub engine: EngineSettings,
    /// Single rules that differ from the profile's.
    pub rules: RuleOverrides,
    /// Webhooks, out and in.
    pub webhooks: Webhooks,
    /// Logs.
    pub log: Log,
    /// Traces.
    pub trace: Trace,
}

/// A bundle of rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Everything is demanded and checked.
    #[default]
    Strict,
    /// Serves clients that exist today.
    Compat,
}

/// Where and how the server listens.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Addresses that serve all gRPC services.
    pub listen: Vec<SocketAddr>,
    /// Address of the metrics page; absent: none.
    pub metrics_listen: Option<SocketAddr>,
    /// Without keys, listen beyond loopback all the same. Anybody can then do everything.
    pub allow_public_without_keys: bool,
    /// How long calls that are under way may take to end when the server drains, in seconds.
    pub drain_seconds: u64,
    /// Sales open and close by themselves at the moments that their events name.
    pub keep_sale_hours: bool,
    /// A supervisor starts the process again when it ends: allows RESTART_SERVICE.
    pub supervised: bool,
    /// Address that payment addresses begin with.
    pub payment_base_url: String,
    /// Folder under which backups are written.
    pub backup_dir: PathBuf,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: vec![SocketAddr::from(([127, 0, 0, 1], 8080))],
            metrics_listen: None,
            allow_public_without_keys: false,
            drain_seconds: 10,
            keep_sale_hours: true,
            supervised: false,
            payment_base_url: "http://127.0.0.1:8080/pay".to_owned(),
            backup_dir: PathBuf::from("backups"),
        }
    }
}

/// TLS: all three absent for plain text.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tls {
    /// Certificate chain, PEM.
    pub cert_file: Option<PathBuf>,
    /// Private key, PEM.
    pub key_file: Option<PathBuf>,
    /// Authorities of client certificates, PEM: clients must then show one.
    pub client_ca_file: Option<PathBuf>,
}

/// Who callers are.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Auth {
    /// Keys of tokens, by key id.
    pub keys: BTreeMap<String, Key>,
    /// A JWKS file with more keys.
    pub jwks_file: Option<PathBuf>,
    /// Tokens must be issued by this issuer; empty: any.
    pub issuer: String,
    /// Tokens must be meant for this audience; empty: any.
    pub audience: String,
    /// Difference of clocks that is forgiven, in seconds.
    pub leeway_seconds: u64,
    /// Key files are looked at for changes this often, in seconds.
    pub reload_seconds: u64,
}

impl Default for Auth {
    fn default() -> Self {
        Self {
            keys: BTreeMap::new(),
            jwks_file: None,
            issuer: String::new(),
            audience: String::new(),
            leeway_seconds: 30,
            reload_seconds: 5,
        }
    }
}

/// One key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// `HS256`, `RS256`, `ES256` or `EdDSA`.
    pub algorithm: String,
    /// File with the secret (HS256: its bytes without surrounding blanks) or the public key (PEM).
    pub file: PathBuf,
}

/// What one caller, and all together, may ask.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Longest message, in bytes.
    pub message_bytes: usize,
    /// Calls under way at once; one more is turned away with RESOURCE_EXHAUSTED.
    pub concurrent_calls: usize,
    /// Calls under way at once on one connection.
    pub calls_per_connection: u32,
    /// Open streams at once.
    pub streams: usize,
    /// Connections at once, over all listeners; one more is closed.
    pub connections: usize,
    /// A connection must have greeted so soon, in seconds: the preface of HTTP/2, or the head of a first request.
    pub first_byte_seconds: u64,
    /// Calls per second of one user; 0: no limit.
    pub user_per_second: u32,
    /// Calls that a quiet user may make at once.
    pub user_burst: u32,
    /// Calls per second of one address; 0: no limit.
    pub address_per_second: u32,
    /// Calls that a quiet address may make at once.
    pub address_burst: u32,
    /// A call may take so long, in seconds, whatever its own deadline says.
    pub call_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes: 4 << 20,
            concurrent_calls: 65_536,
            calls_per_connection: 4_096,
            streams: 20_000,
            connections: 20_000,
            first_byte_seconds: 10,
            user_per_second: 50,
            user_burst: 100,
            address_per_second: 0,
            address_burst: 1_000,
            call_seconds: 30,
        }
    }
}

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
    /// Payments are simulated. When false only the scenarios that a request names are.
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

/// Rules that differ from the profile's; absent: as the profile says.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RuleOverrides {
    /// Writes need an idempotency key.
    pub idempotency_required: Option<bool>,
    /// A caller without identity must say whose reservation it means.
    pub user_required: Option<bool>,
    /// Events with a waiting line ask for a reservation token.
    pub token_required: Option<bool>,
    /// Unknown events are made from a template, so many at most; 0: they are not found.
    pub template_events_max: Option<u32>,
    /// One place in line per user.
    pub one_place_per_user: Option<bool>,
    /// A payment must be for exactly the reservation's total.
    pub amount_must_match: Option<bool>,
}

/// The rules in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Writes need an idempotency key.
    pub idempotency_required: bool,
    /// A caller without identity must say whose reservation it means.
    pub user_required: bool,
    /// Events with a waiting line ask for a reservation token.
    pub token_required: bool,
    /// Unknown events are made from a template, so many at most.
    pub template_events_max: u32,
    /// One place in line per user.
    pub one_place_per_user: bool,
    /// A payment must be for exactly the reservation's total.
    pub amount_must_match: bool,
}

impl fmt::Display for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "idempotency_required={} user_required={} token_required={} template_events_max={} one_place_per_user={} amount_must_match={}",
            self.idempotency_required,
            self.user_required,
            self.token_required,
            self.template_events_max,
            self.one_place_per_user,
            self.amount_must_match
        )
    }
}

/// Webhooks, out and in.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Webhooks {
    /// Hosts (`shop.example`, `127.0.0.1:9000`) to which may be delivered; empty: to none.
    pub allow_hosts: Vec<String>,
    /// File with the key of outgoing signatures; needed when `allow_hosts` is not empty.
    pub secret_file: Option<PathBuf>,
    /// Files with the keys of incoming webhooks, by source; the source "" stands for all others.
    pub sources: BTreeMap<String, PathBuf>,
}

/// Logs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// `error`, `warn`, `info`, `debug`, `trace`, or targets as `tacos_server=debug,info`.
    pub level: String,
    /// `pretty` or `json`.
    pub format: LogFormat,
    /// Lines kept in memory for GetLogs.
    pub ring_lines: usize,
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info".to_owned(), format: LogFormat::Pretty, ring_lines: 4_096 }
    }
}

/// Traces: spans of calls, for builds with the feature `otlp`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Trace {
    /// Address of an OTLP collector (`http://127.0.0.1:4317`, gRPC); absent: nothing is sent.
    pub otlp_endpoint: Option<String>,
    /// Share of traces that are sent, in thousandths.
    pub sample_permille: u32,
}

impl Default for Trace {
    fn default() -> Self {
        Self { otlp_endpoint: None, sample_permille: 1_000 }
    }
}

/// The form of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// Variables of other tools begin with the prefix too: `TACOS_SEED` is for tests.
fn is_setting(name: &UncasedStr) -> bool {
    name == "profile" || name.as_str().contains("__")
}

impl Settings {
    /// Reads the file (if one is named), the environment and `flags`, the later winning.
    ///
    /// # Errors
    /// Unknown keys, wrong types, or a named file that cannot be read.
    pub fn read(file: Option<&Path>, flags: impl Serialize) -> Result<Self, Box<figment::Error>> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = file {
            figment = figment.merge(Toml::file_exact(file));
        }
        figment
            .merge(Env::prefixed(ENV_PREFIX).filter(is_setting).split("__"))
            .merge(Serialized::defaults(flags))
            .extract()
            .map_err(Box::new)
    }

    /// As a file that would give the same settings.
    #[must_use]
    pub fn to_toml(&self) -> String {
        toml::to_string_pretty(self).unwrap_or_else(|error| format!("# cannot be printed: {error}\n"))
    }

    /// Profile and single rules together.
    #[must_use]
    pub fn rules(&self) -> Rules {
        let strict = self.profile == Profile::Strict;
        let own = &self.rules;
        Rules {
            idempotency_required: own.idempotency_required.unwrap_or(strict),
            user_required: own.user_required.unwrap_or(strict),
            token_required: own.token_required.unwrap_or(strict),
            template_events_max: own.template_events_max.unwrap_or(if strict { 0 } else { 256 }),
            one_place_per_user: own.one_place_per_user.unwrap_or(strict),
            amount_must_match: own.amount_must_match.unwrap_or(strict),
        }
    }

    /// True if tokens can be checked.
    #[must_use]
    pub fn has_keys(&self) -> bool {
        !self.auth.keys.is_empty() || self.auth.jwks_file.is_some()
    }

    /// The engine's configuration.
    #[must_use]
    pub fn engine_config(&self) -> Config {
        let engine = &self.engine;
        Config {
            durability: match engine.durability {
                DurabilityName::Relaxed => {
                    Durability::Relaxed { sync_every: Duration::from_millis(engine.sync_every_ms) }
                }
                DurabilityName::Synced | DurabilityName::Memory => Durability::Synced,
            },
            payment_amount_must_match: self.rules().amount_must_match,
            payment_time_permille: engine.payment_time_permille,
            admissions_per_second_max: engine.admissions_per_second_max,
            reservations_max: engine.reservations_max,
            payments_max: engine.payments_max,
            idempotency_keys_max: engine.idempotency_keys_max,
            snapshot_every_bytes: engine.snapshot_every_bytes,
            segment_bytes: engine.segment_bytes,
            ..Config::default()
        }
    }

    /// What cannot work together, in words.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.server.listen.is_empty() {
            problems.push("server.listen: at least one address is needed".to_owned());
        }
        if !self.has_keys() && !self.server.allow_public_without_keys {
            for address in self.server.listen.iter().filter(|address| !address.ip().is_loopback()) {
                problems.push(format!(
                    "server.listen: {address} is not loopback and no keys are configured: anybody could do everything. \
                     Configure [auth], or set server.allow_public_without_keys"
                ));
            }
        }
        if self.tls.cert_file.is_some() != self.tls.key_file.is_some() {
            problems.push("tls: cert_file and key_file belong together".to_owned());
        }
        if self.tls.client_ca_file.is_some() && self.tls.cert_file.is_none() {
            problems.push("tls.client_ca_file: needs cert_file and key_file".to_owned());
        }
        if !self.webhooks.allow_hosts.is_empty() && self.webhooks.secret_file.is_none() {
            problems.push("webhooks.secret_file: needed to sign what goes to allow_hosts".to_owned());
        }
        if self.trace.otlp_endpoint.is_some() && !cfg!(feature = "otlp") {
            problems.push(
                "trace.otlp_endpoint: this build sends no traces; build with --features otlp".to_owned(),
            );
        }
        if self.limits.concurrent_calls == 0
            || self.limits.connections == 0
            || self.limits.connections > (1 << 20)
            || self.limits.message_bytes < 1_024
        {
            problems.push("limits: concurrent_calls must not be 0, connections 1 to 1048576, message_bytes at least 1024".to_owned());
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_settings_read_back_the_same() {
        let mut settings = Settings { profile: Profile::Compat, ..Settings::default() };
        settings.rules.token_required = Some(true);
        settings.webhooks.allow_hosts.push("shop.example".to_owned());
        let text = settings.to_toml();
        let read: Settings = toml::from_str(&text).expect("our own print");
        assert_eq!(read.to_toml(), text);
        assert!(read.rules().token_required);
        assert!(!read.rules().idempotency_required);
    }

    #[test]
    fn unknown_keys_are_refused() {
        assert!(toml::from_str::<Settings>("[server]\nlisten_on = []\n").is_err());
    }

    #[test]
    fn without_keys_only_loopback() {
        let mut settings = Settings::default();
        assert!(settings.problems().is_empty());
        settings.server.listen = vec!["0.0.0.0:8080".parse().expect("an address")];
        assert_eq!(settings.problems().len(), 1);
        settings.server.allow_public_without_keys = true;
        assert!(settings.problems().is_empty());
    }
}
