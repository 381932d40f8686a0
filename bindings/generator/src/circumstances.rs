//! What may become of a call across the C border besides a refusal: the border's own statuses. Numbers never change: 0
//! and 1 go well, below 30 is wrong use, below 100 are circumstances, from 100 on are refusals.

/// A status of the border.
pub(crate) struct Circumstance {
    pub(crate) number: u32,
    pub(crate) name: &'static str,
    pub(crate) doc: &'static str,
    /// What a caller of another language never meets, because its binding deals with it.
    pub(crate) of_the_binding: bool,
}

const fn met(number: u32, name: &'static str, doc: &'static str) -> Circumstance {
    Circumstance { number, name, doc, of_the_binding: false }
}

const fn hidden(number: u32, name: &'static str, doc: &'static str) -> Circumstance {
    Circumstance { number, name, doc, of_the_binding: true }
}

/// All of them, by number.
pub(crate) const CIRCUMSTANCES: &[Circumstance] = &[
    hidden(0, "Ok", "Done."),
    hidden(1, "Pending", "`tacos_try`: the answer will come out of the completion queue."),
    hidden(10, "NullPointer", "A pointer that must not be null is null."),
    hidden(11, "Misaligned", "A pointer is not aligned for what it points to."),
    hidden(12, "BadSize", "A struct says that it is shorter than it ever was."),
    hidden(
        13,
        "NewerStruct",
        "A struct is longer than this library knows, and asks for something in the part that it does not know.",
    ),
    hidden(14, "BadKind", "No command of this library has this kind."),
    met(15, "BadUtf8", "A text is not UTF-8."),
    met(16, "ListTooLong", "A list is longer than `TACOS_LIST_MAX`."),
    met(17, "BadHandle", "The number was never an engine, or never a reader."),
    met(18, "NotManual", "The engine's clock is not turned by hand."),
    hidden(
        30,
        "BufferTooSmall",
        "The buffer is too small; its `needed` says what is enough. Call again; nothing was lost.",
    ),
    hidden(
        31,
        "QueueFull",
        "As many answers are in flight as the completion queue may hold: poll, then try again.",
    ),
    met(32, "TooManyHandles", "As many engines or readers are open as can be."),
    met(33, "Closed", "The engine or reader was closed."),
    met(
        34,
        "Poisoned",
        "A write or sync of the journal failed, or a panic stopped a thread of the engine. Reads go on; only opening the \
         folder again brings writing back.",
    ),
    met(
        35,
        "Panicked",
        "A bug of the library. If a write met it, the engine takes no more writes: close it and open it again.",
    ),
    met(36, "System", "The operating system refused something: a thread, randomness, a folder."),
    met(37, "BadConfig", "Settings are out of their bounds; the last error names them."),
    met(50, "JournalIo", "The disk refused an operation."),
    met(51, "JournalLocked", "Another process or engine has the folder open."),
    met(52, "JournalNotOurs", "The folder has files, but not those of a journal."),
    met(53, "JournalMetaDamaged", "Both copies of the folder's `meta` are damaged."),
    met(54, "JournalNewerFormat", "Written by a later version."),
    met(55, "JournalForeign", "A file of another engine."),
    met(56, "JournalRot", "Bytes that were durable are damaged or gone."),
    met(57, "JournalMisplaced", "An intact file or frame stands where it does not belong."),
    met(58, "JournalHole", "A segment file is missing."),
    met(59, "JournalSnapshotDamaged", "A snapshot is damaged and nothing can stand in for it."),
    met(60, "JournalApply", "A record cannot be applied."),
    met(61, "JournalFull", "No room on the disk."),
    met(62, "JournalNotRetained", "What was asked for is older than what is kept."),
    met(63, "JournalNotABoundary", "No record begins there."),
    met(64, "JournalNotEmpty", "The folder to copy into is not empty."),
    met(
        65,
        "JournalOther",
        "A failure of the journal that this version of the ABI has no number for; the last error says more.",
    ),
    met(70, "NoFolder", "An engine in memory has no folder."),
    met(71, "SnapshotBusy", "Another snapshot is being taken."),
    met(
        75,
        "UpdatesGone",
        "The updates asked for are no longer kept: read the state anew and go on from a newer position.",
    ),
    met(76, "UpdatesNotAPosition", "No update ends at this position."),
    met(77, "UpdatesUnreadable", "The journal could not be read."),
];

/// The number of the first refusal; the others follow in the order in which the engine describes them.
pub(crate) const FIRST_REFUSAL: u32 = 100;
/// Stands for refusals of an engine that is newer than the border.
pub(crate) const REFUSED_OTHER: Circumstance =
    met(199, "RefusedOther", "A refusal that this version of the ABI has no number for; the text says more.");
