// What is done to an engine as a whole: at a linked one, or at the server whose client the driver is.

package main

import (
	"encoding/hex"
	"errors"
	"time"

	tacos "github.com/traffic-tacos/engine/bindings/go"
)

// errUnsupported is what only a linked engine can be asked.
var errUnsupported = errors.New("only the linked engine has it")

// operator does what no client of an engine does.
type operator interface {
	// open gives a face on an engine in this folder.
	open(a arguments) (tacos.Face, error)
	advance(by time.Duration) error
	turn() error
	// digest has everything written before.
	digest() (string, error)
	snapshot() error
	clearIdempotency() error
	// stop ends the writes and leaves the reads.
	stop() error
	// close ends the face, and lets go of the engine.
	close() error
	// unsupported says why an answer of a server's is none of the engine's; empty if it is.
	unsupported(err error) string
}

// linked is an engine in this process.
type linked struct{ engine *tacos.Engine }

func (l *linked) open(a arguments) (tacos.Face, error) {
	given, _ := a.fields["config"].(fields)
	options := options(arguments{given})
	options.ManualClock = time.UnixMilli(a.number("clock_unix_ms"))
	engine, err := tacos.Open(a.text("folder"), options)
	if err != nil {
		return nil, err
	}
	l.engine = engine
	return engine, nil
}

func (l *linked) advance(by time.Duration) error {
	_, err := l.engine.AdvanceClock(by)
	return err
}

func (l *linked) turn() error {
	_, _, err := l.engine.Turn()
	return err
}

func (l *linked) digest() (string, error) {
	// A read of the position writes what there is to write.
	if _, err := l.engine.Position(); err != nil {
		return "", err
	}
	digest, err := l.engine.Digest()
	return hex.EncodeToString(digest[:]), err
}

func (l *linked) snapshot() error {
	_, err := l.engine.Snapshot()
	return err
}

func (l *linked) clearIdempotency() error  { return l.engine.ClearIdempotency() }
func (l *linked) stop() error              { return l.engine.Stop() }
func (l *linked) close() error             { return l.engine.Close() }
func (l *linked) unsupported(error) string { return "" }
