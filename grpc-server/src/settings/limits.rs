//! `[limits]`: what one caller, and all together, may ask.

use serde::{Deserialize, Serialize};

/// What one caller, and all together, may ask.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Longest message, in bytes; that of ImportSeatMap has a bound of its own.
    pub message_bytes: usize,
    /// Longest message of ImportSeatMap, in bytes. Seats named one by one take about 20 bytes each; those of a run,
    /// none.
    pub seat_map_bytes: usize,
    /// Calls under way at once; one more is turned away with RESOURCE_EXHAUSTED. An eighth is kept for payments,
    /// confirmations, operators and health.
    pub concurrent_calls: usize,
    /// Calls and streams under way at once on one connection: what is more waits at the client.
    pub calls_per_connection: u32,
    /// Overload: while the calls of 100 ms waited longer than this on average until the server looked at them, in
    /// milliseconds, new work (joins, holds, reservations) that waited twice as long and reads that waited four times
    /// as long are refused with RESOURCE_EXHAUSTED. Payments, confirmations, operators and health are not. At most
    /// 5,000; 0: off.
    pub queue_target_ms: u32,
    /// Such a refusal is answered so much later, in milliseconds, or after half of what is left of its caller's
    /// deadline: until then it keeps its stream, and the client's next calls wait at the client. At most 60,000; 0: at
    /// once.
    pub refusal_hold_ms: u32,
    /// Open streams at once.
    pub streams: usize,
    /// Open streams of commands at once (`CommandService.Run`).
    pub command_streams: usize,
    /// Calls under way at once in one stream of commands; the server reads no further ones until some are answered.
    pub stream_commands: usize,
    /// Connections at once, over all listeners; one more takes the place of the oldest that has made no request, or is
    /// closed.
    pub connections: usize,
    /// Connections at once from one address; 0: no limit. Loopback and trusted proxies are not limited, an IPv6 address
    /// counts with its /64.
    pub connections_per_address: u32,
    /// A connection must have made its first request so soon, in seconds, a TLS handshake included.
    pub first_request_seconds: u64,
    /// Calls per second of one user; 0: no limit.
    pub user_per_second: u32,
    /// Calls that a quiet user may make at once.
    pub user_burst: u32,
    /// Calls per second of one address; 0: no limit. Loopback is not limited, an IPv6 address counts with its /64.
    pub address_per_second: u32,
    /// Calls that a quiet address may make at once.
    pub address_burst: u32,
    /// A call may take so long, in seconds, whatever its own deadline says.
    pub call_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes: 64 << 10,
            seat_map_bytes: 4 << 20,
            concurrent_calls: 65_536,
            calls_per_connection: 128,
            queue_target_ms: 25,
            refusal_hold_ms: 1_000,
            streams: 20_000,
            command_streams: 1_024,
            stream_commands: 4_096,
            connections: 20_000,
            connections_per_address: 1_024,
            first_request_seconds: 10,
            user_per_second: 50,
            user_burst: 100,
            address_per_second: 500,
            address_burst: 1_000,
            call_seconds: 30,
        }
    }
}
