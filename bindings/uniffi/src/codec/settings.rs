// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.

//! Settings of an engine out of bytes. What is not given keeps the engine's own value.

use tacos_engine as tacos;

use super::{Input, Taken};
use crate::config::Opening;

/// Reads what an engine is opened with.
pub(crate) fn opening(from: &mut Input<'_>) -> Taken<Opening> {
    let mut opening = Opening::default();
    if let Some(value) = from.take("relaxed_sync_ms")? {
        opening.config.durability = tacos::Durability::Relaxed { sync_every: value };
    }
    if let Some(value) = from.take("manual_now_ms")? {
        opening.by_hand(value);
    }
    opening.config.idempotency_required = from.take("idempotency_required")?;
    if let Some(value) = from.take("idempotency_ttl_ms")? {
        opening.config.idempotency_ttl = value;
    }
    if let Some(value) = from.take("idempotency_keys_max")? {
        opening.config.idempotency_keys_max = value;
    }
    if let Some(value) = from.take("reservations_max")? {
        opening.config.reservations_max = value;
    }
    if let Some(value) = from.take("payments_max")? {
        opening.config.payments_max = value;
    }
    if let Some(value) = from.take("webhooks_max")? {
        opening.config.webhooks_max = value;
    }
    if let Some(value) = from.take("notes_max")? {
        opening.config.notes_max = value;
    }
    if let Some(value) = from.take("retention_ms")? {
        opening.config.retention = value;
    }
    if let Some(value) = from.take("expiry_warning_ms")? {
        opening.config.expiry_warning = value;
    }
    if let Some(value) = from.take("admissions_per_second_max")? {
        opening.config.admissions_per_second_max = value;
    }
    if from.take("refund_late_payments")? {
        opening.config.late_payment = tacos::LatePayment::Refund;
    }
    opening.config.payment_amount_must_match = from.take("payment_amount_must_match")?;
    if let Some(value) = from.take("payment_ttl_ms")? {
        opening.config.payment_ttl = value;
    }
    if let Some(value) = from.take("payment_time_permille")? {
        opening.config.payment_time_permille = value;
    }
    if let Some(value) = from.take("webhook_retries_max")? {
        opening.config.webhook_retries_max = value;
    }
    if let Some(value) = from.take("log_buffer_bytes")? {
        opening.config.log_buffer_bytes = value;
    }
    if let Some(value) = from.take("update_history_bytes")? {
        opening.config.update_history_bytes = value;
    }
    if let Some(value) = from.take("segment_bytes")? {
        opening.config.segment_bytes = value;
    }
    if let Some(value) = from.take("snapshot_every_bytes")? {
        opening.config.snapshot_every_bytes = value;
    }
    if let Some(value) = from.take("fixed_entropy")? {
        opening.config.fixed_entropy = Some(i64::cast_unsigned(value));
    }
    if from.take("cut_at_damage")? {
        opening.consent = tacos::RecoveryConsent::CutAtDamage;
    }
    opening.in_flight_max = from.take::<u32>("in_flight_max")? as usize;
    Ok(opening)
}
