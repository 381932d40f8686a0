// Arguments of a scenario as values of Go; what cannot be said is thrown with its name.

package main

import (
	"encoding/hex"
	"fmt"
	"math"
	"time"

	tacos "github.com/traffic-tacos/engine/bindings/go"
)

// start is where every scenario's clock begins, and its times count from.
var start = time.UnixMilli(1_800_000_000_000)

// illFormed names an argument that cannot be what it should be. It is thrown by the readers below.
type illFormed string

// arguments of an operation.
type arguments struct{ fields }

func (a arguments) has(name string) bool { _, has := a.fields[name]; return has }

func (a arguments) text(name string) string {
	text, _ := a.fields[name].(string)
	return text
}

func (a arguments) list(name string) []any {
	if list, is := a.fields[name].(*[]any); is {
		return *list
	}
	return nil
}

func (a arguments) texts(name string) []string {
	var texts []string
	for _, entry := range a.list(name) {
		texts = append(texts, entry.(string))
	}
	return texts
}

func (a arguments) flag(name string, usual bool) bool {
	if flag, is := a.fields[name].(bool); is {
		return flag
	}
	return usual
}

func (a arguments) number(name string) int64 {
	number, _ := a.fields[name].(int64)
	return number
}

func fits(name string, number int64) uint32 {
	if number < 0 || number > math.MaxUint32 {
		panic(illFormed(name))
	}
	return uint32(number)
}

// small is a number that a field takes as it is.
func (a arguments) small(name string) uint32 { return fits(name, a.number(name)) }

// some is a number for a field in which 0 stands for the usual value: a 0 cannot be said.
func (a arguments) some(name string) uint32 {
	if a.has(name) && a.number(name) == 0 {
		panic(illFormed(name))
	}
	return a.small(name)
}

func (a arguments) pointer(name string) *uint32 {
	if !a.has(name) {
		return nil
	}
	number := a.small(name)
	return &number
}

func (a arguments) duration(name string) time.Duration {
	return time.Duration(a.number(name)) * time.Millisecond
}

// someTime is a duration for a field in which 0 stands for the usual value: a 0 cannot be said.
func (a arguments) someTime(name string) time.Duration {
	if a.has(name) && a.number(name) <= 0 {
		panic(illFormed(name))
	}
	return a.duration(name)
}

// moment is the zero time if it is not given.
func (a arguments) moment(name string) time.Time {
	if !a.has(name) {
		return time.Time{}
	}
	return start.Add(a.duration(name))
}

// parsed reads an id or a token; nil if it is not given.
func parsed[T any](a arguments, name string, parse func(string) (T, error)) *T {
	if !a.has(name) {
		return nil
	}
	value, err := parse(a.text(name))
	if err != nil {
		panic(illFormed(name))
	}
	return &value
}

// needed is an id or a token that must be there.
func needed[T any](a arguments, name string, parse func(string) (T, error)) T {
	value := parsed(a, name, parse)
	if value == nil {
		panic(illFormed(name))
	}
	return *value
}

// optional is an id that is a text of the caller's: empty stands for none, so an empty one cannot be said.
func (a arguments) optional(name string) string {
	if a.has(name) && a.text(name) == "" {
		panic(illFormed(name))
	}
	return a.text(name)
}

func (a arguments) which() tacos.ReservationRef {
	id := parsed(a, "id", tacos.ParseReservationID)
	if (id != nil) == a.has("external") {
		panic(illFormed("id"))
	}
	if id != nil {
		return tacos.ReservationRef{ID: *id}
	}
	return tacos.ReservationRef{External: a.optional("external")}
}

func (a arguments) cursor() *tacos.Cursor {
	return parsed(a, "after", func(text string) (cursor tacos.Cursor, err error) {
		bytes, err := hex.DecodeString(text)
		if err == nil && copy(cursor[:], bytes) != len(cursor) {
			err = fmt.Errorf("a cursor has %d bytes", len(cursor))
		}
		return cursor, err
	})
}

// seatMap makes sections of places: rows that follow each other under one name are one section.
func seatMap(a arguments) tacos.SeatMap {
	var seats tacos.SeatMap
	for _, entry := range a.list("places") {
		place := arguments{entry.(fields)}
		name, price := place.text("section"), place.number("price_minor")
		if place.has("capacity") {
			seats = append(seats, tacos.Section{Name: name, Capacity: place.small("capacity"), PriceMinor: price})
			continue
		}
		if last := len(seats) - 1; last >= 0 && seats[last].Rows != nil && seats[last].Name == name {
			seats[last].Rows = append(seats[last].Rows, rowOf(place))
		} else {
			seats = append(seats, tacos.Section{Name: name, Rows: []tacos.Row{rowOf(place)}})
		}
	}
	return seats
}

func rowOf(place arguments) tacos.Row {
	row := tacos.Row{
		Label:       place.text("row"),
		PriceMinor:  place.number("price_minor"),
		Accessible:  place.flag("accessible", false),
		Prefix:      place.text("prefix"),
		FirstNumber: place.some("first"),
		Step:        int32(place.number("step")),
		DigitsMin:   place.small("digits_min"),
		Count:       place.small("count"),
		Labels:      place.texts("labels"),
	}
	for _, index := range place.list("aisles_before") {
		row.AislesBefore = append(row.AislesBefore, fits("aisles_before", index.(int64)))
	}
	accessible := true
	for _, index := range place.list("accessible_at") {
		exception := tacos.SeatException{Index: fits("accessible_at", index.(int64)), Accessible: &accessible}
		row.Exceptions = append(row.Exceptions, exception)
	}
	return row
}
