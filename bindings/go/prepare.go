// Names that are looked up once.

package tacos

/*
#include "tacos_engine.h"
*/
import "C"

// PrepareEvent looks an event up ahead: what it gives stands for the event's id in every command and read, and
// saves looking the id up each time. It is a string like any other and costs the engine no memory.
//
// It is good as long as the process lives. Another engine, and the same folder opened again, take it for the id
// that it was made of, which is at its end. Do not keep or send it: in another process, or if a byte is changed, it
// is no id ([ErrInvalid]). [ErrUnknownEvent], also of an event whose creation is not durable yet.
func (e *Engine) PrepareEvent(event string) (string, error) {
	return e.prepare(func(a *arena, out *C.tacos_str) C.tacos_status {
		return C.tacos_prepare_event(e.handle, a.text(event), a.buffer, out)
	})
}

// PrepareSeat looks a seat of an event up ahead, or a standing section whose name stands for one place; see
// [Engine.PrepareEvent]. In commands about another event it stands for the seat's name. [ErrUnknownEvent],
// [ErrUnknownSeats].
func (e *Engine) PrepareSeat(event, seat string) (string, error) {
	return e.prepare(func(a *arena, out *C.tacos_str) C.tacos_status {
		return C.tacos_prepare_seat(e.handle, a.text(event), a.text(seat), a.buffer, out)
	})
}

// PrepareUser prepares a customer's id, whether or not the engine has met them; see [Engine.PrepareEvent].
func (e *Engine) PrepareUser(user string) (string, error) {
	return e.prepare(func(a *arena, out *C.tacos_str) C.tacos_status {
		return C.tacos_prepare_user(e.handle, a.text(user), a.buffer, out)
	})
}

func (e *Engine) prepare(call func(*arena, *C.tacos_str) C.tacos_status) (string, error) {
	a := takeArena()
	defer a.giveBack()
	out := alloc[C.tacos_str](a)
	if err := into(a, func() C.tacos_status { return call(a, out) }); err != nil {
		return "", err
	}
	return goText(*out), nil
}
