//! `Commands.kt`: a class a command; `Sales.kt`: a call a command.

use tacos_engine::schema::COMMANDS;

use super::dialect::{Parameter, camel, kind, ordered, parameters, said};
use super::{data_class, head, kdoc};
use crate::border::{Shape, words};
use crate::words::small;

/// A command of Kotlin's.
pub(super) struct KotlinCommand {
    pub(super) name: &'static str,
    /// The name of the call.
    pub(super) method: String,
    pub(super) number: u8,
    pub(super) doc: String,
    /// In the order in which they cross.
    pub(super) parameters: Vec<Parameter>,
    /// The type of the answer.
    pub(super) result: &'static str,
}

/// The type of what a command answers, by what it answers when all goes well.
pub(super) const RESULTS: &[(&str, &str)] = &[
    ("EventChanged", "EventResult"),
    ("Reserved", "ReserveResult"),
    ("Confirmed", "ConfirmResult"),
    ("Released", "ReleaseResult"),
    ("Extended", "ExtendResult"),
    ("PaymentChanged", "PaymentResult"),
    ("Joined", "JoinResult"),
    ("Admitted", "AdmissionResult"),
    ("Done", "DoneResult"),
    ("Reservation", "ReservationLookup"),
    ("Payment", "PaymentLookup"),
    ("ReservationPage", "ReservationList"),
    ("PaymentPage", "PaymentList"),
    ("QueuePlace", "QueuePlaceLookup"),
];

/// All commands: those of the engine, and the reads that are asked for like commands.
pub(super) fn all() -> Vec<KotlinCommand> {
    let result = |reply: &str| {
        RESULTS
            .iter()
            .find(|(done, _)| *done == reply)
            .map(|(_, result)| *result)
            .expect("an answer with a result")
    };
    let mut all: Vec<KotlinCommand> = COMMANDS
        .iter()
        .map(|command| KotlinCommand {
            name: command.name,
            method: if command.method == "note" { "setNote".into() } else { camel(command.method) },
            number: command.number,
            doc: said(&command.doc.join("\n")),
            parameters: parameters(command.name, command.fields),
            result: result(command.reply.name),
        })
        .collect();
    all.extend(lookups());
    all
}

fn lookups() -> Vec<KotlinCommand> {
    let word = |name: &str| Shape::Word(words().into_iter().find(|of| of.name == name).expect("a word"));
    let which =
        crate::words::reached(COMMANDS.iter().flat_map(|command| command.fields).map(|field| field.kind)).1;
    let which =
        Shape::Form(which.into_iter().find(|of| of.name == "ReservationRef").expect("which reservation"));
    let maybe = |shape: Shape| Shape::Optional(Box::new(shape));
    let one = |name: &str, shape: Shape, doc: &str, default: Option<&str>| Parameter {
        name: name.into(),
        kind: kind(&shape),
        doc: doc.into(),
        default: default.map(str::to_owned),
        shape,
    };
    let null = Some("null");
    let user = || one("user", maybe(Shape::Text), "Whose it must be.", null);
    let owner = || one("user", Shape::Text, "Whose they are.", None);
    let payment = || one("payment", Shape::Text, "The payment intent (`pay_…`).", None);
    let state = |of: &str| one("state", maybe(word(of)), "Only those that stand so.", null);
    let page = || {
        [
            one("after", maybe(Shape::Cursor), "Where the page before ended; `null` for the first.", null),
            one("most", Shape::Int, "At most so many, and at most 100.", Some("100")),
        ]
    };
    let only =
        |name: &str, what: &str| one(name, maybe(Shape::Text), &format!("Only those of this {what}."), null);
    let durable =
        |what: &str| format!("Reads {what}; what is shown is durable. With a [user], it must be theirs.");
    let listed = |what: &str| format!("Reads a user's {what}, newest first.");
    let numbers = crate::border::lookups();
    let of = |at: usize, name, doc: String, parameters: Vec<Parameter>, result| {
        let (method, number) = &numbers[at];
        KotlinCommand { name, method: small(method), number: *number, doc, parameters, result }
    };
    let first = |parameters: Vec<Parameter>| parameters.into_iter().chain(page()).collect();
    vec![
        of(
            0,
            "ReadReservation",
            durable("a reservation"),
            vec![one("which", which, "The reservation.", None), user()],
            "ReservationLookup",
        ),
        of(
            1,
            "ReadReservations",
            listed("reservations"),
            first(vec![owner(), state("ReservationState"), only("event", "event")]),
            "ReservationList",
        ),
        of(2, "ReadPayment", durable("a payment intent"), vec![payment(), user()], "PaymentLookup"),
        of(
            3,
            "ReadPayments",
            listed("payments"),
            first(vec![owner(), state("PaymentState"), only("reservation", "reservation")]),
            "PaymentList",
        ),
    ]
}

const BEGINNING: &str = "
/**
 * Anything whose answer waits for the disk, as data: for batches, and for Java. [R] is its answer.
 *
 * Where a command has a `key`, sending it again with the same key within five minutes gives the first answer, also
 * after a restart, and acts once. A `user` of `null` is a trusted caller that speaks for every user.
 */
sealed interface Command<out R : Answer>
";

pub(super) fn file() -> String {
    let mut out = BEGINNING.to_owned();
    for KotlinCommand { name, doc, parameters, result, .. } in all() {
        let parameters = ordered(name, parameters);
        let spans: Vec<&Parameter> =
            parameters.iter().filter(|one| matches!(one.shape, Shape::Duration)).collect();
        out += "\n";
        out += &kdoc("", &doc);
        // Java knows no lengths of time of Kotlin's: it has a constructor of its own.
        out += &data_class("", spans.is_empty(), name, &parameters);
        out += &format!(" : Command<{result}>");
        if spans.is_empty() {
            out += "\n";
            continue;
        }
        let declared: Vec<String> = parameters
            .iter()
            .map(|one| {
                let kind = one.kind.replace("Duration", "java.time.Duration");
                let default = one.default.as_ref().map(|value| format!(" = {value}")).unwrap_or_default();
                format!("{}: {kind}{default}", one.name)
            })
            .collect();
        let handed: Vec<String> = parameters
            .iter()
            .map(|one| match one.shape {
                Shape::Duration => format!("{}.toKotlinDuration()", one.name),
                _ => one.name.clone(),
            })
            .collect();
        out += &format!(
            " {{\n    /** For Java. */\n    @JvmOverloads\n    constructor({}) :\n        this({})\n}}\n",
            declared.join(", "),
            handed.join(", ")
        );
    }
    head(
        "What an engine can be asked whose answer waits for the disk: plain data, complete before it goes in.",
        &out,
    )
}

const SALES: &str = "
/** What can be asked of an engine with an answer that waits for the disk. A [TicketEngine] is one; a test may bring another. */
interface Sales {
    /** Does any command, and suspends until its answer may be seen. */
    suspend fun <R : Answer> execute(command: Command<R>): R

    /**
     * Does commands one after the other, handed over together, and suspends until all answers may be seen. A command
     * that is refused does not stop the next. Answer *i* is that of command *i*.
     */
    suspend fun executeAll(commands: List<Command<*>>): List<Answer>
";

/// Commands that are handed over whole, because they have so many parameters.
const WHOLE: &str = "CreatePayment";

pub(super) fn sales() -> String {
    let mut out = SALES.to_owned();
    for KotlinCommand { name, method, parameters, result, .. } in all() {
        out += &format!("\n    /** See [{name}]. */\n");
        if name == WHOLE {
            out += &format!("    suspend fun {method}(payment: {name}): {result} = execute(payment)\n");
            continue;
        }
        let parameters = ordered(name, parameters);
        let declared: Vec<String> = parameters
            .iter()
            .map(|one| {
                let default = one.default.as_ref().map(|value| format!(" = {value}")).unwrap_or_default();
                format!("{}: {}{default}", one.name, one.kind)
            })
            .collect();
        let handed: Vec<&str> = parameters.iter().map(|one| one.name.as_str()).collect();
        let call = format!("execute({name}({}))", handed.join(", "));
        let line = format!("    suspend fun {method}({}): {result} =", declared.join(", "));
        if line.len() + 1 + call.len() <= 120 {
            out += &format!("{line} {call}\n");
        } else if line.len() <= 120 {
            out += &format!("{line}\n        {call}\n");
        } else {
            let declared: String = declared.iter().map(|one| format!("        {one},\n")).collect();
            out += &format!("    suspend fun {method}(\n{declared}    ): {result} = {call}\n");
        }
    }
    out += "}\n";
    head(
        "Selling, call by call. Every call is a command by another name: what is said of the command holds of the call.",
        &out,
    )
}
