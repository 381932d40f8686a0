// Rows: which field of which struct a field of a scenario is, walked one way for arguments and the other for answers. A row
// is "name=Field"; "." for a name means that the fields of that record are the operation's own. Behind the field, "!" means
// that it says the contrary, and "?" that its empty value stands for none: as an argument it cannot be said, in an answer
// it is absent.

package main

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"

	tacos "github.com/traffic-tacos/engine/bindings/go"
)

type command struct {
	operation string
	of        tacos.Command
	rows      string
}

type read struct {
	operation, method, rows string
}

type record struct {
	of   any
	rows string
}

type row struct {
	name, field        string
	contrary, optional bool
}

func parse(rows string) (parsed []row) {
	for _, text := range strings.Fields(rows) {
		name, field, _ := strings.Cut(text, "=")
		parsed = append(parsed, row{
			name, strings.TrimRight(field, "!?"), strings.HasSuffix(field, "!"), strings.HasSuffix(field, "?"),
		})
	}
	return parsed
}

var (
	commandOf = map[string]command{}
	readOf    = map[string]read{}
	rowsOf    = map[reflect.Type][]row{}
)

func init() {
	for _, known := range commands {
		commandOf[known.operation] = known
	}
	for _, known := range reads {
		readOf[known.operation] = known
	}
	for _, known := range records {
		rowsOf[reflect.TypeOf(known.of)] = parse(known.rows)
	}
}

// commandFor makes the command of an operation; nil if it is none.
func commandFor(operation string, a arguments) tacos.Command {
	if operation == "note" && !a.has("value") {
		operation = "remove_note"
	}
	known, is := commandOf[operation]
	if !is {
		return nil
	}
	if operation == "reserve" && a.has("seats") && a.has("quantity") {
		panic(illFormed("quantity"))
	}
	made := reflect.New(reflect.TypeOf(known.of)).Elem()
	a.fill(parse(known.rows), made)
	return made.Interface().(tacos.Command)
}

func (a arguments) fill(rows []row, made reflect.Value) {
	for _, row := range rows {
		a.into(row, made.FieldByName(row.field))
	}
}

// into sets one field of a command.
func (a arguments) into(row row, field reflect.Value) {
	name := row.name
	switch to := field.Addr().Interface().(type) {
	case *string:
		if *to = a.text(name); row.optional {
			*to = a.optional(name)
		}
	case *[]string:
		*to = a.texts(name)
	case *int:
		if *to = math.MaxInt32; a.has(name) {
			*to = int(a.number(name))
		}
	case *uint64:
		*to = uint64(a.number(name))
	case *[]byte:
		*to = []byte(a.text(name))
	case *bool:
		*to = a.flag(name, row.contrary) != row.contrary
	case *uint32:
		if *to = a.small(name); row.optional {
			*to = a.some(name)
		}
	case **uint32:
		*to = a.pointer(name)
	case *int64:
		*to = a.number(name)
	case **int64:
		if a.has(name) {
			number := a.number(name)
			*to = &number
		}
	case *time.Time:
		*to = a.moment(name)
	case *time.Duration:
		if *to = a.duration(name); row.optional {
			*to = a.someTime(name)
		}
	case *tacos.WaitingToken:
		*to = needed(a, name, tacos.ParseWaitingToken)
	case **tacos.ReservationToken:
		*to = parsed(a, name, tacos.ParseReservationToken)
	case **tacos.ReservationID:
		*to = parsed(a, name, tacos.ParseReservationID)
	case *tacos.PaymentID:
		*to = needed(a, name, tacos.ParsePaymentID)
	case **tacos.PaymentID:
		*to = parsed(a, name, tacos.ParsePaymentID)
	case *tacos.WebhookID:
		*to = needed(a, name, tacos.ParseWebhookID)
	case **tacos.Cursor:
		*to = a.cursor()
	case *tacos.ReservationRef:
		if !a.has("unlinked") {
			*to = a.which()
		}
	case *tacos.SeatMap:
		*to = seatMap(a)
	case **tacos.PresaleRoom:
		if a.has("room_opens_ms") != a.has("room_draws_ms") {
			panic(illFormed("room_draws_ms"))
		}
		if a.has("room_opens_ms") {
			*to = &tacos.PresaleRoom{OpensAt: a.moment("room_opens_ms"), DrawsAt: a.moment("room_draws_ms")}
		}
	case **tacos.QueuePolicy:
		if inner, is := a.fields[name].(fields); is {
			*to = &tacos.QueuePolicy{}
			arguments{inner}.fill(rowsOf[field.Type().Elem()], field.Elem())
		}
	default:
		if rows, is := rowsOf[field.Type()]; is {
			a.fill(rows, field)
		} else {
			a.word(name, field)
		}
	}
}

// word finds the value of an enum whose name this is; the zero value stays if it is not given.
func (a arguments) word(name string, field reflect.Value) {
	if !a.has(name) {
		return
	}
	const valuesMax = 64
	for value := range uint64(valuesMax) {
		field.SetUint(value)
		if field.Interface().(fmt.Stringer).String() == a.text(name) {
			return
		}
	}
	panic(illFormed(name))
}

// put writes a record's fields.
func (d *driver) put(a *answer, value any) {
	of := reflect.ValueOf(value)
	rows, is := rowsOf[of.Type()]
	if !is {
		giveUp(fmt.Errorf("an answer of no known type: %T", value))
	}
	for _, row := range rows {
		d.putOne(a, row, of, of.FieldByName(row.field))
	}
}

func (d *driver) putOne(a *answer, row row, record, field reflect.Value) {
	known := record.FieldByName(row.field + "Known")
	if known.IsValid() && !known.Bool() || !known.IsValid() && row.optional && field.IsZero() {
		return
	}
	name := row.name
	switch v := field.Interface().(type) {
	case string:
		a.text(name, v)
	case []byte:
		a.text(name, string(v))
	case bool:
		a.bool(name, v != row.contrary)
	case uint32:
		if name == "event" {
			d.eventOf(a, v)
		} else {
			a.int(name, int64(v))
		}
	case uint64:
		a.int(name, int64(v))
	case int64:
		a.int(name, v)
	case time.Time:
		a.moment(name, v)
	case time.Duration:
		a.int(name, v.Milliseconds())
	case [32]byte:
		a.hex(name, v[:])
	case []tacos.Place:
		number := record.FieldByName("EventNumber").Interface().(uint32)
		a.int("count", d.places(a, number, v))
	case *tacos.PresaleRoom:
		a.moment("room_opens_ms", v.OpensAt)
		a.moment("room_draws_ms", v.DrawsAt)
	case interface{ Reveal() string }:
		a.text(name, v.Reveal())
	case tacos.ReservationID:
		if name == "order" {
			a.text(name, v.Order().String())
		} else {
			a.text(name, v.String())
		}
	default:
		if field.Kind() == reflect.Pointer {
			row.optional = false
			d.putOne(a, row, record, field.Elem())
		} else if _, is := rowsOf[field.Type()]; is {
			d.put(a, v)
		} else {
			a.text(name, v.(fmt.Stringer).String())
		}
	}
}
