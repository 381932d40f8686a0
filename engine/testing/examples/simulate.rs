//! Runs the whole engine against its model, with simulated customers, clock and disk, one run a seed. Prints a line a
//! run and the total; a violation is printed with the command that reproduces it, and ends the program with an error.
//!
//! ```text
//! simulate [--seed N] [--runs M] [--steps S] [--kind memory|disk|faults] [--plant reply|update|webhook|early|late|loss|model] [--trace]
//! ```
#![allow(clippy::print_stdout, reason = "a program that reports")]

use std::process::ExitCode;
use std::time::Instant;

use tacos_testing::{Planted, Report, Simulation};

/// Every so many seeds there are so many customers instead of a handful.
const CROWD_EVERY: u64 = 50;
const CROWD: usize = 3_000;

struct Options {
    seed: u64,
    runs: u64,
    steps: u64,
    kind: String,
    plant: Option<String>,
    trace: bool,
}

impl Options {
    fn read() -> Result<Self, String> {
        let mut options =
            Self { seed: 1, runs: 10, steps: 1_500, kind: "faults".to_owned(), plant: None, trace: false };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            if word == "--trace" {
                options.trace = true;
                continue;
            }
            let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
            let number = || value.parse::<u64>().map_err(|why| format!("{word} {value}: {why}"));
            match word.as_str() {
                "--seed" => options.seed = number()?,
                "--runs" => options.runs = number()?,
                "--steps" => options.steps = number()?,
                "--kind" => options.kind = value,
                "--plant" => options.plant = Some(value),
                other => return Err(format!("{other} is no option")),
            }
        }
        Ok(options)
    }

    fn simulation(&self, seed: u64) -> Result<Simulation, String> {
        let simulation = match self.kind.as_str() {
            "memory" => Simulation::in_memory(seed),
            "disk" => Simulation::on_disk(seed),
            "faults" => Simulation::with_faults(seed),
            other => return Err(format!("--kind {other}: memory, disk or faults")),
        };
        let simulation =
            if seed.is_multiple_of(CROWD_EVERY) { simulation.crowded(CROWD) } else { simulation };
        let planted = match self.plant.as_deref() {
            None => Planted::None,
            Some("reply") => Planted::WrongReply,
            Some("update") => Planted::LostUpdate,
            Some("loss") => Planted::HiddenLoss,
            Some("late") => Planted::LateDeadline,
            Some("webhook") => Planted::LostWebhook,
            Some("early") => Planted::EarlyAck,
            Some("model") => Planted::WrongModel,
            Some(other) => {
                return Err(format!("--plant {other}: reply, update, webhook, early, late, loss or model"));
            }
        };
        let simulation = simulation.planting(planted);
        Ok(if self.trace { simulation.watched_by(|line| println!("{line}")) } else { simulation })
    }

    /// The command that repeats one run.
    fn command(&self, seed: u64) -> String {
        let plant = self.plant.as_ref().map_or(String::new(), |plant| format!(" --plant {plant}"));
        format!(
            "cargo run --release -p tacos-engine-testing --example simulate -- --seed {seed} --runs 1 \
             --steps {} --kind {}{plant} --trace",
            self.steps, self.kind
        )
    }
}

fn main() -> ExitCode {
    let options = match Options::read() {
        Ok(options) => options,
        Err(why) => {
            println!("{why}");
            return ExitCode::FAILURE;
        }
    };
    let start = Instant::now();
    let mut total = Report::default();
    for seed in options.seed..options.seed + options.runs {
        let simulation = match options.simulation(seed) {
            Ok(simulation) => simulation,
            Err(why) => {
                println!("{why}");
                return ExitCode::FAILURE;
            }
        };
        match simulation.run(options.steps) {
            Ok(report) => {
                println!("seed {seed}: {report}");
                total = total.plus(report);
            }
            Err(violation) => {
                println!("seed {seed}: VIOLATION: {violation}");
                println!("to repeat: {}", options.command(seed));
                return ExitCode::FAILURE;
            }
        }
    }
    let days = total.simulated_ms / 86_400_000;
    println!("{} runs in {:?}, {days} simulated days: {total}", options.runs, start.elapsed());
    ExitCode::SUCCESS
}
