// Holds and releases for callgrind, which counts what `tacos_try` takes: one standing place, two seats under a key by
// their texts, or the same by prepared ids and a key of sixteen bytes. `instructions.sh` runs it.

#include "../tests/check.h"

static tacos_engine engine;
static room answers;

static const void *tried(const tacos_head *command) {
    tacos_answer answer;
    OK(tacos_try(engine, command, 0, use(&answers), &answer));
    CHECK_EQ(answer.status, TACOS_STATUS_OK);
    return answer.body;
}

int main(int count, char **arguments) {
    CHECK_EQ(count, 3);
    const char what = arguments[1][0];
    OK(tacos_open_in_memory(NULL, &engine));
    open_sale(engine, "evt_1", NULL);
    tacos_str event = TACOS_TEXT("evt_1"), user = TACOS_TEXT("kim"), seats[] = {TACOS_TEXT("A-1"), TACOS_TEXT("A-2")};
    static room rooms[5];
    if (what == 'p') {
        OK(tacos_prepare_event(engine, event, use(&rooms[0]), &event));
        OK(tacos_prepare_user(engine, user, use(&rooms[1]), &user));
        for (int i = 0; i < 2; i++) OK(tacos_prepare_seat(engine, event, seats[i], use(&rooms[2 + i]), &seats[i]));
    }
    for (int round = 0, rounds = atoi(arguments[2]); round < rounds; round++) {
        tacos_reserve take = TACOS_COMMAND(tacos_reserve, RESERVE);
        take.event = event;
        take.user = user;
        char key[40];
        uint8_t bytes[16] = {1};
        if (what == 'o') {
            take.quantity = 1;
            take.section = TACOS_TEXT("floor");
        } else {
            take.seats = seats;
            take.seat_count = 2;
            take.key = (tacos_str){key, (size_t)snprintf(key, sizeof key, "%032x", round)};
        }
        if (what == 'p') {
            memcpy(bytes + 8, &round, sizeof round);
            OK(tacos_key_of_bytes(bytes, use(&rooms[4]), &take.key));
        }
        tacos_release give = TACOS_COMMAND(tacos_release, RELEASE);
        give.which.id = ((const tacos_reserved *)tried(&take.head))->id;
        tried(&give.head);
    }
    OK(tacos_close(engine));
    return 0;
}
