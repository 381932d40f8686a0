//! Figures of HTTP requests by route and status, under OpenTelemetry's names. The route is the template of a path: what
//! stands in a path (tokens among it) is in no figure.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use std::{sync::Arc, time::Duration};

use dashmap::DashMap;
use http::{Method, StatusCode};
use tacos_proto::common::v1::MetricType;

use crate::app::App;
use crate::metrics::{Durations, Sample, Series, float};

/// Names of the histogram's series.
pub(crate) const HTTP_SECONDS: Series = [
    "http_server_request_duration_seconds_bucket",
    "http_server_request_duration_seconds_sum",
    "http_server_request_duration_seconds_count",
];

/// Method, route and status; of each there are few.
type Kind = (&'static str, &'static str, u16);

/// Counters since the process started.
#[derive(Default)]
pub(crate) struct HttpFigures {
    active: AtomicU64,
    took: DashMap<Kind, Durations>,
}

/// One request, counted as active while this lives.
pub(super) struct Request {
    app: Arc<App>,
    method: &'static str,
    route: &'static str,
    begun: Instant,
}

/// The methods that figures tell apart.
fn method(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    KNOWN.into_iter().find(|known| method == known).unwrap_or("_OTHER")
}

impl Request {
    pub(super) fn begin(app: &Arc<App>, asked: &Method, route: &'static str) -> Self {
        app.http.active.fetch_add(1, Ordering::Relaxed);
        Self { app: Arc::clone(app), method: method(asked), route, begun: Instant::now() }
    }

    /// Its answer begins.
    pub(super) fn answered(&self, status: StatusCode) {
        let kind = (self.method, self.route, status.as_u16());
        let took: Duration = self.begun.elapsed();
        self.app.http.took.entry(kind).or_default().add(took);
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.app.http.active.fetch_sub(1, Ordering::Relaxed);
    }
}

impl HttpFigures {
    pub(crate) fn show(&self, out: &mut Vec<Sample>) {
        out.push(Sample {
            name: "http_server_active_requests",
            help: "HTTP requests being served at web.listen, open streams included.",
            part: "server",
            kind: MetricType::Gauge,
            unit: "1",
            labels: Vec::new(),
            value: float(self.active.load(Ordering::Relaxed)),
        });
        let help = "Time of HTTP requests at web.listen; of streams until they began.";
        for one in &self.took {
            let (method, route, status) = *one.key();
            let labels = [
                ("http_request_method", method.to_owned()),
                ("http_route", route.to_owned()),
                ("http_response_status_code", status.to_string()),
            ];
            one.value().show(&HTTP_SECONDS, help, &labels, out);
        }
    }
}
