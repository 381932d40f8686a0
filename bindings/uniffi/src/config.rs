//! Settings of an engine as other languages give them, and why it cannot be opened.

use std::sync::Arc;

use tacos_engine::{
    Config, Driver, JournalError, ManualClock, OpenError, Problem, RecoveryConsent, Refusal, UnixMs,
};

use crate::codec::{Input, Unfit, opening};

/// A setting that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub(crate) struct RawProblem {
    /// Which.
    pub field: String,
    /// Why, for a person.
    pub reason: String,
    /// What was given; empty where that would not help.
    pub value: String,
}

impl From<Problem> for RawProblem {
    fn from(problem: Problem) -> Self {
        Self { field: problem.field.to_owned(), reason: problem.reason, value: problem.value }
    }
}

/// Why an engine could not be opened. Nothing on disk was changed.
#[derive(Debug, uniffi::Error)]
pub(crate) enum RawOpenError {
    /// Settings that cannot be used.
    Config {
        /// Each of them.
        problems: Vec<RawProblem>,
    },
    /// Another process or engine has the folder.
    Locked {
        /// For a person.
        text: String,
    },
    /// The folder is damaged, foreign, or of a later version.
    Journal {
        /// For a person; says what to do.
        text: String,
    },
    /// The operating system refused.
    System {
        /// For a person.
        text: String,
    },
    /// Bytes that are no settings: the two sides do not fit, which is a bug.
    Malformed {
        /// For a person.
        text: String,
    },
}

impl std::fmt::Display for RawOpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Config { problems } => {
                f.write_str("the configuration cannot be used")?;
                problems.iter().try_for_each(|problem| write!(f, "; {} {}", problem.field, problem.reason))
            }
            Self::Locked { text }
            | Self::Journal { text }
            | Self::System { text }
            | Self::Malformed { text } => f.write_str(text),
        }
    }
}

impl std::error::Error for RawOpenError {}

impl From<OpenError> for RawOpenError {
    fn from(error: OpenError) -> Self {
        let text = error.to_string();
        match error {
            OpenError::Config(problems) => {
                Self::Config { problems: problems.into_iter().map(RawProblem::from).collect() }
            }
            OpenError::Journal(JournalError::Locked { .. }) => Self::Locked { text },
            OpenError::Journal(JournalError::Io { .. }) | OpenError::System { .. } => Self::System { text },
            _ => Self::Journal { text },
        }
    }
}

impl From<Refusal> for RawOpenError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Invalid(problems) => {
                Self::Config { problems: problems.into_iter().map(RawProblem::from).collect() }
            }
            other => Self::System { text: other.to_string() },
        }
    }
}

/// What an engine is opened with.
pub(crate) struct Opening {
    pub(crate) config: Config,
    pub(crate) clock: Option<Arc<ManualClock>>,
    pub(crate) consent: RecoveryConsent,
    /// Answers under way at once; beyond it a write waits for the disk before it returns.
    pub(crate) in_flight_max: usize,
}

impl Default for Opening {
    fn default() -> Self {
        let config = Config::default();
        Self { config, clock: None, consent: RecoveryConsent::LoseNothing, in_flight_max: 1 }
    }
}

impl Opening {
    /// Reads settings; those that are not given keep the engine's own values.
    ///
    /// # Errors
    /// Each setting that cannot be taken.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, RawOpenError> {
        Input::whole(bytes, opening).map_err(|unfit| match unfit {
            Unfit::Refused(refusal) => refusal.into(),
            Unfit::Malformed(why) => {
                RawOpenError::Malformed { text: format!("not the bytes of settings: {why}") }
            }
        })
    }

    /// Time stands still until it is moved by hand.
    pub(crate) fn by_hand(&mut self, start: UnixMs) {
        let clock = Arc::new(ManualClock::new(start));
        self.config.driver = Driver::Manual;
        self.config.clock = clock.clone();
        self.clock = Some(clock);
    }
}
