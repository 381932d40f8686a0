//! `TicketEngine.kt`: what a service asks of an engine, in this process or over the network; `JavaFace.kt`: the same for
//! callers without coroutines.

use tacos_engine::schema::{READS, Read, ReadForm};

use super::dialect::kdoc;
use super::head;

/// A read as Kotlin has it.
pub(super) struct KotlinRead {
    /// The engine's method; empty for what the faces of managed languages add.
    pub(super) method: &'static str,
    pub(super) name: &'static str,
    /// Name, type, and the usual value if there is one.
    pub(super) parameters: &'static [(&'static str, &'static str, &'static str)],
    pub(super) gives: &'static str,
    doc: &'static str,
}

const EVENT: (&str, &str, &str) = ("event", "String", "");
const TOKEN: (&str, &str, &str) = ("token", "String", "");

type Row = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str, &'static str)],
    &'static str,
    &'static str,
);

const ROWS: &[Row] = &[
    ("position", "position", &[], "Long", "Where the newest durable update ends."),
    ("event", "event", &[("id", "String", "")], "Event?", "An event; `null` if there is none with this id."),
    ("events", "events", &[], "List<Event>", "All events, in the order of their creation."),
    (
        "",
        "eventSnapshot",
        &[EVENT],
        "EventSnapshot",
        "An event with all its seats, and the position from which to follow. Throws [RefusedException] if there is none.",
    ),
    (
        "counts",
        "counts",
        &[EVENT],
        "Counts",
        "An event's counts. They may run ahead of the disk. Throws [RefusedException] if there is no such event.",
    ),
    (
        "sections",
        "sections",
        &[EVENT],
        "List<SectionView>",
        "An event's sections with counts and prices. Throws [RefusedException] if there is no such event.",
    ),
    (
        "seats",
        "seats",
        &[EVENT, ("from", "Int", "0"), ("most", "Int", "Int.MAX_VALUE")],
        "List<Seat>",
        "Numbered seats of an event, [most] of them from index [from] on. Throws [RefusedException] if it does not exist.",
    ),
    (
        "seats_named",
        "seatsNamed",
        &[EVENT, ("seats", "List<String>", "")],
        "List<Seat>",
        "These seats, in the order asked for. Throws [RefusedException] if one does not exist.",
    ),
    (
        "copy_free_seats",
        "freeSeats",
        &[EVENT],
        "BitSet",
        "The numbered seats that show as free, a bit each: a hint that is cheap to copy, exact when no command runs and no hold has lapsed. A row's bits follow each other and begin at a multiple of 64. Throws [RefusedException] if there is no such event.",
    ),
    (
        "",
        "prepareEvent",
        &[EVENT],
        "String",
        "An event's id, looked up ahead: what it gives stands for the id in every command and read, and saves looking the id up each time. It is a text like any other and costs the engine no memory. It is good until the engine is opened anew: another engine, and the same folder opened again, take it for the id that it was made of, which is at its end. Do not keep it or send it elsewhere: if a character is changed, it is no id. Throws [RefusedException] if there is no such event.",
    ),
    (
        "",
        "prepareSeat",
        &[EVENT, ("seat", "String", "")],
        "String",
        "The same of a seat of an event, or of a standing section whose name stands for one place; see [prepareEvent]. In commands about another event it stands for the seat's name. Throws [RefusedException] if there is no such seat.",
    ),
    (
        "",
        "prepareUser",
        &[("user", "String", "")],
        "String",
        "The same of a customer's id, whether or not the engine has met them; see [prepareEvent].",
    ),
    (
        "queue_place",
        "queuePlace",
        &[TOKEN],
        "QueuePlaceLookup",
        "A place in the line. Asking counts as activity.",
    ),
    (
        "token_event",
        "tokenEvent",
        &[TOKEN],
        "String",
        "The event of a waiting token. Throws [RefusedException] if the token is not one of ours.",
    ),
    (
        "queue",
        "queue",
        &[EVENT],
        "QueueFigures",
        "Figures of an event's waiting line. Throws [RefusedException] if there is none.",
    ),
    (
        "queue_policy",
        "queuePolicy",
        &[EVENT],
        "QueuePolicy",
        "The rules of an event's waiting line. Throws [RefusedException] if there is none.",
    ),
    (
        "draw",
        "draw",
        &[EVENT],
        "Draw",
        "The draw of an event's pre-sale room. Throws [RefusedException] if there is none.",
    ),
    (
        "due_webhooks",
        "dueWebhooks",
        &[("most", "Int", "")],
        "DueWebhooks",
        "Webhooks whose time has come, at most [most]. Deliver them, then report each by [ReportWebhook].",
    ),
    (
        "dead_webhooks",
        "deadWebhooks",
        &[("afterOrder", "Long", "0")],
        "List<Webhook>",
        "Dead letters behind an order (0 for the first page), oldest first, at most 100.",
    ),
    ("read_note", "note", &[("name", "String", "")], "Bytes?", "A durable note; `null` if there is none."),
    (
        "notes",
        "notes",
        &[("prefix", "String", "\"\"")],
        "Map<String, Bytes>",
        "All durable notes whose names begin with [prefix], in order.",
    ),
    ("status", "status", &[], "Status", "Figures of the engine as a whole."),
];

/// The reads that every engine has. A read of the engine's that has no row here stops the generator.
pub(super) fn reads() -> Vec<KotlinRead> {
    for Read { method, .. } in described() {
        assert!(ROWS.iter().any(|(of, ..)| of == method), "{method} has no face in Kotlin yet");
    }
    let of =
        |&(method, name, parameters, gives, doc): &Row| KotlinRead { method, name, parameters, gives, doc };
    ROWS.iter().map(of).collect()
}

/// The engine's reads that wait for nothing; updates are a flow.
fn described() -> impl Iterator<Item = &'static Read> {
    let at_once = |read: &&Read| matches!(read.form, ReadForm::AtOnce | ReadForm::Always);
    READS.iter().filter(at_once).filter(|read| read.method != "updates")
}

impl KotlinRead {
    /// The engine's read.
    pub(super) fn described(&self) -> Option<&'static Read> {
        described().find(|read| read.method == self.method)
    }

    /// Parameters as they are declared.
    pub(super) fn declared(&self, usual: bool) -> String {
        let one = |(name, kind, default): &(&str, &str, &str)| match *default {
            _ if !usual => format!("{name}: {kind}"),
            "" => format!("{name}: {kind}"),
            default => format!("{name}: {kind} = {default}"),
        };
        self.parameters.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    fn handed(&self) -> String {
        self.parameters.iter().map(|(name, ..)| *name).collect::<Vec<_>>().join(", ")
    }

    fn overloads(&self) -> &'static str {
        if self.parameters.iter().any(|(.., usual)| !usual.is_empty()) { "    @JvmOverloads\n" } else { "" }
    }
}

const INTERFACE: &str = "
/**
 * An engine, in this process ([Sales] says what is bought of it) or behind a server: a service that takes one is written
 * once for both. The linked engine is `Engine.open(folder)`, the client of a server `RemoteEngine.dial(\"host:port\")`.
 *
 * Any number of coroutines and threads may use it at once. A refusal is a value; what is thrown is an
 * [EngineException]. Only a client throws [UnreachableException], [OutcomeUnknownException] and [ServerException].
 */
interface TicketEngine : Sales, AutoCloseable {
    /** The same engine for callers without coroutines: each call blocks its thread. */
    fun blocking(): BlockingEngine = BlockingEngine(this)

    /** The same engine for callers without coroutines: each call gives a [CompletableFuture]. */
    fun async(): AsyncEngine = AsyncEngine(this)

    /**
     * Updates behind [from]: a position that an earlier update or [position] gave, 0 for everything that is kept,
     * `null` for what happens from the moment of collecting on. Each collector reads for itself and at its own pace.
     * The flow ends when the engine is closed, and fails with [UpdatesLostException] if what comes next is no longer
     * kept: take a new [eventSnapshot] then, and follow from its position. A client of a server has none yet: its flow
     * fails with [UnsupportedException].
     */
    fun updates(from: Long? = null): Flow<Update>
";

pub(super) fn interface() -> String {
    let mut out = INTERFACE.to_owned();
    for read in reads() {
        out += "\n";
        out += &kdoc("    ", read.doc);
        out += &format!("    suspend fun {}({}): {}\n", read.name, read.declared(true), read.gives);
    }
    out += "\n    /** Lets the engine go. Blocks until callers that wait have their answers. Closing twice is the same as once. */\n    override fun close()\n}\n";
    head("What a service asks of an engine, in this process or over the network.", &out)
}

const BLOCKING: &str = "
/**
 * The engine with calls that block their thread until the answer may be seen. An interrupt ends the waiting with
 * [InterruptedException], not the write.
 *
 * ```java
 * try (Engine engine = Engine.open(Path.of(\"data\"))) {
 *     ReserveResult result = engine.blocking().execute(new Reserve(\"evt_1\", \"kim\", SeatRequest.seats(\"A-7\")));
 *     if (result instanceof Reserved held) System.out.println(\"held until \" + held.getExpiresAt());
 *     if (result instanceof Refused refused) System.out.println(refused.getRefusal().getMessage());
 * }
 * ```
 */
open class BlockingEngine(open val engine: TicketEngine) {
    /** Does it, and waits. */
    @Throws(InterruptedException::class)
    fun <R : Answer> execute(command: Command<R>): R = waiting { engine.execute(command) }

    /** Does them one after the other, handed over together, and waits for all; see [Sales.executeAll]. */
    @Throws(InterruptedException::class)
    fun executeAll(commands: List<Command<*>>): List<Answer> = waiting { engine.executeAll(commands) }
";

const ASYNC: &str = "
/**
 * The engine with calls that give a [CompletableFuture]. What depends on a future runs on [executor] (the common pool if
 * none is chosen), never on a thread of the engine. Cancelling a future takes no write back.
 */
class AsyncEngine(
    val engine: TicketEngine,
    private val executor: Executor = ForkJoinPool.commonPool(),
) {
    /** The same engine, with another executor for what depends on its futures. */
    fun on(executor: Executor): AsyncEngine = AsyncEngine(engine, executor)

    /** Does it. */
    fun <R : Answer> execute(command: Command<R>): CompletableFuture<R> = future { engine.execute(command) }

    /** Does them one after the other, handed over together; see [Sales.executeAll]. */
    fun executeAll(commands: List<Command<*>>): CompletableFuture<List<Answer>> = future { engine.executeAll(commands) }
";

/// The calls of [reads], each by its own name.
pub(super) fn for_java() -> String {
    let mut out = BLOCKING.to_owned();
    for read in reads() {
        let (name, handed) = (read.name, read.handed());
        out += &format!(
            "\n    /** See [TicketEngine.{name}]. */\n    @Throws(InterruptedException::class)\n{}",
            read.overloads()
        );
        let line = format!("    fun {name}({}): {} =", read.declared(true), read.gives);
        out += &one_or_two_lines(&line, &format!("waiting {{ engine.{name}({handed}) }}"));
    }
    out += "\n    /** Waits for a call. */\n    protected open fun <R> waiting(call: suspend () -> R): R = runBlocking { call() }\n}\n";
    out += ASYNC;
    for read in reads() {
        let (name, handed) = (read.name, read.handed());
        out += &format!("\n    /** See [TicketEngine.{name}]. */\n{}", read.overloads());
        let line = format!("    fun {name}({}): CompletableFuture<{}> =", read.declared(true), read.gives);
        out += &one_or_two_lines(&line, &format!("future {{ engine.{name}({handed}) }}"));
    }
    out += "\n    // Asked on the caller's thread; what comes later runs on the executor.\n    \
            private fun <T> future(call: suspend () -> T): CompletableFuture<T> =\n        \
            CoroutineScope(executor.asCoroutineDispatcher()).future(start = CoroutineStart.UNDISPATCHED) { call() }\n}\n";
    head("The engine for callers without coroutines: Java above all.", &out)
}

fn one_or_two_lines(line: &str, call: &str) -> String {
    let gap = if line.len() + 1 + call.len() <= 120 { " " } else { "\n        " };
    format!("{line}{gap}{call}\n")
}
