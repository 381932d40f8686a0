//! Keys that an older version remembered in a journal go on working: hash and fingerprint of a command never change.

use super::request::key_of;
use crate::command::samples::samples;
use crate::command::{Command, Request, for_each_command};
use crate::ids::{IdempotencyKey, Secrets};

/// What the samples gave while every fingerprint was still written by hand, before the table of commands. A new
/// command adds lines; no line changes.
const REMEMBERED: &str = include_str!("../../tests/golden/fingerprints.txt");
/// The same of the samples with a key of sixteen bytes.
const REMEMBERED_BY_BYTES: &str = include_str!("../../tests/golden/fingerprints-of-keys-of-bytes.txt");

trait Line {
    fn line(&self, name: &str, secrets: &Secrets, by_bytes: bool) -> Option<String>;
}

impl<C: Request> Line for C {
    fn line(&self, name: &str, secrets: &Secrets, by_bytes: bool) -> Option<String> {
        let bytes = IdempotencyKey::from_bytes(*b"sixteen bytes in");
        let key = self.key().map(|key| if by_bytes { &bytes } else { key })?;
        let (hash, fingerprint) = key_of(self, key, secrets);
        Some(format!("{name} {hash:032x} {fingerprint:016x}"))
    }
}

macro_rules! line_of {
    ($(
        $(#[$doc:meta])+ $number:literal $method:ident $form:ident $name:ident -> $reply:ident refuses [$($refusal:ident)*] { $($fields:tt)* }
    )*) => {
        fn line_of(command: &Command, secrets: &Secrets, by_bytes: bool) -> Option<String> {
            match command {
                $(Command::$name(command) => command.line(stringify!($name), secrets, by_bytes),)*
            }
        }
    };
}
for_each_command!(line_of);

fn assert_remembered(golden: &str, by_bytes: bool) {
    let secrets = Secrets::new([7; 32], 1);
    let now: Vec<String> =
        samples().iter().filter_map(|command| line_of(command, &secrets, by_bytes)).collect();
    let then: Vec<&str> = golden.lines().collect();
    assert_eq!(now, then, "keys in journals of older versions would conflict with their own requests");
}

#[test]
fn a_commands_hash_and_fingerprint_never_change() {
    assert_remembered(REMEMBERED, false);
}

#[test]
fn nor_those_of_a_key_of_bytes() {
    assert_remembered(REMEMBERED_BY_BYTES, true);
}
