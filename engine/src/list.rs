//! Lists in the public API. A few elements are kept in the list itself, without an allocation; how, is nothing that
//! callers see.

use std::fmt;
use std::ops::{Deref, DerefMut};

use smallvec::SmallVec;

use crate::describe::{Described, Kind};
use crate::ids::SeatId;
use crate::inventory::PackedPlace;
use crate::record::{Malformed, Reader, Wire};
use crate::updates::PlaceChanged;

/// The elements of a list, one by one.
#[derive(Debug)]
pub struct Items<T, const N: usize>(smallvec::IntoIter<[T; N]>);

impl<T, const N: usize> Iterator for Items<T, N> {
    type Item = T;
    #[inline]
    fn next(&mut self) -> Option<T> {
        self.0.next()
    }
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<T, const N: usize> ExactSizeIterator for Items<T, N> {}

macro_rules! list {
    ($(#[$doc:meta])* $name:ident, $item:ty, $inline:literal) => {
        $(#[$doc])*
        #[derive(Clone, Default, PartialEq, Eq)]
        pub struct $name(SmallVec<[$item; $inline]>);

        impl $name {
            /// An empty list.
            #[must_use]
            #[inline]
            pub fn new() -> Self {
                Self(SmallVec::new())
            }

            /// Appends one.
            #[inline]
            pub fn push(&mut self, item: $item) {
                self.0.push(item);
            }

            #[inline]
            #[allow(dead_code, reason = "not asked of every list")]
            pub(crate) fn of(items: SmallVec<[$item; $inline]>) -> Self {
                Self(items)
            }

            #[inline]
            #[allow(dead_code, reason = "not asked of every list")]
            pub(crate) fn copied(items: &[$item]) -> Self {
                Self(items.into())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl Deref for $name {
            type Target = [$item];
            #[inline]
            fn deref(&self) -> &[$item] {
                &self.0
            }
        }

        impl DerefMut for $name {
            #[inline]
            fn deref_mut(&mut self) -> &mut [$item] {
                &mut self.0
            }
        }

        impl FromIterator<$item> for $name {
            #[inline]
            fn from_iter<I: IntoIterator<Item = $item>>(items: I) -> Self {
                Self(items.into_iter().collect())
            }
        }

        impl Extend<$item> for $name {
            #[inline]
            fn extend<I: IntoIterator<Item = $item>>(&mut self, items: I) {
                self.0.extend(items);
            }
        }

        impl IntoIterator for $name {
            type Item = $item;
            type IntoIter = Items<$item, $inline>;
            #[inline]
            fn into_iter(self) -> Self::IntoIter {
                Items(self.0.into_iter())
            }
        }

        impl<'a> IntoIterator for &'a $name {
            type Item = &'a $item;
            type IntoIter = std::slice::Iter<'a, $item>;
            #[inline]
            fn into_iter(self) -> Self::IntoIter {
                self.0.iter()
            }
        }

        impl From<Vec<$item>> for $name {
            fn from(items: Vec<$item>) -> Self {
                Self(items.into())
            }
        }

        impl<const N: usize> From<[$item; N]> for $name {
            fn from(items: [$item; N]) -> Self {
                items.into_iter().collect()
            }
        }

        impl Described for $name {
            const KIND: Kind = <Vec<$item> as Described>::KIND;
        }
    };
}

/// Lists that stand in records.
macro_rules! in_records {
    ($($name:ident),*) => {$(
        impl Wire for $name {
            #[inline]
            fn put(&self, out: &mut Vec<u8>) {
                self.0.put(out);
            }
            fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
                Wire::get(from).map(Self)
            }
        }
    )*};
}
in_records!(Places, Tickets);

list!(
    /// Names of seats.
    Seats, SeatId, 4
);
list!(
    /// Seats and standing places of one reservation. Describe them with `Engine::describe`.
    Places, PackedPlace, 8
);
list!(
    /// Places that changed hands.
    PlaceChanges, PlaceChanged, 8
);
list!(
    /// Numbers of tickets of one line.
    Tickets, u32, 16
);
