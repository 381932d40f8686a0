//! One kind of call again and again: open loop, at a rate that the server has no say in, or closed loop, to find out
//! how many calls a second it can answer. For the waiting line's figures, and for the processor's time per call.
//!
//! A call of the open loop has three moments. It is *due* by the rate; it is *sent* when the server allows one more
//! stream and the client's own runtime has come to it; it is *answered*. What is due waits in the client until it can
//! be sent, and is given up unsent after some patience, as a gateway would; so the client's queue is never counted as
//! the server's, and never grows until it slows the client down.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tacos_proto::gateway::v1::queue_service_client::QueueServiceClient;
use tacos_proto::gateway::v1::{
    GetQueueStatusRequest, GetQueueStatusResponse, JoinQueueRequest, JoinQueueResponse,
};
use tacos_proto::reservation::v1::{ReserveSeatRequest, ReserveSeatResponse};
use tonic::{Code, Status};

use super::connection::{Connection, Stream};
use super::{Play, Step, one};

/// Requests are let go this often: a timer for each of tens of thousands a second would cost more than they do.
const BATCH_EVERY: Duration = Duration::from_millis(1);
/// Places that are asked after, at most.
const TOKENS_MAX: usize = 65_536;

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// One of four joins the line, three ask where they stand.
    Line,
    /// Joins the line: a durable write.
    Join,
    /// Asks where one stands: an answer from memory.
    Status,
    /// Holds one seat: a durable write.
    Hold,
}

/// What is offered to the server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offer {
    pub(crate) work: Work,
    /// Calls a second.
    pub(crate) rate: u32,
    pub(crate) seconds: u64,
    /// Sessions and reservations are numbered from here on.
    pub(crate) first: u64,
    /// A call that cannot be sent for so long is given up.
    pub(crate) patience: Duration,
}

/// Why a call came to nothing.
enum CallFailure {
    /// The server refused it because of overload.
    Overload,
    /// In words.
    Other(String),
}

/// What a kind of call is made with.
#[derive(Clone)]
struct QueueClient {
    play: Arc<Play>,
    tokens: Arc<Mutex<Vec<String>>>,
    work: Work,
}

/// The connections; they take turns.
struct Connections {
    all: Vec<Arc<Connection>>,
    turn: usize,
}

impl Connections {
    async fn open(play: &Play) -> Result<Self, String> {
        let mut all = Vec::new();
        for _ in 0..play.channels.len() {
            all.push(Connection::open(&play.target).await?);
        }
        Ok(Self { all, turn: 0 })
    }

    /// A stream of the next connection on which the server allows one.
    fn stream(&mut self) -> Option<Stream> {
        (0..self.all.len()).find_map(|_| {
            self.turn = (self.turn + 1) % self.all.len();
            self.all[self.turn].stream()
        })
    }
}

/// Offers calls at a rate, whatever the server does, and returns when the last is answered or given up.
///
/// # Errors
/// A server that cannot be reached, in words.
pub(crate) async fn steady(play: &Arc<Play>, offer: Offer, tokens: Vec<String>) -> Result<(), String> {
    let mut connections = Connections::open(play).await?;
    let client = QueueClient::new(play, offer.work, tokens);
    let total = u64::from(offer.rate) * offer.seconds;
    let started = Instant::now();
    let (mut next, mut going) = (0_u64, tokio::task::JoinSet::new());
    let mut expected = started;
    while next < total {
        let now = Instant::now();
        play.client_late(now.saturating_duration_since(expected));
        let wanted = (now - started).as_micros() * u128::from(offer.rate) / 1_000_000;
        while u128::from(next) < wanted.min(u128::from(total)) {
            let due = started + Duration::from_micros(next * 1_000_000 / u64::from(offer.rate.max(1)));
            if now.saturating_duration_since(due) > offer.patience {
                one(&play.tally.given_up);
            } else {
                let Some(stream) = connections.stream() else { break };
                going.spawn(client.clone().call(stream, offer.first + next, due));
            }
            next += 1;
        }
        while going.try_join_next().is_some() {}
        expected = Instant::now() + BATCH_EVERY;
        tokio::time::sleep(BATCH_EVERY).await;
    }
    while going.join_next().await.is_some() {}
    Ok(())
}

/// Keeps so many calls under way on each connection for so long; returns how many a second were answered well.
///
/// # Errors
/// A server that cannot be reached, in words.
pub(crate) async fn saturate(
    play: &Arc<Play>,
    offer: Offer,
    under_way_each: usize,
    tokens: Vec<String>,
) -> Result<u32, String> {
    let connections = Connections::open(play).await?;
    let client = QueueClient::new(play, offer.work, tokens);
    let (started, next) = (Instant::now(), Arc::new(AtomicU64::new(offer.first)));
    let mut going = tokio::task::JoinSet::new();
    for connection in connections.all.iter().flat_map(|one| std::iter::repeat_n(one, under_way_each)) {
        let (connection, client, next) = (Arc::clone(connection), client.clone(), Arc::clone(&next));
        going.spawn(async move {
            while started.elapsed() < Duration::from_secs(offer.seconds) {
                match connection.stream() {
                    Some(stream) => {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        client.clone().call(stream, number, Instant::now()).await;
                    }
                    None => tokio::time::sleep(BATCH_EVERY).await,
                }
            }
        });
    }
    while going.join_next().await.is_some() {}
    let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
    Ok(u32::try_from(super::of(&play.tally.done) * 1_000 / took_ms).unwrap_or(u32::MAX))
}

impl QueueClient {
    fn new(play: &Arc<Play>, work: Work, tokens: Vec<String>) -> Self {
        Self { play: Arc::clone(play), tokens: Arc::new(Mutex::new(tokens)), work }
    }

    async fn call(self, stream: Stream, number: u64, due: Instant) {
        one(&self.play.tally.arrived);
        let token = match self.work {
            Work::Line if number.is_multiple_of(4) => None,
            Work::Line | Work::Status => self.token(number),
            Work::Join | Work::Hold => None,
        };
        let sent = Instant::now();
        let (step, outcome) = match (self.work, token) {
            (_, Some(waiting_token)) => (Step::Status, status(stream, waiting_token).await),
            (Work::Hold, None) => (Step::Reserve, self.hold(stream, number).await),
            (_, None) => (Step::Join, self.join(stream, number).await),
        };
        match outcome {
            Ok(()) => {
                one(&self.play.tally.done);
                // From when it was due, not from when there was time for it: a slow server hides nothing.
                self.play.took(step, due.elapsed());
                self.play.took_from_sent(step, sent.elapsed());
            }
            Err(CallFailure::Overload) => self.play.refused(step, sent.elapsed()),
            Err(CallFailure::Other(what)) => self.play.fail(what),
        }
    }

    fn token(&self, number: u64) -> Option<String> {
        let tokens = self.tokens.lock();
        let at = self.play.chance(number).below(tokens.len() as u64);
        tokens.get(usize::try_from(at).unwrap_or(0)).cloned()
    }

    async fn join(&self, stream: Stream, number: u64) -> Result<(), CallFailure> {
        let join = JoinQueueRequest {
            event_id: self.play.event.clone(),
            user_id: String::new(),
            session_id: format!("tab-{number}"),
            metadata: None,
        };
        let answer: JoinQueueResponse = stream.call("/gateway.v1.QueueService/JoinQueue", &join).await?;
        answered(answer.error)?;
        let mut tokens = self.tokens.lock();
        if tokens.len() < TOKENS_MAX {
            tokens.push(answer.waiting_token);
        }
        Ok(())
    }

    async fn hold(&self, stream: Stream, number: u64) -> Result<(), CallFailure> {
        let id = format!("load-{number}");
        let reserve = ReserveSeatRequest {
            reservation_id: id.clone(),
            event_id: self.play.event.clone(),
            quantity: 1,
            user_id: id.clone(),
            idempotency_key: id,
            ..ReserveSeatRequest::default()
        };
        let path = "/reservation.v1.InventoryService/ReserveSeat";
        let answer: ReserveSeatResponse = stream.call(path, &reserve).await?;
        answered(answer.error)
    }
}

async fn status(stream: Stream, waiting_token: String) -> Result<(), CallFailure> {
    let ask = GetQueueStatusRequest { waiting_token };
    let answer: GetQueueStatusResponse = stream.call("/gateway.v1.QueueService/GetQueueStatus", &ask).await?;
    answered(answer.error)
}

fn answered(error: Option<tacos_proto::common::v1::Error>) -> Result<(), CallFailure> {
    error.map_or(Ok(()), |error| Err(CallFailure::Other(error.message)))
}

impl From<Status> for CallFailure {
    fn from(status: Status) -> Self {
        match status.code() {
            Code::ResourceExhausted => Self::Overload,
            _ => Self::Other(status.to_string()),
        }
    }
}

/// Joins so many sessions and returns their tokens: places to ask after.
///
/// # Errors
/// The first that could not join, in words.
pub(crate) async fn places(play: &Play, sessions: u64) -> Result<Vec<String>, String> {
    let mut queue = QueueServiceClient::new(play.channel());
    let mut tokens = Vec::new();
    for number in 0..sessions {
        let join = JoinQueueRequest {
            event_id: play.event.clone(),
            user_id: String::new(),
            session_id: format!("place-{number}"),
            metadata: None,
        };
        let answer = queue.join_queue(join).await.map_err(|status| status.to_string())?.into_inner();
        if let Some(error) = answer.error {
            return Err(error.message);
        }
        tokens.push(answer.waiting_token);
    }
    Ok(tokens)
}
