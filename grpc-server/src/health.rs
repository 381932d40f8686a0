//! How the server is: judged from the engine's own figures.

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
        let mut verdict = judge(&self.engine.status());
        if *self.draining.borrow() {
            verdict.add(Health::Unhealthy, "the server is draining");
        }
        for issue in self.emergencies.in_words() {
            verdict.add(Health::Degraded, issue);
        }
        verdict
    }
}

/// How the engine is.
pub(crate) fn judge(status: &Status) -> Verdict {
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
