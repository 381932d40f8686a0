//! The few pages that are no RPCs: what a person or a probe asks for by hand.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;
use serde_json::json;
use tonic::body::Body;

use super::openapi::{REFERENCE, STYLE};
use super::status;
use crate::app::App;

const WELCOME: &str = "This is a ticket-sale server. This port speaks JSON over HTTP (REST, Connect), server-sent \
    events, gRPC-Web and gRPC: see /docs and /openapi.json.\nA first call: curl http://HOST:PORT/v1/admin/events\n";

/// What `/docs` may do: be read, with its style.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    Welcome,
    /// The process answers.
    Live,
    /// Calls are taken.
    Ready,
    Version,
    /// The reference for people.
    Docs,
    Style,
    /// The reference for programs.
    Description,
}

impl Page {
    const ALL: [(Self, &'static str); 7] = [
        (Self::Welcome, "/"),
        (Self::Live, "/livez"),
        (Self::Ready, "/readyz"),
        (Self::Version, "/version"),
        (Self::Docs, "/docs"),
        (Self::Style, "/docs.css"),
        (Self::Description, "/openapi.json"),
    ];

    pub(super) fn at(path: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, at)| *at == path).map(|(page, _)| *page)
    }

    pub(super) fn path(self) -> &'static str {
        Self::ALL.iter().find(|(page, _)| *page == self).map_or("/", |(_, at)| at)
    }

    pub(super) fn answer(self, app: &App) -> Response<Body> {
        let mut response = match self {
            Self::Welcome => text(StatusCode::OK, WELCOME),
            Self::Live => text(StatusCode::OK, "live\n"),
            Self::Ready if *app.draining.borrow() => text(StatusCode::SERVICE_UNAVAILABLE, "draining\n"),
            Self::Ready => text(StatusCode::OK, "ready\n"),
            Self::Version => {
                let version = json!({ "version": env!("CARGO_PKG_VERSION") });
                status::json(StatusCode::OK, version.to_string().into_bytes())
            }
            Self::Docs => reference(REFERENCE.page.clone(), "text/html; charset=utf-8"),
            Self::Style => reference(Bytes::from_static(STYLE.as_bytes()), "text/css; charset=utf-8"),
            Self::Description => reference(REFERENCE.document.clone(), "application/json"),
        };
        if self == Self::Docs {
            response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
        }
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// A part of the reference, which only another build of the server changes.
fn reference(body: Bytes, kind: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::new(Full::new(body)));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

fn text(status: StatusCode, words: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::new(Full::from(words)));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}
