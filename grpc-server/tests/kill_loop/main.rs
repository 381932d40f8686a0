//! Claim: however often and whenever the server is killed, everything that it acknowledged is there, nothing else half
//! happened, and the same key gives the same answer. The server is a process on a real disk; this process loads it, keeps
//! what it acknowledged, kills it after a random time (sometimes again while it recovers), starts it on the same folder, and
//! compares every seat, every reservation and every answer. `--kills 300 --seed 1`; six kills where nothing is said.
#![allow(clippy::print_stdout, reason = "its own harness: the figures are the point")]

mod customer;
mod ledger;
mod served;
mod verify;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use ledger::Ledger;
use served::Served;

/// Customers at once.
const CUSTOMERS: usize = 24;
/// The server lives at most so long under load, in microseconds.
const LIFE_US_MAX: u64 = 600_000;
/// A server that is killed while it starts lives at most so long, in microseconds.
const START_US_MAX: u64 = 60_000;

/// Randomness from one seed.
#[derive(Clone, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// splitmix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub(crate) fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

struct Asked {
    kills: u64,
    seed: u64,
}

/// The command line; arguments of other test runners are passed over.
fn asked() -> Result<Option<Asked>, String> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "--list") {
        println!("kill_loop: test");
        return Ok(None);
    }
    let after = |name: &str, usual: u64| match args.iter().position(|arg| arg == name) {
        None => Ok(usual),
        Some(at) => {
            let given = args.get(at + 1).and_then(|value| value.parse().ok());
            given.ok_or_else(|| format!("{name} needs a number"))
        }
    };
    let wanted = args.iter().find(|arg| !arg.starts_with('-') && arg.parse::<u64>().is_err());
    if wanted.is_some_and(|wanted| !"kill_loop".contains(wanted.as_str())) {
        return Ok(None);
    }
    Ok(Some(Asked { kills: after("--kills", 6)?, seed: after("--seed", 1)? }))
}

fn main() -> ExitCode {
    let asked = match asked() {
        Ok(Some(asked)) => asked,
        Ok(None) => return ExitCode::SUCCESS,
        Err(word) => {
            println!("{word}");
            return ExitCode::FAILURE;
        }
    };
    println!("kill loop: seed {}", asked.seed);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let done = runtime.map_err(|error| error.to_string()).and_then(|runtime| runtime.block_on(run(&asked)));
    match done {
        Ok(violations) if violations.is_empty() => ExitCode::SUCCESS,
        Ok(violations) => {
            violations.iter().take(20).for_each(|violation| println!("violation: {violation}"));
            ExitCode::FAILURE
        }
        Err(word) => {
            println!("kill loop: it could not be carried on: {word}");
            ExitCode::FAILURE
        }
    }
}

async fn run(asked: &Asked) -> Result<Vec<String>, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut chance = Chance::new(asked.seed);
    let mut ledger = Ledger::default();
    let mut served = Served::start(folder.path()).await?;
    let (mut kills, mut in_recovery, mut round) = (0, 0, 0);
    let bar = ProgressBar::new(asked.kills);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} kills {msg} {eta}") {
        bar.set_style(style);
    }
    while kills < asked.kills {
        round += 1;
        let event = format!("evt_{round}");
        customer::open_sale(&served.client(0), &event).await?;
        let customers: Vec<_> = (0..CUSTOMERS)
            .map(|number| {
                let way = customer::Way::new(&event, round, number, chance.below(u64::MAX));
                tokio::spawn(way.walk(served.client(number)))
            })
            .collect();
        tokio::time::sleep(Duration::from_micros(chance.below(LIFE_US_MAX))).await;
        served.kill()?;
        kills += 1;
        while kills < asked.kills && chance.percent(30) {
            served.start_and_kill(Duration::from_micros(chance.below(START_US_MAX)))?;
            kills += 1;
            in_recovery += 1;
        }
        served.restart().await?;
        let mut walked = Vec::with_capacity(CUSTOMERS);
        for customer in customers {
            walked.push(customer.await.map_err(|error| error.to_string())?);
        }
        let clients: Vec<_> = (0..4).map(|number| served.client(number)).collect();
        ledger.take(&clients[0], &event, walked).await?;
        verify::round(&mut ledger, &Arc::from(clients), &event, &mut chance).await?;
        bar.set_position(kills);
        bar.set_message(format!("{} acknowledgements", ledger.acknowledged));
    }
    let clients = Arc::from([served.client(0), served.client(1)]);
    verify::everything(&mut ledger, &clients).await?;
    verify::finds_lies(&ledger, &clients, &mut chance).await?;
    served.stop()?;
    served.verify_folder()?;
    bar.finish_and_clear();
    println!(
        "kill loop: {kills} kills ({in_recovery} while it recovered), {} acknowledgements, {} repeats compared, {} \
         reservations and {} seats compared, {} broken calls resolved, snapshots kept: {}, five lies found, {} violations",
        ledger.acknowledged,
        ledger.repeated,
        ledger.compared,
        ledger.seats,
        ledger.resolved,
        served.snapshots(),
        ledger.violations.len()
    );
    if ledger.acknowledged < kills || ledger.resolved == 0 && kills > 3 {
        return Err("too little was acknowledged, or no call broke off: nothing was shown".to_owned());
    }
    Ok(ledger.violations)
}
