//! Who may ask what over a stream, and what the server checks of commands before the engine does.

use tacos_engine::{Command, ExternalId, Note, PauseQueue, Proof, ReservationRef, UserId};
use tacos_proto::command::v1::call::Operation;

use crate::app::App;
use crate::auth::Caller;
use crate::rpc::{Access, Kind};
use crate::services::no_intent;
use crate::wire::ApiError;

/// In front of the names of notes that come over a stream: all others are the server's own.
pub(super) const NOTES: &str = "run.";

/// Who may ask, and whether it writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) access: Access,
    pub(super) kind: Kind,
}

/// The rule of an operation, as its unary sister has it.
pub(super) fn of(operation: &Operation) -> Rule {
    let (access, kind) = match operation {
        Operation::JoinQueue(_)
        | Operation::LeaveQueue(_)
        | Operation::RequestAdmission(_)
        | Operation::Reserve(_)
        | Operation::Confirm(_)
        | Operation::Release(_)
        | Operation::Extend(_)
        | Operation::Expire(_)
        | Operation::CreatePayment(_)
        | Operation::ProcessPayment(_)
        | Operation::CancelPayment(_)
        | Operation::ReportPayment(_) => (Access::Service, Kind::Write),
        Operation::CreateEvent(_)
        | Operation::UpdateEvent(_)
        | Operation::SetSale(_)
        | Operation::BlockSeats(_)
        | Operation::SetQueuePolicy(_)
        | Operation::PauseQueue(_)
        | Operation::DrawRoom(_)
        | Operation::ReportWebhook(_)
        | Operation::ReplayWebhook(_)
        | Operation::Note(_) => (Access::Admin, Kind::Write),
        Operation::ReadReservation(_)
        | Operation::ReadReservations(_)
        | Operation::ReadPayment(_)
        | Operation::ReadPayments(_)
        | Operation::ReadEvent(_)
        | Operation::ReadEvents(_)
        | Operation::ReadSections(_)
        | Operation::ReadCounts(_)
        | Operation::ReadSeats(_)
        | Operation::ReadSeatsNamed(_)
        | Operation::ReadFreeSeats(_)
        | Operation::ReadQueuePlace(_)
        | Operation::ReadTokenEvent(_)
        | Operation::ReadQueue(_)
        | Operation::ReadPosition(_)
        | Operation::PrepareEvent(_)
        | Operation::PrepareSeat(_)
        | Operation::PrepareUser(_)
        | Operation::ReadPlaces(_)
        | Operation::ReadEventId(_) => (Access::Service, Kind::Read),
        Operation::ReadQueuePolicy(_)
        | Operation::ReadDraw(_)
        | Operation::ReadDueWebhooks(_)
        | Operation::ReadDeadWebhooks(_)
        | Operation::ReadNote(_)
        | Operation::ReadNotes(_)
        | Operation::ReadStatus(_) => (Access::Admin, Kind::Read),
    };
    Rule { access, kind }
}

/// The customer for whom a command is done.
fn user(command: &Command) -> Option<&UserId> {
    match command {
        Command::JoinQueue(command) => command.user.as_ref(),
        Command::RequestAdmission(command) => command.user.as_ref(),
        Command::Reserve(command) => Some(&command.user),
        Command::CreatePayment(command) => Some(&command.user),
        Command::Confirm(command) => command.caller.user(),
        Command::Release(command) => command.caller.user(),
        Command::Extend(command) => command.caller.user(),
        Command::ProcessPayment(command) => command.caller.user(),
        Command::CancelPayment(command) => command.caller.user(),
        _ => None,
    }
}

/// The command, if nothing that the server watches over stands against it: a customer's rate, emergencies, the
/// addresses that payments report to, and whose word is a payment.
pub(super) fn checked(app: &App, caller: &Caller, mut command: Command) -> Result<Command, ApiError> {
    if caller.access == Access::Service
        && let Some(user) = user(&command)
    {
        app.limiter.check_user(user)?;
    }
    match &mut command {
        Command::Reserve(reserve) => app.emergencies.check_reservations(&reserve.event, &reserve.user)?,
        Command::CreatePayment(create) => {
            app.emergencies.check_payments()?;
            if let Some(url) = &create.webhook_url
                && let Err(reason) = app.webhooks.check_url(url)
            {
                return Err(ApiError::invalid("webhook_url", reason, url));
            }
        }
        Command::ProcessPayment(_) => app.emergencies.check_payments()?,
        Command::PauseQueue(PauseQueue { event, paused: false, .. }) => {
            app.emergencies.check_admissions(event)?;
        }
        Command::Confirm(confirm) => {
            let theirs = matches!(confirm.which, ReservationRef::External(_));
            if confirm.proof == Proof::Outside && !theirs && !caller.may_vouch() {
                confirm.proof = Proof::Intent(no_intent());
            }
        }
        Command::Note(note) => {
            let own = own_note(&note.name)?;
            let mut renamed = Note::new(own, note.value.take());
            renamed.key = note.key.take();
            *note = renamed;
        }
        _ => {}
    }
    Ok(command)
}

/// The name under which a note of a stream is kept.
pub(super) fn own_note(name: &ExternalId) -> Result<ExternalId, ApiError> {
    let own = format!("{NOTES}{name}");
    ExternalId::new(&own).map_err(|_| ApiError::invalid("name", "is too long", name))
}

#[cfg(test)]
mod tests {
    use prost::Message;
    use prost_reflect::{DescriptorPool, DynamicMessage, Value};
    use tacos_proto::command::v1::Call;

    use super::*;
    use crate::rpc::Rpc;

    /// The unary RPC that does the same for one caller; `None` where there is none.
    fn sister(operation: &str) -> Option<Rpc> {
        Some(match operation {
            "create_event" => Rpc::CreateEvent,
            "update_event" => Rpc::UpdateEvent,
            "set_sale" => Rpc::OpenSale,
            "block_seats" => Rpc::BlockSeats,
            "set_queue_policy" => Rpc::SetQueuePolicy,
            "pause_queue" => Rpc::PauseQueue,
            "draw_room" => Rpc::DrawPresale,
            "join_queue" => Rpc::JoinQueue,
            "leave_queue" => Rpc::LeaveQueue,
            "request_admission" => Rpc::RequestAdmission,
            "reserve" => Rpc::ReserveSeat,
            "confirm" => Rpc::CommitReservation,
            "release" => Rpc::ReleaseHold,
            "extend" => Rpc::ExtendHold,
            "expire" => Rpc::ProcessReservationExpiry,
            "create_payment" => Rpc::CreatePaymentIntent,
            "process_payment" => Rpc::ProcessPayment,
            "cancel_payment" => Rpc::CancelPayment,
            "report_payment" => Rpc::ProcessPaymentResult,
            "replay_webhook" => Rpc::ReplayDeadLetters,
            "read_reservation" => Rpc::GetReservation,
            "read_reservations" => Rpc::ListReservations,
            "read_payment" => Rpc::GetPaymentStatus,
            "read_payments" => Rpc::ListPayments,
            "read_event" => Rpc::GetEvent,
            "read_events" => Rpc::ListEvents,
            "read_sections" => Rpc::GetEventAvailability,
            "read_counts" => Rpc::GetInventoryStatus,
            "read_seats" => Rpc::GetSeatMap,
            "read_seats_named" => Rpc::CheckAvailability,
            "read_queue_place" => Rpc::GetQueueStatus,
            "read_queue" => Rpc::GetQueueStats,
            "read_queue_policy" => Rpc::GetQueuePolicy,
            "read_draw" => Rpc::GetPresale,
            "read_dead_webhooks" => Rpc::ListDeadLetters,
            "read_status" => Rpc::GetEngineStatus,
            "report_webhook" | "note" | "read_note" | "read_notes" | "read_due_webhooks"
            | "read_free_seats" | "read_token_event" | "read_position" | "read_places" | "read_event_id"
            | "prepare_event" | "prepare_seat" | "prepare_user" => {
                return None;
            }
            other => panic!("{other}: say which RPC is its sister, or that it has none"),
        })
    }

    #[test]
    fn every_operation_has_the_rule_of_its_unary_sister() {
        let pool = DescriptorPool::decode(tacos_proto::FILE_DESCRIPTOR_SET).expect("our own descriptors");
        let call = pool.get_message_by_name("command.v1.Call").expect("in the contract");
        let operations = call.oneofs().find(|oneof| oneof.name() == "operation").expect("in the contract");
        let mut compared = 0;
        for field in operations.fields() {
            let mut asked = DynamicMessage::new(call.clone());
            let empty = DynamicMessage::new(field.kind().as_message().expect("a message").clone());
            asked.set_field(&field, Value::Message(empty));
            let asked = Call::decode(asked.encode_to_vec().as_slice()).expect("the same message");
            let rule = of(&asked.operation.expect("set"));
            let Some(sister) = sister(field.name()) else {
                assert!(rule.access >= Access::Service, "{}", field.name());
                continue;
            };
            // A stream is opened by services, whatever they ask.
            let access = sister.access().max(Rpc::Run.access());
            assert_eq!(rule, Rule { access, kind: sister.kind() }, "{} and {sister}", field.name());
            compared += 1;
        }
        assert!(compared > 30, "{compared}");
    }
}
