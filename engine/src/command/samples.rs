//! A fixed set of commands for tests: every command, and every form that its fields have.

use std::time::Duration;

use crate::list::Seats;

use super::{
    Best, BlockSeats, Caller, CancelPayment, Command, Confirm, CreateEvent, CreatePayment, Currency,
    DrawRoom, EventSettings, Expire, Extend, JoinQueue, Money, Note, PauseQueue, Payee, PaymentMethod,
    PaymentOutcome, ProcessPayment, Proof, Release, ReportPayment, ReportWebhook, RequestAdmission,
    ReservationRef, Reserve, Scenario, SeatRequest, SetQueuePolicy, SetSale, UpdateEvent,
};
use crate::admission::{PresaleRoom, QueuePolicy};
use crate::clock::UnixMs;
use crate::error::SaleState;
use crate::ids::{
    EventId, ExternalId, IdempotencyKey, PaymentId, ReservationId, ReservationToken, SeatId, SectionId,
    SessionId, SlotId, UserId, WaitingToken, WebhookId,
};
use crate::inventory::{Row, RowSeats, SeatException, SeatMap, Section};

fn event() -> EventId {
    EventId::new("evt_2025").expect("good")
}

fn user() -> UserId {
    UserId::new("user-1").expect("good")
}

fn external() -> ExternalId {
    ExternalId::new("order:77").expect("good")
}

fn key() -> Option<IdempotencyKey> {
    Some(IdempotencyKey::new("key-1").expect("good"))
}

fn seat(name: &str) -> SeatId {
    SeatId::new(name).expect("good")
}

fn slot(slot: u32) -> SlotId {
    SlotId { slot, generation: 3, tag: 0x0123_4567_89ab_cdef }
}

fn reservation() -> ReservationId {
    ReservationId(slot(7))
}

fn payment() -> PaymentId {
    PaymentId(slot(9))
}

fn settings() -> EventSettings {
    EventSettings {
        seats_per_user_max: Some(12),
        sale_starts: Some(UnixMs::new(1_700_000_000_000)),
        ..EventSettings::new("A concert", Currency::new("eur").expect("good"))
    }
}

fn seats() -> SeatMap {
    let numbered = Row {
        label: "A".into(),
        price_minor: 5_000,
        accessible: false,
        seats: RowSeats::Numbered { prefix: "A-".into(), first_number: 1, step: 2, digits_min: 2, count: 9 },
        aisles_before: vec![4],
        exceptions: vec![SeatException { index: 2, price_minor: Some(4_000), accessible: Some(true) }],
    };
    let listed = Row { seats: RowSeats::Listed(vec!["x".into(), "y".into()]), ..Row::default() };
    SeatMap {
        sections: vec![
            Section::Seated { name: "stalls".into(), rows: vec![numbered, listed] },
            Section::General { name: "floor".into(), capacity: 300, price_minor: -1 },
        ],
    }
}

fn policy() -> QueuePolicy {
    let room = PresaleRoom { opens_at: UnixMs::new(5), draws_at: UnixMs::new(6) };
    QueuePolicy { burst: 7, room: Some(room), ..QueuePolicy::default() }
}

fn waiting() -> WaitingToken {
    WaitingToken { event: 1, ticket: 2, mac: [7; 16] }
}

fn best() -> Best {
    Best { section: Some(SectionId::new("floor").expect("good")), allow_split: false, ..Best::of(3) }
}

/// Commands about events, their seats and their lines.
fn of_events(found: &mut Vec<Command>) {
    let (event, key) = (event(), key());
    for queue in [None, Some(policy())] {
        let command =
            CreateEvent::new(event.clone(), settings(), seats()).with_queue(queue).with_key(key.clone());
        found.push(Command::CreateEvent(Box::new(command)));
    }
    let command = UpdateEvent::new(event.clone(), settings()).with_key(key.clone());
    found.push(Command::UpdateEvent(Box::new(command)));
    for state in [SaleState::Draft, SaleState::Open, SaleState::Paused, SaleState::Closed] {
        found.push(Command::SetSale(SetSale::new(event.clone(), state).with_key(key.clone())));
    }
    for block in [false, true] {
        let seats = vec![seat("A-01"), seat("A-03")];
        found.push(Command::BlockSeats(BlockSeats::new(event.clone(), seats, block).with_key(key.clone())));
    }
    let command = SetQueuePolicy::new(event.clone(), policy()).with_key(key.clone());
    found.push(Command::SetQueuePolicy(Box::new(command)));
    found.push(Command::PauseQueue(PauseQueue::new(event.clone(), true).with_key(key.clone())));
    found.push(Command::DrawRoom(DrawRoom::new(event.clone()).with_key(key)));
    let session = SessionId::new("session-1").ok();
    for (session, user) in [(session.clone(), None), (None, Some(user())), (session, Some(user()))] {
        found.push(Command::JoinQueue(JoinQueue::new(event.clone()).with_session(session).with_user(user)));
    }
    found.push(Command::LeaveQueue(waiting()));
    for (event, user) in [(None, None), (Some(event), Some(user()))] {
        found.push(Command::RequestAdmission(
            RequestAdmission::new(waiting()).with_event(event).with_user(user),
        ));
    }
}

/// Commands about holds.
fn of_holds(found: &mut Vec<Command>) {
    let token = Some(ReservationToken { event: 1, ticket: 2, mac: [8; 16] });
    let whole = Reserve::new(event(), user(), SeatRequest::Best(best()))
        .with_token(token)
        .with_trusted(true)
        .with_external(external())
        .with_hold_until(UnixMs::new(1_700_000_060_000))
        .with_key(key());
    let none = SeatRequest::Seats(Seats::new());
    let two = SeatRequest::Seats([seat("A-01"), seat("A-03")].into());
    for want in [none, two, SeatRequest::Best(Best { accessible: true, ..Best::of(2) })] {
        found.push(Command::Reserve(Box::new(Reserve::new(event(), user(), want).with_key(key()))));
    }
    found.push(Command::Reserve(Box::new(whole)));
    for which in [ReservationRef::Id(reservation()), ReservationRef::External(external())] {
        for user in [None, Some(user())] {
            for (proof, exactly) in [
                (Proof::Outside, None),
                (Proof::Outside, Some(Seats::new())),
                (Proof::Intent(payment()), None),
                (Proof::Intent(payment()), Some(Seats::from([seat("A-01"), seat("A-03")]))),
            ] {
                let which = which.clone();
                let command = Confirm::new(which, Caller::from_optional(user.clone()), proof)
                    .with_exactly(exactly)
                    .with_key(key());
                found.push(Command::Confirm(Box::new(command)));
            }
            let (which, user) = (which.clone(), user.clone());
            let seats = Seats::from([seat("A-01")]);
            let command = Release::new(which.clone(), Caller::from_optional(user.clone()))
                .with_seats(seats)
                .with_key(key());
            found.push(Command::Release(Box::new(command)));
            let by = Duration::from_millis(30_500);
            found.push(Command::Extend(
                Extend::new(which.clone(), Caller::from_optional(user), by).with_key(key()),
            ));
            found.push(Command::Expire(Expire::new(which)));
        }
    }
}

/// Commands about payments, webhooks and notes.
fn of_money(found: &mut Vec<Command>) {
    use PaymentMethod::{BankTransfer, CreditCard, DebitCard, DigitalWallet, MobilePay};
    use Scenario::{Approve, Delay, Fail, Outside, Random, Timeout};
    let payees = [
        Payee::Reservation(ReservationRef::Id(reservation())),
        Payee::Reservation(ReservationRef::External(external())),
        Payee::Unlinked(external()),
    ];
    let methods = [CreditCard, DebitCard, BankTransfer, MobilePay, DigitalWallet, CreditCard];
    for (at, scenario) in [Approve, Fail, Delay, Random, Timeout, Outside].into_iter().enumerate() {
        let command = CreatePayment::new(
            payees[at % 3].clone(),
            user(),
            Money { minor: 12_345, currency: Currency::new("KRW").expect("good") },
            methods[at],
            scenario,
        )
        .with_webhook_url((at % 2 == 1).then(|| "https://shop.example/paid".into()))
        .with_attachment(vec![1; at])
        .with_key(key());
        found.push(Command::CreatePayment(Box::new(command)));
    }
    for user in [None, Some(user())] {
        let payment = payment();
        found.push(Command::ProcessPayment(
            ProcessPayment::new(payment, Caller::from_optional(user.clone())).with_key(key()),
        ));
        for refund_minor in [None, Some(-5)] {
            let command = CancelPayment::new(payment, Caller::from_optional(user.clone()))
                .with_refund_minor(refund_minor)
                .with_key(key());
            found.push(Command::CancelPayment(command));
        }
    }
    for outcome in [PaymentOutcome::Completed, PaymentOutcome::Failed] {
        found.push(Command::ReportPayment(ReportPayment::new(payment(), outcome).with_key(key())));
    }
    let webhook = WebhookId(slot(4));
    found.push(Command::ReportWebhook(ReportWebhook::new(webhook, true)));
    found.push(Command::ReplayWebhook(webhook));
    for value in [None, Some(vec![]), Some(vec![1, 2, 3])] {
        found.push(Command::Note(Note::new(external(), value).with_key(key())));
    }
}

/// All of them.
pub(crate) fn samples() -> Vec<Command> {
    let mut found = Vec::new();
    of_events(&mut found);
    of_holds(&mut found);
    of_money(&mut found);
    found
}
