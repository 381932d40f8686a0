// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
// Answers and views out of messages of the stream.
package com.traffictacos.engine.remote

import com.traffic_tacos.command.v1.Admitted as WireAdmitted
import com.traffic_tacos.command.v1.Answer as WireAnswer
import com.traffic_tacos.command.v1.Confirmed as WireConfirmed
import com.traffic_tacos.command.v1.Counts as WireCounts
import com.traffic_tacos.command.v1.Done as WireDone
import com.traffic_tacos.command.v1.DrawView as WireDrawView
import com.traffic_tacos.command.v1.EventChanged as WireEventChanged
import com.traffic_tacos.command.v1.EventSettings as WireEventSettings
import com.traffic_tacos.command.v1.EventView as WireEventView
import com.traffic_tacos.command.v1.Extended as WireExtended
import com.traffic_tacos.command.v1.Joined as WireJoined
import com.traffic_tacos.command.v1.PaymentChanged as WirePaymentChanged
import com.traffic_tacos.command.v1.PaymentView as WirePaymentView
import com.traffic_tacos.command.v1.PaymentViewPage as WirePaymentViewPage
import com.traffic_tacos.command.v1.PlaceView as WirePlaceView
import com.traffic_tacos.command.v1.PresaleRoom as WirePresaleRoom
import com.traffic_tacos.command.v1.QueuePlace as WireQueuePlace
import com.traffic_tacos.command.v1.QueuePolicy as WireQueuePolicy
import com.traffic_tacos.command.v1.QueueView as WireQueueView
import com.traffic_tacos.command.v1.Released as WireReleased
import com.traffic_tacos.command.v1.ReservationView as WireReservationView
import com.traffic_tacos.command.v1.ReservationViewPage as WireReservationViewPage
import com.traffic_tacos.command.v1.Reserved as WireReserved
import com.traffic_tacos.command.v1.SeatView as WireSeatView
import com.traffic_tacos.command.v1.SectionView as WireSectionView
import com.traffic_tacos.command.v1.Status as WireStatus
import com.traffic_tacos.command.v1.WebhookView as WireWebhookView
import com.traffictacos.engine.*
import java.time.Instant
import kotlin.time.Duration.Companion.milliseconds

/** What a command answers; throws if it is none. */
internal fun WireAnswer.face(): Answer = when (outcomeCase) {
    WireAnswer.OutcomeCase.REFUSED -> refused.face()
    WireAnswer.OutcomeCase.EVENT_CHANGED -> eventChanged.face()
    WireAnswer.OutcomeCase.RESERVED -> reserved.face()
    WireAnswer.OutcomeCase.EXTENDED -> extended.face()
    WireAnswer.OutcomeCase.RELEASED -> released.face()
    WireAnswer.OutcomeCase.CONFIRMED -> confirmed.face()
    WireAnswer.OutcomeCase.PAYMENT_CHANGED -> paymentChanged.face()
    WireAnswer.OutcomeCase.JOINED -> joined.face()
    WireAnswer.OutcomeCase.ADMITTED -> admitted.face()
    WireAnswer.OutcomeCase.DONE -> done.face()
    WireAnswer.OutcomeCase.RESERVATION -> reservation.face()
    WireAnswer.OutcomeCase.RESERVATIONS -> reservations.face()
    WireAnswer.OutcomeCase.PAYMENT -> payment.face()
    WireAnswer.OutcomeCase.PAYMENTS -> payments.face()
    else -> throw unexpected(this)
}

internal fun WireReservationViewPage.face() =
    ReservationPage(itemsList.map { it.face() }, if (hasNext()) Cursor(next.face()) else null)

internal fun WirePaymentViewPage.face() =
    PaymentPage(itemsList.map { it.face() }, if (hasNext()) Cursor(next.face()) else null)

internal fun WireEventChanged.face() = EventChanged(
    at = Instant.ofEpochMilli(atUnixMs),
)

internal fun WireReserved.face() = Reserved(
    id = id,
    hold = hold,
    event = event,
    places = placesList.map { it.face() },
    totalMinor = totalMinor,
    expiresAt = Instant.ofEpochMilli(expiresAtUnixMs),
)

internal fun WireExtended.face() = Extended(
    id = id,
    expiresAt = Instant.ofEpochMilli(expiresAtUnixMs),
    extendedMillis = extendedMs,
)

internal fun WireReleased.face() = Released(
    id = id,
    event = event,
    state = state.face(),
    places = placesList.map { it.face() },
    at = Instant.ofEpochMilli(atUnixMs),
)

internal fun WireConfirmed.face() = Confirmed(
    id = id,
    order = order,
    event = event,
    places = placesList.map { it.face() },
    totalMinor = totalMinor,
    at = Instant.ofEpochMilli(atUnixMs),
)

internal fun WirePaymentChanged.face() = PaymentChanged(
    id = id,
    transaction = transaction,
    state = state.face(),
    at = Instant.ofEpochMilli(atUnixMs),
    expiresAt = Instant.ofEpochMilli(expiresAtUnixMs),
    refundedMinor = refundedMinor,
    refundNumber = refundNumber,
    effect = effect.face(),
)

internal fun WireJoined.face() = Joined(
    token = token,
    place = place.face(),
    again = again,
)

internal fun WireAdmitted.face() = Admitted(
    token = token,
    validUntil = Instant.ofEpochMilli(validUntilUnixMs),
)

internal fun WireDone.face() = Done(
    at = Instant.ofEpochMilli(atUnixMs),
)

internal fun WireEventSettings.face() = EventSettings(
    name = name,
    currency = currency,
    seatsPerReservationMax = seatsPerReservationMax,
    seatsPerUserMax = if (hasSeatsPerUserMax()) seatsPerUserMax else null,
    hold = holdMs.milliseconds,
    holdMax = holdMaxMs.milliseconds,
    extensionMax = extensionMaxMs.milliseconds,
    extensionsMax = extensionsMax,
    saleStarts = if (hasSaleStartsUnixMs()) Instant.ofEpochMilli(saleStartsUnixMs) else null,
    saleEnds = if (hasSaleEndsUnixMs()) Instant.ofEpochMilli(saleEndsUnixMs) else null,
)

internal fun WireQueuePolicy.face() = QueuePolicy(
    enabled = enabled,
    admissionsPerMinute = admissionsPerMinute,
    burst = burst,
    insideMax = insideMax,
    waitingMax = waitingMax,
    claimWindow = claimWindowMs.milliseconds,
    tokenTtl = tokenTtlMs.milliseconds,
    inactivity = inactivityMs.milliseconds,
    onePlacePerUser = onePlacePerUser,
    room = if (hasRoom()) room.face() else null,
)

internal fun WirePresaleRoom.face() = PresaleRoom(
    opensAt = Instant.ofEpochMilli(opensAtUnixMs),
    drawsAt = Instant.ofEpochMilli(drawsAtUnixMs),
)

internal fun WireCounts.face() = Counts(
    available = available,
    reserved = reserved,
    sold = sold,
    blocked = blocked,
    total = total,
)

internal fun WirePlaceView.face() = Place(
    id = id,
    section = section,
    row = row,
    number = number,
    priceMinor = priceMinor,
    count = count,
)

internal fun WireSeatView.face() = Seat(
    place = place.face(),
    state = state.face(),
)

internal fun WireSectionView.face() = SectionView(
    name = name,
    standing = standing,
    counts = counts.face(),
    priceMinMinor = priceMinMinor,
    priceMaxMinor = priceMaxMinor,
)

internal fun WireEventView.face() = Event(
    id = id,
    settings = settings.face(),
    sale = sale.face(),
    counts = counts.face(),
    hasQueue = hasQueue,
)

internal fun WireReservationView.face() = Reservation(
    id = id,
    hold = hold,
    order = if (hasOrder()) order else null,
    external = if (hasExternal()) external else null,
    event = event,
    user = user,
    state = state.face(),
    places = placesList.map { it.face() },
    totalMinor = totalMinor,
    currency = currency,
    createdAt = Instant.ofEpochMilli(createdAtUnixMs),
    changedAt = Instant.ofEpochMilli(changedAtUnixMs),
    expiresAt = Instant.ofEpochMilli(expiresAtUnixMs),
    extensions = extensions,
    payment = if (hasPayment()) payment else null,
)

internal fun WirePaymentView.face() = Payment(
    id = id,
    state = state.face(),
    reservation = if (hasReservation()) reservation else null,
    unlinked = if (hasUnlinked()) unlinked else null,
    user = user,
    amountMinor = amountMinor,
    currency = currency,
    refundedMinor = refundedMinor,
    refunds = refunds,
    method = method.face(),
    scenario = scenario.face(),
    effect = effect.face(),
    createdAt = Instant.ofEpochMilli(createdAtUnixMs),
    changedAt = Instant.ofEpochMilli(changedAtUnixMs),
    processedAt = if (hasProcessedAtUnixMs()) Instant.ofEpochMilli(processedAtUnixMs) else null,
    expiresAt = Instant.ofEpochMilli(expiresAtUnixMs),
    webhookUrl = if (hasWebhookUrl()) webhookUrl else null,
    attachment = attachment.face(),
)

internal fun WireQueuePlace.face() = QueuePlace(
    state = state.face(),
    position = position,
    eta = if (hasEtaMs()) etaMs.milliseconds else null,
    expiresAt = if (hasExpiresAtUnixMs()) Instant.ofEpochMilli(expiresAtUnixMs) else null,
)

internal fun WireQueueView.face() = QueueFigures(
    waiting = waiting,
    ready = ready,
    inside = inside,
    admittedTotal = admittedTotal,
    expiredTotal = expiredTotal,
    leftTotal = leftTotal,
    admittedPerMinute = admittedPerMinute,
    averageWait = averageWaitMs.milliseconds,
    paused = paused,
)

internal fun WireDrawView.face() = Draw(
    commitment = commitment.face(),
    seed = if (hasSeed()) seed.face() else null,
)

internal fun WireWebhookView.face() = Webhook(
    id = id,
    payment = payment,
    tells = tells.face(),
    createdAt = Instant.ofEpochMilli(createdAtUnixMs),
    attempts = attempts,
    nextAt = if (hasNextAtUnixMs()) Instant.ofEpochMilli(nextAtUnixMs) else null,
    order = order,
)

internal fun WireStatus.face() = Status(
    written = written,
    durable = durable,
    snapshot = snapshot,
    poisoned = if (hasPoisoned()) poisoned else null,
    diskFull = diskFull,
    events = events,
    reservationSlots = reservationSlots,
    paymentSlots = paymentSlots,
    users = users,
    idempotencyKeys = idempotencyKeys,
    webhooksWaiting = webhooksWaiting,
    webhooksDead = webhooksDead,
    timers = timers,
    commands = commands,
    refusals = refusals,
    groups = groups,
    fired = fired,
    memoryBytes = memoryBytes,
)
