//go:build tacos_testing

// A bug on demand, for tests alone.

package tacos

/*
#cgo CFLAGS: -DTACOS_TESTING
#include "tacos_engine.h"
*/
import "C"

// TestPanic makes the library panic, in a write or in a read. Only with the build tag tacos_testing and a library built with
// its feature testing.
func (e *Engine) TestPanic(inWrite bool) error {
	return checked(func() C.tacos_status { return C.tacos_test_panic(e.handle, flag(inWrite)) })
}
