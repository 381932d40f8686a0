//! Memory whose pages are faulted in when it is allocated, not when it is first used.

/// `count` values made by `make`, in memory whose pages are all there.
///
/// An allocator may hand out pages that do not exist yet: the first read of such a page shows the kernel's shared page
/// of zeros, and the first write then replaces it, which interrupts every other processor. A table whose entries are
/// read before they are written would pay that once a page, a hundred nanoseconds an entry with two threads. Writing
/// every page here avoids it.
pub(crate) fn prefault<T>(count: usize, make: impl FnMut() -> T) -> Box<[T]> {
    let mut values = Vec::with_capacity(count);
    // The compiler may turn "take memory, fill it with zeros" into "take memory of zeros". It may not where the memory
    // is visible in between.
    std::hint::black_box(&mut values);
    values.extend(std::iter::repeat_with(make).take(count));
    values.into_boxed_slice()
}
