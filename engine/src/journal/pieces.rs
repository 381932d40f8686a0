//! The pieces of a snapshot: records one behind the other, compressed together (LZ4 block format) with a checksum of
//! what is stored. A piece is opened without any other. Knows no files and no meaning of a record.

use super::layout::Position;
use super::record::{self, RECORD_HEADER_BYTES, Record, record_bytes};
use super::recovery::NotTaken;
use crate::clock::UnixMs;
use crate::limits::RECORD_BYTES_MAX;

/// A piece is closed once it has so many bytes of records.
pub(super) const PIECE_BYTES: usize = 1 << 20;
/// The most that a piece can have: it is closed by the record that fills it.
const PLAIN_BYTES_MAX: usize = PIECE_BYTES + RECORD_BYTES_MAX;
/// Stored bytes, bytes of records, checksum.
pub(super) const PIECE_HEADER_BYTES: usize = 12;
/// Kind, version, length of the payload.
const HEAD_BYTES: usize = 8;

/// A piece as it is stored, which any thread may open.
pub(crate) struct Piece {
    pub(super) stored: Vec<u8>,
    pub(super) form: Form,
    /// Where its snapshot stands.
    pub(crate) at: Position,
    /// When its snapshot was begun.
    pub(super) created: UnixMs,
}

/// How records are stored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Format 1 of snapshots: as the journal has them.
    Sealed,
    /// Format 2: compressed.
    Compressed,
}

impl Piece {
    /// Gives every record to `sink`, in order. `plain` is room for them, which may be used again.
    ///
    /// # Errors
    /// What is wrong with the piece, or what `sink` says.
    pub(crate) fn each(
        &self,
        plain: &mut Vec<u8>,
        mut sink: impl FnMut(Record<'_>) -> Result<(), NotTaken>,
    ) -> Result<(), NotTaken> {
        if self.form == Form::Sealed {
            return record::Records::new(&self.stored).try_for_each(|item| match item {
                Ok((.., record)) => sink(record),
                Err((_, error)) => Err(NotTaken::Damaged(error.to_string())),
            });
        }
        open(&self.stored, plain).map_err(NotTaken::Damaged)?;
        let mut rest = &plain[..];
        while !rest.is_empty() {
            let (record, behind) = split_record(rest, self.created).map_err(NotTaken::Damaged)?;
            sink(record)?;
            rest = behind;
        }
        Ok(())
    }

    /// Bytes that it has in the snapshot's file.
    pub(crate) fn stored_bytes(&self) -> u64 {
        self.stored.len() as u64
    }
}

/// Stored bytes of the record, padding included, that begins with these, if the journal has one of that length.
pub(super) fn sealed_bytes(header: &[u8]) -> Result<usize, String> {
    let length = header.first_chunk::<4>().map_or(0, |length| u32::from_le_bytes(*length)) as usize;
    if !(RECORD_HEADER_BYTES..=RECORD_BYTES_MAX).contains(&length) {
        return Err(format!("a record of {length} bytes"));
    }
    Ok(record_bytes(length - RECORD_HEADER_BYTES))
}

/// Adds a record to a piece. Its time is the snapshot's.
pub(super) fn add(plain: &mut Vec<u8>, kind: u16, version: u16, payload: &[u8]) {
    let length = u32::try_from(payload.len()).expect("bounded by the caller");
    plain.extend_from_slice(&kind.to_le_bytes());
    plain.extend_from_slice(&version.to_le_bytes());
    plain.extend_from_slice(&length.to_le_bytes());
    plain.extend_from_slice(payload);
}

/// The bytes by which a piece is stored, in `stored`.
pub(super) fn close(plain: &[u8], stored: &mut Vec<u8>) {
    let most = lz4_flex::block::get_maximum_output_size(plain.len());
    stored.resize(PIECE_HEADER_BYTES + most, 0);
    let bytes = lz4_flex::block::compress_into(plain, &mut stored[PIECE_HEADER_BYTES..])
        .expect("there is room for what cannot be compressed");
    stored.truncate(PIECE_HEADER_BYTES + bytes);
    let length = |bytes: usize| u32::try_from(bytes).expect("some million").to_le_bytes();
    stored[..4].copy_from_slice(&length(bytes));
    stored[4..8].copy_from_slice(&length(plain.len()));
    let checksum = crc32c::crc32c_append(crc32c::crc32c(&stored[..8]), &stored[PIECE_HEADER_BYTES..]);
    stored[8..12].copy_from_slice(&checksum.to_le_bytes());
}

/// Stored bytes of the piece that begins with these.
///
/// # Errors
/// What is wrong with them.
pub(super) fn stored_bytes(header: &[u8]) -> Result<usize, String> {
    let [stored, plain, _] = words(header)?;
    let bytes = stored as usize;
    if plain as usize > PLAIN_BYTES_MAX || bytes > lz4_flex::block::get_maximum_output_size(PLAIN_BYTES_MAX) {
        return Err(format!("a piece of {stored} bytes with {plain} of records"));
    }
    Ok(PIECE_HEADER_BYTES + bytes)
}

/// The records of a stored piece, one behind the other, in `plain`.
///
/// # Errors
/// What is wrong with it.
pub(super) fn open(stored: &[u8], plain: &mut Vec<u8>) -> Result<(), String> {
    let [bytes, plain_bytes, checksum] = words(stored)?;
    let (header, body) = stored.split_at(PIECE_HEADER_BYTES);
    if stored_bytes(header)? != stored.len() {
        return Err(format!("a piece of {bytes} bytes is cut off after {}", body.len()));
    }
    if crc32c::crc32c_append(crc32c::crc32c(&header[..8]), body) != checksum {
        return Err("a piece does not match its checksum".to_owned());
    }
    plain.resize(plain_bytes as usize, 0);
    match lz4_flex::block::decompress_into(body, plain) {
        Ok(opened) if opened == plain.len() => Ok(()),
        Ok(opened) => Err(format!("a piece has {opened} bytes of records, not {plain_bytes}")),
        Err(error) => Err(format!("a piece cannot be opened: {error}")),
    }
}

/// The first record of an opened piece, and what stands behind it.
///
/// # Errors
/// What is wrong with it.
pub(super) fn split_record(plain: &[u8], time: UnixMs) -> Result<(Record<'_>, &[u8]), String> {
    let (head, rest) = plain.split_first_chunk::<HEAD_BYTES>().ok_or("a record's head is cut off")?;
    let [k0, k1, v0, v1, length @ ..] = *head;
    let length = u32::from_le_bytes(length) as usize;
    let (payload, rest) = rest.split_at_checked(length).ok_or("a record is cut off")?;
    if length + RECORD_HEADER_BYTES > RECORD_BYTES_MAX {
        return Err(format!("a record of {length} bytes"));
    }
    let (kind, version) = (u16::from_le_bytes([k0, k1]), u16::from_le_bytes([v0, v1]));
    Ok((Record { kind, version, time, payload }, rest))
}

fn words(header: &[u8]) -> Result<[u32; 3], String> {
    let header = header.first_chunk::<PIECE_HEADER_BYTES>().ok_or("a piece's head is cut off")?;
    let word = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    Ok([word(0), word(4), word(8)])
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    const T0: UnixMs = UnixMs::new(1_700_000_000_000);

    fn piece(payloads: &[&[u8]]) -> (Vec<u8>, Vec<u8>) {
        let (mut plain, mut stored) = (Vec::new(), vec![7; 3]);
        (100..).zip(payloads).for_each(|(kind, payload)| add(&mut plain, kind, 1, payload));
        close(&plain, &mut stored);
        (plain, stored)
    }

    #[test]
    fn records_come_back_in_order() {
        let long = [5; 40_000];
        let (plain, stored) = piece(&[b"one", b"", &long]);
        assert!(stored.len() < 300, "{} bytes", stored.len());
        assert_eq!(stored_bytes(&stored), Ok(stored.len()));
        let mut opened = vec![9; 10];
        open(&stored, &mut opened).expect("our own");
        assert_eq!(opened, plain);
        let (mut rest, mut kinds) = (&opened[..], Vec::new());
        while !rest.is_empty() {
            let (record, behind) = split_record(rest, T0).expect("whole");
            kinds.push((record.kind, record.version, record.payload.len()));
            rest = behind;
        }
        assert_eq!(kinds, [(100, 1, 3), (101, 1, 0), (102, 1, 40_000)]);
    }

    #[test]
    fn every_cut_and_every_changed_byte_is_found() {
        let (_, stored) = piece(&[b"some payload", b"some other payload"]);
        for cut in 0..stored.len() {
            assert!(open(&stored[..cut], &mut Vec::new()).is_err(), "cut at {cut}");
        }
        for at in 0..stored.len() {
            let mut changed = stored.clone();
            changed[at] ^= 0x10;
            assert!(open(&changed, &mut Vec::new()).is_err(), "changed at {at}");
        }
    }

    #[test]
    fn lengths_that_no_piece_has_reserve_nothing() {
        let (_, mut stored) = piece(&[b"some payload"]);
        stored[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        let mut opened = Vec::new();
        let said = open(&stored, &mut opened).expect_err("refused");
        assert!(said.contains("with 4294967295 of records") && opened.capacity() == 0, "{said}");
        assert!(split_record(&[1, 0, 1, 0, 0xff, 0xff, 0xff, 0xff, 0], T0).is_err());
    }
}
