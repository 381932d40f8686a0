//! Cancels all reservations of an event, or of one user there, for an emergency action: in batches that share a sync,
//! each written down before it is released. A crash or a call that was cut off loses no count: the batch is released
//! again under the same keys, so that a reservation that this emergency action cancelled is counted, and one that its
//! owner gave back is not.

use serde::{Deserialize, Serialize};
use tacos_engine::{
    Caller, Engine, EventId, ExternalId, Failure, IdempotencyKey, Note, Refusal, Release, ReservationId,
};
use tacos_proto::common::v1::EmergencyActionType;

use crate::app::App;
use crate::emergency::EmergencyAction;
use crate::wire::ApiError;

/// Names of the notes begin with this.
const PREFIX: &str = "cancel.";
/// Reservations of one batch: their names fit a note.
const BATCH: usize = 64;

/// How far an emergency action has come.
#[derive(Debug, Default, Serialize, Deserialize)]
struct CancelProgress {
    /// Cancelled by the batches before this one.
    cancelled: u64,
    /// Reservations that are being released.
    batch: Vec<String>,
    /// There was nothing left.
    done: bool,
}

fn name(emergency: &str) -> Result<ExternalId, ApiError> {
    ExternalId::new(&format!("{PREFIX}{emergency}")).map_err(|error| ApiError::internal(error.to_string()))
}

fn note(emergency: &str, progress: &CancelProgress) -> Result<Note, ApiError> {
    let value = serde_json::to_vec(progress).map_err(|error| ApiError::internal(error.to_string()))?;
    Ok(Note::new(name(emergency)?, Some(value)))
}

/// An emergency action was forgotten, and its progress with it.
pub(crate) async fn forget(engine: &Engine, emergency: &str) -> Result<(), ApiError> {
    let name = name(emergency)?;
    if engine.read_note(&name).is_some() {
        engine.note(Note::new(name, None)).await?;
    }
    Ok(())
}

/// Cancels what is left, and says how many this emergency action cancelled in all. Stops when the emergency action is
/// undone.
pub(crate) async fn cancel_all(
    app: &App,
    emergency: &EmergencyAction,
    event: &EventId,
) -> Result<u64, ApiError> {
    let _alone = app.emergencies.cancelling.lock().await;
    let kept = app.engine.read_note(&name(&emergency.id)?);
    let mut progress: CancelProgress =
        kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    if progress.done {
        return Ok(progress.cancelled);
    }
    let held = held(app, event, emergency.parameters.get("user_id")).await?;
    // What a crash or a cut-off call left under way comes first, under the keys that it had.
    let unfinished: Vec<String> = std::mem::take(&mut progress.batch);
    let rest = held.iter().map(ToString::to_string).filter(|id| !unfinished.contains(id)).collect::<Vec<_>>();
    for batch in std::iter::once(unfinished.as_slice()).chain(rest.chunks(BATCH)) {
        if app.emergencies.get(&emergency.id).is_none_or(|emergency| emergency.undone.is_some()) {
            break;
        }
        progress.batch = batch.to_vec();
        progress.cancelled += release(app, emergency, &progress).await?;
    }
    (progress.batch, progress.done) = (Vec::new(), true);
    app.engine.note(note(&emergency.id, &progress)?).await?;
    Ok(progress.cancelled)
}

/// Reservations that hold seats: all, or those of a user.
async fn held(app: &App, event: &EventId, user: Option<&String>) -> Result<Vec<ReservationId>, ApiError> {
    let all = app.engine.operator().held_reservations(event)?;
    let Some(user) = user else { return Ok(all) };
    let mut theirs = Vec::new();
    for id in all {
        if app
            .engine
            .reservation(&id.into(), &Caller::Operator)
            .await
            .is_ok_and(|view| view.user.as_str() == user)
        {
            theirs.push(id);
        }
    }
    Ok(theirs)
}

/// Releases one batch. The note comes first in the journal and the releases behind it: one sync makes them all durable.
async fn release(app: &App, emergency: &EmergencyAction, progress: &CancelProgress) -> Result<u64, ApiError> {
    let noted = app.engine.note(note(&emergency.id, progress)?);
    let mut released = Vec::with_capacity(progress.batch.len());
    for id in progress.batch.iter().filter_map(|text| text.parse::<ReservationId>().ok()) {
        let key = IdempotencyKey::for_request(&format!("{}/{id}", emergency.id), [0; 32]).ok();
        let release = Release::new(id, Caller::Operator).with_key(key);
        released.push(app.engine.release(release));
    }
    noted.await?;
    let mut cancelled = 0;
    for one in released {
        match one.await {
            Ok(_) => cancelled += 1,
            // Confirmed, cancelled or expired meanwhile: the race has its winner.
            Err(Failure::Refused(
                Refusal::ReservationIs(_) | Refusal::ReservationExpired | Refusal::UnknownReservation,
            )) => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok(cancelled)
}

/// After a start: what a crash left of emergency actions is done.
pub(crate) async fn resume(app: &App) {
    for emergency in app.emergencies.list(true) {
        if emergency.kind() != EmergencyActionType::CancelReservations {
            continue;
        }
        let event = emergency.parameters.get("event_id").and_then(|text| EventId::new(text).ok());
        let Some(event) = event else { continue };
        match cancel_all(app, &emergency, &event).await {
            Ok(cancelled) => {
                tracing::warn!(
                    id = emergency.id,
                    cancelled,
                    "reservations are cancelled by an emergency action"
                );
            }
            Err(error) => {
                tracing::error!(
                    id = emergency.id,
                    error = error.message,
                    "an emergency action is not complete"
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::log::LogRing;
    use crate::settings::Settings;
    use tacos_engine::{
        Best, CreateEvent, Currency, EventSettings, Reserve, SaleState, SeatMap, SeatRequest, Section,
        SetSale, UserId,
    };

    fn open(folder: &Path) -> Arc<App> {
        let mut settings = Settings::default();
        settings.engine.data_dir = folder.to_path_buf();
        settings.engine.reservations_max = 4_096;
        settings.engine.payments_max = 4_096;
        settings.engine.idempotency_keys_max = 4_096;
        let engine = crate::open_engine(&settings, |_| ()).expect("the folder opens");
        App::new(engine, settings, None, LogRing::new(8)).expect("an app")
    }

    fn hall() -> EventId {
        EventId::new("hall").expect("valid")
    }

    async fn hold(app: &App, count: u32) -> Vec<ReservationId> {
        let mut held = Vec::new();
        for number in 0..count {
            let user = UserId::new(&format!("user-{number}")).expect("valid");
            held.push(app.engine.reserve(Reserve::new(hall(), user, SeatRequest::Best(Best::of(1)))));
        }
        let mut ids = Vec::new();
        for one in held {
            ids.push(one.await.expect("held").id);
        }
        ids
    }

    async fn sale(app: &App) {
        let pit = Section::General { name: "pit".into(), capacity: 1_000, price_minor: 10 };
        let create = CreateEvent::new(
            hall(),
            EventSettings::new("A hall", Currency::new("KRW").expect("valid")),
            SeatMap { sections: vec![pit] },
        );
        app.engine.create_event(create).await.expect("created");
        let open = SetSale::new(hall(), SaleState::Open);
        app.engine.set_sale(open).await.expect("open");
    }

    fn emergency() -> EmergencyAction {
        EmergencyAction {
            id: "em_test".to_owned(),
            action: EmergencyActionType::CancelReservations as i32,
            parameters: BTreeMap::from([("event_id".to_owned(), "hall".to_owned())]),
            reason: "a test".to_owned(),
            taken_by: "kim".to_owned(),
            taken_at_ms: 1,
            paused: Vec::new(),
            undone: None,
        }
    }

    fn close(app: Arc<App>) {
        app.engine.close().expect("closes");
        assert_eq!(Arc::strong_count(&app), 1, "no other owner of the folder is left");
        drop(app);
    }

    /// A crash in the middle of a batch: some of it released, some not, one given back by its owner before. The restart
    /// does the rest and counts each of the emergency action's once.
    #[tokio::test]
    async fn a_crash_in_a_batch_loses_neither_the_rest_nor_the_count() {
        let folder = tempfile::tempdir().expect("a folder");
        let app = open(folder.path());
        sale(&app).await;
        let ids = hold(&app, 200).await;
        app.emergencies.store(&app.engine, emergency()).await.expect("kept");
        let give_back = Release::new(ids[0], Caller::Operator);
        app.engine.release(give_back).await.expect("released by its owner");
        let batch: Vec<String> = ids[..40].iter().map(ToString::to_string).collect();
        let progress = CancelProgress { cancelled: 0, batch: batch[..25].to_vec(), done: false };
        assert_eq!(release(&app, &emergency(), &progress).await, Ok(24));
        let progress = CancelProgress { cancelled: 0, batch, done: false };
        app.engine.note(note("em_test", &progress).expect("a note")).await.expect("kept");
        close(app);

        let app = open(folder.path());
        resume(&app).await;
        assert_eq!(app.engine.counts(&hall()).expect("known").reserved, 0);
        assert_eq!(cancel_all(&app, &emergency(), &hall()).await, Ok(199), "and asked again the same");
        close(app);
    }

    #[tokio::test]
    async fn an_emergency_action_that_is_undone_cancels_no_more() {
        let folder = tempfile::tempdir().expect("a folder");
        let app = open(folder.path());
        sale(&app).await;
        hold(&app, 100).await;
        let undone = crate::emergency::Undone { by: "lee".to_owned(), at_ms: 2, reason: "over".to_owned() };
        let emergency = EmergencyAction { undone: Some(undone), ..emergency() };
        app.emergencies.store(&app.engine, emergency.clone()).await.expect("kept");
        assert_eq!(cancel_all(&app, &emergency, &hall()).await, Ok(0));
        assert_eq!(app.engine.counts(&hall()).expect("known").reserved, 100);
        close(app);
    }
}
