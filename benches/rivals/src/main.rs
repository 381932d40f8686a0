//! Measures our engine beside what users would pick instead. `--help` says how to choose.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use tacos_rivals::contestants::tacos_server;
use tacos_rivals::page;
use tacos_rivals::report::{Report, in_full, progress};
use tacos_rivals::rival::Fault;
use tacos_rivals::servers::{clean_up_on_signals, file_system};
use tacos_rivals::suites::rivals::Rivals;
use tacos_rivals::suites::{Options, calls, durable, floors, line, memory, second, server, timers};

/// Our engine beside what users would pick instead: a table on stdout, result lines in a file.
#[derive(Clone, Parser)]
#[command(version)]
struct Arguments {
    /// Fewer and shorter rounds: two minutes instead of eight.
    #[arg(long)]
    quick: bool,
    /// Where folders of data are made; should be a real disk.
    #[arg(long, default_value = "target")]
    dir: PathBuf,
    /// The file that result lines are appended to.
    #[arg(long, default_value = "target/bench-results/rivals.jsonl")]
    out: PathBuf,
    /// Seed of who wants which seats.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Rounds of each setting; 9 by default, 3 if quick.
    #[arg(long)]
    rounds: Option<usize>,
    /// Our server's program; beside this one by default.
    #[arg(long)]
    server: Option<PathBuf>,
    /// Write the suites `server` and `calls` as a page of Markdown.
    #[arg(long, value_name = "FILE")]
    page: Option<PathBuf>,
    /// Only this work of the suite `second`, once, in this process: prints its nanoseconds.
    #[arg(long, hide = true, requires = "threads")]
    one: Option<String>,
    #[arg(long, hide = true)]
    threads: Option<usize>,
    /// Which suites; all if none is named.
    suites: Vec<Suite>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Suite {
    /// Hold and confirm in memory, unique and hot seats.
    Memory,
    /// Hold and confirm on disk, and relaxed; Redis, PostgreSQL and SQLite take part.
    Durable,
    /// The waiting line at a million waiting, and Redis's sorted set.
    Line,
    /// Timers at a million live.
    Timers,
    /// The bare machine.
    Floors,
    /// Orders through sockets: our server, Redis, PostgreSQL, with equal clients.
    Server,
    /// The same work by one thread and by two.
    Second,
    /// Our server's calls beside a bare tonic server's.
    Calls,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            progress(&format!("FAILED: {}", in_full(&*fault)));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Fault> {
    let Arguments { quick, rounds, dir: folder, seed, .. } = arguments.clone();
    let options = Options { quick, rounds, folder, seed };
    if let Some((work, threads)) = arguments.one.as_ref().zip(arguments.threads) {
        let ns = second::one(work, threads, &options)?;
        return Ok(writeln!(std::io::stdout(), "{ns}")?);
    }
    clean_up_on_signals()?;
    std::fs::create_dir_all(&options.folder)?;
    let kind = file_system(&options.folder);
    if kind == "tmpfs" || kind == "ramfs" {
        return Err(format!(
            "{} is on {kind}, which is no disk; choose another --dir",
            options.folder.display()
        )
        .into());
    }
    let mut report = Report::new(&arguments.out)?;
    let wanted = |suite| arguments.suites.is_empty() || arguments.suites.contains(&suite);
    let needs_rivals = [Suite::Memory, Suite::Durable, Suite::Line].into_iter().any(wanted);
    let rivals = needs_rivals.then(|| Rivals::start(&options, wanted(Suite::Durable))).transpose()?;
    if let Some(rivals) = &rivals {
        if wanted(Suite::Memory) {
            memory::measure(&options, rivals, &mut report)?;
        }
        if wanted(Suite::Durable) {
            durable::measure(&options, rivals, &mut report)?;
            durable::measure_relaxed(&options, rivals, &mut report)?;
        }
        if wanted(Suite::Line) {
            line::measure(&options, rivals, &mut report)?;
        }
    }
    if wanted(Suite::Timers) {
        timers::measure(&options, &mut report)?;
    }
    if wanted(Suite::Floors) {
        floors::measure(&options, &mut report)?;
    }
    if wanted(Suite::Second) {
        second::measure(&options, &mut report)?;
    }
    // Servers of another setting must not run beside.
    drop(rivals);
    let program = arguments.server.clone().map_or_else(tacos_server::program, Ok)?;
    if wanted(Suite::Server) {
        server::measure(&options, &program, &mut report)?;
    }
    if wanted(Suite::Calls) {
        calls::measure(&options, &program, &mut report)?;
    }
    if let Some(path) = &arguments.page {
        page::write(path, &options.folder, report.lines())?;
    }
    std::io::stdout().write_all(report.table().as_bytes())?;
    Ok(())
}
