//! `[webhooks]`: webhooks, out and in.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

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
