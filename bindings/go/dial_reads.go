// Reads of the client whose answer is no record and no list of them, and what its updates are.

package tacos

import (
	"context"
	"iter"
	"time"

	commandv1 "github.com/traffic-tacos/proto-contracts/gen/go/command/v1"
)

// FreeSeats has one bit for each numbered seat, 1 = free, lowest bit first, each row beginning a new word.
func (c *Client) FreeSeats(event string) ([]uint64, error) {
	read := &commandv1.ReadFreeSeats{Event: event}
	return answered[[]uint64](c.look(&commandv1.Call{Operation: &commandv1.Call_ReadFreeSeats{ReadFreeSeats: read}}))
}

// Describe puts places of an answer into words, in the order given.
func (c *Client) Describe(eventNumber uint32, places []Place) ([]PlaceView, error) {
	read := &commandv1.ReadPlaces{EventNumber: eventNumber, PlaceNumbers: make([]uint32, len(places))}
	for i, place := range places {
		read.PlaceNumbers[i] = uint32(place)
	}
	return answered[[]PlaceView](c.look(&commandv1.Call{Operation: &commandv1.Call_ReadPlaces{ReadPlaces: read}}))
}

// EventID is the id behind an event's number.
func (c *Client) EventID(number uint32) (string, error) {
	read := &commandv1.ReadEventId{Number: number}
	return answered[string](c.look(&commandv1.Call{Operation: &commandv1.Call_ReadEventId{ReadEventId: read}}))
}

// PrepareEvent looks an event up ahead: what it gives stands for the event's id in every command and read, and saves the
// server looking the id up each time. It is good until the server is started again; then it is the plain id.
func (c *Client) PrepareEvent(event string) (string, error) {
	ask := &commandv1.PrepareEvent{Event: event}
	return answered[string](c.look(&commandv1.Call{Operation: &commandv1.Call_PrepareEvent{PrepareEvent: ask}}))
}

// PrepareSeat looks a seat of an event up ahead; see [Client.PrepareEvent].
func (c *Client) PrepareSeat(event, seat string) (string, error) {
	ask := &commandv1.PrepareSeat{Event: event, Seat: seat}
	return answered[string](c.look(&commandv1.Call{Operation: &commandv1.Call_PrepareSeat{PrepareSeat: ask}}))
}

// PrepareUser prepares a customer's id; see [Client.PrepareEvent].
func (c *Client) PrepareUser(user string) (string, error) {
	ask := &commandv1.PrepareUser{User: user}
	return answered[string](c.look(&commandv1.Call{Operation: &commandv1.Call_PrepareUser{PrepareUser: ask}}))
}

// DueWebhooks gives webhooks whose time has come, at most most, and the time of the next one (zero if there is none). A
// server delivers them by itself to the addresses that it may call.
func (c *Client) DueWebhooks(most int) ([]Webhook, time.Time, error) {
	read := &commandv1.ReadDueWebhooks{Most: toCount(most)}
	call := &commandv1.Call{Operation: &commandv1.Call_ReadDueWebhooks{ReadDueWebhooks: read}}
	found, err := answered[dueWebhooks](c.look(call))
	return found.due, found.next, err
}

// Notes gives durable notes whose names begin with prefix, in order: those that came over a stream, not the server's own.
func (c *Client) Notes(prefix string) ([]Note, error) {
	read := &commandv1.ReadNotes{Prefix: prefix}
	return answered[[]Note](c.look(&commandv1.Call{Operation: &commandv1.Call_ReadNotes{ReadNotes: read}}))
}

// Note gives one durable note; false if there is none.
func (c *Client) Note(name string) ([]byte, bool, error) {
	read := &commandv1.ReadNote{Name: name}
	call := &commandv1.Call{Operation: &commandv1.Call_ReadNote{ReadNote: read}}
	found, err := answered[*commandv1.NoteValue](c.look(call))
	return found.GetValue(), found.GetValue() != nil, err
}

// Figures of the engine as a whole.
func (c *Client) Figures() (Figures, error) {
	call := &commandv1.Call{Operation: &commandv1.Call_ReadStatus{ReadStatus: &commandv1.ReadStatus{}}}
	return answered[Figures](c.look(call))
}

// Position is where the newest durable update ends.
func (c *Client) Position() (Position, error) {
	call := &commandv1.Call{Operation: &commandv1.Call_ReadPosition{ReadPosition: &commandv1.ReadPosition{}}}
	return answered[Position](c.look(call))
}

// UpdatesSince is not there over a server: its feed (engine.v1.EngineService/WatchFeed) has other words for what happened.
// The error is ErrNotOverTheWire.
func (c *Client) UpdatesSince(Position, int) ([]Update, error) { return nil, ErrNotOverTheWire }

// Updates gives one error, ErrNotOverTheWire; see [Client.UpdatesSince].
func (c *Client) Updates(context.Context, Position) iter.Seq2[Update, error] {
	return func(yield func(Update, error) bool) { yield(Update{}, ErrNotOverTheWire) }
}
