//! `engine.v1.PublicService`: what a buyer sees without credentials.

use std::sync::Arc;

use tacos_engine::views::{EventView, SectionView};
use tacos_proto::common::v1::ErrorCode;
use tacos_proto::engine::v1::{
    GetPublicEventRequest, GetPublicEventResponse, GetSeatBoardRequest, GetSeatBoardResponse,
    ListPublicEventsRequest, ListPublicEventsResponse, PublicEvent, PublicSection, SaleState,
    StreamSeatBoardRequest, StreamSeatBoardResponse,
};

use super::engine::{event_id, wire_sale};
use crate::board::NoBoard;
use crate::call::Call;
use crate::rpc::Rpc;
use crate::task::Responses;
use crate::wire::time::count;
use crate::wire::{ApiError, Checks, outbound, pages, timestamp};

impl From<NoBoard> for ApiError {
    fn from(no: NoBoard) -> Self {
        match no {
            NoBoard::Refused(refusal) => refusal.into(),
            NoBoard::Closed(reason) => Self::unavailable(reason),
        }
    }
}

fn public_section(call: &Call, view: &SectionView, event: &EventView) -> PublicSection {
    let currency = event.settings.currency;
    PublicSection {
        section_id: view.name.clone(),
        standing: view.standing,
        counts: Some(outbound::seat_counts(call.app.boards.seen(view.counts))),
        min_price: outbound::money(view.price_min_minor, currency),
        max_price: outbound::money(view.price_max_minor, currency),
    }
}

/// An event as a buyer sees it, without its sections: `sections` are the engine's.
fn public_event(call: &Call, view: &EventView, sections: &[SectionView]) -> PublicEvent {
    let facts = call.app.catalog.facts(&view.id);
    let known = facts.record.as_ref().and_then(|record| record.settings.clone()).unwrap_or_default();
    let (kept, currency) = (&view.settings, view.settings.currency);
    let queue = if view.has_queue { call.app.engine.queue(&view.id).ok() } else { None };
    let least = sections.iter().map(|section| section.price_min_minor).min();
    let most = sections.iter().map(|section| section.price_max_minor).max();
    PublicEvent {
        event_id: view.id.to_string(),
        name: kept.name.clone(),
        description: known.description,
        venue: known.venue,
        start_time: known.start_time,
        end_time: known.end_time,
        sale_start_time: kept.sale_starts.and_then(timestamp),
        sale_end_time: kept.sale_ends.and_then(timestamp),
        state: wire_sale(view.sale).into(),
        max_seats_per_reservation: count(kept.seats_per_reservation_max),
        hold_seconds: count(kept.hold_ms / 1_000),
        counts: Some(outbound::seat_counts(call.app.boards.seen(view.counts))),
        min_price: least.and_then(|price| outbound::money(price, currency)),
        max_price: most.and_then(|price| outbound::money(price, currency)),
        has_queue: view.has_queue,
        waiting: queue.as_ref().map_or(0, |queue| count(queue.waiting)),
        queue_paused: queue.as_ref().is_some_and(|queue| queue.paused),
        sections: Vec::new(),
    }
}

pub(crate) async fn list_public_events(
    call: Call,
    request: ListPublicEventsRequest,
) -> Result<ListPublicEventsResponse, ApiError> {
    let mut checks = Checks::new();
    let state = SaleState::try_from(request.state).ok();
    if state.is_none() {
        checks.bad("state", "is no state", request.state);
    }
    let page =
        pages::wanted(&mut checks, request.pagination.as_ref(), 100, |text| text.parse::<usize>().ok());
    let (state, page) = checks.take((state, page))?;
    let mut views = call.app.engine.events();
    views.retain(|view| state == SaleState::Unspecified || wire_sale(view.sale) == state);
    views.sort_by(|one, other| one.id.cmp(&other.id));
    let (views, info) = pages::slice(views, &page);
    let event = |view: &EventView| {
        let sections = call.app.engine.sections(&view.id).unwrap_or_default();
        public_event(&call, view, &sections)
    };
    let events = views.iter().map(event).collect();
    Ok(ListPublicEventsResponse { events, page_info: Some(info), error: None })
}

pub(crate) async fn get_public_event(
    call: Call,
    request: GetPublicEventRequest,
) -> Result<GetPublicEventResponse, ApiError> {
    let view = call.app.engine.event(&event_id(&request.event_id)?)?;
    let views = call.app.engine.sections(&view.id)?;
    let sections = views.iter().map(|section| public_section(&call, section, &view)).collect();
    let event = PublicEvent { sections, ..public_event(&call, &view, &views) };
    Ok(GetPublicEventResponse { event: Some(event), error: None })
}

pub(crate) async fn get_seat_board(
    call: Call,
    request: GetSeatBoardRequest,
) -> Result<GetSeatBoardResponse, ApiError> {
    let event = event_id(&request.event_id)?;
    let board = call.app.boards.board(&call.app, &event).await?;
    Ok(GetSeatBoardResponse { board: Some(board), error: None })
}

pub(crate) async fn stream_seat_board(
    call: Call,
    request: StreamSeatBoardRequest,
) -> Result<Responses<StreamSeatBoardResponse>, ApiError> {
    let event = event_id(&request.event_id)?;
    let full = || ApiError::new(ErrorCode::RateLimited, "as many streams are open as may be");
    let place = call.app.hub.place().ok_or_else(full)?;
    let app = Arc::clone(&call.app);
    let viewer = call.app.boards.watch(app, event, request.after_position, place).await?;
    // `None` behind the message that says why the stream has ended.
    let messages = futures_util::stream::unfold(Some((viewer, call)), |state| async move {
        let (mut viewer, call) = state?;
        match viewer.next().await {
            Ok(message) => Some((Ok(message), Some((viewer, call)))),
            Err(no) => {
                let error = ApiError::from(no);
                call.app.metrics.refused(Rpc::StreamSeatBoard, error.code);
                let error = Some(error.to_error(&call.trace));
                Some((Ok(StreamSeatBoardResponse { error, ..Default::default() }), None))
            }
        }
    });
    Ok(Responses(Box::pin(messages)))
}
