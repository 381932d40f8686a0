//! Webhooks to deliver: kept in order per payment intent, counted per attempt, dead-lettered, replayed. The embedding
//! service delivers; this module only remembers. A webhook is due when its time has come and no older one of the same
//! intent is still to be delivered.

use std::collections::{BTreeMap, BTreeSet};

use crate::sync::{Mutex, rank};

use crate::clock::UnixMs;
use crate::error::PaymentState;
use crate::ids::SlotId;
use crate::record::wire_struct;
use crate::sync::{Slab, Status};

/// How long after its latest failed attempt a webhook is tried again, in milliseconds: exponential, with half of it
/// drawn: 0.5 to 1 s, 1 to 2 s, 2 to 4 s, …, at most a minute. `random` is any number.
#[must_use]
pub fn backoff_ms(attempts: u32, random: u64) -> u64 {
    let full_ms = 500u64 << attempts.clamp(1, 7);
    let half_ms = full_ms.min(60_000) / 2;
    half_ms + random % (half_ms + 1)
}

/// A webhook, as it is stored; the same bytes are its image.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Webhook {
    pub(crate) id: SlotId,
    pub(crate) payment: SlotId,
    /// The payment state that it tells of.
    pub(crate) tells: PaymentState,
    pub(crate) created_at: UnixMs,
    /// Attempts made so far.
    pub(crate) attempts: u32,
    /// When to try next; `None` for a dead letter.
    pub(crate) next_at: Option<UnixMs>,
    /// Where its last record ends. No part of a snapshot.
    pub(crate) position: u64,
    /// Place in the order of creation, over all intents: grows with the records that put webhooks in.
    pub(crate) order: u64,
}

wire_struct!(Webhook { id, payment, tells, created_at, attempts, next_at, order } beside { position });

/// A slot of the table: only generations live here, the facts stand in the book.
pub(crate) type WebhookSlot = Status;

/// All webhooks that are not delivered yet, dead letters included.
pub(crate) struct Outbox {
    slots: Slab<WebhookSlot>,
    book: Mutex<Book, { rank::OUTBOX }>,
}

#[derive(Default)]
struct Book {
    by_slot: BTreeMap<u32, Webhook>,
    /// Undelivered ones of each intent, oldest first: (intent's slot, order, webhook's slot).
    lines: BTreeSet<(u32, u64, u32)>,
    /// Heads of lines by their time: (next attempt, order, webhook's slot).
    due: BTreeSet<(UnixMs, u64, u32)>,
}

impl Outbox {
    pub(crate) fn with_bound(bound: u32) -> Self {
        Self { slots: Slab::with_bound(bound), book: Mutex::default() }
    }

    pub(crate) fn slots(&self) -> &Slab<WebhookSlot> {
        &self.slots
    }

    /// Puts a webhook into its intent's line, at the place that its order says.
    pub(crate) fn put(&self, webhook: Webhook) {
        let mut book = self.book.lock();
        let (payment, order, slot) = (webhook.payment.slot, webhook.order, webhook.id.slot);
        book.by_slot.insert(slot, webhook);
        book.lines.insert((payment, order, slot));
        book.refresh_line(payment);
    }

    /// The webhook with this id.
    pub(crate) fn find(&self, id: SlotId) -> Option<Webhook> {
        self.book.lock().by_slot.get(&id.slot).filter(|webhook| webhook.id == id).cloned()
    }

    /// Records an attempt or a replay: the next time, or none for a dead letter.
    pub(crate) fn reschedule(&self, id: SlotId, attempts: u32, next_at: Option<UnixMs>, position: u64) {
        let mut book = self.book.lock();
        let Some(webhook) = book.by_slot.get_mut(&id.slot) else { return };
        let (payment, old) = (webhook.payment.slot, webhook.next_at);
        (webhook.attempts, webhook.next_at, webhook.position) = (attempts, next_at, position);
        let key = (webhook.order, webhook.id.slot);
        if let Some(at) = old {
            book.due.remove(&(at, key.0, key.1));
        }
        book.refresh_line(payment);
    }

    /// Takes a delivered webhook out.
    pub(crate) fn remove(&self, id: SlotId) {
        let mut book = self.book.lock();
        let Some(webhook) = book.by_slot.remove(&id.slot) else { return };
        book.lines.remove(&(webhook.payment.slot, webhook.order, webhook.id.slot));
        if let Some(at) = webhook.next_at {
            book.due.remove(&(at, webhook.order, webhook.id.slot));
        }
        book.refresh_line(webhook.payment.slot);
    }

    /// Up to `most` webhooks whose time has come, oldest time first, and the time of the next one.
    pub(crate) fn due(&self, now: UnixMs, most: usize) -> (Vec<Webhook>, Option<UnixMs>) {
        let book = self.book.lock();
        let mut heads = book.due.iter();
        let mut due = Vec::new();
        for (at, _, slot) in heads.by_ref() {
            if *at > now || due.len() == most {
                return (due, Some(*at));
            }
            due.extend(book.by_slot.get(slot).cloned());
        }
        (due, None)
    }

    /// Dead letters, oldest first, from after `order`.
    pub(crate) fn dead(&self, after_order: u64, most: usize) -> Vec<Webhook> {
        let book = self.book.lock();
        let mut dead: Vec<Webhook> = book
            .by_slot
            .values()
            .filter(|webhook| webhook.next_at.is_none() && webhook.order > after_order)
            .cloned()
            .collect();
        dead.sort_by_key(|webhook| webhook.order);
        dead.truncate(most);
        dead
    }

    /// True if a webhook of this intent is still kept.
    pub(crate) fn keeps(&self, payment_slot: u32) -> bool {
        self.book
            .lock()
            .lines
            .range((payment_slot, 0, 0)..=(payment_slot, u64::MAX, u32::MAX))
            .next()
            .is_some()
    }

    /// All webhooks by slot, for snapshots.
    pub(crate) fn each(&self, mut visit: impl FnMut(&Webhook)) {
        for webhook in self.book.lock().by_slot.values() {
            visit(webhook);
        }
    }

    /// How many wait and how many are dead.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let book = self.book.lock();
        let dead = book.by_slot.values().filter(|webhook| webhook.next_at.is_none()).count();
        (book.by_slot.len() - dead, dead)
    }
}

impl Book {
    /// Only the oldest living webhook of an intent may be due: keeps `due` so. A dead letter does not block the rest.
    fn refresh_line(&mut self, payment: u32) {
        let line: Vec<u32> = self
            .lines
            .range((payment, 0, 0)..=(payment, u64::MAX, u32::MAX))
            .map(|(_, _, slot)| *slot)
            .collect();
        let mut head_seen = false;
        for slot in line {
            let Some(webhook) = self.by_slot.get(&slot) else { continue };
            let Some(at) = webhook.next_at else { continue };
            let entry = (at, webhook.order, slot);
            if head_seen {
                self.due.remove(&entry);
            } else {
                self.due.insert(entry);
                head_seen = true;
            }
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn webhook(slot: u32, payment: u32, next_at: u64) -> Webhook {
        let id = |slot| SlotId { slot, generation: 0, tag: 0 };
        Webhook {
            id: id(slot),
            payment: id(payment),
            tells: PaymentState::Completed,
            created_at: UnixMs::ZERO,
            attempts: 0,
            next_at: Some(UnixMs::new(next_at)),
            position: 0,
            order: u64::from(slot),
        }
    }

    fn due(outbox: &Outbox, now: u64) -> Vec<u32> {
        outbox.due(UnixMs::new(now), 10).0.iter().map(|webhook| webhook.id.slot).collect()
    }

    #[test]
    fn an_intents_webhooks_go_out_one_after_the_other() {
        let outbox = Outbox::with_bound(10);
        for (slot, payment) in [(1, 7), (2, 7), (3, 8)] {
            outbox.put(webhook(slot, payment, 100));
        }
        assert_eq!(due(&outbox, 99), [] as [u32; 0]);
        assert_eq!(due(&outbox, 100), [1, 3]);
        outbox.reschedule(webhook(1, 7, 0).id, 1, Some(UnixMs::new(500)), 9);
        assert_eq!(due(&outbox, 100), [3], "the second waits behind the first");
        outbox.remove(webhook(1, 7, 0).id);
        assert_eq!(due(&outbox, 100), [2, 3]);
    }

    #[test]
    fn a_dead_letter_is_listed_and_blocks_nobody() {
        let outbox = Outbox::with_bound(10);
        outbox.put(webhook(1, 7, 100));
        outbox.put(webhook(2, 7, 100));
        outbox.reschedule(webhook(1, 7, 0).id, 4, None, 9);
        assert_eq!(due(&outbox, 100), [2]);
        assert_eq!(outbox.dead(0, 10).len(), 1);
        outbox.reschedule(webhook(1, 7, 0).id, 4, Some(UnixMs::new(200)), 10);
        assert_eq!(due(&outbox, 150), [] as [u32; 0], "replayed, it is the head again");
        assert_eq!(due(&outbox, 200), [1]);
    }
}
