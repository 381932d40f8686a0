//! From the structs of the ABI to commands of the engine, which are begun where they are made: a command is large, and
//! each time that it is moved costs. What is wrong with the memory (null, sizes, UTF-8) fails the call; what is wrong
//! with a value (an id, the number of an enum) is a refusal like the engine's own, with the field's name.

mod fields;
mod reads;
mod seat_map;
// Written by the generator, which knows nothing of line breaks.
#[rustfmt::skip]
mod writes;

pub(crate) use fields::{flag, id, moment, opt_moment};

use tacos::{Done, Engine, Pending};

use crate::abi::tacos_head;
use crate::answer::Body;
use crate::commands::tacos_command;
use crate::engine::Opening;
use crate::failure::Fault;
use crate::memory::{Plain, check_pointer, sized};

/// What a call does with the answer to the command that it was given.
pub(crate) trait Taker {
    /// Says whether the command may be begun, before anything is done.
    fn admit(&mut self, writes: bool) -> Result<(), Fault>;

    /// Takes the answer to the command that was admitted.
    fn take<R: Body>(&mut self, pending: Pending<R>) -> Result<(), Fault>;
}

/// A submitted struct, and the engine that it is for.
struct Asked<'a> {
    engine: &'a Engine,
    head: *const tacos_head,
    size: usize,
}

impl Asked<'_> {
    /// The struct, where the caller has it; a copy in `short` if it is of an older program, which has less.
    ///
    /// # Safety
    /// As the crate's contract: the head begins a struct `T` of the size that it names.
    #[inline]
    unsafe fn given<'a, T: Plain>(&self, short: &'a mut Option<T>) -> Result<&'a T, Fault> {
        // SAFETY: handed on.
        unsafe { sized(self.head.cast(), self.size, short, T::zeros) }
    }
}

/// Begins the command that a submitted struct is, and has its answer taken. A bad value is an answer; a bad struct is
/// not.
///
/// # Safety
/// As the crate's contract: `head` is the beginning of a struct of the kind and size that it names.
pub(crate) unsafe fn begin(
    opening: &Opening,
    head: *const tacos_head,
    taker: &mut impl Taker,
) -> Result<(), Fault> {
    check_pointer(head)?;
    // SAFETY: not null, aligned, and a head can be read.
    let tacos_head { size, kind } = unsafe { head.read() };
    let Some(command) = tacos_command::from_number(kind) else { return Err(Fault::BadKind { kind }) };
    let asked = Asked { engine: &opening.engine, head, size: size as usize };
    taker.admit(command.writes())?;
    // SAFETY: the struct has the kind and size that its head names.
    let begun = unsafe {
        if command.writes() {
            let _doubt = opening.writing()?;
            writes::write(command, &asked, taker)
        } else {
            reads::read(command, &asked, taker)
        }
    };
    match begun {
        Err(Fault::Refused(refusal)) => taker.take(Pending::<Done>::refused(refusal.into())),
        begun => begun,
    }
}
