// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
// The arguments of every operation that is a command.
#include <stddef.h>

#include "rows.h"

static const row CREATE_EVENT[] = {
    {"event", TEXT, 0, offsetof(tacos_create_event, event)},
    {NULL, SETTINGS, 0, offsetof(tacos_create_event, settings)},
    {"places", SECTIONS, 0, offsetof(tacos_create_event, sections), .mark = offsetof(tacos_create_event, section_count)},
    {"queue", POLICY, 0, offsetof(tacos_create_event, queue)},
    {"key", TEXT, 0, offsetof(tacos_create_event, key)},
    {NULL},
};

static const row UPDATE_EVENT[] = {
    {"event", TEXT, 0, offsetof(tacos_update_event, event)},
    {NULL, SETTINGS, 0, offsetof(tacos_update_event, settings)},
    {"key", TEXT, 0, offsetof(tacos_update_event, key)},
    {NULL},
};

static const row SET_SALE[] = {
    {"event", TEXT, 0, offsetof(tacos_set_sale, event)},
    {"state", WORD, 0, offsetof(tacos_set_sale, state), .words = SALE_STATE_WORDS},
    {"key", TEXT, 0, offsetof(tacos_set_sale, key)},
    {NULL},
};

static const row BLOCK_SEATS[] = {
    {"event", TEXT, 0, offsetof(tacos_block_seats, event)},
    {"seats", TEXTS, 0, offsetof(tacos_block_seats, seats), .mark = offsetof(tacos_block_seats, seat_count)},
    {"block", FLAG, 0, offsetof(tacos_block_seats, block)},
    {"key", TEXT, 0, offsetof(tacos_block_seats, key)},
    {NULL},
};

static const row SET_QUEUE_POLICY[] = {
    {"event", TEXT, 0, offsetof(tacos_set_queue_policy, event)},
    {NULL, POLICY, 0, offsetof(tacos_set_queue_policy, policy)},
    {"key", TEXT, 0, offsetof(tacos_set_queue_policy, key)},
    {NULL},
};

static const row PAUSE_QUEUE[] = {
    {"event", TEXT, 0, offsetof(tacos_pause_queue, event)},
    {"paused", FLAG, 0, offsetof(tacos_pause_queue, paused)},
    {"key", TEXT, 0, offsetof(tacos_pause_queue, key)},
    {NULL},
};

static const row DRAW_ROOM[] = {
    {"event", TEXT, 0, offsetof(tacos_draw_room, event)},
    {"key", TEXT, 0, offsetof(tacos_draw_room, key)},
    {NULL},
};

static const row JOIN_QUEUE[] = {
    {"event", TEXT, 0, offsetof(tacos_join_queue, event)},
    {"session", TEXT, 0, offsetof(tacos_join_queue, session)},
    {"user", TEXT, 0, offsetof(tacos_join_queue, user)},
    {NULL},
};

static const row LEAVE_QUEUE[] = {
    {"token", TOKEN, REQUIRED, offsetof(tacos_leave_queue, token), .kind = TACOS_TOKEN_KIND_WAITING},
    {NULL},
};

static const row REQUEST_ADMISSION[] = {
    {"token", TOKEN, REQUIRED, offsetof(tacos_request_admission, token), .kind = TACOS_TOKEN_KIND_WAITING},
    {"event", TEXT, 0, offsetof(tacos_request_admission, event)},
    {"user", TEXT, 0, offsetof(tacos_request_admission, user)},
    {NULL},
};

static const row RESERVE[] = {
    {"event", TEXT, 0, offsetof(tacos_reserve, event)},
    {"user", TEXT, 0, offsetof(tacos_reserve, user)},
    {"seats", TEXTS, 0, offsetof(tacos_reserve, seats), .mark = offsetof(tacos_reserve, seat_count)},
    {"quantity", SMALL, 0, offsetof(tacos_reserve, quantity)},
    {"section", TEXT, 0, offsetof(tacos_reserve, section)},
    {"allow_split", FLAG, CONTRARY, offsetof(tacos_reserve, whole_only)},
    {"accessible", FLAG, 0, offsetof(tacos_reserve, accessible)},
    {"token", TOKEN, 0, offsetof(tacos_reserve, token), .mark = offsetof(tacos_reserve, has_token), .kind = TACOS_TOKEN_KIND_RESERVATION},
    {"trusted", FLAG, 0, offsetof(tacos_reserve, trusted)},
    {"external", TEXT, 0, offsetof(tacos_reserve, external)},
    {"hold_until_ms", MOMENT, 0, offsetof(tacos_reserve, hold_until_ms)},
    {"key", TEXT, 0, offsetof(tacos_reserve, key)},
    {NULL},
};

static const row CONFIRM[] = {
    {NULL, WHICH, 0, offsetof(tacos_confirm, which)},
    {"user", TEXT, 0, offsetof(tacos_confirm, user)},
    {"payment", ID, MARKS_ABSENCE, offsetof(tacos_confirm, payment), .mark = offsetof(tacos_confirm, outside), .kind = TACOS_ID_KIND_PAYMENT},
    {"exactly", TEXTS, 0, offsetof(tacos_confirm, exactly), .mark = offsetof(tacos_confirm, exactly_count)},
    {"total_minor", SIGNED, 0, offsetof(tacos_confirm, total_minor), .mark = offsetof(tacos_confirm, has_total)},
    {"key", TEXT, 0, offsetof(tacos_confirm, key)},
    {NULL},
};

static const row RELEASE[] = {
    {NULL, WHICH, 0, offsetof(tacos_release, which)},
    {"user", TEXT, 0, offsetof(tacos_release, user)},
    {"seats", TEXTS, 0, offsetof(tacos_release, seats), .mark = offsetof(tacos_release, seat_count)},
    {"key", TEXT, 0, offsetof(tacos_release, key)},
    {NULL},
};

static const row EXTEND[] = {
    {NULL, WHICH, 0, offsetof(tacos_extend, which)},
    {"user", TEXT, 0, offsetof(tacos_extend, user)},
    {"by_ms", BIG, 0, offsetof(tacos_extend, by_ms)},
    {"expires_at_ms", MOMENT, 0, offsetof(tacos_extend, expires_at_ms)},
    {"key", TEXT, 0, offsetof(tacos_extend, key)},
    {NULL},
};

static const row EXPIRE[] = {
    {NULL, WHICH, 0, offsetof(tacos_expire, which)},
    {NULL},
};

static const row CREATE_PAYMENT[] = {
    {NULL, WHICH, 0, offsetof(tacos_create_payment, which)},
    {"unlinked", TEXT, 0, offsetof(tacos_create_payment, unlinked)},
    {"user", TEXT, 0, offsetof(tacos_create_payment, user)},
    {"amount_minor", SIGNED, 0, offsetof(tacos_create_payment, amount_minor)},
    {"currency", TEXT, 0, offsetof(tacos_create_payment, currency)},
    {"method", WORD, 0, offsetof(tacos_create_payment, method), .words = PAYMENT_METHOD_WORDS},
    {"scenario", WORD, 0, offsetof(tacos_create_payment, scenario), .words = SCENARIO_WORDS},
    {"webhook_url", TEXT, 0, offsetof(tacos_create_payment, webhook_url)},
    {"attachment", BYTES, 0, offsetof(tacos_create_payment, attachment)},
    {"key", TEXT, 0, offsetof(tacos_create_payment, key)},
    {NULL},
};

static const row PROCESS_PAYMENT[] = {
    {"payment", ID, REQUIRED, offsetof(tacos_process_payment, payment), .kind = TACOS_ID_KIND_PAYMENT},
    {"user", TEXT, 0, offsetof(tacos_process_payment, user)},
    {"key", TEXT, 0, offsetof(tacos_process_payment, key)},
    {NULL},
};

static const row CANCEL_PAYMENT[] = {
    {"payment", ID, REQUIRED, offsetof(tacos_cancel_payment, payment), .kind = TACOS_ID_KIND_PAYMENT},
    {"user", TEXT, 0, offsetof(tacos_cancel_payment, user)},
    {"refund_minor", SIGNED, 0, offsetof(tacos_cancel_payment, refund_minor), .mark = offsetof(tacos_cancel_payment, has_refund)},
    {"key", TEXT, 0, offsetof(tacos_cancel_payment, key)},
    {NULL},
};

static const row REPORT_PAYMENT[] = {
    {"payment", ID, REQUIRED, offsetof(tacos_report_payment, payment), .kind = TACOS_ID_KIND_PAYMENT},
    {"outcome", WORD, 0, offsetof(tacos_report_payment, outcome), .words = PAYMENT_OUTCOME_WORDS},
    {"key", TEXT, 0, offsetof(tacos_report_payment, key)},
    {NULL},
};

static const row REPORT_WEBHOOK[] = {
    {"webhook", ID, REQUIRED, offsetof(tacos_report_webhook, webhook), .kind = TACOS_ID_KIND_WEBHOOK},
    {"delivered", FLAG, 0, offsetof(tacos_report_webhook, delivered)},
    {NULL},
};

static const row REPLAY_WEBHOOK[] = {
    {"webhook", ID, REQUIRED, offsetof(tacos_replay_webhook, webhook), .kind = TACOS_ID_KIND_WEBHOOK},
    {NULL},
};

static const row NOTE[] = {
    {"name", TEXT, 0, offsetof(tacos_note, name)},
    {"value", BYTES, MARKS_ABSENCE, offsetof(tacos_note, value), .mark = offsetof(tacos_note, remove)},
    {"key", TEXT, 0, offsetof(tacos_note, key)},
    {NULL},
};

static const row READ_RESERVATION[] = {
    {NULL, WHICH, 0, offsetof(tacos_read_reservation, which)},
    {"user", TEXT, 0, offsetof(tacos_read_reservation, user)},
    {NULL},
};

static const row LIST_RESERVATIONS[] = {
    {"user", TEXT, 0, offsetof(tacos_list_reservations, user)},
    {"state", WORD, 0, offsetof(tacos_list_reservations, state), .words = RESERVATION_STATE_WORDS},
    {"event", TEXT, 0, offsetof(tacos_list_reservations, event)},
    {"after", CURSOR, 0, offsetof(tacos_list_reservations, after), .mark = offsetof(tacos_list_reservations, has_after)},
    {"most", SMALL, 0, offsetof(tacos_list_reservations, most)},
    {NULL},
};

static const row READ_PAYMENT[] = {
    {"payment", ID, REQUIRED, offsetof(tacos_read_payment, payment), .kind = TACOS_ID_KIND_PAYMENT},
    {"user", TEXT, 0, offsetof(tacos_read_payment, user)},
    {NULL},
};

static const row LIST_PAYMENTS[] = {
    {"user", TEXT, 0, offsetof(tacos_list_payments, user)},
    {"state", WORD, 0, offsetof(tacos_list_payments, state), .words = PAYMENT_STATE_WORDS},
    {"reservation", ID, 0, offsetof(tacos_list_payments, reservation), .mark = offsetof(tacos_list_payments, has_reservation), .kind = TACOS_ID_KIND_RESERVATION},
    {"after", CURSOR, 0, offsetof(tacos_list_payments, after), .mark = offsetof(tacos_list_payments, has_after)},
    {"most", SMALL, 0, offsetof(tacos_list_payments, most)},
    {NULL},
};

const command COMMANDS[] = {
    {"create_event", TACOS_COMMAND_CREATE_EVENT, sizeof(tacos_create_event), CREATE_EVENT},
    {"update_event", TACOS_COMMAND_UPDATE_EVENT, sizeof(tacos_update_event), UPDATE_EVENT},
    {"set_sale", TACOS_COMMAND_SET_SALE, sizeof(tacos_set_sale), SET_SALE},
    {"block_seats", TACOS_COMMAND_BLOCK_SEATS, sizeof(tacos_block_seats), BLOCK_SEATS},
    {"set_queue_policy", TACOS_COMMAND_SET_QUEUE_POLICY, sizeof(tacos_set_queue_policy), SET_QUEUE_POLICY},
    {"pause_queue", TACOS_COMMAND_PAUSE_QUEUE, sizeof(tacos_pause_queue), PAUSE_QUEUE},
    {"draw_room", TACOS_COMMAND_DRAW_ROOM, sizeof(tacos_draw_room), DRAW_ROOM},
    {"join_queue", TACOS_COMMAND_JOIN_QUEUE, sizeof(tacos_join_queue), JOIN_QUEUE},
    {"leave_queue", TACOS_COMMAND_LEAVE_QUEUE, sizeof(tacos_leave_queue), LEAVE_QUEUE},
    {"request_admission", TACOS_COMMAND_REQUEST_ADMISSION, sizeof(tacos_request_admission), REQUEST_ADMISSION},
    {"reserve", TACOS_COMMAND_RESERVE, sizeof(tacos_reserve), RESERVE},
    {"confirm", TACOS_COMMAND_CONFIRM, sizeof(tacos_confirm), CONFIRM},
    {"release", TACOS_COMMAND_RELEASE, sizeof(tacos_release), RELEASE},
    {"extend", TACOS_COMMAND_EXTEND, sizeof(tacos_extend), EXTEND},
    {"expire", TACOS_COMMAND_EXPIRE, sizeof(tacos_expire), EXPIRE},
    {"create_payment", TACOS_COMMAND_CREATE_PAYMENT, sizeof(tacos_create_payment), CREATE_PAYMENT},
    {"process_payment", TACOS_COMMAND_PROCESS_PAYMENT, sizeof(tacos_process_payment), PROCESS_PAYMENT},
    {"cancel_payment", TACOS_COMMAND_CANCEL_PAYMENT, sizeof(tacos_cancel_payment), CANCEL_PAYMENT},
    {"report_payment", TACOS_COMMAND_REPORT_PAYMENT, sizeof(tacos_report_payment), REPORT_PAYMENT},
    {"report_webhook", TACOS_COMMAND_REPORT_WEBHOOK, sizeof(tacos_report_webhook), REPORT_WEBHOOK},
    {"replay_webhook", TACOS_COMMAND_REPLAY_WEBHOOK, sizeof(tacos_replay_webhook), REPLAY_WEBHOOK},
    {"note", TACOS_COMMAND_NOTE, sizeof(tacos_note), NOTE},
    {"reservation", TACOS_COMMAND_READ_RESERVATION, sizeof(tacos_read_reservation), READ_RESERVATION},
    {"reservations", TACOS_COMMAND_LIST_RESERVATIONS, sizeof(tacos_list_reservations), LIST_RESERVATIONS},
    {"payment", TACOS_COMMAND_READ_PAYMENT, sizeof(tacos_read_payment), READ_PAYMENT},
    {"payments", TACOS_COMMAND_LIST_PAYMENTS, sizeof(tacos_list_payments), LIST_PAYMENTS},
    {NULL},
};
