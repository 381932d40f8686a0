//! Writes what the other side reads. Places, events and tickets are the engine's own numbers until they cross; here
//! they are put into words.

use std::fmt::Display;
use std::io::Write as _;

use tacos_engine::{Engine, PackedPlace, PlaceChanged};

/// A value that an answer can have.
pub(crate) trait Put {
    fn put(&self, out: &mut Output<'_>);
}

/// Most answers fit in so many bytes without growing.
const ANSWER_BYTES_USUAL: usize = 512;

/// Bytes that are being written.
pub(crate) struct Output<'a> {
    bytes: Vec<u8>,
    engine: &'a Engine,
    /// The engine's number of the event whose places and tickets are written.
    pub(crate) event: u32,
}

impl<'a> Output<'a> {
    pub(crate) fn new(engine: &'a Engine) -> Self {
        Self { bytes: Vec::with_capacity(ANSWER_BYTES_USUAL), engine, event: u32::MAX }
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub(crate) fn put<T: Put + ?Sized>(&mut self, value: &T) {
        value.put(self);
    }

    pub(crate) fn tag(&mut self, number: u8) {
        self.bytes.push(number);
    }

    pub(crate) fn int(&mut self, number: i32) {
        self.bytes.extend_from_slice(&number.to_be_bytes());
    }

    pub(crate) fn long(&mut self, number: i64) {
        self.bytes.extend_from_slice(&number.to_be_bytes());
    }

    /// How many items or bytes follow. A length that does not fit cannot leave the process either: no array of a
    /// managed language is so long, and handing it over fails.
    pub(crate) fn count(&mut self, count: usize) {
        self.int(i32::try_from(count).unwrap_or(i32::MAX));
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.bytes.extend_from_slice(bytes);
    }

    pub(crate) fn bytes_maybe(&mut self, bytes: Option<&[u8]>) {
        self.tag(bytes.is_some().into());
        if let Some(bytes) = bytes {
            self.bytes(bytes);
        }
    }

    pub(crate) fn text(&mut self, value: impl Display) {
        let at = self.bytes.len();
        self.count(0);
        // Writing to memory cannot fail.
        let _ = write!(self.bytes, "{value}");
        let length = self.bytes.len() - at - size_of::<i32>();
        let length = i32::try_from(length).unwrap_or(i32::MAX).to_be_bytes();
        self.bytes[at..at + length.len()].copy_from_slice(&length);
    }

    pub(crate) fn text_maybe(&mut self, value: Option<impl Display>) {
        self.tag(value.is_some().into());
        if let Some(value) = value {
            self.text(value);
        }
    }

    pub(crate) fn list<T: Put>(&mut self, items: &[T]) {
        self.count(items.len());
        items.iter().for_each(|item| item.put(self));
    }

    /// An event by its number; places and tickets after it are that event's.
    pub(crate) fn of_event(&mut self, number: u32) {
        self.event = number;
        match self.engine.event_id(number) {
            Some(id) => self.bytes(id.as_bytes()),
            None => self.text(""),
        }
    }

    /// Places in words: seats in the order of the seat map, then standing places.
    pub(crate) fn places(&mut self, places: &[PackedPlace]) {
        if places.is_sorted() {
            return self.sorted_places(places);
        }
        let mut sorted = places.to_vec();
        sorted.sort_unstable();
        self.sorted_places(&sorted);
    }

    fn sorted_places(&mut self, places: &[PackedPlace]) {
        let (engine, event) = (self.engine, self.event);
        let described: Vec<_> = places.iter().filter_map(|place| engine.describe(event, *place)).collect();
        self.list(&described);
    }

    /// Changes of places, in the same order.
    pub(crate) fn changes(&mut self, changes: &[PlaceChanged]) {
        let mut sorted: Vec<&PlaceChanged> = changes.iter().collect();
        sorted.sort_unstable_by_key(|change| change.place);
        let (engine, event) = (self.engine, self.event);
        let described: Vec<_> = sorted
            .into_iter()
            .filter_map(|change| Some((engine.describe(event, change.place)?, change)))
            .collect();
        self.count(described.len());
        for (place, change) in described {
            self.put(&place);
            self.put(&change.state);
            self.long(change.version.into());
        }
    }

    /// The credential for a place in the line.
    pub(crate) fn ticket(&mut self, ticket: u32) {
        match self.engine.tokens_of(self.event, ticket) {
            Some((waiting, _)) => self.text(waiting),
            None => self.text(""),
        }
    }

    pub(crate) fn tickets(&mut self, tickets: &[u32]) {
        self.count(tickets.len());
        tickets.iter().for_each(|ticket| self.ticket(*ticket));
    }

    /// The right to reserve that a place in the line became.
    pub(crate) fn admission(&mut self, ticket: u32) {
        match self.engine.tokens_of(self.event, ticket) {
            Some((_, reservation)) => self.text(reservation),
            None => self.text(""),
        }
    }

    /// What the engine's tables take, in bytes.
    pub(crate) fn memory_bytes(&mut self) {
        let memory = self.engine.memory();
        let tables = [memory.seats, memory.lines, memory.reservations, memory.answers, memory.buffers];
        self.put(&tables.iter().sum::<usize>());
    }
}
