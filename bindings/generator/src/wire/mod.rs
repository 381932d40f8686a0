//! The stream of commands: its messages as a `.proto` file, and the server's conversions between them and the engine's
//! types. Messages have the names and fields of the engine's description; a moment is milliseconds since the Unix
//! epoch, a length of time milliseconds, and both say so in their names.

mod by_hand;
mod inbound;
pub(crate) mod messages;
mod outbound;
mod proto;

use crate::Output;

/// The package of the messages.
const PACKAGE: &str = "command.v1";

const BANNER: &str =
    "// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.\n\n";

pub(crate) fn outputs() -> Vec<Output> {
    let all = messages::all();
    let out = |path, text| Output { path, text };
    vec![
        out("proto/command/v1/command.proto", proto::file(&all)),
        out("grpc-server/src/run/commands.rs", inbound::file()),
        out("grpc-server/src/run/answers.rs", outbound::answers()),
        out("grpc-server/src/run/refusals.rs", outbound::refusals()),
        out("grpc-server/src/run/words.rs", outbound::words()),
    ]
}
