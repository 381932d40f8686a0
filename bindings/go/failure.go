// What became of a call that did not do what it was asked: the error that tells all about it.

package tacos

import (
	"strings"
	"time"
)

// Error makes a status an error, so that errors.Is can look for it.
func (s Status) Error() string {
	if name := s.name(); name != "" {
		return name
	}
	return "TACOS_STATUS_UNKNOWN"
}

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
func (e *Error) IsRefusal() bool { return e.Status >= firstRefusal }

// invalid is the refusal of an argument that this package can tell by itself.
func invalid(field, reason string) error {
	return &Error{
		Status:   ErrInvalid,
		Message:  "invalid argument: " + field + " " + reason,
		Problems: []Problem{{Field: field, Reason: reason}},
	}
}
