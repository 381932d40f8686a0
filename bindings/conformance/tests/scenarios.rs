//! Runs every scenario against the Rust engine, in both ways of handing writes over, and prints scenario by result.
//! Fails if one fails, if fewer ran than there must be, or if a deliberately wrong scenario does not fail where it must.
#![allow(clippy::print_stdout, reason = "its own harness: the table is the point")]

use std::path::Path;
use std::process::ExitCode;

use tacos_conformance::{
    Outcome, Report, RustEngine, Scenario, Way, load, run, scenarios_folder, selftest_folder, table,
};

/// Fewer than this is not a suite.
const SCENARIOS_MIN: usize = 40;
const SELFTESTS_MIN: usize = 8;

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
    let reports = [report("rust", Way::Waiting, &ran), report("rust-queue", Way::Queued, &ran)];
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
        complaints.extend(selftest());
    }
    complaints
}

/// Scenarios run side by side: they mostly wait for the disk.
const SIDE_BY_SIDE: usize = 8;

fn report(face: &str, way: Way, scenarios: &[Scenario]) -> Report {
    let part = |part: &[Scenario]| {
        Report::of(face, part, &mut |settings| {
            RustEngine::open(settings, way).map(|engine| Box::new(engine) as Box<_>)
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

/// Each wrong scenario must fail at the step that it says: a runner that cannot fail proves nothing.
fn selftest() -> Vec<String> {
    let mut entries: Vec<_> = match std::fs::read_dir(selftest_folder()) {
        Ok(entries) => entries.filter_map(Result::ok).map(|entry| entry.path()).collect(),
        Err(error) => return vec![format!("no self-tests: {error}")],
    };
    entries.sort();
    let mut complaints: Vec<String> = entries.iter().filter_map(|path| wrong(path).err()).collect();
    if entries.len() < SELFTESTS_MIN {
        complaints.push(format!("only {} self-tests, not {SELFTESTS_MIN}", entries.len()));
    }
    println!("self-test: {} wrong scenarios, {} not caught", entries.len(), complaints.len());
    complaints
}

fn wrong(path: &Path) -> Result<(), String> {
    let name = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
    let value: serde_json::Value = serde_json::from_str(&text).map_err(|error| format!("{name}: {error}"))?;
    let must = value["fails_at"].as_u64().ok_or_else(|| format!("{name} does not say where it fails"))?;
    let failed_at = match Scenario::parse(&value) {
        Err(malformed) => malformed.step,
        Ok(scenario) => {
            let outcome = run(&scenario, &mut |settings| {
                RustEngine::open(settings, Way::Waiting).map(|engine| Box::new(engine) as Box<_>)
            });
            match outcome {
                Outcome::Failed { step, .. } => step,
                other => return Err(format!("{name} must fail at step {must}, and came to {other:?}")),
            }
        }
    };
    if failed_at as u64 == must {
        Ok(())
    } else {
        Err(format!("{name} failed at step {failed_at}, not {must}"))
    }
}
