//! The races between owners and the driver, tried in every order: links, firings, wake-ups.

use loom::sync::Arc;
use loom::sync::atomic::{AtomicBool, Ordering};
use loom::thread;

use std::sync::atomic::AtomicUsize;

use crate::clock::UnixMs;

use super::{Alarm, Rest, Timers};

fn at(unix_ms: u64) -> UnixMs {
    UnixMs::new(unix_ms)
}

/// Turns until there is no more, and returns what fired.
fn turn_all(timers: &Timers, now: u64) -> Vec<u32> {
    let mut due = Vec::new();
    while timers.turn(at(now), 8, &mut due).more {}
    due
}

#[test]
fn loom_deadlines_place_follows_the_last_of_two_sets() {
    loom::model(|| {
        let timers = Arc::new(Timers::with_bound(1));
        let other = Arc::clone(&timers);
        let third = Arc::clone(&timers);
        let handles =
            [thread::spawn(move || other.set(0, at(500))), thread::spawn(move || third.set(0, at(900)))];
        assert!(turn_all(&timers, 100).is_empty(), "fired early");
        for handle in handles {
            handle.join().expect("owner");
        }
        let wanted = timers.wanted(0).expect("set and not due").get();
        assert!(turn_all(&timers, wanted - 1).is_empty(), "fired before {wanted}");
        assert_eq!(timers.live(), 1);
        assert_eq!(turn_all(&timers, wanted), [0]);
        assert!(turn_all(&timers, 10_000).is_empty(), "fired twice");
    });
}

#[test]
fn loom_deadlines_two_entries_share_the_inbox() {
    loom::model(|| {
        let timers = Arc::new(Timers::with_bound(2));
        let other = Arc::clone(&timers);
        let handle = thread::spawn(move || other.set(0, at(5)));
        let third = Arc::clone(&timers);
        let last = thread::spawn(move || third.set(1, at(5)));
        let mut fired = turn_all(&timers, 10);
        handle.join().expect("owner");
        last.join().expect("owner");
        fired.extend(turn_all(&timers, 10));
        fired.sort_unstable();
        assert_eq!(fired, [0, 1]);
    });
}

#[test]
fn loom_deadlines_entry_set_again_while_collected_loses_no_neighbour() {
    loom::model(|| {
        let timers = Arc::new(Timers::with_bound(2));
        timers.set(0, at(5));
        // On top of the other, so that its link leads to the other.
        timers.set(1, at(5));
        let other = Arc::clone(&timers);
        let handle = thread::spawn(move || other.set(1, at(20)));
        let mut fired = turn_all(&timers, 10);
        handle.join().expect("owner");
        fired.extend(turn_all(&timers, 20));
        fired.dedup_by_key(|index| *index);
        assert!(fired.contains(&0), "the neighbour is lost: {fired:?}");
        assert_eq!(fired.last(), Some(&1), "{fired:?}");
        assert_eq!(timers.live(), 0);
    });
}

#[test]
fn loom_deadlines_sets_during_a_firing_fire_too() {
    loom::model(|| {
        let timers = Arc::new(Timers::with_bound(1));
        timers.set(0, at(5));
        turn_all(&timers, 1);
        let other = Arc::clone(&timers);
        let handle = thread::spawn(move || {
            other.set(0, at(6));
            other.set(0, at(20));
        });
        let early = turn_all(&timers, 10);
        handle.join().expect("owner");
        let late = turn_all(&timers, 20);
        assert!(early.len() <= 2, "two sets came before: {early:?}");
        assert_eq!(late, [0], "the last set is never lost, early {early:?}");
        assert_eq!(timers.live(), 0);
    });
}

#[test]
fn loom_deadlines_clear_leaves_nothing_behind() {
    loom::model(|| {
        let timers = Arc::new(Timers::with_bound(1));
        timers.set(0, at(5));
        turn_all(&timers, 1);
        let other = Arc::clone(&timers);
        let handle = thread::spawn(move || {
            other.set_if_earlier(0, at(4));
            other.clear(0);
        });
        let fired = turn_all(&timers, 10);
        handle.join().expect("owner");
        assert!(fired.len() <= 2, "two sets: {fired:?}");
        assert!(turn_all(&timers, 100).is_empty(), "cleared");
        assert_eq!((timers.live(), timers.wanted(0)), (0, None));
    });
}

type Owner = fn(&Timers);

/// Tries a driver that turns once and goes to rest against `owners`, after `before`. Asserts that it never oversleeps,
/// and that the trial is no sham: in some orders the driver was woken, in some it found the news itself.
fn sleeper(before: Owner, owners: &'static [Owner]) {
    let outcomes = std::sync::Arc::new([const { AtomicUsize::new(0) }; 2]);
    let seen = std::sync::Arc::clone(&outcomes);
    // With three threads all orders take more than five minutes; each bug that was planted showed with two preemptions.
    let mut orders = loom::model::Builder::new();
    orders.preemption_bound = Some(3);
    orders.check(move || {
        let woken = Arc::new(AtomicBool::new(false));
        let hook = Arc::clone(&woken);
        let hook = move || assert!(!hook.swap(true, Ordering::Relaxed), "woken twice");
        let alarm = std::sync::Arc::new(Alarm::new(hook));
        let timers = Arc::new(Timers::with_alarm(1, std::sync::Arc::clone(&alarm)));
        before(&timers);
        let spawn = |&owner: &Owner| {
            let timers = Arc::clone(&timers);
            thread::spawn(move || owner(&timers))
        };
        let handles: Vec<_> = owners.iter().map(spawn).collect();
        timers.turn(at(1), 8, &mut Vec::new());
        let rest = alarm.rest(&[&timers], at(1));
        for handle in handles {
            handle.join().expect("owner");
        }
        let first = timers.wanted(0).expect("set and not due");
        let is_woken = woken.load(Ordering::Relaxed);
        match rest {
            Rest::Turn => {}
            Rest::Until(until) => assert!(is_woken || until <= first, "sleeps until {until}, first {first}"),
            Rest::Idle => assert!(is_woken, "sleeps without end, first {first}"),
        }
        seen[usize::from(is_woken)].fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    });
    for (woken, count) in outcomes.iter().enumerate() {
        assert!(count.load(std::sync::atomic::Ordering::Relaxed) > 0, "no order with woken = {woken}");
    }
}

#[test]
fn loom_deadlines_idle_sleeper_hears_of_a_set() {
    sleeper(|_| (), &[|timers| timers.set(0, at(50))]);
}

#[test]
fn loom_deadlines_napping_sleeper_hears_of_the_earlier_of_two_sets() {
    // What is set before makes the driver nap. Of the two owners the second, which finds the entry queued, pushes
    // nothing; its moment may be what cannot wait.
    sleeper(|timers| timers.set(0, at(55)), &[|timers| timers.set(0, at(60)), |timers| timers.set(0, at(7))]);
}
