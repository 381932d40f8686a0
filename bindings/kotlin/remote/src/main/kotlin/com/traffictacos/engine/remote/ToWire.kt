// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
// Commands, and what they carry, as messages of the stream.
package com.traffictacos.engine.remote

import com.traffic_tacos.command.v1.Best as WireBest
import com.traffic_tacos.command.v1.BlockSeats as WireBlockSeats
import com.traffic_tacos.command.v1.Call as WireCall
import com.traffic_tacos.command.v1.CancelPayment as WireCancelPayment
import com.traffic_tacos.command.v1.Confirm as WireConfirm
import com.traffic_tacos.command.v1.CreateEvent as WireCreateEvent
import com.traffic_tacos.command.v1.CreatePayment as WireCreatePayment
import com.traffic_tacos.command.v1.DrawRoom as WireDrawRoom
import com.traffic_tacos.command.v1.EventSettings as WireEventSettings
import com.traffic_tacos.command.v1.Expire as WireExpire
import com.traffic_tacos.command.v1.Extend as WireExtend
import com.traffic_tacos.command.v1.JoinQueue as WireJoinQueue
import com.traffic_tacos.command.v1.LeaveQueue as WireLeaveQueue
import com.traffic_tacos.command.v1.Note as WireNote
import com.traffic_tacos.command.v1.NumberedSeats as WireNumberedSeats
import com.traffic_tacos.command.v1.PauseQueue as WirePauseQueue
import com.traffic_tacos.command.v1.Payee as WirePayee
import com.traffic_tacos.command.v1.PaymentOutcome as WirePaymentOutcome
import com.traffic_tacos.command.v1.PresaleRoom as WirePresaleRoom
import com.traffic_tacos.command.v1.ProcessPayment as WireProcessPayment
import com.traffic_tacos.command.v1.QueuePolicy as WireQueuePolicy
import com.traffic_tacos.command.v1.ReadPayment as WireReadPayment
import com.traffic_tacos.command.v1.ReadPayments as WireReadPayments
import com.traffic_tacos.command.v1.ReadReservation as WireReadReservation
import com.traffic_tacos.command.v1.ReadReservations as WireReadReservations
import com.traffic_tacos.command.v1.Release as WireRelease
import com.traffic_tacos.command.v1.ReplayWebhook as WireReplayWebhook
import com.traffic_tacos.command.v1.ReportPayment as WireReportPayment
import com.traffic_tacos.command.v1.ReportWebhook as WireReportWebhook
import com.traffic_tacos.command.v1.RequestAdmission as WireRequestAdmission
import com.traffic_tacos.command.v1.ReservationRef as WireReservationRef
import com.traffic_tacos.command.v1.Reserve as WireReserve
import com.traffic_tacos.command.v1.Row as WireRow
import com.traffic_tacos.command.v1.SeatException as WireSeatException
import com.traffic_tacos.command.v1.SeatMap as WireSeatMap
import com.traffic_tacos.command.v1.SeatNames as WireSeatNames
import com.traffic_tacos.command.v1.SeatRequest as WireSeatRequest
import com.traffic_tacos.command.v1.Section as WireSection
import com.traffic_tacos.command.v1.SetQueuePolicy as WireSetQueuePolicy
import com.traffic_tacos.command.v1.SetSale as WireSetSale
import com.traffic_tacos.command.v1.UpdateEvent as WireUpdateEvent
import com.traffictacos.engine.*

/** Says what is asked. Throws [NotSaid] if it cannot be. */
internal fun WireCall.Builder.put(command: Command<*>): WireCall.Builder = when (command) {
    is CreateEvent -> setCreateEvent(command.wire())
    is UpdateEvent -> setUpdateEvent(command.wire())
    is SetSale -> setSetSale(command.wire())
    is BlockSeats -> setBlockSeats(command.wire())
    is SetQueuePolicy -> setSetQueuePolicy(command.wire())
    is PauseQueue -> setPauseQueue(command.wire())
    is DrawRoom -> setDrawRoom(command.wire())
    is JoinQueue -> setJoinQueue(command.wire())
    is LeaveQueue -> setLeaveQueue(command.wire())
    is RequestAdmission -> setRequestAdmission(command.wire())
    is Reserve -> setReserve(command.wire())
    is Confirm -> setConfirm(command.wire())
    is Release -> setRelease(command.wire())
    is Extend -> setExtend(command.wire())
    is Expire -> setExpire(command.wire())
    is CreatePayment -> setCreatePayment(command.wire())
    is ProcessPayment -> setProcessPayment(command.wire())
    is CancelPayment -> setCancelPayment(command.wire())
    is ReportPayment -> setReportPayment(command.wire())
    is ReportWebhook -> setReportWebhook(command.wire())
    is ReplayWebhook -> setReplayWebhook(command.wire())
    is Note -> setNote(command.wire())
    is ReadReservation -> setReadReservation(command.wire())
    is ReadReservations -> setReadReservations(command.wire())
    is ReadPayment -> setReadPayment(command.wire())
    is ReadPayments -> setReadPayments(command.wire())
}

/** True if asking twice does what asking once does: it is asked again after a lost connection. */
internal val Command<*>.isRead: Boolean
    get() = when (this) {
        is ReadReservation, is ReadReservations, is ReadPayment, is ReadPayments -> true
        else -> false
    }

internal fun CreateEvent.wire(): WireCreateEvent {
    val out = WireCreateEvent.newBuilder()
    out.setEvent(text(event))
    out.setSettings(settings.wire())
    out.setSeats(seatMap(sections))
    queue?.let { out.setQueue(it.wire()) }
    key?.let { out.setKey(text(it)) }
    return out.build()
}

internal fun UpdateEvent.wire(): WireUpdateEvent {
    val out = WireUpdateEvent.newBuilder()
    out.setEvent(text(event))
    out.setSettings(settings.wire())
    key?.let { out.setKey(text(it)) }
    return out.build()
}

internal fun SetSale.wire(): WireSetSale {
    val out = WireSetSale.newBuilder()
    out.setEvent(text(event))
    out.setState(state.wire())
    key?.let { out.setKey(text(it)) }
    return out.build()
}

internal fun BlockSeats.wire(): WireBlockSeats {
    val out = WireBlockSeats.newBuilder()
    out.setEvent(text(event))
    out.addAllSeats(seats.map(::text))
    out.setBlock(block)
    key?.let { out.setKey(text(it)) }
    return out.build()
}

internal fun SetQueuePolicy.wire(): WireSetQueuePolicy {
    val out = WireSetQueuePolicy.newBuilder()
    out.setEvent(text(event))
    out.setPolicy(policy.wire())
    key?.let { out.setKey(text(it)) }
    return out.build()
}

internal fun PauseQueue.wire(): WirePauseQueue {
    val out = WirePauseQueue.newBuilder()
    out.setEvent(text(event))
    out.setPaused(paused)
    key?.let { out.setKey(text(it)) }
    return out.build()
}

internal fun DrawRoom.wire(): WireDrawRoom {
    val out = WireDrawRoom.newBuilder()
    out.setEvent(text(event))
    key?.let { out.setKey(text(it)) }
    return out.build()
}

internal fun JoinQueue.wire(): WireJoinQueue {
    val out = WireJoinQueue.newBuilder()
    out.setEvent(text(event))
    session?.let { out.setSession(text(it)) }
    user?.let { out.setUser(text(it)) }
    return out.build()
}

internal fun LeaveQueue.wire(): WireLeaveQueue {
    val out = WireLeaveQueue.newBuilder()
    out.setToken(text(token))
    return out.build()
}

internal fun RequestAdmission.wire(): WireRequestAdmission {
    val out = WireRequestAdmission.newBuilder()
    out.setToken(text(token))
    event?.let { out.setEvent(text(it)) }
    user?.let { out.setUser(text(it)) }
    return out.build()
}

internal fun Reserve.wire(): WireReserve {
    val out = WireReserve.newBuilder()
    out.setEvent(text(event))
    out.setUser(text(user))
    out.setWant(want.wire())
    token?.let { out.setToken(text(it)) }
    out.setTrusted(trusted)
    external?.let { out.setExternal(text(it)) }
    holdUntil?.let { out.setHoldUntilUnixMs(it.toEpochMilli()) }
    key?.let { out.setKey(text(it)) }
    return out.build()
}

internal fun Confirm.wire(): WireConfirm {
    val out = WireConfirm.newBuilder()
    out.setWhich(which.wire())
    user?.let { out.setUser(text(it)) }
    payment?.let { out.setPayment(text(it)) }
    exactly?.let { out.setExactly(names(it)) }
    totalMinor?.let { out.setTotalMinor(it) }
    key?.let { out.setKey(text(it)) }
    return out.build()
}

internal fun Release.wire(): WireRelease {
    val out = WireRelease.newBuilder()
    out.setWhich(which.wire())
    user?.let { out.setUser(text(it)) }
    out.addAllSeats(seats.map(::text))
    key?.let { out.setKey(text(it)) }
    return out.build()
}

internal fun Extend.wire(): WireExtend {
    val out = WireExtend.newBuilder()
    out.setWhich(which.wire())
    user?.let { out.setUser(text(it)) }
    out.setByMs(by.inWholeMilliseconds)
    expiresAt?.let { out.setExpiresAtUnixMs(it.toEpochMilli()) }
    key?.let { out.setKey(text(it)) }
    return out.build()
}

internal fun Expire.wire(): WireExpire {
    val out = WireExpire.newBuilder()
    out.setWhich(which.wire())
    return out.build()
}

internal fun CreatePayment.wire(): WireCreatePayment {
    val out = WireCreatePayment.newBuilder()
    out.setPayee(payee.wire())
    out.setUser(text(user))
    out.setAmountMinor(amountMinor)
    out.setCurrency(text(currency))
    out.setMethod(method.wire())
    out.setScenario(scenario.wire())
    webhookUrl?.let { out.setWebhookUrl(text(it)) }
    out.setAttachment(attachment.wire())
    key?.let { out.setKey(text(it)) }
    return out.build()
}

internal fun ProcessPayment.wire(): WireProcessPayment {
    val out = WireProcessPayment.newBuilder()
    out.setPayment(text(payment))
    user?.let { out.setUser(text(it)) }
    key?.let { out.setKey(text(it)) }
    return out.build()
}

internal fun CancelPayment.wire(): WireCancelPayment {
    val out = WireCancelPayment.newBuilder()
    out.setPayment(text(payment))
    user?.let { out.setUser(text(it)) }
    refundMinor?.let { out.setRefundMinor(it) }
    key?.let { out.setKey(text(it)) }
    return out.build()
}

internal fun ReportPayment.wire(): WireReportPayment {
    val out = WireReportPayment.newBuilder()
    out.setPayment(text(payment))
    out.setOutcome(outcome(completed))
    key?.let { out.setKey(text(it)) }
    return out.build()
}

internal fun ReportWebhook.wire(): WireReportWebhook {
    val out = WireReportWebhook.newBuilder()
    out.setWebhook(text(webhook))
    out.setDelivered(delivered)
    return out.build()
}

internal fun ReplayWebhook.wire(): WireReplayWebhook {
    val out = WireReplayWebhook.newBuilder()
    out.setWebhook(text(webhook))
    return out.build()
}

internal fun Note.wire(): WireNote {
    val out = WireNote.newBuilder()
    out.setName(text(name))
    value?.let { out.setValue(it.wire()) }
    key?.let { out.setKey(text(it)) }
    return out.build()
}

internal fun ReadReservation.wire(): WireReadReservation {
    val out = WireReadReservation.newBuilder()
    out.setWhich(which.wire())
    user?.let { out.setUser(text(it)) }
    return out.build()
}

internal fun ReadReservations.wire(): WireReadReservations {
    val out = WireReadReservations.newBuilder()
    out.setUser(text(user))
    state?.let { out.setState(it.wire()) }
    event?.let { out.setEvent(text(it)) }
    after?.let { out.setAfter(it.bytes.wire()) }
    out.setMost(count(most, "most"))
    return out.build()
}

internal fun ReadPayment.wire(): WireReadPayment {
    val out = WireReadPayment.newBuilder()
    out.setPayment(text(payment))
    user?.let { out.setUser(text(it)) }
    return out.build()
}

internal fun ReadPayments.wire(): WireReadPayments {
    val out = WireReadPayments.newBuilder()
    out.setUser(text(user))
    state?.let { out.setState(it.wire()) }
    reservation?.let { out.setReservation(text(it)) }
    after?.let { out.setAfter(it.bytes.wire()) }
    out.setMost(count(most, "most"))
    return out.build()
}

internal fun EventSettings.wire(): WireEventSettings {
    val out = WireEventSettings.newBuilder()
    out.setName(text(name))
    out.setCurrency(text(currency))
    out.setSeatsPerReservationMax(count(seatsPerReservationMax, "settings.seats_per_reservation_max"))
    seatsPerUserMax?.let { out.setSeatsPerUserMax(count(it, "settings.seats_per_user_max")) }
    out.setHoldMs(hold.inWholeMilliseconds)
    out.setHoldMaxMs(holdMax.inWholeMilliseconds)
    out.setExtensionMaxMs(extensionMax.inWholeMilliseconds)
    out.setExtensionsMax(count(extensionsMax, "settings.extensions_max"))
    saleStarts?.let { out.setSaleStartsUnixMs(it.toEpochMilli()) }
    saleEnds?.let { out.setSaleEndsUnixMs(it.toEpochMilli()) }
    return out.build()
}

internal fun QueuePolicy.wire(): WireQueuePolicy {
    val out = WireQueuePolicy.newBuilder()
    out.setEnabled(enabled)
    out.setAdmissionsPerMinute(count(admissionsPerMinute, "admissions_per_minute"))
    out.setBurst(count(burst, "burst"))
    out.setInsideMax(count(insideMax, "inside_max"))
    out.setWaitingMax(count(waitingMax, "waiting_max"))
    out.setClaimWindowMs(claimWindow.inWholeMilliseconds)
    out.setTokenTtlMs(tokenTtl.inWholeMilliseconds)
    out.setInactivityMs(inactivity.inWholeMilliseconds)
    out.setOnePlacePerUser(onePlacePerUser)
    room?.let { out.setRoom(it.wire()) }
    return out.build()
}

internal fun PresaleRoom.wire(): WirePresaleRoom {
    val out = WirePresaleRoom.newBuilder()
    out.setOpensAtUnixMs(opensAt.toEpochMilli())
    out.setDrawsAtUnixMs(drawsAt.toEpochMilli())
    return out.build()
}

internal fun SeatRequest.wire(): WireSeatRequest = when (this) {
    is SeatRequest.Seats -> WireSeatRequest.newBuilder().setSeats(names(seats)).build()
    is SeatRequest.Best -> WireSeatRequest.newBuilder().setBest(
        WireBest.newBuilder().also { out ->
            out.setQuantity(count(quantity, "quantity"))
            section?.let { out.setSection(text(it)) }
            out.setAllowSplit(allowSplit)
            out.setAccessible(accessible)
        },
    ).build()
}

internal fun ReservationRef.wire(): WireReservationRef = when (this) {
    is ReservationRef.Id -> WireReservationRef.newBuilder().setId(text(id)).build()
    is ReservationRef.External -> WireReservationRef.newBuilder().setExternal(text(id)).build()
}

internal fun Payee.wire(): WirePayee = when (this) {
    is Payee.OfReservation -> WirePayee.newBuilder().setReservation(which.wire()).build()
    is Payee.Unlinked -> WirePayee.newBuilder().setUnlinked(text(id)).build()
}

/** Sections as the wire has them: without rows it is a section of standing places. */
private fun seatMap(sections: List<Section>): WireSeatMap =
    WireSeatMap.newBuilder().addAllSections(sections.map { it.wire() }).build()

private fun Section.wire(): WireSection {
    val out = WireSection.newBuilder().setName(text(name))
    when (this) {
        is Section.Seated -> {
            // The wire would take it for standing places.
            if (rows.isEmpty()) throw NotSaid("seats.rows", "must not be empty", name)
            out.addAllRows(rows.map { it.wire() })
        }
        is Section.General -> out.setCapacity(count(capacity, "seats.capacity")).setPriceMinor(priceMinor)
    }
    return out.build()
}

private fun Row.wire(): WireRow {
    val out = WireRow.newBuilder().setLabel(text(label)).setPriceMinor(priceMinor).setAccessible(accessible)
    when (val seats = seats) {
        is RowSeats.Numbered -> out.setNumbered(seats.wire())
        is RowSeats.Listed -> out.addAllLabels(seats.labels.map(::text))
    }
    out.addAllAislesBefore(aislesBefore.map { count(it, "seats.aisles_before") })
    return out.addAllExceptions(exceptions.map { it.wire() }).build()
}

private fun RowSeats.Numbered.wire(): WireNumberedSeats = WireNumberedSeats.newBuilder()
    .setPrefix(text(prefix))
    .setFirstNumber(count(firstNumber, "seats.first_number"))
    .setStep(step)
    .setDigitsMin(count(digitsMin, "seats.digits_min"))
    .setCount(count(count, "seats.count"))
    .build()

private fun SeatException.wire(): WireSeatException {
    val out = WireSeatException.newBuilder().setIndex(count(index, "seats.index"))
    priceMinor?.let { out.setPriceMinor(it) }
    accessible?.let { out.setAccessible(it) }
    return out.build()
}

private fun names(seats: List<String>): WireSeatNames =
    WireSeatNames.newBuilder().addAllNames(seats.map(::text)).build()

private fun outcome(completed: Boolean): WirePaymentOutcome =
    if (completed) WirePaymentOutcome.PAYMENT_OUTCOME_COMPLETED else WirePaymentOutcome.PAYMENT_OUTCOME_FAILED
