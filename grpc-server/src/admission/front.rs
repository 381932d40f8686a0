//! In front of the admission check: answers requests of other protocols in words, adds the CORS headers for browsers of
//! allowed origins, and turns gRPC-Web into gRPC.

use std::sync::Arc;

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, CONTENT_TYPE, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version};
use http_body_util::Full;
use tonic::body::Body;
use tonic::service::Routes;
use tonic_web::{GrpcWebLayer, GrpcWebService};
use tower::{Layer, Service};

use super::AdmissionCheck;
use crate::app::App;
use crate::refusal;

/// Headers that a page of another origin may read.
const EXPOSED: &str = "grpc-status, grpc-message, grpc-status-details-bin, grpc-retry-pushback-ms";
/// How long a browser may remember a preflight's answer, in seconds.
const PREFLIGHT_SECONDS: &str = "7200";

const WELCOME: &str = "This is a ticket-sale server. This port speaks gRPC over HTTP/2, and gRPC-Web.\n\
    A first call: tacos-server call --target http://HOST:PORT gateway.v1.GatewayService/HealthCheck\n";
const NOT_GRPC: &str = "This port speaks gRPC over HTTP/2 (content type application/grpc) and gRPC-Web \
    (application/grpc-web, also over HTTP/1.1). JSON is not taken.\n";
const NEEDS_HTTP2: &str =
    "gRPC needs HTTP/2. Over HTTP/1.1 this port takes gRPC-Web (application/grpc-web).\n";

/// The outermost service of a connection.
#[derive(Clone)]
pub(crate) struct Front {
    app: Arc<App>,
    web: GrpcWebService<AdmissionCheck>,
}

/// The protocol of a request, by its content type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protocol {
    Grpc,
    GrpcWeb,
    Other,
}

impl Front {
    pub(crate) fn new(app: &Arc<App>, routes: Routes) -> Self {
        refusal::prepare();
        Self { app: Arc::clone(app), web: GrpcWebLayer::new().layer(AdmissionCheck::new(app, routes)) }
    }

    pub(crate) async fn call(mut self, request: Request<Body>) -> Response<Body> {
        let origin = self.allowed_origin(request.headers());
        let asked_before = request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        let mut response = if request.method() == Method::OPTIONS && asked_before {
            preflight(origin.is_some(), request.headers())
        } else {
            match (protocol(request.headers()), request.version()) {
                (Protocol::GrpcWeb, _) | (Protocol::Grpc, Version::HTTP_2) => {
                    match self.web.call(request).await {
                        Ok(response) => response,
                        Err(never) => match never {},
                    }
                }
                (Protocol::Grpc, _) => text(StatusCode::BAD_REQUEST, NEEDS_HTTP2),
                (Protocol::Other, _) => not_grpc(&request),
            }
        };
        if let Some(origin) = origin {
            let headers = response.headers_mut();
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
            headers.append(VARY, HeaderValue::from_static("origin"));
        }
        response
    }

    /// The request's origin, if its pages may call us.
    fn allowed_origin(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(ORIGIN)?;
        let listed =
            self.app.settings.server.cors_origins.iter().any(|one| origin == one.as_str() || one == "*");
        listed.then(|| origin.clone())
    }
}

fn protocol(headers: &HeaderMap) -> Protocol {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    match kind {
        "application/grpc-web"
        | "application/grpc-web+proto"
        | "application/grpc-web-text"
        | "application/grpc-web-text+proto" => Protocol::GrpcWeb,
        _ => match kind.split(';').next().unwrap_or_default().trim_end() {
            "application/grpc" | "application/grpc+proto" => Protocol::Grpc,
            _ => Protocol::Other,
        },
    }
}

fn preflight(allowed: bool, headers: &HeaderMap) -> Response<Body> {
    if !allowed {
        return text(
            StatusCode::FORBIDDEN,
            "Pages of this origin may not call this server: server.cors_origins.\n",
        );
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let answer = response.headers_mut();
    answer.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
    answer.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(PREFLIGHT_SECONDS));
    // Metadata are headers of any name: an allowed origin may send those that it asks for.
    if let Some(asked) = headers.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        answer.insert(ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    response
}

fn not_grpc(request: &Request<Body>) -> Response<Body> {
    match (request.method(), request.uri().path()) {
        (&Method::GET | &Method::HEAD, "/") => text(StatusCode::OK, WELCOME),
        (&Method::GET | &Method::HEAD, _) => text(StatusCode::NOT_FOUND, WELCOME),
        _ => text(StatusCode::UNSUPPORTED_MEDIA_TYPE, NOT_GRPC),
    }
}

fn text(status: StatusCode, words: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::new(Full::from(words)));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}
