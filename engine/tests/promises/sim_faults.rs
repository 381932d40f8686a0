//! The whole engine against its model, over restarts and over a disk that crashes, fails and fills. The seed in a
//! failure's text reproduces it: `cargo run -p tacos-engine-testing --example simulate -- --seed N --runs 1 --trace`.

use tacos_testing::{Planted, Report, Simulation};

/// More seeds by `SEEDS=1000`, other ones by `SEED=7`.
fn seeds(usual: u64) -> std::ops::Range<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let first = number("SEED").unwrap_or(1);
    first..first + number("SEEDS").unwrap_or(usual)
}

fn run_all(usual: u64, simulation: fn(u64) -> Simulation) -> Report {
    let mut total = Report::default();
    for seed in seeds(usual) {
        match simulation(seed).run(800) {
            Ok(report) => total = total.plus(report),
            Err(violation) => panic!("seed {seed}: {violation}"),
        }
    }
    total
}

#[test]
fn engine_agrees_with_the_model_over_restarts_and_snapshots() {
    let total = run_all(8, Simulation::on_disk);
    println!("{total}");
    assert!(total.reopened > 0 && total.snapshots > 0, "nothing was tried: {total}");
}

#[test]
fn nothing_acknowledged_is_lost_on_a_disk_that_fails() {
    let total = run_all(6, Simulation::with_faults);
    println!("{total}");
    let faults = total.faults;
    assert!(faults.crashes > 0 && faults.kills > 0 && faults.full > 0, "nothing was tried: {faults}");
    let damaged = faults.flips.iter().sum::<u64>() + faults.moved + faults.shortened + faults.removed;
    assert!(damaged > faults.refused && faults.refused > 0, "nothing was damaged: {faults}");
    assert!(faults.syncs_lost + faults.syncs_late + faults.writes > 0, "nothing was tried: {faults}");
    let rarer = [faults.misdirected, faults.short_reads, faults.slow, faults.jumps, faults.torn];
    assert!(rarer.iter().all(|class| *class > 0), "a class was not tried: {faults}");
}

/// Thousands of customers at once, on a disk that fails.
#[test]
fn a_crowd_on_a_disk_that_fails_is_served_as_the_model_says() {
    for seed in seeds(1) {
        let report = Simulation::with_faults(seed)
            .crowded(2_000)
            .run(120)
            .unwrap_or_else(|why| panic!("seed {seed}: {why}"));
        println!("seed {seed}: {report}");
        assert!(report.successes > 2_000, "seed {seed}: hardly anybody came: {report}");
    }
}

#[test]
fn an_engine_that_acknowledges_too_early_is_found_out() {
    let found =
        (1..20).any(|seed| Simulation::with_faults(seed).planting(Planted::EarlyAck).run(800).is_err());
    assert!(found, "not found in 20 seeds");
}

#[test]
fn an_engine_that_hides_a_loss_is_found_out() {
    let found =
        (1..20).any(|seed| Simulation::with_faults(seed).planting(Planted::HiddenLoss).run(800).is_err());
    assert!(found, "not found in 20 seeds");
}

#[test]
fn deadlines_counted_from_a_late_answer_are_found_out() {
    let found =
        (1..20).any(|seed| Simulation::with_faults(seed).planting(Planted::LateDeadline).run(800).is_err());
    assert!(found, "not found in 20 seeds");
}

#[test]
fn one_seed_gives_one_run() {
    let run = || Simulation::with_faults(5).run(400).expect("an honest run");
    assert_eq!(run(), run());
}
