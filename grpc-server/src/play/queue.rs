//! Only the waiting line, open loop: one of four requests joins, three ask where they stand.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tacos_proto::gateway::v1::queue_service_client::QueueServiceClient;
use tacos_proto::gateway::v1::{GetQueueStatusRequest, JoinQueueRequest};
use tonic::transport::Channel;

use super::{Play, Step, one};

/// Requests are let go this often: a timer for each of tens of thousands a second would cost more than they do.
const BATCH_EVERY: Duration = Duration::from_millis(1);
/// Places that are asked after, at most.
const TOKENS_MAX: usize = 65_536;

/// Sends `rate` requests a second for `seconds`, whatever the server does, and returns when the last is answered.
pub(crate) async fn queue_requests(play: &Arc<Play>, rate: u32, seconds: u64) {
    let tokens: Arc<Mutex<Vec<String>>> = Arc::default();
    let total = u64::from(rate) * seconds;
    let started = Instant::now();
    let (mut sent, mut going) = (0_u64, tokio::task::JoinSet::new());
    let clients: Vec<QueueServiceClient<Channel>> =
        (0..64).map(|_| QueueServiceClient::new(play.channel())).collect();
    while sent < total {
        let wanted = (started.elapsed().as_micros() * u128::from(rate) / 1_000_000).min(u128::from(total));
        while u128::from(sent) < wanted {
            let due = started + Duration::from_micros(sent * 1_000_000 / u64::from(rate.max(1)));
            let client = clients[usize::try_from(sent % 64).unwrap_or(0)].clone();
            going.spawn(one_request(Arc::clone(play), client, Arc::clone(&tokens), sent, due));
            sent += 1;
        }
        while going.try_join_next().is_some() {}
        tokio::time::sleep(BATCH_EVERY).await;
    }
    while going.join_next().await.is_some() {}
}

async fn one_request(
    play: Arc<Play>,
    mut client: QueueServiceClient<Channel>,
    tokens: Arc<Mutex<Vec<String>>>,
    number: u64,
    due: Instant,
) {
    one(&play.tally.arrived);
    let token = (!number.is_multiple_of(4)).then(|| {
        let tokens = tokens.lock();
        let at = play.chance(number).below(tokens.len() as u64);
        tokens.get(usize::try_from(at).unwrap_or(0)).cloned()
    });
    let (step, error) = match token.flatten() {
        Some(waiting_token) => match client.get_queue_status(GetQueueStatusRequest { waiting_token }).await {
            Ok(answer) => (Step::Status, answer.into_inner().error),
            Err(status) => return play.fail(status),
        },
        None => {
            let join = JoinQueueRequest {
                event_id: play.event.clone(),
                user_id: String::new(),
                session_id: format!("tab-{number}"),
                metadata: None,
            };
            match client.join_queue(join).await {
                Ok(answer) => {
                    let answer = answer.into_inner();
                    let mut tokens = tokens.lock();
                    if answer.error.is_none() && tokens.len() < TOKENS_MAX {
                        tokens.push(answer.waiting_token);
                    }
                    (Step::Join, answer.error)
                }
                Err(status) => return play.fail(status),
            }
        }
    };
    play.took(step, due.elapsed());
    match error {
        Some(error) => play.fail(error.message),
        None => one(&play.tally.done),
    }
}
