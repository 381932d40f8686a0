//! `_calls.py`: a call a command, twice: calls that block their thread, and calls that are awaited.

use super::commands::{PythonCommand, all};
use super::dialect::{Member, docstring};
use super::head;

/// One of the two kinds of calls.
struct Way {
    class: &'static str,
    doc: &'static str,
    execute: &'static str,
    execute_all: &'static str,
    definition: &'static str,
    wait: &'static str,
}

const WAYS: [Way; 2] = [
    Way {
        class: "Calls",
        doc: "What can be asked of an engine with an answer that waits for the disk. Each call blocks its thread.",
        execute: "Does any command, and returns when its answer may be seen. A refusal is raised.",
        execute_all: "Does commands one after the other with one crossing of the border, and returns when all answers may be \
                      seen. A command that is refused does not stop the next. Answer *i* is that of command *i*; a \
                      refusal is an entry, and is not raised.",
        definition: "def",
        wait: "",
    },
    Way {
        class: "AsyncCalls",
        doc: "The same calls for asyncio: each is awaited, and blocks no thread.",
        execute: "Does any command; the answer comes when it may be seen. A refusal is raised. Who is cancelled while \
                  waiting gives up the waiting, not the write: asking again with the same key tells what became of it.",
        execute_all: "Does commands one after the other with one crossing of the border; the answers come when all may be \
                      seen. A command that is refused does not stop the next. Answer *i* is that of command *i*; a \
                      refusal is an entry, and is not raised.",
        definition: "async def",
        wait: "await ",
    },
];

pub(super) fn file() -> String {
    let mut out = "\nR = TypeVar(\"R\")\n".to_owned();
    for way in &WAYS {
        let Way { class, doc, execute, execute_all, definition, .. } = way;
        out += &format!(
            "\n\nclass {class}(ABC):\n{}\n    __slots__ = ()\n\n    @abstractmethod\n    \
             {definition} execute(self, command: Command[R]) -> R:\n{}\n    @abstractmethod\n    \
             {definition} execute_all(self, commands: Sequence[Command[Any]]) -> list[Any]:\n{}",
            docstring("    ", doc),
            docstring("        ", execute),
            docstring("        ", execute_all)
        );
        all().iter().for_each(|command| call(way, command, &mut out));
    }
    head(
        "_calls",
        "Selling, call by call. Every call is a command by another name: what is said of the command holds of the call.",
        &out,
    )
}

fn call(way: &Way, command: &PythonCommand, out: &mut String) {
    let PythonCommand { name, method, doc, members, result, refuses, .. } = command;
    let (needed, usual): (Vec<&Member>, Vec<&Member>) =
        members.iter().partition(|member| member.default.is_none());
    let mut declared = vec!["self".to_owned()];
    declared.extend(needed.iter().map(|member| format!("{}: {}", member.name, member.kind)));
    let mut handed: Vec<String> = needed.iter().map(|member| member.name.clone()).collect();
    if !usual.is_empty() {
        declared.push("*".into());
    }
    for Member { name, kind, default, .. } in usual {
        declared.push(format!("{name}: {kind} = {}", default.as_deref().unwrap_or_default()));
        handed.push(format!("{name}={name}"));
    }
    let line = format!("    {} {method}({}) -> {result}:\n", way.definition, declared.join(", "));
    *out += "\n";
    if line.len() <= 121 {
        *out += &line;
    } else {
        let declared: String = declared.iter().map(|one| format!("        {one},\n")).collect();
        *out += &format!("    {} {method}(\n{declared}    ) -> {result}:\n", way.definition);
    }
    let refuses: Vec<String> = refuses.iter().map(|name| format!("`{name}`")).collect();
    let raises = if refuses.is_empty() { String::new() } else { format!(" Raises {}.", refuses.join(", ")) };
    *out += &docstring("        ", &format!("{doc} See `{name}`.{raises}"));
    let line = format!("        return {}self.execute({name}({}))\n", way.wait, handed.join(", "));
    if line.len() <= 121 {
        *out += &line;
    } else {
        let handed: String = handed.iter().map(|one| format!("                {one},\n")).collect();
        *out += &format!(
            "        return {}self.execute(\n            {name}(\n{handed}            )\n        )\n",
            way.wait
        );
    }
}
