//! Whatever the moment of the crash and whatever the disk keeps of what was not synced: the folder opens, nothing
//! acknowledged is lost, what comes back is a prefix of what was written, and writing goes on.

use super::{NOW, group, numbered, open_with, options, write};
use crate::journal::{Journal, JournalError, Position};
use crate::testing::storage::{CrashKeeps, Fault, SimStorage};
use std::sync::Arc;

const ALL: [CrashKeeps; 6] = [
    CrashKeeps::Everything,
    CrashKeeps::Nothing,
    CrashKeeps::SomeSectors,
    CrashKeeps::SomePages,
    CrashKeeps::Prefix,
    CrashKeeps::Suffix,
];

/// What the outside world has been told.
#[derive(Default, Clone, Copy, Debug)]
struct Told {
    /// Records before this number are acknowledged.
    durable: u64,
    /// Records before this number were handed to the journal.
    written: u64,
}

/// Sixty groups over several segments, one to three per sync, three snapshots, retention, a quiet moment, a close.
fn workload(disk: &SimStorage, told: &mut Told) -> Result<(), JournalError> {
    let (mut journal, ..) = open_with(Arc::new(disk.clone()), &options())?;
    for round in 0..60_u64 {
        // Every tenth group is long: more than one block.
        let count = if round % 10 == 9 { 120 } else { 1 + round % 7 };
        let next = told.written;
        told.written += count;
        journal.append(journal.end(), &group(next..next + count))?;
        if round % 3 != 1 {
            journal.sync()?;
            told.durable = told.written;
            journal.maintain()?;
        }
        if round % 20 == 15 {
            snapshot(&mut journal, told)?;
        }
        if round == 30 {
            told.durable = told.written;
            journal.seal_tail()?;
        }
    }
    journal.close()?;
    told.durable = told.written;
    Ok(())
}

fn snapshot(journal: &mut Journal, told: &mut Told) -> Result<(), JournalError> {
    let position = journal.sync()?;
    told.durable = told.written;
    let view = journal.view();
    let mut snapshot = view.snapshot(position, NOW)?;
    for number in 0..told.durable {
        snapshot.push_sealed(&numbered(number))?;
    }
    snapshot.finish()?;
    view.retire()?;
    Ok(())
}

/// Opens what a crash left, checks what comes back, writes on, and checks again.
fn survives(disk: &SimStorage, told: Told, case: &str) {
    let (mut journal, opened, memory) = match open_with(Arc::new(disk.clone()), &options()) {
        Ok(opened) => opened,
        Err(error) => panic!("{case}: {error}"),
    };
    let numbers = memory.numbers();
    let count = numbers.len() as u64;
    assert!(numbers.iter().copied().eq(0..count), "{case}: a prefix, in order");
    assert!(told.durable <= count && count <= told.written, "{case}: {told:?}, {count} came back");
    assert_eq!(opened.position, Position(group(0..count).len() as u64), "{case}");
    // One short frame, so that the rest of a longer torn one would still be there if it had not been erased.
    write(&mut journal, count..count + 12, 12);
    drop(journal);
    let (_, opened, memory) = open_with(Arc::new(disk.clone()), &options()).expect(case);
    assert!(memory.numbers().into_iter().eq(0..count + 12), "{case}: written on");
    assert_eq!(opened.cut, None, "{case}: nothing more to cut");
}

#[test]
fn crash_at_every_storage_call_loses_nothing_acknowledged() {
    let healthy = SimStorage::new(1);
    let mut told = Told::default();
    workload(&healthy, &mut told).expect("a healthy disk");
    let calls = healthy.calls();
    assert!(!healthy.files().contains_key("00000000000000000000.seg"), "retention is part of the workload");
    assert!(calls.changes > 150, "{calls:?}");
    let mut cases = 0;
    for at in 0..calls.changes {
        let disk = SimStorage::new(1).with_fault(Fault::Crash { at });
        let mut told = Told::default();
        let result = workload(&disk, &mut told);
        assert!(result.is_err() && disk.crashed(), "call {at} crashes");
        for (index, keeps) in ALL.into_iter().enumerate() {
            let seed = at * 8 + index as u64;
            survives(
                &disk.after_crash(keeps, seed),
                told,
                &format!("crash at call {at}, {keeps:?}, seed {seed}"),
            );
            cases += 1;
        }
    }
    println!("{cases} crashes at {} calls", calls.changes);
    assert_eq!(cases, calls.changes * 6);
}

#[test]
fn crash_at_every_storage_call_of_the_opening_after_a_crash_loses_nothing() {
    let mut cases = 0;
    for at in [3, 9, 60, 98, 131, 150, 190] {
        let disk = SimStorage::new(2).with_fault(Fault::Crash { at });
        let mut told = Told::default();
        workload(&disk, &mut told).expect_err("it crashes");
        for keeps in ALL {
            let image = disk.crash_image(keeps, at);
            let healthy = SimStorage::from_files(at, image.clone());
            open_with(Arc::new(healthy.clone()), &options()).expect("it opens");
            for second in 0..healthy.calls().changes {
                let again = SimStorage::from_files(at, image.clone()).with_fault(Fault::Crash { at: second });
                let opened = open_with(Arc::new(again.clone()), &options());
                // Making the next segment may fail without harm: then the first write finds out.
                assert!(again.crashed(), "call {second} of the opening crashes");
                drop(opened);
                for keeps_again in [CrashKeeps::Nothing, CrashKeeps::SomeSectors, CrashKeeps::Everything] {
                    let case = format!("crashes at {at}, {keeps:?}, and at {second}, {keeps_again:?}");
                    survives(&again.after_crash(keeps_again, second), told, &case);
                    cases += 1;
                }
            }
        }
    }
    println!("{cases} crashes within recovery");
    assert!(cases > 100, "{cases}");
}

#[test]
fn tails_torn_lost_and_reordered_in_many_ways_are_cut() {
    let mut cuts = 0;
    for seed in 0..400 {
        let disk = SimStorage::new(seed);
        let (mut journal, ..) = open_with(Arc::new(disk.clone()), &options()).expect("a new folder");
        write(&mut journal, 0..40, 10);
        let mut written = 40;
        for size in [30, 2, 60] {
            journal.append(journal.end(), &group(written..written + size)).expect("append");
            written += size;
        }
        let keeps = ALL[usize::try_from(seed % 6).expect("small")];
        let after = disk.after_crash(keeps, seed);
        let (_, opened, _) = open_with(Arc::new(after.clone()), &options()).expect("it opens");
        cuts += u32::from(opened.cut.is_some());
        drop(journal);
        survives(&after, Told { durable: 40, written }, &format!("seed {seed}, {keeps:?}"));
    }
    println!("{cuts} of 400 tails were cut");
    assert!((100..400).contains(&cuts), "{cuts}");
}
