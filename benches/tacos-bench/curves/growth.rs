//! What an operation costs as there is more of everything: seats, live holds, people in the line. In memory.

use std::time::{Duration, Instant};

use tacos_benches::people::{release, user};
use tacos_benches::results::Line;
use tacos_benches::venue::{floor, hall, label, open_event};
use tacos_benches::{Outcome, Venue, scattered, seed};
use tacos_engine::{
    Best, Config, Engine, EventId, JoinQueue, QueuePolicy, Reserve, SeatRequest, SessionId, WaitingToken,
};
use tacos_testing::Random;

use super::{Report, Size, ns_each};

pub(super) const SEATS: &str = "cost by seats";
pub(super) const HOLDS: &str = "cost by live holds";
pub(super) const WAITING: &str = "cost by people waiting";

/// Seats or standing places of one event; more are more events.
const EVENT_MAX: u32 = 1_000_000;
/// Operations of one round.
const TIMES: u32 = 20_000;
/// Holds outlive the measurement.
const HOLD: Duration = Duration::from_secs(599);

fn sizes(size: Size) -> Vec<u32> {
    let most = if size.full { 10_000_000 } else { 1_000_000 };
    std::iter::successors(Some(1_000), |count| Some(count * 10)).take_while(|count| *count <= most).collect()
}

fn config() -> Config {
    Config::default().with_reservations_max(1 << 24).with_expiry_warning(Duration::ZERO)
}

pub(super) fn measure(size: Size, report: &mut Report<'_>) -> Outcome<()> {
    for count in sizes(size) {
        seats(size, count, report)?;
        holds(size, count, report)?;
        waiting(size, count, report)?;
    }
    Ok(())
}

fn event(number: u32) -> Outcome<EventId> {
    Ok(EventId::new(&format!("evt-{number}"))?)
}

/// Runs the rounds of one setting. Each round may prepare, and returns its time for so many operations.
fn rounds(
    size: Size,
    report: &mut Report<'_>,
    (suite, setting): (&str, String),
    mut round: impl FnMut() -> Outcome<(Duration, usize)>,
) -> Outcome<()> {
    let figures = (0..size.rounds()).map(|_| round().map(|(spent, count)| ns_each(spent, count)));
    report.push(&Line::of(suite, setting, "ns/op", &figures.collect::<Outcome<Vec<_>>>()?))
}

fn hold_and_release(engine: &Engine, commands: Vec<Reserve>) -> Outcome<(Duration, usize)> {
    let (count, begun) = (commands.len(), Instant::now());
    for command in commands {
        let held = engine.reserve(command).wait()?;
        engine.release(release(held.id)).wait()?;
    }
    Ok((begun.elapsed(), count))
}

fn seats(size: Size, count: u32, report: &mut Report<'_>) -> Outcome<()> {
    let engine = Engine::in_memory(config())?;
    let per_event = count.min(EVENT_MAX);
    for number in 0..count / per_event {
        open_event(&engine, &event(number)?, hall(per_event), None)?;
    }
    let (mut random, mut customers) = (Random::new(seed()), 0);
    let mut commands = |want: &dyn Fn(u32) -> SeatRequest| -> Outcome<Vec<Reserve>> {
        let command = |_| {
            customers += 1;
            let seat = u32::try_from(random.below(u64::from(per_event / 2)))? * 2;
            let number = u32::try_from(random.below(u64::from(count / per_event)))?;
            Ok(Reserve::new(event(number)?, user(customers), want(seat)))
        };
        (0..TIMES).map(command).collect()
    };
    let named = |seat| SeatRequest::Seats([label(seat), label(seat + 1)].into_iter().collect());
    rounds(size, report, (SEATS, format!("hold two named + release, {count}")), || {
        hold_and_release(&engine, commands(&named)?)
    })?;
    rounds(size, report, (SEATS, format!("hold best two + release, {count}")), || {
        hold_and_release(&engine, commands(&|_| SeatRequest::Best(Best::of(2)))?)
    })
}

fn holds(size: Size, count: u32, report: &mut Report<'_>) -> Outcome<()> {
    let engine = Engine::in_memory(config())?;
    let per_event = count.min(EVENT_MAX);
    let until = engine.now().plus(HOLD);
    let place = SeatRequest::Best(Best::of(1));
    for number in 0..count / per_event {
        let event = event(number)?;
        // Room for those that are measured beside those that stay.
        open_event(&engine, &event, floor(per_event + 1_000), None)?;
        for at in 0..per_event {
            let customer = u64::from(number * per_event + at);
            let mut hold = Reserve::new(event.clone(), user(customer % 1_000_000), place.clone());
            hold.hold_until = Some(until);
            engine.reserve(hold).wait()?;
        }
    }
    let mut random = Random::new(seed());
    rounds(size, report, (HOLDS, format!("hold one place + release, {count}")), || {
        let command = |_| {
            let number = u32::try_from(random.below(u64::from(count / per_event)))?;
            Ok(Reserve::new(event(number)?, user(random.below(1_000_000)), place.clone()))
        };
        hold_and_release(&engine, (0..TIMES).map(command).collect::<Outcome<_>>()?)
    })
}

fn person(event: &EventId, number: u64) -> Outcome<JoinQueue> {
    let session = Some(SessionId::new(&format!("session-{number}"))?);
    Ok(JoinQueue::new(event.clone()).with_session(session).with_user(user(number)))
}

fn waiting(size: Size, count: u32, report: &mut Report<'_>) -> Outcome<()> {
    let policy = QueuePolicy::default().with_inside_max(1).with_waiting_max(1 << 26);
    let venue = Venue::with(config(), hall(1_000), Some(policy))?;
    let engine = &venue.engine;
    let first = engine.join_queue(person(&venue.event, 0)?).wait()?.token;
    let mut tokens = vec![first; count as usize];
    for number in 1..count {
        tokens[number as usize] = engine.join_queue(person(&venue.event, number.into())?).wait()?.token;
    }
    let mut next = u64::from(count);
    let mut some: Vec<WaitingToken> = scattered(count, seed())
        .into_iter()
        .filter(|at| *at > 10)
        .cycle()
        .take(TIMES as usize)
        .map(|at| tokens[at as usize])
        .collect();
    rounds(size, report, (WAITING, format!("position, {count}")), || {
        let begun = Instant::now();
        for token in &some {
            engine.queue_place(token)?;
        }
        Ok((begun.elapsed(), some.len()))
    })?;
    let mut joined = Vec::new();
    rounds(size, report, (WAITING, format!("join, {count}")), || {
        // The line is as long again in the next round.
        leave(engine, &mut joined)?;
        let people: Vec<_> = (next..next + u64::from(TIMES))
            .map(|number| person(&venue.event, number))
            .collect::<Outcome<_>>()?;
        next += u64::from(TIMES);
        let begun = Instant::now();
        for person in people {
            joined.push(engine.join_queue(person).wait()?.token);
        }
        Ok((begun.elapsed(), joined.len()))
    })?;
    leave(engine, &mut joined)?;
    some.clear();
    rounds(size, report, (WAITING, format!("leave, {count}")), || {
        for number in next..next + u64::from(TIMES) {
            some.push(engine.join_queue(person(&venue.event, number)?).wait()?.token);
        }
        next += u64::from(TIMES);
        let count = some.len();
        let begun = Instant::now();
        leave(engine, &mut some)?;
        Ok((begun.elapsed(), count))
    })
}

fn leave(engine: &Engine, tokens: &mut Vec<WaitingToken>) -> Outcome<()> {
    tokens.drain(..).try_for_each(|token| engine.leave_queue(token).wait().map(drop).map_err(Into::into))
}
