//go:build tacos_server

// An example against a server in a process of its own: tests/with_server.sh go test -tags tacos_server -run Example_dial

package tacos_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	tacos "github.com/traffic-tacos/engine/bindings/go"
)

// The same calls as at a linked engine, at a server: an event, a seat held and sold, and the second customer refused.
func Example_dial() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	client, err := tacos.Dial(ctx, os.Getenv("SERVER"), tacos.DialOptions{})
	if err != nil {
		panic(err)
	}
	defer client.Close()
	if err := sell(ctx, client); err != nil {
		panic(err)
	}
	counts, err := client.Counts("evt_1")
	fmt.Println(counts.Sold, counts.Available, err)
	// Output:
	// true tacos: conflict: seats are taken: A-7
	// 1 9 <nil>
}

// sell does not know whether its engine is linked or behind a server.
func sell(ctx context.Context, engine tacos.Face) error {
	if _, err := engine.CreateEvent(ctx, tacos.CreateEvent{
		Event:    "evt_1",
		Settings: tacos.EventSettings{Name: "A concert", Currency: "EUR"},
		Seats: tacos.SeatMap{
			{Name: "stalls", Rows: []tacos.Row{{Label: "A", Prefix: "A-", Count: 10, PriceMinor: 5000}}},
		},
	}); err != nil {
		return err
	}
	if _, err := engine.SetSale(ctx, tacos.SetSale{Event: "evt_1", State: tacos.SaleOpen}); err != nil {
		return err
	}
	// The key makes it safe to ask again after a lost connection.
	hold := tacos.Reserve{
		Event: "evt_1", User: "kim", Seats: []string{"A-7"}, External: "order-1", Key: "order-1",
	}
	_, err := engine.Reserve(ctx, hold)
	for errors.Is(err, tacos.ErrOutcomeUnknown) {
		_, err = engine.Reserve(ctx, hold)
	}
	if err != nil {
		return err
	}
	_, err = engine.Reserve(ctx, tacos.Reserve{Event: "evt_1", User: "lee", Seats: []string{"A-7"}})
	fmt.Println(errors.Is(err, tacos.ErrSeatsTaken), err)
	_, err = engine.Confirm(ctx, tacos.Confirm{Which: tacos.ReservationRef{External: "order-1"}})
	return err
}
