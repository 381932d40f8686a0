// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.

//! The operations of scenarios and the records of answers, one row each.
#![allow(clippy::wildcard_imports, reason = "names of nearly all types of the engine")]

use tacos_engine::views::*;
use tacos_engine::*;

use super::arguments::{Args, Given, Read, ill_formed, usual_policy, usual_settings};
use super::records::{Shown, Shows};
use super::rows::{Word, commands, doubts, field, records, settings, words};

words! {
    SaleState { Draft = "draft", Open = "open", Paused = "paused", Closed = "closed" }
    PaymentMethod {
        CreditCard = "credit_card", DebitCard = "debit_card", BankTransfer = "bank_transfer", MobilePay =
        "mobile_pay", DigitalWallet = "digital_wallet"
    }
    Scenario {
        Approve = "approve", Fail = "fail", Delay = "delay", Random = "random", Timeout = "timeout", Outside =
        "outside"
    }
    PaymentOutcome { Completed = "completed", Failed = "failed" }
    QueueState {
        InRoom = "in_room", Waiting = "waiting", Ready = "ready", Admitted = "admitted", Used = "used", Left =
        "left", Expired = "expired"
    }
    ReservationState {
        Pending = "pending", Confirmed = "confirmed", Cancelled = "cancelled", Expired = "expired", Failed =
        "failed", Refunded = "refunded"
    }
    PaymentState {
        Pending = "pending", Processing = "processing", Completed = "completed", Failed = "failed", Cancelled =
        "cancelled", Expired = "expired", Refunded = "refunded"
    }
    PaymentEffect {
        None = "none", Confirmed = "confirmed", Retaken = "retaken", PaidBack = "paid_back", Released =
        "released"
    }
    SeatState { Available = "available", Reserved = "reserved", Sold = "sold", Blocked = "blocked" }
    Bound {
        Events = "events", Reservations = "reservations", Payments = "payments", Webhooks = "webhooks",
        IdempotencyKeys = "idempotency_keys", WaitingLine = "waiting_line", Notes = "notes", LogBuffer =
        "log_buffer", DiskSpace = "disk_space"
    }
}

doubts! {
    PaymentDoubt {
        Unknown = "unknown", Foreign = "foreign", Unfinished = "unfinished", AmountDiffers = "amount_differs"
    }
    ExtensionDoubt { AlreadyExtended = "already_extended", TooLong = "too_long", PastMaximum = "past_maximum" }
}

commands! {
    "create_event" => CreateEvent(event: get, settings: get, seats: get) { queue: part, key: get }
    "update_event" => UpdateEvent(event: get, settings: get) { key: get }
    "set_sale" => SetSale(event: get, state: get) { key: get }
    "block_seats" => BlockSeats(event: get, seats: ids, block: get) { key: get }
    "set_queue_policy" => SetQueuePolicy(event: get, policy: get) { key: get }
    "pause_queue" => PauseQueue(event: get, paused: get) { key: get }
    "draw_room" => DrawRoom(event: get) { key: get }
    "join_queue" => JoinQueue(event: get) { session: get, user: get }
    "request_admission" => RequestAdmission(token: get) { event: get, user: get }
    "reserve" => Reserve(event: get, user: get, want: get) {
        token: get, trusted: get, external: get, hold_until: get, key: get
    }
    "confirm" => Confirm(which: which, user: caller, proof: get) {
        exactly: some_ids, total_minor: get, key: get
    }
    "release" => Release(which: which, user: caller) { seats: ids, key: get }
    "extend" => Extend(which: which, user: caller, by: get) { expires_at: get, key: get }
    "expire" => Expire(which: which) {  }
    "create_payment" => CreatePayment(payee: get, user: get, amount: get, method: or(PaymentMethod::CreditCard), scenario: get) {
        webhook_url: get, attachment: get, key: get
    }
    "process_payment" => ProcessPayment(payment: get, user: caller) { key: get }
    "cancel_payment" => CancelPayment(payment: get, user: caller) { refund_minor: get, key: get }
    "report_payment" => ReportPayment(payment: get, outcome: get) { key: get }
    "report_webhook" => ReportWebhook(webhook: get, delivered: get) {  }
    "note" => Note(name: get, value: get) { key: get }
    ;
    "leave_queue" => LeaveQueue(token)
    "replay_webhook" => ReplayWebhook(webhook)
}

settings! {
    EventSettings from usual_settings {
        name, currency, seats_per_reservation_max, seats_per_user_max, hold_ms, hold_ms_max, extension_ms_max,
        extensions_max, sale_starts, sale_ends
    }
    QueuePolicy from usual_policy {
        enabled, admissions_per_minute, burst, inside_max, waiting_max, claim_window_ms, token_ttl_ms,
        inactivity_ms, one_place_per_user, room
    }
}

records! {
    EventChanged { put at "at"; }
    Done { put at "at"; }
    Joined { put token "token"; put place "place"; put again "again"; }
    QueuePlace {
        put state "state"; put position "position"; put eta_ms "eta_ms"; put expires_at "expires_at";
    }
    Admitted { put token "token"; put valid_until "valid_until"; }
    Reserved {
        put id "id"; event event "event"; places places event; put total_minor "total_minor"; put expires_at
        "expires_at";
    }
    Confirmed {
        put id "id"; order id "order"; event event "event"; places places event; put total_minor "total_minor";
        put at "at";
    }
    Released { put id "id"; event event "event"; put state "state"; places places event; put at "at"; }
    Extended { put id "id"; put expires_at "expires_at"; put extended_ms "extended_ms"; }
    PaymentChanged {
        put id "id"; put state "state"; put at "at"; put expires_at "expires_at"; put refunded_minor
        "refunded_minor"; put refund_number "refund_number"; put effect "effect";
    }
    ReservationView {
        put id "id"; put external "external"; put event "event"; put user "user"; put state "state"; places
        places event_number; put total "total"; put created_at "created_at"; put changed_at "changed_at"; put
        expires_at "expires_at"; put extensions "extensions"; put payment "payment";
    }
    PaymentView {
        put id "id"; put state "state"; put reservation "reservation"; put unlinked "unlinked"; put user "user";
        put amount "amount"; put refunded_minor "refunded_minor"; put refunds "refunds"; put method "method";
        put scenario "scenario"; put effect "effect"; put created_at "created_at"; put changed_at "changed_at";
        put processed_at "processed_at"; put expires_at "expires_at"; put webhook_url "webhook_url"; put
        attachment "attachment";
    }
    EventView {
        put id "event"; put settings "settings"; put sale "sale"; put counts "counts"; put has_queue
        "has_queue";
    }
    EventSettings {
        put name "name"; put currency "currency"; put seats_per_reservation_max "seats_per_reservation_max"; put
        seats_per_user_max "seats_per_user_max"; put hold_ms "hold_ms"; put hold_ms_max "hold_ms_max"; put
        extension_ms_max "extension_ms_max"; put extensions_max "extensions_max"; put sale_starts "sale_starts";
        put sale_ends "sale_ends";
    }
    Counts {
        put available "available"; put reserved "reserved"; put sold "sold"; put blocked "blocked"; put total
        "total";
    }
    SectionView {
        put name "section"; put standing "standing"; put counts "counts"; put price_min_minor "price_min_minor";
        put price_max_minor "price_max_minor";
    }
    SeatView { put place "place"; put state "state"; }
    PlaceView {
        put id "id"; put section "section"; put row "row"; put number "number"; put price_minor "price_minor";
    }
    QueueView {
        put waiting "waiting"; put ready "ready"; put inside "inside"; put admitted_total "admitted_total"; put
        expired_total "expired_total"; put left_total "left_total"; put paused "paused";
    }
    QueuePolicy {
        put enabled "enabled"; put admissions_per_minute "admissions_per_minute"; put burst "burst"; put
        inside_max "inside_max"; put waiting_max "waiting_max"; put claim_window_ms "claim_window_ms"; put
        token_ttl_ms "token_ttl_ms"; put inactivity_ms "inactivity_ms"; put one_place_per_user
        "one_place_per_user"; put room "room";
    }
    DrawView { put commitment "commitment"; put seed "seed"; }
    WebhookView {
        put id "id"; put payment "payment"; put tells "tells"; put created_at "created_at"; put attempts
        "attempts"; put next_at "next_at"; put order "order";
    }
}

impl Shown for Reply {
    fn show(&self, name: &str, to: &mut Shows<'_>) {
        match self {
            Self::Event(reply) => to.put(name, reply),
            Self::Reserved(reply) => to.put(name, reply),
            Self::Extended(reply) => to.put(name, reply),
            Self::Released(reply) => to.put(name, reply),
            Self::Confirmed(reply) => to.put(name, reply),
            Self::Payment(reply) => to.put(name, reply),
            Self::Joined(reply) => to.put(name, reply),
            Self::Admitted(reply) => to.put(name, reply),
            Self::Done(reply) => to.put(name, reply),
        }
    }
}
