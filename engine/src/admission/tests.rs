//! One claim of the waiting line a test; the naive model is in `model_tests`, threads are in `stress_tests`.

use std::sync::Arc;

use parking_lot::Mutex;

use super::{
    Gate, GroupTimer, Idle, Join, Line, NotMoved, PolicyError, PresaleRoom, QueuePolicy, TICKET_MEMORY_MS,
    TicketState, commitment, draw_order,
};
use crate::clock::UnixMs;

pub(super) const T0: UnixMs = UnixMs::new(1_700_000_000_000);

/// Remembers what timers were asked for.
#[derive(Default)]
pub(super) struct Timers(Mutex<std::collections::BTreeMap<u32, UnixMs>>);

impl GroupTimer for Timers {
    fn arm(&self, group: u32, at: UnixMs) {
        let mut timers = self.0.lock();
        let old = timers.get(&group).copied().unwrap_or(UnixMs::MAX);
        timers.insert(group, at.min(old));
    }
}

impl Timers {
    /// Fires everything that is due and expires what the line lists.
    pub(super) fn turn(&self, line: &Line, now: UnixMs) -> Vec<u32> {
        let fired: Vec<u32> =
            self.0.lock().extract_if(.., |_, at| *at <= now).map(|(group, _)| group).collect();
        let mut due = Vec::new();
        for group in fired {
            if let Some(next) = line.due(group, now, &mut due) {
                self.arm(group, next);
            }
        }
        for &number in &due {
            line.begin_expire(number, now).expect("what is listed is due").commit();
        }
        due
    }
}

pub(super) fn ceiling() -> Arc<Gate> {
    Arc::new(Gate::full(60_000, 1_000))
}

pub(super) fn line_with(policy: QueuePolicy) -> (Line, Arc<Timers>) {
    policy.validate().expect("a test's policy is valid");
    let timers = Arc::new(Timers::default());
    (Line::new(policy, ceiling(), timers.clone()), timers)
}

fn hash(n: u64) -> u128 {
    u128::from_le_bytes(blake3::hash(&n.to_le_bytes()).as_bytes()[..16].try_into().expect("16 bytes"))
}

fn join(line: &Line, person: u64, now: UnixMs) -> u32 {
    match line.begin_join(hash(person), Some(hash(person + (1 << 40))), now) {
        Join::New(joining) => {
            let number = joining.record().number;
            joining.commit();
            number
        }
        _ => panic!("person {person} cannot join"),
    }
}

fn advance(line: &Line, now: UnixMs) -> Vec<u32> {
    let mut all = Vec::new();
    while let Ok(advance) = line.begin_advance(now) {
        all.extend(advance.ready());
        if !advance.commit() {
            break;
        }
    }
    all
}

/// The timer of a ready ticket fires, and the line is paused before the ticket is expired: it must be looked at again,
/// or it would stay inside without end.
#[test]
fn a_pause_between_timer_and_expiry_loses_no_timer() {
    let (line, timers) = line_with(QueuePolicy { inside_max: 1, ..QueuePolicy::default() });
    let number = join(&line, 1, T0);
    assert_eq!(advance(&line, T0), [number]);
    let (late, mut due) = (T0.plus_ms(60_000), Vec::new());
    timers.0.lock().clear();
    assert_eq!((line.due(0, late, &mut due), due.as_slice()), (None, [number].as_slice()));
    line.begin_pause(true, late).expect("a change").commit();
    assert!(matches!(line.begin_expire(number, late), Err(NotMoved::NotDue { .. })));
    line.begin_pause(false, late).expect("a change").commit();
    assert_eq!(timers.turn(&line, late.plus_ms(60_000)), [number]);
}

fn one_a_minute() -> QueuePolicy {
    QueuePolicy { admissions_per_minute: 1, burst: 1, ..QueuePolicy::default() }
}

#[test]
fn first_in_an_empty_line_is_ready_at_once() {
    let (line, _) = line_with(QueuePolicy::default());
    let number = join(&line, 1, T0);
    assert_eq!(line.position(number), Some(1));
    assert_eq!(advance(&line, T0), [number]);
    let view = line.view(number, T0).expect("known");
    assert_eq!((view.state, view.until), (TicketState::Ready, T0.plus_ms(60_000)));
}

#[test]
fn same_session_keeps_its_place_and_another_session_of_the_user_is_refused() {
    let (line, _) = line_with(one_a_minute());
    let number = join(&line, 1, T0);
    assert!(matches!(line.begin_join(hash(1), None, T0), Join::Again { number: n } if n == number));
    assert!(matches!(line.begin_join(hash(2), Some(hash(1 + (1 << 40))), T0), Join::UserWaiting));
    line.begin_leave(number, T0).expect("waiting").commit();
    assert_ne!(join(&line, 1, T0), number);
}

#[test]
fn void_join_is_passed_over() {
    let (line, _) = line_with(QueuePolicy::default());
    let void = line.begin_join(hash(1), None, T0);
    let number = join(&line, 2, T0);
    assert_eq!(line.begin_advance(T0).err(), Some(Idle::Joining));
    drop(void);
    assert_eq!(line.position(number), Some(1));
    assert_eq!(advance(&line, T0), [number]);
    assert_eq!(line.view(0, T0), None);
    assert_eq!(join(&line, 1, T0), 2);
}

#[test]
fn position_counts_only_who_still_waits() {
    let (line, _) = line_with(one_a_minute());
    let numbers: Vec<u32> = (0..10_000).map(|person| join(&line, person, T0)).collect();
    for &number in numbers.iter().filter(|&&n| n % 3 == 0) {
        line.begin_leave(number, T0).expect("waiting").commit();
    }
    for (ahead, &number) in numbers.iter().filter(|&&n| n % 3 != 0).enumerate() {
        assert_eq!(line.position(number), Some(u32::try_from(ahead).expect("small") + 1), "ticket {number}");
    }
}

#[test]
fn admission_follows_the_turn_and_is_given_once() {
    let (line, _) = line_with(QueuePolicy { burst: 1, ..QueuePolicy::default() });
    let (first, second) = (join(&line, 1, T0), join(&line, 2, T0));
    assert_eq!(advance(&line, T0), [first]);
    assert!(matches!(line.begin_admit(second, T0), Err(NotMoved::NotYet)));
    let Ok(admitting) = line.begin_admit(first, T0) else { panic!("it is the first one's turn") };
    let until = admitting.until();
    admitting.commit();
    assert!(
        matches!(line.begin_admit(first, T0.plus_ms(9)), Err(NotMoved::NotDue { until: valid_until }) if valid_until == until)
    );
    line.begin_use(first, T0.plus_ms(10)).expect("admitted").commit();
    assert_eq!(line.stats(T0).inside, 0);
    assert_eq!(line.begin_use(first, T0).err(), Some(NotMoved::Over(TicketState::Used)));
}

#[test]
fn vanished_person_does_not_stall_the_line() {
    let policy = QueuePolicy { inside_max: 1, ..QueuePolicy::default() };
    let (line, timers) = line_with(policy);
    let (first, second) = (join(&line, 1, T0), join(&line, 2, T0));
    assert_eq!(advance(&line, T0), [first]);
    assert_eq!(line.begin_advance(T0).err(), Some(Idle::Inside));
    let later = T0.plus_ms(60_000);
    assert!(matches!(line.begin_admit(first, later), Err(NotMoved::Due)));
    assert_eq!(timers.turn(&line, later), [first]);
    assert_eq!(advance(&line, later), [second]);
}

#[test]
fn inactive_head_expires_inside_the_advance() {
    let (line, _) = line_with(QueuePolicy { burst: 1, ..QueuePolicy::default() });
    let gone = join(&line, 1, T0);
    let active = join(&line, 2, T0);
    let later = T0.plus_ms(3_600_000);
    assert!(line.touch(active, T0.plus_ms(3_599_999)));
    let advance = line.begin_advance(later).expect("somebody waits");
    assert_eq!(advance.expired().collect::<Vec<_>>(), [gone]);
    assert_eq!(advance.ready().collect::<Vec<_>>(), [active]);
    advance.commit();
    assert_eq!(line.view(gone, later).expect("known").state, TicketState::Expired);
    assert!(!line.touch(gone, later));
}

#[test]
fn activity_puts_the_deadline_off_without_the_timer() {
    let (line, timers) = line_with(one_a_minute());
    let number = join(&line, 1, T0);
    let touched = T0.plus_ms(1_800_000);
    assert!(line.touch(number, touched));
    assert_eq!(timers.turn(&line, T0.plus_ms(3_600_000)), []);
    assert_eq!(timers.turn(&line, touched.plus_ms(3_600_000)), []);
    assert_eq!(timers.turn(&line, touched.plus_ms(3_601_000)), [number]);
}

#[test]
fn pause_takes_no_turn_away() {
    let (line, timers) = line_with(QueuePolicy::default());
    let number = join(&line, 1, T0);
    advance(&line, T0);
    line.begin_pause(true, T0).expect("was running").commit();
    assert!(line.begin_pause(true, T0).is_none());
    let later = T0.plus_ms(600_000);
    assert_eq!(timers.turn(&line, later), []);
    assert!(matches!(line.begin_admit(number, later), Err(NotMoved::Paused)));
    assert_eq!(line.begin_advance(later).err(), Some(Idle::Paused));
    line.begin_pause(false, later).expect("was paused").commit();
    assert!(line.begin_admit(number, later.plus_ms(59_999)).is_ok());
    assert!(matches!(line.begin_admit(number, later.plus_ms(60_000)), Err(NotMoved::Due)));
    timers.turn(&line, later.plus_ms(60_000));
    assert_eq!(timers.turn(&line, later.plus_ms(120_000)), []);
    assert_eq!(line.view(number, later).expect("known").state, TicketState::Expired);
}

#[test]
fn dropped_guards_change_nothing() {
    let (line, _) = line_with(QueuePolicy { burst: 1, ..QueuePolicy::default() });
    let number = join(&line, 1, T0);
    let before = (line.image(0), line.stats(T0), line.view(number, T0));
    drop(line.begin_advance(T0).expect("somebody waits"));
    drop(line.begin_leave(number, T0).expect("waiting"));
    drop(line.begin_policy(one_a_minute(), T0).expect("valid"));
    drop(line.begin_pause(true, T0).expect("was running"));
    assert_eq!((line.image(0), line.stats(T0), line.view(number, T0)), before);
    assert_eq!(advance(&line, T0), [number], "the permit came back");
}

/// Computed by another program, written from the words at the head of `draw`.
#[test]
fn draw_has_published_vectors() {
    let shown = blake3::Hash::from_bytes(commitment(&[7; 32]));
    assert_eq!(shown.to_hex().as_str(), "ebaf85b465a09de21b398fb112c1500f2cbe658c42f379e0c0f18d24b819f637");
    assert_eq!(draw_order(&[7; 32], &[0, 1, 2, 3, 4, 5, 6, 7]), [1, 7, 5, 6, 3, 0, 4, 2]);
    assert_eq!(draw_order(&[0; 32], &[10, 20, 30, 40, 50]), [30, 40, 20, 10, 50]);
    let counting: [u8; 32] = std::array::from_fn(|i| u8::try_from(i).expect("small"));
    let sixteen: Vec<u32> = (0..16).collect();
    assert_eq!(draw_order(&counting, &sixteen), [4, 3, 2, 6, 10, 7, 9, 13, 12, 11, 8, 0, 14, 5, 15, 1]);
    assert_eq!(draw_order(&counting, &[3]), [3]);
}

#[test]
fn queue_size_is_kept_and_a_place_comes_back() {
    let (line, _) = line_with(QueuePolicy { waiting_max: 2, ..one_a_minute() });
    let first = join(&line, 1, T0);
    join(&line, 2, T0);
    assert!(matches!(line.begin_join(hash(3), None, T0), Join::Full));
    line.begin_leave(first, T0).expect("waiting").commit();
    join(&line, 3, T0);
}

#[test]
fn forgotten_chunks_answer_gone_and_the_line_goes_on() {
    let (line, timers) = line_with(QueuePolicy { waiting_max: 10, ..one_a_minute() });
    for person in 0..10_000 {
        let number = join(&line, person, T0);
        line.begin_leave(number, T0).expect("waiting").commit();
    }
    assert_eq!(line.view(5, T0).expect("remembered").state, TicketState::Left);
    let later = T0.plus_ms(TICKET_MEMORY_MS);
    timers.turn(&line, later);
    assert_eq!(line.view(5, later), None);
    assert_eq!(line.begin_leave(8_191, later).err(), Some(NotMoved::Unknown));
    assert_eq!(line.view(8_192, later).expect("its chunk is not full").state, TicketState::Left);
    assert_eq!(line.view(10_000, later), None);
    let number = join(&line, 1, later);
    assert_eq!(line.position(number), Some(1));
    assert_eq!(advance(&line, later), [number]);
}

#[test]
fn snapshot_of_a_line_with_forgotten_chunks_restores() {
    let (line, timers) = line_with(one_a_minute());
    let stays = join(&line, 1 << 30, T0);
    for person in 0..12_288 {
        let number = join(&line, person, T0);
        line.begin_leave(number, T0).expect("waiting").commit();
    }
    let last = join(&line, 1, T0);
    timers.turn(&line, T0.plus_ms(TICKET_MEMORY_MS));
    let later = T0.plus_ms(TICKET_MEMORY_MS + 1);
    let timers = Arc::new(Timers::default());
    let restored = Line::restore(line.image(0), ceiling(), timers.clone()).expect("our own head");
    line.each_ticket(UnixMs::ZERO, |image| restored.put(&image).expect("a new line has room for it"));
    restored.finish(later);
    for line in [&line, &restored] {
        assert_eq!(line.view(5_000, later), None);
        assert_eq!((line.position(stays), line.position(last)), (Some(1), Some(2)));
        assert_eq!(line.stats(later).waiting, 2);
    }
    assert_eq!(restored.begin_advance(later).err(), Some(Idle::Rate { next_at: later.plus_ms(60_000) }));
    assert_eq!(advance(&restored, later.plus_ms(60_000)), [stays]);
    assert_eq!(advance(&restored, later.plus_ms(120_000)), [last]);
    // The restart counted as activity, and timers were set again.
    assert_eq!(timers.turn(&restored, later.plus_ms(119_999)), []);
    assert_eq!(timers.turn(&restored, later.plus_ms(120_000)), [stays]);
}

fn with_room() -> QueuePolicy {
    let room = PresaleRoom { opens_at: T0, draws_at: T0.plus_ms(1_000) };
    QueuePolicy { room: Some(room), burst: 99, ..QueuePolicy::default() }
}

#[test]
fn room_is_drawn_by_the_seed_and_latecomers_stand_behind() {
    let (line, _) = line_with(with_room());
    assert!(matches!(line.begin_join(hash(1), None, UnixMs::new(T0.get() - 1)), Join::Closed));
    let mut inside: Vec<u32> = (0..100).map(|person| join(&line, person, T0)).collect();
    let left = inside.remove(40);
    line.begin_leave(left, T0).expect("in the room").commit();
    assert_eq!(line.view(3, T0).expect("known").position, None);
    assert_eq!(line.begin_advance(T0).err(), Some(Idle::Undrawn));
    let opening = T0.plus_ms(1_000);
    let late = join(&line, 1_000, opening);
    assert!(line.draw_is_due(opening));
    let draw = line.begin_draw([7; 32], opening).expect("not drawn yet");
    assert_eq!(draw.commitment(), commitment(&[7; 32]));
    assert_eq!((draw.room_end(), draw.order().len()), (100, 99));
    draw.commit();
    assert!(line.begin_draw([8; 32], opening).is_none(), "drawn already");
    let order = draw_order(&[7; 32], &inside);
    for (place, &number) in order.iter().enumerate() {
        assert_eq!(line.position(number), Some(u32::try_from(place).expect("small") + 1));
    }
    assert_eq!(line.position(late), Some(100));
    assert_eq!(advance(&line, opening), order);
    assert_eq!(line.position(late), Some(1));
}

#[test]
fn room_cannot_be_changed_under_people() {
    let (line, _) = line_with(with_room());
    line.begin_policy(QueuePolicy::default(), T0).expect("nobody has joined").commit();
    line.begin_policy(with_room(), T0).expect("nobody has joined").commit();
    join(&line, 1, T0);
    assert_eq!(line.begin_policy(QueuePolicy::default(), T0).err(), Some(PolicyError::RoomInUse));
    assert_eq!(line.view(0, T0).expect("known").state, TicketState::Room);
}

#[test]
fn system_ceiling_holds_above_all_lines() {
    let ceiling = Arc::new(Gate::full(600, 3));
    let lines: Vec<Line> = (0..2)
        .map(|_| Line::new(QueuePolicy::default(), Arc::clone(&ceiling), Arc::new(Timers::default())))
        .collect();
    for line in &lines {
        for person in 0..5 {
            join(line, person, T0);
        }
    }
    assert_eq!(advance(&lines[0], T0).len() + advance(&lines[1], T0).len(), 3);
    assert_eq!(lines[1].begin_advance(T0).err(), Some(Idle::Rate { next_at: T0.plus_ms(100) }));
    assert_eq!(advance(&lines[1], T0.plus_ms(100)).len(), 1);
}

#[test]
fn line_that_is_not_enabled_lets_everybody_in() {
    let policy = QueuePolicy { enabled: false, inside_max: 1, burst: 1, ..QueuePolicy::default() };
    let (line, _) = line_with(policy);
    for person in 0..10 {
        join(&line, person, T0);
    }
    assert_eq!(advance(&line, T0).len(), 10);
}

#[test]
fn policy_bounds_are_checked() {
    let (line, _) = line_with(QueuePolicy::default());
    let refused = line.begin_policy(QueuePolicy { burst: 0, ..QueuePolicy::default() }, T0).err();
    assert_eq!(refused.expect("refused").to_string(), "burst is 0, but must be between 1 and 1000000");
}

#[test]
fn groups_with_nothing_left_to_happen_keep_no_timer() {
    let (line, timers) = line_with(QueuePolicy { waiting_max: 10, inactivity_ms: 5_000, ..one_a_minute() });
    // One chunk that is over and waits to be forgotten, and half of the next.
    for person in 0..6_144 {
        let number = join(&line, person, T0);
        line.begin_leave(number, T0).expect("waiting").commit();
    }
    timers.turn(&line, T0.plus_ms(100_000));
    let left = timers.0.lock().len();
    assert_eq!(left, 1, "only the one that forgets the finished chunk");
}
