// One waiting line, whole: who stands in it, who was let in, and who has left. A ticket may be let in only if fewer
// than inside_max live tickets are ahead of it or inside. What is not certain (a departure or a join without an answer)
// counts for the ticket that is let in.

package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/anishathalye/porcupine"
)

type ticket struct {
	number  int64
	session string
	// Asked to leave, and no answer came: here or not.
	mayHaveLeft bool
	granted     bool
	until       int64
}

// lineState is never changed in place.
type lineState struct {
	// By number.
	tickets []ticket
	// Sessions that asked to join and got no answer: their ticket is not known.
	mayHaveJoined []string
	// The last ticket that was let in, or 0 with none before.
	last int64
}

func (s lineState) find(number int64) (int, bool) {
	return slices.BinarySearchFunc(s.tickets, number, func(t ticket, number int64) int { return int(t.number - number) })
}

func (s lineState) with(at int, changed ticket) lineState {
	s.tickets = slices.Clone(s.tickets)
	s.tickets[at] = changed
	return s
}

func (s lineState) without(at int) lineState {
	s.tickets = slices.Delete(slices.Clone(s.tickets), at, at+1)
	return s
}

func (s lineState) String() string {
	var text strings.Builder
	for _, one := range s.tickets {
		fmt.Fprintf(&text, "%d %s", one.number, one.session)
		if one.granted {
			text.WriteString(" in")
		}
		if one.mayHaveLeft {
			text.WriteString(" left?")
		}
		text.WriteString("; ")
	}
	return text.String() + strings.Join(s.mayHaveJoined, " ")
}

func lineModel(insideMax int) porcupine.Model {
	return porcupine.Model{
		Init: func() interface{} { return lineState{last: -1} },
		Step: func(state, input, _ interface{}) (bool, interface{}) {
			return stepLine(state.(lineState), input.(*call), insideMax)
		},
		Equal: func(a, b interface{}) bool {
			left, right := a.(lineState), b.(lineState)
			return left.last == right.last && slices.Equal(left.tickets, right.tickets) &&
				slices.Equal(left.mayHaveJoined, right.mayHaveJoined)
		},
		DescribeOperation: describeCall,
		DescribeState:     func(state interface{}) string { return state.(lineState).String() },
	}
}

func stepLine(now lineState, c *call, insideMax int) (bool, lineState) {
	switch c.kind {
	case "crash":
		return true, now
	case "join":
		return joinLine(now, c)
	case "leave":
		return leaveLine(now, c)
	case "ask":
		return askLine(now, c, insideMax)
	}
	return false, now
}

func joinLine(now lineState, c *call) (bool, lineState) {
	here := slices.IndexFunc(now.tickets, func(t ticket) bool { return t.session == c.name })
	maybe := slices.Index(now.mayHaveJoined, c.name)
	if c.result == resultUnknown {
		if here < 0 && maybe < 0 {
			now.mayHaveJoined = append(slices.Clone(now.mayHaveJoined), c.name)
			slices.Sort(now.mayHaveJoined)
		}
		return true, now
	}
	fresh := c.result == resultOK
	if !fresh && c.result != resultAgain {
		return false, now
	}
	if here >= 0 {
		had := now.tickets[here]
		if !fresh {
			had.mayHaveLeft = false
			return had.number == c.shown, now.with(here, had)
		}
		// The same session has one place at a time.
		if !had.mayHaveLeft {
			return false, now
		}
		now = now.without(here)
	} else if !fresh && maybe < 0 {
		return false, now
	}
	if maybe >= 0 {
		now.mayHaveJoined = slices.Delete(slices.Clone(now.mayHaveJoined), maybe, maybe+1)
	}
	at, taken := now.find(c.shown)
	now.tickets = slices.Insert(slices.Clone(now.tickets), at, ticket{number: c.shown, session: c.name})
	return !taken, now
}

func leaveLine(now lineState, c *call) (bool, lineState) {
	at, here := now.find(c.given)
	switch c.result {
	case resultOK:
		if !here {
			return false, now
		}
		return true, now.without(at)
	case resultUnknown:
		if here {
			one := now.tickets[at]
			one.mayHaveLeft = true
			return true, now.with(at, one)
		}
		return true, now
	case "left_line":
		return !here || now.tickets[at].mayHaveLeft, now
	}
	return false, now
}

func askLine(now lineState, c *call, insideMax int) (bool, lineState) {
	at, here := now.find(c.given)
	switch c.result {
	case resultUnknown:
		return true, now
	case "left_line":
		return !here || now.tickets[at].mayHaveLeft, now
	case "not_yet":
		return here && !now.tickets[at].granted, now
	case resultOK:
		if !here {
			return false, now
		}
		one := now.tickets[at]
		if one.granted {
			// Asked again, it is the same admission.
			ok := one.until == c.shown
			one.mayHaveLeft = false
			return ok, now.with(at, one)
		}
		one.granted, one.until, one.mayHaveLeft = true, c.shown, false
		now = now.with(at, one)
		now.last = max(now.last, c.given)
		return now.inside() <= insideMax, now
	}
	return false, now
}

// inside counts who must be inside: every ticket before the last that was let in, and that one.
func (s lineState) inside() int {
	count := 0
	for _, one := range s.tickets {
		if one.number <= s.last && !one.mayHaveLeft {
			count++
		}
	}
	return count
}

// orderModel: who joins later gets a higher ticket. The number is drawn earlier than the place is published, so that this is
// looked at by itself.
func orderModel() porcupine.Model {
	return porcupine.Model{
		Init: func() interface{} { return int64(-1) },
		Step: func(state, input, _ interface{}) (bool, interface{}) {
			last, c := state.(int64), input.(*call)
			return c.shown > last, c.shown
		},
		DescribeOperation: describeCall,
	}
}
