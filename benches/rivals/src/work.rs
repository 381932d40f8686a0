//! The work, defined once: the hall, who wants which seats, and the random numbers behind it. Unique seats: every pair
//! of a big hall is wanted once, in scattered order. Hot seats: every order wants two of the same hundred.

use tacos_engine::{SeatId, UserId};

use crate::rival::{Fault, Order};

/// Seats of one row.
pub const ROW: u32 = 40;
/// Seats that all want, when they are hot.
pub const HOT_SEATS: u32 = 100;
/// Customers of the hot seats; each comes back many times.
const HOT_USERS: u64 = 10_000;

/// A small generator with a seed (SplitMix64, Steele et al. 2014).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The generator of a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.draw() % bound
    }

    /// A number below `bound`.
    pub fn index(&mut self, bound: u32) -> u32 {
        u32::try_from(self.below(u64::from(bound))).expect("below a u32")
    }

    /// Brings `items` into random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = usize::try_from(self.below(last as u64 + 1)).expect("an index");
            items.swap(last, other);
        }
    }
}

/// A hall of so many seats, in rows of forty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hall {
    /// How many.
    pub seats: u32,
}

impl Hall {
    /// The label of a seat, as the caller says it.
    ///
    /// # Errors
    /// None in practice: the text is short and plain.
    pub fn label(self, seat: u32) -> Result<SeatId, Fault> {
        Ok(SeatId::new(&format!("R{}-{}", seat / ROW, seat % ROW + 1))?)
    }

    /// All labels in order.
    ///
    /// # Errors
    /// As [`Hall::label`].
    pub fn labels(self) -> Result<Vec<SeatId>, Fault> {
        (0..self.seats).map(|seat| self.label(seat)).collect()
    }

    /// Every pair of neighbours once, scattered, each by a customer of its own.
    ///
    /// # Errors
    /// As [`Hall::label`].
    pub fn unique_orders(self, seed: u64) -> Result<Vec<Order>, Fault> {
        let mut firsts: Vec<u32> = (0..self.seats / 2).map(|pair| pair * 2).collect();
        Random::new(seed).shuffle(&mut firsts);
        let order = |(number, first): (u64, u32)| {
            Ok(Order {
                number,
                user: UserId::new(&format!("user-{number}"))?,
                seats: [self.label(first)?, self.label(first + 1)?],
            })
        };
        (0..).zip(firsts).map(order).collect()
    }

    /// So many orders for two different seats of the first hundred.
    ///
    /// # Errors
    /// As [`Hall::label`].
    pub fn hot_orders(self, count: u64, seed: u64) -> Result<Vec<Order>, Fault> {
        let (mut random, hot) = (Random::new(seed), HOT_SEATS.min(self.seats));
        let order = |number| {
            let first = random.index(hot);
            let second = (first + 1 + random.index(hot - 1)) % hot;
            Ok(Order {
                number,
                user: UserId::new(&format!("user-{}", random.below(HOT_USERS)))?,
                seats: [self.label(first)?, self.label(second)?],
            })
        };
        (0..count).map(order).collect()
    }
}
