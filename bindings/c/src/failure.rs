//! Everything that can go wrong, with the status it gets and the text that is kept; and the struct in which a failed
//! command tells why.

use tacos::{
    Error, ExtensionDoubt, Failure, JournalError, OpenError, PaymentDoubt, Problem, Refusal, SnapshotError,
    UpdatesLost,
};

use crate::abi::{tacos_list, tacos_str};
use crate::arena::Arena;
use crate::last_error::clip;
use crate::number::Number;
use crate::numbers::{tacos_extension_doubt, tacos_payment_doubt};
use crate::replies::{tacos_failure, tacos_problem};
use crate::status::{of_refusal, tacos_status};

/// Why a call came to nothing.
#[derive(Debug)]
pub(crate) enum Fault {
    Null,
    Misaligned,
    BadSize {
        size: usize,
        least: usize,
    },
    NewerStruct,
    BadKind {
        kind: u32,
    },
    BadUtf8,
    ListTooLong {
        len: usize,
    },
    BadHandle,
    NotManual,
    BufferTooSmall {
        needed: usize,
    },
    QueueFull {
        capacity: usize,
    },
    TooManyHandles,
    /// A write panicked before: the engine's state is in doubt.
    InDoubt,
    Refused(Refusal),
    Broken(Error),
    // Boxed: every result of a conversion is as large as its failure may be.
    Open(Box<OpenError>),
    Journal(Box<JournalError>),
    Snapshot(Box<SnapshotError>),
    Updates(UpdatesLost),
    System(std::io::Error),
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Broken(error)
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => Self::Refused(refusal),
            Failure::Broken(error) => Self::Broken(error),
        }
    }
}

impl From<OpenError> for Fault {
    fn from(error: OpenError) -> Self {
        Self::Open(Box::new(error))
    }
}

impl From<JournalError> for Fault {
    fn from(error: JournalError) -> Self {
        Self::Journal(Box::new(error))
    }
}

impl From<SnapshotError> for Fault {
    fn from(error: SnapshotError) -> Self {
        Self::Snapshot(Box::new(error))
    }
}

impl Fault {
    pub(crate) fn status(&self) -> tacos_status {
        match self {
            Self::Null => tacos_status::NullPointer,
            Self::Misaligned => tacos_status::Misaligned,
            Self::BadSize { .. } => tacos_status::BadSize,
            Self::NewerStruct => tacos_status::NewerStruct,
            Self::BadKind { .. } => tacos_status::BadKind,
            Self::BadUtf8 => tacos_status::BadUtf8,
            Self::ListTooLong { .. } => tacos_status::ListTooLong,
            Self::BadHandle => tacos_status::BadHandle,
            Self::NotManual => tacos_status::NotManual,
            Self::BufferTooSmall { .. } => tacos_status::BufferTooSmall,
            Self::QueueFull { .. } => tacos_status::QueueFull,
            Self::TooManyHandles => tacos_status::TooManyHandles,
            Self::InDoubt => tacos_status::Panicked,
            Self::Refused(refusal) => of_refusal(refusal),
            Self::Broken(error) => of_error(error),
            Self::Open(error) => of_open(error),
            Self::Journal(error) => of_journal(error),
            Self::Snapshot(error) => of_snapshot(error),
            Self::System(_) => tacos_status::System,
            Self::Updates(UpdatesLost::Gone { .. }) => tacos_status::UpdatesGone,
            Self::Updates(UpdatesLost::NotAPosition { .. }) => tacos_status::UpdatesNotAPosition,
            Self::Updates(UpdatesLost::Closed) => tacos_status::Closed,
            Self::Updates(_) => tacos_status::UpdatesUnreadable,
        }
    }

    pub(crate) fn text(&self) -> String {
        match self {
            Self::Null => "a pointer that must not be null is null".into(),
            Self::Misaligned => "a pointer is not aligned for what it points to".into(),
            Self::BadSize { size, least } => {
                format!("a struct says it has {size} bytes, it never had fewer than {least}: was its head filled in?")
            }
            Self::NewerStruct => {
                "a struct of a newer header asks for something that this library does not know: install the newer library"
                    .into()
            }
            Self::BadKind { kind } => format!("no command has the kind {kind}"),
            Self::BadUtf8 => "a text is not UTF-8".into(),
            Self::ListTooLong { len } => format!("a list of {len} is over the bound"),
            Self::BadHandle => "this number was never a handle".into(),
            Self::NotManual => "the engine was not opened with a manual clock".into(),
            Self::BufferTooSmall { needed } => format!("the buffer needs {needed} bytes"),
            Self::QueueFull { capacity } => {
                format!("{capacity} answers are in flight, as many as may be: poll, then try again")
            }
            Self::TooManyHandles => "as many handles are open as can be".into(),
            Self::InDoubt => {
                "an earlier write met a bug of the library; close the engine and open it again to write".into()
            }
            Self::Refused(refusal) => refusal.to_string(),
            Self::Broken(error) => error.to_string(),
            Self::Open(error) => error.to_string(),
            Self::Journal(error) => error.to_string(),
            Self::Snapshot(error) => error.to_string(),
            Self::Updates(lost) => lost.to_string(),
            Self::System(error) => error.to_string(),
        }
    }
}

pub(crate) fn of_error(error: &Error) -> tacos_status {
    match error {
        Error::Closed => tacos_status::Closed,
        // Also whatever a later engine adds: writing has stopped, for a reason that the text gives.
        _ => tacos_status::Poisoned,
    }
}

// The enums of the engine may grow: what has no number yet still has a text.
fn of_open(error: &OpenError) -> tacos_status {
    match error {
        OpenError::Config(_) => tacos_status::BadConfig,
        OpenError::Journal(error) => of_journal(error),
        OpenError::System { .. } => tacos_status::System,
        _ => tacos_status::JournalOther,
    }
}

fn of_snapshot(error: &SnapshotError) -> tacos_status {
    match error {
        SnapshotError::Journal(error) => of_journal(error),
        SnapshotError::Folder(_) => tacos_status::System,
        SnapshotError::NoFolder => tacos_status::NoFolder,
        SnapshotError::Busy => tacos_status::SnapshotBusy,
        _ => tacos_status::JournalOther,
    }
}

fn of_journal(error: &JournalError) -> tacos_status {
    match error {
        JournalError::Io { .. } => tacos_status::JournalIo,
        JournalError::Locked { .. } => tacos_status::JournalLocked,
        JournalError::NotAJournal { .. } => tacos_status::JournalNotOurs,
        JournalError::MetaDamaged { .. } => tacos_status::JournalMetaDamaged,
        JournalError::NewerFormat { .. } => tacos_status::JournalNewerFormat,
        JournalError::Foreign { .. } => tacos_status::JournalForeign,
        JournalError::Rot { .. } => tacos_status::JournalRot,
        JournalError::Misplaced { .. } => tacos_status::JournalMisplaced,
        JournalError::Hole { .. } => tacos_status::JournalHole,
        JournalError::SnapshotDamaged { .. } => tacos_status::JournalSnapshotDamaged,
        JournalError::Apply { .. } => tacos_status::JournalApply,
        JournalError::Poisoned { .. } => tacos_status::Poisoned,
        JournalError::Full { .. } => tacos_status::JournalFull,
        JournalError::NotRetained { .. } => tacos_status::JournalNotRetained,
        JournalError::NotABoundary { .. } => tacos_status::JournalNotABoundary,
        JournalError::NotEmpty { .. } => tacos_status::JournalNotEmpty,
        _ => tacos_status::JournalOther,
    }
}

/// Texts and lists of a failure are cut at these, so that every failure fits `TACOS_REPLY_BYTES_MAX`.
const TEXT_BYTES_MAX: usize = 512;
const VALUE_BYTES_MAX: usize = 128;
const NAMES_MAX: usize = 64;
const PROBLEMS_MAX: usize = 16;
const _: () = {
    let names = NAMES_MAX * (VALUE_BYTES_MAX + size_of::<tacos_str>());
    let problems = PROBLEMS_MAX * (TEXT_BYTES_MAX / 2 + 2 * VALUE_BYTES_MAX + size_of::<tacos_problem>());
    let rest = TEXT_BYTES_MAX + VALUE_BYTES_MAX + size_of::<tacos_failure>() + 64;
    assert!(names + problems + rest <= crate::abi::TACOS_REPLY_BYTES_MAX, "every failure fits");
};

/// Writes a failure, with all that is known about it, into the caller's buffer.
pub(crate) fn put(failure: &Failure, arena: &mut Arena) -> (tacos_status, *const tacos_failure) {
    let (status, text) = match failure {
        Failure::Refused(refusal) => (of_refusal(refusal), refusal.to_string()),
        Failure::Broken(error) => (of_error(error), error.to_string()),
    };
    let mut out = tacos_failure::new(status, arena.text(clip(&text, TEXT_BYTES_MAX)));
    if let Failure::Refused(refusal) = failure {
        out.transient = refusal.is_transient().into();
        let retry = refusal.retry_after().map_or(0, |after| after.as_millis());
        out.retry_after_ms = u64::try_from(retry).unwrap_or(u64::MAX);
        details(refusal, arena, &mut out);
    }
    (status, arena.put(out))
}

fn details(refusal: &Refusal, arena: &mut Arena, out: &mut tacos_failure) {
    match refusal {
        Refusal::Invalid(problems) => out.problems = put_problems(problems, arena),
        Refusal::UnknownSeats(seats) | Refusal::SeatsTaken(seats) => out.seats = names(seats, arena),
        Refusal::UnknownSection(section) => out.section = arena.text(clip(section, VALUE_BYTES_MAX)),
        Refusal::SaleNotOpen(state) => out.state = state.number(),
        Refusal::Insufficient { wanted, available } => (out.wanted, out.available) = (*wanted, *available),
        Refusal::NotAdjacent { wanted } => out.wanted = *wanted,
        Refusal::QuotaExceeded { seats_max, seats } => (out.seats_max, out.seats_held) = (*seats_max, *seats),
        Refusal::ReservationIs(state) => out.state = state.number(),
        Refusal::PaymentIs(state) => out.state = state.number(),
        Refusal::PaymentNotApproved(doubt) => {
            out.doubt = match doubt {
                PaymentDoubt::Unknown => tacos_payment_doubt::Unknown,
                PaymentDoubt::Foreign => tacos_payment_doubt::Foreign,
                PaymentDoubt::Unfinished(state) => {
                    out.state = state.number();
                    tacos_payment_doubt::Unfinished
                }
                PaymentDoubt::AmountDiffers => tacos_payment_doubt::AmountDiffers,
            } as u32;
        }
        Refusal::ExtensionRefused(doubt) => {
            out.doubt = match doubt {
                ExtensionDoubt::AlreadyExtended => tacos_extension_doubt::AlreadyExtended,
                ExtensionDoubt::TooLong { extension_ms_max } => {
                    out.extension_ms_max = *extension_ms_max;
                    tacos_extension_doubt::TooLong
                }
                ExtensionDoubt::PastMaximum => tacos_extension_doubt::PastMaximum,
            } as u32;
        }
        Refusal::RefundTooLarge { left_minor } => out.left_minor = *left_minor,
        Refusal::NotDue(at) => out.at_ms = at.get(),
        Refusal::AtCapacity(bound) => out.bound = bound.number(),
        _ => {}
    }
}

fn names(names: &[String], arena: &mut Arena) -> tacos_list {
    let texts: Vec<_> =
        names.iter().take(NAMES_MAX).map(|name| arena.text(clip(name, VALUE_BYTES_MAX))).collect();
    arena.list(&texts)
}

fn put_problems(problems: &[Problem], arena: &mut Arena) -> tacos_list {
    let mut put = |problem: &Problem| tacos_problem {
        field: arena.text(clip(problem.field, VALUE_BYTES_MAX)),
        reason: arena.text(clip(&problem.reason, TEXT_BYTES_MAX / 2)),
        value: arena.text(clip(&problem.value, VALUE_BYTES_MAX)),
    };
    let problems: Vec<_> = problems.iter().take(PROBLEMS_MAX).map(&mut put).collect();
    arena.list(&problems)
}
