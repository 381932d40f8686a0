//! Claim: a claim that a panic cuts off between two standing sections makes no other claimer wait, and keeps nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{PackedPlace, event, general, standing};
#[test]
fn a_claim_cut_off_between_two_standing_sections_keeps_nobody_waiting() {
    let inventory = event(vec![general("floor", 10), general("balcony", 10)]);
    // There is no third section: a bug, and the first two are taken and undecided when it is met.
    let places = [PackedPlace::general(0, 4), PackedPlace::general(1, 5), PackedPlace::general(2, 1)];
    let cut_off = catch_unwind(AssertUnwindSafe(|| inventory.claim(7, &places, &standing)));
    assert!(cut_off.is_err(), "the third section is not there");
    for section in [0, 1] {
        let counts = inventory.counts(section);
        assert_eq!((counts.available, counts.reserved), (10, 0), "section {section}: {counts:?}");
    }
    let all = [PackedPlace::general(0, 10), PackedPlace::general(1, 10)];
    inventory.claim(8, &all, &standing).expect("all places can be had");
}
