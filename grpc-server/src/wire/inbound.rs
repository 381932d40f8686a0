//! Checks of fields: sizes, counts, ranges and encodings of what comes in. Collects every offending field before it
//! refuses.

use std::str::FromStr;

use prost_types::Timestamp;
use tacos_engine::{
    Best, Currency, IdempotencyKey, Money, PaymentId, ReservationId, SeatId, SeatRequest, Seats, SectionId,
    TextIdError, UnixMs, WaitingToken,
};
use tacos_proto::common::v1::{ErrorCode, ErrorDetail, Money as WireMoney};

use super::error::{ApiError, id_reason};
use super::time::moment_of;

/// Largest amount: what JavaScript can hold.
const AMOUNT_MAX: i64 = (1 << 53) - 1;
/// Seats that one request may name, whatever the event says.
const SEATS_MAX: usize = 64;

/// Collects what is wrong with one request.
#[derive(Debug, Default)]
pub(crate) struct Checks {
    details: Vec<ErrorDetail>,
    missing_key: bool,
}

/// Several checked values, all of them or none.
pub(crate) trait AllSome {
    type All;
    fn all(self) -> Option<Self::All>;
}

macro_rules! all_some {
    ($($name:ident),+) => {
        impl<$($name),+> AllSome for ($(Option<$name>,)+) {
            type All = ($($name,)+);
            #[allow(non_snake_case, reason = "one letter is type and value")]
            fn all(self) -> Option<Self::All> {
                let ($($name,)+) = self;
                Some(($($name?,)+))
            }
        }
    };
}
all_some!(A);
all_some!(A, B);
all_some!(A, B, C);
all_some!(A, B, C, D);
all_some!(A, B, C, D, E);
all_some!(A, B, C, D, E, F);

impl Checks {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn bad(&mut self, field: &str, reason: impl Into<String>, value: impl ToString) {
        let ApiError { mut details, .. } = ApiError::invalid(field, reason, value);
        if self.details.len() < 100 {
            self.details.append(&mut details);
        }
    }

    /// The values, or the refusal that names everything that was wrong.
    pub(crate) fn take<T: AllSome>(self, values: T) -> Result<T::All, ApiError> {
        self.done()?;
        values.all().ok_or_else(|| ApiError::invalid("request", "is not complete", ""))
    }

    /// Refuses if anything was wrong.
    pub(crate) fn done(self) -> Result<(), ApiError> {
        if let Some(first) = self.details.first() {
            let message = format!("invalid argument: {} {}", first.field, first.reason);
            return Err(ApiError { code: ErrorCode::InvalidArgument, message, details: self.details });
        }
        if self.missing_key {
            return Err(tacos_engine::Refusal::IdempotencyRequired.into());
        }
        Ok(())
    }

    /// A required id.
    pub(crate) fn id<T: FromStr<Err = TextIdError>>(&mut self, field: &str, text: &str) -> Option<T> {
        text.parse().map_err(|error| self.bad(field, id_reason(error), text)).ok()
    }

    /// An id that may be empty: outer `None` if it is wrong.
    pub(crate) fn id_or_none<T: FromStr<Err = TextIdError>>(
        &mut self,
        field: &str,
        text: &str,
    ) -> Option<Option<T>> {
        if text.is_empty() { Some(None) } else { self.id(field, text).map(Some) }
    }

    /// A reservation of ours. A text that is none of our ids is a reservation that is not found.
    pub(crate) fn payment(&mut self, text: &str) -> Option<Option<PaymentId>> {
        self.issued("payment_intent_id", text)
    }

    pub(crate) fn reservation(&mut self, text: &str) -> Option<Option<ReservationId>> {
        self.issued("reservation_id", text)
    }

    /// An id that we gave out; inner `None`: well-formed, but none of ours, so there is nothing to be found.
    fn issued<T: FromStr>(&mut self, field: &str, text: &str) -> Option<Option<T>> {
        let _: tacos_engine::ExternalId = self.id(field, text)?;
        Some(text.parse().ok())
    }

    /// A waiting token: `None` inside if it cannot be one of ours.
    pub(crate) fn waiting_token(&mut self, text: &str) -> Option<Option<WaitingToken>> {
        if text.is_empty() || text.len() > 128 {
            self.bad("waiting_token", if text.is_empty() { "required" } else { "longer than 128 bytes" }, "");
            return None;
        }
        Some(text.parse().ok())
    }

    /// An idempotency key; required where `required` says so.
    pub(crate) fn key(&mut self, text: &str, required: bool) -> Option<Option<IdempotencyKey>> {
        if text.is_empty() {
            self.missing_key |= required;
            return Some(None);
        }
        match IdempotencyKey::new(text) {
            Ok(key) => Some(Some(key)),
            Err(error) => {
                self.bad("idempotency_key", id_reason(error), text);
                None
            }
        }
    }

    /// Free text, bounded in bytes.
    pub(crate) fn text(&mut self, field: &str, text: &str, bytes_max: usize) {
        if text.len() > bytes_max {
            self.bad(field, format!("longer than {bytes_max} bytes"), text);
        }
    }

    /// Secret text, bounded in bytes: a refusal does not show it.
    pub(crate) fn secret(&mut self, field: &str, text: &str, bytes_max: usize) {
        if text.len() > bytes_max {
            self.bad(field, format!("longer than {bytes_max} bytes"), "");
        }
    }

    pub(crate) fn required_text(&mut self, field: &str, text: &str, bytes_max: usize) {
        if text.is_empty() {
            self.bad(field, "required", "");
        }
        self.text(field, text, bytes_max);
    }

    /// Notes: few, short, without doubles.
    pub(crate) fn entries<'a>(
        &mut self,
        field: &str,
        entries: impl ExactSizeIterator<Item = (&'a String, &'a String)>,
        most: usize,
    ) {
        if entries.len() > most {
            self.bad(field, format!("at most {most} entries"), entries.len());
            return;
        }
        for (key, value) in entries {
            if key.len() > 64 || value.len() > 256 {
                self.bad(field, "a key is longer than 64 bytes, or a value than 256", key);
            }
        }
    }

    /// A number between bounds; 0 stands for `default` where there is one.
    pub(crate) fn range(&mut self, field: &str, value: i64, low: i64, high: i64) -> Option<u32> {
        if (low..=high).contains(&value) {
            return u32::try_from(value).ok();
        }
        self.bad(field, format!("must be {low} to {high}"), value);
        None
    }

    /// As [`Checks::range`], where 0 stands for a default.
    pub(crate) fn range_or(
        &mut self,
        field: &str,
        value: i64,
        default: u32,
        low: i64,
        high: i64,
    ) -> Option<u32> {
        if value == 0 { Some(default) } else { self.range(field, value, low, high) }
    }

    /// A moment that may be absent.
    pub(crate) fn moment(&mut self, field: &str, stamp: Option<&Timestamp>) -> Option<Option<UnixMs>> {
        let Some(stamp) = stamp else { return Some(None) };
        let moment = moment_of(stamp);
        if moment.is_none() {
            self.bad(field, "is no moment since 1970", stamp.seconds);
        }
        moment.map(Some)
    }

    /// An amount of money, required.
    pub(crate) fn money(&mut self, field: &str, money: Option<&WireMoney>) -> Option<Money> {
        let Some(money) = money else {
            self.bad(field, "required", "");
            return None;
        };
        if !(0..=AMOUNT_MAX).contains(&money.amount) {
            self.bad(&format!("{field}.amount"), format!("must be 0 to {AMOUNT_MAX}"), money.amount);
        }
        let currency = self.currency(&format!("{field}.currency"), &money.currency)?;
        Some(Money { minor: money.amount, currency })
    }

    /// An ISO 4217 code.
    pub(crate) fn currency(&mut self, field: &str, code: &str) -> Option<Currency> {
        let currency = Currency::new(code).filter(|currency| currency.as_str() == code);
        if currency.is_none() {
            self.bad(field, "must be three upper-case letters", code);
        }
        currency
    }

    /// Named seats without doubles.
    pub(crate) fn seats(&mut self, seat_ids: &[String]) -> Option<Seats> {
        if seat_ids.len() > SEATS_MAX {
            self.bad("seat_ids", format!("at most {SEATS_MAX} seats"), seat_ids.len());
            return None;
        }
        let mut seats = Seats::new();
        let mut good = true;
        for (at, text) in seat_ids.iter().enumerate() {
            let field = format!("seat_ids[{at}]");
            let Some(seat) = self.id::<SeatId>(&field, text) else {
                good = false;
                continue;
            };
            if seats.contains(&seat) {
                self.bad(&field, "duplicate", text);
                good = false;
            }
            seats.push(seat);
        }
        good.then_some(seats)
    }

    /// Which seats are wanted: names, or a count that the rest describes.
    pub(crate) fn want(&mut self, wish: &Wish<'_>) -> Option<SeatRequest> {
        let seats = self.seats(wish.seat_ids)?;
        let section = self.id_or_none::<SectionId>("section", wish.section)?;
        if !seats.is_empty() {
            let named = i32::try_from(seats.len()).unwrap_or(i32::MAX);
            if wish.quantity != 0 && wish.quantity != named {
                self.bad("quantity", format!("does not agree with {named} seat_ids"), wish.quantity);
                return None;
            }
            return Some(SeatRequest::Seats(seats));
        }
        let quantity = self.range("quantity", wish.quantity.into(), 1, SEATS_MAX as i64)?;
        Some(SeatRequest::Best(
            Best::of(quantity)
                .with_section(section)
                .with_allow_split(!wish.require_adjacent)
                .with_accessible(wish.accessible),
        ))
    }
}

/// The fields of a request that say which seats are wanted.
pub(crate) struct Wish<'a> {
    pub(crate) seat_ids: &'a [String],
    pub(crate) quantity: i32,
    pub(crate) section: &'a str,
    pub(crate) require_adjacent: bool,
    pub(crate) accessible: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use tacos_engine::EventId;

    fn wish(seat_ids: &[String], quantity: i32) -> Wish<'_> {
        Wish { seat_ids, quantity, section: "", require_adjacent: false, accessible: false }
    }

    #[test]
    fn every_offending_field_is_named() {
        let mut checks = Checks::new();
        let event = checks.id::<EventId>("event_id", "");
        let want = checks.want(&wish(&["A-1".to_owned(), "A-1".to_owned(), "b a d".to_owned()], 0));
        let error = checks.take((event, want)).expect_err("three fields are wrong");
        let fields: Vec<_> = error.details.iter().map(|detail| detail.field.as_str()).collect();
        assert_eq!(fields, ["event_id", "seat_ids[1]", "seat_ids[2]"]);
    }

    #[test]
    fn names_and_count_must_agree() {
        let seats = ["A-1".to_owned()];
        assert!(matches!(Checks::new().want(&wish(&seats, 1)), Some(SeatRequest::Seats(_))));
        assert!(Checks::new().want(&wish(&seats, 2)).is_none());
        assert!(Checks::new().want(&wish(&[], 0)).is_none());
    }

    #[test]
    fn a_missing_key_is_said_only_when_nothing_else_is_wrong() {
        let mut checks = Checks::new();
        let key = checks.key("", true);
        assert_eq!(checks.take((key,)).expect_err("missing").code, ErrorCode::IdempotencyRequired);
        let mut checks = Checks::new();
        let key = checks.key("", true);
        checks.bad("quantity", "wrong", 0);
        assert_eq!(checks.take((key,)).expect_err("wrong").code, ErrorCode::InvalidArgument);
    }
}
