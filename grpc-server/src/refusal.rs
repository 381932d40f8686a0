//! How a refusal is sent: in the answer's field `error`, with the answer's field `status` where it has one; or as a
//! gRPC status, where the rules say so. And its wording: a known gateway chooses its HTTP code by words and numbers in
//! the message, and the rule `gateway_words` makes every message lead to the right code.

use std::borrow::Cow;
use std::sync::LazyLock;

use prost::Message;
use tacos_proto::common::v1::{Error, ErrorCode, OperationStatus};
use tacos_proto::gateway::v1::{AdmissionStatus, HealthStatus, QueueStatus};
use tacos_proto::reservation::v1::{CommitStatus, ProcessingStatus, ReleaseStatus};

use crate::rpc::Rpc;
use crate::settings::Rules;
use crate::wire::ApiError;

/// The signs that the gateway looks for, in its order: the number of the HTTP code, and words.
const SIGNS: [(&str, &str); 5] = [
    ("404", "not found"),
    ("409", "conflict"),
    ("400", "bad request"),
    ("412", "payment not approved"),
    // It has no number of its own there.
    ("timeout", "timeout"),
];

/// Type of a refusal in the details of a status.
const ERROR_TYPE: &str = "type.googleapis.com/common.v1.Error";

/// The details of a refusal that is sent as a status, beside its code.
#[derive(Clone, PartialEq, Message)]
struct RichStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<prost_types::Any>,
}

/// True for the RPCs whose callers are known not to read `error`: payments and inventory.
fn may_be_status(rpc: Rpc) -> bool {
    matches!(rpc.service(), "payment.v1.PaymentService" | "reservation.v1.InventoryService")
        || matches!(rpc, Rpc::GatewayCreatePaymentIntent | Rpc::GatewayGetPaymentStatus)
}

/// The status with which a refused call ends, if it ends with one.
fn status(rules: &Rules, rpc: Rpc, error: &ApiError, trace: &str) -> Option<tonic::Status> {
    if !rules.refuse_as_status || !may_be_status(rpc) {
        return None;
    }
    Some(detailed(&worded(rules, error), trace))
}

/// A refusal as a status that has all of it in its details.
pub(crate) fn detailed(error: &ApiError, trace: &str) -> tonic::Status {
    let plain = error.to_status();
    let value = error.to_error(trace).encode_to_vec();
    let details = RichStatus {
        code: plain.code() as i32,
        message: plain.message().to_owned(),
        details: vec![prost_types::Any { type_url: ERROR_TYPE.to_owned(), value }],
    };
    tonic::Status::with_details(plain.code(), plain.message(), details.encode_to_vec().into())
}

/// The refusal in a status' details, if it has one.
pub(crate) fn in_details(status: &tonic::Status) -> Option<Error> {
    let rich = RichStatus::decode(status.details()).ok()?;
    let found = rich.details.iter().find(|any| any.type_url == ERROR_TYPE)?;
    Error::decode(found.value.as_slice()).ok()
}

/// Number of the field `error` in each RPC's response; none for streams, which are refused by a status.
static ERROR_FIELDS: LazyLock<Vec<Option<u32>>> = LazyLock::new(|| {
    let pool = prost_reflect::DescriptorPool::decode(tacos_proto::FILE_DESCRIPTOR_SET);
    let pool = pool.expect("the contract's own descriptors");
    let number = |rpc: &Rpc| {
        let service = pool.get_service_by_name(rpc.service())?;
        let method = service.methods().find(|method| method.name() == rpc.method())?;
        let error = method.output().get_field_by_name("error")?;
        (!method.is_server_streaming()).then(|| error.number())
    };
    Rpc::ALL.iter().map(number).collect()
});

/// Number of the field `error` in an RPC's response; none for streams.
pub(crate) fn error_field(rpc: Rpc) -> Option<u32> {
    ERROR_FIELDS[rpc.index()]
}

/// Builds the table at the start, so that no call waits for it.
pub(crate) fn prepare() {
    LazyLock::force(&ERROR_FIELDS);
}

/// The answer of a refused call, encoded: its error, and the other fields that show the refusal; or the status with
/// which the call ends. For any RPC, by the number of its response's field.
pub(crate) fn answer(
    rules: &Rules,
    rpc: Rpc,
    error: &ApiError,
    trace: &str,
) -> Result<Vec<u8>, tonic::Status> {
    if let Some(status) = status(rules, rpc, error, trace) {
        return Err(status);
    }
    let Some(number) = ERROR_FIELDS[rpc.index()] else { return Err(error.to_status()) };
    let mut bytes = Vec::new();
    prost::encoding::message::encode(number, &wire_error(rules, error, trace), &mut bytes);
    bytes.extend(outcome(rpc, error.code));
    Ok(bytes)
}

/// A refusal as answers carry it.
pub(crate) fn wire_error(rules: &Rules, error: &ApiError, trace: &str) -> Error {
    worded(rules, error).to_error(trace)
}

/// The fields beside `error` that show a refusal, encoded: a field `status` must not look like a success. A status that
/// is the state of a reservation or payment stays absent: there is none whose state it could be.
fn outcome(rpc: Rpc, code: ErrorCode) -> Vec<u8> {
    let again = matches!(code, ErrorCode::Unavailable | ErrorCode::RateLimited | ErrorCode::Timeout);
    let mut bytes = Vec::new();
    let mut put = |field: u32, value: i32| prost::encoding::int32::encode(field, &value, &mut bytes);
    match rpc {
        Rpc::GetQueueStatus => put(1, QueueStatus::Error as i32),
        Rpc::JoinQueue => put(4, QueueStatus::Error as i32),
        Rpc::RequestAdmission => put(
            1,
            match code {
                ErrorCode::InvalidArgument
                | ErrorCode::Unauthenticated
                | ErrorCode::Forbidden
                | ErrorCode::NotFound => AdmissionStatus::Invalid,
                _ => AdmissionStatus::Denied,
            } as i32,
        ),
        Rpc::CommitReservation => put(
            3,
            match code {
                ErrorCode::PaymentNotApproved => CommitStatus::FailedPayment,
                ErrorCode::ReservationExpired => CommitStatus::FailedExpired,
                ErrorCode::InventoryConflict => CommitStatus::FailedConflict,
                _ => CommitStatus::FailedRefused,
            } as i32,
        ),
        Rpc::ReleaseHold if code == ErrorCode::NotFound => put(2, ReleaseStatus::NotFound as i32),
        Rpc::ReleaseHold => put(2, ReleaseStatus::Failed as i32),
        Rpc::ProcessReservationExpiry | Rpc::ProcessPaymentResult | Rpc::ProcessCompensation => {
            put(1, if again { ProcessingStatus::Retry } else { ProcessingStatus::Failed } as i32);
            let next = if again { "retry" } else { "completed" }.to_owned();
            match rpc {
                Rpc::ProcessReservationExpiry => prost::encoding::string::encode(4, &next, &mut bytes),
                Rpc::ProcessPaymentResult => prost::encoding::string::encode(5, &next, &mut bytes),
                _ if !again => prost::encoding::bool::encode(4, &true, &mut bytes),
                _ => {}
            }
        }
        Rpc::TriggerOperation => put(3, OperationStatus::Failed as i32),
        Rpc::GatewayHealthCheck => put(1, HealthStatus::Unknown as i32),
        _ => {}
    }
    bytes
}

/// A refusal in the words that the rules ask for.
fn worded<'a>(rules: &Rules, error: &'a ApiError) -> Cow<'a, ApiError> {
    if !rules.gateway_words {
        return Cow::Borrowed(error);
    }
    let message = gateway_message(error.code, &error.message);
    Cow::Owned(ApiError { message, ..error.clone() })
}

/// The words by which the gateway finds the HTTP code of a refusal; `None`: it shall find none, and answer 500.
fn word(code: ErrorCode) -> Option<&'static str> {
    match code {
        ErrorCode::NotFound => Some("not found"),
        ErrorCode::InvalidArgument | ErrorCode::IdempotencyRequired => Some("bad request"),
        ErrorCode::PaymentNotApproved => Some("payment not approved"),
        ErrorCode::AlreadyExists
        | ErrorCode::FailedPrecondition
        | ErrorCode::QuotaExceeded
        | ErrorCode::IdempotencyConflict
        | ErrorCode::ReservationExpired
        | ErrorCode::InventoryConflict
        | ErrorCode::InsufficientInventory
        | ErrorCode::ConcurrentModification => Some("conflict"),
        ErrorCode::Timeout | ErrorCode::UpstreamTimeout => Some("timeout"),
        _ => None,
    }
}

/// A message with the words for its code and no other sign: ids of seats and numbers in it may look like a code.
fn gateway_message(code: ErrorCode, message: &str) -> String {
    let wanted = word(code);
    let text = match message.strip_prefix("invalid argument: ") {
        Some(rest) if code == ErrorCode::InvalidArgument => format!("bad request: {rest}"),
        _ if code == ErrorCode::ReservationExpired => "conflict: the hold has expired".to_owned(),
        _ => message.to_owned(),
    };
    let speaks_for = |text: &str| {
        SIGNS.iter().all(|(number, words)| {
            let found = text.contains(words);
            let is_wanted = wanted == Some(*words);
            found == is_wanted && (is_wanted || !text.contains(number))
        })
    };
    if speaks_for(&text) {
        return text;
    }
    let Some(words) = wanted else {
        return "the call was refused: see its error code and details".to_owned();
    };
    let with_words = format!("{words}: {text}");
    if speaks_for(&with_words) { with_words } else { format!("{words}: see the error code and details") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The gateway's own rule: the first sign that it finds.
    fn http(message: &str) -> u16 {
        let has = |sign: &str| message.contains(sign);
        match () {
            () if has("404") || has("not found") => 404,
            () if has("409") || has("conflict") => 409,
            () if has("400") || has("bad request") => 400,
            () if has("412") || has("payment not approved") => 412,
            () if has("timeout") => 504,
            () => 500,
        }
    }

    fn wanted(code: ErrorCode) -> u16 {
        match word(code) {
            Some("not found") => 404,
            Some("conflict") => 409,
            Some("bad request") => 400,
            Some("payment not approved") => 412,
            Some("timeout") => 504,
            _ => 500,
        }
    }

    #[test]
    fn every_code_reaches_its_http_code_whatever_the_message_says() {
        let messages = [
            "plain",
            "seats are taken: B-404, C-409",
            "invalid argument: seat_ids[400] has a character that is not allowed",
            "conflict: the reservation is Confirmed",
            "payment not approved: not found",
            "section not found: conflict-412",
            "the reservation has expired (hold timeout)",
            "it took a timeout of 400 ms",
        ];
        for code in (0..64).filter_map(|number| ErrorCode::try_from(number).ok()) {
            for message in messages {
                let said = gateway_message(code, message);
                assert_eq!(http(&said), wanted(code), "{} {message:?} became {said:?}", code.as_str_name());
            }
        }
        assert!(!gateway_message(ErrorCode::ReservationExpired, "hold timeout").contains("timeout"));
    }

    #[test]
    fn every_unary_rpc_can_carry_an_error() {
        let pool = prost_reflect::DescriptorPool::decode(tacos_proto::FILE_DESCRIPTOR_SET).expect("ours");
        for (rpc, field) in Rpc::ALL.iter().zip(&*ERROR_FIELDS) {
            let service = pool.get_service_by_name(rpc.service()).expect("known");
            let method = service.methods().find(|method| method.name() == rpc.method()).expect("known");
            assert_eq!(field.is_some(), !method.is_server_streaming(), "{rpc}");
        }
    }

    /// Numbers and kinds of the fields are those of the contract, and what they say is never UNSPECIFIED.
    #[test]
    fn every_outcome_is_a_part_of_its_answer() {
        let pool = prost_reflect::DescriptorPool::decode(tacos_proto::FILE_DESCRIPTOR_SET).expect("ours");
        let mut spelled = 0;
        for rpc in Rpc::ALL.iter().copied() {
            let service = pool.get_service_by_name(rpc.service()).expect("known");
            let method = service.methods().find(|method| method.name() == rpc.method()).expect("known");
            for code in (1..64).filter_map(|number| ErrorCode::try_from(number).ok()) {
                let bytes = outcome(rpc, code);
                let answer = prost_reflect::DynamicMessage::decode(method.output(), bytes.as_slice());
                let answer = answer.unwrap_or_else(|error| panic!("{rpc} {code:?}: {error}"));
                assert_eq!(answer.unknown_fields().count(), 0, "{rpc} {code:?}: {answer:?}");
                for (field, value) in answer.fields() {
                    assert_ne!(value, &field.default_value(), "{rpc} {code:?} {}", field.name());
                    spelled += 1;
                }
            }
        }
        assert!(spelled > 200, "only {spelled} fields were spelled");
    }

    #[test]
    fn what_needs_no_change_is_kept() {
        let kept = "conflict: seats are taken: B-1";
        assert_eq!(gateway_message(ErrorCode::InventoryConflict, kept), kept);
        assert_eq!(
            gateway_message(ErrorCode::InvalidArgument, "invalid argument: quantity must be 1 to 10"),
            "bad request: quantity must be 1 to 10"
        );
    }
}
