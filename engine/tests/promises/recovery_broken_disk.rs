//! A sync that fails, and a disk that is full: what the engine still does, what it refuses, and how it comes back.

use std::sync::Arc;

use tacos_engine::{
    Bound, Clock, Config, Done, Driver, Engine, Error, ExternalId, Failure, ManualClock, Note,
    RecoveryConsent, Refusal, UnixMs,
};
use tacos_testing::storage::{CrashKeeps, FailedCall, Fault, SimStorage};

fn open(storage: &SimStorage, clock: &Arc<ManualClock>) -> Engine {
    let config = Config::default()
        .with_driver(Driver::Manual)
        .with_clock(Arc::clone(clock) as Arc<dyn Clock>)
        .with_fixed_entropy(Some(7))
        .with_log_buffer_bytes(64 << 10)
        .with_segment_bytes(256 << 10);
    let disk = Arc::new(storage.clone());
    Engine::open_storage(disk, config, RecoveryConsent::LoseNothing, |_| ()).expect("the folder opens").0
}

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new(UnixMs::new(1_800_000_000_000)))
}

fn name(text: &str) -> ExternalId {
    ExternalId::new(text).expect("valid")
}

fn write(engine: &Engine, note: &str, bytes: usize) -> Result<Done, Failure> {
    engine.note(Note::new(name(note), Some(vec![1; bytes]))).wait()
}

#[test]
fn a_failed_sync_stops_writes_and_not_reads_and_opening_again_mends_it() {
    for reaches_disk in [false, true] {
        let (storage, clock) = (SimStorage::new(3), clock());
        let engine = open(&storage, &clock);
        write(&engine, "before", 10).expect("a healthy disk");
        let at = storage.calls().syncs;
        storage.add_fault(Fault::Fail { call: FailedCall::SyncData, at, reaches_disk });
        let failed = write(&engine, "during", 10);
        assert!(matches!(failed, Err(Failure::Broken(Error::Poisoned { .. }))), "{failed:?}");
        let after = write(&engine, "after", 10);
        assert!(
            matches!(after, Err(Failure::Broken(Error::Poisoned { .. }))),
            "never tried again: {after:?}"
        );
        assert_eq!(engine.read_note(&name("before")), Some(vec![1; 10]), "reads go on");
        assert!(engine.close().is_err(), "closing says it too");
        drop(engine);
        // The same machine, whose cache takes for written what the disk may not have.
        let engine = open(&storage, &clock);
        assert_eq!(engine.read_note(&name("before")), Some(vec![1; 10]));
        let during = engine.read_note(&name("during"));
        write(&engine, "again", 10).expect("it takes writes again");
        drop(engine);
        for keeps in [CrashKeeps::Nothing, CrashKeeps::SomeSectors, CrashKeeps::Everything] {
            let engine = open(&storage.after_crash(keeps, 1), &clock);
            assert_eq!(engine.read_note(&name("again")), Some(vec![1; 10]), "acknowledged, {keeps:?}");
            assert_eq!(
                engine.read_note(&name("during")),
                during,
                "seen before, so durable by then, {keeps:?}"
            );
        }
    }
}

#[test]
fn a_full_disk_refuses_writes_until_there_is_room_again() {
    let (storage, clock) = (SimStorage::new(4), clock());
    let engine = open(&storage, &clock);
    write(&engine, "first", 10).expect("room");
    storage.set_budget(storage.used_bytes());
    let no_room = Err(Failure::Refused(Refusal::AtCapacity(Bound::DiskSpace)));
    let mut written = 0;
    let refused = (0..2_000).find_map(|_| match write(&engine, "bulk", 4_000) {
        Ok(_) => {
            written += 1;
            None
        }
        refused => Some(refused),
    });
    assert_eq!(refused, Some(no_room.clone()), "after {written} writes");
    assert!(written > 10, "the reserve takes some writes still: {written}");
    assert!(engine.status().disk_full && engine.status().poisoned.is_none(), "{:?}", engine.status());
    assert_eq!(engine.read_note(&name("first")), Some(vec![1; 10]), "reads go on");
    engine.turn();
    assert_eq!(write(&engine, "bulk", 10), no_room, "still full");
    storage.set_budget(u64::MAX);
    engine.turn();
    write(&engine, "last", 10).expect("there is room again");
    let digest = engine.digest();
    drop(engine);
    let engine = open(&storage.after_crash(CrashKeeps::Nothing, 1), &clock);
    assert_eq!(engine.digest(), digest, "nothing acknowledged is lost");
}
