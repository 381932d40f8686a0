//! Claim: a snapshot is taken beside the running engine; what it holds and what the journal holds are the same state;
//! old journal files go, two generations of snapshots stay; and what cannot be snapshotted says why.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::common::*;
use tacos_engine::{Caller, Engine, Note, PaymentOutcome, QueuePolicy, SnapshotError};

/// A little of everything that an engine remembers.
fn everything(engine: &Engine, clock: &tacos_engine::ManualClock) {
    create(engine, event(), house(4, 25), settings(), Some(QueuePolicy::default().with_inside_max(3)));
    open(engine, event());
    let people: Vec<_> = (0..20).map(|number| join(engine, &format!("p{number}")).expect("joined")).collect();
    ask(engine, &people[0]).expect("let in");
    engine.leave_queue(people[7].token).wait().expect("left");
    let hold = |who: &str| {
        let mut command = tacos_engine::Reserve::new(event(), user(who), best(2)).with_key(key(who));
        command.trusted = true;
        engine.reserve(command).wait().expect("held")
    };
    let [kept, confirmed, released, paid, extended] = ["a", "b", "c", "d", "e"].map(hold);
    confirm(engine, confirmed.id).expect("sold");
    release(engine, released.id).expect("released");
    extend(engine, extended.id, Duration::from_secs(20)).expect("extended");
    let mut command = payment_command(&paid, "d", tacos_engine::Scenario::Outside);
    command.webhook_url = Some("https://shop.example/hook".to_owned());
    let payment = engine.create_payment(command).wait().expect("an intent").id;
    report(engine, payment, PaymentOutcome::Completed).expect("settled");
    let name = tacos_engine::ExternalId::new("setting").expect("valid");
    engine.note(Note::new(name, Some(b"one".to_vec()))).wait().expect("set");
    clock.advance(Duration::from_secs(1));
    engine.turn();
    assert!(engine.reservation(&kept.id.into(), &Caller::Operator).wait().is_ok());
}

#[test]
fn a_snapshot_and_the_journal_are_the_same_state() {
    let (folder, clock) = (tempfile::tempdir().expect("a folder"), clock());
    let engine = open_folder(folder.path(), by_hand(&clock));
    everything(&engine, &clock);
    let digest = engine.digest();
    engine.close().expect("closed");
    drop(engine);
    let engine = open_folder(folder.path(), by_hand(&clock));
    assert_eq!(engine.digest(), digest, "from the journal alone");
    let info = engine.snapshot().expect("a snapshot");
    assert_eq!(info.position, engine.position());
    assert_eq!(engine.digest(), digest, "taking it changes nothing");
    engine.close().expect("closed");
    drop(engine);
    let (engine, opened) =
        Engine::open_with(folder.path(), by_hand(&clock), tacos_engine::RecoveryConsent::LoseNothing, |_| ())
            .expect("opens");
    assert_eq!(engine.digest(), digest, "from the snapshot");
    assert_eq!(opened.snapshot.expect("it was used").position, info.position);
}

#[test]
fn writers_and_readers_go_on_meanwhile() {
    let (folder, clock) = (tempfile::tempdir().expect("a folder"), clock());
    let config = || with_clock(&clock).with_snapshot_every_bytes(0);
    let engine = open_folder(folder.path(), config());
    open_sale(&engine, house(40, 50));
    let (over, written) = (AtomicBool::new(false), AtomicU64::new(0));
    watched_scope(|scope| {
        for thread in 0..4 {
            let (engine, over, written) = (&engine, &over, &written);
            scope.spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    let held = reserve(engine, &format!("u{thread}"), best(1)).expect("room");
                    release(engine, held.id).expect("ours");
                    written.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let _ending = Ending(&over);
        for _ in 0..5 {
            let before = written.load(Ordering::Relaxed);
            engine.snapshot().expect("a snapshot beside the writers");
            until("writers go on", || written.load(Ordering::Relaxed) > before);
        }
    });
    let digest = engine.digest();
    engine.close().expect("closed");
    drop(engine);
    let engine = open_folder(folder.path(), config());
    assert_eq!(engine.digest(), digest);
}

#[test]
fn old_files_go_and_two_snapshots_stay() {
    let (folder, clock) = (tempfile::tempdir().expect("a folder"), clock());
    let config = || by_hand(&clock).with_segment_bytes(256 << 10).with_log_buffer_bytes(64 << 10);
    let engine = open_folder(folder.path(), config());
    open_sale(&engine, house(1, 10));
    let files = |extension: &str| {
        let of = |entry: std::io::Result<std::fs::DirEntry>| entry.expect("an entry").path();
        let entries = std::fs::read_dir(folder.path()).expect("a folder").map(of);
        entries.filter(|path| path.extension().is_some_and(|found| found == extension)).count()
    };
    let mut most = 0;
    for round in 0..6 {
        for number in 0..200 {
            let name = tacos_engine::ExternalId::new(&format!("note-{number}")).expect("valid");
            let value = Some(vec![round; 3_000]);
            engine.note(Note::new(name, value)).wait().expect("set");
        }
        engine.snapshot().expect("a snapshot");
        most = most.max(files("seg"));
        assert!(files("snap") <= 2, "round {round}: {} snapshots", files("snap"));
    }
    assert_eq!(files("snap"), 2);
    assert!(
        files("seg") < most + 2 && files("seg") <= 10,
        "{} segments are kept, {most} at most",
        files("seg")
    );
    let digest = engine.digest();
    engine.close().expect("closed");
    drop(engine);
    assert_eq!(open_folder(folder.path(), config()).digest(), digest);
}

#[test]
fn what_cannot_be_says_so() {
    let (engine, _) = small_sale();
    assert!(matches!(engine.snapshot(), Err(SnapshotError::NoFolder)));
}
