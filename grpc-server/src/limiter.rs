//! Rate limits per user and per address. Each caller has cells of its own, so that nobody's flood starves anybody else;
//! cells of quiet callers are let go, and their number is bounded.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

use arc_swap::ArcSwapOption;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tacos_engine::UserId;

use crate::settings::Limits;

/// Callers remembered at once. When more come in a short time all are forgiven rather than memory grown.
const CALLERS_MAX: usize = 1 << 20;
/// Calls between two looks at the number of callers.
const CALLS_PER_LOOK: u32 = 4_096;

/// Both limits, either of which may be off.
pub(crate) struct Limiter {
    users: ArcSwapOption<DefaultKeyedRateLimiter<UserId>>,
    addresses: ArcSwapOption<DefaultKeyedRateLimiter<IpAddr>>,
    calls: AtomicU32,
}

fn limiter<K: std::hash::Hash + Eq + Clone>(
    per_second: u32,
    burst: u32,
) -> Option<std::sync::Arc<DefaultKeyedRateLimiter<K>>> {
    let quota = Quota::per_second(NonZeroU32::new(per_second)?);
    let quota = NonZeroU32::new(burst).map_or(quota, |burst| quota.allow_burst(burst));
    Some(std::sync::Arc::new(RateLimiter::keyed(quota)))
}

impl Limiter {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            users: ArcSwapOption::new(limiter(limits.user_per_second, limits.user_burst)),
            addresses: ArcSwapOption::new(limiter(limits.address_per_second, limits.address_burst)),
            calls: AtomicU32::new(0),
        }
    }

    /// Puts other limits in force.
    pub(crate) fn set(&self, limits: &Limits) {
        self.users.store(limiter(limits.user_per_second, limits.user_burst));
        self.addresses.store(limiter(limits.address_per_second, limits.address_burst));
    }

    /// False if this user has called too often.
    pub(crate) fn user(&self, user: &UserId) -> bool {
        self.tend();
        self.users.load().as_ref().is_none_or(|users| users.check_key(user).is_ok())
    }

    /// False if too many calls came from this address.
    pub(crate) fn address(&self, address: IpAddr) -> bool {
        self.addresses.load().as_ref().is_none_or(|addresses| {
            self.tend();
            addresses.check_key(&address).is_ok()
        })
    }

    fn tend(&self) {
        if !self.calls.fetch_add(1, Ordering::Relaxed).is_multiple_of(CALLS_PER_LOOK) {
            return;
        }
        if let Some(users) = &*self.users.load() {
            tend(users);
        }
        if let Some(addresses) = &*self.addresses.load() {
            tend(addresses);
        }
    }
}

fn tend<K: std::hash::Hash + Eq + Clone>(limiter: &DefaultKeyedRateLimiter<K>) {
    if limiter.len() > CALLERS_MAX / 2 {
        limiter.retain_recent();
        limiter.shrink_to_fit();
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
}
