//go:build cgo

// Examples that the documentation shows and go test runs.

package tacos_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	tacos "github.com/traffic-tacos/engine/bindings/go"
)

// A folder, an event, a seat held and sold; the second customer is refused; all is there after a restart.
func Example() {
	folder, err := os.MkdirTemp("", "tacos-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	ctx := context.Background()
	engine, err := tacos.Open(folder, tacos.Options{})
	if err != nil {
		panic(err)
	}
	_, err = engine.CreateEvent(ctx, tacos.CreateEvent{
		Event:    "evt_1",
		Settings: tacos.EventSettings{Name: "A concert", Currency: "EUR"},
		Seats: tacos.SeatMap{
			{Name: "stalls", Rows: []tacos.Row{{Label: "A", Prefix: "A-", Count: 10, PriceMinor: 5000}}},
		},
	})
	if err != nil {
		panic(err)
	}
	if _, err := engine.SetSale(ctx, tacos.SetSale{Event: "evt_1", State: tacos.SaleOpen}); err != nil {
		panic(err)
	}

	held, err := engine.Reserve(ctx, tacos.Reserve{Event: "evt_1", User: "kim", Seats: []string{"A-7"}})
	if err != nil {
		panic(err)
	}
	_, err = engine.Reserve(ctx, tacos.Reserve{Event: "evt_1", User: "lee", Seats: []string{"A-7"}})
	fmt.Println(errors.Is(err, tacos.ErrSeatsTaken), err)
	// Without a payment intent the caller vouches that it is paid.
	if _, err := engine.Confirm(ctx, tacos.Confirm{Which: tacos.ReservationRef{ID: held.ID}}); err != nil {
		panic(err)
	}
	if err := engine.Close(); err != nil {
		panic(err)
	}

	engine, err = tacos.Open(folder, tacos.Options{})
	if err != nil {
		panic(err)
	}
	defer engine.Close()
	counts, err := engine.Counts("evt_1")
	fmt.Println(counts.Available, counts.Sold, err)
	// Output:
	// true tacos: conflict: seats are taken: A-7
	// 9 1 <nil>
}

func ExampleEngine_Batch() {
	engine, err := tacos.OpenInMemory(tacos.Options{})
	if err != nil {
		panic(err)
	}
	defer engine.Close()
	results, err := engine.Batch(context.Background(), []tacos.Command{
		tacos.SetNote{Name: "greeting", Value: []byte("hello")},
		tacos.Reserve{Event: "nowhere", User: "kim", Quantity: 2},
	})
	if err != nil {
		panic(err)
	}
	for _, result := range results {
		fmt.Println(result.Err)
	}
	// Output:
	// <nil>
	// tacos: event not found
}

func ExampleEngine_Updates() {
	engine, err := tacos.OpenInMemory(tacos.Options{})
	if err != nil {
		panic(err)
	}
	defer engine.Close()
	ctx := context.Background()
	for _, name := range []string{"one", "two"} {
		if _, err := engine.SetNote(ctx, tacos.SetNote{Name: name, Value: []byte{1}}); err != nil {
			panic(err)
		}
	}
	for update, err := range engine.Updates(ctx, 0) {
		if err != nil {
			panic(err)
		}
		fmt.Println(update.What, update.Note)
		if update.Note == "two" {
			break
		}
	}
	// Output:
	// note one
	// note two
}
