//! `[web]`: REST, Connect and what browsers read.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// REST, Connect and what browsers read.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Web {
    /// Addresses that serve JSON over HTTP (REST and Connect), server-sent events, gRPC-Web and gRPC; empty: none.
    pub listen: Vec<SocketAddr>,
    /// Origins (`https://shop.example`) whose pages may call these addresses, or `*`; empty: only pages of the same
    /// origin. Pages of origins that stand here by name may send credentials.
    pub origins: Vec<String>,
}

impl Default for Web {
    fn default() -> Self {
        Self { listen: vec![SocketAddr::from(([127, 0, 0, 1], 8000))], origins: Vec::new() }
    }
}
