// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
// The words of scenarios for the numbers of the ABI; each list ends with a null word.
#ifndef WORDS_H
#define WORDS_H

#include "wire.h"

typedef struct {
    uint32_t number;
    const char *word;
} word;

extern const word SALE_STATE_WORDS[];
extern const word PAYMENT_METHOD_WORDS[];
extern const word SCENARIO_WORDS[];
extern const word PAYMENT_OUTCOME_WORDS[];
extern const word QUEUE_STATE_WORDS[];
extern const word RESERVATION_STATE_WORDS[];
extern const word PAYMENT_STATE_WORDS[];
extern const word PAYMENT_EFFECT_WORDS[];
extern const word SEAT_STATE_WORDS[];
extern const word PAYMENT_DOUBT_WORDS[];
extern const word EXTENSION_DOUBT_WORDS[];
extern const word BOUND_WORDS[];
extern const word UPDATE_KIND_WORDS[];

#endif
