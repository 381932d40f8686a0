// Every way of saying no: statuses, and the error that tells all about one.

package tacos

/*
#include "tacos_engine.h"
*/
import "C"

import (
	"fmt"
	"runtime"
	"strings"
	"time"
)

// Status is a number of the engine's; numbers are only ever added. A Status is an error: compare with errors.Is.
type Status uint32

// What the engine can answer instead of doing what it was asked. Use them with errors.Is; errors.As with *Error tells more.
const (
	// ErrBadUTF8: a text is not UTF-8.
	ErrBadUTF8 = Status(C.TACOS_STATUS_BAD_UTF8)
	// ErrListTooLong: a list is longer than TACOS_LIST_MAX.
	ErrListTooLong = Status(C.TACOS_STATUS_LIST_TOO_LONG)
	// ErrBadHandle: the number was never an engine, or never a reader.
	ErrBadHandle = Status(C.TACOS_STATUS_BAD_HANDLE)
	// ErrNotManual: the engine's clock is not turned by hand.
	ErrNotManual = Status(C.TACOS_STATUS_NOT_MANUAL)
	// ErrTooManyHandles: as many engines or readers are open as can be.
	ErrTooManyHandles = Status(C.TACOS_STATUS_TOO_MANY_HANDLES)
	// ErrClosed: the engine or reader was closed.
	ErrClosed = Status(C.TACOS_STATUS_CLOSED)
	// ErrPoisoned: a write or sync of the journal failed, or a panic stopped a thread of the engine. Reads go on; only
	// opening the folder again brings writing back.
	ErrPoisoned = Status(C.TACOS_STATUS_POISONED)
	// ErrPanicked: a bug of the library. If a write met it, the engine takes no more writes: close it and open it again.
	ErrPanicked = Status(C.TACOS_STATUS_PANICKED)
	// ErrSystem: the operating system refused something: a thread, randomness, a folder.
	ErrSystem = Status(C.TACOS_STATUS_SYSTEM)
	// ErrBadConfig: settings are out of their bounds; the last error names them.
	ErrBadConfig = Status(C.TACOS_STATUS_BAD_CONFIG)
	// ErrJournalIO: the disk refused an operation.
	ErrJournalIO = Status(C.TACOS_STATUS_JOURNAL_IO)
	// ErrJournalLocked: another process or engine has the folder open.
	ErrJournalLocked = Status(C.TACOS_STATUS_JOURNAL_LOCKED)
	// ErrJournalNotOurs: the folder has files, but not those of a journal.
	ErrJournalNotOurs = Status(C.TACOS_STATUS_JOURNAL_NOT_OURS)
	// ErrJournalMetaDamaged: both copies of the folder's meta are damaged.
	ErrJournalMetaDamaged = Status(C.TACOS_STATUS_JOURNAL_META_DAMAGED)
	// ErrJournalNewerFormat: written by a later version.
	ErrJournalNewerFormat = Status(C.TACOS_STATUS_JOURNAL_NEWER_FORMAT)
	// ErrJournalForeign: a file of another engine.
	ErrJournalForeign = Status(C.TACOS_STATUS_JOURNAL_FOREIGN)
	// ErrJournalRot: bytes that were durable are damaged or gone.
	ErrJournalRot = Status(C.TACOS_STATUS_JOURNAL_ROT)
	// ErrJournalMisplaced: an intact file or frame stands where it does not belong.
	ErrJournalMisplaced = Status(C.TACOS_STATUS_JOURNAL_MISPLACED)
	// ErrJournalHole: a segment file is missing.
	ErrJournalHole = Status(C.TACOS_STATUS_JOURNAL_HOLE)
	// ErrJournalSnapshotDamaged: a snapshot is damaged and nothing can stand in for it.
	ErrJournalSnapshotDamaged = Status(C.TACOS_STATUS_JOURNAL_SNAPSHOT_DAMAGED)
	// ErrJournalApply: a record cannot be applied.
	ErrJournalApply = Status(C.TACOS_STATUS_JOURNAL_APPLY)
	// ErrJournalFull: no room on the disk.
	ErrJournalFull = Status(C.TACOS_STATUS_JOURNAL_FULL)
	// ErrJournalNotRetained: what was asked for is older than what is kept.
	ErrJournalNotRetained = Status(C.TACOS_STATUS_JOURNAL_NOT_RETAINED)
	// ErrJournalNotABoundary: no record begins there.
	ErrJournalNotABoundary = Status(C.TACOS_STATUS_JOURNAL_NOT_A_BOUNDARY)
	// ErrJournalNotEmpty: the folder to copy into is not empty.
	ErrJournalNotEmpty = Status(C.TACOS_STATUS_JOURNAL_NOT_EMPTY)
	// ErrJournalOther: a failure of the journal that this version of the ABI has no number for; the last error says more.
	ErrJournalOther = Status(C.TACOS_STATUS_JOURNAL_OTHER)
	// ErrNoFolder: an engine in memory has no folder.
	ErrNoFolder = Status(C.TACOS_STATUS_NO_FOLDER)
	// ErrSnapshotBusy: another snapshot is being taken.
	ErrSnapshotBusy = Status(C.TACOS_STATUS_SNAPSHOT_BUSY)
	// ErrUpdatesGone: the updates asked for are no longer kept: read the state anew and go on from a newer position.
	ErrUpdatesGone = Status(C.TACOS_STATUS_UPDATES_GONE)
	// ErrUpdatesNotAPosition: no update ends at this position.
	ErrUpdatesNotAPosition = Status(C.TACOS_STATUS_UPDATES_NOT_A_POSITION)
	// ErrUpdatesUnreadable: the journal could not be read.
	ErrUpdatesUnreadable = Status(C.TACOS_STATUS_UPDATES_UNREADABLE)
	// ErrInvalid: arguments that cannot be taken.
	ErrInvalid = Status(C.TACOS_STATUS_INVALID)
	// ErrIdempotencyRequired: a write without an idempotency key where the engine demands one.
	ErrIdempotencyRequired = Status(C.TACOS_STATUS_IDEMPOTENCY_REQUIRED)
	// ErrIdempotencyConflict: the key was used within its life for a different request.
	ErrIdempotencyConflict = Status(C.TACOS_STATUS_IDEMPOTENCY_CONFLICT)
	// ErrUnknownEvent: no event has this id.
	ErrUnknownEvent = Status(C.TACOS_STATUS_UNKNOWN_EVENT)
	// ErrEventExists: an event with this id exists.
	ErrEventExists = Status(C.TACOS_STATUS_EVENT_EXISTS)
	// ErrUnknownSeats: the event has no such seats.
	ErrUnknownSeats = Status(C.TACOS_STATUS_UNKNOWN_SEATS)
	// ErrUnknownSection: the event has no such section.
	ErrUnknownSection = Status(C.TACOS_STATUS_UNKNOWN_SECTION)
	// ErrUnknownReservation: no reservation has this id, or it is long forgotten.
	ErrUnknownReservation = Status(C.TACOS_STATUS_UNKNOWN_RESERVATION)
	// ErrUnknownPayment: no payment intent has this id, or it is long forgotten.
	ErrUnknownPayment = Status(C.TACOS_STATUS_UNKNOWN_PAYMENT)
	// ErrUnknownWebhook: no webhook has this id.
	ErrUnknownWebhook = Status(C.TACOS_STATUS_UNKNOWN_WEBHOOK)
	// ErrUnknownToken: the token is not one of ours, or of another event or user, or long forgotten.
	ErrUnknownToken = Status(C.TACOS_STATUS_UNKNOWN_TOKEN)
	// ErrTokenExpired: the token was good once.
	ErrTokenExpired = Status(C.TACOS_STATUS_TOKEN_EXPIRED)
	// ErrSaleNotOpen: the event is not being sold now.
	ErrSaleNotOpen = Status(C.TACOS_STATUS_SALE_NOT_OPEN)
	// ErrAlreadyWaiting: this user waits in this line under another session.
	ErrAlreadyWaiting = Status(C.TACOS_STATUS_ALREADY_WAITING)
	// ErrLeftLine: the place in the line was given up.
	ErrLeftLine = Status(C.TACOS_STATUS_LEFT_LINE)
	// ErrNoWaitingLine: the event has no waiting line.
	ErrNoWaitingLine = Status(C.TACOS_STATUS_NO_WAITING_LINE)
	// ErrNotYet: not the caller's turn.
	ErrNotYet = Status(C.TACOS_STATUS_NOT_YET)
	// ErrAdmissionPaused: admissions are stopped for the moment.
	ErrAdmissionPaused = Status(C.TACOS_STATUS_ADMISSION_PAUSED)
	// ErrSeatsTaken: somebody else has these seats.
	ErrSeatsTaken = Status(C.TACOS_STATUS_SEATS_TAKEN)
	// ErrInsufficient: fewer are left than asked for.
	ErrInsufficient = Status(C.TACOS_STATUS_INSUFFICIENT)
	// ErrNotAdjacent: enough are left, but not next to each other.
	ErrNotAdjacent = Status(C.TACOS_STATUS_NOT_ADJACENT)
	// ErrQuotaExceeded: the user would have more than the event allows.
	ErrQuotaExceeded = Status(C.TACOS_STATUS_QUOTA_EXCEEDED)
	// ErrForbidden: it belongs to somebody else.
	ErrForbidden = Status(C.TACOS_STATUS_FORBIDDEN)
	// ErrReservationExpired: the hold's time ran out.
	ErrReservationExpired = Status(C.TACOS_STATUS_RESERVATION_EXPIRED)
	// ErrReservationIs: the reservation is in a state that does not allow this.
	ErrReservationIs = Status(C.TACOS_STATUS_RESERVATION_IS)
	// ErrPaymentIs: the payment is in a state that does not allow this.
	ErrPaymentIs = Status(C.TACOS_STATUS_PAYMENT_IS)
	// ErrPaymentNotApproved: the payment does not confirm the reservation.
	ErrPaymentNotApproved = Status(C.TACOS_STATUS_PAYMENT_NOT_APPROVED)
	// ErrPaymentExists: a payment for this reservation is under way or done.
	ErrPaymentExists = Status(C.TACOS_STATUS_PAYMENT_EXISTS)
	// ErrExtensionRefused: the hold cannot be extended.
	ErrExtensionRefused = Status(C.TACOS_STATUS_EXTENSION_REFUSED)
	// ErrRefundTooLarge: more than what is left to refund.
	ErrRefundTooLarge = Status(C.TACOS_STATUS_REFUND_TOO_LARGE)
	// ErrSeatsDiffer: the hold has other seats than named.
	ErrSeatsDiffer = Status(C.TACOS_STATUS_SEATS_DIFFER)
	// ErrExternalExists: a reservation with this external id exists.
	ErrExternalExists = Status(C.TACOS_STATUS_EXTERNAL_EXISTS)
	// ErrNotDue: the step is not due before at_ms.
	ErrNotDue = Status(C.TACOS_STATUS_NOT_DUE)
	// ErrAtCapacity: a bound is reached.
	ErrAtCapacity = Status(C.TACOS_STATUS_AT_CAPACITY)
	// ErrRefusedOther: a refusal that this version of the ABI has no number for; the text says more.
	ErrRefusedOther = Status(C.TACOS_STATUS_REFUSED_OTHER)
)

// Error makes a status an error, so that errors.Is can look for it.
func (s Status) Error() string { return C.GoString(C.tacos_status_name(C.uint32_t(s))) }

// Code is the status's name for machines, in snake case; those of refusals are the engine's own.
func (s Status) Code() string {
	return strings.ToLower(strings.TrimPrefix(s.Error(), "TACOS_STATUS_"))
}

// Problem is one argument that cannot be taken.
type Problem struct {
	// Field is the argument's name, Reason is why, for a person, and Value what was given, where showing it helps.
	Field, Reason, Value string
}

// Error is what became of a command that was not done, with all that is known about it. Fields that do not belong to its
// status are zero.
type Error struct {
	// Status says what; errors.Is(err, ErrSeatsTaken) compares it.
	Status Status
	// Message is for a person.
	Message string
	// Transient says that the same command may succeed shortly, without anybody changing anything.
	Transient bool
	// RetryAfter is when to try again, where that is known.
	RetryAfter time.Duration
	// Seats that are taken or unknown.
	Seats []string
	// Problems with arguments.
	Problems []Problem
	// Section that is unknown.
	Section string
	// Wanted and Available places.
	Wanted, Available int
	// SeatsMax is the most that one user may have, SeatsHeld what this one has.
	SeatsMax, SeatsHeld int
	// SaleState, ReservationState and PaymentState are where what is in the way stands; see Status.
	SaleState        SaleState
	ReservationState ReservationState
	PaymentState     PaymentState
	// Bound that is reached.
	Bound Bound
	// PaymentDoubt and ExtensionDoubt: why, with ErrPaymentNotApproved and ErrExtensionRefused.
	PaymentDoubt   PaymentDoubt
	ExtensionDoubt ExtensionDoubt
	// DueAt is when the step is due.
	DueAt time.Time
	// ExtensionMax is the most that one extension may add.
	ExtensionMax time.Duration
	// LeftMinor is left to refund.
	LeftMinor int64
}

func (e *Error) Error() string { return "tacos: " + e.Message }

// Unwrap gives the status, for errors.Is.
func (e *Error) Unwrap() error { return e.Status }

// IsRefusal says whether the engine expected this and changed nothing; else circumstances or wrong use are to blame.
func (e *Error) IsRefusal() bool { return e.Status >= 100 }

// checked makes a call that leaves its text with the thread, and an error of what it answers.
func checked(call func() C.tacos_status) error {
	// The text of a failure is kept for each thread: stay on this one until it is read.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	border()
	status := call()
	border()
	if status == C.TACOS_STATUS_OK {
		return nil
	}
	return failed(status)
}

// failed is the error of a call that answered status on this thread just now, with all that is known of it.
func failed(status C.tacos_status) error {
	a := takeArena()
	defer a.giveBack()
	out := alloc[*C.tacos_failure](a)
	if told := C.tacos_last_failure(a.buffer, out); told != C.TACOS_STATUS_OK {
		panic(misuse(told))
	}
	err := decodeFailure(*out)
	err.Status = Status(status)
	return err
}

// misuse is for what this package never does.
func misuse(status C.tacos_status) string {
	return fmt.Sprintf("a bug of package tacos: %s", Status(status).Error())
}

func decodeFailure(body *C.tacos_failure) *Error {
	err := &Error{
		Status:       Status(body.status),
		Message:      goText(body.text),
		Transient:    body.transient == 1,
		RetryAfter:   time.Duration(body.retry_after_ms) * time.Millisecond,
		Seats:        goList(body.seats, func(seat *C.tacos_str) string { return goText(*seat) }),
		Section:      goText(body.section),
		Wanted:       int(body.wanted),
		Available:    int(body.available),
		SeatsMax:     int(body.seats_max),
		SeatsHeld:    int(body.seats_held),
		Bound:        Bound(body.bound),
		DueAt:        goTime(body.at_ms),
		ExtensionMax: time.Duration(body.extension_ms_max) * time.Millisecond,
		LeftMinor:    int64(body.left_minor),
	}
	err.Problems = goList(body.problems, func(problem *C.tacos_problem) Problem {
		return Problem{goText(problem.field), goText(problem.reason), goText(problem.value)}
	})
	switch err.Status {
	case ErrSaleNotOpen:
		err.SaleState = SaleState(body.state)
	case ErrReservationIs:
		err.ReservationState = ReservationState(body.state)
	case ErrPaymentIs:
		err.PaymentState = PaymentState(body.state)
	case ErrPaymentNotApproved:
		err.PaymentDoubt, err.PaymentState = PaymentDoubt(body.doubt), PaymentState(body.state)
	case ErrExtensionRefused:
		err.ExtensionDoubt = ExtensionDoubt(body.doubt)
	}
	return err
}
