//! Claim: card numbers, tokens, signatures and secrets are in no log line, no error and, as far as they are nobody's to keep, not
//! in the data folder, however talkative the log and wherever in a request they stand.

use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use jsonwebtoken::{EncodingKey, Header, encode};
use prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, SerializeOptions, Value,
};
use serde_json::json;
use tacos_server::client::Client;
use tacos_server::rpc::Rpc;

use crate::process::PROGRAM;

const KEY: &str = "the key of tokens: a secret of more than thirty-two bytes";
const HOOKS: &str = "what webhooks are signed with, and nobody else knows";
const CARD: &str = "4242424242424242";
const ACCOUNT: &str = "110987654321098";
/// In every field that may hold a secret.
const MARKER: &str = "sEcReT-mArKeR";

struct Talkative {
    child: Child,
    log: std::path::PathBuf,
}

impl Drop for Talkative {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The server with everything that it can say, into a file.
fn serve(folder: &Path, address: &str) -> Talkative {
    for (name, text) in [("key", KEY), ("hooks", HOOKS)] {
        std::fs::write(folder.join(name), text).expect("written");
    }
    let settings = format!(
        "[auth.keys.main]\nalgorithm = \"HS256\"\nfile = {:?}\n[webhooks]\nsecret_file = {:?}\nallow_hosts = [\"127.0.0.1:9\"]\n\
         [webhooks.sources]\n\"\" = {:?}\n[log]\nlevel = \"trace\"\nformat = \"json\"\n[engine]\npayment_time_permille = 1\n[server]\nbackup_dir = {:?}\n",
        folder.join("key"),
        folder.join("hooks"),
        folder.join("hooks"),
        folder.join("backups"),
    );
    std::fs::write(folder.join("settings.toml"), settings).expect("written");
    let log = folder.join("log");
    let file = std::fs::File::create(&log).expect("created");
    let child = Command::new(PROGRAM)
        .arg("--config")
        .arg(folder.join("settings.toml"))
        .args(["serve", "--listen", address, "--web-listen", "127.0.0.1:0", "--data-dir"])
        .arg(folder.join("data"))
        .stdout(file.try_clone().expect("cloned"))
        .stderr(file)
        .spawn()
        .expect("the program starts");
    Talkative { child, log }
}

fn token(subject: &str, role: &str) -> String {
    tacos_server::install_cryptography();
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let claims = json!({ "sub": subject, "exp": since.as_secs() + 600, "roles": [role] });
    encode(&Header::default(), &claims, &EncodingKey::from_secret(KEY.as_bytes())).expect("signed")
}

/// True for fields that may hold a secret by their name.
fn is_secret(field: &FieldDescriptor) -> bool {
    let name = field.name();
    ["token", "secret", "signature", "card_number", "cvv", "account_number", "authorization", "password"]
        .iter()
        .any(|word| name.contains(word))
}

/// A request with `secret` in every field that may hold one, and something in all others.
fn filled(kind: &MessageDescriptor, secret: &str, depth: u32) -> DynamicMessage {
    let mut message = DynamicMessage::new(kind.clone());
    for field in kind.fields().filter(|field| !field.is_map() && depth < 5) {
        let value = match field.kind() {
            Kind::String if is_secret(&field) => Value::String(secret.to_owned()),
            Kind::String => Value::String("evt_2025_1001".to_owned()),
            // Its JSON is the names of fields, and nothing else.
            Kind::Message(inner) if inner.full_name() == "google.protobuf.FieldMask" => continue,
            Kind::Message(inner) => Value::Message(filled(&inner, secret, depth + 1)),
            Kind::Int32 => Value::I32(1),
            Kind::Int64 => Value::I64(1),
            Kind::Enum(_) => Value::EnumNumber(1),
            _ => continue,
        };
        message.set_field(&field, if field.is_list() { Value::List(vec![value]) } else { value });
    }
    message
}

/// Everything that is written down under a folder, as text as far as it is text.
fn written(folder: &Path) -> String {
    let mut all = String::new();
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_file() {
            let bytes = std::fs::read(&entry).expect("read");
            // Most of a segment is room for later.
            let used = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            all.push_str(&String::from_utf8_lossy(&bytes[..used]));
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_secret_is_sent_is_written_nowhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = free.local_addr().expect("bound").to_string();
    drop(free);
    let mut server = serve(folder.path(), &address);
    let (admin, kim) = (token("root", "admin"), token("kim", "user"));
    let nobody = Client::new(&format!("http://{address}"), None, None).expect("an address");
    while nobody.call("gateway.v1.GatewayService/HealthCheck", "{}").await.is_err() {
        assert!(server.child.try_wait().expect("asked").is_none(), "the server does not start");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let (as_admin, as_kim) = (nobody.with_token(admin.clone()), nobody.with_token(kim.clone()));
    let mut secrets: Vec<String> =
        [KEY, HOOKS, CARD, ACCOUNT, MARKER, &admin, &kim].map(str::to_owned).to_vec();
    let mut errors = String::new();

    // A sale with real tokens, and every secret that a customer has.
    let ask = async |client: &Client, rpc: &str, request: serde_json::Value| {
        client.call(rpc, &request.to_string()).await.unwrap_or_else(|error| panic!("{rpc}: {error}"))
    };
    let price = json!({ "amount": 500, "currency": "KRW" });
    for (method, request) in [
        (
            "CreateEvent",
            json!({ "settings": { "event_id": "evt_2025_1001", "name": "A sale", "currency": "KRW", "queue_policy": { "burst": 10 } }, "idempotency_key": "c" }),
        ),
        (
            "ImportSeatMap",
            json!({ "event_id": "evt_2025_1001", "idempotency_key": "i", "seat_map": { "sections": [{ "section_id": "pit", "price": price, "general_admission_capacity": 9 }] } }),
        ),
        ("OpenSale", json!({ "event_id": "evt_2025_1001", "idempotency_key": "o" })),
    ] {
        let answer = ask(&as_admin, &format!("engine.v1.EngineService/{method}"), request).await;
        assert!(answer["error"].is_null(), "{answer}");
    }
    let joined = ask(
        &as_kim,
        "gateway.v1.QueueService/JoinQueue",
        json!({ "event_id": "evt_2025_1001", "session_id": "tab" }),
    )
    .await;
    let admitted = ask(
        &as_kim,
        "gateway.v1.QueueService/RequestAdmission",
        json!({ "waiting_token": joined["waitingToken"] }),
    )
    .await;
    let create = json!({ "event_id": "evt_2025_1001", "quantity": 1, "reservation_token": admitted["reservationToken"], "idempotency_key": "r" });
    let held = ask(&as_kim, "reservation.v1.ReservationService/CreateReservation", create).await;
    let pay = json!({ "reservation_id": held["reservationId"], "amount": held["totalAmount"], "method": 1, "scenario": 5, "idempotency_key": "p" });
    let intent = ask(&as_kim, "payment.v1.PaymentService/CreatePaymentIntent", pay).await;
    for value in [&joined["waitingToken"], &admitted["reservationToken"], &intent["clientSecret"]] {
        secrets.extend(value.as_str().filter(|text| !text.is_empty()).map(str::to_owned));
    }
    for (number, details) in [
        json!({ "method": 1, "credit_card": { "card_number": CARD, "expiry_month": "12", "expiry_year": "2099", "cardholder_name": "Kim", "cvv": "737" } }),
        json!({ "method": 1, "credit_card": { "card_number": format!("{CARD}1"), "expiry_month": "13", "expiry_year": "99", "cvv": CARD } }),
        json!({ "method": 3, "bank_transfer": { "bank_code": "088", "account_number": ACCOUNT, "account_holder": "Kim" } }),
        json!({ "method": 1, "bank_transfer": { "bank_code": CARD, "account_number": ACCOUNT } }),
    ]
    .into_iter()
    .enumerate()
    {
        let request = json!({ "payment_intent_id": intent["paymentIntentId"], "payment_details": details, "idempotency_key": format!("pp-{number}") });
        let answer = ask(&as_kim, "payment.v1.PaymentService/ProcessPayment", request).await;
        errors.push_str(&answer.to_string());
    }

    // Every RPC, by everybody, with a marker wherever a secret may stand: short, and too long for any field.
    let pool = DescriptorPool::decode(tacos_proto::FILE_DESCRIPTOR_SET).expect("our own descriptors");
    let long = MARKER.repeat(30);
    for rpc in Rpc::ALL {
        let service = pool.get_service_by_name(rpc.service()).expect("known");
        let method = service.methods().find(|method| method.name() == rpc.method()).expect("known");
        // A drained server answers nobody; streams do not end.
        if method.is_server_streaming() || matches!(rpc, Rpc::EmergencyAction | Rpc::TriggerOperation) {
            continue;
        }
        for secret in [MARKER, &long, CARD] {
            let message = filled(&method.input(), secret, 0);
            let names = SerializeOptions::new().use_proto_field_name(true);
            let request = message.serialize_with_options(serde_json::value::Serializer, &names);
            let request = request.expect("JSON").to_string();
            let bad = nobody.with_token(format!("{secret}.{secret}.{secret}"));
            for client in [&as_admin, &as_kim, &bad] {
                let answer = client.call(&rpc.to_string(), &request).await;
                match answer {
                    Ok(answer) => errors.push_str(&answer["error"].to_string()),
                    Err(word) => errors.push_str(&word),
                }
                errors.push('\n');
            }
        }
    }
    let logs = ask(&as_admin, "common.v1.AdminService/GetLogs", json!({ "limit": 100 })).await;
    drop((as_admin, as_kim, nobody));
    let asked = Command::new("kill").args(["-TERM", &server.child.id().to_string()]).status();
    assert!(asked.expect("kill runs").success());
    server.child.wait().expect("ended");

    let log = String::from_utf8_lossy(&std::fs::read(&server.log).expect("the log")).into_owned();
    assert!(log.len() > 10_000, "the log is not talkative: {} bytes", log.len());
    let kept = written(&folder.path().join("data"));
    for secret in &secrets {
        let line = log.lines().find(|line| line.contains(secret.as_str()));
        assert_eq!(line, None, "{secret} is in the log");
        assert!(!logs.to_string().contains(secret.as_str()), "{secret} is in GetLogs");
        let line = errors.lines().find(|line| line.contains(secret.as_str()));
        assert_eq!(line, None, "{secret} is in an error");
    }
    // The journal has names that callers gave: they must be found, or nothing was looked at.
    assert!(kept.contains("evt_2025_1001"), "the data folder is not what was written");
    for secret in [KEY, CARD, ACCOUNT, &admin, &kim] {
        assert!(!kept.contains(secret), "{secret} is in the data folder");
    }
}
