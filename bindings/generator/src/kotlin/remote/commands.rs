//! `ToWire.kt`: commands, and what they carry, as messages.

use tacos_engine::schema::{COMMANDS, Enum, Kind, READS, ReadForm, Struct, Variant};

use super::{head, upper};
use crate::border::{Shape, is_word, settings};
use crate::kotlin::commands::{KotlinCommand, all};
use crate::kotlin::dialect::{Parameter, camel, parameters};
use crate::wire::messages::{brought, read_message, wire_name};
use crate::words::{argument, reached};

/// A field of a message, and the value that it is set to.
struct Set<'a> {
    field: String,
    value: String,
    shape: &'a Shape,
    /// What the argument is called in a refusal.
    argument: String,
}

impl Set<'_> {
    /// The statement.
    fn line(&self) -> String {
        let name = upper(&self.field);
        match self.shape {
            Shape::Optional(of) => match &**of {
                // Texts that may be absent are a message.
                Shape::List(_) => format!("{}?.let {{ out.set{name}(names(it)) }}", self.value),
                of => {
                    format!("{}?.let {{ out.set{name}({}) }}", self.value, said(of, "it", &self.argument))
                }
            },
            Shape::List(of) if matches!(**of, Shape::Text) => {
                format!("out.addAll{name}({}.map(::text))", self.value)
            }
            Shape::List(_) => format!("out.addAll{name}({}.map {{ it.wire() }})", self.value),
            shape => format!("out.set{name}({})", said(shape, &self.value, &self.argument)),
        }
    }
}

/// A value as a message has it.
fn said(shape: &Shape, value: &str, argument: &str) -> String {
    match shape {
        Shape::Bool | Shape::Long => value.into(),
        Shape::Int => format!("count({value}, \"{argument}\")"),
        Shape::Text => format!("text({value})"),
        Shape::Bytes => format!("{value}.wire()"),
        Shape::Cursor => format!("{value}.bytes.wire()"),
        Shape::Moment => format!("{value}.toEpochMilli()"),
        Shape::Duration => format!("{value}.inWholeMilliseconds"),
        Shape::Word(_) | Shape::Form(_) | Shape::Record(_) => format!("{value}.wire()"),
        Shape::Sections => format!("seatMap({value})"),
        Shape::Optional(_) | Shape::List(_) => unreachable!("set by a statement of its own"),
    }
}

fn function(name: &str, message: &str, sets: &[Set<'_>]) -> String {
    let lines: String = sets.iter().map(|set| format!("    {}\n", set.line())).collect();
    format!(
        "\ninternal fun {name}.wire(): Wire{message} {{\n    val out = Wire{message}.newBuilder()\n{lines}    return out.build()\n}}\n"
    )
}

/// The command's message, and its fields in the order of the parameters.
fn message(command: &KotlinCommand) -> (String, Vec<String>, Vec<&'static str>) {
    let (message, of, fields) = match COMMANDS.iter().find(|one| one.name == command.name) {
        Some(one) => (one.name.to_owned(), one.name, one.fields),
        None => {
            let waits = |form| matches!(form, ReadForm::Durable | ReadForm::Page);
            let read = READS
                .iter()
                .find(|read| waits(read.form) && read_message(read) == command.name)
                .expect("a command or a read that is asked for like one");
            (read_message(read), "", read.fields)
        }
    };
    let mut names = Vec::new();
    let mut arguments = Vec::new();
    for field in fields {
        for part in brought(of, field) {
            names.push(part.name);
            arguments.push(field.name);
        }
    }
    assert_eq!(names.len(), command.parameters.len(), "{}: a field a parameter", command.name);
    (message, names, arguments)
}

fn of_command(command: &KotlinCommand) -> String {
    let (message, names, arguments) = message(command);
    let sets: Vec<Set<'_>> = command
        .parameters
        .iter()
        .zip(names.iter().zip(arguments))
        .map(|(one, (field, name))| Set {
            field: field.clone(),
            value: match one.name.as_str() {
                "completed" => "outcome(completed)".into(),
                name => name.into(),
            },
            shape: if one.name == "completed" { &Shape::Long } else { &one.shape },
            argument: argument(command.name, name),
        })
        .collect();
    function(command.name, &message, &sets)
}

fn of_record(record: &'static Struct) -> String {
    let parameters: Vec<Parameter> = parameters(record.name, record.fields);
    let names: Vec<String> =
        record.fields.iter().flat_map(|field| brought(record.name, field)).map(|part| part.name).collect();
    assert_eq!(names.len(), parameters.len(), "{}: a field a parameter", record.name);
    let sets: Vec<Set<'_>> = parameters
        .iter()
        .zip(names)
        .zip(record.fields)
        .map(|((one, field), of)| Set {
            field,
            value: one.name.clone(),
            shape: &one.shape,
            argument: argument(record.name, of.name),
        })
        .collect();
    function(record.name, record.name, &sets)
}

/// The class of a form, and the statement that sets it.
fn form(of: &Enum, variant: &'static Variant) -> (String, String) {
    match (of.name, variant.name, variant.fields[0].kind) {
        ("SeatRequest", name, Kind::List(_)) => (name.to_owned(), "setSeats(names(seats))".to_owned()),
        (_, name, Kind::Struct(record)) => {
            let sets = record.fields.iter().map(|field| {
                let item = crate::border::item(field);
                let set = Set {
                    field: wire_name(&item),
                    value: camel(&item.name),
                    shape: &item.shape,
                    argument: argument(record.name, field.name),
                };
                format!("            {}\n", set.line())
            });
            let lines: String = sets.collect();
            let message = record.name;
            let made = format!(
                "set{name}(\n        Wire{message}.newBuilder().also {{ out ->\n{lines}        }},\n    )"
            );
            (name.to_owned(), made)
        }
        (_, name, Kind::Enum(_)) => (format!("Of{name}"), format!("set{name}(which.wire())")),
        (_, name, _) => (name.to_owned(), format!("set{name}(text(id))")),
    }
}

fn of_form(of: &'static Enum) -> String {
    let name = of.name;
    let mut out = format!("\ninternal fun {name}.wire(): Wire{name} = when (this) {{\n");
    for variant in of.variants {
        let (class, set) = form(of, variant);
        out += &format!("    is {name}.{class} -> Wire{name}.newBuilder().{set}.build()\n");
    }
    out + "}\n"
}

const SEAT_MAP: &str = "
/** Sections as the wire has them: without rows it is a section of standing places. */
private fun seatMap(sections: List<Section>): WireSeatMap =
    WireSeatMap.newBuilder().addAllSections(sections.map { it.wire() }).build()

private fun Section.wire(): WireSection {
    val out = WireSection.newBuilder().setName(text(name))
    when (this) {
        is Section.Seated -> {
            // The wire would take it for standing places.
            if (rows.isEmpty()) throw NotSaid(\"seats.rows\", \"must not be empty\", name)
            out.addAllRows(rows.map { it.wire() })
        }
        is Section.General -> out.setCapacity(count(capacity, \"seats.capacity\")).setPriceMinor(priceMinor)
    }
    return out.build()
}

private fun Row.wire(): WireRow {
    val out = WireRow.newBuilder().setLabel(text(label)).setPriceMinor(priceMinor).setAccessible(accessible)
    when (val seats = seats) {
        is RowSeats.Numbered -> out.setNumbered(seats.wire())
        is RowSeats.Listed -> out.addAllLabels(seats.labels.map(::text))
    }
    out.addAllAislesBefore(aislesBefore.map { count(it, \"seats.aisles_before\") })
    return out.addAllExceptions(exceptions.map { it.wire() }).build()
}

private fun RowSeats.Numbered.wire(): WireNumberedSeats = WireNumberedSeats.newBuilder()
    .setPrefix(text(prefix))
    .setFirstNumber(count(firstNumber, \"seats.first_number\"))
    .setStep(step)
    .setDigitsMin(count(digitsMin, \"seats.digits_min\"))
    .setCount(count(count, \"seats.count\"))
    .build()

private fun SeatException.wire(): WireSeatException {
    val out = WireSeatException.newBuilder().setIndex(count(index, \"seats.index\"))
    priceMinor?.let { out.setPriceMinor(it) }
    accessible?.let { out.setAccessible(it) }
    return out.build()
}

private fun names(seats: List<String>): WireSeatNames =
    WireSeatNames.newBuilder().addAllNames(seats.map(::text)).build()

private fun outcome(completed: Boolean): WirePaymentOutcome =
    if (completed) WirePaymentOutcome.PAYMENT_OUTCOME_COMPLETED else WirePaymentOutcome.PAYMENT_OUTCOME_FAILED
";

pub(in crate::kotlin) fn to_wire() -> String {
    let mut out = String::from(
        "\n/** Says what is asked. Throws [NotSaid] if it cannot be. */\n\
         internal fun WireCall.Builder.put(command: Command<*>): WireCall.Builder = when (command) {\n",
    );
    for command in all() {
        let (message, ..) = message(&command);
        out += &format!("    is {} -> set{message}(command.wire())\n", command.name);
    }
    out += "}\n";
    out += "\n/** True if asking twice does what asking once does: it is asked again after a lost connection. */\n\
            internal val Command<*>.isRead: Boolean\n    get() = when (this) {\n";
    let reads: Vec<String> = all()
        .iter()
        .filter(|one| one.name.starts_with("Read"))
        .map(|one| format!("is {}", one.name))
        .collect();
    out += &format!("        {} -> true\n        else -> false\n    }}\n", reads.join(", "));
    all().iter().for_each(|command| out += &of_command(command));
    settings().into_iter().for_each(|record| out += &of_record(record));
    let (_, enums) = reached(COMMANDS.iter().flat_map(|command| command.fields).map(|field| field.kind));
    for of in enums.into_iter().filter(|of| !is_word(of) && of.name != "Proof") {
        out += &of_form(of);
    }
    head("Commands, and what they carry, as messages of the stream.", &(out + SEAT_MAP))
}
