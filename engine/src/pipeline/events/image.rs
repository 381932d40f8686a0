//! An event's images: what it is, the words of its seats, the counts of its standing areas.

use crate::clock::UnixMs;
use crate::inventory::Inventory;
use crate::limits::{EVENTS_MAX, WORDS_PER_IMAGE};
use crate::pipeline::fact::{Corrupt, Stamp, corrupt, layout_of};
use crate::pipeline::images::Sink;
use crate::pipeline::restore::check_moment;
use crate::pipeline::state::State;
use crate::record::{AreaImage, EventImage, SeatWordsImage};

use super::{Event, check_settings};

impl State {
    pub(crate) fn event_images(&self, event: &Event, now: UnixMs, sink: &mut Sink<'_>) {
        let mut seats = Vec::new();
        event.seats.layout().to_map().store(&mut seats);
        sink.image(&EventImage {
            event: event.number,
            id: event.id.clone(),
            settings: (**event.settings.load()).clone(),
            state: event.sale(),
            changed_at: event.changed_at(),
            seats,
        });
        let mut words = Vec::with_capacity(WORDS_PER_IMAGE * 8);
        event.seats.each_word(|word| {
            words.extend_from_slice(&word.to_le_bytes());
        });
        for (first, run) in (0u32..).step_by(WORDS_PER_IMAGE).zip(words.chunks(WORDS_PER_IMAGE * 8)) {
            sink.image(&SeatWordsImage { event: event.number, first, words: run.to_vec() });
        }
        for section in 0..event.seats.layout().sections() {
            if event.seats.layout().section(section).general {
                let counts = event.seats.counts(section);
                sink.image(&AreaImage {
                    event: event.number,
                    section: section.into(),
                    reserved: counts.reserved,
                    sold: counts.sold,
                    blocked: counts.blocked,
                });
            }
        }
        if let Some(line) = event.line.get() {
            crate::pipeline::line::line_images(event.number, line, now, sink);
        }
    }

    pub(crate) fn restore_event(&self, image: EventImage) -> Result<(), Corrupt> {
        let mut next = self.catalog.begin();
        if image.event != *next || image.event >= EVENTS_MAX {
            return corrupt(format_args!("event {} follows after {} events", image.event, *next));
        }
        if self.catalog.find(&image.id).is_some() {
            return corrupt(format_args!("two events are called {}", image.id));
        }
        check_settings(&image.settings).map_err(|no| Corrupt(format!("event {}: {no}", image.event)))?;
        check_moment("an event's change", image.changed_at)?;
        let seats = Inventory::new(layout_of(&image.seats)?);
        let event = Event::new(image.event, image.id, image.settings, seats);
        event.set_sale(image.state);
        event.set_position(Stamp { end: 0, at: image.changed_at }, 0);
        self.catalog.add(&mut next, event);
        Ok(())
    }

    /// Seat words come in runs; they are put in place when the last run is there.
    pub(crate) fn restore_words(&self, image: &SeatWordsImage) -> Result<(), Corrupt> {
        let event = self.event(image.event)?;
        let mut restoring = self.restoring.lock();
        let (of, words) = restoring.words.get_or_insert_with(|| (image.event, Vec::new()));
        if (*of, words.len()) != (image.event, image.first as usize * 8) {
            return corrupt(format_args!(
                "seat words of event {} from {} follow {} bytes of event {of}",
                image.event,
                image.first,
                words.len()
            ));
        }
        words.extend_from_slice(&image.words);
        let expected = event.seats.layout().seats() as usize * 8;
        if words.len() < expected {
            return Ok(());
        }
        if words.len() > expected || restoring.seats.contains_key(&image.event) {
            return corrupt(format_args!("event {}: too many seat words, or too late", image.event));
        }
        let (_, words) = restoring.words.take().expect("just filled");
        let words =
            words.chunks_exact(8).map(|word| u64::from_le_bytes(word.try_into().expect("eight bytes")));
        event.seats.restore_words(words).map_err(|gap| Corrupt(gap.to_string()))
    }

    pub(crate) fn restore_area(&self, area: &AreaImage) -> Result<(), Corrupt> {
        let section = u16::try_from(area.section).map_err(|_| Corrupt("section number".into()))?;
        let event = self.event(area.event)?;
        event
            .seats
            .restore_general(section, area.reserved, area.sold, area.blocked)
            .map_err(|gap| Corrupt(gap.to_string()))
    }
}
