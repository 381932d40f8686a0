//! The few pages that are no RPCs: what a person or a probe asks for by hand.

use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;
use serde_json::json;
use tonic::body::Body;

use super::status;
use crate::app::App;

const WELCOME: &str = "This is a ticket-sale server. This port speaks JSON over HTTP (REST, Connect), server-sent \
    events, gRPC-Web and gRPC.\nA first call: curl http://HOST:PORT/v1/admin/events\n";

/// A page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    Welcome,
    /// The process answers.
    Live,
    /// Calls are taken.
    Ready,
    Version,
}

impl Page {
    const ALL: [(Self, &'static str); 4] =
        [(Self::Welcome, "/"), (Self::Live, "/livez"), (Self::Ready, "/readyz"), (Self::Version, "/version")];

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
        };
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

fn text(status: StatusCode, words: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::new(Full::from(words)));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}
