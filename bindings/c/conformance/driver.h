// What the files of the driver share. Each does one thing: fill.c turns arguments into structs, say.c turns structs into
// fields, both by generated rows (arguments.c, answers.c, words.c); reads.c does the reads, updates.c shows updates, main.c
// takes blocks and answers them.
#ifndef DRIVER_H
#define DRIVER_H

#include "rows.h"

// Every scenario's clock begins here, and its times count from here.
#define START_UNIX_MS ((int64_t)1800000000000)
// Good for every answer of a scenario.
enum { ROOM_BYTES = 1 << 20 };

extern tacos_engine engine;
// The first argument that cannot be what it should be, or null.
extern const char *ill_formed;

// Calls that must go well.
void must(tacos_status status, const char *call);
#define MUST(call) must((call), #call)
// A buffer that lasts until the next block.
tacos_buffer *fresh_buffer(void);

// Arguments.
tacos_token token_of(object with, const char *name, uint32_t kind);
uint32_t small_number(object of, const char *name, uint32_t usual);
uint64_t big_number(object of, const char *name, uint64_t usual);

// The command for an operation; null if it is none. With `ill_formed` set, not to be sent.
const tacos_head *command_of(const char *operation, object with);

// Answers: whole blocks.
void say_answer(const tacos_answer *answer);
void say_done(void);
// Of a call that answered `status`, not OK: as a refusal or failure with all that the thread's last failure tells.
void say_failed_call(tacos_status status);
void say_ill_formed(const char *field);
void say_failed(const char *why);
void say_unsupported(const char *why);

// Parts of answers.
void put_moment(const char *name, uint64_t unix_ms);
void put_moment_if(const char *name, uint64_t unix_ms);
void put_id(const char *name, uint32_t kind, tacos_id id);
void put_items(const row *rows, tacos_list items);
void put_seats(uint32_t event_number, const uint32_t *places, size_t count);

// Does an operation that is no command and answers it; false if there is none of this name.
bool read_operation(const char *operation, object with);
void say_updates(uint64_t after);

#endif
