//! PostgreSQL: one table of seats, a function each for hold, confirm and release, so that every step is one prepared
//! statement, one round trip and one transaction. No users, no idempotency keys, no table of reservations: less than
//! our engine does. Every connection has one transaction under way; a thread serves many connections.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use rustix::process::Signal;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;
use tokio_postgres::{Client as Driver, Config, NoTls, Statement};

use crate::rival::{Client, Counts, End, Ended, Fault, HOLD_MS, Order, Rival, Verdict};
use crate::servers::{Folder, Server, dying_with_us, file_system, find, free_address, is_root};
use crate::work::Hall;

/// A hold tries first: one update of two rows, which the index gives in the order of their labels. If it got one it
/// gives that back, and a refusal has a bit for each taken seat.
const SCHEMA: &str = "
create table seats (
  label text collate \"C\" primary key, state smallint not null default 0, hold bigint, until timestamptz
) with (fillfactor = 40, autovacuum_enabled = off);
create function hold(wanted bigint, a text, b text, ms int) returns int language plpgsql as $$
declare changed int; taken int;
begin
  loop
    update seats set state = 1, hold = wanted, until = clock_timestamp() + ms * interval '1 millisecond'
      where label in (a, b) and (state = 0 or (state = 1 and until <= clock_timestamp()));
    get diagnostics changed = row_count;
    if changed = 2 then return 0; end if;
    if changed = 1 then
      update seats set state = 0, hold = null, until = null where label in (a, b) and hold = wanted;
    end if;
    select coalesce(sum(case when label = a then 1 else 2 end), 0) into taken from seats
      where label in (a, b) and (state = 2 or (state = 1 and until > clock_timestamp()));
    if taken > 0 then return taken; end if;
  end loop;
end $$;
create function confirm(mine bigint, a text, b text) returns int language plpgsql as $$
declare changed int;
begin
  update seats set state = 2 where label in (a, b) and hold = mine and state = 1 and until > clock_timestamp();
  get diagnostics changed = row_count;
  return changed;
end $$;
create function release(mine bigint, a text, b text) returns int language plpgsql as $$
declare changed int;
begin
  update seats set state = 0, hold = null, until = null
    where label in (a, b) and hold = mine and state = 1 and until > clock_timestamp();
  get diagnostics changed = row_count;
  return changed;
end $$;
";

/// What a careful administrator sets for a machine of this size. Data is on disk, syncs are on.
const SETTINGS: [&str; 14] = [
    "listen_addresses=127.0.0.1",
    "fsync=on",
    "full_page_writes=on",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_connections=1100",
    "shared_buffers=512MB",
    "wal_buffers=16MB",
    "max_wal_size=4GB",
    "min_wal_size=1GB",
    "checkpoint_timeout=30min",
    "wal_compression=off",
    "jit=off",
    "autovacuum=off",
];

/// How a connection commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Whether an answer waits for the disk.
    pub synchronous: bool,
    /// How long a commit waits for others, in microseconds, if at least five are under way.
    pub delay_us: u32,
}

/// A server of our own with a hall.
pub struct Postgres {
    config: Config,
    port: u16,
    hall: Hall,
    commit: Commit,
    /// Where its data is.
    pub file_system: String,
    // In this order: the server ends before its folders go.
    _server: Server,
    _folder: Folder,
    _sockets: Folder,
}

/// Where the server's programs are, if it is installed.
#[must_use]
pub fn programs() -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    // The newest first.
    folders.sort();
    folders.reverse();
    folders.push("/usr/local/pgsql/bin".into());
    let initdb = find("initdb", &folders)?;
    Some(initdb.parent()?.to_path_buf())
}

/// A command under a user who is not the superuser: the server refuses to run as that one.
fn unprivileged(program: &Path) -> Command {
    if !is_root() {
        return dying_with_us(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid", USER, "--regid", USER, "--clear-groups", "--pdeathsig", "QUIT", "--"])
        .arg(program);
    command
}

/// Made by every package of the server.
const USER: &str = "postgres";

fn must(mut command: Command, what: &str) -> Result<(), Fault> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{what}: {}", String::from_utf8_lossy(&output.stderr).trim()).into())
}

impl Postgres {
    /// Starts a server whose data is in a new folder in `parent`, with a hall in it.
    ///
    /// # Errors
    /// It does not start.
    pub fn start(programs: &Path, parent: &Path, hall: Hall) -> Result<Self, Fault> {
        let folder = Self::folder(parent)?;
        let data = folder.path().join("data");
        let mut initdb = unprivileged(&programs.join("initdb"));
        initdb.args([
            "--no-locale",
            "--encoding=UTF8",
            "--auth=trust",
            "--username=tacos",
            "--no-sync",
            "-D",
        ]);
        initdb.arg(&data).current_dir(folder.path());
        must(initdb, "initdb")?;
        let sockets = Folder::new(&std::env::temp_dir(), "tacos-pg-")?;
        Self::give_away(sockets.path())?;
        let mut command = unprivileged(&programs.join("postgres"));
        command.arg("-D").arg(&data).arg("-k").arg(sockets.path()).current_dir(folder.path());
        SETTINGS.iter().for_each(|setting| {
            command.args(["-c", setting]);
        });
        let port = free_address()?.port();
        command.args(["-p", &port.to_string()]);
        let mut config = Config::new();
        config.host_path(sockets.path()).port(port).user("tacos").dbname("postgres");
        let log = folder.path().join("log");
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let ready = || runtime.block_on(async { config.connect(NoTls).await.is_ok() });
        // A fast shutdown: sessions are cut, data is kept.
        let server = Server::start(command, &log, Signal::INT, ready)?;
        let commit = Commit { synchronous: true, delay_us: 0 };
        let file_system = file_system(folder.path());
        let postgres = Self {
            config,
            port,
            hall,
            commit,
            file_system,
            _server: server,
            _folder: folder,
            _sockets: sockets,
        };
        runtime.block_on(postgres.fill())?;
        Ok(postgres)
    }

    /// A folder that the server's user can reach and write.
    fn folder(parent: &Path) -> Result<Folder, Fault> {
        let folder = Folder::new(parent, "postgres-")?;
        Self::give_away(folder.path())?;
        let mut probe = unprivileged(Path::new("test"));
        probe.arg("-w").arg(folder.path());
        if must(probe, "reach").is_ok() {
            return Ok(folder);
        }
        // A parent folder that others may not enter.
        let folder = Folder::new(&std::env::temp_dir(), "tacos-postgres-")?;
        Self::give_away(folder.path())?;
        Ok(folder)
    }

    fn give_away(folder: &Path) -> Result<(), Fault> {
        if !is_root() {
            return Ok(());
        }
        let mut chown = Command::new("chown");
        chown.arg(format!("{USER}:")).arg(folder);
        must(chown, "chown")
    }

    async fn fill(&self) -> Result<(), Fault> {
        let (client, connection) = self.config.connect(NoTls).await?;
        let connection = tokio::spawn(connection);
        client.batch_execute(SCHEMA).await?;
        let labels = self.hall.labels()?;
        for labels in labels.chunks(10_000) {
            let mut insert = String::from("insert into seats (label) values ");
            for (at, label) in labels.iter().enumerate() {
                write!(insert, "{}('{label}')", if at == 0 { "" } else { "," })?;
            }
            client.batch_execute(&insert).await?;
        }
        // One by one: a vacuum refuses to be part of a transaction.
        client.batch_execute("vacuum analyze seats").await?;
        client.batch_execute("checkpoint").await?;
        drop(client);
        connection.await??;
        Ok(())
    }

    /// How to connect over TCP instead of the unix socket.
    #[must_use]
    pub fn over_tcp(&self) -> Config {
        let mut config = Config::new();
        config.host("127.0.0.1").port(self.port).user("tacos").dbname("postgres");
        config
    }

    /// Connects, within a runtime.
    ///
    /// # Errors
    /// The server is gone, or has no connection left.
    pub async fn session(&self, config: &Config) -> Result<Session, Fault> {
        let (driver, connection) = config.connect(NoTls).await?;
        tokio::spawn(connection);
        let synchronous = if self.commit.synchronous { "on" } else { "off" };
        let delay = self.commit.delay_us;
        let set = format!("set synchronous_commit = {synchronous}; set commit_delay = {delay}");
        driver.batch_execute(&set).await?;
        let statements = [
            driver.prepare("select hold($1, $2, $3, $4)").await?,
            driver.prepare("select confirm($1, $2, $3)").await?,
            driver.prepare("select release($1, $2, $3)").await?,
        ];
        Ok(Session { driver, statements })
    }

    /// How connections made from now on commit.
    pub fn use_commit(&mut self, commit: Commit) {
        self.commit = commit;
    }

    /// Puts all seats back on sale.
    ///
    /// # Errors
    /// The server is gone.
    pub fn clear(&self) -> Result<(), Fault> {
        self.execute("update seats set state = 0, hold = null, until = null where state <> 0; vacuum seats")
    }

    /// Writes out what the last run left to write, so that it does not fall into the next one.
    ///
    /// # Errors
    /// The server is gone.
    pub fn tidy(&self) -> Result<(), Fault> {
        self.execute("checkpoint")
    }

    fn execute(&self, commands: &str) -> Result<(), Fault> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let (client, connection) = self.config.connect(NoTls).await?;
            let connection = tokio::spawn(connection);
            for command in commands.split(';') {
                client.batch_execute(command).await?;
            }
            drop(client);
            connection.await??;
            Ok(())
        })
    }
}

/// A connection with its prepared statements: hold, confirm, release.
pub struct Session {
    /// The connection.
    pub driver: Driver,
    /// The statements.
    pub statements: [Statement; 3],
}

/// A thread's connections.
pub struct Sessions {
    runtime: Runtime,
    sessions: Vec<Arc<Session>>,
    calls: usize,
}

type Asked = JoinHandle<Result<i32, tokio_postgres::Error>>;

/// What a statement is given.
#[derive(Clone, Debug)]
pub struct Wish {
    number: i64,
    seats: [String; 2],
}

impl Sessions {
    fn ask(&mut self, statement: usize, wish: &Wish) -> Asked {
        // Customers come in turn, so each meets a connection whose last answer was read.
        let session = Arc::clone(&self.sessions[self.calls % self.sessions.len()]);
        self.calls += 1;
        let wish = wish.clone();
        self.runtime.spawn(async move {
            let [a, b] = &wish.seats;
            let milliseconds = i32::try_from(HOLD_MS).expect("a minute");
            let (driver, statement_of) = (&session.driver, &session.statements);
            let row = match statement {
                0 => driver.query_one(&statement_of[0], &[&wish.number, a, b, &milliseconds]).await?,
                other => driver.query_one(&statement_of[other], &[&wish.number, a, b]).await?,
            };
            row.try_get(0)
        })
    }

    fn answer(&mut self, asked: Asked) -> Result<i32, Fault> {
        Ok(self.runtime.block_on(asked)??)
    }
}

impl Rival for Postgres {
    type Client<'a> = Sessions;

    fn client(&self, customers: usize) -> Result<Sessions, Fault> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let sessions = runtime.block_on(async {
            let mut sessions = Vec::new();
            for _ in 0..customers {
                sessions.push(Arc::new(self.session(&self.config).await?));
            }
            Ok::<_, Fault>(sessions)
        })?;
        Ok(Sessions { runtime, sessions, calls: 0 })
    }

    fn counts(&self) -> Result<Counts, Fault> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let row = runtime.block_on(async {
            let (client, connection) = self.config.connect(NoTls).await?;
            tokio::spawn(connection);
            client
                .query_one(
                    "select count(*) filter (where state = 2),
                            count(*) filter (where state = 1 and until > clock_timestamp()) from seats",
                    &[],
                )
                .await
        })?;
        let (sold, held): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
        let (sold, held) = (u64::try_from(sold)?, u64::try_from(held)?);
        Ok(Counts { free: u64::from(self.hall.seats) - sold - held, held, sold })
    }
}

impl Client for Sessions {
    type Prepared = Wish;
    type Holding = (Asked, Wish);
    type Hold = Wish;
    type Refusal = i32;
    type Ending = Asked;

    fn prepare(&self, order: &Order) -> Wish {
        // Unlike the engine's, the statement's number must be a number.
        let number = i64::try_from(order.number).unwrap_or(i64::MAX);
        Wish { number, seats: order.seats.each_ref().map(ToString::to_string) }
    }

    fn hold(&mut self, wish: Wish) -> Result<Self::Holding, Fault> {
        Ok((self.ask(0, &wish), wish))
    }

    fn held(&mut self, (asked, wish): Self::Holding) -> Result<Verdict<Wish, i32>, Fault> {
        Ok(match self.answer(asked)? {
            0 => Verdict::Held(wish),
            taken => Verdict::Taken(taken),
        })
    }

    fn end(&mut self, wish: Wish, end: End) -> Result<Asked, Fault> {
        Ok(self.ask(if end == End::Confirm { 1 } else { 2 }, &wish))
    }

    fn ended(&mut self, asked: Asked) -> Result<Ended, Fault> {
        Ok(if self.answer(asked)? == 2 { Ended::Done } else { Ended::Expired })
    }

    fn taken(refusal: &i32, _order: &Order) -> [bool; 2] {
        [refusal & 1 != 0, refusal & 2 != 0]
    }
}
