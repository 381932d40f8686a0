// Package tacos links the Traffic Tacos engine into a Go program: seats, holds, a fair waiting line, reservations, payments
// and a journal, in this process, without a server.
//
// An [Engine] may be used by any number of goroutines. Every command takes a context: when it is cancelled the caller gets
// ctx.Err() at once, and the write goes on. Waiting costs no thread: one goroutine of the engine takes all answers out of
// its completion queue. A refusal is an error that [errors.Is] recognises (ErrSeatsTaken, ErrNotYet, …) and that
// [errors.As] turns into a [*Error] with the details.
//
// The package needs the native library, which pkg-config must find under the name tacos-engine; see the README.
package tacos
