//! Opens the data folder. A damaged one is opened only with the operator's consent to exactly what is lost.

use std::fmt::Write;
use std::ops::ControlFlow;
use std::path::Path;

use tacos_engine::journal::{self, FileStorage};
use tacos_engine::{Engine, JournalError, OpenError, Opened, Position, Progress, RecoveryConsent};

use crate::settings::{DurabilityName, Settings};
use crate::wire::time::rfc3339;

/// Opens the engine as the settings say, and loses nothing. Blocks for as long as recovery takes.
///
/// # Errors
/// What is wrong, in words.
pub fn open_engine(settings: &Settings, progress: impl FnMut(Progress)) -> Result<Engine, String> {
    open_with_consent(settings, None, progress)
}

/// As [`open_engine`]; a folder that is damaged is opened too, if `consent` is the position up to which it is intact.
/// What comes after is lost, and kept aside in files that end in `.cut`.
///
/// # Errors
/// What is wrong, in words; of a damaged folder also what would be lost, and the consent that opens it.
pub fn open_with_consent(
    settings: &Settings,
    consent: Option<u64>,
    mut progress: impl FnMut(Progress),
) -> Result<Engine, String> {
    let config = settings.engine_config();
    if settings.engine.durability == DurabilityName::Memory {
        return Engine::in_memory(config).map_err(|error| error.to_string());
    }
    let folder = &settings.engine.data_dir;
    let say = |error: OpenError| format!("{}: {error}", folder.display());
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let lossless = Engine::open_with(folder, config.clone(), RecoveryConsent::LoseNothing, &mut progress);
    let (engine, opened) = match lossless {
        Ok(opened) => {
            if consent.is_some() {
                tracing::warn!("the folder is sound: nothing was lost, and the consent was not needed");
            }
            opened
        }
        Err(OpenError::Journal(error)) if error.intact().is_some() => {
            let intact = error.intact().unwrap_or_default();
            if consent != Some(intact.0) {
                let consent = consent.map(Position);
                return Err(refusal(folder, &say(OpenError::Journal(error)), intact, consent));
            }
            tracing::warn!(
                intact = intact.0,
                "opening a damaged folder: everything after this position is lost"
            );
            Engine::open_with(folder, config, RecoveryConsent::CutAtDamage, &mut progress).map_err(say)?
        }
        Err(error) => return Err(say(error)),
    };
    report(folder, &opened);
    Ok(engine)
}

/// What an operator must know before agreeing to a loss.
fn refusal(folder: &Path, error: &str, intact: Position, given: Option<Position>) -> String {
    let mut text = error.to_owned();
    if let Some(given) = given {
        let _ = write!(
            text,
            "\nthe consent given is for position {}, and the folder is intact up to {}",
            given.0, intact.0
        );
    }
    match last_intact(folder, intact) {
        Ok(Some((count, at))) => {
            let _ =
                write!(text, "\nkept would be: {count} records of the journal, the last one written at {at}");
        }
        Ok(None) => {
            text.push_str("\nkept would be: what the snapshot holds; no record of the journal after it");
        }
        Err(error) => {
            let _ = write!(text, "\nthe intact part could not be listed: {error}");
        }
    }
    let _ = write!(
        text,
        "\nlost would be: everything acknowledged after that; the bytes are kept aside in files that end in .cut\n\
         to agree to this loss: serve --consent {}",
        intact.0
    );
    text
}

/// How many records the journal has before `intact`, and when the last of them was written.
fn last_intact(folder: &Path, intact: Position) -> Result<Option<(u64, String)>, String> {
    let storage = FileStorage::open(folder).map_err(|error| error.to_string())?;
    let (mut count, mut last) = (0_u64, None);
    let mut list = |from| {
        journal::dump(&storage, from, &mut |listed| {
            if listed.start >= intact {
                return ControlFlow::Break(());
            }
            count += 1;
            last = Some(listed.record.time);
            ControlFlow::Continue(())
        })
    };
    let listed = match list(Position(0)) {
        Err(JournalError::NotRetained { oldest, .. }) => list(oldest),
        listed => listed,
    };
    // The listing ends with the damage itself; what it showed before that is what is asked for.
    match (last, listed) {
        (Some(time), _) => Ok(Some((count, rfc3339(time)))),
        (None, Ok(())) => Ok(None),
        (None, Err(error)) => Err(error.to_string()),
    }
}

fn report(folder: &Path, opened: &Opened) {
    tracing::info!(
        folder = %folder.display(),
        created = opened.created,
        records = opened.records,
        position = opened.position.0,
        "the data folder is open"
    );
    if let Some(cut) = opened.cut.as_ref().filter(|cut| cut.durable_lost) {
        tracing::warn!(?cut, "what had been acknowledged was cut off, as agreed");
    }
    for note in &opened.notes {
        tracing::warn!(note, "recovery");
    }
}
