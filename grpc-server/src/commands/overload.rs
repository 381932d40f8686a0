//! `load --overload`: finds out how many calls a second the server can answer, offers a multiple of that, and prints
//! what became of them: in one run, so that the machine is the same. Server and clients have threads of their own, and
//! share the processors unless the server is elsewhere.

use std::fmt::Write;
use std::time::Duration;

use super::say;
use crate::cli::Load;
use crate::play::{Offer, Play, Step, Work, of, places, saturate, steady};

/// Calls under way on each connection while the best is looked for: one of these is near it.
const UNDER_WAY_EACH: [usize; 3] = [16, 32, 64];
/// Places that are asked after from the beginning on.
const PLACES: u64 = 1_000;
const QUANTILES: [f64; 4] = [0.5, 0.95, 0.99, 0.999];

/// Measures and prints.
///
/// # Errors
/// What went wrong, in words: also calls that failed otherwise than by being refused.
pub(super) async fn overload(target: &str, load: &Load, times: f64) -> Result<(), String> {
    if !(0.1..=100.0).contains(&times) {
        return Err("--overload: 0.1 to 100 times what the server can answer".to_owned());
    }
    let fresh = || Play::new(target, load.connections, &load.event, load.seed, Duration::ZERO);
    let tokens = places(&*fresh()?, PLACES).await?;
    let patience = Duration::from_millis(load.patience_ms);
    let mut offer =
        Offer { work: Work::Line, rate: 0, seconds: load.seconds.div_ceil(3), first: 0, patience };
    let mut best = 0;
    for each in UNDER_WAY_EACH {
        let play = fresh()?;
        let rate = saturate(&play, offer, each, tokens.clone()).await?;
        say(&format!(
            "{:>7} answered a second with {each} under way on each of {} connections, p99 {} ms",
            rate,
            load.connections,
            play.quantiles(Step::Status, &[0.99]).map_or(0, |(_, values)| values[0] / 1_000)
        ))?;
        best = best.max(rate);
        offer.first += of(&play.tally.arrived);
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate that fits its type")]
    let rate = (f64::from(best) * times).min(f64::from(u32::MAX)) as u32;
    let play = fresh()?;
    let offer = Offer { rate, seconds: load.seconds, ..offer };
    let began = std::time::Instant::now();
    steady(&play, offer, tokens).await?;
    say(&report(&play, best, offer, began.elapsed()))?;
    match play.first_failure.lock().as_ref() {
        None => Ok(()),
        Some(first) => Err(format!("{} calls failed, first: {first}", of(&play.tally.failed))),
    }
}

fn report(play: &Play, best: u32, offer: Offer, took: Duration) -> String {
    #[allow(clippy::cast_precision_loss, reason = "figures for people")]
    let line = |name: &str, count: u64| {
        // What is due is due within the seconds of the offer; what ends, within the time that it took.
        let a_second = count as f64 / took.as_secs_f64();
        format!(
            "{name:<10} {a_second:>9.0} a second  {:>5.2} of the best\n",
            a_second / f64::from(best.max(1))
        )
    };
    let tally = &play.tally;
    let mut text =
        format!("\noffered    {:>9} a second for {} s; the best is {best}\n", offer.rate, offer.seconds);
    text.push_str(&line("accepted", of(&tally.done)));
    text.push_str(&line("refused", of(&tally.refused)));
    text.push_str(&line("given up", of(&tally.given_up)));
    let _ = writeln!(
        text,
        "Refused by the server; given up by the client, unsent, because the server allowed no stream for {} ms.",
        offer.patience.as_millis()
    );
    let _ = writeln!(text, "failed     {:>9}", of(&tally.failed));
    let _ = writeln!(
        text,
        "{:<32} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "milliseconds", "calls", "p50", "p95", "p99", "p99.9"
    );
    let mut row = |name: String, values: Option<(u64, Vec<u64>)>| {
        let Some((count, values)) = values else { return };
        let _ = write!(text, "{name:<32} {count:>9}");
        for us in values {
            let _ = write!(text, " {:>5}.{:03}", us / 1_000, us % 1_000);
        }
        text.push('\n');
    };
    for step in Step::ALL {
        row(format!("{} from due", step.name()), play.quantiles(step, &QUANTILES));
        row(format!("{} from sent", step.name()), play.quantiles_from_sent(step, &QUANTILES));
        row(format!("{} refused", step.name()), play.quantiles_refused(step, &QUANTILES));
    }
    row("the client's own timer, late".to_owned(), play.quantiles_client_late(&QUANTILES));
    text
}
