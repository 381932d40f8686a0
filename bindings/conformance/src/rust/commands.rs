//! Writes of a scenario as commands.

use tacos_engine::{
    Best, BlockSeats, CancelPayment, Command, Confirm, CreatePayment, Currency, DrawRoom, Expire, Extend,
    JoinQueue, Money, Note, Outcome, PauseQueue, Payee, PaymentMethod, ProcessPayment, Proof, Release,
    ReportPayment, ReportWebhook, RequestAdmission, Reserve, SetSale, Want, Which,
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
            Command::SetSale(SetSale { event: need(args, "event")?, state, key: key? })
        }
        "block_seats" => Command::BlockSeats(BlockSeats {
            event: need(args, "event")?,
            seats: given(args.made_list("seats")?, "seats")?,
            block: given(args.bool("block")?, "block")?,
            key: key?,
        }),
        "pause_queue" => {
            let paused = given(args.bool("paused")?, "paused")?;
            Command::PauseQueue(PauseQueue { event: need(args, "event")?, paused, key: key? })
        }
        "draw_room" => Command::DrawRoom(DrawRoom { event: need(args, "event")?, key: key? }),
        "join_queue" => Command::JoinQueue(JoinQueue {
            event: need(args, "event")?,
            session: args.made("session")?,
            user: args.made("user")?,
        }),
        "leave_queue" => Command::LeaveQueue(need(args, "token")?),
        "request_admission" => Command::RequestAdmission(RequestAdmission {
            token: need(args, "token")?,
            event: args.made("event")?,
            user: args.made("user")?,
        }),
        "reserve" => Command::Reserve(Box::new(reserve(args)?)),
        "confirm" => Command::Confirm(Box::new(confirm(args)?)),
        "release" => Command::Release(Box::new(Release {
            which: which(args)?,
            user: args.made("user")?,
            seats: args.made_list("seats")?.unwrap_or_default().into_iter().collect(),
            key: key?,
        })),
        "extend" => Command::Extend(Extend {
            which: which(args)?,
            user: args.made("user")?,
            by: given(args.duration("by_ms")?, "by_ms")?,
            key: key?,
        }),
        "expire" => Command::Expire(Expire { which: which(args)? }),
        _ => return money(operation, args),
    }))
}

/// Payments, webhooks and notes.
fn money(operation: &str, args: Args<'_>) -> Read<Option<Command>> {
    let key = args.made("key");
    Ok(Some(match operation {
        "create_payment" => Command::CreatePayment(Box::new(create_payment(args)?)),
        "process_payment" => Command::ProcessPayment(ProcessPayment {
            payment: need(args, "payment")?,
            user: args.made("user")?,
            key: key?,
        }),
        "cancel_payment" => Command::CancelPayment(CancelPayment {
            payment: need(args, "payment")?,
            user: args.made("user")?,
            refund_minor: args.number("refund_minor")?,
            key: key?,
        }),
        "report_payment" => Command::ReportPayment(ReportPayment {
            payment: need(args, "payment")?,
            outcome: match args.text("outcome")? {
                Some("completed") => Outcome::Completed,
                _ => Outcome::Failed,
            },
            key: key?,
        }),
        "report_webhook" => Command::ReportWebhook(ReportWebhook {
            webhook: need(args, "webhook")?,
            delivered: given(args.bool("delivered")?, "delivered")?,
        }),
        "replay_webhook" => Command::ReplayWebhook(need(args, "webhook")?),
        "note" => Command::Note(Note {
            name: need(args, "name")?,
            value: args.text("value")?.map(|value| value.as_bytes().to_vec()),
            key: key?,
        }),
        _ => return Ok(None),
    }))
}

fn reserve(args: Args<'_>) -> Read<Reserve> {
    let want = match args.made_list("seats")? {
        Some(_) if args.has("quantity") => return Err(IllFormed("quantity".to_owned())),
        Some(seats) => Want::Seats(seats.into_iter().collect()),
        None => Want::Best(Best {
            quantity: given(args.number("quantity")?, "quantity")?,
            section: args.made("section")?,
            allow_split: args.bool("allow_split")?.unwrap_or(true),
            accessible: args.bool("accessible")?.unwrap_or(false),
        }),
    };
    Ok(Reserve {
        event: need(args, "event")?,
        user: need(args, "user")?,
        want,
        token: args.made("token")?,
        trusted: args.bool("trusted")?.unwrap_or(false),
        external: args.made("external")?,
        hold_until: args.moment("hold_until_ms")?,
        key: args.made("key")?,
    })
}

fn confirm(args: Args<'_>) -> Read<Confirm> {
    Ok(Confirm {
        which: which(args)?,
        user: args.made("user")?,
        proof: args.made("payment")?.map_or(Proof::Outside, Proof::Intent),
        exactly: args.made_list("exactly")?.map(|seats| seats.into_iter().collect()),
        key: args.made("key")?,
    })
}

fn create_payment(args: Args<'_>) -> Read<CreatePayment> {
    let payee = match args.made("unlinked")? {
        Some(unlinked) => Payee::Unlinked(unlinked),
        None => Payee::Reservation(which(args)?),
    };
    let currency = args.text("currency")?.and_then(Currency::new);
    Ok(CreatePayment {
        payee,
        user: need(args, "user")?,
        amount: Money {
            minor: given(args.number("amount_minor")?, "amount_minor")?,
            currency: given(currency, "currency")?,
        },
        method: match args.text("method")? {
            None => PaymentMethod::CreditCard,
            Some(method) => given(names::method_of(method), "method")?,
        },
        scenario: given(args.text("scenario")?.and_then(names::scenario_of), "scenario")?,
        webhook_url: args.text("webhook_url")?.map(str::to_owned),
        attachment: args.text("attachment")?.unwrap_or_default().as_bytes().to_vec(),
        key: args.made("key")?,
    })
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
