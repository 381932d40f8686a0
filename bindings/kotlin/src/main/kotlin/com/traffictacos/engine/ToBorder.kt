// From the types of the face to those of the border. Decides nothing: what does not fit, the engine refuses.
package com.traffictacos.engine

import com.traffictacos.engine.border.RawConfig
import com.traffictacos.engine.border.RawEventSettings
import com.traffictacos.engine.border.RawPayee
import com.traffictacos.engine.border.RawPaymentMethod
import com.traffictacos.engine.border.RawPaymentState
import com.traffictacos.engine.border.RawPresaleRoom
import com.traffictacos.engine.border.RawQueuePolicy
import com.traffictacos.engine.border.RawRequest
import com.traffictacos.engine.border.RawReservationState
import com.traffictacos.engine.border.RawRow
import com.traffictacos.engine.border.RawRowSeats
import com.traffictacos.engine.border.RawSaleState
import com.traffictacos.engine.border.RawScenario
import com.traffictacos.engine.border.RawSeatException
import com.traffictacos.engine.border.RawSection
import com.traffictacos.engine.border.RawWant
import com.traffictacos.engine.border.RawWhich

internal fun Options.raw() = RawConfig(
    relaxedSyncMs = (durability as? Durability.Relaxed)?.syncEvery?.inWholeMilliseconds,
    manualNowMs = timeByHandFrom?.toEpochMilli(),
    fixedEntropy = fixedEntropy,
    idempotencyRequired = idempotencyRequired,
    idempotencyTtlMs = idempotencyTtl?.inWholeMilliseconds,
    idempotencyKeysMax = idempotencyKeysMax?.toLong(),
    reservationsMax = reservationsMax?.toLong(),
    paymentsMax = paymentsMax?.toLong(),
    webhooksMax = webhooksMax?.toLong(),
    notesMax = notesMax?.toLong(),
    retentionMs = retention?.inWholeMilliseconds,
    expiryWarningMs = expiryWarning?.inWholeMilliseconds,
    admissionsPerSecondMax = admissionsPerSecondMax?.toLong(),
    refundLatePayments = refundLatePayments,
    paymentAmountMustMatch = paymentAmountMustMatch,
    paymentTtlMs = paymentTtl?.inWholeMilliseconds,
    paymentTimePermille = paymentTimePermille?.toLong(),
    webhookRetriesMax = webhookRetriesMax?.toLong(),
    logBufferBytes = logBufferBytes,
    updateHistoryBytes = updateHistoryBytes,
    segmentBytes = segmentBytes,
    snapshotEveryBytes = snapshotEveryBytes,
    cutAtDamage = cutAtDamage,
    inFlightMax = inFlightMax.toLong(),
)

// The enums of both sides have the same names in the same order; a test holds that.
internal fun SaleState.raw() = RawSaleState.entries[ordinal]

internal fun ReservationState.raw() = RawReservationState.entries[ordinal]

internal fun PaymentState.raw() = RawPaymentState.entries[ordinal]

internal fun EventSettings.raw() = RawEventSettings(
    name = name,
    currency = currency,
    seatsPerReservationMax = seatsPerReservationMax,
    seatsPerUserMax = seatsPerUserMax,
    holdMs = hold.inWholeMilliseconds,
    holdMsMax = holdMax.inWholeMilliseconds,
    extensionMsMax = extensionMax.inWholeMilliseconds,
    extensionsMax = extensionsMax,
    saleStartsMs = saleStarts?.toEpochMilli(),
    saleEndsMs = saleEnds?.toEpochMilli(),
)

internal fun Section.raw(): RawSection = when (this) {
    is Section.Seated -> RawSection.Seated(name, rows.map { it.raw() })
    is Section.General -> RawSection.General(name, capacity, priceMinor)
}

private fun Row.raw() = RawRow(
    label = label,
    priceMinor = priceMinor,
    accessible = accessible,
    seats = when (seats) {
        is RowSeats.Numbered ->
            RawRowSeats.Numbered(seats.prefix, seats.firstNumber, seats.step, seats.digitsMin, seats.count)
        is RowSeats.Listed -> RawRowSeats.Listed(seats.labels)
    },
    aislesBefore = aislesBefore,
    exceptions = exceptions.map { RawSeatException(it.index, it.priceMinor, it.accessible) },
)

internal fun QueuePolicy.raw() = RawQueuePolicy(
    enabled = enabled,
    admissionsPerMinute = admissionsPerMinute.toLong(),
    burst = burst.toLong(),
    insideMax = insideMax.toLong(),
    waitingMax = waitingMax.toLong(),
    claimWindowMs = claimWindow.inWholeMilliseconds,
    tokenTtlMs = tokenTtl.inWholeMilliseconds,
    inactivityMs = inactivity.inWholeMilliseconds,
    onePlacePerUser = onePlacePerUser,
    room = room?.let { RawPresaleRoom(it.opensAt.toEpochMilli(), it.drawsAt.toEpochMilli()) },
)

private fun Want.raw(): RawWant = when (this) {
    is Want.Seats -> RawWant.Seats(seats)
    is Want.Best -> RawWant.Best(quantity, section, allowSplit, accessible)
}

private fun Which.raw(): RawWhich = when (this) {
    is Which.Id -> RawWhich.Id(id)
    is Which.External -> RawWhich.External(id)
}

private fun Payee.raw(): RawPayee = when (this) {
    is Payee.OfReservation -> RawPayee.Reservation(which.raw())
    is Payee.Unlinked -> RawPayee.Unlinked(id)
}

internal fun Command<*>.raw(): RawRequest = when (this) {
    is CreateEvent -> RawRequest.CreateEvent(event, settings.raw(), sections.map { it.raw() }, queue?.raw(), key)
    is UpdateEvent -> RawRequest.UpdateEvent(event, settings.raw(), key)
    is SetSale -> RawRequest.SetSale(event, state.raw(), key)
    is BlockSeats -> RawRequest.BlockSeats(event, seats, block, key)
    is SetQueuePolicy -> RawRequest.SetQueuePolicy(event, policy.raw(), key)
    is PauseQueue -> RawRequest.PauseQueue(event, paused, key)
    is DrawRoom -> RawRequest.DrawRoom(event, key)
    is JoinQueue -> RawRequest.JoinQueue(event, session, user)
    is LeaveQueue -> RawRequest.LeaveQueue(token)
    is RequestAdmission -> RawRequest.RequestAdmission(token, event, user)
    is Reserve ->
        RawRequest.Reserve(event, user, want.raw(), token, trusted, external, holdUntil?.toEpochMilli(), key)
    is Confirm -> RawRequest.Confirm(which.raw(), user, payment, exactly, key)
    is Release -> RawRequest.Release(which.raw(), user, seats, key)
    is Extend -> RawRequest.Extend(which.raw(), user, by.inWholeMilliseconds, key)
    is Expire -> RawRequest.Expire(which.raw())
    is CreatePayment -> raw()
    is ProcessPayment -> RawRequest.ProcessPayment(payment, user, key)
    is CancelPayment -> RawRequest.CancelPayment(payment, user, refundMinor, key)
    is ReportPayment -> RawRequest.ReportPayment(payment, completed, key)
    is ReportWebhook -> RawRequest.ReportWebhook(webhook, delivered)
    is ReplayWebhook -> RawRequest.ReplayWebhook(webhook)
    is Note -> RawRequest.Note(name, value?.toByteArray(), key)
    is ReadReservation -> RawRequest.ReadReservation(which.raw(), user)
    is ReadReservations -> RawRequest.ReadReservations(user, state?.raw(), event, after?.raw(), most)
    is ReadPayment -> RawRequest.ReadPayment(payment, user)
    is ReadPayments -> RawRequest.ReadPayments(user, state?.raw(), reservation, after?.raw(), most)
}

private fun CreatePayment.raw() = RawRequest.CreatePayment(
    payee.raw(),
    user,
    amountMinor,
    currency,
    RawPaymentMethod.entries[method.ordinal],
    RawScenario.entries[scenario.ordinal],
    webhookUrl,
    attachment.toByteArray(),
    key,
)

private fun Cursor.raw() = bytes.toByteArray()
