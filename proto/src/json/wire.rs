//! Protobuf bytes: what is written of one value, and what is read of one field.

use prost::encoding::{WireType, decode_varint, encode_varint, encoded_len_varint};

use super::plan::Kind;

/// One value as it stands on the wire.
#[derive(Clone, Copy, Debug)]
pub(super) enum Raw<'b> {
    /// A varint, or the bits of a fixed size.
    Bits(u64),
    Bytes(&'b [u8]),
}

/// Takes one value; none if the bytes end within it, or if it is a group.
pub(super) fn take<'b>(wire: WireType, bytes: &mut &'b [u8]) -> Option<Raw<'b>> {
    Some(match wire {
        WireType::Varint => Raw::Bits(decode_varint(bytes).ok()?),
        WireType::SixtyFourBit => Raw::Bits(u64::from_le_bytes(*take_array(bytes)?)),
        WireType::ThirtyTwoBit => Raw::Bits(u32::from_le_bytes(*take_array(bytes)?).into()),
        WireType::LengthDelimited => {
            let length = usize::try_from(decode_varint(bytes).ok()?).ok()?;
            let (taken, rest) = bytes.split_at_checked(length)?;
            *bytes = rest;
            Raw::Bytes(taken)
        }
        WireType::StartGroup | WireType::EndGroup => return None,
    })
}

fn take_array<'b, const SIZE: usize>(bytes: &mut &'b [u8]) -> Option<&'b [u8; SIZE]> {
    let (taken, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(taken)
}

/// Opens a length-delimited value whose length is not known yet; [`close`] wants what this returns.
pub(super) fn open(out: &mut Vec<u8>) -> usize {
    out.push(0);
    out.len()
}

/// Writes the length of all that was written since `open` before it.
pub(super) fn close(out: &mut Vec<u8>, from: usize) {
    let length = out.len() - from;
    // One byte was left for the length; long values move up.
    let more = encoded_len_varint(length as u64) - 1;
    if more > 0 {
        out.resize(out.len() + more, 0);
        out.copy_within(from..from + length, from + more);
    }
    let mut place = &mut out[from - 1..from + more];
    encode_varint(length as u64, &mut place);
}

/// Writes a whole number that is within the kind's bounds.
pub(super) fn put_whole(kind: Kind, value: i128, out: &mut Vec<u8>) {
    // Negative numbers are their two's complement in 64 bits, which is what truncation leaves.
    #[allow(clippy::cast_possible_truncation, reason = "within the bounds of the kind")]
    #[allow(clippy::cast_sign_loss, reason = "two's complement is meant")]
    match kind {
        Kind::Fixed32 | Kind::Sfixed32 => out.extend_from_slice(&(value as u32).to_le_bytes()),
        Kind::Fixed64 | Kind::Sfixed64 => out.extend_from_slice(&(value as u64).to_le_bytes()),
        Kind::Sint32 | Kind::Sint64 => {
            let value = value as i64;
            encode_varint(((value << 1) ^ (value >> 63)) as u64, out);
        }
        _ => encode_varint(value as u64, out),
    }
}

/// A whole number of this kind in the bits of the wire. Varints of 32-bit kinds may be longer: as everywhere, what is
/// above 32 bits is cut.
#[allow(clippy::cast_possible_truncation, reason = "what is above 32 bits is cut")]
#[allow(clippy::cast_possible_wrap, reason = "two's complement is meant")]
pub(super) fn whole(kind: Kind, bits: u64) -> i128 {
    let unzigzag = |bits: u64| (bits >> 1) as i64 ^ -((bits & 1) as i64);
    match kind {
        Kind::Int32 | Kind::Sfixed32 | Kind::Enum(_) => (bits as i32).into(),
        Kind::Sint32 => (unzigzag(u64::from(bits as u32)) as i32).into(),
        Kind::Uint32 | Kind::Fixed32 => (bits as u32).into(),
        Kind::Int64 | Kind::Sfixed64 => (bits as i64).into(),
        Kind::Sint64 => unzigzag(bits).into(),
        _ => bits.into(),
    }
}
