//! What a crash leaves of a file and of names: the choice, made the same way for the same seed.

use super::mem::write_slice;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The smallest unit that a crash keeps or loses whole.
const SECTOR_BYTES: usize = 512;
const PAGE_BYTES: usize = 4096;

/// What a crash leaves of everything that was not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrashKeeps {
    /// All of it: as when only the process dies.
    Everything,
    /// None of it.
    Nothing,
    /// Each sector of 512 bytes and each name by the throw of a coin.
    SomeSectors,
    /// Each page of 4 KiB and each name by the throw of a coin.
    SomePages,
    /// The earlier writes, and of one write in the middle only its beginning.
    Prefix,
    /// The later writes, but not the earlier ones.
    Suffix,
}

#[derive(Default)]
pub(super) struct Content {
    /// Names the file in a trace, whatever it is called.
    pub(super) id: usize,
    pub(super) cached: Vec<u8>,
    pub(super) durable: Vec<u8>,
    /// What the cache would hold if no write had gone astray, where a test wants to know.
    pub(super) meant: Option<Vec<u8>>,
    /// Writes since the last sync: offset and length, in order.
    pub(super) unsynced: Vec<(usize, usize)>,
}

pub(super) type Inode = Arc<Mutex<Content>>;

#[derive(Clone)]
pub(super) enum NameChange {
    Create(String, Inode),
    Rename(String, String),
    Remove(String),
}

impl NameChange {
    pub(super) fn apply(&self, names: &mut BTreeMap<String, Inode>) {
        match self {
            Self::Create(name, inode) => {
                names.insert(name.clone(), Arc::clone(inode));
            }
            Self::Rename(from, to) => {
                if let Some(inode) = names.remove(from) {
                    names.insert(to.clone(), inode);
                }
            }
            Self::Remove(name) => {
                names.remove(name);
            }
        }
    }
}

impl Content {
    /// Makes one stretch of the cache durable.
    pub(super) fn let_through(durable: &mut Vec<u8>, cached: &[u8], from: usize, to: usize) {
        let to = to.min(cached.len());
        if from < to {
            write_slice(durable, from as u64, &cached[from..to]);
        }
    }

    pub(super) fn after_crash(&self, keeps: CrashKeeps, random: &mut Random) -> Vec<u8> {
        let mut image = self.durable.clone();
        let writes = &self.unsynced;
        match keeps {
            CrashKeeps::Everything => return self.cached.clone(),
            CrashKeeps::Nothing => {}
            CrashKeeps::SomeSectors | CrashKeeps::SomePages => {
                let unit = if keeps == CrashKeeps::SomePages { PAGE_BYTES } else { SECTOR_BYTES };
                for &(offset, bytes) in writes {
                    let first = offset / unit;
                    for index in first..(offset + bytes).div_ceil(unit) {
                        if random.below(2) == 0 {
                            Self::let_through(&mut image, &self.cached, index * unit, (index + 1) * unit);
                        }
                    }
                }
            }
            CrashKeeps::Prefix => {
                let torn = random.below(writes.len() + 1);
                for (index, &(offset, bytes)) in writes.iter().enumerate().take(torn + 1) {
                    let kept = if index < torn {
                        bytes
                    } else {
                        random.below(bytes / SECTOR_BYTES + 1) * SECTOR_BYTES
                    };
                    Self::let_through(&mut image, &self.cached, offset, offset + kept);
                }
            }
            CrashKeeps::Suffix => {
                let lost = random.below(writes.len() + 1);
                for &(offset, bytes) in &writes[lost..] {
                    Self::let_through(&mut image, &self.cached, offset, offset + bytes);
                }
            }
        }
        image
    }
}

/// A small generator (`SplitMix64`, Steele, Lea and Flood 2014): good enough to choose sectors.
#[derive(Clone, Copy, Debug)]
pub(super) struct Random(pub(super) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is not zero.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).expect("less than a usize")
    }
}
