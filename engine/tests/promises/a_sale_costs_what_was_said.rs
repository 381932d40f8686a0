//! Claim: a confirmation that says what the customer was charged sells only what costs exactly that, and the sum is part
//! of what is asked for: a retry with another sum is another request.

use crate::common::*;
use tacos_engine::{
    Caller, Command, Confirm, Engine, Failure, Proof, Refusal, Release, ReservationId, Reserve, SeatId,
};

fn held(engine: &Engine, who: &str, named: &[&str]) -> (ReservationId, i64) {
    let held = engine.reserve(Reserve::new(event(), user(who), seats(named))).wait().expect("free");
    (held.id, held.total_minor)
}

fn sale(id: ReservationId, total: i64) -> Confirm {
    Confirm::new(id, Caller::Operator, Proof::Outside).with_total_minor(total)
}

fn other_sum(result: Result<tacos_engine::Confirmed, Failure>, owed: i64) {
    let Err(Failure::Refused(Refusal::Invalid(problems))) = result else { panic!("{result:?}") };
    assert_eq!(problems[0].field, "total_minor");
    assert!(problems[0].reason.contains(&owed.to_string()), "{problems:?}");
}

#[test]
fn only_the_right_sum_confirms() {
    let (engine, _) = small_sale();
    let (id, total) = held(&engine, "kim", &["R1-1", "R1-2"]);
    assert!(total > 0);
    other_sum(engine.confirm(sale(id, total - 1)).wait(), total);
    assert_eq!(engine.confirm(sale(id, total)).wait().expect("the right sum").total_minor, total);
    // The same again is the same sale; another sum is not.
    assert!(engine.confirm(sale(id, total)).wait().is_ok());
    other_sum(engine.confirm(sale(id, 0)).wait(), total);
}

#[test]
fn what_was_given_back_costs_no_more() {
    let (engine, _) = small_sale();
    let (id, total) = held(&engine, "kim", &["R1-1", "R1-2"]);
    let part = Release::new(id, user("kim")).with_seats([SeatId::new("R1-2").expect("valid")].into());
    engine.release(part).wait().expect("a part");
    other_sum(engine.confirm(sale(id, total)).wait(), total / 2);
    assert!(engine.confirm(sale(id, total / 2)).wait().is_ok());
}

#[test]
fn another_sum_under_one_key_is_another_request() {
    let (engine, _) = small_sale();
    let (id, total) = held(&engine, "kim", &["R1-1"]);
    let keyed = |sale: Confirm| sale.with_key(key("once"));
    assert!(engine.confirm(keyed(sale(id, total))).wait().is_ok());
    let conflict = Err(Failure::Refused(Refusal::IdempotencyConflict));
    assert_eq!(engine.confirm(keyed(sale(id, total + 1))).wait(), conflict);
    let unsaid = Confirm::new(id, Caller::Operator, Proof::Outside).with_key(key("once"));
    assert_eq!(engine.confirm(unsaid).wait(), conflict);
}

#[test]
fn the_bytes_of_a_command_come_back_with_and_without_the_sum() {
    let (engine, _) = small_sale();
    let (id, total) = held(&engine, "kim", &["R1-1"]);
    for command in [sale(id, total), Confirm::new(id, Caller::Operator, Proof::Outside)] {
        let bytes = Command::from(command.clone()).to_bytes();
        let Command::Confirm(read) = Command::from_bytes(&bytes).expect("its own bytes") else {
            panic!("another")
        };
        assert_eq!(read.total_minor, command.total_minor);
        assert_eq!(Command::from(*read).to_bytes(), bytes);
    }
}
