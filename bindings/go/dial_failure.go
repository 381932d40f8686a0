// What a server says no with: the engine's refusals, as the linked engine gives them, and what only a server says.

package tacos

import (
	"context"
	"errors"
	"strings"

	commandv1 "github.com/traffic-tacos/proto-contracts/gen/go/command/v1"
	commonv1 "github.com/traffic-tacos/proto-contracts/gen/go/common/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// ErrOutcomeUnknown says, by [errors.Is], that the connection was lost while a write was under way: it may or may not have
// taken place. Repeat it with the same Key: it acts once. A write without a key is to be looked for by a read.
var ErrOutcomeUnknown = errors.New("tacos: the connection was lost, and it is not known whether the write took place")

// ErrUnavailable says, by [errors.Is], that no server could be reached, or that it takes no calls now: nothing was done.
var ErrUnavailable = errors.New("tacos: the server cannot be reached; nothing was done")

// ErrNotOverTheWire says, by [errors.Is], that a server has no such operation: only the linked engine has it.
var ErrNotOverTheWire = errors.New("tacos: a server has no such operation")

// ServerError is a no of the server's that is not the engine's: a role that does not reach, a rate limit, maintenance, a
// journal that takes no more writes. Nothing was done, unless [errors.Is] finds ErrOutcomeUnknown.
type ServerError struct {
	// Code is the contract's word for it, in capitals: RATE_LIMITED, FORBIDDEN, UNAVAILABLE, …
	Code string
	// Message is for a person.
	Message string
	// TraceID finds it in the server's log.
	TraceID string
	// Problems with arguments.
	Problems []Problem
}

func (e *ServerError) Error() string { return "tacos: server: " + e.Code + ": " + e.Message }

// Is makes [errors.Is] find ErrOutcomeUnknown where the contract says that a write may have taken place all the same.
func (e *ServerError) Is(target error) bool {
	return target == ErrOutcomeUnknown && (e.Code == "INTERNAL" || e.Code == "UNAVAILABLE")
}

// lostError is ErrOutcomeUnknown or ErrUnavailable, with its cause.
type lostError struct{ what, cause error }

func (e *lostError) Error() string   { return e.what.Error() + ": " + e.cause.Error() }
func (e *lostError) Unwrap() []error { return []error{e.what, e.cause} }

// fromRefused is the engine's no, as the linked engine says it.
func fromRefused(from *commandv1.Refused) error {
	err := &Error{
		Status:       refusalOf(from.GetCode()),
		Message:      from.GetMessage(),
		Transient:    from.GetTransient(),
		RetryAfter:   fromMs(from.GetRetryAfterMs()),
		Section:      from.GetSection(),
		Wanted:       int(from.GetWanted()),
		Available:    int(from.GetAvailable()),
		SeatsMax:     int(from.GetSeatsMax()),
		SeatsHeld:    int(from.GetSeatsNow()),
		Bound:        fromBound(from.GetBound()),
		DueAt:        fromMoment(from.GetAtUnixMs()),
		ExtensionMax: fromMs(from.GetExtensionMaxMs()),
		LeftMinor:    from.GetLeftMinor(),
	}
	if len(from.GetSeats()) > 0 {
		err.Seats = from.GetSeats()
	}
	for _, problem := range from.GetProblems() {
		err.Problems = append(err.Problems, Problem{problem.GetField(), problem.GetReason(), problem.GetValue()})
	}
	// Zero is a state of a sale, so it is told by its being there.
	if from.SaleState != nil {
		err.SaleState = fromSaleState(*from.SaleState)
	}
	err.ReservationState = fromReservationState(from.GetReservationState())
	err.PaymentState = fromPaymentState(from.GetPaymentState())
	err.PaymentDoubt = fromPaymentDoubt(from.GetPaymentDoubt())
	err.ExtensionDoubt = fromExtensionDoubt(from.GetExtensionDoubt())
	return err
}

// fromError is the server's no.
func fromError(from *commonv1.Error) error {
	if from.GetCode() == commonv1.ErrorCode_ERROR_CODE_TIMEOUT {
		// The context's own deadline, which the server keeps as well.
		return context.DeadlineExceeded
	}
	err := &ServerError{
		Code:    strings.TrimPrefix(from.GetCode().String(), "ERROR_CODE_"),
		Message: from.GetMessage(),
		TraceID: from.GetTraceId(),
	}
	for _, detail := range from.GetDetails() {
		err.Problems = append(err.Problems, Problem{detail.GetField(), detail.GetReason(), detail.GetValue()})
	}
	return err
}

// unreachable is why a stream could not be opened, as callers are told it.
func unreachable(err error) error {
	switch status.Code(err) {
	case codes.Unauthenticated, codes.PermissionDenied, codes.Unimplemented, codes.InvalidArgument, codes.ResourceExhausted:
		return &ServerError{Code: strings.ToUpper(snake(status.Code(err).String())), Message: status.Convert(err).Message()}
	}
	return &lostError{ErrUnavailable, err}
}

// isFinal says that the next try would end as this one did; a server that has too much to do may take the next one.
func isFinal(err error) bool {
	var said *ServerError
	return errors.As(err, &said) && said.Code != "RESOURCE_EXHAUSTED"
}

// snake puts a line between the words of a name.
func snake(name string) string {
	var out strings.Builder
	for i, sign := range name {
		if i > 0 && sign >= 'A' && sign <= 'Z' {
			out.WriteByte('_')
		}
		out.WriteRune(sign)
	}
	return out.String()
}

// closedError is what calls of a closed client get.
func closedError() error { return &Error{Status: ErrClosed, Message: "the client is closed"} }
