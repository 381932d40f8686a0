//! Claim: with a full disk and callers who write themselves, every call comes back: writes are refused, turning the wheel
//! leaves what is due, closing ends; and when there is room again all goes on. (How a thread waits for a group that a full
//! disk holds back is shown beside the watermark: it sleeps between two looks.)

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use crate::common::*;
use tacos_engine::journal::{Access, LockKind, StorageFile, StorageLock};
use tacos_engine::{Bound, Config, Engine, ExternalId, Note, RecoveryConsent, Refusal, Storage};
use tacos_testing::storage::MemStorage;
use tacos_testing::watched;

/// A folder in memory without room for new files while `full` is set; counts how often it was asked for some.
#[derive(Clone, Default)]
struct Bounded {
    inner: MemStorage,
    full: Arc<AtomicBool>,
    asked: Arc<AtomicU32>,
}

impl Bounded {
    fn room(&self) -> io::Result<()> {
        self.asked.fetch_add(1, Ordering::AcqRel);
        if self.full.load(Ordering::Acquire) { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }
}

impl Storage for Bounded {
    fn folder(&self) -> String {
        self.inner.folder()
    }
    fn list(&self) -> io::Result<Vec<String>> {
        self.inner.list()
    }
    fn create(&self, name: &str, bytes: u64) -> io::Result<Arc<dyn StorageFile>> {
        self.room()?;
        self.inner.create(name, bytes)
    }
    fn open(&self, name: &str, access: Access) -> io::Result<Arc<dyn StorageFile>> {
        self.inner.open(name, access)
    }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.inner.rename(from, to)
    }
    fn remove(&self, name: &str) -> io::Result<()> {
        self.inner.remove(name)
    }
    fn sync_folder(&self) -> io::Result<()> {
        self.inner.sync_folder()
    }
    fn lock(&self, kind: LockKind) -> io::Result<StorageLock> {
        self.inner.lock(kind)
    }
    fn free_bytes(&self) -> io::Result<u64> {
        let is_full = self.full.load(Ordering::Acquire);
        if is_full { Ok(0) } else { self.inner.free_bytes() }
    }
}

fn small(config: Config) -> Config {
    config.with_log_buffer_bytes(64 << 10).with_segment_bytes(256 << 10).with_snapshot_every_bytes(0)
}

fn open_on(disk: &Bounded, config: Config) -> Engine {
    let disk = Arc::new(disk.clone());
    Engine::open_storage(disk, config, RecoveryConsent::LoseNothing, |_| ()).expect("it opens").0
}

fn note(engine: &Engine, number: u32) -> Result<tacos_engine::Done, tacos_engine::Failure> {
    let name = ExternalId::new(&format!("note-{number}")).expect("valid");
    engine.note(Note::new(name, Some(vec![7; 4_096]))).wait()
}

/// Writes until the disk is full; returns how many notes it took.
fn fill(engine: &Engine) -> u32 {
    for number in 0.. {
        if let Err(failure) = note(engine, number) {
            assert_eq!(refused::<()>(Err(failure)), Refusal::AtCapacity(Bound::DiskSpace));
            return number;
        }
        assert!(number < 10_000, "the disk is never full");
    }
    unreachable!("counting ends above")
}

#[test]
fn every_call_comes_back_and_with_room_all_goes_on() {
    watched("a full disk, by hand", 120, || {
        let (disk, clock) = (Bounded::default(), clock());
        let engine = open_on(&disk, small(by_hand(&clock)));
        open_sale(&engine, house(2, 10));
        reserve(&engine, "kim", seats(&["R1-1"])).expect("held");
        disk.full.store(true, Ordering::Release);
        fill(&engine);
        clock.advance(Duration::from_secs(60));
        let asked = disk.asked.load(Ordering::Acquire);
        for _ in 0..10 {
            assert_eq!(engine.turn().fired, 0, "what is due stays due");
        }
        assert_eq!(
            disk.asked.load(Ordering::Acquire),
            asked,
            "a disk without room is not asked to make files"
        );
        assert_eq!(engine.counts(&event()).expect("known").reserved, 1);
        disk.full.store(false, Ordering::Release);
        assert!(engine.turn().fired > 0, "with room the hold expires");
        assert_eq!(engine.counts(&event()).expect("known").reserved, 0);
        note(&engine, 10_000).expect("room again");
    });
}

#[test]
fn closing_on_a_full_disk_ends_and_loses_nothing_acknowledged() {
    for config in [by_hand(&clock()), with_clock(&clock())] {
        watched("closing on a full disk", 120, || {
            let disk = Bounded::default();
            let engine = open_on(&disk, small(config.clone()));
            disk.full.store(true, Ordering::Release);
            let taken = fill(&engine);
            engine.close().expect("what was taken has its room");
            drop(engine);
            disk.full.store(false, Ordering::Release);
            let engine = open_on(&disk, small(config.clone()));
            assert_eq!(engine.notes("note").len(), taken as usize);
        });
    }
}
