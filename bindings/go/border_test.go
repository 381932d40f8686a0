//go:build cgo

// What a call costs; a benchmark.

package tacos_test

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	tacos "github.com/traffic-tacos/engine/bindings/go"
)

// What calls across the border cost from Go. bindings/tests/bench.sh runs it beside the other languages, with the folder for
// durable engines in TACOS_BENCH_FOLDER, and says what is measured and how.
func TestWhatTheBorderCosts(t *testing.T) {
	folder := os.Getenv("TACOS_BENCH_FOLDER")
	if folder == "" {
		t.Skip("a benchmark, run by bindings/tests/bench.sh")
	}
	ctx := context.Background()
	best("empty call", 1, 10_000, tacos.EmptyCall)
	e := must(tacos.OpenInMemory(tacos.Options{}))(t)
	house(t, e)
	best("availability", 1, 1_000, func() {
		if _, err := e.Counts("evt_1"); err != nil {
			t.Fatal(err)
		}
	})
	holdAndRelease := func(hold tacos.Reserve) {
		// Not by must: what it does for messages costs a tenth of this.
		held, err := e.Reserve(ctx, hold)
		if err == nil {
			_, err = e.Release(ctx, tacos.Release{Which: tacos.ReservationRef{ID: held.ID}})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	best("hold in memory", 2, 200, func() { holdAndRelease(one) })
	hold := tacos.Reserve{Event: "evt_1", User: "kim", Seats: []string{"A-1", "A-2"}}
	var key [16]byte
	best("two seats, with a key", 2, 200, func() {
		binary.BigEndian.PutUint64(key[:], binary.BigEndian.Uint64(key[:])+1)
		hold.Key = hex.EncodeToString(key[:])
		holdAndRelease(hold)
	})
	hold.Event, hold.User = must(e.PrepareEvent(hold.Event))(t), must(e.PrepareUser(hold.User))(t)
	for i, seat := range hold.Seats {
		hold.Seats[i] = must(e.PrepareSeat(hold.Event, seat))(t)
	}
	best("the same, prepared", 2, 200, func() {
		binary.BigEndian.PutUint64(key[:], binary.BigEndian.Uint64(key[:])+1)
		hold.Key = tacos.KeyOf(key)
		holdAndRelease(hold)
	})
	take, give := make([]tacos.Command, 64), make([]tacos.Command, 64)
	best("batch of 64", 128, 2, func() {
		for i := range take {
			take[i] = one
		}
		for i, result := range must(e.Batch(ctx, take))(t) {
			if result.Err != nil {
				t.Fatal(result.Err)
			}
			give[i] = tacos.Release{Which: tacos.ReservationRef{ID: result.Answer.(tacos.Reserved).ID}}
		}
		for _, result := range must(e.Batch(ctx, give))(t) {
			if result.Err != nil {
				t.Fatal(result.Err)
			}
		}
	})
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	for _, inFlight := range []int{1, 64, 1_024} {
		durable(t, filepath.Join(folder, fmt.Sprint("go-", inFlight)), inFlight)
	}
}

var one = tacos.Reserve{Event: "evt_1", User: "kim", Quantity: 1, Section: "floor"}

func house(t testing.TB, e *tacos.Engine) {
	ctx := context.Background()
	must(e.CreateEvent(ctx, tacos.CreateEvent{
		Event:    "evt_1",
		Settings: tacos.EventSettings{Name: "A concert", Currency: "EUR"},
		Seats: tacos.SeatMap{
			{Name: "floor", Capacity: 2_000_000, PriceMinor: 100},
			{Name: "stalls", Rows: []tacos.Row{{Label: "A", Prefix: "A-", PriceMinor: 100, Count: 10}}},
		},
	}))(t)
	must(e.SetSale(ctx, tacos.SetSale{Event: "evt_1", State: tacos.SaleOpen}))(t)
}

// durable lets so many goroutines hold, each waiting for the disk.
func durable(t testing.TB, folder string, inFlight int) {
	e := must(tacos.Open(folder, tacos.Options{}))(t)
	house(t, e)
	holds := max(8*inFlight, 20)
	var rounds []float64
	for range 15 {
		rounds = append(rounds, timed(func() {
			var begun atomic.Int64
			var all sync.WaitGroup
			for range inFlight {
				all.Add(1)
				go func() {
					defer all.Done()
					for begun.Add(1) <= int64(holds) {
						if _, err := e.Reserve(context.Background(), one); err != nil {
							t.Error(err)
							return
						}
					}
				}()
			}
			all.Wait()
		}))
	}
	slices.Sort(rounds)
	fmt.Printf("go\tdurable hold, %d in flight\t%.1f\n", inFlight, rounds[7]/float64(holds))
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
}

// best is the best of five hundred rounds, for each command.
func best(name string, commands, calls int, call func()) {
	least := math.Inf(1)
	for range 500 {
		least = min(least, timed(func() {
			for range calls {
				call()
			}
		}))
	}
	fmt.Printf("go\t%s\t%.1f\n", name, least/float64(calls)/float64(commands))
}

func timed(run func()) float64 {
	start := time.Now()
	run()
	return float64(time.Since(start).Nanoseconds())
}
