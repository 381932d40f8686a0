//! One input: engines are opened, used rightly and wrongly, and closed; what was promised is taken out.

use std::ffi::CStr;

use tacos_c::abi::{tacos_buffer, tacos_engine, tacos_head, tacos_id, tacos_list, tacos_reader};
use tacos_c::config::{tacos_config, tacos_config_init};
use tacos_c::engine::{
    tacos_clock_advance, tacos_clock_set, tacos_close, tacos_now, tacos_open_in_memory, tacos_snapshot,
    tacos_stop, tacos_turn,
};
use tacos_c::replies::{
    tacos_admitted, tacos_answer, tacos_body, tacos_failure, tacos_joined, tacos_payment_changed,
    tacos_problem, tacos_reserved,
};
use tacos_c::status::{tacos_status, tacos_status_name};
use tacos_c::submit::{tacos_call, tacos_poll, tacos_submit, tacos_try};
use tacos_c::updates::{tacos_position, tacos_updates_close, tacos_updates_open, tacos_updates_read};
use tacos_c::views::{tacos_counts, tacos_turned};

use crate::members::{self, Given, first_of};
use crate::memory::{Memory, Output, Room};
use crate::reads;
use crate::source::Source;

/// Engines open at once.
const ENGINES: usize = 3;
/// Operations of one input.
const STEPS_MAX: usize = 96;

/// An engine and what is known of it.
struct Known {
    handle: tacos_engine,
    open: bool,
    /// Answers that were promised and have not come out.
    owed: usize,
}

/// Everything that an input has.
#[derive(Default)]
pub struct Play {
    engines: Vec<Known>,
    readers: Vec<tacos_reader>,
    pub given: Given,
}

/// Does what an input says, then closes everything.
pub fn play(source: &mut Source<'_>) {
    let mut play = Play::default();
    for _ in 0..STEPS_MAX {
        if source.is_empty() {
            break;
        }
        play.step(source);
    }
    play.end();
}

/// Fails if the library met a bug of its own, or answers with an unknown number.
pub fn known(status: tacos_status) -> tacos_status {
    assert_ne!(status, tacos_status::Panicked, "a bug of the library");
    // SAFETY: a text of the library's own, ended by a zero.
    let name = unsafe { CStr::from_ptr(tacos_status_name(status as u32)) };
    assert!(name.to_bytes().starts_with(b"TACOS_STATUS_"), "{status:?} has no name");
    status
}

/// As [`known`], of a call with one output: it is written only on success.
pub fn checked<T: Copy>(status: tacos_status, out: &Output<T>) -> Option<T> {
    let well = known(status) == tacos_status::Ok;
    assert!(well || out.is_untouched(), "{status:?}, and yet an output was written");
    well.then(|| out.get())
}

impl Play {
    fn step(&mut self, source: &mut Source<'_>) {
        match source.byte() % 24 {
            0 => self.open(source),
            1 if source.seldom() => self.close(source),
            2 if source.seldom() => self.stop(source),
            3..=10 => self.call(source),
            11 | 12 => self.attempt(source),
            13 | 14 => self.submit(source),
            15 => self.poll(source),
            16 => self.time(source),
            17 => self.updates(source),
            18 => reads::ids(source, &self.given),
            19 => reads::errors(source),
            _ => {
                let engine = self.engine(source);
                reads::of(source, engine, &mut self.given);
            }
        }
    }

    /// A handle: of an engine, of one that was closed, or made up.
    fn engine(&self, source: &mut Source<'_>) -> tacos_engine {
        match source.byte() {
            0xff => 0,
            0xfe => source.number(),
            at if !self.engines.is_empty() => self.engines[usize::from(at) % self.engines.len()].handle,
            _ => 1,
        }
    }

    fn owe(&mut self, engine: tacos_engine, more: usize) {
        if let Some(known) = self.engines.iter_mut().find(|known| known.handle == engine) {
            known.owed += more;
        } else {
            assert_eq!(more, 0, "an engine that was never opened promises");
        }
    }

    fn paid(&mut self, engine: tacos_engine, count: usize) {
        if let Some(known) = self.engines.iter_mut().find(|known| known.handle == engine) {
            assert!(known.owed >= count, "{count} answers came out of {} promised", known.owed);
            known.owed -= count;
        }
    }

    fn open(&mut self, source: &mut Source<'_>) {
        if self.engines.iter().filter(|known| known.open).count() == ENGINES {
            return;
        }
        let (mut memory, mut out) = (Memory::default(), Output::<tacos_engine>::new());
        let config = config(source);
        let config = memory.sized(source, config);
        // Null stands for the usual settings, with threads and tables for a large house: not for a fuzzer.
        if config.is_null() {
            return;
        }
        let at = if source.seldom() { std::ptr::null_mut() } else { out.at() };
        // SAFETY: the crate's contract, kept by `Memory` and `Output`.
        let status = unsafe { tacos_open_in_memory(config, at) };
        if let Some(handle) = checked(status, &out) {
            assert!(self.engines.iter().all(|known| known.handle != handle), "a handle twice");
            self.engines.push(Known { handle, open: true, owed: 0 });
        }
    }

    fn close(&mut self, source: &mut Source<'_>) {
        let engine = self.engine(source);
        let is_ours = self.engines.iter().any(|known| known.handle == engine);
        let status = known(tacos_close(engine));
        // A number that was made up may be that of an engine of an earlier input.
        let fits = status == tacos_status::Ok || !is_ours && status == tacos_status::BadHandle;
        assert!(fits, "closing {engine:#x}: {status:?}");
        if let Some(known) = self.engines.iter_mut().find(|known| known.handle == engine) {
            known.open = false;
        }
    }

    fn stop(&mut self, source: &mut Source<'_>) {
        let engine = self.engine(source);
        known(tacos_stop(engine));
    }

    fn call(&mut self, source: &mut Source<'_>) {
        let (engine, mut memory) = (self.engine(source), Memory::default());
        let command = members::any(source, &mut memory, &self.given);
        let (mut room, mut out) = (Room::of(source), Output::<tacos_answer>::new());
        // SAFETY: the crate's contract.
        let status = unsafe { tacos_call(engine, command, &mut *room.buffer, out.at()) };
        if let Some(answer) = checked(status, &out) {
            assert_eq!(answer.tag, 0);
            self.take(&answer, &room);
        }
        small(status, &room);
    }

    fn attempt(&mut self, source: &mut Source<'_>) {
        let (engine, mut memory) = (self.engine(source), Memory::default());
        let command = members::any(source, &mut memory, &self.given);
        let (mut room, mut out) = (Room::of(source), Output::<tacos_answer>::new());
        // SAFETY: the crate's contract.
        let status = unsafe { tacos_try(engine, command, 9, &mut *room.buffer, out.at()) };
        if status == tacos_status::Pending {
            self.owe(engine, 1);
        }
        if let Some(answer) = checked(status, &out) {
            assert_eq!(answer.tag, 9);
            self.take(&answer, &room);
        }
        small(status, &room);
    }

    fn submit(&mut self, source: &mut Source<'_>) {
        let (engine, mut memory) = (self.engine(source), Memory::default());
        let heads: Vec<*const tacos_head> =
            (0..source.below(6)).map(|_| members::any(source, &mut memory, &self.given)).collect();
        let (commands, count) = memory.list(source, &heads);
        let (mut accepted, mut out) = (Output::<usize>::new(), Output::<tacos_list>::new());
        let mut room = (source.byte() & 1 == 1).then(|| Room::of(source));
        let buffer: *mut tacos_buffer = room.as_mut().map_or(std::ptr::null_mut(), |room| &mut *room.buffer);
        let list = if room.is_some() != source.seldom() { out.at() } else { std::ptr::null_mut() };
        let told = if source.seldom() { std::ptr::null_mut() } else { accepted.at() };
        // SAFETY: the crate's contract.
        let status = unsafe { tacos_submit(engine, commands, count, 1_000, told, buffer, list) };
        known(status);
        let mut at_once = 0;
        if !out.is_untouched() {
            let room = room.as_ref().expect("a list needs a buffer");
            at_once = self.take_all(out.get(), room);
        }
        if told.is_null() {
            // How many answers are owed was not returned: they are taken out now.
            self.drain(engine);
        } else {
            self.owe(engine, accepted.get() - at_once);
        }
    }

    fn poll(&mut self, source: &mut Source<'_>) {
        let (engine, max) = (self.engine(source), usize::try_from(source.number()).unwrap_or(usize::MAX));
        let (mut room, mut out) = (Room::of(source), Output::<tacos_list>::new());
        // SAFETY: the crate's contract.
        let status = unsafe { tacos_poll(engine, max, 0, &mut *room.buffer, out.at()) };
        if let Some(list) = checked(status, &out) {
            let count = self.take_all(list, &room);
            self.paid(engine, count);
        }
        small(status, &room);
    }

    /// Takes out all answers that are there.
    fn drain(&mut self, engine: tacos_engine) -> tacos_status {
        loop {
            let (mut room, mut out) =
                (Room::new(tacos_c::abi::TACOS_REPLY_BYTES_MAX * 4), Output::<tacos_list>::new());
            // SAFETY: the crate's contract.
            let status = unsafe { tacos_poll(engine, usize::MAX, 0, &mut *room.buffer, out.at()) };
            if status == tacos_status::BufferTooSmall {
                // A page of reads may be larger than any write's answer.
                room = Room::new(room.buffer.needed);
                // SAFETY: the crate's contract.
                let status = unsafe { tacos_poll(engine, 1, 0, &mut *room.buffer, out.at()) };
                assert_eq!(status, tacos_status::Ok, "as much as was said to be needed is not enough");
            }
            let Some(list) = checked(if out.is_untouched() { status } else { tacos_status::Ok }, &out) else {
                return status;
            };
            let count = self.take_all(list, &room);
            if count == 0 {
                return status;
            }
            if let Some(known) = self.engines.iter_mut().find(|known| known.handle == engine) {
                known.owed = known.owed.saturating_sub(count);
            }
        }
    }

    fn time(&mut self, source: &mut Source<'_>) {
        let (engine, by, mut out) = (self.engine(source), source.number(), Output::<u64>::new());
        let at = if source.seldom() { std::ptr::null_mut() } else { out.at() };
        // SAFETY: the crate's contract, of all these calls.
        unsafe {
            match source.byte() & 3 {
                // Not without bound: what lies beyond the end of time is no news.
                0 => {
                    checked(tacos_clock_set(engine, by % (1 << 45), at), &out);
                }
                1 => {
                    let mut turned = Output::<tacos_turned>::new();
                    checked(tacos_turn(engine, turned.at()), &turned);
                }
                2 => {
                    checked(tacos_now(engine, at), &out);
                }
                _ => {
                    known(tacos_clock_advance(engine, (by % 256) * 1_000, at));
                    known(tacos_turn(engine, std::ptr::null_mut()));
                    known(tacos_snapshot(engine, std::ptr::null_mut()));
                }
            }
        }
    }

    fn updates(&mut self, source: &mut Source<'_>) {
        let reader = match source.byte() {
            0xff => source.number(),
            at if !self.readers.is_empty() => self.readers[usize::from(at) % self.readers.len()],
            _ => 0,
        };
        match source.byte() & 3 {
            0 => {
                let (engine, mut position, mut out) =
                    (self.engine(source), Output::<u64>::new(), Output::<tacos_reader>::new());
                // SAFETY: the crate's contract.
                let now = checked(unsafe { tacos_position(engine, position.at()) }, &position).unwrap_or(0);
                let from = [now, 0, source.number()][source.below(3)];
                // SAFETY: the crate's contract.
                let status = unsafe { tacos_updates_open(engine, from, out.at()) };
                self.readers.extend(checked(status, &out));
            }
            1 if source.seldom() => {
                known(tacos_updates_close(reader));
            }
            _ => {
                let (mut room, mut out) = (Room::of(source), Output::<tacos_list>::new());
                // SAFETY: the crate's contract.
                let status =
                    unsafe { tacos_updates_read(reader, source.below(8), 0, &mut *room.buffer, out.at()) };
                if let Some(list) = checked(status, &out) {
                    reads::updates(list, &room, &mut self.given);
                }
                small(status, &room);
            }
        }
    }

    fn take_all(&mut self, list: tacos_list, room: &Room) -> usize {
        if list.count > 0 {
            room.holds(list.items.cast(), list.count * list.stride);
        }
        for at in 0..list.count {
            // SAFETY: just seen to lie in the room, and aligned as the library aligns.
            let answer = unsafe { first_of(list, at).cast::<tacos_answer>().read() };
            self.take(&answer, room);
        }
        list.count
    }

    /// Looks at an answer, and remembers what it gives.
    fn take(&mut self, answer: &tacos_answer, room: &Room) {
        /// Reads a body of which `holds` has seen that it is there.
        fn body<T: Copy>(answer: &tacos_answer, room: &Room) -> T {
            room.holds(answer.body.cast(), size_of::<T>());
            // SAFETY: within the room; the library aligns what it writes.
            unsafe { answer.body.cast::<T>().read() }
        }
        let numbers = |list: tacos_list| room.holds(list.items.cast(), list.count * list.stride);
        assert_eq!(answer.status == 0, answer.kind != tacos_body::Failure as u32, "{}", answer.status);
        match answer.kind {
            kind if kind == tacos_body::Failure as u32 => {
                let failure: tacos_failure = body(answer, room);
                assert_eq!(failure.status, answer.status);
                assert_ne!(failure.status, tacos_status::Panicked as u32, "a bug of the library");
                room.holds_text(failure.text);
                room.holds_text(failure.section);
                for at in 0..failure.problems.count {
                    room.holds(first_of(failure.problems, at), size_of::<tacos_problem>());
                    // SAFETY: within the room.
                    let problem = unsafe { first_of(failure.problems, at).cast::<tacos_problem>().read() };
                    [problem.field, problem.reason, problem.value]
                        .into_iter()
                        .for_each(|text| room.holds_text(text));
                }
            }
            kind if kind == tacos_body::Reserved as u32 => {
                let reserved: tacos_reserved = body(answer, room);
                numbers(reserved.places);
                self.given.reservations.push(reserved.id);
            }
            kind if kind == tacos_body::Payment as u32 => {
                self.given.payments.push(body::<tacos_payment_changed>(answer, room).id);
            }
            kind if kind == tacos_body::Joined as u32 => {
                self.given.waiting.push(body::<tacos_joined>(answer, room).token);
            }
            kind if kind == tacos_body::Admitted as u32 => {
                self.given.right.push(body::<tacos_admitted>(answer, room).token);
            }
            _ => reads::body(answer, room),
        }
    }

    /// Everything is closed, every promise kept, and every handle dead.
    fn end(mut self) {
        for at in 0..self.engines.len() {
            let Known { handle, open, .. } = self.engines[at];
            if open {
                reads::add_up(handle);
            }
            self.drain(handle);
            let owed = self.engines[at].owed;
            assert!(!open || owed == 0, "{owed} promised answers did not come out");
            assert_eq!(known(tacos_close(handle)), tacos_status::Ok);
            assert_eq!(known(tacos_close(handle)), tacos_status::Ok, "closing twice");
            assert_eq!(self.drain(handle), tacos_status::Closed, "the queue of a closed engine");
            assert_eq!(self.engines[at].owed, 0, "promised answers did not come out of the closed engine");
            let mut out = Output::<u64>::new();
            // SAFETY: the crate's contract.
            let status = unsafe { tacos_now(handle, out.at()) };
            assert_eq!(checked(status, &out), None);
            assert_eq!(status, tacos_status::Closed);
        }
        for reader in self.readers {
            assert_eq!(known(tacos_updates_close(reader)), tacos_status::Ok);
            assert_eq!(known(tacos_updates_close(reader)), tacos_status::Ok, "closing twice");
        }
        // The last error stays until it is asked for: one without seats and problems takes no memory of its own.
        assert_eq!(known(tacos_close(0)), tacos_status::BadHandle);
    }
}

/// A buffer that was too small is told how much is enough, and it is more than there was.
pub fn small(status: tacos_status, room: &Room) {
    if status == tacos_status::BufferTooSmall {
        assert!(room.buffer.needed > room.buffer.capacity, "{} is said to be needed", room.buffer.needed);
    }
}

/// Small tables, no threads, a clock that is moved by hand; seldom anything.
fn config(source: &mut Source<'_>) -> tacos_config {
    // SAFETY: numbers, for which zeros are values; the call fills all of it.
    let mut config: tacos_config = unsafe { std::mem::zeroed() };
    // SAFETY: as long as is said.
    unsafe { tacos_config_init(&mut config, size_of::<tacos_config>()) };
    (config.manual_driver, config.manual_clock) = (1, 1);
    config.clock_start_ms = 1_800_000_000_000;
    (config.reservations_max, config.payments_max) = (32, 16);
    (config.webhooks_max, config.notes_max, config.idempotency_keys_max) = (8, 4, 32);
    (config.log_buffer_bytes, config.update_history_bytes) = (1 << 16, 1 << 16);
    config.completions_max = 1 + u32::from(source.byte() & 7);
    (config.has_fixed_entropy, config.fixed_entropy) = (1, 7);
    if source.seldom() {
        config.idempotency_required = source.flag();
        config.late_payment_refund = source.flag();
        config.payment_amount_must_match = source.flag();
        config.durability = source.flag();
        config.has_fixed_entropy = source.flag();
        config.payment_time_permille = source.small();
        config.webhook_retries_max = source.small();
        config.retention_ms = source.number();
        config.idempotency_ttl_ms = source.number();
        config.reservations_max = source.byte().into();
        config.completions_max = source.byte().into();
    }
    config
}

/// Ids of answers and updates, at most so many.
pub fn keep(ids: &mut Vec<tacos_id>, id: tacos_id) {
    if ids.len() < 16 && !ids.contains(&id) {
        ids.push(id);
    }
}

/// Counts of one event.
pub fn total(counts: tacos_counts) -> u32 {
    counts.available + counts.reserved + counts.sold + counts.blocked
}
