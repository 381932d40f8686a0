//! How an enum of the engine and its numbers in the ABI are made of one table. The tables are in `numbers`.

/// An enum of the engine that has numbers in the ABI.
pub(crate) trait Number: Sized {
    fn number(self) -> u32;
    fn from_number(number: u32) -> Option<Self>;
}

/// Both directions from one table that names every value once; the compiler misses none in the first direction.
macro_rules! numbers {
    ($($engine:ident as $c_name:ident { $($value:ident),* $(,)? })*) => {$(
        impl Number for $engine {
            fn number(self) -> u32 {
                match self { $(Self::$value => $c_name::$value as u32,)* }
            }
            fn from_number(number: u32) -> Option<Self> {
                $(if number == $c_name::$value as u32 { return Some(Self::$value); })*
                None
            }
        }
    )*};
}
pub(crate) use numbers;
