//! Customers: each thread asks for what a dice says, of seats, reservations and places that the others ask for too, and
//! writes down what it was told and when.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

use tacos_engine::{
    Caller, Confirm, Engine, EventId, Extend, ExternalId, Failure, JoinQueue, Proof, Release,
    RequestAdmission, ReservationRef, Reserve, SeatId, SeatRequest, SessionId, UserId, WaitingToken,
};
use tacos_testing::Random;

use super::record::{Entry, Kind, OK, UNKNOWN, Watch, state_name};

/// Seats that all clients want at once.
const HOT_SEATS: usize = 4;
/// Reservations that all clients act on at once.
const BOARD: usize = 6;
/// People in line, about.
const LINE: usize = 10;

/// What all customers know.
pub(crate) struct Town {
    pub(crate) event: EventId,
    pub(crate) queue_event: EventId,
    pub(crate) watch: std::sync::Arc<Watch>,
    hot: Mutex<Hot>,
    board: Mutex<VecDeque<(String, Vec<String>)>>,
    line: Mutex<Vec<(String, WaitingToken)>>,
    names: AtomicU64,
}

struct Hot {
    seats: Vec<u32>,
    next: u32,
}

impl Town {
    pub(crate) fn new(event: EventId, queue_event: EventId, watch: std::sync::Arc<Watch>) -> Self {
        let hot = u32::try_from(HOT_SEATS).expect("few");
        Self {
            event,
            queue_event,
            watch,
            hot: Mutex::new(Hot { seats: (1..=hot).collect(), next: hot + 1 }),
            board: Mutex::default(),
            line: Mutex::default(),
            names: AtomicU64::new(0),
        }
    }

    fn name(&self, letter: char) -> String {
        format!("{letter}{}", self.names.fetch_add(1, Ordering::Relaxed))
    }

    fn publish(&self, name: &str, seats: &[String]) {
        let mut board = self.board.lock();
        board.push_back((name.to_owned(), seats.to_vec()));
        if board.len() > BOARD {
            board.pop_front();
        }
    }

    /// Sold seats make room for others.
    fn sold(&self, seats: &[String]) {
        let mut hot = self.hot.lock();
        for sold in seats {
            if let Some(at) = hot.seats.iter().position(|seat| label(*seat) == *sold) {
                hot.seats[at] = hot.next;
                hot.next += 1;
            }
        }
    }

    /// One or two seats: mostly hot ones, sometimes any that ever was.
    fn seats(&self, random: &mut Random) -> Vec<String> {
        let hot = self.hot.lock();
        let mut pick = || {
            if random.chance(8) {
                1 + u32::try_from(random.below(hot.next.into())).expect("few seats")
            } else {
                hot.seats[random.index(hot.seats.len())]
            }
        };
        let mut seats = vec![label(pick()), label(pick())];
        seats.sort();
        seats.dedup();
        if random.chance(60) {
            seats.truncate(1);
        }
        seats
    }
}

fn label(seat: u32) -> String {
    format!("A-{seat}")
}

/// One customer's view: an engine, a number and a pencil.
pub(crate) struct Client<'a> {
    /// This number and the next are the client's.
    pub(crate) number: u64,
    pub(crate) engine: &'a Engine,
    pub(crate) town: &'a Town,
    pub(crate) random: Random,
    pub(crate) entries: Vec<Entry>,
}

impl Client<'_> {
    /// Asks for something. False: the engine broke.
    pub(crate) fn step(&mut self) -> bool {
        if self.random.chance(10) {
            std::thread::yield_now();
        }
        match self.random.below(100) {
            0..6 => self.hurry(),
            6..32 => self.hold(),
            32..66 => self.change(),
            _ => self.queue(),
        }
    }

    /// Makes the call, and writes down what came of it. False: the engine broke.
    fn note(
        &mut self,
        mut entry: Entry,
        call: impl FnOnce(&Engine, &mut Entry) -> Result<(), Failure>,
    ) -> bool {
        entry.call_ns = self.town.watch.ns();
        let result = call(self.engine, &mut entry);
        entry.return_ns = self.town.watch.ns();
        if let Err(failure) = result {
            entry.refused(failure);
        }
        let alive = entry.result != UNKNOWN;
        self.entries.push(entry);
        alive
    }

    fn last_is_ok(&self) -> bool {
        self.entries.last().is_some_and(|entry| entry.result == OK)
    }

    /// A hold of what all clients want, mostly for a few milliseconds.
    fn wish(&mut self) -> (Entry, Reserve) {
        let town = self.town;
        let name = town.name('r');
        let seats = town.seats(&mut self.random);
        let lasts_ms = match self.random.below(10) {
            0..6 => 1 + self.random.below(4),
            6..9 => 5 + self.random.below(20),
            _ => 80,
        };
        let ids = seats.iter().map(|seat| SeatId::new(seat).expect("a plain label")).collect();
        let user = UserId::new("kim").expect("a plain name");
        let mut command = Reserve::new(town.event.clone(), user, SeatRequest::Seats(ids));
        command.external = Some(external(&name));
        let mut entry = Entry::new(self.number, Kind::Hold, &name);
        entry.seats = seats;
        entry.given = town.watch.ns() / 1_000_000 + lasts_ms;
        command.hold_until = Some(Watch::moment(entry.given));
        (entry, command)
    }

    fn hold(&mut self) -> bool {
        let town = self.town;
        let (entry, command) = self.wish();
        let (name, seats) = (entry.name.clone(), entry.seats.clone());
        let early = self.random.chance(4);
        if early {
            town.publish(&name, &seats);
        }
        let alive = self.note(entry, |engine, entry| {
            let held = engine.reserve(command).wait()?;
            entry.held(&held);
            Ok(())
        });
        if !early && self.last_is_ok() {
            town.publish(&name, &seats);
        }
        alive
    }

    /// Holds, and confirms or releases without waiting for the answer: a crash may then take back one of them, or both,
    /// but not the first alone.
    fn hurry(&mut self) -> bool {
        let (town, engine) = (self.town, self.engine);
        let (mut hold, command) = self.wish();
        let is_sale = self.random.chance(25);
        // The other hand is another client: each makes one call at a time.
        let kind = if is_sale { Kind::Confirm } else { Kind::Release };
        let mut then = Entry::new(self.number + 1, kind, &hold.name);
        hold.call_ns = town.watch.ns();
        let held = engine.reserve(command);
        then.call_ns = town.watch.ns();
        let ended = if is_sale {
            engine.confirm(confirm_command(&hold.name)).map(drop)
        } else {
            engine.release(release_command(&hold.name)).map(drop)
        };
        match held.wait() {
            Ok(held) => hold.held(&held),
            Err(failure) => hold.refused(failure),
        }
        hold.return_ns = town.watch.ns();
        match ended.wait() {
            Ok(()) => OK.clone_into(&mut then.result),
            Err(failure) => then.refused(failure),
        }
        then.return_ns = town.watch.ns();
        if is_sale && then.result == OK {
            town.sold(&hold.seats);
        }
        let alive = hold.result != UNKNOWN && then.result != UNKNOWN;
        self.entries.extend([hold, then]);
        alive
    }

    /// Confirm, release, extend or look up a reservation that was made lately.
    fn change(&mut self) -> bool {
        let chosen = {
            let board = self.town.board.lock();
            if board.is_empty() { None } else { Some(board[self.random.index(board.len())].clone()) }
        };
        let Some((name, seats)) = chosen else { return self.hold() };
        match self.random.below(100) {
            0..15 => {
                let alive = self.confirm(&name);
                if self.last_is_ok() {
                    self.town.sold(&seats);
                }
                alive
            }
            15..40 => self.release(&name),
            40..65 => self.extend(&name),
            _ => self.look_up(&name),
        }
    }

    fn confirm(&mut self, name: &str) -> bool {
        let command = confirm_command(name);
        self.note(Entry::new(self.number, Kind::Confirm, name), |engine, entry| {
            engine.confirm(command).wait()?;
            entry.result = OK.to_owned();
            Ok(())
        })
    }

    fn release(&mut self, name: &str) -> bool {
        let command = release_command(name);
        self.note(Entry::new(self.number, Kind::Release, name), |engine, entry| {
            engine.release(command).wait()?;
            entry.result = OK.to_owned();
            Ok(())
        })
    }

    fn extend(&mut self, name: &str) -> bool {
        let mut entry = Entry::new(self.number, Kind::Extend, name);
        entry.given = 1 + self.random.below(4);
        let command = Extend::new(which(name), Caller::Operator, Duration::from_millis(entry.given));
        self.note(entry, |engine, entry| {
            let extended = engine.extend(command).wait()?;
            entry.result = OK.to_owned();
            entry.shown = Watch::ms_of(extended.expires_at);
            Ok(())
        })
    }

    pub(crate) fn look_up(&mut self, name: &str) -> bool {
        self.note(Entry::new(self.number, Kind::Lookup, name), |engine, entry| {
            let found = engine.reservation(&which(name), &Caller::Operator).wait()?;
            entry.result = state_name(found.state).to_owned();
            entry.shown = Watch::ms_of(found.expires_at);
            Ok(())
        })
    }

    /// Joins, leaves, or asks to be let in.
    fn queue(&mut self) -> bool {
        let (people, chosen) = {
            let line = self.town.line.lock();
            // Mostly a ticket near the head: there the order is decided.
            let near = if self.random.chance(70) { line.len().min(4) } else { line.len() };
            let chosen = if near == 0 { None } else { Some(line[self.random.index(near)].clone()) };
            (line.len(), chosen)
        };
        let Some((session, token)) = chosen else { return self.join(&self.town.name('s')) };
        match self.random.below(100) {
            // Where all wait long enough, as many join as leave.
            0..25 if people < LINE => self.join(&self.town.name('s')),
            0..25 => self.leave(&session, token),
            25..40 if people >= LINE / 2 => self.leave(&session, token),
            25..32 => self.join(&session),
            _ => self.ask(&session, token),
        }
    }

    pub(crate) fn join(&mut self, session: &str) -> bool {
        let command = JoinQueue::new(self.town.queue_event.clone())
            .with_session(SessionId::new(session).expect("a plain name"));
        let mut told = None;
        let alive = self.note(Entry::new(self.number, Kind::Join, session), |engine, entry| {
            let joined = engine.join_queue(command).wait()?;
            entry.result = if joined.again { "again".to_owned() } else { OK.to_owned() };
            entry.shown = ticket(joined.token);
            told = Some(joined.token);
            Ok(())
        });
        if let Some(token) = told {
            let mut line = self.town.line.lock();
            line.retain(|(name, _)| name != session);
            line.push((session.to_owned(), token));
            line.sort_by_key(|(_, token)| ticket(*token));
        }
        alive
    }

    fn leave(&mut self, session: &str, token: WaitingToken) -> bool {
        let mut entry = Entry::new(self.number, Kind::Leave, session);
        entry.given = ticket(token);
        let alive = self.note(entry, |engine, entry| {
            engine.leave_queue(token).wait()?;
            entry.result = OK.to_owned();
            Ok(())
        });
        self.forget_who_left(token);
        alive
    }

    /// A place that was given up is not looked at any more.
    fn forget_who_left(&self, token: WaitingToken) {
        let Some(Entry { kind, result, .. }) = self.entries.last() else { return };
        if result == "left_line" || (*kind == Kind::Leave && result == OK) {
            self.town.line.lock().retain(|(_, other)| *other != token);
        }
    }

    pub(crate) fn ask(&mut self, session: &str, token: WaitingToken) -> bool {
        let mut entry = Entry::new(self.number, Kind::Ask, session);
        entry.given = ticket(token);
        let command = RequestAdmission::new(token);
        let alive = self.note(entry, |engine, entry| {
            let admitted = engine.request_admission(command).wait()?;
            entry.result = OK.to_owned();
            entry.shown = Watch::ms_of(admitted.valid_until);
            Ok(())
        });
        self.forget_who_left(token);
        alive
    }

    /// After a crash: asks what has become of everything that was known before. False: the engine broke.
    pub(crate) fn take_stock(&mut self, reservations: &[String], sessions: &[String]) -> bool {
        let line = self.town.line.lock().clone();
        reservations.iter().all(|name| self.look_up(name))
            && sessions.iter().all(|session| self.join(session))
            && line.iter().all(|(session, token)| self.ask(session, *token))
    }
}

fn confirm_command(name: &str) -> Confirm {
    Confirm::new(which(name), Caller::Operator, Proof::Outside)
}

fn release_command(name: &str) -> Release {
    Release::new(which(name), Caller::Operator)
}

fn external(name: &str) -> ExternalId {
    ExternalId::new(name).expect("a plain name")
}

fn which(name: &str) -> ReservationRef {
    ReservationRef::External(external(name))
}

fn ticket(token: WaitingToken) -> u64 {
    let bytes = token.to_bytes();
    u64::from(u32::from_be_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]))
}
