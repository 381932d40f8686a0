//! The embedding service's part: it tries the webhooks that are due, and now and then puts a dead letter back.

use super::{Checked, Planted, Simulation};
use tacos_engine::{Command, ReportWebhook};

/// Webhooks that are tried in one step.
const TOGETHER: usize = 5;

impl Simulation {
    /// Tries the webhooks that are due; not all of them arrive.
    pub(super) fn deliver(&mut self) -> Checked {
        self.observe()?;
        if self.is_broken() {
            return Ok(());
        }
        let now = self.now();
        let (mut due, _) = self.engine().due_webhooks(TOGETHER);
        if self.planted == Planted::LostWebhook && due.len() < TOGETHER && self.random.chance(10) {
            due.pop();
        }
        self.model.webhooks_due(&due, TOGETHER, now)?;
        for webhook in due {
            let delivered = self.random.chance(60);
            self.send(vec![Command::ReportWebhook(ReportWebhook::new(webhook.id, delivered))])?;
        }
        if !self.is_broken() && self.random.chance(10) {
            let dead = self.engine().dead_webhooks(0);
            self.model.webhooks_dead(&dead)?;
            if let Some(letter) = self.random.pick(&dead) {
                let again = Command::ReplayWebhook(letter.id);
                self.send(vec![again])?;
            }
        }
        Ok(())
    }
}
