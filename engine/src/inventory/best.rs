//! Best available: chooses and takes in one step. Looks at the bitmaps, claims by the seat words, and looks again when
//! another caller was quicker; it never checks first and takes later. Which seats are best is decided in `pick`.
//!
//! **A refusal is true at some moment during the call.** First proof: the counts (see `counts`). Second: a walk over
//! all seat words of the scope, during which no place came back on sale and no claim was left undecided; what
//! was not there then was not there at the end of the walk, because seats become free only by coming back.
//! The outcome of such a walk is kept as a certificate, so that many who are refused cost one walk.

use smallvec::SmallVec;

use super::certificate::Kind;
use super::claim::{HolderState, Stopped};
use super::layout::Layout;
use super::pick::{QUANTITY_MAX, RowLook, fewest_rows, longest, neighbours};
use super::place::{Changes, PackedPlace, Places, SeatIx};
use super::seat::{OPERATOR, SeatState};
use super::state::Inventory;
use crate::sync::Pause;

/// How often one search comes back to a row where another caller was quicker, and to the choice of several rows.
const TRIES_MAX: u32 = 16;
/// Lapsed holds named in one refusal; after they are expired the caller asks again and may hear of more.
const LAPSED_MAX: usize = 64;

/// What the customer wants.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BestRequest {
    /// How many seats, 1..=64.
    pub(crate) quantity: u32,
    /// Only in this section. Without one: in the numbered seats, or in the general admission of an event that has
    /// no numbered seats.
    pub(crate) section: Option<u16>,
    /// Whether seats apart are better than none.
    pub(crate) allow_split: bool,
    /// Whether accessible seats are wanted too.
    pub(crate) include_accessible: bool,
    /// Whether some hold may have lapsed: a refusal then takes the time to find them.
    pub(crate) scan_lapsed: bool,
}

/// Owners of lapsed holds.
pub(crate) type Lapsed = SmallVec<[u32; 8]>;

/// Why nothing was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BestRefused {
    /// Not so many left. If `lapsed` is not empty: expire these holds and ask again.
    Insufficient { available: u32, lapsed: Lapsed },
    /// Enough left, but not side by side. If `lapsed` is not empty: expire these holds and ask again.
    NoAdjacent { lapsed: Lapsed },
}

/// Where a request may look.
struct Scope {
    section: Option<u16>,
    first_row: u32,
    end_row: u32,
}

/// What a walk over the seat words found.
struct Exact {
    free: Vec<u64>,
    lapsed: Lapsed,
    undecided: bool,
}

impl Inventory {
    /// Holds the best `quantity` seats for `owner`: neighbours in the first row that has them; failing that, if
    /// allowed, in the fewest rows.
    ///
    /// # Errors
    /// The refusal; nothing was changed then.
    pub(crate) fn claim_best(
        &self,
        owner: u32,
        request: &BestRequest,
        holder_state: &impl Fn(u32) -> HolderState,
    ) -> Result<Changes, BestRefused> {
        assert!(owner < OPERATOR, "owner {owner} is not below {OPERATOR}");
        let quantity = request.quantity;
        assert!((1..=QUANTITY_MAX).contains(&quantity), "{quantity} seats, not 1 to {QUANTITY_MAX}");
        let Some(scope) = self.scope(request.section) else {
            return self.claim_best_general(owner, request);
        };
        let kind = Kind { side_by_side: !request.allow_split, with_accessible: request.include_accessible };
        let mut pause = Pause::new();
        loop {
            let returns = self.returns_now();
            let counted = self.available_in(&scope);
            // The sum of several sections is of one moment only if nothing came back while it was taken.
            let scarce = counted < quantity && (scope.section.is_some() || self.returns_now() == returns);
            let refused = if scarce {
                Some(counted)
            } else {
                self.certificates.refuses(scope.section, kind, quantity, returns)
            };
            if let Some(available) = refused.filter(|_| !request.scan_lapsed) {
                let available = match available.min(counted) {
                    few if few < quantity => few,
                    many => many.min(self.at_most(request, &scope, quantity)),
                };
                return Err(refusal(available, quantity, Lapsed::new()));
            }
            if refused.is_none()
                && let Some(claim) = self.search(owner, request, &scope)
            {
                return Ok(claim);
            }
            let exact = self.walk(&scope, request, holder_state);
            match choose_exact(&self.layout, request, &scope, &exact)
                .map(|places| self.take_now(owner, &places))
            {
                Some(Ok(claim)) => return Ok(claim),
                // Another caller was quicker, so there has been progress: that caller's.
                Some(Err(Stopped::Seat | Stopped::Short { .. })) => continue,
                None => {}
            }
            if exact.undecided || self.returns_now() != returns {
                pause.wait();
                continue;
            }
            let available = self.count_exact(&scope, &exact);
            self.certificates.note(scope.section, kind, quantity, available, returns);
            return Err(refusal(available, quantity, exact.lapsed));
        }
    }

    /// The rows to look at; `None` if the request is for general admission.
    fn scope(&self, section: Option<u16>) -> Option<Scope> {
        let (first_row, end_row) = match section {
            None => (0, u32::try_from(self.layout.rows.len()).expect("rows are at most the seats")),
            Some(section) => {
                let rows = &self.layout.sections[usize::from(section)].rows;
                (rows.start, rows.end)
            }
        };
        (first_row < end_row).then_some(Scope { section, first_row, end_row })
    }

    /// Free seats of the scope, as counted.
    fn available_in(&self, scope: &Scope) -> u32 {
        match scope.section {
            Some(section) => self.counts(section).available,
            None => {
                let seated =
                    self.layout.sections.iter().zip(&self.counts).filter(|(info, _)| !info.rows.is_empty());
                seated.map(|(_, counts)| counts.read().available).sum()
            }
        }
    }

    /// The free seats that this request may use, where the counts cannot tell because they include accessible ones:
    /// decides which of two true refusals is given, so hints will do.
    fn at_most(&self, request: &BestRequest, scope: &Scope, quantity: u32) -> u32 {
        if request.include_accessible || self.layout.accessible.is_empty() {
            return u32::MAX;
        }
        let view = self.hinted(request);
        let rows = &self.layout.rows[scope.first_row as usize..scope.end_row as usize];
        let mut free = 0;
        for word in rows.iter().flat_map(super::layout::RowInfo::words) {
            free += view(word).count_ones();
            if free >= quantity {
                break;
            }
        }
        free
    }

    /// Free bits that this request may use, by the bitmap.
    fn hinted(&self, request: &BestRequest) -> impl Fn(usize) -> u64 + '_ {
        let include = request.include_accessible;
        move |word| self.bits.word(word) & self.allowed(word, include)
    }

    fn allowed(&self, word: usize, include_accessible: bool) -> u64 {
        if include_accessible { u64::MAX } else { !self.layout.accessible.get(word).copied().unwrap_or(0) }
    }

    fn search(&self, owner: u32, request: &BestRequest, scope: &Scope) -> Option<Changes> {
        let mut from = scope.first_row;
        while let Some(row) = self.bits.next_row(from, scope.end_row, request.quantity) {
            if let Some(claim) = self.search_row(owner, request, row) {
                return Some(claim);
            }
            from = row + 1;
        }
        if !request.allow_split {
            return None;
        }
        let view = self.hinted(request);
        let rows = scope.first_row..scope.end_row;
        (0..TRIES_MAX).find_map(|_| {
            let places = fewest_rows(&self.layout, rows.clone(), request.quantity, &view)?;
            self.take_now(owner, &places).ok()
        })
    }

    /// Takes the best neighbours of one row, looking again as long as other callers are quicker.
    fn search_row(&self, owner: u32, request: &BestRequest, row_ix: u32) -> Option<Changes> {
        let row = &self.layout.rows[row_ix as usize];
        let hinted = self.hinted(request);
        // Where another caller was quicker the bits may lag, and the words are asked instead.
        let certain = |word: usize| {
            let part = u32::try_from(word).expect("below the bitmap's length") - row.first_word;
            self.free_word(row.first_seat + part * 64, row.seats().end)
                & self.allowed(word, request.include_accessible)
        };
        for round in 0..TRIES_MAX {
            let look = if round == 0 {
                neighbours(&self.layout, row, request.quantity, &hinted)
            } else {
                neighbours(&self.layout, row, request.quantity, &certain)
            };
            let RowLook::Found(index) = look else {
                // The bound holds for all kinds of request: it counts accessible seats too.
                let bits = |word| self.bits.word(word);
                self.bits.lower(row_ix, || longest(&self.layout, row, &bits));
                return None;
            };
            if let Ok(claim) = self.take_now(owner, &side_by_side(row.first_seat + index, request.quantity)) {
                return Some(claim);
            }
        }
        None
    }

    /// Claims without waiting: another claimer of one of these seats, final or not, is a reason to look elsewhere.
    fn take_now(&self, owner: u32, places: &[PackedPlace]) -> Result<Changes, Stopped> {
        self.take(SeatState::Held, owner, places, |_| false)
    }

    /// The free ones of up to 64 seats from `base`, by their words.
    fn free_word(&self, base: u32, end: u32) -> u64 {
        let seats = &self.words[base as usize..end.min(base + 64) as usize];
        seats.iter().rev().fold(0, |bits, word| (bits << 1) | u64::from(word.is_free()))
    }

    /// Walks over all seat words of the scope.
    fn walk(
        &self,
        scope: &Scope,
        request: &BestRequest,
        holder_state: &impl Fn(u32) -> HolderState,
    ) -> Exact {
        let mut exact = Exact {
            free: vec![0; self.layout.bitmap_words as usize],
            lapsed: Lapsed::new(),
            undecided: false,
        };
        // Neighbours mostly belong to one hold: its state is asked once in a row.
        let mut last: Option<(u32, HolderState)> = None;
        for row in &self.layout.rows[scope.first_row as usize..scope.end_row as usize] {
            for seat in row.seats() {
                let index = seat - row.first_seat;
                let word = (row.first_word + index / 64) as usize;
                if self.allowed(word, request.include_accessible) >> (index % 64) & 1 == 0 {
                    continue;
                }
                let seen = self.seat(SeatIx(seat));
                match seen.state {
                    SeatState::Free => exact.free[word] |= 1 << (index % 64),
                    SeatState::Sold | SeatState::Blocked => {}
                    SeatState::Held => {
                        let owner_state = match last {
                            Some((owner, holder_state))
                                if owner == seen.owner && holder_state == HolderState::Held =>
                            {
                                holder_state
                            }
                            _ => holder_state(seen.owner),
                        };
                        last = Some((seen.owner, owner_state));
                        // A word that changed meanwhile leaves the holder's state without a meaning: walk again.
                        exact.undecided |=
                            owner_state == HolderState::InFlight || self.seat(SeatIx(seat)) != seen;
                        let lapsed = owner_state == HolderState::Expired && request.scan_lapsed;
                        if lapsed && exact.lapsed.len() < LAPSED_MAX && !exact.lapsed.contains(&seen.owner) {
                            exact.lapsed.push(seen.owner);
                        }
                    }
                }
            }
        }
        exact
    }

    fn count_exact(&self, scope: &Scope, exact: &Exact) -> u32 {
        let rows = &self.layout.rows[scope.first_row as usize..scope.end_row as usize];
        rows.iter().flat_map(super::layout::RowInfo::words).map(|word| exact.free[word].count_ones()).sum()
    }

    /// General admission: the first section that has enough; failing that, if allowed, the fewest sections.
    fn claim_best_general(&self, owner: u32, request: &BestRequest) -> Result<Changes, BestRefused> {
        let quantity = request.quantity;
        let sections = match request.section {
            Some(section) => section..section + 1,
            None => 0..self.layout.sections(),
        };
        loop {
            let returns = self.returns_now();
            let mut left: Vec<(u16, u32)> = sections
                .clone()
                .map(|section| (section, self.counts[usize::from(section)].decided().available))
                .collect();
            let total: u32 = left.iter().map(|&(_, available)| available).sum();
            if let Some(&enough) = left.iter().find(|&&(_, available)| available >= quantity) {
                left = vec![enough];
            } else if total < quantity || !request.allow_split {
                if self.returns_now() != returns {
                    continue;
                }
                return Err(refusal(total, quantity, Lapsed::new()));
            } else {
                left.sort_by_key(|&(_, available)| std::cmp::Reverse(available));
            }
            let mut missing = quantity;
            let mut places = Places::new();
            for (section, available) in left {
                let share = u16::try_from(available.min(missing)).expect("at most 64");
                if share > 0 {
                    places.push(PackedPlace::general(section, share));
                }
                missing -= u32::from(share);
            }
            places.sort_unstable();
            if let Ok(claim) = self.take_now(owner, &places) {
                return Ok(claim);
            }
        }
    }
}

/// Chooses from the picture of a walk.
fn choose_exact(layout: &Layout, request: &BestRequest, scope: &Scope, exact: &Exact) -> Option<Places> {
    let view = |word: usize| exact.free[word];
    let rows = scope.first_row..scope.end_row;
    let together = rows.clone().find_map(|row| {
        match neighbours(layout, &layout.rows[row as usize], request.quantity, &view) {
            RowLook::Found(index) => Some(layout.rows[row as usize].first_seat + index),
            RowLook::TooShort(_) => None,
        }
    });
    if let Some(first) = together {
        return Some(side_by_side(first, request.quantity));
    }
    if !request.allow_split {
        return None;
    }
    fewest_rows(layout, rows, request.quantity, &view)
}

fn side_by_side(first: u32, quantity: u32) -> Places {
    (first..first + quantity).map(|seat| PackedPlace::seat(SeatIx(seat))).collect()
}

fn refusal(available: u32, quantity: u32, lapsed: Lapsed) -> BestRefused {
    if available < quantity {
        BestRefused::Insufficient { available, lapsed }
    } else {
        BestRefused::NoAdjacent { lapsed }
    }
}
