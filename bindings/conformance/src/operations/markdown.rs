//! Writes `operations.md`: the table in words, for people who write a runner in another language.

use std::fmt::Write as _;

use super::{EVENT_SETTINGS, Field, Kind, Operation, PLACE, QUEUE, SETTINGS};

/// Refusals: code, what comes with it, the gRPC contract's `ErrorCode`.
const REFUSALS: &[(&str, &str, &str)] = &[
    ("invalid", "`fields`: names of the arguments", "INVALID_ARGUMENT"),
    ("idempotency_required", "", "IDEMPOTENCY_REQUIRED"),
    ("idempotency_conflict", "", "IDEMPOTENCY_CONFLICT"),
    ("unknown_event", "", "NOT_FOUND"),
    ("event_exists", "", "ALREADY_EXISTS"),
    ("unknown_seats", "`seats`", "NOT_FOUND"),
    ("unknown_section", "`section`", "NOT_FOUND"),
    ("unknown_reservation", "", "NOT_FOUND"),
    ("unknown_payment", "", "NOT_FOUND"),
    ("unknown_webhook", "", "NOT_FOUND"),
    ("unknown_token", "", "FORBIDDEN; NOT_FOUND or INVALID in the line's own calls"),
    ("token_expired", "", "FORBIDDEN; EXPIRED in the line's own calls"),
    ("sale_not_open", "`state` of the sale", "FAILED_PRECONDITION"),
    ("already_waiting", "", "ALREADY_EXISTS"),
    ("left_line", "", "an answer of the line: LEFT"),
    ("no_waiting_line", "", "FAILED_PRECONDITION"),
    ("not_yet", "", "an answer of the line: DENIED"),
    ("admission_paused", "", "an answer of the line: DENIED"),
    ("seats_taken", "`seats`", "INVENTORY_CONFLICT"),
    ("insufficient", "`wanted`, `available`", "INSUFFICIENT_INVENTORY"),
    ("not_adjacent", "`wanted`", "INSUFFICIENT_INVENTORY"),
    ("quota_exceeded", "`seats_max`, `has`", "QUOTA_EXCEEDED"),
    ("forbidden", "", "FORBIDDEN"),
    ("reservation_expired", "", "RESERVATION_EXPIRED"),
    ("reservation_is", "`state` of the reservation", "FAILED_PRECONDITION"),
    ("payment_is", "`state` of the payment", "FAILED_PRECONDITION"),
    (
        "payment_not_approved",
        "`doubt`: `unknown`, `foreign`, `unfinished` (with `state` of the payment), `amount_differs`",
        "PAYMENT_NOT_APPROVED",
    ),
    ("payment_exists", "", "FAILED_PRECONDITION"),
    (
        "extension_refused",
        "`doubt`: `already_extended`, `too_long` (with `extension_ms_max`), `past_maximum`",
        "FAILED_PRECONDITION; INVALID_ARGUMENT for `too_long`",
    ),
    ("refund_too_large", "`left_minor`", "INVALID_ARGUMENT"),
    ("seats_differ", "", "INVENTORY_CONFLICT"),
    ("external_exists", "", "ALREADY_EXISTS"),
    ("not_due", "`due_ms`", "FAILED_PRECONDITION"),
    (
        "at_capacity",
        "`bound`: `events`, `reservations`, `payments`, `webhooks`, `idempotency_keys`, `waiting_line`, \
         `notes`, `log_buffer`, `disk_space`",
        "RATE_LIMITED for the line, UNAVAILABLE or QUOTA_EXCEEDED for the others",
    ),
];

const HEAD: &str = "# Operations of the conformance suite

Made from the table in `src/operations/` by `cargo run -p tacos-conformance -- operations`; a test fails if it is old.
How scenarios use these operations is in `README.md`.

Kinds of values: *text*, *int* (64-bit signed), *bool*, lists of text or int, and flat objects or lists of them. Times
end in `_ms` and count milliseconds from the scenario's beginning. Amounts end in `_minor`. A field that has no value is
absent, never null. Arguments in **bold** must be given; results in **bold** are always there. Text that cannot be an id
of its kind (`a b` as a user, `rsv_1` as a reservation) is refused with `invalid`, whichever part of a binding notices.
";

/// The whole of `operations.md`.
#[must_use]
pub fn markdown() -> String {
    let mut out = HEAD.to_owned();
    for (title, writes) in [("Writes", true), ("Reads and the engine as a whole", false)] {
        let _ = write!(out, "\n## {title}\n");
        if writes {
            out.push_str("\nEach may stand in a `batch`.\n");
        }
        for operation in Operation::all().filter(|operation| operation.writes == writes) {
            describe(operation, &mut out);
        }
    }
    objects(&mut out);
    refusals(&mut out);
    out
}

fn describe(operation: &Operation, out: &mut String) {
    let _ = write!(out, "\n### `{}`\n\n{}", operation.name, operation.about);
    let grpc = if operation.grpc.is_empty() { "not in the contract" } else { operation.grpc };
    let _ = write!(out, " gRPC: {grpc}.\n\n");
    if operation.args().next().is_none() && operation.results().next().is_none() {
        out.push_str("No arguments, no results.\n");
        return;
    }
    out.push_str("| | name | kind | meaning |\n|---|---|---|---|\n");
    operation.args().for_each(|field| row("in", field, out));
    operation.results().for_each(|field| row("out", field, out));
}

fn row(direction: &str, field: &Field, out: &mut String) {
    let name = if field.always { format!("**`{}`**", field.name) } else { format!("`{}`", field.name) };
    let _ = writeln!(out, "| {direction} | {name} | {} | {} |", kind(field.kind), field.about);
}

fn kind(kind: Kind) -> String {
    let object = |fields: &'static [Field]| {
        let known = [("place", PLACE), ("queue", QUEUE), ("settings", SETTINGS), ("event", EVENT_SETTINGS)];
        known.iter().find(|(_, known)| *known == fields).map_or_else(
            || {
                let names: Vec<String> = fields
                    .iter()
                    .map(|field| {
                        if field.always {
                            format!("**`{}`**", field.name)
                        } else {
                            format!("`{}`", field.name)
                        }
                    })
                    .collect();
                format!("({})", names.join(", "))
            },
            |(name, _)| format!("[{name}](#{name})"),
        )
    };
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Int => "int".to_owned(),
        Kind::Bool => "bool".to_owned(),
        Kind::Texts => "list of text".to_owned(),
        Kind::Ints => "list of int".to_owned(),
        Kind::Word(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" "),
        Kind::Record(fields) => format!("object {}", object(fields)),
        Kind::Records(fields) => format!("list of objects {}", object(fields)),
    }
}

fn objects(out: &mut String) {
    out.push_str("\n## Objects\n");
    let tables = [
        ("place", "An entry of `places`: a row of numbered seats, or a standing section.", PLACE),
        ("queue", "A waiting line's rules; also the arguments of `set_queue_policy`.", QUEUE),
        ("settings", "A scenario's `config`.", SETTINGS),
    ];
    for (title, about, fields) in tables {
        let _ = write!(out, "\n### {title}\n\n{about}\n\n| name | kind | meaning |\n|---|---|---|\n");
        for field in fields {
            let name =
                if field.always { format!("**`{}`**", field.name) } else { format!("`{}`", field.name) };
            let _ = writeln!(out, "| {name} | {} | {} |", kind(field.kind), field.about);
        }
    }
}

fn refusals(out: &mut String) {
    out.push_str(
        "\n## Refusals\n\nThe codes are `Refusal::code()` of the engine. A face that cannot tell all of them apart (gRPC) compares its own \
         code with the last column and leaves the rest.\n\n| code | comes with | gRPC `ErrorCode` |\n|---|---|---|\n",
    );
    for (code, with, grpc) in REFUSALS {
        let _ = writeln!(out, "| `{code}` | {with} | {grpc} |");
    }
    out.push_str(
        "\nFailures (`fails`): `closed` (the engine is closed), `poisoned` (the journal failed), `gone` (updates no longer \
         kept), `not_a_position`.\n",
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_its_row() {
        let rows: Vec<&str> = REFUSALS.iter().map(|(code, _, _)| *code).collect();
        assert_eq!(rows, tacos_engine::Refusal::CODES);
    }
}
