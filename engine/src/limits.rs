//! Every bound of the engine, in one file, with the relations between them checked when the engine is compiled.

/// Longest id that a caller may bring (event, user, session, seat, reservation of another service), in bytes.
pub const ID_BYTES_MAX: usize = 128;
/// Longest idempotency key, in bytes.
pub const KEY_BYTES_MAX: usize = 128;

/// Events that one engine can hold, ended ones included.
pub const EVENTS_MAX: u32 = 65_536;
/// Sections of one event.
pub const SECTIONS_PER_EVENT_MAX: usize = 4_096;
/// Seats (or standing places) of one section: each of the three packed counts has 21 bits.
pub const SEATS_PER_SECTION_MAX: u32 = (1 << 21) - 1;
/// Numbered seats of one event.
pub const SEATS_PER_EVENT_MAX: u32 = 1 << 22;
/// Seats or sections that one hold may list, whatever the event's own limit says.
pub const PLACES_PER_HOLD_MAX: usize = 64;

/// Live and remembered reservations of one engine.
pub const RESERVATIONS_MAX: u32 = 1 << 26;

/// Live and remembered payment intents of one engine.
pub const PAYMENTS_MAX: u32 = 1 << 26;
/// Webhooks in the outbox, dead letters included.
pub const WEBHOOKS_MAX: u32 = 1 << 24;
/// Longest answer that is kept for an idempotency key, in bytes.
pub const REPLY_BYTES_MAX: usize = 1 << 20;

/// Tickets that one line can give out in its life. At 1,000 joins a second that is twelve days without a pause;
/// then the line answers "full".
pub const TICKETS_PER_LINE_MAX: u32 = (1 << 30) - (1 << 16);
/// People who may wait in one line at once.
pub const WAITING_MAX: u32 = 1 << 26;
/// Tickets that one advance makes ready, and that one journal record then lists.
pub const ADVANCE_BATCH_MAX: usize = 1_024;
/// How long a line remembers tickets that are over, counted from the end of the last of their 4,096 neighbours, in
/// milliseconds.
pub const TICKET_MEMORY_MS: u64 = 600_000;
/// A ticket that is shown activity is given this much more than the inactivity time, in milliseconds, so that a person
/// who asks every second writes at most once in this time.
pub const TOUCH_GRAIN_MS: u64 = 1_000;

/// Entries that one turn of a wheel takes from its inbox, and entries that it moves to a lower level, at most: about a
/// millisecond of work each.
#[cfg(not(loom))]
pub const MOVES_PER_TURN_MAX: usize = 16_384;
/// Two under loom, so that a model meets the bound.
#[cfg(loom)]
pub const MOVES_PER_TURN_MAX: usize = 2;
/// While timers keep being set, the driver looks after them at least this often, in milliseconds, so that few pile up.
pub const NAP_MS: u64 = 64;

/// Groups of 64 tickets with a deadline, over all lines.
pub const LINE_TIMERS_MAX: u32 = 1 << 22;
/// Longest webhook address, in bytes.
pub const URL_BYTES_MAX: usize = 2_048;
/// Longest attachment that a payment or a note of the embedding service carries, in bytes.
pub const ATTACHMENT_BYTES_MAX: usize = 4_096;
/// Longest free text (a reason, an event's name), in bytes.
pub const TEXT_BYTES_MAX: usize = 512;
/// A day, which is the longest that a hold may last and a turn be kept, in milliseconds.
pub const DAY_MS: u64 = 86_400_000;
/// How often an event may let one hold be extended.
pub const EXTENSIONS_MAX: u32 = 1_000;
/// Entries of one page of a listing.
pub const PAGE_MAX: usize = 100;

/// Longest journal record, in bytes: an event with its whole seat map is one record.
pub const RECORD_BYTES_MAX: usize = 8 << 20;
/// Smallest shared log buffer, in bytes.
pub const LOG_BUFFER_BYTES_MIN: usize = 64 << 10;
/// Smallest journal segment, in bytes.
pub const SEGMENT_BYTES_MIN: u64 = 256 << 10;

/// Ticket numbers of a drawn order in one image of a snapshot: an order can be longer than a record.
pub(crate) const ORDER_PER_IMAGE: usize = 1 << 20;
/// Tickets in one image of a snapshot.
pub(crate) const TICKETS_PER_IMAGE: usize = 1 << 10;
/// Seat words in one image of a snapshot.
pub(crate) const WORDS_PER_IMAGE: usize = 1 << 13;
/// Free slots in one image of a snapshot.
pub(crate) const SLOTS_PER_IMAGE: usize = 1 << 10;
/// What an image holds beside its longest list, at most: ids, settings, a policy, a record's header.
pub(crate) const IMAGE_HEAD_BYTES: usize = 4_096;

const _: () = assert!(RESERVATIONS_MAX <= 1 << 29, "a seat word has 29 bits for its owner");
const _: () = assert!(SEATS_PER_SECTION_MAX < SEATS_PER_EVENT_MAX, "a full section fits an event");
const _: () = assert!(WAITING_MAX < TICKETS_PER_LINE_MAX, "who waits has a number");
const _: () =
    assert!(ADVANCE_BATCH_MAX * 4 < LOG_BUFFER_BYTES_MIN, "an advance's record fits the smallest log buffer");
const _: () = assert!(
    URL_BYTES_MAX + 2 * ATTACHMENT_BYTES_MAX + 1_024 < LOG_BUFFER_BYTES_MIN / 4,
    "the longest ordinary record is far from filling the smallest log buffer"
);
// Every list of a snapshot that has no bound below a record's is cut into runs; these are all of them.
const _: () = assert!(
    ORDER_PER_IMAGE * size_of::<u32>() + IMAGE_HEAD_BYTES <= RECORD_BYTES_MAX,
    "a run of an order fits a record, so a line of any length can be written down"
);
const _: () = assert!(
    WORDS_PER_IMAGE * size_of::<u64>() + IMAGE_HEAD_BYTES <= RECORD_BYTES_MAX,
    "a run of seat words fits a record"
);
const _: () = assert!(
    SLOTS_PER_IMAGE * size_of::<(u32, u32)>() + IMAGE_HEAD_BYTES <= RECORD_BYTES_MAX,
    "a run of free slots fits a record"
);
const _: () =
    assert!(REPLY_BYTES_MAX + IMAGE_HEAD_BYTES <= RECORD_BYTES_MAX, "a remembered answer fits a record");
const _: () = assert!(
    TEXT_BYTES_MAX + 2 * ID_BYTES_MAX + 512 <= IMAGE_HEAD_BYTES,
    "an event's image is at most so much longer than its seat map"
);
