//! For tests only: a bug on demand. Built with the feature `testing`, never shipped.

use crate::abi::tacos_engine;
use crate::engine::with;
use crate::guard;
use crate::status::tacos_status;

/// Panics behind the border: in a write (`in_write` 1), after which the engine takes no more writes, or in a read (0), after
/// which it goes on. Answers `PANICKED`.
#[unsafe(no_mangle)]
pub extern "C" fn tacos_test_panic(engine: tacos_engine, in_write: u32) -> tacos_status {
    guard::run(|| {
        with(engine, |opening| {
            let _doubt = if in_write == 1 { Some(opening.writing()?) } else { None };
            panic!("a bug on demand");
        })
    })
}
