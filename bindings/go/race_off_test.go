//go:build !race

package tacos_test

const raceDetector = false
