//! Requests whose answers wait for the disk: all writes, and reads of what must be durable before it is shown. Each is
//! checked here and handed to the engine.

use tacos_engine::views::Cursor;
use tacos_engine::{
    Best, BlockSeats, Caller, CancelPayment, Command, Confirm, CreateEvent, CreatePayment, DrawRoom, Engine,
    EventId, Expire, Extend, IdempotencyKey, JoinQueue, Money, Note, Outcome, PauseQueue, Payee,
    PaymentMethod, Pending, ProcessPayment, Proof, Refusal, Release, ReportPayment, ReportWebhook,
    RequestAdmission, Reserve, Scenario, SetQueuePolicy, SetSale, UpdateEvent, UserId, Want, Which,
};

use crate::answers::Found;
use crate::event::{RawEventSettings, RawQueuePolicy, RawSection, currency, seat_map};
use crate::refusal::{RawPaymentState, RawReservationState, RawSaleState, mirror};
use crate::text::{Checked, id, id_maybe, ids, moment_maybe, number, span, token};

mirror! {
    /// How the customer pays.
    RawPaymentMethod = PaymentMethod {
        /// Credit card.
        CreditCard,
        /// Debit card.
        DebitCard,
        /// Bank transfer.
        BankTransfer,
        /// Mobile pay.
        MobilePay,
        /// Digital wallet.
        DigitalWallet,
    }
}
mirror! {
    /// What the simulated processor does.
    RawScenario = Scenario {
        /// Succeeds after 2 to 5 s.
        Approve,
        /// Fails after 1 to 3 s.
        Fail,
        /// Succeeds after 10 to 30 s.
        Delay,
        /// Seven of ten succeed.
        Random,
        /// Never answers.
        Timeout,
        /// An outside processor reports.
        Outside,
    }
}

/// Which seats are wanted.
#[derive(Clone, Debug, uniffi::Enum)]
pub(crate) enum RawWant {
    Seats { seats: Vec<String> },
    Best { quantity: i32, section: Option<String>, allow_split: bool, accessible: bool },
}

/// A reservation, by the engine's id or by the caller's.
#[derive(Clone, Debug, uniffi::Enum)]
pub(crate) enum RawWhich {
    Id { id: String },
    External { id: String },
}

/// What is paid for.
#[derive(Clone, Debug, uniffi::Enum)]
pub(crate) enum RawPayee {
    Reservation { which: RawWhich },
    Unlinked { id: String },
}

/// Anything whose answer waits for the disk.
#[derive(Clone, Debug, uniffi::Enum)]
pub(crate) enum RawRequest {
    CreateEvent {
        event: String,
        settings: RawEventSettings,
        sections: Vec<RawSection>,
        queue: Option<RawQueuePolicy>,
        key: Option<String>,
    },
    UpdateEvent {
        event: String,
        settings: RawEventSettings,
        key: Option<String>,
    },
    SetSale {
        event: String,
        state: RawSaleState,
        key: Option<String>,
    },
    BlockSeats {
        event: String,
        seats: Vec<String>,
        block: bool,
        key: Option<String>,
    },
    SetQueuePolicy {
        event: String,
        policy: RawQueuePolicy,
        key: Option<String>,
    },
    PauseQueue {
        event: String,
        paused: bool,
        key: Option<String>,
    },
    DrawRoom {
        event: String,
        key: Option<String>,
    },
    JoinQueue {
        event: String,
        session: Option<String>,
        user: Option<String>,
    },
    LeaveQueue {
        token: String,
    },
    RequestAdmission {
        token: String,
        event: Option<String>,
        user: Option<String>,
    },
    Reserve {
        event: String,
        user: String,
        want: RawWant,
        token: Option<String>,
        trusted: bool,
        external: Option<String>,
        hold_until_ms: Option<i64>,
        key: Option<String>,
    },
    Confirm {
        which: RawWhich,
        user: Option<String>,
        /// The payment intent that proves it; absent when money is handled elsewhere.
        payment: Option<String>,
        exactly: Option<Vec<String>>,
        key: Option<String>,
    },
    Release {
        which: RawWhich,
        user: Option<String>,
        seats: Vec<String>,
        key: Option<String>,
    },
    Extend {
        which: RawWhich,
        user: Option<String>,
        by_ms: i64,
        key: Option<String>,
    },
    Expire {
        which: RawWhich,
    },
    CreatePayment {
        payee: RawPayee,
        user: String,
        amount_minor: i64,
        currency: String,
        method: RawPaymentMethod,
        scenario: RawScenario,
        webhook_url: Option<String>,
        attachment: Vec<u8>,
        key: Option<String>,
    },
    ProcessPayment {
        payment: String,
        user: Option<String>,
        key: Option<String>,
    },
    CancelPayment {
        payment: String,
        user: Option<String>,
        refund_minor: Option<i64>,
        key: Option<String>,
    },
    ReportPayment {
        payment: String,
        completed: bool,
        key: Option<String>,
    },
    ReportWebhook {
        webhook: String,
        delivered: bool,
    },
    ReplayWebhook {
        webhook: String,
    },
    Note {
        name: String,
        value: Option<Vec<u8>>,
        key: Option<String>,
    },
    ReadReservation {
        which: RawWhich,
        user: Option<String>,
    },
    ReadReservations {
        user: String,
        state: Option<RawReservationState>,
        event: Option<String>,
        after: Option<Vec<u8>>,
        most: i32,
    },
    ReadPayment {
        payment: String,
        user: Option<String>,
    },
    ReadPayments {
        user: String,
        state: Option<RawPaymentState>,
        reservation: Option<String>,
        after: Option<Vec<u8>>,
        most: i32,
    },
}

impl RawWhich {
    fn check(&self) -> Checked<Which> {
        Ok(match self {
            Self::Id { id: text } => Which::Id(id("reservation", text)?),
            Self::External { id: text } => Which::External(id("external", text)?),
        })
    }
}

impl RawWant {
    fn check(&self) -> Checked<Want> {
        Ok(match self {
            Self::Seats { seats } => Want::Seats(ids("seats", seats)?),
            Self::Best { quantity, section, allow_split, accessible } => Want::Best(
                Best::of(number("quantity", *quantity)?)
                    .with_section(id_maybe("section", section.as_deref())?)
                    .with_allow_split(*allow_split)
                    .with_accessible(*accessible),
            ),
        })
    }
}

impl RawPayee {
    fn check(&self) -> Checked<Payee> {
        Ok(match self {
            Self::Reservation { which } => Payee::Reservation(which.check()?),
            Self::Unlinked { id: text } => Payee::Unlinked(id("unlinked", text)?),
        })
    }
}

/// A page's beginning from its bytes; the wrong number of bytes is no cursor.
fn cursor(bytes: Option<&[u8]>) -> Checked<Option<Cursor>> {
    let read = |bytes: &[u8]| match <[u8; 16]>::try_from(bytes) {
        Ok(bytes) => Ok(Cursor::from_bytes(bytes)),
        Err(_) => Err(Refusal::invalid("after", "is not a cursor", "")),
    };
    bytes.map(read).transpose()
}

/// Hands the request over. What cannot be taken is refused like anything else that the engine refuses.
pub(crate) fn submit(engine: &Engine, request: RawRequest) -> Pending<Found> {
    read(engine, request).unwrap_or_else(|refusal| Pending::refused(refusal.into()))
}

/// The four reads; anything else is a write.
fn read(engine: &Engine, request: RawRequest) -> Checked<Pending<Found>> {
    Ok(match request {
        RawRequest::ReadReservation { which, user } => {
            let user = id_maybe("user", user.as_deref())?;
            engine
                .reservation(&which.check()?, &Caller::from_optional(user.clone()))
                .map(|view| Found::Reservation(Box::new(view)))
        }
        RawRequest::ReadReservations { user, state, event, after, most } => {
            let (user, event) = (id("user", &user)?, id_maybe("event", event.as_deref())?);
            let (after, most) = (cursor(after.as_deref())?, number("most", most)?);
            let state = state.map(Into::into);
            engine.reservations(&user, state, event.as_ref(), after, most).map(Found::Reservations)
        }
        RawRequest::ReadPayment { payment, user } => {
            let (payment, user) = (id("payment", &payment)?, id_maybe("user", user.as_deref())?);
            engine
                .payment(payment, &Caller::from_optional(user.clone()))
                .map(|view| Found::Payment(Box::new(view)))
        }
        RawRequest::ReadPayments { user, state, reservation, after, most } => {
            let user = id("user", &user)?;
            let reservation = id_maybe("reservation", reservation.as_deref())?;
            let (after, most) = (cursor(after.as_deref())?, number("most", most)?);
            engine.payments(&user, state.map(Into::into), reservation, after, most).map(Found::Payments)
        }
        write => {
            let command = match write.of_event() {
                Ok(command) => command,
                Err(write) => match write.of_reservation() {
                    Ok(command) => command,
                    Err(write) => write.of_payment(),
                },
            };
            engine.submit(&command?).map(Found::Reply)
        }
    })
}

impl RawRequest {
    /// Commands about events and their lines; anything else comes back.
    #[expect(clippy::result_large_err, reason = "handed on to the next part of one big match")]
    fn of_event(self) -> Result<Checked<Command>, Self> {
        Ok(match self {
            Self::CreateEvent { event, settings, sections, queue, key } => {
                create_event(&event, &settings, sections, queue.as_ref(), key.as_deref())
            }
            Self::UpdateEvent { event, settings, key } => update_event(&event, &settings, key.as_deref()),
            Self::SetSale { event, state, key } => named(&event, key.as_deref())
                .map(|(event, key)| Command::SetSale(SetSale::new(event, state.into()).with_key(key))),
            Self::BlockSeats { event, seats, block, key } => {
                named(&event, key.as_deref()).and_then(|(event, key)| {
                    Ok(Command::BlockSeats(
                        BlockSeats::new(event, ids("seats", &seats)?, block).with_key(key),
                    ))
                })
            }
            Self::SetQueuePolicy { event, policy, key } => {
                named(&event, key.as_deref()).and_then(|(event, key)| {
                    let policy = policy.check()?;
                    Ok(Command::SetQueuePolicy(Box::new(SetQueuePolicy::new(event, policy).with_key(key))))
                })
            }
            Self::PauseQueue { event, paused, key } => named(&event, key.as_deref())
                .map(|(event, key)| Command::PauseQueue(PauseQueue::new(event, paused).with_key(key))),
            Self::DrawRoom { event, key } => named(&event, key.as_deref())
                .map(|(event, key)| Command::DrawRoom(DrawRoom::new(event).with_key(key))),
            Self::JoinQueue { event, session, user } => join(&event, session.as_deref(), user.as_deref()),
            Self::LeaveQueue { token: text } => token(&text).map(Command::LeaveQueue),
            Self::RequestAdmission { token: text, event, user } => {
                admission(&text, event.as_deref(), user.as_deref())
            }
            other => return Err(other),
        })
    }

    /// Commands about holds and reservations; anything else comes back.
    #[expect(clippy::result_large_err, reason = "handed on to the next part of one big match")]
    fn of_reservation(self) -> Result<Checked<Command>, Self> {
        Ok(match self {
            reserve @ Self::Reserve { .. } => reserve.reserve(),
            confirm @ Self::Confirm { .. } => confirm.confirm(),
            Self::Release { which, user, seats, key } => owned(&which, user.as_deref(), key.as_deref())
                .and_then(|(which, user, key)| {
                    let seats = ids("seats", &seats)?;
                    Ok(Command::Release(Box::new(
                        Release::new(which, Caller::from_optional(user)).with_seats(seats).with_key(key),
                    )))
                }),
            Self::Extend { which, user, by_ms, key } => owned(&which, user.as_deref(), key.as_deref())
                .and_then(|(which, user, key)| {
                    Ok(Command::Extend(
                        Extend::new(which, Caller::from_optional(user), span("by", by_ms)?).with_key(key),
                    ))
                }),
            Self::Expire { which } => which.check().map(|which| Command::Expire(Expire::new(which))),
            other => return Err(other),
        })
    }

    /// Commands about payments, webhooks and notes.
    fn of_payment(self) -> Checked<Command> {
        Ok(match self {
            create @ Self::CreatePayment { .. } => return create.create_payment(),
            Self::ProcessPayment { payment, user, key } => Command::ProcessPayment(
                ProcessPayment::new(
                    id("payment", &payment)?,
                    Caller::from_optional(id_maybe("user", user.as_deref())?),
                )
                .with_key(id_maybe("key", key.as_deref())?),
            ),
            Self::CancelPayment { payment, user, refund_minor, key } => Command::CancelPayment(
                CancelPayment::new(
                    id("payment", &payment)?,
                    Caller::from_optional(id_maybe("user", user.as_deref())?),
                )
                .with_refund_minor(refund_minor)
                .with_key(id_maybe("key", key.as_deref())?),
            ),
            Self::ReportPayment { payment, completed, key } => Command::ReportPayment(
                ReportPayment::new(
                    id("payment", &payment)?,
                    if completed { Outcome::Completed } else { Outcome::Failed },
                )
                .with_key(id_maybe("key", key.as_deref())?),
            ),
            Self::ReportWebhook { webhook, delivered } => {
                Command::ReportWebhook(ReportWebhook::new(id("webhook", &webhook)?, delivered))
            }
            Self::ReplayWebhook { webhook } => Command::ReplayWebhook(id("webhook", &webhook)?),
            Self::Note { name, value, key } => {
                Command::Note(Note::new(id("name", &name)?, value).with_key(id_maybe("key", key.as_deref())?))
            }
            other => unreachable!("taken before: {other:?}"),
        })
    }

    fn reserve(self) -> Checked<Command> {
        let Self::Reserve { event, user, want, token: text, trusted, external, hold_until_ms, key } = self
        else {
            unreachable!("called for a reserve only")
        };
        Ok(Command::Reserve(Box::new(
            Reserve::new(id("event", &event)?, id("user", &user)?, want.check()?)
                .with_token(text.as_deref().map(token).transpose()?)
                .with_trusted(trusted)
                .with_external(id_maybe("external", external.as_deref())?)
                .with_hold_until(moment_maybe("hold_until", hold_until_ms)?)
                .with_key(id_maybe("key", key.as_deref())?),
        )))
    }

    fn confirm(self) -> Checked<Command> {
        let Self::Confirm { which, user, payment, exactly, key } = self else {
            unreachable!("called for a confirm only")
        };
        let proof = id_maybe("payment", payment.as_deref())?.map_or(Proof::Outside, Proof::Intent);
        let exactly = exactly.map(|seats| ids("exactly", &seats)).transpose()?;
        let (which, user, key) = owned(&which, user.as_deref(), key.as_deref())?;
        Ok(Command::Confirm(Box::new(
            Confirm::new(which, Caller::from_optional(user), proof).with_exactly(exactly).with_key(key),
        )))
    }

    fn create_payment(self) -> Checked<Command> {
        let Self::CreatePayment {
            payee,
            user,
            amount_minor,
            currency: code,
            method,
            scenario,
            webhook_url,
            attachment,
            key,
        } = self
        else {
            unreachable!("called for a payment only")
        };
        Ok(Command::CreatePayment(Box::new(
            CreatePayment::new(
                payee.check()?,
                id("user", &user)?,
                Money { minor: amount_minor, currency: currency("currency", &code)? },
                method.into(),
                scenario.into(),
            )
            .with_webhook_url(webhook_url)
            .with_attachment(attachment)
            .with_key(id_maybe("key", key.as_deref())?),
        )))
    }
}

fn named(event: &str, key: Option<&str>) -> Checked<(EventId, Option<IdempotencyKey>)> {
    Ok((id("event", event)?, id_maybe("key", key)?))
}

fn owned(
    which: &RawWhich,
    user: Option<&str>,
    key: Option<&str>,
) -> Checked<(Which, Option<UserId>, Option<IdempotencyKey>)> {
    Ok((which.check()?, id_maybe("user", user)?, id_maybe("key", key)?))
}

fn create_event(
    event: &str,
    settings: &RawEventSettings,
    sections: Vec<RawSection>,
    queue: Option<&RawQueuePolicy>,
    key: Option<&str>,
) -> Checked<Command> {
    let (event, key) = named(event, key)?;
    let (settings, seats) = (settings.check()?, seat_map(sections)?);
    let queue = queue.map(RawQueuePolicy::check).transpose()?;
    Ok(Command::CreateEvent(Box::new(
        CreateEvent::new(event, settings, seats).with_queue(queue).with_key(key),
    )))
}

fn update_event(event: &str, settings: &RawEventSettings, key: Option<&str>) -> Checked<Command> {
    let (event, key) = named(event, key)?;
    Ok(Command::UpdateEvent(Box::new(UpdateEvent::new(event, settings.check()?).with_key(key))))
}

fn join(event: &str, session: Option<&str>, user: Option<&str>) -> Checked<Command> {
    let (session, user) = (id_maybe("session", session)?, id_maybe("user", user)?);
    Ok(Command::JoinQueue(JoinQueue::new(id("event", event)?).with_session(session).with_user(user)))
}

fn admission(text: &str, event: Option<&str>, user: Option<&str>) -> Checked<Command> {
    let (event, user) = (id_maybe("event", event)?, id_maybe("user", user)?);
    Ok(Command::RequestAdmission(RequestAdmission::new(token(text)?).with_event(event).with_user(user)))
}
