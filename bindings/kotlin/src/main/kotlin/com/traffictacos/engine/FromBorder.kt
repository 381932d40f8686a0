// From the types of the border to those of the face.
package com.traffictacos.engine

import com.traffictacos.engine.border.RawAnswer
import com.traffictacos.engine.border.RawCounts
import com.traffictacos.engine.border.RawEvent
import com.traffictacos.engine.border.RawEventSettings
import com.traffictacos.engine.border.RawPage
import com.traffictacos.engine.border.RawPayment
import com.traffictacos.engine.border.RawPaymentState
import com.traffictacos.engine.border.RawPlace
import com.traffictacos.engine.border.RawPlaceChanged
import com.traffictacos.engine.border.RawQueue
import com.traffictacos.engine.border.RawQueuePlace
import com.traffictacos.engine.border.RawQueuePolicy
import com.traffictacos.engine.border.RawRefusal
import com.traffictacos.engine.border.RawReservation
import com.traffictacos.engine.border.RawReservationState
import com.traffictacos.engine.border.RawReservationUpdate
import com.traffictacos.engine.border.RawSaleState
import com.traffictacos.engine.border.RawSeat
import com.traffictacos.engine.border.RawSeatState
import com.traffictacos.engine.border.RawSectionView
import com.traffictacos.engine.border.RawStatus
import com.traffictacos.engine.border.RawUpdate
import com.traffictacos.engine.border.RawWebhook
import com.traffictacos.engine.border.RawWhat
import java.time.Instant
import kotlin.time.Duration.Companion.milliseconds

internal fun moment(unixMs: Long): Instant = Instant.ofEpochMilli(unixMs)

/** The answer to a command; or throws if there is none. */
internal fun RawAnswer.toAnswer(): Answer = when (this) {
    is RawAnswer.Refused -> Refused(refusal.toRefusal(text, transient), code)
    is RawAnswer.EventChanged -> EventChanged(moment(atMs))
    is RawAnswer.Reserved -> Reserved(id, hold, event, places.toPlaces(), totalMinor, moment(expiresAtMs))
    is RawAnswer.Extended -> Extended(id, moment(expiresAtMs), extendedMs)
    is RawAnswer.Released -> Released(id, event, state.toState(), places.toPlaces(), moment(atMs))
    is RawAnswer.Confirmed -> Confirmed(id, order, event, places.toPlaces(), totalMinor, moment(atMs))
    is RawAnswer.PaymentChanged -> PaymentChanged(
        id,
        transaction,
        state.toState(),
        moment(atMs),
        moment(expiresAtMs),
        refundedMinor,
        refundNumber,
        Effect.entries[effect.ordinal],
    )
    is RawAnswer.Joined -> Joined(token, place.toPlace(), again)
    is RawAnswer.Admitted -> Admitted(token, moment(validUntilMs))
    is RawAnswer.Done -> Done(moment(atMs))
    is RawAnswer.Reservation -> view.toReservation()
    is RawAnswer.Reservations -> ReservationPage(views.map { it.toReservation() }, page.toCursor())
    is RawAnswer.Payment -> view.toPayment()
    is RawAnswer.Payments -> PaymentPage(views.map { it.toPayment() }, page.toCursor())
    is RawAnswer.QueuePlace -> place.toPlace()
    else -> throw broken()
}

/** The exception that an answer stands for which is none. */
internal fun RawAnswer.broken(): EngineException = when (this) {
    is RawAnswer.Closed -> EngineClosedException()
    is RawAnswer.Poisoned ->
        JournalFailedException("the journal failed and takes no more writes (reopen the data folder): $cause")
    is RawAnswer.Panicked -> EngineBugException("the engine panicked; a write was made all the same")
    is RawAnswer.Refused -> RefusedException(refusal.toRefusal(text, transient), code)
    else -> EngineBugException("an answer of another kind: ${this::class.simpleName}")
}

private fun RawPage.toCursor() = next?.let { Cursor(Bytes.of(it)) }

internal fun RawSaleState.toState() = SaleState.entries[ordinal]

internal fun RawReservationState.toState() = ReservationState.entries[ordinal]

internal fun RawPaymentState.toState() = PaymentState.entries[ordinal]

internal fun RawSeatState.toState() = SeatState.entries[ordinal]

private fun List<RawPlace>.toPlaces() = map { it.toPlace() }

internal fun RawPlace.toPlace() = Place(id, section, row, number, priceMinor, count)

internal fun RawSeat.toSeat() = Seat(place.toPlace(), state.toState())

internal fun RawCounts.toCounts() = Counts(available, reserved, sold, blocked, total)

internal fun RawSectionView.toSection() =
    SectionView(name, standing, counts.toCounts(), priceMinMinor, priceMaxMinor)

internal fun RawEvent.toEvent() = Event(id, settings.toSettings(), sale.toState(), counts.toCounts(), hasQueue)

private fun RawEventSettings.toSettings() = EventSettings(
    name = name,
    currency = currency,
    seatsPerReservationMax = seatsPerReservationMax,
    seatsPerUserMax = seatsPerUserMax,
    hold = holdMs.milliseconds,
    holdMax = holdMsMax.milliseconds,
    extensionMax = extensionMsMax.milliseconds,
    extensionsMax = extensionsMax,
    saleStarts = saleStartsMs?.let(::moment),
    saleEnds = saleEndsMs?.let(::moment),
)

private fun RawReservation.toReservation() = Reservation(
    id = id,
    hold = hold,
    order = order,
    external = external,
    event = event,
    user = user,
    state = state.toState(),
    places = places.toPlaces(),
    totalMinor = totalMinor,
    currency = currency,
    createdAt = moment(createdAtMs),
    changedAt = moment(changedAtMs),
    expiresAt = moment(expiresAtMs),
    extensions = extensions,
    payment = payment,
)

private fun RawPayment.toPayment() = Payment(
    id = id,
    state = state.toState(),
    reservation = reservation,
    unlinked = unlinked,
    user = user,
    amountMinor = amountMinor,
    currency = currency,
    refundedMinor = refundedMinor,
    refunds = refunds,
    method = PaymentMethod.entries[method.ordinal],
    scenario = Scenario.entries[scenario.ordinal],
    effect = Effect.entries[effect.ordinal],
    createdAt = moment(createdAtMs),
    changedAt = moment(changedAtMs),
    processedAt = processedAtMs?.let(::moment),
    expiresAt = moment(expiresAtMs),
    webhookUrl = webhookUrl,
    attachment = Bytes.of(attachment),
)

internal fun RawQueuePlace.toPlace() =
    QueuePlace(QueueState.entries[state.ordinal], position, etaMs?.milliseconds, expiresAtMs?.let(::moment))

internal fun RawQueue.toFigures() = QueueFigures(
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

internal fun RawQueuePolicy.toPolicy() = QueuePolicy(
    enabled = enabled,
    admissionsPerMinute = admissionsPerMinute.toInt(),
    burst = burst.toInt(),
    insideMax = insideMax.toInt(),
    waitingMax = waitingMax.toInt(),
    claimWindow = claimWindowMs.milliseconds,
    tokenTtl = tokenTtlMs.milliseconds,
    inactivity = inactivityMs.milliseconds,
    onePlacePerUser = onePlacePerUser,
    room = room?.let { PresaleRoom(moment(it.opensAtMs), moment(it.drawsAtMs)) },
)

internal fun RawWebhook.toWebhook() =
    Webhook(id, payment, tells.toState(), moment(createdAtMs), attempts, nextAtMs?.let(::moment), order)

internal fun RawStatus.toStatus() = Status(
    written = written,
    durable = durable,
    snapshot = snapshot,
    poisoned = poisoned,
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

internal fun RawUpdate.toUpdate() = Update(position, moment(atMs), event, what.toWhat())

private fun RawPlaceChanged.toChange() = PlaceChange(place.toPlace(), state.toState(), version)

private fun RawReservationUpdate.toChange() = ReservationChange(
    id,
    user,
    from?.toState(),
    state.toState(),
    expiresAtMs?.let(::moment),
    places.map { it.toChange() },
)

private fun RawWhat.toWhat(): What = when (this) {
    RawWhat.EventCreated -> What.EventCreated
    RawWhat.EventChanged -> What.EventChanged
    is RawWhat.Sale -> What.Sale(state.toState())
    is RawWhat.QueuePaused -> What.QueuePaused(paused)
    is RawWhat.RoomDrawn -> What.RoomDrawn(Bytes.of(seed))
    is RawWhat.Seats -> What.Seats(places.map { it.toChange() })
    is RawWhat.Reservation -> What.ReservationChanged(update.toChange())
    is RawWhat.HoldExpiring -> What.HoldExpiring(id, user, moment(expiresAtMs))
    is RawWhat.Payment ->
        What.PaymentChanged(id, user, state.toState(), Effect.entries[effect.ordinal], refundedMinor, reservation?.toChange())
    is RawWhat.Webhook -> What.WebhookChanged(id)
    is RawWhat.Joined -> What.Joined(token)
    is RawWhat.Left -> What.Left(token)
    is RawWhat.Ready -> What.Ready(tokens, moment(untilMs))
    is RawWhat.Admitted -> What.Admitted(token, reservationToken)
    is RawWhat.TicketsExpired -> What.PlacesExpired(tokens)
    is RawWhat.Note -> What.NoteChanged(name)
    RawWhat.Newer -> What.Newer
}

internal fun RawRefusal.toRefusal(text: String, transient: Boolean): Refusal = when (this) {
    is RawRefusal.Invalid -> Refusal.Invalid(problems.map { Problem(it.field, it.reason, it.value) }, text)
    RawRefusal.IdempotencyRequired -> Refusal.IdempotencyRequired(text)
    RawRefusal.IdempotencyConflict -> Refusal.IdempotencyConflict(text)
    RawRefusal.UnknownEvent -> Refusal.UnknownEvent(text)
    RawRefusal.EventExists -> Refusal.EventExists(text)
    is RawRefusal.UnknownSeats -> Refusal.UnknownSeats(seats, text)
    is RawRefusal.UnknownSection -> Refusal.UnknownSection(section, text)
    RawRefusal.UnknownReservation -> Refusal.UnknownReservation(text)
    RawRefusal.UnknownPayment -> Refusal.UnknownPayment(text)
    RawRefusal.UnknownWebhook -> Refusal.UnknownWebhook(text)
    RawRefusal.UnknownToken -> Refusal.UnknownToken(text)
    RawRefusal.TokenExpired -> Refusal.TokenExpired(text)
    is RawRefusal.SaleNotOpen -> Refusal.SaleNotOpen(state.toState(), text)
    RawRefusal.AlreadyWaiting -> Refusal.AlreadyWaiting(text)
    RawRefusal.LeftLine -> Refusal.LeftLine(text)
    RawRefusal.NoWaitingLine -> Refusal.NoWaitingLine(text)
    RawRefusal.NotYet -> Refusal.NotYet(text)
    RawRefusal.AdmissionPaused -> Refusal.AdmissionPaused(text)
    is RawRefusal.SeatsTaken -> Refusal.SeatsTaken(seats, text)
    is RawRefusal.Insufficient -> Refusal.Insufficient(wanted, available, text)
    is RawRefusal.NotAdjacent -> Refusal.NotAdjacent(wanted, text)
    is RawRefusal.QuotaExceeded -> Refusal.QuotaExceeded(seatsMax, seats, text)
    RawRefusal.Forbidden -> Refusal.Forbidden(text)
    RawRefusal.ReservationExpired -> Refusal.ReservationExpired(text)
    is RawRefusal.ReservationIs -> Refusal.ReservationIs(state.toState(), text)
    is RawRefusal.PaymentIs -> Refusal.PaymentIs(state.toState(), text)
    is RawRefusal.PaymentNotApproved ->
        Refusal.PaymentNotApproved(PaymentDoubt.entries[doubt.ordinal], state?.toState(), text)
    RawRefusal.PaymentExists -> Refusal.PaymentExists(text)
    is RawRefusal.ExtensionRefused ->
        Refusal.ExtensionRefused(ExtensionDoubt.entries[doubt.ordinal], extensionMsMax?.milliseconds, text)
    is RawRefusal.RefundTooLarge -> Refusal.RefundTooLarge(leftMinor, text)
    RawRefusal.SeatsDiffer -> Refusal.SeatsDiffer(text)
    RawRefusal.ExternalExists -> Refusal.ExternalExists(text)
    is RawRefusal.NotDue -> Refusal.NotDue(moment(atMs), text)
    is RawRefusal.AtCapacity ->
        Refusal.AtCapacity(Bound.entries[bound.ordinal], retryAfterMs?.milliseconds, text, transient)
    is RawRefusal.Newer -> Refusal.Newer(text, transient)
}
