//! The server's health, assessed from the engine's own figures.

use tacos_engine::views::Status;

use crate::app::App;

/// Name under which `grpc.health.v1` says that the process answers, and nothing more: for probes that restart it.
pub(crate) const LIVE: &str = "live";
/// Name under which `grpc.health.v1` says that calls are taken: not while the server drains.
pub(crate) const READY: &str = "ready";

/// A verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Health {
    Healthy,
    Degraded,
    Unhealthy,
}

/// A verdict with its reasons.
#[derive(Clone, Debug)]
pub(crate) struct Verdict {
    pub(crate) state: Health,
    pub(crate) issues: Vec<String>,
}

impl Verdict {
    fn add(&mut self, state: Health, issue: impl Into<String>) {
        self.state = self.state.max(state);
        self.issues.push(issue.into());
    }
}

impl App {
    /// How everything is, now.
    pub(crate) fn health(&self) -> Verdict {
        let mut verdict = assess(&self.engine.status());
        if *self.draining.borrow() {
            verdict.add(Health::Unhealthy, "the server is draining");
        }
        let lost = self.webhooks.facts_lost.load(std::sync::atomic::Ordering::Relaxed);
        if lost > 0 {
            verdict.add(Health::Degraded, format!("registered endpoints have missed updates, {lost} times"));
        }
        let dead = self.webhooks.deliveries.counts().1;
        if dead > 0 {
            verdict.add(Health::Degraded, format!("{dead} deliveries to registered endpoints were given up"));
        }
        for issue in self.emergencies.in_words() {
            verdict.add(Health::Degraded, issue);
        }
        verdict
    }
}

/// Space of the file system that a folder is on.
pub(crate) struct DiskSpace {
    pub(crate) free_bytes: u64,
    pub(crate) total_bytes: u64,
}

/// `None` where the system does not say, and for an engine in memory.
pub(crate) fn disk_space(folder: &std::path::Path) -> Option<DiskSpace> {
    let space = rustix::fs::statvfs(folder).ok()?;
    let bytes = |blocks: u64| blocks.saturating_mul(space.f_frsize);
    Some(DiskSpace { free_bytes: bytes(space.f_bavail), total_bytes: bytes(space.f_blocks) })
}

/// How the engine is.
pub(crate) fn assess(status: &Status) -> Verdict {
    let mut verdict = Verdict { state: Health::Healthy, issues: Vec::new() };
    if status.poisoned.is_some() {
        verdict.add(Health::Unhealthy, "the journal has failed and takes no writes");
    }
    if status.disk_full {
        verdict.add(Health::Unhealthy, "the disk is full: writes are refused");
    }
    if status.webhooks.1 > 0 {
        verdict.add(Health::Degraded, format!("{} webhooks were given up", status.webhooks.1));
    }
    verdict
}
