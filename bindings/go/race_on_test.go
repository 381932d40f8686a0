//go:build race

// Tells tests whether the race detector is on.

package tacos_test

// The race detector's pools drop what they are given, at random; what memory grows by then says nothing.
const raceDetector = true
