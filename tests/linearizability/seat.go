// One seat: free, held by a reservation until a moment, or sold to it.

package main

import (
	"fmt"

	"github.com/anishathalye/porcupine"
)

type seatKind uint8

const (
	seatFree seatKind = iota
	seatHeld
	seatSold
)

type seatState struct {
	kind  seatKind
	owner string
	until int64
}

func (s seatState) String() string {
	switch s.kind {
	case seatHeld:
		return fmt.Sprintf("held by %s until %d ms", s.owner, s.until)
	case seatSold:
		return "sold to " + s.owner
	}
	return "free"
}

func (s seatState) heldBy(owner string) bool { return s.kind == seatHeld && s.owner == owner }
func (s seatState) soldTo(owner string) bool { return s.kind == seatSold && s.owner == owner }

func seatModel() porcupine.Model {
	model := porcupine.NondeterministicModel{
		Init: func() []interface{} { return one(durable(seatState{})) },
		Step: func(state, input, _ interface{}) []interface{} {
			return stepSeat(state.(versions[seatState]), input.(*call))
		},
		Equal:             sameVersions[seatState],
		DescribeOperation: describeCall,
	}
	return model.ToModel()
}

func stepSeat(seen versions[seatState], c *call) []interface{} {
	now := seen.now()
	if c.kind == "crash" {
		return seen.crashed()
	}
	if c.kind == "hold" {
		return holdSeat(seen, c)
	}
	next, may := now, false
	switch c.kind {
	case "confirm":
		// Its call began before the deadline, or it was sold to the same already.
		may = now.heldBy(c.name) && c.calledMs() < now.until || now.soldTo(c.name)
		next = seatState{kind: seatSold, owner: c.name}
	case "release":
		may = now.heldBy(c.name) && c.calledMs() < now.until
		next = seatState{}
	case "extend":
		may = now.heldBy(c.name) && c.calledMs() < now.until
		next.until += c.given
	}
	switch c.result {
	case resultOK:
		return when(may, durable(next))
	case resultUnknown:
		if may && next != now {
			return []interface{}{seen, seen.volatile(next)}
		}
		return one(seen)
	}
	return seatEvidence(seen, c)
}

func holdSeat(seen versions[seatState], c *call) []interface{} {
	now := seen.now()
	// A hold past its time is in no other hold's way; at the latest when the call returned it had passed.
	may := now.kind == seatFree || now.kind == seatHeld && now.until <= c.returnedMs()
	next := seatState{kind: seatHeld, owner: c.name, until: c.given}
	switch c.result {
	case resultOK:
		return when(may && c.shown == c.given, durable(next))
	case resultUnknown:
		if may {
			return []interface{}{seen, seen.volatile(next)}
		}
		return one(seen)
	case "seats_taken":
		// Only those who were told that this very seat is taken are here.
		taken := now.kind == seatSold || now.kind == seatHeld && c.calledMs() < now.until
		return when(taken, seen)
	}
	return none
}

// seatEvidence is what an answer about the reservation says of its seats.
func seatEvidence(seen versions[seatState], c *call) []interface{} {
	now := seen.now()
	switch c.result {
	case "pending":
		return when(now.heldBy(c.name) && now.until == c.shown && c.calledMs() < now.until, durable(now))
	case "confirmed":
		if c.kind == "lookup" {
			return when(now.soldTo(c.name), durable(now))
		}
		return when(now.soldTo(c.name), seen)
	case "extension_refused":
		return when(now.heldBy(c.name) && c.calledMs() < now.until, seen)
	case "cancelled", "unknown_reservation":
		return when(!now.heldBy(c.name) && !now.soldTo(c.name), seen)
	case "expired":
		if now.heldBy(c.name) {
			// From here on it is over for good, for every later call.
			return when(now.until <= c.returnedMs(), seen.turned(seatState{}))
		}
		return when(!now.soldTo(c.name), seen)
	}
	return none
}
