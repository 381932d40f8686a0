// The C ABI of the Traffic Tacos engine. Made by cbindgen from bindings/c/src: do not edit. Conventions: bindings/c/README.md.

#ifndef TACOS_ENGINE_H
#define TACOS_ENGINE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
// A text from a string that ends with a zero byte.
#define TACOS_TEXT(string) ((tacos_str){ (string), strlen(string) })

// A command whose fields are all 'not given': tacos_reserve command = TACOS_COMMAND(tacos_reserve, RESERVE);
#define TACOS_COMMAND(type, kind_name) \
    ((type){ .head = { (uint32_t)sizeof(type), (uint32_t)TACOS_COMMAND_##kind_name } })

// Item number i of a list.
#define TACOS_ITEM(type, list, i) \
    ((const type *)((const unsigned char *)(list).items + (size_t)(i) * (list).stride))


// A buffer of this size holds any answer to a write. Reads may need more, and say how much.
#define TACOS_REPLY_BYTES_MAX (24 * 1024)

// Engines that can be open in one process.
#define TACOS_ENGINES_MAX 256

// Readers of updates that can be open in one process.
#define TACOS_READERS_MAX 4096

// Items in one list that comes in (seats, rows, commands of a batch).
#define TACOS_LIST_MAX (1 << 22)

// Version of the ABI that this header describes. Grows when a program compiled before would no longer work.
#define TACOS_ABI_VERSION 1

// What became of a call, or of a command. Numbers are only ever added; treat one that you do not know as a failure.
enum tacos_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Done.
    TACOS_STATUS_OK = 0,
    // `tacos_try`: the answer will come out of the completion queue.
    TACOS_STATUS_PENDING = 1,
    // A pointer that must not be null is null.
    TACOS_STATUS_NULL_POINTER = 10,
    // A pointer is not aligned for what it points to.
    TACOS_STATUS_MISALIGNED = 11,
    // A struct says that it is shorter than it ever was.
    TACOS_STATUS_BAD_SIZE = 12,
    // A struct is longer than this library knows, and asks for something in the part that it does not know.
    TACOS_STATUS_NEWER_STRUCT = 13,
    // No command of this library has this kind.
    TACOS_STATUS_BAD_KIND = 14,
    // A text is not UTF-8.
    TACOS_STATUS_BAD_UTF8 = 15,
    // A list is longer than `TACOS_LIST_MAX`.
    TACOS_STATUS_LIST_TOO_LONG = 16,
    // The number was never an engine, or never a reader.
    TACOS_STATUS_BAD_HANDLE = 17,
    // The engine's clock is not turned by hand.
    TACOS_STATUS_NOT_MANUAL = 18,
    // The buffer is too small; its `needed` says what is enough. Call again; nothing was lost.
    TACOS_STATUS_BUFFER_TOO_SMALL = 30,
    // As many answers are in flight as the completion queue may hold: poll, then try again.
    TACOS_STATUS_QUEUE_FULL = 31,
    // As many engines or readers are open as can be.
    TACOS_STATUS_TOO_MANY_HANDLES = 32,
    // The engine or reader was closed.
    TACOS_STATUS_CLOSED = 33,
    // A write or sync of the journal failed, or a panic stopped a thread of the engine. Reads go on; only opening the
    // folder again brings writing back.
    TACOS_STATUS_POISONED = 34,
    // A bug of the library. If a write met it, the engine takes no more writes: close it and open it again.
    TACOS_STATUS_PANICKED = 35,
    // The operating system refused something: a thread, randomness, a folder.
    TACOS_STATUS_SYSTEM = 36,
    // Settings are out of their bounds; the last error names them.
    TACOS_STATUS_BAD_CONFIG = 37,
    // The disk refused an operation.
    TACOS_STATUS_JOURNAL_IO = 50,
    // Another process or engine has the folder open.
    TACOS_STATUS_JOURNAL_LOCKED = 51,
    // The folder has files, but not those of a journal.
    TACOS_STATUS_JOURNAL_NOT_OURS = 52,
    // Both copies of the folder's `meta` are damaged.
    TACOS_STATUS_JOURNAL_META_DAMAGED = 53,
    // Written by a later version.
    TACOS_STATUS_JOURNAL_NEWER_FORMAT = 54,
    // A file of another engine.
    TACOS_STATUS_JOURNAL_FOREIGN = 55,
    // Bytes that were durable are damaged or gone.
    TACOS_STATUS_JOURNAL_ROT = 56,
    // An intact file or frame stands where it does not belong.
    TACOS_STATUS_JOURNAL_MISPLACED = 57,
    // A segment file is missing.
    TACOS_STATUS_JOURNAL_HOLE = 58,
    // A snapshot is damaged and nothing can stand in for it.
    TACOS_STATUS_JOURNAL_SNAPSHOT_DAMAGED = 59,
    // A record cannot be applied.
    TACOS_STATUS_JOURNAL_APPLY = 60,
    // No room on the disk.
    TACOS_STATUS_JOURNAL_FULL = 61,
    // What was asked for is older than what is kept.
    TACOS_STATUS_JOURNAL_NOT_RETAINED = 62,
    // No record begins there.
    TACOS_STATUS_JOURNAL_NOT_A_BOUNDARY = 63,
    // The folder to copy into is not empty.
    TACOS_STATUS_JOURNAL_NOT_EMPTY = 64,
    // A failure of the journal that this version of the ABI has no number for; the last error says more.
    TACOS_STATUS_JOURNAL_OTHER = 65,
    // An engine in memory has no folder.
    TACOS_STATUS_NO_FOLDER = 70,
    // Another snapshot is being taken.
    TACOS_STATUS_SNAPSHOT_BUSY = 71,
    // The updates asked for are no longer kept: read the state anew and go on from a newer position.
    TACOS_STATUS_UPDATES_GONE = 75,
    // No update ends at this position.
    TACOS_STATUS_UPDATES_NOT_A_POSITION = 76,
    // The journal could not be read.
    TACOS_STATUS_UPDATES_UNREADABLE = 77,
    // Arguments that cannot be taken; each is named. `problems` has them.
    TACOS_STATUS_INVALID = 100,
    // A write without an idempotency key where the engine demands one.
    TACOS_STATUS_IDEMPOTENCY_REQUIRED = 101,
    // The key was used within its life for a different request.
    TACOS_STATUS_IDEMPOTENCY_CONFLICT = 102,
    // No event has this id.
    TACOS_STATUS_UNKNOWN_EVENT = 103,
    // An event with this id exists.
    TACOS_STATUS_EVENT_EXISTS = 104,
    // The event has no such seats; they are named. `seats` has them.
    TACOS_STATUS_UNKNOWN_SEATS = 105,
    // The event has no such section. `section` has it.
    TACOS_STATUS_UNKNOWN_SECTION = 106,
    // No reservation has this id (or it is long forgotten).
    TACOS_STATUS_UNKNOWN_RESERVATION = 107,
    // No payment intent has this id (or it is long forgotten).
    TACOS_STATUS_UNKNOWN_PAYMENT = 108,
    // No webhook has this id.
    TACOS_STATUS_UNKNOWN_WEBHOOK = 109,
    // The token is not one of ours, or of another event or user, or long forgotten. Which, is not told.
    TACOS_STATUS_UNKNOWN_TOKEN = 110,
    // The token was good once, and its time ran out.
    TACOS_STATUS_TOKEN_EXPIRED = 111,
    // The event is not being sold now. `state` is a `tacos_sale`.
    TACOS_STATUS_SALE_NOT_OPEN = 112,
    // The user waits in this line under another session.
    TACOS_STATUS_ALREADY_WAITING = 113,
    // The place in the line was given up.
    TACOS_STATUS_LEFT_LINE = 114,
    // The event has no waiting line.
    TACOS_STATUS_NO_WAITING_LINE = 115,
    // Not the caller's turn.
    TACOS_STATUS_NOT_YET = 116,
    // Admissions are stopped for the moment.
    TACOS_STATUS_ADMISSION_PAUSED = 117,
    // Other customers have these seats; they are named. `seats` has them.
    TACOS_STATUS_SEATS_TAKEN = 118,
    // Fewer are left than asked for. See `wanted` and `available`.
    TACOS_STATUS_INSUFFICIENT = 119,
    // Enough are left, but not next to each other, and a split was not allowed. See `wanted`.
    TACOS_STATUS_NOT_ADJACENT = 120,
    // The user would hold or own more than the event allows. See `seats_max` and `seats_held`.
    TACOS_STATUS_QUOTA_EXCEEDED = 121,
    // It belongs to another user.
    TACOS_STATUS_FORBIDDEN = 122,
    // The hold's time ran out.
    TACOS_STATUS_RESERVATION_EXPIRED = 123,
    // The reservation is in a state that does not allow this. `state` is a `tacos_reservation_state`.
    TACOS_STATUS_RESERVATION_IS = 124,
    // The payment is in a state that does not allow this. `state` is a `tacos_payment_state`.
    TACOS_STATUS_PAYMENT_IS = 125,
    // The reservation cannot be confirmed with this payment. `doubt` is a `tacos_payment_doubt`; if the payment is
    // unfinished, `state` is a `tacos_payment_state`.
    TACOS_STATUS_PAYMENT_NOT_APPROVED = 126,
    // A payment for this reservation is under way or done.
    TACOS_STATUS_PAYMENT_EXISTS = 127,
    // The hold cannot be extended. `doubt` is a `tacos_extension_doubt`; see `extension_ms_max`.
    TACOS_STATUS_EXTENSION_REFUSED = 128,
    // More than what is left to refund. See `left_minor`.
    TACOS_STATUS_REFUND_TOO_LARGE = 129,
    // A write of the commit names other seats than the hold has.
    TACOS_STATUS_SEATS_DIFFER = 130,
    // A request with another idempotency key used this external id.
    TACOS_STATUS_EXTERNAL_EXISTS = 131,
    // The step is not due: its moment is given. See `at_ms`.
    TACOS_STATUS_NOT_DUE = 132,
    // A bound is reached; nothing was changed. `bound` is a `tacos_bound`.
    TACOS_STATUS_AT_CAPACITY = 133,
    // A refusal that this version of the ABI has no number for; the text says more.
    TACOS_STATUS_REFUSED_OTHER = 199,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum tacos_status tacos_status;
#else
typedef uint32_t tacos_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The kinds of commands. Below 64 they write; from there on they read what must be durable before it is shown.
enum tacos_command
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // `tacos_create_event` → `tacos_event_changed`.
    TACOS_COMMAND_CREATE_EVENT = 1,
    // `tacos_update_event` → `tacos_event_changed`.
    TACOS_COMMAND_UPDATE_EVENT = 2,
    // `tacos_set_sale` → `tacos_event_changed`.
    TACOS_COMMAND_SET_SALE = 3,
    // `tacos_block_seats` → `tacos_done`.
    TACOS_COMMAND_BLOCK_SEATS = 4,
    // `tacos_set_queue_policy` → `tacos_event_changed`.
    TACOS_COMMAND_SET_QUEUE_POLICY = 5,
    // `tacos_pause_queue` → `tacos_event_changed`.
    TACOS_COMMAND_PAUSE_QUEUE = 6,
    // `tacos_draw_room` → `tacos_event_changed`.
    TACOS_COMMAND_DRAW_ROOM = 7,
    // `tacos_join_queue` → `tacos_joined`.
    TACOS_COMMAND_JOIN_QUEUE = 8,
    // `tacos_leave_queue` → `tacos_done`.
    TACOS_COMMAND_LEAVE_QUEUE = 9,
    // `tacos_request_admission` → `tacos_admitted`.
    TACOS_COMMAND_REQUEST_ADMISSION = 10,
    // `tacos_reserve` → `tacos_reserved`.
    TACOS_COMMAND_RESERVE = 11,
    // `tacos_confirm` → `tacos_confirmed`.
    TACOS_COMMAND_CONFIRM = 12,
    // `tacos_release` → `tacos_released`.
    TACOS_COMMAND_RELEASE = 13,
    // `tacos_extend` → `tacos_extended`.
    TACOS_COMMAND_EXTEND = 14,
    // `tacos_expire` → `tacos_released`.
    TACOS_COMMAND_EXPIRE = 15,
    // `tacos_create_payment` → `tacos_payment_changed`.
    TACOS_COMMAND_CREATE_PAYMENT = 16,
    // `tacos_process_payment` → `tacos_payment_changed`.
    TACOS_COMMAND_PROCESS_PAYMENT = 17,
    // `tacos_cancel_payment` → `tacos_payment_changed`.
    TACOS_COMMAND_CANCEL_PAYMENT = 18,
    // `tacos_report_payment` → `tacos_payment_changed`.
    TACOS_COMMAND_REPORT_PAYMENT = 19,
    // `tacos_report_webhook` → `tacos_done`.
    TACOS_COMMAND_REPORT_WEBHOOK = 20,
    // `tacos_replay_webhook` → `tacos_done`.
    TACOS_COMMAND_REPLAY_WEBHOOK = 21,
    // `tacos_note` → `tacos_done`.
    TACOS_COMMAND_NOTE = 22,
    // `tacos_read_reservation` → `tacos_reservation_view`.
    TACOS_COMMAND_READ_RESERVATION = 64,
    // `tacos_list_reservations` → `tacos_reservation_page`.
    TACOS_COMMAND_LIST_RESERVATIONS = 65,
    // `tacos_read_payment` → `tacos_payment_view`.
    TACOS_COMMAND_READ_PAYMENT = 66,
    // `tacos_list_payments` → `tacos_payment_page`.
    TACOS_COMMAND_LIST_PAYMENTS = 67,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum tacos_command tacos_command;
#else
typedef uint32_t tacos_command;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What the body of an answer is.
enum tacos_body
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // `tacos_failure`: the command was refused, or the journal broke.
    TACOS_BODY_FAILURE = 0,
    // `tacos_event_changed`.
    TACOS_BODY_EVENT = 1,
    // `tacos_reserved`.
    TACOS_BODY_RESERVED = 2,
    // `tacos_extended`.
    TACOS_BODY_EXTENDED = 3,
    // `tacos_released`.
    TACOS_BODY_RELEASED = 4,
    // `tacos_confirmed`.
    TACOS_BODY_CONFIRMED = 5,
    // `tacos_payment_changed`.
    TACOS_BODY_PAYMENT = 6,
    // `tacos_joined`.
    TACOS_BODY_JOINED = 7,
    // `tacos_admitted`.
    TACOS_BODY_ADMITTED = 8,
    // `tacos_done`.
    TACOS_BODY_DONE = 9,
    // `tacos_reservation_view`.
    TACOS_BODY_RESERVATION_VIEW = 64,
    // `tacos_reservation_page`.
    TACOS_BODY_RESERVATION_PAGE = 65,
    // `tacos_payment_view`.
    TACOS_BODY_PAYMENT_VIEW = 66,
    // `tacos_payment_page`.
    TACOS_BODY_PAYMENT_PAGE = 67,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum tacos_body tacos_body;
#else
typedef uint32_t tacos_body;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What an update says. A program passes over kinds that it does not know.
enum tacos_update_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Of a kind that this version of the ABI has no number for.
    TACOS_UPDATE_KIND_OTHER = 0,
    // An event was created.
    TACOS_UPDATE_KIND_EVENT_CREATED = 1,
    // An event's settings, queue policy or draw changed.
    TACOS_UPDATE_KIND_EVENT_CHANGED = 2,
    // A sale opened, paused or closed: `state` is a `tacos_sale`.
    TACOS_UPDATE_KIND_SALE = 3,
    // Admissions were paused (`state` 1) or resumed (0).
    TACOS_UPDATE_KIND_QUEUE_PAUSED = 4,
    // The order of the pre-sale room was drawn with `seed`.
    TACOS_UPDATE_KIND_ROOM_DRAWN = 5,
    // Seats were taken off sale or put back: `places`.
    TACOS_UPDATE_KIND_SEATS = 6,
    // A reservation was made or changed: `reservation`, `user`, `from`, `state`, `expires_at_ms`, `places`.
    TACOS_UPDATE_KIND_RESERVATION = 7,
    // A hold ends soon: `reservation`, `user`, `expires_at_ms`.
    TACOS_UPDATE_KIND_HOLD_EXPIRING = 8,
    // A payment intent was made or changed: `payment`, `user`, `payment_state`, `effect`, `refunded_minor`, and, if
    // `has_reservation`, the fields of the reservation that changed with it.
    TACOS_UPDATE_KIND_PAYMENT = 9,
    // A webhook was tried, delivered, given up or replayed: `webhook`.
    TACOS_UPDATE_KIND_WEBHOOK = 10,
    // A customer joined the line: the one ticket in `tickets`.
    TACOS_UPDATE_KIND_JOINED = 11,
    // A customer left it: the one ticket in `tickets`.
    TACOS_UPDATE_KIND_LEFT = 12,
    // It is the turn of `tickets`, until `expires_at_ms`.
    TACOS_UPDATE_KIND_READY = 13,
    // A customer was let in: the one ticket in `tickets`.
    TACOS_UPDATE_KIND_ADMITTED = 14,
    // The time of `tickets` ran out.
    TACOS_UPDATE_KIND_TICKETS_EXPIRED = 15,
    // A durable note was set or removed: `name`.
    TACOS_UPDATE_KIND_NOTE = 16,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum tacos_update_kind tacos_update_kind;
#else
typedef uint32_t tacos_update_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The kinds of issued ids. A hold, an order and a reservation have the same bytes, and so have a payment and its
// transaction.
enum tacos_id_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // `rsv_…`
    TACOS_ID_KIND_RESERVATION = 1,
    // `hold_…`
    TACOS_ID_KIND_HOLD = 2,
    // `ord_…`
    TACOS_ID_KIND_ORDER = 3,
    // `pay_…`
    TACOS_ID_KIND_PAYMENT = 4,
    // `txn_…`
    TACOS_ID_KIND_TRANSACTION = 5,
    // `rfd_…`
    TACOS_ID_KIND_REFUND = 6,
    // `wh_…`
    TACOS_ID_KIND_WEBHOOK = 7,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum tacos_id_kind tacos_id_kind;
#else
typedef uint32_t tacos_id_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The kinds of tokens.
enum tacos_token_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // `wtkn_…`: a place in the waiting line.
    TACOS_TOKEN_KIND_WAITING = 1,
    // `rtkn_…`: the right to reserve.
    TACOS_TOKEN_KIND_RESERVATION = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum tacos_token_kind tacos_token_kind;
#else
typedef uint32_t tacos_token_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Where a sale stands.
enum tacos_sale
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Created; customers cannot buy yet.
    TACOS_SALE_DRAFT = 0,
    // Being sold.
    TACOS_SALE_OPEN = 1,
    // Stopped for a while; holds that exist go on.
    TACOS_SALE_PAUSED = 2,
    // Over.
    TACOS_SALE_CLOSED = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum tacos_sale tacos_sale;
#else
typedef uint32_t tacos_sale;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Where a reservation stands. Every move is one of: Pending to Confirmed, Cancelled, Expired or Failed; Confirmed
// to Refunded; Expired to Confirmed (a late payment whose seats were still free). 0 in a field of this kind means
// "none" or "any".
enum tacos_reservation_state
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Seats are held until the deadline.
    TACOS_RESERVATION_STATE_PENDING = 1,
    // Paid: the seats are sold.
    TACOS_RESERVATION_STATE_CONFIRMED = 2,
    // Given back by the customer or the service.
    TACOS_RESERVATION_STATE_CANCELLED = 3,
    // The hold's time ran out.
    TACOS_RESERVATION_STATE_EXPIRED = 4,
    // The payment failed.
    TACOS_RESERVATION_STATE_FAILED = 5,
    // Paid back in full; the seats are on sale again.
    TACOS_RESERVATION_STATE_REFUNDED = 6,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum tacos_reservation_state tacos_reservation_state;
#else
typedef uint32_t tacos_reservation_state;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Where a payment intent stands. 0 in a field of this kind means "none" or "any".
enum tacos_payment_state
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Created, processing has not begun.
    TACOS_PAYMENT_STATE_PENDING = 1,
    // Outcome and moment are decided and durable; the moment has not come.
    TACOS_PAYMENT_STATE_PROCESSING = 2,
    // Money taken.
    TACOS_PAYMENT_STATE_COMPLETED = 3,
    // Refused by the simulated processor.
    TACOS_PAYMENT_STATE_FAILED = 4,
    // Called off before it completed.
    TACOS_PAYMENT_STATE_CANCELLED = 5,
    // No outcome within the intent's life.
    TACOS_PAYMENT_STATE_EXPIRED = 6,
    // Paid back in full.
    TACOS_PAYMENT_STATE_REFUNDED = 7,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum tacos_payment_state tacos_payment_state;
#else
typedef uint32_t tacos_payment_state;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// How the customer pays; recorded, not interpreted.
enum tacos_payment_method
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Credit card.
    TACOS_PAYMENT_METHOD_CREDIT_CARD = 0,
    // Debit card.
    TACOS_PAYMENT_METHOD_DEBIT_CARD = 1,
    // Bank transfer.
    TACOS_PAYMENT_METHOD_BANK_TRANSFER = 2,
    // Mobile pay.
    TACOS_PAYMENT_METHOD_MOBILE_PAY = 3,
    // Digital wallet.
    TACOS_PAYMENT_METHOD_DIGITAL_WALLET = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum tacos_payment_method tacos_payment_method;
#else
typedef uint32_t tacos_payment_method;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What the simulated processor does. Times are those of real time; see `Config::payment_time_permille`.
enum tacos_scenario
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Succeeds after 2 to 5 s.
    TACOS_SCENARIO_APPROVE = 0,
    // Fails after 1 to 3 s.
    TACOS_SCENARIO_FAIL = 1,
    // Succeeds after 10 to 30 s.
    TACOS_SCENARIO_DELAY = 2,
    // Seven of ten succeed, after 2 to 7 s.
    TACOS_SCENARIO_RANDOM = 3,
    // Never answers: the intent expires.
    TACOS_SCENARIO_TIMEOUT = 4,
    // Nothing happens by itself: an outside processor reports by `ReportPayment`.
    TACOS_SCENARIO_OUTSIDE = 5,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum tacos_scenario tacos_scenario;
#else
typedef uint32_t tacos_scenario;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// How a payment ended, as an outside processor reports it.
enum tacos_payment_outcome
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Money taken.
    TACOS_PAYMENT_OUTCOME_COMPLETED = 1,
    // Refused.
    TACOS_PAYMENT_OUTCOME_FAILED = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum tacos_payment_outcome tacos_payment_outcome;
#else
typedef uint32_t tacos_payment_outcome;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What a payment did to its reservation.
enum tacos_payment_effect
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Nothing: there is none, or the outcome says nothing about it.
    TACOS_PAYMENT_EFFECT_NONE = 0,
    // It confirmed the reservation.
    TACOS_PAYMENT_EFFECT_CONFIRMED = 1,
    // It came after the hold expired, the same seats were still free, and they are sold.
    TACOS_PAYMENT_EFFECT_RETAKEN = 2,
    // It came too late: the money was paid back.
    TACOS_PAYMENT_EFFECT_PAID_BACK = 3,
    // It gave the seats back.
    TACOS_PAYMENT_EFFECT_RELEASED = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum tacos_payment_effect tacos_payment_effect;
#else
typedef uint32_t tacos_payment_effect;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// How one seat stands.
enum tacos_seat_state
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Can be had.
    TACOS_SEAT_STATE_AVAILABLE = 0,
    // Held by a customer.
    TACOS_SEAT_STATE_RESERVED = 1,
    // Sold.
    TACOS_SEAT_STATE_SOLD = 2,
    // Off sale.
    TACOS_SEAT_STATE_BLOCKED = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum tacos_seat_state tacos_seat_state;
#else
typedef uint32_t tacos_seat_state;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// How a place in the line stands.
enum tacos_queue_state
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // In the pre-sale room: the order is not drawn yet.
    TACOS_QUEUE_STATE_IN_ROOM = 0,
    // Waiting.
    TACOS_QUEUE_STATE_WAITING = 1,
    // It is this person's turn, until the claim window closes.
    TACOS_QUEUE_STATE_READY = 2,
    // Let in, with a token that is still good.
    TACOS_QUEUE_STATE_ADMITTED = 3,
    // Let in, and the token was used for an order.
    TACOS_QUEUE_STATE_USED = 4,
    // Given up.
    TACOS_QUEUE_STATE_LEFT = 5,
    // Its time ran out.
    TACOS_QUEUE_STATE_EXPIRED = 6,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum tacos_queue_state tacos_queue_state;
#else
typedef uint32_t tacos_queue_state;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Which bound was reached.
enum tacos_bound
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Events of this engine.
    TACOS_BOUND_EVENTS = 1,
    // Live and remembered reservations.
    TACOS_BOUND_RESERVATIONS = 2,
    // Live and remembered payment intents.
    TACOS_BOUND_PAYMENTS = 3,
    // Webhooks in the outbox.
    TACOS_BOUND_WEBHOOKS = 4,
    // Remembered idempotency keys.
    TACOS_BOUND_IDEMPOTENCY_KEYS = 5,
    // People in this waiting line.
    TACOS_BOUND_WAITING_LINE = 6,
    // Durable notes of the embedding service.
    TACOS_BOUND_NOTES = 7,
    // Bytes between the callers and the disk: the disk cannot keep up. Try again shortly.
    TACOS_BOUND_LOG_BUFFER = 8,
    // Room on the disk. Reads go on; writes resume when space returns.
    TACOS_BOUND_DISK_SPACE = 9,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum tacos_bound tacos_bound;
#else
typedef uint32_t tacos_bound;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Why a payment does not confirm a reservation.
enum tacos_payment_doubt
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // There is no such intent.
    TACOS_PAYMENT_DOUBT_UNKNOWN = 1,
    // It belongs to another reservation or user.
    TACOS_PAYMENT_DOUBT_FOREIGN = 2,
    // It is not completed.
    TACOS_PAYMENT_DOUBT_UNFINISHED = 3,
    // Amount or currency differ from the reservation's.
    TACOS_PAYMENT_DOUBT_AMOUNT_DIFFERS = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum tacos_payment_doubt tacos_payment_doubt;
#else
typedef uint32_t tacos_payment_doubt;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Why a hold is not extended.
enum tacos_extension_doubt
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // It was extended as often as the event allows.
    TACOS_EXTENSION_DOUBT_ALREADY_EXTENDED = 1,
    // One extension may add at most so many milliseconds.
    TACOS_EXTENSION_DOUBT_TOO_LONG = 2,
    // The hold would last longer than the event allows.
    TACOS_EXTENSION_DOUBT_PAST_MAXIMUM = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum tacos_extension_doubt tacos_extension_doubt;
#else
typedef uint32_t tacos_extension_doubt;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Settings of one engine. The meaning, bounds and usual values are those of the engine's own configuration.
typedef struct {
    // `sizeof(tacos_config)`, as the caller was compiled.
    uint32_t size;
    // 0: acknowledged once on disk. 1: acknowledged once with the operating system, synced every `sync_every_ms`.
    uint32_t durability;
    // With `durability` 1: the longest time between two syncs.
    uint64_t sync_every_ms;
    // 1: no threads; the caller turns time by `tacos_turn`, and waiting for a write writes it.
    uint32_t manual_driver;
    // 1: the clock stands at `clock_start_ms` until `tacos_clock_advance`.
    uint32_t manual_clock;
    // Where a manual clock starts.
    uint64_t clock_start_ms;
    // How long an answer is remembered for its idempotency key.
    uint64_t idempotency_ttl_ms;
    // 1: refuse writes without an idempotency key.
    uint32_t idempotency_required;
    // Idempotency keys remembered at once.
    uint32_t idempotency_keys_max;
    // Reservations kept at once.
    uint32_t reservations_max;
    // Payment intents kept at once.
    uint32_t payments_max;
    // Webhooks in the outbox.
    uint32_t webhooks_max;
    // Durable notes.
    uint32_t notes_max;
    // How long what ended without a sale can be looked up.
    uint64_t retention_ms;
    // A warning goes out this long before a hold expires; 0 for none.
    uint64_t expiry_warning_ms;
    // Life of a payment intent.
    uint64_t payment_ttl_ms;
    // Admissions a second over all lines.
    uint32_t admissions_per_second_max;
    // Late money. 0: take the same seats again if they are free, else pay back. 1: always pay back.
    uint32_t late_payment_refund;
    // 1: a payment must be for exactly the reservation's total.
    uint32_t payment_amount_must_match;
    // Simulated payments take this share of their usual time, in thousandths.
    uint32_t payment_time_permille;
    // Attempts after the first for one webhook.
    uint32_t webhook_retries_max;
    // Answers in flight at once in the completion queue.
    uint32_t completions_max;
    // Size of the buffer between callers and the disk, in bytes.
    uint64_t log_buffer_bytes;
    // Recent updates kept in memory, in bytes.
    uint64_t update_history_bytes;
    // Size of one journal file, in bytes.
    uint64_t segment_bytes;
    // A snapshot is taken after this many bytes of journal; 0: only when asked for.
    uint64_t snapshot_every_bytes;
    // 1: `fixed_entropy` makes ids and simulated outcomes reproducible. Never in production.
    uint32_t has_fixed_entropy;
    // 1: the operator agrees to lose everything from the first damage of the folder on.
    uint32_t cut_at_damage;
    // For simulations.
    uint64_t fixed_entropy;
} tacos_config;

// A text: UTF-8, not ended by a zero byte. `data` null stands for "none". Belongs to the side that made it; a text that the
// library gives lies in the caller's buffer.
typedef struct {
    // First byte, or null.
    const char *data;
    // Length in bytes.
    size_t len;
} tacos_str;

// What can be set about an event while it lives. Seats and prices are fixed when it is created.
typedef struct {
    // `sizeof(tacos_event_settings)`, as the caller was compiled.
    uint32_t size;
    // Seats that one reservation may have: 1 to 64. Default 10.
    uint32_t seats_per_reservation_max;
    // A name for people, at most 512 bytes.
    tacos_str name;
    // The currency of all prices. Cannot change once the event exists.
    tacos_str currency;
    // How long a hold lasts, in milliseconds. Default 60,000; 1 to 24 h.
    uint64_t hold_ms;
    // The longest that a hold may last from its beginning, extensions included, in milliseconds. Default 600,000.
    uint64_t hold_ms_max;
    // The most that one extension may add, in milliseconds. Default 30,000.
    uint64_t extension_ms_max;
    // How often a hold may be extended. Default 1.
    uint32_t extensions_max;
    // Seats that one user may hold or own together; 0 (the default) for no bound.
    uint32_t seats_per_user_max;
    // Customers can reserve from this moment on; 0 for no such moment.
    uint64_t sale_starts_ms;
    // Customers can reserve until just before this moment; 0 for no such moment.
    uint64_t sale_ends_ms;
} tacos_event_settings;

// The rules of one event's waiting line. They may change while the sale runs.
typedef struct {
    // `sizeof(tacos_queue_policy)`, as the caller was compiled.
    uint32_t size;
    // With `false` customers do not wait: each one who joins is ready as fast as the system-wide ceiling allows.
    // Default `true`. 1 for yes, 0 for no.
    uint32_t enabled;
    // People made ready per minute, 1 to 6,000,000. Default 6,000.
    uint32_t admissions_per_minute;
    // Permits that a quiet line saves up and may then use at once, 1 to 1,000,000. Default 100.
    uint32_t burst;
    // People inside at once (ready, or holding a token that is neither used nor expired), 1 to 67,108,864. Default
    // 5,000. Lowering it sends no customer out: no new one comes in until enough have left.
    uint32_t inside_max;
    // People waiting at once, 1 to 67,108,864. Default 2,000,000.
    uint32_t waiting_max;
    // How long a customer who is ready keeps the turn, in milliseconds, 1,000 to 86,400,000. Default 60,000.
    uint64_t claim_window_ms;
    // How long an admission is valid, in milliseconds, 1,000 to 86,400,000. Default 300,000.
    uint64_t token_ttl_ms;
    // A waiting person who shows no activity for this long loses the place, in milliseconds, 1,000 to 604,800,000.
    // Default 3,600,000. A restart of the engine counts as activity.
    uint64_t inactivity_ms;
    // One place per user, whatever the number of sessions. Default `true`. Switched on during a sale it looks only at
    // tickets that were taken while it was on. 1 for yes, 0 for no.
    uint32_t one_place_per_user;
    // The room before the sale, whose order is drawn at random. Default none. 1 if there is one.
    uint32_t has_room;
    // Customers can join from this moment on.
    uint64_t room_opens_at_ms;
    // The order of those in the room is drawn then; who joins at or after this moment stands behind them.
    uint64_t room_draws_at_ms;
} tacos_queue_policy;

// An engine: a number, not a pointer. 0 is never an engine.
typedef uint64_t tacos_engine;

// Memory of the caller's, into which the library copies what it gives. Everything that a call gives lies in the buffer
// of that call, and stays good until the caller uses the buffer for something else.
typedef struct {
    // First byte; may be null if `capacity` is 0.
    void *data;
    // How many bytes the library may write.
    size_t capacity;
    // Out: on success the bytes used; with `TACOS_STATUS_BUFFER_TOO_SMALL` a capacity that is enough.
    size_t needed;
} tacos_buffer;

// An id that the engine issued, in its sixteen bytes; `tacos_id_format` gives the text form.
typedef struct {
    // The bytes.
    uint8_t bytes[16];
} tacos_id;

// A list that the library gives, in the caller's buffer. Step by `stride`, not by `sizeof`: later versions of the
// library may append fields to the items.
typedef struct {
    // First item; null if there is none.
    const void *items;
    // How many items.
    size_t count;
    // Bytes from one item to the next.
    size_t stride;
} tacos_list;

// What opening a folder found and did.
typedef struct {
    // Whose folder it is.
    tacos_id engine_id;
    // When the folder was made.
    uint64_t created_at_ms;
    // Where the journal ends; all of it is durable.
    uint64_t position;
    // Records replayed, those of the snapshot included.
    uint64_t records;
    // Position of the snapshot that replay began with, if `has_snapshot`.
    uint64_t snapshot_position;
    // Of `tacos_str`: what was repaired or cleared away, for the log.
    tacos_list notes;
    // 1 if the folder was made just now.
    uint32_t created;
    // 1 if replay began with a snapshot.
    uint32_t has_snapshot;
    // 1 if something was cut off the end; `notes` says what.
    uint32_t was_cut;
    // Zero.
    uint32_t reserved;
} tacos_opened;

// What one turn did.
typedef struct {
    // Timers that fired.
    uint64_t fired;
    // No timer is due before this moment; 0 if none is set.
    uint64_t next_ms;
} tacos_turned;

// A snapshot.
typedef struct {
    // It holds the state after all records before here.
    uint64_t position;
    // When it was begun.
    uint64_t created_at_ms;
    // Records in it.
    uint64_t records;
    // Bytes of these records.
    uint64_t bytes;
} tacos_snapshot_info;

// Bytes. `data` null stands for "none".
typedef struct {
    // First byte, or null.
    const uint8_t *data;
    // How many.
    size_t len;
} tacos_bytes;

// Figures of the engine as a whole.
typedef struct {
    // End of everything written so far, in bytes of the journal.
    uint64_t written;
    // End of everything durable so far.
    uint64_t durable;
    // End of what the last finished snapshot holds.
    uint64_t snapshot;
    // Why the journal takes no more writes, or none.
    tacos_str poisoned;
    // Commands done since the engine was opened.
    uint64_t commands;
    // Commands refused.
    uint64_t refusals;
    // Groups written to the journal.
    uint64_t groups;
    // Timers that fired.
    uint64_t fired;
    // Users with something live.
    uint64_t users;
    // Idempotency keys remembered.
    uint64_t idempotency_keys;
    // Webhooks to deliver.
    uint64_t webhooks_due;
    // Dead letters.
    uint64_t webhooks_dead;
    // Timers set.
    uint64_t timers;
    // Events.
    uint32_t events;
    // Slots of reservations ever used at once.
    uint32_t reservation_slots;
    // Slots of payments ever used at once.
    uint32_t payment_slots;
    // 1 while the disk is too full for new writes.
    uint32_t disk_full;
} tacos_figures;

// What the engine's tables take, in bytes.
typedef struct {
    // Seats of all events.
    uint64_t seats;
    // Look-up tables of the waiting lines; tickets are 28 bytes each beside them.
    uint64_t lines;
    // Slots of reservations.
    uint64_t reservations;
    // Remembered idempotency answers.
    uint64_t answers;
    // The log buffer and the history of updates.
    uint64_t buffers;
} tacos_memory;

// What reading a whole folder found.
typedef struct {
    // Whose folder it is.
    tacos_id engine_id;
    // When it was made.
    uint64_t created_at_ms;
    // The oldest position that can be read.
    uint64_t oldest;
    // Where the intact frames end.
    uint64_t end;
    // Everything before here is known to have been durable.
    uint64_t durable;
    // Intact frames.
    uint64_t frames;
    // Intact records in them.
    uint64_t records;
    // Intact snapshots.
    uint64_t snapshots;
    // Of `tacos_str`: damage that the next opening can repair or do without, in words.
    tacos_list notes;
    // 1 if there is a torn tail that the next opening will cut.
    uint32_t torn;
    // Zero.
    uint32_t reserved;
} tacos_report;

// A bearer credential in its twenty-four bytes; `tacos_token_format` gives the text form.
typedef struct {
    // The bytes.
    uint8_t bytes[24];
} tacos_token;

// Why a command came to nothing.
typedef struct {
    // The `tacos_status`.
    uint32_t status;
    // 1 if the same command may succeed shortly, with nothing changed.
    uint32_t transient;
    // When to try again, in milliseconds, where that is known; else 0.
    uint64_t retry_after_ms;
    // In words, at most 512 bytes.
    tacos_str text;
    // Of `tacos_str`: seats that are taken or unknown, at most 64.
    tacos_list seats;
    // Of `tacos_problem`: arguments that cannot be taken, at most 16.
    tacos_list problems;
    // The section that is unknown.
    tacos_str section;
    // How many were asked for.
    uint32_t wanted;
    // How many could be had.
    uint32_t available;
    // The most that one user may have.
    uint32_t seats_max;
    // What this user has.
    uint32_t seats_held;
    // Where the sale, reservation or payment stands; see the status.
    uint32_t state;
    // A `tacos_bound`.
    uint32_t bound;
    // A `tacos_payment_doubt` or `tacos_extension_doubt`; see the status.
    uint32_t doubt;
    // Zero.
    uint32_t reserved;
    // When the step is due.
    uint64_t at_ms;
    // The most that one extension may add, in milliseconds.
    uint64_t extension_ms_max;
    // What is left to refund, in minor units.
    int64_t left_minor;
} tacos_failure;

// How many places there are of each kind. At every moment `available + reserved + sold + blocked == total`.
typedef struct {
    // Can be had now.
    uint32_t available;
    // Held.
    uint32_t reserved;
    // Sold.
    uint32_t sold;
    // Off sale.
    uint32_t blocked;
    // All of them.
    uint32_t total;
} tacos_counts;

// An event.
typedef struct {
    // Its id.
    tacos_str id;
    // Its settings.
    tacos_event_settings settings;
    // Counts over all sections.
    tacos_counts counts;
    // The engine's own number of it.
    uint32_t number;
    // A `tacos_sale`: where its sale stands.
    uint32_t sale;
    // True if it has a waiting line.
    uint32_t has_queue;
} tacos_event_view;

// A place in the line at one moment.
typedef struct {
    // A `tacos_queue_state`: how it stands.
    uint32_t state;
    // 1 is next; 0 where there is no position (not waiting, or the order is not drawn yet).
    uint32_t position;
    // 1 if `eta_ms` is known.
    uint32_t has_eta;
    // Zero.
    uint32_t reserved;
    // Expected wait from the measured outflow, in milliseconds; 0 when nothing is known.
    uint64_t eta_ms;
    // The place is lost at this moment unless something happens; 0 while nothing can end it.
    uint64_t expires_at_ms;
} tacos_queue_place;

// Figures of one waiting line.
typedef struct {
    // People ever let in.
    uint64_t admitted_total;
    // People whose time ran out.
    uint64_t expired_total;
    // People who gave up.
    uint64_t left_total;
    // Mean wait of those people from joining to being let in, in milliseconds; 0 without any.
    uint64_t average_wait_ms;
    // People waiting, those in the pre-sale room included.
    uint32_t waiting;
    // People whose turn it is.
    uint32_t ready;
    // People inside: ready or with a token that is good and unused.
    uint32_t inside;
    // People let in during the last minute: in the present second of the clock and the 59 before it.
    uint32_t admitted_per_minute;
    // True while admissions are paused.
    uint32_t paused;
    // Zero.
    uint32_t reserved;
} tacos_queue_view;

// The pre-sale draw of an event: anyone can check it.
typedef struct {
    // blake3 of the seed: known before the draw.
    uint8_t commitment[32];
    // The seed: known after the draw.
    uint8_t seed[32];
    // 1 if `seed` is given.
    uint32_t has_seed;
} tacos_draw_view;

// Begins every struct that can be submitted: it says what it is and how long the caller believes it to be.
typedef struct {
    // `sizeof` the struct, as the caller was compiled.
    uint32_t size;
    // One of `tacos_command`.
    uint32_t kind;
} tacos_head;

// The answer to one command.
typedef struct {
    // What the caller called the command.
    uint64_t tag;
    // A `tacos_status`: 0 if it was done.
    uint32_t status;
    // A `tacos_body`: what `body` points to.
    uint32_t kind;
    // The body, in the caller's buffer.
    const void *body;
} tacos_answer;

// A reader of updates: a number, not a pointer. 0 is never a reader.
typedef uint64_t tacos_reader;

// What one seat has that its row has not.
typedef struct {
    // Index of the seat in its row, from 0. Ascending in the list.
    uint32_t index;
    // 1 if `price_minor` is its own price.
    uint32_t has_price;
    // Its own price.
    int64_t price_minor;
    // 0 as its row, 1 accessible, 2 not accessible.
    uint32_t accessible;
    // Zero.
    uint32_t reserved;
} tacos_seat_exception;

// Seats side by side. With `labels` they are named one by one, else by prefix and number.
typedef struct {
    // What the row is called.
    tacos_str label;
    // Price of one seat, in minor units.
    int64_t price_minor;
    // In front of each number; may be none.
    tacos_str prefix;
    // Label of each seat, or null.
    const tacos_str *labels;
    // Indices (ascending, from 1) of seats with an aisle on their left, or null.
    const uint32_t *aisles_before;
    // How many.
    size_t aisle_count;
    // Seats that differ from their row, or null.
    const tacos_seat_exception *exceptions;
    // How many.
    size_t exception_count;
    // How many seats (also the number of labels).
    uint32_t count;
    // Number of the leftmost seat.
    uint32_t first_number;
    // From one seat to the next on its right; not zero.
    int32_t step;
    // Numbers are filled up with zeros to this many digits.
    uint32_t digits_min;
    // 1 if the seats are kept for people who need them.
    uint32_t accessible;
    // Zero.
    uint32_t reserved;
} tacos_row;

// A part of the venue: rows of numbered seats, or, without rows, a number of standing places.
typedef struct {
    // Its name, unique in the event.
    tacos_str name;
    // Best row first, or null for standing places.
    const tacos_row *rows;
    // How many.
    size_t row_count;
    // Price of one standing place.
    int64_t price_minor;
    // How many standing places.
    uint32_t capacity;
    // Zero.
    uint32_t reserved;
} tacos_section;

// Creates an event with its seats; its sale is a draft until it is opened.
typedef struct {
    // `TACOS_COMMAND_CREATE_EVENT`.
    tacos_head head;
    // The new event's id.
    tacos_str event;
    // Makes the command safe to send twice. None if `data` is null.
    tacos_str key;
    // Its settings.
    const tacos_event_settings *settings;
    // Its waiting line; without one, customers reserve without a token. Null for none.
    const tacos_queue_policy *queue;
    // Its sections, rows and seats, in order of preference.
    const tacos_section *sections;
    // How many sections.
    size_t section_count;
} tacos_create_event;

// Changes an event's settings. The currency must stay.
typedef struct {
    // `TACOS_COMMAND_UPDATE_EVENT`.
    tacos_head head;
    // The event.
    tacos_str event;
    // Makes the command safe to send twice. None if `data` is null.
    tacos_str key;
    // All settings, as they shall be.
    const tacos_event_settings *settings;
} tacos_update_event;

// Opens, pauses or closes a sale. Any state may follow any other, but nothing returns to draft.
typedef struct {
    // `TACOS_COMMAND_SET_SALE`.
    tacos_head head;
    // The event.
    tacos_str event;
    // Makes the command safe to send twice. None if `data` is null.
    tacos_str key;
    // A `tacos_sale`: the state to be in.
    uint32_t state;
    // Zero.
    uint32_t reserved;
} tacos_set_sale;

// Takes free seats off sale, or puts blocked ones back: all of them or none. The name of a standing section stands
// for one place there, and may be said several times.
typedef struct {
    // `TACOS_COMMAND_BLOCK_SEATS`.
    tacos_head head;
    // The event.
    tacos_str event;
    // Makes the command safe to send twice. None if `data` is null.
    tacos_str key;
    // The seats, without doubles; at most 64 in one command.
    const tacos_str *seats;
    // How many.
    size_t seat_count;
    // True to block, false to unblock. 1 for yes, 0 for no.
    uint32_t block;
    // Zero.
    uint32_t reserved;
} tacos_block_seats;

// Gives an event a waiting line, or changes the rules of the one it has, while the sale runs.
typedef struct {
    // `TACOS_COMMAND_SET_QUEUE_POLICY`.
    tacos_head head;
    // The event.
    tacos_str event;
    // Makes the command safe to send twice. None if `data` is null.
    tacos_str key;
    // All rules, as they shall be.
    const tacos_queue_policy *policy;
} tacos_set_queue_policy;

// Stops or restarts admissions of one event's line. People keep their places.
typedef struct {
    // `TACOS_COMMAND_PAUSE_QUEUE`.
    tacos_head head;
    // The event.
    tacos_str event;
    // Makes the command safe to send twice. None if `data` is null.
    tacos_str key;
    // True to pause, false to resume. 1 for yes, 0 for no.
    uint32_t paused;
    // Zero.
    uint32_t reserved;
} tacos_pause_queue;

// Draws the order of the pre-sale room now; it is drawn by itself when its time comes. From then on the line is
// first come, first served.
typedef struct {
    // `TACOS_COMMAND_DRAW_ROOM`.
    tacos_head head;
    // The event.
    tacos_str event;
    // Makes the command safe to send twice. None if `data` is null.
    tacos_str key;
} tacos_draw_room;

// Takes a place in an event's waiting line. At least one of session and user is needed; the same session joining
// again has the same place.
typedef struct {
    // `TACOS_COMMAND_JOIN_QUEUE`.
    tacos_head head;
    // The event.
    tacos_str event;
    // The customer's session. None if `data` is null.
    tacos_str session;
    // The customer. None if `data` is null.
    tacos_str user;
} tacos_join_queue;

// Gives a place in the line up.
typedef struct {
    // `TACOS_COMMAND_LEAVE_QUEUE`.
    tacos_head head;
    // The place in the line.
    tacos_token token;
} tacos_leave_queue;

// Asks to be let in; asked again, the answer is the same.
typedef struct {
    // `TACOS_COMMAND_REQUEST_ADMISSION`.
    tacos_head head;
    // The place in the line.
    tacos_token token;
    // Must be the token's event, if given. None if `data` is null.
    tacos_str event;
    // Must be who joined, if both are given. Who joined without a name is named here. None if `data` is null.
    tacos_str user;
} tacos_request_admission;

// Holds seats for a customer until the deadline: all that are wanted or none.
typedef struct {
    // `TACOS_COMMAND_RESERVE`.
    tacos_head head;
    // The event.
    tacos_str event;
    // Who will own the seats.
    tacos_str user;
    // Makes the command safe to send twice. None if `data` is null.
    tacos_str key;
    // Exactly these seats, or null for the best `quantity`.
    const tacos_str *seats;
    // How many.
    size_t seat_count;
    // With `quantity`: only in this section, or none.
    tacos_str section;
    // The caller's own id for this reservation, for services that keep their own. None if `data` is null.
    tacos_str external;
    // When the hold shall end, within the event's maximum; 0 for the event's usual time.
    uint64_t hold_until_ms;
    // The right to reserve; needed where the event has a waiting line, unless the caller is `trusted`.
    tacos_token token;
    // 1 if `token` is given.
    uint32_t has_token;
    // A caller that is let past the line (an inventory client with its own admission). 1 for yes, 0 for no.
    uint32_t trusted;
    // How many of the best, if `seats` is null.
    uint32_t quantity;
    // With `quantity`: 1 to refuse a split when there is no run of that many.
    uint32_t whole_only;
    // With `quantity`: 1 to offer accessible seats too.
    uint32_t accessible;
    // Zero.
    uint32_t reserved;
} tacos_reserve;

// A reservation: by the caller's own id if `external` is given, else by ours.
typedef struct {
    // The id that the engine issued; not looked at if `external` is given.
    tacos_id id;
    // The id that the caller brought, or none.
    tacos_str external;
} tacos_reservation_ref;

// Turns a hold into a sale.
typedef struct {
    // `TACOS_COMMAND_CONFIRM`.
    tacos_head head;
    // The reservation.
    tacos_reservation_ref which;
    // Whose it must be, unless an operator asks. None if `data` is null.
    tacos_str user;
    // Makes the command safe to send twice. None if `data` is null.
    tacos_str key;
    // If given, the hold must have exactly these seats. Null if not given.
    const tacos_str *exactly;
    // How many.
    size_t exactly_count;
    // The payment intent that paid, unless `outside`.
    tacos_id payment;
    // 1 if it is paid outside, for which the caller vouches.
    uint32_t outside;
    // Zero.
    uint32_t reserved;
    // If given, what the hold costs must be exactly this, in minor units: what the customer was charged where money is
    // handled elsewhere.
    int64_t total_minor;
    // 1 if `total_minor` is given.
    uint32_t has_total;
    // Zero.
    uint32_t reserved2;
} tacos_confirm;

// Gives a hold back, whole or in part; a part only while no payment is under way for the whole.
typedef struct {
    // `TACOS_COMMAND_RELEASE`.
    tacos_head head;
    // The reservation.
    tacos_reservation_ref which;
    // Whose it must be, unless an operator asks. None if `data` is null.
    tacos_str user;
    // Makes the command safe to send twice. None if `data` is null.
    tacos_str key;
    // Only these seats; empty for all. Naming all of them is the same as naming none. The name of a standing section
    // stands for one place there.
    const tacos_str *seats;
    // How many.
    size_t seat_count;
} tacos_release;

// Lets a hold last longer.
typedef struct {
    // `TACOS_COMMAND_EXTEND`.
    tacos_head head;
    // The reservation.
    tacos_reservation_ref which;
    // Whose it must be, unless an operator asks. None if `data` is null.
    tacos_str user;
    // Makes the command safe to send twice. None if `data` is null.
    tacos_str key;
    // By how much, in whole milliseconds.
    uint64_t by_ms;
    // If given, the hold must end at this moment before it is extended: what was extended meanwhile is not extended
    // again.
    uint64_t expires_at_ms;
} tacos_extend;

// Expires a hold whose time has run out, as the engine does by itself: for an outside orchestrator.
typedef struct {
    // `TACOS_COMMAND_EXPIRE`.
    tacos_head head;
    // The reservation.
    tacos_reservation_ref which;
} tacos_expire;

// Creates a payment intent.
typedef struct {
    // `TACOS_COMMAND_CREATE_PAYMENT`.
    tacos_head head;
    // The reservation that is paid for, unless `unlinked` is given.
    tacos_reservation_ref which;
    // What is paid for, if the engine does not know it, or none.
    tacos_str unlinked;
    // Who pays.
    tacos_str user;
    // Makes the command safe to send twice. None if `data` is null.
    tacos_str key;
    // How much; see `Config::payment_amount_must_match`. In minor units of the currency.
    int64_t amount_minor;
    // Three letters, as in ISO 4217.
    tacos_str currency;
    // Where results are delivered, at most 2,048 bytes; the embedding service delivers from the outbox. None if `data`
    // is null.
    tacos_str webhook_url;
    // Carried along unread, at most 4,096 bytes. Never put card data here.
    tacos_bytes attachment;
    // A `tacos_payment_method`: how.
    uint32_t method;
    // A `tacos_scenario`: what the simulated processor does.
    uint32_t scenario;
} tacos_create_payment;

// Starts processing a payment at once instead of shortly.
typedef struct {
    // `TACOS_COMMAND_PROCESS_PAYMENT`.
    tacos_head head;
    // The payment intent.
    tacos_id payment;
    // Whose it must be, unless an operator asks. None if `data` is null.
    tacos_str user;
    // Makes the command safe to send twice. None if `data` is null.
    tacos_str key;
} tacos_process_payment;

// Calls a payment off before it completes, or pays back (all that is left, or a part) after.
typedef struct {
    // `TACOS_COMMAND_CANCEL_PAYMENT`.
    tacos_head head;
    // The payment intent.
    tacos_id payment;
    // Whose it must be, unless an operator asks. None if `data` is null.
    tacos_str user;
    // Makes the command safe to send twice. None if `data` is null.
    tacos_str key;
    // How much to pay back, in minor units; without `has_refund` for all that is left.
    int64_t refund_minor;
    // 1 if `refund_minor` is given.
    uint32_t has_refund;
    // Zero.
    uint32_t reserved;
} tacos_cancel_payment;

// Reports the outcome of a payment at once, whatever its scenario.
typedef struct {
    // `TACOS_COMMAND_REPORT_PAYMENT`.
    tacos_head head;
    // The payment intent.
    tacos_id payment;
    // Makes the command safe to send twice. None if `data` is null.
    tacos_str key;
    // A `tacos_payment_outcome`: how it ended.
    uint32_t outcome;
    // Zero.
    uint32_t reserved;
} tacos_report_payment;

// Reports what became of one delivery attempt of a webhook.
typedef struct {
    // `TACOS_COMMAND_REPORT_WEBHOOK`.
    tacos_head head;
    // The webhook.
    tacos_id webhook;
    // True if the receiver took it. 1 for yes, 0 for no.
    uint32_t delivered;
    // Zero.
    uint32_t reserved;
} tacos_report_webhook;

// Puts a dead letter back into the outbox.
typedef struct {
    // `TACOS_COMMAND_REPLAY_WEBHOOK`.
    tacos_head head;
    // The webhook.
    tacos_id webhook;
} tacos_replay_webhook;

// Sets or removes a small durable fact of the embedding service: a setting that outlives a restart, a registered
// address.
typedef struct {
    // `TACOS_COMMAND_NOTE`.
    tacos_head head;
    // Its name. Names that begin with `tacos.` are the engine's own and are refused.
    tacos_str name;
    // Makes the command safe to send twice. None if `data` is null.
    tacos_str key;
    // Its value, at most 4,096 bytes.
    tacos_bytes value;
    // 1 to remove it.
    uint32_t remove;
    // Zero.
    uint32_t reserved;
} tacos_note;

// Reads: a reservation.
typedef struct {
    // `TACOS_COMMAND_READ_RESERVATION`.
    tacos_head head;
    // The reservation.
    tacos_reservation_ref which;
    // Whose it must be, unless an operator asks. None if `data` is null.
    tacos_str user;
} tacos_read_reservation;

// Reads: a user's reservations, newest first.
typedef struct {
    // `TACOS_COMMAND_LIST_RESERVATIONS`.
    tacos_head head;
    // Whose.
    tacos_str user;
    // Only of this event. None if `data` is null.
    tacos_str event;
    // Where the page before ended; `None` for the first.
    tacos_id after;
    // 1 if `after` is given.
    uint32_t has_after;
    // Entries on the page: 1 to 100; 100 for 0.
    uint32_t most;
    // A `tacos_reservation_state`, or 0 for any: only in this state.
    uint32_t state;
    // Zero.
    uint32_t reserved;
} tacos_list_reservations;

// Reads: a payment intent.
typedef struct {
    // `TACOS_COMMAND_READ_PAYMENT`.
    tacos_head head;
    // The payment intent.
    tacos_id payment;
    // Whose it must be, unless an operator asks. None if `data` is null.
    tacos_str user;
} tacos_read_payment;

// Reads: a user's payments, newest first.
typedef struct {
    // `TACOS_COMMAND_LIST_PAYMENTS`.
    tacos_head head;
    // Whose.
    tacos_str user;
    // Only of this reservation.
    tacos_id reservation;
    // Where the page before ended; `None` for the first.
    tacos_id after;
    // 1 if `after` is given.
    uint32_t has_after;
    // Entries on the page: 1 to 100; 100 for 0.
    uint32_t most;
    // A `tacos_payment_state`, or 0 for any: only in this state.
    uint32_t state;
    // 1 if `reservation` is given.
    uint32_t has_reservation;
} tacos_list_payments;

// One argument that cannot be taken.
typedef struct {
    // Which.
    tacos_str field;
    // Why.
    tacos_str reason;
    // What was given; empty where showing it would help no reader or tell a secret.
    tacos_str value;
} tacos_problem;

// An event was created or changed.
typedef struct {
    // The engine's own number of the event.
    uint32_t number;
    // Zero.
    uint32_t reserved;
    // When.
    uint64_t at_ms;
} tacos_event_changed;

// Seats are held.
typedef struct {
    // The reservation.
    tacos_id id;
    // Their price together, in minor units of the event's currency.
    int64_t total_minor;
    // The hold ends at this moment.
    uint64_t expires_at_ms;
    // Of `uint32_t`; `tacos_describe` puts them into words: what is held.
    tacos_list places;
    // The engine's own number of the event.
    uint32_t event_number;
    // Zero.
    uint32_t reserved;
} tacos_reserved;

// A hold lasts longer.
typedef struct {
    // The reservation.
    tacos_id id;
    // The hold now ends at this moment.
    uint64_t expires_at_ms;
    // By how much it was extended, in milliseconds.
    uint64_t extended_ms;
} tacos_extended;

// Places were given back.
typedef struct {
    // The reservation.
    tacos_id id;
    // When.
    uint64_t at_ms;
    // Of `uint32_t`; `tacos_describe` puts them into words: what was given back.
    tacos_list places;
    // The engine's own number of the event.
    uint32_t event_number;
    // A `tacos_reservation_state`: where the reservation stands now; still Pending if a part was given back.
    uint32_t state;
} tacos_released;

// A hold became a sale.
typedef struct {
    // The reservation; its order is `order`.
    tacos_id id;
    // Their price together, in minor units.
    int64_t total_minor;
    // When.
    uint64_t at_ms;
    // Of `uint32_t`; `tacos_describe` puts them into words: what is sold.
    tacos_list places;
    // The engine's own number of the event.
    uint32_t event_number;
    // Zero.
    uint32_t reserved;
} tacos_confirmed;

// A payment intent, as it stands after a write.
typedef struct {
    // The intent.
    tacos_id id;
    // When it came to stand there.
    uint64_t at_ms;
    // The intent's life ends at this moment.
    uint64_t expires_at_ms;
    // What this write paid back, in minor units.
    int64_t refunded_minor;
    // A `tacos_payment_state`: where it stands.
    uint32_t state;
    // Refunds that the intent has had so far; a refund made by this write is counted.
    uint32_t refund_number;
    // A `tacos_payment_effect`: what became of the reservation.
    uint32_t effect;
    // Zero.
    uint32_t reserved;
} tacos_payment_changed;

// A place in the line.
typedef struct {
    // The credential for this place.
    tacos_token token;
    // The place, as `QueuePlace` of the moment.
    tacos_queue_place place;
    // True if this session had the place already.
    uint32_t again;
    // Zero.
    uint32_t reserved;
} tacos_joined;

// The right to reserve.
typedef struct {
    // The credential for it.
    tacos_token token;
    // It ends at this moment.
    uint64_t valid_until_ms;
} tacos_admitted;

// Something was done, at a moment.
typedef struct {
    // When.
    uint64_t at_ms;
} tacos_done;

// A reservation.
typedef struct {
    // Its id.
    tacos_id id;
    // The payment that is under way or done.
    tacos_id payment;
    // The id that its service brought. Or none.
    tacos_str external;
    // Its event.
    tacos_str event;
    // Whose it is.
    tacos_str user;
    // Of that amount.
    tacos_str currency;
    // Their price together. In minor units.
    int64_t total_minor;
    // When it was made.
    uint64_t created_at_ms;
    // When it last changed.
    uint64_t changed_at_ms;
    // The hold ends, or ended, at this moment.
    uint64_t expires_at_ms;
    // Of `uint32_t`; `tacos_describe` puts them into words: what it has, or had when it ended.
    tacos_list places;
    // The engine's own number of the event.
    uint32_t event_number;
    // A `tacos_reservation_state`: where it stands. A hold whose time has run out shows as Expired, whether or not a
    // timer has fired.
    uint32_t state;
    // How often it was extended.
    uint32_t extensions;
    // 1 if `payment` is given.
    uint32_t has_payment;
} tacos_reservation_view;

// A page of reservations, newest first.
typedef struct {
    // Of `tacos_reservation_view`.
    tacos_list items;
    // Cursor of the next page, if `has_next`.
    tacos_id next;
    // 1 if there is a next page; this one may be short all the same.
    uint32_t has_next;
    // Zero.
    uint32_t reserved;
} tacos_reservation_page;

// A payment intent.
typedef struct {
    // Its id.
    tacos_id id;
    // The reservation paid for.
    tacos_id reservation;
    // What is paid for, if the engine does not know it. Or none.
    tacos_str unlinked;
    // Who pays.
    tacos_str user;
    // Of that amount.
    tacos_str currency;
    // Where results are delivered. Or none.
    tacos_str webhook_url;
    // What was carried along.
    tacos_bytes attachment;
    // How much. In minor units.
    int64_t amount_minor;
    // How much went back, in minor units.
    int64_t refunded_minor;
    // When it was made.
    uint64_t created_at_ms;
    // When it last changed.
    uint64_t changed_at_ms;
    // When its outcome came. 0 if it has not.
    uint64_t processed_at_ms;
    // Its life ends at this moment.
    uint64_t expires_at_ms;
    // A `tacos_payment_state`: where it stands. An intent whose life is over shows as Expired, whether or not a timer
    // has fired.
    uint32_t state;
    // In how many refunds.
    uint32_t refunds;
    // A `tacos_payment_method`: how.
    uint32_t method;
    // A `tacos_scenario`: what the simulated processor does.
    uint32_t scenario;
    // A `tacos_payment_effect`: what became of the reservation.
    uint32_t effect;
    // 1 if `reservation` is given.
    uint32_t has_reservation;
} tacos_payment_view;

// A page of payments, newest first.
typedef struct {
    // Of `tacos_payment_view`.
    tacos_list items;
    // Cursor of the next page, if `has_next`.
    tacos_id next;
    // 1 if there is a next page; this one may be short all the same.
    uint32_t has_next;
    // Zero.
    uint32_t reserved;
} tacos_payment_page;

// One place of a reservation or seat map, described.
typedef struct {
    // The seat's id; for standing places the section's.
    tacos_str id;
    // The section.
    tacos_str section;
    // The row; empty for standing places.
    tacos_str row;
    // The number within the row; empty for standing places.
    tacos_str number;
    // Price of one place, in minor units.
    int64_t price_minor;
    // How many places: 1 for a seat.
    uint32_t count;
    // Zero.
    uint32_t reserved;
} tacos_place_view;

// A seat of the map with its state.
typedef struct {
    // The seat.
    tacos_place_view place;
    // A `tacos_seat_state`: how it stands.
    uint32_t state;
    // Zero.
    uint32_t reserved;
} tacos_seat_view;

// A section with its counts.
typedef struct {
    // Its name.
    tacos_str name;
    // Cheapest place, in minor units.
    int64_t price_min_minor;
    // Dearest place, in minor units.
    int64_t price_max_minor;
    // Its counts.
    tacos_counts counts;
    // True if it has places but no numbered seats.
    uint32_t standing;
} tacos_section_view;

// A webhook of the outbox.
typedef struct {
    // Its id.
    tacos_id id;
    // The payment that it tells of.
    tacos_id payment;
    // When it was put into the outbox.
    uint64_t created_at_ms;
    // When to try next; 0 for a dead letter.
    uint64_t next_at_ms;
    // Order of creation, to page by.
    uint64_t order;
    // A `tacos_payment_state`: the state that it tells of.
    uint32_t tells;
    // Attempts so far.
    uint32_t attempts;
} tacos_webhook_view;

// A durable note.
typedef struct {
    // Its name.
    tacos_str name;
    // Its value.
    tacos_bytes value;
} tacos_note_view;

// A fact that happened. Which fields mean something is said by its kind; the others are zero.
typedef struct {
    // Where its record ends: reading from here gives what came after.
    uint64_t position;
    // When it happened.
    uint64_t at_ms;
    // The event that it is about, or none.
    tacos_str event;
    // Whose the reservation or payment is, if it can still be looked up; or none.
    tacos_str user;
    // The note's name, or none.
    tacos_str name;
    // Of `tacos_place_changed`: places that changed hands.
    tacos_list places;
    // Of `uint32_t`: tickets of the line.
    tacos_list tickets;
    // When the hold ends, or the turn; 0 where nothing is said about it.
    uint64_t expires_at_ms;
    // What this update paid back, in minor units.
    int64_t refunded_minor;
    // The reservation.
    tacos_id reservation;
    // The payment intent.
    tacos_id payment;
    // The webhook.
    tacos_id webhook;
    // The seed of the draw.
    uint8_t seed[32];
    // A `tacos_update_kind`.
    uint32_t what;
    // Where the sale or reservation stands; see the kind.
    uint32_t state;
    // Where the reservation stood before, a `tacos_reservation_state`; 0 if it was made just now.
    uint32_t from;
    // Where the payment stands, a `tacos_payment_state`.
    uint32_t payment_state;
    // A `tacos_payment_effect`.
    uint32_t effect;
    // 1 if a reservation changed.
    uint32_t has_reservation;
} tacos_update;

// How one place stands after an update. It may be applied twice: a version that is not above the reader's
// is old news.
typedef struct {
    // The place; `tacos_describe` puts it into words.
    uint32_t place;
    // A `tacos_seat_state`.
    uint32_t state;
    // Counts the changes of one seat; 0 for standing places.
    uint32_t version;
} tacos_place_changed;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Fills in the usual settings of an engine, production-ready. `size` is `sizeof(tacos_config)`.
tacos_status tacos_config_init(tacos_config *out, size_t size);

// Fills in the usual settings of an event; name and currency stay none. `size` is `sizeof(tacos_event_settings)`.
tacos_status tacos_event_settings_init(tacos_event_settings *out,
                                       size_t size);

// Fills in the usual rules of a waiting line. `size` is `sizeof(tacos_queue_policy)`.
tacos_status tacos_queue_policy_init(tacos_queue_policy *out, size_t size);

// Opens the data folder at `path`, or makes one there, and brings back everything that was durable. `config` null: the
// usual settings. On success `*out` is the engine; close it by `tacos_close`. What was found is told by `tacos_opened_of`.
//
// Answers `BAD_CONFIG`, `SYSTEM`, a `JOURNAL_…` that says what is wrong with the folder, or `TOO_MANY_HANDLES`. Nothing on
// disk is changed then; the last error says what to do.
tacos_status tacos_open(tacos_str path,
                        const tacos_config *config,
                        tacos_engine *out);

// Opens an engine without a folder: everything is gone when it is closed.
tacos_status tacos_open_in_memory(const tacos_config *config, tacos_engine *out);

// What opening the folder found and did. An engine in memory has nothing to tell: `NO_FOLDER`.
tacos_status tacos_opened_of(tacos_engine engine, tacos_buffer *buffer, const tacos_opened **out);

// Stops taking commands, makes durable what was taken, ends the engine's threads and frees its memory (readers of updates
// keep theirs until they are closed). Answers that are in flight still come out of `tacos_poll`; every other call answers
// `CLOSED` from now on. Closing twice is the same as closing once.
//
// Answers `POISONED` if the journal had failed before or fails now; the engine is closed all the same.
tacos_status tacos_close(tacos_engine engine);

// Stops taking writes, makes durable what was taken, and ends the engine's threads; reads go on, and writes answer
// `CLOSED`. For a service that drains: `tacos_close` then lets go of the rest. Stopping twice is the same as stopping once.
//
// Answers `POISONED` if the journal had failed before or fails now; the engine has stopped all the same.
tacos_status tacos_stop(tacos_engine engine);

// The engine's time.
tacos_status tacos_now(tacos_engine engine, uint64_t *out_ms);

// Lets `by_ms` pass on a manual clock. `out_ms`, which may be null, gets the new time. What is due happens at the next
// `tacos_turn`, or by itself if the engine has threads. `NOT_MANUAL` without a manual clock.
tacos_status tacos_clock_advance(tacos_engine engine,
                                 uint64_t by_ms,
                                 uint64_t *out_ms);

// Sets a manual clock, unless it is later already: time never goes back.
tacos_status tacos_clock_set(tacos_engine engine, uint64_t to_ms, uint64_t *out_ms);

// Does everything that is due, and writes what there is to write. With the manual driver time moves only here; with
// threads it does no harm. `out` may be null.
tacos_status tacos_turn(tacos_engine engine,
                        tacos_turned *out);

// Takes a snapshot of everything durable by now, beside the running engine, and lets go of journal files that are no
// longer needed. Blocks the calling thread and no other. `out` may be null.
tacos_status tacos_snapshot(tacos_engine engine,
                            tacos_snapshot_info *out);

// Webhooks whose time has come (`tacos_webhook_view`), at most `most`. `out_next_ms`, which may be null, gets the time of
// the next one, 0 if there is none. Deliver them, then report by `TACOS_COMMAND_REPORT_WEBHOOK`.
tacos_status tacos_due_webhooks(tacos_engine engine,
                                size_t most,
                                tacos_buffer *buffer,
                                tacos_list *out,
                                uint64_t *out_next_ms);

// Durable notes (`tacos_note_view`) whose names begin with `prefix` (none: all), in order.
tacos_status tacos_notes(tacos_engine engine, tacos_str prefix, tacos_buffer *buffer, tacos_list *out);

// One durable note. `data` is null if there is none.
tacos_status tacos_note_of(tacos_engine engine, tacos_str name, tacos_buffer *buffer, tacos_bytes *out);

// Figures of the engine as a whole.
tacos_status tacos_figures_of(tacos_engine engine, tacos_buffer *buffer, const tacos_figures **out);

// What the engine's tables take, in bytes.
tacos_status tacos_memory_of(tacos_engine engine, tacos_memory *out);

// A hash (32 bytes at `out`) of the whole state: equal before a crash and after recovery. Of one moment only if no thread
// writes meanwhile.
tacos_status tacos_digest(tacos_engine engine,
                          uint8_t *out);

// Forgets all remembered idempotency answers. For operators only: a retry may act twice.
tacos_status tacos_clear_idempotency(tacos_engine engine);

// Reads all of the folder at `path` and checks it. Answers as opening it would, but changes nothing.
tacos_status tacos_verify(tacos_str path, tacos_buffer *buffer, const tacos_report **out);

// Copies the folder at `from`, which no engine has open, to an empty or new folder at `to`, checking what it copies. The report
// is about what was copied.
tacos_status tacos_backup_folder(tacos_str from,
                                 tacos_str to,
                                 tacos_buffer *buffer,
                                 const tacos_report **out);

// Copies everything durable by now to an empty or new folder at `to`, while the engine runs. The copy can be opened, and is
// the same engine: never run both. `NO_FOLDER` for an engine in memory.
tacos_status tacos_backup(tacos_engine engine,
                          tacos_str to,
                          tacos_buffer *buffer,
                          const tacos_report **out);

// The text form of an id; `kind` is a `tacos_id_kind`. Needs at most 40 bytes.
tacos_status tacos_id_format(uint32_t kind, tacos_id id, tacos_buffer *buffer, tacos_str *out);

// An id from its text form. `INVALID` if the text is not one of this kind; whether the id means something is seen
// when it is used.
tacos_status tacos_id_parse(uint32_t kind,
                            tacos_str text,
                            tacos_id *out);

// The text form of a token; `kind` is a `tacos_token_kind`. Needs at most 56 bytes. It is a credential: do not log it.
tacos_status tacos_token_format(uint32_t kind,
                                tacos_token token,
                                tacos_buffer *buffer,
                                tacos_str *out);

// A token from its text form. `INVALID` if the text is not one of this kind.
tacos_status tacos_token_parse(uint32_t kind, tacos_str text, tacos_token *out);

// What is shown before a draw: the BLAKE3 hash (32 bytes at `out`) of its seed (32 bytes).
tacos_status tacos_draw_commitment(const uint8_t *seed, uint8_t *out);

// The order that a seed (32 bytes) gives to `count` tickets, which are listed in rising order; `out` has room for as many.
tacos_status tacos_draw_order(const uint8_t *seed,
                              const uint32_t *tickets,
                              size_t count,
                              uint32_t *out);

// Copies the text of this thread's last failure, with a zero byte at its end, into `out`. A success does not clear it.
// `needed` (which may be null) gets the length with the zero byte; a text that does not fit is cut and still ended.
//
// Never fails but for `TACOS_STATUS_NULL_POINTER`; does not change the text.
tacos_status tacos_last_error(char *out,
                              size_t capacity,
                              size_t *needed);

// All that is known of this thread's last failed call, as a failed command tells it: the seats, problems and numbers of a
// refusal, or just status and text. Status 0: no call has failed. For reads, which answer only a status.
//
// Answers `NULL_POINTER`, `MISALIGNED` or `BUFFER_TOO_SMALL`; `TACOS_REPLY_BYTES_MAX` is enough. Does not change what it tells.
tacos_status tacos_last_failure(tacos_buffer *buffer,
                                const tacos_failure **out);

// Looks an event up ahead: `*out` is a text that stands for its id in every command and read, and saves looking
// the id up each time. It is the caller's, like any text, and costs the engine no memory.
//
// It is good as long as the process lives. Another engine, and the same folder opened again, take it for the id
// that it was made of, which is at its end. It is not to be kept or sent: in another process, or if a byte is
// changed, it is no id (`INVALID`). `UNKNOWN_EVENT`, also of an event whose creation is not durable yet. Needs at
// most 176 bytes.
tacos_status tacos_prepare_event(tacos_engine engine,
                                 tacos_str event,
                                 tacos_buffer *buffer,
                                 tacos_str *out);

// Looks a seat of an event up ahead, or a standing section whose name stands for one place; see
// `tacos_prepare_event`. In commands about another event the text stands for the seat's name. `UNKNOWN_EVENT`,
// `UNKNOWN_SEATS`.
tacos_status tacos_prepare_seat(tacos_engine engine,
                                tacos_str event,
                                tacos_str seat,
                                tacos_buffer *buffer,
                                tacos_str *out);

// Prepares a customer's id, whether or not the engine has met them; see `tacos_prepare_event`.
tacos_status tacos_prepare_user(tacos_engine engine, tacos_str user, tacos_buffer *buffer, tacos_str *out);

// The text of an idempotency key of sixteen bytes (a UUID, say), which commands take like any key. It is compared
// and remembered by its bytes, which is faster than by a text, and is another key than every text. It means the
// same in every process. Needs at most 48 bytes.
tacos_status tacos_key_of_bytes(const uint8_t *bytes,
                                tacos_buffer *buffer,
                                tacos_str *out);

// The id behind an event's number, as the engine gave it in an answer or update. `UNKNOWN_EVENT`.
tacos_status tacos_event_id(tacos_engine engine, uint32_t event_number, tacos_buffer *buffer, tacos_str *out);

// One bit (`uint64_t` words) for each numbered seat, 1 = free, lowest bit first, each row beginning a new word.
tacos_status tacos_free_seats(tacos_engine engine,
                              tacos_str event,
                              tacos_buffer *buffer,
                              tacos_list *out);

// Puts places of a reservation into words (`tacos_place_view`), in the order given. `UNKNOWN_EVENT`; a number that is no
// place of this event is an `INVALID`.
tacos_status tacos_describe(tacos_engine engine,
                            uint32_t event_number,
                            const uint32_t *places,
                            size_t place_count,
                            tacos_buffer *buffer,
                            tacos_list *out);

// The credentials of a ticket, by its number in updates: for services that deliver them. `UNKNOWN_EVENT`.
tacos_status tacos_tokens_of(tacos_engine engine,
                             uint32_t event_number,
                             uint32_t ticket,
                             tacos_token *out_waiting,
                             tacos_token *out_reservation);

// Where a seat's bit is in what `tacos_free_seats` gives: word and bit.
tacos_status tacos_free_seat_bit(tacos_engine engine,
                                 tacos_str event,
                                 tacos_str seat,
                                 size_t *out_word,
                                 uint32_t *out_bit);

// An event.
tacos_status tacos_event_of(tacos_engine engine,
                            tacos_str event,
                            tacos_buffer *buffer,
                            const tacos_event_view **out);

// All events, in the order of their creation. Of `tacos_event_view`.
tacos_status tacos_events(tacos_engine engine, tacos_buffer *buffer, tacos_list *out);

// An event's sections with counts and prices. Of `tacos_section_view`.
tacos_status tacos_sections(tacos_engine engine, tacos_str event, tacos_buffer *buffer, tacos_list *out);

// An event's counts.
tacos_status tacos_counts_of(tacos_engine engine, tacos_str event, tacos_counts *out);

// Numbered seats with their states, in the seat map's order. A seat whose hold has lapsed shows as available. Of
// `tacos_seat_view`.
tacos_status tacos_seats(tacos_engine engine,
                         tacos_str event,
                         uint32_t from,
                         size_t most,
                         tacos_buffer *buffer,
                         tacos_list *out);

// These seats, in the order asked for. Of `tacos_seat_view`.
tacos_status tacos_seats_named(tacos_engine engine,
                               tacos_str event,
                               const tacos_str *seats,
                               size_t seat_count,
                               tacos_buffer *buffer,
                               tacos_list *out);

// A place in the line. Asking counts as activity.
tacos_status tacos_queue_place_of(tacos_engine engine, tacos_token token, tacos_queue_place *out);

// The event of a waiting token.
tacos_status tacos_token_event(tacos_engine engine, tacos_token token, tacos_buffer *buffer, tacos_str *out);

// Figures of a waiting line.
tacos_status tacos_queue_of(tacos_engine engine, tacos_str event, tacos_queue_view *out);

// The rules of a waiting line.
tacos_status tacos_queue_policy_of(tacos_engine engine,
                                   tacos_str event,
                                   tacos_buffer *buffer,
                                   const tacos_queue_policy **out);

// The draw of the pre-sale room.
tacos_status tacos_draw_of(tacos_engine engine, tacos_str event, tacos_draw_view *out);

// Dead letters, oldest first. Of `tacos_webhook_view`.
tacos_status tacos_dead_webhooks(tacos_engine engine, uint64_t after, tacos_buffer *buffer, tacos_list *out);

// The name of a status, as the header spells it, ended with a zero byte and living as long as the process;
// `TACOS_STATUS_UNKNOWN` for a number that this library does not know.
const char *tacos_status_name(uint32_t status);

// Carries out `count` commands, one after the other. The answer to number *i*, also a refusal, has the tag `first_tag + i`.
// With a buffer, answers that are there at once are listed in `*out` (`tacos_answer`), as far as they fit; all others, and
// without a buffer all, come out of `tacos_poll`, in no promised order. Never waits, except with the manual driver, where it
// writes. `buffer` and `out` may be null, but only both.
//
// `accepted` (which may be null) is written in any case, and so is `out`: so many commands were carried out and are or will
// be answered. Fewer than `count` means that the status says why the next one was not, and that the rest were not tried:
// `QUEUE_FULL` (poll first), `CLOSED`, `PANICKED`, or wrong use in that command's struct.
tacos_status tacos_submit(tacos_engine engine,
                          const tacos_head *const *commands,
                          size_t count,
                          uint64_t first_tag,
                          size_t *accepted,
                          tacos_buffer *buffer,
                          tacos_list *out);

// Carries out one command. If its answer is there at once (a refusal, a read of what is durable, any command with the
// manual driver), writes it to `*out` and answers `OK`; else it answers `PENDING`, and the answer comes out of `tacos_poll`
// with `tag`. Never waits for the disk, except with the manual driver, where it writes.
//
// For a write the buffer must have `TACOS_REPLY_BYTES_MAX` bytes, so that its answer cannot be lost.
tacos_status tacos_try(tacos_engine engine,
                       const tacos_head *command,
                       uint64_t tag,
                       tacos_buffer *buffer,
                       tacos_answer *out);

// Carries out one command and blocks until its answer may be seen. `OK` says that there is an answer in `*out`, also if it
// is a refusal: look at its status. The tag of the answer is 0.
//
// For a write the buffer must have `TACOS_REPLY_BYTES_MAX` bytes, so that its answer cannot be lost.
tacos_status tacos_call(tacos_engine engine,
                        const tacos_head *command,
                        tacos_buffer *buffer,
                        tacos_answer *out);

// Takes answers out of the engine's completion queue: `*out` lists them (`tacos_answer`), at most `max` and at most as many
// as fit the buffer; the others stay. If there is none, waits up to `timeout_ms` for one; 0 never waits. Any number of
// threads may poll; each answer comes out once.
//
// `OK` with no answers: the time is over. `CLOSED`: the engine is closed, and everything was taken out.
// `BUFFER_TOO_SMALL`: not even one fits; nothing is lost. `TACOS_REPLY_BYTES_MAX` is enough for any write's.
tacos_status tacos_poll(tacos_engine engine,
                        size_t max,
                        uint64_t timeout_ms,
                        tacos_buffer *buffer,
                        tacos_list *out);

// Where the newest durable update ends: reading from here gives only what is new. Take it before reading an event's seats,
// and the updates behind it are all that the copy may lack.
tacos_status tacos_position(tacos_engine engine,
                            uint64_t *out);

// A reader of the updates behind `from`: a position that an update or `tacos_position` gave, or 0 for everything that is
// kept. Close it by `tacos_updates_close`; it may outlive its engine, and then still gives what is left.
//
// `UPDATES_GONE`, `UPDATES_NOT_A_POSITION`, `TOO_MANY_HANDLES`.
tacos_status tacos_updates_open(tacos_engine engine,
                                uint64_t from,
                                tacos_reader *out);

// Takes updates (`tacos_update`), at most `max` and at most as many as fit the buffer. If there is none, waits up to
// `timeout_ms` for the first; 0 never waits. A second thread on the same reader waits for the first one.
//
// `OK` with none: the time is over. `CLOSED`: the reader was closed, or its engine was and everything was read.
// `UPDATES_GONE`: this reader was too slow. `BUFFER_TOO_SMALL`: not even one fits; nothing is lost.
tacos_status tacos_updates_read(tacos_reader reader,
                                size_t max,
                                uint64_t timeout_ms,
                                tacos_buffer *buffer,
                                tacos_list *out);

// Closes a reader. Closing twice is the same as closing once. A thread that waits in it returns at the end of its time.
tacos_status tacos_updates_close(tacos_reader reader);

// The library's `TACOS_ABI_VERSION`. Compare it with the header's before anything else. Frozen signature.
uint32_t tacos_abi_version(void);

// The library's version as a text that ends with a zero byte and lives as long as the process. Frozen signature.
const char *tacos_version(void);

#if defined(TACOS_TESTING)
// Panics behind the border: in a write (`in_write` 1), after which the engine takes no more writes, or in a read (0), after
// which it goes on. Answers `PANICKED`.
tacos_status tacos_test_panic(tacos_engine engine,
                              uint32_t in_write);
#endif

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* TACOS_ENGINE_H */
