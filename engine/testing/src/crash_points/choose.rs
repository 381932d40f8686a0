//! Which of the changes that wait for a sync a crash may keep: all subsets when they are few, else a seeded sample; and
//! of each write a part.

use super::Random;
use super::disk::Disk;
use crate::storage::Change;

const SECTOR_BYTES: usize = 512;
const PAGE_BYTES: usize = 4096;
/// All subsets of so many writes, or names, are tried; of more a sample of so many, and all prefixes.
const SUBSETS_OF: usize = 6;
const SUBSETS_SAMPLED: u64 = 64;
/// A write is torn at each sector if there are no more than this; else at each page (or so many of them) and at some
/// sectors.
const TEARS_MAX: usize = 64;
const SECTORS_SAMPLED: usize = 16;
/// Of a longer write pieces here and there are kept so many times, for sectors and for pages.
const SCATTERED: usize = 2;

/// What kind of image a choice leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Prefix,
    Reordering,
    Tear,
    Directory,
}

/// What of a write is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    Whole,
    Nothing,
    /// So many bytes of its beginning.
    Head(usize),
    /// From this byte on.
    Tail(usize),
    /// Pieces here and there.
    Scattered {
        unit: usize,
        coins: u64,
    },
}

/// What is kept of everything that waits.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) writes: Vec<Kept>,
    pub(super) names: Vec<bool>,
}

/// All that is tried at one moment.
pub(super) struct Choices {
    pub(super) choices: Vec<(Kind, Choice)>,
    /// There were too many subsets to try them all.
    pub(super) sampled: bool,
}

/// What a crash now may leave, with each write torn at no more than `tears_max` places.
pub(super) fn choices(disk: &Disk<'_>, random: &mut Random, tears_max: usize) -> Choices {
    let writes: Vec<&Change> = disk.waiting_writes().collect();
    let names = subsets(disk.waiting_names(), random);
    let subsets_of_writes = subsets(writes.len(), random);
    let mut choices = Vec::new();
    for kept in &subsets_of_writes {
        let whole: Vec<Kept> =
            kept.iter().map(|kept| if *kept { Kept::Whole } else { Kept::Nothing }).collect();
        for names in &names {
            let kind = match (is_prefix(kept), is_prefix(names)) {
                (true, true) => Kind::Prefix,
                (true, false) => Kind::Directory,
                (false, _) => Kind::Reordering,
            };
            choices.push((kind, Choice { writes: whole.clone(), names: names.clone() }));
        }
    }
    let none_and_all = [vec![false; disk.waiting_names()], vec![true; disk.waiting_names()]];
    let different = if disk.waiting_names() == 0 { &none_and_all[..1] } else { &none_and_all[..] };
    for (index, change) in writes.iter().enumerate() {
        for torn in tears(change, random, tears_max) {
            for others in others(index, writes.len()) {
                let mut kept = others;
                kept[index] = torn;
                for names in different {
                    choices.push((Kind::Tear, Choice { writes: kept.clone(), names: names.clone() }));
                }
            }
        }
    }
    Choices { choices, sampled: writes.len() > SUBSETS_OF || disk.waiting_names() > SUBSETS_OF }
}

/// What became of the other writes while one was torn: all lost, all kept, or those before it kept.
fn others(torn: usize, count: usize) -> Vec<Vec<Kept>> {
    let before = (0..count).map(|index| if index < torn { Kept::Whole } else { Kept::Nothing }).collect();
    let mut others = vec![vec![Kept::Nothing; count], vec![Kept::Whole; count], before];
    // One write alone has no others; the first has none before it; the last has none behind it.
    others.truncate(match (torn, count) {
        (_, 1) => 1,
        (0, _) => 2,
        (torn, count) if torn + 1 == count => 2,
        _ => 3,
    });
    others
}

/// All subsets of a few things, or all prefixes and a sample of the others.
fn subsets(count: usize, random: &mut Random) -> Vec<Vec<bool>> {
    if count <= SUBSETS_OF {
        return (0..1_u64 << count)
            .map(|mask| (0..count).map(|bit| mask >> bit & 1 == 1).collect())
            .collect();
    }
    let prefixes = (0..=count).map(|kept| (0..count).map(|index| index < kept).collect());
    let mut subsets: Vec<Vec<bool>> = prefixes.collect();
    for _ in 0..SUBSETS_SAMPLED {
        subsets.push((0..count).map(|_| random.chance(50)).collect());
    }
    subsets
}

fn is_prefix(kept: &[bool]) -> bool {
    kept.windows(2).all(|pair| pair[0] || !pair[1])
}

/// The ways in which a write may be torn. A file that was made may be shorter than it was asked to be.
fn tears(change: &Change, random: &mut Random, tears_max: usize) -> Vec<Kept> {
    let (offset, bytes, is_new) = match change {
        Change::Create { bytes, .. } => (0, *bytes, true),
        Change::Write { offset, bytes, .. } => (*offset, bytes.len(), false),
        Change::Sync { .. } | Change::Rename { .. } | Change::Remove { .. } | Change::SyncFolder => {
            return Vec::new();
        }
    };
    let sectors = boundaries(offset, bytes, SECTOR_BYTES);
    let mut places = if sectors.len() <= TEARS_MAX {
        sectors
    } else {
        let mut places = sample(boundaries(offset, bytes, PAGE_BYTES), TEARS_MAX, random);
        places.extend(sample(sectors, SECTORS_SAMPLED, random));
        places
    };
    places = sample(places, tears_max.max(2), random);
    let mut tears: Vec<Kept> = places.iter().map(|place| Kept::Head(*place)).collect();
    if !is_new {
        tears.extend(places.iter().map(|place| Kept::Tail(*place)));
        for (unit, count) in [(SECTOR_BYTES, SCATTERED), (PAGE_BYTES, SCATTERED)] {
            if bytes > 2 * unit {
                tears.extend((0..count).map(|_| Kept::Scattered { unit, coins: random.draw() }));
            }
        }
    }
    tears
}

/// Where multiples of `unit` lie within a write, from its beginning.
fn boundaries(offset: usize, bytes: usize, unit: usize) -> Vec<usize> {
    let first = (offset / unit + 1) * unit;
    (first..offset + bytes).step_by(unit).map(|at| at - offset).collect()
}

/// The first, the last, and some of those between.
fn sample(places: Vec<usize>, most: usize, random: &mut Random) -> Vec<usize> {
    if places.len() <= most {
        return places;
    }
    let mut chosen = vec![places[0], places[places.len() - 1]];
    while chosen.len() < most {
        let place = places[random.index(places.len())];
        if !chosen.contains(&place) {
            chosen.push(place);
        }
    }
    chosen
}
