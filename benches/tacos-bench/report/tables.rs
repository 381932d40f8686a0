//! Every figure, suite by suite: median, quartiles, and how many times ours the others' is.

use std::fmt::Write;

use tacos_benches::results::{Line, OURS};

use super::Figures;

/// All suites in the order in which their figures came.
pub(super) fn all(figures: &Figures) -> String {
    let mut suites: Vec<&str> = Vec::new();
    for line in &figures.0 {
        if !suites.contains(&line.suite.as_str()) {
            suites.push(&line.suite);
        }
    }
    let mut text = String::from(
        "## All figures\n\nMedian, first to third quartile; `×` is the other's cost over ours in the same run: above 1 we are ahead.\n",
    );
    for suite in suites {
        text += &table(figures, suite);
    }
    text
}

fn table(figures: &Figures, suite: &str) -> String {
    let lines: Vec<&Line> = figures.suite(suite).collect();
    let has_others = lines.iter().any(|line| line.name != OURS);
    let mut text = format!("\n### {suite}{}\n\n", where_they_are(suite));
    text += if has_others {
        "| | | median | quartiles | × | |\n|---|---|---|---|---|---|\n"
    } else {
        "| | median | quartiles |\n|---|---|---|\n"
    };
    for line in &lines {
        let median = line.median.map_or("none".to_owned(), |median| figure(median, &line.unit));
        let quartiles = match (line.low, line.high) {
            (Some(low), Some(high)) if line.samples > 1 && low < high => {
                format!("{} to {}", figure(low, &line.unit), figure(high, &line.unit))
            }
            _ => String::new(),
        };
        // Writing to a String does not fail.
        let _ = if has_others {
            let times = times(figures, line).map_or(String::new(), |times| format!("{times:.2}"));
            writeln!(
                text,
                "| {} | {} | {median} | {quartiles} | {times} | {} |",
                line.setting,
                line.name,
                line.note.replace('|', "/")
            )
        } else {
            writeln!(text, "| {} | {median} | {quartiles} |", line.setting)
        };
    }
    text
}

/// Which contestants are in their caller's process, where that decides.
fn where_they_are(suite: &str) -> &'static str {
    match suite {
        "hold-confirm" => " (ours in process, against a socket: Redis and PostgreSQL are servers)",
        "through the server" => " (all through a socket, with equal clients)",
        _ => "",
    }
}

/// The other's cost over ours.
pub(super) fn times(figures: &Figures, line: &Line) -> Option<f64> {
    if line.name == OURS {
        return None;
    }
    let same = |ours: &&Line| ours.name == OURS && ours.setting == line.setting && ours.unit == line.unit;
    let (ours, other) = (figures.suite(&line.suite).find(same)?.median?, line.median?);
    match line.unit.as_str() {
        "op/s" => Some(ours / other),
        "count" => None,
        _ => Some(other / ours),
    }
}

/// A figure with its unit, for people.
pub(super) fn figure(value: f64, unit: &str) -> String {
    let scaled = |value: f64, unit: &str| {
        let digits = if value.abs() < 10.0 { 2 } else { usize::from(value.abs() < 100.0) };
        format!("{value:.digits$} {unit}")
    };
    match unit {
        "ns/op" if value >= 1e9 => scaled(value / 1e9, "s"),
        "ns/op" if value >= 1e6 => scaled(value / 1e6, "ms"),
        "ns/op" if value >= 1e4 => scaled(value / 1e3, "µs"),
        "ns/op" => scaled(value, "ns"),
        "us" if value >= 1e4 => scaled(value / 1e3, "ms"),
        "us" => scaled(value, "µs"),
        "op/s" if value >= 1e6 => scaled(value / 1e6, "million/s"),
        "op/s" if value >= 1e4 => scaled(value / 1e3, "thousand/s"),
        "op/s" => scaled(value, "/s"),
        _ => scaled(value, "").trim_end().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_say_how_far_ahead_we_are() {
        let line = |name: &str, unit, figure| Line::of("s", "x", unit, &[figure]).named(name);
        let figures = Figures(vec![
            line(OURS, "ns/op", 50.0),
            line("other", "ns/op", 100.0),
            line(OURS, "op/s", 50.0),
            line("other", "op/s", 100.0),
        ]);
        assert_eq!(times(&figures, &figures.0[0]), None);
        assert_eq!(times(&figures, &figures.0[1]), Some(2.0));
        assert_eq!(times(&figures, &figures.0[3]), Some(0.5));
        assert_eq!(figure(1_234.4, "ns/op"), "1234 ns");
        assert_eq!(figure(2_500_000.0, "op/s"), "2.50 million/s");
        assert_eq!(figure(3.0, "count"), "3.00");
    }
}
