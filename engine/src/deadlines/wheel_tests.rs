//! Claims about the pure wheel: level boundaries, jumps, removal at any stage.

use std::collections::BTreeMap;

use super::*;

/// Turns the wheel as its driver does, with deadlines from `at`.
fn advance(wheel: &mut Wheel, at: &BTreeMap<u32, u64>, now: u64) -> (Vec<u32>, usize) {
    let (mut due, mut sunk) = (Vec::new(), 0);
    loop {
        match wheel.step(now) {
            Step::Due(index) => due.push(index),
            Step::Sink(index) => {
                wheel.link(index, at[&index]);
                sunk += 1;
            }
            Step::Rest => return (due, sunk),
        }
    }
}

#[test]
fn every_level_boundary_fires_on_its_millisecond() {
    for start in [0u64, 1, 255, 256, 65_535, 1_790_000_000_123] {
        for level in 1..LEVELS {
            let edge = 1u64 << (8 * level);
            for at in [start + edge - 1, start + edge, start + edge + 1, (start | (edge - 1)) + 1] {
                let mut wheel = Wheel::new();
                wheel.catch_up(start);
                wheel.link(7, at);
                let deadlines = BTreeMap::from([(7, at)]);
                let (due, _) = advance(&mut wheel, &deadlines, at - 1);
                assert!(due.is_empty(), "{at} fired at {} from {start}", at - 1);
                assert!(wheel.next().expect("linked") <= at, "next {:?} after {at}", wheel.next());
                let (due, sunk) = advance(&mut wheel, &deadlines, at);
                assert_eq!(due, [7], "deadline {at} from {start}");
                assert!(sunk < LEVELS as usize, "sank {sunk} times");
                assert_eq!((wheel.linked(), wheel.next()), (0, None));
            }
        }
    }
}

#[test]
fn jump_to_the_end_of_time_fires_all_in_order_and_sinks_each_at_most_seven_times() {
    let mut wheel = Wheel::new();
    let deadlines: BTreeMap<u32, u64> =
        (0..1_000u32).map(|index| (index, u64::from(index).pow(6) + 1)).collect();
    for (&index, &at) in &deadlines {
        wheel.link(index, at);
    }
    let (due, sunk) = advance(&mut wheel, &deadlines, u64::MAX);
    assert!(due.is_sorted() && due.len() == 1_000, "{due:?}");
    assert!(sunk <= 7_000, "{sunk} moves");
}

#[test]
fn entry_can_leave_from_the_due_and_sinking_rings_and_its_slot_shows_empty() {
    let mut wheel = Wheel::new();
    for index in 0..3 {
        wheel.link(index, 1_000);
    }
    assert_eq!(wheel.step(1_000), Step::Sink(0));
    wheel.unlink(1);
    wheel.link(0, 1_000);
    assert_eq!(wheel.step(1_000), Step::Sink(2));
    wheel.link(2, 1_000);
    assert_eq!(wheel.step(1_000), Step::Due(0));
    wheel.unlink(2);
    assert_eq!(wheel.step(1_000), Step::Rest);
    assert_eq!((wheel.linked(), wheel.next()), (0, None));
}

#[test]
fn relinking_moves_and_does_not_double() {
    let mut wheel = Wheel::new();
    wheel.link(3, 50);
    wheel.link(3, 70_000);
    wheel.link(3, 60);
    assert_eq!(wheel.linked(), 1);
    assert_eq!(wheel.next(), Some(60));
    assert_eq!(wheel.step(59), Step::Rest);
    assert_eq!(wheel.step(60), Step::Due(3));
    assert_eq!(wheel.step(u64::MAX), Step::Rest);
}

#[test]
fn what_is_past_is_due_at_once() {
    let mut wheel = Wheel::new();
    wheel.catch_up(500);
    wheel.link(1, 3);
    wheel.link(2, 500);
    assert!(wheel.is_due(500));
    assert_eq!((wheel.step(500), wheel.step(500), wheel.step(500)), (Step::Due(1), Step::Due(2), Step::Rest));
}
