//! Engines with a hall on sale, in memory or in a folder on a real disk.

use std::path::PathBuf;
use std::time::Duration;

use tacos_engine::{
    Config, CreateEvent, Currency, Engine, EventId, EventSettings, QueuePolicy, Row, RowSeats, SaleState,
    SeatId, SeatMap, Section, SetSale,
};

use crate::Outcome;

/// Seats of a row.
pub const ROW_SEATS: u32 = 30;
/// Rows of a section: 50,000 seats are twenty sections.
pub const SECTION_ROWS: u32 = 85;

/// An engine with one event on sale.
#[derive(Debug)]
pub struct Venue {
    /// The engine.
    pub engine: Engine,
    /// The event on sale.
    pub event: EventId,
    /// Its seats and standing places.
    pub seats: u32,
    // Removed with the venue.
    folder: Option<tempfile::TempDir>,
}

impl Venue {
    /// In memory, with the usual configuration.
    ///
    /// # Errors
    /// If the engine does not start.
    pub fn in_memory(seats: u32) -> Outcome<Self> {
        Self::with(Config::default(), hall(seats), None)
    }

    /// In memory, with other settings, seats and rules.
    ///
    /// # Errors
    /// If the engine does not start or does not like them.
    pub fn with(config: Config, seats: SeatMap, queue: Option<QueuePolicy>) -> Outcome<Self> {
        Self::start(Engine::in_memory(config)?, seats, queue, None)
    }

    /// In a new folder on disk ([`data_folder`]); an acknowledged write is synced.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn durable(seats: u32, config: Config) -> Outcome<Self> {
        let folder = data_folder()?;
        let engine = Engine::open(folder.path(), config)?;
        Self::start(engine, hall(seats), None, Some(folder))
    }

    fn start(
        engine: Engine,
        map: SeatMap,
        queue: Option<QueuePolicy>,
        folder: Option<tempfile::TempDir>,
    ) -> Outcome<Self> {
        let event = EventId::new("evt")?;
        open_event(&engine, &event, map, queue)?;
        let seats = engine.counts(&event)?.total;
        Ok(Self { engine, event, seats, folder })
    }

    /// The folder, if there is one.
    #[must_use]
    pub fn folder(&self) -> Option<&std::path::Path> {
        self.folder.as_ref().map(tempfile::TempDir::path)
    }

    /// Closes the engine and gives the folder away.
    ///
    /// # Errors
    /// If the last writes fail, or there is no folder.
    pub fn into_folder(self) -> Outcome<tempfile::TempDir> {
        self.engine.close()?;
        self.folder.ok_or_else(|| "an engine in memory has no folder".into())
    }
}

/// A configuration in which ended reservations and answers are forgotten within seconds, so that a benchmark that holds
/// and gives back for a long time meets the engine as it is in the middle of a long sale, and no table fills up.
#[must_use]
pub fn forgetful() -> Config {
    let second = Duration::from_secs(1);
    Config::default().with_retention(second).with_payment_ttl(second).with_idempotency_ttl(second)
}

/// Creates an event and opens its sale.
///
/// # Errors
/// If the engine refuses.
pub fn open_event(
    engine: &Engine,
    event: &EventId,
    seats: SeatMap,
    queue: Option<QueuePolicy>,
) -> Outcome<()> {
    let currency = Currency::new("EUR").ok_or("three letters")?;
    let settings = EventSettings::new("A concert", currency);
    engine.create_event(CreateEvent::new(event.clone(), settings, seats).with_queue(queue)).wait()?;
    engine.set_sale(SetSale::new(event.clone(), SaleState::Open)).wait()?;
    Ok(())
}

/// Sections `S0`, `S1`, … of rows of thirty seats, the last as short as it must be.
#[must_use]
pub fn hall(seats: u32) -> SeatMap {
    let rows = seats.div_ceil(ROW_SEATS);
    let row = |at: u32| Row {
        label: (at % SECTION_ROWS).to_string(),
        price_minor: 5_000,
        seats: RowSeats::Numbered {
            prefix: prefix(at),
            first_number: 1,
            step: 1,
            digits_min: 0,
            count: ROW_SEATS.min(seats - at * ROW_SEATS),
        },
        ..Row::default()
    };
    let sections = (0..rows.div_ceil(SECTION_ROWS)).map(|section| Section::Seated {
        name: format!("S{section}"),
        rows: (section * SECTION_ROWS..rows.min((section + 1) * SECTION_ROWS)).map(row).collect(),
    });
    SeatMap { sections: sections.collect() }
}

/// One section of standing places.
#[must_use]
pub fn floor(capacity: u32) -> SeatMap {
    SeatMap { sections: vec![Section::General { name: "floor".into(), capacity, price_minor: 3_000 }] }
}

/// The name of a seat of [`hall`] by its number.
#[must_use]
pub fn label(seat: u32) -> SeatId {
    let text = format!("{}{}", prefix(seat / ROW_SEATS), seat % ROW_SEATS + 1);
    SeatId::new(&text).expect("a short name")
}

fn prefix(row: u32) -> String {
    format!("S{}-R{}-", row / SECTION_ROWS, row % SECTION_ROWS)
}

/// A folder that is removed again, on the disk of `TACOS_BENCH_DIR`; without it, of the build folder, because the
/// folder for temporary files is memory on many machines.
///
/// # Errors
/// If it cannot be made.
pub fn data_folder() -> Outcome<tempfile::TempDir> {
    let parent = std::env::var_os("TACOS_BENCH_DIR").map_or_else(target_folder, PathBuf::from);
    std::fs::create_dir_all(&parent)?;
    Ok(tempfile::Builder::new().prefix("bench-").tempdir_in(parent)?)
}

/// The build folder: `CARGO_TARGET_DIR`, or `target` at the root of the workspace.
#[must_use]
pub fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target"), PathBuf::from)
}
