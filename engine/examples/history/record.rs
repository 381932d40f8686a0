//! What is written down of a run: one line a call, tab-separated, with the times of one clock. The format is described
//! in `tests/linearizability/README.md`, and read there.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use tacos_engine::{Clock, Error, Failure, Refusal, ReservationState, Reserved, UnixMs};

/// The engine broke before the answer came: it happened, or it did not.
pub(crate) const UNKNOWN: &str = "?";
pub(crate) const OK: &str = "ok";

/// The engine's clock and the history's: the same, so that deadlines and intervals can be compared.
pub(crate) struct Watch {
    begun: Instant,
}

impl Watch {
    const BASE: UnixMs = UnixMs::new(1_800_000_000_000);

    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { begun: Instant::now() })
    }

    pub(crate) fn ns(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// Milliseconds since the history's beginning.
    pub(crate) fn ms_of(moment: UnixMs) -> u64 {
        moment.ms_since(Self::BASE)
    }

    pub(crate) fn moment(ms: u64) -> UnixMs {
        Self::BASE.plus_ms(ms)
    }
}

impl Clock for Watch {
    fn now(&self) -> UnixMs {
        Self::moment(self.ns() / 1_000_000)
    }
}

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Hold,
    Confirm,
    Release,
    Extend,
    Lookup,
    Join,
    Leave,
    Ask,
    Crash,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Confirm => "confirm",
            Self::Release => "release",
            Self::Extend => "extend",
            Self::Lookup => "lookup",
            Self::Join => "join",
            Self::Leave => "leave",
            Self::Ask => "ask",
            Self::Crash => "crash",
        }
    }
}

/// One call.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) client: u64,
    pub(crate) call_ns: u64,
    pub(crate) return_ns: u64,
    pub(crate) kind: Kind,
    /// The reservation's outside id, or the session.
    pub(crate) name: String,
    /// The seats that a hold wants, or those that it was told are taken.
    pub(crate) seats: Vec<String>,
    pub(crate) taken: Vec<String>,
    /// What was given along: a hold's deadline, an extension's length (both ms), a ticket.
    pub(crate) given: u64,
    /// `ok`, a refusal, a state, or [`UNKNOWN`].
    pub(crate) result: String,
    /// What the answer showed: a deadline (ms), or a ticket.
    pub(crate) shown: u64,
}

impl Entry {
    pub(crate) fn new(client: u64, kind: Kind, name: &str) -> Self {
        Self {
            client,
            call_ns: 0,
            return_ns: 0,
            kind,
            name: name.to_owned(),
            seats: Vec::new(),
            taken: Vec::new(),
            given: 0,
            result: String::new(),
            shown: 0,
        }
    }

    pub(crate) fn held(&mut self, held: &Reserved) {
        OK.clone_into(&mut self.result);
        self.shown = Watch::ms_of(held.expires_at);
    }

    pub(crate) fn refused(&mut self, failure: Failure) {
        self.result = match failure {
            Failure::Broken(Error::Poisoned { .. } | Error::Closed) => UNKNOWN.to_owned(),
            Failure::Broken(other) => format!("broken: {other}"),
            Failure::Refused(Refusal::ReservationIs(state)) => state_name(state).to_owned(),
            Failure::Refused(Refusal::ReservationExpired) => state_name(ReservationState::Expired).to_owned(),
            Failure::Refused(Refusal::SeatsTaken(seats)) => {
                self.taken = seats.into_vec();
                "seats_taken".to_owned()
            }
            Failure::Refused(refusal) => refusal.code().to_owned(),
        };
    }
}

pub(crate) fn state_name(state: ReservationState) -> &'static str {
    match state {
        ReservationState::Pending => "pending",
        ReservationState::Confirmed => "confirmed",
        ReservationState::Cancelled => "cancelled",
        ReservationState::Expired => "expired",
        ReservationState::Failed => "failed",
        ReservationState::Refunded => "refunded",
    }
}

/// Writes the history, in order of the calls.
pub(crate) fn write(path: &Path, head: &str, entries: &mut [Entry]) -> std::io::Result<()> {
    entries.sort_by_key(|entry| (entry.call_ns, entry.return_ns));
    let mut out = BufWriter::new(std::fs::File::create(path)?);
    writeln!(out, "# {head}")?;
    for entry in entries {
        let list = |seats: &[String]| if seats.is_empty() { "-".to_owned() } else { seats.join(",") };
        writeln!(
            out,
            "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}",
            entry.client,
            entry.call_ns,
            entry.return_ns,
            entry.kind.name(),
            entry.name,
            list(&entry.seats),
            entry.given,
            entry.result,
            entry.shown,
            list(&entry.taken),
        )?;
    }
    out.flush()
}
