//! The admission check of a call: overload, the caller's address, identity, role, maintenance, rate limits and the
//! deadline, all from the head of the request and from how long the call has waited. A call that is refused here costs
//! no reading and no decoding of its body.

mod address;
mod cors;
mod front;
#[cfg(test)]
mod overload_tests;
mod queued;
mod refusal;

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use http::{HeaderMap, Request, Response};
use tacos_proto::common::v1::ErrorCode;
use tonic::body::Body;
use tonic::service::Routes;
use tonic::{Code, Status};
use tower::Service;

use crate::app::App;
use crate::auth::Caller;
use crate::listen::Peer;
use crate::overload::{Reason, Shed};
use crate::rpc::{Kind, Rpc};
use crate::wire::{ApiError, trace_id};

pub(crate) use cors::{Cors, Origin, is_preflight};
pub(crate) use front::Front;
use queued::Arrival;
pub(crate) use queued::Queued;

const PAST_DEADLINE: &str = "the call took longer than its deadline";

/// An answer in the making.
type Answering = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

/// The result of the check for an admitted call: handlers take it from the request's extensions.
#[derive(Clone, Debug)]
pub(crate) struct Admitted {
    pub(crate) caller: Caller,
    pub(crate) trace: String,
}

/// In a request's extensions: its trace id, where it is known before the check.
#[derive(Clone, Debug)]
pub(crate) struct Traced(pub(crate) String);

/// In a response's extensions: the error that the response carries in its message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refused(pub(crate) ErrorCode);

/// All services behind the check.
#[derive(Clone)]
pub(crate) struct AdmissionCheck {
    app: Arc<App>,
    /// Services that are not the contract's: health, reflection.
    others: Routes,
}

impl AdmissionCheck {
    pub(crate) fn new(app: &Arc<App>, others: Routes) -> Self {
        Self { app: Arc::clone(app), others: others.prepare() }
    }

    /// Refuses a call because of overload: later, where it is held back.
    async fn turn_away(self, arrival: Arrival, shed: Shed) -> Response<Body> {
        self.app.metrics.shed(arrival.priority, shed.reason);
        let response = overloaded(shed);
        // How long the call waited, not for how long its answer is held back.
        let response = self.ended(arrival.rpc, arrival.at, response);
        if !shed.hold.is_zero() {
            tokio::time::sleep(shed.hold).await;
        }
        response
    }

    async fn answer(mut self, arrival: Arrival, mut request: Request<Body>) -> Response<Body> {
        let Arrival { rpc, at: started, deadline, .. } = arrival;
        let traced = request.extensions_mut().remove::<Traced>();
        let trace = traced.map_or_else(|| trace_of(request.headers()), |traced| traced.0);
        match self.admit(rpc, &request) {
            Ok(caller) => {
                request.extensions_mut().insert(Admitted { caller, trace });
            }
            Err(error) => {
                if let Some(rpc) = rpc {
                    crate::call::log_error(rpc, &trace, &error);
                }
                return self.ended(rpc, started, refusal::response(&self.app.rules, rpc, &error, &trace));
            }
        }
        let answered = async {
            match rpc {
                Some(rpc) => crate::call::serve(&self.app, rpc, request).await,
                None => match self.others.call(request).await {
                    Ok(response) => response,
                    Err(never) => match never {},
                },
            }
        };
        let left = deadline.saturating_sub(started.elapsed());
        let response = match tokio::time::timeout(left, answered).await {
            Ok(response) => response,
            Err(_) => Status::deadline_exceeded(PAST_DEADLINE).into_http(),
        };
        self.ended(rpc, started, response)
    }

    fn admit(&self, rpc: Option<Rpc>, request: &Request<Body>) -> Result<Caller, ApiError> {
        let app = &*self.app;
        check_address(app, request)?;
        let Some(rpc) = rpc else { return Ok(Caller::anonymous()) };
        let peer = request.extensions().get::<Peer>();
        let names = peer.map_or([].as_slice(), |peer| &peer.names);
        let caller = Caller::of(app.identity(), request.headers(), names)?;
        caller.may(rpc.access())?;
        if rpc.kind() == Kind::Write {
            app.emergencies.check_writes()?;
        }
        if let Some(user) = caller.user.as_ref().filter(|_| !caller.speaks_for_all()) {
            app.limiter.check_user(user)?;
        }
        Ok(caller)
    }

    /// Counts how a call ended.
    fn ended(&self, rpc: Option<Rpc>, started: Instant, response: Response<Body>) -> Response<Body> {
        if let Some(rpc) = rpc {
            let in_message = response.extensions().get::<Refused>().map(|refused| refused.0);
            let in_status =
                || Status::from_header_map(response.headers()).and_then(|status| code_of(status.code()));
            self.app.metrics.done(rpc, started.elapsed(), in_message.or_else(in_status));
        }
        response
    }
}

impl Service<Request<Body>> for AdmissionCheck {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answering;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // Routes are always ready, since each service clones itself for its call.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        // A request that was not queued is judged by nothing but its head.
        let arrival = request.extensions().get::<Arrival>().copied();
        let arrival = arrival.unwrap_or_else(|| Arrival::new(&self.app, &request, Instant::now()));
        let check = self.clone();
        match arrival.verdict {
            Ok(()) => Box::pin(async move { Ok(check.answer(arrival, request).await) }),
            Err(shed) => Box::pin(async move { Ok(check.turn_away(arrival, shed).await) }),
        }
    }
}

/// Refuses an address from which too many calls came. Loopback is not limited: what comes from there is this machine's
/// own.
pub(crate) fn check_address<B>(app: &App, request: &Request<B>) -> Result<(), ApiError> {
    let Some(peer) = request.extensions().get::<Peer>() else { return Ok(()) };
    let client = address::client(&app.settings.server, peer.address, request.headers());
    if client.is_loopback() || app.limiter.address(client) {
        return Ok(());
    }
    Err(ApiError::new(ErrorCode::RateLimited, "too many calls from this address"))
}

fn overloaded(shed: Shed) -> Response<Body> {
    if shed.reason == Reason::Deadline {
        return Status::deadline_exceeded(PAST_DEADLINE).into_http();
    }
    let mut status = Status::resource_exhausted("the server is overloaded: try again shortly");
    // The pushback header that gRPC clients with a retry policy obey, in milliseconds.
    let milliseconds = u64::try_from(shed.retry_after.as_millis()).unwrap_or(u64::MAX);
    status.metadata_mut().insert("grpc-retry-pushback-ms", milliseconds.into());
    status.into_http()
}

/// The error code under which a status is counted; `None` for success.
pub(crate) fn code_of(status: Code) -> Option<ErrorCode> {
    Some(match status {
        Code::Ok => return None,
        Code::Internal | Code::Unknown => ErrorCode::Internal,
        Code::DataLoss => ErrorCode::DataCorruption,
        Code::DeadlineExceeded => ErrorCode::Timeout,
        Code::ResourceExhausted => ErrorCode::RateLimited,
        Code::Unavailable => ErrorCode::Unavailable,
        Code::Unauthenticated => ErrorCode::Unauthenticated,
        Code::PermissionDenied => ErrorCode::Forbidden,
        Code::NotFound => ErrorCode::NotFound,
        Code::AlreadyExists => ErrorCode::AlreadyExists,
        Code::InvalidArgument | Code::OutOfRange => ErrorCode::InvalidArgument,
        _ => ErrorCode::FailedPrecondition,
    })
}

/// The time that a caller gives a call: up to eight digits and a unit. Anything else is no limit.
fn timeout_of(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(number * 3_600)),
        "M" => Some(Duration::from_secs(number * 60)),
        "S" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_millis(number)),
        "u" => Some(Duration::from_micros(number)),
        "n" => Some(Duration::from_nanos(number)),
        _ => None,
    }
}

/// The trace id of a W3C `traceparent`, or a fresh one.
pub(crate) fn trace_of(headers: &HeaderMap) -> String {
    let given = headers.get("traceparent").and_then(|value| value.to_str().ok());
    given.and_then(trace_in).map_or_else(trace_id, str::to_owned)
}

fn trace_in(traceparent: &str) -> Option<&str> {
    traceparent.split('-').nth(1).filter(|id| is_trace(id))
}

/// True for 32 lower-case hex digits that are not all zero.
pub(crate) fn is_trace(id: &str) -> bool {
    id.len() == 32
        && id.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        && id.bytes().any(|byte| byte != b'0')
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

    #[test]
    fn deadlines_have_a_number_and_a_unit() {
        let timeout = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("grpc-timeout", http::HeaderValue::from_static(text));
            timeout_of(&headers)
        };
        assert_eq!(timeout("250m"), Some(Duration::from_millis(250)));
        assert_eq!(timeout("99999999H"), Some(Duration::from_secs(99_999_999 * 3_600)));
        for bad in ["", "S", "+1S", "1", "999999999S", "1.5S"] {
            assert_eq!(timeout(bad), None, "{bad}");
        }
    }
}
