//! Claims about timers as owners and drivers see them, against a sorted list as oracle.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering as StdOrdering};

use super::*;
use crate::deadlines::alarm::Rest;
use crate::limits::NAP_MS;

const START: u64 = 1_790_000_000_000;

/// Turns until there is no more, and returns what fired.
fn turn_all(timers: &Timers, now: u64, budget: usize) -> Vec<u32> {
    let mut due = Vec::new();
    while timers.turn(UnixMs::new(now), budget, &mut due).more {}
    due
}

fn set(timers: &Timers, index: u32, at: u64) {
    timers.set(index, UnixMs::new(at));
}

/// A small generator with a seed (SplitMix64, Steele et al. 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn index(&mut self) -> u32 {
        u32::try_from(self.below(300)).expect("below 300")
    }

    /// Mostly near, sometimes far: each power of two is as likely as another.
    fn span(&mut self) -> u64 {
        let bits = self.below(42);
        self.below(1 << bits)
    }
}

/// The naive timers: a map of deadlines.
#[derive(Default)]
struct Oracle(BTreeMap<u32, u64>);

impl Oracle {
    fn due(&self, now: u64) -> BTreeSet<u32> {
        self.0.iter().filter(|&(_, &at)| at <= now).map(|(&index, _)| index).collect()
    }

    fn first(&self) -> Option<u64> {
        self.0.values().min().copied()
    }
}

fn random_run(seed: u64) {
    let mut random = Random(seed);
    let timers = Timers::with_bound(300);
    let mut oracle = Oracle::default();
    let mut now = START;
    for step in 0..4_000 {
        let index = random.index();
        let at = (now + random.span()).saturating_sub(random.below(50));
        match random.below(10) {
            0..=3 => {
                set(&timers, index, at);
                oracle.0.insert(index, at);
            }
            4 => {
                timers.set_if_earlier(index, UnixMs::new(at));
                oracle.0.entry(index).and_modify(|old| *old = at.min(*old)).or_insert(at);
            }
            5 | 6 => {
                timers.clear(index);
                oracle.0.remove(&index);
            }
            _ => {
                now += if random.below(3) == 0 { random.span() } else { random.below(300) };
                check_turn(&timers, &mut oracle, now, &mut random, &format!("seed {seed}, step {step}"));
            }
        }
        assert_eq!(
            timers.wanted(index).map(UnixMs::get),
            oracle.0.get(&index).copied(),
            "seed {seed}, step {step}"
        );
    }
}

fn check_turn(timers: &Timers, oracle: &mut Oracle, now: u64, random: &mut Random, place: &str) {
    let budget = usize::try_from(random.below(40)).expect("below 40");
    let mut fired = Vec::new();
    let turned = timers.turn(UnixMs::new(now), budget, &mut fired);
    assert_eq!(turned.fired, fired.len(), "{place}");
    let due = oracle.due(now);
    let unique: BTreeSet<u32> = fired.iter().copied().collect();
    assert_eq!(unique.len(), fired.len(), "{place}: an index fired twice");
    assert!(unique.is_subset(&due), "{place}: fired {unique:?}, due {due:?}");
    assert_eq!(fired.len(), due.len().min(budget), "{place}: due {due:?}, budget {budget}");
    assert!(turned.more || fired.len() == due.len(), "{place}: due entries left without saying so");
    for index in fired {
        oracle.0.remove(&index);
    }
    assert_eq!(timers.live() as usize, oracle.0.len(), "{place}");
    match (turned.next, oracle.first()) {
        (None, None) => {}
        (Some(next), Some(first)) => {
            assert!(next.get() <= first.max(now), "{place}: next {next}, first {first}");
        }
        (next, first) => panic!("{place}: next {next:?}, first {first:?}"),
    }
}

#[test]
fn random_sets_clears_and_jumps_agree_with_a_sorted_list() {
    for seed in 0..60 {
        random_run(seed);
    }
}

#[test]
fn timer_fires_on_its_millisecond_and_once() {
    let timers = Timers::with_bound(10);
    set(&timers, 4, START + 60_000);
    assert!(turn_all(&timers, START, 9).is_empty());
    assert!(turn_all(&timers, START + 59_999, 9).is_empty());
    assert_eq!(turn_all(&timers, START + 60_000, 9), [4]);
    assert!(turn_all(&timers, u64::MAX, 9).is_empty());
}

#[test]
fn past_and_present_fire_in_the_next_turn_and_never_means_never() {
    let timers = Timers::with_bound(10);
    assert!(turn_all(&timers, START, 9).is_empty());
    timers.set(0, UnixMs::ZERO);
    set(&timers, 1, START - 1);
    set(&timers, 2, START);
    timers.set(3, UnixMs::MAX);
    set(&timers, 4, START + 1);
    timers.set(4, UnixMs::MAX);
    assert_eq!(turn_all(&timers, START, 9).len(), 3);
    assert!(turn_all(&timers, u64::MAX, 9).is_empty());
}

#[test]
fn turn_with_an_earlier_moment_than_before_fires_nothing_new() {
    let timers = Timers::with_bound(10);
    set(&timers, 1, START + 10);
    assert!(turn_all(&timers, START + 5, 9).is_empty());
    set(&timers, 2, START + 3);
    assert_eq!(turn_all(&timers, START, 9), [2], "due at the latest moment that any turn was told");
    assert_eq!(turn_all(&timers, START + 10, 9), [1]);
}

#[test]
fn set_if_earlier_only_lowers_until_it_fired() {
    let timers = Timers::with_bound(2);
    timers.set_if_earlier(0, UnixMs::new(START + 10));
    timers.set_if_earlier(0, UnixMs::new(START + 20));
    assert_eq!(timers.wanted(0), Some(UnixMs::new(START + 10)));
    assert_eq!(turn_all(&timers, START + 10, 9), [0]);
    timers.set_if_earlier(0, UnixMs::new(START + 20));
    assert_eq!(turn_all(&timers, START + 20, 9), [0], "what has fired is set no more");
}

#[test]
fn last_word_counts_while_an_entry_is_in_the_inbox() {
    let timers = Timers::with_bound(2);
    set(&timers, 0, START + 5);
    timers.clear(0);
    set(&timers, 0, START + 9);
    set(&timers, 1, START + 5);
    timers.clear(1);
    assert!(turn_all(&timers, START + 8, 9).is_empty());
    assert_eq!(timers.live(), 1);
    assert_eq!(turn_all(&timers, START + 9, 9), [0]);
}

#[test]
fn storm_of_one_millisecond_is_fired_in_measures_and_all_of_it() {
    let storm = 50_000u32;
    let timers = Timers::with_bound(storm);
    for index in 0..storm {
        set(&timers, index, START + 60_000);
    }
    assert!(turn_all(&timers, START, 500).is_empty());
    let (mut due, mut turns) = (Vec::new(), 0);
    let mut changed = Vec::new();
    loop {
        let before = due.len();
        let turned = timers.turn(UnixMs::new(START + 60_000), 500, &mut due);
        assert!(turned.fired <= 500 && due.len() - before == turned.fired, "{turned:?}");
        turns += 1;
        if !turned.more {
            break;
        }
        assert_eq!(turned.next, Some(UnixMs::new(START + 60_000)));
        if turns == 20 {
            // News in the middle of a storm is taken in.
            changed = (0..storm).filter(|index| !due.contains(index)).take(2).collect();
            timers.clear(changed[0]);
            set(&timers, changed[1], START + 60_001);
        }
    }
    assert!(turns >= 100, "{turns} turns");
    let unique: BTreeSet<u32> = due.iter().copied().collect();
    assert_eq!((due.len(), unique.len()), (storm as usize - 2, storm as usize - 2));
    assert!(changed.iter().all(|index| !unique.contains(index)), "{changed:?}");
    assert_eq!(turn_all(&timers, START + 60_001, 500), [changed[1]]);
}

#[test]
fn early_ones_are_not_starved_by_late_ones_under_a_small_budget() {
    let timers = Timers::with_bound(100);
    for index in 0..100 {
        set(&timers, 99 - index, START + 1_000 * u64::from(index));
    }
    assert!(turn_all(&timers, START - 1, 1).is_empty());
    let fired = turn_all(&timers, START + 1_000_000, 1);
    assert_eq!(fired, (0..100).rev().collect::<Vec<u32>>(), "the most overdue first");
}

#[test]
fn index_given_back_in_the_inbox_serves_its_next_taker() {
    let timers = Timers::with_bound(1);
    let first = timers.take().expect("room");
    set(&timers, first, START + 10);
    timers.give(first);
    let second = timers.take().expect("room again");
    assert_eq!((first, timers.take()), (second, None));
    set(&timers, second, START + 20);
    assert!(turn_all(&timers, START + 19, 9).is_empty(), "the first taker's deadline is forgotten");
    assert_eq!(turn_all(&timers, START + 20, 9), [second]);
}

#[test]
#[should_panic(expected = "timer 8 of 8")]
fn index_past_the_bound_is_a_bug() {
    set(&Timers::with_bound(8), 8, START);
}

fn counted_alarm() -> (Arc<Alarm>, Arc<AtomicUsize>) {
    let rings = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&rings);
    let alarm = Alarm::new(move || {
        counted.fetch_add(1, StdOrdering::Relaxed);
    });
    (Arc::new(alarm), rings)
}

#[test]
fn idle_driver_is_woken_once_and_naps_while_entries_keep_coming() {
    let (alarm, rings) = counted_alarm();
    let rings = || rings.load(StdOrdering::Relaxed);
    let (holds, lines) =
        (Timers::with_alarm(10, Arc::clone(&alarm)), Timers::with_alarm(10, Arc::clone(&alarm)));
    let tables = [&holds, &lines];
    let now = UnixMs::new(START);
    let turn = |now: UnixMs| tables.map(|table| table.turn(now, 9, &mut Vec::new()));
    turn(now);
    assert_eq!(alarm.rest(&tables, now), Rest::Idle);
    set(&lines, 1, START + 60_000);
    set(&holds, 1, START + 60_000);
    assert_eq!(rings(), 1, "the second owner finds the driver awake");
    assert_eq!(alarm.rest(&tables, now), Rest::Turn, "there is news");
    turn(now);
    assert_eq!(alarm.rest(&tables, now), Rest::Until(now.plus_ms(NAP_MS)));
    set(&holds, 2, START + 60_000);
    holds.clear(1);
    assert_eq!(rings(), 1, "what comes after the nap can wait for it");
    set(&holds, 2, START + NAP_MS - 1);
    assert_eq!(rings(), 2, "what comes before it cannot, even if the entry is in the inbox");
    turn(now);
    assert_eq!(alarm.rest(&tables, now), Rest::Until(now.plus_ms(NAP_MS - 1)));
    let now = now.plus_ms(NAP_MS);
    turn(now);
    let Rest::Until(until) = alarm.rest(&tables, now) else { panic!("one timer is set") };
    assert!(until <= UnixMs::new(START + 60_000) && until > now.plus_ms(NAP_MS), "{until}");
    lines.clear(1);
    assert_eq!(rings(), 3, "an idle driver hears of everything");
}

#[test]
fn driver_with_more_to_do_is_not_sent_to_sleep() {
    let (alarm, _) = counted_alarm();
    let timers = Timers::with_alarm(10, Arc::clone(&alarm));
    let now = UnixMs::new(START);
    timers.set(0, now);
    timers.set(1, now);
    let turned = timers.turn(now, 1, &mut Vec::new());
    assert!(turned.more, "{turned:?}");
    assert_eq!(alarm.rest(&[&timers], now), Rest::Turn);
}

#[test]
fn owners_on_many_threads_lose_nothing() {
    let timers = Timers::with_bound(400);
    let running = AtomicUsize::new(4);
    let (mut fired, mut now) = (vec![0u32; 400], START);
    crate::testing::watched_scope(|scope| {
        for owner in 0..4u32 {
            let (timers, running) = (&timers, &running);
            scope.spawn(move || {
                for round in 0..200u64 {
                    for index in (0..400).filter(|index| index % 4 == owner) {
                        set(timers, index, START + round * 7 + u64::from(index));
                        if index % 3 == 0 {
                            timers.clear(index);
                        }
                    }
                }
                for index in (0..400).filter(|index| index % 4 == owner) {
                    set(timers, index, START + (1 << 40));
                }
                running.fetch_sub(1, StdOrdering::Release);
            });
        }
        let mut due = Vec::new();
        while running.load(StdOrdering::Acquire) > 0 {
            now += 3;
            timers.turn(UnixMs::new(now), 64, &mut due);
        }
        for index in due {
            fired[index as usize] += 1;
        }
    });
    assert!(fired.iter().all(|&count| count <= 201), "more firings than sets: {fired:?}");
    let before = turn_all(&timers, START + (1 << 40) - 1, 64);
    assert!(before.is_empty(), "fired early: {before:?}");
    let mut last = turn_all(&timers, START + (1 << 40), 64);
    last.sort_unstable();
    assert_eq!(last, (0..400).collect::<Vec<u32>>());
}
