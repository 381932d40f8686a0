//! `gateway.v1.GatewayService`: what a gateway calls, with the same rules as the services behind it. Each call here is
//! the call of the service behind in other words.
#![allow(
    clippy::needless_update,
    reason = "what a service gets later is not asked for here until this says so"
)]

use std::collections::BTreeMap;

use tacos_engine::{EventId, Refusal, SectionId};
use tacos_proto::common::v1::ErrorCode;
use tacos_proto::gateway::v1::{
    CancelReservationRequest, CancelReservationResponse, ConfirmReservationRequest,
    ConfirmReservationResponse, CreatePaymentIntentRequest, CreatePaymentIntentResponse,
    CreateReservationRequest, CreateReservationResponse, GetEventAvailabilityRequest,
    GetEventAvailabilityResponse, GetPaymentStatusRequest, GetPaymentStatusResponse, GetReservationRequest,
    GetReservationResponse, HealthCheckRequest, HealthCheckResponse, HealthStatus, RequestMetadata,
    ServiceHealth, UserContext, ValidateTokenRequest, ValidateTokenResponse,
};
use tacos_proto::{payment, reservation};

use super::{payment as payments, reservation as reservations};
use crate::auth::TokenError;
use crate::call::Call;
use crate::health::Health;
use crate::rpc::{Access, Rpc};
use crate::wire::time::{count, moment_of, rfc3339};
use crate::wire::{ApiError, Checks, outbound, timestamp};

/// Text claims of a token that an answer repeats, at most.
const ATTRIBUTES_MAX: usize = 32;

pub(crate) async fn health_check(
    call: Call,
    request: HealthCheckRequest,
) -> Result<HealthCheckResponse, ApiError> {
    let names = Rpc::services();
    if !request.service.is_empty() && !names.contains(&request.service.as_str()) {
        return Err(ApiError::not_found("service").detail("service", "not found", &request.service));
    }
    let now = timestamp(call.app.engine.now());
    let started = std::time::Instant::now();
    let health = call.app.health();
    // One process and one engine serve them all: the look that was taken for this answer is what each took.
    let response_time_ms = count(started.elapsed().as_micros().div_ceil(1_000));
    let status = match health.state {
        Health::Healthy => HealthStatus::Healthy,
        Health::Degraded => HealthStatus::Degraded,
        Health::Unhealthy => HealthStatus::Unhealthy,
    } as i32;
    let services: BTreeMap<String, ServiceHealth> = names
        .into_iter()
        .filter(|name| request.service.is_empty() || request.service == *name)
        .map(|name| {
            let health = ServiceHealth {
                status,
                response_time_ms,
                version: env!("CARGO_PKG_VERSION").to_owned(),
                last_check: now,
            };
            (name.to_owned(), health)
        })
        .collect();
    Ok(HealthCheckResponse { status, services, timestamp: now, error: None })
}

pub(crate) async fn validate_token(
    call: Call,
    request: ValidateTokenRequest,
) -> Result<ValidateTokenResponse, ApiError> {
    let mut checks = Checks::new();
    if request.token.is_empty() || request.token.len() > 8_192 {
        checks.bad("token", "must have 1 to 8192 bytes", "");
    }
    checks.text("required_scope", &request.required_scope, 128);
    checks.done()?;
    let ring = call.app.ring.as_ref().ok_or_else(|| TokenError::NoKeys.to_api_error())?;
    let claims = ring.check(&request.token).map_err(TokenError::to_api_error)?;
    let scopes = claims.scopes();
    if !request.required_scope.is_empty() && !scopes.contains(&request.required_scope) {
        return Err(ApiError::new(ErrorCode::Unauthorized, "the token lacks the scope").detail(
            "required_scope",
            "lacking",
            &request.required_scope,
        ));
    }
    let text = |(name, value): (String, serde_json::Value)| Some((name, value.as_str()?.to_owned()));
    let attributes: BTreeMap<String, String> =
        claims.rest.clone().into_iter().filter_map(text).take(ATTRIBUTES_MAX).collect();
    let role = match claims.access() {
        Access::Admin => "admin",
        Access::Service => "service",
        _ => "user",
    };
    Ok(ValidateTokenResponse {
        valid: true,
        scopes,
        expires_at: timestamp(tacos_engine::UnixMs::new(claims.exp.saturating_mul(1_000))),
        user: Some(UserContext {
            user_id: claims.sub,
            username: claims.name,
            email: claims.email,
            roles: vec![role.to_owned()],
            attributes: attributes.into_iter().collect(),
        }),
        error: None,
    })
}

pub(crate) async fn create_reservation(
    call: Call,
    request: CreateReservationRequest,
) -> Result<CreateReservationResponse, ApiError> {
    let metadata = request.metadata.map(kept_of).transpose()?;
    let inner = reservation::v1::CreateReservationRequest {
        event_id: request.event_id,
        seat_ids: request.seat_ids,
        quantity: request.quantity,
        user_id: request.user_id,
        reservation_token: request.reservation_token,
        idempotency_key: request.idempotency_key,
        metadata,
        section: request.section,
        require_adjacent: request.require_adjacent,
        accessible: request.accessible,
        ..reservation::v1::CreateReservationRequest::default()
    };
    let answer = reservations::create_reservation(call, inner).await?;
    Ok(CreateReservationResponse {
        reservation_id: answer.reservation_id,
        status: answer.status,
        hold_expires_at: answer.hold_expires_at,
        reserved_seats: answer.reserved_seats,
        total_amount: answer.total_amount,
        payment_url: answer.payment_url,
        error: None,
    })
}

/// What a browser's request said of itself, as the notes that the reservation keeps. Its headers are checked and not
/// kept: they are many, and may hold what should not be read later.
fn kept_of(metadata: RequestMetadata) -> Result<reservation::v1::ReservationMetadata, ApiError> {
    let mut checks = Checks::new();
    checks.text("metadata.request_id", &metadata.request_id, 128);
    checks.text("metadata.trace_id", &metadata.trace_id, 128);
    checks.text("metadata.user_agent", &metadata.user_agent, 512);
    let _ = checks.moment("metadata.timestamp", metadata.timestamp.as_ref());
    checks.entries("metadata.headers", metadata.headers.iter(), 32);
    checks.done()?;
    let asked_at = metadata.timestamp.as_ref().and_then(moment_of).map(rfc3339).unwrap_or_default();
    let tags =
        [("request_id", metadata.request_id), ("trace_id", metadata.trace_id), ("timestamp", asked_at)];
    let tags = tags.into_iter().filter(|(_, value)| !value.is_empty());
    Ok(reservation::v1::ReservationMetadata {
        source: "gateway".to_owned(),
        user_agent: metadata.user_agent,
        ip_address: metadata.ip_address,
        session_id: metadata.session_id,
        tags: tags.map(|(name, value)| (name.to_owned(), value)).collect(),
    })
}

pub(crate) async fn get_reservation(
    call: Call,
    request: GetReservationRequest,
) -> Result<GetReservationResponse, ApiError> {
    let GetReservationRequest { reservation_id, user_id } = request;
    let inner = reservation::v1::GetReservationRequest { reservation_id, user_id };
    let answer = reservations::get_reservation(call, inner).await?;
    Ok(GetReservationResponse { reservation: answer.reservation, error: None })
}

pub(crate) async fn confirm_reservation(
    call: Call,
    request: ConfirmReservationRequest,
) -> Result<ConfirmReservationResponse, ApiError> {
    let ConfirmReservationRequest { reservation_id, payment_intent_id, user_id, idempotency_key } = request;
    let inner = reservation::v1::ConfirmReservationRequest {
        reservation_id,
        payment_intent_id,
        user_id,
        idempotency_key,
        ..reservation::v1::ConfirmReservationRequest::default()
    };
    let answer = reservations::confirm_reservation(call, inner).await?;
    Ok(ConfirmReservationResponse {
        order_id: answer.order_id,
        status: answer.status,
        confirmed_at: answer.confirmed_at,
        confirmed_seats: answer.confirmed_seats,
        error: None,
    })
}

pub(crate) async fn cancel_reservation(
    call: Call,
    request: CancelReservationRequest,
) -> Result<CancelReservationResponse, ApiError> {
    let CancelReservationRequest { reservation_id, user_id, reason, idempotency_key } = request;
    let inner =
        reservation::v1::CancelReservationRequest { reservation_id, user_id, reason, idempotency_key };
    let answer = reservations::cancel_reservation(call, inner).await?;
    Ok(CancelReservationResponse {
        status: answer.status,
        cancelled_at: answer.cancelled_at,
        released_seats: answer.released_seats,
        error: None,
    })
}

pub(crate) async fn create_payment_intent(
    call: Call,
    request: CreatePaymentIntentRequest,
) -> Result<CreatePaymentIntentResponse, ApiError> {
    let inner = payment::v1::CreatePaymentIntentRequest {
        reservation_id: request.reservation_id,
        amount: request.amount,
        user_id: request.user_id,
        method: request.method,
        scenario: request.scenario,
        webhook_url: request.webhook_url,
        idempotency_key: request.idempotency_key,
        metadata: None,
    };
    let answer = payments::create_payment_intent(call, inner).await?;
    Ok(CreatePaymentIntentResponse {
        payment_intent_id: answer.payment_intent_id,
        status: answer.status,
        client_secret: answer.client_secret,
        payment_url: answer.payment_url,
        expires_at: answer.expires_at,
        error: None,
    })
}

pub(crate) async fn get_payment_status(
    call: Call,
    request: GetPaymentStatusRequest,
) -> Result<GetPaymentStatusResponse, ApiError> {
    let GetPaymentStatusRequest { payment_intent_id, user_id } = request;
    let inner = payment::v1::GetPaymentStatusRequest { payment_intent_id, user_id };
    let answer = payments::get_payment_status(call, inner).await?;
    Ok(GetPaymentStatusResponse { payment: answer.payment, error: None })
}

pub(crate) async fn get_event_availability(
    call: Call,
    request: GetEventAvailabilityRequest,
) -> Result<GetEventAvailabilityResponse, ApiError> {
    let mut checks = Checks::new();
    let event = checks.id::<EventId>("event_id", &request.event_id);
    let section = checks.id_or_none::<SectionId>("section", &request.section);
    let quantity = checks.range("quantity", request.quantity.into(), 0, 1 << 22);
    let (event, section, quantity) = checks.take((event, section, quantity))?;
    let view = call.app.engine.event(&event)?;
    let all = call.app.engine.sections(&event)?;
    if let Some(section) = &section
        && !all.iter().any(|view| view.name == section.as_str())
    {
        return Err(Refusal::UnknownSection(section.as_str().into()).into());
    }
    let shown: Vec<_> = all
        .iter()
        .filter(|view| section.as_ref().is_none_or(|section| view.name == section.as_str()))
        .filter(|view| view.counts.available >= quantity)
        .collect();
    Ok(GetEventAvailabilityResponse {
        total_available: count(shown.iter().map(|view| view.counts.available).sum::<u32>()),
        sections: shown.iter().map(|section| outbound::section(section, view.settings.currency)).collect(),
        event: Some(outbound::event(&view, &call.app.catalog.facts(&event))),
        error: None,
    })
}
