//! `reservation.v1.WorkerService`: lets an outside orchestrator drive steps that the engine also takes by itself.

use std::sync::atomic::Ordering;

use tacos_engine::views::{ReservationView, SeatState};
use tacos_engine::{
    Caller, EventId, Failure, PaymentId, PaymentState, Refusal, ReservationRef, ReservationState, SeatId,
    UnixMs,
};
use tacos_proto::common::v1::{ErrorCode, Seat};
use tacos_proto::reservation::v1::{
    CompensationAction, CompensationActionType as Done, CompensationType, GetJobStatusRequest,
    GetJobStatusResponse, HealthCheckRequest, HealthCheckResponse, JobInstance, JobInstanceStatus,
    JobMetrics, PaymentResultType, ProcessCompensationRequest, ProcessCompensationResponse,
    ProcessPaymentResultRequest, ProcessPaymentResultResponse, ProcessReservationExpiryRequest,
    ProcessReservationExpiryResponse, ProcessingStatus as Status, WorkerStatus,
};

use super::settle::{self, Reported, Settled};
use crate::call::Call;
use crate::health::Health;
use crate::wire::time::count;
use crate::wire::{ApiError, Checks, Spell, outbound, timestamp};

/// Tries after which a person has to look.
const RETRIES_MAX: i32 = 5;
/// The one worker: the engine itself.
const WORKER: &str = "engine";

/// The result of a step, and what comes next.
struct StepOutcome {
    status: Status,
    error: Option<ApiError>,
}

impl StepOutcome {
    fn well(status: Status) -> Self {
        Self { status, error: None }
    }

    fn of(settled: Settled) -> Self {
        Self::well(if settled.applied { Status::Success } else { Status::Skipped })
    }

    /// A refusal: to be tried again, put aside, or not to be done at all.
    fn badly(refused: StepRefusal, retry_count: i32) -> Self {
        let StepRefusal { error, later } = refused;
        let status = match (later, retry_count > RETRIES_MAX) {
            (true, true) => Status::Dlq,
            (true, false) => Status::Retry,
            (false, _) => Status::Failed,
        };
        Self { status, error: Some(error) }
    }

    fn next_action(&self) -> String {
        match self.status {
            Status::Retry => "retry",
            Status::Dlq => "dlq",
            _ => "completed",
        }
        .to_owned()
    }
}

/// A step that was refused, and whether the same step may be taken later.
struct StepRefusal {
    error: ApiError,
    later: bool,
}

impl From<ApiError> for StepRefusal {
    fn from(error: ApiError) -> Self {
        let later = error.code == ErrorCode::Unavailable;
        Self { error, later }
    }
}

impl From<Failure> for StepRefusal {
    fn from(failure: Failure) -> Self {
        let not_due = matches!(failure, Failure::Refused(Refusal::NotDue(_)));
        let refused = Self::from(ApiError::from(failure));
        Self { later: refused.later || not_due, ..refused }
    }
}

fn check_common(checks: &mut Checks, correlation_id: &str, retry_count: i32) {
    checks.text("correlation_id", correlation_id, 128);
    if retry_count < 0 {
        checks.bad("retry_count", "must be 0 or more", retry_count);
    }
}

pub(crate) async fn process_reservation_expiry(
    call: Call,
    request: ProcessReservationExpiryRequest,
) -> Result<ProcessReservationExpiryResponse, ApiError> {
    let mut checks = Checks::new();
    let which = call.which(&mut checks, &request.reservation_id);
    let event = checks.id_or_none::<EventId>("event_id", &request.event_id);
    let seats = checks.seats(&request.seat_ids);
    let _ = checks.moment("expired_at", request.expired_at.as_ref());
    check_common(&mut checks, &request.correlation_id, request.retry_count);
    let (which, event, seats) = checks.take((which, event, seats))?;
    let result = expire(&call, &which, event, &seats, &request).await;
    let (ended, at, released) = match result {
        Ok((settled, seats)) => (StepOutcome::of(settled), settled.at, seats),
        Err(refused) => (StepOutcome::badly(refused, request.retry_count), call.app.engine.now(), Vec::new()),
    };
    Ok(ProcessReservationExpiryResponse {
        status: ended.status as i32,
        released_seats: released,
        processed_at: timestamp(at),
        next_action: ended.next_action(),
        error: ended.error.map(|error| call.error(&error)),
    })
}

/// Expires what is due, if the caller means the same reservation; returns the seats that this freed.
async fn expire(
    call: &Call,
    which: &ReservationRef,
    event: Option<EventId>,
    seats: &[SeatId],
    request: &ProcessReservationExpiryRequest,
) -> Result<(Settled, Vec<Seat>), StepRefusal> {
    let view = call.app.engine.reservation(which, &Caller::Operator).await?;
    let mut had = outbound::reservation(&call.app.engine, &view).seats;
    if event.is_some_and(|event| event != view.event) {
        return Err(ApiError::invalid("event_id", "is not the reservation's", &request.event_id).into());
    }
    if !seats.is_empty()
        && (seats.len() != had.len() || !had.iter().all(|seat| request.seat_ids.contains(&seat.id)))
    {
        return Err(ApiError::invalid("seat_ids", "are not the reservation's", seats.len()).into());
    }
    if request.quantity != 0 && request.quantity != count(had.len()) {
        return Err(ApiError::invalid("quantity", "is not the reservation's", request.quantity).into());
    }
    let settled = settle::expire(call, which).await?;
    for seat in &mut had {
        seat.status = SeatState::Available.spell();
    }
    Ok((settled, if settled.applied { had } else { Vec::new() }))
}

pub(crate) async fn process_payment_result(
    call: Call,
    request: ProcessPaymentResultRequest,
) -> Result<ProcessPaymentResultResponse, ApiError> {
    let mut checks = Checks::new();
    let which = call.which(&mut checks, &request.reservation_id);
    let payment = checks.payment(&request.payment_intent_id);
    let result = PaymentResultType::try_from(request.result_type).ok();
    let result = result.filter(|result| *result != PaymentResultType::Unspecified);
    if result.is_none() {
        checks.bad("result_type", "required", request.result_type);
    }
    if let Some(data) = &request.event_data {
        checks.text("event_data.gateway_response", &data.gateway_response, 512);
        checks.entries("event_data.metadata", data.metadata.iter(), 16);
        if !data.payment_intent_id.is_empty() && data.payment_intent_id != request.payment_intent_id {
            checks.bad("event_data.payment_intent_id", "does not agree", &data.payment_intent_id);
        }
    }
    check_common(&mut checks, &request.correlation_id, request.retry_count);
    let (which, payment, result) = checks.take((which, payment, result))?;
    // A mistyped id of ours is a payment that there is not, never a foreign one.
    let mistyped = || request.payment_intent_id.starts_with("pay_").then(settle::no_intent);
    let payment = payment.or_else(mistyped);
    let applied = apply_result(&call, &which, payment, result).await;
    let (ended, at, after, moved) = match applied {
        Ok((settled, after, moved)) => (StepOutcome::of(settled), settled.at, Some(after), moved),
        Err(failure) => {
            let ended = StepOutcome::badly(failure.into(), request.retry_count);
            // The state that the refusal left is returned too, where it can be read.
            (
                ended,
                call.app.engine.now(),
                call.app.engine.reservation(&which, &Caller::Operator).await.ok(),
                false,
            )
        }
    };
    let sold = after.as_ref().filter(|view| view.state == ReservationState::Confirmed);
    let order_id = sold.map(|view| view.id.order().to_string()).unwrap_or_default();
    let moved = after.filter(|_| moved).map(|view| outbound::reservation(&call.app.engine, &view).seats);
    Ok(ProcessPaymentResultResponse {
        status: ended.status as i32,
        order_id,
        affected_seats: moved.unwrap_or_default(),
        processed_at: timestamp(at),
        next_action: ended.next_action(),
        error: ended.error.map(|error| call.error(&error)),
    })
}

/// Applies a result to payment and reservation. The result is reported to an intent of ours, whose own rules do the
/// rest; without one the caller vouches for the money. Returns the reservation afterwards, and whether it changed.
async fn apply_result(
    call: &Call,
    which: &ReservationRef,
    payment: Option<PaymentId>,
    result: PaymentResultType,
) -> Result<(Settled, ReservationView, bool), Failure> {
    let before = call.app.engine.reservation(which, &Caller::Operator).await?;
    let reported = match result {
        PaymentResultType::Approved => Reported::Approved,
        PaymentResultType::Failed => Reported::Failed,
        PaymentResultType::Cancelled => Reported::Cancelled,
        PaymentResultType::Refunded => Reported::Refunded(None),
        PaymentResultType::Timeout | PaymentResultType::Unspecified => Reported::Timeout,
    };
    let settled = match payment {
        Some(payment) => {
            settle::belongs(call, payment, which).await?;
            // No answer says nothing of the intent, which has a deadline of its own.
            if reported == Reported::Timeout {
                settle::expire(call, which).await?
            } else {
                settle::apply(call, payment, reported, None).await?
            }
        }
        None => settle::apply_foreign(call, which, reported).await?,
    };
    let after = call.app.engine.reservation(which, &Caller::Operator).await?;
    let moved = settled.applied && before.state != after.state;
    Ok((settled, after, moved))
}

pub(crate) async fn process_compensation(
    call: Call,
    request: ProcessCompensationRequest,
) -> Result<ProcessCompensationResponse, ApiError> {
    let mut checks = Checks::new();
    let which = call.which(&mut checks, &request.reservation_id);
    let kind = CompensationType::try_from(request.compensation_type).ok();
    let kind = kind.filter(|kind| *kind != CompensationType::Unspecified);
    if kind.is_none() {
        checks.bad("compensation_type", "required", request.compensation_type);
    }
    checks.text("original_operation", &request.original_operation, 128);
    checks.text("failure_reason", &request.failure_reason, 512);
    checks.entries("context", request.context.iter(), 16);
    check_common(&mut checks, &request.correlation_id, request.retry_count);
    let (which, kind) = checks.take((which, kind))?;
    let (ended, actions) = match compensate(&call, &which, kind).await {
        Ok(actions) if actions.is_empty() => (StepOutcome::well(Status::Skipped), actions),
        Ok(actions) => (StepOutcome::well(Status::Success), actions),
        Err(failure) => (StepOutcome::badly(failure.into(), request.retry_count), Vec::new()),
    };
    Ok(ProcessCompensationResponse {
        requires_manual_intervention: matches!(ended.status, Status::Failed | Status::Dlq),
        status: ended.status as i32,
        actions_taken: actions,
        processed_at: timestamp(call.app.engine.now()),
        error: ended.error.map(|error| call.error(&error)),
    })
}

/// Carries out a compensation, and returns what it did.
async fn compensate(
    call: &Call,
    which: &ReservationRef,
    kind: CompensationType,
) -> Result<Vec<CompensationAction>, Failure> {
    match (call.app.engine.reservation(which, &Caller::Operator).await, kind) {
        // Seats belong to a reservation or are free: what has no reservation holds nothing.
        (Err(Failure::Refused(Refusal::UnknownReservation)), CompensationType::CleanupOrphaned) => {
            Ok(Vec::new())
        }
        (Err(failure), _) => Err(failure),
        (Ok(view), CompensationType::RefundPayment) => refund(call, &view).await,
        (Ok(view), kind) => free(call, which, &view, kind).await,
    }
}

fn action(kind: Done, target: &str, what: String, at: UnixMs) -> CompensationAction {
    CompensationAction {
        action_type: kind as i32,
        target_service: target.to_owned(),
        action_description: what,
        success: true,
        executed_at: timestamp(at),
    }
}

async fn free(
    call: &Call,
    which: &ReservationRef,
    view: &ReservationView,
    kind: CompensationType,
) -> Result<Vec<CompensationAction>, Failure> {
    let settled = match (view.state, kind) {
        (ReservationState::Pending, _) => settle::release(call, which).await?,
        // Due, and its timer has not fired yet: expired here, so that the seats are free.
        (ReservationState::Expired, CompensationType::CleanupOrphaned | CompensationType::ReleaseSeats) => {
            settle::expire(call, which).await?
        }
        (ReservationState::Confirmed, CompensationType::CleanupOrphaned) => return Ok(Vec::new()),
        (ReservationState::Confirmed, _) => return Err(Refusal::ReservationIs(view.state).into()),
        _ => return Ok(Vec::new()),
    };
    if !settled.applied {
        return Ok(Vec::new());
    }
    let at = settled.at;
    let seats = outbound::places_count(&call.app.engine, view.event_number, &view.places);
    let freed = action(Done::InventoryRelease, "inventory", format!("{seats} seats were freed"), at);
    let ended =
        action(Done::ReservationCancel, "reservation", "the reservation was cancelled".to_owned(), at);
    Ok(vec![freed, ended])
}

async fn refund(call: &Call, view: &ReservationView) -> Result<Vec<CompensationAction>, Failure> {
    let Some(payment) = view.payment else { return Ok(Vec::new()) };
    let before = call.app.engine.payment(payment, &Caller::Operator).await?;
    if matches!(before.state, PaymentState::Failed | PaymentState::Cancelled | PaymentState::Expired) {
        return Ok(Vec::new());
    }
    let settled = settle::apply(call, payment, Reported::Refunded(None), None).await?;
    if !settled.applied {
        return Ok(Vec::new());
    }
    let after = call.app.engine.payment(payment, &Caller::Operator).await?;
    let minor = after.refunded_minor - before.refunded_minor;
    let what = format!("{minor} {} were paid back", after.amount.currency.as_str());
    let mut actions = vec![action(Done::PaymentRefund, "payment", what, settled.at)];
    if view.state == ReservationState::Confirmed {
        let seats = outbound::places_count(&call.app.engine, view.event_number, &view.places);
        let freed = format!("{seats} seats are on sale again");
        actions.push(action(Done::InventoryRelease, "inventory", freed, settled.at));
    }
    Ok(actions)
}

pub(crate) async fn health_check(
    call: Call,
    request: HealthCheckRequest,
) -> Result<HealthCheckResponse, ApiError> {
    if !request.worker_instance_id.is_empty() && request.worker_instance_id != WORKER {
        return Err(ApiError::not_found("worker").detail(
            "worker_instance_id",
            "not found",
            &request.worker_instance_id,
        ));
    }
    let health = match call.app.health().state {
        _ if *call.app.draining.borrow() => WorkerStatus::Terminated,
        Health::Healthy => WorkerStatus::Healthy,
        Health::Degraded => WorkerStatus::Degraded,
        Health::Unhealthy => WorkerStatus::Unhealthy,
    };
    let work = Work::of(&call);
    Ok(HealthCheckResponse {
        status: health as i32,
        processed_events_count: count(work.done()),
        failed_events_count: count(work.failed()),
        last_processed_at: work.engine.last_fired_at.and_then(timestamp),
        queue_depth: count(work.pending),
        started_at: timestamp(call.app.started_at),
        error: None,
    })
}

pub(crate) async fn get_job_status(
    call: Call,
    request: GetJobStatusRequest,
) -> Result<GetJobStatusResponse, ApiError> {
    const JOBS: [&str; 4] = ["expiry", "payment", "webhook", "snapshot"];
    let mut checks = Checks::new();
    if !request.event_type.is_empty() && !JOBS.contains(&request.event_type.as_str()) {
        checks.bad("event_type", "must be expiry, payment, webhook or snapshot", &request.event_type);
    }
    checks.done()?;
    if !request.job_id.is_empty() && !JOBS.contains(&request.job_id.as_str()) {
        return Err(ApiError::not_found("job").detail("job_id", "not found", &request.job_id));
    }
    let asked = |name: &&str| {
        (request.job_id.is_empty() || request.job_id == *name)
            && (request.event_type.is_empty() || request.event_type == *name)
    };
    let work = Work::of(&call);
    let jobs: Vec<JobInstance> = JOBS.into_iter().filter(asked).map(|name| work.job(&call, name)).collect();
    let running = jobs.iter().filter(|job| job.status() == JobInstanceStatus::Running).count();
    let metrics = JobMetrics {
        total_active_jobs: count(running),
        total_events_pending: count(work.pending),
        total_events_processing: count(call.app.webhooks.under_way.load(Ordering::Relaxed)),
        total_events_completed: count(work.done()),
        total_events_failed: count(work.failed()),
        average_processing_time_ms: 0.0,
        last_updated: timestamp(call.app.engine.now()),
    };
    Ok(GetJobStatusResponse { jobs, metrics: Some(metrics), error: None })
}

/// What the background work has done since the process started, and what waits.
struct Work {
    engine: tacos_engine::views::Work,
    delivered: u64,
    not_delivered: u64,
    pending: usize,
}

impl Work {
    fn of(call: &Call) -> Self {
        let status = call.app.engine.status();
        let webhooks = &call.app.webhooks;
        Self {
            engine: call.app.engine.work(),
            delivered: webhooks.delivered.load(Ordering::Relaxed),
            not_delivered: webhooks.failed.load(Ordering::Relaxed),
            pending: status.timers + status.webhooks.0 + webhooks.deliveries.counts().0,
        }
    }

    fn done(&self) -> u64 {
        let engine = &self.engine;
        engine.holds_fired + engine.payments_fired + engine.snapshots + self.delivered
    }

    fn failed(&self) -> u64 {
        self.engine.snapshot_failures + self.not_delivered
    }

    fn job(&self, call: &Call, name: &str) -> JobInstance {
        let (processed, failed) = match name {
            "expiry" => (self.engine.holds_fired, 0),
            "payment" => (self.engine.payments_fired, 0),
            "webhook" => (self.delivered, self.not_delivered),
            _ => (self.engine.snapshots, self.engine.snapshot_failures),
        };
        let stopped = *call.app.draining.borrow()
            || (name == "webhook" && call.app.emergencies.webhooks_cut())
            || (name == "snapshot" && call.app.settings.engine.snapshot_every_bytes == 0);
        let failed_for_good = call.app.engine.status().poisoned.is_some();
        let status = match () {
            () if stopped => JobInstanceStatus::Terminated,
            () if failed_for_good => JobInstanceStatus::Failed,
            () => JobInstanceStatus::Running,
        };
        JobInstance {
            job_id: name.to_owned(),
            worker_id: WORKER.to_owned(),
            status: status as i32,
            started_at: timestamp(call.app.started_at),
            completed_at: None,
            events_processed: count(processed),
            events_failed: count(failed),
        }
    }
}
