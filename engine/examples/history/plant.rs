//! Violations put into a history on purpose: a *recorded* answer is changed where the other answers prove it
//! impossible, so that a checker that does not find it is no checker. Nothing is changed of which only the order of
//! concurrent calls could tell whether it is a violation.

use super::record::{Entry, Kind, OK, UNKNOWN};

/// Which promise is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plant {
    /// A seat that was sold is given to another customer.
    Oversell,
    /// A sale that was acknowledged is unknown after a crash.
    Lost,
    /// A hold is confirmed after its deadline.
    Late,
    /// A customer is let in although as many as may be inside stand before them.
    Overtake,
}

impl Plant {
    pub(crate) fn of(name: &str) -> Result<Self, String> {
        Ok(match name {
            "oversell" => Self::Oversell,
            "lost" => Self::Lost,
            "late" => Self::Late,
            "overtake" => Self::Overtake,
            other => return Err(format!("--plant {other}: oversell, lost, late or overtake")),
        })
    }

    /// Changes the history; says what was changed, or `None` if it offers no place for such a violation.
    pub(crate) fn put_into(self, entries: &mut [Entry], inside_max: usize) -> Option<String> {
        match self {
            Self::Oversell => oversell(entries),
            Self::Lost => lost(entries),
            Self::Late => late(entries),
            Self::Overtake => overtake(entries, inside_max),
        }
    }
}

fn is_sale(entry: &Entry) -> bool {
    entry.kind == Kind::Confirm && entry.result == OK
}

/// No other call names the same reservation or session later: the changed answer contradicts nothing but the promise.
fn is_last_word(entries: &[Entry], at: usize) -> bool {
    let entry = &entries[at];
    !entries.iter().any(|other| other.name == entry.name && other.return_ns > entry.return_ns)
}

fn oversell(entries: &mut [Entry]) -> Option<String> {
    let at = (0..entries.len()).find(|at| {
        let refused = &entries[*at];
        let sold = |sale: &Entry| {
            is_sale(sale)
                && sale.return_ns < refused.call_ns
                && entries.iter().any(|hold| {
                    hold.kind == Kind::Hold
                        && hold.name == sale.name
                        && hold.seats.iter().any(|seat| refused.taken.contains(seat))
                })
        };
        refused.kind == Kind::Hold
            && !refused.taken.is_empty()
            && is_last_word(entries, *at)
            && entries.iter().any(sold)
    })?;
    let entry = &mut entries[at];
    entry.result = OK.to_owned();
    entry.shown = entry.given;
    let seats = std::mem::take(&mut entry.taken).join(",");
    Some(format!("hold {} of {seats}, of which some are sold, succeeds", entry.name))
}

fn lost(entries: &mut [Entry]) -> Option<String> {
    let crash = entries.iter().find(|entry| entry.kind == Kind::Crash)?.clone();
    let name = entries
        .iter()
        .filter(|look| {
            look.kind == Kind::Lookup && look.call_ns > crash.return_ns && look.result == "confirmed"
        })
        .find(|look| {
            entries
                .iter()
                .any(|sale| is_sale(sale) && sale.name == look.name && sale.return_ns < crash.call_ns)
        })?
        .name
        .clone();
    for entry in entries.iter_mut().filter(|entry| entry.name == name && entry.call_ns > crash.return_ns) {
        entry.result = "unknown_reservation".to_owned();
        entry.shown = 0;
    }
    Some(format!("reservation {name}, whose sale was acknowledged, is unknown after the first crash"))
}

fn late(entries: &mut [Entry]) -> Option<String> {
    let at = (0..entries.len()).find(|at| {
        let late = &entries[*at];
        let same = || entries.iter().filter(|other| other.name == late.name);
        // Later than this no extension, answered or not, can have moved it.
        let moves = |other: &&Entry| match other.kind {
            Kind::Hold => true,
            Kind::Extend => other.result == OK || other.result == UNKNOWN,
            _ => false,
        };
        let until_ms: u64 = same().filter(moves).map(|other| other.given).sum();
        let may_be_sold = same()
            .any(|other| other.kind == Kind::Confirm && (other.result == OK || other.result == UNKNOWN));
        late.kind == Kind::Confirm
            && late.result == "expired"
            && late.call_ns / 1_000_000 >= until_ms
            && !may_be_sold
            && is_last_word(entries, *at)
    })?;
    let entry = &mut entries[at];
    entry.result = OK.to_owned();
    Some(format!("reservation {} is confirmed after its deadline", entry.name))
}

fn overtake(entries: &mut [Entry], inside_max: usize) -> Option<String> {
    let at = (0..entries.len()).rev().find(|at| {
        let ask = &entries[*at];
        if ask.kind != Kind::Ask || ask.result != "not_yet" || !is_last_word(entries, *at) {
            return false;
        }
        let is_there = |join: &Entry| {
            join.kind == Kind::Join
                && join.result == OK
                && join.shown < ask.given
                && join.return_ns < ask.call_ns
                && !entries.iter().any(|leave| leave.kind == Kind::Leave && leave.given == join.shown)
        };
        entries.iter().filter(|entry| is_there(entry)).count() >= inside_max
    })?;
    let entry = &mut entries[at];
    entry.result = OK.to_owned();
    entry.shown = entry.return_ns / 1_000_000 + 3_600_000;
    Some(format!("ticket {} is let in before those ahead have left", entry.given))
}
