//! The one table from refusals and errors to `common.v1.Error`. Messages for not found, conflicts and unpaid carry the
//! words "not found", "conflict" and "payment not approved" in lower case; `crate::refusal` sees to it that a gateway
//! that maps its HTTP codes by words finds the right ones, where the rules say so.

use tacos_engine::{
    Bound, Error as EngineError, ExtensionDoubt, Failure, PaymentDoubt, Problem, Refusal, TextIdError,
    TextIdFault,
};
use tacos_proto::common::v1::{Error, ErrorCode, ErrorDetail};

/// Details sent with one error, at most.
const DETAILS_MAX: usize = 100;
/// Bytes of an offending value that are shown, at most.
const VALUE_BYTES_MAX: usize = 128;

/// Why a call was not done: what `common.v1.Error` says, before it has a trace id.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ApiError {
    pub(crate) code: ErrorCode,
    pub(crate) message: String,
    pub(crate) details: Vec<ErrorDetail>,
}

impl ApiError {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: Vec::new() }
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(ErrorCode::NotFound, format!("{what} not found"))
    }

    pub(crate) fn forbidden() -> Self {
        Self::new(ErrorCode::Forbidden, "this belongs to another user, or needs another role")
    }

    pub(crate) fn precondition(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::FailedPrecondition, message)
    }

    pub(crate) fn unavailable(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Unavailable, message)
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Internal, message)
    }

    /// One bad argument.
    pub(crate) fn invalid(field: &str, reason: impl Into<String>, value: impl ToString) -> Self {
        let reason = reason.into();
        Self::new(ErrorCode::InvalidArgument, format!("invalid argument: {field} {reason}"))
            .detail(field, reason, value)
    }

    #[allow(clippy::needless_pass_by_value, reason = "numbers and texts are given as they are")]
    pub(crate) fn detail(mut self, field: &str, reason: impl Into<String>, value: impl ToString) -> Self {
        if self.details.len() < DETAILS_MAX {
            self.details.push(ErrorDetail {
                field: field.to_owned(),
                reason: reason.into(),
                value: cut(value.to_string()),
            });
        }
        self
    }

    fn details(mut self, field: &str, reason: &str, values: &[String]) -> Self {
        for value in values.iter().take(DETAILS_MAX) {
            self = self.detail(field, reason, value);
        }
        self
    }

    /// As it goes over the wire.
    pub(crate) fn to_error(&self, trace_id: &str) -> Error {
        Error {
            code: self.code as i32,
            message: self.message.clone(),
            trace_id: trace_id.to_owned(),
            details: self.details.clone(),
        }
    }

    /// For answers that cannot carry an error: streams that cannot start, and clients that do not read it.
    pub(crate) fn to_status(&self) -> tonic::Status {
        let code = match self.code {
            ErrorCode::Unauthenticated => tonic::Code::Unauthenticated,
            ErrorCode::Forbidden | ErrorCode::Unauthorized => tonic::Code::PermissionDenied,
            ErrorCode::NotFound => tonic::Code::NotFound,
            ErrorCode::AlreadyExists => tonic::Code::AlreadyExists,
            ErrorCode::IdempotencyConflict
            | ErrorCode::InventoryConflict
            | ErrorCode::ConcurrentModification => tonic::Code::Aborted,
            ErrorCode::Timeout | ErrorCode::UpstreamTimeout => tonic::Code::DeadlineExceeded,
            ErrorCode::DataCorruption => tonic::Code::DataLoss,
            ErrorCode::InvalidArgument | ErrorCode::IdempotencyRequired => tonic::Code::InvalidArgument,
            ErrorCode::RateLimited | ErrorCode::QuotaExceeded => tonic::Code::ResourceExhausted,
            ErrorCode::Unavailable => tonic::Code::Unavailable,
            ErrorCode::Internal => tonic::Code::Internal,
            _ => tonic::Code::FailedPrecondition,
        };
        tonic::Status::new(code, self.message.clone())
    }
}

/// The start of a text, cut at a character, so that a caller cannot make the server echo much.
fn cut(mut value: String) -> String {
    let mut end = value.len().min(VALUE_BYTES_MAX);
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    value.truncate(end);
    value
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => refusal.into(),
            Failure::Broken(broken) => broken.into(),
        }
    }
}

impl From<EngineError> for ApiError {
    fn from(broken: EngineError) -> Self {
        // The cause names files of the server: it is in the log, not in the answer.
        match broken {
            EngineError::Closed => Self::unavailable("the engine is shutting down"),
            _ => Self::unavailable(
                "the journal has failed: reads go on, writes are refused until the server is restarted",
            ),
        }
    }
}

/// The table.
impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        use ErrorCode as Code;
        let text = refusal.to_string();
        let say = |code| Self::new(code, text.clone());
        match &refusal {
            Refusal::Invalid(problems) => from_problems(problems),
            Refusal::IdempotencyRequired => {
                say(Code::IdempotencyRequired).detail("idempotency_key", "required", "")
            }
            Refusal::IdempotencyConflict => say(Code::IdempotencyConflict),
            Refusal::UnknownSeats(seats) => say(Code::NotFound).details("seat_ids", "not found", seats),
            Refusal::UnknownSection(section) => say(Code::NotFound).detail("section", "not found", section),
            Refusal::UnknownEvent => say(Code::NotFound).detail("event_id", "not found", ""),
            Refusal::UnknownReservation | Refusal::UnknownPayment | Refusal::UnknownWebhook => {
                say(Code::NotFound)
            }
            Refusal::EventExists | Refusal::AlreadyWaiting | Refusal::ExternalExists => {
                say(Code::AlreadyExists)
            }
            Refusal::UnknownToken | Refusal::TokenExpired => {
                say(Code::Forbidden).detail("reservation_token", "not valid", "")
            }
            Refusal::Forbidden => Self::forbidden(),
            Refusal::SeatsTaken(seats) => say(Code::InventoryConflict).details("seat_ids", "taken", seats),
            Refusal::SeatsDiffer => {
                say(Code::InventoryConflict).detail("seat_ids", "not those of the hold", "")
            }
            Refusal::Insufficient { wanted, available } => {
                say(Code::InsufficientInventory).detail("quantity", format!("{available} available"), wanted)
            }
            Refusal::NotAdjacent { wanted } => {
                say(Code::InsufficientInventory).detail("quantity", "not next to each other", wanted)
            }
            Refusal::QuotaExceeded { seats_max, seats } => {
                say(Code::QuotaExceeded).detail("user_id", format!("at most {seats_max} seats"), seats)
            }
            Refusal::ReservationExpired => say(Code::ReservationExpired),
            Refusal::PaymentNotApproved(PaymentDoubt::Unknown) => {
                say(Code::PaymentNotApproved).detail("payment_intent_id", "not found", "")
            }
            Refusal::PaymentNotApproved(_) => say(Code::PaymentNotApproved),
            Refusal::ExtensionRefused(ExtensionDoubt::TooLong { extension_ms_max }) => {
                let most = extension_ms_max / 1_000;
                say(Code::InvalidArgument).detail("extension_seconds", format!("at most {most}"), "")
            }
            Refusal::RefundTooLarge { left_minor } => {
                say(Code::InvalidArgument).detail("refund_amount", format!("at most {left_minor}"), "")
            }
            Refusal::AtCapacity(bound) => from_bound(*bound, text),
            // A step that the state of things forbids.
            _ => say(Code::FailedPrecondition),
        }
    }
}

fn from_bound(bound: Bound, text: String) -> ApiError {
    let code = match bound {
        Bound::WaitingLine => ErrorCode::RateLimited,
        Bound::Events | Bound::Notes => ErrorCode::QuotaExceeded,
        _ => ErrorCode::Unavailable,
    };
    ApiError::new(code, text)
}

fn from_problems(problems: &[Problem]) -> ApiError {
    let mut message = String::from("invalid argument");
    for (at, problem) in problems.iter().enumerate().take(3) {
        message.push_str(if at == 0 { ": " } else { "; " });
        message.push_str(wire_field(problem.field));
        message.push(' ');
        message.push_str(&problem.reason);
    }
    problems.iter().fold(ApiError::new(ErrorCode::InvalidArgument, message), |error, problem| {
        error.detail(wire_field(problem.field), problem.reason.clone(), &problem.value)
    })
}

/// The contract's name for an argument of the engine.
fn wire_field(field: &'static str) -> &'static str {
    match field {
        "extension" => "extension_seconds",
        "seats" => "seat_map",
        "name (bytes)" => "name",
        "hold_ms" => "hold_seconds",
        "hold_ms_max" => "hold_seconds_max",
        "extension_ms_max" => "extension_seconds_max",
        "seats_per_reservation_max" => "max_seats_per_reservation",
        "sale_ends" => "sale_end_time",
        other => other,
    }
}

/// The reason of a refusal of a text that is no id.
pub(crate) fn id_reason(error: TextIdError) -> String {
    match error.fault {
        TextIdFault::Empty => "required".to_owned(),
        TextIdFault::TooLong { bytes_max, .. } => format!("longer than {bytes_max} bytes"),
        TextIdFault::BadByte { at } => format!("has a character that is not allowed, at byte {at}"),
    }
}

/// A fresh trace id: 32 hex digits, never all zero.
pub(crate) fn trace_id() -> String {
    let mut bytes = [0_u8; 16];
    if getrandom::fill(&mut bytes).is_err() {
        // Without entropy a trace id need only be different, not secret.
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        bytes = now.as_nanos().to_be_bytes();
    }
    bytes[15] |= 1;
    hex(&bytes)
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use tacos_engine::ReservationState;

    #[test]
    fn the_words_that_gateways_look_for_are_there() {
        let message = |refusal: Refusal| ApiError::from(refusal).message;
        assert!(message(Refusal::UnknownEvent).contains("not found"));
        assert!(message(Refusal::UnknownReservation).contains("not found"));
        assert!(message(Refusal::UnknownPayment).contains("not found"));
        assert!(message(Refusal::SeatsTaken(Box::new(["A-1".to_owned()]))).contains("conflict"));
        assert!(message(Refusal::ReservationIs(ReservationState::Confirmed)).contains("conflict"));
        assert!(message(Refusal::PaymentNotApproved(PaymentDoubt::Unknown)).contains("payment not approved"));
    }

    #[test]
    fn taken_seats_are_named_in_details() {
        let error = ApiError::from(Refusal::SeatsTaken(Box::new(["A-1".to_owned(), "A-2".to_owned()])));
        assert_eq!(error.code, ErrorCode::InventoryConflict);
        let values: Vec<_> = error.details.iter().map(|detail| detail.value.as_str()).collect();
        assert_eq!(values, ["A-1", "A-2"]);
    }

    #[test]
    fn values_are_cut_at_a_character() {
        assert_eq!(cut("é".repeat(100)).len(), 128);
        assert_eq!(cut("aé".repeat(100)).len(), 127);
    }
}
