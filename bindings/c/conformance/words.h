// The words of scenarios for the numbers of the ABI, both ways.
#ifndef WORDS_H
#define WORDS_H

#include "wire.h"

typedef struct {
    uint32_t number;
    const char *word;
} word;

// Each list ends with a null word.
extern const word SALES[], RESERVATION_STATES[], PAYMENT_STATES[], METHODS[], SCENARIOS[], OUTCOMES[], EFFECTS[], SEAT_STATES[],
    QUEUE_STATES[], BOUNDS[], PAYMENT_DOUBTS[], EXTENSION_DOUBTS[], UPDATES[];

// The word of a number that the library gave; gives up if there is none.
const char *word_of(const word *words, uint32_t number);
// The number of a word of the scenario; `usual` if it is not there, gives up if it is none of these.
uint32_t number_of(const word *words, object of, const char *name, uint32_t usual);

#endif
