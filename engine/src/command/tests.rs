//! Canonical bytes: read as they were written, and safe whatever they are.

use proptest::prelude::*;

use super::samples::samples;
use super::{
    Command, CreatePayment, Currency, Money, Payee, PaymentMethod, Proof, ReservationRef, Reserve, Scenario,
    SeatRequest,
};
use crate::clock::UnixMs;
use crate::command::{Best, Caller, Confirm};
use crate::ids::{
    EventId, ExternalId, IdempotencyKey, PaymentId, ReservationId, ReservationToken, SeatId, SectionId,
    UserId,
};

/// Fails unless `command` comes back from its bytes, field by field.
fn assert_comes_back(command: &Command) {
    let bytes = command.to_bytes();
    let read = Command::from_bytes(&bytes).unwrap_or_else(|error| panic!("{error}: {command:?}, {bytes:?}"));
    assert_eq!(format!("{read:?}"), format!("{command:?}"));
    // Tokens and digests hide themselves in the debug form.
    assert_eq!(read.to_bytes(), bytes, "{command:?}");
}

#[test]
fn every_command_comes_back_from_its_bytes() {
    samples().iter().for_each(assert_comes_back);
    let mut methods: Vec<&str> = samples().iter().map(Command::method).collect();
    methods.dedup();
    let mut commands = 0;
    macro_rules! count {
        ($($(#[$doc:meta])+ $number:literal $method:ident $form:ident $name:ident -> $reply:ident refuses [$($refusal:ident)*] { $($fields:tt)* })*) => {
            $(assert!(methods.contains(&stringify!($method)), "no sample of {}", stringify!($method)); commands += 1;)*
        };
    }
    super::for_each_command!(count);
    assert_eq!(commands, 22);
}

#[test]
fn cut_bytes_are_refused() {
    for command in samples() {
        let bytes = command.to_bytes();
        for cut in 0..bytes.len() {
            assert!(Command::from_bytes(&bytes[..cut]).is_err(), "{command:?} cut at {cut}");
        }
        let longer = [bytes.as_slice(), &[0]].concat();
        assert!(Command::from_bytes(&longer).is_err(), "{command:?} with a byte too many");
    }
}

#[test]
fn bent_bytes_are_refused_or_another_command() {
    for command in samples() {
        let bytes = command.to_bytes();
        for at in 0..bytes.len() {
            for flip in [1, 2, 0x40, 0x80, 0xff] {
                let mut bent = bytes.clone();
                bent[at] ^= flip;
                if let Ok(other) = Command::from_bytes(&bent) {
                    assert_eq!(other.to_bytes(), bent, "{command:?} bent at {at} by {flip}");
                }
            }
        }
    }
}

fn text() -> impl Strategy<Value = String> {
    "[A-Za-z0-9._:-]{1,128}"
}

fn key() -> impl Strategy<Value = Option<IdempotencyKey>> {
    let digest = proptest::option::of(any::<[u8; 32]>());
    proptest::option::of(("[!-~]{1,128}", digest)).prop_map(|key| {
        key.map(|(text, digest)| match digest {
            None => IdempotencyKey::new(&text).expect("visible"),
            Some(digest) => IdempotencyKey::for_request(&text, digest).expect("visible"),
        })
    })
}

fn user() -> impl Strategy<Value = UserId> {
    text().prop_map(|text| UserId::new(&text).expect("allowed"))
}

fn external() -> impl Strategy<Value = ExternalId> {
    text().prop_map(|text| ExternalId::new(&text).expect("allowed"))
}

fn seats() -> impl Strategy<Value = Vec<SeatId>> {
    proptest::collection::vec(text().prop_map(|text| SeatId::new(&text).expect("allowed")), 0..6)
}

fn which() -> impl Strategy<Value = ReservationRef> {
    prop_oneof![
        any::<[u8; 16]>().prop_map(|id| ReservationRef::Id(ReservationId::from_bytes(id))),
        external().prop_map(ReservationRef::External)
    ]
}

fn want() -> impl Strategy<Value = SeatRequest> {
    let section = proptest::option::of(text().prop_map(|text| SectionId::new(&text).expect("allowed")));
    prop_oneof![
        seats().prop_map(|seats| SeatRequest::Seats(seats.into_iter().collect())),
        (any::<u32>(), section, any::<bool>(), any::<bool>()).prop_map(
            |(quantity, section, allow_split, accessible)| {
                SeatRequest::Best(Best { quantity, section, allow_split, accessible })
            }
        )
    ]
}

prop_compose! {
    fn reserve()(
        event in text(), user in user(), want in want(), token in proptest::option::of(any::<[u8; 24]>()),
        trusted in any::<bool>(), external in proptest::option::of(external()),
        hold_until in proptest::option::of(any::<u64>()), key in key(),
    ) -> Command {
        Reserve::new(EventId::new(&event).expect("allowed"), user, want).with_token(token.map(ReservationToken::from_bytes)).with_trusted(trusted).with_external(external).with_hold_until(hold_until.map(UnixMs::new)).with_key(key).into()
    }
}

prop_compose! {
    fn confirm()(
        which in which(), user in proptest::option::of(user()), payment in proptest::option::of(any::<[u8; 16]>()),
        exactly in proptest::option::of(seats()), key in key(),
    ) -> Command {
        let proof = payment.map_or(Proof::Outside, |id| Proof::Intent(PaymentId::from_bytes(id)));
        Confirm::new(which, Caller::from_optional(user), proof).with_exactly(exactly.map(|seats| seats.into_iter().collect())).with_key(key).into()
    }
}

prop_compose! {
    fn create_payment()(
        which in which(), unlinked in proptest::option::of(external()), user in user(), minor in any::<i64>(),
        currency in "[A-Z]{3}", webhook_url in proptest::option::of(".{0,40}"),
        attachment in proptest::collection::vec(any::<u8>(), 0..200), key in key(),
    ) -> Command {
        CreatePayment::new(unlinked.map_or(Payee::Reservation(which), Payee::Unlinked), user, Money { minor, currency: Currency::new(&currency).expect("three letters") }, PaymentMethod::MobilePay, Scenario::Random).with_webhook_url(webhook_url).with_attachment(attachment).with_key(key).into()
    }
}

proptest! {
    #[test]
    fn any_command_comes_back(command in prop_oneof![reserve(), confirm(), create_payment()]) {
        assert_comes_back(&command);
    }

    #[test]
    fn any_bytes_are_safe(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(command) = Command::from_bytes(&bytes) {
            prop_assert_eq!(command.to_bytes(), bytes);
        }
    }
}
