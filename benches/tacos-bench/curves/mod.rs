//! The parts of `curves`, each a set of result lines. On a terminal a bar says how far it is.

mod events;
mod growth;
mod in_flight;
mod latency;
mod shared;
mod snapshot;
mod storm;

use indicatif::{ProgressBar, ProgressStyle};
use tacos_benches::Outcome;
use tacos_benches::results::{Line, Lines};

/// How much is measured.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) quick: bool,
    pub(crate) full: bool,
}

impl Size {
    /// Rounds of each setting.
    fn rounds(self) -> usize {
        if self.quick { 3 } else { 7 }
    }

    /// So many, or a tenth of it.
    fn many(self, count: u32) -> u32 {
        if self.quick { count / 10 } else { count }
    }
}

/// Takes lines as they come.
pub(crate) struct Report<'a> {
    lines: &'a mut Lines,
    bar: ProgressBar,
}

impl Report<'_> {
    fn push(&mut self, line: &Line) -> Outcome<()> {
        let median = line.median.ok_or("a line without figures")?;
        self.bar.suspend(|| println!("{:24} {:44} {median:>14.1} {}", line.suite, line.setting, line.unit));
        self.lines.push(line)
    }
}

type Part = fn(Size, &mut Report<'_>) -> Outcome<()>;

const PARTS: [(&str, Part); 7] = [
    // First: what was freed by others would be taken again unseen.
    ("events", events::measure),
    ("in-flight", in_flight::measure),
    ("latency", latency::measure),
    ("growth", growth::measure),
    ("storm", storm::measure),
    ("snapshot", snapshot::measure),
    ("shared", shared::measure),
];

/// Measures the parts named, or all.
pub(crate) fn measure(quick: bool, full: bool, parts: &[String], lines: &mut Lines) -> Outcome<()> {
    if let Some(unknown) = parts.iter().find(|part| PARTS.iter().all(|(name, _)| name != part)) {
        return Err(format!("there is no part {unknown}; see --help").into());
    }
    let wanted = |name: &str| parts.is_empty() || parts.iter().any(|part| part == name);
    let chosen: Vec<_> = PARTS.iter().filter(|(name, _)| wanted(name)).collect();
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}, {elapsed}")?;
    let bar = ProgressBar::new(chosen.len() as u64).with_style(style);
    let mut report = Report { lines, bar };
    for (name, part) in chosen {
        report.bar.set_message(*name);
        part(Size { quick, full }, &mut report)?;
        report.bar.inc(1);
    }
    report.bar.finish_and_clear();
    Ok(())
}

/// Nanoseconds each of `count` operations took.
fn ns_each(spent: std::time::Duration, count: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a count of operations")]
    let count = count as f64;
    spent.as_secs_f64() * 1e9 / count
}

/// What the operating system says that the process has in memory.
fn resident_bytes() -> Outcome<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).ok_or("no VmRSS")?;
    let kib: f64 = line.split_whitespace().nth(1).ok_or("no figure")?.parse()?;
    Ok(kib * 1_024.0)
}
