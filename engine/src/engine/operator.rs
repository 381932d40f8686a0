//! What only operators may do, apart from the commands and reads that customers' requests make.

use super::Engine;
use crate::acks::Pending;
use crate::error::Refusal;
use crate::ids::{EventId, IdempotencyKey, ReservationId};
use crate::reply::Done;

/// What only an operator may do: see [`Engine::operator`].
#[derive(Clone, Copy)]
pub struct Operator<'a> {
    engine: &'a Engine,
}

impl Engine {
    /// What only operators may do. The embedding program decides who they are; a customer's request should never lead
    /// here.
    #[must_use]
    pub fn operator(&self) -> Operator<'_> {
        Operator { engine: self }
    }
}

impl Operator<'_> {
    /// Ids of an event's reservations that still hold their seats: for an operator who gives them all back. Looks at
    /// every reservation in memory; a reservation that is confirmed, cancelled or expired meanwhile may still be in the
    /// list.
    ///
    /// # Errors
    /// [`Refusal::UnknownEvent`].
    pub fn held_reservations(&self, event: &EventId) -> Result<Vec<ReservationId>, Refusal> {
        let core = self.engine.core();
        self.engine.find(event).map(|event| core.held_reservations(event, core.state.now()))
    }

    /// Brings the 32-byte seed of an event's pre-sale draw, in place of the engine's own: for operators whose seed is
    /// made in front of witnesses, or by several parties. Kept durably; a later one replaces it, until the event has a
    /// pre-sale room. It must not be guessable: a customer who knows it knows the order before the draw.
    ///
    /// Refused with [`Refusal::UnknownEvent`], and with [`Refusal::Invalid`] once the event has a room, because the
    /// room's commitment is shown from then on.
    ///
    /// [`Refusal::UnknownEvent`]: crate::Refusal::UnknownEvent
    /// [`Refusal::Invalid`]: crate::Refusal::Invalid
    pub fn set_draw_seed(
        &self,
        event: &EventId,
        seed: &[u8; 32],
        key: Option<&IdempotencyKey>,
    ) -> Pending<Done> {
        let core = self.engine.core();
        self.engine.pending(core.set_draw_seed(event, seed, key, core.state.now()))
    }

    /// Forgets all remembered idempotency answers, now and here; those that a snapshot or the journal holds come back
    /// with the next opening until their time is over. A retry may act twice.
    pub fn clear_idempotency(&self) {
        self.engine.core().state.answers.clear();
    }
}
