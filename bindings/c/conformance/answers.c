// Answers of the library as the fields that scenarios compare.
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void must(tacos_status status, const char *call) {
    if (status == TACOS_STATUS_OK) return;
    char told[1024], last[512];
    tacos_last_error(last, sizeof last, NULL);
    snprintf(told, sizeof told, "%s: %s (%s)", call, tacos_status_name(status), last);
    give_up("what must go well does not", told);
}

tacos_buffer *fresh_buffer(void) {
    tacos_buffer *buffer = keep(sizeof *buffer);
    *buffer = (tacos_buffer){keep(ROOM_BYTES), ROOM_BYTES, 0};
    return buffer;
}

void put_moment(const char *name, uint64_t unix_ms) { put_int(name, (int64_t)unix_ms - START_UNIX_MS); }

void put_moment_if(const char *name, uint64_t unix_ms) {
    if (unix_ms != 0) put_moment(name, unix_ms);
}

void put_id(const char *name, uint32_t kind, tacos_id id) {
    tacos_str formatted;
    MUST(tacos_id_format(kind, id, fresh_buffer(), &formatted));
    put_text(name, formatted);
}

static void put_token(const char *name, uint32_t kind, tacos_token token) {
    tacos_str formatted;
    MUST(tacos_token_format(kind, token, fresh_buffer(), &formatted));
    put_text(name, formatted);
}

static void put_event(const char *name, uint32_t number) {
    tacos_str id;
    MUST(tacos_event_id(engine, number, fresh_buffer(), &id));
    put_text(name, id);
}

void put_counts(const tacos_counts *counts) {
    put_int("available", counts->available);
    put_int("reserved", counts->reserved);
    put_int("sold", counts->sold);
    put_int("blocked", counts->blocked);
    put_int("total", counts->total);
}

void put_queue_place(const tacos_queue_place *place) {
    put_word("state", word_of(QUEUE_STATES, place->state));
    put_int("position", place->position);
    if (place->has_eta) put_int("eta_ms", (int64_t)place->eta_ms);
    put_moment_if("expires_at_ms", place->expires_at_ms);
}

static int compare(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

// In the order of the seat map; standing places as their section's name with the count. Gives how many places they are.
static int64_t put_places(uint32_t event_number, const uint32_t *places, size_t count) {
    uint32_t *sorted = keep((count + 1) * sizeof *sorted);
    if (count > 0) memcpy(sorted, places, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare);
    tacos_list list;
    MUST(tacos_describe(engine, event_number, sorted, count, fresh_buffer(), &list));
    put_list("seats", list.count);
    int64_t all = 0;
    for (size_t i = 0; i < list.count; i++) {
        const tacos_place_view *place = TACOS_ITEM(tacos_place_view, list, i);
        char name[32], id[256];
        snprintf(name, sizeof name, "seats.%zu", i);
        // Only standing places have no row.
        if (place->row.len == 0) {
            snprintf(id, sizeof id, "%.*s*%u", (int)place->id.len, place->id.data, place->count);
        } else {
            snprintf(id, sizeof id, "%.*s", (int)place->id.len, place->id.data);
        }
        put_word(name, id);
        all += place->count;
    }
    return all;
}

void put_seats(uint32_t event_number, const uint32_t *places, size_t count) {
    put_places(event_number, places, count);
}

static void put_held(uint32_t event_number, tacos_list places) {
    put_int("count", put_places(event_number, places.items, places.count));
}

static void put_reservation(const tacos_reservation_view *view) {
    put_id("id", TACOS_ID_KIND_RESERVATION, view->id);
    if (view->external.data != NULL) put_text("external", view->external);
    put_text("event", view->event);
    put_text("user", view->user);
    put_word("state", word_of(RESERVATION_STATES, view->state));
    put_held(view->event_number, view->places);
    put_int("total_minor", view->total_minor);
    put_text("currency", view->currency);
    put_moment("created_at_ms", view->created_at_ms);
    put_moment("changed_at_ms", view->changed_at_ms);
    put_moment("expires_at_ms", view->expires_at_ms);
    put_int("extensions", view->extensions);
    if (view->has_payment) put_id("payment", TACOS_ID_KIND_PAYMENT, view->payment);
}

static void put_payment(const tacos_payment_view *view) {
    put_id("id", TACOS_ID_KIND_PAYMENT, view->id);
    put_word("state", word_of(PAYMENT_STATES, view->state));
    if (view->has_reservation) put_id("reservation", TACOS_ID_KIND_RESERVATION, view->reservation);
    if (view->unlinked.data != NULL) put_text("unlinked", view->unlinked);
    put_text("user", view->user);
    put_int("amount_minor", view->amount_minor);
    put_text("currency", view->currency);
    put_int("refunded_minor", view->refunded_minor);
    put_int("refunds", view->refunds);
    put_word("method", word_of(METHODS, view->method));
    put_word("scenario", word_of(SCENARIOS, view->scenario));
    put_word("effect", word_of(EFFECTS, view->effect));
    put_moment("created_at_ms", view->created_at_ms);
    put_moment("changed_at_ms", view->changed_at_ms);
    put_moment_if("processed_at_ms", view->processed_at_ms);
    put_moment("expires_at_ms", view->expires_at_ms);
    if (view->webhook_url.data != NULL) put_text("webhook_url", view->webhook_url);
    put_text("attachment", (tacos_str){(const char *)view->attachment.data, view->attachment.len});
}

static void put_payment_changed(const tacos_payment_changed *body) {
    put_id("id", TACOS_ID_KIND_PAYMENT, body->id);
    put_word("state", word_of(PAYMENT_STATES, body->state));
    put_moment("at_ms", body->at_ms);
    put_moment("expires_at_ms", body->expires_at_ms);
    put_int("refunded_minor", body->refunded_minor);
    put_int("refund_number", body->refund_number);
    put_word("effect", word_of(EFFECTS, body->effect));
}

static void put_reserved(const tacos_reserved *body) {
    put_id("id", TACOS_ID_KIND_RESERVATION, body->id);
    put_event("event", body->event_number);
    put_int("total_minor", body->total_minor);
    put_moment("expires_at_ms", body->expires_at_ms);
    put_held(body->event_number, body->places);
}

static void put_released(const tacos_released *body) {
    put_id("id", TACOS_ID_KIND_RESERVATION, body->id);
    put_event("event", body->event_number);
    put_word("state", word_of(RESERVATION_STATES, body->state));
    put_moment("at_ms", body->at_ms);
    put_held(body->event_number, body->places);
}

static void put_confirmed(const tacos_confirmed *body) {
    put_id("id", TACOS_ID_KIND_RESERVATION, body->id);
    put_id("order", TACOS_ID_KIND_ORDER, body->id);
    put_event("event", body->event_number);
    put_int("total_minor", body->total_minor);
    put_moment("at_ms", body->at_ms);
    put_held(body->event_number, body->places);
}

static void put_next(tacos_id next, uint32_t has_next) {
    if (has_next) put_hex("next", next.bytes, sizeof next.bytes);
}

static void put_body(const tacos_answer *answer) {
    switch (answer->kind) {
        case TACOS_BODY_EVENT: put_moment("at_ms", ((const tacos_event_changed *)answer->body)->at_ms); break;
        case TACOS_BODY_DONE: put_moment("at_ms", ((const tacos_done *)answer->body)->at_ms); break;
        case TACOS_BODY_RESERVED: put_reserved(answer->body); break;
        case TACOS_BODY_RELEASED: put_released(answer->body); break;
        case TACOS_BODY_CONFIRMED: put_confirmed(answer->body); break;
        case TACOS_BODY_EXTENDED: {
            const tacos_extended *body = answer->body;
            put_id("id", TACOS_ID_KIND_RESERVATION, body->id);
            put_moment("expires_at_ms", body->expires_at_ms);
            put_int("extended_ms", (int64_t)body->extended_ms);
            break;
        }
        case TACOS_BODY_PAYMENT: put_payment_changed(answer->body); break;
        case TACOS_BODY_JOINED: {
            const tacos_joined *body = answer->body;
            put_token("token", TACOS_TOKEN_KIND_WAITING, body->token);
            put_queue_place(&body->place);
            put_bool("again", body->again);
            break;
        }
        case TACOS_BODY_ADMITTED: {
            const tacos_admitted *body = answer->body;
            put_token("token", TACOS_TOKEN_KIND_RESERVATION, body->token);
            put_moment("valid_until_ms", body->valid_until_ms);
            break;
        }
        case TACOS_BODY_RESERVATION_VIEW: put_reservation(answer->body); break;
        case TACOS_BODY_PAYMENT_VIEW: put_payment(answer->body); break;
        case TACOS_BODY_RESERVATION_PAGE: {
            const tacos_reservation_page *page = answer->body;
            put_list("items", page->items.count);
            for (size_t i = 0; i < page->items.count; i++) {
                enter("items", i);
                put_reservation(TACOS_ITEM(tacos_reservation_view, page->items, i));
            }
            leave();
            put_next(page->next, page->has_next);
            break;
        }
        case TACOS_BODY_PAYMENT_PAGE: {
            const tacos_payment_page *page = answer->body;
            put_list("items", page->items.count);
            for (size_t i = 0; i < page->items.count; i++) {
                enter("items", i);
                put_payment(TACOS_ITEM(tacos_payment_view, page->items, i));
            }
            leave();
            put_next(page->next, page->has_next);
            break;
        }
        default: give_up("an answer of no known kind", "");
    }
}

static void put_names(const char *name, tacos_list list) {
    put_list(name, list.count);
    for (size_t i = 0; i < list.count; i++) {
        char path[32];
        snprintf(path, sizeof path, "%s.%zu", name, i);
        put_text(path, *TACOS_ITEM(tacos_str, list, i));
    }
}

static void put_doubt(const tacos_failure *failure) {
    if (failure->status == TACOS_STATUS_PAYMENT_NOT_APPROVED) {
        put_word("doubt", word_of(PAYMENT_DOUBTS, failure->doubt));
        if (failure->doubt == TACOS_PAYMENT_DOUBT_UNFINISHED) {
            put_word("state", word_of(PAYMENT_STATES, failure->state));
        }
    } else {
        put_word("doubt", word_of(EXTENSION_DOUBTS, failure->doubt));
        if (failure->doubt == TACOS_EXTENSION_DOUBT_TOO_LONG) {
            put_int("extension_ms_max", (int64_t)failure->extension_ms_max);
        }
    }
}

// What comes with the refusal, by its code.
static void put_refusal(const tacos_failure *failure) {
    switch (failure->status) {
        case TACOS_STATUS_INVALID:
            put_list("fields", failure->problems.count);
            for (size_t i = 0; i < failure->problems.count; i++) {
                char path[32];
                snprintf(path, sizeof path, "fields.%zu", i);
                put_text(path, TACOS_ITEM(tacos_problem, failure->problems, i)->field);
            }
            break;
        case TACOS_STATUS_UNKNOWN_SEATS:
        case TACOS_STATUS_SEATS_TAKEN: put_names("seats", failure->seats); break;
        case TACOS_STATUS_UNKNOWN_SECTION: put_text("section", failure->section); break;
        case TACOS_STATUS_SALE_NOT_OPEN: put_word("state", word_of(SALES, failure->state)); break;
        case TACOS_STATUS_RESERVATION_IS: put_word("state", word_of(RESERVATION_STATES, failure->state)); break;
        case TACOS_STATUS_PAYMENT_IS: put_word("state", word_of(PAYMENT_STATES, failure->state)); break;
        case TACOS_STATUS_INSUFFICIENT: put_int("available", failure->available); put_int("wanted", failure->wanted); break;
        case TACOS_STATUS_NOT_ADJACENT: put_int("wanted", failure->wanted); break;
        case TACOS_STATUS_QUOTA_EXCEEDED:
            put_int("seats_max", failure->seats_max);
            put_int("has", failure->seats_held);
            break;
        case TACOS_STATUS_PAYMENT_NOT_APPROVED:
        case TACOS_STATUS_EXTENSION_REFUSED: put_doubt(failure); break;
        case TACOS_STATUS_REFUND_TOO_LARGE: put_int("left_minor", failure->left_minor); break;
        case TACOS_STATUS_NOT_DUE: put_moment("due_ms", failure->at_ms); break;
        case TACOS_STATUS_AT_CAPACITY: put_word("bound", word_of(BOUNDS, failure->bound)); break;
        default: break;
    }
}

static void say_failure(const tacos_failure *failure) {
    if (failure->status < 100) {
        switch (failure->status) {
            case TACOS_STATUS_CLOSED: say_failed("closed"); break;
            case TACOS_STATUS_POISONED: say_failed("poisoned"); break;
            case TACOS_STATUS_UPDATES_GONE: say_failed("gone"); break;
            case TACOS_STATUS_UPDATES_NOT_A_POSITION: say_failed("not_a_position"); break;
            default: say_failed(tacos_status_name(failure->status)); break;
        }
        return;
    }
    // The names of refusals are the engine's own, in capitals.
    char code[64] = "";
    const char *name = tacos_status_name(failure->status) + strlen("TACOS_STATUS_");
    for (size_t i = 0; name[i] != 0 && i + 1 < sizeof code; i++) {
        code[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] - 'A' + 'a') : name[i];
    }
    begin("refused");
    put_word("code", code);
    put_refusal(failure);
    end();
}

void say_answer(const tacos_answer *answer) {
    if (answer->kind == TACOS_BODY_FAILURE) {
        say_failure(answer->body);
        return;
    }
    begin("reply");
    put_body(answer);
    end();
}

void say_failed_call(tacos_status status) {
    const tacos_failure *failure;
    MUST(tacos_last_failure(fresh_buffer(), &failure));
    if (failure->status != (uint32_t)status) give_up("the last failure is another", tacos_status_name(status));
    say_failure(failure);
}

void say_done(void) {
    begin("reply");
    end();
}

void say_ill_formed(const char *field) {
    begin("refused");
    put_word("code", "invalid");
    put_list("fields", 1);
    put_word("fields.0", field);
    end();
}

void say_failed(const char *why) {
    begin("failed");
    put_word("why", why);
    end();
}

void say_unsupported(const char *why) {
    begin("unsupported");
    put_word("why", why);
    end();
}
