//! A circuit breaker per endpoint: after five failures in a row it is left alone for 30 seconds, then tried once.

use std::collections::HashMap;

use parking_lot::Mutex;
use tacos_engine::UnixMs;

/// Failures in a row that open the circuit.
const FAILURES_MAX: u32 = 5;
/// How long an endpoint is left alone, in milliseconds.
const REST_MS: u64 = 30_000;
/// Endpoints remembered at once; those without failures are not.
const ENDPOINTS_MAX: usize = 4_096;

#[derive(Clone, Copy, Default)]
struct Endpoint {
    failures: u32,
    closed_until: UnixMs,
}

/// All endpoints that failed lately.
#[derive(Default)]
pub(crate) struct Breakers(Mutex<HashMap<String, Endpoint>>);

impl Breakers {
    /// False while the endpoint is left alone.
    pub(crate) fn allows(&self, endpoint: &str, now: UnixMs) -> bool {
        self.0.lock().get(endpoint).is_none_or(|known| known.closed_until <= now)
    }

    /// Notes how a delivery went.
    pub(crate) fn note(&self, endpoint: &str, delivered: bool, now: UnixMs) {
        let mut endpoints = self.0.lock();
        if delivered {
            endpoints.remove(endpoint);
            return;
        }
        if endpoints.len() >= ENDPOINTS_MAX && !endpoints.contains_key(endpoint) {
            return;
        }
        let known = endpoints.entry(endpoint.to_owned()).or_default();
        known.failures += 1;
        if known.failures >= FAILURES_MAX {
            known.closed_until = UnixMs::new(now.get() + REST_MS);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_failures_rest_an_endpoint_for_thirty_seconds() {
        let breakers = Breakers::default();
        let at = |ms: u64| UnixMs::new(1_000_000 + ms);
        for _ in 0..5 {
            assert!(breakers.allows("shop", at(0)));
            breakers.note("shop", false, at(0));
        }
        assert!(!breakers.allows("shop", at(29_999)));
        assert!(breakers.allows("other", at(0)));
        assert!(breakers.allows("shop", at(30_000)), "one probe is let through");
        breakers.note("shop", false, at(30_000));
        assert!(!breakers.allows("shop", at(30_001)), "and if it fails the rest begins again");
        breakers.note("shop", true, at(70_000));
        assert!(breakers.allows("shop", at(70_000)));
    }
}
