//! Memory that is written when it is taken, not when it is first used.

/// `count` values made by `make`, in memory whose pages are all there.
///
/// An allocator may hand out zeros that do not exist yet: the first read of such a page shows a page of zeros that everybody
/// shares, and the first write then replaces it, which interrupts every other processor. Tables whose entries are looked at before
/// they are written would pay that once a page, a hundred nanoseconds an entry with two threads; here it is paid by nobody.
pub(crate) fn written<T>(count: usize, make: impl FnMut() -> T) -> Box<[T]> {
    let mut values = Vec::with_capacity(count);
    // The compiler may turn "take memory, fill it with zeros" into "take memory of zeros". Not if somebody might look in between.
    std::hint::black_box(&mut values);
    values.extend(std::iter::repeat_with(make).take(count));
    values.into_boxed_slice()
}
