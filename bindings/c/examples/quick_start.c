// The smallest whole program: open a folder, sell a seat, see the second customer refused. Run it again on the same folder: the
// seat is still sold.

#include <stdio.h>
#include <stdlib.h>

#include "tacos_engine.h"

static void must(tacos_status status) {
    if (status != TACOS_STATUS_OK) {
        char text[512];
        tacos_last_error(text, sizeof text, NULL);
        fprintf(stderr, "%s: %s\n", tacos_status_name(status), text);
        exit(1);
    }
}

static uint64_t words[TACOS_REPLY_BYTES_MAX / 8];

static tacos_answer call(tacos_engine engine, const tacos_head *command) {
    tacos_buffer buffer = {words, sizeof words, 0};
    tacos_answer answer;
    must(tacos_call(engine, command, &buffer, &answer));
    return answer;
}

int main(int count, char **arguments) {
    if (count != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", arguments[0]);
        return 2;
    }
    if (tacos_abi_version() != TACOS_ABI_VERSION) {
        fprintf(stderr, "the library is of another version: %s\n", tacos_version());
        return 1;
    }
    tacos_engine engine;
    must(tacos_open(TACOS_TEXT(arguments[1]), NULL, &engine));

    tacos_event_settings settings;
    must(tacos_event_settings_init(&settings, sizeof settings));
    settings.name = TACOS_TEXT("A concert");
    settings.currency = TACOS_TEXT("EUR");
    tacos_row row = {.label = TACOS_TEXT("A"), .prefix = TACOS_TEXT("A-"), .price_minor = 5000, .first_number = 1, .step = 1, .count = 10};
    tacos_section stalls = {.name = TACOS_TEXT("stalls"), .rows = &row, .row_count = 1};
    tacos_create_event create = TACOS_COMMAND(tacos_create_event, CREATE_EVENT);
    create.event = TACOS_TEXT("evt_1");
    create.settings = &settings;
    create.sections = &stalls;
    create.section_count = 1;
    tacos_status created = call(engine, &create.head).status;
    if (created != TACOS_STATUS_EVENT_EXISTS) must(created);
    tacos_set_sale sale = TACOS_COMMAND(tacos_set_sale, SET_SALE);
    sale.event = TACOS_TEXT("evt_1");
    sale.state = TACOS_SALE_OPEN;
    must(call(engine, &sale.head).status);

    // Looked up once; from here on it stands for the event's id.
    uint64_t memory[32];
    tacos_buffer kept = {memory, sizeof memory, 0};
    tacos_str event;
    must(tacos_prepare_event(engine, TACOS_TEXT("evt_1"), &kept, &event));
    tacos_str seat = TACOS_TEXT("A-7");
    const char *customers[] = {"kim", "lee"};
    for (int i = 0; i < 2; i++) {
        tacos_reserve reserve = TACOS_COMMAND(tacos_reserve, RESERVE);
        reserve.event = event;
        reserve.user = TACOS_TEXT(customers[i]);
        reserve.seats = &seat;
        reserve.seat_count = 1;
        tacos_answer answer = call(engine, &reserve.head);
        if (answer.status == TACOS_STATUS_OK) {
            const tacos_reserved *held = answer.body;
            long long price = (long long)held->total_minor;
            tacos_confirm confirm = TACOS_COMMAND(tacos_confirm, CONFIRM);
            confirm.which.id = held->id;
            confirm.outside = 1;  // We vouch that it is paid.
            must(call(engine, &confirm.head).status);
            printf("%s has A-7 for %lld\n", customers[i], price);
        } else {
            const tacos_failure *no = answer.body;
            printf("%s: %.*s\n", customers[i], (int)no->text.len, no->text.data);
        }
    }
    must(tacos_close(engine));
    return 0;
}
