// Answers and refusals as the fields that scenarios compare.

package main

import (
	"errors"
	"slices"
	"strconv"
	"time"

	tacos "github.com/traffic-tacos/engine/bindings/go"
)

func (a *answer) moment(name string, at time.Time) { a.int(name, at.Sub(start).Milliseconds()) }

// momentIf leaves out what has no moment.
func (a *answer) momentIf(name string, at time.Time) {
	if !at.IsZero() {
		a.moment(name, at)
	}
}

func (a *answer) textIf(name, value string) {
	if value != "" {
		a.text(name, value)
	}
}

// places are written in the order of the seat map, standing places as their section with the count; gives how many they are.
func (d *driver) places(a *answer, event uint32, places []tacos.Place) (count int64) {
	sorted := slices.Sorted(slices.Values(places))
	views, err := d.engine.Describe(event, sorted)
	if err != nil {
		giveUp(err)
	}
	var names []string
	for _, view := range views {
		if view.Row == "" {
			view.ID += "*" + strconv.Itoa(int(view.Count))
		}
		names = append(names, view.ID)
		count += int64(view.Count)
	}
	a.texts("seats", names)
	return count
}

func (d *driver) eventOf(a *answer, number uint32) {
	id, err := d.engine.EventID(number)
	if err != nil {
		giveUp(err)
	}
	a.text("event", id)
}

// reply is the answer to a command.
func (d *driver) reply(value any) []byte {
	a := say("reply")
	switch v := value.(type) {
	case tacos.ReservationPage:
		items(a, v.Items, shows[tacos.Reservation](d))
		a.next(v.Next)
	case tacos.PaymentPage:
		items(a, v.Items, shows[tacos.Payment](d))
		a.next(v.Next)
	default:
		d.put(a, value)
	}
	return a.done()
}

// shows writes entries of a list by their rows.
func shows[T any](d *driver) func(*answer, T) {
	return func(a *answer, entry T) { d.put(a, entry) }
}

func (a *answer) next(cursor *tacos.Cursor) {
	if cursor != nil {
		a.hex("next", cursor[:])
	}
}

// whyUnsupported says why an error is none of the engine's, but that of a server that cannot be asked for it; empty if it is.
var whyUnsupported = (&linked{}).unsupported

func unsupported(why string) []byte {
	a := say("unsupported")
	a.text("why", why)
	return a.done()
}

// failure is a refusal with what it tells, or one word for broken circumstances.
func failure(err error) []byte {
	if why := whyUnsupported(err); why != "" {
		return unsupported(why)
	}
	var e *tacos.Error
	if !errors.As(err, &e) {
		return failed(err.Error())
	}
	if !e.IsRefusal() {
		words := map[tacos.Status]string{
			tacos.ErrClosed: "closed", tacos.ErrPoisoned: "poisoned", tacos.ErrUpdatesGone: "gone",
			tacos.ErrUpdatesNotAPosition: "not_a_position",
		}
		if word, known := words[e.Status]; known {
			return failed(word)
		}
		return failed(e.Error())
	}
	a := say("refused")
	a.text("code", e.Status.Code())
	refusal(a, e)
	return a.done()
}

func refusal(a *answer, e *tacos.Error) {
	switch e.Status {
	case tacos.ErrInvalid:
		var names []string
		for _, problem := range e.Problems {
			names = append(names, problem.Field)
		}
		a.texts("fields", names)
	case tacos.ErrUnknownSeats, tacos.ErrSeatsTaken:
		a.texts("seats", e.Seats)
	case tacos.ErrUnknownSection:
		a.text("section", e.Section)
	case tacos.ErrSaleNotOpen:
		a.text("state", e.SaleState.String())
	case tacos.ErrReservationIs:
		a.text("state", e.ReservationState.String())
	case tacos.ErrPaymentIs:
		a.text("state", e.PaymentState.String())
	case tacos.ErrInsufficient:
		a.int("wanted", int64(e.Wanted))
		a.int("available", int64(e.Available))
	case tacos.ErrNotAdjacent:
		a.int("wanted", int64(e.Wanted))
	case tacos.ErrQuotaExceeded:
		a.int("seats_max", int64(e.SeatsMax))
		a.int("has", int64(e.SeatsHeld))
	case tacos.ErrPaymentNotApproved:
		a.text("doubt", e.PaymentDoubt.String())
		if e.PaymentDoubt == tacos.PaymentDoubtUnfinished {
			a.text("state", e.PaymentState.String())
		}
	case tacos.ErrExtensionRefused:
		a.text("doubt", e.ExtensionDoubt.String())
		if e.ExtensionDoubt == tacos.ExtensionDoubtTooLong {
			a.int("extension_ms_max", e.ExtensionMax.Milliseconds())
		}
	case tacos.ErrRefundTooLarge:
		a.int("left_minor", e.LeftMinor)
	case tacos.ErrNotDue:
		a.moment("due_ms", e.DueAt)
	case tacos.ErrAtCapacity:
		a.text("bound", e.Bound.String())
	}
}

func failed(why string) []byte {
	a := say("failed")
	a.text("why", why)
	return a.done()
}

func invalid(field illFormed) []byte {
	a := say("refused")
	a.text("code", "invalid")
	a.texts("fields", []string{string(field)})
	return a.done()
}
