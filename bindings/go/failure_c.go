// Errors out of memory of C's.

package tacos

/*
#include "tacos_engine.h"
*/
import "C"

import (
	"fmt"
	"runtime"
	"time"
)

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
