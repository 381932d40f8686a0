// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
// The tables of answers.c.
#ifndef ANSWERS_H
#define ANSWERS_H

#include "rows.h"

extern const row EVENT_CHANGED_ROWS[];
extern const row DONE_ROWS[];
extern const row JOINED_ROWS[];
extern const row QUEUE_PLACE_ROWS[];
extern const row ADMITTED_ROWS[];
extern const row RESERVED_ROWS[];
extern const row CONFIRMED_ROWS[];
extern const row RELEASED_ROWS[];
extern const row EXTENDED_ROWS[];
extern const row PAYMENT_CHANGED_ROWS[];
extern const row RESERVATION_VIEW_ROWS[];
extern const row PAYMENT_VIEW_ROWS[];
extern const row EVENT_VIEW_ROWS[];
extern const row EVENT_SETTINGS_ROWS[];
extern const row COUNTS_ROWS[];
extern const row SECTION_VIEW_ROWS[];
extern const row SEAT_VIEW_ROWS[];
extern const row PLACE_VIEW_ROWS[];
extern const row QUEUE_VIEW_ROWS[];
extern const row QUEUE_POLICY_ROWS[];
extern const row DRAW_VIEW_ROWS[];
extern const row WEBHOOK_VIEW_ROWS[];

#endif
