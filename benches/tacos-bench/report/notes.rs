//! What people wrote: sections under second-level headings.

use std::path::Path;

use tacos_benches::Outcome;

/// Sections by heading, in order.
pub(super) struct Notes(Vec<(String, String)>);

impl Notes {
    /// Reads the file; none is as good as an empty one.
    pub(super) fn read(path: &Path) -> Outcome<Self> {
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Self::parse(&text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self(Vec::new())),
            Err(error) => Err(format!("{}: {error}", path.display()).into()),
        }
    }

    fn parse(text: &str) -> Self {
        let mut sections: Vec<(String, String)> = Vec::new();
        for line in text.lines() {
            if let Some(heading) = line.strip_prefix("## ") {
                sections.push((heading.trim().to_owned(), String::new()));
            } else if let Some((_, body)) = sections.last_mut() {
                body.push_str(line);
                body.push('\n');
            }
        }
        Self(sections)
    }

    /// The section of this heading, if something stands in it.
    pub(super) fn section(&self, heading: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == heading);
        found.map(|(_, body)| body.as_str()).filter(|body| !body.trim().is_empty())
    }

    /// All sections with other headings, as they stand.
    pub(super) fn rest(&self, taken: &[&str]) -> String {
        let others = self.0.iter().filter(|(heading, _)| !taken.contains(&heading.as_str()));
        others.map(|(heading, body)| format!("\n## {heading}\n\n{}\n", body.trim())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_of_targets_and_others_are_told_apart() {
        let notes =
            Notes::parse("# Notes\n\nfor nobody\n\n## wheel\n\nfast\n\n## Others\n\nbetter\n\n## line\n\n");
        assert_eq!(notes.section("wheel").map(str::trim), Some("fast"));
        assert_eq!(notes.section("line"), None, "nothing stands in it");
        assert_eq!(notes.rest(&["wheel", "line"]), "\n## Others\n\nbetter\n");
    }
}
