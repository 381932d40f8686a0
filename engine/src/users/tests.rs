//! The bound, and the lists in their order.

use super::*;
use crate::clock::UnixMs;

fn user(name: &str) -> UserId {
    UserId::new(name).expect("valid")
}

/// The whole list behind `after`.
fn listed(users: &Users, ix: UserIx, after: Option<Listed>) -> Vec<u32> {
    let (mut all, mut run, mut after) = (Vec::new(), Vec::new(), after);
    loop {
        run.clear();
        users.behind(List::Reservations, ix, after, &mut run);
        let Some(last) = run.last() else { return all };
        after = Some(*last);
        all.extend(run.iter().map(|entry| entry.slot));
    }
}

fn entry(created_at: u64, slot: u32, generation: u32) -> Listed {
    Listed { created_at: UnixMs::new(created_at), slot, generation }
}

fn enter(users: &Users, name: &str) -> UserIx {
    users.enter(&user(name), 1, 0, None).expect("no bound")
}

#[test]
fn bound_holds_and_a_refusal_leaves_nothing() {
    let users = Users::new(10, 10);
    let ix = users.enter(&user("a"), 1, 3, Some(4)).expect("below the bound");
    assert_eq!(users.enter(&user("a"), 1, 2, Some(4)), Err(3));
    assert_eq!(users.enter(&user("b"), 1, 5, Some(4)), Err(0));
    assert_eq!(users.len(), 1, "the refused stranger is not kept");
    users.give_back(ix, 1, 3);
    assert!(users.enter(&user("a"), 1, 4, Some(4)).is_ok());
    users.leave(ix);
    users.give_back(ix, 1, 4);
    users.leave(ix);
    assert_eq!(users.len(), 0);
    assert_eq!(users.name(ix), None);
}

#[test]
fn lists_are_newest_first_and_lose_their_middle() {
    let users = Users::new(10, 10);
    let ix = enter(&users, "a");
    for (at, slot) in [(1, 4), (2, 2), (3, 9)] {
        users.link(List::Reservations, ix, entry(at, slot, 0));
    }
    assert_eq!(listed(&users, ix, None), [9, 2, 4]);
    assert_eq!(listed(&users, ix, Some(entry(3, 9, 0))), [2, 4]);
    users.unlink(List::Reservations, ix, 2);
    assert_eq!(listed(&users, ix, None), [9, 4]);
    users.unlink(List::Reservations, ix, 9);
    users.unlink(List::Reservations, ix, 4);
    assert_eq!(listed(&users, ix, None), [] as [u32; 0]);
}

#[test]
fn a_list_is_in_order_whoever_comes_first() {
    let users = Users::new(10, 10);
    let ix = enter(&users, "a");
    for (at, slot) in [(5, 4), (5, 2), (3, 9), (5, 3), (7, 1)] {
        users.link(List::Reservations, ix, entry(at, slot, 0));
    }
    assert_eq!(listed(&users, ix, None), [1, 4, 3, 2, 9]);
    users.unlink(List::Reservations, ix, 3);
    assert_eq!(listed(&users, ix, Some(entry(5, 3, 0))), [2, 9], "the entry is gone, its place is known");
    assert_eq!(listed(&users, ix, Some(entry(5, 4, 0))), [2, 9]);
    assert_eq!(listed(&users, ix, Some(entry(4, 8, 8))), [9], "an entry that never was");
    assert_eq!(listed(&users, ix, Some(entry(0, u32::MAX, 0))), [] as [u32; 0], "a slot past the bound");
}

#[test]
fn a_walk_does_not_go_over_to_another_users_list() {
    let users = Users::new(10, 10);
    let (a, b) = (enter(&users, "a"), enter(&users, "b"));
    for (at, slot) in [(1, 0), (2, 1), (3, 2)] {
        users.link(List::Reservations, a, entry(at, slot, 0));
    }
    users.link(List::Reservations, b, entry(1, 3, 0));
    users.unlink(List::Reservations, a, 1);
    users.link(List::Reservations, b, entry(2, 1, 0));
    assert_eq!(listed(&users, a, Some(entry(2, 1, 0))), [0], "the slot is the other user's now");
    assert_eq!(listed(&users, b, None), [1, 3]);
    users.unlink(List::Reservations, b, 1);
    users.link(List::Reservations, a, entry(9, 1, 1));
    assert_eq!(
        listed(&users, a, Some(entry(2, 1, 0))),
        [0],
        "the slot came back at another place of the list"
    );
}

#[test]
fn a_gone_entry_far_down_a_long_list_is_found_again() {
    let users = Users::new(5_000, 10);
    let ix = enter(&users, "a");
    for slot in 0..5_000 {
        users.link(List::Reservations, ix, entry(7, slot, 0));
    }
    users.unlink(List::Reservations, ix, 100);
    assert_eq!(listed(&users, ix, Some(entry(7, 100, 0))), (0..100).rev().collect::<Vec<_>>());
}
