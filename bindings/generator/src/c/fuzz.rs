//! `fuzz_targets/c_abi/commands.rs`: every struct that can be submitted, with members made of bytes.

use tacos_engine::schema::snake;

use super::BANNER;
use super::layout::{Member, Values, commands};
use super::settings::records;

const BEGINNING: &str = "//! Commands made of bytes: every struct that can be submitted.

use tacos_c::abi::tacos_head;
use tacos_c::commands::*;
use tacos_c::config::{
    tacos_event_settings, tacos_event_settings_init, tacos_queue_policy, tacos_queue_policy_init,
};

use crate::members::Making;

impl Making<'_, '_> {
";

pub(super) fn file() -> String {
    let all: Vec<_> = commands().collect();
    let mut out = format!(
        "{BANNER}{BEGINNING}    /// All kinds of commands.\n    pub const KINDS: &'static [tacos_command] = &[\n"
    );
    all.iter().for_each(|(name, _)| out += &format!("        tacos_command::{name},\n"));
    out += "    ];\n\n    /// A command of this kind.\n    pub fn command(&mut self, kind: tacos_command) -> *const tacos_head {\n        match kind {\n";
    for (name, members) in &all {
        let record = format!("tacos_{}", snake(name));
        out += &format!(
            "            tacos_command::{name} => self.filled(kind, |make, body: &mut {record}| {{\n"
        );
        filled(members, "                ", &mut out);
        out += "            }),\n";
    }
    out += "        }\n    }\n";
    for (name, members) in records() {
        let (method, record) = (snake(name), format!("tacos_{}", snake(name)));
        out += &format!("\n    pub fn {method}(&mut self) -> *const {record} {{\n");
        out += &format!("        self.changed({record}_init, |make, body: &mut {record}| {{\n");
        // Texts have no usual value.
        let (texts, usual): (Vec<_>, Vec<_>) =
            members.into_iter().partition(|member| member.kind == "tacos_str");
        filled(&texts, "            ", &mut out);
        out += "            if make.is_unusual() {\n";
        filled(&usual, "                ", &mut out);
        out += "            }\n        })\n    }\n";
    }
    out + "}\n"
}

fn filled(members: &[Member], indent: &str, out: &mut String) {
    let mut rest = members.iter();
    while let Some(member) = rest.next() {
        let name = &member.name;
        let (to, value) = match (member.kind, member.values) {
            (_, Values::Zero) => continue,
            (_, Values::Flag) => (format!("body.{name}"), "flag()".into()),
            (_, Values::Word(count)) => (format!("body.{name}"), format!("word({count})")),
            (_, Values::Moment) => (format!("body.{name}"), "moment()".into()),
            ("u32", _) => (format!("body.{name}"), "small()".into()),
            ("u64", _) => (format!("body.{name}"), "number()".into()),
            (kind, _) if kind.starts_with("*const") => {
                let method = snake(&kind.replace("*const tacos_", ""));
                match method.as_str() {
                    // How many there are is the next member.
                    "str" | "section" => {
                        let count = rest.next().expect("how many");
                        let method = if method == "str" { "seats" } else { "sections" };
                        (format!("(body.{name}, body.{})", count.name), format!("{method}()"))
                    }
                    _ => (format!("body.{name}"), format!("{method}()")),
                }
            }
            (kind, _) => {
                let method = kind.strip_prefix("tacos_").unwrap_or("minor");
                (format!("body.{name}"), format!("{method}(\"{name}\")"))
            }
        };
        *out += &format!("{indent}{to} = make.{value};\n");
    }
}
