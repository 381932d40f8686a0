// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
// Selling, call by call. Every call is a command by another name: what is said of the command holds of the call.
package com.traffictacos.engine

import java.time.Instant
import kotlin.time.Duration

/** What can be asked of an engine with an answer that waits for the disk. A [TicketEngine] is one; a test may bring another. */
interface Sales {
    /** Does any command, and suspends until its answer may be seen. */
    suspend fun <R : Answer> execute(command: Command<R>): R

    /**
     * Does commands one after the other, handed over together, and suspends until all answers may be seen. A command
     * that is refused does not stop the next. Answer *i* is that of command *i*.
     */
    suspend fun executeAll(commands: List<Command<*>>): List<Answer>

    /** See [CreateEvent]. */
    suspend fun createEvent(
        event: String,
        settings: EventSettings,
        sections: List<Section>,
        queue: QueuePolicy? = null,
        key: String? = null,
    ): EventResult = execute(CreateEvent(event, settings, sections, queue, key))

    /** See [UpdateEvent]. */
    suspend fun updateEvent(event: String, settings: EventSettings, key: String? = null): EventResult =
        execute(UpdateEvent(event, settings, key))

    /** See [SetSale]. */
    suspend fun setSale(event: String, state: SaleState, key: String? = null): EventResult =
        execute(SetSale(event, state, key))

    /** See [BlockSeats]. */
    suspend fun blockSeats(event: String, seats: List<String>, block: Boolean, key: String? = null): DoneResult =
        execute(BlockSeats(event, seats, block, key))

    /** See [SetQueuePolicy]. */
    suspend fun setQueuePolicy(event: String, policy: QueuePolicy, key: String? = null): EventResult =
        execute(SetQueuePolicy(event, policy, key))

    /** See [PauseQueue]. */
    suspend fun pauseQueue(event: String, paused: Boolean, key: String? = null): EventResult =
        execute(PauseQueue(event, paused, key))

    /** See [DrawRoom]. */
    suspend fun drawRoom(event: String, key: String? = null): EventResult = execute(DrawRoom(event, key))

    /** See [JoinQueue]. */
    suspend fun joinQueue(event: String, session: String? = null, user: String? = null): JoinResult =
        execute(JoinQueue(event, session, user))

    /** See [LeaveQueue]. */
    suspend fun leaveQueue(token: String): DoneResult = execute(LeaveQueue(token))

    /** See [RequestAdmission]. */
    suspend fun requestAdmission(token: String, event: String? = null, user: String? = null): AdmissionResult =
        execute(RequestAdmission(token, event, user))

    /** See [Reserve]. */
    suspend fun reserve(
        event: String,
        user: String,
        want: SeatRequest,
        token: String? = null,
        key: String? = null,
        external: String? = null,
        holdUntil: Instant? = null,
        trusted: Boolean = false,
    ): ReserveResult = execute(Reserve(event, user, want, token, key, external, holdUntil, trusted))

    /** See [Confirm]. */
    suspend fun confirm(
        which: ReservationRef,
        payment: String? = null,
        user: String? = null,
        exactly: List<String>? = null,
        key: String? = null,
        totalMinor: Long? = null,
    ): ConfirmResult = execute(Confirm(which, payment, user, exactly, key, totalMinor))

    /** See [Release]. */
    suspend fun release(
        which: ReservationRef,
        seats: List<String> = emptyList(),
        user: String? = null,
        key: String? = null,
    ): ReleaseResult = execute(Release(which, seats, user, key))

    /** See [Extend]. */
    suspend fun extend(
        which: ReservationRef,
        by: Duration,
        user: String? = null,
        key: String? = null,
        expiresAt: Instant? = null,
    ): ExtendResult = execute(Extend(which, by, user, key, expiresAt))

    /** See [Expire]. */
    suspend fun expire(which: ReservationRef): ReleaseResult = execute(Expire(which))

    /** See [CreatePayment]. */
    suspend fun createPayment(payment: CreatePayment): PaymentResult = execute(payment)

    /** See [ProcessPayment]. */
    suspend fun processPayment(payment: String, user: String? = null, key: String? = null): PaymentResult =
        execute(ProcessPayment(payment, user, key))

    /** See [CancelPayment]. */
    suspend fun cancelPayment(
        payment: String,
        refundMinor: Long? = null,
        user: String? = null,
        key: String? = null,
    ): PaymentResult = execute(CancelPayment(payment, refundMinor, user, key))

    /** See [ReportPayment]. */
    suspend fun reportPayment(payment: String, completed: Boolean, key: String? = null): PaymentResult =
        execute(ReportPayment(payment, completed, key))

    /** See [ReportWebhook]. */
    suspend fun reportWebhook(webhook: String, delivered: Boolean): DoneResult =
        execute(ReportWebhook(webhook, delivered))

    /** See [ReplayWebhook]. */
    suspend fun replayWebhook(webhook: String): DoneResult = execute(ReplayWebhook(webhook))

    /** See [Note]. */
    suspend fun setNote(name: String, value: Bytes?, key: String? = null): DoneResult = execute(Note(name, value, key))

    /** See [ReadReservation]. */
    suspend fun reservation(which: ReservationRef, user: String? = null): ReservationLookup =
        execute(ReadReservation(which, user))

    /** See [ReadReservations]. */
    suspend fun reservations(
        user: String,
        state: ReservationState? = null,
        event: String? = null,
        after: Cursor? = null,
        most: Int = 100,
    ): ReservationList = execute(ReadReservations(user, state, event, after, most))

    /** See [ReadPayment]. */
    suspend fun payment(payment: String, user: String? = null): PaymentLookup = execute(ReadPayment(payment, user))

    /** See [ReadPayments]. */
    suspend fun payments(
        user: String,
        state: PaymentState? = null,
        reservation: String? = null,
        after: Cursor? = null,
        most: Int = 100,
    ): PaymentList = execute(ReadPayments(user, state, reservation, after, most))
}
