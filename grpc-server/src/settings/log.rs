//! `[log]` and `[trace]`.

use serde::{Deserialize, Serialize};

/// Logs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// `error`, `warn`, `info`, `debug`, `trace`, or targets as `tacos_server=debug,info`.
    pub level: String,
    /// `pretty` or `json`.
    pub format: LogFormat,
    /// Lines kept in memory for GetLogs.
    pub ring_lines: usize,
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info".to_owned(), format: LogFormat::Pretty, ring_lines: 4_096 }
    }
}

/// Traces: spans of calls, for builds with the feature `otlp`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Trace {
    /// Address of an OTLP collector (`http://127.0.0.1:4317`, gRPC); absent: nothing is sent.
    pub otlp_endpoint: Option<String>,
    /// Share of traces that are sent, in thousandths.
    pub sample_permille: u32,
}

impl Default for Trace {
    fn default() -> Self {
        Self { otlp_endpoint: None, sample_permille: 1_000 }
    }
}

/// The form of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}
