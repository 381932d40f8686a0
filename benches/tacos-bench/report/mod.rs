//! The report: figures of all programs in, Markdown and SVG out. What people wrote about them (`notes.md`) is taken
//! over: a section whose heading is a target's name stands below the targets, the others at the end.

mod machine;
mod notes;
mod plots;
mod sources;
mod tables;
mod targets;

use std::fmt::Write;
use std::path::Path;

use tacos_benches::results::{self, Line};
use tacos_benches::{Outcome, venue};

use machine::Machine;
use notes::Notes;

/// All figures, by what they are about.
pub(crate) struct Figures(Vec<Line>);

impl Figures {
    /// One median.
    fn median(&self, suite: &str, name: &str, setting: &str) -> Option<f64> {
        let is_it = |line: &&Line| line.suite == suite && line.name == name && line.setting == setting;
        self.0.iter().filter(is_it).find_map(|line| line.median)
    }

    /// Our own median.
    fn ours(&self, suite: &str, setting: &str) -> Option<f64> {
        self.median(suite, results::OURS, setting)
    }

    /// Lines of one suite, in order.
    fn suite<'a>(&'a self, suite: &'a str) -> impl Iterator<Item = &'a Line> {
        self.0.iter().filter(move |line| line.suite == suite)
    }
}

/// Writes `README.md` and the plots into the folder `out`.
pub(crate) fn write(out: &Path, commands: Option<&str>) -> Outcome<()> {
    let mut lines = results::read_all(&results::folder())?;
    lines.extend(sources::criterion(&sources::criterion_folder())?);
    lines.extend(sources::border(&venue::target_folder().join("bindings-bench/figures.tsv"))?);
    lines.extend(sources::echo(&results::folder().join("echo.txt"))?);
    lines.extend(sources::overload(&results::folder().join("overload.txt"))?);
    if lines.is_empty() {
        return Err("there are no figures: run `make bench`".into());
    }
    let figures = Figures(lines);
    std::fs::create_dir_all(out)?;
    let notes = Notes::read(&out.join("notes.md"))?;
    let text = page(
        &figures,
        &Machine::look()?,
        &notes,
        commands.unwrap_or("make bench"),
        &plots::draw(&figures, out)?,
    )?;
    std::fs::write(out.join("README.md"), text)?;
    println!("{}: {} figures", out.join("README.md").display(), figures.0.len());
    Ok(())
}

fn page(
    figures: &Figures,
    machine: &Machine,
    notes: &Notes,
    commands: &str,
    plots: &[(&'static str, &'static str)],
) -> Outcome<String> {
    let mut page = String::new();
    writeln!(page, "# Benchmarks\n")?;
    writeln!(
        page,
        "Written by `tacos-bench report` at the end of `make bench`; explanations come from `notes.md` beside it. Every figure \
         is of one machine and one run. Ratios are between figures of the same run; a figure alone tells as much about the \
         machine as about the engine.\n"
    )?;
    writeln!(page, "{}", machine.table(commands))?;
    writeln!(page, "## What was to be reached\n")?;
    let targets = targets::all(figures);
    page += &targets::table(&targets);
    for target in &targets {
        if let Some(text) = notes.section(target.name) {
            writeln!(page, "\n**{}.** {}", target.name, text.trim())?;
        }
    }
    writeln!(page, "\n## Curves\n")?;
    for (file, title) in plots {
        writeln!(page, "![{title}]({file})\n")?;
    }
    page += &tables::all(figures);
    let rest = notes.rest(&targets.iter().map(|target| target.name).collect::<Vec<_>>());
    page += &rest;
    Ok(page)
}
