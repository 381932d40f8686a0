//! A disk at one moment of a trace: what is durable, and what waits for a sync. Makes the image that a choice leaves.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::choose::{Choice, Kept};
use crate::storage::{Change, Trace};

const SECTOR_BYTES: usize = 512;

/// One file: its durable bytes and their hash, and the changes that wait.
struct File {
    durable: Rc<Vec<u8>>,
    hash: [u8; 32],
    waiting: Vec<usize>,
}

impl File {
    fn of(durable: Vec<u8>) -> Self {
        Self { hash: *blake3::hash(&durable).as_bytes(), durable: Rc::new(durable), waiting: Vec::new() }
    }
}

/// The disk after some of the changes.
pub(super) struct Disk<'a> {
    trace: &'a Trace,
    files: HashMap<usize, File>,
    /// Durable names.
    names: BTreeMap<String, usize>,
    /// Changes of names that wait, in order.
    waiting_names: Vec<usize>,
    /// Writes that wait, of all files, in order.
    waiting_writes: Vec<usize>,
}

/// What a crash left.
pub(super) struct Image {
    pub(super) files: BTreeMap<String, Rc<Vec<u8>>>,
    /// Of all names and contents.
    pub(super) hash: [u8; 32],
}

impl<'a> Disk<'a> {
    pub(super) fn of(trace: &'a Trace) -> Self {
        Self {
            trace,
            files: trace.files.values().map(|(id, bytes)| (*id, File::of(bytes.clone()))).collect(),
            names: trace.files.iter().map(|(name, (id, _))| (name.clone(), *id)).collect(),
            waiting_names: Vec::new(),
            waiting_writes: Vec::new(),
        }
    }

    /// Asks the disk for change number `index`.
    pub(super) fn apply(&mut self, index: usize) {
        match &self.trace.changes[index].change {
            Change::Create { file, bytes, .. } => {
                self.files.insert(*file, File::of(Vec::new()));
                self.waiting_names.push(index);
                if *bytes > 0 {
                    self.wait(*file, index);
                }
            }
            Change::Write { file, .. } => self.wait(*file, index),
            Change::Rename { .. } | Change::Remove { .. } => self.waiting_names.push(index),
            Change::Sync { file } => self.sync(*file),
            Change::SyncFolder => {
                for index in std::mem::take(&mut self.waiting_names) {
                    rename(&mut self.names, &self.trace.changes[index].change);
                }
            }
        }
    }

    fn wait(&mut self, file: usize, index: usize) {
        self.files.get_mut(&file).expect("a file that was made").waiting.push(index);
        self.waiting_writes.push(index);
    }

    fn sync(&mut self, id: usize) {
        let file = self.files.get_mut(&id).expect("a file that was made");
        if file.waiting.is_empty() {
            return;
        }
        let waiting = std::mem::take(&mut file.waiting);
        let durable = Rc::make_mut(&mut file.durable);
        for index in &waiting {
            write(durable, &self.trace.changes[*index].change, Kept::Whole);
        }
        file.hash = *blake3::hash(durable).as_bytes();
        self.waiting_writes.retain(|index| !waiting.contains(index));
    }

    /// Changes of names that wait for the folder's sync.
    pub(super) fn waiting_names(&self) -> usize {
        self.waiting_names.len()
    }

    /// Writes that wait for a sync, in order.
    pub(super) fn waiting_writes(&self) -> impl Iterator<Item = &Change> {
        self.waiting_writes.iter().map(|index| &self.trace.changes[*index].change)
    }

    /// Everything that waits, writes first.
    pub(super) fn waiting(&self) -> impl Iterator<Item = &Change> {
        let names = self.waiting_names.iter().map(|index| &self.trace.changes[*index].change);
        self.waiting_writes().chain(names)
    }

    /// What is on the disk if it kept what `choice` says.
    pub(super) fn image(&self, choice: &Choice) -> Image {
        let mut names = self.names.clone();
        for (index, _) in self.waiting_names.iter().zip(&choice.names).filter(|(_, kept)| **kept) {
            rename(&mut names, &self.trace.changes[*index].change);
        }
        let mut hasher = blake3::Hasher::new();
        let mut files = BTreeMap::new();
        for (name, id) in names {
            let (bytes, hash) = self.content(id, choice);
            hasher.update(&(name.len() as u64).to_le_bytes()).update(name.as_bytes()).update(&hash);
            files.insert(name, bytes);
        }
        Image { files, hash: *hasher.finalize().as_bytes() }
    }

    fn content(&self, id: usize, choice: &Choice) -> (Rc<Vec<u8>>, [u8; 32]) {
        let file = &self.files[&id];
        let mut changed: Option<Vec<u8>> = None;
        for (index, kept) in self.waiting_writes.iter().zip(&choice.writes) {
            if *kept != Kept::Nothing && file.waiting.contains(index) {
                let bytes = changed.get_or_insert_with(|| (*file.durable).clone());
                write(bytes, &self.trace.changes[*index].change, *kept);
            }
        }
        match changed {
            None => (Rc::clone(&file.durable), file.hash),
            Some(bytes) => {
                let hash = *blake3::hash(&bytes).as_bytes();
                (Rc::new(bytes), hash)
            }
        }
    }
}

fn rename(names: &mut BTreeMap<String, usize>, change: &Change) {
    match change {
        Change::Create { name, file, .. } => {
            names.insert(name.clone(), *file);
        }
        Change::Rename { from, to } => {
            if let Some(file) = names.remove(from) {
                names.insert(to.clone(), file);
            }
        }
        Change::Remove { name } => {
            names.remove(name);
        }
        Change::Write { .. } | Change::Sync { .. } | Change::SyncFolder => {}
    }
}

/// Lets through what is kept of a write. A file that was made is a write of zeros, of which some may be missing at the
/// end.
fn write(content: &mut Vec<u8>, change: &Change, kept: Kept) {
    match change {
        Change::Create { bytes, .. } => {
            let length = if let Kept::Head(head) = kept { head } else { *bytes };
            content.resize(length.max(content.len()), 0);
        }
        Change::Write { offset, bytes, .. } => {
            let (from, to) = match kept {
                Kept::Whole => (0, bytes.len()),
                Kept::Nothing => (0, 0),
                Kept::Head(head) => (0, head.min(bytes.len())),
                Kept::Tail(tail) => (tail.min(bytes.len()), bytes.len()),
                Kept::Scattered { unit, coins } => return scatter(content, *offset, bytes, unit, coins),
            };
            put(content, offset + from, &bytes[from..to]);
        }
        Change::Sync { .. } | Change::Rename { .. } | Change::Remove { .. } | Change::SyncFolder => {}
    }
}

/// Each piece of `unit` bytes of the disk, as a coin says.
fn scatter(content: &mut Vec<u8>, offset: usize, bytes: &[u8], unit: usize, coins: u64) {
    debug_assert!(unit >= SECTOR_BYTES, "nothing smaller than a sector is kept or lost");
    let mut coins = super::Random::new(coins);
    let mut from = 0;
    while from < bytes.len() {
        let to = (((offset + from) / unit + 1) * unit - offset).min(bytes.len());
        if coins.chance(50) {
            put(content, offset + from, &bytes[from..to]);
        }
        from = to;
    }
}

fn put(content: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    if bytes.is_empty() {
        return;
    }
    let end = at + bytes.len();
    if content.len() < end {
        content.resize(end, 0);
    }
    content[at..end].copy_from_slice(bytes);
}
