//! `demo`: a server with the catalogue of events, in memory, and simulated customers, so that a newcomer sees a sale in
//! a minute. A live table where the output is a terminal, else a line every few seconds.

use std::fmt::Write;
use std::io::IsTerminal;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tacos_engine::{Engine, EventId, QueuePolicy};

use super::import_catalogue;
use super::{Signals, runtime, say, what_to_try};
use crate::cli::Demo;
use crate::play::{Play, Step, arrive, of};
use crate::settings::{DurabilityName, Settings};
use crate::{LogRing, Server, open_engine};

/// The event that customers want.
const EVENT: &str = "evt_2025_1001";

/// Runs until the time is over or the operator interrupts.
///
/// # Errors
/// What went wrong, in words.
pub fn demo(mut settings: Settings, demo: &Demo, logs: &Arc<LogRing>) -> Result<(), String> {
    "warn".clone_into(&mut settings.log.level);
    logs.install(&settings.log, &settings.trace)?;
    settings.engine.durability = DurabilityName::Memory;
    settings.engine.payment_time_permille = settings.engine.payment_time_permille.min(300);
    settings.limits.user_per_second = 0;
    // Where no address was asked for, a demo beside a running server takes a free port.
    let (unasked, free) = (Settings::default(), vec![(std::net::Ipv4Addr::LOCALHOST, 0).into()]);
    if settings.server.listen == unasked.server.listen {
        settings.server.listen.clone_from(&free);
    }
    if settings.web.listen == unasked.web.listen {
        settings.web.listen = free;
    }
    let engine = open_engine(&settings, |_| ())?;
    let queue =
        QueuePolicy::default().with_admissions_per_minute(2_400).with_burst(20).with_inside_max(2_000);
    import_catalogue(&engine, &queue)?;
    runtime()?.block_on(async {
        let mut signals = Signals::listen()?;
        let server = Server::start(engine.clone(), settings, None, Arc::clone(logs)).await?;
        let address = server.addresses[0];
        say(&what_to_try(&server))?;
        let play = Play::new(&format!("http://{address}"), 2, EVENT, 1, Duration::ZERO)?;
        let until = (demo.seconds > 0).then(|| Instant::now() + Duration::from_secs(demo.seconds));
        tokio::select! {
            () = arrive(&play, demo.rate, u32::MAX, until) => {}
            shown = show(&engine, &play) => shown?,
            _ = signals.wait() => {}
        }
        say(&table(&engine, &play))?;
        server.drain().await
    })
}

async fn show(engine: &Engine, play: &Play) -> Result<(), String> {
    let terminal = std::io::stdout().is_terminal();
    let every = Duration::from_secs(if terminal { 1 } else { 5 });
    let mut lines = 0;
    loop {
        tokio::time::sleep(every).await;
        let text = table(engine, play);
        if terminal {
            // Back over what was shown before, and clear from there.
            let back = if lines > 0 { format!("\x1b[{lines}A\x1b[J") } else { String::new() };
            lines = text.trim_end().lines().count();
            say(&format!("{back}{text}"))?;
        } else {
            say(&text.lines().take(2).collect::<Vec<_>>().join(" | "))?;
        }
    }
}

fn table(engine: &Engine, play: &Play) -> String {
    let tally = &play.tally;
    let id = EventId::new(EVENT).ok();
    let counts = id.as_ref().and_then(|id| engine.counts(id).ok()).unwrap_or_default();
    let queue = id.as_ref().and_then(|id| engine.queue(id).ok()).unwrap_or_default();
    let mut text = format!(
        "seats  {:>7} free {:>6} held {:>7} sold of {}\nline   {:>7} waiting {:>6} inside {:>7} let in ({} a minute)\n",
        counts.available,
        counts.reserved,
        counts.sold,
        counts.total,
        queue.waiting,
        queue.inside,
        queue.admitted_total,
        queue.admitted_per_minute
    );
    let _ = writeln!(
        text,
        "people {:>7} arrived {:>6} bought {:>6} walked away {:>5} unpaid {:>5} failed",
        of(&tally.arrived),
        of(&tally.sold),
        of(&tally.abandoned) + of(&tally.impatient),
        of(&tally.unpaid),
        of(&tally.failed)
    );
    for step in [Step::Join, Step::Reserve, Step::Pay, Step::Confirm] {
        if let Some((count, values)) = play.quantiles(step, &[0.5, 0.99]) {
            let ms = |us: u64| format!("{}.{:03}", us / 1_000, us % 1_000);
            let _ = writeln!(
                text,
                "{:<20} {count:>8} calls  p50 {:>9} ms  p99 {:>9} ms",
                step.name(),
                ms(values[0]),
                ms(values[1])
            );
        }
    }
    text
}
