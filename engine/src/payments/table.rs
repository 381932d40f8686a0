//! The table of intents: a status word for ownership, the facts behind a short lock of their own.

use crate::sync::{RwLock, rank};

use crate::clock::UnixMs;
use crate::command::{Money, PaymentMethod, Scenario};
use crate::error::PaymentState;
use crate::ids::{ExternalId, SlotId};
use crate::reply::Effect;
use crate::sync::atomic::{AtomicU64, Ordering::Relaxed};
use crate::sync::{Slab, Status};
use crate::users::UserIx;

/// Everything about one intent but its state.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Intent {
    pub(crate) id: SlotId,
    pub(crate) reservation: Option<SlotId>,
    pub(crate) unlinked: Option<ExternalId>,
    pub(crate) user: UserIx,
    pub(crate) amount: Money,
    pub(crate) refunded_minor: i64,
    pub(crate) refunds: u32,
    pub(crate) method: PaymentMethod,
    pub(crate) scenario: Scenario,
    pub(crate) effect: Effect,
    pub(crate) created_at: UnixMs,
    pub(crate) changed_at: UnixMs,
    /// When the outcome came; zero before.
    pub(crate) processed_at: UnixMs,
    /// When processing starts (while pending) or the decided outcome comes (while processing); `MAX` for never.
    pub(crate) moment: UnixMs,
    pub(crate) succeeds: bool,
    pub(crate) answers: bool,
    pub(crate) expires_at: UnixMs,
    pub(crate) webhook_url: Option<String>,
    pub(crate) attachment: Vec<u8>,
}

impl Intent {
    /// True if the intent's life is over at `now` though its slot still says `state`. An outcome that was decided for a
    /// moment within its life still comes.
    pub(crate) fn has_lapsed(&self, state: PaymentState, now: UnixMs) -> bool {
        match state {
            PaymentState::Pending => self.expires_at <= now,
            PaymentState::Processing => self.expires_at <= now && self.moment > self.expires_at,
            _ => false,
        }
    }

    /// The next moment at which something happens to the intent by itself while it is in `state`.
    pub(crate) fn next_moment(&self, state: PaymentState) -> Option<UnixMs> {
        match state {
            PaymentState::Pending | PaymentState::Processing => Some(self.moment.min(self.expires_at)),
            _ => None,
        }
    }
}

/// One slot of the table.
#[derive(Default)]
pub(crate) struct PaymentSlot {
    pub(crate) status: Status,
    position: AtomicU64,
    intent: RwLock<Option<Box<Intent>>, { rank::PAYMENT }>,
}

impl PaymentSlot {
    /// By the owner: changes the facts with the record that ends at `end`.
    pub(crate) fn change(&self, end: u64, at: UnixMs, work: impl FnOnce(&mut Intent)) {
        let mut intent = self.intent.write();
        let intent = intent.as_mut().expect("an owned intent in use has its facts");
        work(intent);
        intent.changed_at = at;
        self.position.store(end, Relaxed);
    }

    /// By the owner: a copy of the facts.
    pub(crate) fn owned(&self) -> Intent {
        self.intent.read().as_deref().cloned().expect("an owned intent in use has its facts")
    }

    /// By the owner of a free slot: a new intent.
    pub(crate) fn fill(&self, intent: Intent, end: u64) {
        *self.intent.write() = Some(Box::new(intent));
        self.position.store(end, Relaxed);
    }

    /// By the owner: nothing is here any more.
    pub(crate) fn clear(&self) {
        *self.intent.write() = None;
    }

    /// State, facts and the end of their last record, all of one moment; `None` for a free slot.
    pub(crate) fn read(&self) -> Option<(PaymentState, Intent, u64)> {
        self.status.read(|seen| {
            let state = payment_state(seen.state)?;
            Some((state, self.intent.read().as_deref().cloned()?, self.position.load(Relaxed)))
        })
    }
}

/// The state behind a status word's number; `None` for a free slot.
pub(crate) fn payment_state(number: u8) -> Option<PaymentState> {
    Some(match number {
        0 => return None,
        1 => PaymentState::Pending,
        2 => PaymentState::Processing,
        3 => PaymentState::Completed,
        4 => PaymentState::Failed,
        5 => PaymentState::Cancelled,
        6 => PaymentState::Expired,
        7 => PaymentState::Refunded,
        other => unreachable!("no payment state has the number {other}"),
    })
}

/// All payment intents.
pub(crate) struct Payments {
    slots: Slab<PaymentSlot>,
}

impl Payments {
    pub(crate) fn with_bound(bound: u32) -> Self {
        Self { slots: Slab::with_bound(bound) }
    }

    pub(crate) fn slots(&self) -> &Slab<PaymentSlot> {
        &self.slots
    }

    pub(crate) fn slot(&self, index: u32) -> Option<&PaymentSlot> {
        self.slots.get(index)
    }

    /// State, facts and the end of their last record, if the id is of the slot's present generation and its tag is right.
    pub(crate) fn read(&self, id: SlotId) -> Option<(PaymentState, Intent, u64)> {
        self.slots.get(id.slot)?.read().filter(|(_, intent, _)| intent.id == id)
    }

    /// The slot that an id means, if the id is of its present generation and its tag is right.
    pub(crate) fn find(&self, id: SlotId) -> Option<&PaymentSlot> {
        let slot = self.slots.get(id.slot)?;
        let (_, intent, _) = slot.read()?;
        (intent.id == id).then_some(slot)
    }
}
