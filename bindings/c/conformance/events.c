// Commands of the organiser: events with their seat maps, sales, lines.
#include "driver.h"

#include <stdio.h>
#include <string.h>

#define NEW(name, type, kind_name)        \
    type *name = keep(sizeof *name);      \
    *name = TACOS_COMMAND(type, kind_name)

static const tacos_event_settings *settings_of(object with) {
    tacos_event_settings *settings = keep(sizeof *settings);
    MUST(tacos_event_settings_init(settings, sizeof *settings));
    settings->name = text(with, "name");
    settings->currency = text(with, "currency");
    settings->seats_per_reservation_max =
        small_number(with, "seats_per_reservation_max", settings->seats_per_reservation_max);
    settings->seats_per_user_max = small_number(with, "seats_per_user_max", 0);
    settings->hold_ms = big_number(with, "hold_ms", settings->hold_ms);
    settings->hold_ms_max = big_number(with, "hold_ms_max", settings->hold_ms_max);
    settings->extension_ms_max = big_number(with, "extension_ms_max", settings->extension_ms_max);
    settings->extensions_max = small_number(with, "extensions_max", settings->extensions_max);
    settings->sale_starts_ms = moment_of(with, "sale_starts_ms");
    settings->sale_ends_ms = moment_of(with, "sale_ends_ms");
    return settings;
}

static const tacos_queue_policy *policy_of(object with) {
    tacos_queue_policy *policy = keep(sizeof *policy);
    MUST(tacos_queue_policy_init(policy, sizeof *policy));
    policy->enabled = flag_or(with, "enabled", policy->enabled);
    policy->admissions_per_minute = small_number(with, "admissions_per_minute", policy->admissions_per_minute);
    policy->burst = small_number(with, "burst", policy->burst);
    policy->inside_max = small_number(with, "inside_max", policy->inside_max);
    policy->waiting_max = small_number(with, "waiting_max", policy->waiting_max);
    policy->claim_window_ms = big_number(with, "claim_window_ms", policy->claim_window_ms);
    policy->token_ttl_ms = big_number(with, "token_ttl_ms", policy->token_ttl_ms);
    policy->inactivity_ms = big_number(with, "inactivity_ms", policy->inactivity_ms);
    policy->one_place_per_user = flag_or(with, "one_place_per_user", policy->one_place_per_user);
    policy->has_room = has(with, "room_opens_ms");
    policy->room_opens_at_ms = moment_of(with, "room_opens_ms");
    policy->room_draws_at_ms = moment_of(with, "room_draws_ms");
    if (has(with, "room_opens_ms") != has(with, "room_draws_ms") && ill_formed == NULL) ill_formed = "room_draws_ms";
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

static const tacos_head *create_event(object with) {
    NEW(command, tacos_create_event, CREATE_EVENT);
    command->event = text(with, "event");
    command->key = text(with, "key");
    command->settings = settings_of(with);
    command->queue = has(with, "queue") ? policy_of(field(with, "queue")) : NULL;
    command->sections = sections_of(with, &command->section_count);
    return &command->head;
}

static const tacos_head *update_event(object with) {
    NEW(command, tacos_update_event, UPDATE_EVENT);
    command->event = text(with, "event");
    command->key = text(with, "key");
    command->settings = settings_of(with);
    return &command->head;
}

static const tacos_head *set_sale(object with) {
    NEW(command, tacos_set_sale, SET_SALE);
    command->event = text(with, "event");
    command->key = text(with, "key");
    command->state = number_of(SALES, with, "state", 0);
    return &command->head;
}

static const tacos_head *block_seats(object with) {
    NEW(command, tacos_block_seats, BLOCK_SEATS);
    command->event = text(with, "event");
    command->key = text(with, "key");
    command->seats = texts(with, "seats", &command->seat_count);
    command->block = flag_or(with, "block", false);
    return &command->head;
}

static const tacos_head *set_queue_policy(object with) {
    NEW(command, tacos_set_queue_policy, SET_QUEUE_POLICY);
    command->event = text(with, "event");
    command->key = text(with, "key");
    command->policy = policy_of(with);
    return &command->head;
}

static const tacos_head *pause_queue(object with) {
    NEW(command, tacos_pause_queue, PAUSE_QUEUE);
    command->event = text(with, "event");
    command->key = text(with, "key");
    command->paused = flag_or(with, "paused", false);
    return &command->head;
}

static const tacos_head *draw_room(object with) {
    NEW(command, tacos_draw_room, DRAW_ROOM);
    command->event = text(with, "event");
    command->key = text(with, "key");
    return &command->head;
}

const tacos_head *event_command_of(const char *operation, object with) {
    static const struct {
        const char *operation;
        const tacos_head *(*make)(object with);
    } COMMANDS[] = {
        {"create_event", create_event},
        {"update_event", update_event},
        {"set_sale", set_sale},
        {"block_seats", block_seats},
        {"set_queue_policy", set_queue_policy},
        {"pause_queue", pause_queue},
        {"draw_room", draw_room},
    };
    for (size_t i = 0; i < sizeof COMMANDS / sizeof *COMMANDS; i++) {
        if (strcmp(operation, COMMANDS[i].operation) == 0) return COMMANDS[i].make(with);
    }
    return NULL;
}
