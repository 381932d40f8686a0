// Arguments of a scenario as commands of the customer and about money.
#include "driver.h"

#include <string.h>

const char *ill_formed;

static void bad(const char *name) {
    if (ill_formed == NULL) ill_formed = name;
}

tacos_id id_of(object with, const char *name, uint32_t kind) {
    tacos_id id = {{0}};
    if (tacos_id_parse(kind, text(with, name), &id) != TACOS_STATUS_OK) bad(name);
    return id;
}

tacos_token token_of(object with, const char *name, uint32_t kind) {
    tacos_token token = {{0}};
    if (tacos_token_parse(kind, text(with, name), &token) != TACOS_STATUS_OK) bad(name);
    return token;
}

// By `id` or by `external`, and not by both.
tacos_which which_of(object with) {
    tacos_which which = {{{0}}, text(with, "external")};
    if (has(with, "id") == has(with, "external")) bad("id");
    if (has(with, "id")) which.id = id_of(with, "id", TACOS_ID_KIND_RESERVATION);
    return which;
}

uint32_t small_number(object of, const char *name, uint32_t usual) {
    int64_t number = number_or(of, name, usual);
    if (number < 0 || number > UINT32_MAX) bad(name);
    return (uint32_t)number;
}

uint64_t big_number(object of, const char *name, uint64_t usual) {
    if (!has(of, name)) return usual;
    int64_t number = number_or(of, name, 0);
    if (number < 0) bad(name);
    return (uint64_t)number;
}

uint64_t moment_of(object with, const char *name) {
    return has(with, name) ? (uint64_t)(START_UNIX_MS + number_or(with, name, 0)) : 0;
}

static int digit(char text) {
    if (text >= '0' && text <= '9') return text - '0';
    return text >= 'a' && text <= 'f' ? text - 'a' + 10 : -1;
}

tacos_id cursor_of(object with, uint32_t *has_after) {
    tacos_id cursor = {{0}};
    *has_after = has(with, "after");
    if (!*has_after) return cursor;
    tacos_str given = text(with, "after");
    if (given.len != 2 * sizeof cursor.bytes) {
        bad("after");
        return cursor;
    }
    for (size_t i = 0; i < sizeof cursor.bytes; i++) {
        int high = digit(given.data[2 * i]), low = digit(given.data[2 * i + 1]);
        if (high < 0 || low < 0) bad("after");
        cursor.bytes[i] = (uint8_t)(high * 16 + low);
    }
    return cursor;
}

#define NEW(name, type, kind_name)        \
    type *name = keep(sizeof *name);      \
    *name = TACOS_COMMAND(type, kind_name)

static const tacos_head *reserve(object with) {
    NEW(command, tacos_reserve, RESERVE);
    command->event = text(with, "event");
    command->user = text(with, "user");
    command->key = text(with, "key");
    command->seats = texts(with, "seats", &command->seat_count);
    command->section = text(with, "section");
    command->external = text(with, "external");
    command->hold_until_ms = moment_of(with, "hold_until_ms");
    if (has(with, "token")) {
        command->token = token_of(with, "token", TACOS_TOKEN_KIND_RESERVATION);
        command->has_token = 1;
    }
    command->trusted = flag_or(with, "trusted", false);
    command->quantity = small_number(with, "quantity", 0);
    command->whole_only = !flag_or(with, "allow_split", true);
    command->accessible = flag_or(with, "accessible", false);
    return &command->head;
}

static const tacos_head *confirm(object with) {
    NEW(command, tacos_confirm, CONFIRM);
    command->which = which_of(with);
    command->user = text(with, "user");
    command->key = text(with, "key");
    command->exactly = texts(with, "exactly", &command->exactly_count);
    command->outside = !has(with, "payment");
    if (!command->outside) command->payment = id_of(with, "payment", TACOS_ID_KIND_PAYMENT);
    return &command->head;
}

static const tacos_head *release(object with) {
    NEW(command, tacos_release, RELEASE);
    command->which = which_of(with);
    command->user = text(with, "user");
    command->key = text(with, "key");
    command->seats = texts(with, "seats", &command->seat_count);
    return &command->head;
}

static const tacos_head *extend(object with) {
    NEW(command, tacos_extend, EXTEND);
    command->which = which_of(with);
    command->user = text(with, "user");
    command->key = text(with, "key");
    command->by_ms = big_number(with, "by_ms", 0);
    return &command->head;
}

static const tacos_head *expire(object with) {
    NEW(command, tacos_expire, EXPIRE);
    command->which = which_of(with);
    return &command->head;
}

static const tacos_head *join(object with) {
    NEW(command, tacos_join_queue, JOIN_QUEUE);
    command->event = text(with, "event");
    command->session = text(with, "session");
    command->user = text(with, "user");
    return &command->head;
}

static const tacos_head *leave_line(object with) {
    NEW(command, tacos_leave_queue, LEAVE_QUEUE);
    command->token = token_of(with, "token", TACOS_TOKEN_KIND_WAITING);
    return &command->head;
}

static const tacos_head *ask(object with) {
    NEW(command, tacos_request_admission, REQUEST_ADMISSION);
    command->token = token_of(with, "token", TACOS_TOKEN_KIND_WAITING);
    command->event = text(with, "event");
    command->user = text(with, "user");
    return &command->head;
}

static const tacos_head *create_payment(object with) {
    NEW(command, tacos_create_payment, CREATE_PAYMENT);
    command->unlinked = text(with, "unlinked");
    if (!has(with, "unlinked")) command->which = which_of(with);
    command->user = text(with, "user");
    command->key = text(with, "key");
    command->amount_minor = number_or(with, "amount_minor", 0);
    command->currency = text(with, "currency");
    command->webhook_url = text(with, "webhook_url");
    tacos_str attachment = text(with, "attachment");
    command->attachment = (tacos_bytes){(const uint8_t *)attachment.data, attachment.len};
    command->method = number_of(METHODS, with, "method", TACOS_PAYMENT_METHOD_CREDIT_CARD);
    command->scenario = number_of(SCENARIOS, with, "scenario", TACOS_SCENARIO_APPROVE);
    return &command->head;
}

static const tacos_head *process_payment(object with) {
    NEW(command, tacos_process_payment, PROCESS_PAYMENT);
    command->payment = id_of(with, "payment", TACOS_ID_KIND_PAYMENT);
    command->user = text(with, "user");
    command->key = text(with, "key");
    return &command->head;
}

static const tacos_head *cancel_payment(object with) {
    NEW(command, tacos_cancel_payment, CANCEL_PAYMENT);
    command->payment = id_of(with, "payment", TACOS_ID_KIND_PAYMENT);
    command->user = text(with, "user");
    command->key = text(with, "key");
    command->refund_minor = number_or(with, "refund_minor", 0);
    command->has_refund = has(with, "refund_minor");
    return &command->head;
}

static const tacos_head *report_payment(object with) {
    NEW(command, tacos_report_payment, REPORT_PAYMENT);
    command->payment = id_of(with, "payment", TACOS_ID_KIND_PAYMENT);
    command->key = text(with, "key");
    command->outcome = number_of(OUTCOMES, with, "outcome", 0);
    return &command->head;
}

static const tacos_head *report_webhook(object with) {
    NEW(command, tacos_report_webhook, REPORT_WEBHOOK);
    command->webhook = id_of(with, "webhook", TACOS_ID_KIND_WEBHOOK);
    command->delivered = flag_or(with, "delivered", false);
    return &command->head;
}

static const tacos_head *replay_webhook(object with) {
    NEW(command, tacos_replay_webhook, REPLAY_WEBHOOK);
    command->webhook = id_of(with, "webhook", TACOS_ID_KIND_WEBHOOK);
    return &command->head;
}

static const tacos_head *note(object with) {
    NEW(command, tacos_note, NOTE);
    command->name = text(with, "name");
    command->key = text(with, "key");
    tacos_str given = text(with, "value");
    command->value = (tacos_bytes){(const uint8_t *)given.data, given.len};
    command->remove = !has(with, "value");
    return &command->head;
}

// Reads of what must be durable before it is shown are commands too.
static const tacos_head *read_reservation(object with) {
    NEW(command, tacos_read_reservation, READ_RESERVATION);
    command->which = which_of(with);
    command->user = text(with, "user");
    return &command->head;
}

static const tacos_head *list_reservations(object with) {
    NEW(command, tacos_list_reservations, LIST_RESERVATIONS);
    command->user = text(with, "user");
    command->event = text(with, "event");
    command->state = number_of(RESERVATION_STATES, with, "state", 0);
    command->after = cursor_of(with, &command->has_after);
    command->most = small_number(with, "most", 0);
    return &command->head;
}

static const tacos_head *read_payment(object with) {
    NEW(command, tacos_read_payment, READ_PAYMENT);
    command->payment = id_of(with, "payment", TACOS_ID_KIND_PAYMENT);
    command->user = text(with, "user");
    return &command->head;
}

static const tacos_head *list_payments(object with) {
    NEW(command, tacos_list_payments, LIST_PAYMENTS);
    command->user = text(with, "user");
    command->state = number_of(PAYMENT_STATES, with, "state", 0);
    command->has_reservation = has(with, "reservation");
    if (command->has_reservation) command->reservation = id_of(with, "reservation", TACOS_ID_KIND_RESERVATION);
    command->after = cursor_of(with, &command->has_after);
    command->most = small_number(with, "most", 0);
    return &command->head;
}

const tacos_head *command_of(const char *operation, object with) {
    static const struct {
        const char *operation;
        const tacos_head *(*make)(object with);
    } COMMANDS[] = {
        {"reserve", reserve},
        {"confirm", confirm},
        {"release", release},
        {"extend", extend},
        {"expire", expire},
        {"join_queue", join},
        {"leave_queue", leave_line},
        {"request_admission", ask},
        {"create_payment", create_payment},
        {"process_payment", process_payment},
        {"cancel_payment", cancel_payment},
        {"report_payment", report_payment},
        {"report_webhook", report_webhook},
        {"replay_webhook", replay_webhook},
        {"note", note},
        {"reservation", read_reservation},
        {"reservations", list_reservations},
        {"payment", read_payment},
        {"payments", list_payments},
    };
    ill_formed = NULL;
    for (size_t i = 0; i < sizeof COMMANDS / sizeof *COMMANDS; i++) {
        if (strcmp(operation, COMMANDS[i].operation) == 0) return COMMANDS[i].make(with);
    }
    return event_command_of(operation, with);
}
