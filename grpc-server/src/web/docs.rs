//! `docs/rest.md` is written from the rules (run with `TACOS_UPDATE_DOCS=1` to renew it).

use std::fmt::Write;
use std::path::Path;

use tacos_proto::common::v1::ErrorCode;

use super::status::{name, of_code};
use super::table::TABLE;
use crate::rpc::{Access, Kind, Rpc};

const HEAD: &str = "# REST, Connect and server-sent events

Written by a test (`src/web/docs.rs`) from the rules of `src/rpc.rs`. Served at `web.listen` (`http://127.0.0.1:8000`
unless it says otherwise), over HTTP/1.1 and HTTP/2, with TLS where `[tls]` is set. gRPC and gRPC-Web are answered there
too.

- **Bodies** are the canonical JSON of the contract's messages: names as in the contract (`event_id`; `eventId` is read
  too), 64-bit numbers as texts, moments as RFC 3339, enum values by name. Unknown names are refused under the profile
  `strict` and ignored under `compat`. `content-type: application/json`; at most `limits.message_bytes`, a seat map
  `limits.seat_map_bytes`; depth at most 64.
- **Fields** that stand in a path are taken from there and win over the body; other fields of a request without a body
  stand in the query (`?section=110`, a list by its name again and again, `?page.size=10` within a message).
- **Identity**: `authorization: Bearer <token>`. Cookies are not read.
- **`idempotency-key`** fills the field `idempotency_key`. Given in both places they must be the same. A key that was
  used for another request: 409.
- **Refusals** are `{\"error\":{\"code\",\"message\",\"trace_id\",\"details\":[{\"field\",\"reason\",\"value\"}]}}` with the status
  below. `x-trace-id` is in every answer; 429 and 503 have `retry-after`, in seconds; 401 has `www-authenticate`.
- **PATCH** of an event is a merge patch (RFC 7396) of its settings: the names that the body has are changed, `null`
  resets. `if-match` with the `etag` of a read: 412 if the event was changed meanwhile.
- **Streams** are server-sent events: one message an event, a comment every 15 s, `event: error` with the error body
  before an end that is none of the caller's. Events of the change feed and of seat boards have their position as
  `id`; `last-event-id` goes on after it.
- **Connect**: every RPC but streams also answers `POST /<package>.<Service>/<Method>` with `application/json` or
  `application/proto`, those that read also GET with `?encoding=json&message=…`. A refusal is then in the answer's field
  `error` with 200, as in gRPC; what could not be called at all is `{\"code\",\"message\"}`.
- A path that there is not: 404; another method: 405 with `allow`; a body of another type: 415; an answer of another
  type than the caller takes: 406; a body that is too long: 413; a head of more than 100 headers or 64 KiB: 431.
- `/livez`, `/readyz` (503 while the server drains), `/healthz` (503 while it cannot serve), `/version`.

";

fn page() -> String {
    let mut page = HEAD.to_owned();
    page.push_str(
        "## Paths\n\n| method | path | RPC | success | access | notes |\n|---|---|---|---|---|---|\n",
    );
    let plans = || Rpc::ALL.iter().filter_map(|rpc| TABLE.plan(*rpc));
    for plan in plans() {
        let Some(rule) = plan.rule else { continue };
        let success = if rule.created.is_some() { 201 } else { 200 };
        let mut notes = Vec::new();
        notes.extend(rule.created.map(|created| format!("`location: {created}`")));
        notes.extend(plan.streams.then(|| "stream".to_owned()));
        notes.extend(plan.position.as_ref().map(|_| "`last-event-id`".to_owned()));
        notes.extend(plan.key.map(|_| "key".to_owned()));
        notes.extend(plan.patched.as_ref().map(|_| "merge patch".to_owned()));
        let (access, notes) = (access(plan.rpc), notes.join(", "));
        let _ = writeln!(
            page,
            "| {} | `{}` | {} | {success} | {access} | {notes} |",
            rule.method, rule.path, plan.rpc
        );
    }
    page.push_str("\n\"key\": takes an idempotency key.\n\n## Without a path of their own\n\nBy Connect, gRPC and gRPC-Web only:\n\n");
    for plan in plans().filter(|plan| plan.rule.is_none()) {
        let reads = if plan.rpc.kind() == Kind::Read { ", also GET" } else { "" };
        let _ = writeln!(page, "- `{}` ({}{reads})", plan.name, access(plan.rpc));
    }
    page.push_str("\n## Statuses\n\n| code | status |\n|---|---|\n");
    for code in (1..64).filter_map(|number| ErrorCode::try_from(number).ok()) {
        let _ = writeln!(page, "| {} | {} |", name(code), of_code(code).as_u16());
    }
    page.push_str(
        "\nA call that an overloaded server turns away is 503 with `UNAVAILABLE`; one of a caller that calls too often is\n\
         429. CONCURRENT_MODIFICATION is 412 where the request has `if-match`. A call past its deadline is 504.\n",
    );
    page
}

fn access(rpc: Rpc) -> &'static str {
    match rpc.access() {
        Access::Open => "open",
        Access::User => "user",
        Access::Service => "service",
        Access::Admin => "admin",
    }
}

#[test]
fn the_page_is_what_the_rules_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rest.md");
    let page = page();
    if std::env::var_os("TACOS_UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).expect("written");
    }
    let committed = std::fs::read_to_string(&path).expect("docs/rest.md is committed");
    assert_eq!(committed, page, "docs/rest.md is out of date");
}
