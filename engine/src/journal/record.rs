//! One journal record: how it lies in memory and on disk, how it is sealed, checked and walked.
//! Knows nothing of frames or files, and nothing of what a record means.
//!
//! ```text
//! byte 0   u32  length: header and payload, without the padding
//! byte 4   u32  CRC-32C of the length and of everything from byte 8 to the end of the payload
//! byte 8   u16  kind      byte 10  u16  version of this kind's layout      byte 12  u32  reserved, zero
//! byte 16  u64  time in milliseconds since the Unix epoch
//! byte 24  payload, then zeros up to the next multiple of 8
//! ```
//! The first word of a record is never zero (its length is at least 24), so a shared buffer may use it as its mark
//! of publication.

use crate::clock::UnixMs;
use crate::limits::RECORD_BYTES_MAX;
use std::fmt;

/// Bytes before the payload.
pub(crate) const RECORD_HEADER_BYTES: usize = 24;
/// Records start at multiples of this.
pub(crate) const RECORD_ALIGN: usize = 8;

const _: () = assert!(RECORD_HEADER_BYTES.is_multiple_of(RECORD_ALIGN), "a bare header needs no padding");
const _: () = assert!(RECORD_BYTES_MAX.is_multiple_of(RECORD_ALIGN), "the longest record needs no padding");
const _: () = assert!(RECORD_BYTES_MAX < u32::MAX as usize, "a length fits its field");

/// Bytes that a record with `payload_bytes` of payload occupies in the stream, padding included.
#[must_use]
pub(crate) const fn record_bytes(payload_bytes: usize) -> usize {
    (RECORD_HEADER_BYTES + payload_bytes).next_multiple_of(RECORD_ALIGN)
}

/// One checked record, borrowed from the bytes it was found in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// What the payload is; meaning belongs to the writer.
    pub kind: u16,
    /// Version of this kind's layout.
    pub version: u16,
    /// When it was written.
    pub time: UnixMs,
    /// What it says.
    pub payload: &'a [u8],
}

impl Record<'_> {
    /// Bytes that this record occupies in the stream, padding included.
    #[must_use]
    pub const fn stream_bytes(&self) -> usize {
        record_bytes(self.payload.len())
    }
}

/// Why some bytes are not a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordError {
    /// Fewer bytes than the record (or its header) needs.
    Short {
        /// Bytes that are there.
        have: usize,
        /// Bytes that are needed.
        need: usize,
    },
    /// A length that no record can have.
    Length(u32),
    /// The checksum does not match.
    Checksum {
        /// As written.
        written: u32,
        /// As computed.
        computed: u32,
    },
    /// Reserved bits or padding that are not zero.
    Reserved,
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short { have, need } => write!(f, "record needs {need} bytes, {have} are there"),
            Self::Length(length) => write!(f, "record length {length} is impossible"),
            Self::Checksum { written, computed } => {
                write!(f, "record checksum {written:#010x} is written, {computed:#010x} is computed")
            }
            Self::Reserved => write!(f, "record has bits set that must be zero"),
        }
    }
}

impl std::error::Error for RecordError {}

/// Starts a record at the end of `buffer` and returns where it starts. Push the payload, then call [`seal`].
pub(crate) fn begin(buffer: &mut Vec<u8>, kind: u16, version: u16, time: UnixMs) -> usize {
    let start = buffer.len();
    let mut header = [0_u8; RECORD_HEADER_BYTES];
    header[8..10].copy_from_slice(&kind.to_le_bytes());
    header[10..12].copy_from_slice(&version.to_le_bytes());
    header[16..24].copy_from_slice(&time.get().to_le_bytes());
    buffer.extend_from_slice(&header);
    start
}

/// Ends the record that [`begin`] started at `start`: writes length and checksum, and pads with zeros.
/// Returns the bytes that the record occupies.
///
/// # Panics
/// If the record is longer than [`RECORD_BYTES_MAX`]; the caller checks sizes at the door.
pub(crate) fn seal(buffer: &mut Vec<u8>, start: usize) -> usize {
    seal_unpadded(&mut buffer[start..]);
    let end = start + (buffer.len() - start).next_multiple_of(RECORD_ALIGN);
    // As many zeros as it could need, and those over it cut off: a copy of a fixed size needs no call.
    buffer.extend_from_slice(&[0; RECORD_ALIGN]);
    buffer.truncate(end);
    end - start
}

/// Writes length and checksum into a record that fills `record` exactly (header and payload, no padding).
///
/// # Panics
/// If `record` is shorter than a header or longer than [`RECORD_BYTES_MAX`].
pub(crate) fn seal_unpadded(record: &mut [u8]) {
    let bytes = record.len();
    assert!(
        (RECORD_HEADER_BYTES..=RECORD_BYTES_MAX).contains(&bytes),
        "a record has {RECORD_HEADER_BYTES} to {RECORD_BYTES_MAX} bytes, this one {bytes}"
    );
    let length = u32::try_from(bytes).expect("the longest record fits 32 bits").to_le_bytes();
    // The length goes where the checksum will be, so that what is checked lies in one piece.
    record[4..8].copy_from_slice(&length);
    let checksum = crc32c::crc32c(&record[4..]);
    record[0..4].copy_from_slice(&length);
    record[4..8].copy_from_slice(&checksum.to_le_bytes());
}

/// Appends one whole record to `buffer`. Returns the bytes that it occupies.
#[cfg(test)]
pub(crate) fn push(buffer: &mut Vec<u8>, kind: u16, version: u16, time: UnixMs, payload: &[u8]) -> usize {
    let start = begin(buffer, kind, version, time);
    buffer.extend_from_slice(payload);
    seal(buffer, start)
}

/// Reads the record at the start of `bytes` and checks it. What follows it is not looked at.
///
/// # Errors
/// Why the bytes are no record.
pub(crate) fn parse(bytes: &[u8]) -> Result<Record<'_>, RecordError> {
    let Some(header) = bytes.first_chunk::<RECORD_HEADER_BYTES>() else {
        return Err(RecordError::Short { have: bytes.len(), need: RECORD_HEADER_BYTES });
    };
    let length_field = [header[0], header[1], header[2], header[3]];
    let length = u32::from_le_bytes(length_field);
    let end = length as usize;
    if !(RECORD_HEADER_BYTES..=RECORD_BYTES_MAX).contains(&end) {
        return Err(RecordError::Length(length));
    }
    let padded = end.next_multiple_of(RECORD_ALIGN);
    if bytes.len() < padded {
        return Err(RecordError::Short { have: bytes.len(), need: padded });
    }
    let written = u32_at(header, 4);
    let computed = checksum(length_field, &bytes[8..end]);
    if written != computed {
        return Err(RecordError::Checksum { written, computed });
    }
    if u32_at(header, 12) != 0 || bytes[end..padded].iter().any(|byte| *byte != 0) {
        return Err(RecordError::Reserved);
    }
    Ok(Record {
        kind: u16::from_le_bytes([header[8], header[9]]),
        version: u16::from_le_bytes([header[10], header[11]]),
        time: UnixMs::new(u64::from(u32_at(header, 16)) | u64::from(u32_at(header, 20)) << 32),
        payload: &bytes[RECORD_HEADER_BYTES..end],
    })
}

/// Walks a run of records. Ends at the end of the bytes, or after the first error.
#[derive(Clone, Debug)]
pub struct Records<'a> {
    rest: &'a [u8],
    at: usize,
}

impl<'a> Records<'a> {
    /// A walk over `bytes`, which start with a record.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, at: 0 }
    }
}

impl<'a> Iterator for Records<'a> {
    /// Where the record ends, counted from the start of the run, its padded bytes, and the record.
    type Item = Result<(usize, &'a [u8], Record<'a>), (usize, RecordError)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        match parse(self.rest) {
            Ok(record) => {
                let (bytes, rest) = self.rest.split_at(record.stream_bytes());
                self.rest = rest;
                self.at += bytes.len();
                Some(Ok((self.at, bytes, record)))
            }
            Err(error) => {
                self.rest = &[];
                Some(Err((self.at, error)))
            }
        }
    }
}

fn checksum(length: [u8; 4], rest: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(&length), rest)
}

fn u32_at(header: &[u8; RECORD_HEADER_BYTES], at: usize) -> u32 {
    u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
}
