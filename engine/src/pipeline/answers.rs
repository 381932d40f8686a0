//! The answers that records imply: a write's answer is not in the journal a second time, it follows from what was recorded.

use crate::clock::UnixMs;
use crate::record::{Record, Remember};
use crate::reply::{Done, Reply};

use super::effects::{
    confirmed_reply, created_reply, ended_reply, extended_reply, part_released_reply, refunded_reply,
    reserved_reply, settled_reply,
};
use super::events::event_reply;
use super::state::State;

impl State {
    /// By replay: keeps the answer under the key that its write came with. Depends on nothing but the record, and may run
    /// beside the change of other records, in the order of the journal.
    pub(crate) fn keep_answer(&self, record: &Record, end: u64, at: UnixMs) {
        if let Record::Answered(answered) = record {
            self.remember_bytes(&answered.key, &answered.reply, end);
        } else if let Some((key, reply)) = answer_of(record, at) {
            self.remember(key, &reply, end);
        }
    }
}

/// A key, and what was answered to it. Not of payments that began to be processed: that answer says more than the record.
fn answer_of(record: &Record, at: UnixMs) -> Option<(&Remember, Reply)> {
    let (key, reply): (&Option<Remember>, &dyn Fn() -> Reply) = match record {
        Record::EventCreated(created) => (&created.key, &|| event_reply(created.event, at)),
        Record::EventChanged(changed) => (&changed.key, &|| event_reply(changed.event, at)),
        Record::SaleChanged(changed) => (&changed.key, &|| event_reply(changed.event, at)),
        Record::QueuePolicyChanged(changed) => (&changed.key, &|| event_reply(changed.event, at)),
        Record::QueuePaused(paused) => (&paused.key, &|| event_reply(paused.event, at)),
        Record::RoomDrawn(drawn) => (&drawn.key, &|| event_reply(drawn.event, at)),
        Record::SeatsBlocked(blocked) => (&blocked.key, &|| Reply::Done(Done { at })),
        Record::Noted(noted) => (&noted.key, &|| Reply::Done(Done { at })),
        Record::Held(held) => (&held.key, &|| reserved_reply(held)),
        Record::Extended(extended) => (&extended.key, &|| extended_reply(extended)),
        Record::PartReleased(part) => (&part.key, &|| part_released_reply(part, at)),
        Record::Ended(ended) => (&ended.key, &|| ended_reply(ended, at)),
        Record::Confirmed(confirmed) => (&confirmed.key, &|| confirmed_reply(confirmed, at)),
        Record::PaymentCreated(created) => (&created.key, &|| created_reply(created, at)),
        Record::PaymentSettled(settled) => (&settled.key, &|| settled_reply(settled, at)),
        Record::PaymentRefunded(refunded) => (&refunded.key, &|| refunded_reply(refunded, at)),
        Record::Answered(_)
        | Record::HoldExpiring(_)
        | Record::Forgotten(_)
        | Record::PaymentProcessing(_)
        | Record::WebhookAttempted(_)
        | Record::WebhookReplayed(_)
        | Record::TicketJoined(_)
        | Record::TicketLeft(_)
        | Record::TicketsReady(_)
        | Record::TicketAdmitted(_)
        | Record::TicketsExpired(_) => return None,
    };
    key.as_ref().map(|key| (key, reply()))
}
