//! Opening: surveys and replays a folder, or makes an empty state, and starts the threads.

use std::fmt;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::thread::Thread;

use crate::sync::Mutex;

use super::snapshots::Snapshots;
use super::writer::{GROUP_BYTES_MAX, Writer};
use super::{Engine, Inner, flush_all, guarded, make_room, publish_loop, time_loop, write_loop};
use crate::acks::Durable;
use crate::clock::UnixMs;
use crate::config::{Config, Driver};
use crate::error::Problem;
use crate::ids::Secrets;
use crate::journal::{
    EngineId, FileStorage, Identity, Journal, JournalError, JournalOptions, Opened, Progress,
    RecoveryConsent, Replay, Sizes, Storage,
};
use crate::limits::RECORD_BYTES_MAX;

/// Bytes: more than the head of a segment takes.
const SEGMENT_HEAD_ROOM: u64 = 128 << 10;
use crate::pipeline::{Core, Helpers, Log, Replayer, State, on_threads};
use crate::sync::{LogBuffer, LogBufferOptions, LogDrain};
use crate::updates::History;

/// Why an engine could not be opened. Nothing on disk was changed.
#[derive(Debug)]
#[non_exhaustive]
pub enum OpenError {
    /// Settings out of their bounds; each is named.
    Config(Vec<Problem>),
    /// The folder: locked, foreign, damaged, of a newer version, or the disk failed. The text says what to do.
    Journal(JournalError),
    /// The operating system refused a resource.
    System {
        /// The operation, such as "starting the writer thread".
        doing: &'static str,
        /// What the operating system said.
        error: std::io::Error,
    },
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(problems) => {
                f.write_str("the configuration cannot be used")?;
                problems.iter().try_for_each(|problem| write!(f, "; {} {}", problem.field, problem.reason))
            }
            Self::Journal(error) => error.fmt(f),
            Self::System { doing, error } => write!(f, "{doing}: the operating system refused: {error}"),
        }
    }
}

impl std::error::Error for OpenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Config(_) => None,
            Self::Journal(error) => Some(error),
            Self::System { error, .. } => Some(error),
        }
    }
}

impl OpenError {
    /// For `map_err`.
    fn system(doing: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |error| Self::System { doing, error }
    }
}

impl From<JournalError> for OpenError {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

impl Engine {
    /// Opens the data folder at `path`, or makes one there, and brings back everything that was durable.
    ///
    /// # Errors
    /// See [`OpenError`]. Damage is never repaired silently: what to do is in the error's text.
    pub fn open(path: impl AsRef<Path>, config: Config) -> Result<Self, OpenError> {
        Self::open_with(path, config, RecoveryConsent::LoseNothing, |_| ()).map(|(engine, _)| engine)
    }

    /// As [`Engine::open`], with the operator's consent to losses and a function that gets the progress of recovery.
    /// Also returns what was found and done.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open_with(
        path: impl AsRef<Path>,
        config: Config,
        consent: RecoveryConsent,
        progress: impl FnMut(Progress),
    ) -> Result<(Self, Opened), OpenError> {
        config.check().map_err(OpenError::Config)?;
        let storage = FileStorage::create_or_open(path.as_ref())
            .map_err(OpenError::system("opening the data folder"))?;
        Self::open_storage(Arc::new(storage), config, consent, progress)
    }

    /// As [`Engine::open_with`], on any [`Storage`]: for simulations, and for disks that are not files.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open_storage(
        storage: Arc<dyn Storage>,
        config: Config,
        consent: RecoveryConsent,
        progress: impl FnMut(Progress),
    ) -> Result<(Self, Opened), OpenError> {
        let helpers = match config.driver {
            Driver::Threads => Some(Helpers::for_this_machine()),
            Driver::Manual => None,
        };
        Self::open_helped(storage, config, consent, helpers, progress)
    }

    /// As [`Engine::open_storage`], with so many threads.
    pub(crate) fn open_helped(
        storage: Arc<dyn Storage>,
        config: Config,
        consent: RecoveryConsent,
        helpers: Option<Helpers>,
        mut progress: impl FnMut(Progress),
    ) -> Result<(Self, Opened), OpenError> {
        config.check().map_err(OpenError::Config)?;
        let identity = identity(&config).map_err(OpenError::system("making the engine's secret"))?;
        let options = JournalOptions { sizes: sizes(&config), consent, identity };
        let mut driver = DriverThread::default();
        let state = driver.state(config);
        let open =
            |replay: &mut dyn Replay| Journal::create_or_open(storage, &options, replay, &mut progress);
        let (journal, opened) = match helpers {
            Some(helpers) => on_threads(&state, helpers, open)
                .map_err(OpenError::system("starting the threads that replay"))?,
            None => open(&mut Replayer::new(&state)),
        }?;
        let snapshot = opened.snapshot.map(|snapshot| (snapshot.position.0, snapshot.created));
        let engine = Self::start(state, &driver, opened.identity.secret_key, Some(journal), snapshot)?;
        Ok((engine, opened))
    }

    /// An engine without a folder: everything is gone when it is dropped.
    ///
    /// # Errors
    /// [`OpenError::Config`] and [`OpenError::System`].
    pub fn in_memory(config: Config) -> Result<Self, OpenError> {
        config.check().map_err(OpenError::Config)?;
        let identity = identity(&config).map_err(OpenError::system("making the engine's secret"))?;
        let mut driver = DriverThread::default();
        let state = driver.state(config);
        Self::start(state, &driver, identity.secret_key, None, None)
    }

    fn start(
        state: State,
        driver: &DriverThread,
        key: [u8; 32],
        journal: Option<Journal>,
        snapshot: Option<(u64, UnixMs)>,
    ) -> Result<Self, OpenError> {
        let base = journal.as_ref().map_or(0, |journal| journal.end().0);
        let nonce = nonce(&state.config, base).map_err(OpenError::system("reading randomness"))?;
        let (buffer, drain) = log_buffer(&state.config, base);
        // Without a journal there is nothing to wait for: every answer may be seen at once.
        let durable = Arc::new(Durable::new(if journal.is_some() { base } else { u64::MAX }));
        let history_bytes = state.config.update_history_bytes.next_power_of_two();
        let (history, history_writer) = History::with_capacity(history_bytes, base);
        let (manual, in_memory) = (state.config.driver == Driver::Manual, journal.is_none());
        let now = state.now();
        state.finish_replay(now);
        let log = Log::new(buffer, durable, Arc::clone(&history));
        let core = Arc::new(Core::new(state, Secrets::new(key, nonce), log));
        let view = journal.as_ref().map(Journal::view);
        let writer = Writer::new(Arc::clone(&core), drain, journal, history_writer);
        let (snapshot_end, snapshot_at) = snapshot.unwrap_or((0, UnixMs::ZERO));
        core.state.metrics.snapshot_end.set(snapshot_end);
        core.state.metrics.snapshot_at.set(snapshot_at.get());
        core.state.metrics.snapshot_tried.set(snapshot_end);
        let snapshots = Arc::new(Snapshots::new(Arc::clone(&core), view));
        let inner = Inner {
            core,
            history,
            snapshots,
            writer: Arc::new(Mutex::new(None)),
            running: Mutex::default(),
            own_threads: Mutex::default(),
            stopping: Arc::new(AtomicBool::new(false)),
        };
        let mut writer = Some(writer);
        if manual || in_memory {
            inner.share(writer.take().expect("just made"));
        }
        if !manual {
            inner
                .start_threads(writer, driver)
                .map_err(OpenError::system("starting the engine's threads"))?;
        }
        Ok(Self { inner: Arc::new(inner) })
    }
}

impl Inner {
    /// Puts the writer where every caller can drive it.
    fn share(&self, writer: Writer) {
        *self.writer.lock() = Some(writer);
        // A caller that waits, or finds the buffer full, writes. The cell is shared, not the engine: no circle of
        // owners.
        let (waiting, crowded) = (Arc::clone(&self.writer), Arc::clone(&self.writer));
        self.core.log.durable.set_driver(Arc::new(move || flush_all(&waiting).drove));
        self.core.log.buffer.set_driver(move || make_room(&crowded));
    }

    fn start_threads(&self, writer: Option<Writer>, driver: &DriverThread) -> std::io::Result<()> {
        let (stopping, shared) = (Arc::clone(&self.stopping), Arc::clone(&self.writer));
        self.start_thread("journal", move || match writer {
            Some(writer) => write_loop(writer, &stopping),
            None => publish_loop(&shared, &stopping),
        })?;
        let (core, stopping) = (Arc::clone(&self.core), Arc::clone(&self.stopping));
        let turning = self.start_thread("time", move || time_loop(&core, &stopping))?;
        // Set before the time thread can sleep for long: its naps are bounded.
        let _ = driver.thread.set(turning);
        if self.core.state.config.snapshot_every_bytes > 0 && self.snapshots.journal().is_ok() {
            let (snapshots, stopping) = (Arc::clone(&self.snapshots), Arc::clone(&self.stopping));
            self.start_thread("snapshot", move || snapshots.run(&stopping))?;
        }
        Ok(())
    }

    fn start_thread(&self, name: &str, work: impl FnOnce() + Send + 'static) -> std::io::Result<Thread> {
        let (core, named) = (Arc::clone(&self.core), format!("the {name} thread"));
        let thread = std::thread::Builder::new().name(format!("tacos-{name}"));
        let running = thread.spawn(move || guarded(&core, &named, work))?;
        let thread = running.thread().clone();
        self.running.lock().push(running);
        self.own_threads.lock().push(thread.clone());
        Ok(thread)
    }
}

/// The time thread, known only once it runs; timers may be set before.
#[derive(Default)]
struct DriverThread {
    thread: Arc<OnceLock<Thread>>,
}

impl DriverThread {
    fn state(&mut self, config: Config) -> State {
        let thread = Arc::clone(&self.thread);
        State::new(config, move || {
            if let Some(thread) = thread.get() {
                thread.unpark();
            }
        })
    }
}

fn sizes(config: &Config) -> Sizes {
    // Bytes that must still fit when the disk turns out full: a whole log buffer, with padding to blocks, and the
    // longest group.
    let admitted = config.log_buffer_bytes.next_power_of_two();
    let reserve_bytes = (admitted + admitted / 2 + GROUP_BYTES_MAX.min(admitted)) as u64;
    let least = 2 * reserve_bytes + SEGMENT_HEAD_ROOM;
    Sizes { segment_bytes: config.segment_bytes.max(least), reserve_bytes }
}

fn log_buffer(config: &Config, base: u64) -> (Arc<LogBuffer>, LogDrain) {
    let capacity_bytes = config.log_buffer_bytes.next_power_of_two();
    LogBuffer::with_options(LogBufferOptions { capacity_bytes, slack_bytes: capacity_bytes / 4, base })
}

fn identity(config: &Config) -> std::io::Result<Identity> {
    match config.fixed_entropy {
        None => Identity::random(config.clock.now()),
        Some(seed) => Ok(Identity {
            engine: EngineId(blake3_of(seed, 0)[..16].try_into().expect("sixteen of thirty-two bytes")),
            secret_key: blake3_of(seed, 1),
            created: UnixMs::ZERO,
        }),
    }
}

fn nonce(config: &Config, base: u64) -> std::io::Result<u64> {
    match config.fixed_entropy {
        Some(seed) => Ok(seed ^ base.rotate_left(32)),
        None => {
            let fresh = Identity::random(UnixMs::ZERO)?;
            Ok(u64::from_le_bytes(fresh.secret_key[..8].try_into().expect("eight of thirty-two bytes")))
        }
    }
}

fn blake3_of(seed: u64, part: u8) -> [u8; 32] {
    let mut input = [0; 9];
    input[..8].copy_from_slice(&seed.to_le_bytes());
    input[8] = part;
    *blake3::hash(&input).as_bytes()
}

const _: () = assert!(GROUP_BYTES_MAX < RECORD_BYTES_MAX, "a long record is a group of its own");
