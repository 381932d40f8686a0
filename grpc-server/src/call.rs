//! One call from its door to its answer: overload, identity, role, maintenance, rate limits, the handler, its latency
//! and its log line. Handlers see none of this and decide none of it.

use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use tacos_engine::{EventId, ExternalId, ReservationId, UserId, Which};
use tacos_proto::common::v1::{Error, ErrorCode};
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status};
use tracing::Instrument;

use crate::app::App;
use crate::auth::Caller;
use crate::rpc::{Kind, Rpc};
use crate::traces;
use crate::wire::{Checks, Fault, trace_id};

/// What a handler knows of its call.
#[derive(Clone)]
pub(crate) struct Call {
    app: Arc<App>,
    pub(crate) caller: Caller,
    pub(crate) trace: String,
}

impl Deref for Call {
    type Target = App;
    fn deref(&self) -> &App {
        &self.app
    }
}

/// A response that can carry an error.
pub(crate) trait Answer: Default {
    fn refused(error: Error) -> Self;
}

/// Says of response types that their field `error` is where errors go.
macro_rules! answers {
    ($($answer:ty),* $(,)?) => {$(
        impl $crate::call::Answer for $answer {
            fn refused(error: tacos_proto::common::v1::Error) -> Self {
                Self { error: Some(error), ..Self::default() }
            }
        }
    )*};
}
pub(crate) use answers;

/// Implements a service whose unary methods are functions of the same name in the same file.
macro_rules! unary {
    ($service:ident: $($rpc:ident $method:ident($request:ty) -> $answer:ty;)* $({$($rest:tt)*})?) => {
        #[tonic::async_trait]
        impl $service for $crate::services::Services {
            $(
                async fn $method(
                    &self,
                    request: tonic::Request<$request>,
                ) -> Result<tonic::Response<$answer>, tonic::Status> {
                    self.0.answer($crate::rpc::Rpc::$rpc, request, $method).await
                }
            )*
            $($($rest)*)?
        }
        $crate::call::answers!($($answer),*);
    };
}
pub(crate) use unary;

/// Counts a call as under way for as long as it lives.
struct UnderWay<'a>(&'a App);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

impl App {
    /// Lets a call in, does it, and answers.
    pub(crate) async fn answer<Q, A, F>(
        self: &Arc<Self>,
        rpc: Rpc,
        request: Request<Q>,
        work: impl FnOnce(Call, Q) -> F,
    ) -> Result<Response<A>, Status>
    where
        A: Answer,
        F: Future<Output = Result<A, Fault>>,
    {
        let started = Instant::now();
        let _under_way = self.enter()?;
        let peer = request.remote_addr().map(|address| address.ip());
        let trace = trace_of(request.metadata());
        let result = match self.admit(rpc, request.metadata(), peer) {
            Ok(caller) => {
                let call = Call { app: Arc::clone(self), caller, trace: trace.clone() };
                let span = traces::span(rpc, request.metadata(), &trace);
                work(call, request.into_inner()).instrument(span).await
            }
            Err(fault) => Err(fault),
        };
        self.metrics.done(rpc, started.elapsed(), result.as_ref().err().map(|fault| fault.code));
        Ok(Response::new(match result {
            Ok(answer) => answer,
            Err(fault) => {
                log_fault(rpc, &trace, &fault);
                A::refused(fault.to_error(&trace))
            }
        }))
    }

    /// As [`App::answer`], for streams: what cannot start ends with a status.
    pub(crate) fn begin_stream<Q>(
        self: &Arc<Self>,
        rpc: Rpc,
        request: Request<Q>,
    ) -> Result<(Call, Q), Status> {
        let _under_way = self.enter()?;
        let peer = request.remote_addr().map(|address| address.ip());
        let trace = trace_of(request.metadata());
        match self.admit(rpc, request.metadata(), peer) {
            Ok(caller) => Ok((Call { app: Arc::clone(self), caller, trace }, request.into_inner())),
            Err(fault) => {
                log_fault(rpc, &trace, &fault);
                Err(fault.to_status())
            }
        }
    }

    fn enter(&self) -> Result<UnderWay<'_>, Status> {
        let before = self.under_way.fetch_add(1, Ordering::Relaxed);
        let guard = UnderWay(self);
        if before < self.settings.limits.concurrent_calls {
            return Ok(guard);
        }
        self.metrics.shed();
        let mut status = Status::resource_exhausted("the server is overloaded: try again shortly");
        // What gRPC clients with a retry policy obey, in milliseconds.
        status
            .metadata_mut()
            .insert("grpc-retry-pushback-ms", tonic::metadata::MetadataValue::from_static("100"));
        Err(status)
    }

    fn admit(&self, rpc: Rpc, metadata: &MetadataMap, peer: Option<IpAddr>) -> Result<Caller, Fault> {
        if let Some(peer) = peer
            && !self.limiter.address(peer)
        {
            return Err(Fault::new(ErrorCode::RateLimited, "too many calls from this address"));
        }
        let caller = Caller::of(self.ring.as_ref(), metadata)?;
        caller.may(rpc.access())?;
        if rpc.kind() == Kind::Write {
            self.emergencies.check_writes()?;
        }
        if let Some(user) = caller.user.as_ref().filter(|_| !caller.speaks_for_all())
            && !self.limiter.user(user)
        {
            return Err(Fault::new(ErrorCode::RateLimited, "too many calls from this user"));
        }
        Ok(caller)
    }
}

impl Call {
    /// Handlers that outlive the call keep the server.
    pub(crate) fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// The user who acts, required: named by the request or by the token.
    pub(crate) fn user(&self, checks: &mut Checks, named: &str) -> Result<Option<UserId>, Fault> {
        let Some(named) = checks.id_or_none::<UserId>("user_id", named) else { return Ok(None) };
        let user = self.caller.acting(named)?;
        if user.is_none() {
            checks.bad("user_id", "required", "");
        }
        Ok(user)
    }

    /// Whose a reservation or payment must be; inner `None`: the caller speaks for everybody.
    pub(crate) fn owner(&self, checks: &mut Checks, named: &str) -> Result<Option<Option<UserId>>, Fault> {
        let Some(named) = checks.id_or_none::<UserId>("user_id", named) else { return Ok(None) };
        let user = self.caller.acting(named)?;
        if user.is_none() && self.rules.user_required && self.caller.is_unnamed() {
            checks.bad("user_id", "required when no token says who calls", "");
        }
        Ok(Some(user))
    }

    /// A key for idempotency, required where the rules say so.
    pub(crate) fn key(
        &self,
        checks: &mut Checks,
        text: &str,
    ) -> Option<Option<tacos_engine::IdempotencyKey>> {
        checks.key(text, self.rules.idempotency_required)
    }

    /// A reservation by our id, or by the id of the service that keeps it.
    pub(crate) fn which(&self, checks: &mut Checks, text: &str) -> Option<Which> {
        if let Ok(id) = text.parse::<ReservationId>() {
            return Some(Which::Id(id));
        }
        checks.id::<ExternalId>("reservation_id", text).map(Which::External)
    }

    /// An event; in the compat profile an unknown one is made from the template.
    pub(crate) async fn known_event(&self, event: &EventId) -> Result<(), Fault> {
        if self.rules.template_events_max > 0 && self.engine.event(event).is_err() {
            self.catalog.make_from_template(&self.app, event).await?;
        }
        Ok(())
    }
}

/// The trace id of a W3C `traceparent`, or a fresh one.
fn trace_of(metadata: &MetadataMap) -> String {
    let given = metadata.get("traceparent").and_then(|value| value.to_str().ok());
    given.and_then(trace_in).map_or_else(trace_id, str::to_owned)
}

fn trace_in(traceparent: &str) -> Option<&str> {
    let id = traceparent.split('-').nth(1)?;
    let good = id.len() == 32
        && id.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        && id.bytes().any(|byte| byte != b'0');
    good.then_some(id)
}

fn log_fault(rpc: Rpc, trace: &str, fault: &Fault) {
    let code = fault.code.as_str_name();
    match fault.code {
        ErrorCode::Internal | ErrorCode::DataCorruption => {
            tracing::error!(trace_id = trace, %rpc, code, message = fault.message);
        }
        ErrorCode::Unavailable => tracing::warn!(trace_id = trace, %rpc, code, message = fault.message),
        _ => tracing::debug!(trace_id = trace, %rpc, code, message = fault.message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_well_formed_trace_ids_are_taken() {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        assert_eq!(trace_in(&format!("00-{id}-00f067aa0ba902b7-01")), Some(id));
        assert_eq!(trace_in("00-00000000000000000000000000000000-00f067aa0ba902b7-01"), None);
        assert_eq!(trace_in("garbage"), None);
    }
}
