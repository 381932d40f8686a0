// Values that the generated conversions carry between the face and the stubs.

package tacos

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"

	commandv1 "github.com/traffic-tacos/proto-contracts/gen/go/command/v1"
)

// some is absent for the zero value, which stands for what is not given.
func some[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}

// given is there even if it is empty.
func given(bytes []byte) []byte {
	if bytes == nil {
		return []byte{}
	}
	return bytes
}

func toFlag(flag bool) *bool { return &flag }

// toCount is how many of something are wanted, at least none.
func toCount(count int) *int64 {
	number := int64(max(count, 0))
	return &number
}

// toNumber is a number of the engine's, which the wire has with a sign.
func toNumber(number uint64) *int64 {
	signed := int64(min(number, math.MaxInt64))
	return &signed
}

func toMs(span time.Duration) int64 { return max(span.Milliseconds(), 0) }

func someMs(span time.Duration) *int64 {
	if span == 0 {
		return nil
	}
	number := toMs(span)
	return &number
}

func toMoment(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return max(at.UnixMilli(), 0)
}

func someMoment(at time.Time) *int64 { return some(toMoment(at)) }

func someID[T fmt.Stringer](id *T) *string {
	if id == nil {
		return nil
	}
	text := (*id).String()
	return &text
}

func someToken(token *ReservationToken) *string {
	if token == nil {
		return nil
	}
	text := token.Reveal()
	return &text
}

func someNames(names []string) *commandv1.SeatNames {
	if len(names) == 0 {
		return nil
	}
	return &commandv1.SeatNames{Names: names}
}

func toCursor(cursor *Cursor) []byte {
	if cursor == nil {
		return nil
	}
	return cursor[:]
}

func toWhich(which ReservationRef) *commandv1.ReservationRef {
	if which.External != "" {
		return &commandv1.ReservationRef{Form: &commandv1.ReservationRef_External{External: which.External}}
	}
	return &commandv1.ReservationRef{Form: &commandv1.ReservationRef_Id{Id: which.ID.String()}}
}

func toPayee(which ReservationRef, unlinked string) *commandv1.Payee {
	if unlinked != "" {
		return &commandv1.Payee{Form: &commandv1.Payee_Unlinked{Unlinked: unlinked}}
	}
	return &commandv1.Payee{Form: &commandv1.Payee_Reservation{Reservation: toWhich(which)}}
}

// toWant is which seats are wanted. A Quantity beside Seats must be how many they are.
func toWant(c *Reserve) *commandv1.SeatRequest {
	if len(c.Seats) > 0 {
		names := &commandv1.SeatNames{Names: c.Seats}
		return &commandv1.SeatRequest{Form: &commandv1.SeatRequest_Seats{Seats: names}}
	}
	best := &commandv1.Best{
		Quantity: c.Quantity, Section: some(c.Section), AllowSplit: !c.WholeOnly, Accessible: c.Accessible,
	}
	return &commandv1.SeatRequest{Form: &commandv1.SeatRequest_Best{Best: best}}
}

func toSeatMap(seats SeatMap) *commandv1.SeatMap {
	out := &commandv1.SeatMap{}
	for i := range seats {
		section := &seats[i]
		to := &commandv1.Section{Name: section.Name, Capacity: section.Capacity, PriceMinor: section.PriceMinor}
		for j := range section.Rows {
			to.Rows = append(to.Rows, toRow(&section.Rows[j]))
		}
		out.Sections = append(out.Sections, to)
	}
	return out
}

func toRow(row *Row) *commandv1.Row {
	out := &commandv1.Row{
		Label: row.Label, PriceMinor: row.PriceMinor, Accessible: row.Accessible,
		Labels: row.Labels, AislesBefore: row.AislesBefore,
	}
	if len(row.Labels) == 0 {
		out.Numbered = &commandv1.NumberedSeats{
			Prefix: row.Prefix, FirstNumber: max(row.FirstNumber, 1), Step: row.Step,
			DigitsMin: row.DigitsMin, Count: row.Count,
		}
		if row.Step == 0 {
			out.Numbered.Step = 1
		}
	}
	for _, one := range row.Exceptions {
		out.Exceptions = append(out.Exceptions,
			&commandv1.SeatException{Index: one.Index, PriceMinor: one.PriceMinor, Accessible: one.Accessible})
	}
	return out
}

// taker takes values out of messages, and remembers the first that is not what it should be.
type taker struct{ err error }

func (t *taker) fail(what string) {
	if t.err == nil {
		t.err = &Error{Status: ErrSystem, Message: "the server's answer cannot be read: " + what}
	}
}

// taken is an id or a token out of its text.
func taken[T any](t *taker, text string, parse func(string) (T, error)) T {
	value, err := parse(text)
	if err != nil {
		t.fail("an id that is none")
	}
	return value
}

func takenMaybe[T any](t *taker, text *string, parse func(string) (T, error)) *T {
	if text == nil {
		return nil
	}
	value := taken(t, *text, parse)
	return &value
}

func (t *taker) seed(bytes []byte) (seed [32]byte) {
	if copy(seed[:], bytes) != len(seed) || len(bytes) != len(seed) {
		t.fail("a hash of another length")
	}
	return
}

func (t *taker) cursor(bytes []byte) *Cursor {
	if bytes == nil {
		return nil
	}
	var cursor Cursor
	if copy(cursor[:], bytes) != len(cursor) || len(bytes) != len(cursor) {
		t.fail("a cursor of another length")
	}
	return &cursor
}

func fromMs(ms int64) time.Duration { return time.Duration(ms) * time.Millisecond }

func fromMoment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

func fromPlaces(numbers []uint32) []Place {
	if len(numbers) == 0 {
		return nil
	}
	places := make([]Place, len(numbers))
	for i, number := range numbers {
		places[i] = Place(number)
	}
	return places
}

func fromList[T, R any](items []*T, t *taker, each func(*T, *taker) R) []R {
	if len(items) == 0 {
		return nil
	}
	out := make([]R, len(items))
	for i, item := range items {
		out[i] = each(item, t)
	}
	return out
}

// fromOther is an answer to a read that is no record and no list of them.
func fromOther(answer *commandv1.Answer, t *taker) any {
	switch o := answer.Outcome.(type) {
	case *commandv1.Answer_FreeSeats:
		if len(o.FreeSeats)%8 != 0 {
			t.fail("words that are none")
		}
		var words []uint64
		for bytes := o.FreeSeats; len(bytes) >= 8; bytes = bytes[8:] {
			words = append(words, binary.LittleEndian.Uint64(bytes))
		}
		return words
	case *commandv1.Answer_DueWebhooks:
		due := fromList(o.DueWebhooks.GetWebhooks(), t, fromWebhook)
		return dueWebhooks{due, fromMoment(o.DueWebhooks.GetNextAtUnixMs())}
	case *commandv1.Answer_Note:
		return o.Note
	case *commandv1.Answer_Notes:
		return fromList(o.Notes.GetNotes(), t, func(note *commandv1.NoteEntry, _ *taker) Note {
			return Note{note.GetName(), note.GetValue()}
		})
	case *commandv1.Answer_Position:
		return Position(o.Position)
	case *commandv1.Answer_Status:
		return fromStatus(o.Status)
	case *commandv1.Answer_Places:
		return fromList(o.Places.GetItems(), t, fromPlaceView)
	case *commandv1.Answer_EventId:
		return o.EventId
	case *commandv1.Answer_Prepared:
		return o.Prepared
	}
	t.fail("of a kind that this version of the package does not know")
	return nil
}

// dueWebhooks is what DueWebhooks gives.
type dueWebhooks struct {
	due  []Webhook
	next time.Time
}

func fromStatus(from *commandv1.Status) Figures {
	return Figures{
		Written: uint64(from.GetWritten()), Durable: uint64(from.GetDurable()), Snapshot: uint64(from.GetSnapshot()),
		Poisoned: from.GetPoisoned(), DiskFull: from.GetDiskFull(),
		Commands: uint64(from.GetCommands()), Refusals: uint64(from.GetRefusals()),
		Groups: uint64(from.GetGroups()), Fired: uint64(from.GetFired()),
		Users: uint64(from.GetUsers()), IdempotencyKeys: uint64(from.GetIdempotencyKeys()), Timers: uint64(from.GetTimers()),
		WebhooksDue: uint64(from.GetWebhooksWaiting()), WebhooksDead: uint64(from.GetWebhooksDead()),
		Events: from.GetEvents(), ReservationSlots: from.GetReservationSlots(), PaymentSlots: from.GetPaymentSlots(),
	}
}
