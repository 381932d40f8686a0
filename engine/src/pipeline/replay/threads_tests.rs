//! A thread of the replay that dies or refuses keeps no other waiting, and the calling thread tells why.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicU64;

use super::threads::{Helpers, Job, Spread, Work};
use crate::clock::UnixMs;
use crate::config::Config;
use crate::idempotency::Begin;
use crate::ids::ExternalId;
use crate::journal::{NotTaken, Position, Replay};
use crate::pipeline::log::seal_into;
use crate::pipeline::notes::Noted;
use crate::pipeline::once::Answered;
use crate::pipeline::state::State;
use crate::record::{Image, NoteImage, Remember};

const AT: UnixMs = UnixMs::new(1_800_000_000_000);
const HELPERS: Helpers = Helpers { reading: 2, keeping: 2 };
/// More than all channels together have room for.
const JOBS: usize = 100;

fn state() -> State {
    State::new(Config::default(), || ())
}

/// Everything that `work` says, as text: its error, or its panic.
fn told(state: &State, work: impl Fn(&mut Spread<'_, '_>) -> Result<(), NotTaken>) -> String {
    let taken = AtomicU64::new(0);
    let run = || {
        std::thread::scope(|scope| {
            work(&mut Spread::start(scope, state, &taken, HELPERS).expect("the system has threads"))
        })
    };
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(())) => "nothing".to_owned(),
        Ok(Err(NotTaken::Damaged(found))) => found,
        Ok(Err(NotTaken::Refused { at, error })) => format!("{at}: {error:?}"),
        Err(panic) => panic.downcast_ref::<&str>().map_or_else(
            || panic.downcast_ref::<String>().expect("a panic has a text").clone(),
            |text| (*text).to_owned(),
        ),
    }
}

/// A sealed record of a note, of a few thousand bytes.
fn note(number: usize) -> Vec<u8> {
    let name = ExternalId::new(&format!("note-{number}")).expect("valid");
    let mut bytes = Vec::new();
    seal_into(&Noted { name, value: Some(vec![7; 3_000]), key: None }, AT, &mut bytes);
    bytes
}

fn give_notes(spread: &mut Spread<'_, '_>) -> Result<(), NotTaken> {
    let mut start = Position::ZERO;
    for number in 0..JOBS {
        let records = note(number);
        let end = start.plus(records.len() as u64);
        spread.give(Job::Run { start, records })?;
        start = end;
    }
    spread.finish()
}

#[test]
fn notes_are_taken_while_nothing_dies() {
    let state = state();
    assert_eq!(told(&state, give_notes), "nothing");
    let mut notes = 0;
    state.images(AT, &mut |kind, _| notes += usize::from(kind == NoteImage::KIND));
    assert_eq!(notes, JOBS);
}

#[test]
fn a_reading_thread_that_dies_is_told() {
    let dying = |spread: &mut Spread<'_, '_>| {
        spread.give(Job::Die)?;
        give_notes(spread)
    };
    assert_eq!(told(&state(), dying), "a planted death of a reading thread");
}

#[test]
fn an_applying_thread_that_dies_is_told() {
    let dying = |spread: &mut Spread<'_, '_>| {
        spread.apply(Work::Die)?;
        give_notes(spread)
    };
    assert_eq!(told(&state(), dying), "a planted death of the applying thread");
    let at_the_end = |spread: &mut Spread<'_, '_>| {
        spread.apply(Work::Die)?;
        spread.snapshot_ended(Position::ZERO, 0)
    };
    assert_eq!(told(&state(), at_the_end), "a planted death of the applying thread");
}

#[test]
fn a_keeping_thread_that_dies_is_told() {
    let state = state();
    let Begin::Fresh(_answering) = state.answers.begin(1, 1, AT) else { panic!("nothing is there yet") };
    let key = Remember { key: 1, fingerprint: 1, until: AT };
    let mut answered = Vec::new();
    seal_into(&Answered { key, reply: vec![255] }, AT, &mut answered);
    let dying = |spread: &mut Spread<'_, '_>| {
        for _ in 0..JOBS {
            spread.run(Position::ZERO, &answered)?;
            spread.give(Job::Run { start: Position::ZERO, records: answered.clone() })?;
        }
        spread.finish()
    };
    let said = told(&state, dying);
    assert!(said.contains("is being answered during replay"), "{said}");
}

/// What cannot be read is told after what stands before it and cannot be applied.
#[test]
fn the_first_fault_is_told() {
    let broken = |spread: &mut Spread<'_, '_>| {
        give_notes_up_to(spread, 5)?;
        let mut records = note(5);
        records[40] ^= 1;
        spread.give(Job::Run { start: Position(1 << 30), records })?;
        spread.give(Job::Run { start: Position(2 << 30), records: vec![0; 8] })?;
        spread.finish()
    };
    let said = told(&state(), broken);
    assert!(
        said.starts_with("position 1073741824: ") && said.contains("in an intact frame, record checksum"),
        "{said}"
    );
    let missing = |spread: &mut Spread<'_, '_>| {
        give_notes_up_to(spread, 5)?;
        spread.snapshot_ended(Position(9), 6)
    };
    assert_eq!(told(&state(), missing), "5 records of 6");
}

fn give_notes_up_to(spread: &mut Spread<'_, '_>, count: usize) -> Result<(), NotTaken> {
    (0..count).try_for_each(|number| spread.give(Job::Run { start: Position::ZERO, records: note(number) }))
}
