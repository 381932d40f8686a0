//! `cargo run -p tacos-generator` writes the generated files anew; with `--check` it fails if one of them differs.

use std::process::ExitCode;

fn main() -> ExitCode {
    let done = match std::env::args().nth(1).as_deref() {
        None => tacos_generator::write(),
        Some("--check") => tacos_generator::check(),
        Some(other) => Err(format!("there is no option {other:?}; there is --check")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            use std::io::Write;
            // Nothing is left to be done if standard error is closed.
            let _ = writeln!(std::io::stderr(), "generator: {why}");
            ExitCode::FAILURE
        }
    }
}
