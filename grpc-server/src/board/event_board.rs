//! The board of one event: its seats as they stand, and the last frames, which all its viewers share. A viewer has a
//! number of a frame and nothing else here, so a slow one costs nothing and slows no one.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use parking_lot::Mutex;
use tacos_engine::views::SectionView;
use tacos_engine::{Engine, EventId, Place, PlaceChanged, Position, Refusal};
use tacos_proto::engine::v1::{SeatBoard, SeatBoardChanges, StandingPlaces};
use tokio::sync::{OnceCell, watch};

use super::NoBoard;
use super::plane::{Plane, Status, seen};
use crate::wire::outbound;
use crate::wire::time::count;

/// Frames that are kept for viewers that are behind, and for those that come again.
const FRAMES_MAX: usize = 256;

/// What changed between two ticks.
#[derive(Debug)]
pub(super) struct Frame {
    /// All changes up to here are in this frame and those before it.
    pub(super) position: u64,
    pub(super) changes: SeatBoardChanges,
}

/// What a viewer gets next.
pub(super) enum Next {
    Board(Box<SeatBoard>),
    Frame(Arc<Frame>),
    /// Nothing has changed since the frame that it has.
    Nothing,
    /// Another board stands in place of this one.
    Replaced,
}

/// The board of one event.
pub(super) struct EventBoard {
    event: EventId,
    hides_holds: bool,
    loaded: OnceCell<()>,
    state: Mutex<State>,
    /// Number of the newest frame; changes when viewers have something to look at.
    newest: watch::Sender<u64>,
    viewers: AtomicUsize,
}

struct State {
    sheet: Option<Sheet>,
    /// Changes that came while the seats were being read.
    early: Vec<(Position, Vec<PlaceChanged>)>,
    replaced: bool,
    used_at: Instant,
}

/// The seats, once they are read.
struct Sheet {
    layout: String,
    plane: Plane,
    standing: Vec<StandingPlaces>,
    /// The position behind which updates were not in the seats when they were read.
    read_at: Position,
    position: Position,
    /// Seats that changed since the newest frame.
    changed: Vec<u32>,
    standing_changed: bool,
    frames: VecDeque<Arc<Frame>>,
    /// Number of the oldest frame that is kept, and the position before it.
    oldest: u64,
    before_oldest: u64,
}

/// A viewer of a board, for as long as it watches.
pub(super) struct Viewing(Arc<EventBoard>);

impl Drop for Viewing {
    fn drop(&mut self) {
        self.0.viewers.fetch_sub(1, Ordering::Relaxed);
    }
}

impl std::ops::Deref for Viewing {
    type Target = EventBoard;

    fn deref(&self) -> &EventBoard {
        &self.0
    }
}

impl EventBoard {
    pub(super) fn new(event: EventId, hides_holds: bool) -> Arc<Self> {
        let state = State { sheet: None, early: Vec::new(), replaced: false, used_at: Instant::now() };
        Arc::new(Self {
            event,
            hides_holds,
            loaded: OnceCell::new(),
            state: Mutex::new(state),
            newest: watch::Sender::new(0),
            viewers: AtomicUsize::new(0),
        })
    }

    /// Reads the seats, once for all who ask. Updates must come to [`Self::apply`] from before this call.
    pub(super) async fn load(&self, engine: &Engine) -> Result<(), NoBoard> {
        let read = async {
            let (engine, event) = (engine.clone(), self.event.clone());
            // Reading a large map takes milliseconds.
            let read = tokio::task::spawn_blocking(move || {
                let (_, seats, position) = engine.event_snapshot(&event)?;
                Ok::<_, Refusal>((seats, engine.sections(&event)?, position))
            });
            let failed = |_| NoBoard::Closed("the seats could not be read".to_owned());
            let (seats, sections, position) = read.await.map_err(failed)?.map_err(NoBoard::Refused)?;
            let (mut plane, mut digest) = (Plane::default(), blake3::Hasher::new());
            for seat in &seats {
                plane.push(Status::of(seat.state, self.hides_holds));
                digest.update(seat.place.id.as_bytes());
                digest.update(b"\n");
            }
            self.put(Sheet {
                layout: digest.finalize().to_hex()[..32].to_owned(),
                plane,
                standing: standing(&sections, self.hides_holds),
                read_at: position,
                position,
                changed: Vec::new(),
                standing_changed: false,
                frames: VecDeque::new(),
                oldest: 0,
                before_oldest: position.0,
            });
            Ok(())
        };
        self.loaded.get_or_try_init(|| read).await.map(drop)
    }

    fn put(&self, mut sheet: Sheet) {
        let mut state = self.state.lock();
        for (position, places) in std::mem::take(&mut state.early) {
            sheet.apply(position, &places, self.hides_holds);
        }
        state.sheet = Some(sheet);
    }

    /// Takes in an update: one task calls this, in the journal's order.
    pub(super) fn apply(&self, position: Position, places: &[PlaceChanged]) {
        let mut state = self.state.lock();
        match &mut state.sheet {
            Some(sheet) => sheet.apply(position, places, self.hides_holds),
            None => state.early.push((position, places.to_vec())),
        }
    }

    /// Folds what has changed into a frame, and wakes the viewers; false if nothing had.
    pub(super) fn tick(&self, engine: &Engine) -> bool {
        let standing_changed = self.state.lock().sheet.as_mut().is_some_and(Sheet::take_standing_changed);
        // Read behind the changes that are told: counts may run ahead, and their next change is told again.
        let sections = if standing_changed { engine.sections(&self.event).ok() } else { None };
        let mut state = self.state.lock();
        let Some(sheet) = &mut state.sheet else { return false };
        let now = sections.map(|sections| standing(&sections, self.hides_holds)).unwrap_or_default();
        let Some(newest) = sheet.fold(now) else { return false };
        drop(state);
        self.newest.send_replace(newest);
        true
    }

    /// Says that another board takes the place of this one, and wakes the viewers.
    pub(super) fn replace(&self) {
        self.state.lock().replaced = true;
        self.newest.send_modify(|_| ());
    }

    /// Notes a use of the board: it is kept for a while after the last.
    pub(super) fn touch(&self) {
        self.state.lock().used_at = Instant::now();
    }

    /// True if no viewer watches and the last use is so long ago.
    pub(super) fn is_unused(&self, keep: Duration) -> bool {
        self.viewers.load(Ordering::Relaxed) == 0 && self.state.lock().used_at.elapsed() >= keep
    }

    pub(super) fn view(self: &Arc<Self>) -> Viewing {
        self.viewers.fetch_add(1, Ordering::Relaxed);
        Viewing(Arc::clone(self))
    }

    pub(super) fn viewers(&self) -> usize {
        self.viewers.load(Ordering::Relaxed)
    }

    /// Wakes when there may be something new.
    pub(super) fn subscribe(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }

    /// The whole board, once it is loaded.
    pub(super) fn board(&self) -> Option<SeatBoard> {
        self.state.lock().sheet.as_ref().map(|sheet| sheet.board(&self.event))
    }

    /// The number of the frame from which a viewer that has all up to `position` goes on; `None` if it needs the board.
    pub(super) fn resume(&self, position: u64) -> Option<u64> {
        let state = self.state.lock();
        let sheet = state.sheet.as_ref()?;
        if position < sheet.before_oldest || position > sheet.position.0 {
            return None;
        }
        let had = sheet.frames.iter().take_while(|frame| frame.position <= position).count();
        Some(sheet.oldest + had as u64)
    }

    /// What comes next for a viewer; `at` is the number of the frame that it wants, `None` if it has nothing yet.
    pub(super) fn next(&self, at: &mut Option<u64>) -> Next {
        let state = self.state.lock();
        if state.replaced {
            return Next::Replaced;
        }
        let Some(sheet) = &state.sheet else { return Next::Nothing };
        let newest = sheet.oldest + sheet.frames.len() as u64;
        match *at {
            Some(wanted) if wanted >= newest => Next::Nothing,
            Some(wanted) if wanted >= sheet.oldest => {
                *at = Some(wanted + 1);
                let place = usize::try_from(wanted - sheet.oldest).unwrap_or(usize::MAX);
                sheet.frames.get(place).map_or(Next::Nothing, |frame| Next::Frame(Arc::clone(frame)))
            }
            _ => {
                *at = Some(newest);
                Next::Board(Box::new(sheet.board(&self.event)))
            }
        }
    }
}

impl Sheet {
    fn apply(&mut self, position: Position, places: &[PlaceChanged], hides_holds: bool) {
        // The seats were read behind this update.
        if position <= self.read_at {
            return;
        }
        for changed in places {
            match changed.place.unpack() {
                Place::Seat(seat) => {
                    if self.plane.set(seat.0, Status::of(changed.state, hides_holds)) {
                        self.changed.push(seat.0);
                    }
                }
                Place::General { .. } => self.standing_changed = true,
            }
        }
        self.position = position;
    }

    fn take_standing_changed(&mut self) -> bool {
        std::mem::take(&mut self.standing_changed)
    }

    /// Makes a frame of what has changed and returns its number plus one; `None` if nothing has.
    fn fold(&mut self, standing: Vec<StandingPlaces>) -> Option<u64> {
        let told = standing.into_iter().filter(|now| !self.standing.contains(now)).collect::<Vec<_>>();
        if self.changed.is_empty() && told.is_empty() {
            return None;
        }
        for now in &told {
            let known = self.standing.iter_mut().find(|known| known.section_id == now.section_id);
            if let Some(known) = known {
                known.clone_from(now);
            }
        }
        self.changed.sort_unstable();
        self.changed.dedup();
        let seats = Bytes::from(self.plane.changes(&self.changed));
        self.changed.clear();
        let changes = SeatBoardChanges { seats, standing: told };
        if self.frames.len() >= FRAMES_MAX
            && let Some(dropped) = self.frames.pop_front()
        {
            self.oldest += 1;
            self.before_oldest = dropped.position;
        }
        self.frames.push_back(Arc::new(Frame { position: self.position.0, changes }));
        Some(self.oldest + self.frames.len() as u64)
    }

    fn board(&self, event: &EventId) -> SeatBoard {
        SeatBoard {
            event_id: event.to_string(),
            position: self.position.0,
            layout: self.layout.clone(),
            seats: count(self.plane.seats()),
            status: Bytes::copy_from_slice(self.plane.bytes()),
            standing: self.standing.clone(),
        }
    }
}

/// The sections without seats of their own.
fn standing(sections: &[SectionView], hides_holds: bool) -> Vec<StandingPlaces> {
    let standing = sections.iter().filter(|view| view.standing);
    standing
        .map(|view| StandingPlaces {
            section_id: view.name.clone(),
            counts: Some(outbound::seat_counts(seen(view.counts, hides_holds))),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A loaded board of a hundred free seats.
    fn board() -> Arc<EventBoard> {
        let board = EventBoard::new(EventId::new("evt_1").expect("valid"), false);
        let mut plane = Plane::default();
        (0..100).for_each(|_| plane.push(Status::Free));
        board.put(Sheet {
            layout: String::new(),
            plane,
            standing: Vec::new(),
            read_at: Position(7),
            position: Position(7),
            changed: Vec::new(),
            standing_changed: false,
            frames: VecDeque::new(),
            oldest: 0,
            before_oldest: 7,
        });
        board
    }

    /// One seat is sold at a position, and told.
    fn sell(board: &EventBoard, seat: u32, position: u64) {
        let mut state = board.state.lock();
        let sheet = state.sheet.as_mut().expect("loaded");
        assert!(sheet.plane.set(seat, Status::Sold));
        sheet.changed.push(seat);
        sheet.position = Position(position);
        assert!(sheet.fold(Vec::new()).is_some());
    }

    fn frame(next: Next) -> u64 {
        let Next::Frame(frame) = next else { panic!("no frame") };
        frame.position
    }

    #[test]
    fn a_viewer_gets_the_board_and_then_each_frame_once() {
        let (board, mut at) = (board(), None);
        assert!(matches!(board.next(&mut at), Next::Board(_)));
        assert!(matches!(board.next(&mut at), Next::Nothing));
        sell(&board, 3, 10);
        sell(&board, 4, 12);
        assert_eq!(frame(board.next(&mut at)), 10);
        assert_eq!(frame(board.next(&mut at)), 12);
        assert!(matches!(board.next(&mut at), Next::Nothing));
        board.replace();
        assert!(matches!(board.next(&mut at), Next::Replaced));
    }

    #[test]
    fn a_viewer_that_is_behind_gets_the_board_again() {
        let (board, mut slow) = (board(), None);
        assert!(matches!(board.next(&mut slow), Next::Board(_)));
        for round in 0..=FRAMES_MAX as u64 {
            let seat = u32::try_from(round % 100).expect("small");
            board.state.lock().sheet.as_mut().expect("loaded").plane.set(seat, Status::Free);
            sell(&board, seat, 10 + round);
        }
        let Next::Board(whole) = board.next(&mut slow) else { panic!("no board") };
        assert_eq!(whole.position, 10 + FRAMES_MAX as u64);
        assert!(matches!(board.next(&mut slow), Next::Nothing));
    }

    #[test]
    fn a_viewer_goes_on_from_a_position_that_is_kept() {
        let board = board();
        for (seat, position) in [(1, 10), (2, 20), (3, 30)] {
            sell(&board, seat, position);
        }
        for (had, next) in [(7, Some(10)), (9, Some(10)), (10, Some(20)), (25, Some(30)), (30, None)] {
            let mut at = board.resume(had);
            assert!(at.is_some(), "{had}");
            match next {
                Some(position) => assert_eq!(frame(board.next(&mut at)), position, "{had}"),
                None => assert!(matches!(board.next(&mut at), Next::Nothing)),
            }
        }
        assert_eq!((board.resume(6), board.resume(31)), (None, None), "not kept; not yet known");
    }
}
