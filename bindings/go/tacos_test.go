//go:build cgo

// Read this first: the flow of one customer; then reads, wrong values, polling, stopping, slow readers.

package tacos_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tacos "github.com/traffic-tacos/engine/bindings/go"
)

var start = time.UnixMilli(1_800_000_000_000)

func small() tacos.Options {
	return tacos.Options{
		ReservationsMax: 4096, PaymentsMax: 1024, WebhooksMax: 1024, NotesMax: 64, IdempotencyKeysMax: 4096,
		LogBufferBytes: 1 << 20, UpdateHistoryBytes: 1 << 20, SegmentBytes: 4 << 20,
	}
}

func byHand() tacos.Options {
	options := small()
	options.ManualDriver, options.ManualClock = true, start
	return options
}

func must[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func openSale(t testing.TB, e *tacos.Engine, queue *tacos.QueuePolicy) {
	t.Helper()
	ctx := context.Background()
	row := func(label string) tacos.Row {
		return tacos.Row{Label: label, Prefix: label + "-", PriceMinor: 5000, Count: 10}
	}
	must(e.CreateEvent(ctx, tacos.CreateEvent{
		Event:    "evt_1",
		Settings: tacos.EventSettings{Name: "A concert", Currency: "KRW"},
		Seats: tacos.SeatMap{
			{Name: "stalls", Rows: []tacos.Row{row("A"), row("B")}},
			{Name: "floor", Capacity: 5000, PriceMinor: 3000},
		},
		Queue: queue,
	}))(t)
	must(e.SetSale(ctx, tacos.SetSale{Event: "evt_1", State: tacos.SaleOpen}))(t)
}

func inMemory(t testing.TB, options tacos.Options) *tacos.Engine {
	t.Helper()
	e := must(tacos.OpenInMemory(options))(t)
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// Read this first: one customer, from the waiting line to a confirmed seat, and what becomes of it over a restart.
func TestOneCustomerFromTheLineToASeatThatSurvivesARestart(t *testing.T) {
	ctx, folder := context.Background(), t.TempDir()
	options := byHand()
	e := must(tacos.Open(folder, options))(t)
	if opened := must(e.Opened())(t); !opened.Created {
		t.Fatalf("a new folder is made, not %+v", opened)
	}
	openSale(t, e, &tacos.QueuePolicy{})

	joined := must(e.JoinQueue(ctx, tacos.JoinQueue{Event: "evt_1", Session: "tab-1", User: "kim"}))(t)
	if joined.Place.State != tacos.QueueReady || joined.Again {
		t.Fatalf("nobody is ahead: %+v", joined)
	}
	if place := must(e.QueuePlace(joined.Token))(t); place.State != tacos.QueueReady {
		t.Fatal(place)
	}
	admitted := must(e.RequestAdmission(ctx, tacos.RequestAdmission{Token: joined.Token, Event: "evt_1", User: "kim"}))(t)

	reserve := tacos.Reserve{Event: "evt_1", User: "kim", Seats: []string{"A-7"}, Key: "order-1"}
	_, err := e.Reserve(ctx, reserve)
	if !errors.Is(err, tacos.ErrUnknownToken) {
		t.Fatalf("without the token nobody reserves: %v", err)
	}
	reserve.Token = &admitted.Token
	held := must(e.Reserve(ctx, reserve))(t)
	if again := must(e.Reserve(ctx, reserve))(t); again.ID != held.ID {
		t.Fatal("a retry acts once")
	}
	if !held.ExpiresAt.Equal(start.Add(time.Minute)) || held.TotalMinor != 5000 {
		t.Fatal(held)
	}
	if places := must(e.Describe(held.EventNumber, held.Places))(t); len(places) != 1 || places[0].ID != "A-7" || places[0].Row != "A" {
		t.Fatal(places)
	}
	if id := must(tacos.ParseReservationID(held.ID.String()))(t); id != held.ID {
		t.Fatal(id)
	}
	_, err = e.Reserve(ctx, tacos.Reserve{Event: "evt_1", User: "lee", Seats: []string{"A-7"}, Trusted: true})
	var refusal *tacos.Error
	if !errors.As(err, &refusal) || !errors.Is(err, tacos.ErrSeatsTaken) || len(refusal.Seats) != 1 || refusal.Seats[0] != "A-7" {
		t.Fatal(err)
	}

	paid := must(e.CreatePayment(ctx, tacos.CreatePayment{
		Which: tacos.ReservationRef{ID: held.ID}, User: "kim", AmountMinor: 5000, Currency: "KRW", Scenario: tacos.ScenarioApprove,
		WebhookURL: "https://shop.example/hook", Attachment: []byte{0, 1, 2},
	}))(t)
	for range 6 {
		must(e.AdvanceClock(time.Second))(t)
		if _, _, err := e.Turn(); err != nil {
			t.Fatal(err)
		}
	}
	payment := must(e.ReadPayment(ctx, tacos.ReadPayment{Payment: paid.ID}))(t)
	if payment.State != tacos.PaymentCompleted || payment.Effect != tacos.PaymentEffectConfirmed || string(payment.Attachment) != "\x00\x01\x02" {
		t.Fatalf("%+v", payment)
	}
	confirmed := must(e.Confirm(ctx, tacos.Confirm{Which: tacos.ReservationRef{ID: held.ID}, User: "kim", Payment: &paid.ID}))(t)
	if !strings.HasPrefix(confirmed.ID.Order().String(), "ord_") {
		t.Fatal(confirmed.ID.Order())
	}
	must(e.SetNote(ctx, tacos.SetNote{Name: "setting.one", Value: []byte{}}))(t)
	webhooks, _, err := e.DueWebhooks(10)
	if err != nil || len(webhooks) == 0 {
		t.Fatal(webhooks, err)
	}
	must(e.ReportWebhook(ctx, tacos.ReportWebhook{Webhook: webhooks[0].ID, Delivered: true}))(t)

	digest, now := must(e.Digest())(t), must(e.Now())(t)
	must(e.Snapshot())(t)
	if err := e.Backup(filepath.Join(t.TempDir(), "copy")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := tacos.Verify(folder); err != nil {
		t.Fatal(err)
	}
	options.ManualClock = now
	e = must(tacos.Open(folder, options))(t)
	defer e.Close()
	if _, err := tacos.Open(folder, options); !errors.Is(err, tacos.ErrJournalLocked) {
		t.Fatal(err)
	}
	if must(e.Digest())(t) != digest {
		t.Fatal("the state after the restart differs")
	}
	if again := must(e.Reserve(ctx, reserve))(t); again.ID != held.ID {
		t.Fatal("the remembered answer is gone")
	}
	page := must(e.ListReservations(ctx, tacos.ListReservations{User: "kim"}))(t)
	if len(page.Items) != 1 || page.Items[0].State != tacos.ReservationConfirmed || *page.Items[0].Payment != paid.ID {
		t.Fatalf("%+v", page)
	}
	if value, known, err := e.Note("setting.one"); err != nil || !known || len(value) != 0 {
		t.Fatal(value, known, err)
	}
	if refunded := must(e.CancelPayment(ctx, tacos.CancelPayment{Payment: paid.ID}))(t); refunded.RefundedMinor != 5000 {
		t.Fatal(refunded)
	}
	if counts := must(e.Counts("evt_1"))(t); counts.Available != counts.Total {
		t.Fatal(counts)
	}
}

func TestASettingThatIsNotGivenHasItsUsualValue(t *testing.T) {
	e := inMemory(t, byHand())
	openSale(t, e, &tacos.QueuePolicy{Burst: 7})
	if event := must(e.Event("evt_1"))(t); event.Settings.Hold != time.Minute || must(e.EventID(event.Number))(t) != "evt_1" {
		t.Fatalf("%+v", event)
	}
	if policy := must(e.QueuePolicy("evt_1"))(t); policy.Burst != 7 || policy.InsideMax != 5000 {
		t.Fatalf("%+v", policy)
	}
}

func TestFreeSeatsAreBitsInTheOrderOfTheMap(t *testing.T) {
	e := inMemory(t, byHand())
	openSale(t, e, nil)
	if free := must(e.FreeSeats("evt_1"))(t); len(free) != 2 || free[0] != 0x3ff {
		t.Fatal(free)
	}
}

func TestWhoHasTheSeedCanDrawAgain(t *testing.T) {
	order := must(tacos.DrawOrder([32]byte(bytes.Repeat([]byte{7}, 32)), []uint32{0, 1, 2, 3, 4, 5, 6, 7}))(t)
	if fmt.Sprint(order) != "[1 7 5 6 3 0 4 2]" {
		t.Fatal(order)
	}
}

func TestBadValuesAreRefusedWithTheirField(t *testing.T) {
	e := inMemory(t, byHand())
	openSale(t, e, nil)
	_, err := e.Reserve(context.Background(), tacos.Reserve{Event: "not an id", User: "kim", Quantity: 1})
	var refusal *tacos.Error
	if !errors.As(err, &refusal) || !refusal.IsRefusal() || refusal.Status.Code() != "invalid" || len(refusal.Problems) != 1 || refusal.Problems[0].Field != "event_id" {
		t.Fatalf("%#v", err)
	}
	_, err = e.Reserve(context.Background(), tacos.Reserve{Event: "\xff", User: "kim", Quantity: 1})
	if !errors.Is(err, tacos.ErrBadUTF8) {
		t.Fatal(err)
	}
	if _, err := tacos.ParsePaymentID("rsv_1"); !errors.Is(err, tacos.ErrInvalid) {
		t.Fatal(err)
	}
	if _, err := tacos.OpenInMemory(tacos.Options{PaymentTimePermille: 2_000_000}); !errors.Is(err, tacos.ErrBadConfig) {
		t.Fatal(err)
	}
	token := tacos.WaitingToken{1}
	if text := fmt.Sprintf("%v %x %d %s", token, token, token, token); strings.Contains(text, "01") {
		t.Fatalf("a credential shows itself: %s", text)
	}
}

func TestWhoPollsGetsEachUpdateOnce(t *testing.T) {
	e := inMemory(t, byHand())
	openSale(t, e, nil)
	before := must(e.Position())(t)
	for i := range 5 {
		must(e.SetNote(context.Background(), tacos.SetNote{Name: fmt.Sprint("n", i), Value: []byte{1}}))(t)
	}
	var names []string
	for from := before; ; {
		updates := must(e.UpdatesSince(from, 2))(t)
		if len(updates) == 0 {
			break
		}
		for _, update := range updates {
			names = append(names, update.Note)
			from = update.Position
		}
	}
	if fmt.Sprint(names) != "[n0 n1 n2 n3 n4]" {
		t.Fatal(names)
	}
	if _, err := e.UpdatesSince(1_000_000, 1); !errors.Is(err, tacos.ErrUpdatesNotAPosition) {
		t.Fatal(err)
	}
}

func TestAStoppedEngineIsReadAndNotWritten(t *testing.T) {
	ctx, options := context.Background(), small()
	e := must(tacos.Open(t.TempDir(), options))(t)
	openSale(t, e, nil)
	held := must(e.Reserve(ctx, tacos.Reserve{Event: "evt_1", User: "kim", Seats: []string{"A-1"}}))(t)
	for range 2 {
		if err := e.Stop(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := e.Reserve(ctx, tacos.Reserve{Event: "evt_1", User: "kim", Seats: []string{"A-2"}}); !errors.Is(err, tacos.ErrClosed) {
		t.Fatal(err)
	}
	view := must(e.ReadReservation(ctx, tacos.ReadReservation{Which: tacos.ReservationRef{ID: held.ID}}))(t)
	if view.State != tacos.ReservationPending || must(e.Counts("evt_1"))(t).Reserved != 1 {
		t.Fatal(view)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Counts("evt_1"); !errors.Is(err, tacos.ErrClosed) {
		t.Fatal(err)
	}
}

// Every waiting call ends, whatever becomes of the goroutine that takes the answers out.
func TestWithoutAnswersNobodyWaits(t *testing.T) {
	e := must(tacos.Open(t.TempDir(), small()))(t)
	openSale(t, e, nil)
	e.BreakOff(tacos.ErrPanicked)
	ctx := context.Background()
	command := tacos.Reserve{Event: "evt_1", User: "kim", Section: "floor", Quantity: 1}
	if _, err := e.Reserve(ctx, command); err != nil && !errors.Is(err, tacos.ErrPanicked) {
		t.Fatal(err)
	}
	results := must(e.Batch(ctx, []tacos.Command{command, command}))(t)
	for _, result := range results {
		if result.Err != nil && !errors.Is(result.Err, tacos.ErrPanicked) {
			t.Fatal(result)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
}

// A reader that is too slow is told so and slows no other reader; from a newer position it goes on.
func TestASlowReaderIsTold(t *testing.T) {
	options := byHand()
	options.UpdateHistoryBytes = 1 << 16
	e := inMemory(t, options)
	ctx := context.Background()
	note := func() { must(e.SetNote(ctx, tacos.SetNote{Name: "one", Value: make([]byte, 2_000)}))(t) }
	note()
	const notes = 200
	seen := 0
	for _, err := range e.Updates(ctx, 0) {
		if err != nil {
			if !errors.Is(err, tacos.ErrUpdatesGone) {
				t.Fatal(err)
			}
			break
		}
		if seen++; seen == 1 {
			for range notes {
				note()
			}
		}
	}
	if seen >= notes {
		t.Fatal("the updates were kept for ever")
	}
	position := must(e.Position())(t)
	note()
	if updates := must(e.UpdatesSince(position, 10))(t); len(updates) != 1 {
		t.Fatal(updates)
	}
}
