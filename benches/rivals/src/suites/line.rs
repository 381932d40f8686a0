//! Suite `line`: join, position, leave and admit while a million people wait; ours in memory on one thread, Redis's
//! sorted set from one pipelined connection. Figures are for one person. Each round as many join as leave, so the line
//! stays long.

use std::hint::black_box;
use std::time::{Duration, Instant};

use redis::Value;
use tacos_engine::{
    Config, CreateEvent, Currency, Engine, EventId, EventSettings, JoinQueue, PauseQueue, QueuePolicy,
    RequestAdmission, Row, RowSeats, SaleState, SeatMap, Section, SessionId, SetSale, UserId, WaitingToken,
};

use super::Options;
use super::rivals::Rivals;
use super::turns::{Entrant, Figures, push_all, take_turns};
use crate::contestants::redis_line::RedisLine;
use crate::report::{Line, Report, progress};
use crate::rival::Fault;
use crate::work::Random;

const SUITE: &str = "line";
/// People who wait all the time.
const WAITING: u32 = 1_000_000;
/// How long the engine may take to make all tickets ready.
const PATIENCE: Duration = Duration::from_secs(30);

#[expect(clippy::cast_precision_loss, reason = "a count of people")]
fn each(time: Duration, people: usize) -> f64 {
    time.as_secs_f64() * 1e9 / people.max(1) as f64
}

fn figures(name: &str, [join, position, leave]: [f64; 3]) -> Figures {
    let figure = |what: &str, figure| (format!("{what} {name}"), figure);
    vec![figure("join", join), figure("position", position), figure("leave", leave)]
}

struct Ours {
    engine: Engine,
    event: EventId,
    /// Who waits, in no order.
    tokens: Vec<WaitingToken>,
    joined: u64,
    random: Random,
}

impl Ours {
    fn new(people: u32, seed: u64) -> Result<Self, Fault> {
        let engine = Engine::in_memory(Config::default().with_admissions_per_second_max(1_000_000))?;
        let event = EventId::new("evt")?;
        // No turn and no token ends while we measure.
        let policy = QueuePolicy::default()
            .with_admissions_per_minute(6_000_000)
            .with_burst(1_000_000)
            .with_inside_max(1 << 26)
            .with_waiting_max(1 << 26)
            .with_claim_window_ms(3_600_000)
            .with_token_ttl_ms(3_600_000);
        let seats =
            RowSeats::Numbered { prefix: "A-".into(), first_number: 1, step: 1, digits_min: 0, count: 10 };
        let rows = vec![Row { label: "A".into(), price_minor: 100, seats, ..Row::default() }];
        let settings = EventSettings::new("A hall", Currency::new("EUR").ok_or("three letters")?);
        let seats = SeatMap { sections: vec![Section::Seated { name: "hall".into(), rows }] };
        let create = CreateEvent::new(event.clone(), settings, seats).with_queue(policy);
        engine.create_event(create).wait()?;
        engine.set_sale(SetSale::new(event.clone(), SaleState::Open)).wait()?;
        engine.pause_queue(PauseQueue::new(event.clone(), true)).wait()?;
        let mut ours = Self { engine, event, tokens: Vec::new(), joined: 0, random: Random::new(seed) };
        let joins = ours.joins(people as usize)?;
        ours.join(joins)?;
        Ok(ours)
    }

    fn joins(&mut self, some: usize) -> Result<Vec<JoinQueue>, Fault> {
        let first = self.joined;
        self.joined += some as u64;
        let join = |number| -> Result<JoinQueue, Fault> {
            let session = Some(SessionId::new(&format!("session-{number}"))?);
            Ok(JoinQueue::new(self.event.clone()).with_session(session))
        };
        (first..self.joined).map(join).collect()
    }

    fn join(&mut self, joins: Vec<JoinQueue>) -> Result<(), Fault> {
        for join in joins {
            self.tokens.push(self.engine.join_queue(join).wait()?.token);
        }
        Ok(())
    }

    fn round(&mut self, some: usize) -> Result<Figures, Fault> {
        let joins = self.joins(some)?;
        let begun = Instant::now();
        self.join(joins)?;
        let join = each(begun.elapsed(), some);
        // Who asks and who leaves is at the end of the list.
        let length = self.tokens.len() as u64;
        for at in self.tokens.len() - some..self.tokens.len() {
            let other = usize::try_from(self.random.below(length))?;
            self.tokens.swap(at, other);
        }
        let leaving = self.tokens.split_off(self.tokens.len() - some);
        let begun = Instant::now();
        for token in &leaving {
            let place = self.engine.queue_place(black_box(token))?;
            if place.position == 0 {
                return Err("a ticket that waits has no place".into());
            }
        }
        let position = each(begun.elapsed(), some);
        let begun = Instant::now();
        for token in leaving {
            self.engine.leave_queue(token).wait()?;
        }
        let leave = each(begun.elapsed(), some);
        let waiting = self.engine.queue(&self.event)?.waiting as usize;
        if waiting != self.tokens.len() {
            return Err(format!("{waiting} wait, not {}", self.tokens.len()).into());
        }
        Ok(figures("tacos", [join, position, leave]))
    }

    /// Lets all in: the line is opened, all become ready, each asks. One figure for each tenth.
    fn admit(&mut self) -> Result<Vec<f64>, Fault> {
        let people = self.tokens.len();
        let begun = Instant::now();
        self.engine.pause_queue(PauseQueue::new(self.event.clone(), false)).wait()?;
        while (self.engine.queue(&self.event)?.ready as usize) < people {
            if begun.elapsed() > PATIENCE {
                return Err(format!("{:?} after {PATIENCE:?}", self.engine.queue(&self.event)?).into());
            }
            std::thread::yield_now();
        }
        let ready = each(begun.elapsed(), people);
        let user = UserId::new("user")?;
        let mut figures = Vec::new();
        for tokens in self.tokens.chunks(people.div_ceil(10)) {
            let wish = |token: &WaitingToken| RequestAdmission::new(*token).with_user(user.clone());
            let wishes: Vec<RequestAdmission> = tokens.iter().map(wish).collect();
            let begun = Instant::now();
            for wish in wishes {
                self.engine.request_admission(wish).wait()?;
            }
            figures.push(ready + each(begun.elapsed(), tokens.len()));
        }
        Ok(figures)
    }
}

struct Theirs {
    line: RedisLine,
    waiting: Vec<u64>,
    joined: u64,
    random: Random,
}

fn is(answer: &Value, expected: i64) -> Result<(), Fault> {
    if *answer == Value::Int(expected) { Ok(()) } else { Err(format!("Redis answered {answer:?}").into()) }
}

fn session(number: u64) -> String {
    format!("session-{number}")
}

impl Theirs {
    fn new(line: RedisLine, people: u32, seed: u64) -> Result<Self, Fault> {
        let mut theirs = Self { line, waiting: Vec::new(), joined: 0, random: Random::new(seed) };
        for _ in 0..10 {
            theirs.join(people as usize / 10)?;
        }
        Ok(theirs)
    }

    /// Nanoseconds for each.
    fn join(&mut self, some: usize) -> Result<f64, Fault> {
        let first = self.joined;
        self.joined += some as u64;
        let joins: Vec<_> =
            (first..self.joined).map(|number| RedisLine::join(&session(number), number)).collect();
        let begun = Instant::now();
        self.line.all(&joins, |_, answer| is(answer, 1))?;
        let time = begun.elapsed();
        self.waiting.extend(first..self.joined);
        Ok(each(time, some))
    }

    fn round(&mut self, some: usize) -> Result<Figures, Fault> {
        let join = self.join(some)?;
        let length = self.waiting.len() as u64;
        for at in self.waiting.len() - some..self.waiting.len() {
            let other = usize::try_from(self.random.below(length))?;
            self.waiting.swap(at, other);
        }
        let leaving = self.waiting.split_off(self.waiting.len() - some);
        let places: Vec<_> = leaving.iter().map(|&number| RedisLine::place(&session(number))).collect();
        let begun = Instant::now();
        self.line.all(&places, |_, answer| match answer {
            Value::Int(_) => Ok(()),
            other => Err(format!("Redis answered {other:?}").into()),
        })?;
        let position = each(begun.elapsed(), some);
        let leaves: Vec<_> = leaving.iter().map(|&number| RedisLine::leave(&session(number))).collect();
        let begun = Instant::now();
        self.line.all(&leaves, |_, answer| is(answer, 1))?;
        Ok(figures("redis", [join, position, each(begun.elapsed(), some)]))
    }

    fn admit(&mut self) -> Result<Vec<f64>, Fault> {
        let mut figures = Vec::new();
        for people in self.waiting.chunks(self.waiting.len().div_ceil(10)) {
            let admits: Vec<_> = people.iter().map(|_| RedisLine::admit()).collect();
            let begun = Instant::now();
            self.line.all(&admits, |_, answer| match answer {
                Value::Array(popped) if popped.len() == 2 => Ok(()),
                other => Err(format!("Redis answered {other:?}").into()),
            })?;
            figures.push(each(begun.elapsed(), people.len()));
        }
        Ok(figures)
    }
}

/// Measures.
///
/// # Errors
/// A contestant is broken, or the file of results cannot be written.
pub fn measure(options: &Options, rivals: &Rivals, report: &mut Report) -> Result<(), Fault> {
    let some = if options.quick { 20_000 } else { 50_000 };
    let at = format!("at {WAITING} waiting");
    progress(&format!("{SUITE}, {at}: {some} a round, seed {}", options.seed));
    let mut ours = Ours::new(WAITING, options.seed)?;
    let mut theirs = match rivals.redis_in_memory() {
        Some(redis) => Some(Theirs::new(RedisLine::new(&redis.borrow())?, WAITING, options.seed)?),
        None => None,
    };
    let mut entrants =
        vec![Entrant { name: "tacos".into(), turn: Box::new(|| ours.round(some)), note: String::new() }];
    if let Some(theirs) = &mut theirs {
        let (turn, note) = (Box::new(|| theirs.round(some)), "pipelined, 512 under way".to_owned());
        entrants.push(Entrant { name: "redis".into(), turn, note });
    }
    for (name, why) in rivals.missing().iter().filter(|(name, _)| *name == "redis") {
        report.skip(SUITE, name, &at, why)?;
    }
    let mut lines = take_turns((SUITE, "", "ns/op"), options.rounds(), entrants);
    for line in &mut lines {
        if let Some((what, name)) = line.name.clone().split_once(' ') {
            line.setting = format!("{what} {at}");
            line.name = name.to_owned();
        }
    }
    let setting = format!("admit from {WAITING} waiting");
    let note = "becoming ready and asking; a figure for each tenth of the line";
    lines.push(Line::of(SUITE, "tacos", &setting, "ns/op", &ours.admit()?).noting(note));
    if let Some(theirs) = &mut theirs {
        lines
            .push(Line::of(SUITE, "redis", &setting, "ns/op", &theirs.admit()?).noting("ZPOPMIN one by one"));
    }
    push_all(report, lines)
}
