//! Curves and histograms that criterion cannot give, and the report that puts every program's figures together.
#![allow(clippy::print_stdout, reason = "a program prints")]

mod curves;
mod report;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use tacos_benches::{Outcome, results};

/// Measures curves and latencies, and writes the report. `make bench` does all of it.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Throughput by writes in flight, latency percentiles, cost as tables grow, storms, snapshots.
    Curves(Curves),
    /// Reads every program's figures and writes `docs/benchmarks`.
    Report(Report),
}

/// What to measure.
#[derive(Args)]
struct Curves {
    /// Shorter rounds and fewer of them: a tenth of the time.
    #[arg(long)]
    quick: bool,
    /// Grow seats, holds and waiting people to ten million: takes minutes and about 4 GB.
    #[arg(long)]
    full: bool,
    /// Only these: in-flight, latency, growth, storm, snapshot.
    parts: Vec<String>,
}

/// Where figures come from and go to.
#[derive(Args)]
struct Report {
    /// Folder of the report.
    #[arg(long, default_value = "docs/benchmarks")]
    out: PathBuf,
    /// The commands that were run, for the reader.
    #[arg(long)]
    commands: Option<String>,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Curves(options) => curves(&options),
        Command::Report(options) => report::write(&options.out, options.commands.as_deref()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("tacos-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn curves(options: &Curves) -> Outcome<()> {
    let mut lines = results::Lines::create(&results::folder(), "curves")?;
    curves::measure(options.quick, options.full, &options.parts, &mut lines)
}
