//! Emergency measures: each is written down before it is put in force, so that it outlives a crash in between.

use std::collections::BTreeMap;

use tacos_engine::{EventId, UnixMs};
use tacos_proto::common::v1::{
    EmergencyActionRequest, EmergencyActionResponse, EmergencyActionType, ErrorCode,
};
use tacos_proto::gateway::v1::WebhookEventType;

use crate::call::Call;
use crate::cancelling;
use crate::emergency::Measure;
use crate::once::to_the_end;
use crate::webhooks::{Announced, Fact, announce};
use crate::wire::{ApiError, Checks, timestamp, trace_id};

pub(crate) async fn emergency_action(
    call: Call,
    request: EmergencyActionRequest,
) -> Result<EmergencyActionResponse, ApiError> {
    let mut checks = Checks::new();
    let action = EmergencyActionType::try_from(request.action).unwrap_or(EmergencyActionType::Unspecified);
    checks.required_text("reason", &request.reason, 512);
    checks.entries("parameters", request.parameters.iter(), 16);
    let allowed: &[&str] = match action {
        EmergencyActionType::StopAdmissions => &["event_id"],
        EmergencyActionType::CancelReservations => &["event_id", "user_id"],
        EmergencyActionType::CircuitBreaker => &["target"],
        _ => &[],
    };
    for key in request.parameters.keys().filter(|key| !allowed.contains(&key.as_str())) {
        checks.bad(&format!("parameters.{key}"), "is not known for this measure", "");
    }
    if action == EmergencyActionType::Unspecified {
        checks.bad("action", "required", request.action);
    }
    checks.done()?;
    if !request.confirm {
        return Err(ApiError::precondition("confirm must be true").detail("confirm", "required", "false"));
    }
    let parameters = request.parameters.into_iter().collect();
    let wanted = Wanted { action, parameters, reason: request.reason };
    // Once begun it goes on, also when the caller goes away; whoever asks again waits and is told of the whole.
    to_the_end(async move { take_measure(&call, wanted).await }).await
}

/// A measure as it was asked for.
struct Wanted {
    action: EmergencyActionType,
    parameters: BTreeMap<String, String>,
    reason: String,
}

/// Checks what a measure is to act on.
fn check_target(call: &Call, wanted: &Wanted) -> Result<Option<EventId>, ApiError> {
    let event = match wanted.parameters.get("event_id") {
        None => None,
        Some(text) => {
            let event =
                EventId::new(text).map_err(|_| ApiError::invalid("parameters.event_id", "is no id", text))?;
            call.app.engine.event(&event)?;
            Some(event)
        }
    };
    match wanted.action {
        EmergencyActionType::CancelReservations if event.is_none() => {
            Err(ApiError::invalid("parameters.event_id", "required", ""))
        }
        EmergencyActionType::CircuitBreaker => {
            let target = wanted.parameters.get("target").map(String::as_str).unwrap_or_default();
            if matches!(target, "webhooks" | "payments") {
                Ok(event)
            } else {
                Err(ApiError::invalid("parameters.target", "must be webhooks or payments", target))
            }
        }
        EmergencyActionType::ForceFailover | EmergencyActionType::Unspecified => {
            Err(ApiError::new(ErrorCode::FailedPrecondition, "no standby is configured"))
        }
        _ => Ok(event),
    }
}

/// Writes a measure down, so that it outlives a crash, and does what it says. The same measure in force is the same
/// measure: what is left of it is done.
async fn take_measure(call: &Call, wanted: Wanted) -> Result<EmergencyActionResponse, ApiError> {
    let event = check_target(call, &wanted)?;
    let action = wanted.action;
    let alone = call.app.emergencies.acting.lock().await;
    let (measure, new) = match call.app.emergencies.same_in_force(action, &wanted.parameters) {
        Some(measure) => (measure, false),
        None => {
            let measure = Measure {
                id: format!("em_{}", trace_id()),
                action: action as i32,
                parameters: wanted.parameters,
                reason: wanted.reason,
                taken_by: call.caller.subject.clone(),
                taken_at_ms: call.app.engine.now().get(),
                paused: Vec::new(),
                undone: None,
            };
            call.app.emergencies.keep(&call.app.engine, measure.clone()).await?;
            (measure, true)
        }
    };
    let result = match action {
        EmergencyActionType::StopAdmissions => {
            call.app.pause_stopped().await?;
            format!("admissions of {} lines are stopped", call.app.paused_by(&measure).len())
        }
        EmergencyActionType::CancelReservations => {
            // Long: other measures do not wait for it.
            drop(alone);
            let event = event.ok_or_else(|| ApiError::invalid("parameters.event_id", "required", ""))?;
            let cancelled = cancelling::cancel_all(&call.app, &measure, &event).await?;
            format!("{cancelled} reservations were cancelled; new ones are refused until this is undone")
        }
        EmergencyActionType::MaintenanceMode => {
            if new {
                tell_maintenance(call, &measure.id, "begun").await;
            }
            "every write is refused with UNAVAILABLE; reads go on".to_owned()
        }
        _ => {
            let target = measure.parameters.get("target").map(String::as_str).unwrap_or_default();
            format!("{target} are cut off")
        }
    };
    tracing::warn!(
        by = measure.taken_by,
        id = measure.id,
        action = action.as_str_name(),
        reason = measure.reason,
        result,
        "emergency"
    );
    Ok(EmergencyActionResponse {
        executed: true,
        action_id: measure.id,
        result,
        executed_at: timestamp(UnixMs::new(measure.taken_at_ms)),
        error: None,
    })
}

/// Tells streams and registered endpoints that maintenance began or ended.
pub(in crate::services) async fn tell_maintenance(call: &Call, measure: &str, what: &str) {
    crate::hub::tell_maintenance(&call.app, &format!("maintenance has {what}"));
    let fact = Fact {
        event: WebhookEventType::SystemMaintenance,
        event_id: String::new(),
        subject: what.to_owned(),
        at: call.app.engine.now(),
        unique: format!("{measure}/{what}"),
    };
    match announce(&call.app, &fact).await {
        Announced::ToNobody => {}
        Announced::Posted => call.app.webhooks.wake.notify_one(),
        // The measure does not wait for room among deliveries.
        Announced::Full => {
            tracing::error!(what, "too many deliveries wait: not all endpoints hear of maintenance");
        }
    }
}
