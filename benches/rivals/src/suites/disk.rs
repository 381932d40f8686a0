//! The disk without an engine: the same bytes in the same groups by write and fdatasync, and the bare calls.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use tacos_engine::journal::{FileStorage, Position, dump};

use crate::rival::Fault;

/// Sizes of the groups that an engine made durable one by one behind a position, in bytes.
///
/// # Errors
/// The folder is still open, or damaged.
pub fn group_sizes(folder: &Path, from: Position) -> Result<Vec<usize>, Fault> {
    let storage = FileStorage::create_or_open(folder)?;
    let (mut sizes, mut last) = (Vec::new(), None);
    dump(&storage, from, &mut |listed| {
        if listed.start >= from {
            if last != Some(listed.frame) {
                last = Some(listed.frame);
                sizes.push(0);
            }
            if let Some(size) = sizes.last_mut() {
                *size += listed.record.stream_bytes();
            }
        }
        std::ops::ControlFlow::Continue(())
    })?;
    Ok(sizes)
}

/// Nanoseconds for writing groups of these sizes one behind the other, each followed by its sync, into a file that was
/// written to before. Into room that is only reserved a sync costs more, since it changes the file's own description
/// too: that would be no floor.
///
/// # Errors
/// The disk.
pub fn write_groups(folder: &Path, sizes: &[usize]) -> Result<u64, Fault> {
    let file = zeroed(folder, sizes.iter().sum())?;
    let bytes = vec![0x5a_u8; sizes.iter().copied().max().unwrap_or(0)];
    let (mut at, begun) = (0, Instant::now());
    for &size in sizes {
        file.write_all_at(&bytes[..size], at)?;
        file.sync_data()?;
        at += size as u64;
    }
    Ok(u64::try_from(begun.elapsed().as_nanos())?)
}

/// Nanoseconds for one sync of one block, each in the same place, written before.
///
/// # Errors
/// The disk.
pub fn overwrite_one_block(folder: &Path, times: u32) -> Result<f64, Fault> {
    let file = zeroed(folder, 4_096)?;
    let block = [0x5a_u8; 4_096];
    file.write_all_at(&block, 0)?;
    file.sync_all()?;
    let begun = Instant::now();
    for _ in 0..times {
        file.write_all_at(&block, 0)?;
        file.sync_data()?;
    }
    Ok(begun.elapsed().as_secs_f64() * 1e9 / f64::from(times))
}

/// Nanoseconds for one sync of two blocks: the next of a file, and one of a ring at its head, both written to before.
/// So much our journal writes for a single record: its frame, and the witness of the frame before.
///
/// # Errors
/// The disk.
pub fn append_with_witness(folder: &Path, times: u32) -> Result<f64, Fault> {
    const RING_BLOCKS: u64 = 7;
    let bytes = 4_096 * (times as usize + 7);
    let file = zeroed(folder, bytes)?;
    let block = [0x5a_u8; 4_096];
    let begun = Instant::now();
    for number in 0..u64::from(times) {
        file.write_all_at(&block, 4_096 * (number % RING_BLOCKS))?;
        file.write_all_at(&block, 4_096 * (RING_BLOCKS + number))?;
        file.sync_data()?;
    }
    Ok(begun.elapsed().as_secs_f64() * 1e9 / f64::from(times))
}

/// As [`append_with_witness`], while another thread writes another file in pieces of 1 MiB and syncs each, as a
/// snapshot is written.
///
/// # Errors
/// The disk.
pub fn append_beside_pieces(folder: &Path, times: u32) -> Result<f64, Fault> {
    const PIECES: u64 = 64;
    let is_over = AtomicBool::new(false);
    let other = File::create(folder.join("pieces"))?;
    let pieces = || -> std::io::Result<()> {
        let piece = vec![0x33_u8; 1 << 20];
        let mut number = 0;
        while !is_over.load(Ordering::Acquire) {
            other.write_all_at(&piece, (number % PIECES) << 20)?;
            other.sync_data()?;
            number += 1;
        }
        Ok(())
    };
    let ns = std::thread::scope(|scope| {
        let beside = scope.spawn(pieces);
        let ns = append_with_witness(folder, times);
        is_over.store(true, Ordering::Release);
        beside.join().expect("nothing panics").map_err(Fault::from).and(ns)
    });
    std::fs::remove_file(folder.join("pieces"))?;
    ns
}

/// Nanoseconds of a processor, not of a clock, that this thread needs for one sync as in [`append_with_witness`]: what
/// a group costs the thread that waits for it. The kernel's own threads are not in it.
///
/// # Errors
/// The disk.
pub fn processor_of_a_sync(folder: &Path, times: u32) -> Result<f64, Fault> {
    let before = ran_ns()?;
    append_with_witness(folder, times)?;
    #[expect(clippy::cast_precision_loss, reason = "figures are far below 2^52")]
    let ran = (ran_ns()? - before) as f64;
    Ok(ran / f64::from(times))
}

/// Time that this thread has run, in nanoseconds of a processor.
///
/// # Errors
/// The kernel does not say.
pub fn ran_ns() -> Result<u64, Fault> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(stat.split_whitespace().next().ok_or("no figure")?.parse()?)
}

/// Nanoseconds for a sync when there is nothing to sync.
///
/// # Errors
/// The disk.
pub fn sync_nothing(folder: &Path, times: u32) -> Result<f64, Fault> {
    let file = zeroed(folder, 4_096)?;
    file.sync_all()?;
    let begun = Instant::now();
    for _ in 0..times {
        file.sync_data()?;
    }
    Ok(begun.elapsed().as_secs_f64() * 1e9 / f64::from(times))
}

/// A file of so many bytes, all of them zero and on the disk.
fn zeroed(folder: &Path, bytes: usize) -> Result<File, Fault> {
    const PIECE: usize = 1 << 20;
    let file = OpenOptions::new().write(true).create(true).truncate(true).open(folder.join("floor"))?;
    let zeros = vec![0; PIECE.min(bytes)];
    for at in (0..bytes).step_by(PIECE) {
        file.write_all_at(&zeros[..PIECE.min(bytes - at)], at as u64)?;
    }
    file.sync_all()?;
    Ok(file)
}
