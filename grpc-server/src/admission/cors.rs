//! CORS (fetch.spec.whatwg.org, "CORS protocol"): which pages of other origins may call, and what they may read.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use tonic::body::Body;

/// How long a browser may remember a preflight's answer, in seconds.
const PREFLIGHT_SECONDS: &str = "7200";

/// What pages of other origins may do at the listeners of one kind.
pub(crate) struct Cors {
    /// Methods that pages may use.
    pub(crate) methods: &'static str,
    /// Headers that pages may send; absent: those that they ask for, since metadata are headers of any name.
    pub(crate) headers: Option<&'static str>,
    /// Headers that pages may read.
    pub(crate) exposed: &'static str,
    /// Pages may send credentials, where their origin is listed by name.
    pub(crate) credentials: bool,
}

/// True for the question of a browser whether a request may be sent.
pub(crate) fn is_preflight<B>(request: &Request<B>) -> bool {
    request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// A request's origin, and whether its pages may call.
pub(crate) struct Origin {
    allowed: Option<HeaderValue>,
    by_name: bool,
}

impl Origin {
    pub(crate) fn of(headers: &HeaderMap, listed: &[String]) -> Self {
        let origin = headers.get(ORIGIN);
        let by_name = origin.is_some_and(|origin| listed.iter().any(|one| origin == one.as_str()));
        let allowed = origin.filter(|_| by_name || listed.iter().any(|one| one == "*")).cloned();
        Self { allowed, by_name }
    }

    /// False if the request is of no other origin, or of one whose pages may not call.
    pub(crate) fn is_allowed(&self) -> bool {
        self.allowed.is_some()
    }
}

impl Cors {
    /// The answer to a preflight of an allowed origin, without what [`Cors::mark`] adds.
    pub(crate) fn preflight(&self, asked: &HeaderMap) -> Response<Body> {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(self.methods));
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(PREFLIGHT_SECONDS));
        let asked = asked.get(ACCESS_CONTROL_REQUEST_HEADERS).cloned();
        if let Some(allowed) = self.headers.map(HeaderValue::from_static).or(asked) {
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, allowed);
        }
        response
    }

    /// Says in an answer what pages of its request's origin may read.
    pub(crate) fn mark(&self, origin: Origin, headers: &mut HeaderMap) {
        let Some(allowed) = origin.allowed else { return };
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(self.exposed));
        headers.append(VARY, HeaderValue::from_static("origin"));
        if self.credentials && origin.by_name {
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
    }
}
