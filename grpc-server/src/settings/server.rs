//! `[server]` and `[tls]`: where and how the server listens.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::net::Network;
use crate::rpc::Access;

/// Where and how the server listens.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Addresses that serve all gRPC services.
    pub listen: Vec<SocketAddr>,
    /// Address of the metrics page; absent: none.
    pub metrics_listen: Option<SocketAddr>,
    /// Without keys, listen beyond loopback all the same. Every caller can then do everything.
    pub allow_public_without_keys: bool,
    /// Threads that serve connections, each with a runtime of its own, to which a connection stays; 0: all connections
    /// share one runtime with a thread a processor. Which is better depends on the calls: with threads of their own
    /// many connections disturb each other less, and a single busy connection has one processor.
    pub shards: usize,
    /// How long calls that are under way may take to end when the server drains, in seconds.
    pub drain_seconds: u64,
    /// Sales open and close by themselves at the moments that their events name.
    pub keep_sale_hours: bool,
    /// A supervisor starts the process again when it ends: allows RESTART_SERVICE.
    pub supervised: bool,
    /// Address of a payment page; `payment_url` in answers is this and the id. Absent: answers have none.
    pub payment_base_url: Option<String>,
    /// Folder under which backups are written.
    pub backup_dir: PathBuf,
    /// Proxies and load balancers in front of the server, as addresses or networks: what they say of a client's address
    /// (`X-Forwarded-For`, `Forwarded`, the PROXY protocol) is believed, and they are not limited themselves.
    pub trusted_proxies: Vec<Network>,
    /// Connections from trusted proxies begin with a header of the PROXY protocol, version 1 or 2.
    pub proxy_protocol: bool,
    /// Origins (`https://shop.example`) whose pages may call by gRPC-Web, or `*`; empty: only pages of the same origin.
    pub cors_origins: Vec<String>,
    /// The services can be listed by gRPC reflection.
    pub reflection: bool,
    /// `/metrics` is shown at `metrics_listen`, beside `/healthz`.
    pub metrics_page: bool,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: vec![SocketAddr::from(([127, 0, 0, 1], 8080))],
            metrics_listen: None,
            allow_public_without_keys: false,
            shards: 0,
            drain_seconds: 10,
            keep_sale_hours: true,
            supervised: false,
            payment_base_url: None,
            backup_dir: PathBuf::from("backups"),
            trusted_proxies: Vec::new(),
            proxy_protocol: false,
            cors_origins: Vec::new(),
            reflection: true,
            metrics_page: true,
        }
    }
}

impl Server {
    /// True for the address of a proxy that may say who its client is.
    #[must_use]
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(address))
    }
}

/// TLS: all absent for plain text. The files are looked at for changes every `auth.reload_seconds`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tls {
    /// Certificate chain, PEM.
    pub cert_file: Option<PathBuf>,
    /// Private key, PEM.
    pub key_file: Option<PathBuf>,
    /// Authorities of client certificates, PEM: clients must then show one.
    pub client_ca_file: Option<PathBuf>,
    /// Roles of client certificates by their DNS names and URIs. A token wins over a certificate.
    pub client_roles: BTreeMap<String, Role>,
}

/// What a caller may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Acts for itself.
    User,
    /// Acts for customers.
    Service,
    /// May do everything.
    Admin,
}

impl Role {
    pub(crate) fn access(self) -> Access {
        match self {
            Self::User => Access::User,
            Self::Service => Access::Service,
            Self::Admin => Access::Admin,
        }
    }
}
