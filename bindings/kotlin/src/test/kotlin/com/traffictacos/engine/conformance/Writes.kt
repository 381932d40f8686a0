// Writes of a scenario as commands of the face.
package com.traffictacos.engine.conformance

import com.traffictacos.engine.BlockSeats
import com.traffictacos.engine.Bytes
import com.traffictacos.engine.CancelPayment
import com.traffictacos.engine.Command
import com.traffictacos.engine.Confirm
import com.traffictacos.engine.CreateEvent
import com.traffictacos.engine.CreatePayment
import com.traffictacos.engine.DrawRoom
import com.traffictacos.engine.EventSettings
import com.traffictacos.engine.Expire
import com.traffictacos.engine.Extend
import com.traffictacos.engine.JoinQueue
import com.traffictacos.engine.LeaveQueue
import com.traffictacos.engine.Note
import com.traffictacos.engine.PauseQueue
import com.traffictacos.engine.Payee
import com.traffictacos.engine.PaymentMethod
import com.traffictacos.engine.PresaleRoom
import com.traffictacos.engine.ProcessPayment
import com.traffictacos.engine.QueuePolicy
import com.traffictacos.engine.Release
import com.traffictacos.engine.ReplayWebhook
import com.traffictacos.engine.ReportPayment
import com.traffictacos.engine.ReportWebhook
import com.traffictacos.engine.RequestAdmission
import com.traffictacos.engine.Reserve
import com.traffictacos.engine.Row
import com.traffictacos.engine.RowSeats
import com.traffictacos.engine.SaleState
import com.traffictacos.engine.Scenario as Outcome
import com.traffictacos.engine.SeatException
import com.traffictacos.engine.Section
import com.traffictacos.engine.SetQueuePolicy
import com.traffictacos.engine.SetSale
import com.traffictacos.engine.UpdateEvent
import com.traffictacos.engine.Want

/** The command for a write; `null` for operations that are no writes. Throws [IllFormed]. */
fun command(operation: String, with: Arguments): Command<*>? = when (operation) {
    "create_event" ->
        CreateEvent(with.need("event"), with.settings(), with.sections(), with.record("queue")?.policy(), with.text("key"))
    "update_event" -> UpdateEvent(with.need("event"), with.settings(), with.text("key"))
    "set_sale" ->
        SetSale(with.need("event"), with.word<SaleState>("state") ?: throw IllFormed("state"), with.text("key"))
    "block_seats" ->
        BlockSeats(with.need("event"), with.texts("seats").orEmpty(), with.bool("block") == true, with.text("key"))
    "set_queue_policy" -> SetQueuePolicy(with.need("event"), with.policy(), with.text("key"))
    "pause_queue" -> PauseQueue(with.need("event"), with.bool("paused") == true, with.text("key"))
    "draw_room" -> DrawRoom(with.need("event"), with.text("key"))
    "join_queue" -> JoinQueue(with.need("event"), with.text("session"), with.text("user"))
    "leave_queue" -> LeaveQueue(with.need("token"))
    "request_admission" -> RequestAdmission(with.need("token"), with.text("event"), with.text("user"))
    "reserve" -> with.reserve()
    "confirm" ->
        Confirm(with.which(), with.text("payment"), with.text("user"), with.texts("exactly"), with.text("key"))
    "release" -> Release(with.which(), with.texts("seats").orEmpty(), with.text("user"), with.text("key"))
    "extend" ->
        Extend(with.which(), with.duration("by_ms") ?: throw IllFormed("by_ms"), with.text("user"), with.text("key"))
    "expire" -> Expire(with.which())
    else -> money(operation, with)
}

/** Payments, webhooks and notes. */
private fun money(operation: String, with: Arguments): Command<*>? = when (operation) {
    "create_payment" -> with.createPayment()
    "process_payment" -> ProcessPayment(with.need("payment"), with.text("user"), with.text("key"))
    "cancel_payment" ->
        CancelPayment(with.need("payment"), with.long("refund_minor"), with.text("user"), with.text("key"))
    "report_payment" -> ReportPayment(with.need("payment"), with.text("outcome") == "completed", with.text("key"))
    "report_webhook" -> ReportWebhook(with.need("webhook"), with.bool("delivered") == true)
    "replay_webhook" -> ReplayWebhook(with.need("webhook"))
    "note" -> Note(with.need("name"), with.text("value")?.let { Bytes.of(it) }, with.text("key"))
    else -> null
}

private fun Arguments.reserve(): Reserve {
    val seats = texts("seats")
    if (seats != null && "quantity" in this) throw IllFormed("quantity")
    val want = if (seats != null) Want.Seats(seats) else {
        val quantity = int("quantity") ?: throw IllFormed("quantity")
        Want.Best(quantity, text("section"), bool("allow_split") ?: true, bool("accessible") ?: false)
    }
    return Reserve(
        event = need("event"),
        user = need("user"),
        want = want,
        token = text("token"),
        key = text("key"),
        external = text("external"),
        holdUntil = moment("hold_until_ms"),
        trusted = bool("trusted") ?: false,
    )
}

private fun Arguments.createPayment() = CreatePayment(
    payee = text("unlinked")?.let { Payee.Unlinked(it) } ?: Payee.OfReservation(which()),
    user = need("user"),
    amountMinor = long("amount_minor") ?: throw IllFormed("amount_minor"),
    currency = need("currency"),
    method = word<PaymentMethod>("method") ?: PaymentMethod.CREDIT_CARD,
    scenario = word<Outcome>("scenario") ?: throw IllFormed("scenario"),
    webhookUrl = text("webhook_url"),
    attachment = Bytes.of(text("attachment").orEmpty()),
    key = text("key"),
)

private fun Arguments.settings(): EventSettings {
    val usual = EventSettings(text("name").orEmpty(), need("currency"))
    return usual.copy(
        seatsPerReservationMax = int("seats_per_reservation_max") ?: usual.seatsPerReservationMax,
        seatsPerUserMax = int("seats_per_user_max"),
        hold = duration("hold_ms") ?: usual.hold,
        holdMax = duration("hold_ms_max") ?: usual.holdMax,
        extensionMax = duration("extension_ms_max") ?: usual.extensionMax,
        extensionsMax = int("extensions_max") ?: usual.extensionsMax,
        saleStarts = moment("sale_starts_ms"),
        saleEnds = moment("sale_ends_ms"),
    )
}

private fun Arguments.policy(): QueuePolicy {
    val usual = QueuePolicy()
    val (opens, draws) = moment("room_opens_ms") to moment("room_draws_ms")
    if ((opens == null) != (draws == null)) throw IllFormed("room_draws_ms")
    return QueuePolicy(
        enabled = bool("enabled") ?: usual.enabled,
        admissionsPerMinute = int("admissions_per_minute") ?: usual.admissionsPerMinute,
        burst = int("burst") ?: usual.burst,
        insideMax = int("inside_max") ?: usual.insideMax,
        waitingMax = int("waiting_max") ?: usual.waitingMax,
        claimWindow = duration("claim_window_ms") ?: usual.claimWindow,
        tokenTtl = duration("token_ttl_ms") ?: usual.tokenTtl,
        inactivity = duration("inactivity_ms") ?: usual.inactivity,
        onePlacePerUser = bool("one_place_per_user") ?: usual.onePlacePerUser,
        room = if (opens != null && draws != null) PresaleRoom(opens, draws) else null,
    )
}

/** Rows that follow each other under one section's name are that section. */
private fun Arguments.sections(): List<Section> {
    val sections = mutableListOf<Section>()
    for (place in records("places")) {
        val name = place.need("section")
        val price = place.long("price_minor") ?: throw IllFormed("places")
        val capacity = place.int("capacity")
        if (capacity != null) {
            sections += Section.General(name, capacity, price)
            continue
        }
        val last = sections.lastOrNull()
        if (last is Section.Seated && last.name == name) {
            sections[sections.lastIndex] = last.copy(rows = last.rows + place.row(price))
        } else {
            sections += Section.Seated(name, listOf(place.row(price)))
        }
    }
    return sections
}

private fun Arguments.row(price: Long) = Row(
    label = text("row").orEmpty(),
    priceMinor = price,
    seats = texts("labels")?.let { RowSeats.Listed(it) } ?: RowSeats.Numbered(
        prefix = text("prefix").orEmpty(),
        count = int("count") ?: 0,
        firstNumber = int("first") ?: 1,
        step = int("step") ?: 1,
        digitsMin = int("digits_min") ?: 0,
    ),
    accessible = bool("accessible") ?: false,
    aislesBefore = ints("aisles_before"),
    exceptions = ints("accessible_at").map { SeatException(it, accessible = true) },
)
