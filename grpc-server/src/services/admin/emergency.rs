//! Emergency measures: each is written down before it is put in force, so that it outlives a crash in between.

use std::collections::BTreeMap;

use tacos_engine::{EventId, Failure, Refusal, Release};
use tacos_proto::common::v1::{
    EmergencyActionRequest, EmergencyActionResponse, EmergencyActionType, ErrorCode,
};
use tacos_proto::gateway::v1::WebhookEventType;

use crate::call::Call;
use crate::emergency::Measure;
use crate::webhooks::{Fact, announce};
use crate::wire::{Checks, Fault, timestamp, trace_id};

pub(super) async fn emergency_action(
    call: Call,
    request: EmergencyActionRequest,
) -> Result<EmergencyActionResponse, Fault> {
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
        return Err(Fault::precondition("confirm must be true").detail("confirm", "required", "false"));
    }
    let now = call.engine.now();
    let mut measure = Measure {
        id: format!("em_{}", trace_id()),
        action: action as i32,
        parameters: request.parameters.into_iter().collect::<BTreeMap<_, _>>(),
        reason: request.reason,
        taken_by: call.caller.subject.clone(),
        taken_at_ms: now.get(),
        paused: Vec::new(),
        undone: None,
    };
    let result = take_measure(&call, action, &mut measure).await?;
    tracing::warn!(
        by = measure.taken_by,
        id = measure.id,
        ?action,
        reason = measure.reason,
        result,
        "emergency"
    );
    Ok(EmergencyActionResponse {
        executed: true,
        action_id: measure.id,
        result,
        executed_at: timestamp(now),
        error: None,
    })
}

/// Puts a measure in force: written down first, so that it outlives a crash in between.
async fn take_measure(
    call: &Call,
    action: EmergencyActionType,
    measure: &mut Measure,
) -> Result<String, Fault> {
    let event = match measure.parameters.get("event_id") {
        None => None,
        Some(text) => {
            let event =
                EventId::new(text).map_err(|_| Fault::invalid("parameters.event_id", "is no id", text))?;
            call.engine.event(&event)?;
            Some(event)
        }
    };
    match action {
        EmergencyActionType::StopAdmissions => {
            measure.paused = call.stop_admissions(event.as_ref()).await?;
            call.emergencies.keep(&call.engine, measure.clone()).await?;
            Ok(format!("admissions of {} lines are stopped", measure.paused.len()))
        }
        EmergencyActionType::CancelReservations => {
            let event = event.ok_or_else(|| Fault::invalid("parameters.event_id", "required", ""))?;
            call.emergencies.keep(&call.engine, measure.clone()).await?;
            let cancelled = cancel_all(call, &event, measure.parameters.get("user_id")).await?;
            Ok(format!("{cancelled} reservations were cancelled; new ones are refused until this is undone"))
        }
        EmergencyActionType::CircuitBreaker => {
            let target = measure.parameters.get("target").map(String::as_str).unwrap_or_default();
            if !matches!(target, "webhooks" | "payments") {
                return Err(Fault::invalid("parameters.target", "must be webhooks or payments", target));
            }
            call.emergencies.keep(&call.engine, measure.clone()).await?;
            Ok(format!("{target} are cut off"))
        }
        EmergencyActionType::MaintenanceMode => {
            call.emergencies.keep(&call.engine, measure.clone()).await?;
            tell_maintenance(call, &measure.id, "begun").await;
            Ok("every write is refused with UNAVAILABLE; reads go on".to_owned())
        }
        EmergencyActionType::ForceFailover | EmergencyActionType::Unspecified => {
            Err(Fault::new(ErrorCode::FailedPrecondition, "no standby is configured"))
        }
    }
}

/// Tells registered endpoints that maintenance began or ended.
pub(in crate::services) async fn tell_maintenance(call: &Call, measure: &str, what: &str) {
    let fact = Fact {
        event: WebhookEventType::SystemMaintenance,
        event_id: String::new(),
        subject: what.to_owned(),
        at: call.engine.now(),
        unique: format!("{measure}/{what}"),
    };
    if announce(call.app(), &fact).await {
        call.webhooks.wake.notify_one();
    }
}

async fn cancel_all(call: &Call, event: &EventId, user: Option<&String>) -> Result<u32, Fault> {
    let mut cancelled = 0;
    for id in call.engine.held_reservations(event)? {
        if let Some(user) = user {
            match call.engine.reservation(&id.into(), None).await {
                Ok(view) if view.user.as_str() == user => {}
                _ => continue,
            }
        }
        let release = Release { which: id.into(), user: None, seats: Default::default(), key: None };
        match call.engine.release(release).await {
            Ok(_) => cancelled += 1,
            // Confirmed, cancelled or expired meanwhile: the race has its winner.
            Err(Failure::Refused(
                Refusal::ReservationIs(_) | Refusal::ReservationExpired | Refusal::UnknownReservation,
            )) => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok(cancelled)
}
