//! `[server]` and `[tls]`: where and how the server listens.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

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
