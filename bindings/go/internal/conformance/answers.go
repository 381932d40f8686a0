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

func (a *answer) counts(c tacos.Counts) {
	a.int("available", int64(c.Available))
	a.int("reserved", int64(c.Reserved))
	a.int("sold", int64(c.Sold))
	a.int("blocked", int64(c.Blocked))
	a.int("total", int64(c.Total))
}

func (a *answer) queuePlace(place tacos.QueuePlace) {
	a.text("state", place.State.String())
	a.int("position", int64(place.Position))
	if place.ETAKnown {
		a.int("eta_ms", place.ETA.Milliseconds())
	}
	a.momentIf("expires_at_ms", place.ExpiresAt)
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

func (d *driver) held(a *answer, event uint32, places []tacos.Place) {
	a.int("count", d.places(a, event, places))
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
	case tacos.EventChanged:
		a.moment("at_ms", v.At)
	case tacos.Done:
		a.moment("at_ms", v.At)
	case tacos.Reserved:
		a.text("id", v.ID.String())
		d.eventOf(a, v.EventNumber)
		a.int("total_minor", v.TotalMinor)
		a.moment("expires_at_ms", v.ExpiresAt)
		d.held(a, v.EventNumber, v.Places)
	case tacos.Extended:
		a.text("id", v.ID.String())
		a.moment("expires_at_ms", v.ExpiresAt)
		a.int("extended_ms", v.By.Milliseconds())
	case tacos.Released:
		a.text("id", v.ID.String())
		d.eventOf(a, v.EventNumber)
		a.text("state", v.State.String())
		a.moment("at_ms", v.At)
		d.held(a, v.EventNumber, v.Places)
	case tacos.Confirmed:
		a.text("id", v.ID.String())
		a.text("order", v.ID.Order().String())
		d.eventOf(a, v.EventNumber)
		a.int("total_minor", v.TotalMinor)
		a.moment("at_ms", v.At)
		d.held(a, v.EventNumber, v.Places)
	case tacos.PaymentChanged:
		a.text("id", v.ID.String())
		a.text("state", v.State.String())
		a.moment("at_ms", v.At)
		a.moment("expires_at_ms", v.ExpiresAt)
		a.int("refunded_minor", v.RefundedMinor)
		a.int("refund_number", int64(v.RefundNumber))
		a.text("effect", v.Effect.String())
	case tacos.Joined:
		a.text("token", v.Token.Reveal())
		a.queuePlace(v.Place)
		a.bool("again", v.Again)
	case tacos.Admitted:
		a.text("token", v.Token.Reveal())
		a.moment("valid_until_ms", v.ValidUntil)
	case tacos.Reservation:
		d.reservation(a, v)
	case tacos.ReservationPage:
		items(a, v.Items, d.reservation)
		a.next(v.Next)
	case tacos.Payment:
		payment(a, v)
	case tacos.PaymentPage:
		items(a, v.Items, payment)
		a.next(v.Next)
	default:
		giveUp(errors.New("an answer of no known type"))
	}
	return a.done()
}

func (a *answer) next(cursor *tacos.Cursor) {
	if cursor != nil {
		a.hex("next", cursor[:])
	}
}

func (d *driver) reservation(a *answer, v tacos.Reservation) {
	a.text("id", v.ID.String())
	a.textIf("external", v.External)
	a.text("event", v.Event)
	a.text("user", v.User)
	a.text("state", v.State.String())
	d.held(a, v.EventNumber, v.Places)
	a.int("total_minor", v.TotalMinor)
	a.text("currency", v.Currency)
	a.moment("created_at_ms", v.CreatedAt)
	a.moment("changed_at_ms", v.ChangedAt)
	a.moment("expires_at_ms", v.ExpiresAt)
	a.int("extensions", int64(v.Extensions))
	if v.Payment != nil {
		a.text("payment", v.Payment.String())
	}
}

func payment(a *answer, v tacos.Payment) {
	a.text("id", v.ID.String())
	a.text("state", v.State.String())
	if v.Reservation != nil {
		a.text("reservation", v.Reservation.String())
	}
	a.textIf("unlinked", v.Unlinked)
	a.text("user", v.User)
	a.int("amount_minor", v.AmountMinor)
	a.text("currency", v.Currency)
	a.int("refunded_minor", v.RefundedMinor)
	a.int("refunds", int64(v.Refunds))
	a.text("method", v.Method.String())
	a.text("scenario", v.Scenario.String())
	a.text("effect", v.Effect.String())
	a.moment("created_at_ms", v.CreatedAt)
	a.moment("changed_at_ms", v.ChangedAt)
	a.momentIf("processed_at_ms", v.ProcessedAt)
	a.moment("expires_at_ms", v.ExpiresAt)
	a.textIf("webhook_url", v.WebhookURL)
	a.text("attachment", string(v.Attachment))
}

func event(a *answer, v tacos.EventView) {
	s := v.Settings
	a.text("event", v.ID)
	a.text("name", s.Name)
	a.text("currency", s.Currency)
	a.int("seats_per_reservation_max", int64(s.SeatsPerReservationMax))
	if s.SeatsPerUserMax != 0 {
		a.int("seats_per_user_max", int64(s.SeatsPerUserMax))
	}
	a.int("hold_ms", s.Hold.Milliseconds())
	a.int("hold_ms_max", s.HoldMax.Milliseconds())
	a.int("extension_ms_max", s.ExtensionMax.Milliseconds())
	a.int("extensions_max", int64(*s.ExtensionsMax))
	a.momentIf("sale_starts_ms", s.SaleStarts)
	a.momentIf("sale_ends_ms", s.SaleEnds)
	a.text("sale", v.Sale.String())
	a.bool("has_queue", v.HasQueue)
	a.counts(v.Counts)
}

func queuePolicy(a *answer, p tacos.QueuePolicy) {
	a.bool("enabled", !p.Off)
	a.int("admissions_per_minute", int64(p.AdmissionsPerMinute))
	a.int("burst", int64(p.Burst))
	a.int("inside_max", int64(p.InsideMax))
	a.int("waiting_max", int64(p.WaitingMax))
	a.int("claim_window_ms", p.ClaimWindow.Milliseconds())
	a.int("token_ttl_ms", p.TokenTTL.Milliseconds())
	a.int("inactivity_ms", p.Inactivity.Milliseconds())
	a.bool("one_place_per_user", !p.ManyPlacesPerUser)
	if p.Room != nil {
		a.moment("room_opens_ms", p.Room.OpensAt)
		a.moment("room_draws_ms", p.Room.DrawsAt)
	}
}

// failure is a refusal with what it tells, or one word for broken circumstances.
func failure(err error) []byte {
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
