//! Snapshots: the whole state at one durable position, as a file of records. Written beside the running journal to a
//! new name, synced, renamed, folder synced, read back from the disk; only then does it count. Knows nothing of the
//! state.

use super::chunks::Chunks;
use super::error::{At, JournalError, Operation};
use super::layout::{
    BLOCK, BLOCK_BYTES, BlockFault, EngineId, Hash, Position, format_of, open_block_up_to, seal_block, u64_at,
};
use super::pieces::{self, Form, PIECE_BYTES, PIECE_HEADER_BYTES, Piece};
#[cfg(test)]
use super::record;
use super::record::RECORD_HEADER_BYTES;
use super::segment::number_of;
use super::storage::{Access, Storage, StorageFile, is_full};
use super::view::JournalView;
use crate::clock::UnixMs;
use crate::limits::RECORD_BYTES_MAX;
use std::sync::Arc;

const MAGIC: [u8; 8] = *b"TACOSNAP";
const SUFFIX: &str = ".snap";
/// The format that is written: pieces.
const FORMAT: u16 = 2;
/// The format before, which has records as the journal has them.
const FORMAT_OF_RECORDS: u16 = 1;
/// How much of a file is read and hashed at a time.
const READ_BYTES: usize = 1 << 20;

/// Name of the snapshot at this position.
pub(super) fn snapshot_name(position: Position) -> String {
    format!("{:020}{SUFFIX}", position.0)
}

/// The position in a snapshot's name.
pub(super) fn snapshot_of(name: &str) -> Option<Position> {
    number_of(name, SUFFIX).map(Position)
}

/// What a snapshot says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotInfo {
    /// It holds the state after all records before here.
    pub position: Position,
    /// When it was begun.
    pub created: UnixMs,
    /// Records in it.
    pub records: u64,
    /// Bytes of these records, as they are stored.
    pub bytes: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Header {
    engine: EngineId,
    info: SnapshotInfo,
    payload: Hash,
}

impl Header {
    fn encode(&self) -> [u8; BLOCK_BYTES] {
        let mut block = [0; BLOCK_BYTES];
        block[16..32].copy_from_slice(&self.engine.0);
        let SnapshotInfo { position, created, records, bytes } = self.info;
        for (index, word) in [position.0, created.get(), records, bytes].into_iter().enumerate() {
            block[32 + 8 * index..40 + 8 * index].copy_from_slice(&word.to_le_bytes());
        }
        block[64..80].copy_from_slice(&self.payload.0);
        seal_block(&mut block, MAGIC, FORMAT);
        block
    }

    fn decode(block: &[u8]) -> Result<Self, BlockFault> {
        open_block_up_to(block, MAGIC, FORMAT)?;
        let mut engine = EngineId([0; 16]);
        engine.0.copy_from_slice(&block[16..32]);
        let info = SnapshotInfo {
            position: Position(u64_at(block, 32)),
            created: UnixMs::new(u64_at(block, 40)),
            records: u64_at(block, 48),
            bytes: u64_at(block, 56),
        };
        Ok(Self { engine, info, payload: Hash::at(block, 64) })
    }
}

/// A snapshot being written. Dropping it unfinished removes what was written.
pub(crate) struct SnapshotWriter {
    view: JournalView,
    info: SnapshotInfo,
    temporary: String,
    /// `None` once finished.
    file: Option<Arc<dyn StorageFile>>,
    hasher: blake3::Hasher,
    /// Records that are not written yet. They are written in pieces, each synced by itself: the journal's own syncs
    /// beside it then wait behind one piece, not behind a whole snapshot.
    piece: Vec<u8>,
    stored: Vec<u8>,
}

impl SnapshotWriter {
    pub(super) fn begin(view: JournalView, position: Position, now: UnixMs) -> Result<Self, JournalError> {
        view.shared.healthy()?;
        let durable = view.durable();
        assert!(position <= durable, "a snapshot at {position} is of durable records, durable is {durable}");
        let storage = &*view.shared.storage;
        let temporary = format!("{}.tmp", snapshot_name(position));
        let left_over = storage.list().at(storage, "", Operation::List)?.contains(&temporary);
        if left_over {
            storage.remove(&temporary).at(storage, &temporary, Operation::Remove)?;
        }
        let file = storage.create(&temporary, 0).at(storage, &temporary, Operation::Create)?;
        let info = SnapshotInfo { position, created: now, records: 0, bytes: 0 };
        let hasher = blake3::Hasher::new();
        Ok(Self { view, info, temporary, file: Some(file), hasher, piece: Vec::new(), stored: Vec::new() })
    }

    /// Adds one record.
    ///
    /// # Errors
    /// `TooLong`, `Full` and `Io`: the journal itself goes on, the snapshot is lost.
    pub(crate) fn push(&mut self, kind: u16, version: u16, payload: &[u8]) -> Result<(), JournalError> {
        let bytes = RECORD_HEADER_BYTES + payload.len();
        if bytes > RECORD_BYTES_MAX {
            return Err(JournalError::TooLong { kind, bytes });
        }
        pieces::add(&mut self.piece, kind, version, payload);
        self.info.records += 1;
        if self.piece.len() >= PIECE_BYTES { self.flush() } else { Ok(()) }
    }

    /// Adds a record of the journal.
    #[cfg(test)]
    pub(super) fn push_sealed(&mut self, bytes: &[u8]) -> Result<(), JournalError> {
        let record = record::parse(bytes).expect("a record of the test");
        self.push(record.kind, record.version, record.payload)
    }

    /// Makes the snapshot durable, checks what the disk holds, and lets it count.
    ///
    /// # Errors
    /// `Full` and `Io`: the journal itself goes on, the snapshot is lost. `SnapshotDamaged` when the disk gave back
    /// other bytes than it was given; the snapshots before it stay.
    pub(crate) fn finish(mut self) -> Result<SnapshotInfo, JournalError> {
        self.flush()?;
        let engine = self.view.shared.identity.engine;
        let header = Header { engine, info: self.info, payload: Hash::cut(self.hasher.finalize()) };
        self.write(0, &header.encode())?;
        let synced = self.file().sync_data();
        self.fit(synced, Operation::Sync)?;
        let storage = Arc::clone(&self.view.shared.storage);
        let name = snapshot_name(self.info.position);
        storage.rename(&self.temporary, &name).at(&*storage, &name, Operation::Rename)?;
        self.file = None;
        storage.sync_folder().at(&*storage, &name, Operation::SyncFolder)?;
        match verify(&*storage, self.info.position, engine)? {
            Ok(info) if info == self.info => {}
            other => {
                let found = other.err().unwrap_or_else(|| "it is another snapshot".to_owned());
                storage.remove(&name).at(&*storage, &name, Operation::Remove)?;
                return Err(JournalError::SnapshotDamaged { folder: storage.folder(), file: name, found });
            }
        }
        let mut catalog = self.view.shared.catalog.lock();
        let at = catalog.snapshots.partition_point(|position| *position < self.info.position);
        if catalog.snapshots.get(at) != Some(&self.info.position) {
            catalog.snapshots.insert(at, self.info.position);
        }
        Ok(self.info)
    }

    fn flush(&mut self) -> Result<(), JournalError> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let mut stored = std::mem::take(&mut self.stored);
        pieces::close(&self.piece, &mut stored);
        self.write(BLOCK + self.info.bytes, &stored)?;
        let synced = self.file().sync_data();
        self.fit(synced, Operation::Sync)?;
        self.hasher.update(&stored);
        self.info.bytes += stored.len() as u64;
        self.stored = stored;
        self.piece.clear();
        Ok(())
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> Result<(), JournalError> {
        self.fit(self.file().write_at(offset, bytes), Operation::Write)
    }

    fn file(&self) -> &dyn StorageFile {
        &**self.file.as_ref().expect("finish() takes the writer, so an open one has its file")
    }

    /// A full disk and a broken one are different errors.
    fn fit(&self, result: std::io::Result<()>, operation: Operation) -> Result<(), JournalError> {
        let storage = &*self.view.shared.storage;
        match result {
            Err(error) if is_full(&error) => Err(JournalError::Full {
                folder: storage.folder(),
                needed: self.info.bytes + PIECE_BYTES as u64,
            }),
            other => other.at(storage, &self.temporary, operation),
        }
    }
}

impl Drop for SnapshotWriter {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // Best effort: an opening removes what stays behind.
            let _ = self.view.shared.storage.remove(&self.temporary);
        }
    }
}

/// Reads a snapshot as the disk holds it and checks all of it. The inner error says what is wrong with it.
pub(super) fn verify(
    storage: &dyn Storage,
    position: Position,
    engine: EngineId,
) -> Result<Result<SnapshotInfo, String>, JournalError> {
    let name = snapshot_name(position);
    let file = storage.open(&name, Access::Read).at(storage, &name, Operation::Open)?;
    file.drop_cached().at(storage, &name, Operation::Read)?;
    let header = match read_header(storage, &name, &*file, engine)? {
        Ok(header) => header,
        Err(fault) => return Ok(Err(fault)),
    };
    if header.info.position != position {
        return Ok(Err(format!("it says that it is at {}", header.info.position)));
    }
    let mut hasher = blake3::Hasher::new();
    let mut chunks = Chunks::new(&*file, BLOCK.saturating_add(header.info.bytes), Vec::new());
    let mut done = 0;
    while done < header.info.bytes {
        let piece = chunks.get(BLOCK + done, READ_BYTES).at(storage, &name, Operation::Read)?;
        if piece.is_empty() {
            return Ok(Err(format!("it ends after {done} of {} bytes", header.info.bytes)));
        }
        hasher.update(piece);
        done += piece.len() as u64;
    }
    if Hash::cut(hasher.finalize()) == header.payload {
        Ok(Ok(header.info))
    } else {
        Ok(Err("its records do not match their hash".to_owned()))
    }
}

fn read_header(
    storage: &dyn Storage,
    name: &str,
    file: &dyn StorageFile,
    engine: EngineId,
) -> Result<Result<Header, String>, JournalError> {
    let mut block = [0; BLOCK_BYTES];
    super::storage::read_full(file, 0, &mut block).at(storage, name, Operation::Read)?;
    match Header::decode(&block) {
        Ok(header) if header.engine == engine => Ok(Ok(header)),
        Ok(header) => Err(super::survey::foreign(storage, name, engine, header.engine)),
        Err(BlockFault::Newer(found)) => {
            Err(JournalError::NewerFormat { folder: storage.folder(), file: name.to_owned(), found })
        }
        Err(BlockFault::Zero | BlockFault::Bad) => Ok(Err("its header is damaged".to_owned())),
    }
}

/// Gives every piece of a verified snapshot to `sink`, from front to back.
pub(super) fn each_piece(
    storage: &dyn Storage,
    info: &SnapshotInfo,
    sink: &mut dyn FnMut(Piece) -> Result<(), JournalError>,
) -> Result<(), JournalError> {
    let name = snapshot_name(info.position);
    let file = storage.open(&name, Access::Read).at(storage, &name, Operation::Open)?;
    let mut block = [0; BLOCK_BYTES];
    super::storage::read_full(&*file, 0, &mut block).at(storage, &name, Operation::Read)?;
    let form = if format_of(&block) == FORMAT_OF_RECORDS { Form::Sealed } else { Form::Compressed };
    let chunks = Chunks::new(&*file, BLOCK + info.bytes, Vec::new());
    let mut stored = Stored { storage, info, name: &name, chunks, done: 0 };
    while stored.done < info.bytes {
        let bytes = match form {
            Form::Compressed => stored.compressed()?,
            Form::Sealed => stored.sealed()?,
        };
        let piece = stored.look(0, bytes)?.to_vec();
        stored.done += bytes as u64;
        sink(Piece { stored: piece, form, at: info.position, created: info.created })?;
    }
    Ok(())
}

/// What stands behind the header of a snapshot, from front to back.
struct Stored<'a> {
    storage: &'a dyn Storage,
    info: &'a SnapshotInfo,
    name: &'a str,
    chunks: Chunks<'a>,
    done: u64,
}

impl Stored<'_> {
    /// So many bytes behind what is next; fewer at the end.
    fn look(&mut self, behind: usize, bytes: usize) -> Result<&[u8], JournalError> {
        let from = BLOCK + self.done + behind as u64;
        self.chunks.get(from, bytes).at(self.storage, self.name, Operation::Read)
    }

    /// Bytes of the next compressed piece.
    fn compressed(&mut self) -> Result<usize, JournalError> {
        let bytes = pieces::stored_bytes(self.look(0, PIECE_HEADER_BYTES)?);
        bytes.map_err(|found| damaged(self.storage, self.info.position, found))
    }

    /// Bytes of the next records of the journal's form: of about as many as a piece has.
    fn sealed(&mut self) -> Result<usize, JournalError> {
        let mut bytes = 0;
        while bytes < PIECE_BYTES && self.done + (bytes as u64) < self.info.bytes {
            let next = pieces::sealed_bytes(self.look(bytes, RECORD_HEADER_BYTES)?);
            bytes += next.map_err(|found| damaged(self.storage, self.info.position, found))?;
        }
        Ok(bytes)
    }
}

/// What is told of a snapshot that is not what its header says.
pub(super) fn damaged(storage: &dyn Storage, position: Position, found: String) -> JournalError {
    JournalError::SnapshotDamaged { folder: storage.folder(), file: snapshot_name(position), found }
}

/// The file of a snapshot with other records in it, and every checksum right. For tests of what checksums do not find.
///
/// # Panics
/// If the file is not that of a snapshot.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn rewritten(file: &[u8], records: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut header = Header::decode(&file[..BLOCK_BYTES]).expect("a snapshot's file");
    let first = opened(file);
    let first = pieces::split_record(&first[BLOCK_BYTES..], header.info.created).expect("a first record");
    let version = first.0.version;
    let (mut payload, mut plain, mut stored) = (Vec::new(), Vec::new(), Vec::new());
    for (kind, body) in records {
        pieces::add(&mut plain, *kind, version, body);
        if plain.len() >= PIECE_BYTES {
            pieces::close(&plain, &mut stored);
            payload.append(&mut stored);
            plain.clear();
        }
    }
    pieces::close(&plain, &mut stored);
    payload.append(&mut stored);
    header.info.records = records.len() as u64;
    header.info.bytes = payload.len() as u64;
    header.payload = Hash::cut(blake3::hash(&payload));
    let mut rewritten = header.encode().to_vec();
    rewritten.extend(payload);
    rewritten
}

/// The file with its pieces as they are before they are compressed, and zeros for what its header says of them. For
/// tests of what is written.
#[cfg(any(test, feature = "testing"))]
pub(super) fn opened(file: &[u8]) -> Vec<u8> {
    let (mut all, mut plain, mut rest) = (file[..BLOCK_BYTES].to_vec(), Vec::new(), &file[BLOCK_BYTES..]);
    // How long the compressed bytes are, and hashes of them.
    all[56..80].fill(0);
    all[BLOCK_BYTES - 16..].fill(0);
    while !rest.is_empty() {
        let (piece, behind) = rest.split_at(pieces::stored_bytes(rest).expect("a piece"));
        pieces::open(piece, &mut plain).expect("a piece");
        all.append(&mut plain);
        rest = behind;
    }
    all
}
