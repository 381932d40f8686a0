//! Seat maps: imported, read, seats blocked and unblocked.

use std::ops::Range;

use tacos_engine::limits::SEATS_PER_EVENT_MAX;
use tacos_engine::views::{SeatState, SeatView, SectionView};
use tacos_engine::{
    BlockSeats, CreateEvent, EventId, Failure, Refusal, Row as PlainRow, SeatId, SeatMap as Plain,
    Section as PlainSection, SectionId,
};
use tacos_proto::common::v1::{ErrorCode, Money, PageInfo, SeatStatus};
use tacos_proto::engine::v1::{
    BlockSeatsRequest, BlockSeatsResponse, GetSeatMapRequest, GetSeatMapResponse, ImportSeatMapRequest,
    ImportSeatMapResponse, Row, SeatEntry, SeatMap, SectionSummary, UnblockSeatsRequest,
    UnblockSeatsResponse,
};

use super::events::{Checked, check, raise, record, visible};
use super::{event_id, reason};
use crate::call::Call;
use crate::venue::{self, Run, Single};
use crate::wire::time::count;
use crate::wire::{ApiError, Checks, Spell, outbound, pages};

/// Seats on a page, at most.
const PAGE_MAX: i64 = 5_000;
/// Seats on a page when the request does not say.
const PAGE_SIZE: i32 = 1_000;

/// Prices and currencies of one map, and how many seats its rows have so far.
struct Prices<'a> {
    checks: &'a mut Checks,
    currency: &'a str,
    seats: u64,
}

impl Prices<'_> {
    fn of(&mut self, path: &str, price: Option<&Money>) -> Option<i64> {
        let price = price?;
        if price.currency != self.currency {
            self.checks.bad(
                &format!("{path}.currency"),
                format!("must be {}", self.currency),
                &price.currency,
            );
        }
        if price.amount < 0 {
            self.checks.bad(&format!("{path}.amount"), "must not be negative", price.amount);
        }
        Some(price.amount)
    }
}

/// Converts a map of the wire to the engine's; the engine itself checks labels and counts.
fn plain(checks: &mut Checks, map: &SeatMap, currency: &str) -> Plain {
    let mut prices = Prices { checks, currency, seats: 0 };
    let mut sections = Vec::with_capacity(map.sections.len());
    for (at, section) in map.sections.iter().enumerate() {
        let path = format!("seat_map.sections[{at}]");
        let price = prices.of(&format!("{path}.price"), section.price.as_ref());
        let name = section.section_id.clone();
        if section.rows.is_empty() {
            let capacity = u32::try_from(section.general_admission_capacity).unwrap_or(0);
            if price.is_none() {
                prices.checks.bad(&format!("{path}.price"), "required", "");
            }
            sections.push(PlainSection::General { name, capacity, price_minor: price.unwrap_or(0) });
            continue;
        }
        if section.general_admission_capacity != 0 {
            prices.checks.bad(
                &path,
                "has rows and a capacity: one of them",
                section.general_admission_capacity,
            );
        }
        let rows = section
            .rows
            .iter()
            .enumerate()
            .map(|(row_at, row)| plain_row(&mut prices, &format!("{path}.rows[{row_at}]"), row, price))
            .collect();
        sections.push(PlainSection::Seated { name, rows });
    }
    Plain { sections }
}

fn plain_row(prices: &mut Prices<'_>, path: &str, row: &Row, of_section: Option<i64>) -> PlainRow {
    let of_row = prices.of(&format!("{path}.price"), row.price.as_ref()).or(of_section);
    let mut priced = of_row.is_some();
    let mut runs = Vec::with_capacity(row.runs.len());
    for (at, run) in row.runs.iter().enumerate() {
        let path = format!("{path}.runs[{at}]");
        let price_minor = prices.of(&format!("{path}.price"), run.price.as_ref());
        priced |= price_minor.is_some();
        let number = |value: i32| u32::try_from(value).ok();
        let (first, seats) = (number(run.first_number), number(run.count).filter(|seats| *seats <= 1 << 22));
        if first.is_none() || seats.is_none() || !(0..=9).contains(&run.number_width) {
            prices.checks.bad(&path, "first_number, count or number_width is out of bounds", "");
        }
        runs.push(Run {
            prefix: run.id_prefix.clone(),
            first: first.unwrap_or(0),
            count: seats.unwrap_or(0),
            step: if run.step == 0 { 1 } else { run.step },
            digits_min: u8::try_from(run.number_width).unwrap_or(0),
            price_minor,
            accessible: run.accessible,
            aisle_before: run.aisle_before,
        });
    }
    let mut singles = Vec::with_capacity(row.seats.len());
    for (at, seat) in row.seats.iter().enumerate() {
        let price_minor = prices.of(&format!("{path}.seats[{at}].price"), seat.price.as_ref());
        priced |= price_minor.is_some();
        singles.push(Single {
            id: seat.seat_id.clone(),
            price_minor,
            accessible: seat.accessible,
            aisle_before: seat.aisle_before,
        });
    }
    if !priced {
        prices.checks.bad(
            &format!("{path}.price"),
            "required: neither the row nor its section has a price",
            "",
        );
    }
    // Before they are spelled out: a few bytes of a request may stand for millions of seats.
    prices.seats += runs.iter().map(|run| u64::from(run.count)).sum::<u64>() + singles.len() as u64;
    if prices.seats > u64::from(SEATS_PER_EVENT_MAX) {
        prices.checks.bad(path, format!("an event has at most {SEATS_PER_EVENT_MAX} seats"), prices.seats);
        (runs, singles) = Default::default();
    }
    venue::row(row.label.clone(), of_row.unwrap_or(0), &runs, &singles)
}

/// How large a map is: rows, seats, standing places.
fn size(map: &Plain) -> (usize, usize, u64) {
    let (mut rows, mut seats, mut places) = (0, 0, 0);
    for section in &map.sections {
        match section {
            PlainSection::General { capacity, .. } => places += u64::from(*capacity),
            PlainSection::Seated { rows: own, .. } => {
                rows += own.len();
                seats += own
                    .iter()
                    .map(|row| match &row.seats {
                        tacos_engine::RowSeats::Numbered { count, .. } => *count as usize,
                        tacos_engine::RowSeats::Listed(labels) => labels.len(),
                    })
                    .sum::<usize>();
            }
        }
    }
    (rows, seats, places)
}

pub(crate) async fn import_seat_map(
    call: Call,
    request: ImportSeatMapRequest,
) -> Result<ImportSeatMapResponse, ApiError> {
    let event = event_id(&request.event_id)?;
    let map = request.seat_map.clone().ok_or_else(|| ApiError::invalid("seat_map", "required", ""))?;
    let _alone = call.app.catalog.operator.lock().await;
    let found = record(&call, &event)?;
    let checked = check(&call, &found.settings.clone().unwrap_or_default())?;
    let mut checks = Checks::new();
    let plain = plain(&mut checks, &map, checked.settings.currency.as_str());
    checks.done()?;
    let (rows, seats, places) = size(&plain);
    let answer = |record| ImportSeatMapResponse {
        sections: count(plain.sections.len()),
        rows: count(rows),
        seats: count(seats),
        general_admission_places: count(places),
        event: Some(record),
        error: None,
    };
    if request.dry_run {
        try_out(&call, plain.clone(), &checked)?;
        return Ok(answer(found));
    }
    call.needs_key(&request.idempotency_key)?;
    let step = call.step("create");
    if !call.took(step.as_ref()).await? {
        if call.app.engine.event(&event).is_ok() {
            return Err(ApiError::precondition("the event has its seat map: it cannot be replaced"));
        }
        let create = CreateEvent::new(event.clone(), checked.settings, plain.clone())
            .with_queue(checked.queue)
            .with_key(step);
        call.app.engine.create_event(create).await?;
    }
    call.app.hold_to_stops().await?;
    let record = raise(&call, &event).await?;
    Ok(answer(record))
}

/// Builds the map in a temporary engine in memory, which checks it.
fn try_out(call: &Call, seats: Plain, checked: &Checked) -> Result<(), ApiError> {
    let config = call.app.settings.engine_config().with_reservations_max(1).with_payments_max(1);
    let trial =
        tacos_engine::Engine::in_memory(config).map_err(|error| ApiError::internal(error.to_string()))?;
    let (event, settings) = (checked.event.clone(), checked.settings.clone());
    let queue = checked.queue.clone();
    trial.create_event(CreateEvent::new(event, settings, seats).with_queue(queue)).wait()?;
    Ok(())
}

pub(crate) async fn get_seat_map(
    call: Call,
    request: GetSeatMapRequest,
) -> Result<GetSeatMapResponse, ApiError> {
    let mut checks = Checks::new();
    let event = checks.id::<EventId>("event_id", &request.event_id);
    let section = checks.id_or_none::<SectionId>("section_id", &request.section_id);
    let status = SeatStatus::try_from(request.status).ok();
    if status.is_none() {
        checks.bad("status", "is no status", request.status);
    }
    let mut pagination = request.pagination.unwrap_or_default();
    if pagination.page_size == 0 {
        pagination.page_size = PAGE_SIZE;
    }
    let page = pages::wanted(&mut checks, Some(&pagination), PAGE_MAX, |text| text.parse::<usize>().ok());
    let (event, section, status, page) = checks.take((event, section, status, page))?;
    let record = visible(&call, &event)?;
    let view = call.app.engine.event(&event)?;
    let currency = view.settings.currency;
    let all = call.app.engine.sections(&event)?;
    if let Some(section) = section.as_ref().filter(|one| !all.iter().any(|view| view.name == one.as_str())) {
        return Err(Refusal::UnknownSection(section.as_str().into()).into());
    }
    let in_section = |name: &str| section.as_ref().is_none_or(|section| section.as_str() == name);
    let scope = Scope::of(&all, section.as_ref(), status);
    let (shown, info) = scope.page(&call, &event, &page).await?;
    let first = !info.has_previous_page;
    let sections = all.iter().filter(|view| first && in_section(&view.name)).map(|view| SectionSummary {
        section_id: view.name.clone(),
        general_admission: view.standing,
        rows: 0,
        counts: Some(outbound::seat_counts(view.counts)),
        min_price: outbound::money(view.price_min_minor, currency),
        max_price: outbound::money(view.price_max_minor, currency),
    });
    Ok(GetSeatMapResponse {
        sections: sections.collect(),
        seats: shown
            .into_iter()
            .map(|seat| SeatEntry {
                seat: Some(outbound::seat_of_map(seat.place, seat.state, currency)),
                ..SeatEntry::default()
            })
            .collect(),
        page_info: Some(info),
        revision: record.revision,
        error: None,
    })
}

/// Seats looked at in one go while those of one status are looked for; between two goes other calls run.
const PIECE: u32 = 1_024;

/// Which seats of a map are asked for.
struct Scope {
    /// The section's seats, or all.
    seats: Range<u32>,
    /// `None`: of any status.
    status: Option<i32>,
    /// How many there are, by the sections' counts.
    total: usize,
}

impl Scope {
    fn of(all: &[SectionView], section: Option<&SectionId>, status: SeatStatus) -> Self {
        let (mut seats, mut end, mut total) = (0..0, 0, 0);
        for view in all.iter().filter(|view| !view.standing) {
            let start = end;
            end += view.counts.total;
            if section.is_none_or(|section| section.as_str() == view.name) {
                seats = if seats.is_empty() { start..end } else { seats.start..end };
                total += match status {
                    SeatStatus::Unspecified => view.counts.total,
                    SeatStatus::Available => view.counts.available,
                    SeatStatus::Reserved => view.counts.reserved,
                    SeatStatus::Sold => view.counts.sold,
                    SeatStatus::Blocked => view.counts.blocked,
                } as usize;
            }
        }
        let status = (status != SeatStatus::Unspecified).then_some(status as i32);
        Self { seats, status, total }
    }

    /// One page, whose cursors are positions among the seats asked for.
    async fn page(
        &self,
        call: &Call,
        event: &EventId,
        page: &pages::PageRequest<usize>,
    ) -> Result<(Vec<SeatView>, PageInfo), ApiError> {
        let size = page.size as usize;
        let from = page.after.unwrap_or_else(|| (page.skip as usize).saturating_mul(size));
        let mut shown = Vec::new();
        let (mut at, mut passed) = (self.seats.start, 0);
        if self.status.is_none() {
            passed = from.min(self.seats.len());
            at += u32::try_from(passed).unwrap_or(u32::MAX);
        }
        // One more than the page has, to know whether there is a next page.
        while at < self.seats.end && shown.len() <= size {
            let piece = PIECE.min(self.seats.end - at);
            let seats = call.app.engine.seats(event, at, piece as usize)?;
            at += piece;
            for seat in seats {
                let fits = self.status.is_none_or(|status| seat.state.spell() == status);
                if fits && passed < from {
                    passed += 1;
                } else if fits && shown.len() <= size {
                    shown.push(seat);
                }
            }
            tokio::task::yield_now().await;
        }
        let more = shown.len() > size;
        shown.truncate(size);
        let end = passed + shown.len();
        let total = if more { self.total.max(end + 1) } else { end };
        Ok((shown, pages::slice_info(passed, end - passed, total, size)))
    }
}

/// Checks what is to be blocked or unblocked.
fn to_change(call: &Call, event: &EventId, request: &BlockSeatsRequest) -> Result<Vec<SeatId>, ApiError> {
    reason(&request.reason)?;
    if !request.section_id.is_empty() || request.quantity != 0 {
        return Err(ApiError::precondition("places of a standing area cannot be blocked one by one"));
    }
    let mut checks = Checks::new();
    if request.seat_ids.is_empty() {
        checks.bad("seat_ids", "required", "");
    }
    let seats = checks.seats(&request.seat_ids);
    let (seats,) = checks.take((seats,))?;
    // Unknown ones are named together.
    call.app.engine.seats_named(event, &seats)?;
    Ok(seats.to_vec())
}

async fn change(
    call: &Call,
    request: BlockSeatsRequest,
    block: bool,
) -> Result<BlockSeatsResponse, ApiError> {
    let event = event_id(&request.event_id)?;
    call.needs_key(&request.idempotency_key)?;
    let seats = to_change(call, &event, &request)?;
    let mut changed = seats.len();
    let command =
        |seats, key| call.app.engine.block_seats(BlockSeats::new(event.clone(), seats, block).with_key(key));
    // A crash may come between two steps: steps that were taken are not taken again, nor checked against the state that
    // they made.
    let (all, others_step) = (call.step("all"), call.step("others"));
    match command(seats.clone(), all).await {
        // Seats that are blocked already are no conflict: the others are blocked without them.
        Err(Failure::Refused(Refusal::SeatsTaken(_))) if block => {
            let states = call.app.engine.seats_named(&event, &seats)?;
            let free = |(seat, view): (SeatId, SeatView)| (view.state != SeatState::Blocked).then_some(seat);
            let others: Vec<SeatId> = seats.into_iter().zip(states).filter_map(free).collect();
            changed = others.len();
            if changed > 0 {
                command(others, others_step).await?;
            }
        }
        Err(Failure::Refused(Refusal::Invalid(problems))) if !block => {
            let not_blocked =
                ApiError::new(ErrorCode::InventoryConflict, "conflict: some seats are not blocked");
            return Err(problems.iter().fold(not_blocked, |error, problem| {
                error.detail("seat_ids", problem.reason.clone(), &problem.value)
            }));
        }
        done => drop(done?),
    }
    let counts = outbound::seat_counts(call.app.engine.counts(&event)?);
    Ok(BlockSeatsResponse { blocked_count: count(changed), counts: Some(counts), error: None })
}

pub(crate) async fn block_seats(
    call: Call,
    request: BlockSeatsRequest,
) -> Result<BlockSeatsResponse, ApiError> {
    change(&call, request, true).await
}

pub(crate) async fn unblock_seats(
    call: Call,
    request: UnblockSeatsRequest,
) -> Result<UnblockSeatsResponse, ApiError> {
    let UnblockSeatsRequest { event_id, seat_ids, section_id, quantity, reason, idempotency_key } = request;
    let request = BlockSeatsRequest { event_id, seat_ids, section_id, quantity, reason, idempotency_key };
    let done = change(&call, request, false).await?;
    Ok(UnblockSeatsResponse { unblocked_count: done.blocked_count, counts: done.counts, error: None })
}
