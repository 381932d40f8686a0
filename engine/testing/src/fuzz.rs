//! What fuzzers call, each with any bytes: decoders, opening any folder, the engine against its model, the wheel
//! against a sorted list. They panic when something is wrong, and only then.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use crate::simulator::Simulation;
use crate::storage::MemStorage;
use tacos_engine::clock::{ManualClock, UnixMs};
use tacos_engine::hooks::{
    RestoredState, image_again, layout_again, modules::Wheel, record_again, reply_again, stored_seat_map,
};
use tacos_engine::journal::{JournalError, Records, RecoveryConsent};
use tacos_engine::limits::{LOG_BUFFER_BYTES_MIN, SEGMENT_BYTES_MIN};
use tacos_engine::{
    Config, Driver, Engine, ExternalId, Failure, IdempotencyKey, Note, OpenError, PaymentId, ReservationId,
    SeatMap, WaitingToken,
};

/// Records as a frame holds them, record bodies of every kind, remembered replies. What is read is written again as it
/// was.
///
/// # Panics
/// If a decoder does, or reads what it would not write.
pub fn records(bytes: &[u8]) {
    for record in Records::new(bytes) {
        if record.is_err() {
            break;
        }
    }
    let Some((kind, body)) = bytes.split_first() else { return };
    if let Some(again) = record_again((*kind).into(), body) {
        assert_eq!(again, body, "a record of kind {kind} is written otherwise than it was read");
    }
    if let Some(again) = reply_again(body) {
        assert_eq!(again, body, "an answer is written otherwise than it was read");
    }
}

/// The images of a snapshot. The first byte says how many edits of four bytes follow (which image, where, what, or:
/// leave it out, twice) to those of a small sale; behind them come images of any kind and body. What is read is written
/// again as it was. The images are put back into an empty state or refused, and what was put back is the same state
/// when it is written and put back once more.
///
/// # Panics
/// If a decoder does, or putting back.
pub fn snapshot(bytes: &[u8]) {
    let Some((count, rest)) = bytes.split_first() else { return };
    let (edits, mut raw) = rest.split_at((usize::from(*count % 8) * 4).min(rest.len()));
    let mut images = sale().clone();
    for edit in edits.chunks_exact(4) {
        let at = usize::from(edit[0]) % images.len();
        match edit[3] {
            0 if images.len() > 1 => drop(images.remove(at)),
            1 => images.insert(usize::from(edit[1]) % images.len(), images[at].clone()),
            flip => {
                let body = &mut images[at].1;
                let length = body.len().max(1);
                if let Some(byte) = body.get_mut((usize::from(edit[1]) | usize::from(edit[2]) << 8) % length)
                {
                    *byte ^= flip;
                }
            }
        }
    }
    while let [kind, low, high, more @ ..] = raw {
        let (body, later) = more.split_at(usize::from(u16::from_le_bytes([*low, *high])).min(more.len()));
        images.push((100 + u16::from(*kind % 16), body.to_vec()));
        raw = later;
    }
    for (kind, body) in &images {
        if let Some(again) = image_again(*kind, body) {
            assert_eq!(&again, body, "an image of kind {kind} is written otherwise than it was read");
        }
    }
    let Ok(first) = RestoredState::new(config(), &images, START) else { return };
    let second = RestoredState::new(config(), &first.images(START), START);
    let second = second.expect("what a state writes can be put back");
    assert_eq!(first.digest(START), second.digest(START));
}

/// Seat maps, and the layouts that are built of them.
///
/// # Panics
/// If a decoder does, or a map does not survive being written.
pub fn seat_map(bytes: &[u8]) {
    let Some(map) = stored_seat_map(bytes) else { return };
    let mut again = Vec::new();
    map.encode(&mut again);
    assert_eq!(SeatMap::decode(&again).as_ref(), Ok(&map));
    if let Some((seats, again)) = layout_again(&map) {
        assert_eq!(again, Some(seats), "a layout's own map makes another layout");
    }
}

/// Ids and tokens as callers write them.
///
/// # Panics
/// If a text that is accepted is not written as it was read.
pub fn ids(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let again = [
        ExternalId::new(text).ok().map(|id| id.as_str().to_owned()),
        IdempotencyKey::new(text).ok().map(|key| key.as_str().to_owned()),
        text.parse::<ReservationId>().ok().map(|id| id.to_string()),
        text.parse::<PaymentId>().ok().map(|id| id.to_string()),
        text.parse::<WaitingToken>().ok().map(|token| token.to_string()),
    ];
    for again in again.into_iter().flatten() {
        assert_eq!(again, text);
    }
}

/// A folder of a small sale, damaged as `bytes` say (seven each: which file, where, what), then opened: refused as it
/// is, or opened and good for writing. With consent it opens, unless it is not readable at all.
///
/// # Panics
/// If opening panics, blames a healthy disk, changes a folder that it refuses, or opens what does not work.
pub fn recovery(bytes: &[u8]) {
    let mut files = folder().clone();
    for edit in bytes.chunks_exact(7) {
        let Some(name) = files.keys().nth(usize::from(edit[0]) % (files.len() + 1)).cloned() else {
            continue;
        };
        let file = files.get_mut(&name).expect("just found");
        let offset = usize::from(edit[1]) << 16 | usize::from(edit[2]) << 8 | usize::from(edit[3]);
        // Most of a segment is room for later.
        let used = file.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        match edit[4] {
            0..8 => file.truncate(offset),
            8 => drop(files.remove(&name)),
            9..32 if used > 1_024 => {
                let (from, to) = (offset % (used - 512), usize::from(edit[5]) << 9);
                let end = (to + 512).min(file.len());
                if to < end {
                    file.copy_within(from..from + (end - to), to);
                }
            }
            _ if used > 0 => file[offset % used] ^= edit[6],
            _ => {}
        }
    }
    let disk = MemStorage::with_files(files.clone());
    match open(&disk, RecoveryConsent::LoseNothing) {
        Ok(engine) => works(&engine),
        Err(OpenError::Journal(why @ JournalError::Io { .. })) => panic!("a healthy disk is blamed: {why}"),
        Err(_) => assert_eq!(disk.files(), files, "the folder was refused, and changed"),
    }
    let disk = MemStorage::with_files(files);
    if let Ok(engine) = open(&disk, RecoveryConsent::CutAtDamage) {
        works(&engine);
        drop(engine);
        open(&disk, RecoveryConsent::LoseNothing).expect("what was cut with consent opens without");
    }
}

/// Customers who do what `bytes` say, on an engine in memory beside its model.
///
/// # Panics
/// If the two disagree.
pub fn operations(bytes: &[u8]) {
    let steps = (bytes.len() as u64 / 6).min(400);
    if let Err(violation) = Simulation::of_bytes(bytes).run(steps) {
        panic!("{violation}");
    }
}

/// Timers set, cleared and turned, beside a sorted list. Four bytes each: what, which, and when.
///
/// # Panics
/// If one fires early, late, twice or never.
pub fn wheel(bytes: &[u8]) {
    const BOUND: u32 = 64;
    let timers = Wheel::with_bound(BOUND);
    let (mut now, mut list) = (1_000_u64, BTreeMap::new());
    for step in bytes.chunks_exact(4) {
        let index = u32::from(step[1]) % BOUND;
        // Spans of every level of the wheel.
        let span = u64::from(step[2]) << (u32::from(step[3]) % 48);
        match step[0] % 4 {
            0 | 1 => {
                timers.set(index, UnixMs::new(now + span));
                list.insert(index, now + span);
            }
            2 => {
                timers.clear(index);
                list.remove(&index);
            }
            _ => {
                now += span;
                let (mut due, mut more) = (Vec::new(), true);
                while more {
                    more = timers.turn(UnixMs::new(now), 7, &mut due);
                }
                let fired: BTreeSet<u32> = due.iter().copied().collect();
                assert_eq!(fired.len(), due.len(), "one fired twice: {due:?}");
                let wanted: BTreeSet<u32> =
                    list.extract_if(.., |_, at| *at <= now).map(|(index, _)| index).collect();
                assert_eq!(fired, wanted, "at {now}");
            }
        }
    }
}

/// When the sales of fuzz targets take place.
const START: UnixMs = UnixMs::new(1_800_000_000_000);

/// The images of a small sale with everything in it.
fn sale() -> &'static Vec<(u16, Vec<u8>)> {
    static SALE: OnceLock<Vec<(u16, Vec<u8>)>> = OnceLock::new();
    SALE.get_or_init(|| Simulation::in_memory(11).images_after(250))
}

type Files = BTreeMap<String, Vec<u8>>;

/// A folder with everything in it: several segments, a snapshot, and records behind it.
fn folder() -> &'static Files {
    static FOLDER: OnceLock<Files> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let disk = MemStorage::new();
        let engine = open(&disk, RecoveryConsent::LoseNothing).expect("an empty disk");
        for round in 0..400 {
            note(&engine, round, 700).expect("room on the disk");
            if round == 300 {
                engine.snapshot().expect("taken");
            }
        }
        engine.close().expect("closed");
        drop(engine);
        disk.files()
    })
}

fn note(engine: &Engine, number: u32, bytes: usize) -> Result<(), Failure> {
    let name = ExternalId::new(&format!("note-{}", number % 7)).expect("valid");
    let fill = u8::try_from(number % 251).expect("below 251");
    engine.note(Note::new(name, Some(vec![fill; bytes]))).wait().map(drop)
}

fn works(engine: &Engine) {
    note(engine, 1, 10).expect("an engine that opens takes writes");
    engine.close().expect("and closes");
}

fn open(disk: &MemStorage, consent: RecoveryConsent) -> Result<Engine, OpenError> {
    Engine::open_storage(Arc::new(disk.clone()), config(), consent, |_| ()).map(|(engine, _)| engine)
}

fn config() -> Config {
    Config::default()
        .with_driver(Driver::Manual)
        .with_clock(Arc::new(ManualClock::new(START)))
        .with_fixed_entropy(Some(7))
        .with_log_buffer_bytes(LOG_BUFFER_BYTES_MIN)
        .with_segment_bytes(SEGMENT_BYTES_MIN)
        .with_update_history_bytes(1 << 16)
        .with_snapshot_every_bytes(0)
        .with_reservations_max(1 << 8)
        .with_payments_max(1 << 8)
        .with_idempotency_keys_max(1 << 8)
        .with_webhooks_max(1 << 8)
        .with_notes_max(16)
}
