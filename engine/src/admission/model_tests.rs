//! The line beside a naive one made of vectors: random steps, every answer compared, and after each run the state
//! after recovery (from records, and from a snapshot plus records) compared with the live one.

use std::sync::Arc;

use super::TicketState::{Admitted, Expired, Left, Lost, Ready, Room, Used, Waiting};
use super::tests::{T0, Timers, ceiling, line_with};
use super::{
    BadReplay, Gate, Join, JoinedRecord, Line, LineImage, NotMoved, PresaleRoom, QueuePolicy, TicketImage,
    TicketState, draw_order,
};
use crate::clock::UnixMs;

/// xorshift64*: a seed in, a run out.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % bound
    }
}

/// What the pipeline would write.
#[derive(Clone)]
enum Record {
    Joined(JoinedRecord),
    Ready { ready: Vec<u32>, expired: Vec<u32>, until: UnixMs },
    Admitted(u32, UnixMs),
    Used(u32),
    Left(u32),
    Expired(u32),
    Drawn([u8; 32], u32),
    Policy(QueuePolicy),
    Paused(bool),
}

fn apply(line: &Line, record: &Record, now: UnixMs) -> Result<(), BadReplay> {
    match record {
        Record::Joined(joined) => line.apply_joined(joined),
        Record::Ready { ready, expired, until } => {
            line.apply_ready(ready.iter().copied(), *until, now)?;
            expired.iter().try_for_each(|&number| line.apply_expired(number, now))
        }
        Record::Admitted(number, until) => line.apply_admitted(*number, *until, now),
        Record::Used(number) => line.apply_used(*number, now),
        Record::Left(number) => line.apply_left(*number, now),
        Record::Expired(number) => line.apply_expired(*number, now),
        Record::Drawn(seed, room_end) => line.apply_drawn(*seed, *room_end, now),
        Record::Policy(policy) => {
            line.apply_policy(policy.clone(), now);
            Ok(())
        }
        Record::Paused(paused) => {
            line.apply_paused(*paused, now);
            Ok(())
        }
    }
}

struct Person {
    who: u64,
    user: u64,
    state: TicketState,
    until: UnixMs,
}

/// The naive line: one vector of tickets, one of those who wait, in order.
struct Model {
    tickets: Vec<Person>,
    order: Vec<u32>,
    policy: QueuePolicy,
    room_open: bool,
    undrawn: bool,
    paused: bool,
    floor: UnixMs,
}

impl Model {
    fn deadline(&self, number: u32) -> UnixMs {
        let ticket = &self.tickets[number as usize];
        if ticket.state == Ready { ticket.until.max(self.floor) } else { ticket.until }
    }

    fn inside(&self) -> u32 {
        u32::try_from(self.tickets.iter().filter(|t| t.state.is_inside()).count()).expect("small")
    }

    fn waiting(&self) -> u32 {
        let waits = |t: &&Person| matches!(t.state, Room | Waiting);
        u32::try_from(self.tickets.iter().filter(waits).count()).expect("small")
    }

    fn in_room(&self) -> u32 {
        u32::try_from(self.tickets.iter().filter(|t| t.state == Room).count()).expect("small")
    }

    fn end(&mut self, number: u32, state: TicketState, now: UnixMs) {
        self.order.retain(|&n| n != number);
        let ticket = &mut self.tickets[number as usize];
        (ticket.state, ticket.until) = (state, now);
    }
}

struct Run {
    line: Line,
    timers: Arc<Timers>,
    model: Model,
    journal: Vec<(Record, UnixMs)>,
    random: Random,
    now: UnixMs,
    seed: u64,
    snapshot: Option<(LineImage, Vec<TicketImage>, usize)>,
}

fn policy_of(random: &mut Random, room: Option<PresaleRoom>) -> QueuePolicy {
    QueuePolicy {
        admissions_per_minute: 1 + u32::try_from(random.below(6_000)).expect("small"),
        burst: 1 + u32::try_from(random.below(20)).expect("small"),
        inside_max: 1 + u32::try_from(random.below(40)).expect("small"),
        waiting_max: 1 + u32::try_from(random.below(400)).expect("small"),
        claim_window_ms: 1_000 + random.below(20_000),
        token_ttl_ms: 1_000 + random.below(60_000),
        inactivity_ms: 20_000 + random.below(200_000),
        one_place_per_user: true,
        enabled: random.below(8) > 0,
        room,
    }
}

fn key(n: u64, kind: u8) -> u128 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&n.to_le_bytes()).update(&[kind]);
    u128::from_le_bytes(hasher.finalize().as_bytes()[..16].try_into().expect("16 bytes"))
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let room = (random.below(2) == 0)
            .then(|| PresaleRoom { opens_at: T0, draws_at: T0.plus_ms(1_000 + random.below(30_000)) });
        let policy = policy_of(&mut random, room);
        let (line, timers) = line_with(policy.clone());
        let model = Model {
            tickets: vec![],
            order: vec![],
            policy,
            room_open: room.is_some(),
            undrawn: false,
            paused: false,
            floor: UnixMs::ZERO,
        };
        Self { line, timers, model, journal: vec![], random, now: T0, seed, snapshot: None }
    }

    fn record(&mut self, record: Record) {
        self.journal.push((record, self.now));
    }

    fn join(&mut self) {
        let (who, user) = (self.random.below(600), self.random.below(500));
        let now = self.now;
        let (seed, model) = (self.seed, &mut self.model);
        let late = model.policy.room.is_some_and(|room| now >= room.draws_at);
        if model.room_open && late {
            model.room_open = false;
            model.undrawn = !model.tickets.is_empty();
        }
        let live = |found: &dyn Fn(&Person) -> bool| {
            model
                .tickets
                .iter()
                .position(|t| t.state.is_live() && found(t))
                .map(|n| u32::try_from(n).expect("small"))
        };
        let same = live(&|t| t.who == who);
        let found = same.or_else(|| live(&|t| t.user == user));
        match self.line.begin_join(key(who, 0), Some(key(user, 1)), now) {
            Join::New(joining) => {
                let record = *joining.record();
                assert_eq!(found, None, "seed {seed}: ticket {} for a person who has one", record.number);
                assert!(model.waiting() < model.policy.waiting_max, "seed {seed}");
                assert_eq!(record.number as usize, model.tickets.len(), "seed {seed}");
                assert_eq!(record.in_room, model.room_open, "seed {seed}");
                let commit = self.random.below(20) > 0;
                let mut state = if record.in_room { Room } else { Waiting };
                if commit {
                    joining.commit();
                    if state == Waiting {
                        model.order.push(record.number);
                    }
                } else {
                    drop(joining);
                    state = Lost;
                }
                model.tickets.push(Person { who, user, state, until: record.expires_at });
                if commit {
                    self.journal.push((Record::Joined(record), now));
                }
            }
            Join::Again { number } => assert_eq!(same, Some(number), "seed {seed}"),
            Join::UserWaiting => assert!(same.is_none() && found.is_some(), "seed {seed}"),
            Join::Due { number } => {
                assert_eq!(found, Some(number), "seed {seed}");
                assert!(model.deadline(number) <= now, "seed {seed}: ticket {number} is not due");
            }
            Join::Full => {
                assert!(found.is_none() && model.waiting() >= model.policy.waiting_max, "seed {seed}");
            }
            Join::Closed => panic!("seed {seed}: the room is open"),
        }
    }

    /// Any ticket, mostly one that still takes part.
    fn some_ticket(&mut self) -> Option<u32> {
        let tickets = self.model.tickets.len() as u64;
        (tickets > 0).then(|| u32::try_from(self.random.below(tickets)).expect("small"))
    }

    fn advance(&mut self) {
        let (now, seed) = (self.now, self.seed);
        let Ok(advance) = self.line.begin_advance(now) else { return };
        let model = &mut self.model;
        assert!(!model.paused && !model.undrawn && !model.room_open, "seed {seed}: nobody may be let in");
        let ready: Vec<u32> = advance.ready().collect();
        let expired: Vec<u32> = advance.expired().collect();
        // Strict order: what was taken is exactly the front of those who wait.
        let mut front: Vec<u32> = ready.iter().chain(&expired).copied().collect();
        let mut expected = model.order[..front.len()].to_vec();
        front.sort_unstable();
        expected.sort_unstable();
        assert_eq!(front, expected, "seed {seed}: not the front of the line");
        let in_order: Vec<u32> = model.order.iter().copied().filter(|n| ready.contains(n)).collect();
        assert_eq!(ready, in_order, "seed {seed}: not in order");
        for &number in &model.order[..front.len()] {
            assert_eq!(expired.contains(&number), model.deadline(number) <= now, "seed {seed}: {number}");
        }
        if self.random.below(10) == 0 {
            return drop(advance);
        }
        let until = advance.claim_until();
        advance.commit();
        for &number in &ready {
            model.end(number, Ready, until);
        }
        for &number in &expired {
            model.end(number, Expired, now);
        }
        if model.policy.enabled && !ready.is_empty() {
            assert!(model.inside() <= model.policy.inside_max, "seed {seed}: too many inside");
        }
        self.record(Record::Ready { ready, expired, until });
    }

    fn admit(&mut self) {
        let Some(number) = self.some_ticket() else { return };
        let (now, seed, model) = (self.now, self.seed, &mut self.model);
        let state = model.tickets[number as usize].state;
        let due = model.deadline(number) <= now;
        match self.line.begin_admit(number, now) {
            Ok(admitting) => {
                assert!(state == Ready && !due && !model.paused, "seed {seed}: {number} {state:?}");
                let until = admitting.until();
                admitting.commit();
                model.end(number, Admitted, until);
                self.journal.push((Record::Admitted(number, until), now));
            }
            Err(NotMoved::NotDue { until: valid_until }) => {
                assert!(state == Admitted && !due && valid_until == model.deadline(number), "seed {seed}");
            }
            Err(NotMoved::Paused) => {
                assert!(model.paused && state == Ready && !due, "seed {seed}");
            }
            Err(no) => assert_eq!(no, refusal(state, due), "seed {seed}: {number}"),
        }
    }

    fn finish_ticket(&mut self) {
        let Some(number) = self.some_ticket() else { return };
        let kind = self.random.below(3);
        let (now, seed) = (self.now, self.seed);
        let state = self.model.tickets[number as usize].state;
        let due = self.model.deadline(number) <= now;
        let (moving, to) = match kind {
            0 => (self.line.begin_leave(number, now), Left),
            1 => (self.line.begin_use(number, now), Used),
            _ => (self.line.begin_expire(number, now), Expired),
        };
        match moving {
            Ok(moving) => {
                let legal = match to {
                    Left => !due && state.is_live(),
                    Used => !due && state == Admitted,
                    _ => due && state.is_live(),
                };
                assert!(legal, "seed {seed}: {number} from {state:?} to {to:?}");
                moving.commit();
                self.model.end(number, to, now);
                let record = match to {
                    Left => Record::Left(number),
                    Used => Record::Used(number),
                    _ => Record::Expired(number),
                };
                self.journal.push((record, now));
            }
            Err(NotMoved::NotDue { until }) => {
                assert!(!due && to == Expired && until == self.model.deadline(number), "seed {seed}");
            }
            Err(no) => {
                assert_eq!(no, refusal(state, due && to != Expired), "seed {seed}: {number}");
            }
        }
    }

    fn touch(&mut self) {
        let Some(number) = self.some_ticket() else { return };
        let state = self.model.tickets[number as usize].state;
        let alive = matches!(state, Room | Waiting) && self.model.deadline(number) > self.now;
        assert_eq!(self.line.touch(number, self.now), alive, "seed {}: {number}", self.seed);
        if alive {
            // The exact moment is the line's choice within a second; it must not be early.
            let until = self.line.view(number, self.now).expect("known").until;
            let inactivity = self.model.policy.inactivity_ms;
            let old = self.model.tickets[number as usize].until;
            let least = self.now.plus_ms(inactivity);
            assert!(until >= least && until <= least.plus_ms(1_000).max(old), "seed {}: {until}", self.seed);
            self.model.tickets[number as usize].until = until;
        }
    }

    fn operator(&mut self) {
        let (now, random) = (self.now, &mut self.random);
        match random.below(4) {
            0 => {
                let policy = policy_of(random, self.model.policy.room);
                self.line.begin_policy(policy.clone(), now).expect("valid").commit();
                self.model.policy = policy.clone();
                self.record(Record::Policy(policy));
            }
            1 => {
                let paused = !self.model.paused;
                self.line.begin_pause(paused, now).expect("a change").commit();
                self.model.paused = paused;
                let resumed = now.plus_ms(self.model.policy.claim_window_ms);
                self.model.floor = if paused { UnixMs::MAX } else { resumed };
                self.record(Record::Paused(paused));
            }
            2 => self.take_snapshot(),
            _ if self.line.draw_is_due(now) => self.draw(),
            _ => {}
        }
    }

    fn draw(&mut self) {
        let seed = [u8::try_from(self.random.below(256)).expect("a byte"); 32];
        let model = &mut self.model;
        model.room_open = false;
        model.undrawn = false;
        let Some(draw) = self.line.begin_draw(seed, self.now) else {
            assert!(model.tickets.is_empty(), "seed {}: there is somebody to draw", self.seed);
            return;
        };
        let room_end = draw.room_end();
        draw.commit();
        let numbers = 0..u32::try_from(model.tickets.len()).expect("small");
        let inside: Vec<u32> = numbers.filter(|&n| model.tickets[n as usize].state == Room).collect();
        let mut order = draw_order(&seed, &inside);
        for &number in &order {
            model.tickets[number as usize].state = Waiting;
        }
        order.append(&mut model.order);
        model.order = order;
        self.record(Record::Drawn(seed, room_end));
    }

    fn take_snapshot(&mut self) {
        let mut tickets = Vec::new();
        self.line.each_ticket(UnixMs::ZERO, |image| tickets.push(image));
        self.snapshot = Some((self.line.image(0), tickets, self.journal.len()));
    }

    fn check(&self) {
        let (now, seed, model) = (self.now, self.seed, &self.model);
        let stats = self.line.stats(now);
        assert_eq!((stats.waiting, stats.inside), (model.waiting(), model.inside()), "seed {seed}");
        let in_room = model.in_room();
        for (position, &number) in (in_room + 1..).zip(&model.order) {
            assert_eq!(self.line.position(number), Some(position), "seed {seed}: ticket {number}");
        }
        for (number, ticket) in (0..).zip(&model.tickets) {
            let Some(view) = self.line.view(number, now) else {
                assert_eq!(ticket.state, Lost, "seed {seed}: ticket {number}");
                continue;
            };
            let due = ticket.state.is_live() && model.deadline(number) <= now;
            let state = if due { Expired } else { ticket.state };
            assert_eq!((view.state, view.until), (state, model.deadline(number)), "seed {seed}: {number}");
        }
    }

    fn step(&mut self) {
        match self.random.below(24) {
            0..8 => self.join(),
            8..12 => self.advance(),
            12..16 => self.admit(),
            16..18 => self.finish_ticket(),
            18..21 => self.touch(),
            21 => self.operator(),
            22 => {
                for number in self.timers.turn(&self.line, self.now) {
                    self.model.end(number, Expired, self.now);
                    self.record(Record::Expired(number));
                }
            }
            _ => self.now = self.now.plus_ms(self.random.below(3_000)),
        }
    }

    /// What recovery must bring back: everything but inactivity deadlines, which start anew.
    fn digest(line: &Line) -> (LineImage, Vec<TicketImage>, [u32; 3]) {
        let mut tickets = Vec::new();
        line.each_ticket(UnixMs::ZERO, |mut image| {
            if matches!(image.state, Room | Waiting) {
                image.until = UnixMs::ZERO;
            }
            image.joined_at = UnixMs::ZERO;
            tickets.push(image);
        });
        let stats = line.stats(T0);
        let mut image = line.image(0);
        if image.room_open {
            image.room_end = 0;
        }
        (image, tickets, [stats.waiting, stats.ready, stats.inside])
    }

    fn recover(&self) {
        let ceiling: Arc<Gate> = ceiling();
        let first =
            Line::new(Self::new(self.seed).model.policy, Arc::clone(&ceiling), Arc::new(Timers::default()));
        for (record, at) in &self.journal {
            apply(&first, record, *at).unwrap_or_else(|bad| panic!("seed {}: {bad}", self.seed));
        }
        let mut lines = vec![first];
        if let Some((image, tickets, from)) = &self.snapshot {
            let line =
                Line::restore(image.clone(), ceiling, Arc::new(Timers::default())).expect("our own head");
            for ticket in tickets {
                line.put(ticket).unwrap_or_else(|bad| panic!("seed {}: {bad}", self.seed));
            }
            for (record, at) in &self.journal[*from..] {
                apply(&line, record, *at).unwrap_or_else(|bad| panic!("seed {}: {bad}", self.seed));
            }
            lines.push(line);
        }
        let want = Self::digest(&self.line);
        for line in &lines {
            line.finish(self.now);
            let mut have = Self::digest(line);
            // Voided numbers at the very end leave no trace and are given out again; a room that closed without a
            // ticket behind it is open again until the next join or the draw.
            assert!(have.0.next <= want.0.next, "seed {}", self.seed);
            (have.0.next, have.0.room_open, have.0.room_end) =
                (want.0.next, want.0.room_open, want.0.room_end);
            assert_eq!(have, want, "seed {}", self.seed);
            for (position, &number) in (self.model.in_room() + 1..).zip(&self.model.order) {
                assert_eq!(line.position(number), Some(position), "seed {}: {number}", self.seed);
            }
        }
    }
}

/// The refusal that a ticket in this state calls for, whatever was asked.
fn refusal(state: TicketState, due: bool) -> NotMoved {
    match state {
        Lost => NotMoved::Unknown,
        live if live.is_live() && due => NotMoved::Due,
        live if live.is_live() => NotMoved::NotYet,
        over => NotMoved::Over(over),
    }
}

#[test]
fn line_agrees_with_the_naive_one_and_recovers_to_the_same() {
    for seed in 1..=60 {
        let mut run = Run::new(seed);
        for step in 0..3_000 {
            run.step();
            if step % 100 == 0 {
                run.check();
            }
        }
        run.check();
        run.recover();
    }
}
