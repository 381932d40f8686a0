// The enums of the ABI as types with names.

package tacos

/*
#include "tacos_engine.h"
*/
import "C"

import "strconv"

func name(names map[uint32]string, number uint32) string {
	if name, known := names[number]; known {
		return name
	}
	return "unknown(" + strconv.FormatUint(uint64(number), 10) + ")"
}

// SaleState: where a sale stands. Zero may also mean none or any where a field says so.
type SaleState uint32

// The values of SaleState.
const (
	SaleDraft  = SaleState(C.TACOS_SALE_DRAFT)
	SaleOpen   = SaleState(C.TACOS_SALE_OPEN)
	SalePaused = SaleState(C.TACOS_SALE_PAUSED)
	SaleClosed = SaleState(C.TACOS_SALE_CLOSED)
)

var namesSaleState = map[uint32]string{
	uint32(SaleDraft):  "draft",
	uint32(SaleOpen):   "open",
	uint32(SalePaused): "paused",
	uint32(SaleClosed): "closed",
}

func (v SaleState) String() string { return name(namesSaleState, uint32(v)) }

// ReservationState: where a reservation stands. Zero may also mean none or any where a field says so.
type ReservationState uint32

// The values of ReservationState.
const (
	ReservationPending   = ReservationState(C.TACOS_RESERVATION_STATE_PENDING)
	ReservationConfirmed = ReservationState(C.TACOS_RESERVATION_STATE_CONFIRMED)
	ReservationCancelled = ReservationState(C.TACOS_RESERVATION_STATE_CANCELLED)
	ReservationExpired   = ReservationState(C.TACOS_RESERVATION_STATE_EXPIRED)
	ReservationFailed    = ReservationState(C.TACOS_RESERVATION_STATE_FAILED)
	ReservationRefunded  = ReservationState(C.TACOS_RESERVATION_STATE_REFUNDED)
)

var namesReservationState = map[uint32]string{
	uint32(ReservationPending):   "pending",
	uint32(ReservationConfirmed): "confirmed",
	uint32(ReservationCancelled): "cancelled",
	uint32(ReservationExpired):   "expired",
	uint32(ReservationFailed):    "failed",
	uint32(ReservationRefunded):  "refunded",
}

func (v ReservationState) String() string { return name(namesReservationState, uint32(v)) }

// PaymentState: where a payment intent stands. Zero may also mean none or any where a field says so.
type PaymentState uint32

// The values of PaymentState.
const (
	PaymentPending    = PaymentState(C.TACOS_PAYMENT_STATE_PENDING)
	PaymentProcessing = PaymentState(C.TACOS_PAYMENT_STATE_PROCESSING)
	PaymentCompleted  = PaymentState(C.TACOS_PAYMENT_STATE_COMPLETED)
	PaymentFailed     = PaymentState(C.TACOS_PAYMENT_STATE_FAILED)
	PaymentCancelled  = PaymentState(C.TACOS_PAYMENT_STATE_CANCELLED)
	PaymentExpired    = PaymentState(C.TACOS_PAYMENT_STATE_EXPIRED)
	PaymentRefunded   = PaymentState(C.TACOS_PAYMENT_STATE_REFUNDED)
)

var namesPaymentState = map[uint32]string{
	uint32(PaymentPending):    "pending",
	uint32(PaymentProcessing): "processing",
	uint32(PaymentCompleted):  "completed",
	uint32(PaymentFailed):     "failed",
	uint32(PaymentCancelled):  "cancelled",
	uint32(PaymentExpired):    "expired",
	uint32(PaymentRefunded):   "refunded",
}

func (v PaymentState) String() string { return name(namesPaymentState, uint32(v)) }

// PaymentMethod: how the customer pays. Zero may also mean none or any where a field says so.
type PaymentMethod uint32

// The values of PaymentMethod.
const (
	MethodCreditCard    = PaymentMethod(C.TACOS_PAYMENT_METHOD_CREDIT_CARD)
	MethodDebitCard     = PaymentMethod(C.TACOS_PAYMENT_METHOD_DEBIT_CARD)
	MethodBankTransfer  = PaymentMethod(C.TACOS_PAYMENT_METHOD_BANK_TRANSFER)
	MethodMobilePay     = PaymentMethod(C.TACOS_PAYMENT_METHOD_MOBILE_PAY)
	MethodDigitalWallet = PaymentMethod(C.TACOS_PAYMENT_METHOD_DIGITAL_WALLET)
)

var namesPaymentMethod = map[uint32]string{
	uint32(MethodCreditCard):    "credit_card",
	uint32(MethodDebitCard):     "debit_card",
	uint32(MethodBankTransfer):  "bank_transfer",
	uint32(MethodMobilePay):     "mobile_pay",
	uint32(MethodDigitalWallet): "digital_wallet",
}

func (v PaymentMethod) String() string { return name(namesPaymentMethod, uint32(v)) }

// Scenario: what the simulated processor does. Zero may also mean none or any where a field says so.
type Scenario uint32

// The values of Scenario.
const (
	ScenarioApprove = Scenario(C.TACOS_SCENARIO_APPROVE)
	ScenarioFail    = Scenario(C.TACOS_SCENARIO_FAIL)
	ScenarioDelay   = Scenario(C.TACOS_SCENARIO_DELAY)
	ScenarioRandom  = Scenario(C.TACOS_SCENARIO_RANDOM)
	ScenarioTimeout = Scenario(C.TACOS_SCENARIO_TIMEOUT)
	ScenarioOutside = Scenario(C.TACOS_SCENARIO_OUTSIDE)
)

var namesScenario = map[uint32]string{
	uint32(ScenarioApprove): "approve",
	uint32(ScenarioFail):    "fail",
	uint32(ScenarioDelay):   "delay",
	uint32(ScenarioRandom):  "random",
	uint32(ScenarioTimeout): "timeout",
	uint32(ScenarioOutside): "outside",
}

func (v Scenario) String() string { return name(namesScenario, uint32(v)) }

// Outcome: how a payment ended outside. Zero may also mean none or any where a field says so.
type Outcome uint32

// The values of Outcome.
const (
	OutcomeCompleted = Outcome(C.TACOS_OUTCOME_COMPLETED)
	OutcomeFailed    = Outcome(C.TACOS_OUTCOME_FAILED)
)

var namesOutcome = map[uint32]string{
	uint32(OutcomeCompleted): "completed",
	uint32(OutcomeFailed):    "failed",
}

func (v Outcome) String() string { return name(namesOutcome, uint32(v)) }

// Effect: what a payment did to its reservation. Zero may also mean none or any where a field says so.
type Effect uint32

// The values of Effect.
const (
	EffectNone      = Effect(C.TACOS_EFFECT_NONE)
	EffectConfirmed = Effect(C.TACOS_EFFECT_CONFIRMED)
	EffectRetaken   = Effect(C.TACOS_EFFECT_RETAKEN)
	EffectPaidBack  = Effect(C.TACOS_EFFECT_PAID_BACK)
	EffectReleased  = Effect(C.TACOS_EFFECT_RELEASED)
)

var namesEffect = map[uint32]string{
	uint32(EffectNone):      "none",
	uint32(EffectConfirmed): "confirmed",
	uint32(EffectRetaken):   "retaken",
	uint32(EffectPaidBack):  "paid_back",
	uint32(EffectReleased):  "released",
}

func (v Effect) String() string { return name(namesEffect, uint32(v)) }

// SeatState: how one seat stands. Zero may also mean none or any where a field says so.
type SeatState uint32

// The values of SeatState.
const (
	SeatAvailable = SeatState(C.TACOS_SEAT_STATE_AVAILABLE)
	SeatReserved  = SeatState(C.TACOS_SEAT_STATE_RESERVED)
	SeatSold      = SeatState(C.TACOS_SEAT_STATE_SOLD)
	SeatBlocked   = SeatState(C.TACOS_SEAT_STATE_BLOCKED)
)

var namesSeatState = map[uint32]string{
	uint32(SeatAvailable): "available",
	uint32(SeatReserved):  "reserved",
	uint32(SeatSold):      "sold",
	uint32(SeatBlocked):   "blocked",
}

func (v SeatState) String() string { return name(namesSeatState, uint32(v)) }

// QueueState: how a place in the line stands. Zero may also mean none or any where a field says so.
type QueueState uint32

// The values of QueueState.
const (
	QueueInRoom   = QueueState(C.TACOS_QUEUE_STATE_IN_ROOM)
	QueueWaiting  = QueueState(C.TACOS_QUEUE_STATE_WAITING)
	QueueReady    = QueueState(C.TACOS_QUEUE_STATE_READY)
	QueueAdmitted = QueueState(C.TACOS_QUEUE_STATE_ADMITTED)
	QueueUsed     = QueueState(C.TACOS_QUEUE_STATE_USED)
	QueueLeft     = QueueState(C.TACOS_QUEUE_STATE_LEFT)
	QueueExpired  = QueueState(C.TACOS_QUEUE_STATE_EXPIRED)
)

var namesQueueState = map[uint32]string{
	uint32(QueueInRoom):   "in_room",
	uint32(QueueWaiting):  "waiting",
	uint32(QueueReady):    "ready",
	uint32(QueueAdmitted): "admitted",
	uint32(QueueUsed):     "used",
	uint32(QueueLeft):     "left",
	uint32(QueueExpired):  "expired",
}

func (v QueueState) String() string { return name(namesQueueState, uint32(v)) }

// Bound: which bound was reached. Zero may also mean none or any where a field says so.
type Bound uint32

// The values of Bound.
const (
	BoundEvents          = Bound(C.TACOS_BOUND_EVENTS)
	BoundReservations    = Bound(C.TACOS_BOUND_RESERVATIONS)
	BoundPayments        = Bound(C.TACOS_BOUND_PAYMENTS)
	BoundWebhooks        = Bound(C.TACOS_BOUND_WEBHOOKS)
	BoundIdempotencyKeys = Bound(C.TACOS_BOUND_IDEMPOTENCY_KEYS)
	BoundWaitingLine     = Bound(C.TACOS_BOUND_WAITING_LINE)
	BoundNotes           = Bound(C.TACOS_BOUND_NOTES)
	BoundLogBuffer       = Bound(C.TACOS_BOUND_LOG_BUFFER)
	BoundDiskSpace       = Bound(C.TACOS_BOUND_DISK_SPACE)
)

var namesBound = map[uint32]string{
	uint32(BoundEvents):          "events",
	uint32(BoundReservations):    "reservations",
	uint32(BoundPayments):        "payments",
	uint32(BoundWebhooks):        "webhooks",
	uint32(BoundIdempotencyKeys): "idempotency_keys",
	uint32(BoundWaitingLine):     "waiting_line",
	uint32(BoundNotes):           "notes",
	uint32(BoundLogBuffer):       "log_buffer",
	uint32(BoundDiskSpace):       "disk_space",
}

func (v Bound) String() string { return name(namesBound, uint32(v)) }

// PaymentDoubt: why a payment does not confirm a reservation. Zero may also mean none or any where a field says so.
type PaymentDoubt uint32

// The values of PaymentDoubt.
const (
	PaymentDoubtUnknown       = PaymentDoubt(C.TACOS_PAYMENT_DOUBT_UNKNOWN)
	PaymentDoubtForeign       = PaymentDoubt(C.TACOS_PAYMENT_DOUBT_FOREIGN)
	PaymentDoubtUnfinished    = PaymentDoubt(C.TACOS_PAYMENT_DOUBT_UNFINISHED)
	PaymentDoubtAmountDiffers = PaymentDoubt(C.TACOS_PAYMENT_DOUBT_AMOUNT_DIFFERS)
)

var namesPaymentDoubt = map[uint32]string{
	uint32(PaymentDoubtUnknown):       "unknown",
	uint32(PaymentDoubtForeign):       "foreign",
	uint32(PaymentDoubtUnfinished):    "unfinished",
	uint32(PaymentDoubtAmountDiffers): "amount_differs",
}

func (v PaymentDoubt) String() string { return name(namesPaymentDoubt, uint32(v)) }

// ExtensionDoubt: why a hold is not extended. Zero may also mean none or any where a field says so.
type ExtensionDoubt uint32

// The values of ExtensionDoubt.
const (
	ExtensionDoubtAlreadyExtended = ExtensionDoubt(C.TACOS_EXTENSION_DOUBT_ALREADY_EXTENDED)
	ExtensionDoubtTooLong         = ExtensionDoubt(C.TACOS_EXTENSION_DOUBT_TOO_LONG)
	ExtensionDoubtPastMaximum     = ExtensionDoubt(C.TACOS_EXTENSION_DOUBT_PAST_MAXIMUM)
)

var namesExtensionDoubt = map[uint32]string{
	uint32(ExtensionDoubtAlreadyExtended): "already_extended",
	uint32(ExtensionDoubtTooLong):         "too_long",
	uint32(ExtensionDoubtPastMaximum):     "past_maximum",
}

func (v ExtensionDoubt) String() string { return name(namesExtensionDoubt, uint32(v)) }

// What: what an update says. Zero may also mean none or any where a field says so.
type What uint32

// The values of What.
const (
	UpdateOther          = What(C.TACOS_WHAT_OTHER)
	UpdateEventCreated   = What(C.TACOS_WHAT_EVENT_CREATED)
	UpdateEventChanged   = What(C.TACOS_WHAT_EVENT_CHANGED)
	UpdateSale           = What(C.TACOS_WHAT_SALE)
	UpdateQueuePaused    = What(C.TACOS_WHAT_QUEUE_PAUSED)
	UpdateRoomDrawn      = What(C.TACOS_WHAT_ROOM_DRAWN)
	UpdateSeats          = What(C.TACOS_WHAT_SEATS)
	UpdateReservation    = What(C.TACOS_WHAT_RESERVATION)
	UpdateHoldExpiring   = What(C.TACOS_WHAT_HOLD_EXPIRING)
	UpdatePayment        = What(C.TACOS_WHAT_PAYMENT)
	UpdateWebhook        = What(C.TACOS_WHAT_WEBHOOK)
	UpdateJoined         = What(C.TACOS_WHAT_JOINED)
	UpdateLeft           = What(C.TACOS_WHAT_LEFT)
	UpdateReady          = What(C.TACOS_WHAT_READY)
	UpdateAdmitted       = What(C.TACOS_WHAT_ADMITTED)
	UpdateTicketsExpired = What(C.TACOS_WHAT_TICKETS_EXPIRED)
	UpdateNote           = What(C.TACOS_WHAT_NOTE)
)

var namesWhat = map[uint32]string{
	uint32(UpdateOther):          "other",
	uint32(UpdateEventCreated):   "event_created",
	uint32(UpdateEventChanged):   "event_changed",
	uint32(UpdateSale):           "sale",
	uint32(UpdateQueuePaused):    "queue_paused",
	uint32(UpdateRoomDrawn):      "room_drawn",
	uint32(UpdateSeats):          "seats",
	uint32(UpdateReservation):    "reservation",
	uint32(UpdateHoldExpiring):   "hold_expiring",
	uint32(UpdatePayment):        "payment",
	uint32(UpdateWebhook):        "webhook",
	uint32(UpdateJoined):         "joined",
	uint32(UpdateLeft):           "left",
	uint32(UpdateReady):          "ready",
	uint32(UpdateAdmitted):       "admitted",
	uint32(UpdateTicketsExpired): "tickets_expired",
	uint32(UpdateNote):           "note",
}

func (v What) String() string { return name(namesWhat, uint32(v)) }
