// Arguments of a scenario as members of the structs of commands.
#include "answers.h"
#include "driver.h"

#include <stdio.h>
#include <string.h>

const char *ill_formed;

static void bad(const char *name) {
    if (ill_formed == NULL) ill_formed = name;
}

tacos_token token_of(object with, const char *name, uint32_t kind) {
    tacos_token token = {{0}};
    if (tacos_token_parse(kind, text(with, name), &token) != TACOS_STATUS_OK) bad(name);
    return token;
}

static tacos_id id_of(object with, const char *name, uint32_t kind) {
    tacos_id id = {{0}};
    if (tacos_id_parse(kind, text(with, name), &id) != TACOS_STATUS_OK) bad(name);
    return id;
}

// By `id` or by `external`, and not by both; something that the engine does not know has neither.
static tacos_reservation_ref which_of(object with) {
    tacos_reservation_ref which = {{{0}}, text(with, "external")};
    if (has(with, "unlinked")) return which;
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

uint32_t number_of(const word *words, object of, const char *name) {
    tacos_str given = text(of, name);
    for (; words->word != NULL; words++) {
        if (strlen(words->word) == given.len && memcmp(words->word, given.data, given.len) == 0) return words->number;
    }
    give_up("no word for", name);
}

static int digit(char text) {
    if (text >= '0' && text <= '9') return text - '0';
    return text >= 'a' && text <= 'f' ? text - 'a' + 10 : -1;
}

static tacos_id cursor_of(object with, const char *name) {
    tacos_id cursor = {{0}};
    tacos_str given = text(with, name);
    if (given.len != 2 * sizeof cursor.bytes) {
        bad(name);
        return cursor;
    }
    for (size_t i = 0; i < sizeof cursor.bytes; i++) {
        int high = digit(given.data[2 * i]), low = digit(given.data[2 * i + 1]);
        if (high < 0 || low < 0) bad(name);
        cursor.bytes[i] = (uint8_t)(high * 16 + low);
    }
    return cursor;
}

static const tacos_event_settings *settings_of(object with) {
    tacos_event_settings *settings = keep(sizeof *settings);
    MUST(tacos_event_settings_init(settings, sizeof *settings));
    fill(EVENT_SETTINGS_ROWS, with, settings);
    return settings;
}

static const tacos_queue_policy *policy_of(object with) {
    tacos_queue_policy *policy = keep(sizeof *policy);
    MUST(tacos_queue_policy_init(policy, sizeof *policy));
    fill(QUEUE_POLICY_ROWS, with, policy);
    if (has(with, "room_opens_ms") != has(with, "room_draws_ms")) bad("room_draws_ms");
    return policy;
}

static const uint32_t *numbers_of(object with, const char *name, size_t *count) {
    *count = length(with, name);
    uint32_t *numbers = keep(*count * sizeof *numbers);
    for (size_t i = 0; i < *count; i++) {
        char path[48];
        snprintf(path, sizeof path, "%s.%zu", name, i);
        numbers[i] = small_number(with, path, 0);
    }
    return *count == 0 ? NULL : numbers;
}

static void fill_row(object place, tacos_row *row) {
    row->label = text(place, "row");
    row->price_minor = number_or(place, "price_minor", 0);
    row->prefix = text(place, "prefix");
    row->first_number = small_number(place, "first", 1);
    row->step = (int32_t)number_or(place, "step", 1);
    row->digits_min = small_number(place, "digits_min", 0);
    row->count = small_number(place, "count", 0);
    size_t labels = 0;
    row->labels = texts(place, "labels", &labels);
    if (row->labels != NULL) row->count = (uint32_t)labels;
    row->accessible = flag_or(place, "accessible", false);
    row->aisles_before = numbers_of(place, "aisles_before", &row->aisle_count);
    size_t count;
    const uint32_t *accessible_at = numbers_of(place, "accessible_at", &count);
    tacos_seat_exception *exceptions = keep(count * sizeof *exceptions);
    for (size_t i = 0; i < count; i++) {
        exceptions[i].index = accessible_at[i];
        exceptions[i].accessible = 1;
    }
    row->exceptions = count == 0 ? NULL : exceptions;
    row->exception_count = count;
}

// Rows that follow each other under one section's name are that section.
static const tacos_section *sections_of(object with, size_t *count) {
    size_t places = length(with, "places");
    tacos_section *sections = keep(places * sizeof *sections);
    tacos_row *rows = keep(places * sizeof *rows);
    *count = 0;
    for (size_t i = 0; i < places; i++) {
        object place = entry(with, "places", i);
        tacos_str name = text(place, "section");
        tacos_section *last = *count == 0 ? NULL : &sections[*count - 1];
        if (has(place, "capacity")) {
            sections[(*count)++] = (tacos_section){.name = name,
                                                   .capacity = small_number(place, "capacity", 0),
                                                   .price_minor = number_or(place, "price_minor", 0)};
            continue;
        }
        fill_row(place, &rows[i]);
        bool same = last != NULL && last->rows != NULL && last->name.len == name.len &&
                    memcmp(last->name.data, name.data, name.len) == 0;
        if (same) {
            last->row_count++;
        } else {
            sections[(*count)++] = (tacos_section){.name = name, .rows = &rows[i], .row_count = 1};
        }
    }
    return sections;
}

// One member, of a field that is given or is none of a single name.
static void fill_one(const row *row, object with, unsigned char *record) {
    void *at = record + row->at;
    const char *name = row->name;
    size_t count;
    switch ((form)row->form) {
        case TEXT: *(tacos_str *)at = text(with, name); break;
        case BYTES: {
            tacos_str given = text(with, name);
            *(tacos_bytes *)at = (tacos_bytes){(const uint8_t *)given.data, given.len};
            break;
        }
        case TEXTS:
            *(const tacos_str **)at = texts(with, name, &count);
            *(size_t *)(record + row->mark) = count;
            break;
        case FLAG: *(uint32_t *)at = flag_or(with, name, false) != ((row->flags & CONTRARY) != 0); break;
        case SMALL: *(uint32_t *)at = small_number(with, name, 0); break;
        case BIG: *(uint64_t *)at = big_number(with, name, 0); break;
        case SIGNED: *(int64_t *)at = number_or(with, name, 0); break;
        case MOMENT: *(uint64_t *)at = (uint64_t)(START_UNIX_MS + number_or(with, name, 0)); break;
        case ID: *(tacos_id *)at = id_of(with, name, row->kind); break;
        case TOKEN: *(tacos_token *)at = token_of(with, name, row->kind); break;
        case WORD: *(uint32_t *)at = number_of(row->words, with, name); break;
        case CURSOR: *(tacos_id *)at = cursor_of(with, name); break;
        case WHICH: *(tacos_reservation_ref *)at = which_of(with); break;
        case SETTINGS: *(const tacos_event_settings **)at = settings_of(with); break;
        case POLICY: *(const tacos_queue_policy **)at = policy_of(name == NULL ? with : field(with, name)); break;
        case SECTIONS: *(const tacos_section **)at = sections_of(with, (size_t *)(record + row->mark)); break;
        default: give_up("no form of an argument", name == NULL ? "" : name);
    }
}

void fill(const row *rows, object with, void *record) {
    unsigned char *members = record;
    for (const row *row = rows; row->form != LAST; row++) {
        bool given = row->name == NULL || has(with, row->name);
        // Lists have a count where others have a mark.
        if (row->mark != 0 && row->form != TEXTS && row->form != SECTIONS) {
            bool marks = given != ((row->flags & MARKS_ABSENCE) != 0);
            // A mark that several share is not taken back.
            if (marks) *(uint32_t *)(members + row->mark) = 1;
        }
        if (given || (row->flags & REQUIRED) != 0) fill_one(row, with, members);
    }
}

const tacos_head *command_of(const char *operation, object with) {
    ill_formed = NULL;
    for (const command *known = COMMANDS; known->operation != NULL; known++) {
        if (strcmp(operation, known->operation) != 0) continue;
        tacos_head *head = keep(known->size);
        *head = (tacos_head){(uint32_t)known->size, known->kind};
        fill(known->rows, with, head);
        return head;
    }
    return NULL;
}
