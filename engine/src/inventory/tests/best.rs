//! Best available agrees with a search that tries everything, on small halls of all shapes.

use super::{Random, audit, event, general, move_places, numbered, places_of, seated, seats, standing};
use crate::inventory::best::{BestRefused, BestRequest};
use crate::inventory::{FREED, HolderState, Inventory, Row, SeatException, SeatIx};

fn request(quantity: u32, allow_split: bool) -> BestRequest {
    BestRequest { quantity, section: None, allow_split, include_accessible: false, scan_lapsed: false }
}

/// Per row: is the seat free, and is it joined to the one on its left.
type Plain = Vec<Vec<(bool, bool)>>;

fn random_hall(random: &mut Random) -> (Inventory, Plain) {
    let share = [0, 30, 60, 90][random.below(4) as usize];
    let with_aisles = random.chance(50);
    let (mut rows, mut plain): (Vec<Row>, Plain) = (Vec::new(), Vec::new());
    for row in 0..=random.below(5) {
        let count = 1 + if random.chance(20) { random.below(150) } else { random.below(12) };
        let aisles: Vec<u32> = (1..count).filter(|_| with_aisles && random.chance(15)).collect();
        let marks: Vec<u32> = (0..count).filter(|_| random.chance(5)).collect();
        plain.push(
            (0..count).map(|seat| (!marks.contains(&seat), seat > 0 && !aisles.contains(&seat))).collect(),
        );
        let mark = |&index: &u32| SeatException { index, price_minor: None, accessible: Some(true) };
        let exceptions = marks.iter().map(mark).collect();
        rows.push(Row { aisles_before: aisles, exceptions, ..numbered(&format!("r{row}"), count) });
    }
    let hall = event(vec![seated("A", rows)]);
    for (info, row) in hall.layout.rows.iter().zip(&mut plain) {
        for (index, seat) in (0..).zip(row) {
            if random.chance(share) {
                hall.claim(1, &seats(&[info.first_seat + index]), &standing).expect("free");
                seat.0 = false;
            }
        }
    }
    (hall, plain)
}

/// Every choice of neighbours, tried one by one: the first row that has one; in it the leftmost without an orphan.
fn plain_neighbours(plain: &Plain, quantity: usize) -> Option<(usize, usize)> {
    for (number, row) in plain.iter().enumerate() {
        let fits = |at: usize| {
            at + quantity <= row.len()
                && (at..at + quantity).all(|seat| row[seat].0 && (seat == at || row[seat].1))
        };
        let lonely = |after: &Vec<bool>, seat: usize| {
            let left = seat > 0 && row[seat].1 && after[seat - 1];
            let right = seat + 1 < row.len() && row[seat + 1].1 && after[seat + 1];
            after[seat] && !left && !right
        };
        let before: Vec<bool> = row.iter().map(|seat| seat.0).collect();
        let orphans = |at: usize| {
            let mut after = before.clone();
            after[at..at + quantity].fill(false);
            (0..row.len()).any(|seat| lonely(&after, seat) && !lonely(&before, seat))
        };
        let starts: Vec<usize> = (0..row.len()).filter(|&at| fits(at)).collect();
        let best = starts.iter().find(|&&at| !orphans(at)).or(starts.first());
        if let Some(&at) = best {
            return Some((number, at));
        }
    }
    None
}

/// Every set of rows, tried one by one: the smallest that has enough, and of those the first.
fn plain_rows(plain: &Plain, quantity: usize) -> Option<Vec<usize>> {
    let free = |row: &usize| plain[*row].iter().filter(|seat| seat.0).count();
    let sets = (1usize..1 << plain.len()).map(|set| {
        let rows: Vec<usize> = (0..plain.len()).filter(|row| set >> row & 1 != 0).collect();
        (rows.len(), rows)
    });
    sets.filter(|(_, rows)| rows.iter().map(free).sum::<usize>() >= quantity).min().map(|(_, rows)| rows)
}

#[test]
fn choices_agree_with_a_search_that_tries_everything() {
    for seed in 0..3_000 {
        let mut random = Random::new(seed);
        let (hall, mut plain) = random_hall(&mut random);
        for step in 0..4 {
            let most = [3, 10, 64][random.below(3) as usize];
            let quantity = 1 + random.below(most);
            let context = format!("seed {seed}, step {step}, {quantity} of {plain:?}");
            let split = random.chance(50);
            let outcome = hall.claim_best(2, &request(quantity, split), &standing);
            let together = plain_neighbours(&plain, quantity as usize);
            let apart = plain_rows(&plain, quantity as usize).filter(|_| split);
            let free = plain.iter().flatten().filter(|seat| seat.0).count();
            let Ok(claim) = outcome else {
                let refused = outcome.expect_err("checked");
                assert!(together.is_none() && apart.is_none(), "{refused:?}, {context}");
                let short = matches!(refused, BestRefused::Insufficient { .. });
                assert_eq!(short, free < quantity as usize, "{refused:?}, {context}");
                continue;
            };
            let at = |place: &crate::inventory::PackedPlace| {
                let seat = place.as_seat().expect("a seat");
                let row = hall.layout.row_of(seat) as usize;
                (row, (seat.0 - hall.layout.rows[row].first_seat) as usize)
            };
            let taken: Vec<(usize, usize)> = claim.iter().map(|change| at(&change.place)).collect();
            assert_eq!(taken.len(), quantity as usize, "{context}");
            if let Some((row, first)) = together {
                let expected: Vec<_> = (first..first + quantity as usize).map(|seat| (row, seat)).collect();
                assert_eq!(taken, expected, "{context}");
            } else {
                let mut rows: Vec<usize> = taken.iter().map(|&(row, _)| row).collect();
                rows.dedup();
                assert_eq!(Some(rows), apart, "{context}");
            }
            for (row, seat) in taken {
                assert!(plain[row][seat].0, "row {row} seat {seat} was not free, {context}");
                plain[row][seat].0 = false;
            }
        }
        audit(&hall, &format!("seed {seed}"));
    }
}

#[test]
fn accessible_seats_are_given_on_request_only() {
    let row = Row { accessible: true, ..numbered("w", 4) };
    let hall = event(vec![seated("A", vec![row, numbered("x", 2)])]);
    let first = hall.claim_best(1, &request(2, true), &standing).expect("row x");
    assert_eq!(places_of(&first), seats(&[4, 5]));
    let refused = hall.claim_best(2, &request(1, true), &standing).expect_err("only accessible seats left");
    assert_eq!(refused, BestRefused::Insufficient { available: 0, lapsed: [].as_slice().into() });
    let asked = BestRequest { include_accessible: true, ..request(3, false) };
    assert_eq!(places_of(&hall.claim_best(2, &asked, &standing).expect("row w")), seats(&[0, 1, 2]));
}

#[test]
fn a_section_can_be_asked_for_and_a_certificate_ends_with_a_return() {
    let hall = event(vec![seated("A", vec![numbered("a", 3)]), seated("B", vec![numbered("b", 3)])]);
    let in_b = |quantity| BestRequest { section: Some(1), ..request(quantity, false) };
    let claim = hall.claim_best(1, &in_b(1), &standing).expect("free");
    assert_eq!(places_of(&claim), seats(&[3]));
    let middle = seats(&[4]);
    hall.claim(2, &middle, &standing).expect("free");
    move_places(&hall, 1, FREED, &places_of(&claim));
    let none = BestRefused::NoAdjacent { lapsed: [].as_slice().into() };
    for _ in 0..2 {
        assert_eq!(hall.claim_best(3, &in_b(2), &standing), Err(none.clone()));
    }
    move_places(&hall, 2, FREED, &middle);
    assert_eq!(places_of(&hall.claim_best(3, &in_b(2), &standing).expect("free again")), seats(&[3, 4]));
}

#[test]
fn lapsed_holds_are_named_when_asked_for() {
    let hall = event(vec![seated("A", vec![numbered("a", 4)])]);
    hall.claim(1, &seats(&[0]), &standing).expect("free");
    hall.claim(2, &seats(&[1, 2]), &standing).expect("free");
    let holder_state = |owner| if owner == 2 { HolderState::Expired } else { HolderState::Held };
    let scan = BestRequest { scan_lapsed: true, ..request(2, true) };
    let refused = BestRefused::Insufficient { available: 1, lapsed: [2].as_slice().into() };
    assert_eq!(hall.claim_best(3, &scan, &holder_state), Err(refused));
    move_places(&hall, 2, FREED, &seats(&[1, 2]));
    assert_eq!(places_of(&hall.claim_best(3, &scan, &holder_state).expect("free")), seats(&[1, 2]));
    assert_eq!(hall.seat(SeatIx(3)).version, 0);
}

#[test]
fn general_admission_prefers_one_section_and_then_the_fewest() {
    let hall = event(vec![general("near", 3), general("mid", 5), general("far", 9)]);
    let take = |quantity, split| hall.claim_best(1, &request(quantity, split), &standing);
    assert_eq!(take(4, true).expect("mid").len(), 1);
    assert_eq!(hall.counts(1).reserved, 4);
    assert_eq!(take(12, false), Err(BestRefused::NoAdjacent { lapsed: [].as_slice().into() }));
    assert_eq!(take(12, true).expect("far and near").len(), 2);
    assert_eq!((hall.counts(0).available, hall.counts(2).available), (0, 0));
    assert_eq!(take(2, true), Err(BestRefused::Insufficient { available: 1, lapsed: [].as_slice().into() }));
}
