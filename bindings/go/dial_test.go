// What a client does when things go wrong between it and its server.

package tacos_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	tacos "github.com/traffic-tacos/engine/bindings/go"
	commandv1 "github.com/traffic-tacos/proto-contracts/gen/go/command/v1"
	commonv1 "github.com/traffic-tacos/proto-contracts/gen/go/common/v1"
)

func TestAReadIsAskedAgainAndAWriteIsNotKnown(t *testing.T) {
	for _, reads := range []bool{true, false} {
		f := startFake(t, func(stream int, call *commandv1.Call) (*commandv1.Answer, bool) {
			return counted(uint32(stream)), stream == 1
		})
		client := dial(t, f, tacos.DialOptions{})
		if reads {
			counts, err := client.Counts("show")
			if err != nil || counts.Total != 2 {
				t.Fatalf("the second stream answers a read that the first lost: %v, %v", counts, err)
			}
			continue
		}
		_, err := client.BlockSeats(t.Context(), tacos.BlockSeats{Event: "show", Seats: []string{"A-1"}})
		if !errors.Is(err, tacos.ErrOutcomeUnknown) {
			t.Fatalf("a write that was lost is not known: %v", err)
		}
		if counts, err := client.Counts("show"); err != nil || counts.Total != 2 {
			t.Fatalf("the client goes on: %v, %v", counts, err)
		}
	}
}

func TestAReadIsNotAskedForEver(t *testing.T) {
	f := startFake(t, func(int, *commandv1.Call) (*commandv1.Answer, bool) { return nil, true })
	client := dial(t, f, tacos.DialOptions{})
	if _, err := client.Counts("show"); !errors.Is(err, tacos.ErrUnavailable) {
		t.Fatalf("a read that every stream loses has an error: %v", err)
	}
	if streams, _, _ := f.seen(); streams < 3 {
		t.Fatalf("a read is tried three times, not %d", streams)
	}
}

func TestAContextEndsWaitingAndItsDeadlineTravels(t *testing.T) {
	came := make(chan uint32, 2)
	f := startFake(t, func(_ int, call *commandv1.Call) (*commandv1.Answer, bool) {
		came <- call.GetDeadlineMs()
		return nil, false
	})
	client := dial(t, f, tacos.DialOptions{})
	ctx, cancel := context.WithCancel(t.Context())
	waits := make(chan error)
	go func() {
		_, err := client.BlockSeats(ctx, tacos.BlockSeats{Event: "show"})
		waits <- err
	}()
	if deadline := <-came; deadline != 0 {
		t.Fatalf("a context without a deadline has none: %d", deadline)
	}
	cancel()
	if err := <-waits; !errors.Is(err, context.Canceled) {
		t.Fatalf("a context that is cancelled ends waiting: %v", err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	go func() {
		_, err := client.BlockSeats(ctx, tacos.BlockSeats{Event: "show"})
		waits <- err
	}()
	const hour = 3_600_000
	if deadline := <-came; deadline == 0 || deadline > hour {
		t.Fatalf("the context's deadline travels: %d", deadline)
	}
	cancel()
	<-waits
	ended, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	if _, err := client.BlockSeats(ended, tacos.BlockSeats{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("a context that is over begins nothing: %v", err)
	}
	if _, err := client.With(ended).Counts("show"); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("nor does a read: %v", err)
	}
}

func TestManyGoroutinesShareMessages(t *testing.T) {
	f := startFake(t, func(_ int, call *commandv1.Call) (*commandv1.Answer, bool) {
		number, _ := strconv.Atoi(call.GetReadCounts().GetEvent())
		return counted(uint32(number)), false
	})
	// More goroutines than may be under way at once.
	client := dial(t, f, tacos.DialOptions{InFlightMax: 64})
	const callers, each = 200, 50
	var wrong atomic.Int64
	var all sync.WaitGroup
	for caller := range callers {
		all.Go(func() {
			for i := range each {
				number := caller*each + i
				counts, err := client.Counts(strconv.Itoa(number))
				if err != nil || counts.Total != uint32(number) {
					wrong.Add(1)
				}
			}
		})
	}
	all.Wait()
	if wrong.Load() > 0 {
		t.Fatalf("%d answers are not those of their calls", wrong.Load())
	}
	if _, messages, _ := f.seen(); messages >= callers*each {
		t.Fatalf("%d calls went in %d messages: none was shared", callers*each, messages)
	}
	commands := make([]tacos.Command, 500)
	for i := range commands {
		commands[i] = tacos.ReadReservation{Which: tacos.ReservationRef{External: strconv.Itoa(i)}}
	}
	results, err := client.Batch(t.Context(), commands)
	if err != nil || len(results) != len(commands) {
		t.Fatalf("a batch larger than what may be under way: %d results, %v", len(results), err)
	}
}

func TestATextThatIsNoTextHurtsNoOtherCall(t *testing.T) {
	f := startFake(t, func(int, *commandv1.Call) (*commandv1.Answer, bool) { return counted(1), false })
	client := dial(t, f, tacos.DialOptions{})
	if _, err := client.Counts("\xff"); !errors.Is(err, tacos.ErrBadUTF8) {
		t.Fatalf("what is no text is refused: %v", err)
	}
	if _, err := client.Counts("show"); err != nil {
		t.Fatal(err)
	}
	if streams, _, _ := f.seen(); streams != 1 {
		t.Fatalf("the stream was lost for it: %d", streams)
	}
}

func TestATokenThatEndsIsRenewed(t *testing.T) {
	f := startFake(t, func(stream int, _ *commandv1.Call) (*commandv1.Answer, bool) {
		if stream > 1 {
			return done(), false
		}
		said := &commonv1.Error{Code: commonv1.ErrorCode_ERROR_CODE_UNAUTHENTICATED, Message: "the token has expired"}
		return &commandv1.Answer{Outcome: &commandv1.Answer_Error{Error: said}}, false
	})
	var given atomic.Int64
	client := dial(t, f, tacos.DialOptions{Token: func(context.Context) (string, error) {
		return "token-" + strconv.FormatInt(given.Add(1), 10), nil
	}})
	if _, err := client.BlockSeats(t.Context(), tacos.BlockSeats{Event: "show"}); err != nil {
		t.Fatalf("a call whose token has ended goes again with a new one: %v", err)
	}
	if _, _, tokens := f.seen(); len(tokens) != 2 || tokens[0] != "Bearer token-1" || tokens[1] != "Bearer token-2" {
		t.Fatalf("two streams, each with its token: %v", tokens)
	}
}

func TestATokenDoesNotGoOverANetworkInPlainText(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err := tacos.Dial(ctx, "tickets.example:443", tacos.DialOptions{
		Token: func(context.Context) (string, error) { t.Error("the token was asked for"); return "", nil },
	})
	if err == nil {
		t.Fatal("a token goes in plain text")
	}
}

func TestWithoutAServerCallsEnd(t *testing.T) {
	f := startFake(t, func(int, *commandv1.Call) (*commandv1.Answer, bool) { return counted(7), false })
	client := dial(t, f, tacos.DialOptions{Patience: 50 * time.Millisecond})
	if _, err := client.Counts("show"); err != nil {
		t.Fatal(err)
	}
	f.stop()
	if _, err := client.BlockSeats(t.Context(), tacos.BlockSeats{Event: "show"}); !errors.Is(err, tacos.ErrUnavailable) &&
		!errors.Is(err, tacos.ErrOutcomeUnknown) {
		t.Fatalf("without a server a call ends, also without a deadline: %v", err)
	}
	f.serve(t, f.address)
	for {
		// As soon as the server is back, so is the client.
		counts, err := client.Counts("show")
		if err == nil && counts.Total == 7 {
			break
		}
		if !errors.Is(err, tacos.ErrUnavailable) {
			t.Fatal(err)
		}
	}
	nowhere, err := tacos.Dial(t.Context(), "127.0.0.1:1", tacos.DialOptions{})
	if !errors.Is(err, tacos.ErrUnavailable) {
		t.Fatalf("a port without a listener: %v, %v", nowhere, err)
	}
}

func TestCloseEndsEverything(t *testing.T) {
	came := make(chan struct{}, 1)
	f := startFake(t, func(_ int, call *commandv1.Call) (*commandv1.Answer, bool) {
		came <- struct{}{}
		return nil, false
	})
	client := dial(t, f, tacos.DialOptions{})
	ended := make(chan error)
	go func() {
		_, err := client.BlockSeats(context.Background(), tacos.BlockSeats{Event: "show"})
		ended <- err
	}()
	<-came
	closed := make(chan error)
	go func() { closed <- client.Close() }()
	if err := <-ended; !errors.Is(err, tacos.ErrOutcomeUnknown) {
		t.Fatalf("a write that was not answered is not known: %v", err)
	}
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	if err := client.Close(); err != nil {
		t.Fatalf("closing again: %v", err)
	}
	if _, err := client.Counts("show"); !errors.Is(err, tacos.ErrClosed) {
		t.Fatalf("a closed client says so: %v", err)
	}
	if _, err := client.Reserve(t.Context(), tacos.Reserve{}); !errors.Is(err, tacos.ErrClosed) {
		t.Fatalf("a closed client says so: %v", err)
	}
}

func TestRefusalsAreThoseOfTheLinkedEngine(t *testing.T) {
	max, seats := int64(30_000), []string{"A-1", "A-2"}
	doubt := commandv1.ExtensionDoubt_EXTENSION_DOUBT_TOO_LONG
	refusals := []*commandv1.Refused{
		{Code: "seats_taken", Message: "seats are taken", Seats: seats},
		{Code: "extension_refused", ExtensionDoubt: &doubt, ExtensionMaxMs: &max},
		{Code: "a_refusal_of_a_newer_server", Message: "no"},
	}
	f := startFake(t, func(_ int, call *commandv1.Call) (*commandv1.Answer, bool) {
		number, _ := strconv.Atoi(call.GetReserve().GetEvent())
		return &commandv1.Answer{Outcome: &commandv1.Answer_Refused{Refused: refusals[number]}}, false
	})
	client := dial(t, f, tacos.DialOptions{})
	said := func(number int, status tacos.Status) (e *tacos.Error) {
		t.Helper()
		_, err := client.Reserve(t.Context(), tacos.Reserve{Event: strconv.Itoa(number), User: "kim", Quantity: 1})
		if !errors.Is(err, status) || !errors.As(err, &e) || !e.IsRefusal() {
			t.Fatalf("%v is not %v", err, status)
		}
		return e
	}
	if e := said(0, tacos.ErrSeatsTaken); len(e.Seats) != 2 || e.Message != "seats are taken" {
		t.Fatalf("it names the seats: %+v", e)
	}
	e := said(1, tacos.ErrExtensionRefused)
	if e.ExtensionDoubt != tacos.ExtensionDoubtTooLong || e.ExtensionMax != 30*time.Second {
		t.Fatalf("it says why: %+v", e)
	}
	said(2, tacos.ErrRefusedOther)
	both := tacos.Reserve{Event: "0", User: "kim", Seats: seats, Quantity: 3}
	if _, err := client.Reserve(t.Context(), both); !errors.Is(err, tacos.ErrInvalid) {
		t.Fatalf("two seats are not three: %v", err)
	}
}

func TestAnAnswerThatIsNoneIsAnError(t *testing.T) {
	answers := []*commandv1.Answer{
		{},
		done(),
		{Outcome: &commandv1.Answer_Reserved{Reserved: &commandv1.Reserved{Id: "rsv_?"}}},
		{Outcome: &commandv1.Answer_Reserved{}},
	}
	f := startFake(t, func(_ int, call *commandv1.Call) (*commandv1.Answer, bool) {
		number, _ := strconv.Atoi(call.GetReserve().GetEvent())
		return answers[number], false
	})
	client := dial(t, f, tacos.DialOptions{})
	for number := range answers {
		command := tacos.Reserve{Event: strconv.Itoa(number), User: "kim", Quantity: 1}
		if held, err := client.Reserve(t.Context(), command); !errors.Is(err, tacos.ErrSystem) {
			t.Errorf("answer %d is none: %v, %v", number, held, err)
		}
	}
}
