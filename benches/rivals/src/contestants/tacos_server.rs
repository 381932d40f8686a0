//! Our server as a process of its own, as Redis and PostgreSQL are; and the bare tonic server that repeats its answers.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;
use tacos_proto::command::v1 as wire;
use tacos_proto::command::v1::answer::Outcome;
use tacos_proto::command::v1::call::Operation;

use crate::rival::{Counts, Fault, HOLD_MS};
use crate::servers::{Folder, Server, dying_with_us, free_address};
use crate::socket::Crew;
use crate::socket::grpc::StreamTill;
use crate::work::{Hall, ROW};

/// The server's program: beside this one, where the same build folder is used for both.
///
/// # Errors
/// This program does not know where it is.
pub fn program() -> Result<PathBuf, Fault> {
    Ok(std::env::current_exe()?.with_file_name("tacos-server"))
}

/// Without settings from this program's environment.
fn ours(program: &Path) -> Command {
    let mut command = dying_with_us(program);
    let names = std::env::vars_os().map(|(name, _)| name);
    names.filter(|name| name.to_string_lossy().starts_with("TACOS_")).for_each(|name| {
        command.env_remove(name);
    });
    command
}

/// A server whose acknowledged writes are on disk.
pub struct TacosServer {
    address: SocketAddr,
    // In this order: the server ends before its folder goes.
    server: Server,
    _folder: Folder,
}

impl TacosServer {
    /// Starts a server whose data is in a new folder in `parent`, with so many threads that have a runtime of their
    /// own (`server.shards`).
    ///
    /// # Errors
    /// It does not start.
    pub fn start(program: &Path, parent: &Path, shards: usize) -> Result<Self, Fault> {
        let folder = Folder::new(parent, "tacos-server-")?;
        let (address, path) = (free_address()?, folder.path().canonicalize()?);
        // What no other contestant does is off: a bound on what one user may ask, and refusals of what waited long.
        let settings = format!(
            "[server]\nlisten = [\"{address}\"]\nshards = {shards}\n[web]\nlisten = []\n\
             [engine]\ndata_dir = {:?}\ndurability = \"synced\"\n\
             [limits]\nuser_per_second = 0\nqueue_target_ms = 0\ncommand_streams = 4096\n\
             [log]\nlevel = \"warn\"\n",
            path.join("data")
        );
        let file = path.join("server.toml");
        std::fs::write(&file, settings)?;
        let mut command = ours(program);
        command.arg("--config").arg(&file).arg("serve");
        let ready = || std::net::TcpStream::connect(address).is_ok();
        let server = Server::start(command, &path.join("log"), Signal::TERM, ready)?;
        Ok(Self { address, server, _folder: folder })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> &SocketAddr {
        &self.address
    }

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.server.pid()
    }

    /// A connection for what is not measured.
    fn control(&self) -> Result<Crew<StreamTill>, Fault> {
        Crew::open(1, async || StreamTill::open(self.address).await)
    }

    /// Puts an event on sale, with a line in which one customer is let in, and all others wait.
    ///
    /// # Errors
    /// The server is gone, or refuses.
    pub fn open_hall(&self, event: &str, hall: Hall, line: bool) -> Result<(), Fault> {
        let create = wire::CreateEvent {
            event: event.to_owned(),
            settings: Some(wire::EventSettings {
                name: "A hall".to_owned(),
                currency: "EUR".to_owned(),
                hold_ms: Some(i64::try_from(HOLD_MS)?),
                ..wire::EventSettings::default()
            }),
            seats: Some(seat_map(hall)),
            queue: line.then(|| wire::QueuePolicy { inside_max: Some(1), ..wire::QueuePolicy::default() }),
            key: None,
        };
        let open = wire::SetSale {
            event: event.to_owned(),
            state: wire::SaleState::Open.into(),
            ..wire::SetSale::default()
        };
        let operations = [Operation::CreateEvent(create), Operation::SetSale(open)];
        self.control()?.ask(async |till| {
            for operation in operations {
                match till.ask(operation).await? {
                    Outcome::EventChanged(_) => {}
                    other => return Err(format!("the hall is not on sale: {other:?}").into()),
                }
            }
            Ok(())
        })
    }

    /// How an event's seats stand.
    ///
    /// # Errors
    /// The server is gone.
    pub fn counts(&self, event: &str) -> Result<Counts, Fault> {
        let read = Operation::ReadCounts(wire::ReadCounts { event: event.to_owned() });
        match self.control()?.ask(async |till| till.ask(read).await)? {
            Outcome::Counts(counts) => {
                let [free, held, sold] = [counts.available, counts.reserved, counts.sold].map(u64::from);
                Ok(Counts { free, held, sold })
            }
            other => Err(format!("no counts: {other:?}").into()),
        }
    }

    /// Joins so many sessions; their tokens.
    ///
    /// # Errors
    /// The server is gone, or refuses.
    pub fn join(&self, event: &str, sessions: usize) -> Result<Vec<String>, Fault> {
        self.control()?.ask(async |till| {
            let mut tokens = Vec::with_capacity(sessions);
            for number in 0..sessions {
                let join = wire::JoinQueue {
                    event: event.to_owned(),
                    session: Some(format!("session-{number}")),
                    user: None,
                };
                match till.ask(Operation::JoinQueue(join)).await? {
                    Outcome::Joined(joined) => tokens.push(joined.token),
                    other => return Err(format!("did not join: {other:?}").into()),
                }
            }
            Ok(tokens)
        })
    }
}

fn seat_map(hall: Hall) -> wire::SeatMap {
    let row = |at: u32| wire::Row {
        label: format!("R{at}"),
        price_minor: 5_000,
        numbered: Some(wire::NumberedSeats {
            prefix: format!("R{at}-"),
            first_number: 1,
            step: 1,
            digits_min: 0,
            count: ROW.min(hall.seats - at * ROW),
        }),
        ..wire::Row::default()
    };
    let rows = (0..hall.seats.div_ceil(ROW)).map(row).collect();
    wire::SeatMap {
        sections: vec![wire::Section { name: "hall".to_owned(), rows, ..wire::Section::default() }],
    }
}

/// The bare tonic server, a process of its own.
pub struct Echo {
    addresses: Vec<SocketAddr>,
    server: Server,
    _folder: Folder,
}

impl Echo {
    /// Starts one that repeats the answers of `real`, which has the event on sale; with so many threads that have a
    /// runtime of their own, each with an address of its own, or with one runtime if there are none.
    ///
    /// # Errors
    /// It does not start.
    pub fn start(
        program: &Path,
        parent: &Path,
        real: &TacosServer,
        event: &str,
        shards: usize,
    ) -> Result<Self, Fault> {
        let folder = Folder::new(parent, "echo-")?;
        let log = folder.path().join("log");
        let mut command = ours(program);
        command.args(["load", "--target", &format!("http://{}", real.address()), "--event", event]);
        command.args(["--echo", &shards.to_string()]);
        let said = || -> Vec<SocketAddr> {
            let text = std::fs::read_to_string(&log).unwrap_or_default();
            // Only whole lines.
            let lines = text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
            lines.filter_map(|line| line.strip_prefix("http://")?.parse().ok()).collect()
        };
        let server = Server::start(command, &log, Signal::TERM, || said().len() >= shards.max(1))?;
        Ok(Self { addresses: said(), server, _folder: folder })
    }

    /// Where it listens.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.server.pid()
    }
}

/// What a process has used so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Used {
    /// Time on a processor, of all its threads, in nanoseconds.
    pub ns: u64,
    /// How often its threads went to sleep by themselves.
    pub sleeps: u64,
}

impl Used {
    /// Of a process of this machine.
    ///
    /// # Errors
    /// It has ended.
    pub fn of(pid: u32) -> Result<Self, Fault> {
        let mut used = Self::default();
        for task in std::fs::read_dir(format!("/proc/{pid}/task"))? {
            let task = task?.path();
            // A thread may end while we look; the server's own stay.
            let Ok(stat) = std::fs::read_to_string(task.join("schedstat")) else { continue };
            let Ok(status) = std::fs::read_to_string(task.join("status")) else { continue };
            used.ns += stat.split_whitespace().next().ok_or("no figure")?.parse::<u64>()?;
            let sleeps = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
            used.sleeps += sleeps.ok_or("no figure")?.trim().parse::<u64>()?;
        }
        Ok(used)
    }

    /// What was used since then.
    #[must_use]
    pub fn since(self, then: Self) -> Self {
        Self { ns: self.ns - then.ns, sleeps: self.sleeps - then.sleeps }
    }
}
