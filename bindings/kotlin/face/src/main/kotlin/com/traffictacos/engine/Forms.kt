// Values that are one of several forms: which seats, which reservation, what is paid for.
package com.traffictacos.engine

/** Which seats are wanted. */
sealed interface SeatRequest {
    /**
     * Exactly these seats, or none. The name of a standing section stands for one place there, and may be said several
     * times.
     */
    data class Seats(val seats: List<String>) : SeatRequest

    /** Seats by count: adjacent where they exist, best row first. */
    data class Best @JvmOverloads constructor(
        /** 1 to 64, and to the event's own bound. */
        val quantity: Int,
        /** Only in this section. */
        val section: String? = null,
        /** If no row has that many next to each other: take them from the fewest rows. */
        val allowSplit: Boolean = true,
        /** Offer accessible seats too; they are kept for those who ask. */
        val accessible: Boolean = false,
    ) : SeatRequest

    companion object {
        /** Exactly these seats. */
        @JvmStatic
        fun seats(vararg seats: String): SeatRequest = Seats(seats.asList())

        /** The best [quantity] seats. */
        @JvmStatic
        @JvmOverloads
        fun best(quantity: Int, section: String? = null): SeatRequest = Best(quantity, section)
    }
}

/** A reservation. */
sealed interface ReservationRef {
    /** By the id that [Reserve] gave. */
    data class Id(val id: String) : ReservationRef

    /** By the id that the caller brought. */
    data class External(val id: String) : ReservationRef

    companion object {
        /** By the id that [Reserve] gave. */
        @JvmStatic
        fun id(id: String): ReservationRef = Id(id)

        /** By the id that the caller brought. */
        @JvmStatic
        fun external(id: String): ReservationRef = External(id)
    }
}

/** What is paid for. */
sealed interface Payee {
    /** A reservation of this engine. */
    data class OfReservation(val which: ReservationRef) : Payee

    /** Something that the engine does not know; the outcome changes no seats. */
    data class Unlinked(val id: String) : Payee
}
