//! One open stream: its slots, and the stream that empties them.

use std::collections::{HashMap, HashSet, VecDeque};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use parking_lot::Mutex;
use tacos_engine::views::QueuePlace;
use tacos_engine::{PaymentState, Position, ReservationState, SessionId, UnixMs, UserId};
use tacos_proto::gateway::v1::{DeliveredMessage, QueueEventType, SystemUpdate};
use tokio_stream::Stream;

use super::{Hub, Topic};

/// Subjects that may wait in one stream's slots.
const SLOTS_MAX: usize = 1_024;
/// Messages among them.
const MESSAGES_MAX: usize = 16;

/// A subject: of its states only the newest waits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Subject {
    Reservation([u8; 16]),
    Payment([u8; 16]),
    Place,
    /// An event's state, by kind.
    System(i32),
    Message(String),
}

/// What a stream carries.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    Reservation {
        id: String,
        from: Option<ReservationState>,
        to: ReservationState,
        expires_at: Option<UnixMs>,
        soon: bool,
        /// The state that the stream begins with.
        first: bool,
        at: UnixMs,
    },
    Payment {
        id: String,
        from: Option<PaymentState>,
        to: PaymentState,
        first: bool,
        /// Money went back that had been taken before.
        refund: bool,
        at: UnixMs,
    },
    Place {
        place: Option<QueuePlace>,
        event: QueueEventType,
        at: UnixMs,
    },
    System {
        update: SystemUpdate,
        at: UnixMs,
    },
    Message(Box<DeliveredMessage>, UnixMs),
    /// The stream ends; why.
    End(String),
}

/// The state with which a stream began: older updates of its subject are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Snapshot {
    pub(crate) rank: u8,
    pub(crate) at: UnixMs,
}

#[derive(Default)]
struct Slots {
    order: VecDeque<Subject>,
    items: HashMap<Subject, Item>,
    snapshots: HashMap<Subject, Snapshot>,
    messages: usize,
    waker: Option<Waker>,
    /// No more is taken; what waits is still given out.
    ended: bool,
    /// Named subjects whose final state has not been given out.
    left: Option<HashSet<Subject>>,
}

/// One open stream, as the hub sees it.
pub(crate) struct Subscriber {
    pub(super) topic: Topic,
    pub(super) user: Option<UserId>,
    pub(super) session: Option<SessionId>,
    /// Updates up to here were before the stream.
    pub(super) from: Position,
    slots: Mutex<Slots>,
    /// What was last published of a place: position and state.
    pub(super) last_published: Mutex<Option<QueuePlace>>,
}

impl Item {
    /// How far along a subject is: it never goes back.
    fn rank(&self) -> u8 {
        match self {
            Self::Reservation { to, .. } => rank_of_reservation(*to),
            Self::Payment { to, .. } => rank_of_payment(*to),
            _ => 0,
        }
    }

    fn at(&self) -> UnixMs {
        match self {
            Self::Reservation { at, .. } | Self::Payment { at, .. } | Self::Place { at, .. } => *at,
            Self::System { at, .. } | Self::Message(_, at) => *at,
            Self::End(_) => UnixMs::ZERO,
        }
    }

    /// True if nothing comes after it, apart from refunds.
    pub(crate) fn is_final(&self) -> bool {
        match self {
            Self::Reservation { to, .. } => *to != ReservationState::Pending,
            Self::Payment { to, .. } => !matches!(to, PaymentState::Pending | PaymentState::Processing),
            _ => false,
        }
    }
}

pub(crate) fn rank_of_reservation(state: ReservationState) -> u8 {
    match state {
        ReservationState::Pending => 0,
        // A late payment may still take an expired hold's seats.
        ReservationState::Expired => 1,
        ReservationState::Cancelled | ReservationState::Failed | ReservationState::Confirmed => 2,
        ReservationState::Refunded => 3,
    }
}

pub(crate) fn rank_of_payment(state: PaymentState) -> u8 {
    match state {
        PaymentState::Pending => 0,
        PaymentState::Processing => 1,
        PaymentState::Refunded => 3,
        _ => 2,
    }
}

impl Subscriber {
    pub(super) fn new(
        topic: Topic,
        user: Option<UserId>,
        session: Option<SessionId>,
        from: Position,
    ) -> Self {
        let left = match &topic {
            Topic::ReservationIds(ids) => {
                Some(ids.iter().map(|id| Subject::Reservation(id.to_bytes())).collect())
            }
            Topic::PaymentIds(ids) => Some(ids.iter().map(|id| Subject::Payment(id.to_bytes())).collect()),
            _ => None,
        };
        let slots = Slots { left, ..Slots::default() };
        Self { topic, user, session, from, slots: Mutex::new(slots), last_published: Mutex::new(None) }
    }

    /// Puts in the state that the stream begins with, unless an update of the subject came first.
    pub(crate) fn begin(&self, subject: Subject, item: Item) {
        let mut slots = self.slots.lock();
        // System updates have no ranks: the newest counts.
        if !matches!(subject, Subject::System(_)) {
            slots.snapshots.insert(subject.clone(), Snapshot { rank: item.rank(), at: item.at() });
        }
        if !slots.items.contains_key(&subject) {
            slots.put(subject, item);
        }
    }

    /// Puts in an update of a subject.
    pub(super) fn put(&self, subject: Subject, item: Item) {
        let mut slots = self.slots.lock();
        let (rank, at) = (item.rank(), item.at());
        let soon = matches!(&item, Item::Reservation { soon: true, .. });
        if let Some(known) = slots.snapshots.get(&subject) {
            if rank < known.rank || (at <= known.at && rank == known.rank && !soon) {
                return;
            }
            slots.snapshots.remove(&subject);
        }
        slots.put(subject, item);
    }

    /// A message; false if there was no room for it.
    pub(super) fn message(&self, message: Item) -> bool {
        let Item::Message(delivered, _) = &message else { return false };
        let subject = Subject::Message(delivered.message_id.clone());
        let priority = delivered.priority;
        let mut slots = self.slots.lock();
        if slots.messages >= MESSAGES_MAX && !slots.drop_message_below(priority) {
            return false;
        }
        slots.messages += 1;
        slots.put(subject, message)
    }

    /// Ends the stream once what waits is given out.
    pub(crate) fn end(&self, reason: &str) {
        let mut slots = self.slots.lock();
        if !slots.ended {
            slots.put(Subject::System(-1), Item::End(reason.to_owned()));
            slots.ended = true;
        }
    }

    /// Ends the stream without an error: all final states were delivered.
    pub(super) fn finish(&self) {
        let mut slots = self.slots.lock();
        slots.ended = true;
        slots.wake();
    }

    fn poll(&self, context: &Context<'_>) -> Poll<Option<Item>> {
        let mut slots = self.slots.lock();
        while let Some(subject) = slots.order.pop_front() {
            let Some(item) = slots.items.remove(&subject) else { continue };
            if matches!(subject, Subject::Message(_)) {
                slots.messages -= 1;
            }
            // By subject: a payment that is refunded in parts has several final states.
            if item.is_final()
                && let Some(left) = &mut slots.left
            {
                left.remove(&subject);
            }
            return Poll::Ready(Some(item));
        }
        if slots.ended || slots.left.as_ref().is_some_and(HashSet::is_empty) {
            return Poll::Ready(None);
        }
        slots.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

impl Slots {
    fn put(&mut self, subject: Subject, mut item: Item) -> bool {
        if self.ended {
            return false;
        }
        if let Some(waiting) = self.items.get(&subject) {
            keep_from(waiting, &mut item);
        } else {
            if self.items.len() >= SLOTS_MAX {
                // Dropping anything could lose a final state: the reader must begin anew.
                self.order.push_back(Subject::System(-1));
                self.items.insert(
                    Subject::System(-1),
                    Item::End("the reader is too slow: open the stream again".to_owned()),
                );
                self.ended = true;
                self.wake();
                return false;
            }
            self.order.push_back(subject.clone());
        }
        self.items.insert(subject, item);
        self.wake();
        true
    }

    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    /// Makes room by dropping the least important message that is less important than `priority`.
    fn drop_message_below(&mut self, priority: i32) -> bool {
        let messages = self.order.iter().filter_map(|subject| match self.items.get(subject) {
            Some(Item::Message(message, _)) => Some((message.priority, subject.clone())),
            _ => None,
        });
        let Some((least, subject)) = messages.min_by_key(|(priority, _)| *priority) else { return false };
        if least >= priority {
            return false;
        }
        self.items.remove(&subject);
        self.order.retain(|one| *one != subject);
        self.messages -= 1;
        true
    }
}

/// A newer item replaces the waiting one, but says where the reader last stood.
fn keep_from(waiting: &Item, item: &mut Item) {
    match (waiting, item) {
        (Item::Reservation { from: old, first: was_first, .. }, Item::Reservation { from, first, .. }) => {
            *from = *old;
            *first = *was_first;
        }
        (
            Item::Payment { from: old, first: was_first, refund: was_refund, .. },
            Item::Payment { from, first, refund, .. },
        ) => {
            *from = *old;
            *first = *was_first;
            // The reader has not got the update that the money was taken: that one counts.
            *refund &= *was_refund;
        }
        _ => {}
    }
}

/// The reader's end. Dropping it closes the stream.
pub(crate) struct Feed {
    subscriber: Arc<Subscriber>,
    hub: Arc<Hub>,
}

impl Feed {
    pub(super) fn new(subscriber: Arc<Subscriber>, hub: Arc<Hub>) -> Self {
        Self { subscriber, hub }
    }

    pub(crate) fn subscriber(&self) -> &Subscriber {
        &self.subscriber
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.hub.unsubscribe(&self.subscriber);
    }
}

impl Stream for Feed {
    type Item = Item;
    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Item>> {
        self.subscriber.poll(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tacos_engine::PaymentId;
    use tokio_stream::StreamExt;

    fn reservation(id: u8, to: ReservationState, at: u64) -> (Subject, Item) {
        let item = Item::Reservation {
            id: id.to_string(),
            from: None,
            to,
            expires_at: None,
            soon: false,
            first: false,
            at: UnixMs::new(at),
        };
        (Subject::Reservation([id; 16]), item)
    }

    fn feed(hub: &Arc<Hub>) -> Feed {
        let user = UserId::new("kim").expect("valid");
        hub.subscribe(Topic::Reservations(user), None, None, Position::ZERO).expect("room")
    }

    #[tokio::test]
    async fn only_the_newest_state_of_a_subject_waits() {
        let hub = Hub::new(1);
        let mut feed = feed(&hub);
        for (subject, item) in [
            reservation(1, ReservationState::Pending, 1),
            reservation(2, ReservationState::Pending, 2),
            reservation(1, ReservationState::Confirmed, 3),
        ] {
            feed.subscriber().put(subject, item);
        }
        let Some(Item::Reservation { id, to, .. }) = feed.next().await else { panic!("a reservation") };
        assert_eq!((id.as_str(), to), ("1", ReservationState::Confirmed));
        let Some(Item::Reservation { id, to, .. }) = feed.next().await else { panic!("a reservation") };
        assert_eq!((id.as_str(), to), ("2", ReservationState::Pending));
    }

    #[tokio::test]
    async fn what_the_beginning_knew_is_not_told_again_and_nothing_goes_back() {
        let hub = Hub::new(1);
        let mut feed = feed(&hub);
        let (subject, now) = reservation(1, ReservationState::Confirmed, 5);
        feed.subscriber().begin(subject, now);
        assert!(matches!(feed.next().await, Some(Item::Reservation { to: ReservationState::Confirmed, .. })));
        for (to, at) in [
            (ReservationState::Pending, 5),
            (ReservationState::Confirmed, 5),
            (ReservationState::Refunded, 9),
        ] {
            let (subject, item) = reservation(1, to, at);
            feed.subscriber().put(subject, item);
        }
        assert!(matches!(feed.next().await, Some(Item::Reservation { to: ReservationState::Refunded, .. })));
    }

    #[tokio::test]
    async fn a_reader_who_is_too_slow_is_told_so() {
        let hub = Hub::new(1);
        let mut feed = feed(&hub);
        for number in 0..=SLOTS_MAX {
            let mut id = [0; 16];
            id[..8].copy_from_slice(&(number as u64).to_le_bytes());
            let (_, item) = reservation(1, ReservationState::Confirmed, 1);
            feed.subscriber().put(Subject::Reservation(id), item);
        }
        let mut given = 0;
        while let Some(item) = feed.next().await {
            match item {
                Item::End(reason) => assert!(reason.contains("too slow")),
                _ => given += 1,
            }
        }
        assert_eq!(given, SLOTS_MAX, "no final state that was taken is lost");
    }

    #[tokio::test]
    async fn a_refund_in_parts_does_not_end_the_stream_of_another_payment() {
        let id = |last: u8| {
            let mut bytes = [0; 16];
            bytes[15] = last;
            PaymentId::from_bytes(bytes)
        };
        let hub = Hub::new(1);
        let topic = Topic::PaymentIds(vec![id(1), id(2)]);
        let mut feed = hub.subscribe(topic, None, None, Position::ZERO).expect("room");
        let put = |feed: &Feed, which: u8, refund: bool, at: u64| {
            let (from, to) = (None, PaymentState::Completed);
            let (id, bytes) = (which.to_string(), id(which).to_bytes());
            let item = Item::Payment { id, from, to, first: false, refund, at: UnixMs::new(at) };
            feed.subscriber().put(Subject::Payment(bytes), item);
        };
        put(&feed, 1, false, 1);
        assert!(matches!(feed.next().await, Some(Item::Payment { refund: false, .. })));
        put(&feed, 1, true, 2);
        assert!(matches!(feed.next().await, Some(Item::Payment { refund: true, .. })));
        put(&feed, 2, false, 3);
        put(&feed, 2, true, 4);
        let Some(Item::Payment { id, refund, .. }) = feed.next().await else { panic!("the other payment") };
        assert_eq!((id.as_str(), refund), ("2", false), "that it was paid was not told before");
        assert!(feed.next().await.is_none(), "both have come to their end");
    }

    #[test]
    fn streams_are_bounded_and_give_their_place_back() {
        let hub = Hub::new(1);
        let first = feed(&hub);
        let user = UserId::new("lee").expect("valid");
        let full = hub.subscribe(Topic::Payments(user.clone()), None, None, Position::ZERO).err();
        assert_eq!(full, Some(crate::hub::NoStream::Full));
        assert!(hub.watch().is_none(), "change feeds count too");
        drop(first);
        assert!(hub.subscribe(Topic::Payments(user.clone()), None, None, Position::ZERO).is_ok());
        let feed = hub.watch().expect("room");
        assert_eq!((hub.open(), hub.feeds()), (1, 1));
        assert!(hub.subscribe(Topic::Payments(user.clone()), None, None, Position::ZERO).is_err());
        drop(feed);
        assert_eq!((hub.open(), hub.feeds()), (0, 0));
        hub.close("the engine is closed");
        let closed = hub.subscribe(Topic::Payments(user), None, None, Position::ZERO).err();
        assert_eq!(closed, Some(crate::hub::NoStream::Closed("the engine is closed".to_owned())));
    }
}
