//! What an operator may set for one event's line: bounds, defaults and the check of both. Decides nothing.

use std::fmt;

use super::WAITING_MAX;
use crate::clock::UnixMs;
use crate::describe::{bounds, described};
use crate::limits::DAY_MS;

described! {
    /// The rules of one event's waiting line. They may change while the sale runs.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct QueuePolicy {
        /// With `false` customers do not wait: each one who joins is ready as fast as the system-wide ceiling allows.
        /// Default `true`.
        pub enabled: bool = with_enabled,
        /// People made ready per minute, 1 to 6,000,000. Default 6,000.
        pub admissions_per_minute: u32 [1, 6_000_000] = with_admissions_per_minute,
        /// Permits that a quiet line saves up and may then use at once, 1 to 1,000,000. Default 100.
        pub burst: u32 [1, 1_000_000] = with_burst,
        /// People inside at once (ready, or holding a token that is neither used nor expired), 1 to 67,108,864. Default
        /// 5,000. Lowering it sends no customer out: no new one comes in until enough have left.
        pub inside_max: u32 [1, WAITING_MAX] = with_inside_max,
        /// People waiting at once, 1 to 67,108,864. Default 2,000,000.
        pub waiting_max: u32 [1, WAITING_MAX] = with_waiting_max,
        /// How long a customer who is ready keeps the turn, in milliseconds, 1,000 to 86,400,000. Default 60,000.
        pub claim_window_ms: u64 [CLAIM_WINDOW_MS_MIN, DAY_MS] = with_claim_window_ms,
        /// How long an admission is valid, in milliseconds, 1,000 to 86,400,000. Default 300,000.
        pub token_ttl_ms: u64 [1_000, DAY_MS] = with_token_ttl_ms,
        /// A waiting person who shows no activity for this long loses the place, in milliseconds, 1,000 to 604,800,000.
        /// Default 3,600,000. A restart of the engine counts as activity.
        pub inactivity_ms: u64 [1_000, 7 * DAY_MS] = with_inactivity_ms,
        /// One place per user, whatever the number of sessions. Default `true`. Switched on during a sale it looks only
        /// at tickets that were taken while it was on.
        pub one_place_per_user: bool = with_one_place_per_user,
        /// The room before the sale, whose order is drawn at random. Default none.
        pub room: Option<PresaleRoom> = with_room,
    }

    /// A room in which people gather before the sale; coming early brings no advantage.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct PresaleRoom {
        /// Customers can join from this moment on.
        pub opens_at: UnixMs,
        /// The order of those in the room is drawn then; who joins at or after this moment stands behind them.
        pub draws_at: UnixMs,
    }
}

impl Default for QueuePolicy {
    fn default() -> Self {
        Self {
            enabled: true,
            admissions_per_minute: 6_000,
            burst: 100,
            inside_max: 5_000,
            waiting_max: 2_000_000,
            claim_window_ms: 60_000,
            token_ttl_ms: 300_000,
            inactivity_ms: 3_600_000,
            one_place_per_user: true,
            room: None,
        }
    }
}

/// The shortest claim window.
pub(super) const CLAIM_WINDOW_MS_MIN: u64 = 1_000;

impl QueuePolicy {
    /// Checks every field against its bounds.
    ///
    /// # Errors
    /// [`PolicyError`] names the first field that is out of bounds.
    pub fn validate(&self) -> Result<(), PolicyError> {
        let fields = [
            ("admissions_per_minute", u64::from(self.admissions_per_minute)),
            ("burst", u64::from(self.burst)),
            ("inside_max", u64::from(self.inside_max)),
            ("waiting_max", u64::from(self.waiting_max)),
            ("claim_window_ms", self.claim_window_ms),
            ("token_ttl_ms", self.token_ttl_ms),
            ("inactivity_ms", self.inactivity_ms),
        ];
        for (field, value) in fields {
            let (min, max) = bounds::<Self>(field);
            if !(min..=max).contains(&value) {
                return Err(PolicyError::OutOfBounds { field, value, min, max });
            }
        }
        match self.room {
            Some(room) if room.draws_at <= room.opens_at => Err(PolicyError::RoomNeverOpen),
            _ => Ok(()),
        }
    }
}

/// Why a policy was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyError {
    /// A number is outside its bounds.
    OutOfBounds {
        /// The field of [`QueuePolicy`].
        field: &'static str,
        /// What was asked for.
        value: u64,
        /// The least that is allowed.
        min: u64,
        /// The most that is allowed.
        max: u64,
    },
    /// The room's draw is not after its opening.
    RoomNeverOpen,
    /// A room can be added or taken away only while no session has joined yet.
    RoomInUse,
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfBounds { field, value, min, max } => {
                write!(f, "{field} is {value}, but must be between {min} and {max}")
            }
            Self::RoomNeverOpen => f.write_str("the room's draws_at must be later than its opens_at"),
            Self::RoomInUse => f.write_str("the room cannot be added or removed once a session has joined"),
        }
    }
}

impl std::error::Error for PolicyError {}
