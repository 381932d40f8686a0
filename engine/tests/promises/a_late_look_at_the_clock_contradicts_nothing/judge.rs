//! Follows what callers were told, in the order in which they were told, and objects to what cannot be.

use tacos_engine::views::QueueState;
use tacos_engine::{PaymentEffect, PaymentId, PaymentState, ReservationId, ReservationState};

use super::world::Setup;

/// One thing that a caller was told.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Told {
    /// The hold is in this state.
    Hold(ReservationState),
    /// The hold's seat is free, or another customer's.
    Free,
    /// The seat is held or sold for this reservation of another customer.
    Others(ReservationId),
    /// A payment for the hold is in this state.
    Payment(PaymentId, PaymentState, PaymentEffect),
    /// The ticket with which the hold was made is in this state.
    Inside(QueueState),
    /// The ticket whose turn it is is in this state.
    Ready(QueueState),
    /// The answer to the one key.
    Keyed(String),
}

pub(crate) struct Judge {
    what: String,
    hold: ReservationState,
    free: bool,
    retaken: bool,
    others: Vec<ReservationId>,
    payments: Vec<(PaymentId, PaymentState)>,
    inside: QueueState,
    ready: QueueState,
    keyed: Option<String>,
}

impl Judge {
    pub(crate) fn new(what: &str, setup: Setup) -> Self {
        let hold = if setup == Setup::Paid { ReservationState::Confirmed } else { ReservationState::Pending };
        let inside = if setup == Setup::Paid { QueueState::Used } else { QueueState::Admitted };
        Self {
            what: what.to_owned(),
            hold,
            free: false,
            retaken: false,
            others: Vec::new(),
            payments: Vec::new(),
            inside,
            ready: QueueState::Ready,
            keyed: None,
        }
    }

    /// The pair that is judged.
    pub(crate) fn what(&self) -> &str {
        &self.what
    }

    pub(crate) fn told(&mut self, told: Told) {
        let what = &self.what;
        match told {
            Told::Hold(state) => {
                let may = may_become(self.hold, state, self.retaken);
                assert!(may, "{what}: the hold was told to be {:?}, then {state:?}", self.hold);
                let has_seats = matches!(state, ReservationState::Pending | ReservationState::Confirmed);
                assert!(
                    !has_seats || !self.free || self.retaken,
                    "{what}: the seat was told free, then {state:?}"
                );
                self.hold = state;
            }
            Told::Free => {
                assert!(self.hold != ReservationState::Confirmed, "{what}: the seat was sold, and then free");
                self.free = true;
            }
            Told::Others(id) => {
                if !self.others.contains(&id) {
                    self.others.push(id);
                }
                assert!(self.others.len() == 1, "{what}: one seat for {:?}", self.others);
                self.told(Told::Free);
            }
            Told::Payment(id, state, effect) => self.told_payment(id, state, effect),
            Told::Inside(state) => {
                let may = ticket_may_become(self.inside, state);
                assert!(may, "{what}: the ticket inside was {:?}, then {state:?}", self.inside);
                self.inside = state;
            }
            Told::Ready(state) => {
                let may = ticket_may_become(self.ready, state);
                assert!(may, "{what}: the ticket whose turn it is was {:?}, then {state:?}", self.ready);
                self.ready = state;
            }
            Told::Keyed(answer) => {
                let first = self.keyed.get_or_insert_with(|| answer.clone());
                assert_eq!(*first, answer, "{what}: one key, two answers");
            }
        }
    }

    fn told_payment(&mut self, id: PaymentId, state: PaymentState, effect: PaymentEffect) {
        use PaymentState::{Completed, Pending, Processing, Refunded};
        let before = self.payments.iter_mut().find(|(known, _)| *known == id);
        if let Some((_, before)) = before {
            let may = *before == state
                || *before == Pending
                || *before == Processing && state != Pending
                || (*before, state) == (Completed, Refunded);
            assert!(may, "{}: the payment was {before:?}, then {state:?}", self.what);
            *before = state;
        } else {
            self.payments.push((id, state));
        }
        self.retaken |= effect == PaymentEffect::Retaken;
    }
}

/// True if a hold that was told to be `from` may later be told to be `to`. Late money takes an expired hold's seats again.
fn may_become(from: ReservationState, to: ReservationState, retaken: bool) -> bool {
    use ReservationState::{Confirmed, Expired, Pending, Refunded};
    from == to
        || from == Pending
        || (from, to) == (Confirmed, Refunded)
        || retaken && from == Expired && matches!(to, Confirmed | Refunded)
}

fn ticket_may_become(from: QueueState, to: QueueState) -> bool {
    use QueueState::{Admitted, Expired, Left, Ready, Used};
    from == to || matches!((from, to), (Ready, Admitted | Left | Expired) | (Admitted, Used | Left | Expired))
}
