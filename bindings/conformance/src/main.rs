//! `tacos-conformance`: runs the suite against Rust, writes what is made from the table of operations, and shows the
//! results of several languages side by side.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for people at a terminal")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use tacos_conformance::{Report, RustEngine, Way, load, operations, scenarios_folder, table};

const USAGE: &str =
    "usage: tacos-conformance run [FOLDER]      run every scenario against Rust; FOLDER gets rust.tsv
       tacos-conformance table FOLDER    results of all languages in FOLDER side by side
       tacos-conformance operations      write operations.md and schema.json again";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args[..] {
        ["run"] => run(None),
        ["run", folder] => run(Some(Path::new(folder))),
        ["table", folder] => show(Path::new(folder)),
        ["operations"] => write(),
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
    let report = Report::of("rust", &scenarios, &mut |settings| {
        RustEngine::open(settings, Way::Waiting).map(|engine| Box::new(engine) as Box<_>)
    });
    if let Some(folder) = results {
        report.write(folder).map_err(|error| error.to_string())?;
    }
    print!("{}", table(&scenarios, std::slice::from_ref(&report)));
    verdict(&[report])
}

fn show(folder: &Path) -> Result<(), String> {
    let scenarios = load(&scenarios_folder()).map_err(|lines| lines.join("\n"))?;
    let reports = Report::read_all(folder)?;
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

fn write() -> Result<(), String> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let schema = serde_json::to_string_pretty(&operations::schema()).map_err(|error| error.to_string())?;
    for (name, text) in [("operations.md", operations::markdown()), ("schema.json", schema + "\n")] {
        std::fs::write(here.join(name), text).map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(())
}
