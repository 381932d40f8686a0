//! Updates by polling: facts that happened, once they are durable, in the order of the journal. A reader has its own place
//! and slows no other reader; if it is so slow that what comes next is gone, it is told so.

use std::collections::VecDeque;
use std::sync::LazyLock;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use parking_lot::Mutex;
use tacos::{
    EventId, PaymentUpdate, PlaceChanged, Position, ReservationUpdate, UnixMs, Update, UpdateKind,
    UpdateReader, UpdatesLost, UserId,
};

use crate::abi::{
    TACOS_READERS_MAX, tacos_buffer, tacos_engine, tacos_id, tacos_list, tacos_reader, tacos_str,
};
use crate::answer::{id, unless_never};
use crate::arena::Arena;
use crate::engine::with;
use crate::failure::Fault;
use crate::guard;
use crate::handles::Table;
use crate::memory::Out;
use crate::number::Number;
use crate::status::tacos_status;

static READERS: LazyLock<Table<Reader>> = LazyLock::new(|| Table::new(TACOS_READERS_MAX));

/// What stands behind a reader's handle. One thread at a time reads; others wait for it.
type Reader = Mutex<Place>;

struct Place {
    reader: UpdateReader,
    /// Read, and not given yet.
    ready: VecDeque<Update>,
    /// Why nothing comes behind `ready`, if nothing does.
    lost: Option<UpdatesLost>,
}

/// What an update says. A program passes over kinds that it does not know.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum tacos_update_kind {
    /// Of a kind that this version of the ABI has no number for.
    Other = 0,
    /// An event was created.
    EventCreated = 1,
    /// An event's settings, queue policy or draw changed.
    EventChanged = 2,
    /// A sale opened, paused or closed: `state` is a `tacos_sale`.
    Sale = 3,
    /// Admissions were paused (`state` 1) or resumed (0).
    QueuePaused = 4,
    /// The order of the pre-sale room was drawn with `seed`.
    RoomDrawn = 5,
    /// Seats were taken off sale or put back: `places`.
    Seats = 6,
    /// A reservation was made or changed: `reservation`, `user`, `from`, `state`, `expires_at_ms`, `places`.
    Reservation = 7,
    /// A hold ends soon: `reservation`, `user`, `expires_at_ms`.
    HoldExpiring = 8,
    /// A payment intent was made or changed: `payment`, `user`, `payment_state`, `effect`, `refunded_minor`, and, if
    /// `has_reservation`, the fields of the reservation that changed with it.
    Payment = 9,
    /// A webhook was tried, delivered, given up or replayed: `webhook`.
    Webhook = 10,
    /// A customer joined the line: the one ticket in `tickets`.
    Joined = 11,
    /// A customer left it: the one ticket in `tickets`.
    Left = 12,
    /// It is the turn of `tickets`, until `expires_at_ms`.
    Ready = 13,
    /// A customer was let in: the one ticket in `tickets`.
    Admitted = 14,
    /// The time of `tickets` ran out.
    TicketsExpired = 15,
    /// A durable note was set or removed: `name`.
    Note = 16,
}

/// A fact that happened. Which fields mean something is said by its kind; the others are zero.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_update {
    /// Where its record ends: reading from here gives what came after.
    pub position: u64,
    /// When it happened.
    pub at_ms: u64,
    /// The event that it is about, or none.
    pub event: tacos_str,
    /// Whose the reservation or payment is, if it can still be looked up; or none.
    pub user: tacos_str,
    /// The note's name, or none.
    pub name: tacos_str,
    /// Of `tacos_place_changed`: places that changed hands.
    pub places: tacos_list,
    /// Of `uint32_t`: tickets of the line.
    pub tickets: tacos_list,
    /// When the hold ends, or the turn; 0 where nothing is said about it.
    pub expires_at_ms: u64,
    /// What this update paid back, in minor units.
    pub refunded_minor: i64,
    /// The reservation.
    pub reservation: tacos_id,
    /// The payment intent.
    pub payment: tacos_id,
    /// The webhook.
    pub webhook: tacos_id,
    /// The seed of the draw.
    pub seed: [u8; 32],
    /// A `tacos_update_kind`.
    pub what: u32,
    /// Where the sale or reservation stands; see the kind.
    pub state: u32,
    /// Where the reservation stood before, a `tacos_reservation_state`; 0 if it was made just now.
    pub from: u32,
    /// Where the payment stands, a `tacos_payment_state`.
    pub payment_state: u32,
    /// A `tacos_payment_effect`.
    pub effect: u32,
    /// 1 if a reservation changed.
    pub has_reservation: u32,
}

/// How one place stands after an update. It may be applied twice: a version that is not above the reader's
/// is old news.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_place_changed {
    /// The place; `tacos_describe` puts it into words.
    pub place: u32,
    /// A `tacos_seat_state`.
    pub state: u32,
    /// Counts the changes of one seat; 0 for standing places.
    pub version: u32,
}

/// Where the newest durable update ends: reading from here gives only what is new. Take it before reading an event's seats,
/// and the updates behind it are all that the copy may lack.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_position(engine: tacos_engine, out: *mut u64) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let out = Out::new(out)?;
        with(engine, |opening| {
            out.put(opening.engine.position().0);
            Ok(())
        })
    })
}

/// A reader of the updates behind `from`: a position that an update or `tacos_position` gave, or 0 for everything that is
/// kept. Close it by `tacos_updates_close`; it may outlive its engine, and then still gives what is left.
///
/// `UPDATES_GONE`, `UPDATES_NOT_A_POSITION`, `TOO_MANY_HANDLES`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_updates_open(
    engine: tacos_engine,
    from: u64,
    out: *mut tacos_reader,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let out = Out::new(out)?;
        with(engine, |opening| {
            let reader = opening.engine.updates(Position(from)).map_err(Fault::Updates)?;
            let place = Place { reader, ready: VecDeque::new(), lost: None };
            out.put(READERS.insert(Mutex::new(place))?);
            Ok(())
        })
    })
}

/// Takes updates (`tacos_update`), at most `max` and at most as many as fit the buffer. If there is none, waits up to
/// `timeout_ms` for the first; 0 never waits. A second thread on the same reader waits for the first one.
///
/// `OK` with none: the time is over. `CLOSED`: the reader was closed, or its engine was and everything was read.
/// `UPDATES_GONE`: this reader was too slow. `BUFFER_TOO_SMALL`: not even one fits; nothing is lost.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_updates_read(
    reader: tacos_reader,
    max: usize,
    timeout_ms: u64,
    buffer: *mut tacos_buffer,
    out: *mut tacos_list,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let (out, arena) = (Out::new(out)?, Arena::new(buffer)?);
        let found = READERS.find(reader)?;
        let mut place = found.as_ref().ok_or(Fault::BadHandle)?.value.lock();
        place.fill(Duration::from_millis(timeout_ms))?;
        deliver(&mut place, max, arena, out)
    })
}

/// Closes a reader. Closing twice is the same as closing once. A thread that waits in it returns at the end of its time.
#[unsafe(no_mangle)]
pub extern "C" fn tacos_updates_close(reader: tacos_reader) -> tacos_status {
    guard::run(|| match READERS.exchange(reader, |_| None) {
        Ok(_) | Err(Fault::Broken(tacos::Error::Closed)) => Ok(()),
        Err(fault) => Err(fault),
    })
}

impl Place {
    /// Sees to it that something is ready, or the time is over.
    fn fill(&mut self, timeout: Duration) -> Result<(), Fault> {
        if !self.ready.is_empty() {
            return Ok(());
        }
        if let Some(lost) = &self.lost {
            return Err(Fault::Updates(lost.clone()));
        }
        let mut read = Vec::new();
        // An hour at most: what the caller asked for may be more than a wait can take.
        let result = self.reader.wait(timeout.min(Duration::from_secs(3_600)), &mut read);
        self.ready.extend(read);
        match result {
            // Also who does not wait is told that there will be nothing more.
            Ok(0) => match self.reader.poll_ready(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(Err(lost)) => Err(Fault::Updates(lost)),
                _ => Ok(()),
            },
            Ok(_) => Ok(()),
            // What was read before stays, and is given first.
            Err(lost) if !self.ready.is_empty() => {
                self.lost = Some(lost);
                Ok(())
            }
            Err(lost) => Err(Fault::Updates(lost)),
        }
    }
}

fn deliver(place: &mut Place, max: usize, mut arena: Arena, out: Out<tacos_list>) -> Result<(), Fault> {
    let mut updates = Vec::new();
    for update in place.ready.iter().take(max.max(1)) {
        let mark = arena.mark();
        updates.push(put(update, &mut arena));
        if arena.fits_with(&updates) {
            continue;
        }
        if updates.len() > 1 {
            updates.pop();
            arena.back_to(mark);
        }
        break;
    }
    let list = arena.list(&updates);
    // Fails if not even the first one fits; nothing was taken then.
    arena.finish_with(out, list)?;
    place.ready.drain(..updates.len());
    Ok(())
}

fn put(update: &Update, arena: &mut Arena) -> tacos_update {
    let mut out = blank(update, arena);
    let what = match &update.what {
        UpdateKind::EventCreated => tacos_update_kind::EventCreated,
        UpdateKind::EventChanged => tacos_update_kind::EventChanged,
        UpdateKind::Sale(state) => {
            out.state = state.number();
            tacos_update_kind::Sale
        }
        UpdateKind::QueuePaused(paused) => {
            out.state = (*paused).into();
            tacos_update_kind::QueuePaused
        }
        UpdateKind::RoomDrawn(seed) => {
            out.seed = *seed;
            tacos_update_kind::RoomDrawn
        }
        UpdateKind::Seats(places) => {
            out.places = changed(places, arena);
            tacos_update_kind::Seats
        }
        UpdateKind::Reservation(reservation) => {
            put_reservation(reservation, &mut out, arena);
            tacos_update_kind::Reservation
        }
        UpdateKind::HoldExpiring { id: reservation, user, expires_at } => {
            (out.reservation, out.has_reservation) = (id(reservation.to_bytes()), 1);
            out.user = maybe_user(user.as_ref(), arena);
            out.expires_at_ms = expires_at.get();
            tacos_update_kind::HoldExpiring
        }
        UpdateKind::Payment(payment) => {
            put_payment(payment, &mut out, arena);
            tacos_update_kind::Payment
        }
        UpdateKind::Webhook(webhook) => {
            out.webhook = id(webhook.to_bytes());
            tacos_update_kind::Webhook
        }
        UpdateKind::Note(name) => {
            out.name = arena.text(name.as_str());
            tacos_update_kind::Note
        }
        line => put_line(line, &mut out, arena),
    };
    out.what = what as u32;
    out
}

fn put_line(what: &UpdateKind, out: &mut tacos_update, arena: &mut Arena) -> tacos_update_kind {
    let (what, tickets) = match what {
        UpdateKind::Joined(ticket) => (tacos_update_kind::Joined, std::slice::from_ref(ticket)),
        UpdateKind::Left(ticket) => (tacos_update_kind::Left, std::slice::from_ref(ticket)),
        UpdateKind::Admitted(ticket) => (tacos_update_kind::Admitted, std::slice::from_ref(ticket)),
        UpdateKind::TicketsExpired(tickets) => (tacos_update_kind::TicketsExpired, &tickets[..]),
        UpdateKind::Ready(tickets, until) => {
            out.expires_at_ms = unless_never(*until);
            (tacos_update_kind::Ready, &tickets[..])
        }
        _ => (tacos_update_kind::Other, &[][..]),
    };
    out.tickets = arena.list(tickets);
    what
}

fn put_reservation(update: &ReservationUpdate, out: &mut tacos_update, arena: &mut Arena) {
    (out.reservation, out.has_reservation) = (id(update.id.to_bytes()), 1);
    if update.user.is_some() {
        out.user = maybe_user(update.user.as_ref(), arena);
    }
    out.from = update.from.map_or(0, Number::number);
    out.state = update.state.number();
    out.expires_at_ms = update.expires_at.map_or(0, UnixMs::get);
    out.places = changed(&update.places, arena);
}

fn put_payment(update: &PaymentUpdate, out: &mut tacos_update, arena: &mut Arena) {
    out.payment = id(update.id.to_bytes());
    out.user = maybe_user(update.user.as_ref(), arena);
    out.payment_state = update.state.number();
    out.effect = update.effect.number();
    out.refunded_minor = update.refunded_minor;
    if let Some(reservation) = &update.reservation {
        put_reservation(reservation, out, arena);
    }
}

fn changed(places: &[PlaceChanged], arena: &mut Arena) -> tacos_list {
    let place = |place: &PlaceChanged| tacos_place_changed {
        place: place.place.bits(),
        state: place.state.number(),
        version: place.version,
    };
    let places: Vec<_> = places.iter().map(place).collect();
    arena.list(&places)
}

fn maybe_user(user: Option<&UserId>, arena: &mut Arena) -> tacos_str {
    arena.maybe_text(user.map(UserId::as_str))
}

fn blank(update: &Update, arena: &mut Arena) -> tacos_update {
    const NO_ID: tacos_id = tacos_id { bytes: [0; 16] };
    tacos_update {
        position: update.position.0,
        at_ms: update.at.get(),
        event: arena.maybe_text(update.event.as_ref().map(EventId::as_str)),
        user: tacos_str::NONE,
        name: tacos_str::NONE,
        places: tacos_list::EMPTY,
        tickets: tacos_list::EMPTY,
        expires_at_ms: 0,
        refunded_minor: 0,
        reservation: NO_ID,
        payment: NO_ID,
        webhook: NO_ID,
        seed: [0; 32],
        what: 0,
        state: 0,
        from: 0,
        payment_state: 0,
        effect: 0,
        has_reservation: 0,
    }
}
