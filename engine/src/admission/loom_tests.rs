//! The line's protocols in all interleavings of two threads: departures and positions, the front of the line
//! against leavers and joiners, one winner for each ticket.

use loom::sync::Arc;
use loom::thread;

use super::{Gate, GroupTimer, Join, Line, NotMoved, QueuePolicy, TicketState};
use crate::clock::UnixMs;

const T0: UnixMs = UnixMs::new(1_700_000_000_000);

struct NoTimer;

impl GroupTimer for NoTimer {
    fn arm(&self, _: u32, _: UnixMs) {}
}

fn line(burst: u32) -> Arc<Line> {
    let policy = QueuePolicy { burst, ..QueuePolicy::default() };
    Arc::new(Line::new(policy, std::sync::Arc::new(Gate::full(60_000, 10)), std::sync::Arc::new(NoTimer)))
}

fn join(line: &Line, person: u128) -> u32 {
    let Join::New(joining) = line.begin_join(person << 64, None, T0) else { panic!("{person} is new") };
    let number = joining.record().number;
    joining.commit();
    number
}

/// As the pipeline: until there is nothing more to do.
fn advance(line: &Line) -> Vec<u32> {
    let mut all = Vec::new();
    while let Ok(advance) = line.begin_advance(T0) {
        all.extend(advance.ready());
        if !advance.commit() {
            break;
        }
    }
    all
}

fn bounded(f: impl Fn() + Sync + Send + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(2);
    model.check(f);
}

#[test]
fn loom_line_two_leave_and_position_only_falls() {
    bounded(|| {
        let line = line(1);
        let people: Vec<u32> = (1..=3).map(|person| join(&line, person)).collect();
        let (other, first, second, last) = (Arc::clone(&line), people[0], people[1], people[2]);
        let handle = thread::spawn(move || other.begin_leave(first, T0).expect("waits").commit());
        let third = Arc::clone(&line);
        let leaver = thread::spawn(move || third.begin_leave(second, T0).expect("waits").commit());
        let before = line.position(last).expect("waits");
        let after = line.position(last).expect("waits");
        assert!(before >= after && (1..=3).contains(&after), "{before} then {after}");
        handle.join().expect("leaver");
        leaver.join().expect("leaver");
        assert_eq!(line.position(last), Some(1));
    });
}

#[test]
fn loom_line_leave_against_advance() {
    bounded(|| {
        let line = line(1);
        let (first, second) = (join(&line, 1), join(&line, 2));
        let other = Arc::clone(&line);
        let handle = thread::spawn(move || {
            let leaving = other.begin_leave(first, T0).expect("waits or is ready");
            let from = leaving.from();
            leaving.commit();
            from
        });
        let ready = advance(&line);
        let from = handle.join().expect("leaver");
        // One permit: it went to the first while it waited, else to the second, and was never lost.
        assert_eq!(ready, [if from == TicketState::Ready { first } else { second }]);
        assert_eq!(line.stats(T0).inside, u32::from(from != TicketState::Ready));
    });
}

#[test]
fn loom_line_join_against_advance_leaves_nobody_behind() {
    bounded(|| {
        let line = line(5);
        let handles: Vec<_> = [1, 2]
            .map(|person| {
                let line = Arc::clone(&line);
                thread::spawn(move || {
                    let number = join(&line, person);
                    (number, advance(&line))
                })
            })
            .into_iter()
            .collect();
        let mut ready = Vec::new();
        for handle in handles {
            ready.extend(handle.join().expect("joiner").1);
        }
        ready.sort_unstable();
        assert_eq!(ready, [0, 1], "somebody was left waiting with permits to spare");
    });
}

#[test]
fn loom_line_same_session_gets_one_ticket() {
    bounded(|| {
        let line = line(1);
        let other = Arc::clone(&line);
        let mine = |line: &Line| match line.begin_join(1 << 64, None, T0) {
            Join::New(joining) => {
                let number = joining.record().number;
                joining.commit();
                number
            }
            Join::Again { number } => number,
            _ => panic!("refused"),
        };
        let handle = thread::spawn(move || mine(&other));
        let number = mine(&line);
        assert_eq!(handle.join().expect("joiner"), number);
        assert_eq!(line.stats(T0).waiting, 1);
    });
}

#[test]
fn loom_line_a_table_that_is_parted_loses_nobody() {
    bounded(|| {
        let line = line(1);
        // As many as a table takes: the next join parts it.
        let people: Vec<u32> = (1..=3).map(|person| join(&line, person << 24)).collect();
        let other = Arc::clone(&line);
        let handle = thread::spawn(move || join(&other, 4 << 24));
        let again = |line: &Line, person: u128| match line.begin_join(person << 88, None, T0) {
            Join::Again { number } => number,
            _ => panic!("{person} has a ticket"),
        };
        assert_eq!(again(&line, 2), people[1]);
        let fourth = handle.join().expect("joiner");
        assert_eq!(
            (1..=4).map(|person| again(&line, person)).collect::<Vec<_>>(),
            [&people[..], &[fourth]].concat()
        );
    });
}

#[test]
fn loom_line_admit_against_expire_has_one_winner() {
    bounded(|| {
        let line = line(1);
        let number = join(&line, 1);
        assert_eq!(advance(&line), [number]);
        let end = T0.plus_ms(60_000);
        let other = Arc::clone(&line);
        // The admission came a moment before the deadline, the expiry at it.
        let handle = thread::spawn(move || match other.begin_admit(number, UnixMs::new(end.get() - 1)) {
            Ok(admitting) => {
                admitting.commit();
                true
            }
            Err(NotMoved::Over(TicketState::Expired)) => false,
            _ => panic!("neither admitted nor expired"),
        });
        let expired = line.begin_expire(number, end).map(super::Move::commit).is_ok();
        let admitted = handle.join().expect("admitted");
        assert!(admitted != expired, "admitted {admitted}, expired {expired}");
        assert_eq!(line.stats(end).inside, u32::from(admitted));
    });
}
