//! Every interleaving of a reader and the writer that laps it.

use loom::thread;

use super::*;

/// Two words with the same number in the upper half.
fn pair(number: u64) -> Vec<u8> {
    [number << 32 | 16, number << 32].into_iter().flat_map(u64::to_le_bytes).collect()
}

#[test]
fn loom_history_reader_sees_whole_records_or_none() {
    loom::model(|| {
        // Room for one record: every push destroys the one before it.
        let (history, mut writer) = History::with_capacity(16, 0);
        writer.push(&pair(1), 16);
        let handle = thread::spawn(move || {
            writer.push(&pair(2), 32);
            writer.push(&pair(3), 48);
        });
        let mut out = Vec::new();
        match history.read(0, 100, &mut out) {
            Read::Records { to } => assert_eq!((to, out), (16, pair(1)), "torn"),
            Read::Gone { oldest } => assert!(out.is_empty() && oldest > 0, "{out:?} {oldest}"),
            Read::UpToDate => panic!("the first record was there"),
        }
        handle.join().expect("writer");
    });
}

#[test]
fn loom_history_waiting_reader_is_woken() {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(|| {
        let (history, mut writer) = History::with_capacity(32, 0);
        let handle = thread::spawn(move || {
            writer.push(&pair(1), 16);
            writer.close();
        });
        assert_eq!(history.wait(0), Ok(()));
        let mut out = Vec::new();
        assert_eq!(history.read(0, 100, &mut out), Read::Records { to: 16 });
        assert_eq!(out, pair(1));
        assert_eq!(history.wait(16), Err(HistoryClosed));
        handle.join().expect("writer");
    });
}
