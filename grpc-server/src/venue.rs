//! Seat maps from files: JSON (compact, with runs of numbered seats) and CSV (one seat a line). Both end as the
//! engine's own seat map, which checks itself.

use std::collections::HashMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use tacos_engine::{Row, RowSeats, SeatException, SeatMap, Section};

/// An event as a file has it: its settings and its seats.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventFile {
    /// Name for people.
    pub name: String,
    /// Three upper-case letters.
    pub currency: String,
    /// Name of the venue.
    #[serde(default)]
    pub venue: String,
    /// Best section first.
    pub sections: Vec<SectionFile>,
}

/// Rows of seats, or a standing area.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SectionFile {
    /// Unique in the event.
    pub id: String,
    /// Price of all that names none, in the smallest unit of the currency.
    pub price: i64,
    /// Best row first; empty in a standing area.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<RowFile>,
    /// Places of a standing area.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub capacity: u32,
}

fn is_zero(value: &u32) -> bool {
    *value == 0
}

/// One row: its runs from left to right.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowFile {
    /// What the row is called.
    pub label: String,
    /// Price of its seats, if it differs from the section's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<i64>,
    /// Seats side by side; an aisle lies between two runs.
    pub runs: Vec<RunFile>,
}

/// Seats with consecutive numbers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunFile {
    /// In front of each number.
    pub prefix: String,
    /// Number of the leftmost seat.
    pub first: u32,
    /// How many.
    pub count: u32,
    /// Kept for people who need them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub accessible: bool,
}

/// Seats with one rule, as the contract and the files have them.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) prefix: String,
    pub(crate) first: u32,
    pub(crate) count: u32,
    pub(crate) step: i32,
    pub(crate) digits_min: u8,
    pub(crate) price_minor: Option<i64>,
    pub(crate) accessible: bool,
    pub(crate) aisle_before: bool,
}

/// One seat with a label of its own.
#[derive(Clone, Debug)]
pub(crate) struct Single {
    pub(crate) id: String,
    pub(crate) price_minor: Option<i64>,
    pub(crate) accessible: bool,
    pub(crate) aisle_before: bool,
}

/// A row of runs and single seats, in that order.
pub(crate) fn row(label: String, price_minor: i64, runs: &[Run], singles: &[Single]) -> Row {
    let (mut aisles_before, mut exceptions, mut at) = (Vec::new(), Vec::new(), 0_u32);
    let mut note = |at: u32, price: Option<i64>, accessible: bool, aisle: bool| {
        if aisle && at > 0 {
            aisles_before.push(at);
        }
        let price = price.filter(|price| *price != price_minor);
        if price.is_some() || accessible {
            exceptions.push(SeatException {
                index: at,
                price_minor: price,
                accessible: accessible.then_some(true),
            });
        }
    };
    for run in runs {
        for seat in 0..run.count {
            note(at + seat, run.price_minor, run.accessible, run.aisle_before && seat == 0);
        }
        at += run.count;
    }
    for single in singles {
        note(at, single.price_minor, single.accessible, single.aisle_before);
        at += 1;
    }
    let seats = match (runs, singles) {
        ([run], []) => RowSeats::Numbered {
            prefix: run.prefix.clone(),
            first_number: run.first,
            step: run.step,
            digits_min: run.digits_min,
            count: run.count,
        },
        _ => {
            let mut labels: Vec<String> = runs.iter().flat_map(labels).collect();
            labels.extend(singles.iter().map(|single| single.id.clone()));
            RowSeats::Listed(labels)
        }
    };
    Row { label, price_minor, accessible: false, seats, aisles_before, exceptions }
}

fn labels(run: &Run) -> impl Iterator<Item = String> + '_ {
    (0..i64::from(run.count)).map(|seat| {
        let number = i64::from(run.first) + seat * i64::from(run.step);
        format!("{}{number:0width$}", run.prefix, width = usize::from(run.digits_min))
    })
}

impl EventFile {
    /// Reads a JSON file.
    ///
    /// # Errors
    /// What is wrong with the file, in words.
    pub fn read_json(path: &Path) -> Result<Self, String> {
        let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Self::from_json(&bytes).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// As [`EventFile::read_json`], from memory.
    ///
    /// # Errors
    /// What is wrong with the text, in words.
    pub fn from_json(bytes: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(bytes).map_err(|error| error.to_string())
    }

    /// The seats.
    #[must_use]
    pub fn seat_map(&self) -> SeatMap {
        SeatMap { sections: self.sections.iter().map(section).collect() }
    }
}

fn section(file: &SectionFile) -> Section {
    if file.rows.is_empty() {
        return Section::General { name: file.id.clone(), capacity: file.capacity, price_minor: file.price };
    }
    let rows = file
        .rows
        .iter()
        .map(|one| {
            let runs: Vec<Run> = one
                .runs
                .iter()
                .enumerate()
                .map(|(at, run)| Run {
                    prefix: run.prefix.clone(),
                    first: run.first,
                    count: run.count,
                    step: 1,
                    digits_min: 0,
                    price_minor: None,
                    accessible: run.accessible,
                    aisle_before: at > 0,
                })
                .collect();
            row(one.label.clone(), one.price.unwrap_or(file.price), &runs, &[])
        })
        .collect();
    Section::Seated { name: file.id.clone(), rows }
}

/// Reads lines of `section,row,seat,price[,accessible]`. Sections and rows are in the order of their first seats, seats
/// of a row from left to right; a seat `*N` makes its section a standing area of N places. Lines that are empty or
/// begin with `#` are passed over, and so is a header.
///
/// # Errors
/// The number of the first line that cannot be read, and why.
pub fn from_csv(text: &str) -> Result<SeatMap, String> {
    let mut sections: Vec<CsvSection<'_>> = Vec::new();
    let mut by_name: HashMap<&str, usize> = HashMap::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') || (at == 0 && line.starts_with("section,")) {
            continue;
        }
        let bad = |why: &str| format!("line {}: {why}", at + 1);
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        let (name, label, seat, price, accessible) = match fields[..] {
            [section, row, seat, price] => (section, row, seat, price, false),
            [section, row, seat, price, accessible] => {
                (section, row, seat, price, matches!(accessible, "true" | "yes" | "1"))
            }
            _ => return Err(bad("must be section,row,seat,price[,accessible]")),
        };
        let price: i64 =
            price.parse().map_err(|_| bad("the price must be a whole number of the smallest unit"))?;
        let number = *by_name.entry(name).or_insert_with(|| {
            sections.push(CsvSection { name, ..CsvSection::default() });
            sections.len() - 1
        });
        match seat.strip_prefix('*') {
            Some(places) => {
                let places = places.parse().map_err(|_| bad("*N must have a number of places"))?;
                sections[number].standing = Some((places, price));
            }
            None => sections[number].add(label, seat, price, accessible),
        }
    }
    Ok(SeatMap { sections: sections.into_iter().map(CsvSection::finish).collect() })
}

/// A section of a CSV file, as far as it is read.
#[derive(Default)]
struct CsvSection<'a> {
    name: &'a str,
    /// Places and price, if it is a standing area.
    standing: Option<(u32, i64)>,
    /// Label, price and seats of each row, in the order of the rows' first seats.
    rows: Vec<(&'a str, i64, Vec<Single>)>,
    by_label: HashMap<&'a str, usize>,
}

impl<'a> CsvSection<'a> {
    fn add(&mut self, label: &'a str, seat: &str, price: i64, accessible: bool) {
        let number = *self.by_label.entry(label).or_insert_with(|| {
            self.rows.push((label, price, Vec::new()));
            self.rows.len() - 1
        });
        let (_, row_price, seats) = &mut self.rows[number];
        let price_minor = Some(price).filter(|price| price != row_price);
        seats.push(Single { id: seat.to_owned(), price_minor, accessible, aisle_before: false });
    }

    fn finish(self) -> Section {
        let name = self.name.to_owned();
        match self.standing {
            Some((capacity, price_minor)) => Section::General { name, capacity, price_minor },
            None => {
                let made = |(label, price, seats): (&str, i64, Vec<Single>)| {
                    row(label.to_owned(), price, &[], &seats)
                };
                Section::Seated { name, rows: self.rows.into_iter().map(made).collect() }
            }
        }
    }
}

/// The great hall: 48,000 seats and a standing area, as `data/make_hall.py` writes it.
const HALL: &[u8] = include_bytes!("../data/hall.json");
/// The events that are sold there.
const CATALOGUE: &[u8] = include_bytes!("../data/catalogue.json");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    id: String,
    name: String,
    price_percent: i64,
}

/// The events of the demo and the load generator, all in the great hall, by id.
///
/// # Errors
/// When the shipped data cannot be read.
pub fn catalogue() -> Result<Vec<(String, EventFile)>, String> {
    let hall = EventFile::from_json(HALL)?;
    let listed: Vec<Listed> = serde_json::from_slice(CATALOGUE).map_err(|error| error.to_string())?;
    let priced = |price: i64, percent: i64| price * percent / 100;
    Ok(listed
        .into_iter()
        .map(|one| {
            let mut file = hall.clone();
            file.name = one.name;
            for section in &mut file.sections {
                section.price = priced(section.price, one.price_percent);
                for row in &mut section.rows {
                    row.price = row.price.map(|price| priced(price, one.price_percent));
                }
            }
            (one.id, file)
        })
        .collect())
}

/// The seats of an event that is made on first use: ten rows of a hundred seats, `A-1` to `J-100`, and a standing area.
pub(crate) fn template() -> SeatMap {
    let rows = ('A'..='J')
        .map(|letter| {
            let run = Run {
                prefix: format!("{letter}-"),
                first: 1,
                count: 100,
                step: 1,
                digits_min: 0,
                price_minor: None,
                accessible: false,
                aisle_before: false,
            };
            row(letter.to_string(), 120_000, &[run], &[])
        })
        .collect();
    let standing = Section::General { name: "standing".to_owned(), capacity: 1_000, price_minor: 80_000 };
    SeatMap { sections: vec![Section::Seated { name: "hall".to_owned(), rows }, standing] }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    #[test]
    fn the_great_hall_is_what_its_script_says() {
        let events = catalogue().expect("shipped data are good");
        let ids: Vec<_> = events.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(
            ids,
            ["evt_2025_1001", "evt_2025_1002", "evt_2025_1004", "evt_2025_1005", "evt_2025_1006"]
        );
        let hall = &events[0].1;
        let runs = || hall.sections.iter().flat_map(|section| &section.rows).flat_map(|row| &row.runs);
        assert_eq!(runs().map(|run| run.count).sum::<u32>(), 48_000);
        assert_eq!(hall.sections.iter().map(|section| section.capacity).sum::<u32>(), 2_000);
        assert_eq!(hall.sections.iter().filter(|section| section.rows.is_empty()).count(), 1);
        assert!(runs().any(|run| run.accessible), "some seats are kept for those who need them");
        let mut prices: Vec<i64> = hall.sections.iter().map(|section| section.price).collect();
        prices.extend(hall.sections.iter().flat_map(|section| &section.rows).filter_map(|row| row.price));
        prices.sort_unstable();
        prices.dedup();
        assert!(prices.len() >= 5, "price tiers: {prices:?}");
        let lengths: std::collections::BTreeSet<u32> = hall
            .sections
            .iter()
            .flat_map(|section| &section.rows)
            .map(|row| row.runs.iter().map(|run| run.count).sum())
            .collect();
        assert!(lengths.len() > 10, "rows are of unequal length: {lengths:?}");
        let engine = tacos_engine::Engine::in_memory(tacos_engine::Config::default()).expect("memory");
        let currency = tacos_engine::Currency::new("KRW").expect("valid");
        let create = tacos_engine::CreateEvent::new(
            tacos_engine::EventId::new("hall").expect("valid"),
            tacos_engine::EventSettings::new("hall", currency),
            hall.seat_map(),
        );
        engine.create_event(create).wait().expect("the engine takes the map");
    }

    #[test]
    fn csv_keeps_the_order_of_the_file() {
        let text = "section,row,seat,price\nstalls,A,A-1,100\nstalls,A,A-2,120,yes\nstalls,B,B-1,90\npit,-,*500,50\n";
        let map = from_csv(text).expect("well-formed");
        let Section::Seated { rows, .. } = &map.sections[0] else { panic!("seats") };
        assert_eq!(rows[0].seats, RowSeats::Listed(vec!["A-1".to_owned(), "A-2".to_owned()]));
        assert_eq!(
            rows[0].exceptions,
            [SeatException { index: 1, price_minor: Some(120), accessible: Some(true) }]
        );
        assert_eq!(
            map.sections[1],
            Section::General { name: "pit".to_owned(), capacity: 500, price_minor: 50 }
        );
        assert_eq!(
            from_csv("stalls,A,A-1").expect_err("a field lacks"),
            "line 1: must be section,row,seat,price[,accessible]"
        );
    }

    #[test]
    fn a_million_seats_that_follow_no_rule_become_an_event() {
        let mut text = String::from("section,row,seat,price\n");
        for row in 0..25_000 {
            // Odd numbers on the left, even ones on the right.
            for number in (1..40).step_by(2).chain((2..=40).rev().step_by(2)) {
                writeln!(text, "block{},{row},block{}-row{row}-{number},5000", row / 1_000, row / 1_000)
                    .expect("text");
            }
        }
        let seats = from_csv(&text).expect("well-formed");
        let engine = tacos_engine::Engine::in_memory(tacos_engine::Config::default()).expect("memory");
        let currency = tacos_engine::Currency::new("KRW").expect("valid");
        let (id, settings) = (tacos_engine::EventId::new("stadium").expect("valid"), "a stadium");
        let settings = tacos_engine::EventSettings::new(settings, currency);
        engine
            .create_event(tacos_engine::CreateEvent::new(id.clone(), settings, seats))
            .wait()
            .expect("taken");
        assert_eq!(engine.event(&id).expect("created").counts.available, 1_000_000);
    }

    #[test]
    fn runs_become_neighbours_with_an_aisle_between() {
        let run = |first, aisle_before| Run {
            prefix: "A-".to_owned(),
            first,
            count: 2,
            step: 1,
            digits_min: 3,
            price_minor: None,
            accessible: false,
            aisle_before,
        };
        let made = row("A".to_owned(), 10, &[run(1, false), run(5, true)], &[]);
        let labels = ["A-001", "A-002", "A-005", "A-006"].map(str::to_owned).to_vec();
        assert_eq!((made.seats, made.aisles_before), (RowSeats::Listed(labels), vec![2]));
    }
}
