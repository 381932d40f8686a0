// One reservation: pending until a moment, then confirmed, cancelled or expired for good.

package main

import (
	"fmt"

	"github.com/anishathalye/porcupine"
)

const (
	stateNone      = "unknown_reservation"
	statePending   = "pending"
	stateConfirmed = "confirmed"
	stateCancelled = "cancelled"
	stateExpired   = "expired"
)

// As often as the histories' event allows.
const extensionsMax = 2

type reservationState struct {
	is         string
	until      int64
	extensions int
}

func (s reservationState) String() string {
	if s.is == statePending {
		return fmt.Sprintf("pending until %d ms, extended %d times", s.until, s.extensions)
	}
	return s.is
}

func reservationModel() porcupine.Model {
	model := porcupine.NondeterministicModel{
		Init: func() []interface{} { return one(durable(reservationState{is: stateNone})) },
		Step: func(state, input, _ interface{}) []interface{} {
			return stepReservation(state.(versions[reservationState]), input.(*call))
		},
		Equal:             sameVersions[reservationState],
		DescribeOperation: describeCall,
	}
	return model.ToModel()
}

func stepReservation(seen versions[reservationState], c *call) []interface{} {
	if c.kind == "crash" {
		return seen.crashed()
	}
	now := seen.now()
	next, may := nextReservation(now, c)
	switch c.result {
	case resultOK:
		shown := c.kind != "hold" && c.kind != "extend" || c.shown == next.until
		return when(may && shown, durable(next))
	case resultUnknown:
		if may && next != now {
			return []interface{}{seen, seen.volatile(next)}
		}
		return one(seen)
	case "seats_taken":
		return when(c.kind == "hold" && now.is == stateNone, seen)
	case resultInvalid:
		// Its deadline had passed before the engine looked at it.
		return when(c.kind == "hold" && c.given <= c.returnedMs() && now.is == stateNone, seen)
	case "extension_refused":
		alive := now.is == statePending && c.calledMs() < now.until
		return when(alive && now.extensions >= extensionsMax, seen)
	}
	return toldReservation(seen, c)
}

// nextReservation is what a success leads to, and whether there can be one.
func nextReservation(now reservationState, c *call) (reservationState, bool) {
	alive := now.is == statePending && c.calledMs() < now.until
	switch c.kind {
	case "hold":
		return reservationState{is: statePending, until: c.given}, now.is == stateNone
	case "confirm":
		return reservationState{is: stateConfirmed}, alive || now.is == stateConfirmed
	case "release":
		return reservationState{is: stateCancelled}, alive
	case "extend":
		longer := reservationState{is: statePending, until: now.until + c.given, extensions: now.extensions + 1}
		return longer, alive && now.extensions < extensionsMax
	}
	return now, c.kind == "lookup"
}

// toldReservation is what an answer that names the state says. What a look-up shows is durable.
func toldReservation(seen versions[reservationState], c *call) []interface{} {
	now := seen.now()
	after := seen
	if c.kind == "lookup" && c.result != stateNone {
		after = durable(now)
	}
	switch c.result {
	case statePending:
		alive := now.is == statePending && c.calledMs() < now.until
		return when(c.kind == "lookup" && alive && now.until == c.shown, after)
	case stateExpired:
		if now.is == statePending {
			// Told once, it is over for good.
			return when(now.until <= c.returnedMs(), after.turned(reservationState{is: stateExpired}))
		}
		return when(now.is == stateExpired, after)
	case stateConfirmed:
		// A second confirmation is a success.
		return when(now.is == stateConfirmed && c.kind != "confirm", after)
	case stateCancelled, stateNone:
		return when(now.is == c.result, after)
	}
	return none
}
