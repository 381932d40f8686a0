//! Settings that may change while the server runs: by UpdateConfig, or by reading the file again.

use parking_lot::Mutex;

use crate::app::App;
use crate::settings::{Limits, Settings};
use crate::wire::Fault;

/// Keys that may change live, as `--print-config` prints them.
const KEYS: [&str; 6] = [
    "log.level",
    "limits.user_per_second",
    "limits.user_burst",
    "limits.address_per_second",
    "limits.address_burst",
    "webhooks.allow_hosts",
];

/// What is in force of them.
pub(crate) struct Live(Mutex<State>);

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
        Self(Mutex::new(State { level: settings.log.level.clone(), limits: settings.limits.clone() }))
    }

    /// Checks a new value and, if `apply`, puts it in force.
    pub(crate) fn change(&self, app: &App, key: &str, value: &str, apply: bool) -> Result<Changed, Fault> {
        if !KEYS.contains(&key) {
            let known = app.settings.to_toml().lines().any(|line| {
                let name = key.rsplit('.').next().unwrap_or_default();
                line.split('=').next().is_some_and(|own| own.trim() == name)
            });
            return Err(if known {
                Fault::precondition(format!("{key} needs a restart"))
            } else {
                Fault::not_found("setting").detail("config_key", "not found", key)
            });
        }
        let mut state = self.0.lock();
        if key == "webhooks.allow_hosts" {
            return change_hosts(app, value, apply);
        }
        if key == "log.level" {
            let old = state.level.clone();
            if apply {
                app.logs.set_level(value).map_err(|reason| Fault::invalid("config_value", reason, value))?;
                value.clone_into(&mut state.level);
            }
            return Ok(Changed { old, new: value.to_owned() });
        }
        let number: u32 =
            value.trim().parse().map_err(|_| Fault::invalid("config_value", "must be a number", value))?;
        let mut limits = state.limits.clone();
        let field = match key {
            "limits.user_per_second" => &mut limits.user_per_second,
            "limits.user_burst" => &mut limits.user_burst,
            "limits.address_per_second" => &mut limits.address_per_second,
            _ => &mut limits.address_burst,
        };
        let old = std::mem::replace(field, number).to_string();
        if apply {
            app.limiter.set(&limits);
            state.limits = limits;
        }
        Ok(Changed { old, new: number.to_string() })
    }

    /// Reads the file again and puts what may change live in force.
    pub(crate) fn refresh(&self, app: &App, dry_run: bool) -> Result<String, Fault> {
        let Some(file) = app.settings_file.as_deref() else {
            return Err(Fault::precondition("the server was started without a configuration file"));
        };
        let read = Settings::read(Some(file), serde_json::json!({}))
            .map_err(|error| Fault::precondition(format!("the file cannot be read: {error}")))?;
        let limits = &read.limits;
        let hosts = read.webhooks.allow_hosts.join(",");
        let values = [
            read.log.level.clone(),
            limits.user_per_second.to_string(),
            limits.user_burst.to_string(),
            limits.address_per_second.to_string(),
            limits.address_burst.to_string(),
            hosts,
        ];
        let mut changed = Vec::new();
        for (key, value) in KEYS.into_iter().zip(values) {
            let one = self.change(app, key, &value, false)?;
            if one.old != one.new {
                changed.push(format!("{key}: {} -> {}", one.old, one.new));
                if !dry_run {
                    self.change(app, key, &value, true)?;
                }
            }
        }
        Ok(if changed.is_empty() { "nothing has changed".to_owned() } else { changed.join("; ") })
    }
}

fn change_hosts(app: &App, value: &str, apply: bool) -> Result<Changed, Fault> {
    let hosts: Vec<String> =
        value.split(',').map(str::trim).filter(|host| !host.is_empty()).map(str::to_owned).collect();
    if let Some(bad) =
        hosts.iter().find(|host| host.parse::<http::uri::Authority>().is_err() || host.contains('@'))
    {
        return Err(Fault::invalid("config_value", "must be hosts with commas between them", bad));
    }
    if !hosts.is_empty() && app.webhooks.secret.is_none() {
        return Err(Fault::precondition("webhooks.secret_file is needed first, to sign what goes out"));
    }
    let (old, new) = (app.webhooks.hosts().join(","), hosts.join(","));
    if apply {
        app.webhooks.set_hosts(hosts);
    }
    Ok(Changed { old, new })
}
