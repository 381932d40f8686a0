//! `reservation.v1.ReservationService`: a customer's reservations.

use std::time::Duration;

use tacos_engine::views::SeatState;
use tacos_engine::{
    Caller, Confirm, EventId, Extend, Failure, Proof, Refusal, Release, ReservationState, ReservationToken,
    Reserve, UserId,
};
use tacos_proto::common::v1::PageInfo;
use tacos_proto::reservation::v1::{
    CancelReservationRequest, CancelReservationResponse, ConfirmReservationRequest,
    ConfirmReservationResponse, CreateReservationRequest, CreateReservationResponse, ExtendHoldRequest,
    ExtendHoldResponse, GetReservationRequest, GetReservationResponse, ListReservationsRequest,
    ListReservationsResponse, ReservationStatus,
};

use super::settle;
use crate::call::Call;
use crate::metadata;
use crate::wire::inbound::Wish;
use crate::wire::time::count;
use crate::wire::{ApiError, Checks, Spell, optional, outbound, pages, timestamp};

/// Tags that come with one reservation, at most.
const TAGS_MAX: usize = 16;

pub(crate) async fn create_reservation(
    call: Call,
    request: CreateReservationRequest,
) -> Result<CreateReservationResponse, ApiError> {
    let mut checks = Checks::new();
    let event = checks.id::<EventId>("event_id", &request.event_id);
    let want = checks.want(&Wish {
        seat_ids: &request.seat_ids,
        quantity: request.quantity,
        section: &request.section,
        require_adjacent: request.require_adjacent,
        accessible: request.accessible,
    });
    let user = call.user(&mut checks, &request.user_id)?;
    checks.secret("reservation_token", &request.reservation_token, 128);
    if let Some(metadata) = &request.metadata {
        metadata::check(&mut checks, metadata);
        checks.entries("metadata.tags", metadata.tags.iter(), TAGS_MAX);
    }
    let key = call.key(&mut checks, &request.idempotency_key);
    let with_optional = optional::create_reservation(&mut checks, &request);
    let (event, want, user, key) = checks.take((event, want, user, key))?;
    if !call.repeats {
        call.app.emergencies.check_reservations(&event, &user)?;
        call.used_event(&event).await?;
    }
    let mut reserve = with_optional(Reserve::new(event.clone(), user, want));
    reserve.key = key;
    // A text that cannot be one of our tokens is a wrong token, not a wrong request.
    reserve.token = request.reservation_token.parse::<ReservationToken>().ok();
    let mut held = call.app.engine.reserve(reserve.clone()).await;
    if !call.app.rules.token_required
        && matches!(held, Err(Failure::Refused(Refusal::UnknownToken | Refusal::TokenExpired)))
    {
        reserve.trusted = true;
        held = call.app.engine.reserve(reserve).await;
    }
    let held = held?;
    if let Some(metadata) = &request.metadata {
        call.app.metadata.store(&call.app.engine, held.id, metadata, call.app.engine.now()).await?;
    }
    let currency = call.app.catalog.currency(&call.app.engine, held.event)?;
    let id = held.id.to_string();
    Ok(CreateReservationResponse {
        payment_url: call.app.payment_url(&id),
        reservation_id: id,
        status: ReservationStatus::Pending as i32,
        hold_expires_at: timestamp(held.expires_at),
        reserved_seats: outbound::seats(
            &call.app.engine,
            held.event,
            &held.places,
            SeatState::Reserved,
            currency,
        ),
        total_amount: outbound::money(held.total_minor, currency),
        error: None,
    })
}

pub(crate) async fn get_reservation(
    call: Call,
    request: GetReservationRequest,
) -> Result<GetReservationResponse, ApiError> {
    let mut checks = Checks::new();
    let which = call.which(&mut checks, &request.reservation_id);
    let owner = call.owner(&mut checks, &request.user_id)?;
    let (which, owner) = checks.take((which, owner))?;
    let view = call.app.engine.reservation(&which, &Caller::from_optional(owner.clone())).await?;
    Ok(GetReservationResponse {
        reservation: Some(outbound::reservation(&call.app.engine, &view)),
        error: None,
    })
}

pub(crate) async fn confirm_reservation(
    call: Call,
    request: ConfirmReservationRequest,
) -> Result<ConfirmReservationResponse, ApiError> {
    let mut checks = Checks::new();
    let which = call.which(&mut checks, &request.reservation_id);
    let payment = if request.payment_intent_id.is_empty() && !call.app.rules.intent_required {
        Some(None)
    } else {
        checks.payment(&request.payment_intent_id)
    };
    let user = call.owner(&mut checks, &request.user_id)?;
    let key = call.key(&mut checks, &request.idempotency_key);
    let with_optional = optional::confirm_reservation(&mut checks, &request);
    let (which, payment, user, key) = checks.take((which, payment, user, key))?;
    // What cannot be an intent of ours pays for nothing; the engine says so once it has judged the reservation.
    let proof = Proof::Intent(payment.unwrap_or_else(settle::no_intent));
    let confirm = with_optional(Confirm::new(which, Caller::from_optional(user), proof)).with_key(key);
    let confirmed = call.app.engine.confirm(confirm).await?;
    let currency = call.app.catalog.currency(&call.app.engine, confirmed.event)?;
    Ok(ConfirmReservationResponse {
        order_id: confirmed.id.order().to_string(),
        status: ReservationStatus::Confirmed as i32,
        confirmed_at: timestamp(confirmed.at),
        confirmed_seats: outbound::seats(
            &call.app.engine,
            confirmed.event,
            &confirmed.places,
            SeatState::Sold,
            currency,
        ),
        error: None,
    })
}

pub(crate) async fn cancel_reservation(
    call: Call,
    request: CancelReservationRequest,
) -> Result<CancelReservationResponse, ApiError> {
    let mut checks = Checks::new();
    let which = call.which(&mut checks, &request.reservation_id);
    let user = call.owner(&mut checks, &request.user_id)?;
    checks.text("reason", &request.reason, 512);
    let key = call.key(&mut checks, &request.idempotency_key);
    let with_optional = optional::cancel_reservation(&mut checks, &request);
    let (which, user, key) = checks.take((which, user, key))?;
    let release = with_optional(Release::new(which, Caller::from_optional(user))).with_key(key);
    let released = call.app.engine.release(release).await?;
    let currency = call.app.catalog.currency(&call.app.engine, released.event)?;
    Ok(CancelReservationResponse {
        status: ReservationStatus::Cancelled as i32,
        cancelled_at: timestamp(released.at),
        released_seats: outbound::seats(
            &call.app.engine,
            released.event,
            &released.places,
            SeatState::Available,
            currency,
        ),
        error: None,
    })
}

pub(crate) async fn list_reservations(
    call: Call,
    request: ListReservationsRequest,
) -> Result<ListReservationsResponse, ApiError> {
    let mut checks = Checks::new();
    let user = call.user(&mut checks, &request.user_id)?;
    let event = checks.id_or_none::<EventId>("event_id", &request.event_id);
    let state = ReservationState::read(request.status);
    if state.is_err() {
        checks.bad("status", "is no status", request.status);
    }
    let page = pages::wanted(&mut checks, request.pagination.as_ref(), 100, pages::cursor);
    let (user, event, state, page) = checks.take((user, event, state.ok(), page))?;
    let list = |after, most| call.app.engine.reservations(&user, state, event.as_ref(), after, most);
    let mut after = page.after;
    for _ in 0..page.skip {
        match list(after, page.size as usize).await?.next {
            Some(next) => after = Some(next),
            None => {
                return Ok(ListReservationsResponse {
                    page_info: Some(PageInfo::default()),
                    ..Default::default()
                });
            }
        }
    }
    let shown = list(after, page.size as usize).await?;
    let total = count_all(&call, &user, state, event.as_ref()).await?;
    Ok(ListReservationsResponse {
        reservations: shown.items.iter().map(|view| outbound::reservation(&call.app.engine, view)).collect(),
        page_info: Some(PageInfo {
            total_count: total,
            has_next_page: shown.next.is_some(),
            // These lists are read forward only: a page before cannot be asked for.
            has_previous_page: false,
            next_cursor: shown.next.map(pages::cursor_text).unwrap_or_default(),
            previous_cursor: String::new(),
        }),
        error: None,
    })
}

/// Items that match, counted up to a bound, beyond which an exact count has no use.
async fn count_all(
    call: &Call,
    user: &UserId,
    state: Option<ReservationState>,
    event: Option<&EventId>,
) -> Result<i32, ApiError> {
    let (mut total, mut after) = (0, None);
    for _ in 0..100 {
        let page = call.app.engine.reservations(user, state, event, after, 100).await?;
        total += page.items.len();
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    Ok(count(total))
}

pub(crate) async fn extend_hold(
    call: Call,
    request: ExtendHoldRequest,
) -> Result<ExtendHoldResponse, ApiError> {
    let mut checks = Checks::new();
    let which = call.which(&mut checks, &request.reservation_id);
    let user = call.owner(&mut checks, &request.user_id)?;
    let by = checks.range("extension_seconds", request.extension_seconds.into(), 0, 3_600);
    checks.text("reason", &request.reason, 512);
    let key = call.key(&mut checks, &request.idempotency_key);
    let with_optional = optional::extend_hold(&mut checks, &request);
    let (which, user, seconds, key) = checks.take((which, user, by, key))?;
    let by = if seconds == 0 && !call.repeats {
        let view = call.app.engine.reservation(&which, &Caller::from_optional(user.clone())).await?;
        Duration::from_millis(call.app.engine.event(&view.event)?.settings.extension_ms_max)
    } else {
        Duration::from_secs(seconds.into())
    };
    let extend = with_optional(Extend::new(which, Caller::from_optional(user), by)).with_key(key);
    let extended = call.app.engine.extend(extend).await?;
    Ok(ExtendHoldResponse {
        new_expires_at: timestamp(extended.expires_at),
        extended_seconds: count(extended.extended_ms / 1_000),
        extension_allowed: true,
        error: None,
    })
}
