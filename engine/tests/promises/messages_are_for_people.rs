//! Claim: what a refusal says is made of words, never of the names that the source gives to its variants.

use std::collections::BTreeSet;

use tacos_engine::{
    Bound, ExtensionDoubt, PaymentDoubt, PaymentState, Problem, Refusal, ReservationState, SaleState, UnixMs,
};

const SALES: [SaleState; 4] = [SaleState::Draft, SaleState::Open, SaleState::Paused, SaleState::Closed];
const RESERVATIONS: [ReservationState; 6] = [
    ReservationState::Pending,
    ReservationState::Confirmed,
    ReservationState::Cancelled,
    ReservationState::Expired,
    ReservationState::Failed,
    ReservationState::Refunded,
];
const PAYMENTS: [PaymentState; 7] = [
    PaymentState::Pending,
    PaymentState::Processing,
    PaymentState::Completed,
    PaymentState::Failed,
    PaymentState::Cancelled,
    PaymentState::Expired,
    PaymentState::Refunded,
];
const BOUNDS: [Bound; 9] = [
    Bound::Events,
    Bound::Reservations,
    Bound::Payments,
    Bound::Webhooks,
    Bound::IdempotencyKeys,
    Bound::WaitingLine,
    Bound::Notes,
    Bound::LogBuffer,
    Bound::DiskSpace,
];

/// Every refusal, with every state, doubt and bound that it can carry.
fn refusals() -> Vec<Refusal> {
    let mut all = vec![
        Refusal::Invalid(Box::new([Problem::new("amount", "must not be negative", -1)])),
        Refusal::IdempotencyRequired,
        Refusal::IdempotencyConflict,
        Refusal::UnknownEvent,
        Refusal::EventExists,
        Refusal::UnknownSeats(Box::new(["a-1".to_owned()])),
        Refusal::UnknownSection("pit".into()),
        Refusal::UnknownReservation,
        Refusal::UnknownPayment,
        Refusal::UnknownWebhook,
        Refusal::UnknownToken,
        Refusal::TokenExpired,
        Refusal::AlreadyWaiting,
        Refusal::LeftLine,
        Refusal::NoWaitingLine,
        Refusal::NotYet,
        Refusal::AdmissionPaused,
        Refusal::SeatsTaken(Box::new(["a-1".to_owned()])),
        Refusal::Insufficient { wanted: 2, available: 1 },
        Refusal::NotAdjacent { wanted: 2 },
        Refusal::QuotaExceeded { seats_max: 4, seats: 4 },
        Refusal::Forbidden,
        Refusal::ReservationExpired,
        Refusal::PaymentExists,
        Refusal::RefundTooLarge { left_minor: 5 },
        Refusal::SeatsDiffer,
        Refusal::ExternalExists,
        Refusal::NotDue(UnixMs::new(1_700_000_000_000)),
    ];
    all.extend(SALES.map(Refusal::SaleNotOpen));
    all.extend(RESERVATIONS.map(Refusal::ReservationIs));
    all.extend(PAYMENTS.map(Refusal::PaymentIs));
    all.extend(BOUNDS.map(Refusal::AtCapacity));
    let doubts = [PaymentDoubt::Unknown, PaymentDoubt::Foreign, PaymentDoubt::AmountDiffers];
    all.extend(doubts.map(Refusal::PaymentNotApproved));
    all.extend(PAYMENTS.map(|state| Refusal::PaymentNotApproved(PaymentDoubt::Unfinished(state))));
    let extensions = [
        ExtensionDoubt::AlreadyExtended,
        ExtensionDoubt::TooLong { extension_ms_max: 30_000 },
        ExtensionDoubt::PastMaximum,
    ];
    all.extend(extensions.map(Refusal::ExtensionRefused));
    all
}

#[test]
fn no_refusal_names_a_variant_of_the_source() {
    let all = refusals();
    for refusal in &all {
        let text = refusal.to_string();
        let named = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').find(|word| {
            word.starts_with(|letter: char| letter.is_ascii_uppercase()) || word.contains("_ms")
        });
        // Moments are written as the standard has them, with the letters T and Z between digits.
        let named = named.filter(|word| word.chars().any(|letter| letter.is_ascii_lowercase()));
        assert_eq!(named, None, "{}: {text}", refusal.code());
        assert!(!text.contains(['{', '}', '"']), "{}: {text}", refusal.code());
    }
    let covered: BTreeSet<_> = all.iter().map(Refusal::code).collect();
    let codes: BTreeSet<_> = Refusal::CODES.iter().copied().collect();
    assert_eq!(covered, codes, "the walk has every refusal");
}
