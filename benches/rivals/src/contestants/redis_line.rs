//! A waiting line on a Redis sorted set: who joins gets the next number as score, `ZRANK` is the place, `ZREM` leaves,
//! `ZPOPMIN` lets the first one in. Pipelined. Nothing expires, there are no tokens that must be checked, and no state
//! between waiting and being let in: less than our line does.

use redis::{Connection, Value, cmd};

use super::redis::Redis;
use crate::rival::Fault;

const KEY: &str = "line";
/// Commands under way at once, as many as did best on this machine.
const DEPTH: usize = 512;

/// A line on a server.
pub struct RedisLine {
    connection: Connection,
}

impl RedisLine {
    /// An empty line.
    ///
    /// # Errors
    /// The server is gone.
    pub fn new(redis: &Redis) -> Result<Self, Fault> {
        redis.clear()?;
        Ok(Self { connection: redis.connect()? })
    }

    /// The bytes of a join.
    #[must_use]
    pub fn join(session: &str, number: u64) -> Vec<u8> {
        cmd("ZADD").arg(KEY).arg("NX").arg(number).arg(session).get_packed_command()
    }

    /// The bytes of a look at one's place.
    #[must_use]
    pub fn place(session: &str) -> Vec<u8> {
        cmd("ZRANK").arg(KEY).arg(session).get_packed_command()
    }

    /// The bytes of a leave.
    #[must_use]
    pub fn leave(session: &str) -> Vec<u8> {
        cmd("ZREM").arg(KEY).arg(session).get_packed_command()
    }

    /// The bytes of letting the first one in.
    #[must_use]
    pub fn admit() -> Vec<u8> {
        cmd("ZPOPMIN").arg(KEY).get_packed_command()
    }

    /// Sends all, a pipeline's depth ahead of the answers, and hands each answer over.
    ///
    /// # Errors
    /// The server is gone, or `told` does not like an answer.
    pub fn all(
        &mut self,
        commands: &[Vec<u8>],
        mut told: impl FnMut(usize, &Value) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut bytes = Vec::new();
        let (mut sent, mut read) = (0, 0);
        while read < commands.len() {
            // Half a depth ahead: the server works while we read.
            if sent < commands.len() && sent - read <= DEPTH / 2 {
                let most = commands.len().min(sent + DEPTH / 2);
                bytes.clear();
                commands[sent..most].iter().for_each(|command| bytes.extend_from_slice(command));
                self.connection.send_packed_command(&bytes)?;
                sent = most;
            } else {
                told(read, &self.connection.recv_response()?)?;
                read += 1;
            }
        }
        Ok(())
    }
}
