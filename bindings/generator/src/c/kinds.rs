//! `commands/kinds.rs`: the kinds of commands.

use tacos_engine::schema::{COMMANDS, snake};

use super::BANNER;

/// Reads of what must be durable before it is shown, and what they answer.
const READS: [(&str, &str); 4] = [
    ("ReadReservation", "reservation_view"),
    ("ListReservations", "reservation_page"),
    ("ReadPayment", "payment_view"),
    ("ListPayments", "payment_page"),
];
const FIRST_READ: usize = 64;

const FROM_NUMBER: &str = "
    /// The command with this number.
    #[must_use]
    pub fn from_number(number: u32) -> Option<Self> {
        Self::ALL.iter().copied().find(|command| *command as u32 == number)
    }
}
";

pub(super) fn file() -> String {
    let writes =
        (1..).zip(COMMANDS).map(|(number, command)| (number, command.name, snake(command.reply.name)));
    let reads = (FIRST_READ..).zip(READS).map(|(number, (name, answer))| (number, name, answer.to_owned()));
    let all: Vec<(usize, &str, String)> = writes.chain(reads).collect();
    let mut out = format!("{BANNER}//! The kinds of commands.\n\n");
    out += "/// The kinds of commands. Below 64 they write; from there on they read what must be durable before it is shown.\n";
    out += "#[repr(u32)]\n#[derive(Clone, Copy, Debug, PartialEq, Eq)]\npub enum tacos_command {\n";
    for (number, name, answer) in &all {
        out += &format!("    /// `tacos_{}` → `tacos_{answer}`.\n    {name} = {number},\n", snake(name));
    }
    out += "}\n\nimpl tacos_command {\n    const ALL: &[Self] = &[\n";
    for (_, name, _) in &all {
        out += &format!("        Self::{name},\n");
    }
    out + "    ];\n" + FROM_NUMBER
}
