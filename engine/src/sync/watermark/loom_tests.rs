//! Every interleaving of coming to wait and raising the mark. A lost wake-up is a deadlock, which loom reports.

use loom::thread;

use super::*;

fn bounded(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(model);
}

#[test]
fn loom_watermark_no_wake_up_is_lost() {
    bounded(|| {
        let mark = Arc::new(Watermark::<&str>::new(0));
        let handles: Vec<_> = [8, 16]
            .into_iter()
            .map(|offset| {
                let mark = Arc::clone(&mark);
                thread::spawn(move || mark.wait(offset))
            })
            .collect();
        mark.advance(8);
        mark.advance(16);
        for handle in handles {
            assert_eq!(handle.join().expect("waiter"), Ok(()));
        }
    });
}

#[test]
fn loom_watermark_failure_reaches_everybody() {
    bounded(|| {
        let mark = Arc::new(Watermark::<&str>::new(0));
        let handles: Vec<_> = [8, 16]
            .into_iter()
            .map(|offset| {
                let mark = Arc::clone(&mark);
                thread::spawn(move || mark.wait(offset))
            })
            .collect();
        mark.advance(8);
        mark.fail("disk gone");
        let ends: Vec<_> = handles.into_iter().map(|handle| handle.join().expect("waiter")).collect();
        assert_eq!(ends, [Ok(()), Err("disk gone")], "what was reached before the failure is kept");
    });
}
