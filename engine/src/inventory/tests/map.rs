//! A seat map is checked, found again by label, and survives its bytes.

use proptest::prelude::*;

use super::{general, numbered, seated};
use crate::inventory::{
    Layout, PackedPlace, Row, RowSeats, SeatException, SeatIx, SeatMap, SeatMapDecodeError, SeatMapFault,
    Section,
};

fn fault_of(sections: Vec<Section>) -> (SeatMapFault, String) {
    let error = Layout::build(&SeatMap { sections }).expect_err("refused");
    (error.fault, error.to_string())
}

fn listed(labels: &[&str]) -> Row {
    let seats = RowSeats::Listed(labels.iter().map(ToString::to_string).collect());
    Row { label: "row".into(), seats, ..Row::default() }
}

fn ruled(prefix: &str, first_number: u32, step: i32, digits_min: u8, count: u32) -> Row {
    let seats = RowSeats::Numbered { prefix: prefix.into(), first_number, step, digits_min, count };
    Row { label: "row".into(), seats, ..Row::default() }
}

#[test]
fn faults_name_the_place() {
    let (fault, text) = fault_of(vec![seated("A", vec![listed(&["x", "y!"])])]);
    assert_eq!(fault, SeatMapFault::BadSeatLabel);
    assert_eq!(
        text,
        "section \"A\": row \"row\": seat \"y!\": the seat's label must be 1 to 128 characters of A-Z a-z 0-9 . _ : -"
    );
}

#[test]
fn every_fault_is_found() {
    use SeatMapFault as F;
    let one = |row: Row| vec![seated("A", vec![row])];
    let long = "x".repeat(129);
    let cases: Vec<(F, Vec<Section>)> = vec![
        (F::NoSections, vec![]),
        (F::BadSectionName, vec![general("", 1)]),
        (F::BadSectionName, vec![general("a b", 1)]),
        (F::BadSectionName, vec![general(&long, 1)]),
        (F::DuplicateSection, vec![general("A", 1), general("A", 1)]),
        (F::EmptySection, vec![general("A", 0)]),
        (F::EmptySection, vec![seated("A", vec![])]),
        (F::TooManyInSection, vec![general("A", 1 << 21)]),
        (F::TooManyInSection, one(ruled("A-", 1, 1, 0, 1 << 21))),
        (F::TooManyInSection, one(ruled("A-", 1, 1, 0, u32::MAX))),
        (F::EmptyRow, one(listed(&[]))),
        (F::EmptyRow, one(ruled("A-", 1, 1, 0, 0))),
        (F::BadRowLabel, one(Row { label: String::new(), ..numbered("A", 1) })),
        (F::BadRowLabel, one(Row { label: "a\nb".into(), ..numbered("A", 1) })),
        (F::BadSeatLabel, one(listed(&[""]))),
        (F::BadSeatLabel, one(ruled(&"x".repeat(127), 1, 1, 0, 10))),
        (F::StepZero, one(ruled("A-", 1, 0, 0, 2))),
        (F::NumberOutOfRange, one(ruled("A-", 1, -1, 0, 3))),
        (F::NumberOutOfRange, one(ruled("A-", 999_999_999, 1, 0, 2))),
        (F::NumberOutOfRange, one(ruled("A-", 1, 1, 10, 2))),
        (F::NegativePrice, one(Row { price_minor: -1, ..numbered("A", 1) })),
        (F::BadIndex, one(Row { aisles_before: vec![0], ..numbered("A", 3) })),
        (F::BadIndex, one(Row { aisles_before: vec![3], ..numbered("A", 3) })),
        (F::BadIndex, one(Row { aisles_before: vec![2, 2], ..numbered("A", 3) })),
        (F::DuplicateSeat, one(listed(&["x", "y", "x"]))),
        (
            F::DuplicateSeat,
            vec![seated("A", vec![numbered("A", 9)]), seated("B", vec![listed(&["A-9", "z"])])],
        ),
        (F::DuplicateSeat, vec![seated("A", vec![listed(&["A-9", "z"]), numbered("A", 9)])]),
        (
            F::DuplicateSeat,
            one(ruled("A-", 1, 2, 0, 9))
                .into_iter()
                .chain([seated("B", vec![ruled("A-", 17, -4, 0, 2)])])
                .collect(),
        ),
        (F::DuplicateSeat, vec![seated("A", vec![ruled("A", 11, 1, 0, 1), ruled("A1", 1, 1, 0, 1)])]),
    ];
    for (expected, sections) in cases {
        let shown = format!("{sections:.200?}");
        assert_eq!(fault_of(sections).0, expected, "{shown}");
    }
    let exception = SeatException { index: 3, price_minor: None, accessible: None };
    assert_eq!(fault_of(one(Row { exceptions: vec![exception], ..numbered("A", 3) })).0, F::BadIndex);
    let exception = SeatException { index: 0, price_minor: Some(-1), accessible: None };
    assert_eq!(fault_of(one(Row { exceptions: vec![exception], ..numbered("A", 3) })).0, F::NegativePrice);
}

#[test]
fn labels_prices_and_marks_are_found() {
    let exceptions = vec![
        SeatException { index: 1, price_minor: Some(250), accessible: None },
        SeatException { index: 2, price_minor: None, accessible: Some(true) },
    ];
    let odd = Row { exceptions, price_minor: 100, ..ruled("A-", 1, 2, 2, 5) };
    let even = ruled("A-", 10, -2, 2, 5);
    let map = SeatMap {
        sections: vec![
            seated("left", vec![odd, even]),
            general("floor", 9),
            seated("box", vec![listed(&["king", "A-99"])]),
        ],
    };
    let layout = Layout::build(&map).expect("valid");
    let labels: Vec<String> = (0..layout.seats()).map(|seat| layout.label(SeatIx(seat))).collect();
    assert_eq!(
        labels,
        ["A-01", "A-03", "A-05", "A-07", "A-09", "A-10", "A-08", "A-06", "A-04", "A-02", "king", "A-99"]
    );
    for (seat, label) in (0..).zip(&labels) {
        assert_eq!(layout.resolve(label.as_bytes()), Some(SeatIx(seat)), "{label}");
    }
    for unknown in ["A-1", "A-001", "A-11", "A-00", "A-", "", "queen", "é9", "A-4294967297", "A-98"] {
        assert_eq!(layout.resolve(unknown.as_bytes()), None, "{unknown}");
    }
    assert_eq!(layout.price_minor(std::iter::once(PackedPlace::seat(SeatIx(1)))), 250);
    assert_eq!(layout.price_minor(std::iter::once(PackedPlace::seat(SeatIx(2)))), 100);
    let seat = layout.seat(SeatIx(2));
    assert_eq!((seat.section, seat.row, seat.accessible), ("left", "row", true));
    assert_eq!(layout.number_of("A-05"), "05");
    let section = layout.section(0);
    assert_eq!((section.price_min_minor, section.price_max_minor, section.places), (0, 250, 10));
    assert!(layout.section(1).general && layout.general_price_minor(1) == Some(50));
    assert_eq!(layout.section_named("box"), Some(2));
}

#[test]
fn a_hall_that_counts_through_all_rows_is_found() {
    let rows = (0..300).map(|row| ruled("", 1 + row * 30, 1, 0, 30)).collect();
    let layout = Layout::build(&SeatMap { sections: vec![seated("all", rows)] }).expect("valid");
    for seat in 0..9_000 {
        assert_eq!(layout.resolve((seat + 1).to_string().as_bytes()), Some(SeatIx(seat)));
    }
}

fn any_row() -> impl Strategy<Value = Row> {
    let ruled = ("[AB]{0,2}[-:]", 0u32..300, -3i32..4, 0u8..4, 1u32..150).prop_map(
        |(prefix, first_number, step, digits_min, count)| RowSeats::Numbered {
            prefix,
            first_number,
            step: if step == 0 { 1 } else { step },
            digits_min,
            count,
        },
    );
    let listed = prop::collection::vec("[a-c0-9.]{1,4}", 1..20).prop_map(RowSeats::Listed);
    let exception = |(index, price_minor, accessible)| SeatException { index, price_minor, accessible };
    let exceptions = prop::collection::vec(
        (0u32..20, any::<Option<i64>>(), any::<Option<bool>>()).prop_map(exception),
        0..3,
    );
    (prop_oneof![ruled, listed], any::<bool>(), prop::collection::vec(1u32..20, 0..3), exceptions).prop_map(
        |(seats, accessible, aisles_before, exceptions)| Row {
            label: "r".into(),
            price_minor: 5,
            accessible,
            seats,
            aisles_before,
            exceptions,
        },
    )
}

fn any_map() -> impl Strategy<Value = SeatMap> {
    prop::collection::vec(
        prop_oneof![
            3 => ("[A-D]", prop::collection::vec(any_row(), 1..4)).prop_map(|(name, rows)| Section::Seated { name, rows }),
            1 => ("[A-D]", 0u32..9, any::<i64>()).prop_map(|(name, capacity, price_minor)| Section::General {
                name,
                capacity,
                price_minor,
            }),
        ],
        1..4,
    )
    .prop_map(|sections| SeatMap { sections })
}

fn bytes_of(map: &SeatMap) -> Vec<u8> {
    let mut bytes = Vec::new();
    map.encode(&mut bytes);
    bytes
}

fn packed(map: &SeatMap) -> Vec<u8> {
    let mut bytes = Vec::new();
    map.pack(&mut bytes);
    bytes
}

proptest! {
    #[test]
    fn bytes_bring_the_map_back(map in any_map()) {
        let bytes = bytes_of(&map);
        prop_assert_eq!(SeatMap::decode(&bytes).expect("our own bytes"), map);
        for cut in 0..bytes.len() {
            prop_assert!(SeatMap::decode(&bytes[..cut]).is_err(), "cut at {}", cut);
        }
    }

    #[test]
    fn damaged_bytes_never_panic(map in any_map(), at in any::<prop::sample::Index>(), value: u8) {
        let mut bytes = bytes_of(&map);
        let at = at.index(bytes.len());
        bytes[at] = value;
        if let Ok(map) = SeatMap::decode(&bytes) {
            prop_assert_eq!(bytes_of(&map), bytes, "two encodings of one map");
            let _ = Layout::build(&map);
        }
    }

    #[test]
    fn any_bytes_never_panic(mut bytes: Vec<u8>) {
        let _ = SeatMap::decode(&bytes);
        for format in [1, 2] {
            bytes.insert(0, format);
            let _ = SeatMap::of_stored(&bytes);
            bytes.remove(0);
        }
    }

    #[test]
    fn packed_bytes_bring_the_map_back(map in any_map(), at in any::<prop::sample::Index>(), value: u8) {
        if let Ok(layout) = Layout::build(&map) {
            let map = layout.to_map();
            let mut bytes = packed(&map);
            prop_assert_eq!(SeatMap::of_stored(&bytes).expect("our own bytes"), map);
            for cut in 0..bytes.len() {
                prop_assert!(SeatMap::of_stored(&bytes[..cut]).is_err(), "cut at {}", cut);
            }
            let at = at.index(bytes.len());
            bytes[at] = value;
            // Whatever it stands for now, it is no panic.
            if let Ok(map) = SeatMap::of_stored(&bytes) {
                let _ = Layout::build(&map);
            }
        }
    }

    #[test]
    fn a_built_map_finds_each_label_and_writes_itself_again(map in any_map()) {
        if let Ok(layout) = Layout::build(&map) {
            for seat in (0..layout.seats()).map(SeatIx) {
                prop_assert_eq!(layout.resolve(layout.label(seat).as_bytes()), Some(seat));
            }
            let again = Layout::build(&layout.to_map()).expect("it was valid");
            prop_assert_eq!(again.to_map(), layout.to_map());
            prop_assert_eq!(again.seats(), layout.seats());
            for seat in (0..layout.seats()).map(SeatIx) {
                prop_assert_eq!(again.label(seat), layout.label(seat));
                prop_assert_eq!(again.seat(seat), layout.seat(seat));
            }
        }
    }
}

#[test]
fn foreign_formats_and_left_over_bytes_are_refused() {
    let mut bytes = bytes_of(&SeatMap { sections: vec![general("A", 1)] });
    bytes.push(0);
    assert_eq!(SeatMap::decode(&bytes), Err(SeatMapDecodeError::Long { at: bytes.len() - 1 }));
    bytes[0] = 9;
    assert_eq!(SeatMap::decode(&bytes), Err(SeatMapDecodeError::Format(9)));
}

/// 25 rows of 40 seats with odd numbers on the left and even ones on the right, which follow no rule.
fn odd_and_even() -> SeatMap {
    let row = |row: u32| {
        let numbers = (1..40).step_by(2).chain((2..=40).rev().step_by(2));
        let labels = numbers.map(|number| format!("upper-left-{row:03}-{number}")).collect();
        Row { label: row.to_string(), price_minor: 100, seats: RowSeats::Listed(labels), ..Row::default() }
    };
    let map = SeatMap { sections: vec![seated("upper", (0..25).map(row).collect())] };
    Layout::build(&map).expect("valid").to_map()
}

#[test]
fn a_label_costs_what_it_adds_to_the_one_before() {
    let map = odd_and_even();
    assert!(
        matches!(&map.sections[0], Section::Seated { rows, .. } if matches!(rows[0].seats, RowSeats::Listed(_)))
    );
    let (plain, packed) = (bytes_of(&map).len(), packed(&map).len());
    assert!(
        packed < 4 * 1_000 && plain > 18 * 1_000,
        "{packed} bytes packed, {plain} plain, for 1,000 seats"
    );
}

#[test]
fn texts_of_every_length_and_any_character_are_packed() {
    let labels: Vec<String> = (1..=128)
        .chain((1..=128).rev())
        .map(|length| "ä".repeat(length / 2) + &"x".repeat(length % 2))
        .collect();
    let row = |label: &String| Row { label: label.clone(), ..numbered("A", 1) };
    let map = SeatMap {
        sections: vec![seated("A", labels.iter().filter(|label| !label.is_empty()).map(row).collect())],
    };
    assert_eq!(SeatMap::of_stored(&packed(&map)).as_ref(), Ok(&map));
}

#[test]
fn only_long_maps_are_stored_packed() {
    let (mut short, mut long) = (Vec::new(), Vec::new());
    let map = odd_and_even();
    map.store(&mut short);
    assert_eq!(short, bytes_of(&map), "read by every version");
    let Section::Seated { rows, .. } = &map.sections[0] else { panic!("seats") };
    let many =
        SeatMap { sections: vec![seated("all", rows.iter().cycle().take(25 * 60).cloned().collect())] };
    many.store(&mut long);
    assert_eq!(long, packed(&many));
    assert_eq!(SeatMap::of_stored(&long), Ok(many));
}

#[test]
fn packed_bytes_that_nothing_writes_are_refused() {
    let bad = |bytes: &[u8]| SeatMap::of_stored(bytes).expect_err("refused");
    // A label that begins with more of the one before than that has.
    assert_eq!(bad(&[2, 1, 1, 0x10]), SeatMapDecodeError::Invalid { at: 3 });
    // A number of more than 64 bits, and one with a byte that adds nothing.
    let long = [2, 1, 1, 1, b'A', 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02];
    assert_eq!(bad(&long), SeatMapDecodeError::Invalid { at: 14 });
    assert_eq!(bad(&[2, 1, 1, 1, b'A', 0x81, 0]), SeatMapDecodeError::Invalid { at: 6 });
    // A row that says that it has more labels than an event can have.
    let many = [2, 1, 0, 1, b'A', 1, 2, 1, b'r', 0, 0xff, 0xff, 0xff, 0xff, 0x0f];
    assert_eq!(bad(&many), SeatMapDecodeError::Invalid { at: 14 });
    assert_eq!(bad(&[2, 0, 9]), SeatMapDecodeError::Long { at: 2 });
}
