//! Claim: however many threads open a folder, from its journal or from a snapshot and the journal behind it, the same
//! state, the same report and the same refusals come of it.

use std::sync::Arc;

use crate::common::*;
use tacos_engine::hooks::{images, open_on_threads, rewritten_snapshot};
use tacos_engine::{
    Command, Config, Driver, Engine, ExternalId, ManualClock, Note, OpenError, Opened, ReservationId, Reserve,
};
use tacos_testing::storage::MemStorage;

/// Holds in the journal: enough for many batches to be on their way.
const HOLDS: u32 = 3_000;
/// Notes that make a snapshot several pieces long, and their bytes.
const NOTES: u32 = 600;
const NOTE_BYTES: usize = 4_000;
/// Threads that read and threads that keep answers; first the calling thread alone.
const THREADS: [Option<(usize, usize)>; 4] = [None, Some((1, 1)), Some((2, 1)), Some((3, 2))];

fn open_on(
    disk: &MemStorage,
    config: Config,
    threads: Option<(usize, usize)>,
) -> Result<(Engine, Opened), OpenError> {
    open_on_threads(Arc::new(disk.clone()), config, threads)
}

fn config_on(clock: &Arc<ManualClock>, driver: Driver) -> Config {
    with_clock(clock).with_driver(driver).with_segment_bytes(256 << 10).with_log_buffer_bytes(64 << 10)
}

/// Holds, sales and holds given back, in no order, some with keys.
fn sell(engine: &Engine, rng: &mut Rng, numbers: std::ops::Range<u32>) {
    let mut live: Vec<ReservationId> = Vec::new();
    for number in numbers {
        let plain = Reserve::new(event(), user(format!("user-{}", number % 700)), best(1));
        let command = if rng.chance(50) { plain.with_key(key(format!("k{number}"))) } else { plain };
        live.push(engine.reserve(command).wait().expect("a free seat").id);
        if rng.chance(60) {
            let at = usize::try_from(rng.below(live.len() as u64)).expect("small");
            let id = live.swap_remove(at);
            if rng.chance(70) {
                confirm(engine, id).expect("held");
            } else {
                release(engine, id).expect("held");
            }
        }
    }
}

/// A closed folder's files: with a snapshot of several pieces in the middle, or with the journal alone.
fn written(clock: &Arc<ManualClock>, seed: u64, with_snapshot: bool) -> MemStorage {
    let (disk, mut rng) = (MemStorage::new(), Rng::new(seed));
    let engine = open_on(&disk, config_on(clock, Driver::Manual), None).expect("a new folder").0;
    open_sale(&engine, house(100, 100));
    sell(&engine, &mut rng, 0..HOLDS / 2);
    if with_snapshot {
        for number in 0..NOTES {
            let name = ExternalId::new(&format!("note-{number}")).expect("valid");
            // Bytes without a pattern, which no compressor makes fewer.
            let value = (0..NOTE_BYTES).map(|_| rng.below(256).to_le_bytes()[0]).collect();
            engine.submit(&Command::Note(Note::new(name, Some(value)))).wait().expect("noted");
        }
        let taken = engine.snapshot().expect("a snapshot");
        assert!(taken.bytes > 2 << 20, "several pieces: {taken:?}");
    }
    sell(&engine, &mut rng, HOLDS / 2..HOLDS);
    engine.close().expect("closed");
    disk
}

fn copy_of(disk: &MemStorage) -> MemStorage {
    MemStorage::with_files(disk.files())
}

#[test]
fn the_same_state_comes_of_it() {
    let (seed, clock) = (seed(), clock());
    for with_snapshot in [false, true] {
        let disk = written(&clock, seed, with_snapshot);
        let [alone, several @ ..] = THREADS.map(|threads| {
            let config = config_on(&clock, Driver::Manual);
            let (engine, opened) = open_on(&copy_of(&disk), config, threads).expect("opens");
            assert!(opened.records > u64::from(HOLDS), "seed {seed}");
            assert_eq!(opened.snapshot.is_some(), with_snapshot, "seed {seed}");
            let seen = (engine.digest(), opened.records, opened.position, opened.notes);
            engine.close().expect("closed");
            seen
        });
        for (seen, threads) in several.iter().zip(&THREADS[1..]) {
            assert_eq!(*seen, alone, "seed {seed}, with a snapshot: {with_snapshot}, {threads:?}");
        }
    }
}

/// As a service has it, whose clock goes on by itself.
#[test]
fn an_engine_with_threads_of_its_own_opens_as_one_without() {
    let (seed, clock) = (seed(), clock());
    let disk = written(&clock, seed, true);
    let [one, two] = [Driver::Manual, Driver::Threads].map(|driver| {
        let storage = Arc::new(copy_of(&disk));
        let consent = tacos_engine::RecoveryConsent::LoseNothing;
        let opened = Engine::open_storage(storage, config_on(&clock, driver), consent, |_| ());
        let (engine, opened) = opened.expect("opens");
        // Asked before the sale goes on by itself: the clock stands still.
        let seen = (engine.digest(), opened.records, opened.position);
        engine.close().expect("closed");
        seen
    });
    assert_eq!(one, two, "seed {seed}");
}

/// What each number of threads refuses a folder with: the same.
fn refusal(disk: &MemStorage, config: &Config, seed: u64) -> String {
    let [alone, several @ ..] = THREADS.map(|threads| {
        let refused = open_on(&copy_of(disk), config.clone(), threads).map(|(_, opened)| opened);
        refused.expect_err("refused").to_string()
    });
    for (said, threads) in several.iter().zip(&THREADS[1..]) {
        assert_eq!(*said, alone, "seed {seed}, {threads:?}");
    }
    alone
}

/// Wherever a record does not follow, the same one is named, also when the folder is damaged behind it.
#[test]
fn the_same_record_is_refused() {
    let (seed, clock) = (seed(), clock());
    let whole = written(&clock, seed, false);
    let mut files = whole.files();
    let (name, last) = files.iter_mut().rfind(|(name, _)| name.ends_with(".seg")).expect("segments");
    let middle = last.len() / 2;
    last.iter_mut().skip(middle).take(64).for_each(|byte| *byte ^= 0x55);
    println!("seed {seed}, damaged: {name} at {middle}");
    for disk in [whole, MemStorage::with_files(files)] {
        for reservations_max in [1, 255, 256, 257, HOLDS / 2, HOLDS - 1] {
            let config = config_on(&clock, Driver::Manual).with_reservations_max(reservations_max);
            let said = refusal(&disk, &config, seed);
            assert!(said.contains("raise reservations_max"), "seed {seed}: {said}");
        }
    }
}

/// Wherever an image does not follow, the same one is named: of two faults in one snapshot the first.
#[test]
fn the_same_image_is_refused() {
    let (seed, clock) = (seed(), clock());
    let disk = written(&clock, seed, true);
    let config = config_on(&clock, Driver::Manual);
    let images = {
        let engine = open_on(&copy_of(&disk), config.clone(), None).expect("opens").0;
        images(&engine)
    };
    let last = images.len() - 1;
    let reservation = images.iter().position(|(kind, _)| *kind == 104).expect("reservations");
    let answer = images.iter().position(|(kind, _)| *kind == 108).expect("answers");
    let faults = [
        ("a note cut off", last, 1),
        ("an answer cut off", answer + 3, 1),
        ("a reservation cut off", reservation + 3, 1),
        ("a reservation twice", reservation + 1, 2),
    ];
    let mut behind = images.clone();
    for (name, at, fault) in faults {
        let apply = |to: &mut Vec<(u16, Vec<u8>)>| match fault {
            1 => drop(to[at].1.pop()),
            _ => to.insert(at, images[at].clone()),
        };
        let mut alone = images.clone();
        apply(&mut alone);
        apply(&mut behind);
        let said = [alone, behind.clone()].map(|images| {
            let disk = copy_of(&disk);
            let snapshot = disk.files().into_keys().find(|name| name.ends_with(".snap")).expect("a snapshot");
            disk.edit(&snapshot, |file| *file = rewritten_snapshot(file, &images));
            refusal(&disk, &config, seed)
        });
        assert_eq!(said[0], said[1], "seed {seed}, {name}: faults behind it are not told");
    }
}
