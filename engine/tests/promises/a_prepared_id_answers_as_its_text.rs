//! Claim: a prepared id is the id. Two engines get the same commands, one with texts and the other with the same ids as
//! this engine or another engine prepared them, or not prepared, some of them as prepared texts: every answer is the
//! same, and so is the state in the end. What another engine or another event found out about a name is never
//! believed, and a prepared text that was changed is no id.

use std::sync::Arc;
use std::time::Duration;

use crate::common::*;
use tacos_engine::{
    Caller, Command, Engine, EventId, Failure, IdempotencyKey, ManualClock, Refusal, Reserve, SeatId,
    SeatRequest, TextIdFault, UserId,
};
use tacos_testing::{Random, Step, Workload, watched};

/// More seeds by `SEEDS=1000`, other ones by `SEED=7`.
fn run_seeds(usual: u64) -> std::ops::Range<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let first = number("SEED").unwrap_or(1);
    first..first + number("SEEDS").unwrap_or(usual)
}

fn engine(seed: u64) -> (Engine, Arc<ManualClock>) {
    let clock = clock();
    let config = by_hand(&clock).with_fixed_entropy(Some(seed));
    (Engine::in_memory(config).expect("an engine"), clock)
}

/// Prepares ids at random: by the engine that gets them, by one that knows other things under the same names, or not.
struct Preparing<'a> {
    random: Random,
    engines: [&'a Engine; 2],
    events: Vec<EventId>,
    prepared: u64,
}

impl Preparing<'_> {
    fn engine(&mut self) -> Option<&Engine> {
        let engine = [Some(0), Some(0), Some(1), None][self.random.index(4)];
        engine.map(|at| self.engines[at])
    }

    fn event(&mut self, id: &mut EventId) {
        let prepared = self.engine().and_then(|engine| engine.prepare_event(id).ok());
        self.prepared += u64::from(prepared.is_some());
        *id = prepared.unwrap_or_else(|| id.clone());
        if self.random.index(2) == 0 {
            *id = EventId::of_prepared_text(id.to_prepared_text()).expect("an id's own text");
        }
    }

    fn user(&mut self, id: &mut UserId) {
        let prepared = self.engine().map(|engine| engine.prepare_user(id));
        *id = prepared.unwrap_or_else(|| id.clone());
        if self.random.index(2) == 0 {
            *id = UserId::of_prepared_text(id.to_prepared_text()).expect("an id's own text");
        }
    }

    fn caller(&mut self, caller: &mut Caller) {
        if let Caller::User(user) = caller {
            self.user(user);
        }
    }

    /// A seat of any event, whatever event the command is about.
    fn seats(&mut self, seats: &mut [SeatId]) {
        for seat in seats {
            let of = self.random.index(self.events.len());
            let event = self.events[of].clone();
            let prepared = self.engine().and_then(|engine| engine.prepare_seat(&event, seat).ok());
            self.prepared += u64::from(prepared.is_some());
            *seat = prepared.unwrap_or_else(|| seat.clone());
            if self.random.index(2) == 0 {
                *seat = SeatId::of_prepared_text(seat.to_prepared_text()).expect("an id's own text");
            }
        }
    }

    fn command(&mut self, command: &Command) -> Command {
        let mut command = command.clone();
        match &mut command {
            Command::CreateEvent(c) => self.event(&mut c.event),
            Command::UpdateEvent(c) => self.event(&mut c.event),
            Command::SetSale(c) => self.event(&mut c.event),
            Command::BlockSeats(c) => {
                self.event(&mut c.event);
                self.seats(&mut c.seats);
            }
            Command::SetQueuePolicy(c) => self.event(&mut c.event),
            Command::PauseQueue(c) => self.event(&mut c.event),
            Command::DrawRoom(c) => self.event(&mut c.event),
            Command::JoinQueue(c) => {
                self.event(&mut c.event);
                c.user.iter_mut().for_each(|user| self.user(user));
            }
            Command::RequestAdmission(c) => {
                c.event.iter_mut().for_each(|event| self.event(event));
                c.user.iter_mut().for_each(|user| self.user(user));
            }
            Command::Reserve(c) => {
                self.event(&mut c.event);
                self.user(&mut c.user);
                if let SeatRequest::Seats(seats) = &mut c.want {
                    self.seats(seats);
                }
            }
            Command::Confirm(c) => {
                self.caller(&mut c.caller);
                c.exactly.iter_mut().for_each(|seats| self.seats(seats));
            }
            Command::Release(c) => {
                self.caller(&mut c.caller);
                self.seats(&mut c.seats);
            }
            Command::Extend(c) => self.caller(&mut c.caller),
            Command::CreatePayment(c) => self.user(&mut c.user),
            Command::ProcessPayment(c) => self.caller(&mut c.caller),
            Command::CancelPayment(c) => self.caller(&mut c.caller),
            Command::LeaveQueue(_)
            | Command::Expire(_)
            | Command::ReportPayment(_)
            | Command::ReportWebhook(_)
            | Command::ReplayWebhook(_)
            | Command::Note(_) => {}
        }
        command
    }
}

fn key_of(command: &mut Command) -> Option<&mut Option<IdempotencyKey>> {
    Some(match command {
        Command::CreateEvent(c) => &mut c.key,
        Command::UpdateEvent(c) => &mut c.key,
        Command::SetSale(c) => &mut c.key,
        Command::BlockSeats(c) => &mut c.key,
        Command::SetQueuePolicy(c) => &mut c.key,
        Command::PauseQueue(c) => &mut c.key,
        Command::DrawRoom(c) => &mut c.key,
        Command::Reserve(c) => &mut c.key,
        Command::Confirm(c) => &mut c.key,
        Command::Release(c) => &mut c.key,
        Command::Extend(c) => &mut c.key,
        Command::CreatePayment(c) => &mut c.key,
        Command::ProcessPayment(c) => &mut c.key,
        Command::CancelPayment(c) => &mut c.key,
        Command::ReportPayment(c) => &mut c.key,
        Command::Note(c) => &mut c.key,
        _ => return None,
    })
}

/// Every other key as sixteen bytes, the same for the same text.
fn with_key_of_bytes(command: &mut Command) {
    let Some(Some(key)) = key_of(command) else { return };
    let text = key.as_bytes();
    if text.last().is_some_and(|last| last % 2 == 0) {
        let mut bytes = [0; 16];
        bytes[..text.len()].copy_from_slice(text);
        *key = IdempotencyKey::from_bytes(bytes);
    }
}

/// One run: the answers are the same step by step. Returns how many ids were prepared, and how many commands succeeded.
fn run(seed: u64, steps: u64) -> (u64, u64) {
    let (by_text, its_clock) = engine(seed);
    let (by_prepared, clock) = engine(seed);
    let (elsewhere, _) = engine(seed + 1);
    let mut workload = Workload::new(seed, 14, T0);
    let opening = workload.opening();
    // The same names, other numbers: an event with one section of standing places in front, then the last first.
    create(&elsewhere, EventId::new("first").expect("valid"), house(1, 1), settings(), None);
    for command in opening.iter().rev().filter(|command| matches!(command, Command::CreateEvent(_))) {
        elsewhere.submit(command).wait().expect("an event");
    }
    let events: Vec<EventId> = elsewhere.events().into_iter().map(|event| event.id).collect();
    let random = Random::new(seed ^ 0x7e57);
    let mut preparing = Preparing { random, engines: [&by_prepared, &elsewhere], events, prepared: 0 };
    let mut succeeded = 0;
    let mut both = |workload: &mut Workload, mut command: Command| {
        with_key_of_bytes(&mut command);
        let prepared = preparing.command(&command);
        let answer = by_text.submit(&command).wait();
        assert_eq!(by_prepared.submit(&prepared).wait(), answer, "seed {seed}: {command:?}");
        succeeded += u64::from(answer.is_ok());
        workload.told(&command, &answer);
    };
    opening.into_iter().for_each(|command| both(&mut workload, command));
    for _ in 0..steps {
        match workload.next(by_text.now()) {
            Step::Do(commands) => commands.into_iter().for_each(|command| both(&mut workload, command)),
            Step::Pass(ms) => {
                its_clock.advance(Duration::from_millis(ms));
                clock.advance(Duration::from_millis(ms));
            }
            _ => assert_eq!(by_text.turn(), by_prepared.turn(), "seed {seed}"),
        }
    }
    assert_eq!(by_text.digest(), by_prepared.digest(), "seed {seed}");
    (preparing.prepared, succeeded)
}

#[test]
fn every_answer_is_the_same_with_prepared_ids_and_with_texts() {
    watched("runs with prepared ids", 900, || {
        for seed in run_seeds(30) {
            let (prepared, succeeded) = run(seed, 1_500);
            assert!(
                prepared > 300 && succeeded > 100,
                "seed {seed}: {prepared} prepared, {succeeded} succeeded"
            );
        }
    });
}

fn hold_seat(engine: &Engine, event: &EventId, seat: &SeatId, who: &str) -> Result<String, Failure> {
    let want = SeatRequest::Seats([seat.clone()].into_iter().collect());
    let held = engine.reserve(Reserve::new(event.clone(), user(who), want)).wait()?;
    Ok(engine.describe(held.event, held.places[0]).expect("known").id)
}

fn seat(name: &str) -> SeatId {
    SeatId::new(name).expect("valid")
}

#[test]
fn what_another_event_or_engine_found_out_is_not_believed() {
    let (here, _) = small_sale();
    let (there, _) = small_sale();
    let other = EventId::new("other").expect("valid");
    create(&here, other.clone(), house(2, 4), settings(), None);
    open(&here, other.clone());
    // In a row of four the second row's first seat is the fifth; in a row of ten it is the eleventh.
    let of_another_engine = there.prepare_seat(&event(), &seat("R2-1")).expect("known");
    assert_eq!(hold_seat(&here, &other, &of_another_engine, "kim"), Ok("R2-1".to_owned()));
    let of_another_event = here.prepare_seat(&event(), &seat("R2-2")).expect("known");
    assert_eq!(hold_seat(&here, &other, &of_another_event, "kim"), Ok("R2-2".to_owned()));
    // A seat that this event does not have, whatever the other one says.
    let far = here.prepare_seat(&event(), &seat("R2-9")).expect("known");
    let unknown = Failure::Refused(Refusal::UnknownSeats(["R2-9".to_owned()].into()));
    assert_eq!(hold_seat(&here, &other, &far, "kim"), Err(unknown));
    // An event that only the other engine has is unknown here, prepared or not.
    let only_there = EventId::new("only-there").expect("valid");
    create(&there, only_there.clone(), house(1, 2), settings(), None);
    let prepared = there.prepare_event(&only_there).expect("known");
    let hold = Reserve::new(prepared.clone(), user("kim"), best(1));
    assert_eq!(here.reserve(hold).wait(), Err(Failure::Refused(Refusal::UnknownEvent)));
    assert_eq!(here.prepare_event(&prepared), Err(Refusal::UnknownEvent));
    assert_eq!(
        here.prepare_seat(&other, &seat("Z-9")),
        Err(Refusal::UnknownSeats(["Z-9".to_owned()].into()))
    );
}

#[test]
fn an_id_outlives_its_engine_as_a_text() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = || open_folder(folder.path(), config());
    let before = open();
    open_sale(&before, house(2, 10));
    let id = before.prepare_event(&event()).expect("known");
    let place = before.prepare_seat(&id, &seat("R2-3")).expect("known");
    let kim = before.prepare_user(&user("kim"));
    let key = IdempotencyKey::from_bytes([7; 16]);
    let hold = || {
        let want = SeatRequest::Seats([place.clone()].into_iter().collect());
        Reserve::new(id.clone(), kim.clone(), want).with_key(key.clone())
    };
    let held = before.reserve(hold()).wait().expect("free");
    before.close().expect("closed");
    drop(before);
    let after = open();
    assert_eq!(after.reserve(hold()).wait(), Ok(held.clone()), "the first answer, by a key of bytes");
    let other = Reserve::new(event(), user("kim"), best(1)).with_key(key.clone());
    assert_eq!(after.reserve(other).wait(), Err(Failure::Refused(Refusal::IdempotencyConflict)));
    let by_text = IdempotencyKey::new(key.as_str()).expect("its text");
    let named = seats(&["R2-3"]);
    let again = Reserve::new(event(), user("kim"), named).with_key(by_text);
    assert_eq!(after.reserve(again).wait(), Ok(held), "the same request in texts");
}

#[test]
fn a_prepared_text_is_believed_as_it_was_given_only() {
    let (engine, _) = small_sale();
    let prepared = |name: &str| engine.prepare_seat(&event(), &seat(name)).expect("known").to_prepared_text();
    let read = |text: &str| SeatId::of_prepared_text(text);
    let (first, second) = (prepared("R1-1"), prepared("R1-2"));
    let given = read(&first).expect("as it was given");
    assert_eq!(hold_seat(&engine, &event(), &given, "kim"), Ok("R1-1".to_owned()));
    // The letters of one seat with the name of another are those of none, and so are letters that were made up.
    let (letters, _) = first.rsplit_once(' ').expect("letters and a name");
    let (others, name) = second.rsplit_once(' ').expect("letters and a name");
    for forged in [
        format!("{letters} {name}"),
        format!("{others} R1-1"),
        format!("prepared {} {name}", "a".repeat(32)),
        format!("{second} "),
        format!(" {second}"),
        second.to_uppercase(),
        format!("prepared {second}"),
    ] {
        let refused = SeatId::of_prepared_text(&forged);
        assert!(
            refused.as_ref().is_err_and(|error| matches!(error.fault, TextIdFault::BadByte { .. })),
            "{forged}: {refused:?}"
        );
        // Not even the right one is an id where texts come from outside.
        assert!(SeatId::new(&forged).is_err(), "{forged}");
    }
    assert!(SeatId::new(&first).is_err());
    // What is no prepared id has its text.
    assert_eq!(seat("R1-3").to_prepared_text(), "R1-3");
    assert_eq!(read("R1-3"), SeatId::new("R1-3"));
    assert_eq!(read("").map_err(|error| error.fault), Err(TextIdFault::Empty));
    // The text of another kind's id is only its name.
    let user = UserId::of_prepared_text(&first).expect("a name like any other");
    assert_eq!(user.as_str(), "R1-1");
}
