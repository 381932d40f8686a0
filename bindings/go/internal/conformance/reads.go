// Reads, and what is done to an engine as a whole.

package main

import (
	"math"
	"math/bits"
	"reflect"

	tacos "github.com/traffic-tacos/engine/bindings/go"
)

// shown is the answer to a read: what put writes of it, or why it came to nothing.
func shown[T any](put func(*answer, T)) func(T, error) []byte {
	return func(value T, err error) []byte {
		if err != nil {
			return failure(err)
		}
		a := say("reply")
		put(a, value)
		return a.done()
	}
}

func listed[T any](put func(*answer, T)) func([]T, error) []byte {
	return shown(func(a *answer, entries []T) { items(a, entries, put) })
}

func whether(err error) []byte {
	if err != nil {
		return failure(err)
	}
	return say("reply").done()
}

func oneText(name string) func(string, error) []byte {
	return shown(func(a *answer, value string) { a.text(name, value) })
}

// read calls the method of a read that gives a record or a list of records.
func (d *driver) read(known read, a arguments) []byte {
	method := reflect.ValueOf(d.engine).MethodByName(known.method)
	var given []reflect.Value
	for at, row := range parse(known.rows) {
		argument := reflect.New(method.Type().In(at)).Elem()
		a.into(row, argument)
		given = append(given, argument)
	}
	call := method.Call
	if method.Type().IsVariadic() {
		call = method.CallSlice
	}
	found := call(given)
	err, _ := found[1].Interface().(error)
	if value := found[0]; value.Kind() == reflect.Slice {
		var entries []any
		for _, entry := range value.Seq2() {
			entries = append(entries, entry.Interface())
		}
		return listed(d.put)(entries, err)
	}
	return shown(d.put)(found[0].Interface(), err)
}

// readers are the operations that are neither commands nor such reads.
var readers = map[string]func(*driver, arguments) []byte{
	"free_seats": func(d *driver, a arguments) []byte {
		return shown(func(a *answer, words []uint64) {
			free := 0
			for _, word := range words {
				free += bits.OnesCount64(word)
			}
			a.int("free", int64(free))
		})(d.engine.FreeSeats(a.text("event")))
	},
	"token_event": func(d *driver, a arguments) []byte {
		return oneText("event")(d.engine.TokenEvent(needed(a, "token", tacos.ParseWaitingToken)))
	},
	"due_webhooks": func(d *driver, a arguments) []byte {
		most := 100
		if a.has("most") {
			most = int(a.number("most"))
		}
		due, next, err := d.engine.DueWebhooks(most)
		return shown(func(a *answer, due []tacos.Webhook) {
			items(a, due, shows[tacos.Webhook](d))
			a.momentIf("next_at_ms", next)
		})(due, err)
	},
	"read_note": func(d *driver, a arguments) []byte {
		value, known, err := d.engine.Note(a.text("name"))
		return shown(func(a *answer, value []byte) {
			if known {
				a.text("value", string(value))
			}
		})(value, err)
	},
	"notes": func(d *driver, a arguments) []byte {
		return listed(func(a *answer, note tacos.Note) {
			a.text("name", note.Name)
			a.text("value", string(note.Value))
		})(d.engine.Notes(a.text("prefix")))
	},
	"position": func(d *driver, _ arguments) []byte {
		return shown(func(a *answer, at tacos.Position) { a.int("position", int64(at)) })(d.engine.Position())
	},
	"updates": (*driver).updates,
	"status":  func(d *driver, _ arguments) []byte { return shown(status)(d.engine.Figures()) },
	"clear_idempotency": func(d *driver, _ arguments) []byte {
		return whether(d.operator.clearIdempotency())
	},
	"snapshot": func(d *driver, _ arguments) []byte {
		return whether(d.operator.snapshot())
	},
	"close": func(d *driver, _ arguments) []byte { return whether(d.operator.stop()) },
}

func status(a *answer, v tacos.Figures) {
	a.int("events", int64(v.Events))
	a.int("webhooks_waiting", int64(v.WebhooksDue))
	a.int("webhooks_dead", int64(v.WebhooksDead))
	a.int("idempotency_keys", int64(v.IdempotencyKeys))
	a.bool("poisoned", v.Poisoned != "")
}

func (d *driver) updates(a arguments) []byte {
	after := tacos.Position(a.number("after"))
	return shown(func(a *answer, updates []tacos.Update) {
		items(a, updates, d.update)
		if len(updates) > 0 {
			after = updates[len(updates)-1].Position
		}
		a.int("position", int64(after))
	})(d.engine.UpdatesSince(after, math.MaxInt32))
}

func (d *driver) update(a *answer, u tacos.Update) {
	a.text("kind", u.What.String())
	a.moment("at_ms", u.At)
	a.textIf("event", u.Event)
	switch u.What {
	case tacos.UpdateSale:
		a.text("state", u.Sale.String())
	case tacos.UpdateQueuePaused:
		a.bool("paused", u.Paused)
	case tacos.UpdateRoomDrawn:
		a.hex("id", u.Seed[:])
	case tacos.UpdateSeats:
		d.changed(a, u)
	case tacos.UpdateReservation:
		a.text("id", u.Reservation.String())
		a.text("state", u.ReservationState.String())
		a.textIf("user", u.User)
		if u.FromState != 0 {
			a.text("from", u.FromState.String())
		}
		a.momentIf("expires_at_ms", u.ExpiresAt)
		d.changed(a, u)
	case tacos.UpdateHoldExpiring:
		a.text("id", u.Reservation.String())
		a.textIf("user", u.User)
		a.moment("expires_at_ms", u.ExpiresAt)
	case tacos.UpdatePayment:
		a.text("id", u.Payment.String())
		a.text("state", u.PaymentState.String())
		a.text("effect", u.Effect.String())
		a.int("refunded_minor", u.RefundedMinor)
		a.textIf("user", u.User)
		if u.Reservation != nil {
			a.text("reservation", u.Reservation.String())
			a.text("reservation_state", u.ReservationState.String())
			d.changed(a, u)
		}
	case tacos.UpdateWebhook:
		a.text("id", u.Webhook.String())
	case tacos.UpdateReady:
		a.int("tickets", int64(len(u.Tickets)))
		a.moment("until_ms", u.ExpiresAt)
	case tacos.UpdateTicketsExpired:
		a.int("tickets", int64(len(u.Tickets)))
	case tacos.UpdateNote:
		a.text("id", u.Note)
	}
}

// changed tells which places changed hands, and how they all stand now.
func (d *driver) changed(a *answer, u tacos.Update) {
	if len(u.Places) == 0 || u.Event == "" {
		return
	}
	view, err := d.engine.Event(u.Event)
	if err != nil {
		giveUp(err)
	}
	var places []tacos.Place
	for _, changed := range u.Places {
		places = append(places, changed.Place)
	}
	d.places(a, view.Number, places)
	a.text("seats_state", u.Places[0].State.String())
}
