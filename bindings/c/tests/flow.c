// Read this first: one customer, from the waiting line to a confirmed seat, and what becomes of it over a restart. Time
// stands still except where the program lets it pass.

#include "check.h"

static const char *EVENT = "evt_1";

static tacos_token let_in(tacos_engine engine, const char *user) {
    room room;
    tacos_join_queue join = TACOS_COMMAND(tacos_join_queue, JOIN_QUEUE);
    join.event = TACOS_TEXT(EVENT);
    join.session = TACOS_TEXT("tab-1");
    join.user = TACOS_TEXT(user);
    const tacos_joined *joined = DONE(engine, &join, &room);
    CHECK_EQ(joined->again, 0);
    tacos_request_admission ask = TACOS_COMMAND(tacos_request_admission, REQUEST_ADMISSION);
    ask.token = joined->token;
    ask.event = TACOS_TEXT(EVENT);
    tacos_queue_place place;
    OK(tacos_queue_place_of(engine, joined->token, &place));
    CHECK_EQ(place.state, TACOS_QUEUE_STATE_READY);
    tacos_str event;
    OK(tacos_token_event(engine, ask.token, use(&room), &event));
    CHECK(same(event, EVENT));
    const tacos_admitted *admitted = DONE(engine, &ask, &room);
    return admitted->token;
}

static tacos_id pay(tacos_engine engine, tacos_id reservation, int64_t amount, uint32_t scenario) {
    room room;
    tacos_create_payment create = TACOS_COMMAND(tacos_create_payment, CREATE_PAYMENT);
    create.which.id = reservation;
    create.user = TACOS_TEXT("kim");
    create.amount_minor = amount;
    create.currency = TACOS_TEXT("KRW");
    create.method = TACOS_PAYMENT_METHOD_CREDIT_CARD;
    create.scenario = scenario;
    create.webhook_url = TACOS_TEXT("https://shop.example/hook");
    const tacos_payment_changed *changed = DONE(engine, &create, &room);
    CHECK_EQ(changed->state, TACOS_PAYMENT_STATE_PENDING);
    return changed->id;
}

static void look_around(tacos_engine engine, const tacos_reserved *held) {
    room room;
    tacos_counts counts;
    OK(tacos_counts_of(engine, TACOS_TEXT(EVENT), &counts));
    CHECK_EQ(counts.available + counts.reserved + counts.sold + counts.blocked, counts.total);
    CHECK_EQ(counts.reserved, 1);
    tacos_list list;
    OK(tacos_describe(engine, held->event_number, held->places.items, held->places.count, use(&room), &list));
    CHECK_EQ(list.count, 1);
    CHECK(same(TACOS_ITEM(tacos_place_view, list, 0)->id, "A-7"));
    CHECK(same(TACOS_ITEM(tacos_place_view, list, 0)->row, "A"));
    uint32_t nowhere = 4000000;
    CHECK_STATUS(tacos_describe(engine, held->event_number, &nowhere, 1, use(&room), &list),
                 TACOS_STATUS_INVALID);
    OK(tacos_sections(engine, TACOS_TEXT(EVENT), use(&room), &list));
    CHECK_EQ(list.count, 2);
    CHECK(same(TACOS_ITEM(tacos_section_view, list, 1)->name, "floor"));
    CHECK_EQ(TACOS_ITEM(tacos_section_view, list, 1)->standing, 1);
    OK(tacos_seats(engine, TACOS_TEXT(EVENT), 5, 3, use(&room), &list));
    CHECK_EQ(list.count, 3);
    CHECK_EQ(TACOS_ITEM(tacos_seat_view, list, 1)->state, TACOS_SEAT_STATE_RESERVED);
    tacos_str named[] = {TACOS_TEXT("B-1"), TACOS_TEXT("A-7")};
    OK(tacos_seats_named(engine, TACOS_TEXT(EVENT), named, 2, use(&room), &list));
    CHECK_EQ(TACOS_ITEM(tacos_seat_view, list, 0)->state, TACOS_SEAT_STATE_AVAILABLE);
    named[0] = TACOS_TEXT("Z-1");
    CHECK_STATUS(tacos_seats_named(engine, TACOS_TEXT(EVENT), named, 2, use(&room), &list), TACOS_STATUS_UNKNOWN_SEATS);
    OK(tacos_free_seats(engine, TACOS_TEXT(EVENT), use(&room), &list));
    CHECK_EQ(list.count, 2);
    CHECK_EQ(*TACOS_ITEM(uint64_t, list, 0), 0x3ff & ~(1 << 6));
    size_t word;
    uint32_t bit;
    OK(tacos_free_seat_bit(engine, TACOS_TEXT(EVENT), TACOS_TEXT("B-3"), &word, &bit));
    CHECK(word == 1 && bit == 2);
    const tacos_event_view *event;
    OK(tacos_event_of(engine, TACOS_TEXT(EVENT), use(&room), &event));
    CHECK(same(event->settings.name, "A concert") && event->has_queue == 1 && event->sale == TACOS_SALE_OPEN);
    OK(tacos_events(engine, use(&room), &list));
    CHECK_EQ(list.count, 1);
    tacos_str id;
    OK(tacos_event_id(engine, held->event_number, use(&room), &id));
    CHECK(same(id, EVENT));
    tacos_queue_view queue;
    OK(tacos_queue_of(engine, TACOS_TEXT(EVENT), &queue));
    CHECK_EQ(queue.admitted_total, 1);
    const tacos_queue_policy *policy;
    OK(tacos_queue_policy_of(engine, TACOS_TEXT(EVENT), use(&room), &policy));
    CHECK_EQ(policy->inside_max, 5000);
    const tacos_figures *figures;
    OK(tacos_figures_of(engine, use(&room), &figures));
    CHECK(figures->commands > 0 && figures->poisoned.data == NULL);
    CHECK_STATUS(tacos_counts_of(engine, TACOS_TEXT("nope"), &counts), TACOS_STATUS_UNKNOWN_EVENT);
}

static void texts_of_ids(tacos_id id, tacos_token token) {
    room room;
    tacos_str text;
    tacos_id back;
    for (uint32_t kind = TACOS_ID_KIND_RESERVATION; kind <= TACOS_ID_KIND_WEBHOOK; kind++) {
        OK(tacos_id_format(kind, id, use(&room), &text));
        OK(tacos_id_parse(kind, text, &back));
        CHECK(memcmp(&id, &back, sizeof id) == 0);
        CHECK_STATUS(tacos_id_parse(kind % 7 + 1, text, &back), TACOS_STATUS_INVALID);
    }
    CHECK_STATUS(tacos_id_format(99, id, use(&room), &text), TACOS_STATUS_BAD_KIND);
    tacos_token token_back;
    OK(tacos_token_format(TACOS_TOKEN_KIND_RESERVATION, token, use(&room), &text));
    OK(tacos_token_parse(TACOS_TOKEN_KIND_RESERVATION, text, &token_back));
    CHECK(memcmp(&token, &token_back, sizeof token) == 0);
    CHECK_STATUS(tacos_token_parse(TACOS_TOKEN_KIND_WAITING, text, &token_back), TACOS_STATUS_INVALID);
}

// Everything that happened, from the beginning, one update at a time through a small buffer.
static void read_updates(tacos_engine engine) {
    tacos_reader reader;
    OK(tacos_updates_open(engine, 0, &reader));
    uint64_t words[512];
    uint32_t seen[32] = {0};
    uint64_t position = 0;
    for (;;) {
        tacos_buffer tiny = {words, 16, 0};
        tacos_list list;
        tacos_status status = tacos_updates_read(reader, 1, 0, &tiny, &list);
        if (status == TACOS_STATUS_OK) {
            CHECK_EQ(list.count, 0);
            break;
        }
        CHECK_EQ(status, TACOS_STATUS_BUFFER_TOO_SMALL);
        CHECK(tiny.needed > sizeof(tacos_update) && tiny.needed <= sizeof words);
        tacos_buffer enough = {words, tiny.needed, 0};
        OK(tacos_updates_read(reader, 1, 0, &enough, &list));
        CHECK_EQ(list.count, 1);
        const tacos_update *update = TACOS_ITEM(tacos_update, list, 0);
        CHECK(update->position >= position && update->what < 32);
        position = update->position;
        seen[update->what]++;
        if (update->what == TACOS_UPDATE_KIND_RESERVATION && update->from == 0 && same(update->user, "kim")) {
            CHECK(same(update->event, EVENT));
            CHECK_EQ(update->places.count, 1);
            CHECK_EQ(TACOS_ITEM(tacos_place_changed, update->places, 0)->state, TACOS_SEAT_STATE_RESERVED);
        }
    }
    CHECK(seen[TACOS_UPDATE_KIND_EVENT_CREATED] == 1 && seen[TACOS_UPDATE_KIND_SALE] == 1 && seen[TACOS_UPDATE_KIND_JOINED] == 1);
    CHECK(seen[TACOS_UPDATE_KIND_ADMITTED] == 1 && seen[TACOS_UPDATE_KIND_RESERVATION] >= 1 && seen[TACOS_UPDATE_KIND_PAYMENT] >= 2);
    CHECK_EQ(seen[TACOS_UPDATE_KIND_OTHER], 0);
    uint64_t newest;
    OK(tacos_position(engine, &newest));
    CHECK_EQ(newest, position);
    OK(tacos_updates_close(reader));
    OK(tacos_updates_close(reader));
    tacos_list list;
    tacos_buffer enough = {words, sizeof words, 0};
    CHECK_STATUS(tacos_updates_read(reader, 1, 0, &enough, &list), TACOS_STATUS_CLOSED);
    CHECK_STATUS(tacos_updates_open(engine, newest + 8, &reader), TACOS_STATUS_UPDATES_NOT_A_POSITION);
}

static void webhooks_and_notes(tacos_engine engine) {
    room room;
    tacos_list due;
    uint64_t next_ms;
    OK(tacos_due_webhooks(engine, 10, use(&room), &due, &next_ms));
    CHECK(due.count >= 1);
    tacos_report_webhook report = TACOS_COMMAND(tacos_report_webhook, REPORT_WEBHOOK);
    report.webhook = TACOS_ITEM(tacos_webhook_view, due, 0)->id;
    report.delivered = 1;
    DONE(engine, &report, &room);
    OK(tacos_dead_webhooks(engine, 0, use(&room), &due));
    CHECK_EQ(due.count, 0);
    tacos_note note = TACOS_COMMAND(tacos_note, NOTE);
    note.name = TACOS_TEXT("setting.one");
    note.value = (tacos_bytes){(const uint8_t *)"\0\1\2", 3};
    DONE(engine, &note, &room);
    tacos_bytes value;
    OK(tacos_note_of(engine, TACOS_TEXT("setting.one"), use(&room), &value));
    CHECK(value.len == 3 && memcmp(value.data, "\0\1\2", 3) == 0);
    tacos_list notes;
    OK(tacos_notes(engine, TACOS_TEXT("setting."), use(&room), &notes));
    CHECK_EQ(notes.count, 1);
    note.remove = 1;
    DONE(engine, &note, &room);
    OK(tacos_note_of(engine, TACOS_TEXT("setting.one"), use(&room), &value));
    CHECK(value.data == NULL);
}

// Refusals with what they carry: what the straight way does not need.
static void side_ways(tacos_engine engine) {
    room room;
    tacos_reserve best = TACOS_COMMAND(tacos_reserve, RESERVE);
    best.event = TACOS_TEXT(EVENT);
    best.user = TACOS_TEXT("lee");
    best.quantity = 3;
    best.section = TACOS_TEXT("stalls");
    best.trusted = 1;
    best.external = TACOS_TEXT("their-1");
    const tacos_reserved *held = DONE(engine, &best, &room);
    CHECK_EQ(held->places.count, 3);
    tacos_reservation_ref which = {.external = TACOS_TEXT("their-1")};

    tacos_extend extend = TACOS_COMMAND(tacos_extend, EXTEND);
    extend.which = which;
    extend.by_ms = 20000;
    const tacos_extended *extended = DONE(engine, &extend, &room);
    CHECK_EQ(extended->extended_ms, 20000);
    const tacos_failure *no = REFUSED(engine, &extend, &room, TACOS_STATUS_EXTENSION_REFUSED);
    CHECK_EQ(no->doubt, TACOS_EXTENSION_DOUBT_ALREADY_EXTENDED);
    tacos_expire expire = TACOS_COMMAND(tacos_expire, EXPIRE);
    expire.which = which;
    no = REFUSED(engine, &expire, &room, TACOS_STATUS_NOT_DUE);
    CHECK(no->at_ms > 0 && no->transient == 1);

    best.external = (tacos_str){NULL, 0};
    best.quantity = 60;
    no = REFUSED(engine, &best, &room, TACOS_STATUS_INVALID);
    CHECK_EQ(no->problems.count, 1);
    CHECK(same(TACOS_ITEM(tacos_problem, no->problems, 0)->field, "quantity"));
    best.quantity = 1;
    best.section = TACOS_TEXT("balcony");
    no = REFUSED(engine, &best, &room, TACOS_STATUS_UNKNOWN_SECTION);
    CHECK(same(no->section, "balcony"));

    tacos_release release = TACOS_COMMAND(tacos_release, RELEASE);
    release.which = which;
    release.user = TACOS_TEXT("lee");
    DONE(engine, &release, &room);
}

int main(int count, char **arguments) {
    CHECK_EQ(count, 2);
    CHECK_EQ(tacos_abi_version(), TACOS_ABI_VERSION);
    CHECK(strlen(tacos_version()) > 0);
    room room;
    tacos_config config = by_hand();
    tacos_engine engine;
    OK(tacos_open(TACOS_TEXT(arguments[1]), &config, &engine));
    const tacos_opened *opened;
    OK(tacos_opened_of(engine, use(&room), &opened));
    CHECK_EQ(opened->created, 1);
    tacos_queue_policy policy;
    OK(tacos_queue_policy_init(&policy, sizeof policy));
    open_sale(engine, EVENT, &policy);
    tacos_token token = let_in(engine, "kim");

    // Without the token nobody reserves; with it the seat is held for sixty seconds, and a retry acts once.
    tacos_str seat = TACOS_TEXT("A-7");
    tacos_reserve reserve = wanting(EVENT, "kim", &seat);
    REFUSED(engine, &reserve, &room, TACOS_STATUS_UNKNOWN_TOKEN);
    reserve.token = token;
    reserve.has_token = 1;
    reserve.key = TACOS_TEXT("order-1");
    tacos_reserved held = *(const tacos_reserved *)DONE(engine, &reserve, &room);
    uint32_t place = *TACOS_ITEM(uint32_t, held.places, 0);
    CHECK_EQ(held.total_minor, 5000);
    CHECK_EQ(held.expires_at_ms, 1800000060000);
    const tacos_reserved *again = DONE(engine, &reserve, &room);
    CHECK(memcmp(&again->id, &held.id, sizeof held.id) == 0);
    held.places = (tacos_list){&place, 1, sizeof place};
    look_around(engine, &held);
    texts_of_ids(held.id, token);
    tacos_reserve late = wanting(EVENT, "lee", &seat);
    late.trusted = 1;
    const tacos_failure *taken = REFUSED(engine, &late, &room, TACOS_STATUS_SEATS_TAKEN);
    CHECK_EQ(taken->seats.count, 1);
    CHECK(same(*TACOS_ITEM(tacos_str, taken->seats, 0), "A-7"));
    side_ways(engine);

    // Payment: processed by itself, and its success confirms the reservation.
    tacos_id payment = pay(engine, held.id, held.total_minor, TACOS_SCENARIO_APPROVE);
    for (int i = 0; i < 6; i++) {
        OK(tacos_clock_advance(engine, 1000, NULL));
        OK(tacos_turn(engine, NULL));
    }
    tacos_read_payment read = TACOS_COMMAND(tacos_read_payment, READ_PAYMENT);
    read.payment = payment;
    const tacos_payment_view *paid = DONE(engine, &read, &room);
    CHECK_EQ(paid->state, TACOS_PAYMENT_STATE_COMPLETED);
    CHECK_EQ(paid->effect, TACOS_PAYMENT_EFFECT_CONFIRMED);
    CHECK(same(paid->webhook_url, "https://shop.example/hook"));
    tacos_confirm confirm = TACOS_COMMAND(tacos_confirm, CONFIRM);
    confirm.which.id = held.id;
    confirm.user = TACOS_TEXT("kim");
    confirm.payment = payment;
    const tacos_confirmed *confirmed = DONE(engine, &confirm, &room);
    CHECK_EQ(confirmed->total_minor, 5000);
    webhooks_and_notes(engine);
    read_updates(engine);

    // Everything is there after a restart, the remembered answer too.
    tacos_snapshot_info snapshot;
    OK(tacos_snapshot(engine, &snapshot));
    CHECK(snapshot.records > 0);
    const tacos_report *copied;
    char copy[512];
    snprintf(copy, sizeof copy, "%s.copy", arguments[1]);
    OK(tacos_backup(engine, TACOS_TEXT(copy), use(&room), &copied));
    CHECK(copied->torn == 0 && copied->snapshots == 1);
    tacos_memory memory;
    OK(tacos_memory_of(engine, &memory));
    CHECK(memory.seats > 0 && memory.buffers > 0);
    uint8_t before[32], after[32];
    OK(tacos_digest(engine, before));
    uint64_t now;
    OK(tacos_now(engine, &now));
    OK(tacos_close(engine));
    OK(tacos_close(engine));
    CHECK_STATUS(tacos_digest(engine, after), TACOS_STATUS_CLOSED);
    const tacos_report *report;
    OK(tacos_verify(TACOS_TEXT(arguments[1]), use(&room), &report));
    snprintf(copy, sizeof copy, "%s.copy2", arguments[1]);
    OK(tacos_backup_folder(TACOS_TEXT(arguments[1]), TACOS_TEXT(copy), use(&room), &report));
    CHECK(report->snapshots == 1 && report->torn == 0);
    config.clock_start_ms = now;
    OK(tacos_open(TACOS_TEXT(arguments[1]), &config, &engine));
    CHECK_STATUS(tacos_open(TACOS_TEXT(arguments[1]), &config, &(tacos_engine){0}), TACOS_STATUS_JOURNAL_LOCKED);
    OK(tacos_digest(engine, after));
    CHECK(memcmp(before, after, sizeof before) == 0);
    OK(tacos_opened_of(engine, use(&room), &opened));
    CHECK(opened->created == 0 && opened->has_snapshot == 1 && opened->records > 0);
    again = DONE(engine, &reserve, &room);
    CHECK(memcmp(&again->id, &held.id, sizeof held.id) == 0);
    tacos_list_reservations list = TACOS_COMMAND(tacos_list_reservations, LIST_RESERVATIONS);
    list.user = TACOS_TEXT("kim");
    const tacos_reservation_page *page = DONE(engine, &list, &room);
    CHECK_EQ(page->items.count, 1);
    CHECK_EQ(TACOS_ITEM(tacos_reservation_view, page->items, 0)->state, TACOS_RESERVATION_STATE_CONFIRMED);
    CHECK_EQ(TACOS_ITEM(tacos_reservation_view, page->items, 0)->has_payment, 1);

    // A refund of the whole puts the seat back on sale.
    tacos_cancel_payment refund = TACOS_COMMAND(tacos_cancel_payment, CANCEL_PAYMENT);
    refund.payment = payment;
    const tacos_payment_changed *refunded = DONE(engine, &refund, &room);
    CHECK_EQ(refunded->refunded_minor, 5000);
    CHECK_EQ(refunded->state, TACOS_PAYMENT_STATE_REFUNDED);
    tacos_counts counts;
    OK(tacos_counts_of(engine, TACOS_TEXT(EVENT), &counts));
    CHECK(counts.available == counts.total && counts.total == 70);
    OK(tacos_close(engine));
    puts("flow: passed");
    return 0;
}
