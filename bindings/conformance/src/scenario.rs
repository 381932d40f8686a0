//! Reads a scenario and checks it as far as it can be checked without running it: names of operations, arguments,
//! fields of answers, kinds of values. Runs nothing.

use std::fmt;
use std::path::Path;

use serde_json::Value;

use crate::operations::{self, Operation};
use crate::target::{Record, Restart};

/// Why a file is no scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The step at fault, from 1; 0 for the head.
    pub step: usize,
    /// What is wrong.
    pub why: String,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "step {}: malformed: {}", self.step, self.why)
    }
}

impl std::error::Error for Malformed {}

/// A scenario.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its name: that of its file, without the ending.
    pub name: String,
    /// What it shows, in one sentence.
    pub about: String,
    /// Settings of the engine.
    pub config: Record,
    /// What happens.
    pub steps: Vec<Step>,
    /// Only in self-tests: the step that must fail.
    pub fails_at: Option<usize>,
}

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// A remark for people.
    pub note: Option<String>,
    /// What is done.
    pub work: Work,
}

/// What a step does.
#[derive(Clone, Debug)]
pub enum Work {
    /// One operation.
    Do(Call),
    /// Several writes given together.
    Batch(Vec<Call>),
    /// The clock goes on; nothing fires.
    AdvanceMs(u64),
    /// The clock goes on in slices, and what is due is done after each.
    PassMs(u64),
    /// What is due is done.
    Turn,
    /// The engine ends and comes back.
    Restart(Restart),
    /// An event's counts are these, and add up.
    ExpectCounts(Record),
}

/// One operation with what is expected of it.
#[derive(Clone, Debug)]
pub struct Call {
    /// Which one.
    pub operation: &'static Operation,
    /// Its arguments.
    pub with: Record,
    /// The name under which later steps know the answer.
    pub name: Option<String>,
    /// What is expected.
    pub check: Check,
}

/// What is expected of an operation.
#[derive(Clone, Debug)]
pub enum Check {
    /// It is done, and the answer is like this.
    Reply(Box<Expectations>),
    /// It is refused, and the refusal has these fields.
    Refused(Record),
    /// It fails with this word.
    Fails(String),
}

/// What is expected of an answer; empty ones expect nothing.
#[derive(Clone, Debug, Default)]
pub struct Expectations {
    /// These fields have these values.
    pub equal: Record,
    /// These fields have one of these values.
    pub one_of: Record,
    /// These fields are at least so much.
    pub min: Record,
    /// These fields are at most so much.
    pub max: Record,
    /// These texts begin so.
    pub prefix: Record,
    /// These fields have other values.
    pub differs: Record,
    /// These fields are not there.
    pub absent: Vec<String>,
    /// The list has exactly these entries, each with these fields.
    pub items: Option<Vec<Value>>,
    /// The list has these entries in this order, perhaps with others between them.
    pub items_contain: Option<Vec<Value>>,
    /// The whole answer equals that of an earlier step.
    pub same_as: Option<String>,
}

/// Kinds of steps: exactly one of them in each.
const WORKS: &[&str] = &["do", "batch", "advance_ms", "pass_ms", "turn", "restart", "expect_counts"];

impl Scenario {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// [`Malformed`], also if the file cannot be read or its name is not the scenario's.
    pub fn read(path: &Path) -> Result<Self, Malformed> {
        let head = |why: String| Malformed { step: 0, why };
        let text = std::fs::read_to_string(path).map_err(|error| head(error.to_string()))?;
        let value: Value = serde_json::from_str(&text).map_err(|error| head(error.to_string()))?;
        let scenario = Self::parse(&value)?;
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        if stem == scenario.name {
            Ok(scenario)
        } else {
            Err(head(format!("the file is called {stem:?} and the scenario {:?}", scenario.name)))
        }
    }

    /// Checks a scenario that was read.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn parse(value: &Value) -> Result<Self, Malformed> {
        let head = |why: String| Malformed { step: 0, why };
        let object = value.as_object().ok_or_else(|| head("is no object".into()))?;
        known(object, &["$schema", "name", "about", "config", "steps", "fails_at"]).map_err(head)?;
        let name = text(object, "name").map_err(head)?.ok_or_else(|| head("\"name\" is missing".into()))?;
        let about =
            text(object, "about").map_err(head)?.ok_or_else(|| head("\"about\" is missing".into()))?;
        let config = record(object, "config").map_err(head)?;
        operations::check(&operations::settings(), &Value::Object(config.clone()))
            .map_err(|why| head(format!("config: {why}")))?;
        let steps = object.get("steps").and_then(Value::as_array);
        let steps = steps.ok_or_else(|| head("\"steps\" is missing".into()))?;
        let parsed =
            (1..).zip(steps).map(|(at, step)| Step::parse(step).map_err(|why| Malformed { step: at, why }));
        let fails_at = object.get("fails_at").and_then(Value::as_u64).and_then(|at| usize::try_from(at).ok());
        Ok(Self { name, about, config, steps: parsed.collect::<Result<_, _>>()?, fails_at })
    }
}

impl Step {
    fn parse(value: &Value) -> Result<Self, String> {
        let object = value.as_object().ok_or("is no object")?;
        let works: Vec<&str> = WORKS.iter().copied().filter(|work| object.contains_key(*work)).collect();
        let [work] = works[..] else {
            return Err(format!("exactly one of {WORKS:?} is needed"));
        };
        if work != "do" {
            known(object, &[work, "note"])?;
        }
        let value = &object[work];
        let ms = || value.as_u64().ok_or_else(|| format!("{work} cannot be {value}"));
        let work = match work {
            "do" => Work::Do(Call::parse(object)?),
            "batch" => {
                let calls = value.as_array().filter(|calls| !calls.is_empty()).ok_or("batch is no list")?;
                let calls: Vec<_> = calls
                    .iter()
                    .map(|call| Call::parse(call.as_object().ok_or("an entry of the batch is no object")?))
                    .collect::<Result<_, String>>()?;
                if let Some(read) = calls.iter().find(|call| !call.operation.writes) {
                    return Err(format!("{} is no write: it cannot be in a batch", read.operation.name));
                }
                Work::Batch(calls)
            }
            "advance_ms" => Work::AdvanceMs(ms()?),
            "pass_ms" => Work::PassMs(ms()?),
            "turn" if *value == Value::Bool(true) => Work::Turn,
            "restart" if *value == "clean" => Work::Restart(Restart::Clean),
            "restart" if *value == "crash" => Work::Restart(Restart::Crash),
            "expect_counts" => {
                let counts = value.as_object().ok_or("expect_counts is no object")?;
                known(counts, &["event", "available", "reserved", "sold", "blocked", "total"])?;
                if !counts.contains_key("event") {
                    return Err("expect_counts names no event".into());
                }
                Work::ExpectCounts(counts.clone())
            }
            other => return Err(format!("{other} cannot be {value}")),
        };
        Ok(Self { note: text(object, "note")?, work })
    }
}

impl Call {
    fn parse(object: &Record) -> Result<Self, String> {
        const EXPECTATIONS: &[&str] = &[
            "expect",
            "expect_one_of",
            "expect_min",
            "expect_max",
            "expect_prefix",
            "expect_differs",
            "expect_absent",
            "expect_items",
            "expect_items_contain",
            "same_as",
        ];
        let mut keys = vec!["do", "note", "with", "as", "refused", "fails"];
        keys.extend(EXPECTATIONS);
        known(object, &keys)?;
        let name = text(object, "do")?.ok_or("an operation is missing")?;
        let operation = Operation::named(&name).ok_or_else(|| format!("there is no operation {name:?}"))?;
        let with = record(object, "with")?;
        operations::check(&operation.args, &Value::Object(with.clone()))
            .map_err(|why| format!("{name}: with: {why}"))?;
        let expects = EXPECTATIONS.iter().any(|key| object.contains_key(*key));
        let check = match (object.get("refused"), text(object, "fails")?) {
            (None, None) => Check::Reply(Box::new(Expectations::parse(operation, object)?)),
            _ if expects || object.contains_key("as") => {
                return Err("what is refused or fails has no answer to look at".into());
            }
            (Some(Value::Object(refusal)), None) => {
                let carried = operations::refusal_fields();
                let names: Vec<&str> =
                    carried.iter().map(|field| field.name.as_str()).chain(["code"]).collect();
                known(refusal, &names)?;
                let code = refusal.get("code").and_then(Value::as_str).ok_or("a refusal without a code")?;
                if !tacos_engine::Refusal::CODES.contains(&code) {
                    return Err(format!("there is no refusal {code:?}"));
                }
                Check::Refused(refusal.clone())
            }
            (None, Some(word)) => Check::Fails(word),
            (refused, fails) => return Err(format!("refused {refused:?} and fails {fails:?}")),
        };
        Ok(Self { operation, with, name: text(object, "as")?, check })
    }
}

impl Expectations {
    fn parse(operation: &'static Operation, object: &Record) -> Result<Self, String> {
        let fields = |key: &str| {
            let fields = record(object, key)?;
            for name in fields.keys() {
                is_result(operation, name)?;
            }
            Ok::<_, String>(fields)
        };
        let equal = fields("expect")?;
        for (name, value) in &equal {
            let field = is_result(operation, name)?;
            if !field.kind.takes(value) {
                return Err(format!("{name:?} can never be {value}"));
            }
        }
        let absent: Vec<String> = match object.get("expect_absent") {
            None => Vec::new(),
            Some(names) => names
                .as_array()
                .and_then(|names| names.iter().map(|name| name.as_str().map(str::to_owned)).collect())
                .ok_or("expect_absent is no list of texts")?,
        };
        for name in &absent {
            is_result(operation, name)?;
        }
        Ok(Self {
            equal,
            one_of: fields("expect_one_of")?,
            min: fields("expect_min")?,
            max: fields("expect_max")?,
            prefix: fields("expect_prefix")?,
            differs: fields("expect_differs")?,
            absent,
            items: items(operation, object, "expect_items")?,
            items_contain: items(operation, object, "expect_items_contain")?,
            same_as: text(object, "same_as")?,
        })
    }
}

/// Entries of a list, each with fields that its entries have.
fn items(operation: &'static Operation, object: &Record, key: &str) -> Result<Option<Vec<Value>>, String> {
    let Some(value) = object.get(key) else { return Ok(None) };
    let operations::Kind::Records(fields) = &is_result(operation, "items")?.kind else {
        return Err(format!("the items of {} are no objects", operation.name));
    };
    let entries = value.as_array().ok_or_else(|| format!("{key} is no list"))?;
    for entry in entries {
        let entry = entry.as_object().ok_or_else(|| format!("an entry of {key} is no object"))?;
        for (name, value) in entry {
            let field = fields.iter().find(|field| field.name == *name);
            let field = field.ok_or_else(|| format!("the items of {} have no {name:?}", operation.name))?;
            if !field.kind.takes(value) {
                return Err(format!("{name:?} of an item can never be {value}"));
            }
        }
    }
    Ok(Some(entries.clone()))
}

fn is_result(operation: &'static Operation, name: &str) -> Result<&'static operations::Field, String> {
    let found = operation.results.iter().find(|field| field.name == name);
    found.ok_or_else(|| format!("the answer of {} has no {name:?}", operation.name))
}

fn known(object: &Record, keys: &[&str]) -> Result<(), String> {
    match object.keys().find(|key| !keys.contains(&key.as_str())) {
        Some(unknown) => Err(format!("{unknown:?} is not known here, only {keys:?}")),
        None => Ok(()),
    }
}

fn text(object: &Record, key: &str) -> Result<Option<String>, String> {
    match object.get(key) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => Err(format!("{key:?} cannot be {other}")),
    }
}

fn record(object: &Record, key: &str) -> Result<Record, String> {
    match object.get(key) {
        None => Ok(Record::new()),
        Some(Value::Object(record)) => Ok(record.clone()),
        Some(other) => Err(format!("{key:?} cannot be {other}")),
    }
}
