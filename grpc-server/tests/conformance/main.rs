//! Runs the scenarios that every face of the engine passes against a real server, over the wire: an engine driven by hand,
//! a clock that stands still, real listeners. What the wire cannot say is skipped, with the reason, and the list of what is
//! skipped is committed (`docs/conformance.md`; run with `TACOS_UPDATE_DOCS=1` to renew it), so that it cannot grow unseen.
#![allow(clippy::print_stdout, reason = "its own harness: the table is the point")]

mod asked;
mod bought;
mod rest;
mod shown;
mod wire;

use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

use tacos_conformance::{Outcome, Report, Scenario, load, scenarios_folder, selftest, table};
use wire::WireServer;

/// Fewer passed than this is not a suite.
const PASSED_MIN: usize = 80;
/// Scenarios run side by side: they mostly wait for the disk.
const SIDE_BY_SIDE: usize = 8;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "--list") {
        // Other test runners ask what there is before they run it.
        if !args.iter().any(|arg| arg == "--ignored") {
            println!("conformance: test");
        }
        return ExitCode::SUCCESS;
    }
    let wanted = args.iter().find(|arg| !arg.starts_with('-') && *arg != "conformance");
    let complaints = suite(wanted.map(String::as_str));
    complaints.iter().for_each(|line| println!("{line}"));
    if complaints.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn suite(wanted: Option<&str>) -> Vec<String> {
    let scenarios = match load(&scenarios_folder()) {
        Ok(scenarios) => scenarios,
        Err(malformed) => return malformed,
    };
    let ran: Vec<Scenario> = scenarios
        .into_iter()
        .filter(|scenario| wanted.is_none_or(|wanted| scenario.name.contains(wanted)))
        .collect();
    let report = report(&ran, "grpc");
    let by_rest = self::report(&ran, "rest");
    print!("{}", table(&ran, &[report.clone(), by_rest.clone()]));
    let (passed, failed, skipped) = report.counts();
    println!("{}: {passed} passed, {failed} failed, {skipped} skipped", report.face);
    let mut complaints = report.complaints();
    complaints.extend(differences(&report, &by_rest));
    complaints.retain(|line| wanted.is_some() || !line.contains(": skipped: "));
    if let Some(folder) = std::env::var_os("TACOS_CONFORMANCE_RESULTS")
        && let Err(error) = report.write(Path::new(&folder))
    {
        complaints.push(format!("the results could not be written: {error}"));
    }
    if wanted.is_some() {
        complaints.retain(|line| !line.contains(": skipped: ") || failed > 0);
        return complaints;
    }
    if passed < PASSED_MIN {
        complaints.push(format!("only {passed} scenarios passed, not {PASSED_MIN}"));
    }
    complaints.extend(page(&report).err());
    let uncaught =
        selftest(&mut |settings| WireServer::open(settings, false).map(|server| Box::new(server) as Box<_>));
    println!("self-test: {} wrong scenarios not caught", uncaught.len());
    complaints.extend(uncaught);
    complaints
}

/// What comes out otherwise by REST than by gRPC.
fn differences(grpc: &Report, rest: &Report) -> Vec<String> {
    let pairs = grpc.results.iter().zip(&rest.results);
    let other = |((name, one), (_, other)): (&(String, Outcome), &(String, Outcome))| {
        (one != other).then(|| format!("{name}: by gRPC {one:?}, by REST {other:?}"))
    };
    pairs.filter_map(other).collect()
}

fn report(scenarios: &[Scenario], face: &str) -> Report {
    let part = |part: &[Scenario]| {
        Report::of(face, part, &mut |settings| {
            WireServer::open(settings, face == "rest").map(|server| Box::new(server) as Box<_>)
        })
    };
    let each = scenarios.len().div_ceil(SIDE_BY_SIDE).max(1);
    std::thread::scope(|scope| {
        let part = &part;
        let parts: Vec<_> = scenarios.chunks(each).map(|chunk| scope.spawn(move || part(chunk))).collect();
        let results = parts.into_iter().flat_map(|part| part.join().expect("a runner panicked").results);
        Report { face: face.to_owned(), results: results.collect() }
    })
}

/// The committed list of what is skipped must be what was skipped.
fn page(report: &Report) -> Result<(), String> {
    let (passed, _, skipped) = report.counts();
    let mut text = format!(
        "# The conformance suite over gRPC\n\nWritten by `tests/conformance` (`TACOS_UPDATE_DOCS=1`). Of the scenarios in \
         `bindings/conformance/scenarios`, {passed} pass against a real\nserver over the wire; {skipped} need something that \
         the wire does not have:\n\n| scenario | what it needs |\n|---|---|\n"
    );
    for (name, outcome) in &report.results {
        if let Outcome::Skipped { why } = outcome {
            let _ = writeln!(text, "| `{name}` | {why} |");
        }
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/conformance.md");
    if std::env::var_os("TACOS_UPDATE_DOCS").is_some() {
        std::fs::write(&file, &text).map_err(|error| error.to_string())?;
    }
    match std::fs::read_to_string(&file) {
        Ok(committed) if committed == text => Ok(()),
        _ => Err("docs/conformance.md is not what was skipped now".to_owned()),
    }
}
