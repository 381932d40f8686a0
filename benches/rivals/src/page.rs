//! The page about what goes through sockets, and about a second thread: tables for people out of the lines of the suites
//! `through the server`, `status calls`, `one durable call` and `second thread`.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use crate::report::Line;
use crate::rival::Fault;
use crate::servers::file_system;
use crate::suites::{calls, second, server};

/// Customers' settings in the order of the lines, and of one setting the contestants.
struct Figures<'a>(&'a [Line]);

impl Figures<'_> {
    fn settings(&self, suite: &str) -> Vec<&str> {
        let mut settings = Vec::new();
        for line in self.0.iter().filter(|line| line.suite == suite && line.unit == "ns/op") {
            if !settings.contains(&line.setting.as_str()) {
                settings.push(line.setting.as_str());
            }
        }
        settings
    }

    fn median(&self, suite: &str, name: &str, setting: &str) -> Option<f64> {
        let is_it = |line: &&Line| line.suite == suite && line.name == name && line.setting == setting;
        self.0.iter().find(is_it).map(|line| line.median).filter(|median| median.is_finite())
    }

    /// Their cost over ours.
    fn ahead(&self, suite: &str, (ours, theirs): (&str, &str), setting: &str) -> String {
        let cost = |name| self.median(suite, name, setting);
        cost(theirs).zip(cost(ours)).map_or("none".into(), |(theirs, ours)| format!("{:.2}", theirs / ours))
    }

    fn a_second(&self, suite: &str, name: &str, setting: &str) -> String {
        self.median(suite, name, setting).map_or("none".into(), |ns| thousands(1e9 / ns))
    }

    fn plain(&self, suite: &str, name: &str, setting: &str, digits: usize) -> String {
        self.median(suite, name, setting).map_or("none".into(), |figure| format!("{figure:.digits$}"))
    }
}

fn thousands(figure: f64) -> String {
    let digits = format!("{figure:.0}");
    let (mut text, length) = (String::new(), digits.len());
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (length - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().ok().filter(|output| output.status.success());
    output.map_or("unknown".into(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn machine(folder: &Path) -> Result<String, Fault> {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        info.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split(':').nth(1));
    let threads = std::fs::read_to_string("/sys/devices/system/cpu/cpu0/topology/thread_siblings_list");
    let siblings = threads.map_or_else(|_| "unknown".to_owned(), |text| text.trim().to_owned());
    let changed =
        said("git", &["status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs/benchmarks"]);
    let changes = if changed.is_empty() { "" } else { ", with changes" };
    Ok(format!(
        "| | |\n|---|---|\n| processor | {} |\n| processors, and those of the first one's core | {}, {siblings} |\n\
         | kernel | {} |\n| file system | {} |\n| commit | {}{changes} |\n| date | {} |\n",
        model.unwrap_or("unknown").trim(),
        std::thread::available_parallelism()?,
        said("uname", &["-sr"]),
        file_system(folder),
        said("git", &["rev-parse", "--short", "HEAD"]),
        said("date", &["-u", "+%Y-%m-%d %H:%M UTC"]),
    ))
}

fn orders(figures: &Figures<'_>) -> Result<String, Fault> {
    let suite = server::SUITE;
    let names = [server::OURS, server::SHARDED, server::STREAM, "redis", "postgres"];
    let mut text = String::from(
        "\n## Orders a second\n\nAn order is a hold of two named seats and its sale, each on disk before it is answered. All servers are processes of \
         their own behind TCP on this machine; one thread of one process has all customers, each with one order under way. `×` is \
         the other's time for an order over ours: above 1 we are ahead.\n\n\
         | | gRPC | gRPC, 2 shards | stream of commands | Redis, always | PostgreSQL | gRPC × Redis | stream × Redis | gRPC × \
         PostgreSQL |\n|---|---|---|---|---|---|---|---|---|\n",
    );
    for setting in figures.settings(suite) {
        write!(text, "| {setting} |")?;
        for name in names {
            write!(text, " {} |", figures.a_second(suite, name, setting))?;
        }
        for pair in [(server::OURS, "redis"), (server::STREAM, "redis"), (server::OURS, "postgres")] {
            write!(text, " {} |", figures.ahead(suite, pair, setting))?;
        }
        text.push('\n');
    }
    text += "\nMilliseconds of an order, p50 and p99; and microseconds on a processor that an order costs the customers' thread and \
             our server.\n\n\
             | | gRPC | stream of commands | Redis, always | customers: gRPC, stream, Redis | server: gRPC, stream |\n\
             |---|---|---|---|---|---|\n";
    for setting in figures.settings(suite) {
        let at = |what: &str| format!("{setting}, {what}");
        write!(text, "| {setting} |")?;
        for name in [server::OURS, server::STREAM, server::REDIS] {
            let ms = |what| {
                let us = figures.median(suite, name, &at(what));
                us.map_or("none".into(), |us| format!("{:.2}", us / 1e3))
            };
            write!(text, " {}, {} |", ms(server::P50), ms(server::P99))?;
        }
        let us = |name, what| figures.plain(suite, name, &at(what), 1);
        writeln!(
            text,
            " {}, {}, {} | {}, {} |",
            us(server::OURS, server::CLIENT),
            us(server::STREAM, server::CLIENT),
            us(server::REDIS, server::CLIENT),
            us(server::OURS, server::SERVER),
            us(server::STREAM, server::SERVER),
        )?;
    }
    Ok(text)
}

fn beside_echo(figures: &Figures<'_>) -> Result<String, Fault> {
    let mut text = String::new();
    for (suite, heading, floor, what, goal) in [
        (calls::READS, "Status calls", calls::SHARDED_ECHO, "the echo with 2 shards", "0.72"),
        (
            calls::DURABLE,
            "One durable call",
            calls::FLOOR,
            "one sync and one call of the echo",
            "0.77 (1.3 times their time)",
        ),
    ] {
        let Some(setting) = figures.settings(suite).first().copied() else { continue };
        write!(
            text,
            "\n## {heading}\n\nMeasured: {setting}. The echo is a bare tonic server that repeats our answers, a process of its own too. The \
             ratio is the calls a second over those of {what}; the goal is {goal}.\n\n\
             | | calls a second | ratio | µs: p50, p99 | server's µs on a processor | its threads go to sleep, times a call |\n\
             |---|---|---|---|---|---|\n"
        )?;
        let mut names: Vec<&str> = Vec::new();
        for line in figures.0.iter().filter(|line| line.suite == suite && line.setting == setting) {
            names.push(&line.name);
        }
        for name in names {
            let at = |what: &str, digits| figures.plain(suite, name, &format!("{setting}, {what}"), digits);
            writeln!(
                text,
                "| {name} | {} | {} | {}, {} | {} | {} |",
                figures.a_second(suite, name, setting),
                figures.ahead(suite, (name, floor), setting),
                at(calls::P50, 0),
                at(calls::P99, 0),
                at(calls::SERVER, 1),
                at(calls::SLEEPS, 2),
            )?;
        }
    }
    Ok(text)
}

fn second_thread(figures: &Figures<'_>) -> Result<String, Fault> {
    let (one, two) = ("threads=1", "threads=2");
    let mut text = String::from(
        "\n## A second thread\n\nNanoseconds of wall time an operation, everything in one process; `×` is how many times as much two threads \
         do. What two threads bring a map's look-ups is all that these processors have to give: two threads of one core give \
         less than two cores.\n\n| | one thread | two threads | × |\n|---|---|---|---|\n",
    );
    for line in figures.0.iter().filter(|line| line.suite == second::SUITE && line.setting == one) {
        writeln!(
            text,
            "| {} | {} | {} | {} |",
            line.name,
            figures.plain(second::SUITE, &line.name, one, 1),
            figures.plain(second::SUITE, &line.name, two, 1),
            figures
                .median(second::SUITE, &line.name, two)
                .map_or("none".into(), |two| format!("{:.2}", line.median / two)),
        )?;
    }
    Ok(text)
}

/// Writes the page.
///
/// # Errors
/// The file cannot be written.
pub fn write(path: &Path, folder: &Path, lines: &[Line]) -> Result<(), Fault> {
    let figures = Figures(lines);
    let mut text = String::from(
        "# Through sockets, and a second thread\n\nWritten by `make bench-server`. Every figure is a median of rounds in which all took turns, of one machine \
         and one run; ratios are between figures of that run. What each contestant is: \
         [`benches/rivals`](../../benches/rivals/README.md).\n\n",
    );
    text += &machine(folder)?;
    text += &orders(&figures)?;
    text += &beside_echo(&figures)?;
    text += &second_thread(&figures)?;
    Ok(std::fs::write(path, text)?)
}
