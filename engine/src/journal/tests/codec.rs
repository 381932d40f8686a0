//! Records and headers: what is written is read back, and nothing else is taken for it.

use crate::clock::UnixMs;
use crate::journal::EngineId;
use crate::journal::frame::{FRAME_HEADER_BYTES, FrameHeader};
use crate::journal::layout::{Hash, Position};
use crate::journal::record::{self, Record, RecordError, Records};
use crate::limits::RECORD_BYTES_MAX;
use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};

fn records() -> impl Strategy<Value = Vec<(u16, u16, u64, Vec<u8>)>> {
    vec((any::<u16>(), any::<u16>(), any::<u64>(), vec(any::<u8>(), 0..200)), 1..20)
}

proptest! {
    #[test]
    fn a_run_of_records_comes_back(run in records()) {
        let mut bytes = Vec::new();
        for (kind, version, time, payload) in &run {
            let at = bytes.len();
            let taken = record::push(&mut bytes, *kind, *version, UnixMs::new(*time), payload);
            prop_assert_eq!(taken, record::record_bytes(payload.len()));
            prop_assert_eq!(bytes.len(), at + taken);
            prop_assert!(bytes[at..at + 8] != [0; 8], "the first word is never zero");
        }
        let mut end = 0;
        for ((kind, version, time, payload), found) in run.iter().zip(Records::new(&bytes)) {
            let (at, whole, record) = found.expect("a good record");
            let expected = Record { kind: *kind, version: *version, time: UnixMs::new(*time), payload };
            prop_assert_eq!(record, expected);
            end += whole.len();
            prop_assert_eq!(at, end);
        }
        prop_assert_eq!(end, bytes.len());
    }

    #[test]
    fn a_flipped_bit_anywhere_is_noticed(payload in vec(any::<u8>(), 0..64), bit in any::<usize>()) {
        let mut bytes = Vec::new();
        record::push(&mut bytes, 1, 1, UnixMs::new(5), &payload);
        let bit = bit % (bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(record::parse(&bytes).is_err());
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..300)) {
        let end = Records::new(&bytes).map(|found| found.map_or_else(|(at, _)| at, |(at, ..)| at)).last();
        prop_assert!(end.unwrap_or(0) <= bytes.len());
        let mut head = [0; FRAME_HEADER_BYTES];
        head.iter_mut().zip(&bytes).for_each(|(to, from)| *to = *from);
        prop_assert!(FrameHeader::decode(&head).is_err());
    }

    #[test]
    fn a_frame_header_comes_back(words in any::<[u32; 6]>(), records in 1..u32::MAX, hash in any::<[u8; 16]>()) {
        let words = words.map(u64::from);
        let first = words[3] + words[5];
        let header = FrameHeader {
            engine: EngineId(hash),
            segment: words[0],
            offset: words[1],
            number: words[2],
            first: Position(first),
            end: Position(first + words[4] + 8),
            durable: Position(words[5]),
            records,
            previous: Hash::of(&hash),
            payload: Hash::of(b"payload"),
        };
        let (bytes, hash) = header.encode();
        prop_assert_eq!(FrameHeader::decode(&bytes), Ok((header, hash)));
        for at in 0..FRAME_HEADER_BYTES {
            let mut damaged = bytes;
            damaged[at] ^= 4;
            prop_assert!(FrameHeader::decode(&damaged).is_err(), "byte {}", at);
        }
    }
}

#[test]
fn record_bytes_are_laid_out_as_documented() {
    let mut bytes = Vec::new();
    record::push(&mut bytes, 0x0102, 0x0304, UnixMs::new(0x1122_3344_5566_7788), b"abc");
    let mut expected = vec![27, 0, 0, 0, 0, 0, 0, 0, 2, 1, 4, 3, 0, 0, 0, 0];
    expected.extend([0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, b'a', b'b', b'c', 0, 0, 0, 0, 0]);
    let mut covered = vec![27, 0, 0, 0];
    covered.extend(&expected[8..27]);
    expected[4..8].copy_from_slice(&crc32c::crc32c(&covered).to_le_bytes());
    assert_eq!(bytes, expected);
}

#[test]
fn each_kind_of_damage_has_its_error() {
    let mut bytes = Vec::new();
    record::push(&mut bytes, 1, 1, UnixMs::new(5), b"abc");
    let damaged = |at: usize, value: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = value;
        record::parse(&bytes).map(|record| record.kind)
    };
    assert_eq!(record::parse(&bytes[..10]).err(), Some(RecordError::Short { have: 10, need: 24 }));
    assert_eq!(record::parse(&bytes[..27]).err(), Some(RecordError::Short { have: 27, need: 32 }));
    assert_eq!(damaged(0, 23), Err(RecordError::Length(23)));
    assert_eq!(damaged(3, 0xFF), Err(RecordError::Length(0xFF00_001B)));
    assert!(matches!(damaged(25, 0), Err(RecordError::Checksum { .. })));
    assert_eq!(damaged(31, 1), Err(RecordError::Reserved));
    let mut longest = vec![0; RECORD_BYTES_MAX];
    record::seal_unpadded(&mut longest);
    assert!(record::parse(&longest).is_ok());
}

#[test]
#[should_panic(expected = "a record has 24 to 8388608 bytes, this one 8388609")]
fn too_long_a_record_is_a_bug() {
    record::seal_unpadded(&mut vec![0; RECORD_BYTES_MAX + 1]);
}
