//! Moments: the engine's milliseconds and the wire's timestamps.

use prost_types::Timestamp;
use tacos_engine::UnixMs;

/// The last second that a timestamp of the wire can name: the end of the year 9999.
pub(crate) const SECONDS_MAX: u64 = 253_402_300_799;

/// A moment as it goes over the wire; `None` for one that never comes.
pub(crate) fn timestamp(at: UnixMs) -> Option<Timestamp> {
    let ms = at.get();
    if ms / 1_000 > SECONDS_MAX {
        return None;
    }
    Some(Timestamp {
        seconds: i64::try_from(ms / 1_000).ok()?,
        nanos: i32::try_from(ms % 1_000).ok()? * 1_000_000,
    })
}

/// A moment from the wire; `None` if it lies before 1970 or after 9999, or is malformed.
pub(crate) fn moment_of(stamp: &Timestamp) -> Option<UnixMs> {
    let seconds = u64::try_from(stamp.seconds).ok().filter(|seconds| *seconds <= SECONDS_MAX)?;
    let nanos = u64::try_from(stamp.nanos).ok().filter(|nanos| *nanos < 1_000_000_000)?;
    seconds.checked_mul(1_000)?.checked_add(nanos / 1_000_000).map(UnixMs::new)
}

/// As [`moment_of`], for fields that may be absent.
pub(crate) fn moment(stamp: Option<&Timestamp>) -> Option<UnixMs> {
    stamp.and_then(moment_of)
}

/// Whole seconds, rounded up, as far as the wire can count.
pub(crate) fn seconds_up(ms: u64) -> i32 {
    i32::try_from(ms.div_ceil(1_000)).unwrap_or(i32::MAX)
}

/// A count as the wire has it.
pub(crate) fn count(value: impl TryInto<i32>) -> i32 {
    value.try_into().unwrap_or(i32::MAX)
}

/// Year, month and day (from 1) of a moment, in UTC, by counting days in 400-year cycles that begin in March.
pub(crate) fn civil(at: UnixMs) -> (u64, u64, u64) {
    let days = at.get() / 86_400_000 + 719_468;
    let (cycle, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (cycle * 400 + year + u64::from(month <= 2), month, day_of_year - (153 * from_march + 2) / 5 + 1)
}

/// A moment as RFC 3339 spells it, to the millisecond, in UTC.
pub(crate) fn rfc3339(at: UnixMs) -> String {
    let (year, month, day) = civil(at);
    let (seconds, ms) = (at.get() / 1_000 % 86_400, at.get() % 1_000);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_counted_right() {
        assert_eq!(rfc3339(UnixMs::new(0)), "1970-01-01T00:00:00.000Z");
        assert_eq!(rfc3339(UnixMs::new(951_782_400_000)), "2000-02-29T00:00:00.000Z");
        assert_eq!(rfc3339(UnixMs::new(1_798_761_599_999)), "2026-12-31T23:59:59.999Z");
    }

    #[test]
    fn moments_round_trip_to_the_millisecond() {
        let at = UnixMs::new(1_800_000_000_123);
        assert_eq!(moment_of(&timestamp(at).expect("in range")), Some(at));
        assert_eq!(moment_of(&Timestamp { seconds: -1, nanos: 0 }), None);
        assert_eq!(moment_of(&Timestamp { seconds: 1, nanos: 1_000_000_000 }), None);
        // What could never be answered is not taken.
        assert_eq!(moment_of(&Timestamp { seconds: 253_402_300_800, nanos: 0 }), None);
        assert_eq!(seconds_up(1), 1);
    }
}
