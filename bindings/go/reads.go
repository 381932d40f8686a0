// Reads that wait for nothing.

package tacos

/*
#include "tacos_engine.h"
*/
import "C"

import (
	"time"
	"unsafe"
)

// into makes a call that copies what it gives into an arena's buffer, and makes the buffer larger until it fits.
func into(a *arena, call func() C.tacos_status) error {
	for {
		err := checked(call)
		if failed, is := err.(*Error); is && failed.Status == Status(C.TACOS_STATUS_BUFFER_TOO_SMALL) {
			a.grow()
			continue
		}
		return err
	}
}

// Counts of an event.
func (e *Engine) Counts(event string) (Counts, error) {
	a := takeArena()
	defer a.giveBack()
	out := alloc[C.tacos_counts](a)
	id := a.text(event)
	border()
	status := C.tacos_counts_of(e.handle, id, out)
	border()
	if status != C.TACOS_STATUS_OK {
		// Asked again where the text of a failure can be read: the way that goes well stays short.
		if err := checked(func() C.tacos_status { return C.tacos_counts_of(e.handle, id, out) }); err != nil {
			return Counts{}, err
		}
	}
	return goCounts(out), nil
}

// Event gives one event.
func (e *Engine) Event(event string) (EventView, error) {
	a := takeArena()
	defer a.giveBack()
	out := alloc[*C.tacos_event_view](a)
	if err := into(a, func() C.tacos_status { return C.tacos_event_of(e.handle, a.text(event), a.buffer, out) }); err != nil {
		return EventView{}, err
	}
	return goEventView(*out), nil
}

// Events gives all events, in the order of their creation.
func (e *Engine) Events() ([]EventView, error) {
	return readList(func(a *arena, out *C.tacos_list) C.tacos_status {
		return C.tacos_events(e.handle, a.buffer, out)
	}, goEventView)
}

// EventID is the id behind an event's number.
func (e *Engine) EventID(number uint32) (string, error) {
	a := takeArena()
	defer a.giveBack()
	out := alloc[C.tacos_str](a)
	err := into(a, func() C.tacos_status { return C.tacos_event_id(e.handle, C.uint32_t(number), a.buffer, out) })
	return goText(*out), err
}

// Sections of an event, with counts and prices.
func (e *Engine) Sections(event string) ([]SectionView, error) {
	return readList(func(a *arena, out *C.tacos_list) C.tacos_status {
		return C.tacos_sections(e.handle, a.text(event), a.buffer, out)
	}, goSectionView)
}

// Seats gives numbered seats of an event, from index from on, at most most.
func (e *Engine) Seats(event string, from uint32, most int) ([]SeatView, error) {
	return readList(func(a *arena, out *C.tacos_list) C.tacos_status {
		return C.tacos_seats(e.handle, a.text(event), C.uint32_t(from), C.size_t(max(most, 0)), a.buffer, out)
	}, goSeatView)
}

// SeatsNamed gives these seats, in the order asked for.
func (e *Engine) SeatsNamed(event string, seats ...string) ([]SeatView, error) {
	return readList(func(a *arena, out *C.tacos_list) C.tacos_status {
		list, count := a.texts(seats)
		return C.tacos_seats_named(e.handle, a.text(event), list, count, a.buffer, out)
	}, goSeatView)
}

// FreeSeats has one bit for each numbered seat, 1 = free, lowest bit first, each row beginning a new word.
func (e *Engine) FreeSeats(event string) ([]uint64, error) {
	return readList(func(a *arena, out *C.tacos_list) C.tacos_status {
		return C.tacos_free_seats(e.handle, a.text(event), a.buffer, out)
	}, func(word *C.uint64_t) uint64 { return uint64(*word) })
}

// Describe puts places of an answer or update into words, in the order given.
func (e *Engine) Describe(eventNumber uint32, places []Place) ([]PlaceView, error) {
	return readList(func(a *arena, out *C.tacos_list) C.tacos_status {
		numbers := allocSlice[C.uint32_t](a, len(places))
		for i, place := range places {
			numbers[i] = C.uint32_t(place)
		}
		return C.tacos_describe(
			e.handle, C.uint32_t(eventNumber), unsafe.SliceData(numbers), C.size_t(len(numbers)), a.buffer, out)
	}, goPlaceView)
}

// QueuePlace is how a place in the line stands. Asking counts as activity.
func (e *Engine) QueuePlace(token WaitingToken) (QueuePlace, error) {
	a := takeArena()
	defer a.giveBack()
	out := alloc[C.tacos_queue_place](a)
	err := checked(func() C.tacos_status { return C.tacos_queue_place_of(e.handle, cToken(token), out) })
	if err != nil {
		return QueuePlace{}, err
	}
	return goQueuePlace(out), nil
}

// TokenEvent is the event of a waiting token.
func (e *Engine) TokenEvent(token WaitingToken) (string, error) {
	a := takeArena()
	defer a.giveBack()
	out := alloc[C.tacos_str](a)
	err := into(a, func() C.tacos_status { return C.tacos_token_event(e.handle, cToken(token), a.buffer, out) })
	return goText(*out), err
}

// TokensOf gives the credentials of a ticket, by its number in updates.
func (e *Engine) TokensOf(eventNumber, ticket uint32) (WaitingToken, ReservationToken, error) {
	a := takeArena()
	defer a.giveBack()
	waiting, reservation := alloc[C.tacos_token](a), alloc[C.tacos_token](a)
	err := checked(func() C.tacos_status {
		return C.tacos_tokens_of(e.handle, C.uint32_t(eventNumber), C.uint32_t(ticket), waiting, reservation)
	})
	return goToken(*waiting), goToken(*reservation), err
}

// Queue gives the figures of an event's waiting line.
func (e *Engine) Queue(event string) (QueueView, error) {
	a := takeArena()
	defer a.giveBack()
	v := alloc[C.tacos_queue_view](a)
	err := checked(func() C.tacos_status { return C.tacos_queue_of(e.handle, a.text(event), v) })
	return goQueueView(v), err
}

// QueuePolicy gives the rules of an event's waiting line.
func (e *Engine) QueuePolicy(event string) (QueuePolicy, error) {
	a := takeArena()
	defer a.giveBack()
	out := alloc[*C.tacos_queue_policy](a)
	err := into(a, func() C.tacos_status { return C.tacos_queue_policy_of(e.handle, a.text(event), a.buffer, out) })
	if err != nil {
		return QueuePolicy{}, err
	}
	return goQueuePolicy(*out), nil
}

// Draw gives the draw of an event's pre-sale room.
func (e *Engine) Draw(event string) (DrawView, error) {
	a := takeArena()
	defer a.giveBack()
	out := alloc[C.tacos_draw_view](a)
	err := checked(func() C.tacos_status { return C.tacos_draw_of(e.handle, a.text(event), out) })
	return goDrawView(out), err
}

// DrawOrder is the order that a seed gives to tickets, which are listed in rising order: anyone can compute a draw again.
func DrawOrder(seed [32]byte, tickets []uint32) ([]uint32, error) {
	a := takeArena()
	defer a.giveBack()
	in, out := allocSlice[C.uint32_t](a, len(tickets)), allocSlice[C.uint32_t](a, len(tickets))
	for i, ticket := range tickets {
		in[i] = C.uint32_t(ticket)
	}
	if len(tickets) == 0 {
		return nil, nil
	}
	err := checked(func() C.tacos_status {
		at := a.bytes(seed[:])
		return C.tacos_draw_order(at.data, unsafe.SliceData(in), C.size_t(len(in)), unsafe.SliceData(out))
	})
	order := make([]uint32, len(out))
	for i, ticket := range out {
		order[i] = uint32(ticket)
	}
	return order, err
}

// DueWebhooks gives webhooks whose time has come, at most most, and the time of the next one (zero if there is none). Deliver
// them, then report by [ReportWebhook].
func (e *Engine) DueWebhooks(most int) ([]Webhook, time.Time, error) {
	var next time.Time
	due, err := readList(func(a *arena, out *C.tacos_list) C.tacos_status {
		next_ms := alloc[C.uint64_t](a)
		status := C.tacos_due_webhooks(e.handle, C.size_t(max(most, 0)), a.buffer, out, next_ms)
		next = goTime(*next_ms)
		return status
	}, goWebhook)
	return due, next, err
}

// DeadWebhooks gives dead letters behind an order (0 for the first page), oldest first, at most 100.
func (e *Engine) DeadWebhooks(afterOrder uint64) ([]Webhook, error) {
	return readList(func(a *arena, out *C.tacos_list) C.tacos_status {
		return C.tacos_dead_webhooks(e.handle, C.uint64_t(afterOrder), a.buffer, out)
	}, goWebhook)
}

// Notes gives durable notes whose names begin with prefix, in order.
func (e *Engine) Notes(prefix string) ([]Note, error) {
	return readList(func(a *arena, out *C.tacos_list) C.tacos_status {
		return C.tacos_notes(e.handle, a.text(prefix), a.buffer, out)
	}, func(view *C.tacos_note_view) Note { return Note{goText(view.name), goBytes(view.value)} })
}

// Note gives one durable note; false if there is none.
func (e *Engine) Note(name string) ([]byte, bool, error) {
	a := takeArena()
	defer a.giveBack()
	out := alloc[C.tacos_bytes](a)
	err := into(a, func() C.tacos_status { return C.tacos_note_of(e.handle, a.text(name), a.buffer, out) })
	if err != nil {
		return nil, false, err
	}
	return goBytes(*out), out.data != nil, nil
}

// Figures of the engine as a whole.
func (e *Engine) Figures() (Figures, error) {
	a := takeArena()
	defer a.giveBack()
	out := alloc[*C.tacos_figures](a)
	if err := into(a, func() C.tacos_status { return C.tacos_figures_of(e.handle, a.buffer, out) }); err != nil {
		return Figures{}, err
	}
	f := *out
	return Figures{
		Written: uint64(f.written), Durable: uint64(f.durable), Snapshot: uint64(f.snapshot),
		Poisoned: goText(f.poisoned), DiskFull: f.disk_full == 1,
		Commands: uint64(f.commands), Refusals: uint64(f.refusals), Groups: uint64(f.groups), Fired: uint64(f.fired),
		Users: uint64(f.users), IdempotencyKeys: uint64(f.idempotency_keys), Timers: uint64(f.timers),
		WebhooksDue: uint64(f.webhooks_due), WebhooksDead: uint64(f.webhooks_dead),
		Events: uint32(f.events), ReservationSlots: uint32(f.reservation_slots), PaymentSlots: uint32(f.payment_slots),
	}, nil
}

// Opened tells what opening the folder found and did.
func (e *Engine) Opened() (Opened, error) {
	a := takeArena()
	defer a.giveBack()
	out := alloc[*C.tacos_opened](a)
	if err := into(a, func() C.tacos_status { return C.tacos_opened_of(e.handle, a.buffer, out) }); err != nil {
		return Opened{}, err
	}
	o := *out
	notes := goList(o.notes, func(note *C.tacos_str) string { return goText(*note) })
	return Opened{o.created == 1, Position(o.position), uint64(o.records), o.has_snapshot == 1, o.was_cut == 1, notes}, nil
}

func readList[T, R any](call func(*arena, *C.tacos_list) C.tacos_status, each func(*T) R) ([]R, error) {
	a := takeArena()
	defer a.giveBack()
	out := alloc[C.tacos_list](a)
	if err := into(a, func() C.tacos_status { return call(a, out) }); err != nil {
		return nil, err
	}
	return goList(*out, each), nil
}
