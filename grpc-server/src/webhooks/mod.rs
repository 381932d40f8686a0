//! Webhooks out: deliveries of the engine's outbox and posts to registered endpoints; signatures, retries, a circuit
//! breaker. What is to be delivered is durable; this room only carries.

mod breaker;
mod deliver;
mod posts;
pub(crate) mod sign;

use std::collections::BTreeMap;
use std::path::Path;

use arc_swap::ArcSwap;
use tacos_engine::Engine;

use crate::settings::Settings;
use breaker::Breakers;
pub(crate) use deliver::{Fact, announce, run};
pub(crate) use posts::{Post, Posts, Registration};

/// Longest address, in bytes.
const URL_BYTES_MAX: usize = 2_048;

/// Keys, allowed hosts, registrations and posts.
pub(crate) struct Webhooks {
    allow_hosts: ArcSwap<Vec<String>>,
    /// Key of what goes out to a payment's own address.
    pub(crate) secret: Option<Vec<u8>>,
    sources: BTreeMap<String, Vec<u8>>,
    pub(crate) posts: Posts,
    breakers: Breakers,
    /// Wakes the deliverer.
    pub(crate) wake: tokio::sync::Notify,
}

impl Webhooks {
    pub(crate) fn new(engine: &Engine, settings: &Settings) -> Result<Self, String> {
        let webhooks = &settings.webhooks;
        let secret = webhooks.secret_file.as_deref().map(read_secret).transpose()?;
        let mut sources = BTreeMap::new();
        for (source, file) in &webhooks.sources {
            sources.insert(source.clone(), read_secret(file)?);
        }
        Ok(Self {
            allow_hosts: ArcSwap::from_pointee(webhooks.allow_hosts.clone()),
            secret,
            sources,
            posts: Posts::load(engine),
            breakers: Breakers::default(),
            wake: tokio::sync::Notify::new(),
        })
    }

    /// The key of incoming webhooks from a source.
    pub(crate) fn source_secret(&self, source: &str) -> Option<&[u8]> {
        self.sources.get(source).or_else(|| self.sources.get("")).map(Vec::as_slice)
    }

    /// Puts another list of hosts in force.
    pub(crate) fn set_hosts(&self, hosts: Vec<String>) {
        self.allow_hosts.store(std::sync::Arc::new(hosts));
    }

    pub(crate) fn hosts(&self) -> Vec<String> {
        self.allow_hosts.load().to_vec()
    }

    /// Says why an address may not be delivered to.
    pub(crate) fn check_url(&self, url: &str) -> Result<(), &'static str> {
        if url.len() > URL_BYTES_MAX {
            return Err("longer than 2048 bytes");
        }
        let uri: http::Uri = url.parse().map_err(|_| "is no address")?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err("must begin with http:// or https://");
        }
        let authority = uri.authority().ok_or("has no host")?;
        if authority.as_str().contains('@') {
            return Err("must not carry credentials");
        }
        let allowed = self.allow_hosts.load();
        let named = |host: &String| host == authority.as_str() || host == authority.host();
        if allowed.iter().any(named) { Ok(()) } else { Err("its host is not on the allow-list") }
    }
}

fn read_secret(file: &Path) -> Result<Vec<u8>, String> {
    let bytes = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let secret = bytes.trim_ascii().to_vec();
    if secret.len() < 16 {
        return Err(format!("{}: a secret needs at least 16 bytes", file.display()));
    }
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tacos_engine::Config;

    #[test]
    fn only_listed_hosts_are_delivered_to() {
        let engine = Engine::in_memory(Config::default()).expect("memory");
        let webhooks = Webhooks::new(&engine, &Settings::default()).expect("no files to read");
        assert!(webhooks.check_url("https://shop.example/hook").is_err());
        webhooks.set_hosts(vec!["shop.example".to_owned(), "127.0.0.1:9000".to_owned()]);
        assert_eq!(webhooks.check_url("https://shop.example/hook"), Ok(()));
        assert_eq!(webhooks.check_url("http://127.0.0.1:9000/"), Ok(()));
        assert!(webhooks.check_url("http://127.0.0.1:9001/").is_err());
        assert!(webhooks.check_url("http://shop.example@evil.example/").is_err());
        assert!(webhooks.check_url("ftp://shop.example/").is_err());
    }
}
