// What became of a call that did not do what it was asked: the error that tells all about it.

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

// Error is what became of a command that was not done, with all that is known about it. Fields that do not belong to
// its status are zero.
type Error struct {
	// Status says what; errors.Is(err, ErrSeatsTaken) compares it.
	Status Status
	// Message is for a person.
	Message string
	// Transient says that the same command may succeed shortly, with nothing changed.
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
