//! Redis with Lua: a seat is a key whose value is its hold; a held seat's key expires by itself after 60 seconds, a
//! sold one's stays. One script holds two seats, one sells them, one gives them back. Clients pipeline over a unix
//! socket: while the server works on one connection, the next one's answers are read. No users, no idempotency keys, no
//! record of the reservation beside the seats: less than our engine does.

use std::net::SocketAddr;
use std::path::Path;

use redis::{Client as Driver, Connection, ConnectionLike, Value, cmd};
use rustix::process::Signal;

use crate::rival::{Client, Counts, End, Ended, Fault, HOLD_MS, Order, Rival, Verdict};
use crate::servers::{Folder, Server, dying_with_us, free_address};
use crate::work::Hall;

/// Answers a bit for each taken seat.
const HOLD: &str = "local seats = redis.call('MGET', KEYS[1], KEYS[2])
local taken = (seats[1] and 1 or 0) + (seats[2] and 2 or 0)
if taken > 0 then return taken end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return 0";
const CONFIRM: &str = "local seats = redis.call('MGET', KEYS[1], KEYS[2])
if seats[1] ~= ARGV[1] or seats[2] ~= ARGV[1] then return 0 end
redis.call('MSET', KEYS[1], 'sold ' .. ARGV[1], KEYS[2], 'sold ' .. ARGV[1])
return 1";
const RELEASE: &str = "local seats = redis.call('MGET', KEYS[1], KEYS[2])
if seats[1] ~= ARGV[1] or seats[2] ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1], KEYS[2])
return 1";

/// When Redis syncs its append-only file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppendOnly {
    /// There is none.
    Off,
    /// About every second.
    EverySecond,
    /// Before every answer.
    Always,
}

/// The names under which a server knows the three scripts: hold, confirm, release.
#[derive(Clone)]
pub struct Scripts([String; 3]);

impl Scripts {
    /// An order's three commands, as they go over the wire.
    #[must_use]
    pub fn pack(&self, order: &Order) -> [Vec<u8>; 3] {
        let id = format!("{}:{}", order.user, order.number);
        let [first, second] = [order.seats[0].as_str(), order.seats[1].as_str()];
        [0, 1, 2].map(|script| {
            let mut command = cmd("EVALSHA");
            command.arg(&self.0[script]).arg(2).arg(first).arg(second).arg(&id);
            if script == 0 {
                command.arg(HOLD_MS);
            }
            command.get_packed_command()
        })
    }
}

/// A server of our own with an empty hall.
pub struct Redis {
    unix: String,
    tcp: SocketAddr,
    scripts: Scripts,
    hall: Hall,
    connections: usize,
    // In this order: the server ends before its folder goes.
    _server: Server,
    _folder: Folder,
}

impl Redis {
    /// Starts a server whose data is in a new folder in `parent`.
    ///
    /// # Errors
    /// It does not start.
    pub fn start(program: &Path, parent: &Path, append: AppendOnly, hall: Hall) -> Result<Self, Fault> {
        let folder = Folder::new(parent, "redis-")?;
        let tcp = free_address()?;
        // Sockets have short paths.
        let socket = std::env::temp_dir().join(format!("tacos-redis-{}.sock", tcp.port()));
        let path = socket.to_str().ok_or("a temporary folder with a plain name")?;
        let (only, sync) = match append {
            AppendOnly::Off => ("no", "no"),
            AppendOnly::EverySecond => ("yes", "everysec"),
            AppendOnly::Always => ("yes", "always"),
        };
        let mut command = dying_with_us(program);
        command.args(["--bind", "127.0.0.1", "--port", &tcp.port().to_string(), "--unixsocket", path]);
        command.args(["--save", "", "--appendonly", only]);
        command.args(["--appendfsync", sync, "--auto-aof-rewrite-percentage", "0", "--daemonize", "no"]);
        command.arg("--dir").arg(folder.path());
        let unix = format!("redis+unix://{path}");
        let driver = Driver::open(unix.as_str())?;
        let ready = || driver.get_connection().is_ok_and(|mut connection| connection.check_connection());
        let server = Server::start(command, &folder.path().join("log"), Signal::TERM, ready)?;
        let mut connection = driver.get_connection()?;
        let mut load = |code: &str| cmd("SCRIPT").arg("LOAD").arg(code).query::<String>(&mut connection);
        let scripts = Scripts([load(HOLD)?, load(CONFIRM)?, load(RELEASE)?]);
        Ok(Self { unix, tcp, scripts, hall, connections: 1, _server: server, _folder: folder })
    }

    /// Each client shall use so many connections.
    pub fn use_connections(&mut self, connections: usize) {
        self.connections = connections;
    }

    /// The hall is another one now; keys are made when seats are taken.
    pub fn use_hall(&mut self, hall: Hall) {
        self.hall = hall;
    }

    /// Empties the hall.
    ///
    /// # Errors
    /// The server is gone.
    pub fn clear(&self) -> Result<(), Fault> {
        let mut connection = self.connect()?;
        Ok(cmd("FLUSHALL").arg("SYNC").query(&mut connection)?)
    }

    /// Where it listens, beside its unix socket.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.tcp
    }

    /// Its scripts.
    #[must_use]
    pub fn scripts(&self) -> &Scripts {
        &self.scripts
    }

    /// A connection of its own.
    ///
    /// # Errors
    /// The server is gone.
    pub fn connect(&self) -> Result<Connection, Fault> {
        Ok(Driver::open(self.unix.as_str())?.get_connection()?)
    }
}

struct Pipe {
    connection: Connection,
    unsent: Vec<u8>,
    /// Commands in `unsent`, and those sent whose answers were not read.
    waiting: usize,
    sent: usize,
}

impl Pipe {
    fn flush(&mut self) -> Result<(), Fault> {
        if self.waiting > 0 {
            self.connection.send_packed_command(&self.unsent)?;
            self.unsent.clear();
            self.sent += self.waiting;
            self.waiting = 0;
        }
        Ok(())
    }
}

/// A thread's connections. Customers come in turn; each connection serves a run of neighbours.
pub struct Pipes<'a> {
    redis: &'a Redis,
    pipes: Vec<Pipe>,
    depth: usize,
    calls: usize,
    reads: usize,
}

/// An order with its three commands, as they go over the wire.
pub struct Packed {
    hold: Vec<u8>,
    ends: Box<[Vec<u8>; 2]>,
}

impl Pipes<'_> {
    fn send(&mut self, command: &[u8]) -> Result<(), Fault> {
        let at = (self.calls / self.depth) % self.pipes.len();
        let pipe = &mut self.pipes[at];
        pipe.unsent.extend_from_slice(command);
        pipe.waiting += 1;
        self.calls += 1;
        if self.calls.is_multiple_of(self.depth) {
            // The last of its neighbours: let the server begin while we look at the next connection.
            pipe.flush()?;
        }
        Ok(())
    }

    fn read(&mut self) -> Result<i64, Fault> {
        let at = (self.reads / self.depth) % self.pipes.len();
        self.reads += 1;
        let pipe = &mut self.pipes[at];
        if pipe.sent == 0 {
            pipe.flush()?;
        }
        pipe.sent -= 1;
        match pipe.connection.recv_response()? {
            Value::Int(answer) => Ok(answer),
            other => Err(format!("Redis answered {other:?}").into()),
        }
    }
}

impl Rival for Redis {
    type Client<'a> = Pipes<'a>;

    fn client(&self, customers: usize) -> Result<Pipes<'_>, Fault> {
        let count = self.connections.clamp(1, customers);
        let pipe = |_| -> Result<Pipe, Fault> {
            Ok(Pipe { connection: self.connect()?, unsent: Vec::new(), waiting: 0, sent: 0 })
        };
        let pipes: Vec<Pipe> = (0..count).map(pipe).collect::<Result<_, _>>()?;
        Ok(Pipes { redis: self, pipes, depth: customers.div_ceil(count), calls: 0, reads: 0 })
    }

    fn counts(&self) -> Result<Counts, Fault> {
        let mut connection = self.connect()?;
        let keys: Vec<String> = cmd("KEYS").arg("*").query(&mut connection)?;
        let mut sold = 0;
        for keys in keys.chunks(10_000) {
            let values: Vec<Option<String>> = cmd("MGET").arg(keys).query(&mut connection)?;
            sold += values.iter().flatten().filter(|value| value.starts_with("sold ")).count() as u64;
        }
        let taken = keys.len() as u64;
        Ok(Counts { free: u64::from(self.hall.seats) - taken, held: taken - sold, sold })
    }
}

impl Client for Pipes<'_> {
    type Prepared = Packed;
    type Holding = Box<[Vec<u8>; 2]>;
    type Hold = Box<[Vec<u8>; 2]>;
    type Refusal = i64;
    type Ending = ();

    fn prepare(&self, order: &Order) -> Packed {
        let [hold, confirm, release] = self.redis.scripts.pack(order);
        Packed { hold, ends: Box::new([confirm, release]) }
    }

    fn hold(&mut self, order: Packed) -> Result<Self::Holding, Fault> {
        self.send(&order.hold)?;
        Ok(order.ends)
    }

    fn held(&mut self, ends: Self::Holding) -> Result<Verdict<Self::Hold, i64>, Fault> {
        Ok(match self.read()? {
            0 => Verdict::Held(ends),
            taken => Verdict::Taken(taken),
        })
    }

    fn end(&mut self, ends: Self::Hold, end: End) -> Result<(), Fault> {
        self.send(&ends[usize::from(end == End::Release)])
    }

    fn ended(&mut self, (): ()) -> Result<Ended, Fault> {
        Ok(if self.read()? == 1 { Ended::Done } else { Ended::Expired })
    }

    fn taken(refusal: &i64, _order: &Order) -> [bool; 2] {
        [refusal & 1 != 0, refusal & 2 != 0]
    }
}
