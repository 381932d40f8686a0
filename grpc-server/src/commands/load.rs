//! `load`: an on-sale against a server, with latencies and an audit at the end.

use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use tacos_engine::{Currency, Engine, EventSettings, QueuePolicy, SaleState};

use super::overload::overload;
use super::{event, runtime, say, threads};
use crate::cli::Load;
use crate::play::{Offer, Play, Step, Work, arrive, audit, of, steady};
use crate::settings::Settings;
use crate::venue::{EventFile, catalogue};
use crate::{LogRing, Server, open_engine};

/// Threads that are not the server's.
pub(super) const CLIENT_THREADS: &str = "load-client";
const QUANTILES: [f64; 4] = [0.5, 0.95, 0.99, 0.999];

/// Creates the events of the catalogue, and opens their sales.
pub(crate) fn import_catalogue(engine: &Engine, queue: &QueuePolicy) -> Result<(), String> {
    for (id, file) in catalogue()? {
        let EventFile { name, currency, .. } = &file;
        let currency = Currency::new(currency).ok_or("the catalogue has no currency")?;
        event::import(
            engine,
            &id,
            EventSettings::new(name.clone(), currency),
            file.seat_map(),
            Some(queue.clone()),
        )?;
        event::set_sale(engine, &id, SaleState::Open)?;
    }
    Ok(())
}

/// A folder that goes with its owner.
pub(super) struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        // A temporary folder that stays behind does no harm.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Settings of a server that is only there to be played against, over a fresh folder of its own.
pub(super) fn own_settings(
    mut settings: Settings,
    logs: &Arc<LogRing>,
) -> Result<(Settings, Scratch), String> {
    "warn".clone_into(&mut settings.log.level);
    logs.install(&settings.log, &settings.trace)?;
    let scratch = Scratch(std::env::temp_dir().join(format!("tacos-load-{}", std::process::id())));
    settings.engine.data_dir.clone_from(&scratch.0);
    settings.engine.payment_time_permille = settings.engine.payment_time_permille.min(200);
    settings.server.listen = vec![([127, 0, 0, 1], 0).into()];
    settings.web.listen.clear();
    (settings.limits.user_per_second, settings.limits.address_per_second) = (0, 0);
    Ok((settings, scratch))
}

/// Plays against the target, or against a server of its own over a fresh folder.
///
/// # Errors
/// What went wrong, or what the audit found, in words.
pub fn load(settings: Settings, load: &Load, logs: &Arc<LogRing>) -> Result<(), String> {
    if load.against_echo {
        return super::compare::compare(settings, load, logs);
    }
    if let Some((target, shards)) = load.target.as_ref().zip(load.echo) {
        return super::compare::echo(target, load, shards);
    }
    let clients = threads(CLIENT_THREADS)?;
    if let Some(target) = &load.target {
        return clients.block_on(run(target, load));
    }
    let (settings, _scratch) = own_settings(settings, logs)?;
    let engine = open_engine(&settings, |_| ())?;
    let queue =
        QueuePolicy::default().with_admissions_per_minute(60_000).with_burst(1_000).with_inside_max(200_000);
    import_catalogue(&engine, &queue)?;
    say(&format!("a server of its own, durability {:?}", settings.engine.durability))?;
    // Threads of its own: the client's tasks do not wait in the server's queue, nor the server's in the client's.
    let servers = runtime()?;
    let server = servers.block_on(Server::start(engine, settings, None, Arc::clone(logs)))?;
    let ran = clients.block_on(run(&format!("http://{}", server.addresses[0]), load));
    ran.and(servers.block_on(server.drain()))
}

async fn run(target: &str, load: &Load) -> Result<(), String> {
    match load.overload {
        Some(times) => overload(target, load, times).await,
        None => play(target, load).await,
    }
}

async fn play(target: &str, load: &Load) -> Result<(), String> {
    let outage = Duration::from_secs(load.outage_seconds);
    let play = Play::new(target, load.connections, &load.event, load.seed, outage)?;
    let bar = ProgressBar::new(u64::from(load.customers));
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}") {
        bar.set_style(style);
    }
    let started = Instant::now();
    let watched = {
        let (play, bar) = (Arc::clone(&play), bar.clone());
        tokio::spawn(async move {
            loop {
                bar.set_position(of(&play.tally.done));
                bar.set_message(format!(
                    "held {} sold {} failed {}",
                    of(&play.tally.held),
                    of(&play.tally.sold),
                    of(&play.tally.failed)
                ));
                tokio::time::sleep(Duration::from_millis(250)).await;
            }
        })
    };
    match load.queue_only {
        Some(rate) => {
            bar.set_length(u64::from(rate) * load.seconds);
            let (seconds, patience) = (load.seconds, Duration::from_millis(load.patience_ms));
            let offer = Offer { work: Work::Line, rate, seconds, first: 0, patience };
            steady(&play, offer, Vec::new()).await?;
        }
        None => arrive(&play, load.rate, load.customers, None).await,
    }
    let took = started.elapsed();
    watched.abort();
    bar.set_message("audit");
    say(&report(&play, load, took))?;
    if load.queue_only.is_none() {
        let looked_at = audit(&play, &bar).await?;
        say(&format!("audit: {looked_at}"))?;
    }
    bar.finish_and_clear();
    let violations = play.violations.lock().clone();
    if violations.is_empty() {
        return say(if load.queue_only.is_none() {
            "audit: nothing lost, nothing doubled, counts add up"
        } else {
            "done"
        });
    }
    Err(format!("the audit found:\n{}", violations.join("\n")))
}

/// Figures of a run, for people.
fn report(play: &Play, load: &Load, took: Duration) -> String {
    let tally = &play.tally;
    let calls: u64 =
        Step::ALL.iter().filter_map(|step| play.quantiles(*step, &[])).map(|(count, _)| count).sum();
    #[allow(clippy::cast_precision_loss, reason = "a rate for people")]
    let rate = calls as f64 / took.as_secs_f64();
    let mut text = format!(
        "{calls} calls in {:.1} s, {rate:.0} a second; wanted {}; seed {}\n",
        took.as_secs_f64(),
        load.queue_only.map_or_else(
            || format!("{} customers a second", load.rate),
            |rate| format!("{rate} calls a second")
        ),
        load.seed
    );
    if load.queue_only.is_none() {
        let _ = writeln!(
            text,
            "arrived {} admitted {} impatient {} held {} retried {} repeated {} abandoned {} unpaid {} expired {} sold out {} sold {} ({} seats)",
            of(&tally.arrived),
            of(&tally.admitted),
            of(&tally.impatient),
            of(&tally.held),
            of(&tally.retried),
            of(&tally.repeated),
            of(&tally.abandoned),
            of(&tally.unpaid),
            of(&tally.expired),
            of(&tally.sold_out),
            of(&tally.sold),
            of(&tally.seats)
        );
    }
    let _ = writeln!(
        text,
        "{:<20} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "milliseconds", "calls", "p50", "p95", "p99", "p99.9"
    );
    for step in Step::ALL {
        let Some((count, values)) = play.quantiles(step, &QUANTILES) else { continue };
        let _ = write!(text, "{:<20} {count:>9}", step.name());
        for us in values {
            let _ = write!(text, " {:>5}.{:03}", us / 1_000, us % 1_000);
        }
        text.push('\n');
    }
    if load.queue_only.is_some() {
        let (refused, given_up) = (of(&tally.refused), of(&tally.given_up));
        let _ = writeln!(text, "refused by the server {refused}, given up unsent by the client {given_up}");
    } else {
        let _ = writeln!(text, "turned away by overload and come again: {}", of(&tally.turned_away));
    }
    let _ = write!(text, "failed calls: {}", of(&tally.failed));
    if let Some(first) = play.first_failure.lock().as_ref() {
        let _ = write!(text, " (first: {first})");
    }
    text
}
