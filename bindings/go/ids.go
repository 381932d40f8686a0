// Ids and tokens, between their bytes and their text forms.

package tacos

/*
#include "tacos_engine.h"
*/
import "C"

import (
	"fmt"
	"unsafe"
)

// ReservationID names a reservation (rsv_…).
type ReservationID [16]byte

// OrderID names the order that a confirmed reservation became (ord_…): the same bytes under another name.
type OrderID [16]byte

// PaymentID names a payment intent (pay_…).
type PaymentID [16]byte

// WebhookID names a webhook in the outbox (wh_…).
type WebhookID [16]byte

// WaitingToken is the credential for a place in the line (wtkn_…). Keep it out of logs: only Reveal shows it.
type WaitingToken [24]byte

// ReservationToken is the right to reserve (rtkn_…). Keep it out of logs: only Reveal shows it.
type ReservationToken [24]byte

// Cursor is where the next page of a listing begins.
type Cursor [16]byte

// Order is the order that the reservation becomes once confirmed.
func (id ReservationID) Order() OrderID { return OrderID(id) }

// Reservation is the reservation that became this order.
func (id OrderID) Reservation() ReservationID { return ReservationID(id) }

func (id ReservationID) String() string { return formatID(C.TACOS_ID_KIND_RESERVATION, id) }
func (id OrderID) String() string       { return formatID(C.TACOS_ID_KIND_ORDER, id) }
func (id PaymentID) String() string     { return formatID(C.TACOS_ID_KIND_PAYMENT, id) }
func (id WebhookID) String() string     { return formatID(C.TACOS_ID_KIND_WEBHOOK, id) }

// Transaction is the name of the payment's money movement (txn_…).
func (id PaymentID) Transaction() string { return formatID(C.TACOS_ID_KIND_TRANSACTION, id) }

// Hold is the name of the reservation's hold (hold_…).
func (id ReservationID) Hold() string { return formatID(C.TACOS_ID_KIND_HOLD, id) }

// String hides the secret.
func (WaitingToken) String() string { return "wtkn_(hidden)" }

// String hides the secret.
func (ReservationToken) String() string { return "rtkn_(hidden)" }

// Format hides the secret under every verb.
func (WaitingToken) Format(state fmt.State, _ rune) { fmt.Fprint(state, "wtkn_(hidden)") }

// Format hides the secret under every verb.
func (ReservationToken) Format(state fmt.State, _ rune) { fmt.Fprint(state, "rtkn_(hidden)") }

// Reveal gives the text form, to be handed to the customer.
func (t WaitingToken) Reveal() string { return formatToken(C.TACOS_TOKEN_KIND_WAITING, t) }

// Reveal gives the text form, to be handed to the customer.
func (t ReservationToken) Reveal() string { return formatToken(C.TACOS_TOKEN_KIND_RESERVATION, t) }

// ParseReservationID reads the text form.
func ParseReservationID(text string) (ReservationID, error) {
	id, err := parseID(C.TACOS_ID_KIND_RESERVATION, text)
	return id, err
}

// ParseOrderID reads the text form.
func ParseOrderID(text string) (OrderID, error) {
	id, err := parseID(C.TACOS_ID_KIND_ORDER, text)
	return id, err
}

// ParsePaymentID reads the text form.
func ParsePaymentID(text string) (PaymentID, error) {
	id, err := parseID(C.TACOS_ID_KIND_PAYMENT, text)
	return id, err
}

// ParseWebhookID reads the text form.
func ParseWebhookID(text string) (WebhookID, error) {
	id, err := parseID(C.TACOS_ID_KIND_WEBHOOK, text)
	return id, err
}

// ParseWaitingToken reads the text form.
func ParseWaitingToken(text string) (WaitingToken, error) {
	token, err := parseToken(C.TACOS_TOKEN_KIND_WAITING, text)
	return token, err
}

// ParseReservationToken reads the text form.
func ParseReservationToken(text string) (ReservationToken, error) {
	token, err := parseToken(C.TACOS_TOKEN_KIND_RESERVATION, text)
	return token, err
}

// Ids and tokens are bytes on both sides, so they are copied as one.

func cID(id [16]byte) C.tacos_id { return *(*C.tacos_id)(unsafe.Pointer(&id)) }

func goID(id C.tacos_id) [16]byte { return *(*[16]byte)(unsafe.Pointer(&id)) }

func cToken(token [24]byte) C.tacos_token { return *(*C.tacos_token)(unsafe.Pointer(&token)) }

func goToken(token C.tacos_token) [24]byte { return *(*[24]byte)(unsafe.Pointer(&token)) }

func formatID(kind C.uint32_t, id [16]byte) string {
	a := takeArena()
	defer a.giveBack()
	out := alloc[C.tacos_str](a)
	if status := C.tacos_id_format(kind, cID(id), a.buffer, out); status != C.TACOS_STATUS_OK {
		panic(fmt.Sprintf("an id has a text form, but formatting it answers %d", status))
	}
	return goText(*out)
}

func formatToken(kind C.uint32_t, token [24]byte) string {
	a := takeArena()
	defer a.giveBack()
	out := alloc[C.tacos_str](a)
	if status := C.tacos_token_format(kind, cToken(token), a.buffer, out); status != C.TACOS_STATUS_OK {
		panic(fmt.Sprintf("a token has a text form, but formatting it answers %d", status))
	}
	return goText(*out)
}

func parseID(kind C.uint32_t, text string) (id [16]byte, err error) {
	a := takeArena()
	defer a.giveBack()
	out := alloc[C.tacos_id](a)
	err = checked(func() C.tacos_status { return C.tacos_id_parse(kind, a.text(text), out) })
	return goID(*out), err
}

func parseToken(kind C.uint32_t, text string) (token [24]byte, err error) {
	a := takeArena()
	defer a.giveBack()
	out := alloc[C.tacos_token](a)
	err = checked(func() C.tacos_status { return C.tacos_token_parse(kind, a.text(text), out) })
	return goToken(*out), err
}
