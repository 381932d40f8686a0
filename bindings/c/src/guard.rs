//! The border itself: every function that can fail runs in here. A panic becomes a status, a failure leaves its text.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::failure::Fault;
use crate::last_error;
use crate::status::tacos_status;

/// Runs `run`; gives its status, or that of its failure.
pub(crate) fn status(run: impl FnOnce() -> Result<tacos_status, Fault>) -> tacos_status {
    // What a panic leaves half done is behind handles: a write that panics marks its engine as doubtful (see `Doubt`), and
    // everything else only reads, or changes what the calling thread alone can see.
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(status)) => status,
        Ok(Err(fault)) => last_error::keep(fault),
        Err(payload) => last_error::keep_bug(&format!("a bug of the library: {}", text_of(payload))),
    }
}

/// As [`status`], for what has nothing to say but that it went well.
pub(crate) fn run(run: impl FnOnce() -> Result<(), Fault>) -> tacos_status {
    status(|| run().map(|()| tacos_status::Ok))
}

/// As [`run`], for what tells of a failure and must not take its place.
pub(crate) fn quietly(run: impl FnOnce() -> Result<(), Fault>) -> tacos_status {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(())) => tacos_status::Ok,
        Ok(Err(fault)) => fault.status(),
        Err(_) => tacos_status::Panicked,
    }
}

fn text_of(payload: Box<dyn Any + Send>) -> String {
    let other = match payload.downcast::<String>() {
        Ok(text) => return *text,
        Err(other) => other,
    };
    match other.downcast::<&str>() {
        Ok(text) => (*text).to_owned(),
        Err(other) => {
            // Dropping what we do not know may panic again; a few leaked bytes cannot.
            std::mem::forget(other);
            "it panicked without a text".to_owned()
        }
    }
}
