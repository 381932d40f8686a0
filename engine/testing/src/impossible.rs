//! Snapshots whose checksums are right and whose content is impossible: one of a whole sale, changed field by field and
//! image by image. Each must be refused, or open as a sale that holds together; nothing may panic.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use crate::storage::MemStorage;
use crate::{Simulation, Violation};
use tacos_engine::clock::{Clock, ManualClock, UnixMs};
use tacos_engine::hooks::{RestoredState, image_fields, person_of_image, rewritten_snapshot};
use tacos_engine::journal::RecoveryConsent;
use tacos_engine::limits::{LOG_BUFFER_BYTES_MIN, SEGMENT_BYTES_MIN};
use tacos_engine::{
    Caller, CancelPayment, Command, Config, Driver, Engine, ExternalId, JoinQueue, Note, Release,
    ReportWebhook, SessionId, UserId,
};

/// When the sale takes place.
const START: UnixMs = UnixMs::new(1_800_000_000_000);
/// Bytes at either end of a long field that are changed.
const ENDS: usize = 64;

type Images = Vec<(u16, Vec<u8>)>;

/// What became of the changed snapshots.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Impossible {
    /// Snapshots that were tried.
    pub tried: usize,
    /// Refused while their images were put back.
    pub refused: usize,
    /// Put back: what was changed is a value that a sale can have. Each was written again, to the same digest.
    pub taken: usize,
    /// Of these, opened as folders and sold from until everything had run out.
    pub opened: usize,
    /// Changes of each field, by its name.
    pub fields: BTreeMap<&'static str, usize>,
}

impl Impossible {
    /// Tries changes of a sale after `steps` steps of its customers: of `samples` images of each kind, in every field
    /// at every `stride`-th byte. Of those that are no change for the worse, `open_each` of every field are opened and
    /// sold from.
    ///
    /// # Errors
    /// The first snapshot that panicked, or opened and did not hold together.
    pub fn try_all(
        (seed, steps): (u64, u64),
        samples: usize,
        stride: usize,
        open_each: usize,
    ) -> Result<Self, Violation> {
        let images = Simulation::in_memory(seed).images_after(steps);
        let (report, taken_of) = (Self::default(), BTreeMap::new());
        let mut run = Run { folder: folder(), report, taken_of, stride, open_each };
        run.try_images("nothing", &images)?;
        if run.report.opened != 1 {
            return Err(Violation(format!("the sale itself does not open: {:?}", run.report)));
        }
        let mut kinds: BTreeMap<u16, Vec<usize>> = BTreeMap::new();
        for (at, (kind, _)) in images.iter().enumerate() {
            kinds.entry(*kind).or_default().push(at);
        }
        for of_kind in kinds.values() {
            for &at in of_kind.iter().rev().step_by(of_kind.len().div_ceil(samples)) {
                run.change_fields(&images, at, of_kind)?;
                run.change_place(&images, at)?;
            }
        }
        Ok(run.report)
    }
}

struct Run {
    folder: MemStorage,
    report: Impossible,
    taken_of: BTreeMap<&'static str, usize>,
    stride: usize,
    open_each: usize,
}

impl Run {
    fn change_fields(&mut self, images: &Images, at: usize, of_kind: &[usize]) -> Result<(), Violation> {
        let (kind, body) = &images[at];
        for (number, (name, range)) in image_fields(*kind, body).into_iter().enumerate() {
            let field = &body[range.clone()];
            let mut others: Vec<Vec<u8>> = Vec::new();
            for &other in of_kind.iter().filter(|other| **other != at).take(6) {
                let other = &images[other].1;
                let theirs = image_fields(*kind, other).into_iter().nth(number);
                others.extend(theirs.map(|(_, range)| other[range].to_vec()));
            }
            for value in changed(field, self.stride).into_iter().chain(others).filter(|value| value != field)
            {
                let mut body = body.clone();
                body.splice(range.clone(), value);
                let mut images = images.clone();
                images[at].1 = body;
                *self.report.fields.entry(name).or_default() += 1;
                self.try_images(name, &images)?;
            }
        }
        Ok(())
    }

    /// Left out, there twice, too early, too late, and of another kind.
    fn change_place(&mut self, images: &Images, at: usize) -> Result<(), Violation> {
        let mut without = images.clone();
        let image = without.remove(at);
        self.try_images("left out", &without)?;
        let mut twice = images.clone();
        twice.insert(at, image.clone());
        self.try_images("twice", &twice)?;
        twice.remove(at);
        twice.push(image.clone());
        self.try_images("twice, at the end", &twice)?;
        let mut early = without.clone();
        early.insert(0, image.clone());
        self.try_images("at the beginning", &early)?;
        let mut late = without.clone();
        late.push(image.clone());
        self.try_images("at the end", &late)?;
        for kind in 99..=113 {
            let mut other = images.clone();
            other[at].0 = kind;
            self.try_images("of another kind", &other)?;
        }
        Ok(())
    }

    /// Puts the images back. What is not refused must be a state, and for some changes of each field a sale.
    fn try_images(&mut self, what: &'static str, images: &Images) -> Result<(), Violation> {
        self.report.tried += 1;
        let taken = guarded(what, || put_back(what, images))??;
        if !taken {
            self.report.refused += 1;
            return Ok(());
        }
        self.report.taken += 1;
        let opened = self.taken_of.entry(what).or_default();
        if *opened >= self.open_each {
            return Ok(());
        }
        *opened += 1;
        self.report.opened += 1;
        guarded(what, || sell(what, &self.folder, images))?
    }
}

fn guarded<T>(what: &str, work: impl FnOnce() -> T) -> Result<T, Violation> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no text");
        Violation(format!("a snapshot with {what} changed panicked: {text}"))
    })
}

/// Other bytes for a field: numbers of every width at every place that are nothing, everything, one less, one more and
/// the highest without a sign; and lengths that it cannot have.
fn changed(field: &[u8], stride: usize) -> Vec<Vec<u8>> {
    let mut all = vec![Vec::new(), [field, &[0]].concat(), [field, &[0xff; 8]].concat()];
    all.push(field[..field.len().saturating_sub(1)].to_vec());
    all.push(field[field.len() / 2..].to_vec());
    for at in (0..field.len()).step_by(stride).filter(|at| *at < ENDS || *at + ENDS >= field.len()) {
        for width in [1, 4, 8].into_iter().filter(|width| at + width <= field.len()) {
            let mut word = [0; 8];
            word[..width].copy_from_slice(&field[at..at + width]);
            let number = u64::from_le_bytes(word);
            let most = u64::MAX >> (64 - 8 * width);
            for value in [0, most, number.wrapping_sub(1), number.wrapping_add(1), most >> 1] {
                let mut bytes = field.to_vec();
                bytes[at..at + width].copy_from_slice(&value.to_le_bytes()[..width]);
                all.push(bytes);
            }
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// True if a state has these images; it is then written and put back once more.
fn put_back(what: &str, images: &Images) -> Result<bool, Violation> {
    let state =
        |images: &Images| RestoredState::new(config(Arc::new(ManualClock::new(START))), images, START);
    let Ok(first) = state(images) else { return Ok(false) };
    let second = state(&first.images(START))
        .map_err(|why| Violation(format!("{what}: taken, and not taken again: {why}")))?;
    if first.digest(START) == second.digest(START) {
        Ok(true)
    } else {
        Violation::of(format!("{what}: put back once more it is another state"))
    }
}

/// Opens the images as a folder, lets its people do what they can until all has run out, and opens it again.
fn sell(what: &str, folder: &MemStorage, images: &Images) -> Result<(), Violation> {
    let broken = |why: &dyn std::fmt::Display| Violation(format!("{what}: {why}"));
    let disk = MemStorage::with_files(folder.files());
    let name = disk.files().into_keys().find(|name| name.ends_with(".snap")).expect("one snapshot");
    disk.edit(&name, |file| *file = rewritten_snapshot(file, images));
    let clock = Arc::new(ManualClock::new(START));
    let open = || {
        Engine::open_storage(
            Arc::new(disk.clone()),
            config(Arc::clone(&clock)),
            RecoveryConsent::LoseNothing,
            |_| (),
        )
    };
    let (engine, _) = open().map_err(|why| broken(&why))?;
    look(&engine, images);
    act(&engine, images);
    for _ in 0..3 {
        clock.advance(Duration::from_secs(40 * 86_400));
        engine.turn();
        engine.turn();
    }
    for event in engine.events() {
        let counts = event.counts;
        let sum = counts.available + counts.reserved + counts.sold + counts.blocked;
        if sum != counts.total || counts.reserved != 0 {
            return Err(broken(&format_args!("when all has run out {} has {counts:?}", event.id)));
        }
    }
    look(&engine, images);
    let taken = engine.snapshot().map_err(|why| broken(&why))?;
    let digest = engine.digest();
    engine.close().map_err(|why| broken(&why))?;
    drop(engine);
    let (again, opened) = open().map_err(|why| broken(&why))?;
    if opened.snapshot.map(|info| info.position) == Some(taken.position) && again.digest() == digest {
        Ok(())
    } else {
        Err(broken(&"opened again it is another state"))
    }
}

fn people(images: &Images) -> Vec<UserId> {
    let mut users: Vec<_> = images.iter().filter_map(|(kind, body)| person_of_image(*kind, body)).collect();
    users.sort_unstable();
    users.dedup();
    users
}

/// Every read that there is; what it says is the reader's.
fn look(engine: &Engine, images: &Images) {
    for event in engine.events() {
        let id = &event.id;
        let _ =
            (engine.sections(id), engine.queue(id), engine.draw(id), engine.operator().held_reservations(id));
        let _ = engine.event_snapshot(id);
    }
    for user in people(images) {
        let _ = engine.payments(&user, None, None, None, 100).wait();
        let _ = engine.reservations(&user, None, None, None, 100).wait();
    }
    let _ = (engine.due_webhooks(100), engine.dead_webhooks(0), engine.status(), engine.notes(""));
}

/// Releases, pays back, joins, delivers and notes whatever lets itself.
fn act(engine: &Engine, images: &Images) {
    let submit = |command: Command| drop(engine.submit(&command).wait());
    for user in people(images) {
        if let Ok(page) = engine.payments(&user, None, None, None, 100).wait() {
            for view in page.items.into_iter().step_by(2) {
                submit(CancelPayment::new(view.id, Caller::Operator).into());
            }
        }
        if let Ok(page) = engine.reservations(&user, None, None, None, 100).wait() {
            for view in page.items.into_iter().step_by(2) {
                submit(Release::new(view.id, Caller::Operator).into());
            }
        }
    }
    for (number, event) in engine.events().into_iter().enumerate() {
        let session = SessionId::new(&format!("late-{number}")).ok();
        submit(Command::JoinQueue(JoinQueue::new(event.id).with_session(session)));
    }
    for webhook in engine.due_webhooks(100).0 {
        let delivered = webhook.order % 2 == 0;
        submit(Command::ReportWebhook(ReportWebhook::new(webhook.id, delivered)));
    }
    let name = ExternalId::new("late").expect("valid");
    submit(Command::Note(Note::new(name, Some(vec![1]))));
}

/// A folder with a snapshot and nothing behind it.
fn folder() -> MemStorage {
    let disk = MemStorage::new();
    let config = config(Arc::new(ManualClock::new(START)));
    let (engine, _) =
        Engine::open_storage(Arc::new(disk.clone()), config, RecoveryConsent::LoseNothing, |_| ())
            .expect("an empty disk");
    let name = ExternalId::new("first").expect("valid");
    engine.submit(&Command::Note(Note::new(name, Some(vec![1])))).wait().expect("noted");
    engine.snapshot().expect("taken");
    engine.close().expect("closed");
    disk
}

fn config(clock: Arc<ManualClock>) -> Config {
    Config::default()
        .with_driver(Driver::Manual)
        .with_clock(clock as Arc<dyn Clock>)
        .with_fixed_entropy(Some(7))
        .with_log_buffer_bytes(LOG_BUFFER_BYTES_MIN)
        .with_segment_bytes(SEGMENT_BYTES_MIN)
        .with_update_history_bytes(1 << 16)
        .with_snapshot_every_bytes(0)
        .with_reservations_max(1 << 10)
        .with_payments_max(1 << 10)
        .with_idempotency_keys_max(1 << 10)
        .with_webhooks_max(1 << 10)
        .with_notes_max(64)
}
