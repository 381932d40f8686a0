// Takes a history apart, object by object: what is linearisable part by part is linearisable.

package main

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/anishathalye/porcupine"
)

type partition struct {
	kind  string
	name  string
	model porcupine.Model
	calls []porcupine.Operation
}

func describeCall(input, _ interface{}) string { return input.(*call).String() }

// split gives every object's calls. A crash belongs to every object.
func split(h *history) ([]*partition, error) {
	var order []string
	found := map[string]*partition{}
	add := func(kind, name string, make func() porcupine.Model, c *call) {
		key := kind + " " + name
		if found[key] == nil {
			found[key] = &partition{kind: kind, name: name, model: make()}
			order = append(order, key)
		}
		operation := porcupine.Operation{ClientId: c.client, Input: c, Call: c.callNs, Return: c.returnNs}
		found[key].calls = append(found[key].calls, operation)
	}
	line := func() porcupine.Model { return lineModel(h.insideMax) }
	seatsOf := map[string][]string{}
	var crashes []*call
	for _, c := range h.calls {
		if c.kind == "hold" {
			if _, twice := seatsOf[c.name]; twice {
				return nil, fmt.Errorf("%s:%d: %s is held twice", h.path, c.line, c.name)
			}
			seatsOf[c.name] = c.seats
		}
	}
	for _, c := range h.calls {
		if c.result == resultAtCapacity {
			continue
		}
		switch c.kind {
		case "crash":
			crashes = append(crashes, c)
		case "join", "leave", "ask":
			add("line", "places", line, c)
			if c.kind == "join" && c.result == resultOK {
				add("line", "ticket order", orderModel, c)
			}
		default:
			add("reservation", c.name, reservationModel, c)
			for _, seat := range seatsOf[c.name] {
				// A refusal speaks only of the seats that it names.
				says := c.result != resultInvalid && (c.result != "seats_taken" || slices.Contains(c.taken, seat))
				if says {
					add("seat", seat, seatModel, c)
				}
			}
		}
	}
	all := make([]*partition, 0, len(order))
	for _, key := range order {
		part := found[key]
		if part.name != "ticket order" {
			for _, c := range crashes {
				part.calls = append(part.calls, porcupine.Operation{ClientId: c.client, Input: c, Call: c.callNs, Return: c.returnNs})
			}
		}
		slices.SortStableFunc(part.calls, func(a, b porcupine.Operation) int { return cmp.Compare(a.Call, b.Call) })
		all = append(all, part)
	}
	return all, nil
}
