//! The commands and reads that meet, each with what its answer tells.

use std::time::Duration;

use tacos_engine::views::{QueueState, SeatState};
use tacos_engine::{
    BlockSeats, Caller, CancelPayment, Engine, Expire, Failure, JoinQueue, PaymentChanged, PaymentEffect,
    PaymentOutcome, PaymentState, ProcessPayment, Refusal, RequestAdmission, ReservationState, Reserve,
    Scenario, SeatId, SeatRequest, WaitingToken,
};

use super::judge::Told;
use super::world::{World, keyed_reserve, on_the_floor};
use crate::common::*;

/// A command or read, and what it tells of the hold, its payment, the tickets and the key.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&World) -> Vec<Told>,
}

const fn step(name: &'static str, run: fn(&World) -> Vec<Told>) -> Step {
    Step { name, run }
}

pub(crate) const COMMANDS: &[Step] = &[
    step("confirm", |world| hold(confirm(&world.engine, world.held.id).map(|_| ReservationState::Confirmed))),
    step("confirm by the payment", confirm_by_payment),
    step("extend", |world| {
        let extended = extend(&world.engine, world.held.id, Duration::from_secs(9));
        hold(extended.map(|_| ReservationState::Pending))
    }),
    step("release", |world| hold(release(&world.engine, world.held.id).map(|released| released.state))),
    step("release a part", release_part),
    step("expire", |world| {
        hold(world.engine.expire(Expire::new(world.held.id)).wait().map(|ended| ended.state))
    }),
    step("turn", |world| {
        world.engine.turn();
        Vec::new()
    }),
    step("reserve the same seats", |world| reserve_for_others(world, seats(&["R1-1"]))),
    step("reserve the best seats", |world| {
        let _ = world.engine.reserve(trusted(best(2))).wait();
        Vec::new()
    }),
    step("reserve on the floor", |world| {
        let _ = world.engine.reserve(trusted(on_the_floor(5))).wait();
        Vec::new()
    }),
    step("reserve with the key", |world| {
        let reserved = world.engine.reserve(keyed_reserve()).wait();
        reserved.map(|reserved| Told::Keyed(format!("{reserved:?}"))).into_iter().collect()
    }),
    step("block the seat", block),
    step("create a payment", |world| {
        let command = payment_command(&world.held, "kim", Scenario::Outside);
        paid(world.engine.create_payment(command).wait())
    }),
    step("process", |world| {
        let process = |payment| ProcessPayment::new(payment, Caller::Operator);
        of_payment(world, |payment| world.engine.process_payment(process(payment)).wait())
    }),
    step("report completed", |world| {
        of_payment(world, |payment| report(&world.engine, payment, PaymentOutcome::Completed))
    }),
    step("report failed", |world| {
        of_payment(world, |payment| report(&world.engine, payment, PaymentOutcome::Failed))
    }),
    step("cancel the payment", |world| {
        let cancel = |payment| CancelPayment::new(payment, Caller::Operator);
        of_payment(world, |payment| world.engine.cancel_payment(cancel(payment)).wait())
    }),
    step("join again", |world| {
        let join = JoinQueue::new(event()).with_session(session("lee")).with_user(user("lee"));
        let joined = world.engine.join_queue(join).wait();
        let again = joined.ok().filter(|joined| joined.token == world.ready);
        again.map(|joined| Told::Ready(joined.place.state)).into_iter().collect()
    }),
    step("ask for admission", |world| {
        let ask = RequestAdmission::new(world.ready);
        ticket(&world.engine.request_admission(ask).wait().map(|_| QueueState::Admitted), Told::Ready)
    }),
    step("leave from inside", |world| {
        ticket(&world.engine.leave_queue(world.inside).wait().map(|_| QueueState::Left), Told::Inside)
    }),
    step("leave at its turn", |world| {
        ticket(&world.engine.leave_queue(world.ready).wait().map(|_| QueueState::Left), Told::Ready)
    }),
    step("reserve with the token", |world| {
        let mut command = Reserve::new(event(), user("kim"), seats(&["R1-3"]));
        command.token = Some(world.token);
        let reserved = world.engine.reserve(command).wait();
        reserved.map(|_| Told::Inside(QueueState::Admitted)).into_iter().collect()
    }),
];

pub(crate) const READS: &[Step] = &[
    step("the reservation", |world| {
        let view = world.engine.reservation(&world.held.id.into(), &Caller::Operator).wait();
        vec![Told::Hold(view.expect("remembered").state)]
    }),
    step("the customer's reservations", |world| {
        let page = world.engine.reservations(&user("kim"), None, None, None, 10).wait().expect("known");
        let view = page.items.into_iter().find(|view| view.id == world.held.id).expect("listed");
        vec![Told::Hold(view.state)]
    }),
    step("the payment", |world| {
        let view = world
            .payment
            .map(|payment| world.engine.payment(payment, &Caller::Operator).wait().expect("remembered"));
        view.map(|view| Told::Payment(view.id, view.state, view.effect)).into_iter().collect()
    }),
    step("the customer's payments", |world| {
        let page = world.engine.payments(&user("kim"), None, None, None, 10).wait().expect("known");
        page.items.into_iter().map(|view| Told::Payment(view.id, view.state, view.effect)).collect()
    }),
    step("the seats", |world| seat(world.engine.seats(&event(), 0, 1).expect("known")[0].state)),
    step("the seat by name", |world| {
        let name = SeatId::new("R1-1").expect("valid");
        seat(world.engine.seats_named(&event(), &[name]).expect("known")[0].state)
    }),
    step("a copy of the event", |world| {
        seat(world.engine.event_snapshot(&event()).expect("known").1[0].state)
    }),
    step("what holds seats", |world| {
        let held = world.engine.operator().held_reservations(&event()).expect("known");
        let sold = world.engine.seats(&event(), 0, 1).expect("known")[0].state == SeatState::Sold;
        if held.contains(&world.held.id) || sold { Vec::new() } else { vec![Told::Free] }
    }),
    step("the counts", |world| {
        let counts = world.engine.counts(&event()).expect("known");
        assert_eq!(counts.available + counts.reserved + counts.sold + counts.blocked, counts.total);
        Vec::new()
    }),
    step("the place inside", |world| {
        place(&world.engine, &world.inside).map(Told::Inside).into_iter().collect()
    }),
    step("the place at its turn", |world| {
        place(&world.engine, &world.ready).map(Told::Ready).into_iter().collect()
    }),
    step("the line", |world| {
        assert!(world.engine.queue(&event()).expect("a line").inside <= 2);
        Vec::new()
    }),
];

pub(crate) fn place(engine: &Engine, token: &WaitingToken) -> Option<QueueState> {
    engine.queue_place(token).ok().map(|place| place.state)
}

fn trusted(want: SeatRequest) -> Reserve {
    let mut command = Reserve::new(event(), user("ann"), want);
    command.trusted = true;
    command
}

/// What an answer about the hold tells: its state, by success or refusal.
fn hold(answer: Answered<ReservationState>) -> Vec<Told> {
    match answer {
        Ok(state) => vec![Told::Hold(state)],
        Err(Failure::Refused(Refusal::ReservationExpired)) => vec![Told::Hold(ReservationState::Expired)],
        Err(Failure::Refused(Refusal::ReservationIs(state))) => vec![Told::Hold(state)],
        Err(Failure::Refused(_)) => Vec::new(),
        Err(broken) => panic!("{broken:?}"),
    }
}

fn confirm_by_payment(world: &World) -> Vec<Told> {
    let Some(payment) = world.payment else { return by_clock_only(world) };
    let answer = world.engine.confirm(world.confirm_by(payment)).wait();
    hold(answer.map(|_| ReservationState::Confirmed))
}

/// Where a step has nothing to act on it still looks at the clock.
fn by_clock_only(world: &World) -> Vec<Told> {
    let _ = world.engine.now();
    Vec::new()
}

fn release_part(world: &World) -> Vec<Told> {
    let part = vec![SeatId::new("R1-2").expect("valid")];
    let released = world.engine.release(release_command(world.held.id).with_seats(part.into())).wait();
    hold(released.map(|released| released.state))
}

fn reserve_for_others(world: &World, want: SeatRequest) -> Vec<Told> {
    let reserved = world.engine.reserve(trusted(want)).wait();
    reserved.map(|reserved| Told::Others(reserved.id)).into_iter().collect()
}

fn block(world: &World) -> Vec<Told> {
    let seats = vec![SeatId::new("R1-1").expect("valid")];
    let blocked = world.engine.block_seats(BlockSeats::new(event(), seats, true)).wait();
    blocked.map(|_| Told::Free).into_iter().collect()
}

fn of_payment(
    world: &World,
    run: impl FnOnce(tacos_engine::PaymentId) -> Answered<PaymentChanged>,
) -> Vec<Told> {
    match world.payment {
        None => by_clock_only(world),
        Some(payment) => match run(payment) {
            Err(Failure::Refused(Refusal::PaymentIs(state))) => {
                vec![Told::Payment(payment, state, PaymentEffect::None)]
            }
            answer => paid(answer),
        },
    }
}

fn paid(answer: Answered<PaymentChanged>) -> Vec<Told> {
    let Ok(changed) = answer else { return Vec::new() };
    let mut told = vec![Told::Payment(changed.id, changed.state, changed.effect)];
    told.extend(match (changed.effect, changed.state) {
        (PaymentEffect::Confirmed | PaymentEffect::Retaken, _) => {
            Some(Told::Hold(ReservationState::Confirmed))
        }
        (PaymentEffect::Released, PaymentState::Refunded) => Some(Told::Hold(ReservationState::Refunded)),
        (PaymentEffect::Released, _) => Some(Told::Hold(ReservationState::Failed)),
        (PaymentEffect::None | PaymentEffect::PaidBack, _) => None,
    });
    told
}

fn ticket(answer: &Answered<QueueState>, told: fn(QueueState) -> Told) -> Vec<Told> {
    match answer {
        Ok(state) => vec![told(*state)],
        Err(Failure::Refused(Refusal::LeftLine)) => vec![told(QueueState::Left)],
        Err(_) => Vec::new(),
    }
}

fn seat(state: SeatState) -> Vec<Told> {
    match state {
        SeatState::Available => vec![Told::Free],
        SeatState::Sold => vec![Told::Hold(ReservationState::Confirmed)],
        SeatState::Reserved | SeatState::Blocked => Vec::new(),
    }
}
