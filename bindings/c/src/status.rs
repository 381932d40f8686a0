// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.

//! Every answer of the library has a number. Numbers are only ever added: 0 and 1 go well, below 30 is wrong use, below 100
//! circumstances, from 100 on a refusal. Nothing here decides; `failure` maps the engine's answers to these.

use std::ffi::c_char;

use tacos::Refusal;

/// What became of a call, or of a command. Numbers are only ever added; treat one that you do not know as a failure.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum tacos_status {
    /// Done.
    Ok = 0,
    /// `tacos_try`: the answer will come out of the completion queue.
    Pending = 1,
    /// A pointer that must not be null is null.
    NullPointer = 10,
    /// A pointer is not aligned for what it points to.
    Misaligned = 11,
    /// A struct says that it is shorter than it ever was.
    BadSize = 12,
    /// A struct is longer than this library knows, and asks for something in the part that it does not know.
    NewerStruct = 13,
    /// No command of this library has this kind.
    BadKind = 14,
    /// A text is not UTF-8.
    BadUtf8 = 15,
    /// A list is longer than `TACOS_LIST_MAX`.
    ListTooLong = 16,
    /// The number was never an engine, or never a reader.
    BadHandle = 17,
    /// The engine's clock is not turned by hand.
    NotManual = 18,
    /// The buffer is too small; its `needed` says what is enough. Call again; nothing was lost.
    BufferTooSmall = 30,
    /// As many answers are in flight as the completion queue may hold: poll, then try again.
    QueueFull = 31,
    /// As many engines or readers are open as can be.
    TooManyHandles = 32,
    /// The engine or reader was closed.
    Closed = 33,
    /// A write or sync of the journal failed, or a panic stopped a thread of the engine. Reads go on; only opening the
    /// folder again brings writing back.
    Poisoned = 34,
    /// A bug of the library. If a write met it, the engine takes no more writes: close it and open it again.
    Panicked = 35,
    /// The operating system refused something: a thread, randomness, a folder.
    System = 36,
    /// Settings are out of their bounds; the last error names them.
    BadConfig = 37,
    /// The disk refused an operation.
    JournalIo = 50,
    /// Another process or engine has the folder open.
    JournalLocked = 51,
    /// The folder has files, but not those of a journal.
    JournalNotOurs = 52,
    /// Both copies of the folder's `meta` are damaged.
    JournalMetaDamaged = 53,
    /// Written by a later version.
    JournalNewerFormat = 54,
    /// A file of another engine.
    JournalForeign = 55,
    /// Bytes that were durable are damaged or gone.
    JournalRot = 56,
    /// An intact file or frame stands where it does not belong.
    JournalMisplaced = 57,
    /// A segment file is missing.
    JournalHole = 58,
    /// A snapshot is damaged and nothing can stand in for it.
    JournalSnapshotDamaged = 59,
    /// A record cannot be applied.
    JournalApply = 60,
    /// No room on the disk.
    JournalFull = 61,
    /// What was asked for is older than what is kept.
    JournalNotRetained = 62,
    /// No record begins there.
    JournalNotABoundary = 63,
    /// The folder to copy into is not empty.
    JournalNotEmpty = 64,
    /// A failure of the journal that this version of the ABI has no number for; the last error says more.
    JournalOther = 65,
    /// An engine in memory has no folder.
    NoFolder = 70,
    /// Another snapshot is being taken.
    SnapshotBusy = 71,
    /// The updates asked for are no longer kept: read the state anew and go on from a newer position.
    UpdatesGone = 75,
    /// No update ends at this position.
    UpdatesNotAPosition = 76,
    /// The journal could not be read.
    UpdatesUnreadable = 77,
    /// Arguments that cannot be taken; each is named. `problems` has them.
    Invalid = 100,
    /// A write without an idempotency key where the engine demands one.
    IdempotencyRequired = 101,
    /// The key was used within its life for a different request.
    IdempotencyConflict = 102,
    /// No event has this id.
    UnknownEvent = 103,
    /// An event with this id exists.
    EventExists = 104,
    /// The event has no such seats; they are named. `seats` has them.
    UnknownSeats = 105,
    /// The event has no such section. `section` has it.
    UnknownSection = 106,
    /// No reservation has this id (or it is long forgotten).
    UnknownReservation = 107,
    /// No payment intent has this id (or it is long forgotten).
    UnknownPayment = 108,
    /// No webhook has this id.
    UnknownWebhook = 109,
    /// The token is not one of ours, or of another event or user, or long forgotten. Which, is not told.
    UnknownToken = 110,
    /// The token was good once, and its time ran out.
    TokenExpired = 111,
    /// The event is not being sold now. `state` is a `tacos_sale`.
    SaleNotOpen = 112,
    /// The user waits in this line under another session.
    AlreadyWaiting = 113,
    /// The place in the line was given up.
    LeftLine = 114,
    /// The event has no waiting line.
    NoWaitingLine = 115,
    /// Not the caller's turn.
    NotYet = 116,
    /// Admissions are stopped for the moment.
    AdmissionPaused = 117,
    /// Other customers have these seats; they are named. `seats` has them.
    SeatsTaken = 118,
    /// Fewer are left than asked for. See `wanted` and `available`.
    Insufficient = 119,
    /// Enough are left, but not next to each other, and a split was not allowed. See `wanted`.
    NotAdjacent = 120,
    /// The user would hold or own more than the event allows. See `seats_max` and `seats_held`.
    QuotaExceeded = 121,
    /// It belongs to another user.
    Forbidden = 122,
    /// The hold's time ran out.
    ReservationExpired = 123,
    /// The reservation is in a state that does not allow this. `state` is a `tacos_reservation_state`.
    ReservationIs = 124,
    /// The payment is in a state that does not allow this. `state` is a `tacos_payment_state`.
    PaymentIs = 125,
    /// The reservation cannot be confirmed with this payment. `doubt` is a `tacos_payment_doubt`; if the payment is
    /// unfinished, `state` is a `tacos_payment_state`.
    PaymentNotApproved = 126,
    /// A payment for this reservation is under way or done.
    PaymentExists = 127,
    /// The hold cannot be extended. `doubt` is a `tacos_extension_doubt`; see `extension_ms_max`.
    ExtensionRefused = 128,
    /// More than what is left to refund. See `left_minor`.
    RefundTooLarge = 129,
    /// A write of the commit names other seats than the hold has.
    SeatsDiffer = 130,
    /// A request with another idempotency key used this external id.
    ExternalExists = 131,
    /// The step is not due: its moment is given. See `at_ms`.
    NotDue = 132,
    /// A bound is reached; nothing was changed. `bound` is a `tacos_bound`.
    AtCapacity = 133,
    /// A refusal that this version of the ABI has no number for; the text says more.
    RefusedOther = 199,
}

/// Names that end with a zero byte, by number.
const NAMES: &[(u32, &str)] = &[
    (tacos_status::Ok as u32, "TACOS_STATUS_OK\0"),
    (tacos_status::Pending as u32, "TACOS_STATUS_PENDING\0"),
    (tacos_status::NullPointer as u32, "TACOS_STATUS_NULL_POINTER\0"),
    (tacos_status::Misaligned as u32, "TACOS_STATUS_MISALIGNED\0"),
    (tacos_status::BadSize as u32, "TACOS_STATUS_BAD_SIZE\0"),
    (tacos_status::NewerStruct as u32, "TACOS_STATUS_NEWER_STRUCT\0"),
    (tacos_status::BadKind as u32, "TACOS_STATUS_BAD_KIND\0"),
    (tacos_status::BadUtf8 as u32, "TACOS_STATUS_BAD_UTF8\0"),
    (tacos_status::ListTooLong as u32, "TACOS_STATUS_LIST_TOO_LONG\0"),
    (tacos_status::BadHandle as u32, "TACOS_STATUS_BAD_HANDLE\0"),
    (tacos_status::NotManual as u32, "TACOS_STATUS_NOT_MANUAL\0"),
    (tacos_status::BufferTooSmall as u32, "TACOS_STATUS_BUFFER_TOO_SMALL\0"),
    (tacos_status::QueueFull as u32, "TACOS_STATUS_QUEUE_FULL\0"),
    (tacos_status::TooManyHandles as u32, "TACOS_STATUS_TOO_MANY_HANDLES\0"),
    (tacos_status::Closed as u32, "TACOS_STATUS_CLOSED\0"),
    (tacos_status::Poisoned as u32, "TACOS_STATUS_POISONED\0"),
    (tacos_status::Panicked as u32, "TACOS_STATUS_PANICKED\0"),
    (tacos_status::System as u32, "TACOS_STATUS_SYSTEM\0"),
    (tacos_status::BadConfig as u32, "TACOS_STATUS_BAD_CONFIG\0"),
    (tacos_status::JournalIo as u32, "TACOS_STATUS_JOURNAL_IO\0"),
    (tacos_status::JournalLocked as u32, "TACOS_STATUS_JOURNAL_LOCKED\0"),
    (tacos_status::JournalNotOurs as u32, "TACOS_STATUS_JOURNAL_NOT_OURS\0"),
    (tacos_status::JournalMetaDamaged as u32, "TACOS_STATUS_JOURNAL_META_DAMAGED\0"),
    (tacos_status::JournalNewerFormat as u32, "TACOS_STATUS_JOURNAL_NEWER_FORMAT\0"),
    (tacos_status::JournalForeign as u32, "TACOS_STATUS_JOURNAL_FOREIGN\0"),
    (tacos_status::JournalRot as u32, "TACOS_STATUS_JOURNAL_ROT\0"),
    (tacos_status::JournalMisplaced as u32, "TACOS_STATUS_JOURNAL_MISPLACED\0"),
    (tacos_status::JournalHole as u32, "TACOS_STATUS_JOURNAL_HOLE\0"),
    (tacos_status::JournalSnapshotDamaged as u32, "TACOS_STATUS_JOURNAL_SNAPSHOT_DAMAGED\0"),
    (tacos_status::JournalApply as u32, "TACOS_STATUS_JOURNAL_APPLY\0"),
    (tacos_status::JournalFull as u32, "TACOS_STATUS_JOURNAL_FULL\0"),
    (tacos_status::JournalNotRetained as u32, "TACOS_STATUS_JOURNAL_NOT_RETAINED\0"),
    (tacos_status::JournalNotABoundary as u32, "TACOS_STATUS_JOURNAL_NOT_A_BOUNDARY\0"),
    (tacos_status::JournalNotEmpty as u32, "TACOS_STATUS_JOURNAL_NOT_EMPTY\0"),
    (tacos_status::JournalOther as u32, "TACOS_STATUS_JOURNAL_OTHER\0"),
    (tacos_status::NoFolder as u32, "TACOS_STATUS_NO_FOLDER\0"),
    (tacos_status::SnapshotBusy as u32, "TACOS_STATUS_SNAPSHOT_BUSY\0"),
    (tacos_status::UpdatesGone as u32, "TACOS_STATUS_UPDATES_GONE\0"),
    (tacos_status::UpdatesNotAPosition as u32, "TACOS_STATUS_UPDATES_NOT_A_POSITION\0"),
    (tacos_status::UpdatesUnreadable as u32, "TACOS_STATUS_UPDATES_UNREADABLE\0"),
    (tacos_status::Invalid as u32, "TACOS_STATUS_INVALID\0"),
    (tacos_status::IdempotencyRequired as u32, "TACOS_STATUS_IDEMPOTENCY_REQUIRED\0"),
    (tacos_status::IdempotencyConflict as u32, "TACOS_STATUS_IDEMPOTENCY_CONFLICT\0"),
    (tacos_status::UnknownEvent as u32, "TACOS_STATUS_UNKNOWN_EVENT\0"),
    (tacos_status::EventExists as u32, "TACOS_STATUS_EVENT_EXISTS\0"),
    (tacos_status::UnknownSeats as u32, "TACOS_STATUS_UNKNOWN_SEATS\0"),
    (tacos_status::UnknownSection as u32, "TACOS_STATUS_UNKNOWN_SECTION\0"),
    (tacos_status::UnknownReservation as u32, "TACOS_STATUS_UNKNOWN_RESERVATION\0"),
    (tacos_status::UnknownPayment as u32, "TACOS_STATUS_UNKNOWN_PAYMENT\0"),
    (tacos_status::UnknownWebhook as u32, "TACOS_STATUS_UNKNOWN_WEBHOOK\0"),
    (tacos_status::UnknownToken as u32, "TACOS_STATUS_UNKNOWN_TOKEN\0"),
    (tacos_status::TokenExpired as u32, "TACOS_STATUS_TOKEN_EXPIRED\0"),
    (tacos_status::SaleNotOpen as u32, "TACOS_STATUS_SALE_NOT_OPEN\0"),
    (tacos_status::AlreadyWaiting as u32, "TACOS_STATUS_ALREADY_WAITING\0"),
    (tacos_status::LeftLine as u32, "TACOS_STATUS_LEFT_LINE\0"),
    (tacos_status::NoWaitingLine as u32, "TACOS_STATUS_NO_WAITING_LINE\0"),
    (tacos_status::NotYet as u32, "TACOS_STATUS_NOT_YET\0"),
    (tacos_status::AdmissionPaused as u32, "TACOS_STATUS_ADMISSION_PAUSED\0"),
    (tacos_status::SeatsTaken as u32, "TACOS_STATUS_SEATS_TAKEN\0"),
    (tacos_status::Insufficient as u32, "TACOS_STATUS_INSUFFICIENT\0"),
    (tacos_status::NotAdjacent as u32, "TACOS_STATUS_NOT_ADJACENT\0"),
    (tacos_status::QuotaExceeded as u32, "TACOS_STATUS_QUOTA_EXCEEDED\0"),
    (tacos_status::Forbidden as u32, "TACOS_STATUS_FORBIDDEN\0"),
    (tacos_status::ReservationExpired as u32, "TACOS_STATUS_RESERVATION_EXPIRED\0"),
    (tacos_status::ReservationIs as u32, "TACOS_STATUS_RESERVATION_IS\0"),
    (tacos_status::PaymentIs as u32, "TACOS_STATUS_PAYMENT_IS\0"),
    (tacos_status::PaymentNotApproved as u32, "TACOS_STATUS_PAYMENT_NOT_APPROVED\0"),
    (tacos_status::PaymentExists as u32, "TACOS_STATUS_PAYMENT_EXISTS\0"),
    (tacos_status::ExtensionRefused as u32, "TACOS_STATUS_EXTENSION_REFUSED\0"),
    (tacos_status::RefundTooLarge as u32, "TACOS_STATUS_REFUND_TOO_LARGE\0"),
    (tacos_status::SeatsDiffer as u32, "TACOS_STATUS_SEATS_DIFFER\0"),
    (tacos_status::ExternalExists as u32, "TACOS_STATUS_EXTERNAL_EXISTS\0"),
    (tacos_status::NotDue as u32, "TACOS_STATUS_NOT_DUE\0"),
    (tacos_status::AtCapacity as u32, "TACOS_STATUS_AT_CAPACITY\0"),
    (tacos_status::RefusedOther as u32, "TACOS_STATUS_REFUSED_OTHER\0"),
];

/// The name of a status, as the header spells it, ended with a zero byte and living as long as the process;
/// `TACOS_STATUS_UNKNOWN` for a number that this library does not know.
#[unsafe(no_mangle)]
pub extern "C" fn tacos_status_name(status: u32) -> *const c_char {
    let known = NAMES.iter().find(|(number, _)| *number == status);
    known.map_or("TACOS_STATUS_UNKNOWN\0", |(_, name)| name).as_ptr().cast()
}

/// The status of a refusal. The engine's may grow: what has no number yet still has a text.
pub(crate) fn of_refusal(refusal: &Refusal) -> tacos_status {
    match refusal {
        Refusal::Invalid(_) => tacos_status::Invalid,
        Refusal::IdempotencyRequired => tacos_status::IdempotencyRequired,
        Refusal::IdempotencyConflict => tacos_status::IdempotencyConflict,
        Refusal::UnknownEvent => tacos_status::UnknownEvent,
        Refusal::EventExists => tacos_status::EventExists,
        Refusal::UnknownSeats(_) => tacos_status::UnknownSeats,
        Refusal::UnknownSection(_) => tacos_status::UnknownSection,
        Refusal::UnknownReservation => tacos_status::UnknownReservation,
        Refusal::UnknownPayment => tacos_status::UnknownPayment,
        Refusal::UnknownWebhook => tacos_status::UnknownWebhook,
        Refusal::UnknownToken => tacos_status::UnknownToken,
        Refusal::TokenExpired => tacos_status::TokenExpired,
        Refusal::SaleNotOpen(_) => tacos_status::SaleNotOpen,
        Refusal::AlreadyWaiting => tacos_status::AlreadyWaiting,
        Refusal::LeftLine => tacos_status::LeftLine,
        Refusal::NoWaitingLine => tacos_status::NoWaitingLine,
        Refusal::NotYet => tacos_status::NotYet,
        Refusal::AdmissionPaused => tacos_status::AdmissionPaused,
        Refusal::SeatsTaken(_) => tacos_status::SeatsTaken,
        Refusal::Insufficient { .. } => tacos_status::Insufficient,
        Refusal::NotAdjacent { .. } => tacos_status::NotAdjacent,
        Refusal::QuotaExceeded { .. } => tacos_status::QuotaExceeded,
        Refusal::Forbidden => tacos_status::Forbidden,
        Refusal::ReservationExpired => tacos_status::ReservationExpired,
        Refusal::ReservationIs(_) => tacos_status::ReservationIs,
        Refusal::PaymentIs(_) => tacos_status::PaymentIs,
        Refusal::PaymentNotApproved(_) => tacos_status::PaymentNotApproved,
        Refusal::PaymentExists => tacos_status::PaymentExists,
        Refusal::ExtensionRefused(_) => tacos_status::ExtensionRefused,
        Refusal::RefundTooLarge { .. } => tacos_status::RefundTooLarge,
        Refusal::SeatsDiffer => tacos_status::SeatsDiffer,
        Refusal::ExternalExists => tacos_status::ExternalExists,
        Refusal::NotDue(_) => tacos_status::NotDue,
        Refusal::AtCapacity(_) => tacos_status::AtCapacity,
        _ => tacos_status::RefusedOther,
    }
}
