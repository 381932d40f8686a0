//! `reservation.v1.InventoryService`, also reachable as `reservation.v1.Inventory`: seats for services that keep
//! reservations of their own.

use tacos_engine::views::{Counts, SeatState};
use tacos_engine::{
    Caller, Confirm, EventId, ExternalId, Failure, Proof, Refusal, Release, ReservationRef, ReservationState,
    Reserve, SeatId, SectionId, UserId,
};
use tacos_proto::common::v1::ErrorCode;
use tacos_proto::reservation::v1::{
    CheckAvailabilityRequest, CheckAvailabilityResponse, CommitReservationRequest, CommitReservationResponse,
    CommitStatus, GetInventoryStatusRequest, GetInventoryStatusResponse, HoldStatus, ReleaseHoldRequest,
    ReleaseHoldResponse, ReleaseStatus, ReserveSeatRequest, ReserveSeatResponse,
};

use super::settle;
use crate::call::Call;
use crate::wire::inbound::Wish;
use crate::wire::time::count;
use crate::wire::{ApiError, Checks, optional, outbound, timestamp};

/// Seats that one question may name.
const SEATS_ASKED_MAX: usize = 100;

pub(crate) async fn check_availability(
    call: Call,
    request: CheckAvailabilityRequest,
) -> Result<CheckAvailabilityResponse, ApiError> {
    let mut checks = Checks::new();
    let event = checks.id::<EventId>("event_id", &request.event_id);
    let section = checks.id_or_none::<SectionId>("section", &request.section);
    if request.seat_ids.len() > SEATS_ASKED_MAX {
        checks.bad("seat_ids", format!("at most {SEATS_ASKED_MAX} seats"), request.seat_ids.len());
        return Err(checks.done().err().unwrap_or_else(|| ApiError::internal("a refusal without a reason")));
    }
    let seats = named(&mut checks, &request.seat_ids);
    let low = i64::from(request.seat_ids.is_empty());
    let quantity = checks.range("quantity", request.quantity.into(), low, 1 << 22);
    let (event, section, seats, quantity) = checks.take((event, section, seats, quantity))?;
    let remaining = available(&call, &event, section.as_ref())?;
    let currency = call.app.engine.event(&event)?.settings.currency;
    let mut answer =
        CheckAvailabilityResponse { remaining_in_section: count(remaining), ..Default::default() };
    if seats.is_empty() {
        answer.available = remaining >= quantity;
        answer.available_seats = first_free(&call, &event, section.as_ref(), quantity.min(100))?
            .into_iter()
            .map(|seat| outbound::seat_of_map(seat.place, seat.state, currency))
            .collect();
        return Ok(answer);
    }
    for seat in call.app.engine.seats_named(&event, &seats)? {
        let fits = section.as_ref().is_none_or(|section| seat.place.section == section.as_str());
        if seat.state == SeatState::Available && fits {
            answer.available_seats.push(outbound::seat_of_map(seat.place, seat.state, currency));
        } else {
            answer.unavailable_seat_ids.push(seat.place.id);
        }
    }
    answer.available = answer.unavailable_seat_ids.is_empty();
    Ok(answer)
}

fn named(checks: &mut Checks, seat_ids: &[String]) -> Option<Vec<SeatId>> {
    let mut seats: Vec<SeatId> = Vec::with_capacity(seat_ids.len());
    for (at, text) in seat_ids.iter().enumerate() {
        let field = format!("seat_ids[{at}]");
        let seat = checks.id::<SeatId>(&field, text)?;
        if seats.contains(&seat) {
            checks.bad(&field, "duplicate", text);
            return None;
        }
        seats.push(seat);
    }
    Some(seats)
}

fn available(call: &Call, event: &EventId, section: Option<&SectionId>) -> Result<u32, ApiError> {
    match section {
        None => Ok(call.app.engine.counts(event)?.available),
        Some(section) => call
            .app
            .engine
            .sections(event)?
            .iter()
            .find(|view| view.name == section.as_str())
            .map(|view| view.counts.available)
            .ok_or_else(|| Refusal::UnknownSection(section.as_str().into()).into()),
    }
}

/// The first free seats in the map's order of preference, `quantity` at most: an offer, not a claim.
fn first_free(
    call: &Call,
    event: &EventId,
    section: Option<&SectionId>,
    quantity: u32,
) -> Result<Vec<tacos_engine::views::SeatView>, ApiError> {
    const PIECE: u32 = 1_024;
    let (mut found, mut from) = (Vec::new(), 0);
    while found.len() < quantity as usize {
        let piece = call.app.engine.seats(event, from, PIECE as usize)?;
        if piece.is_empty() {
            break;
        }
        from += PIECE;
        let fits = |seat: &tacos_engine::views::SeatView| {
            seat.state == SeatState::Available
                && section.is_none_or(|section| seat.place.section == section.as_str())
        };
        found.extend(piece.into_iter().filter(fits).take(quantity as usize - found.len()));
    }
    Ok(found)
}

pub(crate) async fn reserve_seat(
    call: Call,
    request: ReserveSeatRequest,
) -> Result<ReserveSeatResponse, ApiError> {
    let mut checks = Checks::new();
    let event = checks.id::<EventId>("event_id", &request.event_id);
    let external = checks.id::<ExternalId>("reservation_id", &request.reservation_id);
    let want = checks.want(&Wish {
        seat_ids: &request.seat_ids,
        quantity: request.quantity,
        section: &request.section,
        require_adjacent: request.require_adjacent,
        accessible: request.accessible,
    });
    // A service that keeps its own reservations may keep its users to itself: then each reservation is its own user.
    let named = if request.user_id.is_empty() && !call.app.rules.user_required {
        &request.reservation_id
    } else {
        &request.user_id
    };
    let user = checks.id::<UserId>("user_id", named);
    let until = checks.moment("hold_expires_at", request.hold_expires_at.as_ref());
    let key = call.key(&mut checks, &request.idempotency_key);
    let with_optional = optional::reserve_seat(&mut checks, &request);
    let (event, external, want, user, until, key) = checks.take((event, external, want, user, until, key))?;
    if !call.repeats {
        call.app.emergencies.check_reservations(&event, &user)?;
        call.used_event(&event).await?;
    }
    let mut reserve = with_optional(Reserve::new(event, user, want));
    (reserve.trusted, reserve.external, reserve.hold_until, reserve.key) = (true, Some(external), until, key);
    let held = call.app.engine.reserve(reserve).await?;
    let currency = call.app.catalog.currency(&call.app.engine, held.event)?;
    Ok(ReserveSeatResponse {
        hold_id: held.id.hold().to_string(),
        reserved_seats: outbound::seats(
            &call.app.engine,
            held.event,
            &held.places,
            SeatState::Reserved,
            currency,
        ),
        hold_expires_at: timestamp(held.expires_at),
        status: HoldStatus::Active as i32,
        error: None,
    })
}

pub(crate) async fn commit_reservation(
    call: Call,
    request: CommitReservationRequest,
) -> Result<CommitReservationResponse, ApiError> {
    let mut checks = Checks::new();
    let which = call.which(&mut checks, &request.reservation_id);
    let event = checks.id_or_none::<EventId>("event_id", &request.event_id);
    let seats = checks.seats(&request.seat_ids);
    let quantity = checks.range("quantity", request.quantity.into(), 0, 64);
    let user = call.owner(&mut checks, &request.user_id)?;
    let _: Option<Option<ExternalId>> = checks.id_or_none("payment_intent_id", &request.payment_intent_id);
    let key = call.key(&mut checks, &request.idempotency_key);
    let with_optional = optional::commit_reservation(&mut checks, &request);
    let (which, event, seats, quantity, user, key) =
        checks.take((which, event, seats, quantity, user, key))?;
    // A repeat is answered from what the engine remembers: what has changed since is not looked at. Should the answer
    // be forgotten by then, this proof sells nothing.
    let proof = if call.repeats {
        Proof::Intent(settle::no_intent())
    } else {
        agrees(&call, &which, event.as_ref(), quantity, user.as_ref()).await?;
        settle::proof(&call, &which, &request.payment_intent_id).await?
    };
    let exactly = (!seats.is_empty()).then_some(seats);
    let confirm = with_optional(Confirm::new(which, Caller::from_optional(user), proof));
    let confirmed = call.app.engine.confirm(confirm.with_exactly(exactly).with_key(key)).await?;
    let currency = call.app.catalog.currency(&call.app.engine, confirmed.event)?;
    Ok(CommitReservationResponse {
        order_id: confirmed.id.order().to_string(),
        sold_seats: outbound::seats(
            &call.app.engine,
            confirmed.event,
            &confirmed.places,
            SeatState::Sold,
            currency,
        ),
        status: CommitStatus::Success as i32,
        committed_at: timestamp(confirmed.at),
        error: None,
    })
}

/// The event and number of seats that a caller states must be the hold's.
async fn agrees(
    call: &Call,
    which: &ReservationRef,
    event: Option<&EventId>,
    quantity: u32,
    user: Option<&UserId>,
) -> Result<(), ApiError> {
    if event.is_none() && quantity == 0 {
        return Ok(());
    }
    let view = call.app.engine.reservation(which, &Caller::from_optional(user.cloned())).await?;
    if event.is_some_and(|event| *event != view.event) {
        return Err(ApiError::invalid(
            "event_id",
            "is not the reservation's",
            event.map_or("", EventId::as_str),
        ));
    }
    let held = outbound::places_count(&call.app.engine, view.event_number, &view.places);
    if quantity != 0 && quantity != held {
        return Err(ApiError::from(Refusal::SeatsDiffer).detail(
            "quantity",
            "not that of the hold",
            quantity,
        ));
    }
    Ok(())
}

pub(crate) async fn release_hold(
    call: Call,
    request: ReleaseHoldRequest,
) -> Result<ReleaseHoldResponse, ApiError> {
    let mut checks = Checks::new();
    let which = call.which(&mut checks, &request.reservation_id);
    let event = checks.id_or_none::<EventId>("event_id", &request.event_id);
    let seats = checks.seats(&request.seat_ids);
    let quantity = checks.range("quantity", request.quantity.into(), 0, 64);
    checks.text("reason", &request.reason, 512);
    let key = call.key(&mut checks, &request.idempotency_key);
    let with_optional = optional::release_hold(&mut checks, &request);
    let (which, event, seats, quantity, key) = checks.take((which, event, seats, quantity, key))?;
    let user = if call.caller.speaks_for_all() { None } else { call.caller.user.clone() };
    let quantity = if seats.is_empty() { quantity } else { 0 };
    if !call.repeats
        && let Err(error) = agrees(&call, &which, event.as_ref(), quantity, user.as_ref()).await
        && error.code != ErrorCode::NotFound
    {
        return Err(error);
    }
    let release = with_optional(Release::new(which.clone(), Caller::from_optional(user)));
    match call.app.engine.release(release.with_seats(seats).with_key(key)).await {
        Ok(released) => {
            let currency = call.app.catalog.currency(&call.app.engine, released.event)?;
            let places = &released.places;
            Ok(ReleaseHoldResponse {
                released_seats: outbound::seats(
                    &call.app.engine,
                    released.event,
                    places,
                    SeatState::Available,
                    currency,
                ),
                status: ReleaseStatus::Success as i32,
                released_at: timestamp(released.at),
                error: None,
            })
        }
        Err(Failure::Refused(
            Refusal::ReservationExpired
            | Refusal::ReservationIs(
                ReservationState::Cancelled
                | ReservationState::Expired
                | ReservationState::Failed
                | ReservationState::Refunded,
            ),
        )) => {
            let at = call
                .app
                .engine
                .reservation(&which, &Caller::Operator)
                .await
                .map_or(call.app.engine.now(), |view| view.changed_at);
            let status = ReleaseStatus::AlreadyReleased as i32;
            Ok(ReleaseHoldResponse { status, released_at: timestamp(at), ..ReleaseHoldResponse::default() })
        }
        Err(failure) => Err(failure.into()),
    }
}

pub(crate) async fn get_inventory_status(
    call: Call,
    request: GetInventoryStatusRequest,
) -> Result<GetInventoryStatusResponse, ApiError> {
    let mut checks = Checks::new();
    let event = checks.id::<EventId>("event_id", &request.event_id);
    let section = checks.id_or_none::<SectionId>("section", &request.section);
    let (event, section) = checks.take((event, section))?;
    let view = call.app.engine.event(&event)?;
    let currency = view.settings.currency;
    let all = call.app.engine.sections(&event)?;
    let shown: Vec<_> = all
        .iter()
        .filter(|view| section.as_ref().is_none_or(|section| view.name == section.as_str()))
        .collect();
    if let Some(section) = section.filter(|_| shown.is_empty()) {
        return Err(Refusal::UnknownSection(section.as_str().into()).into());
    }
    let totals = shown.iter().fold(Counts::default(), |sum, view| sum.plus(view.counts));
    Ok(GetInventoryStatusResponse {
        event: Some(outbound::event(&view, &call.app.catalog.facts(&event))),
        sections: shown.iter().map(|view| outbound::section(view, currency)).collect(),
        stats: Some(outbound::stats(totals, call.app.engine.now())),
        error: None,
    })
}
