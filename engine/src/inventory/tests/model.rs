//! One thread, random commands: the inventory does what a list of plain values does, and replay of its changes
//! and restoring of its image give the same words and counts.

use super::{Random, audit, event, general, numbered, seated, seats, standing};
use crate::inventory::replay::Gap;
use crate::inventory::seat::SeatState;
use crate::inventory::{Change, HolderState, Inventory, PackedPlace, Refused, SOLD, SeatIx, UNBLOCKED};

const OWNERS: u32 = 6;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Seat {
    state: SeatState,
    owner: u32,
    version: u32,
}

fn hall() -> Inventory {
    event(vec![
        seated("A", vec![numbered("a", 7), numbered("b", 70)]),
        general("floor", 12),
        seated("B", vec![numbered("c", 5)]),
    ])
}

/// What records would say, put into another inventory as replay does.
struct Pair {
    live: Inventory,
    replayed: Inventory,
    model: Vec<Seat>,
    /// Places of general admission: by owner, held and sold.
    held: Vec<u32>,
    sold: Vec<u32>,
}

impl Pair {
    fn new() -> Self {
        let free = Seat { state: SeatState::Free, owner: 0, version: 0 };
        let count = OWNERS as usize + 1;
        Self {
            live: hall(),
            replayed: hall(),
            model: vec![free; 82],
            held: vec![0; count],
            sold: vec![0; count],
        }
    }

    /// What a record says of these places, in the model and in replay.
    fn record(&mut self, changes: &[Change], (from, state): (SeatState, SeatState), owner: u32) {
        replay(&self.replayed, owner, (from, state), changes).expect("follows");
        for &Change { place, version } in changes {
            let Some(seat) = place.as_seat() else { continue };
            let next_owner = if matches!(state, SeatState::Held | SeatState::Sold) { owner } else { 0 };
            let was = self.model[seat.0 as usize];
            assert_eq!(version, was.version + 1, "versions have no gaps");
            self.model[seat.0 as usize] = Seat { state, owner: next_owner, version };
        }
    }

    fn of(&self, state: SeatState, owner: u32) -> Vec<PackedPlace> {
        let mine =
            self.model.iter().enumerate().filter(|(_, seat)| seat.state == state && seat.owner == owner);
        seats(&mine.map(|(index, _)| u32::try_from(index).expect("few")).collect::<Vec<_>>())
    }

    fn take(&mut self, random: &mut Random, owner: u32) {
        let mut wanted: Vec<u32> = (0..=random.below(4)).map(|_| random.below(82)).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut places = seats(&wanted);
        let floor = random.below(4);
        if floor > 0 {
            places.push(PackedPlace::general(1, u16::try_from(floor).expect("small")));
        }
        let state = [SeatState::Held, SeatState::Sold][random.below(2) as usize];
        let result = match state {
            SeatState::Held => self.live.claim(owner, &places, &standing),
            _ => self.live.retake(owner, &places, &standing),
        };
        let taken: Vec<SeatIx> = wanted
            .iter()
            .map(|&s| SeatIx(s))
            .filter(|s| self.model[s.0 as usize].state != SeatState::Free)
            .collect();
        let left = 12 - self.held.iter().sum::<u32>() - self.sold.iter().sum::<u32>();
        match result {
            Ok(changes) => {
                assert!(taken.is_empty() && floor <= left, "took {taken:?}, {floor} of {left}");
                self.record(&changes, (SeatState::Free, state), owner);
                let counted = if state == SeatState::Held { &mut self.held } else { &mut self.sold };
                counted[owner as usize] += floor;
            }
            Err(Refused::Conflict { seats }) => {
                assert_eq!(seats.as_slice(), taken, "all that are taken, no others");
            }
            Err(refused) => {
                assert!(taken.is_empty() && floor > left, "{refused:?}");
                assert_eq!(refused, Refused::Short { section: 1, available: left });
            }
        }
    }

    fn move_on(&mut self, random: &mut Random, owner: u32) {
        let (from, to) = [
            (SeatState::Held, SeatState::Free),
            (SeatState::Held, SeatState::Sold),
            (SeatState::Sold, SeatState::Free),
        ][random.below(3) as usize];
        let mut places = self.of(from, owner);
        let floor =
            if from == SeatState::Held { self.held[owner as usize] } else { self.sold[owner as usize] };
        if floor > 0 {
            places.push(PackedPlace::general(1, u16::try_from(floor).expect("small")));
            let emptied = if from == SeatState::Held { &mut self.held } else { &mut self.sold };
            emptied[owner as usize] = 0;
            if to == SeatState::Sold {
                self.sold[owner as usize] += floor;
            }
        }
        let changes = self.live.next_changes(owner, &places);
        self.live.change(owner, (from, to), &changes);
        self.record(&changes, (from, to), owner);
    }

    fn block_some(&mut self, random: &mut Random) {
        let places = seats(&[random.below(82)]);
        if let Ok(changes) = self.live.block(&places, &standing) {
            self.record(&changes, (SeatState::Free, SeatState::Blocked), 0);
        } else if random.chance(50) {
            let blocked = self.of(SeatState::Blocked, 0);
            let changes = self.live.next_changes(0, &blocked);
            self.live.change(0, UNBLOCKED, &changes);
            self.record(&changes, (SeatState::Blocked, SeatState::Free), 0);
        }
    }

    fn compare(&self, context: &str) {
        self.replayed.finish_replay();
        let mut images = [Vec::new(), Vec::new()];
        self.live.each_word(|word| images[0].push(word));
        self.replayed.each_word(|word| images[1].push(word));
        assert_eq!(images[0], images[1], "replayed words, {context}");
        assert_eq!(self.live.totals(), self.replayed.totals(), "replayed counts, {context}");
        for (seat, expected) in (0..).map(SeatIx).zip(&self.model) {
            let seen = self.live.seat(seat);
            assert_eq!(
                (seen.state, seen.owner, seen.version),
                (expected.state, expected.owner, expected.version)
            );
        }
        let floor = self.live.counts(1);
        let (held, sold) = (self.held.iter().sum::<u32>(), self.sold.iter().sum::<u32>());
        assert_eq!(
            (floor.reserved, floor.sold, floor.available),
            (held, sold, 12 - held - sold),
            "{context}"
        );
        audit(&self.live, context);
        audit(&self.replayed, context);
    }
}

#[test]
fn random_commands_agree_with_plain_values_and_with_replay() {
    for seed in 0..40 {
        let mut random = Random::new(seed);
        let mut pair = Pair::new();
        for step in 0..300 {
            let owner = 1 + random.below(OWNERS);
            match random.below(10) {
                0..5 => pair.take(&mut random, owner),
                5..9 => pair.move_on(&mut random, owner),
                _ => pair.block_some(&mut random),
            }
            if step % 20 == 0 {
                pair.compare(&format!("seed {seed}, step {step}"));
            }
        }
        let restored = hall();
        let mut image = Vec::new();
        pair.live.each_word(|word| image.push(word));
        restored.restore_words(image.into_iter()).expect("our own image");
        let floor = pair.live.counts(1);
        restored.restore_general(1, floor.reserved, floor.sold, floor.blocked).expect("our own counts");
        restored.finish_replay();
        assert_eq!(restored.totals(), pair.live.totals(), "seed {seed}");
        audit(&restored, &format!("restored, seed {seed}"));
    }
}

/// As replay puts a record back: checked, then moved.
fn replay(
    inventory: &Inventory,
    owner: u32,
    (from, to): (SeatState, SeatState),
    changes: &[Change],
) -> Result<(), Gap> {
    inventory.check_move(owner, (from, to), changes)?;
    inventory.change(owner, (from, to), changes);
    Ok(())
}

#[test]
fn records_that_do_not_follow_are_refused() {
    let inventory = hall();
    let changes = |list: &[u32], version| -> Vec<Change> {
        seats(list).into_iter().map(|place| Change { place, version }).collect()
    };
    let seat = SeatIx(3);
    let (free, held, sold) = (SeatState::Free, SeatState::Held, SeatState::Sold);
    replay(&inventory, 5, (free, held), &changes(&[3], 1)).expect("first");
    for version in [3, 1] {
        let gap = Gap::Version { seat, have: 1, want: version };
        assert_eq!(replay(&inventory, 5, (held, sold), &changes(&[3], version)), Err(gap));
    }
    for (from, to, owner) in
        [(free, held, 5), (free, SeatState::Blocked, 0), (held, sold, 6), (held, free, 6), (held, held, 5)]
    {
        let gap = Gap::Move { seat, have: held, want: Some(to) };
        assert_eq!(replay(&inventory, owner, (from, to), &changes(&[3], 2)), Err(gap));
    }
    let none = Gap::NoSeat { seat: SeatIx(82), seats: 82 };
    assert_eq!(replay(&inventory, 5, (free, held), &changes(&[82], 1)), Err(none));
    for twice in [[4, 4], [5, 4]] {
        let gap = Gap::Order { place: seats(&twice)[1] };
        assert_eq!(replay(&inventory, 5, (free, held), &changes(&twice, 1)), Err(gap));
    }
    let standing = |section, count| [Change { place: PackedPlace::general(section, count), version: 0 }];
    let gap = Err(Gap::NoGeneral { section: 0 });
    assert_eq!(replay(&inventory, 5, (free, held), &standing(0, 1)), gap);
    let have = inventory.counts(1);
    let gap = Err(Gap::Count { section: 1, have, count: 13 });
    assert_eq!(replay(&inventory, 5, (free, held), &standing(1, 13)), gap);
    assert_eq!(inventory.restore_general(1, 6, 6, 1), gap);
    assert_eq!(inventory.restore_words([0].into_iter()), Err(Gap::Length { have: 82, want: 1 }));
    inventory.finish_replay();
    audit(&inventory, "nothing refused has changed anything");
}

#[test]
fn a_lapsed_hold_is_named_and_a_standing_one_decides() {
    let inventory = hall();
    inventory.claim(1, &seats(&[0, 1]), &standing).expect("free");
    inventory.claim(2, &seats(&[2]), &standing).expect("free");
    let first_lapsed = |owner| if owner == 1 { HolderState::Expired } else { HolderState::Held };
    assert_eq!(inventory.claim(3, &seats(&[1, 3]), &first_lapsed), Err(Refused::Lapsed { owner: 1 }));
    let conflict = Refused::Conflict { seats: [SeatIx(2)].as_slice().into() };
    assert_eq!(inventory.claim(3, &seats(&[1, 2, 3]), &first_lapsed), Err(conflict));
    assert_eq!(inventory.seat(SeatIx(3)).version, 0, "a refused claim leaves no trace");
}

#[test]
#[should_panic(expected = "cannot become Sold")]
fn selling_what_another_holds_is_a_bug() {
    let inventory = hall();
    inventory.claim(1, &seats(&[0]), &standing).expect("free");
    inventory.change(2, SOLD, &[Change { place: seats(&[0])[0], version: 2 }]);
}
