//! Claim: updates as a stream are those of a reader, one by one and in order; the stream sleeps until there is one,
//! ends with the reason when the engine closes, and a new one goes on where it was dropped.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::Duration;

use futures_core::Stream;
use tacos_engine::{Config, Engine, ExternalId, Note, Position, Update, UpdateKind, UpdatesLost};
use tacos_testing::watched;

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits for the next item as a runtime would: asleep until woken.
fn next<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    loop {
        match Pin::new(&mut *stream).poll_next(&mut Context::from_waker(&waker)) {
            Poll::Ready(item) => return item,
            Poll::Pending => std::thread::park_timeout(Duration::from_secs(60)),
        }
    }
}

fn note(engine: &Engine, number: u32) {
    let name = ExternalId::new(&format!("note-{number}")).expect("a name");
    engine.note(Note::new(name, Some(vec![1]))).wait().expect("noted");
}

fn number_of(update: &Update) -> u32 {
    let UpdateKind::Note(name) = &update.what else { panic!("only notes were made: {update:?}") };
    name.as_str().strip_prefix("note-").and_then(|number| number.parse().ok()).expect("a number")
}

#[test]
fn updates_come_one_by_one_wake_their_reader_and_end_with_the_reason() {
    watched("a stream of updates", 120, || {
        let engine = Engine::in_memory(Config::default()).expect("an engine");
        let mut stream = engine.updates(Position::ZERO).expect("from the beginning").into_stream();
        let writer = engine.clone();
        let writing = std::thread::spawn(move || (0..1_000).for_each(|number| note(&writer, number)));
        for number in 0..600 {
            let update = next(&mut stream).expect("more").expect("nothing is lost");
            assert_eq!((number_of(&update), stream.position()), (number, update.position));
        }
        let from = stream.position();
        drop(stream);
        let mut stream = engine.updates(from).expect("where the first one was dropped").into_stream();
        for number in 600..1_000 {
            assert_eq!(number_of(&next(&mut stream).expect("more").expect("nothing is lost")), number);
        }
        writing.join().expect("no panic");
        engine.close().expect("closed");
        assert_eq!(next(&mut stream), Some(Err(UpdatesLost::Closed)));
        assert_eq!(next(&mut stream), None);
    });
}
