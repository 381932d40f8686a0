//! Claim: the outcome of a simulated payment and its moment are decided once, when processing starts, and are durable: a
//! restart neither loses nor repeats one.

use std::time::Duration;

use crate::common::*;
use tacos_engine::{
    Caller, Engine, ManualClock, PaymentEffect, PaymentId, PaymentState, ProcessPayment, Refusal, Reserve,
    Scenario,
};

fn state(engine: &Engine, id: PaymentId) -> PaymentState {
    engine.payment(id, &Caller::Operator).wait().expect("known").state
}

/// A hold that outlasts every scenario, and a payment for it.
fn pay(engine: &Engine, scenario: Scenario) -> PaymentId {
    let mut command = Reserve::new(event(), user("kim"), best(1));
    command.hold_until = Some(engine.now().plus_ms(600_000));
    let held = engine.reserve(command).wait().expect("held");
    engine.create_payment(payment_command(&held, "kim", scenario)).wait().expect("an intent").id
}

fn step(engine: &Engine, clock: &ManualClock, ms: u64) {
    clock.advance(Duration::from_millis(ms));
    engine.turn();
}

#[test]
fn each_scenario_ends_within_its_time() {
    let (engine, clock) = small_sale();
    let cases = [
        (Scenario::Approve, 2_000..=5_000, Some(PaymentState::Completed)),
        (Scenario::Fail, 1_000..=3_000, Some(PaymentState::Failed)),
        (Scenario::Delay, 10_000..=30_000, Some(PaymentState::Completed)),
        (Scenario::Random, 2_000..=7_000, None),
    ];
    for (scenario, after_ms, outcome) in cases {
        let id = pay(&engine, scenario);
        assert_eq!(state(&engine, id), PaymentState::Pending);
        step(&engine, &clock, 200);
        assert_eq!(state(&engine, id), PaymentState::Processing, "{scenario:?} starts by itself");
        step(&engine, &clock, after_ms.start() - 1);
        assert_eq!(state(&engine, id), PaymentState::Processing, "{scenario:?}");
        step(&engine, &clock, after_ms.end() - after_ms.start() + 1);
        let ended = state(&engine, id);
        assert!(matches!(ended, PaymentState::Completed | PaymentState::Failed), "{scenario:?}: {ended:?}");
        assert!(outcome.is_none_or(|outcome| outcome == ended), "{scenario:?}: {ended:?}");
    }
}

#[test]
fn a_timeout_never_answers_and_expires() {
    let (engine, clock) = small_sale();
    let id = pay(&engine, Scenario::Timeout);
    step(&engine, &clock, 200);
    step(&engine, &clock, 899_799);
    assert_eq!(state(&engine, id), PaymentState::Processing);
    step(&engine, &clock, 1);
    assert_eq!(state(&engine, id), PaymentState::Expired);
}

#[test]
fn processing_can_be_asked_for_and_starts_once() {
    let (engine, clock) = small_sale();
    let id = pay(&engine, Scenario::Approve);
    let process = || engine.process_payment(ProcessPayment::new(id, Caller::Operator)).wait();
    assert_eq!(process().expect("started").state, PaymentState::Processing);
    assert_eq!(refused(process()), Refusal::PaymentIs(PaymentState::Processing));
    step(&engine, &clock, 5_000);
    assert_eq!(state(&engine, id), PaymentState::Completed);
}

#[test]
fn time_can_be_scaled() {
    let clock = clock();
    let engine = Engine::in_memory(by_hand(&clock).with_payment_time_permille(1)).expect("an engine");
    open_sale(&engine, house(1, 10));
    let id = pay(&engine, Scenario::Delay);
    step(&engine, &clock, 1);
    step(&engine, &clock, 30);
    assert_eq!(state(&engine, id), PaymentState::Completed);
}

/// Twenty payments of unknown outcome; the engine is closed and opened in every phase. What was decided stays decided:
/// an engine that was never closed has the same outcomes at the same moments.
#[test]
fn a_restart_neither_loses_nor_repeats_an_outcome() {
    let run = |restarts: bool| {
        let (folder, clock) = (tempfile::tempdir().expect("a folder"), clock());
        let config = || by_hand(&clock).with_fixed_entropy(Some(7));
        let mut engine = open_folder(folder.path(), config());
        open_sale(&engine, house(2, 10));
        let ids: Vec<PaymentId> = (0..20).map(|_| pay(&engine, Scenario::Random)).collect();
        let mut seen = Vec::new();
        for _ in 0..16 {
            if restarts {
                engine.close().expect("closed");
                drop(engine);
                engine = open_folder(folder.path(), config());
            }
            step(&engine, &clock, 500);
            seen.push(ids.iter().map(|id| state(&engine, *id)).collect::<Vec<_>>());
        }
        let views: Vec<_> =
            ids.iter().map(|id| engine.payment(*id, &Caller::Operator).wait().expect("known")).collect();
        let effects: Vec<PaymentEffect> = views.iter().map(|view| view.effect).collect();
        assert!(
            effects.iter().all(|effect| matches!(effect, PaymentEffect::Confirmed | PaymentEffect::Released)),
            "{effects:?}"
        );
        let sold = effects.iter().filter(|effect| **effect == PaymentEffect::Confirmed).count();
        let counts = engine.counts(&event()).expect("known");
        assert_eq!(
            (counts.sold as usize, counts.available as usize),
            (sold, 20 - sold),
            "each took effect once"
        );
        seen
    };
    assert_eq!(run(true).last(), run(false).last());
}
