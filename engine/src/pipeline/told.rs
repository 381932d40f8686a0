//! What a record means to readers.

use smallvec::SmallVec;

use crate::clock::UnixMs;
use crate::error::{PaymentState, ReservationState};
use crate::ids::{PaymentId, ReservationId, SlotId, UserId, WebhookId};
use crate::journal::Position;
use crate::record::{Changes, Record, Settlement};
use crate::reply::Effect;
use crate::updates::{PaymentUpdate, PlaceChanged, ReservationUpdate, Update, What};
use crate::views::SeatState;

use super::state::State;

impl State {
    /// The update that a durable record makes; `None` for those that concern nobody outside.
    pub(crate) fn tell(&self, record: &Record, end: u64, at: UnixMs) -> Option<Update> {
        let (event, what) = self.what(record)?;
        let event = event.and_then(|number| self.catalog.get(number)).map(|event| event.id.clone());
        Some(Update { position: Position(end), at, event, what })
    }

    fn what(&self, record: &Record) -> Option<(Option<u32>, What)> {
        Some(match record {
            Record::EventCreated(created) => (Some(created.event), What::EventCreated),
            Record::EventChanged(changed) => (Some(changed.event), What::EventChanged),
            Record::QueuePolicyChanged(changed) => (Some(changed.event), What::EventChanged),
            Record::SaleChanged(changed) => (Some(changed.event), What::Sale(changed.state)),
            Record::QueuePaused(paused) => (Some(paused.event), What::QueuePaused(paused.paused)),
            Record::RoomDrawn(drawn) => (Some(drawn.event), What::RoomDrawn(drawn.seed)),
            Record::SeatsBlocked(blocked) => {
                let state = if blocked.blocked { SeatState::Blocked } else { SeatState::Available };
                (Some(blocked.event), What::Seats(changed(&blocked.changes, state)))
            }
            Record::TicketJoined(joined) => (Some(joined.event), What::Joined(joined.ticket)),
            Record::TicketLeft(left) => (Some(left.event), What::Left(left.ticket)),
            Record::TicketsReady(ready) => {
                (Some(ready.event), What::Ready(ready.tickets.clone(), ready.claim_until))
            }
            Record::TicketAdmitted(admitted) => (Some(admitted.event), What::Admitted(admitted.ticket)),
            Record::TicketsExpired(expired) => {
                (Some(expired.event), What::TicketsExpired(expired.tickets.clone()))
            }
            Record::Noted(noted) => (None, What::Note(noted.name.clone())),
            Record::WebhookAttempted(attempted) => (None, What::Webhook(WebhookId(attempted.id))),
            Record::WebhookReplayed(replayed) => (None, What::Webhook(WebhookId(replayed.id))),
            Record::Forgotten(_) | Record::Answered(_) => return None,
            _ => return self.what_of_sale(record),
        })
    }

    fn what_of_sale(&self, record: &Record) -> Option<(Option<u32>, What)> {
        use ReservationState::{Confirmed, Pending};
        let none = || SmallVec::new();
        let (event, update) = match record {
            Record::Held(held) => (
                held.event,
                ReservationUpdate {
                    id: ReservationId(held.id),
                    user: Some(held.user.clone()),
                    from: None,
                    state: Pending,
                    expires_at: Some(held.expires_at),
                    places: changed(&held.changes, SeatState::Reserved),
                },
            ),
            Record::Extended(extended) => {
                let update =
                    self.moved(extended.id, Some(Pending), Pending, Some(extended.expires_at), none());
                (extended.event, update)
            }
            Record::PartReleased(part) => {
                let places = changed(&part.changes, SeatState::Available);
                (part.event, self.moved(part.id, Some(Pending), Pending, None, places))
            }
            Record::Ended(ended) => {
                let places = changed(&ended.changes, SeatState::Available);
                (ended.event, self.moved(ended.id, Some(Pending), ended.state, None, places))
            }
            Record::Confirmed(confirmed) => {
                let places = changed(&confirmed.changes, SeatState::Sold);
                (confirmed.event, self.moved(confirmed.id, Some(Pending), Confirmed, None, places))
            }
            Record::HoldExpiring(expiring) => {
                let (id, expires_at) = (ReservationId(expiring.id), expiring.expires_at);
                let user = self.user_of(expiring.id);
                return Some((Some(expiring.event), What::HoldExpiring { id, user, expires_at }));
            }
            _ => return self.what_of_payment(record),
        };
        Some((Some(event), What::Reservation(update)))
    }

    fn what_of_payment(&self, record: &Record) -> Option<(Option<u32>, What)> {
        let plain = |id, state| self.paid(id, state, Effect::None, (0, 0), None);
        Some(match record {
            Record::PaymentCreated(created) => {
                let mut update = plain(created.id, PaymentState::Pending);
                update.user = Some(created.user.clone());
                (None, What::Payment(update))
            }
            Record::PaymentProcessing(processing) => {
                (None, What::Payment(plain(processing.id, PaymentState::Processing)))
            }
            Record::PaymentSettled(settled) => {
                let reservation = settled
                    .settlement
                    .as_ref()
                    .map(|settlement| self.settled(settlement, settled.effect, false));
                let back = (settled.refunded_minor, u32::from(settled.refunded_minor > 0));
                let update = self.paid(settled.id, settled.state, settled.effect, back, reservation);
                (settled.settlement.as_ref().map(|settlement| settlement.event), What::Payment(update))
            }
            Record::PaymentRefunded(refunded) => {
                let effect = if refunded.settlement.is_some() { Effect::Released } else { Effect::None };
                let reservation =
                    refunded.settlement.as_ref().map(|settlement| self.settled(settlement, effect, true));
                let back = (refunded.refunded_minor, refunded.number);
                let update = self.paid(refunded.id, refunded.state, effect, back, reservation);
                (refunded.settlement.as_ref().map(|settlement| settlement.event), What::Payment(update))
            }
            other => unreachable!("{} is told elsewhere", other.name()),
        })
    }

    fn settled(&self, settlement: &Settlement, effect: Effect, refund: bool) -> ReservationUpdate {
        let (from, seats) = match effect {
            Effect::Retaken => (ReservationState::Expired, SeatState::Sold),
            Effect::Confirmed => (ReservationState::Pending, SeatState::Sold),
            _ if refund => (ReservationState::Confirmed, SeatState::Available),
            _ => (ReservationState::Pending, SeatState::Available),
        };
        let state = Self::settled_state(effect, refund);
        self.moved(settlement.reservation, Some(from), state, None, changed(&settlement.changes, seats))
    }

    fn moved(
        &self,
        id: SlotId,
        from: Option<ReservationState>,
        state: ReservationState,
        expires_at: Option<UnixMs>,
        places: SmallVec<[PlaceChanged; 8]>,
    ) -> ReservationUpdate {
        ReservationUpdate { id: ReservationId(id), user: self.user_of(id), from, state, expires_at, places }
    }

    fn paid(
        &self,
        id: SlotId,
        state: PaymentState,
        effect: Effect,
        (refunded_minor, refund_number): (i64, u32),
        reservation: Option<ReservationUpdate>,
    ) -> PaymentUpdate {
        let user = self.payments.read(id).and_then(|(_, intent, _)| self.payer(&intent));
        PaymentUpdate { id: PaymentId(id), user, state, effect, refunded_minor, refund_number, reservation }
    }

    fn user_of(&self, id: SlotId) -> Option<UserId> {
        let slot = self.reservations.find(id)?;
        let facts = self.reservations.read(slot, id.slot);
        if facts.id == id { self.names_of(&facts).map(|(user, _)| user) } else { None }
    }
}

fn changed(changes: &Changes, state: SeatState) -> SmallVec<[PlaceChanged; 8]> {
    changes
        .iter()
        .map(|change| PlaceChanged { place: change.place, state, version: change.version })
        .collect()
}
