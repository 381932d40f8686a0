// What calls across the border cost from C. `bindings/tests/bench.sh` runs it beside the other languages and says what is
// measured and how.

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "../tests/check.h"

static tacos_engine engine;
static room answers;

static void empty(void) { (void)tacos_abi_version(); }

static void availability(void) {
    tacos_counts counts;
    OK(tacos_counts_of(engine, TACOS_TEXT("evt_1"), &counts));
}

static tacos_reserve reserve(void) {
    tacos_reserve command = TACOS_COMMAND(tacos_reserve, RESERVE);
    command.event = TACOS_TEXT("evt_1");
    command.user = TACOS_TEXT("kim");
    command.quantity = 1;
    command.section = TACOS_TEXT("floor");
    return command;
}

static void hold_and_release(void) {
    tacos_reserve take = reserve();
    const tacos_reserved *held = DONE(engine, &take, &answers);
    tacos_release give = TACOS_COMMAND(tacos_release, RELEASE);
    give.which.id = held->id;
    DONE(engine, &give, &answers);
}

// A hold of two seats under a fresh key, and its release.
static tacos_str event, user, seats[2];
static unsigned long number;

static void two_seats(tacos_str key) {
    tacos_reserve take = TACOS_COMMAND(tacos_reserve, RESERVE);
    take.event = event;
    take.user = user;
    take.seats = seats;
    take.seat_count = 2;
    take.key = key;
    const tacos_reserved *held = DONE(engine, &take, &answers);
    tacos_release give = TACOS_COMMAND(tacos_release, RELEASE);
    give.which.id = held->id;
    DONE(engine, &give, &answers);
}

static void by_texts(void) {
    char key[40];
    event = TACOS_TEXT("evt_1");
    user = TACOS_TEXT("kim");
    seats[0] = TACOS_TEXT("A-1");
    seats[1] = TACOS_TEXT("A-2");
    two_seats((tacos_str){key, (size_t)snprintf(key, sizeof key, "%032lx", ++number)});
}

static void prepare(void) {
    static room rooms[4];
    OK(tacos_prepare_event(engine, event, use(&rooms[0]), &event));
    OK(tacos_prepare_user(engine, user, use(&rooms[1]), &user));
    for (int i = 0; i < 2; i++) OK(tacos_prepare_seat(engine, event, seats[i], use(&rooms[2 + i]), &seats[i]));
}

static void prepared(void) {
    static room room;
    uint8_t bytes[16] = {1};
    tacos_str key;
    number++;
    memcpy(bytes + 8, &number, sizeof number);
    OK(tacos_key_of_bytes(bytes, use(&room), &key));
    two_seats(key);
}

static void batch(void) {
    tacos_reserve take[64];
    tacos_release give[64];
    const tacos_head *heads[64];
    size_t accepted;
    tacos_list list;
    for (int i = 0; i < 64; i++) {
        take[i] = reserve();
        heads[i] = &take[i].head;
    }
    OK(tacos_submit(engine, heads, 64, 0, &accepted, use(&answers), &list));
    CHECK_EQ(list.count, 64);
    for (int i = 0; i < 64; i++) {
        CHECK_EQ(TACOS_ITEM(tacos_answer, list, i)->status, TACOS_STATUS_OK);
        give[i] = TACOS_COMMAND(tacos_release, RELEASE);
        give[i].which.id = ((const tacos_reserved *)TACOS_ITEM(tacos_answer, list, i)->body)->id;
        heads[i] = &give[i].head;
    }
    OK(tacos_submit(engine, heads, 64, 0, &accepted, use(&answers), &list));
    CHECK_EQ(list.count, 64);
}

static double now_ns(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec * 1e9 + (double)at.tv_nsec;
}

// The best of five hundred rounds, for each command.
static void best(const char *name, int commands, int calls, void (*run)(void)) {
    double least = 0;
    for (int round = 0; round < 500; round++) {
        double start = now_ns();
        for (int i = 0; i < calls; i++) run();
        double took = now_ns() - start;
        if (round == 0 || took < least) least = took;
    }
    printf("c\t%s\t%.1f\n", name, least / calls / commands);
}

static void fill(void) {
    tacos_event_settings settings;
    OK(tacos_event_settings_init(&settings, sizeof settings));
    settings.name = TACOS_TEXT("A concert");
    settings.currency = TACOS_TEXT("EUR");
    tacos_section floor = {.name = TACOS_TEXT("floor"), .capacity = 2000000, .price_minor = 100};
    tacos_create_event create = TACOS_COMMAND(tacos_create_event, CREATE_EVENT);
    create.event = TACOS_TEXT("evt_1");
    create.settings = &settings;
    tacos_row row = {.label = TACOS_TEXT("A"), .prefix = TACOS_TEXT("A-"), .count = 10, .first_number = 1, .step = 1, .price_minor = 100};
    tacos_section sections[] = {floor, {.name = TACOS_TEXT("stalls"), .rows = &row, .row_count = 1}};
    create.sections = sections;
    create.section_count = 2;
    DONE(engine, &create, &answers);
    tacos_set_sale sale = TACOS_COMMAND(tacos_set_sale, SET_SALE);
    sale.event = TACOS_TEXT("evt_1");
    sale.state = TACOS_SALE_OPEN;
    DONE(engine, &sale, &answers);
}

// One round: so many holds, at most so many waiting for the disk at once.
static double durable_round(int holds, int in_flight) {
    tacos_reserve take = reserve();
    tacos_answer answer;
    tacos_list list;
    double start = now_ns();
    for (int started = 0, done = 0; done < holds;) {
        while (started < holds && started - done < in_flight) {
            tacos_status status = tacos_try(engine, &take.head, 0, use(&answers), &answer);
            CHECK(status == TACOS_STATUS_OK || status == TACOS_STATUS_PENDING);
            started++;
            if (status == TACOS_STATUS_OK) done++;
        }
        if (done == holds) break;
        OK(tacos_poll(engine, in_flight, 10000, use(&answers), &list));
        for (size_t i = 0; i < list.count; i++) CHECK_EQ(TACOS_ITEM(tacos_answer, list, i)->status, TACOS_STATUS_OK);
        done += (int)list.count;
    }
    return now_ns() - start;
}

static int compare(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

static void durable(const char *folder, int in_flight) {
    char path[512];
    snprintf(path, sizeof path, "%s/c-%d", folder, in_flight);
    OK(tacos_open(TACOS_TEXT(path), NULL, &engine));
    fill();
    double rounds[15];
    int holds = in_flight * 8 < 20 ? 20 : in_flight * 8;
    for (int i = 0; i < 15; i++) rounds[i] = durable_round(holds, in_flight);
    qsort(rounds, 15, sizeof *rounds, compare);
    printf("c\tdurable hold, %d in flight\t%.1f\n", in_flight, rounds[7] / holds);
    OK(tacos_close(engine));
}

static void *measure(void *folder) {
    OK(tacos_open_in_memory(NULL, &engine));
    fill();
    best("empty call", 1, 10000, empty);
    best("availability", 1, 1000, availability);
    best("hold in memory", 2, 200, hold_and_release);
    best("two seats, with a key", 2, 200, by_texts);
    prepare();
    best("the same, prepared", 2, 200, prepared);
    best("batch of 64", 128, 2, batch);
    OK(tacos_close(engine));
    durable(folder, 1);
    durable(folder, 64);
    durable(folder, 1024);
    return NULL;
}

int main(int count, char **arguments) {
    pthread_t thread;
    CHECK_EQ(count, 2);
    CHECK_EQ(pthread_create(&thread, NULL, measure, arguments[1]), 0);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    return 0;
}
