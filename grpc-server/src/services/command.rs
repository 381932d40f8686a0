//! `engine.v1.CommandService`, for callers that send one message and no stream of them.

use tacos_proto::engine::v1::{RunRequest, RunResponse};

use crate::call::Call;
use crate::run;
use crate::task::Responses;
use crate::wire::ApiError;

pub(crate) async fn run(call: Call, request: RunRequest) -> Result<Responses<RunResponse>, ApiError> {
    let messages = tokio_stream::once(Ok(request));
    let answers = run::answers(&call.app, call.caller, call.trace, messages)?;
    Ok(Responses(Box::pin(answers)))
}
