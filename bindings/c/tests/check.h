// What the C test programs share: assertions that name both values, and short ways to call the library.
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>

#include "tacos_engine.h"

#define CHECK(condition)                                                                  \
    do {                                                                                  \
        if (!(condition)) {                                                               \
            fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition); \
            abort();                                                                      \
        }                                                                                 \
    } while (0)

#define CHECK_EQ(left, right)                                                                                    \
    do {                                                                                                         \
        long long left_ = (long long)(left), right_ = (long long)(right);                                        \
        if (left_ != right_) {                                                                                   \
            fprintf(stderr, "%s:%d: %s is %lld, not %lld\n", __FILE__, __LINE__, #left, left_, right_);          \
            abort();                                                                                             \
        }                                                                                                        \
    } while (0)

#define CHECK_STATUS(call, wanted)                                                                               \
    do {                                                                                                         \
        tacos_status got_ = (call);                                                                              \
        if (got_ != (tacos_status)(wanted)) {                                                                    \
            char text_[512];                                                                                     \
            tacos_last_error(text_, sizeof text_, NULL);                                                         \
            fprintf(stderr, "%s:%d: %s answers %s, not %s (last error: %s)\n", __FILE__, __LINE__, #call,        \
                    tacos_status_name(got_), tacos_status_name(wanted), text_);                                  \
            abort();                                                                                             \
        }                                                                                                        \
    } while (0)

#define OK(call) CHECK_STATUS(call, TACOS_STATUS_OK)

// A buffer that is good for every answer to a write.
typedef struct {
    uint64_t words[(TACOS_REPLY_BYTES_MAX + 1024) / 8];
    tacos_buffer buffer;
} room;

static inline tacos_buffer *use(room *room) {
    room->buffer.data = room->words;
    room->buffer.capacity = sizeof room->words;
    room->buffer.needed = 0;
    return &room->buffer;
}

// Calls a command and checks what became of it; gives its body.
static inline const void *answered(tacos_engine engine, const void *command, room *room, uint32_t wanted,
                                   const char *file, int line) {
    tacos_answer answer;
    tacos_status status = tacos_call(engine, command, use(room), &answer);
    if (status != TACOS_STATUS_OK || answer.status != wanted) {
        const char *text = "";
        int length = 0;
        if (status == TACOS_STATUS_OK && answer.kind == TACOS_BODY_FAILURE) {
            const tacos_failure *failure = answer.body;
            text = failure->text.data;
            length = (int)failure->text.len;
        }
        fprintf(stderr, "%s:%d: the call answers %s, the command %s, not %s: %.*s\n", file, line,
                tacos_status_name(status), tacos_status_name(answer.status), tacos_status_name(wanted), length, text);
        abort();
    }
    return answer.body;
}

#define DONE(engine, command, room) answered(engine, command, room, TACOS_STATUS_OK, __FILE__, __LINE__)
#define REFUSED(engine, command, room, status) answered(engine, command, room, status, __FILE__, __LINE__)

static inline int same(tacos_str text, const char *wanted) {
    return text.data != NULL && text.len == strlen(wanted) && memcmp(text.data, wanted, text.len) == 0;
}

// An event of two rows of ten seats and fifty standing places, with the sale open.
static inline void open_sale(tacos_engine engine, const char *event, const tacos_queue_policy *queue) {
    room room;
    tacos_event_settings settings;
    OK(tacos_event_settings_init(&settings, sizeof settings));
    settings.name = TACOS_TEXT("A concert");
    settings.currency = TACOS_TEXT("KRW");
    tacos_row rows[2];
    memset(rows, 0, sizeof rows);
    const char *labels[] = {"A", "B"}, *prefixes[] = {"A-", "B-"};
    for (int i = 0; i < 2; i++) {
        rows[i].label = TACOS_TEXT(labels[i]);
        rows[i].prefix = TACOS_TEXT(prefixes[i]);
        rows[i].price_minor = 5000;
        rows[i].first_number = 1;
        rows[i].step = 1;
        rows[i].count = 10;
    }
    tacos_section sections[2];
    memset(sections, 0, sizeof sections);
    sections[0].name = TACOS_TEXT("stalls");
    sections[0].rows = rows;
    sections[0].row_count = 2;
    sections[1].name = TACOS_TEXT("floor");
    sections[1].capacity = 50;
    sections[1].price_minor = 3000;
    tacos_create_event create = TACOS_COMMAND(tacos_create_event, CREATE_EVENT);
    create.event = TACOS_TEXT(event);
    create.settings = &settings;
    create.queue = queue;
    create.sections = sections;
    create.section_count = 2;
    DONE(engine, &create, &room);
    tacos_set_sale sale = TACOS_COMMAND(tacos_set_sale, SET_SALE);
    sale.event = TACOS_TEXT(event);
    sale.state = TACOS_SALE_OPEN;
    DONE(engine, &sale, &room);
}

// Small tables, so that a checked run is quick.
static inline tacos_config small(void) {
    tacos_config config;
    OK(tacos_config_init(&config, sizeof config));
    config.reservations_max = 4096;
    config.payments_max = 1024;
    config.webhooks_max = 1024;
    config.notes_max = 64;
    config.idempotency_keys_max = 4096;
    config.log_buffer_bytes = 1 << 20;
    config.update_history_bytes = 1 << 20;
    config.segment_bytes = 4 << 20;
    config.completions_max = 64;
    return config;
}

static inline tacos_config by_hand(void) {
    tacos_config config = small();
    config.manual_driver = 1;
    config.manual_clock = 1;
    config.clock_start_ms = 1800000000000;
    return config;
}

static inline tacos_reserve wanting(const char *event, const char *user, const tacos_str *seat) {
    tacos_reserve command = TACOS_COMMAND(tacos_reserve, RESERVE);
    command.event = TACOS_TEXT(event);
    command.user = TACOS_TEXT(user);
    command.seats = seat;
    command.seat_count = 1;
    return command;
}

#endif
