//! Claim: what was acknowledged is there after a crash at any moment, what was not has happened wholly or not at all, and
//! idempotent retries meet their first answers. Here: a copy of the disk taken at every acknowledgement, and a process
//! that is killed while it writes. Faulty disks are in the simulation.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;

use crate::common::*;
use tacos_engine::{Caller, Driver, Engine, ExternalId, RecoveryConsent, ReservationRef, Reserve};
use tacos_testing::storage::MemStorage;

fn open_on(disk: &MemStorage, clock: &Arc<tacos_engine::ManualClock>) -> Engine {
    let config = with_clock(clock)
        .with_driver(Driver::Manual)
        .with_segment_bytes(256 << 10)
        .with_log_buffer_bytes(64 << 10);
    let storage = Arc::new(disk.clone());
    let opened = Engine::open_storage(storage, config, RecoveryConsent::LoseNothing, |_| ());
    opened.expect("the folder opens").0
}

/// The disk as it is at each acknowledgement is opened by another engine, which must be in the same state.
#[test]
fn at_every_acknowledgement_the_disk_has_everything() {
    let seed = seed();
    let (disk, clock, mut rng) = (MemStorage::new(), clock(), Rng::new(seed));
    let engine = open_on(&disk, &clock);
    open_sale(&engine, house(2, 10));
    let mut live = Vec::new();
    for step in 0..120 {
        match rng.below(5) {
            0 if !live.is_empty() => {
                let id = live.swap_remove(usize::try_from(rng.below(live.len() as u64)).expect("small"));
                let _ = confirm(&engine, id);
            }
            1 if !live.is_empty() => {
                let id = live.swap_remove(usize::try_from(rng.below(live.len() as u64)).expect("small"));
                let _ = release(&engine, id);
            }
            2 => {
                clock.advance(std::time::Duration::from_millis(rng.below(20_000)));
                engine.turn();
            }
            _ => {
                let command = Reserve::new(event(), user("kim"), best(1)).with_key(key(format!("k{step}")));
                if let Ok(held) = engine.reserve(command.clone()).wait() {
                    live.push(held.id);
                    let copy = MemStorage::with_files(disk.files());
                    let twin = open_on(&copy, &clock);
                    assert_eq!(
                        twin.reserve(command).wait(),
                        Ok(held),
                        "seed {seed}, step {step}: the same answer"
                    );
                }
            }
        }
        let twin = open_on(&MemStorage::with_files(disk.files()), &clock);
        assert_eq!(twin.digest(), engine.digest(), "seed {seed}, step {step}");
    }
}

const CHILD: &str = "TACOS_KILLED_CHILD_FOLDER";

/// The process that will be killed: writes from four threads, and says what was acknowledged.
#[test]
fn child_that_is_killed() {
    let Some(folder) = std::env::var_os(CHILD) else { return };
    let engine = open_folder(std::path::Path::new(&folder), config());
    if engine.event(&event()).is_err() {
        open_sale(&engine, house(100, 100));
    }
    let begun = engine.status().durable;
    let out = std::sync::Mutex::new(std::io::stdout());
    together(4, |thread| {
        for number in 0.. {
            let name = format!("r-{begun}-{thread}-{number}");
            let mut command = Reserve::new(event(), user("kim"), best(1)).with_key(key(&name));
            command.external = Some(ExternalId::new(&name).expect("valid"));
            let Ok(held) = engine.reserve(command).wait() else { return };
            let mut out = out.lock().expect("no panic");
            writeln!(out, "ACK {name} {}", held.id).and_then(|()| out.flush()).expect("the parent reads");
        }
    });
}

#[test]
fn a_process_killed_in_the_middle_of_writing_loses_nothing_acknowledged() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut acknowledged = Vec::new();
    for life in 1..=3_usize {
        let mut child = Command::new(std::env::current_exe().expect("this test"))
            .args([
                "--exact",
                "nothing_acknowledged_is_lost::child_that_is_killed",
                "--nocapture",
                "--test-threads=1",
            ])
            .env(CHILD, folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a process");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        // The rest of what it said before it died counts as well.
        let mut said = 0;
        for line in lines {
            let line = line.expect("text");
            let mut words = line.split(' ').skip_while(|word| !word.ends_with("ACK")).skip(1);
            if let (Some(name), Some(id)) = (words.next(), words.next()) {
                acknowledged.push((name.to_owned(), id.to_owned()));
                said += 1;
                if said == 150 * life {
                    child.kill().expect("killed");
                }
            }
        }
        child.wait().expect("gone");
        let engine = open_folder(folder.path(), config());
        for (name, id) in &acknowledged {
            let which = ReservationRef::External(ExternalId::new(name).expect("valid"));
            let found = engine
                .reservation(&which, &Caller::Operator)
                .wait()
                .unwrap_or_else(|no| panic!("life {life}: {name}: {no}"));
            assert_eq!(found.id.to_string(), *id, "life {life}");
        }
        let counts = engine.counts(&event()).expect("known");
        let ended = 10_000 - counts.reserved - counts.available;
        assert_eq!(ended, 0, "life {life}: {counts:?}");
        assert!(
            counts.reserved as usize <= acknowledged.len() + 4 * life,
            "at most one unanswered a thread and life"
        );
    }
}
