//! Emergency measures: kept as durable notes, in force again after a restart, undone one by one. What is in force is
//! looked at by every call, without a lock.

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use serde::{Deserialize, Serialize};
use tacos_engine::{Engine, EventId, ExternalId, Note, PauseQueue, UserId};
use tacos_proto::common::v1::EmergencyActionType as Action;

use crate::app::App;
use crate::wire::Fault;

/// Notes of measures.
const PREFIX: &str = "emergency.";
/// Measures kept, undone ones included; the oldest undone ones go first.
const MEASURES_MAX: usize = 1_000;

/// One measure, as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Measure {
    pub(crate) id: String,
    pub(crate) action: i32,
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) reason: String,
    pub(crate) taken_by: String,
    pub(crate) taken_at_ms: u64,
    /// Lines that this measure paused: only these does its undoing resume.
    pub(crate) paused: Vec<String>,
    pub(crate) undone: Option<Undone>,
}

/// How a measure ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Undone {
    pub(crate) by: String,
    pub(crate) at_ms: u64,
    pub(crate) reason: String,
}

/// What is in force.
#[derive(Default)]
struct InForce {
    maintenance: bool,
    webhooks_cut: bool,
    payments_cut: bool,
    /// No new reservations: of this event, and of this user if one is named.
    barred: Vec<(String, Option<String>)>,
    words: Vec<String>,
}

/// All measures.
pub(crate) struct Emergencies {
    measures: parking_lot::Mutex<BTreeMap<String, Measure>>,
    in_force: ArcSwap<InForce>,
}

impl Measure {
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
        let measures: BTreeMap<String, Measure> = engine
            .notes(PREFIX)
            .into_iter()
            .filter_map(|(_, bytes)| serde_json::from_slice::<Measure>(&bytes).ok())
            .map(|measure| (measure.id.clone(), measure))
            .collect();
        let in_force = ArcSwap::from_pointee(judge(measures.values()));
        Self { measures: parking_lot::Mutex::new(measures), in_force }
    }

    pub(crate) fn check_writes(&self) -> Result<(), Fault> {
        if self.in_force.load().maintenance {
            return Err(Fault::unavailable("maintenance: reads go on, writes are refused for now"));
        }
        Ok(())
    }

    pub(crate) fn check_payments(&self) -> Result<(), Fault> {
        if self.in_force.load().payments_cut {
            return Err(Fault::unavailable("payments are cut off by an emergency measure"));
        }
        Ok(())
    }

    pub(crate) fn check_reservations(&self, event: &EventId, user: &UserId) -> Result<(), Fault> {
        let in_force = self.in_force.load();
        let barred = |(barred, of): &(String, Option<String>)| {
            barred == event.as_str() && of.as_ref().is_none_or(|of| of == user.as_str())
        };
        if in_force.barred.iter().any(barred) {
            return Err(Fault::unavailable("new reservations are stopped by an emergency measure"));
        }
        Ok(())
    }

    pub(crate) fn webhooks_cut(&self) -> bool {
        self.in_force.load().webhooks_cut
    }

    /// What is in force, for people.
    pub(crate) fn in_words(&self) -> Vec<String> {
        self.in_force.load().words.clone()
    }

    /// All measures, newest first.
    pub(crate) fn list(&self, in_force_only: bool) -> Vec<Measure> {
        let mut list: Vec<Measure> = self
            .measures
            .lock()
            .values()
            .filter(|one| !in_force_only || one.undone.is_none())
            .cloned()
            .collect();
        list.sort_by(|a, b| (b.taken_at_ms, &b.id).cmp(&(a.taken_at_ms, &a.id)));
        list
    }

    pub(crate) fn get(&self, id: &str) -> Option<Measure> {
        self.measures.lock().get(id).cloned()
    }

    /// Writes a measure down, durably, and puts what follows from it in force.
    pub(crate) async fn keep(&self, engine: &Engine, measure: Measure) -> Result<(), Fault> {
        let name = |id: &str| {
            ExternalId::new(&format!("{PREFIX}{id}")).map_err(|error| Fault::internal(error.to_string()))
        };
        let value = serde_json::to_vec(&measure).map_err(|error| Fault::internal(error.to_string()))?;
        engine.note(Note { name: name(&measure.id)?, value: Some(value), key: None }).await?;
        let oldest = {
            let mut measures = self.measures.lock();
            measures.insert(measure.id.clone(), measure);
            self.in_force.store(Arc::new(judge(measures.values())));
            let oldest =
                measures.values().filter(|one| one.undone.is_some()).min_by_key(|one| one.taken_at_ms);
            let oldest = oldest.map(|one| one.id.clone()).filter(|_| measures.len() > MEASURES_MAX);
            oldest.inspect(|id| {
                measures.remove(id);
            })
        };
        if let Some(oldest) = oldest {
            engine.note(Note { name: name(&oldest)?, value: None, key: None }).await?;
        }
        Ok(())
    }
}

fn judge<'a>(measures: impl Iterator<Item = &'a Measure>) -> InForce {
    let mut in_force = InForce::default();
    for measure in measures.filter(|measure| measure.undone.is_none()) {
        let event = measure.parameter("event_id").unwrap_or("all events").to_owned();
        match measure.kind() {
            Action::MaintenanceMode => {
                in_force.maintenance = true;
                in_force.words.push("maintenance: writes are refused".to_owned());
            }
            Action::CircuitBreaker => {
                let target = measure.parameter("target").unwrap_or_default();
                in_force.webhooks_cut |= target == "webhooks";
                in_force.payments_cut |= target == "payments";
                in_force.words.push(format!("cut off: {target}"));
            }
            Action::CancelReservations => {
                let user = measure.parameter("user_id").map(str::to_owned);
                in_force.words.push(format!("no new reservations: {event}"));
                in_force.barred.push((event, user));
            }
            Action::StopAdmissions => in_force.words.push(format!("admissions are stopped: {event}")),
            Action::Unspecified | Action::ForceFailover => {}
        }
    }
    in_force
}

impl App {
    /// Pauses the lines of one or all events; returns those that were not paused before.
    pub(crate) async fn stop_admissions(&self, event: Option<&EventId>) -> Result<Vec<String>, Fault> {
        let mut stopped = Vec::new();
        for view in self.engine.events() {
            if event.is_some_and(|event| *event != view.id) {
                continue;
            }
            let Ok(queue) = self.engine.queue(&view.id) else { continue };
            if !queue.paused {
                self.engine
                    .pause_queue(PauseQueue { event: view.id.clone(), paused: true, key: None })
                    .await?;
                stopped.push(view.id.to_string());
            }
        }
        Ok(stopped)
    }

    /// Resumes these lines.
    pub(crate) async fn resume_admissions(&self, events: &[String]) -> Result<(), Fault> {
        for event in events.iter().filter_map(|event| EventId::new(event).ok()) {
            self.engine.pause_queue(PauseQueue { event, paused: false, key: None }).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tacos_engine::Config;

    fn measure(id: &str, action: Action) -> Measure {
        Measure {
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
        emergencies.keep(&engine, measure("a", Action::MaintenanceMode)).await.expect("kept");
        assert!(emergencies.check_writes().is_err());
        engine.close().expect("closes");
        drop(engine);

        let engine = Engine::open(folder.path(), Config::default()).expect("opens again");
        let emergencies = Emergencies::load(&engine);
        assert!(emergencies.check_writes().is_err(), "still in force");
        let mut undone = emergencies.get("a").expect("kept");
        undone.undone = Some(Undone { by: "lee".to_owned(), at_ms: 2, reason: "over".to_owned() });
        emergencies.keep(&engine, undone).await.expect("kept");
        assert!(emergencies.check_writes().is_ok());
        assert!(emergencies.list(true).is_empty());
    }
}
