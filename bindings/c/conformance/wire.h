// Blocks of lines between the runner of the conformance suite and this driver (bindings/conformance/DRIVING.md): reading
// them, looking values up, writing answers.
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "tacos_engine.h"

// Says what is wrong and ends the program: the runner reports that the driver is gone.
_Noreturn void give_up(const char *what, const char *detail);

// Memory that lasts until the next block is read; zeroed.
void *keep(size_t bytes);

// Reads the next block and gives its word; null at the end of the input.
const char *next_block(void);

// An object of the block that was read: its path with a dot at the end, or "".
typedef struct {
    char path[96];
} object;

object root(void);
object field(object of, const char *name);
object entry(object of, const char *list, size_t at);

bool has(object of, const char *name);
// A text, or none.
tacos_str text(object of, const char *name);
// The entries of a list of texts; null if there is no list, and never null if there is one.
const tacos_str *texts(object of, const char *name, size_t *count);
size_t length(object of, const char *name);
int64_t number_or(object of, const char *name, int64_t usual);
bool flag_or(object of, const char *name, bool usual);

// Answers: a block begins with its word, has values, and ends.
void begin(const char *word);
void put_text(const char *name, tacos_str value);
void put_word(const char *name, const char *value);
void put_int(const char *name, int64_t value);
void put_bool(const char *name, bool value);
void put_hex(const char *name, const uint8_t *bytes, size_t count);
void put_list(const char *name, size_t count);
// Between these two, names are those of entry `at` of the list.
void enter(const char *list, size_t at);
void leave(void);
void end(void);

#endif
