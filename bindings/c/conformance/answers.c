// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
// The fields of every answer and view.
#include "answers.h"

#include <stddef.h>

const row EVENT_CHANGED_ROWS[] = {
    {"at_ms", MOMENT, OPTIONAL, offsetof(tacos_event_changed, at_ms)},
    {NULL},
};

const row DONE_ROWS[] = {
    {"at_ms", MOMENT, OPTIONAL, offsetof(tacos_done, at_ms)},
    {NULL},
};

const row JOINED_ROWS[] = {
    {"token", TOKEN, 0, offsetof(tacos_joined, token), .kind = TACOS_TOKEN_KIND_WAITING},
    {NULL, INSIDE, 0, offsetof(tacos_joined, place), .inside = QUEUE_PLACE_ROWS},
    {"again", FLAG, 0, offsetof(tacos_joined, again)},
    {NULL},
};

const row QUEUE_PLACE_ROWS[] = {
    {"state", WORD, 0, offsetof(tacos_queue_place, state), .words = QUEUE_STATE_WORDS},
    {"position", SMALL, 0, offsetof(tacos_queue_place, position)},
    {"eta_ms", BIG, 0, offsetof(tacos_queue_place, eta_ms), .mark = offsetof(tacos_queue_place, has_eta)},
    {"expires_at_ms", MOMENT, OPTIONAL, offsetof(tacos_queue_place, expires_at_ms)},
    {NULL},
};

const row ADMITTED_ROWS[] = {
    {"token", TOKEN, 0, offsetof(tacos_admitted, token), .kind = TACOS_TOKEN_KIND_RESERVATION},
    {"valid_until_ms", MOMENT, OPTIONAL, offsetof(tacos_admitted, valid_until_ms)},
    {NULL},
};

const row RESERVED_ROWS[] = {
    {"id", ID, 0, offsetof(tacos_reserved, id), .kind = TACOS_ID_KIND_RESERVATION},
    {"event", EVENT, 0, offsetof(tacos_reserved, event_number)},
    {NULL, PLACES, 0, offsetof(tacos_reserved, places), .mark = offsetof(tacos_reserved, event_number)},
    {"total_minor", SIGNED, 0, offsetof(tacos_reserved, total_minor)},
    {"expires_at_ms", MOMENT, OPTIONAL, offsetof(tacos_reserved, expires_at_ms)},
    {NULL},
};

const row CONFIRMED_ROWS[] = {
    {"id", ID, 0, offsetof(tacos_confirmed, id), .kind = TACOS_ID_KIND_RESERVATION},
    {"order", ID, 0, offsetof(tacos_confirmed, id), .kind = TACOS_ID_KIND_ORDER},
    {"event", EVENT, 0, offsetof(tacos_confirmed, event_number)},
    {NULL, PLACES, 0, offsetof(tacos_confirmed, places), .mark = offsetof(tacos_confirmed, event_number)},
    {"total_minor", SIGNED, 0, offsetof(tacos_confirmed, total_minor)},
    {"at_ms", MOMENT, OPTIONAL, offsetof(tacos_confirmed, at_ms)},
    {NULL},
};

const row RELEASED_ROWS[] = {
    {"id", ID, 0, offsetof(tacos_released, id), .kind = TACOS_ID_KIND_RESERVATION},
    {"event", EVENT, 0, offsetof(tacos_released, event_number)},
    {"state", WORD, 0, offsetof(tacos_released, state), .words = RESERVATION_STATE_WORDS},
    {NULL, PLACES, 0, offsetof(tacos_released, places), .mark = offsetof(tacos_released, event_number)},
    {"at_ms", MOMENT, OPTIONAL, offsetof(tacos_released, at_ms)},
    {NULL},
};

const row EXTENDED_ROWS[] = {
    {"id", ID, 0, offsetof(tacos_extended, id), .kind = TACOS_ID_KIND_RESERVATION},
    {"expires_at_ms", MOMENT, OPTIONAL, offsetof(tacos_extended, expires_at_ms)},
    {"extended_ms", BIG, 0, offsetof(tacos_extended, extended_ms)},
    {NULL},
};

const row PAYMENT_CHANGED_ROWS[] = {
    {"id", ID, 0, offsetof(tacos_payment_changed, id), .kind = TACOS_ID_KIND_PAYMENT},
    {"state", WORD, 0, offsetof(tacos_payment_changed, state), .words = PAYMENT_STATE_WORDS},
    {"at_ms", MOMENT, OPTIONAL, offsetof(tacos_payment_changed, at_ms)},
    {"expires_at_ms", MOMENT, OPTIONAL, offsetof(tacos_payment_changed, expires_at_ms)},
    {"refunded_minor", SIGNED, 0, offsetof(tacos_payment_changed, refunded_minor)},
    {"refund_number", SMALL, 0, offsetof(tacos_payment_changed, refund_number)},
    {"effect", WORD, 0, offsetof(tacos_payment_changed, effect), .words = PAYMENT_EFFECT_WORDS},
    {NULL},
};

const row RESERVATION_VIEW_ROWS[] = {
    {"id", ID, 0, offsetof(tacos_reservation_view, id), .kind = TACOS_ID_KIND_RESERVATION},
    {"external", TEXT, OPTIONAL, offsetof(tacos_reservation_view, external)},
    {"event", TEXT, 0, offsetof(tacos_reservation_view, event)},
    {"user", TEXT, 0, offsetof(tacos_reservation_view, user)},
    {"state", WORD, 0, offsetof(tacos_reservation_view, state), .words = RESERVATION_STATE_WORDS},
    {NULL, PLACES, 0, offsetof(tacos_reservation_view, places), .mark = offsetof(tacos_reservation_view, event_number)},
    {"total_minor", SIGNED, 0, offsetof(tacos_reservation_view, total_minor)},
    {"currency", TEXT, 0, offsetof(tacos_reservation_view, currency)},
    {"created_at_ms", MOMENT, OPTIONAL, offsetof(tacos_reservation_view, created_at_ms)},
    {"changed_at_ms", MOMENT, OPTIONAL, offsetof(tacos_reservation_view, changed_at_ms)},
    {"expires_at_ms", MOMENT, OPTIONAL, offsetof(tacos_reservation_view, expires_at_ms)},
    {"extensions", SMALL, 0, offsetof(tacos_reservation_view, extensions)},
    {"payment", ID, 0, offsetof(tacos_reservation_view, payment), .mark = offsetof(tacos_reservation_view, has_payment), .kind = TACOS_ID_KIND_PAYMENT},
    {NULL},
};

const row PAYMENT_VIEW_ROWS[] = {
    {"id", ID, 0, offsetof(tacos_payment_view, id), .kind = TACOS_ID_KIND_PAYMENT},
    {"state", WORD, 0, offsetof(tacos_payment_view, state), .words = PAYMENT_STATE_WORDS},
    {"reservation", ID, 0, offsetof(tacos_payment_view, reservation), .mark = offsetof(tacos_payment_view, has_reservation), .kind = TACOS_ID_KIND_RESERVATION},
    {"unlinked", TEXT, OPTIONAL, offsetof(tacos_payment_view, unlinked)},
    {"user", TEXT, 0, offsetof(tacos_payment_view, user)},
    {"amount_minor", SIGNED, 0, offsetof(tacos_payment_view, amount_minor)},
    {"currency", TEXT, 0, offsetof(tacos_payment_view, currency)},
    {"refunded_minor", SIGNED, 0, offsetof(tacos_payment_view, refunded_minor)},
    {"refunds", SMALL, 0, offsetof(tacos_payment_view, refunds)},
    {"method", WORD, 0, offsetof(tacos_payment_view, method), .words = PAYMENT_METHOD_WORDS},
    {"scenario", WORD, 0, offsetof(tacos_payment_view, scenario), .words = SCENARIO_WORDS},
    {"effect", WORD, 0, offsetof(tacos_payment_view, effect), .words = PAYMENT_EFFECT_WORDS},
    {"created_at_ms", MOMENT, OPTIONAL, offsetof(tacos_payment_view, created_at_ms)},
    {"changed_at_ms", MOMENT, OPTIONAL, offsetof(tacos_payment_view, changed_at_ms)},
    {"processed_at_ms", MOMENT, OPTIONAL, offsetof(tacos_payment_view, processed_at_ms)},
    {"expires_at_ms", MOMENT, OPTIONAL, offsetof(tacos_payment_view, expires_at_ms)},
    {"webhook_url", TEXT, OPTIONAL, offsetof(tacos_payment_view, webhook_url)},
    {"attachment", BYTES, 0, offsetof(tacos_payment_view, attachment)},
    {NULL},
};

const row EVENT_VIEW_ROWS[] = {
    {"event", TEXT, 0, offsetof(tacos_event_view, id)},
    {NULL, INSIDE, 0, offsetof(tacos_event_view, settings), .inside = EVENT_SETTINGS_ROWS},
    {"sale", WORD, 0, offsetof(tacos_event_view, sale), .words = SALE_STATE_WORDS},
    {NULL, INSIDE, 0, offsetof(tacos_event_view, counts), .inside = COUNTS_ROWS},
    {"has_queue", FLAG, 0, offsetof(tacos_event_view, has_queue)},
    {NULL},
};

const row EVENT_SETTINGS_ROWS[] = {
    {"name", TEXT, 0, offsetof(tacos_event_settings, name)},
    {"currency", TEXT, 0, offsetof(tacos_event_settings, currency)},
    {"seats_per_reservation_max", SMALL, 0, offsetof(tacos_event_settings, seats_per_reservation_max)},
    {"seats_per_user_max", SMALL, OPTIONAL, offsetof(tacos_event_settings, seats_per_user_max)},
    {"hold_ms", BIG, 0, offsetof(tacos_event_settings, hold_ms)},
    {"hold_ms_max", BIG, 0, offsetof(tacos_event_settings, hold_ms_max)},
    {"extension_ms_max", BIG, 0, offsetof(tacos_event_settings, extension_ms_max)},
    {"extensions_max", SMALL, 0, offsetof(tacos_event_settings, extensions_max)},
    {"sale_starts_ms", MOMENT, OPTIONAL, offsetof(tacos_event_settings, sale_starts_ms)},
    {"sale_ends_ms", MOMENT, OPTIONAL, offsetof(tacos_event_settings, sale_ends_ms)},
    {NULL},
};

const row COUNTS_ROWS[] = {
    {"available", SMALL, 0, offsetof(tacos_counts, available)},
    {"reserved", SMALL, 0, offsetof(tacos_counts, reserved)},
    {"sold", SMALL, 0, offsetof(tacos_counts, sold)},
    {"blocked", SMALL, 0, offsetof(tacos_counts, blocked)},
    {"total", SMALL, 0, offsetof(tacos_counts, total)},
    {NULL},
};

const row SECTION_VIEW_ROWS[] = {
    {"section", TEXT, 0, offsetof(tacos_section_view, name)},
    {"standing", FLAG, 0, offsetof(tacos_section_view, standing)},
    {NULL, INSIDE, 0, offsetof(tacos_section_view, counts), .inside = COUNTS_ROWS},
    {"price_min_minor", SIGNED, 0, offsetof(tacos_section_view, price_min_minor)},
    {"price_max_minor", SIGNED, 0, offsetof(tacos_section_view, price_max_minor)},
    {NULL},
};

const row SEAT_VIEW_ROWS[] = {
    {NULL, INSIDE, 0, offsetof(tacos_seat_view, place), .inside = PLACE_VIEW_ROWS},
    {"state", WORD, 0, offsetof(tacos_seat_view, state), .words = SEAT_STATE_WORDS},
    {NULL},
};

const row PLACE_VIEW_ROWS[] = {
    {"id", TEXT, 0, offsetof(tacos_place_view, id)},
    {"section", TEXT, 0, offsetof(tacos_place_view, section)},
    {"row", TEXT, 0, offsetof(tacos_place_view, row)},
    {"number", TEXT, 0, offsetof(tacos_place_view, number)},
    {"price_minor", SIGNED, 0, offsetof(tacos_place_view, price_minor)},
    {NULL},
};

const row QUEUE_VIEW_ROWS[] = {
    {"waiting", SMALL, 0, offsetof(tacos_queue_view, waiting)},
    {"ready", SMALL, 0, offsetof(tacos_queue_view, ready)},
    {"inside", SMALL, 0, offsetof(tacos_queue_view, inside)},
    {"admitted_total", BIG, 0, offsetof(tacos_queue_view, admitted_total)},
    {"expired_total", BIG, 0, offsetof(tacos_queue_view, expired_total)},
    {"left_total", BIG, 0, offsetof(tacos_queue_view, left_total)},
    {"paused", FLAG, 0, offsetof(tacos_queue_view, paused)},
    {NULL},
};

const row QUEUE_POLICY_ROWS[] = {
    {"enabled", FLAG, 0, offsetof(tacos_queue_policy, enabled)},
    {"admissions_per_minute", SMALL, 0, offsetof(tacos_queue_policy, admissions_per_minute)},
    {"burst", SMALL, 0, offsetof(tacos_queue_policy, burst)},
    {"inside_max", SMALL, 0, offsetof(tacos_queue_policy, inside_max)},
    {"waiting_max", SMALL, 0, offsetof(tacos_queue_policy, waiting_max)},
    {"claim_window_ms", BIG, 0, offsetof(tacos_queue_policy, claim_window_ms)},
    {"token_ttl_ms", BIG, 0, offsetof(tacos_queue_policy, token_ttl_ms)},
    {"inactivity_ms", BIG, 0, offsetof(tacos_queue_policy, inactivity_ms)},
    {"one_place_per_user", FLAG, 0, offsetof(tacos_queue_policy, one_place_per_user)},
    {"room_opens_ms", MOMENT, 0, offsetof(tacos_queue_policy, room_opens_at_ms), .mark = offsetof(tacos_queue_policy, has_room)},
    {"room_draws_ms", MOMENT, 0, offsetof(tacos_queue_policy, room_draws_at_ms), .mark = offsetof(tacos_queue_policy, has_room)},
    {NULL},
};

const row DRAW_VIEW_ROWS[] = {
    {"commitment", HEX, 0, offsetof(tacos_draw_view, commitment)},
    {"seed", HEX, 0, offsetof(tacos_draw_view, seed), .mark = offsetof(tacos_draw_view, has_seed)},
    {NULL},
};

const row WEBHOOK_VIEW_ROWS[] = {
    {"id", ID, 0, offsetof(tacos_webhook_view, id), .kind = TACOS_ID_KIND_WEBHOOK},
    {"payment", ID, 0, offsetof(tacos_webhook_view, payment), .kind = TACOS_ID_KIND_PAYMENT},
    {"tells", WORD, 0, offsetof(tacos_webhook_view, tells), .words = PAYMENT_STATE_WORDS},
    {"created_at_ms", MOMENT, OPTIONAL, offsetof(tacos_webhook_view, created_at_ms)},
    {"attempts", SMALL, 0, offsetof(tacos_webhook_view, attempts)},
    {"next_at_ms", MOMENT, OPTIONAL, offsetof(tacos_webhook_view, next_at_ms)},
    {"order", BIG, 0, offsetof(tacos_webhook_view, order)},
    {NULL},
};

const body BODIES[] = {
    {TACOS_BODY_EVENT, EVENT_CHANGED_ROWS},
    {TACOS_BODY_RESERVED, RESERVED_ROWS},
    {TACOS_BODY_EXTENDED, EXTENDED_ROWS},
    {TACOS_BODY_RELEASED, RELEASED_ROWS},
    {TACOS_BODY_CONFIRMED, CONFIRMED_ROWS},
    {TACOS_BODY_PAYMENT, PAYMENT_CHANGED_ROWS},
    {TACOS_BODY_JOINED, JOINED_ROWS},
    {TACOS_BODY_ADMITTED, ADMITTED_ROWS},
    {TACOS_BODY_DONE, DONE_ROWS},
    {TACOS_BODY_RESERVATION_VIEW, RESERVATION_VIEW_ROWS},
    {TACOS_BODY_RESERVATION_PAGE, RESERVATION_VIEW_ROWS, .is_page = true},
    {TACOS_BODY_PAYMENT_VIEW, PAYMENT_VIEW_ROWS},
    {TACOS_BODY_PAYMENT_PAGE, PAYMENT_VIEW_ROWS, .is_page = true},
    {0, NULL},
};
