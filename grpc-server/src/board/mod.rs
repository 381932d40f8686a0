//! Seat boards: the seats of events that are being watched, kept from the engine's updates and told in frames that all
//! viewers of an event share. A board is made when it is first asked for, and let go a while after the last use.

mod event_board;
mod plane;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use parking_lot::Mutex;
use tacos_engine::views::Counts;
use tacos_engine::{Engine, EventId, PlaceChanged, Refusal, Update, UpdateKind};
use tacos_proto::engine::v1::{SeatBoard, StreamSeatBoardResponse};
use tokio::sync::{Notify, watch};

use crate::app::{App, drained};
use crate::hub::StreamPlace;
use event_board::{EventBoard, Next, Viewing};

/// A board is kept so long after its last use.
const KEEP: Duration = Duration::from_secs(60);

/// The boards of all events that are being watched.
pub(crate) struct Boards {
    boards: Mutex<HashMap<EventId, Arc<EventBoard>>>,
    /// Held seats are told as sold.
    hides_holds: bool,
    /// Why there are no boards any more.
    closed: OnceLock<String>,
    /// Wakes the task that makes frames when there is a first board.
    began: Notify,
    frames: AtomicU64,
    /// Boards that viewers got because they were behind, or because another took the place of theirs.
    whole_again: AtomicU64,
}

/// Figures of the boards.
pub(crate) struct BoardFigures {
    pub(crate) boards: usize,
    pub(crate) viewers: usize,
    pub(crate) frames: u64,
    pub(crate) whole_again: u64,
    pub(crate) tick: Duration,
}

/// How often changes are folded into a frame, by the number of viewers: what each frame costs is multiplied by them.
const fn tick(viewers: usize) -> Duration {
    Duration::from_millis(match viewers {
        0..=1_000 => 100,
        1_001..=10_000 => 250,
        10_001..=50_000 => 1_000,
        _ => 2_000,
    })
}

impl Boards {
    pub(crate) fn new(hides_holds: bool) -> Self {
        Self {
            boards: Mutex::default(),
            hides_holds,
            closed: OnceLock::new(),
            began: Notify::new(),
            frames: AtomicU64::new(0),
            whole_again: AtomicU64::new(0),
        }
    }

    /// True while no board is kept, so that updates need not be read for one.
    pub(crate) fn is_idle(&self) -> bool {
        self.boards.lock().is_empty()
    }

    /// Takes an update in. One task calls this, in the journal's order, from before a board reads its seats.
    pub(crate) fn apply(&self, update: &Update) {
        let Some(event) = &update.event else { return };
        let Some(board) = self.boards.lock().get(event).cloned() else { return };
        if let Some(places) = places_of(&update.what) {
            board.apply(update.position, places);
        } else if matches!(update.what, UpdateKind::EventCreated | UpdateKind::EventChanged) {
            // It may have another seat map now.
            self.replace(&board, event);
        }
    }

    fn replace(&self, board: &Arc<EventBoard>, event: &EventId) {
        let mut boards = self.boards.lock();
        if boards.get(event).is_some_and(|kept| Arc::ptr_eq(kept, board)) {
            boards.remove(event);
        }
        drop(boards);
        board.replace();
    }

    /// Updates were lost: every board is read anew.
    pub(crate) fn read_anew(&self) {
        let boards = std::mem::take(&mut *self.boards.lock());
        boards.values().for_each(|board| board.replace());
    }

    /// Ends all boards with this reason. The first reason stays.
    pub(crate) fn close(&self, reason: &str) {
        let _ = self.closed.set(reason.to_owned());
        self.read_anew();
    }

    /// The loaded board of an event, and a hold on it that keeps it.
    async fn viewing(&self, app: &App, event: &EventId) -> Result<Viewing, NoBoard> {
        loop {
            if let Some(reason) = self.closed.get() {
                return Err(NoBoard::Closed(reason.clone()));
            }
            // Unknown events get no board to wait for their updates.
            app.engine.event(event).map_err(NoBoard::Refused)?;
            let made = || EventBoard::new(event.clone(), self.hides_holds);
            let viewing = self.boards.lock().entry(event.clone()).or_insert_with(made).view();
            self.began.notify_one();
            app.hub.wake();
            viewing.load(&app.engine).await?;
            viewing.touch();
            // A board that came behind the end gets no updates.
            if let Some(reason) = self.closed.get() {
                return Err(NoBoard::Closed(reason.clone()));
            }
            // Replaced while it was read: the next one.
            if !matches!(viewing.next(&mut Some(u64::MAX)), Next::Replaced) {
                return Ok(viewing);
            }
        }
    }

    /// The board of an event as it stands.
    pub(crate) async fn board(&self, app: &App, event: &EventId) -> Result<SeatBoard, NoBoard> {
        loop {
            if let Some(board) = self.viewing(app, event).await?.board() {
                return Ok(board);
            }
        }
    }

    /// A viewer of an event's seats that has all up to `after`; 0: nothing.
    pub(crate) async fn watch(
        &self,
        app: Arc<App>,
        event: EventId,
        after: u64,
        place: StreamPlace,
    ) -> Result<Viewer, NoBoard> {
        let viewing = self.viewing(&app, &event).await?;
        let at = if after == 0 { None } else { viewing.resume(after) };
        let newest = viewing.subscribe();
        let draining = app.draining.subscribe();
        Ok(Viewer { app, event, viewing, at, first: true, newest, draining, _place: place })
    }

    fn tick(&self, engine: &Engine) {
        let boards: Vec<_> = self.boards.lock().values().cloned().collect();
        for board in boards {
            if board.tick(engine) {
                self.frames.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.boards.lock().retain(|_, board| !board.is_unused(KEEP));
    }

    /// Event counts as boards tell them.
    pub(crate) const fn seen(&self, counts: Counts) -> Counts {
        plane::seen(counts, self.hides_holds)
    }

    pub(crate) fn figures(&self) -> BoardFigures {
        let boards = self.boards.lock();
        let viewers = boards.values().map(|board| board.viewers()).sum();
        BoardFigures {
            boards: boards.len(),
            viewers,
            frames: self.frames.load(Ordering::Relaxed),
            whole_again: self.whole_again.load(Ordering::Relaxed),
            tick: tick(viewers),
        }
    }
}

/// The places that an update gives another state; `None` if it is of another kind.
fn places_of(what: &UpdateKind) -> Option<&[PlaceChanged]> {
    match what {
        UpdateKind::Seats(places) => Some(places),
        UpdateKind::Reservation(changed) => Some(&changed.places),
        UpdateKind::Payment(changed) => changed.reservation.as_ref().map(|changed| &*changed.places),
        _ => None,
    }
}

/// Why there is no board.
#[derive(Debug)]
pub(crate) enum NoBoard {
    Refused(Refusal),
    /// The part of the server that keeps boards has ended.
    Closed(String),
}

/// Ends the boards when the task that makes frames ends, also when it ends by a panic.
struct Ends<'a>(&'a App);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.boards.close("the part of the server that keeps seat boards has ended");
    }
}

/// Makes frames until the server drains.
pub(crate) async fn run(app: Arc<App>) {
    let mut draining = app.draining.subscribe();
    let _ends = Ends(&app);
    loop {
        if app.boards.is_idle() {
            tokio::select! {
                () = drained(&mut draining) => return,
                () = app.boards.began.notified() => {}
            }
        }
        tokio::select! {
            () = drained(&mut draining) => return,
            () = tokio::time::sleep(app.boards.figures().tick) => {}
        }
        app.boards.tick(&app.engine);
    }
}

/// One viewer: what it is told next.
pub(crate) struct Viewer {
    app: Arc<App>,
    event: EventId,
    viewing: Viewing,
    /// The frame that it wants next.
    at: Option<u64>,
    /// It has been told nothing yet.
    first: bool,
    newest: watch::Receiver<u64>,
    draining: watch::Receiver<bool>,
    _place: StreamPlace,
}

impl Viewer {
    /// The next message. An error is the last.
    pub(crate) async fn next(&mut self) -> Result<StreamSeatBoardResponse, NoBoard> {
        loop {
            // Looked at before the state, so that no change between the two is missed.
            self.newest.borrow_and_update();
            match self.viewing.next(&mut self.at) {
                Next::Board(board) => {
                    if !std::mem::take(&mut self.first) {
                        self.app.boards.whole_again.fetch_add(1, Ordering::Relaxed);
                    }
                    let (position, board) = (board.position, Some(*board));
                    return Ok(StreamSeatBoardResponse { position, board, ..Default::default() });
                }
                Next::Frame(frame) => {
                    self.first = false;
                    let (position, changes) = (frame.position, Some(frame.changes.clone()));
                    return Ok(StreamSeatBoardResponse { position, changes, ..Default::default() });
                }
                Next::Replaced => {
                    self.viewing = self.app.boards.viewing(&self.app, &self.event).await?;
                    self.newest = self.viewing.subscribe();
                    self.at = None;
                    continue;
                }
                Next::Nothing => {}
            }
            tokio::select! {
                // The board holds the sender, and this viewer the board.
                _ = self.newest.changed() => {}
                () = drained(&mut self.draining) => {
                    return Err(NoBoard::Closed("the server is shutting down".to_owned()));
                }
            }
        }
    }
}
