//! A request that comes again with its idempotency key gets the first answer. The key is scoped by RPC and user, the
//! digest of the whole request tells a repeat from another request, and the engine remembers both. An answer that is
//! one command's is built again from what the engine remembers of the command; any other answer is kept, byte for byte.

use std::collections::HashMap;
use std::sync::Arc;

use tacos_engine::{FirstAnswer, IdempotencyKey, UserId};
use tokio::sync::OwnedMutexGuard;
use tracing::Instrument;

use crate::audit;
use crate::auth::Caller;
use crate::call::Call;
use crate::rpc::Rpc;
use crate::task::{Task, Working};
use crate::wire::error::hex;
use crate::wire::{ApiError, Checks};

/// The key of a request as the engine keeps it; `None` without a key that could be one, or for a caller who names a
/// user for whom they may not speak: the handler refuses both.
fn key_of(rpc: Rpc, caller: &Caller, request: &dyn Task) -> Option<IdempotencyKey> {
    IdempotencyKey::new(request.key()).ok()?;
    let named = request.user();
    let user = match caller.user.as_ref().map(UserId::as_str) {
        _ if caller.speaks_for_all() && named.is_empty() => caller.subject.as_str(),
        _ if caller.speaks_for_all() => named,
        Some(user) if named.is_empty() || named == user => user,
        _ => return None,
    };
    let mut scope = blake3::Hasher::new();
    for part in [rpc.service(), rpc.method(), user, request.key()] {
        scope.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    // Maps are written in the order of their keys: the same request has the same bytes.
    let digest = blake3::hash(&request.encoded());
    let text = format!("s:{}", hex(&scope.finalize().as_bytes()[..16]));
    IdempotencyKey::for_request(&text, *digest.as_bytes()).ok()
}

/// The first answer to the key, if it was kept. If a command was answered under the key, the handler gets the same
/// reply from the engine.
async fn first(call: &mut Call, key: &IdempotencyKey) -> Result<Option<Vec<u8>>, ApiError> {
    match call.app.engine.first_answer(key).await? {
        Some(FirstAnswer::Kept(answer)) => return Ok(Some(answer)),
        Some(FirstAnswer::Reply(_)) => call.repeats = true,
        None => {}
    }
    Ok(None)
}

/// Answers by a handler whose answer is a function of one command's reply: the engine remembers that with the command.
pub(crate) fn by_command(mut call: Call, rpc: Rpc, task: Box<dyn Task>) -> Working {
    Box::pin(async move {
        if let Some(key) = key_of(rpc, &call.caller, &*task) {
            if let Some(answer) = first(&mut call, &key).await? {
                return task.kept(&answer);
            }
            call.key = Some(key);
        }
        audit::recorded(call, rpc, task).await
    })
}

/// Answers by a handler that takes several steps, or whose answer has more than a command's reply: the answer is kept
/// under the key. The work goes on when its caller goes away, and a repeat waits for it.
pub(crate) fn with_stored_answer(mut call: Call, rpc: Rpc, task: Box<dyn Task>) -> Working {
    Box::pin(async move {
        let key = key_of(rpc, &call.caller, &*task);
        let alone = match &key {
            Some(key) => Some(call.app.running.alone(key.as_str()).await),
            None => None,
        };
        if let Some(key) = &key
            && let Some(answer) = first(&mut call, key).await?
        {
            return task.kept(&answer);
        }
        let keep = key.clone().filter(|_| !task.is_dry_run());
        call.key = key;
        let engine = call.app.engine.clone();
        to_the_end(async move {
            let _alone = alone;
            let answer = audit::recorded(call, rpc, task).await?;
            if let (Some(key), Some(message)) = (keep, answer.message()) {
                engine.keep_answer(&key, &message).await?;
            }
            Ok(answer)
        })
        .await
    })
}

/// Runs work that goes on when its caller goes away.
pub(crate) async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, ApiError>> + Send + 'static,
) -> Result<T, ApiError> {
    let done = tokio::spawn(work.instrument(tracing::Span::current())).await;
    done.map_err(|error| ApiError::internal(error.to_string()))?
}

/// Requests of which the answer is being made, by key: a repeat waits for the first.
#[derive(Default)]
pub(crate) struct Running(Arc<parking_lot::Mutex<HashMap<String, Lock>>>);

type Lock = Arc<tokio::sync::Mutex<()>>;

/// The right to answer one key.
struct Alone {
    running: Arc<parking_lot::Mutex<HashMap<String, Lock>>>,
    key: String,
    held: Option<OwnedMutexGuard<()>>,
}

impl Running {
    async fn alone(&self, key: &str) -> Alone {
        let lock = Arc::clone(self.0.lock().entry(key.to_owned()).or_default());
        let mut alone = Alone { running: Arc::clone(&self.0), key: key.to_owned(), held: None };
        alone.held = Some(lock.lock_owned().await);
        alone
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        self.held = None;
        let mut running = self.running.lock();
        // Only the map has it: no other call waits.
        if running.get(&self.key).is_some_and(|lock| Arc::strong_count(lock) == 1) {
            running.remove(&self.key);
        }
    }
}

impl Call {
    /// A key for idempotency, required where the rules say so; the engine's commands carry it.
    pub(crate) fn key(&self, checks: &mut Checks, text: &str) -> Option<Option<IdempotencyKey>> {
        checks.key(text, self.app.rules.idempotency_required).map(|given| given.and(self.key.clone()))
    }

    /// Refuses a request without a key where one is required.
    pub(crate) fn needs_key(&self, text: &str) -> Result<(), ApiError> {
        let mut checks = Checks::new();
        let key = self.key(&mut checks, text);
        checks.take((key,)).map(|_| ())
    }

    /// The key of one step of this request. A crash may come between two steps: the repeat then takes those that are
    /// left.
    pub(crate) fn step(&self, name: &str) -> Option<IdempotencyKey> {
        let key = self.key.as_ref()?;
        key.part(name).ok()
    }

    /// True if an earlier try of this request took the step.
    pub(crate) async fn took(&self, step: Option<&IdempotencyKey>) -> Result<bool, ApiError> {
        match step {
            Some(step) => Ok(self.app.engine.first_answer(step).await?.is_some()),
            None => Ok(false),
        }
    }

    /// What the first try of this request chose at this step; made and kept if this is the first.
    pub(crate) async fn choose(
        &self,
        name: &str,
        make: impl FnOnce() -> Vec<u8> + Send,
    ) -> Result<Vec<u8>, ApiError> {
        let Some(step) = self.step(name) else { return Ok(make()) };
        if let Some(FirstAnswer::Kept(chosen)) = self.app.engine.first_answer(&step).await? {
            return Ok(chosen);
        }
        let chosen = make();
        self.app.engine.keep_answer(&step, &chosen).await?;
        Ok(chosen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_at_a_time_and_nothing_stays_behind() {
        let running = Running::default();
        let first = running.alone("k").await;
        let mut second = std::pin::pin!(running.alone("k"));
        assert!(futures_ready(second.as_mut()).is_none(), "the second waits");
        drop(running.alone("another").await);
        drop(first);
        drop(second.await);
        assert!(running.0.lock().is_empty());
    }

    fn futures_ready<F: Future>(future: std::pin::Pin<&mut F>) -> Option<F::Output> {
        match future.poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        }
    }
}
