//go:build tacos_gc

// The border with the build tag tacos_gc: garbage is collected there.

package tacos

import "runtime"

// border is where a call leaves Go and where it comes back: collects garbage, so that tests find memory that C sees and
// Go does not keep.
func border() { runtime.GC() }
