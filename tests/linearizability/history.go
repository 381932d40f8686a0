// Reads a history, one call a line, as `engine/examples/history` writes it.

package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// What the result of a call can be, apart from the names of refusals and states.
const (
	resultOK      = "ok"
	resultAgain   = "again"
	resultUnknown = "?"
	// The engine was busy or full: says nothing and changes nothing.
	resultAtCapacity = "at_capacity"
	// A hold whose deadline was not ahead: says nothing of the seats.
	resultInvalid = "invalid"
)

// call is one line: what was asked, when, and what was answered.
type call struct {
	line     int
	client   int
	callNs   int64
	returnNs int64
	kind     string
	// Outside id of the reservation, or session.
	name  string
	seats []string
	// A hold's deadline or an extension's length in ms, or a ticket.
	given  int64
	result string
	// The deadline in ms, or the ticket, that the answer showed.
	shown int64
	taken []string
}

// calledMs is the earliest moment that the engine's clock can have shown during the call.
func (c *call) calledMs() int64 { return c.callNs / 1_000_000 }

// returnedMs is the latest.
func (c *call) returnedMs() int64 { return c.returnNs / 1_000_000 }

func (c *call) String() string {
	text := fmt.Sprintf("%s %s", c.kind, c.name)
	if len(c.seats) > 0 {
		text += " [" + strings.Join(c.seats, " ") + "]"
	}
	if c.given != 0 || c.kind == "ask" || c.kind == "leave" {
		text += fmt.Sprintf(" (%d)", c.given)
	}
	text += " -> " + c.result
	if c.shown != 0 || c.kind == "join" {
		text += fmt.Sprintf(" %d", c.shown)
	}
	if len(c.taken) > 0 {
		text += " [" + strings.Join(c.taken, " ") + "]"
	}
	return text
}

type history struct {
	path      string
	insideMax int
	calls     []*call
}

func readHistory(path string) (*history, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	if !lines.Scan() {
		return nil, fmt.Errorf("%s: empty", path)
	}
	found := &history{path: path}
	head := strings.Fields(lines.Text())
	if len(head) < 3 || head[1] != "tacos-history" || head[2] != "1" {
		return nil, fmt.Errorf("%s: not a history of version 1", path)
	}
	for _, word := range head[3:] {
		if value, is := strings.CutPrefix(word, "inside_max="); is {
			if found.insideMax, err = strconv.Atoi(value); err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
		}
	}
	if found.insideMax < 1 {
		return nil, fmt.Errorf("%s: no inside_max", path)
	}
	for number := 2; lines.Scan(); number++ {
		one, err := parseCall(lines.Text())
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, number, err)
		}
		one.line = number
		found.calls = append(found.calls, one)
	}
	return found, lines.Err()
}

func parseCall(line string) (*call, error) {
	words := strings.Split(line, "\t")
	if len(words) != 10 {
		return nil, fmt.Errorf("%d columns, not 10", len(words))
	}
	var numbers [5]int64
	for at, column := range []int{0, 1, 2, 6, 8} {
		number, err := strconv.ParseInt(words[column], 10, 64)
		if err != nil {
			return nil, err
		}
		numbers[at] = number
	}
	one := &call{
		client: int(numbers[0]), callNs: numbers[1], returnNs: numbers[2], kind: words[3], name: words[4],
		seats: list(words[5]), given: numbers[3], result: words[7], shown: numbers[4], taken: list(words[9]),
	}
	if one.returnNs < one.callNs {
		return nil, fmt.Errorf("returns before it is called")
	}
	if !kinds[one.kind] {
		return nil, fmt.Errorf("unknown call %q", one.kind)
	}
	return one, nil
}

var kinds = map[string]bool{
	"hold": true, "confirm": true, "release": true, "extend": true, "lookup": true,
	"join": true, "leave": true, "ask": true, "crash": true,
}

func list(words string) []string {
	if words == "-" {
		return nil
	}
	return strings.Split(words, ",")
}
