//! Keys that an older version remembered in a journal go on working: hash and fingerprint of a command never change.

use super::request::key_of;
use crate::command::samples::samples;
use crate::command::{Command, Request, for_each_command};
use crate::ids::Secrets;

/// What the samples gave while every fingerprint was still written by hand, before the table of commands. A new
/// command adds lines; no line changes.
const REMEMBERED: &str = include_str!("../../tests/golden/fingerprints.txt");

trait Line {
    fn line(&self, name: &str, secrets: &Secrets) -> Option<String>;
}

impl<C: Request> Line for C {
    fn line(&self, name: &str, secrets: &Secrets) -> Option<String> {
        let (hash, fingerprint) = key_of(self, self.key()?, secrets);
        Some(format!("{name} {hash:032x} {fingerprint:016x}"))
    }
}

macro_rules! line_of {
    ($(
        $(#[$doc:meta])+ $number:literal $method:ident $form:ident $name:ident -> $reply:ident refuses [$($refusal:ident)*] { $($fields:tt)* }
    )*) => {
        fn line_of(command: &Command, secrets: &Secrets) -> Option<String> {
            match command {
                $(Command::$name(command) => command.line(stringify!($name), secrets),)*
            }
        }
    };
}
for_each_command!(line_of);

#[test]
fn a_commands_hash_and_fingerprint_never_change() {
    let secrets = Secrets::new([7; 32], 1);
    let now: Vec<String> = samples().iter().filter_map(|command| line_of(command, &secrets)).collect();
    let then: Vec<&str> = REMEMBERED.lines().collect();
    assert_eq!(now, then, "keys in journals of older versions would conflict with their own requests");
}
