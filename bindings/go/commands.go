// What can be asked of an engine: one struct a command.

package tacos

import "time"

// Command is anything that can be asked of an engine: the structs of this file, by value. Run one by [Do] or by the engine's
// method of the same name, many at once by [Engine.Batch].
type Command interface{ command() }

// Returns says, at compile time, which answer a command has.
type Returns[R any] interface {
	Command
	answer() R
}

// SeatMap is every place of an event, best section first.
type SeatMap []Section

// Section is a part of the venue: rows of numbered seats, or, without rows, a number of standing places.
type Section struct {
	Name string
	// Rows, best first; nil for standing places.
	Rows []Row
	// Capacity and PriceMinor of standing places.
	Capacity   uint32
	PriceMinor int64
}

// Row is seats side by side. With Labels they are named one by one, else Count seats are named by Prefix and a number.
type Row struct {
	Label      string
	PriceMinor int64
	// Accessible seats are kept for people who need them.
	Accessible bool
	Prefix     string
	// FirstNumber is the leftmost seat's; 0 stands for 1.
	FirstNumber uint32
	// Step from one seat to the next; 0 stands for 1.
	Step int32
	// DigitsMin fills numbers up with zeros.
	DigitsMin uint32
	Count     uint32
	Labels    []string
	// AislesBefore lists seats (ascending, from 1) with an aisle on their left.
	AislesBefore []uint32
	Exceptions   []SeatException
}

// SeatException is what one seat has that its row has not. Nil means "as the row".
type SeatException struct {
	Index      uint32
	PriceMinor *int64
	Accessible *bool
}

// EventSettings is what can be set about an event while it lives. Zero values stand for the engine's usual ones.
type EventSettings struct {
	Name     string
	Currency string
	// SeatsPerReservationMax: 10 if zero.
	SeatsPerReservationMax uint32
	// SeatsPerUserMax: no bound if zero.
	SeatsPerUserMax uint32
	// Hold lasts so long: 60 s if zero.
	Hold time.Duration
	// HoldMax bounds a hold with its extensions: 10 min if zero.
	HoldMax time.Duration
	// ExtensionMax: 30 s if zero.
	ExtensionMax time.Duration
	// ExtensionsMax is how often a hold may be extended: nil for once.
	ExtensionsMax *uint32
	// SaleStarts and SaleEnds bound the sale; the zero time for no such moment.
	SaleStarts, SaleEnds time.Time
}

// QueuePolicy is the rules of a waiting line. Zero values stand for the engine's usual ones.
type QueuePolicy struct {
	// Off lets everybody in as fast as the system-wide ceiling allows.
	Off                 bool
	AdmissionsPerMinute uint32
	Burst               uint32
	InsideMax           uint32
	WaitingMax          uint32
	ClaimWindow         time.Duration
	TokenTTL            time.Duration
	Inactivity          time.Duration
	// ManyPlacesPerUser allows a user several places, one for each session.
	ManyPlacesPerUser bool
	// Room is the pre-sale room, if there is one.
	Room *PresaleRoom
}

// PresaleRoom is where people gather before the sale; its order is drawn at random.
type PresaleRoom struct{ OpensAt, DrawsAt time.Time }

// CreateEvent creates an event with its seats; its sale is a draft until SetSale opens it.
type CreateEvent struct {
	Event    string
	Settings EventSettings
	Seats    SeatMap
	// Queue is the waiting line, or nil for none.
	Queue *QueuePolicy
	// Key makes the command safe to send twice, here and in all others.
	Key string
}

// UpdateEvent changes an event's settings, all of them. The currency must stay.
type UpdateEvent struct {
	Event    string
	Settings EventSettings
	Key      string
}

// SetSale opens, pauses or closes a sale.
type SetSale struct {
	Event string
	State SaleState
	Key   string
}

// BlockSeats takes free seats off sale, or (Unblock) puts blocked ones back: all or none.
type BlockSeats struct {
	Event   string
	Seats   []string
	Unblock bool
	Key     string
}

// SetQueuePolicy gives an event a waiting line, or its line new rules, while the sale runs.
type SetQueuePolicy struct {
	Event  string
	Policy QueuePolicy
	Key    string
}

// PauseQueue stops admissions of one line, or (Resume) starts them again.
type PauseQueue struct {
	Event  string
	Resume bool
	Key    string
}

// DrawRoom draws the order of the pre-sale room now.
type DrawRoom struct{ Event, Key string }

// JoinQueue takes a place in a waiting line, or finds the one that the session has. Session or User is needed.
type JoinQueue struct{ Event, Session, User string }

// LeaveQueue gives a place in a line up.
type LeaveQueue struct{ Token WaitingToken }

// RequestAdmission asks to be let in. Event and User are checked if given.
type RequestAdmission struct {
	Token       WaitingToken
	Event, User string
}

// Reserve holds seats, all or none: the named Seats, or else the best Quantity.
type Reserve struct {
	Event, User string
	Seats       []string
	Quantity    uint32
	// Section, with Quantity: only there.
	Section string
	// WholeOnly, with Quantity: refuse a split when there is no run of that many.
	WholeOnly bool
	// Accessible, with Quantity: offer accessible seats too.
	Accessible bool
	// Token is the right to reserve, where the event has a line.
	Token *ReservationToken
	// Trusted callers are let past the line.
	Trusted bool
	// External is the caller's own id for the reservation.
	External string
	// HoldUntil, if not zero, is when the hold shall end.
	HoldUntil time.Time
	Key       string
}

// Which is a reservation, by the caller's own id if External is given, else by ours.
type Which struct {
	ID       ReservationID
	External string
}

// Confirm turns a hold into a sale: paid by Payment, or, if that is nil, paid outside as the caller vouches.
type Confirm struct {
	Which Which
	// User is whose it must be; empty for a trusted caller, here and in all others.
	User    string
	Payment *PaymentID
	// Exactly, if given, are the seats that the hold must have.
	Exactly []string
	Key     string
}

// Release gives a hold back, or only these Seats of it.
type Release struct {
	Which Which
	User  string
	Seats []string
	Key   string
}

// Extend lets a hold last longer.
type Extend struct {
	Which Which
	User  string
	By    time.Duration
	Key   string
}

// Expire expires a hold whose time has run out, as happens by itself.
type Expire struct{ Which Which }

// CreatePayment creates a payment intent for Which, or for Unlinked, something that the engine does not know.
type CreatePayment struct {
	Which       Which
	Unlinked    string
	User        string
	AmountMinor int64
	Currency    string
	Method      PaymentMethod
	Scenario    Scenario
	WebhookURL  string
	// Attachment is carried along unread. Never put card data here.
	Attachment []byte
	Key        string
}

// ProcessPayment starts processing a payment at once.
type ProcessPayment struct {
	Payment   PaymentID
	User, Key string
}

// CancelPayment calls a payment off before it completes, or pays back after: RefundMinor, or, if nil, all that is left.
type CancelPayment struct {
	Payment     PaymentID
	User        string
	RefundMinor *int64
	Key         string
}

// ReportPayment reports how a payment ended outside.
type ReportPayment struct {
	Payment PaymentID
	Outcome Outcome
	Key     string
}

// ReportWebhook reports what became of one delivery of a webhook.
type ReportWebhook struct {
	Webhook   WebhookID
	Delivered bool
}

// ReplayWebhook puts a dead letter back into the outbox.
type ReplayWebhook struct{ Webhook WebhookID }

// SetNote sets a durable note of the embedding service.
type SetNote struct {
	Name  string
	Value []byte
	Key   string
}

// RemoveNote removes a durable note.
type RemoveNote struct{ Name, Key string }

// ReadReservation reads a reservation; what it shows is durable.
type ReadReservation struct {
	Which Which
	User  string
}

// ListReservations lists a user's reservations, newest first. Zero values filter nothing; Most is at most (and if zero) 100.
type ListReservations struct {
	User, Event string
	State       ReservationState
	After       *Cursor
	Most        uint32
}

// ReadPayment reads a payment intent; what it shows is durable.
type ReadPayment struct {
	Payment PaymentID
	User    string
}

// ListPayments lists a user's payments, newest first. Zero values filter nothing; Most is at most (and if zero) 100.
type ListPayments struct {
	User        string
	Reservation *ReservationID
	State       PaymentState
	After       *Cursor
	Most        uint32
}
