// Updates: as an iterator, by polling; one goroutine wakes all who wait.

package tacos

/*
#include "tacos_engine.h"
*/
import "C"

import (
	"context"
	"errors"
	"iter"
	"sync"
	"unsafe"
)

// news wakes every goroutine that waits for updates: one goroutine for all of them, and only while there are any.
type news struct {
	mu      sync.Mutex
	readers int
	watched bool
	// more is closed when there is something new, or never will be.
	more chan struct{}
}

// Position is where the newest durable update ends: Updates from here give only what is new. Take it before reading an
// event's seats, and the updates behind it are all that the copy may lack.
func (e *Engine) Position() (Position, error) {
	a := takeArena()
	defer a.giveBack()
	out := alloc[C.uint64_t](a)
	err := checked(func() C.tacos_status { return C.tacos_position(e.handle, out) })
	return Position(*out), err
}

// UpdatesSince gives what happened behind a position and is durable by now, at most most updates, without waiting: for
// callers that poll. Go on from the last one's Position.
func (e *Engine) UpdatesSince(from Position, most int) ([]Update, error) {
	reader, err := e.openReader(from)
	if err != nil {
		return nil, err
	}
	defer C.tacos_updates_close(reader)
	a := takeArena()
	defer a.giveBack()
	list := alloc[C.tacos_list](a)
	var all []Update
	for len(all) < most {
		some, err := readUpdates(reader, a, list, min(most-len(all), 256))
		if errors.Is(err, ErrClosed) || err == nil && len(some) == 0 {
			break
		}
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// Updates gives everything that happened behind a position, as it becomes durable, until ctx is done, the engine is closed or
// the loop ends. A reader that is so slow that what comes next is gone gets ErrUpdatesGone, and the loop ends. The error of
// a context is given as well; the closing of the engine just ends the loop.
func (e *Engine) Updates(ctx context.Context, from Position) iter.Seq2[Update, error] {
	return func(yield func(Update, error) bool) {
		a := newArena()
		reader := alloc[C.tacos_reader](a)
		err := checked(func() C.tacos_status { return C.tacos_updates_open(e.handle, C.uint64_t(from), reader) })
		if err != nil {
			yield(Update{}, err)
			return
		}
		defer C.tacos_updates_close(*reader)
		leave, err := e.listen()
		if err != nil {
			yield(Update{}, err)
			return
		}
		defer leave()
		list := alloc[C.tacos_list](a)
		for {
			// Taken before reading: what comes after is announced on it.
			more := e.news.next()
			updates, err := readUpdates(*reader, a, list, 256)
			if errors.Is(err, ErrClosed) {
				return
			}
			if err != nil {
				yield(Update{}, err)
				return
			}
			for _, update := range updates {
				if !yield(update, nil) {
					return
				}
			}
			if len(updates) > 0 && ctx.Err() == nil {
				continue
			}
			select {
			case <-ctx.Done():
				yield(Update{}, ctx.Err())
				return
			case <-more:
			}
		}
	}
}

func (n *news) next() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.more
}

func (n *news) tell() {
	n.mu.Lock()
	defer n.mu.Unlock()
	close(n.more)
	n.more = make(chan struct{})
}

// listen sees to it that a goroutine waits for news, until the caller leaves.
func (e *Engine) listen() (leave func(), err error) {
	n := &e.news
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.more == nil {
		n.more = make(chan struct{})
	}
	if !n.watched {
		position, err := e.Position()
		if err != nil {
			return nil, err
		}
		reader, err := e.openReader(position)
		if err != nil {
			return nil, err
		}
		n.watched = true
		go e.watch(reader)
	}
	n.readers++
	return func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.readers--
	}, nil
}

func (e *Engine) openReader(from Position) (C.tacos_reader, error) {
	a := takeArena()
	defer a.giveBack()
	reader := alloc[C.tacos_reader](a)
	err := checked(func() C.tacos_status { return C.tacos_updates_open(e.handle, C.uint64_t(from), reader) })
	return *reader, err
}

// watch waits for updates, does nothing with them, and tells the readers that they are there.
func (e *Engine) watch(reader C.tacos_reader) {
	a := newArena()
	list := alloc[C.tacos_list](a)
	defer func() { C.tacos_updates_close(reader) }()
	// Looks this often whether a reader is still there.
	const wait_ms = 200
	for !e.news.isDeserted() {
		border()
		status := C.tacos_updates_read(reader, 1<<20, wait_ms, a.buffer, list)
		border()
		switch status {
		case C.TACOS_STATUS_OK:
			if list.count > 0 {
				e.news.tell()
			}
		case C.TACOS_STATUS_BUFFER_TOO_SMALL:
			a.grow()
		case C.TACOS_STATUS_UPDATES_GONE:
			// Too slow, which for us means that there is a lot of news.
			position, err := e.Position()
			if err != nil {
				e.news.end()
				return
			}
			fresh, err := e.openReader(position)
			if err != nil {
				e.news.end()
				return
			}
			C.tacos_updates_close(reader)
			reader = fresh
			e.news.tell()
		default:
			// The engine is closed, or its journal cannot be read: the readers find out by themselves.
			e.news.end()
			return
		}
	}
}

// isDeserted says, once, that no reader listens any more.
func (n *news) isDeserted() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.readers == 0 {
		n.watched = false
	}
	return !n.watched
}

// end tells the readers for the last time; the channel stays closed, so no reader waits again.
func (n *news) end() {
	n.mu.Lock()
	defer n.mu.Unlock()
	close(n.more)
}

// readUpdates gives what is there, without waiting.
func readUpdates(reader C.tacos_reader, a *arena, list *C.tacos_list, most int) ([]Update, error) {
	err := into(a, func() C.tacos_status { return C.tacos_updates_read(reader, C.size_t(most), 0, a.buffer, list) })
	if err != nil {
		return nil, err
	}
	return goList(*list, goUpdate), nil
}

func goUpdate(u *C.tacos_update) Update {
	out := Update{
		Position:      Position(u.position),
		At:            goTime(u.at_ms),
		What:          UpdateKind(u.what),
		Event:         goText(u.event),
		User:          goText(u.user),
		Seed:          *(*[32]byte)(unsafe.Pointer(&u.seed)),
		FromState:     ReservationState(u.from),
		ExpiresAt:     goTime(u.expires_at_ms),
		Payment:       goID(u.payment),
		PaymentState:  PaymentState(u.payment_state),
		Effect:        PaymentEffect(u.effect),
		RefundedMinor: int64(u.refunded_minor),
		Webhook:       goID(u.webhook),
		Tickets:       goNumbers(u.tickets),
		Note:          goText(u.name),
	}
	out.Places = goList(u.places, func(place *C.tacos_place_changed) PlaceChanged {
		return PlaceChanged{Place(place.place), SeatState(place.state), uint32(place.version)}
	})
	if u.has_reservation == 1 {
		reservation := ReservationID(goID(u.reservation))
		out.Reservation = &reservation
		out.ReservationState = ReservationState(u.state)
	}
	switch out.What {
	case UpdateSale:
		out.Sale = SaleState(u.state)
	case UpdateQueuePaused:
		out.Paused = u.state == 1
	}
	return out
}
