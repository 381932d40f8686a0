// Seat maps, and values that are one of several forms, into bytes.
package com.traffictacos.engine

internal fun Writer.put(section: Section) = when (section) {
    is Section.Seated -> {
        tag(0)
        text(section.name)
        list(section.rows) { put(it) }
    }
    is Section.General -> {
        tag(1)
        text(section.name)
        int(section.capacity)
        long(section.priceMinor)
    }
}

private fun Writer.put(row: Row) {
    text(row.label)
    long(row.priceMinor)
    flag(row.accessible)
    put(row.seats)
    list(row.aislesBefore) { int(it) }
    list(row.exceptions) { exception ->
        int(exception.index)
        maybe(exception.priceMinor) { long(it) }
        maybe(exception.accessible) { flag(it) }
    }
}

private fun Writer.put(seats: RowSeats) = when (seats) {
    is RowSeats.Numbered -> {
        tag(0)
        text(seats.prefix)
        int(seats.firstNumber)
        int(seats.step)
        int(seats.digitsMin)
        int(seats.count)
    }
    is RowSeats.Listed -> {
        tag(1)
        list(seats.labels) { text(it) }
    }
}

internal fun Writer.put(want: SeatRequest) = when (want) {
    is SeatRequest.Seats -> {
        tag(0)
        list(want.seats) { text(it) }
    }
    is SeatRequest.Best -> {
        tag(1)
        int(want.quantity)
        maybe(want.section) { text(it) }
        flag(want.allowSplit)
        flag(want.accessible)
    }
}

internal fun Writer.put(which: ReservationRef) = when (which) {
    is ReservationRef.Id -> {
        tag(0)
        text(which.id)
    }
    is ReservationRef.External -> {
        tag(1)
        text(which.id)
    }
}

internal fun Writer.put(payee: Payee) = when (payee) {
    is Payee.OfReservation -> {
        tag(0)
        put(payee.which)
    }
    is Payee.Unlinked -> {
        tag(1)
        text(payee.id)
    }
}
