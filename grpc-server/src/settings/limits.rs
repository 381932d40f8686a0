//! `[limits]`: what one caller, and all together, may ask.

use serde::{Deserialize, Serialize};

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
