//! A server for the conformance suite, for clients in any language: its engine is driven by hand, on a clock that stands
//! still. It takes blocks (`bindings/conformance/DRIVING.md`, "Over a server") from its standard input, and serves on a
//! port that it says. For tests alone: the process that writes to its input is its operator.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program whose output is its answers")]

use std::io::{BufRead, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};
use tacos_conformance::{Block, Record, config_of};
use tacos_engine::{Engine, ManualClock, UnixMs};
use tacos_server::settings::{Key, Settings};
use tacos_server::{LogRing, Server};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

/// The key with which tokens are signed.
const TOKEN_SECRET: &str = "a secret of more than thirty-two bytes, for scenarios";
/// A token ends at this moment, in seconds since the Unix epoch: later than every scenario.
const TOKEN_ENDS_AT: u64 = 4_000_000_000;
/// The journal is written this often: with the manual driver a write waits until a reader of the position comes.
const WRITE_EVERY: Duration = Duration::from_micros(500);

/// One engine behind one server.
struct Open {
    engine: Engine,
    clock: Arc<ManualClock>,
    server: Server,
    writer: JoinHandle<()>,
}

/// What takes the blocks.
struct Program {
    runtime: Runtime,
    /// The server's own files, which are no part of what it keeps.
    secrets: tempfile::TempDir,
    open: Option<Open>,
}

fn main() -> ExitCode {
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("conformance server: {why}");
            ExitCode::FAILURE
        }
    }
}

fn serve() -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let secrets = tempfile::tempdir().map_err(|error| error.to_string())?;
    std::fs::write(secrets.path().join("token-key"), TOKEN_SECRET).map_err(|error| error.to_string())?;
    let mut program = Program { runtime, secrets, open: None };
    let mut lines = Vec::new();
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|error| error.to_string())?;
        if !line.is_empty() {
            lines.push(line);
            continue;
        }
        let asked = Block::read(&std::mem::take(&mut lines))?;
        let answer = program.answer(&asked);
        let mut out = std::io::stdout().lock();
        out.write_all(answer.write().as_bytes())
            .and_then(|()| out.flush())
            .map_err(|error| format!("the answer could not be written: {error}"))?;
    }
    program.close()
}

impl Program {
    fn answer(&mut self, asked: &Block) -> Block {
        let done = match asked.word.as_str() {
            "open" => self.open(&asked.fields),
            "close" => self.close().map(|()| Block::new("reply")),
            word => self.at_the_engine(word, &asked.fields),
        };
        done.unwrap_or_else(|why| Block::new("failed").with("why", why))
    }

    /// What is done to an engine as a whole, by its operator.
    fn at_the_engine(&self, word: &str, with: &Record) -> Result<Block, String> {
        let Open { engine, clock, .. } = self.open.as_ref().ok_or("no server is open")?;
        match word {
            "advance" => {
                let ms = with.get("ms").and_then(Value::as_u64).ok_or("ms is no number")?;
                clock.advance(Duration::from_millis(ms));
            }
            "turn" => {
                engine.turn();
            }
            "digest" => {
                let _ = engine.position();
                let digest: String = engine.digest().0.iter().map(|byte| format!("{byte:02x}")).collect();
                return Ok(Block::new("reply").with("digest", digest));
            }
            "call" => match with.get("do").and_then(Value::as_str) {
                Some("snapshot") => {
                    engine.snapshot().map_err(|error| error.to_string())?;
                }
                Some("clear_idempotency") => engine.operator().clear_idempotency(),
                other => return Err(format!("not the operator's to do: {other:?}")),
            },
            other => return Err(format!("no such word: {other:?}")),
        }
        Ok(Block::new("reply"))
    }

    fn open(&mut self, with: &Record) -> Result<Block, String> {
        if self.open.is_some() {
            return Err("a server is open".to_owned());
        }
        let folder = with.get("folder").and_then(Value::as_str).ok_or("folder is no text")?;
        let at = with.get("clock_unix_ms").and_then(Value::as_u64).ok_or("clock_unix_ms is no number")?;
        let config = with.get("config").and_then(Value::as_object).cloned().unwrap_or_default();
        let clock = Arc::new(ManualClock::new(UnixMs::new(at)));
        let config = config_of(&config, &clock)?;
        let settings = settings(self.secrets.path(), config.payment_amount_must_match);
        let engine = Engine::open(Path::new(folder), config).map_err(|error| error.to_string())?;
        let started = Server::start(engine.clone(), settings, None, LogRing::new(64));
        let server = self.runtime.block_on(started)?;
        let written = engine.clone();
        let writer = self.runtime.spawn(async move {
            let mut every = tokio::time::interval(WRITE_EVERY);
            every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                every.tick().await;
                // A read of the position writes what there is to write.
                let _ = written.position();
            }
        });
        let address = server.addresses.first().ok_or("the server has no address")?.to_string();
        self.open = Some(Open { engine, clock, server, writer });
        Ok(Block::new("reply").with("address", address).with("token", token()?))
    }

    /// Lets go of the server and its engine, so that the folder can be opened again.
    fn close(&mut self) -> Result<(), String> {
        let Some(Open { engine, server, writer, .. }) = self.open.take() else { return Ok(()) };
        self.runtime.block_on(async {
            let ended = server.drain().await;
            writer.abort();
            // Its share of the engine is let go of when the task is.
            let _ = writer.await;
            drop(engine);
            ended
        })
    }
}

fn settings(secrets: &Path, amount_must_match: bool) -> Settings {
    let mut settings = Settings::default();
    settings.server.listen = vec![([127, 0, 0, 1], 0).into()];
    settings.web.listen.clear();
    settings.server.keep_sale_hours = false;
    settings.server.drain_seconds = 1;
    settings.limits.user_per_second = 0;
    // Many of these servers share a machine with other suites: none refuses a call for its age.
    settings.limits.queue_target_ms = 0;
    settings.rules.amount_must_match = Some(amount_must_match);
    let file = secrets.join("token-key");
    settings.auth.keys.insert("main".to_owned(), Key { algorithm: "HS256".to_owned(), file });
    settings
}

/// An administrator's token.
fn token() -> Result<String, String> {
    let claims = json!({ "sub": "root", "exp": TOKEN_ENDS_AT, "roles": ["admin"] });
    encode(&Header::default(), &claims, &EncodingKey::from_secret(TOKEN_SECRET.as_bytes()))
        .map_err(|error| error.to_string())
}
