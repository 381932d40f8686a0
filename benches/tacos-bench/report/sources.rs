//! Figures that are not result lines already: criterion's files, the table of the bindings' border, the server's own
//! comparison with a bare echo and its overload.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use tacos_benches::results::Line;
use tacos_benches::{Outcome, venue};

/// What criterion says of a bench.
#[derive(Deserialize)]
struct Benchmark {
    group_id: String,
    function_id: Option<String>,
    value_str: Option<String>,
    throughput: Option<Throughput>,
}

#[derive(Deserialize)]
struct Throughput {
    #[serde(rename = "Elements")]
    elements: Option<f64>,
}

#[derive(Deserialize)]
struct Sample {
    iters: Vec<f64>,
    times: Vec<f64>,
}

#[derive(Deserialize)]
struct Estimates {
    median: Estimate,
}

#[derive(Deserialize)]
struct Estimate {
    point_estimate: f64,
}

/// `CRITERION_HOME`, or criterion's folder in the build folder.
pub(super) fn criterion_folder() -> PathBuf {
    std::env::var_os("CRITERION_HOME").map_or_else(|| venue::target_folder().join("criterion"), PathBuf::from)
}

fn folders(folder: &Path, found: &mut Vec<PathBuf>) -> Outcome<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name == "new") {
                found.push(path);
            } else {
                folders(&path, found)?;
            }
        }
    }
    Ok(())
}

fn read<T: for<'a> Deserialize<'a>>(path: &Path) -> Outcome<T> {
    let named = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| named(&error))?;
    Ok(serde_json::from_str(&text).map_err(|error| named(&error))?)
}

/// All of criterion's last measurements: per element where a bench has several.
pub(super) fn criterion(folder: &Path) -> Outcome<Vec<Line>> {
    let mut found = Vec::new();
    folders(folder, &mut found)?;
    found.sort();
    let mut lines = Vec::with_capacity(found.len());
    for folder in found {
        let benchmark: Benchmark = read(&folder.join("benchmark.json"))?;
        let sample: Sample = read(&folder.join("sample.json"))?;
        let median = read::<Estimates>(&folder.join("estimates.json"))?.median.point_estimate;
        let elements = benchmark.throughput.and_then(|throughput| throughput.elements).unwrap_or(1.0);
        let each: Vec<f64> = sample
            .times
            .iter()
            .zip(&sample.iters)
            .map(|(time, iterations)| time / iterations / elements)
            .collect();
        let mut parts = vec![];
        parts.extend(benchmark.function_id.filter(|part| !part.is_empty()));
        parts.extend(benchmark.value_str.filter(|part| !part.is_empty()));
        let (suite, setting) = match parts.is_empty() {
            // A bench without a group is named `subject/what`.
            true => benchmark.group_id.split_once('/').map_or_else(
                || (benchmark.group_id.clone(), String::new()),
                |(suite, setting)| (suite.to_owned(), setting.to_owned()),
            ),
            false => (benchmark.group_id, parts.join(", ")),
        };
        let mut line = Line::of(&suite, setting, "ns/op", &each);
        line.median = Some(median / elements);
        lines.push(echoed(line));
    }
    lines.sort_by(|a, b| (&a.suite, natural(&a.setting)).cmp(&(&b.suite, natural(&b.setting))));
    Ok(lines)
}

/// Words and numbers, so that 16 comes before 256.
fn natural(text: &str) -> Vec<(u64, String)> {
    let parts = text.split_inclusive(|letter: char| !letter.is_ascii_digit());
    parts
        .map(|part| {
            (part.trim_end_matches(|l: char| !l.is_ascii_digit()).parse().unwrap_or(0), part.to_owned())
        })
        .collect()
}

/// The echo's lines get its name, and both the same setting.
fn echoed(mut line: Line) -> Line {
    for (ending, name) in [("server", None), ("echo", Some("tonic echo"))] {
        if let Some(setting) = line.setting.strip_suffix(ending) {
            line.setting = setting.trim_end_matches([',', ' ']).to_owned();
            return match name {
                Some(name) => line.named(name),
                None => line,
            };
        }
    }
    line
}

/// The border's table: language, row, nanoseconds, parted by tabs. No file: not measured.
pub(super) fn border(path: &Path) -> Outcome<Vec<Line>> {
    let Ok(text) = std::fs::read_to_string(path) else { return Ok(Vec::new()) };
    let mut lines = Vec::new();
    for row in text.lines() {
        let [language, setting, ns] = row.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!("{}: not three columns: {row}", path.display()).into());
        };
        let line = Line::of("border of the bindings", setting, "ns/op", &[ns.parse()?]);
        lines.push(if language == "rust" { line } else { line.named(language) });
    }
    Ok(lines)
}

/// What `tacos-server load --against-echo` printed: call, echo's and server's microseconds of processor time.
pub(super) fn echo(path: &Path) -> Outcome<Vec<Line>> {
    let Ok(text) = std::fs::read_to_string(path) else { return Ok(Vec::new()) };
    let mut lines = Vec::new();
    for row in text.lines() {
        let columns: Vec<&str> = row.split_whitespace().collect();
        let [call, echo, server, ..] = columns[..] else { continue };
        if ["GetQueueStatus", "JoinQueue", "ReserveSeat"].contains(&call) {
            lines.push(Line::of(CPU, call, "us", &[server.parse()?]));
            lines.push(Line::of(CPU, call, "us", &[echo.parse()?]).named("tonic echo"));
        }
    }
    if lines.is_empty() { Err(format!("{}: no call was measured", path.display()).into()) } else { Ok(lines) }
}

/// What `tacos-server load --overload 2` printed: the best, what was accepted of twice as much, and the latencies of
/// accepted calls from when they were due.
pub(super) fn overload(path: &Path) -> Outcome<Vec<Line>> {
    let Ok(text) = std::fs::read_to_string(path) else { return Ok(Vec::new()) };
    let mut lines = Vec::new();
    for row in text.lines() {
        let columns: Vec<&str> = row.split_whitespace().collect();
        match columns[..] {
            ["offered", .., best] => lines.push(Line::of(OVERLOAD, BEST, "op/s", &[best.parse()?])),
            ["accepted", rate, ..] => lines.push(Line::of(OVERLOAD, ACCEPTED, "op/s", &[rate.parse()?])),
            [call, "from", "due", _, _, _, p99, _] => {
                let us = 1_000.0 * p99.parse::<f64>()?;
                lines.push(Line::of(OVERLOAD, format!("{call}, p99 from due"), "us", &[us]));
            }
            _ => {}
        }
    }
    if lines.len() < 3 {
        Err(format!("{}: not everything was measured", path.display()).into())
    } else {
        Ok(lines)
    }
}

/// The suite of twice as many calls as can be answered, and what it says.
pub(super) const OVERLOAD: &str = "gRPC, twice the capacity";
pub(super) const BEST: &str = "answered at best";
pub(super) const ACCEPTED: &str = "answered when twice as much is offered";

/// The suite of processor time of a call.
pub(super) const CPU: &str = "gRPC, processor time a call";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_comparison_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("echo.txt");
        assert!(echo(&path).expect("none").is_empty());
        let table = "12000 calls a second for 4 s\ncall  echo us  server us\nJoinQueue    10.0   25.0   2.50  0.1/0.2  0.3/0.4\n";
        std::fs::write(&path, table).expect("written");
        let lines = echo(&path).expect("read");
        assert_eq!(lines.iter().map(|line| line.median).collect::<Vec<_>>(), [Some(25.0), Some(10.0)]);
        std::fs::write(&path, "failed").expect("written");
        echo(&path).expect_err("nothing was measured");
    }

    #[test]
    fn the_servers_overload_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("overload.txt");
        assert!(overload(&path).expect("none").is_empty());
        let printed = "  20000 answered a second with 16 under way on each of 8 connections, p99 7 ms\n\
            offered        40000 a second for 6 s; the best is 20000\naccepted       19000 a second   0.95 of the best\n\
            JoinQueue from due   52457   137.983   171.391   190.463   219.391\n\
            JoinQueue from sent  52457    38.399    71.487    88.767   114.111\n";
        std::fs::write(&path, printed).expect("written");
        let lines = overload(&path).expect("read");
        let medians = lines.iter().map(|line| line.median).collect::<Vec<_>>();
        assert_eq!(medians, [Some(20_000.0), Some(19_000.0), Some(190_463.0)]);
        std::fs::write(&path, "failed").expect("written");
        overload(&path).expect_err("nothing was measured");
    }

    #[test]
    fn criterions_files_are_read_per_element() {
        let folder = tempfile::tempdir().expect("a folder");
        let new = folder.path().join("g/b/new");
        std::fs::create_dir_all(&new).expect("a folder");
        let write = |name: &str, text: &str| std::fs::write(new.join(name), text).expect("written");
        write(
            "benchmark.json",
            r#"{"group_id":"g","function_id":"f","value_str":"1 at once, echo","throughput":{"Elements":2}}"#,
        );
        write("sample.json", r#"{"iters":[1.0,2.0,3.0],"times":[20.0,44.0,72.0]}"#);
        write("estimates.json", r#"{"median":{"point_estimate":22.0}}"#);
        let lines = criterion(folder.path()).expect("read");
        let line = &lines[0];
        assert_eq!((line.name.as_str(), line.setting.as_str()), ("tonic echo", "f, 1 at once"));
        assert_eq!((line.low, line.median, line.high), (Some(11.0), Some(11.0), Some(12.0)));
        std::fs::remove_file(new.join("sample.json")).expect("removed");
        criterion(folder.path()).expect_err("half a measurement");
    }
}
