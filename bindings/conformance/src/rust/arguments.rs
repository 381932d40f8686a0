//! Arguments of a scenario as the engine's types. What cannot be such a type is named.

use std::str::FromStr;
use std::time::Duration;

use serde_json::Value;
use tacos_engine::UnixMs;

use crate::target::{Record, START_UNIX_MS};

/// The argument with this name cannot be what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct IllFormed(pub(super) String);

pub(super) type Read<T> = Result<T, IllFormed>;

/// Arguments, by name. Kinds were checked when the scenario was read.
#[derive(Clone, Copy)]
pub(super) struct Args<'a>(pub(super) &'a Record);

impl<'a> Args<'a> {
    pub(super) fn has(self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    #[expect(clippy::unnecessary_wraps, reason = "read like the others")]
    pub(super) fn text(self, name: &str) -> Read<Option<&'a str>> {
        Ok(self.0.get(name).and_then(Value::as_str))
    }

    /// A whole number of any width that the engine takes.
    pub(super) fn number<T: TryFrom<i64>>(self, name: &str) -> Read<Option<T>> {
        let Some(number) = self.0.get(name).and_then(Value::as_i64) else { return Ok(None) };
        T::try_from(number).map(Some).map_err(|_| IllFormed(name.to_owned()))
    }

    #[expect(clippy::unnecessary_wraps, reason = "read like the others")]
    pub(super) fn bool(self, name: &str) -> Read<Option<bool>> {
        Ok(self.0.get(name).and_then(Value::as_bool))
    }

    pub(super) fn duration(self, name: &str) -> Read<Option<Duration>> {
        Ok(self.number(name)?.map(Duration::from_millis))
    }

    /// A moment, counted from the scenario's beginning.
    pub(super) fn moment(self, name: &str) -> Read<Option<UnixMs>> {
        let Some(ms) = self.number::<i64>(name)? else { return Ok(None) };
        let moment = START_UNIX_MS.checked_add_signed(ms).ok_or_else(|| IllFormed(name.to_owned()))?;
        Ok(Some(UnixMs::new(moment)))
    }

    /// An id, a token, a currency: anything made of a text.
    pub(super) fn made<T: FromStr>(self, name: &str) -> Read<Option<T>> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        text.parse().map(Some).map_err(|_| IllFormed(name.to_owned()))
    }

    pub(super) fn made_list<T: FromStr>(self, name: &str) -> Read<Option<Vec<T>>> {
        let Some(list) = self.0.get(name).and_then(Value::as_array) else { return Ok(None) };
        let made = list.iter().filter_map(Value::as_str).map(str::parse).collect::<Result<_, _>>();
        made.map(Some).map_err(|_| IllFormed(name.to_owned()))
    }

    pub(super) fn indices(self, name: &str) -> Read<Vec<u32>> {
        let list = self.0.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        list.iter()
            .map(|value| value.as_i64().and_then(|number| u32::try_from(number).ok()))
            .collect::<Option<_>>()
            .ok_or_else(|| IllFormed(name.to_owned()))
    }

    pub(super) fn records(self, name: &str) -> impl Iterator<Item = Args<'a>> {
        let list = self.0.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        list.iter().filter_map(Value::as_object).map(Args)
    }

    pub(super) fn record(self, name: &str) -> Option<Args<'a>> {
        self.0.get(name).and_then(Value::as_object).map(Args)
    }
}

/// What must be there; the scenario's check has seen to it, but for what only together makes sense.
pub(super) fn given<T>(value: Option<T>, name: &str) -> Read<T> {
    value.ok_or_else(|| IllFormed(name.to_owned()))
}
