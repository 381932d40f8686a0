//! Claim: a struct that got a member takes what programs give that were compiled before, and no less; a program that is
//! newer than the library is told if it asks for something that the library does not know.

use super::tacos_extend;
use crate::abi::tacos_head;
use crate::failure::Fault;
use crate::memory::{Plain, plain, read_sized};

/// As `tacos_extend` would be with two members that came later.
#[repr(C)]
#[derive(Clone, Copy)]
struct grown {
    before: tacos_extend,
    reason: u64,
    further: u32,
    reserved: u32,
}

plain! { grown [until reason] }

fn given() -> grown {
    let mut given = grown::zeros();
    given.before.head = tacos_head { size: 0, kind: 14 };
    given.before.by_ms = 30_000;
    (given.reason, given.further) = (7, 8);
    given
}

fn read(size: usize) -> Result<grown, Fault> {
    let given = given();
    // SAFETY: all sizes that are asked for are at most that of the struct.
    unsafe { read_sized(&raw const given, size, grown::zeros()) }
}

#[test]
fn a_struct_of_an_older_program_is_taken_and_the_rest_is_not_given() {
    let found = read(size_of::<tacos_extend>()).expect("what the first version had");
    assert_eq!((found.before.by_ms, found.reason, found.further), (30_000, 0, 0));
    let found = read(std::mem::offset_of!(grown, further)).expect("what a version between had");
    assert_eq!((found.before.by_ms, found.reason, found.further), (30_000, 7, 0));
    let found = read(size_of::<grown>()).expect("all of it");
    assert_eq!((found.before.by_ms, found.reason, found.further), (30_000, 7, 8));
}

#[test]
fn a_struct_that_is_shorter_than_the_first_version_is_refused() {
    for size in [0, 8, size_of::<tacos_extend>() - 1] {
        let refused =
            matches!(read(size), Err(Fault::BadSize { least, .. }) if least == size_of::<tacos_extend>());
        assert!(refused, "{size} bytes");
    }
}

#[test]
fn a_struct_of_a_newer_program_is_taken_as_long_as_it_asks_for_nothing_unknown() {
    let mut given = given();
    let newer = |given: &grown| {
        // SAFETY: the struct has that many bytes, and begins with what the older one has.
        unsafe { read_sized((&raw const *given).cast(), size_of::<grown>(), tacos_extend::zeros()) }
            .map(|_| ())
    };
    assert!(matches!(newer(&given), Err(Fault::NewerStruct)));
    (given.reason, given.further) = (0, 0);
    assert!(newer(&given).is_ok());
}
