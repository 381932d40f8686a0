//! The words between the runner and a driver: blocks of lines, so plain that a program in C reads them without a library.
//! `DRIVING.md` describes them. Knows nothing of engines.

use serde_json::{Map, Value};

use crate::target::Record;

/// One block: its first word, and what follows, flat.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// What it asks or answers.
    pub word: String,
    /// Its values.
    pub fields: Record,
}

impl Block {
    /// Without values yet.
    #[must_use]
    pub fn new(word: &str) -> Self {
        Self { word: word.to_owned(), fields: Record::new() }
    }

    /// With one value more.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }

    /// The block as text: a line for the word, one for each value, and an empty one.
    #[must_use]
    pub fn write(&self) -> String {
        let mut out = format!("{}\n", self.word);
        for (name, value) in &self.fields {
            put(name, value, &mut out);
        }
        out.push('\n');
        out
    }

    /// A block from its lines, without the empty one.
    ///
    /// # Errors
    /// The line that is none.
    pub fn read(lines: &[String]) -> Result<Self, String> {
        let (word, rest) = lines.split_first().ok_or("an empty block")?;
        let mut root = Value::Object(Record::new());
        for line in rest {
            let (path, value) = line.split_once('\t').ok_or_else(|| format!("no value: {line:?}"))?;
            set(&mut root, path, scalar(value).ok_or_else(|| format!("no value: {line:?}"))?)
                .ok_or_else(|| format!("leads nowhere: {line:?}"))?;
        }
        match root {
            Value::Object(fields) => Ok(Self { word: word.clone(), fields }),
            other => Err(format!("{other} is no object")),
        }
    }
}

/// A value and everything below it. Lists and objects have a line of their own in front, so that empty ones are there too.
fn put(path: &str, value: &Value, out: &mut String) {
    let mut line = |kind: char, text: &str| {
        out.push_str(path);
        out.push('\t');
        out.push(kind);
        out.push_str(text);
        out.push('\n');
    };
    match value {
        Value::String(text) => line('s', &escape(text)),
        Value::Bool(yes) => line('b', if *yes { "1" } else { "0" }),
        Value::Number(number) => line('i', &number.to_string()),
        Value::Array(list) => {
            line('l', &list.len().to_string());
            list.iter().enumerate().for_each(|(at, value)| put(&format!("{path}.{at}"), value, out));
        }
        Value::Object(record) => {
            line('o', "");
            record.iter().for_each(|(name, value)| put(&format!("{path}.{name}"), value, out));
        }
        Value::Null => unreachable!("what has no value is absent"),
    }
}

fn scalar(text: &str) -> Option<Value> {
    let (kind, text) = text.split_at_checked(1)?;
    Some(match kind {
        "s" => Value::String(unescape(text)?),
        "i" => Value::from(text.parse::<i64>().ok()?),
        "b" => Value::Bool(match text {
            "0" => false,
            "1" => true,
            _ => return None,
        }),
        // Its entries follow; the number is for those who must know it beforehand.
        "l" => Value::Array(Vec::with_capacity(text.parse::<u16>().ok()?.into())),
        "o" => Value::Object(Map::new()),
        _ => return None,
    })
}

/// Puts `value` where `path` leads: to a new field, or to the next entry of a list.
fn set(root: &mut Value, path: &str, value: Value) -> Option<()> {
    let (parent, name) = path.rsplit_once('.').unwrap_or(("", path));
    let mut at = root;
    for part in parent.split('.').filter(|part| !part.is_empty()) {
        at = match at {
            Value::Object(record) => record.get_mut(part)?,
            Value::Array(list) => list.get_mut(part.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    match at {
        Value::Object(record) => match record.insert(name.to_owned(), value) {
            None => Some(()),
            // Said twice.
            Some(_) => None,
        },
        Value::Array(list) if name.parse() == Ok(list.len()) => {
            list.push(value);
            Some(())
        }
        _ => None,
    }
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n").replace('\t', "\\t").replace('\r', "\\r")
}

fn unescape(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(next) = rest.next() {
        out.push(match next {
            '\\' => match rest.next()? {
                '\\' => '\\',
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                _ => return None,
            },
            other => other,
        });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Block;

    fn lines(text: &str) -> Vec<String> {
        text.strip_suffix("\n\n").expect("an empty line ends it").split('\n').map(str::to_owned).collect()
    }

    #[test]
    fn what_is_written_is_read_again() {
        let values = json!({
            "text": "a\tb\nc\\d \r\u{e9}", "none": "", "number": -9_223_372_036_854_775_807_i64, "yes": true,
            "texts": ["A-1", ""], "empty": [], "nothing": {},
            "places": [{ "row": "A", "labels": ["x"], "at": [0, 3] }, { "capacity": 5 }],
        });
        let block = Block { word: "call".to_owned(), fields: values.as_object().expect("an object").clone() };
        assert_eq!(Block::read(&lines(&block.write())), Ok(block));
    }

    #[test]
    fn what_is_no_block_is_refused() {
        for text in [
            "reply\nno tab",
            "reply\na\tx1",
            "reply\na\tb2",
            "reply\na.b\ts",
            "reply\na\tl1\na.1\ts",
            "reply\na\ti1\na\ti1",
            "reply\na\ts\\q",
            "reply\na\ti9999999999999999999",
        ] {
            let lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
            assert!(Block::read(&lines).is_err(), "{text:?}");
        }
    }
}
