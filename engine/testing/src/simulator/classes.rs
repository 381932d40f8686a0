//! Faults of a run, counted by class.

use std::fmt;

/// Faults of a run, by class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// The machine died.
    pub crashes: u64,
    /// It died and all that waited for a sync was lost.
    pub lost: u64,
    /// It died and of what waited for a sync only some sectors, pages, or a beginning were kept.
    pub torn: u64,
    /// It died and later writes were kept, but not earlier ones.
    pub reordered: u64,
    /// A sync failed, and its data did not reach the disk.
    pub syncs_lost: u64,
    /// A sync failed, and its data reached the disk all the same.
    pub syncs_late: u64,
    /// A write failed.
    pub writes: u64,
    /// A write went to another place than it was meant for.
    pub misdirected: u64,
    /// A read returned less than it was asked for.
    pub short_reads: u64,
    /// A call took seconds or minutes.
    pub slow: u64,
    /// The process died and the machine did not.
    pub kills: u64,
    /// The disk was full.
    pub full: u64,
    /// Time jumped by more than an hour.
    pub jumps: u64,
    /// A bit flipped in a file that no engine had open, by the part of the folder: see [`Faults::PARTS`].
    pub flips: [u64; 6],
    /// A sector landed where another belongs.
    pub moved: u64,
    /// A file was cut short.
    pub shortened: u64,
    /// A file was gone.
    pub removed: u64,
    /// Damaged folders that were refused; the others opened as if nothing had happened, because nothing of worth had.
    pub refused: u64,
}

impl Faults {
    /// The parts of a folder in which bits are flipped, as [`Faults::flips`] counts them.
    pub const PARTS: [&str; 6] =
        ["meta", "segment headers", "rings", "frame headers", "records", "snapshots"];

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            crashes: self.crashes + other.crashes,
            lost: self.lost + other.lost,
            torn: self.torn + other.torn,
            reordered: self.reordered + other.reordered,
            syncs_lost: self.syncs_lost + other.syncs_lost,
            syncs_late: self.syncs_late + other.syncs_late,
            writes: self.writes + other.writes,
            misdirected: self.misdirected + other.misdirected,
            short_reads: self.short_reads + other.short_reads,
            slow: self.slow + other.slow,
            kills: self.kills + other.kills,
            full: self.full + other.full,
            jumps: self.jumps + other.jumps,
            flips: std::array::from_fn(|part| self.flips[part] + other.flips[part]),
            moved: self.moved + other.moved,
            shortened: self.shortened + other.shortened,
            removed: self.removed + other.removed,
            refused: self.refused + other.refused,
        }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "faults: {} crashes ({} losing, {} tearing, {} reordering what waited), {} kills, {} syncs failed and lost, {} \
             failed and kept, {} writes failed, {} writes astray, {} short reads, {} slow calls, {} times full, {} clock jumps",
            self.crashes,
            self.lost,
            self.torn,
            self.reordered,
            self.kills,
            self.syncs_lost,
            self.syncs_late,
            self.writes,
            self.misdirected,
            self.short_reads,
            self.slow,
            self.full,
            self.jumps
        )?;
        write!(f, ", bits flipped in")?;
        for (part, flips) in Self::PARTS.iter().zip(self.flips) {
            write!(f, " {part} {flips},")?;
        }
        write!(
            f,
            " {} sectors misplaced, {} files cut, {} files gone ({} refused)",
            self.moved, self.shortened, self.removed, self.refused
        )
    }
}
