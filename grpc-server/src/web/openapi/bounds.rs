//! Bounds of fields, as the server's checks have them; a test asks a server what lies beyond each.

use serde_json::Value;

/// What a field's value may be at most.
#[derive(Clone, Copy, Debug)]
pub(super) enum Bound {
    /// Bytes of a text.
    Bytes(usize),
    /// Entries of a map or a list.
    Entries(usize),
    /// Least and greatest number.
    Range(i32, i32),
}
use Bound::{Bytes, Entries, Range};

/// Bounds of fields by their message and name. What is not here is bounded by the server's settings, or by nothing but
/// the length of a request.
pub(super) const BOUNDS: [(&str, &str, Bound); 45] = [
    ("common.v1.EmergencyActionRequest", "reason", Bytes(512)),
    ("common.v1.EmergencyActionRequest", "parameters", Entries(16)),
    ("engine.v1.EventSettings", "name", Bytes(256)),
    ("engine.v1.EventSettings", "description", Bytes(4_096)),
    ("engine.v1.UndoEmergencyActionRequest", "action_id", Bytes(128)),
    ("engine.v1.UndoEmergencyActionRequest", "reason", Bytes(512)),
    ("engine.v1.ListDeadLettersRequest", "endpoint_url", Bytes(2_048)),
    ("gateway.v1.ValidateTokenRequest", "required_scope", Bytes(128)),
    ("gateway.v1.CreateReservationRequest", "seat_ids", Entries(64)),
    ("gateway.v1.CreateReservationRequest", "quantity", Range(0, 64)),
    ("gateway.v1.CreateReservationRequest", "reservation_token", Bytes(128)),
    ("gateway.v1.RequestMetadata", "request_id", Bytes(128)),
    ("gateway.v1.RequestMetadata", "trace_id", Bytes(128)),
    ("gateway.v1.RequestMetadata", "user_agent", Bytes(512)),
    ("gateway.v1.RequestMetadata", "headers", Entries(32)),
    ("gateway.v1.CancelReservationRequest", "reason", Bytes(512)),
    ("gateway.v1.GetEventAvailabilityRequest", "quantity", Range(0, 1 << 22)),
    ("gateway.v1.QueueMetadata", "user_agent", Bytes(512)),
    ("gateway.v1.QueueMetadata", "referer", Bytes(2_048)),
    ("gateway.v1.QueueMetadata", "headers", Entries(32)),
    ("gateway.v1.GetQueueStatusRequest", "waiting_token", Bytes(128)),
    ("gateway.v1.RequestAdmissionRequest", "waiting_token", Bytes(128)),
    ("gateway.v1.LeaveQueueRequest", "waiting_token", Bytes(128)),
    ("gateway.v1.LeaveQueueRequest", "reason", Bytes(512)),
    ("gateway.v1.SendMessageRequest", "title", Bytes(256)),
    ("gateway.v1.SendMessageRequest", "content", Bytes(4_096)),
    ("gateway.v1.SendMessageRequest", "data", Entries(16)),
    ("gateway.v1.RegisterWebhookRequest", "service_name", Bytes(128)),
    ("gateway.v1.RegisterWebhookRequest", "endpoint_url", Bytes(2_048)),
    ("gateway.v1.ReceivePaymentWebhookRequest", "webhook_id", Bytes(128)),
    ("gateway.v1.ReceivePaymentWebhookRequest", "source", Bytes(128)),
    ("gateway.v1.ReceiveExpiryWebhookRequest", "webhook_id", Bytes(128)),
    ("gateway.v1.ReceiveExpiryWebhookRequest", "source", Bytes(128)),
    ("payment.v1.CancelPaymentRequest", "reason", Bytes(512)),
    ("payment.v1.SimulateWebhookRequest", "delay_seconds", Range(0, 300)),
    ("reservation.v1.CreateReservationRequest", "seat_ids", Entries(64)),
    ("reservation.v1.CreateReservationRequest", "quantity", Range(0, 64)),
    ("reservation.v1.CreateReservationRequest", "reservation_token", Bytes(128)),
    ("reservation.v1.CancelReservationRequest", "reason", Bytes(512)),
    ("reservation.v1.ExtendHoldRequest", "extension_seconds", Range(0, 3_600)),
    ("reservation.v1.ExtendHoldRequest", "reason", Bytes(512)),
    ("reservation.v1.ReleaseHoldRequest", "reason", Bytes(512)),
    ("reservation.v1.ProcessCompensationRequest", "original_operation", Bytes(128)),
    ("reservation.v1.ProcessCompensationRequest", "failure_reason", Bytes(512)),
    ("reservation.v1.ProcessCompensationRequest", "context", Entries(16)),
];

/// Adds a field's bound to its schema. A text of so many bytes has at most so many characters.
pub(super) fn of(message: &str, field: &str, schema: &mut Value) {
    let found = BOUNDS.iter().find(|(owner, name, _)| (*owner, *name) == (message, field));
    match found.map(|(_, _, bound)| *bound) {
        Some(Bytes(most)) => schema["maxLength"] = most.into(),
        Some(Entries(most)) if schema["type"] == "array" => schema["maxItems"] = most.into(),
        Some(Entries(most)) => schema["maxProperties"] = most.into(),
        Some(Range(least, most)) => {
            schema["minimum"] = least.into();
            schema["maximum"] = most.into();
        }
        None => {}
    }
}
