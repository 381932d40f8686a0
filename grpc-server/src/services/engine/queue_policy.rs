//! Waiting lines: their rules, pauses, and the pre-sale room whose order is drawn by lot.

use sha2::{Digest, Sha256};
use tacos_engine::{
    DrawRoom, EventId, ExternalId, Note, PauseQueue, PresaleRoom, QueuePolicy as Line, Refusal,
    SetQueuePolicy, UnixMs,
};
use tacos_proto::common::v1::ErrorCode;
use tacos_proto::engine::v1::{
    DrawPresaleRequest, DrawPresaleResponse, GetPresaleRequest, GetPresaleResponse, GetQueuePolicyRequest,
    GetQueuePolicyResponse, OpenPresaleRequest, OpenPresaleResponse, PauseQueueRequest, PauseQueueResponse,
    Presale, PresaleSchedule, PresaleState, QueuePolicy, ResumeQueueRequest, ResumeQueueResponse,
    SetQueuePolicyRequest, SetQueuePolicyResponse,
};

use super::events::{raise, record};
use super::{event_id, reason};
use crate::call::Call;
use crate::wire::error::hex;
use crate::wire::time::{count, moment_of};
use crate::wire::{ApiError, Checks, timestamp};

/// A room without a moment for its draw is drawn when the sale opens; at the latest then, in milliseconds from now.
const DRAW_AT_LAST_MS: u64 = 365 * 86_400_000;

/// A policy from the wire, defaults filled in.
pub(super) fn policy_of(call: &Call, checks: &mut Checks, policy: &QueuePolicy) -> Option<Line> {
    let mut of = |field: &str, value: i32, default: u32, high: i64| {
        checks.range_or(&format!("queue_policy.{field}"), value.into(), default, 1, high)
    };
    let plain = Line::default();
    let per_minute =
        of("admissions_per_minute", policy.admissions_per_minute, plain.admissions_per_minute, 6_000_000);
    let burst = of("burst", policy.burst, plain.burst, 1_000_000);
    let inside = of("inside_max", policy.inside_max, plain.inside_max, 1 << 26);
    let waiting = of("waiting_max", policy.waiting_max, plain.waiting_max, 1 << 26);
    let claim = of("claim_window_seconds", policy.claim_window_seconds, 60, 86_400);
    let token = of("reservation_token_seconds", policy.reservation_token_seconds, 300, 86_400);
    let inactivity = of("inactivity_seconds", policy.inactivity_seconds, 3_600, 604_800);
    let room = match &policy.presale {
        None => Some(None),
        Some(schedule) => room_of(call.app.engine.now(), checks, schedule).map(Some),
    };
    let line = Line::default()
        .with_admissions_per_minute(per_minute?)
        .with_burst(burst?)
        .with_inside_max(inside?)
        .with_waiting_max(waiting?)
        .with_claim_window_ms(u64::from(claim?) * 1_000)
        .with_token_ttl_ms(u64::from(token?) * 1_000)
        .with_inactivity_ms(u64::from(inactivity?) * 1_000)
        .with_one_place_per_user(call.app.rules.one_place_per_user)
        .with_room(room?);
    Some(line)
}

fn room_of(now: UnixMs, checks: &mut Checks, schedule: &PresaleSchedule) -> Option<PresaleRoom> {
    let opens_at = schedule.opens_at.as_ref().map_or(Some(now), moment_of);
    let last = UnixMs::new(opens_at.unwrap_or(now).get().max(now.get()) + DRAW_AT_LAST_MS);
    let draws_at = schedule.draws_at.as_ref().map_or(Some(last), moment_of);
    match opens_at.zip(draws_at).filter(|(opens, draws)| draws > opens) {
        Some((opens_at, draws_at)) => Some(PresaleRoom { opens_at, draws_at }),
        None => {
            checks.bad("queue_policy.presale.draws_at", "must be after opens_at", "");
            None
        }
    }
}

/// A policy on the wire.
pub(super) fn wire_policy(policy: &Line) -> QueuePolicy {
    let seconds = |ms: u64| count(ms / 1_000);
    QueuePolicy {
        admissions_per_minute: count(policy.admissions_per_minute),
        burst: count(policy.burst),
        inside_max: count(policy.inside_max),
        waiting_max: count(policy.waiting_max),
        claim_window_seconds: seconds(policy.claim_window_ms),
        reservation_token_seconds: seconds(policy.token_ttl_ms),
        inactivity_seconds: seconds(policy.inactivity_ms),
        presale: policy.room.map(|room| PresaleSchedule {
            opens_at: timestamp(room.opens_at),
            draws_at: timestamp(room.draws_at),
        }),
    }
}

fn in_force(call: &Call, event: &EventId) -> Option<QueuePolicy> {
    let live = call
        .app
        .engine
        .queue_policy(event)
        .ok()
        .filter(|policy| policy.enabled)
        .map(|policy| wire_policy(&policy));
    live.or_else(|| {
        let draft = call
            .app
            .engine
            .event(event)
            .is_err()
            .then(|| call.app.catalog.facts(event).record.clone())
            .flatten();
        draft?.settings?.queue_policy
    })
}

pub(crate) async fn get_queue_policy(
    call: Call,
    request: GetQueuePolicyRequest,
) -> Result<GetQueuePolicyResponse, ApiError> {
    let event = event_id(&request.event_id)?;
    let record = record(&call, &event)?;
    let policy = in_force(&call, &event);
    Ok(GetQueuePolicyResponse { policy, paused: record.queue_paused, revision: record.revision, error: None })
}

pub(crate) async fn set_queue_policy(
    call: Call,
    request: SetQueuePolicyRequest,
) -> Result<SetQueuePolicyResponse, ApiError> {
    reason(&request.reason)?;
    let event = event_id(&request.event_id)?;
    let mut checks = Checks::new();
    let wanted = match &request.policy {
        Some(policy) => policy_of(&call, &mut checks, policy).map(Some),
        None => Some(None),
    };
    let (wanted,) = checks.take((wanted,))?;
    call.needs_key(&request.idempotency_key)?;
    let _alone = call.app.catalog.operator.lock().await;
    let old = record(&call, &event)?;
    let step = call.step("policy");
    let taken = call.took(step.as_ref()).await?;
    if !taken && request.expected_revision != 0 && request.expected_revision != old.revision {
        return Err(ApiError::new(
            ErrorCode::ConcurrentModification,
            "conflict: the event was changed meanwhile",
        )
        .detail("expected_revision", format!("is {} now", old.revision), request.expected_revision));
    }
    if call.app.engine.event(&event).is_ok() {
        if !taken {
            let policy = match wanted {
                Some(policy) => policy,
                None => without_line(&call, &event)?,
            };
            call.app
                .engine
                .set_queue_policy(SetQueuePolicy::new(event.clone(), policy).with_key(step))
                .await?;
        }
        call.app.hold_to_stops().await?;
        let record = raise(&call, &event).await?;
        return Ok(SetQueuePolicyResponse {
            policy: in_force(&call, &event),
            revision: record.revision,
            error: None,
        });
    }
    if taken {
        return Ok(SetQueuePolicyResponse {
            policy: in_force(&call, &event),
            revision: old.revision,
            error: None,
        });
    }
    let mut draft = old.clone();
    if let Some(settings) = &mut draft.settings {
        settings.queue_policy = wanted.as_ref().map(wire_policy);
    }
    let next = crate::catalog::next_revision(Some(&old), draft, call.app.engine.now());
    let revision = next.revision;
    call.app.catalog.store(&call.app.engine, &event, next, step).await?;
    Ok(SetQueuePolicyResponse { policy: in_force(&call, &event), revision, error: None })
}

/// The policy of an event whose line is removed, which is allowed only when no ticket waits in it.
fn without_line(call: &Call, event: &EventId) -> Result<Line, ApiError> {
    if call.app.engine.queue(event).is_ok_and(|queue| queue.waiting + queue.ready > 0) {
        return Err(ApiError::precondition("people wait in the line: drain it first"));
    }
    let policy = call.app.engine.queue_policy(event).unwrap_or_default();
    Ok(policy.with_enabled(false).with_room(None))
}

async fn pause(call: &Call, event_id_text: &str, key: &str, paused: bool) -> Result<UnixMs, ApiError> {
    let event = event_id(event_id_text)?;
    let mut checks = Checks::new();
    let key = call.key(&mut checks, key);
    let (key,) = checks.take((key,))?;
    if !paused && !call.repeats {
        call.app.emergencies.check_admissions(&event)?;
    }
    Ok(call.app.engine.pause_queue(PauseQueue::new(event, paused).with_key(key)).await?.at)
}

pub(crate) async fn pause_queue(
    call: Call,
    request: PauseQueueRequest,
) -> Result<PauseQueueResponse, ApiError> {
    reason(&request.reason)?;
    let at = pause(&call, &request.event_id, &request.idempotency_key, true).await?;
    Ok(PauseQueueResponse { paused_at: timestamp(at), error: None })
}

pub(crate) async fn resume_queue(
    call: Call,
    request: ResumeQueueRequest,
) -> Result<ResumeQueueResponse, ApiError> {
    reason(&request.reason)?;
    let at = pause(&call, &request.event_id, &request.idempotency_key, false).await?;
    Ok(ResumeQueueResponse { resumed_at: timestamp(at), error: None })
}

/// Name of the note with the moment of a draw that an operator asked for.
fn draw_note(event: &EventId) -> Result<ExternalId, ApiError> {
    let digest = Sha256::digest(event.as_str().as_bytes());
    ExternalId::new(&format!("drawn.{}", hex(&digest[..16])))
        .map_err(|error| ApiError::internal(error.to_string()))
}

fn moment_kept(bytes: Vec<u8>) -> Option<UnixMs> {
    <[u8; 8]>::try_from(bytes).ok().map(|bytes| UnixMs::new(u64::from_le_bytes(bytes)))
}

/// The room as every caller may see it: the hash of the seed at once, the seed after the draw.
fn presale(call: &Call, event: &EventId) -> Result<Option<Presale>, ApiError> {
    call.app.engine.event(event)?;
    let Ok(draw) = call.app.engine.draw(event) else { return Ok(None) };
    let room = call.app.engine.queue_policy(event).ok().and_then(|policy| policy.room);
    let drawn = draw.seed.is_some();
    let state = if drawn { PresaleState::Drawn } else { PresaleState::Open };
    let waiting = call.app.engine.queue(event).map_or(0, |queue| queue.waiting);
    let in_time = room.map(|room| room.draws_at).filter(|at| drawn && *at <= call.app.engine.now());
    let result = call.app.engine.draw_result(event).ok().flatten();
    let drawn_at = call.app.engine.read_note(&draw_note(event)?).and_then(moment_kept).or(in_time);
    Ok(Some(Presale {
        state: state as i32,
        seed_hash: draw.commitment.to_vec(),
        seed: draw.seed.map(|seed| seed.to_vec()).unwrap_or_default(),
        entrants: result.map_or_else(|| count(waiting), |result| count(result.entrants)),
        opened_at: room.and_then(|room| timestamp(room.opens_at)),
        drawn_at: drawn_at.and_then(timestamp),
        order_hash: result.map(|result| result.order_hash.to_vec()).unwrap_or_default(),
    }))
}

/// The seed that an operator brings; `None`: the engine makes one.
fn own_seed(bytes: &[u8]) -> Result<Option<[u8; 32]>, ApiError> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let seed = bytes.try_into();
    seed.map(Some).map_err(|_| {
        ApiError::invalid("seed", "must have exactly 32 bytes, or none", format!("{} bytes", bytes.len()))
    })
}

pub(crate) async fn open_presale(
    call: Call,
    request: OpenPresaleRequest,
) -> Result<OpenPresaleResponse, ApiError> {
    let event = event_id(&request.event_id)?;
    let seed = own_seed(&request.seed)?;
    call.needs_key(&request.idempotency_key)?;
    let _alone = call.app.catalog.operator.lock().await;
    let step = call.step("room");
    if call.took(step.as_ref()).await? {
        raise(&call, &event).await?;
    }
    if let Some(open) = presale(&call, &event)? {
        if seed.is_some_and(|seed| tacos_engine::commitment(&seed).as_slice() != open.seed_hash) {
            return Err(ApiError::precondition("the pre-sale room is open already, with another seed"));
        }
        return Ok(OpenPresaleResponse { presale: Some(open), error: None });
    }
    let view = call.app.engine.event(&event)?;
    if view.sale != tacos_engine::SaleState::Draft {
        return Err(Refusal::SaleNotOpen(view.sale).into());
    }
    let now = call.app.engine.now();
    let room = PresaleRoom { opens_at: now, draws_at: UnixMs::new(now.get() + DRAW_AT_LAST_MS) };
    let policy = call.app.engine.queue_policy(&event).unwrap_or_default();
    let policy = policy.with_enabled(true).with_room(Some(room));
    if let Some(seed) = seed {
        call.app.engine.operator().set_draw_seed(&event, &seed, call.step("seed").as_ref()).await?;
    }
    call.app.engine.set_queue_policy(SetQueuePolicy::new(event.clone(), policy).with_key(step)).await?;
    call.app.hold_to_stops().await?;
    raise(&call, &event).await?;
    Ok(OpenPresaleResponse { presale: presale(&call, &event)?, error: None })
}

pub(crate) async fn draw_presale(
    call: Call,
    request: DrawPresaleRequest,
) -> Result<DrawPresaleResponse, ApiError> {
    let event = event_id(&request.event_id)?;
    call.needs_key(&request.idempotency_key)?;
    let _alone = call.app.catalog.operator.lock().await;
    let room =
        presale(&call, &event)?.ok_or_else(|| ApiError::precondition("no pre-sale room was opened"))?;
    if room.state() == PresaleState::Drawn {
        return Ok(DrawPresaleResponse { presale: Some(room), error: None });
    }
    let drawn = call.app.engine.draw_room(DrawRoom::new(event.clone())).await?;
    let value = Some(drawn.at.get().to_le_bytes().to_vec());
    call.app.engine.note(Note::new(draw_note(&event)?, value)).await?;
    Ok(DrawPresaleResponse { presale: presale(&call, &event)?, error: None })
}

pub(crate) async fn get_presale(
    call: Call,
    request: GetPresaleRequest,
) -> Result<GetPresaleResponse, ApiError> {
    let event = event_id(&request.event_id)?;
    record(&call, &event)?;
    let presale = if call.app.engine.event(&event).is_ok() { presale(&call, &event)? } else { None };
    Ok(GetPresaleResponse { presale, error: None })
}
