//! In front of the admission check: answers requests of other protocols in words, adds the CORS headers for browsers of
//! allowed origins, and turns gRPC-Web into gRPC.

use std::sync::Arc;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version};
use http_body_util::Full;
use tonic::body::Body;
use tonic::service::Routes;
use tonic_web::{GrpcWebLayer, GrpcWebService};
use tower::{Layer, Service};

use super::AdmissionCheck;
use super::cors::{Cors, Origin, is_preflight};
use crate::app::App;
use crate::refusal;

const CORS: Cors = Cors {
    methods: "POST",
    headers: None,
    exposed: "grpc-status, grpc-message, grpc-status-details-bin, grpc-retry-pushback-ms",
    credentials: false,
};

const WELCOME: &str = "This is a ticket-sale server. This port speaks gRPC over HTTP/2, and gRPC-Web.\n\
    A first call: tacos-server call --target http://HOST:PORT gateway.v1.GatewayService/HealthCheck\n";
const NOT_GRPC: &str = "This port speaks gRPC over HTTP/2 (content type application/grpc) and gRPC-Web \
    (application/grpc-web, also over HTTP/1.1). JSON is not taken here: `web.listen` names the ports that take it.\n";
const NO_PAGES: &str = "Pages of this origin may not call this server: server.cors_origins.\n";
const NEEDS_HTTP2: &str =
    "gRPC needs HTTP/2. Over HTTP/1.1 this port takes gRPC-Web (application/grpc-web).\n";

/// The outermost service of a connection.
#[derive(Clone)]
pub(crate) struct Front {
    app: Arc<App>,
    check: AdmissionCheck,
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
        let check = AdmissionCheck::new(app, routes);
        Self { app: Arc::clone(app), web: GrpcWebLayer::new().layer(check.clone()), check }
    }

    /// Serves a gRPC request that another protocol was turned into.
    pub(crate) async fn serve_grpc(&mut self, request: Request<Body>) -> Response<Body> {
        match self.check.call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }

    /// True for a request of gRPC or gRPC-Web.
    pub(crate) fn speaks(request: &Request<Body>) -> bool {
        protocol(request.headers()) != Protocol::Other
    }

    /// Serves a request without a look at its origin.
    pub(crate) async fn serve(&mut self, request: Request<Body>) -> Response<Body> {
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
    }

    pub(crate) async fn call(mut self, request: Request<Body>) -> Response<Body> {
        let origin = Origin::of(request.headers(), &self.app.settings.server.cors_origins);
        let mut response = match is_preflight(&request) {
            true if origin.is_allowed() => CORS.preflight(request.headers()),
            true => text(StatusCode::FORBIDDEN, NO_PAGES),
            false => self.serve(request).await,
        };
        CORS.mark(origin, response.headers_mut());
        response
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
