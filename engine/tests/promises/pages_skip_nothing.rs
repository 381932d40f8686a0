//! Pages of a user's list, one behind the other, show every entry that is there all the while exactly once, newest first,
//! whatever is forgotten, made, or given to other users between two of them.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use crate::common::*;
use tacos_engine::views::{Cursor, Page, ReservationView};
use tacos_engine::{
    Config, CreatePayment, Engine, ExternalId, Money, Payee, PaymentId, PaymentMethod, PaymentOutcome,
    ReservationId, Scenario, SeatMap, UserId,
};

/// How long what is over is remembered.
const RETENTION: Duration = Duration::from_secs(10);

fn sale(config: Config) -> Engine {
    let config = config.with_retention(RETENTION).with_payment_ttl(RETENTION);
    let engine = Engine::in_memory(config).expect("an engine");
    let settings = settings().with_hold_ms(36_000_000).with_hold_ms_max(36_000_000);
    create(&engine, event(), SeatMap { sections: vec![floor(100_000)] }, settings, None);
    open(&engine, event());
    engine
}

fn hold(engine: &Engine, who: &str) -> ReservationId {
    reserve(engine, who, standing(1)).expect("a place").id
}

fn page(engine: &Engine, user: &UserId, after: Option<Cursor>, most: usize) -> Page<ReservationView> {
    engine.reservations(user, None, None, after, most).wait().expect("a page")
}

fn ids(page: &Page<ReservationView>) -> Vec<ReservationId> {
    page.items.iter().map(|view| view.id).collect()
}

/// All that the user's pages behind `after` show, in order.
fn walk(engine: &Engine, user: &UserId, mut after: Option<Cursor>, most: usize) -> Vec<ReservationView> {
    let mut all = Vec::new();
    loop {
        let page = page(engine, user, after, most);
        all.extend(page.items);
        assert!(all.len() < 1_000_000, "the pages have no end");
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}

#[test]
fn the_cursors_own_entry_is_forgotten_among_many_of_its_millisecond() {
    let clock = clock();
    let engine = sale(by_hand(&clock));
    let kim = user("kim");
    let made: BTreeSet<_> = (0..300).map(|_| hold(&engine, "kim")).collect();
    let mut shown = Vec::new();
    let mut after = None;
    let mut pages = 0;
    loop {
        let page = page(&engine, &kim, after, 10);
        shown.extend(ids(&page));
        pages += 1;
        let Some(next) = page.next else { break };
        // The last entry shown is the cursor's; and some more that were shown go with it.
        for id in ids(&page).into_iter().rev().take(1 + pages % 3) {
            release(&engine, id).expect("released");
        }
        clock.advance(RETENTION);
        engine.turn();
        after = Some(next);
    }
    assert_eq!(pages, 30);
    assert_eq!(shown.len(), made.len(), "each once");
    assert_eq!(shown.into_iter().collect::<BTreeSet<_>>(), made, "and all");
}

#[test]
fn a_payment_is_forgotten_among_many_of_its_millisecond() {
    let clock = clock();
    let engine = sale(by_hand(&clock));
    let pay = |number: u32| {
        let payee = Payee::Unlinked(ExternalId::new(&format!("order-{number}")).expect("valid"));
        let amount = Money { minor: 10, currency: krw() };
        let mut command = intent_of("kim");
        (command.payee, command.amount) = (payee, amount);
        engine.create_payment(command).wait().expect("an intent").id
    };
    let made: BTreeSet<PaymentId> = (0..100).map(pay).collect();
    let first = engine.payments(&user("kim"), None, None, None, 10).wait().expect("a page");
    let last = first.items.last().expect("ten").id;
    report(&engine, last, PaymentOutcome::Failed).expect("reported");
    // This one is forgotten, the others' time only runs out.
    clock.advance(RETENTION);
    engine.turn();
    let mut shown: Vec<_> = first.items.iter().map(|view| view.id).collect();
    let mut after = first.next;
    while after.is_some() {
        let page = engine.payments(&user("kim"), None, None, after, 7).wait().expect("a page");
        shown.extend(page.items.iter().map(|view| view.id));
        after = page.next;
    }
    assert_eq!(shown.len(), made.len(), "each once");
    assert_eq!(shown.into_iter().collect::<BTreeSet<_>>(), made, "and all");
}

fn intent_of(who: &str) -> CreatePayment {
    CreatePayment::new(
        Payee::Unlinked(ExternalId::new("an-order").expect("valid")),
        user(who),
        Money { minor: 0, currency: krw() },
        PaymentMethod::CreditCard,
        Scenario::Outside,
    )
}

#[test]
fn a_cursor_far_down_a_long_list_still_leads_on() {
    let clock = clock();
    let engine = sale(by_hand(&clock));
    let kim = user("kim");
    let made: Vec<_> = (0..9_000).map(|_| hold(&engine, "kim")).collect();
    // To an entry that is deeper than one page's look.
    let mut after = None;
    for _ in 0..85 {
        after = page(&engine, &kim, after, 100).next;
    }
    let deep = page(&engine, &kim, after, 1);
    release(&engine, deep.items[0].id).expect("released");
    clock.advance(RETENTION);
    engine.turn();
    let rest = walk(&engine, &kim, deep.next, 100);
    assert_eq!(rest.len(), made.len() - 8_501);
}

#[test]
fn what_stays_is_shown_once_while_all_else_comes_and_goes() {
    let (ended, end) = mpsc::channel();
    let test = std::thread::spawn(move || {
        let outcome = std::panic::catch_unwind(churn);
        ended.send(()).expect("awaited");
        outcome
    });
    end.recv_timeout(PATIENCE).expect("walks beside churn come to an end");
    if let Err(panic) = test.join().expect("a thread of the test") {
        std::panic::resume_unwind(panic);
    }
}

/// One thread makes and ends reservations of two users, so that slots go from one to the other; one lets time pass, so that
/// they are forgotten; one walks. What a walk must show is known: what was sold before.
fn churn() {
    let clock = clock();
    let engine = sale(with_clock(&clock).with_reservations_max(4_096));
    let kim = user("kim");
    let mut kept = BTreeSet::new();
    let mut others = Vec::new();
    for number in 0..400 {
        let id = hold(&engine, "kim");
        if number % 2 == 0 {
            // A sale is never forgotten.
            confirm(&engine, id).expect("sold");
            kept.insert(id);
        } else {
            others.push(id);
        }
        if number % 50 == 0 {
            clock.advance(Duration::from_millis(1));
        }
    }
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let _ending = Ending(&done);
        scope.spawn(|| {
            let mut live: Vec<ReservationId> = others.clone();
            let mut turn = 0_usize;
            while !done.load(Ordering::Acquire) {
                turn += 1;
                let at = turn.wrapping_mul(7_919) % live.len();
                // One that has run out meanwhile is as good; and while the table is full, the time thread has to come first.
                let _ = release(&engine, live[at]);
                let who = if turn.is_multiple_of(2) { "kim" } else { "lee" };
                match reserve(&engine, who, standing(1)) {
                    Ok(held) => live[at] = held.id,
                    Err(_) => std::thread::yield_now(),
                }
            }
        });
        scope.spawn(|| {
            while !done.load(Ordering::Acquire) {
                clock.advance(Duration::from_secs(3));
                engine.turn();
            }
        });
        for round in 0..40 {
            let shown = walk(&engine, &kim, None, 1 + round % 9);
            let mine = shown.iter().all(|view| view.user == kim);
            assert!(mine, "round {round}: another user's entry is shown");
            let ordered = shown.windows(2).all(|pair| pair[0].created_at >= pair[1].created_at);
            assert!(ordered, "round {round}: not newest first");
            let once: BTreeSet<_> = shown.iter().map(|view| view.id).collect();
            assert_eq!(once.len(), shown.len(), "round {round}: an entry is shown twice");
            let missing = kept.difference(&once).count();
            assert_eq!(missing, 0, "round {round}: of {} entries some are skipped", kept.len());
        }
    });
}
