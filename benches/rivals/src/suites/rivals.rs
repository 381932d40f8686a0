//! The rivals that are servers or databases: started once, each tried with several numbers of clients, the best counts.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use tacos_engine::SystemClock;

use super::Options;
use super::turns::Entrant;
use crate::contestants::postgres::{Commit, Postgres, programs};
use crate::contestants::redis::{AppendOnly, Redis};
use crate::contestants::sqlite::Sqlite;
use crate::drive::{Cut, Tally, run};
use crate::report::{Report, in_full, progress};
use crate::rival::{End, Fault, Order};
use crate::servers::find;
use crate::verdicts;
use crate::work::Hall;

/// Numbers of clients that each is tried with.
const CLIENTS: [usize; 4] = [1, 8, 64, 256];
/// How long a commit waits for others; tried one by one.
const COMMIT_DELAYS_US: [u32; 3] = [0, 50, 200];
/// In flight towards a Redis without a file.
pub const IN_FLIGHT: usize = 256;
/// Steps of the comparison with our engine's verdicts.
const STEPS: u64 = 400;
const NO_REDIS: &str = "no redis-server on the path; install with `apt-get install redis-server`";
const NO_POSTGRES: &str = "no initdb found; install with `apt-get install postgresql`";

/// Orders handed out piece by piece; when they are used up the hall is cleared.
struct Pieces {
    hall: Hall,
    orders: Vec<Order>,
    at: Cell<usize>,
}

impl Pieces {
    fn new(hall: Hall, seed: u64) -> Result<Self, Fault> {
        Ok(Self { hall, orders: hall.unique_orders(seed)?, at: Cell::new(0) })
    }

    fn next(&self, count: usize, clear: impl FnOnce() -> Result<(), Fault>) -> Result<&[Order], Fault> {
        if self.at.get() + count > self.orders.len() {
            clear()?;
            self.at.set(0);
        }
        let from = self.at.get();
        self.at.set(from + count);
        Ok(&self.orders[from..from + count])
    }
}

fn cut(customers: usize) -> Cut {
    Cut { threads: 1, customers, end: End::Confirm }
}

struct Server<R> {
    rival: RefCell<R>,
    pieces: Pieces,
}

impl Server<Redis> {
    fn turn(&self, in_flight: usize, connections: usize, orders: usize) -> Result<Tally, Fault> {
        self.rival.borrow_mut().use_connections(connections);
        self.rival.borrow_mut().use_hall(self.pieces.hall);
        let redis = self.rival.borrow();
        let orders = self.pieces.next(orders, || redis.clear())?;
        run(&*redis, self.pieces.hall, orders, cut(in_flight))
    }

    /// The best number of connections for so many in flight.
    fn best(&self, in_flight: usize, orders: usize) -> Result<(usize, String), Fault> {
        let tried = CLIENTS.iter().filter(|clients| **clients <= in_flight);
        best_of(tried.copied(), |&clients| self.turn(in_flight, clients, orders), "connections")
    }
}

impl Server<Postgres> {
    fn turn(&self, clients: usize, commit: Commit, orders: usize) -> Result<Tally, Fault> {
        self.rival.borrow_mut().use_commit(commit);
        let postgres = self.rival.borrow();
        let orders = self.pieces.next(orders, || postgres.clear())?;
        run(&*postgres, self.pieces.hall, orders, cut(clients))
    }

    fn best(
        &self,
        in_flight: usize,
        synchronous: bool,
        orders: usize,
    ) -> Result<((usize, Commit), String), Fault> {
        let commit = |delay_us| Commit { synchronous, delay_us };
        let clients = CLIENTS.iter().filter(|clients| **clients <= in_flight);
        let few = |clients: usize| if clients == 1 { orders / 8 } else { orders };
        let turn = |&(clients, commit): &(usize, Commit)| self.turn(clients, commit, few(clients));
        let (best, mut note) = best_of(clients.map(|&clients| (clients, commit(0))), turn, "clients")?;
        if best.0 < 8 || !synchronous {
            return Ok((best, note));
        }
        let delays = COMMIT_DELAYS_US.iter().map(|&delay_us| (best.0, commit(delay_us)));
        let (best, more) = best_of(delays, turn, "clients")?;
        note.push_str("; ");
        note.push_str(&more);
        Ok((best, note))
    }
}

/// Tries each twice, takes the quickest, and says how all did.
fn best_of<T: std::fmt::Debug>(
    tried: impl Iterator<Item = T>,
    turn: impl Fn(&T) -> Result<Tally, Fault>,
    what: &str,
) -> Result<(T, String), Fault> {
    let mut best: Option<(f64, T)> = None;
    let mut words = Vec::new();
    for candidate in tried {
        let figure = turn(&candidate)?.ns_an_order().min(turn(&candidate)?.ns_an_order());
        words.push(format!("{candidate:?}: {figure:.0} ns"));
        if best.as_ref().is_none_or(|(least, _)| figure < *least) {
            best = Some((figure, candidate));
        }
    }
    let (_, best) = best.ok_or("nothing to try")?;
    let note = format!("{what} {best:?}, tried {}", words.join(", "));
    progress(&format!("  {note}"));
    Ok((best, note))
}

/// Clients and how they commit, and how they were found.
type Tuned = ((usize, Commit), String);

/// All of them, as far as they can be had.
pub struct Rivals {
    redis: [Option<Rc<Server<Redis>>>; 3],
    postgres: Option<Rc<Server<Postgres>>>,
    sqlite: [Option<Rc<Server<Sqlite>>>; 2],
    missing: Vec<(&'static str, String)>,
    /// PostgreSQL's best, by in flight and whether answers wait for the disk.
    tuned: RefCell<HashMap<(usize, bool), Tuned>>,
    quick: bool,
}

/// A Redis that answers as we do. The outer failure: it cannot be had, and why; the inner one: it answers otherwise.
pub(super) fn start_redis(
    options: &Options,
    append: AppendOnly,
    hall: Hall,
) -> Result<Result<Redis, Fault>, String> {
    let program = find("redis-server", &[]).ok_or_else(|| NO_REDIS.to_owned())?;
    let rival = Redis::start(&program, &options.folder, append, hall)
        .map_err(|fault| format!("it did not start: {}", in_full(&*fault)))?;
    let checked = verdicts::check(&rival, options.seed, STEPS).and_then(|()| rival.clear());
    Ok(checked.map(|()| rival))
}

/// A PostgreSQL that does, as [`start_redis`].
pub(super) fn start_postgres(options: &Options, hall: Hall) -> Result<Result<Postgres, Fault>, String> {
    let programs = programs().ok_or_else(|| NO_POSTGRES.to_owned())?;
    let rival = Postgres::start(&programs, &options.folder, hall)
        .map_err(|fault| format!("it did not start: {}", in_full(&*fault)))?;
    let checked = verdicts::check(&rival, options.seed, STEPS).and_then(|()| rival.clear());
    Ok(checked.map(|()| rival))
}

impl Rivals {
    /// Starts them and compares their verdicts with ours; without `on_disk` only Redis without a file. What cannot be
    /// had is said later, at each setting.
    ///
    /// # Errors
    /// A rival gives other verdicts than our engine.
    pub fn start(options: &Options, on_disk: bool) -> Result<Self, Fault> {
        let hall = Hall { seats: if options.quick { 60_000 } else { 160_000 } };
        let pieces = || Pieces::new(hall, options.seed);
        let mut missing = Vec::new();
        let mut redis = |append| -> Result<Option<Rc<Server<Redis>>>, Fault> {
            if !on_disk && append != AppendOnly::Off {
                return Ok(None);
            }
            match start_redis(options, append, hall) {
                Ok(rival) => Ok(Some(Rc::new(Server { rival: RefCell::new(rival?), pieces: pieces()? }))),
                Err(why) => {
                    missing.push(("redis", why));
                    Ok(None)
                }
            }
        };
        let redis = [redis(AppendOnly::Off)?, redis(AppendOnly::EverySecond)?, redis(AppendOnly::Always)?];
        let postgres = match on_disk.then(|| start_postgres(options, hall)) {
            None => None,
            Some(Ok(rival)) => Some(Rc::new(Server { rival: RefCell::new(rival?), pieces: pieces()? })),
            Some(Err(why)) => {
                missing.push(("postgres", why));
                None
            }
        };
        let sqlite = |full| -> Result<Option<Rc<Server<Sqlite>>>, Fault> {
            if !on_disk {
                return Ok(None);
            }
            let rival = Sqlite::open(&options.folder, hall, full, Arc::new(SystemClock::new()))?;
            verdicts::check(&rival, options.seed, STEPS)?;
            rival.clear()?;
            Ok(Some(Rc::new(Server { rival: RefCell::new(rival), pieces: pieces()? })))
        };
        let sqlite = [sqlite(true)?, sqlite(false)?];
        missing.dedup();
        let tuned = RefCell::default();
        Ok(Self { redis, postgres, sqlite, missing, tuned, quick: options.quick })
    }

    /// Those whose answers wait for the disk.
    ///
    /// # Errors
    /// The file of results cannot be written.
    pub fn durable(
        &self,
        in_flight: usize,
        report: &mut Report,
        setting: &str,
    ) -> Result<Vec<Entrant<'static>>, Fault> {
        self.entrants(in_flight, true, report, setting)
    }

    /// Those whose answers do not.
    ///
    /// # Errors
    /// The file of results cannot be written.
    pub fn relaxed(
        &self,
        in_flight: usize,
        report: &mut Report,
        setting: &str,
    ) -> Result<Vec<Entrant<'static>>, Fault> {
        self.entrants(in_flight, false, report, setting)
    }

    fn entrants(
        &self,
        in_flight: usize,
        durable: bool,
        report: &mut Report,
        setting: &str,
    ) -> Result<Vec<Entrant<'static>>, Fault> {
        for (name, why) in &self.missing {
            report.skip("hold-confirm", name, setting, why)?;
        }
        let mut entrants = Vec::new();
        // So many that a round is some tenths of a second.
        let scale = if self.quick { 1 } else { 3 };
        if let Some(server) = &self.redis[if durable { 2 } else { 1 }] {
            let orders = scale * if in_flight == 1 { 150 } else { 3_000.min(200 * in_flight) };
            let (connections, note) = server.best(in_flight, orders)?;
            let (server, name) = (Rc::clone(server), if durable { "always" } else { "everysec" });
            let turn = move || Ok(server.turn(in_flight, connections, orders)?.ns_an_order());
            entrants.push(Entrant::new(format!("redis appendfsync {name}"), turn).noting(note));
        }
        if let Some(server) = &self.postgres {
            let orders = scale * if in_flight == 1 { 100 } else { 1_000 };
            // More in flight than connections cannot be: what was best for 256 is best for more.
            let key = (in_flight.min(CLIENTS[CLIENTS.len() - 1]), durable);
            let known = self.tuned.borrow().get(&key).cloned();
            let ((clients, commit), note) = match known {
                Some(known) => known,
                None => server.best(in_flight, durable, orders)?,
            };
            self.tuned.borrow_mut().insert(key, ((clients, commit), note.clone()));
            let (server, name) = (Rc::clone(server), if durable { "on" } else { "off" });
            server.rival.borrow().tidy()?;
            let turn = move || Ok(server.turn(clients, commit, orders)?.ns_an_order());
            entrants.push(Entrant::new(format!("postgres synchronous_commit {name}"), turn).noting(note));
        }
        let Some(server) = &self.sqlite[usize::from(!durable)] else { return Ok(entrants) };
        let level = if durable { "full" } else { "off" };
        // One by one is far behind where many are in flight, and takes its time.
        let ways: &[usize] = match in_flight {
            1 => &[1],
            16 => &[1, 16],
            _ => &[in_flight],
        };
        for &customers in ways {
            let orders = scale * if customers == 1 && durable { 150 } else { 4_000 };
            let server = Rc::clone(server);
            let name = if customers == 1 { "one by one" } else { "grouped" };
            let turn = move || {
                let sqlite = server.rival.borrow();
                let orders = server.pieces.next(orders, || sqlite.clear())?;
                Ok(run(&*sqlite, server.pieces.hall, orders, cut(customers))?.ns_an_order())
            };
            entrants.push(Entrant::new(format!("sqlite synchronous {level}, {name}"), turn));
        }
        Ok(entrants)
    }

    /// Redis without a file, for the settings in memory.
    #[must_use]
    pub fn redis_in_memory(&self) -> Option<&RefCell<Redis>> {
        self.redis[0].as_ref().map(|server| &server.rival)
    }

    /// The same for the settings in memory: connections that do best with 256 in flight.
    ///
    /// # Errors
    /// The server is gone.
    pub fn redis_tuned(&self) -> Result<Option<(usize, String)>, Fault> {
        let orders = if self.quick { 5_000 } else { 20_000 };
        self.redis[0].as_ref().map(|server| server.best(IN_FLIGHT, orders)).transpose()
    }

    /// What is missing, and why.
    #[must_use]
    pub fn missing(&self) -> &[(&'static str, String)] {
        &self.missing
    }
}
