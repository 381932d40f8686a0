//! SQLite in this process: one table of seats, prepared statements, write-ahead log, one connection that writes. With
//! one customer every step is a transaction of its own; with more, what is asked for at once is one transaction, as a
//! good programmer would do behind a queue. No users, no idempotency keys, no table of reservations: less than our
//! engine does.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};
use rusqlite::{Connection, params};
use tacos_engine::{Clock, UnixMs};

use crate::rival::{Client, Counts, End, Ended, Fault, HOLD_MS, Order, Rival, Verdict};
use crate::servers::Folder;
use crate::work::Hall;

const SCHEMA: &str = "create table seats (
  label text primary key, state integer not null default 0, hold integer, until integer
) without rowid";
const LOOK: &str = "select state, until from seats where label = ?1";
const TAKE: &str = "update seats set state = 1, hold = ?2, until = ?3 where label = ?1";
const SELL: &str =
    "update seats set state = 2 where label in (?1, ?2) and hold = ?3 and state = 1 and until > ?4";
const FREE: &str = "update seats set state = 0, hold = null, until = null
  where label in (?1, ?2) and hold = ?3 and state = 1 and until > ?4";

/// A database of our own with a hall.
pub struct Sqlite {
    connection: Mutex<Connection>,
    clock: Arc<dyn Clock>,
    hall: Hall,
    _folder: Folder,
}

impl Sqlite {
    /// A database in a new folder in `parent`; `full`: a transaction is on disk before it is answered.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn open(parent: &Path, hall: Hall, full: bool, clock: Arc<dyn Clock>) -> Result<Self, Fault> {
        let folder = Folder::new(parent, "sqlite-")?;
        let mut connection = Connection::open(folder.path().join("hall.db"))?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", if full { "full" } else { "off" })?;
        // No other process opens the file, and the hall fits memory.
        connection.pragma_update(None, "locking_mode", "exclusive")?;
        connection.pragma_update(None, "cache_size", -262_144)?;
        connection.pragma_update(None, "wal_autocheckpoint", 10_000)?;
        connection.execute(SCHEMA, [])?;
        let filling = connection.transaction()?;
        {
            let mut insert = filling.prepare("insert into seats (label) values (?1)")?;
            for label in hall.labels()? {
                insert.execute([label.as_str()])?;
            }
        }
        filling.commit()?;
        connection.pragma_update(None, "wal_checkpoint", "truncate").or_else(ignore_row)?;
        Ok(Self { connection: Mutex::new(connection), clock, hall, _folder: folder })
    }

    /// Puts all seats back on sale.
    ///
    /// # Errors
    /// The database is broken.
    pub fn clear(&self) -> Result<(), Fault> {
        let connection = self.connection.lock();
        connection.execute("update seats set state = 0, hold = null, until = null where state <> 0", [])?;
        connection.pragma_update(None, "wal_checkpoint", "truncate").or_else(ignore_row)?;
        Ok(())
    }
}

/// A pragma that answers with a row is no failure.
fn ignore_row(error: rusqlite::Error) -> Result<(), rusqlite::Error> {
    match error {
        rusqlite::Error::ExecuteReturnedResults => Ok(()),
        other => Err(other),
    }
}

/// What a customer asked for.
#[derive(Clone, Debug)]
pub struct Wish {
    number: i64,
    seats: [String; 2],
}

enum Ask {
    Hold(Wish),
    End(Wish, End),
}

/// The one writer. What is asked is answered by the next transaction.
pub struct Writer<'a> {
    connection: MutexGuard<'a, Connection>,
    clock: &'a dyn Clock,
    asked: Vec<Ask>,
    answers: VecDeque<i64>,
}

impl Writer<'_> {
    fn answer(&mut self) -> Result<i64, Fault> {
        if self.answers.is_empty() {
            self.connection.prepare_cached("begin immediate")?.execute([])?;
            for ask in std::mem::take(&mut self.asked) {
                let answer = carry_out(&self.connection, &ask, self.clock.now())?;
                self.answers.push_back(answer);
            }
            self.connection.prepare_cached("commit")?.execute([])?;
        }
        self.answers.pop_front().ok_or_else(|| "an answer that was not asked for".into())
    }
}

/// A bit for each taken seat, or how many seats an end changed.
fn carry_out(connection: &Connection, ask: &Ask, now: UnixMs) -> Result<i64, Fault> {
    let now_ms = i64::try_from(now.get())?;
    match ask {
        Ask::Hold(Wish { number, seats }) => {
            let (mut look, mut taken) = (connection.prepare_cached(LOOK)?, 0);
            for (at, seat) in seats.iter().enumerate() {
                let stands = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
                let (state, until): (i64, Option<i64>) = look.query_row([seat], stands)?;
                let is_taken = state == 2 || state == 1 && until.is_some_and(|until| until > now_ms);
                taken |= i64::from(is_taken) << at;
            }
            if taken == 0 {
                let until = i64::try_from(now.plus_ms(HOLD_MS).get())?;
                let mut take = connection.prepare_cached(TAKE)?;
                for seat in seats {
                    take.execute(params![seat, number, until])?;
                }
            }
            Ok(taken)
        }
        Ask::End(Wish { number, seats: [a, b] }, end) => {
            let sql = if *end == End::Confirm { SELL } else { FREE };
            let changed = connection.prepare_cached(sql)?.execute(params![a, b, number, now_ms])?;
            Ok(i64::try_from(changed)?)
        }
    }
}

impl Rival for Sqlite {
    type Client<'a> = Writer<'a>;

    fn client(&self, _customers: usize) -> Result<Writer<'_>, Fault> {
        let (connection, clock) = (self.connection.lock(), &*self.clock);
        Ok(Writer { connection, clock, asked: Vec::new(), answers: VecDeque::new() })
    }

    fn counts(&self) -> Result<Counts, Fault> {
        let now_ms = i64::try_from(self.clock.now().get())?;
        let sql = "select count(*) filter (where state = 2), count(*) filter (where state = 1 and until > ?1) from seats";
        let counts = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let (sold, held): (u32, u32) = self.connection.lock().query_row(sql, [now_ms], counts)?;
        let (sold, held) = (u64::from(sold), u64::from(held));
        Ok(Counts { free: u64::from(self.hall.seats) - sold - held, held, sold })
    }
}

impl Client for Writer<'_> {
    type Prepared = Wish;
    type Holding = Wish;
    type Hold = Wish;
    type Refusal = i64;
    type Ending = ();

    fn prepare(&self, order: &Order) -> Wish {
        let number = i64::try_from(order.number).unwrap_or(i64::MAX);
        Wish { number, seats: order.seats.each_ref().map(ToString::to_string) }
    }

    fn hold(&mut self, wish: Wish) -> Result<Wish, Fault> {
        self.asked.push(Ask::Hold(wish.clone()));
        Ok(wish)
    }

    fn held(&mut self, wish: Wish) -> Result<Verdict<Wish, i64>, Fault> {
        Ok(match self.answer()? {
            0 => Verdict::Held(wish),
            taken => Verdict::Taken(taken),
        })
    }

    fn end(&mut self, wish: Wish, end: End) -> Result<(), Fault> {
        self.asked.push(Ask::End(wish, end));
        Ok(())
    }

    fn ended(&mut self, (): ()) -> Result<Ended, Fault> {
        Ok(if self.answer()? == 2 { Ended::Done } else { Ended::Expired })
    }

    fn taken(refusal: &i64, _order: &Order) -> [bool; 2] {
        [refusal & 1 != 0, refusal & 2 != 0]
    }
}
