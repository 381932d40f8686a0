// Wrong use is answered, not fatal: nulls, sizes, texts, kinds, handles, full queues, small buffers, calls after close, many
// threads at once, and a bug inside the library.

#include <pthread.h>

#include "check.h"

static const char *EVENT = "evt_1";

static void wrong_memory(tacos_engine engine) {
    room room;
    tacos_answer answer = {.tag = 77, .status = 88};
    tacos_str seat = TACOS_TEXT("A-1");
    tacos_reserve reserve = wanting(EVENT, "kim", &seat);
    CHECK_STATUS(tacos_call(engine, NULL, use(&room), &answer), TACOS_STATUS_NULL_POINTER);
    CHECK_STATUS(tacos_call(engine, &reserve.head, NULL, &answer), TACOS_STATUS_NULL_POINTER);
    CHECK_STATUS(tacos_call(engine, &reserve.head, use(&room), NULL), TACOS_STATUS_NULL_POINTER);
    tacos_buffer no_data = {NULL, 100, 0};
    CHECK_STATUS(tacos_call(engine, &reserve.head, &no_data, &answer), TACOS_STATUS_NULL_POINTER);
    CHECK_STATUS(tacos_call(engine, (const tacos_head *)((const char *)&reserve + 1), use(&room), &answer),
                 TACOS_STATUS_MISALIGNED);
    reserve.head.size = 8;
    CHECK_STATUS(tacos_call(engine, &reserve.head, use(&room), &answer), TACOS_STATUS_BAD_SIZE);
    reserve.head.kind = 63;
    CHECK_STATUS(tacos_call(engine, &reserve.head, use(&room), &answer), TACOS_STATUS_BAD_KIND);
    reserve = wanting(EVENT, "kim", NULL);
    reserve.seats = &seat;
    reserve.seat_count = (size_t)1 << 40;
    CHECK_STATUS(tacos_call(engine, &reserve.head, use(&room), &answer), TACOS_STATUS_LIST_TOO_LONG);
    reserve = wanting(EVENT, "kim", &seat);
    reserve.user = TACOS_TEXT("\xff\xfe");
    CHECK_STATUS(tacos_call(engine, &reserve.head, use(&room), &answer), TACOS_STATUS_BAD_UTF8);
    reserve.user = (tacos_str){NULL, 5};
    CHECK_STATUS(tacos_call(engine, &reserve.head, use(&room), &answer), TACOS_STATUS_NULL_POINTER);
    // A newer header: a longer struct is taken as long as it asks for nothing that we do not know.
    struct {
        tacos_reserve known;
        uint64_t later;
    } newer = {wanting(EVENT, "kim", &seat), 1};
    newer.known.head.size = sizeof newer;
    CHECK_STATUS(tacos_call(engine, &newer.known.head, use(&room), &answer), TACOS_STATUS_NEWER_STRUCT);
    // Outputs are written only on success.
    CHECK(answer.tag == 77 && answer.status == 88);
    newer.later = 0;
    DONE(engine, &newer, &room);
    // A bad value is not bad memory: it is refused, with the field's name.
    reserve = wanting("not an id", "kim", &seat);
    const tacos_failure *no = REFUSED(engine, &reserve, &room, TACOS_STATUS_INVALID);
    CHECK(same(TACOS_ITEM(tacos_problem, no->problems, 0)->field, "event_id"));
    CHECK(same(TACOS_ITEM(tacos_problem, no->problems, 0)->value, "not an id"));
    tacos_set_sale sale = TACOS_COMMAND(tacos_set_sale, SET_SALE);
    sale.event = TACOS_TEXT(EVENT);
    sale.state = 77;
    REFUSED(engine, &sale, &room, TACOS_STATUS_INVALID);
    reserve = wanting(EVENT, "kim", &seat);
    reserve.trusted = 2;
    REFUSED(engine, &reserve, &room, TACOS_STATUS_INVALID);
}

static void small_buffers(tacos_engine engine) {
    room room;
    tacos_counts before, after;
    OK(tacos_counts_of(engine, TACOS_TEXT(EVENT), &before));
    tacos_str seat = TACOS_TEXT("A-2");
    tacos_reserve reserve = wanting(EVENT, "kim", &seat);
    tacos_answer answer;
    tacos_buffer small = {room.words, 100, 0};
    // A write whose answer might not fit is not begun.
    CHECK_STATUS(tacos_call(engine, &reserve.head, &small, &answer), TACOS_STATUS_BUFFER_TOO_SMALL);
    CHECK(small.needed >= TACOS_REPLY_BYTES_MAX);
    CHECK_STATUS(tacos_try(engine, &reserve.head, 1, &small, &answer), TACOS_STATUS_BUFFER_TOO_SMALL);
    OK(tacos_counts_of(engine, TACOS_TEXT(EVENT), &after));
    CHECK(memcmp(&before, &after, sizeof before) == 0);
    // A read tells how much it needs, also if there is no buffer at all; exactly that is enough.
    tacos_list list = {(void *)1, 2, 3};
    tacos_buffer none = {NULL, 0, 0};
    CHECK_STATUS(tacos_seats(engine, TACOS_TEXT(EVENT), 0, 20, &none, &list), TACOS_STATUS_BUFFER_TOO_SMALL);
    CHECK(list.items == (void *)1 && list.count == 2);
    void *exact = malloc(none.needed);
    tacos_buffer fits = {exact, none.needed, 0};
    OK(tacos_seats(engine, TACOS_TEXT(EVENT), 0, 20, &fits, &list));
    CHECK_EQ(list.count, 20);
    free(exact);
    // Two outputs are written together or not at all.
    uint64_t next[2];
    list = (tacos_list){(void *)1, 2, 3};
    CHECK_STATUS(tacos_due_webhooks(engine, 10, use(&room), &list, (uint64_t *)((char *)next + 1)),
                 TACOS_STATUS_MISALIGNED);
    CHECK(list.items == (void *)1 && list.count == 2);
    // A last error that does not fit is cut, and ended.
    char text[8];
    size_t needed;
    CHECK_STATUS(tacos_counts_of(engine, TACOS_TEXT("nope"), &after), TACOS_STATUS_UNKNOWN_EVENT);
    OK(tacos_last_error(text, sizeof text, &needed));
    CHECK(strcmp(text, "event n") == 0 && needed == sizeof "event not found");
}

// What is prepared means what it names, whichever engine gets it; a byte changed makes it no id.
static void prepared_ids(void) {
    tacos_config config = by_hand();
    tacos_engine engine, other;
    OK(tacos_open_in_memory(&config, &engine));
    OK(tacos_open_in_memory(&config, &other));
    open_sale(engine, EVENT, NULL);
    open_sale(other, "evt_0", NULL);
    open_sale(other, EVENT, NULL);
    room answers, rooms[5];
    tacos_str event, user, seat, key, out = {(const char *)1, 2};
    OK(tacos_prepare_event(engine, TACOS_TEXT(EVENT), use(&rooms[0]), &event));
    OK(tacos_prepare_user(engine, TACOS_TEXT("kim"), use(&rooms[1]), &user));
    OK(tacos_prepare_seat(engine, event, TACOS_TEXT("B-7"), use(&rooms[2]), &seat));
    uint8_t bytes[16] = {7};
    OK(tacos_key_of_bytes(bytes, use(&rooms[3]), &key));
    CHECK(same(key, "bytes 07000000000000000000000000000000"));
    // A hold by prepared ids is the hold by texts: under one key one is the retry of the other.
    tacos_reserve reserve = wanting(EVENT, "kim", &seat);
    reserve.event = event;
    reserve.user = user;
    reserve.key = key;
    tacos_id first = ((const tacos_reserved *)DONE(engine, &reserve, &answers))->id;
    tacos_str name = TACOS_TEXT("B-7");
    tacos_reserve again = wanting(EVENT, "kim", &name);
    again.key = key;
    const tacos_reserved *held = DONE(engine, &again, &answers);
    CHECK(memcmp(&held->id, &first, sizeof first) == 0);
    tacos_list seats;
    OK(tacos_seats_named(engine, event, &seat, 1, use(&answers), &seats));
    CHECK(same(TACOS_ITEM(tacos_seat_view, seats, 0)->place.id, "B-7"));
    CHECK_EQ(TACOS_ITEM(tacos_seat_view, seats, 0)->state, TACOS_SEAT_STATE_RESERVED);
    // Another engine, in which other numbers mean other things, takes the texts.
    DONE(other, &reserve, &answers);
    OK(tacos_seats_named(other, TACOS_TEXT(EVENT), &name, 1, use(&answers), &seats));
    CHECK_EQ(TACOS_ITEM(tacos_seat_view, seats, 0)->state, TACOS_SEAT_STATE_RESERVED);
    // Any byte that is changed makes it no id, and nothing is done; so does a byte less.
    reserve.key = (tacos_str){NULL, 0};
    for (size_t at = 0; at < seat.len; at++) {
        char forged[256];
        memcpy(forged, seat.data, seat.len);
        forged[at] ^= 1;
        tacos_str given = {forged, seat.len};
        reserve.seats = &given;
        REFUSED(engine, &reserve, &answers, TACOS_STATUS_INVALID);
    }
    reserve.seats = &(tacos_str){seat.data, seat.len - 1};
    const tacos_failure *no = REFUSED(engine, &reserve, &answers, TACOS_STATUS_INVALID);
    CHECK(same(TACOS_ITEM(tacos_problem, no->problems, 0)->field, "seat_ids"));
    // What is not there cannot be prepared, and outputs are written only on success.
    CHECK_STATUS(tacos_prepare_event(engine, TACOS_TEXT("nope"), use(&rooms[4]), &out), TACOS_STATUS_UNKNOWN_EVENT);
    CHECK_STATUS(tacos_prepare_seat(engine, event, TACOS_TEXT("Z-1"), use(&rooms[4]), &out), TACOS_STATUS_UNKNOWN_SEATS);
    CHECK_STATUS(tacos_prepare_user(engine, TACOS_TEXT("a b"), use(&rooms[4]), &out), TACOS_STATUS_INVALID);
    CHECK_STATUS(tacos_prepare_user(engine, TACOS_TEXT("kim"), NULL, &out), TACOS_STATUS_NULL_POINTER);
    tacos_buffer none = {NULL, 0, 0};
    CHECK_STATUS(tacos_prepare_user(engine, TACOS_TEXT("kim"), &none, &out), TACOS_STATUS_BUFFER_TOO_SMALL);
    CHECK_STATUS(tacos_key_of_bytes(NULL, use(&rooms[4]), &out), TACOS_STATUS_NULL_POINTER);
    CHECK(out.data == (const char *)1 && out.len == 2);
    OK(tacos_close(engine));
    OK(tacos_close(other));
}

static void wrong_handles(void) {
    tacos_config config = by_hand();
    uint64_t now;
    CHECK_STATUS(tacos_now(0, &now), TACOS_STATUS_BAD_HANDLE);
    CHECK_STATUS(tacos_now(12345, &now), TACOS_STATUS_BAD_HANDLE);
    CHECK_STATUS(tacos_now(UINT64_MAX, &now), TACOS_STATUS_BAD_HANDLE);
    CHECK_STATUS(tacos_close(UINT64_MAX), TACOS_STATUS_BAD_HANDLE);
    CHECK_STATUS(tacos_updates_close(7), TACOS_STATUS_BAD_HANDLE);
    tacos_engine engine, other;
    OK(tacos_open_in_memory(&config, &engine));
    tacos_reader reader;
    OK(tacos_updates_open(engine, 0, &reader));
    OK(tacos_close(engine));
    OK(tacos_close(engine));
    // The next engine has another number, and the old one stays closed.
    OK(tacos_open_in_memory(&config, &other));
    CHECK(other != engine);
    CHECK_STATUS(tacos_now(engine, &now), TACOS_STATUS_CLOSED);
    OK(tacos_now(other, &now));
    // A reader outlives its engine; then it says so.
    room room;
    tacos_list list;
    CHECK_STATUS(tacos_updates_read(reader, 10, 0, use(&room), &list), TACOS_STATUS_CLOSED);
    CHECK_STATUS(tacos_updates_read(reader, 10, 1000, use(&room), &list), TACOS_STATUS_CLOSED);
    OK(tacos_updates_close(reader));
    config.manual_clock = 0;
    CHECK_STATUS(tacos_clock_advance(other, 1, NULL), TACOS_STATUS_OK);
    OK(tacos_close(other));
    OK(tacos_open_in_memory(&config, &other));
    CHECK_STATUS(tacos_clock_advance(other, 1, NULL), TACOS_STATUS_NOT_MANUAL);
    CHECK_STATUS(tacos_snapshot(other, NULL), TACOS_STATUS_NO_FOLDER);
    OK(tacos_close(other));
    config.reservations_max = 0;
    CHECK_STATUS(tacos_open_in_memory(&config, &other), TACOS_STATUS_BAD_CONFIG);
    config = by_hand();
    config.size = 4;
    CHECK_STATUS(tacos_open_in_memory(&config, &other), TACOS_STATUS_BAD_SIZE);
    CHECK_STATUS(tacos_open((tacos_str){NULL, 0}, NULL, &other), TACOS_STATUS_NULL_POINTER);
}

// Eight answers in flight at most; the ninth is refused, nothing is lost, closing leaves the rest to be taken.
static void queue_is_bounded(void) {
    tacos_config config = by_hand();
    config.completions_max = 8;
    tacos_engine engine;
    OK(tacos_open_in_memory(&config, &engine));
    open_sale(engine, EVENT, NULL);
    tacos_str seats[10];
    char names[10][8];
    tacos_reserve commands[10];
    const tacos_head *heads[10];
    for (int i = 0; i < 10; i++) {
        snprintf(names[i], sizeof names[i], "A-%d", i + 1);
        seats[i] = TACOS_TEXT(names[i]);
        commands[i] = wanting(EVENT, "kim", &seats[i]);
        heads[i] = &commands[i].head;
    }
    commands[3].event = TACOS_TEXT("bad id");
    size_t accepted = 99;
    CHECK_STATUS(tacos_submit(engine, heads, 10, 100, &accepted, NULL, NULL), TACOS_STATUS_QUEUE_FULL);
    CHECK_EQ(accepted, 8);
    room room;
    tacos_answer answer;
    CHECK_STATUS(tacos_try(engine, heads[8], 5, use(&room), &answer), TACOS_STATUS_QUEUE_FULL);
    // Through buffers that hold none, and one or two; then the engine closes with the others inside.
    uint32_t seen = 0, refused = 0, taken = 0;
    while (taken < 3) {
        tacos_list list;
        tacos_buffer none = {room.words, 40, 0}, few = {room.words, 250, 0};
        CHECK_STATUS(tacos_poll(engine, 100, 0, &none, &list), TACOS_STATUS_BUFFER_TOO_SMALL);
        tacos_status status = tacos_poll(engine, 100, 0, &few, &list);
        if (status == TACOS_STATUS_BUFFER_TOO_SMALL) {
            CHECK(few.needed > 250);
            OK(tacos_poll(engine, 1, 0, use(&room), &list));
        } else {
            CHECK_EQ(status, TACOS_STATUS_OK);
        }
        CHECK(list.count == 1 || list.count == 2);
        for (size_t i = 0; i < list.count; i++, taken++) {
            seen |= 1u << (TACOS_ITEM(tacos_answer, list, i)->tag - 100);
            refused += TACOS_ITEM(tacos_answer, list, i)->status == TACOS_STATUS_INVALID;
        }
    }
    OK(tacos_submit(engine, heads + 8, 2, 108, &accepted, NULL, NULL));
    OK(tacos_close(engine));
    CHECK_STATUS(tacos_submit(engine, heads, 1, 0, &accepted, NULL, NULL), TACOS_STATUS_CLOSED);
    CHECK_EQ(accepted, 0);
    for (;;) {
        tacos_list list;
        tacos_status status = tacos_poll(engine, 100, 1000000, use(&room), &list);
        if (status == TACOS_STATUS_CLOSED) break;
        CHECK_EQ(status, TACOS_STATUS_OK);
        for (size_t i = 0; i < list.count; i++) {
            const tacos_answer *got = TACOS_ITEM(tacos_answer, list, i);
            CHECK((seen & 1u << (got->tag - 100)) == 0);
            seen |= 1u << (got->tag - 100);
            refused += got->status == TACOS_STATUS_INVALID;
        }
    }
    CHECK_EQ(seen, 0x3ff);
    CHECK_EQ(refused, 1);
}

// With a buffer, a batch is answered at once as far as the answers fit; the rest come out of the queue.
static void a_batch_is_answered_at_once(void) {
    tacos_config config = by_hand();
    tacos_engine engine;
    OK(tacos_open_in_memory(&config, &engine));
    open_sale(engine, EVENT, NULL);
    tacos_reserve floor = TACOS_COMMAND(tacos_reserve, RESERVE);
    floor.event = TACOS_TEXT(EVENT);
    floor.user = TACOS_TEXT("kim");
    floor.section = TACOS_TEXT("floor");
    floor.quantity = 1;
    const tacos_head *heads[20];
    for (int i = 0; i < 20; i++) heads[i] = &floor.head;
    room room;
    tacos_list list;
    size_t accepted;
    for (size_t capacity = 0; capacity < sizeof room.words; capacity += 1000) {
        use(&room)->capacity = capacity;
        OK(tacos_submit(engine, heads, 20, 500, &accepted, &room.buffer, &list));
        CHECK_EQ(accepted, 20);
        uint32_t seen = 0;
        for (;;) {
            for (size_t i = 0; i < list.count; i++) {
                const tacos_answer *answer = TACOS_ITEM(tacos_answer, list, i);
                CHECK((seen & 1u << (answer->tag - 500)) == 0);
                CHECK(answer->status == TACOS_STATUS_OK || answer->status == TACOS_STATUS_INSUFFICIENT);
                seen |= 1u << (answer->tag - 500);
            }
            if (seen == 0xfffff) break;
            OK(tacos_poll(engine, 100, 0, use(&room), &list));
            CHECK(list.count > 0);
        }
        OK(tacos_poll(engine, 100, 0, use(&room), &list));
        CHECK_EQ(list.count, 0);
    }
    CHECK_STATUS(tacos_submit(engine, heads, 20, 0, &accepted, use(&room), NULL), TACOS_STATUS_NULL_POINTER);
    CHECK_EQ(accepted, 0);
    OK(tacos_close(engine));
}

typedef struct {
    tacos_engine engine;
    uint32_t held, refused, number;
} worker;

static void *compete(void *argument) {
    worker *self = argument;
    room room;
    for (int i = 0; i < 20; i++) {
        char name[8], user[16];
        snprintf(name, sizeof name, "%s-%d", i < 10 ? "A" : "B", i % 10 + 1);
        snprintf(user, sizeof user, "user-%u", self->number);
        tacos_str seat = TACOS_TEXT(name);
        tacos_reserve reserve = wanting(EVENT, user, &seat);
        tacos_answer answer;
        OK(tacos_call(self->engine, &reserve.head, use(&room), &answer));
        if (answer.status == TACOS_STATUS_OK) {
            self->held++;
        } else {
            CHECK_EQ(answer.status, TACOS_STATUS_SEATS_TAKEN);
            self->refused++;
        }
    }
    return NULL;
}

static void *drain(void *argument) {
    worker *self = argument;
    room room;
    tacos_list list;
    tacos_status status;
    while ((status = tacos_poll(self->engine, 16, 60000, use(&room), &list)) == TACOS_STATUS_OK) {
        for (size_t i = 0; i < list.count; i++) {
            const tacos_answer *answer = TACOS_ITEM(tacos_answer, list, i);
            self->held += answer->status == TACOS_STATUS_OK;
            self->refused += answer->status != TACOS_STATUS_OK;
        }
    }
    CHECK_EQ(status, TACOS_STATUS_CLOSED);
    return NULL;
}

// Any number of threads on one engine; two drain the queue, and closing wakes both, however long they meant to wait.
static void many_threads(void) {
    tacos_config config = small();
    tacos_engine engine;
    OK(tacos_open_in_memory(&config, &engine));
    open_sale(engine, EVENT, NULL);
    pthread_t threads[6];
    worker workers[6];
    for (uint32_t i = 0; i < 6; i++) {
        workers[i] = (worker){engine, 0, 0, i};
        CHECK_EQ(pthread_create(&threads[i], NULL, i < 4 ? compete : drain, &workers[i]), 0);
    }
    uint32_t submitted = 0;
    tacos_reserve floor = TACOS_COMMAND(tacos_reserve, RESERVE);
    floor.event = TACOS_TEXT(EVENT);
    floor.user = TACOS_TEXT("batch");
    floor.section = TACOS_TEXT("floor");
    floor.quantity = 1;
    const tacos_head *heads[10];
    for (int i = 0; i < 10; i++) heads[i] = &floor.head;
    while (submitted < 60) {
        size_t accepted;
        tacos_status status = tacos_submit(engine, heads, 10, submitted, &accepted, NULL, NULL);
        CHECK(status == TACOS_STATUS_OK || status == TACOS_STATUS_QUEUE_FULL);
        submitted += (uint32_t)accepted;
    }
    uint32_t held = 0, refused = 0;
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        held += workers[i].held;
        refused += workers[i].refused;
    }
    CHECK_EQ(held, 20);
    CHECK_EQ(refused, 60);
    OK(tacos_close(engine));
    pthread_join(threads[4], NULL);
    pthread_join(threads[5], NULL);
    CHECK_EQ(workers[4].held + workers[5].held, 50);
    CHECK_EQ(workers[4].refused + workers[5].refused, submitted - 50);
}

// A reader that is too slow is told so, slows no other reader, and loses nothing that it does not know of; a second one goes on from
// where the state was read anew.
static void a_slow_reader(void) {
    tacos_config config = by_hand();
    config.update_history_bytes = 1 << 16;
    config.notes_max = 1 << 16;
    tacos_engine engine;
    OK(tacos_open_in_memory(&config, &engine));
    tacos_reader slow, fresh;
    OK(tacos_updates_open(engine, 0, &slow));
    room room;
    uint64_t position;
    for (int i = 0; i < 20000; i++) {
        tacos_note note = TACOS_COMMAND(tacos_note, NOTE);
        note.name = TACOS_TEXT("one");
        note.value = (tacos_bytes){(const uint8_t *)&i, sizeof i};
        DONE(engine, &note, &room);
    }
    OK(tacos_position(engine, &position));
    tacos_list list;
    CHECK_STATUS(tacos_updates_read(slow, 10, 0, use(&room), &list), TACOS_STATUS_UPDATES_GONE);
    CHECK_STATUS(tacos_updates_open(engine, 0, &fresh), TACOS_STATUS_UPDATES_GONE);
    OK(tacos_updates_open(engine, position, &fresh));
    OK(tacos_updates_read(fresh, 10, 0, use(&room), &list));
    CHECK_EQ(list.count, 0);
    CHECK_STATUS(tacos_updates_open(engine, position + 1000000, &fresh), TACOS_STATUS_UPDATES_NOT_A_POSITION);
    OK(tacos_updates_close(slow));
    OK(tacos_close(engine));
}

// What a refused read tells is what a refused command would; a success does not hide it, nor does asking.
static void a_refused_read_tells_why(tacos_engine engine) {
    room room;
    tacos_list list;
    const tacos_failure *told;
    tacos_str named[] = {TACOS_TEXT("A-1"), TACOS_TEXT("Z-9")};
    CHECK_STATUS(tacos_seats_named(engine, TACOS_TEXT(EVENT), named, 2, use(&room), &list), TACOS_STATUS_UNKNOWN_SEATS);
    tacos_buffer none = {NULL, 0, 0};
    CHECK_STATUS(tacos_last_failure(&none, &told), TACOS_STATUS_BUFFER_TOO_SMALL);
    CHECK_STATUS(tacos_last_failure(NULL, &told), TACOS_STATUS_NULL_POINTER);
    for (int i = 0; i < 2; i++) {
        OK(tacos_last_failure(use(&room), &told));
        CHECK_EQ(told->status, TACOS_STATUS_UNKNOWN_SEATS);
        CHECK_EQ(told->seats.count, 1);
        CHECK(same(*TACOS_ITEM(tacos_str, told->seats, 0), "Z-9"));
    }
    CHECK_STATUS(tacos_close(12345), TACOS_STATUS_BAD_HANDLE);
    OK(tacos_last_failure(use(&room), &told));
    CHECK(told->status == TACOS_STATUS_BAD_HANDLE && told->seats.count == 0 && told->text.len > 0);
}

// Stopped is not closed: what was taken can be read, nothing more is taken.
static void stopped_is_not_closed(void) {
    tacos_config config = small();
    tacos_engine engine;
    OK(tacos_open_in_memory(&config, &engine));
    open_sale(engine, EVENT, NULL);
    room room;
    tacos_str seat = TACOS_TEXT("A-1");
    tacos_reserve reserve = wanting(EVENT, "kim", &seat);
    DONE(engine, &reserve, &room);
    OK(tacos_stop(engine));
    OK(tacos_stop(engine));
    answered(engine, &reserve, &room, TACOS_STATUS_CLOSED, __FILE__, __LINE__);
    tacos_counts counts;
    OK(tacos_counts_of(engine, TACOS_TEXT(EVENT), &counts));
    CHECK_EQ(counts.reserved, 1);
    OK(tacos_close(engine));
    CHECK_STATUS(tacos_stop(engine), TACOS_STATUS_CLOSED);
}

#ifdef TACOS_TESTING
static void a_bug_is_a_status(void) {
    tacos_config config = by_hand();
    tacos_engine engine;
    OK(tacos_open_in_memory(&config, &engine));
    open_sale(engine, EVENT, NULL);
    room room;
    tacos_str seat = TACOS_TEXT("A-1");
    tacos_reserve reserve = wanting(EVENT, "kim", &seat);
    CHECK_STATUS(tacos_test_panic(engine, 0), TACOS_STATUS_PANICKED);
    char text[256];
    OK(tacos_last_error(text, sizeof text, NULL));
    CHECK(strstr(text, "a bug on demand") != NULL);
    DONE(engine, &reserve, &room);
    // In a write: nothing is built upon what it may have left half done; reads go on, closing works.
    CHECK_STATUS(tacos_test_panic(engine, 1), TACOS_STATUS_PANICKED);
    tacos_answer answer;
    CHECK_STATUS(tacos_call(engine, &reserve.head, use(&room), &answer), TACOS_STATUS_PANICKED);
    tacos_counts counts;
    OK(tacos_counts_of(engine, TACOS_TEXT(EVENT), &counts));
    OK(tacos_close(engine));
}
#endif

// A million calls that succeed and fail leave no memory behind: the sanitizer and valgrind look at the end, this at growth.
static long resident_kib(void) {
    long kib = 0;
    char line[256];
    FILE *file = fopen("/proc/self/status", "r");
    CHECK(file != NULL);
    while (fgets(line, sizeof line, file) != NULL && sscanf(line, "VmRSS: %ld", &kib) != 1) {
    }
    fclose(file);
    return kib;
}

static void nothing_leaks(int rounds) {
    tacos_config config = by_hand();
    tacos_engine engine;
    OK(tacos_open_in_memory(&config, &engine));
    open_sale(engine, EVENT, NULL);
    room room;
    tacos_counts counts;
    long before = 0;
    for (int i = 0; i < rounds; i++) {
        if (i == rounds / 10) before = resident_kib();
        tacos_reserve bad = wanting("no id", "kim", &(tacos_str){"A-1", 3});
        REFUSED(engine, &bad, &room, TACOS_STATUS_INVALID);
        OK(tacos_counts_of(engine, TACOS_TEXT(EVENT), &counts));
        CHECK_STATUS(tacos_counts_of(engine, TACOS_TEXT("nope"), &counts), TACOS_STATUS_UNKNOWN_EVENT);
        tacos_engine none;
        if (i % 64 == 0) CHECK_STATUS(tacos_open((tacos_str){NULL, 0}, &config, &none), TACOS_STATUS_NULL_POINTER);
    }
    long grown = resident_kib() - before;
    if (grown > 4096) {
        fprintf(stderr, "%d rounds grew memory by %ld KiB\n", rounds, grown);
        abort();
    }
    OK(tacos_close(engine));
}

int main(int count, char **arguments) {
    int rounds = count > 1 ? atoi(arguments[1]) : 350000;
    tacos_config config = by_hand();
    tacos_engine engine;
    OK(tacos_open_in_memory(&config, &engine));
    open_sale(engine, EVENT, NULL);
    wrong_memory(engine);
    small_buffers(engine);
    a_refused_read_tells_why(engine);
    OK(tacos_close(engine));
    prepared_ids();
    wrong_handles();
    queue_is_bounded();
    a_batch_is_answered_at_once();
    many_threads();
    a_slow_reader();
    stopped_is_not_closed();
#ifdef TACOS_TESTING
    a_bug_is_a_status();
#else
#error "build this against the library with the feature testing, with -DTACOS_TESTING"
#endif
    nothing_leaks(rounds);
    puts("misuse: passed");
    return 0;
}
