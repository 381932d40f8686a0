// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
// The words of scenarios for the numbers of the ABI.
#include "words.h"

const word SALE_STATE_WORDS[] = {
    {TACOS_SALE_DRAFT, "draft"},
    {TACOS_SALE_OPEN, "open"},
    {TACOS_SALE_PAUSED, "paused"},
    {TACOS_SALE_CLOSED, "closed"},
    {0, NULL},
};

const word PAYMENT_METHOD_WORDS[] = {
    {TACOS_PAYMENT_METHOD_CREDIT_CARD, "credit_card"},
    {TACOS_PAYMENT_METHOD_DEBIT_CARD, "debit_card"},
    {TACOS_PAYMENT_METHOD_BANK_TRANSFER, "bank_transfer"},
    {TACOS_PAYMENT_METHOD_MOBILE_PAY, "mobile_pay"},
    {TACOS_PAYMENT_METHOD_DIGITAL_WALLET, "digital_wallet"},
    {0, NULL},
};

const word SCENARIO_WORDS[] = {
    {TACOS_SCENARIO_APPROVE, "approve"},
    {TACOS_SCENARIO_FAIL, "fail"},
    {TACOS_SCENARIO_DELAY, "delay"},
    {TACOS_SCENARIO_RANDOM, "random"},
    {TACOS_SCENARIO_TIMEOUT, "timeout"},
    {TACOS_SCENARIO_OUTSIDE, "outside"},
    {0, NULL},
};

const word PAYMENT_OUTCOME_WORDS[] = {
    {TACOS_PAYMENT_OUTCOME_COMPLETED, "completed"},
    {TACOS_PAYMENT_OUTCOME_FAILED, "failed"},
    {0, NULL},
};

const word QUEUE_STATE_WORDS[] = {
    {TACOS_QUEUE_STATE_IN_ROOM, "in_room"},
    {TACOS_QUEUE_STATE_WAITING, "waiting"},
    {TACOS_QUEUE_STATE_READY, "ready"},
    {TACOS_QUEUE_STATE_ADMITTED, "admitted"},
    {TACOS_QUEUE_STATE_USED, "used"},
    {TACOS_QUEUE_STATE_LEFT, "left"},
    {TACOS_QUEUE_STATE_EXPIRED, "expired"},
    {0, NULL},
};

const word RESERVATION_STATE_WORDS[] = {
    {TACOS_RESERVATION_STATE_PENDING, "pending"},
    {TACOS_RESERVATION_STATE_CONFIRMED, "confirmed"},
    {TACOS_RESERVATION_STATE_CANCELLED, "cancelled"},
    {TACOS_RESERVATION_STATE_EXPIRED, "expired"},
    {TACOS_RESERVATION_STATE_FAILED, "failed"},
    {TACOS_RESERVATION_STATE_REFUNDED, "refunded"},
    {0, NULL},
};

const word PAYMENT_STATE_WORDS[] = {
    {TACOS_PAYMENT_STATE_PENDING, "pending"},
    {TACOS_PAYMENT_STATE_PROCESSING, "processing"},
    {TACOS_PAYMENT_STATE_COMPLETED, "completed"},
    {TACOS_PAYMENT_STATE_FAILED, "failed"},
    {TACOS_PAYMENT_STATE_CANCELLED, "cancelled"},
    {TACOS_PAYMENT_STATE_EXPIRED, "expired"},
    {TACOS_PAYMENT_STATE_REFUNDED, "refunded"},
    {0, NULL},
};

const word PAYMENT_EFFECT_WORDS[] = {
    {TACOS_PAYMENT_EFFECT_NONE, "none"},
    {TACOS_PAYMENT_EFFECT_CONFIRMED, "confirmed"},
    {TACOS_PAYMENT_EFFECT_RETAKEN, "retaken"},
    {TACOS_PAYMENT_EFFECT_PAID_BACK, "paid_back"},
    {TACOS_PAYMENT_EFFECT_RELEASED, "released"},
    {0, NULL},
};

const word SEAT_STATE_WORDS[] = {
    {TACOS_SEAT_STATE_AVAILABLE, "available"},
    {TACOS_SEAT_STATE_RESERVED, "reserved"},
    {TACOS_SEAT_STATE_SOLD, "sold"},
    {TACOS_SEAT_STATE_BLOCKED, "blocked"},
    {0, NULL},
};

const word PAYMENT_DOUBT_WORDS[] = {
    {TACOS_PAYMENT_DOUBT_UNKNOWN, "unknown"},
    {TACOS_PAYMENT_DOUBT_FOREIGN, "foreign"},
    {TACOS_PAYMENT_DOUBT_UNFINISHED, "unfinished"},
    {TACOS_PAYMENT_DOUBT_AMOUNT_DIFFERS, "amount_differs"},
    {0, NULL},
};

const word EXTENSION_DOUBT_WORDS[] = {
    {TACOS_EXTENSION_DOUBT_ALREADY_EXTENDED, "already_extended"},
    {TACOS_EXTENSION_DOUBT_TOO_LONG, "too_long"},
    {TACOS_EXTENSION_DOUBT_PAST_MAXIMUM, "past_maximum"},
    {0, NULL},
};

const word BOUND_WORDS[] = {
    {TACOS_BOUND_EVENTS, "events"},
    {TACOS_BOUND_RESERVATIONS, "reservations"},
    {TACOS_BOUND_PAYMENTS, "payments"},
    {TACOS_BOUND_WEBHOOKS, "webhooks"},
    {TACOS_BOUND_IDEMPOTENCY_KEYS, "idempotency_keys"},
    {TACOS_BOUND_WAITING_LINE, "waiting_line"},
    {TACOS_BOUND_NOTES, "notes"},
    {TACOS_BOUND_LOG_BUFFER, "log_buffer"},
    {TACOS_BOUND_DISK_SPACE, "disk_space"},
    {0, NULL},
};

const word UPDATE_KIND_WORDS[] = {
    {TACOS_UPDATE_KIND_EVENT_CREATED, "event_created"},
    {TACOS_UPDATE_KIND_EVENT_CHANGED, "event_changed"},
    {TACOS_UPDATE_KIND_SALE, "sale"},
    {TACOS_UPDATE_KIND_QUEUE_PAUSED, "queue_paused"},
    {TACOS_UPDATE_KIND_ROOM_DRAWN, "room_drawn"},
    {TACOS_UPDATE_KIND_SEATS, "seats"},
    {TACOS_UPDATE_KIND_RESERVATION, "reservation"},
    {TACOS_UPDATE_KIND_HOLD_EXPIRING, "hold_expiring"},
    {TACOS_UPDATE_KIND_PAYMENT, "payment"},
    {TACOS_UPDATE_KIND_WEBHOOK, "webhook"},
    {TACOS_UPDATE_KIND_JOINED, "joined"},
    {TACOS_UPDATE_KIND_LEFT, "left"},
    {TACOS_UPDATE_KIND_READY, "ready"},
    {TACOS_UPDATE_KIND_ADMITTED, "admitted"},
    {TACOS_UPDATE_KIND_TICKETS_EXPIRED, "tickets_expired"},
    {TACOS_UPDATE_KIND_NOTE, "note"},
    {0, NULL},
};
