//! Result lines: medians and quartiles, one JSON object a line in a file, a table for people.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;

use serde_json::json;

use crate::rival::Fault;

/// One figure of one contestant.
#[derive(Clone, Debug)]
pub struct Line {
    /// Which suite.
    pub suite: &'static str,
    /// Which contestant.
    pub name: String,
    /// Lines of equal suite, setting and unit are compared.
    pub setting: String,
    /// `ns/op`, `op/s`, `us` or `count`.
    pub unit: &'static str,
    /// Median.
    pub median: f64,
    /// First quartile.
    pub low: f64,
    /// Third quartile.
    pub high: f64,
    /// How many samples.
    pub samples: usize,
    /// What a reader should know.
    pub note: String,
}

impl Line {
    /// The line of some samples. None are a line without figures, for what could not be had.
    #[must_use]
    pub fn of(
        suite: &'static str,
        name: impl Into<String>,
        setting: impl Into<String>,
        unit: &'static str,
        samples: &[f64],
    ) -> Self {
        let mut sorted = samples.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at = |quarter: usize| {
            // Between the two nearest samples.
            let position = sorted.len().saturating_sub(1) * quarter;
            let (below, part) = (position / 4, position % 4);
            let low = sorted.get(below).copied().unwrap_or(f64::NAN);
            let high = sorted.get(below + 1).copied().unwrap_or(low);
            low + (high - low) * [0.0, 0.25, 0.5, 0.75][part]
        };
        let (name, setting) = (name.into(), setting.into());
        Self {
            suite,
            name,
            setting,
            unit,
            median: at(2),
            low: at(1),
            high: at(3),
            samples: sorted.len(),
            note: String::new(),
        }
    }

    /// The line with something to know.
    #[must_use]
    pub fn noting(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// The same figures under another name or setting.
    #[must_use]
    pub fn also(&self, name: impl Into<String>, setting: impl Into<String>) -> Self {
        Self { name: name.into(), setting: setting.into(), ..self.clone() }
    }
}

/// Lines, as they come.
pub struct Report {
    lines: Vec<Line>,
    out: File,
}

impl Report {
    /// A report whose lines are appended to the file at `out`.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn new(out: &Path) -> Result<Self, Fault> {
        if let Some(folder) = out.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let out = OpenOptions::new().create(true).append(true).open(out)?;
        Ok(Self { lines: Vec::new(), out })
    }

    /// Writes a line down and shows it.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn push(&mut self, line: Line) -> Result<(), Fault> {
        // Figures that there are not are nulls.
        let object = json!({
            "suite": line.suite, "name": line.name, "setting": line.setting, "unit": line.unit,
            "median": line.median, "low": line.low, "high": line.high, "samples": line.samples, "note": line.note,
        });
        writeln!(self.out, "{object}")?;
        progress(&format!("{:14} {:34} {:30} {}", line.suite, line.setting, line.name, figures(&line)));
        self.lines.push(line);
        Ok(())
    }

    /// Says loudly that something was left out, and writes that down.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn skip(&mut self, suite: &'static str, name: &str, setting: &str, why: &str) -> Result<(), Fault> {
        progress(&format!("SKIPPED {name}: {why}"));
        self.push(Line::of(suite, name, setting, "count", &[]).noting(format!("SKIPPED: {why}")))
    }

    /// The lines so far.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// All lines as a table: by setting, each with its ratio to ours.
    #[must_use]
    pub fn table(&self) -> String {
        let mut seen: Vec<(&str, &str, &str)> = Vec::new();
        let mut table = String::new();
        for line in &self.lines {
            let place = (line.suite, line.setting.as_str(), line.unit);
            if seen.contains(&place) {
                continue;
            }
            seen.push(place);
            let same = |other: &&Line| (other.suite, other.setting.as_str(), other.unit) == place;
            let ours =
                self.lines.iter().filter(same).find(|line| line.name == "tacos").map(|line| line.median);
            table += &format!("\n{}: {}\n", line.suite, line.setting);
            for line in self.lines.iter().filter(same) {
                let ratio = ours.map_or(String::new(), |ours| format!("{:7.2} x ours", line.median / ours));
                table += &format!("  {:36} {} {ratio}  {}\n", line.name, figures(line), line.note);
            }
        }
        table
    }
}

fn figures(line: &Line) -> String {
    if line.samples == 0 {
        return format!("{:>46}", "none");
    }
    format!("{:>12.1} {:5} ({:.1} to {:.1})", line.median, line.unit, line.low, line.high)
}

/// Says how far it is.
#[expect(clippy::print_stderr, reason = "progress is for a person who waits")]
pub fn progress(text: &str) {
    eprintln!("{text}");
}

/// A fault with everything behind it: some say what happened only there.
#[must_use]
pub fn in_full(fault: &(dyn std::error::Error + 'static)) -> String {
    let mut text = fault.to_string();
    let mut source = fault.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}
