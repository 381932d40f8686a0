//! Events as other languages describe them: settings, seat maps, rules of the waiting line.

use tacos_engine::{
    Currency, EventSettings, PresaleRoom, QueuePolicy, Refusal, Row, RowSeats, SeatException, SeatMap,
    Section,
};

use crate::text::{Checked, moment, moment_maybe, number, signed, unix_ms};

/// What can be set about an event.
#[derive(Clone, Debug, uniffi::Record)]
pub(crate) struct RawEventSettings {
    pub name: String,
    pub currency: String,
    pub seats_per_reservation_max: i32,
    pub seats_per_user_max: Option<i32>,
    pub hold_ms: i64,
    pub hold_ms_max: i64,
    pub extension_ms_max: i64,
    pub extensions_max: i32,
    pub sale_starts_ms: Option<i64>,
    pub sale_ends_ms: Option<i64>,
}

pub(crate) fn currency(field: &'static str, code: &str) -> Checked<Currency> {
    Currency::new(code).ok_or_else(|| Refusal::invalid(field, "must be three letters", code))
}

impl RawEventSettings {
    pub(crate) fn check(&self) -> Checked<EventSettings> {
        Ok(EventSettings::new(self.name.clone(), currency("settings.currency", &self.currency)?)
            .with_seats_per_reservation_max(number(
                "settings.seats_per_reservation_max",
                self.seats_per_reservation_max,
            )?)
            .with_seats_per_user_max(
                self.seats_per_user_max.map(|max| number("settings.seats_per_user_max", max)).transpose()?,
            )
            .with_hold_ms(number("settings.hold_ms", self.hold_ms)?)
            .with_hold_ms_max(number("settings.hold_ms_max", self.hold_ms_max)?)
            .with_extension_ms_max(number("settings.extension_ms_max", self.extension_ms_max)?)
            .with_extensions_max(number("settings.extensions_max", self.extensions_max)?)
            .with_sale_starts(moment_maybe("settings.sale_starts", self.sale_starts_ms)?)
            .with_sale_ends(moment_maybe("settings.sale_ends", self.sale_ends_ms)?))
    }
}

impl From<EventSettings> for RawEventSettings {
    fn from(settings: EventSettings) -> Self {
        let small = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
        Self {
            name: settings.name,
            currency: settings.currency.as_str().to_owned(),
            seats_per_reservation_max: small(settings.seats_per_reservation_max),
            seats_per_user_max: settings.seats_per_user_max.map(small),
            hold_ms: signed(settings.hold_ms),
            hold_ms_max: signed(settings.hold_ms_max),
            extension_ms_max: signed(settings.extension_ms_max),
            extensions_max: small(settings.extensions_max),
            sale_starts_ms: settings.sale_starts.map(unix_ms),
            sale_ends_ms: settings.sale_ends.map(unix_ms),
        }
    }
}

/// A part of the venue.
#[derive(Clone, Debug, uniffi::Enum)]
pub(crate) enum RawSection {
    Seated { name: String, rows: Vec<RawRow> },
    General { name: String, capacity: i32, price_minor: i64 },
}

/// Seats side by side.
#[derive(Clone, Debug, uniffi::Record)]
pub(crate) struct RawRow {
    pub label: String,
    pub price_minor: i64,
    pub accessible: bool,
    pub seats: RawRowSeats,
    pub aisles_before: Vec<i32>,
    pub exceptions: Vec<RawSeatException>,
}

/// The seats of a row.
#[derive(Clone, Debug, uniffi::Enum)]
pub(crate) enum RawRowSeats {
    Numbered { prefix: String, first_number: i32, step: i32, digits_min: i32, count: i32 },
    Listed { labels: Vec<String> },
}

/// What one seat has that its row has not.
#[derive(Clone, Debug, uniffi::Record)]
pub(crate) struct RawSeatException {
    pub index: i32,
    pub price_minor: Option<i64>,
    pub accessible: Option<bool>,
}

pub(crate) fn seat_map(sections: Vec<RawSection>) -> Checked<SeatMap> {
    let sections = sections.into_iter().map(RawSection::check).collect::<Checked<_>>()?;
    Ok(SeatMap { sections })
}

impl RawSection {
    fn check(self) -> Checked<Section> {
        Ok(match self {
            Self::Seated { name, rows } => {
                Section::Seated { name, rows: rows.into_iter().map(RawRow::check).collect::<Checked<_>>()? }
            }
            Self::General { name, capacity, price_minor } => {
                Section::General { name, capacity: number("seats.capacity", capacity)?, price_minor }
            }
        })
    }
}

impl RawRow {
    fn check(self) -> Checked<Row> {
        let aisles = self.aisles_before.into_iter().map(|index| number("seats.aisles_before", index));
        let exceptions = self.exceptions.into_iter().map(|exception| {
            Ok(SeatException {
                index: number("seats.exceptions.index", exception.index)?,
                price_minor: exception.price_minor,
                accessible: exception.accessible,
            })
        });
        Ok(Row {
            label: self.label,
            price_minor: self.price_minor,
            accessible: self.accessible,
            seats: self.seats.check()?,
            aisles_before: aisles.collect::<Checked<_>>()?,
            exceptions: exceptions.collect::<Checked<_>>()?,
        })
    }
}

impl RawRowSeats {
    fn check(self) -> Checked<RowSeats> {
        Ok(match self {
            Self::Numbered { prefix, first_number, step, digits_min, count } => RowSeats::Numbered {
                prefix,
                first_number: number("seats.first_number", first_number)?,
                step,
                digits_min: number("seats.digits_min", digits_min)?,
                count: number("seats.count", count)?,
            },
            Self::Listed { labels } => RowSeats::Listed(labels),
        })
    }
}

/// The rules of a waiting line.
#[derive(Clone, Debug, uniffi::Record)]
pub(crate) struct RawQueuePolicy {
    pub enabled: bool,
    pub admissions_per_minute: i64,
    pub burst: i64,
    pub inside_max: i64,
    pub waiting_max: i64,
    pub claim_window_ms: i64,
    pub token_ttl_ms: i64,
    pub inactivity_ms: i64,
    pub one_place_per_user: bool,
    pub room: Option<RawPresaleRoom>,
}

/// A room before the sale.
#[derive(Clone, Debug, uniffi::Record)]
pub(crate) struct RawPresaleRoom {
    pub opens_at_ms: i64,
    pub draws_at_ms: i64,
}

impl RawQueuePolicy {
    pub(crate) fn check(&self) -> Checked<QueuePolicy> {
        let room = self.room.as_ref().map(|room| {
            Ok(PresaleRoom {
                opens_at: moment("room.opens_at", room.opens_at_ms)?,
                draws_at: moment("room.draws_at", room.draws_at_ms)?,
            })
        });
        Ok(QueuePolicy::default()
            .with_enabled(self.enabled)
            .with_admissions_per_minute(number("admissions_per_minute", self.admissions_per_minute)?)
            .with_burst(number("burst", self.burst)?)
            .with_inside_max(number("inside_max", self.inside_max)?)
            .with_waiting_max(number("waiting_max", self.waiting_max)?)
            .with_claim_window_ms(number("claim_window_ms", self.claim_window_ms)?)
            .with_token_ttl_ms(number("token_ttl_ms", self.token_ttl_ms)?)
            .with_inactivity_ms(number("inactivity_ms", self.inactivity_ms)?)
            .with_one_place_per_user(self.one_place_per_user)
            .with_room(room.transpose()?))
    }
}

impl From<QueuePolicy> for RawQueuePolicy {
    fn from(policy: QueuePolicy) -> Self {
        Self {
            enabled: policy.enabled,
            admissions_per_minute: policy.admissions_per_minute.into(),
            burst: policy.burst.into(),
            inside_max: policy.inside_max.into(),
            waiting_max: policy.waiting_max.into(),
            claim_window_ms: signed(policy.claim_window_ms),
            token_ttl_ms: signed(policy.token_ttl_ms),
            inactivity_ms: signed(policy.inactivity_ms),
            one_place_per_user: policy.one_place_per_user,
            room: policy.room.map(|room| RawPresaleRoom {
                opens_at_ms: unix_ms(room.opens_at),
                draws_at_ms: unix_ms(room.draws_at),
            }),
        }
    }
}
