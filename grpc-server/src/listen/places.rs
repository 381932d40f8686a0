//! Places of connections: so many over all listeners, so many for one address. A connection that has made no request
//! yet gives its place up to a newer one when there is none left, the oldest first: clients that connect and stop
//! cannot shut others out.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::net::party;

/// Who may connect, over all listeners.
pub(crate) struct Places {
    most: usize,
    most_of_address: u32,
    open: Mutex<Open>,
    refused: AtomicU64,
}

#[derive(Default)]
struct Open {
    /// Connections with a place.
    count: usize,
    next: u64,
    /// Those among them that have made no request yet, by age.
    unproven: BTreeMap<u64, Arc<Notify>>,
    of_address: HashMap<IpAddr, u32>,
}

/// One connection's place, given back when it is dropped.
pub(crate) struct Place {
    places: Arc<Places>,
    number: u64,
    proven: AtomicBool,
    counted: Mutex<Option<IpAddr>>,
    given_away: Arc<Notify>,
}

impl Places {
    /// `most_of_address`: 0 for no bound.
    pub(crate) fn new(most: usize, most_of_address: u32) -> Arc<Self> {
        Arc::new(Self { most, most_of_address, open: Mutex::default(), refused: AtomicU64::new(0) })
    }

    /// A place for a connection that has just been accepted; none if every place has a connection that was used.
    pub(crate) fn take(self: &Arc<Self>) -> Option<Arc<Place>> {
        let given_away = Arc::new(Notify::new());
        let number = {
            let mut open = self.open.lock();
            if open.count < self.most {
                open.count += 1;
            } else if let Some((_, oldest)) = open.unproven.pop_first() {
                // The newer connection takes the place over: the number of places in use stays.
                oldest.notify_one();
                self.refused.fetch_add(1, Ordering::Relaxed);
            } else {
                self.refused.fetch_add(1, Ordering::Relaxed);
                return None;
            }
            open.next += 1;
            let number = open.next;
            open.unproven.insert(number, Arc::clone(&given_away));
            number
        };
        let (proven, counted) = (AtomicBool::new(false), Mutex::new(None));
        Some(Arc::new(Place { places: Arc::clone(self), number, proven, counted, given_away }))
    }

    /// Connections that are open, and those that were turned away.
    pub(crate) fn counts(&self) -> (usize, u64) {
        (self.open.lock().count, self.refused.load(Ordering::Relaxed))
    }
}

impl Place {
    /// Counts the connection for its client's address. False if that address has as many as it may.
    pub(crate) fn count_for(&self, address: IpAddr) -> bool {
        if self.places.most_of_address == 0 {
            return true;
        }
        let party = party(address);
        let mut open = self.places.open.lock();
        let of_address = open.of_address.entry(party).or_default();
        if *of_address >= self.places.most_of_address {
            drop(open);
            self.places.refused.fetch_add(1, Ordering::Relaxed);
            return false;
        }
        *of_address += 1;
        *self.counted.lock() = Some(party);
        true
    }

    /// The connection has made a request: it keeps its place.
    pub(crate) fn prove(&self) {
        // Relaxed: read again only by requests of this connection, and by its end.
        if self.proven.load(Ordering::Relaxed) {
            return;
        }
        let mut open = self.places.open.lock();
        if open.unproven.remove(&self.number).is_some() {
            self.proven.store(true, Ordering::Relaxed);
        }
    }

    /// True once it has made a request.
    pub(crate) fn is_proven(&self) -> bool {
        self.proven.load(Ordering::Relaxed)
    }

    /// Ends when the place has gone to another connection.
    pub(crate) async fn given_away(&self) {
        self.given_away.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.places.open.lock();
        // A place that was taken over is given back by its new owner.
        if open.unproven.remove(&self.number).is_some() || *self.proven.get_mut() {
            open.count -= 1;
        }
        if let Some(party) = self.counted.get_mut().take()
            && let Some(left) = open.of_address.get_mut(&party)
        {
            *left -= 1;
            if *left == 0 {
                open.of_address.remove(&party);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_unused_connection_gives_its_place_up() {
        let places = Places::new(2, 0);
        let (first, second) = (places.take().expect("free"), places.take().expect("free"));
        first.prove();
        let third = places.take().expect("the second has not been used");
        assert_eq!(places.counts(), (2, 1));
        second.prove();
        assert!(!second.is_proven(), "it was given away before");
        drop(second);
        assert_eq!(places.counts().0, 2, "its place is the third's");
        third.prove();
        assert!(places.take().is_none());
        drop((first, third));
        assert_eq!(places.counts(), (0, 2));
    }

    #[test]
    fn one_address_has_its_own_bound() {
        let places = Places::new(10, 1);
        let (first, second) = (places.take().expect("free"), places.take().expect("free"));
        let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
        assert!(first.count_for(ip("2001:db8::1")));
        assert!(!second.count_for(ip("2001:db8::2")), "the same /64");
        assert!(second.count_for(ip("2001:db8:0:1::1")));
        drop(first);
        assert!(places.take().expect("free").count_for(ip("2001:db8::3")));
    }
}
