//! Every interleaving of the log buffer at its smallest: two producers, a ring that wraps, a consumer that sleeps.

use loom::thread;

use super::*;

fn ring(capacity_bytes: usize, base: u64) -> (Arc<LogBuffer>, LogDrain) {
    LogBuffer::with_options(LogBufferOptions { capacity_bytes, slack_bytes: 0, base })
}

/// Two words: the length and a number in the first, the same number in the second.
fn pair(number: u64) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&(number << 32 | 16).to_le_bytes());
    bytes[8..].copy_from_slice(&number.to_le_bytes());
    bytes
}

/// The numbers of a run of pairs, each of which must be whole.
fn numbers(run: &[u8]) -> Vec<u64> {
    let (words, rest) = run.as_chunks::<8>();
    assert!(rest.is_empty() && words.len().is_multiple_of(2), "{} bytes are no whole pairs", run.len());
    let of_pair = |pair: &[[u8; 8]]| {
        let (first, second) = (u64::from_le_bytes(pair[0]), u64::from_le_bytes(pair[1]));
        assert_eq!((first >> 32, first & 0xffff_ffff), (second, 16), "torn record");
        second
    };
    words.chunks(2).map(of_pair).collect()
}

fn bounded(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(model);
}

#[test]
fn loom_log_buffer_two_producers_wrap_around() {
    bounded(|| {
        // Three words of offset into four: the first record already wraps, the second and third need a drained ring.
        let (log, mut drain) = ring(32, 24);
        let handles: Vec<_> = [[1, 2].as_slice(), [3].as_slice()]
            .into_iter()
            .map(|mine| {
                let log = Arc::clone(&log);
                thread::spawn(move || {
                    for number in mine {
                        log.append(&pair(*number)).expect("fits");
                    }
                })
            })
            .collect();
        let mut out = Vec::new();
        while drain.at() < 24 + 3 * 16 {
            let (from, to) = drain.drain(usize::MAX, &mut out);
            if from == to {
                thread::yield_now();
            }
        }
        for handle in handles {
            handle.join().expect("producer");
        }
        let mut seen = numbers(&out);
        assert!(seen.iter().position(|n| *n == 1) < seen.iter().position(|n| *n == 2), "order in {seen:?}");
        seen.sort_unstable();
        assert_eq!(seen, [1, 2, 3]);
        assert!(log.words.iter().all(|word| word.load(Ordering::Relaxed) == 0), "the ring is clean again");
    });
}

#[test]
fn loom_log_buffer_sleeping_consumer_is_woken() {
    bounded(|| {
        let (log, mut drain) = ring(64, 0);
        let handles: Vec<_> = [1, 2]
            .into_iter()
            .map(|number| {
                let log = Arc::clone(&log);
                thread::spawn(move || log.append(&pair(number)).expect("fits"))
            })
            .collect();
        let mut out = Vec::new();
        // A lost wake-up leaves all threads asleep, which loom reports as a deadlock.
        while drain.at() < 32 {
            let (from, to) = drain.drain(usize::MAX, &mut out);
            if from == to {
                drain.wait(None);
            }
        }
        for handle in handles {
            handle.join().expect("producer");
        }
        let mut seen = numbers(&out);
        seen.sort_unstable();
        assert_eq!(seen, [1, 2]);
    });
}

#[test]
fn loom_log_buffer_what_is_drained_shows() {
    bounded(|| {
        let (log, mut drain) = ring(64, 0);
        let shown = Arc::new([AtomicU64::new(0), AtomicU64::new(0)]);
        let handles: Vec<_> = [0_usize, 1]
            .into_iter()
            .map(|number| {
                let (log, shown) = (Arc::clone(&log), Arc::clone(&shown));
                thread::spawn(move || {
                    let appended = log.begin(&pair(number as u64 + 1)).expect("fits");
                    shown[number].store(1, Ordering::Relaxed);
                    appended.publish();
                })
            })
            .collect();
        let mut out = Vec::new();
        while drain.at() < 32 {
            let (from, to) = drain.drain(usize::MAX, &mut out);
            for number in numbers(&out[usize::try_from(from).expect("small")..]) {
                let index = usize::try_from(number - 1).expect("small");
                assert_eq!(
                    shown[index].load(Ordering::Relaxed),
                    1,
                    "record {number} was taken and does not show"
                );
            }
            if from == to {
                thread::yield_now();
            }
        }
        for handle in handles {
            handle.join().expect("producer");
        }
    });
}

#[test]
fn loom_log_buffer_shutdown_wakes_the_consumer() {
    loom::model(|| {
        let (log, mut drain) = ring(64, 0);
        let stop = Arc::new(AtomicBool::new(false));
        let handle = {
            let (log, stop) = (Arc::clone(&log), Arc::clone(&stop));
            thread::spawn(move || {
                stop.store(true, Ordering::Release);
                log.wake();
            })
        };
        while !stop.load(Ordering::Acquire) {
            drain.wait(None);
        }
        handle.join().expect("stopper");
    });
}
