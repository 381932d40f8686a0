//! The table of intents: a status word for ownership, the facts behind a short lock of their own.

use crate::sync::{RwLock, rank};

use crate::clock::UnixMs;
use crate::command::{Currency, PaymentMethod, Scenario};
use crate::error::PaymentState;
use crate::ids::{ExternalId, SlotId, UserId};
use crate::record::stored;
use crate::reply::PaymentEffect;
use crate::sync::{Slab, Status};

stored! {
    /// A payment intent, as it is stored.
    Intent of UserId {
        id: SlotId,
        state: PaymentState,
        reservation: Option<SlotId>,
        unlinked: Option<ExternalId>,
        [user]
        amount_minor: i64,
        refunded_minor: i64,
        refunds: u32,
        currency: Currency,
        method: PaymentMethod,
        scenario: Scenario,
        effect: PaymentEffect,
        succeeds: bool,
        answers: bool,
        created_at: UnixMs,
        changed_at: UnixMs,
        /// When the outcome came; zero before.
        processed_at: UnixMs,
        /// When processing starts (while pending) or the decided outcome comes (while processing); `MAX` for never.
        moment: UnixMs,
        expires_at: UnixMs,
        webhook_url: Option<String>,
        attachment: Vec<u8>,
    }
}

impl Intent {
    /// The next moment at which something happens to the intent by itself.
    pub(crate) fn next_moment(&self) -> Option<UnixMs> {
        match self.state {
            PaymentState::Pending | PaymentState::Processing => Some(self.moment.min(self.expires_at)),
            _ => None,
        }
    }
}

/// One slot of the table. Its status word says the intent's state as well, for those who do not ask for more.
#[derive(Default)]
pub(crate) struct PaymentSlot {
    pub(crate) status: Status,
    intent: RwLock<Option<Box<Intent>>, { rank::PAYMENT }>,
}

impl PaymentSlot {
    /// The state of a slot without an intent.
    pub(crate) const FREE: u8 = 0;

    /// By the owner, who commits to `state`: changes the facts with the record that ends at `end`.
    pub(crate) fn change(&self, state: PaymentState, end: u64, at: UnixMs, work: impl FnOnce(&mut Intent)) {
        let mut intent = self.intent.write();
        let intent = intent.as_mut().expect("an owned intent in use has its facts");
        work(intent);
        (intent.state, intent.changed_at, intent.position) = (state, at, end);
    }

    /// By the owner: a copy of the facts.
    pub(crate) fn owned(&self) -> Intent {
        self.intent.read().as_deref().cloned().expect("an owned intent in use has its facts")
    }

    /// By the owner of a free slot: a new intent.
    pub(crate) fn fill(&self, intent: Intent) {
        *self.intent.write() = Some(Box::new(intent));
    }

    /// By the owner: nothing is here any more.
    pub(crate) fn clear(&self) {
        *self.intent.write() = None;
    }

    /// The facts, of one moment; `None` for a free slot.
    pub(crate) fn read(&self) -> Option<Intent> {
        self.status.read(|_| self.intent.read().as_deref().cloned())
    }
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

    /// The facts, if the id is of the slot's present generation and its tag is right.
    pub(crate) fn read(&self, id: SlotId) -> Option<Intent> {
        self.slots.get(id.slot)?.read().filter(|intent| intent.id == id)
    }

    /// The slot that an id means, if the id is of its present generation and its tag is right.
    pub(crate) fn find(&self, id: SlotId) -> Option<&PaymentSlot> {
        let slot = self.slots.get(id.slot)?;
        (slot.read()?.id == id).then_some(slot)
    }
}
