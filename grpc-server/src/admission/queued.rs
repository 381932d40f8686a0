//! Between the decoding of a call's head and the work on it: the call waits until the runtime looks at it, and is
//! judged by overload then.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use http::{HeaderMap, Request, Response};
use tonic::body::Body;

use super::timeout_of;
use crate::app::App;
use crate::overload::{Shed, Waiting};
use crate::rpc::{Priority, Repeat, Rpc};

/// This part of the calls that may be under way is kept for those of high priority.
const KEPT_FOR_HIGH: usize = 8;

/// What a call's head says of it, when it came, and whether overload lets it in: in the request's extensions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrival {
    /// Health and reflection have no place in the list: every caller may ask for them.
    pub(super) rpc: Option<Rpc>,
    /// When its head was decoded.
    pub(super) at: Instant,
    /// How much time it has from then on.
    pub(super) deadline: Duration,
    pub(super) priority: Priority,
    pub(super) verdict: Result<(), Shed>,
}

impl Arrival {
    pub(super) fn new<B>(app: &App, request: &Request<B>, at: Instant) -> Self {
        let rpc = Rpc::of_path(request.uri().path());
        let most = Duration::from_secs(app.settings.limits.call_seconds);
        Self {
            rpc,
            at,
            deadline: timeout_of(request.headers()).map_or(most, |asked| asked.min(most)),
            priority: rpc.map_or(Priority::High, |rpc| priority(rpc, request.headers())),
            verdict: Ok(()),
        }
    }
}

/// The priority of one call. A repeat under its key may end what the first attempt began, so it goes before new work;
/// gRPC clients mark what they send again.
fn priority(rpc: Rpc, headers: &HeaderMap) -> Priority {
    let again = || headers.get("grpc-previous-rpc-attempts").is_some_and(|attempts| attempts != "0");
    match rpc.priority() {
        Priority::Low if rpc.repeat() != Repeat::Fresh && again() => Priority::Normal,
        priority => priority,
    }
}

/// A call whose head has been decoded. It counts as under way for as long as this lives.
pub(crate) struct Queued {
    app: Arc<App>,
    arrival: Arrival,
    /// Calls that were under way before.
    before: usize,
}

impl Queued {
    /// `at`: when its head was decoded.
    pub(crate) fn new<B>(app: &Arc<App>, request: &Request<B>, at: Instant) -> Self {
        let arrival = Arrival::new(app, request, at);
        Self { app: Arc::clone(app), arrival, before: app.under_way.fetch_add(1, Ordering::Relaxed) }
    }

    /// Serves the call, or lets it be refused; the runtime's first look at it is the first look at this.
    pub(crate) async fn serve<A>(
        mut self,
        mut request: Request<Body>,
        serve: impl FnOnce(Request<Body>) -> A,
    ) -> Response<Body>
    where
        A: Future<Output = Response<Body>>,
    {
        self.arrival.verdict = self.judge(Instant::now());
        request.extensions_mut().insert(self.arrival);
        serve(request).await
    }

    fn judge(&self, now: Instant) -> Result<(), Shed> {
        let Arrival { at, deadline, priority, .. } = self.arrival;
        let overload = &self.app.overload;
        let waited = now.saturating_duration_since(at);
        self.app.metrics.waited(waited);
        let all = self.app.settings.limits.concurrent_calls;
        let room = if priority == Priority::High { all } else { all - all / KEPT_FOR_HIGH };
        if self.before >= room {
            return Err(overload.too_many());
        }
        overload.judge(Waiting { waited, deadline: Some(deadline), priority }, now)
    }
}

impl Drop for Queued {
    fn drop(&mut self) {
        self.app.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}
