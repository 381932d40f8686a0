//! `tacos-conformance`: runs the suite against Rust or through a driver, and shows the results of several languages side
//! by side.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for people at a terminal")]

use std::path::Path;
use std::process::ExitCode;

use tacos_conformance::{
    Drivers, Outcome, Report, RustEngine, Way, load, prepared, scenarios_folder, selftest, table,
};

const USAGE: &str =
    "usage: tacos-conformance run [FOLDER]      run every scenario against Rust; FOLDER gets rust.tsv
       tacos-conformance drive FACE FOLDER COMMAND…
                                         the same through a driver in another language (DRIVING.md); FOLDER gets FACE.tsv
       tacos-conformance table FOLDER [FACE…]
                                         results of all languages in FOLDER side by side; these faces must be among them";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args[..] {
        ["run"] => run(None),
        ["run", folder] => run(Some(Path::new(folder))),
        ["drive", face, folder, ref command @ ..] if !command.is_empty() => {
            drive(face, Path::new(folder), command)
        }
        ["table", folder, ref faces @ ..] => show(Path::new(folder), faces),
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn run(results: Option<&Path>) -> Result<(), String> {
    let scenarios = load(&scenarios_folder()).map_err(|lines| lines.join("\n"))?;
    let report = Report::side_by_side("rust", &scenarios, &|settings| {
        RustEngine::open(settings, Way::Waiting).map(|engine| Box::new(engine) as Box<_>)
    });
    if let Some(folder) = results {
        report.write(folder).map_err(|error| error.to_string())?;
    }
    print!("{}", table(&scenarios, std::slice::from_ref(&report)));
    verdict(&[report])
}

/// Scenarios and self-tests through a driver. It may leave out what the committed list of its face names, and must.
fn drive(face: &str, results: &Path, command: &[&str]) -> Result<(), String> {
    let scenarios = load(&scenarios_folder()).map_err(|lines| lines.join("\n"))?;
    let drivers = Drivers::new(command);
    let open = |settings: &_| drivers.open(settings).map(|engine| Box::new(engine) as Box<_>);
    let report = Report::side_by_side(face, &scenarios, &open);
    report.write(results).map_err(|error| error.to_string())?;
    let wrong = selftest(&mut |settings| open(settings));
    wrong.iter().for_each(|line| println!("{face}: self-test: {line}"));
    println!("{face}: self-tests: {} not caught", wrong.len());
    // Not in the table: it has to come to the same.
    let again =
        Report::side_by_side(&format!("{face}, prepared"), &scenarios, &|settings| prepared(open)(settings));
    let skipped = [&report, &again].map(left_out);
    verdict(&[report, again])?;
    as_committed(face, &skipped)?;
    if wrong.is_empty() { Ok(()) } else { Err(format!("{} self-tests were not caught", wrong.len())) }
}

/// What a face left out, each with its reason: a line a scenario.
fn left_out(report: &Report) -> String {
    let line = |(name, outcome): &(String, Outcome)| match outcome {
        Outcome::Skipped { why } => Some(format!("{name}\t{why}\n")),
        _ => None,
    };
    report.results.iter().filter_map(line).collect()
}

/// The committed list of what a face leaves out must be what it left out, with texts and with prepared ids: so it can
/// neither grow nor keep what is gone unseen. A face without a list leaves nothing out.
fn as_committed(face: &str, skipped: &[String]) -> Result<(), String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("skipped/{face}.tsv"));
    if std::env::var_os("TACOS_UPDATE_DOCS").is_some() && skipped.iter().any(|lines| !lines.is_empty()) {
        std::fs::write(&file, &skipped[0]).map_err(|error| error.to_string())?;
    }
    let committed = match std::fs::read_to_string(&file) {
        Ok(committed) => committed,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(format!("{}: {error}", file.display())),
    };
    if skipped.iter().all(|lines| *lines == committed) {
        return Ok(());
    }
    Err(format!("{face} left out something else than {} says:\n{}", file.display(), skipped.join("\n")))
}

fn show(folder: &Path, faces: &[&str]) -> Result<(), String> {
    let scenarios = load(&scenarios_folder()).map_err(|lines| lines.join("\n"))?;
    let reports = Report::read_all(folder)?;
    if let Some(lacking) = faces.iter().find(|face| reports.iter().all(|report| report.face != **face)) {
        return Err(format!("no results of {lacking} in {}", folder.display()));
    }
    if reports.is_empty() {
        return Err(format!("no results in {}", folder.display()));
    }
    print!("{}", table(&scenarios, &reports));
    let missing: Vec<String> = reports
        .iter()
        .filter(|report| {
            scenarios.iter().any(|wanted| report.results.iter().all(|(name, _)| *name != wanted.name))
        })
        .map(|report| format!("{} did not run every scenario", report.face))
        .collect();
    if missing.is_empty() { verdict(&reports) } else { Err(missing.join("\n")) }
}

fn verdict(reports: &[Report]) -> Result<(), String> {
    let mut failed = 0;
    for report in reports {
        report.complaints().iter().for_each(|line| println!("{line}"));
        let (passed, failures, skipped) = report.counts();
        println!("{}: {passed} passed, {failures} failed, {skipped} skipped", report.face);
        failed += failures;
    }
    if failed == 0 { Ok(()) } else { Err(format!("{failed} failed")) }
}
