//! A file of the simulated disk: reads that may be short, writes that may go astray, syncs that may fail.

use super::super::image::{Content, Inode};
use super::super::mem::{read_slice, write_slice};
use super::super::trace::Change;
use super::{Disk, FailedCall, Fault, SimStorage, failed};
use parking_lot::Mutex;
use std::io;
use std::sync::Arc;
use tacos_engine::journal::StorageFile;

pub(super) struct SimFile {
    pub(super) inode: Inode,
    pub(super) disk: Arc<Mutex<Disk>>,
}

impl SimFile {
    /// Where write number `nth` really goes.
    fn target(disk: &Disk, nth: u64, offset: u64) -> u64 {
        let by = disk.faults.iter().find_map(|fault| match fault {
            Fault::Misdirect { at, by } if *at == nth => Some(*by),
            _ => None,
        });
        offset.saturating_add_signed(by.unwrap_or(0))
    }
}

impl StorageFile for SimFile {
    fn len(&self) -> io::Result<u64> {
        self.disk.lock().alive()?;
        Ok(self.inode.lock().cached.len() as u64)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut disk = self.disk.lock();
        disk.alive()?;
        disk.calls.reads += 1;
        let wanted = if disk.short_reads && buffer.len() > 1 {
            1 + disk.random.below(buffer.len())
        } else {
            buffer.len()
        };
        let read = read_slice(&self.inode.lock().cached, offset, &mut buffer[..wanted]);
        disk.calls.short_reads += u64::from(read == wanted && wanted < buffer.len());
        Ok(read)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut disk = self.disk.lock();
        let nth = disk.calls.writes;
        // The write during which the machine dies may be on its way already: it counts as written and not synced.
        let outcome = SimStorage::change(&mut disk, Some(FailedCall::Write));
        let first_crash = outcome.is_err()
            && disk
                .faults
                .iter()
                .any(|fault| matches!(fault, Fault::Crash { at } if *at + 1 == disk.calls.changes));
        if outcome.is_err() && !first_crash {
            return outcome.map(|_| ());
        }
        let meant = offset;
        let offset = Self::target(&disk, nth, meant);
        let end = offset + bytes.len() as u64;
        let growth = end.saturating_sub(self.inode.lock().cached.len() as u64);
        if disk.used_bytes().saturating_add(growth) > disk.budget_bytes {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let mut content = self.inode.lock();
        let file = content.id;
        let reaches = !matches!(outcome, Ok(Some(false)));
        if reaches {
            write_slice(&mut content.cached, offset, bytes);
            if let Some(as_meant) = &mut content.meant {
                write_slice(as_meant, meant, bytes);
            }
            disk.calls.misdirected += u64::from(offset != meant);
            let offset = usize::try_from(offset).expect("files of a simulation fit memory");
            disk.note(|| Change::Write { file, offset, bytes: bytes.into() });
            content.unsynced.push((offset, bytes.len()));
        }
        match outcome {
            Ok(None) => Ok(()),
            Ok(Some(_)) => Err(failed()),
            Err(error) => Err(error),
        }
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut disk = self.disk.lock();
        let failing = SimStorage::change(&mut disk, Some(FailedCall::SyncData))?;
        let mut content = self.inode.lock();
        // After a failed sync the cache counts as clean although the disk does not have it: as real systems do.
        let writes = std::mem::take(&mut content.unsynced);
        if failing != Some(false) {
            disk.note(|| Change::Sync { file: content.id });
            let Content { cached, durable, .. } = &mut *content;
            for (offset, bytes) in writes {
                Content::let_through(durable, cached, offset, offset + bytes);
            }
        }
        if failing.is_some() { Err(failed()) } else { Ok(()) }
    }

    fn drop_cached(&self) -> io::Result<()> {
        self.disk.lock().alive()?;
        let mut content = self.inode.lock();
        if content.unsynced.is_empty() {
            content.cached = content.durable.clone();
        }
        Ok(())
    }
}
