// Reads that wait for nothing, and what is done to an engine as a whole.
#include "answers.h"
#include "driver.h"

#include <stddef.h>
#include <string.h>

// What a read gives: a struct with these rows, or a list of such.
typedef struct {
    const row *rows;
    const void *record;
    tacos_list list;
    // Told beside a list, if there is one.
    uint64_t next_ms;
} shown;

#define LIST(name, item_rows, call)                       \
    static tacos_status name(object with, shown *out) {   \
        tacos_list *list = &out->list;                    \
        out->rows = item_rows;                            \
        (void)with;                                       \
        return call;                                      \
    }

// A struct that the call fills in, and one that it gives a pointer to.
#define FILLED(name, type, type_rows, call)               \
    static tacos_status name(object with, shown *out) {   \
        type *record = keep(sizeof *record);              \
        out->rows = type_rows;                            \
        out->record = record;                             \
        return call;                                      \
    }
#define POINTED(name, type, type_rows, call)              \
    static tacos_status name(object with, shown *out) {   \
        const type *record = NULL;                        \
        tacos_status status = call;                       \
        out->rows = type_rows;                            \
        out->record = record;                             \
        return status;                                    \
    }

#define EVENT_ID text(with, "event")

POINTED(event, tacos_event_view, EVENT_VIEW_ROWS, tacos_event_of(engine, EVENT_ID, fresh_buffer(), &record))
LIST(events, EVENT_VIEW_ROWS, tacos_events(engine, fresh_buffer(), list))
LIST(sections, SECTION_VIEW_ROWS, tacos_sections(engine, EVENT_ID, fresh_buffer(), list))
FILLED(counts, tacos_counts, COUNTS_ROWS, tacos_counts_of(engine, EVENT_ID, record))
LIST(seats, SEAT_VIEW_ROWS,
     tacos_seats(engine, EVENT_ID, small_number(with, "from", 0), big_number(with, "most", SIZE_MAX), fresh_buffer(), list))
FILLED(queue, tacos_queue_view, QUEUE_VIEW_ROWS, tacos_queue_of(engine, EVENT_ID, record))
POINTED(queue_policy, tacos_queue_policy, QUEUE_POLICY_ROWS,
        tacos_queue_policy_of(engine, EVENT_ID, fresh_buffer(), &record))
FILLED(draw, tacos_draw_view, DRAW_VIEW_ROWS, tacos_draw_of(engine, EVENT_ID, record))
LIST(due_webhooks, WEBHOOK_VIEW_ROWS,
     tacos_due_webhooks(engine, big_number(with, "most", 100), fresh_buffer(), list, &out->next_ms))
LIST(dead_webhooks, WEBHOOK_VIEW_ROWS, tacos_dead_webhooks(engine, big_number(with, "after", 0), fresh_buffer(), list))

static tacos_status seats_named(object with, shown *out) {
    size_t count;
    const tacos_str *names = texts(with, "seats", &count);
    out->rows = SEAT_VIEW_ROWS;
    return tacos_seats_named(engine, EVENT_ID, names, count, fresh_buffer(), &out->list);
}

static tacos_status queue_place(object with, shown *out) {
    tacos_queue_place *place = keep(sizeof *place);
    tacos_token token = token_of(with, "token", TACOS_TOKEN_KIND_WAITING);
    out->rows = QUEUE_PLACE_ROWS;
    out->record = place;
    return ill_formed != NULL ? TACOS_STATUS_OK : tacos_queue_place_of(engine, token, place);
}

static void say_shown(tacos_status status, const shown *shown) {
    if (ill_formed != NULL) {
        say_ill_formed(ill_formed);
        return;
    }
    if (status != TACOS_STATUS_OK) {
        say_failed_call(status);
        return;
    }
    begin("reply");
    if (shown->record != NULL) {
        put_rows(shown->rows, shown->record);
    } else {
        put_items(shown->rows, shown->list);
    }
    put_moment_if("next_at_ms", shown->next_ms);
    end();
}

// True if the call went well, and a reply is begun; else it is said what became of it.
static bool begun(tacos_status status) {
    if (status == TACOS_STATUS_OK) {
        begin("reply");
        return true;
    }
    say_failed_call(status);
    return false;
}

static void free_seats(object with) {
    tacos_list list;
    if (!begun(tacos_free_seats(engine, EVENT_ID, fresh_buffer(), &list))) return;
    int64_t free_bits = 0;
    for (size_t i = 0; i < list.count; i++) {
        for (uint64_t bits = *TACOS_ITEM(uint64_t, list, i); bits != 0; bits &= bits - 1) free_bits++;
    }
    put_int("free", free_bits);
    end();
}

static void token_event(object with) {
    tacos_str event;
    tacos_token token = token_of(with, "token", TACOS_TOKEN_KIND_WAITING);
    if (ill_formed != NULL) {
        say_ill_formed(ill_formed);
    } else if (begun(tacos_token_event(engine, token, fresh_buffer(), &event))) {
        put_text("event", event);
        end();
    }
}

static void read_note(object with) {
    tacos_bytes value;
    if (!begun(tacos_note_of(engine, text(with, "name"), fresh_buffer(), &value))) return;
    if (value.data != NULL) put_text("value", (tacos_str){(const char *)value.data, value.len});
    end();
}

static void notes(object with) {
    static const row NOTE_ROWS[] = {
        {"name", TEXT, 0, offsetof(tacos_note_view, name)},
        {"value", BYTES, 0, offsetof(tacos_note_view, value)},
        {NULL},
    };
    tacos_list list;
    if (!begun(tacos_notes(engine, text(with, "prefix"), fresh_buffer(), &list))) return;
    put_items(NOTE_ROWS, list);
    end();
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

static void clear_idempotency(object with) {
    (void)with;
    if (begun(tacos_clear_idempotency(engine))) end();
}

static void snapshot(object with) {
    (void)with;
    if (begun(tacos_snapshot(engine, NULL))) end();
}

static void stop(object with) {
    (void)with;
    if (begun(tacos_stop(engine))) end();
}

bool read_operation(const char *operation, object with) {
    static const struct {
        const char *operation;
        tacos_status (*show)(object with, shown *out);
        void (*answer)(object with);
    } READS[] = {
        {"event", event, NULL},
        {"events", events, NULL},
        {"sections", sections, NULL},
        {"counts", counts, NULL},
        {"seats", seats, NULL},
        {"seats_named", seats_named, NULL},
        {"queue_place", queue_place, NULL},
        {"queue", queue, NULL},
        {"queue_policy", queue_policy, NULL},
        {"draw", draw, NULL},
        {"due_webhooks", due_webhooks, NULL},
        {"dead_webhooks", dead_webhooks, NULL},
        {"free_seats", NULL, free_seats},
        {"token_event", NULL, token_event},
        {"read_note", NULL, read_note},
        {"notes", NULL, notes},
        {"position", NULL, position},
        {"updates", NULL, updates},
        {"status", NULL, status},
        {"clear_idempotency", NULL, clear_idempotency},
        {"snapshot", NULL, snapshot},
        {"close", NULL, stop},
    };
    for (size_t i = 0; i < sizeof READS / sizeof *READS; i++) {
        if (strcmp(operation, READS[i].operation) != 0) continue;
        if (READS[i].answer != NULL) {
            READS[i].answer(with);
            return true;
        }
        shown out = {0};
        tacos_status status = READS[i].show(with, &out);
        say_shown(status, &out);
        return true;
    }
    return false;
}
