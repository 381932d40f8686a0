//! Orders over a connection to Redis: the same scripts as of the contestant, pipelined where customers share a
//! connection.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use bytes::{Buf, BytesMut};
use tokio::sync::oneshot;

use super::Till;
use super::link::Link;
use crate::contestants::redis::{Redis, Scripts};
use crate::rival::{Fault, Order};

struct Shared {
    link: Link,
    waiting: RefCell<VecDeque<oneshot::Sender<i64>>>,
}

/// A connection.
pub struct RedisTill {
    shared: Rc<Shared>,
    scripts: Scripts,
}

impl RedisTill {
    /// Connects over TCP.
    ///
    /// # Errors
    /// The server is gone.
    pub async fn open(redis: &Redis) -> Result<Self, Fault> {
        let link = Link::open(redis.address()).await?;
        let shared = Rc::new(Shared { link, waiting: RefCell::default() });
        let running = Rc::clone(&shared);
        tokio::task::spawn_local(async move {
            running.link.run(|come| running.take(come)).await;
            running.waiting.borrow_mut().clear();
        });
        Ok(Self { shared, scripts: redis.scripts().clone() })
    }

    async fn ask(&self, packed: &[u8]) -> Result<i64, Fault> {
        let (answer, answered) = oneshot::channel();
        self.shared.waiting.borrow_mut().push_back(answer);
        self.shared.link.send(|bytes| bytes.extend_from_slice(packed));
        answered.await.map_err(|_| self.shared.link.why())
    }
}

impl Shared {
    /// Answers are numbers, each a line.
    fn take(&self, come: &mut BytesMut) -> Result<(), Fault> {
        while let Some(end) = come.windows(2).position(|two| two == b"\r\n") {
            let line = std::str::from_utf8(&come[..end])?;
            let number = line.strip_prefix(':').ok_or_else(|| format!("Redis answered {line:?}"))?.parse()?;
            come.advance(end + 2);
            let waiting = self.waiting.borrow_mut().pop_front().ok_or("an answer to no question")?;
            // Its customer is gone if the run is being ended.
            let _ = waiting.send(number);
        }
        Ok(())
    }
}

impl Till for RedisTill {
    type Wish = Order;

    async fn grant(&self, order: &Order) -> Result<(), Fault> {
        let [hold, confirm, _] = self.scripts.pack(order);
        match self.ask(&hold).await? {
            0 => {}
            taken => return Err(format!("order {}: seats {taken:b} are taken", order.number).into()),
        }
        match self.ask(&confirm).await? {
            1 => Ok(()),
            other => Err(format!("order {}: not sold, {other}", order.number).into()),
        }
    }
}
