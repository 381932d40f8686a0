//! The C ABI, called as C would call it: typed operations made of bytes, with memory that is null, too short, of the wrong
//! kind or no UTF-8, handles that are closed or made up, batches, buffers of every size. Built with AddressSanitizer, every
//! piece of memory that goes in or comes out has exactly the length that the library is told. What must hold: no panic, no
//! byte out of bounds, outputs only on success, each promised answer once, and nothing left when all is closed.
#![no_main]

// Written by the generator, which knows nothing of line breaks.
#[path = "c_abi/commands.rs"]
#[rustfmt::skip]
mod commands;
#[path = "c_abi/heap.rs"]
mod heap;
#[path = "c_abi/members.rs"]
mod members;
#[path = "c_abi/memory.rs"]
mod memory;
#[path = "c_abi/play.rs"]
mod play;
#[path = "c_abi/reads.rs"]
mod reads;
#[path = "c_abi/source.rs"]
mod source;

use std::sync::Once;

use source::Source;

/// Tables, last errors and the like are made once; after these they are there.
const FIRST: [&[u8]; 2] = [&[], include_bytes!("../corpus/c_abi/sale")];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| FIRST.iter().for_each(|bytes| play::play(&mut Source::new(bytes))));
    let before = heap::live();
    play::play(&mut Source::new(bytes));
    let after = heap::live();
    if after != before {
        // What is made once, and kept, is no leak; what is left behind each time is.
        play::play(&mut Source::new(bytes));
        assert_eq!(heap::live(), after, "allocations are left behind after everything was closed");
    }
});
