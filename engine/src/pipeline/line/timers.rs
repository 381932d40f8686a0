//! When a line is looked at: one timer for each 64 tickets that have a deadline.

use std::sync::Arc;

use dashmap::DashMap;

use crate::admission::GroupTimer;
use crate::clock::UnixMs;
use crate::deadlines::Timers;
use crate::sync::{MapRank, rank};

/// The timers of all lines: one for each 64 tickets that have a deadline.
pub(crate) struct LineTimers {
    pub(crate) timers: Timers,
    by_group: DashMap<(u32, u32), u32>,
    by_index: DashMap<u32, (u32, u32)>,
    /// Before `by_group`, whose entries are held while timers are set.
    map_rank: MapRank<{ rank::LINE_TIMERS }>,
}

impl LineTimers {
    pub(crate) fn new(timers: Timers) -> Self {
        Self { timers, by_group: DashMap::new(), by_index: DashMap::new(), map_rank: MapRank::default() }
    }

    /// Event and group behind a timer.
    pub(super) fn group(&self, index: u32) -> Option<(u32, u32)> {
        self.by_index.get(&index).map(|found| *found)
    }

    fn arm(&self, key: (u32, u32), at: UnixMs) {
        let _inside = self.map_rank.enter();
        // The entry's lock is held until the timer is set, so that a release in between cannot lose it.
        let entry = self.by_group.entry(key).or_insert_with(|| {
            let index = self.timers.take().expect("as many timers as groups can be live");
            self.by_index.insert(index, key);
            index
        });
        self.timers.set_if_earlier(*entry, at);
    }

    /// The group has no deadlines any more, unless one was set meanwhile.
    pub(super) fn release(&self, index: u32) {
        let Some(key) = self.group(index) else { return };
        let _inside = self.map_rank.enter();
        let removed = self.by_group.remove_if(&key, |_, _| self.timers.wanted(index).is_none());
        if removed.is_some() {
            self.by_index.remove(&index);
            self.timers.give(index);
        }
    }
}

/// One line's way to its timers.
pub(crate) struct LineTimer {
    pub(crate) event: u32,
    pub(crate) timers: Arc<LineTimers>,
}

impl GroupTimer for LineTimer {
    fn arm(&self, group: u32, at: UnixMs) {
        self.timers.arm((self.event, group), at);
    }
}
