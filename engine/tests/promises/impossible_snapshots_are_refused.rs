//! A snapshot with right checksums and impossible content is refused with words, or is a sale that holds together: every
//! field of every kind of image is changed, images are left out, doubled and moved, and nothing panics.
//!
//! Longer by `IMPOSSIBLE_SEEDS=` (sales to change), `IMPOSSIBLE_SAMPLES=` (images of each kind), `IMPOSSIBLE_STRIDE=1` (every byte)
//! and `IMPOSSIBLE_OPEN=` (accepted changes of each field that are sold from).

use tacos_testing::Impossible;

fn number(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[test]
fn every_field_of_every_image_is_changed_and_nothing_panics() {
    let (samples, stride) = (number("IMPOSSIBLE_SAMPLES", 1), number("IMPOSSIBLE_STRIDE", 64));
    let open_each = number("IMPOSSIBLE_OPEN", 1);
    for seed in (11..).take(number("IMPOSSIBLE_SEEDS", 1)) {
        let report = Impossible::try_all((seed, 250), samples, stride, open_each)
            .unwrap_or_else(|why| panic!("seed {seed}: {why}"));
        println!(
            "seed {seed}: {} snapshots tried, {} refused, {} taken, {} of them sold from; {} fields",
            report.tried,
            report.refused,
            report.taken,
            report.opened,
            report.fields.len()
        );
        assert!(report.fields.len() > 60, "fields of every kind: {:?}", report.fields.keys());
        assert!(report.refused > report.tried / 3, "most changes are for the worse: {report:?}");
    }
}
