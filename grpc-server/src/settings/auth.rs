//! `[auth]`: who callers are.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

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
