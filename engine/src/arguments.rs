//! For borders to other languages and to the wire: texts become ids, numbers find their width, or a refusal says which
//! argument is at fault. A refusal shows at most the first 64 characters of what was given, and of a credential
//! nothing.
//!
//! # Examples
//!
//! ```
//! use tacos_engine::{EventId, Refusal, arguments};
//!
//! assert!(arguments::id::<EventId>("event", "concert-7").is_ok());
//! let refusal = arguments::number::<u32, i64>("quantity", -1).expect_err("out of range");
//! assert_eq!(refusal, Refusal::invalid("quantity", "is out of range", -1));
//! ```

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::clock::UnixMs;
use crate::command::Currency;
use crate::error::Refusal;
use crate::ids::{EventId, IssuedIdError, SeatId, TextIdError, UserId};

/// An argument that fits, or the refusal that names what is wrong with it.
pub type Checked<T> = Result<T, Refusal>;

/// What is wrong with a text, without its kind: the refusal names the field.
pub trait Fault {
    /// For a person, behind the field's name.
    fn fault(self) -> impl fmt::Display;
}

impl Fault for TextIdError {
    fn fault(self) -> impl fmt::Display {
        self.fault
    }
}

impl Fault for IssuedIdError {
    fn fault(self) -> impl fmt::Display {
        self
    }
}

/// An id of any kind.
///
/// # Errors
/// The refusal that names `field`.
pub fn id<T>(field: &'static str, text: &str) -> Checked<T>
where
    T: FromStr,
    T::Err: Fault,
{
    text.parse().map_err(|why: T::Err| Refusal::invalid(field, why.fault(), shown(text)))
}

/// An id that may have been prepared.
pub trait Preparable: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong with the text.
    fn of(text: &[u8]) -> Result<Self, TextIdError>;
}

macro_rules! preparable {
    ($($name:ident),*) => {$(
        impl Preparable for $name {
            fn of(text: &[u8]) -> Result<Self, TextIdError> {
                Self::of_prepared_text(text)
            }
        }
    )*};
}
preparable!(EventId, UserId, SeatId);

/// An id, by its text or as it was prepared. An id is ASCII: only of what is none it matters whether it is a text.
///
/// # Errors
/// The refusal that names `field`.
pub fn prepared<T: Preparable>(field: &'static str, text: &[u8]) -> Checked<T> {
    T::of(text).map_err(|why| Refusal::invalid(field, why.fault, shown(&String::from_utf8_lossy(text))))
}

/// A currency.
///
/// # Errors
/// The refusal that names `field`.
pub fn currency(field: &'static str, code: &str) -> Checked<Currency> {
    Currency::new(code).ok_or_else(|| Refusal::invalid(field, "must be three letters", shown(code)))
}

/// A token. It is not echoed: it may be a customer's credential with a slip of the pen in it.
///
/// # Errors
/// The refusal that names `field`.
pub fn token<T>(field: &'static str, text: &str) -> Checked<T>
where
    T: FromStr,
    T::Err: fmt::Display,
{
    text.parse().map_err(|why| Refusal::invalid(field, why, ""))
}

/// A number in the width that the engine has for it.
///
/// # Errors
/// The refusal that names `field`.
pub fn number<T, F>(field: &'static str, value: F) -> Checked<T>
where
    T: TryFrom<F>,
    F: Copy + fmt::Display,
{
    T::try_from(value).map_err(|_| Refusal::invalid(field, "is out of range", value))
}

/// A span of time in whole milliseconds.
///
/// # Errors
/// The refusal that names `field`.
pub fn span(field: &'static str, ms: i64) -> Checked<Duration> {
    number(field, ms).map(Duration::from_millis)
}

/// A moment in milliseconds since the Unix epoch.
///
/// # Errors
/// The refusal that names `field`.
pub fn moment(field: &'static str, unix_ms: i64) -> Checked<UnixMs> {
    number(field, unix_ms).map(UnixMs::new)
}

/// A number for languages whose whole numbers have a sign; beyond their range, their largest.
#[must_use]
pub fn signed(value: impl TryInto<i64>) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}

/// What was given, at most its beginning: it may be anything.
fn shown(text: &str) -> String {
    text.chars().take(64).collect()
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    fn problem(refusal: &Refusal) -> (&str, &str) {
        match refusal {
            Refusal::Invalid(problems) => (problems[0].field, &problems[0].value),
            other => panic!("an invalid argument, not {other:?}"),
        }
    }

    #[test]
    fn the_argument_at_fault_is_named() {
        let refusal = id::<EventId>("event", "has a space").expect_err("not an id");
        assert_eq!(problem(&refusal), ("event", "has a space"));
        let refusal = number::<u32, i64>("quantity", -1).expect_err("negative");
        assert_eq!(problem(&refusal), ("quantity", "-1"));
    }

    #[test]
    fn a_long_text_is_not_echoed_whole() {
        let refusal = id::<EventId>("event", &"x".repeat(100_000)).expect_err("too long");
        assert_eq!(problem(&refusal).1.len(), 64);
    }

    #[test]
    fn a_token_that_cannot_be_read_is_not_echoed() {
        let refusal = token::<crate::ids::WaitingToken>("token", "wtkn_?").expect_err("no token");
        assert_eq!(problem(&refusal), ("token", ""));
    }

    #[test]
    fn the_end_of_time_stays_in_range() {
        assert_eq!(signed(UnixMs::MAX.get()), i64::MAX);
    }
}
