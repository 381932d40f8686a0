//! Claim: a command that looked at the clock before a deadline and goes on after it contradicts nothing that anybody was told
//! meanwhile. Every command meets every other command and every read on one hold, its payment, its ticket and one
//! key: the first looks at the clock and is held back, the second runs with a later look, then the first goes on. A small
//! judge follows what callers are told; at the end there is one winner, counts add up, money is kept only with seats, the
//! refund of what was paid frees them, and the reopened folder has the same digest.

mod commands;
mod judge;
mod world;

use commands::{COMMANDS, READS};
use judge::Judge;
use tacos_engine::UnixMs;
use world::{END, Setup, World};

/// Every pair in one setup, with the later look at each of `moments`. A read leaves no record, so only pairs of commands are
/// followed through a restart.
fn no_pair_is_told_two_things(setup: Setup, moments: &[UnixMs]) {
    let (mut pairs, mut held_back) = (0, 0);
    for &later in moments {
        for first in COMMANDS {
            for second in COMMANDS.iter().chain(READS) {
                let what = format!("{setup:?}, {} held back, {} at {later}", first.name, second.name);
                let world = World::new(setup);
                let mut judge = Judge::new(&what, setup);
                let overtaken =
                    world.clock.overtake(&what, later, || (first.run)(&world), || (second.run)(&world));
                overtaken.second.into_iter().chain(overtaken.first).for_each(|told| judge.told(told));
                world.judge_the_end(&mut judge, !READS.iter().any(|read| read.name == second.name));
                pairs += 1;
                held_back += usize::from(overtaken.was_held);
            }
        }
    }
    let (commands, reads, times) = (COMMANDS.len(), READS.len(), moments.len());
    #[expect(clippy::print_stdout, reason = "the figures of a run")]
    {
        println!(
            "{setup:?}: {pairs} pairs: {commands} commands with each other and with {reads} reads, at {times} moments"
        );
    }
    assert_eq!(held_back, pairs, "every command looks at the clock");
}

/// The moments of the later look: at the deadline; with `STALE_CLOCK_MOMENTS=all` also after it, and just before it.
fn moments() -> Vec<UnixMs> {
    let all = std::env::var("STALE_CLOCK_MOMENTS").is_ok_and(|moments| moments == "all");
    if all { vec![END, END.plus_ms(5_000), world::IN_TIME] } else { vec![END] }
}

#[test]
fn a_hold_without_a_payment() {
    no_pair_is_told_two_things(Setup::Held, &moments());
}

#[test]
fn a_hold_that_is_being_paid() {
    no_pair_is_told_two_things(Setup::Paying, &moments());
}

#[test]
fn a_hold_whose_payment_outlives_it() {
    no_pair_is_told_two_things(Setup::PayingLonger, &moments());
}

#[test]
fn a_hold_that_is_paid() {
    no_pair_is_told_two_things(Setup::Paid, &moments());
}

/// What finds nothing proves nothing: a judge who hears of a sale after an expiry must object.
#[test]
fn the_judge_objects_to_a_sale_after_an_expiry() {
    use judge::Told;
    use tacos_engine::ReservationState::{Confirmed, Expired};
    let contradictions: [&[Told]; 3] = [
        &[Told::Hold(Expired), Told::Hold(Confirmed)],
        &[Told::Free, Told::Hold(Confirmed)],
        &[Told::Keyed("one".into()), Told::Keyed("two".into())],
    ];
    for told in contradictions {
        let objects = std::panic::catch_unwind(|| {
            let mut judge = Judge::new("planted", Setup::Held);
            told.iter().for_each(|told| judge.told(told.clone()));
        });
        assert!(objects.is_err(), "{told:?} went through");
    }
}
