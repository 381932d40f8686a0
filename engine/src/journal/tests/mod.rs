//! Tests of the journal. One file per claim; what they share is here.

mod backups;
mod basics;
mod beside;
mod codec;
mod crashes;
mod failures;
mod golden;
mod refusals;
mod room;
mod rows;
mod speed;

use super::record::{self, Record};
use super::{EngineId, RecoveryConsent, Replay, Sizes, Storage};
use super::{
    Identity, Journal, JournalError, JournalOptions, NotTaken, Opened, Piece, Position, Progress,
    sealed_records,
};
use crate::clock::UnixMs;
use crate::testing::storage::MemStorage;
use std::sync::Arc;

pub(super) const NOW: UnixMs = UnixMs::new(1_763_000_000_000);

/// Small files, so that a few hundred records cross several of them.
pub(super) const SIZES: Sizes = Sizes { segment_bytes: 128 << 10, reserve_bytes: 32 << 10 };

pub(super) fn options() -> JournalOptions {
    let identity = Identity { engine: EngineId([7; 16]), secret_key: [9; 32], created: NOW };
    JournalOptions { sizes: SIZES, consent: RecoveryConsent::LoseNothing, identity }
}

pub(super) fn consenting() -> JournalOptions {
    JournalOptions { consent: RecoveryConsent::CutAtDamage, ..options() }
}

/// Remembers everything it is given.
#[derive(Default, Debug, PartialEq, Eq, Clone)]
pub(super) struct Memory {
    pub(super) snapshot: Vec<Vec<u8>>,
    pub(super) records: Vec<(Position, Vec<u8>)>,
}

impl Memory {
    /// The numbers in the payloads, snapshot first.
    pub(super) fn numbers(&self) -> Vec<u64> {
        let all = self.snapshot.iter().chain(self.records.iter().map(|(_, bytes)| bytes));
        all.map(|bytes| number_in(bytes)).collect()
    }
}

impl Replay for Memory {
    fn piece(&mut self, piece: Piece) -> Result<(), NotTaken> {
        piece.each(&mut Vec::new(), |record| {
            self.snapshot.push(sealed(record));
            Ok(())
        })
    }
    fn snapshot_ended(&mut self, _: Position, records: u64) -> Result<(), NotTaken> {
        assert_eq!(self.snapshot.len() as u64, records);
        Ok(())
    }

    fn run(&mut self, start: Position, records: &[u8]) -> Result<(), NotTaken> {
        for item in sealed_records(start, records) {
            let (end, record) = item?;
            self.records.push((end, sealed(record)));
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), NotTaken> {
        Ok(())
    }

    fn taken(&self) -> u64 {
        (self.snapshot.len() + self.records.len()) as u64
    }
}

/// The record's bytes, as they were pushed.
fn sealed(record: Record<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    record::push(&mut bytes, record.kind, record.version, record.time, record.payload);
    bytes
}

/// A record that carries `number`, with a payload of `8 + number % 100` bytes.
pub(super) fn numbered(number: u64) -> Vec<u8> {
    let mut payload = number.to_le_bytes().to_vec();
    let extra = usize::try_from(number % 100).expect("less than a hundred");
    payload.extend((0..extra).map(|at| u8::try_from(at).expect("less than a hundred")));
    let mut bytes = Vec::new();
    record::push(&mut bytes, 3, 1, NOW.plus_ms(number), &payload);
    bytes
}

pub(super) fn number_in(bytes: &[u8]) -> u64 {
    let record = record::parse(bytes).expect("a record of the test");
    u64::from_le_bytes(*record.payload.first_chunk().expect("a numbered record"))
}

/// A group of numbered records.
pub(super) fn group(numbers: std::ops::Range<u64>) -> Vec<u8> {
    numbers.flat_map(numbered).collect()
}

pub(super) type OpenResult = Result<(Journal, Opened, Memory), JournalError>;

pub(super) fn open_with(storage: Arc<dyn Storage>, options: &JournalOptions) -> OpenResult {
    let mut memory = Memory::default();
    let (journal, opened) = Journal::create_or_open(storage, options, &mut memory, &mut |_: Progress| {})?;
    Ok((journal, opened, memory))
}

pub(super) fn open(storage: &MemStorage) -> OpenResult {
    open_with(Arc::new(storage.clone()), &options())
}

/// Appends groups of `each` records, synced and tended one by one.
pub(super) fn write(journal: &mut Journal, numbers: std::ops::Range<u64>, each: u64) {
    let mut next = numbers.start;
    while next < numbers.end {
        let until = (next + each).min(numbers.end);
        journal.append(journal.end(), &group(next..until)).expect("append");
        journal.sync().expect("sync");
        journal.maintain().expect("maintain");
        next = until;
    }
}
