//! Compares the whole engine with the whole model, and looks for what no reply shows: something that is over and still
//! counts, a customer who should have been let in, an update that is missing when the feed is read again.

use std::collections::BTreeMap;

use tacos_engine::Failure;
use tacos_engine::Update;
use tacos_engine::UserId;
use tacos_engine::clock::UnixMs;
use tacos_engine::journal::Position;
use tacos_engine::views::{Counts, QueueState};
use tacos_engine::{Caller, ReservationRef};
use tacos_engine::{Engine, UpdatesLost};
use tacos_engine::{PaymentState, Refusal, ReservationState};

use super::model::{Booking, Checked, Intent, Model, Show, Violation};

/// The auditor. It changes nothing; looking at places in a line would count as activity, so it leaves them alone.
#[derive(Debug)]
pub struct Auditor;

impl Auditor {
    /// Everything that the engine shows is what the model says. All facts must have been observed.
    ///
    /// # Errors
    /// The first difference.
    pub fn compare(engine: &Engine, model: &mut Model, now: UnixMs) -> Checked {
        drop_forgotten(engine, model, now)?;
        if engine.events().len() != model.shows.len() {
            return Violation::of("the number of events differs");
        }
        let mut taken = BTreeMap::new();
        for (id, booking) in &model.bookings {
            let view = engine.reservation(&ReservationRef::Id(*id), &Caller::Operator).wait();
            let view = view.map_err(|why| Violation(format!("reservation {id} cannot be read: {why}")))?;
            compare_booking(model, booking, &view, now).map_err(|why| {
                Violation(format!("reservation {id} at {now} is {view:?}, but {why}: {booking:?}"))
            })?;
            if matches!(view.state, ReservationState::Pending | ReservationState::Confirmed) {
                for seat in view.places.iter().filter_map(|place| place.as_seat()) {
                    if let Some(other) = taken.insert((view.event_number, seat), *id) {
                        return Violation::of(format!("seat {seat:?} has two owners: {id} and {other}"));
                    }
                }
            }
        }
        for (id, intent) in &model.payments {
            let view = engine.payment(*id, &Caller::Operator).wait();
            let view = view.map_err(|why| Violation(format!("payment {id} cannot be read: {why}")))?;
            compare_intent(model, intent, &view, now).map_err(|why| {
                Violation(format!("payment {id} at {now} is {view:?}, but {why}: {intent:?}"))
            })?;
        }
        for (number, show) in &model.shows {
            compare_show(engine, model, *number, show, now)?;
        }
        compare_lists(engine, model)?;
        let (shown, is) = (engine.status().webhooks, model.webhook_counts());
        if shown != is {
            return Violation::of(format!("{shown:?} webhooks wait and are dead, not {is:?}"));
        }
        let notes: BTreeMap<_, _> = engine.notes("").into_iter().collect();
        if notes == model.notes { Ok(()) } else { Violation::of("the notes differ") }
    }

    /// After a turn at `now`: nothing that was due is left undone.
    ///
    /// # Errors
    /// What is left.
    pub fn nothing_is_due(model: &Model, now: UnixMs) -> Checked {
        for (id, booking) in &model.bookings {
            if booking.state != ReservationState::Pending {
                continue;
            }
            if booking.expires_at <= now {
                return Violation::of(format!("{id} is pending at {now}: {booking:?}"));
            }
            let warning_ms = model.rules.warning_ms;
            let long = booking.expires_at.ms_since(booking.armed_at) > warning_ms;
            let soon = booking.expires_at.ms_since(now) <= warning_ms;
            if long && soon && booking.warned != Some(booking.expires_at) {
                return Violation::of(format!("nobody was warned of {id} at {now}: {booking:?}"));
            }
        }
        for (id, intent) in &model.payments {
            if model.must_have_ended(intent, now) {
                return Violation::of(format!("payment {id} goes on at {now}: {intent:?}"));
            }
        }
        for show in model.shows.values() {
            let Some(line) = &show.line else { continue };
            let in_room = line.count(QueueState::InRoom);
            if in_room > 0 && line.policy.room.is_none_or(|room| room.draws_at <= now) {
                return Violation::of(format!(
                    "{in_room} people still wait for the draw of {} at {now}",
                    show.id
                ));
            }
            for (number, ticket) in &line.tickets {
                if ticket.is_live() && line.alive(ticket, now) == Some(false) {
                    return Violation::of(format!("ticket {number} goes on at {now}: {ticket:?}"));
                }
            }
        }
        match model.stalled(now).first() {
            Some(show) => {
                Violation::of(format!("the line of {} stands still at {now}: {:?}", show.id, show.line))
            }
            None => Ok(()),
        }
    }

    /// The feed, read again from `from`, tells the same facts as it told before. Returns how many, or none if they are
    /// no longer retained.
    ///
    /// # Errors
    /// A fact that differs.
    pub fn read_again(engine: &Engine, from: Position, told: &[Update]) -> Checked<Option<usize>> {
        let mut again = Vec::new();
        let lost = |why: UpdatesLost| Violation(format!("the feed from {from}: {why}"));
        let mut reader = match engine.updates(from) {
            Err(UpdatesLost::Gone { .. }) => return Ok(None),
            other => other.map_err(lost)?,
        };
        while reader.read(&mut again).map_err(lost)? > 0 {}
        if again.len() != told.len() {
            return Violation::of(format!("the feed tells {} facts, and told {}", again.len(), told.len()));
        }
        for (again, told) in again.iter().zip(told) {
            if again.position != told.position || again.at != told.at || shape(again) != shape(told) {
                return Violation::of(format!("the feed tells {again:?}, and told {told:?}"));
            }
        }
        Ok(Some(again.len()))
    }
}

/// A fact without the name of whom it concerns, which is told only as long as it can be looked up.
fn shape(update: &Update) -> String {
    let mut what = update.what.clone();
    match &mut what {
        tacos_engine::UpdateKind::Reservation(changed) => changed.user = None,
        tacos_engine::UpdateKind::HoldExpiring { user, .. } => *user = None,
        tacos_engine::UpdateKind::Payment(changed) => {
            changed.user = None;
            if let Some(changed) = &mut changed.reservation {
                changed.user = None;
            }
        }
        _ => {}
    }
    format!("{what:?}")
}

/// What may be forgotten by now and is, the model forgets too.
fn drop_forgotten(engine: &Engine, model: &mut Model, now: UnixMs) -> Checked {
    let bookings: Vec<_> = model
        .bookings
        .iter()
        .filter(|(_, booking)| model.may_be_forgotten(booking, now))
        .map(|(id, _)| *id)
        .collect();
    for id in bookings {
        match engine.reservation(&ReservationRef::Id(id), &Caller::Operator).wait() {
            Err(Failure::Refused(Refusal::UnknownReservation)) => {
                model.bookings.remove(&id);
            }
            Err(why) => return Violation::of(format!("reservation {id} cannot be read: {why}")),
            Ok(_) => {}
        }
    }
    let payments: Vec<_> = model
        .payments
        .iter()
        .filter(|(_, intent)| model.payment_may_be_forgotten(intent, now))
        .map(|(id, _)| *id)
        .collect();
    for id in payments {
        if engine.payment(id, &Caller::Operator).wait() == Err(Failure::Refused(Refusal::UnknownPayment)) {
            model.payments.remove(&id);
        }
    }
    Ok(())
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, shown: &T, is: &T) -> Checked {
    if shown == is { Ok(()) } else { Violation::of(format!("its {what} is {is:?}")) }
}

fn compare_booking(
    model: &Model,
    booking: &Booking,
    view: &tacos_engine::views::ReservationView,
    now: UnixMs,
) -> Checked {
    let show = &model.shows[&booking.event];
    same("state", &view.state, &model.state_of(booking, now))?;
    same("user", &view.user, &booking.user)?;
    same("event", &view.event, &show.id)?;
    same("external id", &view.external, &booking.external)?;
    let (mut shown, mut places) = (view.places.to_vec(), booking.places.clone());
    shown.sort_unstable();
    places.sort_unstable();
    same("list of places", &shown, &places)?;
    same("total", &view.total.minor, &show.house.price(&booking.places))?;
    same("creation", &view.created_at, &booking.created_at)?;
    same("deadline", &view.expires_at, &booking.expires_at)?;
    same("extensions", &view.extensions, &booking.extensions)?;
    let payment = booking.payment.filter(|payment| model.payments.contains_key(payment));
    same("payment", &view.payment, &payment)
}

fn compare_intent(
    model: &Model,
    intent: &Intent,
    view: &tacos_engine::views::PaymentView,
    now: UnixMs,
) -> Checked {
    let lapsed = view.state == PaymentState::Expired && model.must_have_ended(intent, now);
    if !lapsed {
        same("state", &view.state, &intent.state)?;
    }
    same("user", &view.user, &intent.user)?;
    same("reservation", &view.reservation, &intent.reservation)?;
    same("amount", &view.amount, &intent.amount)?;
    same("effect", &view.effect, &intent.effect)?;
    same("refunded amount", &view.refunded_minor, &intent.refunded_minor)?;
    same("number of refunds", &view.refunds, &intent.refunds)?;
    same("creation", &view.created_at, &intent.created_at)?;
    same("end", &view.expires_at, &intent.expires_at)
}

fn compare_show(engine: &Engine, model: &Model, number: u32, show: &Show, now: UnixMs) -> Checked {
    let unread = |why: Refusal| Violation(format!("event {} cannot be read: {why}", show.id));
    let view = engine.event(&show.id).map_err(unread)?;
    if view.number != number || view.settings != show.settings || view.sale != show.sale {
        return Violation::of(format!("event {} is {view:?}, not {show:?}", show.id));
    }
    let mut sum = Counts::default();
    for (index, section) in engine.sections(&show.id).map_err(unread)?.iter().enumerate() {
        let counts = show.house.counts(index);
        let adds_up = counts.available + counts.reserved + counts.sold + counts.blocked == counts.total;
        if section.counts != counts || section.name != show.house.sections[index] || !adds_up {
            return Violation::of(format!("{} of {} is {section:?}, not {counts:?}", section.name, show.id));
        }
        sum = sum.plus(counts);
    }
    if view.counts != sum || engine.counts(&show.id) != Ok(sum) {
        return Violation::of(format!("{} counts {:?}, its sections {sum:?}", show.id, view.counts));
    }
    let seats = engine.seats(&show.id, 0, usize::MAX).map_err(unread)?;
    let states: Vec<_> = seats.iter().map(|seat| (seat.place.id.clone(), seat.state)).collect();
    let expected: Vec<_> =
        show.house.seats.iter().map(|seat| (seat.label.clone(), model.seat_state(seat, now))).collect();
    if states != expected {
        let differs = states.iter().zip(&expected).find(|(a, b)| a != b);
        return Violation::of(format!("seats of {} at {now}: {differs:?}", show.id));
    }
    compare_line(engine, show)
}

fn compare_line(engine: &Engine, show: &Show) -> Checked {
    let Some(line) = &show.line else { return Ok(()) };
    let view = engine.queue(&show.id).map_err(|why| Violation(format!("no line: {why}")))?;
    let waiting = line.count(QueueState::Waiting) + line.count(QueueState::InRoom);
    let inside = line.count(QueueState::Ready) + line.count(QueueState::Admitted);
    let people = (view.waiting, view.ready, view.inside, view.paused);
    let totals = (view.admitted_total, view.expired_total, view.left_total);
    if people != (waiting, line.count(QueueState::Ready), inside, line.paused)
        || totals != (line.totals.admitted, line.totals.expired, line.totals.left)
    {
        return Violation::of(format!("the line of {} is {view:?}, not {line:?}", show.id));
    }
    match engine.queue_policy(&show.id) {
        Ok(policy) if policy == line.policy => Ok(()),
        other => Violation::of(format!("the policy of {} is {other:?}", show.id)),
    }
}

/// Each user's lists hold exactly what is theirs, newest first, over any number of pages.
fn compare_lists(engine: &Engine, model: &Model) -> Checked {
    let mut users: Vec<&UserId> = model.bookings.values().map(|booking| &booking.user).collect();
    users.extend(model.payments.values().map(|intent| &intent.user));
    users.sort_unstable();
    users.dedup();
    for user in users {
        let unread = |why: Failure| Violation(format!("a list of {user}: {why}"));
        let (mut listed, mut after) = (Vec::new(), None);
        loop {
            let page = engine.reservations(user, None, None, after, 7).wait().map_err(unread)?;
            listed.extend(page.items.iter().map(|view| (view.created_at, view.id)));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let mine = model.bookings.iter().filter(|(_, booking)| booking.user == *user);
        compare_list(user, listed, mine.map(|(id, booking)| (booking.created_at, *id)).collect())?;
        let page = engine.payments(user, None, None, None, 100).wait().map_err(unread)?;
        let listed = page.items.iter().map(|view| (view.created_at, view.id)).collect::<Vec<_>>();
        let mine = model.payments.iter().filter(|(_, intent)| intent.user == *user);
        if page.next.is_none() {
            compare_list(user, listed, mine.map(|(id, intent)| (intent.created_at, *id)).collect())?;
        }
    }
    Ok(())
}

/// Newest first; what was made in the same millisecond may stand in any order.
fn compare_list<T: Ord + Copy + std::fmt::Debug>(
    user: &UserId,
    mut listed: Vec<(UnixMs, T)>,
    mut expected: Vec<(UnixMs, T)>,
) -> Checked {
    let ordered = listed.windows(2).all(|pair| pair[0].0 >= pair[1].0);
    listed.sort_unstable();
    expected.sort_unstable();
    if ordered && listed == expected {
        return Ok(());
    }
    Violation::of(format!("{user} is shown {listed:?} (newest first: {ordered}), not {expected:?}"))
}
