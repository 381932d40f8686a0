//! The engine does what a naive model of it says: many customers at three small events, in memory, time turned by hand.
//! The seed in a failure's text reproduces it.

use crate::side_by_side::side_by_side;
use tacos_testing::{Planted, Simulation};

/// More seeds by `SEEDS=1000`, other ones by `SEED=7`.
fn seeds(usual: u64) -> std::ops::Range<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let first = number("SEED").unwrap_or(1);
    first..first + number("SEEDS").unwrap_or(usual)
}

#[test]
fn engine_in_memory_agrees_with_the_model() {
    side_by_side(seeds(30), |seed| {
        if let Err(violation) = Simulation::in_memory(seed).run(1_500) {
            panic!("seed {seed}: {violation}");
        }
    });
}

#[test]
fn planted_bugs_are_found() {
    for planted in [Planted::WrongReply, Planted::LostUpdate, Planted::LostWebhook, Planted::WrongModel] {
        let found = (1..20).any(|seed| Simulation::in_memory(seed).planting(planted).run(1_500).is_err());
        assert!(found, "{planted:?} was not found in 20 seeds");
    }
}
