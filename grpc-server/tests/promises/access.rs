//! Who may call what: every RPC, by every kind of caller, against a real server; and nobody sees what belongs to
//! somebody else. The table in `docs/access.md` is written from the answers (run with `TACOS_UPDATE_DOCS=1` to renew it).

use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;

use crate::support::{EVENT, House, channel};
use bytes::{Buf, Bytes};
use jsonwebtoken::{EncodingKey, Header, encode};
use prost::Message;
use serde_json::json;
use tacos_proto::common::v1::{Error, ErrorCode};
use tacos_proto::gateway::v1::gateway_service_client::GatewayServiceClient;
use tacos_proto::gateway::v1::queue_service_client::QueueServiceClient;
use tacos_proto::gateway::v1::{JoinQueueRequest, RequestAdmissionRequest, ValidateTokenRequest};
use tacos_proto::payment::v1::payment_service_client::PaymentServiceClient;
use tacos_proto::payment::v1::{CreatePaymentIntentRequest, PaymentScenario};
use tacos_proto::reservation::v1::reservation_service_client::ReservationServiceClient;
use tacos_proto::reservation::v1::{
    CancelReservationRequest, CreateReservationRequest, GetReservationRequest,
};
use tacos_server::client::Raw;
use tacos_server::rpc::Rpc;
use tonic::Request;
use tonic::transport::Channel;

const SECRET: &str = "a secret of more than thirty-two bytes, for tests";

pub(crate) fn house() -> House {
    let mut house = House::new();
    let file = house.folder.path().join("key");
    std::fs::write(&file, SECRET).expect("written");
    let key = tacos_server::settings::Key { algorithm: "HS256".into(), file };
    house.settings.auth.keys.insert("main".into(), key);
    house.settings.auth.issuer = "tests".into();
    house
}

pub(crate) fn token(subject: &str, roles: &[&str], expires_in: i64) -> String {
    tacos_server::install_cryptography();
    let now =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    let expires = i64::try_from(now).expect("in range") + expires_in;
    let claims = json!({ "sub": subject, "exp": expires, "iss": "tests", "roles": roles, "scope": "buy" });
    encode(&Header::default(), &claims, &EncodingKey::from_secret(SECRET.as_bytes())).expect("signed")
}

pub(crate) fn with<T>(message: T, token: Option<&str>) -> Request<T> {
    let mut request = Request::new(message);
    if let Some(token) = token {
        let value = format!("Bearer {token}").parse().expect("ASCII");
        request.metadata_mut().insert("authorization", value);
    }
    request
}

/// Number of the field `error` in each RPC's response, and whether it streams.
fn error_fields() -> HashMap<String, (u32, bool)> {
    let set = prost_types::FileDescriptorSet::decode(tacos_proto::FILE_DESCRIPTOR_SET)
        .expect("our own descriptors");
    let mut numbers = HashMap::new();
    for file in &set.file {
        for message in &file.message_type {
            let error = message.field.iter().find(|field| field.name() == "error");
            let number = error.map_or(0, |field| u32::try_from(field.number()).expect("positive"));
            numbers.insert(format!(".{}.{}", file.package(), message.name()), number);
        }
    }
    let mut found = HashMap::new();
    for file in &set.file {
        for service in &file.service {
            for method in &service.method {
                let name = format!("{}.{}/{}", file.package(), service.name(), method.name());
                found.insert(name, (numbers[method.output_type()], method.server_streaming()));
            }
        }
    }
    found
}

/// The error that stands in field `number` of an encoded message.
fn error_in(mut message: Bytes, number: u32) -> Option<Error> {
    while message.has_remaining() {
        let (tag, kind) = prost::encoding::decode_key(&mut message).expect("well-formed");
        if tag == number && kind == prost::encoding::WireType::LengthDelimited {
            let length = prost::encoding::decode_varint(&mut message).expect("well-formed");
            let part = message.copy_to_bytes(usize::try_from(length).expect("short"));
            return Some(Error::decode(part).expect("an error"));
        }
        let context = prost::encoding::DecodeContext::default();
        prost::encoding::skip_field(kind, tag, &mut message, context).expect("well-formed");
    }
    None
}

/// Kim's reservation and payment: what Lee asks for.
struct Kims {
    reservation: String,
    payment: String,
    waiting_token: String,
    reservation_token: String,
}

impl Kims {
    async fn make(channel: &Channel, kim: &str) -> Self {
        let mut queue = QueueServiceClient::new(channel.clone());
        let join =
            JoinQueueRequest { event_id: EVENT.into(), session_id: "kims".into(), ..Default::default() };
        let joined = queue.join_queue(with(join, Some(kim))).await.expect("an answer").into_inner();
        let ask =
            RequestAdmissionRequest { waiting_token: joined.waiting_token.clone(), ..Default::default() };
        let admitted = queue.request_admission(with(ask, Some(kim))).await.expect("an answer").into_inner();
        let create = CreateReservationRequest {
            event_id: EVENT.into(),
            quantity: 1,
            reservation_token: admitted.reservation_token.clone(),
            idempotency_key: "kims".into(),
            ..Default::default()
        };
        let mut reservations = ReservationServiceClient::new(channel.clone());
        let held = reservations.create_reservation(with(create, Some(kim))).await.expect("an answer");
        let held = held.into_inner();
        assert_eq!(held.error, None);
        let pay = CreatePaymentIntentRequest {
            reservation_id: held.reservation_id.clone(),
            amount: held.total_amount,
            scenario: PaymentScenario::Timeout as i32,
            idempotency_key: "kims".into(),
            ..Default::default()
        };
        let mut payments = PaymentServiceClient::new(channel.clone());
        let intent = payments.create_payment_intent(with(pay, Some(kim))).await.expect("an answer");
        let intent = intent.into_inner();
        assert_eq!(intent.error, None);
        Self {
            reservation: held.reservation_id,
            payment: intent.payment_intent_id,
            waiting_token: joined.waiting_token,
            reservation_token: admitted.reservation_token,
        }
    }

    /// A request that names what is Kim's, or that speaks for Kim; empty for RPCs that concern nobody's things.
    fn request(&self, rpc: Rpc) -> Bytes {
        let amount = json!({ "amount": 5_000, "currency": "KRW" });
        let (reservation, payment, key) = (&self.reservation, &self.payment, "lee");
        let asked = match rpc {
            Rpc::GetReservation | Rpc::GatewayGetReservation => json!({ "reservation_id": reservation }),
            Rpc::CancelReservation | Rpc::GatewayCancelReservation | Rpc::ExtendHold => {
                json!({ "reservation_id": reservation, "idempotency_key": key })
            }
            Rpc::ConfirmReservation | Rpc::GatewayConfirmReservation => json!({
                "reservation_id": reservation, "payment_intent_id": payment, "idempotency_key": key,
            }),
            Rpc::CreatePaymentIntent | Rpc::GatewayCreatePaymentIntent => json!({
                "reservation_id": reservation, "amount": amount, "scenario": 1, "idempotency_key": key,
            }),
            Rpc::GetPaymentStatus | Rpc::GatewayGetPaymentStatus => json!({ "payment_intent_id": payment }),
            Rpc::ProcessPayment | Rpc::CancelPayment => {
                json!({ "payment_intent_id": payment, "idempotency_key": key })
            }
            Rpc::CreateReservation | Rpc::GatewayCreateReservation => json!({
                "event_id": EVENT, "quantity": 1, "user_id": "kim",
                "reservation_token": self.reservation_token, "idempotency_key": key,
            }),
            Rpc::ListReservations
            | Rpc::ListPayments
            | Rpc::StreamReservationUpdates
            | Rpc::StreamPaymentUpdates => json!({ "user_id": "kim" }),
            Rpc::JoinQueue => json!({ "event_id": EVENT, "user_id": "kim", "session_id": "lees" }),
            Rpc::RequestAdmission => json!({ "waiting_token": self.waiting_token, "user_id": "kim" }),
            _ => return Bytes::new(),
        };
        let pool = prost_reflect::DescriptorPool::decode(tacos_proto::FILE_DESCRIPTOR_SET).expect("ours");
        let service = pool.get_service_by_name(rpc.service()).expect("known");
        let method = service.methods().find(|method| method.name() == rpc.method()).expect("known");
        let message = prost_reflect::DynamicMessage::deserialize(method.input(), asked).expect("fits");
        Bytes::from(message.encode_to_vec())
    }
}

/// Calls an RPC; says `no` for callers who may not, `yes` for all other answers.
async fn may(
    channel: &Channel,
    rpc: Rpc,
    token: Option<&str>,
    request: Bytes,
    fields: &HashMap<String, (u32, bool)>,
) -> &'static str {
    let (number, streams) = fields[&rpc.to_string()];
    let mut client = tonic::client::Grpc::new(channel.clone());
    client.ready().await.expect("ready");
    let path = format!("/{rpc}").parse().expect("a path");
    let refused = |code: ErrorCode| match code {
        ErrorCode::Unauthenticated => "unauthenticated",
        ErrorCode::Forbidden => "forbidden",
        _ => "yes",
    };
    if streams {
        return match client.server_streaming(with(request, token), path, Raw).await {
            Err(status) if status.code() == tonic::Code::Unauthenticated => "unauthenticated",
            Err(status) if status.code() == tonic::Code::PermissionDenied => "forbidden",
            _ => "yes",
        };
    }
    let answer = client.unary(with(request, token), path, Raw).await.expect("an answer").into_inner();
    error_in(answer, number).map_or("yes", |error| refused(error.code()))
}

#[tokio::test]
async fn every_rpc_is_open_to_those_it_is_for_and_to_nobody_else() {
    let house = house();
    let server = house.open().await;
    let channel = channel(&server).await;
    let fields = error_fields();
    let callers = [
        ("nobody", None),
        ("user", Some(token("kim", &[], 60))),
        ("service", Some(token("shop", &["service"], 60))),
        ("admin", Some(token("root", &["admin"], 60))),
    ];
    let mut table = String::from(
        "# Who may call what\n\nWritten by `tests/promises/access.rs` from the answers of a real server. A user reaches only what is theirs: \
         the\ncolumn \"other user\" is somebody who names another's reservation or payment, or who says to be another.\n\n\
         | RPC | nobody | user | other user | service | admin |\n|---|---|---|---|---|---|\n",
    );
    let lee = token("lee", &[], 60);
    let kims = Kims::make(&channel, &token("kim", &[], 60)).await;
    let mut concern = 0;
    for rpc in Rpc::ALL {
        let mut answers = Vec::new();
        for (_, token) in &callers {
            answers.push(may(&channel, *rpc, token.as_deref(), Bytes::new(), &fields).await);
        }
        // What is Kim's, asked for by Lee: nothing for RPCs that concern nobody's things.
        let request = kims.request(*rpc);
        let other = if request.is_empty() {
            "-"
        } else {
            let answer = may(&channel, *rpc, Some(&lee), request, &fields).await;
            assert_eq!(answer, "forbidden", "{rpc} for what is somebody else's");
            concern += 1;
            answer
        };
        let [nobody, user, service, admin] = answers[..] else { panic!("four callers") };
        let _ = writeln!(table, "| {rpc} | {nobody} | {user} | {other} | {service} | {admin} |");
        let wanted: [&str; 4] = match rpc.access() {
            tacos_server::rpc::Access::Open => ["yes"; 4],
            tacos_server::rpc::Access::User => ["unauthenticated", "yes", "yes", "yes"],
            tacos_server::rpc::Access::Service => ["unauthenticated", "forbidden", "yes", "yes"],
            tacos_server::rpc::Access::Admin => ["unauthenticated", "forbidden", "forbidden", "yes"],
        };
        // A webhook without a signature is not authenticated, whoever brings it; an empty token is no token.
        if !matches!(rpc, Rpc::ReceivePaymentWebhook | Rpc::ValidateToken) {
            assert_eq!(answers, wanted, "{rpc}");
        }
    }
    assert!(concern >= 20, "only {concern} RPCs were asked for what is somebody else's");
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/access.md");
    if std::env::var_os("TACOS_UPDATE_DOCS").is_some() {
        std::fs::write(&page, &table).expect("written");
    }
    let committed = std::fs::read_to_string(&page).expect("docs/access.md is committed");
    assert_eq!(committed, table, "docs/access.md is out of date");
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn somebody_elses_reservation_is_neither_shown_nor_changed() {
    let house = house();
    let server = house.open().await;
    let channel = channel(&server).await;
    let (kim, lee, shop) = (token("kim", &[], 60), token("lee", &[], 60), token("shop", &["service"], 60));
    let mut queue = QueueServiceClient::new(channel.clone());
    let join = JoinQueueRequest { event_id: EVENT.into(), session_id: "tab".into(), ..Default::default() };
    let joined = queue.join_queue(with(join, Some(&kim))).await.expect("an answer").into_inner();
    let ask = RequestAdmissionRequest { waiting_token: joined.waiting_token.clone(), ..Default::default() };
    // The place is Kim's: a stolen waiting token lets nobody else in.
    let stolen =
        queue.request_admission(with(ask.clone(), Some(&lee))).await.expect("an answer").into_inner();
    assert_eq!(stolen.reservation_token, "");
    let admitted = queue.request_admission(with(ask, Some(&kim))).await.expect("an answer").into_inner();

    let mut reservations = ReservationServiceClient::new(channel.clone());
    let create = CreateReservationRequest {
        event_id: EVENT.into(),
        seat_ids: vec!["A-1".into()],
        user_id: "kim".into(),
        reservation_token: admitted.reservation_token,
        idempotency_key: "k".into(),
        ..Default::default()
    };
    let as_lee = reservations
        .create_reservation(with(create.clone(), Some(&lee)))
        .await
        .expect("an answer")
        .into_inner();
    assert_eq!(as_lee.error.expect("refused").code(), ErrorCode::Forbidden);
    let held =
        reservations.create_reservation(with(create, Some(&kim))).await.expect("an answer").into_inner();
    assert_eq!(held.error, None);

    let get = |user_id: &str| GetReservationRequest {
        reservation_id: held.reservation_id.clone(),
        user_id: user_id.into(),
    };
    for named in ["", "lee"] {
        let seen =
            reservations.get_reservation(with(get(named), Some(&lee))).await.expect("an answer").into_inner();
        assert_eq!(seen.reservation, None);
        assert_eq!(seen.error.expect("refused").code(), ErrorCode::Forbidden);
    }
    let cancel = CancelReservationRequest {
        reservation_id: held.reservation_id.clone(),
        idempotency_key: "c".into(),
        ..Default::default()
    };
    let refused =
        reservations.cancel_reservation(with(cancel, Some(&lee))).await.expect("an answer").into_inner();
    assert_eq!(refused.error.expect("refused").code(), ErrorCode::Forbidden);
    for caller in [&kim, &shop] {
        let seen =
            reservations.get_reservation(with(get(""), Some(caller))).await.expect("an answer").into_inner();
        assert!(seen.reservation.is_some(), "{seen:?}");
    }
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn bad_tokens_are_refused_and_say_why() {
    let house = house();
    let server = house.open().await;
    let channel = channel(&server).await;
    let mut gateway = GatewayServiceClient::new(channel);
    let validate = |token: String, required_scope: &str| {
        let request = ValidateTokenRequest { token, required_scope: required_scope.into() };
        let mut gateway = gateway.clone();
        async move { gateway.validate_token(request).await.expect("an answer").into_inner() }
    };
    let good = validate(token("kim", &["service"], 60), "buy").await;
    assert!(good.valid, "{good:?}");
    assert_eq!(good.user.expect("known").roles, ["service"]);
    let mut forged = token("kim", &["admin"], 60);
    forged.replace_range(forged.len() - 4.., "AAAA");
    for (bad, code) in [
        (validate(token("kim", &[], -3_600), "").await, ErrorCode::Unauthenticated),
        (validate(forged, "").await, ErrorCode::Unauthenticated),
        (validate("garbage".into(), "").await, ErrorCode::Unauthenticated),
        (validate(token("kim", &[], 60), "rule").await, ErrorCode::Unauthorized),
    ] {
        assert!(!bad.valid);
        assert_eq!(bad.user, None);
        assert_eq!(bad.error.expect("says why").code(), code);
    }
    let _ = &mut gateway;
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn keys_are_exchanged_without_a_restart() {
    let mut house = house();
    house.settings.auth.reload_seconds = 1;
    let server = house.open().await;
    let mut gateway = GatewayServiceClient::new(channel(&server).await);
    let file = house.folder.path().join("key");
    let old = token("kim", &[], 60);
    let ask = |token: &str| ValidateTokenRequest { token: token.into(), required_scope: String::new() };
    assert!(gateway.validate_token(ask(&old)).await.expect("an answer").into_inner().valid);
    std::fs::write(&file, "another secret of more than thirty-two bytes").expect("written");
    // The files are looked at every second; each look is a call here, and the test ends with the first that sees it.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while gateway.validate_token(ask(&old)).await.expect("an answer").into_inner().valid {
        assert!(std::time::Instant::now() < deadline, "the old key is still in force");
        tokio::task::yield_now().await;
    }
    server.drain().await.expect("ends cleanly");
}
