//go:build !tacos_gc

package tacos_test

const gcAtTheBorder = false
