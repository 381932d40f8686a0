//! The Rust engine as a target: driven by hand, on a clock that stands still, in a folder of its own.

mod arguments;
// Written by the generator, which knows nothing of line breaks.
#[rustfmt::skip]
mod described;
mod reads;
mod records;
mod rows;
mod updates;

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tacos_engine::{
    Clock, Command, CompletionQueue, Config, Driver, Engine, Failure, LatePayment, ManualClock, Reply, UnixMs,
};

use crate::drive::copy_folder;
use crate::target::{Answer, Record, Restart, START_UNIX_MS, Target};
use arguments::{Args, IllFormed};
pub use records::refusal_record;

/// How writes are handed to the engine: every scenario must come to the same either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// One by one, waited for.
    Waiting,
    /// As batches, collected from a completion queue.
    Queued,
}

/// An engine in a temporary folder.
pub struct RustEngine {
    /// Gone only while a restart is under way.
    engine: Option<Engine>,
    queue: CompletionQueue<Reply>,
    clock: Arc<ManualClock>,
    config: Config,
    folder: tempfile::TempDir,
    way: Way,
    next_tag: u64,
}

/// Writes of one batch, at most.
const BATCH_MAX: usize = 1_024;
/// The longest that an answer is waited for before the runner says that it never came.
const PATIENCE: Duration = Duration::from_secs(60);

impl RustEngine {
    /// Opens a fresh engine with these settings.
    ///
    /// # Errors
    /// In words.
    pub fn open(settings: &Record, way: Way) -> Result<Self, String> {
        let clock = Arc::new(ManualClock::new(UnixMs::new(START_UNIX_MS)));
        let config = config_of(settings, &clock)?;
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let engine = Engine::open(folder.path(), config.clone()).map_err(|error| error.to_string())?;
        let queue = engine.completion_queue(BATCH_MAX);
        Ok(Self { engine: Some(engine), queue, clock, config, folder, way, next_tag: 0 })
    }

    fn engine(&self) -> &Engine {
        self.engine.as_ref().expect("an engine is open but while it restarts")
    }

    /// Many writes through the completion queue; answers in the order of the writes.
    fn submit(&mut self, commands: &[Command]) -> Vec<Answer> {
        let first = self.next_tag;
        self.next_tag += commands.len() as u64;
        let taken = self.engine().submit_batch(commands, &self.queue, first);
        assert_eq!(taken, commands.len(), "an empty queue of {BATCH_MAX} takes a batch");
        let mut done = Vec::new();
        while done.len() < taken {
            let more = self.queue.poll(taken, PATIENCE, &mut done);
            assert!(more > 0, "{} of {taken} answers came", done.len());
        }
        done.sort_by_key(|completion| completion.tag);
        done.into_iter().map(|completion| self.answer(completion.result)).collect()
    }

    fn answer(&self, result: Result<Reply, Failure>) -> Answer {
        match result {
            Ok(reply) => Answer::Reply(records::record_of(self.engine(), &reply)),
            Err(failure) => failed(failure),
        }
    }

    fn write(&mut self, command: Command) -> Answer {
        match self.way {
            Way::Waiting => {
                let result = self.engine().submit(&command).wait();
                self.answer(result)
            }
            Way::Queued => self.submit(&[command]).pop().expect("one answer to one write"),
        }
    }

    /// The folder's files as they are now, in a folder of their own: what a crash would leave.
    fn crash_image(&self) -> std::io::Result<tempfile::TempDir> {
        let image = tempfile::tempdir()?;
        copy_folder(self.folder.path(), image.path())?;
        Ok(image)
    }
}

impl Target for RustEngine {
    fn call(&mut self, operation: &str, with: &Record) -> Answer {
        match described::command(operation, Args(with)) {
            Ok(Some(command)) => self.write(command),
            Ok(None) => {
                reads::read(self.engine(), operation, Args(with)).unwrap_or_else(IllFormed::into_answer)
            }
            Err(ill_formed) => ill_formed.into_answer(),
        }
    }

    fn batch(&mut self, calls: &[(&str, Record)]) -> Vec<Answer> {
        let commands: Vec<_> =
            calls.iter().map(|(operation, with)| described::command(operation, Args(with))).collect();
        let good: Vec<Command> = commands.iter().filter_map(|found| found.clone().ok().flatten()).collect();
        let mut answers = self.submit(&good).into_iter();
        commands
            .into_iter()
            .map(|command| match command {
                Ok(Some(_)) => answers.next().expect("one answer for each"),
                Ok(None) => Answer::Unsupported("a read in a batch".to_owned()),
                Err(ill_formed) => ill_formed.into_answer(),
            })
            .collect()
    }

    fn prepare(&mut self, what: &str, event: Option<&str>, name: &str) -> Answer {
        arguments::prepare(self.engine(), what, event, name).unwrap_or_else(|refusal| failed(refusal.into()))
    }

    fn advance(&mut self, ms: u64) {
        self.clock.advance(Duration::from_millis(ms));
    }

    fn turn(&mut self) {
        self.engine().turn();
    }

    fn restart(&mut self, how: Restart) -> Result<(), String> {
        // A read of the position writes what there is to write.
        let _ = self.engine().position();
        let before = self.engine().digest();
        let image = match how {
            Restart::Clean => None,
            Restart::Crash => Some(self.crash_image().map_err(|error| error.to_string())?),
        };
        let engine = self.engine.take().expect("open");
        engine.close().map_err(|error| error.to_string())?;
        drop(engine);
        if let Some(image) = image {
            self.folder = image;
        }
        let engine =
            Engine::open(self.folder.path(), self.config.clone()).map_err(|error| error.to_string())?;
        self.queue = engine.completion_queue(BATCH_MAX);
        let after = engine.digest();
        self.engine = Some(engine);
        if after == before {
            Ok(())
        } else {
            Err("the engine is not as it was: the digests differ".to_owned())
        }
    }
}

fn failed(failure: Failure) -> Answer {
    match failure {
        Failure::Refused(refusal) => Answer::Refused(refusal_record(&refusal)),
        Failure::Broken(tacos_engine::Error::Closed) => Answer::Failed("closed".to_owned()),
        Failure::Broken(_) => Answer::Failed("poisoned".to_owned()),
    }
}

impl IllFormed {
    /// What cannot be an id at all is refused as a bad argument, before it reaches the engine.
    fn into_answer(self) -> Answer {
        let refusal = json!({ "code": "invalid", "fields": [self.0] });
        Answer::Refused(refusal.as_object().cloned().unwrap_or_default())
    }
}

/// A scenario's write as a command of the engine; `None` if it is no write, an error naming an ill-formed argument.
/// For other faces in Rust.
///
/// # Errors
/// The name of the argument that cannot be what it should be.
pub fn write_of(operation: &str, with: &Record) -> Result<Option<Command>, String> {
    described::command(operation, Args(with)).map_err(|IllFormed(field)| field)
}

/// A scenario's read as the engine answers it: what another face's answer is compared with.
#[must_use]
pub fn read_of(engine: &Engine, operation: &str, with: &Record) -> Answer {
    reads::read(engine, operation, Args(with)).unwrap_or_else(IllFormed::into_answer)
}

/// The engine's configuration for a scenario's settings: driven by hand, on this clock.
///
/// # Errors
/// The setting that cannot be what it should be.
pub fn config_of(settings: &Record, clock: &Arc<ManualClock>) -> Result<Config, String> {
    config(settings, clock).map_err(|IllFormed(field)| format!("{field} is ill-formed"))
}

fn config(settings: &Record, clock: &Arc<ManualClock>) -> Result<Config, IllFormed> {
    let args = Args(settings);
    // Small buffers: many engines fit one run.
    let mut config = Config::default()
        .with_driver(Driver::Manual)
        .with_clock(Arc::clone(clock) as Arc<dyn Clock>)
        .with_log_buffer_bytes(1 << 20)
        .with_update_history_bytes(1 << 20)
        .with_segment_bytes(1 << 20)
        .with_snapshot_every_bytes(0)
        .with_reservations_max(1 << 12)
        .with_payments_max(1 << 12)
        .with_webhooks_max(1 << 12)
        .with_idempotency_keys_max(1 << 12);
    macro_rules! set {
        ($($field:ident)*) => {
            $(args.set(stringify!($field), &mut config.$field)?;)*
        };
    }
    set!(
        idempotency_required idempotency_ttl idempotency_keys_max reservations_max payments_max webhooks_max notes_max
        retention expiry_warning admissions_per_second_max payment_amount_must_match payment_ttl payment_time_permille
        webhook_retries_max
    );
    if args.text("late_payment") == Some("refund") {
        config.late_payment = LatePayment::Refund;
    }
    Ok(config)
}
