//! Following the facts of payments: what an outcome does to its reservation is worked out here and compared.

use tacos_engine::LatePayment;
use tacos_engine::clock::UnixMs;
use tacos_engine::views::SeatState;
use tacos_engine::{Command, Payee, PaymentOutcome};
use tacos_engine::{PaymentEffect, Reply};
use tacos_engine::{PaymentId, ReservationId};
use tacos_engine::{PaymentState, ReservationState};
use tacos_engine::{PaymentUpdate, ReservationUpdate};

use super::money::outcomes;
use super::{Booking, Checked, Intent, Model, Violation};

impl Model {
    pub(super) fn payment(&mut self, changed: &PaymentUpdate, at: UnixMs) -> Checked {
        use PaymentState::{Cancelled, Completed, Expired, Failed, Pending, Processing, Refunded};
        let Some(before) = self.payments.get(&changed.id).cloned() else { return self.intent(changed, at) };
        let wrong = || Violation::of(format!("{changed:?} at {at} of {before:?}"));
        let open = matches!(before.state, Pending | Processing);
        let predicted = match changed.state {
            Processing if before.state == Pending => {
                self.payments.get_mut(&changed.id).expect("just found").processing_at = at;
                PaymentEffect::None
            }
            Completed | Refunded if before.state == Completed => return self.refunded(changed, &before, at),
            Completed | Refunded if open => {
                self.check_outcome(changed.id, &before, Completed, at)?;
                self.effect_of_money(&before, at)
            }
            Failed if open => {
                self.check_outcome(changed.id, &before, Failed, at)?;
                let holds = before.reservation.is_some_and(|id| self.holds(id, at));
                if holds { PaymentEffect::Released } else { PaymentEffect::None }
            }
            Cancelled if open => {
                let asked = |c: &Command| matches!(c, Command::CancelPayment(c) if c.payment == changed.id);
                if before.expires_at <= at || !self.asking().any(|(_, command)| asked(command)) {
                    return wrong();
                }
                PaymentEffect::None
            }
            Expired if open && before.expires_at <= at => PaymentEffect::None,
            _ => return wrong(),
        };
        let paid_back = predicted == PaymentEffect::PaidBack;
        let refunded_minor = if paid_back { before.amount.minor } else { 0 };
        if changed.effect != predicted
            || (changed.state == Refunded) != paid_back
            || changed.refunded_minor != refunded_minor
            || changed.reservation.is_some() != moves_seats(predicted)
        {
            return Violation::of(format!("{predicted:?} was due; {changed:?} at {at} of {before:?}"));
        }
        let intent = self.payments.get_mut(&changed.id).expect("just found");
        (intent.state, intent.effect, intent.changed_at) = (changed.state, predicted, at);
        intent.refunded_minor = refunded_minor;
        intent.refunds = u32::from(refunded_minor > 0);
        if changed.state != Processing {
            self.result(changed.id, changed.state, at);
        }
        match &changed.reservation {
            Some(reservation) => self.settled(reservation, predicted, at),
            None => Ok(()),
        }
    }

    fn holds(&self, id: ReservationId, at: UnixMs) -> bool {
        self.bookings.get(&id).is_some_and(|booking| self.state_of(booking, at) == ReservationState::Pending)
    }

    /// What money that comes at `at` does.
    fn effect_of_money(&self, intent: &Intent, at: UnixMs) -> PaymentEffect {
        let Some(id) = intent.reservation else { return PaymentEffect::None };
        let Some(booking) = self.bookings.get(&id) else { return PaymentEffect::PaidBack };
        if self.holds(id, at) {
            return PaymentEffect::Confirmed;
        }
        let expired = booking.state == ReservationState::Expired;
        let free = || self.shows[&booking.event].house.all_free(&booking.places);
        if expired && self.rules.late == LatePayment::RetakeOrRefund && free() {
            PaymentEffect::Retaken
        } else {
            PaymentEffect::PaidBack
        }
    }

    /// An outcome comes because it was reported, or by itself at its moment.
    fn check_outcome(&self, id: PaymentId, before: &Intent, state: PaymentState, at: UnixMs) -> Checked {
        let reported = self.asking().any(|(_, command)| match command {
            Command::ReportPayment(c) if c.payment == id => match c.outcome {
                PaymentOutcome::Completed => state == PaymentState::Completed,
                PaymentOutcome::Failed => state == PaymentState::Failed,
            },
            _ => false,
        });
        let drawn = before.state == PaymentState::Processing && outcomes(before).contains(&state);
        let due = self.window(before).is_some_and(|(first, _)| first <= at && first <= before.expires_at);
        if reported && at < before.expires_at || drawn && due {
            return Ok(());
        }
        Violation::of(format!("{id} became {state:?} at {at}, but is {before:?}"))
    }

    fn settled(&mut self, changed: &ReservationUpdate, effect: PaymentEffect, at: UnixMs) -> Checked {
        let before = self.bookings.get(&changed.id).cloned();
        let before = before.ok_or_else(|| Violation(format!("settled {}, which is unknown", changed.id)))?;
        let (state, seats) = match effect {
            PaymentEffect::Confirmed | PaymentEffect::Retaken => {
                (ReservationState::Confirmed, SeatState::Sold)
            }
            _ => (ReservationState::Failed, SeatState::Available),
        };
        self.check_settled(changed, &before, state)?;
        self.ended(changed, &before, seats)?;
        self.bookings.get_mut(&changed.id).expect("just found").changed_at = at;
        match effect {
            PaymentEffect::Confirmed => self.confirmed(changed.id, at),
            PaymentEffect::Retaken => {
                self.bookings.get_mut(&changed.id).expect("just found").confirmed_at = at;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn check_settled(
        &self,
        changed: &ReservationUpdate,
        before: &Booking,
        state: ReservationState,
    ) -> Checked {
        if changed.state == state && changed.from == Some(before.state) {
            return Ok(());
        }
        Violation::of(format!("settled as {changed:?}, not from {:?} to {state:?}", before.state))
    }

    fn refunded(&mut self, changed: &PaymentUpdate, before: &Intent, at: UnixMs) -> Checked {
        let left_minor = before.amount.minor - before.refunded_minor;
        let minor = changed.refunded_minor;
        let whole = minor == left_minor;
        let asked = |c: &Command| matches!(c, Command::CancelPayment(c) if c.payment == changed.id && c.refund_minor.unwrap_or(left_minor) == minor);
        let state = if whole { PaymentState::Refunded } else { PaymentState::Completed };
        let booking =
            before.reservation.filter(|_| whole).and_then(|id| Some((id, self.bookings.get(&id)?.clone())));
        let sold = booking.filter(|(_, booking)| {
            booking.state == ReservationState::Confirmed && booking.payment == Some(changed.id)
        });
        let effect = if sold.is_some() { PaymentEffect::Released } else { PaymentEffect::None };
        if minor <= 0
            || minor > left_minor
            || changed.state != state
            || changed.effect != effect
            || changed.reservation.is_some() != sold.is_some()
            || !self.asking().any(|(_, command)| asked(command))
        {
            return Violation::of(format!("refund {changed:?} of {before:?}, {effect:?} was due"));
        }
        let intent = self.payments.get_mut(&changed.id).expect("just found");
        (intent.state, intent.changed_at) = (state, at);
        intent.refunded_minor += minor;
        intent.refunds += 1;
        self.result(changed.id, PaymentState::Refunded, at);
        if let (Some(reservation), Some((_, booking))) = (&changed.reservation, sold) {
            self.check_settled(reservation, &booking, ReservationState::Refunded)?;
            self.ended(reservation, &booking, SeatState::Available)?;
            self.bookings.get_mut(&reservation.id).expect("just found").changed_at = at;
        }
        Ok(())
    }

    fn intent(&mut self, changed: &PaymentUpdate, at: UnixMs) -> Checked {
        let free = |reservation: Option<ReservationId>| {
            let named = reservation.and_then(|id| self.bookings.get(&id)?.payment);
            let live = named.and_then(|id| self.payments.get(&id)).is_some_and(|intent| match intent.state {
                PaymentState::Pending | PaymentState::Processing => !self.has_lapsed(intent, at),
                PaymentState::Completed => true,
                _ => false,
            });
            !live
        };
        let made = |reply: &Reply| matches!(reply, Reply::Payment(made) if made.id == changed.id);
        let asked = self.makers(made).find_map(|(at, command)| match command {
            Command::CreatePayment(c) if Some(&c.user) == changed.user.as_ref() => {
                let reservation = match &c.payee {
                    Payee::Reservation(which) => Some(self.which(which)?.0),
                    Payee::Unlinked(_) => None,
                };
                free(reservation).then(|| (at, c.clone(), reservation))
            }
            _ => None,
        });
        let (index, c, reservation) = asked.ok_or_else(|| Violation(format!("nobody pays: {changed:?}")))?;
        if changed.state != PaymentState::Pending || reservation.is_some_and(|id| !self.holds(id, at)) {
            return Violation::of(format!("{changed:?} is new at {at}, for {reservation:?}"));
        }
        self.in_flight[index].used = true;
        let intent = Intent {
            user: c.user,
            reservation,
            amount: c.amount,
            scenario: c.scenario,
            has_url: c.webhook_url.is_some(),
            state: PaymentState::Pending,
            effect: PaymentEffect::None,
            refunded_minor: 0,
            refunds: 0,
            created_at: at,
            changed_at: at,
            processing_at: at,
            expires_at: at.plus_ms(self.rules.payment_ttl_ms),
        };
        self.payments.insert(changed.id, intent);
        if let Some(booking) = reservation.and_then(|id| self.bookings.get_mut(&id)) {
            booking.payment = Some(changed.id);
            booking.changed_at = at;
        }
        Ok(())
    }
}

fn moves_seats(effect: PaymentEffect) -> bool {
    matches!(effect, PaymentEffect::Confirmed | PaymentEffect::Retaken | PaymentEffect::Released)
}
