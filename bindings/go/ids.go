// Ids and tokens, between their bytes and their text forms.

package tacos

import (
	"fmt"
	"strings"
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

func (id ReservationID) String() string { return spell("rsv_", id[:]) }
func (id OrderID) String() string       { return spell("ord_", id[:]) }
func (id PaymentID) String() string     { return spell("pay_", id[:]) }
func (id WebhookID) String() string     { return spell("wh_", id[:]) }

// Transaction is the name of the payment's money movement (txn_…).
func (id PaymentID) Transaction() string { return spell("txn_", id[:]) }

// Hold is the name of the reservation's hold (hold_…).
func (id ReservationID) Hold() string { return spell("hold_", id[:]) }

// String hides the secret.
func (WaitingToken) String() string { return "wtkn_(hidden)" }

// String hides the secret.
func (ReservationToken) String() string { return "rtkn_(hidden)" }

// Format hides the secret under every verb.
func (WaitingToken) Format(state fmt.State, _ rune) { fmt.Fprint(state, "wtkn_(hidden)") }

// Format hides the secret under every verb.
func (ReservationToken) Format(state fmt.State, _ rune) { fmt.Fprint(state, "rtkn_(hidden)") }

// Reveal gives the text form, to be handed to the customer.
func (t WaitingToken) Reveal() string { return spell("wtkn_", t[:]) }

// Reveal gives the text form, to be handed to the customer.
func (t ReservationToken) Reveal() string { return spell("rtkn_", t[:]) }

// ParseReservationID reads the text form.
func ParseReservationID(text string) (id ReservationID, err error) {
	err = unspell("rsv_", text, id[:])
	return id, err
}

// ParseOrderID reads the text form.
func ParseOrderID(text string) (id OrderID, err error) {
	err = unspell("ord_", text, id[:])
	return id, err
}

// ParsePaymentID reads the text form.
func ParsePaymentID(text string) (id PaymentID, err error) {
	err = unspell("pay_", text, id[:])
	return id, err
}

// ParseWebhookID reads the text form.
func ParseWebhookID(text string) (id WebhookID, err error) {
	err = unspell("wh_", text, id[:])
	return id, err
}

// ParseWaitingToken reads the text form.
func ParseWaitingToken(text string) (token WaitingToken, err error) {
	err = unspell("wtkn_", text, token[:])
	return token, err
}

// ParseReservationToken reads the text form.
func ParseReservationToken(text string) (token ReservationToken, err error) {
	err = unspell("rtkn_", text, token[:])
	return token, err
}

// digits are those of text forms: base 32, in small letters, without those that are taken for others.
const digits = "0123456789abcdefghjkmnpqrstvwxyz"

// noDigit stands in digitValues for a byte that is no digit.
const noDigit = 32

// digitValues has the value of every byte that is a digit.
var digitValues = func() (values [256]byte) {
	for i := range values {
		values[i] = noDigit
	}
	for value, digit := range []byte(digits) {
		values[digit] = byte(value)
	}
	return
}()

// digitsOf is how many digits so many bytes have: five bits each.
func digitsOf(bytes int) int { return (bytes*8 + 4) / 5 }

// spell gives the text form of bytes: a prefix, and digits whose last one is filled up with zeros.
func spell(prefix string, bytes []byte) string {
	text := make([]byte, len(prefix), len(prefix)+digitsOf(len(bytes)))
	copy(text, prefix)
	held, bits := uint32(0), 0
	for _, b := range bytes {
		held, bits = held<<8|uint32(b), bits+8
		for bits >= 5 {
			bits -= 5
			text = append(text, digits[held>>bits&31])
		}
	}
	if bits > 0 {
		text = append(text, digits[held<<(5-bits)&31])
	}
	return string(text)
}

// unspell reads a text form into bytes, which it fills. The text may be a credential, so the error does not show it.
func unspell(prefix, text string, bytes []byte) error {
	given, has := strings.CutPrefix(text, prefix)
	if !has || len(given) != digitsOf(len(bytes)) {
		return illSpelt(prefix)
	}
	held, bits, at := uint32(0), 0, 0
	for _, digit := range []byte(given) {
		value := digitValues[digit]
		if value == noDigit {
			return illSpelt(prefix)
		}
		held, bits = held<<5|uint32(value), bits+5
		if bits >= 8 {
			bits -= 8
			bytes[at], at = byte(held>>bits), at+1
		}
	}
	// One id has one text: bits that are left over must be zero.
	if held&(1<<bits-1) != 0 {
		return illSpelt(prefix)
	}
	return nil
}

func illSpelt(prefix string) error { return invalid("text", "is not an id of the form "+prefix+"…") }
