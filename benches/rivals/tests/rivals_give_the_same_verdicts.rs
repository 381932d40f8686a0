//! Every rival in this process answers a seeded sequence of holds, ends and passing time with the same words as our
//! engine, so what is compared is the same work.
#![allow(clippy::print_stdout, reason = "a test of chance prints its seed")]

use std::sync::Arc;

use tacos_engine::{Clock, Driver, ManualClock, UnixMs};
use tacos_rivals::contestants::dutiful_map::DutifulMap;
use tacos_rivals::contestants::mutex_map::{FastHash, MutexMap, ParkingLot, StdLock};
use tacos_rivals::contestants::one_owner::OneOwner;
use tacos_rivals::contestants::ours::Ours;
use tacos_rivals::rival::{Counts, Fault, Rival};
use tacos_rivals::verdicts::{HALL, same, script};

const STEPS: u64 = 3_000;

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new(UnixMs::new(1_800_000_000_000)))
}

type Words = (Vec<String>, Counts);

fn with_time<R: Rival>(seed: u64, make: impl Fn(Arc<dyn Clock>) -> Result<R, Fault>) -> Words {
    let clock = clock();
    let rival = make(Arc::clone(&clock) as Arc<dyn Clock>).expect("made");
    script(&rival, Some(&clock), seed, STEPS).expect("a run")
}

fn without_time<R: Rival>(seed: u64, rival: &R) -> Words {
    script(rival, None, seed, STEPS).expect("a run")
}

#[test]
fn the_sequence_has_everything() {
    let (words, counts) = with_time(1, |clock| Ours::in_memory(HALL, clock));
    for expected in ["held", "taken: [true, false]", "taken: [false, true]", "taken: [true, true]"] {
        assert!(words.iter().any(|word| word == expected), "no {expected:?}");
    }
    for expected in ["Confirm: Done", "Confirm: Expired", "Release: Done", "Release: Expired"] {
        assert!(words.iter().any(|word| word == expected), "no {expected:?}");
    }
    assert!(counts.sold > 0 && counts.held == 0, "{counts:?}");
}

#[test]
fn rivals_with_deadlines_answer_as_we_do_while_time_passes() {
    for seed in 1..=20 {
        println!("seed {seed}");
        let ours = with_time(seed, |clock| Ours::in_memory(HALL, clock));
        let rivals = [
            with_time(seed, |clock| MutexMap::<StdLock>::new(HALL, Some(clock))),
            with_time(seed, |clock| MutexMap::<ParkingLot>::new(HALL, Some(clock))),
            with_time(seed, |clock| MutexMap::<FastHash>::new(HALL, Some(clock))),
            with_time(seed, |clock| DutifulMap::new(HALL, clock)),
            with_time(seed, |clock| OneOwner::in_memory(HALL, clock)),
        ];
        for (number, theirs) in rivals.iter().enumerate() {
            same(&ours, theirs, seed).unwrap_or_else(|fault| panic!("rival {number}: {fault}"));
        }
    }
}

#[test]
fn rivals_without_deadlines_answer_as_we_do_while_time_stands() {
    for seed in 21..=30 {
        println!("seed {seed}");
        let ours = without_time(seed, &Ours::in_memory(HALL, clock()).expect("made"));
        let bare = MutexMap::<ParkingLot>::new(HALL, None).expect("made");
        same(&ours, &without_time(seed, &bare), seed).expect("the same");
    }
}

#[test]
fn durable_ones_answer_as_those_in_memory_do() {
    let seed = 31;
    println!("seed {seed}");
    let ours = without_time(seed, &Ours::in_memory(HALL, clock()).expect("made"));
    let folder = || tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let (first, second) = (folder(), folder());
    let durable = Ours::durable(HALL, first.path(), Driver::Threads).expect("opened");
    same(&ours, &without_time(seed, &durable), seed).expect("the same");
    let owner = OneOwner::durable(HALL, second.path()).expect("opened");
    same(&ours, &without_time(seed, &owner), seed).expect("the same");
}

#[test]
fn a_difference_is_found() {
    let ours = (vec!["held".to_owned(), "held".to_owned()], Counts::default());
    let theirs = (vec!["held".to_owned(), "taken: [true, true]".to_owned()], Counts::default());
    assert!(same(&ours, &theirs, 1).expect_err("they differ").to_string().contains("step 1"));
    let counts = (ours.0.clone(), Counts { sold: 2, ..Counts::default() });
    assert!(same(&ours, &counts, 1).is_err());
}
