//go:build cgo

// What tests may do and callers may not.

package tacos

// EmptyCall crosses the border and comes back: what every call pays.
func EmptyCall() { emptyCall() }

// BreakOff does what happens when the completion queue meets a bug of the library.
func (e *Engine) BreakOff(why error) { e.breakOff(why) }
