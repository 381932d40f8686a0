// Rows: which member of which struct a field of a scenario is, and in which form. The tables are generated; rows.c walks
// them, one way for arguments and the other for answers.
#ifndef ROWS_H
#define ROWS_H

#include "words.h"

// Tables leave out what a row has not.
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

typedef enum {
    LAST,
    TEXT,
    BYTES,
    // A list of texts; `mark` is its count.
    TEXTS,
    FLAG,
    SMALL,
    BIG,
    SIGNED,
    MOMENT,
    HEX,
    // Of `kind`.
    ID,
    TOKEN,
    // One of `words`.
    WORD,
    CURSOR,
    // A reservation by `id` or by `external`.
    WHICH,
    // Records of the organiser, by pointer: fields of the operation's own, or of an object if the row has a name.
    SETTINGS,
    POLICY,
    SECTIONS,
    // An event's number, shown as its id.
    EVENT,
    // A list of places; `mark` is the event's number.
    PLACES,
    // A record whose fields are those `inside`.
    INSIDE,
} form;

enum {
    // An argument that must be there.
    REQUIRED = 1,
    // `mark` says that it is not given, instead of that it is.
    MARKS_ABSENCE = 2,
    // The member says the contrary.
    CONTRARY = 4,
    // Zero stands for none.
    OPTIONAL = 8,
};

typedef struct row {
    const char *name;
    uint8_t form, flags;
    uint16_t at;
    // Says whether the member means something; none if 0, where no mark can be.
    uint16_t mark;
    uint32_t kind;
    const word *words;
    const struct row *inside;
} row;

typedef struct {
    const char *operation;
    uint32_t kind;
    size_t size;
    const row *rows;
} command;

typedef struct {
    uint32_t kind;
    const row *rows;
    bool is_page;
} body;

// Ends with a null operation.
extern const command COMMANDS[];
// Ends with null rows.
extern const body BODIES[];

// The word of a number that the library gave; gives up if there is none.
const char *word_of(const word *words, uint32_t number);
// The number of a word of the scenario; gives up if it is none of these.
uint32_t number_of(const word *words, object of, const char *name);

// Arguments into a struct. What cannot be one is the driver's `ill_formed`.
void fill(const row *rows, object with, void *record);
// A struct as fields of the answer that is being written.
void put_rows(const row *rows, const void *record);

#endif
