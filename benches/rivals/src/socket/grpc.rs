//! Orders at our server: by unary calls, and over a stream of commands; and look-ups of a place in line.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::rc::Rc;

use prost::Message;
use tacos_proto::command::v1::answer::Outcome;
use tacos_proto::command::v1::call::Operation;
use tacos_proto::command::v1::{self as wire, Call};
use tacos_proto::engine::v1::{RunRequest, RunResponse};
use tacos_proto::gateway::v1::{GetQueueStatusRequest, GetQueueStatusResponse};
use tacos_proto::reservation::v1::{
    CommitReservationRequest, CommitReservationResponse, ReserveSeatRequest, ReserveSeatResponse,
};
use tokio::sync::oneshot;

use super::Till;
use super::http2::{Http2, Requests};
use crate::rival::{Fault, Order};

const RESERVE: &str = "/reservation.v1.InventoryService/ReserveSeat";
const COMMIT: &str = "/reservation.v1.InventoryService/CommitReservation";
const STATUS: &str = "/gateway.v1.QueueService/GetQueueStatus";
const RUN: &str = "/engine.v1.CommandService/Run";

/// A connection for orders by unary calls, in the event that [`UnaryTill::use_event`] named last.
pub struct UnaryTill {
    http2: Http2,
    event: RefCell<String>,
    /// Holds are not sold.
    only_holds: bool,
}

impl UnaryTill {
    /// Connects.
    ///
    /// # Errors
    /// The server is gone.
    pub async fn open(address: SocketAddr, only_holds: bool) -> Result<Self, Fault> {
        Ok(Self { http2: Http2::open(address).await?, event: RefCell::default(), only_holds })
    }

    /// Orders are for seats of this event from now on.
    pub fn use_event(&self, event: &str) {
        event.clone_into(&mut self.event.borrow_mut());
    }
}

fn granted(error: Option<tacos_proto::common::v1::Error>) -> Result<(), Fault> {
    error.map_or(Ok(()), |error| Err(error.message.into()))
}

impl Till for UnaryTill {
    type Wish = Order;

    async fn grant(&self, order: &Order) -> Result<(), Fault> {
        let event = self.event.borrow().clone();
        let (user, id) = (order.user.to_string(), format!("{event}-{}", order.number));
        let hold = ReserveSeatRequest {
            event_id: event.clone(),
            seat_ids: order.seats.iter().map(ToString::to_string).collect(),
            user_id: user.clone(),
            reservation_id: id.clone(),
            idempotency_key: format!("hold-{id}"),
            ..ReserveSeatRequest::default()
        };
        let held: ReserveSeatResponse = self.http2.call(RESERVE, &hold).await?;
        granted(held.error)?;
        if self.only_holds {
            return Ok(());
        }
        let sell = CommitReservationRequest {
            idempotency_key: format!("end-{id}"),
            reservation_id: id,
            event_id: event,
            user_id: user,
            payment_intent_id: "outside".to_owned(),
            ..CommitReservationRequest::default()
        };
        let sold: CommitReservationResponse = self.http2.call(COMMIT, &sell).await?;
        granted(sold.error)
    }
}

/// A connection for look-ups of a place in line, by token.
pub struct StatusTill(Http2);

impl StatusTill {
    /// Connects.
    ///
    /// # Errors
    /// The server is gone.
    pub async fn open(address: SocketAddr) -> Result<Self, Fault> {
        Ok(Self(Http2::open(address).await?))
    }
}

impl Till for StatusTill {
    type Wish = Rc<str>;

    async fn grant(&self, token: &Rc<str>) -> Result<(), Fault> {
        let ask = GetQueueStatusRequest { waiting_token: token.to_string() };
        let answer: GetQueueStatusResponse = self.0.call(STATUS, &ask).await?;
        granted(answer.error)
    }
}

type Waiting = Rc<RefCell<HashMap<u64, oneshot::Sender<Outcome>>>>;

/// Ends all waiting when it goes, which it does with the stream.
struct Telling(Waiting);

impl Drop for Telling {
    fn drop(&mut self) {
        self.0.borrow_mut().clear();
    }
}

/// A connection with one stream of commands.
pub struct StreamTill {
    requests: Requests,
    waiting: Waiting,
    tags: Cell<u64>,
    event: RefCell<String>,
}

impl StreamTill {
    /// Connects, and opens the stream.
    ///
    /// # Errors
    /// The server is gone.
    pub async fn open(address: SocketAddr) -> Result<Self, Fault> {
        let waiting = Waiting::default();
        let telling = Telling(Rc::clone(&waiting));
        let each = move |message: &[u8]| {
            for answer in RunResponse::decode(message)?.answers {
                let waiting = telling.0.borrow_mut().remove(&answer.tag).ok_or("an answer to no call")?;
                // Its customer is gone if the run is being ended.
                let _ = waiting.send(answer.outcome.ok_or("an answer without an outcome")?);
            }
            Ok(())
        };
        let requests = Http2::open(address).await?.open_stream(RUN, each);
        Ok(Self { requests, waiting, tags: Cell::new(0), event: RefCell::default() })
    }

    /// Orders are for seats of this event from now on.
    pub fn use_event(&self, event: &str) {
        event.clone_into(&mut self.event.borrow_mut());
    }

    /// Has one operation done, alone in its message.
    ///
    /// # Errors
    /// The stream is broken.
    pub async fn ask(&self, operation: Operation) -> Result<Outcome, Fault> {
        let (answer, answered) = oneshot::channel();
        let tag = self.tags.replace(self.tags.get() + 1);
        self.waiting.borrow_mut().insert(tag, answer);
        let call = Call { tag, deadline_ms: None, operation: Some(operation) };
        self.requests.send(&RunRequest { calls: vec![call] }).await?;
        answered.await.map_err(|_| self.requests.why())
    }
}

impl Till for StreamTill {
    type Wish = Order;

    async fn grant(&self, order: &Order) -> Result<(), Fault> {
        let (event, user) = (self.event.borrow().clone(), order.user.to_string());
        let id = format!("{event}-{}", order.number);
        let names = order.seats.iter().map(ToString::to_string).collect();
        let form = Some(wire::seat_request::Form::Seats(wire::SeatNames { names }));
        let reserve = wire::Reserve {
            key: Some(format!("hold-{id}")),
            event,
            user: user.clone(),
            want: Some(wire::SeatRequest { form }),
            // As ReserveSeat does: a service's own reservation, for whose payment the service vouches.
            external: Some(id.clone()),
            trusted: true,
            ..wire::Reserve::default()
        };
        match self.ask(Operation::Reserve(reserve)).await? {
            Outcome::Reserved(_) => {}
            other => return Err(format!("order {}: {other:?}", order.number).into()),
        }
        let key = Some(format!("end-{id}"));
        let form = Some(wire::reservation_ref::Form::External(id));
        let confirm = wire::Confirm {
            which: Some(wire::ReservationRef { form }),
            user: Some(user),
            key,
            ..wire::Confirm::default()
        };
        match self.ask(Operation::Confirm(confirm)).await? {
            Outcome::Confirmed(_) => Ok(()),
            other => Err(format!("order {}: {other:?}", order.number).into()),
        }
    }
}
