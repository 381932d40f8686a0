package tacos_test

import (
	"context"
	"testing"

	tacos "github.com/traffic-tacos/engine/bindings/go"
)

func house(b *testing.B) *tacos.Engine {
	b.Helper()
	e := must(tacos.OpenInMemory(tacos.Options{}))(b)
	b.Cleanup(func() { e.Close() })
	ctx := context.Background()
	must(e.CreateEvent(ctx, tacos.CreateEvent{
		Event:    "evt_1",
		Settings: tacos.EventSettings{Name: "A concert", Currency: "EUR"},
		Seats:    tacos.SeatMap{{Name: "floor", Capacity: 2_000_000, PriceMinor: 100}},
	}))(b)
	must(e.SetSale(ctx, tacos.SetSale{Event: "evt_1", State: tacos.SaleOpen}))(b)
	return e
}

func BenchmarkEmptyCall(b *testing.B) {
	for b.Loop() {
		tacos.EmptyCall()
	}
}

func BenchmarkAvailability(b *testing.B) {
	e := house(b)
	for b.Loop() {
		if _, err := e.Counts("evt_1"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkHold holds one standing place and gives it back: two calls.
func BenchmarkHoldAndRelease(b *testing.B) {
	e, ctx := house(b), context.Background()
	command := tacos.Reserve{Event: "evt_1", User: "kim", Quantity: 1}
	for b.Loop() {
		held, err := e.Reserve(ctx, command)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := e.Release(ctx, tacos.Release{Which: tacos.Which{ID: held.ID}}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBatch64 holds 64 places in one crossing and gives them back in another.
func BenchmarkBatch64(b *testing.B) {
	e, ctx := house(b), context.Background()
	take, give := make([]tacos.Command, 64), make([]tacos.Command, 64)
	for i := range take {
		take[i] = tacos.Reserve{Event: "evt_1", User: "kim", Quantity: 1}
	}
	for b.Loop() {
		results, err := e.Batch(ctx, take)
		if err != nil {
			b.Fatal(err)
		}
		for i, result := range results {
			if result.Err != nil {
				b.Fatal(result.Err)
			}
			give[i] = tacos.Release{Which: tacos.Which{ID: result.Answer.(tacos.Reserved).ID}}
		}
		if _, err := e.Batch(ctx, give); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/128, "ns/command")
}
