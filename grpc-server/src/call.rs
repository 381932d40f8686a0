//! One call behind its door: what the door found out about the caller, the handler, and the answer or its log line.
//! Overload, identity, role, rate limits, deadline and figures are the door's (`crate::door`).

use std::ops::Deref;
use std::sync::Arc;

use tacos_engine::{EventId, ExternalId, IdempotencyKey, ReservationId, UserId, Which};
use tacos_proto::common::v1::{Error, ErrorCode};
use tonic::{Request, Response, Status};
use tracing::Instrument;

use crate::app::App;
use crate::auth::Caller;
use crate::door::{Admitted, Refused};
use crate::refusal;
use crate::rpc::{Access, Rpc};
use crate::traces;
use crate::wire::{Checks, Fault};

/// What a handler knows of its call.
#[derive(Clone)]
pub(crate) struct Call {
    app: Arc<App>,
    pub(crate) caller: Caller,
    pub(crate) trace: String,
    /// The idempotency key of the request, if it came with one: see [`crate::once`].
    pub(crate) key: Option<IdempotencyKey>,
    /// True if the engine has the first answer already: what may have changed since must not be looked at.
    pub(crate) repeats: bool,
}

impl Deref for Call {
    type Target = App;
    fn deref(&self) -> &App {
        &self.app
    }
}

/// A response that can carry an error.
pub(crate) trait Answer: Default + prost::Message {
    fn refused(error: Error) -> Self;
    /// What it was refused with, if it was.
    fn error(&self) -> Option<&Error>;
}

/// Says of response types that their field `error` is where errors go.
macro_rules! answers {
    ($($answer:ty),* $(,)?) => {$(
        impl $crate::call::Answer for $answer {
            fn refused(error: tacos_proto::common::v1::Error) -> Self {
                Self { error: Some(error), ..Self::default() }
            }
            fn error(&self) -> Option<&tacos_proto::common::v1::Error> {
                self.error.as_ref()
            }
        }
    )*};
}
pub(crate) use answers;

/// Implements a service whose unary methods are functions of the same name in the same file. `by_command` and `keeping`
/// say how the first answer to an idempotency key is remembered: see [`crate::once`].
macro_rules! unary {
    ($service:ident: $($rpc:ident $method:ident($request:ty) -> $answer:ty $(, $once:ident)?;)* $({$($rest:tt)*})?) => {
        #[tonic::async_trait]
        impl $service for $crate::services::Services {
            $(
                async fn $method(
                    &self,
                    request: tonic::Request<$request>,
                ) -> Result<tonic::Response<$answer>, tonic::Status> {
                    $crate::call::handled!(self, $rpc, request, $method $(, $once)?)
                }
            )*
            $($($rest)*)?
        }
        $crate::call::answers!($($answer),*);
    };
}
pub(crate) use unary;

/// One call of a handler, by itself or once for its idempotency key; what operators write is recorded.
macro_rules! handled {
    ($services:ident, $rpc:ident, $request:ident, $method:ident) => {{
        let rpc = $crate::rpc::Rpc::$rpc;
        let work = |call, request| $crate::audit::recorded(call, rpc, request, $method);
        $services.0.answer(rpc, $request, work).await
    }};
    ($services:ident, $rpc:ident, $request:ident, $method:ident, $once:ident) => {{
        let rpc = $crate::rpc::Rpc::$rpc;
        let work = |call, request| {
            $crate::once::$once(call, rpc, request, move |call, request| {
                $crate::audit::recorded(call, rpc, request, $method)
            })
        };
        $services.0.answer(rpc, $request, work).await
    }};
}
pub(crate) use handled;

impl App {
    /// Does a call that the door let in, and answers.
    pub(crate) async fn answer<Q, A, F>(
        self: &Arc<Self>,
        rpc: Rpc,
        mut request: Request<Q>,
        work: impl FnOnce(Call, Q) -> F,
    ) -> Result<Response<A>, Status>
    where
        A: Answer,
        F: Future<Output = Result<A, Fault>>,
    {
        let call = self.admitted(&mut request)?;
        let trace = call.trace.clone();
        let span = traces::span(rpc, request.metadata(), &trace);
        match work(call, request.into_inner()).instrument(span).await {
            Ok(answer) => {
                // Some answers carry an error beside other fields: they are refusals too.
                let refused = answer.error().map(|error| Refused(error.code()));
                let mut response = Response::new(answer);
                if let Some(refused) = refused {
                    response.extensions_mut().insert(refused);
                }
                Ok(response)
            }
            Err(fault) => {
                log_fault(rpc, &trace, &fault);
                let mut response = Response::new(self.refuse(rpc, &fault, &trace)?);
                response.extensions_mut().insert(Refused(fault.code));
                Ok(response)
            }
        }
    }

    /// A refusal as the answer of this RPC, or as a status where the rules say so.
    fn refuse<A: Answer>(&self, rpc: Rpc, fault: &Fault, trace: &str) -> Result<A, Status> {
        if let Some(status) = refusal::status(&self.rules, rpc, fault, trace) {
            return Err(status);
        }
        let mut answer = A::refused(refusal::error(&self.rules, fault, trace));
        answer
            .merge(refusal::outcome(rpc, fault.code).as_slice())
            .map_err(|error| Status::internal(format!("a refusal cannot be spelled: {error}")))?;
        Ok(answer)
    }

    /// As [`App::answer`], for streams: what cannot start ends with a status.
    pub(crate) async fn open_stream<Q, S, F>(
        self: &Arc<Self>,
        rpc: Rpc,
        mut request: Request<Q>,
        work: impl FnOnce(Call, Q) -> F,
    ) -> Result<Response<S>, Status>
    where
        F: Future<Output = Result<S, Fault>>,
    {
        let call = self.admitted(&mut request)?;
        let trace = call.trace.clone();
        let span = traces::span(rpc, request.metadata(), &trace);
        work(call, request.into_inner()).instrument(span).await.map(Response::new).map_err(|fault| {
            log_fault(rpc, &trace, &fault);
            fault.to_status()
        })
    }

    /// A request that did not come through the door is not served.
    fn admitted<Q>(self: &Arc<Self>, request: &mut Request<Q>) -> Result<Call, Status> {
        let admitted = request.extensions_mut().remove::<Admitted>();
        let Admitted { caller, trace } =
            admitted.ok_or_else(|| Status::internal("the call did not come through the door"))?;
        Ok(Call::new(Arc::clone(self), caller, trace))
    }
}

impl Call {
    fn new(app: Arc<App>, caller: Caller, trace: String) -> Self {
        Self { app, caller, trace, key: None, repeats: false }
    }

    /// Handlers that outlive the call keep the server.
    pub(crate) fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// Who acts: the user that the request names, if the caller may speak for them; else the caller. A service that
    /// acts for a customer is held to that customer's rate.
    pub(crate) fn acting(&self, named: Option<UserId>) -> Result<Option<UserId>, Fault> {
        let user = self.caller.acting(named)?;
        if self.caller.access == Access::Service
            && let Some(user) = &user
        {
            self.limiter.check_user(user)?;
        }
        Ok(user)
    }

    /// The user who acts, required: named by the request or by the token.
    pub(crate) fn user(&self, checks: &mut Checks, named: &str) -> Result<Option<UserId>, Fault> {
        let Some(named) = checks.id_or_none::<UserId>("user_id", named) else { return Ok(None) };
        let user = self.acting(named)?;
        if user.is_none() {
            checks.bad("user_id", "required", "");
        }
        Ok(user)
    }

    /// Whose a reservation or payment must be; inner `None`: the caller speaks for everybody.
    pub(crate) fn owner(&self, checks: &mut Checks, named: &str) -> Result<Option<Option<UserId>>, Fault> {
        let Some(named) = checks.id_or_none::<UserId>("user_id", named) else { return Ok(None) };
        let user = self.acting(named)?;
        if user.is_none() && self.rules.user_required && self.caller.is_unnamed() {
            checks.bad("user_id", "required when no token says who calls", "");
        }
        Ok(Some(user))
    }

    /// A reservation by our id, or by the id of the service that keeps it.
    pub(crate) fn which(&self, checks: &mut Checks, text: &str) -> Option<Which> {
        if let Ok(id) = text.parse::<ReservationId>() {
            return Some(Which::Id(id));
        }
        checks.id::<ExternalId>("reservation_id", text).map(Which::External)
    }

    /// An event that is about to be used; where the rules say so an unknown one is made from the template. Reads make
    /// nothing: a question about an event that there is not is answered so.
    pub(crate) async fn used_event(&self, event: &EventId) -> Result<(), Fault> {
        if self.rules.template_events_max > 0 && self.catalog.lacks(&self.engine, event) {
            self.catalog.make_from_template(&self.app, event).await?;
        }
        Ok(())
    }

    /// A refusal as an answer of this call carries it.
    pub(crate) fn error(&self, fault: &Fault) -> Error {
        refusal::error(&self.rules, fault, &self.trace)
    }
}

pub(crate) fn log_fault(rpc: Rpc, trace: &str, fault: &Fault) {
    let code = fault.code.as_str_name();
    match fault.code {
        ErrorCode::Internal | ErrorCode::DataCorruption => {
            tracing::error!(trace_id = trace, %rpc, code, message = fault.message);
        }
        ErrorCode::Unavailable => tracing::warn!(trace_id = trace, %rpc, code, message = fault.message),
        _ => tracing::debug!(trace_id = trace, %rpc, code, message = fault.message),
    }
}
