// Reads that wait for nothing, and what is done to an engine as a whole.
#include "driver.h"

#include <string.h>

static void event(object with) {
    const tacos_event_view *view;
    tacos_status status = tacos_event_of(engine, text(with, "event"), fresh_buffer(), &view);
    if (status != TACOS_STATUS_OK) {
        say_failed_call(status);
        return;
    }
    const tacos_event_settings *settings = &view->settings;
    begin("reply");
    put_text("event", view->id);
    put_text("name", settings->name);
    put_text("currency", settings->currency);
    put_int("seats_per_reservation_max", settings->seats_per_reservation_max);
    if (settings->seats_per_user_max != 0) put_int("seats_per_user_max", settings->seats_per_user_max);
    put_int("hold_ms", (int64_t)settings->hold_ms);
    put_int("hold_ms_max", (int64_t)settings->hold_ms_max);
    put_int("extension_ms_max", (int64_t)settings->extension_ms_max);
    put_int("extensions_max", settings->extensions_max);
    put_moment_if("sale_starts_ms", settings->sale_starts_ms);
    put_moment_if("sale_ends_ms", settings->sale_ends_ms);
    put_word("sale", word_of(SALES, view->sale));
    put_bool("has_queue", view->has_queue);
    put_counts(&view->counts);
    end();
}

static void put_listed_event(const void *item) {
    const tacos_event_view *view = item;
    put_text("event", view->id);
    put_text("name", view->settings.name);
    put_word("sale", word_of(SALES, view->sale));
    put_int("available", view->counts.available);
}

static void put_section(const void *item) {
    const tacos_section_view *view = item;
    put_text("section", view->name);
    put_bool("standing", view->standing);
    put_int("price_min_minor", view->price_min_minor);
    put_int("price_max_minor", view->price_max_minor);
    put_counts(&view->counts);
}

static void put_seat(const void *item) {
    const tacos_seat_view *view = item;
    put_text("id", view->place.id);
    put_text("section", view->place.section);
    put_text("row", view->place.row);
    put_text("number", view->place.number);
    put_int("price_minor", view->place.price_minor);
    put_word("state", word_of(SEAT_STATES, view->state));
}

static void put_webhook(const void *item) {
    const tacos_webhook_view *view = item;
    put_id("id", TACOS_ID_KIND_WEBHOOK, view->id);
    put_id("payment", TACOS_ID_KIND_PAYMENT, view->payment);
    put_word("tells", word_of(PAYMENT_STATES, view->tells));
    put_moment("created_at_ms", view->created_at_ms);
    put_int("attempts", view->attempts);
    put_moment_if("next_at_ms", view->next_at_ms);
    put_int("order", (int64_t)view->order);
}

static void put_note(const void *item) {
    const tacos_note_view *view = item;
    put_text("name", view->name);
    put_text("value", (tacos_str){(const char *)view->value.data, view->value.len});
}

// A list, or what became of the call that should have given it; `next_ms` is told if there is one.
static void say_list(tacos_status status, tacos_list list, void (*put)(const void *item), uint64_t next_ms) {
    if (status != TACOS_STATUS_OK) {
        say_failed_call(status);
        return;
    }
    begin("reply");
    put_list("items", list.count);
    for (size_t i = 0; i < list.count; i++) {
        enter("items", i);
        put(TACOS_ITEM(void, list, i));
    }
    leave();
    put_moment_if("next_at_ms", next_ms);
    end();
}

static void events(object with) {
    (void)with;
    tacos_list list;
    say_list(tacos_events(engine, fresh_buffer(), &list), list, put_listed_event, 0);
}

static void sections(object with) {
    tacos_list list = {0};
    tacos_status status = tacos_sections(engine, text(with, "event"), fresh_buffer(), &list);
    say_list(status, list, put_section, 0);
}

static void counts(object with) {
    tacos_counts counts;
    tacos_status status = tacos_counts_of(engine, text(with, "event"), &counts);
    if (status != TACOS_STATUS_OK) {
        say_failed_call(status);
        return;
    }
    begin("reply");
    put_counts(&counts);
    end();
}

static void seats(object with) {
    tacos_list list = {0};
    uint32_t from = small_number(with, "from", 0);
    size_t most = big_number(with, "most", SIZE_MAX);
    say_list(tacos_seats(engine, text(with, "event"), from, most, fresh_buffer(), &list), list, put_seat, 0);
}

static void seats_named(object with) {
    tacos_list list = {0};
    size_t count;
    const tacos_str *names = texts(with, "seats", &count);
    tacos_status status = tacos_seats_named(engine, text(with, "event"), names, count, fresh_buffer(), &list);
    say_list(status, list, put_seat, 0);
}

static void free_seats(object with) {
    tacos_list list;
    tacos_status status = tacos_free_seats(engine, text(with, "event"), fresh_buffer(), &list);
    if (status != TACOS_STATUS_OK) {
        say_failed_call(status);
        return;
    }
    int64_t free_bits = 0;
    for (size_t i = 0; i < list.count; i++) {
        for (uint64_t bits = *TACOS_ITEM(uint64_t, list, i); bits != 0; bits &= bits - 1) free_bits++;
    }
    begin("reply");
    put_int("free", free_bits);
    end();
}

static void queue_place(object with) {
    tacos_token token = token_of(with, "token", TACOS_TOKEN_KIND_WAITING);
    if (ill_formed != NULL) {
        say_ill_formed(ill_formed);
        return;
    }
    tacos_queue_place place;
    tacos_status status = tacos_queue_place_of(engine, token, &place);
    if (status != TACOS_STATUS_OK) {
        say_failed_call(status);
        return;
    }
    begin("reply");
    put_queue_place(&place);
    end();
}

static void token_event(object with) {
    tacos_token token = token_of(with, "token", TACOS_TOKEN_KIND_WAITING);
    if (ill_formed != NULL) {
        say_ill_formed(ill_formed);
        return;
    }
    tacos_str event;
    tacos_status status = tacos_token_event(engine, token, fresh_buffer(), &event);
    if (status != TACOS_STATUS_OK) {
        say_failed_call(status);
        return;
    }
    begin("reply");
    put_text("event", event);
    end();
}

static void queue(object with) {
    tacos_queue_view view;
    tacos_status status = tacos_queue_of(engine, text(with, "event"), &view);
    if (status != TACOS_STATUS_OK) {
        say_failed_call(status);
        return;
    }
    begin("reply");
    put_int("waiting", view.waiting);
    put_int("ready", view.ready);
    put_int("inside", view.inside);
    put_int("admitted_total", (int64_t)view.admitted_total);
    put_int("expired_total", (int64_t)view.expired_total);
    put_int("left_total", (int64_t)view.left_total);
    put_bool("paused", view.paused);
    end();
}

static void queue_policy(object with) {
    const tacos_queue_policy *policy;
    tacos_status status = tacos_queue_policy_of(engine, text(with, "event"), fresh_buffer(), &policy);
    if (status != TACOS_STATUS_OK) {
        say_failed_call(status);
        return;
    }
    begin("reply");
    put_bool("enabled", policy->enabled);
    put_int("admissions_per_minute", policy->admissions_per_minute);
    put_int("burst", policy->burst);
    put_int("inside_max", policy->inside_max);
    put_int("waiting_max", policy->waiting_max);
    put_int("claim_window_ms", (int64_t)policy->claim_window_ms);
    put_int("token_ttl_ms", (int64_t)policy->token_ttl_ms);
    put_int("inactivity_ms", (int64_t)policy->inactivity_ms);
    put_bool("one_place_per_user", policy->one_place_per_user);
    if (policy->has_room) {
        put_moment("room_opens_ms", policy->room_opens_at_ms);
        put_moment("room_draws_ms", policy->room_draws_at_ms);
    }
    end();
}

static void draw(object with) {
    tacos_draw_view view;
    tacos_status status = tacos_draw_of(engine, text(with, "event"), &view);
    if (status != TACOS_STATUS_OK) {
        say_failed_call(status);
        return;
    }
    begin("reply");
    put_hex("commitment", view.commitment, sizeof view.commitment);
    if (view.has_seed) put_hex("seed", view.seed, sizeof view.seed);
    end();
}

static void due_webhooks(object with) {
    tacos_list list = {0};
    uint64_t next_ms = 0;
    size_t most = big_number(with, "most", 100);
    tacos_status status = tacos_due_webhooks(engine, most, fresh_buffer(), &list, &next_ms);
    say_list(status, list, put_webhook, next_ms);
}

static void dead_webhooks(object with) {
    tacos_list list = {0};
    tacos_status status = tacos_dead_webhooks(engine, big_number(with, "after", 0), fresh_buffer(), &list);
    say_list(status, list, put_webhook, 0);
}

static void read_note(object with) {
    tacos_bytes value;
    tacos_status status = tacos_note_of(engine, text(with, "name"), fresh_buffer(), &value);
    if (status != TACOS_STATUS_OK) {
        say_failed_call(status);
        return;
    }
    begin("reply");
    if (value.data != NULL) put_text("value", (tacos_str){(const char *)value.data, value.len});
    end();
}

static void notes(object with) {
    tacos_list list = {0};
    say_list(tacos_notes(engine, text(with, "prefix"), fresh_buffer(), &list), list, put_note, 0);
}

static void position(object with) {
    (void)with;
    uint64_t position;
    MUST(tacos_position(engine, &position));
    begin("reply");
    put_int("position", (int64_t)position);
    end();
}

static void updates(object with) { say_updates(big_number(with, "after", 0)); }

static void status(object with) {
    (void)with;
    const tacos_figures *figures;
    MUST(tacos_figures_of(engine, fresh_buffer(), &figures));
    begin("reply");
    put_int("events", figures->events);
    put_int("webhooks_waiting", (int64_t)figures->webhooks_due);
    put_int("webhooks_dead", (int64_t)figures->webhooks_dead);
    put_int("idempotency_keys", (int64_t)figures->idempotency_keys);
    put_bool("poisoned", figures->poisoned.data != NULL);
    end();
}

static void say_whether(tacos_status status) {
    if (status == TACOS_STATUS_OK) {
        say_done();
    } else {
        say_failed_call(status);
    }
}

static void clear_idempotency(object with) {
    (void)with;
    say_whether(tacos_clear_idempotency(engine));
}

static void snapshot(object with) {
    (void)with;
    say_whether(tacos_snapshot(engine, NULL));
}

static void stop(object with) {
    (void)with;
    say_whether(tacos_stop(engine));
}

bool read_operation(const char *operation, object with) {
    static const struct {
        const char *operation;
        void (*answer)(object with);
    } READS[] = {
        {"event", event},
        {"events", events},
        {"sections", sections},
        {"counts", counts},
        {"seats", seats},
        {"seats_named", seats_named},
        {"free_seats", free_seats},
        {"queue_place", queue_place},
        {"token_event", token_event},
        {"queue", queue},
        {"queue_policy", queue_policy},
        {"draw", draw},
        {"due_webhooks", due_webhooks},
        {"dead_webhooks", dead_webhooks},
        {"read_note", read_note},
        {"notes", notes},
        {"position", position},
        {"updates", updates},
        {"status", status},
        {"clear_idempotency", clear_idempotency},
        {"snapshot", snapshot},
        {"close", stop},
    };
    for (size_t i = 0; i < sizeof READS / sizeof *READS; i++) {
        if (strcmp(operation, READS[i].operation) == 0) {
            READS[i].answer(with);
            return true;
        }
    }
    return false;
}
