//! Changes of policy and pauses while the line moves. The caller makes one at a time (it holds the event's operator
//! lock); the rest of the line does not wait for them.

use std::sync::Arc;

use super::line::{Line, ROOM_OPEN, number_in};
use super::policy::{PolicyError, QueuePolicy};
use crate::clock::UnixMs;
use crate::sync::atomic::Ordering;

/// A checked policy about to come into force.
#[must_use = "a policy that is not committed does not hold"]
pub(crate) struct PolicyChange<'a> {
    line: &'a Line,
    policy: Option<QueuePolicy>,
    /// The room's mark before it was added or removed.
    undo_room: Option<u64>,
    now: UnixMs,
}

/// A pause or its end, about to take effect.
#[must_use = "a pause that is not committed does not hold"]
pub(crate) struct Pausing<'a> {
    line: &'a Line,
    paused: bool,
    now: UnixMs,
}

impl Line {
    /// Begins to change the policy. Deadlines that are running stay as they are. A room can be added or taken away
    /// only while no ticket was ever given out; its times may change until it closes.
    ///
    /// # Errors
    /// What [`QueuePolicy::validate`] finds, and [`PolicyError::RoomInUse`].
    pub(crate) fn begin_policy(
        &self,
        policy: QueuePolicy,
        now: UnixMs,
    ) -> Result<PolicyChange<'_>, PolicyError> {
        policy.validate()?;
        let mut undo_room = None;
        if policy.room.is_some() != self.policy.load().room.is_some() {
            let mark = if policy.room.is_some() { ROOM_OPEN } else { 0 };
            undo_room = Some(self.mark_room(mark).ok_or(PolicyError::RoomInUse)?);
        }
        Ok(PolicyChange { line: self, policy: Some(policy), undo_room, now })
    }

    /// Opens or removes the room of a line that has given out no number; returns the mark before.
    fn mark_room(&self, mark: u64) -> Option<u64> {
        let _alone = self.room.write();
        self.next
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |next| (number_in(next) == 0).then_some(mark))
            .ok()
    }

    pub(super) fn set_policy(&self, policy: QueuePolicy, now: UnixMs) {
        self.rate.set_rate(policy.admissions_per_minute, policy.burst, now);
        self.policy.store(Arc::new(policy));
    }

    /// Begins to pause or resume admissions; `None` if it is so already. While paused no ticket becomes ready or is
    /// admitted, and no claim window ends; after the pause every ready ticket has a whole claim window.
    pub(crate) fn begin_pause(&self, paused: bool, now: UnixMs) -> Option<Pausing<'_>> {
        (self.paused.load(Ordering::Acquire) != paused).then_some(Pausing { line: self, paused, now })
    }

    pub(super) fn set_paused(&self, paused: bool, now: UnixMs) {
        let floor = if paused { UnixMs::MAX } else { now.plus_ms(self.policy.load().claim_window_ms) };
        // Release, and the floor first: a thread that sees the pause or its end sees the windows that belong to it.
        self.ready_floor.store(floor.get(), Ordering::Release);
        self.paused.store(paused, Ordering::Release);
    }
}

impl PolicyChange<'_> {
    /// Puts the policy into force; advance the line afterwards.
    pub(crate) fn commit(mut self) {
        let policy = self.policy.take().expect("a guard has its policy until it is used up");
        self.line.set_policy(policy, self.now);
    }
}

impl Drop for PolicyChange<'_> {
    fn drop(&mut self) {
        if let (Some(_), Some(mark)) = (&self.policy, self.undo_room) {
            // A session that has joined meanwhile has a record that says which kind of ticket it got; the mark then
            // stays.
            let _ = self.line.mark_room(mark);
        }
    }
}

impl Pausing<'_> {
    /// Takes effect; after a resume, advance the line.
    pub(crate) fn commit(self) {
        self.line.set_paused(self.paused, self.now);
    }
}
