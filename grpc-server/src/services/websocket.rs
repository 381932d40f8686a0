//! `gateway.v1.WebSocketService`: live updates as streams, and messages into them.

use std::sync::Arc;

use tacos_engine::{
    Caller, EventId, PaymentId, PaymentState, Refusal, ReservationId, ReservationState, SessionId, UnixMs,
    UserId,
};
use tacos_proto::common::v1::ErrorCode;
use tacos_proto::gateway::v1::{
    DeliveredMessage, EventType, MessagePriority, MessageType, PaymentEventType, PaymentUpdate,
    QueueEventType, QueueUpdate, ReservationEventType, ReservationUpdate, SendMessageRequest,
    SendMessageResponse, StreamPaymentUpdatesRequest, StreamPaymentUpdatesResponse,
    StreamQueueUpdatesRequest, StreamQueueUpdatesResponse, StreamReservationUpdatesRequest,
    StreamReservationUpdatesResponse,
};
use tokio_stream::StreamExt;

use super::queue::{eta, position, token_error};
use crate::call::Call;
use crate::hub::{Feed, Item, NoStream, Subject, Topic, maintenance, publish_place};
use crate::rpc::Rpc;
use crate::task::Responses;
use crate::wire::{ApiError, Checks, Spell, timestamp};

/// Ids that one stream may name.
const IDS_MAX: usize = 100;

pub(crate) async fn stream_queue_updates(
    call: Call,
    request: StreamQueueUpdatesRequest,
) -> Result<Responses<StreamQueueUpdatesResponse>, ApiError> {
    let feed = queue_feed(&call, &request)?;
    let token = request.waiting_token;
    let spell = move |item, trace: &str| queue_answer(item, &token, trace);
    Ok(out(&call, Rpc::StreamQueueUpdates, feed, spell))
}

pub(crate) async fn stream_reservation_updates(
    call: Call,
    request: StreamReservationUpdatesRequest,
) -> Result<Responses<StreamReservationUpdatesResponse>, ApiError> {
    let feed = reservation_feed(&call, &request).await?;
    Ok(out(&call, Rpc::StreamReservationUpdates, feed, reservation_answer))
}

pub(crate) async fn stream_payment_updates(
    call: Call,
    request: StreamPaymentUpdatesRequest,
) -> Result<Responses<StreamPaymentUpdatesResponse>, ApiError> {
    let feed = payment_feed(&call, &request).await?;
    Ok(out(&call, Rpc::StreamPaymentUpdates, feed, payment_answer))
}

/// A feed as the stream of an RPC. One that ends with an error counts as a refusal.
fn out<T: 'static>(
    call: &Call,
    rpc: Rpc,
    feed: Feed,
    spell: impl Fn(Item, &str) -> Option<T> + Send + 'static,
) -> Responses<T> {
    let (app, trace) = (Arc::clone(&call.app), call.trace.clone());
    Responses(Box::pin(feed.filter_map(move |item| {
        if matches!(item, Item::End(_)) {
            app.metrics.refused(rpc, ErrorCode::Unavailable);
        }
        spell(item, &trace).map(Ok)
    })))
}

fn open(
    call: &Call,
    topic: Topic,
    user: Option<UserId>,
    session: Option<SessionId>,
) -> Result<Feed, ApiError> {
    let from = call.app.engine.position();
    call.app.hub.subscribe(topic, user, session, from).map_err(|no| match no {
        NoStream::Full => ApiError::new(ErrorCode::RateLimited, "as many streams are open as may be"),
        NoStream::Closed(reason) => ApiError::unavailable(reason),
    })
}

fn queue_feed(call: &Call, request: &StreamQueueUpdatesRequest) -> Result<Feed, ApiError> {
    let mut checks = Checks::new();
    let token = checks.waiting_token(&request.waiting_token);
    let session = checks.id_or_none::<SessionId>("session_id", &request.session_id);
    let event = checks.id_or_none::<EventId>("event_id", &request.event_id);
    let (token, session, named) = checks.take((token, session, event))?;
    let token = token.ok_or_else(|| token_error(Refusal::UnknownToken))?;
    let event = call.app.engine.token_event(&token).map_err(token_error)?;
    if named.is_some_and(|named| named != event) {
        return Err(ApiError::invalid("event_id", "is not the place's", &request.event_id));
    }
    let feed = open(call, Topic::Place(event, token), call.caller.user.clone(), session)?;
    publish_place(&call.app, feed.subscriber(), Some(QueueEventType::Unspecified), call.app.engine.now());
    if call.app.emergencies.check_writes().is_err() {
        let (subject, item) = maintenance(&call.app, "maintenance is under way");
        feed.subscriber().begin(subject, item);
    }
    Ok(feed)
}

async fn reservation_feed(call: &Call, request: &StreamReservationUpdatesRequest) -> Result<Feed, ApiError> {
    let mut checks = Checks::new();
    let ids = ids::<ReservationId>(&mut checks, "reservation_ids", &request.reservation_ids);
    let session = checks.id_or_none::<SessionId>("session_id", &request.session_id);
    let user = if request.reservation_ids.is_empty() {
        call.user(&mut checks, &request.user_id)?.map(Some)
    } else {
        call.owner(&mut checks, &request.user_id)?
    };
    let (ids, session, user) = checks.take((ids, session, user))?;
    let topic = match &user {
        Some(user) if ids.is_empty() => Topic::Reservations(user.clone()),
        _ => Topic::ReservationIds(ids.clone()),
    };
    // Subscribes before it reads the state, so that no update is missed in between.
    let feed = open(call, topic, user.clone(), session)?;
    let mut found = Vec::new();
    for id in ids {
        found.push(call.app.engine.reservation(&id.into(), &Caller::from_optional(user.clone())).await?);
    }
    if let Some(user) = user.as_ref().filter(|_| request.reservation_ids.is_empty()) {
        found = call.app.engine.reservations(user, None, None, None, 100).await?.items;
    }
    for view in found.iter().rev() {
        let item = Item::Reservation {
            id: view.id.to_string(),
            from: None,
            to: view.state,
            expires_at: (view.state == ReservationState::Pending).then_some(view.expires_at),
            soon: false,
            first: true,
            at: view.changed_at,
        };
        feed.subscriber().begin(Subject::Reservation(view.id.to_bytes()), item);
    }
    Ok(feed)
}

async fn payment_feed(call: &Call, request: &StreamPaymentUpdatesRequest) -> Result<Feed, ApiError> {
    let mut checks = Checks::new();
    let ids = ids::<PaymentId>(&mut checks, "payment_intent_ids", &request.payment_intent_ids);
    let session = checks.id_or_none::<SessionId>("session_id", &request.session_id);
    let user = if request.payment_intent_ids.is_empty() {
        call.user(&mut checks, &request.user_id)?.map(Some)
    } else {
        call.owner(&mut checks, &request.user_id)?
    };
    let (ids, session, user) = checks.take((ids, session, user))?;
    let topic = match &user {
        Some(user) if ids.is_empty() => Topic::Payments(user.clone()),
        _ => Topic::PaymentIds(ids.clone()),
    };
    let feed = open(call, topic, user.clone(), session)?;
    let mut found = Vec::new();
    for id in ids {
        found.push(call.app.engine.payment(id, &Caller::from_optional(user.clone())).await?);
    }
    if let Some(user) = user.as_ref().filter(|_| request.payment_intent_ids.is_empty()) {
        found = call.app.engine.payments(user, None, None, None, 100).await?.items;
    }
    for view in found.iter().rev() {
        let item = Item::Payment {
            id: view.id.to_string(),
            from: None,
            to: view.state,
            first: true,
            refund: false,
            at: view.changed_at,
        };
        feed.subscriber().begin(Subject::Payment(view.id.to_bytes()), item);
    }
    Ok(feed)
}

/// Ids that must all be well-formed and there.
fn ids<T: std::str::FromStr + PartialEq>(
    checks: &mut Checks,
    field: &str,
    texts: &[String],
) -> Option<Vec<T>> {
    if texts.len() > IDS_MAX {
        checks.bad(field, format!("at most {IDS_MAX}"), texts.len());
        return None;
    }
    let mut ids: Vec<T> = Vec::with_capacity(texts.len());
    for (at, text) in texts.iter().enumerate() {
        match text.parse() {
            Ok(id) if !ids.contains(&id) => ids.push(id),
            Ok(_) => checks.bad(&format!("{field}[{at}]"), "duplicate", text),
            Err(_) => checks.bad(&format!("{field}[{at}]"), "is none of our ids", text),
        }
    }
    Some(ids)
}

fn end(reason: String, trace: &str) -> tacos_proto::common::v1::Error {
    ApiError::unavailable(reason).to_error(trace)
}

fn queue_answer(item: Item, token: &str, trace: &str) -> Option<StreamQueueUpdatesResponse> {
    let mut answer = StreamQueueUpdatesResponse { correlation_id: trace.to_owned(), ..Default::default() };
    match item {
        Item::Place { place, event, at } => {
            answer.set_type(EventType::QueueUpdate);
            answer.timestamp = timestamp(at);
            answer.queue_update = Some(QueueUpdate {
                waiting_token: token.to_owned(),
                position: place.as_ref().map_or(0, position),
                eta_seconds: place.as_ref().map_or(0, eta),
                event_type: event as i32,
                admission_ready: place
                    .is_some_and(|place| place.state == tacos_engine::views::QueueState::Ready),
                expires_at: place.and_then(|place| timestamp(place.expires_at)),
            });
        }
        Item::System { update, at } => {
            answer.set_type(EventType::SystemUpdate);
            answer.timestamp = timestamp(at);
            answer.system_update = Some(update);
        }
        Item::Message(message, at) => {
            answer.set_type(EventType::Message);
            answer.timestamp = timestamp(at);
            answer.message = Some(*message);
        }
        Item::End(reason) => {
            answer.set_type(EventType::Error);
            answer.error = Some(end(reason, trace));
        }
        Item::Reservation { .. } | Item::Payment { .. } => return None,
    }
    Some(answer)
}

fn reservation_answer(item: Item, trace: &str) -> Option<StreamReservationUpdatesResponse> {
    let mut answer =
        StreamReservationUpdatesResponse { correlation_id: trace.to_owned(), ..Default::default() };
    match item {
        Item::Reservation { id, from, to, expires_at, soon, first, at } => {
            answer.set_type(EventType::ReservationUpdate);
            answer.timestamp = timestamp(at);
            let changed = from == Some(to) && to == ReservationState::Pending;
            let event = match () {
                () if first => ReservationEventType::Unspecified,
                () if soon => ReservationEventType::ExpiringSoon,
                () if changed => ReservationEventType::Changed,
                () => reservation_event(to),
            };
            answer.reservation_update = Some(ReservationUpdate {
                reservation_id: id,
                old_status: from.map_or(0, Spell::spell),
                new_status: to.spell(),
                hold_expires_at: expires_at.and_then(timestamp),
                message: in_words(to, soon, changed && !first).to_owned(),
                event_type: event as i32,
            });
        }
        Item::Message(message, at) => {
            answer.set_type(EventType::Message);
            answer.timestamp = timestamp(at);
            answer.message = Some(*message);
        }
        Item::End(reason) => {
            answer.set_type(EventType::Error);
            answer.error = Some(end(reason, trace));
        }
        _ => return None,
    }
    Some(answer)
}

fn reservation_event(to: ReservationState) -> ReservationEventType {
    match to {
        ReservationState::Pending => ReservationEventType::Created,
        ReservationState::Confirmed => ReservationEventType::Confirmed,
        ReservationState::Cancelled | ReservationState::Failed => ReservationEventType::Cancelled,
        ReservationState::Expired => ReservationEventType::Expired,
        ReservationState::Refunded => ReservationEventType::Refunded,
    }
}

fn in_words(to: ReservationState, soon: bool, changed: bool) -> &'static str {
    match to {
        ReservationState::Pending if soon => "the hold ends soon",
        ReservationState::Pending if changed => "the hold has another deadline or fewer seats",
        ReservationState::Pending => "the seats are held",
        ReservationState::Confirmed => "the seats are sold",
        ReservationState::Cancelled => "the seats were given back",
        ReservationState::Failed => "the payment failed and the seats were given back",
        ReservationState::Expired => "the hold's time ran out",
        ReservationState::Refunded => "the money was paid back",
    }
}

fn payment_answer(item: Item, trace: &str) -> Option<StreamPaymentUpdatesResponse> {
    let mut answer = StreamPaymentUpdatesResponse { correlation_id: trace.to_owned(), ..Default::default() };
    match item {
        Item::Payment { id, from, to, first, refund, at } => {
            answer.set_type(EventType::PaymentUpdate);
            answer.timestamp = timestamp(at);
            let in_part = refund && to == PaymentState::Completed;
            let event = match () {
                () if first => PaymentEventType::Unspecified,
                () if in_part => PaymentEventType::PartlyRefunded,
                () => payment_event(to),
            };
            let message = if in_part {
                "a part of the money was paid back".to_owned()
            } else {
                format!("the payment is {to}")
            };
            answer.payment_update = Some(PaymentUpdate {
                payment_intent_id: id,
                old_status: from.map_or(0, Spell::spell),
                new_status: to.spell(),
                message,
                event_type: event as i32,
            });
        }
        Item::Message(message, at) => {
            answer.set_type(EventType::Message);
            answer.timestamp = timestamp(at);
            answer.message = Some(*message);
        }
        Item::End(reason) => {
            answer.set_type(EventType::Error);
            answer.error = Some(end(reason, trace));
        }
        _ => return None,
    }
    Some(answer)
}

fn payment_event(to: PaymentState) -> PaymentEventType {
    match to {
        PaymentState::Pending => PaymentEventType::Created,
        PaymentState::Processing => PaymentEventType::Processing,
        PaymentState::Completed => PaymentEventType::Completed,
        PaymentState::Failed => PaymentEventType::Failed,
        PaymentState::Refunded => PaymentEventType::Refunded,
        PaymentState::Cancelled => PaymentEventType::Cancelled,
        PaymentState::Expired => PaymentEventType::Expired,
    }
}

pub(crate) async fn send_message(
    call: Call,
    request: SendMessageRequest,
) -> Result<SendMessageResponse, ApiError> {
    let mut checks = Checks::new();
    let user = checks.id_or_none::<UserId>("target_user_id", &request.target_user_id);
    let session = checks.id_or_none::<SessionId>("target_session_id", &request.target_session_id);
    if request.target_user_id.is_empty() && request.target_session_id.is_empty() {
        checks.bad("target_user_id", "a user or a session is needed", "");
    }
    checks.text("title", &request.title, 256);
    checks.required_text("content", &request.content, 4_096);
    checks.entries("data", request.data.iter(), 16);
    let kind = MessageType::try_from(request.message_type).map_err(|_| "message_type");
    let priority = MessagePriority::try_from(request.priority).map_err(|_| "priority");
    for field in [kind.err(), priority.err()].into_iter().flatten() {
        checks.bad(field, "is none of the contract's", "");
    }
    let (user, session, kind, priority) = checks.take((user, session, kind.ok(), priority.ok()))?;
    let now: UnixMs = call.app.engine.now();
    let id = format!("msg_{}", crate::wire::trace_id());
    let message = DeliveredMessage {
        message_id: id.clone(),
        message_type: if kind == MessageType::Unspecified { MessageType::Info } else { kind } as i32,
        title: request.title,
        content: request.content,
        data: request.data,
        priority: if priority == MessagePriority::Unspecified { MessagePriority::Normal } else { priority }
            as i32,
        sent_at: timestamp(now),
    };
    let taken = call.app.hub.send(user.as_ref(), session.as_ref(), &Item::Message(Box::new(message), now));
    Ok(SendMessageResponse { delivered: taken > 0, message_id: id, sent_at: timestamp(now), error: None })
}
