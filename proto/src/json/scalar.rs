//! Single values: what JSON and query texts may say of each kind, written as it stands on the wire without its tag.

use std::borrow::Cow;

use prost::Message;
use prost::encoding::encode_varint;

use super::plan::{Form, Kind, Plan};
use super::text;
use super::wire::{close, open, put_whole};

/// Why a value is refused.
pub(super) type Reason = Cow<'static, str>;

/// Up to here every whole number has a `f64` of its own, so that none is taken for its neighbour.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// What a text may stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Texts {
    /// A JSON text: truth values are none.
    Quoted,
    /// A key, or a text of a path or query, which has no quotes: `true` and `false` are truth values.
    Bare,
}

pub(super) fn expected(plan: &Plan, kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "expected true or false",
        Kind::Float | Kind::Double => "expected a number",
        Kind::Text => "expected a text",
        Kind::Bytes => "expected a text of base64",
        Kind::Enum(_) => "expected the name of a value",
        Kind::Message(of) => match plan.messages[of].form {
            Form::Object => "expected an object",
            Form::Timestamp => "expected a moment such as \"2030-01-31T09:00:00Z\"",
            Form::Duration => "expected a span such as \"1.5s\"",
            Form::FieldMask => "expected names of fields with commas between them",
        },
        _ => "expected a whole number",
    }
}

fn mismatch(plan: &Plan, kind: Kind) -> Reason {
    expected(plan, kind).into()
}

pub(super) fn put_integer(plan: &Plan, kind: Kind, value: i128, out: &mut Vec<u8>) -> Result<(), Reason> {
    match (kind.bounds(), kind) {
        (Some((least, most)), _) if (least..=most).contains(&value) => put_whole(kind, value, out),
        (Some((least, most)), _) => return Err(format!("is not within {least} to {most}").into()),
        #[allow(clippy::cast_precision_loss, reason = "JSON numbers of this kind are rounded")]
        (None, Kind::Float | Kind::Double) => return put_fraction(plan, kind, value as f64, out),
        _ => return Err(mismatch(plan, kind)),
    }
    Ok(())
}

pub(super) fn put_fraction(plan: &Plan, kind: Kind, value: f64, out: &mut Vec<u8>) -> Result<(), Reason> {
    match kind {
        Kind::Double => out.extend_from_slice(&value.to_le_bytes()),
        Kind::Float if value.is_finite() && value.abs() > f32::MAX.into() => {
            return Err("is too large for 32 bits".into());
        }
        #[allow(clippy::cast_possible_truncation, reason = "rounded to the nearest")]
        Kind::Float => out.extend_from_slice(&(value as f32).to_le_bytes()),
        _ if kind.bounds().is_none() => return Err(mismatch(plan, kind)),
        _ if value.fract() != 0.0 => return Err("expected a whole number".into()),
        _ if value.abs() > EXACT => {
            return Err("is a whole number of too many digits: write it without point and exponent".into());
        }
        #[allow(clippy::cast_possible_truncation, reason = "a whole number of at most 53 bits")]
        _ => return put_integer(plan, kind, value as i128, out),
    }
    Ok(())
}

pub(super) fn put_text(
    plan: &Plan,
    kind: Kind,
    text: &str,
    texts: Texts,
    out: &mut Vec<u8>,
) -> Result<(), Reason> {
    match kind {
        Kind::Text => {
            encode_varint(text.len() as u64, out);
            out.extend_from_slice(text.as_bytes());
        }
        Kind::Bytes => {
            let from = open(out);
            text::put_base64(text, out).ok_or_else(|| mismatch(plan, kind))?;
            close(out, from);
        }
        Kind::Enum(of) => match plan.enums[of].number(text) {
            Some(number) => put_whole(kind, number.into(), out),
            None => return Err("is no value of this enum".into()),
        },
        Kind::Bool => match (texts, text) {
            (Texts::Bare, "true") => out.push(1),
            (Texts::Bare, "false") => out.push(0),
            _ => return Err(mismatch(plan, kind)),
        },
        Kind::Message(of) => {
            let from = open(out);
            let put = match plan.messages[of].form {
                Form::Object => None,
                Form::Timestamp => text::moment(text).map(|stamp| stamp.encode(out)),
                Form::Duration => text::span(text).map(|span| span.encode(out)),
                Form::FieldMask => text::mask(text).map(|mask| mask.encode(out)),
            };
            // Writing into a `Vec` cannot fail.
            put.and_then(Result::ok).ok_or_else(|| mismatch(plan, kind))?;
            close(out, from);
        }
        _ => return put_number(plan, kind, text, out),
    }
    Ok(())
}

/// A number in a text, as JSON writes numbers; and what JSON has no numbers for.
fn put_number(plan: &Plan, kind: Kind, text: &str, out: &mut Vec<u8>) -> Result<(), Reason> {
    if matches!(kind, Kind::Float | Kind::Double) {
        let value = match text {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            _ => None,
        };
        if let Some(value) = value {
            return put_fraction(plan, kind, value, out);
        }
    }
    let is_bare =
        !text.ends_with(|last: char| last.is_ascii_whitespace()) && !text.starts_with(char::is_whitespace);
    let number = is_bare.then(|| serde_json::from_str::<serde_json::Number>(text).ok()).flatten();
    let number = number.ok_or_else(|| mismatch(plan, kind))?;
    if let Some(value) = number.as_u64() {
        return put_integer(plan, kind, value.into(), out);
    }
    if let Some(value) = number.as_i64() {
        return put_integer(plan, kind, value.into(), out);
    }
    put_fraction(plan, kind, number.as_f64().ok_or_else(|| mismatch(plan, kind))?, out)
}
