//! Settings that may change while the server runs: by UpdateConfig, or by reading the file again.

use parking_lot::Mutex;
use tacos_engine::{ExternalId, Note};

use crate::app::App;
use crate::settings::{Limits, Settings};
use crate::wire::ApiError;

/// Keys that may change live, as `--print-config` prints them.
const KEYS: [&str; 8] = [
    "log.level",
    "limits.user_per_second",
    "limits.user_burst",
    "limits.address_per_second",
    "limits.address_burst",
    "limits.queue_target_ms",
    "limits.refusal_hold_ms",
    "webhooks.allow_hosts",
];

/// Names of the notes of settings that were set live.
const PREFIX: &str = "setting.";

/// What is in force of them.
pub(crate) struct Live {
    state: Mutex<State>,
    /// Held while a setting is written down and put in force: the last one written is the one in force.
    setting: tokio::sync::Mutex<()>,
}

struct State {
    level: String,
    limits: Limits,
}

/// A setting before and after.
pub(crate) struct Changed {
    pub(crate) old: String,
    pub(crate) new: String,
}

impl Live {
    pub(crate) fn new(settings: &Settings) -> Self {
        let state = State { level: settings.log.level.clone(), limits: settings.limits.clone() };
        Self { state: Mutex::new(state), setting: tokio::sync::Mutex::new(()) }
    }

    /// Checks a new value; what it would change.
    pub(crate) fn check(&self, app: &App, key: &str, value: &str) -> Result<Changed, ApiError> {
        self.change(app, key, value, false)
    }

    /// Checks a new value, writes it down and puts it in force: it outlives a restart.
    pub(crate) async fn set(&self, app: &App, key: &str, value: &str) -> Result<Changed, ApiError> {
        let _alone = self.setting.lock().await;
        let name = note_name(key)?;
        let changed = self.change(app, key, value, true)?;
        let kept = app.engine.note(Note::new(name, Some(value.as_bytes().to_vec()))).await;
        if let Err(failure) = kept {
            // What would not outlive a restart is not in force either.
            self.change(app, key, &changed.old, true)?;
            return Err(failure.into());
        }
        Ok(changed)
    }

    /// At the start: what was set while the server ran is in force again, over what the file says.
    pub(crate) fn restore(&self, app: &App) {
        for key in KEYS {
            let kept = note_name(key).ok().and_then(|name| app.engine.read_note(&name));
            let Some(value) = kept.and_then(|bytes| String::from_utf8(bytes).ok()) else { continue };
            match self.change(app, key, &value, true) {
                Ok(_) => tracing::warn!(key, value, "set by UpdateConfig, over what the file says"),
                Err(error) => {
                    tracing::error!(
                        key,
                        value,
                        error = error.message,
                        "a setting of UpdateConfig is not in force"
                    );
                }
            }
        }
    }

    /// Checks a new value and, if `apply`, puts it in force.
    fn change(&self, app: &App, key: &str, value: &str, apply: bool) -> Result<Changed, ApiError> {
        if !KEYS.contains(&key) {
            let known = app.settings.to_toml().lines().any(|line| {
                let name = key.rsplit('.').next().unwrap_or_default();
                line.split('=').next().is_some_and(|own| own.trim() == name)
            });
            return Err(if known {
                ApiError::precondition(format!("{key} needs a restart"))
            } else {
                ApiError::not_found("setting").detail("config_key", "not found", key)
            });
        }
        let mut state = self.state.lock();
        if key == "webhooks.allow_hosts" {
            return change_hosts(app, value, apply);
        }
        if key == "log.level" {
            let old = state.level.clone();
            let no_level = |reason| ApiError::invalid("config_value", reason, value);
            if apply {
                app.logs.set_level(value).map_err(no_level)?;
                value.clone_into(&mut state.level);
            } else {
                crate::log::check_level(value).map_err(no_level)?;
            }
            return Ok(Changed { old, new: value.to_owned() });
        }
        let number: u32 =
            value.trim().parse().map_err(|_| ApiError::invalid("config_value", "must be a number", value))?;
        let mut limits = state.limits.clone();
        let field = match key {
            "limits.user_per_second" => &mut limits.user_per_second,
            "limits.user_burst" => &mut limits.user_burst,
            "limits.address_per_second" => &mut limits.address_per_second,
            "limits.address_burst" => &mut limits.address_burst,
            "limits.queue_target_ms" => &mut limits.queue_target_ms,
            _ => &mut limits.refusal_hold_ms,
        };
        let old = std::mem::replace(field, number).to_string();
        if apply {
            app.limiter.set(&limits);
            app.overload.set(&limits);
            state.limits = limits;
        }
        Ok(Changed { old, new: number.to_string() })
    }

    /// The value in force.
    fn now(&self, app: &App, key: &str) -> String {
        let State { level, limits } = &*self.state.lock();
        match key {
            "log.level" => level.clone(),
            "limits.user_per_second" => limits.user_per_second.to_string(),
            "limits.user_burst" => limits.user_burst.to_string(),
            "limits.address_per_second" => limits.address_per_second.to_string(),
            "limits.address_burst" => limits.address_burst.to_string(),
            "limits.queue_target_ms" => limits.queue_target_ms.to_string(),
            "limits.refusal_hold_ms" => limits.refusal_hold_ms.to_string(),
            _ => app.webhooks.hosts().join(","),
        }
    }

    /// Reads the file again and puts what may change live in force; what UpdateConfig set is forgotten.
    pub(crate) async fn refresh(&self, app: &App, dry_run: bool) -> Result<String, ApiError> {
        let Some(file) = app.settings_file.as_deref() else {
            return Err(ApiError::precondition("the server was started without a configuration file"));
        };
        let read = Settings::read(Some(file), serde_json::json!({}))
            .map_err(|error| ApiError::precondition(format!("the file cannot be read: {error}")))?;
        let limits = &read.limits;
        let hosts = read.webhooks.allow_hosts.join(",");
        let values = [
            read.log.level.clone(),
            limits.user_per_second.to_string(),
            limits.user_burst.to_string(),
            limits.address_per_second.to_string(),
            limits.address_burst.to_string(),
            limits.queue_target_ms.to_string(),
            limits.refusal_hold_ms.to_string(),
            hosts,
        ];
        let _alone = self.setting.lock().await;
        let mut changed = Vec::new();
        for (key, value) in KEYS.into_iter().zip(values) {
            // What is in force is not judged again: a process that logs elsewhere has its level.
            if self.now(app, key) == value {
                continue;
            }
            let one = self.change(app, key, &value, !dry_run)?;
            changed.push(format!("{key}: {} -> {}", one.old, one.new));
        }
        for key in KEYS.into_iter().filter(|_| !dry_run) {
            let name = note_name(key)?;
            if app.engine.read_note(&name).is_some() {
                app.engine.note(Note::new(name, None)).await?;
            }
        }
        Ok(if changed.is_empty() { "nothing has changed".to_owned() } else { changed.join("; ") })
    }
}

fn note_name(key: &str) -> Result<ExternalId, ApiError> {
    ExternalId::new(&format!("{PREFIX}{key}")).map_err(|error| ApiError::internal(error.to_string()))
}

fn change_hosts(app: &App, value: &str, apply: bool) -> Result<Changed, ApiError> {
    let hosts: Vec<String> =
        value.split(',').map(str::trim).filter(|host| !host.is_empty()).map(str::to_owned).collect();
    if let Some(bad) =
        hosts.iter().find(|host| host.parse::<http::uri::Authority>().is_err() || host.contains('@'))
    {
        return Err(ApiError::invalid("config_value", "must be hosts with commas between them", bad));
    }
    if !hosts.is_empty() && app.webhooks.secret.is_none() {
        return Err(ApiError::precondition("webhooks.secret_file is needed first, to sign what goes out"));
    }
    let (old, new) = (app.webhooks.hosts().join(","), hosts.join(","));
    if apply {
        app.webhooks.set_hosts(hosts);
    }
    Ok(Changed { old, new })
}
