//! What came of a whole suite on one face, kept as a small file so that the results of several languages can be shown
//! side by side. Runs scenarios one after the other; decides nothing about them.

use std::fmt::Write as _;
use std::path::Path;

use crate::run::run;
use crate::scenario::Scenario;
use crate::target::{Open, Outcome, Record, Target};

/// Scenarios that run at once.
const SIDE_BY_SIDE: usize = 8;

/// Reads every scenario of a folder, in the order of their names.
///
/// # Errors
/// One line for each file that is no scenario.
pub fn load(folder: &Path) -> Result<Vec<Scenario>, Vec<String>> {
    let entries =
        std::fs::read_dir(folder).map_err(|error| vec![format!("{}: {error}", folder.display())])?;
    let mut files: Vec<_> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    files.sort();
    let (mut scenarios, mut malformed) = (Vec::new(), Vec::new());
    for path in files {
        match Scenario::read(&path) {
            Ok(scenario) => scenarios.push(scenario),
            Err(error) => malformed.push(format!("{}: {error}", path.display())),
        }
    }
    if malformed.is_empty() { Ok(scenarios) } else { Err(malformed) }
}

/// What came of every scenario on one face.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The face: `rust`, `c`, `go`, `kotlin`, `grpc`, …
    pub face: String,
    /// Scenario and outcome, in the order of names.
    pub results: Vec<(String, Outcome)>,
}

impl Report {
    /// Runs all scenarios.
    pub fn of(face: &str, scenarios: &[Scenario], open: &mut Open<'_>) -> Self {
        let results = scenarios.iter().map(|scenario| (scenario.name.clone(), run(scenario, open))).collect();
        Self { face: face.to_owned(), results }
    }

    /// As [`Report::of`], several scenarios at a time: they mostly wait for the disk.
    ///
    /// # Panics
    /// If a scenario does.
    pub fn side_by_side<F>(face: &str, scenarios: &[Scenario], open: &F) -> Self
    where
        F: Fn(&Record) -> Result<Box<dyn Target>, String> + Sync,
    {
        let each = scenarios.len().div_ceil(SIDE_BY_SIDE).max(1);
        let results = std::thread::scope(|scope| {
            let part = |part| scope.spawn(move || Self::of(face, part, &mut |settings| open(settings)));
            let parts: Vec<_> = scenarios.chunks(each).map(part).collect();
            parts.into_iter().flat_map(|part| part.join().expect("a runner panicked").results).collect()
        });
        Self { face: face.to_owned(), results }
    }

    /// How many passed, failed and were skipped.
    #[must_use]
    pub fn counts(&self) -> (usize, usize, usize) {
        let count = |is: fn(&Outcome) -> bool| self.results.iter().filter(|(_, outcome)| is(outcome)).count();
        (
            count(|outcome| *outcome == Outcome::Passed),
            count(|outcome| matches!(outcome, Outcome::Failed { .. })),
            count(|outcome| matches!(outcome, Outcome::Skipped { .. })),
        )
    }

    /// One line for each scenario that did not pass.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        let say = |(name, outcome): &(String, Outcome)| match outcome {
            Outcome::Passed => None,
            Outcome::Failed { step, why } => Some(format!("{}: {name}: step {step}: {why}", self.face)),
            Outcome::Skipped { why } => Some(format!("{}: {name}: skipped: {why}", self.face)),
        };
        self.results.iter().filter_map(say).collect()
    }

    /// Writes `<face>.tsv` into `folder`: scenario, outcome and reason, a line each.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write(&self, folder: &Path) -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let mut lines = String::new();
        for (name, outcome) in &self.results {
            let why = match outcome {
                Outcome::Passed => String::new(),
                Outcome::Failed { step, why } => format!("step {step}: {why}"),
                Outcome::Skipped { why } => why.clone(),
            };
            let _ = writeln!(lines, "{name}\t{}\t{}", word(outcome), why.replace(['\t', '\n'], " "));
        }
        std::fs::write(folder.join(format!("{}.tsv", self.face)), lines)
    }

    /// Reads every `*.tsv` of a folder.
    ///
    /// # Errors
    /// A line that is no result, or the file system's.
    pub fn read_all(folder: &Path) -> Result<Vec<Self>, String> {
        let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut files: Vec<_> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
        files.retain(|path| path.extension().is_some_and(|ending| ending == "tsv"));
        files.sort();
        files.iter().map(|path| Self::read(path)).collect()
    }

    fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let face = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let parse = |line: &str| {
            let mut parts = line.splitn(3, '\t');
            let (name, word, why) = (parts.next()?, parts.next()?, parts.next().unwrap_or_default());
            let outcome = match word {
                "passed" => Outcome::Passed,
                "failed" => Outcome::Failed { step: 0, why: why.to_owned() },
                "skipped" => Outcome::Skipped { why: why.to_owned() },
                _ => return None,
            };
            Some((name.to_owned(), outcome))
        };
        let results = text
            .lines()
            .map(|line| parse(line).ok_or_else(|| format!("{}: no result: {line:?}", path.display())))
            .collect::<Result<_, _>>()?;
        Ok(Self { face, results })
    }
}

fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed { .. } => "failed",
        Outcome::Skipped { .. } => "skipped",
    }
}

/// Scenario by face. What a face did not run shows as `missing`.
#[must_use]
pub fn table(scenarios: &[Scenario], reports: &[Report]) -> String {
    let width = scenarios.iter().map(|scenario| scenario.name.len()).max().unwrap_or(0);
    let columns: Vec<usize> = reports.iter().map(|report| report.face.len().max(7)).collect();
    let mut out = format!("{:width$}", "scenario");
    for (report, column) in reports.iter().zip(&columns) {
        let _ = write!(out, "  {:column$}", report.face);
    }
    out.push('\n');
    for scenario in scenarios {
        let _ = write!(out, "{:width$}", scenario.name);
        for (report, column) in reports.iter().zip(&columns) {
            let found = report.results.iter().find(|(name, _)| *name == scenario.name);
            let shown = match found.map(|(_, outcome)| word(outcome)) {
                Some("failed") => "FAILED",
                Some(other) => other,
                None => "missing",
            };
            let _ = write!(out, "  {shown:column$}");
        }
        out.push('\n');
    }
    out
}
