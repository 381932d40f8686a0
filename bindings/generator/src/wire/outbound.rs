//! The server's side of what goes out: answers, views and refusals become messages.

use tacos_engine::schema::{Enum, Field, REFUSAL, REPLY, Struct, snake};

use super::BANNER;
use super::messages::{numbers, refusal_part, wire_name};
use crate::border::{self, Item, Shape, counts, doubt, parts, refusal_items, replies, usual, view};

const USES: &str = "use tacos_engine as tacos;
use tacos_proto::command::v1 as wire;

";

/// The expression by which a value becomes a field: a message is always wrapped, and so is what a command may leave
/// out.
fn value(of: &str, item: &Item, put: &str) -> String {
    match &item.shape {
        Shape::Optional(_) => put.into(),
        Shape::Record(_) | Shape::Form(_) => format!("Some({put})"),
        _ if usual(of, item).is_some() => format!("Some({put})"),
        _ => put.into(),
    }
}

fn shown(record: &'static Struct, out: &mut String) {
    let name = record.name;
    let place = border::SHOWN.contains(&name) || name == "Counts";
    let path = if place { format!("tacos::views::{name}") } else { format!("tacos::{name}") };
    *out += &format!(
        "\nimpl Show for {path} {{\n    type Wire = wire::{name};\n\n    fn show(&self, out: &mut Shown<'_>) -> wire::{name} {{\n"
    );
    let parts = parts(record);
    for part in parts.iter().filter(|part| part.item.is_none()) {
        *out += &format!("        {}\n", part.rust);
    }
    *out += &format!("        wire::{name} {{\n");
    for part in &parts {
        let Some(item) = &part.item else { continue };
        let put = part.rust.trim_end_matches(';');
        *out += &format!("            {}: {},\n", wire_name(item), value(name, item, put));
    }
    for (part, put) in numbers(record) {
        *out += &format!("            {}: {put},\n", part.name);
    }
    *out += "        }\n    }\n}\n";
}

pub(crate) fn answers() -> String {
    let mut out = format!(
        "{BANNER}//! Answers and views as messages.\n\n{USES}use super::show::{{Show, Shown, numbers}};\n"
    );
    out += "\nimpl Show for tacos::Reply {\n    type Wire = wire::answer::Outcome;\n\n    fn show(&self, out: &mut Shown<'_>) -> wire::answer::Outcome {\n        match self {\n";
    for (variant, record) in REPLY.variants.iter().zip(replies()) {
        out += &format!(
            "            Self::{}(reply) => wire::answer::Outcome::{}(out.put(reply)),\n",
            variant.name, record.name
        );
    }
    out += "        }\n    }\n}\n";
    replies().for_each(|record| shown(record, &mut out));
    // Those that views show.
    for record in border::settings() {
        shown(record, &mut out);
    }
    shown(counts(), &mut out);
    border::SHOWN.iter().for_each(|name| shown(view(name), &mut out));
    out
}

pub(crate) fn refusals() -> String {
    let mut out = format!("{BANNER}//! Refusals as messages.\n\n{USES}use super::show::{{Show, Shown}};\n");
    out += "\n/// What a refusal carries, beside its code and its text.\npub(crate) fn carried(refusal: &tacos::Refusal, out: &mut Shown<'_>, refused: &mut wire::Refused) {\n    use tacos::Refusal;\n    match refusal {\n";
    for variant in REFUSAL.variants.iter().filter(|variant| !variant.fields.is_empty()) {
        let items = refusal_items(variant);
        let names: Vec<String> = variant
            .fields
            .iter()
            .map(|field| if field.name.is_empty() { "value".to_owned() } else { field.name.to_owned() })
            .collect();
        let pattern = match variant.fields {
            [Field { name: "", .. }] => "(value)".to_owned(),
            _ => format!(" {{ {} }}", names.join(", ")),
        };
        out += &format!("        Refusal::{}{pattern} => {{\n", variant.name);
        if let Some(doubt) = doubt(variant) {
            out += &format!("            refused.{} = Some(out.put(value));\n", snake(doubt.name));
            out += &of_doubt(doubt, variant.name);
        } else {
            for (item, name) in items.iter().zip(&names) {
                let field = refusal_part(variant.name, item);
                out += &match item.shape {
                    Shape::List(_) => format!("            refused.{field} = out.list(value);\n"),
                    _ => format!("            refused.{field} = Some(out.put({name}));\n"),
                };
            }
        }
        out += "        }\n";
    }
    out += "        // Their code says all.\n        _ => {}\n    }\n}\n";
    let problem = border::record("Problem");
    shown(problem, &mut out);
    for of in ["PaymentDoubt", "ExtensionDoubt"].map(border::form) {
        out += &format!(
            "\nimpl Show for tacos::{0} {{\n    type Wire = i32;\n\n    fn show(&self, _: &mut Shown<'_>) -> i32 {{\n        let word = match self {{\n",
            of.name
        );
        for variant in of.variants {
            let pattern = match variant.fields.first() {
                None => "",
                Some(Field { name: "", .. }) => "(_)",
                Some(_) => " { .. }",
            };
            out += &format!("            Self::{0}{pattern} => wire::{1}::{0},\n", variant.name, of.name);
        }
        out += "        };\n        word.into()\n    }\n}\n";
    }
    out
}

/// What one form of a doubt carries.
fn of_doubt(doubt: &'static Enum, refusal: &str) -> String {
    let mut out = String::new();
    for variant in doubt.variants.iter().filter(|variant| !variant.fields.is_empty()) {
        let field = &variant.fields[0];
        let item = border::carried(field);
        let (pattern, name) = match field.name {
            "" => ("(inner)".to_owned(), "inner".to_owned()),
            name => (format!(" {{ {name} }}"), name.to_owned()),
        };
        out += &format!(
            "            if let tacos::{}::{}{pattern} = value {{\n                refused.{} = Some(out.put({name}));\n            }}\n",
            doubt.name,
            variant.name,
            refusal_part(refusal, &item)
        );
    }
    out
}

pub(crate) fn words() -> String {
    let mut out = format!(
        "{BANNER}//! Words as the numbers of their enums, both ways.\n\n{USES}use super::show::{{Show, Shown}};\nuse super::take::{{Take, Taken, unknown}};\n\nwords! {{\n"
    );
    let mut all = border::words();
    all.extend(super::messages::all().enums.into_iter().filter(|of| of.name == "PaymentOutcome"));
    for of in all {
        let is_view = ["SeatState", "QueueState"].contains(&of.name);
        let path = if is_view { format!("tacos::views::{}", of.name) } else { format!("tacos::{}", of.name) };
        let names: Vec<&str> = of.variants.iter().map(|variant| variant.name).collect();
        out += &format!("    {path}, wire::{} {{ {} }}\n", of.name, names.join(", "));
    }
    out + "}\n"
}
