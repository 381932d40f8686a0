//! Ids that are resolved ahead, as a statement is prepared in SQLite: a caller that uses an id often resolves it once
//! and then sends the prepared id in its place.

use super::Engine;
use crate::error::Refusal;
use crate::ids::{EventId, SeatId, UserId};

/// Prepared ids. A prepared id is the same id, equal to what it was made of and with the same text, and every method
/// takes it where it takes an id; this engine finds what it means without a look at the text. Another engine, the same
/// folder opened again, and another event take it by its text, so it never means anything else than its text does.
///
/// What such an id means never changes: an event is never removed, and its seats are never changed. So a prepared id
/// can be kept as long as the engine is open, copied, and used from any thread. It costs no memory in the engine.
///
/// With [`IdempotencyKey::from_bytes`](crate::IdempotencyKey::from_bytes) beside it nothing of a hold or a confirmation
/// is looked up by its text.
impl Engine {
    /// An event's id, prepared.
    ///
    /// # Errors
    /// [`Refusal::UnknownEvent`], also of an event whose creation is not durable yet.
    pub fn prepare_event(&self, id: &EventId) -> Result<EventId, Refusal> {
        self.find(id).map(|event| self.core().state.catalog.prepare(event))
    }

    /// The id of an event's seat, or the name of its standing section where that stands for one place, prepared for
    /// this event.
    ///
    /// # Errors
    /// [`Refusal::UnknownEvent`], [`Refusal::UnknownSeats`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use tacos_engine::{Config, CreateEvent, Currency, Engine, EventId, EventSettings};
    /// # use tacos_engine::{Row, RowSeats, SeatMap, Section};
    /// use tacos_engine::{Refusal, SeatId};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let engine = Engine::in_memory(Config::default())?;
    /// # let event = EventId::new("tonight")?;
    /// # let row = Row { label: "A".into(), seats: RowSeats::Listed(vec!["A-7".into()]), ..Row::default() };
    /// # let seats = SeatMap { sections: vec![Section::Seated { name: "stalls".into(), rows: vec![row] }] };
    /// # let settings = EventSettings::new("A concert", Currency::new("EUR").ok_or("currency")?);
    /// # engine.create_event(CreateEvent::new(event.clone(), settings, seats)).wait()?;
    /// let event = engine.prepare_event(&event)?;
    /// let seat = engine.prepare_seat(&event, &SeatId::new("A-7")?)?;
    /// assert_eq!(seat, SeatId::new("A-7")?);
    ///
    /// // There is no such seat:
    /// let refused = engine.prepare_seat(&event, &SeatId::new("Z-1")?);
    /// assert!(matches!(refused, Err(Refusal::UnknownSeats(seats)) if *seats == ["Z-1".to_owned()]));
    /// # Ok(())
    /// # }
    /// ```
    pub fn prepare_seat(&self, event: &EventId, seat: &SeatId) -> Result<SeatId, Refusal> {
        let found = self.find(event)?.prepare_seat(seat);
        found.ok_or_else(|| Refusal::UnknownSeats([seat.to_string()].into()))
    }

    /// A customer's id, prepared. Any customer's, whether or not the engine has met them.
    #[must_use]
    pub fn prepare_user(&self, user: &UserId) -> UserId {
        self.core().state.users.prepare(user)
    }
}
