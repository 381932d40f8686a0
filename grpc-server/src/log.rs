//! Logs: to standard error, pretty or as JSON, and into a bounded ring in memory that GetLogs reads.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::io::IsTerminal;
use std::sync::Arc;
use std::time::SystemTime;

use parking_lot::Mutex;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::reload;
use tracing_subscriber::{Layer, Registry};

use crate::settings::{Log, LogFormat, Trace};

/// One line of the ring.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) number: u64,
    pub(crate) at: SystemTime,
    pub(crate) level: Level,
    pub(crate) target: &'static str,
    pub(crate) message: String,
    pub(crate) fields: BTreeMap<&'static str, String>,
}

#[derive(Default)]
struct Lines {
    next: u64,
    lines: VecDeque<Line>,
}

/// Recent lines, and the handle that changes what is logged.
pub struct LogRing {
    lines: Mutex<Lines>,
    capacity: usize,
    filter: Mutex<Option<reload::Handle<Targets, Registry>>>,
}

impl fmt::Debug for LogRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogRing").field("capacity", &self.capacity).finish_non_exhaustive()
    }
}

impl LogRing {
    /// A ring that nothing writes to yet.
    #[must_use]
    pub fn new(capacity: usize) -> Arc<Self> {
        Arc::new(Self { lines: Mutex::default(), capacity: capacity.max(1), filter: Mutex::new(None) })
    }

    /// Logs to standard error and the ring from now on. Done once in a process; later calls only keep their ring.
    ///
    /// # Errors
    /// A level that cannot be read.
    pub fn install(self: &Arc<Self>, log: &Log, trace: &Trace) -> Result<(), String> {
        let (filter, handle) = reload::Layer::new(targets(&log.level)?);
        let to_stderr: Box<dyn Layer<_> + Send + Sync> = match log.format {
            LogFormat::Pretty => {
                let terminal = std::io::stderr().is_terminal();
                tracing_subscriber::fmt::layer()
                    .with_writer(std::io::stderr)
                    .with_ansi(terminal)
                    .compact()
                    .boxed()
            }
            LogFormat::Json => tracing_subscriber::fmt::layer()
                .json()
                .flatten_event(true)
                .with_writer(std::io::stderr)
                .boxed(),
        };
        let subscriber = Registry::default().with(filter).with(to_stderr).with(ToRing(Arc::clone(self)));
        #[cfg(feature = "otlp")]
        let subscriber = subscriber.with(
            crate::traces::start(trace)?.map(|tracer| tracing_opentelemetry::layer().with_tracer(tracer)),
        );
        #[cfg(not(feature = "otlp"))]
        let _ = trace;
        if tracing::subscriber::set_global_default(subscriber).is_ok() {
            *self.filter.lock() = Some(handle);
        }
        Ok(())
    }

    /// Changes what is logged.
    pub(crate) fn set_level(&self, level: &str) -> Result<(), String> {
        let targets = targets(level)?;
        match &*self.filter.lock() {
            Some(handle) => handle.reload(targets).map_err(|error| error.to_string()),
            None => Err("this process logs elsewhere".to_owned()),
        }
    }

    /// Lines older than `before`, newest first, that `wanted` lets through; at most `most`, and whether there are more.
    pub(crate) fn read(&self, before: u64, most: usize, wanted: impl Fn(&Line) -> bool) -> (Vec<Line>, bool) {
        let lines = self.lines.lock();
        let mut found: Vec<Line> = lines
            .lines
            .iter()
            .rev()
            .filter(|line| line.number < before && wanted(line))
            .take(most + 1)
            .cloned()
            .collect();
        let more = found.len() > most;
        found.truncate(most);
        (found, more)
    }

    fn push(&self, line: Line) {
        let mut lines = self.lines.lock();
        let number = lines.next;
        lines.next += 1;
        if lines.lines.len() == self.capacity {
            lines.lines.pop_front();
        }
        lines.lines.push_back(Line { number, ..line });
    }
}

/// Refuses a level that cannot be read.
pub(crate) fn check_level(level: &str) -> Result<(), String> {
    targets(level).map(|_| ())
}

fn targets(level: &str) -> Result<Targets, String> {
    level.parse().map_err(|error| format!("log.level: {level:?}: {error}"))
}

struct ToRing(Arc<LogRing>);

impl<S: Subscriber> Layer<S> for ToRing {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        self.0.push(Line {
            number: 0,
            at: SystemTime::now(),
            level: *event.metadata().level(),
            target: event.metadata().target(),
            message: fields.message,
            fields: fields.others,
        });
    }
}

#[derive(Default)]
struct Fields {
    message: String,
    others: BTreeMap<&'static str, String>,
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.message);
        } else {
            self.others.insert(field.name(), value.to_owned());
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ring_keeps_the_newest_lines() {
        let ring = LogRing::new(2);
        for message in ["one", "two", "three"] {
            let (at, level, target) = (SystemTime::now(), Level::INFO, "test");
            ring.push(Line {
                number: 0,
                at,
                level,
                target,
                message: message.to_owned(),
                fields: BTreeMap::new(),
            });
        }
        let (lines, more) = ring.read(u64::MAX, 1, |_| true);
        assert_eq!((lines[0].message.as_str(), more), ("three", true));
        let (lines, more) = ring.read(lines[0].number, 5, |_| true);
        assert_eq!((lines.len(), lines[0].message.as_str(), more), (1, "two", false));
    }
}
