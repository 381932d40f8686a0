//! What a scenario runs against: one engine behind one face. Knows nothing of scenarios.

use serde_json::{Map, Value};

/// An object of a scenario: arguments, an answer, a refusal.
pub type Record = Map<String, Value>;

/// Where every scenario's clock begins, in milliseconds since the Unix epoch. Times in scenarios count from here.
pub const START_UNIX_MS: u64 = 1_800_000_000_000;

/// What came of one operation.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// It was done.
    Reply(Record),
    /// It was refused; `code` says why, and the other fields what the refusal carries.
    Refused(Record),
    /// The environment is broken, in one word: `closed`, `poisoned`, `gone`, `not_a_position`.
    Failed(String),
    /// This face has no such operation or argument; the scenario is skipped and says so.
    Unsupported(String),
}

/// How the engine comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restart {
    /// Closed and opened again.
    Clean,
    /// As after a crash: whatever is on disk now is all there is.
    Crash,
}

/// One engine behind one face, with a clock that stands still until it is told to go on, and no threads of its own.
pub trait Target {
    /// Does one operation and waits for its answer.
    fn call(&mut self, operation: &str, with: &Record) -> Answer;

    /// Does several writes, given together, in order; one answer each.
    fn batch(&mut self, calls: &[(&str, Record)]) -> Vec<Answer>;

    /// Whether a refusal that came is the expected one. A face with fewer words for refusals says here which of
    /// its own it takes for which.
    ///
    /// # Errors
    /// What was expected and what came, in words.
    fn is_refused_so(&self, expected: &Record, found: &Record) -> Result<(), String> {
        let other = expected.iter().find(|(field, value)| found.get(*field) != Some(value));
        other.map_or(Ok(()), |(field, value)| {
            let here = found.get(field).map_or_else(|| "absent".to_owned(), Value::to_string);
            Err(format!("{field} is {here}, not {value}"))
        })
    }

    /// Prepares an `event`, a `seat` of an event or a `user`: the reply's field `prepared` stands for the name.
    fn prepare(&mut self, what: &str, _event: Option<&str>, _name: &str) -> Answer {
        Answer::Unsupported(format!("preparing a {what}"))
    }

    /// Lets the clock go on; nothing fires.
    fn advance(&mut self, ms: u64);

    /// Does everything that is due.
    fn turn(&mut self);

    /// Ends the engine and opens its folder again.
    ///
    /// # Errors
    /// If it does not come back, or not as it was.
    fn restart(&mut self, how: Restart) -> Result<(), String>;
}

/// Opens a fresh engine with these settings.
pub type Open<'a> = dyn FnMut(&Record) -> Result<Box<dyn Target>, String> + 'a;

/// How a scenario ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every step came as expected.
    Passed,
    /// A step did not. Steps count from 1; 0 is the opening.
    Failed {
        /// The step.
        step: usize,
        /// What was expected and what came.
        why: String,
    },
    /// This face cannot do something that the scenario needs.
    Skipped {
        /// What it cannot do.
        why: String,
    },
}
