//! What goes out: the engine's answers and views in the words of the contract.

use prost::Message;
use tacos_engine::views::{
    Counts, EventView, PaymentView, PlaceView, ReservationView, SeatState, SectionView,
};
use tacos_engine::{
    Currency, Engine, PackedPlace, PaymentMethod as Method, PaymentState, ReservationState, Scenario,
};
use tacos_proto::common::v1::{Event, Money, Seat, SeatStatus};
use tacos_proto::engine::v1::SeatCounts;
use tacos_proto::payment::v1::{
    Payment, PaymentMetadata, PaymentMethod, PaymentResult, PaymentScenario, PaymentStatus,
};
use tacos_proto::reservation::v1::{InventoryStats, Reservation, ReservationStatus, SectionInventory};

use super::time::{count, timestamp};

/// A value of the engine's for which the contract has a word of the same meaning.
pub(crate) trait Spell: Sized {
    /// The contract's word, as the number that the wire carries.
    fn spell(self) -> i32;

    /// The value behind a number: `None` for UNSPECIFIED, `Err` if it is no word of the contract's.
    fn read(number: i32) -> Result<Option<Self>, ()>;
}

/// The engine's values and the contract's words, which are named alike. `also` says what else the one or the other has.
macro_rules! words {
    ($($ours:ident as $theirs:ident {
        $($word:ident),* $(; also spell $more:ident as $its_word:ident)? $(; also read $synonym:ident as $its_value:ident)?
    })*) => {$(
        impl Spell for $ours {
            fn spell(self) -> i32 {
                (match self {
                    $(Self::$word => $theirs::$word,)*
                    $(Self::$more => $theirs::$its_word,)?
                }) as i32
            }

            fn read(number: i32) -> Result<Option<Self>, ()> {
                Ok(match $theirs::try_from(number).map_err(|_| ())? {
                    $theirs::Unspecified => None,
                    $($theirs::$word => Some(Self::$word),)*
                    $($theirs::$synonym => Some(Self::$its_value),)?
                })
            }
        }
    )*};
}

words! {
    ReservationState as ReservationStatus {
        Pending, Confirmed, Cancelled, Expired, Failed, Refunded; also read Hold as Pending
    }
    PaymentState as PaymentStatus { Pending, Processing, Completed, Failed, Cancelled, Expired, Refunded }
    SeatState as SeatStatus { Available, Reserved, Sold, Blocked }
    Method as PaymentMethod { CreditCard, DebitCard, BankTransfer, MobilePay, DigitalWallet }
    Scenario as PaymentScenario { Approve, Fail, Delay, Random, Timeout; also spell Outside as Unspecified }
}

pub(crate) fn money(minor: i64, currency: Currency) -> Option<Money> {
    Some(Money { amount: minor, currency: currency.as_str().to_owned() })
}

fn seat(place: PlaceView, status: SeatState, currency: Currency) -> Seat {
    Seat {
        id: place.id,
        section: place.section,
        row: place.row,
        number: place.number,
        price: money(place.price_minor, currency),
        status: status.spell(),
    }
}

/// One seat of the map.
pub(crate) fn seat_of_map(place: PlaceView, status: SeatState, currency: Currency) -> Seat {
    seat(place, status, currency)
}

/// The places of a reservation, all with one status. Standing places are numbered within the reservation.
pub(crate) fn seats(
    engine: &Engine,
    event_number: u32,
    places: &[PackedPlace],
    status: SeatState,
    currency: Currency,
) -> Vec<Seat> {
    let mut seats = Vec::with_capacity(places.len());
    for place in places.iter().filter_map(|place| engine.describe(event_number, *place)) {
        if place.number.is_empty() && place.id == place.section {
            for number in 1..=place.count {
                let mut one = place.clone();
                one.id = format!("{}#{number}", place.section);
                seats.push(seat(one, status, currency));
            }
        } else {
            seats.push(seat(place, status, currency));
        }
    }
    seats
}

/// How many seats and standing places these are.
pub(crate) fn places_count(engine: &Engine, event_number: u32, places: &[PackedPlace]) -> u32 {
    places.iter().filter_map(|place| engine.describe(event_number, *place)).map(|place| place.count).sum()
}

/// What a reservation's places are now.
fn seat_state(state: ReservationState) -> SeatState {
    match state {
        ReservationState::Pending => SeatState::Reserved,
        ReservationState::Confirmed => SeatState::Sold,
        _ => SeatState::Available,
    }
}

pub(crate) fn reservation(engine: &Engine, view: &ReservationView) -> Reservation {
    let sold = matches!(view.state, ReservationState::Confirmed | ReservationState::Refunded);
    let seats = seats(engine, view.event_number, &view.places, seat_state(view.state), view.total.currency);
    Reservation {
        reservation_id: view.external.as_ref().map_or_else(|| view.id.to_string(), ToString::to_string),
        event_id: view.event.to_string(),
        user_id: view.user.to_string(),
        status: view.state.spell(),
        quantity: count(seats.len()),
        seats,
        total_amount: money(view.total.minor, view.total.currency),
        created_at: timestamp(view.created_at),
        updated_at: timestamp(view.changed_at),
        hold_expires_at: timestamp(view.expires_at),
        payment_intent_id: view.payment.map(|id| id.to_string()).unwrap_or_default(),
        order_id: if sold { view.id.order().to_string() } else { String::new() },
        metadata: crate::metadata::of(engine, view.id),
    }
}

/// Numbers for the reasons of a failed payment; they never change.
const DECLINED: i32 = 1;
const EXPIRED: i32 = 2;
const CANCELLED: i32 = 3;

pub(crate) fn payment(view: &PaymentView) -> Payment {
    let over = !matches!(view.state, PaymentState::Pending | PaymentState::Processing);
    let money_moved = matches!(view.state, PaymentState::Completed | PaymentState::Refunded);
    let mut metadata = PaymentMetadata::decode(view.attachment.as_slice()).unwrap_or_default();
    metadata.scenario = view.scenario.spell();
    Payment {
        payment_intent_id: view.id.to_string(),
        payment_id: view.id.to_string(),
        reservation_id: view
            .reservation
            .map(|id| id.to_string())
            .or_else(|| view.unlinked.as_ref().map(ToString::to_string))
            .unwrap_or_default(),
        user_id: view.user.to_string(),
        status: view.state.spell(),
        amount: money(view.amount.minor, view.amount.currency),
        method: view.method.spell(),
        created_at: timestamp(view.created_at),
        updated_at: timestamp(view.changed_at),
        processed_at: view.processed_at.and_then(timestamp),
        transaction_id: if money_moved { view.id.transaction().to_string() } else { String::new() },
        result: over.then(|| payment_result(view)),
        metadata: Some(metadata),
        refunded_amount: (view.refunds > 0)
            .then(|| money(view.refunded_minor, view.amount.currency))
            .flatten(),
        expires_at: timestamp(view.expires_at),
    }
}

pub(crate) fn payment_result(view: &PaymentView) -> PaymentResult {
    let (success, reason, code) = match view.state {
        PaymentState::Failed => (false, "declined", DECLINED),
        PaymentState::Expired => (false, "timeout: no outcome in time", EXPIRED),
        PaymentState::Cancelled => (false, "cancelled", CANCELLED),
        _ => (true, "", 0),
    };
    PaymentResult {
        success,
        failure_reason: reason.to_owned(),
        gateway_response: match (view.scenario, success) {
            // The simulator did not run: it has no words.
            (Scenario::Outside, _) => "",
            (_, true) => "simulated: approved",
            (_, false) => "simulated: not approved",
        }
        .to_owned(),
        response_code: code,
        processed_at: timestamp(view.processed_at.unwrap_or(view.changed_at)),
    }
}

pub(crate) fn section(view: &SectionView, currency: Currency) -> SectionInventory {
    SectionInventory {
        section_id: view.name.clone(),
        section_name: view.name.clone(),
        total_seats: count(view.counts.total),
        available_seats: count(view.counts.available),
        reserved_seats: count(view.counts.reserved),
        sold_seats: count(view.counts.sold),
        blocked_seats: count(view.counts.blocked),
        min_price: money(view.price_min_minor, currency),
        max_price: money(view.price_max_minor, currency),
    }
}

pub(crate) fn seat_counts(counts: Counts) -> SeatCounts {
    SeatCounts {
        total: count(counts.total),
        available: count(counts.available),
        reserved: count(counts.reserved),
        sold: count(counts.sold),
        blocked: count(counts.blocked),
    }
}

pub(crate) fn stats(counts: Counts, now: tacos_engine::UnixMs) -> InventoryStats {
    #[allow(clippy::cast_precision_loss, reason = "a percentage for people")]
    let percentage =
        if counts.total == 0 { 0.0 } else { 100.0 * counts.available as f32 / counts.total as f32 };
    InventoryStats {
        total_seats: count(counts.total),
        available_seats: count(counts.available),
        reserved_seats: count(counts.reserved),
        sold_seats: count(counts.sold),
        blocked_seats: count(counts.blocked),
        availability_percentage: percentage,
        last_updated: timestamp(now),
    }
}

/// An event as customers see it; `facts` are what the engine does not keep.
pub(crate) fn event(view: &EventView, facts: &crate::catalog::Facts) -> Event {
    Event {
        id: view.id.to_string(),
        name: view.settings.name.clone(),
        description: facts.description.clone(),
        venue: facts.venue.clone(),
        start_time: facts.start_time,
        end_time: facts.end_time,
        sale_start_time: view.settings.sale_starts.and_then(timestamp),
        sale_end_time: view.settings.sale_ends.and_then(timestamp),
        total_seats: count(view.counts.total),
        remaining_seats: count(view.counts.available),
    }
}
