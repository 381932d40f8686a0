//! Acknowledgements: the answer to a write, kept back until the write's record is durable, and three ways to wait for
//! it: block, await, or collect from a queue. Does not write, sync or know what the answers mean; the durable
//! [`Watermark`](crate::sync::Watermark) is raised by the writer.

mod completion;
mod lender;
mod pending;

use std::fmt;

use crate::error::{Error, Refusal};

pub use completion::{Completion, CompletionQueue, NotAccepted, Reason};
pub(crate) use lender::{Lender, Lent};
pub use pending::Pending;

/// The durable offset of one engine.
pub(crate) type Durable = crate::sync::Watermark<Error>;

/// Why a write did not succeed: a refusal, or an error of the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure<R = Refusal> {
    /// An expected "no", known at once; nothing was changed.
    Refused(R),
    /// The environment is broken. Whether a write that was waited for survived is known only after the engine is
    /// opened again.
    Broken(Error),
}

impl<R> From<Error> for Failure<R> {
    fn from(error: Error) -> Self {
        Self::Broken(error)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl<R: fmt::Display> fmt::Display for Failure<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Broken(broken) => broken.fmt(f),
        }
    }
}

impl<R: fmt::Debug + fmt::Display> std::error::Error for Failure<R> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Refused(_) => None,
            Self::Broken(broken) => Some(broken),
        }
    }
}
