//! Recovery from every disk image that a crash may leave, seed after seed, until enough were tried. Prints a line a
//! seed and the total; a violation is printed with the command that reproduces it, and ends the program with an error.
//!
//! ```text
//! crash_points [--states N] [--seed N] [--steps N] [--plant early|syncs|folder]
//! ```
#![allow(clippy::print_stdout, reason = "a program that reports")]

use std::process::ExitCode;
use std::time::Instant;

use tacos_testing::{CrashPoints, CrashStates, Omitted};

/// So many syncs are honest before a planted bug leaves out the others.
const HONEST: u64 = 8;

struct Options {
    states: u64,
    seed: u64,
    steps: u64,
    plant: Option<String>,
}

impl Options {
    fn read() -> Result<Self, String> {
        let mut options = Self { states: 100_000, seed: 1, steps: 120, plant: None };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
            let number = || value.parse::<u64>().map_err(|why| format!("{word} {value}: {why}"));
            match word.as_str() {
                "--states" => options.states = number()?,
                "--seed" => options.seed = number()?,
                "--steps" => options.steps = number()?.max(1),
                "--plant" => options.plant = Some(value),
                other => return Err(format!("{other} is no option")),
            }
        }
        Ok(options)
    }

    fn points(&self, seed: u64, left: u64) -> Result<CrashPoints, String> {
        let points = CrashPoints::new(seed, self.steps).at_most(left);
        match self.plant.as_deref() {
            None => Ok(points),
            Some("early") => Ok(points.acknowledging_early()),
            Some("syncs") => Ok(points.omitting(Omitted::FileSyncs(HONEST))),
            Some("folder") => Ok(points.omitting(Omitted::FolderSyncs(HONEST))),
            Some(other) => Err(format!("--plant {other}: early, syncs or folder")),
        }
    }
}

fn run(options: &Options) -> Result<CrashStates, String> {
    let mut total = CrashStates::default();
    for seed in options.seed.. {
        let Some(left) = options.states.checked_sub(total.checked()).filter(|left| *left > 0) else { break };
        let start = Instant::now();
        let states = options.points(seed, left)?.run().map_err(|violation| {
            let plant = options.plant.as_ref().map_or(String::new(), |plant| format!(" --plant {plant}"));
            format!(
                "VIOLATION: {violation}\nto repeat: cargo run --release -p tacos-engine-testing --example \
                 crash_points -- --seed {seed} --steps {}{plant}",
                options.steps
            )
        })?;
        println!("seed {seed}, {:?}: {states}", start.elapsed());
        total = total.plus(states);
    }
    Ok(total)
}

fn main() -> ExitCode {
    match Options::read().and_then(|options| run(&options)) {
        Ok(total) => {
            println!("crash states: {total}, 0 violations");
            ExitCode::SUCCESS
        }
        Err(why) => {
            println!("{why}");
            ExitCode::FAILURE
        }
    }
}
