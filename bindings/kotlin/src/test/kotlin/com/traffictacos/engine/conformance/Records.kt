// Answers, refusals and updates of the face as flat records: what scenarios compare.
package com.traffictacos.engine.conformance

import com.traffictacos.engine.Admitted
import com.traffictacos.engine.Answer
import com.traffictacos.engine.Confirmed
import com.traffictacos.engine.Counts
import com.traffictacos.engine.Done
import com.traffictacos.engine.Event
import com.traffictacos.engine.EventChanged
import com.traffictacos.engine.Extended
import com.traffictacos.engine.Joined
import com.traffictacos.engine.Payment
import com.traffictacos.engine.PaymentChanged
import com.traffictacos.engine.PaymentPage
import com.traffictacos.engine.Place
import com.traffictacos.engine.PlaceChange
import com.traffictacos.engine.QueueFigures
import com.traffictacos.engine.QueuePlace
import com.traffictacos.engine.QueuePolicy
import com.traffictacos.engine.Refusal
import com.traffictacos.engine.Refused
import com.traffictacos.engine.Released
import com.traffictacos.engine.Reservation
import com.traffictacos.engine.ReservationChange
import com.traffictacos.engine.ReservationPage
import com.traffictacos.engine.Reserved
import com.traffictacos.engine.Seat
import com.traffictacos.engine.SectionView
import com.traffictacos.engine.Update
import com.traffictacos.engine.Webhook
import com.traffictacos.engine.What
import java.time.Instant

/** A record of these fields; those without a value are not there, and every whole number is a [Long]. */
fun record(vararg fields: Pair<String, Any?>): Record = buildMap {
    for ((name, value) in fields) {
        when (value) {
            null -> Unit
            is Int -> put(name, value.toLong())
            is Instant -> put(name, value.toEpochMilli() - START_MS)
            is Enum<*> -> put(name, value.word)
            else -> put(name, value)
        }
    }
}

fun list(items: List<Record>): Record = mapOf("items" to items)

/** Ids of places: a seat as it is called, standing places as `section*count`. */
private fun List<Place>.words() = map { if (it.row.isEmpty()) "${it.id}*${it.count}" else it.id }

private fun List<Place>.held() = record("seats" to words(), "count" to sumOf { it.count })

fun Answer.toRecord(): Record = when (this) {
    is EventChanged -> record("at_ms" to at)
    is Done -> record("at_ms" to at)
    is Reserved -> places.held() +
        record("id" to id, "event" to event, "total_minor" to totalMinor, "expires_at_ms" to expiresAt)
    is Extended -> record("id" to id, "expires_at_ms" to expiresAt, "extended_ms" to extendedMillis)
    is Released -> places.held() + record("id" to id, "event" to event, "state" to state, "at_ms" to at)
    is Confirmed -> places.held() +
        record("id" to id, "order" to order, "event" to event, "total_minor" to totalMinor, "at_ms" to at)
    is PaymentChanged -> record(
        "id" to id,
        "state" to state,
        "at_ms" to at,
        "expires_at_ms" to expiresAt,
        "refunded_minor" to refundedMinor,
        "refund_number" to refundNumber,
        "effect" to effect,
    )
    is Joined -> place.toRecord() + record("token" to token, "again" to again)
    is Admitted -> record("token" to token, "valid_until_ms" to validUntil)
    is Reservation -> reservationRecord()
    is ReservationPage -> list(items.map { it.toRecord() }) + record("next" to next?.bytes?.toHex())
    is Payment -> paymentRecord()
    is PaymentPage -> list(items.map { it.toRecord() }) + record("next" to next?.bytes?.toHex())
    is QueuePlace -> record(
        "state" to state,
        "position" to position,
        "eta_ms" to eta?.inWholeMilliseconds,
        "expires_at_ms" to expiresAt,
    )
    is Refused -> error("a refusal has a record of its own: $this")
}

private fun Reservation.reservationRecord() = places.held() + record(
    "id" to id,
    "external" to external,
    "event" to event,
    "user" to user,
    "state" to state,
    "total_minor" to totalMinor,
    "currency" to currency,
    "created_at_ms" to createdAt,
    "changed_at_ms" to changedAt,
    "expires_at_ms" to expiresAt,
    "extensions" to extensions,
    "payment" to payment,
)

private fun Payment.paymentRecord() = record(
    "id" to id,
    "state" to state,
    "reservation" to reservation,
    "unlinked" to unlinked,
    "user" to user,
    "amount_minor" to amountMinor,
    "currency" to currency,
    "refunded_minor" to refundedMinor,
    "refunds" to refunds,
    "method" to method,
    "scenario" to scenario,
    "effect" to effect,
    "created_at_ms" to createdAt,
    "changed_at_ms" to changedAt,
    "processed_at_ms" to processedAt,
    "expires_at_ms" to expiresAt,
    "webhook_url" to webhookUrl,
    "attachment" to attachment.toByteArray().decodeToString(),
)

/** A refusal: its code, and what it carries. */
fun refusalRecord(code: String, refusal: Refusal): Record = record("code" to code) + when (refusal) {
    is Refusal.Invalid -> record("fields" to refusal.problems.map { it.field })
    is Refusal.UnknownSeats -> record("seats" to refusal.seats)
    is Refusal.SeatsTaken -> record("seats" to refusal.seats)
    is Refusal.UnknownSection -> record("section" to refusal.section)
    is Refusal.SaleNotOpen -> record("state" to refusal.state)
    is Refusal.ReservationIs -> record("state" to refusal.state)
    is Refusal.PaymentIs -> record("state" to refusal.state)
    is Refusal.Insufficient -> record("wanted" to refusal.wanted, "available" to refusal.available)
    is Refusal.NotAdjacent -> record("wanted" to refusal.wanted)
    is Refusal.QuotaExceeded -> record("seats_max" to refusal.seatsMax, "has" to refusal.seats)
    is Refusal.RefundTooLarge -> record("left_minor" to refusal.leftMinor)
    is Refusal.NotDue -> record("due_ms" to refusal.at)
    is Refusal.AtCapacity -> record("bound" to refusal.bound)
    is Refusal.PaymentNotApproved -> record("doubt" to refusal.doubt, "state" to refusal.state)
    is Refusal.ExtensionRefused ->
        record("doubt" to refusal.doubt, "extension_ms_max" to refusal.extensionMax?.inWholeMilliseconds)
    else -> emptyMap()
}

fun Counts.toRecord() = record(
    "available" to available,
    "reserved" to reserved,
    "sold" to sold,
    "blocked" to blocked,
    "total" to total,
)

fun Event.toRecord() = counts.toRecord() + record(
    "event" to id,
    "name" to settings.name,
    "currency" to settings.currency,
    "seats_per_reservation_max" to settings.seatsPerReservationMax,
    "seats_per_user_max" to settings.seatsPerUserMax,
    "hold_ms" to settings.hold.inWholeMilliseconds,
    "hold_ms_max" to settings.holdMax.inWholeMilliseconds,
    "extension_ms_max" to settings.extensionMax.inWholeMilliseconds,
    "extensions_max" to settings.extensionsMax,
    "sale_starts_ms" to settings.saleStarts,
    "sale_ends_ms" to settings.saleEnds,
    "sale" to sale,
    "has_queue" to hasQueue,
)

fun SectionView.toRecord() = counts.toRecord() + record(
    "section" to name,
    "standing" to standing,
    "price_min_minor" to priceMinMinor,
    "price_max_minor" to priceMaxMinor,
)

fun Seat.toRecord() = record(
    "id" to place.id,
    "section" to place.section,
    "row" to place.row,
    "number" to place.number,
    "price_minor" to place.priceMinor,
    "state" to state,
)

fun QueueFigures.toRecord() = record(
    "waiting" to waiting,
    "ready" to ready,
    "inside" to inside,
    "admitted_total" to admittedTotal,
    "expired_total" to expiredTotal,
    "left_total" to leftTotal,
    "paused" to paused,
)

fun QueuePolicy.toRecord() = record(
    "enabled" to enabled,
    "admissions_per_minute" to admissionsPerMinute,
    "burst" to burst,
    "inside_max" to insideMax,
    "waiting_max" to waitingMax,
    "claim_window_ms" to claimWindow.inWholeMilliseconds,
    "token_ttl_ms" to tokenTtl.inWholeMilliseconds,
    "inactivity_ms" to inactivity.inWholeMilliseconds,
    "one_place_per_user" to onePlacePerUser,
    "room_opens_ms" to room?.opensAt,
    "room_draws_ms" to room?.drawsAt,
)

fun Webhook.toRecord() = record(
    "id" to id,
    "payment" to payment,
    "tells" to tells,
    "created_at_ms" to createdAt,
    "attempts" to attempts,
    "next_at_ms" to nextAt,
    "order" to order,
)

fun Update.toRecord(): Record = what.toRecord() + record("at_ms" to at, "event" to event)

private fun What.toRecord(): Record = when (this) {
    What.EventCreated -> record("kind" to "event_created")
    What.EventChanged -> record("kind" to "event_changed")
    is What.Sale -> record("kind" to "sale", "state" to state)
    is What.QueuePaused -> record("kind" to "queue_paused", "paused" to paused)
    is What.RoomDrawn -> record("kind" to "room_drawn", "id" to seed.toHex())
    is What.Seats -> record("kind" to "seats") + places.changed()
    is What.ReservationChanged -> reservation.toRecord()
    is What.HoldExpiring -> record("kind" to "hold_expiring", "id" to id, "user" to user, "expires_at_ms" to expiresAt)
    is What.PaymentChanged -> reservation?.places.orEmpty().changed() + record(
        "kind" to "payment",
        "id" to id,
        "user" to user,
        "state" to state,
        "effect" to effect,
        "refunded_minor" to refundedMinor,
        "reservation" to reservation?.id,
        "reservation_state" to reservation?.state,
    )
    is What.WebhookChanged -> record("kind" to "webhook", "id" to id)
    is What.Joined -> record("kind" to "joined")
    is What.Left -> record("kind" to "left")
    is What.Ready -> record("kind" to "ready", "tickets" to tokens.size, "until_ms" to until)
    is What.Admitted -> record("kind" to "admitted")
    is What.PlacesExpired -> record("kind" to "tickets_expired", "tickets" to tokens.size)
    is What.NoteChanged -> record("kind" to "note", "id" to name)
    What.Newer -> error("an update that the face does not know")
}

private fun ReservationChange.toRecord() = places.changed() + record(
    "kind" to "reservation",
    "id" to id,
    "user" to user,
    "from" to from,
    "state" to state,
    "expires_at_ms" to expiresAt,
)

/** Places that changed hands, and how they all stand now. */
private fun List<PlaceChange>.changed(): Record =
    if (isEmpty()) emptyMap() else record("seats" to map { it.place }.words(), "seats_state" to first().state)
