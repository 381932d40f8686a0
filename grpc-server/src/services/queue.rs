//! `gateway.v1.QueueService`: the waiting line.

use tacos_engine::views::{QueuePlace, QueueState};
use tacos_engine::{EventId, Failure, JoinQueue, Refusal, RequestAdmission, UserId};
use tacos_proto::common::v1::ErrorCode;
use tacos_proto::gateway::v1::{
    AdmissionStatus, EventQueueStats, GetQueueStatsRequest, GetQueueStatsResponse, GetQueueStatusRequest,
    GetQueueStatusResponse, JoinQueueRequest, JoinQueueResponse, LeaveQueueRequest, LeaveQueueResponse,
    QueueStatus, RequestAdmissionRequest, RequestAdmissionResponse, SystemQueueStats,
};

use crate::call::Call;
use crate::wire::time::{count, seconds_up};
use crate::wire::{ApiError, Checks, optional, timestamp};

/// Events that one answer lists, at most.
const EVENTS_MAX: usize = 1_000;

pub(crate) async fn join_queue(call: Call, request: JoinQueueRequest) -> Result<JoinQueueResponse, ApiError> {
    let mut checks = Checks::new();
    let event = checks.id::<EventId>("event_id", &request.event_id);
    let with_optional = optional::join_queue(&mut checks, &request);
    let named = checks.id_or_none::<UserId>("user_id", &request.user_id);
    if let Some(metadata) = &request.metadata {
        checks.text("metadata.user_agent", &metadata.user_agent, 512);
        checks.text("metadata.referer", &metadata.referer, 2_048);
        checks.entries("metadata.headers", metadata.headers.iter(), 32);
    }
    let (event, named) = checks.take((event, named))?;
    let user = call.acting(named)?;
    call.used_event(&event).await?;
    let joined = call.app.engine.join_queue(with_optional(JoinQueue::new(event)).with_user(user)).await?;
    let place = joined.place;
    Ok(JoinQueueResponse {
        waiting_token: joined.token.to_string(),
        position_hint: position(&place),
        eta_seconds: eta(&place),
        status: status(place.state) as i32,
        expires_at: timestamp(place.expires_at),
        error: None,
    })
}

pub(crate) async fn get_queue_status(
    call: Call,
    request: GetQueueStatusRequest,
) -> Result<GetQueueStatusResponse, ApiError> {
    let mut checks = Checks::new();
    let token = checks.waiting_token(&request.waiting_token);
    let (token,) = checks.take((token,))?;
    let place = token.ok_or(Refusal::UnknownToken).and_then(|token| call.app.engine.queue_place(&token));
    let place = place.map_err(token_error)?;
    Ok(GetQueueStatusResponse {
        status: status(place.state) as i32,
        position: position(&place),
        eta_seconds: eta(&place),
        admission_ready: place.state == QueueState::Ready,
        expires_at: timestamp(place.expires_at),
        error: None,
    })
}

pub(crate) async fn request_admission(
    call: Call,
    request: RequestAdmissionRequest,
) -> Result<RequestAdmissionResponse, ApiError> {
    let mut checks = Checks::new();
    let token = checks.waiting_token(&request.waiting_token);
    let with_optional = optional::request_admission(&mut checks, &request);
    let named = checks.id_or_none::<UserId>("user_id", &request.user_id);
    let (token, named) = checks.take((token, named))?;
    let user = call.acting(named)?;
    let denied = |admission: AdmissionStatus| RequestAdmissionResponse {
        admission: admission as i32,
        ..RequestAdmissionResponse::default()
    };
    let Some(token) = token else { return Ok(denied(AdmissionStatus::Invalid)) };
    match call.app.engine.request_admission(with_optional(RequestAdmission::new(token)).with_user(user)).await
    {
        Ok(admitted) => Ok(RequestAdmissionResponse {
            admission: AdmissionStatus::Granted as i32,
            reservation_token: admitted.token.to_string(),
            ttl_seconds: seconds_up(admitted.valid_until.get().saturating_sub(call.app.engine.now().get())),
            valid_until: timestamp(admitted.valid_until),
            error: None,
        }),
        Err(Failure::Refused(Refusal::NotYet | Refusal::AdmissionPaused)) => {
            Ok(denied(AdmissionStatus::Denied))
        }
        Err(Failure::Refused(Refusal::TokenExpired)) => Ok(denied(AdmissionStatus::Expired)),
        Err(Failure::Refused(Refusal::UnknownToken | Refusal::LeftLine)) => {
            Ok(denied(AdmissionStatus::Invalid))
        }
        Err(failure) => Err(failure.into()),
    }
}

pub(crate) async fn leave_queue(
    call: Call,
    request: LeaveQueueRequest,
) -> Result<LeaveQueueResponse, ApiError> {
    let mut checks = Checks::new();
    let token = checks.waiting_token(&request.waiting_token);
    checks.text("reason", &request.reason, 512);
    let (token,) = checks.take((token,))?;
    let token = token.ok_or_else(|| token_error(Refusal::UnknownToken))?;
    match call.app.engine.leave_queue(token).await {
        Ok(done) => Ok(LeaveQueueResponse { success: true, left_at: timestamp(done.at), error: None }),
        // Left before: the result is the same.
        Err(Failure::Refused(Refusal::LeftLine)) => {
            Ok(LeaveQueueResponse { success: true, left_at: timestamp(call.app.engine.now()), error: None })
        }
        Err(Failure::Refused(refusal)) => Err(token_error(refusal)),
        Err(failure) => Err(failure.into()),
    }
}

pub(crate) async fn get_queue_stats(
    call: Call,
    request: GetQueueStatsRequest,
) -> Result<GetQueueStatsResponse, ApiError> {
    let mut checks = Checks::new();
    let event = checks.id_or_none::<EventId>("event_id", &request.event_id);
    let (event,) = checks.take((event,))?;
    let events = match event {
        Some(event) => vec![call.app.engine.event(&event)?],
        None => call.app.engine.events(),
    };
    let now = timestamp(call.app.engine.now());
    let mut system = SystemQueueStats { last_updated: now, ..SystemQueueStats::default() };
    let (mut per_minute, mut last_second, mut waiting, mut admitted) = (0_u64, 0_u64, 0_u64, 0_u64);
    let mut stats = Vec::new();
    for event in &events {
        let Ok(queue) = call.app.engine.queue(&event.id) else { continue };
        system.total_active_queues += i32::from(queue.waiting > 0);
        waiting += u64::from(queue.waiting);
        admitted += queue.admitted_total;
        per_minute += u64::from(queue.admitted_per_minute);
        last_second += u64::from(call.app.engine.admitted_last_second(&event.id).unwrap_or(0));
        if stats.len() < EVENTS_MAX {
            stats.push(EventQueueStats {
                event_id: event.id.to_string(),
                total_waiting: count(queue.waiting),
                total_admitted: count(queue.admitted_total),
                admission_rate_per_minute: count(queue.admitted_per_minute),
                average_wait_time_seconds: seconds_up(queue.average_wait_ms),
                last_updated: now,
            });
        }
    }
    let ceiling = u64::from(call.app.settings.engine.admissions_per_second_max);
    system.total_waiting_users = count(waiting);
    system.total_admitted_users = count(admitted);
    system.system_capacity_percentage = count((last_second * 100 / ceiling.max(1)).min(100));
    #[allow(clippy::cast_precision_loss, reason = "a rate for people")]
    let rate = per_minute as f32 / 60.0;
    system.average_admission_rate = rate;
    Ok(GetQueueStatsResponse { events: stats, system: Some(system), error: None })
}

/// A place's state in the words of the contract.
pub(super) fn status(state: QueueState) -> QueueStatus {
    match state {
        QueueState::InRoom | QueueState::Waiting => QueueStatus::Waiting,
        QueueState::Ready => QueueStatus::Ready,
        QueueState::Admitted | QueueState::Used | QueueState::Left => QueueStatus::Left,
        QueueState::Expired => QueueStatus::Expired,
    }
}

pub(super) fn position(place: &QueuePlace) -> i32 {
    count(place.position)
}

pub(super) fn eta(place: &QueuePlace) -> i32 {
    place.eta_ms.map_or(0, seconds_up)
}

/// For these RPCs a foreign token names an unknown place; it is not a missing permission.
pub(super) fn token_error(refusal: Refusal) -> ApiError {
    match refusal {
        Refusal::UnknownToken => ApiError::not_found("waiting token"),
        Refusal::TokenExpired => ApiError::new(
            ErrorCode::FailedPrecondition,
            "the place in line has expired",
        )
        .detail("waiting_token", "expired", ""),
        other => other.into(),
    }
}
