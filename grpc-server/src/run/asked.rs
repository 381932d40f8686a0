//! One call of a stream: what it asks, checked and handed to the engine, and its answer in the words of the wire.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use prost::Message;
use tacos_engine::{Command, Failure, Pending, Refusal, Reply};
use tacos_proto::command::v1::{self as wire, Answer, Call, answer::Outcome};
use tacos_proto::common::v1::{Error, ErrorCode};
use tacos_proto::engine::v1::RunRequest;

use super::commands::{Asked, command};
use super::reads;
use super::refusals::carried;
use super::rules::{self, Rule};
use super::show::{Show, Shown};
use crate::app::App;
use crate::auth::Caller;
use crate::rpc::{Access, Kind, Rpc};
use crate::wire::ApiError;
use crate::{audit, refusal};

/// A call that waits for its answer.
pub(super) type Work = Pin<Box<dyn Future<Output = Done> + Send>>;

/// A call that was answered.
pub(super) struct Done {
    pub(super) answer: Answer,
    /// No other call was taken while it was under way.
    pub(super) alone: bool,
}

/// Streams of commands, as figures show them.
#[derive(Default)]
pub(crate) struct CommandStreams {
    open: AtomicUsize,
    calls: AtomicU64,
    refused: AtomicU64,
}

impl CommandStreams {
    /// One more, if fewer than `most` are open.
    pub(super) fn open(&self, most: usize) -> bool {
        let add = |open: usize| (open < most).then_some(open + 1);
        self.open.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add).is_ok()
    }

    pub(super) fn closed(&self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
    }

    /// How many are open, the calls that they have answered, and the calls among these that were refused.
    pub(crate) fn figures(&self) -> (usize, u64, u64) {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        (self.open.load(Ordering::Relaxed), read(&self.calls), read(&self.refused))
    }
}

/// Who asks over one stream.
pub(super) struct Asking {
    app: Arc<App>,
    caller: Caller,
    /// Shared by the answers that wait.
    trace: Arc<str>,
    /// A call is under way beside which no other is taken.
    pub(super) alone: bool,
}

/// The server's no or the engine's, or what an answer says.
pub(super) fn failed(app: &App, trace: &str, failure: &Failure) -> Outcome {
    match failure {
        Failure::Refused(refusal) => refused(app, refusal),
        Failure::Broken(broken) => {
            Outcome::Error(refusal::wire_error(&app.rules, &broken.clone().into(), trace))
        }
    }
}

pub(super) fn refused(app: &App, refusal: &Refusal) -> Outcome {
    app.command_streams.refused.fetch_add(1, Ordering::Relaxed);
    let mut out = Shown::new(&app.engine);
    let mut refused = wire::Refused {
        code: refusal.code().to_owned(),
        message: refusal.to_string(),
        transient: refusal.is_transient(),
        retry_after_ms: refusal.retry_after().map(|after| out.put(&after)),
        ..wire::Refused::default()
    };
    carried(refusal, &mut out, &mut refused);
    Outcome::Refused(refused)
}

fn shown(app: &App, trace: &str, result: &Result<Reply, Failure>) -> Outcome {
    match result {
        Ok(reply) => reply.show(&mut Shown::new(&app.engine)),
        Err(failure) => failed(app, trace, failure),
    }
}

fn late() -> ApiError {
    ApiError::new(ErrorCode::Timeout, "the call took longer than its deadline")
}

impl Asking {
    pub(super) fn new(app: &Arc<App>, caller: Caller, trace: String) -> Self {
        Self { app: Arc::clone(app), caller, trace: trace.into(), alone: false }
    }

    pub(super) fn count(&self, answers: usize) {
        self.app.command_streams.calls.fetch_add(answers as u64, Ordering::Relaxed);
    }

    fn wire_error(&self, error: &ApiError) -> Error {
        refusal::wire_error(&self.app.rules, error, &self.trace)
    }

    /// The server's no, counted.
    pub(super) fn error(&self, error: &ApiError) -> Box<Outcome> {
        self.app.command_streams.refused.fetch_add(1, Ordering::Relaxed);
        Box::new(Outcome::Error(self.wire_error(error)))
    }

    /// Asks; `arrived`: when its message came. What is known at once comes back as the error.
    pub(super) fn ask(&mut self, call: Call, arrived: Instant) -> Result<Work, Box<Outcome>> {
        let Call { tag, deadline_ms, operation } = call;
        let deadline = deadline_ms.map(|ms| arrived + Duration::from_millis(ms.into()));
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            // Its caller waits no longer: it is not begun.
            return Err(self.error(&late()));
        }
        let Some(operation) = operation else {
            return Err(self.error(&ApiError::invalid("operation", "must be said", "")));
        };
        let rule = rules::of(&operation);
        self.may(rule).map_err(|error| self.error(&error))?;
        // The audit record shows the request as it came.
        let written_down = (rule.access == Access::Admin && rule.kind != Kind::Read).then(|| RunRequest {
            calls: vec![Call { tag, deadline_ms, operation: Some(operation.clone()) }],
        });
        let asked = command(operation).map_err(|refusal| Box::new(refused(&self.app, &refusal)))?;
        let work = match asked {
            Asked::Command(command) => {
                let command =
                    rules::checked(&self.app, &self.caller, command).map_err(|error| self.error(&error))?;
                match written_down {
                    Some(request) => {
                        self.alone = true;
                        self.as_operator(tag, command, &request)
                    }
                    None => self.submitted(tag, self.app.engine.submit(&command))?,
                }
            }
            Asked::Read(operation) => self.read(tag, operation)?,
        };
        Ok(match deadline {
            None => work,
            Some(deadline) => self.by(tag, deadline, work),
        })
    }

    fn may(&self, rule: Rule) -> Result<(), ApiError> {
        self.caller.still_good(self.app.engine.now())?;
        self.caller.may(rule.access)?;
        if rule.kind == Kind::Write {
            self.app.emergencies.check_writes()?;
        }
        Ok(())
    }

    /// An answer that waits for the disk; one that does not is known at once.
    fn submitted(&self, tag: u64, pending: Pending<Reply>) -> Result<Work, Box<Outcome>> {
        if pending.is_ready() {
            return Err(Box::new(shown(&self.app, &self.trace, &pending.wait())));
        }
        Ok(self.answered(tag, false, pending, shown))
    }

    /// What a future finds, in words.
    pub(super) fn answered<T: Send + 'static>(
        &self,
        tag: u64,
        alone: bool,
        found: impl Future<Output = T> + Send + 'static,
        words: fn(&App, &str, &T) -> Outcome,
    ) -> Work {
        let (app, trace) = (Arc::clone(&self.app), Arc::clone(&self.trace));
        Box::pin(async move {
            let found = found.await;
            let outcome = Some(words(&app, &trace, &found));
            Done { answer: Answer { tag, outcome }, alone }
        })
    }

    fn read(&self, tag: u64, operation: wire::call::Operation) -> Result<Work, Box<Outcome>> {
        match reads::look(&self.app, operation) {
            Ok(reads::Found::Now(outcome)) => Err(Box::new(outcome)),
            Ok(reads::Found::Reservation(pending)) => {
                Ok(self.answered(tag, false, pending, reads::reservation))
            }
            Ok(reads::Found::Reservations(pending)) => {
                Ok(self.answered(tag, false, pending, reads::reservations))
            }
            Ok(reads::Found::Payment(pending)) => Ok(self.answered(tag, false, pending, reads::payment)),
            Ok(reads::Found::Payments(pending)) => Ok(self.answered(tag, false, pending, reads::payments)),
            Err(refusal) => Err(Box::new(refused(&self.app, &refusal))),
        }
    }

    /// An operator's write, with its audit entry before and after.
    fn as_operator(&self, tag: u64, command: Command, request: &RunRequest) -> Work {
        let app = Arc::clone(&self.app);
        let work = async move {
            let engine = app.engine.clone();
            Ok(engine.submit(&command).await)
        };
        let entry = audit::Begun {
            app: Arc::clone(&self.app),
            by: self.caller.subject.clone(),
            rpc: Rpc::Run,
            request: request.encode_to_vec(),
            trace: self.trace.to_string(),
        };
        let work = audit::written_down(entry, work, |result| match result {
            Ok(Ok(_)) => None,
            Ok(Err(Failure::Refused(refusal))) => Some(refusal.code().to_owned()),
            Ok(Err(Failure::Broken(broken))) => Some(broken.to_string()),
            Err(error) => Some(error.code.as_str_name().to_owned()),
        });
        self.answered(tag, true, work, |app, trace, result| match result {
            Ok(result) => shown(app, trace, result),
            Err(error) => Outcome::Error(refusal::wire_error(&app.rules, error, trace)),
        })
    }

    /// The work, or the error that its time is over: what a write does then is not known.
    fn by(&self, tag: u64, deadline: Instant, work: Work) -> Work {
        let alone = self.alone;
        let late = Outcome::Error(self.wire_error(&late()));
        Box::pin(async move {
            let late = || Done { answer: Answer { tag, outcome: Some(late) }, alone };
            tokio::time::timeout_at(deadline.into(), work).await.unwrap_or_else(|_| late())
        })
    }
}
