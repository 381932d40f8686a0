// The seats of an event.
package com.traffictacos.engine

/** A part of the venue with its own counts. The order of sections is the order of preference. */
sealed interface Section {
    /** 1 to 128 bytes of `A-Z a-z 0-9 . _ : -`, unique in the event. */
    val name: String

    /** Rows of numbered seats, best row first. */
    data class Seated(override val name: String, val rows: List<Row>) : Section

    /** Places without numbers. */
    data class General(override val name: String, val capacity: Int, val priceMinor: Long) : Section
}

/** Seats side by side. */
data class Row @JvmOverloads constructor(
    /** What the row is called. Need not be unique. */
    val label: String,
    /** Price of one seat, in the smallest unit of the currency. */
    val priceMinor: Long,
    /** The seats, from left to right. */
    val seats: RowSeats,
    /** Kept for people who need them: best available leaves them out unless asked. */
    val accessible: Boolean = false,
    /** Indices (ascending, from 1) of seats that have an aisle on their left. */
    val aislesBefore: List<Int> = emptyList(),
    /** Seats that differ from their row, by ascending index. */
    val exceptions: List<SeatException> = emptyList(),
)

/** The seats of a row; each label is unique in the event. */
sealed interface RowSeats {
    /** Labels made of a prefix and a number, which cost no memory per seat: `A-1`, `A-2`, … */
    data class Numbered @JvmOverloads constructor(
        val prefix: String,
        val count: Int,
        val firstNumber: Int = 1,
        /** From one seat to the next on its right; not zero, may be negative. */
        val step: Int = 1,
        /** Numbers are filled up with zeros to this many digits, at most 9. */
        val digitsMin: Int = 0,
    ) : RowSeats

    /** Labels one by one. */
    data class Listed(val labels: List<String>) : RowSeats
}

/** What one seat has that its row has not. */
data class SeatException @JvmOverloads constructor(
    /** Index of the seat in its row, from 0. */
    val index: Int,
    val priceMinor: Long? = null,
    val accessible: Boolean? = null,
)
