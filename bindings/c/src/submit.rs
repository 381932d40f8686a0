//! Commands and their answers: submit many and poll, try one, or call and block. Nothing here waits but `tacos_call` and,
//! as long as it is told to, `tacos_poll`.

use std::time::{Duration, Instant};

use tacos::{Caller, Completion, Failure, Pending};

use crate::abi::{TACOS_LIST_MAX, TACOS_REPLY_BYTES_MAX, tacos_buffer, tacos_engine, tacos_head, tacos_list};
use crate::answer::{self, Answer};
use crate::arena::Arena;
use crate::convert::{Work, work};
use crate::engine::{self, Opening, Queue, with};
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
        let now = if buffer.is_null() && out.is_null() {
            None
        } else {
            let (out, arena) = (Out::new(out)?, Arena::new(buffer)?);
            Some((arena, out))
        };
        let commands = slice(commands, count)?;
        with(engine, |opening| {
            let (started, stopped) = start_all(opening, commands);
            done = started.len();
            hand_out(opening, started, first_tag, now)?;
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
            let pending = answerable(opening, command, &arena, true)?;
            if opening.manual || pending.is_ready() {
                opening.queue.delivered(1);
                return give(tag, pending, arena, out).map(|()| tacos_status::Ok);
            }
            opening.queue.hand_in(pending, tag);
            Ok(tacos_status::Pending)
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
    guard::run(|| unsafe {
        let (out, arena) = (Out::new(out)?, Arena::new(buffer)?);
        with(engine, |opening| {
            let pending = answerable(opening, command, &arena, false)?;
            give(0, pending, arena, out)
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

/// Starts commands until one cannot be.
///
/// # Safety
/// As the crate's contract.
unsafe fn start_all(
    opening: &Opening,
    commands: &[*const tacos_head],
) -> (Vec<Pending<Answer>>, Result<(), Fault>) {
    let mut started = Vec::with_capacity(commands.len().min(1_024));
    for &head in commands {
        // SAFETY: handed on.
        match unsafe { promised(opening, head) } {
            Ok(pending) => started.push(pending),
            Err(fault) => return (started, Err(fault)),
        }
    }
    (started, Ok(()))
}

/// Writes the answers that are there at once, as far as they fit, and hands in the others.
fn hand_out(
    opening: &Opening,
    started: Vec<Pending<Answer>>,
    first_tag: u64,
    now: Option<(Arena, Out<tacos_list>)>,
) -> Result<(), Fault> {
    let tags = (0..).map(|step| first_tag.wrapping_add(step));
    let Some((mut arena, out)) = now else {
        // Handed in together: with the manual driver the first one writes all of them.
        tags.zip(started).for_each(|(tag, pending)| opening.queue.hand_in(pending, tag));
        return Ok(());
    };
    let mut answers: Vec<tacos_answer> = Vec::with_capacity(started.len());
    let mut is_full = false;
    for (tag, pending) in tags.zip(started) {
        if is_full || !(opening.manual || pending.is_ready()) {
            opening.queue.hand_in(pending, tag);
            continue;
        }
        let mark = arena.mark();
        let completion = Completion { tag, result: pending.wait() };
        answers.push(answer::put(&completion, &mut arena));
        if !arena.fits_with(&answers) {
            is_full = true;
            answers.pop();
            arena.back_to(mark);
            let Completion { result, .. } = completion;
            opening.queue.hand_in(result.map_or_else(Pending::refused, Pending::ready), tag);
        }
    }
    let list = arena.list(&answers);
    arena.finish_with(out, list)?;
    opening.queue.delivered(answers.len());
    Ok(())
}

/// Starts a command whose answer will come out of the queue. A bad value is an answer; a bad struct is not.
///
/// # Safety
/// As the crate's contract.
unsafe fn promised(opening: &Opening, head: *const tacos_head) -> Result<Pending<Answer>, Fault> {
    opening.queue.promise()?;
    // SAFETY: handed on.
    let started = unsafe { work(head) }.and_then(|work| start(opening, work));
    match started {
        Err(Fault::Refused(refusal)) => Ok(Pending::refused(refusal.into())),
        Err(fault) => {
            opening.queue.delivered(1);
            Err(fault)
        }
        started => started,
    }
}

/// Starts a command whose answer may have to go into `arena`.
///
/// # Safety
/// As the crate's contract.
unsafe fn answerable(
    opening: &Opening,
    head: *const tacos_head,
    arena: &Arena,
    may_queue: bool,
) -> Result<Pending<Answer>, Fault> {
    // SAFETY: handed on.
    let work = match unsafe { work(head) } {
        Ok(work) => work,
        Err(Fault::Refused(refusal)) => {
            return promise_if(opening, may_queue, || Ok(Pending::refused(refusal.into())));
        }
        Err(fault) => return Err(fault),
    };
    if matches!(work, Work::Write(_)) && arena.room() < TACOS_REPLY_BYTES_MAX {
        arena.demand(TACOS_REPLY_BYTES_MAX);
        return Err(Fault::BufferTooSmall { needed: TACOS_REPLY_BYTES_MAX });
    }
    promise_if(opening, may_queue, || start(opening, work))
}

fn promise_if(
    opening: &Opening,
    may_queue: bool,
    start: impl FnOnce() -> Result<Pending<Answer>, Fault>,
) -> Result<Pending<Answer>, Fault> {
    if !may_queue {
        return start();
    }
    opening.queue.promise()?;
    let started = start();
    if started.is_err() {
        opening.queue.delivered(1);
    }
    started
}

fn start(opening: &Opening, work: Work) -> Result<Pending<Answer>, Fault> {
    let engine = &opening.engine;
    Ok(match work {
        Work::Write(command) => {
            let _doubt = opening.writing()?;
            engine.submit(&command).map(Answer::Reply)
        }
        Work::ReadReservation { which, user } => engine
            .reservation(&which, &Caller::from_optional(user.clone()))
            .map(|view| Answer::Reservation(Box::new(view))),
        Work::ListReservations(list) => engine
            .reservations(&list.user, list.state, list.event.as_ref(), list.after, list.most)
            .map(Answer::Reservations),
        Work::ReadPayment { payment, user } => engine
            .payment(payment, &Caller::from_optional(user.clone()))
            .map(|view| Answer::Payment(Box::new(view))),
        Work::ListPayments(list) => engine
            .payments(&list.user, list.state, list.reservation, list.after, list.most)
            .map(Answer::Payments),
    })
}

/// Waits for an answer and writes it.
fn give(tag: u64, pending: Pending<Answer>, mut arena: Arena, out: Out<tacos_answer>) -> Result<(), Fault> {
    let result: Result<Answer, Failure> = pending.wait();
    let answer = answer::put(&Completion { tag, result }, &mut arena);
    arena.finish_with(out, answer)
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
            // Somebody is about to hand in or to deliver the last answers.
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
        let answer = answer::put(&completion, &mut arena);
        answers.push(answer);
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
