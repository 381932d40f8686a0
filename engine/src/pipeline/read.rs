//! Reads. A read of a reservation or payment says where its last record ends, so that its caller can wait until what
//! it shows is durable; counts and places in line may run ahead.

use crate::clock::UnixMs;
use crate::command::{Money, ReservationRef};
use crate::error::{PaymentState, Refusal, ReservationState};
use crate::ids::{EventId, PaymentId, ReservationId, UserId, WebhookId};
use crate::inventory::{PackedPlace, Place};
use crate::limits::PAGE_MAX;
use crate::outbox::Webhook;
use crate::payments::Intent;
use crate::reservations::Reservation;
use crate::users::{List, Listed};
use crate::views::{
    Cursor, EventView, Page, PaymentView, PlaceView, QueueView, ReservationView, SeatView, SectionView,
    WebhookView,
};

use super::core::Core;
use super::events::{Event, EventShown};
use super::shown::{Lapses, SeatRead, Shown};

/// Entries that one page looks at, at most: a rare filter over a long list gives short pages, not long waits.
const LOOKED_AT_MAX: usize = 4_096;

impl Core {
    /// A reservation and the end of its last record.
    pub(crate) fn read_reservation(
        &self,
        which: &ReservationRef,
        user: Option<&UserId>,
        now: UnixMs,
    ) -> Result<(ReservationView, u64), Refusal> {
        let id = self.reservation_id(which)?;
        let facts = self.look(now, || self.facts(id)).transpose().ok_or(Refusal::UnknownReservation)?;
        let view = self.reservation_view(&facts, now).ok_or(Refusal::UnknownReservation)?;
        if user.is_some_and(|user| view.user != *user) {
            return Err(Refusal::Forbidden);
        }
        Ok((view, facts.position))
    }

    fn reservation_view(&self, facts: &Shown<Reservation>, now: UnixMs) -> Option<ReservationView> {
        let event = self.state.catalog.get(facts.event)?;
        let lapsed = facts.has_lapsed(now);
        let (user, external) = self.state.names_of(facts)?;
        let payment = facts.payment.and_then(|(slot, generation)| {
            let intent = self.state.payments.slot(slot)?.read()?;
            (intent.id.generation == generation).then_some(PaymentId(intent.id))
        });
        Some(ReservationView {
            id: ReservationId(facts.id),
            external: external.map(|external| (*external).clone()),
            event: event.id.clone(),
            event_number: event.number,
            user,
            state: if lapsed { ReservationState::Expired } else { facts.state },
            places: facts.places.iter().copied().collect(),
            total: Money { minor: facts.total_minor, currency: event.settings.load().currency },
            created_at: facts.created_at,
            changed_at: facts.changed_at,
            expires_at: facts.expires_at,
            extensions: facts.extensions,
            payment,
        })
    }

    /// A user's reservations, newest first.
    pub(crate) fn list_reservations(
        &self,
        user: &UserId,
        state: Option<ReservationState>,
        event: Option<&EventId>,
        page: (Option<Cursor>, usize),
        now: UnixMs,
    ) -> (Page<ReservationView>, u64) {
        self.list(List::Reservations, user, page, |entry| {
            let slot = self.state.reservations.slot(entry.slot)?;
            let facts = self.look(now, || self.state.reservations.read(slot, entry.slot)).transpose()?;
            if facts.id.generation != entry.generation {
                return None;
            }
            let view = self.reservation_view(&facts, now).filter(|view| {
                view.user == *user
                    && state.is_none_or(|state| view.state == state)
                    && event.is_none_or(|event| view.event == *event)
            });
            Some((facts.position, view?))
        })
    }

    /// Reservations of an event whose hold has neither ended nor become a sale. Looks at every slot in use.
    pub(crate) fn held_reservations(&self, event: &Event, now: UnixMs) -> Vec<ReservationId> {
        let held = ReservationState::Pending;
        let facts_of = |index| {
            let slot = self.state.reservations.slot(index)?;
            self.look(now, || self.state.reservations.read(slot, index)).transpose()
        };
        (0..self.state.reservations.slots().high_water())
            .filter_map(facts_of)
            .filter(|facts| facts.state == held && facts.event == event.number && facts.expires_at > now)
            .map(|facts| ReservationId(facts.id))
            .collect()
    }

    /// A payment and the end of its last record.
    pub(crate) fn read_payment(
        &self,
        id: PaymentId,
        user: Option<&UserId>,
        now: UnixMs,
    ) -> Result<(PaymentView, u64), Refusal> {
        let intent =
            self.look(now, || self.state.payments.read(id.0)).transpose().ok_or(Refusal::UnknownPayment)?;
        let view = self.payment_view(&intent, now).ok_or(Refusal::UnknownPayment)?;
        if user.is_some_and(|user| view.user != *user) {
            return Err(Refusal::Forbidden);
        }
        Ok((view, intent.position))
    }

    fn payment_view(&self, intent: &Shown<Intent>, now: UnixMs) -> Option<PaymentView> {
        Some(PaymentView {
            id: PaymentId(intent.id),
            state: if intent.has_lapsed(now) { PaymentState::Expired } else { intent.state },
            reservation: intent.reservation.map(ReservationId),
            unlinked: intent.unlinked.clone(),
            user: self.state.payer(intent)?,
            amount: Money { minor: intent.amount_minor, currency: intent.currency },
            refunded_minor: intent.refunded_minor,
            refunds: intent.refunds,
            method: intent.method,
            scenario: intent.scenario,
            effect: intent.effect,
            created_at: intent.created_at,
            changed_at: intent.changed_at,
            processed_at: (intent.processed_at > UnixMs::ZERO).then_some(intent.processed_at),
            expires_at: intent.expires_at,
            webhook_url: intent.webhook_url.clone(),
            attachment: intent.attachment.clone(),
        })
    }

    /// A user's payments, newest first.
    pub(crate) fn list_payments(
        &self,
        user: &UserId,
        state: Option<PaymentState>,
        reservation: Option<ReservationId>,
        page: (Option<Cursor>, usize),
        now: UnixMs,
    ) -> (Page<PaymentView>, u64) {
        self.list(List::Payments, user, page, |entry| {
            let slot = self.state.payments.slot(entry.slot)?;
            let intent = self.look(now, || slot.read()).transpose()?;
            if intent.id.generation != entry.generation {
                return None;
            }
            let view = self.payment_view(&intent, now).filter(|view| {
                view.user == *user
                    && state.is_none_or(|state| view.state == state)
                    && reservation.is_none_or(|reservation| view.reservation == Some(reservation))
            });
            Some((intent.position, view?))
        })
    }

    /// Walks a user's list behind a cursor and collects one page; also says where the last record shown ends. `read` gives
    /// the view of an entry, unless it is forgotten or not asked for.
    fn list<V>(
        &self,
        list: List,
        user: &UserId,
        (after, most): (Option<Cursor>, usize),
        read: impl Fn(Listed) -> Option<(u64, V)>,
    ) -> (Page<V>, u64) {
        let mut page = Page { items: Vec::new(), next: None };
        let mut position = 0;
        let Some(user) = self.state.users.find(user) else { return (page, 0) };
        let most = most.clamp(1, PAGE_MAX);
        let mut after =
            after.map(|Cursor { created_at, slot, generation }| Listed { created_at, slot, generation });
        let (mut run, mut looked_at) = (Vec::new(), 0);
        loop {
            run.clear();
            self.state.users.behind(list, user, after, &mut run);
            if run.is_empty() {
                return (page, position);
            }
            for &entry in &run {
                if page.items.len() == most || looked_at == LOOKED_AT_MAX {
                    page.next = after.map(|Listed { created_at, slot, generation }| Cursor {
                        created_at,
                        slot,
                        generation,
                    });
                    return (page, position);
                }
                looked_at += 1;
                after = Some(entry);
                if let Some((end, view)) = read(entry) {
                    position = position.max(end);
                    page.items.push(view);
                }
            }
        }
    }

    /// An event, as it is durable.
    pub(crate) fn event_view(&self, event: &Event, shown: &EventShown) -> EventView {
        EventView {
            id: event.id.clone(),
            number: event.number,
            settings: (*shown.settings).clone(),
            sale: shown.sale,
            counts: event.seats.totals().into(),
            has_queue: shown.line.as_ref().is_some_and(|line| line.policy.enabled),
        }
    }

    /// An event's sections with their counts.
    pub(crate) fn sections(&self, event: &Event) -> Vec<SectionView> {
        let layout = event.seats.layout();
        (0..layout.sections())
            .map(|section| {
                let view = layout.section(section);
                SectionView {
                    name: view.name.to_owned(),
                    standing: view.general,
                    counts: event.seats.counts(section).into(),
                    price_min_minor: view.price_min_minor,
                    price_max_minor: view.price_max_minor,
                }
            })
            .collect()
    }

    /// Seats of an event from index `from` on, at most `most`, with their states. A seat whose hold has lapsed counts
    /// as available.
    pub(crate) fn seats(&self, event: &Event, from: u32, most: usize, now: UnixMs) -> Vec<SeatView> {
        let seats = event.seats.layout().seats();
        (from.min(seats)..seats)
            .take(most)
            .map(|index| {
                let seat = crate::inventory::SeatIx(index);
                SeatView {
                    place: describe(event, PackedPlace::seat(seat)),
                    state: self.seat_state(event, seat, now),
                }
            })
            .collect()
    }

    /// How a seat stands now.
    pub(crate) fn seat_state(
        &self,
        event: &Event,
        seat: crate::inventory::SeatIx,
        now: UnixMs,
    ) -> crate::views::SeatState {
        use crate::inventory::SeatState as Word;
        use crate::views::SeatState;
        let read = self.look(now, || self.read_seat(event, seat));
        match read.state {
            Word::Free => SeatState::Available,
            Word::Held if read.has_lapsed(now) => SeatState::Available,
            Word::Held => SeatState::Reserved,
            Word::Sold => SeatState::Sold,
            Word::Blocked => SeatState::Blocked,
        }
    }

    /// A seat's word and its hold's deadline, of one moment.
    fn read_seat(&self, event: &Event, seat: crate::inventory::SeatIx) -> SeatRead {
        loop {
            let seen = event.seats.seat(seat);
            let is_held = seen.state == crate::inventory::SeatState::Held;
            let holder = if is_held { self.state.reservations.slot(seen.owner) } else { None };
            let held_until = holder.and_then(|slot| {
                let pending = ReservationState::Pending as u8;
                slot.status.read(|seen| (seen.state == pending).then(|| slot.expires_at()))
            });
            // The deadline may be of a later life of the slot: it counts only if the seat is still the same hold's.
            if holder.is_none() || event.seats.seat(seat) == seen {
                return SeatRead { state: seen.state, held_until };
            }
        }
    }

    /// A line's figures.
    pub(crate) fn queue_view(
        &self,
        event: &Event,
        shown: &EventShown,
        now: UnixMs,
    ) -> Result<QueueView, Refusal> {
        let (line, shown) = event.line.get().zip(shown.line.as_ref()).ok_or(Refusal::NoWaitingLine)?;
        let stats = line.stats(now);
        Ok(QueueView {
            waiting: stats.waiting,
            ready: stats.ready,
            inside: stats.inside,
            admitted_total: stats.admitted_total,
            expired_total: stats.expired_total,
            left_total: stats.left_total,
            admitted_per_minute: u32::try_from(stats.admitted.minute).unwrap_or(u32::MAX),
            average_wait_ms: stats.admitted.mean_wait_ms.unwrap_or(0),
            paused: shown.paused,
        })
    }

    /// People let in during the last second that is over.
    pub(crate) fn admitted_last_second(&self, event: &Event, now: UnixMs) -> Result<u32, Refusal> {
        let line = event.line.get().ok_or(Refusal::NoWaitingLine)?;
        Ok(u32::try_from(line.stats(now).admitted.second).unwrap_or(u32::MAX))
    }

    /// Webhooks whose time has come, and the time of the next one. Only those that are durable.
    pub(crate) fn due_webhooks(
        &self,
        now: UnixMs,
        durable: u64,
        most: usize,
    ) -> (Vec<WebhookView>, Option<UnixMs>) {
        let (due, next) = self.state.outbox.due(now, most);
        (due.iter().filter(|webhook| webhook.position <= durable).map(webhook_view).collect(), next)
    }

    /// Dead letters behind an order, oldest first. Only those that are durable.
    pub(crate) fn dead_webhooks(&self, after_order: u64, durable: u64, most: usize) -> Vec<WebhookView> {
        let dead = self.state.outbox.dead(after_order, most.clamp(1, PAGE_MAX));
        dead.iter().filter(|webhook| webhook.position <= durable).map(webhook_view).collect()
    }
}

fn webhook_view(webhook: &Webhook) -> WebhookView {
    WebhookView {
        id: WebhookId(webhook.id),
        payment: PaymentId(webhook.payment),
        tells: webhook.tells,
        created_at: webhook.created_at,
        attempts: webhook.attempts,
        next_at: webhook.next_at,
        order: webhook.order,
    }
}

/// A place in words.
pub(crate) fn describe(event: &Event, place: PackedPlace) -> PlaceView {
    let layout = event.seats.layout();
    match place.unpack() {
        Place::Seat(seat) => {
            let info = layout.seat(seat);
            let id = layout.label(seat);
            PlaceView {
                number: layout.number_of(&id).to_owned(),
                section: info.section.to_owned(),
                row: info.row.to_owned(),
                price_minor: info.price_minor,
                count: 1,
                id,
            }
        }
        Place::General { section, count } => {
            let view = layout.section(section);
            PlaceView {
                id: view.name.to_owned(),
                section: view.name.to_owned(),
                row: String::new(),
                number: String::new(),
                price_minor: view.price_min_minor,
                count: count.into(),
            }
        }
    }
}
