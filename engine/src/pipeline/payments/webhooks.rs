//! Webhooks: put into the outbox with a payment's record, reported on by who delivers them, put back by operators.

use smallvec::SmallVec;

use crate::clock::UnixMs;
use crate::command::ReportWebhook;
use crate::error::{PaymentState, Refusal};
use crate::ids::{SlotId, WebhookId};
use crate::outbox::{Webhook, backoff_ms};
use crate::payments::Intent;
use crate::pipeline::core::Core;
use crate::pipeline::fact::{Applied, Corrupt, Fact, Stamp, record, replay_own};
use crate::pipeline::state::State;
use crate::pipeline::{CommandResult, Committed};
use crate::record::wire_struct;
use crate::reply::Done;
use crate::sync::Owned;
use crate::updates::UpdateKind;

/// A webhook that a record puts into the outbox: the state that it tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WebhookQueued {
    pub(crate) id: SlotId,
    pub(crate) tells: PaymentState,
}
wire_struct!(WebhookQueued { id, tells });

record! {
    /// A delivery attempt and what follows from it.
    WebhookAttempted { id: SlotId, delivered: bool, attempts: u32, next_at: Option<UnixMs> }
    update(self, _) => None, UpdateKind::Webhook(WebhookId(self.id));
}

impl WebhookAttempted {
    fn apply(&self, state: &State, owned: Owned<'_>, stamp: Stamp) {
        if self.delivered {
            state.outbox.remove(self.id);
            owned.commit_as(self.id.generation.wrapping_add(1), 0);
        } else {
            state.outbox.reschedule(self.id, self.attempts, self.next_at, stamp.end);
            owned.commit(1);
        }
    }
}

impl Fact for WebhookAttempted {
    fn replay(&self, state: &State, stamp: Stamp) -> Applied {
        self.apply(state, state.replay_webhook_slot(self.id)?, stamp);
        Ok(())
    }
}

record! {
    /// A dead letter is to be delivered after all.
    WebhookReplayed { id: SlotId, next_at: UnixMs }
    update(self, _) => None, UpdateKind::Webhook(WebhookId(self.id));
}

impl WebhookReplayed {
    fn apply(&self, state: &State, owned: Owned<'_>, stamp: Stamp) {
        state.outbox.reschedule(self.id, 0, Some(self.next_at), stamp.end);
        owned.commit(1);
    }
}

impl Fact for WebhookReplayed {
    fn replay(&self, state: &State, stamp: Stamp) -> Applied {
        self.apply(state, state.replay_webhook_slot(self.id)?, stamp);
        Ok(())
    }
}

impl State {
    /// With the record of the payment's change: its webhooks stand in the outbox. Their slots are taken already.
    pub(super) fn queue_webhooks(&self, payment: SlotId, webhooks: &[WebhookQueued], stamp: Stamp) {
        for (order, queued) in (stamp.end..).zip(webhooks) {
            self.outbox.put(Webhook {
                id: queued.id,
                payment,
                tells: queued.tells,
                created_at: stamp.at,
                attempts: 0,
                next_at: Some(stamp.at),
                position: stamp.end,
                // Ends are eight apart, so the order of webhooks is that of their records.
                order,
            });
        }
    }

    /// By replay: takes the slots of webhooks that a record queues.
    pub(super) fn replay_queued(&self, webhooks: &[WebhookQueued]) -> Applied {
        for WebhookQueued { id, .. } in webhooks {
            let status = self.reach_webhook(id.slot)?;
            replay_own(status, id.generation, |seen| seen == 0)?.commit(1);
        }
        Ok(())
    }

    fn replay_webhook_slot(&self, id: SlotId) -> Result<Owned<'_>, Corrupt> {
        self.outbox.find(id).ok_or_else(|| Corrupt(format!("webhook {id:?} does not exist")))?;
        replay_own(self.reach_webhook(id.slot)?, id.generation, |seen| seen == 1)
    }
}

impl Core {
    /// The webhooks that tell of `state`: one if the intent has an address and the outbox has room, else none.
    pub(super) fn webhooks(&self, intent: &Intent, state: PaymentState) -> SmallVec<[WebhookQueued; 2]> {
        if intent.webhook_url.is_none() {
            return SmallVec::new();
        }
        let Some(slot) = self.state.outbox.slots().take() else {
            self.state.metrics.webhooks_dropped.add(1);
            return SmallVec::new();
        };
        let status = self.state.outbox.slots().get(slot).expect("just taken");
        let owned = status.own(|_| true).expect("a free slot is nobody's");
        let id = SlotId { slot, generation: owned.before().generation, tag: self.secrets.random() };
        owned.commit(1);
        SmallVec::from_iter([WebhookQueued { id, tells: state }])
    }

    /// What became of a delivery attempt: done, to be tried again, or a dead letter.
    pub(crate) fn report_webhook(&self, command: &ReportWebhook, now: UnixMs) -> CommandResult<Done> {
        let _writing = self.log.admit_write()?;
        let (webhook, owned) = self.own_webhook(command.webhook)?;
        let attempts = webhook.attempts + 1;
        let dead = attempts > self.state.config.webhook_retries_max;
        let next_at =
            (!command.delivered && !dead).then(|| now.plus_ms(backoff_ms(attempts, self.secrets.random())));
        let record = WebhookAttempted { id: webhook.id, delivered: command.delivered, attempts, next_at };
        let appended = self.log.append(&record, now);
        record.apply(&self.state, owned, appended.stamp());
        let end = appended.publish();
        if record.delivered {
            self.state.outbox.slots().give(record.id.slot);
        }
        Ok(Committed { reply: Done { at: now }, end })
    }

    /// Puts a dead letter back: it is due at once.
    pub(crate) fn replay_webhook(&self, id: &WebhookId, now: UnixMs) -> CommandResult<Done> {
        let _writing = self.log.admit_write()?;
        let (webhook, owned) = self.own_webhook(*id)?;
        if webhook.next_at.is_some() {
            return Err(Refusal::invalid("webhook_id", "is no dead letter: it will be delivered", id).into());
        }
        let record = WebhookReplayed { id: webhook.id, next_at: now };
        let appended = self.log.append(&record, now);
        record.apply(&self.state, owned, appended.stamp());
        Ok(Committed { reply: Done { at: now }, end: appended.publish() })
    }

    fn own_webhook(&self, id: WebhookId) -> Result<(Webhook, Owned<'_>), Refusal> {
        let status = self.state.outbox.slots().get(id.0.slot).ok_or(Refusal::UnknownWebhook)?;
        let owned = status
            .own(|seen| seen.generation == id.0.generation && seen.state == 1)
            .map_err(|_| Refusal::UnknownWebhook)?;
        let webhook = self.state.outbox.find(id.0).ok_or(Refusal::UnknownWebhook)?;
        Ok((webhook, owned))
    }
}
