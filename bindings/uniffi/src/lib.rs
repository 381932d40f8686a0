//! The engine's border for managed languages, made by uniffi: one object, few ways across, and requests and answers as
//! bytes whose two ends are generated from the engine's description of itself (`codec`). Translates and checks; decides
//! nothing. The hand-written parts of the faces (`bindings/kotlin`, `bindings/python`) make it comfortable.
//!
//! Three rules hold here. A refusal is data, never an exception: refusing is ordinary, and exceptions are dear. Nothing
//! of another language ever runs on the engine's own threads: the thread that writes the journal hands wake-ups to a
//! thread of the border's own (`relay`). A panic becomes the calling language's internal error.
#![forbid(unsafe_code)]

mod answers;
mod border;
mod codec;
mod config;
mod crossing;
mod follow;
mod reads;
mod relay;
mod requests;

uniffi::setup_scaffolding!("tacos_engine");

/// The version of the engine behind the border.
#[uniffi::export]
fn engine_version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Says which description this side's bytes follow. A face of another one must not talk to it.
#[uniffi::export]
fn encoding() -> i64 {
    codec::ENCODING
}

/// Panics, so that a face can test that a panic of the engine becomes an error and not the end of the process.
#[uniffi::export]
pub(crate) fn panic_for_test(words: String) {
    std::panic::panic_any(words);
}
