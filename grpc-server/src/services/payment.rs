//! `payment.v1.PaymentService`: the payment simulator. Card and account data are checked in form and dropped; nothing
//! of them is kept, logged or echoed.

use prost::Message;
use tacos_engine::{
    Caller, CancelPayment, CreatePayment, Failure, Payee, PaymentId, PaymentMethod as Method, PaymentState,
    ProcessPayment, Refusal, ReservationId, Scenario,
};
use tacos_proto::common::v1::PageInfo;
use tacos_proto::payment::v1::{
    CancelPaymentRequest, CancelPaymentResponse, CreatePaymentIntentRequest, CreatePaymentIntentResponse,
    GetPaymentStatusRequest, GetPaymentStatusResponse, ListPaymentsRequest, ListPaymentsResponse,
    ProcessPaymentRequest, ProcessPaymentResponse, SimulateWebhookRequest, SimulateWebhookResponse,
};

use super::webhook::{SimulatedDelivery, simulated};
use crate::call::Call;
use crate::payment_details;
use crate::wire::{ApiError, Checks, Spell, optional, outbound, pages, timestamp};

pub(crate) async fn create_payment_intent(
    call: Call,
    request: CreatePaymentIntentRequest,
) -> Result<CreatePaymentIntentResponse, ApiError> {
    let mut checks = Checks::new();
    let which = call.which(&mut checks, &request.reservation_id);
    let user = call.user(&mut checks, &request.user_id)?;
    let amount = checks.money("amount", request.amount.as_ref());
    let method = method(&call, &mut checks, request.method);
    let scenario = scenario(&call, &mut checks, request.scenario);
    if !request.webhook_url.is_empty()
        && let Err(reason) = call.app.webhooks.check_url(&request.webhook_url)
    {
        checks.bad("webhook_url", reason, &request.webhook_url);
    }
    if let Some(metadata) = &request.metadata {
        checks.text("metadata.source", &metadata.source, 64);
        checks.text("metadata.user_agent", &metadata.user_agent, 512);
        checks.text("metadata.ip_address", &metadata.ip_address, 64);
        checks.text("metadata.session_id", &metadata.session_id, 128);
        checks.entries("metadata.tags", metadata.tags.iter(), 16);
    }
    let attachment = request.metadata.as_ref().map(Message::encode_to_vec).unwrap_or_default();
    if attachment.len() > tacos_engine::limits::ATTACHMENT_BYTES_MAX {
        checks.bad("metadata", "is too large to be kept", attachment.len());
    }
    let key = call.key(&mut checks, &request.idempotency_key);
    let with_optional = optional::create_payment_intent(&mut checks, &request);
    let all = (which, user, amount, method, scenario, key);
    let (which, user, amount, method, scenario, key) = checks.take(all)?;
    if !call.repeats {
        call.app.emergencies.check_payments()?;
    }
    let created = call
        .app
        .engine
        .create_payment(
            with_optional(CreatePayment::new(Payee::Reservation(which), user, amount, method, scenario))
                .with_webhook_url((!request.webhook_url.is_empty()).then_some(request.webhook_url))
                .with_attachment(attachment)
                .with_key(key),
        )
        .await?;
    let id = created.id.to_string();
    Ok(CreatePaymentIntentResponse {
        client_secret: format!("{id}_secret_{}", call.app.keyed("client_secret", &id)),
        payment_url: call.app.payment_url(&id),
        status: created.state.spell(),
        expires_at: timestamp(created.expires_at),
        payment_intent_id: id,
        error: None,
    })
}

fn method(call: &Call, checks: &mut Checks, method: i32) -> Option<Method> {
    match Method::read(method) {
        Ok(Some(method)) => Some(method),
        Ok(None) if call.app.settings.engine.simulate_payments || call.app.rules.unspecified_is_approve => {
            Some(Method::CreditCard)
        }
        _ => {
            checks.bad("method", "required", method);
            None
        }
    }
}

fn scenario(call: &Call, checks: &mut Checks, scenario: i32) -> Option<Scenario> {
    match Scenario::read(scenario) {
        Ok(Some(scenario)) => Some(scenario),
        Ok(None) if call.app.settings.engine.simulate_payments || call.app.rules.unspecified_is_approve => {
            Some(Scenario::Approve)
        }
        // Not simulated: a provider outside settles it, by ReceivePaymentWebhook or the worker's RPCs.
        Ok(None) => Some(Scenario::Outside),
        Err(()) => {
            checks.bad("scenario", "required", scenario);
            None
        }
    }
}

pub(crate) async fn get_payment_status(
    call: Call,
    request: GetPaymentStatusRequest,
) -> Result<GetPaymentStatusResponse, ApiError> {
    let mut checks = Checks::new();
    let id = checks.payment(&request.payment_intent_id);
    let owner = call.owner(&mut checks, &request.user_id)?;
    let (id, owner) = checks.take((id, owner))?;
    let view = call
        .app
        .engine
        .payment(id.ok_or(Refusal::UnknownPayment)?, &Caller::from_optional(owner.clone()))
        .await?;
    Ok(GetPaymentStatusResponse { payment: Some(outbound::payment(&view)), error: None })
}

pub(crate) async fn process_payment(
    call: Call,
    request: ProcessPaymentRequest,
) -> Result<ProcessPaymentResponse, ApiError> {
    let mut checks = Checks::new();
    let id = checks.payment(&request.payment_intent_id);
    let key = call.key(&mut checks, &request.idempotency_key);
    let with_optional = optional::process_payment(&mut checks, &request);
    let today = call.app.engine.now();
    let told = request
        .payment_details
        .as_ref()
        .and_then(|details| payment_details::check(&mut checks, details, today));
    let (id, key) = checks.take((id, key))?;
    let id = id.ok_or(Refusal::UnknownPayment)?;
    let user = call.acting(None)?;
    if !call.repeats {
        call.app.emergencies.check_payments()?;
        let view = call.app.engine.payment(id, &Caller::from_optional(user.clone())).await?;
        if let Some(told) = told.filter(|told| *told != view.method.spell()) {
            return Err(ApiError::invalid("payment_details.method", "is not the intent's", told));
        }
    }
    match call
        .app
        .engine
        .process_payment(with_optional(ProcessPayment::new(id, Caller::from_optional(user))).with_key(key))
        .await
    {
        Ok(started) => Ok(ProcessPaymentResponse {
            payment_id: id.to_string(),
            status: started.state.spell(),
            ..ProcessPaymentResponse::default()
        }),
        // It started by itself, or has ended: the answer shows its state, and is stored under the key.
        Err(Failure::Refused(Refusal::PaymentIs(_))) => processed(&call, id).await,
        Err(failure) => Err(failure.into()),
    }
}

/// The state that an intent has reached.
async fn processed(call: &Call, id: PaymentId) -> Result<ProcessPaymentResponse, ApiError> {
    let view = call.app.engine.payment(id, &Caller::Operator).await?;
    let payment = outbound::payment(&view);
    Ok(ProcessPaymentResponse {
        payment_id: payment.payment_id,
        status: payment.status,
        processed_at: payment.processed_at,
        transaction_id: payment.transaction_id,
        result: payment.result,
        error: None,
    })
}

pub(crate) async fn cancel_payment(
    call: Call,
    request: CancelPaymentRequest,
) -> Result<CancelPaymentResponse, ApiError> {
    let mut checks = Checks::new();
    let id = checks.payment(&request.payment_intent_id);
    checks.text("reason", &request.reason, 512);
    let refund = match &request.refund_amount {
        None => Some(None),
        some => checks.money("refund_amount", some.as_ref()).map(Some),
    };
    let key = call.key(&mut checks, &request.idempotency_key);
    let with_optional = optional::cancel_payment(&mut checks, &request);
    let (id, refund, key) = checks.take((id, refund, key))?;
    let id = id.ok_or(Refusal::UnknownPayment)?;
    let user = call.acting(None)?;
    let view = call.app.engine.payment(id, &Caller::from_optional(user.clone())).await?;
    let currency = view.amount.currency;
    if let Some(other) = refund.filter(|refund| refund.currency != currency) {
        return Err(ApiError::invalid(
            "refund_amount.currency",
            "is not the payment's",
            other.currency.as_str(),
        ));
    }
    let refund_minor = refund.map(|refund| refund.minor);
    let cancel = with_optional(CancelPayment::new(id, Caller::from_optional(user)));
    let cancel = cancel.with_refund_minor(refund_minor).with_key(key);
    let changed = call.app.engine.cancel_payment(cancel).await?;
    let refunded = changed.refunded_minor > 0;
    Ok(CancelPaymentResponse {
        status: changed.state.spell(),
        cancelled_at: timestamp(changed.at),
        refunded_amount: refunded.then(|| outbound::money(changed.refunded_minor, currency)).flatten(),
        refund_id: if refunded { refund_id(id, changed.refund_number) } else { String::new() },
        error: None,
    })
}

/// Each refund of an intent has an id of its own, made of the intent's id and its number.
pub(crate) fn refund_id(id: PaymentId, number: u32) -> String {
    let text = id.to_string();
    format!("rfd_{}_{number}", text.trim_start_matches("pay_"))
}

pub(crate) async fn list_payments(
    call: Call,
    request: ListPaymentsRequest,
) -> Result<ListPaymentsResponse, ApiError> {
    let mut checks = Checks::new();
    let user = call.user(&mut checks, &request.user_id)?;
    let reservation = if request.reservation_id.is_empty() {
        Some(None)
    } else {
        checks.reservation(&request.reservation_id).map(Some)
    };
    let state = PaymentState::read(request.status);
    if state.is_err() {
        checks.bad("status", "is no status", request.status);
    }
    let page = pages::wanted(&mut checks, request.pagination.as_ref(), 100, pages::cursor);
    let (user, reservation, state, page) = checks.take((user, reservation, state.ok(), page))?;
    let of: Option<ReservationId> = match reservation {
        // A reservation that cannot be ours has no payments.
        Some(None) => {
            return Ok(ListPaymentsResponse { page_info: Some(PageInfo::default()), ..Default::default() });
        }
        Some(some) => some,
        None => None,
    };
    let list = |after, most: usize| call.app.engine.payments(&user, state, of, after, most);
    let mut after = page.after;
    for _ in 0..page.skip {
        match list(after, page.size as usize).await?.next {
            Some(next) => after = Some(next),
            None => {
                return Ok(ListPaymentsResponse {
                    page_info: Some(PageInfo::default()),
                    ..Default::default()
                });
            }
        }
    }
    let shown = list(after, page.size as usize).await?;
    let (mut total, mut next) = (0, None);
    for _ in 0..100 {
        let counted = list(next, 100).await?;
        total += counted.items.len();
        next = counted.next;
        if next.is_none() {
            break;
        }
    }
    Ok(ListPaymentsResponse {
        payments: shown.items.iter().map(outbound::payment).collect(),
        page_info: Some(PageInfo {
            total_count: crate::wire::time::count(total),
            has_next_page: shown.next.is_some(),
            // These lists are read forward only: a page before cannot be asked for.
            has_previous_page: false,
            next_cursor: shown.next.map(pages::cursor_text).unwrap_or_default(),
            previous_cursor: String::new(),
        }),
        error: None,
    })
}

pub(crate) async fn simulate_webhook(
    call: Call,
    request: SimulateWebhookRequest,
) -> Result<SimulateWebhookResponse, ApiError> {
    let mut checks = Checks::new();
    let id = checks.payment(&request.payment_intent_id);
    let state = PaymentState::read(request.target_status).ok().flatten();
    if state.is_none() {
        checks.bad("target_status", "required", request.target_status);
    }
    let delay = checks.range("delay_seconds", request.delay_seconds.into(), 0, 300);
    let (id, tells, delay) = checks.take((id, state, delay))?;
    let view = call.app.engine.payment(id.ok_or(Refusal::UnknownPayment)?, &Caller::Operator).await?;
    let Some(url) = view.webhook_url.clone() else {
        return Err(ApiError::precondition("the intent has no webhook_url"));
    };
    if !request.force_trigger && !reachable(view.state, tells) {
        return Err(ApiError::precondition(format!(
            "a payment that is {} does not become {tells}",
            view.state
        )));
    }
    let delivery = SimulatedDelivery { url, view, tells, delay_ms: u64::from(delay) * 1_000 };
    let (webhook_id, at) = simulated(&call, delivery).await?;
    Ok(SimulateWebhookResponse { webhook_sent: true, webhook_id, scheduled_at: timestamp(at), error: None })
}

/// True if a payment in the state `from` is in `to`, or may still come to it.
fn reachable(from: PaymentState, to: PaymentState) -> bool {
    use PaymentState::{Completed, Pending, Processing, Refunded};
    from == to
        || match from {
            Pending => to != Refunded,
            Processing => !matches!(to, Pending | Refunded),
            Completed => to == Refunded,
            _ => false,
        }
}
