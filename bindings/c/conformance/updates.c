// All updates behind a position, as flat entries.
#include "driver.h"

#include <stdlib.h>
#include <string.h>

static uint32_t event_number(tacos_str id) {
    const tacos_event_view *event;
    MUST(tacos_event_of(engine, id, fresh_buffer(), &event));
    return event->number;
}

// Places that changed hands, and how they all stand now.
static void put_changed(const tacos_update *update) {
    size_t count = update->places.count;
    if (count == 0 || update->event.data == NULL) return;
    uint32_t *places = keep(count * sizeof *places);
    for (size_t i = 0; i < count; i++) places[i] = TACOS_ITEM(tacos_place_changed, update->places, i)->place;
    put_seats(event_number(update->event), places, count);
    put_word("seats_state", word_of(SEAT_STATE_WORDS, TACOS_ITEM(tacos_place_changed, update->places, 0)->state));
}

static void put_user(const tacos_update *update) {
    if (update->user.data != NULL) put_text("user", update->user);
}

static void put_reservation(const tacos_update *update) {
    put_id("id", TACOS_ID_KIND_RESERVATION, update->reservation);
    put_word("state", word_of(RESERVATION_STATE_WORDS, update->state));
    put_user(update);
    if (update->from != 0) put_word("from", word_of(RESERVATION_STATE_WORDS, update->from));
    put_moment_if("expires_at_ms", update->expires_at_ms);
    put_changed(update);
}

static void put_payment(const tacos_update *update) {
    put_id("id", TACOS_ID_KIND_PAYMENT, update->payment);
    put_word("state", word_of(PAYMENT_STATE_WORDS, update->payment_state));
    put_word("effect", word_of(PAYMENT_EFFECT_WORDS, update->effect));
    put_int("refunded_minor", update->refunded_minor);
    put_user(update);
    if (!update->has_reservation) return;
    put_id("reservation", TACOS_ID_KIND_RESERVATION, update->reservation);
    put_word("reservation_state", word_of(RESERVATION_STATE_WORDS, update->state));
    put_changed(update);
}

static void put_update(const tacos_update *update) {
    put_word("kind", word_of(UPDATE_KIND_WORDS, update->what));
    put_moment("at_ms", update->at_ms);
    if (update->event.data != NULL) put_text("event", update->event);
    switch (update->what) {
        case TACOS_UPDATE_KIND_SALE: put_word("state", word_of(SALE_STATE_WORDS, update->state)); break;
        case TACOS_UPDATE_KIND_QUEUE_PAUSED: put_bool("paused", update->state == 1); break;
        case TACOS_UPDATE_KIND_ROOM_DRAWN: put_hex("id", update->seed, sizeof update->seed); break;
        case TACOS_UPDATE_KIND_SEATS: put_changed(update); break;
        case TACOS_UPDATE_KIND_RESERVATION: put_reservation(update); break;
        case TACOS_UPDATE_KIND_HOLD_EXPIRING:
            put_id("id", TACOS_ID_KIND_RESERVATION, update->reservation);
            put_user(update);
            put_moment("expires_at_ms", update->expires_at_ms);
            break;
        case TACOS_UPDATE_KIND_PAYMENT: put_payment(update); break;
        case TACOS_UPDATE_KIND_WEBHOOK: put_id("id", TACOS_ID_KIND_WEBHOOK, update->webhook); break;
        case TACOS_UPDATE_KIND_READY:
            put_int("tickets", (int64_t)update->tickets.count);
            put_moment("until_ms", update->expires_at_ms);
            break;
        case TACOS_UPDATE_KIND_TICKETS_EXPIRED: put_int("tickets", (int64_t)update->tickets.count); break;
        case TACOS_UPDATE_KIND_NOTE: put_text("id", update->name); break;
        default: break;
    }
}

void say_updates(uint64_t after) {
    tacos_reader reader;
    tacos_status status = tacos_updates_open(engine, after, &reader);
    if (status != TACOS_STATUS_OK) {
        say_failed_call(status);
        return;
    }
    enum { BATCHES_MAX = 256 };
    tacos_list *lists = keep(BATCHES_MAX * sizeof *lists);
    size_t batches = 0, count = 0;
    for (;;) {
        if (batches == BATCHES_MAX) give_up("more updates than a scenario has", "");
        status = tacos_updates_read(reader, 64, 0, fresh_buffer(), &lists[batches]);
        if (status != TACOS_STATUS_OK || lists[batches].count == 0) break;
        count += lists[batches++].count;
    }
    // An engine that was stopped says so once everything was read.
    if (status != TACOS_STATUS_OK && status != TACOS_STATUS_CLOSED) {
        say_failed_call(status);
        MUST(tacos_updates_close(reader));
        return;
    }
    begin("reply");
    put_list("items", count);
    uint64_t position = after;
    for (size_t batch = 0, at = 0; batch < batches; batch++) {
        for (size_t i = 0; i < lists[batch].count; i++, at++) {
            const tacos_update *update = TACOS_ITEM(tacos_update, lists[batch], i);
            enter("items", at);
            put_update(update);
            position = update->position;
        }
    }
    leave();
    put_int("position", (int64_t)position);
    end();
    MUST(tacos_updates_close(reader));
}
