// Idempotency keys.

package tacos

import "encoding/hex"

// KeyOf is the idempotency key of sixteen bytes, a UUID for example. It is compared and remembered by its bytes,
// which is faster than by a text, and is another key than every text. It means the same in every process.
func KeyOf(bytes [16]byte) string {
	const beginning = "bytes "
	var text [len(beginning) + 2*len(bytes)]byte
	copy(text[:], beginning)
	hex.Encode(text[len(beginning):], bytes[:])
	return string(text[:])
}
