//! One event's places: the seat map, who has each seat, general admission, counts, and the best that is left.
//! Pure memory and lock-free. Knows no reservation (only the number of its slot), no user, no journal, no time: the
//! pipeline brings what a claim must know and keeps what it returns.

mod best;
mod bitmap;
mod build;
mod certificate;
mod claim;
mod codec;
mod counts;
mod layout;
mod map;
mod moves;
mod naming;
mod packed;
mod pick;
mod place;
mod replay;
mod seat;
mod state;

#[cfg(all(test, loom))]
mod loom_tests;
#[cfg(all(test, not(loom)))]
mod tests;

pub(crate) use best::{BestRefused, BestRequest};
pub(crate) use claim::{HolderState, Refused};
pub use codec::SeatMapDecodeError;
pub(crate) use counts::Counts;
pub(crate) use layout::Layout;
pub use map::{Row, RowSeats, SeatException, SeatMap, SeatMapError, SeatMapFault, Section};
pub(crate) use place::{Change, Changes, gathered};
pub use place::{PackedPlace, Place, SeatIx};
pub(crate) use seat::{FREED, REFUNDED, SOLD, SeatMove, SeatState, UNBLOCKED};
pub(crate) use state::Inventory;
