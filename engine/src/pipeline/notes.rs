//! Durable notes of the embedding service: a bounded map from names to small values. Decisions see the newest value,
//! readers the newest that is durable.

use std::collections::VecDeque;

use dashmap::DashMap;

use crate::clock::UnixMs;
use crate::command::Note;
use crate::error::{Bound, Refusal};
use crate::ids::ExternalId;
use crate::limits::ATTACHMENT_BYTES_MAX;
use crate::record::{NoteImage, Remember};
use crate::reply::Done;
use crate::sync::atomic::{AtomicU32, Ordering};
use crate::sync::{MapRank, Mutex, rank};
use crate::updates::UpdateKind;

use super::core::Core;
use super::fact::{Applied, Corrupt, Fact, Stamp, corrupt, record};
use super::images::Sink;
use super::log::Appended;
use super::state::State;
use super::versions::Versions;
use super::{CommandResult, Committed};

/// Names of the engine's own notes begin with this; the embedding service's must not.
pub(crate) const OWN_NOTES: &str = "tacos.";

record! {
    /// A durable note of the embedding service.
    Noted with a key { name: ExternalId, value: Option<Vec<u8>> }
    reply(self, at) -> Done => Done { at };
    update(self, _) => None, UpdateKind::Note(self.name.clone());
}

impl Noted {
    /// Owns the note while `append` writes the record.
    fn apply<A: RecordEnd>(
        &self,
        state: &State,
        durable: u64,
        append: impl FnOnce() -> A,
    ) -> Result<A, Refusal> {
        state.notes.set(&self.name, self.value.as_deref(), durable, append)
    }
}

impl Fact for Noted {
    fn replay(&self, state: &State, stamp: Stamp) -> Applied {
        let full = |_| Corrupt("a note is past the bound on notes: raise notes_max".to_owned());
        self.apply(state, stamp.end, || stamp.end).map(drop).map_err(full)
    }
}

impl Core {
    /// Sets or removes a durable note.
    pub(crate) fn note(&self, command: &Note, now: UnixMs) -> CommandResult<Done> {
        if let Some(value) = &command.value
            && value.len() > ATTACHMENT_BYTES_MAX
        {
            let reason =
                format_args!("has {} bytes, at most {ATTACHMENT_BYTES_MAX} are allowed", value.len());
            return Err(Refusal::invalid("value", reason, "").into());
        }
        if command.name.as_str().starts_with(OWN_NOTES) {
            let reason = format_args!("begins with {OWN_NOTES}, as the engine's own notes do");
            return Err(Refusal::invalid("name", reason, command.name.as_str()).into());
        }
        self.once(command, now, |key| self.write_note(command, key, now))
    }

    /// Writes a note down, also one of the engine's own.
    pub(crate) fn write_note(
        &self,
        command: &Note,
        key: Option<Remember>,
        now: UnixMs,
    ) -> CommandResult<Done> {
        let noted = Noted { name: command.name.clone(), value: command.value.clone(), key };
        let append = || self.log.append(&noted, now);
        let appended = noted.apply(&self.state, self.log.durable.reached(), append)?;
        Ok(Committed { reply: noted.reply(now), end: appended.publish() })
    }
}

/// A record that was appended: live it is published after the note has changed, in replay it is there.
pub(crate) trait RecordEnd {
    fn end(&self) -> u64;
}

impl RecordEnd for Appended<'_> {
    fn end(&self) -> u64 {
        self.stamp().end
    }
}

impl RecordEnd for u64 {
    fn end(&self) -> u64 {
        *self
    }
}

/// `None`: the note was removed.
type Value = Versions<Option<Vec<u8>>>;

/// All notes. The shard lock of a name is held while its record is appended, which makes the writer its owner.
pub(crate) struct Notes {
    map: DashMap<ExternalId, Value>,
    /// Notes there are, counted before they are put in: the bound holds however many come at once.
    count: AtomicU32,
    bound: u32,
    /// Removed notes that stay in the map until their removal is durable. Taken alone.
    removed: Mutex<VecDeque<(u64, ExternalId)>, { rank::NOTES }>,
    map_rank: MapRank<{ rank::NOTES }>,
}

impl Notes {
    pub(crate) fn with_bound(bound: u32) -> Self {
        Self {
            map: DashMap::with_shard_amount(16),
            count: AtomicU32::new(0),
            bound,
            removed: Mutex::default(),
            map_rank: MapRank::default(),
        }
    }

    /// Sets or removes a note; `append` writes the record, and its result says where that ends. Everything up to
    /// `durable` is durable.
    pub(crate) fn set<A: RecordEnd>(
        &self,
        name: &ExternalId,
        value: Option<&[u8]>,
        durable: u64,
        append: impl FnOnce() -> A,
    ) -> Result<A, Refusal> {
        self.forget_removed(durable);
        let inside = self.map_rank.enter();
        let mut note = self.map.entry(name.clone()).or_default();
        let was = note.newest().is_some_and(Option::is_some);
        match (was, value) {
            (false, Some(_)) if !self.count_one_more() => {
                let is_new = note.newest().is_none();
                drop(note);
                if is_new {
                    self.map.remove_if(name, |_, note| note.newest().is_none());
                }
                return Err(Refusal::AtCapacity(Bound::Notes));
            }
            (true, None) => {
                self.count.fetch_sub(1, Ordering::Relaxed);
            }
            _ => {}
        }
        // A removal is kept in the journal for its idempotency key, also one that changes nothing.
        let appended = append();
        note.push(appended.end(), value.map(<[u8]>::to_vec), durable);
        drop(note);
        drop(inside);
        if value.is_none() {
            self.removed.lock().push_back((appended.end(), name.clone()));
        }
        Ok(appended)
    }

    /// Takes removed notes out of the map whose removal is durable.
    fn forget_removed(&self, durable: u64) {
        loop {
            let due = self.removed.lock().pop_front_if(|(end, _)| *end <= durable);
            let Some((end, name)) = due else { return };
            let _inside = self.map_rank.enter();
            self.map.remove_if(&name, |_, note| note.end() == Some(end));
        }
    }

    fn count_one_more(&self) -> bool {
        let below = |count| (count < self.bound).then_some(count + 1);
        // Relaxed: the number guards nothing but itself.
        self.count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, below).is_ok()
    }

    /// A note's newest durable value.
    pub(crate) fn get(&self, name: &ExternalId, durable: u64) -> Option<Vec<u8>> {
        let _inside = self.map_rank.enter();
        self.map.get(name).and_then(|note| note.durable(durable).cloned().flatten())
    }

    /// All names that begin with `prefix`, in order, with their newest durable values.
    pub(crate) fn starting_with(&self, prefix: &str, durable: u64) -> Vec<(ExternalId, Vec<u8>)> {
        let _inside = self.map_rank.enter();
        let mut notes: Vec<_> = self
            .map
            .iter()
            .filter(|note| note.key().as_str().starts_with(prefix))
            .filter_map(|note| Some((note.key().clone(), note.value().durable(durable).cloned().flatten()?)))
            .collect();
        notes.sort();
        notes
    }
}

impl State {
    pub(super) fn note_images(&self, sink: &mut Sink<'_>) {
        for (name, value) in self.notes.starting_with("", u64::MAX) {
            sink.image(&NoteImage { name, value });
        }
    }

    pub(super) fn restore_note(&self, image: &NoteImage) -> Result<(), Corrupt> {
        if image.value.len() > ATTACHMENT_BYTES_MAX {
            return corrupt(format_args!("note {} has {} bytes", image.name, image.value.len()));
        }
        if self.notes.get(&image.name, u64::MAX).is_some() {
            return corrupt(format_args!("note {} is there twice", image.name));
        }
        self.notes
            .set(&image.name, Some(&image.value), 0, || 0)
            .map(drop)
            .map_err(|no| Corrupt(no.to_string()))
    }
}
