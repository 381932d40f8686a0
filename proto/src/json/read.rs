//! JSON to protobuf bytes: serde_json parses, the plan says what each value must be, and every value is written as it
//! is met. What is in a text is in the bytes, defaults as well, so that bytes of a path or a query that are added later
//! win.

use std::collections::HashSet;
use std::fmt;

use prost::encoding::encode_varint;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::error::{JsonError, Step, cut, shown};
use super::plan::{Field, Form, Kind, MessagePlan, Plan, Shape};
use super::scalar::{self, Reason};
use super::wire::{close, open};
use super::{DEPTH_MAX, Unknown, tag};

/// Adds the bytes of a JSON object; leaves `out` as it was if the text is refused.
pub(super) fn read(
    plan: &Plan,
    message: &MessagePlan,
    json: &[u8],
    unknown: Unknown,
    out: &mut Vec<u8>,
) -> Result<(), JsonError> {
    let begun = out.len();
    let mut reader = Reader { plan, out, unknown, path: Vec::new(), reason: None, depth: 0 };
    let mut source = serde_json::Deserializer::from_slice(json);
    let whole = Whole { reader: &mut reader, message };
    let done = whole.deserialize(&mut source).and_then(|()| source.end());
    done.map_err(|error| {
        reader.out.truncate(begun);
        reader.refusal(&error)
    })
}

struct Reader<'c, 'o> {
    plan: &'c Plan,
    out: &'o mut Vec<u8>,
    unknown: Unknown,
    /// Where the reader is. What refuses leaves it as it is.
    path: Vec<Step<'c>>,
    /// Why the reader refused; none if the text is no JSON.
    reason: Option<Reason>,
    depth: usize,
}

impl<'c> Reader<'c, '_> {
    fn refusal(&self, error: &serde_json::Error) -> JsonError {
        let reason = self.reason.clone().unwrap_or_else(|| {
            // The library's reasons are fixed words, with the place behind them.
            let said = error.to_string();
            let (what, _) = said.split_once(" at line ").unwrap_or((said.as_str(), ""));
            format!("is no JSON: {what}").into()
        });
        JsonError::new(shown(&self.path), reason).at(error.line(), error.column())
    }

    /// Keeps the reason, and gives the parser an error to stop at.
    fn refuse<E: Error>(&mut self, reason: impl Into<Reason>) -> E {
        self.reason = Some(reason.into());
        E::custom("refused")
    }

    fn deeper<E: Error>(&mut self) -> Result<(), E> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.refuse("is nested deeper than 64"));
        }
        Ok(())
    }

    fn object<'de, A: MapAccess<'de>>(
        &mut self,
        message: &'c MessagePlan,
        mut map: A,
    ) -> Result<(), A::Error> {
        self.deeper()?;
        let (mut seen, mut filled) = (0_u128, 0_u128);
        while let Some(found) = map.next_key_seed(Name { reader: self, message })? {
            let Some(at) = found else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let (field, bit) = (&message.fields[at], 1 << at);
            self.path.push(Step::Field(&field.name));
            if seen & bit != 0 {
                return Err(self.refuse("is given twice"));
            }
            seen |= bit;
            if map.next_value_seed(Value { reader: self, field, place: Place::Field })? {
                if filled & field.rivals != 0 {
                    return Err(self.refuse("is given beside another of the same choice"));
                }
                filled |= bit;
            }
            self.path.pop();
        }
        self.depth -= 1;
        Ok(())
    }

    fn array<'de, A: SeqAccess<'de>>(&mut self, field: &'c Field, mut seq: A) -> Result<(), A::Error> {
        self.deeper()?;
        let before = self.out.len();
        let packed = field.kind.packs().then(|| {
            tag(field, true, self.out);
            open(self.out)
        });
        let place = Place::Element { bare: packed.is_some() };
        let mut at = 0;
        loop {
            self.path.push(Step::Index(at));
            if seq.next_element_seed(Value { reader: self, field, place })?.is_none() {
                break;
            }
            self.path.pop();
            at += 1;
        }
        self.path.pop();
        match packed {
            // Nothing was written: no element, or names that are ignored.
            Some(from) if self.out.len() == from => self.out.truncate(before),
            Some(from) => close(self.out, from),
            None => {}
        }
        self.depth -= 1;
        Ok(())
    }

    fn entries<'de, A: MapAccess<'de>>(&mut self, field: &'c Field, mut map: A) -> Result<(), A::Error> {
        let (Kind::Message(of), plan) = (field.kind, self.plan) else {
            return Err(self.refuse("is no map"));
        };
        let [key, value] = &*plan.messages[of].fields else { return Err(self.refuse("is no map")) };
        self.deeper()?;
        let mut seen = HashSet::new();
        loop {
            let before = self.out.len();
            tag(field, false, self.out);
            let from = open(self.out);
            let Some(name) = map.next_key_seed(Key { reader: self, key })? else {
                self.out.truncate(before);
                break;
            };
            self.path.push(Step::Key(name));
            let place = Place::Element { bare: false };
            if map.next_value_seed(Value { reader: self, field: value, place })? {
                close(self.out, from);
            } else {
                self.out.truncate(before);
            }
            if let Some(Step::Key(name)) = self.path.pop()
                && let Some(name) = seen.replace(name)
            {
                self.path.push(Step::Key(name));
                return Err(self.refuse("is given twice"));
            }
        }
        self.depth -= 1;
        Ok(())
    }
}

/// Seed of the outermost value.
struct Whole<'r, 'c, 'o> {
    reader: &'r mut Reader<'c, 'o>,
    message: &'c MessagePlan,
}

impl<'de> DeserializeSeed<'de> for Whole<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

/// Visits of what is refused in any case, with the reason for it.
macro_rules! refused {
    ($reason:expr; $($visit:ident($of:ty)),*) => {
        $(fn $visit<E: Error>(self, _: $of) -> Result<Self::Value, E> {
            let reason = $reason;
            Err(self.reader.refuse(reason))
        })*
    };
}

impl<'de> Visitor<'de> for Whole<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    refused!("expected an object"; visit_bool(bool), visit_u64(u64), visit_i64(i64), visit_f64(f64), visit_str(&str));

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Err(self.reader.refuse("expected an object"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(self.reader.refuse("expected an object"))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        if self.message.form != Form::Object {
            return Err(self.reader.refuse("has no form as an object"));
        }
        self.reader.object(self.message, map)
    }
}

/// Seed of a name in an object: its field's place, none if it is unknown and ignored.
struct Name<'r, 'c, 'o> {
    reader: &'r mut Reader<'c, 'o>,
    message: &'c MessagePlan,
}

impl<'de> DeserializeSeed<'de> for Name<'_, '_, '_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_, '_, '_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        let found = self.message.by_name(name);
        if found.is_none() && self.reader.unknown == Unknown::Refuse {
            self.reader.path.push(Step::Key(cut(name)));
            return Err(self.reader.refuse("is no field of this message"));
        }
        Ok(found)
    }
}

/// Seed of a map's key, which it writes.
struct Key<'r, 'c, 'o> {
    reader: &'r mut Reader<'c, 'o>,
    key: &'c Field,
}

impl<'de> DeserializeSeed<'de> for Key<'_, '_, '_> {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<String, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_, '_, '_> {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<String, E> {
        let Self { reader, key } = self;
        tag(key, true, reader.out);
        if let Err(reason) = scalar::put_text(reader.plan, key.kind, name, scalar::Texts::Bare, reader.out) {
            reader.path.push(Step::Key(name.to_owned()));
            return Err(reader.refuse(reason));
        }
        Ok(name.to_owned())
    }
}

/// Where a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Behind a field's name: it may be `null`, an array or a map.
    Field,
    /// In an array or a map; `bare` in a packed array, where no tag is written before it.
    Element { bare: bool },
}

/// Seed of a value: writes it with its tag, and is true if it did.
struct Value<'r, 'c, 'o> {
    reader: &'r mut Reader<'c, 'o>,
    field: &'c Field,
    place: Place,
}

impl Value<'_, '_, '_> {
    fn expected(&self) -> &'static str {
        match (self.place, self.field.shape) {
            (Place::Field, Shape::Many) => "expected an array",
            (Place::Field, Shape::Map) => "expected an object",
            _ => scalar::expected(self.reader.plan, self.field.kind),
        }
    }

    fn is_single(&self) -> bool {
        self.place != Place::Field || self.field.shape == Shape::One
    }

    /// Writes a single value by `put`, which is true if it wrote any.
    fn single<E: Error>(
        self,
        put: impl FnOnce(&Plan, Kind, &mut Vec<u8>) -> Result<bool, Reason>,
    ) -> Result<bool, E> {
        if !self.is_single() {
            let expected = self.expected();
            return Err(self.reader.refuse(expected));
        }
        let Self { reader, field, place } = self;
        let before = reader.out.len();
        if place != (Place::Element { bare: true }) {
            tag(field, true, reader.out);
        }
        let written = put(reader.plan, field.kind, reader.out).map_err(|reason| reader.refuse(reason))?;
        if !written {
            reader.out.truncate(before);
        }
        Ok(written)
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_, '_, '_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<bool, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_, '_, '_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<bool, E> {
        if self.place == Place::Field {
            return Ok(false);
        }
        let expected = self.expected();
        Err(self.reader.refuse(expected))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<bool, E> {
        self.single(|plan, kind, out| match kind {
            Kind::Bool => {
                encode_varint(value.into(), out);
                Ok(true)
            }
            _ => Err(scalar::expected(plan, kind).into()),
        })
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<bool, E> {
        self.single(|plan, kind, out| scalar::put_integer(plan, kind, value.into(), out).map(|()| true))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<bool, E> {
        self.single(|plan, kind, out| scalar::put_integer(plan, kind, value.into(), out).map(|()| true))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<bool, E> {
        self.single(|plan, kind, out| scalar::put_fraction(plan, kind, value, out).map(|()| true))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<bool, E> {
        let unknown = self.reader.unknown;
        self.single(|plan, kind, out| match kind {
            // Left out, as an unknown field is.
            Kind::Enum(of) if unknown == Unknown::Ignore && plan.enums[of].number(text).is_none() => {
                Ok(false)
            }
            _ => scalar::put_text(plan, kind, text, scalar::Texts::Quoted, out).map(|()| true),
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<bool, A::Error> {
        if self.place == Place::Field && self.field.shape == Shape::Many {
            self.reader.array(self.field, seq)?;
            return Ok(true);
        }
        let expected = self.expected();
        Err(self.reader.refuse(expected))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<bool, A::Error> {
        let plan = self.reader.plan;
        match self.field.kind {
            _ if self.place == Place::Field && self.field.shape == Shape::Map => {
                self.reader.entries(self.field, map)?;
                Ok(true)
            }
            Kind::Message(of) if self.is_single() && plan.messages[of].form == Form::Object => {
                let Self { reader, field, .. } = self;
                tag(field, true, reader.out);
                let from = open(reader.out);
                reader.object(&plan.messages[of], map)?;
                close(reader.out, from);
                Ok(true)
            }
            _ => {
                let expected = self.expected();
                Err(self.reader.refuse(expected))
            }
        }
    }
}
