//! Every interleaving of handing in, becoming durable and sleeping in `poll`. A lost wake-up is a deadlock, which loom
//! reports; its clock stands still, so that no timeout hides one.

use loom::thread;

use super::*;
use crate::acks::{Failure, Lent};

fn bounded(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(model);
}

fn take(queue: &CompletionQueue<u64, Failure<()>>, wanted: usize) -> Vec<u64> {
    let mut out = Vec::new();
    while out.len() < wanted {
        queue.poll(1, Duration::MAX, &mut out);
    }
    out.into_iter().map(|completion| completion.tag).collect()
}

#[test]
fn loom_completion_queue_wakes_its_sleeper_for_each_group() {
    // Rising: the queue must ask to be woken again after the first. Falling: earlier than it asked at first.
    for offsets in [[8, 16], [16, 8]] {
        sleeper_gets(offsets);
    }
}

fn sleeper_gets(offsets: [u64; 2]) {
    bounded(move || {
        let durable = Arc::new(Durable::new(0));
        let queue = CompletionQueue::new(Arc::clone(&durable), 2);
        let writer = {
            let durable = Arc::clone(&durable);
            thread::spawn(move || {
                durable.advance(8);
                durable.advance(16);
            })
        };
        let submitter = {
            let (durable, queue) = (Arc::clone(&durable), queue.clone());
            thread::spawn(move || {
                for offset in offsets {
                    Pending::<u64, Failure<()>>::at(offset, offset, Lent::of(&durable))
                        .notify(&queue, offset)
                        .expect("room for two");
                }
            })
        };
        let mut tags = take(&queue, 2);
        tags.sort_unstable();
        assert_eq!(tags, [8, 16]);
        writer.join().expect("writer");
        submitter.join().expect("submitter");
    });
}

#[test]
fn loom_completion_queue_two_sleepers_share_a_group() {
    bounded(|| {
        let durable = Arc::new(Durable::new(0));
        let queue = CompletionQueue::new(Arc::clone(&durable), 2);
        for offset in [8, 16] {
            Pending::<u64, Failure<()>>::at(offset, offset, Lent::of(&durable))
                .notify(&queue, offset)
                .expect("room");
        }
        let other = {
            let queue = queue.clone();
            thread::spawn(move || take(&queue, 1))
        };
        let writer = {
            let durable = Arc::clone(&durable);
            thread::spawn(move || durable.advance(16))
        };
        let mut tags = take(&queue, 1);
        tags.extend(other.join().expect("other"));
        writer.join().expect("writer");
        tags.sort_unstable();
        assert_eq!(tags, [8, 16]);
    });
}
