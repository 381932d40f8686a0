//! What the codec says when it refuses.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

/// Longest name of the caller's that a path shows, in bytes; longer ones are cut.
const SHOWN_MAX: usize = 64;

/// Why a JSON text was refused, or why bytes could not be written as JSON. Never shows values of the caller's, and names
/// of the caller's only where they are no field, cut to 64 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    path: String,
    reason: Cow<'static, str>,
    position: Option<(usize, usize)>,
}

impl JsonError {
    pub(super) fn new(path: String, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { path, reason: reason.into(), position: None }
    }

    pub(super) fn at(mut self, line: usize, column: usize) -> Self {
        self.position = (line > 0).then_some((line, column));
        self
    }

    /// Where in the message, such as `seat_ids[3]` or `settings.event_id`; empty for the message itself.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong there, such as `expected a text`.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Line and column of a JSON text, both counted from one, the column in bytes: the place after what was refused.
    #[must_use]
    pub fn position(&self) -> Option<(usize, usize)> {
        self.position
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.reason)?;
        self.position.map_or(Ok(()), |(line, column)| write!(f, " (line {line}, column {column})"))
    }
}

impl Error for JsonError {}

/// Why no codec can be made of a descriptor set.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CodecError {
    /// The bytes are no `google.protobuf.FileDescriptorSet`.
    Descriptors(prost::DecodeError),
    /// The set says something that the codec does not know.
    Unsupported {
        /// Full name of the message or enum, and of the field in it where it is one.
        name: String,
        /// What it says.
        what: &'static str,
    },
}

impl fmt::Display for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Descriptors(error) => write!(f, "no descriptor set: {error}"),
            Self::Unsupported { name, what } => write!(f, "{name}: {what}"),
        }
    }
}

impl Error for CodecError {}

/// One step from a message to the place that is refused.
#[derive(Debug)]
pub(super) enum Step<'c> {
    Field(&'c str),
    Index(usize),
    Key(String),
}

/// A path as callers read it.
pub(super) fn shown(steps: &[Step<'_>]) -> String {
    let mut path = String::new();
    for step in steps {
        let dot = if path.is_empty() { "" } else { "." };
        match step {
            Step::Field(name) => path.extend([dot, name]),
            Step::Index(at) => path.push_str(&format!("[{at}]")),
            Step::Key(key) => path.extend([dot, &cut(key)]),
        }
    }
    path
}

/// A name of the caller's, safe to show: short, without control characters.
pub(super) fn cut(name: &str) -> String {
    let shown: String = name[..name.floor_char_boundary(SHOWN_MAX)].escape_debug().collect();
    if name.len() > SHOWN_MAX { shown + "…" } else { shown }
}
