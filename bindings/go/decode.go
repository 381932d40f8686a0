// What commands answer, and how it is copied out of memory of C's.

package tacos

/*
#include "tacos_engine.h"
*/
import "C"

import (
	"fmt"
	"slices"
	"time"
	"unsafe"
)

// Place is a seat, or a number of standing places, in the engine's own four bytes; [Engine.Describe] puts it into words.
type Place uint32

// EventChanged says that an event was created or changed.
type EventChanged struct {
	// Number is the engine's own of the event.
	Number uint32
	At     time.Time
}

// Reserved says that seats are held.
type Reserved struct {
	ID          ReservationID
	EventNumber uint32
	Places      []Place
	TotalMinor  int64
	ExpiresAt   time.Time
}

// Extended says that a hold lasts longer.
type Extended struct {
	ID        ReservationID
	ExpiresAt time.Time
	By        time.Duration
}

// Released says what was given back; the State is still pending if only a part was.
type Released struct {
	ID          ReservationID
	EventNumber uint32
	State       ReservationState
	Places      []Place
	At          time.Time
}

// Confirmed says that a hold became a sale; its order is ID.Order().
type Confirmed struct {
	ID          ReservationID
	EventNumber uint32
	Places      []Place
	TotalMinor  int64
	At          time.Time
}

// PaymentChanged is a payment intent as it stands after a write.
type PaymentChanged struct {
	ID            PaymentID
	State         PaymentState
	At, ExpiresAt time.Time
	// RefundedMinor is what this write paid back.
	RefundedMinor int64
	RefundNumber  uint32
	Effect        Effect
}

// QueuePlace is how a place in the line stands at one moment.
type QueuePlace struct {
	State QueueState
	// Position 1 is next; 0 where there is none.
	Position uint32
	// ETA is the expected wait, if ETAKnown.
	ETA      time.Duration
	ETAKnown bool
	// ExpiresAt is when the place is lost unless something happens; zero while nothing can end it.
	ExpiresAt time.Time
}

// Joined is a place in the line. Again says that this session had it already.
type Joined struct {
	Token WaitingToken
	Place QueuePlace
	Again bool
}

// Admitted is the right to reserve.
type Admitted struct {
	Token      ReservationToken
	ValidUntil time.Time
}

// Done says that something was done.
type Done struct{ At time.Time }

// Reservation is what [ReadReservation] shows.
type Reservation struct {
	ID          ReservationID
	External    string
	Event       string
	EventNumber uint32
	User        string
	State       ReservationState
	Places      []Place
	TotalMinor  int64
	Currency    string
	CreatedAt   time.Time
	ChangedAt   time.Time
	ExpiresAt   time.Time
	Extensions  uint32
	// Payment under way or done, or nil.
	Payment *PaymentID
}

// ReservationPage is one page, newest first. Next is nil on the last.
type ReservationPage struct {
	Items []Reservation
	Next  *Cursor
}

// Payment is what [ReadPayment] shows.
type Payment struct {
	ID            PaymentID
	State         PaymentState
	Reservation   *ReservationID
	Unlinked      string
	User          string
	AmountMinor   int64
	Currency      string
	RefundedMinor int64
	Refunds       uint32
	Method        PaymentMethod
	Scenario      Scenario
	Effect        Effect
	CreatedAt     time.Time
	ChangedAt     time.Time
	ProcessedAt   time.Time
	ExpiresAt     time.Time
	WebhookURL    string
	Attachment    []byte
}

// PaymentPage is one page, newest first. Next is nil on the last.
type PaymentPage struct {
	Items []Payment
	Next  *Cursor
}

// decodeInto copies the most frequent answers straight to where the caller wants them; false if it is another one.
func decodeInto(answer *C.tacos_answer, direct any) bool {
	switch out := direct.(type) {
	case *Reserved:
		if answer.kind == C.TACOS_BODY_RESERVED {
			*out = goReserved((*C.tacos_reserved)(answer.body))
			return true
		}
	case *Confirmed:
		if answer.kind == C.TACOS_BODY_CONFIRMED {
			*out = goConfirmed((*C.tacos_confirmed)(answer.body))
			return true
		}
	case *Released:
		if answer.kind == C.TACOS_BODY_RELEASED {
			*out = goReleased((*C.tacos_released)(answer.body))
			return true
		}
	}
	return false
}

// decode copies an answer out of memory of C's.
func decode(answer *C.tacos_answer) (any, error) {
	switch answer.kind {
	case C.TACOS_BODY_FAILURE:
		return nil, decodeFailure((*C.tacos_failure)(answer.body))
	case C.TACOS_BODY_RESERVED:
		return goReserved((*C.tacos_reserved)(answer.body)), nil
	case C.TACOS_BODY_CONFIRMED:
		return goConfirmed((*C.tacos_confirmed)(answer.body)), nil
	case C.TACOS_BODY_RELEASED:
		return goReleased((*C.tacos_released)(answer.body)), nil
	case C.TACOS_BODY_EXTENDED:
		body := (*C.tacos_extended)(answer.body)
		return Extended{goID(body.id), goTime(body.expires_at_ms), goMs(body.extended_ms)}, nil
	case C.TACOS_BODY_EVENT:
		body := (*C.tacos_event_changed)(answer.body)
		return EventChanged{uint32(body.number), goTime(body.at_ms)}, nil
	case C.TACOS_BODY_PAYMENT:
		body := (*C.tacos_payment_changed)(answer.body)
		return PaymentChanged{
			goID(body.id), PaymentState(body.state), goTime(body.at_ms), goTime(body.expires_at_ms),
			int64(body.refunded_minor), uint32(body.refund_number), Effect(body.effect),
		}, nil
	case C.TACOS_BODY_JOINED:
		body := (*C.tacos_joined)(answer.body)
		return Joined{goToken(body.token), goQueuePlace(&body.place), body.again == 1}, nil
	case C.TACOS_BODY_ADMITTED:
		body := (*C.tacos_admitted)(answer.body)
		return Admitted{goToken(body.token), goTime(body.valid_until_ms)}, nil
	case C.TACOS_BODY_DONE:
		return Done{goTime((*C.tacos_done)(answer.body).at_ms)}, nil
	case C.TACOS_BODY_RESERVATION_VIEW:
		return goReservation((*C.tacos_reservation_view)(answer.body)), nil
	case C.TACOS_BODY_RESERVATION_PAGE:
		page := (*C.tacos_reservation_page)(answer.body)
		return ReservationPage{goList(page.items, goReservation), goCursor(page.next, page.has_next)}, nil
	case C.TACOS_BODY_PAYMENT_VIEW:
		return goPayment((*C.tacos_payment_view)(answer.body)), nil
	case C.TACOS_BODY_PAYMENT_PAGE:
		page := (*C.tacos_payment_page)(answer.body)
		return PaymentPage{goList(page.items, goPayment), goCursor(page.next, page.has_next)}, nil
	}
	panic(fmt.Sprintf("the library gives an answer of kind %d, which this version of the package does not know", answer.kind))
}

func goReserved(body *C.tacos_reserved) Reserved {
	return Reserved{
		goID(body.id), uint32(body.event_number), goPlaces(body.places), int64(body.total_minor), goTime(body.expires_at_ms),
	}
}

func goConfirmed(body *C.tacos_confirmed) Confirmed {
	return Confirmed{
		goID(body.id), uint32(body.event_number), goPlaces(body.places), int64(body.total_minor), goTime(body.at_ms),
	}
}

func goReleased(body *C.tacos_released) Released {
	return Released{
		goID(body.id), uint32(body.event_number), ReservationState(body.state), goPlaces(body.places), goTime(body.at_ms),
	}
}

func goMs(ms C.uint64_t) time.Duration { return time.Duration(ms) * time.Millisecond }

func goPlaces(list C.tacos_list) []Place {
	if list.count == 0 {
		return nil
	}
	// A number is all there ever is of a place, so these lists have no gaps.
	return slices.Clone(unsafe.Slice((*Place)(list.items), int(list.count)))
}

func goCursor(next C.tacos_id, has C.uint32_t) *Cursor {
	if has == 0 {
		return nil
	}
	cursor := Cursor(goID(next))
	return &cursor
}

func goQueuePlace(place *C.tacos_queue_place) QueuePlace {
	return QueuePlace{
		QueueState(place.state), uint32(place.position), goMs(place.eta_ms), place.has_eta == 1, goTime(place.expires_at_ms),
	}
}

func goReservation(view *C.tacos_reservation_view) Reservation {
	out := Reservation{
		ID:          goID(view.id),
		External:    goText(view.external),
		Event:       goText(view.event),
		EventNumber: uint32(view.event_number),
		User:        goText(view.user),
		State:       ReservationState(view.state),
		Places:      goPlaces(view.places),
		TotalMinor:  int64(view.total_minor),
		Currency:    goText(view.currency),
		CreatedAt:   goTime(view.created_at_ms),
		ChangedAt:   goTime(view.changed_at_ms),
		ExpiresAt:   goTime(view.expires_at_ms),
		Extensions:  uint32(view.extensions),
	}
	if view.has_payment == 1 {
		payment := PaymentID(goID(view.payment))
		out.Payment = &payment
	}
	return out
}

func goPayment(view *C.tacos_payment_view) Payment {
	out := Payment{
		ID:            goID(view.id),
		State:         PaymentState(view.state),
		Unlinked:      goText(view.unlinked),
		User:          goText(view.user),
		AmountMinor:   int64(view.amount_minor),
		Currency:      goText(view.currency),
		RefundedMinor: int64(view.refunded_minor),
		Refunds:       uint32(view.refunds),
		Method:        PaymentMethod(view.method),
		Scenario:      Scenario(view.scenario),
		Effect:        Effect(view.effect),
		CreatedAt:     goTime(view.created_at_ms),
		ChangedAt:     goTime(view.changed_at_ms),
		ProcessedAt:   goTime(view.processed_at_ms),
		ExpiresAt:     goTime(view.expires_at_ms),
		WebhookURL:    goText(view.webhook_url),
		Attachment:    goBytes(view.attachment),
	}
	if view.has_reservation == 1 {
		reservation := ReservationID(goID(view.reservation))
		out.Reservation = &reservation
	}
	return out
}
