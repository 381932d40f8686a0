//! Writes: one method a command, and one for any of them.

use super::Engine;
use crate::acks::{CompletionQueue, NotAccepted, Pending, Reason};
use crate::command::{
    BlockSeats, CancelPayment, Command, Confirm, CreateEvent, CreatePayment, DrawRoom, Expire, Extend,
    JoinQueue, Note, PauseQueue, ProcessPayment, Release, ReportPayment, ReportWebhook, RequestAdmission,
    Reserve, SetQueuePolicy, SetSale, UpdateEvent,
};
use crate::ids::{EventId, IdempotencyKey, WaitingToken, WebhookId};
use crate::pipeline::Outcome;
use crate::reply::{
    Admitted, Confirmed, Done, EventChanged, Extended, FirstAnswer, Joined, PaymentChanged, Released, Reply,
    Reserved,
};

macro_rules! commands {
    ($($(#[$doc:meta])* $method:ident($command:ty) -> $reply:ty;)*) => {
        /// Writes. Each returns at once; what comes of it is known when the [`Pending`] is waited for. A refusal is
        /// known at once, changed nothing and waits for nothing.
        impl Engine {
            $(
                $(#[$doc])*
                #[allow(clippy::needless_pass_by_value, reason = "a command is given away")]
                pub fn $method(&self, command: $command) -> Pending<$reply> {
                    let core = self.core();
                    self.pending(core.$method(&command, core.now()))
                }
            )*
        }
    };
}

commands! {
    /// Creates an event; its sale is a draft until it is opened.
    create_event(CreateEvent) -> EventChanged;
    /// Changes an event's settings.
    update_event(UpdateEvent) -> EventChanged;
    /// Opens, pauses or closes a sale.
    set_sale(SetSale) -> EventChanged;
    /// Takes free seats off sale or puts blocked ones back, all or none.
    block_seats(BlockSeats) -> Done;
    /// Gives an event a waiting line, or its line new rules, while the sale runs.
    set_queue_policy(SetQueuePolicy) -> EventChanged;
    /// Stops or restarts admissions of one line.
    pause_queue(PauseQueue) -> EventChanged;
    /// Draws the order of the pre-sale room now; it is drawn by itself when its time comes.
    draw_room(DrawRoom) -> EventChanged;
    /// Takes a place in a waiting line, or finds the one that the session has.
    join_queue(JoinQueue) -> Joined;
    /// Gives a place in a line up.
    leave_queue(WaitingToken) -> Done;
    /// Asks to be let in; asked again, the answer is the same.
    request_admission(RequestAdmission) -> Admitted;
    /// Holds seats: all that are wanted, or none.
    reserve(Reserve) -> Reserved;
    /// Turns a hold into a sale.
    confirm(Confirm) -> Confirmed;
    /// Gives a hold back, whole or in part.
    release(Release) -> Released;
    /// Lets a hold last longer.
    extend(Extend) -> Extended;
    /// Expires a hold whose time has run out, as happens by itself.
    expire(Expire) -> Released;
    /// Creates a payment intent.
    create_payment(CreatePayment) -> PaymentChanged;
    /// Starts processing a payment at once.
    process_payment(ProcessPayment) -> PaymentChanged;
    /// Calls a payment off, or pays back.
    cancel_payment(CancelPayment) -> PaymentChanged;
    /// Reports how a payment ended outside.
    report_payment(ReportPayment) -> PaymentChanged;
    /// Reports what became of one delivery of a webhook.
    report_webhook(ReportWebhook) -> Done;
    /// Sets or removes a durable note of the embedding service.
    note(Note) -> Done;
}

impl Engine {
    /// Puts a dead letter back into the outbox.
    pub fn replay_webhook(&self, webhook: WebhookId) -> Pending<Done> {
        let core = self.core();
        self.pending(core.replay_webhook(webhook, core.now()))
    }

    /// What was answered under a key of [`IdempotencyKey::for_request`]: `None` for a key that is fresh, or whose first
    /// request is still being answered. An embedding service asks before it looks at anything that may have changed since.
    ///
    /// Refused with [`Refusal::IdempotencyConflict`] when another request was answered under the key.
    ///
    /// [`Refusal::IdempotencyConflict`]: crate::Refusal::IdempotencyConflict
    pub fn first_answer(&self, key: &IdempotencyKey) -> Pending<Option<FirstAnswer>> {
        let core = self.core();
        match core.first_answer(key, core.now()) {
            Ok(None) => Pending::ready(None),
            Ok(Some((first, end))) => Pending::at(Some(first), end, &core.log.durable),
            Err(failure) => Pending::refused(failure),
        }
    }

    /// Keeps an answer of the embedding service under a key of [`IdempotencyKey::for_request`], durably, for as long as
    /// answers are kept: for requests that are several commands, or whose answers say more than a command's does. What
    /// was kept first stays.
    pub fn keep_answer(&self, key: &IdempotencyKey, answer: &[u8]) -> Pending<Done> {
        let core = self.core();
        self.pending(core.keep_own_answer(key, answer, core.now()))
    }

    /// Brings the 32-byte seed of an event's pre-sale draw, in place of the one that the engine makes: for operators whose
    /// seed is made in front of witnesses, or by several parties. Kept durably; a later one replaces it, until the event
    /// has a pre-sale room. It must not be guessable: a customer who knows it knows the order before the draw.
    ///
    /// Refused with [`Refusal::UnknownEvent`], and with [`Refusal::Invalid`] once the event has a room, because the room's
    /// commitment is shown from then on.
    ///
    /// [`Refusal::UnknownEvent`]: crate::Refusal::UnknownEvent
    /// [`Refusal::Invalid`]: crate::Refusal::Invalid
    pub fn set_draw_seed(
        &self,
        event: &EventId,
        seed: &[u8; 32],
        key: Option<&IdempotencyKey>,
    ) -> Pending<Done> {
        let core = self.core();
        self.pending(core.set_draw_seed(event, seed, key, core.now()))
    }

    /// Any write, as data.
    pub fn submit(&self, command: &Command) -> Pending<Reply> {
        self.pending(self.run(command))
    }

    /// Many writes, one after the other; answer number *i* comes out of `queue` under tag `first_tag + i`. Returns how
    /// many were carried out and accepted; fewer than given if the queue is full, and then the rest were not tried.
    pub fn submit_batch(
        &self,
        commands: &[Command],
        queue: &CompletionQueue<Reply>,
        first_tag: u64,
    ) -> usize {
        let mut room = queue.capacity().saturating_sub(queue.in_flight());
        for (done, (tag, command)) in (first_tag..).zip(commands).enumerate() {
            if room == 0 {
                return done;
            }
            room -= 1;
            let mut offered = self.submit(command).notify(queue, tag);
            // The write is made. If somebody else filled the queue meanwhile, its answer waits until there is room.
            while let Err(NotAccepted { pending, reason: Reason::Full }) = offered {
                std::thread::yield_now();
                offered = pending.notify(queue, tag);
            }
            if offered.is_err() {
                return done + 1;
            }
        }
        commands.len()
    }

    fn run(&self, command: &Command) -> Outcome {
        let core = self.core();
        let now = core.now();
        match command {
            Command::CreateEvent(command) => core.create_event(command, now),
            Command::UpdateEvent(command) => core.update_event(command, now),
            Command::SetSale(command) => core.set_sale(command, now),
            Command::BlockSeats(command) => core.block_seats(command, now),
            Command::SetQueuePolicy(command) => core.set_queue_policy(command, now),
            Command::PauseQueue(command) => core.pause_queue(command, now),
            Command::DrawRoom(command) => core.draw_room(command, now),
            Command::JoinQueue(command) => core.join_queue(command, now),
            Command::LeaveQueue(token) => core.leave_queue(token, now),
            Command::RequestAdmission(command) => core.request_admission(command, now),
            Command::Reserve(command) => core.reserve(command, now),
            Command::Confirm(command) => core.confirm(command, now),
            Command::Release(command) => core.release(command, now),
            Command::Extend(command) => core.extend(command, now),
            Command::Expire(command) => core.expire(command, now),
            Command::CreatePayment(command) => core.create_payment(command, now),
            Command::ProcessPayment(command) => core.process_payment(command, now),
            Command::CancelPayment(command) => core.cancel_payment(command, now),
            Command::ReportPayment(command) => core.report_payment(command, now),
            Command::ReportWebhook(command) => core.report_webhook(command, now),
            Command::ReplayWebhook(webhook) => core.replay_webhook(*webhook, now),
            Command::Note(command) => core.note(command, now),
        }
    }
}
