//! Claim: what ends is forgotten within its time, so that a sale may go on without end: after some hours neither the
//! tables nor the snapshots of it grow any more, whatever happens in them.

use std::sync::Arc;
use std::time::Duration;

use crate::common::*;
use tacos_engine::{
    Caller, CancelPayment, Engine, ExternalId, Note, PaymentOutcome, QueuePolicy, RecoveryConsent, Release,
    ReportWebhook, ReservationRef, Reserve, Scenario,
};
use tacos_testing::storage::MemStorage;

/// Hours of the sale. By the end of the first half everything that is kept for some time is there.
const HOURS: u64 = 48;
/// Customers an hour, each with a name and a session of their own.
const CUSTOMERS: u64 = 400;

/// So much of anything may be more by chance.
const CHANCE: u64 = 16;

/// What there is after an hour, by name.
type Figures = [(&'static str, u64); 11];

/// One hour: customers queue, some leave, some are let in, hold a seat, pay and are paid back, or let it lapse.
fn an_hour(engine: &Engine, rng: &mut Rng, hour: u64) {
    for number in 0..CUSTOMERS {
        let name = format!("user-{hour}-{number}");
        let joined = join(engine, &name).expect("in line");
        if rng.chance(20) {
            engine.leave_queue(joined.token).wait().expect("left");
            continue;
        }
        let Ok(admitted) = ask(engine, &joined) else { continue };
        if rng.chance(20) {
            continue;
        }
        let plain = Reserve::new(event(), user(&name), best(1)).with_token(admitted.token);
        let command = if rng.chance(50) { plain.with_key(key(format!("key-{name}"))) } else { plain };
        let Ok(held) = engine.reserve(command).wait() else { continue };
        if rng.chance(50) {
            let mut command = payment_command(&held, &name, Scenario::Outside);
            command.webhook_url = Some("https://shop.example/hook".to_owned());
            let payment = engine.create_payment(command).wait().expect("an intent").id;
            match rng.below(3) {
                0 => drop(report(engine, payment, PaymentOutcome::Failed).expect("settled")),
                1 => {
                    report(engine, payment, PaymentOutcome::Completed).expect("settled");
                    let all = CancelPayment::new(payment, Caller::Operator);
                    engine.cancel_payment(all).wait().expect("paid back");
                }
                _ => {}
            }
        } else if rng.chance(50) {
            engine.release(Release::new(ReservationRef::Id(held.id), Caller::Operator)).wait().expect("held");
        }
    }
    let note = |hour: u64| ExternalId::new(&format!("hour-{hour}")).expect("valid");
    engine.note(Note::new(note(hour), Some(vec![7; 100]))).wait().expect("noted");
    if hour > 0 {
        engine.note(Note::new(note(hour - 1), None)).wait().expect("removed");
    }
}

/// The address takes everything that is due.
fn deliver(engine: &Engine) {
    loop {
        let due = engine.due_webhooks(100).0;
        if due.is_empty() {
            return;
        }
        for head in due {
            engine.report_webhook(ReportWebhook::new(head.id, true)).wait().expect("known");
        }
    }
}

fn figures(engine: &Engine) -> Figures {
    let taken = engine.snapshot().expect("a snapshot");
    let (status, memory) = (engine.status(), engine.memory());
    let many = |count: usize| u64::try_from(count).expect("a count");
    [
        ("images", taken.records),
        ("bytes of a snapshot", taken.bytes),
        ("slots of reservations", status.reservation_slots.into()),
        ("slots of payments", status.payment_slots.into()),
        ("users", many(status.users)),
        ("keys", many(status.idempotency_keys)),
        ("webhooks", many(status.webhooks.0 + status.webhooks.1)),
        ("timers", many(status.timers)),
        ("bytes of lines", many(memory.lines)),
        ("bytes of reservations", many(memory.reservations)),
        ("bytes of answers", many(memory.answers)),
    ]
}

#[test]
fn tables_and_snapshots_stop_growing() {
    let (seed, clock, disk) = (seed(), clock(), MemStorage::new());
    println!("seed {seed}");
    let mut rng = Rng::new(seed);
    // Enough that a customer who joins is let in at once.
    let config = by_hand(&clock)
        .with_admissions_per_second_max(1_000_000)
        .with_segment_bytes(256 << 10)
        .with_log_buffer_bytes(64 << 10);
    let open = |config| {
        let storage = Arc::new(disk.clone());
        Engine::open_storage(storage, config, RecoveryConsent::LoseNothing, |_| ()).expect("opens").0
    };
    let engine = open(config.clone());
    open_line(&engine, QueuePolicy::default().with_burst(1_000));
    let mut hours = Vec::new();
    for hour in 0..HOURS {
        an_hour(&engine, &mut rng, hour);
        for _ in 0..30 {
            deliver(&engine);
            clock.advance(Duration::from_secs(120));
            engine.turn();
        }
        hours.push(figures(&engine));
    }
    let (first, second) = hours.split_at(hours.len() / 2);
    let most = |of: &[Figures], at: usize| of.iter().map(|figures| figures[at].1).max().expect("some hours");
    for at in 0..first[0].len() {
        let (before, after) = (most(first, at), most(second, at));
        println!("{}: at most {before}, then {after}", first[0][at].0);
        assert!(
            after <= before + before / 8 + CHANCE,
            "seed {seed}: {} grew from {before} to {after}: {:?}",
            first[0][at].0,
            hours.iter().map(|figures| figures[at].1).collect::<Vec<_>>()
        );
    }
    let digest = engine.digest();
    engine.close().expect("closed");
    assert_eq!(open(config).digest(), digest, "seed {seed}");
}
