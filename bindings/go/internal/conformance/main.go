// Conformance is the conformance suite's driver for Go: it takes blocks (bindings/conformance/DRIVING.md) from its standard
// input and does what they ask through the public API of this module alone: at a linked engine, or, with
// --dial PROGRAM, as the client of a server that this program is.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"

	tacos "github.com/traffic-tacos/engine/bindings/go"
)

type driver struct {
	engine   tacos.Face
	operator operator
}

func main() {
	dial := flag.String("dial", "", "the program that is the server; without one the engine is linked")
	flag.Parse()
	d := &driver{operator: &linked{}}
	end := func() error { return nil }
	if *dial != "" {
		server, err := startServer(*dial)
		if err != nil {
			giveUp(err)
		}
		d.operator, end, whyUnsupported = server, server.end, server.unsupported
	}
	if err := errors.Join(d.serve(), end()); err != nil {
		giveUp(err)
	}
}

// serve answers blocks until there are no more, and lets go of the engine.
func (d *driver) serve() error {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	for {
		asked, more, err := readBlock(in)
		if err != nil {
			return err
		}
		if !more {
			break
		}
		if _, err := os.Stdout.Write(d.answer(asked)); err != nil {
			return err
		}
	}
	if d.engine == nil {
		return nil
	}
	return d.operator.close()
}

// giveUp ends the driver; the runner reports that it is gone.
func giveUp(err error) {
	fmt.Fprintln(os.Stderr, "conformance driver:", err)
	os.Exit(3)
}

func (d *driver) answer(asked block) (said []byte) {
	defer func() {
		switch thrown := recover().(type) {
		case nil:
		case illFormed:
			said = invalid(thrown)
		default:
			panic(thrown)
		}
	}()
	a := arguments{asked.fields}
	switch asked.word {
	case "open":
		return d.open(a)
	case "call":
		return d.call(a)
	case "batch":
		return d.batch(a)
	case "advance":
		return whether(d.operator.advance(a.duration("ms")))
	case "turn":
		return whether(d.operator.turn())
	case "digest":
		return oneText("digest")(d.operator.digest())
	case "prepare":
		return oneText("prepared")(d.prepare(a))
	case "close":
		d.engine = nil
		return whether(d.operator.close())
	}
	giveUp(fmt.Errorf("no such word: %q", asked.word))
	return nil
}

func (d *driver) prepare(a arguments) (string, error) {
	switch name := a.text("name"); a.text("what") {
	case "event":
		return d.engine.PrepareEvent(name)
	case "seat":
		return d.engine.PrepareSeat(a.text("event"), name)
	default:
		return d.engine.PrepareUser(name)
	}
}

func (d *driver) open(a arguments) (said []byte) {
	engine, err := d.operator.open(a)
	if err != nil {
		return failure(err)
	}
	d.engine = engine
	return say("reply").done()
}

func options(a arguments) tacos.Options {
	const small = 4096
	none := uint64(0)
	options := tacos.Options{
		ManualDriver:           true,
		IdempotencyRequired:    a.flag("idempotency_required", false),
		IdempotencyTTL:         a.someTime("idempotency_ttl_ms"),
		IdempotencyKeysMax:     small,
		ReservationsMax:        small,
		PaymentsMax:            small,
		WebhooksMax:            small,
		NotesMax:               a.some("notes_max"),
		Retention:              a.someTime("retention_ms"),
		ExpiryWarning:          a.duration("expiry_warning_ms"),
		PaymentTTL:             a.someTime("payment_ttl_ms"),
		AdmissionsPerSecondMax: a.some("admissions_per_second_max"),
		LatePaymentRefund:      a.text("late_payment") == "refund",
		AnyPaymentAmount:       !a.flag("payment_amount_must_match", true),
		PaymentTimePermille:    a.some("payment_time_permille"),
		WebhookRetriesMax:      a.pointer("webhook_retries_max"),
		LogBufferBytes:         1 << 20,
		UpdateHistoryBytes:     1 << 20,
		SegmentBytes:           1 << 20,
		SnapshotEveryBytes:     &none,
	}
	for name, bound := range map[string]*uint32{
		"idempotency_keys_max": &options.IdempotencyKeysMax, "reservations_max": &options.ReservationsMax,
		"payments_max": &options.PaymentsMax, "webhooks_max": &options.WebhooksMax,
	} {
		if a.has(name) {
			*bound = a.some(name)
		}
	}
	if a.has("expiry_warning_ms") && options.ExpiryWarning == 0 {
		// None: zero would stand for the usual one.
		options.ExpiryWarning = -1
	}
	return options
}

func (d *driver) call(a arguments) []byte {
	if why := d.operator.unsupported(nil); why != "" {
		return unsupported(why)
	}
	operation := a.text("do")
	given, _ := a.fields["with"].(fields)
	with := arguments{given}
	if read, is := readers[operation]; is {
		return read(d, with)
	}
	if known, is := readOf[operation]; is {
		return d.read(known, with)
	}
	command := commandFor(operation, with)
	if command == nil {
		return unsupported(operation)
	}
	answer, err := d.engine.Run(context.Background(), command)
	return d.result(tacos.Result{Answer: answer, Err: err})
}

func (d *driver) result(result tacos.Result) []byte {
	if result.Err != nil {
		return failure(result.Err)
	}
	return d.reply(result.Answer)
}

// batch hands all commands over together; the answers to those that cannot be commands stand between the others.
func (d *driver) batch(a arguments) (said []byte) {
	var commands []tacos.Command
	answers := make([]func([]tacos.Result) []byte, 0, len(a.list("calls")))
	for _, entry := range a.list("calls") {
		one := arguments{entry.(fields)}
		command, bad := made(one)
		if bad != "" {
			answers = append(answers, func([]tacos.Result) []byte { return invalid(bad) })
			continue
		}
		at := len(commands)
		commands = append(commands, command)
		answers = append(answers, func(results []tacos.Result) []byte { return d.result(results[at]) })
	}
	results, err := d.engine.Batch(context.Background(), commands)
	if err != nil {
		giveUp(err)
	}
	for _, answer := range answers {
		said = append(said, answer(results)...)
	}
	return said
}

func made(one arguments) (command tacos.Command, bad illFormed) {
	defer func() {
		if thrown := recover(); thrown != nil {
			bad = thrown.(illFormed)
		}
	}()
	with, _ := one.fields["with"].(fields)
	return commandFor(one.text("do"), arguments{with}), ""
}
