//! Runs every scenario against the Rust engine, in both ways of handing writes over, and prints scenario by result.
//! Fails if one fails, if fewer ran than there must be, or if a deliberately wrong scenario does not fail where it must.
#![allow(clippy::print_stdout, reason = "its own harness: the table is the point")]

use std::path::Path;
use std::process::ExitCode;

use tacos_conformance::{
    Record, Report, RustEngine, Scenario, Target, Way, load, prepared, scenarios_folder, selftest, table,
};

/// Fewer than this is not a suite.
const SCENARIOS_MIN: usize = 40;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "--list") {
        // Other test runners ask what there is before they run it.
        if !args.iter().any(|arg| arg == "--ignored") {
            println!("scenarios: test");
        }
        return ExitCode::SUCCESS;
    }
    let wanted = args.iter().find(|arg| !arg.starts_with('-') && *arg != "scenarios");
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
    let again = Report::side_by_side("rust-prepared", &ran, &|settings| {
        prepared(|settings| open(settings, Way::Waiting))(settings)
    });
    let reports = [report("rust", Way::Waiting, &ran), report("rust-queue", Way::Queued, &ran), again];
    print!("{}", table(&ran, &reports));
    let mut complaints: Vec<String> = reports.iter().flat_map(Report::complaints).collect();
    for report in &reports {
        let (passed, failed, skipped) = report.counts();
        println!("{}: {passed} passed, {failed} failed, {skipped} skipped", report.face);
        if wanted.is_none() && passed + failed < SCENARIOS_MIN {
            complaints.push(format!("{}: only {} ran, not {SCENARIOS_MIN}", report.face, passed + failed));
        }
    }
    if let Some(folder) = std::env::var_os("TACOS_CONFORMANCE_RESULTS")
        && let Err(error) = reports.iter().try_for_each(|report| report.write(Path::new(&folder)))
    {
        complaints.push(format!("the results could not be written: {error}"));
    }
    if wanted.is_none() {
        complaints.extend(selftest(&mut |settings| open(settings, Way::Waiting)));
    }
    complaints
}

fn report(face: &str, way: Way, scenarios: &[Scenario]) -> Report {
    Report::side_by_side(face, scenarios, &|settings| open(settings, way))
}

fn open(settings: &Record, way: Way) -> Result<Box<dyn Target>, String> {
    RustEngine::open(settings, way).map(|engine| Box::new(engine) as Box<_>)
}
