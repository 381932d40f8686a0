//! Writes of a scenario as commands.

use tacos_engine::{
    Best, BlockSeats, Caller, CancelPayment, Command, Confirm, CreatePayment, Currency, DrawRoom, Expire,
    Extend, JoinQueue, Money, Note, Outcome, PauseQueue, Payee, PaymentMethod, ProcessPayment, Proof,
    Release, ReportPayment, ReportWebhook, RequestAdmission, Reserve, SetSale, Want, Which,
};

use super::arguments::{Args, IllFormed, Read, given};
use super::{events, names};

/// The command for a write; `None` for operations that are no writes.
pub(super) fn command(operation: &str, args: Args<'_>) -> Read<Option<Command>> {
    let key = args.made("key");
    Ok(Some(match operation {
        "create_event" => Command::CreateEvent(Box::new(events::create(args)?)),
        "update_event" => Command::UpdateEvent(Box::new(events::update(args)?)),
        "set_queue_policy" => Command::SetQueuePolicy(Box::new(events::set_policy(args)?)),
        "set_sale" => {
            let state = given(args.text("state")?.and_then(names::sale_of), "state")?;
            Command::SetSale(SetSale::new(need(args, "event")?, state).with_key(key?))
        }
        "block_seats" => Command::BlockSeats(
            BlockSeats::new(
                need(args, "event")?,
                given(args.made_list("seats")?, "seats")?,
                given(args.bool("block")?, "block")?,
            )
            .with_key(key?),
        ),
        "pause_queue" => {
            let paused = given(args.bool("paused")?, "paused")?;
            Command::PauseQueue(PauseQueue::new(need(args, "event")?, paused).with_key(key?))
        }
        "draw_room" => Command::DrawRoom(DrawRoom::new(need(args, "event")?).with_key(key?)),
        "join_queue" => Command::JoinQueue(
            JoinQueue::new(need(args, "event")?)
                .with_session(args.made("session")?)
                .with_user(args.made("user")?),
        ),
        "leave_queue" => Command::LeaveQueue(need(args, "token")?),
        "request_admission" => Command::RequestAdmission(
            RequestAdmission::new(need(args, "token")?)
                .with_event(args.made("event")?)
                .with_user(args.made("user")?),
        ),
        "reserve" => Command::Reserve(Box::new(reserve(args)?)),
        "confirm" => Command::Confirm(Box::new(confirm(args)?)),
        "release" => Command::Release(Box::new(
            Release::new(which(args)?, Caller::from_optional(args.made("user")?))
                .with_seats(args.made_list("seats")?.unwrap_or_default().into_iter().collect())
                .with_key(key?),
        )),
        "extend" => Command::Extend(
            Extend::new(
                which(args)?,
                Caller::from_optional(args.made("user")?),
                given(args.duration("by_ms")?, "by_ms")?,
            )
            .with_key(key?),
        ),
        "expire" => Command::Expire(Expire::new(which(args)?)),
        _ => return money(operation, args),
    }))
}

/// Payments, webhooks and notes.
fn money(operation: &str, args: Args<'_>) -> Read<Option<Command>> {
    let key = args.made("key");
    Ok(Some(match operation {
        "create_payment" => Command::CreatePayment(Box::new(create_payment(args)?)),
        "process_payment" => Command::ProcessPayment(
            ProcessPayment::new(need(args, "payment")?, Caller::from_optional(args.made("user")?))
                .with_key(key?),
        ),
        "cancel_payment" => Command::CancelPayment(
            CancelPayment::new(need(args, "payment")?, Caller::from_optional(args.made("user")?))
                .with_refund_minor(args.number("refund_minor")?)
                .with_key(key?),
        ),
        "report_payment" => Command::ReportPayment(
            ReportPayment::new(
                need(args, "payment")?,
                match args.text("outcome")? {
                    Some("completed") => Outcome::Completed,
                    _ => Outcome::Failed,
                },
            )
            .with_key(key?),
        ),
        "report_webhook" => Command::ReportWebhook(ReportWebhook::new(
            need(args, "webhook")?,
            given(args.bool("delivered")?, "delivered")?,
        )),
        "replay_webhook" => Command::ReplayWebhook(need(args, "webhook")?),
        "note" => Command::Note(
            Note::new(need(args, "name")?, args.text("value")?.map(|value| value.as_bytes().to_vec()))
                .with_key(key?),
        ),
        _ => return Ok(None),
    }))
}

fn reserve(args: Args<'_>) -> Read<Reserve> {
    let want = match args.made_list("seats")? {
        Some(_) if args.has("quantity") => return Err(IllFormed("quantity".to_owned())),
        Some(seats) => Want::Seats(seats.into_iter().collect()),
        None => Want::Best(
            Best::of(given(args.number("quantity")?, "quantity")?)
                .with_section(args.made("section")?)
                .with_allow_split(args.bool("allow_split")?.unwrap_or(true))
                .with_accessible(args.bool("accessible")?.unwrap_or(false)),
        ),
    };
    Ok(Reserve::new(need(args, "event")?, need(args, "user")?, want)
        .with_token(args.made("token")?)
        .with_trusted(args.bool("trusted")?.unwrap_or(false))
        .with_external(args.made("external")?)
        .with_hold_until(args.moment("hold_until_ms")?)
        .with_key(args.made("key")?))
}

fn confirm(args: Args<'_>) -> Read<Confirm> {
    Ok(Confirm::new(
        which(args)?,
        Caller::from_optional(args.made("user")?),
        args.made("payment")?.map_or(Proof::Outside, Proof::Intent),
    )
    .with_exactly(args.made_list("exactly")?.map(|seats| seats.into_iter().collect()))
    .with_key(args.made("key")?))
}

fn create_payment(args: Args<'_>) -> Read<CreatePayment> {
    let payee = match args.made("unlinked")? {
        Some(unlinked) => Payee::Unlinked(unlinked),
        None => Payee::Reservation(which(args)?),
    };
    let currency = args.text("currency")?.and_then(Currency::new);
    Ok(CreatePayment::new(
        payee,
        need(args, "user")?,
        Money {
            minor: given(args.number("amount_minor")?, "amount_minor")?,
            currency: given(currency, "currency")?,
        },
        match args.text("method")? {
            None => PaymentMethod::CreditCard,
            Some(method) => given(names::method_of(method), "method")?,
        },
        given(args.text("scenario")?.and_then(names::scenario_of), "scenario")?,
    )
    .with_webhook_url(args.text("webhook_url")?.map(str::to_owned))
    .with_attachment(args.text("attachment")?.unwrap_or_default().as_bytes().to_vec())
    .with_key(args.made("key")?))
}

pub(super) fn need<T: std::str::FromStr>(args: Args<'_>, name: &str) -> Read<T> {
    given(args.made(name)?, name)
}

/// A reservation by `id` or by `external`.
pub(super) fn which(args: Args<'_>) -> Read<Which> {
    match (args.made("id")?, args.made("external")?) {
        (Some(id), None) => Ok(Which::Id(id)),
        (None, Some(external)) => Ok(Which::External(external)),
        _ => Err(IllFormed("id".to_owned())),
    }
}
