//! `load --against-echo`: the processor's time that a call costs the server, beside that of a bare tonic server with
//! the same messages, at the same rate, in the same run. And `load --echo`: that bare server alone, for others to
//! measure.

use std::sync::Arc;
use std::time::Duration;

use tacos_engine::{Engine, QueuePolicy};
use tacos_proto::gateway::v1::queue_service_client::QueueServiceClient;
use tacos_proto::gateway::v1::{GetQueueStatusRequest, JoinQueueRequest};
use tacos_proto::reservation::v1::ReserveSeatRequest;
use tacos_proto::reservation::v1::inventory_service_client::InventoryServiceClient;
use tokio::runtime::{Builder, Runtime};

use super::import_catalogue;
use super::load::{CLIENT_THREADS, own_settings};
use super::{runtime, say, threads};
use crate::cli::Load;
use crate::play::{Bare, Offer, Play, Step, Work, of, places, serve_bare, steady};
use crate::settings::Settings;
use crate::{LogRing, Server, open_engine};

/// Places in line that are asked after.
const PLACES: u64 = 1_000;
/// Before each measurement the same calls run for so long, in seconds.
const WARM_UP_SECONDS: u64 = 1;

/// What a run of calls came to.
struct Measured {
    us_per_call: f64,
    failed: u64,
    p50_us: u64,
    p99_us: u64,
}

/// Time on the processor of all threads but the clients', in nanoseconds.
fn server_ns() -> Result<u64, String> {
    let say = |error: std::io::Error| format!("/proc/self/task: {error} (this measurement needs Linux)");
    let mut total = 0;
    for entry in std::fs::read_dir("/proc/self/task").map_err(say)? {
        let task = entry.map_err(say)?.path();
        // A thread may end while we look; then it was none that mattered.
        let Ok(name) = std::fs::read_to_string(task.join("comm")) else { continue };
        if name.trim() == CLIENT_THREADS {
            continue;
        }
        let Ok(text) = std::fs::read_to_string(task.join("schedstat")) else { continue };
        total += text.split(' ').next().and_then(|ns| ns.parse::<u64>().ok()).unwrap_or(0);
    }
    Ok(total)
}

/// Measures and prints.
///
/// # Errors
/// What went wrong, in words.
pub(super) fn compare(settings: Settings, load: &Load, logs: &Arc<LogRing>) -> Result<(), String> {
    let (settings, _scratch) = own_settings(settings, logs)?;
    let durability = settings.engine.durability;
    let engine = open_engine(&settings, |_| ())?;
    let queue = QueuePolicy::default().with_inside_max(100);
    import_catalogue(&engine, &queue)?;
    let (servers, clients) = (threads("tacos-rpc")?, threads(CLIENT_THREADS)?);
    let server = servers.block_on(Server::start(engine.clone(), settings, None, Arc::clone(logs)))?;
    let real = format!("http://{}", server.addresses[0]);
    let (tokens, answers) = clients.block_on(prepare(&real, load))?;
    let bare = servers.block_on(async { serve_bare(&answers) })?;
    let echo = format!("http://{bare}");
    say(&format!(
        "{} calls a second for {} s each, {} connections, durability {durability:?}; processor time of the server's threads\n\
         {:<18} {:>12} {:>12} {:>7} {:>18} {:>18}",
        load.rate,
        load.seconds,
        load.connections,
        "call",
        "echo us",
        "server us",
        "ratio",
        "echo p50/p99 ms",
        "server p50/p99 ms"
    ))?;
    let mut failed = 0;
    for (work, name) in
        [(Work::Status, "GetQueueStatus"), (Work::Join, "JoinQueue"), (Work::Hold, "ReserveSeat")]
    {
        let tokens = if work == Work::Status { tokens.clone() } else { Vec::new() };
        let on_echo = clients.block_on(measure(&echo, load, work, &tokens))?;
        let on_real = clients.block_on(measure(&real, load, work, &tokens))?;
        failed += on_echo.failed + on_real.failed;
        let ms = |us: u64| format!("{}.{:03}", us / 1_000, us % 1_000);
        say(&format!(
            "{name:<18} {:>12.1} {:>12.1} {:>7.2} {:>18} {:>18}",
            on_echo.us_per_call,
            on_real.us_per_call,
            on_real.us_per_call / on_echo.us_per_call,
            format!("{}/{}", ms(on_echo.p50_us), ms(on_echo.p99_us)),
            format!("{}/{}", ms(on_real.p50_us), ms(on_real.p99_us)),
        ))?;
    }
    servers.block_on(finish(server, engine))?;
    say(&format!("failed calls: {failed}"))?;
    if failed == 0 { Ok(()) } else { Err(format!("{failed} calls failed")) }
}

async fn finish(server: Server, engine: Engine) -> Result<(), String> {
    drop(engine);
    server.drain().await
}

/// Places to ask after, and one real answer of each kind for the bare server.
async fn prepare(real: &str, load: &Load) -> Result<(Vec<String>, Bare), String> {
    let play = Play::new(real, load.connections, &load.event, load.seed, Duration::ZERO)?;
    let tokens = places(&play, PLACES).await?;
    Ok((tokens, answers(&play, load).await?))
}

/// One real answer of each kind.
async fn answers(play: &Play, load: &Load) -> Result<Bare, String> {
    let mut queue = QueueServiceClient::new(play.channel());
    let join = JoinQueueRequest {
        event_id: load.event.clone(),
        session_id: "sample".to_owned(),
        ..JoinQueueRequest::default()
    };
    let joined = queue.join_queue(join).await.map_err(|status| status.to_string())?.into_inner();
    let ask = GetQueueStatusRequest { waiting_token: joined.waiting_token.clone() };
    let status = queue.get_queue_status(ask).await.map_err(|status| status.to_string())?.into_inner();
    let mut inventory = InventoryServiceClient::new(play.channel());
    let reserve = ReserveSeatRequest {
        reservation_id: "sample".to_owned(),
        event_id: load.event.clone(),
        quantity: 1,
        user_id: "sample".to_owned(),
        idempotency_key: "sample".to_owned(),
        ..ReserveSeatRequest::default()
    };
    let held = inventory.reserve_seat(reserve).await.map_err(|status| status.to_string())?.into_inner();
    Ok(Bare { joined, status, held })
}

/// Serves the answers of the target until the process ends; says where, a line for each thread's runtime.
///
/// # Errors
/// What went wrong, in words.
pub(super) fn echo(target: &str, load: &Load, shards: usize) -> Result<(), String> {
    let answers = threads(CLIENT_THREADS)?.block_on(async {
        let play = Play::new(target, load.connections, &load.event, load.seed, Duration::ZERO)?;
        answers(&play, load).await
    })?;
    let of_its_own =
        |_| Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string());
    let runtimes: Vec<Runtime> =
        if shards == 0 { vec![runtime()?] } else { (0..shards).map(of_its_own).collect::<Result<_, _>>()? };
    std::thread::scope(|scope| {
        let serve = |runtime: Runtime| {
            let answers = &answers;
            scope.spawn(move || {
                runtime.block_on(async {
                    say(&format!("http://{}", serve_bare(answers)?))?;
                    std::future::pending().await
                })
            })
        };
        let serving: Vec<_> = runtimes.into_iter().map(serve).collect();
        serving
            .into_iter()
            .map(std::thread::ScopedJoinHandle::join)
            .try_for_each(|end| end.unwrap_or_else(|_| Err("a thread has failed".to_owned())))
    })
}

async fn measure(target: &str, load: &Load, work: Work, tokens: &[String]) -> Result<Measured, String> {
    // Sessions and seats of the warm-up are others than those that are measured: the seed is in no name, the count is.
    let play = Play::new(target, load.connections, &load.event, load.seed, Duration::ZERO)?;
    let patience = Duration::from_millis(load.patience_ms);
    let warm_up = Offer { work, rate: load.rate, seconds: WARM_UP_SECONDS, first: 0, patience };
    steady(&play, warm_up, tokens.to_vec()).await?;
    let first = u64::from(load.rate) * WARM_UP_SECONDS;
    let play = Play::new(target, load.connections, &load.event, load.seed, Duration::ZERO)?;
    let before = server_ns()?;
    steady(&play, Offer { seconds: load.seconds, first, ..warm_up }, tokens.to_vec()).await?;
    let spent = server_ns()?.saturating_sub(before);
    let step = match work {
        Work::Status => Step::Status,
        Work::Hold => Step::Reserve,
        Work::Join | Work::Line => Step::Join,
    };
    let (calls, values) = play.quantiles(step, &[0.5, 0.99]).ok_or("no call was answered")?;
    #[allow(clippy::cast_precision_loss, reason = "a figure for people")]
    let us_per_call = spent as f64 / 1_000.0 / calls as f64;
    if let Some(first) = play.first_failure.lock().as_ref() {
        say(&format!("failed: {first}"))?;
    }
    let tally = &play.tally;
    // A call that was not answered makes the others look cheaper.
    let failed = of(&tally.failed) + of(&tally.refused) + of(&tally.given_up);
    Ok(Measured { us_per_call, failed, p50_us: values[0], p99_us: values[1] })
}
