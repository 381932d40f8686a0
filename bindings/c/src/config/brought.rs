// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.

//! Settings of an event and rules of a waiting line, from the caller's structs and back.

use tacos::{Currency, EventSettings, PresaleRoom, QueuePolicy, Refusal, UnixMs};

use super::{usual_policy, usual_settings};
use crate::abi::tacos_str;
use crate::convert::{flag, moment, opt_moment};
use crate::failure::Fault;
use crate::memory::{check_pointer, plain, read_sized, text};

/// What can be set about an event while it lives. Seats and prices are fixed when it is created.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_event_settings {
    /// `sizeof(tacos_event_settings)`, as the caller was compiled.
    pub size: u32,
    /// Seats that one reservation may have: 1 to 64. Default 10.
    pub seats_per_reservation_max: u32,
    /// A name for people, at most 512 bytes.
    pub name: tacos_str,
    /// The currency of all prices. Cannot change once the event exists.
    pub currency: tacos_str,
    /// How long a hold lasts, in milliseconds. Default 60,000; 1 to 24 h.
    pub hold_ms: u64,
    /// The longest that a hold may last from its beginning, extensions included, in milliseconds. Default 600,000.
    pub hold_ms_max: u64,
    /// The most that one extension may add, in milliseconds. Default 30,000.
    pub extension_ms_max: u64,
    /// How often a hold may be extended. Default 1.
    pub extensions_max: u32,
    /// Seats that one user may hold or own together; 0 (the default) for no bound.
    pub seats_per_user_max: u32,
    /// Customers can reserve from this moment on; 0 for no such moment.
    pub sale_starts_ms: u64,
    /// Customers can reserve until just before this moment; 0 for no such moment.
    pub sale_ends_ms: u64,
}

/// The struct of a record, with its texts put elsewhere.
pub(crate) fn of_settings(from: &EventSettings, name: tacos_str, currency: tacos_str) -> tacos_event_settings {
    tacos_event_settings {
        size: u32::try_from(size_of::<tacos_event_settings>()).expect("structs are small"),
        seats_per_reservation_max: from.seats_per_reservation_max,
        name,
        currency,
        hold_ms: from.hold_ms,
        hold_ms_max: from.hold_ms_max,
        extension_ms_max: from.extension_ms_max,
        extensions_max: from.extensions_max,
        seats_per_user_max: from.seats_per_user_max.unwrap_or(0),
        sale_starts_ms: from.sale_starts.map_or(0, UnixMs::get),
        sale_ends_ms: from.sale_ends.map_or(0, UnixMs::get),
    }
}

/// The record from the caller's struct.
///
/// # Safety
/// As the crate's contract.
pub(crate) unsafe fn event_settings(at: *const tacos_event_settings) -> Result<EventSettings, Fault> {
    check_pointer(at)?;
    // SAFETY: not null, aligned; its first field can be read, and the struct has the size that it names; texts are as
    // the crate's contract says.
    unsafe {
        let given = read_sized(at, (&raw const (*at).size).read() as usize, usual_settings(0))?;
        Ok(EventSettings::new(text(given.name)?.unwrap_or_default().to_owned(), currency(given.currency, "settings.currency")?)
            .with_seats_per_reservation_max(given.seats_per_reservation_max)
            .with_seats_per_user_max((given.seats_per_user_max > 0).then_some(given.seats_per_user_max))
            .with_hold_ms(given.hold_ms)
            .with_hold_ms_max(given.hold_ms_max)
            .with_extension_ms_max(given.extension_ms_max)
            .with_extensions_max(given.extensions_max)
            .with_sale_starts(opt_moment(given.sale_starts_ms))
            .with_sale_ends(opt_moment(given.sale_ends_ms)))
    }
}

unsafe fn currency(given: tacos_str, field: &'static str) -> Result<Currency, Fault> {
    // SAFETY: handed on.
    let code = unsafe { text(given)?.unwrap_or_default() };
    Currency::new(code).ok_or_else(|| Refusal::invalid(field, "must be three letters", code).into())
}

/// The rules of one event's waiting line. They may change while the sale runs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_queue_policy {
    /// `sizeof(tacos_queue_policy)`, as the caller was compiled.
    pub size: u32,
    /// With `false` customers do not wait: each one who joins is ready as fast as the system-wide ceiling allows.
    /// Default `true`. 1 for yes, 0 for no.
    pub enabled: u32,
    /// People made ready per minute, 1 to 6,000,000. Default 6,000.
    pub admissions_per_minute: u32,
    /// Permits that a quiet line saves up and may then use at once, 1 to 1,000,000. Default 100.
    pub burst: u32,
    /// People inside at once (ready, or holding a token that is neither used nor expired), 1 to 67,108,864. Default
    /// 5,000. Lowering it sends no customer out: no new one comes in until enough have left.
    pub inside_max: u32,
    /// People waiting at once, 1 to 67,108,864. Default 2,000,000.
    pub waiting_max: u32,
    /// How long a customer who is ready keeps the turn, in milliseconds, 1,000 to 86,400,000. Default 60,000.
    pub claim_window_ms: u64,
    /// How long an admission is valid, in milliseconds, 1,000 to 86,400,000. Default 300,000.
    pub token_ttl_ms: u64,
    /// A waiting person who shows no activity for this long loses the place, in milliseconds, 1,000 to 604,800,000.
    /// Default 3,600,000. A restart of the engine counts as activity.
    pub inactivity_ms: u64,
    /// One place per user, whatever the number of sessions. Default `true`. Switched on during a sale it looks only at
    /// tickets that were taken while it was on. 1 for yes, 0 for no.
    pub one_place_per_user: u32,
    /// The room before the sale, whose order is drawn at random. Default none. 1 if there is one.
    pub has_room: u32,
    /// Customers can join from this moment on.
    pub room_opens_at_ms: u64,
    /// The order of those in the room is drawn then; who joins at or after this moment stands behind them.
    pub room_draws_at_ms: u64,
}

/// The struct of a record, with its texts put elsewhere.
pub(crate) fn of_policy(from: &QueuePolicy) -> tacos_queue_policy {
    tacos_queue_policy {
        size: u32::try_from(size_of::<tacos_queue_policy>()).expect("structs are small"),
        enabled: from.enabled.into(),
        admissions_per_minute: from.admissions_per_minute,
        burst: from.burst,
        inside_max: from.inside_max,
        waiting_max: from.waiting_max,
        claim_window_ms: from.claim_window_ms,
        token_ttl_ms: from.token_ttl_ms,
        inactivity_ms: from.inactivity_ms,
        one_place_per_user: from.one_place_per_user.into(),
        has_room: from.room.is_some().into(),
        room_opens_at_ms: from.room.map_or(0, |inner| inner.opens_at.get()),
        room_draws_at_ms: from.room.map_or(0, |inner| inner.draws_at.get()),
    }
}

/// The record from the caller's struct.
///
/// # Safety
/// As the crate's contract.
pub(crate) unsafe fn queue_policy(at: *const tacos_queue_policy) -> Result<QueuePolicy, Fault> {
    check_pointer(at)?;
    // SAFETY: not null, aligned; its first field can be read, and the struct has the size that it names; texts are as
    // the crate's contract says.
    unsafe {
        let given = read_sized(at, (&raw const (*at).size).read() as usize, usual_policy(0))?;
        Ok(QueuePolicy::default()
            .with_enabled(flag(given.enabled, "queue.enabled")?)
            .with_admissions_per_minute(given.admissions_per_minute)
            .with_burst(given.burst)
            .with_inside_max(given.inside_max)
            .with_waiting_max(given.waiting_max)
            .with_claim_window_ms(given.claim_window_ms)
            .with_token_ttl_ms(given.token_ttl_ms)
            .with_inactivity_ms(given.inactivity_ms)
            .with_one_place_per_user(flag(given.one_place_per_user, "queue.one_place_per_user")?)
            .with_room(flag(given.has_room, "queue.has_room")?.then_some(PresaleRoom { opens_at: moment(given.room_opens_at_ms), draws_at: moment(given.room_draws_at_ms) })))
    }
}

plain! {
    tacos_event_settings
    tacos_queue_policy
}
