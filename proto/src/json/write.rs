//! Protobuf bytes to JSON. Each message is scanned once, which notes where each field stands, and is then written in
//! the order of the contract: so fields may come in any order, twice or in pieces, as the format allows.

use std::collections::BTreeMap;
use std::io::Write;

use prost::Message;
use prost::encoding::{DecodeContext, WireType, decode_key, skip_field};
use prost_types::{Duration, FieldMask, Timestamp};

use super::DEPTH_MAX;
use super::error::{JsonError, Step, shown};
use super::plan::{Field, Form, Kind, MessagePlan, Plan, Shape};
use super::scalar::Reason;
use super::text;
use super::wire::{Raw, take, whole};

/// Adds the JSON of a message's bytes; leaves `out` as it was if they are none.
pub(super) fn write(
    plan: &Plan,
    message: &MessagePlan,
    bytes: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), JsonError> {
    let begun = out.len();
    let mut writer = Writer { plan, out, slots: Vec::new(), path: Vec::new(), depth: 0 };
    writer.message(message, bytes).map_err(|reason| {
        writer.out.truncate(begun);
        JsonError::new(shown(&writer.path), reason)
    })
}

/// Where a field stands in the bytes of its message.
#[derive(Clone, Copy, Default)]
struct Slot {
    /// Occurrences; of a member of a oneof those since another member.
    count: usize,
    /// Begin of the first and end of the last of them.
    from: usize,
    until: usize,
    /// Bits of the last, or the begin of its bytes, which end at `until`.
    last: u64,
}

struct Writer<'c, 'o> {
    plan: &'c Plan,
    out: &'o mut Vec<u8>,
    /// A stack: those of the messages that are being written, the innermost last.
    slots: Vec<Slot>,
    /// Where the writer is. What refuses leaves it as it is.
    path: Vec<Step<'c>>,
    depth: usize,
}

const BROKEN: Reason = Reason::Borrowed("is no message of this type");

impl<'c> Writer<'c, '_> {
    fn message(&mut self, message: &'c MessagePlan, bytes: &[u8]) -> Result<(), Reason> {
        if message.form != Form::Object {
            return self.well_known(message.form, bytes);
        }
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("is nested deeper than 64".into());
        }
        let base = self.slots.len();
        self.slots.resize(base + message.fields.len(), Slot::default());
        self.scan(message, base, bytes)?;
        let mut separator = b'{';
        for (at, field) in message.fields.iter().enumerate() {
            let slot = self.slots[base + at];
            if slot.count == 0 && field.absent.is_empty() {
                continue;
            }
            self.out.push(separator);
            separator = b',';
            self.out.extend_from_slice(&field.key);
            if slot.count == 0 {
                self.out.extend_from_slice(&field.absent);
                continue;
            }
            self.path.push(Step::Field(&field.name));
            match field.shape {
                Shape::One => self.single(field, &slot, bytes)?,
                Shape::Many => self.array(field, &bytes[slot.from..slot.until])?,
                Shape::Map => self.entries(field, &bytes[slot.from..slot.until])?,
            }
            self.path.pop();
        }
        if separator == b'{' {
            self.out.push(b'{');
        }
        self.out.push(b'}');
        self.slots.truncate(base);
        self.depth -= 1;
        Ok(())
    }

    /// Fills the slots of a message.
    fn scan(&mut self, message: &MessagePlan, base: usize, bytes: &[u8]) -> Result<(), Reason> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let from = bytes.len() - rest.len();
            let (number, wire) = decode_key(&mut rest).map_err(|_| BROKEN)?;
            let Some(at) = message.by_number(number) else {
                skip_field(wire, number, &mut rest, DecodeContext::default()).map_err(|_| BROKEN)?;
                continue;
            };
            let field = &message.fields[at];
            let raw = take(wire, &mut rest).ok_or(BROKEN)?;
            let packed = wire == WireType::LengthDelimited && field.shape == Shape::Many;
            if wire != field.kind.wire() && !packed {
                return Err(BROKEN);
            }
            let until = bytes.len() - rest.len();
            let slots = &mut self.slots[base..];
            // Of a oneof the last member counts.
            let mut rivals = field.rivals;
            while rivals != 0 {
                slots[rivals.trailing_zeros() as usize].count = 0;
                rivals &= rivals - 1;
            }
            let slot = &mut slots[at];
            if slot.count == 0 {
                slot.from = from;
            }
            slot.count += 1;
            slot.until = until;
            slot.last = match raw {
                Raw::Bits(bits) => bits,
                Raw::Bytes(of) => (until - of.len()) as u64,
            };
        }
        Ok(())
    }

    fn single(&mut self, field: &Field, slot: &Slot, bytes: &[u8]) -> Result<(), Reason> {
        if field.kind.packs() {
            return self.value(field.kind, Raw::Bits(slot.last));
        }
        let Kind::Message(of) = field.kind else {
            let begin = usize::try_from(slot.last).map_err(|_| BROKEN)?;
            return self.value(field.kind, Raw::Bytes(&bytes[begin..slot.until]));
        };
        if slot.count == 1 {
            let begin = usize::try_from(slot.last).map_err(|_| BROKEN)?;
            return self.message(&self.plan.messages[of], &bytes[begin..slot.until]);
        }
        // A message in pieces is what their bytes are one after the other.
        let mut joined = Vec::new();
        each(field, &bytes[slot.from..slot.until], |raw| {
            if let Raw::Bytes(piece) = raw {
                joined.extend_from_slice(piece);
            }
            Ok(())
        })?;
        self.message(&self.plan.messages[of], &joined)
    }

    fn array(&mut self, field: &Field, region: &[u8]) -> Result<(), Reason> {
        let mut separator = b'[';
        let mut at = 0;
        each(field, region, |raw| {
            let Raw::Bytes(mut rest) = raw else {
                return self.element(field.kind, raw, &mut separator, &mut at);
            };
            if !field.kind.packs() {
                return self.element(field.kind, raw, &mut separator, &mut at);
            }
            while !rest.is_empty() {
                let raw = take(field.kind.wire(), &mut rest).ok_or(BROKEN)?;
                self.element(field.kind, raw, &mut separator, &mut at)?;
            }
            Ok(())
        })?;
        if separator == b'[' {
            self.out.push(b'[');
        }
        self.out.push(b']');
        Ok(())
    }

    fn element(
        &mut self,
        kind: Kind,
        raw: Raw<'_>,
        separator: &mut u8,
        at: &mut usize,
    ) -> Result<(), Reason> {
        self.out.push(std::mem::replace(separator, b','));
        self.path.push(Step::Index(*at));
        *at += 1;
        self.value(kind, raw)?;
        self.path.pop();
        Ok(())
    }

    /// A map, in the order of its keys as texts. Of entries with the same key the last counts.
    fn entries(&mut self, field: &Field, region: &[u8]) -> Result<(), Reason> {
        let (Kind::Message(of), plan) = (field.kind, self.plan) else { return Err(BROKEN) };
        let entry = &plan.messages[of];
        let [key, value] = &*entry.fields else { return Err(BROKEN) };
        let base = self.slots.len();
        self.slots.resize(base + 2, Slot::default());
        let mut entries = BTreeMap::new();
        each(field, region, |raw| {
            let Raw::Bytes(bytes) = raw else { return Err(BROKEN) };
            self.slots[base..].fill(Slot::default());
            self.scan(entry, base, bytes)?;
            let name = self.key(key, self.slots[base], bytes)?;
            entries.insert(name, (self.slots[base + 1], bytes));
            Ok(())
        })?;
        let mut separator = b'{';
        for (name, (slot, bytes)) in entries {
            self.out.push(std::mem::replace(&mut separator, b','));
            self.out.extend_from_slice(&name);
            self.out.push(b':');
            match value.kind {
                _ if slot.count > 0 => self.single(value, &slot, bytes)?,
                Kind::Message(of) => self.message(&plan.messages[of], &[])?,
                _ => self.out.extend_from_slice(&value.absent),
            }
        }
        if separator == b'{' {
            self.out.push(b'{');
        }
        self.out.push(b'}');
        self.slots.truncate(base);
        Ok(())
    }

    /// A key as JSON, quotes included.
    fn key(&mut self, key: &Field, slot: Slot, bytes: &[u8]) -> Result<Vec<u8>, Reason> {
        let from = self.out.len();
        match slot.count {
            0 => self.out.extend_from_slice(&key.absent),
            _ => self.single(key, &slot, bytes)?,
        }
        let mut name = self.out.split_off(from);
        if name.first() != Some(&b'"') {
            name.insert(0, b'"');
            name.push(b'"');
        }
        Ok(name)
    }

    fn value(&mut self, kind: Kind, raw: Raw<'_>) -> Result<(), Reason> {
        match (kind, raw) {
            (Kind::Message(of), Raw::Bytes(bytes)) => return self.message(&self.plan.messages[of], bytes),
            (Kind::Text, Raw::Bytes(bytes)) => {
                escape(str::from_utf8(bytes).map_err(|_| BROKEN)?, self.out);
            }
            (Kind::Bytes, Raw::Bytes(bytes)) => {
                self.out.push(b'"');
                text::write_base64(bytes, self.out);
                self.out.push(b'"');
            }
            (Kind::Bool, Raw::Bits(bits)) => {
                self.out.extend_from_slice(if bits == 0 { b"false" } else { b"true" });
            }
            #[allow(clippy::cast_possible_truncation, reason = "these are the bits of 32")]
            (Kind::Float, Raw::Bits(bits)) => {
                let value = f32::from_bits(bits as u32);
                self.number(value.is_finite().then_some(value), value.is_nan(), value.is_sign_negative())?;
            }
            (Kind::Double, Raw::Bits(bits)) => {
                let value = f64::from_bits(bits);
                self.number(value.is_finite().then_some(value), value.is_nan(), value.is_sign_negative())?;
            }
            (_, Raw::Bits(bits)) => self.whole(kind, whole(kind, bits)),
            (_, Raw::Bytes(_)) => return Err(BROKEN),
        }
        Ok(())
    }

    fn whole(&mut self, kind: Kind, value: i128) {
        if let Kind::Enum(of) = kind
            && let Some(name) = i32::try_from(value).ok().and_then(|number| self.plan.enums[of].name(number))
        {
            self.out.extend_from_slice(name);
            return;
        }
        let quoted =
            matches!(kind, Kind::Int64 | Kind::Uint64 | Kind::Sint64 | Kind::Fixed64 | Kind::Sfixed64);
        if quoted {
            self.out.push(b'"');
        }
        let mut digits = itoa::Buffer::new();
        let digits = match i64::try_from(value) {
            Ok(value) => digits.format(value),
            Err(_) => digits.format(value),
        };
        self.out.extend_from_slice(digits.as_bytes());
        if quoted {
            self.out.push(b'"');
        }
    }

    /// A number, none if it is not finite. The shortest digits that are read back as it.
    fn number(
        &mut self,
        finite: Option<impl serde::Serialize>,
        nan: bool,
        negative: bool,
    ) -> Result<(), Reason> {
        match finite {
            Some(value) => serde_json::to_writer(&mut *self.out, &value).map_err(|_| BROKEN)?,
            None if nan => self.out.extend_from_slice(b"\"NaN\""),
            None if negative => self.out.extend_from_slice(b"\"-Infinity\""),
            None => self.out.extend_from_slice(b"\"Infinity\""),
        }
        Ok(())
    }

    fn well_known(&mut self, form: Form, bytes: &[u8]) -> Result<(), Reason> {
        let written = match form {
            Form::Object => return Err(BROKEN),
            Form::Timestamp => {
                let stamp = Timestamp::decode(bytes).map_err(|_| BROKEN)?;
                if !text::is_moment(&stamp) {
                    return Err("is no moment of the years 1 to 9999".into());
                }
                write!(self.out, "\"{stamp}\"")
            }
            Form::Duration => {
                let span = Duration::decode(bytes).map_err(|_| BROKEN)?;
                if !text::is_span(&span) {
                    return Err("is no span within 10,000 years".into());
                }
                write!(self.out, "\"{span}\"")
            }
            Form::FieldMask => {
                let mask = FieldMask::decode(bytes).map_err(|_| BROKEN)?;
                escape(&mask.paths.join(","), self.out);
                Ok(())
            }
        };
        written.map_err(|_| BROKEN)
    }
}

/// Calls `with` for each occurrence of a field in a region that was scanned.
fn each<'b>(
    field: &Field,
    region: &'b [u8],
    mut with: impl FnMut(Raw<'b>) -> Result<(), Reason>,
) -> Result<(), Reason> {
    let mut rest = region;
    while !rest.is_empty() {
        let (number, wire) = decode_key(&mut rest).map_err(|_| BROKEN)?;
        if number == field.number {
            with(take(wire, &mut rest).ok_or(BROKEN)?)?;
        } else {
            skip_field(wire, number, &mut rest, DecodeContext::default()).map_err(|_| BROKEN)?;
        }
    }
    Ok(())
}

/// What stands behind the backslash of each byte that needs one: 0 for none, `u` for four digits.
const ESCAPES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = b'u';
        byte += 1;
    }
    table[0x08] = b'b';
    table[0x09] = b't';
    table[0x0a] = b'n';
    table[0x0c] = b'f';
    table[0x0d] = b'r';
    table[b'"' as usize] = b'"';
    table[b'\\' as usize] = b'\\';
    table
};

/// Adds a text as JSON, quotes included.
fn escape(text: &str, out: &mut Vec<u8>) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|byte| ESCAPES[usize::from(*byte)] != 0) {
        let (plain, from) = rest.split_at(at);
        out.extend_from_slice(plain);
        let byte = from[0];
        match ESCAPES[usize::from(byte)] {
            b'u' => {
                const DIGITS: &[u8; 16] = b"0123456789abcdef";
                out.extend_from_slice(b"\\u00");
                out.extend([DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
            }
            escape => out.extend([b'\\', escape]),
        }
        rest = &from[1..];
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// A text as JSON, quotes included.
pub(super) fn escaped(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    escape(text, &mut out);
    out
}
