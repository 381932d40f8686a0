//! Commands and their answers: submit many and poll, try one, or call and block. Nothing here waits but `tacos_call` and,
//! as long as it is told to, `tacos_poll`.

use std::time::{Duration, Instant};

use tacos::{Completion, Failure, Pending};

use crate::abi::{TACOS_LIST_MAX, TACOS_REPLY_BYTES_MAX, tacos_buffer, tacos_engine, tacos_head, tacos_list};
use crate::answer::{self, Answer, Body};
use crate::arena::Arena;
use crate::convert::{Taker, begin};
use crate::engine::{self, Opening, Promise, Queue, with};
use crate::failure::Fault;
use crate::guard;
use crate::memory::{Out, slice};
use crate::replies::tacos_answer;
use crate::status::tacos_status;

/// Carries out `count` commands, one after the other. The answer to number *i*, also a refusal, has the tag `first_tag + i`.
/// With a buffer, answers that are there at once are listed in `*out` (`tacos_answer`), as far as they fit; all others, and
/// without a buffer all, come out of `tacos_poll`, in no promised order. Never waits, except with the manual driver, where it
/// writes. `buffer` and `out` may be null, but only both.
///
/// `accepted` (which may be null) is written in any case, and so is `out`: so many commands were carried out and are or will
/// be answered. Fewer than `count` means that the status says why the next one was not, and that the rest were not tried:
/// `QUEUE_FULL` (poll first), `CLOSED`, `PANICKED`, or wrong use in that command's struct.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_submit(
    engine: tacos_engine,
    commands: *const *const tacos_head,
    count: usize,
    first_tag: u64,
    accepted: *mut usize,
    buffer: *mut tacos_buffer,
    out: *mut tacos_list,
) -> tacos_status {
    let mut done = 0;
    // SAFETY: the crate's contract.
    let status = guard::run(|| unsafe {
        let listed = if buffer.is_null() && out.is_null() {
            None
        } else {
            let (out, arena) = (Out::new(out)?, Arena::new(buffer)?);
            Some(Listed { arena, out, answers: Vec::new(), is_full: false })
        };
        let commands = slice(commands, count)?;
        with(engine, |opening| {
            let mut many = Many { opening, tag: first_tag, promise: None, listed, later: Vec::new() };
            let mut stopped = Ok(());
            for &head in commands {
                stopped = begin(opening, head, &mut many);
                if stopped.is_err() {
                    break;
                }
                done += 1;
            }
            many.finish()?;
            stopped
        })
    });
    // SAFETY: the crate's contract.
    if let Ok(accepted) = unsafe { Out::new(accepted) } {
        accepted.put(done);
    }
    status
}

/// Carries out one command. If its answer is there at once (a refusal, a read of what is durable, any command with the
/// manual driver), writes it to `*out` and answers `OK`; else it answers `PENDING`, and the answer comes out of `tacos_poll`
/// with `tag`. Never waits for the disk, except with the manual driver, where it writes.
///
/// For a write the buffer must have `TACOS_REPLY_BYTES_MAX` bytes, so that its answer cannot be lost.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_try(
    engine: tacos_engine,
    command: *const tacos_head,
    tag: u64,
    buffer: *mut tacos_buffer,
    out: *mut tacos_answer,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::status(|| unsafe {
        let (out, arena) = (Out::new(out)?, Arena::new(buffer)?);
        with(engine, |opening| {
            let mut one =
                One { opening, tag, may_queue: true, promise: None, arena, out, status: tacos_status::Ok };
            begin(opening, command, &mut one).map(|()| one.status)
        })
    })
}

/// Carries out one command and blocks until its answer may be seen. `OK` says that there is an answer in `*out`, also if it
/// is a refusal: look at its status. The tag of the answer is 0.
///
/// For a write the buffer must have `TACOS_REPLY_BYTES_MAX` bytes, so that its answer cannot be lost.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_call(
    engine: tacos_engine,
    command: *const tacos_head,
    buffer: *mut tacos_buffer,
    out: *mut tacos_answer,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::status(|| unsafe {
        let (out, arena) = (Out::new(out)?, Arena::new(buffer)?);
        with(engine, |opening| {
            let mut one = One {
                opening,
                tag: 0,
                may_queue: false,
                promise: None,
                arena,
                out,
                status: tacos_status::Ok,
            };
            begin(opening, command, &mut one).map(|()| one.status)
        })
    })
}

/// Takes answers out of the engine's completion queue: `*out` lists them (`tacos_answer`), at most `max` and at most as many
/// as fit the buffer; the others stay. If there is none, waits up to `timeout_ms` for one; 0 never waits. Any number of
/// threads may poll; each answer comes out once.
///
/// `OK` with no answers: the time is over. `CLOSED`: the engine is closed, and everything was taken out.
/// `BUFFER_TOO_SMALL`: not even one fits; nothing is lost. `TACOS_REPLY_BYTES_MAX` is enough for any write's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_poll(
    engine: tacos_engine,
    max: usize,
    timeout_ms: u64,
    buffer: *mut tacos_buffer,
    out: *mut tacos_list,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let (out, arena) = (Out::new(out)?, Arena::new(buffer)?);
        let queue = engine::queue(engine)?;
        // A full buffer of the smallest answers; the rest stays in the queue.
        let max = max.min(TACOS_LIST_MAX).min(arena.room() / size_of::<tacos_answer>()).max(1);
        let mut taken = Vec::new();
        match wait(&queue, max, Duration::from_millis(timeout_ms), &mut taken) {
            Waited::Over => {
                engine::forget(engine);
                Err(Fault::Broken(tacos::Error::Closed))
            }
            Waited::Done => deliver(&queue, taken, arena, out),
        }
    })
}

/// Takes the answer to one command that has a buffer of its own.
struct One<'a> {
    opening: &'a Opening,
    tag: u64,
    /// An answer that is not there yet comes out of the queue; else it is waited for.
    may_queue: bool,
    promise: Option<Promise<'a>>,
    arena: Arena,
    out: Out<tacos_answer>,
    /// What the call answers.
    status: tacos_status,
}

impl Taker for One<'_> {
    fn admit(&mut self, writes: bool) -> Result<(), Fault> {
        if writes && self.arena.room() < TACOS_REPLY_BYTES_MAX {
            self.arena.demand(TACOS_REPLY_BYTES_MAX);
            return Err(Fault::BufferTooSmall { needed: TACOS_REPLY_BYTES_MAX });
        }
        if self.may_queue {
            self.promise = Some(self.opening.queue.promise()?);
        }
        Ok(())
    }

    fn take<R: Body>(&mut self, pending: Pending<R>) -> Result<(), Fault> {
        match self.promise.take() {
            // With the manual driver no other thread writes: waiting does.
            Some(promise) if !self.opening.manual && !pending.is_ready() => {
                promise.keep();
                self.opening.queue.hand_in(pending.map(Into::into), self.tag);
                self.status = tacos_status::Pending;
                Ok(())
            }
            _ => {
                let answer = answer::put(self.tag, &pending.wait(), &mut self.arena);
                self.arena.finish_with(self.out, answer)
            }
        }
    }
}

/// Takes the answers to commands that come together.
struct Many<'a> {
    opening: &'a Opening,
    /// Of the next answer.
    tag: u64,
    promise: Option<Promise<'a>>,
    /// Where answers go that are there at once.
    listed: Option<Listed>,
    /// Answers that were not there at once. With the manual driver all of them: the first that is waited for writes all.
    later: Vec<(u64, Pending<Answer>)>,
}

/// Answers that the call itself gives.
struct Listed {
    arena: Arena,
    out: Out<tacos_list>,
    answers: Vec<tacos_answer>,
    is_full: bool,
}

impl Taker for Many<'_> {
    fn admit(&mut self, _writes: bool) -> Result<(), Fault> {
        self.promise = Some(self.opening.queue.promise()?);
        Ok(())
    }

    fn take<R: Body>(&mut self, pending: Pending<R>) -> Result<(), Fault> {
        let tag = self.tag;
        self.tag = tag.wrapping_add(1);
        // It is handed in, or counted with the others that are listed.
        self.promise.take().into_iter().for_each(Promise::keep);
        match &mut self.listed {
            Some(listed) if !self.opening.manual && !listed.is_full && pending.is_ready() => {
                listed.put(self.opening, tag, pending.wait());
            }
            _ => self.later.push((tag, pending.map(Into::into))),
        }
        Ok(())
    }
}

impl Many<'_> {
    /// Lists the rest as far as it is there and fits, and hands in what is left.
    fn finish(self) -> Result<(), Fault> {
        let Self { opening, mut listed, later, .. } = self;
        for (tag, pending) in later {
            match &mut listed {
                Some(listed) if !listed.is_full && (opening.manual || pending.is_ready()) => {
                    listed.put(opening, tag, pending.wait());
                }
                _ => opening.queue.hand_in(pending, tag),
            }
        }
        let Some(Listed { mut arena, out, answers, .. }) = listed else { return Ok(()) };
        let list = arena.list(&answers);
        arena.finish_with(out, list)?;
        opening.queue.delivered(answers.len());
        Ok(())
    }
}

impl Listed {
    /// Lists an answer, or hands it in as the first that does not fit.
    fn put<R: Body>(&mut self, opening: &Opening, tag: u64, result: Result<R, Failure>) {
        let mark = self.arena.mark();
        self.answers.push(answer::put(tag, &result, &mut self.arena));
        if !self.arena.fits_with(&self.answers) {
            self.is_full = true;
            self.answers.pop();
            self.arena.back_to(mark);
            let pending = result.map_or_else(Pending::refused, |reply| Pending::ready(reply.into()));
            opening.queue.hand_in(pending, tag);
        }
    }
}

/// How waiting for answers ended.
enum Waited {
    /// There are some, or the time is over.
    Done,
    /// The engine is closed, and everything was taken out.
    Over,
}

fn wait(queue: &Queue, max: usize, timeout: Duration, taken: &mut Vec<Completion<Answer>>) -> Waited {
    let deadline = Instant::now().checked_add(timeout);
    loop {
        let mut stash = queue.stash.lock();
        let count = max.min(stash.len());
        taken.extend(stash.drain(..count));
        drop(stash);
        if taken.is_empty() {
            let left = deadline.map_or(Duration::MAX, |at| at.saturating_duration_since(Instant::now()));
            // An hour at a time: what the caller asked for may be more than a wait can take.
            queue.answers.poll(max, left.min(Duration::from_secs(3_600)), taken);
        }
        let before = taken.len();
        taken.retain(|completion| !matches!(completion.result, Ok(Answer::Wake)));
        if taken.len() < before {
            // The next one who waits must know it too.
            queue.wake();
        }
        if !taken.is_empty() {
            return Waited::Done;
        }
        if queue.is_over() {
            return Waited::Over;
        }
        let is_late = deadline.is_some_and(|at| Instant::now() >= at);
        if is_late {
            return Waited::Done;
        }
        if queue.is_closed() {
            // Another thread is about to hand in or to deliver the last answers.
            std::thread::yield_now();
        }
    }
}

/// Writes as many answers as fit; the others wait for the next call.
fn deliver(
    queue: &Queue,
    taken: Vec<Completion<Answer>>,
    mut arena: Arena,
    out: Out<tacos_list>,
) -> Result<(), Fault> {
    let mut answers: Vec<tacos_answer> = Vec::with_capacity(taken.len());
    let mut rest = taken.into_iter();
    while let Some(completion) = rest.next() {
        let mark = arena.mark();
        answers.push(answer::put(completion.tag, &completion.result, &mut arena));
        if arena.fits_with(&answers) {
            continue;
        }
        if answers.len() > 1 {
            answers.pop();
            arena.back_to(mark);
        }
        let mut stash = queue.stash.lock();
        rest.rev().for_each(|later| stash.push_front(later));
        stash.push_front(completion);
        break;
    }
    let list = arena.list(&answers);
    // Fails if not even the first one fits; it is in the stash then.
    arena.finish_with(out, list)?;
    queue.delivered(answers.len());
    Ok(())
}
