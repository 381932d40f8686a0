//! Updates as a `futures_core::Stream`, for async services. Feature `stream`. Reads what [`UpdateReader`] reads.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::{UpdateReader, UpdatesLost};
use crate::journal::Position;
use crate::updates::Update;

impl UpdateReader {
    /// The same updates as a stream, for any async runtime.
    #[must_use]
    pub fn into_stream(self) -> UpdateStream {
        UpdateStream {
            at: self.position(),
            source: Source::Reading(self),
            read: VecDeque::new(),
            batch: Vec::new(),
        }
    }
}

/// Updates one by one, in the order of the journal. After an [`UpdatesLost`] it is at its end.
///
/// It holds at most some hundreds of updates that were read and not yet taken. Dropping it loses nothing: a new reader
/// goes on from [`UpdateStream::position`].
pub struct UpdateStream {
    source: Source,
    read: VecDeque<Update>,
    batch: Vec<Update>,
    at: Position,
}

enum Source {
    Reading(UpdateReader),
    /// Read to its end, whose reason is still to be returned.
    Lost(UpdatesLost),
    Ended,
}

impl UpdateStream {
    /// Where the last update that was taken ends.
    #[must_use]
    pub fn position(&self) -> Position {
        self.at
    }
}

impl Stream for UpdateStream {
    type Item = Result<Update, UpdatesLost>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(update) = this.read.pop_front() {
                this.at = update.position;
                return Poll::Ready(Some(Ok(update)));
            }
            let Source::Reading(reader) = &mut this.source else {
                return Poll::Ready(match std::mem::replace(&mut this.source, Source::Ended) {
                    Source::Lost(lost) => Some(Err(lost)),
                    Source::Reading(_) | Source::Ended => None,
                });
            };
            let read = match reader.poll_ready(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(ready) => ready.and_then(|()| reader.read(&mut this.batch)),
            };
            this.read.extend(this.batch.drain(..));
            if let Err(lost) = read {
                // What was read before it comes first.
                this.source = Source::Lost(lost);
            }
        }
    }
}

/// Shows its position and no update.
impl fmt::Debug for UpdateStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpdateStream").field("position", &self.at).finish_non_exhaustive()
    }
}
