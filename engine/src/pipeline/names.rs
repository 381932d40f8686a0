//! Whose a reservation or payment is, for views, updates and checks. A user's number stands for them only while something
//! of theirs is live, and for another user later; a slot's outside id goes with its reservation too. So what is found by
//! a slot's facts counts only if the slot is still the same thing's after the look: whatever goes with a thing goes while
//! the slot is owned, before its generation moves on.

use std::sync::Arc;

use crate::error::Refusal;
use crate::ids::{ExternalId, UserId};
use crate::payments::Intent;
use crate::reservations::Reservation;
use crate::sync::Status;

use super::state::State;

impl State {
    /// The user of a reservation, and the id that they brought for it; `None` if it is forgotten.
    pub(crate) fn names_of(&self, facts: &Reservation) -> Option<(UserId, Option<Arc<ExternalId>>)> {
        let slot = self.reservations.slot(facts.id.slot)?;
        let names =
            || self.users.name(facts.user).map(|user| (user, self.reservations.external(facts.id.slot)));
        unless_forgotten(&slot.status, facts.id.generation, names).flatten()
    }

    /// The user of a payment; `None` if it is forgotten.
    pub(crate) fn payer(&self, intent: &Intent) -> Option<UserId> {
        let slot = self.payments.slot(intent.id.slot)?;
        unless_forgotten(&slot.status, intent.id.generation, || self.users.name(intent.user)).flatten()
    }

    /// Refuses unless a reservation is the user's, if one is given.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], and [`Refusal::UnknownReservation`] if it is forgotten meanwhile.
    pub(crate) fn check_user(&self, facts: &Reservation, user: Option<&UserId>) -> Result<(), Refusal> {
        let Some(user) = user else { return Ok(()) };
        let slot = self.reservations.slot(facts.id.slot).ok_or(Refusal::UnknownReservation)?;
        match unless_forgotten(&slot.status, facts.id.generation, || self.users.is(facts.user, user)) {
            Some(true) => Ok(()),
            Some(false) => Err(Refusal::Forbidden),
            None => Err(Refusal::UnknownReservation),
        }
    }
}

/// What `look` finds, unless the slot's thing of this generation is forgotten by then.
fn unless_forgotten<T>(status: &Status, generation: u32, look: impl FnOnce() -> T) -> Option<T> {
    #[cfg(all(test, not(any(loom, shuttle))))]
    tests::between();
    let found = look();
    // A later user's name is found only after the slot was owned to forget the thing: this waits for the owner's end.
    (status.wait_idle().generation == generation).then_some(found)
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use std::cell::RefCell;
    use std::sync::Arc;
    use std::time::Duration;

    use crate::command::{
        Caller, CancelPayment, CreateEvent, CreatePayment, Currency, EventSettings, Money, Payee,
        PaymentMethod, Release, ReservationRef, Reserve, Scenario, SeatRequest, SetSale,
    };
    use crate::error::{Refusal, SaleState};
    use crate::ids::{EventId, ExternalId, PaymentId, ReservationId, SeatId, UserId};
    use crate::inventory::{SeatMap, Section};
    use crate::updates::UpdateKind;
    use crate::{Clock, Config, Driver, Engine, Failure, ManualClock, Position, UnixMs};

    thread_local! {
        static BETWEEN: RefCell<Option<Box<dyn FnOnce()>>> = const { RefCell::new(None) };
    }

    /// After the facts were read and before the name is.
    pub(super) fn between() {
        let planted = BETWEEN.with_borrow_mut(Option::take);
        if let Some(planted) = planted {
            planted();
        }
    }

    fn user(name: &str) -> UserId {
        UserId::new(name).expect("valid")
    }

    fn event() -> EventId {
        EventId::new("show").expect("valid")
    }

    struct House {
        engine: Arc<Engine>,
        clock: Arc<ManualClock>,
        /// Another user, who gets the first one's number once that is free.
        next: UserId,
    }

    fn house() -> House {
        let clock = Arc::new(ManualClock::new(UnixMs::new(1_800_000_000_000)));
        let config = Config {
            driver: Driver::Manual,
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            reservations_max: 64,
            payments_max: 64,
            ..Config::default()
        };
        let engine = Arc::new(Engine::in_memory(config).expect("an engine"));
        let floor = Section::General { name: "floor".into(), capacity: 100, price_minor: 10 };
        let settings = EventSettings::new("a concert", Currency::new("KRW").expect("three letters"));
        let create = CreateEvent::new(event(), settings, SeatMap { sections: vec![floor] });
        engine.create_event(create).wait().expect("created");
        engine.set_sale(SetSale::new(event(), SaleState::Open)).wait().expect("open");
        let users = &engine.core().state.users;
        // Numbers are given out again within a shard.
        let next = (0..).map(|n| user(&format!("next-{n}")));
        let next = next.into_iter().find(|next| users.shares_shard(&user("first"), next)).expect("one in 64");
        House { engine, clock, next }
    }

    fn reserve(engine: &Engine, user: &UserId, external: &str) -> ReservationId {
        let want = SeatRequest::Seats(SeatId::new("floor").into_iter().collect());
        let mut command = Reserve::new(event(), user.clone(), want);
        command.external = Some(ExternalId::new(external).expect("valid"));
        engine.reserve(command).wait().expect("a hold").id
    }

    fn pay(engine: &Engine, user: &UserId) -> PaymentId {
        let command = CreatePayment::new(
            Payee::Unlinked(ExternalId::new("elsewhere").expect("valid")),
            user.clone(),
            Money { minor: 10, currency: Currency::new("KRW").expect("three letters") },
            PaymentMethod::CreditCard,
            Scenario::Outside,
        );
        engine.create_payment(command).wait().expect("an intent").id
    }

    impl House {
        /// The first user's reservation and payment, over; nothing else of theirs is live. And where their ends begin.
        fn first(&self) -> (ReservationId, PaymentId, Position) {
            let (engine, first) = (&self.engine, user("first"));
            let (reservation, payment) = (reserve(engine, &first, "one"), pay(engine, &first));
            let from = engine.position();
            let which = ReservationRef::Id(reservation);
            let release = Release::new(which, Caller::Operator);
            engine.release(release).wait().expect("released");
            let cancel = CancelPayment::new(payment, Caller::Operator);
            engine.cancel_payment(cancel).wait().expect("cancelled");
            (reservation, payment, from)
        }

        /// Plants: all of the first user's things are forgotten, and the next user comes and gets the number, the slots
        /// and the same moment.
        fn plant(&self) {
            let (engine, clock, next) =
                (Arc::clone(&self.engine), Arc::clone(&self.clock), self.next.clone());
            BETWEEN.set(Some(Box::new(move || {
                for _ in 0..3 {
                    clock.advance(Duration::from_secs(30 * 86_400));
                    engine.turn();
                }
                assert_eq!(engine.status().users, 0, "all is forgotten");
                reserve(&engine, &next, "two");
                pay(&engine, &next);
            })));
        }

        fn forget_everything(&self) {
            for _ in 0..3 {
                self.clock.advance(Duration::from_secs(30 * 86_400));
                self.engine.turn();
            }
        }
    }

    #[test]
    fn a_view_names_no_other_user() {
        let house = house();
        let (first, next) = (user("first"), house.next.clone());
        for asking in [Caller::Operator, next.into(), first.into()] {
            let (reservation, _, _) = house.first();
            house.plant();
            let seen = house.engine.reservation(&ReservationRef::Id(reservation), &asking).wait();
            assert_eq!(seen, Err(Failure::Refused(Refusal::UnknownReservation)), "asked by {asking:?}");
            house.forget_everything();
        }
    }

    #[test]
    fn a_payments_view_names_no_other_user() {
        let house = house();
        let (first, next) = (user("first"), house.next.clone());
        for asking in [Caller::Operator, next.into(), first.into()] {
            let (_, payment, _) = house.first();
            house.plant();
            let seen = house.engine.payment(payment, &asking).wait();
            assert_eq!(seen, Err(Failure::Refused(Refusal::UnknownPayment)), "asked by {asking:?}");
            house.forget_everything();
        }
    }

    #[test]
    fn an_update_names_no_other_user() {
        let house = house();
        for update in 0..2 {
            let (_, _, from) = house.first();
            let mut reader = house.engine.updates(from).expect("retained");
            let mut all = Vec::new();
            if update == 0 {
                house.plant();
            }
            reader.read(&mut all).expect("readable");
            let told: Vec<_> = all
                .iter()
                .map(|update| match &update.what {
                    UpdateKind::Reservation(moved) => moved.user.clone(),
                    UpdateKind::Payment(paid) => paid.user.clone(),
                    other => panic!("an update of {other:?}"),
                })
                .collect();
            let expected = if update == 0 { None } else { Some(user("first")) };
            assert_eq!(told, [expected.clone(), expected]);
            house.forget_everything();
        }
    }

    #[test]
    fn a_command_of_the_next_user_finds_nothing() {
        let house = house();
        for asking in [house.next.clone(), user("first")] {
            let (reservation, _, _) = house.first();
            house.plant();
            let which = ReservationRef::Id(reservation);
            let create = CreatePayment::new(
                Payee::Reservation(which),
                asking.clone(),
                Money { minor: 10, currency: Currency::new("KRW").expect("three letters") },
                PaymentMethod::CreditCard,
                Scenario::Outside,
            );
            let seen = house.engine.create_payment(create).wait().map(drop);
            assert_eq!(seen, Err(Failure::Refused(Refusal::UnknownReservation)), "asked by {asking}");
            BETWEEN.take();
            house.forget_everything();
        }
    }
}
