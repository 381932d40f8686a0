//! Result lines: what every measuring program of this repository writes, one JSON object a line, and the report reads.
//! Two lines with the same suite, setting and unit are compared with each other.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::Outcome;

/// The name under which our own figures stand.
pub const OURS: &str = "tacos";

/// One figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// What kind of measurement.
    pub suite: String,
    /// Whose figure: `tacos`, a rival's or a floor's name.
    pub name: String,
    /// Under which circumstances.
    pub setting: String,
    /// `ns/op`, `op/s`, `us` or `count`.
    pub unit: String,
    /// The median; absent if nothing could be measured.
    pub median: Option<f64>,
    /// The first quartile.
    pub low: Option<f64>,
    /// The third quartile.
    pub high: Option<f64>,
    /// How many samples there were.
    pub samples: u64,
    /// Something to know.
    #[serde(default)]
    pub note: String,
}

impl Line {
    /// A line of our own, of these samples.
    #[must_use]
    pub fn of(suite: &str, setting: impl Into<String>, unit: &str, samples: &[f64]) -> Self {
        let mut sorted = samples.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at = |quarter: usize| {
            let last = sorted.len().checked_sub(1)?;
            sorted.get((last * quarter + 2) / 4).copied()
        };
        Self {
            suite: suite.into(),
            name: OURS.into(),
            setting: setting.into(),
            unit: unit.into(),
            median: at(2),
            low: at(1),
            high: at(3),
            samples: sorted.len() as u64,
            note: String::new(),
        }
    }

    /// Of another contestant.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self { name: name.into(), ..self }
    }
}

/// The folder of all result lines.
#[must_use]
pub fn folder() -> PathBuf {
    crate::venue::target_folder().join("bench-results")
}

/// Where one program writes: a new file every time, so that a report never mixes runs.
#[derive(Debug)]
pub struct Lines(File);

impl Lines {
    /// An empty file `PROGRAM.jsonl` in `folder`.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn create(folder: &Path, program: &str) -> Outcome<Self> {
        std::fs::create_dir_all(folder)?;
        let path = folder.join(format!("{program}.jsonl"));
        Ok(Self(OpenOptions::new().create(true).write(true).truncate(true).open(path)?))
    }

    /// Writes a line.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn push(&mut self, line: &Line) -> Outcome<()> {
        let mut text = serde_json::to_string(line)?;
        text.push('\n');
        Ok(self.0.write_all(text.as_bytes())?)
    }
}

/// All lines of all programs, in the order of the files' names. Of lines that are the same but for their figures the
/// last counts: programs that append have then run twice.
///
/// # Errors
/// If a file cannot be read, or a line is none.
pub fn read_all(folder: &Path) -> Outcome<Vec<Line>> {
    let mut files = Vec::new();
    match std::fs::read_dir(folder) {
        Ok(entries) => {
            for entry in entries {
                files.push(entry?.path());
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(format!("{}: {error}", folder.display()).into()),
    }
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    let mut lines: Vec<Line> = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path)?;
        for (number, text) in text.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
            let line: Line = serde_json::from_str(text)
                .map_err(|error| format!("{}:{}: {error}", path.display(), number + 1))?;
            let is_same = |known: &Line| {
                (&known.suite, &known.name, &known.setting, &known.unit)
                    == (&line.suite, &line.name, &line.setting, &line.unit)
            };
            match lines.iter_mut().find(|known| is_same(known)) {
                Some(known) => *known = line,
                None => lines.push(line),
            }
        }
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_the_last_of_two_counts() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut lines = Lines::create(folder.path(), "a").expect("a file");
        let samples = [5.0, 1.0, 3.0, 2.0, 4.0];
        lines.push(&Line::of("suite", "setting", "ns/op", &[9.0])).expect("written");
        lines.push(&Line::of("suite", "setting", "ns/op", &samples)).expect("written");
        let skipped = r#"{"suite":"s","name":"redis","setting":"x","unit":"count","median":null,"low":null,"high":null,"samples":0}"#;
        std::fs::write(folder.path().join("b.jsonl"), skipped).expect("written");
        let read = read_all(folder.path()).expect("read");
        assert_eq!(read.len(), 2);
        assert_eq!((read[0].low, read[0].median, read[0].high), (Some(2.0), Some(3.0), Some(4.0)));
        assert_eq!((read[1].name.as_str(), read[1].median), ("redis", None));
        std::fs::write(folder.path().join("c.jsonl"), "{}").expect("written");
        let error = read_all(folder.path()).expect_err("no line").to_string();
        assert!(error.contains("c.jsonl:1"), "{error}");
    }
}
