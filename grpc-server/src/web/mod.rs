//! HTTP for programs that speak no gRPC: JSON at paths of their own (REST), the Connect protocol, and streams as
//! server-sent events, all from the rules of `crate::rpc` and the contract's descriptors. A request becomes a gRPC
//! request of the same routes and its answer becomes HTTP again, so that identity, roles, limits, overload, figures and
//! the audit are those of gRPC. gRPC and gRPC-Web are answered here as well. Nothing here decides about a sale, and
//! nothing outside of `server`, `listen` and figures knows this module.

mod answer;
mod asked;
mod connect;
#[cfg(test)]
mod docs;
mod events;
mod fields;
mod figures;
mod openapi;
mod pages;
mod read;
mod route;
mod status;
mod table;

use std::sync::Arc;

use http::header::{IF_MATCH, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use tacos_proto::common::v1::ErrorCode;
use tacos_proto::json::Unknown;
use tonic::body::Body;

use crate::admission::{Cors, Front, Origin, Traced, check_address, is_preflight, is_trace, trace_of};
use crate::app::App;
use crate::call::bytes_max;
use crate::settings::Profile;

use connect::Form;
pub(crate) use figures::{HTTP_SECONDS, HttpFigures};
pub(crate) use openapi::REFERENCE;
use read::{Reading, Texts};
use route::Route;
use status::HttpRefusal;
use table::{Plan, TABLE};

const TRACE_ID: HeaderName = HeaderName::from_static("x-trace-id");

const CORS: Cors = Cors {
    methods: "GET, HEAD, POST, PUT, PATCH, DELETE",
    headers: Some(
        "authorization, content-type, idempotency-key, if-match, last-event-id, traceparent, x-trace-id, \
         connect-protocol-version, connect-timeout-ms, x-grpc-web, x-user-agent, grpc-timeout",
    ),
    exposed: "grpc-status, grpc-message, grpc-status-details-bin, x-trace-id, retry-after, location, etag",
    credentials: true,
};

/// The outermost service of a connection.
#[derive(Clone)]
pub(crate) struct Web {
    app: Arc<App>,
    front: Front,
    unknown: Unknown,
}

impl Web {
    pub(crate) fn new(app: &Arc<App>, front: &Front) -> Self {
        // Built at the start, so that no call waits for it.
        TABLE.of_path("/");
        let unknown = match app.settings.profile {
            Profile::Strict => Unknown::Refuse,
            Profile::Compat => Unknown::Ignore,
        };
        Self { app: Arc::clone(app), front: front.clone(), unknown }
    }

    /// Finds the RPC behind a request and writes its path and deadline into the head as gRPC has them: by these the call
    /// is judged by overload.
    #[allow(clippy::unused_self, reason = "a part of the service")]
    pub(crate) fn enter(&self, request: &mut Request<Body>) {
        let route = Route::of(request);
        if let Route::Rest { plan, .. } | Route::Connect { plan, .. } = &route {
            if let Some(timeout) = route::timeout(request.headers()) {
                request.headers_mut().insert("grpc-timeout", timeout);
            }
            let asked = std::mem::replace(request.uri_mut(), plan.uri.clone());
            request.extensions_mut().insert(asked);
        }
        request.extensions_mut().insert(route);
    }

    pub(crate) async fn call(mut self, mut request: Request<Body>) -> Response<Body> {
        let route = request.extensions_mut().remove::<Route>().unwrap_or_else(|| Route::of(&request));
        let counted = figures::Request::begin(&self.app, request.method(), route.label());
        let trace = trace(request.headers());
        request.extensions_mut().insert(Traced(trace.clone()));
        let origin = Origin::of(request.headers(), &self.app.settings.web.origins);
        let (preflight, head) = (is_preflight(&request), request.method() == Method::HEAD);
        let mut response = match preflight {
            true if origin.is_allowed() => CORS.preflight(request.headers()),
            true => no_pages().answer(&trace),
            false if !origin.is_allowed() && route::is_of_another_page(&request) => no_pages().answer(&trace),
            false => self.serve(route, request, &trace, counted).await,
        };
        if head {
            *response.body_mut() = Body::empty();
        }
        let headers = response.headers_mut();
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if let Ok(trace) = HeaderValue::from_str(&trace) {
            headers.insert(TRACE_ID, trace);
        }
        CORS.mark(origin, headers);
        response
    }

    async fn serve(
        &mut self,
        route: Route,
        request: Request<Body>,
        trace: &str,
        counted: figures::Request,
    ) -> Response<Body> {
        let response = match route {
            Route::Grpc { .. } => self.front.serve(request).await,
            Route::Page(page) => page.answer(&self.app),
            Route::Options(allow) => route::options(&allow),
            Route::Refused(refusal) => match check_address(&self.app, &request) {
                Ok(()) => refusal.answer(trace),
                Err(error) => HttpRefusal::from(error).answer(trace),
            },
            Route::Connect { plan, form } => self.connect(plan, form, request, trace).await,
            Route::Rest { plan, path } => {
                let conditional = request.headers().contains_key(IF_MATCH);
                match self.rest(plan, path, request, trace).await {
                    Err(refusal) => refusal.answer(trace),
                    Ok(response) if plan.streams => {
                        let begun = response.status();
                        counted.answered(begun);
                        return events::stream(plan, response, trace, counted);
                    }
                    Ok(response) => answer::rest(plan, response, trace, conditional).await,
                }
            }
        };
        counted.answered(response.status());
        response
    }

    /// The routes' answer to a request of REST.
    async fn rest(
        &mut self,
        plan: &'static Plan,
        path: Vec<String>,
        request: Request<Body>,
        trace: &str,
    ) -> Result<Response<Body>, HttpRefusal> {
        let (head, body) = request.into_parts();
        let has_body = matches!(head.method, Method::POST | Method::PUT | Method::PATCH);
        route::negotiate(plan, &head.headers, has_body)?;
        let reading = self.reading(plan, trace);
        if has_body && read::says_too_long(&head.headers, reading.bytes_max) {
            return Err(HttpRefusal::of_status(&read::too_long(reading.bytes_max), None, false));
        }
        let texts: Texts = route::texts(&head, path)?;
        let body = has_body.then_some(body);
        let request = reading.request(head, body, move |reading, bytes| reading.rest(bytes, &texts));
        Ok(self.front.serve_grpc(request).await)
    }

    async fn connect(
        &mut self,
        plan: &'static Plan,
        form: Form,
        request: Request<Body>,
        trace: &str,
    ) -> Response<Body> {
        let (head, body) = request.into_parts();
        if let Some(status) = connect::problem(&head.headers) {
            return connect::failed(&(status, None));
        }
        let reading = self.reading(plan, trace);
        let grpc = if head.method == Method::POST {
            if read::says_too_long(&head.headers, reading.bytes_max) {
                return connect::failed(&(read::too_long(reading.bytes_max), None));
            }
            reading.request(head, Some(body), move |reading, bytes| connect::turn(reading, form, bytes))
        } else {
            let message = match connect::in_query(route::asked(&head).query().unwrap_or_default()) {
                Ok((_, message)) => message,
                Err(status) => return connect::failed(&(status, None)),
            };
            reading.request(head, None, move |reading, _| connect::turn(reading, form, &message))
        };
        let response = self.front.serve_grpc(grpc).await;
        connect::answer(plan, form, response, trace).await
    }

    fn reading(&self, plan: &'static Plan, trace: &str) -> Reading {
        let bytes_max = bytes_max(&self.app.settings.limits, plan.rpc);
        Reading { plan, unknown: self.unknown, bytes_max, trace: trace.to_owned() }
    }
}

/// The trace id that a request names, or a fresh one.
fn trace(headers: &HeaderMap) -> String {
    let named = headers.get(TRACE_ID).and_then(|id| id.to_str().ok()).filter(|id| is_trace(id));
    match named {
        Some(id) if !headers.contains_key("traceparent") => id.to_owned(),
        _ => trace_of(headers),
    }
}

fn no_pages() -> HttpRefusal {
    let words = "pages of this origin may not call this server: web.origins";
    HttpRefusal::new(StatusCode::FORBIDDEN, ErrorCode::Forbidden, words)
}
