//! Threads that serve connections, each with a runtime of its own: a connection and its calls stay on one processor,
//! and no thread looks for another one's work. Which is better, this or one runtime for all, depends on the calls: a
//! single busy connection has no more than one processor then.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use super::bell::Bell;

/// Threads that serve connections; they end when this goes.
pub(crate) struct Shards {
    shards: Vec<Shard>,
}

struct Shard {
    handle: Handle,
    connections: Arc<AtomicUsize>,
    bell: Arc<Bell>,
    /// Its thread waits until the other end is gone.
    _stop: oneshot::Sender<()>,
}

/// Counts a connection of a shard for as long as it lives.
pub(crate) struct OnShard {
    connections: Arc<AtomicUsize>,
    pub(super) bell: Arc<Bell>,
}

impl Drop for OnShard {
    fn drop(&mut self) {
        self.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Shards {
    /// Starts so many threads; with none, connections are served by the runtime that accepts them.
    pub(crate) fn start(threads: usize) -> io::Result<Self> {
        (0..threads).map(Shard::start).collect::<io::Result<_>>().map(|shards| Self { shards })
    }

    /// Where the next connection is served: the shard that has the fewest.
    pub(crate) fn next(&self) -> Option<(&Handle, OnShard)> {
        let shard = self.shards.iter().min_by_key(|shard| shard.connections.load(Ordering::Relaxed))?;
        shard.connections.fetch_add(1, Ordering::Relaxed);
        let (connections, bell) = (Arc::clone(&shard.connections), Arc::clone(&shard.bell));
        Some((&shard.handle, OnShard { connections, bell }))
    }
}

impl Shard {
    fn start(number: usize) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name(format!("tacos-rpc-{number}")).spawn(move || {
            // An error says that the sender is gone, which is how it says that it is time.
            let _ = runtime.block_on(stopped);
        })?;
        let bell = Bell::of(thread.thread().id());
        let answering = Arc::clone(&bell);
        handle.spawn(async move { answering.answer().await });
        Ok(Self { handle, connections: Arc::new(AtomicUsize::new(0)), bell, _stop: stop })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_are_spread_and_threads_end() {
        let shards = Shards::start(2).expect("two threads");
        let (first, second) = (shards.next().expect("a shard"), shards.next().expect("a shard"));
        assert_ne!(first.0.id(), second.0.id());
        let of_first = first.0.id();
        drop(first.1);
        let third = shards.next().expect("a shard");
        assert_eq!(third.0.id(), of_first, "the one with fewer connections");
        let (say, hear) = std::sync::mpsc::channel();
        third.0.spawn(async move { say.send(std::thread::current().name().map(str::to_owned)) });
        assert_eq!(hear.recv().expect("it ran").as_deref(), Some("tacos-rpc-0"));
        // A task that waits for nothing that will come: it goes with its thread.
        let (held, gone) = std::sync::mpsc::channel::<()>();
        third.0.spawn(async move {
            let _held = held;
            std::future::pending::<()>().await;
        });
        drop(third.1);
        drop(second.1);
        drop(shards);
        assert!(gone.recv().is_err(), "the task was dropped by its thread");
        assert!(Shards::start(0).expect("none").next().is_none());
    }
}
