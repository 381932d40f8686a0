//! Single fields of a message that is bytes, found by their numbers: what the layer needs of an answer without knowing
//! its type.

use bytes::Buf;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};

/// One field's value: the last that the bytes have.
enum Found<'m> {
    Bytes(&'m [u8]),
    Number(u64),
}

fn last(mut message: &[u8], number: u32) -> Option<Found<'_>> {
    let mut found = None;
    while message.has_remaining() {
        let (tag, kind) = decode_key(&mut message).ok()?;
        let value = match kind {
            WireType::LengthDelimited => {
                let length = usize::try_from(decode_varint(&mut message).ok()?).ok()?;
                let (value, rest) = message.split_at_checked(length)?;
                message = rest;
                Found::Bytes(value)
            }
            WireType::Varint => Found::Number(decode_varint(&mut message).ok()?),
            _ => {
                skip_field(kind, tag, &mut message, DecodeContext::default()).ok()?;
                continue;
            }
        };
        if tag == number {
            found = Some(value);
        }
    }
    found
}

/// The bytes of a field.
pub(super) fn bytes(message: &[u8], number: u32) -> Option<&[u8]> {
    match last(message, number)? {
        Found::Bytes(bytes) => Some(bytes),
        Found::Number(_) => None,
    }
}

/// The field at a path of numbers, as a text; none if it is absent or empty.
pub(super) fn text<'m>(message: &'m [u8], path: &[u32]) -> Option<&'m str> {
    let value = path.iter().try_fold(message, |message, number| bytes(message, *number))?;
    std::str::from_utf8(value).ok().filter(|text| !text.is_empty())
}

/// The field at a path of numbers, as a number; 0 if it is absent.
pub(super) fn number(message: &[u8], path: &[u32]) -> u64 {
    let Some((last_number, outer)) = path.split_last() else { return 0 };
    let inner = outer.iter().try_fold(message, |message, number| bytes(message, *number));
    match inner.and_then(|inner| last(inner, *last_number)) {
        Some(Found::Number(number)) => number,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost::Message;
    use tacos_proto::engine::v1::{CreateEventResponse, EventRecord, EventSettings};

    #[test]
    fn fields_are_found_at_their_paths() {
        let settings = EventSettings { event_id: "evt_1".into(), ..EventSettings::default() };
        let event = EventRecord { settings: Some(settings), revision: 7, ..EventRecord::default() };
        let answer = CreateEventResponse { event: Some(event), error: None }.encode_to_vec();
        assert_eq!(text(&answer, &[1, 1, 1]), Some("evt_1"));
        assert_eq!(number(&answer, &[1, 3]), 7);
        assert_eq!((text(&answer, &[1, 1, 2]), number(&answer, &[1, 9]), bytes(&answer, 2)), (None, 0, None));
        assert_eq!(text(&answer[..answer.len() - 1], &[1, 1, 1]), None, "cut");
    }
}
