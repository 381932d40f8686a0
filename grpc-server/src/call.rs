//! One admitted call: its caller, its handler, and its answer or its log line. Nothing here knows the types of
//! messages: `crate::task` does. Overload, identity, role, rate limits, deadline and figures are the admission check's
//! (`crate::admission`).

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use tacos_engine::{EventId, ExternalId, IdempotencyKey, ReservationId, ReservationRef, UserId};
use tacos_proto::common::v1::{Error, ErrorCode};
use tokio_stream::Stream;
use tonic::body::Body;
use tonic::server::{Grpc, ServerStreamingService};
use tonic::{Request, Response, Status};
use tracing::Instrument;

use crate::admission::{Admitted, Refused};
use crate::app::App;
use crate::auth::Caller;
use crate::rpc::{Access, Repeat, Rpc};
use crate::settings::Limits;
use crate::task::{Reply, Streamed};
use crate::wire::{ApiError, Checks, Raw};
use crate::{audit, once, refusal, run, traces};

/// A call as its handler sees it.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) app: Arc<App>,
    pub(crate) caller: Caller,
    pub(crate) trace: String,
    /// The idempotency key of the request, if it came with one: see [`crate::once`].
    pub(crate) key: Option<IdempotencyKey>,
    /// True if the engine has the first answer already: the handler must not look at state that may have changed since.
    pub(crate) repeats: bool,
}

/// Serves one RPC to a request that was admitted.
struct Serve {
    app: Arc<App>,
    rpc: Rpc,
}

/// Longest request of an RPC, in bytes.
pub(crate) fn bytes_max(limits: &Limits, rpc: Rpc) -> usize {
    match rpc {
        Rpc::ImportSeatMap => limits.seat_map_bytes,
        _ => limits.message_bytes,
    }
}

/// Serves a request that was admitted. A message past its bound is refused by its length, before its bytes are read.
pub(crate) async fn serve(app: &Arc<App>, rpc: Rpc, request: http::Request<Body>) -> http::Response<Body> {
    if rpc == Rpc::Run {
        return run::serve(app, request).await;
    }
    let serve = Serve { app: Arc::clone(app), rpc };
    Grpc::new(Raw)
        .max_decoding_message_size(bytes_max(&app.settings.limits, rpc))
        .server_streaming(serve, request)
        .await
}

impl ServerStreamingService<Bytes> for Serve {
    type Response = Bytes;
    type ResponseStream = Messages;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Messages>, Status>> + Send>>;

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        Box::pin(answer(Arc::clone(&self.app), self.rpc, request))
    }
}

/// The messages of an answer.
enum Messages {
    One(Option<Bytes>),
    Many(Streamed<Bytes>),
}

impl Stream for Messages {
    type Item = Result<Bytes, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match &mut *self {
            Self::One(message) => Poll::Ready(message.take().map(Ok)),
            Self::Many(messages) => messages.as_mut().poll_next(context),
        }
    }
}

/// Runs a call; answers with its message or its stream, or with a refusal.
async fn answer(app: Arc<App>, rpc: Rpc, mut request: Request<Bytes>) -> Result<Response<Messages>, Status> {
    // A request that was not admitted is not served.
    let admitted = request.extensions_mut().remove::<Admitted>();
    let Admitted { caller, trace } = admitted.ok_or_else(|| Status::internal("the call was not admitted"))?;
    let task = rpc.task(request.get_ref())?;
    let call = Call { app: Arc::clone(&app), caller, trace: trace.clone(), key: None, repeats: false };
    let work = match rpc.repeat() {
        Repeat::Fresh => audit::recorded(call, rpc, task),
        Repeat::ByCommand => once::by_command(call, rpc, task),
        Repeat::Kept => once::with_stored_answer(call, rpc, task),
    };
    let (message, refused) = match work.instrument(traces::span(rpc, request.metadata(), &trace)).await {
        Ok(Reply::Many(messages)) => return Ok(Response::new(Messages::Many(messages))),
        Ok(Reply::One { message, refused }) => (message, refused),
        Err(error) => {
            log_error(rpc, &trace, &error);
            (refusal::answer(&app.rules, rpc, &error, &trace)?.into(), Some(error.code))
        }
    };
    let mut response = Response::new(Messages::One(Some(message)));
    if let Some(refused) = refused {
        response.extensions_mut().insert(Refused(refused));
    }
    Ok(response)
}

impl Call {
    /// Who acts: the user that the request names, if the caller may speak for them; else the caller. A service that
    /// acts for a customer is held to that customer's rate.
    pub(crate) fn acting(&self, named: Option<UserId>) -> Result<Option<UserId>, ApiError> {
        let user = self.caller.acting(named)?;
        if self.caller.access == Access::Service
            && let Some(user) = &user
        {
            self.app.limiter.check_user(user)?;
        }
        Ok(user)
    }

    /// The user who acts, required: named by the request or by the token.
    pub(crate) fn user(&self, checks: &mut Checks, named: &str) -> Result<Option<UserId>, ApiError> {
        let Some(named) = checks.id_or_none::<UserId>("user_id", named) else { return Ok(None) };
        let user = self.acting(named)?;
        if user.is_none() {
            checks.bad("user_id", "required", "");
        }
        Ok(user)
    }

    /// Whose a reservation or payment must be; inner `None`: the caller acts for any user.
    pub(crate) fn owner(&self, checks: &mut Checks, named: &str) -> Result<Option<Option<UserId>>, ApiError> {
        let Some(named) = checks.id_or_none::<UserId>("user_id", named) else { return Ok(None) };
        let user = self.acting(named)?;
        if user.is_none() && self.app.rules.user_required && self.caller.is_unnamed() {
            checks.bad("user_id", "required when no token says who calls", "");
        }
        Ok(Some(user))
    }

    /// A reservation by our id, or by the id of the service that keeps it.
    pub(crate) fn which(&self, checks: &mut Checks, text: &str) -> Option<ReservationRef> {
        if let Ok(id) = text.parse::<ReservationId>() {
            return Some(ReservationRef::Id(id));
        }
        checks.id::<ExternalId>("reservation_id", text).map(ReservationRef::External)
    }

    /// An event that is about to be used; where the rules say so an unknown one is made from the template. Reads make
    /// no event: a read of an unknown event is refused.
    pub(crate) async fn used_event(&self, event: &EventId) -> Result<(), ApiError> {
        if self.app.rules.template_events_max > 0 && self.app.catalog.lacks(&self.app.engine, event) {
            self.app.catalog.make_from_template(&self.app, event).await?;
        }
        Ok(())
    }

    /// A refusal as an answer of this call carries it.
    pub(crate) fn error(&self, error: &ApiError) -> Error {
        refusal::wire_error(&self.app.rules, error, &self.trace)
    }
}

pub(crate) fn log_error(rpc: Rpc, trace: &str, error: &ApiError) {
    let code = error.code.as_str_name();
    match error.code {
        ErrorCode::Internal | ErrorCode::DataCorruption => {
            tracing::error!(trace_id = trace, %rpc, code, message = error.message);
        }
        ErrorCode::Unavailable => tracing::warn!(trace_id = trace, %rpc, code, message = error.message),
        _ => tracing::debug!(trace_id = trace, %rpc, code, message = error.message),
    }
}
