//! Every interleaving of two threads that ask with one key.

use loom::sync::Arc;
use loom::thread;

use super::*;

#[test]
fn loom_answers_duplicates_in_flight_get_one_answer() {
    loom::model(|| {
        let table = Arc::new(Answers::with_bound(2));
        let acted = Arc::new(AtomicUsize::new(0));
        let ask = |table: &Answers, acted: &AtomicUsize| match table.begin(1, 0, UnixMs::ZERO) {
            Begin::Fresh(guard) => {
                acted.fetch_add(1, Ordering::Relaxed);
                guard.complete(b"done", 0, UnixMs::MAX);
            }
            Begin::Again { reply, .. } => assert_eq!(reply.as_slice(), b"done"),
            other => panic!("{other:?}"),
        };
        let handle = {
            let (table, acted) = (Arc::clone(&table), Arc::clone(&acted));
            thread::spawn(move || ask(&table, &acted))
        };
        ask(&table, &acted);
        handle.join().expect("the other one");
        assert_eq!(acted.load(Ordering::Relaxed), 1, "acted once");
    });
}

#[test]
fn loom_answers_refusal_lets_the_next_one_act() {
    loom::model(|| {
        let table = Arc::new(Answers::with_bound(2));
        let handle = {
            let table = Arc::clone(&table);
            thread::spawn(move || drop(table.begin(1, 0, UnixMs::ZERO)))
        };
        let begun = table.begin(1, 0, UnixMs::ZERO);
        assert!(matches!(begun, Begin::Fresh(_)), "{begun:?}");
        // Before the join: the other one may be waiting for us.
        drop(begun);
        handle.join().expect("the refused one");
        assert_eq!(table.len(), 0);
    });
}
