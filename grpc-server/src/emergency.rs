//! Emergency actions: kept as durable notes, in force again after a restart, undone one by one. Every call reads the
//! actions in force, without a lock.

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use serde::{Deserialize, Serialize};
use tacos_engine::{Engine, EventId, ExternalId, Note, PauseQueue, UserId};
use tacos_proto::common::v1::EmergencyActionType as Action;

use crate::app::App;
use crate::wire::ApiError;

/// Notes of emergency actions.
const PREFIX: &str = "emergency.";
/// Emergency actions kept, undone ones included; the oldest undone ones go first.
const MEASURES_MAX: usize = 1_000;

/// One emergency action, as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct EmergencyAction {
    pub(crate) id: String,
    pub(crate) action: i32,
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) reason: String,
    pub(crate) taken_by: String,
    pub(crate) taken_at_ms: u64,
    /// Lines that this emergency action paused, as folders of before have them; now each is a note of its own.
    #[serde(default)]
    pub(crate) paused: Vec<String>,
    pub(crate) undone: Option<Undone>,
}

/// How an emergency action ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Undone {
    pub(crate) by: String,
    pub(crate) at_ms: u64,
    pub(crate) reason: String,
}

/// The emergency actions in force, as calls ask for them.
#[derive(Default)]
struct InForce {
    maintenance: bool,
    webhooks_cut: bool,
    payments_cut: bool,
    /// No new reservations: of this event, and of this user if one is named.
    barred: Vec<(String, Option<String>)>,
    /// Admissions are stopped: the emergency action, and the event if it is of one alone.
    stops: Vec<(String, Option<String>)>,
    words: Vec<String>,
}

/// All emergency actions.
pub(crate) struct Emergencies {
    emergencies: parking_lot::Mutex<BTreeMap<String, EmergencyAction>>,
    in_force: ArcSwap<InForce>,
    /// Held while an emergency action is taken, held to, or undone: one comes after the other.
    pub(crate) acting: tokio::sync::Mutex<()>,
    /// Held while reservations are cancelled: a repeat waits and returns the whole count.
    pub(crate) cancelling: tokio::sync::Mutex<()>,
}

impl EmergencyAction {
    pub(crate) fn kind(&self) -> Action {
        Action::try_from(self.action).unwrap_or(Action::Unspecified)
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }
}

impl Emergencies {
    /// Reads the notes.
    pub(crate) fn load(engine: &Engine) -> Self {
        let emergencies: BTreeMap<String, EmergencyAction> = engine
            .notes(PREFIX)
            .into_iter()
            .filter_map(|(_, bytes)| serde_json::from_slice::<EmergencyAction>(&bytes).ok())
            .map(|emergency| (emergency.id.clone(), emergency))
            .collect();
        let in_force = ArcSwap::from_pointee(in_force(emergencies.values()));
        Self {
            emergencies: parking_lot::Mutex::new(emergencies),
            in_force,
            acting: tokio::sync::Mutex::new(()),
            cancelling: tokio::sync::Mutex::new(()),
        }
    }

    pub(crate) fn check_writes(&self) -> Result<(), ApiError> {
        if self.in_force.load().maintenance {
            return Err(ApiError::unavailable("maintenance: reads go on, writes are refused for now"));
        }
        Ok(())
    }

    pub(crate) fn check_payments(&self) -> Result<(), ApiError> {
        if self.in_force.load().payments_cut {
            return Err(ApiError::unavailable("payments are cut off by an emergency action"));
        }
        Ok(())
    }

    pub(crate) fn check_reservations(&self, event: &EventId, user: &UserId) -> Result<(), ApiError> {
        let in_force = self.in_force.load();
        let barred = |(barred, of): &(String, Option<String>)| {
            barred == event.as_str() && of.as_ref().is_none_or(|of| of == user.as_str())
        };
        if in_force.barred.iter().any(barred) {
            return Err(ApiError::unavailable("new reservations are stopped by an emergency action"));
        }
        Ok(())
    }

    /// Refuses to let people in again while an emergency action stops them.
    pub(crate) fn check_admissions(&self, event: &EventId) -> Result<(), ApiError> {
        if self.stop_of(event.as_str()).is_some() {
            return Err(ApiError::precondition("an emergency action stops admissions: undo it first"));
        }
        Ok(())
    }

    /// An emergency action in force that stops admissions of an event.
    pub(crate) fn stop_of(&self, event: &str) -> Option<String> {
        let in_force = self.in_force.load();
        let stops = |(_, of): &&(String, Option<String>)| of.as_ref().is_none_or(|of| of == event);
        in_force.stops.iter().find(stops).map(|(id, _)| id.clone())
    }

    /// Another emergency action in force that stops admissions of an event.
    fn other_stop(&self, emergency: &str, event: &str) -> Option<String> {
        let in_force = self.in_force.load();
        let stops = |(id, of): &&(String, Option<String>)| {
            id != emergency && of.as_ref().is_none_or(|of| of == event)
        };
        in_force.stops.iter().find(stops).map(|(id, _)| id.clone())
    }

    /// True if any emergency action stops admissions.
    pub(crate) fn stops_admissions(&self) -> bool {
        !self.in_force.load().stops.is_empty()
    }

    /// The emergency action in force that is the same: what it does and to what.
    pub(crate) fn same_in_force(
        &self,
        action: Action,
        parameters: &BTreeMap<String, String>,
    ) -> Option<EmergencyAction> {
        let emergencies = self.emergencies.lock();
        let same = |one: &&EmergencyAction| {
            one.undone.is_none() && one.kind() == action && one.parameters == *parameters
        };
        emergencies.values().find(same).cloned()
    }

    pub(crate) fn webhooks_cut(&self) -> bool {
        self.in_force.load().webhooks_cut
    }

    /// What is in force, for people.
    pub(crate) fn in_words(&self) -> Vec<String> {
        self.in_force.load().words.clone()
    }

    /// All emergency actions, newest first.
    pub(crate) fn list(&self, in_force_only: bool) -> Vec<EmergencyAction> {
        let mut list: Vec<EmergencyAction> = self
            .emergencies
            .lock()
            .values()
            .filter(|one| !in_force_only || one.undone.is_none())
            .cloned()
            .collect();
        list.sort_by(|a, b| (b.taken_at_ms, &b.id).cmp(&(a.taken_at_ms, &a.id)));
        list
    }

    pub(crate) fn get(&self, id: &str) -> Option<EmergencyAction> {
        self.emergencies.lock().get(id).cloned()
    }

    /// Writes an emergency action down, durably, and puts what follows from it in force.
    pub(crate) async fn store(&self, engine: &Engine, emergency: EmergencyAction) -> Result<(), ApiError> {
        let name = |id: &str| {
            ExternalId::new(&format!("{PREFIX}{id}")).map_err(|error| ApiError::internal(error.to_string()))
        };
        let value = serde_json::to_vec(&emergency).map_err(|error| ApiError::internal(error.to_string()))?;
        engine.note(Note::new(name(&emergency.id)?, Some(value))).await?;
        let oldest = {
            let mut emergencies = self.emergencies.lock();
            emergencies.insert(emergency.id.clone(), emergency);
            self.in_force.store(Arc::new(in_force(emergencies.values())));
            let oldest =
                emergencies.values().filter(|one| one.undone.is_some()).min_by_key(|one| one.taken_at_ms);
            let oldest = oldest.map(|one| one.id.clone()).filter(|_| emergencies.len() > MEASURES_MAX);
            oldest.inspect(|id| {
                emergencies.remove(id);
            })
        };
        if let Some(oldest) = oldest {
            engine.note(Note::new(name(&oldest)?, None)).await?;
            crate::cancelling::forget(engine, &oldest).await?;
        }
        Ok(())
    }
}

fn in_force<'a>(emergencies: impl Iterator<Item = &'a EmergencyAction>) -> InForce {
    let mut in_force = InForce::default();
    for emergency in emergencies.filter(|emergency| emergency.undone.is_none()) {
        let event = emergency.parameter("event_id").unwrap_or("all events").to_owned();
        match emergency.kind() {
            Action::MaintenanceMode => {
                in_force.maintenance = true;
                in_force.words.push("maintenance: writes are refused".to_owned());
            }
            Action::CircuitBreaker => {
                let target = emergency.parameter("target").unwrap_or_default();
                in_force.webhooks_cut |= target == "webhooks";
                in_force.payments_cut |= target == "payments";
                in_force.words.push(format!("cut off: {target}"));
            }
            Action::CancelReservations => {
                let user = emergency.parameter("user_id").map(str::to_owned);
                in_force.words.push(format!("no new reservations: {event}"));
                in_force.barred.push((event, user));
            }
            Action::StopAdmissions => {
                in_force.words.push(format!("admissions are stopped: {event}"));
                in_force
                    .stops
                    .push((emergency.id.clone(), emergency.parameter("event_id").map(str::to_owned)));
            }
            Action::Unspecified | Action::ForceFailover => {}
        }
    }
    in_force
}

/// Names of the notes of lines that an emergency action paused begin with this.
fn stop_prefix(emergency: &str) -> String {
    format!("stop.{emergency}.")
}

/// The note of one line that an emergency action paused.
fn stop_note(emergency: &str, event: &EventId, stopped: bool) -> Result<Note, ApiError> {
    let digest = blake3::hash(event.as_str().as_bytes());
    let name = format!("{}{}", stop_prefix(emergency), crate::wire::error::hex(&digest.as_bytes()[..16]));
    let name = ExternalId::new(&name).map_err(|error| ApiError::internal(error.to_string()))?;
    Ok(Note::new(name, stopped.then(|| event.as_str().as_bytes().to_vec())))
}

impl App {
    /// Pauses every line that an emergency action in force stops and that lets people in: those of events made since,
    /// those that a crash came before, those that were resumed by hand. Returns how many there were.
    pub(crate) async fn hold_to_stops(&self) -> Result<u32, ApiError> {
        if !self.emergencies.stops_admissions() {
            return Ok(0);
        }
        let _alone = self.emergencies.acting.lock().await;
        self.pause_stopped().await
    }

    /// As [`App::hold_to_stops`], for a caller that holds `acting`.
    pub(crate) async fn pause_stopped(&self) -> Result<u32, ApiError> {
        let (mut paused, mut waiting) = (0, Vec::new());
        for view in self.engine.events() {
            let Some(emergency) = self.emergencies.stop_of(view.id.as_str()) else { continue };
            if !self.engine.queue(&view.id).is_ok_and(|queue| !queue.paused) {
                continue;
            }
            // First the note that names the emergency action, then the pause: the journal keeps this order, so one wait
            // is enough, and undoing can resume every line that it finds paused.
            let noted = self.engine.note(stop_note(&emergency, &view.id, true)?);
            let stopped = self.engine.pause_queue(PauseQueue::new(view.id, true));
            waiting.push((noted, stopped));
            paused += 1;
        }
        for (noted, stopped) in waiting {
            noted.await?;
            stopped.await?;
        }
        Ok(paused)
    }

    /// Lines that an emergency action has paused.
    pub(crate) fn paused_by(&self, emergency: &EmergencyAction) -> Vec<EventId> {
        let notes = self.engine.notes(&stop_prefix(&emergency.id)).into_iter();
        let noted = notes.filter_map(|(_, value)| String::from_utf8(value).ok());
        let all = noted.chain(emergency.paused.iter().cloned());
        all.filter_map(|text| EventId::new(&text).ok()).collect()
    }

    /// Writes down that an emergency action is undone, and resumes the lines that it paused, except those that another
    /// action stops: they belong to that action from then on. A crash in between leaves the emergency action in force:
    /// undoing it again does the rest.
    pub(crate) async fn undo(&self, emergency: EmergencyAction) -> Result<usize, ApiError> {
        let _alone = self.emergencies.acting.lock().await;
        let lines = self.paused_by(&emergency);
        let mut waiting = Vec::new();
        for event in &lines {
            match self.emergencies.other_stop(&emergency.id, event.as_str()) {
                Some(other) => waiting.push(self.engine.note(stop_note(&other, event, true)?).map(|_| ())),
                None => {
                    let resume = PauseQueue::new(event.clone(), false);
                    // Awaited below with the notes: the journal has it before them.
                    let resumed = self.engine.pause_queue(resume);
                    waiting.push(resumed.map(|_| ()));
                }
            }
            waiting.push(self.engine.note(stop_note(&emergency.id, event, false)?).map(|_| ()));
        }
        for one in waiting {
            one.await?;
        }
        self.emergencies.store(&self.engine, emergency).await?;
        Ok(lines.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tacos_engine::Config;

    fn emergency(id: &str, action: Action) -> EmergencyAction {
        EmergencyAction {
            id: id.to_owned(),
            action: action as i32,
            parameters: BTreeMap::new(),
            reason: "a test".to_owned(),
            taken_by: "kim".to_owned(),
            taken_at_ms: 1,
            paused: Vec::new(),
            undone: None,
        }
    }

    #[tokio::test]
    async fn measures_outlive_the_process_and_can_be_undone() {
        let folder = tempfile::tempdir().expect("a folder");
        let engine = Engine::open(folder.path(), Config::default()).expect("opens");
        let emergencies = Emergencies::load(&engine);
        emergencies.store(&engine, emergency("a", Action::MaintenanceMode)).await.expect("kept");
        assert!(emergencies.check_writes().is_err());
        engine.close().expect("closes");
        drop(engine);

        let engine = Engine::open(folder.path(), Config::default()).expect("opens again");
        let emergencies = Emergencies::load(&engine);
        assert!(emergencies.check_writes().is_err(), "still in force");
        let mut undone = emergencies.get("a").expect("kept");
        undone.undone = Some(Undone { by: "lee".to_owned(), at_ms: 2, reason: "over".to_owned() });
        emergencies.store(&engine, undone).await.expect("kept");
        assert!(emergencies.check_writes().is_ok());
        assert!(emergencies.list(true).is_empty());
    }
}
