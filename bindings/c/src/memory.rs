//! The caller's memory, read and written in one place: sized structs, lists, texts, single outputs. Checks what can be
//! checked (null, alignment, size, UTF-8) and leaves the rest to the crate's contract.

use std::mem::{MaybeUninit, align_of, size_of};

use crate::abi::{TACOS_LIST_MAX, tacos_bytes, tacos_str};
use crate::failure::Fault;

/// A struct of the ABI that is fine with any bytes in it.
///
/// # Safety
/// Every bit pattern is a value of the type, and zeros mean "not given".
pub(crate) unsafe trait Plain: Copy {
    /// `size_of` in the first version that had the struct: no program can have a shorter one.
    const SIZE_MIN: usize;

    /// Nothing given.
    fn zeros() -> Self {
        // SAFETY: every bit pattern is a value.
        unsafe { MaybeUninit::zeroed().assume_init() }
    }
}

/// Structs that programs give with their size. A struct that has got members since the ABI's first version names the
/// first of these: programs that were compiled before give everything up to it.
macro_rules! plain {
    ($($name:ident $([until $added:ident])?)*) => {$(
        // SAFETY: numbers, and pointers that are checked before they are followed: any bits are a value, zeros are "none".
        unsafe impl $crate::memory::Plain for $name {
            const SIZE_MIN: usize = $crate::memory::plain!(@least $name $($added)?);
        }
    )*};
    (@least $name:ident) => { size_of::<$name>() };
    (@least $name:ident $added:ident) => { std::mem::offset_of!($name, $added) };
}
pub(crate) use plain;

/// Copies a struct of which the caller says that it has `size` bytes. What a shorter one of an older caller lacks is as in
/// `usual`; of a longer one of a newer caller the rest must be zeros, since we would not do what it asks for.
///
/// # Safety
/// `at` is null, or `size` bytes can be read there.
pub(crate) unsafe fn read_sized<T: Plain>(at: *const T, size: usize, usual: T) -> Result<T, Fault> {
    // SAFETY: handed on.
    unsafe { sized(at, size, &mut None, || usual).copied() }
}

/// As [`read_sized`], without a copy: the struct where the caller has it, if it has all that we know. A shorter one is
/// copied to `short`, with what it lacks as in `usual`.
///
/// # Safety
/// As [`read_sized`], and nothing changes the struct for as long as what is given lives.
#[inline]
pub(crate) unsafe fn sized<T: Plain>(
    at: *const T,
    size: usize,
    short: &mut Option<T>,
    usual: impl FnOnce() -> T,
) -> Result<&T, Fault> {
    check_pointer(at)?;
    if size >= size_of::<T>() {
        // SAFETY: `size` bytes can be read, which is no fewer than the struct has; any bytes are a value.
        let (known, rest) = unsafe {
            let rest = at.add(1).cast::<u8>();
            (&*at, std::slice::from_raw_parts(rest, size - size_of::<T>()))
        };
        return if rest.iter().any(|&byte| byte != 0) { Err(Fault::NewerStruct) } else { Ok(known) };
    }
    if size < T::SIZE_MIN {
        return Err(Fault::BadSize { size, least: T::SIZE_MIN });
    }
    let copy = short.insert(usual());
    // SAFETY: `size` bytes can be read, which is less than the copy has room for; the two do not overlap since one is
    // our own; any bytes are a value.
    unsafe { std::ptr::copy_nonoverlapping(at.cast::<u8>(), std::ptr::from_mut(copy).cast::<u8>(), size) };
    Ok(copy)
}

/// A list of the caller's.
///
/// # Safety
/// `data` is null, or `len` values of `T` can be read there and are values of `T`, for as long as `'a`.
#[inline]
pub(crate) unsafe fn slice<'a, T>(data: *const T, len: usize) -> Result<&'a [T], Fault> {
    if len == 0 {
        return Ok(&[]);
    }
    check_pointer(data)?;
    if len > TACOS_LIST_MAX {
        return Err(Fault::ListTooLong { len });
    }
    // SAFETY: the promise above; not null, aligned, and far below `isize::MAX` bytes.
    Ok(unsafe { std::slice::from_raw_parts(data, len) })
}

/// A text of the caller's; `None` if there is none.
///
/// # Safety
/// As [`slice`].
#[inline]
pub(crate) unsafe fn text<'a>(text: tacos_str) -> Result<Option<&'a str>, Fault> {
    // SAFETY: the promise above.
    let bytes = unsafe { bytes(tacos_bytes { data: text.data.cast(), len: text.len })? };
    bytes.map(|bytes| std::str::from_utf8(bytes).map_err(|_| Fault::BadUtf8)).transpose()
}

/// Bytes of the caller's; `None` if there are none.
///
/// # Safety
/// As [`slice`].
#[inline]
pub(crate) unsafe fn bytes<'a>(bytes: tacos_bytes) -> Result<Option<&'a [u8]>, Fault> {
    if bytes.data.is_null() && bytes.len == 0 {
        return Ok(None);
    }
    // SAFETY: the promise above.
    unsafe { slice(bytes.data, bytes.len).map(Some) }
}

/// Where a single value goes, once it is certain that there is one.
pub(crate) struct Out<T>(*mut T);

impl<T> Clone for Out<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Out<T> {}

impl<T> Out<T> {
    /// # Safety
    /// `at` is null, or a `T` can be written there while this lives.
    pub(crate) unsafe fn new(at: *mut T) -> Result<Self, Fault> {
        check_pointer(at).map(|()| Self(at))
    }

    /// Writes the value.
    pub(crate) fn put(self, value: T) {
        // SAFETY: checked not to be null and to be aligned; writable by the promise of `new`. What stood there may be
        // uninitialised, so it is not dropped.
        unsafe { self.0.write(value) }
    }
}

#[inline]
pub(crate) fn check_pointer<T>(at: *const T) -> Result<(), Fault> {
    if at.is_null() {
        Err(Fault::Null)
    } else if !at.addr().is_multiple_of(align_of::<T>()) {
        Err(Fault::Misaligned)
    } else {
        Ok(())
    }
}
