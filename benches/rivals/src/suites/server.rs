//! Suite `through the server`: an order is a hold of two named seats and its sale, each on disk before it is answered,
//! by contestants that are all processes of their own behind TCP on this machine. One thread has all customers, each
//! with one order under way, over a connection each or over eight connections.

use std::path::Path;
use std::rc::Rc;

use super::turns::{Entrant, Extras, add_best, push_all, take_turns};
use super::{Options, rivals};
use crate::contestants::postgres::Postgres;
use crate::contestants::redis::{AppendOnly, Redis};
use crate::contestants::tacos_server::{TacosServer, Used};
use crate::report::{Report, progress};
use crate::rival::{Counts, Fault, Order, Rival};
use crate::servers::file_system;
use crate::socket::grpc::{StreamTill, UnaryTill};
use crate::socket::postgres::PostgresTill;
use crate::socket::redis::RedisTill;
use crate::socket::{Crew, Served, Till};
use crate::work::Hall;

/// Its name.
pub const SUITE: &str = "through the server";
/// Ours by unary calls, as it is by default.
pub const OURS: &str = "tacos";
/// The same, with connections on two threads with runtimes of their own.
pub const SHARDED: &str = "tacos, 2 shards";
/// Ours by streams of commands.
pub const STREAM: &str = "tacos, stream of commands";
/// Redis.
pub const REDIS: &str = "redis appendfsync always";
/// What is told of a setting beside its time.
pub const P50: &str = "an order, p50";
/// As [`P50`].
pub const P99: &str = "an order, p99";
/// As [`P50`].
pub const CLIENT: &str = "the clients' processor time an order";
/// As [`P50`].
pub const SERVER: &str = "the server's processor time an order";
/// Customers, connections (0: one each), orders of a round.
const SETTINGS: [(usize, usize, u32); 8] = [
    (1, 0, 400),
    (16, 0, 4_000),
    (64, 0, 8_000),
    (256, 0, 12_000),
    (1_024, 0, 16_000),
    (64, 8, 8_000),
    (256, 8, 12_000),
    (1_024, 8, 16_000),
];
/// How long a commit of PostgreSQL's waits for others, in microseconds; the better one counts.
const COMMIT_DELAYS_US: [u32; 2] = [0, 50];
/// PostgreSQL's seats; so many orders are the most of a round.
const POSTGRES_HALL: Hall = Hall { seats: 4_096 };

/// A setting and what all its turns share.
#[derive(Clone)]
struct Setting {
    name: String,
    customers: usize,
    connections: usize,
    orders: u32,
    seed: u64,
    extras: Extras,
}

impl Setting {
    fn all(options: &Options) -> Vec<Self> {
        let one = |(customers, connections, orders): (usize, usize, u32)| {
            let name = match (customers, connections) {
                (1, _) => "1 client".to_owned(),
                (_, 0) => format!("{customers} clients, a connection each"),
                _ => format!("{customers} clients over {connections} connections"),
            };
            let connections = if connections == 0 { customers } else { connections };
            let orders =
                if options.quick { (orders / 4).max(2 * u32::try_from(customers).ok()?) } else { orders };
            Some(Self { name, customers, connections, orders, seed: options.seed, extras: Extras::default() })
        };
        SETTINGS.into_iter().filter_map(one).collect()
    }

    fn hall(&self, orders: u32) -> Hall {
        Hall { seats: 2 * orders }
    }

    fn wishes(&self, orders: u32) -> Result<Vec<Order>, Fault> {
        self.hall(orders).unique_orders(self.seed)
    }

    /// Notes what a round tells beside its time, and returns that.
    fn round(&self, name: &str, served: &Served, server: Option<Used>) -> f64 {
        let note = |what: &str, us| self.extras.note(name, &format!("{}, {what}", self.name), "us", us);
        note(P50, served.percentile(50));
        note(P99, served.percentile(99));
        note(CLIENT, served.each(served.client_ns) / 1e3);
        if let Some(server) = server {
            note(SERVER, served.each(server.ns) / 1e3);
        }
        served.each(served.ns)
    }
}

fn all_sold(counts: Counts, orders: u32) -> Result<(), Fault> {
    if counts.sold == 2 * u64::from(orders) && counts.held == 0 {
        return Ok(());
    }
    Err(format!("{orders} orders came to {counts:?}").into())
}

/// Ours, over connections of a kind.
fn tacos<'a, T: Till<Wish = Order>>(
    name: &'static str,
    server: &'a TacosServer,
    setting: &'a Setting,
    open: impl AsyncFn() -> Result<T, Fault> + 'a,
    use_event: impl Fn(&T, &str) + 'a,
) -> Entrant<'a> {
    let mut round = 0;
    Entrant::new(name, move || {
        round += 1;
        // An event of its own: settings, contestants and rounds share a server.
        let event = format!("{}-{round}", format!("{name} {}", setting.name).replace([' ', ','], "-"));
        server.open_hall(&event, setting.hall(setting.orders), false)?;
        // Connections of the round: our server closes those that answer no pings, as while others have their turn.
        let crew = Crew::open(setting.connections, &open)?;
        crew.tills().for_each(|till| use_event(till, &event));
        let before = Used::of(server.pid())?;
        let served = crew.serve(setting.customers, setting.wishes(setting.orders)?)?;
        let used = Used::of(server.pid())?.since(before);
        all_sold(server.counts(&event)?, setting.orders)?;
        Ok(setting.round(name, &served, Some(used)))
    })
}

fn redis<'a>(redis: &'a Redis, setting: &'a Setting) -> Result<Entrant<'a>, Fault> {
    let crew = Crew::open(setting.connections, async || RedisTill::open(redis).await)?;
    Ok(Entrant::new(REDIS, move || {
        redis.clear()?;
        let served = crew.serve(setting.customers, setting.wishes(setting.orders)?)?;
        all_sold(redis.counts()?, setting.orders)?;
        Ok(setting.round(REDIS, &served, None))
    }))
}

fn postgres<'a>(postgres: &'a Postgres, setting: &'a Setting) -> Result<Vec<Entrant<'a>>, Fault> {
    let crew = Rc::new(Crew::open(setting.connections, async || PostgresTill::open(postgres).await)?);
    // Fewer than five never wait for others.
    let tried = if setting.customers < 5 { 1 } else { COMMIT_DELAYS_US.len() };
    let orders = (setting.orders / 4).clamp(100, POSTGRES_HALL.seats / 2);
    let entrant = |delay_us: u32| {
        let (name, crew) = (format!("postgres commit_delay {delay_us} us"), Rc::clone(&crew));
        let known = name.clone();
        Entrant::new(name, move || {
            postgres.clear()?;
            postgres.tidy()?;
            crew.each(&async |till: &PostgresTill| till.delay_commits(delay_us).await)?;
            let served = crew.serve(setting.customers, setting.wishes(orders)?)?;
            all_sold(postgres.counts()?, orders)?;
            Ok(setting.round(&known, &served, None))
        })
    };
    Ok(COMMIT_DELAYS_US.into_iter().take(tried).map(entrant).collect())
}

/// Measures.
///
/// # Errors
/// Our server cannot be had, or the file of results cannot be written.
pub fn measure(options: &Options, program: &Path, report: &mut Report) -> Result<(), Fault> {
    let kind = file_system(&options.folder);
    progress(&format!("{SUITE}: in {} on {kind}", options.folder.display()));
    let ours = TacosServer::start(program, &options.folder, 0)?;
    let sharded = TacosServer::start(program, &options.folder, 2)?;
    let mut missing = Vec::new();
    let started = rivals::start_redis(options, AppendOnly::Always, POSTGRES_HALL);
    let mut their_redis = started.map_err(|why| missing.push(("redis", why))).ok().transpose()?;
    let started = rivals::start_postgres(options, POSTGRES_HALL);
    let their_postgres = started.map_err(|why| missing.push(("postgres", why))).ok().transpose()?;
    for setting in Setting::all(options) {
        let setting = &setting;
        progress(&format!("{SUITE}, {}: {} orders, seed {}", setting.name, setting.orders, setting.seed));
        for (name, why) in &missing {
            report.skip(SUITE, name, &setting.name, why)?;
        }
        let unary = |server: &TacosServer| {
            let address = *server.address();
            async move || UnaryTill::open(address, false).await
        };
        let mut entrants = vec![
            tacos(OURS, &ours, setting, unary(&ours), UnaryTill::use_event),
            tacos(SHARDED, &sharded, setting, unary(&sharded), UnaryTill::use_event),
            tacos(
                STREAM,
                &ours,
                setting,
                async || StreamTill::open(*ours.address()).await,
                StreamTill::use_event,
            ),
        ];
        if let Some(their_redis) = &mut their_redis {
            their_redis.use_hall(setting.hall(setting.orders));
            entrants.push(redis(their_redis, setting)?);
        }
        if let Some(their_postgres) = &their_postgres {
            entrants.extend(postgres(their_postgres, setting)?);
        }
        let mut lines = take_turns((SUITE, &setting.name, "ns/op"), options.rounds(), entrants);
        add_best(&mut lines, "redis", &["redis "]);
        add_best(&mut lines, "postgres", &["postgres "]);
        lines.extend(setting.extras.lines(SUITE));
        push_all(report, lines)?;
    }
    Ok(())
}
