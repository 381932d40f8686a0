//! `event …`: events of a folder that no server has open.

use std::fmt::Write;
use std::path::Path;

use tacos_engine::views::EventView;
use tacos_engine::{
    CreateEvent, Currency, Engine, EventId, EventSettings, QueuePolicy, SaleState, SeatMap, SetSale,
};

use super::say;
use crate::cli::EventCommand;
use crate::open_engine;
use crate::settings::Settings;
use crate::venue::{EventFile, from_csv};

/// Does one of the commands.
///
/// # Errors
/// What went wrong, in words.
pub fn event(settings: &Settings, command: &EventCommand) -> Result<(), String> {
    let engine = open_engine(settings, |_| ())?;
    match command {
        EventCommand::Import { id, file, name, currency, open, no_queue } => {
            let (mut event, seats) = read(id, file, currency)?;
            if let Some(name) = name {
                event.name.clone_from(name);
            }
            let queue = (!no_queue)
                .then(|| QueuePolicy::default().with_one_place_per_user(settings.rules().one_place_per_user));
            import(&engine, id, event, seats, queue)?;
            if *open {
                set_sale(&engine, id, SaleState::Open)?;
            }
            show(&engine, id)?;
        }
        EventCommand::List => {
            let lines: Vec<String> = engine.events().iter().map(line).collect();
            say(&if lines.is_empty() { "no events".to_owned() } else { lines.join("\n") })?;
        }
        EventCommand::Open { id } => set_sale(&engine, id, SaleState::Open)?,
        EventCommand::Pause { id } => set_sale(&engine, id, SaleState::Paused)?,
        EventCommand::Close { id } => set_sale(&engine, id, SaleState::Closed)?,
        EventCommand::Show { id } => show(&engine, id)?,
    }
    engine.close().map_err(|error| error.to_string())
}

fn event_id(text: &str) -> Result<EventId, String> {
    EventId::new(text).map_err(|error| format!("{text:?} {}", error.fault))
}

fn read(id: &str, file: &Path, currency: &str) -> Result<(EventSettings, SeatMap), String> {
    let money = |code: &str| Currency::new(code).ok_or_else(|| format!("{code:?} is no currency"));
    if file.extension().is_some_and(|extension| extension == "csv") {
        let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let seats = from_csv(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        return Ok((EventSettings::new(id, money(currency)?), seats));
    }
    let read = EventFile::read_json(file)?;
    Ok((EventSettings::new(read.name.clone(), money(&read.currency)?), read.seat_map()))
}

/// Creates an event, durably.
pub(super) fn import(
    engine: &Engine,
    id: &str,
    settings: EventSettings,
    seats: SeatMap,
    queue: Option<QueuePolicy>,
) -> Result<(), String> {
    let create = CreateEvent::new(event_id(id)?, settings, seats).with_queue(queue);
    engine.create_event(create).wait().map(|_| ()).map_err(|failure| format!("{id}: {failure}"))
}

pub(super) fn set_sale(engine: &Engine, id: &str, state: SaleState) -> Result<(), String> {
    let set = SetSale::new(event_id(id)?, state);
    engine.set_sale(set).wait().map(|_| ()).map_err(|failure| format!("{id}: {failure}"))
}

fn line(event: &EventView) -> String {
    let counts = event.counts;
    format!(
        "{:<24} {:<7} {:>7} free {:>6} held {:>7} sold {:>6} blocked  {}",
        event.id.as_str(),
        event.sale.to_string(),
        counts.available,
        counts.reserved,
        counts.sold,
        counts.blocked,
        event.settings.name
    )
}

fn show(engine: &Engine, id: &str) -> Result<(), String> {
    let id = event_id(id)?;
    let event = engine.event(&id).map_err(|refusal| refusal.to_string())?;
    let mut text = line(&event);
    for section in engine.sections(&id).map_err(|refusal| refusal.to_string())? {
        let counts = section.counts;
        let _ = write!(
            text,
            "\n  {:<22} {:>7} free {:>6} held {:>7} sold {:>6} blocked  {} to {} {}{}",
            section.name,
            counts.available,
            counts.reserved,
            counts.sold,
            counts.blocked,
            section.price_min_minor,
            section.price_max_minor,
            event.settings.currency.as_str(),
            if section.standing { ", standing" } else { "" }
        );
    }
    say(&text)
}
