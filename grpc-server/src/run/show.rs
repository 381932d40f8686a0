//! The engine's values as those of messages. Numbers that only the engine knows (of events, places, tickets) become
//! words on the way.

use std::fmt::Display;
use std::time::Duration;

use tacos_engine::arguments::signed;
use tacos_engine::views::{Cursor, PlaceView};
use tacos_engine::{
    Currency, Engine, EventId, ExternalId, PackedPlace, PaymentId, Position, ReservationId, ReservationToken,
    UnixMs, UserId, WaitingToken, WebhookId,
};
use tacos_proto::command::v1 as wire;

/// What a value becomes in a message.
pub(super) trait Show {
    type Wire;

    fn show(&self, out: &mut Shown<'_>) -> Self::Wire;
}

/// What values are shown with.
pub(super) struct Shown<'a> {
    engine: &'a Engine,
    /// The event whose places are shown, by its number.
    pub(super) event: u32,
}

impl<'a> Shown<'a> {
    pub(super) fn new(engine: &'a Engine) -> Self {
        Self { engine, event: u32::MAX }
    }

    pub(super) fn put<T: Show + ?Sized>(&mut self, value: &T) -> T::Wire {
        value.show(self)
    }

    pub(super) fn list<T: Show>(&mut self, values: &[T]) -> Vec<T::Wire> {
        values.iter().map(|value| value.show(self)).collect()
    }

    #[expect(clippy::unused_self, reason = "generated code writes all values in the same way")]
    pub(super) fn text(&mut self, value: impl Display) -> String {
        value.to_string()
    }

    #[expect(clippy::unused_self, reason = "generated code writes all values in the same way")]
    pub(super) fn text_maybe(&mut self, value: Option<impl Display>) -> Option<String> {
        value.map(|value| value.to_string())
    }

    #[expect(clippy::unused_self, reason = "generated code writes all values in the same way")]
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Vec<u8> {
        bytes.to_vec()
    }

    #[expect(clippy::unused_self, reason = "generated code writes all values in the same way")]
    pub(super) fn bytes_maybe(&mut self, bytes: Option<&[u8]>) -> Option<Vec<u8>> {
        bytes.map(<[u8]>::to_vec)
    }

    /// An event by its number; places after it are that event's.
    pub(super) fn of_event(&mut self, number: u32) -> String {
        self.event = number;
        self.engine.event_id(number).map_or_else(String::new, |id| id.to_string())
    }

    /// Places in words: seats in the order of the seat map, then standing places.
    pub(super) fn places(&mut self, places: &[PackedPlace]) -> Vec<wire::PlaceView> {
        let described = |place: &PackedPlace| self.engine.describe(self.event, *place);
        let views: Vec<PlaceView> = if places.is_sorted() {
            places.iter().filter_map(described).collect()
        } else {
            let mut sorted = places.to_vec();
            sorted.sort_unstable();
            sorted.iter().filter_map(described).collect()
        };
        self.list(&views)
    }

    /// What the engine's tables take, in bytes.
    pub(super) fn memory_bytes(&mut self) -> i64 {
        let memory = self.engine.memory();
        let tables = [memory.seats, memory.lines, memory.reservations, memory.answers, memory.buffers];
        signed(tables.iter().sum::<usize>())
    }
}

/// Places in the engine's own numbers.
pub(super) fn numbers(places: &[PackedPlace]) -> Vec<u32> {
    places.iter().map(|place| place.bits()).collect()
}

macro_rules! shows {
    ($($kind:ty => $wire:ty: |$value:ident| $shown:expr;)*) => {$(
        impl Show for $kind {
            type Wire = $wire;

            fn show(&self, _: &mut Shown<'_>) -> $wire {
                let $value = self;
                $shown
            }
        }
    )*};
}

shows! {
    bool => bool: |value| *value;
    u32 => u32: |value| *value;
    i64 => i64: |value| *value;
    u64 => i64: |value| signed(*value);
    usize => i64: |value| signed(*value);
    Position => i64: |value| signed(value.0);
    UnixMs => i64: |value| signed(value.get());
    Duration => i64: |value| signed(value.as_millis());
    str => String: |value| value.to_owned();
    &'static str => String: |value| (*value).to_owned();
    String => String: |value| value.clone();
    Box<str> => String: |value| value.to_string();
    Currency => String: |value| value.as_str().to_owned();
    EventId => String: |value| value.to_string();
    UserId => String: |value| value.to_string();
    ExternalId => String: |value| value.to_string();
    ReservationId => String: |value| value.to_string();
    PaymentId => String: |value| value.to_string();
    WebhookId => String: |value| value.to_string();
    WaitingToken => String: |value| value.to_string();
    ReservationToken => String: |value| value.to_string();
    Cursor => Vec<u8>: |value| value.to_bytes().to_vec();
}

impl<T: Show> Show for Option<T> {
    type Wire = Option<T::Wire>;

    fn show(&self, out: &mut Shown<'_>) -> Option<T::Wire> {
        self.as_ref().map(|value| value.show(out))
    }
}
