//! A fixed set of commands for tests: every command, and every form that its fields have.

use std::time::Duration;

use smallvec::smallvec;

use super::{
    Best, BlockSeats, CancelPayment, Command, Confirm, CreateEvent, CreatePayment, Currency, DrawRoom,
    EventSettings, Expire, Extend, JoinQueue, Money, Note, Outcome, PauseQueue, Payee, PaymentMethod,
    ProcessPayment, Proof, Release, ReportPayment, ReportWebhook, RequestAdmission, Reserve, Scenario,
    SetQueuePolicy, SetSale, UpdateEvent, Want, Which,
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
        let command = CreateEvent {
            event: event.clone(),
            settings: settings(),
            seats: seats(),
            queue,
            key: key.clone(),
        };
        found.push(Command::CreateEvent(Box::new(command)));
    }
    let command = UpdateEvent { event: event.clone(), settings: settings(), key: key.clone() };
    found.push(Command::UpdateEvent(Box::new(command)));
    for state in [SaleState::Draft, SaleState::Open, SaleState::Paused, SaleState::Closed] {
        found.push(Command::SetSale(SetSale { event: event.clone(), state, key: key.clone() }));
    }
    for block in [false, true] {
        let seats = vec![seat("A-01"), seat("A-03")];
        found.push(Command::BlockSeats(BlockSeats { event: event.clone(), seats, block, key: key.clone() }));
    }
    let command = SetQueuePolicy { event: event.clone(), policy: policy(), key: key.clone() };
    found.push(Command::SetQueuePolicy(Box::new(command)));
    found.push(Command::PauseQueue(PauseQueue { event: event.clone(), paused: true, key: key.clone() }));
    found.push(Command::DrawRoom(DrawRoom { event: event.clone(), key }));
    let session = SessionId::new("session-1").ok();
    for (session, user) in [(session.clone(), None), (None, Some(user())), (session, Some(user()))] {
        found.push(Command::JoinQueue(JoinQueue { event: event.clone(), session, user }));
    }
    found.push(Command::LeaveQueue(waiting()));
    for (event, user) in [(None, None), (Some(event), Some(user()))] {
        found.push(Command::RequestAdmission(RequestAdmission { token: waiting(), event, user }));
    }
}

/// Commands about holds.
fn of_holds(found: &mut Vec<Command>) {
    let token = Some(ReservationToken { event: 1, ticket: 2, mac: [8; 16] });
    let whole = Reserve {
        token,
        trusted: true,
        external: Some(external()),
        hold_until: Some(UnixMs::new(1_700_000_060_000)),
        key: key(),
        ..Reserve::new(event(), user(), Want::Best(best()))
    };
    let none = Want::Seats(smallvec![]);
    let two = Want::Seats(smallvec![seat("A-01"), seat("A-03")]);
    for want in [none, two, Want::Best(Best { accessible: true, ..Best::of(2) })] {
        found.push(Command::Reserve(Box::new(Reserve { key: key(), ..Reserve::new(event(), user(), want) })));
    }
    found.push(Command::Reserve(Box::new(whole)));
    for which in [Which::Id(reservation()), Which::External(external())] {
        for user in [None, Some(user())] {
            for (proof, exactly) in [
                (Proof::Outside, None),
                (Proof::Outside, Some(smallvec![])),
                (Proof::Intent(payment()), None),
                (Proof::Intent(payment()), Some(smallvec![seat("A-01"), seat("A-03")])),
            ] {
                let which = which.clone();
                let command = Confirm { which, user: user.clone(), proof, exactly, key: key() };
                found.push(Command::Confirm(Box::new(command)));
            }
            let (which, user) = (which.clone(), user.clone());
            let seats = smallvec![seat("A-01")];
            let command = Release { which: which.clone(), user: user.clone(), seats, key: key() };
            found.push(Command::Release(Box::new(command)));
            let by = Duration::from_millis(30_500);
            found.push(Command::Extend(Extend { which: which.clone(), user, by, key: key() }));
            found.push(Command::Expire(Expire { which }));
        }
    }
}

/// Commands about payments, webhooks and notes.
fn of_money(found: &mut Vec<Command>) {
    use PaymentMethod::{BankTransfer, CreditCard, DebitCard, DigitalWallet, MobilePay};
    use Scenario::{Approve, Delay, Fail, Outside, Random, Timeout};
    let payees = [
        Payee::Reservation(Which::Id(reservation())),
        Payee::Reservation(Which::External(external())),
        Payee::Unlinked(external()),
    ];
    let methods = [CreditCard, DebitCard, BankTransfer, MobilePay, DigitalWallet, CreditCard];
    for (at, scenario) in [Approve, Fail, Delay, Random, Timeout, Outside].into_iter().enumerate() {
        let command = CreatePayment {
            payee: payees[at % 3].clone(),
            user: user(),
            amount: Money { minor: 12_345, currency: Currency::new("KRW").expect("good") },
            method: methods[at],
            scenario,
            webhook_url: (at % 2 == 1).then(|| "https://shop.example/paid".into()),
            attachment: vec![1; at],
            key: key(),
        };
        found.push(Command::CreatePayment(Box::new(command)));
    }
    for user in [None, Some(user())] {
        let payment = payment();
        found.push(Command::ProcessPayment(ProcessPayment { payment, user: user.clone(), key: key() }));
        for refund_minor in [None, Some(-5)] {
            let command = CancelPayment { payment, user: user.clone(), refund_minor, key: key() };
            found.push(Command::CancelPayment(command));
        }
    }
    for outcome in [Outcome::Completed, Outcome::Failed] {
        found.push(Command::ReportPayment(ReportPayment { payment: payment(), outcome, key: key() }));
    }
    let webhook = WebhookId(slot(4));
    found.push(Command::ReportWebhook(ReportWebhook { webhook, delivered: true }));
    found.push(Command::ReplayWebhook(webhook));
    for value in [None, Some(vec![]), Some(vec![1, 2, 3])] {
        found.push(Command::Note(Note { name: external(), value, key: key() }));
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
