//! Running the engine: backups, status, dead letters, the undoing of emergencies.

use std::path::{Path, PathBuf};
use std::time::Instant;

use tacos_engine::journal::{self, FileStorage};
use tacos_engine::views::WebhookView;
use tacos_engine::{Caller, Failure, Refusal, SnapshotError, UnixMs, WebhookId, limits};
use tacos_proto::common::v1::{EmergencyActionType, ErrorCode};
use tacos_proto::engine::v1::{
    DeadLetter, EmergencyRecord, GetEngineStatusRequest, GetEngineStatusResponse, JournalStatus,
    ListDeadLettersRequest, ListDeadLettersResponse, ListEmergencyActionsRequest,
    ListEmergencyActionsResponse, ReplayDeadLettersRequest, ReplayDeadLettersResponse, TableFill,
    TakeBackupRequest, TakeBackupResponse, UndoEmergencyActionRequest, UndoEmergencyActionResponse,
};

use crate::call::Call;
use crate::emergency::{EmergencyAction, Undone};
use crate::services::payment_body;
use crate::webhooks::{Attempts, WebhookDelivery};
use crate::wire::time::{count, rfc3339};
use crate::wire::{ApiError, Checks, pages, timestamp};

/// Dead letters that one call replays, at most.
const REPLAY_MAX: usize = 1_000;

fn wide(value: impl TryInto<i64>) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}

pub(crate) async fn take_backup(
    call: Call,
    request: TakeBackupRequest,
) -> Result<TakeBackupResponse, ApiError> {
    let mut checks = Checks::new();
    if !request.name.is_empty() {
        let _: Option<tacos_engine::ExternalId> = checks.id("name", &request.name);
        if request.name.starts_with('.') {
            checks.bad("name", "must not begin with a full stop", &request.name);
        }
    }
    checks.done()?;
    call.needs_key(&request.idempotency_key)?;
    let name = if request.name.is_empty() {
        let now = call.app.engine.now();
        let name = call.choose("name", || rfc3339(now).replace([':', '.'], "-").into_bytes()).await?;
        format!("backup-{}", String::from_utf8_lossy(&name))
    } else {
        request.name
    };
    let path = call.app.settings.server.backup_dir.join(&name);
    let started = Instant::now();
    let _alone = call
        .app
        .backing_up
        .try_lock()
        .map_err(|_| ApiError::precondition("another backup is being taken"))?;
    // An existing folder is another request's backup, unless an earlier try of this request began it.
    let step = call.step("begun");
    if !call.took(step.as_ref()).await? {
        if path.exists() {
            return Err(ApiError::new(ErrorCode::AlreadyExists, "a backup with this name exists"));
        }
        call.choose("begun", Vec::new).await?;
    }
    let (engine, to) = (call.app.engine.clone(), path.clone());
    let taken = tokio::task::spawn_blocking(move || write_backup(&engine, &to)).await;
    let (report, bytes, hash) = taken.map_err(|error| ApiError::internal(error.to_string()))??;
    tracing::info!(name, position = report.end.0, bytes, "a backup was taken");
    Ok(TakeBackupResponse {
        name,
        path: path.display().to_string(),
        position: report.end.0,
        size_bytes: wide(bytes),
        content_hash: hash.as_bytes().to_vec(),
        finished_at: timestamp(call.app.engine.now()),
        duration_ms: wide(started.elapsed().as_millis()),
        error: None,
    })
}

/// Copies the engine into a folder beside `to`, verifies the copy, and gives it its name: a folder under the name is a
/// whole backup. One that is there already was finished by an earlier try.
fn write_backup(
    engine: &tacos_engine::Engine,
    to: &Path,
) -> Result<(journal::Report, u64, blake3::Hash), ApiError> {
    let internal = |error: std::io::Error| ApiError::internal(error.to_string());
    let report = if to.exists() { verify(to)? } else { copy(engine, to)? };
    let (bytes, hash) = content(to).map_err(internal)?;
    Ok((report, bytes, hash))
}

fn copy(engine: &tacos_engine::Engine, to: &Path) -> Result<journal::Report, ApiError> {
    let internal = |error: std::io::Error| ApiError::internal(error.to_string());
    let parent = to.parent().unwrap_or(to);
    let name = to.file_name().unwrap_or_default().to_string_lossy();
    let unfinished = to.with_file_name(format!(".{name}.unfinished"));
    std::fs::create_dir_all(parent).map_err(internal)?;
    if unfinished.exists() {
        std::fs::remove_dir_all(&unfinished).map_err(internal)?;
    }
    let copied = engine.backup(&unfinished, |_| ()).map_err(|error| match error {
        SnapshotError::NoFolder => ApiError::precondition("an engine in memory has nothing to back up"),
        other => ApiError::internal(other.to_string()),
    });
    let named = copied.and_then(|_| {
        let report = verify(&unfinished)?;
        std::fs::rename(&unfinished, to).map_err(internal)?;
        // The name is as durable as the files.
        std::fs::File::open(parent).and_then(|folder| folder.sync_all()).map_err(internal)?;
        Ok(report)
    });
    if named.is_err() {
        // A copy that does not verify is removed.
        let _ = std::fs::remove_dir_all(&unfinished);
    }
    named
}

fn verify(folder: &Path) -> Result<journal::Report, ApiError> {
    let storage = FileStorage::open(folder).map_err(|error| ApiError::internal(error.to_string()))?;
    journal::verify(&storage, &mut |_| ()).map_err(|error| ApiError::internal(error.to_string()))
}

/// Size and hash of a folder's files: names and contents, in the order of names.
fn content(folder: &Path) -> std::io::Result<(u64, blake3::Hash)> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.sort();
    let (mut bytes, mut hasher) = (0, blake3::Hasher::new());
    for file in files.iter().filter(|file| file.is_file()) {
        hasher.update(file.file_name().unwrap_or_default().as_encoded_bytes());
        let length = file.metadata()?.len();
        hasher.update(&length.to_le_bytes());
        let mut reader = std::fs::File::open(file)?;
        std::io::copy(&mut reader, &mut hasher)?;
        bytes += length;
    }
    Ok((bytes, hasher.finalize()))
}

pub(crate) async fn get_engine_status(
    call: Call,
    _request: GetEngineStatusRequest,
) -> Result<GetEngineStatusResponse, ApiError> {
    let status = call.app.engine.status();
    let folder = call.app.settings.engine.data_dir.clone();
    let on_disk = tokio::task::spawn_blocking(move || {
        FileStorage::open(folder).ok().and_then(|storage| journal::stat(&storage).ok())
    })
    .await
    .ok()
    .flatten();
    let work = call.app.engine.work();
    let (deliveries, dead_deliveries) = call.app.webhooks.deliveries.counts();
    let segments = on_disk.as_ref().map(|stat| stat.segments.as_slice()).unwrap_or_default();
    let fill = |name: &str, used: i64, capacity: i64| TableFill { name: name.to_owned(), used, capacity };
    let engine = &call.app.settings.engine;
    let tables = vec![
        fill("events", status.events.into(), limits::EVENTS_MAX.into()),
        fill("reservations", status.reservation_slots.into(), engine.reservations_max.into()),
        fill("payments", status.payment_slots.into(), engine.payments_max.into()),
        fill("idempotency_keys", wide(status.idempotency_keys), engine.idempotency_keys_max.into()),
        fill("streams", wide(call.app.hub.open()), wide(call.app.settings.limits.streams)),
    ];
    Ok(GetEngineStatusResponse {
        engine_id: on_disk.as_ref().map(|stat| stat.engine.to_string()).unwrap_or_default(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started_at: timestamp(call.app.started_at),
        durability: call.app.durability() as i32,
        profile: format!("{:?}", call.app.settings.profile).to_lowercase(),
        journal: Some(JournalStatus {
            appended_position: status.written,
            durable_position: status.durable,
            oldest_position: segments.first().map_or(0, |(_, first, _)| first.0),
            segments: count(segments.len()),
            size_bytes: wide(segments.iter().map(|(_, _, bytes)| *bytes).sum::<u64>()),
            last_sync_duration_us: work.last_sync.map_or(0, |took| wide(took.as_micros())),
            last_snapshot_at: work.last_snapshot_at.and_then(timestamp),
            last_snapshot_position: status.snapshot,
            poisoned_reason: status.poisoned.unwrap_or_default(),
        }),
        tables,
        emergencies_in_force: call.app.emergencies.list(true).iter().take(100).map(wire_emergency).collect(),
        outbox_depth: wide(status.webhooks.0 + deliveries),
        dead_letters: wide(status.webhooks.1 + dead_deliveries),
        feed_readers: count(call.app.hub.feeds()),
        error: None,
    })
}

async fn dead_letter(call: &Call, webhook: &WebhookView) -> Option<DeadLetter> {
    let view = call.app.engine.payment(webhook.payment, &Caller::Operator).await.ok()?;
    let id = webhook.id.to_string();
    let body = payment_body(&id, webhook.tells, &view, webhook.created_at, webhook.attempts);
    let letter = DeadLetter {
        dead_letter_id: id.clone(),
        webhook_id: id,
        payment_intent_id: webhook.payment.to_string(),
        endpoint_url: view.webhook_url.unwrap_or_default(),
        body,
        attempts: count(webhook.attempts),
        ..DeadLetter::default()
    };
    Some(with_attempts(letter, call.app.webhooks.attempts.of(webhook.id)))
}

/// A dead letter on the wire, with the attempts that are known.
fn with_attempts(letter: DeadLetter, tried: Option<Attempts>) -> DeadLetter {
    let Some(tried) = tried else { return letter };
    DeadLetter {
        last_http_status: tried.failed.status.into(),
        last_failure: tried.failed.reason,
        first_attempt_at: tried.first_ms.and_then(|ms| timestamp(UnixMs::new(ms))),
        last_attempt_at: timestamp(UnixMs::new(tried.last_ms)),
        ..letter
    }
}

/// A delivery to a registered endpoint, or a simulated one, that was given up.
fn dead_delivery(delivery: WebhookDelivery) -> DeadLetter {
    let letter = DeadLetter {
        dead_letter_id: delivery.id.clone(),
        webhook_id: delivery.id,
        endpoint_url: delivery.url,
        body: delivery.body,
        attempts: count(delivery.attempts),
        ..DeadLetter::default()
    };
    with_attempts(letter, delivery.tried)
}

/// All dead letters that a filter lets through: of payments, oldest first, then of registered endpoints.
async fn dead_letters(call: &Call, url: &str, payment: &str, most: usize) -> (Vec<DeadLetter>, usize) {
    let (mut found, mut total, mut after) = (Vec::new(), 0, 0);
    let mut look = |letter: DeadLetter| {
        let fits = (url.is_empty() || letter.endpoint_url == url)
            && (payment.is_empty() || letter.payment_intent_id == payment);
        total += usize::from(fits);
        if fits && found.len() < most {
            found.push(letter);
        }
    };
    loop {
        let page = call.app.engine.dead_webhooks(after);
        let Some(last) = page.last() else { break };
        after = last.order;
        for webhook in &page {
            if let Some(letter) = dead_letter(call, webhook).await {
                look(letter);
            }
        }
    }
    call.app.webhooks.deliveries.dead().into_iter().map(dead_delivery).for_each(look);
    (found, total)
}

pub(crate) async fn list_dead_letters(
    call: Call,
    request: ListDeadLettersRequest,
) -> Result<ListDeadLettersResponse, ApiError> {
    let mut checks = Checks::new();
    checks.text("endpoint_url", &request.endpoint_url, 2_048);
    let page =
        pages::wanted(&mut checks, request.pagination.as_ref(), 100, |text| text.parse::<usize>().ok());
    let (page,) = checks.take((page,))?;
    let (all, _) = dead_letters(&call, &request.endpoint_url, &request.payment_intent_id, usize::MAX).await;
    let (shown, info) = pages::slice(all, &page);
    Ok(ListDeadLettersResponse { dead_letters: shown, page_info: Some(info), error: None })
}

pub(crate) async fn replay_dead_letters(
    call: Call,
    request: ReplayDeadLettersRequest,
) -> Result<ReplayDeadLettersResponse, ApiError> {
    let mut checks = Checks::new();
    let ids = &request.dead_letter_ids;
    if ids.len() > REPLAY_MAX {
        checks.bad("dead_letter_ids", format!("at most {REPLAY_MAX}"), ids.len());
    }
    if ids.is_empty() == request.endpoint_url.is_empty() {
        checks.bad("dead_letter_ids", "either these or an endpoint_url", ids.len());
    }
    checks.done()?;
    call.needs_key(&request.idempotency_key)?;
    let mut answer = ReplayDeadLettersResponse::default();
    if ids.is_empty() {
        let (found, total) = dead_letters(&call, &request.endpoint_url, "", REPLAY_MAX).await;
        for letter in found {
            answer.replayed_count += i32::from(replay(&call, &letter.dead_letter_id).await?);
        }
        answer.remaining_count = wide(total) - i64::from(answer.replayed_count);
    }
    for text in ids {
        if replay(&call, text).await? {
            answer.replayed_count += 1;
        } else {
            answer.unknown_ids.push(text.clone());
        }
    }
    call.app.webhooks.wake.notify_one();
    Ok(answer)
}

/// False if it is no dead letter (any more).
async fn replay(call: &Call, id: &str) -> Result<bool, ApiError> {
    if call.app.webhooks.deliveries.replay(&call.app.engine, id).await? {
        return Ok(true);
    }
    let Ok(id) = id.parse::<WebhookId>() else { return Ok(false) };
    match call.app.engine.replay_webhook(id).await {
        Ok(_) => {
            call.app.webhooks.attempts.forget(id);
            Ok(true)
        }
        Err(Failure::Refused(Refusal::UnknownWebhook | Refusal::Invalid(_))) => Ok(false),
        Err(failure) => Err(failure.into()),
    }
}

fn wire_emergency(emergency: &EmergencyAction) -> EmergencyRecord {
    let undone = emergency.undone.as_ref();
    EmergencyRecord {
        action_id: emergency.id.clone(),
        action: emergency.action,
        parameters: emergency.parameters.clone().into_iter().collect(),
        reason: emergency.reason.clone(),
        taken_by: emergency.taken_by.clone(),
        taken_at: timestamp(UnixMs::new(emergency.taken_at_ms)),
        undone_by: undone.map(|undone| undone.by.clone()).unwrap_or_default(),
        undone_at: undone.and_then(|undone| timestamp(UnixMs::new(undone.at_ms))),
        undo_reason: undone.map(|undone| undone.reason.clone()).unwrap_or_default(),
    }
}

pub(crate) async fn list_emergency_actions(
    call: Call,
    request: ListEmergencyActionsRequest,
) -> Result<ListEmergencyActionsResponse, ApiError> {
    let mut checks = Checks::new();
    let page =
        pages::wanted(&mut checks, request.pagination.as_ref(), 100, |text| text.parse::<usize>().ok());
    let (page,) = checks.take((page,))?;
    let (shown, info) = pages::slice(call.app.emergencies.list(request.in_force_only), &page);
    let actions = shown.iter().map(wire_emergency).collect();
    Ok(ListEmergencyActionsResponse { actions, page_info: Some(info), error: None })
}

pub(crate) async fn undo_emergency_action(
    call: Call,
    request: UndoEmergencyActionRequest,
) -> Result<UndoEmergencyActionResponse, ApiError> {
    let mut checks = Checks::new();
    checks.required_text("action_id", &request.action_id, 128);
    checks.required_text("reason", &request.reason, 512);
    checks.done()?;
    if !request.confirm {
        return Err(ApiError::precondition("confirm must be true").detail("confirm", "required", "false"));
    }
    call.needs_key(&request.idempotency_key)?;
    let mut emergency = call
        .app
        .emergencies
        .get(&request.action_id)
        .ok_or_else(|| ApiError::not_found("emergency action"))?;
    if emergency.undone.is_some() {
        let result = "it was undone before".to_owned();
        return Ok(UndoEmergencyActionResponse {
            action: Some(wire_emergency(&emergency)),
            result,
            error: None,
        });
    }
    emergency.undone = Some(Undone {
        by: call.caller.subject.clone(),
        at_ms: call.app.engine.now().get(),
        reason: request.reason,
    });
    let resumed = call.app.undo(emergency.clone()).await?;
    if emergency.kind() == EmergencyActionType::MaintenanceMode {
        crate::services::publish_maintenance(&call, &emergency.id, "ended").await;
    }
    let result = match emergency.kind() {
        EmergencyActionType::StopAdmissions => format!("{resumed} lines let people in again"),
        EmergencyActionType::CancelReservations => {
            "reservations can be made again; those cancelled stay so".to_owned()
        }
        _ => "what was cut off works again".to_owned(),
    };
    tracing::warn!(id = emergency.id, by = call.caller.subject, result, "an emergency action was undone");
    Ok(UndoEmergencyActionResponse { action: Some(wire_emergency(&emergency)), result, error: None })
}
