//! What must hold of every image: it opens without an operator's consent, to a state that was, and the engine works on.

use std::sync::Arc;

use tacos_engine::Config;
use tacos_engine::Engine;
use tacos_engine::SaleState;
use tacos_engine::clock::UnixMs;
use tacos_engine::hooks::acknowledged;
use tacos_engine::journal::RecoveryConsent;
use tacos_engine::{Best, CreateEvent, Currency, EventSettings, Reserve, SeatRequest, SetSale};
use tacos_engine::{EventId, UserId};
use tacos_engine::{SeatMap, Section};

use super::disk::Image;
use super::{Checked, Marks, Violation};
use crate::simulator::config_at;
use crate::storage::{MemStorage, SimStorage, Trace};

/// What an image opened to.
pub(super) struct Found {
    /// Where its journal ended.
    pub(super) end: u64,
}

/// Opens an image and checks all but what was acknowledged.
pub(super) fn open_image(image: &Image, config: &Config, marks: &Marks) -> Checked<Found> {
    // Time stands at the latest record until it is known which step this is.
    let (config, clock) = config_at(config, UnixMs::ZERO);
    let files = image.files.iter().map(|(name, bytes)| (name.clone(), bytes.to_vec()));
    let disk = Arc::new(MemStorage::with_files(files));
    let opened = Engine::open_storage(disk, config, RecoveryConsent::LoseNothing, |_| ());
    let (engine, _) = opened.map_err(|why| Violation(format!("the folder does not open: {why}")))?;
    let end = engine.status().written;
    let Some((digest, at)) = marks.get(&end) else {
        return Violation::of(format!("the journal ends at {end}, which is between two steps"));
    };
    clock.advance_to(*at);
    if engine.digest() != *digest {
        return Violation::of(format!("the state at {end} is not what it was"));
    }
    work_on(&engine, &mut |_| ())?;
    Ok(Found { end })
}

/// Another event is made, its sale opened, and a place in it held.
fn work_on(engine: &Engine, after_each: &mut dyn FnMut(&Engine)) -> Checked {
    let event = EventId::new("afterwards").expect("valid");
    let broken = |why: tacos_engine::Failure| Violation(format!("the engine does not work on: {why}"));
    // After a second crash it may be there already.
    if engine.event(&event).is_err() {
        let floor = Section::General { name: "floor".into(), capacity: 9, price_minor: 100 };
        let settings = EventSettings::new("Afterwards", Currency::new("KRW").expect("three letters"));
        let create = CreateEvent::new(event.clone(), settings, SeatMap { sections: vec![floor] });
        engine.create_event(create).wait().map_err(broken)?;
        after_each(engine);
        let open = SetSale::new(event.clone(), SaleState::Open);
        engine.set_sale(open).wait().map_err(broken)?;
        after_each(engine);
    } else if engine.event(&event).is_ok_and(|view| view.sale != SaleState::Open) {
        let open = SetSale::new(event.clone(), SaleState::Open);
        engine.set_sale(open).wait().map_err(broken)?;
    }
    let user = UserId::new("somebody").expect("valid");
    let before = engine.counts(&event).map(|counts| counts.reserved);
    let mut hold = Reserve::new(event.clone(), user, SeatRequest::Best(Best::of(1)));
    hold.trusted = true;
    engine.reserve(hold).wait().map_err(broken)?;
    after_each(engine);
    match (before, engine.counts(&event)) {
        (Ok(before), Ok(after)) if after.reserved == before + 1 => Ok(()),
        (before, after) => Violation::of(format!("a hold was counted as {before:?} and then {after:?}")),
    }
}

/// Recovers from an image on a traced disk and works on. Returns what the disk was asked for, and the states on the
/// way.
pub(super) fn trace_recovery(image: &Image, config: &Config) -> Checked<(Trace, Marks)> {
    let (config, _clock) = config_at(config, UnixMs::ZERO);
    let files = image.files.iter().map(|(name, bytes)| (name.clone(), bytes.to_vec())).collect();
    let storage = SimStorage::from_files(0, files);
    storage.start_trace();
    let disk = Arc::new(storage.clone());
    let opened = Engine::open_storage(disk, config, RecoveryConsent::LoseNothing, |_| ());
    let (engine, _) = opened.map_err(|why| Violation(format!("a traced disk does not open: {why}")))?;
    storage.trace_acknowledged(acknowledged(&engine));
    let mut marks = Marks::new();
    let mut mark = |engine: &Engine| {
        marks.insert(engine.status().durable, (engine.digest(), engine.now()));
    };
    mark(&engine);
    work_on(&engine, &mut mark)?;
    drop(engine);
    let trace = storage.take_trace().expect("it was begun");
    Ok((trace, marks))
}
