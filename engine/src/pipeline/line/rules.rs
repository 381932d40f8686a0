//! What operators make of a waiting line: its rules, and whether it stands still.

use std::sync::Arc;

use crate::admission::{Line, QueuePolicy};
use crate::clock::UnixMs;
use crate::command::{PauseQueue, SetQueuePolicy};
use crate::error::Refusal;
use crate::pipeline::core::Core;
use crate::pipeline::events::{Event, event_reply};
use crate::pipeline::fact::{Applied, Fact, Stamp, record};
use crate::pipeline::state::State;
use crate::pipeline::{CommandResult, Committed};
use crate::reply::EventChanged;
use crate::updates::UpdateKind;

use super::timers::LineTimer;

record! {
    /// New rules for the line.
    QueuePolicyChanged with a key { event: u32, policy: QueuePolicy }
    reply(self, at) -> EventChanged => event_reply(self.event, at);
    update(self, _) => Some(self.event), UpdateKind::EventChanged;
}

impl Fact for QueuePolicyChanged {
    fn replay(&self, state: &State, stamp: Stamp) -> Applied {
        let event = state.event(self.event)?;
        match event.line.get() {
            Some(line) => line.apply_policy(self.policy.clone(), stamp.at),
            None => state.open_line(event, self.policy.clone()),
        }
        event.set_position(stamp, stamp.end);
        Ok(())
    }
}

record! {
    /// Admissions paused or resumed.
    QueuePaused with a key { event: u32, paused: bool }
    reply(self, at) -> EventChanged => event_reply(self.event, at);
    update(self, _) => Some(self.event), UpdateKind::QueuePaused(self.paused);
}

impl Fact for QueuePaused {
    fn replay(&self, state: &State, stamp: Stamp) -> Applied {
        state.line(self.event)?.apply_paused(self.paused, stamp.at);
        state.event(self.event)?.set_position(stamp, stamp.end);
        Ok(())
    }
}

impl State {
    /// Makes the event's line; the caller is its operator.
    pub(crate) fn open_line(&self, event: &Event, policy: QueuePolicy) {
        let timer = Arc::new(LineTimer { event: event.number, timers: Arc::clone(&self.deadlines.lines) });
        let line = Line::new(policy, Arc::clone(&self.ceiling), timer);
        assert!(event.line.set(line).is_ok(), "event {} has a line", event.number);
        self.arm_draw(event, UnixMs::ZERO);
    }

    /// Sets the event's timer for the moment at which its room is drawn: its own, or that of the sale's opening if that
    /// is still to come and earlier.
    pub(crate) fn arm_draw(&self, event: &Event, now: UnixMs) {
        if let Some(room) = event.line.get().and_then(|line| line.policy().room) {
            let opens = event.opens_at().filter(|opens| *opens > now);
            self.arm_advance(event.number, opens.map_or(room.draws_at, |opens| opens.min(room.draws_at)));
        }
    }
}

impl Core {
    /// Gives an event a line, or its line new rules.
    pub(crate) fn set_queue_policy(
        &self,
        command: &SetQueuePolicy,
        now: UnixMs,
    ) -> CommandResult<EventChanged> {
        check_policy(&command.policy)?;
        self.once(command, now, |key| {
            let event = self.state.catalog.find(&command.event).ok_or(Refusal::UnknownEvent)?;
            let _guard = event.operator.lock();
            let _writing = self.log.guard().within();
            let record = QueuePolicyChanged { event: event.number, policy: command.policy.clone(), key };
            let appended = if let Some(line) = event.line.get() {
                let change = line
                    .begin_policy(command.policy.clone(), now)
                    .map_err(|error| Refusal::invalid("policy", error, ""))?;
                let appended = self.log.append(&record, now);
                change.commit();
                appended
            } else {
                let appended = self.log.append(&record, now);
                self.state.open_line(event, command.policy.clone());
                appended
            };
            event.set_position(appended.stamp(), self.log.durable.reached());
            let end = appended.publish();
            self.state.arm_draw(event, now);
            self.advance(event, event.line.get().expect("just made"), now);
            Ok(Committed { reply: record.reply(now), end })
        })
    }

    /// Stops or restarts admissions.
    pub(crate) fn pause_queue(&self, command: &PauseQueue, now: UnixMs) -> CommandResult<EventChanged> {
        self.once(command, now, |key| {
            let event = self.state.catalog.find(&command.event).ok_or(Refusal::UnknownEvent)?;
            let line = event.line.get().ok_or(Refusal::NoWaitingLine)?;
            let _guard = event.operator.lock();
            let _writing = self.log.guard().within();
            let Some(pausing) = line.begin_pause(command.paused, now) else {
                return Ok(self.already(event_reply(event.number, now), event.position(), key, now));
            };
            let record = QueuePaused { event: event.number, paused: command.paused, key };
            let appended = self.log.append(&record, now);
            pausing.commit();
            event.set_position(appended.stamp(), self.log.durable.reached());
            let end = appended.publish();
            if !command.paused {
                self.advance(event, line, now);
            }
            Ok(Committed { reply: record.reply(now), end })
        })
    }
}

pub(crate) fn check_policy(policy: &QueuePolicy) -> Result<(), Refusal> {
    policy.validate().map_err(|error| Refusal::invalid("policy", error, ""))
}
