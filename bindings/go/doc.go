// Package tacos is the Traffic Tacos engine in a Go program: seats, holds, a fair waiting line, reservations, payments and a
// journal. [Open] links it into this process, without a server; [Dial] gives the same over a server's stream of commands.
// [Face] is what both have.
//
// An [Engine] may be used by any number of goroutines. Every command takes a context: when it is cancelled the caller gets
// ctx.Err() at once, and the write goes on. Waiting costs no thread: one goroutine of the engine takes all answers out of
// its completion queue. A refusal is an error that [errors.Is] recognises (ErrSeatsTaken, ErrNotYet, …) and that
// [errors.As] turns into a [*Error] with the details.
//
// The linked engine needs the native library, which pkg-config must find under the name tacos-engine; see the README.
// Without cgo only [Dial] is there.
package tacos
