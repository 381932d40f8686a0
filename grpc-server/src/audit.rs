//! The audit record: who did what, when, and why, for every write of an operator. An entry is a durable note, written
//! before the work begins and again when it has ended: an entry that still says "begun" is of work that was cut off. A
//! bounded number of the newest entries is kept; GetLogs shows them as the part `audit`.

use std::collections::VecDeque;
use std::sync::{Arc, LazyLock};

use parking_lot::Mutex;
use prost_reflect::{DescriptorPool, DynamicMessage};
use serde::{Deserialize, Serialize};
use tacos_engine::{Engine, ExternalId, Failure, Note};

use crate::app::App;
use crate::call::Call;
use crate::rpc::{Access, Kind, Rpc};
use crate::task::{Reply, Task, Working};
use crate::wire::ApiError;

/// Names of the notes begin with this.
const PREFIX: &str = "audit.";
/// Entries that are kept.
const ENTRIES_MAX: u64 = 2_048;
/// Bytes of a request that an entry shows, at most.
const REQUEST_BYTES_MAX: usize = 1_000;
/// Longer requests are shown by their size alone: a seat map is no text for people.
const SHOWN_BYTES_MAX: usize = 16 << 10;

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    DescriptorPool::decode(tacos_proto::FILE_DESCRIPTOR_SET).expect("our own descriptors can be read")
});

/// One write of an operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) number: u64,
    pub(crate) at_ms: u64,
    pub(crate) by: String,
    pub(crate) rpc: String,
    pub(crate) reason: String,
    /// The request as JSON, cut.
    pub(crate) request: String,
    /// `begun`, `done`, or `refused: ` and the code.
    pub(crate) outcome: String,
    pub(crate) trace_id: String,
}

/// All entries, oldest first.
pub(crate) struct Audit(Mutex<Entries>);

#[derive(Default)]
struct Entries {
    next: u64,
    list: VecDeque<Entry>,
}

impl Audit {
    /// Reads the notes.
    pub(crate) fn load(engine: &Engine) -> Self {
        let notes = engine.notes(PREFIX).into_iter();
        let mut list: Vec<Entry> =
            notes.filter_map(|(_, bytes)| serde_json::from_slice(&bytes).ok()).collect();
        list.sort_by_key(|entry: &Entry| entry.number);
        let next = list.last().map_or(0, |entry| entry.number + 1);
        Self(Mutex::new(Entries { next, list: list.into() }))
    }

    /// Entries older than `before`, newest first, that `wanted` lets through; at most `most`, and whether there are
    /// more.
    pub(crate) fn read(
        &self,
        before: u64,
        most: usize,
        wanted: impl Fn(&Entry) -> bool,
    ) -> (Vec<Entry>, bool) {
        let entries = self.0.lock();
        let found = entries.list.iter().rev().filter(|entry| entry.number < before && wanted(entry));
        let mut found: Vec<Entry> = found.take(most + 1).cloned().collect();
        let more = found.len() > most;
        found.truncate(most);
        (found, more)
    }

    /// Writes an entry, durably, before its work begins.
    async fn begin(&self, engine: &Engine, mut entry: Entry) -> Result<Entry, ApiError> {
        {
            let mut entries = self.0.lock();
            entry.number = entries.next;
            entries.next += 1;
            if entries.list.len() as u64 >= ENTRIES_MAX {
                entries.list.pop_front();
            }
            entries.list.push_back(entry.clone());
        }
        note(engine, &entry).await?;
        Ok(entry)
    }

    /// Writes the outcome of the work into its entry.
    async fn end(&self, engine: &Engine, mut entry: Entry, outcome: String) -> Result<(), ApiError> {
        entry.outcome = outcome;
        if let Some(kept) = self.0.lock().list.iter_mut().rev().find(|kept| kept.number == entry.number) {
            kept.outcome.clone_from(&entry.outcome);
        }
        Ok(note(engine, &entry).await?)
    }
}

async fn note(engine: &Engine, entry: &Entry) -> Result<(), Failure> {
    // A later entry replaces the oldest: the number of entries is bounded.
    let name = format!("{PREFIX}{:05}", entry.number % ENTRIES_MAX);
    let (Ok(name), Ok(mut value)) = (ExternalId::new(&name), serde_json::to_vec(entry)) else {
        return Ok(());
    };
    if value.len() > tacos_engine::limits::ATTACHMENT_BYTES_MAX {
        // Signs that JSON spells long: who, when and what remain.
        let short = Entry { request: String::new(), reason: cut(entry.reason.clone(), 128), ..entry.clone() };
        value = serde_json::to_vec(&short).unwrap_or_default();
    }
    engine.note(Note::new(name, Some(value))).await.map(|_| ())
}

/// A write of an operator that is about to be done.
pub(crate) struct Begun {
    pub(crate) app: Arc<App>,
    /// Who asks.
    pub(crate) by: String,
    pub(crate) rpc: Rpc,
    pub(crate) request: Vec<u8>,
    pub(crate) trace: String,
}

/// Runs a handler; for a write of an operator, with its audit entry before and after.
pub(crate) fn recorded(call: Call, rpc: Rpc, task: Box<dyn Task>) -> Working {
    if rpc.access() != Access::Admin || rpc.kind() == Kind::Read {
        return task.run(call);
    }
    let begun = Begun {
        app: Arc::clone(&call.app),
        by: call.caller.subject.clone(),
        rpc,
        request: task.encoded(),
        trace: call.trace.clone(),
    };
    Box::pin(written_down(begun, task.run(call), |result: &Result<Reply, ApiError>| {
        result.as_ref().err().map(|error| error.code.as_str_name().to_owned())
    }))
}

/// Does the work with its audit entry before and after. `refused` says why it was not done.
pub(crate) async fn written_down<T>(
    begun: Begun,
    work: impl Future<Output = Result<T, ApiError>> + Send,
    refused: fn(&Result<T, ApiError>) -> Option<String>,
) -> Result<T, ApiError> {
    let (app, rpc) = (&begun.app, begun.rpc);
    let entry = entry_of(&begun);
    let entry = match app.audit.begin(&app.engine, entry.clone()).await {
        Ok(entry) => entry,
        // While the journal takes no writes an operator must still be able to act: then the entry is in the log alone.
        Err(error) if rpc.kind() == Kind::Control => {
            tracing::error!(?entry, error = error.message, "an audit entry could not be written");
            return work.await;
        }
        Err(error) => return Err(error),
    };
    let (number, by, reason) = (entry.number, entry.by.clone(), entry.reason.clone());
    let result = work.await;
    let outcome = refused(&result).map_or_else(|| "done".to_owned(), |why| format!("refused: {why}"));
    tracing::info!(number, by, %rpc, reason, outcome, "audit");
    // The work is done or refused; if the outcome cannot be written, the entry still says "begun".
    if let Err(error) = app.audit.end(&app.engine, entry, outcome).await {
        tracing::error!(number, error = error.message, "the end of an audit entry could not be written");
    }
    result
}

fn entry_of(begun: &Begun) -> Entry {
    let (reason, request) = shown(begun.rpc, &begun.request);
    Entry {
        number: 0,
        at_ms: begun.app.engine.now().get(),
        by: cut(begun.by.clone(), 128),
        rpc: begun.rpc.to_string(),
        reason,
        request,
        outcome: "begun".to_owned(),
        trace_id: begun.trace.clone(),
    }
}

/// The reason that a request gives, and the request as people read it.
fn shown(rpc: Rpc, bytes: &[u8]) -> (String, String) {
    let method = POOL
        .get_service_by_name(rpc.service())
        .and_then(|service| service.methods().find(|method| method.name() == rpc.method()));
    let message = method.and_then(|method| DynamicMessage::decode(method.input(), bytes).ok());
    let reason = message
        .as_ref()
        .and_then(|message| message.get_field_by_name("reason")?.as_str().map(str::to_owned))
        .unwrap_or_default();
    let text = match message {
        Some(message) if bytes.len() <= SHOWN_BYTES_MAX => {
            serde_json::to_string(&message).unwrap_or_default()
        }
        _ => format!("a request of {} bytes", bytes.len()),
    };
    (cut(reason, 512), cut(text, REQUEST_BYTES_MAX))
}

/// The start of a text, cut at a character.
fn cut(mut text: String, bytes_max: usize) -> String {
    let mut end = text.len().min(bytes_max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}
