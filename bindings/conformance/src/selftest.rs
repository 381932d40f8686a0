//! Scenarios that are wrong on purpose: a runner that passes one of them proves nothing.

use std::path::Path;

use crate::run::run;
use crate::scenario::Scenario;
use crate::target::{Open, Outcome};

/// Fewer than this show too little.
const SELFTESTS_MIN: usize = 8;

/// Runs every wrong scenario; each must fail at the step that it says. One line for each that did not.
pub fn selftest(open: &mut Open<'_>) -> Vec<String> {
    let mut entries: Vec<_> = match std::fs::read_dir(crate::selftest_folder()) {
        Ok(entries) => entries.filter_map(Result::ok).map(|entry| entry.path()).collect(),
        Err(error) => return vec![format!("no self-tests: {error}")],
    };
    entries.sort();
    let mut complaints: Vec<String> = entries.iter().filter_map(|path| wrong(path, open).err()).collect();
    if entries.len() < SELFTESTS_MIN {
        complaints.push(format!("only {} self-tests, not {SELFTESTS_MIN}", entries.len()));
    }
    complaints
}

fn wrong(path: &Path, open: &mut Open<'_>) -> Result<(), String> {
    let name = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
    let value: serde_json::Value = serde_json::from_str(&text).map_err(|error| format!("{name}: {error}"))?;
    let must = value["fails_at"].as_u64().ok_or_else(|| format!("{name} does not say where it fails"))?;
    let failed_at = match Scenario::parse(&value) {
        Err(malformed) => malformed.step,
        Ok(scenario) => match run(&scenario, open) {
            Outcome::Failed { step, .. } => step,
            other => return Err(format!("{name} must fail at step {must}, and came to {other:?}")),
        },
    };
    if failed_at as u64 == must {
        Ok(())
    } else {
        Err(format!("{name} failed at step {failed_at}, not {must}"))
    }
}
