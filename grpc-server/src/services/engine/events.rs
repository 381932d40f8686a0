//! Events: created, changed, opened, paused, closed. An event without a seat map is a note of the catalog; with one it
//! lives in the engine.

use tacos_engine::views::EventView;
use tacos_engine::{
    EventId, EventSettings as Kept, QueuePolicy as Line, Refusal, SaleState as Sale, SetSale, UpdateEvent,
};
use tacos_proto::common::v1::ErrorCode;
use tacos_proto::engine::v1::{
    CloseSaleRequest, CloseSaleResponse, CreateEventRequest, CreateEventResponse, EventRecord, EventSettings,
    GetEventRequest, GetEventResponse, ListEventsRequest, ListEventsResponse, OpenSaleRequest,
    OpenSaleResponse, PauseSaleRequest, PauseSaleResponse, SaleState, SeatCounts, UpdateEventRequest,
    UpdateEventResponse,
};

use super::queue_policy::{policy_of, wire_policy};
use super::{event_id, reason};
use crate::call::Call;
use crate::catalog::next_revision;
use crate::rpc::Access;
use crate::wire::time::{count, moment_of};
use crate::wire::{ApiError, Checks, outbound, pages, timestamp};

/// An event's settings, checked, in the engine's words.
pub(super) struct Checked {
    pub(super) event: EventId,
    pub(super) settings: Kept,
    pub(super) queue: Option<Line>,
}

/// Checks all settings.
pub(super) fn check(call: &Call, settings: &EventSettings) -> Result<Checked, ApiError> {
    let mut checks = Checks::new();
    let event = checks.id::<EventId>("settings.event_id", &settings.event_id);
    checks.required_text("settings.name", &settings.name, 256);
    checks.text("settings.description", &settings.description, 4_096);
    let currency = checks.currency("settings.currency", &settings.currency);
    let reservation = checks.range_or(
        "settings.max_seats_per_reservation",
        settings.max_seats_per_reservation.into(),
        10,
        1,
        64,
    );
    let user =
        checks.range("settings.max_seats_per_user", settings.max_seats_per_user.into(), 0, i32::MAX.into());
    let hold = checks.range_or("settings.hold_seconds", settings.hold_seconds.into(), 60, 1, 3_600);
    let least = hold.unwrap_or(60);
    let hold_max = checks.range_or(
        "settings.hold_seconds_max",
        settings.hold_seconds_max.into(),
        least.max(600),
        least.into(),
        7_200,
    );
    let extension = checks.range_or(
        "settings.extension_seconds_max",
        settings.extension_seconds_max.into(),
        30,
        1,
        3_600,
    );
    let begins = settings.start_time.as_ref().and_then(moment_of);
    if let (Some(begins), Some(ends)) = (begins, settings.end_time.as_ref().and_then(moment_of))
        && ends <= begins
    {
        checks.bad("settings.end_time", "must be after start_time", "");
    }
    let starts = checks.moment("settings.sale_start_time", settings.sale_start_time.as_ref());
    let ends = checks.moment("settings.sale_end_time", settings.sale_end_time.as_ref());
    let queue = match &settings.queue_policy {
        None => Some(None),
        Some(policy) => policy_of(call, &mut checks, policy).map(Some),
    };
    let ((event, currency), (reservation, user), (hold, hold_max, extension), (starts, ends), queue) = {
        let seats = reservation.zip(user);
        let holds = hold.zip(hold_max).zip(extension).map(|((a, b), c)| (a, b, c));
        checks.take((event.zip(currency), seats, holds, starts.zip(ends), queue))?
    };
    let mut kept = Kept::new(settings.name.clone(), currency);
    kept.seats_per_reservation_max = reservation;
    kept.seats_per_user_max = (user > 0).then_some(user);
    kept.hold_ms = u64::from(hold) * 1_000;
    kept.hold_ms_max = u64::from(hold_max) * 1_000;
    kept.extension_ms_max = u64::from(extension) * 1_000;
    (kept.sale_starts, kept.sale_ends) = (starts, ends);
    Ok(Checked { event, settings: kept, queue })
}

fn seconds(ms: u64) -> i32 {
    count(ms / 1_000)
}

pub(in crate::services) fn wire_sale(sale: Sale) -> SaleState {
    match sale {
        Sale::Draft => SaleState::Scheduled,
        Sale::Open => SaleState::Open,
        Sale::Paused => SaleState::Paused,
        Sale::Closed => SaleState::Closed,
    }
}

/// Settings as the engine keeps them now, over what the catalog knows.
fn wire_settings(call: &Call, view: &EventView, known: EventSettings) -> EventSettings {
    let kept = &view.settings;
    EventSettings {
        event_id: view.id.to_string(),
        name: kept.name.clone(),
        currency: kept.currency.as_str().to_owned(),
        max_seats_per_reservation: count(kept.seats_per_reservation_max),
        max_seats_per_user: kept.seats_per_user_max.map_or(0, count),
        hold_seconds: seconds(kept.hold_ms),
        hold_seconds_max: seconds(kept.hold_ms_max),
        extension_seconds_max: seconds(kept.extension_ms_max),
        sale_start_time: kept.sale_starts.and_then(timestamp),
        sale_end_time: kept.sale_ends.and_then(timestamp),
        queue_policy: call
            .app
            .engine
            .queue_policy(&view.id)
            .ok()
            .filter(|policy| policy.enabled)
            .map(|policy| wire_policy(&policy)),
        ..known
    }
}

/// An event as operators see it: from the engine, or from the catalog while it has no seats.
pub(crate) fn record(call: &Call, event: &EventId) -> Result<EventRecord, ApiError> {
    let kept = call.app.catalog.facts(event).record.clone();
    let Ok(view) = call.app.engine.event(event) else {
        let mut record = kept.ok_or(Refusal::UnknownEvent)?;
        record.set_state(SaleState::Scheduled);
        record.counts = Some(SeatCounts::default());
        return Ok(record);
    };
    let mut record = kept.unwrap_or(EventRecord { revision: 1, ..EventRecord::default() });
    record.settings = Some(wire_settings(call, &view, record.settings.take().unwrap_or_default()));
    record.set_state(wire_sale(view.sale));
    record.counts = Some(outbound::seat_counts(view.counts));
    record.queue_paused = call.app.engine.queue(event).is_ok_and(|queue| queue.paused);
    Ok(record)
}

/// An event as this caller may see it. What is announced is public: an event that has its seats. Fields that tell of
/// the operators' work and of the rules of the line are the operators'.
pub(super) fn visible(call: &Call, event: &EventId) -> Result<EventRecord, ApiError> {
    let mut record = record(call, event)?;
    if call.caller.access >= Access::Admin {
        return Ok(record);
    }
    call.app.engine.event(event)?;
    if let Some(settings) = &mut record.settings {
        settings.queue_policy = None;
    }
    (record.revision, record.created_at, record.updated_at, record.queue_paused) = (0, None, None, false);
    Ok(record)
}

/// Raises an event's revision and writes its record down: the last step of a change, taken once for a request.
pub(super) async fn raise(call: &Call, event: &EventId) -> Result<EventRecord, ApiError> {
    let step = call.step("raise");
    let now = record(call, event)?;
    if call.took(step.as_ref()).await? {
        return Ok(now);
    }
    let kept = call.app.catalog.facts(event).record.clone();
    let next = next_revision(Some(kept.as_ref().unwrap_or(&now)), now.clone(), call.app.engine.now());
    call.app.catalog.store(&call.app.engine, event, next, step).await?;
    record(call, event)
}

pub(crate) async fn create_event(
    call: Call,
    request: CreateEventRequest,
) -> Result<CreateEventResponse, ApiError> {
    let settings = request.settings.clone().unwrap_or_default();
    let checked = check(&call, &settings)?;
    call.needs_key(&request.idempotency_key)?;
    let _alone = call.app.catalog.operator.lock().await;
    let step = call.step("create");
    if !call.took(step.as_ref()).await? {
        if record(&call, &checked.event).is_ok() {
            return Err(Refusal::EventExists.into());
        }
        let filled = filled(&settings, &checked);
        let new = EventRecord { settings: Some(filled), ..EventRecord::default() };
        let new = next_revision(None, new, call.app.engine.now());
        call.app.catalog.store(&call.app.engine, &checked.event, new, step).await?;
    }
    Ok(CreateEventResponse { event: Some(record(&call, &checked.event)?), error: None })
}

/// Settings with their defaults filled in.
fn filled(settings: &EventSettings, checked: &Checked) -> EventSettings {
    let kept = &checked.settings;
    EventSettings {
        max_seats_per_reservation: count(kept.seats_per_reservation_max),
        hold_seconds: seconds(kept.hold_ms),
        hold_seconds_max: seconds(kept.hold_ms_max),
        extension_seconds_max: seconds(kept.extension_ms_max),
        queue_policy: checked.queue.as_ref().map(wire_policy),
        ..settings.clone()
    }
}

pub(crate) async fn update_event(
    call: Call,
    request: UpdateEventRequest,
) -> Result<UpdateEventResponse, ApiError> {
    let wanted = request.settings.clone().unwrap_or_default();
    let event = event_id(&wanted.event_id)?;
    call.needs_key(&request.idempotency_key)?;
    let _alone = call.app.catalog.operator.lock().await;
    let old = record(&call, &event)?;
    let step = call.step("record");
    if call.took(step.as_ref()).await? {
        return Ok(UpdateEventResponse { event: Some(old), error: None });
    }
    if request.expected_revision != 0 && request.expected_revision != old.revision {
        return Err(ApiError::new(
            ErrorCode::ConcurrentModification,
            "conflict: the event was changed meanwhile",
        )
        .detail("expected_revision", format!("is {} now", old.revision), request.expected_revision));
    }
    let mask = request.update_mask.unwrap_or_default().paths;
    let mut settings = old.settings.clone().unwrap_or_default();
    merge(&mut settings, &wanted, &mask)?;
    let live = call.app.engine.event(&event).ok();
    if live.as_ref().is_some_and(|live| live.settings.currency.as_str() != settings.currency) {
        return Err(ApiError::precondition("the currency of an event with seats cannot change"));
    }
    let checked = check(&call, &settings)?;
    let new = EventRecord { settings: Some(filled(&settings, &checked)), ..EventRecord::default() };
    let old_kept = call.app.catalog.facts(&event).record.clone().unwrap_or(old);
    if live.is_some() {
        let update = UpdateEvent::new(event.clone(), checked.settings).with_key(call.step("set"));
        call.app.engine.update_event(update).await?;
    }
    let new = next_revision(Some(&old_kept), new, call.app.engine.now());
    call.app.catalog.store(&call.app.engine, &event, new, step).await?;
    Ok(UpdateEventResponse { event: Some(record(&call, &event)?), error: None })
}

fn merge(into: &mut EventSettings, from: &EventSettings, mask: &[String]) -> Result<(), ApiError> {
    if mask.is_empty() {
        return Err(ApiError::invalid("update_mask", "at least one field is needed", ""));
    }
    for path in mask {
        match path.as_str() {
            "name" => into.name.clone_from(&from.name),
            "description" => into.description.clone_from(&from.description),
            "venue" => into.venue.clone_from(&from.venue),
            "start_time" => into.start_time = from.start_time,
            "end_time" => into.end_time = from.end_time,
            "sale_start_time" => into.sale_start_time = from.sale_start_time,
            "sale_end_time" => into.sale_end_time = from.sale_end_time,
            "currency" => into.currency.clone_from(&from.currency),
            "max_seats_per_reservation" => into.max_seats_per_reservation = from.max_seats_per_reservation,
            "max_seats_per_user" => into.max_seats_per_user = from.max_seats_per_user,
            "hold_seconds" => into.hold_seconds = from.hold_seconds,
            "hold_seconds_max" => into.hold_seconds_max = from.hold_seconds_max,
            "extension_seconds_max" => into.extension_seconds_max = from.extension_seconds_max,
            _ => return Err(ApiError::invalid("update_mask", "names what cannot be changed here", path)),
        }
    }
    Ok(())
}

pub(crate) async fn get_event(call: Call, request: GetEventRequest) -> Result<GetEventResponse, ApiError> {
    let event = event_id(&request.event_id)?;
    Ok(GetEventResponse { event: Some(visible(&call, &event)?), error: None })
}

pub(crate) async fn list_events(
    call: Call,
    request: ListEventsRequest,
) -> Result<ListEventsResponse, ApiError> {
    let mut checks = Checks::new();
    let state = SaleState::try_from(request.state).ok();
    if state.is_none() {
        checks.bad("state", "is no state", request.state);
    }
    let page =
        pages::wanted(&mut checks, request.pagination.as_ref(), 100, |text| text.parse::<usize>().ok());
    let (state, page) = checks.take((state, page))?;
    let mut ids: Vec<EventId> = call.app.engine.events().into_iter().map(|event| event.id).collect();
    ids.extend(call.app.catalog.drafts(&call.app.engine));
    ids.sort();
    let records: Vec<EventRecord> = ids
        .iter()
        .filter_map(|id| visible(&call, id).ok())
        .filter(|record| state == SaleState::Unspecified || record.state() == state)
        .collect();
    let (events, info) = pages::slice(records, &page);
    Ok(ListEventsResponse { events, page_info: Some(info), error: None })
}

/// Brings a sale into a state; success if it is there already.
async fn set_sale(call: &Call, event: &EventId, state: Sale) -> Result<EventRecord, ApiError> {
    let view = match call.app.engine.event(event) {
        Ok(view) => view,
        Err(_) if call.app.catalog.facts(event).record.is_some() => {
            return Err(ApiError::precondition("the event has no seats yet: import a seat map first"));
        }
        Err(refusal) => return Err(refusal.into()),
    };
    let step = call.step("sale");
    if call.took(step.as_ref()).await? {
        return raise(call, event).await;
    }
    // A room that was never drawn is drawn by opening the open sale once more.
    let undrawn = state == Sale::Open && call.app.engine.draw(event).is_ok_and(|draw| draw.seed.is_none());
    if view.sale == state && !undrawn {
        return record(call, event);
    }
    match (view.sale, state) {
        (Sale::Closed, _) => return Err(Refusal::SaleNotOpen(Sale::Closed).into()),
        (Sale::Draft, Sale::Paused) => return Err(Refusal::SaleNotOpen(Sale::Draft).into()),
        _ => {}
    }
    if state == Sale::Open {
        // Opening by hand overrules the schedule.
        if view.settings.sale_starts.is_some_and(|starts| starts > call.app.engine.now()) {
            let settings = view.settings.with_sale_starts(Some(call.app.engine.now()));
            call.app
                .engine
                .update_event(UpdateEvent::new(event.clone(), settings).with_key(call.step("start")))
                .await?;
        }
    }
    call.app.engine.set_sale(SetSale::new(event.clone(), state).with_key(step)).await?;
    raise(call, event).await
}

pub(crate) async fn open_sale(call: Call, request: OpenSaleRequest) -> Result<OpenSaleResponse, ApiError> {
    reason(&request.reason)?;
    let event = event_id(&request.event_id)?;
    call.needs_key(&request.idempotency_key)?;
    let _alone = call.app.catalog.operator.lock().await;
    Ok(OpenSaleResponse { event: Some(set_sale(&call, &event, Sale::Open).await?), error: None })
}

pub(crate) async fn pause_sale(call: Call, request: PauseSaleRequest) -> Result<PauseSaleResponse, ApiError> {
    reason(&request.reason)?;
    let event = event_id(&request.event_id)?;
    call.needs_key(&request.idempotency_key)?;
    let _alone = call.app.catalog.operator.lock().await;
    Ok(PauseSaleResponse { event: Some(set_sale(&call, &event, Sale::Paused).await?), error: None })
}

pub(crate) async fn close_sale(call: Call, request: CloseSaleRequest) -> Result<CloseSaleResponse, ApiError> {
    reason(&request.reason)?;
    let event = event_id(&request.event_id)?;
    call.needs_key(&request.idempotency_key)?;
    let _alone = call.app.catalog.operator.lock().await;
    Ok(CloseSaleResponse { event: Some(set_sale(&call, &event, Sale::Closed).await?), error: None })
}
