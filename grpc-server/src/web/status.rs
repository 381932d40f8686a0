//! The one table from refusals to HTTP, and the one body that says them: `{"error":{"code","message","trace_id",
//! "details"}}`, with the contract's code names without their prefix.

use std::time::Duration;

use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;
use serde::Serialize;
use tacos_proto::common::v1::{Error, ErrorCode, ErrorDetail};
use tonic::Code;
use tonic::body::Body;

use crate::admission::code_of;
use crate::refusal;
use crate::wire::ApiError;

/// Callers that are told to come again without a time come again after this.
const RETRY_AFTER_DEFAULT: Duration = Duration::from_secs(1);
/// The caller has gone, or has taken its call back: nginx' number, which has become a custom.
const CLIENT_CLOSED: u16 = 499;

/// The HTTP status of each error code.
pub(crate) fn of_code(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::InvalidArgument | ErrorCode::IdempotencyRequired => StatusCode::BAD_REQUEST,
        ErrorCode::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorCode::Forbidden | ErrorCode::Unauthorized => StatusCode::FORBIDDEN,
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::AlreadyExists
        | ErrorCode::FailedPrecondition
        | ErrorCode::QuotaExceeded
        | ErrorCode::IdempotencyConflict
        | ErrorCode::ReservationExpired
        | ErrorCode::InventoryConflict
        | ErrorCode::InsufficientInventory
        | ErrorCode::ConcurrentModification => StatusCode::CONFLICT,
        ErrorCode::PaymentNotApproved => StatusCode::PRECONDITION_FAILED,
        ErrorCode::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::UpstreamError => StatusCode::BAD_GATEWAY,
        ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Timeout | ErrorCode::UpstreamTimeout => StatusCode::GATEWAY_TIMEOUT,
        ErrorCode::Unspecified | ErrorCode::Internal | ErrorCode::DataCorruption => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

/// The HTTP status of each gRPC status that has no error code with it.
pub(crate) fn of_grpc(code: Code) -> StatusCode {
    match code {
        Code::Ok => StatusCode::OK,
        Code::Cancelled => StatusCode::from_u16(CLIENT_CLOSED).unwrap_or(StatusCode::BAD_REQUEST),
        Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
        Code::Aborted => StatusCode::CONFLICT,
        // The message is longer than it may be.
        Code::OutOfRange => StatusCode::PAYLOAD_TOO_LARGE,
        other => of_code(code_of(other).unwrap_or(ErrorCode::Internal)),
    }
}

/// A code as the error body names it.
pub(crate) fn name(code: ErrorCode) -> &'static str {
    let name = code.as_str_name();
    name.strip_prefix("ERROR_CODE_").unwrap_or(name)
}

/// A call that was not done, as HTTP says it.
#[derive(Clone, Debug)]
pub(crate) struct HttpRefusal {
    pub(crate) status: StatusCode,
    pub(crate) error: Box<Error>,
    /// Methods that the path has, for those it has not.
    pub(crate) allow: Option<String>,
    pub(crate) retry_after: Option<Duration>,
}

#[derive(Serialize)]
struct Envelope<'e> {
    error: Shown<'e>,
}

#[derive(Serialize)]
struct Shown<'e> {
    code: &'static str,
    message: &'e str,
    trace_id: &'e str,
    details: Vec<Detail<'e>>,
}

#[derive(Serialize)]
struct Detail<'e> {
    field: &'e str,
    reason: &'e str,
    value: &'e str,
}

impl<'e> Detail<'e> {
    fn of(detail: &'e ErrorDetail) -> Self {
        Self { field: &detail.field, reason: &detail.reason, value: &detail.value }
    }
}

impl HttpRefusal {
    /// What HTTP itself refuses, before a call is made of the request.
    pub(super) fn new(status: StatusCode, code: ErrorCode, message: impl Into<String>) -> Self {
        let error = Error { code: code.into(), message: message.into(), ..Error::default() };
        Self { status, error: Box::new(error), allow: None, retry_after: None }
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::InvalidArgument, message)
    }

    /// A refusal in an answer; `conditional`: the request had a condition on the state that it changes.
    pub(super) fn of_error(error: Error, conditional: bool) -> Self {
        let status = match error.code() {
            ErrorCode::ConcurrentModification if conditional => StatusCode::PRECONDITION_FAILED,
            code => of_code(code),
        };
        Self { status, error: Box::new(error), allow: None, retry_after: None }
    }

    /// A call that ended with a status. One that overload turned away has a `push_back`.
    pub(super) fn of_status(status: &tonic::Status, push_back: Option<Duration>, conditional: bool) -> Self {
        let mut refusal = match refusal::in_details(status) {
            Some(error) => Self::of_error(error, conditional),
            None => {
                let code = code_of(status.code()).unwrap_or(ErrorCode::Internal);
                Self::new(of_grpc(status.code()), code, status.message())
            }
        };
        if push_back.is_some() {
            refusal.status = StatusCode::SERVICE_UNAVAILABLE;
            refusal.error.code = ErrorCode::Unavailable.into();
            refusal.retry_after = push_back;
        }
        refusal
    }

    /// The body, as JSON.
    pub(super) fn body(&self, trace: &str) -> Vec<u8> {
        let Error { message, trace_id, details, .. } = &*self.error;
        let trace_id = if trace_id.is_empty() { trace } else { trace_id };
        let code = name(self.error.code());
        let error = Shown { code, message, trace_id, details: details.iter().map(Detail::of).collect() };
        serde_json::to_vec(&Envelope { error }).unwrap_or_default()
    }

    /// Says when to come again and how to sign in, whatever the body.
    pub(super) fn mark<B>(&self, response: &mut Response<B>) {
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match self.status {
            StatusCode::UNAUTHORIZED => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"tickets\""));
            }
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                let after = self.retry_after.unwrap_or(RETRY_AFTER_DEFAULT);
                let seconds = after.as_millis().div_ceil(1_000).clamp(1, 3_600);
                headers.insert(RETRY_AFTER, HeaderValue::from(u64::try_from(seconds).unwrap_or(1)));
            }
            _ => {}
        }
        if let Some(allow) = self.allow.as_ref().and_then(|allow| HeaderValue::from_str(allow).ok()) {
            headers.insert(ALLOW, allow);
        }
    }

    pub(super) fn answer(&self, trace: &str) -> Response<Body> {
        let mut response = json(self.status, self.body(trace));
        self.mark(&mut response);
        response
    }
}

impl From<ApiError> for HttpRefusal {
    fn from(error: ApiError) -> Self {
        Self::of_error(error.to_error(""), false)
    }
}

/// An answer in JSON.
pub(super) fn json(status: StatusCode, body: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::new(Full::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_code_has_its_status() {
        let mut all = Vec::new();
        for code in (0..64).filter_map(|number| ErrorCode::try_from(number).ok()) {
            all.push(format!("{} {}", name(code), of_code(code).as_u16()));
        }
        let wanted = [
            "UNSPECIFIED 500",
            "UNAUTHENTICATED 401",
            "FORBIDDEN 403",
            "UNAUTHORIZED 403",
            "INVALID_ARGUMENT 400",
            "NOT_FOUND 404",
            "ALREADY_EXISTS 409",
            "FAILED_PRECONDITION 409",
            "RATE_LIMITED 429",
            "QUOTA_EXCEEDED 409",
            "IDEMPOTENCY_REQUIRED 400",
            "IDEMPOTENCY_CONFLICT 409",
            "RESERVATION_EXPIRED 409",
            "PAYMENT_NOT_APPROVED 412",
            "INVENTORY_CONFLICT 409",
            "INSUFFICIENT_INVENTORY 409",
            "INTERNAL 500",
            "UNAVAILABLE 503",
            "TIMEOUT 504",
            "UPSTREAM_TIMEOUT 504",
            "UPSTREAM_ERROR 502",
            "DATA_CORRUPTION 500",
            "CONCURRENT_MODIFICATION 409",
        ];
        assert_eq!(all, wanted);
        let changed = Error { code: ErrorCode::ConcurrentModification.into(), ..Error::default() };
        assert_eq!(HttpRefusal::of_error(changed, true).status, StatusCode::PRECONDITION_FAILED);
    }

    #[test]
    fn every_grpc_status_has_its_own() {
        let statuses = (0..17).map(|code| of_grpc(Code::from_i32(code)).as_u16());
        let wanted = [200, 499, 500, 400, 504, 404, 409, 403, 429, 409, 409, 413, 501, 500, 503, 500, 401];
        assert_eq!(statuses.collect::<Vec<_>>(), wanted);
    }

    #[test]
    fn what_was_turned_away_says_when_to_come_again() {
        let status = tonic::Status::resource_exhausted("the server is overloaded");
        let shed = HttpRefusal::of_status(&status, Some(Duration::from_millis(1_200)), false).answer("t");
        assert_eq!(shed.status(), 503);
        assert_eq!(shed.headers()["retry-after"], "2");
        let limited = HttpRefusal::of_status(&status, None, false).answer("t");
        assert_eq!(
            (limited.status().as_u16(), &limited.headers()["retry-after"]),
            (429, &HeaderValue::from(1))
        );
        let unnamed =
            HttpRefusal::new(StatusCode::UNAUTHORIZED, ErrorCode::Unauthenticated, "no").answer("t");
        assert_eq!(unnamed.headers()["www-authenticate"], "Bearer realm=\"tickets\"");
    }

    #[test]
    fn a_status_keeps_the_details_of_its_refusal() {
        let refused = ApiError::invalid("seat_ids[3]", "expected a text", "");
        let shown = HttpRefusal::of_status(&refusal::detailed(&refused, "4bf9"), None, false);
        let body: serde_json::Value = serde_json::from_slice(&shown.body("other")).expect("JSON");
        let wanted = serde_json::json!({ "error": {
            "code": "INVALID_ARGUMENT",
            "message": "invalid argument: seat_ids[3] expected a text",
            "trace_id": "4bf9",
            "details": [{ "field": "seat_ids[3]", "reason": "expected a text", "value": "" }],
        }});
        assert_eq!((shown.status, body), (StatusCode::BAD_REQUEST, wanted));
    }
}
