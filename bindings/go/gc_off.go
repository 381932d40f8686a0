//go:build !tacos_gc

// The border as it is built: nothing happens there.

package tacos

// border is where a call leaves Go and where it comes back. With the build tag tacos_gc it collects garbage, so that
// tests find memory that C sees and Go does not keep.
func border() {}
