// Answers of the library as blocks.
#include "driver.h"
#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *word_of(const word *words, uint32_t number) {
    for (; words->word != NULL; words++) {
        if (words->number == number) return words->word;
    }
    char told[16];
    snprintf(told, sizeof told, "%u", number);
    give_up("a number without a word", told);
}

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

static void put_row(const row *row, const unsigned char *record) {
    const void *at = record + row->at;
    bool optional = (row->flags & OPTIONAL) != 0;
    switch ((form)row->form) {
        case TEXT: {
            tacos_str value = *(const tacos_str *)at;
            if (!optional || value.data != NULL) put_text(row->name, value);
            break;
        }
        case BYTES: {
            tacos_bytes value = *(const tacos_bytes *)at;
            put_text(row->name, (tacos_str){(const char *)value.data, value.len});
            break;
        }
        case FLAG: put_bool(row->name, *(const uint32_t *)at == 1); break;
        case SMALL: {
            uint32_t value = *(const uint32_t *)at;
            if (!optional || value != 0) put_int(row->name, value);
            break;
        }
        case BIG: put_int(row->name, (int64_t)*(const uint64_t *)at); break;
        case SIGNED: put_int(row->name, *(const int64_t *)at); break;
        case MOMENT: put_moment_if(row->name, *(const uint64_t *)at); break;
        case HEX: put_hex(row->name, at, 32); break;
        case ID: put_id(row->name, row->kind, *(const tacos_id *)at); break;
        case TOKEN: put_token(row->name, row->kind, *(const tacos_token *)at); break;
        case WORD: put_word(row->name, word_of(row->words, *(const uint32_t *)at)); break;
        case EVENT: put_event(row->name, *(const uint32_t *)at); break;
        case PLACES: {
            tacos_list places = *(const tacos_list *)at;
            put_int("count", put_places(*(const uint32_t *)(record + row->mark), places.items, places.count));
            break;
        }
        case INSIDE: put_rows(row->inside, at); break;
        default: give_up("no form of an answer", row->name == NULL ? "" : row->name);
    }
}

void put_rows(const row *rows, const void *record) {
    const unsigned char *members = record;
    for (const row *row = rows; row->form != LAST; row++) {
        bool known = row->mark == 0 || row->form == PLACES || *(const uint32_t *)(members + row->mark) == 1;
        if (known) put_row(row, members);
    }
}

void put_items(const row *rows, tacos_list items) {
    put_list("items", items.count);
    for (size_t i = 0; i < items.count; i++) {
        enter("items", i);
        put_rows(rows, TACOS_ITEM(void, items, i));
    }
    leave();
}

static void put_body(const tacos_answer *answer) {
    for (const body *known = BODIES; known->rows != NULL; known++) {
        if (known->kind != answer->kind) continue;
        if (!known->is_page) {
            put_rows(known->rows, answer->body);
            return;
        }
        // All pages have the same members.
        const tacos_reservation_page *page = answer->body;
        put_items(known->rows, page->items);
        if (page->has_next) put_hex("next", page->next.bytes, sizeof page->next.bytes);
        return;
    }
    give_up("an answer of no known kind", "");
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
        put_word("doubt", word_of(PAYMENT_DOUBT_WORDS, failure->doubt));
        if (failure->doubt == TACOS_PAYMENT_DOUBT_UNFINISHED) {
            put_word("state", word_of(PAYMENT_STATE_WORDS, failure->state));
        }
    } else {
        put_word("doubt", word_of(EXTENSION_DOUBT_WORDS, failure->doubt));
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
        case TACOS_STATUS_SALE_NOT_OPEN: put_word("state", word_of(SALE_STATE_WORDS, failure->state)); break;
        case TACOS_STATUS_RESERVATION_IS: put_word("state", word_of(RESERVATION_STATE_WORDS, failure->state)); break;
        case TACOS_STATUS_PAYMENT_IS: put_word("state", word_of(PAYMENT_STATE_WORDS, failure->state)); break;
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
        case TACOS_STATUS_AT_CAPACITY: put_word("bound", word_of(BOUND_WORDS, failure->bound)); break;
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
