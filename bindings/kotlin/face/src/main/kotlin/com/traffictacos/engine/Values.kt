// Bytes, pages and what several views make together.
package com.traffictacos.engine

import java.nio.ByteBuffer
import java.time.Instant
import java.util.HexFormat
import java.util.UUID

/** Bytes that never change, compared by what they are. */
class Bytes private constructor(private val bytes: ByteArray) {
    val size: Int get() = bytes.size

    /** The bytes, to be read and not written. */
    fun asReadOnlyByteBuffer(): ByteBuffer = ByteBuffer.wrap(bytes).asReadOnlyBuffer()

    /** A copy. */
    fun toByteArray(): ByteArray = bytes.copyOf()

    /** As hexadecimal digits. */
    fun toHex(): String = bytes.joinToString("") { "%02x".format(it) }

    override fun equals(other: Any?) = other is Bytes && bytes.contentEquals(other.bytes)

    override fun hashCode() = bytes.contentHashCode()

    override fun toString() = "Bytes($size)"

    companion object {
        /** No bytes. */
        @JvmField
        val EMPTY = Bytes(ByteArray(0))

        /** These bytes, copied. */
        @JvmStatic
        fun of(bytes: ByteArray): Bytes = if (bytes.isEmpty()) EMPTY else Bytes(bytes.copyOf())

        /** These bytes of a text in UTF-8. */
        @JvmStatic
        fun of(text: String): Bytes = Bytes(text.encodeToByteArray())
    }
}

/** Idempotency keys of sixteen bytes. */
object Keys {
    /**
     * The key of a UUID's sixteen bytes. It is compared and remembered by its bytes, which is faster than by a text,
     * and is another key than every text. It means the same in every process.
     */
    @JvmStatic
    fun of(uuid: UUID): String = "bytes " + DIGITS.formatHex(
        ByteBuffer.allocate(16).putLong(uuid.mostSignificantBits).putLong(uuid.leastSignificantBits).array(),
    )

    private val DIGITS = HexFormat.of()
}

/** Where a page of a listing begins. Carry it outside as bytes. */
data class Cursor(val bytes: Bytes)

/** Reservations, newest first. */
data class ReservationPage(
    val items: List<Reservation>,
    /** Where the next page begins; `null` if this is the last. A page may be short and still have a next one. */
    val next: Cursor?,
) : ReservationList

/** Payments, newest first. */
data class PaymentPage(
    val items: List<Payment>,
    /** Where the next page begins; `null` if this is the last. A page may be short and still have a next one. */
    val next: Cursor?,
) : PaymentList

/** An event with all its seats, and the [position] behind which lie all updates that this copy may lack. */
data class EventSnapshot(val event: Event, val seats: List<Seat>, val position: Long)

/** Webhooks whose time has come, and the time of the next one. */
data class DueWebhooks(val webhooks: List<Webhook>, val nextAt: Instant?)
