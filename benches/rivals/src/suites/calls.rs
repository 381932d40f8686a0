//! Suites `status calls` and `one durable call`: our server beside a bare tonic server that repeats its answers, both
//! in processes of their own, each with one runtime for all and with a runtime a thread.

use std::cell::Cell;
use std::net::SocketAddr;
use std::path::Path;
use std::rc::Rc;

use super::Options;
use super::disk::append_with_witness;
use super::turns::{Entrant, Extras, push_all, take_turns};
use crate::contestants::tacos_server::{Echo, TacosServer, Used};
use crate::report::{Line, Report, progress};
use crate::rival::{Fault, Order};
use crate::servers::Folder;
use crate::socket::grpc::{StatusTill, UnaryTill};
use crate::socket::{Crew, Till};
use crate::work::Hall;

/// The suite of look-ups.
pub const READS: &str = "status calls";
/// The suite of one client's holds.
pub const DURABLE: &str = "one durable call";
/// The floor under [`DURABLE`].
pub const FLOOR: &str = "floor: sync + tonic echo";
/// The floor under [`READS`].
pub const SHARDED_ECHO: &str = "tonic echo, 2 shards";
/// What is told of a setting beside its time.
pub const P50: &str = "a call, p50";
/// As [`P50`].
pub const P99: &str = "a call, p99";
/// As [`P50`].
pub const SERVER: &str = "the server's processor time a call";
/// As [`P50`].
pub const SLEEPS: &str = "the server's threads go to sleep, times a call";
const CLIENT: &str = "the clients' processor time a call";
const CONNECTIONS: usize = 8;
const UNDER_WAY: usize = 16;
/// Calls of a round.
const CALLS: usize = 200_000;
/// Places in line that are asked after.
const PLACES: usize = 1_000;
/// Holds of a round.
const HOLDS: u32 = 1_000;
const EVENT: &str = "calls";
const ECHO: &str = "tonic echo";
const SYNC: &str = "floor: one sync of two blocks";
/// Threads with a runtime of their own.
const SHARDS: usize = 2;

/// A server, how it is called in the lines, and what it can be asked.
struct Target<'a> {
    name: &'static str,
    addresses: &'a [SocketAddr],
    pid: u32,
    /// Of the echo none: it takes every event for its own.
    server: Option<&'a TacosServer>,
    tokens: Vec<Rc<str>>,
}

impl<'a> Target<'a> {
    fn ours(name: &'static str, server: &'a TacosServer, tokens: Vec<Rc<str>>) -> Self {
        let addresses = std::slice::from_ref(server.address());
        Self { name, addresses, pid: server.pid(), server: Some(server), tokens }
    }

    fn echo(name: &'static str, echo: &'a Echo, tokens: Vec<Rc<str>>) -> Self {
        Self { name, addresses: echo.addresses(), pid: echo.pid(), server: None, tokens }
    }

    /// One connection after the other, to each address in turn.
    fn crew<T: Till>(
        &self,
        connections: usize,
        open: impl AsyncFn(SocketAddr) -> Result<T, Fault>,
    ) -> Result<Crew<T>, Fault> {
        let next = Cell::new(0);
        Crew::open(connections, async || {
            let at = next.replace(next.get() + 1);
            open(self.addresses[at % self.addresses.len()]).await
        })
    }

    /// Nanoseconds of wall time a wish; and notes what else the round tells.
    fn round<T: Till>(
        &self,
        crew: &Crew<T>,
        customers: usize,
        (setting, extras): (&str, &Extras),
        wishes: Vec<T::Wish>,
    ) -> Result<f64, Fault> {
        let before = Used::of(self.pid)?;
        let served = crew.serve(customers, wishes)?;
        let used = Used::of(self.pid)?.since(before);
        let note = |what: &str, unit, figure| {
            extras.note(self.name, &format!("{setting}, {what}"), unit, figure);
        };
        note(SERVER, "us", served.each(used.ns) / 1e3);
        note(SLEEPS, "count", served.each(used.sleeps));
        note(CLIENT, "us", served.each(served.client_ns) / 1e3);
        note(P50, "us", served.percentile(50));
        note(P99, "us", served.percentile(99));
        Ok(served.each(served.ns))
    }
}

fn reads(options: &Options, targets: &[Target<'_>], report: &mut Report) -> Result<(), Fault> {
    let setting = format!("GetQueueStatus, {CONNECTIONS} connections × {UNDER_WAY}");
    let calls = if options.quick { CALLS / 10 } else { CALLS };
    progress(&format!("{READS}, {setting}: {calls} calls a round"));
    let (setting, extras) = (&setting, &Extras::default());
    let mut entrants = Vec::new();
    for target in targets {
        entrants.push(Entrant::new(target.name, move || {
            let crew = target.crew(CONNECTIONS, async |address| StatusTill::open(address).await)?;
            let wishes = target.tokens.iter().cycle().take(calls).cloned().collect();
            target.round(&crew, CONNECTIONS * UNDER_WAY, (setting, extras), wishes)
        }));
    }
    let mut lines = take_turns((READS, setting, "ns/op"), options.rounds(), entrants);
    lines.extend(extras.lines(READS));
    push_all(report, lines)
}

fn durable(options: &Options, targets: &[Target<'_>], report: &mut Report) -> Result<(), Fault> {
    const SETTING: &str = "a hold of two named seats, one client";
    let holds = if options.quick { HOLDS / 10 } else { HOLDS };
    progress(&format!("{DURABLE}, {SETTING}: {holds} holds a round, seed {}", options.seed));
    let hall = Hall { seats: 2 * holds };
    let orders: &Vec<Order> = &hall.unique_orders(options.seed)?;
    let folder = Folder::new(&options.folder, "floor-")?;
    let extras = &Extras::default();
    let mut entrants = Vec::new();
    for target in targets {
        let mut round = 0;
        entrants.push(Entrant::new(target.name, move || {
            round += 1;
            let event = format!("holds-{round}");
            if let Some(server) = target.server {
                server.open_hall(&event, hall, false)?;
            }
            let crew = target.crew(1, async |address| UnaryTill::open(address, true).await)?;
            crew.tills().for_each(|till| till.use_event(&event));
            target.round(&crew, 1, (SETTING, extras), orders.clone())
        }));
    }
    entrants.push(Entrant::new(SYNC, || append_with_witness(folder.path(), holds)));
    let mut lines = take_turns((DURABLE, SETTING, "ns/op"), options.rounds(), entrants);
    let median = |name: &str| lines.iter().find(|line| line.name == name).map(|line| line.median);
    if let Some((sync, echo)) = median(SYNC).zip(median(ECHO)) {
        let sum = Line::of(DURABLE, FLOOR, SETTING, "ns/op", &[sync + echo]);
        lines.push(sum.noting("the medians' sum"));
    }
    lines.extend(extras.lines(DURABLE));
    push_all(report, lines)
}

/// Measures.
///
/// # Errors
/// Our server cannot be had, or the file of results cannot be written.
pub fn measure(options: &Options, program: &Path, report: &mut Report) -> Result<(), Fault> {
    let start = |shards| -> Result<(TacosServer, Vec<Rc<str>>), Fault> {
        let server = TacosServer::start(program, &options.folder, shards)?;
        server.open_hall(EVENT, Hall { seats: 400 }, true)?;
        let tokens = server.join(EVENT, PLACES)?.into_iter().map(Rc::from).collect();
        Ok((server, tokens))
    };
    let ((ours, tokens), (sharded, of_sharded)) = (start(0)?, start(SHARDS)?);
    let echo = |shards| Echo::start(program, &options.folder, &ours, EVENT, shards);
    let (one, many) = (echo(0)?, echo(SHARDS)?);
    let targets = [
        Target::ours("tacos", &ours, tokens.clone()),
        Target::ours("tacos, 2 shards", &sharded, of_sharded),
        Target::echo(ECHO, &one, tokens.clone()),
        Target::echo(SHARDED_ECHO, &many, tokens),
    ];
    reads(options, &targets, report)?;
    durable(options, &targets, report)
}
