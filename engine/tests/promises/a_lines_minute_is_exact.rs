//! Claim: who was let in during the last minute of a line, and how long these people had waited, is exact by whole seconds
//! of the clock, each wait counted from the person's own joining; also after the folder was opened again.

use std::time::Duration;

use crate::common::*;
use tacos_engine::{Engine, Joined, QueuePolicy};

/// People let in: the second, and how long they had waited.
type LetIn = Vec<(u64, u64)>;

/// What the figures have to be at a moment: of the present second and the 59 before it, and of the last whole second.
fn expected(let_in: &LetIn, now_ms: u64) -> (u32, u64, u32) {
    let present = now_ms / 1_000;
    let minute: Vec<u64> = let_in
        .iter()
        .filter(|(second, _)| (present - 59..=present).contains(second))
        .map(|(_, wait_ms)| *wait_ms)
        .collect();
    let people = minute.len() as u64;
    let mean = minute.iter().sum::<u64>().checked_div(people).unwrap_or(0);
    let last = let_in.iter().filter(|(second, _)| *second == present - 1).count();
    (u32::try_from(people).expect("few"), mean, u32::try_from(last).expect("few"))
}

fn told(engine: &Engine) -> (u32, u64, u32) {
    let queue = engine.queue(&event()).expect("a line");
    let last = engine.admitted_last_second(&event()).expect("a line");
    (queue.admitted_per_minute, queue.average_wait_ms, last)
}

#[test]
fn people_let_in_and_their_waits() {
    let seed = 0x11e5_u64;
    println!("seed {seed:#x}");
    let mut rng = Rng::new(seed);
    let folder = tempfile::tempdir().expect("a folder");
    let clock = clock();
    let config = || by_hand(&clock).with_admissions_per_second_max(1_000_000);
    let engine = open_folder(folder.path(), config());
    open_line(&engine, QueuePolicy::default().with_admissions_per_minute(6_000_000).with_burst(1_000_000));
    let (mut waiting, mut let_in): (Vec<(u64, Joined)>, LetIn) = (Vec::new(), Vec::new());
    for step in 0..600 {
        clock.advance(Duration::from_millis(rng.next() % 900));
        let now_ms = engine.now().get();
        if step % 2 == 0 {
            waiting.push((now_ms, join(&engine, &format!("p{step}")).expect("joined")));
        }
        // Nobody lets the claim window of a minute pass.
        let is_late = waiting.first().is_some_and(|(joined_ms, _)| now_ms - joined_ms > 50_000);
        if is_late || rng.next().is_multiple_of(3) {
            let at =
                if is_late { 0 } else { usize::try_from(rng.next()).unwrap_or(0) % waiting.len().max(1) };
            if at < waiting.len() {
                let (joined_ms, joined) = waiting.remove(at);
                ask(&engine, &joined).expect("it is their turn");
                let_in.push((now_ms / 1_000, now_ms - joined_ms));
            }
        }
        assert_eq!(told(&engine), expected(&let_in, now_ms), "step {step}, seed {seed:#x}");
    }
    let before = told(&engine);
    assert!(before.0 > 10, "{before:?}: the test lets people in");
    engine.close().expect("closes");
    drop(engine);
    let again = open_folder(folder.path(), config());
    assert_eq!(told(&again), before, "as before the folder was opened again, seed {seed:#x}");
    clock.advance(Duration::from_secs(61));
    assert_eq!(told(&again), (0, 0, 0), "a minute later");
}
