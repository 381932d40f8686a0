//! The services of the contract, one file each, named as its proto file. Handlers check what comes in, call the engine,
//! and spell what it answers.

mod admin;
mod engine;
mod gateway;
mod inventory;
mod payment;
mod queue;
mod reservation;
mod settle;
mod webhook;
mod websocket;
mod worker;

use std::sync::Arc;

use crate::app::App;

/// Serves every RPC.
#[derive(Clone)]
pub(crate) struct Services(pub(crate) Arc<App>);

use admin::tell_maintenance;
pub(crate) use payment::refund_id;
pub(crate) use webhook::payment_body;
