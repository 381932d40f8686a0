// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
// Facts that happened, as followers read them.
package com.traffictacos.engine

import java.time.Instant

/**
 * A fact that happened. Updates of one event, one reservation, one payment or one ticket come in the order in which
 * they happened.
 */
data class Update(
    /** Where its record ends: reading from here gives what came after. */
    val position: Long,
    /** When it happened. */
    val at: Instant,
    /** The event that it is about. */
    val event: String?,
    /** What happened. */
    val what: UpdateKind,
)

/**
 * How one place stands after an update. It carries the whole state, so a reader may apply it twice: an update whose
 * version is not above the version that the reader has is old news.
 */
data class PlaceChange(
    /** The place. */
    val place: Place,
    /** How it stands now. */
    val state: SeatState,
    /** Counts the changes of one seat; 0 for standing places, which have no versions. */
    val version: Long,
)

/** A reservation that was made or changed. */
data class ReservationChange(
    /** The reservation. */
    val id: String,
    /** Whose it is, if it can still be looked up. */
    val user: String?,
    /** Where it stood before; `null` if it was made just now. */
    val from: ReservationState?,
    /** Where it stands. */
    val state: ReservationState,
    /** When its hold ends, if it has one and the update says so. */
    val expiresAt: Instant?,
    /** Places that changed hands. */
    val places: List<PlaceChange>,
)

/** What happened. */
sealed interface UpdateKind {
    /** An event was created. */
    data object EventCreated : UpdateKind

    /** An event's settings, queue policy or draw changed. */
    data object EventChanged : UpdateKind

    /** A sale opened, paused or closed. */
    data class Sale(
        val state: SaleState,
    ) : UpdateKind

    /** Admissions of the event's line were paused (true) or resumed. */
    data class QueuePaused(
        val paused: Boolean,
    ) : UpdateKind

    /** The order of the pre-sale room was drawn with this seed. */
    data class RoomDrawn(
        val seed: Bytes,
    ) : UpdateKind

    /** Seats were taken off sale or put back. */
    data class Seats(
        val places: List<PlaceChange>,
    ) : UpdateKind

    /** A reservation was made, or changed. */
    data class ReservationChanged(
        val reservation: ReservationChange,
    ) : UpdateKind

    /** A hold ends soon. */
    data class HoldExpiring(
        /** The reservation. */
        val id: String,
        /** Whose it is, if it can still be looked up. */
        val user: String?,
        /** When the hold ends. */
        val expiresAt: Instant,
    ) : UpdateKind

    /** A payment intent was made, or changed. */
    data class PaymentChanged(
        /** The intent. */
        val id: String,
        /** Whose it is, if it can still be looked up. */
        val user: String?,
        /** Where it stands. */
        val state: PaymentState,
        /** What it did to its reservation. `PaidBack` says that money came for a hold that had ended. */
        val effect: PaymentEffect,
        /** What this update paid back, in minor units. */
        val refundedMinor: Long,
        /** The reservation that changed with it. */
        val reservation: ReservationChange?,
    ) : UpdateKind

    /** A webhook was tried, delivered, given up or replayed. */
    data class WebhookChanged(
        val id: String,
    ) : UpdateKind

    /** A customer joined the line. */
    data class Joined(
        /** The credential for the place in the line (`wtkn_…`). */
        val token: String,
    ) : UpdateKind {
        override fun toString() = "Joined(token=wtkn_…)"
    }

    /** A customer left it. */
    data class Left(
        /** The credential for the place in the line (`wtkn_…`). */
        val token: String,
    ) : UpdateKind {
        override fun toString() = "Left(token=wtkn_…)"
    }

    /** It is these people's turn, until the moment given. */
    data class Ready(
        /** The credentials for their places in the line (`wtkn_…`). */
        val tokens: List<String>,
        val until: Instant,
    ) : UpdateKind {
        override fun toString() = "Ready(${tokens.size} tokens, until=$until)"
    }

    /** A customer was let in. */
    data class Admitted(
        /** The credential for the place in the line (`wtkn_…`). */
        val token: String,
        /** The right to reserve (`rtkn_…`). */
        val reservationToken: String,
    ) : UpdateKind {
        override fun toString() = "Admitted(token=wtkn_…, reservationToken=rtkn_…)"
    }

    /** These people's time ran out. */
    data class PlacesExpired(
        /** The credentials for their places in the line (`wtkn_…`). */
        val tokens: List<String>,
    ) : UpdateKind {
        override fun toString() = "PlacesExpired(${tokens.size} tokens)"
    }

    /** A durable note was set or removed. */
    data class NoteChanged(
        val name: String,
    ) : UpdateKind

    /** A fact that this library does not know yet. */
    data object Newer : UpdateKind
}
