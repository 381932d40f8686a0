//! Runs one scenario against one target: puts known values in, compares answers, stops at the first step that does not
//! come as expected.

use std::collections::HashMap;

use serde_json::Value;

use crate::operations;
use crate::scenario::{Call, Check, Expectations, Scenario, Work};
use crate::target::{Answer, Open, Outcome, Record, Target};

/// `pass_ms` lets the clock go on by so much at a time, in milliseconds.
pub const PASS_SLICE_MS: u64 = 250;

/// Runs `scenario` against a fresh engine.
#[must_use]
pub fn run(scenario: &Scenario, open: &mut Open<'_>) -> Outcome {
    let target = match open(&scenario.config) {
        Ok(target) => target,
        Err(why) => return Outcome::Failed { step: 0, why: format!("the engine does not open: {why}") },
    };
    let mut running = Running { target, known: HashMap::new() };
    for (at, step) in (1..).zip(&scenario.steps) {
        match running.step(&step.work) {
            Ok(()) => {}
            Err(Stop::Unsupported(why)) => return Outcome::Skipped { why },
            Err(Stop::Unexpected(why)) => {
                let note = step.note.as_ref().map(|note| format!(" ({note})")).unwrap_or_default();
                return Outcome::Failed { step: at, why: format!("{why}{note}") };
            }
        }
    }
    Outcome::Passed
}

enum Stop {
    Unexpected(String),
    Unsupported(String),
}

impl From<String> for Stop {
    fn from(why: String) -> Self {
        Self::Unexpected(why)
    }
}

struct Running {
    target: Box<dyn Target>,
    known: HashMap<String, Record>,
}

impl Running {
    fn step(&mut self, work: &Work) -> Result<(), Stop> {
        match work {
            Work::Do(call) => {
                let with = self.known_record(&call.with)?;
                let answer = self.target.call(call.operation.name, &with);
                self.judge(call, answer)
            }
            Work::Batch(calls) => {
                let mut ready = Vec::with_capacity(calls.len());
                for call in calls {
                    ready.push((call.operation.name, self.known_record(&call.with)?));
                }
                let answers = self.target.batch(&ready);
                if answers.len() != calls.len() {
                    return Err(format!("{} answers to {} writes", answers.len(), calls.len()).into());
                }
                calls.iter().zip(answers).try_for_each(|(call, answer)| self.judge(call, answer))
            }
            Work::AdvanceMs(ms) => {
                self.target.advance(*ms);
                Ok(())
            }
            Work::PassMs(ms) => {
                let mut left = *ms;
                while left > 0 {
                    let slice = left.min(PASS_SLICE_MS);
                    self.target.advance(slice);
                    self.target.turn();
                    left -= slice;
                }
                Ok(())
            }
            Work::Turn => {
                self.target.turn();
                Ok(())
            }
            Work::Restart(how) => Ok(self.target.restart(*how)?),
            Work::ExpectCounts(counts) => self.counts(counts),
        }
    }

    fn counts(&mut self, wanted: &Record) -> Result<(), Stop> {
        let mut wanted = self.known_record(wanted)?;
        let event = wanted.remove("event").expect("checked when the scenario was read");
        let with = Record::from_iter([("event".to_owned(), event)]);
        match self.target.call("counts", &with) {
            Answer::Reply(counts) => {
                let of = |name: &str| counts.get(name).and_then(Value::as_i64).unwrap_or(-1);
                let sum = of("available") + of("reserved") + of("sold") + of("blocked");
                if sum != of("total") {
                    return Err(format!("the counts do not add up: {}", Value::Object(counts)).into());
                }
                Ok(subset("counts", &wanted, &counts)?)
            }
            Answer::Unsupported(why) => Err(Stop::Unsupported(why)),
            other => Err(format!("counts: {other:?}").into()),
        }
    }

    fn judge(&mut self, call: &Call, answer: Answer) -> Result<(), Stop> {
        let name = call.operation.name;
        match (answer, &call.check) {
            (Answer::Unsupported(why), _) => Err(Stop::Unsupported(why)),
            (Answer::Reply(reply), Check::Reply(expected)) => {
                operations::check(&call.operation.results, &Value::Object(reply.clone()))
                    .map_err(|why| format!("{name}: the answer is not as documented: {why}"))?;
                self.compare(name, expected, &reply)?;
                if let Some(bound) = &call.name {
                    self.known.insert(bound.clone(), reply);
                }
                Ok(())
            }
            (Answer::Refused(refusal), Check::Refused(expected)) => {
                let expected = self.known_record(expected)?;
                let so = self.target.is_refused_so(&expected, &refusal);
                Ok(so.map_err(|why| format!("{name}: refused: {why}"))?)
            }
            (Answer::Failed(word), Check::Fails(expected)) if word == *expected => Ok(()),
            (Answer::Reply(reply), expected) => {
                Err(format!("{name}: expected {expected:?}, but it was done: {}", Value::Object(reply))
                    .into())
            }
            (Answer::Refused(refusal), expected) => {
                let expected = match expected {
                    Check::Reply(_) => "an answer".to_owned(),
                    other => format!("{other:?}"),
                };
                Err(format!("{name}: expected {expected}, refused: {}", Value::Object(refusal)).into())
            }
            (Answer::Failed(word), _) => Err(format!("{name}: failed: {word}").into()),
        }
    }

    fn compare(&self, name: &str, expected: &Expectations, reply: &Record) -> Result<(), String> {
        subset(name, &self.known_record(&expected.equal)?, reply)?;
        for (field, values) in &self.known_record(&expected.one_of)? {
            let found = reply.get(field);
            let any = values.as_array().is_some_and(|values| values.iter().any(|value| Some(value) == found));
            hold(any, || format!("{name}: {field} is {}, not one of {values}", shown(found)))?;
        }
        for (field, least) in &self.known_record(&expected.min)? {
            let found = reply.get(field);
            let enough = found.and_then(Value::as_i64) >= Some(number(least)?);
            hold(enough, || format!("{name}: {field} is {}, not at least {least}", shown(found)))?;
        }
        for (field, most) in &self.known_record(&expected.max)? {
            let found = reply.get(field);
            let most_ms = number(most)?;
            let little = found.and_then(Value::as_i64).is_some_and(|found| found <= most_ms);
            hold(little, || format!("{name}: {field} is {}, not at most {most}", shown(found)))?;
        }
        for (field, prefix) in &expected.prefix {
            let found = reply.get(field);
            let begins = match (found.and_then(Value::as_str), prefix.as_str()) {
                (Some(found), Some(prefix)) => found.starts_with(prefix),
                _ => false,
            };
            hold(begins, || {
                format!("{name}: {field} is {}, which does not begin with {prefix}", shown(found))
            })?;
        }
        for (field, other) in &self.known_record(&expected.differs)? {
            let found = reply.get(field);
            hold(found.is_some_and(|found| found != other), || {
                format!("{name}: {field} is {}, and must be there and not be {other}", shown(found))
            })?;
        }
        for field in &expected.absent {
            let found = reply.get(field);
            hold(found.is_none(), || format!("{name}: {field} is {}, and must not be there", shown(found)))?;
        }
        if let Some(bound) = &expected.same_as {
            let before = self.known.get(bound).ok_or_else(|| format!("nothing is known as {bound:?}"))?;
            hold(before == reply, || {
                format!(
                    "{name}: not as {bound}: {} and {}",
                    Value::Object(reply.clone()),
                    Value::Object(before.clone())
                )
            })?;
        }
        self.compare_items(name, expected, reply)
    }

    fn compare_items(&self, name: &str, expected: &Expectations, reply: &Record) -> Result<(), String> {
        let found = reply.get("items").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let list = || Value::Array(found.to_vec());
        if let Some(items) = &expected.items {
            hold(items.len() == found.len(), || {
                format!("{name}: {} items, not {}: {}", found.len(), items.len(), list())
            })?;
            for (at, (wanted, entry)) in items.iter().zip(found).enumerate() {
                subset(
                    &format!("{name}: item {at}"),
                    as_record(&self.known_value(wanted)?)?,
                    as_record(entry)?,
                )?;
            }
        }
        let mut rest = found.iter();
        for wanted in expected.items_contain.iter().flatten() {
            let known = self.known_value(wanted)?;
            let wanted = as_record(&known)?;
            let here =
                rest.any(|entry| as_record(entry).is_ok_and(|entry| subset(name, wanted, entry).is_ok()));
            hold(here, || format!("{name}: no item (left) like {known} in {}", list()))?;
        }
        Ok(())
    }

    /// The record with what is known put in for every `$…`.
    fn known_record(&self, record: &Record) -> Result<Record, String> {
        record.iter().map(|(name, value)| Ok((name.clone(), self.known_value(value)?))).collect()
    }

    fn known_value(&self, value: &Value) -> Result<Value, String> {
        match value {
            Value::String(text) => match text.strip_prefix('$') {
                Some(path) => self.look_up(path),
                None => Ok(value.clone()),
            },
            Value::Array(list) => list.iter().map(|value| self.known_value(value)).collect(),
            Value::Object(record) => self.known_record(record).map(Value::Object),
            other => Ok(other.clone()),
        }
    }

    /// `name.field` or `name.items.0.field`.
    fn look_up(&self, path: &str) -> Result<Value, String> {
        let mut parts = path.split('.');
        let name = parts.next().unwrap_or_default();
        let record = self.known.get(name).ok_or_else(|| format!("nothing is known as {name:?}"))?;
        let mut found: Option<&Value> = None;
        for part in parts {
            found = match found {
                None => record.get(part),
                Some(Value::Array(list)) => part.parse().ok().and_then(|at: usize| list.get(at)),
                Some(Value::Object(record)) => record.get(part),
                Some(_) => None,
            };
            if found.is_none() {
                break;
            }
        }
        found.cloned().ok_or_else(|| format!("${path} leads nowhere"))
    }
}

/// Every field of `wanted` has the same value in `found`.
fn subset(name: &str, wanted: &Record, found: &Record) -> Result<(), String> {
    for (field, value) in wanted {
        let here = found.get(field);
        hold(here == Some(value), || format!("{name}: {field} is {}, not {value}", shown(here)))?;
    }
    Ok(())
}

fn hold(holds: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why()) }
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "absent".to_owned(), Value::to_string)
}

fn number(value: &Value) -> Result<i64, String> {
    value.as_i64().ok_or_else(|| format!("{value} is no whole number"))
}

fn as_record(value: &Value) -> Result<&Record, String> {
    value.as_object().ok_or_else(|| format!("{value} is no object"))
}
