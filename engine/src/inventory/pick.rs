//! Chooses seats on a picture of the free ones: the best run of neighbours in a row, or the fewest rows that have
//! enough. Pure: a picture is a function from a word of the bitmap to its free bits; nothing is taken here.

use std::ops::Range;

use smallvec::SmallVec;

use super::layout::{Layout, RowInfo};
use super::place::{PackedPlace, Places, SeatIx};

/// Most seats that can be chosen together.
pub(super) const QUANTITY_MAX: u32 = 64;

/// What a row has for a group of neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowLook {
    /// The seats from this index on.
    Found(u32),
    /// No run is long enough; this is the longest.
    TooShort(u32),
}

/// Calls `each` with every run of free neighbours (index in the row, length) from the left, until it says stop (true).
#[inline]
fn each_run(
    layout: &Layout,
    row: &RowInfo,
    view: &impl Fn(usize) -> u64,
    mut each: impl FnMut(u32, u32) -> bool,
) {
    // A run that reaches the end of a word may go on in the next.
    let (mut open_at, mut open_len) = (0, 0);
    let mut left_edge = 0;
    for word in row.words() {
        let free = view(word);
        let joined = free & !layout.aisles.get(word).copied().unwrap_or(0);
        let mut rest = free;
        while rest != 0 {
            let bit = rest.trailing_zeros();
            // Seats after the first count while each is joined to the one before.
            let len = 1 + ((joined >> bit) >> 1).trailing_ones();
            rest &= !(u64::MAX >> (64 - len) << bit);
            let at = left_edge + bit;
            if bit == 0 && open_len > 0 && open_at + open_len == at && joined & 1 != 0 {
                open_len += len;
                continue;
            }
            if open_len > 0 && each(open_at, open_len) {
                return;
            }
            (open_at, open_len) = (at, len);
        }
        left_edge += 64;
    }
    if open_len > 0 {
        each(open_at, open_len);
    }
}

/// The best `quantity` neighbours of one row: the leftmost run that does not leave a single seat over, else the
/// leftmost that is long enough.
///
/// Taking the left end of a run leaves its other seats together; one seat is left alone exactly if the run has one
/// seat more than asked for, and then at either end.
pub(super) fn neighbours(
    layout: &Layout,
    row: &RowInfo,
    quantity: u32,
    view: &impl Fn(usize) -> u64,
) -> RowLook {
    let (mut clean, mut orphaning, mut longest) = (None, None, 0);
    each_run(layout, row, view, |at, len| {
        longest = longest.max(len);
        if len == quantity + 1 {
            orphaning = orphaning.or(Some(at));
        } else if len >= quantity {
            clean = Some(at);
        }
        clean.is_some()
    });
    clean.or(orphaning).map_or(RowLook::TooShort(longest), RowLook::Found)
}

/// The longest run of a row.
pub(super) fn longest(layout: &Layout, row: &RowInfo, view: &impl Fn(usize) -> u64) -> u32 {
    let mut longest = 0;
    each_run(layout, row, view, |_, len| {
        longest = longest.max(len);
        false
    });
    longest
}

/// `quantity` seats, together or not, in as few rows as possible; of all such choices the one whose rows come first,
/// compared row by row from the front. Every chosen row but the last gives all that it has. `None` if there are not
/// enough, or if the picture changed under the choice: rows are read once to count and once to take.
pub(super) fn fewest_rows(
    layout: &Layout,
    rows: Range<u32>,
    quantity: u32,
    view: &impl Fn(usize) -> u64,
) -> Option<Places> {
    let rows = &layout.rows[rows.start as usize..rows.end as usize];
    let mut free_in = Vec::with_capacity(rows.len());
    // How many of the rows still ahead have so many free seats.
    let mut ahead = [0u32; QUANTITY_MAX as usize + 1];
    for row in rows {
        let free = row.words().map(|word| view(word).count_ones()).sum::<u32>().min(quantity);
        if free == quantity {
            return part_of_row(row, layout, quantity, view);
        }
        free_in.push(free);
        ahead[free as usize] += 1;
    }
    let mut rows_left = fewest(&ahead, quantity)?;
    let (mut missing, mut places) = (quantity, Places::new());
    // Below this a row cannot be among the chosen: it only rises while rows are passed by, so an old one will do.
    let mut least = 1;
    let mut rows = rows.iter().zip(&free_in);
    while missing > 0 {
        // There are rows as long as seats are missing: `fewest` has counted them.
        let (row, &free) = rows.next()?;
        ahead[free as usize] -= 1;
        if free < least {
            continue;
        }
        least = missing.saturating_sub(most(&ahead, rows_left - 1)).max(1);
        if free < least {
            continue;
        }
        let share = free.min(missing);
        places.extend(part_of_row(row, layout, share, view)?);
        (missing, rows_left, least) = (missing - share, rows_left - 1, 1);
    }
    Some(places)
}

/// How many rows it takes at least, biggest first.
fn fewest(ahead: &[u32; QUANTITY_MAX as usize + 1], quantity: u32) -> Option<u32> {
    let (mut missing, mut rows) = (quantity, 0);
    for (free, &count) in (0..QUANTITY_MAX + 1).zip(ahead).skip(1).rev() {
        let enough = missing.div_ceil(free);
        if enough <= count {
            return Some(rows + enough);
        }
        (missing, rows) = (missing - free * count, rows + count);
    }
    None
}

/// The most seats that `rows` of the rows ahead have together.
fn most(ahead: &[u32; QUANTITY_MAX as usize + 1], rows: u32) -> u32 {
    let (mut rows, mut seats) = (rows, 0);
    for (free, &count) in (0..QUANTITY_MAX + 1).zip(ahead).skip(1).rev() {
        let taken = rows.min(count);
        seats += free * taken;
        rows -= taken;
        if rows == 0 {
            break;
        }
    }
    seats
}

/// `share` seats of a row that has as many, in as few pieces as possible: longest runs whole (leftmost first), and
/// the rest as neighbours from the leftmost run that leaves no single seat over. `None` if the row has fewer by now.
fn part_of_row(row: &RowInfo, layout: &Layout, share: u32, view: &impl Fn(usize) -> u64) -> Option<Places> {
    let mut runs: SmallVec<[(u32, u32); 32]> = SmallVec::new();
    each_run(layout, row, view, |at, len| {
        runs.push((at, len));
        false
    });
    let mut places = Places::new();
    let mut missing = share;
    let mut take = |at: u32, len: u32| {
        let seats: Range<u32> = row.first_seat + at..row.first_seat + at + len;
        places.extend(seats.map(|seat| PackedPlace::seat(SeatIx(seat))));
    };
    while missing > 0 && !runs.is_empty() {
        let fits = |&(_, len): &(u32, u32)| len >= missing;
        let clean = runs.iter().find(|run| fits(run) && run.1 != missing + 1);
        if let Some(&(at, _)) = clean.or_else(|| runs.iter().find(|run| fits(run))) {
            take(at, missing);
            break;
        }
        let longest = runs.iter().map(|run| run.1).max().expect("not empty");
        let (at, len) =
            runs.remove(runs.iter().position(|run| run.1 == longest).expect("the longest is there"));
        take(at, len);
        missing -= len;
    }
    places.sort_unstable();
    (places.len() == share as usize).then_some(places)
}
