//! Following the facts that the engine publishes: each must be possible where it stands. What happened by itself, such
//! as an expiry, must have been due; what a command causes must have been asked for.

use tacos_engine::PackedPlace;
use tacos_engine::Reply;
use tacos_engine::ReservationId;
use tacos_engine::ReservationState;
use tacos_engine::clock::UnixMs;
use tacos_engine::hooks::Token;
use tacos_engine::views::{QueueState, SeatState};
use tacos_engine::{Command, Reserve, SeatRequest};
use tacos_engine::{ReservationUpdate, Update, UpdateKind};

use super::expect::{check_open, same_session};
use super::house::House;
use super::line::{LineModel, Ticket};
use super::{Booking, Checked, Model, Show, Violation};

impl Model {
    /// Follows one fact.
    ///
    /// # Errors
    /// A fact that cannot be.
    pub fn observe(&mut self, update: &Update) -> Checked {
        self.facts += 1;
        let at = update.at;
        match &update.what {
            UpdateKind::EventCreated => self.created(),
            UpdateKind::EventChanged => self.event_changed(update),
            UpdateKind::Sale(state) => {
                self.event_of(update)?.sale = *state;
                self.asked_for(|command| matches!(command, Command::SetSale(c) if c.state == *state))
            }
            UpdateKind::QueuePaused(paused) => {
                self.line_of(update)?.set_paused(*paused, at);
                self.asked_for(|command| matches!(command, Command::PauseQueue(c) if c.paused == *paused))
            }
            UpdateKind::RoomDrawn(seed) => self.line_of(update)?.drawn(*seed),
            UpdateKind::Seats(places) => {
                let blocked = places.iter().any(|place| place.state == SeatState::Blocked);
                let (from, to) = if blocked {
                    (SeatState::Available, SeatState::Blocked)
                } else {
                    (SeatState::Blocked, SeatState::Available)
                };
                self.event_of(update)?.house.change(None, from, to, places)?;
                self.asked_for(|command| matches!(command, Command::BlockSeats(c) if c.block == blocked))
            }
            UpdateKind::Reservation(changed) => self.reservation(changed, update),
            UpdateKind::HoldExpiring { id, expires_at, .. } => self.warned(*id, *expires_at, at),
            UpdateKind::Payment(changed) => self.payment(changed, at),
            UpdateKind::Webhook(id) => self.webhook_fact(*id, at),
            UpdateKind::Note(name) => self.noted(name, update.at),
            UpdateKind::Joined(_)
            | UpdateKind::Left(_)
            | UpdateKind::Ready(..)
            | UpdateKind::Admitted(_)
            | UpdateKind::TicketsExpired(_) => self.ticket_fact(update),
            other => Violation::of(format!("a fact of a kind that the model does not know: {other:?}")),
        }
    }

    fn event_of(&mut self, update: &Update) -> Checked<&mut Show> {
        let found = self.shows.values_mut().find(|show| Some(&show.id) == update.event.as_ref());
        found.ok_or_else(|| Violation(format!("a fact of an unknown event: {update:?}")))
    }

    fn line_of(&mut self, update: &Update) -> Checked<&mut LineModel> {
        let show = self.event_of(update)?;
        show.line.as_mut().ok_or_else(|| Violation(format!("a fact of no line: {update:?}")))
    }

    /// A command was sent that explains the fact.
    fn asked_for(&self, explains: impl Fn(&Command) -> bool) -> Checked {
        if self.asking().any(|(_, command)| explains(command)) {
            return Ok(());
        }
        Violation::of(format!("nobody asked for this; in flight is {:?}", self.in_flight))
    }

    fn created(&mut self) -> Checked {
        let asked = self.asking().find_map(|(at, command)| match command {
            Command::CreateEvent(c) if self.show(&c.event).is_none() => Some((at, c.clone())),
            _ => None,
        });
        let (at, c) = asked.ok_or_else(|| Violation("an event that nobody asked for".into()))?;
        self.in_flight[at].used = true;
        let number = u32::try_from(self.shows.len()).expect("few events");
        self.shows.insert(
            number,
            Show {
                id: c.event,
                settings: c.settings,
                sale: tacos_engine::SaleState::Draft,
                house: House::new(&c.seats),
                line: c.queue.map(LineModel::new),
            },
        );
        Ok(())
    }

    fn event_changed(&mut self, update: &Update) -> Checked {
        let asked = self.asking().find(|(_, command)| match command {
            Command::UpdateEvent(c) => Some(&c.event) == update.event.as_ref(),
            Command::SetQueuePolicy(c) => Some(&c.event) == update.event.as_ref(),
            _ => false,
        });
        let asked = asked.map(|(index, command)| (index, command.clone()));
        let (index, asked) = asked.ok_or_else(|| Violation("a change that nobody asked for".into()))?;
        self.in_flight[index].used = true;
        let at = update.at;
        let show = self.event_of(update)?;
        match asked {
            Command::UpdateEvent(c) => show.settings = c.settings,
            Command::SetQueuePolicy(c) => match &mut show.line {
                Some(line) => line.set_policy(c.policy, at),
                None => show.line = Some(LineModel::new(c.policy)),
            },
            _ => unreachable!("only these were looked for"),
        }
        Ok(())
    }

    fn noted(&mut self, name: &tacos_engine::ExternalId, now: UnixMs) -> Checked {
        // An answer of an earlier moment was given from memory, and no fact came of it.
        let now = |reply: &Reply| matches!(reply, Reply::Done(done) if done.at == now);
        let asked = self.makers(now).find_map(|(at, command)| match command {
            Command::Note(c) if c.name == *name => Some((at, c.value.clone())),
            _ => None,
        });
        let (at, value) = asked.ok_or_else(|| Violation(format!("a note that nobody wrote: {name}")))?;
        self.in_flight[at].used = true;
        match value {
            Some(value) => self.notes.insert(name.clone(), value),
            None => self.notes.remove(name),
        };
        Ok(())
    }

    pub(super) fn reservation(&mut self, changed: &ReservationUpdate, update: &Update) -> Checked {
        use ReservationState::{Cancelled, Confirmed, Expired, Pending};
        let at = update.at;
        if changed.from.is_none() {
            return self.held(changed, update);
        }
        let booking = self.booking_mut(changed.id)?;
        let before = booking.clone();
        booking.changed_at = at;
        let lapsed = before.expires_at <= at;
        match (changed.from, changed.state) {
            _ if before.state != Pending || changed.from != Some(Pending) => {
                Violation::of(format!("{changed:?} of {before:?}"))
            }
            (_, Pending) if !lapsed => match changed.expires_at {
                Some(expires_at) => {
                    if expires_at <= before.expires_at {
                        return Violation::of(format!("extended to {expires_at} from {before:?}"));
                    }
                    booking.extensions += 1;
                    (booking.expires_at, booking.armed_at) = (expires_at, at);
                    Ok(())
                }
                None => self.part_released(changed, &before),
            },
            (_, Cancelled) if !lapsed => self.ended(changed, &before, SeatState::Available),
            (_, Expired) if lapsed => self.ended(changed, &before, SeatState::Available),
            (_, Confirmed) if !lapsed => {
                self.ended(changed, &before, SeatState::Sold)?;
                self.confirmed(changed.id, at)
            }
            _ => Violation::of(format!("{changed:?} at {at} of {before:?}")),
        }
    }

    fn booking_mut(&mut self, id: ReservationId) -> Checked<&mut Booking> {
        self.bookings.get_mut(&id).ok_or_else(|| Violation(format!("a fact of unknown reservation {id}")))
    }

    fn part_released(&mut self, changed: &ReservationUpdate, before: &Booking) -> Checked {
        let house = &mut self.shows.get_mut(&before.event).expect("its event").house;
        house.change(Some(changed.id), SeatState::Reserved, SeatState::Available, &changed.places)?;
        let given: Vec<PackedPlace> = changed.places.iter().map(|place| place.place).collect();
        let booking = self.booking_mut(changed.id)?;
        booking.places.retain(|place| !given.contains(place));
        if booking.places.is_empty() || given.is_empty() {
            return Violation::of(format!("a part was given back: {given:?} of {before:?}"));
        }
        Ok(())
    }

    /// All places of a hold change hands at once.
    pub(super) fn ended(&mut self, changed: &ReservationUpdate, before: &Booking, to: SeatState) -> Checked {
        let from = match before.state {
            ReservationState::Pending => SeatState::Reserved,
            ReservationState::Confirmed => SeatState::Sold,
            _ => SeatState::Available,
        };
        let mut moved: Vec<PackedPlace> = changed.places.iter().map(|place| place.place).collect();
        let mut held = before.places.clone();
        moved.sort_unstable();
        held.sort_unstable();
        if moved != held {
            return Violation::of(format!("{changed:?} moves other places than {before:?} has"));
        }
        let house = &mut self.shows.get_mut(&before.event).expect("its event").house;
        house.change(Some(changed.id), from, to, &changed.places)?;
        self.booking_mut(changed.id)?.state = changed.state;
        Ok(())
    }

    /// An order uses the admission up, if it is still good.
    pub(super) fn confirmed(&mut self, id: ReservationId, at: UnixMs) -> Checked {
        let booking = self.booking_mut(id)?;
        booking.confirmed_at = at;
        let (event, ticket) = (booking.event, booking.ticket);
        let line = self.shows.get_mut(&event).and_then(|show| show.line.as_mut());
        if let (Some(number), Some(line)) = (ticket, line)
            && let Some(ticket) = line.tickets.get(&number)
            && ticket.state == QueueState::Admitted
            && ticket.until.0 > at
        {
            line.move_to(number, &[QueueState::Admitted], QueueState::Used, at)?;
        }
        Ok(())
    }

    fn held(&mut self, changed: &ReservationUpdate, update: &Update) -> Checked {
        let at = update.at;
        let places: Vec<PackedPlace> = changed.places.iter().map(|place| place.place).collect();
        let event = self.shows.iter().find(|(_, show)| Some(&show.id) == update.event.as_ref());
        let (number, show) = event.ok_or_else(|| Violation(format!("held where? {update:?}")))?;
        let number = *number;
        let made = |reply: &Reply| matches!(reply, Reply::Reserved(reserved) if reserved.id == changed.id);
        let asked = self.makers(made).find_map(|(at, command)| match command {
            Command::Reserve(c) if explains(c, show, changed, &places) => Some((at, c.clone())),
            _ => None,
        });
        let (index, c) = asked.ok_or_else(|| Violation(format!("a hold nobody asked for: {changed:?}")))?;
        let expires_at = c.hold_until.unwrap_or(at.plus_ms(show.settings.hold_ms));
        if changed.expires_at != Some(expires_at) || self.bookings.contains_key(&changed.id) {
            return Violation::of(format!("{changed:?} should be new and end at {expires_at}"));
        }
        let has_line = show.line.as_ref().is_some_and(|line| line.policy.enabled && !c.trusted);
        self.in_flight[index].used = true;
        if c.external.is_some() {
            for old in self.bookings.values_mut().filter(|old| old.external == c.external) {
                old.external = None;
            }
        }
        let show = self.shows.get_mut(&number).expect("just found");
        show.house.change(Some(changed.id), SeatState::Available, SeatState::Reserved, &changed.places)?;
        let booking = Booking {
            event: number,
            user: c.user,
            external: c.external,
            ticket: c.token.filter(|_| has_line).map(|token| token.ticket()),
            state: ReservationState::Pending,
            places,
            created_at: at,
            changed_at: at,
            expires_at,
            extensions: 0,
            payment: None,
            warned: None,
            warn_again: false,
            armed_at: at,
            confirmed_at: UnixMs::ZERO,
        };
        self.bookings.insert(changed.id, booking);
        Ok(())
    }

    fn warned(&mut self, id: ReservationId, expires_at: UnixMs, at: UnixMs) -> Checked {
        let warning_ms = self.rules.warning_ms;
        let booking = self.booking_mut(id)?;
        let due = booking.state == ReservationState::Pending && booking.expires_at == expires_at;
        let again = booking.warned == Some(expires_at) && !booking.warn_again;
        if !due || again || expires_at.ms_since(at) > warning_ms || expires_at <= at {
            return Violation::of(format!("warned at {at} of {expires_at}: {booking:?}"));
        }
        (booking.warned, booking.warn_again) = (Some(expires_at), false);
        Ok(())
    }

    fn ticket_fact(&mut self, update: &Update) -> Checked {
        use QueueState::{Admitted, Expired, InRoom, Left, Ready, Waiting};
        let at = update.at;
        let mut ceiling = self.ceiling;
        let asked: Vec<(usize, Command)> = self.asking().map(|(at, command)| (at, command.clone())).collect();
        let mut used = None;
        let on_sale = check_open(self.event_of(update)?, at).is_ok();
        let line = self.line_of(update)?;
        match &update.what {
            UpdateKind::Joined(number) => {
                let joins = asked.iter().find_map(|(at, command)| match command {
                    Command::JoinQueue(c) if Some(&c.event) == update.event.as_ref() => {
                        let taken = line.tickets.values().any(|t| t.is_live() && same_session(t, c));
                        (!taken).then_some((*at, c))
                    }
                    _ => None,
                });
                let (at_index, c) = joins.ok_or_else(|| Violation("somebody unknown joined".into()))?;
                used = Some(at_index);
                let ticket = Ticket {
                    session: c.session.clone(),
                    user: c.user.clone(),
                    one_place: line.policy.one_place_per_user,
                    state: Waiting,
                    until: (at, at),
                    waiting: None,
                    reservation: None,
                };
                line.joined(*number, ticket, on_sale, at)?;
            }
            UpdateKind::Left(number) => {
                line.move_to(*number, &[InRoom, Waiting, Ready, Admitted], Left, at)?;
            }
            UpdateKind::Ready(numbers, until) => line.ready(numbers, *until, &mut ceiling, at)?,
            UpdateKind::Admitted(number) => {
                let until = at.plus_ms(line.policy.token_ttl_ms);
                line.move_to(*number, &[Ready], Admitted, until)?;
            }
            UpdateKind::TicketsExpired(numbers) => {
                for number in numbers {
                    if let Some(ticket) = line.tickets.get(number)
                        && line.alive(ticket, at) == Some(true)
                    {
                        return Violation::of(format!(
                            "ticket {number} expired at {at}, too early: {ticket:?}"
                        ));
                    }
                    line.move_to(*number, &[InRoom, Waiting, Ready, Admitted], Expired, at)?;
                }
            }
            other => unreachable!("{other:?} is no fact of a ticket"),
        }
        self.ceiling = ceiling;
        if let Some(index) = used {
            self.in_flight[index].used = true;
        }
        Ok(())
    }

    /// Lines whose head should have been let in by `now`, right after they were looked at.
    pub(crate) fn stalled(&self, now: UnixMs) -> Vec<&Show> {
        let stalled =
            |show: &&Show| show.line.as_ref().is_some_and(|line| line.is_stalled(&self.ceiling, now));
        self.shows.values().filter(stalled).collect()
    }
}

/// True if this command can have made this hold.
fn explains(c: &Reserve, show: &Show, changed: &ReservationUpdate, places: &[PackedPlace]) -> bool {
    if c.event != show.id || Some(&c.user) != changed.user.as_ref() {
        return false;
    }
    match &c.want {
        SeatRequest::Best(best) => places.iter().map(|place| place.quantity()).sum::<u32>() == best.quantity,
        SeatRequest::Seats(seats) => {
            let named = |place: &PackedPlace| {
                let label = place.as_seat().map(|seat| &show.house.seats[seat.0 as usize].label);
                label.is_some_and(|label| seats.iter().any(|seat| seat.as_str() == label))
            };
            places.len() == seats.len() && places.iter().all(named)
        }
    }
}
