//! Claim: an engine with threads of its own, which applies on one thread what another reads, opens a folder to the same
//! state, the same report and the same refusals as one that does both in turn.

use std::sync::Arc;

use crate::common::*;
use tacos_engine::{
    Config, Driver, Engine, ManualClock, OpenError, Opened, RecoveryConsent, ReservationId, Reserve,
};
use tacos_testing::storage::MemStorage;

/// Holds in the journal: enough for many batches to be on their way.
const HOLDS: u32 = 3_000;
const BOTH: [Driver; 2] = [Driver::Manual, Driver::Threads];

fn open_on(disk: &MemStorage, config: Config) -> Result<(Engine, Opened), OpenError> {
    Engine::open_storage(Arc::new(disk.clone()), config, RecoveryConsent::LoseNothing, |_| ())
}

fn config_on(clock: &Arc<ManualClock>, driver: Driver) -> Config {
    with_clock(clock).with_driver(driver).with_segment_bytes(256 << 10).with_log_buffer_bytes(64 << 10)
}

/// A closed folder's files: holds, sales and holds given back, in no order, some with keys.
fn written(clock: &Arc<ManualClock>, seed: u64) -> MemStorage {
    let (disk, mut rng) = (MemStorage::new(), Rng::new(seed));
    let engine = open_on(&disk, config_on(clock, Driver::Manual)).expect("a new folder").0;
    open_sale(&engine, house(100, 100));
    let mut live: Vec<ReservationId> = Vec::new();
    for number in 0..HOLDS {
        let plain = Reserve::new(event(), user(format!("user-{}", number % 700)), best(1));
        let command = if rng.chance(50) { plain.with_key(key(format!("k{number}"))) } else { plain };
        live.push(engine.reserve(command).wait().expect("a free seat").id);
        if rng.chance(60) {
            let at = usize::try_from(rng.below(live.len() as u64)).expect("small");
            let id = live.swap_remove(at);
            if rng.chance(70) {
                confirm(&engine, id).expect("held");
            } else {
                release(&engine, id).expect("held");
            }
        }
    }
    engine.close().expect("closed");
    disk
}

fn copy_of(disk: &MemStorage) -> MemStorage {
    MemStorage::with_files(disk.files())
}

#[test]
fn the_same_state_comes_of_it() {
    let (seed, clock) = (seed(), clock());
    let disk = written(&clock, seed);
    let [one, two] = BOTH.map(|driver| {
        let (engine, opened) = open_on(&copy_of(&disk), config_on(&clock, driver)).expect("opens");
        assert!(opened.records > u64::from(HOLDS), "seed {seed}");
        // Asked before the sale goes on by itself: the clock stands still.
        let seen = (engine.digest(), opened.records, opened.position, opened.notes);
        engine.close().expect("closed");
        seen
    });
    assert_eq!(one, two, "seed {seed}");
}

/// Wherever a record does not follow, the same one is named, also when the folder is damaged behind it.
#[test]
fn the_same_record_is_refused() {
    let (seed, clock) = (seed(), clock());
    let whole = written(&clock, seed);
    let mut files = whole.files();
    let (name, last) = files.iter_mut().rfind(|(name, _)| name.ends_with(".seg")).expect("segments");
    let middle = last.len() / 2;
    last.iter_mut().skip(middle).take(64).for_each(|byte| *byte ^= 0x55);
    println!("seed {seed}, damaged: {name} at {middle}");
    for disk in [whole, MemStorage::with_files(files)] {
        for reservations_max in [1, 255, 256, 257, HOLDS / 2, HOLDS - 1] {
            let [one, two] = BOTH.map(|driver| {
                let config = config_on(&clock, driver).with_reservations_max(reservations_max);
                let refused = open_on(&copy_of(&disk), config).map(|(_, opened)| opened);
                refused.expect_err("more holds than that").to_string()
            });
            assert!(one.contains("raise reservations_max"), "seed {seed}: {one}");
            assert_eq!(one, two, "seed {seed}, at most {reservations_max} reservations");
        }
    }
}
