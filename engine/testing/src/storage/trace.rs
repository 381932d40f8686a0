//! Every change that a simulated disk was asked for, in order, so that what a crash may leave can be worked out
//! afterwards without running anything again.

use std::collections::BTreeMap;
use std::sync::Arc;

/// One change. Files are named by number, since names come and go.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// A file of so many zero bytes.
    Create { name: String, file: usize, bytes: usize },
    /// Bytes at an offset.
    Write { file: usize, offset: usize, bytes: Arc<[u8]> },
    /// Everything written to a file becomes durable.
    Sync { file: usize },
    /// A file gets another name.
    Rename { from: String, to: String },
    /// A name goes.
    Remove { name: String },
    /// Creations, renames and removals become durable.
    SyncFolder,
}

/// A change, and what had been promised when it was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Traced {
    pub(crate) change: Change,
    /// Everything before this position had been acknowledged.
    pub(crate) acknowledged: u64,
}

/// A folder as it was, all of it durable, and everything that was done to it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace {
    /// Number and content of each file at the beginning.
    pub(crate) files: BTreeMap<String, (usize, Vec<u8>)>,
    pub(crate) changes: Vec<Traced>,
    /// What had been promised at the end.
    pub(crate) acknowledged: u64,
}

/// A trace in the making.
pub(super) struct Tracing {
    trace: Trace,
    ask: Option<Box<dyn Fn() -> u64 + Send>>,
}

impl Tracing {
    pub(super) fn of(files: BTreeMap<String, (usize, Vec<u8>)>) -> Self {
        Self { trace: Trace { files, ..Trace::default() }, ask: None }
    }

    pub(super) fn ask(&mut self, acknowledged: impl Fn() -> u64 + Send + 'static) {
        self.look();
        self.ask = Some(Box::new(acknowledged));
    }

    pub(super) fn note(&mut self, change: Change) {
        self.look();
        self.trace.changes.push(Traced { change, acknowledged: self.trace.acknowledged });
    }

    pub(super) fn finish(mut self) -> Trace {
        self.look();
        self.trace
    }

    /// Raises what is acknowledged to what the engine says now: a promise is never taken back.
    fn look(&mut self) {
        let told = self.ask.as_ref().map_or(0, |ask| ask());
        self.trace.acknowledged = self.trace.acknowledged.max(told);
    }
}
