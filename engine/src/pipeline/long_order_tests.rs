//! Lines with more drawn tickets than fit one record: their images, and a snapshot of a running engine.

use std::sync::Arc;

use super::State;
use crate::admission::LineImage;
use crate::clock::{Clock, ManualClock, UnixMs};
use crate::command::{Command, CreateEvent, Currency, EventSettings, Note};
use crate::config::{Config, Driver};
use crate::engine::Engine;
use crate::ids::{EventId, ExternalId};
use crate::inventory::{SeatMap, Section};
use crate::journal::{JournalError, RecoveryConsent, rewritten_snapshot};
use crate::limits::{ORDER_PER_IMAGE, RECORD_BYTES_MAX, WAITING_MAX};
use crate::record::{Image, OrderImage, Reader, Wire};
use crate::testing::storage::MemStorage;
use crate::{PresaleRoom, QueuePolicy};

const START: UnixMs = UnixMs::new(1_800_000_000_000);
/// More than one record holds.
const DRAWN: u32 = 2_200_000;
const _: () = assert!(DRAWN as usize * size_of::<u32>() > RECORD_BYTES_MAX && DRAWN < WAITING_MAX);

type Images = Vec<(u16, Vec<u8>)>;

fn config() -> Config {
    Config {
        driver: Driver::Manual,
        clock: Arc::new(ManualClock::new(START)) as Arc<dyn Clock>,
        fixed_entropy: Some(7),
        snapshot_every_bytes: 0,
        log_buffer_bytes: 1 << 20,
        segment_bytes: 1 << 20,
        ..Config::default()
    }
}

fn open(disk: &MemStorage) -> Engine {
    let (engine, _) =
        Engine::open_storage(Arc::new(disk.clone()), config(), RecoveryConsent::LoseNothing, |_| ())
            .expect("it opens");
    engine
}

/// A folder with a snapshot of one event with a room that no session has joined.
fn folder() -> MemStorage {
    let disk = MemStorage::new();
    let engine = open(&disk);
    let room = PresaleRoom { opens_at: START, draws_at: START.plus_ms(1_000) };
    let floor = Section::General { name: "floor".into(), capacity: 10, price_minor: 1 };
    let create = CreateEvent {
        event: EventId::new("show").expect("valid"),
        settings: EventSettings::new("a concert", Currency::new("KRW").expect("three letters")),
        seats: SeatMap { sections: vec![floor] },
        queue: Some(QueuePolicy { room: Some(room), ..QueuePolicy::default() }),
        key: None,
    };
    engine.create_event(create).wait().expect("created");
    engine.snapshot().expect("taken");
    engine.close().expect("closed");
    disk
}

fn images_of(state: &State) -> Images {
    let mut images = Images::new();
    state.images(START, &mut |kind, body| images.push((kind, body.to_vec())));
    images
}

fn restored(images: &Images) -> State {
    let state = State::new(config(), || ());
    images.iter().for_each(|(kind, body)| state.restore_body(*kind, body).expect("an image of ours"));
    state.restored().expect("they belong together");
    state.finish_replay(START);
    state
}

/// The same line after so many were drawn, in an order that is no order of numbers. All of them have left again, so
/// that no ticket is remembered: the order is what stays of them for the line's life.
fn drawn(mut images: Images, count: u32) -> Images {
    let (_, body) = images.iter_mut().find(|(kind, _)| *kind == LineImage::KIND).expect("a line");
    let mut line: LineImage = Reader::whole(body).expect("a line");
    (line.next, line.room_end, line.room_open, line.drawn) = (count, count, false, Some([9; 32]));
    line.totals[0] = count.into();
    // 7 and the count have no common divisor: each number once.
    assert_ne!(count % 7, 0);
    let number =
        |place: u32| u32::try_from(u64::from(place) * 7 % u64::from(count)).expect("below the count");
    line.order = (0..count).map(number).collect();
    body.clear();
    line.put(body);
    images
}

fn kinds(images: &Images, kind: u16) -> usize {
    images.iter().filter(|(of, _)| *of == kind).count()
}

#[test]
fn a_long_order_is_written_in_runs_and_read_back() {
    let disk = folder();
    let engine = open(&disk);
    let image_of_a_short_one = drawn(crate::hooks::images(&engine), 1_000);
    assert_eq!(kinds(&images_of(&restored(&image_of_a_short_one)), OrderImage::KIND), 0);
    let images = images_of(&restored(&drawn(crate::hooks::images(&engine), DRAWN)));
    assert_eq!(kinds(&images, OrderImage::KIND), (DRAWN as usize - 1) / ORDER_PER_IMAGE);
    let longest = images.iter().map(|(_, body)| body.len()).max().expect("images");
    assert!(longest + 24 <= RECORD_BYTES_MAX, "an image of {longest} bytes");
    assert!(images_of(&restored(&images)) == images, "the same images again");
}

#[test]
fn runs_that_are_missing_or_out_of_order_are_refused() {
    let disk = folder();
    let engine = open(&disk);
    let mut images = drawn(crate::hooks::images(&engine), 10);
    let first = images.iter().position(|(kind, _)| *kind == LineImage::KIND).expect("a line");
    let mut line: LineImage = Reader::whole(&images[first].1).expect("a line");
    let body = |image: &dyn Fn(&mut Vec<u8>)| {
        let mut body = Vec::new();
        image(&mut body);
        body
    };
    for (at, run) in [(0, 0..4), (4, 4..7)] {
        let order = line.order[run].into();
        let image = OrderImage { event: line.event, first: at, order };
        let place = first + usize::from(at > 0);
        images.insert(place, (OrderImage::KIND, body(&|out| image.put(out))));
    }
    line.order.drain(..7);
    images[first + 2].1 = body(&|out| line.put(out));
    let whole = restored(&drawn(crate::hooks::images(&engine), 10));
    assert_eq!(restored(&images).digest(START), whole.digest(START), "runs of any length make the order");
    let refused = |images: &Images| {
        let state = State::new(config(), || ());
        images
            .iter()
            .try_for_each(|(kind, body)| state.restore_body(*kind, body))
            .and_then(|()| state.restored())
    };
    let mut swapped = images.clone();
    swapped.swap(first, first + 1);
    refused(&swapped).expect_err("the second run comes first");
    let mut twice = images.clone();
    twice.insert(first, images[first].clone());
    refused(&twice).expect_err("a run is there twice");
    let mut without = images.clone();
    without.remove(first);
    refused(&without).expect_err("the first run is missing");
    let mut without_head = images.clone();
    without_head.remove(first + 2);
    refused(&without_head).expect_err("the line is missing");
}

#[test]
fn a_line_with_a_long_order_takes_a_snapshot_and_reopens() {
    let disk = folder();
    let images = {
        let engine = open(&disk);
        images_of(&restored(&drawn(crate::hooks::images(&engine), DRAWN)))
    };
    let name = disk.files().into_keys().find(|name| name.ends_with(".snap")).expect("one snapshot");
    disk.edit(&name, |file| *file = rewritten_snapshot(file, &images));
    let engine = open(&disk);
    let note = Note { name: ExternalId::new("n").expect("valid"), value: Some(vec![1]), key: None };
    engine.submit(&Command::Note(note)).wait().expect("noted");
    let taken = engine.snapshot().expect("a line of any length is written down");
    let digest = engine.digest();
    engine.close().expect("closed");
    drop(engine);
    let (engine, opened) =
        Engine::open_storage(Arc::new(disk.clone()), config(), RecoveryConsent::LoseNothing, |_| ())
            .expect("it opens");
    assert_eq!(opened.snapshot.map(|info| info.position), Some(taken.position));
    assert_eq!(engine.digest(), digest);
}

#[test]
fn an_image_that_is_too_long_is_an_error() {
    let disk = folder();
    let engine = open(&disk);
    let journal = engine.journal_view();
    let mut writer = journal.snapshot(journal.durable(), START).expect("begun");
    let refused = writer.push(107, 1, &vec![0; RECORD_BYTES_MAX]).expect_err("too long");
    assert!(matches!(refused, JournalError::TooLong { kind: 107, .. }), "{refused}");
    writer.push(107, 1, &[0; 8]).expect("a shorter one");
}
