//! Streams: one task reads the engine's updates and hands them to subscribers by subject. Each subscriber has a few
//! slots; of one subject only the newest state waits there, a final state is never dropped, and a reader that is so
//! slow that slots run out gets an error and its stream ends. Writers and other readers are not slowed.

mod payments;
mod pump;
mod subscriber;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;
use tacos_engine::{EventId, PaymentId, Position, ReservationId, SessionId, UserId, WaitingToken};
use tokio::sync::Notify;

pub(crate) use payments::{PaymentStates, is_refund};
pub(crate) use pump::{maintenance, publish_maintenance, publish_place, run};
pub(crate) use subscriber::{Feed, Item, Subject, Subscriber};

/// What a subscriber subscribes to.
#[derive(Clone, Debug)]
pub(crate) enum Topic {
    /// Reservations of this user.
    Reservations(UserId),
    /// These reservations.
    ReservationIds(Vec<ReservationId>),
    /// Payments of this user.
    Payments(UserId),
    /// These payments.
    PaymentIds(Vec<PaymentId>),
    /// A place in the line of an event.
    Place(EventId, WaitingToken),
}

type Subscribers = Vec<Arc<Subscriber>>;

#[derive(Default)]
struct Index {
    reservations_of: HashMap<UserId, Subscribers>,
    reservations: HashMap<[u8; 16], Subscribers>,
    payments_of: HashMap<UserId, Subscribers>,
    payments: HashMap<[u8; 16], Subscribers>,
    lines: HashMap<EventId, Subscribers>,
    users: HashMap<UserId, Subscribers>,
    sessions: HashMap<SessionId, Subscribers>,
    /// Why no stream can begin any more.
    closed: Option<String>,
}

/// All subscribers.
pub(crate) struct Hub {
    index: Mutex<Index>,
    /// Streams and change feeds.
    open: AtomicUsize,
    open_max: usize,
    feeds: AtomicUsize,
    /// Wakes the pump when a stream begins.
    began: Notify,
}

/// Why a stream cannot begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoStream {
    /// As many are open as may be.
    Full,
    /// The pump has ended: streams get no updates any more.
    Closed(String),
}

/// A place among the streams that may be open, given back when it is dropped.
pub(crate) struct StreamPlace(Arc<Hub>);

impl Drop for StreamPlace {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A change feed that is open: counted for as long as it lives.
pub(crate) struct Watching(StreamPlace);

impl Drop for Watching {
    fn drop(&mut self) {
        self.0.0.feeds.fetch_sub(1, Ordering::Relaxed);
    }
}

fn add<K: std::hash::Hash + Eq>(map: &mut HashMap<K, Subscribers>, key: K, subscriber: &Arc<Subscriber>) {
    map.entry(key).or_default().push(Arc::clone(subscriber));
}

fn remove<K: std::hash::Hash + Eq>(map: &mut HashMap<K, Subscribers>, key: &K, subscriber: &Arc<Subscriber>) {
    if let Some(list) = map.get_mut(key) {
        list.retain(|one| !Arc::ptr_eq(one, subscriber));
        if list.is_empty() {
            map.remove(key);
        }
    }
}

impl Hub {
    pub(crate) fn new(open_max: usize) -> Arc<Self> {
        let feeds = AtomicUsize::new(0);
        let began = Notify::new();
        Arc::new(Self { index: Mutex::default(), open: AtomicUsize::new(0), open_max, feeds, began })
    }

    /// Change feeds that are open.
    pub(crate) fn feeds(&self) -> usize {
        self.feeds.load(Ordering::Relaxed)
    }

    /// Counts one more change feed, unless as many streams and feeds are open as may be.
    pub(crate) fn watch(self: &Arc<Self>) -> Option<Watching> {
        let place = self.place()?;
        self.feeds.fetch_add(1, Ordering::Relaxed);
        Some(Watching(place))
    }

    /// Counts one more stream, unless as many are open as may be.
    pub(crate) fn place(self: &Arc<Self>) -> Option<StreamPlace> {
        self.take().map(|()| StreamPlace(Arc::clone(self)))
    }

    /// Wakes the pump: there is something new that updates are for.
    pub(crate) fn wake(&self) {
        self.began.notify_one();
    }

    fn take(&self) -> Option<()> {
        if self.open.fetch_add(1, Ordering::Relaxed) >= self.open_max {
            self.open.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        Some(())
    }

    /// True while no stream is open that updates are for. The pump, which asks, is woken when one begins.
    fn is_idle(&self) -> bool {
        let index = self.index.lock();
        index.reservations_of.is_empty()
            && index.reservations.is_empty()
            && index.payments_of.is_empty()
            && index.payments.is_empty()
            && index.lines.is_empty()
    }

    /// Streams and change feeds that are open.
    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// Opens a stream of what is behind `from`: the engine's newest position, read before this call. It ends when the
    /// feed is dropped.
    pub(crate) fn subscribe(
        self: &Arc<Self>,
        topic: Topic,
        user: Option<UserId>,
        session: Option<SessionId>,
        from: Position,
    ) -> Result<Feed, NoStream> {
        let subscriber = Arc::new(Subscriber::new(topic, user, session, from));
        let mut index = self.index.lock();
        if let Some(reason) = &index.closed {
            return Err(NoStream::Closed(reason.clone()));
        }
        self.take().ok_or(NoStream::Full)?;
        match &subscriber.topic {
            Topic::Reservations(user) => add(&mut index.reservations_of, user.clone(), &subscriber),
            Topic::ReservationIds(ids) => {
                ids.iter().for_each(|id| add(&mut index.reservations, id.to_bytes(), &subscriber));
            }
            Topic::Payments(user) => add(&mut index.payments_of, user.clone(), &subscriber),
            Topic::PaymentIds(ids) => {
                ids.iter().for_each(|id| add(&mut index.payments, id.to_bytes(), &subscriber));
            }
            Topic::Place(event, _) => add(&mut index.lines, event.clone(), &subscriber),
        }
        if let Some(user) = &subscriber.user {
            add(&mut index.users, user.clone(), &subscriber);
        }
        if let Some(session) = &subscriber.session {
            add(&mut index.sessions, session.clone(), &subscriber);
        }
        drop(index);
        self.wake();
        Ok(Feed::new(subscriber, Arc::clone(self)))
    }

    fn unsubscribe(&self, subscriber: &Arc<Subscriber>) {
        let mut index = self.index.lock();
        match &subscriber.topic {
            Topic::Reservations(user) => remove(&mut index.reservations_of, user, subscriber),
            Topic::ReservationIds(ids) => {
                ids.iter().for_each(|id| remove(&mut index.reservations, &id.to_bytes(), subscriber));
            }
            Topic::Payments(user) => remove(&mut index.payments_of, user, subscriber),
            Topic::PaymentIds(ids) => {
                ids.iter().for_each(|id| remove(&mut index.payments, &id.to_bytes(), subscriber));
            }
            Topic::Place(event, _) => remove(&mut index.lines, event, subscriber),
        }
        if let Some(user) = &subscriber.user {
            remove(&mut index.users, user, subscriber);
        }
        if let Some(session) = &subscriber.session {
            remove(&mut index.sessions, session, subscriber);
        }
        drop(index);
        self.open.fetch_sub(1, Ordering::Relaxed);
    }

    /// All subscribers that watch a place in any line.
    fn in_lines(&self) -> Subscribers {
        self.index.lock().lines.values().flatten().cloned().collect()
    }

    /// Those whom an update at this position is for.
    fn listeners<K: std::hash::Hash + Eq>(
        &self,
        pick: impl Fn(&Index) -> &HashMap<K, Subscribers>,
        key: &K,
        at: Position,
    ) -> Subscribers {
        let index = self.index.lock();
        let listeners = pick(&index).get(key).into_iter().flatten();
        listeners.filter(|listener| at > listener.from).cloned().collect()
    }

    /// All that watch a place in the line of an event.
    fn in_line(&self, event: &EventId) -> Subscribers {
        self.index.lock().lines.get(event).cloned().unwrap_or_default()
    }

    /// Puts a message into the streams of a user or session; returns how many took it.
    pub(crate) fn send(&self, user: Option<&UserId>, session: Option<&SessionId>, message: &Item) -> usize {
        let index = self.index.lock();
        let mut targets: Subscribers = Vec::new();
        let of_user = user.and_then(|user| index.users.get(user)).into_iter().flatten();
        let of_session = session.and_then(|session| index.sessions.get(session)).into_iter().flatten();
        for subscriber in of_user.chain(of_session) {
            if !targets.iter().any(|one| Arc::ptr_eq(one, subscriber)) {
                targets.push(Arc::clone(subscriber));
            }
        }
        drop(index);
        targets.iter().filter(|subscriber| subscriber.message(message.clone())).count()
    }

    /// Ends every stream with this reason, and lets no other begin. The first reason stays.
    pub(crate) fn close(&self, reason: &str) {
        self.index.lock().closed.get_or_insert_with(|| reason.to_owned());
        self.end_all(reason);
    }

    /// Ends every stream with this reason.
    pub(crate) fn end_all(&self, reason: &str) {
        let index = self.index.lock();
        let maps = [&index.reservations_of, &index.payments_of, &index.users];
        let lists = maps.into_iter().flat_map(HashMap::values).chain(index.lines.values());
        let by_id = index.reservations.values().chain(index.payments.values()).chain(index.sessions.values());
        for subscriber in lists.chain(by_id).flatten() {
            subscriber.end(reason);
        }
    }
}
