//! Reads. Reservations, payments, an event's settings and states, and notes are shown as they are durable: a read waits
//! for the first two, and shows the newest durable value of the others. Counts and places in line may run ahead of the
//! disk.

use std::time::Duration;

use super::Engine;
use crate::acks::Pending;
use crate::clock::UnixMs;
use crate::command::{Caller, ReservationRef};
use crate::error::{PaymentState, Refusal, ReservationState};
use crate::ids::{
    EventId, ExternalId, PaymentId, ReservationId, ReservationToken, SeatId, UserId, WaitingToken,
};
use crate::inventory::PackedPlace;
use crate::limits::PAGE_MAX;
use crate::metrics::Counter;
use crate::pipeline::{Event, EventShown, describe};
use crate::views::{
    Counts, Cursor, DrawResult, DrawView, EventView, Page, PaymentView, PlaceView, QueuePlace, QueueView,
    ReservationView, Retries, SeatView, SectionView, Status, WebhookView, Work,
};

impl Engine {
    /// A reservation. It must be the caller's, unless an operator asks.
    pub fn reservation(&self, which: &ReservationRef, caller: &Caller) -> Pending<ReservationView> {
        let core = self.core();
        self.durable(core.read_reservation(which, caller.user(), core.state.now()))
    }

    /// A user's reservations, newest first, at most 100 a page.
    pub fn reservations(
        &self,
        user: &UserId,
        state: Option<ReservationState>,
        event: Option<&EventId>,
        after: Option<Cursor>,
        most: usize,
    ) -> Pending<Page<ReservationView>> {
        let core = self.core();
        self.durable(Ok(core.list_reservations(user, state, event, (after, most), core.state.now())))
    }

    /// A payment intent. It must be the caller's, unless an operator asks.
    pub fn payment(&self, id: PaymentId, caller: &Caller) -> Pending<PaymentView> {
        let core = self.core();
        self.durable(core.read_payment(id, caller.user(), core.state.now()))
    }

    /// A user's payments, newest first, at most 100 a page.
    pub fn payments(
        &self,
        user: &UserId,
        state: Option<PaymentState>,
        reservation: Option<ReservationId>,
        after: Option<Cursor>,
        most: usize,
    ) -> Pending<Page<PaymentView>> {
        let core = self.core();
        self.durable(Ok(core.list_payments(user, state, reservation, (after, most), core.state.now())))
    }

    /// An event. Its settings and states are the newest that are durable; one whose creation is not is unknown.
    ///
    /// # Errors
    /// [`Refusal::UnknownEvent`].
    pub fn event(&self, id: &EventId) -> Result<EventView, Refusal> {
        self.find_shown(id).map(|(event, shown)| self.core().event_view(event, &shown))
    }

    /// All events, in the order of their creation.
    #[must_use]
    pub fn events(&self) -> Vec<EventView> {
        let (core, durable) = (self.core(), self.durable_end());
        let view = |event: &Event| Some(core.event_view(event, &event.shown(durable)?));
        core.state.catalog.each().filter_map(view).collect()
    }

    /// An event's sections with counts and prices.
    ///
    /// # Errors
    /// [`Refusal::UnknownEvent`].
    pub fn sections(&self, id: &EventId) -> Result<Vec<SectionView>, Refusal> {
        self.find(id).map(|event| self.core().sections(event))
    }

    /// An event's counts: at every moment they add up.
    ///
    /// # Errors
    /// [`Refusal::UnknownEvent`].
    pub fn counts(&self, id: &EventId) -> Result<Counts, Refusal> {
        self.find(id).map(|event| event.seats.totals().into())
    }

    /// Numbered seats of an event, from index `from` on, at most `most`. As every read, they show all updates up to an
    /// [`Engine::position`] that was taken before.
    ///
    /// # Errors
    /// [`Refusal::UnknownEvent`].
    pub fn seats(&self, id: &EventId, from: u32, most: usize) -> Result<Vec<SeatView>, Refusal> {
        let core = self.core();
        self.find(id).map(|event| core.seats(event, from, most, core.state.now()))
    }

    /// These seats, in the order asked for.
    ///
    /// # Errors
    /// [`Refusal::UnknownEvent`], [`Refusal::UnknownSeats`].
    pub fn seats_named(&self, id: &EventId, seats: &[SeatId]) -> Result<Vec<SeatView>, Refusal> {
        let (core, event) = (self.core(), self.find(id)?);
        let now = core.state.now();
        let layout = event.seats.layout();
        let found: Vec<_> = seats.iter().map(|seat| (seat, layout.resolve(seat.as_bytes()))).collect();
        let missing: Box<[String]> =
            found.iter().filter(|(_, index)| index.is_none()).map(|(seat, _)| seat.to_string()).collect();
        if !missing.is_empty() {
            return Err(Refusal::UnknownSeats(missing));
        }
        let view = |seat| SeatView {
            place: describe(event, PackedPlace::seat(seat)),
            state: core.seat_state(event, seat, now),
        };
        Ok(found.into_iter().filter_map(|(_, index)| index).map(view).collect())
    }

    /// One bit for each numbered seat, 1 = free, each row beginning a new word: for readers that show the whole hall
    /// many times a second. May run ahead of the seats' states by nanoseconds.
    ///
    /// # Errors
    /// [`Refusal::UnknownEvent`].
    pub fn copy_free_seats(&self, id: &EventId, out: &mut Vec<u64>) -> Result<(), Refusal> {
        self.find(id).map(|event| event.seats.copy_free(out))
    }

    /// Where a seat's bit is in what [`Engine::copy_free_seats`] gives: word and bit.
    ///
    /// # Errors
    /// [`Refusal::UnknownEvent`], [`Refusal::UnknownSeats`].
    pub fn free_seat_bit(&self, id: &EventId, seat: &SeatId) -> Result<(usize, u32), Refusal> {
        let event = self.find(id)?;
        let index = event.seats.layout().resolve(seat.as_bytes());
        index
            .map(|seat| event.seats.bit_of(seat))
            .ok_or_else(|| Refusal::UnknownSeats(Box::new([seat.to_string()])))
    }

    /// A place of a reservation in words; `None` if the event does not exist.
    #[must_use]
    pub fn describe(&self, event_number: u32, place: PackedPlace) -> Option<PlaceView> {
        self.core().state.catalog.get(event_number).map(|event| describe(event, place))
    }

    /// The id behind an event's number.
    #[must_use]
    pub fn event_id(&self, event_number: u32) -> Option<EventId> {
        self.core().state.catalog.get(event_number).map(|event| event.id.clone())
    }

    /// A place in the line. Asking counts as activity.
    ///
    /// # Errors
    /// [`Refusal::UnknownToken`] for a token that is not one of ours, or is long forgotten.
    pub fn queue_place(&self, token: &WaitingToken) -> Result<QueuePlace, Refusal> {
        self.core().queue_place(token, self.now())
    }

    /// The event of a waiting token, if the token is one of ours.
    ///
    /// # Errors
    /// [`Refusal::UnknownToken`].
    pub fn token_event(&self, token: &WaitingToken) -> Result<EventId, Refusal> {
        self.core().waiting(token).map(|(event, _)| event.id.clone())
    }

    /// The credentials of a ticket, by its number in updates; `None` if the event does not exist.
    #[must_use]
    pub fn tokens_of(&self, event_number: u32, ticket: u32) -> Option<(WaitingToken, ReservationToken)> {
        let core = self.core();
        let event = core.state.catalog.get(event_number)?.number;
        let waiting = WaitingToken { event, ticket, mac: core.secrets.waiting_mac(event, ticket) };
        let reservation =
            ReservationToken { event, ticket, mac: core.secrets.reservation_mac(event, ticket) };
        Some((waiting, reservation))
    }

    /// Figures of an event's waiting line.
    ///
    /// # Errors
    /// [`Refusal::UnknownEvent`], [`Refusal::NoWaitingLine`].
    pub fn queue(&self, id: &EventId) -> Result<QueueView, Refusal> {
        let core = self.core();
        self.find_shown(id).and_then(|(event, shown)| core.queue_view(event, &shown, core.state.now()))
    }

    /// People let in from an event's line during the last second of the clock that is over.
    ///
    /// # Errors
    /// As [`Engine::queue`].
    pub fn admitted_last_second(&self, id: &EventId) -> Result<u32, Refusal> {
        let core = self.core();
        self.find(id).and_then(|event| core.admitted_last_second(event, core.state.now()))
    }

    /// The rules of an event's waiting line.
    ///
    /// # Errors
    /// [`Refusal::UnknownEvent`], [`Refusal::NoWaitingLine`].
    pub fn queue_policy(&self, id: &EventId) -> Result<crate::QueuePolicy, Refusal> {
        let (_, shown) = self.find_shown(id)?;
        shown.line.map(|line| (*line.policy).clone()).ok_or(Refusal::NoWaitingLine)
    }

    /// The draw of an event's pre-sale room: the commitment before it, the seed after it.
    ///
    /// # Errors
    /// [`Refusal::UnknownEvent`], [`Refusal::NoWaitingLine`].
    pub fn draw(&self, id: &EventId) -> Result<DrawView, Refusal> {
        let (event, shown) = self.find_shown(id)?;
        self.core().draw_view(event, &shown, self.durable_end()).ok_or(Refusal::NoWaitingLine)
    }

    /// What came of the draw of an event's pre-sale room; `None` before the draw.
    ///
    /// # Errors
    /// [`Refusal::UnknownEvent`], [`Refusal::NoWaitingLine`].
    pub fn draw_result(&self, id: &EventId) -> Result<Option<DrawResult>, Refusal> {
        let (event, shown) = self.find_shown(id)?;
        let line = event.line.get().ok_or(Refusal::NoWaitingLine)?;
        // An order that is not durable yet is not shown.
        let drawn = shown.line.is_some_and(|line| line.drawn_seed.is_some());
        Ok(line
            .drawn_order()
            .filter(|_| drawn)
            .map(|(entrants, order_hash)| DrawResult { entrants, order_hash }))
    }

    /// Webhooks whose time has come, at most `most`, and the time of the next one. Deliver them, then report.
    #[must_use]
    pub fn due_webhooks(&self, most: usize) -> (Vec<WebhookView>, Option<UnixMs>) {
        self.core().due_webhooks(self.now(), self.durable_end(), most)
    }

    /// Dead letters behind an order (0 for the first page), oldest first, at most 100.
    #[must_use]
    pub fn dead_webhooks(&self, after_order: u64) -> Vec<WebhookView> {
        self.core().dead_webhooks(after_order, self.durable_end(), PAGE_MAX)
    }

    /// A note's newest durable value. A change shows once it is durable, at the latest when its answer may be seen.
    #[must_use]
    pub fn read_note(&self, name: &ExternalId) -> Option<Vec<u8>> {
        self.core().state.notes.get(name, self.durable_end())
    }

    /// All notes whose names begin with `prefix`, in order, with their newest durable values.
    #[must_use]
    pub fn notes(&self, prefix: &str) -> Vec<(ExternalId, Vec<u8>)> {
        self.core().state.notes.starting_with(prefix, self.durable_end())
    }

    /// Figures of the engine as a whole.
    #[must_use]
    pub fn status(&self) -> Status {
        let core = self.core();
        let timers = &core.state.deadlines;
        let live = [&timers.holds, &timers.payments, &timers.lines.timers, &timers.chores];
        Status {
            written: core.log.buffer.tail(),
            durable: self.inner.history.newest(),
            snapshot: core.state.metrics.snapshot_end.get(),
            poisoned: core.log.failure().map(|failure| failure.to_string()),
            disk_full: core.log.is_disk_full(),
            events: u32::try_from(core.state.catalog.each().count()).unwrap_or(u32::MAX),
            reservation_slots: core.state.reservations.slots().high_water(),
            payment_slots: core.state.payments.slots().high_water(),
            users: core.state.users.len(),
            idempotency_keys: core.state.answers.len(),
            webhooks: core.state.outbox.counts(),
            timers: live.iter().map(|timers| timers.live() as usize).sum(),
            commands: (core.state.metrics.commands.get(), core.state.metrics.refusals.get()),
            groups: core.state.metrics.groups.get(),
            fired: core.state.metrics.fired.get(),
        }
    }

    /// What failed without harm and is tried again, since the engine was opened.
    #[must_use]
    pub fn retries(&self) -> Retries {
        let metrics = &self.core().state.metrics;
        Retries {
            segments: metrics.segment_retries.get(),
            snapshots: metrics.snapshot_failures.get(),
            last: metrics.last_retry.lock().clone(),
        }
    }

    /// What the engine's own threads did.
    #[must_use]
    pub fn work(&self) -> Work {
        let metrics = &self.core().state.metrics;
        let moment = |counter: &Counter| Some(counter.get()).filter(|at| *at > 0).map(UnixMs::new);
        Work {
            holds_fired: metrics.fired_holds.get(),
            payments_fired: metrics.fired_payments.get(),
            last_fired_at: moment(&metrics.last_fired_at),
            last_sync: Some(metrics.last_sync_us.get()).filter(|us| *us > 0).map(Duration::from_micros),
            snapshots: metrics.snapshots.get(),
            snapshot_failures: metrics.snapshot_failures.get(),
            last_snapshot_at: moment(&metrics.snapshot_at),
        }
    }

    pub(super) fn find(&self, id: &EventId) -> Result<&Event, Refusal> {
        let event = self.core().state.catalog.find(id).ok_or(Refusal::UnknownEvent)?;
        if event.is_shown(self.durable_end()) { Ok(event) } else { Err(Refusal::UnknownEvent) }
    }

    fn find_shown(&self, id: &EventId) -> Result<(&Event, EventShown), Refusal> {
        let event = self.core().state.catalog.find(id).ok_or(Refusal::UnknownEvent)?;
        let shown = event.shown(self.durable_end()).ok_or(Refusal::UnknownEvent)?;
        Ok((event, shown))
    }

    /// Up to here everything is durable: what callers were answered, and what was published to readers.
    fn durable_end(&self) -> u64 {
        // The writer publishes updates first; so a reader that got the update of a change also sees it here.
        self.core().log.durable.reached().max(self.inner.history.newest())
    }

    fn durable<T>(&self, read: Result<(T, u64), Refusal>) -> Pending<T> {
        match read {
            Ok((view, end)) => Pending::at(view, end, self.core().log.lender.lend()),
            Err(refusal) => Pending::refused(refusal.into()),
        }
    }
}
