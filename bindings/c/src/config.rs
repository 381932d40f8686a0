//! Settings: of an engine, of an event, of a waiting line. Fill them by their `_init` function, then change what shall
//! differ; what a later version appends keeps its usual value for programs that do not know it.

// Written by the generator, which knows nothing of line breaks.
#[rustfmt::skip]
pub mod brought;

use std::sync::Arc;
use std::time::Duration;

pub(crate) use brought::{event_settings, of_policy, of_settings, queue_policy};
pub use brought::{tacos_event_settings, tacos_queue_policy};
use tacos::{
    Config, Currency, Driver, Durability, EventSettings, LatePayment, ManualClock, QueuePolicy,
    RecoveryConsent, Refusal, UnixMs,
};

use crate::abi::tacos_str;
use crate::convert::flag;
use crate::failure::Fault;
use crate::guard;
use crate::memory::{Plain, check_pointer, plain, read_sized};
use crate::status::tacos_status;

/// Settings of one engine. The meaning, bounds and usual values are those of the engine's own configuration.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_config {
    /// `sizeof(tacos_config)`, as the caller was compiled.
    pub size: u32,
    /// 0: acknowledged once on disk. 1: acknowledged once with the operating system, synced every `sync_every_ms`.
    pub durability: u32,
    /// With `durability` 1: the longest time between two syncs.
    pub sync_every_ms: u64,
    /// 1: no threads; the caller turns time by `tacos_turn`, and waiting for a write writes it.
    pub manual_driver: u32,
    /// 1: the clock stands at `clock_start_ms` until `tacos_clock_advance`.
    pub manual_clock: u32,
    /// Where a manual clock starts.
    pub clock_start_ms: u64,
    /// How long an answer is remembered for its idempotency key.
    pub idempotency_ttl_ms: u64,
    /// 1: refuse writes without an idempotency key.
    pub idempotency_required: u32,
    /// Idempotency keys remembered at once.
    pub idempotency_keys_max: u32,
    /// Reservations kept at once.
    pub reservations_max: u32,
    /// Payment intents kept at once.
    pub payments_max: u32,
    /// Webhooks in the outbox.
    pub webhooks_max: u32,
    /// Durable notes.
    pub notes_max: u32,
    /// How long what ended without a sale can be looked up.
    pub retention_ms: u64,
    /// A warning goes out this long before a hold expires; 0 for none.
    pub expiry_warning_ms: u64,
    /// Life of a payment intent.
    pub payment_ttl_ms: u64,
    /// Admissions a second over all lines.
    pub admissions_per_second_max: u32,
    /// Late money. 0: take the same seats again if they are free, else pay back. 1: always pay back.
    pub late_payment_refund: u32,
    /// 1: a payment must be for exactly the reservation's total.
    pub payment_amount_must_match: u32,
    /// Simulated payments take this share of their usual time, in thousandths.
    pub payment_time_permille: u32,
    /// Attempts after the first for one webhook.
    pub webhook_retries_max: u32,
    /// Answers in flight at once in the completion queue.
    pub completions_max: u32,
    /// Size of the buffer between callers and the disk, in bytes.
    pub log_buffer_bytes: u64,
    /// Recent updates kept in memory, in bytes.
    pub update_history_bytes: u64,
    /// Size of one journal file, in bytes.
    pub segment_bytes: u64,
    /// A snapshot is taken after this many bytes of journal; 0: only when asked for.
    pub snapshot_every_bytes: u64,
    /// 1: `fixed_entropy` makes ids and simulated outcomes reproducible. Never in production.
    pub has_fixed_entropy: u32,
    /// 1: the operator agrees to lose everything from the first damage of the folder on.
    pub cut_at_damage: u32,
    /// For simulations.
    pub fixed_entropy: u64,
}

plain! { tacos_config }

/// Answers in flight at once, where the configuration says nothing.
const COMPLETIONS: u32 = 65_536;

/// Fills in the usual settings of an engine, production-ready. `size` is `sizeof(tacos_config)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_config_init(out: *mut tacos_config, size: usize) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe { init(out, size, |size| tacos_config { size, ..of_config(&Config::default()) }) })
}

/// Fills in the usual settings of an event; name and currency stay none. `size` is `sizeof(tacos_event_settings)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_event_settings_init(
    out: *mut tacos_event_settings,
    size: usize,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe { init(out, size, usual_settings) })
}

/// Fills in the usual rules of a waiting line. `size` is `sizeof(tacos_queue_policy)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_queue_policy_init(out: *mut tacos_queue_policy, size: usize) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe { init(out, size, usual_policy) })
}

/// # Safety
/// As the crate's contract.
unsafe fn init<T: Plain>(out: *mut T, size: usize, make: impl FnOnce(u32) -> T) -> Result<(), Fault> {
    check_pointer(out)?;
    if size < T::SIZE_MIN {
        return Err(Fault::BadSize { size, least: T::SIZE_MIN });
    }
    let known = size.min(size_of::<T>());
    // What the struct says of itself is how much of it was filled in.
    let value = make(u32::try_from(known).expect("structs are small"));
    // SAFETY: `size` bytes can be written there, and `known` is no more than that nor than the value has.
    unsafe { std::ptr::copy_nonoverlapping((&raw const value).cast::<u8>(), out.cast::<u8>(), known) };
    Ok(())
}

fn usual_settings(size: u32) -> tacos_event_settings {
    let currency = Currency::new("XXX").expect("three letters");
    let usual = of_settings(&EventSettings::new("", currency), tacos_str::NONE, tacos_str::NONE);
    tacos_event_settings { size, ..usual }
}

fn usual_policy(size: u32) -> tacos_queue_policy {
    tacos_queue_policy { size, ..of_policy(&QueuePolicy::default()) }
}

fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn of_config(config: &Config) -> tacos_config {
    tacos_config {
        size: 0,
        durability: 0,
        sync_every_ms: 100,
        manual_driver: 0,
        manual_clock: 0,
        clock_start_ms: 0,
        idempotency_ttl_ms: ms(config.idempotency_ttl),
        idempotency_required: config.idempotency_required.into(),
        idempotency_keys_max: config.idempotency_keys_max,
        reservations_max: config.reservations_max,
        payments_max: config.payments_max,
        webhooks_max: config.webhooks_max,
        notes_max: config.notes_max,
        retention_ms: ms(config.retention),
        expiry_warning_ms: ms(config.expiry_warning),
        payment_ttl_ms: ms(config.payment_ttl),
        admissions_per_second_max: config.admissions_per_second_max,
        late_payment_refund: (config.late_payment == LatePayment::Refund).into(),
        payment_amount_must_match: config.payment_amount_must_match.into(),
        payment_time_permille: config.payment_time_permille,
        webhook_retries_max: config.webhook_retries_max,
        completions_max: COMPLETIONS,
        log_buffer_bytes: config.log_buffer_bytes as u64,
        update_history_bytes: config.update_history_bytes as u64,
        segment_bytes: config.segment_bytes,
        snapshot_every_bytes: config.snapshot_every_bytes,
        has_fixed_entropy: 0,
        cut_at_damage: 0,
        fixed_entropy: 0,
    }
}

/// Everything that opening needs.
pub(crate) struct Settings {
    pub(crate) config: Config,
    pub(crate) clock: Option<Arc<ManualClock>>,
    pub(crate) consent: RecoveryConsent,
    pub(crate) completions_max: usize,
}

/// Settings from the caller's struct; the usual ones if there is none.
///
/// # Safety
/// As the crate's contract.
pub(crate) unsafe fn settings(config: *const tacos_config) -> Result<Settings, Fault> {
    let usual = of_config(&Config::default());
    let given = if config.is_null() {
        usual
    } else {
        check_pointer(config)?;
        // SAFETY: not null, aligned; its first field can be read.
        let size = unsafe { (&raw const (*config).size).read() };
        // SAFETY: the crate's contract: the struct has the size that it names.
        unsafe { read_sized(config, size as usize, usual)? }
    };
    let clock = flag(given.manual_clock, "manual_clock")?
        .then(|| Arc::new(ManualClock::new(UnixMs::new(given.clock_start_ms))));
    let mut config = engine_config(&given)?;
    if let Some(clock) = &clock {
        config.clock = Arc::clone(clock) as Arc<_>;
    }
    let cut = flag(given.cut_at_damage, "cut_at_damage")?;
    let consent = if cut { RecoveryConsent::CutAtDamage } else { RecoveryConsent::LoseNothing };
    if given.completions_max == 0 {
        return Err(Refusal::invalid("completions_max", "must be at least 1", 0).into());
    }
    Ok(Settings { config, clock, consent, completions_max: given.completions_max as usize })
}

fn engine_config(given: &tacos_config) -> Result<Config, Fault> {
    let bytes = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
    let every = Duration::from_millis(given.sync_every_ms);
    let refund = flag(given.late_payment_refund, "late_payment_refund")?;
    let manual = flag(given.manual_driver, "manual_driver")?;
    let relaxed = flag(given.durability, "durability")?;
    Ok(Config::default()
        .with_durability(if relaxed { Durability::Relaxed { sync_every: every } } else { Durability::Synced })
        .with_driver(if manual { Driver::Manual } else { Driver::Threads })
        .with_idempotency_required(flag(given.idempotency_required, "idempotency_required")?)
        .with_idempotency_ttl(Duration::from_millis(given.idempotency_ttl_ms))
        .with_idempotency_keys_max(given.idempotency_keys_max)
        .with_reservations_max(given.reservations_max)
        .with_payments_max(given.payments_max)
        .with_webhooks_max(given.webhooks_max)
        .with_notes_max(given.notes_max)
        .with_retention(Duration::from_millis(given.retention_ms))
        .with_expiry_warning(Duration::from_millis(given.expiry_warning_ms))
        .with_admissions_per_second_max(given.admissions_per_second_max)
        .with_late_payment(if refund { LatePayment::Refund } else { LatePayment::RetakeOrRefund })
        .with_payment_amount_must_match(flag(given.payment_amount_must_match, "payment_amount_must_match")?)
        .with_payment_ttl(Duration::from_millis(given.payment_ttl_ms))
        .with_payment_time_permille(given.payment_time_permille)
        .with_webhook_retries_max(given.webhook_retries_max)
        .with_log_buffer_bytes(bytes(given.log_buffer_bytes))
        .with_update_history_bytes(bytes(given.update_history_bytes))
        .with_segment_bytes(given.segment_bytes)
        .with_snapshot_every_bytes(given.snapshot_every_bytes)
        .with_fixed_entropy(
            flag(given.has_fixed_entropy, "has_fixed_entropy")?.then_some(given.fixed_entropy),
        ))
}
