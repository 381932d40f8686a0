//go:build cgo

// A prepared id means what it names.

package tacos_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	tacos "github.com/traffic-tacos/engine/bindings/go"
)

func TestAPreparedIDMeansWhatItNames(t *testing.T) {
	ctx := context.Background()
	folder := filepath.Join(t.TempDir(), "data")
	e := must(tacos.Open(folder, byHand()))(t)
	openSale(t, e, nil)
	event, user := must(e.PrepareEvent("evt_1"))(t), must(e.PrepareUser("kim"))(t)
	seat := must(e.PrepareSeat(event, "B-7"))(t)
	key := tacos.KeyOf([16]byte{7})
	if key != "bytes 07000000000000000000000000000000" {
		t.Fatal(key)
	}
	prepared := tacos.Reserve{Event: event, User: user, Seats: []string{seat}, Key: key}
	byText := tacos.Reserve{Event: "evt_1", User: "kim", Seats: []string{"B-7"}, Key: key}
	held := must(e.Reserve(ctx, prepared))(t)
	// Under one key one is the retry of the other.
	if again := must(e.Reserve(ctx, byText))(t); again.ID != held.ID {
		t.Fatal(again)
	}
	if named := must(e.SeatsNamed(event, seat))(t); named[0].ID != "B-7" || named[0].State != tacos.SeatReserved {
		t.Fatal(named)
	}

	// Another engine takes the texts, where other numbers mean other things; so does the same folder opened again.
	other := inMemory(t, byHand())
	must(other.CreateEvent(ctx, tacos.CreateEvent{
		Event:    "evt_0",
		Settings: tacos.EventSettings{Name: "Another", Currency: "KRW"},
		Seats:    tacos.SeatMap{{Name: "floor", Capacity: 5}},
	}))(t)
	if _, err := other.Reserve(ctx, prepared); !errors.Is(err, tacos.ErrUnknownEvent) {
		t.Fatal(err)
	}
	openSale(t, other, nil)
	must(other.Reserve(ctx, prepared))(t)
	if named := must(other.SeatsNamed("evt_1", "B-7"))(t); named[0].State != tacos.SeatReserved {
		t.Fatal(named)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	e = must(tacos.Open(folder, byHand()))(t)
	defer e.Close()
	if again := must(e.Reserve(ctx, prepared))(t); again.ID != held.ID {
		t.Fatal(again)
	}

	// A byte that is changed makes it no id.
	for at := range len(seat) {
		forged := []byte(seat)
		forged[at] ^= 1
		_, err := e.Reserve(ctx, tacos.Reserve{Event: event, User: user, Seats: []string{string(forged)}})
		if !errors.Is(err, tacos.ErrInvalid) {
			t.Fatal(string(forged), err)
		}
	}
	if _, err := e.PrepareEvent("nope"); !errors.Is(err, tacos.ErrUnknownEvent) {
		t.Fatal(err)
	}
	if _, err := e.PrepareSeat(event, "Z-1"); !errors.Is(err, tacos.ErrUnknownSeats) {
		t.Fatal(err)
	}
	if _, err := e.PrepareUser("a b"); !errors.Is(err, tacos.ErrInvalid) {
		t.Fatal(err)
	}
}

func ExampleEngine_PrepareSeat() {
	ctx := context.Background()
	engine, err := tacos.OpenInMemory(tacos.Options{})
	if err != nil {
		panic(err)
	}
	defer engine.Close()
	_, err = engine.CreateEvent(ctx, tacos.CreateEvent{
		Event:    "evt_1",
		Settings: tacos.EventSettings{Name: "A concert", Currency: "EUR"},
		Seats:    tacos.SeatMap{{Name: "stalls", Rows: []tacos.Row{{Label: "A", Prefix: "A-", Count: 10}}}},
	})
	if err != nil {
		panic(err)
	}
	if _, err := engine.SetSale(ctx, tacos.SetSale{Event: "evt_1", State: tacos.SaleOpen}); err != nil {
		panic(err)
	}

	// Once, when the sale begins.
	event, err := engine.PrepareEvent("evt_1")
	if err != nil {
		panic(err)
	}
	seat, err := engine.PrepareSeat(event, "A-7")
	if err != nil {
		panic(err)
	}
	// For every customer: the key of sixteen bytes is a UUID as a rule.
	for number, user := range []string{"kim", "lee"} {
		hold := tacos.Reserve{Event: event, User: user, Seats: []string{seat}, Key: tacos.KeyOf([16]byte{byte(number)})}
		_, err := engine.Reserve(ctx, hold)
		fmt.Println(user, err)
	}
	// Output:
	// kim <nil>
	// lee tacos: conflict: seats are taken: A-7
}
