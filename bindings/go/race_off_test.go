//go:build !race

// Tells tests whether the race detector is on.

package tacos_test

const raceDetector = false
