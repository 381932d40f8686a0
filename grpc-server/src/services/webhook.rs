//! `gateway.v1.WebhookService`: webhooks in, registrations, and the body that goes out.

use std::collections::BTreeMap;

use serde::Serialize;
use tacos_engine::views::PaymentView;
use tacos_engine::{Caller, IdempotencyKey, PaymentId, PaymentState, Refusal, UnixMs};
use tacos_proto::common::v1::{ErrorCode, Money};
use tacos_proto::gateway::v1::{
    PaymentWebhookData, PaymentWebhookStatus as Status, PaymentWebhookType as Type,
    ReceiveExpiryWebhookRequest, ReceiveExpiryWebhookResponse, ReceivePaymentWebhookRequest,
    ReceivePaymentWebhookResponse, RegisterWebhookRequest, RegisterWebhookResponse, ValidateWebhookRequest,
    ValidateWebhookResponse, WebhookConfig, WebhookEventType,
};

use super::settle::{self, Reported};
use crate::call::Call;
use crate::webhooks::sign::{standard_key, verify, verify_whole};
use crate::webhooks::{BodyFormat, Registration, WebhookDelivery, is_reserved};
use crate::wire::time::{moment_of, rfc3339};
use crate::wire::{ApiError, Checks, moment, outbound, timestamp};

/// How far a webhook's timestamp may be from now, in milliseconds.
const TOLERANCE_MS: u64 = 300_000;

/// The text that both sides sign. The order of its fields is the order here.
#[derive(Serialize)]
struct Body<'a> {
    webhook_id: &'a str,
    event_type: &'static str,
    data: BodyData<'a>,
    timestamp: Option<String>,
    source: &'a str,
    attempt: i32,
}

#[derive(Serialize)]
struct BodyData<'a> {
    payment_intent_id: &'a str,
    reservation_id: &'a str,
    transaction_id: &'a str,
    status: &'static str,
    amount: Option<BodyMoney<'a>>,
    failure_reason: &'a str,
    metadata: BTreeMap<&'a String, &'a String>,
    processed_at: Option<String>,
}

/// Amounts have 64 bits: text, as in the JSON of protobuf.
#[derive(Serialize)]
struct BodyMoney<'a> {
    amount: String,
    currency: &'a str,
}

/// The JSON of a payment webhook: the request's fields but for the signature, in their order, empty ones too, moments
/// as RFC 3339.
fn canonical_body(request: &ReceivePaymentWebhookRequest) -> String {
    let moment = |stamp: Option<&prost_types::Timestamp>| moment(stamp).map(rfc3339);
    let data = request.data.clone().unwrap_or_default();
    let body = Body {
        webhook_id: &request.webhook_id,
        event_type: Type::try_from(request.event_type).map_or("", |kind| kind.as_str_name()),
        data: BodyData {
            payment_intent_id: &data.payment_intent_id,
            reservation_id: &data.reservation_id,
            transaction_id: &data.transaction_id,
            status: Status::try_from(data.status).map_or("", |status| status.as_str_name()),
            amount: data
                .amount
                .as_ref()
                .map(|money| BodyMoney { amount: money.amount.to_string(), currency: &money.currency }),
            failure_reason: &data.failure_reason,
            metadata: data.metadata.iter().collect(),
            processed_at: moment(data.processed_at.as_ref()),
        },
        timestamp: moment(request.timestamp.as_ref()),
        source: &request.source,
        attempt: request.attempt,
    };
    // Texts, numbers and maps of texts: there is nothing in it that JSON cannot say.
    serde_json::to_string(&body).unwrap_or_default()
}

/// The body that is posted when a payment has reached the state `tells`.
pub(crate) fn payment_body(
    id: &str,
    tells: PaymentState,
    view: &PaymentView,
    now: UnixMs,
    attempt: u32,
) -> String {
    let (kind, status) = match tells {
        PaymentState::Completed => (Type::Approved, Status::Success),
        PaymentState::Failed => (Type::Failed, Status::Failed),
        PaymentState::Cancelled => (Type::Cancelled, Status::Cancelled),
        PaymentState::Refunded => (Type::Refunded, Status::Refunded),
        PaymentState::Expired => (Type::Failed, Status::Timeout),
        PaymentState::Pending | PaymentState::Processing => (Type::Pending, Status::Unspecified),
    };
    let payment = outbound::payment(view);
    let minor = if tells == PaymentState::Refunded && view.refunded_minor > 0 {
        view.refunded_minor
    } else {
        view.amount.minor
    };
    canonical_body(&ReceivePaymentWebhookRequest {
        webhook_id: id.to_owned(),
        event_type: kind as i32,
        data: Some(PaymentWebhookData {
            payment_intent_id: payment.payment_intent_id,
            reservation_id: payment.reservation_id,
            transaction_id: payment.transaction_id,
            status: status as i32,
            amount: Some(Money { amount: minor, currency: view.amount.currency.as_str().to_owned() }),
            failure_reason: if tells == view.state {
                payment.result.map(|result| result.failure_reason).unwrap_or_default()
            } else {
                String::new()
            },
            metadata: payment.metadata.map(|metadata| metadata.tags).unwrap_or_default(),
            processed_at: payment.processed_at.or(payment.updated_at),
        }),
        timestamp: timestamp(now),
        signature: String::new(),
        source: "tacos-server".to_owned(),
        attempt: i32::try_from(attempt).unwrap_or(i32::MAX),
    })
}

/// A delivery with a state of the caller's choice.
pub(crate) struct SimulatedDelivery {
    pub(crate) url: String,
    pub(crate) view: PaymentView,
    pub(crate) tells: PaymentState,
    pub(crate) delay_ms: u64,
}

/// Puts a simulated delivery among the others, durably; returns its id and the moment of its first attempt.
pub(super) async fn simulated(
    call: &Call,
    delivery: SimulatedDelivery,
) -> Result<(String, UnixMs), ApiError> {
    let now = call.app.engine.now();
    let at = UnixMs::new(now.get() + delivery.delay_ms);
    let id = format!("wh_sim_{}", crate::wire::trace_id());
    let body = payment_body(&id, delivery.tells, &delivery.view, at, 1);
    let (registration, url) = (String::new(), delivery.url);
    let delivery = WebhookDelivery::new(id.clone(), registration, url, body, at);
    if !call.app.webhooks.deliveries.put(&call.app.engine, delivery).await? {
        return Err(ApiError::new(ErrorCode::RateLimited, "too many deliveries are waiting"));
    }
    call.app.webhooks.wake.notify_one();
    Ok((id, at))
}

pub(crate) async fn receive_payment_webhook(
    call: Call,
    request: ReceivePaymentWebhookRequest,
) -> Result<ReceivePaymentWebhookResponse, ApiError> {
    let mut checks = Checks::new();
    checks.required_text("webhook_id", &request.webhook_id, 128);
    checks.text("source", &request.source, 128);
    let kind = Type::try_from(request.event_type).ok().filter(|kind| *kind != Type::Unspecified);
    if kind.is_none() {
        checks.bad("event_type", "required", request.event_type);
    }
    let data = request.data.clone().unwrap_or_default();
    checks.entries("data.metadata", data.metadata.iter(), 16);
    let stamp = request.timestamp.as_ref().and_then(moment_of);
    if stamp.is_none() {
        checks.bad("timestamp", "required", "");
    }
    let id = checks.payment(&data.payment_intent_id);
    let (kind, stamp, id) = checks.take((kind, stamp, id))?;
    let unsigned = || ApiError::new(ErrorCode::Unauthenticated, "the signature does not fit");
    let secret = call.app.webhooks.source_secret(&request.source).ok_or_else(unsigned)?;
    if !verify(secret, stamp.get() / 1_000, &canonical_body(&request), &request.signature) {
        return Err(unsigned());
    }
    let now = call.app.engine.now();
    if now.get().abs_diff(stamp.get()) > TOLERANCE_MS {
        return Err(ApiError::invalid("timestamp", "is more than five minutes from now", ""));
    }
    let id = id.ok_or(Refusal::UnknownPayment)?;
    let name = call.app.keyed("webhook", &format!("{}/{}", request.source, request.webhook_id));
    // The engine remembers the answer under this key, with the effect and in one record: a repeat acts once, also
    // after a crash between the two.
    let key = IdempotencyKey::new(&format!("hook:{name}")).ok();
    let processed_at = take_in(&call, id, kind, &data, key).await?;
    Ok(ReceivePaymentWebhookResponse {
        accepted: true,
        correlation_id: name,
        processed_at: timestamp(processed_at),
        next_action: "completed".to_owned(),
        error: None,
    })
}

async fn take_in(
    call: &Call,
    id: PaymentId,
    kind: Type,
    data: &PaymentWebhookData,
    key: Option<IdempotencyKey>,
) -> Result<UnixMs, ApiError> {
    let view = call.app.engine.payment(id, &Caller::Operator).await?;
    if let Some(amount) = &data.amount {
        let same_currency = amount.currency == view.amount.currency.as_str();
        let refund = kind == Type::Refunded;
        if !same_currency || (!refund && amount.amount != view.amount.minor) {
            return Err(ApiError::invalid("data.amount", "is not the payment's", amount.amount));
        }
    }
    let reported = match kind {
        Type::Approved => Reported::Approved,
        Type::Failed => Reported::Failed,
        Type::Cancelled => Reported::Cancelled,
        Type::Refunded => Reported::Refunded(data.amount.as_ref().map(|money| money.amount)),
        Type::Pending | Type::Unspecified => return Ok(call.app.engine.now()),
    };
    Ok(settle::apply(call, id, reported, key).await?.at)
}

pub(crate) async fn receive_expiry_webhook(
    call: Call,
    request: ReceiveExpiryWebhookRequest,
) -> Result<ReceiveExpiryWebhookResponse, ApiError> {
    let mut checks = Checks::new();
    checks.required_text("webhook_id", &request.webhook_id, 128);
    checks.text("source", &request.source, 128);
    checks.entries("metadata", request.metadata.iter(), 16);
    let _ = checks.moment("expired_at", request.expired_at.as_ref());
    let which = call.which(&mut checks, &request.reservation_id);
    let (which,) = checks.take((which,))?;
    let at = settle::expire(&call, &which).await?.at;
    let correlation_id = call.app.keyed("webhook", &format!("{}/{}", request.source, request.webhook_id));
    Ok(ReceiveExpiryWebhookResponse {
        accepted: true,
        correlation_id,
        processed_at: timestamp(at),
        error: None,
    })
}

fn check_event_types(checks: &mut Checks, event_types: &[i32]) {
    if event_types.is_empty() {
        checks.bad("event_types", "at least one is needed", "");
    }
    for (at, event) in event_types.iter().enumerate() {
        let known =
            WebhookEventType::try_from(*event).is_ok_and(|event| event != WebhookEventType::Unspecified);
        if !known || event_types[..at].contains(event) {
            checks.bad(
                &format!("event_types[{at}]"),
                if known { "duplicate" } else { "is no event type" },
                event,
            );
        }
    }
}

pub(crate) async fn register_webhook(
    call: Call,
    request: RegisterWebhookRequest,
) -> Result<RegisterWebhookResponse, ApiError> {
    let mut checks = Checks::new();
    checks.required_text("service_name", &request.service_name, 128);
    checks.required_text("endpoint_url", &request.endpoint_url, 2_048);
    if !(16..=256).contains(&request.secret.len()) {
        checks.bad("secret", "must have 16 to 256 bytes", "");
    } else if let Err(reason) = standard_key(request.secret.as_bytes()) {
        checks.bad("secret", reason, "");
    }
    check_event_types(&mut checks, &request.event_types);
    let absent = WebhookConfig { retry_count: 3, verify_ssl: true, ..WebhookConfig::default() };
    let config = request.config.unwrap_or(absent);
    let retries = checks.range("config.retry_count", config.retry_count.into(), 0, 10);
    let timeout = checks.range_or("config.timeout_seconds", config.timeout_seconds.into(), 5, 1, 30);
    checks.entries("config.headers", config.headers.iter(), 16);
    for (name, value) in &config.headers {
        if http::HeaderName::try_from(name).is_err() || http::HeaderValue::try_from(value).is_err() {
            checks.bad("config.headers", "has a name or value that no header can have", name);
        } else if is_reserved(name) {
            checks.bad("config.headers", "has a header that the delivery sets itself", name);
        }
    }
    if !matches!(config.content_type.as_str(), "" | "application/json") {
        checks.bad("config.content_type", "must be application/json", &config.content_type);
    }
    let format = BodyFormat::of(config.body_format);
    if format.is_none() {
        checks.bad("config.body_format", "is no format", config.body_format);
    }
    let (retries, timeout_seconds, format) = checks.take((retries, timeout, format))?;
    if !config.verify_ssl && request.endpoint_url.starts_with("https://") {
        return Err(ApiError::precondition("certificates are always checked: set config.verify_ssl"));
    }
    if let Err(reason) = call.app.webhooks.check_url(&request.endpoint_url) {
        return Err(ApiError::new(ErrorCode::Forbidden, format!("endpoint_url {reason}")).detail(
            "endpoint_url",
            reason,
            &request.endpoint_url,
        ));
    }
    let name = call.app.keyed("registration", &format!("{}\n{}", request.service_name, request.endpoint_url));
    let id = format!("wh_{name}");
    let registration = Registration {
        id: id.clone(),
        service: request.service_name,
        url: request.endpoint_url,
        events: request.event_types,
        secret: request.secret,
        retries,
        timeout_seconds,
        headers: config.headers.into_iter().collect(),
        format,
        replaced: None,
        from: call.app.engine.position().0,
    };
    if !call.app.webhooks.deliveries.register(&call.app.engine, registration).await? {
        return Err(ApiError::new(ErrorCode::QuotaExceeded, "as many endpoints are registered as may be"));
    }
    let registered_at = timestamp(call.app.engine.now());
    Ok(RegisterWebhookResponse { webhook_id: id, registered: true, registered_at, error: None })
}

pub(crate) async fn validate_webhook(
    call: Call,
    request: ValidateWebhookRequest,
) -> Result<ValidateWebhookResponse, ApiError> {
    let mut checks = Checks::new();
    checks.text("payload", &request.payload, 1 << 20);
    checks.required_text("webhook_id", &request.webhook_id, 128);
    let stamp = checks.moment("timestamp", request.timestamp.as_ref());
    let (stamp,) = checks.take((stamp,))?;
    let now = call.app.engine.now();
    let webhooks = &call.app.webhooks;
    let of_registration = webhooks.deliveries.registration(&request.webhook_id).map(|one| one.secrets(now));
    let of_delivery =
        || request.webhook_id.starts_with("wh_").then(|| webhooks.secret.iter().cloned().collect::<Vec<_>>());
    let secrets = of_registration.or_else(of_delivery).unwrap_or_default();
    let fits = |secret: &Vec<u8>| match stamp {
        None => verify_whole(secret, &request.payload, &request.signature),
        Some(at) => verify(secret, at.get() / 1_000, &request.payload, &request.signature),
    };
    let reason = match stamp {
        _ if secrets.is_empty() => "unknown_webhook",
        Some(at) if now.get().abs_diff(at.get()) > TOLERANCE_MS => "timestamp_out_of_tolerance",
        _ if secrets.iter().any(fits) => "",
        _ => "bad_signature",
    };
    let validated_at = timestamp(now);
    Ok(ValidateWebhookResponse {
        valid: reason.is_empty(),
        reason: reason.to_owned(),
        validated_at,
        error: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_sign_the_same_text() {
        let request = ReceivePaymentWebhookRequest {
            webhook_id: "wh_1".to_owned(),
            event_type: Type::Approved as i32,
            timestamp: timestamp(UnixMs::new(1_800_000_000_000)),
            signature: "sha256=whatever".to_owned(),
            attempt: 1,
            ..ReceivePaymentWebhookRequest::default()
        };
        let body = canonical_body(&request);
        assert!(!body.contains("whatever"), "the signature is not part of what is signed");
        assert_eq!(
            body,
            canonical_body(&ReceivePaymentWebhookRequest { signature: String::new(), ..request })
        );
        assert!(body.contains("\"2027-01-15T08:00:00.000Z\""), "{body}");
    }
}
