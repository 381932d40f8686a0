//! What a record does to reservations, seats and payments once it is in the journal. The live path calls these while
//! it owns what they change; replay calls the same ones. The answers that records imply are made here too, so that an
//! answer remembered live and one remembered by replay have the same bytes.

use crate::clock::UnixMs;
use crate::error::{PaymentState, ReservationState};
use crate::idempotency::Answer;
use crate::ids::{PaymentId, ReservationId, SlotId};
use crate::inventory::{PackedPlace, Place};
use crate::record::{
    Changes, Confirmed, Ended, Extended, Held, PartReleased, PaymentCreated, PaymentRefunded, PaymentSettled,
    Remember, Settlement,
};
use crate::reply::{self, Effect, Places, Reply};
use crate::reservations::{Facts, Slot, SlotState};
use crate::users::{List, Listed, UserIx};

use super::once::with_reply_bytes;
use super::state::State;

/// Seats and standing places that a list stands for.
pub(crate) fn seat_count(places: impl IntoIterator<Item = PackedPlace>) -> u32 {
    places.into_iter().map(PackedPlace::quantity).sum()
}

pub(crate) fn places(changes: &Changes) -> Places {
    let mut places = Places::new();
    for change in changes {
        places.push(change.place);
    }
    places
}

/// The entry of a thing in its user's list.
pub(crate) fn listed(id: SlotId, created_at: UnixMs) -> Listed {
    Listed { created_at, slot: id.slot, generation: id.generation }
}

impl State {
    /// A hold is in its slot, listed, and has its deadline. The caller owns the slot, counted the user's seats, and
    /// commits the slot after.
    pub(crate) fn held(&self, slot: &Slot, user: UserIx, held: &Held, at: UnixMs, end: u64) {
        let facts = Facts {
            id: held.id,
            state: SlotState::Is(ReservationState::Pending),
            position: end,
            event: held.event,
            user,
            ticket: held.ticket,
            payment: None,
            created_at: at,
            changed_at: at,
            expires_at: held.expires_at,
            total_minor: held.total_minor,
            extensions: 0,
            places: places(&held.changes),
        };
        self.reservations.fill(slot, &facts);
        self.users.link(List::Reservations, user, listed(held.id, at));
        self.arm_hold(held.id.slot, held.expires_at, at);
    }

    /// A hold lasts longer.
    pub(crate) fn extended(&self, slot: &Slot, extended: &Extended, at: UnixMs, end: u64) {
        slot.set_expiry(extended.expires_at, extended.extensions);
        slot.set_position(end, at);
        self.arm_hold(extended.id.slot, extended.expires_at, at);
    }

    /// Part of a hold went back: `facts` is the hold before.
    pub(crate) fn part_released(
        &self,
        slot: &Slot,
        facts: &Facts,
        part: &PartReleased,
        at: UnixMs,
        end: u64,
    ) {
        let kept: Places = without(&facts.places, &part.changes);
        self.reservations.set_places(slot, part.id.slot, &kept, part.total_minor);
        slot.set_position(end, at);
        self.users.give_back(facts.user, part.event, seat_count(places(&part.changes)));
    }

    /// A hold ended without a sale: its seats are no longer the user's.
    pub(crate) fn ended(&self, slot: &Slot, facts: &Facts, ended: &Ended, at: UnixMs, end: u64) {
        self.gone(slot, facts, ended.event, &ended.changes, at, end);
        if ended.state == ReservationState::Expired {
            self.metrics.expired.add(1);
        }
    }

    /// A hold became a sale.
    pub(crate) fn confirmed(&self, slot: &Slot, confirmed: &Confirmed, at: UnixMs, end: u64) {
        slot.set_position(end, at);
        self.deadlines.holds.clear(confirmed.id.slot);
    }

    /// What a payment's end did to its reservation, which the caller owns; `facts` is the reservation before.
    pub(crate) fn settled_reservation(
        &self,
        slot: &Slot,
        facts: &Facts,
        effect: Effect,
        settlement: &Settlement,
        at: UnixMs,
        end: u64,
    ) {
        match effect {
            Effect::Confirmed => {
                slot.set_position(end, at);
                self.deadlines.holds.clear(facts.id.slot);
            }
            Effect::Retaken => {
                slot.set_position(end, at);
                self.deadlines.holds.clear(facts.id.slot);
                self.users.take_again(facts.user, settlement.event, seat_count(places(&settlement.changes)));
            }
            Effect::Released => self.gone(slot, facts, settlement.event, &settlement.changes, at, end),
            Effect::None | Effect::PaidBack => {}
        }
    }

    /// The reservation that a settlement's effect leaves behind.
    pub(crate) fn settled_state(effect: Effect, refund: bool) -> ReservationState {
        match effect {
            Effect::Confirmed | Effect::Retaken => ReservationState::Confirmed,
            Effect::Released if refund => ReservationState::Refunded,
            Effect::Released => ReservationState::Failed,
            Effect::None | Effect::PaidBack => unreachable!("{effect:?} settles no reservation"),
        }
    }

    /// Nothing points at the reservation any more. The caller owns the slot, and frees it after.
    pub(crate) fn reservation_forgotten(&self, index: u32, facts: &Facts, end: u64, at: UnixMs) {
        self.users.unlink(List::Reservations, facts.user, index);
        self.users.leave(facts.user);
        self.reservations.unbind_external(index);
        self.deadlines.holds.clear(index);
        if let Some(slot) = self.reservations.slot(index) {
            self.reservations.set_places(slot, index, &[], 0);
            slot.set_position(end, at);
        }
    }

    /// By replay: the answer that the write's record implies is remembered.
    pub(crate) fn remember(&self, remember: &Remember, reply: &Reply, end: u64) {
        with_reply_bytes(reply, |bytes| self.remember_bytes(remember, bytes, end));
    }

    /// By replay: as [`State::remember`], of an answer as it was written down.
    pub(crate) fn remember_bytes(&self, remember: &Remember, reply: &[u8], end: u64) {
        self.answers.install(Answer {
            key: remember.key,
            fingerprint: remember.fingerprint,
            reply,
            offset: end,
            expires: remember.until,
        });
        self.arm_forgetting(remember.until);
    }

    fn gone(&self, slot: &Slot, facts: &Facts, event: u32, changes: &Changes, at: UnixMs, end: u64) {
        slot.set_position(end, at);
        self.users.give_back(facts.user, event, seat_count(places(changes)));
        self.deadlines.holds.set(facts.id.slot, at.plus(self.config.retention));
    }
}

/// The places that are left when some are given back.
pub(crate) fn without(all: &[PackedPlace], part: &Changes) -> Places {
    let left = |place: &PackedPlace| match place.unpack() {
        Place::Seat(_) => (!part.iter().any(|change| change.place == *place)).then_some(*place),
        Place::General { section, count } => {
            let given = part.iter().find_map(|change| match change.place.unpack() {
                Place::General { section: at, count } if at == section => Some(count),
                _ => None,
            });
            let left = count - given.unwrap_or(0);
            (left > 0).then(|| PackedPlace::general(section, left))
        }
    };
    all.iter().filter_map(left).collect()
}

pub(crate) fn reserved_reply(held: &Held) -> Reply {
    Reply::Reserved(reply::Reserved {
        id: ReservationId(held.id),
        event: held.event,
        places: places(&held.changes),
        total_minor: held.total_minor,
        expires_at: held.expires_at,
    })
}

pub(crate) fn extended_reply(extended: &Extended) -> Reply {
    Reply::Extended(reply::Extended {
        id: ReservationId(extended.id),
        expires_at: extended.expires_at,
        extended_ms: extended.by_ms,
    })
}

pub(crate) fn part_released_reply(part: &PartReleased, at: UnixMs) -> Reply {
    Reply::Released(reply::Released {
        id: ReservationId(part.id),
        event: part.event,
        state: ReservationState::Pending,
        places: places(&part.changes),
        at,
    })
}

pub(crate) fn ended_reply(ended: &Ended, at: UnixMs) -> Reply {
    Reply::Released(reply::Released {
        id: ReservationId(ended.id),
        event: ended.event,
        state: ended.state,
        places: places(&ended.changes),
        at,
    })
}

pub(crate) fn confirmed_reply(confirmed: &Confirmed, at: UnixMs) -> Reply {
    Reply::Confirmed(reply::Confirmed {
        id: ReservationId(confirmed.id),
        event: confirmed.event,
        places: places(&confirmed.changes),
        total_minor: confirmed.total_minor,
        at,
    })
}

pub(crate) fn created_reply(created: &PaymentCreated, at: UnixMs) -> Reply {
    Reply::Payment(reply::PaymentChanged {
        id: PaymentId(created.id),
        state: PaymentState::Pending,
        at,
        expires_at: created.expires_at,
        refunded_minor: 0,
        refund_number: 0,
        effect: Effect::None,
    })
}

pub(crate) fn settled_reply(settled: &PaymentSettled, at: UnixMs) -> Reply {
    Reply::Payment(reply::PaymentChanged {
        id: PaymentId(settled.id),
        state: settled.state,
        at,
        expires_at: settled.expires_at,
        refunded_minor: settled.refunded_minor,
        refund_number: u32::from(settled.refunded_minor > 0),
        effect: settled.effect,
    })
}

pub(crate) fn refunded_reply(refunded: &PaymentRefunded, at: UnixMs) -> Reply {
    Reply::Payment(reply::PaymentChanged {
        id: PaymentId(refunded.id),
        state: refunded.state,
        at,
        expires_at: refunded.expires_at,
        refunded_minor: refunded.refunded_minor,
        refund_number: refunded.number,
        effect: if refunded.settlement.is_some() { Effect::Released } else { Effect::None },
    })
}
