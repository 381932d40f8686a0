//! Claim: results of payments with an address stand in a durable outbox, in order per intent; attempts are counted,
//! spaced out and bounded; what cannot be delivered is a dead letter that an operator can see and send again.

use std::time::Duration;

use crate::common::*;
use tacos_engine::views::WebhookView;
use tacos_engine::{
    Caller, CancelPayment, Engine, PaymentId, PaymentOutcome, PaymentState, Refusal, ReportWebhook, Scenario,
    WebhookId,
};

fn paid(engine: &Engine) -> PaymentId {
    let held = reserve(engine, "kim", best(1)).expect("held");
    let mut command = payment_command(&held, "kim", Scenario::Outside);
    command.webhook_url = Some("https://shop.example/hook".to_owned());
    let id = engine.create_payment(command).wait().expect("an intent").id;
    report(engine, id, PaymentOutcome::Completed).expect("settled");
    id
}

fn refund(engine: &Engine, payment: PaymentId, minor: Option<i64>) {
    engine
        .cancel_payment(CancelPayment::new(payment, Caller::Operator).with_refund_minor(minor))
        .wait()
        .expect("paid back");
}

fn due(engine: &Engine) -> Vec<WebhookView> {
    engine.due_webhooks(100).0
}

fn tell(engine: &Engine, webhook: WebhookId, delivered: bool) {
    engine.report_webhook(ReportWebhook::new(webhook, delivered)).wait().expect("known");
}

#[test]
fn one_intents_results_are_delivered_in_their_order() {
    let (engine, _) = small_sale();
    let (first, second) = (paid(&engine), paid(&engine));
    refund(&engine, first, Some(1_000));
    refund(&engine, first, None);
    let mut told = Vec::new();
    loop {
        let heads = due(&engine);
        let intents: Vec<PaymentId> = heads.iter().map(|head| head.payment).collect();
        assert!(
            intents.iter().enumerate().all(|(at, id)| !intents[..at].contains(id)),
            "one at a time: {heads:?}"
        );
        let Some(head) = heads.first() else { break };
        told.push((head.payment, head.tells));
        tell(&engine, head.id, true);
        assert_eq!(
            refused(engine.report_webhook(ReportWebhook::new(head.id, true)).wait()),
            Refusal::UnknownWebhook
        );
    }
    let of =
        |id| told.iter().filter(|(payment, _)| *payment == id).map(|(_, tells)| *tells).collect::<Vec<_>>();
    assert_eq!(of(first), [PaymentState::Completed, PaymentState::Refunded, PaymentState::Refunded]);
    assert_eq!(of(second), [PaymentState::Completed]);
    assert_eq!(engine.status().webhooks, (0, 0));
}

#[test]
fn attempts_are_spaced_out_and_end_as_a_dead_letter() {
    let (folder, clock) = (tempfile::tempdir().expect("a folder"), clock());
    let mut engine = open_folder(folder.path(), by_hand(&clock));
    open_sale(&engine, house(2, 10));
    let payment = paid(&engine);
    refund(&engine, payment, None);
    let mut waits_ms = Vec::new();
    for attempt in 0..4_u32 {
        // Each attempt, count and time is durable.
        let before = (due(&engine), engine.due_webhooks(0).1);
        engine.close().expect("closed");
        drop(engine);
        engine = open_folder(folder.path(), by_hand(&clock));
        assert_eq!((due(&engine), engine.due_webhooks(0).1), before);
        let head = due(&engine).remove(0);
        assert_eq!(
            (head.attempts, head.tells),
            (attempt, PaymentState::Completed),
            "the next result waits behind it"
        );
        tell(&engine, head.id, false);
        if attempt < 3 {
            assert_eq!(due(&engine), [], "not before its time");
            let next = engine.due_webhooks(0).1.expect("tried again");
            waits_ms.push(next.ms_since(engine.now()));
            clock.advance_to(next);
        }
    }
    let ranges = [500..=1_000, 1_000..=2_000, 2_000..=4_000];
    assert!(ranges.iter().zip(&waits_ms).all(|(range, wait)| range.contains(wait)), "{waits_ms:?}");
    let dead = engine.dead_webhooks(0);
    let [letter] = dead.as_slice() else { panic!("{dead:?}") };
    assert_eq!((letter.attempts, letter.next_at, engine.status().webhooks), (4, None, (1, 1)));
    assert_eq!(engine.dead_webhooks(letter.order), [], "pages begin behind the last one seen");
    let next = due(&engine).remove(0);
    assert_eq!(next.tells, PaymentState::Refunded, "a dead letter does not block the rest");

    engine.replay_webhook(letter.id).wait().expect("put back");
    assert!(
        matches!(refused(engine.replay_webhook(letter.id).wait()), Refusal::Invalid(_)),
        "it is no dead letter now"
    );
    let head = due(&engine).remove(0);
    assert_eq!((head.id, head.attempts), (letter.id, 0));
    tell(&engine, head.id, true);
    tell(&engine, due(&engine).remove(0).id, true);
    assert_eq!((engine.status().webhooks, engine.due_webhooks(1).1), ((0, 0), None));
    clock.advance(Duration::from_secs(1));
    assert_eq!(engine.turn().fired, 0);
}
