//! `common.v1.AdminService`: health, figures, settings, operations, logs and emergencies, for operators.

mod drain;
mod emergency;

use std::collections::BTreeMap;
use std::time::{Duration, Instant, UNIX_EPOCH};

use tacos_engine::{EventId, UnixMs};
use tacos_proto::common::v1::{
    DependencyStatus, GetLogsRequest, GetLogsResponse, GetMetricsRequest, GetMetricsResponse,
    GetSystemHealthRequest, GetSystemHealthResponse, HealthStatus, LogEntry, LogLevel, MetricData,
    OperationStatus, OperationType, ServiceHealthStatus, SystemHealthStatus, TriggerOperationRequest,
    TriggerOperationResponse, UpdateConfigRequest, UpdateConfigResponse,
};

use crate::audit::Entry;
use crate::call::Call;
use crate::health::Health;
use crate::log::Line;
use crate::once::to_the_end;
use crate::rpc::Rpc;
use crate::wire::time::count;
use crate::wire::{ApiError, Checks, timestamp, trace_id};

use drain::{Operated, drain_queue};
pub(crate) use emergency::emergency_action;
pub(super) use emergency::publish_maintenance;

/// Parts beside the services.
const PARTS: [&str; 4] = ["engine", "journal", "disk", "queues"];
/// The part under which GetLogs shows the audit record.
const AUDIT: &str = "audit";
/// How long a probe of the disk may take.
const PROBE_MAX: Duration = Duration::from_millis(250);
/// Figures in one answer, at most.
const SAMPLES_MAX: usize = 2_000;

fn wire_health(health: Health) -> HealthStatus {
    match health {
        Health::Healthy => HealthStatus::Healthy,
        Health::Degraded => HealthStatus::Degraded,
        Health::Unhealthy => HealthStatus::Unhealthy,
    }
}

fn ms_up(duration: Duration) -> i32 {
    count(duration.as_micros().div_ceil(1_000))
}

pub(crate) async fn get_system_health(
    call: Call,
    request: GetSystemHealthRequest,
) -> Result<GetSystemHealthResponse, ApiError> {
    let mut checks = Checks::new();
    if request.services.len() > 32 {
        checks.bad("services", "at most 32", request.services.len());
    }
    checks.done()?;
    let known: Vec<&str> = PARTS.into_iter().chain(Rpc::services()).collect();
    if let Some(unknown) = request.services.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(ApiError::not_found("part").detail("services", "not found", unknown));
    }
    let asked_for =
        |name: &str| request.services.is_empty() || request.services.iter().any(|asked| asked == name);
    let verdict = call.app.health();
    let probed = request.include_dependencies || asked_for("disk") || asked_for("journal");
    let sync = if probed { sync_probe(&call).await } else { None };
    let parts = known
        .into_iter()
        .filter(|name| asked_for(name))
        .map(|name| part(&call, name, &verdict, sync))
        .collect();
    let dependencies = if request.include_dependencies { vec![data_dir(&call, sync)] } else { Vec::new() };
    let overall = match verdict.state {
        Health::Healthy => SystemHealthStatus::Healthy,
        Health::Degraded => SystemHealthStatus::Degraded,
        Health::Unhealthy => SystemHealthStatus::Unhealthy,
    };
    Ok(GetSystemHealthResponse {
        overall_status: overall as i32,
        services: parts,
        dependencies,
        checked_at: timestamp(call.app.engine.now()),
        error: None,
    })
}

/// How long a durable write takes now: the journal's true latency. `None` if it did not come in time.
async fn sync_probe(call: &Call) -> Option<Duration> {
    let started = Instant::now();
    let name = tacos_engine::ExternalId::new("server.probe").ok()?;
    let note = tacos_engine::Note::new(name, Some(b"probe".to_vec()));
    match tokio::time::timeout(PROBE_MAX, call.app.engine.note(note)).await {
        Ok(Ok(_)) => Some(started.elapsed()),
        _ => None,
    }
}

fn part(
    call: &Call,
    name: &str,
    verdict: &crate::health::Verdict,
    sync: Option<Duration>,
) -> ServiceHealthStatus {
    let started = Instant::now();
    let status = call.app.engine.status();
    let mut metrics: BTreeMap<String, String> = BTreeMap::new();
    let mut add = |key: &str, value: u64| metrics.insert(key.to_owned(), value.to_string());
    let latency = match name {
        "journal" => {
            add("durable_lag_bytes", status.written.saturating_sub(status.durable));
            add("groups", status.groups);
            call.app.engine.work().last_sync
        }
        "disk" => {
            if let Some(space) = crate::health::disk_space(&call.app.settings.engine.data_dir) {
                add("free_bytes", space.free_bytes);
                add("total_bytes", space.total_bytes);
            }
            sync
        }
        "engine" => {
            add("commands", status.commands.0);
            add("refusals", status.commands.1);
            add("timers", status.timers as u64);
            Some(started.elapsed())
        }
        "queues" => {
            let lines = call.app.engine.events();
            let queues = lines.iter().filter_map(|event| call.app.engine.queue(&event.id).ok());
            add("waiting", queues.map(|queue| u64::from(queue.waiting)).sum());
            Some(started.elapsed())
        }
        service => Some(call.app.metrics.mean_of_service(service)),
    };
    ServiceHealthStatus {
        service_name: name.to_owned(),
        status: latency.map_or(HealthStatus::Unknown, |_| wire_health(verdict.state)) as i32,
        response_time_ms: latency.map_or(0, ms_up),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        uptime_seconds: i64::try_from((call.app.engine.now().get() - call.app.started_at.get()) / 1_000)
            .unwrap_or(i64::MAX),
        metrics,
        issues: verdict.issues.clone(),
    }
}

fn data_dir(call: &Call, sync: Option<Duration>) -> DependencyStatus {
    DependencyStatus {
        name: "data_dir".to_owned(),
        status: sync.map_or(HealthStatus::Unknown, |_| HealthStatus::Healthy) as i32,
        endpoint: call.app.settings.engine.data_dir.display().to_string(),
        response_time_ms: sync.map_or(0, ms_up),
        last_check: timestamp(call.app.engine.now()),
    }
}

pub(crate) async fn get_metrics(
    call: Call,
    request: GetMetricsRequest,
) -> Result<GetMetricsResponse, ApiError> {
    let mut checks = Checks::new();
    let start = checks.moment("start_time", request.start_time.as_ref());
    let end = checks.moment("end_time", request.end_time.as_ref());
    if !matches!(request.metric_type.as_str(), "" | "counter" | "gauge" | "histogram" | "summary") {
        checks.bad("metric_type", "must be counter, gauge, histogram or summary", &request.metric_type);
    }
    if !matches!(request.aggregation.as_str(), "" | "last" | "avg" | "min" | "max" | "sum") {
        checks.bad("aggregation", "must be last, avg, min, max or sum", &request.aggregation);
    }
    if let (Some(Some(start)), Some(Some(end))) = (start, end)
        && end < start
    {
        checks.bad("end_time", "is before start_time", "");
    }
    let (start, _) = checks.take((start, end))?;
    // The figures are of this moment; a range that ended before it would be answered wrongly.
    if start.is_some() || !matches!(request.aggregation.as_str(), "" | "last") {
        return Err(ApiError::precondition(
            "only figures of this moment are kept: leave start_time and aggregation empty",
        ));
    }
    let now = timestamp(call.app.engine.now());
    let metrics = call
        .app
        .samples()
        .into_iter()
        .filter(|sample| request.service.is_empty() || request.service == sample.part)
        .filter(|sample| {
            let kind = sample.kind.as_str_name().trim_start_matches("METRIC_TYPE_").to_lowercase();
            request.metric_type.is_empty() || request.metric_type == kind
        })
        .take(SAMPLES_MAX)
        .map(|sample| MetricData {
            name: sample.name.to_owned(),
            service: sample.part.to_owned(),
            r#type: sample.kind as i32,
            value: sample.value,
            unit: sample.unit.to_owned(),
            labels: sample.labels.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
            timestamp: now,
        })
        .collect();
    Ok(GetMetricsResponse { metrics, collected_at: now, error: None })
}

pub(crate) async fn update_config(
    call: Call,
    request: UpdateConfigRequest,
) -> Result<UpdateConfigResponse, ApiError> {
    let mut checks = Checks::new();
    checks.required_text("config_key", &request.config_key, 128);
    checks.text("config_value", &request.config_value, 4_096);
    checks.required_text("reason", &request.reason, 512);
    if !matches!(request.service.as_str(), "" | "server" | "engine") {
        checks.bad("service", "must be server or engine", &request.service);
    }
    checks.done()?;
    let (key, value) = (&request.config_key, &request.config_value);
    let live = if request.apply_immediately {
        call.app.live.set(&call.app, key, value).await?
    } else {
        call.app.live.check(&call.app, key, value)?
    };
    Ok(UpdateConfigResponse {
        updated: request.apply_immediately,
        old_value: live.old,
        new_value: live.new,
        updated_at: request.apply_immediately.then(|| timestamp(call.app.engine.now())).flatten(),
        error: None,
    })
}

pub(crate) async fn trigger_operation(
    call: Call,
    request: TriggerOperationRequest,
) -> Result<TriggerOperationResponse, ApiError> {
    let mut checks = Checks::new();
    let operation = OperationType::try_from(request.operation).unwrap_or(OperationType::Unspecified);
    checks.required_text("reason", &request.reason, 512);
    checks.entries("parameters", request.parameters.iter(), 16);
    let allowed: &[&str] = match operation {
        OperationType::DrainQueue => &["event_id"],
        OperationType::ClearCache => &["older_than_seconds"],
        _ => &[],
    };
    for key in request.parameters.keys().filter(|key| !allowed.contains(&key.as_str())) {
        checks.bad(&format!("parameters.{key}"), "is not known for this operation", "");
    }
    if operation == OperationType::Unspecified {
        checks.bad("operation", "required", request.operation);
    }
    checks.done()?;
    let dry_run = request.dry_run;
    // Once begun it goes on, also when the caller goes away.
    let operator = call.clone();
    let work = async move { operate(&operator, operation, &request.parameters, dry_run).await };
    let Operated { id, result } = to_the_end(work).await?;
    tracing::info!(id, operation = operation.as_str_name(), dry_run, result, "operation");
    Ok(TriggerOperationResponse {
        triggered: !dry_run,
        operation_id: id,
        status: OperationStatus::Completed as i32,
        result,
        triggered_at: timestamp(call.app.engine.now()),
        error: None,
    })
}

async fn operate(
    call: &Call,
    operation: OperationType,
    parameters: &BTreeMap<String, String>,
    dry_run: bool,
) -> Result<Operated, ApiError> {
    let result = match operation {
        OperationType::ClearCache => {
            if parameters.get("older_than_seconds").is_some_and(|seconds| seconds != "0") {
                return Err(ApiError::precondition(
                    "answers are forgotten all together: leave older_than_seconds at 0",
                ));
            }
            let keys = call.app.engine.status().idempotency_keys;
            if !dry_run {
                call.app.engine.operator().clear_idempotency();
            }
            Ok(format!(
                "{keys} idempotency answers forgotten; those of the last minutes come back with a restart"
            ))
        }
        OperationType::DrainQueue => {
            let text = parameters.get("event_id").map(String::as_str).unwrap_or_default();
            let event =
                EventId::new(text).map_err(|_| ApiError::invalid("parameters.event_id", "required", text))?;
            return drain_queue(call, &event, dry_run).await;
        }
        OperationType::RefreshConfig => call.app.live.refresh(&call.app, dry_run).await,
        OperationType::RestartService if call.app.settings.server.supervised => {
            if !dry_run {
                call.app.draining.send_replace(true);
            }
            Ok("the process drains and ends; its supervisor starts it again".to_owned())
        }
        OperationType::RestartService => {
            Err(ApiError::precondition("no supervisor is configured (server.supervised)"))
        }
        OperationType::ForceScale | OperationType::Unspecified => {
            Err(ApiError::precondition("one process does not scale out: start larger, or shard by event"))
        }
    };
    result.map(|result| Operated { id: format!("op_{}", trace_id()), result })
}

pub(crate) async fn get_logs(call: Call, request: GetLogsRequest) -> Result<GetLogsResponse, ApiError> {
    let mut checks = Checks::new();
    let limit = checks.range_or("limit", request.limit.into(), 100, 1, 1_000);
    checks.text("search_query", &request.search_query, 256);
    let start = checks.moment("start_time", request.start_time.as_ref());
    let end = checks.moment("end_time", request.end_time.as_ref());
    let level = LogLevel::try_from(request.level).ok();
    let before = if request.cursor.is_empty() { Some(u64::MAX) } else { request.cursor.parse().ok() };
    if level.is_none() {
        checks.bad("level", "is no level", request.level);
    }
    if before.is_none() {
        checks.bad("cursor", "is not one that was given out here", "");
    }
    let (limit, start, end, level, before) = checks.take((limit, start, end, level, before))?;
    if request.service == AUDIT {
        let (start, end) = (start.unwrap_or(UnixMs::ZERO), end.unwrap_or(UnixMs::MAX));
        return Ok(audit_entries(&call, &request.search_query, (start, end), before, limit as usize));
    }
    let wanted = |line: &Line| {
        let at = moment_of_line(line);
        (request.service.is_empty() || line.target.starts_with(&request.service))
            && wire_level(line) as i32 >= level as i32
            && start.is_none_or(|start| at >= start)
            && end.is_none_or(|end| at < end)
            && (request.search_query.is_empty()
                || line.message.contains(&request.search_query)
                || line.fields.values().any(|value| value.contains(&request.search_query)))
    };
    let (lines, has_more) = call.app.logs.read(before, limit as usize, wanted);
    let next_cursor =
        lines.last().filter(|_| has_more).map(|line| line.number.to_string()).unwrap_or_default();
    let entry = |line: Line| LogEntry {
        timestamp: timestamp(moment_of_line(&line)),
        level: wire_level(&line) as i32,
        service: line.target.to_owned(),
        trace_id: line.fields.get("trace_id").cloned().unwrap_or_default(),
        fields: line.fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
        message: line.message,
    };
    Ok(GetLogsResponse { logs: lines.into_iter().map(entry).collect(), has_more, next_cursor, error: None })
}

/// Entries of the audit record, as log lines.
fn audit_entries(
    call: &Call,
    search: &str,
    (start, end): (UnixMs, UnixMs),
    before: u64,
    limit: usize,
) -> GetLogsResponse {
    let wanted = |entry: &Entry| {
        let at = UnixMs::new(entry.at_ms);
        let texts = [&entry.by, &entry.rpc, &entry.reason, &entry.request, &entry.outcome];
        at >= start && at < end && texts.iter().any(|text| text.contains(search))
    };
    let (entries, has_more) = call.app.audit.read(before, limit, wanted);
    let next_cursor =
        entries.last().filter(|_| has_more).map(|entry| entry.number.to_string()).unwrap_or_default();
    let line = |entry: Entry| LogEntry {
        timestamp: timestamp(UnixMs::new(entry.at_ms)),
        level: LogLevel::Info as i32,
        service: AUDIT.to_owned(),
        message: format!("{} by {}: {}", entry.rpc, entry.by, entry.outcome),
        trace_id: entry.trace_id,
        fields: [
            ("by", entry.by),
            ("rpc", entry.rpc),
            ("reason", entry.reason),
            ("request", entry.request),
            ("outcome", entry.outcome),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into(),
    };
    GetLogsResponse { logs: entries.into_iter().map(line).collect(), has_more, next_cursor, error: None }
}

fn moment_of_line(line: &Line) -> UnixMs {
    let since = line.at.duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMs::new(u64::try_from(since.as_millis()).unwrap_or(0))
}

fn wire_level(line: &Line) -> LogLevel {
    match line.level {
        tracing::Level::TRACE => LogLevel::Trace,
        tracing::Level::DEBUG => LogLevel::Debug,
        tracing::Level::INFO => LogLevel::Info,
        tracing::Level::WARN => LogLevel::Warn,
        tracing::Level::ERROR => LogLevel::Error,
    }
}
