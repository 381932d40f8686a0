// Values of the face whose form is Go's own: the seat map, which reservation is meant, and places.

package tacos

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

// ReservationRef is a reservation, by the caller's own id if External is given, else by ours.
type ReservationRef struct {
	ID       ReservationID
	External string
}

// Place is a seat, or a number of standing places, in the engine's own four bytes; Describe puts it into words; see [Face].
type Place uint32
