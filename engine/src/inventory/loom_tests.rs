//! The room's protocols under every interleaving that loom can find at small sizes.

use loom::sync::Arc;
use loom::sync::atomic::{AtomicBool, Ordering};
use loom::thread;

use super::best::BestRequest;
use super::seat::LOOKS_ARE_CHANGES;
use super::{
    FREED, HolderState, Inventory, Layout, PackedPlace, Refused, Row, RowSeats, SeatIx, SeatMap, SeatState,
    Section,
};

const OWNERS: usize = 4;

struct Shared {
    hall: Inventory,
    claiming: [AtomicBool; OWNERS],
}

impl Shared {
    fn new(seats: u32, general: &[u32]) -> Arc<Self> {
        let row =
            RowSeats::Numbered { prefix: "s".into(), first_number: 0, step: 1, digits_min: 0, count: seats };
        let rows = vec![Row { label: "r".into(), seats: row, ..Row::default() }];
        let mut sections = vec![Section::Seated { name: "A".into(), rows }];
        sections.extend(general.iter().zip(["G", "H"]).map(|(&capacity, name)| Section::General {
            name: name.into(),
            capacity,
            price_minor: 1,
        }));
        let hall = Inventory::new(Layout::build(&SeatMap { sections }).expect("valid"));
        Arc::new(Self { hall, claiming: std::array::from_fn(|_| AtomicBool::new(false)) })
    }

    fn holder_state(&self, owner: u32) -> HolderState {
        if self.claiming[owner as usize].load(Ordering::SeqCst) {
            HolderState::InFlight
        } else {
            HolderState::Held
        }
    }

    fn claim(&self, owner: u32, places: &[PackedPlace]) -> Result<(), Refused> {
        self.claiming[owner as usize].store(true, Ordering::SeqCst);
        let outcome = self.hall.claim(owner, places, &|owner| self.holder_state(owner));
        self.claiming[owner as usize].store(false, Ordering::SeqCst);
        outcome.map(drop)
    }

    /// As `claim`, of places that were surveyed before all that the model does.
    fn claim_surveyed(&self, owner: u32, places: &[PackedPlace]) -> Result<(), Refused> {
        self.claiming[owner as usize].store(true, Ordering::SeqCst);
        let outcome = self.hall.claim_surveyed(owner, places, &|owner| self.holder_state(owner));
        self.claiming[owner as usize].store(false, Ordering::SeqCst);
        outcome.map(drop)
    }

    fn free(&self, owner: u32, places: &[PackedPlace]) {
        self.hall.change(owner, FREED, &self.hall.next_changes(owner, places));
    }

    fn check_bits(&self) {
        for seat in (0..self.hall.layout().seats()).map(SeatIx) {
            let (word, bit) = self.hall.bit_of(seat);
            let free = self.hall.words[seat.0 as usize].is_free();
            assert_eq!(self.hall.bits.word(word) >> bit & 1 != 0, free, "bit of seat {}", seat.0);
        }
    }
}

fn seats(list: &[u32]) -> Vec<PackedPlace> {
    list.iter().map(|&seat| PackedPlace::seat(SeatIx(seat))).collect()
}

/// Runs a model twice: with old values and the orders that loom finds by itself, then with all orders (see
/// `mark_look` in `seat`), where at most `preemptions` times a thread is stopped that could go on.
fn model(preemptions: usize, test: impl Fn() + Sync + Send + 'static) {
    let test = std::sync::Arc::new(test);
    for looks_are_changes in [false, true] {
        LOOKS_ARE_CHANGES.set(looks_are_changes);
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = Some(preemptions);
        let test = std::sync::Arc::clone(&test);
        builder.check(move || test());
    }
}

#[test]
fn loom_claims_after_an_old_survey_have_one_winner() {
    model(3, || {
        let shared = Shared::new(3, &[]);
        let other = Arc::clone(&shared);
        let handle = thread::spawn(move || other.claim_surveyed(1, &seats(&[0, 1])));
        let mine = shared.claim_surveyed(2, &seats(&[1, 2]));
        let theirs = handle.join().expect("thread");
        assert!(mine.is_ok() != theirs.is_ok(), "{mine:?} {theirs:?}");
        shared.check_bits();
    });
}

#[test]
fn loom_overlapping_claims_have_one_winner() {
    model(3, || {
        let shared = Shared::new(3, &[]);
        let other = Arc::clone(&shared);
        let handle = thread::spawn(move || other.claim(1, &seats(&[0, 1])));
        let mine = shared.claim(2, &seats(&[1, 2]));
        let theirs = handle.join().expect("thread");
        assert!(mine.is_ok() != theirs.is_ok(), "{mine:?} {theirs:?}");
        let conflict = Refused::Conflict { seats: [SeatIx(1)].as_slice().into() };
        assert_eq!(mine.err().or(theirs.err()), Some(conflict));
        assert_eq!(shared.hall.counts(0).reserved, 2);
        shared.check_bits();
    });
}

#[test]
fn loom_a_claim_that_rolls_back_refuses_nobody() {
    model(2, || {
        let shared = Shared::new(2, &[]);
        let [both, upper] = [Arc::clone(&shared), Arc::clone(&shared)];
        let both = thread::spawn(move || both.claim(1, &seats(&[0, 1])).is_ok());
        let upper = thread::spawn(move || upper.claim(2, &seats(&[1])).is_ok());
        let lower = shared.claim(3, &seats(&[0])).is_ok();
        let (both, upper) = (both.join().expect("thread"), upper.join().expect("thread"));
        // A claim is refused only on account of a claim that keeps the seat.
        assert!(both != (lower || upper) && lower != both && upper != both, "{both} {lower} {upper}");
        shared.check_bits();
    });
}

#[test]
fn loom_bits_agree_when_all_is_done() {
    model(3, || {
        let shared = Shared::new(1, &[]);
        let place = seats(&[0]);
        shared.claim(1, &place).expect("free");
        let other = Arc::clone(&shared);
        let handle = thread::spawn(move || other.free(1, &seats(&[0])));
        let mine = shared.claim(2, &place).is_ok();
        handle.join().expect("thread");
        shared.check_bits();
        assert_eq!(shared.hall.counts(0).reserved, u32::from(mine));
        assert!(mine || shared.hall.bits.next_row(0, 1, 1).is_some(), "a free seat is passed by");
    });
}

#[test]
fn loom_bits_agree_after_a_roll_back() {
    model(4, || {
        let shared = Shared::new(2, &[]);
        shared.claim(1, &seats(&[0])).expect("free");
        shared.claim(2, &seats(&[1])).expect("free");
        let other = Arc::clone(&shared);
        let handle = thread::spawn(move || other.free(1, &seats(&[0])));
        // Takes the first seat if it is free already, stops at the second, and rolls back: the giver may have
        // synced the bit in between.
        let stopped = shared.hall.take(SeatState::Held, 3, &seats(&[0, 1]), |_| false);
        assert!(stopped.is_err());
        handle.join().expect("thread");
        shared.check_bits();
    });
}

#[test]
fn loom_run_bound_never_hides_a_free_seat() {
    model(3, || {
        let shared = Shared::new(1, &[]);
        shared.claim(1, &seats(&[0])).expect("free");
        let other = Arc::clone(&shared);
        let handle = thread::spawn(move || other.free(1, &seats(&[0])));
        let row = &shared.hall.layout.rows[0];
        let bits = |word| shared.hall.bits.word(word);
        shared.hall.bits.lower(0, || super::pick::longest(&shared.hall.layout, row, &bits));
        handle.join().expect("thread");
        assert_eq!(shared.hall.bits.next_row(0, 1, 1), Some(0));
    });
}

#[test]
fn loom_counts_add_up_at_every_moment() {
    model(3, || {
        let shared = Shared::new(1, &[]);
        shared.claim(1, &seats(&[0])).expect("free");
        let other = Arc::clone(&shared);
        let giver = thread::spawn(move || other.free(1, &seats(&[0])));
        let other = Arc::clone(&shared);
        let taker = thread::spawn(move || drop(other.claim(2, &seats(&[0]))));
        // Asserts inside that the parts are no more than the whole.
        let counts = shared.hall.counts(0);
        assert_eq!(counts.available + counts.reserved, 1, "{counts:?}");
        giver.join().expect("thread");
        taker.join().expect("thread");
    });
}

#[test]
fn loom_general_admission_rolled_back_refuses_nobody() {
    model(3, || {
        let shared = Shared::new(1, &[1, 1]);
        shared.claim(3, &[PackedPlace::general(2, 1)]).expect("free");
        let other = Arc::clone(&shared);
        let both = [PackedPlace::general(1, 1), PackedPlace::general(2, 1)];
        let handle = thread::spawn(move || other.claim(1, &both));
        let mine = shared.claim(2, &[PackedPlace::general(1, 1)]);
        assert_eq!(handle.join().expect("thread").map_err(drop), Err(()));
        assert_eq!(mine, Ok(()));
        assert_eq!(shared.hall.counts(1).reserved, 1);
    });
}

#[test]
fn loom_best_is_not_refused_while_some_seat_is_free() {
    model(2, || {
        let shared = Shared::new(2, &[]);
        shared.claim(1, &seats(&[0])).expect("free");
        let other = Arc::clone(&shared);
        // At every moment one of the two seats is free, though never for long the same.
        let handle = thread::spawn(move || {
            other.free(1, &seats(&[0]));
            other.claim(2, &seats(&[1])).is_ok()
        });
        let request = BestRequest {
            quantity: 1,
            section: None,
            allow_split: true,
            include_accessible: false,
            scan_lapsed: false,
        };
        shared.claiming[3].store(true, Ordering::SeqCst);
        let mine = shared.hall.claim_best(3, &request, &|owner| shared.holder_state(owner));
        shared.claiming[3].store(false, Ordering::SeqCst);
        handle.join().expect("thread");
        assert!(mine.is_ok(), "{mine:?}");
        shared.check_bits();
    });
}
