//! Many threads at one seat, one row, one section: no place ever has two owners, refusals happen
//! only for a reason, and in the end everything adds up.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::{Random, audit, event, general, move_places, numbered, places_of, seated, seats};
use crate::inventory::best::{BestRefused, BestRequest};
use crate::inventory::{FREED, HolderState, Inventory, PackedPlace, Place, REFUNDED, Refused, SOLD};

const THREADS: u32 = 4;
const ROUNDS: u32 = 4_000;

struct Crowd {
    hall: Inventory,
    /// By owner: in the middle of a claim.
    claiming: Vec<AtomicBool>,
    /// By seat: who has it, as the customers themselves believe; 0 is no customer.
    has: Vec<AtomicU32>,
    /// Places of general admission that customers believe they have.
    standing_places: AtomicU32,
    seed: u64,
}

impl Crowd {
    fn new(hall: Inventory, seed: u64) -> Self {
        let has = (0..hall.layout().seats()).map(|_| AtomicU32::new(0)).collect();
        let claiming = (0..=THREADS).map(|_| AtomicBool::new(false)).collect();
        Self { hall, claiming, has, standing_places: AtomicU32::new(0), seed }
    }

    fn holder_state(&self) -> impl Fn(u32) -> HolderState + '_ {
        |owner| {
            if self.claiming[owner as usize].load(Ordering::SeqCst) {
                HolderState::InFlight
            } else {
                HolderState::Held
            }
        }
    }

    /// Runs `act` as a claim of `owner`, and notes what it got.
    fn claim<E>(
        &self,
        owner: u32,
        act: impl FnOnce() -> Result<Vec<PackedPlace>, E>,
    ) -> Result<Vec<PackedPlace>, E> {
        self.claiming[owner as usize].store(true, Ordering::SeqCst);
        let outcome = act();
        self.claiming[owner as usize].store(false, Ordering::SeqCst);
        for place in outcome.iter().flatten() {
            match place.unpack() {
                Place::Seat(seat) => {
                    let before = self.has[seat.0 as usize].swap(owner, Ordering::SeqCst);
                    assert_eq!(before, 0, "seat {} given to {owner}, seed {}", seat.0, self.seed);
                }
                Place::General { section, count } => {
                    let now =
                        self.standing_places.fetch_add(u32::from(count), Ordering::SeqCst) + u32::from(count);
                    let total = self.hall.counts(section).total;
                    assert!(now <= total, "{now} standing places of {total}, seed {}", self.seed);
                }
            }
        }
        outcome
    }

    /// Gives back what `owner` has, by way of a sale or not.
    fn give_back(&self, owner: u32, places: &[PackedPlace], sold: bool) {
        if sold {
            move_places(&self.hall, owner, SOLD, places);
        }
        for place in places {
            match place.unpack() {
                Place::Seat(seat) => self.has[seat.0 as usize].store(0, Ordering::SeqCst),
                Place::General { count, .. } => {
                    self.standing_places.fetch_sub(u32::from(count), Ordering::SeqCst);
                }
            }
        }
        if sold {
            move_places(&self.hall, owner, REFUNDED, places);
        } else {
            move_places(&self.hall, owner, FREED, places);
        }
    }

    fn run(&self, customer: impl Fn(u32, &mut Random) + Sync) {
        crate::testing::watched_scope(|scope| {
            for owner in 1..=THREADS {
                let customer = &customer;
                scope.spawn(move || {
                    let mut random = Random::new(self.seed * 100 + u64::from(owner));
                    for _ in 0..ROUNDS {
                        customer(owner, &mut random);
                        let totals = self.hall.totals();
                        let parts = totals.available + totals.reserved + totals.sold + totals.blocked;
                        assert_eq!(parts, totals.total, "seed {}", self.seed);
                    }
                });
            }
        });
        audit(&self.hall, &format!("seed {}", self.seed));
        let totals = self.hall.totals();
        assert_eq!(totals.available, totals.total, "everything was given back, seed {}", self.seed);
    }
}

#[test]
fn named_seats_of_one_row() {
    for seed in 1..4 {
        let crowd = Crowd::new(event(vec![seated("A", vec![numbered("a", 5)])]), seed);
        crowd.run(|owner, random| {
            let first = random.below(4);
            let wanted = seats(&(first..=first + random.below(5 - first)).collect::<Vec<_>>());
            let got = crowd.claim(owner, || {
                crowd.hall.claim(owner, &wanted, &crowd.holder_state()).map(|versions| {
                    assert_eq!(versions.len(), wanted.len());
                    wanted.clone()
                })
            });
            match got {
                Ok(places) => crowd.give_back(owner, &places, random.chance(50)),
                Err(Refused::Conflict { seats }) => {
                    assert!(!seats.is_empty(), "a conflict names seats, seed {seed}");
                }
                Err(refused) => panic!("{refused:?}, seed {seed}"),
            }
        });
    }
}

#[test]
fn enough_for_everybody_means_that_nobody_is_refused() {
    // Four customers, two seats each, eight seats in two rows, one of them with an aisle: whatever the others do,
    // two seats are free for every customer who asks (side by side or not).
    for seed in 1..4 {
        let crowd = Crowd::new(event(vec![seated("A", vec![numbered("a", 5), numbered("b", 3)])]), seed);
        let request = BestRequest {
            quantity: 2,
            section: None,
            allow_split: true,
            include_accessible: false,
            scan_lapsed: false,
        };
        crowd.run(|owner, random| {
            let outcome = crowd.claim(owner, || {
                let outcome = crowd.hall.claim_best(owner, &request, &crowd.holder_state());
                outcome.map(|claim| places_of(&claim))
            });
            let places = outcome.unwrap_or_else(|refused| panic!("{refused:?}, seed {seed}"));
            crowd.give_back(owner, &places, random.chance(50));
        });
    }
}

#[test]
fn best_and_named_in_a_scarce_hall() {
    for seed in 1..4 {
        let sections =
            vec![seated("A", vec![numbered("a", 3), numbered("b", 66)]), seated("B", vec![numbered("c", 2)])];
        let crowd = Crowd::new(event(sections), seed);
        crowd.run(|owner, random| {
            let request = BestRequest {
                quantity: 1 + random.below(40),
                section: [None, Some(0), Some(1)][random.below(3) as usize],
                allow_split: random.chance(50),
                include_accessible: false,
                scan_lapsed: false,
            };
            let wanted = seats(&[random.below(3), 3 + random.below(60)]);
            let got = crowd.claim(owner, || {
                if random.chance(30) {
                    crowd
                        .hall
                        .claim(owner, &wanted, &crowd.holder_state())
                        .map(|_| wanted.clone())
                        .map_err(drop)
                } else {
                    match crowd.hall.claim_best(owner, &request, &crowd.holder_state()) {
                        Ok(claim) => Ok(places_of(&claim)),
                        Err(BestRefused::Insufficient { available, .. }) => {
                            assert!(
                                available < request.quantity,
                                "{available} left, {request:?}, seed {seed}"
                            );
                            Err(())
                        }
                        Err(BestRefused::NoAdjacent { .. }) => {
                            assert!(!request.allow_split, "seed {seed}");
                            Err(())
                        }
                    }
                }
            });
            if let Ok(places) = got {
                crowd.give_back(owner, &places, random.chance(30));
            }
        });
    }
}

#[test]
fn general_admission_of_one_section() {
    for seed in 1..4 {
        let crowd = Crowd::new(event(vec![general("floor", 7)]), seed);
        crowd.run(|owner, random| {
            let wanted = vec![PackedPlace::general(0, 1 + u16::try_from(random.below(4)).expect("small"))];
            let got = crowd.claim(owner, || {
                crowd.hall.claim(owner, &wanted, &crowd.holder_state()).map(|_| wanted.clone())
            });
            match got {
                Ok(places) => crowd.give_back(owner, &places, random.chance(50)),
                Err(Refused::Short { available, .. }) => {
                    assert!(available < wanted[0].quantity(), "{available} left, seed {seed}");
                }
                Err(refused) => panic!("{refused:?}, seed {seed}"),
            }
        });
    }
}
