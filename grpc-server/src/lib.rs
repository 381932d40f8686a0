//! The standalone server: the whole gRPC contract over the embedded engine, with what only a server needs: identity,
//! TLS, limits, metrics, streams, webhook delivery and a command line. Decides nothing about sales; the engine does.

mod admission;
mod app;
mod audit;
mod auth;
mod board;
mod call;
mod cancelling;
mod catalog;
pub mod cli;
pub mod client;
pub mod commands;
mod emergency;
mod health;
mod hub;
mod limiter;
mod listen;
mod live;
mod log;
mod metadata;
mod metrics;
mod once;
mod opening;
mod overload;
mod payment_details;
mod play;
mod refusal;
mod server;
mod services;
mod supervisor;
mod task;
mod traces;
mod walk;
mod web;
mod webhooks;
mod wire;

pub mod net;
pub mod rpc;
mod run;
pub mod settings;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod venue;

pub use auth::install_cryptography;
pub use listen::Ports;
pub use log::LogRing;
pub use opening::{open_engine, open_with_consent};
pub use server::Server;
