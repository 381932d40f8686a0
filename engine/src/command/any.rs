//! Any command, as data.

use super::{
    BlockSeats, CancelPayment, Confirm, CreateEvent, CreatePayment, DrawRoom, Expire, Extend, JoinQueue,
    Note, PauseQueue, ProcessPayment, Release, ReportPayment, ReportWebhook, RequestAdmission, Reserve,
    SetQueuePolicy, SetSale, UpdateEvent,
};
use crate::ids::{WaitingToken, WebhookId};

/// Any write, as data: for batches, completion queues and foreign languages.
#[derive(Clone, Debug)]
pub enum Command {
    /// See [`CreateEvent`].
    CreateEvent(Box<CreateEvent>),
    /// See [`UpdateEvent`].
    UpdateEvent(Box<UpdateEvent>),
    /// See [`SetSale`].
    SetSale(SetSale),
    /// See [`BlockSeats`].
    BlockSeats(BlockSeats),
    /// See [`SetQueuePolicy`].
    SetQueuePolicy(Box<SetQueuePolicy>),
    /// See [`PauseQueue`].
    PauseQueue(PauseQueue),
    /// See [`DrawRoom`].
    DrawRoom(DrawRoom),
    /// See [`JoinQueue`].
    JoinQueue(JoinQueue),
    /// Gives a place in the line up.
    LeaveQueue(WaitingToken),
    /// See [`RequestAdmission`].
    RequestAdmission(RequestAdmission),
    /// See [`Reserve`].
    Reserve(Box<Reserve>),
    /// See [`Confirm`].
    Confirm(Box<Confirm>),
    /// See [`Release`].
    Release(Box<Release>),
    /// See [`Extend`].
    Extend(Extend),
    /// See [`Expire`].
    Expire(Expire),
    /// See [`CreatePayment`].
    CreatePayment(Box<CreatePayment>),
    /// See [`ProcessPayment`].
    ProcessPayment(ProcessPayment),
    /// See [`CancelPayment`].
    CancelPayment(CancelPayment),
    /// See [`ReportPayment`].
    ReportPayment(ReportPayment),
    /// See [`ReportWebhook`].
    ReportWebhook(ReportWebhook),
    /// Puts a dead letter back into the outbox.
    ReplayWebhook(WebhookId),
    /// See [`Note`].
    Note(Note),
}
