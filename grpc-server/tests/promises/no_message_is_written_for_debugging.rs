//! Claim: no message that the server sends is written with the names that the source gives to its variants. What the
//! engine's refusals say is walked in the engine's own test; here nothing that answers calls may format for debugging.

use std::path::Path;

/// Parts that answer calls. The rest is read by operators on their own terminal.
const PARTS: [&str; 5] = ["services", "wire", "auth", "webhooks", "hub"];

fn look(folder: &Path, found: &mut Vec<String>, files: &mut usize) {
    for entry in std::fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            look(&path, found, files);
            continue;
        }
        *files += 1;
        let text = std::fs::read_to_string(&path).expect("readable");
        let code = text.find("\n#[cfg(test)]\nmod tests {").map_or(text.as_str(), |at| &text[..at]);
        for (number, line) in code.lines().enumerate() {
            // A text in quotes is what was given, not a name of ours.
            let quoted = ["key.algorithm", "other:?} is not taken", "settings.profile"];
            if line.contains(":?}") && !quoted.iter().any(|known| line.contains(known)) {
                found.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
            }
        }
    }
}

#[test]
fn nothing_that_answers_calls_formats_for_debugging() {
    let (mut found, mut files) = (Vec::new(), 0);
    for part in PARTS {
        look(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(part), &mut found, &mut files);
    }
    assert!(files > 30, "only {files} files were looked at");
    assert!(found.is_empty(), "{found:#?}");
}
