//! Settings that cannot work together.

use super::Settings;

impl Settings {
    /// What cannot work together, in words.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.server.listen.is_empty() {
            problems.push("server.listen: at least one address is needed".to_owned());
        }
        if !self.has_keys() && self.tls.client_ca_file.is_none() && !self.server.allow_public_without_keys {
            let grpc = self.server.listen.iter().map(|address| ("server.listen", address));
            let web = self.web.listen.iter().map(|address| ("web.listen", address));
            for (setting, address) in grpc.chain(web).filter(|(_, address)| !address.ip().is_loopback()) {
                problems.push(format!(
                    "{setting}: {address} is not loopback and no keys are configured: every caller could do everything. \
                     Configure [auth], or set server.allow_public_without_keys"
                ));
            }
        }
        if self.tls.cert_file.is_some() != self.tls.key_file.is_some() {
            problems.push("tls: cert_file and key_file belong together".to_owned());
        }
        if self.tls.client_ca_file.is_some() && self.tls.cert_file.is_none() {
            problems.push("tls.client_ca_file: needs cert_file and key_file".to_owned());
        }
        if self.server.proxy_protocol && self.server.trusted_proxies.is_empty() {
            problems.push("server.proxy_protocol: needs server.trusted_proxies".to_owned());
        }
        if !self.tls.client_roles.is_empty() && self.tls.client_ca_file.is_none() {
            problems.push("tls.client_roles: needs client_ca_file".to_owned());
        }
        if !self.webhooks.allow_hosts.is_empty() && self.webhooks.secret_file.is_none() {
            problems.push("webhooks.secret_file: needed to sign what goes to allow_hosts".to_owned());
        }
        if self.trace.otlp_endpoint.is_some() && !cfg!(feature = "otlp") {
            problems.push(
                "trace.otlp_endpoint: this build sends no traces; build with --features otlp".to_owned(),
            );
        }
        if self.limits.concurrent_calls == 0
            || self.limits.connections == 0
            || self.limits.connections > (1 << 20)
            || self.limits.message_bytes < 1_024
            || self.limits.seat_map_bytes < self.limits.message_bytes
            || self.limits.queue_target_ms > 5_000
            || self.limits.refusal_hold_ms > 60_000
        {
            problems.push(
                "limits: concurrent_calls must not be 0, connections 1 to 1048576, message_bytes at least 1024, \
                 seat_map_bytes not below message_bytes, queue_target_ms at most 5000, refusal_hold_ms at most 60000"
                    .to_owned(),
            );
        }
        problems
    }
}
