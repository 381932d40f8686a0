//! Claim: whoever does not hold a token, or holds it for something else, gets nothing and learns nothing.

use std::collections::HashSet;

use tacos_engine::QueuePolicy;
use tacos_proto::common::v1::ErrorCode;
use tacos_proto::gateway::v1::queue_service_client::QueueServiceClient;
use tacos_proto::gateway::v1::{
    AdmissionStatus, GetQueueStatusRequest, JoinQueueRequest, LeaveQueueRequest, RequestAdmissionRequest,
};
use tacos_proto::reservation::v1::CreateReservationRequest;
use tacos_proto::reservation::v1::reservation_service_client::ReservationServiceClient;
use tonic::transport::Channel;

use crate::support::{EVENT, House, admitted, channel, open_sale};

/// Every token that differs from this one in one character, and some that differ more.
fn near(token: &str) -> Vec<String> {
    let mut found = Vec::new();
    let first = token.find('_').map_or(0, |at| at + 1);
    for at in first..token.len() {
        for other in ['0', '7', 'a', 'z', 'A'] {
            let mut near = token.to_owned();
            near.replace_range(at..=at, &other.to_string());
            if near != token {
                found.push(near);
            }
        }
    }
    found.push(token[..token.len() - 1].to_owned());
    found.push(format!("{token}0"));
    found.push(token.to_uppercase());
    found.push(format!("{}{}", &token[..first], "0".repeat(token.len() - first)));
    found.push(token[first..].to_owned());
    found
}

async fn join(queue: &mut QueueServiceClient<Channel>, event: &str, user: &str) -> String {
    let join = JoinQueueRequest {
        event_id: event.into(),
        user_id: user.into(),
        session_id: format!("tab-{user}"),
        metadata: None,
    };
    let joined = queue.join_queue(join).await.expect("an answer").into_inner();
    assert_eq!(joined.error, None);
    joined.waiting_token
}

#[tokio::test]
async fn a_waiting_token_that_is_nearly_right_opens_nothing() {
    let house = House::new();
    let server = house.open().await;
    let channel = channel(&server).await;
    let mut queue = QueueServiceClient::new(channel.clone());
    let token = join(&mut queue, EVENT, "kim").await;
    // Guesses that name no token, or another one, are answered alike: nobody learns what was nearly right.
    let (mut words, mut tried) = (HashSet::new(), 0);
    for guess in near(&token) {
        let ask = RequestAdmissionRequest {
            waiting_token: guess.clone(),
            event_id: EVENT.into(),
            user_id: String::new(),
        };
        let answer = queue.request_admission(ask).await.expect("an answer").into_inner();
        assert_eq!(answer.reservation_token, "", "{guess}");
        assert_ne!(answer.admission(), AdmissionStatus::Granted, "{guess}");
        words.insert((answer.admission, answer.error.map(|error| (error.code, error.message))));
        let ask = GetQueueStatusRequest { waiting_token: guess.clone() };
        let status = queue.get_queue_status(ask).await.expect("an answer").into_inner();
        assert!(status.error.is_some() && status.position == 0, "{guess}: {status:?}");
        let leave = LeaveQueueRequest { waiting_token: guess.clone(), reason: String::new() };
        let left = queue.leave_queue(leave).await.expect("an answer").into_inner();
        assert!(!left.success, "{guess}");
        tried += 1;
    }
    assert!(tried > 100, "only {tried} guesses");
    assert_eq!(words.len(), 1, "guesses are told apart: {words:?}");
    // The place is still Kim's.
    let ask = RequestAdmissionRequest { waiting_token: token, event_id: EVENT.into(), user_id: "kim".into() };
    assert_eq!(
        queue.request_admission(ask).await.expect("an answer").into_inner().admission(),
        AdmissionStatus::Granted
    );
    server.drain().await.expect("ends cleanly");
}

fn create(event: &str, user: &str, token: &str, key: &str) -> CreateReservationRequest {
    CreateReservationRequest {
        event_id: event.into(),
        user_id: user.into(),
        quantity: 1,
        reservation_token: token.into(),
        idempotency_key: key.into(),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_reservation_token_is_for_one_event_and_one_user() {
    let house = House::new();
    let server = house.open_with(|engine| open_sale(engine, "evt_other", Some(QueuePolicy::default()))).await;
    let channel = channel(&server).await;
    let mut reservations = ReservationServiceClient::new(channel.clone());
    let kims = admitted(&channel, "kim").await;
    let waiting = join(&mut QueueServiceClient::new(channel.clone()), EVENT, "lee").await;
    let mut refused = async |event: &str, user: &str, token: &str| {
        let key = format!("k{}", token.len() + user.len() * 1_000);
        let answer = reservations
            .create_reservation(create(event, user, token, &key))
            .await
            .expect("an answer")
            .into_inner();
        assert!(answer.reservation_id.is_empty() && answer.reserved_seats.is_empty(), "{token}: {answer:?}");
        answer.error.expect("refused").code()
    };
    for (event, user, token) in [
        ("evt_other", "kim", kims.as_str()),
        (EVENT, "lee", &kims),
        (EVENT, "kim", ""),
        // A waiting token is no right to reserve, under its own name or the other's.
        (EVENT, "lee", &waiting),
        (EVENT, "lee", &waiting.replace("wtkn_", "rtkn_")),
    ] {
        assert_eq!(refused(event, user, token).await, ErrorCode::Forbidden, "{event} {user} {token}");
    }
    for guess in near(&kims).into_iter().step_by(7) {
        assert_eq!(refused(EVENT, "kim", &guess).await, ErrorCode::Forbidden, "{guess}");
    }
    let held = reservations
        .create_reservation(create(EVENT, "kim", &kims, "good"))
        .await
        .expect("an answer")
        .into_inner();
    assert_eq!(held.error, None);
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn who_guesses_fast_is_stopped() {
    let mut house = House::new();
    (house.settings.limits.address_per_second, house.settings.limits.address_burst) = (1, 20);
    // Loopback itself is not limited: the calls come from elsewhere, through a proxy.
    house.settings.server.trusted_proxies = vec!["127.0.0.1".parse().expect("an address")];
    let server = house.open().await;
    let mut queue = QueueServiceClient::new(channel(&server).await);
    let mut answered = 0;
    for guess in 0..200 {
        let waiting_token = format!("wtkn_{guess:039}");
        let ask = RequestAdmissionRequest { waiting_token, event_id: EVENT.into(), user_id: "kim".into() };
        let mut ask = tonic::Request::new(ask);
        ask.metadata_mut().insert("x-forwarded-for", "203.0.113.7".parse().expect("ASCII"));
        let answer = queue.request_admission(ask).await.expect("an answer").into_inner();
        answered += u32::from(answer.error.is_none_or(|error| error.code() != ErrorCode::RateLimited));
    }
    // The burst, and one for each second that passed.
    assert!(answered < 150, "{answered} of 200 guesses were looked at");
    drop(queue);
    server.drain().await.expect("ends cleanly");
}
