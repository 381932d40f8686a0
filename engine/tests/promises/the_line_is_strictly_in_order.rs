//! Claim: nobody is admitted before somebody who was ahead and still waits; no more are inside than the policy says;
//! rates and the system's ceiling hold; pause, resume and new rules work while the line moves; and people who vanish
//! never stall it.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::common::*;
use tacos_engine::views::QueueState;
use tacos_engine::{
    Bound, Engine, EventId, Failure, JoinQueue, Joined, ManualClock, PauseQueue, Position, QueuePolicy,
    Refusal, Reserve, SaleState, SetQueuePolicy, SetSale, Update, UpdateKind, UserId,
};

/// One in, one out: everybody waits for the one ahead.
fn narrow() -> QueuePolicy {
    QueuePolicy::default().with_admissions_per_minute(6_000_000).with_burst(1_000_000).with_inside_max(1)
}

fn line(policy: QueuePolicy) -> (Engine, std::sync::Arc<ManualClock>) {
    let clock = clock();
    // The system's own ceiling is no part of most claims.
    let config = by_hand(&clock).with_admissions_per_second_max(1_000_000);
    let engine = Engine::in_memory(config).expect("an engine");
    open_line(&engine, policy);
    (engine, clock)
}

fn position(engine: &Engine, joined: &Joined) -> u32 {
    engine.queue_place(&joined.token).expect("ours").position
}

fn queue_state(engine: &Engine, joined: &Joined) -> QueueState {
    engine.queue_place(&joined.token).expect("ours").state
}

fn leave(engine: &Engine, joined: &Joined) {
    engine.leave_queue(joined.token).wait().expect("still there");
}

#[test]
fn positions_are_exact_and_move_up() {
    let (engine, _) = line(narrow());
    let people: Vec<Joined> =
        (0..6).map(|number| join(&engine, &format!("p{number}")).expect("joined")).collect();
    let positions = || people.iter().map(|joined| position(&engine, joined)).collect::<Vec<_>>();
    assert_eq!(positions(), [0, 1, 2, 3, 4, 5], "the first is ready at once");
    assert_eq!(queue_state(&engine, &people[0]), QueueState::Ready);
    leave(&engine, &people[2]);
    assert_eq!(positions(), [0, 1, 0, 2, 3, 4], "who left does not count");
    leave(&engine, &people[0]);
    assert_eq!(positions(), [0, 0, 0, 1, 2, 3], "and the next is ready");
    assert_eq!(refused(ask(&engine, &people[0])), Refusal::LeftLine);
    assert_eq!(refused(ask(&engine, &people[3])), Refusal::NotYet);
    ask(&engine, &people[1]).expect("it is p1's turn");
}

#[test]
fn a_session_has_one_place_and_a_user_one_session() {
    let (engine, _) = line(narrow());
    let first = join(&engine, "kim").expect("joined");
    let again = join(&engine, "kim").expect("the same place");
    assert_eq!((again.token, again.again, first.again), (first.token, true, false));
    let other_tab = JoinQueue::new(event()).with_session(session("other-tab")).with_user(user("kim"));
    assert_eq!(refused(engine.join_queue(other_tab).wait()), Refusal::AlreadyWaiting);
    let nobody = JoinQueue::new(event());
    assert!(matches!(refused(engine.join_queue(nobody).wait()), Refusal::Invalid(_)));
    let by_user = |name: &str| JoinQueue::new(event()).with_user(user(name));
    let one = engine.join_queue(by_user("lee")).wait().expect("joined");
    assert_eq!(engine.join_queue(by_user("lee")).wait().expect("the same place").token, one.token);
}

#[test]
fn the_eta_follows_what_was_measured_and_is_unknown_otherwise() {
    let policy = QueuePolicy::default().with_burst(1).with_admissions_per_minute(60).with_inside_max(21);
    let (engine, clock) = line(policy.with_claim_window_ms(86_400_000));
    let people: Vec<Joined> =
        (0..50).map(|number| join(&engine, &format!("p{number}")).expect("joined")).collect();
    for _ in 0..20 {
        clock.advance(Duration::from_secs(1));
        engine.turn();
    }
    let place = engine.queue_place(&people[49].token).expect("ours");
    let eta_ms = place.eta_ms.expect("twenty people went in while we looked");
    let expected_ms = u64::from(place.position) * 1_000;
    assert!(eta_ms.abs_diff(expected_ms) <= expected_ms / 2, "{eta_ms} for {place:?}, one a second");
    // The house is full: after a minute nothing is known of the line's speed, and nothing is pretended.
    clock.advance(Duration::from_secs(61));
    let place = engine.queue_place(&people[49].token).expect("ours");
    assert_eq!((place.position, place.eta_ms), (29, None));
}

#[test]
fn the_rate_and_its_burst_hold() {
    let (engine, clock) =
        line(QueuePolicy::default().with_admissions_per_minute(600).with_burst(5).with_inside_max(1_000));
    let people: Vec<Joined> =
        (0..100).map(|number| join(&engine, &format!("p{number}")).expect("joined")).collect();
    let ready = || people.iter().filter(|joined| queue_state(&engine, joined) == QueueState::Ready).count();
    assert_eq!(ready(), 5, "the burst");
    for second in 1..=5 {
        for _ in 0..10 {
            clock.advance(Duration::from_millis(100));
            engine.turn();
        }
        assert_eq!(ready(), 5 + 10 * second, "ten a second");
    }
    clock.advance(Duration::from_secs(10));
    engine.turn();
    assert_eq!(ready(), 60, "a quiet time saves up the burst and no more");
}

#[test]
fn the_system_has_a_ceiling_above_all_lines() {
    let clock = clock();
    let engine = Engine::in_memory(by_hand(&clock).with_admissions_per_second_max(100)).expect("an engine");
    let wide = QueuePolicy::default()
        .with_inside_max(10_000)
        .with_burst(10_000)
        .with_admissions_per_minute(6_000_000);
    let events: Vec<EventId> =
        (0..4).map(|number| EventId::new(&format!("show-{number}")).expect("valid")).collect();
    for id in &events {
        create(&engine, id.clone(), house(1, 10), settings(), Some(wide.clone()));
        open(&engine, id.clone());
        for person in 0..200 {
            let command = JoinQueue::new(id.clone()).with_session(session(format!("p{person}")));
            engine.join_queue(command).wait().expect("joined");
        }
    }
    let inside = || -> u32 { events.iter().map(|id| engine.queue(id).expect("a line").inside).sum() };
    let begun = inside();
    assert!(begun <= 2, "a fiftieth of a second's share at the start, and {begun} are inside");
    for second in 1..=4_u32 {
        for _ in 0..100 {
            clock.advance(Duration::from_millis(10));
            engine.turn();
        }
        let now = inside();
        assert!(now <= begun + 100 * second + 2, "second {second}: {now}");
        assert!(now >= 95 * second, "second {second}: {now}; the ceiling is used");
    }
}

#[test]
fn pause_resume_and_new_rules_work_live() {
    let (engine, clock) = line(narrow().with_inside_max(3));
    let people: Vec<Joined> =
        (0..20).map(|number| join(&engine, &format!("p{number}")).expect("joined")).collect();
    let inside = || engine.queue(&event()).expect("a line").inside;
    assert_eq!(inside(), 3);
    let pause = |paused| {
        engine.pause_queue(PauseQueue::new(event(), paused)).wait().expect("set");
    };
    pause(true);
    leave(&engine, &people[0]);
    clock.advance(Duration::from_secs(1));
    engine.turn();
    assert_eq!(inside(), 2, "nobody follows while it is paused");
    assert_eq!(refused(ask(&engine, &people[1])), Refusal::AdmissionPaused, "though it is p1's turn");
    assert_eq!(refused(ask(&engine, &people[3])), Refusal::NotYet);
    assert!(engine.queue(&event()).expect("a line").paused);
    pause(false);
    assert_eq!(inside(), 3, "and at once when it goes on");
    let wider = |inside_max| {
        let policy = narrow().with_inside_max(inside_max);
        engine.set_queue_policy(SetQueuePolicy::new(event(), policy)).wait().expect("set");
    };
    wider(8);
    assert_eq!(inside(), 8, "more room is used at once");
    wider(2);
    assert_eq!(inside(), 8, "less room sends nobody out");
    people[1..7].iter().for_each(|joined| leave(&engine, joined));
    assert_eq!(inside(), 2, "and nobody comes in until enough have left");
    leave(&engine, &people[7]);
    assert_eq!(inside(), 2);
    assert_eq!(queue_state(&engine, &people[9]), QueueState::Ready);
    assert_eq!(queue_state(&engine, &people[10]), QueueState::Waiting);
}

#[test]
fn people_who_vanish_do_not_stall_the_line() {
    let policy = narrow().with_claim_window_ms(60_000).with_inactivity_ms(600_000).with_token_ttl_ms(300_000);
    let (engine, clock) = line(policy);
    let people: Vec<Joined> =
        (0..6).map(|number| join(&engine, &format!("p{number}")).expect("joined")).collect();
    // The first never claims; the place passes on after the window, to the second, who is let in and vanishes too.
    clock.advance(Duration::from_millis(59_999));
    engine.turn();
    assert_eq!(queue_state(&engine, &people[1]), QueueState::Waiting);
    clock.advance(Duration::from_millis(1));
    assert_eq!(refused(ask(&engine, &people[0])), Refusal::TokenExpired, "before any timer fired");
    ask(&engine, &people[1]).expect("the place has passed on");
    clock.advance(Duration::from_millis(300_000));
    engine.turn();
    assert_eq!(queue_state(&engine, &people[1]), QueueState::Expired);
    assert_eq!(queue_state(&engine, &people[2]), QueueState::Ready);
    // The next three never look again either.
    for _ in 0..7 {
        clock.advance(Duration::from_secs(30));
        engine.turn();
    }
    assert_eq!(queue_state(&engine, &people[5]), QueueState::Ready);
    for gone in &people[2..5] {
        assert_eq!(queue_state(&engine, gone), QueueState::Expired);
    }
    let view = engine.queue(&event()).expect("a line");
    assert_eq!((view.waiting, view.inside, view.expired_total), (0, 1, 5), "{view:?}");
}

#[test]
fn who_is_silent_too_long_loses_the_place_and_nobody_else_does() {
    let policy = narrow().with_claim_window_ms(7_200_000).with_inactivity_ms(600_000);
    let (engine, clock) = line(policy);
    let people: Vec<Joined> =
        (0..200).map(|number| join(&engine, &format!("p{number}")).expect("joined")).collect();
    for _ in 0..20 {
        clock.advance(Duration::from_secs(30));
        engine.queue_place(&people[150].token).expect("a sign of life");
        engine.turn();
    }
    assert_eq!(position(&engine, &people[150]), 1, "everybody in front is gone");
    let view = engine.queue(&event()).expect("a line");
    assert_eq!((view.waiting, view.ready, view.expired_total), (1, 1, 198), "{view:?}");
    leave(&engine, &people[0]);
    assert_eq!(queue_state(&engine, &people[150]), QueueState::Ready);
}

#[test]
fn an_order_makes_room_for_the_next() {
    let (engine, _) = line(narrow());
    let (kim, lee) = (join(&engine, "kim").expect("joined"), join(&engine, "lee").expect("joined"));
    let admitted = ask(&engine, &kim).expect("kim's turn");
    assert_eq!(ask(&engine, &kim), Ok(admitted.clone()), "asked again, the same token");
    let with =
        |who: &str, seat: &str| Reserve::new(event(), user(who), seats(&[seat])).with_token(admitted.token);
    assert_eq!(refused(engine.reserve(with("lee", "R1-1")).wait()), Refusal::UnknownToken, "it is kim's");
    let held = engine.reserve(with("kim", "R1-1")).wait().expect("held");
    assert_eq!(refused(ask(&engine, &lee)), Refusal::NotYet, "a hold is still inside");
    confirm(&engine, held.id).expect("confirmed");
    assert_eq!(queue_state(&engine, &kim), QueueState::Used);
    ask(&engine, &lee).expect("the order used kim's place up");
    assert_eq!(refused(engine.reserve(with("kim", "R1-2")).wait()), Refusal::TokenExpired);
}

#[test]
fn the_line_follows_the_sale() {
    let (engine, _) = line(narrow());
    let set = |state| engine.set_sale(SetSale::new(event(), state)).wait().expect("set");
    set(SaleState::Paused);
    assert_eq!(refused(join(&engine, "kim")), Refusal::SaleNotOpen(SaleState::Paused));
    set(SaleState::Open);
    join(&engine, "kim").expect("joined");
    set(SaleState::Closed);
    assert_eq!(refused(join(&engine, "lee")), Refusal::SaleNotOpen(SaleState::Closed));
}

#[test]
fn a_full_line_says_so() {
    let (engine, _) = line(narrow().with_waiting_max(3));
    for number in 0..4 {
        join(&engine, &format!("p{number}")).expect("one is ready and three wait");
    }
    assert_eq!(refused(join(&engine, "p4")), Refusal::AtCapacity(Bound::WaitingLine));
    assert_eq!(engine.queue(&event()).expect("a line").waiting, 3);
}

/// Eight threads of people join, ask, look, leave, order and vanish, an operator pauses and changes the rules, time
/// passes; then the journal is read: people became ready in the order in which they joined, and nobody was passed over.
#[test]
fn nobody_overtakes_while_everything_happens_at_once() {
    let seed = seed();
    let clock = clock();
    let config =
        with_clock(&clock).with_admissions_per_second_max(1_000_000).with_update_history_bytes(64 << 20);
    let engine = Engine::in_memory(config).expect("an engine");
    let policy = QueuePolicy::default()
        .with_admissions_per_minute(600_000)
        .with_burst(20)
        .with_inside_max(25)
        .with_claim_window_ms(1_000)
        .with_token_ttl_ms(2_000)
        .with_inactivity_ms(5_000);
    open_line(&engine, policy.clone());
    let over = AtomicBool::new(false);
    let most_inside = Mutex::new(0);
    watched_scope(|scope| {
        scope.spawn(|| {
            let _ending = Ending(&over);
            operator(&engine, &clock, &policy, &over, &most_inside, seed);
        });
        let _ending = Ending(&over);
        together(THREADS, |thread| crowd(&engine, seed, thread, &over));
    });
    let most = most_inside.into_inner().expect("a number");
    assert!(most <= 25, "seed {seed}: {most} were inside");
    assert!(most > 5, "seed {seed}: only {most} were ever inside: nothing was tested");
    let (mut reader, mut updates) = (engine.updates(Position::ZERO).expect("kept"), Vec::new());
    let (mut order, mut people) = (Order::default(), 0);
    while reader.read(&mut updates).expect("readable") > 0 {
        people += updates.iter().filter(|update| matches!(update.what, UpdateKind::Joined(_))).count();
        updates.drain(..).for_each(|update| order.hear(&update, seed));
    }
    assert!(order.last_ready > Some(75), "seed {seed}: {:?} of {people}", order.last_ready);
}

/// Changes the number of people inside between 5 and 25, pauses now and then, and lets time pass.
fn operator(
    engine: &Engine,
    clock: &ManualClock,
    policy: &QueuePolicy,
    over: &AtomicBool,
    most: &Mutex<u32>,
    seed: u64,
) {
    let mut rng = Rng::new(seed ^ 0xabc);
    let mut step = 0_u32;
    while !over.load(Ordering::Relaxed) {
        step += 1;
        clock.advance(Duration::from_millis(rng.below(4)));
        engine.turn();
        let inside = engine.queue(&event()).expect("a line").inside;
        let mut most = most.lock().expect("no panic");
        *most = (*most).max(inside);
        drop(most);
        // Rarely: after each pause, those who are ready have their whole window again.
        if step % 2_000 < 100 && step.is_multiple_of(50) {
            let paused = step.is_multiple_of(2_000);
            engine.pause_queue(PauseQueue::new(event(), paused)).wait().expect("set");
        }
        if step.is_multiple_of(30) {
            let policy = policy.clone().with_inside_max(5 + 10 * u32::try_from(rng.below(3)).expect("small"));
            engine.set_queue_policy(SetQueuePolicy::new(event(), policy)).wait().expect("set");
        }
        std::thread::yield_now();
    }
    engine.pause_queue(PauseQueue::new(event(), false)).wait().expect("set");
}

/// Ends when enough were admitted, or when nobody lets time pass any more. A line that stands still for minutes of its
/// own clock has stalled; how long that takes a busy machine says nothing.
fn crowd(engine: &Engine, seed: u64, thread: usize, over: &AtomicBool) {
    let mut rng = Rng::new(seed.wrapping_add(thread as u64 * 31));
    let mut people: Vec<(UserId, Joined)> = Vec::new();
    for step in 0_u32.. {
        if engine.queue(&event()).expect("a line").admitted_total > 150 || over.load(Ordering::Relaxed) {
            return;
        }
        // The one who lets time pass must get a turn among so many.
        std::thread::yield_now();
        let passed = Duration::from_millis(engine.now().ms_since(T0));
        assert!(
            passed < Duration::from_secs(600),
            "seed {seed}: the line stalls: {:?}",
            engine.queue(&event())
        );
        if people.len() < 5 || (people.len() < 20 && rng.chance(5)) {
            let name = format!("t{thread}-{step}");
            people.push((user(&name), join(engine, &name).expect("there is room in the line")));
            continue;
        }
        let at = usize::try_from(rng.below(people.len() as u64)).expect("small");
        match rng.below(1_000) {
            0..5 => {
                let (_, joined) = people.swap_remove(at);
                match engine.leave_queue(joined.token).wait() {
                    Ok(_) | Err(Failure::Refused(Refusal::TokenExpired | Refusal::LeftLine)) => {}
                    other => panic!("seed {seed}: {other:?}"),
                }
            }
            // Vanished.
            5..10 => drop(people.swap_remove(at)),
            10..400 => {
                engine.queue_place(&people[at].1.token).expect("ours");
            }
            _ => {
                let (who, joined) = &people[at];
                match ask(engine, joined) {
                    Ok(admitted) if rng.chance(50) => {
                        let command = Reserve::new(event(), who.clone(), best(1)).with_token(admitted.token);
                        if let Ok(held) = engine.reserve(command).wait() {
                            let _ = confirm(engine, held.id);
                        }
                        people.swap_remove(at);
                    }
                    Ok(_) | Err(Failure::Refused(Refusal::NotYet | Refusal::AdmissionPaused)) => {}
                    Err(Failure::Refused(Refusal::TokenExpired | Refusal::LeftLine)) => {
                        people.swap_remove(at);
                    }
                    other => panic!("seed {seed}: {other:?}"),
                }
            }
        }
    }
}

/// Follows the line through the journal.
#[derive(Default)]
struct Order {
    /// Tickets that joined and are neither ready nor gone, each still to be served before any higher one.
    waiting: std::collections::BTreeSet<u32>,
    ready: HashMap<u32, bool>,
    last_ready: Option<u32>,
}

impl Order {
    fn hear(&mut self, update: &Update, seed: u64) {
        match &update.what {
            UpdateKind::Joined(ticket) => {
                assert!(self.waiting.insert(*ticket), "seed {seed}: {ticket} joined twice");
            }
            UpdateKind::Left(ticket) => {
                self.waiting.remove(ticket);
            }
            UpdateKind::TicketsExpired(tickets) => {
                for ticket in tickets {
                    self.waiting.remove(ticket);
                }
            }
            UpdateKind::Ready(tickets, _) => {
                for ticket in tickets {
                    let first = self.waiting.pop_first();
                    assert_eq!(first, Some(*ticket), "seed {seed}: {ticket} was not the first in the line");
                    assert!(self.last_ready < Some(*ticket), "seed {seed}");
                    self.last_ready = Some(*ticket);
                    self.ready.insert(*ticket, false);
                }
            }
            UpdateKind::Admitted(ticket) => {
                let admitted = self.ready.insert(*ticket, true);
                assert_eq!(
                    admitted,
                    Some(false),
                    "seed {seed}: {ticket} was let in without its turn, or twice"
                );
            }
            _ => {}
        }
    }
}
