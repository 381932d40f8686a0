//go:build tacos_gc

// Tells tests whether garbage is collected at the border.

package tacos_test

const gcAtTheBorder = true
