//! `[webhooks]`: webhooks, out and in.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::net::Network;

/// Webhooks, out and in.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Webhooks {
    /// Hosts (`shop.example`, `127.0.0.1:9000`) to which may be delivered; empty: to none. Without a port: 443 for
    /// https, 80 for http.
    pub allow_hosts: Vec<String>,
    /// Inner addresses (`10.1.0.0/16`) to which listed names may lead. Loopback, link-local and private addresses that
    /// stand neither here nor in `allow_hosts` are not called.
    pub allow_networks: Vec<Network>,
    /// File with the key of outgoing signatures; needed when `allow_hosts` is not empty.
    pub secret_file: Option<PathBuf>,
    /// Files with the keys of incoming webhooks, by source; the source "" stands for all others.
    pub sources: BTreeMap<String, PathBuf>,
}
