// Values that the generated code carries between Go and memory of C's.

package tacos

/*
#include "tacos_engine.h"
*/
import "C"

import (
	"time"
	"unsafe"
)

func head[T any](kind C.uint32_t) C.tacos_head {
	var zero T
	return C.tacos_head{size: C.uint32_t(unsafe.Sizeof(zero)), kind: kind}
}

func ms(duration time.Duration) C.uint64_t { return C.uint64_t(max(duration.Milliseconds(), 0)) }

func cTime(at time.Time) C.uint64_t {
	if at.IsZero() {
		return 0
	}
	return C.uint64_t(max(at.UnixMilli(), 0))
}

func goTime(ms C.uint64_t) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(ms))
}

func cWhich(a *arena, which ReservationRef) C.tacos_reservation_ref {
	return C.tacos_reservation_ref{id: cID(which.ID), external: a.text(which.External)}
}

func cCursor(cursor *Cursor) (C.tacos_id, C.uint32_t) {
	if cursor == nil {
		return C.tacos_id{}, 0
	}
	return cID(*cursor), 1
}

func cSections(a *arena, seats SeatMap) (*C.tacos_section, C.size_t) {
	sections := allocSlice[C.tacos_section](a, len(seats))
	for i := range sections {
		encodeSection(a, &seats[i], &sections[i])
	}
	return unsafe.SliceData(sections), C.size_t(len(sections))
}

func encodeSection(a *arena, section *Section, out *C.tacos_section) {
	out.name, out.capacity = a.text(section.Name), C.uint32_t(section.Capacity)
	out.price_minor = C.int64_t(section.PriceMinor)
	rows := allocSlice[C.tacos_row](a, len(section.Rows))
	for i := range rows {
		encodeRow(a, &section.Rows[i], &rows[i])
	}
	out.rows, out.row_count = unsafe.SliceData(rows), C.size_t(len(rows))
}

func encodeRow(a *arena, row *Row, out *C.tacos_row) {
	out.label, out.prefix = a.text(row.Label), a.text(row.Prefix)
	out.price_minor, out.accessible = C.int64_t(row.PriceMinor), flag(row.Accessible)
	out.count, out.digits_min = C.uint32_t(row.Count), C.uint32_t(row.DigitsMin)
	out.first_number, out.step = C.uint32_t(row.FirstNumber), C.int32_t(row.Step)
	if row.FirstNumber == 0 {
		out.first_number = 1
	}
	if row.Step == 0 {
		out.step = 1
	}
	if len(row.Labels) > 0 {
		out.labels, _ = a.texts(row.Labels)
		out.count = C.uint32_t(len(row.Labels))
	}
	aisles := allocSlice[C.uint32_t](a, len(row.AislesBefore))
	for i := range aisles {
		aisles[i] = C.uint32_t(row.AislesBefore[i])
	}
	out.aisles_before, out.aisle_count = unsafe.SliceData(aisles), C.size_t(len(aisles))
	exceptions := allocSlice[C.tacos_seat_exception](a, len(row.Exceptions))
	for i := range exceptions {
		given, out := &row.Exceptions[i], &exceptions[i]
		out.index = C.uint32_t(given.Index)
		if given.PriceMinor != nil {
			out.price_minor, out.has_price = C.int64_t(*given.PriceMinor), 1
		}
		if given.Accessible != nil {
			out.accessible = 2 - flag(*given.Accessible)
		}
	}
	out.exceptions, out.exception_count = unsafe.SliceData(exceptions), C.size_t(len(exceptions))
}

// set32 and setMs leave the usual value where nothing is given.
func set32(out *C.uint32_t, value uint32) {
	if value != 0 {
		*out = C.uint32_t(value)
	}
}

func setMs(out *C.uint64_t, value time.Duration) {
	if value != 0 {
		*out = ms(value)
	}
}

func goMs(ms C.uint64_t) time.Duration { return time.Duration(ms) * time.Millisecond }

func goPlaces(list C.tacos_list) []Place {
	if list.count == 0 {
		return nil
	}
	// A number is all there ever is of a place, so these lists have no gaps.
	given := unsafe.Slice((*Place)(list.items), int(list.count))
	places := make([]Place, len(given))
	copy(places, given)
	return places
}

func goCursor(next C.tacos_id, has C.uint32_t) *Cursor {
	if has == 0 {
		return nil
	}
	cursor := Cursor(goID(next))
	return &cursor
}
