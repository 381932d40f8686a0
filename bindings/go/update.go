// What readers of updates are told.

package tacos

import "time"

// Position is a place in the journal, behind a record.
type Position uint64

// PlaceChanged is how one place stands after an update. It may be applied twice: a Version that is not above the version that
// the reader has is old news.
type PlaceChanged struct {
	Place   Place
	State   SeatState
	Version uint32
}

// Update is a fact that happened, and is durable. Which fields mean something is said by What.
type Update struct {
	// Position is where its record ends: reading from here gives what came after.
	Position Position
	At       time.Time
	What     UpdateKind
	Event    string
	User     string
	// Sale, with UpdateSale.
	Sale SaleState
	// Paused, with UpdateQueuePaused.
	Paused bool
	// Seed, with UpdateRoomDrawn.
	Seed [32]byte
	// Places that changed hands.
	Places []PlaceChanged
	// Reservation that changed, from FromState (zero if it was made just now) to ReservationState; nil if none did.
	Reservation      *ReservationID
	FromState        ReservationState
	ReservationState ReservationState
	// ExpiresAt is when the hold ends, or the turn; zero where nothing is said about it.
	ExpiresAt time.Time
	// Payment that changed, with UpdatePayment.
	Payment       PaymentID
	PaymentState  PaymentState
	Effect        PaymentEffect
	RefundedMinor int64
	Webhook       WebhookID
	// Tickets of the line.
	Tickets []uint32
	// Note that was set or removed.
	Note string
}
