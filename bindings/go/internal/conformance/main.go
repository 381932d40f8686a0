// Conformance is the conformance suite's driver for Go: it takes blocks (bindings/conformance/DRIVING.md) from its standard
// input and does what they ask through the public API of this module alone.
package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"time"

	tacos "github.com/traffic-tacos/engine/bindings/go"
)

type driver struct{ engine *tacos.Engine }

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	d := &driver{}
	for {
		asked, more, err := readBlock(in)
		if err != nil {
			giveUp(err)
		}
		if !more {
			break
		}
		if _, err := os.Stdout.Write(d.answer(asked)); err != nil {
			giveUp(err)
		}
	}
	if d.engine != nil {
		if err := d.engine.Close(); err != nil {
			giveUp(err)
		}
	}
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
		_, err := d.engine.AdvanceClock(a.duration("ms"))
		return whether(err)
	case "turn":
		_, _, err := d.engine.Turn()
		return whether(err)
	case "digest":
		return d.digest()
	case "prepare":
		return oneText("prepared")(d.prepare(a))
	case "close":
		err := d.engine.Close()
		d.engine = nil
		return whether(err)
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
	given, _ := a.fields["config"].(fields)
	options := options(arguments{given})
	options.ManualClock = time.UnixMilli(a.number("clock_unix_ms"))
	engine, err := tacos.Open(a.text("folder"), options)
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
		said := say("unsupported")
		said.text("why", operation)
		return said.done()
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

func (d *driver) digest() []byte {
	// A read of the position writes what there is to write.
	if _, err := d.engine.Position(); err != nil {
		return failure(err)
	}
	digest, err := d.engine.Digest()
	return oneText("digest")(hex.EncodeToString(digest[:]), err)
}
