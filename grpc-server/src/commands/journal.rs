//! `journal …`, `backup`, `restore`: folders that no server has open (`stat` and `dump` also beside one).

use std::fmt::Write;
use std::ops::ControlFlow;
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use tacos_engine::journal::{self, FileStorage};
use tacos_engine::{Position, Progress};

use super::say;
use crate::cli::JournalCommand;
use crate::settings::Settings;

/// A progress bar on standard error, shown only on a terminal.
fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {bytes_per_sec}");
    let bar = ProgressBar::new(0);
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}

fn step(bar: &ProgressBar) -> impl FnMut(Progress) + '_ {
    |progress| {
        bar.set_length(progress.bytes_total);
        bar.set_position(progress.bytes_done);
    }
}

fn open(folder: &Path) -> Result<FileStorage, String> {
    FileStorage::open(folder).map_err(|error| format!("{}: {error}", folder.display()))
}

/// Does one of the commands.
///
/// # Errors
/// What is wrong with the journal, and what to do, in words.
pub fn journal(settings: &Settings, command: JournalCommand) -> Result<(), String> {
    let storage = open(&settings.engine.data_dir)?;
    match command {
        JournalCommand::Verify => verify(&storage),
        JournalCommand::Dump { from, most } => dump(&storage, from, most),
        JournalCommand::Stat => stat(&storage),
    }
}

fn verify(storage: &FileStorage) -> Result<(), String> {
    let bar = bar();
    let report = journal::verify(storage, &mut step(&bar)).map_err(|error| error.to_string())?;
    bar.finish_and_clear();
    let mut text = format!(
        "sound: engine {}, positions {} to {}, {} frames, {} records, {} snapshots",
        report.engine,
        report.oldest,
        report.end,
        report.frames,
        report.records,
        report.snapshots.len()
    );
    if let Some(cut) = &report.torn {
        let _ = write!(text, "\na torn end, which the next opening cuts: {cut:?}");
    }
    for note in &report.notes {
        let _ = write!(text, "\nnote: {note}");
    }
    say(&text)
}

fn dump(storage: &FileStorage, from: u64, most: u64) -> Result<(), String> {
    let (mut left, mut failed) = (most, None);
    journal::dump(storage, Position(from), &mut |listed| {
        if left == 0 {
            return ControlFlow::Break(());
        }
        left -= 1;
        let record = listed.record;
        let mut line = format!(
            "{} segment {} frame {} kind {} version {} at {} bytes {} ",
            listed.start,
            listed.segment,
            listed.frame,
            record.kind,
            record.version,
            record.time,
            record.payload.len()
        );
        for byte in record.payload.iter().take(32) {
            let _ = write!(line, "{byte:02x}");
        }
        match say(&line) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    })
    .map_err(|error| error.to_string())?;
    failed.map_or(Ok(()), Err)
}

fn stat(storage: &FileStorage) -> Result<(), String> {
    let stat = journal::stat(storage).map_err(|error| error.to_string())?;
    let bytes: u64 = stat.segments.iter().map(|(_, _, bytes)| bytes).sum();
    let mut text = format!(
        "engine {}, created {}, durable to {} at least\n{} segments of {bytes} bytes together, {} made ahead",
        stat.engine,
        stat.created,
        stat.durable,
        stat.segments.len(),
        stat.spares
    );
    for (sequence, first, bytes) in &stat.segments {
        let _ = write!(text, "\n  segment {sequence} from {first}, {bytes} bytes");
    }
    for position in &stat.snapshots {
        let _ = write!(text, "\n  snapshot at {position}");
    }
    say(&text)
}

/// Copies one folder into another, checking every byte, and verifies the copy.
fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let source = open(from)?;
    let target = FileStorage::create_or_open(to).map_err(|error| format!("{}: {error}", to.display()))?;
    let bar = bar();
    journal::backup(&source, &target, &mut step(&bar)).map_err(|error| error.to_string())?;
    let report = journal::verify(&target, &mut step(&bar)).map_err(|error| error.to_string())?;
    bar.finish_and_clear();
    say(&format!("{}: {} records up to {}, verified", to.display(), report.records, report.end))
}

/// Copies the data folder, which no server may have open.
///
/// # Errors
/// What went wrong, in words.
pub fn backup(settings: &Settings, to: &Path) -> Result<(), String> {
    copy(&settings.engine.data_dir, to)
}

/// Makes the data folder from a backup. The folder must be empty or absent: nothing is ever overwritten.
///
/// # Errors
/// What went wrong, in words.
pub fn restore(settings: &Settings, from: &Path) -> Result<(), String> {
    copy(from, &settings.engine.data_dir)
}
