//! Time: due deadlines come in at the front, as ordinary commands. The wheel only says which slot to look at; what is
//! to be done is decided by the slot's state and the clock, so a timer that fires late or for nothing does no harm.

use crate::clock::UnixMs;
use crate::command::ReportWebhook;
use crate::deadlines;
use crate::error::{PaymentState, Refusal};
use crate::ids::WebhookId;
use crate::limits::EVENTS_MAX;
use crate::outbox::backoff_ms;
use crate::payments::payment_state;
use crate::record::{Forgotten, Record, TableKind, WebhookAttempted, WebhookReplayed};
use crate::reply::{Done, Reply};
use crate::reservations::{Facts, SlotState};
use crate::sync::Owned;

use super::core::Core;
use super::log::Writing;
use super::payments::OwnedPayment;
use super::{Did, Outcome};

/// Timers handled before the wheel looks at the next kind: bounds how long one kind can keep the others waiting.
const BATCH: usize = 128;
/// The chore that forgets answers; the others are one for each event's line.
pub(crate) const FORGETTING: u32 = EVENTS_MAX;
pub(crate) const CHORES_MAX: u32 = EVENTS_MAX + 1;

/// What one turn of the wheels did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Turned {
    /// Timers that fired.
    pub(crate) fired: usize,
    /// True if more are due already.
    pub(crate) more: bool,
    /// No timer is due before this moment; `None` if none is set.
    pub(crate) next: Option<UnixMs>,
    /// The journal takes no writes at the moment: what is due stays due.
    pub(crate) blocked: bool,
}

impl Core {
    /// Handles up to about `budget` due timers of every kind. Waits for no caller: what a caller is changing is looked at
    /// again a millisecond later.
    pub(crate) fn turn(&self, now: UnixMs, budget: usize) -> Turned {
        let wheels = &self.deadlines;
        let _writing = self.log.guard();
        let mut turned = self.turn_one(now, budget, |most| self.hold_batch(now, most).0);
        self.metrics.fired_holds.add(turned.fired as u64);
        let payments = Some(&self.metrics.fired_payments);
        for (timers, handle, counter) in [
            (&wheels.payments, Self::due_payment as fn(&Self, u32, UnixMs), payments),
            (&wheels.lines.timers, Self::due_group, None),
            (&wheels.chores, Self::due_chore, None),
        ] {
            let one = self.turn_one(now, budget, |most| {
                let mut due = Vec::new();
                let turned = timers.turn(now, most, &mut due);
                due.into_iter().for_each(|index| handle(self, index, now));
                turned
            });
            if let Some(counter) = counter {
                counter.add(one.fired as u64);
            }
            turned.fired += one.fired;
            turned.more |= one.more;
            turned.blocked |= one.blocked;
            turned.next = [turned.next, one.next].into_iter().flatten().min();
        }
        if turned.fired > 0 {
            self.metrics.last_fired_at.set(now.get());
        }
        turned
    }

    /// Turns one wheel by batches: `batch` takes at most so many due timers and handles them.
    fn turn_one(
        &self,
        now: UnixMs,
        budget: usize,
        mut batch: impl FnMut(usize) -> deadlines::Turned,
    ) -> Turned {
        let mut fired = 0;
        loop {
            // A full disk or log buffer: what is due stays due, and is refused by the clock meanwhile.
            let Ok(_writing) = self.log.door().map(Writing::within) else {
                return Turned { fired, more: false, next: Some(now), blocked: true };
            };
            let turned = batch(BATCH.min(budget - fired));
            fired += turned.fired;
            if !turned.more || fired >= budget {
                self.metrics.fired.add(fired as u64);
                return Turned { fired, more: turned.more, next: turned.next, blocked: false };
            }
        }
    }

    /// Takes due holds from the wheel and handles them; also returns how many of them expired. One batch at a time, begun
    /// and ended, so that a caller who looks for lapsed holds finds none that another thread has taken and not yet
    /// expired. Callers come here with an event or a slot of their own, so nothing inside may wait for either.
    fn hold_batch(&self, now: UnixMs, most: usize) -> (deadlines::Turned, usize) {
        let _alone = self.batch.lock();
        let mut due = Vec::new();
        let turned = self.deadlines.holds.turn(now, most, &mut due);
        let expired = due.into_iter().filter(|index| self.due_hold(*index, now)).count();
        (turned, expired)
    }

    /// Expires every hold whose time has run out by `now`, whichever thread turns the wheel otherwise, and returns how many
    /// there were. The seats of a lapsed hold can be had at once.
    pub(crate) fn reap_holds(&self, now: UnixMs) -> usize {
        let mut expired = 0;
        let reap = |most| {
            let (turned, more) = self.hold_batch(now, most);
            expired += more;
            turned
        };
        self.turn_one(now, usize::MAX, reap);
        expired
    }

    /// Asked by a search that found too little: expires what has lapsed, and says whether to look again. A search that
    /// found too little after a turn that expired nothing has found all there is; before that, another thread may have
    /// expired holds since it looked. `looked` is the search's memory and begins false.
    pub(crate) fn may_find_more(&self, looked: &mut bool, now: UnixMs) -> bool {
        let is_first = !std::mem::replace(looked, true);
        if self.reap_holds(now) > 0 {
            *looked = false;
            return true;
        }
        is_first
    }

    fn due_chore(&self, index: u32, now: UnixMs) {
        if index == FORGETTING {
            let (_, next) = self.answers.forget_due(now, BATCH);
            if let Some(next) = next {
                self.deadlines.chores.set(FORGETTING, next.max(now.plus_ms(1)));
            }
        } else {
            self.due_line(index, now);
        }
    }

    /// Forgets a reservation that ended long ago and that no live payment names.
    pub(crate) fn forget_reservation(&self, owned: Owned<'_>, facts: &Facts, now: UnixMs) {
        let index = facts.id.slot;
        let mut due_at = facts.changed_at.plus(self.config.retention);
        if facts.payment.is_some_and(|payment| self.may_still_settle(payment)) {
            due_at = due_at.max(now.plus(self.config.payment_ttl));
        }
        if due_at > now {
            self.deadlines.holds.set(index, due_at);
            return;
        }
        let slots = std::iter::once((index, facts.id.generation)).collect();
        let appended = self.log.append(&Forgotten { table: TableKind::Reservations, slots }.into(), now);
        self.reservation_forgotten(index, facts, appended.end(), now);
        owned.commit_as(facts.id.generation.wrapping_add(1), SlotState::FREE);
        appended.publish();
        self.reservations.slots().give(index);
    }

    /// Looks without waiting: the payment's owner may be waiting for the reservation that the caller owns.
    fn may_still_settle(&self, (slot, generation): (u32, u32)) -> bool {
        let Some(slot) = self.payments.slot(slot) else { return false };
        let seen = slot.status.peek();
        let waits =
            matches!(payment_state(seen.state), Some(PaymentState::Pending | PaymentState::Processing));
        seen.generation == generation && (seen.busy || waits)
    }

    /// Forgets a payment that ended long ago and whose webhooks are all delivered.
    pub(crate) fn forget_payment(&self, payment: OwnedPayment<'_>, now: UnixMs) {
        let OwnedPayment { owned, intent, .. } = payment;
        let index = intent.id.slot;
        let due_at = intent.changed_at.plus(self.config.retention);
        if due_at > now || self.outbox.keeps(index) {
            self.deadlines.payments.set(index, due_at.max(now.plus_ms(60_000)));
            return;
        }
        let slots = std::iter::once((index, intent.id.generation)).collect();
        let appended = self.log.append(&Forgotten { table: TableKind::Payments, slots }.into(), now);
        self.payment_forgotten(index, intent.user);
        owned.commit_as(intent.id.generation.wrapping_add(1), 0);
        appended.publish();
        self.payments.slots().give(index);
    }

    /// What became of a delivery attempt: done, to be tried again, or a dead letter.
    pub(crate) fn report_webhook(&self, command: &ReportWebhook, now: UnixMs) -> Outcome {
        let _writing = self.log.door()?;
        let (webhook, owned) = self.own_webhook(command.webhook)?;
        let attempts = webhook.attempts + 1;
        let dead = attempts > self.config.webhook_retries_max;
        let next_at =
            (!command.delivered && !dead).then(|| now.plus_ms(backoff_ms(attempts, self.secrets.random())));
        let record = WebhookAttempted { id: webhook.id, delivered: command.delivered, attempts, next_at };
        let appended = self.log.append(&Record::from(record.clone()), now);
        if command.delivered {
            self.outbox.remove(webhook.id);
            owned.commit_as(webhook.id.generation.wrapping_add(1), 0);
            self.outbox.slots().give(webhook.id.slot);
        } else {
            self.outbox.reschedule(webhook.id, attempts, next_at, appended.end());
            owned.commit(1);
        }
        Ok(Did { reply: Reply::Done(Done { at: now }), end: appended.publish() })
    }

    /// Puts a dead letter back: it is due at once.
    pub(crate) fn replay_webhook(&self, id: &WebhookId, now: UnixMs) -> Outcome {
        let _writing = self.log.door()?;
        let (webhook, owned) = self.own_webhook(*id)?;
        if webhook.next_at.is_some() {
            return Err(Refusal::invalid("webhook_id", "is no dead letter: it will be delivered", id).into());
        }
        let record = WebhookReplayed { id: webhook.id, next_at: now };
        let appended = self.log.append(&record.into(), now);
        self.outbox.reschedule(webhook.id, 0, Some(now), appended.end());
        owned.commit(1);
        Ok(Did { reply: Reply::Done(Done { at: now }), end: appended.publish() })
    }

    fn own_webhook(&self, id: WebhookId) -> Result<(crate::outbox::Webhook, Owned<'_>), Refusal> {
        let status = self.outbox.slots().get(id.0.slot).ok_or(Refusal::UnknownWebhook)?;
        let owned = status
            .own(|seen| seen.generation == id.0.generation && seen.state == 1)
            .map_err(|_| Refusal::UnknownWebhook)?;
        let webhook = self.outbox.find(id.0).ok_or(Refusal::UnknownWebhook)?;
        Ok((webhook, owned))
    }
}
