//! One kind of call again and again, open loop: for the waiting line's figures, and for the processor's time per call.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tacos_proto::gateway::v1::queue_service_client::QueueServiceClient;
use tacos_proto::gateway::v1::{GetQueueStatusRequest, JoinQueueRequest};
use tacos_proto::reservation::v1::ReserveSeatRequest;
use tacos_proto::reservation::v1::inventory_service_client::InventoryServiceClient;
use tonic::transport::Channel;

use super::{Play, Step, one};

/// Requests are let go this often: a timer for each of tens of thousands a second would cost more than they do.
const BATCH_EVERY: Duration = Duration::from_millis(1);
/// Places that are asked after, at most.
const TOKENS_MAX: usize = 65_536;
/// Clients that take turns over the connections.
const CLIENTS: u64 = 64;

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

/// What a kind of call is made with.
#[derive(Clone)]
struct QueueClient {
    play: Arc<Play>,
    queue: QueueServiceClient<Channel>,
    inventory: InventoryServiceClient<Channel>,
    tokens: Arc<Mutex<Vec<String>>>,
    work: Work,
}

/// Sends `rate` requests a second for `seconds`, whatever the server does, and returns when the last is answered.
/// Sessions and reservations are numbered from `first` on.
pub(crate) async fn steady(
    play: &Arc<Play>,
    work: Work,
    rate: u32,
    seconds: u64,
    first: u64,
    tokens: Vec<String>,
) {
    let tokens = Arc::new(Mutex::new(tokens));
    let total = u64::from(rate) * seconds;
    let callers: Vec<QueueClient> = (0..CLIENTS)
        .map(|_| QueueClient {
            play: Arc::clone(play),
            queue: QueueServiceClient::new(play.channel()),
            inventory: InventoryServiceClient::new(play.channel()),
            tokens: Arc::clone(&tokens),
            work,
        })
        .collect();
    let started = Instant::now();
    let (mut sent, mut going) = (0_u64, tokio::task::JoinSet::new());
    while sent < total {
        let wanted = (started.elapsed().as_micros() * u128::from(rate) / 1_000_000).min(u128::from(total));
        while u128::from(sent) < wanted {
            let due = started + Duration::from_micros(sent * 1_000_000 / u64::from(rate.max(1)));
            let caller = callers[usize::try_from(sent % CLIENTS).unwrap_or(0)].clone();
            going.spawn(caller.call(first + sent, due));
            sent += 1;
        }
        while going.try_join_next().is_some() {}
        tokio::time::sleep(BATCH_EVERY).await;
    }
    while going.join_next().await.is_some() {}
}

impl QueueClient {
    async fn call(mut self, number: u64, due: Instant) {
        one(&self.play.tally.arrived);
        let token = match self.work {
            Work::Line if number.is_multiple_of(4) => None,
            Work::Line | Work::Status => self.token(number),
            Work::Join | Work::Hold => None,
        };
        let (step, outcome) = match (self.work, token) {
            (_, Some(waiting_token)) => (Step::Status, self.status(waiting_token).await),
            (Work::Hold, None) => (Step::Reserve, self.hold(number).await),
            (_, None) => (Step::Join, self.join(number).await),
        };
        // From when it was due, not from when there was time for it: a slow server hides nothing.
        self.play.took(step, due.elapsed());
        match outcome {
            Ok(()) => one(&self.play.tally.done),
            Err(what) => self.play.fail(what),
        }
    }

    fn token(&self, number: u64) -> Option<String> {
        let tokens = self.tokens.lock();
        let at = self.play.chance(number).below(tokens.len() as u64);
        tokens.get(usize::try_from(at).unwrap_or(0)).cloned()
    }

    async fn status(&mut self, waiting_token: String) -> Result<(), String> {
        let ask = GetQueueStatusRequest { waiting_token };
        let answer = self.queue.get_queue_status(ask).await.map_err(|status| status.to_string())?;
        answer.into_inner().error.map_or(Ok(()), |error| Err(error.message))
    }

    async fn join(&mut self, number: u64) -> Result<(), String> {
        let join = JoinQueueRequest {
            event_id: self.play.event.clone(),
            user_id: String::new(),
            session_id: format!("tab-{number}"),
            metadata: None,
        };
        let answer = self.queue.join_queue(join).await.map_err(|status| status.to_string())?.into_inner();
        if let Some(error) = answer.error {
            return Err(error.message);
        }
        let mut tokens = self.tokens.lock();
        if tokens.len() < TOKENS_MAX {
            tokens.push(answer.waiting_token);
        }
        Ok(())
    }

    async fn hold(&mut self, number: u64) -> Result<(), String> {
        let id = format!("load-{number}");
        let reserve = ReserveSeatRequest {
            reservation_id: id.clone(),
            event_id: self.play.event.clone(),
            quantity: 1,
            user_id: id.clone(),
            idempotency_key: id,
            ..ReserveSeatRequest::default()
        };
        let answer = self.inventory.reserve_seat(reserve).await.map_err(|status| status.to_string())?;
        answer.into_inner().error.map_or(Ok(()), |error| Err(error.message))
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
