//! What of a command makes it the same command again: its method, its user, and the bytes of everything it asks for.
//! The key itself and the tokens that merely prove a right are left out.

use std::cell::Cell;

use crate::command::{
    BlockSeats, CancelPayment, Confirm, CreateEvent, CreatePayment, DrawRoom, Extend, Note, PauseQueue,
    Payee, ProcessPayment, Proof, Release, ReportPayment, Reserve, SetQueuePolicy, SetSale, UpdateEvent,
    Want, Which,
};
use crate::ids::{IdempotencyKey, SeatId, Secrets, UserId};
use crate::record::Wire;

/// Purposes of keyed hashes of names and requests.
const KEY: u8 = 1;
const FINGERPRINT: u8 = 2;
pub(crate) const SESSION: u8 = 3;
pub(crate) const USER: u8 = 4;
const DIGEST: u8 = 5;

/// Stands for the method in keys that their caller scopes.
const SCOPED_BY_CALLER: u8 = 255;

/// A command, as far as idempotency cares.
pub(crate) struct Request<'a> {
    /// Scopes the key, together with the user. Numbers are for ever: keys outlive a restart.
    pub(crate) method: u8,
    pub(crate) user: &'a [u8],
    /// The purpose of its hash, and what is asked for.
    body: Vec<u8>,
}

/// Longest buffer that a thread keeps.
const SPARE_BYTES_MAX: usize = 4096;

thread_local! {
    /// The last request's bytes, for the next.
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

impl<'a> Request<'a> {
    fn new(method: u8, user: Option<&'a UserId>, write: impl FnOnce(&mut Vec<u8>)) -> Self {
        let mut body = SPARE.take();
        body.clear();
        body.push(FINGERPRINT);
        write(&mut body);
        Self { method, user: user.map_or(&[], UserId::as_bytes), body }
    }

    /// The key as it is kept, and what a key that comes with another request differs in.
    pub(crate) fn key(&self, key: &IdempotencyKey, secrets: &Secrets) -> (u128, u64) {
        if let Some(scoped) = scoped(key, secrets) {
            return scoped;
        }
        let hash = secrets.hash(KEY, &[&[self.method], self.user, key.as_bytes()]);
        (hash, secrets.hash_short(&self.body))
    }
}

/// As [`Request::key`], for a key whose caller scopes it and says which request it came with.
pub(crate) fn scoped(key: &IdempotencyKey, secrets: &Secrets) -> Option<(u128, u64)> {
    let digest = key.request()?;
    let hash = secrets.hash(KEY, &[&[SCOPED_BY_CALLER], &[], key.as_bytes()]);
    let mut bytes = [DIGEST; 33];
    bytes[1..].copy_from_slice(digest);
    Some((hash, secrets.hash_short(&bytes)))
}

impl Drop for Request<'_> {
    fn drop(&mut self) {
        let body = std::mem::take(&mut self.body);
        // A seat map's bytes are not worth keeping.
        if body.capacity() <= SPARE_BYTES_MAX {
            SPARE.set(body);
        }
    }
}

fn put_text(text: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&text.len().to_le_bytes());
    out.extend_from_slice(text);
}

fn put_seats(seats: &[SeatId], out: &mut Vec<u8>) {
    out.extend_from_slice(&seats.len().to_le_bytes());
    seats.iter().for_each(|seat| put_text(seat.as_bytes(), out));
}

fn put_which(which: &Which, out: &mut Vec<u8>) {
    match which {
        Which::Id(id) => {
            out.push(1);
            out.extend_from_slice(&id.to_bytes());
        }
        Which::External(external) => {
            out.push(2);
            put_text(external.as_bytes(), out);
        }
    }
}

pub(crate) fn create_event(command: &CreateEvent) -> Request<'_> {
    Request::new(1, None, |out| {
        put_text(command.event.as_bytes(), out);
        command.settings.put(out);
        command.seats.encode(out);
        command.queue.put(out);
    })
}

pub(crate) fn update_event(command: &UpdateEvent) -> Request<'_> {
    Request::new(2, None, |out| {
        put_text(command.event.as_bytes(), out);
        command.settings.put(out);
    })
}

pub(crate) fn set_sale(command: &SetSale) -> Request<'_> {
    Request::new(3, None, |out| {
        put_text(command.event.as_bytes(), out);
        command.state.put(out);
    })
}

pub(crate) fn block_seats(command: &BlockSeats) -> Request<'_> {
    Request::new(4, None, |out| {
        put_text(command.event.as_bytes(), out);
        put_seats(&command.seats, out);
        command.block.put(out);
    })
}

pub(crate) fn set_queue_policy(command: &SetQueuePolicy) -> Request<'_> {
    Request::new(5, None, |out| {
        put_text(command.event.as_bytes(), out);
        command.policy.put(out);
    })
}

pub(crate) fn pause_queue(command: &PauseQueue) -> Request<'_> {
    Request::new(6, None, |out| {
        put_text(command.event.as_bytes(), out);
        command.paused.put(out);
    })
}

pub(crate) fn draw_room(command: &DrawRoom) -> Request<'_> {
    Request::new(7, None, |out| put_text(command.event.as_bytes(), out))
}

pub(crate) fn reserve(command: &Reserve) -> Request<'_> {
    Request::new(10, Some(&command.user), |out| {
        put_text(command.event.as_bytes(), out);
        match &command.want {
            Want::Seats(seats) => {
                out.push(1);
                put_seats(seats, out);
            }
            Want::Best(best) => {
                out.push(2);
                best.quantity.put(out);
                put_text(best.section.as_ref().map_or(&[], |section| section.as_bytes()), out);
                best.allow_split.put(out);
                best.accessible.put(out);
            }
        }
        put_text(command.external.as_ref().map_or(&[], |external| external.as_bytes()), out);
        command.hold_until.put(out);
    })
}

pub(crate) fn confirm(command: &Confirm) -> Request<'_> {
    Request::new(11, command.user.as_ref(), |out| {
        put_which(&command.which, out);
        match command.proof {
            Proof::Intent(payment) => out.extend_from_slice(&payment.to_bytes()),
            Proof::Outside => out.push(0),
        }
        if let Some(seats) = &command.exactly {
            put_seats(seats, out);
        }
    })
}

pub(crate) fn release(command: &Release) -> Request<'_> {
    Request::new(12, command.user.as_ref(), |out| {
        put_which(&command.which, out);
        put_seats(&command.seats, out);
    })
}

pub(crate) fn extend(command: &Extend) -> Request<'_> {
    Request::new(13, command.user.as_ref(), |out| {
        put_which(&command.which, out);
        out.extend_from_slice(&command.by.as_millis().to_le_bytes());
    })
}

pub(crate) fn create_payment(command: &CreatePayment) -> Request<'_> {
    Request::new(20, Some(&command.user), |out| {
        match &command.payee {
            Payee::Reservation(which) => put_which(which, out),
            Payee::Unlinked(external) => {
                out.push(3);
                put_text(external.as_bytes(), out);
            }
        }
        command.amount.minor.put(out);
        command.amount.currency.put(out);
        command.method.put(out);
        command.scenario.put(out);
        command.webhook_url.put(out);
        command.attachment.put(out);
    })
}

pub(crate) fn process_payment(command: &ProcessPayment) -> Request<'_> {
    Request::new(21, command.user.as_ref(), |out| out.extend_from_slice(&command.payment.to_bytes()))
}

pub(crate) fn cancel_payment(command: &CancelPayment) -> Request<'_> {
    Request::new(22, command.user.as_ref(), |out| {
        out.extend_from_slice(&command.payment.to_bytes());
        command.refund_minor.put(out);
    })
}

pub(crate) fn report_payment(command: &ReportPayment) -> Request<'_> {
    Request::new(23, None, |out| {
        out.extend_from_slice(&command.payment.to_bytes());
        out.push(command.outcome as u8);
    })
}

pub(crate) fn note(command: &Note) -> Request<'_> {
    Request::new(30, None, |out| {
        put_text(command.name.as_bytes(), out);
        command.value.put(out);
    })
}
