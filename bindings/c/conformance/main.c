// The conformance suite's driver for C: takes blocks (bindings/conformance/DRIVING.md) and does what they ask through the C
// ABI alone.
#include "driver.h"

#include <stdio.h>
#include <string.h>

tacos_engine engine;

// Answers in flight at most.
enum { BATCH_MAX = 1024 };

static void configure(object given, tacos_config *config) {
    MUST(tacos_config_init(config, sizeof *config));
    config->manual_driver = config->manual_clock = 1;
    config->log_buffer_bytes = config->update_history_bytes = config->segment_bytes = 1 << 20;
    config->snapshot_every_bytes = 0;
    config->completions_max = BATCH_MAX;
    config->idempotency_required = flag_or(given, "idempotency_required", false);
    config->idempotency_ttl_ms = big_number(given, "idempotency_ttl_ms", config->idempotency_ttl_ms);
    config->idempotency_keys_max = small_number(given, "idempotency_keys_max", 4096);
    config->reservations_max = small_number(given, "reservations_max", 4096);
    config->payments_max = small_number(given, "payments_max", 4096);
    config->webhooks_max = small_number(given, "webhooks_max", 4096);
    config->notes_max = small_number(given, "notes_max", config->notes_max);
    config->retention_ms = big_number(given, "retention_ms", config->retention_ms);
    config->expiry_warning_ms = big_number(given, "expiry_warning_ms", config->expiry_warning_ms);
    config->payment_ttl_ms = big_number(given, "payment_ttl_ms", config->payment_ttl_ms);
    config->admissions_per_second_max = small_number(given, "admissions_per_second_max", config->admissions_per_second_max);
    tacos_str late = text(given, "late_payment");
    config->late_payment_refund = late.len == strlen("refund");
    config->payment_amount_must_match = flag_or(given, "payment_amount_must_match", true);
    config->payment_time_permille = small_number(given, "payment_time_permille", config->payment_time_permille);
    config->webhook_retries_max = small_number(given, "webhook_retries_max", config->webhook_retries_max);
}

static void open_engine(void) {
    tacos_config config;
    ill_formed = NULL;
    configure(field(root(), "config"), &config);
    if (ill_formed != NULL) {
        say_ill_formed(ill_formed);
        return;
    }
    config.clock_start_ms = big_number(root(), "clock_unix_ms", 0);
    tacos_status status = tacos_open(text(root(), "folder"), &config, &engine);
    if (status == TACOS_STATUS_OK) {
        say_done();
    } else {
        say_failed_call(status);
    }
}

static const char *word_at(object of, const char *name) {
    tacos_str given = text(of, name);
    char *copy = keep(given.len + 1);
    memcpy(copy, given.data == NULL ? "" : given.data, given.len);
    return copy;
}

static void call(void) {
    const char *operation = word_at(root(), "do");
    object with = field(root(), "with");
    const tacos_head *command = command_of(operation, with);
    if (command == NULL) {
        if (!read_operation(operation, with)) say_unsupported(operation);
        return;
    }
    if (ill_formed != NULL) {
        say_ill_formed(ill_formed);
        return;
    }
    tacos_answer answer;
    tacos_status status = tacos_call(engine, command, fresh_buffer(), &answer);
    if (status == TACOS_STATUS_OK) {
        say_answer(&answer);
    } else {
        say_failed_call(status);
    }
}

// Hands commands over together and takes all answers out of the queue.
static void collect(const tacos_head *const *commands, size_t count, tacos_answer *answers) {
    size_t accepted;
    MUST(tacos_submit(engine, commands, count, 0, &accepted, NULL, NULL));
    for (size_t taken = 0; taken < count;) {
        tacos_list list;
        MUST(tacos_poll(engine, count, 60000, fresh_buffer(), &list));
        if (list.count == 0) give_up("answers do not come", "");
        for (size_t i = 0; i < list.count; i++, taken++) {
            const tacos_answer *answer = TACOS_ITEM(tacos_answer, list, i);
            answers[answer->tag] = *answer;
        }
    }
}

static void batch(void) {
    size_t count = length(root(), "calls"), good = 0;
    const tacos_head **commands = keep(count * sizeof *commands);
    const char **bad = keep(count * sizeof *bad);
    for (size_t i = 0; i < count; i++) {
        object one = entry(root(), "calls", i);
        const tacos_head *command = command_of(word_at(one, "do"), field(one, "with"));
        if (command == NULL) give_up("a read in a batch", word_at(one, "do"));
        bad[i] = ill_formed;
        if (ill_formed == NULL) commands[good++] = command;
    }
    tacos_answer *answers = keep((good + 1) * sizeof *answers);
    if (good > 0) collect(commands, good, answers);
    for (size_t i = 0; i < count; i++) {
        if (bad[i] != NULL) {
            say_ill_formed(bad[i]);
        } else {
            say_answer(answers++);
        }
    }
}

static void prepare(void) {
    const char *what = word_at(root(), "what");
    tacos_str name = text(root(), "name"), event = text(root(), "event"), prepared;
    tacos_buffer *buffer = fresh_buffer();
    tacos_status status = strcmp(what, "event") == 0  ? tacos_prepare_event(engine, name, buffer, &prepared)
                          : strcmp(what, "seat") == 0 ? tacos_prepare_seat(engine, event, name, buffer, &prepared)
                                                      : tacos_prepare_user(engine, name, buffer, &prepared);
    if (status != TACOS_STATUS_OK) {
        say_failed_call(status);
        return;
    }
    begin("reply");
    put_text("prepared", prepared);
    end();
}

static void digest(void) {
    uint8_t bytes[32];
    uint64_t position;
    // A read of the position writes what there is to write.
    MUST(tacos_position(engine, &position));
    MUST(tacos_digest(engine, bytes));
    begin("reply");
    put_hex("digest", bytes, sizeof bytes);
    end();
}

int main(void) {
    if (tacos_abi_version() != TACOS_ABI_VERSION) give_up("another version of the ABI", tacos_version());
    const char *word;
    while ((word = next_block()) != NULL) {
        if (strcmp(word, "open") == 0) {
            open_engine();
        } else if (strcmp(word, "call") == 0) {
            call();
        } else if (strcmp(word, "batch") == 0) {
            batch();
        } else if (strcmp(word, "advance") == 0) {
            MUST(tacos_clock_advance(engine, big_number(root(), "ms", 0), NULL));
            say_done();
        } else if (strcmp(word, "turn") == 0) {
            MUST(tacos_turn(engine, NULL));
            say_done();
        } else if (strcmp(word, "prepare") == 0) {
            prepare();
        } else if (strcmp(word, "digest") == 0) {
            digest();
        } else if (strcmp(word, "close") == 0) {
            MUST(tacos_close(engine));
            engine = 0;
            say_done();
        } else {
            give_up("no such word", word);
        }
    }
    if (engine != 0) MUST(tacos_close(engine));
    return 0;
}
