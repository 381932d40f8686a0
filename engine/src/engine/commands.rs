//! Writes: one method a command, and one for any of them.

use super::Engine;
use crate::acks::{CompletionQueue, Failure, NotAccepted, Pending, Reason};
use crate::command::{Command, for_each_command, target};
use crate::ids::{IdempotencyKey, WaitingToken, WebhookId};
use crate::pipeline::{CommandResult, Committed};
use crate::reply::{Done, FirstAnswer, Reply};
use crate::schema::COMMANDS;

/// In debug builds: checks that the command's row in the table names the refusal, so that the reference is true.
fn check_refusal<R>(method: &str, outcome: &CommandResult<R>) {
    if cfg!(debug_assertions)
        && let Err(Failure::Refused(refusal)) = outcome
    {
        let command = COMMANDS.iter().find(|command| command.method == method).expect("a row of the table");
        let named = command.refusals().any(|code| code == refusal.code());
        assert!(named, "{method} refuses with {}, which its row of the table does not name", refusal.code());
    }
}

macro_rules! faces {
    ($(
        $(#[doc = $doc:literal])+
        $number:literal $method:ident $form:ident $name:ident -> $reply:ident refuses [$($refusal:ident)*] { $($fields:tt)* }
    )*) => {
        /// Writes. Each returns at once with a [`Pending`], whose result is there once the record is durable. A refusal
        /// is there at once: it changes nothing and waits for nothing.
        impl Engine {
            $(
                $(#[doc = $doc])+
                #[allow(clippy::needless_pass_by_value, reason = "a command is given away")]
                pub fn $method(&self, command: target!($form $name { $($fields)* })) -> Pending<$crate::reply::$reply> {
                    let core = self.core();
                    let outcome = core.$method(&command, core.state.now());
                    check_refusal(stringify!($method), &outcome);
                    self.pending(outcome)
                }
            )*

            fn run(&self, command: &Command) -> CommandResult<Reply> {
                let core = self.core();
                let now = core.state.now();
                let outcome = match command {
                    $(Command::$name(command) => core.$method(command, now).map(Committed::into_any),)*
                };
                check_refusal(command.method(), &outcome);
                outcome
            }
        }
    };
}

for_each_command!(faces);

impl Engine {
    /// What was answered under a key of [`IdempotencyKey::for_request`]: `None` for a key that is fresh, or whose first
    /// request is still being answered. An embedding service asks this first, before it reads state that may have
    /// changed since the first request.
    ///
    /// Refused with [`Refusal::IdempotencyConflict`] when another request was answered under the key.
    ///
    /// [`Refusal::IdempotencyConflict`]: crate::Refusal::IdempotencyConflict
    pub fn first_answer(&self, key: &IdempotencyKey) -> Pending<Option<FirstAnswer>> {
        let core = self.core();
        match core.first_answer(key, core.state.now()) {
            Ok(None) => Pending::ready(None),
            Ok(Some((first, end))) => Pending::at(Some(first), end, core.log.lender.lend()),
            Err(failure) => Pending::refused(failure),
        }
    }

    /// Keeps an answer of the embedding service under a key of [`IdempotencyKey::for_request`], durably, for as long as
    /// answers are kept: for requests that are several commands, or whose answers say more than a command's does. The
    /// first answer under a key stays.
    pub fn keep_answer(&self, key: &IdempotencyKey, answer: &[u8]) -> Pending<Done> {
        let core = self.core();
        self.pending(core.keep_own_answer(key, answer, core.state.now()))
    }

    /// Any write, as data.
    pub fn submit(&self, command: &Command) -> Pending<Reply> {
        self.pending(self.run(command))
    }

    /// Many writes, one after the other; answer number *i* comes out of `queue` under tag `first_tag + i`. Returns how
    /// many were carried out and accepted; fewer than given if the queue is full, and then the rest were not tried.
    pub fn submit_batch(
        &self,
        commands: &[Command],
        queue: &CompletionQueue<Reply>,
        first_tag: u64,
    ) -> usize {
        let mut room = queue.capacity().saturating_sub(queue.in_flight());
        for (done, (tag, command)) in (first_tag..).zip(commands).enumerate() {
            if room == 0 {
                return done;
            }
            room -= 1;
            let mut offered = self.submit(command).notify(queue, tag);
            // The write is made. If another caller filled the queue meanwhile, its answer waits until there is room.
            while let Err(NotAccepted { pending, reason: Reason::Full }) = offered {
                std::thread::yield_now();
                offered = pending.notify(queue, tag);
            }
            if offered.is_err() {
                return done + 1;
            }
        }
        commands.len()
    }
}
