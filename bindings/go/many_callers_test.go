//go:build cgo

// Many goroutines, cancellation, closing, updates for many readers, and nothing left behind by a million calls.

package tacos_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	tacos "github.com/traffic-tacos/engine/bindings/go"
)

// A folder with threads: answers wait for the disk, so they come through the completion queue.
func TestAThousandGoroutinesSellEachSeatOnce(t *testing.T) {
	options := small()
	options.CompletionsMax = 64
	e := must(tacos.Open(t.TempDir(), options))(t)
	defer e.Close()
	openSale(t, e, nil)
	threadsBefore := threads(t)
	var held, refused atomic.Int64
	var all sync.WaitGroup
	for i := range 1000 {
		all.Add(1)
		go func() {
			defer all.Done()
			seat := fmt.Sprintf("%c-%d", 'A'+rune(i/10%2), i%10+1)
			_, err := e.Reserve(context.Background(), tacos.Reserve{Event: "evt_1", User: fmt.Sprint("user-", i), Seats: []string{seat}})
			switch {
			case err == nil:
				held.Add(1)
			case errors.Is(err, tacos.ErrSeatsTaken):
				refused.Add(1)
			default:
				t.Error(err)
			}
			if _, err := e.Reserve(context.Background(), tacos.Reserve{Event: "evt_1", User: fmt.Sprint("user-", i), Section: "floor", Quantity: 1}); err != nil {
				t.Error(err)
			}
		}()
	}
	all.Wait()
	if held.Load() != 20 || refused.Load() != 980 {
		t.Fatalf("%d held, %d refused", held.Load(), refused.Load())
	}
	if counts := must(e.Counts("evt_1"))(t); counts.Reserved != 1020 {
		t.Fatal(counts)
	}
	if grown := threads(t) - threadsBefore; grown > 4*runtime.GOMAXPROCS(0)+16 {
		t.Fatalf("%d more threads: a thread is parked for each call", grown)
	}
}

func threads(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Skip("threads are counted on Linux only")
	}
	return len(entries)
}

func TestABatchCrossesOnceAndAnswersInOrder(t *testing.T) {
	for _, options := range []tacos.Options{byHand(), small()} {
		options.CompletionsMax = 8
		e := inMemory(t, options)
		openSale(t, e, nil)
		var commands []tacos.Command
		for i := range 20 {
			commands = append(commands, tacos.Reserve{Event: "evt_1", User: "kim", Seats: []string{fmt.Sprintf("A-%d", i%10+1)}})
		}
		commands[3] = tacos.Reserve{Event: "\xff"}
		commands[5] = tacos.SetNote{Name: "a", Value: []byte("b")}
		results := must(e.Batch(context.Background(), commands))(t)
		if len(results) != 20 {
			t.Fatal(len(results))
		}
		for i, result := range results {
			switch {
			case i == 3:
				if !errors.Is(result.Err, tacos.ErrBadUTF8) {
					t.Fatal(i, result)
				}
			case i == 5:
				if _, is := result.Answer.(tacos.Done); !is {
					t.Fatal(i, result)
				}
			case i < 10 || i == 13 || i == 15:
				if _, is := result.Answer.(tacos.Reserved); !is {
					t.Fatal(i, result)
				}
			case !errors.Is(result.Err, tacos.ErrSeatsTaken):
				t.Fatal(i, result)
			}
		}
	}
}

func TestACancelledCallerLeavesAndTheWriteGoesOn(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	e := must(tacos.Open(t.TempDir(), small()))(t)
	defer e.Close()
	openSale(t, e, nil)
	if _, err := e.Reserve(ctx, tacos.Reserve{Event: "evt_1", User: "kim", Quantity: 1}); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if counts := must(e.Counts("evt_1"))(t); counts.Reserved != 0 {
		t.Fatal("cancelled before it began, and yet it was done")
	}
	// Cancelled while they wait for the disk: each caller either has the answer or leaves, and all writes are made.
	var all sync.WaitGroup
	for i := range 200 {
		ctx, cancel := context.WithCancel(context.Background())
		all.Add(2)
		go func() {
			defer all.Done()
			runtime.Gosched()
			cancel()
		}()
		go func() {
			defer all.Done()
			command := tacos.Command(tacos.Reserve{Event: "evt_1", User: fmt.Sprint("u", i), Section: "floor", Quantity: 1})
			var err error
			if i%2 == 0 {
				_, err = e.Batch(ctx, []tacos.Command{command, command})
			} else {
				_, err = e.Reserve(ctx, command.(tacos.Reserve))
			}
			if err != nil && !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		}()
	}
	all.Wait()
	counts := must(e.Counts("evt_1"))(t)
	page := 0
	for i := range 200 {
		page += len(must(e.ListReservations(context.Background(), tacos.ListReservations{User: fmt.Sprint("u", i)}))(t).Items)
	}
	if uint32(page) != counts.Reserved {
		t.Fatalf("%d reservations, %+v", page, counts)
	}
}

func TestCallsAfterCloseAnswerClosed(t *testing.T) {
	e := must(tacos.Open(t.TempDir(), small()))(t)
	openSale(t, e, nil)
	ctx := context.Background()
	var all sync.WaitGroup
	for i := range 50 {
		all.Add(1)
		go func() {
			defer all.Done()
			for {
				_, err := e.Reserve(ctx, tacos.Reserve{Event: "evt_1", User: fmt.Sprint("u", i), Section: "floor", Quantity: 1})
				if errors.Is(err, tacos.ErrClosed) {
					return
				}
				if err != nil && !errors.Is(err, tacos.ErrInsufficient) && !errors.Is(err, tacos.ErrAtCapacity) {
					t.Error(err)
					return
				}
			}
		}()
	}
	for counts := must(e.Counts("evt_1"))(t); counts.Reserved < 100; counts = must(e.Counts("evt_1"))(t) {
		runtime.Gosched()
	}
	for range 4 {
		all.Add(1)
		go func() {
			defer all.Done()
			if err := e.Close(); err != nil {
				t.Error(err)
			}
		}()
	}
	all.Wait()
	if _, err := e.Counts("evt_1"); !errors.Is(err, tacos.ErrClosed) {
		t.Fatal(err)
	}
	if _, err := e.Batch(ctx, []tacos.Command{tacos.RemoveNote{Name: "a"}}); err == nil {
		// A batch gives its errors by command.
		results, _ := e.Batch(ctx, []tacos.Command{tacos.RemoveNote{Name: "a"}})
		if !errors.Is(results[0].Err, tacos.ErrClosed) {
			t.Fatal(results)
		}
	}
	for _, err := range e.Updates(ctx, 0) {
		if !errors.Is(err, tacos.ErrClosed) {
			t.Fatal(err)
		}
	}
}

func TestUpdatesMissNothing(t *testing.T) {
	e := must(tacos.Open(t.TempDir(), small()))(t)
	openSale(t, e, nil)
	const readers, seats = 8, 20
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var all sync.WaitGroup
	for range readers {
		all.Add(1)
		go func() {
			defer all.Done()
			seen := map[tacos.Place]bool{}
			last := tacos.Position(0)
			for update, err := range e.Updates(ctx, 0) {
				if err != nil {
					t.Error(err)
					return
				}
				if update.Position < last {
					t.Errorf("%d after %d", update.Position, last)
				}
				last = update.Position
				if update.What == tacos.UpdateReservation && update.ReservationState == tacos.ReservationPending {
					for _, place := range update.Places {
						seen[place.Place] = true
					}
				}
				if len(seen) == seats {
					return
				}
			}
			t.Errorf("the updates ended after %d seats", len(seen))
		}()
	}
	for i := range seats {
		must(e.Reserve(ctx, tacos.Reserve{Event: "evt_1", User: "kim", Seats: []string{fmt.Sprintf("%c-%d", 'A'+rune(i/10), i%10+1)}}))(t)
	}
	all.Wait()
	// A call that waits when the engine closes is told by the end of the loop; a call whose context ends, by its error.
	position := must(e.Position())(t)
	short, stop := context.WithCancel(context.Background())
	var gotCancel atomic.Bool
	for range 2 {
		all.Add(2)
		go func() {
			defer all.Done()
			for update, err := range e.Updates(context.Background(), position) {
				// Who comes only after the engine was closed is told by an error.
				if !errors.Is(err, tacos.ErrClosed) {
					t.Error("nothing happened after this position: ", update, err)
				}
			}
		}()
		go func() {
			defer all.Done()
			for _, err := range e.Updates(short, position) {
				gotCancel.Store(errors.Is(err, context.Canceled))
			}
		}()
	}
	stop()
	for !gotCancel.Load() {
		runtime.Gosched()
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	all.Wait()
}

func TestAMillionCallsLeaveNothingBehind(t *testing.T) {
	rounds := 1_000_000
	if gcAtTheBorder || raceDetector {
		rounds = 2_000
	}
	e := inMemory(t, byHand())
	openSale(t, e, nil)
	ctx := context.Background()
	call := func(count int) {
		for range count / 2 {
			if _, err := e.Counts("evt_1"); err != nil {
				t.Fatal(err)
			}
			if _, err := e.Reserve(ctx, tacos.Reserve{Event: "nope", User: "kim", Quantity: 1}); !errors.Is(err, tacos.ErrUnknownEvent) {
				t.Fatal(err)
			}
		}
	}
	call(rounds / 10)
	runtime.GC()
	before := resident(t)
	call(rounds)
	runtime.GC()
	if grown := resident(t) - before; grown > 32<<20 {
		t.Fatalf("%d calls grew memory by %d bytes", rounds, grown)
	}
}

func resident(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("memory is read on Linux only")
	}
	var size, resident int
	if _, err := fmt.Sscan(string(text), &size, &resident); err != nil {
		t.Fatal(err)
	}
	return resident * os.Getpagesize()
}
