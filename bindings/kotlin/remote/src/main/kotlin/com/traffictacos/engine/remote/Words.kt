// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
// Words as those of messages of the stream, both ways.
package com.traffictacos.engine.remote

import com.traffic_tacos.command.v1.Bound as WireBound
import com.traffic_tacos.command.v1.ExtensionDoubt as WireExtensionDoubt
import com.traffic_tacos.command.v1.PaymentDoubt as WirePaymentDoubt
import com.traffic_tacos.command.v1.PaymentEffect as WirePaymentEffect
import com.traffic_tacos.command.v1.PaymentMethod as WirePaymentMethod
import com.traffic_tacos.command.v1.PaymentState as WirePaymentState
import com.traffic_tacos.command.v1.QueueState as WireQueueState
import com.traffic_tacos.command.v1.ReservationState as WireReservationState
import com.traffic_tacos.command.v1.SaleState as WireSaleState
import com.traffic_tacos.command.v1.Scenario as WireScenario
import com.traffic_tacos.command.v1.SeatState as WireSeatState
import com.traffictacos.engine.*

internal fun WireSaleState.face(): SaleState = when (this) {
    WireSaleState.SALE_STATE_DRAFT -> SaleState.DRAFT
    WireSaleState.SALE_STATE_OPEN -> SaleState.OPEN
    WireSaleState.SALE_STATE_PAUSED -> SaleState.PAUSED
    WireSaleState.SALE_STATE_CLOSED -> SaleState.CLOSED
    else -> throw unknown(this)
}

internal fun SaleState.wire(): WireSaleState = when (this) {
    SaleState.DRAFT -> WireSaleState.SALE_STATE_DRAFT
    SaleState.OPEN -> WireSaleState.SALE_STATE_OPEN
    SaleState.PAUSED -> WireSaleState.SALE_STATE_PAUSED
    SaleState.CLOSED -> WireSaleState.SALE_STATE_CLOSED
}

internal fun WirePaymentMethod.face(): PaymentMethod = when (this) {
    WirePaymentMethod.PAYMENT_METHOD_CREDIT_CARD -> PaymentMethod.CREDIT_CARD
    WirePaymentMethod.PAYMENT_METHOD_DEBIT_CARD -> PaymentMethod.DEBIT_CARD
    WirePaymentMethod.PAYMENT_METHOD_BANK_TRANSFER -> PaymentMethod.BANK_TRANSFER
    WirePaymentMethod.PAYMENT_METHOD_MOBILE_PAY -> PaymentMethod.MOBILE_PAY
    WirePaymentMethod.PAYMENT_METHOD_DIGITAL_WALLET -> PaymentMethod.DIGITAL_WALLET
    else -> throw unknown(this)
}

internal fun PaymentMethod.wire(): WirePaymentMethod = when (this) {
    PaymentMethod.CREDIT_CARD -> WirePaymentMethod.PAYMENT_METHOD_CREDIT_CARD
    PaymentMethod.DEBIT_CARD -> WirePaymentMethod.PAYMENT_METHOD_DEBIT_CARD
    PaymentMethod.BANK_TRANSFER -> WirePaymentMethod.PAYMENT_METHOD_BANK_TRANSFER
    PaymentMethod.MOBILE_PAY -> WirePaymentMethod.PAYMENT_METHOD_MOBILE_PAY
    PaymentMethod.DIGITAL_WALLET -> WirePaymentMethod.PAYMENT_METHOD_DIGITAL_WALLET
}

internal fun WireScenario.face(): Scenario = when (this) {
    WireScenario.SCENARIO_APPROVE -> Scenario.APPROVE
    WireScenario.SCENARIO_FAIL -> Scenario.FAIL
    WireScenario.SCENARIO_DELAY -> Scenario.DELAY
    WireScenario.SCENARIO_RANDOM -> Scenario.RANDOM
    WireScenario.SCENARIO_TIMEOUT -> Scenario.TIMEOUT
    WireScenario.SCENARIO_OUTSIDE -> Scenario.OUTSIDE
    else -> throw unknown(this)
}

internal fun Scenario.wire(): WireScenario = when (this) {
    Scenario.APPROVE -> WireScenario.SCENARIO_APPROVE
    Scenario.FAIL -> WireScenario.SCENARIO_FAIL
    Scenario.DELAY -> WireScenario.SCENARIO_DELAY
    Scenario.RANDOM -> WireScenario.SCENARIO_RANDOM
    Scenario.TIMEOUT -> WireScenario.SCENARIO_TIMEOUT
    Scenario.OUTSIDE -> WireScenario.SCENARIO_OUTSIDE
}

internal fun WireSeatState.face(): SeatState = when (this) {
    WireSeatState.SEAT_STATE_AVAILABLE -> SeatState.AVAILABLE
    WireSeatState.SEAT_STATE_RESERVED -> SeatState.RESERVED
    WireSeatState.SEAT_STATE_SOLD -> SeatState.SOLD
    WireSeatState.SEAT_STATE_BLOCKED -> SeatState.BLOCKED
    else -> throw unknown(this)
}

internal fun WireReservationState.face(): ReservationState = when (this) {
    WireReservationState.RESERVATION_STATE_PENDING -> ReservationState.PENDING
    WireReservationState.RESERVATION_STATE_CONFIRMED -> ReservationState.CONFIRMED
    WireReservationState.RESERVATION_STATE_CANCELLED -> ReservationState.CANCELLED
    WireReservationState.RESERVATION_STATE_EXPIRED -> ReservationState.EXPIRED
    WireReservationState.RESERVATION_STATE_FAILED -> ReservationState.FAILED
    WireReservationState.RESERVATION_STATE_REFUNDED -> ReservationState.REFUNDED
    else -> throw unknown(this)
}

internal fun ReservationState.wire(): WireReservationState = when (this) {
    ReservationState.PENDING -> WireReservationState.RESERVATION_STATE_PENDING
    ReservationState.CONFIRMED -> WireReservationState.RESERVATION_STATE_CONFIRMED
    ReservationState.CANCELLED -> WireReservationState.RESERVATION_STATE_CANCELLED
    ReservationState.EXPIRED -> WireReservationState.RESERVATION_STATE_EXPIRED
    ReservationState.FAILED -> WireReservationState.RESERVATION_STATE_FAILED
    ReservationState.REFUNDED -> WireReservationState.RESERVATION_STATE_REFUNDED
}

internal fun WirePaymentState.face(): PaymentState = when (this) {
    WirePaymentState.PAYMENT_STATE_PENDING -> PaymentState.PENDING
    WirePaymentState.PAYMENT_STATE_PROCESSING -> PaymentState.PROCESSING
    WirePaymentState.PAYMENT_STATE_COMPLETED -> PaymentState.COMPLETED
    WirePaymentState.PAYMENT_STATE_FAILED -> PaymentState.FAILED
    WirePaymentState.PAYMENT_STATE_CANCELLED -> PaymentState.CANCELLED
    WirePaymentState.PAYMENT_STATE_EXPIRED -> PaymentState.EXPIRED
    WirePaymentState.PAYMENT_STATE_REFUNDED -> PaymentState.REFUNDED
    else -> throw unknown(this)
}

internal fun PaymentState.wire(): WirePaymentState = when (this) {
    PaymentState.PENDING -> WirePaymentState.PAYMENT_STATE_PENDING
    PaymentState.PROCESSING -> WirePaymentState.PAYMENT_STATE_PROCESSING
    PaymentState.COMPLETED -> WirePaymentState.PAYMENT_STATE_COMPLETED
    PaymentState.FAILED -> WirePaymentState.PAYMENT_STATE_FAILED
    PaymentState.CANCELLED -> WirePaymentState.PAYMENT_STATE_CANCELLED
    PaymentState.EXPIRED -> WirePaymentState.PAYMENT_STATE_EXPIRED
    PaymentState.REFUNDED -> WirePaymentState.PAYMENT_STATE_REFUNDED
}

internal fun WirePaymentEffect.face(): PaymentEffect = when (this) {
    WirePaymentEffect.PAYMENT_EFFECT_NONE -> PaymentEffect.NONE
    WirePaymentEffect.PAYMENT_EFFECT_CONFIRMED -> PaymentEffect.CONFIRMED
    WirePaymentEffect.PAYMENT_EFFECT_RETAKEN -> PaymentEffect.RETAKEN
    WirePaymentEffect.PAYMENT_EFFECT_PAID_BACK -> PaymentEffect.PAID_BACK
    WirePaymentEffect.PAYMENT_EFFECT_RELEASED -> PaymentEffect.RELEASED
    else -> throw unknown(this)
}

internal fun WireQueueState.face(): QueueState = when (this) {
    WireQueueState.QUEUE_STATE_IN_ROOM -> QueueState.IN_ROOM
    WireQueueState.QUEUE_STATE_WAITING -> QueueState.WAITING
    WireQueueState.QUEUE_STATE_READY -> QueueState.READY
    WireQueueState.QUEUE_STATE_ADMITTED -> QueueState.ADMITTED
    WireQueueState.QUEUE_STATE_USED -> QueueState.USED
    WireQueueState.QUEUE_STATE_LEFT -> QueueState.LEFT
    WireQueueState.QUEUE_STATE_EXPIRED -> QueueState.EXPIRED
    else -> throw unknown(this)
}

internal fun WireBound.face(): Bound = when (this) {
    WireBound.BOUND_EVENTS -> Bound.EVENTS
    WireBound.BOUND_RESERVATIONS -> Bound.RESERVATIONS
    WireBound.BOUND_PAYMENTS -> Bound.PAYMENTS
    WireBound.BOUND_WEBHOOKS -> Bound.WEBHOOKS
    WireBound.BOUND_IDEMPOTENCY_KEYS -> Bound.IDEMPOTENCY_KEYS
    WireBound.BOUND_WAITING_LINE -> Bound.WAITING_LINE
    WireBound.BOUND_NOTES -> Bound.NOTES
    WireBound.BOUND_LOG_BUFFER -> Bound.LOG_BUFFER
    WireBound.BOUND_DISK_SPACE -> Bound.DISK_SPACE
    else -> throw unknown(this)
}

internal fun WirePaymentDoubt.face(): PaymentDoubt = when (this) {
    WirePaymentDoubt.PAYMENT_DOUBT_UNKNOWN -> PaymentDoubt.UNKNOWN
    WirePaymentDoubt.PAYMENT_DOUBT_FOREIGN -> PaymentDoubt.FOREIGN
    WirePaymentDoubt.PAYMENT_DOUBT_UNFINISHED -> PaymentDoubt.UNFINISHED
    WirePaymentDoubt.PAYMENT_DOUBT_AMOUNT_DIFFERS -> PaymentDoubt.AMOUNT_DIFFERS
    else -> throw unknown(this)
}

internal fun WireExtensionDoubt.face(): ExtensionDoubt = when (this) {
    WireExtensionDoubt.EXTENSION_DOUBT_ALREADY_EXTENDED -> ExtensionDoubt.ALREADY_EXTENDED
    WireExtensionDoubt.EXTENSION_DOUBT_TOO_LONG -> ExtensionDoubt.TOO_LONG
    WireExtensionDoubt.EXTENSION_DOUBT_PAST_MAXIMUM -> ExtensionDoubt.PAST_MAXIMUM
    else -> throw unknown(this)
}
