//! Spans of calls, sent to an OTLP collector: in builds with the feature `otlp`, where `trace.otlp_endpoint` is set.
//! Each call is one span under the trace that its caller named, or under the trace id that its error would carry.

use tonic::metadata::MetadataMap;
use tracing::Span;

use crate::rpc::Rpc;

#[cfg(feature = "otlp")]
mod otlp {
    use std::sync::OnceLock;

    use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
    use opentelemetry::{Context, trace::TracerProvider};
    use opentelemetry_otlp::{SpanExporter, WithExportConfig};
    use opentelemetry_sdk::Resource;
    use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider};
    use tracing_opentelemetry::OpenTelemetrySpanExt;

    use super::{MetadataMap, Rpc, Span};
    use crate::settings::Trace;

    struct Exporting {
        provider: SdkTracerProvider,
        /// The exporter's own thread: it goes on while the server's runtime ends.
        _runtime: tokio::runtime::Runtime,
    }

    static EXPORTING: OnceLock<Exporting> = OnceLock::new();

    /// Starts exporting, if the settings say where to. Once in a process.
    pub(crate) fn start(settings: &Trace) -> Result<Option<SdkTracer>, String> {
        let Some(endpoint) = &settings.otlp_endpoint else { return Ok(None) };
        let say = |error: &dyn std::fmt::Display| format!("trace.otlp_endpoint: {endpoint}: {error}");
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("tacos-otlp")
            .enable_all()
            .build()
            .map_err(|error| say(&error))?;
        let entered = runtime.enter();
        let exporter = SpanExporter::builder()
            .with_tonic()
            .with_endpoint(endpoint)
            .build()
            .map_err(|error| say(&error))?;
        drop(entered);
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_sampler(Sampler::TraceIdRatioBased(
                f64::from(settings.sample_permille.min(1_000)) / 1_000.0,
            ))
            .with_resource(Resource::builder().with_service_name("tacos-server").build())
            .build();
        let tracer = provider.tracer("tacos-server");
        if EXPORTING.set(Exporting { provider, _runtime: runtime }).is_err() {
            return Err(say(&"spans are exported already"));
        }
        Ok(Some(tracer))
    }

    pub(crate) fn span(rpc: Rpc, metadata: &MetadataMap, trace: &str) -> Span {
        if EXPORTING.get().is_none() {
            return Span::none();
        }
        let span =
            tracing::info_span!(target: "tacos_server::rpc", "call", otel.name = %rpc, otel.kind = "server");
        let given = metadata.get("traceparent").and_then(|value| value.to_str().ok());
        let parent = given.and_then(|text| text.split('-').nth(2)).and_then(|id| SpanId::from_hex(id).ok());
        // Where the caller named no parent the trace id alone joins the span to the caller's error.
        let parent = parent.filter(|id| *id != SpanId::INVALID).unwrap_or_else(|| SpanId::from(1));
        if let Ok(trace) = TraceId::from_hex(trace) {
            let context = SpanContext::new(trace, parent, TraceFlags::SAMPLED, true, TraceState::default());
            // A span that is switched off by the level has no context: nothing is lost.
            let _ = span.set_parent(Context::new().with_remote_span_context(context));
        }
        span
    }

    /// Sends what has not been sent.
    pub(crate) fn end() {
        if let Some(exporting) = EXPORTING.get()
            && let Err(error) = exporting.provider.force_flush()
        {
            tracing::warn!(%error, "some spans were not sent");
        }
    }
}

#[cfg(feature = "otlp")]
pub(crate) use otlp::{end, span, start};

/// The span of one call: none in this build.
#[cfg(not(feature = "otlp"))]
pub(crate) fn span(_: Rpc, _: &MetadataMap, _: &str) -> Span {
    Span::none()
}

/// Sends what has not been sent: nothing in this build.
#[cfg(not(feature = "otlp"))]
pub(crate) fn end() {}
