//! Whatever a disk may hold after a power cut opens without anybody's consent, to everything that was acknowledged and to
//! nothing that is half. Longer, in release: `make crash-points STATES=100000`.

use tacos_testing::{CrashPoints, CrashStates, Omitted};

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Other seeds by `SEED=7`, more images by `STATES=20000`.
#[test]
fn every_legal_image_opens_to_what_was_acknowledged() {
    let (mut total, mut seed) = (CrashStates::default(), number("SEED", 1));
    let wanted = number("STATES", 1_500);
    while total.checked() < wanted {
        let points = CrashPoints::new(seed, 60).tearing_at_most(8).at_most(wanted - total.checked());
        total = total.plus(points.run().unwrap_or_else(|violation| panic!("{violation}")));
        seed += 1;
    }
    println!("crash states: {total}, 0 violations");
    let kinds = [total.prefixes, total.reorderings, total.tears, total.directory, total.second_crashes];
    assert!(kinds.iter().all(|kind| *kind > 0), "a kind was not tried: {total}");
    let crossed = total.crossed;
    assert!(crossed.segments > 2 && crossed.snapshots > 2 && crossed.retired > 0, "nothing crossed: {total}");
}

#[test]
fn an_acknowledgement_before_the_sync_is_found_out() {
    let found = (1..20)
        .find_map(|seed| CrashPoints::new(seed, 20).tearing_at_most(2).acknowledging_early().run().err());
    let found = found.expect("not found in 20 seeds").to_string();
    assert!(found.contains("was acknowledged, and only"), "something else was found: {found}");
}

/// From the first one on, and only once the folder is made and used.
#[test]
fn a_sync_that_is_left_out_is_found_out() {
    let points = CrashPoints::new(1, 30).tearing_at_most(2);
    for honest in [0, 8] {
        let found = points.omitting(Omitted::FileSyncs(honest)).run();
        assert!(found.is_err(), "after {honest} syncs no file was synced, and nobody noticed: {found:?}");
    }
    for honest in [0, 2] {
        let found = points.omitting(Omitted::FolderSyncs(honest)).run();
        assert!(
            found.is_err(),
            "after {honest} syncs the folder was not synced, and nobody noticed: {found:?}"
        );
    }
}
