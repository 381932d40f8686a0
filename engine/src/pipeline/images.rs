//! The whole state, written down as one record a thing, and put back. Snapshots and digests are made of the same
//! images: two states are equal if their images are.

use crate::clock::UnixMs;
use crate::limits::SLOTS_PER_IMAGE;
use crate::record::{AnswerImage, FreeSlotsImage, Image, MetaImage, Slots, TableKind};

use super::state::State;

/// A hash of everything that the journal stands for: equal before a crash and after recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest(pub [u8; 32]);

impl State {
    /// Gives every image to `put`, in a fixed order, with its kind and body. Of one moment only if no caller changes
    /// the state meanwhile. `now` decides which remembered answers and which tickets that are over still count.
    pub(crate) fn images(&self, now: UnixMs, put: &mut dyn FnMut(u16, &[u8])) {
        let mut sink = Sink { put, body: Vec::new() };
        sink.image(&MetaImage { time: self.latest() });
        for event in self.catalog.each() {
            self.event_images(event, now, &mut sink);
        }
        self.reservation_images(&mut sink);
        self.payment_images(&mut sink);
        self.outbox_images(&mut sink);
        self.answer_images(now, &mut sink);
        self.note_images(&mut sink);
    }

    /// The hash of all images.
    pub(crate) fn digest(&self, now: UnixMs) -> Digest {
        let mut hasher = blake3::Hasher::new();
        self.images(now, &mut |kind, body| {
            // Moments of which a restart makes something else are no part of the state: see `MetaImage`.
            if kind != MetaImage::KIND {
                hasher.update(&kind.to_le_bytes()).update(&(body.len() as u64).to_le_bytes()).update(body);
            }
        });
        Digest(*hasher.finalize().as_bytes())
    }

    /// By time, so that they expire in order again, and those of one moment by key: the table's own order differs from
    /// one process to the next. Beside the table this takes sixteen bytes an answer, and no copy of any but the last.
    fn answer_images(&self, now: UnixMs, sink: &mut Sink<'_>) {
        let mut live = self.answers.live(now);
        live.sort_unstable_by_key(|(expires, _)| *expires);
        let mut image = AnswerImage { key: 0, fingerprint: 0, until: now, reply: Vec::new() };
        let mut keyed = Vec::new();
        for of_one_moment in live.chunk_by(|one, two| one.0 == two.0) {
            keyed.clear();
            let key_of = |place| Some((self.answers.at(place, |answer| answer.key)?, place));
            keyed.extend(of_one_moment.iter().filter_map(|(_, place)| key_of(*place)));
            keyed.sort_unstable_by_key(|(key, _)| *key);
            for (_, place) in &keyed {
                let found = self.answers.at(*place, |answer| {
                    (image.key, image.fingerprint, image.until) =
                        (answer.key, answer.fingerprint, answer.expires);
                    image.reply.clear();
                    image.reply.extend_from_slice(answer.reply);
                });
                if found.is_some() {
                    sink.image(&image);
                }
            }
        }
    }
}

pub(crate) struct Sink<'a> {
    put: &'a mut dyn FnMut(u16, &[u8]),
    body: Vec<u8>,
}

impl Sink<'_> {
    pub(crate) fn image<I: Image>(&mut self, image: &I) {
        self.body.clear();
        image.put(&mut self.body);
        (self.put)(I::KIND, &self.body);
    }
}

/// Free slots whose generation has moved on; those of generation 0 need no mention.
pub(crate) struct FreeSlots {
    table: TableKind,
    slots: Slots,
}

impl FreeSlots {
    pub(crate) fn new(table: TableKind) -> Self {
        Self { table, slots: Slots::new() }
    }

    pub(crate) fn add(&mut self, index: u32, generation: u32, sink: &mut Sink<'_>) {
        if generation > 0 {
            self.slots.push((index, generation));
        }
        if self.slots.len() == SLOTS_PER_IMAGE {
            self.flush(sink);
        }
    }

    pub(crate) fn flush(&mut self, sink: &mut Sink<'_>) {
        if !self.slots.is_empty() {
            let slots = std::mem::take(&mut self.slots);
            sink.image(&FreeSlotsImage { table: self.table, slots });
        }
    }
}
