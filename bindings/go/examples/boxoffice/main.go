// Boxoffice is a small ticket service around an engine that it links: customers wait in line, take the best seats together,
// pay, and change their minds, all at once; a display follows the updates. It serves no network: customers are goroutines.
//
//	go run ./examples/boxoffice -folder /tmp/boxoffice -customers 500
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"time"

	tacos "github.com/traffic-tacos/engine/bindings/go"
)

const event = "evt_boxoffice"

// office is the service: the engine, and what it counts.
type office struct {
	engine             *tacos.Engine
	sold, lost, gaveUp atomic.Int64
	seatsSeenSold      atomic.Int64
}

func main() {
	folder := flag.String("folder", "", "data folder; a temporary one if empty")
	customers := flag.Int("customers", 500, "how many customers come")
	flag.Parse()
	if *folder == "" {
		temporary, err := os.MkdirTemp("", "boxoffice-")
		if err != nil {
			log.Fatal(err)
		}
		defer os.RemoveAll(temporary)
		*folder = temporary
	}
	if err := run(*folder, *customers); err != nil {
		log.Fatal(err)
	}
}

func run(folder string, customers int) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	engine, err := tacos.Open(folder, tacos.Options{})
	if err != nil {
		return err
	}
	defer engine.Close()
	if err := openSale(ctx, engine); err != nil {
		return err
	}
	before, err := engine.Counts(event)
	if err != nil {
		return err
	}
	position, err := engine.Position()
	if err != nil {
		return err
	}
	o := &office{engine: engine}
	displayed := make(chan error, 1)
	go func() { displayed <- o.display(position) }()

	began := time.Now()
	var all sync.WaitGroup
	for i := range customers {
		all.Add(1)
		go func() {
			defer all.Done()
			if err := o.serve(ctx, fmt.Sprintf("customer-%d-%d", before.Sold, i)); err != nil {
				log.Printf("customer %d: %v", i, err)
			}
		}()
	}
	all.Wait()
	counts, err := engine.Counts(event)
	if err != nil {
		return err
	}
	if err := engine.Close(); err != nil {
		return err
	}
	if err := <-displayed; err != nil {
		return err
	}
	fmt.Printf("%d customers in %v: %d bought, %d found nothing, %d gave up\n",
		customers, time.Since(began).Round(time.Millisecond), o.sold.Load(), o.lost.Load(), o.gaveUp.Load())
	fmt.Printf("seats: %d sold now, %d before, %d free of %d; the display saw %d sold\n",
		counts.Sold, before.Sold, counts.Available, counts.Total, o.seatsSeenSold.Load())
	if int64(counts.Sold-before.Sold) != o.seatsSeenSold.Load() {
		return fmt.Errorf("the display and the counts disagree")
	}
	return nil
}

// openSale makes the event, unless the folder has it already.
func openSale(ctx context.Context, engine *tacos.Engine) error {
	var rows []tacos.Row
	for label := 'A'; label <= 'Z'; label++ {
		rows = append(rows, tacos.Row{Label: string(label), Prefix: string(label) + "-", Count: 30, PriceMinor: 9000 - int64(label-'A')*100})
	}
	_, err := engine.CreateEvent(ctx, tacos.CreateEvent{
		Event:    event,
		Settings: tacos.EventSettings{Name: "Opening night", Currency: "EUR"},
		Seats:    tacos.SeatMap{{Name: "stalls", Rows: rows}},
		Queue:    &tacos.QueuePolicy{AdmissionsPerMinute: 600_000, Burst: 10_000, InsideMax: 200},
	})
	if errors.Is(err, tacos.ErrEventExists) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = engine.SetSale(ctx, tacos.SetSale{Event: event, State: tacos.SaleOpen})
	return err
}

// serve takes one customer from the line to the seats, or to the door.
func (o *office) serve(ctx context.Context, user string) error {
	joined, err := o.engine.JoinQueue(ctx, tacos.JoinQueue{Event: event, Session: user, User: user})
	if err != nil {
		return err
	}
	admitted, err := o.wait(ctx, joined.Token)
	if err != nil {
		return err
	}
	held, err := o.engine.Reserve(ctx, tacos.Reserve{
		Event: event, User: user, Quantity: 1 + rand.Uint32N(4), Token: &admitted.Token, Key: user,
	})
	switch {
	case errors.Is(err, tacos.ErrInsufficient):
		o.lost.Add(1)
		return nil
	case err != nil:
		return err
	}
	if rand.IntN(5) == 0 {
		o.gaveUp.Add(1)
		_, err := o.engine.Release(ctx, tacos.Release{Which: tacos.ReservationRef{ID: held.ID}, User: user})
		return err
	}
	paid, err := o.engine.CreatePayment(ctx, tacos.CreatePayment{
		Which: tacos.ReservationRef{ID: held.ID}, User: user, AmountMinor: held.TotalMinor, Currency: "EUR", Scenario: tacos.ScenarioOutside,
	})
	if err != nil {
		return err
	}
	// The payment provider says yes, which confirms the reservation.
	done, err := o.engine.ReportPayment(ctx, tacos.ReportPayment{Payment: paid.ID, Outcome: tacos.PaymentOutcomeCompleted})
	if err != nil {
		return err
	}
	if done.Effect != tacos.PaymentEffectConfirmed {
		return fmt.Errorf("paid, and yet %v", done.Effect)
	}
	o.sold.Add(1)
	return nil
}

// wait asks until it is the customer's turn.
func (o *office) wait(ctx context.Context, token tacos.WaitingToken) (tacos.Admitted, error) {
	for {
		admitted, err := o.engine.RequestAdmission(ctx, tacos.RequestAdmission{Token: token})
		if !errors.Is(err, tacos.ErrNotYet) {
			return admitted, err
		}
		select {
		case <-ctx.Done():
			return tacos.Admitted{}, ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// display follows what happens until the engine closes.
func (o *office) display(from tacos.Position) error {
	for update, err := range o.engine.Updates(context.Background(), from) {
		if err != nil {
			return err
		}
		for _, place := range update.Places {
			if place.State == tacos.SeatSold {
				o.seatsSeenSold.Add(1)
			}
		}
	}
	return nil
}
