//! Emergency actions: each is written down before it is put in force, so that it outlives a crash in between.

use std::collections::BTreeMap;

use tacos_engine::{EventId, UnixMs};
use tacos_proto::common::v1::{
    EmergencyActionRequest, EmergencyActionResponse, EmergencyActionType, ErrorCode,
};
use tacos_proto::gateway::v1::WebhookEventType;

use crate::call::Call;
use crate::cancelling;
use crate::emergency::EmergencyAction;
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
        checks.bad(&format!("parameters.{key}"), "is not known for this emergency action", "");
    }
    if action == EmergencyActionType::Unspecified {
        checks.bad("action", "required", request.action);
    }
    checks.done()?;
    if !request.confirm {
        return Err(ApiError::precondition("confirm must be true").detail("confirm", "required", "false"));
    }
    let parameters = request.parameters.into_iter().collect();
    let wanted = ActionRequest { action, parameters, reason: request.reason };
    // Once begun it goes on, also when the caller goes away; a repeat waits and gets the whole result.
    to_the_end(async move { take_emergency_action(&call, wanted).await }).await
}

/// An emergency action as it was asked for.
struct ActionRequest {
    action: EmergencyActionType,
    parameters: BTreeMap<String, String>,
    reason: String,
}

/// Checks the parameters of an emergency action.
fn check_target(call: &Call, wanted: &ActionRequest) -> Result<Option<EventId>, ApiError> {
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

/// Writes an emergency action down, so that it outlives a crash, and carries it out. If an equal one is in force
/// already, the rest of that one is carried out.
async fn take_emergency_action(
    call: &Call,
    wanted: ActionRequest,
) -> Result<EmergencyActionResponse, ApiError> {
    let event = check_target(call, &wanted)?;
    let action = wanted.action;
    let alone = call.app.emergencies.acting.lock().await;
    let (emergency, new) = match call.app.emergencies.same_in_force(action, &wanted.parameters) {
        Some(emergency) => (emergency, false),
        None => {
            let emergency = EmergencyAction {
                id: format!("em_{}", trace_id()),
                action: action as i32,
                parameters: wanted.parameters,
                reason: wanted.reason,
                taken_by: call.caller.subject.clone(),
                taken_at_ms: call.app.engine.now().get(),
                paused: Vec::new(),
                undone: None,
            };
            call.app.emergencies.store(&call.app.engine, emergency.clone()).await?;
            (emergency, true)
        }
    };
    let result = match action {
        EmergencyActionType::StopAdmissions => {
            call.app.pause_stopped().await?;
            format!("admissions of {} lines are stopped", call.app.paused_by(&emergency).len())
        }
        EmergencyActionType::CancelReservations => {
            // Long: other emergency actions do not wait for it.
            drop(alone);
            let event = event.ok_or_else(|| ApiError::invalid("parameters.event_id", "required", ""))?;
            let cancelled = cancelling::cancel_all(&call.app, &emergency, &event).await?;
            format!("{cancelled} reservations were cancelled; new ones are refused until this is undone")
        }
        EmergencyActionType::MaintenanceMode => {
            if new {
                publish_maintenance(call, &emergency.id, "begun").await;
            }
            "every write is refused with UNAVAILABLE; reads go on".to_owned()
        }
        _ => {
            let target = emergency.parameters.get("target").map(String::as_str).unwrap_or_default();
            format!("{target} are cut off")
        }
    };
    tracing::warn!(
        by = emergency.taken_by,
        id = emergency.id,
        action = action.as_str_name(),
        reason = emergency.reason,
        result,
        "emergency"
    );
    Ok(EmergencyActionResponse {
        executed: true,
        action_id: emergency.id,
        result,
        executed_at: timestamp(UnixMs::new(emergency.taken_at_ms)),
        error: None,
    })
}

/// Publishes to streams and registered endpoints that maintenance began or ended.
pub(in crate::services) async fn publish_maintenance(call: &Call, emergency: &str, what: &str) {
    crate::hub::publish_maintenance(&call.app, &format!("maintenance has {what}"));
    let fact = Fact {
        event: WebhookEventType::SystemMaintenance,
        event_id: String::new(),
        subject: what.to_owned(),
        data: vec![("maintenance", what.into())],
        at: call.app.engine.now(),
        unique: format!("{emergency}/{what}"),
        position: None,
    };
    match announce(&call.app, &fact).await {
        Announced::NoListener => {}
        Announced::Queued => call.app.webhooks.wake.notify_one(),
        // The emergency action does not wait for room among deliveries.
        Announced::Full => {
            tracing::error!(what, "too many deliveries wait: not all endpoints hear of maintenance");
        }
    }
}
