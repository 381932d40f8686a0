//! What a command about payments may be answered.

use tacos_engine::clock::UnixMs;
use tacos_engine::{CancelPayment, Command, CreatePayment, Money, Payee};
use tacos_engine::{PaymentId, UserId};
use tacos_engine::{PaymentState, Refusal, ReservationState};

use super::expect::{invalid, no};
use super::{Expect, Intent, Model};

impl Model {
    pub(super) fn expect_payment(&self, command: &Command, now: UnixMs) -> Result<Expect, Refusal> {
        match command {
            Command::CreatePayment(c) => self.expect_created(c, now),
            Command::ProcessPayment(c) => self.on_intent(c.payment, c.caller.user(), now, |intent| {
                self.while_open(intent, now, &[PaymentState::Pending])
            }),
            Command::ReportPayment(c) => self.on_intent(c.payment, None, now, |intent| {
                self.while_open(intent, now, &[PaymentState::Pending, PaymentState::Processing])
            }),
            Command::CancelPayment(c) => {
                self.on_intent(c.payment, c.caller.user(), now, |intent| self.expect_cancel(c, intent, now))
            }
            // Deliveries have their own oracle: see the simulator.
            Command::ReportWebhook(_) | Command::ReplayWebhook(_) => Ok(Expect::Anything),
            other => unreachable!("{other:?} is expected elsewhere"),
        }
    }

    fn on_intent(
        &self,
        id: PaymentId,
        user: Option<&UserId>,
        now: UnixMs,
        expect: impl Fn(&Intent) -> Expect,
    ) -> Result<Expect, Refusal> {
        let intent = self.payments.get(&id).ok_or(Refusal::UnknownPayment)?;
        let mut expect = match user {
            Some(user) if *user != intent.user => no(Refusal::Forbidden),
            _ => expect(intent),
        };
        if let Expect::Refused(refusals) = &mut expect
            && self.payment_may_be_forgotten(intent, now)
        {
            refusals.push(Refusal::UnknownPayment);
        }
        Ok(expect)
    }

    /// A success while the intent is in one of these states. One whose decided moment may have come may have ended.
    fn while_open(&self, intent: &Intent, now: UnixMs, open: &[PaymentState]) -> Expect {
        if let Some(mut ends) = self.may_have_ended(intent, now) {
            if !self.must_have_ended(intent, now) && open.contains(&intent.state) {
                return Expect::Either(ends);
            }
            if intent.state == PaymentState::Processing && !open.contains(&PaymentState::Processing) {
                ends.push(Refusal::PaymentIs(PaymentState::Processing));
            }
            return Expect::Refused(ends);
        }
        if open.contains(&intent.state) { Expect::Success } else { no(Refusal::PaymentIs(intent.state)) }
    }

    fn expect_cancel(&self, c: &CancelPayment, intent: &Intent, now: UnixMs) -> Expect {
        let open = [PaymentState::Pending, PaymentState::Processing];
        if intent.state == PaymentState::Completed {
            return self.expect_refund(c, intent).map_or_else(no, |()| Expect::Success);
        }
        match self.while_open(intent, now, &open) {
            // It may have been completed just now, and then this is a refund.
            Expect::Refused(mut refusals) | Expect::Either(mut refusals) if open.contains(&intent.state) => {
                let completes = refusals.contains(&Refusal::PaymentIs(PaymentState::Completed));
                refusals.extend(self.expect_refund(c, intent).err());
                if completes || !self.must_have_ended(intent, now) {
                    Expect::Either(refusals)
                } else {
                    Expect::Refused(refusals)
                }
            }
            other => other,
        }
    }

    fn expect_refund(&self, c: &CancelPayment, intent: &Intent) -> Result<(), Refusal> {
        let left_minor = intent.amount.minor - intent.refunded_minor;
        match c.refund_minor.unwrap_or(left_minor) {
            minor if minor <= 0 => Err(invalid()),
            minor if minor > left_minor => Err(Refusal::RefundTooLarge { left_minor }),
            _ => Ok(()),
        }
    }

    /// The states in which an open intent may have ended by itself by `now`, as refusals; `None` if it has not.
    fn may_have_ended(&self, intent: &Intent, now: UnixMs) -> Option<Vec<Refusal>> {
        let mut ends = Vec::new();
        if let (PaymentState::Processing, Some((first, _))) = (intent.state, self.window(intent))
            && first <= now
        {
            ends.extend(outcomes(intent).iter().map(|state| Refusal::PaymentIs(*state)));
            // Its money may have come too late.
            ends.push(Refusal::PaymentIs(PaymentState::Refunded));
        }
        if matches!(intent.state, PaymentState::Pending | PaymentState::Processing)
            && intent.expires_at <= now
        {
            ends.push(Refusal::PaymentIs(PaymentState::Expired));
        }
        (!ends.is_empty()).then_some(ends)
    }

    /// True if an open intent has ended by `now`, whatever was drawn.
    pub(crate) fn must_have_ended(&self, intent: &Intent, now: UnixMs) -> bool {
        let last = self.window(intent).map_or(UnixMs::MAX, |(_, last)| last);
        let open = matches!(intent.state, PaymentState::Pending | PaymentState::Processing);
        open && (intent.expires_at <= now || intent.state == PaymentState::Processing && last <= now)
    }

    /// True if the intent's life is over and no outcome can come any more, whether or not the engine has said so.
    pub(super) fn has_lapsed(&self, intent: &Intent, now: UnixMs) -> bool {
        let too_late = || self.window(intent).is_none_or(|(first, _)| first > intent.expires_at);
        match intent.state {
            PaymentState::Pending => intent.expires_at <= now,
            PaymentState::Processing => intent.expires_at <= now && too_late(),
            _ => false,
        }
    }

    /// The earliest and the latest moment at which a processing intent gets its outcome; `None` if it gets none.
    pub(super) fn window(&self, intent: &Intent) -> Option<(UnixMs, UnixMs)> {
        use tacos_engine::Scenario::{Approve, Delay, Fail, Outside, Random, Timeout};
        let (low_ms, high_ms) = match intent.scenario {
            Approve => (2_000, 5_000),
            Fail => (1_000, 3_000),
            Delay => (10_000, 30_000),
            Random => (2_000, 7_000),
            Timeout | Outside => return None,
        };
        let scale = |ms: u64| (ms * u64::from(self.rules.time_permille)).div_ceil(1_000);
        Some((intent.processing_at.plus_ms(scale(low_ms)), intent.processing_at.plus_ms(scale(high_ms))))
    }

    /// A success unless this intent is under way or done.
    pub(super) fn unless_paid(&self, intent: &Intent, now: UnixMs) -> Expect {
        use PaymentState::{Completed, Pending, Processing};
        if !matches!(intent.state, Pending | Processing | Completed) || self.has_lapsed(intent, now) {
            return Expect::Success;
        }
        match self.may_have_ended(intent, now) {
            None => no(Refusal::PaymentExists),
            Some(_) => Expect::Either(vec![Refusal::PaymentExists]),
        }
    }

    fn expect_created(&self, c: &CreatePayment, now: UnixMs) -> Result<Expect, Refusal> {
        let Payee::Reservation(which) = &c.payee else { return Ok(Expect::Success) };
        let (_, booking) = self.which(which).ok_or(Refusal::UnknownReservation)?;
        if booking.user != c.user {
            return Err(Refusal::Forbidden);
        }
        let mut refusals = Vec::new();
        if let Some(intent) = booking.payment.and_then(|payment| self.payments.get(&payment)) {
            use PaymentState::{Completed, Pending, Processing};
            let live =
                matches!(intent.state, Pending | Processing | Completed) && !self.has_lapsed(intent, now);
            if live && self.may_have_ended(intent, now).is_none() {
                return Err(Refusal::PaymentExists);
            }
            if live {
                refusals.push(Refusal::PaymentExists);
            }
        }
        let show = &self.shows[&booking.event];
        let owed = Money { minor: show.house.price(&booking.places), currency: show.settings.currency };
        let refusal = match self.state_of(booking, now) {
            ReservationState::Pending if self.rules.amount_must_match && owed != c.amount => Some(invalid()),
            ReservationState::Pending => None,
            ReservationState::Expired => Some(Refusal::ReservationExpired),
            other => Some(Refusal::ReservationIs(other)),
        };
        Ok(match refusal {
            None if refusals.is_empty() => Expect::Success,
            None => Expect::Either(refusals),
            Some(refusal) if refusals.is_empty() => no(refusal),
            Some(refusal) => Expect::Refused([refusals, vec![refusal]].concat()),
        })
    }
}

/// The states in which the scenario may end an intent.
pub(super) fn outcomes(intent: &Intent) -> &'static [PaymentState] {
    use tacos_engine::Scenario::{Approve, Delay, Fail, Outside, Random, Timeout};
    match intent.scenario {
        Approve | Delay => &[PaymentState::Completed],
        Fail => &[PaymentState::Failed],
        Random => &[PaymentState::Completed, PaymentState::Failed],
        Timeout | Outside => &[],
    }
}
