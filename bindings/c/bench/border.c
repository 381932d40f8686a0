// What calls across the border cost from C. `bindings/tests/bench.sh` runs it beside Rust and Go.

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
    return command;
}

static void hold_and_release(void) {
    tacos_reserve take = reserve();
    const tacos_reserved *held = DONE(engine, &take, &answers);
    tacos_release give = TACOS_COMMAND(tacos_release, RELEASE);
    give.which.id = held->id;
    DONE(engine, &give, &answers);
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

static void measure(const char *name, int commands, int rounds, void (*run)(void)) {
    for (int i = 0; i < rounds / 10; i++) run();
    double start = now_ns();
    for (int i = 0; i < rounds; i++) run();
    printf("c\t%s\t%.0f ns\n", name, (now_ns() - start) / rounds / commands);
}

int main(void) {
    OK(tacos_open_in_memory(NULL, &engine));
    tacos_event_settings settings;
    OK(tacos_event_settings_init(&settings, sizeof settings));
    settings.name = TACOS_TEXT("A concert");
    settings.currency = TACOS_TEXT("EUR");
    tacos_section floor = {.name = TACOS_TEXT("floor"), .capacity = 2000000, .price_minor = 100};
    tacos_create_event create = TACOS_COMMAND(tacos_create_event, CREATE_EVENT);
    create.event = TACOS_TEXT("evt_1");
    create.settings = &settings;
    create.sections = &floor;
    create.section_count = 1;
    DONE(engine, &create, &answers);
    tacos_set_sale sale = TACOS_COMMAND(tacos_set_sale, SET_SALE);
    sale.event = TACOS_TEXT("evt_1");
    sale.state = TACOS_SALE_OPEN;
    DONE(engine, &sale, &answers);
    measure("empty call", 1, 10000000, empty);
    measure("availability", 1, 1000000, availability);
    measure("hold and release, each", 2, 200000, hold_and_release);
    measure("batch of 64, each", 128, 3000, batch);
    OK(tacos_close(engine));
    return 0;
}
