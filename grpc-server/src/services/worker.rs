//! `reservation.v1.WorkerService`: lets an outside orchestrator drive steps that the engine also takes by itself.

use tacos_engine::views::{ReservationView, SeatState};
use tacos_engine::{
    CancelPayment, Confirm, EventId, Expire, Failure, Outcome, PaymentId, PaymentState, Proof, Refusal,
    Release, ReportPayment, ReservationState, UnixMs, Which,
};
use tacos_proto::common::v1::{ErrorCode, Seat};
use tacos_proto::reservation::v1::worker_service_server::WorkerService;
use tacos_proto::reservation::v1::{
    CompensationAction, CompensationActionType as Done, CompensationType, GetJobStatusRequest,
    GetJobStatusResponse, HealthCheckRequest, HealthCheckResponse, JobInstance, JobInstanceStatus,
    JobMetrics, PaymentResultType, ProcessCompensationRequest, ProcessCompensationResponse,
    ProcessPaymentResultRequest, ProcessPaymentResultResponse, ProcessReservationExpiryRequest,
    ProcessReservationExpiryResponse, ProcessingStatus as Status, WorkerStatus,
};

use crate::call::{Call, unary};
use crate::health::Health;
use crate::wire::time::count;
use crate::wire::{Checks, Fault, outbound, timestamp};

/// More tries than these, and a person has to look.
const RETRIES_MAX: i32 = 5;
/// The one worker: the engine itself.
const WORKER: &str = "engine";

unary! { WorkerService:
    ProcessReservationExpiry process_reservation_expiry(ProcessReservationExpiryRequest) -> ProcessReservationExpiryResponse;
    ProcessPaymentResult process_payment_result(ProcessPaymentResultRequest) -> ProcessPaymentResultResponse;
    ProcessCompensation process_compensation(ProcessCompensationRequest) -> ProcessCompensationResponse;
    WorkerHealthCheck health_check(HealthCheckRequest) -> HealthCheckResponse;
    GetJobStatus get_job_status(GetJobStatusRequest) -> GetJobStatusResponse;
}

/// How a step ended, and what comes next.
struct Ended {
    status: Status,
    fault: Option<Fault>,
}

impl Ended {
    fn well(status: Status) -> Self {
        Self { status, fault: None }
    }

    /// A refusal: to be tried again, put aside, or not to be done at all.
    fn badly(fault: Fault, later: bool, retry_count: i32) -> Self {
        let later = later || fault.code == ErrorCode::Unavailable;
        let status = match (later, retry_count > RETRIES_MAX) {
            (true, true) => Status::Dlq,
            (true, false) => Status::Retry,
            (false, _) => Status::Failed,
        };
        Self { status, fault: Some(fault) }
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

fn over(state: ReservationState) -> bool {
    matches!(
        state,
        ReservationState::Cancelled
            | ReservationState::Expired
            | ReservationState::Failed
            | ReservationState::Refunded
    )
}

fn check_common(checks: &mut Checks, correlation_id: &str, retry_count: i32) {
    checks.text("correlation_id", correlation_id, 128);
    if retry_count < 0 {
        checks.bad("retry_count", "must be 0 or more", retry_count);
    }
}

async fn process_reservation_expiry(
    call: Call,
    request: ProcessReservationExpiryRequest,
) -> Result<ProcessReservationExpiryResponse, Fault> {
    let mut checks = Checks::new();
    let which = call.which(&mut checks, &request.reservation_id);
    let event = checks.id_or_none::<EventId>("event_id", &request.event_id);
    let seats = checks.seats(&request.seat_ids);
    let _ = checks.moment("expired_at", request.expired_at.as_ref());
    check_common(&mut checks, &request.correlation_id, request.retry_count);
    let (which, event, seats) = checks.take((which, event, seats))?;
    let view = call.engine.reservation(&which, None).await?;
    let had = outbound::reservation(&call.engine, &view).seats;
    if event.is_some_and(|event| event != view.event) {
        return Err(Fault::invalid("event_id", "is not the reservation's", &request.event_id));
    }
    if !seats.is_empty()
        && (seats.len() != had.len() || !had.iter().all(|seat| request.seat_ids.contains(&seat.id)))
    {
        return Err(Fault::invalid("seat_ids", "are not the reservation's", seats.len()));
    }
    if request.quantity != 0 && request.quantity != count(had.len()) {
        return Err(Fault::invalid("quantity", "is not the reservation's", request.quantity));
    }
    let (ended, at, released) = match call.engine.expire(Expire { which }).await {
        Ok(released) => {
            let (free, currency) = (SeatState::Available, view.total.currency);
            let seats = outbound::seats(&call.engine, released.event, &released.places, free, currency);
            (Ended::well(Status::Success), released.at, seats)
        }
        Err(Failure::Refused(Refusal::ReservationIs(state))) if over(state) => {
            (Ended::well(Status::Skipped), view.changed_at, Vec::new())
        }
        Err(failure) => {
            let later = matches!(failure, Failure::Refused(Refusal::NotDue(_)));
            (Ended::badly(failure.into(), later, request.retry_count), call.engine.now(), Vec::new())
        }
    };
    Ok(ProcessReservationExpiryResponse {
        status: ended.status as i32,
        released_seats: released,
        processed_at: timestamp(at),
        next_action: ended.next_action(),
        error: ended.fault.map(|fault| fault.to_error(&call.trace)),
    })
}

async fn process_payment_result(
    call: Call,
    request: ProcessPaymentResultRequest,
) -> Result<ProcessPaymentResultResponse, Fault> {
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
    let before = call.engine.reservation(&which, None).await?;
    let (ended, at) = match apply_result(&call, &which, payment, result).await {
        Ok((status, at)) => (Ended::well(status), at),
        Err(failure) => {
            let later = matches!(failure, Failure::Refused(Refusal::NotDue(_)));
            (Ended::badly(failure.into(), later, request.retry_count), call.engine.now())
        }
    };
    let after = call.engine.reservation(&which, None).await?;
    let sold = after.state == ReservationState::Confirmed;
    let moved: Vec<Seat> = if before.state == after.state {
        Vec::new()
    } else {
        outbound::reservation(&call.engine, &after).seats
    };
    Ok(ProcessPaymentResultResponse {
        status: ended.status as i32,
        order_id: if sold { after.id.order().to_string() } else { String::new() },
        affected_seats: moved,
        processed_at: timestamp(at),
        next_action: ended.next_action(),
        error: ended.fault.map(|fault| fault.to_error(&call.trace)),
    })
}

/// Does to payment and reservation what a result means. An intent of ours is told of the result, and its own rules do
/// the rest; without one the caller vouches for the money.
async fn apply_result(
    call: &Call,
    which: &Which,
    payment: Option<PaymentId>,
    result: PaymentResultType,
) -> Result<(Status, UnixMs), Failure> {
    let engine = &call.engine;
    let Some(payment) = payment else {
        return apply_foreign_result(call, which, result).await;
    };
    let view = engine.payment(payment, None).await?;
    let reservation = engine.reservation(which, None).await?;
    if view.reservation != Some(reservation.id) {
        return Err(Refusal::PaymentNotApproved(tacos_engine::PaymentDoubt::Foreign).into());
    }
    let cancel =
        || engine.cancel_payment(CancelPayment { payment, user: None, refund_minor: None, key: None });
    let report = |outcome| engine.report_payment(ReportPayment { payment, outcome, key: None });
    let under_way = matches!(view.state, PaymentState::Pending | PaymentState::Processing);
    let changed = match result {
        PaymentResultType::Approved if under_way => report(Outcome::Completed).await,
        PaymentResultType::Failed if under_way => report(Outcome::Failed).await,
        PaymentResultType::Cancelled if under_way => cancel().await,
        PaymentResultType::Refunded if view.state == PaymentState::Completed => cancel().await,
        PaymentResultType::Timeout => {
            return engine
                .expire(Expire { which: which.clone() })
                .await
                .map(|done| (Status::Success, done.at))
                .or_else(skip);
        }
        _ => {
            let agrees = matches!(
                (result, view.state),
                (PaymentResultType::Approved, PaymentState::Completed)
                    | (PaymentResultType::Failed, PaymentState::Failed)
                    | (PaymentResultType::Cancelled, PaymentState::Cancelled)
                    | (PaymentResultType::Refunded, PaymentState::Refunded)
            );
            return if agrees {
                Ok((Status::Skipped, view.changed_at))
            } else {
                Err(Refusal::PaymentIs(view.state).into())
            };
        }
    };
    let at = changed?.at;
    // A called-off payment leaves the hold to its deadline; the result says that nobody will pay.
    if result == PaymentResultType::Cancelled {
        let _ = release(call, which).await;
    }
    Ok((Status::Success, at))
}

async fn apply_foreign_result(
    call: &Call,
    which: &Which,
    result: PaymentResultType,
) -> Result<(Status, UnixMs), Failure> {
    let state = call.engine.reservation(which, None).await?.state;
    match result {
        PaymentResultType::Approved if state == ReservationState::Confirmed => {
            Ok((Status::Skipped, call.engine.now()))
        }
        PaymentResultType::Approved => {
            let confirm =
                Confirm { which: which.clone(), user: None, proof: Proof::Outside, exactly: None, key: None };
            call.engine.confirm(confirm).await.map(|done| (Status::Success, done.at))
        }
        PaymentResultType::Failed | PaymentResultType::Cancelled => {
            release(call, which).await.map(|at| (Status::Success, at)).or_else(skip)
        }
        PaymentResultType::Timeout => call
            .engine
            .expire(Expire { which: which.clone() })
            .await
            .map(|done| (Status::Success, done.at))
            .or_else(skip),
        PaymentResultType::Refunded | PaymentResultType::Unspecified => Err(Refusal::UnknownPayment.into()),
    }
}

/// A reservation that is over already leaves nothing to do.
fn skip(failure: Failure) -> Result<(Status, UnixMs), Failure> {
    match failure {
        Failure::Refused(Refusal::ReservationIs(state)) if over(state) => Ok((Status::Skipped, UnixMs::ZERO)),
        Failure::Refused(Refusal::ReservationExpired) => Ok((Status::Skipped, UnixMs::ZERO)),
        other => Err(other),
    }
}

async fn release(call: &Call, which: &Which) -> Result<UnixMs, Failure> {
    let release = Release { which: which.clone(), user: None, seats: Default::default(), key: None };
    call.engine.release(release).await.map(|released| released.at)
}

async fn process_compensation(
    call: Call,
    request: ProcessCompensationRequest,
) -> Result<ProcessCompensationResponse, Fault> {
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
    let found = call.engine.reservation(&which, None).await;
    let result = match (found, kind) {
        // Seats belong to a reservation or to nobody: what has no reservation holds nothing.
        (Err(Failure::Refused(Refusal::UnknownReservation)), CompensationType::CleanupOrphaned) => {
            Ok(Vec::new())
        }
        (Err(failure), _) => return Err(failure.into()),
        (Ok(view), CompensationType::RefundPayment) => refund(&call, &view).await,
        (Ok(view), kind) => free(&call, &which, &view, kind).await,
    };
    let (ended, actions) = match result {
        Ok(actions) if actions.is_empty() => (Ended::well(Status::Skipped), actions),
        Ok(actions) => (Ended::well(Status::Success), actions),
        Err(failure) => (Ended::badly(failure.into(), false, request.retry_count), Vec::new()),
    };
    Ok(ProcessCompensationResponse {
        requires_manual_intervention: matches!(ended.status, Status::Failed | Status::Dlq),
        status: ended.status as i32,
        actions_taken: actions,
        processed_at: timestamp(call.engine.now()),
        error: ended.fault.map(|fault| fault.to_error(&call.trace)),
    })
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
    which: &Which,
    view: &ReservationView,
    kind: CompensationType,
) -> Result<Vec<CompensationAction>, Failure> {
    let at = match (view.state, kind) {
        (ReservationState::Pending, _) => release(call, which).await?,
        // Its timer has not fired yet: the seats are as good as free, and now they are free.
        (ReservationState::Expired, CompensationType::CleanupOrphaned | CompensationType::ReleaseSeats) => {
            match call.engine.expire(Expire { which: which.clone() }).await {
                Ok(released) => released.at,
                Err(Failure::Refused(Refusal::ReservationIs(_))) => return Ok(Vec::new()),
                Err(failure) => return Err(failure),
            }
        }
        (ReservationState::Confirmed, CompensationType::CleanupOrphaned) => return Ok(Vec::new()),
        (ReservationState::Confirmed, _) => return Err(Refusal::ReservationIs(view.state).into()),
        _ => return Ok(Vec::new()),
    };
    let seats = outbound::places_count(&call.engine, view.event_number, &view.places);
    let freed = action(Done::InventoryRelease, "inventory", format!("{seats} seats were freed"), at);
    let ended =
        action(Done::ReservationCancel, "reservation", "the reservation was cancelled".to_owned(), at);
    Ok(vec![freed, ended])
}

async fn refund(call: &Call, view: &ReservationView) -> Result<Vec<CompensationAction>, Failure> {
    let Some(payment) = view.payment else { return Ok(Vec::new()) };
    let intent = call.engine.payment(payment, None).await?;
    match intent.state {
        PaymentState::Completed => {}
        PaymentState::Pending | PaymentState::Processing => {
            return Err(Refusal::PaymentIs(intent.state).into());
        }
        _ => return Ok(Vec::new()),
    }
    let changed = call
        .engine
        .cancel_payment(CancelPayment { payment, user: None, refund_minor: None, key: None })
        .await?;
    let what = format!("{} {} were paid back", changed.refunded_minor, intent.amount.currency.as_str());
    let mut actions = vec![action(Done::PaymentRefund, "payment", what, changed.at)];
    if view.state == ReservationState::Confirmed {
        let seats = outbound::places_count(&call.engine, view.event_number, &view.places);
        let freed = format!("{seats} seats are on sale again");
        actions.push(action(Done::InventoryRelease, "inventory", freed, changed.at));
    }
    Ok(actions)
}

async fn health_check(call: Call, request: HealthCheckRequest) -> Result<HealthCheckResponse, Fault> {
    if !request.worker_instance_id.is_empty() && request.worker_instance_id != WORKER {
        return Err(Fault::not_found("worker").detail(
            "worker_instance_id",
            "not found",
            &request.worker_instance_id,
        ));
    }
    let status = call.engine.status();
    let health = match call.health().state {
        _ if *call.draining.borrow() => WorkerStatus::Terminated,
        Health::Healthy => WorkerStatus::Healthy,
        Health::Degraded => WorkerStatus::Degraded,
        Health::Unhealthy => WorkerStatus::Unhealthy,
    };
    Ok(HealthCheckResponse {
        status: health as i32,
        processed_events_count: count(status.fired),
        failed_events_count: count(status.webhooks.1),
        last_processed_at: None,
        queue_depth: count(status.timers + status.webhooks.0),
        started_at: timestamp(call.started_at),
        error: None,
    })
}

async fn get_job_status(call: Call, request: GetJobStatusRequest) -> Result<GetJobStatusResponse, Fault> {
    const JOBS: [&str; 4] = ["expiry", "payment", "webhook", "snapshot"];
    let mut checks = Checks::new();
    if !request.event_type.is_empty() && !JOBS.contains(&request.event_type.as_str()) {
        checks.bad("event_type", "must be expiry, payment, webhook or snapshot", &request.event_type);
    }
    checks.done()?;
    if !request.job_id.is_empty() && !JOBS.contains(&request.job_id.as_str()) {
        return Err(Fault::not_found("job").detail("job_id", "not found", &request.job_id));
    }
    let status = call.engine.status();
    let asked = |name: &&str| {
        (request.job_id.is_empty() || request.job_id == *name)
            && (request.event_type.is_empty() || request.event_type == *name)
    };
    let jobs: Vec<JobInstance> = JOBS
        .into_iter()
        .filter(asked)
        .map(|name| {
            // One wheel turns for holds and payments alike: its figures are told once, under `expiry`.
            let (processed, failed) = match name {
                "expiry" => (count(status.fired), 0),
                "webhook" => (0, count(status.webhooks.1)),
                _ => (0, 0),
            };
            JobInstance {
                job_id: name.to_owned(),
                worker_id: WORKER.to_owned(),
                status: JobInstanceStatus::Running as i32,
                started_at: timestamp(call.started_at),
                completed_at: None,
                events_processed: processed,
                events_failed: failed,
            }
        })
        .collect();
    let metrics = JobMetrics {
        total_active_jobs: count(jobs.len()),
        total_events_pending: count(status.timers + status.webhooks.0),
        total_events_processing: 0,
        total_events_completed: count(status.fired),
        total_events_failed: count(status.webhooks.1),
        average_processing_time_ms: 0.0,
        last_updated: timestamp(call.engine.now()),
    };
    Ok(GetJobStatusResponse { jobs, metrics: Some(metrics), error: None })
}
