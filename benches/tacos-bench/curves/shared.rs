//! What a second thread does to the first: operations that share more and more words of memory, by one thread and by
//! two. With words that are not shared two threads take half the time for an operation.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tacos_benches::people::{release, user};
use tacos_benches::results::Line;
use tacos_benches::timing::on_threads;
use tacos_benches::venue::{floor, forgetful, open_event};
use tacos_benches::{Outcome, Venue};
use tacos_engine::{Best, Engine, EventId, ExternalId, Note, Reserve, SeatMap, SeatRequest, SectionId};

use super::{Report, Size, ns_each};

pub(super) const SUITE: &str = "shared words";
const TIMES: u32 = 400_000;

/// As far apart as cache lines that are fetched in pairs.
#[repr(align(128))]
struct Word(AtomicU64);

/// Runs with one thread and with two, in turns; the shares of threads are numbered.
fn compare(size: Size, report: &mut Report<'_>, name: &str, work: &(dyn Fn(u64, u64) + Sync)) -> Outcome<()> {
    let times = u64::from(size.many(TIMES));
    let mut figures = [Vec::new(), Vec::new()];
    for _ in 0..size.rounds() {
        for (threads, figures) in [1, 2].into_iter().zip(&mut figures) {
            let spent: Duration = on_threads(threads, times, work);
            figures.push(ns_each(spent, usize::try_from(times)?));
        }
    }
    for (threads, figures) in ["1 thread", "2 threads"].into_iter().zip(&figures) {
        report.push(&Line::of(SUITE, format!("{name}, {threads}"), "ns/op", figures))?;
    }
    Ok(())
}

/// Two standing areas: a hold in the first changes no count of the second.
fn areas() -> SeatMap {
    let mut areas = floor(100_000);
    let mut other = floor(100_000).sections;
    if let Some(tacos_engine::Section::General { name, .. }) = other.first_mut() {
        "floor-1".clone_into(name);
    }
    areas.sections.append(&mut other);
    areas
}

fn hold_and_release(engine: &Engine, event: &EventId, area: &str, thread: u64, share: u64) {
    let section = Some(SectionId::new(area).expect("a name"));
    let hold =
        Reserve::new(event.clone(), user(thread), SeatRequest::Best(Best::of(2).with_section(section)));
    for _ in 0..share {
        let held = engine.reserve(hold.clone()).wait().expect("free places");
        engine.release(release(held.id)).wait().expect("held");
    }
}

pub(super) fn measure(size: Size, report: &mut Report<'_>) -> Outcome<()> {
    let words = [Word(AtomicU64::new(0)), Word(AtomicU64::new(0))];
    let add = |word: &Word, share| {
        for _ in 0..share {
            word.0.fetch_add(1, Ordering::AcqRel);
        }
    };
    let own = |thread: u64, share| add(&words[usize::from(thread == 1)], share);
    compare(size, report, "bare atomic add, each their own word", &own)?;
    compare(size, report, "bare atomic add, one word", &|_, share| add(&words[0], share))?;

    let venue = Venue::with(forgetful(), areas(), None)?;
    let other = EventId::new("other")?;
    open_event(&venue.engine, &other, areas(), None)?;
    let (engine, event) = (&venue.engine, &venue.event);
    let area = |thread| if thread == 0 { "floor" } else { "floor-1" };
    compare(size, report, "hold + release, an event for each", &|thread, share| {
        hold_and_release(engine, if thread == 0 { event } else { &other }, "floor", thread, share);
    })?;
    compare(size, report, "hold + release, one event, a section for each", &|thread, share| {
        hold_and_release(engine, event, area(thread), thread, share);
    })?;
    compare(size, report, "hold + release, one section", &|thread, share| {
        hold_and_release(engine, event, "floor", thread, share);
    })?;
    compare(size, report, "log alone: a note without a key", &|thread, share| {
        let name = ExternalId::new(&format!("note-{thread}")).expect("a name");
        for _ in 0..share {
            engine.note(Note::new(name.clone(), Some(vec![1]))).wait().expect("noted");
        }
    })?;
    compare(size, report, "availability read", &|_, share| {
        for _ in 0..share {
            assert!(engine.counts(event).expect("known").total > 0);
        }
    })
}
