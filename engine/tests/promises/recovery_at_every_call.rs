//! The machine dies at every call that changes the disk, in turn; of what was not synced something survives, chosen in
//! several ways. The folder then opens to the state after some step of the workload: not before the last acknowledged one,
//! and never between two.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tacos_engine::{
    Clock, Command, Config, Digest, Driver, Engine, ExternalId, Failure, ManualClock, Money, Note,
    RecoveryConsent, UnixMs,
};
use tacos_testing::storage::{CrashKeeps, Fault, SimStorage};
use tacos_testing::{Step, Workload};

const START: UnixMs = UnixMs::new(1_800_000_000_000);
const KEEPS: [CrashKeeps; 6] = [
    CrashKeeps::Everything,
    CrashKeeps::Nothing,
    CrashKeeps::SomeSectors,
    CrashKeeps::SomePages,
    CrashKeeps::Prefix,
    CrashKeeps::Suffix,
];

fn config(seed: u64, clock: &Arc<ManualClock>) -> Config {
    Config::default()
        .with_driver(Driver::Manual)
        .with_clock(Arc::clone(clock) as Arc<dyn Clock>)
        .with_fixed_entropy(Some(seed))
        .with_idempotency_ttl(Duration::from_secs(60))
        .with_retention(Duration::from_secs(90))
        .with_payment_ttl(Duration::from_secs(60))
        .with_payment_amount_must_match(false)
        .with_idempotency_keys_max(4_096)
        .with_reservations_max(4_096)
        .with_payments_max(4_096)
        .with_webhooks_max(4_096)
        .with_log_buffer_bytes(64 << 10)
        .with_update_history_bytes(64 << 10)
        .with_segment_bytes(256 << 10)
}

fn open(storage: &SimStorage, seed: u64, clock: &Arc<ManualClock>) -> Option<Engine> {
    let disk = Arc::new(storage.clone());
    match Engine::open_storage(disk, config(seed, clock), RecoveryConsent::LoseNothing, |_| ()) {
        Ok((engine, _)) => Some(engine),
        Err(_) if storage.crashed() => None,
        Err(why) => panic!("seed {seed}: the folder does not open: {why}"),
    }
}

/// State and time after a step, by the position of the journal's end.
type Marks = BTreeMap<u64, (Digest, UnixMs)>;

/// Runs the workload until its end or until the disk is dead; returns the marks and the last acknowledged position.
fn run(storage: &SimStorage, seed: u64, steps: u64) -> (Marks, u64) {
    let clock = Arc::new(ManualClock::new(START));
    let (mut marks, mut workload) = (Marks::new(), Workload::new(seed, 8, START));
    let mut acknowledged = 0;
    let Some(mut engine) = open(storage, seed, &clock) else { return (marks, 0) };
    let opening = workload.opening().into_iter().map(|command| Step::Do(vec![command])).collect::<Vec<_>>();
    let mut opening = opening.into_iter();
    marks.insert(0, (engine.digest(), engine.now()));
    for step in 0..steps {
        fill(&engine, step);
        if !mark(&engine, storage, &mut marks, &mut acknowledged) {
            return (marks, acknowledged);
        }
        match opening.next().unwrap_or_else(|| workload.next(engine.now())) {
            Step::Do(commands) => send(&engine, &mut workload, commands),
            Step::Pass(ms) => drop(clock.advance(Duration::from_millis(ms))),
            Step::Snapshot => drop(engine.snapshot()),
            Step::Reopen => {
                let _ = engine.close();
                drop(engine);
                match open(storage, seed, &clock) {
                    Some(opened) => engine = opened,
                    None => return (marks, acknowledged),
                }
            }
            Step::Turn | Step::Look(_) | Step::Deliver | Step::Compare => drop(engine.turn()),
        }
        // What a refusal moved on the way is written with it.
        flush(&engine);
        if !mark(&engine, storage, &mut marks, &mut acknowledged) {
            return (marks, acknowledged);
        }
    }
    let _ = engine.close();
    (marks, acknowledged)
}

/// Notes what state there is now; false if the disk is dead.
fn mark(engine: &Engine, storage: &SimStorage, marks: &mut Marks, acknowledged: &mut u64) -> bool {
    let status = engine.status();
    *acknowledged = status.durable.max(*acknowledged);
    if status.poisoned.is_some() || storage.crashed() {
        return false;
    }
    assert_eq!(status.written, status.durable, "a step leaves nothing unwritten");
    marks.insert(status.durable, (engine.digest(), engine.now()));
    true
}

/// Bulk, so that the journal goes from segment to segment, and snapshots, so that old segments go.
fn fill(engine: &Engine, step: u64) {
    let name = |part| ExternalId::new(&format!("bulk-{part}")).expect("valid");
    let written: Vec<_> = (0..6)
        .map(|part| {
            let value = vec![u8::try_from(step % 251).expect("small"); 4_000];
            engine.note(Note::new(name(part), Some(value)))
        })
        .collect();
    for pending in written {
        let _ = pending.wait();
    }
    if step % 45 == 40 {
        let _ = engine.snapshot();
    }
}

fn flush(engine: &Engine) {
    if engine.status().written > engine.status().durable {
        let name = ExternalId::new("flush").expect("valid");
        let _ = engine.note(Note::new(name, None)).wait();
    }
}

fn send(engine: &Engine, workload: &mut Workload, commands: Vec<Command>) {
    let priced = commands.into_iter().map(|mut command| {
        if let Command::CreatePayment(c) = &mut command {
            c.amount = Money { minor: 1_000, ..c.amount };
        }
        command
    });
    let commands: Vec<Command> = priced.collect();
    let pending: Vec<_> = commands.iter().map(|command| engine.submit(command)).collect();
    for (command, pending) in commands.iter().zip(pending) {
        let answer = pending.wait();
        if !matches!(answer, Err(Failure::Broken(_))) {
            workload.told(command, &answer);
        }
    }
}

/// What a crash left must be the state after a step, and not an earlier one than the acknowledged.
fn check(image: &SimStorage, seed: u64, marks: &Marks, acknowledged: u64, what: &str) {
    // Time stands at the latest record until it is known which step this is.
    let clock = Arc::new(ManualClock::new(UnixMs::ZERO));
    let engine = open(image, seed, &clock).expect("a healthy disk");
    let end = engine.status().written;
    let Some((digest, at)) = marks.get(&end) else {
        panic!("{what}: the journal ends at {end}, which is between two steps");
    };
    assert!(end >= acknowledged, "{what}: {acknowledged} was acknowledged, and only {end} is there");
    clock.advance_to(*at);
    assert_eq!(engine.digest(), *digest, "{what}: the state at {end} is not what it was");
    let name = ExternalId::new("after").expect("valid");
    let written = engine.note(Note::new(name, Some(vec![1]))).wait();
    assert!(written.is_ok(), "{what}: the engine takes no writes: {written:?}");
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Longer: `CRASH_STEPS=2000 CRASH_POINTS=100000 SEEDS=10`.
#[test]
fn a_crash_at_any_call_leaves_the_state_after_a_step() {
    let (steps, most) = (number("CRASH_STEPS", 110), number("CRASH_POINTS", 90));
    let (mut points, mut states, mut bytes) = (0, 0, 0);
    for seed in number("SEED", 1)..number("SEED", 1) + number("SEEDS", 1) {
        let whole = SimStorage::new(seed);
        let (marks, _) = run(&whole, seed, steps);
        let calls = whole.calls().changes;
        let (end, _) = marks.last_key_value().expect("the beginning, at least");
        bytes += end;
        let stride = calls.div_ceil(most).max(1);
        let stride = usize::try_from(stride).expect("small");
        for at in (0..calls).step_by(stride) {
            let storage = SimStorage::new(seed).with_fault(Fault::Crash { at });
            let (_, acknowledged) = run(&storage, seed, steps);
            points += 1;
            for keeps in KEEPS {
                let what = format!("seed {seed}, crash at call {at} of {calls}, {keeps:?}");
                check(&storage.after_crash(keeps, at), seed, &marks, acknowledged, &what);
                states += 1;
            }
        }
    }
    println!("{points} crash points, {states} disk states, journals of {bytes} bytes");
    assert!(states > 0, "a test that looks at nothing proves nothing");
}
