//! One seed, one run: the whole engine with simulated clock, storage and customers, faults drawn from a mix, and the
//! model and the auditor beside it. The same seed gives the same run.

mod classes;
mod damage;
mod deliveries;
mod faults;
mod opening;
mod recording;
mod report;
mod sale;

use std::sync::Arc;
use std::time::Duration;

use tacos_engine::Failure;
use tacos_engine::Reply;
use tacos_engine::Update;
use tacos_engine::clock::{Clock, ManualClock, UnixMs};
use tacos_engine::hooks::Token;
use tacos_engine::{Answer, Engine, SnapshotError, UpdateReader};
use tacos_engine::{Bound, Refusal};
use tacos_engine::{Command, Note, Payee};
use tacos_engine::{Config, Durability};
use tacos_engine::{ExternalId, WaitingToken};

use super::auditor::Auditor;
use super::model::{Checked, Expect, Model, Violation};
use super::random::Random;
use super::storage::SimStorage;
use super::watchdog::watched;
use super::workload::{Step, Workload};

pub use classes::Faults;
use recording::Recording;
pub(super) use recording::{Mark, config_at};
pub use report::Report;
use report::config;

const START: UnixMs = UnixMs::new(1_800_000_000_000);
const CUSTOMERS: usize = 14;

/// A bug planted on purpose: a run that does not find it proves nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Planted {
    /// None: an honest run.
    #[default]
    None,
    /// Now and then a hold's answer names another deadline than was recorded.
    WrongReply,
    /// Now and then an update is not told.
    LostUpdate,
    /// Writes are acknowledged before they are synced.
    EarlyAck,
    /// A hold's deadline is counted from its answer, and not from when it was made: on a slow disk the two differ.
    LateDeadline,
    /// Now and then a webhook that is due is not shown.
    LostWebhook,
    /// Damaged folders are opened as if their operator had agreed to losses.
    HiddenLoss,
    /// The model believes that payments live a millisecond longer than they do.
    WrongModel,
}

/// Told of what happens, line by line.
type Watch = Box<dyn FnMut(&str)>;

/// A run in progress.
pub struct Simulation {
    seed: u64,
    random: Random,
    engine: Option<Engine>,
    /// None: an engine in memory, without reopening, snapshots and faults.
    storage: Option<SimStorage>,
    clock: Arc<ManualClock>,
    config: Config,
    model: Model,
    workload: Workload,
    reader: Option<UpdateReader>,
    /// Everything that the feed told, for reading it again.
    told: Vec<Update>,
    report: Report,
    planted: Planted,
    faulty: bool,
    /// The disk has no room at the moment.
    full: bool,
    /// The feed could not be read from the disk, because the machine is down.
    down: bool,
    /// Notes what state there was at every position, for the crash points.
    recording: Option<Recording>,
    /// Told of every step and every fact, for stepping through a failing seed.
    watch: Option<Watch>,
}

impl Simulation {
    /// An engine in memory, without faults.
    #[must_use]
    pub fn in_memory(seed: u64) -> Self {
        Self::new(seed, None, false)
    }

    /// An engine on a healthy disk in memory, closed and opened again at random, with snapshots.
    #[must_use]
    pub fn on_disk(seed: u64) -> Self {
        Self::new(seed, Some(SimStorage::new(seed)), false)
    }

    /// An engine on a disk that crashes, fails and fills.
    #[must_use]
    pub fn with_faults(seed: u64) -> Self {
        let storage = SimStorage::new(seed);
        storage.set_short_reads(seed.is_multiple_of(4));
        let simulation = Self::new(seed, Some(storage.clone()), true);
        storage.set_clock(Arc::clone(&simulation.clock));
        simulation
    }

    /// With thousands of customers, who come all at once, and houses and lines of their size.
    #[must_use]
    pub fn crowded(mut self, customers: usize) -> Self {
        self.workload = self.workload.crowded(customers);
        self
    }

    /// An engine in memory whose customers do what `bytes` say: for fuzzers. Two bytes a choice.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Self {
        let mut simulation = Self::new(0, None, false);
        simulation.random = Random::of_bytes(bytes);
        simulation.workload = Workload::with_random(simulation.random.clone(), CUSTOMERS, START);
        simulation
    }

    /// With a bug.
    #[must_use]
    pub fn planting(mut self, planted: Planted) -> Self {
        self.planted = planted;
        match planted {
            Planted::EarlyAck => {
                self.config.durability = Durability::Relaxed { sync_every: Duration::from_secs(60) };
            }
            Planted::WrongModel => self.model.rules.payment_ttl_ms += 1,
            Planted::None
            | Planted::WrongReply
            | Planted::LostUpdate
            | Planted::LateDeadline
            | Planted::LostWebhook
            | Planted::HiddenLoss => {}
        }
        self
    }

    fn new(seed: u64, storage: Option<SimStorage>, faulty: bool) -> Self {
        let clock = Arc::new(ManualClock::new(START));
        let mut random = Random::new(seed ^ 0x5151_5151);
        let config = config(&mut random, seed, Arc::clone(&clock) as Arc<dyn Clock>);
        Self {
            seed,
            random,
            engine: None,
            storage,
            model: Model::new(&config),
            workload: Workload::new(seed, CUSTOMERS, START),
            config,
            clock,
            reader: None,
            told: Vec::new(),
            report: Report::default(),
            planted: Planted::None,
            faulty,
            full: false,
            down: false,
            recording: None,
            watch: None,
        }
    }

    /// Tells `watch` of every step, answer and fact, one line each.
    #[must_use]
    pub fn watched_by(mut self, watch: impl FnMut(&str) + 'static) -> Self {
        self.watch = Some(Box::new(watch));
        self
    }

    fn trace(&mut self, what: impl FnOnce() -> String) {
        if let Some(watch) = &mut self.watch {
            watch(&what());
        }
    }

    /// Runs so many steps, lets everything become quiet, and compares once more.
    ///
    /// # Errors
    /// The first violation. A run that does not end aborts the process, see [`watched`].
    pub fn run(self, steps: u64) -> Result<Report, Violation> {
        // A step takes milliseconds at most, a crash with its recovery some tens.
        let seconds = 900 + steps / 10;
        watched(&format!("the simulation of seed {}", self.seed), seconds, || self.run_to_the_end(steps))
    }

    fn run_to_the_end(mut self, steps: u64) -> Result<Report, Violation> {
        self.open()?;
        for command in self.workload.opening() {
            self.send(vec![command])?;
        }
        for joins in self.workload.rush() {
            self.send(joins)?;
            self.clock.advance(Duration::from_millis(self.random.below(200)));
            if self.is_broken() {
                self.recover()?;
            }
        }
        for _ in 0..steps {
            self.step()?;
        }
        self.become_quiet()?;
        self.absorb();
        self.report.simulated_ms = self.clock.now().ms_since(START);
        self.report.facts = self.told.len() as u64;
        Ok(self.report)
    }

    fn engine(&self) -> &Engine {
        self.engine.as_ref().expect("open but for the moment of reopening")
    }

    fn now(&self) -> UnixMs {
        self.engine().now()
    }

    /// One step of the workload, or a fault.
    fn step(&mut self) -> Checked {
        if self.faulty && self.random.below(100) < 3 {
            self.draw_fault()?;
        }
        let now = self.now();
        let step = self.workload.next(now);
        self.take(step)?;
        if self.is_broken() { self.recover() } else { Ok(()) }
    }

    /// One step of the workload.
    fn take(&mut self, step: Step) -> Checked {
        let now = self.now();
        if !matches!(step, Step::Do(_)) {
            self.trace(|| format!("{now}: {step:?}"));
        }
        match step {
            Step::Do(commands) => self.send(commands)?,
            Step::Pass(ms) => {
                self.clock.advance(Duration::from_millis(ms));
            }
            Step::Turn => self.turn()?,
            Step::Look(token) => self.look(&token)?,
            Step::Deliver => self.deliver()?,
            Step::Compare => self.compare()?,
            Step::Snapshot => self.snapshot()?,
            Step::Reopen if self.storage.is_some() => self.reopen()?,
            Step::Reopen => {}
        }
        Ok(())
    }

    /// Sends commands together, waits for all, and judges them.
    fn send(&mut self, commands: Vec<Command>) -> Checked {
        let now = self.now();
        let alone = commands.len() == 1;
        let commands: Vec<Command> = commands.into_iter().map(|command| self.price(command)).collect();
        let mut pending = Vec::new();
        for command in &commands {
            // What comes after others that are not followed yet is judged by its facts alone, but for old answers.
            let expect = match self.model.expect(command, now) {
                expect if alone || matches!(expect, Expect::Same(_)) => expect,
                _ => Expect::Anything,
            };
            self.model.sent(command, &expect, now);
            pending.push((expect, self.engine().submit(command)));
        }
        let answers: Vec<(Expect, Answer)> =
            pending.into_iter().map(|(expect, pending)| (expect, pending.wait())).collect();
        for (command, (_, answer)) in commands.iter().zip(&answers) {
            self.model.was_answered(command, answer);
        }
        self.observe().map_err(|why| Violation(format!("{why}; at {now} came {commands:?}: {answers:?}")))?;
        for (command, (expect, answer)) in commands.iter().zip(answers) {
            let answer = self.plant(answer, now);
            self.check_answer(command, &expect, &answer, now)?;
        }
        // A refusal may have moved others: they lapsed, or became ready.
        if self.engine().status().written > self.engine().status().durable && !self.is_broken() {
            self.barrier()?;
        }
        Ok(())
    }

    fn check_answer(&mut self, command: &Command, expect: &Expect, answer: &Answer, now: UnixMs) -> Checked {
        self.trace(|| format!("{now}: {command:?} -> {answer:?}, expected {expect:?}"));
        self.report.commands += 1;
        self.report.successes += u64::from(answer.is_ok());
        let no_room = Refusal::AtCapacity(Bound::DiskSpace);
        let expect =
            if *answer == Err(Failure::Refused(no_room)) && self.full { &Expect::Anything } else { expect };
        self.model.answered(command, expect, answer, now)?;
        if let Command::RequestAdmission(c) = command
            && !matches!(
                answer,
                // Refused by the write admission: no other step saw this customer.
                Err(Failure::Broken(_) | Failure::Refused(Refusal::UnknownToken | Refusal::AtCapacity(_)))
            )
        {
            self.model.was_active(c.token.event_number(), c.token.ticket(), now);
        }
        self.workload.told(command, answer);
        Ok(())
    }

    /// Fills in what a reservation costs, as a client would that read it.
    fn price(&mut self, command: Command) -> Command {
        match command {
            Command::CreatePayment(c) if self.random.chance(95) => {
                let owed = match &c.payee {
                    Payee::Reservation(which) => self.model.owed(which),
                    Payee::Unlinked(_) => None,
                };
                let amount = owed.unwrap_or(tacos_engine::Money { minor: 1_000, ..c.amount });
                let mut priced = *c;
                priced.amount = amount;
                Command::CreatePayment(Box::new(priced))
            }
            other => other,
        }
    }

    /// Makes everything durable that is written, by a record that changes nothing.
    fn barrier(&mut self) -> Checked {
        let name = ExternalId::new("barrier").expect("valid");
        let command = Command::Note(Note::new(name, None));
        let now = self.now();
        let expect = self.model.expect(&command, now);
        self.model.sent(&command, &expect, now);
        let answer = self.engine().submit(&command).wait();
        self.observe()?;
        self.check_answer(&command, &expect, &answer, now)
    }

    /// Follows the feed.
    fn observe(&mut self) -> Checked {
        let Some(reader) = &mut self.reader else { return Ok(()) };
        let first = self.told.len();
        loop {
            match reader.read(&mut self.told) {
                Ok(0) => break,
                Ok(_) => {}
                // The engine may not have met it yet: it outlives a machine that goes down in a snapshot's call.
                Err(_) if self.storage.as_ref().is_some_and(SimStorage::crashed) => {
                    self.down = true;
                    break;
                }
                Err(why) => return Violation::of(format!("the feed: {why}")),
            }
        }
        for index in first..self.told.len() {
            let update = &self.told[index];
            if let Some(watch) = &mut self.watch {
                watch(&format!("  fact {update:?}"));
            }
            let before = index.checked_sub(1).map_or(0, |before| self.told[before].position.0);
            if update.position.0 <= before {
                return Violation::of(format!("{update:?} comes after position {before}"));
            }
            if self.planted == Planted::LostUpdate && self.random.below(60) == 0 {
                continue;
            }
            self.model.observe(update).map_err(|why| Violation(format!("{why}; told was {update:?}")))?;
        }
        self.mark();
        Ok(())
    }

    fn plant(&self, answer: Answer, asked_at: UnixMs) -> Answer {
        match answer {
            Ok(Reply::Reserved(mut reserved)) if self.planted == Planted::LateDeadline => {
                reserved.expires_at = reserved.expires_at.plus(self.now().since(asked_at));
                Ok(Reply::Reserved(reserved))
            }
            Ok(Reply::Reserved(mut reserved)) if self.planted == Planted::WrongReply => {
                reserved.expires_at = reserved.expires_at.plus_ms(u64::from(reserved.places.len() == 2));
                Ok(Reply::Reserved(reserved))
            }
            other => other,
        }
    }

    fn turn(&mut self) -> Checked {
        let now = self.now();
        self.engine().turn();
        self.observe()?;
        if self.is_broken() || self.full {
            return Ok(());
        }
        Auditor::nothing_is_due(&self.model, now)
    }

    fn look(&mut self, token: &WaitingToken) -> Checked {
        let now = self.now();
        let place = self.engine().queue_place(token);
        if self.is_broken() {
            return Ok(());
        }
        self.barrier()?;
        if self.is_broken() {
            // A place may run ahead of the disk, and what moved it is lost.
            return Ok(());
        }
        match place {
            Ok(place) => self.model.looked(token.event_number(), token.ticket(), &place, now),
            // Over and forgotten.
            Err(Refusal::UnknownToken) => Ok(()),
            Err(other) => Violation::of(format!("a place in line is {other:?}")),
        }
    }

    fn compare(&mut self) -> Checked {
        if self.is_broken() {
            return Ok(());
        }
        if self.engine().status().written > self.engine().status().durable {
            self.barrier()?;
        }
        if self.down {
            return Ok(());
        }
        let now = self.now();
        self.report.comparisons += 1;
        let engine = self.engine.as_ref().expect("open");
        Auditor::compare(engine, &mut self.model, now)
    }

    fn snapshot(&mut self) -> Checked {
        match self.engine().snapshot() {
            Ok(_) => self.report.snapshots += 1,
            Err(SnapshotError::NoFolder) if self.storage.is_none() => {}
            Err(SnapshotError::Journal(_)) if self.faulty => {}
            Err(why) => return Violation::of(format!("no snapshot: {why}")),
        }
        Ok(())
    }

    /// The journal has failed, or the machine is known to be down.
    fn is_broken(&self) -> bool {
        self.down || self.engine().status().poisoned.is_some()
    }
}
