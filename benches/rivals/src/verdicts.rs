//! One seeded sequence of holds, ends and passing time for every contestant, and the words that it answered with: equal
//! words mean equal rules.

use std::sync::Arc;
use std::time::Duration;

use tacos_engine::{ManualClock, SystemClock, UserId};

use crate::contestants::ours::Ours;
use crate::rival::{Client, Counts, End, Fault, HOLD_MS, Order, Rival, Verdict};
use crate::work::{Hall, Random};

/// Seats of the sequence: few, so that people meet.
pub const HALL: Hall = Hall { seats: 60 };

/// What a contestant answered, step by step, and how the house stood in the end.
///
/// With a clock, time passes and holds expire; without, none does.
///
/// # Errors
/// The contestant is broken.
pub fn script<R: Rival>(
    rival: &R,
    clock: Option<&ManualClock>,
    seed: u64,
    steps: u64,
) -> Result<(Vec<String>, Counts), Fault> {
    let (mut random, mut client) = (Random::new(seed), rival.client(1)?);
    let (mut holds, mut words) = (Vec::new(), Vec::new());
    for number in 0..steps {
        let word = match random.below(20) {
            0 => {
                let pause = Duration::from_millis(random.below(HOLD_MS / 2));
                if let Some(clock) = clock {
                    clock.advance(pause);
                }
                String::from("time")
            }
            1..=5 if !holds.is_empty() => {
                let hold = holds.swap_remove(usize::try_from(random.below(holds.len() as u64))?);
                // Mostly given back, or the house would soon be sold out.
                let end = if random.below(6) == 0 { End::Confirm } else { End::Release };
                let ending = client.end(hold, end)?;
                format!("{end:?}: {:?}", client.ended(ending)?)
            }
            _ => {
                let first = random.index(HALL.seats);
                let second = (first + 1 + random.index(HALL.seats - 1)) % HALL.seats;
                let order = Order {
                    number,
                    user: UserId::new(&format!("user-{}", random.below(30)))?,
                    seats: [HALL.label(first)?, HALL.label(second)?],
                };
                let prepared = client.prepare(&order);
                let holding = client.hold(prepared)?;
                match client.held(holding)? {
                    Verdict::Held(hold) => {
                        holds.push(hold);
                        String::from("held")
                    }
                    Verdict::Taken(refusal) => format!("taken: {:?}", R::Client::taken(&refusal, &order)),
                }
            }
        };
        words.push(word);
    }
    // Everything that still stands is given back or has lapsed.
    for hold in holds {
        let ending = client.end(hold, End::Release)?;
        words.push(format!("{:?}", client.ended(ending)?));
    }
    drop(client);
    Ok((words, rival.counts()?))
}

/// Runs the sequence on our engine and on a rival, for neither with passing time, and compares.
///
/// # Errors
/// Broken, or the first step at which they differ.
pub fn check<R: Rival>(rival: &R, seed: u64, steps: u64) -> Result<(), Fault> {
    let ours = Ours::in_memory(HALL, Arc::new(SystemClock::new()))?;
    let (ours, mut theirs) = (script(&ours, None, seed, steps)?, script(rival, None, seed, steps)?);
    // A rival's own hall may be larger.
    theirs.1.free = ours.1.free;
    same(&ours, &theirs, seed)
}

/// Says at which step two contestants differ, if they do.
///
/// # Errors
/// The first difference.
pub fn same(ours: &(Vec<String>, Counts), theirs: &(Vec<String>, Counts), seed: u64) -> Result<(), Fault> {
    for (step, (ours, theirs)) in ours.0.iter().zip(&theirs.0).enumerate() {
        if ours != theirs {
            return Err(format!("seed {seed}, step {step}: ours says {ours:?}, the rival {theirs:?}").into());
        }
    }
    if ours != theirs {
        let (left, right) = ((ours.0.len(), ours.1), (theirs.0.len(), theirs.1));
        return Err(format!("seed {seed}: steps and counts differ: {left:?}, {right:?}").into());
    }
    Ok(())
}
