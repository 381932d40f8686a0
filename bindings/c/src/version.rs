//! What the library is. The signatures of these functions are frozen: they will be the same in every version, so that a
//! program can ask before it uses anything else.

use std::ffi::c_char;

/// Version of the ABI that this header describes. Grows when a program compiled before would no longer work.
pub const TACOS_ABI_VERSION: u32 = 1;

/// The library's `TACOS_ABI_VERSION`. Compare it with the header's before anything else. Frozen signature.
#[unsafe(no_mangle)]
pub extern "C" fn tacos_abi_version() -> u32 {
    TACOS_ABI_VERSION
}

/// The library's version as a text that ends with a zero byte and lives as long as the process. Frozen signature.
#[unsafe(no_mangle)]
pub extern "C" fn tacos_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}
