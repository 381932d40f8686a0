// What is done to an engine as a whole.

package tacos

/*
#include "tacos_engine.h"
*/
import "C"

import (
	"time"
	"unsafe"
)

// What is done to an engine as a whole: time, snapshots, stopping.

// Stop stops taking writes and makes durable what was taken; reads go on, and writes give ErrClosed. For a service that
// drains: Close then lets go of the rest. Stopping twice is the same as stopping once.
func (e *Engine) Stop() error {
	return checked(func() C.tacos_status { return C.tacos_stop(e.handle) })
}

// Digest is a hash of the whole state: equal before a crash and after recovery.
func (e *Engine) Digest() (digest [32]byte, err error) {
	a := takeArena()
	defer a.giveBack()
	out := alloc[[32]byte](a)
	err = checked(func() C.tacos_status { return C.tacos_digest(e.handle, (*C.uint8_t)(unsafe.Pointer(out))) })
	return *out, err
}

// Snapshot takes a snapshot beside the running engine. It blocks this goroutine and its thread for as long as that takes.
func (e *Engine) Snapshot() (SnapshotInfo, error) {
	a := takeArena()
	defer a.giveBack()
	out := alloc[C.tacos_snapshot_info](a)
	err := checked(func() C.tacos_status { return C.tacos_snapshot(e.handle, out) })
	return SnapshotInfo{Position(out.position), goTime(out.created_at_ms), uint64(out.records), uint64(out.bytes)}, err
}

// Backup copies everything durable by now to an empty or new folder, while the engine runs. The copy is the same engine:
// never run both. It blocks this goroutine and its thread for as long as that takes.
func (e *Engine) Backup(path string) error {
	a := takeArena()
	defer a.giveBack()
	out := alloc[*C.tacos_report](a)
	return into(a, func() C.tacos_status { return C.tacos_backup(e.handle, a.text(path), a.buffer, out) })
}

// Verify reads all of a folder that no engine has open, and checks it.
func Verify(path string) error {
	a := takeArena()
	defer a.giveBack()
	out := alloc[*C.tacos_report](a)
	return into(a, func() C.tacos_status { return C.tacos_verify(a.text(path), a.buffer, out) })
}

// Now is the engine's time.
func (e *Engine) Now() (time.Time, error) {
	a := takeArena()
	defer a.giveBack()
	out := alloc[C.uint64_t](a)
	err := checked(func() C.tacos_status { return C.tacos_now(e.handle, out) })
	return goTime(*out), err
}

// AdvanceClock lets time pass on a manual clock and gives the new time.
func (e *Engine) AdvanceClock(by time.Duration) (time.Time, error) {
	a := takeArena()
	defer a.giveBack()
	out := alloc[C.uint64_t](a)
	err := checked(func() C.tacos_status { return C.tacos_clock_advance(e.handle, ms(by), out) })
	return goTime(*out), err
}

// Turn does everything that is due and writes what there is to write; it gives the number of timers that fired and when the
// next one is due (zero if none is set). With the manual driver time moves only here.
func (e *Engine) Turn() (fired uint64, next time.Time, err error) {
	a := takeArena()
	defer a.giveBack()
	out := alloc[C.tacos_turned](a)
	err = checked(func() C.tacos_status { return C.tacos_turn(e.handle, out) })
	return uint64(out.fired), goTime(out.next_ms), err
}

// ClearIdempotency forgets all remembered answers. For operators only: a retry may act twice.
func (e *Engine) ClearIdempotency() error {
	return checked(func() C.tacos_status { return C.tacos_clear_idempotency(e.handle) })
}

// Version of the native library.
func Version() string { return C.GoString(C.tacos_version()) }
