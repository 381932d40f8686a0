//! The services of the contract, one file each, named as its proto file. Handlers check what comes in, call the engine,
//! and convert its answer.

pub(crate) mod admin;
pub(crate) mod command;
pub(crate) mod engine;
pub(crate) mod gateway;
pub(crate) mod inventory;
pub(crate) mod payment;
pub(crate) mod public;
pub(crate) mod queue;
pub(crate) mod reservation;
mod settle;
pub(crate) mod webhook;
pub(crate) mod websocket;
pub(crate) mod worker;

use admin::publish_maintenance;
pub(crate) use payment::refund_id;
pub(crate) use settle::no_intent;
pub(crate) use webhook::payment_body;
