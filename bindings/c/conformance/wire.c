// See wire.h. What the runner writes is what DRIVING.md says; anything else ends the program.
#define _POSIX_C_SOURCE 200809L
#include "wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUES_MAX = 8192 };

typedef struct {
    const char *path;
    char kind;
    const char *text;
    size_t length;
} value;

static value values[VALUES_MAX];
static size_t value_count;

// What lasts until the next block.
typedef struct block {
    struct block *before;
    max_align_t memory[];
} block;
static block *kept;

static char scope[64];

void give_up(const char *what, const char *detail) {
    fprintf(stderr, "conformance driver: %s: %s\n", what, detail);
    exit(3);
}

void *keep(size_t bytes) {
    block *fresh = calloc(1, sizeof *fresh + bytes + 1);
    if (fresh == NULL) give_up("no memory", "");
    fresh->before = kept;
    kept = fresh;
    return fresh->memory;
}

static void forget(void) {
    while (kept != NULL) {
        block *before = kept->before;
        free(kept);
        kept = before;
    }
    value_count = 0;
}

// Undoes the escapes in place; gives the length.
static size_t unescape(char *text) {
    char *to = text;
    for (const char *from = text; *from != 0; from++) {
        if (*from != '\\') {
            *to++ = *from;
            continue;
        }
        switch (*++from) {
            case '\\': *to++ = '\\'; break;
            case 'n': *to++ = '\n'; break;
            case 't': *to++ = '\t'; break;
            case 'r': *to++ = '\r'; break;
            default: give_up("no escape", text);
        }
    }
    *to = 0;
    return (size_t)(to - text);
}

static void take(const char *line) {
    char *copy = keep(strlen(line));
    strcpy(copy, line);
    char *tab = strchr(copy, '\t');
    if (tab == NULL || tab[1] == 0) give_up("no value", line);
    if (value_count == VALUES_MAX) give_up("too many values", line);
    *tab = 0;
    value *fresh = &values[value_count++];
    *fresh = (value){copy, tab[1], tab + 2, strlen(tab + 2)};
    if (fresh->kind == 's') fresh->length = unescape(tab + 2);
}

const char *next_block(void) {
    forget();
    char *line = NULL, *word = NULL;
    size_t room = 0;
    ssize_t got;
    bool ended = false;
    while (!ended && (got = getline(&line, &room, stdin)) > 0) {
        line[got - 1] = 0;
        if (word == NULL) {
            word = keep((size_t)got);
            strcpy(word, line);
        } else if (line[0] == 0) {
            ended = true;
        } else {
            take(line);
        }
    }
    free(line);
    if (!ended && word != NULL) give_up("a block has no end", word);
    return word;
}

static const value *find(object of, const char *name) {
    char path[160];
    snprintf(path, sizeof path, "%s%s", of.path, name);
    for (size_t i = 0; i < value_count; i++) {
        if (strcmp(values[i].path, path) == 0) return &values[i];
    }
    return NULL;
}

static const value *find_kind(object of, const char *name, char kind) {
    const value *found = find(of, name);
    if (found != NULL && found->kind != kind) give_up("another kind was expected", name);
    return found;
}

object root(void) { return (object){""}; }

object field(object of, const char *name) {
    object inside;
    snprintf(inside.path, sizeof inside.path, "%.60s%s.", of.path, name);
    return inside;
}

object entry(object of, const char *list, size_t at) {
    object inside;
    snprintf(inside.path, sizeof inside.path, "%.40s%.20s.%zu.", of.path, list, at);
    return inside;
}

bool has(object of, const char *name) { return find(of, name) != NULL; }

tacos_str text(object of, const char *name) {
    const value *found = find_kind(of, name, 's');
    return found == NULL ? (tacos_str){NULL, 0} : (tacos_str){found->text, found->length};
}

size_t length(object of, const char *name) {
    const value *found = find_kind(of, name, 'l');
    return found == NULL ? 0 : (size_t)strtoul(found->text, NULL, 10);
}

const tacos_str *texts(object of, const char *name, size_t *count) {
    *count = length(of, name);
    if (!has(of, name)) return NULL;
    tacos_str *list = keep(*count * sizeof *list);
    for (size_t i = 0; i < *count; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s.%zu", name, i);
        list[i] = text(of, path);
    }
    return list;
}

int64_t number_or(object of, const char *name, int64_t usual) {
    const value *found = find_kind(of, name, 'i');
    return found == NULL ? usual : (int64_t)strtoll(found->text, NULL, 10);
}

bool flag_or(object of, const char *name, bool usual) {
    const value *found = find_kind(of, name, 'b');
    return found == NULL ? usual : found->text[0] == '1';
}

void begin(const char *word) {
    scope[0] = 0;
    printf("%s\n", word);
}

void put_text(const char *name, tacos_str value) {
    printf("%s%s\ts", scope, name);
    for (size_t i = 0; i < value.len; i++) {
        switch (value.data[i]) {
            case '\\': fputs("\\\\", stdout); break;
            case '\n': fputs("\\n", stdout); break;
            case '\t': fputs("\\t", stdout); break;
            case '\r': fputs("\\r", stdout); break;
            default: putchar(value.data[i]);
        }
    }
    putchar('\n');
}

void put_word(const char *name, const char *value) { put_text(name, TACOS_TEXT(value)); }

void put_int(const char *name, int64_t value) { printf("%s%s\ti%" PRId64 "\n", scope, name, value); }

void put_bool(const char *name, bool value) { printf("%s%s\tb%d\n", scope, name, value); }

void put_hex(const char *name, const uint8_t *bytes, size_t count) {
    printf("%s%s\ts", scope, name);
    for (size_t i = 0; i < count; i++) printf("%02x", bytes[i]);
    putchar('\n');
}

void put_list(const char *name, size_t count) { printf("%s%s\tl%zu\n", scope, name, count); }

void enter(const char *list, size_t at) {
    printf("%s.%zu\to\n", list, at);
    snprintf(scope, sizeof scope, "%s.%zu.", list, at);
}

void leave(void) { scope[0] = 0; }

void end(void) {
    putchar('\n');
    if (fflush(stdout) != 0) give_up("nobody listens", "");
}
