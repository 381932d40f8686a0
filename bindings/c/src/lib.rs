//! The C ABI of the engine: what C, Go and every other language that can call C uses. Turns handles, sized structs and
//! numbers into calls of the engine and back; decides nothing that the engine could decide.
//!
//! The conventions (ownership, threads, versions, errors) stand in the README beside this crate. In one breath: handles
//! are numbers in a table; every struct that goes in carries its size; everything that comes out is copied into a buffer
//! of the caller's; outputs are written only on success; no panic crosses; the text of a thread's last failure is kept.
//!
//! # Safety
//!
//! One contract for every function: a pointer is null or points to memory that is valid, for reading or (where it is
//! `*mut`) writing, for as long as the call lasts and for the size that the function or struct names; no other code writes
//! there meanwhile. Null, misaligned, too small and too large are checked and answered; a dangling pointer cannot be.
#![allow(non_camel_case_types, reason = "names are those of the header")]
#![allow(clippy::missing_safety_doc, reason = "one contract for all functions, in the crate's documentation")]

pub mod abi;
pub mod commands;
pub mod config;
pub mod engine;
pub mod figures;
pub mod folders;
pub mod ids;
pub mod last_error;
mod number;
pub mod numbers;
pub mod prepare;
pub mod reads;
pub mod replies;
pub mod status;
pub mod submit;
pub mod updates;
pub mod version;
pub mod views;

mod answer;
mod arena;
mod convert;
mod failure;
mod guard;
mod handles;
mod memory;

#[cfg(any(test, feature = "testing"))]
pub mod testing;
