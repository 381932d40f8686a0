//! `commands/kinds.rs`: the kinds of commands.

use tacos_engine::schema::{COMMANDS, Kind, READS, Read, ReadForm, snake};

use super::BANNER;

const FIRST_READ: usize = 64;

const FROM_NUMBER: &str = "
    /// True if it writes, false if it reads.
    pub(crate) fn writes(self) -> bool {
        (self as u32) < Self::FIRST_READ
    }

    /// The command with this number.
    #[must_use]
    pub fn from_number(number: u32) -> Option<Self> {
        Self::ALL.iter().copied().find(|command| *command as u32 == number)
    }
}
";

/// Reads of what must be durable before it is shown: they are commands.
pub(crate) fn durable() -> impl Iterator<Item = &'static Read> {
    READS.iter().filter(|read| matches!(read.form, ReadForm::Durable | ReadForm::Page))
}

/// The name of such a read as a command.
pub(crate) fn read_struct(read: &Read) -> &'static str {
    match read.method {
        "reservation" => "ReadReservation",
        "reservations" => "ListReservations",
        "payment" => "ReadPayment",
        "payments" => "ListPayments",
        other => unreachable!("{other} has no number in the ABI yet"),
    }
}

/// The struct that it answers with.
fn answer(read: &Read) -> String {
    let Kind::Struct(view) = read.gives else { unreachable!("what is read is a record") };
    let name = snake(view.name);
    if read.form == ReadForm::Page { name.replace("_view", "_page") } else { name }
}

pub(super) fn file() -> String {
    let writes =
        (1..).zip(COMMANDS).map(|(number, command)| (number, command.name, snake(command.reply.name)));
    let reads = (FIRST_READ..).zip(durable()).map(|(number, read)| (number, read_struct(read), answer(read)));
    let all: Vec<(usize, &str, String)> = writes.chain(reads).collect();
    let mut out = format!("{BANNER}//! The kinds of commands.\n\n");
    out += "/// The kinds of commands. Below 64 they write; from there on they read what must be durable before it is shown.\n";
    out += "#[repr(u32)]\n#[derive(Clone, Copy, Debug, PartialEq, Eq)]\npub enum tacos_command {\n";
    for (number, name, answer) in &all {
        out += &format!("    /// `tacos_{}` → `tacos_{answer}`.\n    {name} = {number},\n", snake(name));
    }
    out += &format!(
        "}}\n\nimpl tacos_command {{\n    const FIRST_READ: u32 = {FIRST_READ};\n    const ALL: &[Self] = &[\n"
    );
    for (_, name, _) in &all {
        out += &format!("        Self::{name},\n");
    }
    out + "    ];\n" + FROM_NUMBER
}
