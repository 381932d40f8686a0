//! Messages, texts and damage, chosen by bytes: the same bytes choose the same.

use prost_reflect::{Cardinality, DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, Value};

/// Messages in each other that are chosen at most.
const DEPTH_MAX: usize = 4;

pub(super) struct Choices<'b> {
    bytes: &'b [u8],
    depth: usize,
}

impl<'b> Choices<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, depth: 0 }
    }

    fn next(&mut self) -> u8 {
        let Some((first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        *first
    }

    fn below(&mut self, count: usize) -> usize {
        usize::from(u16::from_le_bytes([self.next(), self.next()])) % count.max(1)
    }

    pub(super) fn of<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        let at = self.below(all.len());
        all.get(at)
    }

    fn number(&mut self) -> u64 {
        const TOLD: [u64; 14] = [
            0,
            1,
            u64::MAX,
            127,
            128,
            1 << 31,
            (1 << 31) - 1,
            u32::MAX as u64,
            1 << 32,
            1 << 53,
            (1 << 53) + 1,
            1 << 63,
            (1 << 63) - 1,
            1_000_000_000,
        ];
        match self.next() {
            told @ 0..=120 => TOLD[usize::from(told) % TOLD.len()],
            121..=180 => self.next().into(),
            _ => u64::from_le_bytes(std::array::from_fn(|_| self.next())),
        }
    }

    /// What is asked for in fields that are no texts, and characters that need care.
    pub(super) fn text(&mut self) -> String {
        const WHOLE: [&str; 26] = [
            "",
            "true",
            "false",
            "0",
            "-0",
            "7",
            "+7",
            "07",
            "1.0",
            "1e3",
            "1e400",
            "NaN",
            "Infinity",
            "-Infinity",
            "inf",
            "2030-01-31T09:00:00.5+09:00",
            "2030-01-31T09:00:00Z",
            "2030-01-31T09:00:60Z",
            "1.5s",
            "-0.000000001s",
            "a_b,c.d",
            "aB",
            "+/8=",
            "-_8",
            "QUEUE_STATUS_READY",
            "9223372036854775807",
        ];
        const PARTS: [&str; 12] =
            ["a", "A-1", "\"", "\\", "\n", "\u{1}", "\u{7f}", "é", "\u{2028}", "🎸", "/", "\u{0}"];
        if self.next() < 100 {
            return self.of(&WHOLE).map_or("", |text| text).to_owned();
        }
        (0..self.next() % 9).map(|_| *self.of(&PARTS).unwrap_or(&"a")).collect()
    }

    pub(super) fn message(&mut self, of: &MessageDescriptor) -> DynamicMessage {
        let mut message = DynamicMessage::new(of.clone());
        if of.full_name() == "google.protobuf.Timestamp" {
            let seconds = i64::try_from(self.number() % 315_537_897_600).unwrap_or(0) - 62_135_596_800;
            message.set_field_by_name("seconds", Value::I64(seconds));
            message.set_field_by_name("nanos", Value::I32(self.nanos()));
            return message;
        }
        if of.full_name() == "google.protobuf.Duration" {
            let seconds = i64::try_from(self.number() % 315_576_000_000).unwrap_or(0);
            let sign = if self.next() < 128 { 1 } else { -1 };
            message.set_field_by_name("seconds", Value::I64(seconds * sign));
            let nanos = self.nanos();
            message.set_field_by_name("nanos", Value::I32(if sign < 0 { -nanos } else { nanos }));
            return message;
        }
        self.depth += 1;
        for field in of.fields() {
            // Masks are written otherwise by each; deep messages end.
            let inner = matches!(field.kind(), Kind::Message(_));
            let mask =
                matches!(field.kind(), Kind::Message(of) if of.full_name() == "google.protobuf.FieldMask");
            if mask || (inner && self.depth >= DEPTH_MAX) || self.next() >= 160 {
                continue;
            }
            let value = self.field(&field);
            message.set_field(&field, value);
        }
        self.depth -= 1;
        message
    }

    fn nanos(&mut self) -> i32 {
        let digits = *self.of(&[1_000_000_000, 1_000_000, 1_000, 1]).unwrap_or(&1);
        i32::try_from(self.number() % 1_000_000_000).unwrap_or(0) / digits * digits
    }

    fn field(&mut self, field: &FieldDescriptor) -> Value {
        let kind = field.kind();
        if field.is_map() {
            let Kind::Message(entry) = kind else { unreachable!("a map has entries") };
            let (key, value) = (entry.map_entry_key_field().kind(), entry.map_entry_value_field().kind());
            return Value::Map((0..self.next() % 4).map(|_| (self.key(&key), self.value(&value))).collect());
        }
        if field.cardinality() == Cardinality::Repeated {
            return Value::List((0..self.next() % 4).map(|_| self.value(&kind)).collect());
        }
        self.value(&kind)
    }

    fn key(&mut self, kind: &Kind) -> MapKey {
        match self.value(kind) {
            Value::Bool(value) => MapKey::Bool(value),
            Value::I32(value) => MapKey::I32(value),
            Value::I64(value) => MapKey::I64(value),
            Value::U32(value) => MapKey::U32(value),
            Value::U64(value) => MapKey::U64(value),
            Value::String(value) => MapKey::String(value),
            other => unreachable!("{other:?} is no key"),
        }
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "any bits are a value")]
    fn value(&mut self, kind: &Kind) -> Value {
        match kind {
            Kind::Bool => Value::Bool(self.next() & 1 == 1),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(self.number() as i32),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(self.number() as i64),
            Kind::Uint32 | Kind::Fixed32 => Value::U32(self.number() as u32),
            Kind::Uint64 | Kind::Fixed64 => Value::U64(self.number()),
            Kind::Float => Value::F32(match self.next() {
                0..=60 => f32::from_bits(self.number() as u32),
                61..=90 => f32::NAN,
                91..=120 => f32::NEG_INFINITY,
                whole => f32::from(whole) / 10.0,
            }),
            Kind::Double => Value::F64(match self.next() {
                0..=60 => f64::from_bits(self.number()),
                61..=90 => f64::NAN,
                91..=120 => f64::INFINITY,
                whole => f64::from(whole) / 10.0,
            }),
            Kind::String => Value::String(self.text()),
            Kind::Bytes => Value::Bytes(self.text().into_bytes().into()),
            Kind::Enum(of) => {
                let known: Vec<_> = of.values().map(|value| value.number()).collect();
                let unknown = self.next() < 20;
                let number = if unknown { self.number() as i32 } else { *self.of(&known).unwrap_or(&0) };
                Value::EnumNumber(number)
            }
            Kind::Message(of) => Value::Message(self.message(of)),
        }
    }

    /// A few bytes changed, cut, doubled, or replaced by what means something in JSON.
    pub(super) fn damaged(&mut self, mut bytes: Vec<u8>) -> Vec<u8> {
        const WORDS: [&[u8]; 24] = [
            b"null",
            b"true",
            b"1",
            b"-0",
            b"-1",
            b"1.0",
            b"1.5",
            b"1e3",
            b"1e400",
            b"9007199254740993",
            b"\"\"",
            b"\"7\"",
            b"\"1e3\"",
            b"\"NaN\"",
            b"\"\\ud800\"",
            b"[]",
            b"{}",
            b"[1,null]",
            b"{\"a\":1}",
            b",",
            b":",
            b" ",
            b"\x80",
            b"\"2030-01-31T09:00:00Z\"",
        ];
        for _ in 0..=self.next() % 3 {
            if bytes.is_empty() {
                break;
            }
            let at = self.below(bytes.len());
            match self.next() % 6 {
                0 => bytes[at] = self.next(),
                1 => bytes.truncate(at),
                2 => {
                    bytes.remove(at);
                }
                3 => {
                    // One name again, or one field of the bytes.
                    let until = (at + self.below(40)).min(bytes.len());
                    let again = bytes[at..until].to_vec();
                    bytes.splice(at..at, again);
                }
                // A value that is replaced by another.
                _ => {
                    let colon =
                        bytes[at..].iter().position(|byte| *byte == b':').map_or(at, |more| at + more + 1);
                    let colon = colon.min(bytes.len());
                    let ends = bytes[colon..].iter().position(|byte| b",}]".contains(byte));
                    let until = ends.map_or(bytes.len(), |more| colon + more);
                    let word = *self.of(&WORDS).unwrap_or(&WORDS[0]);
                    bytes.splice(colon..until, word.iter().copied());
                }
            }
        }
        bytes
    }
}
