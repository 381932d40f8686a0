//! The seats of one event, as a plain list. Knows who has which seat; what a hold is worth is for others to say.

use std::collections::BTreeMap;

use tacos_engine::PlaceChanged;
use tacos_engine::ReservationId;
use tacos_engine::views::{Counts, SeatState};
use tacos_engine::{PackedPlace, Place, RowSeats, SeatIx, SeatMap, Section};

use super::{Checked, Violation};

/// One numbered seat.
#[derive(Clone, Debug)]
pub(crate) struct Seat {
    pub(crate) label: String,
    pub(crate) section: usize,
    /// Index over all rows of the house.
    pub(crate) row: usize,
    pub(crate) price_minor: i64,
    pub(crate) state: SeatState,
    pub(crate) owner: Option<ReservationId>,
    version: u32,
}

/// A section without numbers.
#[derive(Clone, Debug)]
pub(crate) struct Area {
    capacity: u32,
    price_minor: i64,
    held: BTreeMap<ReservationId, u32>,
    sold: BTreeMap<ReservationId, u32>,
}

/// All places of one event. Rows have no aisles and no accessible seats.
#[derive(Clone, Debug, Default)]
pub(crate) struct House {
    pub(crate) seats: Vec<Seat>,
    pub(crate) sections: Vec<String>,
    pub(crate) areas: BTreeMap<u16, Area>,
    labels: BTreeMap<String, usize>,
}

impl House {
    pub(super) fn new(map: &SeatMap) -> Self {
        let mut house = Self::default();
        let mut row_number = 0;
        for (index, section) in map.sections.iter().enumerate() {
            house.sections.push(section.name().to_owned());
            match section {
                Section::General { capacity, price_minor, .. } => {
                    let area = Area {
                        capacity: *capacity,
                        price_minor: *price_minor,
                        held: BTreeMap::new(),
                        sold: BTreeMap::new(),
                    };
                    house.areas.insert(u16::try_from(index).expect("few sections"), area);
                }
                Section::Seated { rows, .. } => {
                    for row in rows {
                        for label in labels(&row.seats) {
                            house.labels.insert(label.clone(), house.seats.len());
                            house.seats.push(Seat {
                                label,
                                section: index,
                                row: row_number,
                                price_minor: row.price_minor,
                                state: SeatState::Available,
                                owner: None,
                                version: 0,
                            });
                        }
                        row_number += 1;
                    }
                }
            }
        }
        house
    }

    /// The seat with this label.
    pub(crate) fn find(&self, label: &str) -> Option<usize> {
        self.labels.get(label).copied()
    }

    /// What places cost together.
    pub(crate) fn price(&self, places: &[PackedPlace]) -> i64 {
        let price = |place: &PackedPlace| match place.unpack() {
            Place::Seat(seat) => self.seats[seat.0 as usize].price_minor,
            Place::General { section, count } => self.areas[&section].price_minor * i64::from(count),
        };
        places.iter().map(price).sum()
    }

    /// True if every place is free.
    pub(super) fn all_free(&self, places: &[PackedPlace]) -> bool {
        places.iter().all(|place| match place.unpack() {
            Place::Seat(seat) => self.seats[seat.0 as usize].state == SeatState::Available,
            Place::General { section, count } => self.areas[&section].free() >= u32::from(count),
        })
    }

    /// Moves places from one state to another as an update says, each seat by exactly one version.
    pub(super) fn change(
        &mut self,
        owner: Option<ReservationId>,
        from: SeatState,
        to: SeatState,
        places: &[PlaceChanged],
    ) -> Checked {
        for changed in places {
            if changed.state != to {
                return Violation::of(format!("{changed:?} should have become {to:?}"));
            }
            match changed.place.unpack() {
                Place::Seat(seat) => self.change_seat(owner, from, changed, seat)?,
                Place::General { section, count } => {
                    let area = self.areas.get_mut(&section);
                    let area = area.ok_or_else(|| Violation(format!("no area {section}")))?;
                    let owner = owner.ok_or_else(|| Violation("standing places without owner".into()))?;
                    area.change(owner, from, to, count.into())?;
                }
            }
        }
        Ok(())
    }

    fn change_seat(
        &mut self,
        owner: Option<ReservationId>,
        from: SeatState,
        changed: &PlaceChanged,
        seat: SeatIx,
    ) -> Checked {
        let seat = self.seats.get_mut(seat.0 as usize);
        let seat = seat.ok_or_else(|| Violation(format!("no such seat: {changed:?}")))?;
        let mine = match from {
            SeatState::Reserved | SeatState::Sold => seat.owner == owner,
            SeatState::Available | SeatState::Blocked => seat.owner.is_none(),
        };
        if seat.state != from || !mine || changed.version != seat.version + 1 {
            return Violation::of(format!("{owner:?} takes {changed:?} from {from:?}, but it is {seat:?}"));
        }
        seat.state = changed.state;
        seat.version = changed.version;
        seat.owner = match changed.state {
            SeatState::Reserved | SeatState::Sold => owner,
            SeatState::Available | SeatState::Blocked => None,
        };
        Ok(())
    }

    /// Counts of one section, as facts say: a hold counts until its end is a fact.
    pub(crate) fn counts(&self, section: usize) -> Counts {
        let mut counts = Counts::default();
        for seat in self.seats.iter().filter(|seat| seat.section == section) {
            match seat.state {
                SeatState::Available => counts.available += 1,
                SeatState::Reserved => counts.reserved += 1,
                SeatState::Sold => counts.sold += 1,
                SeatState::Blocked => counts.blocked += 1,
            }
            counts.total += 1;
        }
        if let Some(area) = u16::try_from(section).ok().and_then(|section| self.areas.get(&section)) {
            counts.reserved = area.held.values().sum();
            counts.sold = area.sold.values().sum();
            counts.available = area.free();
            counts.total = area.capacity;
        }
        counts
    }
}

impl Area {
    pub(crate) fn free(&self) -> u32 {
        self.capacity - self.held.values().sum::<u32>() - self.sold.values().sum::<u32>()
    }

    /// Places held by those whom `is_lapsed` names.
    pub(crate) fn held_by(&self, is_lapsed: impl Fn(&ReservationId) -> bool) -> u32 {
        self.held.iter().filter(|(owner, _)| is_lapsed(owner)).map(|(_, count)| count).sum()
    }

    fn change(&mut self, owner: ReservationId, from: SeatState, to: SeatState, count: u32) -> Checked {
        if from == SeatState::Available && self.free() < count {
            return Violation::of(format!("{count} standing places taken of {}", self.free()));
        }
        let taken = match from {
            SeatState::Reserved => self.held.remove(&owner) == Some(count),
            SeatState::Sold => self.sold.remove(&owner) == Some(count),
            SeatState::Available => true,
            SeatState::Blocked => false,
        };
        let given = match to {
            SeatState::Reserved => self.held.insert(owner, count).is_none(),
            SeatState::Sold => self.sold.insert(owner, count).is_none(),
            SeatState::Available => true,
            SeatState::Blocked => false,
        };
        if taken && given {
            return Ok(());
        }
        Violation::of(format!("{owner} moves {count} standing places from {from:?} to {to:?}: {self:?}"))
    }
}

fn labels(seats: &RowSeats) -> Vec<String> {
    match seats {
        RowSeats::Listed(labels) => labels.clone(),
        RowSeats::Numbered { prefix, first_number, step, digits_min, count } => (0..*count)
            .map(|at| {
                let number = i64::from(*first_number) + i64::from(*step) * i64::from(at);
                format!("{prefix}{number:0width$}", width = usize::from(*digits_min))
            })
            .collect(),
    }
}
