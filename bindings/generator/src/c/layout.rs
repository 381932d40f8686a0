//! The structs of commands: which members a field has in C, and in which order they stand.

use tacos_engine::schema::{COMMANDS, Enum, Field, Kind, Read, Struct, snake};

use super::said;
use crate::words::{shout, without_unit};

/// The members in the order of the ABI's first version. What is not named here was added later and stands at the end:
/// programs that were compiled before say in `head` that their struct is shorter.
const FIRST_VERSION: &[(&str, &str)] = &[
    ("CreateEvent", "event key settings queue sections section_count"),
    ("UpdateEvent", "event key settings"),
    ("SetSale", "event key state"),
    ("BlockSeats", "event key seats seat_count block"),
    ("SetQueuePolicy", "event key policy"),
    ("PauseQueue", "event key paused"),
    ("DrawRoom", "event key"),
    ("JoinQueue", "event session user"),
    ("LeaveQueue", "token"),
    ("RequestAdmission", "token event user"),
    (
        "Reserve",
        "event user key seats seat_count section external hold_until_ms token has_token trusted quantity whole_only accessible",
    ),
    ("Confirm", "which user key exactly exactly_count payment outside"),
    ("Release", "which user key seats seat_count"),
    ("Extend", "which user key by_ms"),
    ("Expire", "which"),
    ("CreatePayment", "which unlinked user key amount_minor currency webhook_url attachment method scenario"),
    ("ProcessPayment", "payment user key"),
    ("CancelPayment", "payment user key refund_minor has_refund"),
    ("ReportPayment", "payment key outcome"),
    ("ReportWebhook", "webhook delivered"),
    ("ReplayWebhook", "webhook"),
    ("Note", "name key value remove"),
    ("ReadReservation", "which user"),
    ("ListReservations", "user event after has_after most state"),
    ("ReadPayment", "payment user"),
    ("ListPayments", "user reservation after has_after most state has_reservation"),
];

/// A member of a struct of C.
#[derive(Clone)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) doc: String,
    pub(super) values: Values,
}

/// Which values of its type a member may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Values {
    Any,
    Flag,
    /// The number of one of so many words.
    Word(usize),
    /// A moment, or none for 0.
    Moment,
    /// What is not used, and zero.
    Zero,
}

pub(super) fn member(name: &str, kind: &'static str, doc: &str) -> Member {
    Member { name: name.into(), kind, doc: doc.into(), values: Values::Any }
}

impl Member {
    pub(super) fn of(self, values: Values) -> Self {
        Self { values, ..self }
    }
}

/// A yes or no.
pub(super) fn flag(name: &str, doc: &str) -> Member {
    member(name, "u32", doc).of(Values::Flag)
}

/// The members of a command's struct, behind its head, and the first that was added later.
pub(super) fn members(name: &str, all: Vec<Member>) -> (Vec<Member>, Option<String>) {
    let first = FIRST_VERSION.iter().find(|(known, _)| *known == name).map_or("", |(_, names)| *names);
    let named: Vec<&str> = first.split_whitespace().collect();
    let mut ordered: Vec<Member> = named
        .iter()
        .map(|known| {
            let found = all.iter().find(|member| member.name == *known);
            found.unwrap_or_else(|| panic!("{name}: {known} is gone; what the ABI had stays")).clone()
        })
        .collect();
    let added: Vec<Member> =
        all.into_iter().filter(|member| !named.contains(&member.name.as_str())).collect();
    // A command that is younger than the ABI's first version has all its members from its own beginning.
    let first_added = added.first().filter(|_| !named.is_empty()).map(|member| member.name.clone());
    ordered.extend(added);
    (padded(ordered), first_added)
}

/// No hole between members and behind the last: what is not used is a member that is zero.
pub(super) fn padded(members: Vec<Member>) -> Vec<Member> {
    let mut out: Vec<Member> = Vec::new();
    let mut is_odd = false;
    let mut holes = 0;
    let mut fill = |out: &mut Vec<Member>| {
        holes += 1;
        let name = if holes == 1 { "reserved".to_owned() } else { format!("reserved{holes}") };
        out.push(member(&name, "u32", "Zero.").of(Values::Zero));
    };
    for member in members {
        if member.kind == "u32" {
            is_odd = !is_odd;
        } else if is_odd {
            fill(&mut out);
            is_odd = false;
        }
        out.push(member);
    }
    if is_odd {
        fill(&mut out);
    }
    out
}

/// What a field is in C.
fn of_field(field: &Field) -> Vec<Member> {
    let (name, doc) = (field.name, said(field.doc));
    let one = |kind| vec![member(name, kind, &doc)];
    let none = |kind| vec![member(name, kind, &format!("{doc} None if `data` is null."))];
    match field.kind {
        Kind::Name { .. } | Kind::Text => one("tacos_str"),
        Kind::Optional(Kind::Name { .. } | Kind::Text) => none("tacos_str"),
        Kind::Bytes => one("tacos_bytes"),
        // An empty value is one, so removing is said apart.
        Kind::Optional(Kind::Bytes) => {
            vec![
                member(name, "tacos_bytes", &doc.replace("; `None` removes it", "")),
                flag("remove", "1 to remove it."),
            ]
        }
        Kind::Bool => vec![flag(name, &format!("{doc} 1 for yes, 0 for no."))],
        Kind::Duration => vec![member(&format!("{name}_ms"), "u64", &doc)],
        Kind::Optional(Kind::Moment) => {
            vec![member(&format!("{name}_ms"), "u64", &doc.replace("`None`", "0")).of(Values::Moment)]
        }
        Kind::Id { .. } => one("tacos_id"),
        Kind::Token { .. } => one("tacos_token"),
        Kind::Optional(Kind::Token { .. }) => {
            let mark = format!("has_{name}");
            vec![member(name, "tacos_token", &doc), flag(&mark, &format!("1 if `{name}` is given."))]
        }
        Kind::Optional(Kind::Signed(64)) => {
            let mark = has(field);
            let doc = doc.replace("`None`", &format!("without `{mark}`"));
            vec![member(name, "i64", &doc), flag(&mark, &format!("1 if `{name}` is given."))]
        }
        Kind::Optional(Kind::Unsigned(32)) => {
            let mark = has(field);
            vec![member(name, "u32", &doc), flag(&mark, &format!("1 if `{name}` is given."))]
        }
        Kind::List(Kind::Name { .. }) | Kind::Optional(Kind::List(Kind::Name { .. })) => {
            let null = if matches!(field.kind, Kind::Optional(_)) { " Null if not given." } else { "" };
            vec![
                member(name, "*const tacos_str", &format!("{doc}{null}")),
                member(&count(name), "usize", "How many."),
            ]
        }
        Kind::SeatMap => vec![
            member("sections", "*const tacos_section", &doc),
            member("section_count", "usize", "How many sections."),
        ],
        Kind::Struct(Struct { name: "EventSettings", .. }) => one("*const tacos_event_settings"),
        Kind::Struct(Struct { name: "QueuePolicy", .. }) => one("*const tacos_queue_policy"),
        Kind::Optional(Kind::Struct(Struct { name: "QueuePolicy", .. })) => {
            vec![member(name, "*const tacos_queue_policy", &format!("{doc} Null for none."))]
        }
        Kind::Struct(Struct { name: "Money", .. }) => vec![
            member(&format!("{name}_minor"), "i64", &format!("{doc} In minor units of the currency.")),
            member("currency", "tacos_str", "Three letters, as in ISO 4217."),
        ],
        Kind::Enum(of) => of_enum(field, of),
        other => unreachable!("{name}: {other:?} has no form in C yet"),
    }
}

fn of_enum(field: &Field, of: &Enum) -> Vec<Member> {
    let (name, doc) = (field.name, said(field.doc));
    match of.name {
        "ReservationRef" => vec![member(name, "tacos_reservation_ref", &doc)],
        "SeatRequest" => vec![
            member("seats", "*const tacos_str", "Exactly these seats, or null for the best `quantity`."),
            member("seat_count", "usize", "How many."),
            member("section", "tacos_str", "With `quantity`: only in this section, or none."),
            member("quantity", "u32", "How many of the best, if `seats` is null."),
            flag("whole_only", "With `quantity`: 1 to refuse a split when there is no run of that many."),
            flag("accessible", "With `quantity`: 1 to offer accessible seats too."),
        ],
        "Proof" => vec![
            member("payment", "tacos_id", "The payment intent that paid, unless `outside`."),
            flag("outside", "1 if it is paid outside, for which the caller vouches."),
        ],
        "Payee" => vec![
            member(
                "which",
                "tacos_reservation_ref",
                "The reservation that is paid for, unless `unlinked` is given.",
            ),
            member("unlinked", "tacos_str", "What is paid for, if the engine does not know it, or none."),
        ],
        _ => {
            let doc = format!("A `{}`: {}", super::numbers::c_name(of.name), crate::words::small(&doc));
            vec![member(name, "u32", &doc).of(Values::Word(of.variants.len()))]
        }
    }
}

/// The member that says whether a number is given.
pub(crate) fn has(field: &Field) -> String {
    format!("has_{}", without_unit(field.name, field.unit().unwrap_or_default()))
}

/// The member that says how many there are in a list.
pub(crate) fn count(name: &str) -> String {
    format!("{}_count", name.strip_suffix('s').unwrap_or(name))
}

/// What a field of a read is in C: numbers that are not given are 0.
fn of_read(field: &Field) -> Vec<Member> {
    let (name, doc) = (field.name, said(field.doc));
    let mark = format!("has_{name}");
    let marked = |kind| vec![member(name, kind, &doc), flag(&mark, &format!("1 if `{name}` is given."))];
    match field.kind {
        Kind::Optional(Kind::Array(16)) => marked("tacos_id"),
        Kind::Optional(Kind::Id { .. }) => marked("tacos_id"),
        Kind::Optional(Kind::Unsigned(32)) => {
            vec![member(name, "u32", &doc.replace("if not given", "for 0"))]
        }
        Kind::Optional(Kind::Enum(of)) => {
            let doc = format!(
                "A `{}`, or 0 for any: {}",
                super::numbers::c_name(of.name),
                crate::words::small(&doc)
            );
            vec![member(name, "u32", &doc).of(Values::Word(of.variants.len()))]
        }
        _ => of_field(field),
    }
}

/// Every command, with the members of its struct behind its head.
pub(super) fn commands() -> impl Iterator<Item = (&'static str, Vec<Member>)> {
    let writes = COMMANDS
        .iter()
        .map(|command| (command.name, command.fields.iter().flat_map(of_field).collect::<Vec<_>>()));
    let reads = super::durable()
        .map(|read| (super::read_struct(read), read.fields.iter().flat_map(of_read).collect()));
    writes.chain(reads).map(|(name, all)| (name, members(name, all).0))
}

/// `commands/writes.rs`: the structs.
pub(super) fn file() -> String {
    let mut out = format!("{}//! Commands that write: one struct for each.\n\n", super::BANNER);
    out += "use super::tacos_section;\nuse crate::abi::{tacos_bytes, tacos_head, tacos_id, tacos_str, tacos_token, tacos_reservation_ref};\n";
    out += "use crate::config::{tacos_event_settings, tacos_queue_policy};\nuse crate::memory::plain;\n";
    structs(
        COMMANDS.iter().map(|command| {
            (command.name, said(command.doc), command.fields.iter().flat_map(of_field).collect())
        }),
        &mut out,
    );
    out
}

/// `commands/reads.rs`: the structs.
pub(super) fn reads_file() -> String {
    let mut out =
        format!("{}//! Commands that read what must be durable before it is shown.\n\n", super::BANNER);
    out += "use crate::abi::{tacos_head, tacos_id, tacos_str, tacos_reservation_ref};\nuse crate::memory::plain;\n";
    let what = |read: &Read| format!("Reads: {}", crate::words::small(&said(read.doc)));
    structs(
        super::durable().map(|read| {
            (super::read_struct(read), what(read), read.fields.iter().flat_map(of_read).collect())
        }),
        &mut out,
    );
    out
}

fn structs(commands: impl Iterator<Item = (&'static str, String, Vec<Member>)>, out: &mut String) {
    let mut plain = String::from("\nplain! {\n");
    for (command, doc, all) in commands {
        let name = format!("tacos_{}", snake(command));
        let (members, added) = members(command, all);
        *out += "\n";
        *out += &super::documented("", &doc);
        *out += &format!("#[repr(C)]\n#[derive(Clone, Copy)]\npub struct {name} {{\n");
        *out += &format!("    /// `TACOS_COMMAND_{}`.\n    pub head: tacos_head,\n", shout(command));
        for Member { name, kind, doc, .. } in members {
            *out += &super::documented("    ", &doc);
            *out += &format!("    pub {name}: {kind},\n");
        }
        *out += "}\n";
        plain +=
            &added.map_or_else(|| format!("    {name}\n"), |first| format!("    {name} [until {first}]\n"));
    }
    *out += &plain;
    *out += "}\n";
}

#[cfg(test)]
mod tests {
    use super::{member, members};

    #[test]
    fn a_member_that_is_added_stands_at_the_end() {
        let all = ["which", "reason", "user", "key", "by_ms"].map(|name| member(name, "u64", "")).to_vec();
        let (members, first_added) = members("Extend", all);
        let names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
        assert_eq!(names, ["which", "user", "key", "by_ms", "reason"]);
        assert_eq!(first_added.as_deref(), Some("reason"), "older programs give all up to it");
    }
}
