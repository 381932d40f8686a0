//! Which RPC a request asks for, by its method, path and content type, and what HTTP itself refuses.

use http::header::{ACCEPT, ALLOW, CONTENT_ENCODING, CONTENT_TYPE, HOST, HeaderName, IF_MATCH, ORIGIN};
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};
use tacos_proto::common::v1::ErrorCode;
use tonic::body::Body;

use super::asked;
use super::connect::{self, Form};
use super::pages::Page;
use super::read::Texts;
use super::status::HttpRefusal;
use super::table::{OfPath, Plan, TABLE};
use crate::admission::Front;
use crate::rpc::{Kind, Rpc};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Longest `connect-timeout-ms` that the protocol allows: ten digits. A gRPC deadline has eight, so seconds are used
/// from here on.
const TIMEOUT_DIGITS_MAX: usize = 10;
const MILLISECONDS_MAX: u64 = 99_999_999;

/// What a request asks for.
#[derive(Clone)]
pub(super) enum Route {
    /// gRPC or gRPC-Web: of this RPC, or of a service that is not the contract's.
    Grpc {
        plan: Option<&'static Plan>,
    },
    /// A path of REST, with what stands in its variable parts.
    Rest {
        plan: &'static Plan,
        path: Vec<String>,
    },
    Connect {
        plan: &'static Plan,
        form: Form,
    },
    Page(Page),
    /// Which methods a path has.
    Options(String),
    Refused(Box<HttpRefusal>),
}

impl Route {
    pub(super) fn of(request: &Request<Body>) -> Self {
        let path = request.uri().path();
        let rpc = Rpc::of_path(path);
        if Front::speaks(request) {
            return Self::Grpc { plan: rpc.and_then(|rpc| TABLE.plan(rpc)) };
        }
        let found = match rpc {
            Some(rpc) => connect(rpc, request),
            None => rest(request),
        };
        found.unwrap_or_else(|refusal| Self::Refused(Box::new(refusal)))
    }

    /// The route's name in figures.
    pub(super) fn label(&self) -> &'static str {
        match self {
            Self::Rest { plan, .. } => plan.rule.map_or(plan.name.as_str(), |rule| rule.path),
            Self::Grpc { plan: Some(plan) } | Self::Connect { plan, .. } => &plan.name,
            Self::Page(page) => page.path(),
            Self::Grpc { plan: None } | Self::Options(_) | Self::Refused(_) => "other",
        }
    }
}

fn rest(request: &Request<Body>) -> Result<Route, HttpRefusal> {
    let path = request.uri().path();
    if let Some(page) = Page::at(path) {
        return match *request.method() {
            Method::GET | Method::HEAD => Ok(Route::Page(page)),
            Method::OPTIONS => Ok(Route::Options("GET, HEAD, OPTIONS".to_owned())),
            _ => Err(not_allowed("GET, HEAD, OPTIONS".to_owned())),
        };
    }
    let Some((of_path, values)) = TABLE.of_path(path) else {
        let words = "there is no such path: see /docs and /openapi.json";
        return Err(HttpRefusal::new(StatusCode::NOT_FOUND, ErrorCode::NotFound, words));
    };
    let asked = request.method().as_str();
    let asked = if asked == "HEAD" { "GET" } else { asked };
    let Some(plan) = of_path.get(asked).copied() else {
        let allow = allowed(of_path);
        return if request.method() == Method::OPTIONS {
            Ok(Route::Options(allow))
        } else {
            Err(not_allowed(allow))
        };
    };
    let decoded: Option<Vec<String>> = values.into_iter().map(|value| asked::decoded(value, false)).collect();
    let path = decoded.ok_or_else(|| HttpRefusal::bad_request("the path is not percent-encoded UTF-8"))?;
    Ok(Route::Rest { plan, path })
}

fn connect(rpc: Rpc, request: &Request<Body>) -> Result<Route, HttpRefusal> {
    let Some(plan) = TABLE.plan(rpc).filter(|plan| !plan.streams) else {
        return Err(unsupported(
            "streams are served by gRPC, gRPC-Web and server-sent events, not by Connect",
        ));
    };
    let reads = rpc.kind() == Kind::Read;
    let form = match *request.method() {
        Method::POST => Form::of(request.headers()),
        Method::GET | Method::HEAD if reads => {
            let query = request.uri().query().unwrap_or_default();
            // What is wrong with the query is said by the protocol's own error.
            return Ok(Route::Connect {
                plan,
                form: connect::in_query(query).map_or(Form::Json, |asked| asked.0),
            });
        }
        Method::OPTIONS => return Ok(Route::Options(of_connect(reads))),
        _ => return Err(not_allowed(of_connect(reads))),
    };
    let words = "the content type must be application/json or application/proto (Connect), \
        application/grpc or application/grpc-web";
    Ok(Route::Connect { plan, form: form.ok_or_else(|| unsupported(words))? })
}

fn of_connect(reads: bool) -> String {
    if reads { "GET, HEAD, OPTIONS, POST" } else { "OPTIONS, POST" }.to_owned()
}

/// The methods of a path, as the header `allow` lists them.
fn allowed(of_path: &OfPath) -> String {
    let mut methods: Vec<&str> = of_path.keys().copied().chain(["OPTIONS"]).collect();
    if of_path.contains_key("GET") {
        methods.push("HEAD");
    }
    methods.sort_unstable();
    methods.join(", ")
}

fn not_allowed(allow: String) -> HttpRefusal {
    let words = format!("this path has other methods: {allow}");
    let mut refusal = HttpRefusal::new(StatusCode::METHOD_NOT_ALLOWED, ErrorCode::InvalidArgument, words);
    refusal.allow = Some(allow);
    refusal
}

fn unsupported(words: &str) -> HttpRefusal {
    HttpRefusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, ErrorCode::InvalidArgument, words)
}

/// The answer to OPTIONS.
pub(super) fn options(allow: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    if let Ok(allow) = HeaderValue::from_str(allow) {
        response.headers_mut().insert(ALLOW, allow);
    }
    response
}

/// The address that a request had before [`super::Web::enter`] wrote its RPC's.
pub(super) fn asked(head: &Parts) -> &Uri {
    head.extensions.get().unwrap_or(&head.uri)
}

/// True for a request that may change something and that a page of another origin has sent. Browsers send some of these
/// without a preflight, and where callers are known by their address or their certificate they would be taken for the
/// person's own. The rule is that of Go's `net/http.CrossOriginProtection`.
pub(super) fn is_of_another_page(request: &Request<Body>) -> bool {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return false;
    }
    let text = |name: &HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(&FETCH_SITE) {
        return !matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(&ORIGIN) else { return false };
    let asked: &Uri = request.extensions().get().unwrap_or_else(|| request.uri());
    let host = asked.authority().map(Authority::as_str).or_else(|| text(&HOST));
    origin.split_once("://").map(|(_, host)| host) != host
}

/// Refuses what a caller sends, or wants back, in a form that REST does not have.
pub(super) fn negotiate(plan: &Plan, headers: &HeaderMap, has_body: bool) -> Result<(), HttpRefusal> {
    let wanted = if plan.streams { "text/event-stream" } else { "application/json" };
    if !accepts(headers, wanted) {
        let words = format!("answers are {wanted}");
        return Err(HttpRefusal::new(StatusCode::NOT_ACCEPTABLE, ErrorCode::InvalidArgument, words));
    }
    if !has_body {
        return Ok(());
    }
    if headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return Err(unsupported("bodies are not compressed"));
    }
    // Empty bodies need no type: many calls have all that they need in their path.
    let empty = headers.get(http::header::CONTENT_LENGTH).is_none_or(|length| length == "0")
        && !headers.contains_key(http::header::TRANSFER_ENCODING);
    let kind = headers.get(CONTENT_TYPE).map(|kind| kind.to_str().unwrap_or_default());
    let essence = kind.map(|kind| kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    match essence.as_deref() {
        Some("application/json") => Ok(()),
        Some("application/merge-patch+json") if plan.patched.is_some() => Ok(()),
        None if empty => Ok(()),
        _ => Err(unsupported("the content type must be application/json")),
    }
}

/// True if an `accept` header, or its absence, lets a type through.
fn accepts(headers: &HeaderMap, wanted: &str) -> bool {
    let family = wanted.split('/').next().unwrap_or_default();
    let mut ranges = headers
        .get_all(ACCEPT)
        .into_iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .filter(|range| !range.is_empty())
        .peekable();
    if ranges.peek().is_none() {
        return true;
    }
    ranges.any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let named = parts.next().unwrap_or_default();
        let fits = named == "*/*" || named == wanted || named.strip_suffix("/*") == Some(family);
        let refused = |weight: &str| weight.trim_end_matches(['0', '.']).is_empty();
        fits && !parts.any(|part| part.strip_prefix("q=").is_some_and(refused))
    })
}

/// The texts of a request that are not in its body.
pub(super) fn texts(head: &Parts, path: Vec<String>) -> Result<Texts, HttpRefusal> {
    let text = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
    let bare = |text: &str| text.trim().trim_start_matches("W/").trim_matches('"').to_owned();
    let query = asked::pairs(asked(head).query().unwrap_or_default()).map_err(HttpRefusal::bad_request)?;
    Ok(Texts {
        path,
        query,
        key: text("idempotency-key").map(bare),
        revision: text(IF_MATCH.as_str()).filter(|tag| *tag != "*").map(bare),
        position: text("last-event-id").map(str::to_owned).filter(|id| !id.is_empty()),
        signature: text("x-signature").map(str::to_owned),
    })
}

/// A Connect deadline as gRPC writes it.
pub(super) fn timeout(headers: &HeaderMap) -> Option<HeaderValue> {
    let text = headers.get("connect-timeout-ms")?.to_str().ok()?;
    if text.len() > TIMEOUT_DIGITS_MAX || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let milliseconds: u64 = text.parse().ok()?;
    let written = match milliseconds {
        few if few <= MILLISECONDS_MAX => format!("{few}m"),
        many => format!("{}S", many / 1_000),
    };
    HeaderValue::from_str(&written).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        lines
            .iter()
            .map(|(name, value)| (name.parse().expect("a name"), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn what_a_caller_accepts_is_read_with_its_weights() {
        for (accept, json, stream) in [
            ("*/*", true, true),
            ("application/json", true, false),
            ("text/html, application/*;q=0.8", true, false),
            ("text/event-stream", false, true),
            ("text/html", false, false),
            ("application/json;q=0, text/*", false, true),
            ("application/json; q=0.000", false, false),
        ] {
            let asked = headers(&[("accept", accept)]);
            let found = (accepts(&asked, "application/json"), accepts(&asked, "text/event-stream"));
            assert_eq!(found, (json, stream), "{accept}");
        }
        assert!(accepts(&HeaderMap::new(), "application/json"));
    }

    #[test]
    fn deadlines_of_connect_are_deadlines_of_grpc() {
        let written = |text| timeout(&headers(&[("connect-timeout-ms", text)]));
        assert_eq!(written("250"), Some(HeaderValue::from_static("250m")));
        assert_eq!(written("9999999999"), Some(HeaderValue::from_static("9999999S")));
        for bad in ["", "-1", "1.5", "99999999999", "1s"] {
            assert_eq!(written(bad), None, "{bad}");
        }
    }

    #[test]
    fn methods_of_a_path_are_listed() {
        let route = |method: &str, path: &str| {
            Route::of(&Request::builder().method(method).uri(path).body(Body::empty()).expect("a request"))
        };
        let Route::Refused(refusal) = route("DELETE", "/v1/reservations") else { panic!("no such method") };
        assert_eq!(
            (refusal.status.as_u16(), refusal.allow.as_deref()),
            (405, Some("GET, HEAD, OPTIONS, POST"))
        );
        let Route::Rest { plan, path } = route("HEAD", "/v1/queue/a%2Fb") else { panic!("a path") };
        assert_eq!((plan.rpc, path), (Rpc::GetQueueStatus, vec!["a/b".to_owned()]));
        for (path, status) in [("/v1/queue/%zz", 400), ("/v1/nothing", 404), ("//evil.example/", 404)] {
            let Route::Refused(refusal) = route("GET", path) else { panic!("{path} is refused") };
            assert_eq!(refusal.status, status, "{path}");
        }
    }
}
