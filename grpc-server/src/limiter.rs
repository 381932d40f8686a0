//! Rate limits per user and per address. Each user and address has a cell, so that one caller's flood starves no other;
//! an IPv6 address counts with its /64. Cells of callers that were quiet for as long as their burst lasts are removed.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use arc_swap::ArcSwapOption;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tacos_engine::UserId;
use tacos_proto::common::v1::ErrorCode;

use crate::net::party;
use crate::settings::Limits;
use crate::wire::ApiError;

/// Callers whose cells are kept at once. A flood of new names past it empties the table: memory stays bounded, and
/// callers that were limited get their burst once more.
const CALLERS_MAX: usize = 1 << 20;
/// Calls between two looks at the number of callers.
const CALLS_PER_LOOK: u32 = 4_096;

/// Cells of one kind of caller; none while its limit is off.
type Cells<K> = ArcSwapOption<Keyed<K>>;

struct Keyed<K: Hash + Eq + Clone> {
    quota: Quota,
    cells: DefaultKeyedRateLimiter<K>,
}

/// Both limits, either of which may be off.
pub(crate) struct Limiter {
    users: Cells<UserId>,
    addresses: Cells<IpAddr>,
    calls: AtomicU32,
    callers_max: usize,
}

fn cells<K: Hash + Eq + Clone>(per_second: u32, burst: u32) -> Option<Arc<Keyed<K>>> {
    let quota = Quota::per_second(NonZeroU32::new(per_second)?);
    let quota = NonZeroU32::new(burst).map_or(quota, |burst| quota.allow_burst(burst));
    Some(Arc::new(Keyed { quota, cells: RateLimiter::keyed(quota) }))
}

impl Limiter {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            users: ArcSwapOption::new(cells(limits.user_per_second, limits.user_burst)),
            addresses: ArcSwapOption::new(cells(limits.address_per_second, limits.address_burst)),
            calls: AtomicU32::new(0),
            callers_max: CALLERS_MAX,
        }
    }

    /// Puts other limits in force.
    pub(crate) fn set(&self, limits: &Limits) {
        self.users.store(cells(limits.user_per_second, limits.user_burst));
        self.addresses.store(cells(limits.address_per_second, limits.address_burst));
    }

    /// False if this user has called too often.
    pub(crate) fn user(&self, user: &UserId) -> bool {
        self.allows(&self.users, user)
    }

    /// Refuses a user who has called too often.
    pub(crate) fn check_user(&self, user: &UserId) -> Result<(), ApiError> {
        if self.user(user) {
            return Ok(());
        }
        Err(ApiError::new(ErrorCode::RateLimited, "too many calls from this user"))
    }

    /// False if too many calls came from this address.
    pub(crate) fn address(&self, address: IpAddr) -> bool {
        self.allows(&self.addresses, &party(address))
    }

    fn allows<K: Hash + Eq + Clone>(&self, all: &Cells<K>, key: &K) -> bool {
        let Some(keyed) = &*all.load() else { return true };
        if self.calls.fetch_add(1, Ordering::Relaxed).is_multiple_of(CALLS_PER_LOOK) {
            self.look(all, keyed);
        }
        keyed.cells.check_key(key).is_ok()
    }

    /// Removes cells of quiet callers, and all cells when there are too many.
    fn look<K: Hash + Eq + Clone>(&self, all: &Cells<K>, keyed: &Keyed<K>) {
        if keyed.cells.len() <= self.callers_max / 2 {
            return;
        }
        keyed.cells.retain_recent();
        if keyed.cells.len() <= self.callers_max {
            keyed.cells.shrink_to_fit();
            return;
        }
        tracing::warn!(callers = keyed.cells.len(), "too many callers to limit each: all begin anew");
        let quota = keyed.quota;
        all.store(Some(Arc::new(Keyed { quota, cells: RateLimiter::keyed(quota) })));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_users_flood_does_not_touch_another() {
        let limiter = Limiter::new(&Limits { user_per_second: 1, user_burst: 3, ..Limits::default() });
        let (kim, lee) = (UserId::new("kim").expect("valid"), UserId::new("lee").expect("valid"));
        let let_in = (0..10).filter(|_| limiter.user(&kim)).count();
        assert_eq!(let_in, 3);
        assert!(limiter.user(&lee));
        limiter.set(&Limits { user_per_second: 0, ..Limits::default() });
        assert!(limiter.user(&kim));
    }

    #[test]
    fn the_number_of_callers_is_bounded() {
        let limits = Limits { address_per_second: 1, address_burst: 1, ..Limits::default() };
        let limiter = Limiter { callers_max: 100, ..Limiter::new(&limits) };
        for number in 0..3 * CALLS_PER_LOOK {
            assert!(limiter.address(std::net::Ipv4Addr::from_bits(0x0100_0000 + number).into()));
            let kept = limiter.addresses.load().as_ref().expect("on").cells.len();
            assert!(kept <= 100 + CALLS_PER_LOOK as usize, "{kept}");
        }
    }

    #[test]
    fn an_ipv6_customer_is_one_caller() {
        let limits = Limits { address_per_second: 1, address_burst: 2, ..Limits::default() };
        let limiter = Limiter::new(&limits);
        let ip = |host: u16| IpAddr::from([0x2001, 0xdb8, 0, 7, 0, 0, 0, host]);
        assert_eq!((0..10).filter(|host| limiter.address(ip(*host))).count(), 2);
        assert!(limiter.address("2001:db8:0:8::1".parse().expect("an address")), "another /64");
    }
}
