//! A server as a target: a real listener, a real client, an engine that only moves when it is told to.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};
use tacos_conformance::{Answer, Record, Restart, START_UNIX_MS, Target, config_of, copy_folder, read_of};
use tacos_engine::{Config, Engine, ManualClock, UnixMs};
use tacos_server::client::Client;
use tacos_server::settings::{Key, Settings};
use tacos_server::{LogRing, Server};
use tokio::runtime::Runtime;

use crate::{asked, rest, shown};

/// The key with which reports of payments are signed.
pub(crate) const SOURCE_SECRET: &str = "what the payment provider signs with";
/// The key with which tokens are signed.
const TOKEN_SECRET: &str = "a secret of more than thirty-two bytes, for scenarios";
/// While a call is under way the journal is written this often: nobody else writes it.
const WRITE_EVERY: Duration = Duration::from_micros(200);

/// Why a call came to nothing.
pub(crate) enum No {
    /// The server's `common.v1.Error`, or its word for a refusal that is no error.
    Refused(Record),
    /// The wire has no such thing.
    Unsupported(String),
    /// Something broke.
    Failed(String),
}

impl From<No> for Answer {
    fn from(no: No) -> Self {
        match no {
            No::Refused(refusal) => Self::Refused(refusal),
            No::Unsupported(what) => Self::Unsupported(what),
            No::Failed(word) => Self::Failed(word),
        }
    }
}

/// An answer, or why there is none.
pub(crate) type Did = Result<Record, No>;

/// What the wire has no word for.
pub(crate) fn lacks<T>(what: &str) -> Result<T, No> {
    Err(No::Unsupported(what.to_owned()))
}

/// A refusal in one word.
pub(crate) fn refused(word: &str) -> No {
    No::Refused(Record::from_iter([("code".to_owned(), word.into())]))
}

/// One server with its client.
pub(crate) struct WireServer {
    runtime: Runtime,
    server: Option<Server>,
    client: Option<Client>,
    /// Calls go by REST.
    by_rest: bool,
    pub(crate) engine: Engine,
    clock: Arc<ManualClock>,
    config: Config,
    settings: Settings,
    folder: tempfile::TempDir,
    /// The server's own files, which are no part of what it keeps.
    _secrets: tempfile::TempDir,
    /// Waiting tokens that were given out: who gets one again has joined again.
    pub(crate) tokens: HashSet<String>,
}

impl WireServer {
    /// A fresh server with these settings.
    pub(crate) fn open(with: &Record, by_rest: bool) -> Result<Self, String> {
        let clock = Arc::new(ManualClock::new(UnixMs::new(START_UNIX_MS)));
        let mut config = config_of(with, &clock)?;
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let mut settings = Settings::default();
        settings.server.listen = vec![([127, 0, 0, 1], 0).into()];
        settings.web.listen = settings.server.listen.clone();
        settings.server.keep_sale_hours = false;
        settings.limits.user_per_second = 0;
        // Asked for at the server's door: what the server itself writes needs no key.
        settings.rules.idempotency_required = Some(std::mem::take(&mut config.idempotency_required));
        settings.rules.user_required = Some(false);
        settings.rules.amount_must_match = Some(config.payment_amount_must_match);
        let secrets = tempfile::tempdir().map_err(|error| error.to_string())?;
        let secret = secrets.path().join("source-secret");
        std::fs::write(&secret, SOURCE_SECRET).map_err(|error| error.to_string())?;
        settings.webhooks.sources.insert(String::new(), secret);
        let key = secrets.path().join("token-key");
        std::fs::write(&key, TOKEN_SECRET).map_err(|error| error.to_string())?;
        settings.auth.keys.insert("main".to_owned(), Key { algorithm: "HS256".to_owned(), file: key });
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        let data = folder.path().join("data");
        std::fs::create_dir(&data).map_err(|error| error.to_string())?;
        let engine = Engine::open(&data, config.clone()).map_err(|error| error.to_string())?;
        let (server, client) = runtime.block_on(serve(&engine, &settings))?;
        let tokens = HashSet::new();
        let client = Some(client);
        Ok(Self {
            runtime,
            server: Some(server),
            client,
            by_rest,
            engine,
            clock,
            config,
            settings,
            folder,
            _secrets: secrets,
            tokens,
        })
    }

    /// One call by an administrator, who may name whoever acts.
    pub(crate) fn rpc(&self, rpc: &str, request: &Value) -> Result<Value, No> {
        self.rpc_as(&token("root", &["admin"]), rpc, request)
    }

    /// One call by the user that the scenario names, or by an administrator: where the request has no field for it, a
    /// token says who calls.
    pub(crate) fn rpc_by(&self, with: &Value, rpc: &str, request: &Value) -> Result<Value, No> {
        match with["user"].as_str() {
            Some(user) => self.rpc_as(&token(user, &[]), rpc, request),
            None => self.rpc(rpc, request),
        }
    }

    /// The engine writes only while it is waited for.
    fn rpc_as(&self, token: &str, rpc: &str, request: &Value) -> Result<Value, No> {
        let text = request.to_string();
        let client = self.client.as_ref().ok_or_else(|| No::Failed("closed".to_owned()))?;
        let client = client.with_token(token.to_owned());
        let web = self.server.as_ref().filter(|_| self.by_rest).map(|server| server.web_addresses[0]);
        let answer = self.runtime.block_on(async {
            let call = async {
                match web {
                    Some(address) => rest::call(address, token, rpc, request).await,
                    None => client.call(rpc, &text).await,
                }
            };
            tokio::pin!(call);
            loop {
                tokio::select! {
                    biased;
                    answer = &mut call => break answer,
                    () = tokio::time::sleep(WRITE_EVERY) => {
                        // Whoever reads the position writes what there is to write.
                        let _ = self.engine.position();
                    }
                }
            }
        });
        let answer = answer.map_err(|error| No::Failed(format!("{rpc}: {error}")))?;
        match answer.get("error") {
            None => Ok(answer),
            Some(error) => Err(No::Refused(refusal(error))),
        }
    }

    /// What the engine itself says, for what the wire does not carry.
    pub(crate) fn full(&self, operation: &str, with: &Value) -> Did {
        match read_of(&self.engine, operation, with.as_object().unwrap_or(&Record::new())) {
            Answer::Reply(record) => Ok(record),
            other => Err(No::Failed(format!("the engine says of {operation}: {other:?}"))),
        }
    }

    fn stop(&mut self) -> Result<(), String> {
        let server = self.server.take().ok_or("the server is not there")?;
        // The client's connection would be waited for.
        self.client = None;
        self.runtime.block_on(async {
            let drain = server.drain();
            tokio::pin!(drain);
            loop {
                tokio::select! {
                    biased;
                    ended = &mut drain => break ended,
                    () = tokio::time::sleep(WRITE_EVERY) => {}
                }
            }
        })
    }
}

/// A token that is good for a minute of real time.
fn token(subject: &str, roles: &[&str]) -> String {
    tacos_server::install_cryptography();
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let claims = json!({ "sub": subject, "exp": since.as_secs() + 60, "roles": roles });
    encode(&Header::default(), &claims, &EncodingKey::from_secret(TOKEN_SECRET.as_bytes())).expect("signed")
}

async fn serve(engine: &Engine, settings: &Settings) -> Result<(Server, Client), String> {
    let server = Server::start(engine.clone(), settings.clone(), None, LogRing::new(64)).await?;
    let client = Client::new(&format!("http://{}", server.addresses[0]), None, None)?;
    Ok((server, client))
}

/// The server's error: its code without the prefix, and what its details name.
fn refusal(error: &Value) -> Record {
    let code = error["code"].as_str().unwrap_or_default().trim_start_matches("ERROR_CODE_");
    let details = error["details"].as_array().map(Vec::as_slice).unwrap_or_default();
    let values: Vec<Value> = details.iter().filter_map(|detail| detail.get("value").cloned()).collect();
    let found = json!({ "code": code, "values": values, "message": error["message"] });
    found.as_object().cloned().unwrap_or_default()
}

impl Target for WireServer {
    fn call(&mut self, operation: &str, with: &Record) -> Answer {
        let with = Value::Object(with.clone());
        let did = match asked::write(self, operation, &with) {
            Some(did) => did,
            None => shown::read(self, operation, &with),
        };
        did.map_or_else(Into::into, Answer::Reply)
    }

    /// The wire has no batches: one after the other.
    fn batch(&mut self, calls: &[(&str, Record)]) -> Vec<Answer> {
        calls.iter().map(|(operation, with)| self.call(operation, with)).collect()
    }

    fn is_refused_so(&self, expected: &Record, found: &Record) -> Result<(), String> {
        let code = expected["code"].as_str().unwrap_or_default();
        let came = found["code"].as_str().unwrap_or_default();
        let takes = words_for(code);
        if !takes.contains(&came) {
            return Err(format!("{code} is one of {takes:?} over the wire, and {came} came: {found:?}"));
        }
        // Seats are named in the details.
        let seats = expected.get("seats").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let values = found.get("values").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        match seats.iter().find(|seat| !values.contains(seat)) {
            Some(seat) => Err(format!("{seat} is not among the details {values:?}")),
            None if !seats.is_empty() && values.len() != seats.len() => {
                Err(format!("more than {seats:?} is among the details {values:?}"))
            }
            None => Ok(()),
        }
    }

    fn advance(&mut self, ms: u64) {
        self.clock.advance(Duration::from_millis(ms));
    }

    fn turn(&mut self) {
        self.engine.turn();
    }

    fn restart(&mut self, how: Restart) -> Result<(), String> {
        let _ = self.engine.position();
        let before = self.engine.digest();
        let image = match how {
            Restart::Clean => None,
            Restart::Crash => {
                let image = tempfile::tempdir().map_err(|error| error.to_string())?;
                copy_folder(self.folder.path(), image.path()).map_err(|error| error.to_string())?;
                Some(image)
            }
        };
        self.stop()?;
        if let Some(image) = image {
            self.folder = image;
        }
        // The old engine lets go of its folder before the folder is opened again.
        self.engine = Engine::in_memory(self.config.clone()).map_err(|error| error.to_string())?;
        self.engine = Engine::open(self.folder.path().join("data"), self.config.clone())
            .map_err(|error| error.to_string())?;
        let after = self.engine.digest();
        let (server, client) = self.runtime.block_on(serve(&self.engine, &self.settings))?;
        (self.server, self.client) = (Some(server), Some(client));
        if after == before {
            Ok(())
        } else {
            Err("the engine is not as it was: the digests differ".to_owned())
        }
    }
}

impl Drop for WireServer {
    fn drop(&mut self) {
        // A scenario that stopped in the middle leaves nothing behind.
        let _ = self.stop();
    }
}

/// The words of the wire for a refusal of the engine: the last column of `operations.md`.
fn words_for(code: &str) -> &'static [&'static str] {
    match code {
        "invalid" => &["INVALID_ARGUMENT"],
        "idempotency_required" => &["IDEMPOTENCY_REQUIRED"],
        "idempotency_conflict" => &["IDEMPOTENCY_CONFLICT"],
        "unknown_event"
        | "unknown_seats"
        | "unknown_section"
        | "unknown_reservation"
        | "unknown_payment"
        | "unknown_webhook" => &["NOT_FOUND"],
        "event_exists" | "already_waiting" | "external_exists" => &["ALREADY_EXISTS"],
        "unknown_token" => &["FORBIDDEN", "NOT_FOUND", "INVALID"],
        "token_expired" => &["FORBIDDEN", "EXPIRED", "FAILED_PRECONDITION"],
        "left_line" => &["LEFT", "INVALID"],
        "not_yet" | "admission_paused" => &["DENIED"],
        "sale_not_open" | "no_waiting_line" | "reservation_is" | "payment_is" | "payment_exists"
        | "not_due" => &["FAILED_PRECONDITION"],
        "extension_refused" => &["FAILED_PRECONDITION", "INVALID_ARGUMENT"],
        "seats_taken" | "seats_differ" => &["INVENTORY_CONFLICT"],
        "insufficient" | "not_adjacent" => &["INSUFFICIENT_INVENTORY"],
        "quota_exceeded" => &["QUOTA_EXCEEDED"],
        "forbidden" => &["FORBIDDEN"],
        "reservation_expired" => &["RESERVATION_EXPIRED"],
        "payment_not_approved" => &["PAYMENT_NOT_APPROVED"],
        "refund_too_large" => &["INVALID_ARGUMENT"],
        "at_capacity" => &["RATE_LIMITED", "UNAVAILABLE", "QUOTA_EXCEEDED"],
        _ => &[],
    }
}
