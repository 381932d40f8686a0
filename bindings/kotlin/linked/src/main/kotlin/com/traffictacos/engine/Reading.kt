// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
// Answers, refusals and updates out of bytes.
package com.traffictacos.engine

import kotlin.time.Duration

/** The value of an answer to a command. */
internal fun Reader.readAnswer(): Answer = when (val kind = tag()) {
    0 -> readEventChanged()
    1 -> readReserved()
    2 -> readExtended()
    3 -> readReleased()
    4 -> readConfirmed()
    5 -> readPaymentChanged()
    6 -> readJoined()
    7 -> readAdmitted()
    8 -> readDone()
    9 -> readReservation()
    10 -> ReservationPage(list { readReservation() }, maybe { Cursor(bytes()) })
    11 -> readPayment()
    12 -> PaymentPage(list { readPayment() }, maybe { Cursor(bytes()) })
    else -> malformed("no answer has number $kind")
}

internal fun Reader.readEventChanged() = EventChanged(
    at = moment(),
)

internal fun Reader.readReserved() = Reserved(
    id = text(),
    hold = text(),
    event = text(),
    places = list { readPlace() },
    totalMinor = long(),
    expiresAt = moment(),
)

internal fun Reader.readExtended() = Extended(
    id = text(),
    expiresAt = moment(),
    extendedMillis = long(),
)

internal fun Reader.readReleased() = Released(
    id = text(),
    event = text(),
    state = word(ReservationState.entries),
    places = list { readPlace() },
    at = moment(),
)

internal fun Reader.readConfirmed() = Confirmed(
    id = text(),
    order = text(),
    event = text(),
    places = list { readPlace() },
    totalMinor = long(),
    at = moment(),
)

internal fun Reader.readPaymentChanged() = PaymentChanged(
    id = text(),
    transaction = text(),
    state = word(PaymentState.entries),
    at = moment(),
    expiresAt = moment(),
    refundedMinor = long(),
    refundNumber = int(),
    effect = word(PaymentEffect.entries),
)

internal fun Reader.readJoined() = Joined(
    token = text(),
    place = readQueuePlace(),
    again = flag(),
)

internal fun Reader.readAdmitted() = Admitted(
    token = text(),
    validUntil = moment(),
)

internal fun Reader.readDone() = Done(
    at = moment(),
)

internal fun Reader.readEventSettings() = EventSettings(
    name = text(),
    currency = text(),
    seatsPerReservationMax = int(),
    seatsPerUserMax = maybe { int() },
    hold = duration(),
    holdMax = duration(),
    extensionMax = duration(),
    extensionsMax = int(),
    saleStarts = maybe { moment() },
    saleEnds = maybe { moment() },
)

internal fun Reader.readQueuePolicy() = QueuePolicy(
    enabled = flag(),
    admissionsPerMinute = int(),
    burst = int(),
    insideMax = int(),
    waitingMax = int(),
    claimWindow = duration(),
    tokenTtl = duration(),
    inactivity = duration(),
    onePlacePerUser = flag(),
    room = maybe { readPresaleRoom() },
)

internal fun Reader.readPresaleRoom() = PresaleRoom(
    opensAt = moment(),
    drawsAt = moment(),
)

internal fun Reader.readCounts() = Counts(
    available = int(),
    reserved = int(),
    sold = int(),
    blocked = int(),
    total = int(),
)

internal fun Reader.readPlace() = Place(
    id = text(),
    section = text(),
    row = text(),
    number = text(),
    priceMinor = long(),
    count = int(),
)

internal fun Reader.readSeat() = Seat(
    place = readPlace(),
    state = word(SeatState.entries),
)

internal fun Reader.readSectionView() = SectionView(
    name = text(),
    standing = flag(),
    counts = readCounts(),
    priceMinMinor = long(),
    priceMaxMinor = long(),
)

internal fun Reader.readEvent() = Event(
    id = text(),
    settings = readEventSettings(),
    sale = word(SaleState.entries),
    counts = readCounts(),
    hasQueue = flag(),
)

internal fun Reader.readReservation() = Reservation(
    id = text(),
    hold = text(),
    order = maybe { text() },
    external = maybe { text() },
    event = text(),
    user = text(),
    state = word(ReservationState.entries),
    places = list { readPlace() },
    totalMinor = long(),
    currency = text(),
    createdAt = moment(),
    changedAt = moment(),
    expiresAt = moment(),
    extensions = int(),
    payment = maybe { text() },
)

internal fun Reader.readPayment() = Payment(
    id = text(),
    state = word(PaymentState.entries),
    reservation = maybe { text() },
    unlinked = maybe { text() },
    user = text(),
    amountMinor = long(),
    currency = text(),
    refundedMinor = long(),
    refunds = int(),
    method = word(PaymentMethod.entries),
    scenario = word(Scenario.entries),
    effect = word(PaymentEffect.entries),
    createdAt = moment(),
    changedAt = moment(),
    processedAt = maybe { moment() },
    expiresAt = moment(),
    webhookUrl = maybe { text() },
    attachment = bytes(),
)

internal fun Reader.readQueuePlace() = QueuePlace(
    state = word(QueueState.entries),
    position = int(),
    eta = maybe { duration() },
    expiresAt = maybe { moment() },
)

internal fun Reader.readQueueFigures() = QueueFigures(
    waiting = int(),
    ready = int(),
    inside = int(),
    admittedTotal = long(),
    expiredTotal = long(),
    leftTotal = long(),
    admittedPerMinute = int(),
    averageWait = duration(),
    paused = flag(),
)

internal fun Reader.readDraw() = Draw(
    commitment = bytes(),
    seed = maybe { bytes() },
)

internal fun Reader.readWebhook() = Webhook(
    id = text(),
    payment = text(),
    tells = word(PaymentState.entries),
    createdAt = moment(),
    attempts = int(),
    nextAt = maybe { moment() },
    order = long(),
)

internal fun Reader.readStatus() = Status(
    written = long(),
    durable = long(),
    snapshot = long(),
    poisoned = maybe { text() },
    diskFull = flag(),
    events = int(),
    reservationSlots = int(),
    paymentSlots = int(),
    users = long(),
    idempotencyKeys = long(),
    webhooksWaiting = long(),
    webhooksDead = long(),
    timers = long(),
    commands = long(),
    refusals = long(),
    groups = long(),
    fired = long(),
    memoryBytes = long(),
)

/** What a refusal is about; [message], [transient] and [retryAfter] were said ahead. */
internal fun Reader.readRefusal(message: String, transient: Boolean, retryAfter: Duration?): Refusal =
    when (val kind = tag()) {
        0 -> Refusal.Invalid(list { readProblem() }, message)
        1 -> Refusal.IdempotencyRequired(message)
        2 -> Refusal.IdempotencyConflict(message)
        3 -> Refusal.UnknownEvent(message)
        4 -> Refusal.EventExists(message)
        5 -> Refusal.UnknownSeats(list { text() }, message)
        6 -> Refusal.UnknownSection(text(), message)
        7 -> Refusal.UnknownReservation(message)
        8 -> Refusal.UnknownPayment(message)
        9 -> Refusal.UnknownWebhook(message)
        10 -> Refusal.UnknownToken(message)
        11 -> Refusal.TokenExpired(message)
        12 -> Refusal.SaleNotOpen(word(SaleState.entries), message)
        13 -> Refusal.AlreadyWaiting(message)
        14 -> Refusal.LeftLine(message)
        15 -> Refusal.NoWaitingLine(message)
        16 -> Refusal.NotYet(message)
        17 -> Refusal.AdmissionPaused(message)
        18 -> Refusal.SeatsTaken(list { text() }, message)
        19 -> Refusal.Insufficient(int(), int(), message)
        20 -> Refusal.NotAdjacent(int(), message)
        21 -> Refusal.QuotaExceeded(int(), int(), message)
        22 -> Refusal.Forbidden(message)
        23 -> Refusal.ReservationExpired(message)
        24 -> Refusal.ReservationIs(word(ReservationState.entries), message)
        25 -> Refusal.PaymentIs(word(PaymentState.entries), message)
        26 -> {
            val doubt = word(PaymentDoubt.entries)
            val state = if (doubt == PaymentDoubt.UNFINISHED) word(PaymentState.entries) else null
            Refusal.PaymentNotApproved(doubt, state, message)
        }
        27 -> Refusal.PaymentExists(message)
        28 -> {
            val doubt = word(ExtensionDoubt.entries)
            val extensionMax = if (doubt == ExtensionDoubt.TOO_LONG) duration() else null
            Refusal.ExtensionRefused(doubt, extensionMax, message)
        }
        29 -> Refusal.RefundTooLarge(long(), message)
        30 -> Refusal.SeatsDiffer(message)
        31 -> Refusal.ExternalExists(message)
        32 -> Refusal.NotDue(moment(), message)
        33 -> Refusal.AtCapacity(word(Bound.entries), retryAfter, message, transient)
        255 -> Refusal.Newer(message, transient)
        else -> malformed("no refusal has number $kind")
    }

internal fun Reader.readProblem() = Problem(
    field = text(),
    reason = text(),
    value = text(),
)

internal fun Reader.readUpdate() = Update(
    position = long(),
    at = moment(),
    event = maybe { text() },
    what = readUpdateKind(),
)

internal fun Reader.readPlaceChange() = PlaceChange(
    place = readPlace(),
    state = word(SeatState.entries),
    version = long(),
)

internal fun Reader.readReservationChange() = ReservationChange(
    id = text(),
    user = maybe { text() },
    from = maybe { word(ReservationState.entries) },
    state = word(ReservationState.entries),
    expiresAt = maybe { moment() },
    places = list { readPlaceChange() },
)

internal fun Reader.readUpdateKind(): UpdateKind = when (val kind = tag()) {
    0 -> UpdateKind.EventCreated
    1 -> UpdateKind.EventChanged
    2 -> UpdateKind.Sale(word(SaleState.entries))
    3 -> UpdateKind.QueuePaused(flag())
    4 -> UpdateKind.RoomDrawn(bytes())
    5 -> UpdateKind.Seats(list { readPlaceChange() })
    6 -> UpdateKind.ReservationChanged(readReservationChange())
    7 -> UpdateKind.HoldExpiring(text(), maybe { text() }, moment())
    8 -> UpdateKind.PaymentChanged(text(), maybe { text() }, word(PaymentState.entries), word(PaymentEffect.entries), long(), maybe { readReservationChange() })
    9 -> UpdateKind.WebhookChanged(text())
    10 -> UpdateKind.Joined(text())
    11 -> UpdateKind.Left(text())
    12 -> UpdateKind.Ready(list { text() }, moment())
    13 -> UpdateKind.Admitted(text(), text())
    14 -> UpdateKind.PlacesExpired(list { text() })
    15 -> UpdateKind.NoteChanged(text())
    255 -> UpdateKind.Newer
    else -> malformed("no fact has number $kind")
}

/** Which description both ends of the border were written from. */
internal val ENCODING: Long = 6026662233030190066L
