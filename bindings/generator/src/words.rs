//! Names and sentences, from those of Rust.

use tacos_engine::schema::{Enum, Field, Kind, Struct};

/// The lines of a description as one text.
pub(crate) fn text(doc: &[&str]) -> String {
    doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// A text without the links of Rust's documentation: [`A::b`] becomes `b`.
pub(crate) fn plain(doc: &[&str]) -> String {
    let text = text(doc);
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find("[`") {
        let (before, link) = rest.split_at(at);
        let Some(end) = link.find("`]") else { break };
        out.push_str(before);
        let name = &link[2..end];
        out.push_str(&format!("`{}`", name.rsplit("::").next().unwrap_or(name)));
        rest = &link[end + 2..];
        // A link with an address of its own.
        if rest.starts_with('(') {
            rest = rest.find(')').map_or(rest, |close| &rest[close + 1..]);
        }
    }
    out + rest
}

/// The first letter small.
pub(crate) fn small(text: &str) -> String {
    let mut signs = text.chars();
    signs.next().map_or_else(String::new, |first| first.to_lowercase().chain(signs).collect())
}

/// Lines of at most `width` signs.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// `hold_ms_max` as `HoldMsMax`, with initials as Go writes them.
pub(crate) fn camel(name: &str) -> String {
    name.split('_')
        .map(|part| match part {
            "id" => "ID".to_owned(),
            "url" => "URL".to_owned(),
            "ttl" => "TTL".to_owned(),
            "eta" => "ETA".to_owned(),
            _ => {
                let mut signs = part.chars();
                signs.next().map_or_else(String::new, |first| first.to_uppercase().chain(signs).collect())
            }
        })
        .collect()
}

/// `BoundLogBuffer` as `BOUND_LOG_BUFFER`.
pub(crate) fn shout(name: &str) -> String {
    tacos_engine::schema::snake(name).to_uppercase()
}

/// A name without its unit: `hold_ms_max` as `hold_max`.
pub(crate) fn without_unit(name: &str, unit: &str) -> String {
    name.split('_').filter(|part| *part != unit).collect::<Vec<_>>().join("_")
}

/// A number with strokes between thousands.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('_');
        }
        out.push(digit);
    }
    out
}

/// Every record and enum that `kinds` name, and those that these name, in the order in which they are met.
pub(crate) fn reached(kinds: impl IntoIterator<Item = Kind>) -> (Vec<&'static Struct>, Vec<&'static Enum>) {
    let (mut records, mut enums) = (Vec::new(), Vec::new());
    for kind in kinds {
        visit(kind, &mut records, &mut enums);
    }
    (records, enums)
}

fn visit(kind: Kind, records: &mut Vec<&'static Struct>, enums: &mut Vec<&'static Enum>) {
    let all =
        |fields: &'static [Field], records: &mut Vec<&'static Struct>, enums: &mut Vec<&'static Enum>| {
            fields.iter().for_each(|field| visit(field.kind, records, enums));
        };
    match kind {
        Kind::Optional(of) | Kind::List(of) => visit(*of, records, enums),
        Kind::Pair(first, second) => {
            visit(*first, records, enums);
            visit(*second, records, enums);
        }
        Kind::Struct(record) if !records.contains(&record) => {
            records.push(record);
            all(record.fields, records, enums);
        }
        Kind::Enum(of) if !enums.contains(&of) => {
            enums.push(of);
            of.variants.iter().for_each(|variant| all(variant.fields, records, enums));
        }
        _ => {}
    }
}

/// What an argument is called in a refusal.
pub(crate) fn argument(of: &str, name: &str) -> String {
    match (of, name) {
        ("EventSettings", name) => format!("settings.{name}"),
        ("PresaleRoom", name) => format!("room.{name}"),
        ("ReservationRef", "Id") => "reservation".into(),
        ("ReservationRef", "External") => "external".into(),
        ("SeatRequest", "Seats") => "seats".into(),
        ("Payee", "Unlinked") => "unlinked".into(),
        (_, "proof") => "payment".into(),
        (_, name) => name.into(),
    }
}
