//! A circuit breaker per endpoint: after five failures in a row the circuit is open for 30 seconds, in which no
//! delivery begins; then one delivery tries. If it fails the circuit is open again for as long; if it succeeds the
//! circuit is closed.

use std::collections::HashMap;

use parking_lot::Mutex;
use tacos_engine::UnixMs;

/// Failures in a row that open the circuit.
const FAILURES_MAX: u32 = 5;
/// How long a circuit stays open, in milliseconds.
const OPEN_MS: u64 = 30_000;
/// Endpoints remembered at once; those without failures are not.
const ENDPOINTS_MAX: usize = 4_096;

#[derive(Clone, Copy, Default)]
struct Endpoint {
    failures: u32,
    open_until: UnixMs,
    /// Half open: one delivery tries whether the endpoint is well again.
    tried: bool,
}

/// The circuits of endpoints that failed lately.
#[derive(Default)]
pub(crate) struct Breakers(Mutex<HashMap<String, Endpoint>>);

/// The right to one delivery to an endpoint. Dropped without a result it leaves the endpoint as it was.
pub(crate) struct Permit<'a> {
    breakers: &'a Breakers,
    endpoint: String,
}

impl Breakers {
    /// True while the circuit is open: no delivery may begin.
    pub(crate) fn is_open(&self, endpoint: &str, now: UnixMs) -> bool {
        let is_open =
            |known: &Endpoint| known.failures >= FAILURES_MAX && (known.open_until > now || known.tried);
        self.0.lock().get(endpoint).is_some_and(is_open)
    }

    /// `None` while the circuit is open, or while another delivery tries whether the endpoint is well again.
    pub(crate) fn permit(&self, endpoint: &str, now: UnixMs) -> Option<Permit<'_>> {
        if let Some(known) = self.0.lock().get_mut(endpoint).filter(|known| known.failures >= FAILURES_MAX) {
            if known.open_until > now || known.tried {
                return None;
            }
            known.tried = true;
        }
        Some(Permit { breakers: self, endpoint: endpoint.to_owned() })
    }
}

impl Permit<'_> {
    /// Notes how the delivery went.
    pub(crate) fn done(self, delivered: bool, now: UnixMs) {
        let mut endpoints = self.breakers.0.lock();
        if delivered {
            endpoints.remove(&self.endpoint);
            return;
        }
        if endpoints.len() >= ENDPOINTS_MAX && !endpoints.contains_key(&self.endpoint) {
            return;
        }
        let known = endpoints.entry(self.endpoint.clone()).or_default();
        known.failures += 1;
        if known.failures >= FAILURES_MAX {
            known.open_until = UnixMs::new(now.get() + OPEN_MS);
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if let Some(known) = self.breakers.0.lock().get_mut(&self.endpoint) {
            known.tried = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> UnixMs {
        UnixMs::new(1_000_000 + ms)
    }

    fn opened() -> Breakers {
        let breakers = Breakers::default();
        for _ in 0..5 {
            breakers.permit("shop", at(0)).expect("not open yet").done(false, at(0));
        }
        breakers
    }

    #[test]
    fn five_failures_rest_an_endpoint_for_thirty_seconds() {
        let breakers = opened();
        assert!(breakers.permit("shop", at(29_999)).is_none());
        assert!(breakers.permit("other", at(0)).is_some());
        breakers.permit("shop", at(30_000)).expect("one try is let through").done(false, at(30_000));
        assert!(breakers.permit("shop", at(59_999)).is_none(), "and if it fails the rest begins again");
        breakers.permit("shop", at(60_000)).expect("another try").done(true, at(60_000));
        let all: Vec<_> = (0..10).map(|_| breakers.permit("shop", at(60_000))).collect();
        assert!(all.iter().all(Option::is_some), "well again");
    }

    #[test]
    fn after_the_rest_one_delivery_tries_and_the_others_wait() {
        let breakers = opened();
        let first = breakers.permit("shop", at(30_000)).expect("the try");
        assert!(breakers.permit("shop", at(30_000)).is_none(), "not two at once");
        assert!(breakers.permit("shop", at(90_000)).is_none(), "however long the try takes");
        drop(first);
        assert!(
            breakers.permit("shop", at(90_000)).is_some(),
            "a try that was called off is made by another"
        );
    }
}
