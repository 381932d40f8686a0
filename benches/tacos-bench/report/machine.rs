//! Where the figures come from: machine, disk, commit, date.

use std::fmt::Write;
use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::process::Command;
use std::time::Instant;

use tacos_benches::results::Line;
use tacos_benches::{Outcome, venue};

/// Syncs that are timed.
const SYNCS: u64 = 200;
const BLOCK: usize = 4_096;

/// What the machine says of itself.
pub(super) struct Machine {
    rows: Vec<(&'static str, String)>,
}

fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output =
        Command::new(program).args(arguments).output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// The value behind `key :` in a file of such lines.
fn value(path: &str, key: &str) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(key))?;
    line.split_once(':').map(|(_, value)| value.trim().to_owned())
}

/// Without the headings.
#[expect(clippy::needless_pass_by_value, reason = "what a program said is used up")]
fn last_line(text: String) -> Option<String> {
    text.lines().last().map(|line| line.trim().to_owned())
}

/// Kibibytes, as the kernel says them, in gibibytes.
fn gib(text: &str) -> Option<String> {
    let kib: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some(format!("{:.1} GiB", kib / 1_048_576.0))
}

/// Microseconds for writing a block in place and syncing it, on the disk of the benches.
fn sync_us() -> Outcome<Line> {
    let folder = venue::data_folder()?;
    let path = folder.path().join("sync");
    let file = OpenOptions::new().create(true).truncate(true).write(true).open(path)?;
    let block = [0x5a_u8; BLOCK];
    file.write_all_at(&block, 0)?;
    file.sync_all()?;
    let mut samples = Vec::new();
    for _ in 0..SYNCS {
        let begun = Instant::now();
        file.write_all_at(&block, 0)?;
        file.sync_data()?;
        samples.push(begun.elapsed().as_secs_f64() * 1e6);
    }
    Ok(Line::of("disk", "write of 4 KiB in place and fdatasync", "us", &samples))
}

impl Machine {
    /// Looks around, and tries the disk.
    pub(super) fn look() -> Outcome<Self> {
        let unknown = || "unknown".to_owned();
        let sync = sync_us()?;
        let folder = venue::data_folder()?;
        let disk = folder.path().to_string_lossy().into_owned();
        let commit = said("git", &["rev-parse", "--short", "HEAD"]).unwrap_or_else(unknown);
        // The report itself is written by this run.
        let changed =
            said("git", &["status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs/benchmarks"]);
        let figure = |value: Option<f64>| value.map_or_else(unknown, |value| format!("{value:.0}"));
        let rows = vec![
            ("processor", value("/proc/cpuinfo", "model name").unwrap_or_else(unknown)),
            ("cores", std::thread::available_parallelism()?.to_string()),
            (
                "memory",
                value("/proc/meminfo", "MemTotal").and_then(|text| gib(&text)).unwrap_or_else(unknown),
            ),
            ("kernel", said("uname", &["-sr"]).unwrap_or_else(unknown)),
            (
                "file system",
                said("df", &["--output=fstype", &disk]).and_then(last_line).unwrap_or_else(unknown),
            ),
            (
                "one sync of 4 KiB",
                format!("{} µs ({} to {})", figure(sync.median), figure(sync.low), figure(sync.high)),
            ),
            ("compiler", said("rustc", &["--version"]).unwrap_or_else(unknown)),
            ("commit", if changed.is_some() { format!("{commit}, with changes") } else { commit }),
            ("date", said("date", &["-u", "+%Y-%m-%d %H:%M UTC"]).unwrap_or_else(unknown)),
        ];
        Ok(Self { rows })
    }

    pub(super) fn table(&self, commands: &str) -> String {
        let mut table = String::from("| | |\n|---|---|\n");
        for (name, value) in &self.rows {
            // Writing to a String does not fail.
            let _ = writeln!(table, "| {name} | {value} |");
        }
        let _ = writeln!(table, "| commands | `{commands}` |");
        table
    }
}
