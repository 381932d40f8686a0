// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
// Commands and settings into bytes.
package com.traffictacos.engine

internal fun Writer.put(command: Command<*>) {
    when (command) {
        is CreateEvent -> {
            tag(1)
            text(command.event)
            put(command.settings)
            list(command.sections) { put(it) }
            maybe(command.queue) { put(it) }
            maybe(command.key) { text(it) }
        }
        is UpdateEvent -> {
            tag(2)
            text(command.event)
            put(command.settings)
            maybe(command.key) { text(it) }
        }
        is SetSale -> {
            tag(3)
            text(command.event)
            tag(command.state.ordinal)
            maybe(command.key) { text(it) }
        }
        is BlockSeats -> {
            tag(4)
            text(command.event)
            list(command.seats) { text(it) }
            flag(command.block)
            maybe(command.key) { text(it) }
        }
        is SetQueuePolicy -> {
            tag(5)
            text(command.event)
            put(command.policy)
            maybe(command.key) { text(it) }
        }
        is PauseQueue -> {
            tag(6)
            text(command.event)
            flag(command.paused)
            maybe(command.key) { text(it) }
        }
        is DrawRoom -> {
            tag(7)
            text(command.event)
            maybe(command.key) { text(it) }
        }
        is JoinQueue -> {
            tag(8)
            text(command.event)
            maybe(command.session) { text(it) }
            maybe(command.user) { text(it) }
        }
        is LeaveQueue -> {
            tag(9)
            text(command.token)
        }
        is RequestAdmission -> {
            tag(14)
            text(command.token)
            maybe(command.event) { text(it) }
            maybe(command.user) { text(it) }
        }
        is Reserve -> {
            tag(10)
            text(command.event)
            text(command.user)
            put(command.want)
            maybe(command.token) { text(it) }
            flag(command.trusted)
            maybe(command.external) { text(it) }
            maybe(command.holdUntil) { moment(it) }
            maybe(command.key) { text(it) }
        }
        is Confirm -> {
            tag(11)
            put(command.which)
            maybe(command.user) { text(it) }
            maybe(command.payment) { text(it) }
            maybe(command.exactly) { list(it) { text(it) } }
            maybe(command.totalMinor) { long(it) }
            maybe(command.key) { text(it) }
        }
        is Release -> {
            tag(12)
            put(command.which)
            maybe(command.user) { text(it) }
            list(command.seats) { text(it) }
            maybe(command.key) { text(it) }
        }
        is Extend -> {
            tag(13)
            put(command.which)
            maybe(command.user) { text(it) }
            duration(command.by)
            maybe(command.expiresAt) { moment(it) }
            maybe(command.key) { text(it) }
        }
        is Expire -> {
            tag(15)
            put(command.which)
        }
        is CreatePayment -> {
            tag(20)
            put(command.payee)
            text(command.user)
            long(command.amountMinor)
            text(command.currency)
            tag(command.method.ordinal)
            tag(command.scenario.ordinal)
            maybe(command.webhookUrl) { text(it) }
            bytes(command.attachment)
            maybe(command.key) { text(it) }
        }
        is ProcessPayment -> {
            tag(21)
            text(command.payment)
            maybe(command.user) { text(it) }
            maybe(command.key) { text(it) }
        }
        is CancelPayment -> {
            tag(22)
            text(command.payment)
            maybe(command.user) { text(it) }
            maybe(command.refundMinor) { long(it) }
            maybe(command.key) { text(it) }
        }
        is ReportPayment -> {
            tag(23)
            text(command.payment)
            flag(command.completed)
            maybe(command.key) { text(it) }
        }
        is ReportWebhook -> {
            tag(24)
            text(command.webhook)
            flag(command.delivered)
        }
        is ReplayWebhook -> {
            tag(25)
            text(command.webhook)
        }
        is Note -> {
            tag(30)
            text(command.name)
            maybe(command.value) { bytes(it) }
            maybe(command.key) { text(it) }
        }
        is ReadReservation -> {
            tag(200)
            put(command.which)
            maybe(command.user) { text(it) }
        }
        is ReadReservations -> {
            tag(201)
            text(command.user)
            maybe(command.state) { tag(it.ordinal) }
            maybe(command.event) { text(it) }
            maybe(command.after) { bytes(it.bytes) }
            int(command.most)
        }
        is ReadPayment -> {
            tag(202)
            text(command.payment)
            maybe(command.user) { text(it) }
        }
        is ReadPayments -> {
            tag(203)
            text(command.user)
            maybe(command.state) { tag(it.ordinal) }
            maybe(command.reservation) { text(it) }
            maybe(command.after) { bytes(it.bytes) }
            int(command.most)
        }
    }
}

internal fun Writer.put(of: EventSettings) {
    text(of.name)
    text(of.currency)
    int(of.seatsPerReservationMax)
    maybe(of.seatsPerUserMax) { int(it) }
    duration(of.hold)
    duration(of.holdMax)
    duration(of.extensionMax)
    int(of.extensionsMax)
    maybe(of.saleStarts) { moment(it) }
    maybe(of.saleEnds) { moment(it) }
}

internal fun Writer.put(of: QueuePolicy) {
    flag(of.enabled)
    int(of.admissionsPerMinute)
    int(of.burst)
    int(of.insideMax)
    int(of.waitingMax)
    duration(of.claimWindow)
    duration(of.tokenTtl)
    duration(of.inactivity)
    flag(of.onePlacePerUser)
    maybe(of.room) { put(it) }
}

internal fun Writer.put(of: PresaleRoom) {
    moment(of.opensAt)
    moment(of.drawsAt)
}

internal fun Writer.put(options: Options) {
    maybe((options.durability as? Durability.Relaxed)?.syncEvery) { duration(it) }
    maybe(options.timeByHandFrom) { moment(it) }
    flag(options.idempotencyRequired)
    maybe(options.idempotencyTtl) { duration(it) }
    maybe(options.idempotencyKeysMax) { int(it) }
    maybe(options.reservationsMax) { int(it) }
    maybe(options.paymentsMax) { int(it) }
    maybe(options.webhooksMax) { int(it) }
    maybe(options.notesMax) { int(it) }
    maybe(options.retention) { duration(it) }
    maybe(options.expiryWarning) { duration(it) }
    maybe(options.admissionsPerSecondMax) { int(it) }
    flag(options.refundLatePayments)
    flag(options.paymentAmountMustMatch)
    maybe(options.paymentTtl) { duration(it) }
    maybe(options.paymentTimePermille) { int(it) }
    maybe(options.webhookRetriesMax) { int(it) }
    maybe(options.logBufferBytes) { long(it) }
    maybe(options.updateHistoryBytes) { long(it) }
    maybe(options.segmentBytes) { long(it) }
    maybe(options.snapshotEveryBytes) { long(it) }
    maybe(options.fixedEntropy) { long(it) }
    flag(options.cutAtDamage)
    int(options.inFlightMax)
}

/** Reads that wait for nothing, by their numbers. */
internal object Reads {
    const val EVENT = 0
    const val EVENTS = 1
    const val SECTIONS = 2
    const val COUNTS = 3
    const val SEATS = 4
    const val SEATS_NAMED = 5
    const val FREE_SEATS = 6
    const val QUEUE_PLACE = 7
    const val TOKEN_EVENT = 8
    const val QUEUE = 9
    const val QUEUE_POLICY = 10
    const val DRAW = 11
    const val DUE_WEBHOOKS = 12
    const val DEAD_WEBHOOKS = 13
    const val NOTE = 14
    const val NOTES = 15
    const val POSITION = 16
    const val STATUS = 17
    const val EVENT_SNAPSHOT = 18
    const val FREE_SEAT_BIT = 19
    const val NOW = 20
    const val DIGEST = 21
    const val PREPARE_EVENT = 22
    const val PREPARE_SEAT = 23
    const val PREPARE_USER = 24
}
