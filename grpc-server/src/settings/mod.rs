//! Every setting of the server, once, with its default: read from a file, then the environment, then flags, the later
//! winning. `--print-config` prints what came of it. Secrets are never settings, only the files that hold them.

mod auth;
mod engine;
mod limits;
mod log;
mod problems;
mod rules;
mod server;
mod web;
mod webhooks;

use std::path::Path;

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use figment::value::UncasedStr;
use serde::{Deserialize, Serialize};

pub use auth::{Auth, Key};
pub use engine::{DurabilityName, EngineSettings};
pub use limits::Limits;
pub use log::{Log, LogFormat, Trace};
pub use rules::{RuleOverrides, Rules};
pub use server::{Role, Server, Tls};
pub use web::Web;
pub use webhooks::Webhooks;

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
    /// REST, Connect and what browsers read.
    pub web: Web,
    /// TLS on all listeners but the metrics page's.
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

    /// True if tokens can be checked.
    #[must_use]
    pub fn has_keys(&self) -> bool {
        !self.auth.keys.is_empty() || self.auth.jwks_file.is_some()
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
        settings.server.allow_public_without_keys = false;
        settings.server.listen = Settings::default().server.listen;
        settings.web.listen = vec!["[::]:8000".parse().expect("an address")];
        assert!(settings.problems()[0].starts_with("web.listen: [::]:8000"), "{:?}", settings.problems());
    }
}
